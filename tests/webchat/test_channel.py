"""The chat page's channel on a real Sanic server, with real keyboards in a real database."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic
from sanic.signals import RESERVED_NAMESPACES
from sanic.touchup import TouchUp
from sqlalchemy import create_engine

from bot.conversations import words
from bot.conversations.saving import miss
from bot.settings import get_settings
from bot.store import messages, tables  # noqa: F401  (their tables)
from bot.store.base import Base
from bot.webchat.channel import Once, WebChatInput
from bot.webchat.secret import INNER_HEADER, inner_token

ADDRESS = "a" * 32
OTHER = "b" * 32


class Assistant:
    """Stands where Rasa stands: gets messages, says things."""

    def __init__(self) -> None:
        self.heard: list[UserMessage] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.listening = asyncio.Event()
        self.fails = False
        self.misses = False

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        self.listening.set()
        await self.gate.wait()
        if self.fails:
            raise RuntimeError("no")
        if self.misses:
            miss("action server")
            return
        await message.output_channel.send_response(
            message.sender_id,
            {"text": f"Heard {message.text}", "buttons": [{"title": "Yes", "payload": "/affirm"}]},
        )
        await message.output_channel.send_response(
            message.sender_id,
            {
                "text": "Which?",
                "custom": {
                    "toggles": [
                        {"title": "Pain", "value": "pain"},
                        {"title": "Sleep", "value": "sleep", "on": True},
                    ],
                    "done": "Done",
                },
            },
        )


@pytest.fixture
def assistant() -> Assistant:
    return Assistant()


@pytest.fixture
async def rasa(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the channel as Rasa mounts it, with the proof of our own web server."""
    monkeypatch.setenv("WISE_HOME", str(tmp_path))
    monkeypatch.setenv("WISE_SECRET_KEY", "for tests only")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    get_settings.cache_clear()
    Base.metadata.create_all(create_engine(get_settings().store_url))
    app = Sanic(f"webchat_{id(assistant)}")
    # Sanic rewrites its own classes as it starts, to leave out signals that nobody hears.
    # That works once in a process; so here somebody hears all of them.
    monkeypatch.setattr(TouchUp, "run", classmethod(lambda cls, app: None))
    for event in (name for names in RESERVED_NAMESPACES.values() for name in names):
        app.add_signal(hear, event)
    app.ctx.agent = SimpleNamespace(handle_message=assistant, is_ready=lambda: True)
    register([WebChatInput.from_credentials({})], app, route="/webhooks/")
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    await server.startup()
    proof = {INNER_HEADER: inner_token(get_settings())}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}/webhooks/webchat",
        headers=proof,
        trust_env=False,
        timeout=20,
    ) as client:
        client.app = app  # type: ignore[attr-defined]
        yield client
    await server.before_stop()
    await server.close()
    get_settings.cache_clear()


async def hear(**_: Any) -> None:
    """Nothing is done about a signal."""


def turn(incoming: dict[str, Any], key: str, address: str = ADDRESS) -> dict[str, Any]:
    return {"address": address, "update_key": key, "incoming": incoming}


async def take(
    rasa: httpx.AsyncClient, incoming: dict[str, Any], key: str, address: str = ADDRESS
) -> list[dict[str, Any]]:
    answer = await rasa.post("/turn", json=turn(incoming, key, address))
    assert answer.status_code == 200, answer.text
    replies: list[dict[str, Any]] = answer.json()["replies"]
    return replies


async def test_a_hello_greets_and_text_is_heard(
    rasa: httpx.AsyncClient, assistant: Assistant
) -> None:
    await take(rasa, {"type": "hello"}, "key-00001")
    replies = await take(rasa, {"type": "text", "text": "my wife Jean"}, "key-00002")
    assert [message.text for message in assistant.heard] == ["/greet", "my wife Jean"]
    assert replies[0]["text"] == "Heard my wife Jean"
    assert replies[0]["buttons"] == ["Yes"]
    assert {message.input_channel for message in assistant.heard} == {"webchat"}
    assert assistant.heard[0].sender_id == assistant.heard[1].sender_id != ADDRESS


async def test_typed_commands_of_rasa_are_only_words(
    rasa: httpx.AsyncClient, assistant: Assistant
) -> None:
    await take(rasa, {"type": "text", "text": '/restart{"x": "y"}'}, "key-00001")
    assert not assistant.heard[0].text.startswith("/")


async def test_a_press_means_what_its_keyboard_says_and_only_in_its_chat(
    rasa: httpx.AsyncClient, assistant: Assistant
) -> None:
    buttons, toggles = await take(rasa, {"type": "hello"}, "key-00001")
    theirs = {"type": "press", "keyboard_id": buttons["keyboard_id"], "index": 0}
    await take(rasa, theirs, "key-00002", OTHER)
    assert assistant.heard[-1].text == "/stale_button"
    await take(
        rasa,
        {"type": "chosen", "keyboard_id": toggles["keyboard_id"], "indexes": [0, 1]},
        "key-00003",
    )
    assert assistant.heard[-1].text == '/choose{"choice": "pain,sleep"}'
    await take(rasa, theirs, "key-00004")  # past: another question has been asked since
    assert assistant.heard[-1].text == "/stale_button"


async def test_the_same_turn_is_taken_once(rasa: httpx.AsyncClient, assistant: Assistant) -> None:
    assistant.gate.clear()
    first = asyncio.create_task(take(rasa, {"type": "text", "text": "Jean"}, "key-00001"))
    again = asyncio.create_task(take(rasa, {"type": "text", "text": "Jean"}, "key-00001"))
    await assistant.listening.wait()
    assistant.gate.set()
    later = await take(rasa, {"type": "text", "text": "Jean"}, "key-00001")
    assert await first == await again == later
    assert len(assistant.heard) == 1
    await take(rasa, {"type": "text", "text": "Jean"}, "key-00001", OTHER)
    assert len(assistant.heard) == 2  # the key is the patient's own


async def test_a_failing_turn_apologises(rasa: httpx.AsyncClient, assistant: Assistant) -> None:
    assistant.fails = True
    [reply] = await take(rasa, {"type": "text", "text": "Jean"}, "key-00001")
    assert reply["text"]


async def test_without_a_store_the_page_is_told_to_try_again(
    rasa: httpx.AsyncClient, assistant: Assistant, tmp_path: Path
) -> None:
    engine = create_engine(get_settings().store_url)
    Base.metadata.drop_all(engine)
    body = turn({"type": "hello"}, "key-00001")
    assert (await rasa.post("/turn", json=body)).status_code == 503
    Base.metadata.create_all(engine)
    assert (await rasa.post("/turn", json=body)).status_code == 200


async def test_what_rasa_could_not_save_is_sent_again_and_a_risk_gets_its_route(
    rasa: httpx.AsyncClient, assistant: Assistant
) -> None:
    assistant.misses = True
    body = turn({"type": "text", "text": "my wife Jean"}, "key-00001")
    assert (await rasa.post("/turn", json=body)).status_code == 503
    risk = turn({"type": "text", "text": "I want to kill myself"}, "key-00002")
    answer = (await rasa.post("/turn", json=risk)).json()
    route, sorry = answer["replies"]
    assert "999" in route["text"] and "116 123" in route["text"]
    assert sorry["text"] == words.CANNOT_SAVE
    assert answer["retry"], "the page sends it again, for staff have not seen it"
    assistant.misses = False
    again = (await rasa.post("/turn", json=risk)).json()
    assert again["replies"][0]["text"] == "Heard I want to kill myself" and "retry" not in again
    assert (await rasa.post("/turn", json=body)).json()["replies"][0]["text"] == (
        "Heard my wife Jean"
    )


@pytest.mark.parametrize("proof", ["", "wrong", "0" * 64])
async def test_only_our_own_web_server_may_call(
    rasa: httpx.AsyncClient, assistant: Assistant, proof: str
) -> None:
    body = turn({"type": "hello"}, "key-00001")
    headers = {INNER_HEADER: proof}
    assert (await rasa.post("/turn", json=body, headers=headers)).status_code == 403
    assert (await rasa.get("/ready", headers=headers)).status_code == 403
    assert assistant.heard == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"address": "short", "update_key": "key-00001", "incoming": {"type": "hello"}}',
        b'{"address": 3, "update_key": "key-00001", "incoming": {"type": "hello"}}',
    ],
)
async def test_a_call_that_cannot_be_read_is_refused(
    rasa: httpx.AsyncClient, assistant: Assistant, body: bytes
) -> None:
    assert (await rasa.post("/turn", content=body)).status_code == 400
    assert assistant.heard == []


async def test_ready_says_whether_a_model_is_loaded(rasa: httpx.AsyncClient) -> None:
    assert (await rasa.get("/ready")).status_code == 200
    rasa.app.ctx.agent = None  # type: ignore[attr-defined]
    assert (await rasa.get("/ready")).status_code == 503


async def test_the_memory_of_turns_is_bounded_and_keeps_no_failure() -> None:
    taken: list[str] = []

    async def taker(_address: str, _incoming: Any, key: str) -> list[Any]:
        taken.append(key)
        if len(taken) == 1:
            raise OSError("away")
        return []

    once = Once(taker, remembered=2)
    with pytest.raises(OSError, match="away"):
        await once.take("a", None, "k0")  # type: ignore[arg-type]
    for key in ("k0", "k0", "k1", "k2", "k2", "k0"):
        await once.take("a", None, key)  # type: ignore[arg-type]
    assert [key.rsplit(":", 1)[1] for key in taken] == ["k0", "k0", "k1", "k2", "k0"]
