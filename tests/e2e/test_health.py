"""Health, metrics and closed doors of the running installation."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.conversations import words
from bot.webchat.secret import INNER_HEADER, inner_token
from tests.e2e.installation import Installation
from tests.e2e.patient import Caller, Phone, said

WORD = "Quorvellastone"
"""A name that nothing but a patient could have said."""


def parts(servers: Installation) -> tuple[int, dict[str, bool]]:
    """The status of /readyz, and which parts are up."""
    answer = httpx.get(f"{servers.web_url}/readyz", timeout=30)
    return answer.status_code, {n: p["ok"] for n, p in answer.json()["parts"].items()}


def test_all_parts_are_up(servers: Installation) -> None:
    assert httpx.get(f"{servers.web_url}/healthz").json() == {"live": True}
    deadline = time.monotonic() + 30
    while not parts(servers)[1]["telegram"]:  # ready does not wait for Telegram
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert parts(servers) == (
        200,
        {"database": True, "model": True, "action_server": True, "telegram": True},
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


def test_metrics_of_real_turns_hold_nothing_of_the_person(
    servers: Installation, phone: Phone
) -> None:
    def read() -> dict[str, float]:
        text = httpx.get(f"{servers.web_url}/metrics").text
        assert WORD not in text
        # As a label: its digits may well be part of some number of seconds.
        assert f'"{phone.chat.id}"' not in text and f":{phone.chat.id}" not in text
        assert servers.settings.telegram_bot_token not in text
        return {
            sample.name + str(sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    before = read()
    phone.says("/start")
    phone.taps("Yes, let's start")
    phone.says(f"{WORD} syndrome")
    phone.says("XW1")
    phone.says("xyzzy plugh")
    phone.says("I want to kill myself")
    after = read()
    grown = {name for name, value in after.items() if value > before.get(name, 0.0)}

    def grew(name: str, **labels: str) -> bool:
        return name + str(sorted(labels.items())) in grown

    assert grew("wise_turns_total", channel="telegram", kind="text", outcome="answered")
    assert grew("wise_turns_total", channel="telegram", kind="press", outcome="answered")
    assert grew("wise_risks_total", level="crisis")
    assert grew("wise_nlu_fallbacks_total", why="not understood")
    assert grew("wise_telegram_sent_total", kind="message")
    for stage in ("inbox", "understand", "action", "save", "rasa", "turn", "send", "outbox"):
        assert grew("wise_stage_seconds_count", stage=stage), stage
    for gauge in ("wise_rasa_up", "wise_database_up"):
        assert after[f"{gauge}[]"] == 1
    assert after["wise_queue_depth" + str([("queue", "inbox")])] == 0


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
        ("GET", "/webhooks/telegram/ready"),
        ("GET", "/webhooks/webchat/metrics"),
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
        status, up = parts(servers)
        assert (status, [name for name, ok in up.items() if not ok]) == (503, ["action_server"])
        assert httpx.get(f"{servers.web_url}/healthz").status_code == 200
        with pytest.raises(httpx.HTTPStatusError, match="503"):
            caller.says(f"{WORD} is where I live")  # the page says so, and keeps the message
        replies = said(caller.says("I want to kill myself"))
        assert "999" in replies and words.CANNOT_SAVE in replies, "a risk is never left waiting"
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
