"""The queue: what needs a person, the most pressing first.

Nothing is copied onto it. A risk, a request and an unmet need are on the queue because their
row says that they are open, and stay there until somebody ends them with a note. So is a
correction of the directory until it is settled there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from bot.console import plain
from bot.console.looks import note_looks
from bot.console.names import Veil, pseudonym, readable, veil_for, veils_for
from bot.console.roles import May
from bot.console.web import ROOT, NotSo, NotThere, Page, Visit
from bot.directory.corrections import CorrectionState
from bot.store.base import now
from bot.store.directory import CorrectionRow
from bot.store.tables import ForStaff, RiskEvent, StaffRequest, UnmetNeed
from bot.store.turns import Turn

MOST = 100
"""Entries of one source that are shown at once, the most pressing first."""

OPEN, TAKEN, DONE = "open", "taken", "done"

SOURCES: dict[str, type[Any]] = {
    "risk": RiskEvent,
    "request": StaffRequest,
    "need": UnmetNeed,
}
"""What staff take and end here, by name in addresses."""

CORRECTION = "correction"
"""The source that is only shown here: it is settled on a page of the directory."""


@dataclass(frozen=True)
class Kind:
    """A kind of entry: its place in the queue, and by when it wants a person.

    The times are proposals; a service sets its own with ``due_at``.
    """

    code: str
    title: str
    place: int
    within: timedelta


KINDS = {
    k.code: k
    for k in (
        Kind("emergency", "Emergency", 0, timedelta(minutes=30)),
        Kind("crisis", "Crisis", 1, timedelta(hours=1)),
        Kind("concern", "Concern", 2, timedelta(days=1)),
        Kind("talk", "Wants to talk to someone", 3, timedelta(days=2)),
        Kind("complaint", "Complaint", 4, timedelta(days=3)),
        Kind("unmet_need", "Nothing suited", 5, timedelta(days=14)),
        Kind("wrong_details", "Details are wrong", 6, timedelta(days=7)),
        Kind("not_understood", "Not understood", 7, timedelta(days=14)),
    )
}
_OTHER = Kind("other", "Something else", 8, timedelta(days=7))
RISKS = ("emergency", "crisis", "concern")
_KIND_OF = {"risk": RiskEvent.level, "request": StaffRequest.kind}


@dataclass(frozen=True)
class Entry:
    """One entry, ready to show; ``person_id`` is ``None`` where it is not known who it was."""

    source: str
    id: int
    person_id: str | None
    kind: Kind
    at: datetime
    due: datetime
    state: str
    words: str
    taken_by: str | None
    taken_at: datetime | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    note: str

    @property
    def name(self) -> str:
        """The person's pseudonym."""
        return pseudonym(self.person_id) if self.person_id else "Not known who"

    @property
    def is_risk(self) -> bool:
        """Whether it is about safety."""
        return self.source == "risk"

    @property
    def is_late(self) -> bool:
        """Whether it should have been dealt with."""
        return self.state != DONE and self.due < now()


def _code(source: str, row: Any) -> str:
    if source == "risk":
        return str(row.level)
    return "unmet_need" if source == "need" else str(row.kind)


def _words(source: str, row: Any, veil: Veil) -> str:
    if source == "risk":
        about = readable(row.category) if row.category else "Low mood or strain"
        whom = " (about someone else)" if row.subject == "other" else ""
        said = {
            "yes": "said yes",
            "no": "said no",
            "not_sure": "was not sure",
            "none": "went on without answering",
        }.get(row.answer or "", "has not answered")
        if row.detector == "error":
            about = f"A part of the risk screen failed ({row.why}), so the message counts as a risk"
        return f"{about}{whom}" + (f". Asked gently, and {said}" if row.asked else "")
    if source == "need":
        wanted = ", ".join(readable(w).lower() for w in row.wanted) or "not said"
        return veil(f"Wanted: {wanted}" + (f". Area: {row.area}" if row.area else ""))
    return veil(row.words)


def _correction(row: CorrectionRow, veil: Veil) -> Entry:
    kind = KINDS["wrong_details"]
    about = f"{row.name or 'Not known which service'}: {readable(row.about).lower()}"
    return Entry(
        source=CORRECTION,
        id=row.id,
        person_id=row.person_id,
        kind=kind,
        at=row.at,
        due=row.at + kind.within,
        state=OPEN,
        words=f"{about}. {veil(row.words)}" if row.words else about,
        taken_by=None,
        taken_at=None,
        reviewed_by=None,
        reviewed_at=None,
        note="",
    )


def _entry(source: str, row: Any, veil: Veil) -> Entry:
    if isinstance(row, CorrectionRow):
        return _correction(row, veil)
    kind = KINDS.get(_code(source, row), _OTHER)
    return Entry(
        source=source,
        id=row.id,
        person_id=row.person_id,
        kind=kind,
        at=row.at,
        due=row.due_at or row.at + kind.within,
        state=row.state,
        words=_words(source, row, veil),
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        note=row.review_note,
    )


def entries(
    session: Session, who: str, *, kind: str = "", mine: bool = False, done: bool = False
) -> list[Entry]:
    """The queue as one member of staff sees it: by place, then by when it is due.

    Args:
        kind: a code of ``KINDS``, or ``risk`` for all three.
        mine: only what ``who`` has taken.
        done: what was ended instead, the latest first.
    """
    found: list[tuple[str, Any]] = []
    for source, table in SOURCES.items():
        query = select(table).where(table.state == DONE if done else table.state != DONE)
        if mine:
            query = query.where((table.reviewed_by if done else table.taken_by) == who)
        narrowed = _narrowed(query, source, table, kind)
        if narrowed is None:
            continue
        # By kind before the cut, as many old concerns would hide a new emergency; then by age, as
        # the newest of a kind would hide an old one that is late.
        order = (table.reviewed_at.desc(),) if done else (*_place(source), table.at, table.id)
        found += [(source, row) for row in session.scalars(narrowed.order_by(*order).limit(MOST))]
    if kind in ("", "wrong_details") and not mine and not done:
        oldest = _OPEN_CORRECTIONS.order_by(CorrectionRow.at, CorrectionRow.id).limit(MOST)
        found += [(CORRECTION, row) for row in session.scalars(oldest)]
    veils = veils_for(session, who, [row.person_id for _, row in found])
    shown = [_entry(source, row, veils[row.person_id]) for source, row in found]
    if done:
        return sorted(shown, key=lambda e: e.reviewed_at or e.at, reverse=True)
    return sorted(shown, key=lambda e: (e.kind.place, e.due, e.id))


_OPEN_CORRECTIONS = select(CorrectionRow).where(CorrectionRow.state == CorrectionState.OPEN.value)


def _place(source: str) -> tuple[Any, ...]:
    """The order of a source's kinds in SQL; nothing for a source of one kind."""
    column = _KIND_OF.get(source)
    if column is None:
        return ()
    return (case({k.code: k.place for k in KINDS.values()}, value=column, else_=_OTHER.place),)


def _narrowed(query: Any, source: str, table: type[Any], kind: str) -> Any | None:
    if not kind:
        return query
    if source == "risk":
        if kind == "risk":
            return query
        return query.where(table.level == kind) if kind in RISKS else None
    if source == "need":
        return query if kind == "unmet_need" else None
    if kind in RISKS or kind in ("risk", "unmet_need"):
        return None
    return query.where(table.kind == kind)


def counts(session: Session) -> dict[str, int]:
    """How many of each kind are open or taken."""
    found: dict[str, int] = dict.fromkeys(KINDS, 0)
    for source, table in SOURCES.items():
        column = _KIND_OF.get(source)
        query = select(column, func.count()) if column is not None else select(func.count())
        query = query.where(table.state != DONE)
        if column is None:
            found["unmet_need"] += session.scalar(query) or 0
            continue
        for code, count in session.execute(query.group_by(column)):
            key = code if code in KINDS else _OTHER.code
            found[key] = found.get(key, 0) + count
    corrections = select(func.count()).select_from(_OPEN_CORRECTIONS.subquery())
    found["wrong_details"] += session.scalar(corrections) or 0
    return found


def flags_of(session: Session, who: str, person_id: str) -> list[Entry]:
    """Everything of one person that is or was on the queue, the open ones first.

    A correction that is settled is nobody's any more.
    """
    veil = veil_for(session, who, person_id)
    queries: dict[str, tuple[type[Any], Any]] = {s: (t, select(t)) for s, t in SOURCES.items()}
    queries[CORRECTION] = CorrectionRow, _OPEN_CORRECTIONS
    found = [
        _entry(source, row, veil)
        for source, (table, query) in queries.items()
        for row in session.scalars(
            query.where(table.person_id == person_id).order_by(table.id.desc()).limit(MOST)
        )
    ]
    return sorted(found, key=lambda e: (e.state == DONE, e.kind.place, -e.at.timestamp()))


def turn_of(session: Session, row: ForStaff | CorrectionRow) -> int | None:
    """The turn that put something on the queue: by its update, else the nearest before it."""
    person_id, at = row.person_id, row.at  # type: ignore[union-attr]
    key = getattr(row, "update_key", None)
    if key:
        found = session.scalar(
            select(Turn.id).where(Turn.person_id == person_id, Turn.update_key == key)
        )
        if found is not None:
            return found
    return session.scalar(
        select(Turn.id)
        # The turn is stamped when the message was read, the flag a moment after that.
        .where(Turn.person_id == person_id, Turn.at <= at + timedelta(seconds=2))
        .order_by(Turn.id.desc())
        .limit(1)
    )


def _row(visit: Visit, sources: Mapping[str, type[Any]] = SOURCES) -> Any:
    table = sources.get(visit.path("source"))
    number = visit.path("id")
    usable = number.isascii() and number.isdigit() and len(number) < 10
    row = visit.db.get(table, int(number)) if table is not None and usable else None
    if row is None:
        raise NotThere("This is not on the queue any more. The person may have been erased.")
    return row


# --- pages ---------------------------------------------------------------------------------


def show(visit: Visit) -> Response:
    """The queue."""
    kind = visit.asked("kind")
    mine, done = visit.asked("mine") == "1", visit.asked("done") == "1"
    kind = kind if kind in KINDS or kind == "risk" else ""
    how_many = counts(visit.db)
    whole = not (kind or mine or done)
    shown: Sequence[Entry] = entries(visit.db, visit.who, kind=kind, mine=mine, done=done)
    note_looks(visit, "look_queue", [e.person_id for e in shown])
    return visit.show(
        "queue.html",
        title="Queue",
        entries=shown,
        kinds=[(k, how_many[k.code]) for k in KINDS.values()],
        risks=sum(how_many[r] for r in RISKS),
        all=sum(how_many.values()),
        late=sum(e.is_late for e in (shown if whole else entries(visit.db, visit.who))),
        kind=kind,
        mine=mine,
        done=done,
        most=MOST,
    )


def to_turn(visit: Visit) -> Response:
    """The place in the conversation that put an entry here."""
    row = _row(visit, {**SOURCES, CORRECTION: CorrectionRow})
    if row.person_id is None:
        raise NotThere("It is not known in which conversation this was said.")
    turn = turn_of(visit.db, row)
    to = f"{ROOT}/c/{row.person_id}" + (f"?at={turn}#t{turn}" if turn else "")
    return RedirectResponse(to, status_code=303)


def take(visit: Visit) -> Response:
    """Somebody deals with it."""
    row = _row(visit)
    _refuse_ended(row)
    if row.state == TAKEN and row.taken_by != visit.who:
        raise NotSo(f"{row.taken_by} has taken this already.")
    # Where it is opened again, it was first taken when it was.
    first = row.taken_at or now()
    _change(visit, row, state=TAKEN, taken_by=visit.who, taken_at=first)
    visit.note("queue_take", row.person_id, target=_target(visit))
    return _answer(visit)


def release(visit: Visit) -> Response:
    """Give it back to everybody."""
    row = _row(visit)
    if row.state != TAKEN:
        raise NotSo("Nobody has taken this.")
    if row.taken_by != visit.who and not visit.may(May.AUDIT):
        raise NotSo(f"Only {row.taken_by} or a lead can give this back.")
    _change(visit, row, state=OPEN, taken_by=None, taken_at=None)
    visit.note("queue_release", row.person_id, target=_target(visit))
    return _answer(visit)


def finish(visit: Visit) -> Response:
    """End it, with a note of what was done; notes of earlier ends stay above it."""
    row = _row(visit)
    _refuse_ended(row)
    note = visit.needed("note", "what was done")
    notes = "\n\n".join(filter(None, (row.review_note, note)))
    _change(visit, row, state=DONE, review_note=notes, reviewed_by=visit.who, reviewed_at=now())
    visit.note("queue_done", row.person_id, target=_target(visit))
    return _answer(visit)


def reopen(visit: Visit) -> Response:
    """Put it back on the queue; the note stays to be read, with who wrote it and when."""
    row = _row(visit)
    if row.state != DONE:
        raise NotSo("This is open already.")
    signed = f"{row.review_note}\n({row.reviewed_by}, {plain.clock(row.reviewed_at)})"
    _change(
        visit,
        row,
        state=OPEN,
        taken_by=None,
        review_note=signed,
        reviewed_by=None,
        reviewed_at=None,
    )
    visit.note("queue_reopen", row.person_id, target=_target(visit))
    return _answer(visit)


def _refuse_ended(row: Any) -> None:
    if row.state == DONE:
        raise NotSo(f"{row.reviewed_by} has ended this already.")


def _change(visit: Visit, row: Any, **values: Any) -> None:
    """Write the entry if it is still as it was read; ``NotSo`` where somebody was quicker."""
    table = type(row)
    as_it_was = table.taken_by.is_(None) if row.taken_by is None else table.taken_by == row.taken_by
    changed = visit.db.execute(
        update(table)
        .where(table.id == row.id, table.state == row.state, as_it_was)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise NotSo("Somebody else did something with this at the same moment. Look again first.")
    visit.db.refresh(row)


def _target(visit: Visit) -> str:
    return f"{visit.path('source')} {visit.path('id')}"


def _answer(visit: Visit) -> Response:
    """The entry as it is now, for a page that can put it in place; else back to the page."""
    row = _row(visit)
    if visit.request.headers.get("hx-request") != "true":
        return visit.back(f"{ROOT}/queue")
    visit.db.flush()
    entry = _entry(visit.path("source"), row, veil_for(visit.db, visit.who, row.person_id))
    return visit.show("_entry.html", e=entry, title="")


PAGES = (
    Page("GET", "/queue", show, May.QUEUE),
    Page("GET", "/queue/{source}/{id}", to_turn, May.READ),
    Page("POST", "/queue/{source}/{id}/take", take, May.QUEUE),
    Page("POST", "/queue/{source}/{id}/release", release, May.QUEUE),
    Page("POST", "/queue/{source}/{id}/done", finish, May.QUEUE),
    Page("POST", "/queue/{source}/{id}/reopen", reopen, May.QUEUE),
)
