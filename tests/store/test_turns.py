"""Turns as staff read them: complete, found by their words, healed, and gone with the person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, text

from bot.conversations import projection
from bot.conversations.projection import note_failure, project, project_everyone, turns_of
from bot.network.model import Member, Network
from bot.safety import rules
from bot.safety import screen as screen_module
from bot.settings import get_settings
from bot.store import turn_search
from bot.store.alerts import Alert
from bot.store.base import unit_of_work
from bot.store.people import begin, erase
from bot.store.tables import RiskEvent
from bot.store.trackers import TrackerEvent
from bot.store.turns import Conversation, Turn

from .conftest import Store

ME = "a" * 32


def user(words: str, at: float = 100.0, **more: Any) -> dict[str, Any]:
    """What Rasa logs when a person types."""
    parsed = {
        "intent": {"name": "answer", "confidence": 1.0},
        "understood": {"name": "add_member", "confidence": 0.91},
        "intent_ranking": [{"name": "add_member", "confidence": 0.91}],
        "safety": {"level": "none", "category": None},
        **more.pop("parse_data", {}),
    }
    metadata = {"update_key": f"web:{at}", "at": at - 0.25, "kind": "text", **more}
    return {
        "event": "user",
        "timestamp": at,
        "text": words,
        "parse_data": parsed,
        "metadata": metadata,
        "input_channel": "webchat",
    }


def bot(words: str, at: float = 100.5, said: str = "utter_x", **data: Any) -> dict[str, Any]:
    """What Rasa logs when the bot speaks."""
    return {
        "event": "bot",
        "timestamp": at,
        "text": words,
        "data": data,
        "metadata": {"utter_action": said},
    }


def log(person_id: str, *events: dict[str, Any]) -> None:
    """Write events to the log, and project them as the tracker store does."""
    with unit_of_work() as session:
        write(session, person_id, *events)
        project(session, person_id)


def write(session: Any, person_id: str, *events: dict[str, Any]) -> None:
    session.add_all(
        TrackerEvent(person_id=person_id, timestamp=e["timestamp"], type_name=e["event"], data=e)
        for e in events
    )
    session.flush()


def turns(person_id: str = ME) -> list[Turn]:
    with unit_of_work() as session:
        return list(
            session.scalars(select(Turn).where(Turn.person_id == person_id).order_by(Turn.id))
        )


def found(words: str) -> list[int]:
    """Ids of turns that a search finds."""
    with unit_of_work() as session:
        match = turn_search.matching(session.get_bind().dialect.name, words)
        if match is None:
            return []
        query = text(f"SELECT rowid FROM turn_search WHERE {match[0]} ORDER BY rowid")
        return list(session.execute(query, {"search": match[1]}).scalars())


@pytest.fixture
def me(store: Store) -> str:
    with unit_of_work() as session:
        begin(session, ME)
    return ME


def test_a_turn_is_all_that_happened_between_two_messages() -> None:
    first, second = turns_of(
        [
            {"event": "active_loop", "timestamp": 99.0, "name": "people_form"},
            {"event": "slot", "timestamp": 99.0, "name": "requested_slot", "value": "people"},
            user(
                "my daughter Jean",
                members=[],
                parse_data={"members": [{"name": "Jean", "kind": "person"}]},
            ),
            {"event": "action", "timestamp": 100.1, "name": "validate_people_form"},
            {"event": "slot", "timestamp": 100.2, "name": "people", "value": "answered"},
            bot("Who else?", buttons=[{"title": "Nobody", "payload": "/choose{}"}]),
            {"event": "action", "timestamp": 100.5, "name": "action_listen"},
            user("I feel like ending it", 200.0, parse_data={
                "safety": {"level": "crisis", "category": "suicide"},
                "understood": {"name": "chitchat", "confidence": 0.31},
            }),
        ]
    )  # fmt: skip
    assert (first.text, first.form, first.asked) == ("my daughter Jean", "people", "people")
    assert (first.intent, first.understood, first.confidence) == ("answer", "add_member", 0.91)
    assert first.found == {"members": [{"name": "Jean", "kind": "person"}]}
    assert first.actions == ["validate_people_form"]
    assert first.slots == {"people": "answered"}
    assert first.replies == [
        {"text": "Who else?", "buttons": ({"title": "Nobody", "payload": ""},)}
    ]
    assert first.took_ms == 750
    assert (second.risk, second.risk_category, second.low) == ("crisis", "suicide", True)


def test_a_press_reads_as_what_was_on_the_button() -> None:
    (press,) = turns_of([user('/choose{"choice": "yes"}', kind="press", said="Yes, let's start")])
    assert (press.kind, press.text, press.confidence) == ("press", "Yes, let's start", None)
    (old,) = turns_of([{**user('/choose{"choice": "yes"}'), "metadata": {}}])
    assert (old.kind, old.text) == ("press", "yes")


def test_the_conversation_sums_its_turns_up(me: str) -> None:
    doubtful = {"understood": {"name": "x", "confidence": 0.2}}
    log(me, user("hello", 100), bot("Hello"))
    log(me, user("wibble", 200, parse_data=doubtful), bot("Pardon?", 201, "utter_rephrase"))
    with unit_of_work() as session:
        kept = session.get_one(Conversation, me)
        assert (kept.turns, kept.unclear, kept.low, kept.last_words) == (2, 1, 1, "wibble")
        assert kept.started_at < kept.last_at


def test_words_are_found_by_their_stem_and_in_any_order(me: str) -> None:
    log(me, user("I get breathless on the stairs", 1), user("café is too far", 2))
    stairs, cafe = (t.id for t in turns())
    assert found("stair breathless") == [stairs]
    assert found('"breathless on the stairs"') == [stairs]
    assert found('"stairs breathless"') == []
    assert found("CAFE") == [cafe]
    assert found("lift") == [] and found('"') == [] and found("OR NOT * ( :") == []


def test_nobody_is_found_by_a_name(me: str) -> None:
    with unit_of_work() as session:
        record = begin(session, me)
        record.keep_network(Network((Member("m1", "Zebediah"),)), "add", None)
    log(me, user("Zebediah does the shopping", 1))
    assert found("Zebediah") == []
    assert len(found("shopping")) == 1


def test_the_same_update_taken_twice_is_one_turn(me: str) -> None:
    log(me, user("hello", 100), bot("Hello"))
    log(me, user("hello", 100), bot("Hello again"))
    (turn,) = turns()
    assert turn.replies == [{"text": "Hello again"}]
    assert found("hello") == [turn.id]


def test_what_could_not_be_projected_is_made_good_with_the_next_turn(me: str) -> None:
    with unit_of_work() as session:
        write(session, me, user("first", 100), bot("Yes?"))
    log(me, user("second", 200))
    assert [t.text for t in turns()] == ["first", "second"]


def test_a_log_from_before_there_were_turns_is_taken_up(me: str) -> None:
    with unit_of_work() as session:
        write(session, me, user("first", 100), user("second", 200))
    assert project_everyone() == 2
    assert project_everyone() == 0


def test_three_unclear_turns_ask_for_a_reader_once(me: str) -> None:
    for number in range(5):
        log(me, user("?", 100 + number), bot("Pardon?", 100.5 + number, "utter_rephrase"))
    assert [t.stuck for t in turns()] == [False, False, True, False, False]


def test_a_turn_that_failed_is_kept_with_its_apology(me: str) -> None:
    fail = {"channel": "webchat", "kind": "text", "said": "hello", "words": "Sorry"}
    with unit_of_work() as session:
        note_failure(session, me, update_key="web:1", **fail)
        note_failure(session, "b" * 32, update_key="web:1", **fail)  # no record, no row
    (turn,) = turns()
    assert (turn.failed, turn.text, turn.replies) == (True, "hello", [{"text": "Sorry"}])


@pytest.mark.parametrize(
    ("kind", "levels"), [("text", ["crisis"]), ("press", [])], ids=["typed", "a button's title"]
)
def test_a_risk_told_on_a_turn_that_failed_is_for_staff_and_alerts_them(
    me: str, monkeypatch: pytest.MonkeyPatch, kind: str, levels: list[str]
) -> None:
    monkeypatch.setattr(screen_module, "_detectors", {"rules": rules.detect})
    monkeypatch.setenv("WISE_ALERT_WEBHOOK", "https://alerts.example")
    get_settings.cache_clear()
    said = "I want to kill myself"
    for _ in range(2):  # taken again after a crash
        with unit_of_work() as session:
            note_failure(
                session,
                me,
                update_key="web:1",
                channel="webchat",
                kind=kind,
                said=said,
                words="Sorry",
            )
    with unit_of_work() as session:
        assert [r.level for r in session.scalars(select(RiskEvent))] == levels
        assert session.scalar(select(func.count()).select_from(Alert)) == len(levels)
        assert session.get_one(Conversation, me).risk == (2 if levels else 0)
    (turn,) = turns()
    assert (turn.risk, turn.failed) == (levels[0] if levels else "none", True)


def test_a_failure_of_the_projection_costs_the_person_nothing(
    me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.conversations import tracker_store

    def broken(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(tracker_store, "project", broken)
    with unit_of_work() as session:
        write(session, me, user("kept", 100))
        tracker_store._project(session, me)
    with unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(TrackerEvent)) == 1


def test_erasing_a_person_takes_turns_and_their_words_out_of_the_search(
    store: Store, me: str
) -> None:
    log(me, user("my philately evenings", 100))
    begin_other = "b" * 32
    with unit_of_work() as session:
        begin(session, begin_other)
    log(begin_other, user("philately too", 100))
    with unit_of_work() as session:
        gone = erase(session, me)
    assert gone["turn"] == 1 and gone["conversation"] == 1
    assert found("philately") == [t.id for t in turns(begin_other)]
    if store.kind == "sqlite":
        store.engine.dispose()
        assert b"evenings" not in store.bytes()
        assert b"philately too" in store.bytes()


def test_the_index_holds_no_words(store: Store, me: str) -> None:
    log(me, user("xylophone practice", 100))
    with unit_of_work() as session:
        index = session.execute(text("SELECT * FROM turn_search")).all()
    assert index and "xylophon" not in repr(index)


def test_the_response_names_of_what_is_unclear_exist() -> None:
    import yaml

    from bot.settings import PROJECT

    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    assert set(domain["responses"]) >= projection.UNCLEAR
