"""The audit: only ever added to, and about people without naming them."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store import audit
from bot.store.base import unit_of_work
from bot.store.people import begin, erase
from tests.store.conftest import Store

ME, OTHER = "a" * 32, "b" * 32


def test_one_can_ask_who_looked_at_a_person_even_after_an_erasure(store: Store) -> None:
    with unit_of_work() as session:
        begin(session, ME)
        audit.note(session, "jo", "look_transcript", ME, reason="follow up a risk")
        audit.note(session, "jo", "look_transcript", OTHER)
    with unit_of_work() as session:
        erase(session, ME)
    with unit_of_work() as session:
        rows = audit.about(session, ME)
        assert [(row.who, row.what, row.reason) for row in rows] == [
            ("jo", "look_transcript", "follow up a risk")
        ]
        assert ME not in str([vars(row) for row in rows])


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_nobody_changes_or_deletes_a_row(store: Store, change: str) -> None:
    with unit_of_work() as session:
        audit.note(session, "jo", "look_transcript", ME)
    with pytest.raises(DBAPIError, match="only added to"), unit_of_work() as session:
        session.execute(text(change))
    with unit_of_work() as session:
        assert [row.who for row in audit.about(session, ME)] == ["jo"]


@pytest.mark.parametrize(
    "how",
    [
        "INSERT OR REPLACE INTO audit VALUES {row}",
        "REPLACE INTO audit VALUES {row}",
        "INSERT INTO audit VALUES {row} ON CONFLICT (id) DO UPDATE SET who = 'nobody'",
    ],
)
def test_nobody_replaces_a_row_by_another_with_its_id(store: Store, how: str) -> None:
    if "REPLACE" in how and not store.url.startswith("sqlite"):
        pytest.skip("only SQLite has this statement")
    with unit_of_work() as session:
        audit.note(session, "jo", "look_transcript", ME)
        session.flush()
        (row,) = audit.about(session, ME)
        values = f"({row.id}, '2026-01-01', 'nobody', '', '', '', '')"
    with pytest.raises(DBAPIError, match="only added to"), unit_of_work() as session:
        session.execute(text(how.format(row=values)))
    with unit_of_work() as session:
        audit.note(session, "mo", "look_person", ME)
    with unit_of_work() as session:
        assert [row.who for row in audit.about(session, ME)] == ["jo", "mo"]
