"""Is each part up? For load balancers, ``wise doctor`` and people."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from bot.store.base import engine_for
from bot.webchat.secret import INNER_HEADER, inner_token

_PATIENCE = 5.0  # seconds; a probe that takes longer is a part that is not ready


@dataclass(frozen=True)
class Part:
    """One part of the installation.

    Attributes:
        ok: it can do its work now.
        words: what is so, and what to do when it is not.
    """

    ok: bool
    words: str


def ask_database(settings: Settings) -> Part:
    """Whether the database answers a query."""
    try:
        with engine_for(settings.store_url).connect() as connection:
            connection.execute(text("SELECT 1"))
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


async def ask_all(
    client: httpx.AsyncClient, settings: Settings, rasa_url: str, actions_url: str
) -> dict[str, Part]:
    """The database, the model and the action server, asked at the same time."""
    database, model, actions = await asyncio.gather(
        asyncio.to_thread(ask_database, settings),
        ask_model(client, rasa_url, settings),
        ask_actions(client, actions_url),
    )
    return {"database": database, "model": model, "action_server": actions}


def as_json(parts: dict[str, Part]) -> dict[str, object]:
    """``{"ready": bool, "parts": {name: {"ok": bool, "words": str}}}``."""
    return {
        "ready": all(part.ok for part in parts.values()),
        "parts": {name: asdict(part) for name, part in parts.items()},
    }
