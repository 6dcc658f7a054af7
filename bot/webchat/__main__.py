"""``python -m bot.webchat``: serve the chat page, the console for staff, health and metrics."""

from __future__ import annotations

import argparse

import uvicorn

from bot.console.app import console_mount
from bot.settings import get_settings
from bot.webchat.app import create_app


def main() -> None:
    """Serve until stopped, on ``WISE_PORT_WEB``."""
    parser = argparse.ArgumentParser(prog="python -m bot.webchat", description=__doc__)
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; 0.0.0.0 behind a proxy that adds HTTPS (default %(default)s)",
    )
    parser.add_argument(
        "--no-console",
        action="store_true",
        help="leave the staff console to a process of its own, python -m bot.console",
    )
    arguments = parser.parse_args()
    settings = get_settings()
    extra = [] if arguments.no_console else [console_mount(settings)]
    uvicorn.run(
        create_app(settings, extra_routes=extra),
        host=arguments.host,
        port=settings.wise_port_web,
        access_log=False,
        server_header=False,
        log_level="warning",
        # No web sockets here; and Rasa holds `websockets` at a version uvicorn cannot import.
        ws="none",
    )


if __name__ == "__main__":
    main()
