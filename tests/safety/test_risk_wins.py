"""A risk wins over every question that waits, and what is told is never lost to staff.

The rules alone screen here: what is tested is what becomes of a risk, not who sees it.
"""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import OperationalError

from actions import risk
from actions.forms import Aside
from actions.review import offer
from actions.rights import DELETE, START_OVER, ActionExport
from actions.risk import ActionRisk, note_before_consent
from actions.turn import Say
from bot.safety import rules
from bot.safety import screen as screen_module
from bot.store.base import unit_of_work
from bot.store.people import begin
from bot.store.record import Record
from bot.store.tables import Person
from tests.store.conftest import person, postgres_template, sqlite_template, store

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

KILL = "I am going to kill myself tonight"
LOW = "I'm just a burden to everyone"


@pytest.fixture(autouse=True)
def rules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_module, "_detectors", {"rules": rules.detect})


def tracker(text: str, person_id: str, level: str, key: str = "script:1") -> Tracker:
    message = {
        "text": text,
        "intent": {"name": "risk"},
        "entities": [],
        "safety": {"level": level, "category": None},
        "metadata": {"update_key": key},
    }
    return Tracker(person_id, {}, message, [], False, None, {}, "action_listen")


def run(action: Aside, text: str, person_id: str, level: str) -> tuple[list[str], list[Any]]:
    """The words that were said, and the events."""
    dispatcher = CollectingDispatcher()
    events = action.run(dispatcher, tracker(text, person_id, level), {})
    return [str(m.get("words") or m["response"]) for m in dispatcher.messages], events


def keep(person_id: str, **progress: Any) -> None:
    with unit_of_work() as session:
        Record.of(session, person_id).keep_progress(**progress)


def kept(person_id: str) -> tuple[dict[str, Any], list[tuple[str, str | None]]]:
    """The person's progress, and the level and category of each risk on the staff's list."""
    with unit_of_work() as session:
        record = Record.of(session, person_id)
        return record.progress, [(r.level, r.category) for r in record.risks()]


def test_nothing_is_deleted_on_a_yes_that_tells_of_a_risk(person: str) -> None:
    keep(person, sure=DELETE)
    said, events = run(ActionRisk(), f"yes delete it all, {KILL}", person, "crisis")
    assert "999" in said[0] and "have not deleted" in said[-1]
    assert events == list(Aside.STAY)
    progress, risks = kept(person)
    assert risks == [("crisis", "suicide")]
    assert progress["told"] and not progress.get("sure")
    # What comes after it is no answer to "shall I delete it all?" any more.
    run(ActionExport(), "yes", person, "none")
    assert kept(person)[1] == [("crisis", "suicide")]


def test_starting_again_does_not_hide_a_risk(person: str) -> None:
    keep(person, sure=START_OVER, people_asked=True)
    run(ActionRisk(), "yes, start again. I want to kill myself", person, "crisis")
    progress, risks = kept(person)
    assert risks == [("crisis", "suicide")]
    assert progress["people_asked"], "and it did not start again"


def test_the_gentle_question_is_open_after_an_offer_that_was_answered_with_a_risk(
    person: str,
) -> None:
    with unit_of_work() as session:
        offer(Record.of(session, person), Say(CollectingDispatcher()))
    said, _ = run(ActionRisk(), f"no, {LOW}", person, "concern")
    assert "thoughts of suicide" in said[0]
    progress, risks = kept(person)
    assert progress["check"] and not progress["review_offered"]
    assert [level for level, _ in risks] == ["concern"]
    said, _ = run(ActionExport(), "yes", person, "none")
    assert "999" in said[0]
    assert ("crisis", "suicide") in kept(person)[1]


def test_other_actions_do_nothing_that_waits_beside_a_risk_either(person: str) -> None:
    keep(person, sure=DELETE)
    run(ActionExport(), f"yes, {KILL}", person, "crisis")
    with unit_of_work() as session:
        assert session.get(Person, person) is not None, "nothing was deleted"


def test_a_risk_is_on_the_list_although_the_rest_of_the_answer_fails(
    person: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("no")

    keep(person, sure=DELETE)
    monkeypatch.setattr(risk, "take_difficulties", broken)
    said, _ = run(ActionRisk(), KILL, person, "crisis")
    assert "999" in said[0]
    progress, risks = kept(person)
    assert risks == [("crisis", "suicide")] and not progress["sure"]
    assert "not recorded" not in caplog.text


def test_with_the_store_away_the_turn_is_taken_again_for_staff_have_not_seen_it(
    person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The channel gives the route at once (``apology_for``)."""

    def away(*_: Any) -> None:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(risk, "take_difficulties", away)
    with pytest.raises(OperationalError):
        run(ActionRisk(), KILL, person, "crisis")


# --- before consent ------------------------------------------------------------------------------

NEW = "n" * 32


def heard(text: str, level: str = "none", number: int = 1, **parsed: Any) -> dict[str, Any]:
    return {
        "event": "user",
        "text": text,
        "parse_data": {"safety": {"level": level}, "intent": {"name": "answer"}, **parsed},
        "metadata": {"update_key": f"script:{number}"},
    }


def agreed_after(*events: dict[str, Any]) -> Record:
    """The record of somebody new who said all that and then agreed."""
    with unit_of_work() as session:
        record = begin(session, NEW)
        all_of_it = [*events, heard("yes, start", number=99)]
        latest = {"text": "yes, start", "intent": {"name": "answer"}}
        note_before_consent(
            record, Tracker(NEW, {}, latest, all_of_it, False, None, {}, "action_listen")
        )
        return record


@pytest.mark.parametrize(
    "answer",
    [
        heard("yes I am", number=2),
        heard(
            '/choose{"choice": "check:mood:yes"}',
            number=2,
            entities=[{"entity": "choice", "value": "check:mood:yes"}],
        ),
    ],
)
def test_a_yes_to_thoughts_of_suicide_before_consent_is_for_staff(
    store: Any, answer: dict[str, Any]
) -> None:
    agreed_after(heard(LOW, "concern"), answer)
    progress, risks = kept(NEW)
    assert risks[-1] == ("crisis", "suicide") and len(risks) == 2
    assert not progress["check"] and not progress["hush"], "the conversation goes on"
    with unit_of_work() as session:
        concern, crisis = Record.of(session, NEW).risks()
        assert (concern.asked, concern.answer, crisis.detector) == ("mood", "yes", "answer")


def test_a_no_and_what_passes_it_by_are_for_staff_too(store: Any) -> None:
    agreed_after(
        heard(LOW, "concern"),
        heard("no", number=2),
        heard(LOW, "concern", number=3),
        heard("what is this", number=4),
    )
    with unit_of_work() as session:
        assert [r.answer for r in Record.of(session, NEW).risks()] == ["no", "none"]


def test_agreeing_is_no_answer_to_a_question_about_safety(store: Any) -> None:
    agreed_after(heard(LOW, "concern"), heard("what is this", number=2))
    assert [level for level, _ in kept(NEW)[1]] == ["concern"]
