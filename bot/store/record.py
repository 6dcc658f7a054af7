"""One person's record as the domain sees it: read and write facts inside a unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.needs.areas import Area, Size
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
from bot.store.base import now
from bot.store.tables import (
    Change,
    Consent,
    Difficulty,
    GapRow,
    MemberRow,
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

CONSENT_VERSION = "2026-11"
MAX_ACTIVE_PLANS = 3


@dataclass(frozen=True)
class StatedDifficulty:
    """A difficulty as kept: its size where said, and its place among the ones that matter most."""

    area: Area
    size: Size | None = None
    priority: int | None = None


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


class Record:
    """Facts of one person. Everything happens in the session's transaction."""

    def __init__(self, session: Session, person: Person) -> None:
        self.session = session
        self.person = person

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
        for scope in set(scopes) - self.consents():
            self.session.add(
                Consent(person_id=self.person.id, scope=scope, version=CONSENT_VERSION)
            )

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
        rows = self.session.scalars(
            select(MemberRow)
            .where(MemberRow.person_id == self.person.id)
            .order_by(MemberRow.position)
        )
        members = tuple(
            _member({c.key: getattr(r, c.key) for c in MemberRow.__table__.columns}) for r in rows
        )
        ties = self.session.execute(
            select(TieRow.a, TieRow.b).where(TieRow.person_id == self.person.id)
        )
        return Network(members, frozenset(frozenset((a, b)) for a, b in ties))

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
        self._write_network(network)

    def undo_network(self) -> tuple[Network, Network] | None:
        """Take back the last change; the network as it was and is now, or nothing to undo."""
        change = self.session.scalar(
            select(Change)
            .where(Change.person_id == self.person.id, Change.undone.is_(False))
            .order_by(Change.id.desc())
        )
        if change is None:
            return None
        was, becomes = self.network(), network_from_json(change.before)
        change.undone = True
        self._write_network(becomes)
        return was, becomes

    def _write_network(self, network: Network) -> None:
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

    # -- gaps, preferences, options, plans ---------------------------------------------------

    def ask_gap(self, code: str, work: str, evidence: Mapping[str, Any]) -> None:
        """A gap is being put to the person."""
        if self._gap(code, work) is None:
            self.session.add(
                GapRow(person_id=self.person.id, code=code, work=work, evidence=dict(evidence))
            )
            self.session.flush()

    def answer_gap(self, code: str, work: str, confirmed: bool | None) -> None:
        """What the person said to it; ``None`` is not sure."""
        row = self._gap(code, work)
        if row is None:
            raise LookupError(f"gap {code}/{work} was never asked")
        row.confirmed = confirmed

    def _gap(self, code: str, work: str) -> GapRow | None:
        return self.session.scalar(
            select(GapRow).where(
                GapRow.person_id == self.person.id, GapRow.code == code, GapRow.work == work
            )
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

    def plans(self) -> list[Plan]:
        """Active plans, oldest first."""
        return list(
            self.session.scalars(
                select(Plan)
                .where(Plan.person_id == self.person.id, Plan.state == "active")
                .order_by(Plan.id)
            )
        )

    def add_plan(self, what: str, service_id: str | None = None) -> Plan:
        """A new plan; ``ValueError`` beyond ``MAX_ACTIVE_PLANS``."""
        if len(self.plans()) >= MAX_ACTIVE_PLANS:
            raise ValueError(f"there are {MAX_ACTIVE_PLANS} active plans already")
        plan = Plan(person_id=self.person.id, what=what, service_id=service_id)
        self.session.add(plan)
        self.session.flush()
        return plan

    # -- for staff ---------------------------------------------------------------------------

    def note_risk(self, level: str, category: str | None, detector: str, reply: str) -> None:
        """A risk was seen and answered."""
        self.session.add(
            RiskEvent(
                person_id=self.person.id,
                level=level,
                category=category,
                detector=detector,
                reply=reply,
            )
        )

    def ask_staff(self, kind: str, words: str = "") -> None:
        """Something for a person at the service to take up."""
        self.session.add(StaffRequest(person_id=self.person.id, kind=kind, words=words))
