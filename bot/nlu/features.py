"""What the word lists know of each word of a text: beside the encoder's vectors, for names.

An encoder has met few names of the smaller communities; the lists have them all alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.language.encoder import Array
from bot.language.english import known_words
from bot.language.pieces import Word
from bot.network.model import Relationship
from bot.nlu import lexicon

_RELATIONSHIPS = tuple(Relationship)
_OF_WORD = 6
_REACH = 4
"""So many words away a relationship is often still that of a name."""

_POSSESSIVES = frozenset({"my", "our", "me", "ma", "the", "his", "her", "their"})
_TITLES = frozenset(
    {
        "mr",
        "mrs",
        "miss",
        "ms",
        "dr",
        "doctor",
        "nurse",
        "sister",
        "father",
        "rev",
        "uncle",
        "auntie",
        "aunt",
    }
)


def word_features(text: str, words: Sequence[Word]) -> Array:
    """What is known of each word.

    Returns:
        Shape (words, n): name, name that is a word, family name, capital, strange, title; then
        which relationship the word or its phrase stands for, whether it is of several people, and
        the relationships said shortly before ("my son Tom") and after ("Tom my son").
    """
    of_word = np.zeros((len(words), _OF_WORD), dtype=np.float32)
    names, doubtful, surnames = lexicon.names(), lexicon.word_names(), lexicon.surnames()
    english = known_words()
    for row, word in zip(of_word, words, strict=True):
        low = word.text
        row[:] = (
            low in names and low not in doubtful,
            low in doubtful,
            low in surnames,
            text[word.start].isupper(),
            low.isalpha() and low not in english,
            low in _TITLES,
        )
    said, before, after = (
        np.zeros((len(words), len(_RELATIONSHIPS)), dtype=np.float32) for _ in range(3)
    )
    several = np.zeros((len(words), 1), dtype=np.float32)
    lows = [w.text for w in words]
    at = 0
    while at < len(lows):
        length, term = _term(lows, at)
        if term is None:
            at += 1
            continue
        end, column = at + length, _RELATIONSHIPS.index(term.relationship)
        said[at:end, column] = 1
        several[at:end] = term.plural
        before[end : end + _REACH, column] = 1
        after[max(0, at - _REACH) : at, column] = 1
        at = end
    return np.concatenate([of_word, said, several, before, after], axis=1)


def _term(lows: Sequence[str], at: int) -> tuple[int, lexicon.Term | None]:
    """The longest phrase for a member that begins at a word; marks inside it are passed over."""
    best: tuple[int, lexicon.Term | None] = (0, None)
    if lows[at] in _POSSESSIVES and at + 1 < len(lows):
        return best
    phrase: list[str] = []
    for end in range(at, min(at + 2 * lexicon.MAX_WORDS, len(lows))):
        low = lows[end]
        if low == "-":
            continue
        if low == "'":
            phrase.append(low)
            continue
        # The encoder's words part "'s"; the list has it whole.
        if phrase and phrase[-1] == "'":
            phrase[-1] = "'" + low
        else:
            phrase.append(low)
        if term := lexicon.terms().get(tuple(phrase)):
            best = (end - at + 1, term)
    return best
