"""One turn: what a patient sends becomes what Rasa reads, and its messages become replies.

Every channel talks to Rasa through ``Turns``, so that what a patient types can never be
taken for a command of Rasa's, a press means what its keyboard's row says, the turns of a
chat follow one another, and silence is never an answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.channels.channel import OutputChannel, UserMessage
from sqlalchemy.orm import Session

from bot.conversations import words
from bot.conversations.plain_text import TEXT_MAX, clean
from bot.conversations.replies import Reply, reply_from_rasa
from bot.errors import place_of
from bot.store import messages
from bot.store.base import unit_of_work
from bot.store.people import remember_address

_LOG = logging.getLogger(__name__)

COMMANDS = {
    "start": "/greet",
    "map": "/show_map",
    "help": "/help",
    "people": "/add_member",
    "plan": "/show_plan",
    "mydata": "/export_my_data",
    "stop": "/stop_messages",
}
"""Commands that a patient may type, and what Rasa gets for each."""

STALE = "/stale_button"

_COMMAND = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """Words that the patient typed."""

    text: str


@dataclass(frozen=True)
class Press:
    """One button of a keyboard."""

    keyboard_id: str
    index: int


@dataclass(frozen=True)
class Chosen:
    """The toggles that were on when Done was pressed; may be none."""

    keyboard_id: str
    indexes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Location:
    """A shared place, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Unreadable:
    """Something that is not text.

    Attributes:
        kind: ``photo``, ``voice``, ``sticker``, ``video``, ``document``, ``contact``,
            ``other`` or ``empty``.
        caption: words that came with it; where there are any, they are what is read.
    """

    kind: str
    caption: str = ""


Incoming = Text | Press | Chosen | Location | Unreadable


@dataclass(frozen=True)
class Outgoing:
    """A reply, and the id of its keyboard where it has one."""

    reply: Reply
    keyboard_id: str | None = None


class _Collector(OutputChannel):
    """Keeps Rasa's messages of one turn as replies, in order."""

    def __init__(self, channel: str) -> None:
        self.replies: list[Reply] = []
        self._channel = channel

    def name(self) -> str:
        """The channel that the patient is on."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Rasa's way of saying something."""
        reply = reply_from_rasa(message)
        if reply != Reply():
            self.replies.append(reply)


def _default_person_for(channel: str, address: str) -> str:
    # Looked up late: the people of the store need not exist to use another mapping.
    from bot.store.people import sender_for  # type: ignore[import-not-found,unused-ignore]

    return str(sender_for(channel, address))


class Turns:
    """Runs turns of many chats: one after another in a chat, side by side across chats.

    Args:
        on_new_message: Rasa's callable for a ``UserMessage``.
        person_for: gives the opaque person id (Rasa's ``sender_id``) for a channel and an
            address; may block. Default: ``bot.store.people.sender_for``.
        store_url: database of the keyboards; default: the one of the settings.
    """

    def __init__(
        self,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        *,
        person_for: Callable[[str, str], str] = _default_person_for,
        store_url: str | None = None,
    ) -> None:
        self._on_new_message = on_new_message
        self._person_for = person_for
        self._store_url = store_url
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def take(
        self, channel: str, address: str, incoming: Incoming, *, update_key: str | None = None
    ) -> list[Outgoing]:
        """Run one turn.

        Text over ``TEXT_MAX`` characters is cut there for Rasa. Only the ``COMMANDS`` may
        begin with a slash; any other text loses its leading slashes.

        Args:
            channel: ``telegram``, ``webchat``, …
            address: the chat's address on that channel.
            incoming: what came.
            update_key: names the update for good. The same key twice may be run twice
                (after a crash), and then means the same.

        Returns:
            Replies in order, never none: an apology where the turn said nothing or failed.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the store is away; the turn may be taken again.
        """
        key = (channel, address)
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            return await self._turn(channel, address, incoming, update_key)

    async def _turn(
        self, channel: str, address: str, incoming: Incoming, update_key: str | None
    ) -> list[Outgoing]:
        text = await asyncio.to_thread(self._text_for, channel, address, incoming, update_key)
        sender = await asyncio.to_thread(self._person_for, channel, address)
        collector = _Collector(channel)
        message = UserMessage(
            text,
            collector,
            sender,
            input_channel=channel,
            message_id=update_key,
            metadata={"update_key": update_key, "channel": channel},
        )
        try:
            await self._on_new_message(message)
        except Exception as error:
            _LOG.error("A turn failed: %s", place_of(error))
            collector.replies.append(Reply(words.APOLOGY))
        if not collector.replies:
            _LOG.error("A turn said nothing; the patient got the apology")
            collector.replies.append(Reply(words.APOLOGY))
        return await asyncio.to_thread(self._keep, channel, address, sender, collector.replies)

    def _text_for(
        self, channel: str, address: str, incoming: Incoming, update_key: str | None
    ) -> str:
        if isinstance(incoming, Press | Chosen):
            with unit_of_work(self._store_url) as session:
                return press_payload(session, channel, address, incoming, update_key)
        return payload_for(incoming)

    def _keep(
        self, channel: str, address: str, sender: str, replies: list[Reply]
    ) -> list[Outgoing]:
        with unit_of_work(self._store_url) as session:
            remember_address(session, channel, address, sender)
            ids = messages.keep_keyboards(session, channel, address, replies)
        return [Outgoing(reply, id_) for reply, id_ in zip(replies, ids, strict=True)]


def payload_for(incoming: Text | Location | Unreadable) -> str:
    """What Rasa reads for something that is not a press."""
    if isinstance(incoming, Location):
        # Two decimals are about a kilometre: enough to find help, too little to find a home.
        place = {"lat": round(incoming.latitude, 2), "lon": round(incoming.longitude, 2)}
        return "/share_location" + json.dumps(place)
    if isinstance(incoming, Unreadable):
        return _safe_text(incoming.caption) or "/unreadable" + json.dumps({"media": incoming.kind})
    return _safe_text(incoming.text) or payload_for(Unreadable("empty"))


def _safe_text(text: str) -> str:
    text = clean(text)
    command = _COMMAND.match(text)
    if command and command[1].lower() in COMMANDS:
        return COMMANDS[command[1].lower()]
    # Rasa obeys "/intent{...}", "/restart" and the like from anyone.
    return re.sub(r"^[/\s]+", "", text)[:TEXT_MAX].rstrip()


def press_payload(
    session: Session, channel: str, address: str, incoming: Press | Chosen, update_key: str | None
) -> str:
    """What Rasa reads for a press; uses the keyboard up. Past or unknown ones are stale."""
    keyboard = messages.find_keyboard(session, channel, address, incoming.keyboard_id)
    if keyboard is None or not messages.may_press(keyboard, update_key):
        return STALE
    if isinstance(incoming, Chosen):
        indexes, offered = incoming.indexes, keyboard.items
        if keyboard.kind != "toggles":
            return STALE
    else:
        indexes, offered = (incoming.index,), keyboard.buttons
    if not all(0 <= i < len(offered) for i in indexes):
        return STALE
    items = [offered[i] for i in sorted(set(indexes))]
    choice = ", ".join(str(item["title"]) for item in items) or words.NOTHING_CHOSEN
    messages.close_keyboard(session, keyboard, choice, update_key)
    if isinstance(incoming, Press):
        return str(items[0]["payload"])
    values = ",".join(str(item["value"]) for item in items) or "none"
    return "/choose" + json.dumps({"choice": values}, ensure_ascii=False)
