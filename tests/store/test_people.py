"""Who is who, and an erasure that leaves nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from bot.settings import get_settings
from bot.store import messages, schema
from bot.store.base import now, unit_of_work
from bot.store.maps import NoPicture, picture_png, picture_svg, svg_for
from bot.store.people import (
    begin,
    erase,
    forget_stranger,
    forget_strangers,
    remember_address,
    sender_for,
    tables_of_a_person,
)
from bot.store.record import NoRecord, Record
from tests.store.conftest import Store
from tests.store.filled import ADDRESS, CHANNEL, SECRETS, fill, network

DIRECTORY = {
    "feed",
    "feed_page",
    "organization",
    "quarantine",
    "service",
    "service_at_location",
    "service_block",
    "service_pair",
}
STAFF = {"audit", "staff", "staff_session", "route_check", "import_job"}
"""Of the service's own people and work, with no word of a patient's."""
ME, OTHER = "a" * 32, "b" * 32


def counts(session: Session) -> dict[str, int]:
    """Rows by table, where there are any; the directory is not about people."""
    found = {}
    for table in schema.metadata.sorted_tables:
        if table.name not in DIRECTORY:
            found[table.name] = session.scalar(select(func.count()).select_from(table)) or 0
    return {name: rows for name, rows in found.items() if rows}


def everything(session: Session) -> str:
    """All rows of all tables as text."""
    return "\n".join(
        str(tuple(row))
        for table in schema.metadata.sorted_tables
        for row in session.execute(select(table))
    )


def test_an_address_has_one_opaque_id_and_nothing_is_stored(store: Store) -> None:
    first = sender_for("telegram", "4815162342")
    assert first == sender_for("telegram", "4815162342")
    assert first != sender_for("webchat", "4815162342")
    assert len(first) == 32 and "4815162342" not in first
    with unit_of_work() as session:
        assert counts(session) == {}


def test_an_address_is_remembered_once_there_is_a_record(store: Store) -> None:
    with unit_of_work() as session:
        assert not remember_address(session, "telegram", "7", ME)
        begin(session, ME)
        assert remember_address(session, "telegram", "7", ME)
        assert remember_address(session, "telegram", "7", ME)
    assert sender_for("telegram", "7") == ME


def test_the_filled_record_is_in_every_table_of_a_person(store: Store) -> None:
    # Keeps the tests of erasure honest: a new table has to be filled here too.
    with unit_of_work() as session:
        fill(session, ME)
    with unit_of_work() as session:
        filled = set(counts(session))
        assert filled >= {table.name for table in tables_of_a_person()} | {"person"}
        assert filled >= {"inbox", "outbox", "keyboard", "chat"}
        assert all(secret in everything(session) for secret in SECRETS)


def test_every_table_is_of_a_person_or_of_a_chat_or_of_the_directory() -> None:
    of_people = {table.name for table in tables_of_a_person()} | {"person"}
    of_chats = {t.name for t in schema.metadata.sorted_tables if "address" in t.columns}
    assert {t.name for t in schema.metadata.sorted_tables} == (
        of_people | of_chats | DIRECTORY | STAFF
    )


def test_erasing_leaves_no_row_and_no_word(store: Store) -> None:
    with unit_of_work() as session:
        fill(session, ME)
    with unit_of_work() as session:
        before = counts(session)
    with unit_of_work() as session:
        assert erase(session, ME) == before
    with unit_of_work() as session:
        assert counts(session) == {}
        left = everything(session)
        assert [s for s in (*SECRETS, ADDRESS, ME) if s in left] == []
        with pytest.raises(NoRecord):
            Record.of(session, ME)


def test_erasing_leaves_no_word_in_the_files(store: Store) -> None:
    if store.kind != "sqlite":
        pytest.skip("PostgreSQL's files are its own; VACUUM frees them")
    with unit_of_work() as session:
        fill(session, ME)
    assert all(secret.encode() in store.bytes() for secret in SECRETS)
    with unit_of_work() as session:
        erase(session, ME)
    found = store.bytes()
    assert [s for s in (*SECRETS, ADDRESS, ME) if s.encode() in found] == []


def test_a_reader_does_not_stop_an_erasure(store: Store) -> None:
    if store.kind != "sqlite":
        pytest.skip("only SQLite's log is read by others while it is written back")
    with unit_of_work() as session:
        fill(session, ME)
    with closing(sqlite3.connect(store.folder / "store.sqlite")) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM person").fetchone() == (1,)
        with unit_of_work() as session:
            erase(session, ME)
        # It goes on seeing what it began with, so the log cannot be emptied yet.
        assert reader.execute("SELECT count(*) FROM person").fetchone() == (1,)
    with unit_of_work() as session:
        erase(session, ME)
    assert [s for s in SECRETS if s.encode() in store.bytes()] == []


def test_erasing_one_person_leaves_the_others(store: Store) -> None:
    with unit_of_work() as session:
        fill(session, ME)
        fill(session, OTHER, "2342")
    with unit_of_work() as session:
        erase(session, ME)
    with unit_of_work() as session:
        assert Record.of(session, OTHER).network() == network()
        assert sender_for(CHANNEL, "2342") == OTHER
        assert counts(session)["keyboard"] == 1
        left = everything(session)
        assert ME not in left and ADDRESS not in left


def test_erasing_nobody_reports_nothing(store: Store) -> None:
    with unit_of_work() as session:
        assert erase(session, "nobody") == {}


def test_a_failed_erasure_erases_nothing(store: Store) -> None:
    with unit_of_work() as session:
        fill(session, ME)
    with pytest.raises(RuntimeError), unit_of_work() as session:
        erase(session, ME)
        raise RuntimeError("the machine went off")
    with unit_of_work() as session:
        assert Record.of(session, ME).network() == network()


def test_a_foreign_key_leads_from_every_table_to_the_person() -> None:
    def leads(table: Table) -> bool:
        keys = table.c.person_id.foreign_keys
        return [(k.target_fullname, k.ondelete) for k in keys] == [("person.id", "CASCADE")]

    assert [t.name for t in tables_of_a_person() if not leads(t)] == []


# --- strangers ---------------------------------------------------------------------------------


def _stranger(session: Session, address: str = "99") -> None:
    messages.receive(
        session,
        key=f"telegram:{address}",
        channel="telegram",
        address=address,
        position=1,
        payload={},
    )
    messages.finish_update(session, f"telegram:{address}")


def test_a_stranger_who_is_owed_nothing_is_forgotten(store: Store) -> None:
    with unit_of_work() as session:
        _stranger(session)
    with unit_of_work() as session:
        assert forget_stranger(session, "telegram", "99")
        assert not forget_stranger(session, "telegram", "99")
        assert counts(session) == {}


def test_a_stranger_whose_answer_waits_is_not_forgotten_yet(store: Store) -> None:
    with unit_of_work() as session:
        _stranger(session)
        messages.queue(session, channel="telegram", address="99", payload={"text": "Hello"})
    with unit_of_work() as session:
        assert not forget_stranger(session, "telegram", "99")
        assert set(counts(session)) == {"inbox", "outbox"}


def test_people_with_a_record_are_no_strangers(store: Store) -> None:
    with unit_of_work() as session:
        _stranger(session)
        begin(session, sender_for("telegram", "99"))
        _stranger(session, "100")
        begin(session, ME)
        remember_address(session, "telegram", "100", ME)
    with unit_of_work() as session:
        assert not forget_stranger(session, "telegram", "99")
        assert not forget_stranger(session, "telegram", "100")


def test_only_quiet_strangers_are_swept(store: Store) -> None:
    with unit_of_work() as session:
        _stranger(session)
        begin(session, ME)
        remember_address(session, "telegram", "100", ME)
        _stranger(session, "100")
    with unit_of_work() as session:
        assert forget_strangers(session, "telegram", now() - timedelta(minutes=1)) == 0
        assert forget_strangers(session, "telegram", now() + timedelta(minutes=1)) == 1
        assert counts(session)["inbox"] == 1


# --- pictures ----------------------------------------------------------------------------------


def test_a_picture_is_shown_to_its_owner_only(store: Store) -> None:
    with unit_of_work() as session:
        record = fill(session, ME)
        map_id = record.take_snapshot("asked")
    svg, words = picture_svg(map_id, owner=ME)
    assert "Zebediah" in svg and "Zebediah" in words
    assert picture_png(map_id)[0].startswith(b"\x89PNG")
    assert svg_for(map_id, CHANNEL, ADDRESS) == svg
    assert svg_for(map_id, CHANNEL, "someone else") is None
    for unknown, owner in ((map_id, OTHER), ("no such map", None)):
        with pytest.raises(NoPicture):
            picture_svg(unknown, owner=owner)


def test_who_begins_lives_in_the_time_zone_of_the_service(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WISE_TIME_ZONE", "Pacific/Auckland")
    get_settings.cache_clear()
    with unit_of_work() as session:
        record = begin(session, ME)
        asked = record.ask_later(record.add_plan("walk"), [1, 26])
        # Their own morning, in summer time and out of it.
        zone = ZoneInfo("Pacific/Auckland")
        assert [row.due_at.astimezone(zone).hour for row in asked] == [10, 10]
