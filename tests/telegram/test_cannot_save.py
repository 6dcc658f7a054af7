"""The store or the action server is away: the patient is told, and nothing is lost."""

import pytest
from sqlalchemy.exc import OperationalError

from bot.conversations import words
from bot.conversations.locks import RedisLocks
from bot.conversations.saving import miss
from bot.safety.screen import screen
from bot.store.base import unit_of_work
from bot.store.messages import receive
from tests.telegram.conftest import until


@pytest.fixture(scope="module", autouse=True)
def _screen_is_loaded():
    # Loading it takes longer than a test waits for a reply.
    screen("hello")


class Away:
    """Breaks turns for as long as it is on, as Rasa does when a neighbour is away."""

    def __init__(self, rasa):
        self.is_on, self.tried, self._rasa = True, 0, rasa

    async def __call__(self, message):
        if self.is_on:
            self.tried += 1
            miss("action server")
            return
        await self._rasa(message)


async def test_the_patient_is_told_once_and_answered_when_it_is_back(stopped, api, rasa):
    stopped.rasa = away = Away(rasa)
    await stopped.start(tell_after=0)
    chat = api.chat(7)
    await chat.says("Bob is my friend")
    await chat.says("and Ann")
    await chat.waits_for(1)
    await until(lambda: away.tried > 3)
    assert chat.texts == [words.CANNOT_SAVE]
    away.is_on = False
    await chat.waits_for(3)
    assert chat.texts[1:] == ["echo Bob is my friend", "echo and Ann"]


async def test_a_long_backlog_that_is_looked_through_for_risks_makes_no_outage(stopped, api, rasa):
    gone = Away(rasa)

    async def fails_once(message):
        await gone(message)
        gone.is_on = False

    stopped.rasa = fails_once
    chat = api.chat(7)
    said = [f"{number} people came to see the garden on Monday" for number in range(40)]
    for text in said:
        await chat.says(text)
    # Looking through so many takes longer than this.
    await stopped.start(tell_after=0.1)
    await chat.waits_for(len(said))
    assert gone.tried == 1 and chat.texts == [f"echo {text}" for text in said]


async def test_a_risk_gets_its_route_at_once_whatever_is_away(stopped, api, rasa):
    stopped.rasa = Away(rasa)
    await stopped.start(tell_after=600)
    chat = api.chat(7)
    await chat.says("I want to kill myself")
    await chat.waits_for(2)
    assert "999" in chat.texts[0]
    assert chat.texts[1] == words.CANNOT_SAVE


async def test_an_update_that_cannot_be_kept_is_told_and_comes_again(
    api, running, chat, monkeypatch
):
    keep, away = running.service._store_received, [True]

    def sometimes(received):
        if away:
            raise OperationalError("insert", {}, Exception("database or disk is full"))
        return keep(received)

    monkeypatch.setattr(running.service, "_store_received", sometimes)
    monkeypatch.setattr(running.service, "_tell_after", 0)
    await chat.says("hello")
    await chat.waits_for(1)
    away.clear()
    await chat.waits_for(2)
    assert chat.texts == [words.CANNOT_SAVE, "echo hello"]


def away(*_arguments, **_options):
    raise OperationalError("select", {}, Exception("database is away"))


async def test_all_who_wrote_are_told_where_nothing_can_be_kept(api, stopped, monkeypatch):
    chats = [api.chat(number) for number in (7, 8, 9)]
    for chat, text in zip(chats, ("hello", "I want to kill myself", "Bob"), strict=True):
        await chat.says(text)
    await stopped.start(tell_after=0.05)
    keep = stopped.service._store_received
    monkeypatch.setattr(stopped.service, "_store_received", away)
    one, two, three = chats
    await two.waits_for(2)
    assert "999" in two.texts[0] and two.texts[1] == words.CANNOT_SAVE
    await one.waits_for(1)
    await three.waits_for(1)
    monkeypatch.setattr(stopped.service, "_store_received", keep)
    await one.waits_for("echo hello")
    await two.waits_for("echo I want to kill myself")
    await three.waits_for("echo Bob")
    assert one.texts == [words.CANNOT_SAVE, "echo hello"]
    assert len(two.texts) == 3
    assert three.texts == [words.CANNOT_SAVE, "echo Bob"]


async def test_what_was_kept_before_all_went_is_told_of_too(api, stopped, monkeypatch):
    await stopped.start(tell_after=0.05)
    look = stopped.service._next_update
    monkeypatch.setattr(stopped.service, "_next_update", away)
    one, two = api.chat(7), api.chat(8)
    await one.says("hello")
    await two.says("I want to kill myself")
    await one.waits_for(1)
    await two.waits_for(2)
    assert one.texts == [words.CANNOT_SAVE]
    assert "999" in two.texts[0] and two.texts[1] == words.CANNOT_SAVE
    monkeypatch.setattr(stopped.service, "_next_update", look)
    await one.waits_for("echo hello")
    await two.waits_for("echo I want to kill myself")
    assert (len(one.texts), len(two.texts)) == (2, 3)


async def test_an_outage_that_begins_in_mid_turn_is_told_of(api, stopped, rasa, monkeypatch):
    gate = rasa.holds("hello")
    await stopped.start(tell_after=0.05)
    chat = api.chat(7)
    await chat.says("hello")
    await until(lambda: rasa.read)
    service, kept = stopped.service, stopped.service._next_update
    finish = service._finish
    monkeypatch.setattr(service, "_next_update", away)
    monkeypatch.setattr(service, "_finish", away)
    gate.set()
    await chat.waits_for(1)
    assert chat.texts == [words.CANNOT_SAVE]
    monkeypatch.setattr(service, "_finish", finish)
    monkeypatch.setattr(service, "_next_update", kept)
    await chat.waits_for(2)
    assert chat.texts == [words.CANNOT_SAVE, "echo hello"]


async def test_a_risk_that_comes_in_an_outage_does_not_wait_for_the_next_try(api, stopped, rasa):
    stopped.rasa = gone = Away(rasa)
    await stopped.start(tell_after=0, retry_seconds=600)
    chat = api.chat(7)
    await chat.says("hello")
    await chat.waits_for(1)
    await chat.says("I want to kill myself")
    await chat.waits_for(3)
    assert chat.texts[0] == chat.texts[2] == words.CANNOT_SAVE and "999" in chat.texts[1]
    gone.is_on = False
    await chat.says("Bob")
    await chat.waits_for("echo Bob")
    assert chat.texts[3:] == ["echo hello", "echo I want to kill myself", "echo Bob"]


async def test_a_lock_store_that_is_away_does_not_silence_the_bot(api, stopped):
    await stopped.start(locks=RedisLocks("redis://127.0.0.1:1/0"), tell_after=0.05)
    one, two = api.chat(7), api.chat(8)
    await one.says("hello")
    await two.says("I want to kill myself")
    await one.waits_for(1)
    await two.waits_for(2)
    assert one.texts == [words.CANNOT_SAVE]
    assert "999" in two.texts[0] and two.texts[1] == words.CANNOT_SAVE


async def test_a_route_that_did_not_reach_the_phone_is_tried_again(api, stopped, rasa):
    stopped.rasa = Away(rasa)
    await stopped.start(tell_after=600)
    chat = api.chat(7)
    api.fails("sendMessage", status=500, times=2)
    await chat.says("I want to kill myself")
    await chat.waits_for(2)
    assert "999" in chat.texts[0] and chat.texts[1] == words.CANNOT_SAVE


async def test_nobody_is_told_of_an_outage_who_waits_for_nothing(api, stopped, rasa, url):
    stopped.rasa = gone = Away(rasa)
    with unit_of_work(url) as session:
        receive(
            session,
            key="due:1",
            channel="telegram",
            address="7",
            position=0,
            payload={"is": "due"},
        )
    chat = api.chat(7)
    await stopped.start(tell_after=0)
    await until(lambda: gone.tried > 3)
    assert chat.texts == []
