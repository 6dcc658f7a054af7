"""Short answers in the light of the question."""

from __future__ import annotations

import pytest

from bot.needs.areas import Size
from bot.network.model import Contact, Distance, Work
from bot.nlu import context


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "aye",
        "yep",
        "go on then",
        "yeah ok",
        "I suppose so",
        "that's right",
        "y",
        "Yes please!",
        "no problem",
    ],
)
def test_yes(text: str) -> None:
    assert context.yes_or_no(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "nah",
        "no",
        "not really",
        "nope",
        "no thanks",
        "naw",
        "I don't think so",
        "not today",
        "rather not",
    ],
)
def test_no(text: str) -> None:
    assert context.yes_or_no(text) is False


@pytest.mark.parametrize("text", ["my sister", "twice a week", "I don't know", "maybe"])
def test_neither(text: str) -> None:
    assert context.yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("twice a week", Contact.WEEKLY),
        ("every day", Contact.DAILY),
        ("most days", Contact.DAILY),
        ("sundays", Contact.WEEKLY),
        ("once a month or so", Contact.MONTHLY),
        ("not often", Contact.LESS),
        ("once in a blue moon", Contact.LESS),
        ("she lives with me", Contact.DAILY),
        ("banana", None),
    ],
)
def test_contact(text: str, expected: Contact | None) -> None:
    assert context.contact_in(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("very", 1),
        ("1", 1),
        ("the middle one", 2),
        ("middle", 2),
        ("not very", 3),
        ("outside", 3),
        ("quite", 2),
        ("eh", None),
    ],
)
def test_circle(text: str, expected: int | None) -> None:
    assert context.circle_in(text) == expected


def test_help() -> None:
    both = (Work.ILLNESS, Work.EVERYDAY)
    assert context.help_in("both", both) == frozenset(both)
    assert context.help_in("shopping and that") == {Work.EVERYDAY}
    assert context.help_in("she listens and does my tablets") == {Work.EMOTIONAL, Work.ILLNESS}
    assert context.help_in("no, nothing") == frozenset()
    assert context.help_in("purple") is None


def test_size_distance_number() -> None:
    assert context.size_in("a bit") is Size.SMALL
    assert context.size_in("massive") is Size.BIG
    assert context.distance_in("he lives with me") is Distance.SAME_HOME
    assert context.distance_in("two hours away") is Distance.FAR
    assert context.distance_in("round the corner") is Distance.NEAR
    assert context.number_in("the second one") == 2
    assert context.number_in("number 3") == 3
    assert context.number_in("dunno") is None


def test_names_from_a_list() -> None:
    known = ("Jean", "Tom", "Dr Patel", "diabetic nurse")
    assert context.names_in("tom and jeen", known) == ("Jean", "Tom")
    assert context.names_in("everyone except Tom", known) == ("Jean", "Dr Patel", "diabetic nurse")
    assert context.names_in("the diabetic nurse", known) == ("diabetic nurse",)
    assert context.names_in("none of them", known) == ()


def test_relationship() -> None:
    assert context.relationship_in("she's my cousin") == "other_family"
    assert context.relationship_in("just a mate") == "friend"
    assert context.relationship_in("hmm") is None
