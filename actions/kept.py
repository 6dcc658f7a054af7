"""What is kept about a person, in plain words to themselves.

Nothing that is kept goes unnamed. What could put somebody in danger on a screen that another
person sees (who makes things harder, that staff have a note of a worry) is named only as
something that may be there, in the same words for everyone, and stands in the person's copy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import select

from actions.words import label, labels, listed
from bot.rights.consents import CHOICES, Scope
from bot.settings import get_settings
from bot.store.base import Base
from bot.store.directory import CorrectionRow
from bot.store.record import Record
from bot.store.staff import Mark, ReviewNote, Tag
from bot.store.tables import (
    FollowUp,
    GapRow,
    NetworkTypeRow,
    Note,
    OptionRow,
    Plan,
    Snapshot,
    StaffRequest,
    UnmetNeed,
)
from bot.support.dates import day_words
from bot.support.preferences import LANGUAGE

Row = TypeVar("Row", bound=Base)


def summary(record: Record) -> str:
    """Everything that is kept, a line for each kind of which there is something."""
    lines = {
        **_about(record),
        **_needs(record),
        **_map(record),
        **_plans(record),
        **_for_staff(record),
        "agreed": listed(scope_words(s) for s in CHOICES if s in record.consents()),
        "chat": label("kept", "chat_value"),
    }
    told = [f"• {label('kept', key)}: {text}" for key, text in lines.items() if text]
    return "\n".join([*told, "", label("kept", "private")])


def scope_words(scope: Scope) -> str:
    """What a scope of consent is, on a button."""
    return label("scopes", scope, service_name=get_settings().wise_service_name)


def _about(record: Record) -> dict[str, str]:
    person = record.person
    return {
        "writes": label("kept", f"by_{person.answered_by}"),
        "conditions": person.conditions,
        "area": person.area,
        "age": labels("ages").get(person.age_band, ""),
        "access": listed(_access(code) for code in person.access_needs),
        "travel": listed(label("travel", code) for code in person.travel),
    }


def _access(code: str) -> str:
    if code.startswith(LANGUAGE):
        return code.removeprefix(LANGUAGE).capitalize()
    return label("access", code)


def _needs(record: Record) -> dict[str, str]:
    gaps = _rows(record, GapRow)
    ticked = record.preferences()
    options = _rows(record, OptionRow)
    return {
        "difficulties": listed(
            label("kept", "big", what=label("areas", d.area))
            if d.size == "big"
            else label("areas", d.area)
            for d in record.difficulties()
        ),
        "more_help": listed(_gap(gap) for gap in gaps if gap.confirmed),
        "no_help": listed(_gap(gap) for gap in gaps if gap.confirmed is False),
        "likes": listed(text for code, text in labels("preferences").items() if code in ticked),
        "suits": listed(text for code, text in labels("limits").items() if code in ticked),
        "saved": listed(o.name for o in options if o.response == "saved"),
        "turned_down": listed(o.name for o in options if o.response == "rejected"),
        "shown": _count("services", [o for o in options if o.response == "shown"]),
        "not_found": _count("searches", _rows(record, UnmetNeed)),
        "words": _count("answers", [*_rows(record, Note), *_own_words(record)]),
    }


def _gap(gap: GapRow) -> str:
    return label("work", gap.work) if gap.work else label("gaps", gap.code)


def _own_words(record: Record) -> list[NetworkTypeRow]:
    return [row for row in _rows(record, NetworkTypeRow) if row.words]


def _map(record: Record) -> dict[str, str]:
    return {
        "members": listed(m.label for m in record.network()),
        "earlier": _count("maps", _rows(record, Snapshot)),
    }


def _plans(record: Record) -> dict[str, str]:
    plans = _rows(record, Plan)
    follow_ups = _rows(record, FollowUp)
    to_come = [f for f in follow_ups if f.state in ("waiting", "sent", "nudged")]
    answered = [f for f in follow_ups if f.state == "answered"]
    return {
        **{
            f"plans_{state}": listed(plan.what for plan in plans if plan.state == state)
            for state in ("active", "paused", "finished", "dropped")
        },
        "will_ask": listed(dict.fromkeys(day_words(f.due_at.date()) for f in to_come)),
        "told": _count("answers", answered),
    }


def _for_staff(record: Record) -> dict[str, str]:
    asked = [(request.kind, request.at) for request in _rows(record, StaffRequest)]
    asked += [("wrong_details", correction.at) for correction in _rows(record, CorrectionRow)]
    written = [*_rows(record, ReviewNote), *_rows(record, Tag), *_rows(record, Mark)]
    return {
        "asked": listed(label("requests", kind, day=day_words(at.date())) for kind, at in asked),
        "staff": _count("notes", written),
    }


def _count(what: str, rows: Iterable[object]) -> str:
    """A number of things in words; "" for none."""
    number = len(list(rows))
    if number == 0:
        return ""
    return label("counts", f"{what}_one" if number == 1 else what, number=number)


def _rows(record: Record, table: type[Row]) -> list[Row]:
    own = table.__table__.c.person_id == record.person.id
    return list(record.session.scalars(select(table).where(own)))
