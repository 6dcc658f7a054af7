"""What a patient sees of when it happens, where a feed's rule and its words do not agree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.directory import codec
from bot.directory.importer import schedules
from bot.directory.importer.prepare import look
from bot.support.card import card_facts
from bot.support.matching import looked_up
from bot.support.when import UK
from bot.support.wishes import Wishes

FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UK)
MONDAYS = {"freq": "WEEKLY", "byday": "MO", "opens_at": "10:00", "closes_at": "12:00"}
ON_MONDAY = "Mon 23 Nov 10:00"


def shown(
    *rows: dict[str, Any], description: str = "A friendly group.", now: datetime = FRIDAY
) -> tuple[str, str | None]:
    """The words of a card on when, and its next time: "Mon 23 Nov 10:00", or ``None``."""
    record = {
        "id": "1",
        "name": "Chat Group",
        "description": description,
        "status": "active",
        "organization": {"id": "o", "name": "Org", "description": "Chat"},
        "schedules": list(rows),
    }
    prepared = look(record).prepared
    assert prepared is not None
    listing = codec.decode(1, prepared.values["listing"], "feed", "1", None, None)
    card = card_facts(looked_up(Wishes(), listing, today=now), today=now)
    if card.next is None:
        return "; ".join(card.when_texts), None
    start = f" {card.next.opens:%H:%M}" if card.next.opens else ""
    return "; ".join(card.when_texts), f"{card.next.day:%a %-d %b}{start}"


def flags(**values: Any) -> tuple[str, ...]:
    prepared = look({"id": "1", "name": "Chat", "status": "active", **values}).prepared
    assert prepared is not None
    return tuple(f for f in prepared.flags if f.startswith("schedule"))


# --- a row's own words against its rule -----------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text", "day"),
    [
        ("Tuesdays 2pm to 4pm", "Tuesdays 2pm to 4pm", "Tue 24 Nov 14:00"),
        ("Every Monday from 1.30pm to 3.30pm", None, "Mon 23 Nov 13:30"),
        ("Chair yoga, Mondays 2pm to 4pm, all welcome", None, "Mon 23 Nov 14:00"),
        ("Mondays 2-4", None, "Mon 23 Nov"),
        ("Beginners 1pm, improvers 2pm", None, "Mon 23 Nov"),
        ("Fridays", "Fridays", "Fri 20 Nov"),
        ("Wednesday mornings", "Wednesday mornings", None),
        ("Second Monday of the month 2pm - 4pm", None, "Mon 14 Dec 14:00"),
        ("first Monday of the month at 2pm", None, "Mon 7 Dec 14:00"),
        ("2nd Monday of the month", "2nd Monday of the month, 10am to 12 noon", "Mon 14 Dec 10:00"),
        ("Starts 4 January 2027", None, "Mon 4 Jan 10:00"),
        ("Every Monday until 23 November 2026", None, ON_MONDAY),
        ("Every Monday until 16 November 2026", "", None),
        ("Starting again in January", None, None),
        ("Monday 30 November 2026 only", None, None),
        ("Cancelled until further notice", "Cancelled until further notice", None),
        ("Suspended", "Suspended", None),
        ("Not running at present", "Not running at present", None),
        ("every Monday except 2nd", "every Monday except 2nd. 10am to 12 noon", None),
        ("Mondays, no meeting on 7 December", None, None),
        ("Dates vary", None, None),
        ("Not Mondays", None, None),
        ("Weeks 1 and 3", None, None),
    ],
)
def test_a_rows_words_win_over_its_rule(words: str, text: str | None, day: str | None) -> None:
    row = {**MONDAYS, "description": words}
    told, next_day = shown(row)
    assert next_day == day
    assert told == text if text is not None else told.startswith(words)
    assert flags(schedules=[row]) == ("schedule_text_wins",)


@pytest.mark.parametrize(
    "words",
    [
        "Mondays",
        "Monday to Wednesday",
        "Monday 10am-12noon and Thursday 2pm-4pm",
        "Mondays, 9.30am for 10am",
        "Mondays until 12 noon",
        "Every Monday until further notice",
        "Mondays except bank holidays",
        "Book by Friday on 01494 677266",
        "If it is cancelled, we will ring you.",
        "Closed group for members",
        "Ages 10-12",
        "A walk in the sun",
    ],
)
def test_a_rows_words_that_agree_leave_its_date(words: str) -> None:
    row = {**MONDAYS, "description": words}
    assert shown(row) == (words, ON_MONDAY)
    assert flags(schedules=[row]) == ()


def test_notes_may_call_it_off() -> None:
    row = {**MONDAYS, "description": "Mondays", "notes": "Cancelled until further notice"}
    assert shown(row) == ("Mondays. Cancelled until further notice", None)


def test_a_later_start_does_not_move_every_second_week() -> None:
    row = {**MONDAYS, "interval": 2, "dtstart": "2026-11-02", "description": "From 9 January 2027"}
    assert shown(row)[1] == "Mon 11 Jan 10:00"


@pytest.mark.parametrize(
    ("description", "text", "day"),
    [
        ("We meet every Tuesday at 2pm.", "We meet every Tuesday at 2pm.", "Tue 24 Nov 14:00"),
        ("For all. The group meets on Wednesdays.", "The group meets on Wednesdays.", "Wed 25 Nov"),
        ("We meet every Tuesday in the hall.", "We meet every Tuesday in the hall.", None),
        ("We meet on Mondays at 2pm.", "We meet on Mondays at 2pm.", "Mon 23 Nov 14:00"),
    ],
)
def test_a_description_that_says_clearly_when_they_meet_wins(
    description: str, text: str, day: str | None
) -> None:
    assert shown(MONDAYS, description=description) == (text, day)


@pytest.mark.parametrize(
    "description",
    [
        "Our toddler group meets on Tuesdays.",
        "The committee meets every Tuesday.",
        "We meet for tea. Tuesday is market day.",
        "We meet every Monday. On Tuesdays we walk.",
        "We meet on Tuesdays and on Mondays.",
        "Like Friday's choir, we are loud.",
        "We meet weekly and have a trip twice a year.",
    ],
)
def test_a_description_of_other_things_leaves_the_rule(description: str) -> None:
    seen = shown(MONDAYS, description=description)
    assert seen == ("Every Monday, 10am to 12 noon", ON_MONDAY)


# --- words that every week is too often -----------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text", "day"),
    [
        ("Meets on the 5th Monday of the month.", "5th Monday", "Mon 30 Nov 10:00"),
        ("1st, 3rd and 5th Monday of the month", "1st Monday and 3rd", "Mon 30 Nov 10:00"),
        ("Meets the penultimate Monday of the month.", "last but one Monday", ON_MONDAY),
        ("We meet on the last but one Monday of each month", "last but one Monday", ON_MONDAY),
        ("Meets on the 2 nd Monday of the month.", "2nd Monday", "Mon 14 Dec 10:00"),
    ],
)
def test_ordinals_become_the_rule(words: str, text: str, day: str) -> None:
    told, next_day = shown(MONDAYS, description=words)
    assert told.startswith(text) and told.endswith("of the month, 10am to 12 noon")
    assert next_day == day


@pytest.mark.parametrize(
    "words",
    [
        "Runs one Monday a month",
        "We meet one evening per month",
        "Every 5 weeks",
        "Meets every third week",
        "Six weekly",
        "Bi-weekly",
        "Meets four times a year",
        "Meets in odd weeks",
        "We meet on the 15th of each month",
        "From April to September",
        "We meet May to September",
        "Winter only",
    ],
)
def test_what_is_not_every_week_gives_no_date(words: str) -> None:
    for told, next_day in (
        shown(MONDAYS, description=words),
        shown({**MONDAYS, "description": words}),
    ):
        assert told.startswith(words) and "Every Monday" not in told and next_day is None
        assert told.endswith("10am to 12 noon")


@pytest.mark.parametrize("words", ["A course of six weekly sessions.", "All year, in May as well."])
def test_what_is_every_week_all_the_same(words: str) -> None:
    assert shown(MONDAYS, description=words)[1] == ON_MONDAY


@pytest.mark.parametrize(
    "words",
    [
        "Monthly, last Monday, except December.",
        "Held on the first Monday and third Wednesday of the month.",
        "Meets on the first Monday of every month except August.",
        "Meets monthly, usually the last Monday.",
    ],
)
def test_words_are_shown_whole(words: str) -> None:
    assert shown(MONDAYS, description=words) == (f"{words} 10am to 12 noon", None)


def test_another_day_in_the_description_is_not_shown_beside_the_rules_day() -> None:
    words = "We meet on the first Tuesday of the month."
    assert shown(MONDAYS, description=words) == (words, None)


# --- rules that say more than can be followed -----------------------------------------------------


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (
            {"freq": "DAILY", "interval": 2, "dtstart": "2026-11-19", "opens_at": "10:00"},
            "Every 2 days, 10am",
        ),
        (
            {**MONDAYS, "bymonth": "6,7,8"},
            "Every Monday, only in June, July and August, 10am to 12 noon",
        ),
        ({**MONDAYS, "bymonth": [6]}, "Every Monday, only in June, 10am to 12 noon"),
        (
            {"description": "FREQ=WEEKLY;BYDAY=MO;BYMONTH=6,7", "opens_at": "10:00"},
            "Every Monday, only in June and July, 10am",
        ),
        (
            {**MONDAYS, "bymonth": "6,7,8", "description": "Mondays"},
            "Mondays. Every Monday, only in June, July and August, 10am to 12 noon",
        ),
        (
            {"freq": "MONTHLY", "byday": "2MO", "bymonth": "6,7", "opens_at": "10:00"},
            "2nd Monday of the month, only in June and July, 10am",
        ),
        (
            {**MONDAYS, "byweekno": "1,3"},
            "Every Monday, only at some times of the year, 10am to 12 noon",
        ),
        (
            {**MONDAYS, "byyearday": "100"},
            "Every Monday, only at some times of the year, 10am to 12 noon",
        ),
        ({**MONDAYS, "byday": "2MO"}, "2nd Monday, 10am to 12 noon"),
        ({**MONDAYS, "bysetpos": "2"}, "2nd Monday, 10am to 12 noon"),
        ({**MONDAYS, "freq": "MONTHLY"}, "Monthly on Monday, 10am to 12 noon"),
        (
            {**MONDAYS, "freq": "MONTHLY", "interval": 2},
            "Every 2 months on Monday, 10am to 12 noon",
        ),
        ({"freq": "MONTHLY", "dtstart": "2026-01-13", "opens_at": "10:00"}, "Monthly, 10am"),
        (
            {"freq": "MONTHLY", "byday": "MO,TU,WE,TH,FR", "bysetpos": -1, "opens_at": "10:00"},
            "Last weekday of the month, 10am",
        ),
        (
            {"freq": "MONTHLY", "byday": "MO,TU", "bysetpos": "1", "opens_at": "10:00"},
            "1st Monday or Tuesday of the month, 10am",
        ),
    ],
)
def test_a_rule_that_cannot_be_followed_is_told_in_words(row: dict[str, Any], text: str) -> None:
    assert shown(row) == (text, None)
    assert flags(schedules=[row]) == ("schedule_rule_not_sound",)


def test_a_closer_word_beside_a_loose_rule_is_the_rule() -> None:
    row = {**MONDAYS, "freq": "MONTHLY", "description": "2nd Monday of the month"}
    seen = ("2nd Monday of the month. 10am to 12 noon", "Mon 14 Dec 10:00")
    assert shown(row) == seen
    told = shown({**MONDAYS, "freq": "MONTHLY"}, description="On the 2nd Monday of the month")
    assert told == ("On the 2nd Monday of the month. 10am to 12 noon", "Mon 14 Dec 10:00")
    vague = {**MONDAYS, "freq": "MONTHLY", "description": "Mondays"}
    assert shown(vague)[1] is None


@pytest.mark.parametrize(
    ("row", "seen"),
    [
        (
            {"freq": "MONTHLY", "byday": "MO", "bysetpos": "1,3", "opens_at": "10:00"},
            ("1st Monday and 3rd Monday of the month, 10am", "Mon 7 Dec 10:00"),
        ),
        (
            {"freq": "WEEKLY", "dtstart": "2026-12-05", "count": 1, "opens_at": "10:00"},
            ("5 December 2026, 10am", "Sat 5 Dec 10:00"),
        ),
        ({**MONDAYS, "bymonth": "1,2,3,4,5,6,7,8,9,10,11,12"}, (None, ON_MONDAY)),
        (
            {**MONDAYS, "opens_at": "12:00", "closes_at": "10:00"},
            ("Every Monday, 12 noon", "Mon 23 Nov 12:00"),
        ),
        (
            {**MONDAYS, "opens_at": "22:00", "closes_at": "02:00"},
            ("Every Monday, 10pm to 2am", "Mon 23 Nov 22:00"),
        ),
    ],
)
def test_a_rule_that_can_be_followed_gives_its_date(
    row: dict[str, Any], seen: tuple[str | None, str]
) -> None:
    text, day = shown(row)
    assert (text if seen[0] else None, day) == seen


# --- holiday hours --------------------------------------------------------------------------------

HOLIDAY = {
    **MONDAYS, "opens_at": "13:00", "closes_at": "14:00",
    "valid_from": "2026-12-21", "valid_to": "2027-01-03",
}  # fmt: skip


@pytest.mark.parametrize(
    ("day", "seen"),
    [
        ((2026, 12, 15), "Mon 21 Dec 13:00"),
        ((2026, 12, 22), "Mon 28 Dec 13:00"),
        ((2026, 12, 29), "Mon 4 Jan 10:00"),
    ],
)
def test_holiday_hours_stand_alone_on_their_days(day: tuple[int, int, int], seen: str) -> None:
    text, next_day = shown(HOLIDAY, MONDAYS, now=datetime(*day, 9, tzinfo=UK))
    assert next_day == seen
    assert text == (
        "21 December to 3 January: Every Monday, 1pm to 2pm; Every Monday, 10am to 12 noon"
    )


def test_holiday_hours_that_are_over_are_gone() -> None:
    assert shown(HOLIDAY, MONDAYS, now=datetime(2027, 1, 5, 9, tzinfo=UK)) == (
        "Every Monday, 10am to 12 noon",
        "Mon 11 Jan 10:00",
    )


def test_a_row_that_is_right_all_year_closes_no_other() -> None:
    year = {**HOLIDAY, "byday": "WE", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    assert shown(year, MONDAYS)[1] == ON_MONDAY


def test_a_long_list_of_ordinals_is_read() -> None:
    # Patterns that could read each blank in two ways took for ever, and this test would too.
    words = "second and " * 400
    assert shown({**MONDAYS, "description": words}, description=words)


def test_term_time_at_another_time_is_not_shown_beside_the_rules_time() -> None:
    words = "6pm - 7:15pm Every Monday (term time only)"
    assert shown(MONDAYS, description=words) == (words, None)


@given(
    st.fixed_dictionaries(
        {
            "freq": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "week", "", None]),
            "byday": st.sampled_from(["MO", "2TU", "-1FR", "MO,WE", "2TU,4TU", "XX", "", None]),
            "bymonth": st.sampled_from(["6,7", "13", None]),
            "bymonthday": st.sampled_from(["15", "31", "0", None]),
            "bysetpos": st.sampled_from(["2", "-1", "1,3", None]),
            "interval": st.sampled_from([2, "0", None]),
            "count": st.sampled_from([1, 12, None]),
            "dtstart": st.sampled_from(["2026-11-19", "not a day", None]),
            "opens_at": st.sampled_from(["10:00", "14:00", None]),
            "closes_at": st.sampled_from(["12:00", "00:00", None]),
            "description": st.sampled_from(["Tuesdays 2pm", "every month except August", None]),
        }
    )
)
@settings(max_examples=300, deadline=None)
def test_no_mixture_of_fields_breaks_a_record(raw: dict[str, Any]) -> None:
    row, _flags = schedules.read(raw, "We meet most weeks.", None)
    assert row is None or row.text or row.freq is None
