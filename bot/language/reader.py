"""A reader: the encoder's upper layers, tuned for a purpose, with heads that label a text.

A head of a *text* chooses one label for the whole, or any number of them. A head of *spans* finds
stretches of words (B-I-O marks); a head of *attributes* labels each stretch that was found.
Trained by ``bot.language.training``, used here in plain numpy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file
from scipy.special import expit, softmax  # type: ignore[import-untyped]

from bot.language.encoder import LAYER_PARTS, Array, encoder
from bot.language.pieces import Word

OUTSIDE, BEGIN, INSIDE = 0, 1, 2
"""Columns of a head of spans."""

_LENIENT = np.array([0.2, 1, 1], dtype=np.float32)
"""What the marks count when less than the likeliest is looked for: outside, a fifth."""

Features = Callable[[str, Sequence[Word]], Array]
"""What else is known of the words of a text than the encoder's vectors: shape (words, n)."""


@dataclass(frozen=True)
class Head:
    """One question to a text.

    Attributes:
        name: what the answer is called.
        labels: the answers, in the order of the columns; empty for a head of spans.
        of: what it labels.
        many: any number of labels may hold; else just one does.
    """

    name: str
    labels: tuple[str, ...] = ()
    of: Literal["text", "spans", "attributes"] = "text"
    many: bool = False

    @property
    def width(self) -> int:
        """Number of columns."""
        return 3 if self.of == "spans" else len(self.labels)


@dataclass(frozen=True)
class Span:
    """A stretch of a text.

    Attributes:
        head: the head of spans that it belongs to.
        start: offset of its first character.
        end: offset after its last.
        labels: answers by head of attributes; a tuple where many may hold. A head that is not
            here is not known.
    """

    head: str
    start: int
    end: int
    labels: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """A text with what is known of it, to learn from.

    Attributes:
        text: the message.
        labels: answers by head of a text.
        spans: all stretches of the heads in ``marked``.
        marked: heads of spans whose stretches are known, be it that there are none.
    """

    text: str
    labels: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    marked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """A stretch that a reader found.

    Attributes:
        head, start, end: as in ``Span``.
        chances: probabilities of the labels by head of attributes.
        first: place of its first word among the words of the text.
        sure: whether it is the likeliest reading. Others are for who knows from elsewhere that
            there must be something.
    """

    head: str
    start: int
    end: int
    chances: Mapping[str, Mapping[str, float]]
    first: int
    sure: bool = True


@dataclass(frozen=True)
class Reading:
    """All answers to one text.

    Attributes:
        text: the message.
        chances: probabilities of the labels by head of a text.
        spans: in the order of the text; mind ``Found.sure``.
    """

    text: str
    chances: Mapping[str, Mapping[str, float]]
    spans: tuple[Found, ...]

    def best(self, head: str) -> str:
        """The likeliest label of a head of a text."""
        chances = self.chances[head]
        return max(chances, key=lambda label: chances[label])

    def over(self, head: str, bar: float) -> tuple[str, ...]:
        """The labels of a head that are at least so likely."""
        return tuple(label for label, chance in self.chances[head].items() if chance >= bar)


class Reader:
    """Tuned layers and heads; may be used from several threads."""

    def __init__(
        self,
        heads: Iterable[Head],
        layers: Sequence[Mapping[str, Array]],
        weights: Mapping[str, tuple[Array, Array]],
        features: Features | None = None,
    ) -> None:
        """Put together from trained parts.

        Args:
            heads: in any order.
            layers: weights of the tuned upper layers, the lowest first.
            weights: for each head by name a matrix (inputs, columns) and a bias.
            features: the same as in training.
        """
        self.heads = tuple(heads)
        self._base = encoder()
        self._tuned = [self._base.layer(weights) for weights in layers]
        self._common = len(self._base.layers) - len(self._tuned)
        self._weights = dict(weights)
        self._features = features

    def read(self, text: str) -> Reading:
        """Answer every head for a text of any length, in the pieces that ``encoder`` can take."""
        state = self._base.state(text, self._common)
        for layer in self._tuned:
            state = layer(state)
        whole = state.mean(axis=0)
        chances = {h.name: self._chances(h, whole) for h in self.heads if h.of == "text"}
        return Reading(text, chances, self._spans(text, state))

    def _spans(self, text: str, state: Array) -> tuple[Found, ...]:
        finders = [h for h in self.heads if h.of == "spans"]
        cut = self._base.cut(text)
        if not finders or not cut.words:
            return ()
        vectors = np.stack([state[a:b].mean(axis=0) for a, b in cut.places])
        if self._features is not None:
            vectors = np.concatenate([vectors, self._features(text, cut.words)], axis=1)
        attributes = [h for h in self.heads if h.of == "attributes"]
        found = []
        for head in finders:
            marks = softmax(self._scores(head, vectors), axis=1)
            sure = stretches(marks)
            maybe = [
                (first, last)
                for first, last in stretches(marks * _LENIENT)
                if all(last <= a or b <= first for a, b in sure)
            ]
            for first, last in (*sure, *maybe):
                vector = vectors[first:last].mean(axis=0)
                chances = {h.name: self._chances(h, vector) for h in attributes}
                start, end = cut.words[first].start, cut.words[last - 1].end
                is_sure = (first, last) in sure
                found.append(Found(head.name, start, end, chances, first, is_sure))
        return tuple(sorted(found, key=lambda f: (f.start, f.head)))

    def _scores(self, head: Head, vectors: Array) -> Array:
        matrix, bias = self._weights[head.name]
        return vectors @ matrix + bias

    def _chances(self, head: Head, vector: Array) -> dict[str, float]:
        scores = self._scores(head, vector)
        chances = expit(scores) if head.many else softmax(scores)
        return dict(zip(head.labels, map(float, chances), strict=True))

    def save(self, path: Path) -> None:
        """Write all but ``features`` to a safetensors file."""
        arrays = {
            f"layer.{i}.{part}": np.ascontiguousarray(layer.weights[part])
            for i, layer in enumerate(self._tuned)
            for part in LAYER_PARTS
        }
        for name, (matrix, bias) in self._weights.items():
            arrays[f"head.{name}.weight"], arrays[f"head.{name}.bias"] = matrix, bias
        heads = json.dumps([asdict(head) for head in self.heads])
        save_file(arrays, path, {"heads": heads, "layers": str(len(self._tuned))})

    @classmethod
    def load(cls, path: Path, features: Features | None = None) -> Reader:
        """Read what ``save`` wrote; a safetensors file holds numbers only, and runs no code."""
        with safe_open(path, framework="np") as file:  # type: ignore[attr-defined]
            about: dict[str, Any] = file.metadata()
            heads = [
                Head(**{**h, "labels": tuple(h["labels"])}) for h in json.loads(about["heads"])
            ]
            layers = [
                {part: file.get_tensor(f"layer.{i}.{part}") for part in LAYER_PARTS}
                for i in range(int(about["layers"]))
            ]
            weights = {
                h.name: (
                    file.get_tensor(f"head.{h.name}.weight"),
                    file.get_tensor(f"head.{h.name}.bias"),
                )
                for h in heads
            }
        return cls(heads, layers, weights, features)


def stretches(chances: Array) -> list[tuple[int, int]]:
    """Stretches of words from the likeliest B-I-O marks.

    Args:
        chances: shape (words, 3), in the order of ``OUTSIDE``, ``BEGIN``, ``INSIDE``.

    Returns:
        First word and the one after the last. An inside that follows no stretch begins one.
    """
    found: list[tuple[int, int]] = []
    open_at: int | None = None
    for at, mark in enumerate(chances.argmax(axis=1)):
        if open_at is not None and mark != INSIDE:
            found.append((open_at, at))
            open_at = None
        if mark == BEGIN or (mark == INSIDE and open_at is None):
            open_at = at
    if open_at is not None:
        found.append((open_at, len(chances)))
    return found
