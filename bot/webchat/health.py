"""Is each part up? For load balancers, ``wise doctor`` and people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import asdict, dataclass

import aio_pika
import httpx
import redis.asyncio as redis
from aio_pika.exceptions import AMQPError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from bot.store.migrate import is_behind
from bot.webchat.secret import INNER_HEADER, inner_token

_PATIENCE = 5.0  # seconds; a probe that takes longer is a part that is not ready


@dataclass(frozen=True)
class Part:
    """One part of the installation.

    Attributes:
        ok: it can do its work now.
        words: what is so, and what to do when it is not.
        required: whether patients cannot be served without it.
    """

    ok: bool
    words: str
    required: bool = True


def ask_database(settings: Settings) -> Part:
    """Whether the database answers, and has the tables that this version needs."""
    try:
        if is_behind(settings.store_url):
            return Part(False, "The database lacks tables of this version. Run: wise run")
    except SQLAlchemyError as error:
        # The class only: a driver's message can hold the URL with its password.
        return Part(False, f"The database does not answer ({type(error).__name__}).")
    return Part(True, "The database answers.")


async def ask_model(client: httpx.AsyncClient, rasa_url: str, settings: Settings) -> Part:
    """Whether the Rasa server answers and has a model loaded, as its chat channel says."""
    try:
        answer = await client.get(
            f"{rasa_url}/webhooks/webchat/ready",
            headers={INNER_HEADER: inner_token(settings)},
            timeout=_PATIENCE,
        )
    except httpx.HTTPError:
        return Part(False, "The Rasa server does not answer. It may still be starting.")
    if answer.status_code == httpx.codes.OK:
        return Part(True, "The Rasa server answers and its model is loaded.")
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return Part(False, "The Rasa server answers but has no model. Run: wise train")
    if answer.status_code == httpx.codes.FORBIDDEN:
        return Part(False, "The Rasa server has another secret. Give both one WISE_SECRET_KEY.")
    return Part(
        False,
        f"The Rasa server answers {answer.status_code}: is its chat channel in credentials.yml?",
    )


async def ask_actions(client: httpx.AsyncClient, actions_url: str) -> Part:
    """Whether the action server answers."""
    try:
        answer = await client.get(f"{actions_url}/health", timeout=_PATIENCE)
    except httpx.HTTPError:
        return Part(False, "The action server does not answer. It may still be starting.")
    if answer.status_code != httpx.codes.OK:
        return Part(False, f"The action server answers {answer.status_code}.")
    return Part(True, "The action server answers.")


async def ask_telegram(client: httpx.AsyncClient, rasa_url: str, settings: Settings) -> Part:
    """Whether Telegram answers the Rasa server; without it the chat page goes on."""
    try:
        answer = await client.get(
            f"{rasa_url}/webhooks/telegram/ready",
            headers={INNER_HEADER: inner_token(settings)},
            timeout=_PATIENCE,
        )
    except httpx.HTTPError:
        return Part(False, "The Rasa server does not say how Telegram is.", required=False)
    if answer.status_code != httpx.codes.OK:
        words = "Telegram does not answer, or refuses the token. Messages wait. See rasa.log."
        return Part(False, words, required=False)
    return Part(True, "Telegram answers.", required=False)


async def ask_redis(settings: Settings) -> Part:
    """Whether the locks between Rasa processes can be had."""
    try:
        async with redis.from_url(settings.redis_url, socket_timeout=_PATIENCE) as client:
            await client.ping()
    except (RedisError, OSError) as error:
        return Part(False, f"Redis does not answer ({type(error).__name__}). Turns wait.")
    return Part(True, "Redis answers.")


async def ask_rabbitmq(settings: Settings) -> Part:
    """Whether the broker answers; without it staff read turns later, and no patient notices."""
    try:
        connection = await aio_pika.connect(settings.rabbitmq_url, timeout=_PATIENCE)
        await connection.close()
    except (AMQPError, OSError, asyncio.TimeoutError) as error:
        words = f"RabbitMQ does not answer ({type(error).__name__}). Staff see turns later."
        return Part(False, words, required=False)
    return Part(True, "RabbitMQ answers.", required=False)


async def ask_all(
    client: httpx.AsyncClient, settings: Settings, rasa_url: str, actions_url: str
) -> dict[str, Part]:
    """Every part that this installation has, asked at the same time."""
    asked: dict[str, Awaitable[Part]] = {
        "database": asyncio.to_thread(ask_database, settings),
        "model": ask_model(client, rasa_url, settings),
        "action_server": ask_actions(client, actions_url),
    }
    if settings.telegram_bot_token:
        asked["telegram"] = ask_telegram(client, rasa_url, settings)
    if settings.redis_url:
        asked["redis"] = ask_redis(settings)
    if settings.rabbitmq_url:
        asked["rabbitmq"] = ask_rabbitmq(settings)
    return dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))


def as_json(parts: dict[str, Part]) -> dict[str, object]:
    """``{"ready": bool, "parts": {name: {"ok": bool, "words": str, "required": bool}}}``.

    Ready means that a patient can be served: a part that is not required may be away.
    """
    return {
        "ready": all(part.ok for part in parts.values() if part.required),
        "parts": {name: asdict(part) for name, part in parts.items()},
    }
