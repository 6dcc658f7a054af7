"""Every scripted dialogue of ``tests/dialogues``, against the real assistant."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversations.assistant import Assistant
from bot.conversations.scripts import play, read_script

SCRIPTS = sorted((Path(__file__).parent / "dialogues").glob("*.yml"))


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
async def test_dialogue(path: Path, assistant: Assistant) -> None:
    result = await play(read_script(path), assistant.turns, path.stem)
    if not result.passed:
        pytest.fail(result.as_text(), pytrace=False)


def test_there_are_enough_of_them() -> None:
    assert len(SCRIPTS) >= 16
