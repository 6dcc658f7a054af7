"""A plan: what, when and who with; kept, and shown again when asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.cards import day_words
from actions.choices import is_button
from actions.company import company
from actions.forms import (
    SLOTS,
    Aside,
    Ask,
    Done,
    Heard,
    StageForm,
    active_form,
    begin_stage,
    question,
)
from actions.options import named_options
from actions.papers import paper_buttons
from actions.turn import Answer, Say, skip_button
from actions.words import label, labels, listed
from bot.network.edits import Match, resolve
from bot.papers.of_person import plan_line
from bot.rights.consents import Scope
from bot.store.record import MAX_ACTIVE_PLANS, Record
from bot.store.tables import FollowUp, Plan
from bot.support.dates import date_in, hour_in
from bot.support.follow_up import DEFAULT_WEEKS

ON_MY_OWN = "alone"
OWN_IDEA = "own"
OPTION = "option:"
MEMBER = "member:"
LATER = ("plan_when", "plan_who", "plan_ask", "plan_hour")
MAX_OFFERED = 6


def show_plans(record: Record, say: Say, buttons: Sequence[tuple[str, str]] = ()) -> None:
    """All active plans, or a kind word where there are none."""
    plans = record.plans()
    if plans:
        say("utter_plan_kept", plan="\n".join(plan_line(p) for p in plans), buttons=buttons)
    else:
        say("utter_plan_none")


def draft(record: Record) -> Plan:
    """The plan that is being made: the newest."""
    return record.plans()[-1]


NAMING_WORDS = 4
"""A longer answer is an idea of the person's own, although it may share a word with an option."""


class AskPlanWhat(Ask):
    """What would you like to try?"""

    stage, slot = "plan", "plan_what"

    def ask(self, record: Record, say: Say) -> None:
        """Saved options, an own idea, or nothing for now."""
        saved = record.options("saved")[-MAX_OFFERED:]
        if not saved or record.progress.get("plan_own"):
            record.keep_progress(plan_own=False)
            say("utter_ask_plan_what_own", buttons=[skip_button()])
            return
        say(
            "utter_ask_plan_what",
            buttons=[
                *((option.name, f"{OPTION}{option.id}") for option in saved),
                (label("buttons", "own_idea"), OWN_IDEA),
                skip_button(),
            ],
        )


class AskPlanWhen(Ask):
    """When?"""

    stage, slot = "plan", "plan_when"

    def ask(self, record: Record, say: Say) -> None:
        """Free text or a rough idea."""
        choices = [(title, f"when:{code}") for code, title in labels("plan_when").items()]
        say("utter_ask_plan_when", buttons=choices)


class AskPlanWho(Ask):
    """Who with?"""

    stage, slot = "plan", "plan_who"

    def ask(self, record: Record, say: Say) -> None:
        """People on the map who may be suggested; the inner circle first."""
        alone = (label("buttons", "on_my_own"), ON_MY_OWN)
        say("utter_ask_plan_who", buttons=[*people_buttons(record), alone, skip_button()])


def people_buttons(record: Record) -> list[tuple[str, str]]:
    """A button for each who may be company."""
    return [(m.label, f"{MEMBER}{m.key}") for m in company(record)[:MAX_OFFERED]]


class AskPlanAsk(Ask):
    """May I ask how it went?"""

    stage, slot = "plan", "plan_ask"

    def ask(self, record: Record, say: Say) -> None:
        """In two weeks and in six, once, on a day of the person's own, or not at all."""
        first = record.can_be_written_to
        say(
            "utter_ask_plan_ask" if first else "utter_ask_plan_ask_here",
            buttons=[(title, f"{ASK}{code}") for code, title in labels("ask_in").items()],
        )


class AskPlanHour(Ask):
    """At what time of day?"""

    stage, slot = "plan", "plan_hour"

    def ask(self, record: Record, say: Say) -> None:
        """Never at night."""
        titles = labels("hours")
        say("utter_ask_plan_hour", buttons=[(t, f"{HOUR}{code}") for code, t in titles.items()])


ASK, HOUR = "ask:", "hour:"
_ONCE = re.compile(r"\b(?:just |only )?(?:the )?(?:once|one time)\b", re.IGNORECASE)
WEEKS = {"both": DEFAULT_WEEKS, "once": DEFAULT_WEEKS[:1]}


def say_when_asked(record: Record, rows: Sequence[FollowUp], say: Say) -> None:
    """When it is that we shall ask, and how to stop it."""
    first = min(row.due_at for row in rows).astimezone(ZoneInfo(record.person.time_zone))
    day = day_words(first.date())
    say("utter_will_ask" if record.can_be_written_to else "utter_will_ask_here", day=day)


def keep_when(plan: Plan, answer: Answer) -> None:
    """A day in words, or a rough idea; not knowing yet is fine."""
    if answer.choice.startswith("when:"):
        code = answer.choice.removeprefix("when:")
        plan.when_words = "" if code == "not_sure" else label("plan_when", code).lower()
        plan.when_date = None
    elif answer.text and (date_in(answer.text) or not (answer.skipped or answer.said_no)):
        plan.when_words = answer.text
        plan.when_date = date_in(answer.text)


def keep_who(record: Record, plan: Plan, answer: Answer) -> None:
    """Someone on the map, someone else, or on their own."""
    network = record.network()
    if answer.choice == ON_MY_OWN:
        plan.with_words = label("buttons", "on_my_own").lower()
    elif answer.choice.startswith(MEMBER):
        member = network[answer.choice.removeprefix(MEMBER)]
        plan.with_member = member.key
        plan.with_words = label("phrases", "with", name=member.label)
    elif answer.text and not (answer.skipped or answer.said_no):
        found = resolve(network, answer.text)
        if isinstance(found, Match):
            plan.with_member = found.key
            plan.with_words = label("phrases", "with", name=network[found.key].label)
        elif answer.members:
            names = listed(m.name for m in answer.members)
            plan.with_words = label("phrases", "with", name=names)
        else:
            plan.with_words = answer.text
    record.session.flush()


class ValidatePlanForm(StageForm):
    """Hears the plan."""

    stage = "plan"

    @question
    def validate_plan_what(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A saved option, or an idea in words."""
        wants_own = answer.choice == OWN_IDEA or is_button(answer, "own_idea")
        if wants_own or (answer.said_yes and not answer.choice):
            record.keep_progress(plan_own=True)
            return Heard.STAY
        if answer.skipped or answer.said_no:
            return Done(LATER)
        if len(record.plans()) >= MAX_ACTIVE_PLANS:
            say("utter_plan_full")
            return Done(LATER)
        if answer.choice.startswith(OPTION):
            wanted = answer.choice.removeprefix(OPTION)
            for option in record.options("saved"):
                if str(option.id) == wanted:
                    record.add_plan(option.name, option.service_id)
                    return Heard.DONE
            return Heard.UNCLEAR
        if not answer.text:
            return Heard.UNCLEAR
        saved = {o.service_id: o.name for o in record.options("saved")}
        named = named_options(answer.text, record, list(saved)[-MAX_OFFERED:])
        if len(named) == 1 and len(answer.text.split()) <= NAMING_WORDS:
            record.add_plan(saved[named[0]], named[0])
            return Heard.DONE
        record.add_plan(answer.text)
        return Heard.DONE

    @question
    def validate_plan_when(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A day in words, or a rough idea; not knowing yet is fine."""
        keep_when(draft(record), answer)
        return Heard.DONE

    @question
    def validate_plan_who(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Someone on the map, someone else, or on their own."""
        keep_who(record, draft(record), answer)
        show_plans(record, say)
        return Heard.DONE

    @question
    def validate_plan_ask(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A yes is the consent to be written to; a day is the day on which."""
        wanted: dict[str, object]
        if answer.choice.startswith(ASK):
            code = answer.choice.removeprefix(ASK)
            wanted = {"weeks": WEEKS[code]} if code in WEEKS else {}
        elif answer.text and (day := date_in(answer.text)):
            wanted = {"day": day.isoformat()}
        elif _ONCE.search(answer.text):
            wanted = {"weeks": WEEKS["once"]}
        elif answer.said_yes or answer.intent == "set_reminder":
            wanted = {"weeks": DEFAULT_WEEKS}
        elif answer.said_no or answer.skipped or answer.intent == "stop_messages":
            wanted = {}
        else:
            return Heard.UNCLEAR
        if not wanted:
            say("utter_will_not_ask")
            return Done(("plan_hour",))
        record.give_consent(Scope.REMINDERS)
        record.keep_progress(ask=wanted)
        if record.progress.get("hour_told") or not record.can_be_written_to:
            _agree(record, say)
            return Done(("plan_hour",))
        return Heard.DONE

    @question
    def validate_plan_hour(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Morning, afternoon or early evening; an hour in words is as good."""
        if answer.choice.startswith(HOUR):
            hour: int | None = int(answer.choice.removeprefix(HOUR))
        else:
            hour = hour_in(answer.text)
        if hour is None and not answer.skipped:
            return Heard.UNCLEAR
        if hour is not None:
            record.person.ask_hour = hour
        record.keep_progress(hour_told=True)
        _agree(record, say)
        return Heard.DONE


def _agree(record: Record, say: Say) -> None:
    wanted = record.progress["ask"]
    plan = draft(record)
    if "day" in wanted:
        rows = [record.ask_on(plan, date.fromisoformat(wanted["day"]))]
    else:
        rows = record.ask_later(plan, wanted["weeks"])
    say_when_asked(record, rows, say)


class ActionSetReminder(Aside):
    """Remind me: what can be done is to ask how a plan goes."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_set_reminder"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """On the day that is named; else the question when is asked."""
        if record is None:
            return None
        if not record.plans() or active_form(tracker) is not None:
            say("utter_reminder_of_plans")
            return None
        if (day := date_in(answer.text)) is not None:
            record.give_consent(Scope.REMINDERS)
            say_when_asked(record, [record.ask_on(draft(record), day)], say)
            return None
        known = [SlotSet(slot, "answered") for slot in SLOTS["plan"] if slot not in LATER[2:]]
        return [*begin_stage(record, "plan")[:-1], *known, FollowupAction("plan_form")]


class ActionShowPlan(Aside):
    """The plan, whenever it is asked for."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_show_plan"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Show it."""
        if record is not None:
            show_plans(record, say, paper_buttons(record))
            if record.plans() and active_form(tracker) is None:
                return self.STAY
        return None
