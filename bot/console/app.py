"""The console as a web application, to be mounted at ``/staff`` beside the chat page.

It reads and writes the database and never calls Rasa.
"""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

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
from bot.webchat.guards import SecurityHeaders

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


def create_app(settings: Settings) -> Starlette:
    """The console of an installation; mount it at ``/staff``."""
    guard = Guard(settings)

    async def missing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return guard.refusal(request, status, "There is no such page.")

    return Starlette(
        middleware=[
            Middleware(
                SecurityHeaders,
                headers=HEADERS,
                static=f"{ROOT}/static/",
                static_cache="max-age=86400",
            )
        ],
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
