"""For whose place a service is: names, ONS codes, polygons and prose."""

from __future__ import annotations

import csv
import json
from math import cos, pi, sin
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory import query
from bot.directory.areas import (
    NATIONS,
    Within,
    area_of,
    area_said,
    codes_of,
    has_a_nation,
    nation_of,
    nations_outside,
)
from bot.directory.importer import import_source
from bot.directory.places import DATA, Place, find_place
from bot.directory.topics import shut_out
from tests.directory.conftest import Store, make_service

YES, NO, UNKNOWN = Within.YES, Within.NO, Within.UNKNOWN


def place(text: str) -> Place:
    found = find_place(text)
    assert isinstance(found, Place)
    return found


@pytest.mark.parametrize(
    ("area", "inside", "outside"),
    [
        ("Scotland", "EH3 G12 ZE1 KW15", "TN24 CF10 BT7 CA1"),
        ("Wales", "CF10 LL57", "TN24 EH3 BT7 S26"),  # a village of this name is in Yorkshire
        ("Northern Ireland", "BT7 BT82", "TN24 EH3 CF10"),
        ("England", "TN24 LS6 TR18", "EH3 CF10 BT7"),
        ("England and Wales", "TN24 CF10", "EH3 BT7"),
        ("Great Britain", "TN24 CF10 EH3", "BT7"),
        ("UK", "TN24 CF10 EH3 BT7", ""),
        ("United Kingdom", "TN24 CF10 EH3 BT7", ""),
        ("National", "TN24 CF10 EH3 BT7", ""),
        ("across Scotland", "EH3", "TN24"),
        ("Wales only", "CF10", "TN24"),
        ("Bristol", "BS9", "LS6 TN24 BA1"),
        ("City of Bristol", "BS9", "LS6"),
        ("Bristol, South Gloucestershire and North Somerset", "BS9 BS37 BS23", "LS6 BA1"),
        ("Kent", "TN24 CT19", "LS6 BN1"),
        ("Kent County Council", "TN24", "LS6"),
        ("Bath and North East Somerset", "BA1", "LS6"),
        ("Bournemouth, Christchurch & Poole", "BH1", "LS6"),
        ("London Borough of Hackney", "N16", "LS6 TN24"),
        ("South East", "TN24 MK9", "LS6"),
        ("Yorkshire and The Humber", "LS6", "TN24"),
        ("Highland", "IV2", "EH3"),
        ("Belfast", "BT7", "EH3 TN24"),
        ("HP5, HP7", "HP5 HP7", "LS6"),
        ("Chesham", "HP5", "LS6 TN24"),
        ("Chesham and surrounding villages", "HP5", "LS6 EH3"),
        ("E06000023", "BS9", "LS6"),
        ("The service is for all residents of Bristol. We meet online.", "BS9", "LS6"),
    ],
)
def test_an_area_holds_its_own_people_and_no_others(area: str, inside: str, outside: str) -> None:
    for expected, outcodes in ((YES, inside), (NO, outside)):
        found = {code: area_of(area).holds(place(code)) for code in outcodes.split()}
        assert set(found.values()) <= {expected}, found


@pytest.mark.parametrize(
    ("area", "who"),
    [
        ("MyCity area", "TN24"),  # no place that is known
        ("Tumbledown ward, Kent", "LS6"),  # in part
        ("Kent", "ME4"),  # Medway is in the county and not under its council
        ("Buckinghamshire", "MK9"),
        ("West Midlands", "ST16"),  # in the region, not in the county
        ("Bristol", "BS34"),  # just over the border
        ("Amersham", "HP11"),  # round about a town
    ],
)
def test_what_is_not_known_is_neither_yes_nor_no(area: str, who: str) -> None:
    assert area_of(area).holds(place(who)) is UNKNOWN


def test_every_district_of_the_place_files_has_a_name() -> None:
    with (DATA / "areas.csv").open(encoding="utf-8", newline="") as file:
        named = {row["code"] for row in csv.DictReader(file) if row["name"]}
    with (DATA / "sectors.csv").open(encoding="utf-8", newline="") as file:
        assert {row["laua"] for row in csv.DictReader(file) if row["laua"]} <= named


def test_of_a_person_whose_place_is_not_known_only_everywhere_is_sure() -> None:
    assert area_of("UK").holds(None) is YES
    assert area_of("Scotland").holds(None) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("For residents of Bristol only", "BS9"),
        ("Bristol residents only. Free.", "BS9"),
        ("You must live in South Gloucestershire.", "BS37"),
        ("Open to people living in Kent or Medway who are over 50", "TN24"),
        ("For adults who live in the London Borough of Hackney and have a long illness", "N16"),
    ],
)
def test_prose_that_limits_a_service_to_an_area_is_heard(text: str, inside: str) -> None:
    for loosely in (True, False):
        area = area_said(text, loosely=loosely)
        assert area is not None
        assert area.holds(place(inside)) is YES and area.holds(place("LS6")) is NO


@pytest.mark.parametrize(
    "text",
    [
        "You do not need to live in Bristol.",
        "Priority is given to people living in Bristol.",
        "Open to all, including residents of Kent.",
        "For people living in poverty",
        "For anyone who lives in a flat",
        "Residents of care homes only",
        "Live music in Kent",
    ],
)
def test_prose_that_limits_nothing_is_left_alone(text: str) -> None:
    assert area_said(text, loosely=True) is None


def test_a_story_in_a_description_is_no_limit() -> None:
    told = "Last year we helped many people living in Wales."
    assert area_said(told, loosely=False) is None


def circle(lat: float, lon: float, km: float) -> list[list[float]]:
    angles = [2 * pi * i / 60 for i in range(61)]
    return [[lon + km / 69 * cos(a), lat + km / 111 * sin(a)] for a in angles]


def test_a_polygon_and_a_code_say_the_area_without_words() -> None:
    bristol = {"type": "Polygon", "coordinates": [circle(51.46, -2.6, 9)]}
    feature = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": bristol}]}
    for area in (
        {"extent": bristol},
        {"extent": json.dumps(feature), "extent_type": "geojson"},
        {"uri": "http://statistics.data.gov.uk/id/statistical-geography/E06000023"},
    ):
        found = area_of("", codes_of(area))
        assert found.holds(place("BS7")) is YES and found.holds(place("LS6")) is NO
    speck = {"extent": {"type": "Polygon", "coordinates": [circle(51.4591, -2.6102, 0.05)]}}
    assert area_of("", codes_of(speck)).holds(place("LS6")) is NO


@pytest.mark.parametrize(
    "area",
    [
        {"uri": "http://www.example.com", "extent": "extent"},
        {"uri": "S13002991"},
        {"extent": "{"},
        {"extent": '{"type": "Polygon", "coordinates": [[1]]}'},
        {"extent": [3, None]},
        {"extent": {"features": 7}},
    ],
)
def test_codes_and_polygons_that_mean_nothing_give_none(area: dict[str, Any]) -> None:
    assert codes_of(area) == ()


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    assert area_of(text).holds(place("HP5")) in set(Within)
    area_said(text, loosely=True)


def test_nations_are_told_apart_and_borders_left_open() -> None:
    assert nations_outside([area_of("Scotland")]) == set(NATIONS) - {"Scotland"}
    assert nations_outside([area_of("MyCity area")]) == set()
    assert [nation_of(place(code)) for code in ("EH3", "TN24", "CF10", "BT7")] == [
        "Scotland", "England", "Wales", "Northern Ireland",
    ]  # fmt: skip
    assert nation_of(place("NP16")) is None and nation_of(None) is None
    assert has_a_nation("whole of the UK") and has_a_nation("S92000003")
    assert not has_a_nation("Kent")


def test_the_store_sifts_by_nation(store: Store, tmp_path: Path) -> None:
    def line(key: str, **area: str) -> dict[str, Any]:
        found = make_service(key, service_areas=[area], description="A walking group by phone.")
        return {**found, "service_at_locations": [], "attending_type": "phone"}

    services = [
        line("scots", name="Scotland"),
        line("code", uri="https://example.org/S92000003"),
        line("all", name="UK"),
    ]
    (tmp_path / "feed.json").write_text(json.dumps(services), "utf-8")
    assert import_source(tmp_path / "feed.json", feed="test", session_factory=store).added == 3
    with store() as session:
        for nation, expected in (("England", {"all"}), ("Scotland", {"scots", "code", "all"})):
            without = shut_out(None, nation)
            found = query.candidates(session, None, without=without)
            named = query.search_text(session, "walking", without=without)
            assert {x.source_id for x in found} == {x.source_id for x in named} == expected
