"""Locks between processes, and two Telegram services that share one database."""

from __future__ import annotations

import asyncio
import random
import uuid
from typing import Any

import pytest
from rasa.core.lock_store import LockStore, RedisLockStore
from rasa.utils.endpoints import EndpointConfig

from bot.conversations.broker import broker_of, lock_store_of
from bot.conversations.locks import LocalLocks, RedisLocks, locks_of
from bot.conversations.saving import CannotSave
from bot.conversations.strangers import InRedis
from bot.conversations.turns import Text, Turns
from bot.settings import Settings
from bot.telegram.channel import make_bot
from bot.telegram.sending import Sender
from bot.telegram.service import TelegramService
from tests.telegram.conftest import ScriptedRasa, api, rasa, url  # noqa: F401 - fixtures
from tests.telegram_api import TelegramApi

NOWHERE = "redis://127.0.0.1:1/0"
CHATS, EACH = 8, 15


def name() -> str:
    return f"test {uuid.uuid4()}"


def test_without_redis_the_locks_are_of_the_process() -> None:
    assert isinstance(locks_of(Settings(_env_file=None, redis_url="")), LocalLocks)


async def test_one_process_at_a_time_has_a_name(redis_url: str) -> None:
    one, other, chat = RedisLocks(redis_url), RedisLocks(redis_url), name()
    inside: list[str] = []

    async def work(locks: RedisLocks, who: str) -> None:
        async with locks.hold(chat):
            inside.append(who)
            await asyncio.sleep(0.02)
            assert inside[-1] == who
            inside.append(who)

    await asyncio.gather(*(work(one if n % 2 else other, str(n)) for n in range(10)))
    assert inside[::2] == inside[1::2] and len(inside) == 20
    async with (
        one.claim(chat) as ours,
        other.claim(chat) as theirs,
        other.claim(name()) as free,
    ):
        assert (ours, theirs, free) == (True, False, True)
    async with other.claim(chat) as theirs:
        assert theirs, "it is free again"


async def test_a_lock_lives_as_long_as_its_work_and_a_killed_process_loses_it(
    redis_url: str,
) -> None:
    one, other, chat = RedisLocks(redis_url, 0.6), RedisLocks(redis_url, 0.6), name()
    async with one.hold(chat):
        await asyncio.sleep(1.5)
        async with other.claim(chat) as theirs:
            assert not theirs, "it was renewed"
    assert await one._lock(chat).acquire()  # as a process that is killed: nobody renews it
    async with other.hold(chat):
        pass


async def test_without_the_lock_store_a_turn_is_taken_again(url: str, rasa: ScriptedRasa) -> None:  # noqa: F811
    turns = Turns(rasa, person_for=lambda _c, a: a, store_url=url, locks=RedisLocks(NOWHERE))
    with pytest.raises(CannotSave):
        await turns.take("telegram", "7", Text("hello"))
    assert rasa.read == []


async def test_rasas_own_locks_are_there_too(redis_url: str) -> None:
    store = LockStore.create(EndpointConfig(type="redis", **lock_store_of(redis_url)))
    assert isinstance(store, RedisLockStore)
    async with store.lock(uuid.uuid4().hex):
        pass


def test_addresses_are_read_with_all_their_parts() -> None:
    locks = lock_store_of("rediss://me:p%40ss@cache.example:6380/3")
    assert (locks["url"], locks["port"]) == ("cache.example", 6380)
    assert (locks["db"], locks["username"], locks["password"]) == (3, "me", "p@ss")
    assert locks["use_ssl"] is True
    broker = broker_of("amqp://me:secret@queue.example/wise", "turns")
    assert (broker["port"], broker["username"], broker["password"]) == (5672, "me", "secret")
    assert broker["url"] == "amqp://queue.example/wise", "which Rasa logs"


def test_a_stranger_is_known_to_every_process_and_can_be_forgotten(redis_url: str) -> None:
    sender = uuid.uuid4().hex
    InRedis(redis_url).hold(sender, [{"event": "session_started"}])
    other = InRedis(redis_url)
    assert other.get(sender) == [{"event": "session_started"}]
    assert sender in other.senders()
    other.drop(sender)
    assert InRedis(redis_url).get(sender) is None


@pytest.mark.parametrize("seed", range(2))
async def test_two_services_on_one_database_answer_each_message_once_and_in_order(
    api: TelegramApi,  # noqa: F811
    url: str,  # noqa: F811
    redis_url: str,
    seed: int,
) -> None:
    chance = random.Random(seed)
    read: list[str] = []
    first = 10_000 + chance.randrange(10**6)  # other tests may use the same Redis

    async def slow(message: Any) -> None:
        read.append(message.text)
        await asyncio.sleep(chance.random() / 50)
        await message.output_channel.send_response(message.sender_id, {"text": message.text})

    services = []
    for _ in range(2):
        bot = make_bot(api.at(Settings()))
        locks = RedisLocks(redis_url)
        turns = Turns(slow, person_for=lambda _c, a: f"p{a}", store_url=url, locks=locks)
        service = TelegramService(
            bot,
            turns,
            Sender(bot, store_url=url, retry_seconds=0.02),
            store_url=url,
            locks=locks,
            webhook_url="http://127.0.0.1:9/nobody-listens",
            webhook_secret="s" * 16,
            sweep_seconds=0.1,
            retry_seconds=0.02,
        )
        await service.start()
        services.append(service)
    try:
        chats = {number: api.chat(number) for number in range(first, first + CHATS)}
        said: dict[int, list[str]] = {number: [] for number in chats}
        update_id = 0
        for turn in range(EACH):
            for number, chat in chats.items():
                update_id += 1
                said[number].append(f"{number}: {turn}")
                message = {
                    "message_id": update_id,
                    "date": api.date(),
                    "chat": chat.raw,
                    "from": chat.user,
                    "text": said[number][-1],
                }
                update = {"update_id": update_id, "message": message}
                for service in chance.sample(services, 2 if chance.random() < 0.2 else 1):
                    await service.receive(update)
        await api.waits_until(
            lambda: all(len(chat.messages) >= EACH for chat in chats.values()), 120
        )
        assert {number: chat.texts for number, chat in chats.items()} == said
        assert sorted(read) == sorted(text for texts in said.values() for text in texts)
    finally:
        for service in services:
            await service.stop()
