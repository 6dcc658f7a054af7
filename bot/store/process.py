"""The measures of ``bot.support.process`` for one person, read from their record."""

from __future__ import annotations

from sqlalchemy import select

from bot.needs.gaps import GapCode, Wants, find_gaps
from bot.network.exports import network_from_json
from bot.network.model import Work
from bot.store.record import BASELINE, REVIEW, Record
from bot.store.tables import FollowUp, Plan, Snapshot
from bot.support.barriers import Barrier
from bot.support.practice import Said
from bot.support.process import AskedGap, PlanCourse, Process, Told, process_of


def process_in(record: Record) -> Process:
    """How far the person came, and what took hold."""
    session, person_id = record.session, record.person.id
    plans = session.scalars(select(Plan).where(Plan.person_id == person_id).order_by(Plan.id))
    asked = session.scalars(
        select(FollowUp)
        .where(FollowUp.person_id == person_id, FollowUp.answered_at.is_not(None))
        .order_by(FollowUp.answered_at, FollowUp.id)
    ).all()
    milestones = session.scalars(
        select(Snapshot)
        .where(Snapshot.person_id == person_id, Snapshot.reason.in_((BASELINE, REVIEW)))
        .order_by(Snapshot.taken_at)
    ).all()
    network = record.network()
    found = find_gaps(network, {d.area: d.size for d in record.difficulties()}, Wants())
    # The first map that was agreed to is the last of those drawn until it was right.
    begun = next((s for s in reversed(milestones) if s.reason == BASELINE), None)
    return process_of(
        record.person.stage,
        options=[o.response for o in record.options()],
        plans=[
            PlanCourse(p.state, tuple(_told(f) for f in asked if f.plan_id == p.id)) for p in plans
        ],
        gaps=[
            AskedGap(GapCode(g.code), Work(g.work) if g.work else None, bool(g.evidence.get("own")))
            for g in record.confirmed_gaps()
        ],
        still_found=[(g.code, g.work) for g in found],
        then=network_from_json(begun.network) if begun is not None else None,
        now=network,
        reviews=sum(s.reason == REVIEW for s in milestones),
    )


def _told(row: FollowUp) -> Told:
    return Told(
        tried=Said(row.tried) if row.tried else None,
        worth=Said(row.worth) if row.worth else None,
        barrier=Barrier(row.barrier) if row.barrier else None,
        decision=row.decision,
    )
