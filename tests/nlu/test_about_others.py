"""An answer about one member that tells of another; what is told of members beside a question."""

from __future__ import annotations

import pytest

from bot.network.model import Distance, Member, Network, Relationship, Status, Work
from bot.nlu.about_one import tells_of_others
from bot.nlu.edits import step_in
from bot.nlu.map_talk import distance_said, help_denied, keys_named, not_the_one, ties_told
from bot.nlu.meaning import MemberMention

HILDA = Member("m1", "Hilda", relationship=Relationship.PARTNER)
VINCE = Member("m2", "Vince", relationship=Relationship.FRIEND)
GRAHAM = Member("m3", "Graham", relationship=Relationship.CHILD)
KAUR = Member("m4", "Mrs Kaur", relationship=Relationship.NEIGHBOUR)
REG = Member("m5", "Reg", relationship=Relationship.SIBLING, status=Status.DIED)
MAP = Network((HILDA, VINCE, GRAHAM, KAUR, REG))


@pytest.mark.parametrize(
    "text",
    [
        "Vince died last week",
        "me mate Vince has passed away",
        "I don't speak to Graham any more",
        "we've lost touch with Vince",
        "oh, my son comes every Sunday",
    ],
)
def test_it_tells_of_others(text: str) -> None:
    assert tells_of_others(MAP, HILDA, text, ())


@pytest.mark.parametrize(
    "text",
    [
        "every day",
        "she comes with Vince on Mondays",
        "comes with Vince",
        "does the shopping, Vince does the garden",
        "my wife lives with me",
        "Hilda and Vince come every week",
        "same as Graham",
        "we live together",
    ],
)
def test_it_tells_of_whom_was_asked_about(text: str) -> None:
    assert not tells_of_others(MAP, HILDA, text, ())


def test_a_stranger_is_another() -> None:
    ken = MemberMention("Ken", status=Status.DIED)
    assert tells_of_others(MAP, HILDA, "Ken died on Friday", [ken])


def test_a_name_may_be_how_the_daughter_is_called() -> None:
    daughter = Member("m6", "Daughter", relationship=Relationship.CHILD)
    sandra = MemberMention("Sandra")
    assert not tells_of_others(MAP.added(daughter), daughter, "Sandra comes Mondays", [sandra])


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Vince knows Graham", [("m2", "m3")]),
        ("my wife knows Mrs Kaur", [("m1", "m4")]),
        (
            "Hilda knows Vince, and Graham and Mrs Kaur know each other",
            [("m1", "m2"), ("m3", "m4")],
        ),
        ("Vince knows about it", []),
        ("does Hilda know that Graham comes?", []),
        ("Vince and Graham", []),
    ],
)
def test_ties_are_told_only_in_so_many_words(text: str, pairs: list[tuple[str, str]]) -> None:
    assert ties_told(text, MAP) == pairs


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Graham doesn't do the garden any more", {"m3": {Work.EVERYDAY}}),
        ("my wife cant help with my tablets now", {"m1": {Work.ILLNESS}}),
        ("Graham doesn't come on Mondays", {}),
        ("Graham does the garden", {}),
        ("my wife and I don't talk", {}),
    ],
)
def test_help_that_is_denied(text: str, denied: dict[str, set[Work]]) -> None:
    assert {key: set(works) for key, works in help_denied(text, MAP).items()} == denied


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("sorry, I meant Vince, not Reg", ["m5"]),
        ("it was Vince that died not my wife", ["m1"]),
        ("not Vince", []),
        ("sorry, Vince is not here", []),
    ],
)
def test_who_it_was_not(text: str, keys: list[str]) -> None:
    assert not_the_one(text, MAP) == keys


@pytest.mark.parametrize(
    ("text", "distance"),
    [
        ("she isn't far away", Distance.NEAR),
        ("not far away, just round the corner", Distance.NEAR),
        ("he lives far away", Distance.FAR),
        ("she doesn't live near me", None),
        ("they don't live with me", None),
    ],
)
def test_a_distance_that_is_denied_is_none(text: str, distance: Distance | None) -> None:
    assert distance_said(text) is distance


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("move Vince one further out", 1),
        ("put him out a circle", 1),
        ("move the carer outwards", 1),
        ("bring her one circle in", -1),
        ("a bit closer please", -1),
        ("put him in the outer circle", None),
        ("take one out of the middle", None),
        ("take him off", None),
    ],
)
def test_a_step_is_no_circle(text: str, step: int | None) -> None:
    assert step_in(text) == step


def test_a_sister_is_not_the_brother_on_the_map() -> None:
    alf = Network((Member("m1", "Alf", relationship=Relationship.SIBLING), Member("m2", "Pat")))
    assert keys_named("my sister has come to live with me", alf) == []
    assert keys_named("my wife lives with me", MAP) == ["m1"]
