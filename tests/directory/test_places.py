"""Places as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory.model import Precision
from bot.directory.places import (
    Ambiguous,
    Place,
    PlaceKind,
    find_place,
    haversine_km,
    normalise_postcode,
    place_at,
)


def found(text: str) -> Place:
    place = find_place(text)
    assert isinstance(place, Place), f"{text!r} gave {place!r}"
    return place


@pytest.mark.parametrize("text", ["HP7", "hp7", "near hp7", "my postcode is HP7", "HP7."])
def test_an_outcode_is_found_however_it_is_said(text: str) -> None:
    place = found(text)
    assert (place.name, place.kind, place.precision) == (
        "HP7", PlaceKind.OUTCODE, Precision.OUTCODE,
    )  # fmt: skip
    assert haversine_km(place.lat, place.lon, 51.667, -0.61) < 3


@pytest.mark.parametrize(
    "text", ["HP7 0JQ", "hp70jq", "I'm at HP7 0JQ, near the church", "HP7 OJQ"]
)
def test_a_full_postcode_keeps_only_its_sector(text: str) -> None:
    place = found(text)
    assert place.name == "HP7 0"
    assert place.precision is Precision.SECTOR
    assert "JQ" not in repr(place)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("LU7 ONY", "LU7 0NY"),
        ("CH1 1 RL", "CH1 1RL"),
        ("S1 3FG.", "S1 3FG"),
        ("hp224pe", "HP22 4PE"),
        ("HP2O 1AA", "HP20 1AA"),
        ("[Unknown]", None),
        ("ABC 1234", None),
        ("ZZ9 9ZZ", None),
    ],
)
def test_postcodes_are_mended_or_refused(written: str, meant: str | None) -> None:
    assert normalise_postcode(written) == meant


@pytest.mark.parametrize(
    "text", ["Chesham", "near Chesham", "I live in chesham", "somewhere near Chesham", "Chesham!"]
)
def test_a_town_is_found_in_a_sentence(text: str) -> None:
    assert found(text).name == "Chesham"


@pytest.mark.parametrize(
    ("text", "name"), [("Cheshem", "Chesham"), ("Folkstone", "Folkestone"), ("Amershm", "Amersham")]
)
def test_small_typing_mistakes_are_forgiven_and_marked(text: str, name: str) -> None:
    place = found(text)
    assert place.name == name and place.corrected


def test_saint_and_hyphens_do_not_matter() -> None:
    assert found("bury saint edmunds") == found("Bury St. Edmunds")
    assert found("stoke on trent") == found("Stoke-on-Trent")


def test_namesakes_are_asked_about_biggest_first_with_a_hint() -> None:
    answer = find_place("Ashford")
    assert isinstance(answer, Ambiguous)
    assert [p.population for p in answer.places] == sorted(
        (p.population for p in answer.places), reverse=True
    )
    assert len({p.hint for p in answer.places}) == len(answer.places)
    assert all(p.hint and "England" in p.hint for p in answer.places)


def test_newcastle_may_be_upon_tyne() -> None:
    answer = find_place("Newcastle")
    assert isinstance(answer, Ambiguous)
    assert answer.places[0].name == "Newcastle upon Tyne"


def test_the_rest_of_the_words_tells_namesakes_apart() -> None:
    assert found("Newport, Wales").nation == "Wales"
    kent = found("Ashford near Folkestone")
    assert haversine_km(kent.lat, kent.lon, 51.146, 0.874) < 3


@pytest.mark.parametrize("text", ["BT7", "BT7 1NN", "Derry", "Lisburn"])
def test_northern_ireland_is_there(text: str) -> None:
    assert found(text).nation == "Northern Ireland"


@pytest.mark.parametrize(
    "text", ["", "  ", "pizza", "I have diabetes", "a lot of pain", "the moon", "12"]
)
def test_what_is_no_place_gives_none(text: str) -> None:
    assert find_place(text) is None


def test_a_shared_location_is_named_by_its_nearest_outcode_and_rounded() -> None:
    place = place_at(51.070212, 1.081234)
    assert place is not None
    assert (place.name, place.lat, place.lon) == ("CT21", 51.07, 1.081)
    assert place_at(48.85, 2.35) is None


def test_coordinates_as_text_are_read() -> None:
    assert found("51.07, 1.081").name == "CT21"


def test_the_sample_town_is_known() -> None:
    assert found("Marlowby").precision is Precision.AREA
    assert found("XW1").kind is PlaceKind.OUTCODE


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert find_place(text) is None or isinstance(find_place(text), Place | Ambiguous)
