"""How long things are kept: conversations and closed records go after their days.

``WISE_KEEP_CHAT_DAYS`` is for what was said (the log, turns, staff's notes on them, and what a
chat is picked up from), and ``WISE_KEEP_RECORD_DAYS`` for the whole record of somebody who has not
been back. 0 keeps until erased. Risks that nobody has dealt with keep their record, however old.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, Table, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.store.base import Base, empty_log_after, now
from bot.store.people import erase
from bot.store.tables import Person, RiskEvent
from bot.store.trackers import TrackerEvent
from bot.store.turns import Conversation, Turn

CHAT = {"tracker_event": "timestamp", "turn": "at", "tracker_window": "last_timestamp"}
"""Tables of what was said, and the column of its moment; what hangs on a turn goes with it.

Who comes back to a chat whose window is gone is met by their record.
"""
TURN_OVER = timedelta(days=7)
"""After which no turn is taken again: what its actions answered is left over from one that failed
and was the person's last."""


@dataclass
class Retained:
    """What a run removed, or would remove: whole records, and rows of conversations by table."""

    records: int = 0
    kept_for_open_risk: int = 0
    rows: dict[str, int] = field(default_factory=dict)


def apply(session: Session, settings: Settings, *, dry_run: bool) -> Retained:
    """Remove what is past its days; with ``dry_run`` only count it."""
    result = Retained()
    moment = now()
    empty_log_after(session)
    if settings.wise_keep_record_days:
        before = moment - timedelta(days=settings.wise_keep_record_days)
        old = session.scalars(
            select(Person.id).where(Person.last_seen_at < before).order_by(Person.id)
        ).all()
        for person_id in old:
            if _open_risk(session, person_id):
                result.kept_for_open_risk += 1
                continue
            result.records += 1
            if not dry_run:
                erase(session, person_id)
    if settings.wise_keep_chat_days:
        before = moment - timedelta(days=settings.wise_keep_chat_days)
        for name, column in CHAT.items():
            limit = before if column == "at" else before.timestamp()
            _remove(session, Base.metadata.tables[name], column, limit, result, dry_run=dry_run)
        _blank_summaries(session, before, result, dry_run=dry_run)
    results = Base.metadata.tables["action_result"]
    _remove(session, results, "at", moment - TURN_OVER, result, dry_run=dry_run)
    return result


def _remove(
    session: Session, table: Table, column: str, before: Any, result: Retained, *, dry_run: bool
) -> None:
    """Remove the rows of a table whose moment is before another."""
    past = table.c[column] < before
    count = session.scalar(select(func.count()).select_from(table).where(past)) or 0
    if count:
        result.rows[table.name] = count
        if not dry_run:
            session.execute(delete(table).where(past))


def _blank_summaries(
    session: Session, before: datetime, result: Retained, *, dry_run: bool
) -> None:
    """Take the words out of the summaries of chats in which nothing was said since a moment."""
    said_since = select(Turn.id).where(
        Turn.person_id == Conversation.person_id, Turn.at >= before, Turn.text != ""
    )
    holds = or_(Conversation.last_words != "", cast(Conversation.names, String) != "[]")
    past: Any = holds & ~said_since.exists()
    count = session.scalar(select(func.count()).select_from(Conversation).where(past)) or 0
    if count:
        result.rows["conversation"] = count
    if dry_run:
        return
    session.execute(
        update(Conversation)
        .where(past)
        .values(last_words="", names=[])
        .execution_options(synchronize_session=False)
    )
    # SQLite numbers the rows of an empty log from 1 again: what comes then is new all the same.
    logged = select(TrackerEvent.id).where(TrackerEvent.person_id == Conversation.person_id)
    session.execute(
        update(Conversation)
        .where(Conversation.event_id > 0, ~logged.exists())
        .values(event_id=0)
        .execution_options(synchronize_session=False)
    )


def _open_risk(session: Session, person_id: str) -> bool:
    return (
        session.scalar(
            select(RiskEvent.id)
            .where(RiskEvent.person_id == person_id, RiskEvent.state != "done")
            .limit(1)
        )
        is not None
    )
