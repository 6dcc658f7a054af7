"""The two systems that ``benchmarks.turn`` measures: ours, and stock Rasa."""

from __future__ import annotations

import json
import secrets
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count, cycle, islice
from pathlib import Path

from benchmarks.phones import Phones
from benchmarks.stock.training import stock_model
from bot.directory.sample import load_on_first_use
from bot.run import SERVERS, launch, stop
from bot.settings import Settings
from bot.store.migrate import upgrade
from tests.e2e.installation import free_ports
from tests.telegram_api import Chat

YES = "Yes, let's start"
UNLIMITED = 100_000.0

Take = Callable[[Chat, int], Awaitable[object]]
"""Takes so many turns of a chat."""

_IDS = count(70_000)


class System(ABC):
    """One of the two, in processes of its own.

    Attributes:
        name: for tables.
        hello: what begins a chat.
        phones: the Bot API that it talks to.
    """

    name: str
    hello = "/start"

    def __init__(self, home: Path) -> None:
        self.home = home
        self.phones = Phones()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.rasa_port, actions, web = free_ports(3)
        self.settings = Settings(
            _env_file=None,
            wise_home=home,
            wise_models=str(Settings().models_folder.absolute()),
            database_url=f"sqlite:///{home / 'companion.sqlite'}",
            wise_port_rasa=self.rasa_port,
            wise_port_actions=actions,
            wise_port_web=web,
            wise_secret_key=secrets.token_urlsafe(32),
            redis_url="",
            rabbitmq_url="",
            wise_rasa_url="",
            wise_actions_url="",
            telegram_webhook_url="",
            telegram_webhook_secret="",
            telegram_rate=UNLIMITED,
        )

    @abstractmethod
    def commands(self) -> dict[str, list[str]]:
        """What runs: arguments for Python."""

    @abstractmethod
    async def grow(self, chat: Chat, turns: int, take: Take) -> None:
        """Make a chat's history this many turns longer."""

    def new_chat(self) -> Chat:
        """A chat that nobody has begun."""
        return self.phones.chat(next(_IDS))

    async def begin(self, chat: Chat) -> None:
        """To the first question of the interview, in a chat that is new."""
        await self.phones.asks(chat, self.hello, 1)
        await self.phones.presses(chat, YES)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[float]:
        """Everything started; gives the seconds until a waiting message was answered."""
        upgrade(self.settings.store_url)
        load_on_first_use(self.settings.store_url)
        await self.phones.start()
        chat = self.new_chat()
        began = time.monotonic()
        try:
            settings = self.phones.at(self.settings)
            for name, command in self.commands().items():
                self.processes[name] = launch(command, settings, self._log_of(name))
            await self.phones.asks(chat, self.hello, 1)
            yield time.monotonic() - began
        except BaseException:
            for name in self.processes:
                end = self._log_of(name).read_text(errors="replace")[-2000:]
                print(f"--- {name} ---\n{end}", file=sys.stderr)
            raise
        finally:
            stop(self.processes.values())
            await self.phones.stop()

    def may_reach(self, _history: int) -> bool:
        """Whether a turn after so many turns can be timed in minutes."""
        return True

    def _log_of(self, name: str) -> Path:
        return self.home / f"{name}.log"


class Ours(System):
    """What ``wise run`` starts, by long polling."""

    name = "ours"

    def commands(self) -> dict[str, list[str]]:
        """See ``System``."""
        return SERVERS

    async def grow(self, chat: Chat, turns: int, take: Take) -> None:
        """Every turn is really taken."""
        await take(chat, turns)


class Stock(System):
    """Stock Rasa; see ``benchmarks.stock``."""

    name = "stock"
    hello = "/greet"

    def commands(self) -> dict[str, list[str]]:
        """See ``System``."""
        serve = [
            "-m",
            "benchmarks.stock.serve",
            str(stock_model()),
            str(self.rasa_port),
            f"{self.settings.actions_base}/webhook",
            f"sqlite:///{self._trackers}",
            self.phones.url,
            self.phones.token,
        ]
        return {"actions": SERVERS["actions"], "rasa": serve}

    @property
    def _trackers(self) -> Path:
        return self.home / "trackers.sqlite"

    def may_reach(self, history: int) -> bool:
        """A turn takes seconds after 1,000 turns, and longer the more there are."""
        return history <= 1000

    async def grow(self, chat: Chat, turns: int, take: Take) -> None:
        """The rows of the last turn are written again: taking 1,000 turns would take an hour."""
        await take(chat, 4)
        with sqlite3.connect(self._trackers, timeout=60) as trackers:
            rows = trackers.execute(
                "select type_name, timestamp, intent_name, action_name, data from events"
                " where sender_id = ? order by id",
                (str(chat.id),),
            ).fetchall()
            starts = [number for number, row in enumerate(rows) if row[0] == "user"]
            last, at = rows[starts[-1] :], rows[-1][1]
            again = []
            for number, (kind, _, intent, action, data) in enumerate(
                islice(cycle(last), (turns - 4) * len(last)), 1
            ):
                # Rasa sorts by time; a millionth of a second is the smallest step that it keeps.
                when = at + number * 2e-6
                event = json.dumps({**json.loads(data), "timestamp": when})
                again.append((str(chat.id), kind, when, intent, action, event))
            trackers.executemany(
                "insert into events (sender_id, type_name, timestamp, intent_name, action_name,"
                " data) values (?, ?, ?, ?, ?, ?)",
                again,
            )
