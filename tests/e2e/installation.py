"""A whole installation of its own: what ``wise run`` starts, on free ports, in its own folder."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.directory.sample import load_on_first_use
from bot.run import Running, running
from bot.settings import Settings
from bot.store.migrate import upgrade
from bot.training import train


@dataclass(frozen=True)
class Installation:
    """Servers that are up.

    Attributes:
        start_up: seconds from starting the servers until ``/readyz`` said yes.
    """

    settings: Settings
    servers: Running
    start_up: float

    @property
    def web_url(self) -> str:
        """The chat page, without a slash at the end."""
        return self.servers.web_url.rstrip("/")

    @property
    def rasa_url(self) -> str:
        """The Rasa server."""
        return f"http://127.0.0.1:{self.settings.wise_port_rasa}"

    @property
    def logs(self) -> dict[str, str]:
        """Everything that the servers have logged, by file name."""
        folder = self.servers.log_of("web").parent
        return {path.name: path.read_text(errors="replace") for path in folder.iterdir()}


@contextmanager
def installation(home: Path, **more: Any) -> Iterator[Installation]:
    """Migrate, load the sample directory and start everything; stop it at the end.

    The model is the project's own, trained first where that is needed. Nothing else is
    taken from the settings of the machine: no real bot token, no real database.

    Args:
        home: an empty folder for the data and the logs.
        more: settings, such as ``telegram_bot_token``.
    """
    rasa, actions, web = free_ports(3)
    settings = Settings(
        _env_file=None,
        **{
            **dict.fromkeys(
                (
                    "database_url",
                    "redis_url",
                    "rabbitmq_url",
                    "wise_rasa_url",
                    "wise_actions_url",
                    "telegram_bot_token",
                    "telegram_webhook_url",
                    "telegram_webhook_secret",
                    "wise_secret_key",
                ),
                "",
            ),
            "wise_home": home,
            "telegram_chat_rate": 1000,  # scripted patients type faster than people
            "wise_port_rasa": rasa,
            "wise_port_actions": actions,
            "wise_port_web": web,
            **more,
        },
    )
    train(settings=Settings())
    upgrade(settings.store_url)
    load_on_first_use(settings.store_url)
    began = time.monotonic()
    with running(settings) as servers:
        yield Installation(settings, servers, time.monotonic() - began)


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nothing listens on."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
