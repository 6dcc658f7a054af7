"""The Redis and RabbitMQ of this machine; skipped with a reason where there are none."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from typing import NoReturn

import aio_pika
import pytest
import redis
from aio_pika.exceptions import AMQPError

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
RABBITMQ = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")


def _missing(what: str, error: Exception) -> NoReturn:
    if os.environ.get("CI") == "true":
        raise error
    pytest.skip(f"{what} is not reachable: {type(error).__name__}")


@pytest.fixture
def redis_url() -> str:
    """A Redis that answers. Names in tests are random, so nothing is emptied."""
    try:
        redis.from_url(REDIS, socket_timeout=2).ping()
    except (redis.RedisError, OSError) as error:
        _missing("Redis", error)
    return REDIS


@pytest.fixture
async def queue() -> AsyncIterator[str]:
    """The name of an exchange and queue that are gone after the test."""
    try:
        connection = await aio_pika.connect(RABBITMQ, timeout=5)
    except (AMQPError, OSError) as error:
        _missing("RabbitMQ", error)
    name = f"wise_test_{uuid.uuid4().hex[:12]}"
    yield name
    async with connection:
        channel = await connection.channel()
        await channel.queue_delete(name)
        await channel.exchange_delete(name)
