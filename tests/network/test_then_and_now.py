"""Then and now: what changed between two maps, in facts, in words and as a picture."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.network.layout import Layout
from bot.network.model import Kind, Member, Network, Relationship, Status, Work
from bot.network.picture import layout_of_pair, render_pair, render_png
from bot.network.then_and_now import Changes, compare, describe_changes
from tests.network.strategies import members, networks
from tests.network.test_picture import check


@st.composite
def two(draw: st.DrawFn) -> tuple[Network, Network]:
    """A network, and what became of it: some gone, some otherwise, some new."""
    then = draw(networks(6))
    kept = [m for m in then if draw(st.booleans())]
    after = [draw(members(m.key)) if draw(st.booleans()) else m for m in kept]
    new = [draw(members(f"m{20 + i}")) for i in range(draw(st.integers(0, 3)))]
    keys = {m.key for m in after}
    return then, Network((*after, *new), frozenset(t for t in then.ties if t <= keys))


@given(networks())
def test_the_same_map_twice_is_no_change(network: Network) -> None:
    assert not compare(network, network)
    assert describe_changes(compare(network, network)) == "Your map is as it was."


@given(two())
def test_who_came_one_way_went_the_other(both: tuple[Network, Network]) -> None:
    then, now = both
    there, back = compare(then, now), compare(now, then)
    assert {m.key for m in there.came} == {m.key for m in back.went}
    assert {m.key for m in there.moved_members} == {m.key for m in back.moved_members}
    assert {m.key for m in there.came} == {m.key for m in now} - {m.key for m in then}


@given(two())
def test_nobody_is_told_of_twice_as_a_newcomer_or_gone(both: tuple[Network, Network]) -> None:
    found = compare(*both)
    groups = (found.came, found.went, found.died, found.lost, found.back, found.moved_members)
    keys = [m.key for group in groups for m in group]
    assert len(keys) == len(set(keys))


@given(two())
def test_work_is_told_only_of_who_is_part_of_life_and_makes_nothing_harder(
    both: tuple[Network, Network],
) -> None:
    then, now = both
    for work in compare(then, now).work:
        for member in (*work.began, *work.ended):
            assert now[member.key].can_be_suggested
            assert now[member.key].help is not None
        assert all(work.work in (now[m.key].help or ()) for m in work.began)


@given(two())
def test_who_makes_things_harder_cannot_be_told_from_the_words(
    both: tuple[Network, Network],
) -> None:
    """Whoever helps nobody is told of in the same way, harder or not."""

    def without_help(network: Network, *, strain: bool) -> Network:
        return Network(tuple(replace(m, help=None, strain=strain) for m in network), network.ties)

    then, now = both
    told = {
        describe_changes(compare(without_help(then, strain=s), without_help(now, strain=s)))
        for s in (True, False)
    }
    assert len(told) == 1


def member(key: str, label: str, **values: object) -> Member:
    return Member(key, label, **values)  # type: ignore[arg-type]


THEN = Network(
    (
        member("m1", "Jean", relationship=Relationship.PARTNER, circle=1, help=frozenset(Work)),
        member("m2", "Ron", relationship=Relationship.CHILD, circle=2, help=frozenset()),
        member("m3", "Bob", circle=3, help=frozenset({Work.EVERYDAY})),
        member("m4", "Ann", circle=3, help=frozenset({Work.EVERYDAY})),
    )
).tied("m2", "m4")
NOW = Network(
    (
        member("m1", "Jean", relationship=Relationship.PARTNER, circle=1, status=Status.DIED),
        member(
            "m2", "Ron", relationship=Relationship.CHILD, circle=1, help=frozenset({Work.ILLNESS})
        ),
        member("m4", "Ann", circle=3, help=frozenset()),
        member("m5", "Choir", kind=Kind.GROUP, circle=2, help=frozenset({Work.EMOTIONAL})),
    )
).tied("m2", "m4")


def test_in_words() -> None:
    assert describe_changes(compare(THEN, NOW)).splitlines() == [
        "• New on your map: Choir.",
        "• Not on your map any more: Bob.",
        "• Died, and remembered: Jean.",
        "• Ron moved nearer to you, to the inner circle.",
        "• Ron now helps with your health.",
        "• Ann no longer helps with everyday things.",
        "• Choir now helps with how you feel.",
    ]


def test_not_asked_is_no_change() -> None:
    then = Network((member("m1", "Jean", help=None),))
    now = Network((member("m1", "Jean", help=frozenset(Work)),))
    assert compare(then, now) == Changes()


def positions(layout: Layout) -> dict[str, tuple[float, float]]:
    return {p.key: (p.x, p.y) for p in (*layout.places, *layout.tray)}


@settings(max_examples=25, deadline=None)
@given(two())
def test_who_stayed_in_a_circle_stays_at_the_same_spot(both: tuple[Network, Network]) -> None:
    then, now = both
    pair = layout_of_pair(then, now)
    check(pair.whole, len(pair.whole.places) + len(pair.whole.tray))
    for (network, layout), wanted in zip((pair.then, pair.now), both, strict=True):
        assert len(positions(layout)) == len(network) == len(wanted)
        assert len(network.ties) == len(wanted.ties)
    left, right = positions(pair.then[1]), positions(pair.now[1])
    for old in then:
        if old.key in {m.key for m in now}:
            new = now[old.key]
            same = (old.circle, old.status) == (new.circle, new.status)
            assert (right.get(old.key) == left[old.key]) is same
    ElementTree.fromstring(render_pair(then, now))


def test_the_picture_bears_both_days_and_is_drawn() -> None:
    svg = render_pair(THEN, NOW, days=("12 March 2026", "26 November 2026"), description="Ron <3")
    assert "Then: 12 March 2026" in svg and "Now: 26 November 2026" in svg
    assert svg.count(">Ann</text>") == 2 and svg.count(">Bob</text>") == 1
    assert "Ron &lt;3" in svg
    assert render_png(svg, 1600).startswith(b"\x89PNG")


def test_who_makes_things_harder_is_drawn_as_everyone() -> None:
    harder = NOW.changed("m2", strain=True)
    assert render_pair(THEN, harder) == render_pair(THEN, NOW)
    assert not re.search("harder|strain", render_pair(THEN, harder))
