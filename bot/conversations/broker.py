"""Rasa's broker and lock store, from our settings; what goes over them holds no words."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit


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
    return {
        "url": url,
        "port": parts.port or (5671 if parts.scheme == "amqps" else 5672),
        "username": parts.username or "guest",
        "password": parts.password or "guest",
        "queues": [queue],
        "exchange_name": queue,
    }
