"""A few made-up patients through real weeks: the assistant, Telegram, the scheduler, the clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversations.assistant import Assistant
from bot.directory.sample import load_on_first_use
from bot.settings import get_settings
from bot.simulation.report import is_sound, judge
from bot.simulation.weeks import simulate
from bot.store.migrate import upgrade


@pytest.fixture
def alone(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Assistant]:
    """The assistant with a store of its own: what is due to others would be asked here too."""
    monkeypatch.setenv("WISE_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'simulation.sqlite'}")
    get_settings.cache_clear()
    upgrade()
    load_on_first_use()
    yield assistant
    monkeypatch.undo()
    get_settings.cache_clear()


async def test_a_few_patients_live_through_some_weeks(alone: Assistant) -> None:
    stories = await simulate(3, 5, alone, get_settings(), weeks=3)
    assert len(stories) == 3
    assert all(story.turns for story in stories)
    assert is_sound(list(map(judge, stories)))


def test_the_command_runs_as_it_is_installed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    command = [Path(sys.executable).with_name("wise"), "simulate", "--persons=1", "--weeks=1"]
    ran = subprocess.run(
        [*command, "--seed=5", f"--page={page}", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "WISE_HOME": str(tmp_path)},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert json.loads(ran.stdout.splitlines()[-1])["patients"] == 1
    assert "# Made-up patients" in page.read_text(encoding="utf-8")
