"""Rasa's tracker store: a bounded window for the turn, the whole log for the record.

Rasa replays every event of a session at each turn, so a long conversation gets slower with
every message. Here it is handed the slots, the form that is on and the last turns only.
Before a person has agreed to anything, nothing is written down: the tracker lives in memory
(``bot.conversations.strangers``). With an event broker, ``bot.projector`` writes what staff read.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import metrics
from bot.conversations.projection import project, turns_of
from bot.conversations.saving import is_missed, miss
from bot.conversations.strangers import strangers_of
from bot.errors import place_of
from bot.settings import get_settings
from bot.store.base import STORE_AWAY, unit_of_work
from bot.store.forgetting import finish_forgetting
from bot.store.record import Record
from bot.store.tables import Person
from bot.store.trackers import TrackerEvent, TrackerWindow, drop_results
from bot.store.turns import RISKS

_LOG = logging.getLogger(__name__)

TURNS_KEPT = 2


class StoredTracker(DialogueStateTracker):
    """A tracker of someone who had a record when it was read."""


class WindowedTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Tracker store of the companion; see the module's text."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        self._strangers = strangers_of(get_settings())

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new to the log and renew the window, in one transaction.

        A turn that missed its action server is not kept: it will be taken again.
        """
        if is_missed():
            return
        try:
            with metrics.timed("save"):
                is_kept = self._save(tracker)
        except (*STORE_AWAY, RedisError):
            miss("tracker store")
            raise
        _measure(tracker)
        if self.event_broker and is_kept:
            # Whose log has grown, and not what was said: that stays in the database.
            self.event_broker.publish({"sender_id": tracker.sender_id})

    def _save(self, tracker: DialogueStateTracker) -> bool:
        """Whether anything went into the log."""
        with unit_of_work() as session:
            has_record = session.get(Person, tracker.sender_id) is not None
            is_kept = has_record and self._append(session, tracker)
        if has_record:
            # Only now: a turn that could not be kept begins again from what was held.
            self._strangers.drop(tracker.sender_id)
        else:
            self._hold(tracker)
        return is_kept

    def _append(self, session: Session, tracker: DialogueStateTracker) -> bool:
        """What is new, to the log and the window; whether there was anything."""
        sender = tracker.sender_id
        drop_results(session, sender)
        window = session.get(TrackerWindow, sender)
        events_so_far = list(tracker.events)
        new = _after(events_so_far, window.last_timestamp) if window else events_so_far
        if not new:
            return False
        session.add_all(_log_rows(sender, new))
        events = [e.as_dict() for e in window_events(tracker)]
        last = new[-1].timestamp
        if window is None:
            session.add(TrackerWindow(person_id=sender, last_timestamp=last, events=events))
        else:
            window.last_timestamp, window.events = last, events
        session.flush()
        if not self.event_broker:
            _project(session, sender)
        finish_forgetting(session, Record(session, session.get_one(Person, sender)))
        return True

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The window as a tracker, or what is held of a stranger; ``None`` for someone new."""
        try:
            with unit_of_work() as session:
                window = session.get(TrackerWindow, sender_id)
            if window is not None:
                events = deserialise_events(window.events)
                return StoredTracker.from_events(sender_id, events, self.domain.slots)
            held = self._strangers.get(sender_id)
        except (*STORE_AWAY, RedisError):
            miss("tracker store")
            raise
        if held is None:
            return None
        events = deserialise_events(held)
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Ids of everyone with a tracker."""
        with unit_of_work() as session:
            return [*self._strangers.senders(), *session.scalars(select(TrackerWindow.person_id))]

    async def delete(self, sender_id: str) -> None:
        """Forget a tracker that was only held in memory, and the window of a stored one."""
        self._strangers.drop(sender_id)
        with unit_of_work() as session:
            window = session.get(TrackerWindow, sender_id)
            if window is not None:
                session.delete(window)

    def _hold(self, tracker: DialogueStateTracker) -> None:
        if not tracker.active_loop_name or isinstance(tracker, StoredTracker):
            # They declined, or have been erased in this turn: nothing is held at all.
            self._strangers.drop(tracker.sender_id)
            return
        self._strangers.hold(tracker.sender_id, [e.as_dict() for e in tracker.events])


def _project(session: Session, sender: str) -> None:
    """Write the turn for staff; a failure costs the person nothing, and the next turn mends it."""
    try:
        with session.begin_nested():
            project(session, sender)
    except Exception as error:
        _LOG.error("A turn was not projected for staff: %s", place_of(error))


def _measure(tracker: DialogueStateTracker) -> None:
    """Count what staff must see of the turn that was just kept; never a reason to fail."""
    try:
        events = list(tracker.events)
        starts = [i for i, e in enumerate(events) if isinstance(e, UserUttered)]
        for turn in turns_of(e.as_dict() for e in events[starts[-1] if starts else len(events) :]):
            if turn.risk != RISKS[0]:
                metrics.count(metrics.RISKS, level=turn.risk)
            if turn.unclear:
                metrics.count(metrics.FALLBACKS, why="not understood")
            elif turn.low:
                metrics.count(metrics.FALLBACKS, why="doubtful")
            if (at := (events[starts[-1]].metadata or {}).get("at")) is not None:
                metrics.took("understand", events[starts[-1]].timestamp - float(at))
    except Exception as error:
        _LOG.error("A turn was not measured: %s", place_of(error))


def window_events(tracker: DialogueStateTracker) -> list[Event]:
    """The state as events, then the events of the last ``TURNS_KEPT`` turns of the patient."""
    events = list(tracker.events)
    starts = [i for i, e in enumerate(events) if isinstance(e, UserUttered)]
    cut = starts[-TURNS_KEPT] if len(starts) >= TURNS_KEPT else 0
    if cut == 0:
        return events
    before = DialogueStateTracker.from_events(tracker.sender_id, events[:cut])
    at = events[cut - 1].timestamp
    # The slots as they were at the cut, read from the events: the domain may have changed.
    state: list[Event] = [
        SlotSet(name, value, timestamp=at) for name, value in _slots_of(events[:cut]).items()
    ]
    if before.active_loop_name:
        state.append(ActiveLoop(before.active_loop_name, timestamp=at))
    state.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=at))
    return state + events[cut:]


def _after(events: Sequence[Event], last: float) -> list[Event]:
    """The events that follow the one of a timestamp, wherever the clock has gone since."""
    known = [i for i, e in enumerate(events) if e.timestamp == last]
    if known:
        return list(events[known[-1] + 1 :])
    return [e for e in events if e.timestamp > last]


def _slots_of(events: Sequence[Event]) -> dict[str, Any]:
    slots: dict[str, Any] = {}
    for event in events:
        if isinstance(event, SlotSet):
            slots[event.key] = event.value
    return {k: v for k, v in slots.items() if v is not None}


def _log_rows(sender: str, events: Sequence[Event]) -> list[TrackerEvent]:
    rows = []
    for event in events:
        data = event.as_dict()
        rows.append(
            TrackerEvent(
                person_id=sender,
                timestamp=event.timestamp,
                type_name=event.type_name,
                intent_name=(data.get("parse_data") or {}).get("intent", {}).get("name"),
                action_name=data.get("name") if event.type_name == "action" else None,
                data=data,
            )
        )
    return rows
