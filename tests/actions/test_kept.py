"""What is kept is told in plain words, and what a screen should not show is in the copy."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import inspect

from actions.kept import summary
from actions.words import label
from bot.network.model import Member, Network
from bot.settings import PROJECT
from bot.store.base import unit_of_work
from bot.store.copies import copy_of
from bot.store.record import Record
from bot.store.tables import FollowUp
from tests.store.conftest import Store, person, postgres_template, sqlite_template, store
from tests.store.filled import ADDRESS, CHANNEL, fill

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

ME = "a" * 32


def line(told: str, key: str) -> str:
    """What is told under one heading."""
    start = f"• {label('kept', key)}: "
    found = [text for text in told.splitlines() if text.startswith(start)]
    assert len(found) == 1, key
    return found[0].removeprefix(start)


@pytest.fixture
def told(store: Store) -> str:
    with unit_of_work() as session:
        record = fill(session, ME)
        record.person.access_needs = ["step_free", "language:polish"]
        record.person.answered_by = "helper"
        record.show_option("8", "chess in the library", [])
        record.answer_option("8", "rejected")
        for state, what in (("paused", "swim"), ("finished", "knit"), ("dropped", "ski")):
            plan = record.add_plan(what)
            if state == "finished":
                [asked] = record.ask_later(plan, [2])
                asked.state = "answered"
            record.end_plan(plan, state)
    with unit_of_work() as session:
        return summary(Record.of(session, ME))


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("writes", "someone who writes for you"),
        ("conditions", "sarcoidosis"),
        ("area", "Ravenscar"),
        ("access", "Polish"),
        ("travel", "bus"),
        ("difficulties", "lonely (a big problem)"),
        ("more_help", "used to enjoy"),
        ("likes", "Creative things"),
        ("saved", "marquetry for beginners"),
        ("turned_down", "chess"),
        ("not_found", "one thing"),
        ("words", "2 answers"),
        ("members", "Zebediah"),
        ("earlier", "one earlier map"),
        ("plans_active", "try the marquetry"),
        ("plans_paused", "swim"),
        ("plans_finished", "knit"),
        ("plans_dropped", "ski"),
        ("will_ask", "day "),
        ("told", "one answer"),
        ("asked", "to talk to a person"),
        ("asked", "to check some details"),
        ("staff", "3 notes"),
        ("agreed", "Keep the map"),
        ("chat", "all of it"),
    ],
)
def test_everything_that_is_kept_has_a_line(told: str, key: str, says: str) -> None:
    assert says in line(told, key)


def test_a_screen_shows_neither_who_makes_things_harder_nor_a_worry(
    store: Store, person: str
) -> None:
    """Told to anyone in the same words: that it is said gives nothing away."""
    with unit_of_work() as session:
        record = Record.of(session, person)
        members = (Member("m1", "Bob"), Member("m2", "Ann"))
        record.keep_network(Network(members), "add")
        before = summary(record)
        record.keep_network(Network((replace(members[0], strain=True), members[1])), "strain")
        record.note_risk("crisis", "abuse", "rules", "utter_risk_abuse")
        assert summary(record) == before
        assert label("kept", "private") in before


def test_the_copy_holds_all_of_it(told: str) -> None:
    as_json, page = copy_of(CHANNEL, ADDRESS)
    kept = json.loads(as_json)
    assert any(member["strain"] for member in kept["member"])
    assert {plan["state"] for plan in kept["plan"]} == {"active", "paused", "finished", "dropped"}
    assert kept["person"]["answered_by"] == "helper" and kept["risk_event"] and kept["reveal"]
    for words in (
        "they make things harder",
        "someone who writes for you",
        "language:polish",
        "creative",
        "chess in the library: rejected",
        "philately, near Ravenscar",
        "no phlox yet",
        "knit (finished)",
        "about widdershins",
        "no marquetry there any more",
        "likes birds",
        "birds",
        "we are a crowd, quillwort",
        "names were shown",
    ):
        assert words in page, words


def test_a_copy_looks_into_every_table_whatever_has_been_imported(store: Store) -> None:
    with unit_of_work() as session:
        fill(session, ME)
    with unit_of_work() as session:
        here = inspect(session.connection())
        with_a_person = {
            name
            for name in here.get_table_names()
            if "person_id" in {column["name"] for column in here.get_columns(name)}
        }
    code = "from bot.store.copies import tables_of_a_person as t; print(*(x.name for x in t()))"
    alone = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert set(alone.stdout.split()) == with_a_person


def test_a_follow_up_that_is_over_is_not_promised(store: Store) -> None:
    with unit_of_work() as session:
        record = fill(session, ME)
        session.query(FollowUp).update({"state": "stopped"})
        assert label("kept", "will_ask") not in summary(record)
