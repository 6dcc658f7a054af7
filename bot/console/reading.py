"""How easy words are to read: the Flesch-Kincaid grade as an age."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_SENTENCE = re.compile(r"[.!?…]+(?:\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouy]+")


def syllables(word: str) -> int:
    """A word's syllables, by its groups of vowels; at least 1."""
    plain = word.lower().replace("’", "").replace("'", "")
    count = len(_VOWELS.findall(plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee", "ye")) and count > 1:
        count -= 1
    if plain.endswith("ed") and not plain.endswith(("ted", "ded")) and count > 1:
        count -= 1
    return max(1, count)


def reading_age(text: str) -> int | None:
    """The age in years at which a text is read with ease (grade + 5); ``None`` without words.

    Kincaid and others (1975). The formula is made for running text: for a few words it is a
    hint and no more.
    """
    sentences = [s for s in _SENTENCE.split(re.sub(r"\{\w+\}", "it", text)) if _WORD.search(s)]
    words = [w for s in sentences for w in _WORD.findall(s)]
    if not words:
        return None
    per_sentence = len(words) / len(sentences)
    per_word = sum(map(syllables, words)) / len(words)
    return max(5, round(0.39 * per_sentence + 11.8 * per_word - 15.59 + 5))
