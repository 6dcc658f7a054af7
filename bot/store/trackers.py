"""Tables of the tracker: a bounded window that Rasa works on, the full log of events, and what
the actions of a turn answered until it is in both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Float, ForeignKey, Index, String, bindparam, delete, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.store.base import Base, now


class TrackerWindow(Base):
    """What the next turn needs: the slots, the form that is on, and the last few events."""

    __tablename__ = "tracker_window"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    last_timestamp: Mapped[float] = mapped_column(Float)
    events: Mapped[list[Any]]


class TrackerEvent(Base):
    """One Rasa event; the whole log, never read during a turn."""

    __tablename__ = "tracker_event"
    __table_args__ = (
        Index("ix_tracker_event_person_time", "person_id", "timestamp"),
        Index("ix_tracker_event_person_row", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    timestamp: Mapped[float] = mapped_column(Float, index=True)
    type_name: Mapped[str] = mapped_column(String(40))
    intent_name: Mapped[str | None] = mapped_column(String(60), index=True)
    action_name: Mapped[str | None] = mapped_column(String(80))
    data: Mapped[dict[str, Any]]


class ActionResult(Base):
    """What a call of an action answered, kept with what it changed until its turn is saved.

    Attributes:
        key: names the call; the same one for the same call of a turn that is taken again.
        result: what the action server gave: ``{"events": […], "responses": […]}``.
    """

    __tablename__ = "action_result"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    result: Mapped[dict[str, Any]]


# These are part of every call of an action, so the statements are made once and go straight to
# the connection: a third of the time that objects take.
_RESULTS: Any = ActionResult.__table__
_FIND = select(_RESULTS.c.result).where(
    _RESULTS.c.person_id == bindparam("person"), _RESULTS.c.key == bindparam("call")
)
_KEEP = insert(_RESULTS)
# A call that only asked is not waited for until it is on the disk: it is there before anything that
# a later call changes.
_WITHOUT_WAITING = text(
    "SELECT set_config('synchronous_commit', 'off', true)"
    " WHERE pg_current_xact_id_if_assigned() IS NULL"
)
_DROP = delete(_RESULTS).where(_RESULTS.c.person_id == bindparam("person"))


def find_result(session: Session, person_id: str, key: str) -> dict[str, Any] | None:
    """What a call of an action answered before; ``None`` where it did not."""
    found = session.connection().execute(_FIND, {"person": person_id, "call": key}).scalar()
    return cast("dict[str, Any] | None", found)


def keep_result(session: Session, person_id: str, key: str, result: Mapping[str, Any]) -> None:
    """Keep what a call answers; ``sqlalchemy.exc.IntegrityError`` where it has been kept."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_WITHOUT_WAITING)
    row = {"person_id": person_id, "key": key, "at": now(), "result": result}
    connection.execute(_KEEP, row)


def drop_results(session: Session, person_id: str) -> None:
    """The person's turn is over: it will not be taken again."""
    session.connection().execute(_DROP, {"person": person_id})
