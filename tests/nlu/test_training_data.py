"""The training sentences are complete, balanced and free of contradictions."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from bot.needs.areas import Area, Size
from bot.nlu import examples as examples_of
from bot.nlu.meaning import MemberMention, Operation
from bot.settings import PROJECT

TRAINING_FOLDER = PROJECT / "data" / "nlu"

CONTRACT = frozenset(
    [
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "start_over",
        "pause",
        "resume",
        "help",
        "are_you_human",
        "who_sees_my_data",
        "why_do_you_ask",
        "skip",
        "dont_know",
        "go_back",
        "correct_last",
        "add_member",
        "remove_member",
        "change_member",
        "show_map",
        "show_gaps",
        "tell_difficulty",
        "find_support",
        "nearer",
        "cheaper",
        "different_options",
        "more_about_option",
        "save_option",
        "reject_option",
        "show_plan",
        "set_reminder",
        "stop_messages",
        "report_done",
        "report_not_done",
        "report_wrong_details",
        "talk_to_person",
        "export_my_data",
        "delete_my_data",
        "medical_advice",
        "complaint",
        "chitchat",
        "out_of_scope",
    ]
)

# Intents of the dialogue alone: buttons, places, answers to the question just asked.
ALLOWED = frozenset(
    [
        "choose",
        "stale_button",
        "unreadable",
        "share_location",
        "answer",
        "risk",
        "nlu_fallback",
        "unsure",
    ]
)

# These have the widest range of wordings, or the closest neighbours.
HARD = frozenset(
    [
        "add_member",
        "change_member",
        "tell_difficulty",
        "out_of_scope",
        "chitchat",
        "medical_advice",
        "find_support",
        "deny",
        "skip",
        "dont_know",
    ]
)


def _files() -> list[Path]:
    return sorted(TRAINING_FOLDER.rglob("*.yml"))


def _entries(path: Path) -> list[dict[str, Any]]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return list(content.get("nlu", []))


def _examples() -> dict[str, list[str]]:
    examples: dict[str, list[str]] = defaultdict(list)
    for path in _files():
        for entry in _entries(path):
            if "intent" in entry:
                lines = entry["examples"].splitlines()
                examples[entry["intent"]].extend(line.removeprefix("- ") for line in lines)
    return dict(examples)


def _plain(text: str) -> str:
    """Case, punctuation and spacing carry no meaning; a text of symbols alone stays itself."""
    words = re.sub(r"[^\w\s]", "", text.lower())
    return " ".join(words.split()) or text.strip()


@pytest.fixture(scope="module")
def examples() -> dict[str, list[str]]:
    return _examples()


def test_every_contract_intent_has_sentences_and_no_stray_intent_exists(
    examples: dict[str, list[str]],
) -> None:
    assert set(examples) >= CONTRACT
    assert set(examples) - CONTRACT <= ALLOWED


@pytest.mark.parametrize("intent", sorted(CONTRACT))
def test_each_intent_has_enough_voices(examples: dict[str, list[str]], intent: str) -> None:
    assert len(examples[intent]) >= (150 if intent in HARD else 120)


def test_no_sentence_appears_twice_within_or_across_intents(
    examples: dict[str, list[str]],
) -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for intent, texts in examples.items():
        for text in texts:
            homes[_plain(text)].append(intent)
    assert {text: intents for text, intents in homes.items() if len(intents) > 1} == {}


def test_no_intent_outweighs_the_others(examples: dict[str, list[str]]) -> None:
    """``out_of_scope`` is everything else there is, so it alone may be larger."""
    sizes = sorted(len(examples[intent]) for intent in CONTRACT - {"out_of_scope"})
    assert sizes[-1] <= 5 * sizes[0]


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.name)
def test_files_follow_the_rasa_layout(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content["version"] == "3.1"
    for entry in _entries(path):
        for line in entry.get("examples", "").splitlines():
            assert line.startswith("- "), line
            assert line[2:].strip() == line[2:] != "", line
            # Rasa reads brackets as entity marks; names are found by rules, not annotated.
            assert not re.search(r"[\[\]{}]", line), line


def test_sentences_differ_in_length_and_opening(examples: dict[str, list[str]]) -> None:
    """Nothing is one pattern with a word swapped: short and long, with many first words."""
    for intent in CONTRACT:
        texts = examples[intent]
        lengths = [len(text.split()) for text in texts]
        assert min(lengths) <= 3, intent
        assert max(lengths) >= 10, intent
        # "no" and "remind" open many honest sentences; a template opens nearly all of them.
        first, count = Counter(_plain(text).split()[0] for text in texts).most_common(1)[0]
        assert count / len(texts) < 0.4, (intent, first)


ANNOTATED = sorted((PROJECT / "bot" / "nlu" / "training").glob("*.jsonl"))
BLIND = sorted((PROJECT / "tests" / "nlu" / "blind").glob("*.jsonl"))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_nothing_is_learnt_from_the_blind_sets(examples: dict[str, list[str]]) -> None:
    """Short messages ("yes please") are everybody's; a longer one that is the same is a copy.

    The first writer's sentences are older than the blind sets and share some with them, which the
    report counts (docs/nlu-report.md); they are left as they were.
    """
    blind = {_plain(row["text"]) for path in BLIND for row in _rows(path)}
    blind = {text for text in blind if len(text.split()) > 4}
    later = {
        _plain(line.removeprefix("- "))
        for path in _files()
        if path.parent != TRAINING_FOLDER
        for entry in _entries(path)
        for line in entry["examples"].splitlines()
    }
    assert later & blind == set()
    assert {_plain(row["text"]) for path in ANNOTATED for row in _rows(path)} & blind == set()


@pytest.mark.parametrize("path", ANNOTATED, ids=lambda path: path.stem)
def test_annotated_rows_keep_to_the_contract(path: Path) -> None:
    for row in _rows(path):
        for member in row.get("members", []):
            assert MemberMention.from_json(member).name, row["text"]
        edits = () if row.get("ambiguous") else row.get("edits", [])
        # Somebody added may be given a circle in the same breath.
        added = {edit["target"] for edit in edits if edit["operation"] == "add"}
        labels = added | {m["label"] for m in row.get("network", [])}
        for edit in edits:
            assert edit["operation"] in get_args(Operation), row["text"]
            assert edit["operation"] in ("add", "undo") or edit["target"] in labels, row["text"]
        for difficulty in row.get("difficulties", []):
            assert Area(difficulty["area"])
            assert difficulty["size"] is None or Size(difficulty["size"])


def test_most_annotated_rows_teach_where_the_words_stand() -> None:
    for kind, example in (("members", examples_of.of_members), ("edits", examples_of.of_edits)):
        rows = [row for row in examples_of.rows(kind) if not row.get("ambiguous")]
        assert sum(bool(example(row).marked) for row in rows) / len(rows) > 0.85, kind
