"""Telegram's menu with the real assistant: each command does what the menu says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from bot.conversations import words
from bot.settings import Settings
from bot.telegram.channel import make_bot
from bot.telegram.sending import Sender
from bot.telegram.service import TelegramService
from tests.telegram_api import Chat, TelegramApi

PATIENCE = 60
CHATS = iter(range(7001, 8000))


@pytest.fixture
async def chat(api: TelegramApi, assistant: Any) -> AsyncIterator[Chat]:
    """A patient's chat with the whole assistant."""
    bot = make_bot(api.at(Settings()))
    service = TelegramService(bot, assistant.turns, Sender(bot), poll_seconds=5, sweep_seconds=0.1)
    await service.start()
    yield api.chat(next(CHATS))
    await service.stop()


async def hears(chat: Chat, action: Coroutine[Any, Any, int], end: str) -> str:
    """Do something, wait for a message with ``end``; all the words that came of it."""
    before = len(chat.messages)
    await action

    def said(chat: Chat) -> bool:
        return any(end in text for text in chat.texts[before:])

    await chat.waits_for(said, PATIENCE)
    return "\n".join(chat.texts[before:])


async def test_every_command_of_the_menu_works(api: TelegramApi, chat: Chat) -> None:
    await api.waits_until(lambda: bool(api.commands))
    names = [command["command"] for command in api.commands]
    assert names == ["start", "map", "help", "people", "plan", "mydata", "stop"]
    for name in names[:-1]:
        await hears(chat, chat.says(f"/{name}"), "Are you 18")
    await hears(chat, chat.says("/stop"), "kept nothing")
    assert words.APOLOGY not in chat.texts, "nothing is kept yet, and each says so kindly"

    question = "What health condition"
    await hears(chat, chat.presses("Yes, let's start"), question)
    heard = {name: await hears(chat, chat.says(f"/{name}"), question) for name in names[:3]}
    assert "hello" in heard["start"].lower() or "carry on" in heard["start"]
    assert "map" in heard["map"]
    assert "call 999" in heard["help"]
    await hears(chat, chat.says("/people"), "nobody on your map yet")
    await hears(chat, chat.says("add my friend Ann"), question)
    await hears(chat, chat.says("/people"), "Who would you like to change?")
    assert re.search(r"\bAnn\b", " ".join(chat.messages[-1].titles))
    await hears(chat, chat.says("/map"), "Ann")
    assert any(message.photo for message in chat.messages), "the map is a picture"
    await hears(chat, chat.says("/plan"), "no plan yet")
    kept = await hears(chat, chat.says("/mydata"), "Ann")
    assert "copy" in " ".join(title for shown in chat.messages for title in shown.titles).lower()
    assert "Ann" in kept
    await hears(chat, chat.says("/stop"), "I won't message you first")
    assert words.APOLOGY not in chat.texts
