"""From the files of a source to the records in them, each with all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.directory.importer import json_pages, sources, tabular
from bot.directory.importer.broken import Broken
from bot.directory.importer.detect import Dialect, Kind, kind_of, services_in
from bot.directory.importer.json_pages import Beside, Listed
from bot.directory.importer.live import needs_detail
from bot.directory.importer.paging import Coverage
from bot.directory.importer.places_apart import PlacesApart
from bot.directory.importer.sources import Entry

_HAS_PLACES_APART = b'"service":'
_DESCRIPTION = "datapackage.json"


@dataclass
class Incoming:
    """One thing read: a record in a dialect, or a stretch that is no record.

    Attributes:
        record: as it was read.
        dialect: where it is known without looking.
        detail: asks a live API for the full record.
        list_hash: of its entry in a live API's list.
        is_short: it is an entry of a list of which none has the children of a full record.
    """

    record: Any
    dialect: Dialect | None = None
    detail: Callable[[], Any] | None = None
    list_hash: str | None = None
    is_short: bool = False


def services_of(item: Any, beside: Beside) -> Iterator[Any]:
    """The services in a listed thing; one that has none is passed over, and counted."""
    none = True
    for record in services_in(item):
        none = False
        yield record
    if none:
        beside.passed_over[f"{kind_of(item).value} records"] += 1


def from_files(files: list[Entry], coverage: Coverage, beside: Beside) -> Iterator[Incoming]:
    """All records of the tables and pages among files, in any mixture."""
    tables: dict[str, list[Entry]] = {}
    pages: list[Entry] = []
    for entry in files:
        if entry.fault is not None:
            coverage.whole = False
            yield Incoming(entry.damaged(entry.fault))
        elif Path(entry.name).name == _DESCRIPTION:
            beside.passed_over[f"{Kind.DESCRIPTION.value} files"] += 1
        elif entry.is_table:
            tables.setdefault(str(Path(entry.name).parent), []).append(entry)
        elif entry.is_page() or len(files) == 1:
            pages.append(entry)
        else:
            beside.passed_over[f"{entry.suffix or 'other'} files"] += 1
    for package in tables.values():
        if any(tabular.table_name(entry.name) == "services" for entry in package):
            yield from _from_tables(package, coverage, beside)
        else:
            beside.passed_over["tables without services"] += len(package)
    yield from _from_pages(pages, coverage, beside)


def _from_tables(package: list[Entry], coverage: Coverage, beside: Beside) -> Iterator[Incoming]:
    with tabular.Tables() as tables:
        for entry in package:
            tables.add(entry.name, sources.rows(entry, coverage))
        coverage.total = (coverage.total or 0) + tables.count()
        yield from _joined(tables, coverage, beside)


def _joined(tables: tabular.Tables, coverage: Coverage, beside: Beside) -> Iterator[Incoming]:
    dialect = Dialect.HSDS_3_0_CSV if tables.is_hsds_3 else Dialect.HSDS_1_1_CSV
    for record in tables.services():
        yield Incoming(record, dialect)
    for broken in tables.left_over():
        if broken.is_of_service and broken.key is None:
            # Whichever service it was, it must not count as absent.
            coverage.whole = False
        yield Incoming(broken)
    beside.passed_over.update(tables.passed_over)


def _from_pages(pages: list[Entry], coverage: Coverage, beside: Beside) -> Iterator[Incoming]:
    with ExitStack() as stack:
        apart = PlacesApart()
        stack.callback(apart.close)
        # Places come first, so that they are known when their services are read.
        for entry in sorted(pages, key=lambda e: _HAS_PLACES_APART not in e.head()):
            for listed in json_pages.pages(entry, coverage, beside):
                yield from _from_page(listed, apart, coverage, beside)
        for record in apart.rest():
            yield Incoming(record)


def _from_page(
    listed: Listed, apart: PlacesApart, coverage: Coverage, beside: Beside
) -> Iterator[Incoming]:
    found: list[Any] = []
    for item in listed.items:
        if isinstance(item, Broken):
            found.append(item)
        elif tabular.is_package(item):
            with tabular.Tables() as tables:
                for name, values in item.items():
                    if isinstance(values, list):
                        tables.add(name, tabular.table_rows(name, values))
                yield from _joined(tables, coverage, beside)
        elif isinstance(item, dict) and kind_of(item) is Kind.SERVICE_AT_LOCATION:
            if (why := apart.add(item)) is not None:
                found.append(why)
        else:
            found += services_of(item, beside)
    is_short = listed.is_list and not any(_has_children(record) for record in found)
    for record in found:
        record = apart.completed(record) if isinstance(record, dict) else record
        yield Incoming(record, is_short=is_short and needs_detail(record))


def _has_children(item: Any) -> bool:
    return isinstance(item, dict) and not needs_detail(item)
