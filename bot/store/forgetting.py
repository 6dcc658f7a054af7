"""Forgetting one member of somebody's map: the entry, its history, and the name in all words."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import JSON as Json
from sqlalchemy import String, Text, inspect, select, update
from sqlalchemy.orm import Session

from bot.network.edits import is_role
from bot.network.exports import network_from_json, network_to_json
from bot.nlu.words import known_words
from bot.store import messages
from bot.store.base import Base, empty_log_after
from bot.store.people import tables_of_a_person
from bot.store.record import Record
from bot.store.tables import Address, Change, GapRow, Plan, Snapshot

SOMEONE = "someone"
"""What stands where the name was."""

FORGETTING = "forgetting"
"""Bookkeeping for the rest of the turn: its own messages are yet to be written down."""

_CODES = frozenset({"id", "person_id", "key", "channel", "address", "service_id", "update_key"})


def forget_member(record: Record, key: str) -> str:
    """Take a member off the map and out of everything that is kept; the label it had.

    A role ("GP", "Sister") is no name: it goes from the map and its history, and stays a word.
    Nothing that was changed before can be put back afterwards.
    """
    session, person_id = record.session, record.person.id
    network = record.network()
    label = network[key].label
    empty_log_after(session)
    record.write_network(network.without(key))
    for table, column in ((Change, "before"), (Snapshot, "network")):
        for row in session.scalars(select(table).where(table.person_id == person_id)):
            old = network_from_json(getattr(row, column))
            if key in {m.key for m in old}:
                setattr(row, column, network_to_json(old.without(key)))
    # Whoever says "put it back" next means the one who is forgotten: nothing older may answer.
    earlier = update(Change).where(Change.person_id == person_id).values(undone=True)
    session.execute(earlier)
    for gap in session.scalars(select(GapRow).where(GapRow.person_id == person_id)):
        gap.evidence = _without_key(gap.evidence, key)
    for plan in session.scalars(select(Plan).where(Plan.person_id == person_id)):
        if plan.with_member == key:
            plan.with_member, plan.with_words = None, ""
    waiting = record.progress.get("gaps_waiting", [])
    left = [gap for gap in waiting if key not in gap["members"]]
    if left != waiting:
        # What was to be asked about them is not asked; nor is who could back them up.
        record.keep_progress(gaps_waiting=left, own_open=False, lost_open=False)
    record.person.progress = _without_key(record.person.progress, key)
    session.flush()
    same = any(m.label.casefold() == label.casefold() for m in record.network())
    if not is_role(label) and not same:
        record.keep_progress(**{FORGETTING: label})
        forget_name(session, person_id, label)
    return label


def forget_name(session: Session, person_id: str, label: str) -> None:
    """Put ``SOMEONE`` for a name in every text and JSON of a person and of their chats."""
    pattern = _pattern(label)
    present = set(inspect(session.connection()).get_table_names())
    for table in tables_of_a_person():
        if table.name in present:
            _scrub(session, table, table.c.person_id == person_id, pattern)
    person = Base.metadata.tables["person"]
    _scrub(session, person, person.c.id == person_id, pattern)
    own = select(Address.channel, Address.address).where(Address.person_id == person_id)
    for channel, address in session.execute(own).all():
        for model in (messages.Keyboard, messages.Outbox):
            rows = Base.metadata.tables[model.__tablename__]
            here = (rows.c.channel == channel) & (rows.c.address == address)
            _scrub(session, rows, here, pattern)
    session.expire_all()


def finish_forgetting(session: Session, record: Record) -> None:
    """Forget the name in what the turn itself has written; call it once that is written."""
    label = record.progress.get(FORGETTING)
    if label:
        record.person.progress = {k: v for k, v in record.progress.items() if k != FORGETTING}
        session.flush()
        forget_name(session, record.person.id, str(label))
        empty_log_after(session)


def _pattern(label: str) -> re.Pattern[str]:
    """The name as a word; where it is also an everyday word ("joy"), only in capitals."""
    flags = 0 if label.casefold() in known_words() else re.IGNORECASE
    return re.compile(rf"(?<!\w){re.escape(label)}(?!\w)", flags)


def _scrub(session: Session, table: Any, where: Any, pattern: re.Pattern[str]) -> None:
    columns = [
        c
        for c in table.columns
        if isinstance(c.type, String | Text | Json) and c.name not in _CODES
    ]
    own = list(table.primary_key.columns)
    if not columns:
        return
    for row in session.execute(select(*own, *columns).where(where)).mappings().all():
        new = {c.name: _replaced(row[c.name], pattern) for c in columns}
        changed = {name: value for name, value in new.items() if value != row[name]}
        if changed:
            keys = [c == row[c.name] for c in own]
            session.execute(update(table).where(*keys).values(**changed))


def _replaced(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(SOMEONE, value)
    if isinstance(value, list):
        return [_replaced(v, pattern) for v in value]
    if isinstance(value, dict):
        return {_replaced(k, pattern): _replaced(v, pattern) for k, v in value.items()}
    return value


def _without_key(value: Any, key: str) -> Any:
    """JSON without the entries that are a member's key."""
    if isinstance(value, list):
        return [_without_key(v, key) for v in value if v != key]
    if isinstance(value, dict):
        return {k: _without_key(v, key) for k, v in value.items() if key not in (k, v)}
    return value
