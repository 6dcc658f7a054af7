"""Follow-ups that are due: kept in the database, each picked up once by any number of workers.

A due follow-up becomes an update in the chat's inbox, so that the assistant itself asks, in
turn with whatever the person writes, and knows what it asked. The row and the update change in
one transaction: a worker that is killed has done all of it or nothing.

Who does not answer the reminder either is silent: nothing more is sent until they are back. What
was agreed for a later day stays as it is, and is asked then if they are back by that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from bot.network.model import Status
from bot.rights.consents import Scope
from bot.store import messages
from bot.store.tables import Address, Consent, FollowUp, MemberRow, Person, Plan
from bot.store.turns import NOT_OF_THE_PERSON, Turn
from bot.support.follow_up import GIVE_UP_AFTER, REMIND_AFTER, TIME_TO_TRY, Hours

WAITING, SENT, NUDGED = "waiting", "sent", "nudged"
ANSWERED, SILENT, STOPPED = "answered", "silent", "stopped"
CHANNEL = "telegram"
"""The channel on which we can write first."""

DUE = {"is": "due"}
"""What the inbox keeps of a follow-up: not a word of the plan."""

KEY = "follow-up:"
"""How the keys of our updates in the inbox begin."""

ANSWER_WITHIN = {SENT: REMIND_AFTER, NUDGED: GIVE_UP_AFTER}
"""How long an answer is waited for, from when the question or the reminder was said."""

_PURSUED = and_(FollowUp.state.in_((SENT, NUDGED)), FollowUp.next_at.is_not(None))
"""Asked, and a reminder or the giving up is still to come."""

APART = timedelta(hours=20)
"""Least time between two messages that we begin, whatever an outage has piled up."""


def agree(
    session: Session, person: Person, plan_id: int, weeks: Sequence[int], moment: datetime
) -> list[FollowUp]:
    """Keep when to ask how a plan went, in weeks from a moment."""
    _is_back(session, person.id)
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
    _is_back(session, person.id)
    hours = Hours(person.time_zone, person.ask_hour)
    tomorrow = moment.astimezone(hours.tz).date() + timedelta(days=1)
    due = hours.at(max(day, tomorrow))
    row = FollowUp(person_id=person.id, plan_id=plan_id, due_at=due, next_at=due)
    session.add(row)
    session.flush()
    return row


def not_before(session: Session, person: Person, plan_id: int, day: date) -> None:
    """What is still to be asked about a plan waits until it can have been tried on its new day."""
    hours = Hours(person.time_zone, person.ask_hour)
    earliest = hours.at(day + TIME_TO_TRY)
    mine = (FollowUp.plan_id == plan_id, FollowUp.state == WAITING, FollowUp.due_at < earliest)
    for row in session.scalars(select(FollowUp).where(*mine)):
        row.due_at = row.next_at = earliest
    session.flush()


def begin_now(session: Session, person: Person, plan_id: int, moment: datetime) -> FollowUp:
    """The person tells of a plan before they were asked: as if they had been, just now."""
    _is_back(session, person.id)
    row = FollowUp(person_id=person.id, plan_id=plan_id, due_at=moment, state=SENT, sent_at=moment)
    session.add(row)
    session.flush()
    return row


def answer(session: Session, row: FollowUp, moment: datetime) -> None:
    """The person answers: no reminder any more, nor what else was due about the same plan.

    What was agreed for a later day stands.
    """
    if row.state == ANSWERED:
        return
    row.state, row.next_at, row.answered_at = ANSWERED, None, moment
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.plan_id == row.plan_id,
            FollowUp.id != row.id,
            or_(
                FollowUp.state.in_((SENT, NUDGED, SILENT)),
                and_(FollowUp.state == WAITING, FollowUp.due_at <= moment),
            ),
        )
        .values(state=STOPPED, next_at=None)
    )
    _is_back(session, row.person_id)
    session.flush()


def taken_up(session: Session, person: Person, moment: datetime) -> bool:
    """The assistant has come to the turn that asks: whether it may be said now.

    By day the wait for an answer begins now, however long the turn lay in the inbox. At night
    it is put off to the person's next hour, as if it had not been begun.
    """
    if person.asked_at is not None:
        moment = max(moment, person.asked_at)  # the scheduler's clock may be ahead of ours
    later = Hours(person.time_zone, person.ask_hour).next_from(moment)
    mine = select(FollowUp).where(FollowUp.person_id == person.id, _PURSUED)
    for row in session.scalars(mine):
        if later == moment:
            row.next_at = moment + ANSWER_WITHIN[row.state]
        elif row.state == NUDGED:
            row.state, row.next_at = SENT, later
        else:
            row.sent_at, row.next_at = None, later  # due, and open, but not said yet
    if later > moment:
        person.asked_at = None  # nothing was said, so nothing keeps it from being said then
    return later == moment


def is_held(session: Session, row: messages.Outbox, moment: datetime) -> bool:
    """Whether what we begin with came late and waits for the day, as the channel was away.

    Not where anything else waits behind it: then the person has written, and is awake.
    """
    if not (row.update_key or "").startswith(KEY):
        return False
    keys = messages.waiting_keys(session, row.channel, row.address)
    if any(not (key or "").startswith(KEY) for key in keys):
        return False
    address = session.get(Address, (row.channel, row.address))
    person = session.get(Person, address.person_id) if address is not None else None
    return person is not None and not Hours(person.time_zone, person.ask_hour).allows(moment)


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
        FollowUp.state.in_((WAITING, SENT, NUDGED, SILENT)),
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
    if claimed.rowcount == 1 and not _ask(session, person, moment, before):  # type: ignore[attr-defined]
        person.asked_at = before  # nothing was said, so nothing keeps the next from being said
    return person.id


def _ask(session: Session, person: Person, moment: datetime, before: datetime | None) -> bool:
    """Move on all that is due for a person, last written to ``before``; whether one was begun."""
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
    due = [row for row in due if _is_of_active_plan(session, row)]
    address = _address(session, person.id)
    if address is None:
        # It is asked when the person comes; until then nobody was asked, so nobody is silent.
        for row in due:
            _open(row, moment)
        return False
    later = Hours(person.time_zone, person.ask_hour).next_from(moment)
    if later > moment:
        for row in due:
            row.next_at = later
        return False
    if _is_silent(session, person.id, before):
        for row in due:
            row.state, row.next_at = SILENT, None
        return False
    on_its_way = _is_on_its_way(session, person.id)
    is_asked = on_its_way or _is_pursued(session, person.id)
    begun = []
    for row in due:
        if row.state == WAITING and is_asked:
            _open(row, moment)  # asked with the question that is open
        elif on_its_way:
            row.next_at = moment + ANSWER_WITHIN[row.state]  # nobody has read it yet
        elif _moved_on(row, moment):
            begun.append(row)
    if any(row.state == SILENT for row in due):
        _fall_silent(session, person.id)
        return False
    if not begun:
        return False
    first, *others = begun
    for row in others:
        row.next_at = None  # one reminder is for all of them
    messages.receive(
        session,
        # With the moment, as what night put off is begun a second time.
        key=f"{KEY}{first.id}:{first.state}:{int(moment.timestamp())}",
        channel=CHANNEL,
        address=address,
        position=0,
        payload=DUE,
    )
    return True


def _is_of_active_plan(session: Session, row: FollowUp) -> bool:
    """Whether there is still something to ask; else the row is stopped."""
    plan = session.get(Plan, row.plan_id)
    if plan is not None and plan.state == "active" and not _is_with_the_dead(session, plan):
        return True
    row.state, row.next_at = STOPPED, None
    return False


def _is_with_the_dead(session: Session, plan: Plan) -> bool:
    """Whether it was to be done with somebody who has died since: nobody is asked how it went."""
    if plan.with_member is None:
        return False
    member = session.get(MemberRow, (plan.person_id, plan.with_member))
    return member is not None and member.status == Status.DIED


def _open(row: FollowUp, moment: datetime) -> None:
    """Open for an answer, without a message of its own."""
    if row.state == WAITING:
        row.state, row.sent_at = SENT, moment
    row.next_at = None


def _moved_on(row: FollowUp, moment: datetime) -> bool:
    """Take a due row to its next state; whether that state is told to the person."""
    if row.state == WAITING or row.sent_at is None:
        row.state, row.sent_at = SENT, moment
    elif row.state == SENT:
        row.state = NUDGED
    else:
        row.state, row.next_at = SILENT, None
        return False
    row.next_at = moment + ANSWER_WITHIN[row.state]
    return True


def _is_pursued(session: Session, person_id: str) -> bool:
    """Whether a question is open that a reminder, or the giving up, is still to come for."""
    query = select(FollowUp.id).where(FollowUp.person_id == person_id, _PURSUED)
    return session.scalar(query.limit(1)) is not None


def _is_on_its_way(session: Session, person_id: str) -> bool:
    """Whether the assistant has yet to come to a turn that was begun."""
    own = select(Address.address).where(Address.person_id == person_id, Address.channel == CHANNEL)
    query = select(messages.Inbox.key).where(
        messages.Inbox.channel == CHANNEL,
        messages.Inbox.state == messages.NEW,
        messages.Inbox.address.in_(own),
        messages.Inbox.key.startswith(KEY),
    )
    return session.scalar(query.limit(1)) is not None


def _fall_silent(session: Session, person_id: str) -> None:
    """No answer to the reminder either: nothing more is sent until the person is back."""
    session.execute(
        update(FollowUp)
        .where(FollowUp.person_id == person_id, FollowUp.state.in_((SENT, NUDGED)))
        .values(state=SILENT, next_at=None)
    )


def _is_silent(session: Session, person_id: str, asked_at: datetime | None) -> bool:
    """Whether the last reminder had no answer, and the person has done nothing since."""
    silent = select(FollowUp.id).where(FollowUp.person_id == person_id, FollowUp.state == SILENT)
    if session.scalar(silent.limit(1)) is None:
        return False
    since = () if asked_at is None else (Turn.at > asked_at,)
    theirs = select(Turn.id).where(
        Turn.person_id == person_id, Turn.kind.not_in(NOT_OF_THE_PERSON), *since
    )
    if session.scalar(theirs.limit(1)) is None:
        return True
    _is_back(session, person_id)
    return False


def _is_back(session: Session, person_id: str) -> None:
    """The person is here again: what they left open stays open, and holds nothing back."""
    session.execute(
        update(FollowUp)
        .where(FollowUp.person_id == person_id, FollowUp.state == SILENT)
        .values(state=NUDGED, next_at=None)
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
