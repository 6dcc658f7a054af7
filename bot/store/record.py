"""One person's record as the domain sees it: read and write facts inside a unit of work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.needs.areas import Area, Size
from bot.needs.gaps import Gap, GapCode, Wants
from bot.network.exports import network_from_json, network_to_json
from bot.network.model import (
    Contact,
    Distance,
    Kind,
    Member,
    Network,
    Relationship,
    Status,
    Work,
)
from bot.network.typology import NetworkType
from bot.rights import consents
from bot.rights.consents import Scope
from bot.settings import get_settings
from bot.store import follow_ups
from bot.store.alerts import queue_alerts
from bot.store.base import empty_log_after, now
from bot.store.tables import (
    Change,
    Consent,
    Difficulty,
    FollowUp,
    GapRow,
    MemberRow,
    NetworkTypeRow,
    Note,
    OptionRow,
    Person,
    Plan,
    Preference,
    RiskEvent,
    Snapshot,
    StaffRequest,
    TieRow,
    UnmetNeed,
)
from bot.support.company import without_company
from bot.support.follow_up import DEFAULT_WEEKS, TIME_TO_TRY
from bot.support.practice import Said
from bot.support.preferences import Statement

MAX_ACTIVE_PLANS = 3
BASELINE, REVIEW = "baseline", "review"
MILESTONES = (BASELINE, REVIEW)
"""Reasons of snapshots that "then and now" may begin from."""


@dataclass(frozen=True)
class StatedDifficulty:
    """A difficulty as kept: its size where said, and its place among the ones that matter most."""

    area: Area
    size: Size | None = None
    priority: int | None = None


def gap_key(code: str, work: str, evidence: Mapping[str, Any]) -> str:
    """What a gap's row is found by (64 hexadecimal characters): a digest of ``Gap.key``.

    Args:
        code, work: codes of the gap; ``work`` may be empty.
        evidence: with ``members`` and ``activity`` where the gap is about any.
    """
    gap = Gap(
        GapCode(code),
        Work(work) if work else None,
        members=tuple(evidence.get("members", ())),
        activity=evidence.get("activity", ""),
    )
    return sha256(gap.key.encode()).hexdigest()


class NoRecord(LookupError):
    """There is no such person: they never agreed, or were erased."""


def _columns(member: Member) -> dict[str, Any]:
    """A member as the columns of its row."""
    return {
        "key": member.key,
        "label": member.label,
        "kind": member.kind.value,
        "relationship": member.relationship and member.relationship.value,
        "circle": member.circle,
        "contact": member.contact and member.contact.value,
        "distance": member.distance and member.distance.value,
        "help": None if member.help is None else sorted(w.value for w in member.help),
        "potential": sorted(w.value for w in member.potential),
        "status": member.status.value,
        "strain": member.strain,
        "helped_by_ego": member.helped_by_ego,
    }


def _member(data: Mapping[str, Any]) -> Member:
    """The reverse of ``_columns``."""
    return Member(
        key=data["key"],
        label=data["label"],
        kind=Kind(data["kind"]),
        relationship=data["relationship"] and Relationship(data["relationship"]),
        circle=data["circle"],
        contact=data["contact"] and Contact(data["contact"]),
        distance=data["distance"] and Distance(data["distance"]),
        help=None if data["help"] is None else frozenset(Work(w) for w in data["help"]),
        potential=frozenset(Work(w) for w in data["potential"]),
        status=Status(data["status"]),
        strain=data["strain"],
        helped_by_ego=data["helped_by_ego"],
    )


def _gone(network: Network) -> list[Member]:
    """Who has died; nobody whose name a living member has too, as words do not tell them apart."""
    names = {m.label.casefold() for m in network if m.status is not Status.DIED}
    return [m for m in network if m.status is Status.DIED and m.label.casefold() not in names]


def networks(session: Session, people: Collection[str]) -> dict[str, Network]:
    """The networks of some people (ids) as they stand; an empty one where there is none."""
    members: dict[str, list[Member]] = {person_id: [] for person_id in people}
    ties: dict[str, list[frozenset[str]]] = {person_id: [] for person_id in people}
    columns = [getattr(MemberRow, column.key) for column in MemberRow.__table__.columns]
    rows = select(*columns).where(MemberRow.person_id.in_(people)).order_by(MemberRow.position)
    for row in session.execute(rows).mappings():
        members[row["person_id"]].append(_member(dict(row)))
    pairs = select(TieRow.person_id, TieRow.a, TieRow.b).where(TieRow.person_id.in_(people))
    for person_id, a, b in session.execute(pairs):
        ties[person_id].append(frozenset((a, b)))
    return {p: Network(tuple(members[p]), frozenset(ties[p])) for p in people}


class Record:
    """Facts of one person. Everything happens in the session's transaction."""

    def __init__(self, session: Session, person: Person) -> None:
        self.session = session
        self.person = person

    def local(self, moment: datetime) -> datetime:
        """A moment as the clock tells it where the person lives."""
        return moment.astimezone(ZoneInfo(self.person.time_zone))

    @classmethod
    def of(cls, session: Session, person_id: str) -> Record:
        """The record; ``NoRecord`` where the person has none."""
        person = session.get(Person, person_id)
        if person is None:
            raise NoRecord(f"no person {person_id}")
        return cls(session, person)

    # -- progress through the interview ---------------------------------------------------

    @property
    def progress(self) -> dict[str, Any]:
        """A copy of the interview's bookkeeping (what was asked or skipped, not facts)."""
        return dict(self.person.progress)

    def keep_progress(self, **values: Any) -> None:
        """Replace some of the bookkeeping."""
        self.person.progress = {**self.person.progress, **values}

    # -- consent ----------------------------------------------------------------------------

    def consents(self) -> set[str]:
        """Scopes in force."""
        rows = self.session.scalars(
            select(Consent.scope).where(
                Consent.person_id == self.person.id, Consent.withdrawn_at.is_(None)
            )
        )
        return set(rows)

    def give_consent(self, *scopes: str) -> None:
        """Keep each scope with the version of the words agreed to; a second time is nothing."""
        known = self.consents()
        for scope in dict.fromkeys(str(scope) for scope in scopes):
            if scope in known:
                continue
            self.session.add(
                Consent(
                    person_id=self.person.id,
                    scope=scope,
                    version=consents.VERSION,
                    named=get_settings().wise_service_name if scope == Scope.SHARE else "",
                    given_by=self.person.answered_by or "self",
                )
            )
        self.session.flush()

    def withdraw_consent(self, *scopes: str) -> None:
        """End scopes from this moment."""
        rows = self.session.scalars(
            select(Consent).where(
                Consent.person_id == self.person.id,
                Consent.scope.in_(scopes),
                Consent.withdrawn_at.is_(None),
            )
        )
        for row in rows:
            row.withdrawn_at = now()

    # -- difficulties and words -------------------------------------------------------------

    def difficulties(self) -> list[StatedDifficulty]:
        """What is hard now: first the ones that matter most, then in the order of the check-in."""
        rows = self.session.scalars(
            select(Difficulty).where(Difficulty.person_id == self.person.id)
        )
        stated = [
            StatedDifficulty(Area(r.area), Size(r.size) if r.size else None, r.priority)
            for r in rows
        ]
        order = list(Area)
        return sorted(stated, key=lambda d: (d.priority or 99, order.index(d.area)))

    def note_difficulty(
        self, area: Area, size: Size | None = None, *, words: str | None = None
    ) -> None:
        """Add an area, or sharpen what is known of it; never forgets a size already said."""
        row = self._difficulty(area)
        if row is None:
            row = Difficulty(person_id=self.person.id, area=area.value, words="")
            self.session.add(row)
        if size is not None:
            row.size = size.value
        if words:
            row.words = words
        self.session.flush()

    def drop_difficulty(self, area: Area) -> None:
        """It is not hard after all."""
        self.session.execute(
            delete(Difficulty).where(
                Difficulty.person_id == self.person.id, Difficulty.area == area.value
            )
        )

    def prioritise(self, areas: Sequence[Area]) -> None:
        """The ones that matter most, in order; all others lose their rank."""
        for stated in self.difficulties():
            row = self._difficulty(stated.area)
            if row is not None:
                row.priority = areas.index(stated.area) + 1 if stated.area in areas else None
        self.session.flush()

    def _difficulty(self, area: Area) -> Difficulty | None:
        return self.session.scalar(
            select(Difficulty).where(
                Difficulty.person_id == self.person.id, Difficulty.area == area.value
            )
        )

    def note(self, topic: str, words: str) -> None:
        """Keep the person's own words on a topic."""
        if words.strip():
            self.session.add(Note(person_id=self.person.id, topic=topic, words=words.strip()))

    def notes(self, topic: str) -> list[str]:
        """The person's own words on a topic, oldest first."""
        return list(
            self.session.scalars(
                select(Note.words)
                .where(Note.person_id == self.person.id, Note.topic == topic)
                .order_by(Note.id)
            )
        )

    # -- the network ------------------------------------------------------------------------

    def network(self) -> Network:
        """The network as it stands."""
        return networks(self.session, [self.person.id])[self.person.id]

    def keep_network(self, network: Network, operation: str, update_key: str | None = None) -> None:
        """Replace the network, keeping what it was so that it can be undone."""
        before = self.network()
        if before == network:
            return
        self.session.add(
            Change(
                person_id=self.person.id,
                update_key=update_key,
                operation=operation,
                before=network_to_json(before),
            )
        )
        self.write_network(network)
        known = {m.key for m in before if m.status is Status.DIED}
        self._rest_what_is_about([m for m in _gone(network) if m.key not in known])

    def last_change(self) -> tuple[str | None, Network] | None:
        """The update that made the last change, and the network before: what undo takes back."""
        change = self._last_change()
        return (change.update_key, network_from_json(change.before)) if change else None

    def _last_change(self) -> Change | None:
        return self.session.scalar(
            select(Change)
            .where(Change.person_id == self.person.id, Change.undone.is_(False))
            .order_by(Change.id.desc())
            .limit(1)
        )

    def networks_before(self, most: int = 20) -> Iterator[Network]:
        """The network before each of the latest changes that were not taken back, newest first."""
        latest = (
            select(Change)
            .where(Change.person_id == self.person.id, Change.undone.is_(False))
            .order_by(Change.id.desc())
            .limit(most)
        )
        for change in self.session.scalars(latest):
            yield network_from_json(change.before)

    def undo_network(self) -> tuple[Network, Network] | None:
        """Take back the last change; the network as it was and is now, or nothing to undo."""
        change = self._last_change()
        if change is None:
            return None
        was, becomes = self.network(), network_from_json(change.before)
        change.undone = True
        self.write_network(becomes)
        return was, becomes

    def write_network(self, network: Network) -> None:
        """Replace the network and keep no history of it; ``keep_network`` keeps one."""
        for table in (TieRow, MemberRow):
            self.session.execute(delete(table).where(table.person_id == self.person.id))
        self.session.expire_all()
        for position, member in enumerate(network):
            self.session.add(
                MemberRow(person_id=self.person.id, position=position, **_columns(member))
            )
        for tie in network.ties:
            a, b = sorted(tie)
            self.session.add(TieRow(person_id=self.person.id, a=a, b=b))
        self.session.flush()

    def drop_map(self) -> None:
        """Delete the map, its history and what was made of it; the keys are not used again."""
        for table in (TieRow, MemberRow, Change, Snapshot, NetworkTypeRow, GapRow):
            self.session.execute(delete(table).where(table.person_id == self.person.id))
        for plan in self._plans():
            plan.with_member, plan.with_words = None, ""
        self.keep_progress(
            gaps_waiting=[], own_open=False, lost_open=False, own_named=[],
            last_member=None, pending_edit=None, pending_again=None,
        )  # fmt: skip
        self.session.flush()  # what is not written yet would be expired
        empty_log_after(self.session)
        self.session.expire_all()

    def next_member_key(self) -> str:
        """A key that no member, past or present, has had."""
        self.keep_progress(members_made=self.progress.get("members_made", 0) + 1)
        return f"m{self.progress['members_made']}"

    def take_snapshot(self, reason: str) -> str:
        """Keep the network as it is for ever; the id names its picture."""
        snapshot = Snapshot(
            person_id=self.person.id, reason=reason, network=network_to_json(self.network())
        )
        self.session.add(snapshot)
        self.session.flush()
        return snapshot.id

    def milestone(self) -> Snapshot | None:
        """The map as the person last agreed to it, at the end of a round; the newest one."""
        return self.session.scalar(
            select(Snapshot)
            .where(Snapshot.person_id == self.person.id, Snapshot.reason.in_(MILESTONES))
            .order_by(Snapshot.taken_at.desc())
            .limit(1)
        )

    def last_unlike(self, network: Network) -> Snapshot | None:
        """The newest milestone at which the map was not as it is in ``network``."""
        taken = self.session.scalars(
            select(Snapshot)
            .where(Snapshot.person_id == self.person.id, Snapshot.reason.in_(MILESTONES))
            .order_by(Snapshot.taken_at.desc())
        )
        return next((s for s in taken if network_from_json(s.network) != network), None)

    def tried_since(self, moment: datetime) -> list[str]:
        """What the person told that they tried since a moment, the oldest first."""
        rows = self.session.scalars(
            select(Plan)
            .join(FollowUp, FollowUp.plan_id == Plan.id)
            .where(
                Plan.person_id == self.person.id,
                FollowUp.tried.in_((Said.YES.value, Said.PARTLY.value)),
                FollowUp.answered_at >= moment,
            )
            .order_by(FollowUp.answered_at)
        )
        return list(dict.fromkeys(filter(None, map(self.what_of, rows))))

    # -- gaps, preferences, options, plans ---------------------------------------------------

    def ask_gap(self, code: str, work: str, evidence: Mapping[str, Any]) -> str:
        """A gap is being put to the person; once more, where it is now about somebody else.

        Returns:
            What the gap is answered by.
        """
        key = gap_key(code, work, evidence)
        row = self._gap(key)
        if row is None:
            row = GapRow(
                person_id=self.person.id, key=key, code=code, work=work, evidence=dict(evidence)
            )
            self.session.add(row)
        elif any(row.evidence.get(key) != evidence.get(key) for key in ("members", "activity")):
            row.evidence, row.confirmed = dict(evidence), None
        if row.confirmed is None:
            row.asked_at = now()
        self.session.flush()
        return key

    def answered_gaps(self, before: datetime) -> list[GapRow]:
        """Gaps that the person said yes or no to, of those asked before a moment."""
        return list(
            self.session.scalars(
                select(GapRow).where(
                    GapRow.person_id == self.person.id,
                    GapRow.confirmed.is_not(None),
                    GapRow.asked_at < before,
                )
            )
        )

    def answer_gap(self, key: str, confirmed: bool | None) -> None:
        """What the person said to a gap; ``None`` is not sure.

        Args:
            key: from ``ask_gap``.
        """
        self._asked_gap(key).confirmed = confirmed
        self.session.flush()

    def keep_own_answer(self, key: str, member: str) -> None:
        """Who on the map the person thinks of for a gap; in its evidence as ``own``."""
        row = self._asked_gap(key)
        row.evidence = {**row.evidence, "own": member}
        self.session.flush()

    def keep_type(self, seen: NetworkType, *, agreed: bool | None, words: str = "") -> None:
        """What the map looked like by the rules, and whether the person sees it so."""
        self.session.add(
            NetworkTypeRow(
                person_id=self.person.id,
                code=seen.code.value,
                rule_version=seen.rule_version,
                reason=seen.reason.value,
                agreed=agreed,
                words=words,
            )
        )
        self.session.flush()

    def last_type(self) -> NetworkTypeRow | None:
        """The newest type that was put to the person, with their answer."""
        return self.session.scalar(
            select(NetworkTypeRow)
            .where(NetworkTypeRow.person_id == self.person.id)
            .order_by(NetworkTypeRow.id.desc())
        )

    def told_of_abuse(self) -> bool:
        """Whether the risk screen ever saw that somebody hurts or frightens the person."""
        return (
            self.session.scalar(
                select(RiskEvent.id).where(
                    RiskEvent.person_id == self.person.id, RiskEvent.category == "abuse"
                )
            )
            is not None
        )

    def _gap(self, key: str) -> GapRow | None:
        return self.session.scalar(
            select(GapRow).where(GapRow.person_id == self.person.id, GapRow.key == key)
        )

    def _asked_gap(self, key: str) -> GapRow:
        row = self._gap(key)
        if row is None:
            raise LookupError(f"gap {key} was never asked")
        return row

    def wants(self) -> Wants:
        """What the person said they would like, as the rules of gaps take it."""
        return Wants(
            help_others=Statement.HELP_OTHERS in self.preferences(),
            dropped=tuple(self.notes("missed")),
            matters_most=tuple(d.area for d in self.difficulties() if d.priority),
        )

    def confirmed_gaps(self) -> list[GapRow]:
        """Gaps that the person said yes to, oldest first."""
        return list(
            self.session.scalars(
                select(GapRow)
                .where(GapRow.person_id == self.person.id, GapRow.confirmed.is_(True))
                .order_by(GapRow.id)
            )
        )

    def preferences(self) -> set[str]:
        """Codes of statements and limits that the person ticked."""
        return set(
            self.session.scalars(
                select(Preference.code).where(Preference.person_id == self.person.id)
            )
        )

    def keep_preferences(self, codes: Iterable[str], among: Iterable[str]) -> None:
        """Replace what is ticked among the given codes; other preferences stay."""
        self.session.execute(
            delete(Preference).where(
                Preference.person_id == self.person.id, Preference.code.in_(list(among))
            )
        )
        self.session.add_all(Preference(person_id=self.person.id, code=c) for c in set(codes))
        self.session.flush()

    def options(self, response: str | None = None) -> list[OptionRow]:
        """Services shown so far, oldest first; only those with ``response`` where given."""
        query = select(OptionRow).where(OptionRow.person_id == self.person.id)
        if response:
            query = query.where(OptionRow.response == response)
        return list(self.session.scalars(query.order_by(OptionRow.id)))

    def show_option(self, service_id: str, name: str, reasons: Sequence[str]) -> None:
        """A service was shown, with the codes of why."""
        row = self._option(service_id)
        if row is None:
            row = OptionRow(person_id=self.person.id, service_id=service_id)
            self.session.add(row)
        row.name, row.reasons, row.shown_at = name[:200], list(reasons), now()
        self.session.flush()

    def answer_option(self, service_id: str, response: str) -> None:
        """``saved`` or ``rejected``."""
        row = self._option(service_id)
        if row is None:
            raise LookupError(f"service {service_id} was never shown")
        row.response = response
        self.session.flush()

    def _option(self, service_id: str) -> OptionRow | None:
        return self.session.scalar(
            select(OptionRow).where(
                OptionRow.person_id == self.person.id, OptionRow.service_id == service_id
            )
        )

    def note_unmet_need(self, wanted: Sequence[str]) -> None:
        """Nothing suitable was found; kept so that commissioners can count it."""
        self.session.add(
            UnmetNeed(person_id=self.person.id, wanted=list(wanted), area=self.person.area)
        )

    def plans(self, state: str = "active") -> list[Plan]:
        """Plans in a state, oldest first."""
        return [plan for plan in self._plans() if plan.state == state]

    def _plans(self) -> list[Plan]:
        query = select(Plan).where(Plan.person_id == self.person.id).order_by(Plan.id)
        return list(self.session.scalars(query))

    def plan(self, plan_id: int | None) -> Plan | None:
        """One plan of this person, whatever its state; ``None`` where there is none of that id."""
        return next((plan for plan in self._plans() if plan.id == plan_id), None)

    def what_of(self, plan: Plan) -> str:
        """What a plan is, as it may be said now: without company that has died since.

        "" for one that rests because it was about them.
        """
        words = without_company(plan.what, self._died_since(plan.made_at))
        return words or ("" if plan.state == "paused" else plan.what)

    def _died_since(self, moment: datetime) -> list[str]:
        """Names of who has died, where that was told after a moment."""
        gone = _gone(self.network())
        if not gone:
            return []
        befores = self.session.scalars(
            select(Change.before).where(Change.person_id == self.person.id, Change.at >= moment)
        )
        alive = {
            m.key
            for before in befores
            for m in network_from_json(before)
            if m.status is not Status.DIED
        }
        return [m.label for m in gone if m.key in alive]

    def _rest_what_is_about(self, gone: Sequence[Member]) -> None:
        """Ask no more about what was planned with nobody but those who have died."""
        labels = [m.label for m in gone]
        for plan in self.plans() if labels else ():
            if plan.what and not without_company(plan.what, labels):
                self.end_plan(plan, "paused")

    def add_plan(self, what: str, service_id: str | None = None, *, source: str = "") -> Plan:
        """A new plan; ``ValueError`` beyond ``MAX_ACTIVE_PLANS``."""
        self._make_sure_of_room()
        plan = Plan(person_id=self.person.id)
        self.session.add(plan)
        self.change_plan(plan, what, service_id, source=source)
        return plan

    def change_plan(
        self, plan: Plan, what: str, service_id: str | None = None, *, source: str = ""
    ) -> None:
        """Something else to do, or the same in other words; when and with whom stay."""
        plan.what, plan.service_id = what, service_id
        plan.source = source or ("option" if service_id else "own")
        self.session.flush()

    def keep_for_later(self, what: str, service_id: str | None = None, *, source: str = "") -> Plan:
        """A new plan that rests from the start; any number of them may."""
        plan = Plan(person_id=self.person.id, state="paused", ended_at=now())
        self.session.add(plan)
        self.change_plan(plan, what, service_id, source=source)
        return plan

    def take_up(self, plan: Plan) -> None:
        """A plan that was ended is active again; ``ValueError`` beyond ``MAX_ACTIVE_PLANS``."""
        if plan.state == "active":
            return
        self._make_sure_of_room()
        plan.state, plan.ended_at = "active", None
        self.session.flush()

    def _make_sure_of_room(self) -> None:
        if len(self.plans()) >= MAX_ACTIVE_PLANS:
            raise ValueError(f"there are {MAX_ACTIVE_PLANS} active plans already")

    def leave_draft(self) -> None:
        """The plan that was being made or changed is let be; the next one is one of its own."""
        self.person.progress = {k: v for k, v in self.progress.items() if not k.startswith("plan_")}

    def end_plan(self, plan: Plan, state: str) -> None:
        """A plan is ``paused``, ``finished`` or ``dropped``: nothing more is asked about it."""
        plan.state, plan.ended_at = state, now()
        self.session.flush()
        follow_ups.stop(self.session, self.person.id, plan.id)

    def ask_later(self, plan: Plan, weeks: Sequence[int] = DEFAULT_WEEKS) -> list[FollowUp]:
        """Ask how a plan went, that many weeks from now; replaces what was agreed before.

        Of a plan for a later day not before it can have been tried: the weeks are moved.
        """
        follow_ups.stop(self.session, self.person.id, plan.id)
        begin = now()
        if plan.when_date is not None and weeks:
            first = (begin + timedelta(weeks=min(weeks))).date()
            late = plan.when_date + TIME_TO_TRY - first
            begin += max(late, timedelta(0))
        return follow_ups.agree(self.session, self.person, plan.id, weeks, begin)

    def ask_not_before(self, plan: Plan, day: date) -> None:
        """What is still to be asked about a plan waits for its new day."""
        follow_ups.not_before(self.session, self.person, plan.id, day)

    @property
    def can_be_written_to(self) -> bool:
        """Whether there is a chat in which we can begin."""
        return follow_ups.can_write_first(self.session, self.person.id)

    def ask_on(self, plan: Plan, day: date) -> FollowUp:
        """Ask how a plan went on a day; replaces what was agreed before."""
        follow_ups.stop(self.session, self.person.id, plan.id)
        return follow_ups.agree_on(self.session, self.person, plan.id, day, now())

    def is_to_be_asked(self, plan: Plan) -> bool:
        """Whether a time to ask about the plan is still to come."""
        return follow_ups.is_to_come(self.session, plan.id)

    def stop_asking(self) -> None:
        """Never write first again: the consent ends, and so does all that was agreed."""
        self.withdraw_consent(Scope.REMINDERS)
        follow_ups.stop(self.session, self.person.id)

    def open_follow_ups(self) -> list[FollowUp]:
        """Follow-ups that were sent and not answered, of plans still active; oldest first."""
        return follow_ups.unanswered(self.session, self.person.id)

    # -- for staff ---------------------------------------------------------------------------

    def note_risk(
        self,
        level: str,
        category: str | None,
        detector: str,
        reply: str,
        *,
        subject: str = "self",
        why: Iterable[str] = (),
        asked: str = "",
        update_key: str | None = None,
    ) -> RiskEvent:
        """A risk was seen and answered: a flag for staff, and alerts where there is a way.

        The same update twice is one risk: a turn may be taken again after a crash.
        """
        if update_key is not None:
            known = self.session.scalar(
                select(RiskEvent).where(
                    RiskEvent.person_id == self.person.id,
                    RiskEvent.update_key == update_key,
                    RiskEvent.reply == reply,
                )
            )
            if known is not None:
                return known
        event = RiskEvent(
            person_id=self.person.id,
            at=now(),
            level=level,
            category=category,
            subject=subject,
            detector=detector,
            why=", ".join(dict.fromkeys(why)),
            reply=reply,
            asked=asked,
            stage=self.person.stage,
            update_key=update_key,
        )
        self.session.add(event)
        settings = get_settings()
        queue_alerts(self.session, event, settings.alert_ways(level), settings.wise_service_name)
        return event

    def risks(self) -> list[RiskEvent]:
        """What was seen, oldest first."""
        return list(
            self.session.scalars(
                select(RiskEvent)
                .where(RiskEvent.person_id == self.person.id)
                .order_by(RiskEvent.id)
            )
        )

    def answer_risk(self, answer: str) -> None:
        """What was said to the gentle question that is open; ``none`` where it was passed by."""
        event = self.session.scalar(
            select(RiskEvent)
            .where(
                RiskEvent.person_id == self.person.id,
                RiskEvent.asked != "",
                RiskEvent.answer.is_(None),
            )
            .order_by(RiskEvent.id.desc())
            .limit(1)
        )
        if event is not None:
            event.answer = answer

    def ask_staff(self, kind: str, words: str = "") -> None:
        """Something for a person at the service to take up."""
        self.session.add(StaffRequest(person_id=self.person.id, kind=kind, words=words))
