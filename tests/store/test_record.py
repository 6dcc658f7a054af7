"""A person's record: what is told is kept, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from bot.needs.areas import Area, Size
from bot.needs.gaps import GapCode
from bot.network.exports import network_from_json
from bot.network.model import Member, Network, Relationship, Work
from bot.safety.replies import reply_keys
from bot.store.base import now, unit_of_work
from bot.store.people import begin
from bot.store.record import MAX_ACTIVE_PLANS, NoRecord, Record, StatedDifficulty, gap_key
from bot.store.tables import (
    Change,
    Consent,
    Difficulty,
    GapRow,
    MemberRow,
    Person,
    Preference,
    RiskEvent,
    Snapshot,
)
from tests.network.strategies import networks
from tests.store.conftest import Store
from tests.store.filled import network

JEAN = Member("m1", "Jean", relationship=Relationship.PARTNER, circle=1)
TOM = Member("m2", "Tom", help=frozenset({Work.EVERYDAY}))


def test_there_is_no_record_before_consent(store: Store) -> None:
    with unit_of_work() as session, pytest.raises(NoRecord):
        Record.of(session, "s" * 32)


def test_beginning_twice_is_the_same_record(store: Store, person: str) -> None:
    with unit_of_work() as session:
        begin(session, person).note("missed", "the choir")
    with unit_of_work() as session:
        assert begin(session, person).notes("missed") == ["the choir"]
        assert session.scalar(select(func.count()).select_from(Person)) == 1


# --- consent -------------------------------------------------------------------------------


def test_consent_is_given_once_and_withdrawn(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.give_consent("use", "reminders")
        record.give_consent("reminders")
        assert record.consents() == {"use", "save_map", "reminders"}
        record.withdraw_consent("reminders")
        assert record.consents() == {"use", "save_map"}
        record.give_consent("reminders")
        assert "reminders" in record.consents()
        rows = session.scalars(select(Consent).where(Consent.scope == "reminders")).all()
        assert [row.withdrawn_at is None for row in rows] == [False, True]
        assert all(row.version for row in rows)


# --- difficulties ---------------------------------------------------------------------------


def test_difficulties_are_sharpened_and_never_blunted(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.note_difficulty(Area.SLEEP, Size.BIG, words="awake till four")
        record.note_difficulty(Area.SLEEP)
        assert record.difficulties() == [StatedDifficulty(Area.SLEEP, Size.BIG)]
        row = session.scalars(select(Difficulty)).one()
        assert row.words == "awake till four"
        record.note_difficulty(Area.SLEEP, Size.SMALL)
        assert record.difficulties() == [StatedDifficulty(Area.SLEEP, Size.SMALL)]


def test_what_matters_most_comes_first(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        for area in (Area.MONEY, Area.PAIN, Area.SLEEP):
            record.note_difficulty(area)
        assert [d.area for d in record.difficulties()] == [Area.PAIN, Area.SLEEP, Area.MONEY]
        record.prioritise([Area.MONEY])
        assert record.difficulties()[0] == StatedDifficulty(Area.MONEY, None, 1)
        record.prioritise([Area.SLEEP, Area.PAIN])
        assert [d.area for d in record.difficulties()] == [Area.SLEEP, Area.PAIN, Area.MONEY]
        assert record.difficulties()[2].priority is None
        record.drop_difficulty(Area.SLEEP)
        assert [d.area for d in record.difficulties()] == [Area.PAIN, Area.MONEY]


def test_notes_keep_order_and_leave_out_nothing_said(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        for words in ("the choir", "  ", 'dancing 💃 & "jive"'):
            record.note("missed", words)
        record.note("notice", "few friends")
        assert record.notes("missed") == ["the choir", 'dancing 💃 & "jive"']


# --- the network ----------------------------------------------------------------------------


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kept=networks())
def test_a_network_comes_back_as_it_was_kept(store: Store, kept: Network) -> None:
    with unit_of_work() as session:
        begin(session, "n" * 32).keep_network(kept, "add")
    with unit_of_work() as session:
        assert Record.of(session, "n" * 32).network() == kept


def test_changes_are_undone_one_by_one(store: Store, person: str) -> None:
    first, second = Network((JEAN,)), Network((JEAN, TOM)).tied("m1", "m2")
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(first, "add", "telegram:1")
        record.keep_network(second, "add", "telegram:2")
    with unit_of_work() as session:
        record = Record.of(session, person)
        assert record.undo_network() == (second, first)
        assert record.network() == first
        assert record.undo_network() == (first, Network())
        assert record.undo_network() is None
        assert record.network() == Network()


def test_a_change_after_an_undo_can_be_undone(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(Network((JEAN,)), "add")
        record.undo_network()
        record.keep_network(Network((TOM,)), "add")
        assert record.undo_network() == (Network((TOM,)), Network())


def test_no_change_is_not_a_change(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(Network((JEAN,)), "add")
        record.keep_network(Network((JEAN,)), "add")
        assert session.scalar(select(func.count()).select_from(Change)) == 1


def test_a_change_of_the_network_loses_nothing_else(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.person.area = "HP7"
        record.keep_progress(people_prompt=2)
        key = record.next_member_key()
        record.note("missed", "the choir")
        record.keep_network(Network((Member(key, "Ann"),)), "add")
        record.keep_progress(people_more=True)
    with unit_of_work() as session:
        record = Record.of(session, person)
        assert record.person.area == "HP7"
        assert record.progress == {"people_prompt": 2, "members_made": 1, "people_more": True}
        assert record.notes("missed") == ["the choir"]


def test_keys_of_members_are_never_used_again(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        first = record.next_member_key()
        record.keep_network(Network((Member(first, "Ann"),)), "add")
        record.undo_network()
        assert record.next_member_key() != first


def test_a_snapshot_stays_as_it_was(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(network(), "add")
        taken = record.take_snapshot("baseline")
        record.keep_network(Network((JEAN,)), "remove")
    with unit_of_work() as session:
        assert network_from_json(session.get_one(Snapshot, taken).network) == network()


def test_people_do_not_see_each_other(store: Store, person: str) -> None:
    with unit_of_work() as session:
        Record.of(session, person).keep_network(Network((JEAN,)), "add")
        other = begin(session, "o" * 32)
        other.keep_network(Network((TOM,)), "add")
        other.note("missed", "dancing")
        other.keep_preferences(["social"], ["social"])
        other.add_plan("dance")
    with unit_of_work() as session:
        record = Record.of(session, person)
        assert record.network() == Network((JEAN,))
        assert (record.notes("missed"), record.preferences(), record.plans()) == ([], set(), [])
        assert record.undo_network() == (Network((JEAN,)), Network())
        assert Record.of(session, "o" * 32).network() == Network((TOM,))


# --- gaps, preferences, options, plans --------------------------------------------------------


def test_only_confirmed_gaps_count(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        works = ("illness", "everyday", "emotional")
        keys = [record.ask_gap("uncovered", work, {"areas": ["pain"]}) for work in works]
        assert record.ask_gap("uncovered", "illness", {"areas": []}) == keys[0]
        for key, confirmed in zip(keys, (True, False, None), strict=True):
            record.answer_gap(key, confirmed)
        [gap] = record.confirmed_gaps()
        assert (gap.code, gap.work, gap.evidence) == ("uncovered", "illness", {"areas": ["pain"]})
        with pytest.raises(LookupError):
            record.answer_gap(gap_key("overload", "", {}), True)


@pytest.mark.parametrize(
    ("code", "first", "second"),
    [
        ("contact_low", {"members": ["m1"]}, {"members": ["m2"]}),
        ("dropped_activity", {"activity": "I miss the choir"}, {"activity": "I miss dancing"}),
        ("dropped_activity", {"activity": "a" * 4000}, {"activity": "a" * 4000 + "b"}),
    ],
)
def test_no_to_one_gap_leaves_the_yes_to_another_of_its_code(
    store: Store, person: str, code: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        yes, no = (record.ask_gap(code, "", evidence) for evidence in (first, second))
        record.answer_gap(yes, True)
        record.answer_gap(no, False)
    with unit_of_work() as session:
        record = Record.of(session, person)
        assert [gap.evidence for gap in record.confirmed_gaps()] == [first]
        assert len(record.answered_gaps(now())) == 2


def test_preferences_are_replaced_only_among_those_offered(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_preferences(["social", "creative"], ["social", "creative", "get_fitter"])
        record.keep_preferences(["free_only", "free_only"], ["free_only", "weekends"])
        assert record.preferences() == {"social", "creative", "free_only"}
        record.keep_preferences(["get_fitter"], ["social", "creative", "get_fitter"])
        assert record.preferences() == {"get_fitter", "free_only"}


def test_options_keep_what_was_said_to_them(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.show_option("7", "Choir " + "x" * 300, ["gap", "near"])
        record.show_option("9", "Walks", [])
        record.answer_option("7", "saved")
        record.show_option("7", "Choir", ["near"])
        assert [(o.service_id, o.name, o.response) for o in record.options()] == [
            ("7", "Choir", "saved"),
            ("9", "Walks", "shown"),
        ]
        assert [o.service_id for o in record.options("saved")] == ["7"]
        with pytest.raises(LookupError):
            record.answer_option("8", "saved")


def test_there_are_at_most_three_plans(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        for number in range(MAX_ACTIVE_PLANS):
            record.add_plan(f"plan {number}")
        with pytest.raises(ValueError, match="3 active plans"):
            record.add_plan("one too many")
        record.plans()[0].state = "done"
        record.add_plan("there is room again")
        assert [p.what for p in record.plans()] == ["plan 1", "plan 2", "there is room again"]


def test_a_plan_that_rests_takes_no_place_until_it_is_taken_up_again(
    store: Store, person: str
) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        for number in range(MAX_ACTIVE_PLANS):
            record.add_plan(f"plan {number}")
        later = record.keep_for_later("dance", "7")
        assert (later.state, later.source, record.plans("paused")) == ("paused", "option", [later])
        with pytest.raises(ValueError, match="3 active plans"):
            record.take_up(later)
        record.end_plan(record.plans()[0], "paused")
        record.take_up(later)
        assert [p.what for p in record.plans()] == ["plan 1", "plan 2", "dance"]
        assert later.ended_at is None


def test_a_plan_is_found_by_its_id_and_only_by_whose_it_is(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        dropped = record.add_plan("walk")
        record.end_plan(dropped, "dropped")
        assert record.plan(dropped.id) is dropped
        assert record.plan(None) is None
        assert begin(session, "o" * 32).plan(dropped.id) is None


def test_without_a_map_no_plan_keeps_who_was_to_come(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        for plan in (record.add_plan("walk"), record.keep_for_later("dance")):
            plan.with_member, plan.with_words = "m1", "with Jean"
        record.drop_map()
        kept = [*record.plans(), *record.plans("paused")]
        assert [(p.with_member, p.with_words) for p in kept] == [(None, ""), (None, "")]


# --- what fits ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        (Difficulty.area, [a.value for a in Area]),
        (GapRow.code, [c.value for c in GapCode]),
        (MemberRow.relationship, [r.value for r in Relationship]),
        (RiskEvent.reply, reply_keys()),
        (Preference.code, ["look_after_someone", "community_transport"]),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_codes_fit_their_columns(column: object, codes: list[str]) -> None:
    # SQLite takes longer ones; PostgreSQL does not.
    assert max(map(len, codes)) <= column.type.length  # type: ignore[attr-defined]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")))
def test_any_words_come_back(store: Store, words: str) -> None:
    with unit_of_work() as session:
        record = begin(session, "w" * 32)
        record.person.conditions = words
        record.keep_progress(words=words)
    with unit_of_work() as session:
        record = Record.of(session, "w" * 32)
        assert (record.person.conditions, record.progress["words"]) == (words, words)
        session.execute(update(Person).values(conditions=""))


# --- then and now -------------------------------------------------------------------------------


def test_then_is_the_newest_milestone_at_which_the_map_was_otherwise(
    store: Store, person: str
) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        assert record.milestone() is None
        record.keep_network(network(), "add")
        first = record.take_snapshot("baseline")
        record.keep_network(network().without("m1"), "remove")
        second = record.take_snapshot("review")
        record.take_snapshot("asked")
        last, then = record.milestone(), record.last_unlike(record.network())
        assert last is not None and last.id == second
        assert then is not None and then.id == first


def test_a_gap_is_asked_again_only_where_it_is_about_somebody_else(
    store: Store, person: str
) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        gap = record.ask_gap("single_point", "illness", {"members": ["m1"], "activity": ""})
        record.answer_gap(gap, False)
        later = now()
        assert [g.code for g in record.answered_gaps(later)] == ["single_point"]
        record.ask_gap("single_point", "illness", {"members": ["m1"], "activity": ""})
        assert len(record.answered_gaps(later)) == 1
        record.ask_gap("single_point", "illness", {"members": ["m2"], "activity": ""})
        assert record.answered_gaps(later) == []
