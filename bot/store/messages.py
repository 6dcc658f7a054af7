"""Messages on their way: what came in, what is to go out, and the keyboards in between.

An update is in ``inbox`` before any work on it, and its replies are in ``outbox`` in the
same transaction that marks it done. So a process may die at any point: what was not done
is done again, and what was not sent is sent. Words are kept only until they have served.

The functions take a session, so that a caller decides what is one transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CursorResult,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.conversations.replies import Reply
from bot.store.base import Base, now
from bot.store.tables import Address

# SQLite numbers rows by itself only where the column is its plain INTEGER.
_RowNumber = BigInteger().with_variant(Integer, "sqlite")

NEW, DONE = "new", "done"
WAITING, SENT, FAILED = "waiting", "sent", "failed"
_LEFT = "the person left"


class Inbox(Base):
    """One update of a channel, once.

    Attributes:
        key: names the update for good, e.g. ``telegram:81237``; changes of the network
            are tagged with it, which makes doing it twice harmless.
        position: order within a chat (Telegram's ``update_id``).
        message_id: the patient's message, where there is one.
        payload: what it says, without names or numbers of people; once done, nothing but the
            ``mark`` that ``finish_update`` was given.
        state: ``new`` or ``done``.
    """

    __tablename__ = "inbox"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default=NEW)
    received: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        Index("ix_inbox_channel_state", "channel", "state", "address", "position"),
        Index("ix_inbox_channel_address_message_id", "channel", "address", "message_id"),
    )


class Keyboard(Base):
    """Choices that were shown in a chat; the one place where a press gets its meaning.

    Attributes:
        id: short and random; it travels in a button, the payloads never do.
        turn: the same for all keyboards of one turn.
        kind: ``buttons`` or ``toggles``.
        items: ``{"title", "payload"}`` or ``{"title", "value", "on"}`` objects.
        beside: buttons below the toggles, such as "Skip"; ``{"title", "payload"}`` objects.
        done: title of the button that sends the toggles.
        open: whether it may still be pressed.
        closed_by: key of the update that pressed it, so that doing that update again
            after a crash finds it open.
        choice: titles that were chosen, for showing.
        message_id, text: where and with what words the channel shows it.
    """

    __tablename__ = "keyboard"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(80))
    turn: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(10))
    items: Mapped[list[Any]]
    beside: Mapped[list[Any]] = mapped_column(default=list)
    done: Mapped[str] = mapped_column(Text, default="")
    open: Mapped[bool] = mapped_column(default=True)
    closed_by: Mapped[str | None] = mapped_column(String(80))
    choice: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text, default="")
    captioned: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (Index("ix_keyboard_channel_address_open", "channel", "address", "open"),)

    @property
    def buttons(self) -> list[Any]:
        """What is sent at once when pressed."""
        return self.beside if self.kind == "toggles" else self.items

    @property
    def chosen(self) -> list[int]:
        """Indexes of the toggles that are on."""
        return [i for i, item in enumerate(self.items) if item.get("on")]


class Outbox(Base):
    """One message to send; rows of a chat go out in the order of ``id``.

    Attributes:
        payload: what the channel needs to send it; empty once it has gone.
        state: ``waiting``, ``sent``, or ``failed`` (given up, e.g. the patient blocked
            the bot).
        problem: the kind of the last failure, without any of the message's words.
        message_id: the channel's number of the message once it is there, so that it can be
            taken away again.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(_RowNumber, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(80))
    update_key: Mapped[str | None] = mapped_column(String(80))
    keyboard_id: Mapped[str | None] = mapped_column(
        ForeignKey("keyboard.id", ondelete="SET NULL"), index=True
    )
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(120), default="")
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    created: Mapped[datetime] = mapped_column(default=now)
    sent: Mapped[datetime | None]

    __table_args__ = (Index("ix_outbox_channel_state", "channel", "state", "address", "id"),)


class Chat(Base):
    """What a channel must remember of a chat between messages.

    Attributes:
        unreachable_since: when the patient blocked the bot; ``None`` while reachable.
        declined: a group that has been told that the bot talks with one person at a time.
        location_keyboard: the phone shows a "share my location" button that the next
            message is to take away.
    """

    __tablename__ = "chat"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    address: Mapped[str] = mapped_column(String(80), primary_key=True)
    unreachable_since: Mapped[datetime | None]
    declined: Mapped[bool] = mapped_column(default=False)
    location_keyboard: Mapped[bool] = mapped_column(default=False)


# --- inbox ---------------------------------------------------------------------------


def receive(
    session: Session,
    *,
    key: str,
    channel: str,
    address: str,
    position: int,
    payload: dict[str, Any],
    message_id: int | None = None,
) -> bool:
    """Keep an update before any work on it; ``False`` if it was there already."""
    row = Inbox(
        key=key,
        channel=channel,
        address=address,
        position=position,
        payload=payload,
        message_id=message_id,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def next_update(session: Session, channel: str, address: str) -> Inbox | None:
    """The chat's earliest update that is not done."""
    return session.scalars(
        select(Inbox)
        .where(Inbox.channel == channel, Inbox.address == address, Inbox.state == NEW)
        .order_by(Inbox.position)
        .limit(1)
    ).first()


def chats_with_updates(session: Session, channel: str) -> list[str]:
    """Addresses that have updates to work on."""
    found = select(Inbox.address).where(Inbox.channel == channel, Inbox.state == NEW).distinct()
    return list(session.scalars(found))


def latest_message(session: Session, channel: str, address: str) -> int | None:
    """The ``message_id`` of the patient's newest message."""
    return session.scalar(
        select(func.max(Inbox.message_id)).where(Inbox.channel == channel, Inbox.address == address)
    )


def finish_update(session: Session, key: str, mark: str = "") -> None:
    """Mark an update done and forget its words.

    Args:
        session: of the transaction.
        key: of the update.
        mark: stays instead of the words, so that the same words are known when they come
            again, and cannot be read from it.
    """
    payload = {"mark": mark} if mark else {}
    session.execute(update(Inbox).where(Inbox.key == key).values(state=DONE, payload=payload))


def mark_before(
    session: Session, channel: str, address: str, message_id: int, position: int
) -> str:
    """The mark of a message as it was before the update at ``position``; empty if not kept."""
    kept = session.scalar(
        select(Inbox.payload)
        .where(
            Inbox.channel == channel,
            Inbox.address == address,
            Inbox.message_id == message_id,
            Inbox.position < position,
        )
        .order_by(Inbox.position.desc())
        .limit(1)
    )
    return str((kept or {}).get("mark", ""))


# --- outbox --------------------------------------------------------------------------


def queue(
    session: Session,
    *,
    channel: str,
    address: str,
    payload: dict[str, Any],
    keyboard_id: str | None = None,
    update_key: str | None = None,
) -> None:
    """Put one message at the end of a chat's outbox."""
    session.add(
        Outbox(
            channel=channel,
            address=address,
            payload=payload,
            keyboard_id=keyboard_id,
            update_key=update_key,
        )
    )
    # Row numbers are given at the flush, and they are the order of sending.
    session.flush()


def next_message(session: Session, channel: str, address: str) -> Outbox | None:
    """The chat's earliest message that still waits."""
    return session.scalars(
        select(Outbox)
        .where(Outbox.channel == channel, Outbox.address == address, Outbox.state == WAITING)
        .order_by(Outbox.id)
        .limit(1)
    ).first()


def waiting_keys(session: Session, channel: str, address: str) -> list[str | None]:
    """Keys of the updates that the chat's waiting messages answer."""
    found = select(Outbox.update_key).where(
        Outbox.channel == channel, Outbox.address == address, Outbox.state == WAITING
    )
    return list(session.scalars(found))


def chats_with_messages(session: Session, channel: str) -> list[str]:
    """Addresses that have messages waiting."""
    found = select(Outbox.address).where(Outbox.channel == channel, Outbox.state == WAITING)
    return list(session.scalars(found.distinct()))


def mark_sent(session: Session, row_id: int, message_id: int | None = None) -> bool:
    """A message has arrived; its words are forgotten here, and its number is kept.

    Returns:
        Whether there is still a row.
    """
    marked = session.execute(
        update(Outbox)
        .where(Outbox.id == row_id)
        .values(state=SENT, payload={}, sent=now(), message_id=message_id)
    )
    return _count(marked) > 0


def mark_retry(session: Session, row_id: int, problem: str) -> None:
    """A message could not be sent yet and stays first in its chat."""
    session.execute(
        update(Outbox)
        .where(Outbox.id == row_id)
        .values(attempts=Outbox.attempts + 1, problem=problem[:120])
    )


def mark_failed(session: Session, row_id: int, problem: str) -> None:
    """A message is given up, and its words are forgotten."""
    session.execute(
        update(Outbox)
        .where(Outbox.id == row_id)
        .values(state=FAILED, payload={}, problem=problem[:120])
    )


# --- keyboards -----------------------------------------------------------------------


def keep_keyboards(
    session: Session, channel: str, address: str, replies: Sequence[Reply]
) -> list[str | None]:
    """Keep the choices of one turn, and close those of earlier turns.

    A question that has been followed by another is past: its buttons would answer the
    wrong one.

    Returns:
        A keyboard's id, or ``None``, for each reply.
    """
    turn = secrets.token_urlsafe(6)
    ids: list[str | None] = []
    for reply in replies:
        if not reply.buttons and not reply.toggles:
            ids.append(None)
            continue
        buttons = [{"title": b.title, "payload": b.payload} for b in reply.buttons]
        row = Keyboard(
            id=secrets.token_urlsafe(8),
            channel=channel,
            address=address,
            turn=turn,
            kind="toggles" if reply.toggles else "buttons",
            items=[{"title": t.title, "value": t.value, "on": t.on} for t in reply.toggles]
            or buttons,
            beside=buttons if reply.toggles else [],
            done=reply.done,
        )
        session.add(row)
        ids.append(row.id)
    if any(ids):
        session.flush()
        _close_older(session, channel, address, turn)
    return ids


def find_keyboard(
    session: Session, channel: str, address: str, keyboard_id: str
) -> Keyboard | None:
    """A keyboard of this chat; another chat's id finds nothing."""
    row = session.get(Keyboard, keyboard_id)
    if row is None or (row.channel, row.address) != (channel, address):
        return None
    return row


def open_toggles(session: Session, channel: str, address: str) -> Keyboard | None:
    """The toggles that wait in a chat, the latest; ``None`` where there are none."""
    mine = (Keyboard.channel == channel, Keyboard.address == address, Keyboard.open.is_(True))
    query = select(Keyboard).where(*mine, Keyboard.kind == "toggles")
    return session.scalar(query.order_by(Keyboard.created.desc()).limit(1))


def may_press(keyboard: Keyboard, update_key: str | None) -> bool:
    """Whether a press counts: the keyboard is open, or this same update closed it."""
    return keyboard.open or (update_key is not None and keyboard.closed_by == update_key)


def close_keyboard(
    session: Session, keyboard: Keyboard, choice: str, update_key: str | None
) -> None:
    """Use a keyboard up, and close all of earlier turns in its chat."""
    keyboard.open, keyboard.choice, keyboard.closed_by = False, choice, update_key
    _close_older(session, keyboard.channel, keyboard.address, keyboard.turn, keyboard.created)


def _close_older(
    session: Session, channel: str, address: str, turn: str, before: datetime | None = None
) -> None:
    older = update(Keyboard).where(
        Keyboard.channel == channel,
        Keyboard.address == address,
        Keyboard.open.is_(True),
        Keyboard.turn != turn,
    )
    if before is not None:
        older = older.where(Keyboard.created <= before)
    session.execute(older.values(open=False))


def close_all(session: Session, channel: str, address: str) -> None:
    """Close every keyboard of a chat."""
    here = update(Keyboard).where(Keyboard.channel == channel, Keyboard.address == address)
    session.execute(here.values(open=False, choice=""))


def shown_messages(session: Session, channel: str, address: str, since: datetime) -> list[int]:
    """Numbers of the chat's messages of both sides since a moment, as the channel knows them."""
    ours = select(Outbox.message_id).where(
        Outbox.channel == channel, Outbox.address == address, Outbox.created >= since
    )
    theirs = select(Inbox.message_id).where(
        Inbox.channel == channel, Inbox.address == address, Inbox.received >= since
    )
    found = {n for query in (ours, theirs) for n in session.scalars(query) if n is not None}
    return sorted(found)


def drop_waiting(session: Session, channel: str, address: str) -> None:
    """Give up what has not gone out yet, because the person left.

    One that is on its way at this moment may still arrive: ``arrived_late`` tells.
    """
    session.execute(
        update(Outbox)
        .where(Outbox.channel == channel, Outbox.address == address, Outbox.state == WAITING)
        .values(state=FAILED, payload={}, problem=_LEFT)
    )


def arrived_late(session: Session, channel: str, address: str) -> list[int]:
    """Numbers of the messages that arrived although they had been dropped."""
    late = select(Outbox.message_id).where(
        Outbox.channel == channel,
        Outbox.address == address,
        Outbox.state == SENT,
        Outbox.problem == _LEFT,
    )
    return [n for n in session.scalars(late) if n is not None]


def flip_toggle(session: Session, keyboard: Keyboard, index: int) -> None:
    """Turn one toggle on or off."""
    items = [dict(item) for item in keyboard.items]
    items[index]["on"] = not items[index].get("on")
    # A new list, because a change inside a JSON value is not noticed.
    keyboard.items = items


# --- chats ---------------------------------------------------------------------------


def chat(session: Session, channel: str, address: str) -> Chat:
    """The chat's row, made if there is none."""
    row = session.get(Chat, (channel, address))
    if row is None:
        row = Chat(channel=channel, address=address)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # another worker made it in between
            row = session.get_one(Chat, (channel, address))
    return row


def set_unreachable(session: Session, channel: str, address: str, problem: str) -> int:
    """The patient blocked the bot: give up what waits for the chat; returns how many."""
    chat(session, channel, address).unreachable_since = now()
    given_up = session.execute(
        update(Outbox)
        .where(Outbox.channel == channel, Outbox.address == address, Outbox.state == WAITING)
        .values(state=FAILED, payload={}, problem=problem[:120])
    )
    return _count(given_up)


def set_reachable(session: Session, channel: str, address: str) -> None:
    """The patient is back."""
    row = session.get(Chat, (channel, address))
    if row is not None and row.unreachable_since is not None:
        row.unreachable_since = None


def is_reachable(session: Session, channel: str, address: str) -> bool:
    """Whether messages can reach the chat, as far as is known."""
    row = session.get(Chat, (channel, address))
    return row is None or row.unreachable_since is None


def is_pending(session: Session, channel: str, address: str) -> bool:
    """Whether a chat is owed something, or is in a state that has to be remembered."""
    row = session.get(Chat, (channel, address))
    if row is not None and (row.declined or row.unreachable_since is not None):
        return True
    waiting = (
        select(Outbox.id).where(Outbox.state == WAITING),
        select(Inbox.key).where(Inbox.state == NEW),
        select(Keyboard.id).where(Keyboard.open.is_(True)),
    )
    for query, table in zip(waiting, (Outbox, Inbox, Keyboard), strict=True):
        here = query.where(table.channel == channel, table.address == address)  # type: ignore[attr-defined]
        if session.scalar(here.limit(1)) is not None:
            return True
    return False


def is_settled(session: Session, key: str, channel: str, address: str) -> bool:
    """Whether an update is worked on, and nothing waits to be sent to its chat."""
    row = session.get(Inbox, key)
    waiting = select(Outbox.id).where(
        Outbox.state == WAITING, Outbox.channel == channel, Outbox.address == address
    )
    done = row is not None and row.state == DONE
    return done and session.scalar(waiting.limit(1)) is None


def move_chat(session: Session, channel: str, old: str, new: str) -> None:
    """The channel gave a chat another address: what is known of it, and waits for it, follows.

    Numbers of messages are of the old chat, so they are let go. Where the new address is
    known already, it stays what it was.
    """
    moved = {"address": new, "message_id": None}
    for table in (Outbox, Inbox, Keyboard):
        here = (table.channel == channel, table.address == old)
        session.execute(update(table).where(*here).values(**moved))
    _give_address(session, session.get(Chat, (channel, old)), new)
    _give_address(session, session.get(Address, (channel, old)), new)


def _give_address(session: Session, row: Chat | Address | None, new: str) -> None:
    if row is None:
        return
    if session.get(type(row), (row.channel, new)) is None:
        row.address = new
    else:
        session.delete(row)


# --- forgetting ----------------------------------------------------------------------

_TABLES: tuple[type[Base], ...] = (Outbox, Inbox, Keyboard, Chat)


def erase_chat(session: Session, channel: str, address: str) -> dict[str, int]:
    """Erase all of a chat; returns rows erased by table."""
    erased = {}
    for table in _TABLES:
        where = (table.channel == channel, table.address == address)  # type: ignore[attr-defined]
        erased[table.__tablename__] = _count(session.execute(delete(table).where(*where)))
    return erased


def _is_known(table: type[Any]) -> Any:
    """Whether the chat of a row belongs to a person with a record."""
    return (
        select(Address.person_id)
        .where(Address.channel == table.channel, Address.address == table.address)
        .exists()
    )


def forget_before(session: Session, moment: datetime) -> dict[str, int]:
    """Erase finished updates, messages and keyboards older than ``moment``.

    A keyboard that is still open stays with a person who has a record, who may come back to
    it; a stranger's question of consent does not wait for ever.
    """
    statements: Iterable[tuple[str, Any]] = (
        ("outbox", delete(Outbox).where(Outbox.state != WAITING, Outbox.created < moment)),
        ("inbox", delete(Inbox).where(Inbox.state == DONE, Inbox.received < moment)),
        (
            "keyboard",
            delete(Keyboard).where(
                Keyboard.created < moment, or_(Keyboard.open.is_(False), ~_is_known(Keyboard))
            ),
        ),
    )
    return {name: _count(session.execute(statement)) for name, statement in statements}


def _count(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
