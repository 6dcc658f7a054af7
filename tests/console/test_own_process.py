"""The console in a process of its own: it serves staff, and has nothing of the chat or of Rasa."""

from __future__ import annotations

import subprocess
import sys

from starlette.testclient import TestClient

from bot.console.__main__ import create_server
from bot.settings import PROJECT, Settings


def test_it_serves_the_console_and_not_the_chat_page(settings: Settings) -> None:
    browser = TestClient(create_server(settings), base_url="https://console.test")
    assert browser.get("/healthz").json() == {"live": True}
    assert "User name" in browser.get("/staff").text
    assert browser.get("/").status_code == 404
    assert browser.get("/metrics").status_code == 404


def test_it_is_started_by_its_name_and_knows_nothing_of_rasa() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "bot.console", "--help"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "--port" in told.stdout
    program = "import sys, bot.console.__main__; assert 'rasa' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True)
