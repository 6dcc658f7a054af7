"""What the store holds of a made-up patient in the end, against what the patient told.

A patient notes each fact that it tells or presses; what the assistant makes of its words is read
by nothing of ours here, so that a misreading shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select

from actions.words import labels
from bot.network.model import Status
from bot.store.record import Record
from bot.store.tables import FollowUp, Plan
from bot.support.preferences import AGE_BANDS

Fact = tuple[str, str]
"""What it is about, and the value."""

SURE, TRIED, WORTH, IN_THE_WAY = "sure", "tried", "worth it", "got in the way"
PLAN, MEMBER, AGE, AREA = "plan", "member", "age", "area"
HARDER = "makes things harder"

_ASKED = (
    (SURE, re.compile(r"how sure are you", re.IGNORECASE)),
    (TRIED, re.compile(r"did you try it", re.IGNORECASE)),
    (WORTH, re.compile(r"was it worth it", re.IGNORECASE)),
    (IN_THE_WAY, re.compile(r"what got in the way|what was not right", re.IGNORECASE)),
)
_ANSWERS = {
    **{title: code for code, title in labels("replies").items()},
    labels("replies")["not_yet"]: "no",
}
_ENDS = {"pause": "paused", "drop": "dropped", "other": "dropped", "finish": "finished"}
_OF_A_PLAN = {
    **{labels("moves")[move]: state for move, state in _ENDS.items()},
    **{title: _ENDS[move] for move, title in labels("plan_moves").items() if move in _ENDS},
    labels("buttons")["keep_three"]: "paused",
}
_PUT_ASIDE = labels("buttons")["put_aside"].format(what="")
_OF_A_MEMBER = {
    labels("buttons")["died"]: Status.DIED.value,
    labels("buttons")["lost_touch"]: Status.LOST_TOUCH.value,
}


def asked_in(text: str) -> str:
    """Which fact the last question on a screen is about; "" for none of these."""
    found = [(m.start(), kind) for kind, cue in _ASKED for m in cue.finditer(text)]
    return max(found, default=(0, ""))[1]


def pressed(title: str, asked: str) -> set[Fact]:
    """What a press tells, where a question about ``asked`` stands above it."""
    told: set[Fact] = set()
    if title in _OF_A_PLAN or title.startswith(_PUT_ASIDE):
        told.add((PLAN, _OF_A_PLAN.get(title, "paused")))
    if title in _OF_A_MEMBER:
        told.add((MEMBER, _OF_A_MEMBER[title]))
    if asked == SURE and title.isdigit():
        told.add((SURE, title))
    elif asked in (TRIED, WORTH) and title in _ANSWERS:
        told.add((asked, _ANSWERS[title]))
    elif asked == IN_THE_WAY:
        told |= {(IN_THE_WAY, code) for code, shown in labels("barriers").items() if shown == title}
    return told


def of_age(age: int) -> Fact:
    """The band that an age is kept as."""
    return AGE, next(b for b, (low, high) in AGE_BANDS.items() if low <= age <= (high or age))


def stored(record: Record) -> tuple[set[Fact], set[str]]:
    """The facts that are kept as codes, and the texts that are kept as words."""
    session, person = record.session, record.person
    facts: set[Fact] = {(AGE, person.age_band)} if person.age_band else set()
    facts |= {(AREA, person.area)} if person.area else set()
    texts: set[str] = set()
    for member in record.network():
        facts |= {(MEMBER, member.status.value)} if member.status is not Status.ACTIVE else set()
        facts |= {(MEMBER, HARDER)} if member.strain else set()
    for plan in session.scalars(select(Plan).where(Plan.person_id == person.id)):
        facts |= {(SURE, str(plan.confidence))} if plan.confidence is not None else set()
        facts |= {(PLAN, plan.state)} if plan.state != "active" else set()
        texts |= {plan.what, plan.when_words, plan.with_words, plan.barrier, plan.and_then}
    for row in session.scalars(select(FollowUp).where(FollowUp.person_id == person.id)):
        told = ((TRIED, row.tried), (WORTH, row.worth), (IN_THE_WAY, row.barrier))
        facts |= {(about, value) for about, value in told if value}
    return facts, texts - {""}


def never_said(texts: Iterable[str], said: Iterable[str]) -> tuple[str, ...]:
    """Those texts with a word that was neither typed nor on anything that was pressed."""
    said = list(said)
    words = {w for text in said for w in _words(text)} | _OURS
    # A phone cuts what is long.
    cut = [text.removesuffix("…").casefold() for text in said if text.endswith("…")]
    return tuple(
        text
        for text in sorted(texts)
        if not _words(text) <= words and not any(c and text.casefold().startswith(c) for c in cut)
    )


_OURS = frozenset({"with", "your", "you", "you're", "are", "own", "on"})
"""What is put around the patient's words: "with Jean", "a bad day with your health"."""


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.casefold()))
