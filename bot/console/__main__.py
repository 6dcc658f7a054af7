"""``python -m bot.console``: serve the console by itself, apart from the chat page."""

from __future__ import annotations

import argparse

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.console.app import console_mount
from bot.settings import Settings, get_settings


def create_server(settings: Settings) -> Starlette:
    """The console at ``/staff``, and ``/healthz``; nothing of the chat page."""

    async def live(_: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    return Starlette(routes=[Route("/healthz", live), console_mount(settings)])


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m bot.console", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8090, help="port (%(default)s)")
    arguments = parser.parse_args()
    uvicorn.run(
        create_server(get_settings()),
        host=arguments.host,
        port=arguments.port,
        access_log=False,
        server_header=False,
        log_level="warning",
        ws="none",  # as in bot.webchat
    )


if __name__ == "__main__":
    main()
