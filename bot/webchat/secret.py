"""How the web server proves itself to the chat channel on the Rasa server."""

from __future__ import annotations

import hmac

from bot.secret import derived_key
from bot.settings import Settings

INNER_HEADER = "X-Wise-Inner"
"""Header of calls from the web server to the chat channel."""


def inner_token(settings: Settings) -> str:
    """What inner calls carry in ``INNER_HEADER``: 64 hex digits, never the secret itself."""
    return derived_key("webchat inner call", settings)


def is_inner(token: str | None, settings: Settings) -> bool:
    """Whether ``token`` proves that a call comes from our own web server; in constant time."""
    return hmac.compare_digest((token or "").encode(), inner_token(settings).encode())
