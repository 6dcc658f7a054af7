"""Bring a database to the present tables.

``python -m bot.store.migrate`` does it for the settings' database; with a text it adds a step.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.settings import get_settings
from bot.store.base import engine_for

_FOLDER = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def upgrade(url: str | None = None) -> None:
    """Migrate to the newest tables; nothing happens where they are there already."""
    config = _config()
    with engine_for(url or get_settings().store_url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_behind(url: str | None = None) -> bool:
    """Whether the database lacks tables that this code needs.

    A newer one does not: while a new version is rolled out, the old one goes on with its tables.
    """
    script = ScriptDirectory.from_config(_config())
    with engine_for(url or get_settings().store_url).connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    known = {step.revision for step in script.walk_revisions()}
    return revision is None or (revision in known and revision != script.get_current_head())


def is_current(url: str | None = None) -> bool:
    """Whether the database has the newest tables."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with engine_for(url or get_settings().store_url).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def make(message: str) -> None:
    """Write the next step from the difference between the tables and the settings' database."""
    config = _config()
    with engine_for(get_settings().store_url).begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make(sys.argv[1])
    else:
        upgrade()
