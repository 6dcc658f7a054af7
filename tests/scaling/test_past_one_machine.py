"""Two of each server, one of each killed under load: order, each change once, nothing missing.

The ordinary run is small; ``make scale-proof`` runs it with 100 chats of 20 turns.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from itertools import groupby, islice, pairwise
from pathlib import Path
from typing import Any

import redis
from sqlalchemy import func, select

from bot.conversations.scripts import read_script
from bot.directory.sample import load_on_first_use
from bot.settings import PROJECT, Settings
from bot.store.base import engine_for, unit_of_work
from bot.store.messages import DONE, SENT, WAITING, Inbox, Outbox
from bot.store.migrate import upgrade
from bot.store.tables import Address, Change, MemberRow
from bot.store.trackers import TrackerEvent
from bot.store.turns import Conversation, Turn
from tests.e2e.installation import free_ports
from tests.scaling.conftest import RABBITMQ
from tests.scaling.fleet import COMMANDS, EACH, Balancer, Fleet
from tests.store.conftest import postgres_database
from tests.telegram_api import Chat, TelegramApi

CHATS = int(os.environ.get("SCALE_CHATS", "4"))
TURNS = int(os.environ.get("SCALE_TURNS", "15"))
PATIENCE = 1800
"""Seconds after which something hangs, on a busy machine too."""

SCRIPT = PROJECT / "tests" / "dialogues" / "types_every_answer.yml"
"""Every answer is typed, and means something only after its question: order shows in the record."""

MEMBERS = {
    "ma pal Davie": "Davie",
    "ma sister Morag in Perth": "Morag",
    "Dr Singh": "Dr Singh",
    "the boys at the shed": "Boys at the shed",
}
"""Messages that change the map, each by one member."""


async def test_each_turn_once_and_in_order_though_one_of_each_is_killed(
    tmp_path: Path, redis_url: str, queue: str
) -> None:
    said = [str(turn.what) for turn in islice(read_script(SCRIPT).turns, TURNS)]
    assert len(said) == TURNS and set(said) & set(MEMBERS)
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    webhook, actions = free_ports(2)
    with postgres_database() as url:
        upgrade(url)
        load_on_first_use(url)
        async with TelegramApi() as api:
            settings = Settings(
                _env_file=None,
                wise_home=tmp_path,
                database_url=url,
                redis_url=redis_url,
                rabbitmq_url=RABBITMQ,
                rabbitmq_queue=queue,
                wise_secret_key=secrets.token_urlsafe(32),
                wise_actions_url=f"http://127.0.0.1:{actions}",
                telegram_bot_token=api.token,
                telegram_api_url=api.url,
                telegram_webhook_url=f"http://127.0.0.1:{webhook}/webhooks/telegram/webhook",
                telegram_webhook_secret="s" * 16,
                telegram_rate=1000,
                telegram_chat_rate=1000,
            )
            fleet = Fleet(settings, tmp_path)
            to_rasa = Balancer(fleet.ports["rasa"], chance)
            to_actions = Balancer(fleet.ports["actions"], chance)
            await to_rasa.start(webhook)
            await to_actions.start(actions)
            try:
                print(f"start-up {await fleet.start():.1f} s, load {os.getloadavg()[0]:.1f}")
                first = 10**9 + chance.randrange(10**9)
                began = time.monotonic()
                keys = await _say_all(api, said, list(range(first, first + CHATS)), chance)
                await _kill_one_of_each(fleet, to_actions, url, chance)
                await _until(lambda: _is_all_done(url), "every turn is done and shown to staff")
                took = time.monotonic() - began
                await fleet.are_up()  # those that were started again too
                print(
                    f"{CHATS * TURNS} turns in {took:.1f} s, load {os.getloadavg()[0]:.1f}; "
                    f"calls to Rasa {to_rasa.passed}, to actions {to_actions.passed}; "
                    f"cut {to_rasa.cut} and {to_actions.cut}"
                )
                for balancer in (to_rasa, to_actions):
                    assert min(balancer.passed.values()) > 0, "both are used"
                for chat, its_keys in keys.items():
                    _check(url, api.chat(chat), said, its_keys)
            finally:
                fleet.stop()
                await to_rasa.stop()
                await to_actions.stop()
                _tidy(redis_url, url)
                engine_for(url).dispose()


async def _say_all(
    api: TelegramApi, said: list[str], chats: list[int], chance: random.Random
) -> dict[int, list[str]]:
    """Each chat says its words in order, the chats mixed at random; keys of the updates."""
    keys: dict[int, list[str]] = {chat: [] for chat in chats}
    order = chats * len(said)
    chance.shuffle(order)
    for chat in order:
        update = await api.chat(chat).says(said[len(keys[chat])])
        keys[chat].append(f"telegram:{update}")
    return keys


async def _kill_one_of_each(
    fleet: Fleet, to_actions: Balancer, url: str, chance: random.Random
) -> None:
    kinds = list(COMMANDS)
    chance.shuffle(kinds)
    for share, kind in enumerate(kinds, 1):
        enough = CHATS * TURNS * share // (len(kinds) + 1)
        await _until(lambda enough=enough: _done(url) >= enough, f"{enough} turns are done")
        number = chance.randrange(EACH)
        if kind == "actions":
            # In the middle of an action, which is when it would tell.
            port = fleet.ports[kind][number]
            while not to_actions.under_way[port]:  # noqa: ASYNC110 - no time to lose
                await asyncio.sleep(0)
        fleet.kill(kind, number)
        print(f"killed {kind} {number} after {_done(url)} turns")
        fleet.launch(kind, number)


async def _until(met: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(met):
        assert time.monotonic() < deadline, f"waited {PATIENCE} s until {what}"
        await asyncio.sleep(0.2)


def _done(url: str) -> int:
    with unit_of_work(url) as session:
        return session.scalar(select(func.count()).where(Inbox.state == DONE)) or 0


def _is_all_done(url: str) -> bool:
    with unit_of_work(url) as session:
        waiting = session.scalar(select(func.count()).where(Outbox.state == WAITING))
        turns = session.scalar(select(func.count()).select_from(Turn)) or 0
    return _done(url) == CHATS * TURNS and waiting == 0 and turns >= CHATS * TURNS


def _check(url: str, chat: Chat, said: list[str], keys: list[str]) -> None:
    """One chat's books: the log, what staff read, the map, and what came on the phone."""
    changing = {key: MEMBERS[text] for key, text in zip(keys, said, strict=True) if text in MEMBERS}
    with unit_of_work(url) as session:
        person = session.get_one(Address, ("telegram", str(chat.id))).person_id

        def of_person(column: Any, order: Any, **which: Any) -> list[Any]:
            table = order.class_
            query = select(column).where(table.person_id == person).filter_by(**which)
            return list(session.scalars(query.order_by(order)))

        log = of_person(TrackerEvent.data, TrackerEvent.id, type_name="user")
        assert [event["text"] for event in log] == said, "the log has each turn once, in order"
        assert of_person(Turn.update_key, Turn.id) == keys, "and so has what staff read"
        assert of_person(Turn.text, Turn.id) == said
        assert session.get_one(Conversation, person).turns == len(said)
        changes = Counter(of_person(Change.update_key, Change.id))
        assert changes == Counter(list(changing)), "each change once"
        members = of_person(MemberRow.label, MemberRow.key)
        assert sorted(members) == sorted(changing.values())
        sent = session.execute(
            select(Outbox.update_key, Outbox.message_id, Outbox.state)
            .where(Outbox.address == str(chat.id), Outbox.update_key.is_not(None))
            .order_by(Outbox.id)
        ).all()
    assert {row.state for row in sent} == {SENT}
    answered = [key for key, _ in groupby(row.update_key for row in sent)]
    assert answered == keys, "each message is answered, in order"
    noted = [row.message_id for row in sent]
    assert noted == sorted(noted), "replies came on the phone in that order"
    for message, following in pairwise(chat.messages):
        if message.id not in noted:
            assert message.text == following.text, "only a reply whose sender died comes twice"
    assert len(chat.messages) <= len(noted) + 1, "and one reply at most"


def _tidy(redis_url: str, url: str) -> None:
    """Take this run's keys out of Redis; those of chats go by themselves within seconds."""
    with unit_of_work(url) as session:
        people = list(session.scalars(select(Address.person_id)))
    store = redis.from_url(redis_url)
    for key in store.scan_iter("wise*"):
        if any(person in key.decode() for person in people):
            store.delete(key)
