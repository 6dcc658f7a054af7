"""Services at locations that a feed lists as records of their own, put to their services.

HSDS 3.0 and ORUK 3.0 APIs have an endpoint for them, with the service inside each, so that a
service with three places comes three times. They wait in a temporary SQLite file.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from bot.directory.importer.broken import Broken
from bot.directory.importer.detect import link_of, with_links
from bot.directory.importer.hsds3 import Record
from bot.directory.importer.normalise import source_id
from bot.directory.importer.personal_data import raw_text


class PlacesApart:
    """Links to places by their services' ids."""

    def __init__(self) -> None:
        # SQLite makes a temporary file for "" and takes it away when it is closed.
        self._db = sqlite3.connect("")
        self._db.execute(
            "CREATE TABLE link (number INTEGER PRIMARY KEY, service TEXT, data TEXT, taken INTEGER)"
        )
        self._db.execute("CREATE INDEX link_of ON link (service, taken)")
        self._any = False

    def close(self) -> None:
        """Let go of them."""
        self._db.close()

    def add(self, item: Record) -> Broken | None:
        """Keep a service at location, unless it cannot be used."""
        key = source_id(item.get("service")) or source_id({"id": item.get("service_id")})
        name = f"service_at_location {source_id(item) or 'without an id'}"
        if key is None:
            return Broken("parent_missing", f"{name} names no service", raw_text(item))
        try:
            data = json.dumps(item)
        except RecursionError:
            return Broken("nested_too_deeply", f"{name} is nested too deeply to be read")
        self._any = True
        self._db.execute("INSERT INTO link (service, data, taken) VALUES (?, ?, 0)", (key, data))
        return None

    def completed(self, service: Record) -> Record:
        """A service that is listed by itself, with the places that came apart."""
        key = source_id(service) if self._any else None
        links = [link_of(item) for item in self._of(key)] if key else []
        if not links:
            return service
        self._db.execute("UPDATE link SET taken = 1 WHERE service = ?", (key,))
        return with_links(service, links)

    def rest(self) -> Iterator[Record | Broken]:
        """The services that came only inside their places, each once with all of them."""
        keys = self._db.execute(
            "SELECT service FROM link WHERE taken = 0 GROUP BY service ORDER BY min(number)"
        )
        for (key,) in keys.fetchall() if self._any else ():
            found = self._of(key)
            # The fullest telling of the service; all should be the same.
            services = [item["service"] for item in found if isinstance(item.get("service"), dict)]
            if services:
                links = [link_of(item) for item in found]
                yield with_links(max(services, key=len), links)
                continue
            for item in found:
                detail = f"service_at_location {source_id(item)}: its service {key} is not there"
                yield Broken("parent_missing", detail, raw_text(item), is_of_service=False)

    def _of(self, key: str) -> list[Record]:
        found = self._db.execute("SELECT data FROM link WHERE service = ? ORDER BY number", (key,))
        return [json.loads(data) for (data,) in found]
