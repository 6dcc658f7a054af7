"""What staff who look after directories ask: plain questions to the store, plain answers.

Feeds and their health, what was quarantined, what is stale or doubtful, what is listed twice,
and importing again. Corrections are in ``bot/directory/corrections.py``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from bot.directory import duplicates, visibility
from bot.directory.duplicates import PairState
from bot.directory.importer import ImportReport, import_source
from bot.directory.model import ServiceStatus
from bot.store.base import now, unit_of_work
from bot.store.directory import (
    CorrectionRow,
    FeedRow,
    OrganizationRow,
    QuarantineRow,
    ServicePairRow,
    ServiceRow,
)

STALE_AFTER = timedelta(days=365)
_CHUNK = 500


@dataclass(frozen=True)
class FeedHealth:
    """One feed, with counts of services.

    Attributes:
        services: kept, closed ones too; ``shown`` are offered to people.
        closed: gone from two full crawls.
        twins: not shown, since another record of the same service is.
        stale: last checked or changed more than a year ago; ``undated``: not known when.
        flags: how many services have each repair or doubt, "no_coordinates" and the like.
        quarantined: records of the last import that could not be used, by reason.
        corrections: that people sent and staff have not settled.
        interrupted: a live crawl stopped before its end.
        last: what the last import said, as ``ImportReport.as_dict``.
    """

    id: int
    name: str
    licence: str | None
    attribution: str | None
    source: str | None
    dialect: str | None
    imported_at: datetime | None
    retired: bool
    interrupted: bool
    services: int = 0
    shown: int = 0
    closed: int = 0
    twins: int = 0
    stale: int = 0
    undated: int = 0
    flags: tuple[tuple[str, int], ...] = ()
    quarantined: tuple[tuple[str, int], ...] = ()
    corrections: int = 0
    last: dict[str, Any] | None = None


@dataclass(frozen=True)
class ServiceLine:
    """A service in a list for staff."""

    id: int
    feed: str
    source_id: str
    name: str
    organization: str | None
    checked_on: date | None
    shown: bool
    status: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class QuarantinedLine:
    """A record that could not be used, with why and what it said."""

    id: int
    feed: str
    source_id: str | None
    reason: str
    detail: str
    raw: str
    seen_at: datetime


@dataclass(frozen=True)
class Duplicate:
    """Two records that may be one service; ``reasons`` are what agrees or speaks against."""

    id: int
    first: ServiceLine
    second: ServiceLine
    score: float
    reasons: str
    state: PairState
    decided_by: str | None


@dataclass(frozen=True)
class Repeat:
    """Two open records of one feed that are likely one service; ``reasons`` are what agrees."""

    first: ServiceLine
    second: ServiceLine
    score: float
    reasons: str


def feeds(session: Session, today: date | None = None) -> list[FeedHealth]:
    """Every feed with its health, by name."""
    row = ServiceRow

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    counted = {
        r[0]: tuple(int(n) for n in r[1:])
        for r in session.execute(
            select(
                row.feed_id,
                func.count(),
                count(row.visible == 1),
                count(row.closed_at.is_not(None)),
                count(row.twin_of.is_not(None)),
                count(_is_stale(today)),
                count(_is_undated()),
            ).group_by(row.feed_id)
        )
    }
    flags: dict[int, Counter[str]] = {}
    for feed_id, text, number in session.execute(
        select(row.feed_id, row.flags, func.count())
        .where(row.flags != "", row.closed_at.is_(None))
        .group_by(row.feed_id, row.flags)
    ):
        for flag in text.split():
            flags.setdefault(feed_id, Counter())[flag] += number
    bad: dict[int, Counter[str]] = {}
    for feed_id, reason, number in session.execute(
        select(QuarantineRow.feed_id, QuarantineRow.reason, func.count()).group_by(
            QuarantineRow.feed_id, QuarantineRow.reason
        )
    ):
        bad.setdefault(feed_id, Counter())[reason] = number
    waiting: dict[str, int] = {
        name: number
        for name, number in session.execute(
            select(CorrectionRow.feed, func.count())
            .where(CorrectionRow.state == "open")
            .group_by(CorrectionRow.feed)
        )
    }
    found = []
    for feed in session.scalars(select(FeedRow).order_by(FeedRow.name)):
        services, shown, closed, twins, old, undated = counted.get(feed.id, (0,) * 6)
        found.append(
            FeedHealth(
                id=feed.id,
                name=feed.name,
                licence=feed.licence,
                attribution=feed.attribution,
                source=feed.source or feed.url,
                dialect=feed.dialect,
                imported_at=feed.imported_at,
                retired=bool(feed.retired),
                interrupted=feed.resume_page is not None
                or (feed.report or {}).get("stopped_at_page") is not None,
                services=services,
                shown=shown,
                closed=closed,
                twins=twins,
                stale=old,
                undated=undated,
                flags=tuple(flags.get(feed.id, Counter()).most_common()),
                quarantined=tuple(bad.get(feed.id, Counter()).most_common()),
                corrections=waiting.get(feed.name, 0),
                last=feed.report,
            )
        )
    return found


def flagged(
    session: Session,
    flag: str,
    *,
    feed: str | None = None,
    limit: int | None = 100,
    offset: int = 0,
) -> list[ServiceLine]:
    """Open services that have a repair or doubt: "no_coordinates", "no_schedule", …"""
    padded = literal(" ") + ServiceRow.flags + literal(" ")
    return _lines(session, padded.contains(f" {flag} ", autoescape=True), feed, limit, offset)


def _is_stale(today: date | None) -> ColumnElement[bool]:
    """Offered, and last checked or changed over a year ago; the counts and the list go by it."""
    row, cutoff = ServiceRow, ((today or now().date()) - STALE_AFTER).toordinal()
    return and_(row.visible == 1, row.freshness > 0, row.freshness < cutoff)


def _is_undated() -> ColumnElement[bool]:
    """Offered, and not known when it was last checked or changed."""
    return and_(ServiceRow.visible == 1, ServiceRow.freshness == 0)


def stale(
    session: Session,
    *,
    feed: str | None = None,
    today: date | None = None,
    limit: int | None = 100,
    offset: int = 0,
) -> list[ServiceLine]:
    """Services that are shown and were last checked or changed over a year ago, oldest first."""
    return _lines(session, _is_stale(today), feed, limit, offset, oldest_first=True)


def undated(
    session: Session, *, feed: str | None = None, limit: int | None = 100, offset: int = 0
) -> list[ServiceLine]:
    """Services that are shown and do not say when they were last checked or changed."""
    return _lines(session, _is_undated(), feed, limit, offset)


def not_active(
    session: Session, *, feed: str | None = None, limit: int | None = 100, offset: int = 0
) -> list[ServiceLine]:
    """Services that are in the feed and not offered, since it says that they do not run now."""
    active = ServiceStatus.ACTIVE.value
    return _lines(session, ServiceRow.status != active, feed, limit, offset)


def _lines(
    session: Session,
    condition: ColumnElement[bool],
    feed: str | None,
    limit: int | None,
    offset: int,
    *,
    oldest_first: bool = False,
) -> list[ServiceLine]:
    row = ServiceRow
    query = (
        _select_lines()
        .where(condition, row.closed_at.is_(None))
        .order_by(row.freshness if oldest_first else row.name, row.id)
        .limit(limit)
        .offset(offset)
    )
    if feed is not None:
        query = query.where(FeedRow.name == feed)
    return [_line(*r) for r in session.execute(query)]


def _select_lines() -> Select[Any]:
    row = ServiceRow
    return (
        select(
            row.id, FeedRow.name, row.source_id, row.name, OrganizationRow.name, row.freshness,
            row.visible, row.status, row.flags,
        )
        .join(FeedRow, FeedRow.id == row.feed_id)
        .outerjoin(OrganizationRow, OrganizationRow.id == row.organization_id)
    )  # fmt: skip


def _line(
    key: int,
    feed: str,
    source_id: str,
    name: str,
    organization: str | None,
    freshness: int,
    visible: int,
    status: str,
    flags: str,
) -> ServiceLine:
    checked = date.fromordinal(freshness) if freshness else None
    shown = bool(visible)
    return ServiceLine(
        key, feed, source_id, name, organization, checked, shown, status, tuple(flags.split())
    )


def quarantined(
    session: Session,
    *,
    feed: str | None = None,
    reason: str | None = None,
    limit: int | None = 100,
    offset: int = 0,
    most_raw: int | None = None,
) -> list[QuarantinedLine]:
    """Records of the last import of each feed that could not be used.

    ``most_raw`` cuts what they said to so many characters.
    """
    row = QuarantineRow
    raw = row.raw if most_raw is None else func.substr(row.raw, 1, most_raw)
    query = (
        select(row.id, FeedRow.name, row.source_id, row.reason, row.detail, raw, row.seen_at)
        .join(FeedRow, FeedRow.id == row.feed_id)
        .order_by(FeedRow.name, row.reason, row.id)
        .limit(limit)
        .offset(offset)
    )
    if feed is not None:
        query = query.where(FeedRow.name == feed)
    if reason is not None:
        query = query.where(row.reason == reason)
    return [QuarantinedLine(*r) for r in session.execute(query)]


def listed_twice(
    session: Session,
    *,
    state: PairState | None = PairState.LIKELY,
    feed: str | None = None,
    limit: int | None = 100,
    offset: int = 0,
) -> list[Duplicate]:
    """Pairs of records that may be one service, the likeliest first; ``None`` gives all.

    ``feed`` is the name of one that has either of them.
    """
    pair, first, second = ServicePairRow, aliased(ServiceRow), aliased(ServiceRow)
    query = select(pair).order_by(pair.score.desc(), pair.id).limit(limit).offset(offset)
    query = query.join(first, first.id == pair.first_id).join(second, second.id == pair.second_id)
    if state is not None:
        query = query.where(pair.state == state.value)
    if feed is not None:
        mine = select(FeedRow.id).where(FeedRow.name == feed)
        query = query.where(first.feed_id.in_(mine) | second.feed_id.in_(mine))
    pairs = list(session.scalars(query))
    lines = _by_id(session, {i for p in pairs for i in (p.first_id, p.second_id)})
    return [
        Duplicate(
            id=p.id,
            first=lines[p.first_id],
            second=lines[p.second_id],
            score=p.score,
            reasons=p.reasons,
            state=PairState(p.state),
            decided_by=p.decided_by,
        )
        for p in pairs
    ]


def repeats(session: Session, feed_id: int) -> list[Repeat]:
    """What one feed itself likely lists twice, the likeliest first; for its owner to mend."""
    pairs = duplicates.within_feed(session, feed_id)
    lines = _by_id(session, {i for first, second, *_ in pairs for i in (first, second)})
    return [
        Repeat(lines[first], lines[second], score, ", ".join(reasons))
        for first, second, score, reasons in pairs
    ]


def _by_id(session: Session, ids: Collection[int]) -> dict[int, ServiceLine]:
    found: dict[int, ServiceLine] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        query = _select_lines().where(ServiceRow.id.in_(wanted[start : start + _CHUNK]))
        found.update((r[0], _line(*r)) for r in session.execute(query))
    return found


def confirm(session: Session, pair_id: int, *, by: str) -> None:
    """Staff say that a pair is one service: it stays shown once."""
    duplicates.decide(session, pair_id, same=True, by=by)


def split(session: Session, pair_id: int, *, by: str) -> None:
    """Staff say that a pair are two services: both are shown."""
    duplicates.decide(session, pair_id, same=False, by=by)


def retire(session: Session, feed_id: int, *, retired: bool = True) -> None:
    """Take a feed out of what is offered, or put it back; what other feeds hold steps in."""
    visibility.retire(session, feed_id, retired=retired)
    pairs = select(ServicePairRow.first_id, ServicePairRow.second_id)
    mine = select(ServiceRow.id).where(ServiceRow.feed_id == feed_id)
    about = ServicePairRow.first_id.in_(mine) | ServicePairRow.second_id.in_(mine)
    ids = {i for pair in session.execute(pairs.where(about)) for i in pair}
    duplicates.show_once(session, ids)


def raw_record(session: Session, service_id: int) -> dict[str, Any] | None:
    """The scrubbed record as the feed gave it, or ``None`` where it is not known or too long."""
    text = session.scalar(select(ServiceRow.raw).where(ServiceRow.id == service_id))
    try:
        found = json.loads(text or "null")
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def import_again(
    feed: str,
    *,
    progress: Callable[[ImportReport], None] | None = None,
    url: str | None = None,
) -> ImportReport:
    """Import a feed again from where it came from, with its terms as they are.

    Runs until it is done: call it from a thread or a process of its own.

    Args:
        progress: called after every batch with the report so far (``rate``, ``seconds_left``).
        url: SQLAlchemy URL of the store; the settings' one by default.

    Raises:
        KeyError: if there is no such feed, or it is not known where it came from.
        UnreadableSource: if its source is gone or holds nothing.
    """
    with unit_of_work(url) as session:
        row = session.scalar(select(FeedRow).where(FeedRow.name == feed))
        source = (row.source or row.url) if row else None
    if source is None:
        raise KeyError(f"it is not known where the feed {feed!r} came from; import it by hand")
    return import_source(source, feed=feed, progress=progress, url=url)
