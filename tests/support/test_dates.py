"""Days and hours in British words, from the day they are said on: never before it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.support.dates import date_in, hour_in, time_in

WEDNESDAY = date(2026, 11, 11)


def nov(day: int) -> date:
    return date(2026, 11, day)


def dec(day: int) -> date:
    return date(2026, 12, day)


# --- days by number and by name -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("third of december", dec(3)),
        ("the third of December", dec(3)),
        ("december the third", dec(3)),
        ("December 3rd", dec(3)),
        ("3 Dec", dec(3)),
        ("3Dec", dec(3)),
        ("3rd Dec 2026", dec(3)),
        ("twenty-first of December", dec(21)),
        ("the thirty first of december", dec(31)),
        ("the twelfth day of December", dec(12)),
        ("Thursday 3 December", dec(3)),
        ("Tuesday, 1st December at 10am", dec(1)),
        ("on Thursday the 3rd of December", dec(3)),
        ("3.12", dec(3)),
        ("on 3.12.", dec(3)),
        ("3.12.26", dec(3)),
        ("03.12.2026", dec(3)),
        ("3/12", dec(3)),
        ("3/12/26", dec(3)),
        ("3-12-2026", dec(3)),
        ("3 12 2026", dec(3)),
        ("2026-12-03", dec(3)),
        ("3-5 December", dec(3)),
        ("3-Dec", dec(3)),
        ("the 3rd or 4th of December", dec(3)),
        ("on the 22", nov(22)),
        ("Tues 24", nov(24)),
        ("Sun 22", nov(22)),
        ("Tuesday 10", nov(17)),
        ("at 10.30 on 3.12", dec(3)),
        ("Thursday 3.12", dec(3)),
        ("Tuesday 10.05", nov(17)),
        ("Friday at 10.10", nov(13)),
        ("the 3rd", dec(3)),
        ("on 3rd", dec(3)),
        ("3rd", dec(3)),
        ("the 13th", nov(13)),
        ("on the third", dec(3)),
        ("Thursday the 3rd", dec(3)),
        ("Thursday 3rd", dec(3)),
        ("by the 20th please", nov(20)),
        ("after my hospital appointment on 3rd", dec(3)),
        ("after my hospital appointment on the 3rd", dec(3)),
        ("week commencing the 23rd", nov(23)),
        ("1st of next month", dec(1)),
        ("the first of the month", dec(1)),
        ("the 20th of this month", nov(20)),
        ("next month on the 4th", dec(4)),
        ("on the 28th next month", dec(28)),
        ("the Tuesday after my birthday on the 20th", nov(24)),
        ("a week after my op on 3 December", dec(10)),
        ("first Monday in December", dec(7)),
        ("the second Tuesday of next month", dec(8)),
        ("last Friday of the month", nov(27)),
        ("the first Tuesday of the month", dec(1)),
        ("first week of December", dec(1)),
        ("the last week of November", nov(24)),
        ("2nd of Feb", date(2027, 2, 2)),
        ("the 1st of March", date(2027, 3, 1)),
    ],
)
def test_days_by_number(text: str, day: date) -> None:
    assert date_in(text, WEDNESDAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", nov(11)),
        ("tonight", nov(11)),
        ("later on this afternoon", nov(11)),
        ("tomorrow", nov(12)),
        ("tmrw", nov(12)),
        ("tommorow morning", nov(12)),
        ("first thing tomorrow", nov(12)),
        ("day after tomorrow", nov(13)),
        ("the day after tomorrow", nov(13)),
        ("Thursday", nov(12)),
        ("thurs", nov(12)),
        ("Thur", nov(12)),
        ("tues", nov(17)),
        ("weds", nov(18)),
        ("Fri", nov(13)),
        ("on Sat", nov(14)),
        ("sun afternoon", nov(15)),
        ("Mon or Tues", nov(16)),
        ("mon wed fri", nov(16)),
        ("wed 3pm", nov(18)),
        ("sat 14th", nov(14)),
        ("tonite", nov(11)),
        ("straight away", nov(11)),
        ("wensday", nov(18)),
        ("thrusday", nov(12)),
        ("Wednesday", nov(18)),
        ("half two on Thursday", nov(12)),
        ("first thing Monday", nov(16)),
        ("Monday first thing", nov(16)),
        ("Friday's fine", nov(13)),
        ("on Fridays", nov(13)),
        ("every Tuesday", nov(17)),
        ("this Friday", nov(13)),
        ("this coming Sunday", nov(15)),
        ("next Sunday", nov(15)),
        ("next Tuesday", nov(17)),
        ("come Friday", nov(13)),
        ("Tuesday or Wednesday", nov(17)),
        ("Monday to Friday", nov(16)),
        ("by Friday", nov(13)),
        ("before Friday", nov(12)),
        ("after Friday", nov(14)),
        ("at the weekend", nov(14)),
        ("this weekend", nov(14)),
        ("over the weekend", nov(14)),
        ("next weekend", nov(21)),
        ("after the weekend", nov(16)),
    ],
)
def test_days_near(text: str, day: date) -> None:
    assert date_in(text, WEDNESDAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Tuesday after next", nov(24)),
        ("Sunday after next", nov(22)),
        ("the Friday after next", nov(20)),
        ("Tuesday week", nov(24)),
        ("Friday week", nov(20)),
        ("next Tuesday week", nov(24)),
        ("tues week", nov(24)),
        ("a week on Friday", nov(20)),
        ("a week Friday", nov(20)),
        ("a week from Friday", nov(20)),
        ("week on Friday", nov(20)),
        ("Friday fortnight", nov(27)),
        ("a fortnight on Friday", nov(27)),
        ("two weeks on Monday", nov(30)),
        ("2 weeks on Monday", nov(30)),
        ("three weeks on Saturday", dec(5)),
        ("a week today", nov(18)),
        ("today week", nov(18)),
        ("a week tomorrow", nov(19)),
        ("tomorrow week", nov(19)),
        ("a fortnight today", nov(25)),
        ("a month today", dec(11)),
        ("a month tomorrow", dec(12)),
        ("a week from now", nov(18)),
        ("in a week", nov(18)),
        ("in a week or so", nov(18)),
        ("in a week's time", nov(18)),
        ("in a fortnight's time", nov(25)),
        ("a fortnight's time", nov(25)),
        ("in a fortnight", nov(25)),
        ("fortnight", nov(25)),
        ("in 2 wks", nov(25)),
        ("in two weeks", nov(25)),
        ("two weeks", nov(25)),
        ("2 weeks' time", nov(25)),
        ("in a couple of weeks", nov(25)),
        ("in three weeks", dec(2)),
        ("in about three weeks", dec(2)),
        ("in a few days", nov(14)),
        ("in ten days", nov(21)),
        ("in a month", dec(11)),
        ("in six months", date(2027, 5, 11)),
        ("in 2 weeks on Monday", nov(23)),
        ("Friday in two weeks", nov(27)),
        ("in an hour", nov(11)),
        ("next week", nov(18)),
        ("sometime next week", nov(18)),
        ("Tuesday next week", nov(17)),
        ("Saturday or Sunday next week", nov(21)),
        ("after next week", nov(23)),
        ("before next week", nov(15)),
        ("end Nov", nov(30)),
        ("next week on Friday", nov(20)),
        ("Friday of next week", nov(20)),
        ("Thursday afternoon next week", nov(19)),
        ("the week after next", nov(25)),
        ("week after next", nov(25)),
        ("next week but one", nov(25)),
        ("Monday the week after next", nov(23)),
        ("the weekend after next", nov(28)),
        ("early next week", nov(16)),
        ("the beginning of next week", nov(16)),
        ("midweek next week", nov(18)),
        ("middle of next week", nov(18)),
        ("end of the week", nov(13)),
        ("later this week", nov(13)),
        ("end of next week", nov(20)),
        ("next month", dec(11)),
        ("the month after next", date(2027, 1, 11)),
        ("end of the month", nov(30)),
        ("at the end of this month", nov(30)),
        ("mid month", nov(15)),
        ("start of next month", dec(1)),
        ("the end of next month", dec(31)),
        ("beginning of December", dec(1)),
        ("early December", dec(1)),
        ("mid-December", dec(15)),
        ("the end of January", date(2027, 1, 31)),
        ("in December", dec(1)),
        ("December", dec(1)),
        ("in May", date(2027, 5, 1)),
    ],
)
def test_days_so_long_from_now(text: str, day: date) -> None:
    assert date_in(text, WEDNESDAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Christmas", dec(25)),
        ("on Christmas Day", dec(25)),
        ("Xmas eve", dec(24)),
        ("Boxing Day", dec(26)),
        ("the day after Boxing Day", dec(27)),
        ("before Christmas", dec(24)),
        ("after Christmas", dec(27)),
        ("a week after Christmas", date(2027, 1, 1)),
        ("the week before Christmas", dec(18)),
        ("the Monday after Christmas", dec(28)),
        ("the Friday before Christmas", dec(18)),
        ("New Year's Eve", dec(31)),
        ("Hogmanay", dec(31)),
        ("New Year's Day", date(2027, 1, 1)),
        ("after New Year", date(2027, 1, 2)),
        ("Burns Night", date(2027, 1, 25)),
        ("Pancake Day", date(2027, 2, 9)),
        ("Mother's Day", date(2027, 3, 7)),
        ("Good Friday", date(2027, 3, 26)),
        ("Easter", date(2027, 3, 28)),
        ("Easter Monday", date(2027, 3, 29)),
        ("after Easter", date(2027, 3, 30)),
        ("Whitsun", date(2027, 5, 16)),
        ("Whit Monday", date(2027, 5, 17)),
        ("Father's Day", date(2027, 6, 20)),
        ("Remembrance Sunday", date(2027, 11, 14)),
        ("St Andrew's Day", nov(30)),
        ("bank holiday Monday", dec(28)),
        ("bank hol Monday", dec(28)),
        ("the bank holiday", dec(25)),
        ("May Day bank holiday", date(2027, 5, 3)),
        ("Easter bank holiday", date(2027, 3, 26)),
        ("May bank holiday", date(2027, 5, 3)),
        ("the spring bank holiday", date(2027, 5, 31)),
        ("August bank holiday", date(2027, 8, 30)),
        ("August bank holiday weekend", date(2027, 8, 28)),
    ],
)
def test_feasts_and_bank_holidays(text: str, day: date) -> None:
    assert date_in(text, WEDNESDAY) == day


# --- what is ruled out, corrected or no day -------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "not Tuesday",
        "not on Tuesday",
        "not this Tuesday",
        "not Tuesday or Wednesday",
        "not tomorrow",
        "not next week",
        "not the 3rd",
        "not 3.12",
        "I can't do Tuesday",
        "I can’t make Tuesday",
        "any day but Tuesday",
        "any day except Friday",
        "no Tuesdays",
        "Tuesday's no good",
        "Tuesday is not good",
        "Tuesday doesn't suit",
        "Tuesday I can't",
        "I'm busy on Tuesday",
        "I'm away next week",
        "never on a Sunday",
        "neither Monday nor Tuesday",
        "I don't think I can on Tuesday",
    ],
)
def test_a_day_that_is_ruled_out_is_none(text: str) -> None:
    assert date_in(text, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("not Tuesday, Wednesday", nov(18)),
        ("not Tuesday but Friday", nov(13)),
        ("I can't do Tuesday. Friday is fine", nov(13)),
        ("Friday, not Tuesday", nov(13)),
        ("Friday instead of Tuesday", nov(13)),
        ("Tuesday, no, Friday", nov(13)),
        ("Tuesday - actually Friday", nov(13)),
        ("Tuesday if it's not raining", nov(17)),
        ("if it's not raining on Tuesday", nov(17)),
        ("not until Tuesday", nov(17)),
        ("not before the 3rd", dec(3)),
        ("it isn't open till Friday", nov(13)),
        ("I'm not busy on Friday", nov(13)),
        ("I don't mind, Friday", nov(13)),
        ("not sure, maybe Friday", nov(13)),
        ("why not Friday", nov(13)),
        ("if Friday isn't too wet", nov(13)),
        ("no, Friday", nov(13)),
    ],
)
def test_the_day_that_is_left(text: str, day: date) -> None:
    assert date_in(text, WEDNESDAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "yes",
        "I have 2 cats",
        "last Tuesday",
        "since Monday",
        "two weeks ago",
        "a week ago on Tuesday",
        "a week last Tuesday",
        "Monday just gone",
        "the Sunday before last",
        "one day",
        "sugar 1.9",
        "3 December 2025",
        "I've had it for two weeks",
        "twice a week",
        "every day",
        "every two weeks",
        "24/7",
        "3-4 times",
        "3/4 of an hour",
        "march on",
        "3 may help",
        "31/2",
        "30 February",
        "at 3.12pm",
        "the third floor",
        "on second thoughts",
        "I'll ask my sister first",
        "with Jan",
        "I sat down",
        "in the sun",
        "on my birthday",
        "my pain is better now",
        "in the morning",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert date_in(text, WEDNESDAY) is None


def test_words_without_end_are_read_to_an_end() -> None:
    for words in ("after ", "a week before ", "Tuesday after the ", "two weeks on "):
        found = date_in(words * 600 + "xyz", WEDNESDAY)
        assert found is None or found >= WEDNESDAY


def test_a_nice_day_moves_no_weekday() -> None:
    assert date_in("have a nice day, see you Monday", WEDNESDAY) == nov(16)
    assert date_in("a nice day Monday", WEDNESDAY) == nov(16)


# --- for all days ---------------------------------------------------------------------------------

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TODAYS = st.dates(date(2026, 1, 1), date(2035, 12, 31))
FRAMES = (
    "{}",
    "on {}",
    "next {}",
    "this {}",
    "first thing {}",
    "{} week",
    "a week on {}",
    "{} fortnight",
    "two weeks on {}",
    "{} after next",
    "{} next week",
    "next week on {}",
    "{} the week after next",
    "half two on {}",
    "the {} after Christmas",
    "the first {} of the month",
    "the last {} of next month",
    "not until {}",
    "in three weeks on {}",
)


@given(st.sampled_from(FRAMES), st.sampled_from(WEEKDAYS), TODAYS)
def test_a_weekday_that_is_read_is_that_weekday(frame: str, name: str, today: date) -> None:
    found = date_in(frame.format(name), today)
    assert found is not None and found >= today
    assert WEEKDAYS[found.weekday()] == name


@given(st.sampled_from(WEEKDAYS), TODAYS)
def test_a_bare_weekday_is_within_the_week_and_never_today(name: str, today: date) -> None:
    found = date_in(name, today)
    assert found is not None and 1 <= (found - today).days <= 7
    assert date_in(f"{name} week", today) == found + timedelta(days=7)
    assert date_in(f"{name} after next", today) == found + timedelta(days=7)


@given(
    st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    st.sampled_from(["{0:%d/%m}", "{0.day}.{0.month}", "{0.day} {0:%B}", "{0:%B} the {0.day}"]),
    st.integers(0, 360),
)
def test_a_day_of_the_year_is_the_coming_one(today: date, form: str, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert date_in(form.format(day), today) == day


WORDS = (
    *("Tuesday", "week", "weeks", "fortnight", "month", "weekend", "tomorrow", "day", "December"),
    *("on", "after", "before", "next", "last", "this", "not", "the", "of", "in", "at", "a", "two"),
    *("3rd", "3.12", "31/2", "end", "beginning", "half", "Christmas", "Easter", "bank holiday"),
)


@given(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), TODAYS)
def test_no_words_give_a_day_in_the_past_or_far_away(text: str, today: date) -> None:
    found = date_in(text, today)
    assert found is None or 0 <= (found - today).days <= 400


# --- hours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("half past ten", 10),
        ("half 3", 15),
        ("half nine in the morning", 9),
        ("half seven in the evening", 19),
        ("at three", 15),
        ("three", 15),
        ("about ten", 10),
        ("10ish", 10),
        ("tenish", 10),
        ("after 6", 18),
        ("after six please", 18),
        ("not before 10", 10),
        ("quarter to nine", 8),
        ("quarter to one", 12),
        ("a quarter past 4", 16),
        ("twenty to three", 14),
        ("5 to 3", 14),
        ("make it nine", 9),
        ("9 a m", 9),
        ("9 til 5", 9),
        ("0930", 9),
        ("after work", 18),
        ("not fussed", 10),
        ("five past eleven", 11),
        ("noon", 12),
        ("about noon", 12),
        ("midnight", 0),
        ("teatime", 17),
        ("tea time", 17),
        ("19:30", 19),
        ("07:30", 7),
        ("7.30pm", 19),
        ("7.30 p.m.", 19),
        ("730pm", 19),
        ("7 a.m.", 7),
        ("at 2am", 2),
        ("by 7.30 am", 7),
        ("at ten pm", 22),
        ("half seven am", 7),
        ("ten am", 10),
        ("1930 hrs", 19),
        ("at 1930", 19),
        ("3.15", 15),
        ("10 in the evening", 22),
        ("7 in the morning", 7),
        ("ten at night", 22),
        ("tomorrow morning at 7", 7),
        ("good morning, at 3 please", 15),
        ("11 o'clock", 11),
        ("eleven o’clock", 11),
        ("10 or 11", 10),
        ("10 to 12", 10),
        ("10-12", 10),
        ("between 2 and 4", 14),
        ("ten would be good", 10),
        ("not mornings, evenings", 18),
        ("early evening", 18),
        ("early afternoon", 14),
        ("late morning", 11),
        ("bedtime", 21),
        ("I don't mind", 10),
    ],
)
def test_hours(text: str, hour: int) -> None:
    assert hour_in(text) == hour


@pytest.mark.parametrize(
    "text",
    [
        "",
        "at 99",
        "25:00",
        "not in the morning",
        "mornings are bad",
        "not too early",
        "2 weeks",
        "about 3 miles",
        "I am 80",
        "half an hour",
    ],
)
def test_what_names_no_hour(text: str) -> None:
    assert hour_in(text) is None


@given(st.integers(0, 23), st.integers(0, 59))
def test_an_hour_of_24_is_itself(hour: int, minute: int) -> None:
    said = f"{hour:02}:{minute:02}"
    assert hour_in(said) == (hour if hour != 12 else 12)
    assert time_in(f"on Tuesday, {said}") == time(hour, minute)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("half two on Thursday", time(14, 30)),
        ("Tuesday at quarter to nine", time(8, 45)),
        ("Tuesday 7.30pm", time(19, 30)),
        ("tomorrow at three", time(15)),
        ("Friday at 10.10", time(10, 10)),
        ("3.12", None),
        ("the 3rd", None),
        ("3 December", None),
        ("Tuesday morning", None),
        ("half an hour on Tuesday", None),
        ("not at 3", None),
    ],
)
def test_times_by_the_clock(text: str, at: time | None) -> None:
    assert time_in(text) == at
