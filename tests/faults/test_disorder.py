"""Updates that come twice, mixed up and hours late, while Telegram also fails: the books hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.settings import Settings
from bot.store.base import unit_of_work
from bot.store.tables import Address, MemberRow
from bot.telegram.channel import make_bot
from bot.telegram.sending import Sender
from bot.telegram.service import TelegramService
from tests.telegram.conftest import Running, ScriptedRasa, api, rasa, stopped, until, url  # noqa: F401 - fixtures
from tests.telegram_api import TelegramApi

CHATS = 4
EACH = 25
PATIENCE = 120


@pytest.mark.parametrize("seed", range(3))
async def test_each_update_is_answered_once_and_in_order(
    api: TelegramApi,  # noqa: F811
    stopped: Running,  # noqa: F811
    rasa: ScriptedRasa,  # noqa: F811
    seed: int,
) -> None:
    disorder = api.disturb(seed, repeats=0.3, mixed=0.5, late=0.2)
    for _ in range(8):
        status = disorder.chance.choice([0, 429, 500, 502])
        api.fails("sendMessage", status=status, times=1, delay=0.01)
    api.fails("getUpdates", status=0, after=True, times=2)
    ids: dict[str, int] = {}
    chats = [api.chat(number) for number in range(1, CHATS + 1)]
    await stopped.start()
    for number in range(EACH):
        for chat in chats:
            text = f"{chat.id}-{number}"
            ids[text] = await chat.says(text)
    await api.waits_until(
        lambda: all(
            {f"echo {t}" for t in ids if t.startswith(f"{c.id}-")} <= set(c.texts) for c in chats
        ),
        PATIENCE,
    )
    assert disorder.held, "some updates were late"
    assert sorted(rasa.read) == sorted(ids), "each was taken once"
    for chat in chats:
        read = [text for text in rasa.read if text.startswith(f"{chat.id}-")]
        in_time = [ids[text] for text in read if ids[text] not in disorder.held]
        assert in_time == sorted(in_time), "Telegram's order, but for what came after its time"
        assert [t.removeprefix("echo ") for t in dict.fromkeys(chat.texts)] == read


async def test_a_call_that_is_dropped_is_made_again(api: TelegramApi, stopped: Running) -> None:  # noqa: F811
    await stopped.start()
    chat = api.chat(7)
    await chat.says("hello")
    await chat.waits_for(1)
    request = stopped.service._bot.request  # type: ignore[union-attr]
    request._client_kwargs["timeout"] = request._client.timeout = 0.2  # type: ignore[attr-defined]
    api.fails("sendMessage", status=-1)
    await chat.says("again")
    await chat.waits_for(2, PATIENCE)
    assert chat.texts == ["echo hello", "echo again"]


@pytest.fixture
async def whole(api: TelegramApi, assistant: Any) -> AsyncIterator[TelegramApi]:  # noqa: F811
    """The whole assistant on the loopback API."""
    bot = make_bot(api.at(Settings()))
    service = TelegramService(bot, assistant.turns, Sender(bot), poll_seconds=5, sweep_seconds=0.1)
    await service.start()
    yield api
    await service.stop()


async def test_hours_late_and_repeated_updates_change_the_map_once(whole: TelegramApi) -> None:
    chat = whole.chat(8801)
    await chat.says("/start")
    await chat.waits_for("Are you 18", PATIENCE)
    await chat.presses("Yes, let's start")
    await chat.waits_for("What health condition", PATIENCE)
    hours_ago = whole.date() - 6 * 3600
    whole.disturb(5, repeats=1.0, mixed=0.5, late=0.5)
    names = ["Ann", "Bob", "Jean"]
    for name in names:
        await chat.sends(text=f"add my friend {name}", date=hours_ago)
    await chat.waits_for(lambda c: all(any(n in t for t in c.texts) for n in names), PATIENCE)
    await until(lambda: not whole.pending and whole.disorder is not None and whole.disorder.is_over)
    whole.disorder = None
    await chat.says("/help")
    await chat.waits_for("find support", PATIENCE)
    with unit_of_work() as session:
        person = session.scalar(select(Address.person_id).where(Address.address == str(chat.id)))
        kept = session.scalars(select(MemberRow.label).where(MemberRow.person_id == person))
        assert sorted(kept) == names
