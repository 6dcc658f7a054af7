"""Short answers in the light of the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        "👍",
        "why aye",
        "might as well",
        "wouldn't hurt",
        "no, you're right",
        "no wait, yes",
        "nah... actually go on then",
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
        "👎",
        "leave it",
        "yes... oh no, I've put her in",
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
        ("that's it", True),
        ("thats about it aye", True),
        ("no, that's all of them now", True),
        ("thats yer lot", True),
        ("that's Jean", False),
        ("that's right", False),
        ("that's all my family, and Bob", False),
    ],
)
def test_enough(text: str, expected: bool) -> None:
    assert context.is_enough(text) is expected


def test_help() -> None:
    both = (Work.ILLNESS, Work.EVERYDAY)
    assert context.help_in("both", both) == frozenset(both)
    assert context.help_in("shopping and that") == {Work.EVERYDAY}
    assert context.help_in("she listens and does my tablets") == {Work.EMOTIONAL, Work.ILLNESS}
    assert context.help_in("no, nothing") == frozenset()
    assert context.help_in("purple") is None


def test_distance_and_number() -> None:
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


@pytest.mark.parametrize(
    ("text", "meant", "denied"),
    [
        ("not Jean", (), ("Jean",)),
        ("not my friend Tom", (), ("Tom",)),
        ("definitely not Tom or Sue", (), ("Tom", "Sue")),
        ("not Tom, Sue or Jean", (), ("Jean", "Tom", "Sue")),
        ("not Tom, Sue", ("Sue",), ("Tom",)),
        ("not Tom, but Jean is", ("Jean",), ("Tom",)),
        ("Jean, not Tom", ("Jean",), ("Tom",)),
        ("Jean and Sue but not Tom", ("Jean", "Sue"), ("Tom",)),
        ("Jean would and Tom wouldn’t", ("Jean",), ("Tom",)),
        ("Jean and Tom couldn't, Sue could", ("Sue",), ("Jean", "Tom")),
        ("Tom no, Jean yes", ("Jean",), ("Tom",)),
        ("Tom? No. Sue", ("Sue",), ("Tom",)),
        ("neither Tom nor Sue", (), ("Tom", "Sue")),
        ("I wouldn't ask Tom", (), ("Tom",)),
        ("tom isnt but jeen is", ("Jean",), ("Tom",)),
        ("Sue, if Tom can't", ("Sue",), ("Tom",)),
        # What sounds like a no, and is none.
        ("I couldn't manage without Jean", ("Jean",), ()),
        ("Jean, no one else", ("Jean",), ()),
        ("Jean wouldn't mind", ("Jean",), ()),
        ("not just Jean, Tom too", ("Jean", "Tom"), ()),
        ("Sue has never let me down", ("Sue",), ()),
        ("I don't know, Tom maybe", ("Tom",), ()),
        # Exceptions.
        ("everyone but Tom", ("Jean", "Sue"), ("Tom",)),
        ("all of them apart from my Sue", ("Jean", "Tom"), ("Sue",)),
        ("anyone except Tom and Sue", ("Jean",), ("Tom", "Sue")),
        ("everybody, but Tom most of all", ("Jean", "Tom", "Sue"), ()),
        ("not everyone, just Jean", ("Jean",), ()),
        ("not Tom at all", (), ("Tom",)),
        ("both Jean and Tom", ("Jean", "Tom"), ()),
        ("", (), ()),
        ("<0> and <7>", (), ()),
        ("Jean does the lot for me, cooking, washing, everything", ("Jean",), ()),
        ("she does all my shopping, cooking, the lot", (), ()),
        ("the lot of them", ("Jean", "Tom", "Sue"), ()),
    ],
)
def test_who_is_meant_and_who_is_ruled_out(
    text: str, meant: tuple[str, ...], denied: tuple[str, ...]
) -> None:
    said = context.names_said(text, ("Jean", "Tom", "Sue"))
    assert (said.meant, said.denied) == (meant, denied)


@pytest.mark.parametrize(
    "text", ["nobody but Jean", "no one really, just Jean", "I don't have anyone except Jean"]
)
def test_nobody_but_one_is_that_one(text: str) -> None:
    said = context.names_said(text, ("Jean", "Tom"))
    assert said.meant == ("Jean",) and said.only


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Tom never listens", ("Tom",)),
        ("Tom doesn't help", ("Tom",)),
        ("I can't stand Tom", ("Tom",)),
        ("Tom isn't any trouble", ()),
        ("Tom doesn't", ()),
        ("not Tom", ()),
    ],
)
def test_of_who_makes_things_harder_what_somebody_fails_to_do_is_a_yes(
    text: str, meant: tuple[str, ...]
) -> None:
    assert context.names_said(text, ("Jean", "Tom"), hard=True).meant == meant


@given(
    st.lists(st.sampled_from(["Jean", "Tom", "not", "but", ",", "<1>", "and", "all", "İ"])),
    st.booleans(),
)
def test_nobody_is_meant_and_ruled_out_at_once(words: list[str], hard: bool) -> None:
    text, known = " ".join(words), ("Jean", "Tom", "Sue")
    said = context.names_said(text, known, hard=hard)
    assert not set(said.meant) & set(said.denied)
    assert {*said.meant, *said.denied} <= set(known)


def test_the_longest_name_is_meant() -> None:
    assert context.names_said("Ann Marie", ("Ann", "Ann Marie")).meant == ("Ann Marie",)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Tom makes my life hell", ("Tom",)),
        ("Tom really winds me up", ("Tom",)),
        ("Jean is lovely but Tom is a strain on me", ("Tom",)),
        ("Jean helps when things stress me out", ()),
        ("Jean helps me and Tom makes things harder", ("Tom",)),
        ("Tom makes my tea", ()),
        ("Tom never puts me down", ()),
    ],
)
def test_of_whom_strain_is_told(text: str, who: tuple[str, ...]) -> None:
    assert context.strain_told(text, ("Jean", "Tom")) == who


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("I don't see Tom any more", True),
        ("we fell out years ago", True),
        ("I don't speak to Tom any more, take him off", False),
        ("remove Tom", False),
        ("I see Tom every week", False),
    ],
)
def test_lost_touch_is_told_and_not_asked_for(text: str, lost: bool) -> None:
    assert context.tells_lost_touch(text) is lost


def test_relationship() -> None:
    assert context.relationship_in("she's my cousin") == "other_family"
    assert context.relationship_in("just a mate") == "friend"
    assert context.relationship_in("hmm") is None


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("75", 75),
        ("I'm 66", 66),
        ("seventy two now", 72),
        ("seventy-five", 75),
        ("im 57 actually", 57),
        ("nearly 80", 80),
        ("81 next birthday", 81),
        ("75 and been married 50 years", 75),
        ("me? 81", 81),
        ("I'm sixteen", 16),
        ("only 15", 15),
        ("am 61", 61),
        ("she is 82, I write for her", 82),
        ("ive had this 20 years", None),
        ("I had a heart attack ten years back", None),
        ("i retired ten years ago", None),
        ("i got married at 17, feels like yesterday", None),
        ("ive had this 12 years", None),
        ("ive got 5 great grandkids", None),
        ("seventeen stone", None),
        ("I was born in 1946", None),
        ("too old", None),
    ],
)
def test_an_age_is_the_speakers_own(text: str, years: int | None) -> None:
    assert context.age_in(text) == years


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("Bob moved away", True),
        ("our Jun's gone to live in Dubai", True),
        ("Bob moved away so take him off", False),
        ("Dot moved me to tears", False),
        ("move Jean to the middle", False),
        ("Ann has moved in with me", False),
    ],
)
def test_who_moves_house_is_not_taken_off(text: str, moved: bool) -> None:
    assert context.tells_moved_away(text) is moved
