"""What staff mark in a sentence becomes rows that the reader of meaning learns from."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from bot.console.marks import training_files
from bot.console.meanings import VOCABULARY, line_of, read, rows
from bot.nlu import examples
from bot.nlu.heads import AREA, MEMBER, OPERATION, RELATIONSHIP, TARGET, UNDO, VALUE
from bot.nlu.meaning import MemberMention

FOLDER = "bot/nlu/training"


def learnt(kind: str, row: Any) -> Any:
    """A row as the training takes it, from its line in the file."""
    back = json.loads(json.dumps(row))
    return {
        "member": examples.of_members,
        "edit": examples.of_edits,
        "difficulty": examples.of_difficulties,
    }[kind](back)


def test_people_are_learnt_where_they_stand_and_with_what_is_said_of_them() -> None:
    words = "my son Sam rings every week, and Asha next door does my shopping"
    found = rows(words, read("Sam = child, weekly\nasha = Neighbour, everyday, circle 2", words))
    assert list(found) == ["member"]
    sam, asha = (MemberMention.from_json(m) for m in found["member"]["members"])
    assert (sam.name, sam.relationship, sam.contact) == ("Sam", "child", "weekly")
    assert (asha.relationship, asha.help, asha.circle) == ("neighbour", ("everyday",), 2)
    example = learnt("member", found["member"])
    assert [words[s.start : s.end] for s in example.spans] == ["Sam", "Asha"]
    assert [s.labels[RELATIONSHIP] for s in example.spans] == ["child", "neighbour"]
    assert example.marked == {MEMBER, TARGET, VALUE}


def test_what_is_hard_is_learnt_beside_the_people() -> None:
    words = "I can't sleep since my wife died"
    found = rows(words, read("can't sleep = sleep, big\nwife = partner, died", words))
    assert set(found) == {"member", "difficulty"}
    assert found["difficulty"]["difficulties"] == [{"area": "sleep", "size": "big"}]
    example = learnt("difficulty", found["difficulty"])
    assert (example.labels[AREA], example.labels["big"]) == (("sleep",), ("sleep",))
    assert found["member"]["members"][0]["status"] == "died"


@pytest.mark.parametrize(
    ("words", "lines", "edits"),
    [
        ("take Jean off", "Jean = remove", [("remove", "Jean", "")]),
        ("it's John not Jon", "Jon = rename, John", [("rename", "Jon", "John")]),
        ("I see Jean weekly", "Jean = set contact, weekly", [("set_contact", "Jean", "weekly")]),
        ("Jean is in the middle", "Jean = set_circle, 1", [("set_circle", "Jean", "1")]),
        ("Jean does tablets and shopping", "Jean = set help, illness, everyday",
         [("set_help", "Jean", "illness,everyday")]),
        ("put that back", "that = undo", [("undo", "", "")]),
        ("add my cousin Errol", "Errol = add, other family", [("add", "Errol", "other_family")]),
    ],
)  # fmt: skip
def test_changes_of_the_map_are_learnt(
    words: str, lines: str, edits: list[tuple[str, ...]]
) -> None:
    [(kind, row)] = rows(words, read(lines, words)).items()
    said = [(e["operation"], e["target"], e["value"]) for e in row["edits"]]
    assert (kind, said) == ("edit", edits)
    # Nobody of the real map goes along.
    assert {m["label"] for m in row["network"]} <= {e[1] for e in edits}
    example = learnt("edit", row)
    if edits[0][0] == "undo":
        assert example.labels[UNDO]
    else:
        targets = [s for s in example.spans if s.head == TARGET]
        assert example.marked and targets[0].labels[OPERATION] == (edits[0][0],)


def test_what_was_heard_and_is_not_there_is_learnt_too() -> None:
    found = rows("the bus was late", read("nobody\nNo difficulty\nno change", "the bus was late"))
    assert found["member"]["members"] == found["edit"]["edits"] == []
    assert found["difficulty"]["difficulties"] == []
    assert learnt("member", found["member"]).marked == {MEMBER, TARGET, VALUE}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("Sam", "one on a line"),
        ("Sam = ", "one on a line"),
        ("= child", "one on a line"),
        ("Sam = boy", "does not say what that is"),
        ("Sam = child, sometimes", "does not say what that is"),
        ("Sam = set contact", "does not say what that is"),
        ("Sam = set circle, 9", "does not say what that is"),
        ("Sam = remove, now", "does not say what that is"),
        ("shopping = eating, big, small", "does not say what that is"),
        ("Tom = child", "“Tom” is not in the sentence"),
        ("shop = everyday", "does not say what that is"),
        ("Sa = child", "“Sa” is not in the sentence"),
        ("Sam = rename, Samuel", "“Samuel” is not in the sentence"),
        ("Sam = child\nSam = remove", "alone"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(lines: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(lines, "my son Sam does the shopping")


def test_a_line_is_shown_again_as_it_was_written_and_old_ones_teach_nothing() -> None:
    words = "my son Sam does the shopping"
    lines = "Sam = child, everyday"
    assert [line_of(e) for e in read(f"{lines}\nno difficulty", words)] == [lines, "no difficulty"]
    old = {"text": "shopping", "entity": "activity"}
    assert line_of(old) == "shopping = activity" and rows(words, [old]) == {}


def test_every_example_of_the_page_can_be_read() -> None:
    for _, example, _, _ in VOCABULARY:
        assert read(example, "Sam and Jean know that I can't sleep")


def test_the_files_for_training_stand_where_training_reads() -> None:
    words = "my son Sam does the shopping"
    marks: Any = [
        SimpleNamespace(intent="add_member", words=words, entities=read("Sam = child", words)),
        SimpleNamespace(intent="add_member", words=words, entities=read("Sam = child", words)),
        SimpleNamespace(intent="greet", words="ay up", entities=[]),
    ]
    files = training_files(marks)
    assert set(files) == {"data/nlu/marked.yml", f"{FOLDER}/members_marked.jsonl"}
    # Plain: the risk detector reads the lines as they stand.
    assert yaml.safe_load(files["data/nlu/marked.yml"])["nlu"][0]["examples"] == f"- {words}\n"
    [row] = files[f"{FOLDER}/members_marked.jsonl"].splitlines()
    assert json.loads(row)["members"][0]["relationship"] == "child"
