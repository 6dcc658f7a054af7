"""Everything started once for this folder, as ``wise run`` starts it: about half a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import httpx
import pytest

from tests.browser.conftest import browser, page  # noqa: F401 - fixtures
from tests.e2e.installation import Installation, installation
from tests.e2e.patient import Caller, Phone, Telegram

_CHATS = count(5001)


@pytest.fixture(scope="package")
def telegram() -> Iterator[Telegram]:
    """The loopback Bot API, up before the bot looks for it."""
    telegram = Telegram()
    yield telegram
    telegram.stop()


@pytest.fixture(scope="package")
def servers(telegram: Telegram, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """All servers, on Telegram too."""
    with installation(
        tmp_path_factory.mktemp("installation"),
        telegram_bot_token=telegram.api.token,
        telegram_api_url=telegram.url,
    ) as servers:
        yield servers


@pytest.fixture
def new_phone(servers: Installation, telegram: Telegram) -> Callable[[], Phone]:
    """Makes a phone with a chat of its own."""
    return lambda: Phone(telegram, next(_CHATS), servers.settings)


@pytest.fixture
def phone(new_phone: Callable[[], Phone]) -> Phone:
    """A patient's phone."""
    return new_phone()


@pytest.fixture
def caller(servers: Installation) -> Iterator[Caller]:
    """A patient of the chat page, without a browser."""
    with httpx.Client(trust_env=False) as client:
        yield Caller(client, servers.rasa_url, servers.settings, f"caller{next(_CHATS):020}")
