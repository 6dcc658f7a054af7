"""ORUK 1.0 JSON (2020): HSDS 1.1 with the extensions of the Local Government Association."""

from __future__ import annotations

from typing import Any

from bot.directory.importer.hsds3 import Record, items
from bot.directory.importer.hsds3 import to_neutral as _hsds3
from bot.directory.importer.repair import clean_age, clean_text


def to_neutral(record: Record) -> Record:
    """An ORUK 1.0 service in the shape of HSDS 3.0; what is 3.0 already stays as it is."""
    record = _hsds3(record)
    new: Record = dict(record)
    for age in ("minimum_age", "maximum_age"):
        new[age] = record.get(age, record.get(f"{age[:3]}_age"))
    times = (record.get("schedules"), record.get("regular_schedules"))
    new["schedules"] = [row for rows in times for row in items(rows, "description")]
    new["service_at_locations"] = [_place(p) for p in items(record.get("service_at_locations"))]
    new["attributes"] = items(record.get("attributes")) + [
        {"taxonomy_term": _term(link)} for link in items(record.get("service_taxonomys"))
    ]
    new["service_areas"] = [
        {**area, "name": area.get("name") or area.get("service_area")}
        for area in items(record.get("service_areas"), "name")
    ]
    new["languages"] = [
        {**language, "name": language.get("name") or language.get("language")}
        for language in items(record.get("languages"), "name")
    ]
    new["funding"] = items(record.get("funding")) + items(record.get("fundings"))
    _eligibility(record, new)
    return new


def _term(link: Record) -> Record:
    term = link.get("taxonomy") if isinstance(link.get("taxonomy"), dict) else link
    term = term or {}
    return {
        "name": term.get("name"),
        "taxonomy": term.get("vocabulary"),
        "term_uri": term.get("uri") or term.get("id"),
    }


def _place(link: Record) -> Record:
    location = link.get("location")
    if not isinstance(location, dict):
        return link
    addresses = items(location.get("addresses"), "address_1")
    addresses += [
        {"address_type": "physical", **a} for a in items(location.get("physical_addresses"))
    ]
    addresses += [{"address_type": "postal", **a} for a in items(location.get("postal_addresses"))]
    access = items(location.get("accessibility")) + [
        {**a, "description": a.get("description") or a.get("accessibility")}
        for a in items(location.get("accessibility_for_disabilities"))
    ]
    schedules = items(link.get("schedules")) + items(link.get("regular_schedules"))
    schedules += items(location.get("regular_schedules"))
    return {
        **link,
        "schedules": schedules,
        "location": {**location, "addresses": addresses, "accessibility": access},
    }


def _eligibility(record: Record, new: Record) -> None:
    rows: list[Any] = items(record.get("eligibilitys")) + items(record.get("eligibilities"))
    if not rows:
        return
    lows = [clean_age(r.get("minimum_age", r.get("min_age"))) for r in rows]
    highs = [clean_age(r.get("maximum_age", r.get("max_age"))) for r in rows]
    # Several rows are alternatives; one without a limit opens that end. In tables an age that
    # the service itself does not give is "".
    if clean_age(new.get("minimum_age")) is None and None not in lows:
        new["minimum_age"] = min(a for a in lows if a is not None)
    if clean_age(new.get("maximum_age")) is None and None not in highs:
        new["maximum_age"] = max(a for a in highs if a is not None)
    words = [clean_text(r.get("eligibility"), one_line=True) for r in rows]
    words += [
        clean_text(_term(t)["name"], one_line=True) for r in rows for t in items(r.get("taxonomys"))
    ]
    named = dict.fromkeys(w for w in words if w and w.casefold() not in ("all", "any"))
    if named and not record.get("eligibility_description"):
        new["eligibility_description"] = ", ".join(named)
