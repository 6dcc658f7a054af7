"""Gaps: found from evidence, never blaming, never leaning on the wrong person."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from bot.needs.areas import WORK, Area, Size
from bot.needs.gaps import (
    AT_A_TIME,
    Gap,
    GapCode,
    OwnAnswer,
    Wants,
    Why,
    find_gaps,
    for_asking,
    needed_work,
    own_answers,
)
from bot.network.model import Contact, Kind, Member, Network, Relationship, Status, Work, kind_of
from tests.network.strategies import networks

R = Relationship
ILL, DAY, FEEL = Work.ILLNESS, Work.EVERYDAY, Work.EMOTIONAL


def who(key: str, relationship: Relationship, *works: Work, **values: object) -> Member:
    return Member(
        key,
        key.title(),
        kind=kind_of(relationship),
        relationship=relationship,
        help=frozenset(works),
        **values,  # type: ignore[arg-type]
    )


def net(*members: Member) -> Network:
    return Network(members)


def codes(gaps: list[Gap]) -> set[tuple[GapCode, Work | None]]:
    return {(g.code, g.work) for g in gaps}


def test_uncovered_only_for_work_that_is_needed() -> None:
    network = net(who("jean", R.PARTNER, DAY), who("bob", R.CHILD, DAY))
    found = find_gaps(network, {Area.MEDICINES: Size.BIG})
    uncovered = [g for g in found if g.code is GapCode.UNCOVERED]
    assert [(g.work, g.areas) for g in uncovered] == [(ILL, (Area.MEDICINES,))]
    assert not [g for g in find_gaps(network, {}) if g.code is GapCode.UNCOVERED]


def test_nobody_at_all() -> None:
    found = find_gaps(Network(), {Area.MOOD_WORRY: Size.BIG, Area.EATING: None})
    assert found[0].code is GapCode.UNCOVERED
    assert {g.work for g in found if g.code is GapCode.UNCOVERED} == {ILL, DAY, FEEL}
    assert own_answers(Network(), found[0]) == []


def test_help_that_was_not_asked_about_is_not_missing() -> None:
    network = net(Member("m1", "Jean", relationship=R.PARTNER))
    assert (GapCode.UNCOVERED, ILL) not in codes(find_gaps(network, {Area.MEDICINES: Size.BIG}))
    known = network.added(who("bob", R.CHILD, DAY))
    gap = next(
        g
        for g in find_gaps(known, {Area.MEDICINES: Size.BIG})
        if (g.code, g.work) == (GapCode.UNCOVERED, ILL)
    )
    assert gap.not_asked == ("m1",)


def test_no_partner_is_never_a_gap() -> None:
    helpers = [who(f"f{i}", R.FRIEND, *Work, circle=3) for i in range(3)]
    assert find_gaps(net(*helpers), dict.fromkeys(Area, Size.BIG)) == []


def test_one_person_doing_everything() -> None:
    network = net(who("jean", R.PARTNER, ILL, DAY, FEEL), who("ken", R.NEIGHBOUR))
    found = find_gaps(network, {Area.BREATHLESSNESS: Size.BIG})
    overload = next(g for g in found if g.code is GapCode.OVERLOAD)
    assert (overload.members, overload.share) == (("jean",), 1.0)
    asked = for_asking(found)
    assert [g.code for g in asked if g.members == ("jean",)] == [GapCode.OVERLOAD]
    assert own_answers(network, overload) == [OwnAnswer("ken", Why.HAS_ROOM)]


def test_single_point_names_who_does_it() -> None:
    network = net(
        who("jean", R.PARTNER, ILL), who("bob", R.CHILD, DAY, FEEL), who("sue", R.CHILD, DAY, FEEL)
    )
    gap = next(
        g
        for g in find_gaps(network, {Area.MEDICINES: Size.SMALL})
        if g.code is GapCode.SINGLE_POINT
    )
    assert (gap.work, gap.members) == (ILL, ("jean",))


def test_professionals_only() -> None:
    network = net(who("gp", R.GP, ILL), who("nurse", R.NURSE, ILL, FEEL))
    found = codes(find_gaps(network, {Area.MEDICINES: Size.BIG, Area.MOOD_WORRY: Size.BIG}))
    assert {(GapCode.PROF_ONLY, ILL), (GapCode.PROF_ONLY, FEEL)} <= found
    assert GapCode.OVERLOAD not in {c for c, _ in found}


def test_weak_ties() -> None:
    family = who("bob", R.CHILD, DAY)
    for weak in (
        who("choir", R.GROUP),
        who("forum", R.ONLINE_COMMUNITY),
        who("ivy", R.NEIGHBOUR),
        who("dave", R.FRIEND, circle=3),
    ):
        assert (GapCode.NO_WEAK_TIES, None) not in codes(find_gaps(net(family, weak), {}))
    assert (GapCode.NO_WEAK_TIES, None) in codes(find_gaps(net(family), {}))


def test_inner_circle_seldom_seen() -> None:
    network = net(
        who("bob", R.CHILD, circle=1, contact=Contact.LESS),
        who("gp", R.GP, circle=1, contact=Contact.LESS),
        who("ex", R.FRIEND, circle=1, contact=Contact.LESS, strain=True),
    )
    low = [g for g in find_gaps(network, {}) if g.code is GapCode.CONTACT_LOW]
    assert [g.members for g in low] == [("bob",)]
    assert own_answers(network, low[0]) == [OwnAnswer("bob", Why.KEEP_IN_TOUCH)]


def test_giving_only_for_those_who_want_to() -> None:
    network = net(who("bob", R.CHILD))
    assert (GapCode.NO_RECIPROCITY, None) not in codes(find_gaps(network, {}))
    wants = Wants(help_others=True)
    assert (GapCode.NO_RECIPROCITY, None) in codes(find_gaps(network, {}, wants))
    giving = network.changed("bob", helped_by_ego=True)
    assert (GapCode.NO_RECIPROCITY, None) not in codes(find_gaps(giving, {}, wants))


def test_dropped_activities_are_kept_in_the_person_s_words() -> None:
    wants = Wants(dropped=("Bowls", " ", "choir"))
    found = [g for g in find_gaps(Network(), {}, wants) if g.code is GapCode.DROPPED_ACTIVITY]
    assert sorted(g.activity for g in found) == ["Bowls", "choir"]
    assert len({g.key for g in found}) == 2


def test_what_matters_most_comes_first() -> None:
    difficulties = {Area.MEDICINES: Size.BIG, Area.LONELINESS: Size.SMALL}
    first = find_gaps(Network(), difficulties)[0]
    assert first.work is ILL
    wants = Wants(matters_most=(Area.LONELINESS,))
    assert find_gaps(Network(), difficulties, wants)[0].work is FEEL


def test_own_answers_offer_latent_help_and_lost_friends() -> None:
    network = net(
        who("jean", R.PARTNER, ILL, circle=1),
        who("ken", R.NEIGHBOUR, potential=frozenset({ILL})),
        who("sue", R.CHILD, circle=2, contact=Contact.WEEKLY),
        who("amy", R.CHILD, DAY, circle=2),
        Member("kit", "Kit", relationship=R.FRIEND, status=Status.LOST_TOUCH),
    )
    gap = Gap(GapCode.SINGLE_POINT, ILL, ("jean",))
    assert own_answers(network, gap) == [
        OwnAnswer("ken", Why.OFFERED),
        OwnAnswer("sue", Why.HAS_ROOM),
        OwnAnswer("kit", Why.LOST_TOUCH),
    ]


def test_a_former_partner_only_where_they_offered() -> None:
    gap = Gap(GapCode.UNCOVERED, DAY)
    assert own_answers(net(who("ex", R.EX_PARTNER)), gap) == []
    offered = net(who("ex", R.EX_PARTNER, potential=frozenset({DAY})))
    assert own_answers(offered, gap) == [OwnAnswer("ex", Why.OFFERED)]


any_difficulties = st.dictionaries(
    st.sampled_from(Area), st.none() | st.sampled_from(Size), max_size=6
)
any_wants = st.builds(
    Wants,
    help_others=st.booleans(),
    dropped=st.lists(st.sampled_from(["bowls", "choir"]), max_size=2).map(tuple),
    matters_most=st.lists(st.sampled_from(Area), max_size=2).map(tuple),
)


@given(networks(), any_difficulties, any_wants)
def test_never_a_member_who_makes_things_harder_or_died(
    network: Network, difficulties: dict[Area, Size | None], wants: Wants
) -> None:
    for gap in find_gaps(network, difficulties, wants):
        for key in gap.members:
            assert network[key].can_be_suggested
        for answer in own_answers(network, gap):
            member = network[answer.key]
            assert not member.strain
            assert member.status is not Status.DIED
            assert member.status is Status.ACTIVE or answer.why is Why.LOST_TOUCH
            if gap.code is not GapCode.CONTACT_LOW:
                assert answer.key not in gap.members


@given(networks(), any_difficulties, any_wants)
def test_ranked_and_a_few_at_a_time(
    network: Network, difficulties: dict[Area, Size | None], wants: Wants
) -> None:
    found = find_gaps(network, difficulties, wants)
    assert found == sorted(found, key=lambda g: -g.rank)
    asked = for_asking(found)
    assert len(asked) <= AT_A_TIME
    works = [g.work for g in asked if g.work]
    assert len(works) == len(set(works))
    named = [k for g in asked for k in g.members]
    assert len(named) == len(set(named))
    answered = {g.key for g in asked}
    assert not answered & {g.key for g in for_asking(found, answered)}
    needed = needed_work(difficulties)
    assert all(g.work in needed for g in found if g.code is GapCode.UNCOVERED)


@given(networks(), any_difficulties)
def test_names_change_nothing(network: Network, difficulties: dict[Area, Size | None]) -> None:
    renamed = Network(tuple(dataclasses.replace(m, label="x") for m in network), network.ties)
    assert find_gaps(renamed, difficulties) == find_gaps(network, difficulties)


@given(networks(), any_difficulties, st.sampled_from(Work))
def test_more_helpers_never_open_an_uncovered_gap(
    network: Network, difficulties: dict[Area, Size | None], work: Work
) -> None:
    helped = network.added(who("new", R.FRIEND, work))
    assert (GapCode.UNCOVERED, work) not in codes(find_gaps(helped, difficulties))


def test_every_area_asks_for_some_work() -> None:
    assert set(WORK) == set(Area)
    assert all(WORK.values())


def test_a_pet_is_company_but_not_care() -> None:
    network = net(
        dataclasses.replace(who("tess", R.PET, ILL, FEEL), kind=Kind.PET), who("bob", R.CHILD, DAY)
    )
    found = codes(find_gaps(network, {Area.MEDICINES: Size.BIG, Area.MOOD_WORRY: Size.BIG}))
    assert (GapCode.UNCOVERED, ILL) in found
    assert (GapCode.UNCOVERED, FEEL) not in found


def test_nobody_is_called_the_only_one_while_most_were_never_asked_about() -> None:
    asked = who("jean", R.PARTNER, ILL, DAY)
    unasked = [Member(f"f{n}", f"Friend {n}", relationship=R.FRIEND) for n in range(5)]
    found = codes(find_gaps(net(asked, *unasked), {Area.MEDICINES: Size.BIG}))
    assert not {GapCode.OVERLOAD, GapCode.SINGLE_POINT} & {code for code, _ in found}
