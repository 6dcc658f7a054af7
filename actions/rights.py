"""The person's rights: what is kept, a copy of it, an end to messages, and erasure."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, AllSlotsReset, EventType

from actions.forms import Aside
from actions.turn import Answer, Say
from actions.words import label, labels, listed
from bot.conversations.journey import STAGES
from bot.store.people import erase
from bot.store.record import Record

DELETE = "delete"
START_OVER = "start_over"


def take_sure(record: Record, answer: Answer, say: Say) -> bool | None:
    """Hear a typed answer to "shall I delete it all?" or "start again?".

    Returns:
        True where it was done, so that what was being asked is over; False where it was
        declined; None where this answers no such question.
    """
    asked = record.progress.get("sure")
    if not asked:
        return None
    record.keep_progress(sure=None)
    if not answer.text or not (answer.said_yes or answer.said_no):
        return None
    if answer.said_no:
        return False
    if asked == DELETE:
        erase(record.session, record.person.id)
        say("utter_deleted")
    else:
        from_the_start(record)
    return True


def from_the_start(record: Record) -> None:
    """Back to before the first question; the map is kept."""
    record.person.progress = {"members_made": record.progress.get("members_made", 0)}
    record.person.stage = STAGES[0]


class ActionExport(Aside):
    """What do you know about me?"""

    def name(self) -> str:
        """Rasa's name."""
        return "action_export"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """In plain words."""
        if record is None:
            say("utter_nothing_kept")
            return None
        say.service("utter_export", summary=summary(record))
        return None


def summary(record: Record) -> str:
    """What is kept, a line each; nothing private is left out, for it is the person's own."""
    person = record.person
    lines = {
        "conditions": person.conditions,
        "area": person.area,
        "age": labels("ages").get(person.age_band, ""),
        "difficulties": listed(label("areas", d.area) for d in record.difficulties()),
        "members": listed(m.label for m in record.network()),
        "saved": listed(o.name for o in record.options("saved")),
        "plans": listed(p.what for p in record.plans()),
        "chat": label("kept", "chat_value"),
    }
    return "\n".join(f"• {label('kept', key)}: {text}" for key, text in lines.items() if text)


class ActionDelete(Aside):
    """Delete everything; confirmed once."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_delete"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Ask, then do it at once."""
        if record is None:
            say("utter_nothing_kept")
            return self.STAY
        if answer.choice != "yes":
            say("utter_delete_ask")
            record.keep_progress(sure=DELETE)
            return self.STAY
        erase(record.session, record.person.id)
        say("utter_deleted")
        return [AllSlotsReset(), ActiveLoop(None)]


class ActionStopMessages(Aside):
    """Don't message me first."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_stop_messages"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Withdraw the consent at once."""
        if record is not None:
            record.withdraw_consent("reminders")
        say("utter_messages_stopped")
        return self.STAY
