"""How much a patient takes in PostgreSQL: ``python -m benchmarks.rows [--persons N] [--json]``.

Plays the whole journey of tests/dialogues with the real assistant for N patients on a database of
its own (at ``TEST_POSTGRES_URL``), fills the queues as Telegram would, and asks PostgreSQL for the
size of each table and its indexes. docs/scaling.md reckons with these numbers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
from typing import Any

from sqlalchemy import func, select, text

from bot.conversations.assistant import Assistant
from bot.conversations.scripts import play, read_script
from bot.directory.sample import load_on_first_use
from bot.settings import PROJECT, get_settings
from bot.store.base import engine_for, unit_of_work
from bot.store.messages import DONE, SENT, Inbox, Outbox
from bot.store.migrate import upgrade
from bot.store.schema import metadata
from bot.store.tables import Person
from bot.training import train
from tests.store.conftest import postgres_database

JOURNEY = PROJECT / "tests" / "dialogues" / "whole_journey.yml"
QUEUED = 20_000
"""Rows put into inbox and outbox: enough that a page more or less does not matter."""


async def _fill(assistant: Assistant, persons: int) -> int:
    script = read_script(JOURNEY)
    for number in range(persons):
        result = await play(script, assistant.turns, f"rows{number}")
        if not result.passed:
            raise SystemExit(result.as_text())
    return len(script.turns) * persons


def _fill_queues() -> None:
    with unit_of_work() as session:
        for number in range(QUEUED):
            common = {"channel": "telegram", "address": f"{10**9 + number}", "payload": {}}
            session.add(
                Inbox(key=f"telegram:{10**8 + number}", position=number, state=DONE, **common)
            )
            session.add(Outbox(update_key=f"telegram:{10**8 + number}", state=SENT, **common))


def _sizes() -> dict[str, dict[str, int]]:
    with engine_for(get_settings().store_url).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
        found = {}
        for table in metadata.tables:
            rows = connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            data, indexes = connection.execute(
                text("SELECT pg_table_size(:table), pg_indexes_size(:table)"), {"table": table}
            ).one()
            found[table] = {"rows": rows, "data": data, "indexes": indexes}
        return found


def measure(persons: int) -> dict[str, Any]:
    """Fill a database and read its sizes, in bytes."""
    model = train(settings=get_settings())
    with postgres_database() as url, tempfile.TemporaryDirectory() as home:
        os.environ |= {"DATABASE_URL": url, "WISE_HOME": home}
        get_settings.cache_clear()
        upgrade(url)
        load_on_first_use()
        turns = asyncio.run(_fill(Assistant.load(model), persons))
        with unit_of_work() as session:
            people = session.scalar(select(func.count()).select_from(Person))
        _fill_queues()
        sizes = _sizes()
        version = engine_for(url).dialect.server_version_info
    return {"turns": turns, "people": people, "postgresql": version, "tables": sizes}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rows", description=__doc__)
    parser.add_argument("--persons", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.persons)
    if options.json:
        print(json.dumps(found))
        return
    print(f"{found['people']} people, {found['turns']} turns, PostgreSQL {found['postgresql']}")
    print(f"{'table':<20}{'rows':>8}{'rows/person':>12}{'bytes/row':>10}{'index/row':>10}")
    for table, size in sorted(found["tables"].items(), key=lambda item: -item[1]["data"]):
        if size["rows"]:
            print(
                f"{table:<20}{size['rows']:>8}{size['rows'] / found['people']:>12.1f}"
                f"{size['data'] / size['rows']:>10.0f}{size['indexes'] / size['rows']:>10.0f}"
            )


if __name__ == "__main__":
    main()
