"""What is agreed to has a version, and each scope an end of its own."""

from __future__ import annotations

import hashlib
import json

import pytest
import yaml

from actions.rights import withdraw
from bot.network.model import Member, Network
from bot.rights import consents
from bot.rights.consents import CHOICES, Scope
from bot.settings import PROJECT
from bot.store.base import unit_of_work
from bot.store.people import begin
from bot.store.record import Record
from bot.store.tables import Change, Consent, Snapshot
from tests.store.conftest import person, postgres_template, sqlite_template, store

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

AGREED_TO = (
    "utter_welcome_keep",
    "utter_consent_ask",
    "utter_consent_more",
    "utter_consents",
    "utter_ask_plan_ask",
    "utter_ask_plan_ask_here",
)
DIGESTS = {"2026-11-27": "37a473086e7b5216"}


def _digest() -> str:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text("utf-8"))["responses"]
    labels = yaml.safe_load((PROJECT / "actions" / "words.yml").read_text("utf-8"))["scopes"]
    words = [domain[name] for name in AGREED_TO]
    whole = json.dumps([words, labels], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def test_the_version_is_of_the_words_in_force() -> None:
    assert DIGESTS[consents.VERSION] == _digest(), "new words need a new VERSION, and its digest"


def test_each_scope_is_a_row_with_its_version_and_time(person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.give_consent(Scope.SHARE, Scope.RESEARCH)
        rows = {c.scope: c for c in session.query(Consent).filter_by(person_id=person)}
        assert set(rows) == {"use", "save_map", "share", "research"}
        assert all(c.version == consents.VERSION and c.given_at for c in rows.values())
        assert rows["share"].named and not rows["research"].named


@pytest.mark.parametrize("scope", CHOICES)
def test_each_scope_ends_alone_and_leaves_when_it_did(person: str, scope: Scope) -> None:
    with unit_of_work() as session:
        Record.of(session, person).give_consent(*CHOICES)
    with unit_of_work() as session:
        record = Record.of(session, person)
        withdraw(record, scope)
        session.flush()
        assert record.consents() == {str(s) for s in Scope} - {str(scope)}
        [row] = session.query(Consent).filter_by(person_id=person, scope=str(scope))
        assert row.withdrawn_at is not None


def test_the_map_goes_with_its_scope(person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(Network((Member("m1", "Bob"),)), "add")
        record.take_snapshot("asked")
    with unit_of_work() as session:
        withdraw(Record.of(session, person), Scope.SAVE_MAP)
    with unit_of_work() as session:
        record = Record.of(session, person)
        assert len(record.network()) == 0
        assert session.query(Change).count() == session.query(Snapshot).count() == 0


def test_who_answers_for_the_patient_is_with_the_consent(store: object) -> None:
    with unit_of_work() as session:
        record = begin(session, "h" * 32)
        record.person.answered_by = "helper"
        record.give_consent(Scope.USE)
        assert session.query(Consent).one().given_by == "helper"
