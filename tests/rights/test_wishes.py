"""Rights asked for in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rights.consents import Scope
from bot.rights.wishes import (
    COPY,
    FEWER,
    FORGET,
    GIVE,
    HELPER,
    KNOW,
    MENU,
    SELF,
    WITHDRAW,
    Wish,
    right_asked,
)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("what do you know about me?", Wish(KNOW)),
        ("What have you got on me", Wish(KNOW)),
        ("send me my data", Wish(COPY)),
        ("can I have a copy of my data", Wish(COPY)),
        ("Please download my record", Wish(COPY)),
        ("forget Bob", Wish(FORGET, name="Bob")),
        ("please forget about my sister", Wish(FORGET, name="my sister")),
        ("delete everything about Jean", Wish(FORGET, name="Jean")),
        ("what did I agree to?", Wish(MENU)),
        ("change my consent", Wish(MENU)),
        ("don't save my map", Wish(WITHDRAW, Scope.SAVE_MAP)),
        ("I don't want you to keep my map", Wish(WITHDRAW, Scope.SAVE_MAP)),
        ("stop the reminders", Wish(WITHDRAW, Scope.REMINDERS)),
        ("please don’t share my names with the team", Wish(WITHDRAW, Scope.SHARE)),
        ("take me out of the research", Wish(WITHDRAW, Scope.RESEARCH)),
        ("don't use my answers for research", Wish(WITHDRAW, Scope.RESEARCH)),
        ("I don't like you keeping a map", Wish(WITHDRAW, Scope.SAVE_MAP, unsure=True)),
        ("not sure I want you to stop keeping my map", Wish(WITHDRAW, Scope.SAVE_MAP, unsure=True)),
        ("delete my map please", Wish(WITHDRAW, Scope.SAVE_MAP)),
        ("yes but I don't want a map", Wish(WITHDRAW, Scope.SAVE_MAP)),
        ("hide my names from the staff", Wish(WITHDRAW, Scope.SHARE)),
        ("keep their names private", Wish(WITHDRAW, Scope.SHARE)),
        ("I want to opt out of the study", Wish(WITHDRAW, Scope.RESEARCH)),
        ("I no longer consent", Wish(WITHDRAW, Scope.USE)),
        ("I withdraw my consent", Wish(WITHDRAW, Scope.USE)),
        ("you can use my answers for research", Wish(GIVE, Scope.RESEARCH)),
        ("yes you may remind me", Wish(GIVE, Scope.REMINDERS)),
        ("you can save my map", Wish(GIVE, Scope.SAVE_MAP)),
        ("I'm filling this in for my mum", Wish(HELPER)),
        ("I am writing on behalf of my father", Wish(HELPER)),
        ("I'm answering for myself now", Wish(SELF)),
    ],
)
def test_a_right_in_words(text: str, wish: Wish) -> None:
    assert right_asked(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        "forget it",
        "forget I said that",
        "I forget my tablets",
        "delete my data",
        "take Bob off",
        "take Bob off my map",
        "show me the map",
        "delete Bob from my map",
        "I can't find it on the map",
        "there's no map on my phone, is there?",
        "typing for my mum. Her people are me and my brother Colin",
        "I share a flat with Ann",
        "my sister reminds me to take my tablets",
        "I saved a place on the map",
        "I did a study of local history with the group",
        "diabetes",
        "stop",
        "she keeps me going",
        "I don't want to be reminded of him",
        "my daughter Jean, she shares the shopping with Tom",
    ],
)
def test_what_asks_for_no_right(text: str) -> None:
    assert right_asked(text) is None


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert right_asked(text) is None or right_asked(text).kind  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "fewer"),
    [
        ("ask me less often", True),
        ("can you message me a bit less often", True),
        ("don't message me so often", True),
        ("fewer messages please", True),
        ("stop messaging me so often", False),
        ("no more messages", False),
        ("I see her less often now", False),
        ("Ann doesn't ring so often", False),
    ],
)
def test_fewer_messages_are_not_none(text: str, fewer: bool) -> None:
    wish = right_asked(text)
    assert (wish is not None and wish.kind == FEWER) is fewer


def test_what_only_has_the_words_of_a_right() -> None:
    for text in ("I want to complain about my data", "can my daughter get a copy"):
        wish = right_asked(text)
        assert wish is None or wish.kind != COPY


def test_research_is_ended_in_plain_words() -> None:
    for text in ("no research please", "I'm not happy with research"):
        wish = right_asked(text)
        assert wish is not None and (wish.kind, wish.scope) == (WITHDRAW, Scope.RESEARCH)
