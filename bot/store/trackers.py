"""Tables of the tracker: a bounded window that Rasa works on, and the full log of events."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base


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
