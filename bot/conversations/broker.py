"""Rasa's broker and lock store, from our settings; what goes over them holds no words."""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from rasa.core.brokers.pika import PikaEventBroker
from rasa.utils.endpoints import EndpointConfig

_LOG = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0


def lock_store_of(url: str) -> dict[str, Any]:
    """What Rasa's Redis lock store is made with, for ``redis://[user:password@]host[:port][/db]``.

    ``rediss://`` is the same with TLS.
    """
    parts = urlsplit(url)
    return {
        "url": parts.hostname or "localhost",
        "port": parts.port or 6379,
        "db": int(parts.path.strip("/") or 0),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_ssl": parts.scheme == "rediss",
        "key_prefix": "wise",
    }


def broker_of(url: str, queue: str) -> dict[str, Any]:
    """What Rasa's RabbitMQ broker is made with, for ``amqp://user:password@host:5672/vhost``.

    Args:
        queue: name of the projection workers' queue, and of the fanout exchange before it.
    """
    parts = urlsplit(url)
    # Rasa logs the address whenever it cannot connect: name and password are given beside it.
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return {
        "url": bare,
        "port": parts.port or (5671 if parts.scheme == "amqps" else 5672),
        "username": parts.username or "guest",
        "password": parts.password or "guest",
        "queues": [queue],
        "exchange_name": queue,
        "connection_attempts": 1,
    }


class PatientBroker(PikaEventBroker):
    """Rasa's RabbitMQ broker, connected beside the bot's work instead of before it.

    Rasa's own keeps the bot from starting for as long as RabbitMQ is away. What cannot be
    announced until there is a connection is let go: ``bot.projector`` finds it in the log.
    """

    _connecting: asyncio.Task[None] | None = None

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig | None, event_loop: AbstractEventLoop | None = None
    ) -> PatientBroker | None:
        """A broker that is being connected."""
        if broker_config is None:
            return None
        broker = cls(broker_config.url, **broker_config.kwargs, event_loop=event_loop)
        broker._connecting = asyncio.create_task(broker._connect_some_time())
        return broker

    async def _connect_some_time(self) -> None:
        while True:
            try:
                await self.connect()
            except Exception as error:  # all sorts come from a RabbitMQ that is starting
                _LOG.error("RabbitMQ does not answer: %s", type(error).__name__)
                await super().close()
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    async def close(self) -> None:
        """Stop connecting, or close the connection."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        await super().close()
