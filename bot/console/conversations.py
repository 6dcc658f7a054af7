"""The list of conversations, with filters, and the search of what people said."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import Select, and_, bindparam, distinct, exists, func, or_, select, text
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.console.looks import note_looks
from bot.console.names import Veil, pseudonym, shared_among
from bot.console.plain import LONDON
from bot.console.roles import May
from bot.console.web import ROOT, Page, Visit, with_query
from bot.conversations.journey import OPEN, STAGES
from bot.store import turn_search
from bot.store.staff import Tag
from bot.store.tables import Person, StaffRequest
from bot.store.turns import RISKS, Conversation, Turn

PAGE = 30
_LATEST = 2_000
"""Hits of a search that are looked at first."""
FLAGS = {
    "risk": "A risk was seen",
    "unclear": "Not understood at some point",
    "low": "Low confidence",
    "failed": "A turn failed",
    "talk": "Asked for a person",
    "unread": "Not reviewed since the last message",
    "mine": "Assigned to me",
}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty means everything."""

    q: str = ""
    since: str = ""
    until: str = ""
    flag: str = ""
    stage: str = ""
    intent: str = ""
    condition: str = ""
    area: str = ""
    tag: str = ""

    def query(self, **more: Any) -> str:
        """The address of the list with these filters."""
        return with_query(f"{ROOT}/conversations", {**asdict(self), **more})

    @property
    def count(self) -> int:
        """How many filters are set, without the search."""
        return sum(bool(v) for k, v in asdict(self).items() if k != "q")


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    person_id: str
    name: str
    at: datetime
    words: str
    turns: int
    unclear: int
    risk: str
    failed: int
    stage: str
    area: str
    assigned_to: str | None
    unread: bool
    turn_id: int | None = None


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _moment(words: str, *, end: bool = False) -> datetime | None:
    day = _day(words)
    if day is None:
        return None
    try:
        moment = datetime.combine(day + timedelta(days=int(end)), time(), LONDON)
        return moment.astimezone(timezone.utc)
    except OverflowError:
        return None


def _has(column: Any, words: str) -> Any:
    """Whether a column has some words in it, in any case of letters."""
    return func.lower(column).contains(words.lower(), autoescape=True)


def _narrowed(query: Select[Any], filters: Filters, who: str, moment: Any) -> Select[Any]:
    """The filters but for the search, on a query that joins ``Conversation`` and ``Person``."""
    c = Conversation
    if since := _moment(filters.since):
        query = query.where(moment >= since)
    if until := _moment(filters.until, end=True):
        query = query.where(moment < until)
    if filters.stage:
        query = query.where(Person.stage == filters.stage)
    if filters.condition:
        query = query.where(_has(Person.conditions, filters.condition))
    if filters.area:
        query = query.where(_has(Person.area, filters.area))
    if filters.tag:
        tagged = exists().where(Tag.person_id == c.person_id, Tag.word == filters.tag)
        query = query.where(tagged)
    flags = {
        "risk": c.risk > 0,
        "unclear": c.unclear > 0,
        "low": c.low > 0,
        "failed": c.failed > 0,
        "talk": exists().where(StaffRequest.person_id == c.person_id, StaffRequest.kind == "talk"),
        "unread": or_(c.reviewed_at.is_(None), c.reviewed_at < c.last_at),
        "mine": c.assigned_to == who,
    }
    if filters.flag in flags:
        query = query.where(flags[filters.flag])
    return query


def _within(query: Select[Any], filters: Filters) -> Select[Any]:
    """Conversations in which the person did something in the time."""
    c, did = Conversation, [Turn.person_id == Conversation.person_id]
    if since := _moment(filters.since):
        query = query.where(c.last_at >= since)
        did.append(Turn.at >= since)
    if until := _moment(filters.until, end=True):
        query = query.where(c.started_at < until)
        did.append(Turn.at < until)
    return query.where(exists().where(*did)) if len(did) > 1 else query


def listed(
    session: Session, filters: Filters, who: str, before: tuple[datetime, str] | None = None
) -> list[Any]:
    """Conversations, the latest first, from after ``before``; one more than a page where there are.

    A row is a ``Conversation`` with the person's stage and area.
    """
    c = Conversation
    query = select(c, Person.stage, Person.area).join(Person, Person.id == c.person_id)
    query = _narrowed(query, replace(filters, since="", until=""), who, c.last_at)
    query = _within(query, filters)
    if filters.intent:
        has = select(Turn.person_id).where(Turn.understood == filters.intent)
        query = query.where(c.person_id.in_(has))
    if before is not None:
        at, person_id = before
        later = or_(c.last_at < at, and_(c.last_at == at, c.person_id < person_id))
        query = query.where(c.last_at <= at, later)
    query = query.order_by(c.last_at.desc(), c.person_id.desc()).limit(PAGE + 1)
    return list(session.execute(query))


def found(session: Session, filters: Filters, who: str, before: int | None = None) -> list[Any]:
    """Turns in which all words of ``filters.q`` stand, the latest first, as ``listed`` pages.

    A row is a ``Turn`` with its ``Conversation`` and the person's stage and area.
    """
    dialect = session.get_bind().dialect.name
    match = turn_search.matching(dialect, filters.q)
    if match is None:
        return []
    # The latest hits nearly always fill a page; only a rare filter has to look at all of them.
    rows, all_seen = _hits(session, match, filters, who, before, _LATEST)
    if len(rows) <= PAGE and not all_seen:
        rows, _ = _hits(session, match, filters, who, before, None)
    return rows


def _hits(
    session: Session,
    match: tuple[str, str],
    filters: Filters,
    who: str,
    before: int | None,
    latest: int | None,
) -> tuple[list[Any], bool]:
    """A page of the search among its ``latest`` hits or all, and whether these were all."""
    condition, value = match
    hits = text(
        f"SELECT rowid AS id FROM turn_search WHERE {condition}"  # noqa: S608 - our own words
        + (" AND rowid < :before" if before is not None else "")
        + " ORDER BY rowid DESC"
        + (f" LIMIT {latest}" if latest is not None else "")
    ).bindparams(bindparam("search", value))
    if before is not None:
        hits = hits.bindparams(bindparam("before", before))
    ids: Any = hits.columns(Turn.id).subquery("hits")
    person_id: Any = Turn.person_id
    if latest is not None:
        # By itself, or PostgreSQL, which takes any filter for a rare one, reads all turns of all
        # people that it lets through (0.8 s, where this takes 0.1).
        few = select(Turn.id, Turn.person_id).join(ids, ids.c.id == Turn.id)
        ids = few.cte("latest").prefix_with("MATERIALIZED")
        person_id = ids.c.person_id
    query = (
        select(Turn, Conversation, Person.stage, Person.area)
        .select_from(ids)
        .join(Turn, Turn.id == ids.c.id)
        .join(Conversation, Conversation.person_id == person_id)
        .join(Person, Person.id == person_id)
    )
    query = _narrowed(query, filters, who, Turn.at)
    if filters.intent:
        query = query.where(Turn.understood == filters.intent)
    rows = list(session.execute(query.order_by(ids.c.id.desc()).limit(PAGE + 1)))
    if latest is None or len(rows) > PAGE:
        return rows, latest is None
    return rows, (session.scalar(select(func.count()).select_from(ids)) or 0) < latest


def _row(
    conversation: Conversation, stage: str, area: str, shared: set[str], turn: Turn | None = None
) -> Row:
    person_id = conversation.person_id
    veil = Veil(tuple(conversation.names), person_id in shared)
    return Row(
        person_id=person_id,
        name=pseudonym(person_id),
        at=turn.at if turn else conversation.last_at,
        words=veil(turn.text if turn else conversation.last_words),
        turns=conversation.turns,
        unclear=conversation.unclear,
        risk=RISKS[conversation.risk],
        failed=conversation.failed,
        stage=stage,
        area=area,
        assigned_to=conversation.assigned_to,
        unread=conversation.reviewed_at is None or conversation.reviewed_at < conversation.last_at,
        turn_id=turn.id if turn else None,
    )


def intents_heard(session: Session) -> list[str]:
    """Intents that were understood at least once, by looking each up in the index."""
    heard: list[str] = []
    last = ""
    while True:
        following = session.scalar(select(func.min(Turn.understood)).where(Turn.understood > last))
        if not following or len(heard) > 200:
            return heard
        heard.append(following)
        last = following


def _before(words: str) -> tuple[datetime, str] | None:
    at, _, person_id = words.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        usable = moment.tzinfo is not None and moment.astimezone(timezone.utc) is not None
    except (ValueError, OverflowError):
        return None
    return (moment, person_id) if usable and person_id else None


def show(visit: Visit) -> Response:
    """The list, or what a search found."""
    fields = asdict(Filters())
    filters = Filters(**{name: visit.asked(name) for name in fields})
    if filters.q:
        hits = found(visit.db, filters, visit.who, visit.number("before"))
        people = {c.person_id for _, c, _, _ in hits}
        shared = shared_among(visit.db, people)
        rows = [_row(c, stage, area, shared, turn) for turn, c, stage, area in hits[:PAGE]]
        after = {"before": hits[PAGE - 1][0].id} if len(hits) > PAGE else None
        # The words that were looked for may be a patient's, so the audit does not have them.
        visit.note("search")
        note_looks(visit, "look_found", [r.person_id for r in rows])
    else:
        kept = listed(visit.db, filters, visit.who, _before(visit.asked("before")))
        shared = shared_among(visit.db, [c.person_id for c, _, _ in kept])
        rows = [_row(c, stage, area, shared) for c, stage, area in kept[:PAGE]]
        note_looks(visit, "look_list", [r.person_id for r in rows])
        last = rows[-1] if rows else None
        after = (
            {"before": f"{last.at.isoformat()}~{last.person_id}"}
            if last and len(kept) > PAGE
            else None
        )
    return visit.show(
        "_rows.html" if visit.asked("part") == "rows" else "conversations.html",
        title="Conversations",
        rows=rows,
        filters=filters,
        more=filters.query(**after) if after else "",
        more_part=filters.query(**after, part="rows") if after else "",
        flags=FLAGS,
        stages=(*STAGES[1:], OPEN),
        intents=[] if visit.asked("part") else intents_heard(visit.db),
        tags=[] if visit.asked("part") else _tags(visit.db),
        first=not visit.asked("before"),
    )


def _tags(session: Session) -> list[str]:
    return list(session.scalars(select(distinct(Tag.word)).order_by(Tag.word).limit(100)))


PAGES = (Page("GET", "/conversations", show, May.READ),)
