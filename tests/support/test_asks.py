"""Asking for papers and a look back in words, and telling of a life that has changed."""

from __future__ import annotations

import pytest

from bot.rights.wishes import right_asked
from bot.support.asks import Ask, LifeChange, asked_for, diagnosis_in, life_change_in


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("put it in my calendar", Ask.CALENDAR),
        ("can you add that to my diary?", Ask.CALENDAR),
        ("print my map please", Ask.PAGE),
        ("can I have it on paper? the plan to print", Ask.PAGE),
        ("who could go with me", Ask.INVITE),
        ("write me a message for Jean", Ask.INVITE),
        ("show me then and now", Ask.THEN_AND_NOW),
        ("how has my map changed?", Ask.THEN_AND_NOW),
        ("can we go over my map again", Ask.REVIEW),
        ("oh, a lot has changed", Ask.REVIEW),
    ],
)
def test_what_is_asked_for(text: str, ask: Ask) -> None:
    found = asked_for(text)
    assert found is not None and found[0] is ask
    wish = right_asked(text)
    assert wish is not None and wish.kind == ask.value


@pytest.mark.parametrize(
    "text",
    [
        "I'll put it in my diary",
        "my sister Jean",
        "nothing has changed",
        "a lot of the house work has changed hands over the years since we moved here",
        "I send my son a message every day",
        "who could help me with money",
        "yes",
    ],
)
def test_what_is_not(text: str) -> None:
    assert asked_for(text) is None


def test_whom_a_message_is_for() -> None:
    assert asked_for("write a message for our Tom") == (Ask.INVITE, "our Tom")
    assert asked_for("help me ask Bob") == (Ask.INVITE, "Bob")


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("I've moved to Leeds", LifeChange.MOVED),
        ("we moved house in June", LifeChange.MOVED),
        ("I've got a new diagnosis", LifeChange.DIAGNOSIS),
        ("I've just been diagnosed with diabetes", LifeChange.DIAGNOSIS),
        ("I came out of hospital last week", LifeChange.HOSPITAL),
        ("been discharged from hospital", LifeChange.HOSPITAL),
        ("I was in hospital", LifeChange.HOSPITAL),
        ("I was in hospital in May", LifeChange.HOSPITAL),
        ("just out of hospital", LifeChange.HOSPITAL),
        ("came home from hospital on Monday", LifeChange.HOSPITAL),
        ("not long home from hosp", LifeChange.HOSPITAL),
        ("I had a fall and spent two weeks in hospital", LifeChange.HOSPITAL),
        ("back home after three weeks in the infirmary", LifeChange.HOSPITAL),
        ("discharged on Monday", LifeChange.HOSPITAL),
        ("they've let me out", LifeChange.HOSPITAL),
        ("I've moved in with my daughter", LifeChange.MOVED),
        ("just moved into sheltered housing", LifeChange.MOVED),
        ("they've told me I have diabetes", LifeChange.DIAGNOSIS),
        ("my wife left me", LifeChange.PARTED),
        ("me and my husband have split up", LifeChange.PARTED),
        ("I've retired", LifeChange.WORK),
    ],
)
def test_changes_of_a_life(text: str, change: LifeChange) -> None:
    assert life_change_in(text) is change


@pytest.mark.parametrize(
    "text",
    [
        "I might move house",
        "if I moved, could you find me a group?",
        "I was diagnosed years ago",
        "I moved the chair",
        "I moved on",
        "my daughter works at the hospital",
        "my wife came home from hospital",
        "she's just out of hospital",
        "the letter came from the hospital",
        "I was in hospital for a scan",
        "I was in hospital visiting my brother",
        "I am in hospital",
        "in and out of hospital all my life",
        "I've been discharged from physio",
        "my daughter got divorced",
        "my husband left me at the clinic",
        "they told me I have a lovely voice",
        "should I have been diagnosed?",
        "I don't want to retire",
    ],
)
def test_maybes_and_questions_are_no_change(text: str) -> None:
    assert life_change_in(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I've just been diagnosed with diabetes", ("diabetes",)),
        ("new diagnosis for me, it's COPD and arthritis", ("COPD", "arthritis")),
        ("I had a heart attack in June", ("heart attack",)),
        ("they told me I have heart failure, and my wife has dementia", ("heart failure",)),
        ("I've been diagnosed with asthma. My son has it too, and epilepsy", ("asthma",)),
        ("my wife was diagnosed with dementia", ()),
        ("I haven't been diagnosed with asthma", ()),
        ("I've got a new diagnosis", ()),
        ("I have diabetes", ()),
    ],
)
def test_what_was_found(text: str, found: tuple[str, ...]) -> None:
    assert diagnosis_in(text) == found
