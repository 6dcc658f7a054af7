"""The chat page's channel inside the Rasa server, at ``/webhooks/webchat``.

``credentials.yml`` names it ``bot.webchat.channel.WebChatInput``. Only our own web server may
call it (``bot.webchat.app``): it proves itself with ``INNER_HEADER``. This module imports
Rasa; the web server never imports this module.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as json_response
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.conversations import words
from bot.conversations.saving import CannotSave
from bot.conversations.ticks import sends_ticks
from bot.conversations.turns import (
    Chosen,
    Incoming,
    Location,
    Outgoing,
    Press,
    Text,
    Turns,
    apology_for,
)
from bot.settings import get_settings
from bot.store import messages
from bot.store.base import now, unit_of_work
from bot.store.people import forget_stranger
from bot.webchat.secret import INNER_HEADER, is_inner
from bot.webchat.wire import WireError, check_turn, to_wire

NAME = "webchat"

_KEEP = timedelta(days=7)
_FORGET_EVERY_SECONDS = 600
_REMEMBERED = 2000
"""Turns whose replies are kept for a page that asks again."""

logger = logging.getLogger(__name__)

TakeTurn = Callable[[str, Incoming, str], Awaitable[list[Outgoing]]]
"""``(address, incoming, update_key)`` to the replies."""


class Once:
    """Takes each turn once, however often the page asks for it.

    A page that lost the answer asks again with the same update key and gets the same replies,
    also while the first is still under way. The memory is bounded; after a restart, what
    the turn changes is still guarded by its update key in the database.
    """

    def __init__(self, take: TakeTurn, remembered: int = _REMEMBERED) -> None:
        self._take = take
        self._remembered = remembered
        self._turns: OrderedDict[str, asyncio.Task[list[Outgoing]]] = OrderedDict()

    async def take(self, address: str, incoming: Incoming, key: str) -> list[Outgoing]:
        """The replies to a turn; a turn that failed is not remembered."""
        update_key = f"{NAME}:{address}:{key}"
        turn = self._turns.get(update_key)
        if turn is None:
            turn = asyncio.ensure_future(self._take(address, incoming, update_key))
            self._turns[update_key] = turn
            turn.add_done_callback(lambda done: self._forget_failure(update_key, done))
            while len(self._turns) > self._remembered:
                self._turns.popitem(last=False)
        # Shielded: a page that goes away must not stop its turn half-way.
        return await asyncio.shield(turn)

    def _forget_failure(self, update_key: str, turn: asyncio.Task[list[Outgoing]]) -> None:
        failed = turn.cancelled() or turn.exception() is not None
        if failed and self._turns.get(update_key) is turn:
            del self._turns[update_key]


class WebChatInput(InputChannel):
    """Rasa input channel of the chat page."""

    @classmethod
    def name(cls) -> str:
        """The name in ``credentials.yml``, in the tracker and in the store."""
        return NAME

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """``GET /``, ``GET /ready``, ``GET /metrics`` and ``POST /turn``."""
        turns = Turns(on_new_message)

        async def take(address: str, incoming: Incoming, update_key: str) -> list[Outgoing]:
            replies = await turns.take(NAME, address, incoming, update_key=update_key)
            await asyncio.to_thread(_forget_stranger, address)
            return replies

        once = Once(take)
        webhook = Blueprint("webchat_webhook", __name__)

        @webhook.listener("after_server_start")
        async def begin_forgetting(app: Any, _loop: Any) -> None:
            app.add_task(_forget_regularly())

        @webhook.get("/")
        async def health(_: Request) -> HTTPResponse:
            return json_response({"status": "ok"})

        @webhook.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            if not is_inner(request.headers.get(INNER_HEADER), get_settings()):
                return json_response({"error": "forbidden"}, status=403)
            agent = getattr(request.app.ctx, "agent", None)
            loaded = agent is not None and agent.is_ready()
            return json_response({"model": loaded}, status=200 if loaded else 503)

        @webhook.get("/metrics")
        async def measured(request: Request) -> HTTPResponse:
            if not is_inner(request.headers.get(INNER_HEADER), get_settings()):
                return json_response({"error": "forbidden"}, status=403)
            return raw(metrics.as_text(), content_type=CONTENT_TYPE_LATEST)

        @webhook.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not is_inner(request.headers.get(INNER_HEADER), get_settings()):
                return json_response({"error": "forbidden"}, status=403)
            try:
                body = json.loads(request.body)
                key, checked = check_turn(body)
                address = _address(body)
            except ValueError as error:  # a WireError is one; its words hold nothing private
                why = str(error) if isinstance(error, WireError) else "not JSON"
                return json_response({"error": why}, status=400)
            incoming = read_incoming(checked)
            try:
                outgoing = await once.take(address, incoming, key)
            except (SQLAlchemyError, CannotSave) as error:
                logger.error("the store is away: a turn was not taken (%s)", type(error).__name__)
                sorry = await asyncio.to_thread(apology_for, incoming, words.CANNOT_SAVE)
                if len(sorry) == 1:  # the page keeps the message, and offers to send it again
                    return json_response({"error": "store"}, status=503)
                # A risk gets its route at once; the page sends it again until staff have it.
                return json_response(
                    {"replies": [to_wire(reply, None) for reply in sorry], "retry": True}
                )
            return json_response(
                {"replies": [to_wire(one.reply, one.keyboard_id) for one in outgoing]}
            )

        return webhook


def _forget_stranger(address: str) -> None:
    """Whoever declined or was erased leaves no row behind."""
    with unit_of_work() as session:
        forget_stranger(session, NAME, address)


async def _forget_regularly() -> None:
    """Erase what messages leave behind once they have served, on every channel."""
    while True:
        try:
            await asyncio.to_thread(_forget_old)
        except SQLAlchemyError as error:
            logger.error("the store is away: nothing was forgotten (%s)", type(error).__name__)
        await asyncio.sleep(_FORGET_EVERY_SECONDS)


def _forget_old() -> None:
    with unit_of_work() as session:
        messages.forget_before(session, now() - _KEEP)


def read_incoming(incoming: dict[str, Any]) -> Incoming:
    """A checked incoming as the conversation's own type; a hello opens the conversation."""
    kind = incoming["type"]
    if kind == "press":
        return Press(incoming["keyboard_id"], incoming["index"])
    if kind == "chosen":
        return Chosen(incoming["keyboard_id"], tuple(incoming["indexes"]))
    if kind == "location":
        return Location(incoming["latitude"], incoming["longitude"])
    if kind == "hello":
        return Text("/start")
    ticked = incoming.get("ticked")
    if ticked and sends_ticks(incoming["text"]):
        return Chosen(ticked["keyboard_id"], tuple(ticked["indexes"]))
    return Text(incoming["text"])


def _address(body: dict[str, Any]) -> str:
    address = body.get("address")
    if not isinstance(address, str) or not 16 <= len(address) <= 32:
        raise WireError("address: 16 to 32 characters are needed")
    return address
