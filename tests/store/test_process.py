"""The measures of the process, from a filled record and in the research export."""

from __future__ import annotations

import json
from pathlib import Path

from bot.network.model import Member, Network
from bot.store.base import now, unit_of_work
from bot.store.exports import export_people
from bot.store.people import begin
from bot.store.process import process_in
from bot.store.record import Record
from bot.store.tables import GapRow
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


def test_a_wish_to_give_is_covered_once_somebody_is_helped(store: Store) -> None:
    with unit_of_work() as session:
        record = begin(session, ME)
        record.give_consent("use", "save_map")
        record.keep_preferences(["help_others"], ["help_others"])
        session.add(
            GapRow(person_id=ME, key="no_reciprocity", code="no_reciprocity", confirmed=True)
        )
        record.keep_network(Network((Member("m1", "Jean"),)), "add")
        session.flush()
        before = process_in(record)
        record.keep_network(Network((Member("m1", "Jean", helped_by_ego=True),)), "change")
        after = process_in(record)
    assert (before.gaps_confirmed, before.gaps_covered) == (1, 0)
    assert (after.gaps_confirmed, after.gaps_covered) == (1, 1)


def test_what_was_said_to_the_checks_is_kept_by_follow_up(store: Store) -> None:
    with unit_of_work() as session:
        [asked] = _follow_ups(fill(session, ME))
        asked.state, asked.answered_at = "answered", now()
        asked.tried, asked.worth, asked.decision = "yes", "yes", "change"
        asked.fit = {"coherence": "yes", "participation": "yes", "action": "no"}
    with unit_of_work() as session:
        assert process_in(Record.of(session, ME)).lowest == {"action": 1}


def _follow_ups(record: Record) -> list:
    from sqlalchemy import select

    from bot.store.tables import FollowUp

    return list(record.session.scalars(select(FollowUp)))
