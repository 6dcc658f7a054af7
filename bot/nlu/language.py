"""Which language a message is in, so that somebody who writes in another gets a true answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_SURE = 0.95
_WORDS = 4
_ENGLISH = "en"


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)


def is_other_language(text: str) -> bool:
    """Whether a text is surely not English; short ones and British dialects never are.

    A few words in another script are enough, as no English is written so.
    """
    letters = [c for c in text if c.isalpha()]
    foreign = sum(ord(c) > 0x24F for c in letters)
    if letters and foreign > len(letters) / 2 and len(letters) >= _WORDS:
        return True
    if len(text.split()) < _WORDS:
        return False
    language, probability = _identifier().classify(text)
    return bool(language != _ENGLISH and probability >= _SURE)
