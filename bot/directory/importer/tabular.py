"""HSDS as tables: the CSV packages of 1.1, 2.0 and 3.0, joined into nested services.

Rows wait in a temporary SQLite file, so that a national package needs little memory. Every row
is used, or told of at the end: set aside with a reason, or passed over as nothing that a service
needs.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.directory.importer.broken import Broken
from bot.directory.importer.csv_rows import EXTRA, LINE, SHORT, Row
from bot.directory.importer.hsds3 import FLAGS, PROBLEM, Record
from bot.directory.importer.personal_data import blanked, raw_text
from bot.directory.importer.repair import storable

ALIASES = {
    "organization": "organizations", "organisation": "organizations",
    "organisations": "organizations", "service": "services", "location": "locations",
    "services_at_location": "service_at_location", "service_at_locations": "service_at_location",
    "services_at_locations": "service_at_location", "phone": "phones", "contact": "contacts",
    "physical_address": "addresses", "physical_addresses": "addresses", "address": "addresses",
    "postal_address": "postal_addresses", "mail_addresses": "postal_addresses",
    "regular_schedule": "schedules", "regular_schedules": "schedules", "schedule": "schedules",
    "holiday_schedule": "holiday_schedules", "language": "languages",
    "accessibility_for_disabilities": "accessibility", "service_taxonomy": "services_taxonomy",
    "service_taxonomies": "services_taxonomy", "services_taxonomies": "services_taxonomy",
    "taxonomies": "taxonomy", "taxonomy_term": "taxonomy_terms", "attribute": "attributes",
    "service_attribute": "attributes", "service_attributes": "attributes",
    "other_attribute": "attributes", "other_attributes": "attributes",
    "cost_option": "cost_options", "service_area": "service_areas",
    "eligibilities": "eligibility", "eligibilitys": "eligibility",
    "organization_identifier": "organization_identifiers",
}  # fmt: skip
# A column that names another row, and the table where that is.
LINKS = {
    "service_id": "services",
    "location_id": "locations",
    "service_at_location_id": "service_at_location",
    "organization_id": "organizations",
    "contact_id": "contacts",
    "link_id": "services",
}
ENTITIES = frozenset({"organizations", "locations", "taxonomy", "taxonomy_terms"})
# All that a service is joined from; other tables say nothing that it needs.
JOINED = ENTITIES | {
    "services", "service_at_location", "phones", "contacts", "addresses", "postal_addresses",
    "schedules", "holiday_schedules", "languages", "accessibility", "services_taxonomy",
    "attributes", "cost_options", "service_areas", "eligibility", "organization_identifiers",
}  # fmt: skip
_OF_1_1 = frozenset(
    {"physical_addresses", "regular_schedules", "holiday_schedules", "services_taxonomy",
     "accessibility_for_disabilities", "eligibility"}
)  # fmt: skip
# Which of its links says best where a row belongs.
_CLOSEST = ("contact_id", "service_id", "service_at_location_id", "location_id",
            "organization_id", "link_id")  # fmt: skip
_BATCH = 5_000


def table_name(file_name: str) -> str:
    """The standard's name for a table file: "data/Services_At_Location.csv" and the like."""
    return ALIASES.get(_stem(file_name), _stem(file_name))


def _stem(file_name: str) -> str:
    stem = Path(file_name).stem.casefold().replace("-", "_").replace(" ", "_")
    # "01_services_2024_05_01" is the table of services.
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", stem) or stem


def is_package(page: Any) -> bool:
    """Whether a JSON object holds the tables of a package, by the names of its lists."""
    if not isinstance(page, dict) or "id" in page:
        return False
    tables = {table_name(key): value for key, value in page.items() if isinstance(value, list)}
    services = tables.get("services")
    if not services or len(tables.keys() & JOINED) < 2:
        return False
    # Services with their children inside are no rows.
    inside = services[0].values() if isinstance(services[0], dict) else ()
    return not any(isinstance(value, dict | list) for value in inside)


def table_rows(name: str, values: Iterable[Any]) -> Iterator[Row | Broken]:
    """Rows of a table that is given as JSON objects, as text like those of a CSV."""
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            row = {k: "" if v is None else storable(str(v)) for k, v in value.items()}
            yield {**row, LINE: str(number)}
        else:
            yield Broken("not_an_object", f"{name} row {number} is no object", blanked(str(value)))


class Tables:
    """Rows of a package by table and link; use as a context manager.

    Attributes:
        columns: of each table.
        passed_over: rows that are nothing of a service, by what they are.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="directory-import-")
        self._db = sqlite3.connect(str(Path(self._folder.name) / "tables.sqlite"))
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE row (number INTEGER PRIMARY KEY, tab TEXT, key TEXT, spot TEXT, "
            "data TEXT);"
            "CREATE TABLE link (tab TEXT, link TEXT, number INTEGER);"
            "CREATE TABLE broken (reason TEXT, detail TEXT, raw TEXT, key TEXT, of_service INT);"
        )
        self.columns: dict[str, set[str]] = {}
        self.passed_over: Counter[str] = Counter()
        self._stems: set[str] = set()
        self._number = 0
        self._used = bytearray()
        self._doubts: set[str] = set()
        self._indexed = False

    def __enter__(self) -> Tables:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, name: str, rows: Iterable[Row | Broken]) -> None:
        """Take in one table, given by the name of its file."""
        table = table_name(name)
        self._stems.add(_stem(name))
        columns = self.columns.setdefault(table, set())
        rows = iter(rows)
        file = storable(Path(name).name)
        while batch := list(islice(rows, _BATCH)):
            found: list[tuple[int, str, str, str, str]] = []
            links: list[tuple[str, str, int]] = []
            broken: list[Broken] = []
            for row in batch:
                if isinstance(row, Broken):
                    broken.append(row)
                    continue
                if table not in JOINED:
                    self.passed_over[f"rows of {table}"] += 1
                    continue
                spot = f"{file} line {row.pop(LINE, '?')}"
                columns.update(row)
                if EXTRA in row and table != "services":
                    detail = f"{spot} has more cells than the table has columns"
                    broken.append(Broken("columns_do_not_match", detail, _raw(table, row)))
                    continue
                self._number += 1
                found.append((self._number, table, _key(row), spot, json.dumps(row)))
                links += [
                    (table, f"{column}:{row[column].strip()}", self._number)
                    for column in LINKS
                    if row.get(column)
                ]
            with self._db:
                self._db.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?)", found)
                self._db.executemany("INSERT INTO link VALUES (?, ?, ?)", links)
                self._db.executemany(
                    "INSERT INTO broken VALUES (?, ?, ?, ?, ?)",
                    [(b.reason, b.detail, b.raw, b.key, table == "services") for b in broken],
                )

    def _index(self) -> None:
        if not self._indexed:
            self._db.execute("CREATE INDEX row_key ON row (tab, key)")
            self._db.execute("CREATE INDEX link_to ON link (tab, link, number)")
            self._used = bytearray(self._number // 8 + 1)
            self._indexed = True

    def _use(self, number: int) -> None:
        self._used[number // 8] |= 1 << number % 8

    def _is_used(self, number: int) -> bool:
        return bool(self._used[number // 8] & 1 << number % 8)

    def linked(
        self, table: str, column: str, key: str | None, unless: tuple[str, ...] = ()
    ) -> list[Row]:
        """Rows of ``table`` that name ``key`` in a column, each once.

        Args:
            table, column, key: which rows.
            unless: columns that say more precisely where a row belongs; rows that have one of
                these are left out.
        """
        if not key or table not in self.columns:
            return []
        self._index()
        found: dict[str, Row] = {}
        for number, data in self._db.execute(
            "SELECT row.number, row.data FROM link JOIN row USING (number) "
            "WHERE link.tab = ? AND link.link = ? ORDER BY row.number",
            (table, f"{column}:{key.strip()}"),
        ):
            if data not in found:
                row = self._row(data)
                if any(row.get(other) for other in unless) or self._is_of_somebody(column, row):
                    continue
                found[data] = row
            self._use(number)
        return list(found.values())

    def _is_of_somebody(self, column: str, row: Row) -> bool:
        """Whether a phone belongs to a contact with a name, whatever else it is linked to."""
        if column == "contact_id" or not row.get("contact_id"):
            return False
        contact = self._first("contacts", row["contact_id"])
        return contact is not None and bool(json.loads(contact[1]).get("name"))

    def _row(self, data: str) -> Row:
        row: Row = json.loads(data)
        if row.pop(SHORT, None):
            self._doubts.add("columns_missing")
        return row

    def _first(self, table: str, key: str | None) -> tuple[int, str] | None:
        if not key or table not in self.columns:
            return None
        self._index()
        found: tuple[int, str] | None = self._db.execute(
            "SELECT number, data FROM row WHERE tab = ? AND key = ? ORDER BY number LIMIT 1",
            (table, key.strip()),
        ).fetchone()
        return found

    def one(self, table: str, key: str | None) -> Row | None:
        """The row of a table with this id, the first of several, or ``None``."""
        found = self._first(table, key)
        if found is None:
            return None
        self._use(found[0])
        return self._row(found[1])

    @property
    def is_hsds_3(self) -> bool:
        """Whether the tables are those of HSDS 2 or 3 rather than of 1.1."""
        if self._stems & _OF_1_1:
            return False
        return "attributes" in self.columns or bool(
            self.columns.get("services", set()) & {"minimum_age", "alert", "last_modified"}
        )

    def count(self) -> int:
        """How many services there are."""
        (found,) = self._db.execute("SELECT count(*) FROM row WHERE tab = 'services'").fetchone()
        return int(found)

    def services(self) -> Iterator[Record]:
        """Each service with its children nested as in HSDS 3.0."""
        self._index()
        cursor = self._db.cursor()
        for (data,) in cursor.execute(
            "SELECT data FROM row WHERE tab = 'services' ORDER BY number"
        ):
            yield self._nested(data)

    def _nested(self, data: str) -> Record:
        self._doubts = set()
        service = self._row(data)
        key = _key(service)
        record: Record = dict(service)
        if EXTRA in service:
            record[PROBLEM] = "columns_do_not_match"
        links = self.linked("service_at_location", "service_id", key)
        if not links and service.get("location_id"):
            links = [{"id": "", "location_id": service["location_id"]}]
        places = [self._place(link) for link in links]
        organization_id = service.get("organization_id")
        if not organization_id and places and places[0].get("location"):
            organization_id = places[0]["location"].get("organization_id")
        record["organization"] = self._organization(organization_id)
        record["service_at_locations"] = places
        record["phones"] = self.linked("phones", "service_id", key)
        record["contacts"] = self._contacts("service_id", key)
        for table in ("schedules", "holiday_schedules"):
            record[table] = self._timed(table, key, places)
        for table in ("languages", "cost_options", "service_areas"):
            record[table] = self.linked(table, "service_id", key)
        record["eligibilitys"] = self.linked("eligibility", "service_id", key)
        record["attributes"] = self._terms(key, service)
        if self._doubts:
            record[FLAGS] = sorted(self._doubts)
        return record

    def _organization(self, key: str | None) -> Record | None:
        row = self.one("organizations", key)
        if row is None:
            return None
        return {
            **row,
            "phones": self.linked("phones", "organization_id", key),
            "contacts": self._contacts(
                "organization_id", key, ("service_id", "service_at_location_id", "location_id")
            ),
            "organization_identifiers": self.linked(
                "organization_identifiers", "organization_id", key
            ),
        }

    def _contacts(self, column: str, key: str | None, unless: tuple[str, ...] = ()) -> list[Record]:
        return [
            {**row, "phones": self.linked("phones", "contact_id", row.get("id"))}
            for row in self.linked("contacts", column, key, unless)
        ]

    def _timed(self, table: str, key: str, places: list[Record]) -> list[Row]:
        """The rows of a service that are not of one of its places; those go to the place."""
        links = {place.get("id") for place in places}
        at = {place.get("location_id"): place for place in places}
        everywhere: list[Row] = []
        for row in self.linked(table, "service_id", key):
            if row.get("service_at_location_id") and row["service_at_location_id"] in links:
                continue
            place = at.get(row.get("location_id")) if row.get("location_id") else None
            (place[table] if place else everywhere).append(row)
        return everywhere

    def _place(self, link: Row) -> Record:
        key, location_id = link.get("id"), link.get("location_id")
        location: Record | None = None
        row = self.one("locations", location_id)
        of_services = ("service_id", "service_at_location_id")
        if row is not None:
            location = {
                **row,
                "addresses": [
                    {"address_type": "physical", **a}
                    for a in self.linked("addresses", "location_id", location_id)
                ]
                + [
                    {"address_type": "postal", **a}
                    for a in self.linked("postal_addresses", "location_id", location_id)
                ],
                "accessibility": [
                    {**a, "description": a.get("description") or a.get("accessibility")}
                    for a in self.linked("accessibility", "location_id", location_id)
                ],
                "phones": self.linked("phones", "location_id", location_id),
                "contacts": self._contacts("location_id", location_id, of_services),
                "languages": self.linked("languages", "location_id", location_id, of_services),
                "schedules": self.linked("schedules", "location_id", location_id, of_services),
                "holiday_schedules": self.linked(
                    "holiday_schedules", "location_id", location_id, of_services
                ),
            }
        return {
            **link,
            "location": location,
            "phones": self.linked("phones", "service_at_location_id", key),
            "contacts": self._contacts("service_at_location_id", key, ("service_id",)),
            "schedules": self.linked("schedules", "service_at_location_id", key),
            "holiday_schedules": self.linked("holiday_schedules", "service_at_location_id", key),
        }

    def _terms(self, key: str, service: Row) -> list[Record]:
        found: list[Record] = []
        for link in self.linked("services_taxonomy", "service_id", key):
            term = self.one("taxonomy", link.get("taxonomy_id")) or {}
            name = term.get("name") or link.get("taxonomy_detail")
            found.append({"name": name, "taxonomy": term.get("vocabulary")})
        for term_id in filter(None, (service.get("taxonomy_ids") or "").split(",")):
            term = self.one("taxonomy", term_id.strip()) or {}
            found.append({"name": term.get("name"), "taxonomy": term.get("vocabulary")})
        links = self.linked("attributes", "link_id", key)
        links += self.linked("attributes", "service_id", key, ("link_id",))
        for link in links:
            found.append(dict(self.one("taxonomy_terms", link.get("taxonomy_term_id")) or {}))
        if any(not term.get("name") for term in found):
            self._doubts.add("term_missing")
        return [{"taxonomy_term": term} for term in found if term.get("name")]

    def left_over(self) -> Iterator[Broken]:
        """Rows that could not be read or belong to nothing, once all services were given.

        What is nothing of a service is only counted, in ``passed_over``.
        """
        self._index()
        for reason, detail, raw, key, of_service in self._db.execute("SELECT * FROM broken"):
            yield Broken(reason, detail, raw, key, bool(of_service))
        cursor = self._db.cursor()
        for number, table, key, spot, data in cursor.execute(
            "SELECT number, tab, key, spot, data FROM row WHERE tab != 'services' ORDER BY number"
        ):
            if self._is_used(number):
                continue
            row = json.loads(data)
            row.pop(SHORT, None)
            why = (
                self._why_unnamed(number, table, key, data)
                if table in ENTITIES
                else self._why_unlinked(table, row)
            )
            if why is not None:
                detail = f"{spot}{why[1]}"
                yield Broken(why[0], detail, _raw(table, row), is_of_service=False)

    def _why_unnamed(self, number: int, table: str, key: str, data: str) -> tuple[str, str] | None:
        if not key:
            return "missing_id", " has no id"
        first = self._first(table, key)
        if first and first[0] != number:
            if first[1] != data:
                return "duplicate_id", f": id {key} came before with other content"
            self.passed_over[f"repeated rows of {table}"] += 1
        else:
            self.passed_over[f"{table} that no service names"] += 1
        return None

    def _why_unlinked(self, table: str, row: Row) -> tuple[str, str] | None:
        column = next((c for c in _CLOSEST if row.get(c)), None)
        if column is None:
            return "parent_missing", " names no service, place, contact or organisation"
        parent, key = LINKS[column], row[column]
        if self._first(parent, key) is None and column != "link_id":
            return "parent_missing", f": {column} {key} is not in the package"
        if parent in ("contacts", "service_at_location"):
            return "parent_missing", f": {column} {key} belongs to no service itself"
        self.passed_over[f"{table} of {parent if column != 'link_id' else 'other records'}"] += 1
        return None


def _key(row: Row) -> str:
    return (row.get("id") or row.get("taxonomy_id") or "").strip()


def _raw(table: str, row: Row) -> str:
    # An address may be one that is not to be shown; cells under wrong names may be a person's.
    if table in ("addresses", "postal_addresses") or (table == "contacts" and EXTRA in row):
        row = {k: v for k, v in row.items() if k.endswith("id")}
    return raw_text({table: [row]})
