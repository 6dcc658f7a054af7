"""A risk is asked about, recorded and come back to for whom it concerns, and for what it is.

What the screen sees is given here: what is tested is what becomes of it.
"""

from __future__ import annotations

from typing import Any, get_args

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.forms import Aside
from actions.rights import ActionExport
from actions.risk import CHECK, ActionRisk, check_open, reopen
from actions.turn import Say
from bot.safety import screen as screen_module
from bot.safety.model import Category, Level, Match, Subject
from bot.safety.replies import Answer as Reply
from bot.safety.replies import Asked, answer_category, answer_level
from bot.store.base import unit_of_work
from bot.store.record import Record
from bot.store.tables import RiskEvent
from tests.store.conftest import person, postgres_template, sqlite_template, store

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

SUBJECTS: tuple[Subject, ...] = get_args(Subject)
ANSWERS: tuple[Reply, ...] = get_args(Reply)
IN_WORDS: dict[Reply, str] = {"yes": "yes", "no": "no", "not_sure": "I'm not sure"}


def sees(
    monkeypatch: pytest.MonkeyPatch, level: Level, category: Category | None, subject: Subject
) -> None:
    """Let the screen see that, and only that, in every message."""
    match = Match("given", level, category, subject)
    monkeypatch.setattr(screen_module, "_detectors", {"given": lambda _text: [match]})


def run(
    action: Aside, text: str, person_id: str, level: str = "none", **message: Any
) -> CollectingDispatcher:
    dispatcher = CollectingDispatcher()
    latest = {
        "text": text,
        "intent": {"name": "answer"},
        "entities": [],
        "safety": {"level": level, "category": None},
        "metadata": {"update_key": f"script:{text}"},
        **message,
    }
    tracker = Tracker(person_id, {}, latest, [], False, None, {}, "action_listen")
    action.run(dispatcher, tracker, {})
    return dispatcher


def words(dispatcher: CollectingDispatcher) -> str:
    return "\n".join(str(m.get("words", "")) for m in dispatcher.messages)


def told(person_id: str, level: Level, monkeypatch: pytest.MonkeyPatch, *about: Any) -> str:
    """What is said to a message in which the screen sees that."""
    sees(monkeypatch, level, *about)
    return words(run(ActionRisk(), "told", person_id, level.value))


def answered(text: str, person_id: str, **message: Any) -> str:
    """What is said to an answer in which the screen sees nothing."""
    return words(run(ActionExport(), text, person_id, **message))


def asked_again(person_id: str) -> str:
    dispatcher = CollectingDispatcher()
    with unit_of_work() as session:
        assert reopen(Record.of(session, person_id), Say(dispatcher))
    return words(dispatcher)


def risks_of(person_id: str) -> list[RiskEvent]:
    with unit_of_work() as session:
        return Record.of(session, person_id).risks()


@pytest.mark.parametrize("category", [None, *Category])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_concern_is_answered_for_whom_and_what_it_is(
    person: str, category: Category | None, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in ANSWERS:
        with unit_of_work() as session:
            session.query(RiskEvent).delete()
        told(person, Level.CONCERN, monkeypatch, category, subject)
        [concern] = risks_of(person)
        asked = Asked(concern.asked, category, subject)
        assert (concern.level, concern.subject) == ("concern", subject)
        said = answered(IN_WORDS[answer], person)
        concern, *alarms = risks_of(person)
        assert concern.answer == answer
        if answer_level(asked, answer).is_alarm:
            [alarm] = alarms
            assert alarm.level == answer_level(asked, answer)
            assert alarm.category == answer_category(asked, answer)
            assert alarm.subject == subject
            assert "999" in said
        else:
            assert alarms == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_button_says_about_whom_it_asks(
    person: str, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    sees(monkeypatch, Level.CONCERN, Category.SEPSIS, subject)
    [message] = run(ActionRisk(), "told", person, "concern").messages
    payload = next(b["payload"] for b in message["buttons"] if b["payload"].endswith(':yes"}'))
    value = payload.split('"')[3]
    said = answered(payload, person, entities=[{"entity": "choice", "value": value}])
    assert ("They need help" in said) == (subject == "other")
    alarm = risks_of(person)[-1]
    assert (alarm.level, alarm.category, alarm.subject) == ("emergency", "sepsis", subject)


def test_someone_without_a_record_is_heard_about_whom_they_worry(store: Any) -> None:
    """Nothing is kept of a stranger: the question is read from what was said last."""
    asked = Asked("physical", Category.STROKE, "other")
    button = {"payload": f'/choose{{"choice": "{CHECK}{asked.code}:yes"}}'}
    events = [
        {"event": "user", "text": "my dad"},
        {"event": "bot", "data": {"buttons": [button]}},
        {"event": "user", "text": "yes"},
    ]
    tracker = Tracker("s" * 32, {}, {"text": "yes"}, events, False, None, {}, "action_listen")
    assert check_open(None, tracker) == asked


def test_a_question_about_a_body_that_is_passed_by_leaves_a_number_for_it(
    person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(person, Level.CONCERN, monkeypatch, Category.SEPSIS, "self")
    said = answered("my sister Ann", person)
    assert "You need not answer that" in said and "999" in said and "116 123" not in said


# --- come back to later ---------------------------------------------------------------------------


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("category", [Category.COLLAPSE, Category.STROKE])
@pytest.mark.parametrize("text", ["no", "not yet", "I haven't rung them", "he is on the floor"])
def test_no_help_yet_is_an_emergency_of_the_same_person(
    person: str,
    subject: Subject,
    category: Category,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = told(person, Level.EMERGENCY, monkeypatch, category, subject)
    assert "Is help on the way?" in asked_again(person)
    assert answered(text, person) == first, "the same route again"
    again = risks_of(person)[-1]
    assert (again.level, again.category, again.subject) == ("emergency", category, subject)
    assert again.reply == "no_help_yet"


@pytest.mark.parametrize("text", ["yes", "yes thanks", "they're on their way"])
def test_help_on_its_way_is_thanked_for_and_no_new_risk(
    person: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(person, Level.EMERGENCY, monkeypatch, Category.COLLAPSE, "other")
    asked_again(person)
    said = answered(text, person)
    assert "Thank you" in said and "999" in said and "pendant" not in said
    assert len(risks_of(person)) == 1


@pytest.mark.parametrize(
    ("text", "intent"), [("/resume", "resume"), ("can I talk to someone", "talk_to_person")]
)
def test_what_goes_on_to_something_else_is_no_answer(
    person: str, text: str, intent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(person, Level.EMERGENCY, monkeypatch, Category.COLLAPSE, "self")
    asked_again(person)
    assert "999" not in answered(text, person, intent={"name": intent})
    assert len(risks_of(person)) == 1


def test_an_emergency_that_was_confirmed_is_come_back_to_as_one(
    person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(person, Level.CONCERN, monkeypatch, Category.SEPSIS, "other")
    answered("yes", person)
    assert "Is help on the way?" in asked_again(person)


def test_an_illness_that_is_worse_when_asked_again_gets_its_alarm(
    person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(person, Level.CONCERN, monkeypatch, Category.SEPSIS, "self")
    answered("no", person)
    assert "sign of illness" in asked_again(person)
    assert "serious infection" in answered("it's worse", person)
    assert risks_of(person)[-1].level == "emergency"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_still_hard_is_recorded_for_whom_it_is(
    person: str, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = told(person, Level.CRISIS, monkeypatch, Category.SUICIDE, subject)
    again = asked_again(person)
    assert ("someone you worry about" in again) == (subject == "other")
    assert answered("still bad", person) == first
    event = risks_of(person)[-1]
    assert (event.level, event.category, event.subject) == ("concern", "suicide", subject)
