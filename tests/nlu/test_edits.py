"""Changes of the map asked for in words."""

from __future__ import annotations

import pytest

from bot.nlu.edits import extract_edits
from bot.nlu.understanding import meaning_of


def edits(text: str) -> list[tuple[str, str, str]]:
    return [(e.operation, e.target, e.value) for e in extract_edits(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("take bob off", ("remove", "bob", "")),
        ("can you delete Dave please", ("remove", "Dave", "")),
        ("get rid of my ex", ("remove", "my ex", "")),
        ("I don't want Karen on there", ("remove", "Karen", "")),
        ("cross out the physio", ("remove", "the physio", "")),
        ("jean should be in the middle", ("set_circle", "jean", "1")),
        ("put mum in the outer circle", ("set_circle", "mum", "3")),
        ("move my neighbour to the second ring", ("set_circle", "my neighbour", "2")),
        ("Tom's name is Thomas", ("rename", "Tom", "Thomas")),
        ("change Ann to Anne", ("rename", "Ann", "Anne")),
        ("it's Siân not Sharon", ("rename", "Sharon", "Siân")),
        ("Sandra is my neighbour not my friend", ("set_relationship", "Sandra", "neighbour")),
        ("change Dave to my cousin", ("set_relationship", "Dave", "other_family")),
        ("Bob and Robert are the same person", ("merge", "Bob", "Robert")),
        ("my brother died last week", ("died", "my brother", "")),
        ("I see Tom every week now", ("set_contact", "Tom", "weekly")),
        ("Karen does my tablets now", ("set_help", "Karen", "illness")),
        ("undo that", ("undo", "", "")),
        ("add my cousin Raj", ("add", "Raj", "")),
        ("I forgot auntie Jean", ("add", "auntie Jean", "")),
        ("put the lads from the pub on", ("add", "lads from the pub", "")),
        ("second circle for my neighbour please", ("set_circle", "my neighbour", "2")),
        ("Stan in ring three", ("set_circle", "Stan", "3")),
        ("put weekly for our Ken", ("set_contact", "our Ken", "weekly")),
        ("Jo and Joanna are one and the same", ("merge", "Jo", "Joanna")),
        ("Ray and Raymond are not two people", ("merge", "Ray", "Raymond")),
        ("the dog is Fly, not Flea", ("rename", "Flea", "Fly")),
        ("tak Rab aff", ("remove", "Rab", "")),
        ("I'd rather you left Karen out of it", ("remove", "Karen", "")),
        ("we had to have Rex put to sleep", ("died", "Rex", "")),
    ],
)
def test_one_change(text: str, expected: tuple[str, str, str]) -> None:
    assert edits(text) == [expected]


def test_several_changes_at_once() -> None:
    assert edits("take off Bob and add my sister Bev") == [
        ("remove", "Bob", ""),
        ("add", "Bev", ""),
    ]
    assert edits("remove Tom and Sue") == [("remove", "Tom", ""), ("remove", "Sue", "")]


@pytest.mark.parametrize(
    "text",
    [
        "delete my data",
        "delete everything",
        "remind me to take my tablets",
        "my wife does my tablets",
        "Tom comes every day",
        "take me off the mailing list",
        "I'm off out",
        "I lost my keys last week",
        "yes",
        "can you add a reminder",
        "my pain is in the middle of my back",
        "what about Tuesday",
        "my dog is called Rex",
        "put the kettle on",
    ],
)
def test_what_asks_for_no_change(text: str) -> None:
    assert edits(text) == []


def test_the_target_of_an_edit_is_no_new_member() -> None:
    assert meaning_of("take Priya off").members == ()
    assert [m.name for m in meaning_of("add my friend Priya").members] == ["Priya"]
    assert meaning_of("my brother Alan died last week").members[0].status.value == "died"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("add my neighbour Dot", [("add", "Dot", "neighbour")]),
        (
            "add my neighbour Dot to the inner circle",
            [("add", "Dot", "neighbour"), ("set_circle", "Dot", "1")],
        ),
        (
            "add Sue and my brother Tom to the middle circle",
            [
                ("add", "Sue", ""),
                ("set_circle", "Sue", "2"),
                ("add", "Tom", "sibling"),
                ("set_circle", "Tom", "2"),
            ],
        ),
    ],
)
def test_who_is_added_is_so_with_what_is_said_of_them(
    text: str, expected: list[tuple[str, str, str]]
) -> None:
    assert [(e.operation, e.target, e.value) for e in meaning_of(text).edits] == expected
