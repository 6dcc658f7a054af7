"""Which dialect a record is in, and where the services are in a page: found by looking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.directory.importer import hsds3, oruk1, outpost
from bot.directory.importer.hsds3 import Record, items
from bot.network.model import Code


class Dialect(Code):
    """The formats that the importer reads."""

    HSDS_1_1_CSV = "HSDS 1.1 CSV"
    HSDS_3_0_CSV = "HSDS 3.0 CSV"
    HSDS_3_0 = "HSDS 3.0 JSON"
    ORUK_1_0 = "ORUK 1.0 JSON"
    ORUK_3_0 = "ORUK 3.0 JSON"
    OUTPOST = "Outpost JSON"


_OUTPOST_KEYS = frozenset(
    {
        "suitabilities",
        "send_needs",
        "local_offer",
        "needs_referral",
        "visible_from",
        "directories",
        "target_directories",
        "age_band_all",
        "taxonomies",
        "min_age",
        "max_age",
    }
)
_ORUK1_KEYS = frozenset(
    {
        "service_taxonomys",
        "eligibilitys",
        "eligibilities",
        "regular_schedules",
        "holiday_schedules",
        "fundings",
        "reviews",
        "attending_type",
        "attending_access",
        "deliverable_type",
    }
)
_HSDS3_KEYS = frozenset(
    {
        "alternate_name",
        "interpretation_services",
        "application_process",
        "fees_description",
        "wait_time",
        "eligibility_description",
        "licenses",
        "additional_urls",
        "capacities",
        "program",
    }
)
LISTS = ("contents", "content", "services", "data", "items", "results")
_ENVELOPE = frozenset(
    {
        "total_items",
        "total_pages",
        "page_number",
        "totalElements",
        "totalPages",
        "first_page",
        "last_page",
    }
)

READERS: dict[Dialect, Callable[[Record], Record]] = {
    Dialect.HSDS_3_0: hsds3.to_neutral,
    Dialect.ORUK_3_0: hsds3.to_neutral,
    Dialect.ORUK_1_0: oruk1.to_neutral,
    Dialect.OUTPOST: outpost.to_neutral,
    Dialect.HSDS_1_1_CSV: oruk1.to_neutral,
    Dialect.HSDS_3_0_CSV: hsds3.to_neutral,
}


def dialect_of(record: Record) -> Dialect:
    """The dialect of one service record; ORUK 3.0 where nothing points elsewhere."""
    keys = record.keys()
    # JSON true, false and null keys are common to all: only names tell.
    if len(keys & _OUTPOST_KEYS) >= 2 or ("locations" in keys and _has_geometry(record)):
        return Dialect.OUTPOST
    if keys & _ORUK1_KEYS or _has_old_addresses(record):
        return Dialect.ORUK_1_0
    if keys & _HSDS3_KEYS:
        return Dialect.HSDS_3_0
    return Dialect.ORUK_3_0


def _has_geometry(record: Record) -> bool:
    return any(
        "geometry" in place or "postal_code" in place for place in items(record["locations"])
    )


def _has_old_addresses(record: Record) -> bool:
    return any(
        isinstance(place := link.get("location"), dict) and "physical_addresses" in place
        for link in items(record.get("service_at_locations"))
    )


def is_envelope(page: Any) -> bool:
    """Whether a JSON value is a page: a list in an object with page numbers, or ``contents``."""
    return isinstance(page, dict) and any(isinstance(page.get(k), list) for k in LISTS)


def page_items(page: Any) -> list[Any]:
    """The things that a page lists; a bare list is a page, a bare object lists itself."""
    if isinstance(page, list):
        return page
    if isinstance(page, dict):
        for key in LISTS:
            # An organisation carries "services" too, but is a record by itself.
            if isinstance(page.get(key), list) and not (key == "services" and "id" in page):
                return list(page[key])
        return [page] if page and not (page.keys() & _ENVELOPE) else []
    return [page]


_NOT_SERVICES: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    # Keys that mark another kind of record, and keys whose absence confirms it.
    (
        frozenset({"taxonomy", "parent_id", "term_uri", "vocabulary", "code", "version"}),
        frozenset({"status", "organization", "organization_id", "service_at_locations"}),
    ),
    (
        frozenset({"legal_status", "organization_identifiers", "tax_status", "year_incorporated",
                   "parent_organization_id", "logo"}),
        frozenset({"status", "organization", "organization_id", "service_at_locations"}),
    ),
    (
        frozenset({"latitude", "longitude", "location_type", "addresses", "physical_addresses"}),
        frozenset({"status", "organization", "service_at_locations", "schedules"}),
    ),
    (frozenset({"openapi", "swagger", "$schema", "openapi_url"}), frozenset({"status"})),
)  # fmt: skip


def services_in(item: Any) -> Iterator[Any]:
    """The service records in one listed thing.

    A service gives itself; an organisation its services; a service-at-location its service;
    taxonomies, terms, places and schemas give none. What is not an object is given on, so that
    it is quarantined and counted.
    """
    if not isinstance(item, dict):
        yield item
        return
    if isinstance(item.get("service"), dict) and ("location" in item or "service_id" in item):
        service = item["service"]
        link = {k: v for k, v in item.items() if k != "service"}
        yield {**service, "service_at_locations": [link]}
        return
    if isinstance(item.get("services"), list):
        organization = {k: v for k, v in item.items() if k != "services"}
        for service in items(item["services"]):
            yield {"organization": organization, **service}
        return
    for marks, absent in _NOT_SERVICES:
        if item.keys() & marks and not item.keys() & absent:
            return
    yield item
