"""The loopback server: Telegram's methods, limits, faults and ways of delivering updates."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from telegram import Message, Update, User, WebhookInfo

from bot.settings import Settings
from tests.telegram_api.chat import PATIENCE, Chat, Shown

_BEGINNINGS = itertools.count(100_000, 100_000)

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_LIMIT = 64
DROPPED = 120.0
"""Seconds that a dropped call stays without an answer; the bot gives up long before."""
MAX_REQUEST = 20 * 1024 * 1024


@dataclass
class Fault:
    """What goes wrong with the next calls of a method.

    Attributes:
        method: its name, or ``*`` for any but getUpdates.
        status: HTTP status to answer; 0 to cut the connection; 200 to be only slow; -1 to
            drop the call: nothing is answered until the bot gives up waiting.
        retry_after: seconds, with 429.
        times: how many calls it spoils.
        chat: only calls for this chat.
        after: do the work first, so that it happens and the bot does not hear of it.
        delay: seconds to wait before.
        page: something on the way answers in Telegram's place, with a page and ``status``.
    """

    method: str
    status: int = 500
    retry_after: int = 1
    times: int = 1
    chat: int | None = None
    after: bool = False
    delay: float = 0
    page: bool = False


@dataclass
class Disorder:
    """How the delivery of updates goes wrong, by chance; see ``TelegramApi.disturb``.

    Attributes:
        chance: seeded, so that a test that failed fails again.
        repeats: share of the updates that come again, once, after the bot has confirmed them.
        mixed: share of the deliveries whose updates come in another order than their ids.
        late: share of the updates that are held back until later ones have come.
        held: updates that were ever held back, by id.
    """

    chance: random.Random
    repeats: float
    mixed: float
    late: float
    held: list[int] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _kept: list[dict[str, Any]] = field(default_factory=list)

    def deliver(self, updates: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What arrives instead of these updates."""
        again, self._kept = self._kept, []
        arrives = []
        for update in updates:
            is_new = update["update_id"] not in self._seen
            self._seen.add(update["update_id"])
            if is_new and self.chance.random() < self.late and len(updates) > 1:
                self.held.append(update["update_id"])
                self._kept.append(update)
                continue
            if is_new and self.chance.random() < self.repeats:
                self._kept.append(update)
            arrives.append(update)
        arrives = again + arrives
        if self.chance.random() < self.mixed:
            self.chance.shuffle(arrives)
        return arrives

    @property
    def is_over(self) -> bool:
        """Whether nothing is held back or still to be repeated."""
        return not self._kept


class ApiError(Exception):
    """An answer of Telegram that says no."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class ForeignPage(Exception):
    """An answer that is not Telegram's."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def bad(words: str) -> ApiError:
    """Telegram's "Bad Request"."""
    return ApiError(400, f"Bad Request: {words}")


class TelegramApi:
    """A Bot API server with one bot.

    Use it as ``async with TelegramApi() as api``, give the bot ``api.url`` and
    ``api.token``, and talk through ``api.chat(id)``.

    Attributes:
        calls: method and parameters of every call, in order.
        commands: the menu that the bot has set.
        webhook: parameters of setWebhook, while one is set.
    """

    def __init__(self, token: str = "1000:loopback", retry_seconds: float = 0.05) -> None:
        self.token = token
        self.retry_seconds = retry_seconds
        self.me = {
            "id": 1000,
            "is_bot": True,
            "first_name": "WISE Companion",
            "username": "wise_test_bot",
            "can_join_groups": False,
        }
        User.de_json(self.me, None)
        self.chats: dict[int, Chat] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.commands: list[dict[str, str]] = []
        self.webhook: dict[str, Any] = {}
        self.webhook_error = ""
        self.changed = asyncio.Condition()
        self.away = False
        self.disorder: Disorder | None = None
        self._faults: list[Fault] = []
        self._updates: list[dict[str, Any]] = []
        self._chat_of: dict[int, int] = {}
        # Each server has numbers of its own: tests that share a database share its inbox.
        self._next_update = next(_BEGINNINGS)
        self._next_message = 1
        self._next_query = 0
        self._queries: dict[str, Chat] = {}
        self._poll = 0
        self._delivery: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._port = 0

    # --- life --------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Base of the API, for ``TELEGRAM_API_URL``."""
        return f"http://127.0.0.1:{self._port}"

    def at(self, settings: Settings) -> Settings:
        """The settings of a bot that talks to this API, where nobody is bothered by haste."""
        return settings.model_copy(
            update={
                "telegram_bot_token": self.token,
                "telegram_api_url": self.url,
                "telegram_chat_rate": 1000,
            }
        )

    async def start(self, port: int = 0) -> str:
        """Listen on loopback; returns the URL."""
        app = web.Application(client_max_size=MAX_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self.url

    async def stop(self) -> None:
        """Stop listening and delivering."""
        await self._stop_delivery()
        self._poll += 1
        async with self.changed:
            self.changed.notify_all()
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> TelegramApi:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # --- the test's side ---------------------------------------------------------------

    def chat(self, chat_id: int, kind: str = "private") -> Chat:
        """The chat with this id."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(self, chat_id, kind)
        return self.chats[chat_id]

    def fails(self, method: str, **how: Any) -> Fault:
        """Spoil the next calls of a method; see ``Fault``."""
        fault = Fault(method, **how)
        self._faults.append(fault)
        return fault

    def disturb(
        self, seed: int, *, repeats: float = 0.0, mixed: float = 0.0, late: float = 0.0
    ) -> Disorder:
        """From now on updates are repeated, mixed up and late; shares of 0 to 1."""
        self.disorder = Disorder(random.Random(seed), repeats, mixed, late)
        return self.disorder

    def named(self, method: str) -> list[dict[str, Any]]:
        """Parameters of the calls of one method."""
        return [params for name, params in self.calls if name == method]

    @property
    def pending(self) -> list[int]:
        """Ids of updates that the bot has not confirmed."""
        return [update["update_id"] for update in self._updates]

    async def push(self, content: dict[str, Any], update_id: int | None = None) -> int:
        """Put an update in the queue, checked by python-telegram-bot's parser."""
        if update_id is None:
            self._next_update += 1
            update_id = self._next_update
        raw = {"update_id": update_id, **content}
        parsed = Update.de_json(raw, None)
        if parsed is None or parsed.effective_chat is None:
            raise AssertionError(f"python-telegram-bot cannot read this update: {raw}")
        self._updates.append(raw)
        self._chat_of[update_id] = parsed.effective_chat.id
        await self.announce()
        return update_id

    async def announce(self) -> None:
        """Wake whoever waits for a change."""
        async with self.changed:
            self.changed.notify_all()

    async def waits_until(self, met: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Waits for a condition on the whole server."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(met), seconds)

    def new_message_id(self) -> int:
        """Next id of a message; one row of numbers for all chats will do."""
        self._next_message += 1
        return self._next_message

    def new_query(self, chat: Chat) -> str:
        """A press that may be answered once."""
        self._next_query += 1
        query = f"q{self._next_query}"
        self._queries[query] = chat
        return query

    def date(self) -> int:
        """Telegram's dates are whole seconds."""
        return int(time.time())

    # --- the bot's side ----------------------------------------------------------------

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = await _params(request)
        self.calls.append((method, params))
        await self.announce()
        if self.away:
            raise web.HTTPBadGateway(text="<html>502 Bad Gateway</html>")
        fault = self._fault_for(method, params)
        try:
            if request.match_info["token"] != self.token:
                raise ApiError(401, "Unauthorized")
            function: Callable[[dict[str, Any]], Awaitable[Any]] | None
            function = getattr(self, f"_do_{method}", None)
            if function is None:
                raise ApiError(404, "Not Found: method not found")
            if fault and not fault.after:
                await self._spoil(request, fault)
            result = await function(params)
            await self.announce()
            if fault and fault.after:
                await self._spoil(request, fault)
        except ForeignPage as page:
            text = "<html>The proxy says no to chat not found</html>"
            return web.Response(status=page.code, text=text, content_type="text/html")
        except ApiError as error:
            body: dict[str, Any] = {
                "ok": False,
                "error_code": error.code,
                "description": error.description,
            }
            if error.parameters:
                body["parameters"] = error.parameters
            return web.json_response(body, status=error.code)
        return web.json_response({"ok": True, "result": result})

    def _fault_for(self, method: str, params: dict[str, Any]) -> Fault | None:
        for fault in self._faults:
            fits = fault.method == method or (fault.method == "*" and method != "getUpdates")
            if fits and fault.times > 0 and fault.chat in (None, params.get("chat_id")):
                fault.times -= 1
                return fault
        return None

    async def _spoil(self, request: web.Request, fault: Fault) -> None:
        await asyncio.sleep(fault.delay)
        if fault.page:
            raise ForeignPage(fault.status)
        if fault.status == -1:
            await asyncio.sleep(DROPPED)
        if fault.status in (0, -1):
            if request.transport:
                request.transport.close()
            raise ConnectionResetError("cut by a fault")
        if fault.status == 429:
            raise ApiError(
                429,
                f"Too Many Requests: retry after {fault.retry_after}",
                retry_after=fault.retry_after,
            )
        if fault.status == 401:
            raise ApiError(401, "Unauthorized")
        if fault.status == 404:
            raise ApiError(404, "Not Found")
        if fault.status == 403:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if fault.status == 400:
            raise bad("IMAGE_PROCESS_FAILED")
        if fault.status >= 500:
            raise ApiError(fault.status, "Internal Server Error")

    async def _do_getMe(self, _params: dict[str, Any]) -> dict[str, Any]:
        return self.me

    async def _do_getUpdates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        offset = int(params.get("offset") or 0)
        limit = int(params.get("limit") or 100)
        if offset < 0:
            self._updates = self._updates[offset:]
        else:
            self._updates = [u for u in self._updates if u["update_id"] >= offset]
        self._poll += 1
        mine = self._poll
        await self.announce()
        async with self.changed:
            # Long polling: answer as soon as there is something.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(
                    self.changed.wait_for(
                        lambda: self._updates or self._owes or self._poll != mine
                    ),
                    float(params.get("timeout") or 0),
                )
        if self._poll != mine:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        allowed = params.get("allowed_updates")
        if allowed:
            unknown = set(allowed) - set(Update.ALL_TYPES)
            if unknown:
                raise bad(f"can't parse allowed_updates: {sorted(unknown)}")
            self._updates = [u for u in self._updates if set(u) & set(allowed)]
        if self.disorder:
            return self.disorder.deliver(self._updates[:limit])
        return self._updates[:limit]

    async def _do_setWebhook(self, params: dict[str, Any]) -> bool:
        if not str(params.get("url", "")).startswith(("https://", "http://127.0.0.1")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        await self._stop_delivery()
        self.webhook = params
        self._poll += 1
        self._delivery = asyncio.create_task(self._deliver())
        return True

    async def _do_deleteWebhook(self, params: dict[str, Any]) -> bool:
        await self._stop_delivery()
        self.webhook = {}
        if params.get("drop_pending_updates"):
            self._updates = []
        return True

    async def _do_getWebhookInfo(self, _params: dict[str, Any]) -> dict[str, Any]:
        info = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.webhook_error:
            info |= {"last_error_date": self.date(), "last_error_message": self.webhook_error}
        WebhookInfo.de_json(info, None)
        return info

    async def _stop_delivery(self) -> None:
        if self._delivery:
            self._delivery.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._delivery
            self._delivery = None

    async def _deliver(self) -> None:
        """Call the webhook: the updates of a chat in turn, those of many chats side by side."""
        headers = {}
        if self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook["secret_token"]
        at_once = int(self.webhook.get("max_connections") or 40)
        under_way: dict[int, asyncio.Task[None]] = {}

        def next_ones() -> dict[int, dict[str, Any]]:
            found: dict[int, dict[str, Any]] = {}
            for update in self._updates:
                found.setdefault(self._chat_of[update["update_id"]], update)
            free = [chat for chat in found if chat not in under_way]
            return {chat: found[chat] for chat in free[: at_once - len(under_way)]}

        async def deliver(chat: int, update: dict[str, Any]) -> None:
            try:
                await self._deliver_one(session, update)
                self._updates.remove(update)
            finally:
                del under_way[chat]
            await self.announce()

        async with aiohttp.ClientSession(headers=headers) as session:
            try:
                while True:
                    async with self.changed:
                        await self.changed.wait_for(lambda: bool(next_ones()) or self._owes)
                    if self.disorder:
                        batch = list(self._updates)
                        for update in self.disorder.deliver(batch):
                            await self._deliver_one(session, update)
                        self._updates = [u for u in self._updates if u not in batch]
                        await self.announce()
                        continue
                    for chat, update in next_ones().items():
                        under_way[chat] = asyncio.create_task(deliver(chat, update))
            finally:
                left = list(under_way.values())
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)

    async def _deliver_one(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> None:
        while not await self._call_webhook(session, update):  # noqa: ASYNC110
            await asyncio.sleep(self.retry_seconds)

    @property
    def _owes(self) -> bool:
        return self.disorder is not None and not self.disorder.is_over

    async def _call_webhook(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> bool:
        try:
            async with session.post(self.webhook["url"], json=update) as answer:
                if 200 <= answer.status < 300:
                    return True
                self.webhook_error = f"Wrong response from the webhook: {answer.status}"
        except aiohttp.ClientError as error:
            self.webhook_error = type(error).__name__
        return False

    async def _do_sendMessage(self, params: dict[str, Any]) -> dict[str, Any]:
        text = str(params.get("text", ""))
        _check_text(text, TEXT_LIMIT, "message text is empty", "message is too long")
        return self._show(params, text, {"text": text.strip()})

    async def _do_sendPhoto(self, params: dict[str, Any]) -> dict[str, Any]:
        photo = _file(params, "photo")
        caption = str(params.get("caption", ""))
        _check_text(caption, CAPTION_LIMIT, "", "message caption is too long")
        size = {
            "file_id": f"photo-{self._next_message}",
            "file_unique_id": f"u{self._next_message}",
            "width": 800,
            "height": 800,
        }
        content: dict[str, Any] = {"photo": [size]}
        return self._show(
            params, caption, content | ({"caption": caption} if caption else {}), photo
        )

    async def _do_sendDocument(self, params: dict[str, Any]) -> dict[str, Any]:
        data = _file(params, "document")
        caption = str(params.get("caption", ""))
        _check_text(caption, CAPTION_LIMIT, "", "message caption is too long")
        content = {"document": {"file_id": "d", "file_unique_id": "d", "file_size": len(data)}}
        return self._show(params, caption, content)

    async def _do_sendLocation(self, params: dict[str, Any]) -> dict[str, Any]:
        place = {k: float(params[k]) for k in ("latitude", "longitude")}
        return self._show(params, "", {"location": place})

    async def _do_sendVenue(self, params: dict[str, Any]) -> dict[str, Any]:
        place = {k: float(params[k]) for k in ("latitude", "longitude")}
        venue = {"location": place, "title": params["title"], "address": params["address"]}
        return self._show(params, str(params["title"]), {"venue": venue, "location": place})

    async def _do_sendChatAction(self, params: dict[str, Any]) -> bool:
        self._chat(params).actions.append(str(params["action"]))
        return True

    async def _do_setMyCommands(self, params: dict[str, Any]) -> bool:
        for command in params["commands"]:
            name, description = command["command"], command["description"]
            if not (1 <= len(name) <= 32 and name.replace("_", "").isalnum() and name.islower()):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(description) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands = params["commands"]
        return True

    async def _do_answerCallbackQuery(self, params: dict[str, Any]) -> bool:
        chat = self._queries.pop(str(params.get("callback_query_id")), None)
        if chat is None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        chat.toasts.append(str(params.get("text", "")))
        return True

    async def _do_editMessageText(self, params: dict[str, Any]) -> dict[str, Any]:
        text = str(params.get("text", ""))
        _check_text(text, TEXT_LIMIT, "message text is empty", "message is too long")
        return self._edit(params, text)

    async def _do_editMessageCaption(self, params: dict[str, Any]) -> dict[str, Any]:
        caption = str(params.get("caption", ""))
        _check_text(caption, CAPTION_LIMIT, "", "message caption is too long")
        return self._edit(params, caption)

    async def _do_editMessageReplyMarkup(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._edit(params, None)

    async def _do_deleteMessage(self, params: dict[str, Any]) -> bool:
        chat = self._chat(params)
        chat.messages.remove(self._shown(chat, params))
        return True

    async def _do_leaveChat(self, params: dict[str, Any]) -> bool:
        self.chats.pop(int(params["chat_id"]), None)
        return True

    # --- what they share ---------------------------------------------------------------

    def _chat(self, params: dict[str, Any]) -> Chat:
        chat = self.chats.get(int(params.get("chat_id") or 0))
        if chat is None:
            raise bad("chat not found")
        if chat.moved_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            )
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return chat

    def _show(
        self,
        params: dict[str, Any],
        text: str,
        content: dict[str, Any],
        photo: bytes | None = None,
    ) -> dict[str, Any]:
        chat = self._chat(params)
        markup = params.get("reply_markup") or {}
        rows = _inline(markup)
        raw = {
            "message_id": self.new_message_id(),
            "date": self.date(),
            "chat": chat.raw,
            "from": self.me,
            **content,
        }
        if rows:
            raw["reply_markup"] = {"inline_keyboard": rows}
        Message.de_json(raw, None)
        if "keyboard" in markup:
            buttons = [b for row in markup["keyboard"] for b in row]
            chat.reply_keyboard = [b["text"] for b in buttons]
            chat.asks_location = any(b.get("request_location") for b in buttons)
        elif markup.get("remove_keyboard"):
            chat.reply_keyboard, chat.asks_location = [], False
        chat.messages.append(Shown(raw["message_id"], text, photo, rows, raw=raw))
        return raw

    def _edit(self, params: dict[str, Any], text: str | None) -> dict[str, Any]:
        chat = self._chat(params)
        shown = self._shown(chat, params)
        rows = _inline(params.get("reply_markup") or {})
        if text is None:
            text = shown.text
        elif ("caption" in params) != (shown.photo is not None):
            raise bad("there is no text in the message to edit")
        if (text, rows) == (shown.text, shown.buttons):
            raise bad(
                "message is not modified: specified new message content and reply markup "
                "are exactly the same as a current content and reply markup of the message"
            )
        shown.text, shown.buttons = text, rows
        shown.edits += 1
        shown.raw = {**shown.raw, "edit_date": self.date()}
        shown.raw["caption" if shown.photo is not None else "text"] = text
        shown.raw.pop("reply_markup", None)
        if rows:
            shown.raw["reply_markup"] = {"inline_keyboard": rows}
        Message.de_json(shown.raw, None)
        return shown.raw

    def _shown(self, chat: Chat, params: dict[str, Any]) -> Shown:
        for message in chat.messages:
            if message.id == int(params.get("message_id") or 0):
                return message
        raise bad("message to edit not found")


async def _params(request: web.Request) -> dict[str, Any]:
    """Parameters of a call, from the query, JSON, a form, or multipart with files."""
    params: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        params |= await request.json()
    else:
        for key, value in (await request.post()).items():
            params[key] = value.file.read() if isinstance(value, web.FileField) else value
    for key, value in params.items():
        if value in ("true", "false") or (isinstance(value, str) and value[:1] in ("{", "[")):
            if key in ("text", "caption"):
                continue
            with contextlib.suppress(ValueError):
                params[key] = json.loads(value)
    if str(params.get("chat_id", "")).lstrip("-").isdigit():
        params["chat_id"] = int(params["chat_id"])
    return params


def _file(params: dict[str, Any], name: str) -> bytes:
    value = params.get(name)
    if isinstance(value, str) and value.startswith("attach://"):
        value = params.get(value.removeprefix("attach://"))
    if not isinstance(value, bytes) or not value:
        raise bad(f"there is no {name} in the request")
    return value


def _check_text(text: str, limit: int, empty: str, too_long: str) -> None:
    if empty and not text.strip():
        raise bad(empty)
    if len(text.encode("utf-16-le")) // 2 > limit:
        raise bad(too_long)


def _inline(markup: dict[str, Any]) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = markup.get("inline_keyboard") or []
    for row in rows:
        for button in row:
            if not button.get("text"):
                raise bad("can't parse inline keyboard button: Text buttons are unallowed")
            if not 1 <= len(str(button.get("callback_data", "")).encode()) <= DATA_LIMIT:
                raise bad("BUTTON_DATA_INVALID")
    return rows
