"""Telegram running: updates into the inbox, turns, replies out, nothing lost and nothing twice."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from telegram import Bot, BotCommand, Update
from telegram.constants import ChatAction
from telegram.error import (
    BadRequest,
    Conflict,
    EndPointNotFound,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot import metrics
from bot.conversations import words
from bot.conversations.locks import LOCKS_AWAY, Locks, locks_of
from bot.conversations.replies import Reply
from bot.conversations.saving import CannotSave
from bot.conversations.ticks import sends_ticks
from bot.conversations.turns import (
    Chosen,
    Incoming,
    Outgoing,
    Press,
    Turns,
    apology_for,
    is_exit,
    is_risk,
)
from bot.secret import derived_key
from bot.settings import get_settings
from bot.store import messages
from bot.store.base import now, unit_of_work
from bot.store.messages import Inbox
from bot.store.people import forget_strangers
from bot.telegram.keyboards import Data, read_data
from bot.telegram.lanes import Lanes, cancel_all
from bot.telegram.recent import DELETABLE
from bot.telegram.sending import (
    CHANNEL,
    Sender,
    queue_deletion,
    queue_keyboard_change,
    queue_replies,
    queue_used_keyboards,
)
from bot.telegram.updates import ALLOWED, Received, incoming_of, read_update

_LOG = logging.getLogger(__name__)

# It would have us use a method that drops a whole batch for one bad update, and logs its words.
warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'")

_RETRY_MAX = 60.0
_PRESS_WAITS = (0.5, 2.0)
"""Seconds before the spinner of a press is tried to be stopped again."""
_AWAY_MAX = 5.0
"""Longest pause while the store is away: what comes then may tell of a risk."""
_AWAY = (SQLAlchemyError, CannotSave)
_TRIES = 3
_NOTED = ("group", "moved", "blocked", "unblocked")
"""Kinds of update that are taken note of, and not answered by a turn."""
_WITH_WORDS = ("text", "edit", "unreadable")
_FORGET_EVERY = timedelta(minutes=1)
_KEEP = timedelta(days=7)  # Telegram itself forgets updates after one
_TYPING_EVERY = 4.0  # Telegram shows it for about five seconds


@dataclass
class _Unsaved:
    """A chat whose turn cannot be saved.

    Attributes:
        since: when that began, by the monotonic clock.
        is_told: the patient knows.
        screened: keys of the updates that were looked at for a risk, which is answered all
            the same.
        telling: held while the patient is told.
    """

    since: float
    is_told: bool = False
    screened: set[str] = field(default_factory=set)
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)


class TelegramService:
    """Runs one bot by long polling, or by webhook where a webhook's address is given.

    Every update is in the inbox before it is worked on and before Telegram hears that it
    arrived; its replies are in the outbox in the transaction that marks it done. Whatever
    a stopped process left is taken up at the next start.

    Args:
        bot: python-telegram-bot's, with a rate limiter.
        turns: runs the turns.
        sender: sends the outbox.
        webhook_url, webhook_secret: for webhook mode; empty means long polling.
        store_url: default: the one of the settings.
        locks: keep other processes off a chat; default: those of the settings.
        poll_seconds: how long Telegram may hold a poll open.
        sweep_seconds: how often to look for work that nobody told of, such as reminders
            that another process put in the outbox.
        tell_after: seconds of being unable to save before the patient is told; a message
            that tells of a risk is answered at once.
        watch_seconds: how often Telegram is asked, in webhook mode, whether it still knows us.
        typing_after: seconds of a turn before "typing" is shown.
        retry_seconds: first pause after a failure; doubles up to a minute.
        refused_seconds: pause after Telegram did not accept the token.
        stop_seconds: how long ``stop`` waits for turns and messages under way.
    """

    def __init__(
        self,
        bot: Bot,
        turns: Turns,
        sender: Sender,
        *,
        webhook_url: str = "",
        webhook_secret: str = "",
        store_url: str | None = None,
        locks: Locks | None = None,
        poll_seconds: int = 25,
        sweep_seconds: float = 5.0,
        tell_after: float = 2.0,
        watch_seconds: float = 30.0,
        typing_after: float = 0.5,
        retry_seconds: float = 1.0,
        refused_seconds: float = 60.0,
        stop_seconds: float = 5.0,
    ) -> None:
        self._bot = bot
        self._turns = turns
        self._sender = sender
        self._recent = sender.recent
        self._albums: dict[str, str] = {}
        self._webhook_url, self._webhook_secret = webhook_url, webhook_secret
        self._store_url = store_url
        self._poll_seconds = poll_seconds
        self._sweep_seconds = sweep_seconds
        self._tell_after = tell_after
        self._watch_seconds = watch_seconds
        self._typing_after = typing_after
        self._retry_seconds = retry_seconds
        self._refused_seconds = refused_seconds
        self._stop_seconds = stop_seconds
        self._locks = locks or locks_of(get_settings())
        self._working = Lanes(
            self._work_next,
            claim=lambda address: self._claim(f"work {address}"),
            on_failure=self._tell_owed,
            retry_seconds=retry_seconds,
        )
        # Waiting for a slow or absent chat must not hold up the others.
        self._sending = Lanes(
            sender.send_next,
            at_once=1000,
            claim=lambda address: self._claim(f"send {address}"),
            retry_seconds=retry_seconds,
        )
        self._failures: Counter[str] = Counter()
        self._unsaved: dict[str, _Unsaved] = {}
        # What came in and is not done, by chat and key: in an outage it is told of from here.
        self._owed: dict[str, dict[str, dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._way = "webhook" if webhook_url else "polling"
        self.is_connected = False
        """Whether Telegram answered when it was last asked, and brings updates here."""

    # --- life --------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin in the background; Telegram may be away at the time."""
        self._background(self._run())

    async def stop(self) -> None:
        """End cleanly: no new updates, a moment for what is under way."""
        while self._tasks:
            await cancel_all(self._tasks)
        await self._working.stop(self._stop_seconds)
        await self._sending.stop(self._stop_seconds)
        await self._bot.shutdown()

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _LOG.error("A part of Telegram ended: %s", type(error).__name__, exc_info=error)

    @asynccontextmanager
    async def _claim(self, name: str) -> AsyncIterator[bool]:
        async with AsyncExitStack() as stack:
            try:
                is_ours = await stack.enter_async_context(self._locks.claim(name))
            except LOCKS_AWAY as error:
                raise CannotSave("lock store") from error
            yield is_ours

    async def _run(self) -> None:
        self._heard(False)
        await self._connect()
        self._heard(True)
        self._background(self._sweep())
        await (self._watch() if self._webhook_url else self._poll())

    def _heard(self, is_so: bool) -> None:
        self.is_connected = is_so
        metrics.connected(self._way, is_so)

    async def _watch(self) -> None:
        """Keep looking whether Telegram answers, and would call our webhook."""
        while True:
            await asyncio.sleep(self._watch_seconds)
            try:
                info = await self._bot.get_webhook_info()
            except TelegramError as error:
                _LOG.warning("Telegram could not be asked (%s)", type(error).__name__)
                self._heard(False)
            else:
                if info.url != self._webhook_url:
                    _LOG.error("Telegram calls another webhook, or none: who else has the token?")
                    await self._introduce_again()
                failing = bool(info.pending_update_count and info.last_error_date)
                if failing:
                    _LOG.error(
                        "Telegram cannot bring its updates here: %s", info.last_error_message
                    )
                self._heard(info.url == self._webhook_url and not failing)

    async def _introduce_again(self) -> None:
        """Say once more where updates are wanted: somebody else has changed it."""
        try:
            await self._say_where()
        except TelegramError as error:
            _LOG.warning("Telegram did not take our webhook (%s)", type(error).__name__)

    async def _say_where(self) -> None:
        if self._webhook_url:
            await self._bot.set_webhook(
                self._webhook_url,
                secret_token=self._webhook_secret,
                allowed_updates=ALLOWED,
                drop_pending_updates=False,
            )
        else:
            await self._bot.delete_webhook(drop_pending_updates=False)

    async def _connect(self) -> None:
        """Introduce the bot to Telegram, however long it takes."""
        pause = self._retry_seconds
        while True:
            try:
                await self._bot.initialize()
                await self._say_where()
                menu = [BotCommand(name, what) for name, what in words.COMMANDS]
                await self._bot.set_my_commands(menu)
            except InvalidToken:
                await self._refused()
            except RetryAfter as error:
                await self._pause("Telegram asked to wait", error, float(_wait_of(error)))
            except BadRequest as error:
                # Its words name the fault, such as a webhook without HTTPS, and no secret.
                said = f"Telegram does not take these settings: {error.message}"
                pause = await self._pause(said, error, pause)
            except TelegramError as error:
                pause = await self._pause("Telegram could not be reached", error, pause)
            else:
                way = "by webhook" if self._webhook_url else "by long polling"
                _LOG.info("On Telegram as @%s, %s", self._bot.username, way)
                return

    async def _refused(self) -> None:
        """Wait before the token is tried again: the refusal may be a passing fault."""
        self._heard(False)
        _LOG.error(
            "Telegram does not accept TELEGRAM_BOT_TOKEN. Copy it again from @BotFather; "
            "until then the bot is not on Telegram. Again in %g s",
            self._refused_seconds,
        )
        await asyncio.sleep(self._refused_seconds)

    async def _poll(self) -> None:
        offset, pause = None, self._retry_seconds
        while True:
            try:
                batch = await self._fetch(offset)
                for place, raw in enumerate(batch):
                    try:
                        await self.receive(raw)
                    except ValueError:
                        # Asking for it for ever would stop all chats.
                        _LOG.error("Update %s could not be read", raw["update_id"])
                    except SQLAlchemyError:
                        self._tell_all(batch[place + 1 :])
                        raise
                    # Confirmed by the next call, and only once it is in the inbox.
                    offset = raw["update_id"] + 1
                pause = self._retry_seconds
                self._heard(True)
            except (EndPointNotFound, InvalidToken):  # the first for a withdrawn token
                await self._refused()
            except RetryAfter as error:  # it answers, and that is what counts
                await self._pause("Telegram asked to wait", error, float(_wait_of(error)))
            except Conflict as error:
                self._heard(False)
                if "webhook" in error.message.casefold():
                    _LOG.error("Another process set a webhook with the same token; taking it away")
                    await self._introduce_again()
                    pause = await self._pause("Updates could not be fetched", error, pause)
                    continue
                pause = await self._pause(
                    "Another process polls with the same token; stop one of them", error, pause
                )
            except Exception as error:
                # Telegram or the store is away, or an answer made no sense: never stop asking.
                self._heard(not isinstance(error, TelegramError) and self.is_connected)
                pause = await self._pause("Updates could not be fetched", error, pause)
                if isinstance(error, SQLAlchemyError):
                    pause = min(pause, _AWAY_MAX)

    async def _fetch(self, offset: int | None) -> list[dict[str, Any]]:
        """Updates as Telegram's JSON, so that one that cannot be read does not take the others."""
        found = await self._bot.do_api_request(
            "getUpdates",
            {"offset": offset, "timeout": self._poll_seconds, "allowed_updates": ALLOWED},
            read_timeout=self._poll_seconds + 10,
        )
        return sorted(found, key=lambda raw: int(raw["update_id"]))

    async def _pause(self, what: str, error: Exception, seconds: float) -> float:
        """Wait, and give the next, longer pause."""
        _LOG.warning("%s (%s); again in %g s", what, type(error).__name__, seconds)
        await asyncio.sleep(seconds)
        return min(_RETRY_MAX, 2 * seconds)

    async def _sweep(self) -> None:
        forgotten = now() - timedelta(days=1)
        while True:
            try:
                if now() - forgotten > _FORGET_EVERY:
                    await asyncio.to_thread(self._forget)
                    forgotten = now()
                arrived, waiting = await asyncio.to_thread(self._open_work)
            except SQLAlchemyError as error:
                _LOG.error("The store is away: %s", type(error).__name__)
            else:
                for address in arrived:
                    self._working.nudge(address)
                for address in waiting:
                    self._sending.nudge(address)
            await asyncio.sleep(self._sweep_seconds)

    def _forget(self) -> None:
        with unit_of_work(self._store_url) as session:
            messages.forget_before(session, now() - _KEEP)
            # Not at once: the row tells an update that Telegram sends twice from a new one.
            forget_strangers(session, CHANNEL, now() - _FORGET_EVERY)

    def _open_work(self) -> tuple[list[str], list[str]]:
        with unit_of_work(self._store_url) as session:
            return (
                messages.chats_with_updates(session, CHANNEL),
                messages.chats_with_messages(session, CHANNEL),
            )

    # --- updates in --------------------------------------------------------------------

    async def receive(self, raw: dict[str, Any]) -> None:
        """Take one update as Telegram's JSON; returns once it is safe in the inbox.

        Raises:
            ValueError: it is not an update.
            SQLAlchemyError: it could not be kept; Telegram is to send it again.
        """
        received = self._read(raw)
        if received is None:
            return
        if received.message_id is not None:
            self._recent.note(received.address, received.message_id)
        self._sender.hurry(received.address)
        try:
            is_new = await asyncio.to_thread(self._store_received, received)
        except SQLAlchemyError:
            # Not waited for: Telegram is to hear at once that it must send the update again.
            at = time.monotonic()
            self._background(
                self._tell_unsaved(received.address, received.key, received.payload, at)
            )
            raise
        if received.query_id:
            self._background(self._answer(received.query_id))
        if is_new:
            self._owed.setdefault(received.address, {})[received.key] = received.payload
        self._working.nudge(received.address, at_once=is_new)

    def _read(self, raw: dict[str, Any]) -> Received | None:
        try:
            update = Update.de_json(raw, self._bot)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError("not an update of Telegram") from error
        if update is None or not isinstance(update.update_id, int):
            raise ValueError("not an update of Telegram")
        return read_update(update)

    def _tell_all(self, batch: list[dict[str, Any]]) -> None:
        """Tell of updates that cannot be kept; Telegram gives them again."""
        at = time.monotonic()
        for raw in batch:
            try:
                received = self._read(raw)
            except ValueError:
                continue  # said when its turn comes
            if received is not None:
                told = self._tell_unsaved(received.address, received.key, received.payload, at)
                self._background(told)

    def _store_received(self, received: Received) -> bool:
        """Keep an update; ``False`` if it was there already."""
        with unit_of_work(self._store_url) as session:
            return messages.receive(
                session,
                key=received.key,
                channel=CHANNEL,
                address=received.address,
                position=received.position,
                payload=received.payload,
                message_id=received.message_id,
            )

    async def _answer(self, query_id: str) -> None:
        """Stop the button's spinner at once; what it does is seen in the chat."""
        for wait in (*_PRESS_WAITS, None):
            try:
                await self._bot.answer_callback_query(query_id)
                return
            except BadRequest:
                return  # too old, or answered already
            except TelegramError as error:
                _LOG.debug("A press could not be answered: %s", type(error).__name__)
                if wait is not None:
                    asked = _wait_of(error) if isinstance(error, RetryAfter) else 0
                    await asyncio.sleep(max(wait, asked))

    # --- turns -------------------------------------------------------------------------

    async def _work_next(self, address: str) -> bool:
        known = list(self._owed.get(address, ()))
        row = await asyncio.to_thread(self._next_update, address)
        if row is None:
            self._settle(address, known)
            return False
        self._owed.setdefault(address, {})[row.key] = row.payload
        try:
            await self._work_on(row)
        except _AWAY:
            raise  # It is tried again until all is back, and told of meanwhile.
        except Exception as error:
            self._failures[row.key] += 1
            if self._failures[row.key] < _TRIES:
                raise
            # One update that cannot be worked on must not stop its chat for good.
            _LOG.error("%s failed %d times (%s)", row.key, _TRIES, type(error).__name__)
            sorry = [] if row.payload["is"] == "due" else [Reply(words.APOLOGY)]
            if row.payload["is"] in _WITH_WORDS:
                sorry = apology_for(incoming_of(row.payload))
            await asyncio.to_thread(self._finish, row, [Outgoing(reply) for reply in sorry])
        self._failures.pop(row.key, None)
        self._settle(address, [row.key])
        self._sending.nudge(address)
        return True

    def _settle(self, address: str, keys: list[str]) -> None:
        """Nothing is owed for these updates any more, and the chat's trouble is over."""
        self._unsaved.pop(address, None)
        owed = self._owed.pop(address, {})
        if left := {key: payload for key, payload in owed.items() if key not in keys}:
            self._owed[address] = left

    async def _tell_owed(self, address: str, error: Exception) -> None:
        """Tell of what came in and cannot be worked on, even where it cannot be read again."""
        if isinstance(error, _AWAY):
            at = time.monotonic()
            for key, payload in list(self._owed.get(address, {}).items()):
                await self._tell_unsaved(address, key, payload, at)

    async def _tell_unsaved(
        self, address: str, key: str, payload: dict[str, Any], at: float
    ) -> None:
        """Say, once in each outage, that it is not forgotten; the outbox may be away itself.

        Args:
            at: when it failed, by the monotonic clock. To screen a long backlog takes seconds, in
                which nothing has failed again.
        """
        if payload["is"] in (*_NOTED, "due"):
            return  # Nobody waits for an answer.
        trouble = self._unsaved.setdefault(address, _Unsaved(at))
        # One at a time: what is screened first may tell of a risk, whose route goes before all.
        async with trouble.telling:
            await self._tell(trouble, address, key, payload, at)

    async def _tell(
        self, trouble: _Unsaved, address: str, key: str, payload: dict[str, Any], at: float
    ) -> None:
        if payload["is"] in ("text", "edit") and is_exit(incoming_of(payload)):
            if key not in trouble.screened:
                trouble.screened.add(key)
                await self._clear(address)
            return
        replies = [Reply(words.CANNOT_SAVE)]
        if payload["is"] in _WITH_WORDS and key not in trouble.screened:
            trouble.screened.add(key)
            replies = await asyncio.to_thread(apology_for, incoming_of(payload), words.CANNOT_SAVE)
        is_due = at - trouble.since >= self._tell_after and not trouble.is_told
        if len(replies) == 1 and not is_due:
            return
        was_told, trouble.is_told = trouble.is_told, True
        try:
            for reply in replies:
                sent = await self._bot.send_message(int(address), reply.text)
                self._recent.note(address, sent.message_id)
        except TelegramError as error:
            trouble.is_told = was_told
            trouble.screened.discard(key)  # said at the next try
            _LOG.warning("A chat was not told of trouble: %s", type(error).__name__)

    async def _clear(self, address: str) -> None:
        """Take away what is known to show, without the store, newest first."""
        for message_id in reversed(self._recent.of(address)):
            try:
                await self._bot.delete_message(int(address), message_id)
            except TelegramError as error:
                # Tried once more when the store is back and the exit is worked on.
                _LOG.debug("A message was left for now: %s", type(error).__name__)

    def _is_of_album(self, row: Inbox) -> bool:
        """Whether it is one more picture without words of an album that was answered."""
        album = row.payload.get("album")
        if not album:
            return False
        known, self._albums[row.address] = self._albums.get(row.address), album
        return album == known and not row.payload.get("caption")

    async def _work_on(self, row: Inbox) -> None:
        kind = row.payload["is"]
        data = read_data(row.payload["data"]) if kind == "press" else None
        if kind in _NOTED:
            await asyncio.to_thread(self._note, row)
        elif (kind == "edit" and await asyncio.to_thread(self._is_unchanged, row)) or (
            kind == "unreadable" and self._is_of_album(row)
        ):
            await asyncio.to_thread(self._finish, row, [])
        elif kind in ("text", "edit") and is_exit(incoming_of(row.payload)):
            await asyncio.to_thread(self._leave, row)
        elif kind == "text" and row.payload["text"] == words.LOCATION_TYPE:
            await self._say(row, words.LOCATION_TYPED)
        elif kind == "edit" and not await asyncio.to_thread(self._is_to_be_read, row):
            await self._say(row, words.EDITED_EARLIER)
        elif data and data.kind == "toggle" and await asyncio.to_thread(self._toggle, row, data):
            pass
        else:
            await self._turn(row, data)

    def _next_update(self, address: str) -> Inbox | None:
        with unit_of_work(self._store_url) as session:
            return messages.next_update(session, CHANNEL, address)

    def _is_to_be_read(self, row: Inbox) -> bool:
        """An edit of the newest message, or one that tells of a risk, whichever it is of."""
        if is_risk(row.payload["text"]):
            return True
        with unit_of_work(self._store_url) as session:
            return messages.latest_message(session, CHANNEL, row.address) == row.message_id

    def _is_unchanged(self, row: Inbox) -> bool:
        """Whether an edit left the words as they were; a link's preview comes as such a one."""
        mark = _mark_of(row)
        if not mark or row.message_id is None:
            return False
        with unit_of_work(self._store_url) as session:
            before = messages.mark_before(
                session, CHANNEL, row.address, row.message_id, row.position
            )
        return hmac.compare_digest(before, mark)

    def _done(self, session: Session, row: Inbox) -> None:
        """An update is worked on, and whoever sent it has the bot in their list again.

        Not when it arrives: a block that came before it may still have to be worked on.
        """
        if row.payload["is"] not in ("blocked", "due"):
            messages.set_reachable(session, CHANNEL, row.address)
        messages.finish_update(session, row.key, _mark_of(row))

    def _note(self, row: Inbox) -> None:
        with unit_of_work(self._store_url) as session:
            if row.payload["is"] == "blocked":
                messages.set_unreachable(session, CHANNEL, row.address, "blocked")
            elif row.payload["is"] == "group":
                chat = messages.chat(session, CHANNEL, row.address)
                if not chat.declined:
                    chat.declined = True
                    queue_replies(session, row.address, [Outgoing(Reply(words.GROUP_DECLINED))])
            self._done(session, row)
            if row.payload["is"] == "moved":
                messages.move_chat(session, CHANNEL, row.address, row.payload["to"])

    def _toggle(self, row: Inbox, data: Data) -> bool:
        """Flip a toggle; ``False`` if the press is stale."""
        with unit_of_work(self._store_url) as session:
            keyboard = messages.find_keyboard(session, CHANNEL, row.address, data.keyboard_id)
            if keyboard is None or not keyboard.open or keyboard.kind != "toggles":
                return False
            if data.index >= len(keyboard.items):
                return False
            messages.flip_toggle(session, keyboard, data.index)
            queue_keyboard_change(session, row.address, keyboard.id, row.payload["shown"])
            self._done(session, row)
            return True

    def _leave(self, row: Inbox) -> None:
        """Quick exit: what Telegram still lets us take away goes, and no answer shows."""
        with unit_of_work(self._store_url) as session:
            messages.drop_waiting(session, CHANNEL, row.address)
            messages.close_all(session, CHANNEL, row.address)
            kept = messages.shown_messages(session, CHANNEL, row.address, now() - DELETABLE)
            # An erasure or a "no" to the consent leaves no row, and its messages on the phone.
            shown = {*kept, *self._recent.of(row.address)}
            queue_deletion(session, row.address, sorted(shown))
            self._done(session, row)
        self._recent.forget(row.address)

    async def _say(self, row: Inbox, text: str) -> None:
        await asyncio.to_thread(self._finish, row, [Outgoing(Reply(text))])

    async def _turn(self, row: Inbox, data: Data | None) -> None:
        metrics.took("inbox", (now() - row.received).total_seconds())
        incoming: Incoming
        if row.payload["is"] == "press":
            incoming = await asyncio.to_thread(self._pressed, row, data)
        else:
            incoming = incoming_of(row.payload)
            if row.payload["is"] == "text" and sends_ticks(row.payload["text"]):
                incoming = await asyncio.to_thread(self._ticked, row) or incoming
        async with self._typing(int(row.address)):
            replies = await self._turns.take(CHANNEL, row.address, incoming, update_key=row.key)
        await asyncio.to_thread(self._finish, row, replies)

    def _pressed(self, row: Inbox, data: Data | None) -> Press | Chosen:
        if data is None or data.kind != "done":
            # A toggle comes here only when it is stale, which a press of it is too.
            return Press(data.keyboard_id if data else "", data.index if data else -1)
        with unit_of_work(self._store_url) as session:
            keyboard = messages.find_keyboard(session, CHANNEL, row.address, data.keyboard_id)
            return Chosen(data.keyboard_id, tuple(keyboard.chosen) if keyboard else ())

    def _ticked(self, row: Inbox) -> Chosen | None:
        """The ticks that are on the phone, where "done" is typed in place of pressed."""
        with unit_of_work(self._store_url) as session:
            keyboard = messages.open_toggles(session, CHANNEL, row.address)
            return Chosen(keyboard.id, tuple(keyboard.chosen)) if keyboard else None

    def _finish(self, row: Inbox, replies: list[Outgoing]) -> None:
        """The replies go to the outbox and the update is done: both, or neither."""
        with unit_of_work(self._store_url) as session:
            if row.payload["is"] == "press":
                self._note_shown(session, row)
            queue_used_keyboards(session, row.address)
            queue_replies(session, row.address, replies, row.key)
            self._done(session, row)

    def _note_shown(self, session: Session, row: Inbox) -> None:
        """A pressed keyboard is on the phone, even where that was not noted or is not known."""
        data = read_data(row.payload["data"])
        keyboard = None
        if data is not None:
            keyboard = messages.find_keyboard(session, CHANNEL, row.address, data.keyboard_id)
        if keyboard is None or keyboard.message_id is None:
            id_ = keyboard.id if keyboard else None
            queue_keyboard_change(session, row.address, id_, row.payload["shown"])

    @asynccontextmanager
    async def _typing(self, chat_id: int) -> AsyncIterator[None]:
        async def show() -> None:
            await asyncio.sleep(self._typing_after)
            while True:
                try:
                    await self._bot.send_chat_action(chat_id, ChatAction.TYPING)
                except TelegramError as error:
                    _LOG.debug("Typing could not be shown: %s", type(error).__name__)
                await asyncio.sleep(_TYPING_EVERY)

        task = asyncio.create_task(show())
        try:
            yield
        finally:
            task.cancel()


def _mark_of(row: Inbox) -> str:
    """What stays of a message's words: enough to know the same words of the same message again.

    Nobody without the installation's secret can try words against it. Empty where there are no
    words, or no secret.
    """
    said = row.payload.get("text") or row.payload.get("caption")
    if not said or row.message_id is None:
        return ""
    try:
        key = derived_key("unchanged edits")
    except OSError as error:
        _LOG.error("No secret can be kept: %s", type(error).__name__)
        return ""
    about = f"{row.address} {row.message_id} {said}".encode(errors="replace")
    return hmac.new(key.encode(), about, hashlib.sha256).hexdigest()


def _wait_of(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
