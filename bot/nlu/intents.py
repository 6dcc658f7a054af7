"""What a message is for: one of the intents, with a probability.

Words and letters as TF-IDF with what the extractors saw ("somebody is named", "asks to
remove") beside them, in a logistic regression. ``docs/nlu.md`` has what it was compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import (  # type: ignore[import-untyped]
    CountVectorizer,
    TfidfVectorizer,
)
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from bot.nlu import lexicon, words
from bot.nlu.words import Token

NAME = "personname"
"""Stands for any first name, so that what was learnt of Tom holds for Thandeka."""

_CUE_WEIGHT = 0.5
_STRENGTH = 10.0
# One-against-rest probabilities are too timid once made to add up; with this power a message
# held to be 80 % sure is right about 80 % of the time (measured on held-out messages).
_SHARPNESS = 1.4


def masked(token: Token) -> str:
    """A word as the classifier sees it: mended, no apostrophe, any first name the same."""
    named = token.low in lexicon.names() and token.low not in lexicon.terms_of_one_word()
    if named and (token.low not in lexicon.word_names() or (token.capital and token.start)):
        return NAME
    return token.norm.replace("'", "")


def plain(text: str) -> str:
    """The masked words of a text, and its question marks, between spaces."""
    return " ".join(masked(t) for t in words.tokenise(text) if t.is_word or t.text == "?")


def cues(text: str, meaning: dict[str, list[dict[str, Any]]]) -> str:
    """What the extractors saw, as words for a bag of them.

    Args:
        text: the message.
        meaning: the contract's ``members``, ``edits`` and ``difficulties``.
    """
    seen = plain(text).split()
    length = next(str(n) for n in (1, 2, 4, 8, 16, 10_000) if len(seen) <= n)
    found = [f"members {min(3, len(meaning['members']))}", f"length {length}"]
    found += [f"kind {m['kind']}" for m in meaning["members"]]
    found += [f"edit {e['operation']}" for e in meaning["edits"]] or ["edit none"]
    found.append(f"difficulties {min(2, len(meaning['difficulties']))}")
    if seen:
        found += [f"first {seen[0]}", f"last {seen[-1]}"]
    return "|".join(found)


def _split_cues(line: str) -> list[str]:
    return line.split("|")


class IntentModel:
    """A trained classifier; plain scikit-learn, so it can be saved with joblib."""

    def __init__(self) -> None:
        self._words = TfidfVectorizer(
            ngram_range=(1, 3), tokenizer=str.split, token_pattern=None, sublinear_tf=True
        )
        self._letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self._cues = CountVectorizer(analyzer=_split_cues, binary=True)
        self._model = LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=7)

    def fit(self, texts: Sequence[str], seen: Sequence[str], intents: Sequence[str]) -> IntentModel:
        """Learns from texts, their ``cues`` and their intents, all of one length."""
        spoken = [plain(t) for t in texts]
        features = self._join(
            self._words.fit_transform(spoken),
            self._letters.fit_transform(spoken),
            self._cues.fit_transform(seen),
        )
        self._model.fit(features, np.asarray(intents))
        return self

    @staticmethod
    def _join(a: sp.spmatrix, b: sp.spmatrix, c: sp.spmatrix) -> sp.csr_matrix:
        return sp.hstack([a, b, _CUE_WEIGHT * c]).tocsr()

    def rank(self, texts: Iterable[str], seen: Iterable[str]) -> list[list[tuple[str, float]]]:
        """For each text every intent with its probability, the likeliest first."""
        spoken = [plain(t) for t in texts]
        features = self._join(
            self._words.transform(spoken),
            self._letters.transform(spoken),
            self._cues.transform(seen),
        )
        result = []
        sharpened = self._model.predict_proba(features) ** _SHARPNESS
        for row in sharpened / sharpened.sum(axis=1, keepdims=True):
            order = np.argsort(-row)
            result.append([(str(self._model.classes_[i]), float(row[i])) for i in order])
        return result
