"""A service to look at: ``python -m tests.browser.demo FOLDER`` fills a new database for it.

Every scripted dialogue is played through the real assistant, the longer ones by several people,
over the last weeks. Nobody in it is real. ``WISE_HOME=FOLDER wise run`` shows it; the browser
tests take it with ``WISE_DEMO=FOLDER``.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.console.queue import DONE, SOURCES
from bot.conversations.scripts import Script, play, read_script
from bot.settings import PROJECT, get_settings
from bot.store.base import now, unit_of_work

SCRIPTS = PROJECT / "tests" / "dialogues"
WEEKS = 10
OFTEN = (
    "whole_journey", "all_in_one_message", "large_family", "many_groups", "nothing_suits",
    "side_questions", "ten_members", "then_and_now", "types_every_answer", "follow_up_worth_it",
    "follow_up_barrier", "one_does_everything", "own_idea",
)  # fmt: skip
"""Scripts that three people play each, so that there is something to count."""
SELDOM = "risk_"
"""Beginning of the names of scripts of which one in four is played."""
LAST = ("thinking_of_ending_it", "low_mood_yes", "nothing_suits", "hard_to_read", "whole_journey")
"""What the last people played, so that something stands on the queue."""
OPEN_FOR = timedelta(days=2)
"""What is on the queue for longer was dealt with."""


def of_demo() -> Iterator[Script]:
    """The scripts in a mixed order, the same each time."""
    names = sorted(path.stem for path in SCRIPTS.glob("*.yml"))
    names = [n for i, n in enumerate(names) if not n.startswith(SELDOM) or i % 4 == 0]
    parts = [n for n in names for _ in range(3 if n in OFTEN else 1)]
    random.Random(5).shuffle(parts)
    yield from (read_script(SCRIPTS / f"{name}.yml") for name in (*parts, *LAST))


async def talk(turns: Any, scripts: Sequence[Script], weeks: float = 0) -> None:
    """Play scripts by a person each, over some weeks that end now, more and more often."""
    end = now()
    for number, script in enumerate(scripts, 1):
        print(f"{number} of {len(scripts)}: {script.path.stem}", file=sys.stderr)
        ago = timedelta(weeks=weeks) * (1 - number / len(scripts)) ** 2
        with time_machine.travel(end - ago, tick=True) if weeks else nullcontext():
            await play(script, turns, f"console:{number}")


def deal_with_what_is_old() -> None:
    """Somebody took and ended what stood on the queue for longer than ``OPEN_FOR``."""
    with unit_of_work() as session:
        for table in SOURCES.values():
            for row in session.scalars(select(table).where(table.at < now() - OPEN_FOR)):
                row.taken_by = row.reviewed_by = "robin.hart"
                row.taken_at = row.at + timedelta(minutes=25)
                row.reviewed_at = row.at + timedelta(hours=3)
                row.state, row.review_note = DONE, "Rang them, and told their GP practice."


def main(folder: Path) -> None:
    """Fill the database of a folder."""
    from bot.conversations.assistant import Assistant
    from bot.directory.sample import load_on_first_use
    from bot.store.migrate import upgrade
    from bot.training import model_path

    model = model_path(get_settings().model_copy(update={"wise_home": PROJECT / ".wise"}))
    folder.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WISE_HOME", str(folder))
        patch.setenv("WISE_MODELS", str(model.parent))
        patch.delenv("DATABASE_URL", raising=False)
        get_settings.cache_clear()
        upgrade()
        load_on_first_use()
        asyncio.run(talk(Assistant.load(model).turns, list(of_demo()), WEEKS))
        deal_with_what_is_old()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
