"""A risk, somebody forgotten, everything deleted: in the browser and on Telegram, for real."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import choose, last_replies, open_chat, press, say
from tests.e2e.installation import Installation
from tests.e2e.patient import Phone, said

WAYS = ("browser", "telegram")
YES, GONE = "Yes, delete it all", "deleted it all"


@dataclass(frozen=True)
class Talk:
    """What somebody does on a channel; each gives the words of the answer."""

    says: Callable[[str], str]
    taps: Callable[[str], str]
    ticks: Callable[..., str]
    deletes: Callable[[], str]


def _in_the_browser(page: Page, servers: Installation) -> Talk:
    def then(does: Callable[..., None]) -> Callable[..., str]:
        def do(*what: str) -> str:
            does(page, *what)
            return "\n".join(last_replies(page))

        return do

    open_chat(page, servers.web_url)
    return Talk(then(say), then(press), then(choose), lambda: then(press)(YES))


def _on_telegram(phone: Phone) -> Talk:
    phone.says("/start")
    return Talk(
        lambda text: said(phone.says(text)),
        lambda title: said(phone.taps(title)),
        lambda *titles: said(phone.ticks(*titles)),
        lambda: said(phone.deletes(YES, GONE)),
    )


@pytest.fixture(params=WAYS)
def talk(request: pytest.FixtureRequest, servers: Installation) -> Iterator[Talk]:
    """Somebody who has just agreed, on each channel."""
    if request.param == "browser":
        talk = _in_the_browser(request.getfixturevalue("page"), servers)
    else:
        talk = _on_telegram(request.getfixturevalue("phone"))
    talk.taps("Yes, let's start")
    yield talk


def to_the_people(talk: Talk) -> None:
    """To the question who is around, with all before it skipped."""
    for _ in range(5):
        talk.taps("Skip")
    talk.says("I feel lonely")
    talk.ticks("Feeling lonely")
    talk.ticks("Feeling lonely")


def held(servers: Installation, *words: str) -> set[str]:
    """Which of the words are in the files of the database.

    Its log of writes cannot be emptied while another of the servers reads; here it is waited for.
    """
    with closing(
        sqlite3.connect(servers.settings.wise_home / "companion.sqlite", timeout=60)
    ) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    bytes_ = b"".join(
        path.read_bytes()
        for path in servers.settings.wise_home.rglob("*")
        if path.is_file() and ".sqlite" in path.name
    )
    return {word for word in words if word.encode() in bytes_}


def logged(servers: Installation, *words: str) -> set[str]:
    """Which of the words are in what the servers have logged."""
    written = "\n".join(servers.logs.values()).lower()
    return {word for word in words if word.lower() in written}


def test_a_risk_gets_its_route_and_the_chat_stays_open(talk: Talk) -> None:
    route = talk.says("I can't go on, I want to kill myself")
    assert "999" in route and "116 123" in route
    assert "What health condition" not in route, "nothing is asked on top of it"
    assert "What health condition" in talk.taps("Carry on with our chat")


def test_somebody_is_forgotten_for_good(talk: Talk, servers: Installation) -> None:
    to_the_people(talk)
    talk.says("my friend Ozymandias and my sister Petronella")
    assert held(servers, "Ozymandias", "Petronella") == {"Ozymandias", "Petronella"}
    assert "Shall I forget Ozymandias" in talk.says("forget Ozymandias")
    assert "forgotten them" in talk.taps("Yes, forget Ozymandias")
    assert "Petronella" in talk.says("show my map")
    assert held(servers, "Ozymandias") == set()
    talk.says("delete everything")
    assert GONE in talk.deletes()
    assert held(servers, "Petronella") == set(), "the next channel begins with none of them"
    assert logged(servers, "Ozymandias", "Petronella") == set()


def test_everything_is_deleted_and_leaves_no_word(talk: Talk, servers: Installation) -> None:
    words = ("fibrodysplasia", "Hildegarde", "kittiwakes")
    talk.says(words[0])
    for _ in range(4):
        talk.taps("Skip")
    talk.says(f"I am too tired to watch the {words[2]}")
    talk.ticks("Tiredness")
    talk.ticks("Tiredness")
    talk.says(f"my aunt {words[1]}")
    assert held(servers, *words) == set(words)
    assert "can't be brought back" in talk.says("delete everything")
    assert GONE in talk.deletes()
    assert held(servers, *words) == set()
    assert logged(servers, *words) == set()
    assert "Are you 18 or over" in talk.says("hello"), "a stranger again"
