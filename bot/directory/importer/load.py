"""Records into the store: repaired, tagged, compared with what is there, written in batches."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.directory import duplicates, search_index, unplaced, visibility
from bot.directory.importer import hands, live, sources, tabular
from bot.directory.importer.detect import Dialect, services_in
from bot.directory.importer.normalise import Rejected, scrub, source_id
from bot.directory.importer.pages import StoredPages
from bot.directory.importer.prepare import Look, Prepared, look
from bot.directory.importer.repair import clean_text
from bot.directory.importer.sources import Broken, Coverage, UnreadableSource
from bot.store.base import Base, now, unit_of_work
from bot.store.directory import (
    FeedPageRow,
    FeedRow,
    OrganizationRow,
    QuarantineRow,
    ServiceAtLocationRow,
    ServiceRow,
)

log = logging.getLogger(__name__)

BATCH = 500
MISSES_TO_CLOSE = 2
_RAW_LIMIT = 200_000
# A crawl that brings less than half of what was known is more likely broken than true.
_LEAST_SHARE = 0.5
_KEPT_QUARANTINED = 1_000

# The tables themselves: rows go in without the bookkeeping of the mapped classes.
_SERVICE, _PLACE, _ORGANIZATION = (
    Base.metadata.tables[mapped.__tablename__]
    for mapped in (ServiceRow, ServiceAtLocationRow, OrganizationRow)
)

SessionFactory = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Quarantined:
    """A record that was not used: a stable reason, the detail, and its start."""

    reason: str
    detail: str
    source_id: str | None
    raw: str


@dataclass
class ImportReport:
    """What an import did. ``read`` is always added + changed + unchanged + quarantined.

    Attributes:
        feed, dialects: the feed's name; how many records came in each dialect.
        quarantined: the first thousand; ``reasons`` counts them all.
        repairs: how often each repair or doubt was flagged, over added and changed records.
        closed: services no longer offered, since two full crawls came without them.
        duplicates: pairs of records of different feeds that may be one service, newly compared.
        whole: the source held all of the feed, as far as its pages tell.
        seconds: how long it took.
        expected: how many records there are, where the source tells.
    """

    feed: str
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: list[Quarantined] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    dialects: Counter[str] = field(default_factory=Counter)
    closed: int = 0
    duplicates: int = 0
    whole: bool = True
    seconds: float = 0.0
    expected: int | None = None

    @property
    def rate(self) -> float:
        """Records a second so far."""
        return self.read / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at this rate; ``None`` where that cannot be told."""
        if not self.rate or self.expected is None:
            return None
        return max(0, self.expected - self.read) / self.rate

    @property
    def quarantined_count(self) -> int:
        """All records that were not used."""
        return sum(self.reasons.values())

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "feed": self.feed,
            "dialects": dict(self.dialects),
            "read": self.read,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "quarantined": self.quarantined_count,
            "reasons": dict(self.reasons),
            "repairs": dict(self.repairs),
            "closed": self.closed,
            "duplicates": self.duplicates,
            "whole": self.whole,
            "seconds": round(self.seconds, 2),
        }


Progress = Callable[[ImportReport], None]


def feed_name(src: str) -> str:
    """A name for a feed from its address: the host, or the file's or folder's name."""
    host = urlsplit(src).hostname if is_url(src) else None
    return (host or Path(src).resolve().stem or "directory")[:200]


def is_url(src: str) -> bool:
    """Whether the source is on the web."""
    return bool(re.match(r"https?://", src, re.IGNORECASE))


def import_source(
    src: str | Path,
    *,
    feed: str | None = None,
    licence: str | None = None,
    attribution: str | None = None,
    url: str | None = None,
    session_factory: SessionFactory | None = None,
    progress: Progress | None = None,
    api: live.Api | None = None,
) -> ImportReport:
    """Import a directory from a page, folder, ZIP, tables or live API, found by looking.

    The same source twice changes nothing. Records are written in batches, each kept as soon as
    it is done, so that an interrupted import goes on where it was.

    Args:
        src: path or http(s) address.
        feed: name of the feed; ids are unique within it. From ``src`` by default.
        licence, attribution: terms to keep and show; ``None`` leaves what is stored.
        url: SQLAlchemy URL of the store; or ``session_factory``, which opens a transaction
            that is kept when the block ends. By default the settings' store.
        progress: called after every batch with the report so far.
        api: the client for a live address, for tests.

    Raises:
        UnreadableSource: if ``src`` is not there or holds nothing that is known.
    """
    where = str(src)
    open_session = session_factory or (lambda: unit_of_work(url))
    report = ImportReport(feed or feed_name(where))
    started = time.monotonic()
    with ExitStack() as stack:
        notes = StoredPages(open_session, report.feed)
        reading = _open(where, stack, api, notes)
        loader = _Loader(report, open_session, where, licence, attribution)
        loader.begin()
        for chunk, looks in _looked_at(_batches(reading.records), loader, live=is_url(where)):
            loader.take(chunk, looks)
            report.seconds = time.monotonic() - started
            report.expected = reading.coverage.total
            if progress:
                progress(report)
        if report.read == 0:
            loader.give_up()
            raise UnreadableSource(
                f"{where}: no services found. Expected HSDS or ORUK JSON pages (a list of services "
                "under contents, content or services), an HSDS CSV package with services.csv, "
                f"or an API. Seen: {reading.seen()}"
            )
        report.whole = reading.is_whole(report)
        loader.finish()
        loader.compare()
    report.seconds = time.monotonic() - started
    return report


@dataclass
class _Incoming:
    """One thing read: a record in a dialect, or a stretch that is no record."""

    record: Any
    dialect: Dialect | None = None
    detail: Callable[[], Any] | None = None
    list_hash: str | None = None


@dataclass
class _Reading:
    records: Iterator[_Incoming]
    coverage: Coverage
    names: list[str]

    def is_whole(self, report: ImportReport) -> bool:
        if not self.coverage.whole:
            return False
        return self.coverage.total is None or report.read >= self.coverage.total

    def seen(self) -> str:
        shown = ", ".join(self.names[:8]) or "nothing"
        return shown + (f" and {len(self.names) - 8} more files" if len(self.names) > 8 else "")


def _open(
    where: str, stack: ExitStack, api: live.Api | None, notes: live.PageNotes | None = None
) -> _Reading:
    if is_url(where):
        client = api or live.Api(where)
        if api is None:
            stack.callback(client.close)
        return _Reading(_from_api(client, notes), client.coverage, [where])
    files = sources.entries(Path(where))
    names = [f.name for f in files]
    folders = {
        str(Path(f.name).parent)
        for f in files
        if f.suffix == ".csv" and tabular.table_name(f.name) == "services"
    }
    coverage = Coverage()
    if folders:
        return _Reading(_from_tables(files, sorted(folders), coverage, stack), coverage, names)
    pages = [f for f in files if f.suffix in (".json", ".ndjson", ".jsonl", ".txt", "")]
    return _Reading(_from_pages(pages, coverage, stack), coverage, names)


def _from_tables(
    files: list[sources.Entry], folders: list[str], coverage: Coverage, stack: ExitStack
) -> Iterator[_Incoming]:
    for folder in folders:
        tables = stack.enter_context(tabular.Tables())
        for entry in files:
            if entry.suffix == ".csv" and str(Path(entry.name).parent) == folder:
                tables.add(entry.name, sources.rows(entry))
        coverage.total = (coverage.total or 0) + tables.count()
        yield from _joined(tables)


def _joined(tables: tabular.Tables) -> Iterator[_Incoming]:
    dialect = Dialect.HSDS_3_0_CSV if tables.is_hsds_3 else Dialect.HSDS_1_1_CSV
    for record in tables.services():
        # Eligibility rows are read as in ORUK 1.0, whichever the version.
        yield _Incoming(record, dialect)


def _from_pages(
    pages: list[sources.Entry], coverage: Coverage, stack: ExitStack
) -> Iterator[_Incoming]:
    for entry in pages:
        for item in sources.json_items(entry, coverage):
            if isinstance(item, dict) and any(k.endswith(".csv") for k in item):
                tables = stack.enter_context(tabular.Tables())
                for name, values in item.items():
                    if isinstance(values, list):
                        tables.add(name, sources.table_rows(values))
                yield from _joined(tables)
                continue
            for record in services_in(item):
                yield _Incoming(record)


def _from_api(api: live.Api, notes: live.PageNotes | None) -> Iterator[_Incoming]:
    for item in api.items(notes):
        if isinstance(item, live.Unmodified):
            yield _Incoming({"id": item.key}, list_hash=item.list_hash)
            continue
        for record in services_in(item):
            key = source_id(record)
            if key and live.needs_detail(record):
                yield _Incoming(
                    record,
                    detail=lambda key=key: api.detail(key),  # type: ignore[misc]
                    list_hash=live.list_hash(record),
                )
            else:
                yield _Incoming(record)


@dataclass
class _Known:
    id: int
    content_hash: str
    list_hash: str | None
    closed: bool


@dataclass
class _Ready:
    """A record to be written: made rows of, with what is known of it."""

    of: Prepared
    raw: str
    content_hash: str
    list_hash: str | None
    known: _Known | None


class _Loader:
    """Writes one import of one feed."""

    def __init__(
        self,
        report: ImportReport,
        open_session: SessionFactory,
        where: str,
        licence: str | None,
        attribution: str | None,
    ) -> None:
        self.report = report
        self.open_session = open_session
        self.where = where
        self.licence = licence
        self.attribution = attribution
        self.feed_id = 0
        self.crawl = 0
        self.started: datetime = now()
        self.is_new = False
        self.retired = False
        # Ids of this run with what they held: a crawl often meets a record twice.
        self.met: dict[bytes, bytes] = {}

    def begin(self) -> None:
        with self.open_session() as session:
            search_index.create_search_index(session.connection())
            row = session.scalar(select(FeedRow).where(FeedRow.name == self.report.feed))
            if row is None:
                self.is_new = True
                row = FeedRow(name=self.report.feed, crawl=0)
                session.add(row)
            row.licence = self.licence or row.licence
            row.attribution = self.attribution or row.attribution
            session.flush()
            if is_url(self.where):
                if row.url != self.where:
                    session.execute(delete(FeedPageRow).where(FeedPageRow.feed_id == row.id))
                row.url = self.where
            row.crawl += 1
            self.feed_id, self.crawl = row.id, row.crawl
            self.retired = bool(row.retired)
            session.execute(delete(QuarantineRow).where(QuarantineRow.feed_id == row.id))

    def give_up(self) -> None:
        """Leave no empty feed behind when nothing was found."""
        if self.is_new:
            with self.open_session() as session:
                session.execute(delete(FeedRow).where(FeedRow.id == self.feed_id))

    def job(self, chunk: list[_Incoming]) -> hands.Job:
        """What to look at for a batch: each record, its dialect and its hash as last stored."""
        with self.open_session() as session:
            known = self._known(session, chunk)
        job: hands.Job = []
        for incoming in chunk:
            before = known.get(source_id(incoming.record) or "")
            job.append((incoming.record, incoming.dialect, before.content_hash if before else None))
        return job

    def take(self, chunk: list[_Incoming], looks: Sequence[Look | None]) -> None:
        """Settle and write a batch; a record without a look is looked at here."""
        with self.open_session() as session:
            known = self._known(session, chunk)
        ready: list[_Ready] = []
        same: list[int] = []
        bad: list[Quarantined] = []
        for incoming, seen in zip(chunk, looks, strict=True):
            self.report.read += 1
            key = source_id(incoming.record)
            try:
                self._one(incoming, key, seen, known.get(key or ""), ready, same)
            except Rejected as rejected:
                bad.append(self._quarantined(incoming.record, key, rejected.reason, str(rejected)))
        self._write(ready, same, bad)

    def _take_out_bare(self, ready: list[_Ready], key: str | None) -> None:
        """A full record takes the place of its own list entry in the same batch."""
        for index, item in enumerate(ready):
            if item.of.key == key:
                del ready[index]
                self.report.unchanged += 1
                return

    def _known(self, session: Session, chunk: list[_Incoming]) -> dict[str, _Known]:
        keys = {k for k in (source_id(i.record) for i in chunk) if k}
        row = ServiceRow
        found = session.execute(
            select(row.source_id, row.id, row.content_hash, row.list_hash, row.closed_at).where(
                row.feed_id == self.feed_id, row.source_id.in_(list(keys))
            )
        )
        return {k: _Known(i, h, lh, closed is not None) for k, i, h, lh, closed in found}

    def _one(
        self,
        incoming: _Incoming,
        key: str | None,
        seen: Look | None,
        before: _Known | None,
        ready: list[_Ready],
        same: list[int],
    ) -> None:
        """Whether a record is new, changed, the same or not to be used.

        Raises:
            Rejected: where it is not to be used.
        """
        record, list_hash = incoming.record, incoming.list_hash
        met = self._met(key, list_hash) if list_hash else None
        if met is None and before and list_hash and before.list_hash == list_hash:
            self._unchanged(before, same)
            return
        if incoming.detail is not None and met is None:
            full = incoming.detail()
            # Without its details the entry still counts; they are asked for next time.
            list_hash = None if full is None else list_hash
            record = {**record, **(full or {})}
            seen = look(record, flags=() if full else ("detail_missing",))
        elif seen is None:
            seen = look(record, incoming.dialect)
        bare = seen.bare
        if bare and before and before.content_hash != seen.content_hash:
            # An entry of a list, without its children, must not wipe out a full record.
            seen = look(self._merged(before.id, record))
        if seen.content_hash and not incoming.list_hash:
            met = self._met(key, seen.content_hash, bare=bare)
        if met == "same" or (met == "different" and bare):
            self.report.unchanged += 1
            return
        if met == "different":
            raise Rejected("duplicate_id", f"id {key} came before with other content")
        if before and before.content_hash == seen.content_hash:
            self._unchanged(before, same)
            return
        if seen.reason:
            raise Rejected(seen.reason, seen.detail)
        prepared = seen.prepared or look(record, incoming.dialect).prepared
        if prepared is None:
            raise Rejected("unexpected_content", "the record changed while it was read")
        self.report.dialects[prepared.dialect] += 1
        if met == "bare":
            self._take_out_bare(ready, key)
        ready.append(_Ready(prepared, seen.raw[:_RAW_LIMIT], seen.content_hash, list_hash, before))

    def _met(self, key: str | None, content: str, *, bare: bool = False) -> str | None:
        """Whether this id came before: "same", "different", or "bare" (a list entry only)."""
        if key is None:
            return None
        short = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).digest()
        value = content.encode()[:8] + (b"b" if bare else b"f")
        seen = self.met.get(short)
        if seen is None:
            self.met[short] = value
            return None
        if seen == value:
            return "same"
        if seen.endswith(b"b") and not bare:
            self.met[short] = value
            return "bare"
        return "different"

    def _merged(self, key: int, entry: dict[str, Any]) -> dict[str, Any]:
        with self.open_session() as session:
            stored = session.scalar(select(ServiceRow.raw).where(ServiceRow.id == key))
        try:
            before = json.loads(stored or "{}")
        except json.JSONDecodeError:
            # Longer than what is kept of a raw record.
            return entry
        return {**before, **entry}

    def _unchanged(self, before: _Known, same: list[int]) -> None:
        self.report.unchanged += 1
        same.append(before.id)

    def _quarantined(self, record: Any, key: str | None, reason: str, detail: str) -> Quarantined:
        if isinstance(record, Broken):
            raw = record.raw
        else:
            try:
                raw = json.dumps(scrub(record), ensure_ascii=True, default=str)
            except (ValueError, RecursionError):
                raw = "(nested too deeply to keep)"
        self.report.reasons[reason] += 1
        item = Quarantined(reason, clean_text(detail) or reason, key, raw[:_RAW_LIMIT])
        if len(self.report.quarantined) < _KEPT_QUARANTINED:
            self.report.quarantined.append(item)
        return item

    def _write(self, prepared: list[_Ready], same: list[int], bad: list[Quarantined]) -> None:
        try:
            with self.open_session() as session:
                self._store(session, prepared)
        except SQLAlchemyError as error:
            log.warning("directory batch of %s: %r; going one by one", self.report.feed, error)
            for item in prepared:
                try:
                    with self.open_session() as session:
                        self._store(session, [item])
                except SQLAlchemyError as single:
                    reason = str(getattr(single, "orig", single))
                    bad.append(
                        self._quarantined(json.loads(item.raw), item.of.key, "not_stored", reason)
                    )
                else:
                    self._count(item)
        else:
            for item in prepared:
                self._count(item)
        with self.open_session() as session:
            self._seen(session, same)
            if bad:
                session.execute(
                    insert(QuarantineRow),
                    [
                        {"feed_id": self.feed_id, "source_id": b.source_id, "reason": b.reason,
                         "detail": b.detail, "raw": _storable(b.raw), "seen_at": self.started}
                        for b in bad
                    ],
                )  # fmt: skip

    def _count(self, item: _Ready) -> None:
        if item.known is None:
            self.report.added += 1
        else:
            self.report.changed += 1
        self.report.repairs.update(item.of.flags)

    def _seen(self, session: Session, ids: list[int]) -> None:
        """Unchanged services are seen again; closed ones come back."""
        if not ids:
            return
        row = ServiceRow
        session.execute(
            update(row)
            .where(row.id.in_(ids))
            .values(last_seen=self.started, crawl=self.crawl, missed=0)
        )
        back = list(
            session.scalars(select(row.id).where(row.id.in_(ids), row.closed_at.is_not(None)))
        )
        if back:
            session.execute(update(row).where(row.id.in_(back)).values(closed_at=None))
            visibility.refresh(session, back)

    def _store(self, session: Session, prepared: list[_Ready]) -> None:
        if not prepared:
            return
        organizations = self._organizations(session, prepared)
        new = [p for p in prepared if p.known is None]
        old = [p for p in prepared if p.known is not None]
        ids: dict[str, int] = {p.of.key: p.known.id for p in old if p.known}
        if new:
            session.execute(
                insert(_SERVICE),
                [
                    {**self._values(p, organizations), "feed_id": self.feed_id,
                     "source_id": p.of.key, "first_seen": self.started}
                    for p in new
                ],
            )  # fmt: skip
            found = session.execute(
                select(ServiceRow.source_id, ServiceRow.id).where(
                    ServiceRow.feed_id == self.feed_id,
                    ServiceRow.source_id.in_([p.of.key for p in new]),
                )
            )
            ids.update((k, i) for k, i in found)
        if old:
            session.execute(
                update(ServiceRow),
                [{"id": ids[p.of.key], **self._values(p, organizations)} for p in old],
            )
            changed = [ids[p.of.key] for p in old]
            session.execute(
                delete(ServiceAtLocationRow).where(ServiceAtLocationRow.service_id.in_(changed))
            )
            search_index.remove(session.connection(), changed)
        places = [{"service_id": ids[p.of.key], **row} for p in prepared for row in p.of.places]
        if places:
            session.execute(insert(_PLACE), places)
        search_index.add(
            session.connection(),
            [{"id": ids[p.of.key], **p.of.document} for p in prepared if p.of.document],
        )
        visibility.refresh(session, [ids[p.of.key] for p in (prepared if self.retired else old)])

    def _values(self, p: _Ready, organizations: dict[str, int]) -> dict[str, Any]:
        organization = p.of.organization
        return {
            **p.of.values,
            "organization_id": organizations.get(organization.id) if organization else None,
            "compared": 0,
            "raw": p.raw,
            "content_hash": p.content_hash,
            "list_hash": p.list_hash,
            "last_seen": self.started,
            "crawl": self.crawl,
            "missed": 0,
            "closed_at": None,
        }

    def _organizations(self, session: Session, prepared: list[_Ready]) -> dict[str, int]:
        """Store ids of the batch's organisations by the feed's ids, written where changed."""
        wanted = {p.of.organization.id: p.of.organization for p in prepared if p.of.organization}
        if not wanted:
            return {}
        row = OrganizationRow
        query = select(
            row.source_id, row.id, row.name, row.description, row.url, row.email, row.identifiers
        ).where(row.feed_id == self.feed_id, row.source_id.in_(list(wanted)))
        known = {r[0]: r for r in session.execute(query)}
        new, old = [], []
        for key, organization in wanted.items():
            identifiers = json.dumps(organization.identifiers) if organization.identifiers else None
            values = {
                "name": organization.name,
                "description": organization.description,
                "url": organization.url,
                "email": organization.email,
                "identifiers": identifiers,
            }
            if key not in known:
                new.append({"feed_id": self.feed_id, "source_id": key, **values})
            elif tuple(known[key][2:]) != tuple(values.values()):
                old.append({"id": known[key][1], **values})
        if new:
            session.execute(insert(_ORGANIZATION), new)
        if old:
            session.execute(update(row), old)
        return {r[0]: r[1] for r in session.execute(query)}

    def finish(self) -> None:
        """Note the import, and close what two full crawls came without."""
        row = ServiceRow
        mine = row.feed_id == self.feed_id
        with self.open_session() as session:
            dialect = self.report.dialects.most_common(1)
            values: dict[str, Any] = {"imported_at": now(), "source": self.where}
            if dialect:
                values["dialect"] = dialect[0][0]
            session.execute(update(FeedRow).where(FeedRow.id == self.feed_id).values(**values))
            unplaced.place_unplaced(session, self.feed_id)
            if not self.report.whole:
                return
            total = len(session.execute(select(row.id).where(mine, row.closed_at.is_(None))).all())
            seen = self.report.added + self.report.changed + self.report.unchanged
            if seen < total * _LEAST_SHARE:
                self.report.whole = False
                return
            gone = (mine, row.crawl < self.crawl, row.closed_at.is_(None))
            session.execute(update(row).where(*gone).values(missed=row.missed + 1))
            closing = [
                i
                for (i,) in session.execute(
                    select(row.id).where(*gone, row.missed >= MISSES_TO_CLOSE)
                )
            ]
            for start in range(0, len(closing), BATCH):
                ids = closing[start : start + BATCH]
                session.execute(update(row).where(row.id.in_(ids)).values(closed_at=self.started))
                visibility.refresh(session, ids)
                twins = session.scalars(select(row.id).where(row.twin_of.in_(ids)))
                duplicates.show_once(session, {*twins})
            self.report.closed = len(closing)

    def compare(self) -> None:
        """Look for services that other feeds list too, and keep the report for staff."""
        more = True
        while more:
            with self.open_session() as session:
                found = duplicates.find_some(session)
                self.report.duplicates += found or 0
                more = found is not None
        with self.open_session() as session:
            values = {"report": self.report.as_dict()}
            session.execute(update(FeedRow).where(FeedRow.id == self.feed_id).values(**values))


def _looked_at(
    batches: Iterator[list[_Incoming]], loader: _Loader, *, live: bool
) -> Iterator[tuple[list[_Incoming], Sequence[Look | None]]]:
    if not live:
        yield from hands.looked_at(batches, loader.job)
        return
    # Which details to ask for is known only as the records come.
    for batch in batches:
        yield batch, [None] * len(batch)


def _batches(records: Iterator[_Incoming]) -> Iterator[list[_Incoming]]:
    while batch := list(islice(records, BATCH)):
        yield batch


def _storable(raw: str) -> str:
    return raw.replace("\0", "").encode("utf-8", "replace").decode()
