"""Calls of actions that are taken once, however often they come.

A turn whose tracker could not be saved is taken again, and so are its actions, which have changed
the database by then. Each call's answer is kept in the transaction of its changes, and given again
when the same call of the same update comes; saving the tracker drops it (``tracker_store.py``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from rasa_sdk.executor import ActionExecutor
from sqlalchemy.exc import IntegrityError

from bot.store.base import held_open, unit_of_work
from bot.store.tables import Person
from bot.store.trackers import find_result, keep_result


class OnceExecutor(ActionExecutor):
    """Runs actions, each call once; for somebody without a record, who changes nothing, always."""

    async def run(self, action_call: Mapping[str, Any]) -> dict[str, Any] | None:
        """Run an action, or give what it gave before.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the store is away, and nothing was changed.
        """
        key = call_key(action_call)
        if key is None:
            return await super().run(action_call)
        person_id = action_call["tracker"]["sender_id"]
        try:
            with held_open() as held:
                known = find_result(held.session, person_id, key)
                if known is not None:
                    return known
                # As long as it has a name here, the action need not read it again.
                _person = held.session.get(Person, person_id)
                # Actions wait for nothing but the database, which is what ``held_open`` asks for.
                result = await super().run(action_call)
                if held.is_used and held.session.get(Person, person_id) is not None:
                    keep_result(held.session, person_id, key, result)
                elif held.has_failed:
                    # Perhaps because the same call was under way elsewhere, whose answer counts.
                    result = find_result(held.session, person_id, key) or result
                return result
        except IntegrityError:
            # The same call was under way, for a server that is gone: that one counts.
            with unit_of_work() as session:
                known = find_result(session, person_id, key)
            if known is None:
                raise
            return known


def call_key(action_call: Mapping[str, Any]) -> str | None:
    """What names a call for good: its update, its action, and what came before it in its turn.

    A turn that is taken again comes to the same calls, as it is given the same answers. Values
    and words do not count, as Rasa may choose others.

    Returns:
        64 hexadecimal characters; ``None`` where the update has no name.
    """
    events = action_call["tracker"].get("events") or []
    begins = max((i for i, e in enumerate(events) if e.get("event") == "user"), default=-1)
    update = (events[begins].get("metadata") or {}).get("update_key") if begins >= 0 else None
    if update is None:
        return None
    before = [(e["event"], e.get("name")) for e in events[begins + 1 :]]
    call = [update, action_call.get("next_action"), before]
    return sha256(json.dumps(call).encode()).hexdigest()
