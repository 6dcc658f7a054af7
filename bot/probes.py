"""What an orchestrator asks each server of its own: does it live, and can it work?

The web server's ``/readyz`` is about the whole installation; these are about the one process that
is asked, and ask nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response
from sqlalchemy.exc import SQLAlchemyError

from bot.store.migrate import is_behind

LOOK_SECONDS = 2.0


def probes(store_url: str, has_model: Callable[[Any], bool] | None = None) -> Blueprint:
    """``GET /healthz`` and ``GET /readyz`` of a Sanic server.

    Ready is a server that has once seen the tables of its version, and has its model. A database
    that goes away later changes nothing: then it is this server that tells patients so.

    Args:
        store_url: of the database.
        has_model: whether the server with this app has loaded its model; ``None`` where it needs
            none.
    """
    found = asyncio.Event()
    blueprint = Blueprint("probes")

    @blueprint.listener("after_server_start")
    async def begin_looking(app: Any, _loop: Any) -> None:
        app.add_task(_until_found(store_url, found))

    @blueprint.get("/healthz")
    async def live(_: Request) -> HTTPResponse:
        return json_response({"live": True})

    @blueprint.get("/readyz")
    async def ready(request: Request) -> HTTPResponse:
        parts = {"tables": found.is_set()}
        if has_model is not None:
            parts["model"] = has_model(request.app)
        is_ready = all(parts.values())
        return json_response({"ready": is_ready, "parts": parts}, 200 if is_ready else 503)

    return blueprint


async def _until_found(store_url: str, found: asyncio.Event) -> None:
    """Look for the tables until they are there."""
    while not found.is_set():
        with suppress(SQLAlchemyError):
            if not await asyncio.to_thread(is_behind, store_url):
                found.set()
                return
        await asyncio.sleep(LOOK_SECONDS)
