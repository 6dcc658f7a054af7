"""What is said back of the map, and which gaps are asked about: never a word of who may hurt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

import bot.store.tables  # noqa: F401  (registers the tables)
from actions.gaps import AskGapsAgree, AskGapsAnswers, ValidateGapsForm, gaps_of, waiting_gap
from actions.turn import Answer, Say
from bot.needs.areas import Area, Size
from bot.network.model import Contact, Kind, Member, Network, Relationship, Work
from bot.store.base import Base, engine_for
from bot.store.people import begin
from bot.store.record import Record

R = Relationship
EVERYTHING = frozenset(Work)
DARREN = Member(
    "m1", "Darren", relationship=R.PARTNER, circle=1, contact=Contact.LESS, help=EVERYTHING
)
RON = Member(
    "m2", "Ron", relationship=R.PARENT, circle=1, contact=Contact.LESS, help=frozenset[Work]()
)
SUE = Member("m3", "Sue", relationship=R.CHILD, circle=1, contact=Contact.LESS)
TOM = Member("m4", "Tom", relationship=R.CHILD, circle=1, contact=Contact.LESS)
KEN = Member("m5", "Ken", relationship=R.NEIGHBOUR, contact=Contact.DAILY, strain=True)
NURSE = Member(
    "m6", "Nurse", kind=Kind.PROFESSIONAL, relationship=R.NURSE, help=frozenset({Work.ILLNESS})
)
CHOIR = Member("m7", "Choir", kind=Kind.GROUP, relationship=R.GROUP)


class Talk:
    """One person's record, and what the questions about gaps say to them."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def with_map(self, *members: Member, abuse: bool = False) -> Talk:
        self.record.write_network(Network(members))
        self.record.note_difficulty(Area.MEDICINES, Size.BIG)
        if abuse:
            self.record.note_risk("crisis", "abuse", "rules", "crisis.abuse")
        return self

    def says(self, ask: AskGapsAgree | AskGapsAnswers) -> list[dict[str, Any]]:
        dispatcher = CollectingDispatcher()
        ask.ask(self.record, Say(dispatcher))
        return list(dispatcher.messages)

    def answers(self, slot: str, answer: Answer) -> None:
        form: Any = ValidateGapsForm()
        handler = getattr(form, f"validate_{slot}").__wrapped__
        handler(form, self.record, answer, Say(CollectingDispatcher()))

    def everything_asked(self, choice: str) -> list[dict[str, Any]]:
        """Every question about a gap, each answered by one button."""
        self.answers("gaps_missed", Answer(choices=("skip",)))
        said: list[dict[str, Any]] = []
        while waiting_gap(self.record):
            said += self.says(AskGapsAnswers())
            self.answers("gaps_answers", Answer(choices=(choice,)))
        return said


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    engine = engine_for(f"sqlite:///{tmp_path / 'store.sqlite'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        yield Talk(begin(session, "7" * 32))


@pytest.mark.parametrize("members", [(DARREN,), (DARREN, NURSE), (DARREN, RON, NURSE)])
def test_who_may_be_the_one_that_hurts_is_nowhere_named(
    talk: Talk, members: tuple[Member, ...]
) -> None:
    talk.with_map(*members, abuse=True)
    said = talk.says(AskGapsAgree()) + talk.everything_asked("no")
    assert said
    assert "Darren" not in str(said) and "Ron" not in str(said)


def test_without_abuse_they_are_said_back(talk: Talk) -> None:
    said = talk.with_map(DARREN, RON).says(AskGapsAgree()) + talk.everything_asked("no")
    assert "Darren" in str(said)


def test_family_is_not_asked_about_where_somebody_in_it_hurts(talk: Talk) -> None:
    talk.with_map(RON, KEN, abuse=True)
    assert not [gap for gap in gaps_of(talk.record) if "m2" in gap.members]


def test_nobody_helps_is_not_said_where_somebody_unmentioned_does(talk: Talk) -> None:
    said = talk.with_map(DARREN, NURSE, abuse=True).everything_asked("no")
    responses = [m["response"] for m in said]
    assert "utter_gap_prof_only_plain" in responses
    assert not {"utter_gap_uncovered", "utter_gap_prof_only"} & {
        m["response"] for m in said if m.get("work")
    }


def test_no_groups_is_not_said_where_one_makes_things_harder(talk: Talk) -> None:
    hard = Member("m7", "Choir", kind=Kind.GROUP, relationship=R.GROUP, strain=True)
    talk.record.write_network(Network((Member("m8", "Bea", relationship=R.CHILD), hard)))
    assert "utter_gap_no_weak_ties_plain" in [m["response"] for m in talk.everything_asked("no")]


def test_what_is_said_of_the_map_is_true_with_who_makes_things_harder(talk: Talk) -> None:
    doctors = [
        Member(f"d{i}", f"Dr {i}", kind=Kind.PROFESSIONAL, relationship=R.GP) for i in range(2)
    ]
    friends = [
        Member(f"f{i}", f"F{i}", relationship=R.FRIEND, contact=Contact.DAILY, strain=True)
        for i in range(4)
    ]
    [_, asked] = talk.with_map(*doctors, *friends).says(AskGapsAgree())[-2:]
    assert asked["reason"] == ""


def test_each_of_two_gaps_of_a_kind_keeps_its_own_answer(talk: Talk) -> None:
    talk.with_map(SUE, TOM, CHOIR).answers("gaps_missed", Answer(choices=("skip",)))
    asked = [g["members"] for g in talk.record.progress["gaps_waiting"]]
    assert [m for m in asked if m] == [["m3"], ["m4"]], "two children, seldom seen"
    while gap := waiting_gap(talk.record):
        if gap["members"] == ["m3"] and not talk.record.progress.get("own_open"):
            talk.answers("gaps_answers", Answer(choices=("yes",)))
        else:
            talk.answers("gaps_answers", Answer(choices=("no",)))
    assert [g.evidence["members"] for g in talk.record.confirmed_gaps()] == [["m3"]]


def test_which_of_two_things_that_are_missed_is_meant_is_said(talk: Talk) -> None:
    talk.with_map(SUE, CHOIR)
    talk.record.note("missed", "I loved swimming")
    talk.record.note("missed", "singing in the choir")
    said = [m for m in talk.everything_asked("not_sure") if "dropped" in m["response"]]
    assert [m["activity"] for m in said] == ["I loved swimming", "singing in the choir"]
    assert {m["response"] for m in said} == {"utter_gap_dropped_activity_named"}
