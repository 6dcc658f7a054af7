"""What an orchestrator hears of a Rasa server: the truth about that process, and its numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from bot.run import launch, stop
from bot.settings import Settings
from bot.store.migrate import upgrade
from tests.e2e.installation import free_ports

SERVER = """
import sys
from pathlib import Path
from types import SimpleNamespace
from rasa.core.run import configure_app, create_http_input_channels
from bot import metrics
from bot.settings import get_settings
channels = create_http_input_channels(None, "credentials.yml")
app = configure_app([c for c in channels if c.name() == "probes"], enable_api=False)
# Rasa puts its agent there once it has read the model.
app.ctx.agent = SimpleNamespace(is_ready=Path(sys.argv[1]).exists)
metrics.count(metrics.RISKS, level="concern")
app.run("127.0.0.1", get_settings().wise_port_rasa, motd=False)
"""
"""Rasa's server with the channel of probes, and a file for the model."""
PATIENCE = 60


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    [port] = free_ports(1)
    url = f"sqlite:///{tmp_path / 'companion.sqlite'}"
    return Settings(_env_file=None, wise_home=tmp_path, database_url=url, wise_port_rasa=port)


@pytest.fixture
def rasa(settings: Settings, tmp_path: Path) -> Iterator[httpx.Client]:
    """Calls of a Rasa server that has neither model nor tables yet."""
    log = tmp_path / "rasa.log"
    process = launch(["-c", SERVER, str(tmp_path / "model")], settings, log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{settings.wise_port_rasa}") as client:
            while not _lives(client):
                assert process.poll() is None, log.read_text("utf-8")
                time.sleep(0.1)
            yield client
    finally:
        stop([process])


def _lives(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").json() == {"live": True}
    except httpx.HTTPError:
        return False


def ready(client: httpx.Client) -> tuple[int, dict[str, bool]]:
    """The status, and which parts are there."""
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["parts"]


def test_a_rasa_server_is_ready_with_its_model_and_its_tables(
    rasa: httpx.Client, settings: Settings, tmp_path: Path
) -> None:
    assert ready(rasa) == (503, {"tables": False, "model": False})
    (tmp_path / "model").touch()
    assert ready(rasa) == (503, {"tables": False, "model": True})
    upgrade(settings.store_url)
    deadline = time.monotonic() + PATIENCE
    while ready(rasa) != (200, {"tables": True, "model": True}):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    # Who tells patients that the database is away is not to be taken away too.
    with create_engine(settings.store_url).begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert ready(rasa) == (200, {"tables": True, "model": True})


def test_a_rasa_server_gives_its_own_numbers(rasa: httpx.Client) -> None:
    assert 'wise_risks_total{level="concern"} 1.0' in rasa.get("/metrics").text
