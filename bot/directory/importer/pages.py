"""Notes of a live feed's pages, kept in the store from one crawl to the next."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.directory.importer.live import PageNote, is_by_this_version
from bot.store.directory import FeedPageRow, FeedRow, ServiceRow


class StoredPages:
    """The notes of one feed (``live.PageNotes``)."""

    def __init__(
        self, open_session: Callable[[], AbstractContextManager[Session]], feed: str
    ) -> None:
        """Notes of the feed with this name, which must be there when they are asked for."""
        self._open_session = open_session
        self._feed = feed

    def recall(self, number: int) -> PageNote | None:
        """The note of a page.

        ``None`` where a service that it listed is not stored, or as another entry: it was not
        used, or the crawl ended before it was written, or an earlier version of the importer
        read it. Such a page has to be read again.
        """
        with self._open_session() as session:
            row = session.get(FeedPageRow, (self._id(session), number))
            if row is None:
                return None
            listed = tuple((key, print_of_entry) for key, print_of_entry in row.source_ids)
            stored = session.execute(
                select(ServiceRow.source_id, ServiceRow.list_hash).where(
                    ServiceRow.feed_id == row.feed_id,
                    ServiceRow.source_id.in_([key for key, _ in listed]),
                )
            )
            if {(key, known) for key, known in stored} != set(listed):
                return None
            if not all(is_by_this_version(known) for _, known in listed):
                return None
            return PageNote(row.etag, row.last_modified, row.envelope, listed)

    def keep(self, number: int, note: PageNote | None) -> None:
        """Keep the note of a page, or forget the one that is there."""
        with self._open_session() as session:
            key = {"feed_id": self._id(session), "number": number}
            session.execute(delete(FeedPageRow).filter_by(**key))
            if note is not None:
                row = FeedPageRow(
                    **key,
                    etag=note.etag,
                    last_modified=note.last_modified,
                    envelope=note.envelope,
                    source_ids=[list(entry) for entry in note.listed],
                )
                session.add(row)

    def _id(self, session: Session) -> int:
        return session.scalars(select(FeedRow.id).where(FeedRow.name == self._feed)).one()
