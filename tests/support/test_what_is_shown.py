"""What a card says is true of the place and the time that it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from actions.cards import _first_sentence
from bot.directory.categories import Audience
from bot.directory.categories import SubCategory as Sub
from bot.directory.codec import at_distance, decode, encode
from bot.directory.model import (
    Accessibility,
    AttendingType,
    CostOption,
    Listing,
    Location,
    Precision,
    Schedule,
    Service,
)
from bot.directory.tagging import tag
from bot.support.access import Answer, has
from bot.support.card import PlaceFacts, card_facts
from bot.support.finding import _spelt
from bot.support.matching import looked_up, wishes_from
from bot.support.preferences import AccessNeed
from bot.support.suitability import Caution, needs_referral, stated_ages
from tests.support.listings import MARLOWBY, TODAY, listing

RAMP = Accessibility("Fully wheelchair accessible")
OLD = Location("old", "Old Hall", lat=51.7, lon=-0.6, precision=Precision.EXACT)
NEW = Location("new", "New Hall", lat=51.8, lon=-0.6, accessibility=(RAMP,))


def stored(*locations: Location) -> Listing:
    return decode(1, encode(Service("1", "Choir", locations=locations)), "f", "1", None, None)


def test_access_is_that_of_the_nearest_place_only() -> None:
    two = stored(OLD, NEW)
    assert at_distance(two, 1.0, "old").access_notes == ()
    assert at_distance(two, 1.0, "new").access_notes == ("Fully wheelchair accessible",)


@pytest.mark.parametrize(
    "note",
    [
        "Wheelchair access: unknown",
        "Wheelchair accessible: N/A",
        "Wheelchair access - please ask",
        "Wheelchair access to ground floor only",
    ],
)
def test_not_said_is_not_yes(note: str) -> None:
    assert has(AccessNeed.WHEELCHAIR, [note]) is Answer.UNKNOWN


def test_an_evening_online_is_no_time_at_the_hall() -> None:
    online = Schedule("Every Thursday, 7pm", "WEEKLY", ("TH",), opens_at=time(19),
                      attending_type=AttendingType.ONLINE)  # fmt: skip
    friday = Schedule("Every Friday, 11am", "WEEKLY", ("FR",), opens_at=time(11))
    yoga = listing(
        Sub.FITNESS_EXERCISE,
        attending_types=frozenset({AttendingType.VENUE, AttendingType.ONLINE}),
        schedules=(online, friday),
    )
    option = looked_up(wishes_from(place=MARLOWBY), yoga, today=TODAY)
    facts = card_facts(option, today=TODAY)
    assert facts.when_texts == ("Every Friday, 11am",)
    assert option.next is not None and option.next.day.weekday() == 4


def test_last_winters_hours_are_not_shown() -> None:
    winter = Schedule("Every Monday, 10am", "WEEKLY", ("MO",), valid_to=date(2022, 12, 31))
    now = Schedule("Every Friday, 2pm", "WEEKLY", ("FR",))
    group = listing(Sub.SOCIAL_CLUBS, schedules=(winter, now))
    facts = card_facts(looked_up(wishes_from(), group, today=TODAY), today=TODAY)
    assert facts.when_texts == ("Every Friday, 2pm",)


def test_what_was_shown_is_still_said_when_more_is_asked() -> None:
    old = listing(Sub.DRAMA_MUSIC, assured_date=date(2020, 1, 1), distance_km=2.0)
    option = looked_up(wishes_from(place=MARLOWBY), old, today=TODAY)
    assert option.distance_km == 2.0 and Caution.STALE in option.warnings


def test_prices_in_words_and_what_they_are_for() -> None:
    yearly = listing(Sub.SOCIAL_CLUBS, cost_options=(CostOption(120.0, description="per year"),))
    facts = card_facts(looked_up(wishes_from(), yearly, today=TODAY), today=TODAY)
    assert facts.cost.per == "per year"
    told = listing(
        Sub.SOCIAL_CLUBS,
        cost_options=(CostOption(None, option="First session", description="free"),),
    )
    facts = card_facts(looked_up(wishes_from(), told, today=TODAY), today=TODAY)
    assert facts.cost.free is None and facts.cost.text == "First session: free"


@pytest.mark.parametrize(
    ("eligibility", "ages"),
    [
        ("Open to all. Under 18s must be accompanied by an adult.", (None, None)),
        ("A walk for everyone. Discount for people over 70.", (None, None)),
        ("All adults welcome; over 65s half price", (None, None)),
        ("For people over 65", (65, None)),
        ("Under 25s only", (None, 25)),
    ],
)
def test_an_age_that_pays_less_shuts_nobody_out(
    eligibility: str, ages: tuple[float | None, float | None]
) -> None:
    assert stated_ages(listing(Sub.SOCIAL_CLUBS, eligibility=eligibility)) == ages


@pytest.mark.parametrize(
    ("description", "needed"),
    [
        ("You need a referral from your GP or physiotherapist to join.", True),
        ("Falls prevention class. GP referral required.", True),
        ("Admission is by referral.", True),
        ("No referral needed, just turn up.", False),
        ("You can refer yourself.", False),
        ("We offer advice and referral to other services.", False),
    ],
)
def test_a_referral_told_in_the_description(description: str, needed: bool) -> None:
    assert needs_referral(listing(Sub.FITNESS_EXERCISE, description=description)) is needed


def test_whom_words_shut_out() -> None:
    children = tag("Homework club", "Help after school for pupils in years 3 to 6.").audience
    assert Audience.CHILDREN in children
    both = tag("Helpline", "A helpline for adults and children.", extra="").audience
    assert Audience.CHILDREN not in both


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Tea at St. Mary's hall. All welcome.", "Tea at St. Mary's hall."),
        ("A group of approx. 20 people. We meet weekly.", "A group of approx. 20 people."),
        ("Walks, e.g. by the river. Dogs welcome.", "Walks, e.g. by the river."),
        ("Singing for fun! No need to read music.", "Singing for fun!"),
    ],
)
def test_a_first_sentence_is_whole(text: str, first: str) -> None:
    assert _first_sentence(text) == first


def test_an_address_says_the_town_once() -> None:
    place = PlaceFacts("Village Hall", "Church Street, Wingrave, Wingrave", "HP22 4PE")
    assert place.line == "Village Hall, Church Street, Wingrave, HP22 4PE"


def test_a_slip_of_the_finger_finds_the_choir() -> None:
    assert _spelt("chior") == "choir"
    assert _spelt("choir") == "choir"
    assert _spelt("bingo") == "bingo"


def test_open_all_day_in_the_week_is_not_always_open() -> None:
    line = Schedule("Monday to Friday, all day", "WEEKLY", ("MO", "TU", "WE", "TH", "FR"),
                    opens_at=time(0), closes_at=time(23, 59))  # fmt: skip
    facts = card_facts(
        looked_up(wishes_from(), listing(Sub.BEFRIENDING, schedules=(line,)), today=TODAY),
        today=TODAY,
    )
    assert not facts.always_open
    every_day = replace(line, byday=(*line.byday, "SA", "SU"))
    facts = card_facts(
        looked_up(wishes_from(), listing(Sub.BEFRIENDING, schedules=(every_day,)), today=TODAY),
        today=TODAY,
    )
    assert facts.always_open
