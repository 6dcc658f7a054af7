"""RabbitMQ may be away when the bot starts: turns are taken, and told of when it is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from bot import projector
from bot.conversations import broker
from bot.conversations.broker import PatientBroker, broker_of
from bot.conversations.tracker_store import WindowedTrackerStore
from bot.settings import PROJECT
from bot.store.base import unit_of_work
from bot.store.people import begin
from tests.e2e.installation import free_ports
from tests.scaling.conftest import RABBITMQ
from tests.scaling.test_projector import kept, talk
from tests.store.conftest import Store, postgres_template, sqlite_template, store  # noqa: F401
from tests.store.test_tracker_store import Clock
from tests.telegram.conftest import until

ME = "a" * 32


async def at_port(port: int, queue: str) -> PatientBroker:
    """The bot's broker, made as Rasa makes it when it starts."""
    url = urlsplit(RABBITMQ)._replace(netloc=f"guest:guest@127.0.0.1:{port}").geturl()
    kind = "bot.conversations.broker.PatientBroker"
    config = EndpointConfig(type=kind, **broker_of(url, queue))
    made = await asyncio.wait_for(EventBroker.create(config), 60)
    assert isinstance(made, PatientBroker)
    return made


@asynccontextmanager
async def rabbitmq_at(port: int) -> AsyncIterator[None]:
    """RabbitMQ answers at a port too."""
    there = urlsplit(RABBITMQ)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection(there.hostname, there.port)
        await asyncio.gather(copy(reader, to_writer), copy(to_reader, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", port)
    yield
    server.close()
    await server.wait_closed()


async def test_the_bot_starts_and_stops_though_nobody_listens_where_rabbitmq_should_be() -> None:
    [port] = free_ports(1)
    told = await at_port(port, "turns")
    assert not told.is_ready()
    told.publish({"sender_id": ME})
    await told.close()
    assert not told.is_ready()


async def test_turns_taken_without_rabbitmq_are_shown_to_staff_once_it_is_there(
    store: Store,  # noqa: F811
    queue: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broker, "PAUSE_SECONDS", 0.05)
    domain, clock = Domain.load(str(PROJECT / "domain.yml")), Clock()
    [port] = free_ports(1)
    told = await at_port(port, queue)
    trackers = WindowedTrackerStore(domain, told)
    with unit_of_work() as session:
        begin(session, ME)
    await talk(trackers, domain, ME, clock)
    async with rabbitmq_at(port):
        await until(lambda: told._exchange is not None, 60)
        worker = asyncio.create_task(projector.work(RABBITMQ, queue))
        try:
            await until(lambda: kept() == 1, 60)
            await talk(trackers, domain, ME, clock)
            await until(lambda: kept() == 2, 60)
        finally:
            worker.cancel()
            await asyncio.wait([worker])
            await told.close()
