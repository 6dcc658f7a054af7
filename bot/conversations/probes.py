"""The probes of a Rasa server, and its own numbers; to Rasa they are a channel without messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw

from bot import metrics
from bot.probes import probes
from bot.settings import get_settings


class Probes(InputChannel):
    """``GET /healthz``, ``GET /readyz`` and ``GET /metrics``, which are of this process alone.

    They tell nothing of anybody and take no secret: the port is not for the world to reach.
    """

    @classmethod
    def name(cls) -> str:
        """The name in Rasa's list of channels."""
        return "probes"

    def url_prefix(self) -> str:
        """Beside ``/webhooks``, and not under it."""
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The three addresses."""
        blueprint = probes(get_settings().store_url, _has_model)

        @blueprint.get("/metrics")
        async def measured(_: Request) -> HTTPResponse:
            return raw(metrics.as_text(), content_type=CONTENT_TYPE_LATEST)

        return blueprint


def _has_model(app: Any) -> bool:
    agent = getattr(app.ctx, "agent", None)
    return agent is not None and bool(agent.is_ready())
