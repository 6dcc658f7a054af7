"""What is typed where there are boxes to tick: what is denied is none, and "no steps" is a need."""

from __future__ import annotations

import pytest

from actions.choices import chosen
from actions.preferences import _instead_of
from actions.turn import Answer
from actions.words import labels
from bot.nlu.context import help_in
from bot.nlu.language import is_other_language


def typed(text: str, group: str) -> list[str]:
    answer = Answer(text=text)
    return chosen(answer, labels(group), needs=group == "access") or []


@pytest.mark.parametrize(
    ("group", "text", "codes"),
    [
        ("access", "no steps, please", ["step_free"]),
        ("access", "No steps, and a toilet", ["step_free", "toilet"]),
        ("access", "i cant do stairs", ["step_free"]),
        ("access", "i can manage stairs", []),
        ("access", "I hear fine but I need a toilet near", ["toilet"]),
        ("access", "nae stairs pal, cannae manage them", ["step_free"]),
        ("access", "somewhere to park near the door", []),
        ("preferences", "meeting people", []),
        ("preferences", "learn about long covid", ["learn_about_health", "new_skills"]),
        ("preferences", "exercise for tired people", ["get_fitter"]),
        ("travel", "the bus, I gave up driving", ["bus"]),
        ("travel", "I walk, I never learnt to drive", ["walk"]),
        ("travel", "i cant get on a bus but I walk", ["walk"]),
        ("limits", "not evenings", []),
        ("limits", "any time but the weekend", []),
        ("limits", "mornings, I'm tired by teatime", ["mornings"]),
        ("preferences", "something for my feet", []),
        ("preferences", "people are not my thing, I'm shy", []),
    ],
)
def test_words_for_ticks(group: str, text: str, codes: list[str]) -> None:
    assert typed(text, group) == codes


def test_what_does_not_suit_leaves_the_rest() -> None:
    assert _instead_of({"mornings"}) == ["afternoons", "evenings"]
    assert _instead_of({"mornings", "evenings"}) == ["afternoons"]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("I can't afford my rent", False),
        ("Norman died in March", False),
        ("i cant do stairs", False),
        ("someone to do my garden", False),
        ("Je ne parle pas anglais", True),
        ("nie mówię po angielsku wcale", True),
        ("dwi ddim yn siarad saesneg", True),
    ],
)
def test_plain_english_is_english(text: str, other: bool) -> None:
    assert is_other_language(text) is other


def test_hardly_ever_tells_nothing_of_help() -> None:
    assert help_in("hardly ever") is None
    assert help_in("no") == frozenset()
