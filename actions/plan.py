"""A plan: what, when and who with; kept, and shown again when asked for."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.choices import is_button
from actions.forms import Aside, Ask, Done, Heard, StageForm, question
from actions.options import named_options
from actions.turn import Answer, Say, skip_button
from actions.words import label, labels, listed
from bot.network.edits import Match, resolve
from bot.network.model import Kind
from bot.store.record import MAX_ACTIVE_PLANS, Record
from bot.store.tables import Plan
from bot.support.dates import date_in

ON_MY_OWN = "alone"
OWN_IDEA = "own"
OPTION = "option:"
MEMBER = "member:"
LATER = ("plan_when", "plan_who")
MAX_OFFERED = 6


def plan_line(plan: Plan) -> str:
    """One plan in a line."""
    parts = [plan.what, plan.when_words, plan.with_words]
    return "• " + ", ".join(p for p in parts if p)


def show_plans(record: Record, say: Say) -> None:
    """All active plans, or a kind word where there are none."""
    plans = record.plans()
    if plans:
        say("utter_plan_kept", plan="\n".join(plan_line(p) for p in plans))
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
        members = [m for m in record.network() if m.can_be_suggested and m.kind is not Kind.PET]
        members.sort(key=lambda m: m.circle or 4)
        say(
            "utter_ask_plan_who",
            buttons=[
                *((m.label, f"{MEMBER}{m.key}") for m in members[:MAX_OFFERED]),
                (label("buttons", "on_my_own"), ON_MY_OWN),
                skip_button(),
            ],
        )


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
        plan = draft(record)
        if answer.choice.startswith("when:"):
            code = answer.choice.removeprefix("when:")
            plan.when_words = "" if code == "not_sure" else label("plan_when", code).lower()
        elif answer.text and (date_in(answer.text) or not (answer.skipped or answer.said_no)):
            plan.when_words = answer.text
            plan.when_date = date_in(answer.text)
        return Heard.DONE

    @question
    def validate_plan_who(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Someone on the map, someone else, or on their own."""
        plan = draft(record)
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
        show_plans(record, say)
        return Heard.DONE


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
            show_plans(record, say)
        return None
