"""What tests of the whole assistant share: the trained model on a database of its own.

Only a test that asks for ``assistant`` trains or loads anything; every other test is left as
it is. Models are the project's own, so that one training (``make test`` does it first) serves every
test, whatever its ``WISE_HOME``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

# How quick a test is depends on what else the machine does: speed is for benchmarks.
settings.register_profile("wise", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wise")

os.environ.setdefault("WISE_MODELS", str(Path(__file__).parents[1] / ".wise" / "models"))

if TYPE_CHECKING:
    from bot.conversations.assistant import Assistant


@pytest.fixture(scope="session")
def model() -> Path:
    """The project's own trained model; trained where it has to be."""
    from bot.settings import PROJECT, get_settings
    from bot.training import train

    return train(settings=get_settings().model_copy(update={"wise_home": PROJECT / ".wise"}))


@pytest.fixture(scope="session")
def trained_assistant(
    model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Assistant, str]]:
    """The assistant, and the URL of a database with the sample."""
    from bot.conversations.assistant import Assistant
    from bot.directory.sample import load_on_first_use
    from bot.settings import get_settings
    from bot.store.migrate import upgrade

    home = tmp_path_factory.mktemp("wise")
    url = f"sqlite:///{home / 'companion.sqlite'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WISE_HOME", str(home))
        patch.setenv("DATABASE_URL", url)
        get_settings.cache_clear()
        upgrade(url)
        load_on_first_use()
        assistant = Assistant.load(model)
    get_settings.cache_clear()
    yield assistant, url


@pytest.fixture
def assistant(
    trained_assistant: tuple[Assistant, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Assistant]:
    """The assistant, with the settings of its database in force for one test."""
    from bot.settings import get_settings

    loaded, url = trained_assistant
    monkeypatch.setenv("WISE_HOME", url.removeprefix("sqlite:///").rsplit("/", 1)[0])
    monkeypatch.setenv("DATABASE_URL", url)
    get_settings.cache_clear()
    yield loaded
    monkeypatch.undo()
    get_settings.cache_clear()
