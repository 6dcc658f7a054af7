"""Telegram's limits: 30 messages a second of a bot, and one a second in a chat.

The library's limiter knows the first and the one of groups. In a chat Telegram allows "short
bursts" over one a second (https://core.telegram.org/bots/faq, "My bot is hitting limits"); it does
not say how long, and asks to wait (429) where they get too long, which ``Sender`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from aiolimiter import AsyncLimiter
from telegram.ext import AIORateLimiter

BURST = 20
"""Messages that a chat may get at once: some turns' answers, and no more than a group a minute."""

_FREE = frozenset({"sendChatAction"})
_MANY = 512


class Pace(AIORateLimiter):
    """python-telegram-bot's limiter, which also spreads out the messages of each chat.

    Args:
        bot_rate: calls a second for a chat, all chats together.
        chat_rate: messages a second in one chat, after a burst of ``BURST``.
    """

    def __init__(self, bot_rate: float, chat_rate: float) -> None:
        super().__init__(overall_max_rate=bot_rate)
        self._seconds_of_burst = BURST / chat_rate
        self._chats: dict[int, AsyncLimiter] = {}

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Make one call of the Bot API when its turn has come."""
        if endpoint.startswith("send") and endpoint not in _FREE:
            await self._of(int(data["chat_id"])).acquire()
        return await super().process_request(
            callback, args, kwargs, endpoint, data, rate_limit_args
        )

    def _of(self, chat: int) -> AsyncLimiter:
        if len(self._chats) > _MANY:
            self._chats = {c: of for c, of in self._chats.items() if not of.has_capacity(BURST)}
        if chat not in self._chats:
            self._chats[chat] = AsyncLimiter(BURST, self._seconds_of_burst)
        return self._chats[chat]
