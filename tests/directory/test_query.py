"""Finding services near a place and by words."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.directory import query
from bot.directory.categories import Category, SubCategory
from bot.directory.importer import import_source
from bot.directory.model import Precision
from bot.directory.places import Place, PlaceKind, haversine_km
from bot.directory.topics import shut_out, topics_of
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


def test_whom_a_service_shuts_out_is_sifted(store: Store, tmp_path: Path) -> None:
    fill(
        store,
        tmp_path,
        placed("any", 52.01, -0.91),
        placed("old", 52.01, -0.91, minimum_age=60),
        placed("young", 52.01, -0.91, maximum_age=30),
    )
    here = at(52.01, -0.91)
    with store() as session:
        for age, expected in (
            (None, {"any", "old", "young"}),
            ((25, 39), {"any", "young"}),
            ((65, 74), {"any", "old"}),
            ((30, 50), {"any", "old", "young"}),  # no band of ours: nothing is known to be shut
        ):
            found = query.candidates(session, here, 5, without=shut_out(age))
            assert {x.source_id for x in found} == expected


def test_what_is_worth_most_is_read_and_no_topic_takes_all(store: Store, tmp_path: Path) -> None:
    choirs = [placed(f"choir{i}", 52.01, -0.91, name="Choir", description="") for i in range(9)]
    walks = [
        placed(f"walk{i}", 52.0101, -0.91, name="Walking group", description="") for i in range(3)
    ]
    fill(store, tmp_path, *choirs, *walks)
    choir, walk = (topics_of([s]) for s in (SubCategory.DRAMA_MUSIC, SubCategory.WALKING_OUTDOOR))

    def worth(topics: int, km: float | None) -> tuple[float, int]:
        return (9.0, choir) if topics & choir else (5.0, walk) if topics & walk else (0.0, 0)

    with store() as session:
        found = query.candidates(session, at(52.01, -0.91), 5, limit=6, worth=worth)
    kinds = Counter(x.source_id[:4] for x in found)
    assert kinds == {"choi": 4, "walk": 2}  # a third each, and then the best of the rest
