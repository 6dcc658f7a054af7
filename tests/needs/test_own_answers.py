"""Whom to think of before any service."""

from __future__ import annotations

from bot.needs.gaps import Gap, GapCode, own_answers
from bot.network.model import Distance, Member, Network, Relationship, Status, Work
from bot.network.words import who_does_what

MAP = Network(
    (
        Member("m1", "Jean", relationship=Relationship.PARTNER, help=frozenset({Work.ILLNESS})),
        Member("m2", "Tom", relationship=Relationship.CHILD, help=frozenset()),
        Member("m3", "Bob", relationship=Relationship.FRIEND, status=Status.LOST_TOUCH),
        Member("m4", "Ray", relationship=Relationship.SIBLING, help=frozenset(Work), strain=True),
    )
)
BACK_UP = Gap(GapCode.SINGLE_POINT, Work.ILLNESS, ("m1",))


def test_nobody_who_must_not_be_named_is_put_forward() -> None:
    assert [a.key for a in own_answers(MAP, BACK_UP)] == ["m2", "m3"]
    assert [a.key for a in own_answers(MAP, BACK_UP, never={"m2"})] == ["m3"]
    assert own_answers(MAP, BACK_UP, never={"m2", "m3"}) == []


def test_who_does_what_leaves_out_who_makes_things_harder() -> None:
    told = who_does_what(MAP)
    assert {work: [m.label for m in members] for work, members in told.items()} == {
        Work.ILLNESS: ["Jean"]
    }


def test_who_lives_far_away_cheers_and_fetches_nothing() -> None:
    network = MAP.changed("m2", distance=Distance.FAR)
    assert "m2" not in [a.key for a in own_answers(network, BACK_UP)]
    cheers = Gap(GapCode.UNCOVERED, Work.EMOTIONAL, ())
    assert "m2" in [a.key for a in own_answers(network, cheers)]
