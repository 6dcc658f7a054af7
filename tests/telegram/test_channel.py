"""The channel in a Sanic server, as Rasa mounts it: start, stop, webhook."""

import asyncio
import itertools
import json

import aiohttp
import pytest
from sanic import Sanic
from sanic.http import Http
from sanic.touchup import TouchUp

from bot.settings import Settings
from bot.telegram.channel import BODY_MAX, SECRET_HEADER, TelegramInput

SECRET = "a-long-enough-secret"
NUMBERS = itertools.count()
QUICK = {"poll_seconds": 5, "sweep_seconds": 0.05, "retry_seconds": 0.02, "stop_seconds": 1.0}


@pytest.fixture
def serve(rasa, url, unused_tcp_port, monkeypatch):
    """Serves a channel with these settings; ``serve.url`` is its webhook."""
    touch_up = TouchUp.run

    def once(app):
        # Sanic rewrites its own classes at a start, and cannot do so twice in a process.
        if not getattr(Http, "__touched__", False):
            touch_up(app)

    monkeypatch.setattr(TouchUp, "run", once)
    servers = []

    async def serve(**settings):
        channel = TelegramInput(
            Settings(database_url=url, **settings),
            turns_options={"person_for": lambda _channel, address: f"p{address}"},
            sender_options={"retry_seconds": 0.02},
            service_options=QUICK,
        )
        app = Sanic(f"telegram_{next(NUMBERS)}", configure_logging=False)
        prefix = f"/webhooks/{channel.url_prefix()}"
        app.blueprint(channel.blueprint(rasa), url_prefix=prefix)
        server = await app.create_server(
            port=unused_tcp_port, host="127.0.0.1", return_asyncio_server=True, access_log=False
        )
        await server.startup()
        await server.before_start()
        await server.after_start()
        servers.append(server)
        return channel

    serve.url = f"http://127.0.0.1:{unused_tcp_port}/webhooks/telegram/webhook"

    async def stop():
        while servers:
            server = servers.pop()
            await server.before_stop()
            await server.close()
            await server.after_stop()

    serve.stop = stop
    return serve


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


def by_webhook(api, serve, **changes):
    return {
        "telegram_bot_token": api.token,
        "telegram_api_url": api.url,
        "telegram_webhook_url": serve.url,
        "telegram_webhook_secret": SECRET,
        **changes,
    }


async def test_it_starts_and_stops_with_the_server(api, serve, rasa):
    await serve(telegram_bot_token=api.token, telegram_api_url=api.url)
    chat = api.chat(7)
    await chat.says("hello")
    assert (await chat.waits_for(1)).text == "echo hello"
    await serve.stop()
    polls = len(api.named("getUpdates"))
    await chat.says("later")
    await asyncio.sleep(0.1)
    assert len(api.named("getUpdates")) == polls and api.pending


async def test_without_a_token_it_is_quiet(api, serve):
    channel = await serve(telegram_api_url=api.url, telegram_bot_token="")
    assert channel.service is None and api.calls == []
    await serve.stop()


async def test_the_webhook_brings_updates(api, serve, rasa):
    await serve(**by_webhook(api, serve))
    chat = api.chat(7)
    await chat.says("hello")
    await chat.waits_for(1)
    await chat.says("again")
    await chat.waits_for(2)
    assert chat.texts == ["echo hello", "echo again"]
    assert api.webhook["secret_token"] == SECRET
    assert api.named("getUpdates") == []
    await serve.stop()


async def test_going_back_to_polling_leaves_no_webhook(api, serve, rasa):
    await serve(**by_webhook(api, serve))
    await api.waits_until(lambda: api.webhook)
    await serve.stop()
    chat = api.chat(7)
    await chat.says("in between")
    await serve(telegram_bot_token=api.token, telegram_api_url=api.url)
    await chat.waits_for(1)
    assert api.webhook == {}
    await serve.stop()


async def test_others_may_not_call_the_webhook(api, serve, rasa, http):
    await serve(**by_webhook(api, serve))
    update = {"update_id": 1}
    for headers in ({}, {SECRET_HEADER: ""}, {SECRET_HEADER: SECRET + "x"}, {SECRET_HEADER: "é"}):
        async with http.post(serve.url, json=update, headers=headers) as answer:
            assert answer.status == 403
    await serve.stop()
    assert rasa.read == []


async def test_a_huge_body_is_refused_and_rubbish_is_taken_once(api, serve, rasa, http):
    await serve(**by_webhook(api, serve))
    headers = {SECRET_HEADER: SECRET}
    huge = b"[" + b" " * BODY_MAX + b"]"
    async with http.post(serve.url, data=huge, headers=headers) as answer:
        assert answer.status == 413
    for body in (b"", b"[]", b"null", b"{}", b'{"update_id": "x"}', b"\xff", b'{"update_id": 1}'):
        async with http.post(serve.url, data=body, headers=headers) as answer:
            assert answer.status == 200
    await serve.stop()


async def test_the_webhook_is_closed_while_polling(api, serve, http):
    await serve(telegram_bot_token=api.token, telegram_api_url=api.url)
    body = json.dumps({"update_id": 1})
    async with http.post(serve.url, data=body, headers={SECRET_HEADER: ""}) as answer:
        assert answer.status == 404
    await serve.stop()


async def test_telegram_is_asked_to_repeat_what_could_not_be_kept(api, serve, http, monkeypatch):
    channel = await serve(**by_webhook(api, serve))
    real, away = channel.service._store_received, [True, True]

    def store(received):
        if away:
            away.pop()
            from sqlalchemy.exc import OperationalError

            raise OperationalError("insert", {}, Exception("database is away"))
        real(received)

    monkeypatch.setattr(channel.service, "_store_received", store)
    chat = api.chat(7)
    await chat.says("hello")
    await chat.waits_for(1)
    assert "503" in api.webhook_error
    await serve.stop()


@pytest.mark.parametrize("secret", ["", "short", "has spaces in the secret"])
def test_a_webhook_needs_a_secret(secret):
    settings = Settings(
        telegram_webhook_url="https://bot.example/webhooks/telegram/webhook",
        telegram_webhook_secret=secret,
    )
    with pytest.raises(ValueError, match="TELEGRAM_WEBHOOK_SECRET"):
        TelegramInput(settings)
