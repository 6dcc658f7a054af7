"""Risk first: a fixed, reviewed reply with the right route, and a record for staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet

from actions.difficulties import take_difficulties
from actions.forms import Aside, active_form
from actions.turn import Answer, Say
from actions.words import label
from bot.safety.model import Category, Level, Screening
from bot.safety.replies import (
    Answer as Reply,
)
from bot.safety.replies import (
    answer_category,
    answer_level,
    compose,
    compose_answer,
    compose_reopening,
    question_of,
    reply_key,
)
from bot.safety.screen import screen
from bot.settings import Region, get_settings
from bot.store.record import Record

CHECK = "check:"
ANSWERS = ("yes", "no", "not_sure")
BESIDE = frozenset({"show_map", "show_plan", "show_gaps", "help", "talk_to_person", "pause"})
"""What is meant by these is never an answer to a check, although it may begin with "yes"."""


class ActionRisk(Aside):
    """The screen saw a risk in the message."""

    hears_check = False

    def name(self) -> str:
        """Rasa's name."""
        return "action_risk"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Reply, record, and leave it to the person when to carry on."""
        seen = screen(answer.text)
        words = compose(
            seen,
            *_service(),
        )
        asked = question_of(seen)
        if record is not None:
            # What else the message says is kept: being low does not undo being in pain.
            take_difficulties(record, answer)
            note(record, seen)
            record.keep_progress(
                check=asked or None,
                reopen={
                    "level": seen.level.value,
                    "category": seen.category and seen.category.value,
                },
            )
        if asked:
            buttons = [(label("buttons", a), f"{CHECK}{asked}:{a}") for a in ANSWERS]
            say("utter_risk_check", words=words, buttons=buttons)
        else:
            say("utter_risk", words=words)
        if record is None and active_form(tracker) is None:
            # Nothing is kept of a stranger, but the next message is still read in the light of
            # this one.
            return [
                ActiveLoop("consent_form"),
                SlotSet("requested_slot", "consent_answer"),
                *self.STAY,
            ]
        return self.STAY


def _service() -> tuple[Region, str, str]:
    """The nation, the service's name and how to reach it, as replies are filled with them."""
    settings = get_settings()
    return settings.wise_region, settings.wise_service_name, settings.wise_service_contact


def note(record: Record, seen: Screening) -> None:
    """Put it on the staff's list at once."""
    record.note_risk(
        seen.level.value,
        seen.category.value if seen.category else None,
        seen.detector,
        reply_key(seen),
    )


def reopen(record: Record, say: Say) -> bool:
    """Come back once, gently, to what was told earlier in the visit; whether there was anything."""
    told = record.progress.get("reopen")
    if not told:
        return False
    record.keep_progress(reopen=None)
    seen = Screening(Level(told["level"]), told["category"] and Category(told["category"]))
    words = compose_reopening(
        seen,
        *_service(),
    )
    say("utter_risk_again", words=words)
    return True


def check_open(record: Record | None, tracker: Tracker | None) -> str:
    """The question about safety that waits for an answer; empty for none.

    For someone without a record it is read from what the bot said last: nothing is kept.
    """
    if record is not None:
        return str(record.progress.get("check") or "")
    users = 0
    for event in reversed(tracker.events if tracker is not None else []):
        if event.get("event") == "user":
            users += 1
        if users > 1:
            break
        if users and event.get("event") == "bot":
            for button in (event.get("data") or {}).get("buttons") or ():
                if f'"{CHECK}' in button["payload"]:
                    return str(button["payload"].split(CHECK)[1].split(":")[0])
    return ""


def check_answered(
    record: Record | None, answer: Answer, tracker: Tracker | None = None
) -> tuple[str, Reply] | None:
    """The question about safety that this answers, and how; ``None`` where it answers none."""
    if answer.choice.startswith(CHECK):
        _check, asked, said = answer.choice.split(":")
        return asked, cast("Reply", said)
    asked = check_open(record, tracker)
    if not asked or not answer.text or answer.intent in BESIDE:
        return None
    if answer.said_yes:
        return asked, "yes"
    if answer.said_no:
        return asked, "no"
    return (asked, "not_sure") if answer.skipped else None


def take_check(
    record: Record | None, answer: Answer, say: Say, tracker: Tracker | None = None
) -> bool:
    """Hear the answer to a gentle question about safety; whether it was one."""
    found = check_answered(record, answer, tracker)
    if record is not None and record.progress.get("check"):
        record.keep_progress(check=None)
    if found is None:
        return False
    asked, said = found
    level = answer_level(asked, said)
    words = compose_answer(
        asked,
        said,
        *_service(),
    )
    if record is not None:
        if level.rank > Level.CONCERN.rank:
            category = answer_category(asked, said)
            record.note_risk(level.value, category and category.value, "answer", f"check_{asked}")
        # No next question on top of that, whatever the answer: the person says when to go on.
        record.keep_progress(hush=True)
    say("utter_risk", words=words)
    return True
