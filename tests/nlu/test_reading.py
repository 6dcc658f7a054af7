"""From a reader's answers to the contract's values, where something is left open."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.language.reader import Found, Reading
from bot.needs.areas import Area, Size
from bot.nlu.heads import AREA, MEANING_HEADS, OPERATION, TARGET, UNDO, VALUE, YES
from bot.nlu.meaning import EditMention, Operation
from bot.nlu.reading import meaning_in


def found(text: str, head: str, words: str, operation: str = "", sure: bool = True) -> Found:
    """A stretch of a text, with certainty of its operation and none of anything else."""
    start = text.index(words)
    chances = {
        h.name: {label: float(i == 0 and not h.many) for i, label in enumerate(h.labels)}
        for h in MEANING_HEADS
        if h.of == "attributes"
    }
    chances[OPERATION] = {o: float(o == operation) for o in get_args(Operation) if o != "undo"}
    return Found(head, start, start + len(words), chances, text[:start].count(" "), sure)


def reading(text: str, *spans: Found) -> Reading:
    """What a reader says that sees nothing in a text but the stretches given."""
    nothing = {area.value: 0.0 for area in Area}
    chances = {UNDO: {YES: 0.0}, AREA: nothing, **{size.value: nothing for size in Size}}
    return Reading(text, chances, spans)


@pytest.mark.parametrize("operation", ["rename", "merge"])
def test_who_becomes_something_becomes_what_is_likeliest(operation: str) -> None:
    text = "change Cath to Kath"
    said = reading(
        text, found(text, TARGET, "Cath", operation), found(text, VALUE, "Kath", sure=False)
    )
    assert meaning_in(said).edits == (EditMention(operation, "Cath", "Kath"),)  # type: ignore[arg-type]


def test_a_target_is_never_its_own_value() -> None:
    text = "change Cath"
    said = reading(
        text, found(text, TARGET, "Cath", "rename"), found(text, VALUE, "Cath", sure=False)
    )
    assert meaning_in(said).edits == ()


def test_a_doubtful_stretch_alone_changes_nothing() -> None:
    text = "Cath said so"
    doubtful = [found(text, head, "Cath", "remove", sure=False) for head in (TARGET, VALUE)]
    assert meaning_in(reading(text, *doubtful)).edits == ()


def test_a_spelling_alone_is_for_the_name_it_is_like() -> None:
    text = "it's Kath with a K"
    assert meaning_in(reading(text, found(text, VALUE, "Kath"))).edits == (
        EditMention("rename", "Kath", "Kath"),
    )
