"""Mending what real feeds get wrong, one value at a time."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory.importer import repair, schedule_words, schedules
from bot.directory.model import Precision


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("Â£10 a day, weâ€™re open", "£10 a day, we're open"),
        ("<p>Tea&nbsp;&amp; <b>cake</b></p><p>All welcome</p>", "Tea & cake\n\nAll welcome"),
        ('<a data-cke-saved-href="x" href="y">Our page</a>', "Our page"),
        ("&amp;nbsp;Tea &amp;amp; cake", "Tea & cake"),
        ("One###MON###Two", "One\nTwo"),
        (r"One\nTwo", "One\nTwo"),
        ("One\r\nTwo\x07", "One\nTwo"),
        ("2 < 3 and 5 > 4", "2 < 3 and 5 > 4"),
        ("Café – Zoë’s", "Café – Zoë's"),
    ],
)
def test_texts_come_out_plain(written: str, clean: str) -> None:
    assert repair.clean_text(written) == clean


@pytest.mark.parametrize(
    "nothing", ["", " ", "-", "N/A", "null", "No description available", "TBC", None, [], {}, True]
)
def test_placeholders_are_nothing(nothing: object) -> None:
    assert repair.clean_text(nothing) is None


@given(st.text(max_size=300))
def test_any_text_comes_out_without_control_characters(text: str) -> None:
    clean = repair.clean_text(text)
    assert clean is None or not any(ord(c) < 32 and c not in "\n\t" for c in clean)
    if clean:
        clean.encode("utf-8")


def test_links_and_mail_placeholders_are_dropped() -> None:
    assert repair.clean_url("www.walks.org.uk/x") == "https://www.walks.org.uk/x"
    for bad in ("http://example.com", "https://path/to/profile", "javascript:alert(1)", "see site"):
        assert repair.clean_url(bad) is None
    assert repair.clean_email("Mail Info@Walks.org.uk please") == "info@walks.org.uk"
    for bad in ("via website", "Unknown-12@noemail.invalid", "a@b"):
        assert repair.clean_email(bad) is None


def test_phone_prose_is_split_and_labelled() -> None:
    (phone,) = repair.clean_phones("Bristol Youth MAPS: 0117 332 7111")
    assert (phone.e164, phone.description) == ("+441173327111", "Bristol Youth MAPS")
    two = repair.clean_phones("01296 681522\n01494 677266")
    assert [p.e164 for p in two] == ["+441296681522", "+441494677266"]
    assert [p.e164 for p in repair.clean_phones("020 7946 0000 / 020 7946 0958")] == [
        "+442079460000",
        "+442079460958",
    ]


def test_a_number_that_is_none_is_kept_as_written() -> None:
    (short,) = repair.clean_phones("text FREE to 87023")
    assert (short.e164, short.as_written) == (None, "text FREE to 87023")
    (cut,) = repair.clean_phones("07787 51295")
    assert cut.e164 is None
    assert repair.clean_phones("0") == () == repair.clean_phones("000-000")


def test_ages() -> None:
    assert repair.clean_ages(-1, -1) == (None, None, ())
    assert repair.clean_ages("18", 999) == (18.0, None, ())
    assert repair.clean_ages(60, 18) == (None, None, ("ages_contradict",))


@pytest.mark.parametrize(
    ("written", "amount"), [("4.00", 4.0), ("£1,200", 1200.0), (0, 0.0), ("free", None), ("", None)]
)
def test_amounts(written: object, amount: float | None) -> None:
    assert repair.clean_number(written) == amount


def test_only_a_plain_statement_means_free() -> None:
    assert repair.says_free("Free") and repair.says_free("No charge.")
    for doubt in (None, "", "None", "Free for members, £5 others", "0"):
        assert not repair.says_free(doubt)


def test_empty_stamps_are_no_dates() -> None:
    assert repair.clean_date("1970-01-01T00:00:00Z") is None
    assert repair.clean_date("2021-09-14T13:05:10.022Z") == date(2021, 9, 14)
    assert repair.clean_date("14/09/2021") == date(2021, 9, 14)
    assert repair.clean_date("2021-02-31") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("09:30", time(9, 30)), ("10:00:00", time(10)), ("9am", time(9)), ("830am", time(8, 30)),
        ("9:00a", time(9)), ("7.30 p.m.", time(19, 30)), ("noon", time(12)), ("12am", time(0)),
        ("24:00", time(23, 59)), ("8:00m", None), ("25:00", None), ("late", None), ("", None),
    ],
)  # fmt: skip
def test_times(written: str, read: time | None) -> None:
    assert repair.clean_time(written) == read


class TestCoordinates:
    def test_good_ones_stay_exact(self) -> None:
        point = repair.clean_point(51.863084, -0.738887, "HP22 4PE")
        assert (point.lat, point.lon, point.precision) == (51.863084, -0.738887, Precision.EXACT)
        assert point.flags == ()

    def test_zero_ones_give_way_to_the_mended_postcode(self) -> None:
        point = repair.clean_point(0, 0, "LU7 ONY")
        assert point.postcode == "LU7 0NY" and point.precision is Precision.SECTOR
        assert point.flags == ("postcode_repaired", "coordinates_zero")

    def test_swapped_ones_are_turned_round(self) -> None:
        point = repair.clean_point(-0.738887, 51.863084, "HP22 4PE")
        assert (point.lat, point.lon) == (51.863084, -0.738887)
        assert "coordinates_swapped" in point.flags

    def test_london_for_buckingham_is_not_believed(self) -> None:
        point = repair.clean_point(51.5073509, -0.1277583, "MK18 1AA")
        assert point.flags == ("coordinates_far_from_postcode",)
        assert point.lat is not None and point.lat > 51.9

    def test_the_middle_of_the_country_is_nowhere(self) -> None:
        point = repair.clean_point(55.378051, -3.435973, None)
        assert (point.lat, point.precision, point.flags) == (
            None, Precision.NONE, ("coordinates_default",),
        )  # fmt: skip

    def test_the_standards_own_example_is_impossible(self) -> None:
        assert repair.clean_point(100, 101, "ABC 1234").lat is None

    def test_an_outcode_alone_is_never_exact(self) -> None:
        assert repair.clean_point(51.667, -0.6123, "HP7").precision is Precision.OUTCODE
        assert repair.clean_point(None, None, "HP7").precision is Precision.OUTCODE

    def test_a_masked_address_shows_its_outcode_only(self) -> None:
        point = repair.clean_point(51.863084, -0.738887, "HP22 4PE", masked=True)
        assert point.postcode == "HP22" and point.precision is Precision.OUTCODE
        assert point.lat != 51.863084


class TestSchedules:
    def test_the_text_wins_over_a_weekly_rule(self) -> None:
        row = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:30", "closes_at": "12:00"}
        schedule, flags = schedules.read(row, "Meet 2nd Monday of the month. All welcome.", None)
        assert schedule is not None
        assert (schedule.freq, schedule.byday) == ("MONTHLY", ("2MO",))
        assert schedule.text == "2nd Monday of the month, 9:30am to 12 noon"
        assert flags == ("schedule_text_wins",)

    def test_words_that_no_rule_can_say_stay_words(self) -> None:
        row = {"freq": "WEEKLY", "byday": "SA", "opens_at": "09:30", "closes_at": "11:30"}
        schedule, _ = schedules.read(row, "We meet every 6 weeks on a Saturday.", None)
        assert schedule is not None and schedule.freq is None
        assert "every 6 weeks on a Saturday" in schedule.text and "9:30am" in schedule.text

    @pytest.mark.parametrize(
        "prose",
        [
            "Chair yoga. Chair yoga every Tuesday. Membership is £12 per month.",
            "Chair yoga. Every Tuesday, £12 per month.",
            "Chair yoga. Our newsletter comes out monthly.",
            "Chair yoga. Last Tuesday we had 30 people.",
            "Chair yoga. We meet every Tuesday, all year including school holidays.",
            "Chair yoga. Bingo is held once a month.",
        ],
    )
    def test_words_on_other_things_leave_the_weekly_rule(self, prose: str) -> None:
        row = {"freq": "WEEKLY", "byday": "TU", "opens_at": "10:00", "closes_at": "11:30"}
        schedule, flags = schedules.read(row, prose, None)
        assert schedule is not None
        assert (schedule.freq, schedule.byday) == ("WEEKLY", ("TU",))
        assert schedule.text == "Every Tuesday, 10am to 11:30am" and flags == ()

    @pytest.mark.parametrize(
        "prose",
        [
            "Chair yoga. Held every other Tuesday.",
            "Chair yoga. We meet fortnightly.",
            "Chair yoga. On the last Tuesday of the month.",
            "Chair yoga. Every Tuesday, term time only.",
            "Monthly chair yoga. For all.",
        ],
    )
    def test_words_on_when_still_win(self, prose: str) -> None:
        row = {"freq": "WEEKLY", "byday": "TU", "opens_at": "10:00"}
        schedule, flags = schedules.read(row, prose, None)
        assert schedule is not None and schedule.freq != "WEEKLY"
        assert flags == ("schedule_text_wins",)
        assert "Tuesday" in schedule.text and "10am" in schedule.text

    def test_how_often_gives_the_last_day(self) -> None:
        row = {"freq": "WEEKLY", "byday": "TU", "dtstart": "2020-01-07", "count": 6}
        schedule, _ = schedules.read(row, None, None)
        assert schedule is not None and schedule.until == date(2020, 2, 11)
        row = {"freq": "MONTHLY", "byday": "1MO", "dtstart": "2020-01-07", "count": "2"}
        schedule, _ = schedules.read(row, None, None)
        assert schedule is not None and schedule.until == date(2020, 3, 2)

    def test_dates_as_the_calendar_standard_writes_them(self) -> None:
        row = {"freq": "WEEKLY", "byday": "TU", "until": "20230701T000000Z"}
        schedule, _ = schedules.read(row, None, None)
        assert schedule is not None and schedule.until == date(2023, 7, 1)

    @pytest.mark.parametrize(
        ("row", "byday", "text"),
        [
            ({"freq": "WEEKLY", "dtstart": "2024-01-02"}, ("TU",), "Every Tuesday, 10am"),
            (
                {"freq": "WEEKLY", "byday": "TU", "bymonthday": "2,3,4"},
                ("TU",),
                "Every Tuesday, 10am",
            ),
            (
                {"freq": "WEEKLY", "byday": "TU-TH"},
                ("TU", "WE", "TH"),
                "Tuesday to Thursday, 10am",
            ),
            ({"weekday": "Sat to Sun"}, ("SA", "SU"), "Every Saturday and Sunday, 10am"),
        ],
    )
    def test_lawful_and_near_lawful_rules_keep_their_days(
        self, row: dict[str, str], byday: tuple[str, ...], text: str
    ) -> None:
        schedule, _ = schedules.read({**row, "opens_at": "10:00"}, None, None)
        assert schedule is not None
        assert (schedule.freq, schedule.byday, schedule.text) == ("WEEKLY", byday, text)

    def test_one_date_alone_is_over_after_it(self) -> None:
        schedule, _ = schedules.read({"dtstart": "2023-04-06"}, None, None)
        assert schedule is not None and schedule.until == date(2023, 4, 6)
        assert schedule.text == "6 April 2023"
        schedule, _ = schedules.read(
            {"dtstart": "2023-04-06", "description": "Mondays"}, None, None
        )
        assert schedule is not None and schedule.until is None

    def test_the_start_of_a_rule_that_cannot_be_read_is_no_date_of_its_own(self) -> None:
        row = {"freq": "MONTHLY", "byday": "MO", "dtstart": "2020-01-06", "opens_at": "10:00"}
        schedule, flags = schedules.read(row, None, None)
        assert schedule is not None and schedule.until is None
        assert "2020" not in schedule.text and flags == ("schedule_rule_not_sound",)

    def test_midnight_to_midnight_is_no_time(self) -> None:
        row = {"weekday": "Monday", "opens_at": "00:00", "closes_at": "00:00"}
        schedule, flags = schedules.read(row, None, None)
        assert schedule is not None and schedule.opens_at is None
        assert flags == ("schedule_midnight",) and schedule.text == "Every Monday"

    def test_a_rule_that_the_calendar_standard_forbids_is_not_used(self) -> None:
        row = {
            "freq": "WEEKLY",
            "byday": "TH,FR",
            "bymonthday": "2,3,4",
            "description": "Thursdays",
        }
        schedule, flags = schedules.read(row, None, None)
        assert "schedule_rule_not_sound" in flags
        assert schedule is not None and schedule.bymonthday == ()

    @pytest.mark.parametrize(
        ("text", "freq", "byday", "opens"),
        [
            ("10:30am - 12:30pm Every 2nd Sunday of the month", "MONTHLY", ("2SU",), time(10, 30)),
            ("10am every 1st and 3rd Thursday", "MONTHLY", ("1TH", "3TH"), time(10)),
            ("1pm-2:30pm on Wednesdays", "WEEKLY", ("WE",), time(13)),
            ("10am - 2pm Mon, Tue, Thu & Fri", "WEEKLY", ("MO", "TU", "TH", "FR"), time(10)),
            ("2-4pm Mondays", "WEEKLY", ("MO",), time(14)),
            ("11-1pm Mondays", "WEEKLY", ("MO",), time(11)),
            ("9am-10:30am on Tuesdays (term time only)", None, (), None),
            ("6pm Every other Wednesday", None, (), None),
            ("Check the website for dates", None, (), None),
        ],
    )
    def test_words_become_a_rule_only_where_all_are_understood(
        self, text: str, freq: str | None, byday: tuple[str, ...], opens: time | None
    ) -> None:
        schedule = schedule_words.from_text(text)
        assert (schedule.freq, schedule.byday, schedule.opens_at) == (freq, byday, opens)
        assert schedule.text == text

    @given(st.dictionaries(
        st.sampled_from(["freq", "byday", "opens_at", "closes_at", "bymonthday", "interval",
                         "description", "weekday", "dtstart", "attending_type"]),
        st.one_of(st.none(), st.text(max_size=40), st.integers(), st.lists(st.text(max_size=5))),
    ))  # fmt: skip
    def test_no_row_breaks_it(self, row: dict[str, object]) -> None:
        schedules.read(row, None, None)
