"""The picture: three circles and the same in words; changed in words until it is right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.changes import ask_whom, asks_of_one, take_edits, take_names
from actions.forms import Aside, Ask, Done, Heard, StageForm, question
from actions.turn import Answer, Say
from bot.network.words import describe
from bot.store.record import Record


def show_map(record: Record, say: Say, reason: str) -> None:
    """Send the picture and its words; kindly, where there is nobody on it."""
    network = record.network()
    if not len(network):
        say("utter_map_none")
        return
    say("utter_map", map_id=record.take_snapshot(reason), words=describe(network))


_FINE = re.compile(
    r"\W*(?:(?:yes|yeah|aye|it|that|this|everything|all|is|looks?)\W+){1,4}"
    r"(?:ok|okay|fine|good|right|correct|great|lovely|grand)"
    r"(?:\W+(?:to me|thanks|thank you|ta))?\W*",
    re.IGNORECASE,
)
"""Words that say of the picture, and of little else, that it is right: "all good"."""


class AskPictureRight(Ask):
    """Does this look right?"""

    stage, slot = "picture", "picture_right"

    def ask(self, record: Record, say: Say) -> None:
        """The picture, and whether it is right."""
        show_map(record, say, "baseline")
        say("utter_ask_right")


class ValidatePictureForm(StageForm):
    """Hears yes, or changes."""

    stage = "picture"

    @question
    def validate_picture_right(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Right as it is, or what to change."""
        if take_edits(record, answer, say):
            if record.progress.get("pending_edit"):
                return Heard.STAY
            return Heard.MORE
        if asks_of_one(record, answer, say):
            record.keep_progress(hush=True)
            return Heard.STAY
        if answer.members:
            take_names(record, answer, say)
            return Heard.MORE
        if answer.said_yes or answer.skipped or _FINE.fullmatch(answer.text):
            return Heard.DONE
        if answer.said_no:
            ask_whom(record, say)
            record.keep_progress(hush=True)
            return Heard.STAY
        return Heard.UNCLEAR


class ActionShowMap(Aside):
    """The map, whenever it is asked for."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_show_map"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Show it."""
        if record is not None and record.person.stage != "picture":
            show_map(record, say, "asked")
        return None
