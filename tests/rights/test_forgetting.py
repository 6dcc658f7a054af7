"""Somebody who is forgotten is in no table, no file and no later turn."""

from __future__ import annotations

import pytest

from bot.network.model import Member, Network, Relationship
from bot.store.base import unit_of_work
from bot.store.copies import NoCopy, as_page, copy_of
from bot.store.exports import whole_record
from bot.store.forgetting import FORGETTING, finish_forgetting, forget_member
from bot.store.record import Record
from tests.store.conftest import Store, person, postgres_template, sqlite_template, store
from tests.store.filled import ADDRESS, CHANNEL, fill
from tests.store.test_people import everything

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

ME = "a" * 32


def test_a_forgotten_member_is_in_no_table_and_no_file(store: Store) -> None:
    with unit_of_work() as session:
        fill(session, ME)
        assert "Zebediah" in everything(session)
    with unit_of_work() as session:
        record = Record.of(session, ME)
        assert forget_member(record, "m1") == "Zebediah"
    with unit_of_work() as session:
        finish_forgetting(session, Record.of(session, ME))
    with unit_of_work() as session:
        record = Record.of(session, ME)
        assert "Zebediah" not in everything(session)
        assert FORGETTING not in record.progress
        assert [m.label for m in record.network()] == ["Quetzalina", "glockenspiel band"]
        assert record.undo_network() is None
    if store.kind == "sqlite":
        assert b"Zebediah" not in store.bytes()


def test_what_the_turn_itself_wrote_is_forgotten_too(store: Store) -> None:
    with unit_of_work() as session:
        record = fill(session, ME)
        forget_member(record, "m1")
        record.note("noticed", "Zebediah was kind")  # as the tracker is saved after the action
    with unit_of_work() as session:
        finish_forgetting(session, Record.of(session, ME))
    with unit_of_work() as session:
        assert Record.of(session, ME).notes("noticed") == ["someone was kind"]


def test_a_role_goes_from_the_map_and_stays_a_word(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        sister = Member("m1", "Sister", relationship=Relationship.SIBLING)
        record.keep_network(Network((sister,)), "add")
        record.note("noticed", "a sister house")
        forget_member(record, "m1")
        assert len(record.network()) == 0
        assert record.notes("noticed") == ["a sister house"]


def test_a_namesake_keeps_the_name(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(Network((Member("m1", "Ann"), Member("m2", "Ann"))), "add")
        forget_member(record, "m1")
        assert [m.key for m in record.network()] == ["m2"]
        assert record.network()["m2"].label == "Ann"


def test_a_copy_holds_everything_and_only_ones_own(store: Store) -> None:
    with unit_of_work() as session:
        fill(session, ME)
        kept = whole_record(session, ME)
    as_json, page = copy_of(CHANNEL, ADDRESS)
    for word in ("Zebediah", "sarcoidosis", "philately", "Ravenscar"):
        assert word in as_json and word in page
    assert "<script" not in page and "they make things harder" in page
    assert as_page(kept).startswith("<!doctype html>")
    with pytest.raises(NoCopy):
        copy_of(CHANNEL, "somebody else")


def test_a_copy_shows_words_as_words(store: Store) -> None:
    with unit_of_work() as session:
        fill(session, ME).note("noticed", "<script>alert(1)</script>")
    assert "<script>" not in copy_of(CHANNEL, ADDRESS)[1]
