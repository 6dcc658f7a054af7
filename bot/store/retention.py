"""How long things are kept: conversations and closed records go after their days.

``WISE_KEEP_CHAT_DAYS`` is for what was said (the log, turns, staff's notes on them), and
``WISE_KEEP_RECORD_DAYS`` for the whole record of somebody who has not been back. 0 keeps until
erased. Risks that nobody has dealt with keep their record, however old.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.store.base import Base, empty_log_after, now
from bot.store.people import erase
from bot.store.tables import Person, RiskEvent

CHAT = {"tracker_event": "timestamp", "turn": "at"}
"""Tables of what was said, and the column of its moment; what hangs on a turn goes with it."""


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
            table = Base.metadata.tables[name]
            limit = before.timestamp() if column == "timestamp" else before
            past = table.c[column] < limit
            count = session.scalar(select(func.count()).select_from(table).where(past)) or 0
            if count:
                result.rows[name] = count
                if not dry_run:
                    session.execute(delete(table).where(past))
    return result


def _open_risk(session: Session, person_id: str) -> bool:
    return (
        session.scalar(
            select(RiskEvent.id)
            .where(RiskEvent.person_id == person_id, RiskEvent.state != "done")
            .limit(1)
        )
        is not None
    )
