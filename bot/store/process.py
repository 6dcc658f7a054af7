"""The measures of ``bot.support.process``, read from the store: all of one person, some of many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.needs.areas import Area, Size
from bot.needs.gaps import GapCode, Wants, find_gaps
from bot.network.exports import network_from_json
from bot.network.model import Network, Work
from bot.store.record import BASELINE, REVIEW, Record, networks
from bot.store.tables import Difficulty, FollowUp, GapRow, MemberRow, Plan, Preference, Snapshot
from bot.support.barriers import Barrier
from bot.support.practice import Construct, Said
from bot.support.preferences import Statement
from bot.support.process import (
    AskedGap,
    PlanCourse,
    Process,
    Told,
    are_covered,
    process_of,
)

AT_A_TIME = 500
"""People who are read at once: an ``IN`` of very many is slow, and has a limit."""


def process_in(record: Record) -> Process:
    """How far the person came, and what took hold."""
    session, person_id = record.session, record.person.id
    milestones = session.scalars(
        select(Snapshot)
        .where(Snapshot.person_id == person_id, Snapshot.reason.in_((BASELINE, REVIEW)))
        .order_by(Snapshot.taken_at)
    ).all()
    network = record.network()
    sizes = {d.area: d.size for d in record.difficulties()}
    # The first map that was agreed to is the last of those drawn until it was right.
    begun = next((s for s in reversed(milestones) if s.reason == BASELINE), None)
    return process_of(
        record.person.stage,
        options=[o.response for o in record.options()],
        plans=courses(session, Plan.person_id == person_id),
        gaps=[_asked(g.code, g.work, g.evidence) for g in record.confirmed_gaps()],
        still_found=_found(network, sizes, record.wants()),
        then=network_from_json(begun.network) if begun is not None else None,
        now=network,
        reviews=sum(s.reason == REVIEW for s in milestones),
    )


def covered_of(session: Session, people: Sequence[str]) -> Iterator[list[bool]]:
    """Of each of many people, whether each gap that they confirmed is covered now."""
    for ids in some_of(people):
        gaps: dict[str, list[AskedGap]] = defaultdict(list)
        confirmed = select(GapRow.person_id, GapRow.code, GapRow.work, GapRow.evidence).where(
            GapRow.person_id.in_(ids), GapRow.confirmed.is_(True)
        )
        for person_id, code, work, evidence in session.execute(confirmed):
            gaps[person_id].append(_asked(code, work, evidence))
        sizes: dict[str, dict[Area, Size | None]] = defaultdict(dict)
        hard = select(Difficulty.person_id, Difficulty.area, Difficulty.size)
        for person_id, area, size in session.execute(hard.where(Difficulty.person_id.in_(ids))):
            sizes[person_id][Area(area)] = Size(size) if size else None
        gives = set(
            session.scalars(
                select(Preference.person_id).where(
                    Preference.person_id.in_(ids), Preference.code == Statement.HELP_OTHERS.value
                )
            )
        )
        tried = set(
            session.scalars(
                select(FollowUp.person_id).where(
                    FollowUp.person_id.in_(ids),
                    FollowUp.answered_at.is_not(None),
                    FollowUp.tried.in_((Said.YES.value, Said.PARTLY.value)),
                )
            )
        )
        for person_id, network in networks(session, ids).items():
            found = _found(network, sizes[person_id], Wants(help_others=person_id in gives))
            yield are_covered(gaps[person_id], found, tried=person_id in tried)


def changes_of(session: Session, people: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Of each of many people, how many came and went since the first map that they agreed to."""
    for ids in some_of(people):
        then: dict[str, set[str]] = {}
        first = (
            select(Snapshot.person_id, Snapshot.network)
            .where(Snapshot.person_id.in_(ids), Snapshot.reason == BASELINE)
            .order_by(Snapshot.taken_at)
        )
        for person_id, network in session.execute(first):
            then[person_id] = {member["key"] for member in network["members"]}
        now: dict[str, set[str]] = defaultdict(set)
        keys = select(MemberRow.person_id, MemberRow.key).where(MemberRow.person_id.in_(ids))
        for person_id, key in session.execute(keys):
            now[person_id].add(key)
        for person_id in ids:
            before = then.get(person_id, now[person_id])
            yield len(now[person_id] - before), len(before - now[person_id])


def some_of(people: Sequence[str]) -> Iterator[Sequence[str]]:
    """The people in parts of ``AT_A_TIME``."""
    for start in range(0, len(people), AT_A_TIME):
        yield people[start : start + AT_A_TIME]


def _asked(code: str, work: str, evidence: dict[str, Any]) -> AskedGap:
    return AskedGap(GapCode(code), Work(work) if work else None, bool(evidence.get("own")))


def _found(
    network: Network, sizes: dict[Area, Size | None], wants: Wants
) -> list[tuple[GapCode, Work | None]]:
    """Code and work of what the rules find now; what was dropped is covered by plans."""
    return [(gap.code, gap.work) for gap in find_gaps(network, sizes, wants)]


def courses(session: Session, which: Any) -> list[PlanCourse]:
    """The plans for which a condition on ``Plan`` holds, the oldest first, and what was told."""
    told: dict[int, list[Told]] = defaultdict(list)
    answered = (
        select(FollowUp)
        .join(Plan, Plan.id == FollowUp.plan_id)
        .where(which, FollowUp.answered_at.is_not(None))
        .order_by(FollowUp.answered_at, FollowUp.id)
    )
    for row in session.scalars(answered):
        told[row.plan_id].append(_told(row))
    plans = session.execute(select(Plan.id, Plan.state).where(which).order_by(Plan.id))
    return [PlanCourse(state, tuple(told[plan_id])) for plan_id, state in plans]


def _told(row: FollowUp) -> Told:
    return Told(
        tried=Said(row.tried) if row.tried else None,
        worth=Said(row.worth) if row.worth else None,
        barrier=Barrier(row.barrier) if row.barrier else None,
        fit={Construct(c): Said(s) for c, s in (row.fit or {}).items()},
        decision=row.decision,
    )
