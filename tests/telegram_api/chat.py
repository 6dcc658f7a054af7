"""One patient's phone: what it sends, and what it shows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.telegram_api.server import TelegramApi

PATIENCE = 120.0
"""Seconds after which something hangs, on a busy machine too."""


@dataclass
class Shown:
    """A message of the bot as the phone shows it now.

    Attributes:
        text: the words; of a picture, its caption.
        photo: bytes of the picture, if it is one.
        buttons: rows of inline buttons, as Telegram's objects.
        edits: how often it was changed in place.
    """

    id: int
    text: str
    photo: bytes | None = None
    buttons: list[list[dict[str, Any]]] = field(default_factory=list)
    edits: int = 0
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def titles(self) -> list[str]:
        """Titles of the inline buttons, from the top."""
        return [button["text"] for row in self.buttons for button in row]


class Chat:
    """A chat between one person (or group) and the bot.

    Attributes:
        messages: the bot's messages in order, changed in place by edits.
        reply_keyboard: titles of the keyboard below the text field; empty if there is none.
        actions: chat actions, such as ``typing``, in order.
        toasts: what the bot's answers to presses said.
        blocked: whether the person has blocked the bot.
        moved_to: the id that the chat has now, if it became another one.
    """

    def __init__(self, api: TelegramApi, chat_id: int, kind: str = "private") -> None:
        self.api = api
        self.id = chat_id
        self.kind = kind
        self.messages: list[Shown] = []
        self.reply_keyboard: list[str] = []
        self.asks_location = False
        self.actions: list[str] = []
        self.toasts: list[str] = []
        self.blocked = False
        self.moved_to: int | None = None
        self.last_id: int | None = None

    @property
    def user(self) -> dict[str, Any]:
        """The person, as in Telegram's updates."""
        return {
            "id": abs(self.id),
            "is_bot": False,
            "first_name": "Pat",
            "last_name": "Testname",
            "username": "pat_test",
        }

    @property
    def raw(self) -> dict[str, Any]:
        """The chat, as in Telegram's updates."""
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": "Pat"}
        return {"id": self.id, "type": self.kind, "title": "A group"}

    @property
    def texts(self) -> list[str]:
        """The words of the bot's messages."""
        return [message.text for message in self.messages]

    async def sends(self, **content: Any) -> int:
        """Any message, by Telegram's own fields, such as its ``date``; returns the update's id."""
        self.last_id = self.api.new_message_id()
        message = {
            "message_id": self.last_id,
            "date": self.api.date(),
            "chat": self.raw,
            "from": self.user,
            **content,
        }
        return await self.api.push({"message": message})

    async def says(self, text: str) -> int:
        """Words, or a command."""
        content: dict[str, Any] = {"text": text}
        command = re.match(r"/\w+(@\w+)?", text)
        if command:
            length = command.end()
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return await self.sends(**content)

    async def edits(self, text: str, message_id: int | None = None) -> int:
        """Changes an earlier message, by default the newest."""
        message = {
            "message_id": message_id or self.last_id,
            "date": self.api.date(),
            "edit_date": self.api.date(),
            "chat": self.raw,
            "from": self.user,
            "text": text,
        }
        return await self.api.push({"edited_message": message})

    async def presses(self, title: str, message: Shown | None = None) -> int:
        """A button by its title, with or without the mark before it.

        Looks at ``message``, or at all messages from the newest, then at the reply keyboard.
        """
        for shown in [message] if message else reversed(self.messages):
            for row in shown.buttons:
                for button in row:
                    if title in (button["text"], _unmarked(button["text"])):
                        return await self.presses_data(button["callback_data"], shown)
        for text in self.reply_keyboard:
            if title in (text, _unmarked(text)):
                return await self.says(text)
        raise AssertionError(f"no button {title!r} in this chat:\n{self.transcript()}")

    async def presses_data(self, data: str, message: Shown) -> int:
        """A press with ``data`` on a message, even on a button that is gone."""
        return await self.api.push(
            {
                "callback_query": {
                    "id": self.api.new_query(self),
                    "from": self.user,
                    "chat_instance": str(self.id),
                    "message": message.raw,
                    "data": data,
                }
            }
        )

    async def shares_location(self, latitude: float, longitude: float) -> int:
        """The phone's place."""
        return await self.sends(location={"latitude": latitude, "longitude": longitude})

    async def sends_voice(self) -> int:
        """A voice note of three seconds."""
        return await self.sends(voice={**_file("voice"), "duration": 3})

    async def sends_photo(self, caption: str = "", *, album: str = "") -> int:
        """A picture, with or without words, by itself or as one of an album."""
        content: dict[str, Any] = {"photo": [{**_file("photo"), "width": 90, "height": 90}]}
        if album:
            content["media_group_id"] = album
        return await self.sends(**content, **({"caption": caption} if caption else {}))

    async def sends_sticker(self) -> int:
        """A sticker."""
        sticker = {
            **_file("sticker"),
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
        }
        return await self.sends(sticker=sticker)

    async def sends_document(self) -> int:
        """A file."""
        return await self.sends(document=_file("document"))

    async def sends_contact(self) -> int:
        """Somebody's contact card."""
        return await self.sends(contact={"phone_number": "07700900000", "first_name": "Bob"})

    async def blocks(self) -> int:
        """Blocks the bot."""
        self.blocked = True
        return await self._membership("member", "kicked")

    async def unblocks(self) -> int:
        """Takes the block back."""
        self.blocked = False
        return await self._membership("kicked", "member")

    async def becomes_supergroup(self, new_id: int, *, tells: bool = True) -> Chat:
        """The group gets another id; where it ``tells``, the bot hears of it from both chats."""
        new = self.api.chat(new_id, "supergroup")
        if tells:
            await self.sends(migrate_to_chat_id=new_id)
            await new.sends(migrate_from_chat_id=self.id)
        self.moved_to = new_id
        return new

    async def _membership(self, old: str, new: str) -> int:
        def member(status: str) -> dict[str, Any]:
            until = {"until_date": 0} if status == "kicked" else {}
            return {"status": status, "user": self.api.me, **until}

        change = {
            "chat": self.raw,
            "from": self.user,
            "date": self.api.date(),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        }
        return await self.api.push({"my_chat_member": change})

    async def waits_for(
        self, what: int | str | Callable[[Chat], bool], seconds: float = PATIENCE
    ) -> Shown | None:
        """Waits until the bot has sent ``what``: a number of messages, words, or a condition.

        Returns:
            The newest message; ``None`` if there is none.
        """

        def met() -> bool:
            if isinstance(what, int):
                return len(self.messages) >= what
            if isinstance(what, str):
                return any(what in text for text in self.texts)
            return what(self)

        async with self.api.changed:
            try:
                await asyncio.wait_for(self.api.changed.wait_for(met), seconds)
            except (TimeoutError, asyncio.TimeoutError):
                raise AssertionError(
                    f"waited {seconds} s for {what!r}; this is the chat:\n{self.transcript()}"
                ) from None
        return self.messages[-1] if self.messages else None

    def transcript(self) -> str:
        """The chat as a person could read it."""
        lines = []
        for message in self.messages:
            lines.append(f"[{message.id}] {'(picture) ' if message.photo else ''}{message.text}")
            lines += [f"      [ {title} ]" for title in message.titles]
        lines += [f"    ( {title} )" for title in self.reply_keyboard]
        return "\n".join(lines) or "(nothing)"


def _unmarked(title: str) -> str:
    return re.sub(r"^[^\w]+\s", "", title)


def _file(name: str) -> dict[str, Any]:
    return {"file_id": f"{name}-1", "file_unique_id": f"{name}-u"}
