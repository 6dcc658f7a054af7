"""A message as vectors: the mean over its pieces of what each layer of the encoder makes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.language.encoder import Array, encoder


def text_vectors(texts: Sequence[str]) -> Array:
    """What the encoder makes of messages.

    Args:
        texts: any; a long one is cut after its first pieces.

    Returns:
        Shape (texts, layers, width).
    """
    model = encoder()
    shape = (len(texts), len(model.layers), model.width)
    found = np.empty(shape, dtype=np.float32)
    for row, text in zip(found, texts, strict=True):
        for layer, vector in enumerate(row, start=1):
            vector[:] = model.state(text, layer).mean(axis=0)
    return found
