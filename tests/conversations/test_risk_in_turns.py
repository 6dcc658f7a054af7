"""What the screen reads is what was typed, whatever is left out to keep others private.

The rules alone screen here, so that no trained model is needed; Rasa is a stand-in.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from sqlalchemy import select

from bot.conversations import words
from bot.conversations.turns import Text, Turns, Unreadable, payload_for, without_private_parts
from bot.rights.minimise import minimise
from bot.safety import rules
from bot.safety import screen as screen_module
from bot.safety.model import Category, Level, Match
from bot.safety.screen import screen
from bot.settings import PROJECT, get_settings
from bot.store.alerts import Alert
from bot.store.base import unit_of_work
from bot.store.people import begin
from bot.store.record import Record
from tests.store.conftest import person, postgres_template, sqlite_template, store

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

ROWS = 400


@pytest.fixture(autouse=True)
def rules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_module, "_detectors", {"rules": rules.detect})


class Rasa:
    """Answers everything, or fails."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.fails = False

    async def __call__(self, message: UserMessage) -> None:
        self.read.append(message.text)
        if self.fails:
            raise RuntimeError("the model is gone")
        assert message.output_channel is not None
        await message.output_channel.send_response(message.sender_id, {"text": "Thank you"})


@pytest.fixture
def rasa() -> Rasa:
    return Rasa()


def turns_of(rasa: Rasa, person_id: str) -> Turns:
    return Turns(rasa, person_for=lambda _channel, _address: person_id)


def level(text: str) -> int:
    return screen(text).level.rank


def read(text: str) -> str:
    """What Rasa gets for a text."""
    return payload_for(without_private_parts(Text(text))[0])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "typed",
    [
        "I took 28 pills near Church Road",
        "I took 28 Nytol Church Road",
        "I swallowed 16 tablets at Hill Street.",
        "My Husband Paul Throttled Me Last Night",
        "My Son Mark Thumps Me",
        "My Daughter Sarah Withholds My Tablets",
        "Dad's blood sugar was 2.0 an hour ago, I gave tea, he's now snoring on the floor",
    ],
)
def test_no_risk_is_lost_with_what_is_left_out(typed: str) -> None:
    assert level(read(typed)) >= level(typed)


def test_what_is_cut_never_lowers_what_the_screen_sees() -> None:
    """Over the texts that the screen learnt from, with a street and in capitals."""
    texts = [
        json.loads(line)["text"]
        for path in sorted((PROJECT / "bot" / "safety" / "training").glob("*.jsonl"))
        for line in Path(path).read_text(encoding="utf-8").splitlines()
    ]
    random.Random(5).shuffle(texts)
    changes: list[Callable[[str], str]] = [
        lambda text: f"{text.rstrip('.!? ')} at 12 High Street.",
        lambda text: f"{text.rstrip('.!? ')} near Church Road",
        lambda text: f"My friend Bob Smith told me: {text}",
        str.title,
    ]
    typed = [change(text)[:4000] for text in texts[:ROWS] for change in changes]
    assert [text for text in typed if level(read(text)) < level(text)] == []


def test_what_a_risk_is_about_is_not_left_out() -> None:
    typed = "my husband's diabetic and I can't wake him"
    assert without_private_parts(Text(typed)) == (Text(typed), "")


def test_what_any_detector_needs_stays_and_nothing_is_said_to_be_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The trained reader sees what no rule has words for: here, that Nytol are tablets."""

    def reader(text: str) -> list[Match]:
        found = "Nytol" in text
        return [Match("reader", Level.CRISIS, Category.OVERDOSE)] if found else []

    monkeypatch.setitem(screen_module._detectors, "reader", reader)
    typed = "28 Nytol Church Road"
    assert minimise(typed).text == "[address]"
    assert without_private_parts(Text(typed)) == (Text(typed), "")
    assert without_private_parts(Unreadable("photo", typed)) == (Unreadable("photo", typed), "")


def test_a_risk_beside_private_details_still_goes_without_them() -> None:
    incoming, said = without_private_parts(Text("Bob Smith hit me, I want to kill myself"))
    assert incoming == Text("Bob hit me, I want to kill myself") and said


def test_the_worst_of_a_long_message_is_what_is_read() -> None:
    typed = "I'm just a burden. " + "My sister rings every day. " * 200 + "I want to kill myself"
    assert level(payload_for(Text(typed))) == level(typed)


async def test_an_illness_of_a_member_does_not_reach_rasa_and_it_is_said(
    rasa: Rasa, person: str
) -> None:
    out = await turns_of(rasa, person).take("web", "7", Text("my sister Jean has bipolar disorder"))
    assert rasa.read == ["my sister Jean has [illness]"]
    assert "the name of an illness" in out[0].reply.text


async def test_a_helper_tells_what_the_patient_has(rasa: Rasa, person: str) -> None:
    with unit_of_work() as session:
        Record.of(session, person).person.answered_by = "helper"
    await turns_of(rasa, person).take("web", "7", Text("my mum has COPD, says Bob Smith"))
    assert rasa.read == ["my mum has COPD, says Bob"]


@pytest.mark.parametrize("known", [True, False], ids=["with a record", "a stranger"])
async def test_a_risk_on_a_turn_that_fails_gets_its_route_and_is_for_staff(
    rasa: Rasa, store: Any, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    monkeypatch.setenv("WISE_ALERT_WEBHOOK", "https://alerts.example")
    get_settings.cache_clear()
    me = "r" * 32
    if known:
        with unit_of_work() as session:
            begin(session, me)
    rasa.fails = True
    told = Text("I took 28 pills near Church Road to kill myself")
    out = await turns_of(rasa, me).take("web", "7", told, update_key="web:1")
    assert "999" in out[0].reply.text
    assert out[-1].reply.text == words.APOLOGY
    with unit_of_work() as session:
        alerts = len(list(session.scalars(select(Alert))))
        assert alerts == int(known)
        if known:
            [event] = Record.of(session, me).risks()
            assert event.level in ("crisis", "emergency") and event.update_key == "web:1"
