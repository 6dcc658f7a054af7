"""Alerts arrive at a real webhook and a real mail server, and hold no word of the patient's."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from bot import alerting
from bot.settings import get_settings
from bot.store.alerts import Alert
from bot.store.base import now, unit_of_work
from bot.store.record import Record
from tests.store.conftest import person, postgres_template, sqlite_template, store

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

WORDS = "I want to end it with my zopiclone"


class Hook(BaseHTTPRequestHandler):
    """Takes what is posted; says no for as long as it is told to."""

    refuse = 0
    got: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        refused, Hook.refuse = Hook.refuse > 0, max(0, Hook.refuse - 1)
        if not refused:
            Hook.got.append((dict(self.headers), body))
        self.send_response(503 if refused else 204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hook]]:
    Hook.got, Hook.refuse = [], 0
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("WISE_ALERT_WEBHOOK", f"http://127.0.0.1:{server.server_port}/hook")
    monkeypatch.setenv("WISE_ALERT_WEBHOOK_SECRET", "s" * 40)
    get_settings.cache_clear()
    yield Hook
    server.shutdown()


def risk(person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.note("noticed", WORDS)
        record.note_risk("crisis", "suicide", "rules", "utter_risk_suicide", why=["want-to-die"])


def test_a_webhook_gets_the_risk_signed_and_no_words(person: str, hook: type[Hook]) -> None:
    risk(person)
    assert alerting.send_next(get_settings())
    assert not alerting.send_next(get_settings())
    [(headers, body)] = hook.got
    assert json.loads(body)["level"] == "crisis" and json.loads(body)["person"] == person
    mine = "sha256=" + hmac.new(b"s" * 40, body, hashlib.sha256).hexdigest()
    assert headers[alerting.SIGNATURE] == mine
    assert "zopiclone" not in body.decode() and "want" not in body.decode()


def test_a_refused_alert_is_tried_again(
    person: str, hook: type[Hook], caplog: pytest.LogCaptureFixture
) -> None:
    hook.refuse = 1
    risk(person)
    assert alerting.send_next(get_settings())
    assert hook.got == [] and "503" in caplog.text
    with unit_of_work() as session:
        [row] = session.query(Alert)
        assert (row.state, row.attempts) == ("waiting", 1)
        row.due = now()
    assert alerting.send_next(get_settings())
    assert len(hook.got) == 1


def test_a_webhook_in_the_clear_is_refused_beyond_this_machine() -> None:
    assert alerting.is_safe_address("https://alerts.example/x")
    assert alerting.is_safe_address("http://localhost:8/x")
    assert not alerting.is_safe_address("http://alerts.example/x")


def test_the_letter_holds_no_words_and_says_where_to_look(
    person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []

    class Mail:
        """Stands for the mail server's session."""

        def __init__(self, host: str, port: int, timeout: float) -> None:
            assert (host, port) == ("localhost", 2525)

        def __enter__(self) -> Mail:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing to close."""

        def send_message(self, message: Any) -> None:
            sent.append(message)

    monkeypatch.setattr("smtplib.SMTP", Mail)
    monkeypatch.setenv("WISE_ALERT_EMAIL", "safety@example.org")
    monkeypatch.setenv("WISE_SMTP_URL", "smtp://localhost:2525")
    get_settings.cache_clear()
    risk(person)
    assert alerting.send_next(get_settings())
    [letter] = sent
    text = letter.as_string()
    assert letter["To"] == "safety@example.org" and person in text and "crisis" in text
    assert "zopiclone" not in text
