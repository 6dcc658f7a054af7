"""The measures of the process, from a filled record and in the research export."""

from __future__ import annotations

import json
from pathlib import Path

from bot.store.base import now, unit_of_work
from bot.store.exports import export_people
from bot.store.process import process_in
from bot.store.record import Record
from tests.store.conftest import Store
from tests.store.filled import fill

ME = "a" * 32


def test_from_the_record_to_the_research_export(store: Store, tmp_path: Path) -> None:
    with unit_of_work() as session:
        record = fill(session, ME)
        record.give_consent("research")
        [asked] = [f for f in _follow_ups(record)]
        asked.state, asked.answered_at = "answered", now()
        asked.tried, asked.worth, asked.decision = "yes", "yes", "go_on"
    with unit_of_work() as session:
        found = process_in(Record.of(session, ME))
    assert (found.options_shown, found.options_saved) == (1, 1)
    assert (found.plans_made, found.plans_tried, found.plans_kept) == (1, 1, 1)
    assert (found.gaps_confirmed, found.gaps_covered) == (1, 1)
    [path] = export_people(None, everyone=True, research=True, folder=tmp_path)
    text = path.read_text()
    assert '"process_plans_kept": 1' in json.dumps(json.loads(text))
    assert "philately" not in text


def _follow_ups(record: Record) -> list:
    from sqlalchemy import select

    from bot.store.tables import FollowUp

    return list(record.session.scalars(select(FollowUp)))
