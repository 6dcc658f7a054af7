"""What a message is for: one of the intents, with a probability.

Words and letters as TF-IDF, what the extractors saw ("somebody is named", "asks to remove") and
a pretrained encoder's vectors side by side, in a linear support vector machine.
``docs/nlu-report.md`` has what it was compared with, and how the constants here were measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]
from scipy.special import softmax  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import (  # type: ignore[import-untyped]
    CountVectorizer,
    TfidfVectorizer,
)
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from bot.language.encoder import Array
from bot.nlu import lexicon, words
from bot.nlu.vectors import text_vectors
from bot.nlu.words import Token

NAME = "personname"
"""Stands for any first name, so that what was learnt of Tom holds for Thandeka."""

_CUE_WEIGHT = 0.5
_STRENGTH = 0.3
_LAYERS = 3
# The length of the encoder's part beside the TF-IDF parts, which have length 1.
_VECTOR_WEIGHT = 1.5
# Distances from the boundaries times this, in a softmax, are probabilities that hold for a
# writer who was not learnt from: of messages held to be 80 % sure about 80 % are right.
_SHARPNESS = 4.25
# What fits no intent takes many forms, of which few were learnt: it gets the benefit of doubt.
_OUTSIDE = "out_of_scope"
_OUTSIDE_AHEAD = 0.2


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
    """A trained classifier; plain scikit-learn, so it can be saved with joblib.

    The encoder is not part of it: it comes from its package wherever the model is used.
    """

    def __init__(self) -> None:
        self._words = TfidfVectorizer(
            ngram_range=(1, 3), tokenizer=str.split, token_pattern=None, sublinear_tf=True
        )
        self._letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self._cues = CountVectorizer(analyzer=_split_cues, binary=True)
        self._scale = StandardScaler()
        self._model = LinearSVC(C=_STRENGTH, random_state=7)

    def fit(
        self,
        texts: Sequence[str],
        seen: Sequence[str],
        intents: Sequence[str],
        vectors: Array | None = None,
    ) -> IntentModel:
        """Learns.

        Args:
            texts: messages.
            seen: their ``cues``.
            intents: what each is for; three different ones at least.
            vectors: what the encoder makes of the texts, where that is at hand.

        Raises:
            ValueError: fewer than three intents.
        """
        if len(set(intents)) < 3:
            raise ValueError(f"cannot learn {len(set(intents))} intents: give at least three")
        spoken = [plain(t) for t in texts]
        pooled = _last_layers(text_vectors(texts) if vectors is None else vectors)
        features = self._join(
            self._words.fit_transform(spoken),
            self._letters.fit_transform(spoken),
            self._cues.fit_transform(seen),
            self._scale.fit_transform(pooled),
        )
        self._model.fit(features, np.asarray(intents))
        return self

    @staticmethod
    def _join(a: sp.spmatrix, b: sp.spmatrix, c: sp.spmatrix, dense: Array) -> sp.csr_matrix:
        weighted = sp.csr_matrix(dense * (_VECTOR_WEIGHT / dense.shape[1] ** 0.5))
        return sp.hstack([a, b, _CUE_WEIGHT * c, weighted]).tocsr()

    @property
    def intents(self) -> list[str]:
        """What it tells apart, in the order of the columns of ``probabilities``."""
        return [str(name) for name in self._model.classes_]

    def probabilities(
        self, texts: Sequence[str], seen: Sequence[str], vectors: Array | None = None
    ) -> Array:
        """Calibrated probabilities of shape (texts, intents); arguments as for ``fit``."""
        return softmax(self.margins(texts, seen, vectors) * _SHARPNESS, axis=1)

    def margins(
        self, texts: Sequence[str], seen: Sequence[str], vectors: Array | None = None
    ) -> Array:
        """Distances from each intent's boundary, of shape (texts, intents)."""
        spoken = [plain(t) for t in texts]
        pooled = _last_layers(text_vectors(texts) if vectors is None else vectors)
        features = self._join(
            self._words.transform(spoken),
            self._letters.transform(spoken),
            self._cues.transform(seen),
            self._scale.transform(pooled),
        )
        found = self._model.decision_function(features)
        if _OUTSIDE in self.intents:
            found[:, self.intents.index(_OUTSIDE)] += _OUTSIDE_AHEAD
        return found

    def rank(self, texts: Iterable[str], seen: Iterable[str]) -> list[list[tuple[str, float]]]:
        """For each text every intent with its probability, the likeliest first."""
        names = self.intents
        return [
            [(names[i], float(row[i])) for i in np.argsort(-row)]
            for row in self.probabilities(list(texts), list(seen))
        ]


def _last_layers(vectors: Array) -> Array:
    """The last layers side by side, each made of length 1: shape (texts, layers x width)."""
    last = vectors[:, -_LAYERS:].astype(np.float32)
    last /= np.linalg.norm(last, axis=2, keepdims=True)
    return last.reshape(len(last), -1)
