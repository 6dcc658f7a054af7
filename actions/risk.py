"""Risk first: a fixed, reviewed reply with the right route, and a record for staff."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Literal, cast

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.difficulties import take_difficulties
from actions.forms import Aside, active_form
from actions.turn import Answer, Say, record_of
from actions.words import label
from bot.errors import place_of
from bot.safety.answers import help_comes, how_now, read_answer, takes_back
from bot.safety.model import PHYSICAL, Category, Level, Screening, Subject
from bot.safety.replies import (
    Answer as Reply,
)
from bot.safety.replies import (
    Asked,
    Said,
    answer_category,
    answer_level,
    compose,
    compose_answer,
    compose_reopening,
    compose_said,
    reply_key,
)
from bot.safety.screen import screen
from bot.settings import get_settings
from bot.store.base import STORE_AWAY
from bot.store.record import Record

log = logging.getLogger(__name__)

CHECK = "check:"
ANSWERS = ("yes", "no", "not_sure")
BESIDE = frozenset({"show_map", "show_plan", "show_gaps", "help", "talk_to_person", "pause"})
"""What is meant by these is never an answer to a check, although it may begin with "yes"."""

ELSEWHERE = BESIDE - {"help"} | {
    "resume",
    "start_over",
    "find_support",
    "delete_my_data",
    "export_my_data",
}
"""What goes on to something else, where all other words answer "is help on the way?"."""

REOPEN_AFTER = 3
"""Questions that may be asked after a disclosure before it is gently come back to."""

REOPEN_AFTER_EMERGENCY = 1
_HELLO = 3
"""Words of a greeting that says nothing else."""


class ActionRisk(Aside):
    """The screen saw a risk in the message."""

    hears_check = False

    def name(self) -> str:
        """Rasa's name."""
        return "action_risk"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Reply whatever else fails.

        Where the store is away, the channel gives the route at once and the turn is taken again,
        so that staff come to know of it.
        """
        try:
            events = super().run(dispatcher, tracker, domain)
        except STORE_AWAY:
            raise
        except Exception as error:
            log.error("A risk was not recorded: %s", place_of(error))
            events = []
        if not any("risk" in str(m.get("response")) for m in dispatcher.messages):
            dispatcher.messages.clear()
            if not _noted_alone(tracker):
                log.error("A risk was answered but not recorded; staff do not know of it")
            self._say(seen_in(Answer.of(tracker)), Say(dispatcher))
            return list(self.STAY)
        return events

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Reply, record, and leave it to the person when to carry on."""
        seen = seen_in(answer)
        waits = record is not None and record.progress.get("sure")
        if record is not None:
            # What else the message says is kept: being low does not undo being in pain.
            take_difficulties(record, answer)
            if record.progress.get("check"):
                record.answer_risk("none")
            note(record, seen, answer.update_key)
        self._say(seen, say)
        if waits:
            say("utter_risk_aside", words=label("rights", "not_done"))
        if record is None and active_form(tracker) is None:
            # Nothing is kept of a stranger, but the next message is still read in the light of
            # this one.
            return [
                ActiveLoop("consent_form"),
                SlotSet("requested_slot", "consent_answer"),
                *self.STAY,
            ]
        return self.STAY

    @staticmethod
    def _say(seen: Screening, say: Say) -> None:
        words, asked = compose(seen, *get_settings().service), Asked.of(seen)
        if asked:
            buttons = [(label("buttons", a), f"{CHECK}{asked.code}:{a}") for a in ANSWERS]
            say("utter_risk_check", words=words, buttons=buttons)
        else:
            say("utter_risk", words=words)


def seen_in(answer: Answer) -> Screening:
    """What the screen makes of a message, and never less than it made of it before.

    The pipeline screened it in another process. Where a detector there saw more, or broke,
    that counts.
    """
    seen = screen(answer.text)
    level, category = Level(answer.safety[0]), answer.safety[1]
    if level.rank <= seen.level.rank:
        return seen
    if category is None:
        return Screening(level, None, (), "error")
    return Screening(level, Category(category), subject=seen.subject)


def note(record: Record, seen: Screening, update_key: str | None = None) -> None:
    """Put it on the staff's list at once, and remember to come back to it."""
    asked = Asked.of(seen)
    record.note_risk(
        seen.level.value,
        seen.category.value if seen.category else None,
        seen.detector,
        reply_key(seen),
        subject=seen.subject,
        why=[match.rule for match in seen.matches] or ["nothing was matched"],
        asked=asked.question if asked else "",
        update_key=update_key,
    )
    record.keep_progress(
        told=True,
        check=asked.code if asked else None,
        reopened=None,
        # What waited for a yes or no is asked for again, if it is still wanted.
        sure=None,
        review_offered=None,
        reopen={**_kept(seen), "asked": 0},
    )


def _kept(seen: Screening) -> dict[str, Any]:
    """What has to be known of a risk to come back to it; ``_told`` reads it."""
    return {
        "level": seen.level.value,
        "category": seen.category and seen.category.value,
        "subject": seen.subject,
    }


def _told(kept: dict[str, Any]) -> Screening:
    category = kept["category"]
    subject = cast("Subject", kept.get("subject", "self"))
    return Screening(Level(kept["level"]), category and Category(category), subject=subject)


def _is_urgent(seen: Screening) -> bool:
    """Whether it is a body's emergency, where help has to be on its way."""
    return seen.level.is_alarm and seen.category in PHYSICAL


def _noted_alone(tracker: Tracker) -> bool:
    """Put the risk on the staff's list where the answer as a whole failed; whether it is there."""
    answer = Answer.of(tracker)
    try:
        with record_of(tracker) as record:
            if record is not None:
                note(record, seen_in(answer), answer.update_key)
    except STORE_AWAY:
        raise
    except Exception as error:
        log.error("A risk was not recorded by itself either: %s", place_of(error))
        return False
    return True


def note_before_consent(record: Record, tracker: Tracker) -> None:
    """What somebody told before they agreed is for staff too, once they have agreed.

    So is what they said to a gentle question about it: the messages are gone through again in
    their order, and nothing is said.
    """
    unheard = Say(CollectingDispatcher())
    for number, event in enumerate(tracker.events):
        if event.get("event") != "user":
            continue
        answer = Answer.of(_as_it_was(tracker, number))
        if answer.safety[0] == "none":
            take_check(record, answer, unheard)
            continue
        if record.progress.get("check"):
            record.answer_risk("none")
        note(record, seen_in(answer), answer.update_key)
    record.keep_progress(check=None, hush=False)


def _as_it_was(tracker: Tracker, number: int) -> Tracker:
    """The tracker when that event, a message of the person, had just come."""
    event = tracker.events[number]
    message = {
        **(event.get("parse_data") or {}),
        "text": event.get("text"),
        "metadata": event.get("metadata"),
    }
    events = tracker.events[: number + 1]
    return Tracker(tracker.sender_id, {}, message, events, False, None, {}, None)


def reopen_is_due(record: Record) -> bool:
    """Whether enough has been asked since a disclosure to come back to it; counts the question."""
    told = record.progress.get("reopen")
    if not told:
        return False
    asked = int(told.get("asked", 0)) + 1
    record.keep_progress(reopen={**told, "asked": asked})
    return asked > (REOPEN_AFTER_EMERGENCY if _is_urgent(_told(told)) else REOPEN_AFTER)


_AT_HOME = frozenset({Category.ABUSE, Category.NEGLECT})


def is_seen_by_chance(record: Record, tracker: Tracker) -> bool:
    """Whether what was told is about home, and the chat was only opened: another may look on.

    A chat page opens by itself on a device that several use, and whoever picks the phone up after
    a quick exit may type "hello". What was told comes back once the person has said something.
    """
    told = record.progress.get("reopen")
    message = tracker.latest_message
    text = message.get("text") or ""
    greets = (message.get("intent") or {}).get("name") == "greet" and len(text.split()) <= _HELLO
    opened = text.startswith("/greet") or greets
    return told is not None and opened and _told(told).category in _AT_HOME


def reopen(record: Record, say: Say) -> bool:
    """Come back once, gently, to what was told earlier in the visit; whether there was anything."""
    told = record.progress.get("reopen")
    if not told:
        return False
    seen = _told(told)
    record.keep_progress(reopen=None, reopened=_kept(seen))
    say("utter_risk_again", words=compose_reopening(seen, *get_settings().service))
    return True


def check_open(record: Record | None, tracker: Tracker | None) -> Asked | None:
    """The question about safety that waits for an answer; ``None`` for none.

    For someone without a record it is read from what the bot said last: nothing is kept.
    """
    if record is not None:
        code = record.progress.get("check")
        return Asked.from_code(code) if code else None
    users = 0
    for event in reversed(tracker.events if tracker is not None else []):
        if event.get("event") == "user":
            users += 1
        if users > 1:
            break
        if users and event.get("event") == "bot":
            for button in (event.get("data") or {}).get("buttons") or ():
                if f'"{CHECK}' in button["payload"]:
                    return Asked.from_code(button["payload"].split(CHECK)[1].split(":")[0])
    return None


def check_answered(
    record: Record | None, answer: Answer, tracker: Tracker | None = None
) -> tuple[Asked, Reply] | None:
    """The question about safety that this answers, and how; ``None`` where it answers none."""
    if answer.choice.startswith(CHECK):
        _check, code, said = answer.choice.split(":")
        return Asked.from_code(code), cast("Reply", said)
    asked = check_open(record, tracker)
    if asked is None or not answer.text or answer.intent in BESIDE:
        return None
    plainly = True if answer.said_yes else False if answer.said_no else None
    found = read_answer(asked.question, answer.text, plainly)
    if found is None and answer.skipped:
        found = "not_sure"
    return (asked, found) if found else None


def take_check(
    record: Record | None, answer: Answer, say: Say, tracker: Tracker | None = None
) -> bool:
    """Hear what is said to a question about safety, or taken back; whether that is all of it."""
    if _take_back(record, answer, say, tracker) or _take_how_now(record, answer, say):
        return True
    found = check_answered(record, answer, tracker)
    was_open = check_open(record, tracker)
    if record is not None and record.progress.get("check"):
        record.keep_progress(check=None)
    if found is None:
        if was_open and (answer.text or answer.choices) and answer.intent != "talk_to_person":
            # It goes on to something else, but nobody leaves the question without a number.
            if record is not None:
                record.answer_risk("none")
            name: Said = "passed_by_physical" if was_open.about_body else "passed_by"
            say("utter_risk_aside", words=compose_said(name, *get_settings().service))
        return False
    asked, said = found
    level = answer_level(asked, said)
    words = compose_answer(asked, said, *get_settings().service)
    if record is not None:
        record.answer_risk(said)
        if level.rank > Level.CONCERN.rank:
            confirmed = Screening(level, answer_category(asked, said), subject=asked.subject)
            record.note_risk(
                level.value,
                confirmed.category and confirmed.category.value,
                "answer",
                f"check_{asked.question}",
                subject=asked.subject,
                why=[f"{said} to {asked.question}"],
                update_key=answer.update_key,
            )
            record.keep_progress(reopen={**_kept(confirmed), "asked": 0})
        # No next question on top of that, whatever the answer: the person says when to go on.
        record.keep_progress(hush=True)
    say("utter_risk", words=words)
    return True


def took_back(answer: Answer, tracker: Tracker) -> bool:
    """Whether someone without a record takes back what they told in this chat."""
    return takes_back(answer.text) and _told_before_consent(tracker)


def _take_back(record: Record | None, answer: Answer, say: Say, tracker: Tracker | None) -> bool:
    """ "Only joking" keeps the record, and says that it does."""
    if not answer.text or not takes_back(answer.text):
        return False
    if record is not None:
        if not record.progress.get("told"):
            return False
        record.answer_risk("none")
        record.keep_progress(check=None, hush=True)
        say("utter_risk", words=compose_said("taken_back", *get_settings().service))
        return True
    if tracker is None or not took_back(answer, tracker):
        return False
    say("utter_risk", words=compose_said("taken_back_unkept", *get_settings().service))
    return True


def _told_before_consent(tracker: Tracker) -> bool:
    return any(
        ((event.get("parse_data") or {}).get("safety") or {}).get("level", "none") != "none"
        for event in tracker.events
        if event.get("event") == "user"
    )


def _take_how_now(record: Record | None, answer: Answer, say: Say) -> bool:
    """Hear how they are now, once they have been asked again."""
    kept = record.progress.get("reopened") if record is not None else None
    if record is None or not isinstance(kept, dict):
        return False
    record.keep_progress(reopened=None)
    told = _told(kept)
    how = _how_now(told, answer)
    if how is None:
        return False
    service = get_settings().service
    is_body = told.category in PHYSICAL
    if how == "better":
        name: Said = "is_better_unwell" if is_body else "is_better"
        words = compose_said("help_comes" if _is_urgent(told) else name, *service)
        say("utter_risk_aside", words=words)
        return True
    level = Level.EMERGENCY if is_body else Level.CRISIS
    if told.category is None:
        words = compose_said("still_hard", *service)
    else:
        # "No" to "is help on the way?": the number again, first of all.
        words = compose(Screening(level, told.category, subject=told.subject), *service)
    say("utter_risk", words=words)
    record.note_risk(
        (level if is_body else Level.CONCERN).value,
        told.category and told.category.value,
        "answer",
        "no_help_yet" if _is_urgent(told) else "still_hard",
        subject=told.subject,
        why=[
            "no clear yes to help on its way" if _is_urgent(told) else "still hard when asked again"
        ],
        update_key=answer.update_key,
    )
    record.keep_progress(hush=True)
    return True


def _how_now(told: Screening, answer: Answer) -> Literal["better", "worse"] | None:
    """What is said to "how are you now?" or "is help on the way?"; ``None`` for something else."""
    if not _is_urgent(told):
        return how_now(answer.text) if answer.text and answer.intent not in BESIDE else None
    if not answer.text or answer.intent in ELSEWHERE:
        return None
    plainly = True if answer.said_yes else False if answer.said_no else None
    return "better" if help_comes(answer.text, plainly) else "worse"
