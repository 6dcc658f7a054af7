"""HSDS as tables: the CSV packages of 1.1, 2.0 and 3.0, joined into nested services.

Rows wait in a temporary SQLite file, so that a national package needs little memory.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from bot.directory.importer.hsds3 import Record

Row = dict[str, str]

ALIASES = {
    "organization": "organizations", "service": "services", "location": "locations",
    "services_at_location": "service_at_location", "service_at_locations": "service_at_location",
    "services_at_locations": "service_at_location", "phone": "phones", "contact": "contacts",
    "physical_address": "addresses", "physical_addresses": "addresses", "address": "addresses",
    "postal_address": "postal_addresses", "regular_schedule": "schedules",
    "regular_schedules": "schedules", "schedule": "schedules", "language": "languages",
    "accessibility_for_disabilities": "accessibility", "service_taxonomy": "services_taxonomy",
    "service_taxonomies": "services_taxonomy", "services_taxonomies": "services_taxonomy",
    "taxonomies": "taxonomy", "taxonomy_term": "taxonomy_terms", "attribute": "attributes",
    "service_attribute": "attributes", "service_attributes": "attributes",
    "other_attribute": "attributes", "other_attributes": "attributes",
    "cost_option": "cost_options", "service_area": "service_areas",
    "eligibilities": "eligibility", "eligibilitys": "eligibility",
    "organization_identifier": "organization_identifiers",
}  # fmt: skip
LINKS = {
    "service_id": "service",
    "location_id": "location",
    "service_at_location_id": "place",
    "organization_id": "organization",
    "contact_id": "contact",
    "link_id": "any",
}
ENTITIES = frozenset({"organizations", "locations", "taxonomy", "taxonomy_terms"})
_TOO_MANY = "__more_columns__"


def table_name(file_name: str) -> str:
    """The standard's name for a table file: "data/Services_At_Location.csv" and the like."""
    stem = Path(file_name).stem.casefold().replace("-", "_").replace(" ", "_")
    return ALIASES.get(stem, stem)


class Tables:
    """Rows of a package by table and link; use as a context manager."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="directory-import-")
        self._db = sqlite3.connect(str(Path(self._folder.name) / "tables.sqlite"))
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE row (tab TEXT, link TEXT, data TEXT);"
        )
        self.columns: dict[str, set[str]] = {}
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

    def add(self, name: str, rows: Iterable[Row]) -> None:
        """Take in one table; unknown tables are kept out of the joins by their name alone."""
        table = table_name(name)
        columns = self.columns.setdefault(table, set())
        with self._db:
            self._db.executemany(
                "INSERT INTO row VALUES (?, ?, ?)", self._linked(table, rows, columns)
            )

    def _linked(
        self, table: str, rows: Iterable[Row], columns: set[str]
    ) -> Iterator[tuple[str, str, str]]:
        for row in rows:
            if not columns:
                columns.update(row)
            data = json.dumps(row)
            if table == "services":
                yield table, "all", data
                continue
            if table in ENTITIES:
                yield table, f"self:{row.get('id', '')}", data
                continue
            for column, parent in LINKS.items():
                if row.get(column):
                    yield table, f"{parent}:{row[column]}", data

    def _index(self) -> None:
        if not self._indexed:
            self._db.execute("CREATE INDEX row_link ON row (tab, link)")
            self._indexed = True

    def linked(self, table: str, parent: str, key: str | None) -> list[Row]:
        """Rows of ``table`` that belong to the ``parent`` with this id, each once."""
        if not key or table not in self.columns:
            return []
        self._index()
        found = self._db.execute(
            "SELECT DISTINCT data FROM row WHERE tab = ? AND link = ?", (table, f"{parent}:{key}")
        )
        return [json.loads(data) for (data,) in found]

    def one(self, table: str, key: str | None) -> Row | None:
        """The row of an entity table with this id, or ``None``."""
        return next(iter(self.linked(table, "self", key)), None)

    @property
    def is_hsds_3(self) -> bool:
        """Whether the tables are those of HSDS 2 or 3 rather than of 1.1."""
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
        for (data,) in cursor.execute("SELECT data FROM row WHERE tab = 'services' ORDER BY rowid"):
            yield self._nested(json.loads(data))

    def _nested(self, service: Row) -> Record:
        key = service.get("id")
        record: Record = dict(service)
        if _TOO_MANY in service:
            record["__problem__"] = "columns_do_not_match"
        links = self.linked("service_at_location", "service", key)
        if not links and service.get("location_id"):
            links = [{"id": "", "location_id": service["location_id"]}]
        places = [self._place(link) for link in links]
        organization_id = service.get("organization_id")
        if not organization_id and places and places[0].get("location"):
            organization_id = places[0]["location"].get("organization_id")
        record["organization"] = self._organization(organization_id)
        record["service_at_locations"] = places
        record["phones"] = self.linked("phones", "service", key)
        record["contacts"] = self._contacts("service", key)
        own = {link.get("id") for link in links}
        record["schedules"] = [
            row
            for row in self.linked("schedules", "service", key)
            if not row.get("service_at_location_id") or row["service_at_location_id"] not in own
        ]
        record["languages"] = self.linked("languages", "service", key)
        record["cost_options"] = self.linked("cost_options", "service", key)
        record["service_areas"] = self.linked("service_areas", "service", key)
        record["eligibilitys"] = self.linked("eligibility", "service", key)
        record["attributes"] = self._terms(key, service)
        return record

    def _organization(self, key: str | None) -> Record | None:
        row = self.one("organizations", key)
        if row is None:
            return None
        return {
            **row,
            "phones": self.linked("phones", "organization", key),
            "organization_identifiers": self.linked(
                "organization_identifiers", "organization", key
            ),
        }

    def _contacts(self, parent: str, key: str | None) -> list[Record]:
        return [
            {**row, "phones": self.linked("phones", "contact", row.get("id"))}
            for row in self.linked("contacts", parent, key)
        ]

    def _place(self, link: Row) -> Record:
        key, location_id = link.get("id"), link.get("location_id")
        location: Record | None = None
        row = self.one("locations", location_id)
        if row is not None:
            location = {
                **row,
                "addresses": [
                    {"address_type": "physical", **a}
                    for a in self.linked("addresses", "location", location_id)
                ]
                + [
                    {"address_type": "postal", **a}
                    for a in self.linked("postal_addresses", "location", location_id)
                ],
                "accessibility": [
                    {**a, "description": a.get("description") or a.get("accessibility")}
                    for a in self.linked("accessibility", "location", location_id)
                ],
                "phones": self.linked("phones", "location", location_id),
            }
        return {
            **link,
            "location": location,
            "phones": self.linked("phones", "place", key),
            "contacts": self._contacts("place", key),
            "schedules": self.linked("schedules", "place", key),
        }

    def _terms(self, key: str | None, service: Row) -> list[Record]:
        found: list[Record] = []
        for link in self.linked("services_taxonomy", "service", key):
            term = self.one("taxonomy", link.get("taxonomy_id")) or {}
            name = term.get("name") or link.get("taxonomy_detail")
            found.append({"name": name, "taxonomy": term.get("vocabulary")})
        for term_id in filter(None, (service.get("taxonomy_ids") or "").split(",")):
            term = self.one("taxonomy", term_id.strip()) or {}
            found.append({"name": term.get("name"), "taxonomy": term.get("vocabulary")})
        links = self.linked("attributes", "any", key) + self.linked("attributes", "service", key)
        for link in links:
            found.append(dict(self.one("taxonomy_terms", link.get("taxonomy_term_id")) or {}))
        return [{"taxonomy_term": term} for term in found if term.get("name")]


def read_csv(lines: Iterable[str]) -> Iterator[Row]:
    """Rows of a CSV table; a row with too many cells is marked, NUL characters are dropped."""
    csv.field_size_limit(10_000_000)
    reader = csv.DictReader((line.replace("\0", "") for line in lines), restkey=_TOO_MANY)
    for row in reader:
        yield {
            (k or "").strip().casefold() if k != _TOO_MANY else k: (
                v if isinstance(v, str) else json.dumps(v) if v is not None else ""
            )
            for k, v in row.items()
        }
