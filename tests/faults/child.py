"""The bot in a process of its own, which ends itself with SIGKILL at a given step of its work.

Steps are the moments where a crash could tell: before and after each commit of the database,
and before and after each call of Telegram. What stands in for Rasa counts a chat's turns in
the transaction that keeps the tracker, so a turn that is taken twice shows in every later reply.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from telegram.request import HTTPXRequest

from bot.conversations.turns import Turns
from bot.settings import Settings
from bot.store.base import unit_of_work
from bot.store.tables import Person
from bot.store.trackers import TrackerWindow
from bot.telegram.channel import make_bot
from bot.telegram.sending import Sender
from bot.telegram.service import TelegramService


def run(store_url: str, api_url: str, token: str, steps: int) -> None:
    """Run the bot until its ``steps``-th step, and die there."""
    _die_at(steps)
    asyncio.run(_serve(store_url, api_url, token))


def _die_at(last: int) -> None:
    steps = itertools.count(1)

    def step(*_: Any) -> None:
        if next(steps) >= last:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", step)
    event.listen(Session, "after_commit", step)
    call = HTTPXRequest.do_request

    async def stepped(self: HTTPXRequest, *arguments: Any, **options: Any) -> Any:
        step()
        answer = await call(self, *arguments, **options)
        step()
        return answer

    HTTPXRequest.do_request = stepped  # type: ignore[method-assign]


async def _serve(store_url: str, api_url: str, token: str) -> None:
    async def count(message: Any) -> None:
        with unit_of_work(store_url) as session:
            if session.get(Person, message.sender_id) is None:
                session.add(Person(id=message.sender_id))
                session.flush()
            window = session.get(TrackerWindow, message.sender_id)
            if window is None:
                window = TrackerWindow(person_id=message.sender_id, last_timestamp=0, events=[])
                session.add(window)
            window.last_timestamp += 1
            said = f"{window.last_timestamp:.0f}: {message.text}"
            window.events = [
                {"event": "user", "text": message.text, "metadata": message.metadata},
                {"event": "bot", "text": said, "data": {}},
            ]
        await message.output_channel.send_response(message.sender_id, {"text": said})

    bot = make_bot(
        Settings(telegram_bot_token=token, telegram_api_url=api_url, telegram_chat_rate=1000)
    )
    service = TelegramService(
        bot,
        Turns(count, person_for=lambda _channel, address: f"p{address}", store_url=store_url),
        Sender(bot, store_url=store_url, retry_seconds=0.02),
        store_url=store_url,
        poll_seconds=1,
        sweep_seconds=0.05,
        retry_seconds=0.02,
    )
    await service.start()
    await asyncio.Event().wait()
