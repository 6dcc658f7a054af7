"""Typed words in place of ticks."""

from __future__ import annotations

import pytest

from actions.choices import says_all
from bot.conversations.ticks import says_done


@pytest.mark.parametrize(
    "text", ["done", "finished", "that’s it", "yes thats it", "im done thanks"]
)
def test_done_is_done(text: str) -> None:
    assert says_done(text) and not says_all(text)


@pytest.mark.parametrize("text", ["both", "all of them", "i said both", "the lot", "they all are"])
def test_all_is_all(text: str) -> None:
    assert says_all(text)


@pytest.mark.parametrize("text", ["", "both my knees", "it's my knees", "all I do is sleep", "no"])
def test_other_words_are_neither(text: str) -> None:
    assert not says_done(text) and not says_all(text)
