"""Listings for the tests of matching: made one by one, or the sample directory's own.

The sample is read here plainly, with the real tags but without the importer and the store, so
that these tests judge the ranking and nothing else.
"""

from __future__ import annotations

import json
from datetime import date, time
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from bot.directory.categories import PARENT, SubCategory
from bot.directory.model import (
    AttendingType,
    Contact,
    CostOption,
    Listing,
    Location,
    Phone,
    Precision,
    Schedule,
    Scope,
    ServiceStatus,
    Term,
)
from bot.directory.places import Place, PlaceKind, haversine_km
from bot.directory.tagging import tag

SAMPLE = Path(__file__).resolve().parents[2] / "bot" / "directory" / "sample"
TODAY = date(2026, 11, 23)
MARLOWBY = Place("Marlowby", 52.9051, -1.6055, PlaceKind.TOWN, Precision.AREA)

_ids = count(1)


def listing(*subs: SubCategory, **values: Any) -> Listing:
    """A good, free, near, recently checked weekly group unless told otherwise."""
    number = next(_ids)
    base: dict[str, Any] = {
        "id": number,
        "feed": "test",
        "source_id": f"s{number:05d}",
        "name": f"Service {number:05d}",
        "subcategories": frozenset(subs),
        "categories": frozenset(PARENT[s] for s in subs),
        "attending_types": frozenset({AttendingType.VENUE}),
        "locations": (Location("l", "Hall", "1 High Street", "XW1 4AB", 52.9, -1.6),),
        "distance_km": 1.5,
        "precision": Precision.EXACT,
        "cost_options": (CostOption(0.0),),
        "schedules": (Schedule("Tuesdays", "WEEKLY", ("TU",), opens_at=time(10)),),
        "assured_date": date(2026, 9, 1),
        "organization_name": f"Organisation {number}",
    }
    return Listing(**{**base, **values})


def _schedule(row: dict[str, Any]) -> Schedule:
    def clock(key: str) -> time | None:
        return time.fromisoformat(row[key]) if key in row else None

    return Schedule(
        text=row.get("description", ""),
        freq=row.get("freq"),
        byday=tuple(row["byday"].split(",")) if "byday" in row else (),
        interval=int(row.get("interval", 1)),
        dtstart=date.fromisoformat(row["dtstart"]) if "dtstart" in row else None,
        opens_at=clock("opens_at"),
        closes_at=clock("closes_at"),
    )


def _listing(number: int, s: dict[str, Any], place: Place) -> Listing:
    terms = [a["taxonomy_term"] for a in s["attributes"]]
    tagging = tag(
        s["name"],
        s["description"],
        [Term(t["name"], t["taxonomy"]) for t in terms],
        s.get("eligibility_description", ""),
    )
    tags = tagging.tags
    subs = frozenset(t.subcategory for t in tags)
    rows = [x["location"] for x in s.get("service_at_locations", ())]
    locations = []
    for row in rows:
        address = next(iter(row.get("addresses", ())), {})
        locations.append(
            Location(
                row["id"],
                row["name"] if row["location_type"] == "physical" else None,
                address.get("address_1"),
                address.get("postal_code"),
                row.get("latitude"),
                row.get("longitude"),
                Precision.EXACT if "latitude" in row else Precision.NONE,
                transportation=row.get("transportation"),
            )
        )
    points = [(x.lat, x.lon) for x in locations if x.lat is not None and x.lon is not None]
    area = s["service_areas"][0]["name"]
    attending = {r["attending_type"] for r in s.get("schedules", ()) if "attending_type" in r}
    kinds = {"venue": "venue", "phone": "phone", "online": "online", "home visit": "home"}
    return Listing(
        id=number,
        feed="sample",
        source_id=s["id"],
        name=s["name"],
        organization_name=s["organization"]["name"],
        description=s["description"],
        status=ServiceStatus(s["status"].replace(" ", "_")),
        categories=frozenset(PARENT[x] for x in subs),
        subcategories=subs,
        tags=tags,
        audience=tagging.audience,
        conditions=frozenset(tagging.conditions),
        min_age=s.get("minimum_age"),
        max_age=s.get("maximum_age"),
        eligibility=s.get("eligibility_description"),
        cost_options=tuple(
            CostOption(c["amount"], option=c.get("option"), description=c["amount_description"])
            for c in s.get("cost_options", ())
        ),
        schedules=tuple(_schedule(r) for r in s.get("schedules", ())),
        attending_types=frozenset(AttendingType(kinds[a]) for a in attending),
        locations=tuple(locations),
        distance_km=min((haversine_km(place.lat, place.lon, *p) for p in points), default=None),
        precision=Precision.EXACT if points else Precision.NONE,
        access_notes=tuple(a["description"] for r in rows for a in r.get("accessibility", ())),
        contact=Contact(
            phones=tuple(
                Phone(p["number"], "+44" + p["number"].replace(" ", "")[1:])
                for c in s.get("contacts", ())
                for p in c["phones"]
            ),
            email=s.get("email"),
            url=s.get("url"),
        ),
        languages=tuple(x["name"] for x in s.get("languages", ())),
        scope=Scope.NATIONAL if area == "United Kingdom" else Scope.LOCAL,
        service_area=area,
        assured_date=date.fromisoformat(s["assured_date"]) if "assured_date" in s else None,
        last_modified=date.fromisoformat(s["last_modified"][:10]),
        licence="CC0-1.0",
        attribution="Marlowby sample directory",
    )


@lru_cache(maxsize=4)
def sample(place: Place = MARLOWBY) -> tuple[Listing, ...]:
    """All of the sample directory as seen from ``place``."""
    services = [
        s
        for page in sorted(SAMPLE.glob("services_page_*.json"))
        for s in json.loads(page.read_text("utf-8"))["contents"]
    ]
    return tuple(_listing(i, s, place) for i, s in enumerate(services, 1))
