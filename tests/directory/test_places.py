"""Places as people say them."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory import build_places
from bot.directory.model import Precision
from bot.directory.places import (
    DATA,
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
    "text",
    [
        "Chesham",
        "near Chesham",
        "I live in chesham",
        "somewhere near Chesham",
        "Chesham!",
        "up above Chesham, last farm on the lane",
    ],
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
    "text",
    ["", "  ", "pizza", "I have diabetes", "a lot of pain", "the moon", "12", "the deli",
     "Willow Road", "Ellis", "I have nil pain", "wig"],
)  # fmt: skip
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


def test_the_place_files_hold_all_four_nations_and_their_credit_says_how_many() -> None:
    credit = (DATA / "ATTRIBUTION.txt").read_text(encoding="utf-8")
    rows = {}
    for name in ("outcodes", "sectors", "places"):
        with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows[name] = list(csv.DictReader(file))
        assert f"{name}.csv ({len(rows[name]):,} " in credit
    for name in ("outcodes", "sectors"):
        nations = Counter(row["laua"][0] for row in rows[name])
        assert set(nations) == set("ENSW")
        assert f"{nations['N']} " in credit
    assert Counter(row["nation"] for row in rows["places"])["NIR"] == 119


def test_the_centre_of_an_outcode_and_of_its_sectors_is_not_moved_by_a_stray_postcode() -> None:
    near = [("BT7 1AA", "N09000003", 54.58, -5.93), ("BT7 1AB", "N09000003", 54.5804, -5.9301)]
    stray = [("BT7 2AA", "N09000001", 57.0, -2.0)]
    (outcode,), sectors = build_places.areas(
        [*near, ("BT7 1AD", "N09000003", 54.58, -5.93), *stray]
    )
    assert (outcode["outcode"], outcode["postcodes"], outcode["laua"]) == ("BT7", 4, "N09000003")
    assert haversine_km(float(outcode["lat"]), float(outcode["lon"]), 54.58, -5.93) < 0.1
    assert outcode["p90_km"] > 100
    assert [(s["sector"], s["postcodes"]) for s in sectors] == [("BT7 1", 3), ("BT7 2", 1)]


def test_towns_keep_names_that_people_say_and_no_spellings_of_other_scripts() -> None:
    derry = {
        "geonameid": 2643736, "name": "Derry", "latitude": 54.9981, "longitude": -7.30934,
        "countrycode": "GB", "population": 83652, "admin1code": "NIR",
        "alternatenames": ["Derry", "Londonderry", "deli", "LDY", "\u30c7\u30ea\u30fc", "Doire"],
    }  # fmt: skip
    cyprus = {**derry, "geonameid": 1, "name": "Akrotiri", "admin1code": ""}
    paris = {**derry, "geonameid": 2, "name": "Paris", "countrycode": "FR"}
    (row,) = build_places.towns([paris, cyprus, derry])
    assert (row["name"], row["nation"]) == ("Derry", "NIR")
    assert row["alternate_names"] == "Doire|Londonderry"
