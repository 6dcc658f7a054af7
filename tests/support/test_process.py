"""Measures of the process: what counts as tried, kept and covered."""

from __future__ import annotations

from bot.needs.gaps import GapCode
from bot.network.model import Member, Network, Work
from bot.support.barriers import Barrier
from bot.support.practice import Construct, Said
from bot.support.process import AskedGap, PlanCourse, Told, process_of


def test_a_plan_is_kept_only_where_it_was_tried_and_gone_on_with() -> None:
    liked = Told(Said.YES, Said.YES, decision="go_on")
    assert PlanCourse("active", (liked,)).was_kept
    assert not PlanCourse("active", (Told(Said.NO, decision="go_on"),)).was_kept
    assert not PlanCourse("dropped", (liked, Told(Said.YES, decision="drop"))).was_kept
    assert not PlanCourse("active").was_kept


def test_the_lowest_construct_is_that_of_the_last_telling() -> None:
    nobody = Told(Said.NO, barrier=Barrier.NOBODY, decision="change")
    better = Told(Said.YES, Said.YES, decision="go_on")
    assert PlanCourse("active", (nobody,)).lowest is Construct.PARTICIPATION
    assert PlanCourse("active", (nobody, better)).lowest is None


def test_what_was_said_to_the_checks_counts_for_the_lowest() -> None:
    fit = {Construct.COHERENCE: Said.YES, Construct.PARTICIPATION: Said.NO}
    assert PlanCourse("active", (Told(fit=fit),)).lowest is Construct.PARTICIPATION
    assert PlanCourse("active", (Told(worth=Said.YES, fit=fit),)).lowest is Construct.PARTICIPATION


def test_counts() -> None:
    then = Network((Member("m1", "Jean"), Member("m2", "Bob")))
    now = Network((Member("m1", "Jean"), Member("m3", "Sue"), Member("m4", "Choir")))
    found = process_of(
        "open",
        options=["saved", "shown", "rejected"],
        plans=[
            PlanCourse("finished", (Told(Said.YES, Said.YES, decision="finish"),)),
            PlanCourse("paused", (Told(Said.NO, barrier=Barrier.TRANSPORT, decision="pause"),)),
        ],
        gaps=[
            AskedGap(GapCode.UNCOVERED, Work.EMOTIONAL),
            AskedGap(GapCode.UNCOVERED, Work.ILLNESS),
            AskedGap(GapCode.UNCOVERED, Work.EVERYDAY, own=True),
            AskedGap(GapCode.DROPPED_ACTIVITY),
        ],
        still_found=[(GapCode.UNCOVERED, Work.ILLNESS), (GapCode.UNCOVERED, Work.EVERYDAY)],
        then=then,
        now=now,
        reviews=1,
    )
    values = found.variables()
    assert values["process_stage"] == "open"
    assert (found.options_shown, found.options_saved) == (3, 1)
    assert (found.plans_made, found.plans_tried, found.plans_kept, found.plans_paused) == (
        2,
        1,
        1,
        1,
    )
    assert values["process_barrier_transport"] == 1 and values["process_lowest_action"] == 1
    assert (found.gaps_confirmed, found.gaps_covered) == (4, 3)
    assert (found.came, found.went, found.reviews) == (2, 1, 1)


def test_nothing_yet_is_all_noughts() -> None:
    values = process_of("people").variables()
    assert values.pop("process_stage") == "people"
    assert set(values.values()) == {0}
