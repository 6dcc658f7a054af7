"""What is denied, or said of somebody else's, changes nothing."""

from __future__ import annotations

import pytest

from bot.network.model import Kind, Relationship, Status, Work
from bot.nlu.denials import help_denied_of, without_denied, without_denied_of
from bot.nlu.meaning import EditMention, MemberMention


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("please don't take Bob off", EditMention("remove", "Bob")),
        ("I never said remove Bob, don't delete him", EditMention("remove", "Bob")),
        ("no, leave Bob on", EditMention("remove", "Bob")),
        ("she says take Bob off. I'm not going to", EditMention("remove", "Bob")),
        ("Ann's husband died on Sunday", EditMention("died", "Ann")),
        ("my sisters cat has died", EditMention("died", "sister")),
        ("it's not Stan who died", EditMention("died", "Stan")),
        ("Chris’ wife passed away", EditMention("died", "Chris")),
        ("Bob doesn't cook for me", EditMention("set_help", "Bob", "everyday")),
        ("Bob can’t help with the garden any more", EditMention("remove", "Bob")),
        ("take our Bob with me", EditMention("remove", "Bob")),
        ("I'd get a lift off Bob", EditMention("remove", "Bob")),
        ("get Bob to come", EditMention("remove", "Bob")),
        ("sorry, forget I said that about the telly", EditMention("undo")),
        ("ring Bob and have a natter", EditMention("set_circle", "Bob", "1")),
        ("wrong one, it was auntie that died", EditMention("rename", "mam", "auntie that died")),
        ("Bob fell down the stairs", EditMention("died", "Bob")),
        ("Bob hasn't died", EditMention("died", "Bob")),
        ("should I take Bob off?", EditMention("remove", "Bob")),
        ("you mustn't take Bob off", EditMention("remove", "Bob")),
        ("take everyone off except Bob", EditMention("remove", "Bob")),
        ("swap Bob and Grace round", EditMention("remove", "Bob")),
        ("I'll take Susan instead of Bob", EditMention("remove", "Bob")),
        ("don't put Bob on", EditMention("add", "Bob")),
        ("why is Bob in the outer circle", EditMention("set_circle", "Bob", "3")),
        ("Bob would do my shopping if I asked", EditMention("set_help", "Bob", "everyday")),
        ("Bob used to do my shopping", EditMention("set_help", "Bob", "everyday")),
    ],
)
def test_what_is_denied_is_no_change(text: str, edit: EditMention) -> None:
    assert without_denied([edit], text) == ()


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("take Bob off, he doesn't come any more", EditMention("remove", "Bob")),
        ("take Bob off to make room", EditMention("remove", "Bob")),
        ("get rid of Bob", EditMention("remove", "Bob")),
        ("put Bob in the first ring", EditMention("set_circle", "Bob", "1")),
        ("Bob's died", EditMention("died", "Bob")),
        ("Bob's gone, take him off", EditMention("remove", "Bob")),
        ("I don't need Bob on it now, take him off", EditMention("remove", "Bob")),
        ("Bob doesn't only cook, he does my tablets", EditMention("set_help", "Bob", "illness")),
        ("Ann never helps but Bob does the shopping", EditMention("set_help", "Bob", "everyday")),
        ("Jean's my sister not my friend", EditMention("set_relationship", "Jean", "sibling")),
        ("Cath should be Kath", EditMention("rename", "Cath", "Kath")),
        ("no, put it back", EditMention("undo")),
    ],
)
def test_what_is_asked_for_stays(text: str, edit: EditMention) -> None:
    assert without_denied([edit], text) == (edit,)


def test_whose_a_dead_relative_is_is_not_dead() -> None:
    ann = MemberMention("Ann", Relationship.FRIEND, Kind.PERSON, status=Status.DIED)
    (told,) = without_denied_of([ann], "Ann's mum died at Easter")
    assert told.status is Status.ACTIVE


def test_denied_help_is_none() -> None:
    bob = MemberMention("Bob", Relationship.FRIEND, Kind.PERSON, help=(Work.EVERYDAY,))
    (told,) = without_denied_of([bob], "my mate Bob never does any shopping for me")
    assert told.help == ()


def test_help_is_denied_of_whom_it_is_said() -> None:
    text = "Bob doesn't cook, but Ann does my tablets"
    assert help_denied_of(text, "Bob") == {Work.EVERYDAY}
    assert help_denied_of(text, "Ann") == frozenset()


def test_help_that_is_told_beside_what_is_denied_stays() -> None:
    bob = MemberMention("Bob", Relationship.FRIEND, Kind.PERSON, help=(Work.EVERYDAY,))
    (told,) = without_denied_of([bob], "Bob doesn't cook but he gets my shopping")
    assert told.help == (Work.EVERYDAY,)
