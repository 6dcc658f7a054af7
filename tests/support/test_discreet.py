"""What others may read of a plan."""

from __future__ import annotations

import pytest

from bot.directory.categories import Audience, SubCategory
from bot.directory.model import Listing
from bot.support.discreet import Activity, gives_away, said_openly


@pytest.mark.parametrize(
    "text",
    [
        "Singing for Lungs",
        "Breathe Easy",
        "Diabetes UK coffee morning",
        "talk to my GP",
        "Memory Café",
        "Carers’ lunch",
        "Andy's Man Club for men's mental health",
        "Slimming World",
        "Alcoholics Anonymous",
        "debt advice",
        "the bereavement group",
        "go to the hospital fair",
        "Stroke club",
        "my blood test",
    ],
)
def test_what_tells_of_illness_or_trouble_gives_away(text: str) -> None:
    assert gives_away(text)


@pytest.mark.parametrize(
    "text",
    ["walk round the park", "Marlowby Choir", "tea with Jean", "go back to bowls", "allotment"],
)
def test_what_anybody_may_do_does_not(text: str) -> None:
    assert not gives_away(text)


def test_ones_own_condition_and_whoever_makes_things_harder_give_away() -> None:
    assert gives_away("the sarcoidosis breakfast", conditions="sarcoidosis and gout")
    assert gives_away("keep away from Ron", never=["Ron"])
    assert not gives_away("go with Ronnie to the park", never=["Ron"])
    assert said_openly("keep away from Ron", never=["Ron"]) is Activity.SOMETHING


def listing(name: str, *sorts: SubCategory, **values: object) -> Listing:
    return Listing(1, "f", "1", name, subcategories=frozenset(sorts), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (listing("Marlowby Choir", SubCategory.DRAMA_MUSIC), "Marlowby Choir"),
        (listing("Singing for Lungs", SubCategory.DRAMA_MUSIC), Activity.MUSIC),
        (
            listing("Tune In", SubCategory.DRAMA_MUSIC, conditions=frozenset({"dementia"})),
            Activity.MUSIC,
        ),
        (
            listing("The Shed", SubCategory.ARTS_CRAFTS, audience=frozenset({Audience.BEREAVED})),
            Activity.CRAFTS,
        ),
        (listing("Blue Door", SubCategory.COUNSELLING), Activity.SOMETHING),
        (listing("Blue Door", SubCategory.SWIMMING, SubCategory.COUNSELLING), Activity.SWIMMING),
        (listing("Blue Door"), Activity.SOMETHING),
    ],
)
def test_a_service_is_named_only_where_its_name_and_its_sort_are_harmless(
    service: Listing, said: str
) -> None:
    assert said_openly(service.name, service) == said
