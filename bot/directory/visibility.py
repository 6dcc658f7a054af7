"""Which services are offered: one rule, applied to the rows that matching scans.

A service is offered when it is active, was not closed by two full crawls without it, is not a
second record of one that is shown, and its feed is not retired.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from bot.directory.model import ServiceStatus
from bot.store.directory import FeedRow, ServiceAtLocationRow, ServiceRow

_CHUNK = 500


def refresh(session: Session, ids: Sequence[int]) -> None:
    """Work out anew whether these services are offered."""
    row, place = ServiceRow, ServiceAtLocationRow
    retired = select(FeedRow.id).where(FeedRow.retired != 0)
    offered = case(
        (row.status != ServiceStatus.ACTIVE.value, 0),
        (row.closed_at.is_not(None), 0),
        (row.twin_of.is_not(None), 0),
        (row.feed_id.in_(retired), 0),
        else_=1,
    )
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        session.execute(
            update(row).where(row.id.in_(chunk), row.visible != offered).values(visible=offered)
        )
        now_visible = select(row.visible).where(row.id == place.service_id).scalar_subquery()
        session.execute(
            update(place)
            .where(place.service_id.in_(chunk), place.visible != now_visible)
            .values(visible=now_visible)
        )


def retire(session: Session, feed_id: int, *, retired: bool = True) -> None:
    """Take a feed out of what is offered, or put it back."""
    session.execute(update(FeedRow).where(FeedRow.id == feed_id).values(retired=int(retired)))
    refresh(session, list(session.scalars(select(ServiceRow.id).where(
        ServiceRow.feed_id == feed_id))))  # fmt: skip
