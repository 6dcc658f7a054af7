"""Risk first: a fixed, reviewed reply with the right route, and a record for staff."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.difficulties import take_difficulties
from actions.forms import Aside
from actions.turn import Answer, Say
from actions.words import label
from bot.safety.model import Level, Screening
from bot.safety.replies import (
    answer_category,
    answer_level,
    compose,
    compose_answer,
    question_of,
    reply_key,
)
from bot.safety.screen import screen
from bot.settings import get_settings
from bot.store.record import Record

CHECK = "check:"
ANSWERS = ("yes", "no", "not_sure")


class ActionRisk(Aside):
    """The screen saw a risk in the message."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_risk"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Reply, record, and leave it to the person when to carry on."""
        seen = screen(answer.text)
        settings = get_settings()
        words = compose(
            seen,
            settings.wise_region,
            settings.wise_service_name,
            settings.wise_service_contact,
        )
        asked = question_of(seen)
        if record is not None:
            # What else the message says is kept: being low does not undo being in pain.
            take_difficulties(record, answer)
            note(record, seen)
            record.keep_progress(check=asked or None)
        if asked:
            buttons = [(label("buttons", a), f"{CHECK}{asked}:{a}") for a in ANSWERS]
            say("utter_risk_check", words=words, buttons=buttons)
        else:
            say("utter_risk", words=words)
        return self.STAY


def note(record: Record, seen: Screening) -> None:
    """Put it on the staff's list at once."""
    record.note_risk(
        seen.level.value,
        seen.category.value if seen.category else None,
        seen.detector,
        reply_key(seen),
    )


def take_check(record: Record, answer: Answer, say: Say) -> bool:
    """Hear the answer to a gentle question about safety; whether it was one."""
    asked = record.progress.get("check")
    if answer.choice.startswith(CHECK):
        _check, asked, said = answer.choice.split(":")
    elif asked and answer.said_yes:
        said = "yes"
    elif asked and answer.said_no:
        said = "no"
    elif asked and answer.skipped:
        said = "not_sure"
    else:
        record.keep_progress(check=None)
        return False
    record.keep_progress(check=None)
    settings = get_settings()
    level = answer_level(asked, said)
    words = compose_answer(
        asked,
        said,
        settings.wise_region,
        settings.wise_service_name,
        settings.wise_service_contact,
    )
    if level.rank > Level.CONCERN.rank:
        category = answer_category(asked, said)
        record.note_risk(level.value, category and category.value, "answer", f"check_{asked}")
        # Not a cheerful next question on top of that: the person says when to go on.
        record.keep_progress(hush=True)
    say("utter_risk", words=words)
    return True
