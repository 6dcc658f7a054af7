"""Follow-ups that are due: kept in the database, each picked up once by any number of workers.

A due follow-up becomes an update in the chat's inbox, so that the assistant itself asks, in
turn with whatever the person writes, and knows what it asked. The row and the update change in
one transaction: a worker that is killed has done all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from bot.rights.consents import Scope
from bot.store import messages
from bot.store.tables import Address, Consent, FollowUp, Person, Plan
from bot.support.follow_up import GIVE_UP_AFTER, REMIND_AFTER, Hours

WAITING, SENT, NUDGED = "waiting", "sent", "nudged"
ANSWERED, SILENT, STOPPED = "answered", "silent", "stopped"
CHANNEL = "telegram"
"""The channel on which we can write first."""

DUE = {"is": "due"}
"""What the inbox keeps of a follow-up: not a word of the plan."""

APART = timedelta(hours=20)
"""Least time between two messages that we begin, whatever an outage has piled up."""


def agree(
    session: Session, person: Person, plan_id: int, weeks: Sequence[int], moment: datetime
) -> list[FollowUp]:
    """Keep when to ask how a plan went, in weeks from a moment."""
    hours = Hours(person.time_zone, person.ask_hour)
    rows = []
    for count in weeks:
        due = hours.after_weeks(moment, count)
        rows.append(FollowUp(person_id=person.id, plan_id=plan_id, due_at=due, next_at=due))
    session.add_all(rows)
    session.flush()
    return rows


def agree_on(
    session: Session, person: Person, plan_id: int, day: date, moment: datetime
) -> FollowUp:
    """Keep that the person wants to be asked on a day; never sooner than tomorrow."""
    hours = Hours(person.time_zone, person.ask_hour)
    tomorrow = moment.astimezone(hours.tz).date() + timedelta(days=1)
    due = hours.at(max(day, tomorrow))
    row = FollowUp(person_id=person.id, plan_id=plan_id, due_at=due, next_at=due)
    session.add(row)
    session.flush()
    return row


def begin_now(session: Session, person: Person, plan_id: int, moment: datetime) -> FollowUp:
    """The person tells of a plan before they were asked: as if they had been, just now."""
    row = FollowUp(person_id=person.id, plan_id=plan_id, due_at=moment, state=SENT, sent_at=moment)
    session.add(row)
    session.flush()
    return row


def answer(session: Session, row: FollowUp, moment: datetime) -> None:
    """The person answers: no reminder any more, nor any earlier question about the same plan."""
    if row.state == ANSWERED:
        return
    row.state, row.next_at, row.answered_at = ANSWERED, None, moment
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.plan_id == row.plan_id,
            FollowUp.id != row.id,
            FollowUp.state.in_((SENT, NUDGED, SILENT)),
        )
        .values(state=STOPPED, next_at=None)
    )
    session.flush()


def is_to_come(session: Session, plan_id: int) -> bool:
    """Whether a time to ask about a plan is agreed and not reached yet."""
    query = select(FollowUp.id).where(FollowUp.plan_id == plan_id, FollowUp.state == WAITING)
    return session.scalar(query.limit(1)) is not None


def can_write_first(session: Session, person_id: str) -> bool:
    """Whether the person has a chat in which we can begin."""
    return _address(session, person_id) is not None


def stop(session: Session, person_id: str, plan_id: int | None = None) -> None:
    """Ask no more: about one plan, or about any."""
    mine: tuple[ColumnElement[bool], ...] = (
        FollowUp.person_id == person_id,
        FollowUp.state.in_((WAITING, SENT, NUDGED)),
    )
    if plan_id is not None:
        mine = (*mine, FollowUp.plan_id == plan_id)
    session.execute(update(FollowUp).where(*mine).values(state=STOPPED, next_at=None))


def unanswered(session: Session, person_id: str) -> list[FollowUp]:
    """What was asked and not answered, about plans that are still active; oldest first."""
    query = (
        select(FollowUp)
        .join(Plan, Plan.id == FollowUp.plan_id)
        .where(
            FollowUp.person_id == person_id,
            FollowUp.state.in_((SENT, NUDGED, SILENT)),
            Plan.state == "active",
        )
        .order_by(FollowUp.due_at, FollowUp.id)
    )
    return list(session.scalars(query))


def next_person(session: Session, moment: datetime) -> str | None:
    """Take one person for whom something is due, and do it; their id, or ``None``.

    Call it in a transaction of its own for each person. No other worker can take the same
    person: on PostgreSQL the row is locked and others pass over it, and on both databases the
    claim is one conditional update.
    """
    free = or_(Person.asked_at.is_(None), Person.asked_at <= moment - APART)
    query = (
        select(Person)
        .where(
            Person.id.in_(select(FollowUp.person_id).where(FollowUp.next_at <= moment)),
            free,
        )
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    person = session.scalars(query).first()
    if person is None:
        return None
    before = person.asked_at
    claimed = session.execute(
        update(Person).where(Person.id == person.id, free).values(asked_at=moment)
    )
    if claimed.rowcount == 1 and not _ask(session, person, moment):  # type: ignore[attr-defined]
        person.asked_at = before  # nothing was said, so nothing keeps the next from being said
    return person.id


def _ask(session: Session, person: Person, moment: datetime) -> bool:
    """Move on all that is due for a person; whether a message was begun."""
    due = list(
        session.scalars(
            select(FollowUp)
            .where(FollowUp.person_id == person.id, FollowUp.next_at <= moment)
            .order_by(FollowUp.due_at, FollowUp.id)
        )
    )
    if not _wanted(session, person.id):
        stop(session, person.id)
        session.expire_all()
        return False
    address = _address(session, person.id)
    later = Hours(person.time_zone, person.ask_hour).next_from(moment)
    if later > moment and address is not None:
        for row in due:
            row.next_at = later
        return False
    open_already = session.scalar(
        select(FollowUp.id)
        .where(FollowUp.person_id == person.id, FollowUp.state.in_((SENT, NUDGED)))
        .limit(1)
    )
    begun = []
    for row in due:
        if row.state == WAITING and open_already is not None:
            # One question is open: this one is asked with it, and begins no message of its own.
            row.state, row.sent_at, row.next_at = SENT, moment, None
        elif _moved_on(session, row, moment):
            begun.append(row)
    if any(row.state == SILENT for row in due):
        _fall_silent(session, person.id)
    if not begun or address is None:
        return False
    first, *others = begun
    for row in others:
        row.next_at = None  # one reminder is for all of them
    messages.receive(
        session,
        key=f"follow-up:{first.id}:{first.state}",
        channel=CHANNEL,
        address=address,
        position=0,
        payload=DUE,
    )
    return True


def _moved_on(session: Session, row: FollowUp, moment: datetime) -> bool:
    """Take a due row to its next state; whether that state is told to the person."""
    plan = session.get(Plan, row.plan_id)
    if plan is None or plan.state != "active":
        row.state, row.next_at = STOPPED, None
        return False
    if row.state == WAITING:
        row.state, row.sent_at, row.next_at = SENT, moment, moment + REMIND_AFTER
        return True
    if row.state == SENT:
        row.state, row.next_at = NUDGED, moment + GIVE_UP_AFTER
        return True
    row.state, row.next_at = SILENT, None
    return False


def _fall_silent(session: Session, person_id: str) -> None:
    """No answer to the reminder either: nothing more is sent until the person is back."""
    session.execute(
        update(FollowUp)
        .where(FollowUp.person_id == person_id, FollowUp.state.in_((WAITING, SENT, NUDGED)))
        .values(state=SILENT, next_at=None)
    )


def _wanted(session: Session, person_id: str) -> bool:
    """Whether the person has agreed that we write first."""
    given = select(Consent.id).where(
        Consent.person_id == person_id,
        Consent.scope == Scope.REMINDERS.value,
        Consent.withdrawn_at.is_(None),
    )
    return session.scalar(given.limit(1)) is not None


def _address(session: Session, person_id: str) -> str | None:
    """A chat that can be written to; ``None`` where the person has to come to us."""
    found = session.scalars(
        select(Address.address).where(Address.person_id == person_id, Address.channel == CHANNEL)
    )
    return next((a for a in found if messages.is_reachable(session, CHANNEL, a)), None)
