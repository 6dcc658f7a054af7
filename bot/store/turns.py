"""Tables of what was said, as staff read it: a row for each turn, and one for each conversation.

Written by ``bot.conversations.projection`` in the transaction of the turn. The words of a turn
are searched through ``bot.store.turn_search``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base

_Key = BigInteger().with_variant(Integer, "sqlite")
RISKS = ("none", "concern", "crisis", "emergency")
"""Levels of risk; a conversation keeps the position of its highest."""


class Conversation(Base):
    """All turns with one person, summed up, so that a list of many is quick.

    Attributes:
        event_id: the last row of ``tracker_event`` that has been projected.
        turns: how many; ``unclear``, ``low`` and ``failed`` how many of these were so.
        risk: position in ``RISKS`` of the highest level seen.
        last_words: the beginning of what the person said last.
        form, asked: the form that is on now, and the slot that it asks for.
        names: names of people that came up, in order; what staff see instead of a name is its
            number here.
        assigned_to, reviewed_at, reviewed_by: the staff's.
    """

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_newest", "last_at", "person_id"),)

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    channel: Mapped[str] = mapped_column(String(20), default="")
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    event_id: Mapped[int] = mapped_column(_Key, default=0)
    turns: Mapped[int] = mapped_column(default=0)
    unclear: Mapped[int] = mapped_column(default=0)
    low: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    risk: Mapped[int] = mapped_column(default=0)
    last_words: Mapped[str] = mapped_column(Text, default="")
    form: Mapped[str] = mapped_column(String(40), default="")
    asked: Mapped[str] = mapped_column(String(40), default="")
    names: Mapped[list[Any]] = mapped_column(default=list)
    assigned_to: Mapped[str | None] = mapped_column(String(80), index=True)
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(80))


SERVICE = "service"
NOT_OF_THE_PERSON = ("due", SERVICE)
"""Kinds of turn in which the person did nothing: a follow-up was due, or the service wrote."""


class Turn(Base):
    """What a person did, what was understood, and what the bot said to it.

    Attributes:
        kind: ``text``, ``press``, ``chosen``, ``location``, ``media``, ``command``, or
            ``service`` for words of the service that answer nothing.
        text: what was typed, or the titles of what was pressed.
        intent: what the dialogue went by; ``understood`` is the classifier's own reading,
            with its ``confidence`` (0 to 1) and the likeliest others in ``ranking``.
        found: ``members``, ``edits``, ``difficulties`` as in ``wise understand``.
        actions: names of the actions, in order; ``slots`` those that changed, with the value.
        replies: objects of ``bot.conversations.replies.Reply``.
        form, asked: the form that was on, and the slot it asked for, when the turn began.
        took_ms: from the message's arrival to the last reply.
        unclear: the bot said that it did not understand; ``low``: the classifier doubted;
            ``failed``: the bot apologised; ``stuck``: the third that was unclear of the last
            eight, which asks for a member of staff.
    """

    __tablename__ = "turn"
    __table_args__ = (
        Index("ix_turn_person", "person_id", "id"),
        Index("ix_turn_update", "person_id", "update_key"),
        Index("ix_turn_understood", "understood", "person_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(20), default="")
    update_key: Mapped[str | None] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text, default="")
    intent: Mapped[str] = mapped_column(String(60), default="")
    understood: Mapped[str] = mapped_column(String(60), default="")
    confidence: Mapped[float | None]
    ranking: Mapped[list[Any]] = mapped_column(default=list)
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actions: Mapped[list[Any]] = mapped_column(default=list)
    slots: Mapped[dict[str, Any]] = mapped_column(default=dict)
    risk: Mapped[str] = mapped_column(String(12), default=RISKS[0])
    risk_category: Mapped[str | None] = mapped_column(String(24))
    replies: Mapped[list[Any]] = mapped_column(default=list)
    form: Mapped[str] = mapped_column(String(40), default="")
    asked: Mapped[str] = mapped_column(String(40), default="")
    took_ms: Mapped[int | None]
    unclear: Mapped[bool] = mapped_column(default=False)
    low: Mapped[bool] = mapped_column(default=False)
    failed: Mapped[bool] = mapped_column(default=False)
    stuck: Mapped[bool] = mapped_column(default=False)
