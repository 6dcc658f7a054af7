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
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.directory import duplicates, search_index, unplaced, visibility
from bot.directory.importer import hands, live, sources
from bot.directory.importer.broken import Broken
from bot.directory.importer.incoming import Incoming, from_files, services_of
from bot.directory.importer.json_pages import Beside
from bot.directory.importer.normalise import Rejected, source_id
from bot.directory.importer.pages import StoredPages
from bot.directory.importer.paging import Coverage
from bot.directory.importer.personal_data import raw_text
from bot.directory.importer.prepare import Look, Prepared, look
from bot.directory.importer.repair import clean_text
from bot.directory.importer.sources import UnreadableSource
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
# A live list moves: a crawl that stopped longer ago is begun anew.
GO_ON_WITHIN = timedelta(days=7)
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
        repeated: records that came before in the same import; they are among ``unchanged``.
        repairs: how often each repair or doubt was flagged, over added and changed records.
        passed_over: what is rightly no service (taxonomies, rows that no service needs, other
            files), by what it is; not in ``read``.
        has_details: the lists have short entries, and the full records came apart from them.
        closed: services no longer offered, since two full crawls came without them.
        duplicates: pairs of records of different feeds that may be one service, newly compared.
        lacking: why the source did not hold all of the feed, in words; "" where it did, as far as
            its pages tell. Nothing is closed then.
        resumed_at, stopped_at: pages of a live list at which a crawl went on, and stopped again
            before the end.
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
    repeated: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    has_details: bool = False
    closed: int = 0
    duplicates: int = 0
    lacking: str = ""
    resumed_at: int | None = None
    stopped_at: int | None = None
    seconds: float = 0.0
    expected: int | None = None

    @property
    def whole(self) -> bool:
        """Whether all of the feed was read."""
        return not self.lacking

    @property
    def resume_at(self) -> int | None:
        """The page at which the next import goes on; ``None`` where it begins at the first.

        It does so where this one stopped without having come any further.
        """
        return None if self.stopped_at == (self.resumed_at or 1) else self.stopped_at

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
            "passed_over": dict(self.passed_over),
            "has_details": self.has_details,
            "closed": self.closed,
            "duplicates": self.duplicates,
            "whole": self.whole,
            "lacking": self.lacking,
            "resumed_at_page": self.resumed_at,
            "stopped_at_page": self.stopped_at,
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
        report.passed_over = reading.beside.passed_over
        if reading.api and report.resumed_at:
            reading.api.go_on(report.resumed_at, loader.came_before)
        for chunk, looks in _looked_at(reading.batches, loader, live=reading.api is not None):
            loader.take(chunk, looks)
            if reading.api:
                loader.keep_place(reading.api.next_page)
            report.seconds = time.monotonic() - started
            report.expected = reading.left()
            if progress:
                progress(report)
        report.stopped_at = reading.coverage.stopped_at
        came = report.read - report.repeated
        report.lacking = reading.coverage.lacks(came) or reading.beside.lacks()
        if report.read == 0 and report.resumed_at is None:
            loader.give_up()
            if reading.api:
                raise UnreadableSource(f"{where}: the list holds no services; nothing was changed")
            raise UnreadableSource(
                f"{where}: no services found. Expected HSDS or ORUK JSON pages (a list of services "
                "under contents, content or services), an HSDS CSV package with services.csv, "
                f"or an API. Seen: {reading.seen()}"
            )
        loader.finish()
        loader.compare()
    report.seconds = time.monotonic() - started
    return report


@dataclass
class _Reading:
    batches: Iterator[list[Incoming]]
    coverage: Coverage
    names: list[str]
    api: live.Api | None = None
    beside: Beside = field(default_factory=Beside)

    def left(self) -> int | None:
        """How many records this import is to read, where the source tells."""
        total = self.coverage.total
        return None if total is None else max(0, total - self.coverage.before)

    def seen(self) -> str:
        shown = ", ".join(self.names[:8]) or "nothing"
        shown += f" and {len(self.names) - 8} more files" if len(self.names) > 8 else ""
        passed = ", ".join(f"{n:,} {what}" for what, n in self.beside.passed_over.most_common(8))
        return shown + (f" ({passed})" if passed else "")


def _open(
    where: str, stack: ExitStack, api: live.Api | None, notes: live.PageNotes | None = None
) -> _Reading:
    if is_url(where):
        client = api or live.Api(where)
        if api is None:
            stack.callback(client.close)
        beside = Beside()
        batches = _from_api(client, notes, beside)
        return _Reading(batches, client.coverage, [where], client, beside)
    files = sources.entries(Path(where))
    coverage, beside = Coverage(), Beside()
    batches = _batches(from_files(files, coverage, beside))
    return _Reading(batches, coverage, [f.name for f in files], beside=beside)


def _from_api(
    api: live.Api, notes: live.PageNotes | None, beside: Beside
) -> Iterator[list[Incoming]]:
    """A batch for each page: what came of a page is written before the next is asked for."""
    for entries in api.pages(notes):
        yield [incoming for entry in entries for incoming in _listed(api, entry, beside)]


def _listed(api: live.Api, entry: Any, beside: Beside) -> Iterator[Incoming]:
    if isinstance(entry, live.Unmodified):
        yield Incoming({"id": entry.key}, list_hash=entry.list_hash)
        return
    for record in services_of(entry, beside):
        key = source_id(record)
        if key and live.needs_detail(record):
            yield Incoming(
                record,
                detail=lambda key=key: api.detail(key),  # type: ignore[misc]
                list_hash=live.list_hash(record),
            )
        else:
            yield Incoming(record)


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
        # Records of the first part of a crawl that goes on.
        self.came_before = 0
        # Ids of this run with what they held: a crawl often meets a record twice.
        self.met: dict[bytes, bytes] = {}
        # Records that are there and broken, by their names where they have lost their id.
        self.broken_names: set[str] = set()
        self.met_nameless = False

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
                    row.resume_page = None
                row.url = self.where
                begun = row.crawl_started_at
                if row.resume_page and begun and self.started - begun < GO_ON_WITHIN:
                    self.report.resumed_at = row.resume_page
                else:
                    row.crawl_started_at, row.resume_page = self.started, None
            else:
                row.resume_page = None
            if self.report.resumed_at is None:
                row.crawl += 1
            self.feed_id, self.crawl = row.id, row.crawl
            self.retired = bool(row.retired)
            self.report.has_details = bool((row.report or {}).get("has_details"))
            if self.report.resumed_at is not None:
                self.came_before = self._listed_now(session) + self._count_quarantined(session)

    def keep_place(self, page: int | None) -> None:
        """Note at which page the crawl has to go on if it ends now."""
        with self.open_session() as session:
            session.execute(
                update(FeedRow).where(FeedRow.id == self.feed_id).values(resume_page=page)
            )

    def _listed_now(self, session: Session) -> int:
        row = ServiceRow
        mine = (row.feed_id == self.feed_id, row.crawl == self.crawl)
        return session.scalar(select(func.count()).select_from(row).where(*mine)) or 0

    def _count_quarantined(self, session: Session) -> int:
        mine = QuarantineRow.feed_id == self.feed_id
        return session.scalar(select(func.count()).select_from(QuarantineRow).where(mine)) or 0

    def give_up(self) -> None:
        """Leave no empty feed behind when nothing was found."""
        if self.is_new:
            with self.open_session() as session:
                session.execute(delete(FeedRow).where(FeedRow.id == self.feed_id))

    def job(self, chunk: list[Incoming]) -> hands.Job:
        """What to look at for a batch: each record, its dialect and its hash as last stored."""
        with self.open_session() as session:
            known = self._known(session, chunk)
        job: hands.Job = []
        for incoming in chunk:
            before = known.get(_key_of(incoming.record) or "")
            job.append((incoming.record, incoming.dialect, before.content_hash if before else None))
        return job

    def take(self, chunk: list[Incoming], looks: Sequence[Look | None]) -> None:
        """Settle and write a batch; a record without a look is looked at here."""
        with self.open_session() as session:
            if not self.report.read and self.report.resumed_at is None:
                # Only now is it sure that there is anything to put in its place.
                session.execute(delete(QuarantineRow).where(QuarantineRow.feed_id == self.feed_id))
            known = self._known(session, chunk)
        ready: list[_Ready] = []
        same: list[int] = []
        bad: list[Quarantined] = []
        for incoming, seen in zip(chunk, looks, strict=True):
            self.report.read += 1
            key = _key_of(incoming.record)
            try:
                self._one(incoming, key, seen, known.get(key or ""), ready, same)
            except Rejected as rejected:
                record = incoming.record
                raw = record.raw if isinstance(record, Broken) else raw_text(record)
                bad.append(self._quarantined(raw, key, rejected.reason, str(rejected)))
                self._still_listed(incoming.record, key, known.get(key or ""), same)
        self._write(ready, same, bad)

    def _still_listed(
        self, record: Any, key: str | None, before: _Known | None, same: list[int]
    ) -> None:
        """A record that is broken is there all the same: its service does not count as absent."""
        if before and not before.closed:
            same.append(before.id)
        # What is cut short or garbled has told the coverage of it.
        if key is not None or isinstance(record, Broken):
            return
        name = record.get("name") if isinstance(record, dict) else None
        if words := clean_text(name, one_line=True):
            self.broken_names.add(words[:300])
        else:
            self.met_nameless = True

    def _take_out_entry(self, ready: list[_Ready], key: str | None) -> None:
        """A full record takes the place of its own list entry in the same batch."""
        for index, item in enumerate(ready):
            if item.of.key == key:
                del ready[index]
                self.report.dialects[item.of.dialect] -= 1
                self.report.unchanged += 1
                return

    def _known(self, session: Session, chunk: list[Incoming]) -> dict[str, _Known]:
        keys = {k for k in (_key_of(i.record) for i in chunk) if k}
        row = ServiceRow
        found = session.execute(
            select(row.source_id, row.id, row.content_hash, row.list_hash, row.closed_at).where(
                row.feed_id == self.feed_id, row.source_id.in_(list(keys))
            )
        )
        return {k: _Known(i, h, lh, closed is not None) for k, i, h, lh, closed in found}

    def _one(
        self,
        incoming: Incoming,
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
        if list_hash and self._met(key, list_hash):
            # The list moved while it was read.
            self.report.unchanged += 1
            self.report.repeated += 1
            return
        if before and list_hash and before.list_hash == list_hash:
            self._unchanged(before, same)
            return
        # An entry of a list, without its children, must not wipe out a full record.
        is_short = incoming.is_short and bool(
            before and (before.list_hash or self.report.has_details)
        )
        flags: tuple[str, ...] = ()
        if incoming.detail is not None:
            full = incoming.detail()
            seen = None
            if full is None:
                # Without its details the entry still counts; they are asked for next time.
                list_hash, is_short, flags = None, True, ("detail_missing",)
            else:
                # What the details leave empty the list may have said.
                record = record | {k: v for k, v in full.items() if v is not None}
        if is_short and before:
            record, seen = self._merged(before, record, flags)
        elif seen is None:
            seen = look(record, incoming.dialect, flags=flags)
        met = None
        if seen.content_hash and not incoming.list_hash:
            met = self._met(key, seen.content_hash, is_short=incoming.is_short)
        if met in ("entry", "full"):
            self.report.has_details = True
        if met in ("same", "full"):
            self.report.unchanged += 1
            self.report.repeated += met == "same"
            return
        if met == "different":
            raise Rejected("duplicate_id", f"id {key} came before with other content")
        if before and before.content_hash == seen.content_hash:
            self._unchanged(before, same)
            return
        if seen.prepared is None and not seen.reason:
            seen = look(record, incoming.dialect, flags=flags)
        if seen.prepared is None:
            raise Rejected(seen.reason, seen.detail)
        if met == "entry":
            self._take_out_entry(ready, key)
        self.report.dialects[seen.prepared.dialect] += 1
        raw = seen.raw[:_RAW_LIMIT]
        ready.append(_Ready(seen.prepared, raw, seen.content_hash, list_hash, before))

    def _met(self, key: str | None, content: str, *, is_short: bool = False) -> str | None:
        """Whether this id came before.

        Returns:
            "same" or "different" content; "entry" where only the short entry of this full record
            came, "full" where this is the entry of a full record that came.
        """
        if key is None:
            return None
        short = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).digest()
        value = content.encode()[:8] + (b"e" if is_short else b"f")
        seen = self.met.get(short)
        if seen is None:
            self.met[short] = value
            return None
        if seen == value:
            return "same"
        if seen.endswith(b"e") and not is_short:
            self.met[short] = value
            return "entry"
        return "full" if is_short and seen.endswith(b"f") else "different"

    def _merged(
        self, before: _Known, entry: dict[str, Any], flags: tuple[str, ...]
    ) -> tuple[dict[str, Any], Look]:
        """A short entry with the children of what is stored, and a look at that."""
        with self.open_session() as session:
            stored = session.scalar(select(ServiceRow.raw).where(ServiceRow.id == before.id))
        try:
            known = json.loads(stored or "{}")
        except json.JSONDecodeError:
            # Longer than what is kept of a raw record: better as it was than without its children.
            return entry, Look(before.content_hash)
        children = {k: v for k, v in known.items() if isinstance(v, dict | list)}
        record = {**children, **entry}
        seen = look(record, flags=flags)
        is_same = seen.raw == stored
        return record, replace(seen, content_hash=before.content_hash) if is_same else seen

    def _unchanged(self, before: _Known, same: list[int]) -> None:
        self.report.unchanged += 1
        same.append(before.id)

    def _quarantined(self, raw: str, key: str | None, reason: str, detail: str) -> Quarantined:
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
                    # What follows the first line tells the values.
                    why = str(getattr(single, "orig", single)).partition("\n")[0]
                    bad.append(self._quarantined(item.raw, item.of.key, "not_stored", why))
                    self._still_listed(None, item.of.key, item.known, same)
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
            values: dict[str, Any] = {"source": self.where}
            if self.report.read:
                values["imported_at"] = now()
            if dialect:
                values["dialect"] = dialect[0][0]
            values["resume_page"] = self.report.resume_at
            session.execute(update(FeedRow).where(FeedRow.id == self.feed_id).values(**values))
            unplaced.place_unplaced(session, self.feed_id)
            open_now = (mine, row.closed_at.is_(None))
            total = session.scalar(select(func.count()).select_from(row).where(*open_now)) or 0
            seen = self._listed_now(session)
            if self.report.whole and seen < total * _LEAST_SHARE:
                self.report.lacking = f"{seen:,} services came where {total:,} are known"
            if self.report.whole and self.met_nameless:
                self.report.lacking = "a broken record without id or name may be any service"
            if not self.report.whole:
                return
            absent = [
                key
                for key, name in session.execute(
                    select(row.id, row.name).where(*open_now, row.crawl < self.crawl)
                )
                if name not in self.broken_names
            ]
            for start in range(0, len(absent), BATCH):
                ids = absent[start : start + BATCH]
                session.execute(update(row).where(row.id.in_(ids)).values(missed=row.missed + 1))
            gone = (*open_now, row.crawl < self.crawl)
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
    batches: Iterator[list[Incoming]], loader: _Loader, *, live: bool
) -> Iterator[tuple[list[Incoming], Sequence[Look | None]]]:
    if not live:
        yield from hands.looked_at(batches, loader.job)
        return
    # Which details to ask for is known only as the records come.
    for batch in batches:
        yield batch, [None] * len(batch)


def _batches(records: Iterator[Incoming]) -> Iterator[list[Incoming]]:
    while batch := list(islice(records, BATCH)):
        yield batch


def _key_of(record: Any) -> str | None:
    return record.key if isinstance(record, Broken) else source_id(record)


def _storable(raw: str) -> str:
    return raw.replace("\0", "").encode("utf-8", "replace").decode()
