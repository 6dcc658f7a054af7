"""Feeds that contradict themselves are read so that nobody is sent to a locked door."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from bot.directory.importer import hsds3, repair, schedules
from bot.directory.importer.detect import Kind, kind_of, page_items
from bot.directory.importer.normalise import to_service
from bot.directory.importer.outpost import is_hidden
from bot.directory.model import AttendingType, Scope, ServiceStatus
from bot.directory.places import Ambiguous, Place, find_place

TUESDAY = {"freq": "WEEKLY", "byday": "TU", "opens_at": "10:00", "closes_at": "12:00"}


def service(**values: Any) -> Any:
    return to_service({"id": "1", "name": "Tea and chat", "status": "active", **values})


# --- when -----------------------------------------------------------------------------------------


def test_a_special_day_beside_a_weekly_rule_is_no_monthly_rule() -> None:
    prose = "We meet every Tuesday. On the first Tuesday of the month there is a guest speaker."
    row, _flags = schedules.read(TUESDAY, prose, None)
    assert row is not None and (row.freq, row.byday) == ("WEEKLY", ("TU",))
    assert service(description=prose).schedules == ()


@pytest.mark.parametrize(
    "prose",
    [
        "Every Tuesday. There is no meeting on the last Tuesday of the month.",
        "We meet every Tuesday except the first Tuesday of the month.",
        "No class on the second Tuesday of the month.",
    ],
)
def test_an_exception_is_shown_and_gives_no_date(prose: str) -> None:
    row, flags = schedules.read(TUESDAY, prose, None)
    assert row is not None and row.freq is None and "schedule_text_wins" in flags
    assert row.text.startswith("Every Tuesday, 10am to 12 noon. ") and "of the month" in row.text


def test_the_second_tuesday_still_wins_over_every_tuesday() -> None:
    row, _flags = schedules.read(TUESDAY, "We meet on the second Tuesday of the month.", None)
    assert row is not None and (row.freq, row.byday) == ("MONTHLY", ("2TU",))


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ({"freq": "DAILY", "dtstart": "2023-01-01"}, ("WEEKLY", 7, 1)),
        ({"freq": "Fortnightly", "byday": "TU", "dtstart": "2026-02-24"}, ("WEEKLY", 1, 2)),
        ({"freq": "FREQ=WEEKLY;BYDAY=TU;INTERVAL=2", "dtstart": "2026-02-24"}, ("WEEKLY", 1, 2)),
        ({"freq": "WEEKLY", "byday": "TU", "interval": "2.0"}, ("WEEKLY", 1, 2)),
        ({"freq": "MONTHLY", "byday": "TU", "bysetpos": "2"}, ("MONTHLY", 1, 1)),
        ({"freq": "WEEKLY", "byday": "Weekdays"}, ("WEEKLY", 5, 1)),
        ({"weekday": "3.0"}, ("WEEKLY", 1, 1)),
    ],
)
def test_rules_in_the_ways_that_feeds_write_them(
    raw: dict[str, str], rule: tuple[str, int, int]
) -> None:
    row, _flags = schedules.read(raw, None, None)
    assert row is not None and (row.freq, len(row.byday), row.interval) == rule
    assert row.until is None


def test_a_rule_that_cannot_be_read_is_no_single_day_long_ago() -> None:
    row, flags = schedules.read({"freq": "YEARLY", "dtstart": "2023-01-01"}, None, None)
    assert row is not None and row.until is None and "schedule_rule_not_sound" in flags


def test_afternoon_times_without_pm() -> None:
    row, _flags = schedules.read({**TUESDAY, "opens_at": "1.30", "closes_at": "3.30"}, None, None)
    assert row is not None and (row.opens_at, row.closes_at) == (time(13, 30), time(15, 30))


def test_a_row_a_day_is_one_week() -> None:
    rows = [{**TUESDAY, "byday": day} for day in ("FR", "MO", "TU", "WE", "TH")]
    [week] = service(schedules=rows).schedules
    assert week.text == "Monday to Friday, 10am to 12 noon"


def test_a_time_online_is_marked_and_the_hall_is_kept() -> None:
    hall = {"location": {"id": "l", "name": "Hall", "addresses": [{"address_1": "1 High St"}]}}
    online = {"location": {"id": "v", "location_type": "virtual"}, "schedules": [TUESDAY]}
    monday = [{**TUESDAY, "byday": "MO"}]
    read = service(
        description="There is an online class too.",
        service_at_locations=[{**hall, "schedules": monday}, online],
    )
    assert set(read.attending_types) == {AttendingType.VENUE, AttendingType.ONLINE}
    assert [row.attending_type for row in read.schedules] == [None, AttendingType.ONLINE]


@pytest.mark.parametrize("text", ["31-12-2023", "31 December 2023", "Sunday 31st Dec 2023"])
def test_dates_in_british_writing(text: str) -> None:
    assert repair.clean_date(text) == date(2023, 12, 31)


# --- cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "amount"),
    [
        ({"amount": 0, "amount_description": "£5 per class"}, 5.0),
        ({"amount": 0, "amount_description": "Free taster session, then £6 a week"}, None),
        ({"amount": 0, "amount_description": "Contact us for prices"}, None),
        ({"amount": 0, "option": "First session"}, None),
        ({"amount": 0, "option": "Over 65s"}, None),
        ({"amount": "£3.50 per session"}, 3.5),
        ({"amount": "50p"}, 0.5),
        ({"amount": "3,50"}, 3.5),
        ({"amount": "1,200"}, 1200.0),
        ({"amount": "2.00-4.00"}, None),
        ({"amount": 10, "currency": "EUR"}, None),
        ({"amount": 0}, 0.0),
        ({"amount_description": "Free to attend"}, 0.0),
    ],
)
def test_nothing_is_free_that_is_not(option: dict[str, Any], amount: float | None) -> None:
    [cost] = service(cost_options=[option]).cost_options
    assert cost.amount == amount


def test_a_price_that_has_ended_is_none() -> None:
    read = service(cost_options=[{"amount": 0, "valid_to": "2019-12-31"}])
    assert read.cost_options == ()


def test_fees_in_words_beat_a_price_of_nothing() -> None:
    read = service(cost_options=[{"amount": 0}], fees_description="£4 per week, concessions £2")
    assert read.cost_options == () and read.fees_text == "£4 per week, concessions £2"
    [cost] = service(fees="5").cost_options
    assert cost.amount == 5.0


# --- whether it runs, and for whom ----------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Lunch club - now closed"},
        {"name": "Choir cancelled until further notice"},
        {"alert": "Suspended until further notice."},
        {"description": "Coffee and chat. The group is suspended until further notice."},
        {"description": "Sadly this club has now closed."},
        {"description": "We are no longer running."},
    ],
)
def test_what_says_that_it_is_closed_is_not_offered(values: dict[str, str]) -> None:
    assert service(**values).status is ServiceStatus.TEMPORARILY_CLOSED


@pytest.mark.parametrize(
    "description",
    [
        "The car park is closed until further notice.",
        "We are closed on bank holidays.",
        "If the session is cancelled. we will ring you.",
        "This is a closed group for members.",
        "Help after your course has ended.",
    ],
)
def test_what_is_closed_around_it_leaves_it_open(description: str) -> None:
    assert service(description=description).status is ServiceStatus.ACTIVE


def test_what_its_owner_has_thrown_away_is_hidden() -> None:
    assert is_hidden({"id": 1, "marked_for_deletion": "2025-01-01"})
    assert is_hidden({"id": 1, "discarded_at": "2025-01-01"})
    assert not is_hidden({"id": 1, "discarded_at": None})


def test_part_of_a_nationwide_network_is_local() -> None:
    text = "We are part of a nationwide network of foodbanks."
    assert service(description=text).scope is Scope.LOCAL
    assert service(description="A nationwide helpline.").scope is Scope.NATIONAL


def test_an_address_in_brackets_is_no_markup() -> None:
    assert repair.clean_email("Bucks Choir <info@choir.org>") == "info@choir.org"
    text = "Write to Jane <info@choir.org> or <http://www.choir.org> for more."
    assert repair.clean_text(text) == text.replace("<", "").replace(">", "")
    assert repair.clean_url("HTTP://WWW.Choir.org") == "http://www.choir.org"
    assert repair.clean_url("See our page www.choir.org/x") == "https://www.choir.org/x"


def test_a_table_keeps_its_cells_apart() -> None:
    row = "<tr><td>Monday</td><td>10am</td></tr>"
    assert repair.clean_text(f"<table>{row}{row}</table>") == "Monday, 10am\nMonday, 10am"


def test_pages_in_one_list_are_opened() -> None:
    pages = [{"contents": [{"id": "1"}]}, {"contents": [{"id": "2"}]}]
    assert page_items(pages) == [{"id": "1"}, {"id": "2"}]


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "nation"),
    [
        ("my daughter lives in Leeds but I live in York", "York", "England"),
        ("Bangor NI", "Bangor", "Northern Ireland"),
        ("Bangor, Wales", "Bangor", "Wales"),
        ("EC1", "EC1A", "England"),
    ],
)
def test_places_as_people_say_them(text: str, name: str, nation: str) -> None:
    found = find_place(text)
    assert isinstance(found, Place) and (found.name, found.nation) == (name, nation)


def test_a_small_place_says_where_it_is_and_a_mended_one_is_asked_about() -> None:
    small = find_place("I live in Hillsborough")
    assert isinstance(small, Place) and small.hint and "Northern Ireland" in small.hint
    mended = find_place("Handsworth")
    assert mended is None or isinstance(mended, Ambiguous) or mended.corrected
    big = find_place("Leeds")
    assert isinstance(big, Place) and big.hint is None


# --- what a reviewer's feeds told wrongly ---------------------------------------------------------


@pytest.mark.parametrize(
    "alert",
    [
        "Temporarily closed for refurbishment",
        "Closed until further notice.",
        "Sorry, we are closed due to flooding",
        "Closed until 5 January 2199",
    ],
)
def test_an_alert_that_says_closed_closes(alert: str) -> None:
    assert service(description="Tea.", alert=alert).status is ServiceStatus.TEMPORARILY_CLOSED
    assert service(description=alert).status is ServiceStatus.TEMPORARILY_CLOSED


@pytest.mark.parametrize(
    "alert", ["Closed until 5 January 2021", "Closed on bank holidays", "Closed groups welcome"]
)
def test_an_alert_that_is_over_or_about_something_else_closes_nothing(alert: str) -> None:
    assert service(description="Tea.", alert=alert).status is ServiceStatus.ACTIVE


def test_how_to_join_and_how_long_to_wait_are_told() -> None:
    read = service(application_process="Referral by your GP only", wait_time="about 6 weeks")
    assert "Referral by your GP only" in read.description
    assert "Waiting time: about 6 weeks" in read.description
    assert read.attending_access == ("referral",)
    assert service(application_process="Self-referral: just ring").attending_access == ()


@pytest.mark.parametrize(
    ("values", "amounts"),
    [
        ({"free": True, "fees_description": "£5 per session"}, []),
        ({"cost_options": [{"amount": 0}], "fees_description": "Costs vary, contact us"}, []),
        ({"cost_options": [{"amount": 0}], "fees": "There is a small charge for materials"}, []),
        ({"cost_options": [{"amount": 0}], "fees": "Tea for a small donation"}, [0]),
        ({"cost_options": [{"amount": 5}, {"amount": 7, "valid_from": "2199-01-01"}]}, [5]),
        ({"cost_options": [{"amount": 4, "currency": "£"}]}, [4]),
        ({"cost_options": [{"amount": 4, "currency": "Pounds"}]}, [4]),
        ({"cost_options": [{"amount": 400, "amount_description": "pence"}]}, [4]),
        ({"cost_options": "£5"}, [5]),
    ],
)
def test_what_it_costs(values: dict[str, Any], amounts: list[float]) -> None:
    assert [c.amount for c in service(**values).cost_options] == amounts


def test_a_check_that_is_still_to_come_is_no_check() -> None:
    read = service(assured_date="2150-01-01")
    assert read.assured_date is None and "date_in_future" in read.flags
    assert "date_not_understood" in service(assured_date="last spring").flags


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024/10/01", date(2024, 10, 1)),
        ("20241001", date(2024, 10, 1)),
        ("Oct 1, 2024", date(2024, 10, 1)),
        ("Tue, 01 Oct 2024 10:00:00 GMT", date(2024, 10, 1)),
        (1727740800, date(2024, 10, 1)),
        (1727740800000, date(2024, 10, 1)),
    ],
)
def test_days_in_many_forms(written: Any, day: date) -> None:
    assert repair.clean_date(written) == day


def test_a_fax_is_never_rung() -> None:
    phones = [
        {"number": "Fax 01494 770771; Tel 01494 770770"},
        {"number": "01494 770772", "type": "Fax number"},
        {"number": "01494 770773", "description": "fax"},
    ]
    assert [p.e164 for p in service(phones=phones).phones] == ["+441494770770"]
    assert repair.clean_phones("Tel/Fax: 01494 770770")


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("116 123", "116123"),
        ("Call Samaritans on 116 123", "116123"),
        ("O1494 77O770", "+441494770770"),
        (1494770770.0, "+441494770770"),
    ],
)
def test_numbers_that_are_rung_are_links(written: Any, dialled: str) -> None:
    assert [p.e164 for p in repair.clean_phones(written)] == [dialled]


def test_a_year_is_no_phone_number() -> None:
    assert repair.clean_phones("See website 2023") == ()


def _at(postcode: str | None, country: str, latitude: float, longitude: float) -> Any:
    address = {"address_1": "1 High St", "postal_code": postcode, "country": country}
    place = {"id": "l", "latitude": latitude, "longitude": longitude, "addresses": [address]}
    return service(service_at_locations=[{"id": "s", "location": place}]).locations[0]


def test_the_middle_of_london_is_believed_only_where_the_postcode_is_there() -> None:
    guessed = _at("E1 6AN", "GB", 51.5073509, -0.1277583)
    assert "coordinates_default" in guessed.flags and guessed.lon > -0.08
    assert _at("SW1A 2AA", "GB", 51.5073509, -0.1277583).flags == ()


@pytest.mark.parametrize("country", ["GBR", "England, UK", "U.K.", "Cymru"])
def test_the_united_kingdom_in_other_words(country: str) -> None:
    assert "coordinates_swapped" in _at(None, country, -0.612, 51.706).flags
    assert "coordinates_outside_uk" in _at(None, country, 40.7, -74.0).flags


@pytest.mark.parametrize("status", [["inactive"], {"value": "inactive"}, False])
def test_a_status_in_another_shape(status: Any) -> None:
    assert service(status=status).status is ServiceStatus.INACTIVE


def test_flags_of_outpost_written_as_words() -> None:
    assert is_hidden({"id": 1, "visible": "false"})
    assert not is_hidden({"id": 1, "visible": "true", "marked_for_deletion": "false"})


def test_a_broken_encoding_behind_entities_is_mended() -> None:
    text = repair.clean_text("It&acirc;&euro;&trade;s a Caf&Atilde;&copy;\u202e, re\xadal")
    assert text == "It's a Café, real"


def test_bare_texts_stand_for_what_they_are() -> None:
    place = {"id": "l", "addresses": ["1 High St, Chesham HP5 1DS"]}
    read = service(
        phones=["01494 770770"],
        schedules="Mondays",
        service_at_locations=[{"id": "s", "location": place}],
        languages=["Polish"],
    )
    assert [p.e164 for p in read.phones] == ["+441494770770"]
    assert [s.text for s in read.schedules] == ["Mondays"]
    wrapped = hsds3.to_neutral({"id": "1", "organization": "Chesham Friends"})
    assert wrapped["organization"] == {"name": "Chesham Friends"}
    assert read.locations[0].postcode == "HP5 1DS"
    assert read.languages == ("Polish",)


def test_nobody_has_to_find_what_is_online() -> None:
    assert "no_coordinates" not in service(description="We meet online on Zoom.").flags
    assert "no_coordinates" in service(description="We meet in the hall.").flags


def test_an_organisation_without_services_is_no_service() -> None:
    assert kind_of({"id": "o", "name": "Age Concern", "services": None}) is Kind.ORGANIZATION
