"""What a person takes along: a file for their calendar, a page to print, a message to pass on."""

from __future__ import annotations

from actions.options import wishes_of
from actions.turn import Say
from actions.words import label, listed
from bot.network.edits import Match, resolve
from bot.network.model import Member
from bot.papers.of_person import openly
from bot.papers.words import CALENDAR_FILE, CALENDAR_TITLES, PAGE_FILE
from bot.store.record import Record
from bot.store.tables import Plan
from bot.support.asks import Ask
from bot.support.dates import day_words
from bot.support.discreet import Activity
from bot.support.matching import may_come_along

TAKE = "take:"
"""What the buttons send: ``take:calendar``, ``take:invite:m1``."""

MAX_OFFERED = 6


def paper_buttons(record: Record, *without: Ask) -> list[tuple[str, str]]:
    """A button for each paper that there is something to put on."""
    plans = record.plans()
    there = {
        Ask.CALENDAR: bool(plans),
        Ask.INVITE: bool(plans) and bool(companions(record)),
        Ask.PAGE: bool(plans) or bool(record.network().active),
    }
    return [
        (label("own_papers", ask), f"{TAKE}{ask}")
        for ask, has in there.items()
        if has and ask not in without
    ]


def hand_over(record: Record, ask: Ask, name: str, say: Say) -> None:
    """Give one of the papers, or say kindly why there is none."""
    if ask is Ask.PAGE:
        _give_page(record, say)
    elif not record.plans():
        say("utter_plan_none")
    elif ask is Ask.CALENDAR:
        _give_calendar(record, say)
    else:
        _give_invitation(record, name, say)


def _give_page(record: Record, say: Say) -> None:
    if not record.plans() and not record.network().active:
        say("utter_page_nothing")
        return
    say("utter_page", file=PAGE_FILE, buttons=paper_buttons(record, Ask.PAGE))


def _give_calendar(record: Record, say: Say) -> None:
    plans = record.plans()
    shown = [openly(record, plan) for plan in plans]
    names = [CALENDAR_TITLES[s] if isinstance(s, Activity) else s for s in shown]
    if any(plan.when_date is None for plan in plans):
        say("utter_calendar_no_day")
    say(
        "utter_calendar",
        titles=listed(f"“{name}”" for name in names),
        file=CALENDAR_FILE,
        buttons=paper_buttons(record, Ask.CALENDAR),
    )


# --- a message to pass on -----------------------------------------------------------------------


def companions(record: Record) -> list[Member]:
    """Who could be asked along; nobody who died, makes things harder, or has enough to do."""
    members = may_come_along(wishes_of(record))
    return sorted(members, key=lambda m: m.circle or 4)


def _give_invitation(record: Record, name: str, say: Say) -> None:
    able = companions(record)
    if not able:
        say("utter_invite_nobody")
        return
    plan = record.plans()[-1]
    whom = _meant(record, name, able) if name else _planned_with(plan, able)
    if whom is not None:
        write_invitation(record, whom, say)
        return
    buttons = [(m.label, f"{TAKE}{Ask.INVITE}:{m.key}") for m in able[:MAX_OFFERED]]
    say("utter_invite_whom", buttons=buttons)


def invite(record: Record, key: str, say: Say) -> None:
    """Write to the one whose button was pressed; the map may have changed since."""
    whom = next((m for m in companions(record) if m.key == key), None)
    if whom is None or not record.plans():
        say("utter_stale_button")
    else:
        write_invitation(record, whom, say)


def _meant(record: Record, name: str, able: list[Member]) -> Member | None:
    found = resolve(record.network(), name)
    key = found.key if isinstance(found, Match) else ""
    return next((m for m in able if m.key == key), None)


def _planned_with(plan: Plan, able: list[Member]) -> Member | None:
    return next((m for m in able if m.key == plan.with_member), None)


def write_invitation(record: Record, whom: Member, say: Say) -> None:
    """The draft as a message of its own, so that it can be passed on as it is."""
    plan = record.plans()[-1]
    said = openly(record, plan)
    what = label("invites", said) if isinstance(said, Activity) else f"this: {said}"
    when = label("phrases", "on_day", day=day_words(plan.when_date)) if plan.when_date else ""
    say("utter_invite", name=whom.label, buttons=paper_buttons(record, Ask.INVITE))
    say("utter_invite_draft", name=whom.label, what=what, when=when)
