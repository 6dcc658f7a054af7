"""The lexicon's pattern language: what is wrong is refused and named."""

from __future__ import annotations

from typing import Any

import pytest

from bot.safety.lexicon import LexiconError, compile_lexicon, load_lexicon
from bot.safety.model import Category
from bot.safety.rules import RuleDetector, detect


def data(*patterns: str, **extra: Any) -> dict[str, Any]:
    rule = {"id": "tea", "level": "crisis", "category": "abuse", "patterns": list(patterns)}
    return {
        "classes": {"self": ["i", "me"], "other": ["he", "she"], "drink": ["tea", "coffee"]},
        "keywords": [],
        "spellings": {},
        "phrases": {},
        "guards": [],
        "context": [
            {"kind": "NEGATED", "patterns": ["not"]},
            {"kind": "CONJ", "direction": "TERMINATE", "patterns": ["but"]},
        ],
        "rules": [{**rule, **extra}],
    }


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("<nobody> tea", "no class <nobody>"),
        (".. ..", "no word that must be there"),
        ("tea !(in the)", "a bracket holds a space"),
    ],
)
def test_a_wrong_pattern_is_refused_by_rule(pattern: str, problem: str) -> None:
    with pytest.raises(LexiconError, match=problem) as caught:
        compile_lexicon(data(pattern))
    assert "'tea'" in str(caught.value)


def test_a_class_within_itself_is_refused() -> None:
    broken = data("tea")
    broken["classes"]["drink"] = ["<drink>"]
    with pytest.raises(LexiconError, match="contains itself"):
        compile_lexicon(broken)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("i hate weak cold tea", True),
        ("i hate one two three four five tea", False),
        ("i hate. tea", False),
        ("i hate not tea", False),
    ],
)
def test_a_gap_stays_short_and_in_the_sentence(text: str, seen: bool) -> None:
    detector = RuleDetector(compile_lexicon(data("hate .. <drink>")))
    assert bool(detector(text)) is seen


def test_denial_outside_the_words_counts_and_inside_does_not() -> None:
    detector = RuleDetector(compile_lexicon(data("<drink>", "can not pour", drops=["NEGATED"])))
    assert not detector("not coffee")
    assert detector("not coffee but tea")
    assert detector("i can not pour")


def test_the_nearest_person_is_whom_it_is_about() -> None:
    detector = RuleDetector(compile_lexicon(data("<drink>")))
    assert [m.subject for m in detector("i said she has tea")] == ["other"]
    assert [m.subject for m in detector("she said i have tea")] == ["self"]


def test_the_projects_lexicon_has_a_rule_for_every_category() -> None:
    rules = load_lexicon().rules
    assert {rule.category for rule in rules} - {None} == set(Category)
    assert len({rule.id for rule in rules}) == len(rules)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("not for me, i want to die", "want_to_die"),
        ("not for me i want to die", "want_to_die"),
        ("No thanks, I want to die", "want_to_die"),
        ("not today ive got chest pain", "chest_pain"),
        ("not now my face has dropped", "stroke"),
        ("not really, i passed out on the bus", "collapse"),
        ("i couldnt get my words out this morning", "stroke"),
    ],
)
def test_a_no_to_something_else_denies_no_risk(text: str, rule: str) -> None:
    assert rule in {match.rule for match in detect(text)}


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to die",
        "no, i do not want to die",
        "I can't go on Thursdays",
        "i can't go on my own",
        "ive had enough of this list",
        "can i skip my water tablet on the day i go out",
        "should i stop my tablets to go swimming",
        "i cant eat that",
    ],
)
def test_what_stays_harmless(text: str) -> None:
    assert detect(text) == []
