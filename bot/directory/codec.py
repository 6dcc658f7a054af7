"""Services to stored JSON and listings back: what is not known is left out."""

from __future__ import annotations

import json
from datetime import date, time
from functools import lru_cache
from typing import Any, TypeVar

from bot.directory.categories import PARENT, Audience, Category, SubCategory
from bot.directory.model import (
    Accessibility,
    AttendingType,
    Contact,
    CostOption,
    Listing,
    Location,
    Phone,
    Precision,
    Schedule,
    Scope,
    Service,
    ServiceStatus,
    Tag,
)
from bot.network.model import Work

T = TypeVar("T")

# Looking a code up is ten times as quick as calling its type, and every match does it thousands of
# times. A code that is not known is a KeyError in place of a ValueError.
_AUDIENCE = {a.value: a for a in Audience}
_ATTENDING = {a.value: a for a in AttendingType}
_PRECISION = {p.value: p for p in Precision}
_SCOPE = {s.value: s for s in Scope}
_STATUS = {s.value: s for s in ServiceStatus}
_SUBCATEGORY = {s.value: s for s in SubCategory}
_WORK = {w.value: w for w in Work}


def _slim(**values: Any) -> dict[str, Any]:
    # The numbers 0 and 0.0 are values (Greenwich has longitude 0), so no plain truth test.
    return {
        k: v for k, v in values.items() if v is not None and v is not False and v != "" and v != []
    }


def _iso(value: date | time | None) -> str | None:
    return value.isoformat() if value is not None else None


def _location(loc: Location) -> dict[str, Any]:
    return _slim(
        id=loc.id,
        name=loc.name,
        address=loc.address,
        postcode=loc.postcode,
        lat=loc.lat,
        lon=loc.lon,
        precision=loc.precision.value,
        masked=loc.masked,
        access=[[a.description, a.details, a.url] for a in loc.accessibility],
        transport=loc.transportation,
        flags=list(loc.flags),
    )


def _schedule(row: Schedule) -> dict[str, Any]:
    return _slim(
        text=row.text,
        freq=row.freq,
        byday=list(row.byday),
        bymonthday=list(row.bymonthday),
        interval=row.interval if row.interval != 1 else None,
        dtstart=_iso(row.dtstart),
        until=_iso(row.until),
        opens=_iso(row.opens_at),
        closes=_iso(row.closes_at),
        valid_from=_iso(row.valid_from),
        valid_to=_iso(row.valid_to),
        attending=row.attending_type.value if row.attending_type else None,
        location=row.location_id,
        closed=[[_iso(first), _iso(last)] for first, last in row.closed],
    )


def encode(service: Service) -> str:
    """The JSON that ``service.listing`` keeps; order is fixed, so that equal services match."""
    return json.dumps(
        _slim(
            name=service.name,
            organization=service.organization.name if service.organization else None,
            description=service.description,
            status=service.status.value,
            tags=[[t.subcategory.value, t.reason] for t in service.tags],
            works=sorted(w.value for w in service.works),
            conditions=list(service.conditions),
            audience=sorted(a.value for a in service.audience),
            min_age=service.min_age,
            max_age=service.max_age,
            eligibility=service.eligibility,
            # A free option has amount 0, which must survive the slimming.
            costs=[[c.amount, c.currency, c.option, c.description] for c in service.cost_options],
            fees=service.fees_text,
            schedules=[_schedule(s) for s in service.schedules],
            attending=[a.value for a in service.attending_types],
            joining=list(service.attending_access),
            locations=[_location(loc) for loc in service.locations],
            phones=[[p.as_written, p.e164, p.extension, p.description] for p in service.phones],
            email=service.email,
            url=service.url,
            role=next((c.role for c in service.contacts if c.role), None),
            languages=list(service.languages),
            scope=service.scope.value,
            area=service.service_area,
            area_codes=list(service.area_codes),
            assured=_iso(service.assured_date),
            modified=_iso(service.last_modified),
            ends=_iso(service.ends),
            flags=list(service.flags),
        ),
        ensure_ascii=True,
        separators=(",", ":"),
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _time(value: str | None) -> time | None:
    return time.fromisoformat(value) if value else None


# The same few are read over and over.


@lru_cache(maxsize=10_000)
def _tag(subcategory: str, reason: str) -> Tag:
    return Tag(_SUBCATEGORY[subcategory], reason)


@lru_cache(maxsize=1_000)
def _categories(subcategories: frozenset[SubCategory]) -> frozenset[Category]:
    return frozenset(PARENT[sub] for sub in subcategories)


@lru_cache(maxsize=10_000)
def _cost(*values: Any) -> CostOption:
    return CostOption(*values)


def _built(kind: type[T], **values: Any) -> T:
    """Of every field of a frozen dataclass; its own ``__init__`` takes several times as long."""
    made = object.__new__(kind)
    made.__dict__.update(values)
    return made


def _read_location(raw: dict[str, Any]) -> Location:
    return _built(
        Location,
        id=raw["id"],
        name=raw.get("name"),
        address=raw.get("address"),
        postcode=raw.get("postcode"),
        lat=raw.get("lat"),
        lon=raw.get("lon"),
        precision=_PRECISION[raw["precision"]],
        masked=raw.get("masked", False),
        accessibility=tuple(Accessibility(*a) for a in raw.get("access", ())),
        transportation=raw.get("transport"),
        flags=tuple(raw.get("flags", ())),
    )


def _read_schedule(raw: dict[str, Any]) -> Schedule:
    return _built(
        Schedule,
        text=raw.get("text", ""),
        freq=raw.get("freq"),
        byday=tuple(raw.get("byday", ())),
        bymonthday=tuple(raw.get("bymonthday", ())),
        interval=raw.get("interval", 1),
        dtstart=_date(raw.get("dtstart")),
        until=_date(raw.get("until")),
        opens_at=_time(raw.get("opens")),
        closes_at=_time(raw.get("closes")),
        valid_from=_date(raw.get("valid_from")),
        valid_to=_date(raw.get("valid_to")),
        attending_type=_ATTENDING[raw["attending"]] if "attending" in raw else None,
        location_id=raw.get("location"),
        closed=tuple(
            (date.fromisoformat(first), date.fromisoformat(last))
            for first, last in raw.get("closed", ())
        ),
    )


def _access_notes(locations: tuple[Location, ...]) -> tuple[str, ...]:
    """What is said of the first place, which is the one that a card names."""
    notes = (a for loc in locations[:1] for a in loc.accessibility)
    return tuple(
        dict.fromkeys(
            a.description if not a.details else f"{a.description}. {a.details}" for a in notes
        )
    )


@lru_cache(maxsize=20_000)
def decode(
    key: int,
    content: str,
    feed: str,
    source_id: str,
    licence: str | None,
    attribution: str | None,
) -> Listing:
    """A listing from its stored JSON, without a distance; kept in memory while unchanged."""
    raw = json.loads(content)
    tags = tuple(_tag(sub, reason) for sub, reason in raw.get("tags", ()))
    subcategories = frozenset(t.subcategory for t in tags)
    locations = tuple(_read_location(loc) for loc in raw.get("locations", ()))
    return _built(
        Listing,
        id=key,
        feed=feed,
        source_id=source_id,
        name=raw["name"],
        organization_name=raw.get("organization"),
        description=raw.get("description", ""),
        status=_STATUS[raw["status"]],
        categories=_categories(subcategories),
        subcategories=subcategories,
        tags=tags,
        works=frozenset(_WORK[w] for w in raw.get("works", ())),
        conditions=frozenset(raw.get("conditions", ())),
        audience=frozenset(_AUDIENCE[a] for a in raw.get("audience", ())),
        min_age=raw.get("min_age"),
        max_age=raw.get("max_age"),
        eligibility=raw.get("eligibility"),
        cost_options=tuple(_cost(*c) for c in raw.get("costs", ())),
        fees_text=raw.get("fees"),
        schedules=tuple(_read_schedule(s) for s in raw.get("schedules", ())),
        attending_types=frozenset(_ATTENDING[a] for a in raw.get("attending", ())),
        attending_access=tuple(raw.get("joining", ())),
        locations=locations,
        distance_km=None,
        precision=Precision.NONE,
        access_notes=_access_notes(locations),
        contact=Contact(
            phones=tuple(Phone(*p) for p in raw.get("phones", ())),
            email=raw.get("email"),
            url=raw.get("url"),
            role=raw.get("role"),
        ),
        languages=tuple(raw.get("languages", ())),
        scope=_SCOPE[raw["scope"]],
        service_area=raw.get("area"),
        area_codes=tuple(raw.get("area_codes", ())),
        assured_date=_date(raw.get("assured")),
        last_modified=_date(raw.get("modified")),
        ends=_date(raw.get("ends")),
        licence=licence,
        attribution=attribution,
        flags=tuple(raw.get("flags", ())),
    )


def at_distance(listing: Listing, km: float, nearest: str) -> Listing:
    """The listing with its distance, and its nearest location first."""
    first = [loc for loc in listing.locations if loc.id == nearest]
    rest = [loc for loc in listing.locations if loc.id != nearest]
    precision = first[0].precision if first else Precision.NONE
    # As dataclasses.replace, which takes ten times as long, and every match makes hundreds.
    here = {"distance_km": round(km, 2), "locations": (*first, *rest), "precision": precision}
    if rest:
        here["access_notes"] = _access_notes((*first, *rest))
    return _built(Listing, **(vars(listing) | here))
