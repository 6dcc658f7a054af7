"""The service in numbers: nobody can be told from them, and they are of the time asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.console.numbers import FIGURES, Figure, Scope, forget, ranked
from bot.network.model import Member as Alter
from bot.network.model import Network
from bot.store.base import now, unit_of_work
from bot.store.people import begin
from bot.store.record import BASELINE, REVIEW, Record
from bot.store.tables import FollowUp, GapRow, Plan
from bot.store.turns import Turn
from tests.store.conftest import Store

from .conftest import Member, words_of

LABELS = ("Ash", "Beech", "Cedar", "Elm")
COUNTS = st.lists(st.integers(0, 9), min_size=1, max_size=len(LABELS))


def _worlds(counts: dict[str, int], *, whole: int | None, parts: bool) -> list[set[int]]:
    """For each count that is hidden, every number that it could be by all that is shown."""
    rows = ranked(counts, parts=parts)
    out = [label for label, n in rows if n is None]
    possible: list[set[int]] = [set() for _ in out]
    for numbers in product(range(12), repeat=len(out)):
        world = counts | dict(zip(out, numbers, strict=True))
        if whole is not None and sum(world.values()) != whole:
            continue
        if ranked(world, parts=parts) == rows:
            for found, n in zip(possible, numbers, strict=True):
                found.add(n)
    return possible


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.booleans())
def test_no_hidden_count_follows_from_what_a_figure_shows(numbers: list[int], parts: bool) -> None:
    counts = dict(zip(LABELS, numbers, strict=False))
    whole = sum(numbers) if parts else None
    shown = Figure("x", "action", "X", ranked(counts, parts=parts), whole=whole).total
    assert all(len(found) > 1 for found in _worlds(counts, whole=shown, parts=parts))


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_nor_does_it_where_another_figure_tells_the_total(numbers: list[int]) -> None:
    counts = dict(zip(LABELS, numbers, strict=False))
    if len({n for n in numbers if n}) > 1:
        assert all(len(f) > 1 for f in _worlds(counts, whole=sum(numbers), parts=True))


@pytest.mark.parametrize("small", [1, 4])
def test_two_plans_are_not_told_from_a_total(small: int) -> None:
    rows = ranked({"active": 20, "dropped": small, "paused": small})
    assert rows == [("Active", None), ("Dropped", None), ("Paused", None)]
    assert Figure("plans", "action", "Plans", rows, whole=20 + 2 * small).total is None


def test_the_order_tells_nothing_of_what_is_hidden() -> None:
    assert ranked({"c": 30, "b": 4, "a": 3, "d": 40}) == ranked({"c": 30, "b": 3, "a": 4, "d": 40})
    assert [label for label, _ in ranked({"c": 30, "b": 4, "a": 3, "d": 40})] == [*"DCAB"]


# --- of the time asked for -----------------------------------------------------------------


def _rows(name: str, since: datetime | None = None) -> dict[str, float | None]:
    with unit_of_work() as session:
        return dict(FIGURES[name](Scope(session, since)).rows)


def _planned(
    session: Session, number: int, days_ago: int, *, state: str = "active", **told: object
) -> None:
    """Somebody with one plan that was made then, and what they told of it."""
    _told(begin(session, f"{number:032d}"), days_ago, state=state, **told)


def _told(record: Record, days_ago: int = 0, *, state: str = "active", **told: object) -> None:
    moment = now() - timedelta(days=days_ago)
    plan = Plan(person_id=record.person.id, what="walk", made_at=moment, state=state)
    record.session.add(plan)
    record.session.flush()
    record.session.add(
        FollowUp(
            person_id=record.person.id,
            plan_id=plan.id,
            due_at=moment,
            state="answered",
            answered_at=moment,
            **told,
        )
    )


def test_barriers_are_of_the_time_that_was_chosen(store: Store) -> None:
    with unit_of_work() as session:
        for number in range(12):
            _planned(session, number, 200 if number < 6 else 5, barrier="nobody")
    assert _rows("barriers") == {"Nobody": 12}
    assert _rows("barriers", now() - timedelta(days=30)) == {"Nobody": 6}


def test_what_is_no_code_of_ours_is_counted_without_its_words(store: Store) -> None:
    with unit_of_work() as session:
        for number in range(11):
            record = begin(session, f"{number:032d}")
            record.person.area = "Derby" if number < 6 else f"by the mill, number {number}"
            record.note_unmet_need(["creative", f"my own words {number}"])
            _told(record, barrier=f"own words {number}" if number < 5 else "nobody")
    assert _rows("unmet_kind") == {"Creative": 11, "Other": 11}
    assert _rows("unmet_place") == {"Derby": 6, "Places with fewer than 5": 5}
    assert _rows("barriers") == {"Nobody": 6, "Other": 5}


def test_every_week_of_a_year_is_shown(store: Store) -> None:
    with unit_of_work() as session:
        person_id = begin(session, "a" * 32).person.id
        for week in range(50):
            at = now() - timedelta(weeks=week)
            session.add_all(
                Turn(person_id=person_id, at=at, kind="text", text="x", unclear=n == 0)
                for n in range(5)
            )
    rows = _rows("understanding", now() - timedelta(days=365))
    assert len(rows) == 50 and set(rows.values()) == {80.0}
    assert len(_rows("understanding", now() - timedelta(days=20))) == 3


def test_plans_are_told_apart_by_what_became_of_them(store: Store) -> None:
    with unit_of_work() as session:
        for number in range(21):
            if number < 6:
                _planned(session, number, 1, tried="yes", worth="yes", decision="go_on")
            elif number < 13:
                no = {"coherence": "yes", "participation": "no", "action": "yes"}
                _planned(session, number, 1, tried="partly", worth="yes", fit=no, decision="pause")
            else:
                _planned(session, number, 1, tried="no", worth="no", decision="drop")
    assert _rows("tried") == {"Tried and kept": 6, "Tried": 7, "Not tried, or not told of": 8}
    assert _rows("lowest") == {
        "Coherence": 0,
        "Cognitive participation": 7,
        "Collective action": 0,
        "Reflexive monitoring": 8,
    }
    assert set(_rows("tried", now()).values()) == {0}


def _went_over(session: Session, number: int | str, after: Network) -> None:
    record = begin(session, number if isinstance(number, str) else f"{number:032d}")
    record.give_consent("use", "save_map")
    record.keep_network(Network((Alter("m1", "Jean"),)), "add")
    record.take_snapshot(BASELINE)
    record.keep_network(after, "add")
    record.take_snapshot(REVIEW)


def test_networks_that_changed_and_gaps_that_are_covered_are_counted(store: Store) -> None:
    with unit_of_work() as session:
        for number in range(11):
            sue = (Alter("m2", "Sue"),) if number < 6 else ()
            _went_over(session, number, Network((Alter("m1", "Jean"), *sue)))
            person_id = f"{number:032d}"
            code = "no_reciprocity"
            session.add(GapRow(person_id=person_id, key=code, code=code, confirmed=True))
            if number < 5:
                Record.of(session, person_id).keep_preferences(["help_others"], ["help_others"])
    assert _rows("change") == {
        "Some came": 6,
        "Some came, some went": 0,
        "Some went": 0,
        "The same people": 5,
    }
    # The wish is still there and nobody is helped: not covered.
    assert _rows("covered") == {"Covered": 6, "Not yet": 5}
    assert _rows("covered", now() + timedelta(days=1)) == {}


def test_sizes_and_types_are_of_the_maps_as_they_are_now(store: Store) -> None:
    with unit_of_work() as session:
        for number in range(6):
            _went_over(session, number, Network((Alter("m1", "Jean"), Alter("m2", "Sue"))))
    assert _rows("sizes")["1 to 2"] == 6
    assert sum(n or 0 for n in _rows("types").values()) == 6


def test_asking_again_does_not_count_again_and_the_csv_is_of_the_same_count(
    reviewer: Member, store: Store
) -> None:
    def add(count: int, start: int = 0) -> None:
        with unit_of_work() as session:
            for number in range(start, start + count):
                begin(session, f"{number:032d}")

    add(7)
    assert ",7" in reviewer.get("/numbers/reached.csv")
    add(1, 7)  # who was added could be told from two counts of the same minute
    assert ",7" in reviewer.get("/numbers/reached.csv")
    assert "Counted" in words_of(reviewer.get("/numbers"))
    forget()
    assert ",8" in reviewer.get("/numbers/reached.csv")


def test_the_service_view_asks_no_more_of_the_database_for_more_people(store: Store) -> None:
    def asked(people: int) -> int:
        with unit_of_work() as session:
            for number in range(people):
                record_id = f"{people:016d}{number:016d}"
                _went_over(session, record_id, Network((Alter("m1", "Jean"),)))
                code = "no_reciprocity"
                session.add(GapRow(person_id=record_id, key=code, code=code, confirmed=True))
            session.flush()
            seen: list[str] = []
            connection = session.connection()
            event.listen(connection, "before_cursor_execute", lambda *a: seen.append(a[2]))
            for figure in FIGURES.values():
                figure(Scope(session, None))
            session.rollback()
        return len(seen)

    assert asked(2) == asked(40)


def test_the_page_says_that_something_is_hidden(
    reviewer: Member, person: str, store: Store
) -> None:
    page = words_of(reviewer.get("/numbers?period=all"))
    assert "Confirmed gaps covered now" in page and "Covered hidden" in page
    assert "Nothing to count yet." in page
