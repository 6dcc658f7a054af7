"""The dialect of Outpost, "nearly ORUK 1.0": Buckinghamshire and other councils.

Its places are GeoJSON (longitude first), its ids whole numbers, and its taxonomies,
suitabilities and special needs plain lists.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.directory.importer import repair
from bot.directory.importer.hsds3 import Record, items
from bot.directory.importer.hsds3 import to_neutral as _hsds3


def to_neutral(record: Record) -> Record:
    """An Outpost service in the shape of HSDS 3.0."""
    record = _hsds3(record)
    new: Record = dict(record)
    new["minimum_age"] = record.get("minimum_age", record.get("min_age"))
    new["maximum_age"] = record.get("maximum_age", record.get("max_age"))
    new["last_modified"] = record.get("last_modified") or record.get("updated_at")
    new["schedules"] = items(record.get("schedules"), "description") + [
        _schedule(s) for s in items(record.get("regular_schedules"))
    ]
    new["contacts"] = [
        _contact(c) for c in items(record.get("contacts")) if not repair.says_no(c.get("visible"))
    ]
    new["attributes"] = [
        *items(record.get("attributes")),
        *_terms(record.get("taxonomies"), "taxonomy"),
        *_terms(record.get("suitabilities"), "suitability"),
        *_terms(record.get("send_needs"), "send_need"),
    ]
    new["cost_options"] = [
        {**c, "amount_description": c.get("amount_description") or c.get("cost_type")}
        for c in items(record.get("cost_options"), "amount_description")
    ]
    if is_hidden(record):
        new["status"] = "inactive"
    elif repair.says_yes(record.get("temporarily_closed")):
        new["status"] = "temporarily closed"
    if repair.says_yes(record.get("needs_referral")):
        new["attending_access"] = "referral"
    if not record.get("url"):
        new["url"] = next((link.get("url") for link in items(record.get("links"))), None)
    new["service_at_locations"] = _places(record)
    return new


def is_hidden(record: Record, today: date | None = None) -> bool:
    """Whether its owner does not show it today: not approved, not visible, before or after it is.

    The rule is Outpost's own (``Service#status``): both days are still days on which it is shown.
    """
    if repair.says_no(record.get("visible")) or repair.says_no(record.get("approved")):
        return True
    deleted = record.get("marked_for_deletion")
    if record.get("discarded_at") or (deleted and not repair.says_no(deleted)):
        return True
    return not repair.is_within(record.get("visible_from"), record.get("visible_to"), today)


def _places(record: Record) -> list[Record]:
    links = [s for s in items(record.get("service_at_locations")) if s.get("location")]
    seen = {str(s["location"].get("id")) for s in links if isinstance(s["location"], dict)}
    links += [
        {"location": place}
        for place in items(record.get("locations"))
        if str(place.get("id")) not in seen
    ]
    return [
        {**link, "schedules": _link_schedules(link), "location": _location(link["location"])}
        for link in links
        if isinstance(link["location"], dict)
        and not repair.says_no(link["location"].get("visible"))
    ]


def _link_schedules(link: Record) -> list[Record]:
    rows = items(link.get("regular_schedule")) + items(link.get("regular_schedules"))
    return items(link.get("schedules")) + [_schedule(s) for s in rows]


def _location(place: Record) -> Record:
    latitude, longitude = place.get("latitude"), place.get("longitude")
    geometry = place.get("geometry")
    if latitude is None and isinstance(geometry, dict):
        coordinates = geometry.get("coordinates")
        if isinstance(coordinates, list) and len(coordinates) >= 2:
            longitude, latitude = coordinates[0], coordinates[1]
    addresses = items(place.get("addresses"))
    if not addresses:
        keys = ("address_1", "city", "region", "state_province", "postal_code", "country")
        address = {k: place[k] for k in keys if place.get(k)}
        addresses = [{**address, "address_type": "physical"}] if address else []
    return {
        **place,
        "latitude": latitude,
        "longitude": longitude,
        "addresses": addresses,
        "accessibility": items(place.get("accessibility"))
        + [{"description": a.get("name")} for a in items(place.get("accessibilities"))],
    }


def _schedule(row: Record) -> Record:
    # Its freq is "week" or "month"; a row with only a weekday is weekly.
    return {**row, "byday": row.get("byday") or row.get("weekday")}


def _contact(contact: Record) -> Record:
    phones = items(contact.get("phones"), "number")
    if contact.get("phone"):
        phones = [*phones, {"number": contact["phone"]}]
    return {**contact, "phones": phones}


def _terms(value: Any, scheme: str) -> list[Record]:
    return [
        {"taxonomy_term": {"name": t.get("name"), "taxonomy": scheme, "term": t.get("slug")}}
        for t in items(value)
    ]
