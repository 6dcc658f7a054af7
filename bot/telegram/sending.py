"""The outbox of Telegram: one row is one message, or one change of a keyboard shown before."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from telegram import (
    Bot,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.constants import MessageLimit
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot import metrics
from bot.conversations import words
from bot.conversations.plain_text import clean, split, utf16_length
from bot.conversations.replies import Reply
from bot.conversations.turns import Outgoing
from bot.papers.of_person import paper_for
from bot.store import follow_ups, messages
from bot.store.base import now, unit_of_work
from bot.store.copies import copy_of
from bot.store.messages import Keyboard, Outbox
from bot.telegram.keyboards import inline_markup, location_markup
from bot.telegram.recent import Recent

_LOG = logging.getLogger(__name__)

CHANNEL = "telegram"

TEXT_MAX = int(MessageLimit.MAX_TEXT_LENGTH)
CAPTION_MAX = int(MessageLimit.CAPTION_LENGTH)
# Room below a question for the choice that is written there later.
_CHOICE_ROOM = 400
_GIVE_UP_AFTER = timedelta(hours=48)
_UPLOADS = 3
"""Tries of a picture or a file before words take its place."""
_DELETED_AT_ONCE = 10
"""Messages of one row: where Telegram asks to wait, few of them are tried again."""
_RETRY_MAX = 60.0

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

PictureFor = Callable[[str], tuple[bytes, str]]
"""The PNG of a map's id, and the same in words."""


def _default_picture_for(map_id: str) -> tuple[bytes, str]:
    # Looked up late: text needs no pictures.
    from bot.store.maps import picture_png  # type: ignore[import-not-found,unused-ignore]

    png, alt = picture_png(map_id)
    return png, alt


@dataclass(frozen=True)
class Part:
    """One Telegram message of a reply.

    Attributes:
        text: the words, or a picture's caption.
        map_id: of the picture, if it is one.
        keyboard: it carries the reply's inline keyboard.
        location: it carries the "share my location" keyboard.
        file: name of a file to send instead of words: a paper of the person's
            (``bot.papers``), or one of their copy.
        copy: the file is one of the two of the person's copy of their data.
        pin: a place to show instead of words, as in ``Reply``.
    """

    text: str = ""
    map_id: str = ""
    keyboard: bool = False
    location: bool = False
    file: str = ""
    copy: bool = False
    pin: dict[str, Any] | None = None


_Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None
_Mark = Callable[[], None]
"""Keeps in the store what became of a row."""
_Picked = tuple[Outbox, Part | None, _Markup, bool]
"""A row with what its message needs: nothing for a change or a deletion."""


def parts_of(outgoing: Outgoing) -> list[Part]:
    """A reply as messages that Telegram takes; its keyboard is on the last words."""
    reply = outgoing.reply
    text = clean(reply.text)
    has_keyboard = outgoing.keyboard_id is not None
    room = _CHOICE_ROOM if has_keyboard else 0
    parts = []
    if reply.map_id:
        fits = utf16_length(text) <= CAPTION_MAX - room
        parts.append(Part(text if fits else "", reply.map_id))
        text = "" if fits else text
    parts += [Part(words_) for words_ in split(text, TEXT_MAX - room)]
    if not parts:
        parts.append(Part(words.CHOOSE))
    asks_below = reply.ask_location and not has_keyboard
    parts[-1] = replace(parts[-1], keyboard=has_keyboard, location=asks_below)
    parts += _files(reply.copy, reply.file)
    if reply.ask_location and has_keyboard:
        # A message can have only one kind of keyboard.
        parts.append(Part(words.LOCATION_OFFER, location=True))
    if reply.pin:
        parts.append(Part(pin=asdict(reply.pin)))
    return parts


def _files(copy: bool, file: str) -> list[Part]:
    """Each file is a message of its own, so that trying one again repeats nothing else."""
    names = [words.COPY_PAGE, words.COPY_JSON] if copy else []
    return [Part(file=name, copy=True) for name in names] + ([Part(file=file)] if file else [])


def queue_replies(
    session: Session, address: str, replies: Iterable[Outgoing], update_key: str | None = None
) -> None:
    """Put replies in a chat's outbox, message by message.

    The phone's own location button goes with the first message that has no buttons of its
    own, as a message can do one of both: where all have, a word is put before them.
    """
    pairs = [(outgoing, part) for outgoing in replies for part in parts_of(outgoing)]
    shown = messages.chat(session, CHANNEL, address).location_keyboard
    if shown and pairs and all(part.keyboard or part.location for _, part in pairs):
        pairs.insert(0, (Outgoing(Reply()), Part(words.LOCATION_OVER)))
    for outgoing, part in pairs:
        messages.queue(
            session,
            channel=CHANNEL,
            address=address,
            payload=asdict(part),
            keyboard_id=outgoing.keyboard_id if part.keyboard else None,
            update_key=update_key,
        )


def queue_keyboard_change(
    session: Session, address: str, keyboard_id: str | None, message_id: int
) -> None:
    """Show a keyboard as it is now: toggled, used up, or gone."""
    messages.queue(
        session,
        channel=CHANNEL,
        address=address,
        payload={"change": message_id},
        keyboard_id=keyboard_id,
    )


def queue_deletion(session: Session, address: str, message_ids: list[int]) -> None:
    """Take messages away on the phone, the newest first.

    One more may be on its way now, and has no number yet: it is looked for first.
    """
    newest = sorted(message_ids, reverse=True)
    late: dict[str, Any] = {"delete": [], "late": True}
    messages.queue(session, channel=CHANNEL, address=address, payload=late)
    for begin in range(0, len(newest), _DELETED_AT_ONCE):
        messages.queue(
            session,
            channel=CHANNEL,
            address=address,
            payload={"delete": newest[begin : begin + _DELETED_AT_ONCE]},
        )


def queue_used_keyboards(session: Session, address: str) -> None:
    """Take away, on the phone, the keyboards that are closed and still shown there."""
    shown = select(Keyboard).where(
        Keyboard.channel == CHANNEL,
        Keyboard.address == address,
        Keyboard.open.is_(False),
        Keyboard.message_id.is_not(None),
    )
    for keyboard in session.scalars(shown.order_by(Keyboard.message_id)):
        if keyboard.message_id is not None:
            queue_keyboard_change(session, address, keyboard.id, keyboard.message_id)


class Sender:
    """Sends what the outbox holds, a chat at a time and in order.

    Args:
        bot: python-telegram-bot's, with a rate limiter.
        picture_for: see ``PictureFor``; runs in a thread.
        store_url: default: the one of the settings.
        retry_seconds: first pause after a failure; doubles up to a minute.
    """

    def __init__(
        self,
        bot: Bot,
        *,
        picture_for: PictureFor = _default_picture_for,
        store_url: str | None = None,
        retry_seconds: float = 1.0,
    ) -> None:
        self._bot = bot
        self._picture_for = picture_for
        self._store_url = store_url
        self._retry_seconds = retry_seconds
        # What arrived in a chat while the store could not be written.
        self._unmarked: dict[str, _Mark] = {}
        self._resting: dict[str, asyncio.Event] = {}
        self.recent = Recent()

    def hurry(self, address: str) -> None:
        """Try again now: the chat has just been heard from, so Telegram answers."""
        if address in self._resting:
            self._resting[address].set()

    async def send_next(self, address: str) -> bool:
        """Send the chat's next message; ``False`` if there is none.

        A message that cannot go stays first, so that order holds, and is given up after
        two days, or at once where Telegram will never take it. One that has gone while the
        store could not be written is not sent again by this process, only marked.
        """
        if address in self._unmarked:
            await self._keep(address, self._unmarked[address])
        picked = await asyncio.to_thread(self._next, address)
        if picked is None:
            return False
        row, part, markup, location_shown = picked
        kind = next((k for k in ("change", "delete") if k in row.payload), "message")
        try:
            with metrics.timed("send"):
                if part is not None:
                    mark = await self._send(row, part, markup, location_shown)
                else:
                    mark = await {"change": self._change, "delete": self._delete}[kind](row)
            metrics.took("outbox", (now() - row.created).total_seconds())
            metrics.count(metrics.SENT, kind=kind)
            await self._keep(address, mark)
        except RetryAfter as error:
            await self._wait(row, error, _seconds(error) + 0.1)
        except Forbidden as error:
            await self._unreachable(row, error, "Forbidden")
        except BadRequest as error:
            if _is_gone(error):
                await self._unreachable(row, error, "chat not found")
            else:
                await self._give_up(row, error)
        except (NetworkError, InvalidToken) as error:
            pause = min(_RETRY_MAX, self._retry_seconds * 2 ** min(row.attempts, 10))
            # Spread out, so that all chats do not come back at the same moment.
            pause *= random.uniform(0.8, 1.2)  # noqa: S311
            await self._wait(row, error, pause, may_hurry=True)
        except ChatMigrated as error:
            await self._move(row, error)
        except TelegramError as error:
            await self._give_up(row, error)
        return True

    # --- the store ---------------------------------------------------------------------

    async def _keep(self, address: str, mark: _Mark) -> None:
        self._unmarked[address] = mark
        await asyncio.to_thread(mark)
        del self._unmarked[address]

    def _next(self, address: str) -> _Picked | None:
        with unit_of_work(self._store_url) as session:
            row = messages.next_message(session, CHANNEL, address)
            if row is not None and not messages.is_reachable(session, CHANNEL, address):
                messages.set_unreachable(session, CHANNEL, address, "unreachable")
                return None
            while row is not None and now() - row.created > _GIVE_UP_AFTER:
                _LOG.error("Outbox row %s is two days old and was given up", row.id)
                metrics.count(metrics.SEND_FAILURES, error="TooOld", then="given up")
                messages.mark_failed(session, row.id, "too old")
                row = messages.next_message(session, CHANNEL, address)
            if row is None or follow_ups.is_held(session, row, now()):
                return None
            if "change" in row.payload or "delete" in row.payload:
                return row, None, None, False
            part = _words_of(session, row, Part(**row.payload))
            return row, part, *_markup(session, row, part)

    async def _unreachable(self, row: Outbox, error: TelegramError, problem: str) -> None:
        _count_failure(error, "chat given up")
        count = await asyncio.to_thread(self._mark_unreachable, row.address, problem)
        _LOG.info("A chat cannot be reached (%s); %d messages given up", problem, count)

    def _mark_unreachable(self, address: str, problem: str) -> int:
        with unit_of_work(self._store_url) as session:
            return messages.set_unreachable(session, CHANNEL, address, problem)

    async def _wait(
        self, row: Outbox, error: TelegramError, seconds: float, *, may_hurry: bool = False
    ) -> None:
        name = type(error).__name__
        _count_failure(error, "tried again")
        _LOG.warning("Outbox row %s waits %.1f s after %s", row.id, seconds, name)
        woken = asyncio.Event()
        if may_hurry:
            self._resting[row.address] = woken
        try:
            await asyncio.to_thread(self._mark_retry, row.id, name)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(woken.wait(), seconds)
        finally:
            self._resting.pop(row.address, None)

    def _mark_retry(self, row_id: int, problem: str) -> None:
        with unit_of_work(self._store_url) as session:
            messages.mark_retry(session, row_id, problem)

    async def _give_up(self, row: Outbox, error: TelegramError) -> None:
        # Telegram's own words; they do not repeat the message's.
        problem = f"{type(error).__name__}: {error.message}"
        _count_failure(error, "given up")
        _LOG.error("Outbox row %s was refused: %s", row.id, problem)
        await asyncio.to_thread(self._mark_failed, row.id, problem)

    async def _move(self, row: Outbox, error: ChatMigrated) -> None:
        """The chat has another id now; its messages go on there at the next look."""
        new = str(error.new_chat_id)
        if new == row.address:  # nothing would ever come of it
            await self._give_up(row, error)
            return
        _count_failure(error, "moved")
        await asyncio.to_thread(self._move_chat, row.address, new)

    def _move_chat(self, old: str, new: str) -> None:
        with unit_of_work(self._store_url) as session:
            messages.move_chat(session, CHANNEL, old, new)

    def _mark_failed(self, row_id: int, problem: str) -> None:
        with unit_of_work(self._store_url) as session:
            messages.mark_failed(session, row_id, problem)

    # --- messages ----------------------------------------------------------------------

    async def _send(self, row: Outbox, part: Part, markup: _Markup, location_shown: bool) -> _Mark:
        if part.file:
            return await self._send_file(row, part)
        if part.pin:
            message = await self._send_pin(row, part.pin, markup)
            shown, captioned = "", False
        elif part.map_id:
            message, shown, captioned = await self._send_picture(row, part, markup)
        else:
            message = await self._send_text(row, part.text, markup)
            shown, captioned = part.text, False
        return partial(self._mark_sent, row, message.message_id, shown, captioned, location_shown)

    async def _send_file(self, row: Outbox, part: Part) -> _Mark:
        """Send a file, made now and kept nowhere, or say that it is missing."""
        try:
            name, data = await asyncio.to_thread(self._file_for, row.address, part)
        except Exception as error:
            # A file that cannot be made must not hold up what is said after it.
            _LOG.error("A file could not be made: %s", type(error).__name__)
        else:
            try:
                sent = await self._bot.send_document(
                    int(row.address), document=data, filename=name, protect_content=False
                )
                message = self._noted(row, sent)
                return partial(self._mark_gone, row, message.message_id)
            except (BadRequest, NetworkError) as error:
                if _is_to_be_raised(error, row):
                    raise
                _LOG.error("A file could not be sent: %s", type(error).__name__)
        missing = words.COPY_MISSING if part.copy else words.PAPER_MISSING
        message = await self._send_text(row, missing, None)
        return partial(self._mark_missing, row, part, message.message_id)

    def _file_for(self, address: str, part: Part) -> tuple[str, bytes]:
        """Name and content of a file."""
        if part.copy:
            as_json, page = copy_of(CHANNEL, address, self._store_url)
            return part.file, (page if part.file == words.COPY_PAGE else as_json).encode()
        paper = paper_for(CHANNEL, address, part.file, self._store_url)
        return paper.name, paper.data

    def _mark_missing(self, row: Outbox, part: Part, message_id: int) -> None:
        with unit_of_work(self._store_url) as session:
            messages.mark_sent(session, row.id, message_id)
            other = messages.next_message(session, CHANNEL, row.address)
            # Half a copy is none, and to say so once is enough.
            if part.file == words.COPY_PAGE and other and other.payload.get("copy"):
                messages.mark_failed(session, other.id, "no copy")

    async def _delete(self, row: Outbox) -> _Mark:
        """Take messages away; what Telegram no longer lets go stays."""
        message_ids = row.payload["delete"]
        if row.payload.get("late"):
            message_ids = await asyncio.to_thread(self._arrived_late, row)
        for message_id in message_ids:
            try:
                await self._bot.delete_message(int(row.address), int(message_id))
            except BadRequest as error:
                _LOG.debug("A message was left as it was: %s", error.message)
        return partial(self._mark_gone, row)

    def _arrived_late(self, row: Outbox) -> list[int]:
        with unit_of_work(self._store_url) as session:
            return messages.arrived_late(session, CHANNEL, row.address)

    def _mark_gone(self, row: Outbox, message_id: int | None = None) -> None:
        with unit_of_work(self._store_url) as session:
            messages.mark_sent(session, row.id, message_id)

    async def _send_text(self, row: Outbox, text: str, markup: Any) -> Message:
        sent = await self._bot.send_message(
            int(row.address), text, reply_markup=markup, link_preview_options=_NO_PREVIEW
        )
        return self._noted(row, sent)

    def _noted(self, row: Outbox, message: Message) -> Message:
        """The message, known from now on to be on the phone, whatever becomes of its row."""
        self.recent.note(row.address, message.message_id)
        return message

    async def _send_pin(self, row: Outbox, pin: dict[str, Any], markup: Any) -> Message:
        sent = await self._bot.send_venue(
            int(row.address),
            latitude=pin["lat"],
            longitude=pin["lon"],
            title=clean(pin["title"]),
            address=clean(pin["address"]),
            reply_markup=markup,
        )
        return self._noted(row, sent)

    async def _send_picture(
        self, row: Outbox, part: Part, markup: Any
    ) -> tuple[Message, str, bool]:
        """Send a picture, or its words where that fails.

        Returns:
            The message, the words that it shows, and whether they are a caption.
        """
        alt = ""
        try:
            png, alt = await asyncio.to_thread(self._picture_for, part.map_id)
        except Exception as error:
            _LOG.error("A picture could not be made: %s", type(error).__name__)
        else:
            caption = part.text or "".join(split(clean(alt), CAPTION_MAX - _CHOICE_ROOM)[:1])
            try:
                sent = await self._bot.send_photo(
                    int(row.address), png, caption=caption or None, reply_markup=markup
                )
                return self._noted(row, sent), caption, True
            except (BadRequest, NetworkError) as error:
                if _is_to_be_raised(error, row):
                    raise
                _LOG.error("A picture could not be sent: %s", type(error).__name__)
        in_words = "\n\n".join(w for w in (words.PICTURE_MISSING, clean(alt), part.text) if w)
        *first, last = split(in_words, TEXT_MAX - _CHOICE_ROOM)
        for text in first:
            await self._send_text(row, text, None)
        return await self._send_text(row, last, markup), last, False

    def _mark_sent(
        self, row: Outbox, message_id: int, shown: str, captioned: bool, location_shown: bool
    ) -> None:
        with unit_of_work(self._store_url) as session:
            if not messages.mark_sent(session, row.id, message_id):
                return  # The chat was erased meanwhile, and no trace of it is to come back.
            messages.chat(session, CHANNEL, row.address).location_keyboard = location_shown
            keyboard = session.get(Keyboard, row.keyboard_id) if row.keyboard_id else None
            if keyboard is not None:
                keyboard.message_id, keyboard.text = message_id, shown
                keyboard.captioned = captioned

    # --- changes -----------------------------------------------------------------------

    async def _change(self, row: Outbox) -> _Mark:
        """Bring a shown keyboard up to date; a message that is gone needs no change."""
        keyboard = await asyncio.to_thread(self._keyboard, row)
        message_id = int(row.payload["change"])
        try:
            await self._edit(int(row.address), message_id, keyboard)
        except BadRequest as error:
            # "message is not modified", "message to edit not found", "can't be edited"
            _LOG.debug("A keyboard was left as it was: %s", error.message)
        shown_closed = keyboard is not None and not keyboard.open
        return partial(self._mark_changed, row, shown_closed)

    async def _edit(self, chat_id: int, message_id: int, keyboard: Keyboard | None) -> None:
        if keyboard is not None and not keyboard.open and keyboard.choice and keyboard.text:
            chosen = clean(words.CHOSEN.format(choice=keyboard.choice))
            text = f"{keyboard.text}\n\n{chosen}"
            if keyboard.captioned and utf16_length(text) <= CAPTION_MAX:
                await self._bot.edit_message_caption(chat_id, message_id, caption=text)
                return
            if not keyboard.captioned and utf16_length(text) <= TEXT_MAX:
                await self._bot.edit_message_text(
                    text, chat_id, message_id, link_preview_options=_NO_PREVIEW
                )
                return
        markup = inline_markup(keyboard) if keyboard else None
        await self._bot.edit_message_reply_markup(chat_id, message_id, reply_markup=markup)

    def _keyboard(self, row: Outbox) -> Keyboard | None:
        with unit_of_work(self._store_url) as session:
            return session.get(Keyboard, row.keyboard_id) if row.keyboard_id else None

    def _mark_changed(self, row: Outbox, shown_closed: bool) -> None:
        with unit_of_work(self._store_url) as session:
            messages.mark_sent(session, row.id)
            keyboard = session.get(Keyboard, row.keyboard_id) if row.keyboard_id else None
            if keyboard is not None and shown_closed:
                # It is off the phone, so its words are not needed any more.
                keyboard.message_id, keyboard.text = None, ""


def _markup(session: Session, row: Outbox, part: Part) -> tuple[_Markup, bool]:
    """The message's keyboard, and whether the phone then shows the location button."""
    chat = messages.chat(session, CHANNEL, row.address)
    if part.file:
        return None, chat.location_keyboard
    if part.location:
        return location_markup(), True
    keyboard = session.get(Keyboard, row.keyboard_id) if row.keyboard_id else None
    inline = inline_markup(keyboard) if keyboard else None
    if inline is None and chat.location_keyboard:
        return ReplyKeyboardRemove(), False
    return inline, chat.location_keyboard


def _words_of(session: Session, row: Outbox, part: Part) -> Part:
    """The part itself; of a row with words and files, as older versions left them, the words.

    Its files go to the end of the outbox.
    """
    if not (part.copy or part.file) or not (part.text or part.map_id):
        return part
    alone = replace(part, copy=False, file="")
    row.payload = asdict(alone)
    for file in _files(part.copy, part.file):
        messages.queue(
            session,
            channel=CHANNEL,
            address=row.address,
            payload=asdict(file),
            update_key=row.update_key,
        )
    return alone


def _count_failure(error: TelegramError, then: str) -> None:
    metrics.count(metrics.SEND_FAILURES, error=type(error).__name__, then=then)


def _is_to_be_raised(error: BadRequest | NetworkError, row: Outbox) -> bool:
    """Whether a failed upload is for ``send_next``; else words take its place."""
    if isinstance(error, BadRequest):
        return _is_gone(error)
    return row.attempts < _UPLOADS - 1


def _is_gone(error: BadRequest) -> bool:
    return "chat not found" in error.message.lower()


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
