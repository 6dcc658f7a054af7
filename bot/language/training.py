"""Training of readers, in TensorFlow; nothing of it is loaded when the bot runs.

The lower layers stay as they are, so what they make of each text is worked out once. The upper
ones are tuned together with all heads. An answer that is not known costs nothing.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]
from numpy.typing import NDArray

from bot.language.encoder import LAYER_PARTS, Array, encoder
from bot.language.pieces import Word
from bot.language.reader import BEGIN, INSIDE, OUTSIDE, Example, Features, Head, Reader, Span

_log = logging.getLogger(__name__)
_SEED = 7
_HEAD_PACE = 10
"""Heads begin at nothing and learn so many times quicker than layers that know English."""
_RARE = -3.0
"""A label of many begins as unlikely, as most are in most texts."""
_MARGIN = 1e-4
_TOGETHER = 64


@dataclass(frozen=True)
class Plan:
    """How to train.

    Attributes:
        depth: how many upper layers are tuned.
        rounds: how often each example is seen.
        batch: examples a step.
        rate: highest step of the tuned layers; the step grows over the first tenth and then falls.
        dropout: share of values left out at random.
        smoothing: share of certainty kept back from the right one of several labels.
    """

    depth: int = 3
    rounds: int = 3
    batch: int = 32
    rate: float = 2e-4
    dropout: float = 0.1
    smoothing: float = 0.05


@dataclass
class _Prepared:
    """An example as numbers; ``-1`` is an answer that is not known."""

    state: Array
    places: tuple[tuple[int, int], ...]
    features: Array
    marks: dict[str, NDArray[Any]]
    spans: list[tuple[int, int]]
    labels: dict[str, NDArray[Any]]
    span_labels: dict[str, list[NDArray[Any]]]


def train(
    examples: Sequence[Example],
    heads: Sequence[Head],
    plan: Plan,
    features: Features | None = None,
) -> Reader:
    """A reader that has learnt from examples; minutes of processor time for thousands.

    Args:
        examples: at least one.
        heads: what to learn.
        plan: how.
        features: see ``Reader``.

    Raises:
        ValueError: there are no examples.
    """
    if not examples:
        raise ValueError("nothing to learn from: give at least one example")
    tf.keras.utils.set_random_seed(_SEED)
    model = _Model(heads, plan, _features(features, "", ()).shape[1])
    prepared = _prepare(examples, heads, plan, features)
    steps = plan.rounds * -(-len(prepared) // plan.batch)
    layers, head_values = model.layer_values(), model.head_values()
    slow = tf.keras.optimizers.legacy.Adam(_Slope(plan.rate, steps))
    quick = tf.keras.optimizers.legacy.Adam(_Slope(plan.rate * _HEAD_PACE, steps))

    @tf.function(autograph=False, reduce_retracing=True)
    def step(batch: dict[str, Any]) -> Any:
        with tf.GradientTape() as tape:
            loss = model.loss(batch)
        slopes, _ = tf.clip_by_global_norm(tape.gradient(loss, layers + head_values), 1.0)
        slow.apply_gradients(zip(slopes[: len(layers)], layers, strict=True))
        quick.apply_gradients(zip(slopes[len(layers) :], head_values, strict=True))
        return loss

    order = random.Random(_SEED)  # noqa: S311 - nothing secret about it
    for number in range(plan.rounds):
        began, losses = time.monotonic(), []
        for batch in _batches(prepared, plan.batch, order):
            losses.append(float(step(_padded(batch, heads))))
        _log.info(
            "round %d of %d: loss %.4f, %.0f s",
            number + 1,
            plan.rounds,
            np.mean(losses),
            time.monotonic() - began,
        )
    return Reader(heads, model.numpy_layers(), model.numpy_heads(), features)


class _Slope(tf.keras.optimizers.schedules.LearningRateSchedule):
    """Up to the highest in the first tenth of the steps, then evenly down to nothing."""

    def __init__(self, highest: float, steps: int) -> None:
        self._highest, self._steps = highest, float(steps)

    def __call__(self, step: Any) -> Any:
        done = tf.cast(step, tf.float32) / self._steps
        return self._highest * tf.minimum(done * 10 + _MARGIN, (1 - done) / 0.9 + _MARGIN)


class _Model:
    """The variables, and what is worked out with them."""

    def __init__(self, heads: Sequence[Head], plan: Plan, extra: int) -> None:
        base = encoder()
        self._heads, self._plan = heads, plan
        self._width = base.width
        self._layers = [
            {part: tf.Variable(layer.weights[part], name=part) for part in LAYER_PARTS}
            for layer in base.layers[len(base.layers) - plan.depth :]
        ]
        draw = np.random.default_rng(_SEED)
        self._weights = {}
        for head in heads:
            inputs = self._width + (0 if head.of == "text" else extra)
            matrix = draw.normal(0, 0.02, (inputs, head.width)).astype(np.float32)
            bias = np.full(head.width, _RARE if head.many else 0, dtype=np.float32)
            self._weights[head.name] = (tf.Variable(matrix), tf.Variable(bias))

    def layer_values(self) -> list[Any]:
        return [value for layer in self._layers for value in layer.values()]

    def head_values(self) -> list[Any]:
        return [value for pair in self._weights.values() for value in pair]

    def numpy_layers(self) -> list[dict[str, Array]]:
        return [{part: value.numpy() for part, value in layer.items()} for layer in self._layers]

    def numpy_heads(self) -> dict[str, tuple[Array, Array]]:
        return {name: (w.numpy(), b.numpy()) for name, (w, b) in self._weights.items()}

    def loss(self, batch: dict[str, Any]) -> Any:
        """The mean over a batch of what each known answer costs."""
        hidden, blocked = batch["state"], (1 - batch["real"])[:, None, None, :] * -1e9
        for layer in self._layers:
            hidden = _layer(layer, hidden, blocked, self._plan.dropout)
        share = batch["real"] / tf.reduce_sum(batch["real"], axis=1, keepdims=True)
        whole = tf.squeeze(share[:, None, :] @ hidden, 1)
        words = tf.concat([batch["pool"] @ hidden, batch["features"]], axis=2)
        spans = batch["span_pool"] @ words
        total = 0.0
        for head in self._heads:
            source = {"text": whole, "spans": words, "attributes": spans}[head.of]
            matrix, bias = self._weights[head.name]
            scores = _product(tf.nn.dropout(source, self._plan.dropout), matrix) + bias
            total += self._cost(head, scores, batch[head.name])
        return total

    def _cost(self, head: Head, scores: Any, wanted: Any) -> Any:
        """Sum of the costs of the known answers, over the number of texts."""
        texts = tf.cast(tf.shape(wanted)[0], tf.float32)
        if head.many:
            known = tf.cast(wanted >= 0, tf.float32)
            target = tf.maximum(wanted, 0)
            cost = tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=scores)
            return tf.reduce_sum(cost * known) / texts
        known = tf.cast(wanted >= 0, tf.float32)
        even = self._plan.smoothing / head.width
        target = tf.one_hot(tf.maximum(wanted, 0), head.width) * (1 - self._plan.smoothing) + even
        cost = tf.nn.softmax_cross_entropy_with_logits(labels=target, logits=scores)
        return tf.reduce_sum(cost * known) / texts


def _layer(weights: Mapping[str, Any], hidden: Any, blocked: Any, drop: float) -> Any:
    """As ``bot.language.encoder.Layer``, for texts of several lengths together."""
    base = encoder()

    def dense(name: str, values: Any) -> Any:
        matrix, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
        return _product(values, matrix, transpose=True) + bias

    def norm(name: str, values: Any) -> Any:
        mean, spread = tf.nn.moments(values, -1, keepdims=True)
        scale, shift = weights[f"{name}.weight"], weights[f"{name}.bias"]
        return (values - mean) * tf.math.rsqrt(spread + base.epsilon) * scale + shift

    texts, length = tf.shape(hidden)[0], tf.shape(hidden)[1]
    size = base.width // base.heads

    def parted(name: str) -> Any:
        values = dense(f"attention.self.{name}", hidden)
        values = tf.reshape(values, (texts, length, base.heads, size))
        return tf.transpose(values, (0, 2, 1, 3))

    scores = tf.matmul(parted("query"), parted("key"), transpose_b=True) / size**0.5 + blocked
    joined = tf.transpose(tf.nn.softmax(scores) @ parted("value"), (0, 2, 1, 3))
    joined = dense("attention.output.dense", tf.reshape(joined, (texts, length, base.width)))
    hidden = norm("attention.output.LayerNorm", hidden + tf.nn.dropout(joined, drop))
    wide = tf.nn.gelu(dense("intermediate.dense", hidden), approximate=False)
    narrow = dense("output.dense", wide)
    return norm("output.LayerNorm", hidden + tf.nn.dropout(narrow, drop))


def _common_states(texts: Sequence[str], layers: int) -> list[Array]:
    """``Encoder.state`` of many texts, which is quicker for many together."""
    base = encoder()

    @tf.function(autograph=False, reduce_retracing=True)
    def through(hidden: Any, real: Any) -> Any:
        for layer in base.layers[:layers]:
            hidden = _layer(layer.weights, hidden, (1 - real)[:, None, None, :] * -1e9, 0.0)
        return hidden

    first = [base.state(text, 0) for text in texts]
    states: list[Array] = [np.zeros(0, dtype=np.float32)] * len(texts)
    order = sorted(range(len(texts)), key=lambda i: len(first[i]))
    for start in range(0, len(order), _TOGETHER):
        batch = order[start : start + _TOGETHER]
        longest = len(first[batch[-1]])
        hidden = np.zeros((len(batch), longest, base.width), dtype=np.float32)
        real = np.zeros((len(batch), longest), dtype=np.float32)
        for row, i in enumerate(batch):
            hidden[row, : len(first[i])] = first[i]
            real[row, : len(first[i])] = 1
        done = through(tf.constant(hidden), tf.constant(real)).numpy()
        for row, i in enumerate(batch):
            states[i] = done[row, : len(first[i])].copy()
    return states


def _product(values: Any, matrix: Any, *, transpose: bool = False) -> Any:
    # One flat product is a quarter quicker here than a batch of small ones.
    shape = tf.shape(values)
    flat = tf.matmul(tf.reshape(values, (-1, shape[-1])), matrix, transpose_b=transpose)
    columns = matrix.shape[0] if transpose else matrix.shape[1]
    return tf.reshape(flat, tf.concat([shape[:-1], [columns]], 0))


def _features(features: Features | None, text: str, words: Sequence[Word]) -> Array:
    if features is None:
        return np.zeros((len(words), 0), dtype=np.float32)
    return features(text, words)


def _prepare(
    examples: Sequence[Example], heads: Sequence[Head], plan: Plan, features: Features | None
) -> list[_Prepared]:
    base = encoder()
    common = len(base.layers) - plan.depth
    result = []
    states = _common_states([e.text for e in examples], common)
    for example, state in zip(examples, states, strict=True):
        cut = base.cut(example.text)
        spans = [(s, place) for s in example.spans if (place := _words_in(s, cut.words))]
        result.append(
            _Prepared(
                state=state,
                places=cut.places,
                features=_features(features, example.text, cut.words),
                marks={
                    h.name: _marks(h, example, spans, len(cut.words))
                    for h in heads
                    if h.of == "spans"
                },
                spans=[place for _, place in spans],
                labels={h.name: _wanted(h, example.labels) for h in heads if h.of == "text"},
                span_labels={
                    h.name: [_wanted(h, span.labels) for span, _ in spans]
                    for h in heads
                    if h.of == "attributes"
                },
            )
        )
    return result


def _words_in(span: Span, words: Sequence[Word]) -> tuple[int, int] | None:
    inside = [i for i, w in enumerate(words) if w.start < span.end and w.end > span.start]
    return (inside[0], inside[-1] + 1) if inside else None


def _marks(
    head: Head, example: Example, spans: list[tuple[Span, tuple[int, int]]], words: int
) -> NDArray[Any]:
    known = head.name in example.marked
    marks = np.full(words, OUTSIDE if known else -1, dtype=np.int32)
    for span, (first, last) in spans:
        if span.head == head.name:
            marks[first] = BEGIN
            marks[first + 1 : last] = INSIDE
    return marks


def _wanted(head: Head, labels: Mapping[str, Any]) -> NDArray[Any]:
    """One number for a head of one label, a row of numbers for one of many."""
    given = labels.get(head.name)
    if head.many:
        if given is None:
            return np.full(head.width, -1, dtype=np.float32)
        return np.array([label in given for label in head.labels], dtype=np.float32)
    return np.array(-1 if given is None else head.labels.index(given), dtype=np.int32)


def _batches(
    prepared: Sequence[_Prepared], size: int, order: random.Random
) -> Iterator[list[_Prepared]]:
    """Examples of like length together, so that little is padded; in another order each time."""
    shuffled = sorted(prepared, key=lambda p: len(p.state) + order.random() * 2)
    batches = [list(shuffled[i : i + size]) for i in range(0, len(shuffled), size)]
    order.shuffle(batches)
    yield from batches


def _padded(batch: list[_Prepared], heads: Sequence[Head]) -> dict[str, Any]:
    pieces = max(len(p.state) for p in batch)
    words = max(1, *(len(p.places) for p in batch))
    spans = max(1, *(len(p.spans) for p in batch))
    width, extra = batch[0].state.shape[1], batch[0].features.shape[1]
    made: dict[str, Any] = {
        "state": np.zeros((len(batch), pieces, width), dtype=np.float32),
        "real": np.zeros((len(batch), pieces), dtype=np.float32),
        "pool": np.zeros((len(batch), words, pieces), dtype=np.float32),
        "span_pool": np.zeros((len(batch), spans, words), dtype=np.float32),
        "features": np.zeros((len(batch), words, extra), dtype=np.float32),
    }
    for head in heads:
        rows = {"text": (), "spans": (words,), "attributes": (spans,)}[head.of]
        columns = (head.width,) if head.many else ()
        kind = np.float32 if head.many else np.int32
        made[head.name] = np.full((len(batch), *rows, *columns), -1, dtype=kind)
    for i, one in enumerate(batch):
        made["state"][i, : len(one.state)] = one.state
        made["real"][i, : len(one.state)] = 1
        made["features"][i, : len(one.features)] = one.features
        for k, (a, b) in enumerate(one.places):
            made["pool"][i, k, a:b] = 1 / (b - a)
        for k, (a, b) in enumerate(one.spans):
            made["span_pool"][i, k, a:b] = 1 / (b - a)
        for name, wanted in one.labels.items():
            made[name][i] = wanted
        for name, marks in one.marks.items():
            made[name][i, : len(marks)] = marks
        for name, answers in one.span_labels.items():
            for k, answer in enumerate(answers):
                made[name][i, k] = answer
    return {name: tf.constant(values) for name, values in made.items()}
