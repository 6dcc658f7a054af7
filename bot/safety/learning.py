"""How the trained detector learns. ``bot/safety/training/README.md`` has the texts' format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from bot.language.reader import Example, Reader
from bot.language.training import Plan, train
from bot.safety.reader import CATEGORY, HEADS, LEVEL, NO_CATEGORY, SUBJECT

PLAN = Plan(depth=4, rounds=3)
_LOW = frozenset({"mood_worry", "family_relationships"})
_SHARE = 3
"""One in so many of the examples of intents is learnt from, so that risk is not drowned."""
_LEFT_OUT = ("members_fifteen", "members_seventeen", "members_eighteen")
"""Files of messages about people that did not help: with them, harmless blind messages noticed
went from 0.21 to 0.26, and explicit crises alarmed from 0.87 to 0.84."""


def rows(*, but: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
    """The written texts about risk and their harmless neighbours.

    Args:
        but: writers to leave out (``two``), to measure on what was not learnt.
    """
    but = tuple(f"writer_{writer}_" for writer in but)
    for entry in sorted((files("bot.safety") / "training").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".jsonl") and not entry.name.startswith(but):
            yield from map(json.loads, entry.read_text(encoding="utf-8").splitlines())


def everyday(folder: Path) -> Iterator[str]:
    """Messages of the ordinary conversation that tell of no risk.

    Those that do are in ``not_everyday.txt``: what the rules saw on 28 November 2026. It is a list,
    and not the rules of the day, so that a change of the rules does not change what is learnt
    without anybody's wish, and two machines learn from the same.

    Args:
        folder: Rasa's NLU files.
    """
    risky = frozenset(_text("not_everyday.txt").splitlines())
    texts = [
        line.removeprefix("- ").strip()
        for path in sorted(folder.rglob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", [])
        if "intent" in entry
        for line in entry["examples"].splitlines()
    ]
    return (text for text in (*texts[::_SHARE], *_answers()) if text not in risky)


def _text(name: str) -> str:
    return (files("bot.safety") / "training" / name).read_text(encoding="utf-8")


def _answers() -> Iterator[str]:
    """What patients say of their people and of what is hard, low mood apart: no risk by itself."""
    for row in _annotated("difficulties"):
        if not any(d["area"] in _LOW for d in row["difficulties"]):
            yield row["text"]
    for row in _annotated("members"):
        if not any(m.get("strain") for m in row["members"]):
            yield row["text"]


def _annotated(kind: str) -> Iterator[dict[str, Any]]:
    """The annotated messages of ``bot/nlu/training`` that are learnt from."""
    for entry in sorted((files("bot.nlu") / "training").iterdir(), key=lambda e: e.name):
        if entry.name.startswith(f"{kind}_") and not entry.name.startswith(_LEFT_OUT):
            yield from map(json.loads, entry.read_text(encoding="utf-8").splitlines())


def risk_reader(everyday_texts: Iterable[str], *, but: Iterable[str] = ()) -> Reader:
    """A detector that has learnt from the written texts.

    Args:
        everyday_texts: harmless messages beside them.
        but: writers to leave out.
    """
    examples = [
        Example(
            row["text"],
            {
                LEVEL: row["level"],
                CATEGORY: row["category"] or NO_CATEGORY,
                SUBJECT: row.get("subject", "self"),
            },
        )
        for row in rows(but=but)
    ]
    examples += [
        Example(text, {LEVEL: "none", CATEGORY: NO_CATEGORY, SUBJECT: "self"})
        for text in everyday_texts
    ]
    return train(examples, HEADS, PLAN)
