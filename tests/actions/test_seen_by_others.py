"""What may be read by others: a message passed on, and a question on a locked screen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.follow_up import AskTried, begin
from actions.papers import hand_over, invite
from actions.turn import Say
from bot.network.model import Distance, Member, Network, Relationship, Status
from bot.store.base import now, unit_of_work
from bot.store.people import remember_address
from bot.store.record import Record
from bot.support.asks import Ask
from tests.store.conftest import person, postgres_template, sqlite_template, store

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

ANN = Member(
    "m1", "Ann", relationship=Relationship.FRIEND, circle=2, distance=Distance.NEAR, strain=False
)
TELLING = "go to the lupus support group with Ann"


def planning(person_id: str, what: str, member: Member = ANN) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person_id)
        record.person.conditions = "lupus"
        record.keep_network(Network((member,)), "add")
        record.add_plan(what)


def said(does: Any, person_id: str) -> list[dict[str, Any]]:
    """What is said when that is done with the record."""
    dispatcher = CollectingDispatcher()
    with unit_of_work() as session:
        does(Record.of(session, person_id), Say(dispatcher))
    return dispatcher.messages


def asks_along(record: Record, say: Say) -> None:
    hand_over(record, Ask.INVITE, "Ann", say)


def test_a_message_to_pass_on_tells_nothing_of_an_illness(person: str) -> None:
    planning(person, TELLING)
    draft = next(m for m in said(asks_along, person) if m["response"] == "utter_invite_draft")
    assert draft["name"] == "Ann"
    assert "lupus" not in str(draft).lower() and "support" not in draft["what"]


@pytest.mark.parametrize(
    "changed", [{"strain": True}, {"status": Status.DIED}, {"status": Status.LOST_TOUCH}]
)
def test_nobody_who_died_or_makes_things_harder_is_written_to(
    person: str, changed: dict[str, Any]
) -> None:
    planning(person, "a walk in the park", replace(ANN, **changed))
    assert [m["response"] for m in said(asks_along, person)] == ["utter_invite_nobody"]


def test_an_old_button_writes_to_nobody_who_makes_things_harder_by_now(person: str) -> None:
    planning(person, "a walk in the park")
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(Network((replace(ANN, strain=True),)), "strain")
    presses = said(lambda record, say: invite(record, "m1", say), person)
    assert [m["response"] for m in presses] == ["utter_stale_button"]


def test_after_abuse_was_told_nobody_is_written_to_until_it_is_known_who(person: str) -> None:
    planning(person, "a walk in the park")
    with unit_of_work() as session:
        Record.of(session, person).note_risk("crisis", "abuse", "rules", "utter_risk_abuse")
    assert [m["response"] for m in said(asks_along, person)] == ["utter_invite_nobody"]


def _falls_due(person_id: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person_id)
        remember_address(session, "telegram", "77", person_id)
        record.give_consent("reminders")
        [asked] = record.ask_later(record.plans()[-1], [2])
        asked.state, asked.sent_at = "sent", now()


def test_a_question_that_comes_by_itself_names_no_telling_plan(person: str) -> None:
    planning(person, TELLING)
    _falls_due(person)

    def comes(record: Record, say: Say) -> None:
        begin(record, say, "utter_follow_up_hello")
        record.keep_progress(follow_up_unasked=True)
        AskTried().ask(record, say)

    shown = said(comes, person)
    assert shown[-1]["response"] == "utter_ask_follow_up_tried_quietly"
    assert "lupus" not in str(shown).lower() and "Ann" not in str(shown)


def test_somebody_who_is_here_is_shown_the_plan_as_it_was_put(person: str) -> None:
    planning(person, TELLING)
    _falls_due(person)

    def goes_on(record: Record, say: Say) -> None:
        begin(record, say, "utter_follow_up_back")
        AskTried().ask(record, say)

    assert "lupus" in str(said(goes_on, person)[-1]["plan"]).lower()
