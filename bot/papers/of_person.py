"""The papers of one person, made from the record when they are asked for and kept nowhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.directory.query import get
from bot.papers.calendar import Planned, calendar
from bot.papers.page import page
from bot.papers.words import CALENDAR_FILE, CALENDAR_TITLES, PAGE_FILE
from bot.store.base import now, unit_of_work
from bot.store.record import Record
from bot.store.tables import Address, Plan
from bot.support.dates import time_in
from bot.support.discreet import Activity, said_openly

_PLANS = uuid.UUID("6d1f4f4e-3f0b-4f0d-9a0c-0c8f0f5b8a51")
"""The namespace of the names of plans in calendars; never change it."""


class NoPaper(LookupError):
    """There is no such paper, or nothing is kept of whoever asks."""


@dataclass(frozen=True)
class Paper:
    """A file to hand over."""

    name: str
    media_type: str
    data: bytes


def plan_line(plan: Plan) -> str:
    """One plan in a line."""
    parts = [plan.what, plan.when_words, plan.with_words]
    return "• " + ", ".join(p for p in parts if p)


def openly(record: Record, plan: Plan) -> str | Activity:
    """What of a plan others may read; see ``bot.support.discreet``."""
    listing = get(record.session, int(plan.service_id)) if plan.service_id else None
    return said_openly(
        plan.what,
        listing,
        conditions=record.person.conditions,
        never=[m.label for m in record.network() if m.strain],
    )


def paper_for(channel: str, address: str, name: str, store_url: str | None = None) -> Paper:
    """The paper of whoever is reached there, by the file's name.

    Raises:
        NoPaper: for a name that is none, or somebody of whom nothing is kept.
    """
    made = _PAPERS.get(name)
    if made is None:
        raise NoPaper(f"there is no paper {name}")
    media_type, make = made
    with unit_of_work(store_url) as session:
        person_id = session.scalar(
            select(Address.person_id).where(Address.channel == channel, Address.address == address)
        )
        if person_id is None:
            raise NoPaper("nothing is kept there")
        return Paper(name, media_type, make(Record.of(session, person_id), now()))


def _calendar(record: Record, moment: datetime) -> bytes:
    plans = [_planned(record, plan) for plan in record.plans()]
    return calendar(plans, record.person.time_zone, moment)


def _planned(record: Record, plan: Plan) -> Planned:
    said = openly(record, plan)
    return Planned(
        uid=str(uuid.uuid5(_PLANS, f"{record.person.id}/{plan.id}")),
        title=CALENDAR_TITLES[said] if isinstance(said, Activity) else said,
        made_at=plan.made_at,
        day=plan.when_date,
        at=time_in(plan.when_words),
    )


def _page(record: Record, moment: datetime) -> bytes:
    today = moment.astimezone(ZoneInfo(record.person.time_zone)).date()
    return page(record.network(), [plan_line(plan) for plan in record.plans()], today)


_PAPERS: dict[str, tuple[str, Callable[[Record, datetime], bytes]]] = {
    CALENDAR_FILE: ("text/calendar; charset=utf-8", _calendar),
    PAGE_FILE: ("application/pdf", _page),
}
