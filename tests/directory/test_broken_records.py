"""Records broken in any way, in every dialect: each is loaded or set aside with a true reason."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.directory.importer import detect, import_source, sources
from bot.directory.importer.broken import Broken
from bot.directory.importer.incoming import from_files
from bot.directory.importer.json_pages import Beside
from bot.directory.importer.paging import Coverage
from bot.directory.importer.prepare import look
from bot.store.directory import QuarantineRow, ServiceRow
from tests.directory.conftest import Store, make_service

ORUK_3 = make_service(
    assured_date="2026-09-01",
    assurer_email="jane@council.gov.uk",
    minimum_age=18,
    cost_options=[{"id": "k", "amount": "4.00", "option": "Adult", "currency": "GBP"}],
    attributes=[{"id": "t", "taxonomy_term": {"id": "tt", "name": "Walking", "taxonomy": "x"}}],
    languages=[{"id": "g", "name": "English"}],
    service_areas=[{"id": "ar", "name": "Chesham", "extent": "POLYGON"}],
)
HSDS_3 = {**ORUK_3, "eligibility_description": "Adults", "fees_description": "Free", "alert": "!"}
ORUK_1: dict[str, Any] = {
    "id": "u1",
    "name": "Lunch Club",
    "description": "Lunch &amp; company",
    "status": "active",
    "organization": {"id": "o", "name": "Age Friends"},
    "eligibilitys": [{"minimum_age": 60, "maximum_age": None, "eligibility": "Older people",
                      "taxonomys": [{"id": "q", "name": "Elders"}]}],
    "service_taxonomys": [{"id": "st", "taxonomy": {"id": "a:1", "name": "Lunch clubs"}}],
    "regular_schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": "12:00"}],
    "service_at_locations": [
        {"id": "sl", "location": {
            "id": "l", "latitude": "51.7", "longitude": "-0.6",
            "physical_addresses": [{"address_1": "1 High St", "postal_code": "HP5 1DS"}],
            "accessibility_for_disabilities": [{"accessibility": "Ramp"}]}}],
    "contacts": [{"id": "c", "name": "Jo Bloggs", "phones": [{"number": "01494 677266"}]}],
    "reviews": [],
    "attending_access": "drop_in",
}  # fmt: skip
OUTPOST: dict[str, Any] = {
    "id": 17,
    "name": "Art for All",
    "description": "Paint and talk",
    "min_age": 18,
    "max_age": None,
    "needs_referral": None,
    "free": True,
    "updated_at": "2026-09-01T10:00:00Z",
    "organisation": {"id": 4, "name": "Makers"},
    "suitabilities": [{"name": "Autism", "slug": "autism"}],
    "send_needs": [],
    "taxonomies": [{"name": "Arts", "slug": "arts"}],
    "locations": [{"id": 3, "mask_exact_address": False, "postal_code": "HP5 1DS",
                   "address_1": "2 High St", "city": "Chesham",
                   "geometry": {"type": "Point", "coordinates": [-0.61, 51.7]},
                   "accessibilities": [{"name": "Toilet"}]}],
    "regular_schedules": [{"weekday": "Monday", "opens_at": "10:00", "closes_at": "12:00"}],
    "contacts": [{"id": 2, "name": "Al", "phone": "01494 677266", "visible": True}],
    "cost_options": [{"option": "Adult", "amount": "0.0", "cost_type": "per session"}],
    "links": [{"url": "https://makers.org.uk"}],
}  # fmt: skip
SOUND = {"ORUK 3.0": ORUK_3, "HSDS 3.0": HSDS_3, "ORUK 1.0": ORUK_1, "Outpost": OUTPOST}

# What feeds put where something else belongs.
JUNK: list[Any] = [
    None, "", " ", "n/a", "<p>x</p>", "â€™", "\x00\ud800", 0, -1, 10**400, 1e308, float("nan"),
    float("inf"), True, [], {}, [None], [[]], [{}], {"a": {"b": []}}, "9" * 5000, "2021-02-30",
    "25:99", "MO,XX,2TU", "0", [1, "two", None], {"id": None, "name": 3}, "https://[", "@", "٣",
    "-0.0", "1e999", ["x"] * 50,
]  # fmt: skip


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a record."""
    found = [path] if path else []
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in inside:
            found += spots(inner, (*path, key))
    return found


def put(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    """Put a value where ``path`` leads, unless something before has taken the way away."""
    at: Any = record
    for key in path[:-1]:
        try:
            at = at[key]
        except (KeyError, IndexError, TypeError):
            return
    if path[-1] in (at if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else ()):
        at[path[-1]] = value


@st.composite
def broken(draw: st.DrawFn, sound: dict[str, Any]) -> dict[str, Any]:
    record = copy.deepcopy(sound)
    for path in draw(st.lists(st.sampled_from(spots(sound)), min_size=1, max_size=4)):
        put(record, path, copy.deepcopy(draw(st.sampled_from(JUNK))))
    return record


@pytest.mark.parametrize("dialect", sorted(SOUND))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_broken_record_is_used_or_refused_for_what_it_lacks(
    dialect: str, data: st.DataObject
) -> None:
    record = data.draw(broken(SOUND[dialect]))
    seen = look(record)
    if seen.prepared is None:
        # Nothing but an id or a name is needed, and no fault is the importer's own.
        assert seen.reason in ("missing_id", "missing_name"), (seen.reason, seen.detail)
        return
    values = seen.prepared.values
    json.loads(values["listing"])
    assert values["name"].strip()
    for text in (values["name"], *(seen.prepared.document or {}).values()):
        assert not set(text) & set(map(chr, (0, 7, 0xD800, 0xFFFE)))
        assert "<p>" not in text
    for place in seen.prepared.places:
        assert -90 <= place["lat"] <= 90 and -180 <= place["lon"] <= 180


def test_every_dialect_loads_when_sound() -> None:
    assert {name: look(r).prepared.dialect for name, r in SOUND.items()} == {  # type: ignore[union-attr]
        "ORUK 3.0": "ORUK 3.0 JSON", "HSDS 3.0": "HSDS 3.0 JSON", "ORUK 1.0": "ORUK 1.0 JSON",
        "Outpost": "Outpost JSON",
    }  # fmt: skip
    assert {d for d in detect.Dialect} >= {detect.Dialect.HSDS_1_1_CSV}


def test_every_spot_of_every_dialect_broken_in_turn_is_stored_or_set_aside(
    store: Store, tmp_path: Path
) -> None:
    records = []
    for dialect, sound in SOUND.items():
        for number, path in enumerate(spots(sound)):
            record = {**copy.deepcopy(sound), "id": f"{dialect}-{number}"}
            put(record, path, copy.deepcopy(JUNK[number % len(JUNK)]))
            records.append(record)
    page = json.dumps({"contents": records}).replace("Infinity", "1e999")
    (tmp_path / "page.json").write_text(page, encoding="utf-8")
    report = import_source(tmp_path / "page.json", feed="x", session_factory=store)
    assert report.read == len(records)
    assert report.read == report.added + report.unchanged + report.quarantined_count
    assert set(report.reasons) <= {"missing_id", "missing_name", "duplicate_id"}
    with store() as session:
        assert len(session.scalars(select(ServiceRow.id)).all()) == report.added
        assert len(session.scalars(select(QuarantineRow.id)).all()) == report.quarantined_count
    again = import_source(tmp_path / "page.json", feed="x", session_factory=store)
    assert (again.added, again.changed) == (0, 0)


TABLES = {
    "organizations": [["id", "name", "description"], ["o1", "Age Friends", "A charity"]],
    "services": [["id", "organization_id", "name", "status", "description"],
                 ["s1", "o1", "Lunch Club", "active", "Lunch"],
                 ["s2", "gone", "Choir", "active", "Singing"]],
    "locations": [["id", "latitude", "longitude"], ["l1", "51.7", "-0.6"]],
    "services_at_location": [["id", "service_id", "location_id"], ["a1", "s1", "l1"],
                             ["a2", "s2", "nowhere"]],
    "physical_addresses": [["id", "location_id", "address_1", "postal_code"],
                           ["p1", "l1", "1 High St", "HP5 1DS"]],
    "regular_schedules": [["id", "service_id", "weekday", "opens_at", "closes_at"],
                          ["r1", "s1", "1", "12:00", "14:00"]],
    "phones": [["id", "service_id", "number"], ["h1", "s1", "01494 677266"]],
    "services_taxonomy": [["id", "service_id", "taxonomy_id"], ["x1", "s1", "t1"]],
    "taxonomy": [["id", "name", "vocabulary"], ["t1", "Lunch clubs", "local"]],
}  # fmt: skip
CELLS = ["", " ", "NULL", '"', "\x07", "a,b", "é" * 300, "<b>x</b>", "99999999999999999999", "\r\n"]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_broken_tables_lose_no_service(tmp_path_factory: Any, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("tables")
    for name, rows in TABLES.items():
        if name != "services" and data.draw(st.integers(0, 9)) == 0:
            continue
        changed = [list(row) for row in rows]
        for _ in range(data.draw(st.integers(0, 2))):
            row = data.draw(st.integers(1, len(rows) - 1))
            kind = data.draw(st.sampled_from(("cell", "short", "long")))
            if kind == "cell":
                spot = data.draw(st.integers(0, len(rows[0]) - 1))
                if spot < len(changed[row]):
                    changed[row][spot] = data.draw(st.sampled_from(CELLS))
            elif kind == "short" and len(changed[row]) > 1:
                changed[row].pop()
            else:
                changed[row].append("extra")
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(changed)
    read = list(from_files(sources.entries(folder), Coverage(), Beside()))
    services = [i for i in read if not isinstance(i.record, Broken) or i.record.is_of_service]
    assert len(services) == 2
    for incoming in read:
        seen = look(incoming.record, incoming.dialect)
        assert seen.prepared or seen.reason in (
            "missing_id", "missing_name", "columns_do_not_match", "parent_missing", "duplicate_id",
        )  # fmt: skip
