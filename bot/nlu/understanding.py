"""Everything one text says beside its intent: members, edits and difficulties together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.nlu.difficulties import extract_difficulties
from bot.nlu.edits import extract_edits
from bot.nlu.meaning import NAMES_NOBODY_NEW, EditMention, Meaning, MemberMention
from bot.nlu.members import extract_members


def meaning_of(text: str) -> Meaning:
    """What a text says of people, of the map and of difficulties.

    Somebody who is only the target of an edit ("take Bob off") is no new member; somebody
    whom an edit adds, or whose death it tells, is one. "Add my neighbour Dot to the inner circle"
    adds a neighbour, and puts her there.
    """
    members = extract_members(text)
    edits = tuple(_in_full(extract_edits(text), members, text))
    if edits:
        members = tuple(m for m in members if not _only_target(m, edits))
    return Meaning(members, edits, extract_difficulties(text))


_LISTED = re.compile(r"\W*(?:and\b|plus\b)?\W*(?:(?:my|our|me|the)\b)?(?:\W+\w+){0,2}\W*", re.I)
"""What may stand between two of a list, who go to the circle that is said after the last."""


def _in_full(
    edits: Sequence[EditMention], members: Sequence[MemberMention], text: str
) -> Iterator[EditMention]:
    """Edits with what the text says of those whom they add: relationship and circle."""
    low = text.casefold()
    by_name = {m.name.casefold(): m for m in members}
    added = [e.target.casefold() for e in edits if e.operation == "add"]
    circles = {name: by_name[name].circle for name in added if name in by_name}
    for one, two in reversed(list(pairwise(added))):
        between = low[low.find(one) + len(one) : low.find(two)]
        if circles.get(one) is None and _LISTED.fullmatch(between):
            circles[one] = circles.get(two)
    for edit in edits:
        name = edit.target.casefold()
        if edit.operation != "add" or name not in by_name:
            yield edit
            continue
        relationship = by_name[name].relationship
        yield replace(edit, value=relationship.value if relationship else edit.value)
        if circles[name] is not None:
            yield EditMention("set_circle", edit.target, str(circles[name]))


def _only_target(member: MemberMention, edits: tuple[EditMention, ...]) -> bool:
    name = member.name.lower()
    if any(e.operation == "add" and e.target.lower() == name for e in edits):
        return False
    for edit in edits:
        if edit.operation in NAMES_NOBODY_NEW:
            words = f"{edit.target} {edit.value}".lower()
            if name in words or edit.value == (member.relationship and member.relationship.value):
                return True
    return False
