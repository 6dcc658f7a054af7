"""The sample directory that ships with the product: a fictional town, for trying things out."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from bot.directory import visibility
from bot.directory.importer import import_source
from bot.store.base import unit_of_work
from bot.store.directory import FeedRow, ServiceRow

FEED = "Marlowby sample"
LICENCE = "CC0 1.0"
ATTRIBUTION = "Marlowby Directory, a made-up sample"


def load_on_first_use(url: str | None = None) -> int:
    """Load the sample where the store has no services at all; how many were loaded."""
    with unit_of_work(url) as session:
        if session.scalar(select(func.count()).select_from(ServiceRow)):
            return 0
    report = import_source(
        Path(__file__).parent, feed=FEED, licence=LICENCE, attribution=ATTRIBUTION, url=url
    )
    return report.added


def retire(url: str | None = None) -> int:
    """Take the sample away, once there is a real feed; how many services went.

    Its made-up national lines must never stand beside real ones.
    """
    with unit_of_work(url) as session:
        feed = session.scalar(select(FeedRow).where(FeedRow.name == FEED))
        if feed is None:
            return 0
        shown = (ServiceRow.feed_id == feed.id, ServiceRow.visible == 1)
        found = select(func.count()).select_from(ServiceRow).where(*shown)
        count = session.scalar(found) or 0
        visibility.retire(session, feed.id)
        return count
