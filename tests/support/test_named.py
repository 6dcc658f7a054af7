"""What people ask for by name, and what they do not."""

from __future__ import annotations

import pytest

from bot.support.named import thing_named, which_named


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("is there a choir?", "choir"),
        ("Any walking groups near me", "walking"),
        ("I'd like somewhere to knit", "knit"),
        ("is there a chair yoga class in Marlowby", "chair yoga class"),
        ("can you find me something near me", ""),
        ("what else have you got?", ""),
        ("show me other options please", ""),
        ("find support", ""),
        ("dementia café for my husband", "dementia café"),
        ("have you got owt with singing", "singing"),
        ("someone to talk to", ""),
        ("I need someone to talk to because since my wife died the evenings are long", ""),
        ("", ""),
    ],
)
def test_the_thing_that_is_asked_for(said: str, thing: str) -> None:
    assert thing_named(said, but=["Marlowby"]) == thing


PLANS = ["walk round the park", "swimming at the baths", "the choir at St Mary's"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("we walked right round on Sunday", PLANS[0]),
        ("the swim", PLANS[1]),
        ("I loved the choir", PLANS[2]),
        ("the chooir please", PLANS[2]),  # a slip of the thumb
        ("put the park one to one side", PLANS[0]),
    ],
)
def test_which_of_several_is_meant(said: str, name: str) -> None:
    found = which_named(said, PLANS)
    assert found is not None and PLANS[found] == name


@pytest.mark.parametrize("said", ["I did it, it was lovely", "", "the walk to the choir"])
def test_what_names_none_or_several_means_none(said: str) -> None:
    assert which_named(said, PLANS) is None


def test_of_two_alike_the_one_that_shares_more_words_is_meant() -> None:
    assert which_named("the choir in Hull", ["the choir in Hull", "the choir at church"]) == 0
    assert which_named("the choir", ["the choir in Hull", "the choir at church"]) is None
