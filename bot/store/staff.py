"""Tables of the staff console: accounts and sessions, and what staff write on conversations.

What staff write about a person hangs on ``person`` and goes with it. Who looked is in
``audit.py``; flags for the queue are columns of the rows that put something there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base, now

_Key = BigInteger().with_variant(Integer, "sqlite")


def _person() -> Mapped[str]:
    return mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)


def _turn() -> Mapped[int | None]:
    return mapped_column(_Key, ForeignKey("turn.id", ondelete="CASCADE"), index=True)


class Staff(Base):
    """A member of staff.

    Attributes:
        username: what they sign in with, in lower case.
        role: a code of ``bot.console.roles.Role``.
        password: an argon2 hash; empty where they sign in elsewhere (OpenID Connect).
        totp: the secret of the second factor, encrypted; empty until it is set up.
        totp_step: the last 30-second step that was used, so that no code counts twice.
        failures: wrong passwords or codes in a row; ``locked_until`` ends the lock-out.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    password: Mapped[str] = mapped_column(Text, default="")
    totp: Mapped[str] = mapped_column(Text, default="")
    totp_step: Mapped[int] = mapped_column(_Key, default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class StaffSession(Base):
    """Someone who is signed in; ``key`` is the hash of what the browser holds."""

    __tablename__ = "staff_session"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    verified: Mapped[bool] = mapped_column(default=False)


class ReviewNote(Base):
    """What a member of staff wrote on a conversation, or on one turn of it."""

    __tablename__ = "review_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    turn_id: Mapped[int | None] = _turn()
    at: Mapped[datetime] = mapped_column(default=now)
    who: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text)


class Tag(Base):
    """A word that staff put on a conversation, to find it by."""

    __tablename__ = "tag"
    __table_args__ = (Unique("person_id", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    word: Mapped[str] = mapped_column(String(30), index=True)
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=now)


class Mark(Base):
    """What a turn meant, where it was misunderstood: a sentence for the next training.

    ``entities`` are ``{"text", "entity"}`` objects; ``words`` is the sentence to train on, which
    staff may change to take out what points to a person.
    """

    __tablename__ = "mark"
    __table_args__ = (Unique("turn_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    turn_id: Mapped[int] = mapped_column(_Key, ForeignKey("turn.id", ondelete="CASCADE"))
    intent: Mapped[str] = mapped_column(String(60))
    entities: Mapped[list[Any]] = mapped_column(default=list)
    words: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=now)


class Reveal(Base):
    """Names shown to one member of staff for a while because of a risk, and why."""

    __tablename__ = "reveal"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    who: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime]


class ImportJob(Base):
    """A directory that staff asked to be read again, and how far that is.

    ``state`` is ``running``, ``done`` or ``failed``; ``outcome`` says what came of it.
    """

    __tablename__ = "import_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    feed: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    records: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="running")
    outcome: Mapped[str] = mapped_column(Text, default="")


class RouteCheck(Base):
    """Somebody confirmed a contact route with its owner; the number is the one that was right."""

    __tablename__ = "route_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(String(40), index=True)
    nation: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(default=now)
    who: Mapped[str] = mapped_column(String(80))
