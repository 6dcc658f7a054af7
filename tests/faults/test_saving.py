"""Every turn of a journey fails to be saved once, and is taken again: nothing shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, text

from bot.conversations.assistant import Assistant
from bot.conversations.saving import CannotSave
from bot.conversations.scripts import read_script
from bot.conversations.turns import Text
from bot.settings import PROJECT
from bot.store.base import unit_of_work
from bot.store.exports import whole_record
from bot.store.people import sender_for
from bot.store.tables import Change
from bot.store.trackers import ActionResult

CHANNEL = "faults"
SCRIPT = PROJECT / "tests" / "dialogues" / "types_every_answer.yml"
"""Typed answers, each of which means something only after its question."""
FACTS = ("member", "tie", "difficulty", "preference", "gap", "option", "plan", "snapshot")
OF_THE_MOMENT = {"id", "at", "taken_at", "asked_at", "shown_at", "made_at"}


@contextmanager
def a_log_that_cannot_be_written() -> Iterator[None]:
    """Only the tracker cannot be saved; what the actions change is kept."""
    with unit_of_work() as session:
        session.execute(text("ALTER TABLE tracker_event RENAME TO away"))
    try:
        yield
    finally:
        with unit_of_work() as session:
            session.execute(text("ALTER TABLE away RENAME TO tracker_event"))


def _facts(address: str) -> dict[str, list[dict[str, Any]]]:
    """What is known of somebody, without what differs between any two people."""
    with unit_of_work() as session:
        kept = whole_record(session, sender_for(CHANNEL, address))
    return {
        table: [{k: v for k, v in row.items() if k not in OF_THE_MOMENT} for row in kept[table]]
        for table in FACTS
        if table in kept
    }


async def test_a_journey_whose_every_turn_is_taken_twice_is_the_same_journey(
    assistant: Assistant,
) -> None:
    taken_again = 0
    for number, turn in enumerate(read_script(SCRIPT).turns):
        said, key = Text(str(turn.what)), f"faults:{number}"
        plain = await assistant.turns.take(CHANNEL, "plain", said, update_key=f"plain:{number}")
        try:
            with a_log_that_cannot_be_written():
                replies = await assistant.turns.take(CHANNEL, "again", said, update_key=key)
        except CannotSave:
            taken_again += 1
            replies = await assistant.turns.take(CHANNEL, "again", said, update_key=key)
        assert [out.reply.text for out in replies] == [out.reply.text for out in plain], said
    assert taken_again > 20
    assert _facts("again") == _facts("plain")
    assert len(_facts("again")["member"]) >= 4
    with unit_of_work() as session:
        keys = {a: sender_for(CHANNEL, a) for a in ("again", "plain")}
        changes = {
            address: session.scalars(
                select(Change.operation).where(Change.person_id == person).order_by(Change.id)
            ).all()
            for address, person in keys.items()
        }
        assert changes["again"] == changes["plain"]
        assert session.scalars(select(ActionResult)).all() == []
