"""Trackers of people who have not agreed to anything yet: in memory, and never in the database.

With several Rasa processes that memory is Redis, because the next message may reach another
process. It is to run without a disk (``save ""``), and each tracker goes after a day.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Protocol

import redis

from bot.settings import Settings

PENDING_MAX = 10_000
KEEP = timedelta(days=1)

Events = list[dict[str, Any]]


class Strangers(Protocol):
    """Events of trackers by sender."""

    def get(self, sender: str) -> Events | None:
        """What is held; ``None`` if nothing is."""

    def hold(self, sender: str, events: Events) -> None:
        """Hold these instead of what was held."""

    def drop(self, sender: str) -> None:
        """Hold nothing any more."""

    def senders(self) -> Iterable[str]:
        """Everyone of whom something is held."""


class InMemory:
    """Of this process; the longest unseen go first."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Events] = OrderedDict()

    def get(self, sender: str) -> Events | None:
        """See ``Strangers``."""
        return self._held.get(sender)

    def hold(self, sender: str, events: Events) -> None:
        """See ``Strangers``."""
        self._held[sender] = events
        self._held.move_to_end(sender)
        while len(self._held) > PENDING_MAX:
            self._held.popitem(last=False)

    def drop(self, sender: str) -> None:
        """See ``Strangers``."""
        self._held.pop(sender, None)

    def senders(self) -> Iterable[str]:
        """See ``Strangers``."""
        return list(self._held)


class InRedis:
    """Of all processes that share a Redis."""

    _PREFIX = "wise:stranger:"

    def __init__(self, url: str) -> None:
        self._redis: redis.Redis[bytes] = redis.from_url(
            url, socket_timeout=5, socket_connect_timeout=5
        )

    def get(self, sender: str) -> Events | None:
        """See ``Strangers``."""
        held = self._redis.get(self._PREFIX + sender)
        return None if held is None else json.loads(held)

    def hold(self, sender: str, events: Events) -> None:
        """See ``Strangers``."""
        self._redis.set(self._PREFIX + sender, json.dumps(events), ex=KEEP)

    def drop(self, sender: str) -> None:
        """See ``Strangers``."""
        self._redis.delete(self._PREFIX + sender)

    def senders(self) -> Iterable[str]:
        """See ``Strangers``."""
        return [
            k.decode().removeprefix(self._PREFIX) for k in self._redis.scan_iter(f"{self._PREFIX}*")
        ]


def strangers_of(settings: Settings) -> Strangers:
    """In Redis where there is one, else in this process."""
    return InRedis(settings.redis_url) if settings.redis_url else InMemory()
