"""Reading access notes, conditions and dropped activities; the tables are whole."""

from __future__ import annotations

import pytest

from bot.directory.categories import SubCategory as Sub
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Work
from bot.support.access import Answer, has
from bot.support.needs_map import (
    AREA_OPTIONS,
    CONDITION_OPTIONS,
    GAP_OPTIONS,
    STATEMENT_OPTIONS,
    WORK_OPTIONS,
    activity_stems,
    normalise_conditions,
    options_for_activity,
    options_for_gap,
    record_conditions,
)
from bot.support.preferences import AccessNeed, Limit, Statement, limits_of

W, T, H = AccessNeed.WHEELCHAIR, AccessNeed.TOILET, AccessNeed.HEARING


@pytest.mark.parametrize(
    ("need", "note", "answer"),
    [
        (W, "Step-free throughout. Pool hoist.", Answer.YES),
        (W, "Level entrance and accessible toilet.", Answer.YES),
        (W, "There are no steps at the front.", Answer.YES),
        (W, "Ramp at the back door, accessible toilet.", Answer.YES),
        (W, "The hall has stairs only.", Answer.NO),
        (W, "Two steps and a handrail. Toilet is not accessible to wheelchairs.", Answer.NO),
        (W, "Sorry, no wheelchair access.", Answer.NO),
        (W, "Not accessible.", Answer.NO),
        (W, "One step at the front; a portable ramp is put out on request.", Answer.UNKNOWN),
        (W, "Level entrance. The upstairs room has stairs only.", Answer.UNKNOWN),
        (W, "Accessible toilet.", Answer.UNKNOWN),
        (W, "", Answer.UNKNOWN),
        (W, "Free parking", Answer.UNKNOWN),
        (T, "Accessible toilet downstairs.", Answer.YES),
        (T, "Toilet is not accessible to wheelchairs.", Answer.NO),
        (T, "Wide toilet but no grab rails.", Answer.UNKNOWN),
        (H, "Step-free, hearing loop, accessible toilet.", Answer.YES),
        (H, "No hearing loop.", Answer.NO),
        (W, "Wheelchair access is not available", Answer.NO),
        (W, "Wheelchair access unavailable", Answer.NO),
        (W, "Wheelchair Access - No", Answer.NO),
        (W, "wheelchair accessible: no", Answer.NO),
        (W, "Is it wheelchair accessible? No", Answer.NO),
        (W, "Wheelchair accessible. No. Free parking", Answer.NO),
        (W, "The venue isn't wheelchair accessible", Answer.NO),
        (W, "We don’t have level access", Answer.NO),
        (W, "There isn't level access", Answer.NO),
        (W, "The building is not yet fully accessible", Answer.NO),
        (W, "Inaccessible to wheelchairs", Answer.NO),
        (W, "Limited wheelchair access", Answer.UNKNOWN),
        (W, "Partial wheelchair access", Answer.UNKNOWN),
        (W, "Wheelchair access is limited", Answer.UNKNOWN),
        (W, "Wheelchair access to some areas", Answer.UNKNOWN),
        (W, "Access via steps. Ramp on request", Answer.UNKNOWN),
        (W, "No lift but level access", Answer.UNKNOWN),
        (W, "Is it wheelchair accessible? Yes", Answer.YES),
        (W, "Not far from the station. Wheelchair access.", Answer.YES),
        (W, "Fully accessible. Limited parking. Some disabled bays.", Answer.YES),
        (H, "Hearing loop: no", Answer.NO),
        (H, "The hearing loop isn't available", Answer.NO),
        (H, "Hearing loop on request", Answer.UNKNOWN),
        (T, "Accessible toilet - none", Answer.NO),
        (T, "The toilets aren't accessible", Answer.NO),
        (AccessNeed.SIGHT, "No dogs except guide dogs", Answer.YES),
    ],
)
def test_access_is_yes_only_where_it_is_said(need: AccessNeed, note: str, answer: Answer) -> None:
    assert has(need, [note]) is answer


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("type 2 and a dodgy heart", {"diabetes", "heart disease"}),
        ("COPD, arthritus in my hands", {"copd"}),
        ("C.O.P.D. and osteoarthritis", {"copd", "arthritis"}),
        ("I've got diabetic kidneys", {"diabetes", "kidney disease"}),
        ("IBS", {"ibs"}),
        ("crohns", {"inflammatory bowel disease"}),
        ("bad back and depression", {"long-term pain", "depression"}),
        ("MS", {"multiple sclerosis"}),
        ("I have ME", {"me/cfs"}),
        ("the arthritis is killing me", {"arthritis"}),
        ("not sure", set()),
        ("", set()),
    ],
)
def test_conditions_in_the_persons_words(words: str, names: set[str]) -> None:
    assert normalise_conditions(words) == names


def test_records_and_people_meet_under_one_name() -> None:
    assert record_conditions(["heart"]) >= normalise_conditions("angina")
    assert record_conditions(["bowel"]) >= normalise_conditions("ibs")
    assert record_conditions(["chronic pain"]) == normalise_conditions("constant pain")
    assert record_conditions(["lupus"]) == {"lupus"}


def test_every_code_has_options() -> None:
    assert set(STATEMENT_OPTIONS) == set(Statement) and len(Statement) == 11
    assert set(AREA_OPTIONS) == set(Area)
    assert set(WORK_OPTIONS) == set(Work)
    for code in GapCode:
        work = Work.EMOTIONAL if code not in GAP_OPTIONS else None
        assert options_for_gap(code, work, activity="choir"), code
    tables = [*STATEMENT_OPTIONS.values(), *AREA_OPTIONS.values(), *WORK_OPTIONS.values()]
    tables += [*CONDITION_OPTIONS.values(), *GAP_OPTIONS.values()]
    assert all(0 < s <= 1 for table in tables for s in table.values())
    assert {sub for table in tables for sub in table} == set(Sub)


def test_conditions_of_the_table_have_names_that_are_recognised() -> None:
    assert {c for c in CONDITION_OPTIONS if c not in normalise_conditions(c)} == set()


def test_the_difficulty_behind_a_gap_decides_what_answers_it() -> None:
    money = options_for_gap(GapCode.UNCOVERED, Work.EVERYDAY, [Area.MONEY])
    moving = options_for_gap(GapCode.UNCOVERED, Work.EVERYDAY, [Area.MOVING_ABOUT])
    assert max(money, key=lambda s: money[s]) is Sub.MONEY_BENEFITS
    assert max(moving, key=lambda s: moving[s]) is Sub.HOME_SUPPORT
    assert Sub.MONEY_BENEFITS not in moving


def test_dropped_activities() -> None:
    assert set(options_for_activity("I used to go swimming")) == {Sub.SWIMMING}
    assert set(options_for_activity("my allotment")) == {Sub.WALKING_OUTDOOR}
    assert options_for_activity("nothing really") == {}
    assert activity_stems("I used to sing in a choir") == ("sing", "choir")


def test_limits_that_contradict_one_another_are_no_limit() -> None:
    assert limits_of(frozenset({Limit.WEEKDAYS, Limit.WEEKENDS})).days == frozenset()
    assert limits_of(frozenset({Limit.FROM_HOME, Limit.IN_PERSON})).modes == frozenset()
    assert limits_of(frozenset({Limit.LOW_COST, Limit.FREE_ONLY})).cost_ceiling == 0.0
