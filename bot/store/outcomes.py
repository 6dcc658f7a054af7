"""Answers to an outcome scale: kept with the scale's version and the date, one row a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.tables import Outcome
from bot.support.scales import Scale


def begin(session: Session, person_id: str, scale: Scale) -> Outcome:
    """The row of somebody who has said yes to being asked now."""
    row = Outcome(person_id=person_id, scale=scale.name, version=scale.version)
    session.add(row)
    session.flush()
    return row


def keep(row: Outcome, scale: Scale, code: str, value: int) -> None:
    """Keep the answer to one item, and what is made of all answers so far."""
    row.answers = {**row.answers, code: value}
    row.scores = scale.scores(row.answers)


def outcomes(session: Session, person_id: str) -> list[Outcome]:
    """The rows in which anything was answered, oldest first."""
    query = select(Outcome).where(Outcome.person_id == person_id).order_by(Outcome.at, Outcome.id)
    return [row for row in session.scalars(query) if row.answers]


def last_asked(session: Session, person_id: str, scale: Scale) -> datetime | None:
    """When a yes to the scale was last said."""
    query = (
        select(Outcome.at)
        .where(Outcome.person_id == person_id, Outcome.scale == scale.name)
        .order_by(Outcome.at.desc())
        .limit(1)
    )
    return session.scalar(query)
