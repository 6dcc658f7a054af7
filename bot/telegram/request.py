"""Calls of the Bot API, which something on the way may answer in Telegram's place."""

from __future__ import annotations

import json
from typing import Any

from telegram.error import NetworkError
from telegram.request import HTTPXRequest


class Request(HTTPXRequest):
    """python-telegram-bot's, which takes only Telegram's own answers for its word.

    A proxy's page with status 403 would else be read as a patient who blocked the bot, one with
    400 as a message that Telegram refuses, one with 404 as a token that it does not know.
    """

    async def do_request(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        """Status and body of one call.

        Raises:
            NetworkError: somebody else answered.
        """
        code, body = await super().do_request(*arguments, **options)
        if not _is_of_telegram(body):
            # Without the page's words, which are not ours to log.
            raise NetworkError(f"an answer with status {code} that is not the Bot API's")
        return code, body


def _is_of_telegram(body: bytes) -> bool:
    """Every answer of the Bot API is "a JSON object, which always has a Boolean field 'ok'"."""
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and isinstance(answer.get("ok"), bool)
