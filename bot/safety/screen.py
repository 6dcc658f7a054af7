"""Screens every text that a patient sends, before any model reads it.

Detectors are independent and their union raises the alarm. One that breaks can never make a
message pass as harmless: the message then counts as at least a concern, and the record says
that a detector failed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.safety import reader, rules
from bot.safety.model import PHYSICAL, Category, Level, Match, Screening, Subject

__all__ = [
    "PHYSICAL",
    "Category",
    "Detector",
    "Level",
    "Match",
    "Screening",
    "Subject",
    "add_detector",
    "screen",
    "warm_up",
]

Detector = Callable[[str], list[Match]]
"""Takes a text and returns what it sees; it may raise."""

_log = logging.getLogger(__name__)
_detectors: dict[str, Detector] = {
    "rules": lambda text: rules.detect(text),
    "reader": lambda text: reader.detect(text),
}


def add_detector(name: str, detector: Detector) -> None:
    """Let another detector raise the alarm too; a known name is replaced."""
    _detectors[name] = detector


def warm_up() -> None:
    """Load what the detectors need, so that the first patient does not wait for it."""
    screen("hello")


def screen(text: str) -> Screening:
    """How serious ``text`` is, and about what. Never raises.

    The level is the highest that any detector gives. Where a detector breaks it is at least
    ``concern``, with ``detector`` ``"error"`` unless another one saw something worse.
    """
    seen: list[tuple[Match, str]] = []
    broken: list[str] = []
    for name, detector in _detectors.items():
        try:
            seen += [(match, name) for match in detector(text)]
        except Exception as error:  # any failure at all must be seen as a possible risk
            # Neither the message nor the error's own text may reach the log: both can hold
            # the patient's words.
            _log.error("risk detector %s failed: %s", name, type(error).__name__)
            broken.append(name)
    try:
        return _union(seen, broken)
    except Exception as error:
        _log.error("risk screen failed: %s", type(error).__name__)
        return Screening(Level.CONCERN, None, (), "error")


def _union(seen: list[tuple[Match, str]], broken: list[str]) -> Screening:
    seen = sorted(seen, key=lambda pair: -pair[0].level.rank)
    failures = tuple(Match(f"{name} failed", Level.CONCERN, None) for name in broken)
    matches = tuple(match for match, _ in seen)
    if broken and (not seen or seen[0][0].level.rank <= Level.CONCERN.rank):
        category = matches[0].category if matches else None
        return Screening(Level.CONCERN, category, matches + failures, "error")
    if not seen or seen[0][0].level is Level.NONE:
        return Screening()
    first, name = seen[0]
    return Screening(first.level, first.category, matches + failures, name, first.subject)
