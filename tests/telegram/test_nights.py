"""What we begin with and could not be sent by day waits for the morning, or for the person."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest
from sqlalchemy import delete

from bot.store.base import unit_of_work
from bot.store.follow_ups import KEY
from bot.store.messages import Inbox, Keyboard, Outbox, queue
from bot.telegram import sending
from tests.store.filled import fill

NIGHT = datetime.now(timezone.utc).replace(hour=2)
MORNING = NIGHT.replace(hour=11)


@pytest.fixture
def clock(monkeypatch):
    """The sender's clock, at night."""
    hands = [NIGHT]
    monkeypatch.setattr(sending, "now", lambda: hands[0])
    return hands


@pytest.fixture
def held(url, running, clock):
    """A question of ours that Telegram did not take in the evening."""
    with unit_of_work(url) as session:
        fill(session, "7" * 32, "7")
        for table in (Outbox, Inbox, Keyboard):
            session.execute(delete(table))
        queue(
            session,
            channel="telegram",
            address="7",
            payload={"text": "How did it go?"},
            update_key=f"{KEY}1:sent:1",
        )
        session.get(Outbox, 1).created = NIGHT


async def test_it_waits_for_the_morning(api, chat, held, clock):
    await asyncio.sleep(0.3)  # several looks
    assert chat.texts == []
    clock[0] = MORNING
    await chat.waits_for(1)
    assert chat.texts == ["How did it go?"]


async def test_who_writes_at_night_is_awake(chat, held):
    await chat.says("hello")
    await chat.waits_for(2)
    assert chat.texts == ["How did it go?", "echo hello"]
