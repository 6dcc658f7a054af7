"""Turns on Telegram, ours and stock Rasa's side by side: ``python -m benchmarks.turn``.

Both talk to a loopback Bot API, with the same domain, training data and actions, SQLite, and an
action server of its own. docs/performance.md has what was measured, and how to read it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.measuring import memory, processor_seconds, spread_of
from benchmarks.phones import Answer
from benchmarks.stock.training import stock_model
from benchmarks.systems import Ours, Stock, System
from bot.training import train
from tests.telegram_api import Chat

ASIDES = ("who can read this?", "why do you ask?", "are you a real person?", "help")
"""What is asked, over and over, in an interview: each runs an action and leaves it where it is."""
CHATS = (1, 20, 200)
RATE = 30
"""Turns a second of the open load: as many as Telegram lets a bot send messages."""
YOUNG, WINDOW = 20, 40
"""The turn that a long history is held against, and how many turns are taken around each."""


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        turns: of one chat alone.
        seconds: of each load.
        histories: lengths of a chat, in turns, at which a turn is timed.
        chats: numbers of chats at once.
    """

    turns: int
    seconds: float
    histories: tuple[int, ...]
    chats: tuple[int, ...]


class Asides:
    """The messages that are asked, with how many messages answer each.

    Attributes:
        heard: the number of messages and the beginning of the first, to see that both systems
            have understood.
    """

    def __init__(self, system: System, heard: dict[str, tuple[int, str]]) -> None:
        self._phones = system.phones
        self.heard = heard

    @classmethod
    async def of(cls, system: System) -> Asides:
        """Ask each twice in a chat of its own, and count."""
        chat = system.new_chat()
        await system.begin(chat)
        await asyncio.sleep(2)
        heard = {}
        for text in (*ASIDES, *ASIDES):
            before = len(chat.messages)
            length = await system.phones.length_of(chat, text)
            heard[text] = (length, chat.messages[before].text[:60])
        return cls(system, heard)

    async def ask(self, chat: Chat, number: int) -> Answer:
        """The ``number``-th message."""
        text = ASIDES[number % len(ASIDES)]
        return await self._phones.asks(chat, text, self.heard[text][0])

    async def alone(self, chat: Chat, turns: int) -> list[Answer]:
        """So many turns of one chat, one after another."""
        return [await self.ask(chat, number) for number in range(turns)]

    async def together(self, chats: Sequence[Chat], seconds: float) -> list[Answer]:
        """All chats at once; each asks again as soon as its answer is whole."""
        until = time.monotonic() + seconds

        async def talk(chat: Chat) -> list[Answer]:
            answers: list[Answer] = []
            while time.monotonic() < until:
                answers.append(await self.ask(chat, len(answers)))
            return answers

        talks = await asyncio.gather(*map(talk, chats))
        return [answer for answers in talks for answer in answers if answer.arrived[-1] <= until]

    async def at_rate(self, chats: Sequence[Chat], rate: float, seconds: float) -> list[Answer]:
        """So many messages a second, of one chat after another, however long answers take."""
        asked = []
        began = time.monotonic()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            chat = chats[number % len(chats)]
            asked.append(asyncio.create_task(self.ask(chat, number // len(chats))))
        return list(await asyncio.gather(*asked))


async def measure(system: System, plan: Plan) -> dict[str, Any]:
    """Start one system and measure it; times in milliseconds unless named."""
    load_before = os.getloadavg()[0]
    async with system.running() as start_up:
        found: dict[str, Any] = {
            "load_before": round(load_before, 2),
            "start_to_first_reply_seconds": round(start_up, 1),
        }
        asides = await Asides.of(system)
        found["answers"] = asides.heard
        found["memory_mb_at_rest"] = memory(system.processes)
        _tell(system, found)
        (chat,) = await _chats(system, 1)
        await asides.alone(chat, YOUNG // 2)
        before = processor_seconds(system.processes)
        found["turn"] = _times(await asides.alone(chat, plan.turns))
        found["processor_ms_a_turn"] = {
            name: round(1000 * (seconds - before[name]) / plan.turns, 1)
            for name, seconds in processor_seconds(system.processes).items()
        }
        _tell(system, {"turn": found["turn"], "processor": found["processor_ms_a_turn"]})
        found["load"] = {}
        everyone = await _chats(system, max(plan.chats))
        for number in plan.chats:
            found["load"][number] = await _under_load(system, asides, everyone[:number], plan)
            _tell(system, {number: found["load"][number]})
        if isinstance(system, Ours):
            found["at_rate"] = await _at_rate(system, asides, everyone, plan)
            _tell(system, found["at_rate"])
        found["history"] = await _histories(system, asides, plan)
        _tell(system, found["history"])
        found["memory_mb_afterwards"] = memory(system.processes)
        return found


async def _chats(system: System, number: int) -> list[Chat]:
    """New chats, each at the first question of the interview."""
    chats = [system.new_chat() for _ in range(number)]
    gate = asyncio.Semaphore(8)

    async def begin(chat: Chat) -> None:
        async with gate:
            await system.begin(chat)

    await asyncio.gather(*map(begin, chats))
    await asyncio.sleep(2)  # what came after the first message
    return chats


async def _under_load(
    system: System, asides: Asides, chats: Sequence[Chat], plan: Plan
) -> dict[str, Any]:
    answers = await asides.together(chats, plan.seconds)
    return {"turns_a_second": round(len(answers) / plan.seconds, 1), **_times(answers)}


async def _at_rate(
    system: System, asides: Asides, chats: Sequence[Chat], plan: Plan
) -> dict[str, Any]:
    """The open load, while the Rasa server is asked every 10 ms whether it is there."""
    waits: list[float] = []

    async def ping() -> None:
        url = f"http://127.0.0.1:{system.rasa_port}/"
        async with aiohttp.ClientSession() as session:
            while True:
                began = time.monotonic()
                async with session.get(url) as answer:
                    await answer.read()
                waits.append(time.monotonic() - began)
                await asyncio.sleep(0.01)

    pings = asyncio.create_task(ping())
    try:
        answers = await asides.at_rate(chats, RATE, plan.seconds)
    finally:
        pings.cancel()
    return {"rate": RATE, **_times(answers), "ping": spread_of(waits, 1000)}


async def _histories(system: System, asides: Asides, plan: Plan) -> dict[int, dict[str, float]]:
    """Turns of one chat at each length of its history, and of young chats in between.

    Old and young take turns, so that what else the machine does falls on both.
    """
    (old,) = await _chats(system, 1)
    turns, found = 0, {}
    for length in filter(system.may_reach, plan.histories):
        await system.grow(old, length - WINDOW // 2 - turns, asides.alone)
        young = await _chats(system, 2)
        for chat in young:
            await asides.alone(chat, YOUNG // 2)
        ages: list[Answer] = []
        youths: list[Answer] = []
        for number, chat in zip(range(WINDOW), cycle(young), strict=False):
            ages.append(await asides.ask(old, number))
            youths.append(await asides.ask(chat, number))
        turns = length + WINDOW // 2
        old_ms, young_ms = _times(ages)["last"]["p50"], _times(youths)["last"]["p50"]
        found[length] = {
            "p50": old_ms,
            "p95": _times(ages)["last"]["p95"],
            "p50_of_young_chats": young_ms,
            "ratio": round(old_ms / young_ms, 2),
        }
    return found


def _times(answers: Sequence[Answer]) -> dict[str, dict[str, float]]:
    return {
        "first": spread_of([answer.first for answer in answers], 1000),
        "last": spread_of([answer.last for answer in answers], 1000),
    }


def _tell(system: System, found: dict[Any, Any]) -> None:
    load = os.getloadavg()[0]
    print(f"{system.name} (load {load:.1f}): {json.dumps(found)}", file=sys.stderr, flush=True)


def show(found: dict[str, Any]) -> None:
    """Print the figures as a table in Markdown."""
    systems = [name for name in ("stock", "ours") if name in found]

    def row(title: str, *path: Any) -> None:
        values = []
        for name in systems:
            value: Any = found[name]
            for key in path:
                value = value.get(key) if isinstance(value, dict) else None
            values.append("" if value is None else f"{value:,}")
        both = [float(value.replace(",", "")) for value in values if value]
        ratio = f"{both[1] / both[0]:.2f}" if len(both) == 2 else ""
        print(f"| {title} | {' | '.join(values)} | {ratio} |")

    print(f"| | {' | '.join(systems)} | ours / stock |\n|---|{'---:|' * (len(systems) + 1)}")
    row("start to first reply, s", "start_to_first_reply_seconds")
    for part in ("first", "last"):
        for size in ("p50", "p95"):
            row(f"turn of one chat, {part} message, {size}, ms", "turn", part, size)
    for name in ("rasa", "actions"):
        row(f"processor time a turn, {name}, ms", "processor_ms_a_turn", name)
    for number in found[systems[0]]["load"]:
        row(f"turns a second, {number} chats", "load", number, "turns_a_second")
        row("… last message, p50, ms", "load", number, "last", "p50")
        row("… last message, p95, ms", "load", number, "last", "p95")
    for length in sorted({n for name in systems for n in found[name]["history"]}):
        row(f"turn after {length:,} turns, p50, ms", "history", length, "p50")
        row("… young chats in between, p50, ms", "history", length, "p50_of_young_chats")
    row(f"at {RATE} turns a second, p50, ms", "at_rate", "last", "p50")
    row(f"at {RATE} turns a second, p95, ms", "at_rate", "last", "p95")
    row("Rasa's longest silence then, ms", "at_rate", "ping", "max")
    for name in systems:
        found[name]["memory"] = sum(found[name]["memory_mb_afterwards"].values())
    row("memory of all processes, MB", "memory")


async def _measure_all(names: Sequence[str], plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}",
    }
    for kind in (Stock, Ours):
        if kind.name in names:
            with tempfile.TemporaryDirectory() as home:
                found[kind.name] = await measure(kind(Path(home)), plan)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turn", description=__doc__)
    parser.add_argument("--only", choices=("ours", "stock"), help="one of the two")
    parser.add_argument("--turns", type=int, default=200, help="of one chat alone (200)")
    parser.add_argument("--seconds", type=float, default=30, help="of each load (30)")
    parser.add_argument(
        "--history", type=int, nargs="+", default=[1000, 2000], help="turns (1000 2000)"
    )
    parser.add_argument(
        "--chats", type=int, nargs="+", default=list(CHATS), help="at once (1 20 200)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if options.turns < 2 or options.seconds <= 0 or min(options.history) <= WINDOW:
        parser.error(f"--turns needs at least 2, --seconds more than 0, --history over {WINDOW}")
    names = [options.only] if options.only else ["stock", "ours"]
    if "ours" in names:
        train()
    if "stock" in names:
        stock_model()
    plan = Plan(
        options.turns, options.seconds, tuple(sorted(options.history)), tuple(options.chats)
    )
    found = asyncio.run(_measure_all(names, plan))
    if options.json:
        print(json.dumps(found))
    else:
        print(f"On {found['machine']}; load average now {os.getloadavg()[0]:.1f}.\n")
        show(found)


if __name__ == "__main__":
    main()
