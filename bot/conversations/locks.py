"""One worker at a time for a chat: within this process, or across many through Redis.

What is locked is safe without the lock in one respect only: nothing is lost. The lock keeps two
processes from answering the same message at once, and from sending a reply twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from weakref import WeakValueDictionary

from redis.asyncio import Redis, from_url
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from bot.settings import Settings

_LOG = logging.getLogger(__name__)

SECONDS = 15.0
"""How long the lock of a process that was killed stays; a living one renews it."""

LOCKS_AWAY = (RedisError, OSError)
"""Errors of a lock store that is away, and may be well again in a minute."""


class Locks(ABC):
    """Locks by name."""

    @abstractmethod
    def hold(self, name: str) -> AbstractAsyncContextManager[None]:
        """Wait for a name, and have it for the block.

        Raises:
            LOCKS_AWAY: the lock store does not answer.
        """

    @abstractmethod
    def claim(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Have a name for the block, or ``False`` where another process has it now."""


class LocalLocks(Locks):
    """Locks of one process, for an installation that has no other."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """See ``Locks``; never away."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        async with lock:
            yield

    @asynccontextmanager
    async def claim(self, name: str) -> AsyncIterator[bool]:
        """Always ours: within a process each chat has one lane."""
        yield True


class RedisLocks(Locks):
    """Locks of all processes that share a Redis.

    Args:
        url: ``redis://…`` or ``rediss://…``.
        seconds: see ``SECONDS``.
    """

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        self._redis: Redis[bytes] = from_url(url, socket_timeout=5, socket_connect_timeout=5)
        self._seconds = seconds

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """See ``Locks``."""
        lock = self._lock(name)
        await lock.acquire()
        async with self._renewed(lock):
            yield

    @asynccontextmanager
    async def claim(self, name: str) -> AsyncIterator[bool]:
        """See ``Locks``."""
        lock = self._lock(name)
        if not await lock.acquire(blocking=False):
            yield False
            return
        async with self._renewed(lock):
            yield True

    def _lock(self, name: str) -> Lock:
        # A chat's address is nobody's business, not even Redis'.
        key = hashlib.sha256(name.encode()).hexdigest()[:32]
        return self._redis.lock(
            f"wise:{key}", timeout=self._seconds, sleep=0.05, thread_local=False
        )

    @asynccontextmanager
    async def _renewed(self, lock: Lock) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                await asyncio.sleep(self._seconds / 3)
                try:
                    await lock.reacquire()
                except (LockError, *LOCKS_AWAY) as error:
                    _LOG.error("A lock could not be renewed: %s", type(error).__name__)

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()
            # Where Redis is away it goes by itself, after its seconds.
            with suppress(LockError, *LOCKS_AWAY):
                await lock.release()


def locks_of(settings: Settings) -> Locks:
    """Through Redis where there is one, else of this process."""
    return RedisLocks(settings.redis_url) if settings.redis_url else LocalLocks()
