"""The screen on the rules' own development rows, and its promise never to fail open.

``bot/safety/training/writer_rules_1.jsonl`` was written by the author of the rules, in three
batches, each before the rules that it led to; the trained detector has learnt from it since. The
first runs of the rules say more about unseen texts than the thresholds below:

=====================  =======  =======  =======
first run              batch 1  batch 2  batch 3
=====================  =======  =======  =======
rows                   334      209      64
crisis alarmed         0.92     0.36     0.12
crisis noticed         0.94     0.36     0.15
emergency alarmed      0.95     0.71     0.46
concern noticed        0.90     0.28     0.20
alarm without risk     0.036    0.036    0.00
noticed without risk   0.036    0.060    0.05
=====================  =======  =======  =======

Batches 2 and 3 are mostly indirect, and avoid the words of those before. Rules alone do not
reach unseen indirect words; a trained detector and a blind set have to.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.safety import screen as screen_module
from bot.safety.model import PHYSICAL, Category, Level, Match
from bot.safety.screen import screen
from bot.settings import PROJECT

ROWS = [
    json.loads(line)
    for line in (PROJECT / "bot/safety/training/writer_rules_1.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def rows(*levels: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["level"] in levels]


def share(found: list[bool]) -> float:
    return sum(found) / len(found)


def test_dev_set_covers_every_category_and_level() -> None:
    assert len(ROWS) >= 250
    assert {row["category"] for row in ROWS if row["category"]} == {c.value for c in Category}
    assert min(Counter(row["level"] for row in ROWS).values()) >= 35


def test_crises_are_noticed_and_raise_the_alarm() -> None:
    seen = [screen(row["text"]).level for row in rows("crisis")]
    assert share([level is not Level.NONE for level in seen]) >= 0.98
    assert share([level.is_alarm for level in seen]) >= 0.97


def test_physical_emergencies_raise_the_alarm() -> None:
    seen = [screen(row["text"]).level for row in rows("emergency")]
    assert share([level.is_alarm for level in seen]) >= 0.99


def test_concerns_are_noticed() -> None:
    assert share([screen(row["text"]).level is not Level.NONE for row in rows("concern")]) >= 0.95


def test_everyday_messages_pass() -> None:
    seen = [screen(row["text"]).level for row in rows("none")]
    assert share([level.is_alarm for level in seen]) <= 0.02
    assert share([level is not Level.NONE for level in seen]) <= 0.03


def test_category_says_what_it_is_about() -> None:
    right = [
        screen(row["text"]).category == Category(row["category"])
        for row in rows("crisis", "emergency")
    ]
    assert share(right) >= 0.93


def test_physical_categories_are_emergencies() -> None:
    for row in rows("emergency"):
        assert Category(row["category"]) in PHYSICAL


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("my brother took his life in 2009", Level.NONE),
        ("dying for a cuppa", Level.NONE),
        ("I've been saving my tablets up", Level.CRISIS),
        ("he hits me", Level.CRISIS),
        ("breathless on the stairs", Level.NONE),
        ("bad chest, cant sleep, money worries", Level.NONE),
        ("crushing chest pain now", Level.EMERGENCY),
        ("I'm not suicidal", Level.NONE),
        ("I can't stop thinking about suicide", Level.CRISIS),
    ],
)
def test_context_decides(text: str, level: Level) -> None:
    assert screen(text).level is level


@pytest.mark.parametrize(
    "text",
    [
        "k!ll myself",
        "k i l l myself",
        "kіll myself",  # a Cyrillic і
        "ki\u200bll myself",  # a zero-width space
        "KILL MYSELF!!!!",
        "i want to dieeeee",
        "I donâ€™t want to be alive any more",  # twice-encoded text
        "wanna kms",
    ],
)
def test_disguised_words_are_read(text: str) -> None:
    assert screen(text).level is Level.CRISIS


def test_someone_else_at_risk_raises_the_alarm_for_them() -> None:
    for text in ("my daughter says she wants to kill herself", "my husband has collapsed"):
        result = screen(text)
        assert result.level.is_alarm
        assert result.subject == "other"


def test_a_risk_hidden_in_a_list_of_names_is_seen() -> None:
    text = "Betty, Joan, my nurse Ann, church group, oh and I want to die"
    assert screen(text).category is Category.SUICIDE


def test_the_worst_of_several_risks_decides() -> None:
    result = screen("I feel so low. Now I've got crushing chest pain")
    assert (result.level, result.category) == (Level.EMERGENCY, Category.CHEST_PAIN)
    assert result.matches[0].level is Level.EMERGENCY


def test_the_patients_words_stay_out_of_repr() -> None:
    assert "kill myself" not in repr(screen("I want to kill myself"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400))
def test_no_text_makes_it_raise(text: str) -> None:
    result = screen(text)
    assert result.level in Level
    assert result.detector != "error"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Co", "So"])))
def test_no_odd_characters_hide_a_crisis(noise: str) -> None:
    assert screen(f"{noise}\nI want to kill myself\n{noise}").level is Level.CRISIS


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_a_broken_detector_never_fails_open(text: str) -> None:
    def broken(_: str) -> list[Match]:
        raise RuntimeError(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(screen_module._detectors, "rules", broken)
        result = screen(text)
    # At least a concern, and staff see why; what the other detector sees may be more.
    assert result.level.rank >= Level.CONCERN.rank
    assert result.detector == ("error" if result.level is Level.CONCERN else "reader")
    assert any(match.rule == "rules failed" for match in result.matches)


def test_a_broken_detector_does_not_silence_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> list[Match]:
        raise RuntimeError

    monkeypatch.setitem(screen_module._detectors, "second", broken)
    alarm = screen("I want to kill myself")
    assert (alarm.level, alarm.detector) == (Level.CRISIS, "rules")
    assert any(match.rule == "second failed" for match in alarm.matches)
    assert screen("hello").level is Level.CONCERN


def test_a_failure_keeps_the_words_out_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str) -> list[Match]:
        raise RuntimeError(text)

    monkeypatch.setitem(screen_module._detectors, "rules", broken)
    screen("my secret words")
    assert "failed" in caplog.text
    assert "secret" not in caplog.text


def test_any_detector_can_raise_the_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Match("classifier", Level.CRISIS, Category.SUICIDE)
    monkeypatch.setitem(screen_module._detectors, "classifier", lambda _: [found])
    result = screen("the boxes are packed")
    assert (result.level, result.detector) == (Level.CRISIS, "classifier")


def test_a_very_long_message_is_read_to_its_end() -> None:
    assert screen("My sister rings every day. " * 400 + "I want to die").level is Level.CRISIS
