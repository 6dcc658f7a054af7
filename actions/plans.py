"""The plans of a person: in words, the one in hand, and asking about one."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.company import not_to_be_named
from actions.forms import ANSWERED, SLOTS, active_form
from actions.turn import Say
from actions.words import label
from bot.network.model import Status
from bot.papers.of_person import plan_line
from bot.store.record import Record
from bot.store.tables import Plan
from bot.support.company import is_named

FORM = "plan_form"


PLAN = "plan:"
"""What the buttons send: ``plan:pause:7`` is about plan 7. They go with the intent that shows the
plans, so that they mean the same whatever is being asked."""


def plan_words(record: Record, plan: Plan) -> str:
    """A plan as the person reads it: with what might get in the way, and what then."""
    barrier, then = _may_be_read(record, plan.barrier), _may_be_read(record, plan.and_then)
    if barrier and then:
        more = label("phrases", "if_then", barrier=barrier, then=then)
    elif barrier:
        more = label("phrases", "in_the_way", barrier=barrier)
    elif then:
        more = label("phrases", "would_help", then=then)
    else:
        return plan_line(record, plan)
    return f"{plan_line(record, plan)}. {more}"


def _may_be_read(record: Record, text: str) -> str:
    """A text; "" where it names somebody who died since, or whom not to point to."""
    network = record.network()
    never = not_to_be_named(record, network)
    out = [m for m in network if m.strain or m.status is Status.DIED or m.key in never]
    return "" if any(is_named(m.label, text) for m in out) else text


def short(record: Record, plan: Plan) -> str:
    """What a plan is, short enough for a button."""
    return shorten(record.what_of(plan), 26, placeholder="…")


def show_plans(record: Record, say: Say) -> None:
    """All active plans, or a kind word where there are none."""
    if plans := record.plans():
        say("utter_plan_kept", plan="\n".join(plan_words(record, p) for p in plans))
    else:
        say("utter_plan_none")


def draft(record: Record) -> Plan:
    """The plan that is being made or changed; else the newest."""
    return in_hand(record) or record.plans()[-1]


def in_hand(record: Record) -> Plan | None:
    """The plan that is being made or changed, if any."""
    return record.plan(record.progress.get("plan_draft"))


def ask_about(
    record: Record, plan: Plan, slots: Sequence[str], tracker: Tracker, *, show: bool = True
) -> list[EventType]:
    """Ask some of the questions of one plan; the talk goes on after them where it stood.

    Args:
        slots: the questions, of ``SLOTS["plan"]``.
        show: whether the plans are shown at the end.
    """
    beside = {"stage": record.person.stage, "form": active_form(tracker), "show": show}
    record.keep_progress(plan_draft=plan.id, plan_beside=beside, misses=0)
    asked = [SlotSet(slot, None if slot in slots else ANSWERED) for slot in SLOTS["plan"]]
    return [*asked, FollowupAction(FORM)]


def press(verb: str, *ids: int) -> str:
    """What a button sends that does something with plans."""
    choice = ":".join([verb, *map(str, ids)])
    return f'show_plan{{"choice": "{PLAN}{choice}"}}'


def take_up_button(plan: Plan) -> tuple[str, str]:
    """The button that makes a plan active again."""
    return label("buttons", "take_up"), press("take_up", plan.id)
