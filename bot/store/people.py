"""Who is who: addresses on a channel, beginning a record, and erasing it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, inspect, select
from sqlalchemy.orm import Session

from bot.secret import derived_key
from bot.settings import get_settings
from bot.store import messages
from bot.store.base import empty_log_after, unit_of_work
from bot.store.record import Record
from bot.store.schema import metadata
from bot.store.tables import Address, Person


def sender_for(channel: str, address: str) -> str:
    """The opaque id that stands for an address, the same each time, without storing anything.

    Before consent nobody may be written down, so the id is a keyed hash of the address; an
    ``Address`` row, made with the record, takes precedence.
    """
    with unit_of_work() as session:
        known = session.get(Address, (channel, address))
        if known is not None:
            return known.person_id
    return _pseudonym(channel, address)


def _pseudonym(channel: str, address: str) -> str:
    key = derived_key("person").encode()
    return hmac.new(key, f"{channel}:{address}".encode(), hashlib.sha256).hexdigest()[:32]


def begin(session: Session, person_id: str) -> Record:
    """The record of a person who has just agreed; the existing one where there is one."""
    person = session.get(Person, person_id)
    if person is None:
        person = Person(id=person_id, time_zone=get_settings().wise_time_zone)
        session.add(person)
        session.flush()
    return Record(session, person)


def remember_address(session: Session, channel: str, address: str, person_id: str) -> bool:
    """Keep how to reach a person, once there is a record; whether it is kept now."""
    if session.get(Address, (channel, address)) is not None:
        return True
    if session.get(Person, person_id) is None:
        return False
    session.add(Address(channel=channel, address=address, person_id=person_id))
    return True


def forget_stranger(session: Session, channel: str, address: str) -> bool:
    """Erase what a channel keeps of a chat whose person has no record and is owed nothing.

    Someone who declines, or whose record was erased, leaves no row behind. Whether it was
    erased now.
    """
    if session.get(Address, (channel, address)) is not None:
        return False
    if session.get(Person, _pseudonym(channel, address)) is not None:
        return False
    if messages.is_pending(session, channel, address):
        return False
    return bool(sum(messages.erase_chat(session, channel, address).values()))


def forget_strangers(session: Session, channel: str, before: datetime) -> int:
    """``forget_stranger`` for every chat whose last update came before a moment; how many."""
    quiet = (
        select(messages.Inbox.address)
        .where(messages.Inbox.channel == channel)
        .where(
            ~select(Address)
            .where(Address.channel == channel, Address.address == messages.Inbox.address)
            .exists()
        )
        .group_by(messages.Inbox.address)
        .having(func.max(messages.Inbox.received) < before)
    )
    found = list(session.scalars(quiet))
    return sum(forget_stranger(session, channel, address) for address in found)


def tables_of_a_person() -> list[Any]:
    """Every table with a ``person_id``, so that no later table can be forgotten."""
    return [t for t in metadata.sorted_tables if "person_id" in t.columns]


def erase(session: Session, person_id: str) -> dict[str, int]:
    """Delete everything of a person; how many rows went, by table.

    The tables are found by looking, and deleted from the leaves up: a database whose foreign
    keys are off loses nothing by it.
    """
    empty_log_after(session)
    gone: dict[str, int] = {}
    own = select(Address.channel, Address.address).where(Address.person_id == person_id)
    for channel, address in session.execute(own).all():
        for table_name, rows in messages.erase_chat(session, channel, address).items():
            if rows:
                gone[table_name] = gone.get(table_name, 0) + rows
    present = set(inspect(session.connection()).get_table_names())
    for table in reversed(tables_of_a_person()):
        if table.name not in present:
            continue
        count = session.execute(
            select(func.count()).select_from(table).where(table.c.person_id == person_id)
        ).scalar_one()
        if count:
            session.execute(delete(table).where(table.c.person_id == person_id))
            gone[table.name] = count
    if session.execute(delete(Person).where(Person.id == person_id)).rowcount:  # type: ignore[attr-defined]
        gone["person"] = 1
    return gone
