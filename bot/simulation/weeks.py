"""The run: an assistant of its own, a loopback Telegram, a clock that is moved on, and patients."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import scheduler
from bot.conversations.assistant import Assistant
from bot.conversations.turns import Turns
from bot.settings import Settings
from bot.simulation.facts import Fact, stored
from bot.simulation.patient import Act, Patient, Says
from bot.simulation.personas import Persona, Style, persona
from bot.simulation.phone import NoAnswer, Phone
from bot.store import turns as store_turns
from bot.store.base import unit_of_work
from bot.store.messages import DONE, Inbox
from bot.store.people import sender_for
from bot.store.record import NoRecord, Record
from bot.telegram.channel import make_bot
from bot.telegram.sending import CHANNEL, Sender
from bot.telegram.service import TelegramService

if TYPE_CHECKING:
    from tests.telegram_api import TelegramApi

WEEKS = 8
_HOURS = (8, 10, 12, 14, 16, 18, 20)
_MOST_OF_A_VISIT = 150
"""Messages of one visit, after which a patient is taken to go round in circles."""

_OPENINGS = ("hello", "hi", "good morning", "/start")


@dataclass
class Turn:
    """What a patient did, and what the bot said to it."""

    day: int
    act: Act
    replies: str


@dataclass
class Story:
    """All that happened to one patient.

    Attributes:
        turns: in order.
        said: everything the patient typed.
        stage: where the conversation stands at the end.
        people: labels on the map at the end; ``None`` without a record.
        meant: facts that the patient knows to have told; ``facts`` and ``texts`` are what is kept
            in the end (``bot.simulation.facts``).
        trouble: what broke, in words.
    """

    persona: Persona
    turns: list[Turn] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    stage: str = ""
    people: list[str] | None = None
    meant: set[Fact] = field(default_factory=set)
    facts: set[Fact] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    trouble: str = ""


@asynccontextmanager
async def world(assistant: Assistant, settings: Settings) -> AsyncIterator[TelegramApi]:
    """The assistant on a loopback Telegram; the store is that of the settings."""
    from tests.telegram_api import TelegramApi

    async with TelegramApi() as api:
        bot = make_bot(api.at(settings))
        service = TelegramService(
            bot,
            Turns(assistant.handle),
            Sender(bot, retry_seconds=0.1),
            poll_seconds=5,
            sweep_seconds=0.2,
        )
        await service.start()
        try:
            yield api
        finally:
            await service.stop()


async def simulate(
    persons: int,
    seed: int,
    assistant: Assistant,
    settings: Settings,
    *,
    weeks: int = WEEKS,
    at_once: int = 8,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Story]:
    """Let made-up patients live through some weeks with the assistant.

    Args:
        persons: how many.
        seed: the same seed makes the same patients.
        assistant: the real one, loaded.
        settings: with a store of its own, migrated and with a directory.
        weeks: how long.
        at_once: how many talk at the same time.
        progress: called with the number of patients whose first visit is over.
    """
    import time_machine

    start = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)
    with time_machine.travel(start, tick=True) as clock:
        async with world(assistant, settings) as api:
            lives = [_Life(persona(n, seed), Phone(api.chat(10_000 + n))) for n in range(persons)]
            gate = asyncio.Semaphore(at_once)
            done = 0

            async def first(life: _Life) -> None:
                nonlocal done
                await life.visit(0, opening=True)
                done += 1
                progress(done)

            await _together(gate, map(first, lives))
            for day in range(1, weeks * 7):
                for hour in _HOURS:
                    clock.move_to(start.replace(hour=hour) + timedelta(days=day))
                    while scheduler.run_due():
                        pass
                    await _worked_through()
                    await _together(gate, [v for life in lives if (v := life.later(day, hour))])
            return [life.told() for life in lives]


async def _together(gate: asyncio.Semaphore, visits: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Let all talk, as many at a time as the gate lets through."""

    async def one(visit: Coroutine[Any, Any, None]) -> None:
        async with gate:
            await visit

    await asyncio.gather(*map(one, visits))


async def _worked_through() -> None:
    """Wait until what the scheduler began is said."""
    for _ in range(600):
        with unit_of_work() as session:
            waiting = session.scalar(select(Inbox.key).where(Inbox.state != DONE).limit(1))
        if waiting is None:
            return
        await asyncio.sleep(0.05)


class _Life:
    """One patient through the weeks."""

    def __init__(self, who: Persona, phone: Phone) -> None:
        self.patient = Patient(who)
        self.phone = phone
        self.story = Story(who, said=self.patient.typed, meant=self.patient.meant)
        self._draw = random.Random(f"life:{who.number}")  # noqa: S311
        self._back_on = who.back_after

    def later(self, day: int, hour: int) -> Coroutine[Any, Any, None] | None:
        """A visit for this hour, if there is one."""
        who = self.patient.persona
        if self.story.trouble or (who.leaves_after and self.patient.sent >= who.leaves_after):
            return None
        if self.phone.has_news and who.style is not Style.SILENT:
            return self.visit(day, opening=False)
        if self._back_on == day and hour == 10:
            return self.visit(day, opening=True)
        return None

    async def visit(self, day: int, *, opening: bool) -> None:
        """Talk until the patient puts the phone away."""
        act: Act | None
        if opening:
            self.phone.view()
            act = Says(self._draw.choice(_OPENINGS))
            self.patient.sent += 1
        else:
            act = self.patient.does(self.phone.view())
        pause = self._draw.randint(5, 40) if day == 0 and self._back_on else _MOST_OF_A_VISIT
        for _ in range(pause):
            if act is None:
                return
            try:
                await self.phone.does(act)
            except (NoAnswer, AssertionError) as error:
                self.story.trouble = f"{type(error).__name__} after {act}"
                return
            view = self.phone.view()
            self.story.turns.append(Turn(day, act, view.text))
            act = self.patient.does(view)
        if pause == _MOST_OF_A_VISIT:
            self.story.trouble = f"still talking after {pause} messages"

    def told(self) -> Story:
        """The story with what the store holds in the end."""
        with unit_of_work() as session:
            try:
                record = Record.of(session, sender_for(CHANNEL, str(self.phone.chat.id)))
            except NoRecord:
                return self.story
            self.story.stage = record.person.stage
            self.story.people = [m.label for m in record.network()]
            self.story.facts, self.story.texts = stored(record)
            if not self.story.trouble and _failed(session, record.person.id):
                self.story.trouble = "the bot apologised for something that had failed"
        return self.story


def _failed(session: Session, person_id: str) -> bool:
    """Whether a turn failed inside, although it had an answer."""
    query = select(store_turns.Turn.id).where(
        store_turns.Turn.person_id == person_id, store_turns.Turn.failed
    )
    return session.scalar(query.limit(1)) is not None
