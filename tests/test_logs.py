"""Logs at debug level hold no message, no name and no token."""

from __future__ import annotations

import logging

import pytest

from bot.conversations.assistant import Assistant
from bot.conversations.scripts import play, read_script
from bot.conversations.turns import Text
from bot.settings import PROJECT
from bot.store.people import sender_for

WORDS = ("Zebediah", "Quetzalina", "sarcoidosis", "philately", "widdershins")
SAID = (
    "hello",
    "yes",
    "sarcoidosis",
    "XW1",
    "68",
    "skip",
    "skip",
    "I worry and I can't sleep since Zebediah left, widdershins",
    "my friend Zebediah and my sister Quetzalina",
    "I want to die, Quetzalina knows",
    "only joking",
    "what do you know about me",
    "I miss my philately",
    "forget Zebediah",
    "delete my data",
    "yes",
)


async def test_a_dialogue_at_debug_level_leaves_no_word_in_the_logs(
    assistant: Assistant,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:a-token-nobody-may-see")
    with caplog.at_level(logging.DEBUG):
        for number, text in enumerate(SAID):
            await assistant.turns.take("script", "logs", Text(text), update_key=f"logs:{number}")
        await play(
            read_script(PROJECT / "tests" / "dialogues" / "violent_partner.yml"),
            assistant.turns,
            "logs-too",
        )
    written = caplog.text + "".join(capfd.readouterr())
    assert caplog.records, "nothing was logged, so nothing was tried"
    own = (*WORDS, "a-token-nobody-may-see", "Darren", "Julie", "my partner", "hits me")
    found = {word for word in own if word.lower() in written.lower()}
    where = {r.name for r in caplog.records if any(w in r.getMessage() for w in own)}
    assert found == set(), f"in the logs of {where}"
    assert sender_for("script", "logs")
