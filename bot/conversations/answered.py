"""Turns that are over already, though nobody was told: their replies, from the tracker.

A process can die after Rasa has saved a turn and before the channel has kept the replies. Taken
again, the message would be read as the answer to the question that it led to.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.conversations.replies import Reply, reply_from_rasa
from bot.store.trackers import TrackerWindow


def replies_to(session: Session, person_id: str, update_key: str) -> list[Reply] | None:
    """What was said in the turn of an update; ``None`` if there is no such turn in the window."""
    window = session.get(TrackerWindow, person_id)
    events = window.events if window is not None else []
    starts = [
        at
        for at, event in enumerate(events)
        if event["event"] == "user"
        and (event.get("metadata") or {}).get("update_key") == update_key
    ]
    if not starts:
        return None
    replies = []
    for event in events[starts[-1] + 1 :]:
        if event["event"] == "user":
            break
        if event["event"] == "bot":
            replies.append(reply_from_rasa({**(event.get("data") or {}), "text": event["text"]}))
    return [reply for reply in replies if reply != Reply()]
