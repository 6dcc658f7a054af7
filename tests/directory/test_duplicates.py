"""One service in several directories: shown once, and staff have the last word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.directory import query, stewardship
from bot.directory.duplicates import PairState
from tests.directory.conftest import Store, make_service
from tests.directory.importing import listings, load, near, page, write


def twin(**changes: Any) -> dict[str, Any]:
    """The same walk as another directory would write it."""
    return make_service(
        "w-77",
        **{
            "name": "Tuesday walking group",
            "description": "Walk with us. Tea after!",
            "organization": {"id": "x", "name": "Chesham Walkers"},
            **changes,
        },
    )


def both(store: Store, folder: Path, other: dict[str, Any]) -> None:
    load(store, write(folder, page(make_service("a"))), feed="one")
    load(store, write(folder, page(other)), feed="two")


def pairs(store: Store, state: PairState | None = None) -> list[stewardship.Duplicate]:
    with store() as session:
        return stewardship.listed_twice(session, state=state)


def test_a_service_of_two_directories_is_shown_once(store: Store, tmp_path: Path) -> None:
    both(store, tmp_path, twin())
    assert len(listings(store)) == 1
    (pair,) = pairs(store, PairState.LIKELY)
    assert {pair.first.feed, pair.second.feed} == {"one", "two"}
    assert "postcode" in pair.reasons and "phone" in pair.reasons
    with store() as session:
        assert len(query.search_text(session, "walking", near("HP5"))) == 1


def test_the_record_that_was_checked_last_is_the_one_shown(store: Store, tmp_path: Path) -> None:
    both(store, tmp_path, twin(last_modified="2026-11-01T09:00:00Z"))
    assert list(listings(store)) == ["w-77"]


def test_staff_split_a_pair_and_an_import_does_not_join_it_again(
    store: Store, tmp_path: Path
) -> None:
    both(store, tmp_path, twin())
    (pair,) = pairs(store)
    with store() as session:
        stewardship.split(session, pair.id, by="ann")
    assert set(listings(store)) == {"a", "w-77"}
    load(store, write(tmp_path, page(twin(description="Walk and talk. Tea after."))), feed="two")
    assert set(listings(store)) == {"a", "w-77"}
    (pair,) = pairs(store)
    assert (pair.state, pair.decided_by) == (PairState.SPLIT, "ann")


def test_a_pair_that_staff_confirm_stays_shown_once(store: Store, tmp_path: Path) -> None:
    both(store, tmp_path, twin())
    (pair,) = pairs(store)
    with store() as session:
        stewardship.confirm(session, pair.id, by="ann")
    load(store, write(tmp_path, page(twin(name="Something else entirely"))), feed="two")
    assert len(listings(store)) == 1


def test_when_the_one_shown_closes_the_other_steps_in(store: Store, tmp_path: Path) -> None:
    both(store, tmp_path, twin())
    assert list(listings(store)) == ["w-77"] or list(listings(store)) == ["a"]
    (shown,) = listings(store)
    feed, record = ("one", make_service("a")) if shown == "a" else ("two", twin())
    load(store, write(tmp_path, page({**record, "status": "inactive"})), feed=feed)
    assert set(listings(store)) == {"a", "w-77"} - {shown}


def test_a_retired_feed_gives_way(store: Store, tmp_path: Path) -> None:
    both(store, tmp_path, twin())
    (shown,) = listings(store)
    with store() as session:
        feeds = {f.name: f.id for f in stewardship.feeds(session)}
        stewardship.retire(session, feeds["one" if shown == "a" else "two"])
    assert set(listings(store)) == {"a", "w-77"} - {shown}


def test_sister_services_are_not_taken_for_one(store: Store, tmp_path: Path) -> None:
    both(store, tmp_path, twin(name="Thursday Walking Group"))
    assert len(listings(store)) == 2
    assert pairs(store, PairState.LIKELY) == []


def test_the_same_name_in_another_town_is_another_service(store: Store, tmp_path: Path) -> None:
    other = twin(contacts=None, url=None, email=None, organization={"id": "z", "name": "Z"})
    place = other["service_at_locations"][0]["location"]
    place.update(latitude=50.82, longitude=-0.14)
    place["addresses"][0].update(city="Brighton", postal_code="BN1 1EE")
    both(store, tmp_path, other)
    assert pairs(store) == []


def test_one_directory_repeats_are_left_to_its_owner(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path, page(make_service("a"), make_service("b"))), feed="one")
    assert pairs(store) == []
    assert len(listings(store)) == 2


def test_groups_of_two_ages_or_two_towns_are_not_taken_for_one(
    store: Store, tmp_path: Path
) -> None:
    for first, second in (
        ("Over 50s walking football", "Over 60s walking football"),
        ("1st Chesham Scouts helpers", "2nd Chesham Scouts helpers"),
        ("Chesham befriending", "Amersham befriending"),
    ):
        one, two = (make_service(f"{n}", name=n, description="") for n in (first, second))
        load(store, write(tmp_path, page(one)), feed=f"one {first}")
        load(store, write(tmp_path, page(two)), feed=f"two {first}")
    assert len(listings(store)) == 6
    assert pairs(store, PairState.LIKELY) == []


def test_a_closure_that_was_checked_later_is_believed(store: Store, tmp_path: Path) -> None:
    was = {"assured_date": "2019-05-01", "last_modified": "2019-05-01T09:00:00Z"}
    now = {"assured_date": "2026-02-01", "last_modified": "2026-02-01T09:00:00Z"}
    load(store, write(tmp_path, page(make_service("a", **was))), feed="one")
    load(store, write(tmp_path, page(twin(status="defunct", **now))), feed="two")
    assert listings(store) == {}
