"""Whom the bot may point to: never who may be the one that hurts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import bot.store.tables  # noqa: F401  (registers the tables)
from actions.company import company
from actions.options import wishes_of
from bot.network.model import Kind, Member, Network, Relationship
from bot.store.base import Base, engine_for
from bot.store.people import begin
from bot.store.record import Record

DARREN = Member("m1", "Darren", relationship=Relationship.PARTNER)
JULIE = Member("m2", "Julie", relationship=Relationship.SIBLING)
KAY = Member("m3", "Kay", relationship=Relationship.FRIEND)
KEN = Member("m4", "Ken", relationship=Relationship.NEIGHBOUR)
NURSE = Member("m5", "Nurse", kind=Kind.PROFESSIONAL, relationship=Relationship.NURSE)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    engine = engine_for(f"sqlite:///{tmp_path / 'store.sqlite'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        yield begin(session, "7" * 32)


def names(record: Record, *members: Member, abuse: bool) -> tuple[list[str], list[str]]:
    record.keep_network(Network(members), "test")
    if abuse:
        record.note_risk("crisis", "abuse", "rules", "crisis.abuse")
    return [m.label for m in company(record)], [m.label for m in wishes_of(record).companions]


def harder(member: Member) -> Member:
    return Member(member.key, member.label, relationship=member.relationship, strain=True)


def test_without_abuse_anybody_may_be_company(record: Record) -> None:
    found, companions = names(record, DARREN, KAY, abuse=False)
    assert found == companions == ["Darren", "Kay"]


def test_after_abuse_was_told_nobody_is_named_until_it_is_known_who(record: Record) -> None:
    found, companions = names(record, DARREN, JULIE, KAY, NURSE, abuse=True)
    assert found == companions == ["Nurse"]


def test_a_neighbour_who_is_named_does_not_make_the_family_safe(record: Record) -> None:
    found, companions = names(record, DARREN, KAY, harder(KEN), abuse=True)
    assert found == companions == ["Kay"]


def test_once_it_is_known_who_the_others_may_be_company(record: Record) -> None:
    found, companions = names(record, harder(DARREN), JULIE, KAY, abuse=True)
    assert found == companions == ["Julie", "Kay"]
