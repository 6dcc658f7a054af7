"""The fixed reply for a text, where it cannot be answered in the ordinary way."""

from __future__ import annotations

import logging

from bot.errors import place_of
from bot.safety.model import Level
from bot.safety.replies import compose
from bot.safety.screen import screen
from bot.settings import Region

_LOG = logging.getLogger(__name__)


def route_for(text: str, service: tuple[Region, str, str]) -> str:
    """The reviewed words where ``text`` tells of a risk; empty where not, or where that fails.

    Args:
        text: what the person wrote.
        service: as ``Settings.service``.
    """
    if not text.strip():
        return ""
    try:
        seen = screen(text)
        return "" if seen.level is Level.NONE else compose(seen, *service)
    except Exception as error:
        _LOG.error("A text could not be screened: %s", place_of(error))
        return ""
