"""The person's record: one table for each thing that a patient tells or decides.

Messages on their way are in ``messages.py``, the directory in ``directory.py``, the
tracker's window in ``trackers.py``. Codes are those of the domain packages. Every row hangs
on ``person`` with ON DELETE CASCADE, so that erasing a person is one statement.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base, now


def new_id() -> str:
    """An opaque, unguessable id (32 hexadecimal characters)."""
    return uuid.uuid4().hex


def _person() -> Mapped[str]:
    return mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)


class Person(Base):
    """A patient. The id is opaque; how to reach the person is in ``Address``.

    Attributes:
        answered_by: ``self``, or ``helper`` where somebody else writes for the patient.
        ask_hour: the hour of the person's day, 0 to 23, at which we may write first.
        time_zone: IANA name of the zone that the person lives in.
        asked_at: when we last wrote first, so that two follow-ups never come at once.
    """

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    stage: Mapped[str] = mapped_column(String(20), default="consent")
    conditions: Mapped[str] = mapped_column(Text, default="")
    area: Mapped[str] = mapped_column(String(80), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    age_band: Mapped[str] = mapped_column(String(10), default="")
    access_needs: Mapped[list[Any]] = mapped_column(default=list)
    travel: Mapped[list[Any]] = mapped_column(default=list)
    answered_by: Mapped[str] = mapped_column(String(10), default="self", server_default="self")
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ask_hour: Mapped[int] = mapped_column(default=10, server_default=text("10"))
    time_zone: Mapped[str] = mapped_column(
        String(40), default="Europe/London", server_default="Europe/London"
    )
    asked_at: Mapped[datetime | None]


class Address(Base):
    """Where a person is reached; apart from the record so that it can be erased or replaced."""

    __tablename__ = "address"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = _person()


class Consent(Base):
    """A scope that was given, and when it was withdrawn; one row for each time it was given.

    Attributes:
        scope: one of ``bot.rights.consents.Scope``.
        version: of the words that were agreed to.
        named: the service that it was given to, for ``share``; else empty.
        given_by: ``self``, or ``helper`` where somebody else wrote for the patient.
        withdrawn_at: ``None`` while it is in force.
    """

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    scope: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(20))
    named: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    given_by: Mapped[str] = mapped_column(String(10), default="self", server_default="self")
    given_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]


class Difficulty(Base):
    """One area that is hard now; ``size`` small, big or unknown; ``priority`` 1 first."""

    __tablename__ = "difficulty"
    __table_args__ = (UniqueConstraint("person_id", "area"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    area: Mapped[str] = mapped_column(String(30))
    size: Mapped[str | None] = mapped_column(String(10))
    priority: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, default="")


class Note(Base):
    """The patient's own words on a question that is not a code (what they notice, miss, want)."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    topic: Mapped[str] = mapped_column(String(30))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)


class Preference(Base):
    """A statement of interest that the person agreed with, or a limit on what suits."""

    __tablename__ = "preference"
    __table_args__ = (UniqueConstraint("person_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    code: Mapped[str] = mapped_column(String(40))


class MemberRow(Base):
    """An alter; see ``bot.network.model.Member`` for what the values mean."""

    __tablename__ = "member"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(10), primary_key=True)
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    relationship: Mapped[str | None] = mapped_column(String(20))
    circle: Mapped[int | None]
    contact: Mapped[str | None] = mapped_column(String(10))
    distance: Mapped[str | None] = mapped_column(String(10))
    help: Mapped[list[Any] | None]
    potential: Mapped[list[Any]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(String(10))
    strain: Mapped[bool | None]
    helped_by_ego: Mapped[bool | None]


class TieRow(Base):
    """Two members who know each other; undirected, ``a`` before ``b``."""

    __tablename__ = "tie"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    a: Mapped[str] = mapped_column(String(10), primary_key=True)
    b: Mapped[str] = mapped_column(String(10), primary_key=True)


class Change(Base):
    """An edit of the network with what was there before: undo, then and now."""

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    at: Mapped[datetime] = mapped_column(default=now)
    update_key: Mapped[str | None] = mapped_column(String(80))
    operation: Mapped[str] = mapped_column(String(20))
    before: Mapped[dict[str, Any]]
    undone: Mapped[bool] = mapped_column(default=False)


class Snapshot(Base):
    """The network as it stood at a moment; never changed. Its id is what pictures are named by."""

    __tablename__ = "snapshot"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = _person()
    taken_at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(String(20))
    network: Mapped[dict[str, Any]]


class GapRow(Base):
    """A gap put to the person as a question; only confirmed ones feed the matching.

    Attributes:
        key: digest of ``bot.needs.gaps.Gap.key``, which tells two gaps of one code apart and may
            hold the person's words.
    """

    __tablename__ = "gap"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    key: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(30))
    work: Mapped[str] = mapped_column(String(20), default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    confirmed: Mapped[bool | None]
    asked_at: Mapped[datetime] = mapped_column(default=now)


class NetworkTypeRow(Base):
    """The type that a network had when its facts were put to the person, and what they said.

    ``agreed`` is empty where they did not say; ``words`` is how they would put it.
    """

    __tablename__ = "network_type"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    at: Mapped[datetime] = mapped_column(default=now)
    code: Mapped[str] = mapped_column(String(30))
    rule_version: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(30))
    agreed: Mapped[bool | None]
    words: Mapped[str] = mapped_column(Text, default="")


class OptionRow(Base):
    """A service that was shown, why, and what the person said to it."""

    __tablename__ = "option"
    __table_args__ = (UniqueConstraint("person_id", "service_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    service_id: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    shown_at: Mapped[datetime] = mapped_column(default=now)
    response: Mapped[str] = mapped_column(String(10), default="shown")


class Plan(Base):
    """What the person means to do, when and who with; at most three are active.

    Attributes:
        source: ``option`` (a saved one), ``person`` (somebody on the map) or ``own``.
        barrier, and_then: what might get in the way, and what then; the person's words.
        confidence: how sure they are that they will, from 0 to 10.
        state: ``active``, ``paused``, ``finished`` or ``dropped``.
        ended_at: when it left ``active``; for a paused one, since when it rests.
    """

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    made_at: Mapped[datetime] = mapped_column(default=now)
    what: Mapped[str] = mapped_column(Text)
    service_id: Mapped[str | None] = mapped_column(String(80))
    when_words: Mapped[str] = mapped_column(Text, default="")
    when_date: Mapped[date | None]
    with_words: Mapped[str] = mapped_column(Text, default="")
    with_member: Mapped[str | None] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="active")
    source: Mapped[str] = mapped_column(String(10), default="own", server_default="own")
    barrier: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    and_then: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    confidence: Mapped[int | None]
    ended_at: Mapped[datetime | None]


class FollowUp(Base):
    """One time at which the person wanted to be asked how a plan went, and what they said.

    Attributes:
        due_at: the moment that was agreed.
        next_at: when the scheduler has to look at it again; ``None``: never.
        state: ``waiting``, ``sent``, ``nudged`` (reminded once), then ``answered``, ``silent``
            or ``stopped``.
        tried, worth: ``yes``, ``partly``, ``no`` or ``not_sure``.
        barrier: one of ``bot.support.barriers.Barrier``; ``words`` are the person's own.
        fit: what was said of each of ``bot.support.practice.CHECKED``, by construct; ``None``
            where it was not asked.
        decision: what becomes of the plan: ``go_on``, ``change``, ``pause``, ``finish``, ``drop``.
    """

    __tablename__ = "follow_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    tried: Mapped[str | None] = mapped_column(String(10))
    worth: Mapped[str | None] = mapped_column(String(10))
    barrier: Mapped[str | None] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text, default="")
    fit: Mapped[dict[str, Any] | None]
    decision: Mapped[str | None] = mapped_column(String(10))


class Outcome(Base):
    """The answers to a service's outcome scale at one time, for which the person had said yes.

    Attributes:
        scale, version: of ``bot.support.scales.Scale``.
        answers: values by item; what was skipped is not there.
        scores: by name; empty for a scale whose answers are reported each by itself.
    """

    __tablename__ = "outcome"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    at: Mapped[datetime] = mapped_column(default=now)
    scale: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ForStaff:
    """A flag in the staff's queue; looking at it changes nothing, only a decision does.

    Attributes:
        state: ``open``, ``taken`` (somebody deals with it) or ``done``.
        taken_by, taken_at: who deals with it, and since when.
        due_at: by when it wants a person.
        reviewed_by, reviewed_at, review_note: who ended it, when, and what came of it.
    """

    state: Mapped[str] = mapped_column(
        String(10), default="open", server_default="open", index=True
    )
    taken_by: Mapped[str | None] = mapped_column(String(80))
    taken_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))


class UnmetNeed(ForStaff, Base):
    """Nothing suitable was found: what was wanted and where, for commissioners to count."""

    __tablename__ = "unmet_need"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    at: Mapped[datetime] = mapped_column(default=now)
    wanted: Mapped[list[Any]]
    area: Mapped[str] = mapped_column(String(80), default="")


class RiskEvent(ForStaff, Base):
    """A risk that was seen in a message, for staff at once. The words are not here.

    Attributes:
        level, category, subject: as ``bot.safety.model.Screening`` has them.
        detector: which one decided; ``error`` where one broke, ``answer`` for the answer to a
            gentle question.
        why: names of the rules that matched, or of what failed, with commas.
        reply: name of the fixed words that were said.
        asked, answer: the gentle question, and ``yes``, ``no``, ``not_sure`` or ``none`` (the
            person went on without answering); ``None`` while it is open.
        stage: where the interview stood.
        update_key: names the update, and so the turn.
    """

    __tablename__ = "risk_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    level: Mapped[str] = mapped_column(String(12))
    category: Mapped[str | None] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(10), default="self", server_default="self")
    detector: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    reply: Mapped[str] = mapped_column(String(60))
    asked: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    answer: Mapped[str | None] = mapped_column(String(10))
    stage: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    update_key: Mapped[str | None] = mapped_column(String(80))


class StaffRequest(ForStaff, Base):
    """Something that needs a person: a talk, a complaint, wrong details, a reminder."""

    __tablename__ = "staff_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _person()
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text, default="")
