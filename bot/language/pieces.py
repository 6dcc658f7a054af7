"""Text to words with their places, and words to the pieces that the encoder knows.

The rules are those of BERT's uncased tokeniser (Devlin and others 2019, arXiv:1810.04805): lower
case, no accents, marks stand alone, the longest known piece first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

MAX_PIECES = 128
"""Longer messages are cut here; patients' longest real messages are about half of that."""

_LONGEST_WORD = 100
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})


@dataclass(frozen=True)
class Word:
    """A word or a single mark.

    Attributes:
        text: lower case, without accents.
        start: offset of its first character in the text as given.
        end: offset after its last.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Cut:
    """A text in pieces.

    Attributes:
        numbers: the pieces, with the marks for both ends.
        words: the words that are whole in ``numbers``.
        places: for each word its first piece and the one after its last, as places in ``numbers``.
    """

    numbers: tuple[int, ...]
    words: tuple[Word, ...]
    places: tuple[tuple[int, int], ...]


def words_of(text: str) -> Iterator[Word]:
    """The words and marks of a text, in order."""
    word, start = "", 0
    for at, character in enumerate(text):
        # A character may fall into several ("é" into "e" and an accent, which goes).
        for part in unicodedata.normalize("NFD", character.translate(_STRAIGHT).lower()):
            kind = unicodedata.category(part)
            if kind == "Mn" or (kind[0] == "C" and not part.isspace()):
                continue
            alone = kind[0] == "P" or (part.isascii() and kind[0] == "S") or _ideograph(part)
            if part.isspace() or alone:
                if word:
                    yield Word(word, start, at)
                word = ""
                if alone:
                    yield Word(part, at, at + 1)
            else:
                if not word:
                    start = at
                word += part
    if word:
        yield Word(word, start, len(text))


def _ideograph(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"


class WordPieces:
    """Cuts a text into the pieces of a vocabulary."""

    def __init__(self, vocabulary: Path) -> None:
        """Reads the vocabulary: a piece a line, its number the number of the line."""
        pieces = vocabulary.read_text(encoding="utf-8").splitlines()
        self._number = {piece: i for i, piece in enumerate(pieces)}
        self._unknown = self._number["[UNK]"]
        self._first, self._last = self._number["[CLS]"], self._number["[SEP]"]
        self._word = lru_cache(maxsize=20_000)(self._cut)

    def __call__(self, text: str) -> Cut:
        """A text in at most ``MAX_PIECES`` pieces; words beyond them are left out."""
        numbers, words, places = [self._first], [], []
        for word in words_of(text):
            pieces = self._word(word.text)
            if len(numbers) + len(pieces) >= MAX_PIECES:
                break
            places.append((len(numbers), len(numbers) + len(pieces)))
            words.append(word)
            numbers += pieces
        return Cut((*numbers, self._last), tuple(words), tuple(places))

    def _cut(self, word: str) -> tuple[int, ...]:
        """The longest known pieces from the left; one unknown mark where they do not fit."""
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        found, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._number.get(("##" if start else "") + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(found)
