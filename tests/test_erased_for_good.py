"""A whole chat, then "delete everything": no word of it is left in the database or the logs."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.conversations.assistant import Assistant
from bot.conversations.turns import Text
from bot.store.base import unit_of_work
from tests.store.conftest import Store, postgres_template, sqlite_template, store
from tests.store.test_people import counts, everything
from tests.store.test_rewriting import files, postgres

__all__ = ["postgres", "postgres_template", "sqlite_template", "store"]

WORDS = ("Zebediah", "Quetzalina", "sarcoidosis", "philately", "widdershins", "4815162342")
SAID = (
    "hello",
    "yes",
    "sarcoidosis",
    "XW1",
    "68",
    "skip",
    "skip",
    "I can't sleep and I'm sad since Zebediah left, all went widdershins",
    "my friend Zebediah and my sister Quetzalina",
    "I want to die, Quetzalina knows",
    "carry on",
    "I miss my philately",
)
AND_THEN = ("delete everything", "yes")


@pytest.fixture
def sqlite(store: Store) -> Store:
    if store.kind != "sqlite":
        pytest.skip("PostgreSQL has a test of its own")
    return store


async def chat(assistant: Assistant, texts: tuple[str, ...], begin: int = 0) -> str:
    """Say all that; what was answered to the last."""
    said = ""
    for number, text in enumerate(texts, begin):
        out = await assistant.turns.take(
            "script", "4815162342", Text(text), update_key=f"script:{number}"
        )
        said = "\n".join(one.reply.text for one in out)
    return said


def in_the_database(store: Store) -> list[str]:
    """The words that can be found in the database's files."""
    held = store.bytes() if store.kind == "sqlite" else files(store)
    return [word for word in WORDS if word.encode() in held]


async def _erase(model: Path, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    assistant = Assistant.load(model)
    with caplog.at_level(logging.DEBUG):
        await chat(assistant, SAID)
        assert in_the_database(store) == list(WORDS), "what was never there cannot go"
        assert "deleted it all" in await chat(assistant, AND_THEN, len(SAID))
    with unit_of_work() as session:
        assert counts(session) == {}
        left = everything(session)
    assert [word for word in WORDS if word in left] == []


def _in_the_logs(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> list[str]:
    written = (caplog.text + "".join(capfd.readouterr())).lower()
    return [word for word in WORDS if word.lower() in written]


async def test_nothing_of_a_chat_is_left_in_the_files_of_sqlite(
    model: Path,
    sqlite: Store,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    await _erase(model, sqlite, caplog)
    assert in_the_database(sqlite) == []
    assert _in_the_logs(caplog, capfd) == []


async def test_nothing_of_a_chat_is_left_in_the_files_of_postgresql(
    model: Path,
    postgres: Store,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    await _erase(model, postgres, caplog)
    done = CliRunner().invoke(app, ["retention", "run", "--apply", "--rewrite", "--json"])
    assert json.loads(done.stdout)["not_rewritten"] == []
    assert in_the_database(postgres) == []
    assert _in_the_logs(caplog, capfd) == []
