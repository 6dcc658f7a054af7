"""Typed words as the choices that were offered."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from actions.turn import Answer

NONE = "none"
_MATCH = 85
_SMALL = frozenset(
    """i me my a an the to of or and in on at is am do dont don't cant can't not no much have need
    use take help with for""".split()
)


def chosen(answer: Answer, labels: dict[str, str]) -> list[str] | None:
    """Codes that a press or typed words name; empty for none of them, ``None`` if unreadable.

    Typed words match a label when they share a telling word with it ("wheelchair", "the bus"),
    give or take a slip of the thumb.
    """
    if answer.choices:
        return [c for c in answer.choices if c in labels]
    if answer.said_no:
        return []
    heard = _telling(answer.text)
    if not heard:
        return None
    found = [
        code
        for code, title in labels.items()
        if any(fuzz.ratio(h, w) >= _MATCH for h in heard for w in _telling(title))
    ]
    return found or None


def _telling(text: str) -> list[str]:
    words = re.findall(r"[\w']+", text.casefold())
    return [w for w in words if w not in _SMALL and len(w) > 2]
