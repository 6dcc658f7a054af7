"""The yes at the start: by whom it is given, to what, and that a child's is none."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.about_you import ValidateAboutYouForm
from actions.asides import ActionSmallTalk
from actions.consent import ValidateConsentForm, says_under_age
from actions.forms import HEARD
from bot.rights.consents import Scope
from bot.store.base import unit_of_work
from bot.store.record import NoRecord, Record
from bot.store.tables import Consent
from tests.store.conftest import Store, person, postgres_template, sqlite_template, store

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

NEW = "n" * 32


def tracker(
    text: str, person_id: str = NEW, before: tuple[str, ...] = (), **message: Any
) -> Tracker:
    """Somebody who says a thing now, after others."""
    latest = {"text": text, "intent": {"name": "answer"}, "entities": [], **message}
    events = [{"event": "user", "text": said} for said in (*before, text)]
    return Tracker(person_id, {}, latest, events, False, None, {}, "action_listen")


def pressed(choice: str, *before: str) -> Tracker:
    found = [{"entity": "choice", "value": choice}]
    return tracker("/choose", before=before, intent={"name": "choose"}, entities=found)


def agrees(said: Tracker) -> Record:
    """What is kept once the question at the start has been answered so."""
    form = ValidateConsentForm()
    form.validate_consent_answer(HEARD, CollectingDispatcher(), said, {})
    with unit_of_work() as session:
        return Record.of(session, NEW)


def consents() -> dict[str, str]:
    """The scopes in force with who gave them."""
    with unit_of_work() as session:
        rows = session.query(Consent).filter_by(person_id=NEW, withdrawn_at=None)
        return {row.scope: row.given_by for row in rows}


def test_a_yes_is_to_what_the_question_names(store: Store) -> None:
    agrees(pressed("yes"))
    assert consents() == {Scope.USE: "self", Scope.SAVE_MAP: "self"}


def test_the_map_can_be_left_out_by_a_button(store: Store) -> None:
    agrees(pressed("no_map"))
    assert consents() == {Scope.USE: "self"}


def test_the_map_can_be_left_out_in_words_before_the_yes(store: Store) -> None:
    agrees(pressed("yes", "hello", "please don't save a map of me"))
    assert consents() == {Scope.USE: "self"}


def test_a_no_keeps_nothing(store: Store) -> None:
    with pytest.raises(NoRecord):
        agrees(pressed("no", "I'm typing for my mum"))


def test_a_helper_gives_the_consent_as_a_helper(store: Store) -> None:
    before = ("hi, it's Sandra, Bill's daughter", "who can see it?")
    assert agrees(pressed("yes", *before)).person.answered_by == "helper"
    assert set(consents().values()) == {"helper"}


def test_who_writes_for_themselves_after_all_consents_themselves(store: Store) -> None:
    before = ("I'm filling this in for my dad", "I'm typing this myself now")
    assert agrees(pressed("yes", *before)).person.answered_by == "self"


def test_a_helper_who_answers_at_once_is_noted_and_the_answer_kept(person: str) -> None:
    dispatcher = CollectingDispatcher()
    said = tracker("I'm typing for my mum Edie, she has diabetes", person)
    ValidateAboutYouForm().validate_about_conditions(HEARD, dispatcher, said, {})
    with unit_of_work() as session:
        kept = Record.of(session, person).person
        assert kept.answered_by == "helper"
        assert "diabetes" in kept.conditions.lower()
    assert dispatcher.messages[0]["response"] == "utter_helper_noted"


def test_a_helper_who_tells_of_a_risk_is_noted_without_a_word(person: str) -> None:
    dispatcher = CollectingDispatcher()
    risk = {"level": "crisis", "category": "neglect"}
    said = tracker("typing for my mum, nobody feeds her", person, safety=risk)
    ActionSmallTalk().run(dispatcher, said, {})
    with unit_of_work() as session:
        assert Record.of(session, person).person.answered_by == "helper"
    assert "utter_helper_noted" not in [m.get("response") for m in dispatcher.messages]


@pytest.mark.parametrize(
    "text",
    [
        "Yes, 17",
        "yes I'm seventeen",
        "yes but I'm under 18",
        "15",
        "I'm 12",
        "no, sixteen",
        "yeah only 14",
        "im just fifteen",
        "I am under age",
    ],
)
def test_a_child_is_heard(text: str) -> None:
    assert says_under_age(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "yes I'm 77 happy to go on",
        "Yes, 18",
        "I'm 17 stone",
        "yes, I'm not under 18",
        "yes I have had it for 15 years",
        "I'm 10 years into this",
        "yes, eighty",
    ],
)
def test_a_grown_up_is_none(text: str) -> None:
    assert not says_under_age(text)
