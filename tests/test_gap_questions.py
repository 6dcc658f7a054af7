"""What is said back of the map, and which gaps are asked about: never a word of who may hurt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

import bot.store.tables  # noqa: F401  (registers the tables)
from actions.gaps import AskGapsAgree, AskGapsAnswers, ValidateGapsForm, gaps_of, waiting_gap
from actions.turn import Answer, Say
from actions.words import label
from bot.needs.areas import Area, Size
from bot.network.model import Contact, Kind, Member, Network, Relationship, Status, Work
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


# --- gaps that wait while something is told -------------------------------------------------------

SIDE = Member("m8", "Bea", relationship=R.FRIEND, circle=1, help=frozenset({Work.EMOTIONAL}))


def ask_until(talk: Talk, slot: str = "gaps_answers") -> list[Any]:
    """Every question that is left, each answered with no; what was said."""
    said: list[Any] = []
    for _ in range(10):
        dispatcher = CollectingDispatcher()
        events = AskGapsAnswers().ask(talk.record, Say(dispatcher))
        said += dispatcher.messages
        if waiting_gap(talk.record) is None:
            assert [(e["name"], e["value"]) for e in events] == [("requested_slot", None)]
            return said
        assert dispatcher.messages, "silence is never a question"
        talk.answers(slot, Answer(choices=("no",)))
    raise AssertionError("the questions do not end")


def test_a_gap_that_waits_is_left_out_once_it_may_lean_on_who_hurts(talk: Talk) -> None:
    talk.with_map(DARREN, NURSE, CHOIR)
    talk.answers("gaps_missed", Answer(choices=("skip",)))
    assert [gap for gap in talk.record.progress["gaps_waiting"] if "m1" in gap["members"]]
    talk.record.note_risk("crisis", "abuse", "rules", "crisis.abuse")
    said = ask_until(talk)
    assert said and "Darren" not in str(said)


def test_the_work_is_asked_about_without_them(talk: Talk) -> None:
    talk.with_map(replace(DARREN, help=frozenset({Work.ILLNESS})), replace(RON, contact=None))
    talk.answers("gaps_missed", Answer(choices=("skip",)))
    waiting = talk.record.progress["gaps_waiting"]
    assert ("single_point", "illness") in [(g["code"], g["work"]) for g in waiting]
    talk.record.write_network(talk.record.network().changed("m1", strain=True))
    asked = {(m["response"], m.get("work")) for m in ask_until(talk)}
    assert ("utter_gap_uncovered_plain", label("work", "illness")) in asked


def test_a_yes_to_a_question_that_names_who_hurts_is_no_answer(talk: Talk) -> None:
    talk.with_map(DARREN, NURSE, CHOIR)
    talk.answers("gaps_missed", Answer(choices=("skip",)))
    talk.says(AskGapsAnswers())
    assert waiting_gap(talk.record)["members"] == ["m1"]  # type: ignore[index]
    talk.record.note_risk("crisis", "abuse", "rules", "crisis.abuse")
    talk.answers("gaps_answers", Answer(choices=("yes",)))
    assert not talk.record.confirmed_gaps()
    assert "Darren" not in str(ask_until(talk))


def test_nobody_who_may_hurt_is_put_forward_by_a_question_that_was_open(talk: Talk) -> None:
    talk.with_map(replace(DARREN, help=frozenset({Work.ILLNESS})), SIDE, CHOIR)
    talk.answers("gaps_missed", Answer(choices=("skip",)))
    while not talk.record.progress.get("own_open"):
        talk.answers("gaps_answers", Answer(choices=("yes",)))
    talk.record.note_risk("crisis", "abuse", "rules", "crisis.abuse")
    said = str(ask_until(talk))
    assert "Darren" not in said and "Bea" not in said


def test_an_old_button_puts_forward_nobody_who_may_hurt(talk: Talk) -> None:
    talk.with_map(SIDE, replace(CHOIR, help=frozenset({Work.ILLNESS})), abuse=True)
    gap = {"code": "dropped_activity", "work": "", "members": [], "activity": "", "name": ""}
    talk.record.ask_gap("dropped_activity", "", {"members": [], "activity": ""})
    talk.record.keep_progress(gaps_waiting=[gap], own_open=["m7", "m8"])
    talk.answers("gaps_answers", Answer(choices=("own:m8",)))
    assert not talk.record.confirmed_gaps() and waiting_gap(talk.record)


def test_who_died_while_a_gap_waits_is_not_asked_about(talk: Talk) -> None:
    talk.with_map(DARREN, NURSE, CHOIR)
    talk.answers("gaps_missed", Answer(choices=("skip",)))
    talk.record.write_network(talk.record.network().changed("m1", status=Status.DIED))
    assert "Darren" not in str(ask_until(talk))
