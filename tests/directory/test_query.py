"""Finding services near a place and by words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.directory import query
from bot.directory.categories import Category, SubCategory
from bot.directory.importer import import_source
from bot.directory.model import Precision
from bot.directory.places import Place, PlaceKind, haversine_km
from tests.directory.conftest import Store, location_of, make_service


def at(lat: float, lon: float) -> Place:
    return Place("here", lat, lon, PlaceKind.POINT, Precision.EXACT)


def placed(key: str, lat: float, lon: float, **changes: Any) -> dict[str, Any]:
    record = make_service(key, **changes)
    location = location_of(record)
    location.update(latitude=lat, longitude=lon, addresses=[])
    return record


def fill(store: Store, tmp_path: Path, *services: dict[str, Any]) -> None:
    path = tmp_path / "feed.json"
    path.write_text(json.dumps(services), "utf-8")
    report = import_source(path, feed="test", session_factory=store)
    assert report.added == len(services)


def test_the_box_and_the_circle_agree_with_plain_distances(store: Store, tmp_path: Path) -> None:
    points = {
        f"p{i}-{j}": (round(52.0 + i * 0.031, 6), round(-0.9 + j * 0.047, 6))
        for i in range(-5, 6)
        for j in range(-5, 6)
    }
    fill(store, tmp_path, *(placed(k, *p) for k, p in points.items()))
    for km in (1.0, 5.0, 12.0):
        expected = {k for k, p in points.items() if haversine_km(52.0, -0.9, *p) <= km}
        with store() as session:
            found = query.candidates(session, at(52.0, -0.9), km)
        assert {x.source_id for x in found} == expected
        distances = [x.distance_km for x in found]
        assert distances == sorted(distances)


def test_the_limit_keeps_the_nearest(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, *(placed(f"s{i:02}", 52.0 + i * 0.011, -0.91) for i in range(12)))
    with store() as session:
        found = query.candidates(session, at(52.0, -0.91), 50, limit=3)
    assert [x.source_id for x in found] == ["s00", "s01", "s02"]


def test_categories_and_subcategories_narrow_it(store: Store, tmp_path: Path) -> None:
    fill(
        store,
        tmp_path,
        placed("walk", 52.01, -0.91),
        placed("choir", 52.01, -0.91, name="Village Choir", description="We sing."),
    )
    with store() as session:
        here = at(52.01, -0.91)
        activities = query.candidates(session, here, 5, [Category.ACTIVITIES])
        swimming = query.candidates(session, here, 5, [SubCategory.SWIMMING])
        assert [x.source_id for x in activities] == ["choir"] and swimming == []


def test_the_nearest_of_several_places_comes_first(store: Store, tmp_path: Path) -> None:
    record = placed("two", 52.51, -0.91)
    second = json.loads(json.dumps(record["service_at_locations"][0]))
    second["location"].update(id="l2", latitude=52.02, longitude=-0.92)
    record["service_at_locations"].append(second)
    fill(store, tmp_path, record)
    with store() as session:
        (found,) = query.candidates(session, at(52.021, -0.921), 10)
    assert found.locations[0].id == "l2" and len(found.locations) == 2
    assert found.distance_km is not None and found.distance_km < 1


def test_nothing_near_gives_nothing(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, placed("far", 55.01, -3.21))
    with store() as session:
        assert query.candidates(session, at(51.01, -0.51), 20) == []
        assert query.candidates(session, None) == []


@pytest.mark.parametrize(
    "words", ["is there a choir?", "singing", "CHOIR", "choirs near me", "a place to sing"]
)
def test_words_find_what_directories_call_otherwise(
    store: Store, tmp_path: Path, words: str
) -> None:
    fill(
        store,
        tmp_path,
        placed("walk", 52.01, -0.91),
        placed("choir", 52.01, -0.91, name="Village Choir", description="All voices welcome."),
    )
    with store() as session:
        found = query.search_text(session, words)
    assert found[0].source_id == "choir"


def test_text_search_keeps_to_the_place(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, placed("near", 52.01, -0.91), placed("far", 53.51, -2.21))
    with store() as session:
        found = query.search_text(session, "walking", at(52.0, -0.9), 10)
        everywhere = query.search_text(session, "walking")
    assert [x.source_id for x in found] == ["near"]
    assert found[0].distance_km is not None and found[0].distance_km < 2
    assert {x.source_id for x in everywhere} == {"near", "far"}


@pytest.mark.parametrize(
    "words",
    ["", "   ", "?", "'; DROP TABLE service; --", '"', "a AND (b OR", "name:*", "é", "-x", "NOT"],
)
def test_no_words_break_the_search(store: Store, tmp_path: Path, words: str) -> None:
    fill(store, tmp_path, placed("walk", 52.01, -0.91))
    with store() as session:
        query.search_text(session, words)
        query.search_text(session, words, at(52.0, -0.9), 10)
        assert query.search_text(session, "walking")


def test_one_service_by_its_id(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, placed("walk", 52.01, -0.91))
    with store() as session:
        (found,) = query.search_text(session, "walking")
        again = query.get(session, found.id, at(52.0, -0.9))
        assert again is not None and again.distance_km is not None
        assert query.get(session, 999_999) is None
