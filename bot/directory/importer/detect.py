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


class Kind(Code):
    """What a listed thing is. ``UNKNOWN`` is taken for a service: it may be a scant one."""

    SERVICE = "service"
    SERVICE_AT_LOCATION = "service_at_location"
    ORGANIZATION = "organization"
    LOCATION = "location"
    TAXONOMY = "taxonomy"
    DESCRIPTION = "description"
    UNKNOWN = "unknown"


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
# Lists that belong to one record: never a page's own list.
CHILDREN = frozenset(
    {"accessibility", "addresses", "physical_addresses", "postal_addresses", "attributes",
     "contacts", "cost_options", "eligibilitys", "eligibilities", "funding", "fundings",
     "holiday_schedules", "languages", "links", "locations", "organization_identifiers", "phones",
     "regular_schedules", "reviews", "schedules", "send_needs", "service_areas",
     "service_taxonomys", "suitabilities", "taxonomies", "taxonomy_terms"}
)  # fmt: skip
_DEEPEST_LIST = 4

READERS: dict[Dialect, Callable[[Record], Record]] = {
    Dialect.HSDS_3_0: hsds3.to_neutral,
    Dialect.ORUK_3_0: hsds3.to_neutral,
    Dialect.ORUK_1_0: oruk1.to_neutral,
    Dialect.OUTPOST: outpost.to_neutral,
    # Packages mix the versions: an eligibility table beside the columns of 3.0.
    Dialect.HSDS_1_1_CSV: oruk1.to_neutral,
    Dialect.HSDS_3_0_CSV: oruk1.to_neutral,
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


_OF_SERVICES = frozenset(
    {"status", "organization", "organisation", "service_at_locations", "attending_type",
     "attending_access", "eligibilitys", "eligibilities", "service_taxonomys", "cost_options",
     "fees", "fees_description", "application_process", "eligibility_description", "minimum_age",
     "maximum_age", "min_age", "max_age", "assured_date", "accreditations",
     "interpretation_services", "wait_time", "deliverable_type", "suitabilities", "send_needs",
     "needs_referral", "program_id", "alert", "service_areas"}
)  # fmt: skip
# Keys that mark another kind of record, where none of those above is there.
_MARKS: tuple[tuple[Kind, frozenset[str]], ...] = (
    (Kind.LOCATION, frozenset({"latitude", "longitude", "location_type", "addresses",
                               "physical_addresses", "transportation", "mask_exact_address"})),
    (Kind.ORGANIZATION, frozenset({"legal_status", "organization_identifiers", "tax_status",
                                   "tax_id", "year_incorporated", "parent_organization_id", "logo",
                                   "website"})),
    (Kind.TAXONOMY, frozenset({"taxonomy", "taxonomy_id", "taxonomy_terms", "parent_id", "parent",
                               "term_uri", "vocabulary", "code", "version", "sub_categories"})),
)  # fmt: skip
_OF_A_TAXONOMY = frozenset({"id", "name", "description", "uri"})
_OF_RECORDS = frozenset({"id", "name", "service"})
_DESCRIBES = frozenset({"openapi", "swagger", "$schema", "$defs", "openapi_url", "resources"})


def kind_of(item: Record) -> Kind:
    """What a listed object is, by the names of its properties."""
    keys = item.keys()
    if isinstance(item.get("service"), dict):
        return Kind.SERVICE_AT_LOCATION
    if {"service_id", "location"} <= keys and "name" not in keys:
        return Kind.SERVICE_AT_LOCATION
    if isinstance(item.get("services"), list):
        return Kind.ORGANIZATION
    if keys & _OF_SERVICES:
        return Kind.SERVICE
    if "services" in keys:  # One without services says so with null.
        return Kind.ORGANIZATION
    if keys & _DESCRIBES or (item.get("type") == "object" and "properties" in keys):
        return Kind.DESCRIPTION
    for kind, marks in _MARKS:
        if keys & marks:
            return kind
    # A taxonomy says no more than this, and only it has a "uri".
    return Kind.TAXONOMY if "uri" in keys and keys <= _OF_A_TAXONOMY else Kind.UNKNOWN


def is_record(value: Any) -> bool:
    """Whether a JSON value is one record rather than what lists several."""
    if not isinstance(value, dict):
        return False
    keys = value.keys()
    # "status" alone may be how the call went.
    return bool(keys & (_OF_RECORDS | _DESCRIBES)) or len(keys & _OF_SERVICES) > 1


def is_envelope(page: Any) -> bool:
    """Whether a JSON value is a page: a list in an object with page numbers, or ``contents``."""
    return isinstance(page, dict) and any(isinstance(page.get(k), list) for k in LISTS)


def page_items(page: Any) -> list[Any]:
    """The things that a page lists; a bare list is a page, a bare object lists itself.

    A list under an unusual name, or some objects down, is found too.
    """
    if isinstance(page, list):
        if page and all(is_envelope(each) for each in page):
            return [item for each in page for item in page_items(each)]  # as "jq -s" makes it
        return page
    if not isinstance(page, dict):
        return [page]
    # An organisation carries "services" too, but is a record by itself.
    lists = [
        k for k in LISTS if isinstance(page.get(k), list) and not (k == "services" and "id" in page)
    ]
    if lists and not ("name" in page and kind_of(page) is Kind.SERVICE):
        return list(page[next((k for k in lists if page[k]), lists[0])])
    if not page.keys() & _ENVELOPE and is_record(page):
        return [page]
    return _listed_within(page, _DEEPEST_LIST)


def _listed_within(page: dict[str, Any], depth: int) -> list[Any]:
    found: list[Any] = []
    for key, value in page.items():
        if isinstance(value, list):
            if key not in CHILDREN and any(is_record(v) for v in value):
                found += value
        elif isinstance(value, dict) and depth:
            found += [value] if is_record(value) else _listed_within(value, depth - 1)
    return found


def services_in(item: Any) -> Iterator[Any]:
    """The service records in one listed thing.

    A service gives itself; an organisation its services; a service-at-location its service;
    taxonomies, terms, places and schemas give none. What is not an object is given on, so that
    it is quarantined and counted.
    """
    if not isinstance(item, dict):
        yield item
        return
    kind = kind_of(item)
    if kind is Kind.SERVICE_AT_LOCATION:
        if isinstance(item.get("service"), dict):
            yield with_links(item["service"], [link_of(item)])
    elif kind is Kind.ORGANIZATION:
        organization = {k: v for k, v in item.items() if k != "services"}
        services = item.get("services")
        for service in services if isinstance(services, list) else ():
            if isinstance(service, dict):
                own = service.get("organization") or service.get("organisation")
                service = {**service, "organization": own or organization}
            yield service
    elif kind in (Kind.SERVICE, Kind.UNKNOWN):
        yield item


def link_of(item: Record) -> Record:
    """A service-at-location without the service in it."""
    return {k: v for k, v in item.items() if k != "service"}


def with_links(service: Record, links: list[Record]) -> Record:
    """A service with places that came apart from it, unless it has them already."""
    own = items(service.get("service_at_locations"))
    known = {_link_key(link) for link in own}
    # A wrapper of nothing but the service is no place.
    new = {k: link for link in links if link and (k := _link_key(link)) not in known}
    return {**service, "service_at_locations": [*own, *new.values()]} if new else service


def _link_key(link: Record) -> str:
    place = link.get("location")
    return str(link.get("id") or (place.get("id") if isinstance(place, dict) else None) or id(link))
