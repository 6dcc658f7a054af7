"""The person's plans when they ask for them: shown, changed, put aside, finished, or let go."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.forms import ANSWERED, SLOTS, Aside, active_form, begin_stage
from actions.options import asks_what_is_saved, say_saved
from actions.papers import paper_buttons
from actions.plan import plan_meant, say_when_asked
from actions.plans import (
    FORM,
    PLAN,
    ask_about,
    plan_words,
    press,
    short,
    show_plans,
    take_up_button,
)
from actions.turn import Answer, Say
from actions.words import label, labels
from bot.rights.consents import Scope
from bot.store.record import MAX_ACTIVE_PLANS, Record
from bot.store.tables import Plan

MAX_LATER = 5
ASK_AGAIN = (2,)
"""Weeks after a plan was taken up again, with consent: it is a new try."""

_QUESTIONS = {
    "what": ("plan_what",),
    "when": ("plan_when",),
    "who": ("plan_who",),
    "barrier": ("plan_barrier", "plan_then"),
}
_ENDS = {
    "finish": ("finished", "utter_follow_up_finish"),
    "pause": ("paused", "utter_follow_up_pause"),
    "drop": ("dropped", "utter_follow_up_drop"),
}


def show(record: Record, say: Say, form: str | None) -> None:
    """All active plans and those kept for later, with what can be done about each.

    Args:
        form: the form that is on; while a plan is being made, there is nothing to press.
    """
    plans, later = record.plans(), _later(record)[-MAX_LATER:]
    presses = [] if form == FORM else _presses(record, plans, later)
    papers = paper_buttons(record)
    kept = "\n".join(plan_words(record, p) for p in plans)
    resting = "\n".join(plan_words(record, p) for p in later)
    if plans and later:
        say("utter_plans_and_later", buttons=papers, intents=presses, plan=kept, later=resting)
    elif plans:
        say("utter_plan_kept", buttons=papers, intents=presses, plan=kept)
    elif later:
        say("utter_plans_later", intents=presses, later=resting)
    else:
        say("utter_plan_none")


def _later(record: Record) -> list[Plan]:
    """Plans that are kept for later; none that rests because it is about somebody who died."""
    return [plan for plan in record.plans("paused") if record.what_of(plan)]


def _presses(record: Record, plans: Sequence[Plan], later: Sequence[Plan]) -> list[tuple[str, str]]:
    """What to do with the one plan at once; of several, first which."""
    if len(plans) == 1:
        presses = _moves(plans[0])
    else:
        presses = [
            (label("buttons", "plan", what=short(record, p)), press("edit", p.id)) for p in plans
        ]
    taken_up = [
        (label("buttons", "take_up_one", what=short(record, p)), press("take_up", p.id))
        for p in later
    ]
    return [*presses, *taken_up]


def _moves(plan: Plan) -> list[tuple[str, str]]:
    return [(title, press(code, plan.id)) for code, title in labels("plan_moves").items()]


class ActionShowPlan(Aside):
    """The plans, whenever they are asked for, and what is pressed or said about one of them."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_show_plan"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Show them, or do what is asked."""
        if record is None:
            return None
        here = self.STAY if active_form(tracker) is None else None
        if asks_what_is_saved(answer.text):
            say_saved(record, say)
            return here
        if active_form(tracker) is None and _ANOTHER.search(answer.text):
            return begin_stage(record, "plan")
        if answer.choice:
            verb, *ids = answer.choice.removeprefix(PLAN).split(":")
        else:
            verb, ids = _told(record, answer.text)
        if not verb:
            show(record, say, active_form(tracker))
            return here if record.plans() or _later(record) else None
        plans = [record.plan(int(each)) for each in ids if each.isdigit()]
        if not plans or None in plans:
            say("utter_stale_button")
            return None
        return _do(record, verb, [p for p in plans if p], say, tracker) or here


def _do(
    record: Record, verb: str, plans: Sequence[Plan], say: Say, tracker: Tracker
) -> Sequence[EventType] | None:
    """Do what was pressed; events where something is asked next."""
    plan, making = plans[0], active_form(tracker) == FORM
    if verb in _ENDS:
        return _end(record, verb, plan, say, making=making)
    if making:
        # One plan at a time: the question that is open comes first.
        say("utter_stale_button")
    elif verb == "edit":
        say("utter_plan_do_what", plan=plan_words(record, plan), intents=_moves(plan))
        return Aside.STAY
    elif verb == "change":
        parts = [(title, press(code, plan.id)) for code, title in labels("plan_parts").items()]
        say("utter_plan_change_what", plan=plan_words(record, plan), intents=parts)
        return Aside.STAY
    elif verb in _QUESTIONS:
        return ask_about(record, plan, _QUESTIONS[verb], tracker)
    elif verb == "take_up":
        return _take_up(record, plan, say)
    elif verb == "swap":
        record.end_plan(plans[-1], "paused")
        return _take_up(record, plan, say)
    else:
        say("utter_left_as_it_is")
    return None


def _end(
    record: Record, verb: str, plan: Plan, say: Say, *, making: bool
) -> Sequence[EventType] | None:
    state, response = _ENDS[verb]
    record.end_plan(plan, state)
    say(response, intents=[take_up_button(plan)])
    if making and plan.id == record.progress.get("plan_draft"):
        # Nothing more is asked of a plan that is not to be.
        return [*(SlotSet(slot, ANSWERED) for slot in SLOTS["plan"]), FollowupAction(FORM)]
    return None


def _take_up(record: Record, plan: Plan, say: Say) -> Sequence[EventType] | None:
    """It is active again; where there are three, one of them is put aside first."""
    active = record.plans()
    if plan not in active and len(active) >= MAX_ACTIVE_PLANS:
        aside = [
            (label("buttons", "put_aside", what=short(record, p)), press("swap", plan.id, p.id))
            for p in active
        ]
        keep = (label("buttons", "keep_three"), press("keep", plan.id))
        say("utter_plan_full", intents=[*aside, keep])
        return Aside.STAY
    record.take_up(plan)
    say("utter_plan_taken_up", plan=plan_words(record, plan), intents=_moves(plan))
    if Scope.REMINDERS in record.consents() and not record.is_to_be_asked(plan):
        say_when_asked(record, record.ask_later(plan, ASK_AGAIN), say)
    return None


_ANOTHER = re.compile(
    r"\b(?:make|have|add|set|start|want|like|about|try|do) (?:up )?"
    r"(?:another|a (?:second|new|different)|one more) (?:plan|one)\b",
    re.IGNORECASE,
)
_ASKS_TO_SEE = re.compile(
    r"\b(?:show|see|look|tell|remind|read|send|go over|what|which|when|where|who|how)\b",
    re.IGNORECASE,
)
_VERBS = (
    ("take_up", r"\b(?:take|pick|start) .*\bagain\b|\b(?:take|pick) .*\b(?:back )?up\b"),
    ("pause", r"\b(?:pause|on hold|not now|put .*\b(?:aside|off|by)|keep .*\bfor later)\b"),
    (
        "drop",
        r"\b(?:drop|cancel|scrap|forget|let .*\bgo|get rid of|give up"
        r"|(?:don'?t|do not|no longer) want to (?:do|go|carry on|keep))\b",
    ),
    (
        "finish",
        r"\b(?:(?:i'?ve|it'?s|is|that'?s|mark .*) (?:done|finished|completed)|tick .*\boff)\b",
    ),
    ("change", r"\b(?:change|edit|alter|amend|move)\b"),
)
_VERB_PATTERNS = [(verb, re.compile(words, re.IGNORECASE)) for verb, words in _VERBS]


def _told(record: Record, text: str) -> tuple[str, list[str]]:
    """What words ask to be done with which plan; "" where they only ask to see it."""
    if not text or _ASKS_TO_SEE.search(text):
        return "", []
    verb = next((v for v, pattern in _VERB_PATTERNS if pattern.search(text)), "")
    plans = _later(record) if verb == "take_up" else record.plans()
    meant = plans[0] if len(plans) == 1 else plan_meant(text, plans)
    return (verb, [str(meant.id)]) if verb and meant is not None else ("", [])


def take_told(
    record: Record, answer: Answer, say: Say, tracker: Tracker
) -> Sequence[EventType] | None:
    """Do what words ask with a plan where nothing else is open: "forget the walk"."""
    if active_form(tracker) is not None or answer.choice:
        return None
    verb, ids = _told(record, answer.text)
    plan = record.plan(int(ids[0])) if ids else None
    if plan is None:
        return None
    return _do(record, verb, [plan], say, tracker) or Aside.STAY


class ActionPlanDone(Aside):
    """The questions about a plan are over: on with the interview, or back to where it stood."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_plan_done"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """The next step of the spine; after a change beside it, the question that was open."""
        from actions.journey import ActionNextStep

        beside = record.progress.get("plan_beside") if record is not None else None
        if record is None or beside is None:
            if record is not None:
                record.leave_draft()
            return ActionNextStep().answer(record, answer, say, tracker)
        record.leave_draft()
        record.person.stage = beside["stage"]
        if beside["form"]:
            if beside["show"]:
                show_plans(record, say)
            return [FollowupAction(beside["form"])]
        if beside["show"]:
            show(record, say, None)
        return self.STAY
