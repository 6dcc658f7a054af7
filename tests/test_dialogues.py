"""Every scripted dialogue of ``tests/dialogues``, against the real assistant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.conversations.assistant import Assistant
from bot.conversations.scripts import Result, play, read_script, stored

SCRIPTS = sorted((Path(__file__).parent / "dialogues").glob("*.yml"))


RESEARCH = re.compile(
    r"densit(?:y|ies)|constraint|effective size|efficiency|\bIQV\b|diversity|reciprocity"
    r"|\balters?\b|\bego\b|typology|network type|isolated|\w+_\w+|-centred|\d ?%",
    re.IGNORECASE,
)
"""Measures, names of types and codes: for staff and research, never for patients."""


def shown(result: Result) -> list[str]:
    """All that a patient was shown: replies, and what is on their buttons and toggles."""
    replies = [out.reply for played in result.played for out in played.replies]
    return [
        text
        for reply in replies
        for text in (
            reply.text,
            *(button.title for button in reply.buttons),
            *(toggle.title for toggle in reply.toggles),
        )
    ]


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
async def test_dialogue(path: Path, assistant: Assistant) -> None:
    result = await play(read_script(path), assistant.turns, path.stem)
    if not result.passed:
        pytest.fail(result.as_text(), pytrace=False)
    assert [text for text in shown(result) if RESEARCH.search(text)] == []


TEN = Path(__file__).parent / "dialogues" / "ten_members.yml"
MESSAGES_AT_MOST = 30


async def test_ten_members_with_details_take_few_messages(assistant: Assistant) -> None:
    """From the first question about people to the picture: the patient's messages, counted."""
    result = await play(read_script(TEN), assistant.turns, "counted")
    said = [" ".join(out.reply.text for out in played.replies) for played in result.played]
    begins = next(i for i, text in enumerate(said) if "Now let's think about who" in text)
    ends = next(i for i, text in enumerate(said) if "Here is your map" in text)
    kept = stored("counted")
    assert len(kept["people"]) == 10
    assert all(circle for circle in kept["circles"].values())
    assert all(kept["relationships"].values())
    assert sum(contact is not None for contact in kept["contact"].values()) == 9  # not of the dog
    assert kept["gives"] and kept["steps_in"] and kept["knows"]
    assert ends - begins <= MESSAGES_AT_MOST


def test_there_are_enough_of_them() -> None:
    assert len(SCRIPTS) >= 16
