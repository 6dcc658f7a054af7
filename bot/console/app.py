"""The console as a web application, to be mounted at ``/staff`` beside the chat page.

It reads and writes the database and never calls Rasa.
"""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console import (
    conversations,
    directory,
    marks,
    numbers,
    oidc,
    own,
    people,
    queue,
    setup,
    sign_in,
    transcript,
)
from bot.console.web import HEADERS, HERE, ROOT, Guard, Page
from bot.settings import Settings

_FONTS = Path(__file__).parent.parent / "webchat" / "static" / "fonts"

PAGES: tuple[Page, ...] = (
    *sign_in.PAGES,
    *oidc.PAGES,
    *own.PAGES,
    *queue.PAGES,
    *conversations.PAGES,
    *transcript.PAGES,
    *marks.PAGES,
    *people.PAGES,
    *numbers.PAGES,
    *directory.PAGES,
    *setup.PAGES,
)
"""Every page there is; each says what one must be allowed to do."""


class _Headers:
    """Adds the headers of the console to every response of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "/static/" in scope["path"]:
                    headers.setdefault("Cache-Control", "max-age=86400")
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_guarded)


def create_app(settings: Settings) -> Starlette:
    """The console of an installation; mount it at ``/staff``."""
    guard = Guard(settings)

    async def missing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return guard.refusal(request, status, "There is no such page.")

    return Starlette(
        middleware=[Middleware(_Headers)],
        exception_handlers={404: missing, 405: missing},
        routes=[
            Mount("/static/fonts", StaticFiles(directory=_FONTS)),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            *guard.routes(PAGES),
        ],
    )


def console_mount(settings: Settings) -> Mount:
    """The console for the routes of the web server."""
    return Mount(ROOT, app=create_app(settings), name="console")
