"""Many phones on the loopback Bot API that time each answer, for ``benchmarks.turn``."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_api import Chat, TelegramApi

PATIENCE = 300.0
"""Seconds without an answer after which a phone gives up."""
QUIET = 1.5
"""Seconds of silence after which an answer is taken to be whole, where its length is not known."""


@dataclass
class Answer:
    """The bot's messages to one message, as they arrive on the phone.

    Attributes:
        asked: when the message was sent, by the monotonic clock.
        wanted: how many messages make the answer whole.
        arrived: when each message came.
    """

    asked: float
    wanted: int
    arrived: list[float] = field(default_factory=list)
    is_whole: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def first(self) -> float:
        """Seconds until the first message of the answer."""
        return self.arrived[0] - self.asked

    @property
    def last(self) -> float:
        """Seconds until the answer was whole."""
        return self.arrived[-1] - self.asked


class Phones(TelegramApi):
    """The loopback Bot API with a clock at each phone."""

    def __init__(self) -> None:
        super().__init__()
        self._answers: defaultdict[int, deque[Answer]] = defaultdict(deque)

    def _show(
        self, params: dict[str, Any], text: str, content: dict[str, Any], photo: bytes | None = None
    ) -> dict[str, Any]:
        raw = super()._show(params, text, content, photo)
        answers = self._answers[int(params["chat_id"])]
        if answers:
            answers[0].arrived.append(time.monotonic())
            if len(answers[0].arrived) >= answers[0].wanted:
                answers.popleft().is_whole.set()
        return raw

    async def asks(self, chat: Chat, text: str, wanted: int) -> Answer:
        """Say something, and wait until so many messages have come."""
        answer = self._expect(chat, wanted)
        await chat.says(text)
        return await self._whole(chat, answer)

    async def presses(self, chat: Chat, title: str) -> Answer:
        """Press a button once it is there, and wait for the first message."""
        await chat.waits_for(lambda c: any(title in m.titles for m in c.messages), PATIENCE)
        answer = self._expect(chat, 1)
        await chat.presses(title)
        return await self._whole(chat, answer)

    async def length_of(self, chat: Chat, text: str) -> int:
        """How many messages answer a text: all that come before a silence."""
        before = len(chat.messages)
        await self.asks(chat, text, 1)
        while True:
            heard = len(chat.messages)
            await asyncio.sleep(QUIET)
            if len(chat.messages) == heard:
                return heard - before

    def _expect(self, chat: Chat, wanted: int) -> Answer:
        answer = Answer(time.monotonic(), wanted)
        self._answers[chat.id].append(answer)
        return answer

    async def _whole(self, chat: Chat, answer: Answer) -> Answer:
        try:
            await asyncio.wait_for(answer.is_whole.wait(), PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(
                f"{len(answer.arrived)} of {answer.wanted} messages in {PATIENCE:.0f} s:\n"
                + chat.transcript()[-2000:]
            ) from None
        return answer
