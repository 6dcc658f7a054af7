"""The sample directory is valid Open Referral UK 3.0, complete, and wholly invented."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from dateutil.rrule import rrulestr

from bot.directory.categories import PARENT, SubCategory

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "bot" / "directory" / "sample"
SCHEMA = (
    PROJECT.parent
    / "shared/directories/spec_examples/oruk_3.0/schema/service_with_definitions.json"
)
# The ranges that Ofcom keeps for drama, so that nobody real is ever phoned.
DRAMA = re.compile(r"^(01632 960\d{3}|0808 157 0\d{3}|07700 900\d{3}|020 7946 0\d{3})$")

PAGES: list[dict[str, Any]] = [
    json.loads(p.read_text("utf-8")) for p in sorted(SAMPLE.glob("services_page_*.json"))
]
SERVICES: list[dict[str, Any]] = [s for page in PAGES for s in page["contents"]]


def subcategories(service: dict[str, Any]) -> list[SubCategory]:
    terms = [a["taxonomy_term"] for a in service["attributes"]]
    return [SubCategory(t["name"]) for t in terms if t["taxonomy"] == "wise"]


def locations(service: dict[str, Any]) -> list[dict[str, Any]]:
    return [s["location"] for s in service.get("service_at_locations", ())]


def phones(service: dict[str, Any]) -> list[str]:
    return [p["number"] for c in service.get("contacts", ()) for p in c.get("phones", ())]


def test_pages_are_one_consistent_list() -> None:
    assert [p["page_number"] for p in PAGES] == list(range(1, len(PAGES) + 1))
    assert {p["total_pages"] for p in PAGES} == {len(PAGES)}
    assert {p["total_items"] for p in PAGES} == {len(SERVICES)}
    assert [p["size"] for p in PAGES] == [len(p["contents"]) for p in PAGES]
    assert PAGES[0]["first_page"] and PAGES[-1]["last_page"]
    assert len({s["id"] for s in SERVICES}) == len(SERVICES) >= 90


@pytest.mark.skipif(not SCHEMA.exists(), reason="the Open Referral UK schema is not at hand")
def test_every_service_is_valid_open_referral_uk() -> None:
    from jsonschema import Draft7Validator, FormatChecker

    validator = Draft7Validator(
        json.loads(SCHEMA.read_text("utf-8")), format_checker=FormatChecker()
    )
    faults = [
        f"{s['name']}: {e.json_path} {e.message}"
        for s in SERVICES
        for e in validator.iter_errors(s)
    ]
    assert faults == []


def test_every_category_and_subcategory_has_choices() -> None:
    counts = Counter(sub for s in SERVICES for sub in subcategories(s))
    assert {sub for sub in SubCategory if counts[sub] < 4} == set()
    parents = Counter(p for s in SERVICES for p in {PARENT[sub] for sub in subcategories(s)})
    assert min(parents.values()) >= 9 and len(parents) == 6
    assert all(subcategories(s) for s in SERVICES)


def test_no_real_phone_or_address_on_the_web() -> None:
    numbers = [n for s in SERVICES for n in phones(s)]
    assert numbers and [n for n in numbers if not DRAMA.match(n)] == []
    text = json.dumps(SERVICES)
    hosts = re.findall(r"https?://([^/\"]+)", text) + re.findall(r"@([\w.-]+)", text)
    # Names that RFC 2606 keeps for examples.
    assert hosts and [h for h in hosts if h != "example.org" and not h.endswith(".example")] == []


def test_places_are_invented_and_near_one_another() -> None:
    with (SAMPLE / "places.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    outcodes = {r["name"] for r in rows if r["kind"] == "outcode"}
    assert outcodes == {"XW1", "XW2", "XW3", "XW4"}
    assert {r["kind"] for r in rows} == {"outcode", "town", "village"}
    for row in rows:
        assert abs(float(row["lat"]) - 52.92) < 0.1 and abs(float(row["lon"]) + 1.63) < 0.15
    for service in SERVICES:
        for place in locations(service):
            for address in place.get("addresses", ()):
                assert address["postal_code"].split()[0] in outcodes, service["name"]
            if "latitude" in place:
                assert abs(place["latitude"] - 52.92) < 0.1, service["name"]


def test_dates_times_and_rules_parse() -> None:
    for service in SERVICES:
        if "assured_date" in service:
            assert date.fromisoformat(service["assured_date"]) < date(2027, 1, 1)
        datetime.fromisoformat(service["last_modified"].replace("Z", "+00:00"))
        for row in service.get("schedules", ()):
            if "freq" not in row:
                continue
            opens, closes = (
                time.fromisoformat(row["opens_at"]),
                time.fromisoformat(row["closes_at"]),
            )
            assert opens < closes, service["name"]
            start = datetime.fromisoformat(row["dtstart"])
            rule = f"FREQ={row['freq']};INTERVAL={row['interval']};BYDAY={row['byday']}"
            assert rrulestr(rule, dtstart=start).after(datetime.fromisoformat("2026-11-01")), (
                service["name"]
            )


def test_it_is_as_uneven_as_a_real_directory() -> None:
    def count(test: Any) -> int:
        return sum(bool(test(s)) for s in SERVICES)

    assert count(lambda s: "cost_options" not in s) >= 10
    assert count(lambda s: any(c["amount"] == 0 for c in s.get("cost_options", ()))) >= 20
    assert count(lambda s: any(c["amount"] > 0 for c in s.get("cost_options", ()))) >= 20
    assert count(lambda s: s.get("assured_date", "9") < "2024-11-20") >= 5
    assert count(lambda s: "assured_date" not in s) >= 1
    assert count(lambda s: s["status"] == "temporarily closed") in (2, 3)
    assert count(lambda s: s["status"] == "defunct") == 1
    assert count(lambda s: "schedules" not in s) >= 2
    assert count(lambda s: any("freq" not in r for r in s.get("schedules", ()))) >= 8
    assert count(lambda s: any("addresses" not in p for p in locations(s))) >= 3
    assert count(lambda s: "First visit:" in s["description"]) >= 15
    assert count(lambda s: s["service_areas"][0]["name"] == "United Kingdom") >= 8
    spoken = Counter(x["name"] for s in SERVICES for x in s.get("languages", ()))
    assert min(spoken[x] for x in ("Punjabi", "Polish", "Urdu", "British Sign Language")) >= 3
