"""Work that is serial for one chat and concurrent across chats."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

Claim = Callable[[str], AbstractAsyncContextManager[bool]]
"""Has an address for this process while the block runs; ``False``: another process has it."""

OnFailure = Callable[[str, Exception], Awaitable[None]]
"""Gets the address, and the error of its work or of its claim; must not raise."""

_AGAIN_FIRST, _AGAIN_MAX = 0.1, 5.0
"""Seconds until a chat that another process has is looked at again."""

_LOG = logging.getLogger(__name__)


async def cancel_all(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks, and wait until all have ended."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        # Again until it holds: a library can take a cancellation for its own time-out.
        _, left = await asyncio.wait(left, timeout=0.1)


@asynccontextmanager
async def _alone(_address: str) -> AsyncIterator[bool]:
    yield True


async def _ignore(_address: str, _error: Exception) -> None:
    pass


class _Elsewhere(Exception):
    """Another process is at work for the chat."""


class Lanes:
    """A lane for each chat that has work, and none for the others.

    The work itself is in the database: a lane is only told to look. So nothing is lost
    with a lane, and many chats cost nothing while they are quiet.

    Args:
        work: does the next piece of work for an address; ``False`` when there is none.
        at_once: how many lanes may work at the same time.
        claim: keeps other processes off a chat; default: there are none.
        on_failure: hears, before the pause, of each piece of work that failed, and why.
        retry_seconds: pause after a piece of work failed; it doubles up to a minute.
    """

    def __init__(
        self,
        work: Callable[[str], Awaitable[bool]],
        *,
        at_once: int = 32,
        claim: Claim = _alone,
        on_failure: OnFailure = _ignore,
        retry_seconds: float = 1.0,
    ) -> None:
        self._work = work
        self._claim = claim
        self._on_failure = on_failure
        self._retry_seconds = retry_seconds
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._told: set[str] = set()
        self._resting: dict[str, asyncio.Event] = {}
        self._places = asyncio.Semaphore(at_once)

    def nudge(self, address: str, *, at_once: bool = False) -> None:
        """There may be work for this chat; ``at_once`` ends its pause after a failure."""
        self._told.add(address)
        if at_once and address in self._resting:
            self._resting[address].set()
        if address not in self._tasks:
            self._tasks[address] = asyncio.create_task(self._run(address))

    async def stop(self, seconds: float) -> None:
        """Let what is under way end within ``seconds``; cut off the rest."""
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            await cancel_all(late)

    async def _run(self, address: str) -> None:
        pause = self._retry_seconds
        again = _AGAIN_FIRST
        try:
            while address in self._told:
                self._told.discard(address)
                try:
                    while await self._one(address):
                        pause, again = self._retry_seconds, _AGAIN_FIRST
                except _Elsewhere:
                    # It may have looked before our message was there: look once it has ended.
                    await asyncio.sleep(again)
                    again = min(_AGAIN_MAX, 2 * again)
                    self._told.add(address)
                except Exception as error:
                    # The database may be away. What was to be done is still there.
                    _LOG.error(
                        "Work for a chat failed (%s); again in %g s", type(error).__name__, pause
                    )
                    self._told.add(address)
                    await self._rest(address, error, pause)
                    pause = min(60.0, 2 * pause)
        finally:
            del self._tasks[address]

    async def _rest(self, address: str, error: Exception, seconds: float) -> None:
        woken = self._resting[address] = asyncio.Event()
        try:
            await self._on_failure(address, error)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(woken.wait(), seconds)
        finally:
            del self._resting[address]

    async def _one(self, address: str) -> bool:
        async with self._places, self._claim(address) as is_ours:
            if not is_ours:
                raise _Elsewhere
            return await self._work(address)
