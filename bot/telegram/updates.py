"""What an update of Telegram says, with no more of the person than is needed to answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import filters

from bot.conversations.turns import Due, Incoming, Location, Text, Unreadable

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
"""Kinds of update that the bot asks Telegram for."""

_MEDIA = {
    "photo": "photo",
    "voice": "voice",
    "audio": "voice",
    "sticker": "sticker",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "document": "document",
    "contact": "contact",
}


@dataclass(frozen=True)
class Received:
    """An update in the form in which the inbox keeps it.

    Attributes:
        address: the chat's id.
        position: Telegram's ``update_id``, which orders a chat.
        payload: ``{"is": kind, …}``, where kind is ``text``, ``edit``, ``press``,
            ``location``, ``unreadable``, ``group``, ``moved``, ``blocked`` or ``unblocked``.
        message_id: of the patient's message, where there is one.
        query_id: of a press, for answering it.
    """

    address: str
    position: int
    payload: dict[str, Any] = field(default_factory=dict)
    message_id: int | None = None
    query_id: str | None = None

    @property
    def key(self) -> str:
        """Names the update for good."""
        return f"telegram:{self.position}"


def read_update(update: Update) -> Received | None:
    """What an update says; ``None`` where there is nothing to answer."""
    if update.message:
        return _message(update.update_id, update.message)
    if update.edited_message:
        return _edit(update.update_id, update.edited_message)
    if update.callback_query:
        return _press(update.update_id, update.callback_query)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member)
    return None


def incoming_of(payload: dict[str, Any]) -> Incoming:
    """What a turn takes, for ``text``, ``edit``, ``location``, ``unreadable`` and ``due``."""
    kind = payload["is"]
    if kind == "due":
        return Due()
    if kind == "location":
        return Location(payload["latitude"], payload["longitude"])
    if kind == "unreadable":
        return Unreadable(payload["kind"], payload.get("caption", ""))
    return Text(payload["text"])


def _is_group(chat: Chat) -> bool:
    # A group's id would mix patients.
    return chat.type != ChatType.PRIVATE


def _message(position: int, message: Message) -> Received | None:
    address = str(message.chat.id)
    payload: dict[str, Any]
    if message.migrate_to_chat_id:
        payload = {"is": "moved", "to": str(message.migrate_to_chat_id)}
        return Received(address, position, payload)
    if message.migrate_from_chat_id:
        return None  # the other half of the same news
    if _is_group(message.chat):
        return Received(address, position, {"is": "group"})
    if message.text is not None:
        payload = {"is": "text", "text": message.text}
    elif message.location:  # a venue has one too
        place = message.location
        payload = {"is": "location", "latitude": place.latitude, "longitude": place.longitude}
    elif filters.StatusUpdate.ALL.check_update(Update(position, message=message)):
        return None  # "pinned a message" and the like are not addressed to the bot
    else:
        kind = next((k for field_, k in _MEDIA.items() if getattr(message, field_)), "other")
        payload = {"is": "unreadable", "kind": kind, "caption": message.caption or ""}
        if message.media_group_id:
            payload["album"] = message.media_group_id
    return Received(address, position, payload, message.message_id)


def _edit(position: int, message: Message) -> Received | None:
    words = message.text or message.caption
    if _is_group(message.chat) or not words:
        return None  # a live location moves by edits: no words, nothing new to say
    payload = {"is": "edit", "text": words}
    return Received(str(message.chat.id), position, payload, message.message_id)


def _press(position: int, query: CallbackQuery) -> Received | None:
    if query.message is None or _is_group(query.message.chat):
        return None
    payload = {"is": "press", "data": query.data or "", "shown": query.message.message_id}
    return Received(str(query.message.chat.id), position, payload, query_id=query.id)


def _membership(position: int, change: ChatMemberUpdated) -> Received | None:
    if _is_group(change.chat):
        return None
    gone = change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    return Received(str(change.chat.id), position, {"is": "blocked" if gone else "unblocked"})
