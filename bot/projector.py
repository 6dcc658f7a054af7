"""``python -m bot.projector``: writes turns for staff, told by RabbitMQ which; any number may run.

With ``RABBITMQ_URL`` the Rasa processes do not write what staff read; they say whose log has
grown, and never what was said. This worker reads the log. A message is confirmed once its turn
is kept, so a worker that is killed loses nothing; what RabbitMQ itself lost is taken up when a
worker starts, and every ten minutes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from datetime import timedelta

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations.projection import project, project_everyone
from bot.errors import place_of
from bot.settings import get_settings
from bot.store.base import now, unit_of_work

_LOG = logging.getLogger(__name__)

AT_ONCE = 8
CATCH_UP_SECONDS = 600.0
LOOK_BACK = timedelta(hours=2)
"""How far a regular look goes back; the first look of a worker goes over everything."""


def _project(person_id: str) -> None:
    with unit_of_work() as session:
        project(session, person_id)


async def take(message: AbstractIncomingMessage) -> None:
    """Write the turns of the person that a message names; a failure puts it back."""
    try:
        person_id = json.loads(message.body)["sender_id"]
    except (ValueError, KeyError, TypeError):
        _LOG.error("A message of %d bytes names nobody", len(message.body))
        await message.reject()
        return
    try:
        await asyncio.to_thread(_project, person_id)
    except SQLAlchemyError as error:
        _LOG.error("The store is away: %s", type(error).__name__)
        await asyncio.sleep(1)
        await message.nack(requeue=True)
    except Exception as error:
        # The log keeps what could not be read; putting it back would go round for ever.
        _LOG.error("A turn was not projected for staff: %s", place_of(error))
        await message.reject()
    else:
        await message.ack()


async def work(url: str, queue_name: str, catch_up_seconds: float = CATCH_UP_SECONDS) -> None:
    """Take messages until cancelled; a broker that is away is waited for."""
    connection = await _connect(url)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=AT_ONCE)
        exchange = await channel.declare_exchange(queue_name, aio_pika.ExchangeType.FANOUT)
        queue = await channel.declare_queue(queue_name, durable=True)
        await queue.bind(exchange)
        await queue.consume(take)
        since = None
        while True:
            try:
                await asyncio.to_thread(project_everyone, since)
                since = now() - LOOK_BACK
            except SQLAlchemyError as error:
                _LOG.error("The store is away: %s", type(error).__name__)
            await asyncio.sleep(catch_up_seconds)


async def _connect(url: str) -> aio_pika.abc.AbstractRobustConnection:
    while True:
        try:
            return await aio_pika.connect_robust(url)
        except (OSError, aio_pika.exceptions.AMQPError) as error:
            _LOG.error("RabbitMQ does not answer: %s", type(error).__name__)
            await asyncio.sleep(2)


async def _until_stopped(url: str, queue_name: str) -> None:
    task = asyncio.create_task(work(url, queue_name))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        _LOG.info("stopped")


def main() -> None:
    """Work for the settings' broker until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    settings = get_settings()
    if not settings.rabbitmq_url:
        raise SystemExit("RABBITMQ_URL is empty: the Rasa server writes the turns for staff itself")
    asyncio.run(_until_stopped(settings.rabbitmq_url, settings.rabbitmq_queue))


if __name__ == "__main__":
    main()
