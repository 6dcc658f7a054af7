"""From stage to stage, pausing and picking up, and going back."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.follow_up import begin, waiting
from actions.forms import NEVER_LOST, SLOTS, Aside, active_form, begin_stage
from actions.papers import paper_buttons
from actions.rights import START_OVER, from_the_start, keeps_map
from actions.risk import reopen
from actions.turn import Answer, Say
from bot.conversations.journey import OPEN, STAGES, stage_after, stage_of
from bot.store.record import Record


class ActionNextStep(Aside):
    """A stage is finished: open the next, or close the visit."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_next_step"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Open the next stage that has something to ask."""
        if record is None:
            return [SlotSet("consent_answer", None), *self.STAY]
        beside = record.progress.get("options_beside")
        if beside and record.person.stage == "options":
            # Services were asked for in the middle of something: its answers are kept.
            record.keep_progress(options_beside=None)
            record.person.stage = beside
            say("utter_options_back")
            return [FollowupAction(f"{beside}_form")]
        stage = stage_after(record.person.stage)
        while not _has_questions(stage, record):
            stage = stage_after(stage)
        if stage == OPEN:
            say(_closing(record), buttons=paper_buttons(record))
        events = begin_stage(record, stage)
        if (record.progress.get("reopen") or {}).get("asked") and reopen(record, say):
            # The person says when to go on: nothing is asked on top of it.
            return [e for e in events if e["event"] != "followup"] + list(self.STAY)
        if stage == OPEN and waiting(record):
            # It fell due while something else was being asked.
            return begin(record, say, "utter_follow_up_back")
        return events


def _closing(record: Record) -> str:
    """The last words: never "show your map to someone" where there is nobody on it."""
    if not any(m.can_be_suggested for m in record.network()):
        return "utter_close_nobody"
    return "utter_close" if record.plans() else "utter_close_without_plan"


def _has_questions(stage: str, record: Record) -> bool:
    """An empty network is neither asked about nor drawn: it would only hurt to see it."""
    if stage == "people":
        return keeps_map(record)
    return stage not in ("details", "picture") or bool(record.network().active)


class ActionPause(Aside):
    """Stop for now; the place is kept."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_pause"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Say that the place is kept."""
        if record is not None and reopen(record, say):
            return self.STAY
        say("utter_paused")
        return self.STAY


class ActionResume(Aside):
    """Carry on where we were."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_resume"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Back to the question."""
        return None


class ActionGoBack(Aside):
    """Back to the question before."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_go_back"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Ask the last answered question again; what was said there is kept until changed."""
        return None if record is None else go_back(record, say)


def go_back(record: Record, say: Say) -> list[EventType] | None:
    """Ask the last answered question again; ``None`` where there is none."""
    trail = record.progress.get("trail") or []
    if not trail:
        say("utter_back_start")
        return None
    stage, slot, before = trail[-1]
    kept = {key: record.progress[key] for key in NEVER_LOST if key in record.progress}
    # Which of several places of one name was meant is asked anew, with the place.
    record.person.progress = {**before, "trail": trail[:-1], **kept, "places": None}
    if stage in STAGES:
        record.person.stage = stage
    say("utter_back")
    later = SLOTS[stage][SLOTS[stage].index(slot) :]
    return [*(SlotSet(name, None) for name in later), FollowupAction(f"{stage}_form")]


class ActionStartOver(Aside):
    """From the first question again, with the map kept."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_start_over"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Ask, then begin again."""
        if record is None:
            return None
        if answer.choice != "yes":
            say("utter_start_over_ask")
            record.keep_progress(sure=START_OVER)
            return self.STAY
        from_the_start(record)
        return begin_stage(record, "about_you")


class ActionWhy(Aside):
    """Why do you ask?"""

    def name(self) -> str:
        """Rasa's name."""
        return "action_why"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """The reason for the question of the moment; the most particular one there is."""
        stage = stage_of(active_form(tracker)) or "open"
        slot = tracker.get_slot("requested_slot")
        known = set(self.particular)
        say(f"utter_why_{slot}" if slot in known else f"utter_why_{stage}")
        return None

    particular = (
        "about_conditions",
        "about_area",
        "about_age",
        "about_access",
        "about_travel",
        "details_strain",
        "gaps_agree",
    )


class ActionStaleButton(Aside):
    """A button of an earlier question."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_stale_button"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Leave it, and go on."""
        say("utter_stale_button")
        return None
