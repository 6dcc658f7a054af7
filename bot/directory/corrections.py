"""Somebody says that a service's details are wrong: kept for staff, settled, sent to the owner.

The person's own words stay with staff. What goes to the directory's owner is the record, what
it is about, and the note that staff wrote.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from bot.network.model import Code
from bot.store.base import now
from bot.store.directory import CorrectionRow, FeedRow, ServiceRow


class About(Code):
    """What is said to be wrong."""

    CLOSED = "closed"
    TIME = "time"
    PLACE = "place"
    COST = "cost"
    CONTACT = "contact"
    WHO_FOR = "who_for"
    OTHER = "other"


class CorrectionState(Code):
    """Where a correction stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    SENT = "sent"


_ABOUT = (
    (
        About.CLOSED,
        r"\bclos(?:ed|ing)|shut|no longer|stopped|finished|not running|boarded|ended|"
        r"don'?t do (?:that|it)|gone\b|folded",
    ),
    (About.COST, r"£|\bcost|charged?|\bfree\b|price|\bpay|expensive|\bfee"),
    (About.CONTACT, r"phone|number|e-?mail|web ?site|\blink\b|\bring|\bcall"),
    (
        About.TIME,
        r"\btimes?\b|\bdays?\b|o'?clock|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
        r"\b\d{1,2}(?::\d\d)? ?[ap]m|\bstarts?\b",
    ),
    (
        About.PLACE,
        r"address|\bplace\b|moved|venue|building|\broom\b|\bhall\b|postcode|"
        r"wrong (?:road|street)",
    ),
    (About.WHO_FOR, r"\bage|only for|not for|women|\bmen\b|members|referral"),
)


@dataclass(frozen=True)
class Correction:
    """One correction, as staff see it. ``words`` are the person's own and never leave staff.

    ``person_id`` is ``None`` where it is settled or not known who said it.
    """

    id: int
    person_id: str | None
    service_id: int | None
    feed: str
    source_id: str
    name: str
    about: About
    words: str
    at: datetime
    state: CorrectionState
    note: str
    decided_by: str | None


def about_of(words: str) -> About:
    """What the words say is wrong; ``OTHER`` where they do not say."""
    return next((a for a, p in _ABOUT if re.search(p, words, re.IGNORECASE)), About.OTHER)


def open_correction(
    session: Session,
    service_id: int | None,
    *,
    words: str = "",
    about: About | None = None,
    person_id: str | None = None,
) -> int:
    """Keep that a service's details are said to be wrong; the correction's id.

    ``service_id`` is ``None`` where it is not known which service is meant.
    """
    row = CorrectionRow(
        person_id=person_id, about=(about or about_of(words)).value, words=words[:2000]
    )
    if service_id is not None:
        found = session.execute(
            select(ServiceRow.id, FeedRow.name, ServiceRow.source_id, ServiceRow.name)
            .join(FeedRow, FeedRow.id == ServiceRow.feed_id)
            .where(ServiceRow.id == service_id)
        ).first()
        if found is not None:
            row.service_id, row.feed, row.source_id, row.name = found
    session.add(row)
    session.flush()
    return row.id


def corrections(
    session: Session,
    *,
    state: CorrectionState | None = CorrectionState.OPEN,
    feed: str | None = None,
    only: int | None = None,
    limit: int | None = 100,
    offset: int = 0,
) -> list[Correction]:
    """Corrections, the oldest first; or the one with the id ``only``."""
    row = CorrectionRow
    query = select(row).order_by(row.at, row.id).limit(limit).offset(offset)
    if state is not None:
        query = query.where(row.state == state.value)
    if feed is not None:
        query = query.where(row.feed == feed)
    if only is not None:
        query = query.where(row.id == only)
    return [_read(r) for r in session.scalars(query)]


def settle(session: Session, correction_id: int, *, right: bool, note: str = "", by: str) -> None:
    """Staff found that the person is right, or that the record is; the person's words go.

    Args:
        note: what is right instead, for the directory's owner.

    Raises:
        KeyError: if there is no such correction.
        ValueError: if somebody has settled it already.
    """
    row = session.get(CorrectionRow, correction_id)
    if row is None:
        raise KeyError(f"there is no correction {correction_id}")
    settled = session.execute(
        update(CorrectionRow)
        .where(CorrectionRow.id == correction_id, CorrectionRow.state == CorrectionState.OPEN.value)
        .values(
            state=(CorrectionState.CONFIRMED if right else CorrectionState.DISMISSED).value,
            note=note.strip()[:2000],
            words="",
            person_id=None,
            decided_by=by[:80],
            decided_at=now(),
        )
    )
    session.refresh(row)
    if not isinstance(settled, CursorResult) or settled.rowcount != 1:
        raise ValueError(f"{row.decided_by or 'somebody'} has settled this already")


FIELDS = ("feed", "source_id", "name", "about", "note", "noticed")


def feeds_to_tell(session: Session) -> list[str]:
    """The feeds of confirmed corrections that their owners were not sent, by name.

    "" stands for those of which it is not known which service was meant.
    """
    row = CorrectionRow
    query = select(row.feed).where(row.state == CorrectionState.CONFIRMED.value)
    return list(session.scalars(query.distinct().order_by(row.feed)))


def corrections_file(session: Session, feed: str) -> list[dict[str, str]]:
    """Confirmed corrections of one feed for its owner, as rows of ``FIELDS``."""
    return [
        {
            "feed": c.feed,
            "source_id": c.source_id,
            "name": c.name,
            "about": c.about.value,
            "note": c.note,
            "noticed": _day(c.at).isoformat(),
        }
        for c in corrections(session, state=CorrectionState.CONFIRMED, feed=feed, limit=None)
    ]


def as_csv(rows: Sequence[dict[str, str]]) -> str:
    """The rows as a CSV table; a cell cannot start a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.DictWriter(out, FIELDS)
    writer.writeheader()
    for row in rows:
        writer.writerow({k: f"'{v}" if v[:1] in "=+-@\t\r" and v else v for k, v in row.items()})
    return out.getvalue()


def file_name(feed: str) -> str:
    """What to call the file of a feed: "corrections-council-of-x.csv"."""
    plain = re.sub(r"[^a-z0-9]+", "-", feed.casefold()).strip("-")
    return f"corrections-{plain or 'directory'}.csv"


def mark_sent(session: Session, feed: str, until: datetime | None = None) -> int:
    """The confirmed ones of a feed went to its owner; how many they were.

    Args:
        until: only what was confirmed by then, as the file may be older than the newest.
    """
    row = CorrectionRow
    mine = [row.feed == feed, row.state == CorrectionState.CONFIRMED.value]
    if until is not None:
        mine.append(row.decided_at <= until)
    sent = session.execute(update(row).where(*mine).values(state=CorrectionState.SENT.value))
    return sent.rowcount if isinstance(sent, CursorResult) else 0


def _day(moment: datetime) -> date:
    return moment.date()


def _read(row: CorrectionRow) -> Correction:
    return Correction(
        id=row.id,
        person_id=row.person_id,
        service_id=row.service_id,
        feed=row.feed,
        source_id=row.source_id,
        name=row.name,
        about=About(row.about),
        words=row.words,
        at=row.at,
        state=CorrectionState(row.state),
        note=row.note,
        decided_by=row.decided_by,
    )


def as_dict(correction: Correction) -> dict[str, object]:
    """For ``--json``; without the person and their words."""
    kept = asdict(correction)
    del kept["person_id"], kept["words"]
    return {k: str(v) if isinstance(v, datetime) else v for k, v in kept.items()}
