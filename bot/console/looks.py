"""Looks at lists: for the audit, each person whose words a page of many people showed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from bot.console.web import Visit
from bot.store.audit import Audit, mark_of
from bot.store.base import now

ONCE_IN = timedelta(hours=1)
"""One row for the same person, member of staff and kind of page; more would bury the rest."""


def note_looks(visit: Visit, what: str, people: Iterable[str | None]) -> None:
    """Put it in the audit that a page showed these people (ids); ``None`` is nobody known."""
    marks = {mark_of(person_id): person_id for person_id in people if person_id}
    lately = select(Audit.subject).where(
        Audit.subject.in_(list(marks)),
        Audit.who == visit.who,
        Audit.what == what,
        Audit.at > now() - ONCE_IN,
    )
    known = set(visit.db.scalars(lately))
    for mark, person_id in marks.items():
        if mark not in known:
            visit.note(what, person_id)
