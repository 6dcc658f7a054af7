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
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import metrics
from bot.conversations import words
from bot.conversations.answered import replies_to
from bot.conversations.locks import LOCKS_AWAY, Locks, locks_of
from bot.conversations.plain_text import TEXT_MAX, clean
from bot.conversations.projection import note_failure
from bot.conversations.replies import Reply, reply_from_rasa
from bot.conversations.saving import CannotSave, kept_or_raised
from bot.errors import place_of
from bot.rights.minimise import DIAGNOSIS, minimise
from bot.rights.proxy import proxy_in
from bot.rights.wishes import HELPER
from bot.safety.model import Level, Screening
from bot.safety.route import route_for
from bot.safety.screen import screen
from bot.settings import get_settings
from bot.store import messages
from bot.store.base import unit_of_work
from bot.store.people import remember_address
from bot.store.tables import Person

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
FOLLOW_UP_DUE = "/follow_up_due"

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


@dataclass(frozen=True)
class Due:
    """The patient did nothing: a follow-up is due, and the bot speaks first."""


Incoming = Text | Press | Chosen | Location | Unreadable | Due


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
        locks: keep a chat's turns apart; default: those of the settings.
    """

    def __init__(
        self,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        *,
        person_for: Callable[[str, str], str] = _default_person_for,
        store_url: str | None = None,
        locks: Locks | None = None,
    ) -> None:
        self._on_new_message = on_new_message
        self._person_for = person_for
        self._store_url = store_url
        self._locks = locks or locks_of(get_settings())

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
            Only to ``Due`` may there be none: nobody waits for an answer, and what was due may
            be answered or unwanted by now.

        Raises:
            CannotSave: the action server or Rasa's store is away; take the turn again.
            sqlalchemy.exc.SQLAlchemyError: the store is away; the turn may be taken again.
            Exception: a turn of ``Due`` failed; it may be taken again.
        """
        try:
            asked = time.perf_counter()
            async with self._locks.hold(f"turn {channel} {address}"):
                metrics.took("wait", time.perf_counter() - asked)
                with metrics.timed("turn"):
                    return await self._turn(channel, address, incoming, update_key)
        except LOCKS_AWAY as error:
            _count(channel, incoming, "not saved")
            raise CannotSave("lock store") from error
        except (CannotSave, SQLAlchemyError):
            _count(channel, incoming, "not saved")
            raise
        except Exception:
            _count(channel, incoming, "failed")
            raise

    async def _turn(
        self, channel: str, address: str, incoming: Incoming, update_key: str | None
    ) -> list[Outgoing]:
        arrived = time.time()
        if is_exit(incoming):
            await asyncio.to_thread(self._leave, channel, address)
            _count(channel, incoming, "left")
            return [Outgoing(Reply(words.LEFT, leave=True))]
        # In one thread: each change of threads costs, and a turn has several.
        (text, kind, said), left_out, sender, said_before = await asyncio.to_thread(
            self._begun, channel, address, incoming, update_key
        )
        if said_before:
            _count(channel, incoming, "answered before")
            return await asyncio.to_thread(self._keep, channel, address, sender, said_before)
        collector = _Collector(channel)
        message = UserMessage(
            text,
            collector,
            sender,
            input_channel=channel,
            message_id=update_key,
            metadata={
                "update_key": update_key,
                "channel": channel,
                "at": arrived,
                "kind": kind,
                **({} if kind == "text" else {"said": said}),
            },
        )
        failed = False
        try:
            with metrics.timed("rasa"), kept_or_raised():
                await self._on_new_message(message)
        except CannotSave:
            raise
        except Exception as error:
            _LOG.error("A turn failed: %s", place_of(error))
            if isinstance(incoming, Due):
                raise  # An apology out of the blue would only puzzle.
            failed = True
            collector.replies += apology_for(incoming)
        if not collector.replies and isinstance(incoming, Due):
            _count(channel, incoming, "quiet")
            return []  # What was asked before stays open, with its buttons.
        if not collector.replies:
            failed = True
            _LOG.error("A turn said nothing; the patient got the apology")
            collector.replies += apology_for(incoming)
        if left_out:
            # First, so that what is asked stays the last thing said.
            collector.replies.insert(0, Reply(left_out))
        if failed:
            await asyncio.to_thread(self._note_failure, channel, sender, update_key, kind, said)
        with metrics.timed("keep"):
            kept = await asyncio.to_thread(self._keep, channel, address, sender, collector.replies)
        _count(channel, incoming, "apology" if failed else "answered")
        return kept

    def _leave(self, channel: str, address: str) -> None:
        """What was asked last is over: nothing that shows can be pressed."""
        with unit_of_work(self._store_url) as session:
            messages.close_all(session, channel, address)

    def _note_failure(
        self, channel: str, sender: str, update_key: str | None, kind: str, said: str
    ) -> None:
        """Staff see a turn that failed; where even that fails, the person's reply matters more."""
        try:
            with unit_of_work(self._store_url) as session:
                note_failure(
                    session,
                    sender,
                    channel=channel,
                    update_key=update_key,
                    kind=kind,
                    said=said,
                    words=words.APOLOGY,
                )
        except Exception as error:
            _LOG.error("A failed turn was not noted: %s", place_of(error))

    def _begun(
        self, channel: str, address: str, incoming: Incoming, update_key: str | None
    ) -> tuple[tuple[str, str, str], str, str, list[Reply] | None]:
        """``_text_for``, what was left out, the person's id, and what was answered before."""
        sender = self._person_for(channel, address)
        incoming, left_out = without_private_parts(incoming, lambda: self._is_helped(sender))
        read = self._text_for(channel, address, incoming, update_key)
        before = None if update_key is None else self._answered(sender, update_key)
        return read, left_out, sender, before

    def _is_helped(self, sender: str) -> bool:
        with unit_of_work(self._store_url) as session:
            person = session.get(Person, sender)
            return person is not None and person.answered_by == HELPER

    def _answered(self, sender: str, update_key: str) -> list[Reply] | None:
        with unit_of_work(self._store_url) as session:
            return replies_to(session, sender, update_key)

    def _text_for(
        self, channel: str, address: str, incoming: Incoming, update_key: str | None
    ) -> tuple[str, str, str]:
        """What Rasa reads, the kind of turn, and what the person did, in words for staff."""
        if isinstance(incoming, Press | Chosen):
            with unit_of_work(self._store_url) as session:
                payload = press_payload(session, channel, address, incoming, update_key)
                keyboard = messages.find_keyboard(session, channel, address, incoming.keyboard_id)
                titles = keyboard.choice if keyboard is not None and payload != STALE else ""
            return payload, "press" if isinstance(incoming, Press) else "chosen", titles
        if isinstance(incoming, Due):
            return FOLLOW_UP_DUE, "due", ""
        payload = payload_for(incoming)
        if isinstance(incoming, Location):
            return payload, "location", ""
        if isinstance(incoming, Unreadable) and payload.startswith("/"):
            return payload, "media", incoming.kind
        if not payload.startswith("/"):
            return payload, "text", payload
        typed = incoming.caption if isinstance(incoming, Unreadable) else incoming.text
        return payload, "command", clean(typed)[:TEXT_MAX]

    def _keep(
        self, channel: str, address: str, sender: str, replies: list[Reply]
    ) -> list[Outgoing]:
        with unit_of_work(self._store_url) as session:
            remember_address(session, channel, address, sender)
            ids = messages.keep_keyboards(session, channel, address, replies)
        return [Outgoing(reply, id_) for reply, id_ in zip(replies, ids, strict=True)]


def _count(channel: str, incoming: Incoming, outcome: str) -> None:
    kind = type(incoming).__name__.lower()
    metrics.count(metrics.TURNS, channel=channel, kind=kind, outcome=outcome)


def is_exit(incoming: Incoming) -> bool:
    """Whether this is the quick exit: the word alone, however it is written."""
    if not isinstance(incoming, Text):
        return False
    return " ".join(re.findall(r"\w+", incoming.text.casefold())) in words.EXIT_WORDS


def without_private_parts(
    incoming: Incoming, is_helped: Callable[[], bool] = lambda: False
) -> tuple[Incoming, str]:
    """What came without details that are never needed of others, and the words that say so.

    Where the risk screen makes less of the shorter text, all stays: what is cut could be the
    tablets that were taken. Staff read it, and a risk is never hidden by a name or an address.

    Args:
        incoming: what came.
        is_helped: whether a helper writes, who may tell what the patient has; asked only where
            it matters.
    """
    if not isinstance(incoming, Text | Unreadable):
        return incoming, ""
    typed = incoming.text if isinstance(incoming, Text) else incoming.caption
    short = minimise(typed)
    if DIAGNOSIS in short.left_out and (proxy_in(typed) is not None or is_helped()):
        short = minimise(typed, diagnoses=False)
    if not short.left_out or _tells_more(typed, short.text):
        return incoming, ""
    if isinstance(incoming, Text):
        incoming = replace(incoming, text=short.text)
    else:
        incoming = replace(incoming, caption=short.text)
    what = [words.LEFT_OUT[kind] for kind in short.left_out]
    listed = " and ".join([", ".join(what[:-1]), what[-1]] if what[:-1] else what)
    return incoming, words.LEFT_OUT_WHY.format(what=listed)


def _tells_more(typed: str, short: str) -> bool:
    """Whether the screen sees in what was typed a risk that it does not see in the shorter text."""
    whole, part = screen(typed), screen(short)
    return whole.level.rank > part.level.rank or (
        whole.level is part.level and _about(whole) != _about(part)
    )


def _about(seen: Screening) -> tuple[object, ...]:
    return seen.category, seen.subject


def apology_for(incoming: Incoming, apology_words: str = words.APOLOGY) -> list[Reply]:
    """The apology, after the right route where the message that failed tells of a risk."""
    apology = Reply(apology_words)
    text = incoming.text if isinstance(incoming, Text) else getattr(incoming, "caption", "")
    route = route_for(text, get_settings().service)
    return [Reply(route), apology] if route else [apology]


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
    if command and command[1].lower() in COMMANDS and not is_risk(text[command.end() :]):
        name, link = command[1].lower(), text[command.end() :].strip().lower()
        # A link such as t.me/bot?start=plan comes as "/start plan".
        return COMMANDS[link if name == "start" and link in COMMANDS else name]
    # Rasa obeys "/intent{...}", "/restart" and the like from anyone.
    plain = re.sub(r"^[/\s]+", "", text)
    begins, ends = plain[:TEXT_MAX].rstrip(), plain[-TEXT_MAX:].lstrip("/ \n")
    # What is cut off is read too: the worst that a long message tells is what is answered.
    if len(plain) > TEXT_MAX and screen(ends).level.rank > screen(begins).level.rank:
        return ends
    return begins


def is_risk(text: str) -> bool:
    """Whether the screen sees anything in a text."""
    return bool(text.strip()) and screen(text).level is not Level.NONE


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
