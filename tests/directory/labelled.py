"""Real records with what they are for, labelled by reading; the records themselves are not here.

``labelled.jsonl`` names 192 services of ``../shared/directories`` by feed and id. Read here for
the test of tagging and for ``benchmarks.matching_report``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from bot.directory.importer import import_source
from bot.directory.model import Listing
from bot.directory.query import get
from bot.settings import PROJECT
from bot.store.directory import FeedRow, ServiceRow

SHARED = PROJECT.parent / "shared" / "directories"
SOURCES = {
    "bristol": SHARED / "feeds" / "bristol",
    "buckinghamshire": SHARED / "feeds" / "buckinghamshire",
    "folkestone": SHARED / "feeds" / "folkestone",
    "aliss": SHARED / "aliss" / "docs_sample_services_v41.json",
}
LABELS = Path(__file__).with_name("labelled.jsonl")


@dataclass
class Agreement:
    """Tags of labelled records: given and right, given and wrong, and missing."""

    right: int = 0
    wrong: int = 0
    missing: int = 0

    @property
    def precision(self) -> float:
        """Share of the given tags that are right."""
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the labels that were given."""
        return self.right / (self.right + self.missing)

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)

    def take(self, given: frozenset[str], wanted: frozenset[str]) -> None:
        """Count one record."""
        self.right += len(given & wanted)
        self.wrong += len(given - wanted)
        self.missing += len(wanted - given)


def are_here() -> bool:
    """Whether the real records can be read."""
    return all(source.exists() for source in SOURCES.values())


def agreement(
    open_session: Callable[[], AbstractContextManager[Session]],
) -> tuple[int, Agreement, Agreement]:
    """Import the feeds through the real importer, and compare their tags with the labels.

    Returns:
        How many records; the sub-categories; the kinds of work.
    """
    for feed, source in SOURCES.items():
        import_source(source, feed=feed, session_factory=open_session)
    subcategories, works = Agreement(), Agreement()
    with open_session() as session:
        given = dict(_given(session))
    rows = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    for row in rows:
        listing = given[row["feed"], row["id"]]
        subcategories.take(
            frozenset(s.value for s in listing.subcategories), frozenset(row["subcategories"])
        )
        works.take(frozenset(w.value for w in listing.works), frozenset(row["works"]))
    return len(rows), subcategories, works


def _given(session: Session) -> Iterator[tuple[tuple[str, str], Listing]]:
    rows = session.query(ServiceRow.id, FeedRow.name).join(FeedRow)
    for key, feed in rows.all():
        listing = get(session, key)
        if listing is not None:
            yield (feed, listing.source_id), listing
