"""``python -m bot.scheduler``: asks how plans went when that is due, until stopped.

Any number may run, on any number of machines: each follow-up is picked up once. It holds
nothing in memory, so a kill, a restart or a change of the clock loses nothing. After an outage
it goes on at its steady pace, one message a person and day, and Telegram's own limits are kept
where the outbox is sent.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.store.base import now, unit_of_work
from bot.store.follow_ups import next_person

_LOG = logging.getLogger(__name__)

EVERY_SECONDS = 20.0
AT_ONCE = 100
"""People of one look: with the pause, at most five a second begin to be asked."""


def run_due(clock: Callable[[], datetime] = now, *, at_once: int = AT_ONCE) -> int:
    """Pick up what is due now, a transaction a person; how many people were looked at."""
    for done in range(at_once):
        with unit_of_work() as session:
            if next_person(session, clock()) is None:
                return done
    return at_once


def main() -> None:
    """Look every few seconds until told to stop; a store that is away is tried again."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.is_set():
        try:
            run_due()
        except SQLAlchemyError as error:
            _LOG.error("Follow-ups could not be looked at: %s", type(error).__name__)
        stopped.wait(EVERY_SECONDS)


if __name__ == "__main__":
    main()
