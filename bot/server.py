"""``python -m bot.server rasa|actions``: one server of the assistant, on ``WISE_BIND``.

Rasa's HTTP API stays off: only our channels are served. ``wise run`` starts both.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

from bot.conversations.locks import SECONDS
from bot.conversations.without_tensorflow import leave_out_tensorflow
from bot.settings import PROJECT, Settings, get_settings
from bot.training import model_path

if TYPE_CHECKING:
    from sanic import Sanic

_LOG = logging.getLogger(__name__)

SWITCH_SECONDS = 0.0005
COLLECT_AFTER = (50_000, 20, 100)
"""A server's models are a million objects that stay: looking for garbage among them as often as
Python does by itself took a tenth of a turn."""


def serve_rasa(settings: Settings) -> None:
    """Serve the trained model with the channels of ``credentials.yml`` until stopped."""
    # Rasa's own lock of a killed process holds a chat as long as ours, and not for a minute;
    # Rasa reads it when it is imported.
    os.environ["TICKET_LOCK_LIFETIME"] = f"{SECONDS:.0f}"
    leave_out_tensorflow()
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.endpoints import EndpointConfig
    from rasa.utils.log_utils import configure_structlog

    # Without this Rasa prints what patients say at debug level.
    configure_structlog(logging.WARNING)
    from bot.conversations.action_answers import check_with_a_schema_read_once
    from bot.conversations.broker import PatientBroker, broker_of, lock_store_of
    from bot.conversations.saving import ActionServer

    check_with_a_schema_read_once()
    os.environ["WISE_ACTION_ENDPOINT"] = f"{settings.actions_base}/webhook"
    endpoints = AvailableEndpoints.read_endpoints(str(PROJECT / "endpoints.yml"))
    action = endpoints.action
    endpoints.action = ActionServer(action.url, headers=action.headers, **action.kwargs)
    if settings.redis_url:
        endpoints.lock_store = EndpointConfig(type="redis", **lock_store_of(settings.redis_url))
    if settings.rabbitmq_url:
        endpoints.event_broker = EndpointConfig(
            type=f"{PatientBroker.__module__}.{PatientBroker.__qualname__}",
            **broker_of(settings.rabbitmq_url, settings.rabbitmq_queue),
        )
    serve_application(
        model_path=str(model_path(settings)),
        interface=settings.wise_bind,
        port=settings.wise_port_rasa,
        credentials=str(PROJECT / "credentials.yml"),
        endpoints=endpoints,
        enable_api=False,
    )


def actions_app(settings: Settings) -> Sanic:
    """The action server: the SDK's, with our actions, each call of which is taken once."""
    from rasa_sdk import endpoint
    from sanic.response import HTTPResponse, json

    from bot.conversations.action_calls import OnceExecutor
    from bot.conversations.saving import UNAVAILABLE
    from bot.probes import probes
    from bot.store.base import STORE_AWAY

    endpoint.ActionExecutor = OnceExecutor  # the app makes its own
    app = endpoint.create_app("actions", cors_origins=[])
    app.blueprint(probes(settings.store_url))

    @app.exception(*STORE_AWAY)  # type: ignore[misc,unused-ignore]
    async def store_away(_request: Any, error: Exception) -> HTTPResponse:
        # The SDK's own answer is a 500 that repeats the whole tracker.
        _LOG.error("The store is away: %s", type(error).__name__)
        return json({"error": "store"}, status=UNAVAILABLE)

    return app


def serve_actions(settings: Settings) -> None:
    """Serve the custom actions until stopped."""
    app = actions_app(settings)
    app.run(settings.wise_bind, settings.wise_port_actions, access_log=False, motd=False)


def main(which: str) -> None:
    """Serve one of the two."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    settings = get_settings()
    # Threads that talk to the store would else keep the turn waiting for 5 ms at a time.
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*COLLECT_AFTER)
    if which == "rasa":
        serve_rasa(settings)
    elif which == "actions":
        serve_actions(settings)
    else:
        raise SystemExit(f"there is no server {which!r}; use rasa or actions")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
