"""Ticks on the phone or page, where words are typed in place of the button that sends them."""

from __future__ import annotations

import re

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


def sends_ticks(text: str) -> bool:
    """Whether typed words stand for the button below the ticks: its own word, "done".

    "That's it" is an answer to the question, which knows best what is meant by it.
    """
    return says_done(text) and bool(_BUTTON.search(text))
