"""What is difficult, how big, and what is not."""

from __future__ import annotations

import pytest

from bot.needs.areas import Area
from bot.nlu.difficulties import areas_well, extract_difficulties


def areas(text: str) -> set[str]:
    return {d.area.value for d in extract_difficulties(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bad chest, cant sleep, money worries", {"breathlessness", "sleep", "money"}),
        ("my knees are killing me", {"pain"}),
        ("im knackered all the time", {"tiredness"}),
        ("I get out of breath on the stairs", {"breathlessness", "moving_about"}),
        ("I keep forgetting my tablets", {"medicines"}),
        ("no appetite these days", {"eating"}),
        ("havent done any exercise in months", {"being_active"}),
        ("feeling really low", {"mood_worry"}),
        ("brain fog", {"memory"}),
        ("me and the wife argue all the time", {"family_relationships"}),
        ("I never see a soul", {"loneliness"}),
        ("I look after my mum who has dementia", {"caring"}),
        ("they're going to sack me, I'm off work so much", {"work"}),
        ("skint", {"money"}),
        ("theres mould in the bedroom", {"housing"}),
        ("no buses out here", {"transport"}),
        ("can never get a doctors appointment", {"health_services"}),
        ("I dont understand what they said about my heart failure", {"understanding_condition"}),
        ("brething and tierdness", {"breathlessness", "tiredness"}),
    ],
)
def test_areas(text: str, expected: set[str]) -> None:
    assert areas(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "sleeping fine now",
        "no pain today",
        "money's not a problem",
        "I'm not lonely",
        "mood is good thanks",
        "walking is much better",
        "my sister does my tablets and the shopping",
        "find me a walking group",
        "hello",
        "my wife Jean",
        "what money advice is there",
        "yes",
    ],
)
def test_no_difficulty(text: str) -> None:
    assert areas(text) == set()


def test_a_denial_reaches_no_further_than_its_clause() -> None:
    assert areas("sleeping fine now but the pain is terrible") == {"pain"}
    assert areas("no pain, just tired") == {"tiredness"}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("a bit tired", "small"),
        ("sleep is a massive problem", "big"),
        ("terrible pain", "big"),
        ("pain now and then", "small"),
        ("pain", None),
    ],
)
def test_size(text: str, size: str | None) -> None:
    (found,) = extract_difficulties(text)
    assert (found.size and found.size.value) == size


def test_every_area_can_be_named_by_its_own_word() -> None:
    for area in Area:
        text = f"trouble with {area.value.replace('_', ' ')}".replace(
            "mood worry", "mood and worry"
        )
        assert area.value in areas(
            text.replace("understanding condition", "understanding my condition")
        ), area


@pytest.mark.parametrize(
    ("text", "well"),
    [
        ("breathlessness isn't a problem any more", {Area.BREATHLESSNESS}),
        ("money is no worry", {Area.MONEY}),
        ("pain has gone", {Area.PAIN}),
        ("never had trouble with my memory", {Area.MEMORY}),
        ("I'm sleeping better but the pain is bad", {Area.SLEEP}),
        ("the pain is better but still there", set()),
        ("my pain is bad", set()),
        ("not a problem with money, it's my breathing", {Area.MONEY}),
    ],
)
def test_what_is_said_to_be_no_difficulty(text: str, well: set[Area]) -> None:
    assert areas_well(text) == well
