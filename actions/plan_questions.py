"""The questions that make a plan, and what they offer."""

from __future__ import annotations

from dataclasses import dataclass

from actions.company import company, not_to_be_named
from actions.forms import Ask
from actions.plans import draft, short
from actions.turn import Say, skip_button
from actions.words import label, labels
from bot.needs.gaps import GapCode
from bot.network.model import Kind, Member, Status
from bot.store.record import Record
from bot.store.tables import GapRow, Plan
from bot.support.barriers import barrier_in
from bot.support.practice import Construct, Move, of_barrier
from bot.support.sureness import MOST

ON_MY_OWN = "alone"
OWN_IDEA = "own"
KEEP = "keep"
OPTION, ASIDE = "option:", "aside:"
MEMBER = "member:"
WAY, THEN, SURE, SOLVE = "way:", "then:", "sure:", "solve:"
WITH = "with"
ASK, HOUR = "ask:", "hour:"
MAX_OFFERED = 6
MAX_PEOPLE = 2
"""How many ideas to ask somebody are offered beside the services that were saved."""


@dataclass(frozen=True)
class Idea:
    """What somebody could do.

    Attributes:
        what: in words.
        service_id: the service that it is about.
        source: as ``Plan.source``; "" for what follows from the service.
    """

    what: str
    service_id: str | None = None
    source: str = ""


def people_ideas(record: Record) -> dict[str, Idea]:
    """By member, the ideas to turn to whom the person chose as the answer to a gap."""
    network = record.network()
    never = not_to_be_named(record, network)
    known = {m.key: m for m in network if not m.strain and m.key not in never}
    planned = {plan.what for plan in record.plans()}
    ideas = {}
    for gap in record.confirmed_gaps():
        member = known.get(gap.evidence.get("own", ""))
        if member is None or member.status is Status.DIED:
            continue
        idea = Idea(_with_member(member, gap), source="person")
        if idea.what not in planned:
            ideas[member.key] = idea
    return ideas


def _with_member(member: Member, gap: GapRow) -> str:
    if member.status is Status.LOST_TOUCH:
        code = "lost_touch"
    elif gap.code == GapCode.CONTACT_LOW:
        code = "in_touch"
    elif member.kind in (Kind.GROUP, Kind.ONLINE):
        code = "group"
    elif gap.code in (GapCode.DROPPED_ACTIVITY, GapCode.NO_WEAK_TIES):
        code = "together"
    else:
        code = f"ask_{gap.work}" if gap.work else "ask"
    return label("own", code, name=member.label)


class AskPlanWhat(Ask):
    """What would you like to try?"""

    stage, slot = "plan", "plan_what"

    def ask(self, record: Record, say: Say) -> None:
        """Saved options, somebody to ask, an own idea, or nothing for now."""
        if record.progress.get("plan_full"):
            aside = [
                (label("buttons", "put_aside", what=short(record, plan)), f"{ASIDE}{plan.id}")
                for plan in record.plans()
            ]
            say("utter_plan_full", buttons=[*aside, (label("buttons", "keep_three"), KEEP)])
            return
        people = list(people_ideas(record).items())[-MAX_PEOPLE:]
        saved = record.options("saved")[-(MAX_OFFERED - len(people)) :]
        ideas = [
            *((option.name, f"{OPTION}{option.id}") for option in saved),
            *((idea.what, f"{MEMBER}{key}") for key, idea in people),
        ]
        if record.progress.get("plan_beside"):
            say("utter_ask_plan_instead", buttons=[*ideas, skip_button()])
        elif not ideas or record.progress.get("plan_own"):
            record.keep_progress(plan_own=False)
            say("utter_ask_plan_what_own", buttons=[skip_button()])
        else:
            own = (label("buttons", "own_idea"), OWN_IDEA)
            say("utter_ask_plan_what", buttons=[*ideas, own, skip_button()])


class AskPlanWhen(Ask):
    """When?"""

    stage, slot = "plan", "plan_when"

    def ask(self, record: Record, say: Say) -> None:
        """Free text or a rough idea."""
        ask_when(say)


def ask_when(say: Say) -> None:
    choices = [(title, f"when:{code}") for code, title in labels("plan_when").items()]
    say("utter_ask_plan_when", buttons=choices)


class AskPlanWho(Ask):
    """Who with?"""

    stage, slot = "plan", "plan_who"

    def ask(self, record: Record, say: Say) -> None:
        """People on the map who may be suggested; the inner circle first."""
        ask_who(record, say)


def ask_who(record: Record, say: Say) -> None:
    alone = (label("buttons", "on_my_own"), ON_MY_OWN)
    say("utter_ask_plan_who", buttons=[*people_buttons(record), alone, skip_button()])


def people_buttons(record: Record) -> list[tuple[str, str]]:
    """A button for each who may be company."""
    return [(m.label, f"{MEMBER}{m.key}") for m in company(record)[:MAX_OFFERED]]


class AskPlanBarrier(Ask):
    """What might get in the way?"""

    stage, slot = "plan", "plan_barrier"

    def ask(self, record: Record, say: Say) -> None:
        """Common ones by button; nothing is a good answer too."""
        ways = [(title, f"{WAY}{code}") for code, title in labels("plan_barriers").items()]
        say("utter_ask_plan_barrier", buttons=[*ways, skip_button()])


class AskPlanThen(Ask):
    """What could you do then?"""

    stage, slot = "plan", "plan_then"

    def ask(self, record: Record, say: Say) -> None:
        """In the person's own words, or by button; people first where nobody is in it yet."""
        people = people_buttons(record)[:3] if _lacks_people(draft(record)) else []
        ways = [(title, f"{THEN}{code}") for code, title in labels("plan_then").items()]
        say("utter_ask_plan_then", buttons=[*people, *ways, skip_button()])


def _lacks_people(plan: Plan) -> bool:
    """Whether what might get in the way is about having nobody in it with one."""
    barrier = barrier_in(plan.barrier)
    return barrier is not None and of_barrier(barrier) is Construct.PARTICIPATION


class AskPlanSure(Ask):
    """How sure are you that you will do it?"""

    stage, slot = "plan", "plan_sure"

    def ask(self, record: Record, say: Say) -> None:
        """From 0 to 10."""
        numbers = [(str(number), f"{SURE}{number}") for number in range(MOST + 1)]
        say("utter_ask_plan_sure", buttons=[*numbers, skip_button()])


class AskPlanSolve(Ask):
    """What would make it more likely? Asked once, of who is not that sure."""

    stage, slot = "plan", "plan_solve"

    def ask(self, record: Record, say: Say) -> None:
        """A smaller step, another day, somebody to go with, later, or as it is."""
        solving = record.progress.get("plan_solving")
        if solving == Move.WHEN:
            ask_when(say)
        elif solving == Move.SMALLER:
            say("utter_ask_follow_up_smaller", buttons=[skip_button()])
        elif solving == WITH:
            ask_who(record, say)
        else:
            say("utter_ask_plan_solve", buttons=_ways_on(record))


def _ways_on(record: Record) -> list[tuple[str, str]]:
    plan = draft(record)
    ways: list[str] = [Move.SMALLER, Move.WHEN]
    if company(record) and plan.with_member is None:
        ways.insert(0 if _lacks_people(plan) else len(ways), WITH)
    titles = {**labels("moves"), WITH: label("buttons", "go_with")}
    return [(titles[way], f"{SOLVE}{way}") for way in (*ways, Move.PAUSE, Move.GO_ON)]


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
