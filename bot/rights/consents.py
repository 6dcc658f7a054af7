"""The scopes of consent: each is given and withdrawn on its own."""

from __future__ import annotations

from bot.network.model import Code


class Scope(Code):
    """What somebody may agree to.

    ``USE`` is to keep what they say at all; nothing else is possible without it. ``SAVE_MAP``
    is to keep the map of the people around them, ``REMINDERS`` that we write first, ``SHARE``
    that staff of the named service see names (without it they see stand-ins), ``RESEARCH``
    that answers without names are used to learn from.
    """

    USE = "use"
    SAVE_MAP = "save_map"
    REMINDERS = "reminders"
    SHARE = "share"
    RESEARCH = "research"


CHOICES = (Scope.SAVE_MAP, Scope.REMINDERS, Scope.SHARE, Scope.RESEARCH)
"""What may be on or off beside ``USE``, in the order in which it is shown."""


VERSION = "2026-11-27"
"""Of the words that are agreed to: at the start, in the menu, and for reminders with a plan.

A test holds it to a digest of those words: who changes them has to change this too.
"""
