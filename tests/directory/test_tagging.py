"""What a service is for, and for whom."""

from __future__ import annotations

import pytest

from bot.directory.categories import Audience, SubCategory
from bot.directory.model import Term
from bot.directory.tagging import tag
from bot.network.model import Work


def subs(name: str, description: str = "", *terms: str) -> set[str]:
    return {t.subcategory.value for t in tag(name, description, [Term(t) for t in terms]).tags}


@pytest.mark.parametrize(
    ("name", "description", "expected"),
    [
        ("Village Choir", "", {"drama_music"}),
        ("Knit & Natter", "", {"arts_crafts"}),
        ("Simply Walk", "A weekly walk for all.", {"walking_outdoor"}),
        ("Dial-a-Ride", "", {"community_transport"}),
        ("Debt help", "Free debt advice and benefits advice.", {"money_benefits"}),
        ("Aqua Aerobics", "", {"swimming"}),
        ("Carers' Café", "", {"carer_support"}),
        ("Slimming World", "", {"weight_management"}),
        ("Good Neighbours", "Befriending for people who feel lonely.", {"befriending"}),
        ("Men's Shed", "", {"arts_crafts"}),
        ("Couch to 5K", "", {"fitness_exercise"}),
    ],
)
def test_plain_cases(name: str, description: str, expected: set[str]) -> None:
    assert expected <= subs(name, description)


@pytest.mark.parametrize(
    ("name", "description", "wrong"),
    [
        ("Family Centre", "Within walking distance of the station.", "walking_outdoor"),
        ("Hall", "There is a bus stop outside. Park at the car park.", "community_transport"),
        ("Story Group", "Run by volunteers. Please book online.", "volunteering"),
        ("Advice Point", "Please book now on our home page.", "home_support"),
        (
            "Toddlers",
            "Healthy snack. Children's centre near the swimming baths car park.",
            "counselling",
        ),
    ],
)
def test_words_that_mislead(name: str, description: str, wrong: str) -> None:
    assert wrong not in subs(name, description)


def test_every_tag_says_why() -> None:
    found = tag("Village Choir", "Tea and a coffee morning after.", [Term("Arts and crafts")])
    reasons = {t.subcategory: t.reason for t in found.tags}
    assert reasons[SubCategory.DRAMA_MUSIC] == "name: choir"
    assert reasons[SubCategory.SOCIAL_CLUBS] == "text: coffee morning"
    assert reasons[SubCategory.ARTS_CRAFTS] == "term: Arts and crafts"
    assert Work.EMOTIONAL in found.works


def test_whom_it_suits_is_not_what_it_is() -> None:
    found = tag("Lunch Club", "", [Term("Dementia", scheme="suitability")])
    assert SubCategory.HEALTH_CONDITIONS not in {t.subcategory for t in found.tags}
    assert found.conditions == ("dementia",)


def test_the_products_own_codes_are_taken_as_they_are() -> None:
    found = tag("Coffee and Choir", "Walks.", [Term("befriending", scheme="wise")])
    assert [t.subcategory for t in found.tags] == [SubCategory.BEFRIENDING]


def test_conditions_and_audiences() -> None:
    found = tag("Breathe Easy", "For people with COPD or asthma, over 60s and their carers.")
    assert {"copd", "asthma"} <= set(found.conditions)
    assert {Audience.OLDER_PEOPLE, Audience.CARERS} <= found.audience
    assert Audience.CHILDREN in tag("Baby Rhyme Time", "").audience


def test_a_vague_term_alone_says_little_and_a_clear_one_wins() -> None:
    assert subs("Village Hall", "For hire.", "Things to do") == set()
    assert "health_conditions" not in subs("Tennis Club", "", "Health and wellbeing")
