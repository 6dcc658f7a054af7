"""The Telegram channel against the loopback Bot API, with a scripted stand-in for Rasa."""

import asyncio

import pytest

from bot.conversations.turns import Turns
from bot.settings import Settings
from bot.store.base import Base, engine_for
from bot.telegram.channel import make_bot
from bot.telegram.sending import Sender
from bot.telegram.service import TelegramService
from tests.telegram_api import TelegramApi
from tests.telegram_api.chat import PATIENCE

PNG = b"\x89PNG\r\n\x1a\n-a-map"
MAP_WORDS = "In the middle: Jean. Further out: Bob."


async def until(condition, seconds=PATIENCE):
    """Waits for something that the loopback API cannot see."""

    async def look():
        while not condition():  # noqa: ASYNC110 (nothing tells when a database row changes)
            await asyncio.sleep(0.005)

    await asyncio.wait_for(look(), seconds)


class ScriptedRasa:
    """Answers a text with scripted Rasa messages; ``echo`` of the text where there are none."""

    def __init__(self):
        self.answers = {}
        self.read = []
        self.gates = {}

    async def __call__(self, message):
        self.read.append(message.text)
        if message.text in self.gates:
            await self.gates[message.text].wait()
        for answer in self.answers.get(message.text, [{"text": f"echo {message.text}"}]):
            if isinstance(answer, Exception):
                raise answer
            await message.output_channel.send_response(message.sender_id, dict(answer))

    def holds(self, text):
        """Turns on this text wait for the returned event."""
        self.gates[text] = asyncio.Event()
        return self.gates[text]


class Running:
    """The bot on one database: started, stopped or cut off, and started again."""

    def __init__(self, api, url, rasa):
        self.api, self.url, self.rasa = api, url, rasa
        self.pictures = {"m1": (PNG, MAP_WORDS)}
        self.service = None

    async def start(self, **options):
        bot = make_bot(self.api.at(Settings()))
        sender = Sender(
            bot, picture_for=self.pictures.__getitem__, store_url=self.url, retry_seconds=0.02
        )
        turns = Turns(self.rasa, person_for=lambda _c, address: f"p{address}", store_url=self.url)
        options = {
            "poll_seconds": 5,
            "sweep_seconds": 0.05,
            "typing_after": 0.05,
            "retry_seconds": 0.02,
            "stop_seconds": 1.0,
            **options,
        }
        self.service = TelegramService(bot, turns, sender, store_url=self.url, **options)
        await self.service.start()
        return self

    async def stop(self):
        if self.service:
            service, self.service = self.service, None
            await service.stop()

    async def cut_off(self):
        """As a kill: nothing under way gets to end."""
        self.service._stop_seconds = 0
        await self.stop()


@pytest.fixture
async def api():
    async with TelegramApi() as api:
        yield api


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    Base.metadata.create_all(engine_for(url))
    return url


@pytest.fixture
def rasa():
    return ScriptedRasa()


@pytest.fixture
async def stopped(api, url, rasa):
    running = Running(api, url, rasa)
    yield running
    await running.stop()


@pytest.fixture
async def running(stopped):
    return await stopped.start()


@pytest.fixture
def chat(api, running):
    return api.chat(7)
