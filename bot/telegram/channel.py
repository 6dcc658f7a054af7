"""Rasa's door to Telegram: ``bot.telegram.channel.TelegramInput`` in ``credentials.yml``."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, text
from sanic.response import json as json_response
from sqlalchemy.exc import SQLAlchemyError
from telegram.ext import ExtBot

from bot.conversations.locks import locks_of
from bot.conversations.turns import Turns
from bot.settings import Settings, get_settings
from bot.telegram.pace import Pace
from bot.telegram.request import Request as BotRequest
from bot.telegram.sending import CHANNEL, Sender
from bot.telegram.service import TelegramService
from bot.webchat.secret import INNER_HEADER, is_inner

_LOG = logging.getLogger(__name__)

BODY_MAX = 256 * 1024
"""Bytes of one webhook call; Telegram's largest updates are some tens of kilobytes."""

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)


class TelegramInput(InputChannel):
    """Telegram as a Rasa channel, by long polling or, with TELEGRAM_WEBHOOK_URL, by webhook.

    It starts and stops with Rasa's server. Without a token it stays quiet. The webhook is
    ``POST /webhooks/telegram/webhook``; TELEGRAM_WEBHOOK_URL is that path's public address.

    Args:
        settings: default: those of the environment.
        turns_options, sender_options, service_options: for tests and other homes; passed
            on to ``Turns``, ``Sender`` and ``TelegramService``.

    Raises:
        ValueError: a webhook is asked for without a usable secret.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        turns_options: dict[str, Any] | None = None,
        sender_options: dict[str, Any] | None = None,
        service_options: dict[str, Any] | None = None,
    ) -> None:
        self._settings = settings or get_settings()
        self._options = (turns_options or {}, sender_options or {}, service_options or {})
        self.service: TelegramService | None = None
        secret = self._settings.telegram_webhook_secret
        if self._webhook_url and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret):
            raise ValueError(
                "TELEGRAM_WEBHOOK_URL is set, so TELEGRAM_WEBHOOK_SECRET must be 16 to 256 "
                "letters, digits, _ or -; without it anyone could pretend to be Telegram."
            )

    @property
    def _webhook_url(self) -> str:
        return self._settings.telegram_webhook_url

    @classmethod
    def name(cls) -> str:
        """The channel's name in addresses and in Rasa's log."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TelegramInput:
        """Made by Rasa; the settings hold everything, so ``credentials`` may be empty."""
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes, and its start and stop with the server."""
        blueprint = Blueprint("telegram_channel", __name__)

        @blueprint.listener("after_server_start")
        async def start(_app: Any, _loop: Any) -> None:
            if not self._settings.telegram_bot_token:
                _LOG.info("TELEGRAM_BOT_TOKEN is empty, so the bot is not on Telegram")
                return
            self.service = self._make_service(on_new_message)
            await self.service.start()

        @blueprint.listener("before_server_stop")
        async def stop(_app: Any, _loop: Any) -> None:
            if self.service is not None:
                await self.service.stop()
                self.service = None

        @blueprint.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            if not is_inner(request.headers.get(INNER_HEADER), self._settings):
                return json_response({"error": "forbidden"}, status=403)
            connected = self.service is not None and self.service.is_connected
            return json_response({"connected": connected}, status=200 if connected else 503)

        @blueprint.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request)

        return blueprint

    def _make_service(
        self, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> TelegramService:
        # httpx logs every address at INFO, and the token is part of it; at DEBUG the library
        # logs every message, and patients' words stay out of logs at any level.
        for name, level in (("httpx", logging.WARNING), ("telegram", logging.INFO)):
            logging.getLogger(name).setLevel(level)
        turns_options, sender_options, service_options = self._options
        bot = make_bot(self._settings)
        store: dict[str, Any] = {"store_url": self._settings.store_url}
        shared: dict[str, Any] = {**store, "locks": locks_of(self._settings)}
        return TelegramService(
            bot,
            Turns(on_new_message, **{**shared, **turns_options}),
            Sender(bot, **store, **sender_options),
            webhook_url=self._webhook_url,
            webhook_secret=self._settings.telegram_webhook_secret,
            **{**shared, **service_options},
        )

    async def _webhook(self, request: Request) -> HTTPResponse:
        """One update; 200 only once it is safe in the inbox, so that Telegram else repeats it."""
        if self.service is None or not self._webhook_url:
            return text("no webhook here", status=404)
        given = request.headers.get(SECRET_HEADER, "")
        secret = self._settings.telegram_webhook_secret
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return text("not Telegram", status=403)
        body = b""
        stream = request.stream
        while stream is not None and (chunk := await stream.read()) is not None:
            body += chunk
            if len(body) > BODY_MAX:
                return text("too large", status=413)
        try:
            await self.service.receive(json.loads(body))
        except (ValueError, TypeError, AttributeError):
            # Refusing it would make Telegram send it again for a day.
            _LOG.error("A webhook call of %d bytes was not an update", len(body))
        except SQLAlchemyError as error:
            _LOG.error("An update could not be kept: %s", type(error).__name__)
            return text("try again", status=503)
        return text("ok")


def make_bot(settings: Settings) -> ExtBot[Any]:
    """python-telegram-bot's bot for these settings, keeping to Telegram's rates."""
    base = settings.telegram_api_url.rstrip("/")
    return ExtBot(
        settings.telegram_bot_token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=BotRequest(connection_pool_size=64, read_timeout=20, connect_timeout=10),
        get_updates_request=BotRequest(connection_pool_size=2, read_timeout=10),
        rate_limiter=Pace(settings.telegram_rate, settings.telegram_chat_rate),
    )
