"""How sure somebody is, as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.support.sureness import sure_in, sure_without_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("seven", 7),
        ("7/10", 7),
        ("seven out of ten", 7),
        ("on a scale of 0 to 10 I'd say 6", 6),
        ("about 8 or 9", 8),
        ("70%", 7),
        ("a hundred per cent", 10),
        ("zero", 0),
        ("10", 10),
    ],
)
def test_the_number_is_read(text: str, number: int) -> None:
    assert sure_in(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "very", "15", "200%", "no one to go with", "my 3 kids are coming that week so I can't"],
)
def test_no_number_is_made_up(text: str) -> None:
    assert sure_in(text) is None


@given(st.text(max_size=60))
def test_a_number_is_from_0_to_10_whatever_is_written(text: str) -> None:
    assert sure_in(text) in {None, *range(11)}


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("very sure", True),
        ("definitely", True),
        ("fairly", True),
        ("very", True),
        ("not very", False),
        ("fifty fifty", False),
        ("50/50", False),
        ("so-so", False),
        ("not very sure", False),
        ("I'm not sure", False),
        ("I doubt it", False),
        ("Tuesday", None),
    ],
)
def test_sure_in_words(text: str, sure: bool | None) -> None:
    assert sure_without_number(text) is sure
