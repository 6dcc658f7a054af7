"""Ticks on the phone or page, where words are typed in place of the button that sends them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DONE = re.compile(
    r"\W*(?:(?:ok|okay|right|yes|yeah|no|i'?m|im|we'?re|that'?s|thats|think)\W+)*"
    r"(?:(?:all )?done|finished|that'?s (?:it|all|the lot|me|everything)|it|all|nothing else"
    r"|no more)"
    r"(?:\W+(?:now|thanks?|thank you|ta|love|then|really))*\W*",
    re.IGNORECASE,
)
_BUTTON = re.compile(r"\b(?:done|finished)\b", re.IGNORECASE)


def says_done(text: str) -> bool:
    """Whether typed words only say that the ticks are as they should be: "done", "that's it"."""
    return bool(text) and _DONE.fullmatch(text.replace("’", "'")) is not None


def sends_ticks(text: str, indexes: Iterable[int]) -> bool:
    """Whether typed words stand for the button below the ticks.

    With nothing ticked only its own word does: "that's all" is then an answer to the question.
    """
    return says_done(text) and (any(True for _ in indexes) or bool(_BUTTON.search(text)))
