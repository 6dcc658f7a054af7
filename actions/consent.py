"""Welcome and consent: nothing is written down before the person agrees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction

from actions.follow_up import begin as begin_follow_up
from actions.follow_up import waiting
from actions.forms import (
    ANSWERED,
    Aside,
    Ask,
    Done,
    Heard,
    StageForm,
    active_form,
    pick_up,
    question,
    welcome,
)
from actions.risk import is_seen_by_chance, note_before_consent, reopen, take_check
from actions.turn import Answer, Say
from actions.visits import bring_people_into_view
from bot.conversations.journey import OPEN
from bot.nlu.context import yes_or_no
from bot.nlu.router import asks
from bot.rights.conditions import Condition, condition_in
from bot.rights.consents import Scope
from bot.rights.proxy import answers_oneself, proxy_in
from bot.rights.wishes import HELPER, WITHDRAW, right_asked
from bot.store.base import now, unit_of_work
from bot.store.people import begin
from bot.store.record import Record

SCOPES = (Scope.USE, Scope.SAVE_MAP)
"""What the question at the start asks for by name; the map may be left out."""

NO_MAP = "no_map"
_YOUNG = (
    r"(?:[5-9]|1[0-7]|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen)"
)
_UNDER_AGE = re.compile(
    r"(?:^\W*|\b(?:i'?m|i’m|i am|only|just|aged?|yes|yeah|yep|no|nope|but)\W+)(?:only\s+|just\s+)?"
    rf"{_YOUNG}\b"
    r"(?!\s*(?:stone|st|kg|months?|weeks?|days?|out of|per|%|people|of us"
    r"|years? (?:with|into|since|on)))"
    r"|(?<!not )\bunder (?:18|eighteen|age)\b",
    re.IGNORECASE,
)


_CHILD = re.compile(
    rf"\b(?:he|she|they)(?:['’]?s|['’]?re| is| are)\W+(?:only\W+|just\W+)?{_YOUNG}\b"
    rf"(?! *(?:stone|st|months?|weeks?)\b)|\b{_YOUNG}(?:[ -]years?[ -]old| ?y/?o)\b",
    re.IGNORECASE,
)
_CERTAIN = 0.9
"""How sure the classifier has to be of a yes to consent that is not in the words."""


def says_under_age(text: str) -> bool:
    """Whether an answer to "are you 18 or over?" tells of a child, whatever else it says."""
    return _UNDER_AGE.search(text) is not None


class ActionGreet(Aside):
    """Hello: a welcome for someone new, the thread for someone who was here."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_greet"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Welcome, or welcome back."""
        if record is None:
            welcome(say)
            return [FollowupAction("consent_form")]
        record.person.last_seen_at = now()
        if not is_seen_by_chance(record, tracker) and reopen(record, say):
            return self.STAY
        if record.person.stage == OPEN and active_form(tracker) is None:
            if waiting(record):
                return begin_follow_up(record, say, "utter_follow_up_back")
            bring_people_into_view(record, say)
            say("utter_hello_open")
            return self.STAY
        bring_people_into_view(record, say)
        say("utter_hello_again")
        return pick_up(record, tracker, say)


class AskConsent(Ask):
    """May I keep what you tell me?"""

    stage, slot = "consent", "consent_answer"

    def ask(self, record: Record, say: Say) -> None:
        """Asked again of somebody who has agreed already."""
        self.ask_stranger(say)

    def ask_stranger(self, say: Say) -> None:
        """Ask somebody new."""
        say("utter_consent_ask")


class ValidateConsentForm(StageForm):
    """Hears yes, no, or "tell me more"."""

    stage = "consent"

    @question
    def validate_consent_answer(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Somebody with a record has agreed before."""
        return Heard.DONE

    def before_consent(
        self, slot: str, answer: Answer, say: Say, tracker: Tracker
    ) -> dict[str, Any]:
        """Begin a record on a yes; leave no trace on a no."""
        if take_check(None, answer, say, tracker):
            return {slot: None}
        if says_under_age(answer.text) or _is_for_a_child(tracker):
            say.service("utter_under_age")
            return {slot: ANSWERED}
        agrees = answer.said_yes and (bool(answer.choices) or _plainly(answer))
        condition = condition_in(answer.text) if agrees else None
        if condition is Condition.THE_RECORD:
            say.service("utter_consent_more")
            say("utter_not_yet")
            return {slot: None}
        if condition is Condition.THE_MAP:
            answer = replace(answer, choices=(NO_MAP,))
        if agrees or answer.choice == NO_MAP:
            with unit_of_work() as session:
                record = begin(session, tracker.sender_id)
                if _is_helper(tracker):
                    record.person.answered_by = HELPER
                record.give_consent(*_agreed(answer, tracker))
                note_before_consent(record, tracker)
            say("utter_started")
            return {slot: ANSWERED}
        if answer.said_no:
            say("utter_declined")
            return {slot: ANSWERED}
        if answer.choice == "more" or answer.intent in ("who_sees_my_data", "why_do_you_ask"):
            say.service("utter_consent_more")
        elif asks(answer.text):
            say.service("utter_consent_about")
        else:
            say("utter_not_yet")
        return {slot: None}


def _plainly(answer: Answer) -> bool:
    """Whether a yes is in the words, or all but certain: nothing is kept on a guess."""
    return yes_or_no(answer.text) is True or answer.confidence >= _CERTAIN


def _is_for_a_child(tracker: Tracker) -> bool:
    """Whether a helper has said that the patient is under 18: "it's for my lad, he's 15"."""
    return any(proxy_in(text) is not None and _CHILD.search(text) for text in _said(tracker))


def _said(tracker: Tracker) -> list[str]:
    """What somebody wrote before they agreed, oldest first."""
    return [e.get("text") or "" for e in tracker.events if e.get("event") == "user"]


def _is_helper(tracker: Tracker) -> bool:
    """Whether somebody said that they write for the patient, and did not say later that not."""
    helps = False
    for text in _said(tracker):
        helps = not answers_oneself(text) and (helps or proxy_in(text) is not None)
    return helps


def _agreed(answer: Answer, tracker: Tracker) -> list[Scope]:
    """The scopes that a yes gives: the map is left out where they said so, here or before."""
    left_out = {
        wish.scope
        for text in _said(tracker)
        if (wish := right_asked(text)) is not None and wish.kind == WITHDRAW
    }
    if answer.choice == NO_MAP:
        left_out.add(Scope.SAVE_MAP)
    return [scope for scope in SCOPES if scope not in left_out or scope is Scope.USE]
