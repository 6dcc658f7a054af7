"""The papers of one person, made from the record when they are asked for and kept nowhere."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.directory.query import get
from bot.network.model import FAMILY, Kind, Relationship
from bot.nlu.lexicon import names as first_names
from bot.nlu.lexicon import terms_of_one_word
from bot.papers.calendar import Planned, calendar
from bot.papers.page import page
from bot.papers.words import CALENDAR_FILE, CALENDAR_TITLES, PAGE_FILE
from bot.store.base import now, unit_of_work
from bot.store.record import Record
from bot.store.tables import Address, Plan
from bot.support.company import is_named, not_to_be_named
from bot.support.dates import day_words, time_in
from bot.support.discreet import Activity, said_openly, words_in
from bot.support.needs_map import normalise_conditions

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


def plan_line(record: Record, plan: Plan) -> str:
    """One plan in a line; without company that the person is not to be pointed to (any more)."""
    parts = [record.what_of(plan), _when(plan), _company(record, plan)]
    return "• " + ", ".join(p for p in parts if p)


_FROM_ITS_DAY = re.compile(
    r"\b(?:next|this|coming|following|tomorrow|tonight|today|week|fortnight|after|later"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\b(?:every|each|most|any|\w+days)\b", re.IGNORECASE)


def _when(plan: Plan) -> str:
    """The day in the person's words; from the next day on as a date: "tomorrow" is over then."""
    words = plan.when_words
    if plan.when_date is None or plan.made_at.date() >= now().date():
        return words
    if not _FROM_ITS_DAY.search(words) or _AGAIN.search(words):
        return words
    return day_words(plan.when_date, time_in(words))


def _company(record: Record, plan: Plan) -> str:
    """Who comes along, as the plan has it; empty for who died, makes things harder or may hurt."""
    network = record.network()
    never = not_to_be_named(network, told_of_abuse=record.told_of_abuse())
    good = [m for m in network if m.can_be_suggested and m.key not in never]
    labels = {m.label.casefold() for m in good}
    # Somebody may share a name with who died: then the words alone do not tell who is meant.
    out = [m for m in network if m not in good]
    named = any(
        m.label.casefold() not in labels and is_named(m.label, plan.with_words) for m in out
    )
    return "" if named or plan.with_member in {m.key for m in out} else plan.with_words


def openly(record: Record, plan: Plan) -> str | Activity:
    """What of a plan others may read; see ``bot.support.discreet``."""
    listing = get(record.session, int(plan.service_id)) if plan.service_id else None
    if plan.service_id and listing is None:
        return Activity.SOMETHING  # nobody knows any more what sort of service it was
    return said_openly(
        record.what_of(plan),
        listing,
        names=_names(record, plan),
        conditions=record.person.conditions,
        never=[m.label for m in record.network() if m.strain],
    )


def _names(record: Record, plan: Plan) -> set[str]:
    """Names that may be read: of people and pets on the map, and of who is to come along.

    A label or "with …" may say more ("Sue from dialysis"), so of several words only first names
    count. One word is a name, known or not, where it stands for somebody close.
    """
    members = [m for m in record.network() if m.kind in _NAMED and not m.strain]
    said = [word for m in members for word in words_in(m.label)] + words_in(plan.with_words)
    close = [words_in(m.label) for m in members if m.relationship in _CLOSE]
    alone = {words[0] for words in close if len(words) == 1} - terms_of_one_word()
    found = first_names().intersection(said) | alone
    return {name for name in found if not normalise_conditions(name)}


_NAMED = frozenset({Kind.PERSON, Kind.PET})
_CLOSE = FAMILY | {Relationship.FRIEND, Relationship.NEIGHBOUR, Relationship.PET}


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
    today = record.local(moment).date()
    return page(record.network(), [plan_line(record, plan) for plan in record.plans()], today)


_PAPERS: dict[str, tuple[str, Callable[[Record, datetime], bytes]]] = {
    CALENDAR_FILE: ("text/calendar; charset=utf-8", _calendar),
    PAGE_FILE: ("application/pdf", _page),
}
