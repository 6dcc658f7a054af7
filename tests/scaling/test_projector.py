"""Turns for staff through RabbitMQ: nothing of what was said goes over it, and none is missing."""

from __future__ import annotations

import asyncio
import json

import aio_pika
from rasa.core.brokers.pika import PikaEventBroker
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import func, select

from bot import projector
from bot.conversations.broker import broker_of
from bot.conversations.tracker_store import WindowedTrackerStore
from bot.settings import PROJECT
from bot.store.base import unit_of_work
from bot.store.people import begin
from bot.store.turns import Conversation, Turn
from tests.scaling.conftest import RABBITMQ
from tests.store.conftest import Store, postgres_template, sqlite_template, store  # noqa: F401
from tests.store.test_tracker_store import Clock, turn
from tests.telegram.conftest import until

PEOPLE, EACH = 5, 8


async def broker(queue: str) -> PikaEventBroker:
    options = broker_of(RABBITMQ, queue)
    made = PikaEventBroker(options.pop("url"), **options)
    await made.connect()
    return made


async def talk(trackers: WindowedTrackerStore, domain: Domain, person: str, clock: Clock) -> None:
    tracker = await trackers.retrieve(person)
    tracker = tracker or DialogueStateTracker(person, domain.slots)
    for event in turn(1, clock, "I am Zebediah"):
        tracker.update(event, domain)
    await trackers.save(tracker)


def kept() -> int:
    with unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(Turn)) or 0


async def test_two_workers_write_every_turn_once_though_they_are_killed(
    store: Store,  # noqa: F811
    queue: str,
) -> None:
    domain, clock = Domain.load(str(PROJECT / "domain.yml")), Clock()
    told = await broker(queue)
    trackers = WindowedTrackerStore(domain, told)
    people = [f"{number:032}" for number in range(PEOPLE)]
    with unit_of_work() as session:
        for person in people:
            begin(session, person)

    def worker() -> asyncio.Task[None]:
        return asyncio.create_task(projector.work(RABBITMQ, queue, catch_up_seconds=3600))

    workers = [worker(), worker()]
    try:
        for number in range(EACH):
            for person in people:
                await talk(trackers, domain, person, clock)
            if number in (2, 5):
                gone = workers.pop(0)
                gone.cancel()
                await asyncio.wait([gone])
                workers.append(worker())
        await until(lambda: kept() == PEOPLE * EACH, 60)
        with unit_of_work() as session:
            counts = session.scalars(select(Conversation.turns)).all()
            assert list(counts) == [EACH] * PEOPLE
    finally:
        for each in workers:
            each.cancel()
        await asyncio.wait(workers)
        await told.close()


async def test_the_broker_hears_whose_log_has_grown_and_no_words(
    store: Store,  # noqa: F811
    queue: str,
) -> None:
    domain, clock = Domain.load(str(PROJECT / "domain.yml")), Clock()
    told = await broker(queue)
    trackers = WindowedTrackerStore(domain, told)
    me, stranger = "a" * 32, "b" * 32
    with unit_of_work() as session:
        begin(session, me)
    await talk(trackers, domain, stranger, clock)
    await talk(trackers, domain, me, clock)
    assert kept() == 0, "the worker writes it, not the turn"
    connection = await aio_pika.connect(RABBITMQ)
    async with connection:
        channel = await connection.channel()
        messages = await channel.get_queue(queue)
        await until(lambda: not told._background_tasks)
        message = await messages.get(timeout=10)
        assert json.loads(message.body) == {"sender_id": me}
        await message.ack()
        assert await messages.get(fail=False) is None, "of a stranger nothing is told"
    await told.close()


async def test_what_the_broker_lost_is_taken_up_when_a_worker_starts(
    store: Store,  # noqa: F811
    queue: str,
) -> None:
    domain, clock = Domain.load(str(PROJECT / "domain.yml")), Clock()
    told = await broker(queue)
    with unit_of_work() as session:
        begin(session, "a" * 32)
    await talk(WindowedTrackerStore(domain, told), domain, "a" * 32, clock)
    await until(lambda: not told._background_tasks)
    connection = await aio_pika.connect(RABBITMQ)
    async with connection:
        channel = await connection.channel()
        await (await channel.get_queue(queue)).purge()
    await told.close()
    worker = asyncio.create_task(projector.work(RABBITMQ, queue))
    try:
        await until(lambda: kept() == 1, 30)
    finally:
        worker.cancel()
        await asyncio.wait([worker])
