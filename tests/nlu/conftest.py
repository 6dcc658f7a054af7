"""The trained model of the running bot, for tests of what it understands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.nlu.understand import understand

Understand = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def heard(model: Path) -> Understand:
    """``wise understand`` of one text; each is read once."""
    texts: list[str] = []

    def waiting() -> Any:
        while True:
            yield texts.pop()

    answers = understand(waiting(), model)

    @cache
    def read(text: str) -> dict[str, Any]:
        texts.append(text)
        return next(answers)

    return read
