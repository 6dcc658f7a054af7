"""A patient's phone on the loopback Bot API: what stands on it, and what a press does."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from bot.simulation.patient import Act, Says, Taps, View
from bot.store import messages
from bot.store.base import unit_of_work
from bot.telegram.keyboards import read_data, toggle_shown
from bot.telegram.sending import CHANNEL

if TYPE_CHECKING:
    from tests.telegram_api import Chat, Shown

PATIENCE = 60.0
"""Seconds until a turn counts as not answered; the machine may be busy."""


class NoAnswer(RuntimeError):
    """A message was not worked on in time."""


class Phone:
    """One chat."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self._read = 0

    def view(self) -> View:
        """What came since the last look; buttons of messages whose buttons are still there."""
        fresh = self.chat.messages[self._read :]
        self._read = len(self.chat.messages)
        keyboards = [m for m in (fresh or self.chat.messages[-1:]) if m.buttons]
        toggles = [t for m in keyboards for t in _titles(m, "toggle")]
        return View(
            "\n".join(m.text for m in fresh),
            tuple(t for m in keyboards for t in _titles(m, "button")),
            tuple(map(toggle_shown, toggles)),
        )

    @property
    def has_news(self) -> bool:
        """Whether the bot has written since the last look."""
        return len(self.chat.messages) > self._read

    async def does(self, act: Act) -> None:
        """Do something, and wait until it is worked on and all replies are here.

        Raises:
            NoAnswer: it takes too long.
        """
        if isinstance(act, Says):
            await self._settled(await self.chat.says(act.text))
        elif isinstance(act, Taps):
            await self._settled(await self.chat.presses(act.title))
        else:
            shown = next(m for m in reversed(self.chat.messages) if _titles(m, "toggle"))
            for toggle in _titles(shown, "toggle"):
                title, is_on = toggle_shown(toggle)
                if (title in act.titles) != is_on:
                    await self._settled(await self.chat.presses(toggle, shown))
            await self._settled(await self.chat.presses(_titles(shown, "done")[0], shown))

    async def _settled(self, update_id: int) -> None:
        key, address = f"{CHANNEL}:{update_id}", str(self.chat.id)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with unit_of_work() as session:
                if messages.is_settled(session, key, CHANNEL, address):
                    return
            await asyncio.sleep(0.02)
        raise NoAnswer


def _titles(message: Shown, kind: str) -> list[str]:
    found = []
    for row in message.buttons:
        for button in row:
            data = read_data(button.get("callback_data", ""))
            if data is not None and data.kind == kind:
                found.append(button["text"])
    return found
