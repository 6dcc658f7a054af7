"""Services of which a feed does not say where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.directory import query
from bot.directory.places import Place, find_place
from bot.directory.unplaced import middle_of
from tests.directory.conftest import Store, make_service
from tests.directory.test_import import load, page, write


def placed(key: str, lat: float = 51.70, lon: float = -0.61) -> dict[str, Any]:
    service = make_service(key)
    place = service["service_at_locations"][0]["location"]
    place["latitude"], place["longitude"] = lat, lon
    for address in place.get("addresses", ()):
        address.pop("postal_code", None)
    return service


def without_place(key: str, **changes: Any) -> dict[str, Any]:
    return make_service(key, service_at_locations=[], **changes)


def near(where: str) -> Place:
    place = find_place(where)
    assert isinstance(place, Place)
    return place


def found(store: Store, where: str) -> list[str]:
    with store() as session:
        return [x.source_id for x in query.candidates(session, near(where), 15)]


def test_it_is_found_in_the_area_of_its_feed_after_those_with_a_place(
    store: Store, tmp_path: Path
) -> None:
    services = [without_place("lost"), *(placed(f"s{n}", 51.69 + n / 500) for n in range(8))]
    load(store, write(tmp_path, page(*services)))
    assert found(store, "HP5")[-1] == "lost"
    assert len(found(store, "HP5")) == 9
    assert found(store, "CT20") == []
    with store() as session:
        listing = query.candidates(session, near("HP5"), 15)[-1]
    assert (listing.distance_km, listing.locations) == (None, ())


def test_a_search_by_words_finds_it_there_and_nowhere_else(store: Store, tmp_path: Path) -> None:
    lost = without_place("lost", name="Ukulele Jam")
    load(store, write(tmp_path, page(lost, *(placed(f"s{n}") for n in range(8)))))
    with store() as session:
        names = [x.name for x in query.search_text(session, "ukulele", near("HP5"), 15)]
        far = query.search_text(session, "ukulele", near("CT20"), 15)
    assert (names, far) == (["Ukulele Jam"], [])


def test_a_feed_of_the_whole_country_leaves_it_out(store: Store, tmp_path: Path) -> None:
    spread = [placed(f"s{n}", 50.5 + n / 2, -3 + n / 4) for n in range(10)]
    load(store, write(tmp_path, page(without_place("lost"), *spread)))
    assert "lost" not in found(store, "HP5")


def test_the_same_feed_again_changes_nothing_and_a_place_told_later_takes_over(
    store: Store, tmp_path: Path
) -> None:
    others = [placed(f"s{n}") for n in range(8)]
    source = write(tmp_path, page(without_place("late"), *others))
    load(store, source)
    load(store, source)
    assert found(store, "HP5").count("late") == 1
    write(tmp_path, page(placed("late"), *others))
    load(store, source)
    with store() as session:
        (late,) = (x for x in query.candidates(session, near("HP5"), 15) if x.source_id == "late")
    assert late.distance_km is not None


def test_too_few_places_make_no_area() -> None:
    assert middle_of([(51.7, -0.6)] * 4) is None
    assert middle_of([(51.7, -0.6)] * 5) == (51.7, -0.6)
