"""SIGKILL at 200 seeded points of the bot's work; then the books are checked."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from bot.store.base import engine_for, unit_of_work
from bot.store.messages import DONE, WAITING, Inbox, Outbox
from bot.store.schema import metadata
from tests.faults import child
from tests.telegram_api import TelegramApi

CRASHES = 200
CHATS = 4
LONGEST = 40
"""Steps of a life; starting takes about ten, and a turn with its reply about twelve."""
PATIENCE = 300
"""Seconds after which something hangs, on a busy machine too."""


async def test_nothing_is_lost_and_nothing_is_done_twice(tmp_path: Any) -> None:
    chance = random.Random(7)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([child.__name__])
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    metadata.create_all(engine_for(url))
    said: dict[int, list[str]] = {number: [] for number in range(1, CHATS + 1)}

    async with TelegramApi() as api:

        async def says_something() -> None:
            number = chance.choice(list(said))
            said[number].append(f"message {len(said[number]) + 1}")
            await api.chat(number).says(said[number][-1])

        def bot(steps: int) -> Any:
            process = processes.Process(target=child.run, args=(url, api.url, api.token, steps))
            process.start()
            return process

        for _ in range(CRASHES):
            await says_something()
            if chance.random() < 0.2:
                how = {"status": chance.choice([0, 500]), "after": chance.random() < 0.5}
                api.fails(chance.choice(["sendMessage", "getUpdates"]), **how)
            life = bot(chance.randrange(1, LONGEST))
            if chance.random() < 0.5:
                await says_something()
            await asyncio.to_thread(life.join, PATIENCE)
            assert life.exitcode == -9, "the bot was to die of its SIGKILL"
        last = bot(10**9)
        try:
            chats = {number: api.chat(number) for number in said}
            await api.waits_until(
                lambda: all(
                    words and chats[number].texts[-1:] == [f"{len(words)}: {words[-1]}"]
                    for number, words in said.items()
                ),
                seconds=PATIENCE,
            )
        finally:
            last.kill()
            last.join()

        repeated = 0
        for number, words in said.items():
            # A reply may come again right after itself, where a crash hid that it had gone.
            heard = [text for text, _ in groupby(chats[number].texts)]
            assert heard == [f"{turn}: {text}" for turn, text in enumerate(words, 1)]
            repeated += len(chats[number].texts) - len(heard)
        assert repeated <= 2 * CRASHES
    with unit_of_work(url) as session:
        done = select(func.count()).where(Inbox.state == DONE)
        assert session.scalar(done) == sum(map(len, said.values()))
        assert session.scalar(select(func.count()).where(Outbox.state == WAITING)) <= 1
