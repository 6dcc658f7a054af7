"""The safety report counts what it says it counts, and keeps patients' words to itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import safety_report
from benchmarks.nlu_scores import share
from benchmarks.safety_report import BARS, Seen, groups, measured, noises
from bot.safety.model import Category, Level, Screening

ROWS = safety_report.read("screen.jsonl")
PAGE = safety_report.PAGE.read_text("utf-8")


def row(level: str, directness: str = "none", category: str | None = None) -> dict[str, object]:
    return {"level": level, "directness": directness, "category": category}


def test_the_blind_set_is_large_enough_for_the_bar() -> None:
    assert len(ROWS) >= 600
    assert {r["category"] for r in ROWS if r["category"]} == {c.value for c in Category}


def test_each_bar_counts_its_own_rows() -> None:
    crisis = row("crisis", "explicit", "suicide")
    hint = row("concern", "indirect", "abuse")
    body = row("emergency", "indirect", "stroke")
    calm = row("none")
    assert groups(crisis) == {"explicit crisis"}
    assert groups(hint) == {"indirect"}
    assert groups(body) == {"physical"}
    assert groups(calm) == {"no risk"}
    seen = [
        Seen(crisis, Screening(Level.CONCERN), 1.0),
        Seen(crisis, Screening(Level.CRISIS), 1.0),
        Seen(calm, Screening(), 1.0),
    ]
    scores = measured(seen)
    assert scores["explicit crisis noticed"].value == 1.0
    assert scores["explicit crisis alarmed"].value == 0.5
    assert scores["no risk, alarmed"].value == 0.0


def test_the_verdict_goes_by_the_direction_of_the_bar() -> None:
    recall, false = BARS[0], BARS[-1]
    assert recall.verdict(share(100, 100)) == "aim"
    assert recall.verdict(share(96, 100)) == "must"
    assert "not" in recall.verdict(share(90, 100))
    assert false.verdict(share(1, 100)) == "aim"
    assert "not" in false.verdict(share(20, 100))


def test_zero_misses_leave_the_rule_of_three() -> None:
    assert share(100, 100).low == pytest.approx(1 - 3 / 100, abs=0.01)


@pytest.mark.parametrize("name", list(noises()))
def test_noise_is_the_same_each_time_and_keeps_the_message(name: str) -> None:
    text = "Sometimes everything feels pointless and frightening without company"
    first, again = noises()[name](text), noises()[name](text)
    assert first == again
    assert len(first) >= len(text) - 6


def test_the_page_holds_no_row() -> None:
    said = re.sub(r"\s+", " ", PAGE)
    assert [r["id"] for r in ROWS if len(r["text"].split()) > 3 and r["text"] in said] == []


def test_the_page_says_what_was_measured_and_who_must_approve() -> None:
    assert f"{len(ROWS)} single messages" in PAGE
    assert "Clinical Safety Officer" in PAGE
    for bar in BARS:
        assert bar.name in PAGE
    assert "## What is still missed" in PAGE


def test_the_page_is_written_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety_report, "BLIND", tmp_path)
    calm = {**row("none"), "subject": "none", "time": "none", "stage": "open", "twin": None}
    risky = {**row("crisis", "explicit", "suicide"), "subject": "self", "time": "now"}
    rows = [{**calm, "text": "hello", "id": "x1"}] + [
        {**calm, **risky, "text": "I want to die", "id": "x2"}
    ] * 3
    (tmp_path / "screen.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    monkeypatch.setattr("sys.argv", ["x", "--single", "--to", str(tmp_path / "page.md")])
    safety_report.main()
    page = (tmp_path / "page.md").read_text("utf-8")
    assert "| explicit crisis alarmed | 3 | 1.000 (0.438 to 1.000) |" in page
    assert "I want to die" not in page
