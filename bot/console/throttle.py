"""How often an address may fail: a count in memory, for a while."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque

_ADDRESSES = 10_000


class Throttle:
    """Counts failures by address; more than ``attempts`` in ``seconds`` are too many."""

    def __init__(self, attempts: int, seconds: float) -> None:
        self._attempts = attempts
        self._seconds = seconds
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def is_over(self, address: str) -> bool:
        """Whether this address has to wait."""
        with self._lock:
            return len(self._recent(address)) >= self._attempts

    def count(self, address: str) -> None:
        """One more failure."""
        with self._lock:
            recent = self._recent(address)
            recent.append(time.monotonic())
            self._failures[address] = recent
            self._failures.move_to_end(address)
            while len(self._failures) > _ADDRESSES:
                self._failures.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._failures.clear()

    def _recent(self, address: str) -> deque[float]:
        kept = self._failures.get(address, deque(maxlen=self._attempts))
        while kept and time.monotonic() - kept[0] > self._seconds:
            kept.popleft()
        return kept
