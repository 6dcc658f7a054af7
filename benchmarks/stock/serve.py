"""Stock Rasa's server: ``python -m benchmarks.stock.serve MODEL PORT ACTIONS DATABASE API TOKEN``.

``rasa run`` with an endpoints.yml and a credentials.yml comes to the same, but for one thing: the
channel is told that the Bot API is on loopback.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from aiogram.bot.api import TelegramAPIServer
from rasa.core.channels.telegram import TelegramOutput
from rasa.core.run import serve_application
from rasa.core.utils import AvailableEndpoints
from rasa.utils.log_utils import configure_structlog


def serve(model: str, port: int, actions: str, database: str, api: str, token: str) -> None:
    """Serve until stopped.

    Args:
        actions: address of the action server's webhook.
        database: SQLAlchemy URL of the tracker store.
        api: base of the Bot API.
    """
    _talk_to(api)
    with tempfile.TemporaryDirectory() as folder:
        endpoints, credentials = Path(folder) / "endpoints.yml", Path(folder) / "credentials.yml"
        store = {"type": "SQL", "dialect": "sqlite", "url": database}
        endpoints.write_text(
            yaml.safe_dump({"tracker_store": store, "action_endpoint": {"url": actions}})
        )
        telegram = {
            "access_token": token,
            "verify": "wise_test_bot",
            "webhook_url": f"http://127.0.0.1:{port}/webhooks/telegram/webhook",
        }
        credentials.write_text(yaml.safe_dump({"telegram": telegram}))
        serve_application(
            model_path=model,
            interface="127.0.0.1",
            port=port,
            credentials=str(credentials),
            endpoints=AvailableEndpoints.read_endpoints(str(endpoints)),
        )


def _talk_to(api: str) -> None:
    made = TelegramOutput.__init__

    def make(self: TelegramOutput, *arguments: Any, **options: Any) -> None:
        made(self, *arguments, **options)
        self.server = TelegramAPIServer.from_base(api)

    TelegramOutput.__init__ = make  # type: ignore[method-assign]


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    configure_structlog(logging.WARNING)
    serve(sys.argv[1], int(sys.argv[2]), *sys.argv[3:7])
