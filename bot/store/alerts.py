"""Alerts on their way to staff: one row for each risk and way, kept until it has arrived.

An alert is written in the transaction that records the risk, so that a crash loses neither.
It holds no word of the patient's: what was seen is read in the record, by those who may.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.store.base import Base, now
from bot.store.tables import RiskEvent

WAITING, SENT, FAILED = "waiting", "sent", "failed"
GIVE_UP_AFTER = timedelta(hours=48)
RETRY_FIRST, RETRY_MAX = timedelta(seconds=5), timedelta(minutes=15)
LEASE = timedelta(minutes=2)
"""How long a worker may take over one alert before another may try it."""


class Alert(Base):
    """One message to staff about one risk.

    Attributes:
        way: ``webhook`` or ``email``.
        payload: what is sent; see ``payload_of``.
        state: ``waiting``, ``sent``, or ``failed`` (given up after two days).
        due: when it is to be tried next.
        problem: the kind of the last failure.
    """

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    risk_event_id: Mapped[int] = mapped_column(
        ForeignKey("risk_event.id", ondelete="CASCADE"), index=True
    )
    way: Mapped[str] = mapped_column(String(10))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default=WAITING, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    due: Mapped[datetime] = mapped_column(default=now)
    problem: Mapped[str] = mapped_column(String(120), default="")
    created: Mapped[datetime] = mapped_column(default=now)
    sent: Mapped[datetime | None]


def payload_of(event: RiskEvent, service: str) -> dict[str, Any]:
    """What staff are told: which record to open, and how serious it is. No words, no names."""
    return {
        "event": event.id,
        "person": event.person_id,
        "at": event.at.isoformat(),
        "level": event.level,
        "category": event.category,
        "subject": event.subject,
        "service": service,
    }


def queue_alerts(session: Session, event: RiskEvent, ways: Iterable[str], service: str) -> None:
    """Put an alert for each way beside the risk, in its transaction."""
    session.flush()
    for way in ways:
        session.add(
            Alert(
                person_id=event.person_id,
                risk_event_id=event.id,
                way=way,
                payload=payload_of(event, service),
            )
        )


def claim(session: Session) -> Alert | None:
    """The alert that is due longest, taken by this worker for ``LEASE``; ``None`` for none."""
    row = session.scalars(
        select(Alert)
        .where(Alert.state == WAITING, Alert.due <= now())
        .order_by(Alert.due, Alert.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is not None:
        row.due = now() + LEASE
        session.flush()
    return row


def arrived(session: Session, alert_id: int) -> None:
    """It was taken by whoever it was for."""
    row = session.get(Alert, alert_id)
    if row is not None:
        row.state, row.sent, row.problem = SENT, now(), ""


def try_later(session: Session, alert_id: int, problem: str) -> bool:
    """It did not arrive; whether it will be tried again."""
    row = session.get(Alert, alert_id)
    if row is None:
        return False
    row.attempts += 1
    row.problem = problem[:120]
    if now() - row.created > GIVE_UP_AFTER:
        row.state = FAILED
        return False
    row.due = now() + min(RETRY_MAX, RETRY_FIRST * 2 ** min(row.attempts - 1, 12))
    return True
