"""What the readers of a message are asked: the intents, and the heads of its meaning."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import get_args

from bot.language.reader import Head
from bot.needs.areas import Area, Size
from bot.network.model import Contact, Kind, Relationship, Status, Work
from bot.nlu.meaning import Operation

INTENT = "intent"

MEMBER, TARGET, VALUE = "member", "target", "value"
"""Heads of spans: somebody of the speaker's life; whom a change of the map is about; what it
changes to, in the speaker's own words (a new name, the other of two who are the same)."""

RELATIONSHIP, KIND, CONTACT, CIRCLE, STATUS = "relationship", "kind", "contact", "circle", "status"
HELP, STRAIN, OPERATION = "help", "strain", "operation"
UNDO, AREA = "undo", "area"
NOTHING = "none"
"""Label for what a text does not say."""

YES = "yes"


def _codes(codes: type[Enum]) -> tuple[str, ...]:
    return tuple(str(code.value) for code in codes)


MEANING_HEADS = (
    Head(MEMBER, of="spans"),
    Head(TARGET, of="spans"),
    Head(VALUE, of="spans"),
    Head(RELATIONSHIP, (NOTHING, *_codes(Relationship)), "attributes"),
    Head(KIND, _codes(Kind), "attributes"),
    Head(CONTACT, (NOTHING, *_codes(Contact)), "attributes"),
    Head(CIRCLE, (NOTHING, "1", "2", "3"), "attributes"),
    Head(STATUS, _codes(Status), "attributes"),
    Head(HELP, _codes(Work), "attributes", many=True),
    Head(STRAIN, (YES,), "attributes", many=True),
    Head(OPERATION, tuple(o for o in get_args(Operation) if o != "undo"), "attributes", many=True),
    Head(UNDO, (YES,), many=True),
    Head(AREA, _codes(Area), many=True),
    *(Head(size, _codes(Area), many=True) for size in _codes(Size)),
)


def intent_heads(intents: Iterable[str]) -> tuple[Head, ...]:
    """One head over the intents that there are examples of."""
    return (Head(INTENT, tuple(sorted(set(intents)))),)
