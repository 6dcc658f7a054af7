"""The console on a real store, and members of staff of every role who are signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console import accounts, numbers, sign_in
from bot.console.app import console_mount
from bot.console.roles import Role
from bot.console.web import COOKIE, ROOT, Cookies
from bot.settings import Settings, get_settings
from bot.store.base import unit_of_work
from tests.store.conftest import (  # noqa: F401 - fixtures
    Store,
    postgres_template,
    sqlite_template,
    store,
)
from tests.store.filled import fill
from tests.store.test_turns import bot, log, user

ME, OTHER = "a" * 32, "b" * 32
PASSWORD = "heron-lantern-biscuit"
BROWSER = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def settings(store: Store) -> Settings:  # noqa: F811
    sign_in._throttle.clear()
    numbers.forget()
    return get_settings()


@pytest.fixture
def app(settings: Settings) -> Starlette:
    return Starlette(routes=[console_mount(settings)])


class Member:
    """Somebody who is signed in, and what they do."""

    def __init__(self, client: TestClient, username: str) -> None:
        self.client = client
        self.username = username

    def get(self, path: str, expect: int = 200) -> str:
        answer = self.client.get(ROOT + path, follow_redirects=True)
        assert answer.status_code == expect, (answer.status_code, path)
        return answer.text

    def post(self, path: str, expect: int = 200, **form: str) -> str:
        answer = self.client.post(ROOT + path, data=form, headers=BROWSER, follow_redirects=True)
        assert answer.status_code == expect, (answer.status_code, words_of(answer.text)[:400])
        return answer.text


def words_of(page: str) -> str:
    """A page without its tags, with single spaces."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


Join = Callable[..., Member]


@pytest.fixture
def join(app: Starlette, settings: Settings) -> Iterator[Join]:
    """Makes a member of staff of a role, signed in past both steps."""

    def made(role: Role, username: str = "") -> Member:
        username = username or role.value
        with unit_of_work() as session:
            row = accounts.add(session, username, username.title(), role.value, "")
            token = accounts.begin(session, row, verified=True)
        client = TestClient(app, base_url="https://console.test")
        client.cookies.set(COOKIE, str(Cookies(settings)._signer.dumps(token)), path=ROOT)
        return Member(client, username)

    yield made


@pytest.fixture
def person(store: Store) -> str:  # noqa: F811
    """Somebody who has answered everything and talked, without sharing names."""
    with unit_of_work() as session:
        fill(session, ME, reviewed=False)
    log(
        ME,
        user("hello there", 100),
        bot("Hello. I'm WISE Companion.", buttons=[{"title": "Yes", "payload": "/choose"}]),
        user("my son Zebediah does the shopping", 200),
        bot("Pardon?", 201, "utter_rephrase"),
    )
    return ME


@pytest.fixture
def reviewer(join: Join) -> Member:
    return join(Role.REVIEWER)


@pytest.fixture
def lead(join: Join) -> Member:
    return join(Role.LEAD)
