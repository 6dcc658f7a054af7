"""An outcome scale at the end of a follow-up: with a yes only, skippable, kept and exported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from actions.outcomes import AskScale
from bot.settings import get_settings
from bot.store import follow_ups
from bot.store.base import now, unit_of_work
from bot.store.copies import copy_of
from bot.store.exports import export_people
from bot.store.record import Record
from bot.store.tables import Outcome
from tests.actions.test_follow_up import ME, Talk, postgres_template, sqlite_template, store, talk

__all__ = ["postgres_template", "sqlite_template", "store", "talk"]

ENDS = '/choose{"choice": "move:go_on"}'


@pytest.fixture
def asked(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    """Somebody whose service has the example, and who has just told how it went."""
    monkeypatch.setenv("WISE_OUTCOME_SCALE", "bot.support.scales:ONS4")
    get_settings.cache_clear()
    talk.says("yes, it was lovely", "tried")
    talk.says(ENDS, "next", "choose")
    yield talk


def answers() -> list[dict[str, int]]:
    with unit_of_work() as session:
        return [row.answers for row in session.scalars(select(Outcome).order_by(Outcome.id))]


def test_without_the_setting_nothing_is_asked(talk: Talk) -> None:
    talk.says("yes, it was lovely", "tried")
    talk.says(ENDS, "next", "choose")
    assert talk.ended


def test_it_is_asked_only_with_a_yes_and_in_the_words_of_its_owner(asked: Talk) -> None:
    assert not asked.ended
    assert asked.asks(AskScale()) == ["utter_ask_outcome"] and answers() == []
    asked.says("yes please", "scale")
    assert asked.asks(AskScale()) == ["utter_outcome", "utter_outcome"]
    assert asked.said[1]["words"] == "Overall, how satisfied are you with your life nowadays?"
    titles = [b["title"] for b in asked.said[1]["buttons"]]
    assert titles == [*map(str, range(11)), "Skip", "That's enough for now"]


def test_answers_are_kept_by_button_and_in_words_and_any_can_be_skipped(asked: Talk) -> None:
    asked.says("yes", "scale")
    asked.says("seven", "scale")
    asked.says('/choose{"choice": "skip"}', "scale", "choose")
    asked.says("no idea what you mean", "scale")
    assert asked.said[-1]["response"] == "utter_rephrase"
    asked.says('/choose{"choice": "scale:0"}', "scale", "choose")
    said = asked.says("3 out of 10", "scale")
    assert said[0] == "utter_outcome_kept" and asked.ended
    assert answers() == [{"satisfied": 7, "happy": 0, "anxious": 3}]


def test_enough_ends_it_and_what_was_answered_stays(asked: Talk) -> None:
    asked.says("yes", "scale")
    asked.says("7", "scale")
    assert asked.says("that's enough", "scale")[0] == "utter_outcome_enough" and asked.ended
    assert answers() == [{"satisfied": 7}]


def _next_time(talk: Talk, days: int) -> None:
    with unit_of_work() as session:
        record = Record.of(session, ME)
        record.keep_progress(outcome_offered="an earlier day")
        for row in session.scalars(select(Outcome)):
            row.at = now() - timedelta(days=days)
        follow_ups.begin_now(session, record.person, record.plans()[0].id, now())
        record.keep_progress(follow_up={"id": record.open_follow_ups()[0].id})
    talk.slots = {}
    talk.says("yes, it was lovely", "tried")
    talk.says(ENDS, "next", "choose")


def test_a_no_is_never_asked_again(asked: Talk) -> None:
    assert asked.says("no thanks", "scale")[0] == "utter_outcome_no" and asked.ended
    _next_time(asked, 0)
    assert asked.ended and answers() == []


@pytest.mark.parametrize(("days", "ended"), [(3, True), (20, False)])
def test_it_is_asked_again_after_two_weeks_at_the_soonest(
    asked: Talk, days: int, ended: bool
) -> None:
    asked.says("yes", "scale")
    asked.says("that's enough", "scale")
    _next_time(asked, days)
    assert asked.ended is ended


def test_it_is_not_asked_on_top_of_a_life_that_has_changed(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WISE_OUTCOME_SCALE", "bot.support.scales:ONS4")
    get_settings.cache_clear()
    talk.says("no, I've just come out of hospital", "tried")
    assert (
        talk.says('/choose{"choice": "move:pause"}', "next", "choose")[-1] == "utter_life_hospital"
    )


def test_a_setting_that_names_no_scale_costs_the_person_nothing(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WISE_OUTCOME_SCALE", "bot.support.scales:NONE_SUCH")
    get_settings.cache_clear()
    talk.says("yes, it was lovely", "tried")
    talk.says(ENDS, "next", "choose")
    assert talk.ended


def test_answers_are_in_the_research_export_and_in_the_persons_copy(
    asked: Talk, tmp_path: Path
) -> None:
    asked.says("yes", "scale")
    asked.says("7", "scale")
    with unit_of_work() as session:
        Record.of(session, ME).give_consent("research")
    [path] = export_people(None, everyone=True, research=True, folder=tmp_path)
    [ego] = json.loads(path.read_text())
    kept = {k: v for k, v in ego["variables"].items() if k.startswith("outcome")}
    assert kept == {
        "outcome_1_scale": "ons4",
        "outcome_1_version": "gss-2020-05-19",
        "outcome_1_day": 0,
        "outcome_1_satisfied": 7,
    }
    whole, page = copy_of("telegram", "42")
    assert json.loads(whole)["outcome"][0]["answers"] == {"satisfied": 7}
    assert "satisfied 7" in page and "gss-2020-05-19" in page
