"""Numbers of the messages that a chat has on the phone, kept in memory for the quick exit.

The store has them too, but not in an outage, and not once a person declined or was erased:
their rows are gone and their messages still show. A number without its words tells nothing,
and these are forgotten with the process.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from datetime import timedelta

DELETABLE = timedelta(hours=47)
"""How old a message may be for Telegram to let a bot take it away (48 hours, less a margin)."""
_OF_A_CHAT = 200
_CHATS = 5_000


class Recent:
    """The latest messages of the latest chats."""

    def __init__(self) -> None:
        self._chats: OrderedDict[str, deque[tuple[float, int]]] = OrderedDict()

    def note(self, address: str, message_id: int) -> None:
        """A message is on the phone now."""
        numbers = self._chats.setdefault(address, deque(maxlen=_OF_A_CHAT))
        numbers.append((time.monotonic(), message_id))
        self._chats.move_to_end(address)
        if len(self._chats) > _CHATS:
            self._chats.popitem(last=False)

    def of(self, address: str) -> list[int]:
        """Numbers of the chat's messages that Telegram still takes away, the oldest first."""
        since = time.monotonic() - DELETABLE.total_seconds()
        kept = self._chats.get(address, ())
        return list(dict.fromkeys(number for at, number in kept if at >= since))

    def forget(self, address: str) -> None:
        """The chat's messages are taken away."""
        self._chats.pop(address, None)
