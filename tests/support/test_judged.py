"""Made-up patients and what a person who knows the place would put before them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.directory.topics import topics_of
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Work
from bot.support.matching import ConfirmedGap, Wishes, rank, wanted_topics, wishes_from
from tests.support.listings import MARLOWBY, TODAY, sample

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "judged.yml").read_text("utf-8")
)
# Of what is shown, how much was judged good; 0.87 when this was written.
PRECISION_AT_3 = 0.8


def gap(text: str) -> ConfirmedGap:
    head, _, activity = text.partition(":")
    code, work, areas = (*head.split("."), "", "")[:3]
    return ConfirmedGap(
        GapCode(code),
        Work(work) if work else None,
        tuple(Area(a) for a in areas.split("+") if a),
        activity,
    )


def wishes_in(case: dict[str, Any]) -> Wishes:
    return wishes_from(
        gaps=[gap(g) for g in case.get("gaps", ())],
        preferences=case.get("preferences", ()),
        difficulties=[Area(a) for a in case.get("difficulties", ())],
        conditions=case.get("conditions", ""),
        place=MARLOWBY,
        age=tuple(case["age"]),
        languages=case.get("languages", ()),
        access_needs=case.get("access_needs", ()),
        travel=case.get("travel", ()),
    )


def shown(case: dict[str, Any]) -> list[str]:
    return [o.listing.name for o in rank(wishes_in(case), sample(), today=TODAY)]


def test_the_judgements_are_about_services_that_exist() -> None:
    names = {x.name for x in sample()}
    assert {n for c in CASES for n in (*c["good"], *c["bad"])} - names == set()


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["who"])
def test_nobody_is_offered_what_was_judged_bad_and_all_something_good(case: dict[str, Any]) -> None:
    found = shown(case)
    assert set(found) & set(case["bad"]) == set()
    assert set(found) & set(case["good"]), found


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["who"])
def test_sifting_by_topics_first_loses_no_option(case: dict[str, Any]) -> None:
    wishes = wishes_in(case)
    bits = wanted_topics(wishes)
    sifted = [x for x in sample() if topics_of(x.subcategories, x.conditions) & bits]
    assert len(sifted) < len(sample())
    assert rank(wishes, sifted, today=TODAY, limit=30) == rank(
        wishes, sample(), today=TODAY, limit=30
    )


def test_precision_at_3() -> None:
    marks = [name in case["good"] for case in CASES for name in shown(case)]
    assert sum(marks) / len(marks) >= PRECISION_AT_3
