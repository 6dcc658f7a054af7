"""How often somebody came, by the turns that are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.turns import NOT_OF_THE_PERSON, Turn

APART = timedelta(minutes=30)
"""A longer silence ends a visit, as websites count them."""


def visits_since(session: Session, person_id: str, since: datetime, moment: datetime) -> int:
    """Visits since a moment, with the one in which the person writes at ``moment``."""
    came = session.scalars(
        select(Turn.at)
        .where(
            Turn.person_id == person_id,
            Turn.at >= since,
            Turn.kind.not_in(NOT_OF_THE_PERSON),
        )
        .order_by(Turn.at)
    )
    return 1 + sum(later - earlier > APART for earlier, later in pairwise([*came, moment]))
