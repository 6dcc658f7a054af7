"""The measures of ``bot.support.process`` for one person, read from their record."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.needs.gaps import GapCode, Wants, find_gaps
from bot.network.exports import network_from_json
from bot.network.model import Work
from bot.store.record import BASELINE, REVIEW, Record
from bot.store.tables import FollowUp, Plan, Snapshot
from bot.support.barriers import Barrier
from bot.support.practice import Construct, Said
from bot.support.process import AskedGap, PlanCourse, Process, Told, process_of


def process_in(record: Record) -> Process:
    """How far the person came, and what took hold."""
    session, person_id = record.session, record.person.id
    milestones = session.scalars(
        select(Snapshot)
        .where(Snapshot.person_id == person_id, Snapshot.reason.in_((BASELINE, REVIEW)))
        .order_by(Snapshot.taken_at)
    ).all()
    network = record.network()
    # A wish to help others is found only where it is told; what is dropped is covered by plans.
    wants = Wants(help_others="help_others" in record.preferences())
    found = find_gaps(network, {d.area: d.size for d in record.difficulties()}, wants)
    # The first map that was agreed to is the last of those drawn until it was right.
    begun = next((s for s in reversed(milestones) if s.reason == BASELINE), None)
    return process_of(
        record.person.stage,
        options=[o.response for o in record.options()],
        plans=courses(session, Plan.person_id == person_id),
        gaps=[
            AskedGap(GapCode(g.code), Work(g.work) if g.work else None, bool(g.evidence.get("own")))
            for g in record.confirmed_gaps()
        ],
        still_found=[(g.code, g.work) for g in found],
        then=network_from_json(begun.network) if begun is not None else None,
        now=network,
        reviews=sum(s.reason == REVIEW for s in milestones),
    )


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
