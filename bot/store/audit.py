"""Who looked at whom and who changed what, for good: rows are added and never changed.

The database itself refuses to change or delete a row (triggers, made by the migration). So
that this can outlive an erasure, a person is not named by their id but by a keyed mark of it:
with the id one can ask who looked; from the mark nobody gets back to the person.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import BigInteger, Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.secret import derived_key
from bot.store.base import Base, now


class Audit(Base):
    """One look or change.

    Attributes:
        who: the account of a member of staff, ``command line`` or ``system``.
        what: a short code, such as ``look_transcript``, ``export`` or ``erase``.
        subject: the mark of a person (see ``mark_of``); empty where it is about nobody.
        target: which row, setting or file, without any name or word of a patient's.
        reason: why, in the words of staff.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    who: Mapped[str] = mapped_column(String(80), index=True)
    what: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(32), default="", index=True)
    target: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")


def mark_of(person_id: str) -> str:
    """What stands for a person here (32 hexadecimal characters)."""
    key = derived_key("audit").encode()
    return hmac.new(key, person_id.encode(), hashlib.sha256).hexdigest()[:32]


def note(
    session: Session,
    who: str,
    what: str,
    person_id: str = "",
    *,
    target: str = "",
    reason: str = "",
) -> None:
    """Add a row, in the transaction of what it is about."""
    subject = mark_of(person_id) if person_id else ""
    session.add(Audit(who=who, what=what, subject=subject, target=target, reason=reason))


def about(session: Session, person_id: str) -> list[Audit]:
    """Every look at a person and every change of them, oldest first."""
    return list(
        session.scalars(select(Audit).where(Audit.subject == mark_of(person_id)).order_by(Audit.id))
    )
