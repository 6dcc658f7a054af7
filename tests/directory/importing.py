"""What tests of the importer share: pages and tables written to files, and loaded."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.directory import query
from bot.directory.importer import ImportReport, import_source
from bot.directory.model import Listing
from bot.directory.places import Place, find_place
from bot.store.directory import QuarantineRow, ServiceRow
from tests.directory.conftest import Store


def page(*services: Any, total: int | None = None) -> dict[str, Any]:
    """A page of ORUK 3.0."""
    return {
        "total_items": len(services) if total is None else total,
        "total_pages": 1,
        "page_number": 1,
        "size": len(services),
        "first_page": True,
        "last_page": True,
        "empty": not services,
        "contents": list(services),
    }


def write(folder: Path, content: Any, name: str = "page.json") -> Path:
    """A file with this JSON, or these words."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def write_table(folder: Path, name: str, *rows: dict[str, str]) -> None:
    """A CSV table with the columns of its first row."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)


def load(store: Store, source: Path, feed: str = "test", **more: Any) -> ImportReport:
    """An import in which every record that was read is counted once."""
    report = import_source(source, feed=feed, session_factory=store, **more)
    assert report.read == (
        report.added + report.changed + report.unchanged + report.quarantined_count
    )
    return report


def near(text: str) -> Place:
    """A place by its name or outcode."""
    place = find_place(text)
    assert isinstance(place, Place)
    return place


def listings(store: Store, where: str = "HP5", km: float = 30) -> dict[str, Listing]:
    """What is offered near a place, by the feed's ids."""
    with store() as session:
        return {x.source_id: x for x in query.candidates(session, near(where), km)}


def only(store: Store, where: str = "HP5") -> Listing:
    """The one service that is offered there."""
    (listing,) = listings(store, where).values()
    return listing


def stored(store: Store) -> dict[str, dict[str, Any]]:
    """What the store holds of each service, shown or not, by the feed's ids."""
    with store() as session:
        rows = session.execute(select(ServiceRow.source_id, ServiceRow.listing))
        return {key: json.loads(listing) for key, listing in rows}


def raws(store: Store) -> dict[str, str]:
    """The raw record beside each service."""
    with store() as session:
        return {
            key: raw for key, raw in session.execute(select(ServiceRow.source_id, ServiceRow.raw))
        }


def set_aside(store: Store) -> list[tuple[str, str, str]]:
    """Reason, detail and raw record of what is in quarantine, in order."""
    with store() as session:
        row = QuarantineRow
        found = session.execute(select(row.reason, row.detail, row.raw).order_by(row.id))
        return [(reason, detail, raw) for reason, detail, raw in found]
