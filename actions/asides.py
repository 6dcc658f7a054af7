"""Answers to what patients say beside the question: help, trust, small talk, the unreadable."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from actions.about_you import take_put_right
from actions.changes import take_and_offer, take_edits, take_names, take_pending
from actions.company import company
from actions.forms import Aside, active_form, rephrase
from actions.journey import go_back
from actions.options import service_meant
from actions.risk import reopen
from actions.turn import Answer, Say
from actions.words import label, listed
from bot.conversations.journey import OPEN
from bot.directory.corrections import open_correction
from bot.safety.replies import compose_said
from bot.settings import get_settings
from bot.store.record import Record

NAMED_AS_COMPANY = 2
"""How many people on the map are named to somebody who would like a chat."""


class ActionHelp(Aside):
    """What can you do?"""

    def name(self) -> str:
        """Rasa's name."""
        return "action_help"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Say it."""
        say.service("utter_help")
        return None


class ActionAboutMe(Aside):
    """Are you a person?"""

    def name(self) -> str:
        """Rasa's name."""
        return "action_about_me"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """No."""
        say.service("utter_are_you_human")
        return None


class ActionWhoSees(Aside):
    """Who can read this?"""

    def name(self) -> str:
        """Rasa's name."""
        return "action_who_sees"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Say who."""
        say.service("utter_who_sees")
        return None


class ActionMedicalAdvice(Aside):
    """Diagnosis, doses, results, symptoms: always declined, with the right route."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_medical_advice"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Decline, and say who can help."""
        words = compose_said("medical_advice", *get_settings().service)
        say("utter_medical_advice", words=words)
        return None


class ActionSmallTalk(Aside):
    """A chat about nothing much, or something that is not ours."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_small_talk"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """A friendly word that points to people by name, and between times to a group."""
        if answer.intent != "chitchat":
            say("utter_out_of_scope")
            return None
        names = [m.label for m in company(record)[:NAMED_AS_COMPANY]] if record else []
        is_open = record is not None and record.person.stage == OPEN
        say(
            "utter_chitchat_named" if names else "utter_chitchat",
            intents=[(label("buttons", "find_group"), "find_support")] if is_open else [],
            names=listed(names, "or"),
        )
        return None


class ActionAcknowledge(Aside):
    """Thanks, yes or no where nothing was asked."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_acknowledge"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """A short word; it may answer "Is it Frank who died?" where no form is on."""
        if record is not None:
            taken, offered = take_and_offer(take_pending, record, answer, say)
            if taken:
                return self.STAY if offered else None
        if answer.intent == "thank":
            say("utter_thanks")
        return None


class ActionCorrect(Aside):
    """No, I meant something else: change what the words say, or ask the last question again."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_correct"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Apply it where it can be read."""
        if record is None:
            return None
        if take_put_right(record, answer, say):
            return None
        if take_edits(record, answer, say) or take_names(record, answer, say):
            return None
        return go_back(record, say)


STAFF = {
    "talk_to_person": ("talk", "utter_talk_to_person"),
    "complaint": ("complaint", "utter_complaint"),
    "report_wrong_details": ("", "utter_wrong_details"),
}


class ActionAskStaff(Aside):
    """Something for a person at the service."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_ask_staff"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Put it on the staff's list and say so."""
        kind, response = STAFF[answer.intent]
        if record is None:
            say.service("utter_talk_to_person_unrecorded")
            return None
        if kind:
            record.ask_staff(kind, answer.text)
        if answer.intent == "report_wrong_details":
            open_correction(
                record.session,
                service_meant(record, answer.text),
                words=answer.text,
                person_id=record.person.id,
            )
        say.service(response)
        return self.STAY if kind == "talk" and active_form(tracker) is None else None


class ActionUnreadable(Aside):
    """A voice message, photo, sticker, file, contact card, or nothing at all."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_unreadable"

    particular = ("voice", "photo", "sticker", "contact", "empty")

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Say what can be read instead."""
        media = {"video": "photo", "audio": "voice"}.get(answer.media, answer.media)
        say(f"utter_unreadable_{media if media in self.particular else 'other'}")
        # Where a risk was told, its route comes again before any question.
        return self.STAY if record is not None and reopen(record, say) else None


class ActionDefaultFallback(Aside):
    """Nothing else fits. Never reverts the turn: that makes history quadratic in Rasa."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_default_fallback"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Rephrase once, then offer choices and a person."""
        if record is None:
            return None
        misses = record.progress.get("misses", 0) + 1
        record.keep_progress(misses=misses)
        if active_form(tracker):
            rephrase(misses, say)
            return None
        say("utter_rephrase" if misses < 2 else "utter_lost")
        return self.STAY


class ActionCheckMeaning(Aside):
    """Not sure what is meant: say what it may be, and ask."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_check_meaning"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Ask; a yes, typed or tapped, is then the intent itself."""
        if record is None:
            return None
        guess = tracker.latest_message["understood"]["name"]
        say(
            "utter_check_meaning",
            intents=[(label("buttons", "yes"), guess), (label("buttons", "no"), "nlu_fallback")],
            meaning=label("meanings", guess),
        )
        return [SlotSet("guess", guess), *self.STAY]
