"""Outpost's own word on what its owner shows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.store.directory import ServiceRow
from bot.support.when import is_over
from tests.directory.conftest import Store, make_service
from tests.directory.importing import listings, load, page, write


def outpost(**changes: Any) -> dict[str, Any]:
    """A service with the marks of Outpost, which itself sends no status."""
    return make_service("1", status=None, suitabilities=[], send_needs=[], **changes)


def status(store: Store) -> str:
    with store() as session:
        return session.scalars(select(ServiceRow.status)).one()


@pytest.mark.parametrize(
    ("changes", "kept_as", "offered"),
    [
        ({}, "active", True),
        ({"visible": True, "temporarily_closed": False}, "active", True),
        ({"temporarily_closed": True}, "temporarily_closed", False),
        ({"visible": False}, "inactive", False),
        ({"approved": False}, "inactive", False),
    ],
)
def test_what_its_owner_closed_or_hides_is_kept_and_not_offered(
    store: Store, tmp_path: Path, changes: dict[str, Any], kept_as: str, offered: bool
) -> None:
    load(store, write(tmp_path, page(outpost(**changes))))
    assert (status(store), bool(listings(store))) == (kept_as, offered)


def test_a_service_appears_and_goes_on_the_days_that_its_owner_gave(
    store: Store, tmp_path: Path
) -> None:
    record = outpost(visible_from="2026-11-10T00:00:00.000Z", visible_to="2026-11-12T00:00:00.000Z")
    source = write(tmp_path, page(record))
    shown = []
    for day in (9, 10, 12, 13):
        with time_machine.travel(f"2026-11-{day:02}T12:00:00Z", tick=False):
            load(store, source)
            shown.append(bool(listings(store)))
    assert shown == [False, True, True, False]


def test_its_last_day_counts_without_another_import(store: Store, tmp_path: Path) -> None:
    with time_machine.travel("2026-11-10T12:00:00Z", tick=False):
        load(store, write(tmp_path, page(outpost(visible_to="2026-11-12T00:00:00.000Z"))))
    [listing] = listings(store).values()
    assert [is_over(listing, date(2026, 11, day)) for day in (12, 13)] == [False, True]
