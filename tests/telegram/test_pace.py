"""Telegram's limits: a chat's long answer is spread out, and holds up nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.telegram.pace import BURST, Pace

NEVER = 1e-6
"""Messages a second: the next one after a burst would come in days."""


class Telegram:
    """Counts the calls that it gets, by chat."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.calls: list[tuple[str, int]] = []

    async def call(self, endpoint: str, chat: int) -> None:
        async def answer(*_: Any) -> bool:
            self.calls.append((endpoint, chat))
            return True

        await self._pace.process_request(answer, (), {}, endpoint, {"chat_id": chat}, None)


async def test_a_burst_goes_at_once_and_what_follows_waits_for_its_chat_only() -> None:
    telegram = Telegram(Pace(1000, NEVER))
    for _ in range(BURST):
        await telegram.call("sendMessage", 7)
    more = asyncio.create_task(telegram.call("sendPhoto", 7))
    await telegram.call("sendMessage", 8)
    await telegram.call("editMessageText", 7)
    await telegram.call("sendChatAction", 7)
    assert not more.done(), "Telegram asks for one message a second"
    assert telegram.calls[BURST:] == [
        ("sendMessage", 8),
        ("editMessageText", 7),
        ("sendChatAction", 7),
    ]
    more.cancel()


async def test_what_waited_goes_when_its_second_has_come() -> None:
    telegram = Telegram(Pace(1000, 100))
    for _ in range(BURST + 3):
        await telegram.call("sendMessage", 7)
    assert len(telegram.calls) == BURST + 3


async def test_many_chats_do_not_pile_up() -> None:
    pace = Pace(1_000_000, 1_000_000)
    telegram = Telegram(pace)
    for chat in range(1, 2000):
        await telegram.call("sendMessage", chat)
    assert len(pace._chats) < 1000
