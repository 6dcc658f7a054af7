"""A patient's hands on each channel, and scripted dialogues played with them.

The scripts are those of ``tests/dialogues``: the same words go through the real channel,
the real Rasa server and the real action server.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
import uuid
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

import httpx

from bot.conversations import words
from bot.conversations.replies import Button, Reply, Toggle
from bot.conversations.scripts import Script, Turn, shown
from bot.conversations.turns import Outgoing
from bot.settings import Settings
from bot.store import messages
from bot.store.base import unit_of_work
from bot.telegram.keyboards import toggle_shown
from bot.telegram.sending import CHANNEL
from bot.webchat.secret import INNER_HEADER, inner_token
from tests.telegram_api import Chat, Shown, TelegramApi

T = TypeVar("T")
PATIENCE = 60.0  # seconds; the machine may be busy


class Patient(Protocol):
    """What a patient can do; each returns the bot's replies to it."""

    def says(self, text: str) -> list[Reply]:
        """Type something."""

    def taps(self, title: str) -> list[Reply]:
        """Press a button."""

    def ticks(self, *titles: str) -> list[Reply]:
        """Set the toggles to exactly these, and press Done."""

    def shares(self, latitude: float, longitude: float) -> list[Reply]:
        """Share a location."""


def play(script: Script, patient: Patient) -> list[str]:
    """Play a script; what differed, a line each."""
    problems = []
    for number, turn in enumerate(script.turns, 1):
        replies = _do(turn, patient)
        said = plain("\n".join(line for reply in replies for line in shown(Outgoing(reply))))
        for expected in turn.expects:
            if plain(expected) not in said:
                problems.append(f"{number} {turn.what!r}: expected {expected!r} in {said!r}")
        for unwanted in turn.never:
            if plain(unwanted) in said:
                problems.append(f"{number} {turn.what!r}: did not expect {unwanted!r}")
        if turn.picture is not None and turn.picture != any(reply.map_id for reply in replies):
            problems.append(f"{number} {turn.what!r}: expected picture: {turn.picture}")
    return problems


def _do(turn: Turn, patient: Patient) -> list[Reply]:
    if turn.does == "ticks":
        titles = turn.what if isinstance(turn.what, list) else [turn.what]
        return patient.ticks(*map(str, titles))
    if turn.does == "shares":
        return patient.shares(float(turn.what[0]), float(turn.what[1]))
    if turn.does == "taps":
        return patient.taps(str(turn.what))
    return patient.says(str(turn.what))


def plain(text: str) -> str:
    """Text for comparing: one line, small letters, straight quotes."""
    return re.sub(r"\s+", " ", text).casefold().replace("’", "'")


def said(replies: list[Reply]) -> str:
    """The words of some replies."""
    return "\n".join(reply.text for reply in replies)


# --- Telegram ------------------------------------------------------------------------


class Telegram:
    """The loopback Bot API on a thread of its own, for tests that are not asynchronous."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.api = self.run(self._make())
        self.url = self.run(self.api.start())

    @staticmethod
    async def _make() -> TelegramApi:
        return TelegramApi()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the API's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def stop(self) -> None:
        """Stop listening."""
        self.run(self.api.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


class Phone:
    """A patient on Telegram. Each thing done waits until the bot has nothing more to send."""

    def __init__(self, telegram: Telegram, chat_id: int, settings: Settings) -> None:
        self._telegram = telegram
        self._store_url = settings.store_url
        self.chat: Chat = telegram.api.chat(chat_id)

    def says(self, text: str) -> list[Reply]:
        """Type something."""
        return self.does(self.chat.says(text))

    def taps(self, title: str) -> list[Reply]:
        """Press a button; its spinner must stop."""
        return self.presses(title)

    def presses(self, title: str, message: Shown | None = None) -> list[Reply]:
        """Press a button or toggle of a message, by default of the newest that has it."""
        toasts = len(self.chat.toasts)
        replies = self.does(self.chat.presses(title, message))
        self._telegram.run(self.chat.waits_for(lambda chat: len(chat.toasts) > toasts, PATIENCE))
        return replies

    def deletes(self, title: str, until: str) -> list[Reply]:
        """Press what erases the press itself too, so that only the words ``until`` tell of it."""
        before = len(self.chat.messages)
        self._telegram.run(self.chat.presses(title))
        self._telegram.run(self.chat.waits_for(until, PATIENCE))
        return [as_reply(message) for message in self.chat.messages[before:]]

    def ticks(self, *titles: str) -> list[Reply]:
        """Tap toggles until exactly these are on, looking at the message, and tap Done."""
        message = self.question
        offered = [toggle.title for toggle in as_reply(message).toggles]
        assert set(titles) <= set(offered), f"{titles} are not all of {offered}"
        for number, title in enumerate(offered):
            on = as_reply(message).toggles[number].on
            if on == (title in titles):
                continue
            edits = message.edits
            assert self.presses(title, message) == [], "a toggle sends no message"
            assert message.edits == edits + 1, "a toggle is shown by editing the message in place"
            assert as_reply(message).toggles[number].on is not on
        replies = self.presses(as_reply(message).done, message)
        choice = ", ".join(title for title in offered if title in titles)
        assert message.text.endswith(f"✅ {choice}" if choice else words.NOTHING_CHOSEN)
        assert message.titles == [], "buttons that have been used are gone"
        return replies

    def shares(self, latitude: float, longitude: float) -> list[Reply]:
        """Share a location."""
        return self.does(self.chat.shares_location(latitude, longitude))

    def does(self, action: Coroutine[Any, Any, int]) -> list[Reply]:
        """Do something with the chat, and wait for all that comes of it."""
        before = len(self.chat.messages)
        self._settle(self._telegram.run(action))
        return [as_reply(message) for message in self.chat.messages[before:]]

    @property
    def question(self) -> Shown:
        """The newest message that has toggles."""
        for message in reversed(self.chat.messages):
            if as_reply(message).toggles:
                return message
        raise AssertionError(f"no toggles in this chat:\n{self.chat.transcript()}")

    @property
    def newest(self) -> Shown:
        """The newest message."""
        return self.chat.messages[-1]

    def _settle(self, update_id: int) -> None:
        """Wait until the update is worked on and nothing waits to be sent."""
        address, key = str(self.chat.id), f"telegram:{update_id}"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with unit_of_work(self._store_url) as session:
                if messages.is_settled(session, key, CHANNEL, address):
                    return
            time.sleep(0.02)
        raise AssertionError(f"no answer in {PATIENCE} s:\n{self.chat.transcript()}")


def as_reply(message: Shown) -> Reply:
    """What a message on a phone shows, in the terms of the conversation."""
    kinds: dict[str, list[str]] = {"t": [], "b": [], "d": []}
    for row in message.buttons:
        for button in row:
            assert len(button["callback_data"].encode()) <= 64
            kinds[button["callback_data"][0]].append(button["text"])
    return Reply(
        text=message.text,
        buttons=tuple(Button(title, "") for title in kinds["b"]),
        toggles=tuple(Toggle(title, "", is_on) for title, is_on in map(toggle_shown, kinds["t"])),
        done="".join(kinds["d"]),
        map_id="sent" if message.photo else "",
    )


# --- the chat page's channel -----------------------------------------------------------


class Caller:
    """A patient of the chat page, calling its channel on the Rasa server as our web server does.

    Attributes:
        seconds: how long each turn took, in order.
        maps: ids of the pictures that came, in order.
    """

    def __init__(self, client: httpx.Client, rasa_url: str, settings: Settings, address: str):
        self._client = client
        self._url = f"{rasa_url}/webhooks/webchat/turn"
        self._headers = {INNER_HEADER: inner_token(settings)}
        self._address = address
        self._keyboards: list[dict[str, Any]] = []
        self.seconds: list[float] = []
        self.maps: list[str] = []

    def says(self, text: str) -> list[Reply]:
        """Type something."""
        return self.sends({"type": "text", "text": text})

    def taps(self, title: str) -> list[Reply]:
        """Press a button."""
        for keyboard in reversed(self._keyboards):
            if title in keyboard["buttons"]:
                index = keyboard["buttons"].index(title)
                return self.sends(
                    {"type": "press", "keyboard_id": keyboard["keyboard_id"], "index": index}
                )
        raise AssertionError(f"no button {title!r}: {self._keyboards}")

    def ticks(self, *titles: str) -> list[Reply]:
        """Set the toggles to exactly these, and press Done."""
        for keyboard in reversed(self._keyboards):
            offered = [toggle["title"] for toggle in keyboard["toggles"]]
            if offered and set(titles) <= set(offered):
                indexes = sorted(map(offered.index, titles))
                return self.sends(
                    {"type": "chosen", "keyboard_id": keyboard["keyboard_id"], "indexes": indexes}
                )
        raise AssertionError(f"no toggles {titles!r}: {self._keyboards}")

    def shares(self, latitude: float, longitude: float) -> list[Reply]:
        """Share a location."""
        return self.sends({"type": "location", "latitude": latitude, "longitude": longitude})

    def sends(self, incoming: dict[str, Any]) -> list[Reply]:
        """One turn."""
        body = {"update_key": uuid.uuid4().hex, "incoming": incoming, "address": self._address}
        began = time.perf_counter()
        answer = self._client.post(self._url, json=body, headers=self._headers, timeout=PATIENCE)
        self.seconds.append(time.perf_counter() - began)
        answer.raise_for_status()
        replies = answer.json()["replies"]
        keyboards = [reply for reply in replies if reply["keyboard_id"]]
        self._keyboards = keyboards or self._keyboards
        self.maps += [reply["map_id"] for reply in replies if reply["map_id"]]
        return [
            Reply(
                text=reply["text"],
                buttons=tuple(Button(title, "") for title in reply["buttons"]),
                toggles=tuple(Toggle(t["title"], "", t["on"]) for t in reply["toggles"]),
                done=reply["done"],
                map_id=reply["map_id"],
                ask_location=reply["ask_location"],
            )
            for reply in replies
        ]
