"""The encoder: the same vectors in any company, and near ones for texts that mean the same."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu import encoder as module
from bot.nlu.encoder import MAX_PIECES, Encoder, encoder


@pytest.fixture(scope="module")
def model() -> Encoder:
    return encoder()


def closeness(model: Encoder, one: str, other: str) -> float:
    a, b = model.encode([one, other])[:, -1]
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_what_means_the_same_is_nearer_than_what_shares_words(model: Encoder) -> None:
    said = "I have no money to pay the bills"
    assert closeness(model, said, "we are broke this month") > closeness(
        model, said, "I have no time to read the bills of birds"
    )


def test_a_text_has_the_same_vectors_alone_and_in_company(model: Encoder) -> None:
    texts = ["hello", "my wife Jean does my tablets and the shopping every week", "nah"]
    together = model.encode(texts)
    assert together.shape == (3, model.layers, model.width)
    for text, vectors in zip(texts, together, strict=True):
        assert np.allclose(model.encode([text])[0], vectors, atol=1e-4)


def test_case_and_accents_change_nothing(model: Encoder) -> None:
    assert np.allclose(model.encode(["José is MY friend"]), model.encode(["jose is my friend"]))


@pytest.mark.parametrize("text", ["", "   ", "👍🏽", "\u200d", "漢字", "x" * 500, "word " * 900])
def test_any_text_has_finite_vectors(model: Encoder, text: str) -> None:
    assert np.isfinite(model.encode([text])).all()


def test_long_messages_are_cut_not_refused(model: Encoder) -> None:
    words = "and " * MAX_PIECES
    assert np.allclose(model.encode([words]), model.encode([words * 2]), atol=1e-4)


def test_no_texts_give_no_vectors(model: Encoder) -> None:
    assert model.encode([]).shape == (0, model.layers, model.width)


def test_a_missing_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGE", "no_such_package_for_weights")
    with pytest.raises(ModuleNotFoundError, match="make setup"):
        encoder.__wrapped__()
