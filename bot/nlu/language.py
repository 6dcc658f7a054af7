"""Which language a message is in, so that somebody who writes in another gets a true answer."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bot.language.english import known_words

_SURE = 0.95
_WORDS = 4
_ENGLISH = "en"
_MOST = 0.7
_ONLY_ENGLISH = frozenset(
    """the my cant dont doesnt didnt wont it its and with have has she they because when who what
    someone somebody nobody up but this that would could i im ive died mum mam dad help helps get
    going been march doing make makes out take next off put add move remove comes lives isnt ask
    again dont lost ring rings""".split()  # noqa: SIM905
)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)


def _is_in_english_words(text: str) -> bool:
    """Whether most words are known in English, and one is hardly known elsewhere.

    By its letters alone "i cant do stairs" is none, and "je ne parle pas" is in English books.
    """
    said = re.findall(r"[^\W\d_]+", text.replace("'", "").replace("\u2019", ""))
    # Names tell nothing of the language: "add Tomasz, Ewa and Piotr".
    words = [w.casefold() for at, w in enumerate(said) if at == 0 or not w.istitle()]
    known = known_words()
    most = sum(word in known for word in words) >= _MOST * len(words)
    return most and not _ONLY_ENGLISH.isdisjoint(words)


def is_other_language(text: str) -> bool:
    """Whether a text is surely not English; short ones and British dialects never are.

    A few words in another script are enough, as no English is written so.
    """
    letters = [c for c in text if c.isalpha()]
    foreign = sum(ord(c) > 0x24F for c in letters)
    if letters and foreign > len(letters) / 2 and len(letters) >= _WORDS:
        return True
    if len(text.split()) < _WORDS or _is_in_english_words(text):
        return False
    language, probability = _identifier().classify(text)
    return bool(language != _ENGLISH and probability >= _SURE)
