"""Whether a turn could be saved, told past Rasa, which logs such errors and goes on.

Rasa takes a tracker store that is away for a new patient, and an action server that is away
for an action that says nothing. Here both are noted, so that the turn is taken again instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot import metrics

UNAVAILABLE = 503
"""What the action server answers when the database is away from it."""

_MISSED: ContextVar[list[str] | None] = ContextVar("missed", default=None)


class CannotSave(Exception):
    """A turn was not kept and changed nothing that counts; it is to be taken again."""


def miss(what: str) -> None:
    """Note that a part of the turn under way could not be reached."""
    missed = _MISSED.get()
    if missed is not None:
        missed.append(what)


def is_missed() -> bool:
    """Whether the turn under way has missed something, and so must not be kept."""
    return bool(_MISSED.get())


def go_on_if_nothing_is_missed() -> None:
    """``CannotSave`` in a turn that has missed something: what it comes to without that, such as
    taking the person for a new one, is not to be done."""
    if is_missed():
        raise CannotSave("the turn has missed something")


@contextmanager
def kept_or_raised() -> Iterator[None]:
    """``CannotSave`` at the end of a turn that missed something."""
    missed: list[str] = []
    token = _MISSED.set(missed)
    try:
        yield
    finally:
        _MISSED.reset(token)
    if missed:
        raise CannotSave(", ".join(sorted(set(missed))))


class ActionServer(EndpointConfig):
    """The action server, which may be away for a while; its connections stay open between calls.

    Rasa's own makes a session, and so a connection, for each call, of which a turn has several.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        """The one session of this process."""
        if self._session is None or self._session.closed:
            self._session = super().session()
        yield self._session

    async def request(self, *arguments: Any, **options: Any) -> Any:
        """Call it; an absent one, or one without its database, is noted for the turn."""
        go_on_if_nothing_is_missed()
        try:
            with metrics.timed("action"):
                return await super().request(*arguments, **options)
        except ClientResponseError as error:
            if error.status in (502, UNAVAILABLE, 504):
                miss("action server")
            raise
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
            # Also one that was killed while it worked: the connection ends without an answer.
            miss("action server")
            raise
