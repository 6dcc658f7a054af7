"""Who is around you: places are heard as places, and a full map stops no question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

import bot.store.tables  # noqa: F401  (registers the tables)
from actions.details import is_known
from actions.forms import Heard
from actions.people import NO_MORE, PROMPTS, SOFT_CAP, AskPeopleNames, ValidatePeopleForm
from actions.turn import Answer, Say
from bot.network.model import Contact, Distance, Kind, Member, Network, Relationship
from bot.nlu.understanding import meaning_of
from bot.rights.consents import Scope
from bot.store.base import Base, engine_for
from bot.store.people import begin
from bot.store.record import Record

R = Relationship


class Talk:
    """One person's record, and the question for names."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def at(self, prompt: str) -> Talk:
        self.record.keep_progress(people_prompt=PROMPTS.index(prompt))
        return self

    def answers(self, text: str = "", *choices: str) -> Heard:
        meaning = meaning_of(text)
        answer = Answer(text=text, choices=choices, members=meaning.members, edits=meaning.edits)
        form: Any = ValidatePeopleForm()
        handler = form.validate_people_names.__wrapped__
        result = handler(form, self.record, answer, Say(CollectingDispatcher()))
        assert isinstance(result, Heard)
        return result

    @property
    def asked(self) -> str:
        dispatcher = CollectingDispatcher()
        AskPeopleNames().ask(self.record, Say(dispatcher))
        return str(dispatcher.messages[-1]["response"])

    @property
    def members(self) -> dict[str, Kind]:
        return {m.label: m.kind for m in self.record.network()}


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    engine = engine_for(f"sqlite:///{tmp_path / 'store.sqlite'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        record = begin(session, "7" * 32)
        record.give_consent(Scope.SAVE_MAP)
        record.keep_progress(people_begun=True)
        yield Talk(record)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("the library", {"Library"}),
        ("the library, the park and the cafe in town", {"Library", "Park", "Cafe in town"}),
        ("just my local pub", {"Pub"}),
        ("a knitting circle", {"Knitting circle"}),
    ],
)
def test_places_are_kept_as_places(talk: Talk, text: str, kept: set[str]) -> None:
    assert talk.at("places").answers(text) is Heard.MORE
    assert talk.members == dict.fromkeys(kept, Kind.GROUP)


def test_people_among_the_places_stay_people(talk: Talk) -> None:
    talk.at("places").answers("the library and our Tom")
    assert talk.members == {"Library": Kind.GROUP, "Tom": Kind.PERSON}


@pytest.mark.parametrize(
    "text", ["a neighbour", "the bus is too dear", "the days are long", "I can't get out"]
)
def test_what_is_no_place_is_not_kept_as_one(talk: Talk, text: str) -> None:
    talk.at("places").answers(text)
    assert Kind.GROUP not in talk.members.values()


def test_a_place_is_no_answer_to_another_question(talk: Talk) -> None:
    talk.at("pets").answers("the library")
    assert "Library" not in talk.members


def test_a_full_map_is_said_once_and_the_rest_is_still_asked(talk: Talk) -> None:
    there = [Member(f"x{i}", f"Friend {i}", relationship=R.FRIEND) for i in range(SOFT_CAP - 1)]
    talk.record.write_network(Network(tuple(there)))
    talk.at("friends")
    assert talk.answers("my friend Zack") is Heard.MORE
    assert talk.asked == "utter_people_more_many"
    asked = []
    while talk.answers("", NO_MORE) is not Heard.DONE:
        asked.append(talk.asked)
    assert asked == [f"utter_ask_people_{p}" for p in PROMPTS[PROMPTS.index("staff") :]]


def test_a_full_map_can_be_left_at_once(talk: Talk) -> None:
    there = [Member(f"x{i}", f"Friend {i}", relationship=R.FRIEND) for i in range(SOFT_CAP - 1)]
    talk.record.write_network(Network(tuple(there)))
    talk.at("friends").answers("my friend Zack")
    assert talk.answers("", "all_named") is Heard.DONE


def test_how_near_is_asked_of_whom_only_that_is_not_known() -> None:
    ann = Member("m1", "Ann", relationship=R.CHILD, contact=Contact.DAILY, help=frozenset())
    assert not is_known(ann)
    assert is_known(Network((ann,)).changed("m1", distance=Distance.NEAR)["m1"])
    nurse = Member(
        "m2",
        "Nurse",
        kind=Kind.PROFESSIONAL,
        relationship=R.NURSE,
        contact=Contact.WEEKLY,
        help=frozenset(),
    )
    assert is_known(nurse), "nobody is asked how near a nurse lives"
