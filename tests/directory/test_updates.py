"""What a feed takes out of a record is gone after the next import, however little it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.directory import query
from bot.directory.importer import import_source
from bot.store.directory import FeedRow, OrganizationRow, ServiceAtLocationRow, ServiceRow
from tests.directory.conftest import Store, make_service
from tests.directory.importing import load, page, stored, write, write_table
from tests.directory.loopback_api import LoopbackApi, serving

SCHEDULE = {"id": "h1", "freq": "WEEKLY", "byday": "TU", "opens_at": "10:00", "closes_at": "11:30"}
FULL = make_service(
    "a",
    schedules=[SCHEDULE, {**SCHEDULE, "id": "h2", "byday": "TH"}],
    cost_options=[{"id": "k", "amount": 3}],
    contacts=[{"id": "c1", "department": "Bookings", "phones": [{"number": "01494 677266"}]}],
    phones=[{"id": "p", "number": "01296 681522"}],
    attributes=[{"id": "t", "taxonomy_term": {"id": "tt", "name": "Dementia"}}],
    languages=[{"id": "g", "name": "Urdu"}],
    service_areas=[{"id": "ar", "name": "Chesham"}],
    eligibility_description="Adults only",
    minimum_age=18,
    holiday_schedules=[{"closed": True, "start_date": "2026-12-24", "end_date": "2026-12-26"}],
    alert="Closed for repairs today",
)
# What goes, and what of the listing it was.
CHILDREN = {
    "schedules": "schedules",
    "cost_options": "costs",
    "contacts": "role",
    "phones": "phones",
    "attributes": "conditions",
    "languages": "languages",
    "service_areas": "area",
    "eligibility_description": "eligibility",
    "minimum_age": "min_age",
    "service_at_locations": "locations",
    "holiday_schedules": "schedules",
    "alert": "description",
    "organization": "organization",
    "url": "url",
}


def as_if_new(store: Store, source: Path) -> dict[str, Any]:
    """What the same source gives in a feed that never had more."""
    load(store, source, feed="fresh")
    rows = select(ServiceRow.listing).join(FeedRow, FeedRow.id == ServiceRow.feed_id)
    with store() as session:
        listing = session.scalars(rows.where(FeedRow.name == "fresh")).one()
        found: dict[str, Any] = json.loads(listing)
        return found


@pytest.mark.parametrize("left", ["absent", "empty"])
@pytest.mark.parametrize("child", sorted(CHILDREN))
def test_a_child_that_is_taken_out_goes(
    store: Store, tmp_path: Path, child: str, left: str
) -> None:
    load(store, write(tmp_path, page(FULL)))
    before = stored(store)["a"]
    changed = {k: v for k, v in FULL.items() if k != child}
    if left == "empty":
        changed[child] = [] if isinstance(FULL[child], list) else None
    source = write(tmp_path, page(changed))
    assert load(store, source).changed == 1
    after = stored(store)["a"]
    assert before[CHILDREN[child]] != after.get(CHILDREN[child])
    assert load(store, source).unchanged == 1
    assert after == as_if_new(store, source)


def test_one_of_several_children_goes(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path, page(FULL)))
    load(store, write(tmp_path, page({**FULL, "schedules": FULL["schedules"][:1]})))
    assert [row["byday"] for row in stored(store)["a"]["schedules"]] == [["TU"]]


def test_all_children_at_once_go_and_with_them_where_it_is_found(
    store: Store, tmp_path: Path
) -> None:
    load(store, write(tmp_path, page(FULL)))
    bare = {k: v for k, v in FULL.items() if not isinstance(v, list)}
    source = write(tmp_path, page(bare))
    assert load(store, source).changed == 1
    listing = stored(store)["a"]
    assert not listing.keys() & {"schedules", "costs", "phones", "locations", "languages"}
    with store() as session:
        places = session.scalars(select(ServiceAtLocationRow.precision)).all()
        assert "exact" not in places
        assert query.search_text(session, "dementia") == []
    assert listing == as_if_new(store, source)


def test_what_an_organisation_takes_out_goes(store: Store, tmp_path: Path) -> None:
    mail = {**FULL["organization"], "email": "hello@walks.org.uk", "url": "walks.org.uk"}
    load(store, write(tmp_path, page({**FULL, "organization": mail})))
    load(store, write(tmp_path, page(FULL)))
    with store() as session:
        row = session.scalars(select(OrganizationRow)).one()
        assert (row.name, row.email, row.url) == ("Chesham Walkers", None, None)


def test_short_entries_beside_full_records_take_nothing_out(store: Store, tmp_path: Path) -> None:
    """A folder with a saved list and saved details; later only the list is saved anew."""
    folder = tmp_path / "feed"
    short = {k: v for k, v in FULL.items() if not isinstance(v, list)}
    write(folder, page(short, {**short, "id": "b"}), "services.json")
    write(folder, FULL, "services_a.json")
    write(folder, {**FULL, "id": "b"}, "services_b.json")
    assert load(store, folder).added == 2
    before = stored(store)
    again = load(store, folder)
    assert (again.added, again.changed) == (0, 0)
    (folder / "services_b.json").unlink()
    write(folder, page({**short, "name": "A new name", "alert": None}), "services.json")
    (folder / "services_a.json").unlink()
    assert load(store, folder).changed == 1
    after = stored(store)
    assert after["b"] == before["b"]
    assert after["a"]["name"] == "A new name"
    assert after["a"]["schedules"] == before["a"]["schedules"]
    assert "repairs" not in after["a"]["description"], "its own properties are as the list says"


def test_children_that_an_api_no_longer_gives_go(store: Store) -> None:
    with serving(LoopbackApi([make_service("a")])) as api:
        import_source(api.url, feed="live", session_factory=store)
        assert stored(store)["a"]["schedules"]
        for child in ("schedules", "contacts", "service_at_locations"):
            del api.services[0][child]
        api.services[0]["last_modified"] = "2026-11-21T08:00:00Z"
        assert import_source(api.url, feed="live", session_factory=store).changed == 1
    listing = stored(store)["a"]
    assert not listing.keys() & {"schedules", "phones", "locations"}


def test_a_change_in_any_table_changes_its_service(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    tables: dict[str, dict[str, str]] = {
        "services": {"id": "1", "organization_id": "o", "name": "Choir", "status": "active"},
        "organizations": {"id": "o", "name": "Singers"},
        "services_at_location": {"id": "sl", "service_id": "1", "location_id": "l"},
        "locations": {"id": "l", "name": "Hall", "latitude": "51.7053", "longitude": "-0.6121"},
        "physical_addresses": {"id": "x", "location_id": "l", "postal_code": "HP5 1DS"},
        "regular_schedules": {"id": "s", "service_id": "1", "weekday": "1", "opens_at": "10:00"},
        "holiday_schedules": {"id": "h", "service_id": "1", "closed": "true",
                              "start_date": "2026-12-24"},
        "phones": {"id": "p", "service_id": "1", "number": "01494 677266"},
        "contacts": {"id": "c", "service_id": "1", "department": "Bookings"},
        "cost_options": {"id": "k", "service_id": "1", "amount": "3"},
        "eligibility": {"id": "e", "service_id": "1", "minimum_age": "18"},
        "languages": {"id": "g", "service_id": "1", "language": "Urdu"},
        "service_areas": {"id": "r", "service_id": "1", "service_area": "Chesham"},
        "accessibility_for_disabilities": {"id": "w", "location_id": "l", "accessibility": "ramp"},
        "services_taxonomy": {"id": "t", "service_id": "1", "taxonomy_id": "k"},
        "taxonomy": {"id": "k", "name": "Dementia"},
    }  # fmt: skip
    for name, row in tables.items():
        write_table(folder, name, row)
    assert load(store, folder).reasons == {}
    whole = stored(store)["1"]
    for name in tables.keys() - {"services"}:
        (folder / f"{name}.csv").rename(folder / "aside")
        report = load(store, folder)
        assert (report.changed, report.added) == (1, 0), name
        assert stored(store)["1"] != whole, name
        (folder / "aside").rename(folder / f"{name}.csv")
        assert load(store, folder).changed == 1
        assert stored(store)["1"] == whole
