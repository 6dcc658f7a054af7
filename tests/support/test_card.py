"""A card states what the record says, and nothing that it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from bot.directory.categories import SubCategory as Sub
from bot.directory.model import (
    AttendingType,
    Contact,
    CostOption,
    Listing,
    Location,
    Phone,
    Precision,
    Schedule,
    Scope,
)
from bot.support.card import CardFacts, card_facts, split_first_visit, spoken_miles
from bot.support.matching import Option, rank, wishes_from
from bot.support.when import DAYS
from tests.support.listings import MARLOWBY, TODAY, listing, sample

WANTS = wishes_from(preferences=["social", "see_more_people", "get_fitter"], age=(65, 74))


def card(found: Listing) -> CardFacts:
    [option] = rank(WANTS, [found], today=TODAY)
    return card_facts(option, today=TODAY)


def test_a_card_from_the_sample() -> None:
    club = next(x for x in sample() if x.name == "Quiet Social")
    facts = card(club)
    assert facts.organization == "Open Window"
    assert facts.first_visit == "You can come and look round the day before."
    assert "First visit" not in facts.description
    assert facts.when_texts == ("Tuesdays, 5.30pm to 7pm",)
    assert facts.next is not None and facts.next.day == date(2026, 11, 24)
    assert facts.place is not None
    assert facts.place.line == "The Advice House, 27 Fuller Street, XW1 4JR"
    assert facts.cost.free is True
    assert facts.contact.dial is not None and facts.contact.dial.startswith("+441632960")
    assert facts.checked == date(2026, 9, 18) and facts.assured
    assert facts.attribution == "Marlowby sample directory"


def test_unknown_cost_access_and_time_stay_unknown() -> None:
    facts = card(
        listing(Sub.SOCIAL_CLUBS, cost_options=(), access_notes=(), schedules=(), assured_date=None)
    )
    assert facts.cost.free is None and facts.cost.lowest is None and facts.cost.usual is None
    assert facts.access == () and facts.next is None and facts.when_texts == ()
    assert facts.checked is None and not facts.assured


def test_a_price_for_some_is_not_the_usual_price() -> None:
    prices = (CostOption(4.0), CostOption(2.0, option="On benefits"))
    facts = card(listing(Sub.SOCIAL_CLUBS, cost_options=prices))
    assert (facts.cost.lowest, facts.cost.usual, facts.cost.free) == (2.0, 4.0, False)


def test_a_masked_or_coarse_place_has_no_pin() -> None:
    masked = Location("l", "A safe house", "1 High St", "XW1 4AB", 52.9, -1.6, masked=True)
    coarse = replace(masked, masked=False, precision=Precision.OUTCODE)
    exact = replace(coarse, precision=Precision.EXACT)
    place = card(listing(Sub.SOCIAL_CLUBS, locations=(masked,))).place
    assert place is not None and place.lat is None
    assert place.address is None and place.postcode == "XW1"
    place = card(listing(Sub.SOCIAL_CLUBS, locations=(coarse,))).place
    assert place is not None and place.lat is None
    place = card(listing(Sub.SOCIAL_CLUBS, locations=(exact,))).place
    assert place is not None and place.lat == 52.9


def test_a_line_that_is_always_open_has_no_next_time_and_no_place() -> None:
    day_and_night = Schedule("Every day", "WEEKLY", DAYS, opens_at=time(0), closes_at=time(23, 59))
    weekdays = replace(day_and_night, byday=DAYS[:5])
    assert not card(listing(Sub.BEFRIENDING, schedules=(weekdays,))).always_open
    line = listing(
        Sub.BEFRIENDING,
        attending_types=frozenset({AttendingType.PHONE}),
        scope=Scope.NATIONAL,
        schedules=(day_and_night,),
    )
    facts = card(line)
    assert facts.always_open and facts.next is None
    assert facts.place is None and facts.distance_miles is None


def test_a_phone_that_can_be_dialled_comes_first() -> None:
    phones = (Phone("ask for Jo"), Phone("01632 960001", "+441632960001"))
    facts = card(listing(Sub.SOCIAL_CLUBS, contact=Contact(phones=phones)))
    assert facts.contact.dial == "+441632960001"
    assert card(listing(Sub.SOCIAL_CLUBS)).contact.dial is None


def test_a_bank_holiday_is_flagged() -> None:
    fridays = Schedule("Fridays", "WEEKLY", ("FR",), dtstart=date(2026, 12, 25), opens_at=time(10))
    facts = card(listing(Sub.SOCIAL_CLUBS, schedules=(fridays,)))
    assert facts.next is not None and facts.next_is_bank_holiday


@pytest.mark.parametrize(
    ("km", "approximate", "miles"),
    [(0.05, False, 0.1), (0.7, False, 0.4), (4.0, False, 2.5), (30, False, 19), (0.4, True, 1)],
)
def test_miles_as_people_say_them(km: float, approximate: bool, miles: float) -> None:
    assert spoken_miles(km, approximate) == miles


def test_first_visit_is_found_wherever_it_stands() -> None:
    assert split_first_visit("We sing. First visit: hum along.") == ("We sing.", "Hum along.")
    assert split_first_visit("We sing.\nYour first visit: hum along.\nSee you!") == (
        "We sing.\nSee you!",
        "Hum along.",
    )
    assert split_first_visit("My first visit was fun") == ("My first visit was fun", None)


def test_every_option_of_the_sample_makes_a_card() -> None:
    wishes = wishes_from(preferences=["social", "creative", "get_fitter"], place=MARLOWBY)
    shown: set[int] = set()
    while options := rank(wishes, sample(), today=TODAY, exclude=shown):
        for option in options:
            facts = card_facts(option, today=TODAY)
            assert facts.name and facts.why and isinstance(option, Option)
            shown.add(option.listing.id)
    assert len(shown) > 20


HALL = Location("hall", "Town Hall", "1 High Street", "XW1 4AB", 52.9, -1.6, Precision.EXACT)
LIBRARY = Location("library", "Library", "2 Low Street", "XW2 4AB", 53.0, -1.6, Precision.EXACT)
THURSDAY = Schedule("Thursdays, 10am", "WEEKLY", ("TH",), opens_at=time(10), location_id="hall")
SATURDAY = Schedule("Saturdays, 2pm", "WEEKLY", ("SA",), opens_at=time(14), location_id="library")


def test_when_and_next_are_those_of_the_place_on_the_card() -> None:
    facts = card(
        listing(Sub.SOCIAL_CLUBS, locations=(HALL, LIBRARY), schedules=(SATURDAY, THURSDAY))
    )
    assert facts.place is not None and facts.place.name == "Town Hall"
    assert facts.when_texts == ("Thursdays, 10am",)
    assert facts.next is not None and facts.next.day == date(2026, 11, 26)


def test_another_place_gives_this_one_no_times() -> None:
    facts = card(listing(Sub.SOCIAL_CLUBS, locations=(HALL, LIBRARY), schedules=(SATURDAY,)))
    assert facts.when_texts == () and facts.next is None


def test_where_nobody_goes_every_time_counts() -> None:
    facts = card(
        listing(
            Sub.SOCIAL_CLUBS,
            locations=(HALL, LIBRARY),
            schedules=(SATURDAY, THURSDAY),
            attending_types=frozenset({AttendingType.PHONE}),
        )
    )
    assert facts.when_texts == ("Saturdays, 2pm", "Thursdays, 10am")


def test_a_day_that_suits_only_at_another_place_does_not_suit() -> None:
    found = listing(Sub.SOCIAL_CLUBS, locations=(HALL, LIBRARY), schedules=(SATURDAY, THURSDAY))
    assert rank(replace(WANTS, days=frozenset({"TH"})), [found], today=TODAY)
    assert not rank(replace(WANTS, days=frozenset({"SA"})), [found], today=TODAY)


def test_what_has_ended_at_the_place_on_the_card_is_not_offered() -> None:
    ended = replace(THURSDAY, until=date(2026, 1, 1))
    found = listing(Sub.SOCIAL_CLUBS, locations=(HALL, LIBRARY), schedules=(SATURDAY, ended))
    assert not rank(WANTS, [found], today=TODAY)
