"""What a person is offered: suitable, for a reason, mixed, and the same every time."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.directory.categories import Audience
from bot.directory.categories import SubCategory as Sub
from bot.directory.model import (
    AttendingType,
    CostOption,
    Listing,
    Schedule,
    Scope,
    ServiceStatus,
    Tag,
)
from bot.directory.places import Place, find_place
from bot.directory.topics import AGES
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import (
    Contact,
    Distance,
    Kind,
    Member,
    Network,
    Relationship,
    Status,
    Work,
)
from bot.support.matching import (
    Caution,
    ConfirmedGap,
    Option,
    ReasonCode,
    Refusal,
    Wishes,
    rank,
    refusals,
    wanted_subcategories,
    wishes_from,
)
from bot.support.preferences import AGE_BANDS, Limit, Statement
from tests.support.listings import MARLOWBY, TODAY, listing, sample

LONELY = ConfirmedGap(GapCode.UNCOVERED, Work.EMOTIONAL, (Area.LONELINESS,))
PHONE = {"attending_types": frozenset({AttendingType.PHONE}), "distance_km": None, "locations": ()}


def names(options: list[Option]) -> list[str]:
    return [o.listing.name for o in options]


def offered(wishes: Wishes, *candidates: Listing, **values: object) -> list[str]:
    return names(rank(wishes, candidates, today=TODAY, **values))  # type: ignore[arg-type]


def person(**values: object) -> Wishes:
    """A lonely person of 65 to 74 in Marlowby with nothing else said."""
    base: dict[str, object] = {
        "gaps": (LONELY,),
        "difficulties": (Area.LONELINESS,),
        "place": MARLOWBY,
        "age": (65, 74),
    }
    return Wishes(**{**base, **values})  # type: ignore[arg-type]


# -- what is never offered -------------------------------------------------------------------


@pytest.mark.parametrize("status", [s for s in ServiceStatus if s is not ServiceStatus.ACTIVE])
def test_what_is_closed_is_never_offered(status: ServiceStatus) -> None:
    closed = listing(Sub.BEFRIENDING, status=status)
    assert offered(person(), closed) == []
    assert refusals(person(), [closed], today=TODAY) == Counter({Refusal.CLOSED: 1})


def test_what_came_to_its_end_is_not_offered() -> None:
    over = listing(
        Sub.BEFRIENDING,
        schedules=(Schedule("Spring 2026", "WEEKLY", ("TU",), until=date(2026, 4, 1)),),
    )
    assert offered(person(), over) == []


def test_a_group_for_over_65s_is_not_offered_to_someone_of_30() -> None:
    by_field = listing(Sub.SOCIAL_CLUBS, min_age=65)
    by_name = listing(Sub.SOCIAL_CLUBS, name="Over 65s Tea Club")
    by_rule = listing(Sub.SOCIAL_CLUBS, eligibility="People aged 65 and over.")
    by_words = listing(Sub.SOCIAL_CLUBS, description="A club for people over 65, with tea.")
    everyone = listing(Sub.SOCIAL_CLUBS, description="We lend over 50 board games.")
    groups = (by_field, by_name, by_rule, by_words, everyone)
    assert offered(person(age=(30, 30)), *groups) == [everyone.name]
    assert len(offered(person(age=(70, 70)), *groups, limit=2)) == 2


def test_an_unknown_age_is_no_yes() -> None:
    [option] = rank(person(age=None), [listing(Sub.SOCIAL_CLUBS, min_age=65)], today=TODAY)
    assert Caution.CHECK_AGE in option.warnings
    [option] = rank(person(age=(60, 69)), [listing(Sub.SOCIAL_CLUBS, min_age=65)], today=TODAY)
    assert Caution.CHECK_AGE in option.warnings


def test_nothing_is_offered_that_answers_nothing() -> None:
    assert offered(Wishes(place=MARLOWBY), *sample()) == []
    assert offered(person(), listing(Sub.MONEY_BENEFITS), listing(Sub.VOLUNTEERING)) == []


def test_too_far_is_not_offered_but_a_phone_line_for_the_whole_country_is() -> None:
    far = listing(Sub.SOCIAL_CLUBS, distance_km=60.0)
    line = listing(Sub.BEFRIENDING, scope=Scope.NATIONAL, **PHONE)
    assert offered(person(), far, line) == [line.name]
    on_foot = wishes_from(preferences=["social"], place=MARLOWBY, travel=["walk"], age=(65, 74))
    five_km, near = listing(Sub.SOCIAL_CLUBS, distance_km=5.0), listing(Sub.SOCIAL_CLUBS)
    assert offered(on_foot, five_km, near) == [near.name]


def test_who_cannot_leave_home_is_offered_only_what_comes_home() -> None:
    stays_in = wishes_from(preferences=["see_more_people"], travel=["not_out"], age=(65, 74))
    hall, line = listing(Sub.BEFRIENDING, distance_km=0.2), listing(Sub.BEFRIENDING, **PHONE)
    assert offered(stays_in, hall, line) == [line.name]


def test_only_the_ways_that_suit_are_offered() -> None:
    hall, line = listing(Sub.SOCIAL_CLUBS), listing(Sub.BEFRIENDING, **PHONE)
    at_home = wishes_from(preferences=["see_more_people", "from_home"])
    in_person = wishes_from(preferences=["see_more_people", "in_person"])
    assert offered(at_home, hall, line) == [line.name]
    assert offered(in_person, hall, line) == [hall.name]


def test_dearer_than_the_ceiling_is_not_offered_and_unknown_is_not_free() -> None:
    free_only = replace(person(), cost_ceiling=0.0)
    dear = listing(Sub.SOCIAL_CLUBS, cost_options=(CostOption(3.0),))
    unknown = listing(Sub.SOCIAL_CLUBS, cost_options=())
    for_some = listing(
        Sub.SOCIAL_CLUBS, cost_options=(CostOption(4.0), CostOption(0.0, option="x"))
    )
    assert offered(free_only, dear) == []
    [option] = rank(free_only, [unknown], today=TODAY)
    assert Caution.COST_UNKNOWN in option.warnings
    assert ReasonCode.FREE not in {r.code for r in option.reasons}
    [option] = rank(free_only, [for_some], today=TODAY)
    assert Caution.CHECK_COST in option.warnings
    assert offered(free_only, unknown, listing(Sub.SOCIAL_CLUBS, name="Free"), limit=1) == ["Free"]


def test_another_conditions_group_is_not_offered() -> None:
    kidney = listing(Sub.HEALTH_CONDITIONS, conditions=frozenset({"kidney disease"}))
    diabetes = listing(Sub.HEALTH_CONDITIONS, conditions=frozenset({"diabetes"}))
    any_one = listing(Sub.HEALTH_CONDITIONS, conditions=frozenset({"long-term condition"}))
    wants = wishes_from(preferences=["learn_about_health"], conditions="type 2", age=(50, 59))
    assert set(offered(wants, kidney, diabetes, any_one)) == {diabetes.name, any_one.name}


def test_support_for_carers_and_volunteering_go_to_whom_they_are_meant_for() -> None:
    carers, volunteers = listing(Sub.CARER_SUPPORT), listing(Sub.VOLUNTEERING, Sub.BEFRIENDING)
    friend = listing(Sub.BEFRIENDING)
    assert offered(person(), carers, volunteers, friend, limit=1) == [friend.name]
    assert carers.name not in offered(person(), carers, volunteers, friend)
    looks_after = person(statements=frozenset({Statement.LOOK_AFTER_SOMEONE}), gaps=())
    assert carers.name in offered(looks_after, carers)


def test_things_for_children_are_not_offered() -> None:
    child = listing(Sub.SOCIAL_CLUBS, audience=frozenset({Audience.CHILDREN}))
    youth = listing(Sub.SOCIAL_CLUBS, audience=frozenset({Audience.YOUNG_PEOPLE}))
    assert offered(person(), child, youth) == []


def test_excluded_ones_do_not_come_again() -> None:
    one, two = listing(Sub.BEFRIENDING), listing(Sub.BEFRIENDING)
    first = rank(person(), [one, two], today=TODAY, limit=1)
    again = rank(person(), [one, two], today=TODAY, limit=1, exclude={first[0].listing.id})
    assert {first[0].listing.id, again[0].listing.id} == {one.id, two.id}


# -- unknown is not yes ----------------------------------------------------------------------


def test_unknown_access_is_said_and_comes_after_what_is_known() -> None:
    wheels = wishes_from(preferences=["social"], access_needs=["wheelchair"], age=(65, 74))
    level = listing(Sub.SOCIAL_CLUBS, access_notes=("Level entrance and lift.",), distance_km=4.0)
    silent = listing(Sub.SOCIAL_CLUBS, access_notes=(), distance_km=0.1)
    stairs = listing(Sub.SOCIAL_CLUBS, access_notes=("Stairs only.",))
    options = rank(wheels, [silent, stairs, level], today=TODAY)
    assert names(options) == [level.name, silent.name]
    assert Caution.CHECK_ACCESS not in options[0].warnings
    assert Caution.CHECK_ACCESS in options[1].warnings


@pytest.mark.parametrize("spoken", [(), ("Polish",)])
def test_a_language_that_is_not_named_is_checked_first(spoken: tuple[str, ...]) -> None:
    urdu = wishes_from(
        preferences=["social"], languages=["Urdu", "English"] if spoken else ["Urdu"]
    )
    [option] = rank(urdu, [listing(Sub.SOCIAL_CLUBS, languages=spoken)], today=TODAY)
    assert Caution.CHECK_LANGUAGE in option.warnings


def test_the_persons_language_comes_first_and_another_is_not_offered() -> None:
    polish = wishes_from(preferences=["social"], languages=["Polish"])
    ours = listing(Sub.SOCIAL_CLUBS, languages=("pl", "English"), distance_km=9.0)
    silent, other = listing(Sub.SOCIAL_CLUBS), listing(Sub.SOCIAL_CLUBS, languages=("Urdu",))
    assert offered(polish, silent, other, ours) == [ours.name, silent.name]


def test_who_lists_other_languages_and_english_is_asked_first() -> None:
    urdu = wishes_from(preferences=["social"], access_needs=["language:urdu"])
    english = listing(Sub.SOCIAL_CLUBS, languages=("English", "Polish"))
    [option] = rank(urdu, [english], today=TODAY)
    assert Caution.CHECK_LANGUAGE in option.warnings


def test_a_language_is_read_in_what_a_service_says_too() -> None:
    signing = wishes_from(preferences=["social"], access_needs=["language:british sign language"])
    silent = listing(Sub.SOCIAL_CLUBS, distance_km=0.2)
    told = listing(Sub.SOCIAL_CLUBS, description="A BSL interpreter is there.", distance_km=4.0)
    assert offered(signing, silent, told) == [told.name, silent.name]


@pytest.mark.parametrize(
    ("area", "home", "is_offered"),
    [
        ({"service_area": "Scotland"}, "TN24", False),
        ({"service_area": "Scotland"}, "EH3", True),
        ({"service_area": "Great Britain"}, "BT7", False),
        ({"service_area": "UK"}, "BT7", True),
        ({"service_area": "Kent"}, "LS6", False),
        ({"area_codes": ("E06000023",)}, "LS6", False),
        ({"area_codes": ("E06000023",)}, "BS9", True),
        ({"eligibility": "For residents of Bristol only"}, "LS6", False),
        ({"eligibility": "For residents of Bristol only"}, "BS9", True),
        ({"description": "You must live in Wales to join."}, "LS6", False),
    ],
)
def test_what_is_for_another_area_is_not_offered(
    area: dict[str, object], home: str, is_offered: bool
) -> None:
    there = find_place(home)
    assert isinstance(there, Place)
    line = listing(Sub.BEFRIENDING, **{"scope": Scope.NATIONAL, **PHONE, **area})
    options = rank(person(place=there), [line], today=TODAY)
    assert bool(options) is is_offered
    assert not options or Caution.CHECK_AREA not in options[0].warnings
    assert is_offered or refusals(person(place=there), [line], today=TODAY) == {Refusal.AREA: 1}


def test_an_area_that_nobody_here_knows_is_checked_first() -> None:
    line = listing(Sub.BEFRIENDING, scope=Scope.NATIONAL, service_area="MyCity", **PHONE)
    [option] = rank(person(), [line], today=TODAY)
    assert Caution.CHECK_AREA in option.warnings


def test_old_and_unchecked_records_say_so() -> None:
    old = listing(Sub.SOCIAL_CLUBS, assured_date=date(2024, 1, 1))
    never = listing(Sub.BEFRIENDING, assured_date=None, last_modified=date(2026, 10, 1))
    fresh = listing(Sub.SOCIAL_CLUBS)
    by_name = {o.listing.name: o for o in rank(person(), [old, never, fresh], today=TODAY)}
    assert Caution.STALE in by_name[old.name].warnings
    assert Caution.UNASSURED in by_name[never.name].warnings
    assert not by_name[fresh.name].warnings
    assert by_name[fresh.name].score > by_name[old.name].score


def test_a_day_that_does_not_suit_is_not_offered_and_an_unknown_one_is_checked() -> None:
    weekend = wishes_from(preferences=["social", Limit.WEEKENDS])
    tuesday = listing(Sub.SOCIAL_CLUBS)
    words = listing(Sub.SOCIAL_CLUBS, schedules=(Schedule("Sundays after lunch"),))
    unknown = listing(Sub.SOCIAL_CLUBS, schedules=(Schedule("Ring for dates"),))
    options = {o.listing.name: o for o in rank(weekend, [tuesday, words, unknown], today=TODAY)}
    assert set(options) == {words.name, unknown.name}
    assert ReasonCode.TIME in {r.code for r in options[words.name].reasons}
    assert Caution.CHECK_TIME in options[unknown.name].warnings


# -- what comes first ------------------------------------------------------------------------


def test_a_confirmed_gap_outweighs_a_preference_and_that_a_difficulty() -> None:
    wishes = person(
        statements=frozenset({Statement.LOSE_WEIGHT}),
        difficulties=(Area.TRANSPORT,),
        gaps=(LONELY,),
    )
    gap, liked, hard = (
        listing(Sub.BEFRIENDING),
        listing(Sub.WEIGHT_MANAGEMENT),
        listing(Sub.COMMUNITY_TRANSPORT),
    )
    options = rank(wishes, [hard, liked, gap], today=TODAY)
    assert names(options) == [gap.name, liked.name, hard.name]
    assert [o.reasons[0].code for o in options] == [
        ReasonCode.GAP,
        ReasonCode.STATEMENT,
        ReasonCode.DIFFICULTY,
    ]
    assert [o.reasons[0].value for o in options] == [
        "uncovered.emotional",
        "lose_weight",
        "transport",
    ]


def test_reasons_are_only_what_the_person_said() -> None:
    wishes = wishes_from(
        gaps=[LONELY],
        preferences=["creative"],
        difficulties=[Area.LONELINESS],
        conditions="copd",
        place=MARLOWBY,
        age=(65, 74),
    )
    said = {"uncovered.emotional", "creative", "loneliness", "copd"}
    for option in rank(wishes, sample(), today=TODAY, limit=10):
        relevant = {r.value for r in option.reasons if r.code.value in _RELEVANT}
        assert relevant and relevant <= said, option


_RELEVANT = {"gap", "statement", "difficulty", "condition"}


def test_a_dropped_activity_is_found_by_its_own_word() -> None:
    sang = Wishes(gaps=(ConfirmedGap(GapCode.DROPPED_ACTIVITY, activity="singing in the choir"),))
    choir = listing(Sub.DRAMA_MUSIC, name="Valley Choir", distance_km=6.0)
    drama = listing(Sub.DRAMA_MUSIC, name="Play Readers", distance_km=1.0)
    assert offered(sang, drama, choir, limit=1) == [choir.name]


def test_a_sure_tag_outweighs_a_word_in_the_description() -> None:
    sure = listing(Sub.BEFRIENDING, tags=(Tag(Sub.BEFRIENDING, "term: Befriending"),))
    guess = listing(
        Sub.MONEY_BENEFITS,
        Sub.BEFRIENDING,
        tags=(Tag(Sub.MONEY_BENEFITS, "term: Debt"), Tag(Sub.BEFRIENDING, "text: befriending")),
        distance_km=0.1,
    )
    assert offered(person(), guess, sure, limit=1) == [sure.name]


def test_nearer_and_cheaper() -> None:
    near, far = (
        listing(Sub.BEFRIENDING, distance_km=1.0),
        listing(Sub.SOCIAL_CLUBS, distance_km=6.0),
    )
    nowhere = listing(Sub.SOCIAL_CLUBS, distance_km=None)
    assert offered(person(), near, far, nowhere, nearer_than=6.0) == [near.name]
    free = listing(Sub.BEFRIENDING)
    dear = listing(Sub.SOCIAL_CLUBS, cost_options=(CostOption(5.0),))
    unknown = listing(Sub.SOCIAL_CLUBS, cost_options=())
    assert offered(person(), free, dear, unknown, cheaper=5.0) == [free.name]


# -- a mixed choice --------------------------------------------------------------------------


def test_at_most_two_of_a_category_and_one_by_phone_or_online() -> None:
    clubs = [listing(Sub.SOCIAL_CLUBS, distance_km=0.1) for _ in range(6)]
    line = listing(Sub.COUNSELLING, **PHONE, scope=Scope.NATIONAL, assured_date=date(2025, 1, 1))
    options = rank(person(), [*clubs, line], today=TODAY)
    assert len(options) == 3
    assert max(Counter(c for o in options for c in o.listing.categories).values()) == 2
    assert [o for o in options if o.is_low_effort]


def test_who_wants_to_give_is_offered_a_way_to() -> None:
    giver = person(wants_to_give=True)
    helping = listing(Sub.VOLUNTEERING, distance_km=9.0, assured_date=date(2025, 1, 1))
    clubs = [listing(s, distance_km=0.1) for s in (Sub.SOCIAL_CLUBS, Sub.BEFRIENDING) * 3]
    line = listing(Sub.BEFRIENDING, **PHONE)
    options = rank(giver, [*clubs, line, helping], today=TODAY)
    assert len(options) == 3
    assert [o for o in options if o.listing.volunteers]
    assert [o for o in options if o.is_low_effort]


def _anybody() -> st.SearchStrategy[Wishes]:
    return st.builds(
        Wishes,
        gaps=st.lists(
            st.builds(
                ConfirmedGap,
                st.sampled_from([GapCode.UNCOVERED, GapCode.PROF_ONLY, GapCode.SINGLE_POINT]),
                st.sampled_from(list(Work)),
                st.lists(st.sampled_from(list(Area)), max_size=2).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
        statements=st.frozensets(st.sampled_from(list(Statement)), max_size=4),
        difficulties=st.lists(st.sampled_from(list(Area)), max_size=3, unique=True).map(tuple),
        conditions=st.frozensets(st.sampled_from(["diabetes", "copd", "arthritis", "ibs"])),
        place=st.just(MARLOWBY),
        age=st.sampled_from([None, (18, 24), (30, 30), (50, 59), (65, 74), (75, 120)]),
        cost_ceiling=st.sampled_from([None, 0.0, 5.0]),
        wants_to_give=st.booleans(),
    )


@settings(max_examples=40, deadline=None)
@given(wishes=_anybody(), seed=st.integers(0, 1000), limit=st.integers(1, 5))
def test_for_anybody_the_choice_keeps_its_promises(wishes: Wishes, seed: int, limit: int) -> None:
    shuffled = list(sample())
    random.Random(seed).shuffle(shuffled)
    options = rank(wishes, sample(), today=TODAY, limit=limit)
    assert options == rank(wishes, shuffled, today=TODAY, limit=limit)
    assert len(options) <= limit
    assert len({o.listing.id for o in options}) == len(options)
    counts = Counter(c for o in options for c in o.listing.categories)
    assert max(counts.values(), default=0) <= 2
    for option in options:
        found = option.listing
        assert found.status is ServiceStatus.ACTIVE
        assert any(r.code.value in {*_RELEVANT, "give"} for r in option.reasons)
        if wishes.age and found.min_age is not None:
            assert wishes.age[1] >= found.min_age
        if wishes.cost_ceiling is not None and found.lowest_cost is not None:
            assert found.lowest_cost <= wishes.cost_ceiling
        if found.lowest_cost is None:
            assert Caution.COST_UNKNOWN in option.warnings
        if found.volunteers and found.subcategories == {Sub.VOLUNTEERING}:
            assert wishes.gives


# -- someone to go with ----------------------------------------------------------------------


def member(key: str, **values: object) -> Member:
    base: dict[str, object] = {
        "relationship": Relationship.FRIEND,
        "contact": Contact.WEEKLY,
        "distance": Distance.NEAR,
    }
    return Member(key, key.title(), **{**base, **values})  # type: ignore[arg-type]


def companion_of(*members: Member, gaps: tuple[ConfirmedGap, ...] = (LONELY,)) -> str | None:
    wishes = replace(wishes_from(network=Network(members), age=(65, 74)), gaps=gaps)
    [option] = rank(wishes, [listing(Sub.SOCIAL_CLUBS, Sub.HOME_SUPPORT)], today=TODAY)
    return option.companion


def test_a_friend_nearby_could_go_too() -> None:
    assert companion_of(member("m1", distance=Distance.FAR), member("m2")) == "m2"


def test_who_died_or_makes_things_harder_is_never_a_companion() -> None:
    assert companion_of(member("m1", strain=True), member("m2", status=Status.DIED)) is None
    lost = member("m3", status=Status.LOST_TOUCH)
    assert companion_of(lost) is None
    direct = Wishes(gaps=(LONELY,), companions=(member("m1", strain=True),))
    assert direct.companions == ()


def test_staff_pets_far_and_former_partners_are_no_companions() -> None:
    assert (
        companion_of(
            member("m1", kind=Kind.PROFESSIONAL, relationship=Relationship.GP),
            member("m2", kind=Kind.PET, relationship=Relationship.PET),
            member("m3", relationship=Relationship.EX_PARTNER),
            member("m4", distance=Distance.FAR),
            member("m5", contact=None, distance=None),
        )
        is None
    )


def test_who_carries_most_is_not_asked_to_come_along() -> None:
    overload = ConfirmedGap(GapCode.OVERLOAD, members=("m1",))
    assert companion_of(member("m1"), gaps=(overload,)) is None


def test_nobody_has_to_come_along_to_a_phone_call() -> None:
    wishes = replace(wishes_from(network=Network((member("m1"),))), gaps=(LONELY,))
    [option] = rank(wishes, [listing(Sub.BEFRIENDING, **PHONE)], today=TODAY)
    assert option.companion is None and option.distance_km is None


# -- when and how far ------------------------------------------------------------------------


def test_the_next_time_is_computed_from_the_rule() -> None:
    morning = datetime(2026, 11, 24, 9, 0, tzinfo=timezone.utc)
    after = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
    group = listing(
        Sub.BEFRIENDING, schedules=(Schedule("", "WEEKLY", ("TU",), opens_at=time(10)),)
    )
    [option] = rank(person(), [group], today=morning)
    assert option.next_time is not None
    assert option.next_time.isoformat() == "2026-11-24T10:00:00+00:00"
    [option] = rank(person(), [group], today=after)
    assert option.next_time is not None and option.next_time.day == 1
    words_only = listing(Sub.BEFRIENDING, schedules=(Schedule("2nd Monday of the month"),))
    [option] = rank(person(), [words_only], today=morning)
    assert option.next_time is None


def test_a_distance_from_an_area_is_about() -> None:
    [option] = rank(person(), [listing(Sub.BEFRIENDING)], today=TODAY)
    assert option.distance_is_approximate


def test_unknown_codes_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"travel.*rocket.*use one of"):
        wishes_from(travel=["rocket"])
    with pytest.raises(ValueError, match="age"):
        Wishes(age=(40, 30))


def test_a_search_may_be_narrowed_without_losing_what_is_offered() -> None:
    assert wanted_subcategories(Wishes()) == frozenset()
    wishes = wishes_from(
        gaps=[LONELY], preferences=["creative", "help_others"], place=MARLOWBY, age=(65, 74)
    )
    narrowed = [x for x in sample() if x.subcategories & wanted_subcategories(wishes)]
    assert len(narrowed) < len(sample())
    assert rank(wishes, narrowed, today=TODAY) == rank(wishes, sample(), today=TODAY)


def test_a_band_of_age_that_people_choose_is_one_that_the_store_sifts_by() -> None:
    assert set(AGE_BANDS.values()) == set(AGES)
