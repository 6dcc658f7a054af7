"""Health, metrics and closed doors of the running installation."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from bot.conversations import words
from bot.webchat.secret import INNER_HEADER, inner_token
from tests.e2e.installation import Installation
from tests.e2e.patient import Caller, said

WORD = "Quorvellastone"
"""A name that nothing but a patient could have said."""


def parts(servers: Installation) -> tuple[int, dict[str, bool]]:
    """The status of /readyz, and which parts are up."""
    answer = httpx.get(f"{servers.web_url}/readyz", timeout=30)
    return answer.status_code, {n: p["ok"] for n, p in answer.json()["parts"].items()}


def test_all_parts_are_up(servers: Installation) -> None:
    assert httpx.get(f"{servers.web_url}/healthz").json() == {"live": True}
    assert parts(servers) == (
        200,
        {"database": True, "model": True, "action_server": True},
    )


def test_metrics_count_turns(servers: Installation) -> None:
    def turns() -> float:
        for line in httpx.get(f"{servers.web_url}/metrics").text.splitlines():
            if line.startswith('wise_webchat_turns_total{outcome="ok"}'):
                return float(line.split()[-1])
        return 0.0

    before = turns()
    with httpx.Client(base_url=servers.web_url) as browser:
        browser.get("/")
        body = {"update_key": "0123456789abcdef", "incoming": {"type": "hello"}}
        answer = browser.post("/chat/turn", json=body, timeout=60)
        assert "WISE Companion" in answer.json()["replies"][0]["text"]
    assert turns() == before + 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/conversations/someone/tracker"),
        ("POST", "/conversations/someone/messages"),
        ("POST", "/model/parse"),
        ("PUT", "/model"),
        ("GET", "/domain"),
        ("GET", "/status"),
        ("POST", "/webhooks/rest/webhook"),
        ("POST", "/webhooks/callback/webhook"),
        ("POST", "/webhooks/telegram/webhook"),
    ],
)
def test_rasas_own_doors_are_closed(servers: Installation, method: str, path: str) -> None:
    body = {"json": {"sender": "someone", "message": "hello"}} if method == "POST" else {}
    answer = httpx.request(method, servers.rasa_url + path, **body)
    assert answer.status_code in (401, 403, 404, 405)


@pytest.mark.parametrize("token", [None, "", "wrong", "0" * 64])
def test_the_chat_channel_takes_calls_of_our_web_server_only(
    servers: Installation, token: str | None
) -> None:
    body = {
        "update_key": "0123456789abcdef",
        "address": "a" * 32,
        "incoming": {"type": "text", "text": "hello"},
    }
    headers = {} if token is None else {INNER_HEADER: token}
    url = f"{servers.rasa_url}/webhooks/webchat/turn"
    assert httpx.post(url, json=body, headers=headers).status_code == 403
    assert inner_token(servers.settings) not in httpx.get(servers.web_url).text


def test_all_servers_listen_on_loopback_only(servers: Installation) -> None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("no /proc/net/tcp on this system to see who listens where")
    settings = servers.settings
    ours = {settings.wise_port_rasa, settings.wise_port_actions, settings.wise_port_web}
    listening = set()
    for line in table.read_text().splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        address, port = local.split(":")
        if state == "0A" and int(port, 16) in ours:
            listening.add((int(port, 16), address))
    assert listening == {(port, "0100007F") for port in ours}


def test_without_the_action_server_people_are_told_and_it_is_named(
    servers: Installation, caller: Caller
) -> None:
    caller.sends({"type": "hello"})
    caller.taps("Yes, let's start")
    caller.taps("Skip")
    process = servers.servers.processes["actions"]
    process.terminate()
    process.wait(30)
    try:
        assert parts(servers) == (
            503,
            {"database": True, "model": True, "action_server": False},
        )
        assert httpx.get(f"{servers.web_url}/healthz").status_code == 200
        with pytest.raises(httpx.HTTPStatusError, match="503"):
            caller.says(f"{WORD} is where I live")  # the page says so, and keeps the message
        replies = said(caller.says("I want to kill myself"))
        assert "999" in replies and words.APOLOGY in replies, "a risk is never left waiting"
    finally:
        servers.servers.launch("actions")
        deadline = time.monotonic() + 120
        while parts(servers)[0] != 200:
            assert time.monotonic() < deadline, servers.logs["actions.log"][-2000:]
            time.sleep(0.5)
    assert "How old are you" in said(caller.says("XW1")), "the chat goes on where it was"


def test_the_logs_hold_no_words_of_patients(servers: Installation, caller: Caller) -> None:
    caller.sends({"type": "hello"})
    caller.taps("Yes, let's start")
    caller.says(f"I have {WORD} syndrome")
    for _ in range(4):
        caller.taps("Skip")
    caller.says(f"It hurts, says my husband {WORD}")
    caller.says(f"take {WORD} off my map")
    caller.says(f"I want to die, {WORD}")
    assert "web.log" in servers.logs
    found = [name for name, text in servers.logs.items() if WORD.casefold() in text.casefold()]
    assert not found, f"said by a patient, and in {found}"
