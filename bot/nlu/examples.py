"""Our annotated messages, as examples for the readers.

``bot/nlu/training/README.md`` has the format of the rows. Where a row leaves open which words it
is about (an edit gives the label on the map, the text says "my sister"), the words are looked for;
a row whose words are not found teaches nothing of stretches.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from rapidfuzz import fuzz

from bot.language.pieces import Word, words_of
from bot.language.reader import Example, Span
from bot.needs.areas import Size
from bot.network.model import Relationship, kind_of
from bot.nlu import lexicon
from bot.nlu.heads import (
    AREA,
    CIRCLE,
    CONTACT,
    HELP,
    KIND,
    MEMBER,
    NOTHING,
    OPERATION,
    RELATIONSHIP,
    STATUS,
    STRAIN,
    TARGET,
    UNDO,
    VALUE,
    YES,
)

Row = Mapping[str, Any]

_ALIKE = 70
"""Least likeness, of 100, of a misspelt name and the label it stands for."""

_NAMES_NOBODY = frozenset(
    {
        "out_of_scope",
        "medical_advice",
        "nearer",
        "cheaper",
        "different_options",
        "more_about_option",
        "set_reminder",
        "report_wrong_details",
        "who_sees_my_data",
        "export_my_data",
        "stop_messages",
        "save_option",
        "show_plan",
        "help",
        "affirm",
        "deny",
        "skip",
        "dont_know",
        "pause",
        "resume",
        "start_over",
        "greet",
        "thank",
        "goodbye",
    }
)
"""Intents whose messages rarely name somebody: those with no name in them are examples of that."""

_TELLS_OF_TROUBLE = frozenset(
    {"out_of_scope", "medical_advice", "skip", "dont_know", "pause", "help", "deny"}
)
"""Those of them whose messages may tell of a difficulty."""

_OF_AN_INTENT = 60
"""So many of each are enough."""


def rows(kind: str, *, but: Iterable[str] = (), only: str | None = None) -> Iterator[Row]:
    """The rows of one kind: ``members``, ``edits`` or ``difficulties``.

    Args:
        kind: the beginning of the names of the files.
        but: writers to leave out (``two``), to measure on what was not learnt.
        only: the one writer whose rows are wanted.
    """
    left_out = {f"{kind}_{writer}.jsonl" for writer in but}
    wanted = f"{kind}_{only}.jsonl" if only else None
    folder = files("bot.nlu") / "training"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if wanted not in (None, entry.name):
            continue
        if entry.name.startswith(f"{kind}_") and entry.name not in left_out:
            yield from map(json.loads, entry.read_text(encoding="utf-8").splitlines())


def of_members(row: Row) -> Example:
    """Who is named, and what is said of each; the text asks for no change of the map."""
    text = row["text"]
    spans, at = [], 0
    for member in row["members"]:
        place = _find(text, member["name"], at) or _find(text, member["name"], 0)
        if place is None:
            return Example(text, {UNDO: ()})
        at = place[1]
        relationship = member.get("relationship")
        kind = member.get("kind") or kind_of(relationship and Relationship(relationship)).value
        labels = {
            RELATIONSHIP: relationship or NOTHING,
            KIND: kind,
            CONTACT: member.get("contact") or NOTHING,
            CIRCLE: str(member.get("circle") or NOTHING),
            STATUS: member.get("status") or "active",
            HELP: tuple(member.get("help") or ()),
            STRAIN: (YES,) if member.get("strain") else (),
        }
        spans.append(Span(MEMBER, *place, labels))
    return Example(text, {UNDO: ()}, tuple(spans), frozenset({MEMBER, TARGET, VALUE}))


def of_edits(row: Row) -> Example:
    """What is asked to be changed, and of whom."""
    text = row["text"]
    edits = row["edits"]
    undo = {UNDO: (YES,) if any(e["operation"] == "undo" for e in edits) else ()}
    if row.get("ambiguous"):
        # What is asked is not in the row, as the map does not tell of whom.
        return Example(text, undo)
    kin = {m["label"]: m.get("relationship") for m in row["network"]}
    asked: dict[tuple[int, int], list[Row]] = {}
    spans: list[Span] = []
    for edit in edits:
        if edit["operation"] == "undo":
            continue
        place = _of_whom(text, edit["target"], kin.get(edit["target"]))
        if place is None:
            return Example(text, undo)
        asked.setdefault(place, []).append(edit)
        if edit["operation"] in ("rename", "merge"):
            other = _of_whom(text, edit["value"], kin.get(edit["value"]))
            if other is None:
                return Example(text, undo)
            spans.append(Span(VALUE, *other))
            if other == place:
                # "Kath with a K" says only what the name is to be.
                del asked[place]
    spans += [Span(TARGET, *place, _changes(edits)) for place, edits in asked.items()]
    return Example(text, undo, tuple(spans), frozenset({TARGET, VALUE}))


def _changes(edits: list[Row]) -> dict[str, str | tuple[str, ...]]:
    labels: dict[str, Any] = {OPERATION: tuple(e["operation"] for e in edits)}
    for edit in edits:
        operation, value = edit["operation"], edit["value"]
        if operation == "set_help":
            labels[HELP] = (*labels.get(HELP, ()), *value.split(","))
        elif operation in ("add", "set_relationship"):
            labels[RELATIONSHIP] = value or NOTHING
        elif operation.startswith("set_"):
            labels[operation.removeprefix("set_")] = str(value)
    return labels


def of_difficulties(row: Row) -> Example:
    """What is hard for the speaker, and how much."""
    found = row["difficulties"]
    labels: dict[str, Any] = {AREA: tuple(d["area"] for d in found), UNDO: ()}
    for size in Size:
        labels[size.value] = tuple(d["area"] for d in found if d["size"] == size.value)
    return Example(row["text"], labels, (), frozenset({TARGET, VALUE}))


def of_no_one(texts: Iterable[tuple[str, str]]) -> Iterator[Example]:
    """Messages of other purposes that name nobody and say nothing of the map or of trouble.

    Args:
        texts: messages with their intents.
    """
    taken: dict[str, int] = {}
    for text, intent in texts:
        if intent not in _NAMES_NOBODY or taken.get(intent, 0) >= _OF_AN_INTENT:
            continue
        if any(
            w.text in lexicon.names() or lexicon.relationship_of(w.text) for w in words_of(text)
        ):
            continue
        taken[intent] = taken.get(intent, 0) + 1
        easy = (
            {} if intent in _TELLS_OF_TROUBLE else {AREA: (), **{size.value: () for size in Size}}
        )
        yield Example(text, {UNDO: (), **easy}, (), frozenset({MEMBER, TARGET, VALUE}))


def _find(text: str, wanted: str, after: int) -> tuple[int, int] | None:
    found = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE).search(text, after)
    return found.span() if found else None


def _of_whom(text: str, label: str, relationship: str | None) -> tuple[int, int] | None:
    """Where a text speaks of a member: by the label, by one like it, or as "sister"."""
    if not label:
        return None
    words = list(words_of(text))
    return _find(text, label, 0) or _alike(words, label) or _by_kin(text, words, relationship)


def _alike(words: list[Word], label: str) -> tuple[int, int] | None:
    low = label.lower()
    best, place = float(_ALIKE), None
    lengths = {1, len(low.split())}
    for length in lengths:
        for group in zip(*(words[i:] for i in range(length)), strict=False):
            said = " ".join(w.text for w in group)
            # "Dr Patel" may be called "patel".
            likeness = max(fuzz.ratio(said, low), *(fuzz.ratio(said, p) for p in low.split()))
            if len(said) > 2 and likeness > best:
                best, place = likeness, (group[0].start, group[-1].end)
    return place


def _by_kin(text: str, words: list[Word], relationship: str | None) -> tuple[int, int] | None:
    for length in (3, 2, 1):
        for group in zip(*(words[i:] for i in range(length)), strict=False):
            said = text[group[0].start : group[-1].end]
            term = lexicon.terms().get(tuple(said.lower().replace("-", " ").split()))
            if term and term.relationship.value == relationship:
                return group[0].start, group[-1].end
    return None
