"""The encoder: near vectors for texts that mean the same, and a place for every word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import encoder as module
from bot.language.encoder import Array, Encoder, encoder
from bot.language.pieces import MAX_PIECES, words_of


@pytest.fixture(scope="module")
def model() -> Encoder:
    return encoder()


def vector(model: Encoder, text: str) -> Array:
    return model.state(text, len(model.layers)).mean(axis=0)


def closeness(model: Encoder, one: str, other: str) -> float:
    a, b = vector(model, one), vector(model, other)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_what_means_the_same_is_nearer_than_what_shares_words(model: Encoder) -> None:
    said = "I have no money to pay the bills"
    assert closeness(model, said, "we are broke this month") > closeness(
        model, said, "I have no time to read the bills of birds"
    )


def test_case_and_accents_change_nothing(model: Encoder) -> None:
    assert np.allclose(vector(model, "José is MY friend"), vector(model, "jose is my friend"))


@pytest.mark.parametrize("text", ["", "   ", "👍🏽", "\u200d", "漢字", "x" * 500, "word " * 900])
def test_any_text_has_finite_vectors(model: Encoder, text: str) -> None:
    assert np.isfinite(vector(model, text)).all()


def test_long_messages_are_cut_not_refused(model: Encoder) -> None:
    words = "and " * MAX_PIECES
    assert np.allclose(vector(model, words), vector(model, words * 2), atol=1e-4)


def test_words_are_found_where_they_stand() -> None:
    text = "Me mam’s José, 82 — d'you know?"
    found = [(w.text, text[w.start : w.end]) for w in words_of(text)]
    assert ("jose", "José") in found
    assert ("mam", "mam") in found
    assert ("82", "82") in found


@given(st.text(max_size=80))
def test_words_are_in_order_and_inside_the_text(text: str) -> None:
    end = 0
    for word in words_of(text):
        assert end <= word.start + 1 <= word.end <= len(text)
        end = word.end


def test_a_missing_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGE", "no_such_package_for_weights")
    with pytest.raises(ModuleNotFoundError, match="make setup"):
        encoder.__wrapped__()
