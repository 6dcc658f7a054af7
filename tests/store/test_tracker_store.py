"""The tracker store: a small window, a whole log, and no trace of strangers."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select

from actions.forms import SLOTS
from bot.conversations.tracker_store import WindowedTrackerStore
from bot.settings import PROJECT
from bot.store.base import unit_of_work
from bot.store.people import begin, erase
from bot.store.trackers import TrackerEvent, TrackerWindow
from tests.store.conftest import Store
from tests.store.test_people import counts, everything

ME = "t" * 32
STAGES = list(SLOTS)


class Clock:
    """Moments a hundredth of a second apart; may be put back, as real clocks are."""

    def __init__(self) -> None:
        self.at = 1_790_000_000.0

    def tick(self) -> float:
        self.at += 0.01
        return self.at


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(PROJECT / "domain.yml"))


@pytest.fixture
def trackers(store: Store, domain: Domain) -> WindowedTrackerStore:
    return WindowedTrackerStore(domain)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def turn(number: int, clock: Clock, words: str | None = None) -> list[Event]:
    """A turn in the shape that Rasa makes: words, slots, a form, a question, and listening."""
    stage = STAGES[(number // 4) % len(STAGES)]
    slots = SLOTS[stage]
    text = words or f"words of turn {number}"
    parse: dict[str, Any] = {
        "text": text,
        "intent": {"name": "answer", "confidence": 1.0},
        "entities": [],
        "safety": {"level": "none", "category": None},
    }
    events: list[Event] = [
        UserUttered(text, parse["intent"], [], parse, timestamp=clock.tick()),
        ActiveLoop(f"{stage}_form", timestamp=clock.tick()),
        SlotSet(slots[number % len(slots)], "answered", timestamp=clock.tick()),
        SlotSet(slots[-1], None if number % 3 else "answered", timestamp=clock.tick()),
        SlotSet("requested_slot", slots[0], timestamp=clock.tick()),
        ActionExecuted(f"action_ask_{stage}_form_{slots[0]}", timestamp=clock.tick()),
        BotUttered(f"question {number}", {"buttons": []}, timestamp=clock.tick()),
        ActionExecuted("action_listen", timestamp=clock.tick()),
    ]
    return events


async def play(
    trackers: WindowedTrackerStore, domain: Domain, events: list[Event], who: str = ME
) -> DialogueStateTracker:
    """What Rasa does in a turn: retrieve, go on, save."""
    tracker = await trackers.retrieve(who)
    if tracker is None:
        tracker = DialogueStateTracker.from_events(who, [], domain.slots)
    for event in events:
        tracker.update(event, domain)
    await trackers.save(tracker)
    return tracker


def agree(who: str = ME) -> None:
    with unit_of_work() as session:
        begin(session, who).give_consent("use")


def state(tracker: DialogueStateTracker) -> dict[str, Any]:
    """What the next turn depends on."""
    return {
        "slots": tracker.current_slot_values(),
        "form": tracker.active_loop_name,
        "last action": tracker.latest_action_name,
        "last words": tracker.latest_message and tracker.latest_message.text,
        "last bot words": tracker.latest_bot_utterance and tracker.latest_bot_utterance.text,
    }


def log(who: str = ME) -> list[TrackerEvent]:
    with unit_of_work() as session:
        found = select(TrackerEvent).where(TrackerEvent.person_id == who)
        return list(session.scalars(found.order_by(TrackerEvent.id)))


def window(who: str = ME) -> list[dict[str, Any]]:
    with unit_of_work() as session:
        return session.get_one(TrackerWindow, who).events


async def test_three_hundred_turns_stay_small_whole_and_the_same(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock
) -> None:
    agree()
    whole = DialogueStateTracker.from_events(ME, [], domain.slots)
    opening: list[Event] = [
        ActionExecuted("action_session_start", timestamp=clock.tick()),
        SessionStarted(timestamp=clock.tick()),
        ActionExecuted("action_listen", timestamp=clock.tick()),
    ]
    said, sizes = [], []
    for number in range(300):
        events = [*(opening if number == 0 else []), *turn(number, clock)]
        await play(trackers, domain, events)
        for event in events:
            whole.update(event, domain)
        said += events
        sizes.append(len(window()))
        if number % 10 == 0 or number > 290:
            again = await trackers.retrieve(ME)
            assert again is not None and state(again) == state(whole), number
    # Two turns, and at most one event for each slot, the form and listening.
    assert max(sizes) <= 2 * len(turn(0, clock)) + len(domain.slots) + 2
    assert [row.data for row in log()] == [event.as_dict() for event in said]
    assert [row.timestamp for row in log()] == [event.timestamp for event in said]
    assert {row.intent_name for row in log() if row.type_name == "user"} == {"answer"}
    assert [row.action_name for row in log()][:3] == ["action_session_start", None, "action_listen"]


async def test_another_process_goes_on_where_this_one_was(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock
) -> None:
    agree()
    for number in range(7):
        tracker = await play(trackers, domain, turn(number, clock))
    again = await WindowedTrackerStore(domain).retrieve(ME)
    assert again is not None and state(again) == state(tracker)
    assert list(await WindowedTrackerStore(domain).keys()) == [ME]


async def test_slots_that_were_emptied_and_forms_that_ended_stay_so(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock
) -> None:
    agree()
    ended: list[Event] = [
        UserUttered("enough", {"name": "answer"}, timestamp=clock.tick()),
        SlotSet("about_area", None, timestamp=clock.tick()),
        ActiveLoop(None, timestamp=clock.tick()),
        ActionExecuted("action_listen", timestamp=clock.tick()),
    ]
    await play(
        trackers,
        domain,
        [*turn(4, clock), SlotSet("about_area", "answered", timestamp=clock.tick())],
    )
    await play(trackers, domain, ended)
    for _ in range(3):
        chat: list[Event] = [
            UserUttered("thanks", {"name": "thank"}, timestamp=clock.tick()),
            ActionExecuted("action_listen", timestamp=clock.tick()),
        ]
        await play(trackers, domain, chat)
    again = await trackers.retrieve(ME)
    assert again is not None
    assert again.get_slot("about_area") is None
    assert again.active_loop_name is None


async def test_a_clock_that_is_put_back_loses_nothing(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock
) -> None:
    agree()
    said = []
    for number in range(6):
        if number == 3:
            clock.at -= 3600
        events = turn(number, clock)
        said += events
        tracker = await play(trackers, domain, events)
    assert [row.data for row in log()] == [event.as_dict() for event in said]
    again = await trackers.retrieve(ME)
    assert again is not None and state(again) == state(tracker)


async def test_saving_twice_is_the_same_as_once(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock
) -> None:
    agree()
    for number in range(4):
        tracker = await play(trackers, domain, turn(number, clock))
        await trackers.save(tracker)
    assert len(log()) == 4 * len(turn(0, clock))


async def test_people_are_kept_apart(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock
) -> None:
    other = "o" * 32
    agree()
    agree(other)
    for number in range(4):
        await play(trackers, domain, turn(number, clock, "mine"))
        await play(trackers, domain, turn(number + 20, clock, "yours"), other)
    assert {row.data.get("text") for row in log() if row.type_name == "user"} == {"mine"}
    assert {row.data.get("text") for row in log(other) if row.type_name == "user"} == {"yours"}


# --- consent and erasure -------------------------------------------------------------------------


async def test_nothing_is_written_before_consent(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock, store: Store
) -> None:
    for number in range(3):
        await play(trackers, domain, turn(number, clock, "I am Zebediah"))
    with unit_of_work() as session:
        assert counts(session) == {}
    if store.kind == "sqlite":
        assert b"Zebediah" not in store.bytes()
    # In memory the thread goes on, so that the consent question can be answered.
    again = await trackers.retrieve(ME)
    assert again is not None and again.active_loop_name == "consent_form"
    assert ME in list(await trackers.keys())


async def test_consent_begins_the_record_in_the_turn_that_gives_it(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock
) -> None:
    await play(trackers, domain, turn(0, clock))
    agree()
    tracker = await play(trackers, domain, turn(1, clock))
    again = await WindowedTrackerStore(domain).retrieve(ME)
    assert again is not None and state(again) == state(tracker)


async def test_someone_who_declines_leaves_nothing(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock, store: Store
) -> None:
    await play(trackers, domain, turn(0, clock, "I am Zebediah"))
    declined: list[Event] = [
        UserUttered("no thank you", {"name": "answer"}, timestamp=clock.tick()),
        ActiveLoop(None, timestamp=clock.tick()),
        ActionExecuted("action_listen", timestamp=clock.tick()),
    ]
    await play(trackers, domain, declined)
    assert await trackers.retrieve(ME) is None
    assert list(await trackers.keys()) == []
    with unit_of_work() as session:
        assert counts(session) == {}


async def test_strangers_do_not_fill_the_memory(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.conversations.strangers.PENDING_MAX", 5)
    for number in range(20):
        await play(trackers, domain, turn(0, clock), f"stranger {number}")
    assert len(list(await trackers.keys())) == 5
    assert await trackers.retrieve("stranger 19") is not None


async def test_erasing_reaches_the_window_and_the_log(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock, store: Store
) -> None:
    agree()
    for number in range(5):
        await play(trackers, domain, turn(number, clock, "I am Zebediah"))
    with unit_of_work() as session:
        gone = erase(session, ME)
    assert gone["tracker_event"] == 5 * len(turn(0, clock)) and gone["tracker_window"] == 1
    assert await trackers.retrieve(ME) is None
    if store.kind == "sqlite":
        assert b"Zebediah" not in store.bytes()


@pytest.mark.parametrize("form_goes_on", [True, False], ids=["by staff", "by the person"])
async def test_an_erasure_during_a_turn_is_not_undone_by_the_end_of_the_turn(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock, form_goes_on: bool
) -> None:
    agree()
    for number in range(3):
        await play(trackers, domain, turn(number, clock, "I am Zebediah"))
    tracker = await trackers.retrieve(ME)
    assert tracker is not None
    for event in turn(3, clock, "Zebediah again"):
        tracker.update(event, domain)
    with unit_of_work() as session:
        erase(session, ME)
    if not form_goes_on:
        tracker.update(ActiveLoop(None, timestamp=clock.tick()), domain)
    await trackers.save(tracker)
    assert await trackers.retrieve(ME) is None
    # A new start knows nothing of the old one.
    agree()
    await play(trackers, domain, turn(0, clock, "hello"))
    with unit_of_work() as session:
        assert "Zebediah" not in everything(session)


async def test_deleting_a_tracker_forgets_it(
    trackers: WindowedTrackerStore, domain: Domain, clock: Clock
) -> None:
    agree()
    await play(trackers, domain, turn(0, clock))
    await play(trackers, domain, turn(0, clock), "a stranger")
    await trackers.delete(ME)
    await trackers.delete("a stranger")
    await trackers.delete("nobody")
    assert list(await trackers.keys()) == []
    assert await trackers.retrieve(ME) is None
