"""The store or the action server is away: the patient is told, and nothing is lost."""

import pytest
from sqlalchemy.exc import OperationalError

from bot.conversations import words
from bot.conversations.saving import miss
from bot.safety.screen import screen
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
        keep(received)

    monkeypatch.setattr(running.service, "_store_received", sometimes)
    monkeypatch.setattr(running.service, "_tell_after", 0)
    await chat.says("hello")
    await chat.waits_for(1)
    away.clear()
    await chat.waits_for(2)
    assert chat.texts == [words.CANNOT_SAVE, "echo hello"]
