"""A yes with a condition."""

from __future__ import annotations

import pytest

from bot.rights.conditions import Condition, condition_in


@pytest.mark.parametrize(
    "text",
    [
        "ok but don't save anything i say",
        "yes but dont keep nowt",
        "yeah as long as nobody reads it",
        "yes but i’d rather staff didn’t see it",
        "yes but I dont want my answers kept",
        "yes, as long as it's private",
    ],
)
def test_what_the_service_cannot_do_is_not_agreed(text: str) -> None:
    assert condition_in(text) is Condition.THE_RECORD


@pytest.mark.parametrize(
    "text",
    [
        "yes you can keep my answers but not my family",
        "yes please but leave my wife out of it",
        "yes but no map",
    ],
)
def test_the_map_can_be_left_out(text: str) -> None:
    assert condition_in(text) is Condition.THE_MAP


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "yes but be quick",
        "yes I'm 72, but I don't see well",
        "yes but i'm not much of a typist",
        "ok if you like",
        "yes but only the first names",
        "yes but I can't see that well",
    ],
)
def test_a_plain_yes_is_one(text: str) -> None:
    assert condition_in(text) is None
