"""What the running bot understands: in plain cases for sure, and on the blind sets as measured.

The floors stand under what was measured (``docs/nlu-report.md``), as training differs a little
from machine to machine, so that a change for the worse is seen. Blind rows are scored, never shown.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.needs.areas import Area, Size
from bot.network.model import Relationship
from bot.nlu.meaning import DifficultyMention, EditMention, Meaning, MemberMention
from tests.nlu.conftest import Understand

BLIND = Path(__file__).parent / "blind"
R = Relationship


def rows(name: str) -> list[dict[str, Any]]:
    lines = (BLIND / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def meaning(heard: Understand, text: str) -> Meaning:
    found = heard(text)
    return Meaning(
        tuple(map(MemberMention.from_json, found["members"])),
        tuple(EditMention(**edit) for edit in found["edits"]),
        tuple(
            DifficultyMention(Area(d["area"]), d["size"] and Size(d["size"]))
            for d in found["difficulties"]
        ),
    )


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("my wife Jean helps with my tablets", [("Jean", R.PARTNER)]),
        ("my sisters Ann and Bev", [("Ann", R.SIBLING), ("Bev", R.SIBLING)]),
        ("Agnieszka my carer", [("Agnieszka", R.PAID_CARER)]),
        ("my neighbour Mrs Okafor and Dr Patel", [("Mrs Okafor", R.NEIGHBOUR), ("Dr Patel", R.GP)]),
        ("i cant sleep", []),
        ("there's a man on the telly who says so", []),
    ],
)
def test_people_in_plain_cases(
    heard: Understand, text: str, people: list[tuple[str, Relationship]]
) -> None:
    assert [(m.name, m.relationship) for m in meaning(heard, text).members] == people


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("take bob off", EditMention("remove", "bob")),
        ("jean should be in the inner circle", EditMention("set_circle", "jean", "1")),
        ("Jean died last week", EditMention("died", "Jean")),
        ("undo that", EditMention("undo")),
    ],
)
def test_changes_of_the_map_in_plain_cases(heard: Understand, text: str, edit: EditMention) -> None:
    assert meaning(heard, text).edits == (edit,)


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("bad chest, cant sleep, money worries", {"breathlessness", "sleep", "money"}),
        ("I'm lonely since he died", {"loneliness"}),
        ("I sleep fine now", set()),
    ],
)
def test_difficulties_in_plain_cases(heard: Understand, text: str, areas: set[str]) -> None:
    found = {d.area.value for d in meaning(heard, text).difficulties}
    # "Money worries" may be a worry too.
    assert areas <= found <= areas | ({"mood_worry"} if areas else set())


@pytest.mark.parametrize(
    "text",
    [
        "can I take ibuprofen with my warfarin",
        "my ankles have swollen up what should I do",
        "is it normal to feel dizzy on these new tablets",
    ],
)
def test_medical_questions_are_known_for_what_they_are(heard: Understand, text: str) -> None:
    assert heard(text)["intent"] == "medical_advice"


def test_every_answer_is_the_contract(heard: Understand) -> None:
    found = heard("my wife Jean does my tablets and I can't sleep")
    assert set(found) == {
        "text", "intent", "confidence", "members", "edits", "difficulties", "safety",
    }  # fmt: skip
    assert set(found["members"][0]) == {
        "name", "relationship", "kind", "circle", "contact", "help", "status", "strain",
    }  # fmt: skip
    assert 0 <= found["confidence"] <= 1


def test_intents_of_the_blind_set(heard: Understand) -> None:
    judged = [(r["intent"], heard(r["text"])["intent"]) for r in rows("intents")]
    assert sum(a == b for a, b in judged) / len(judged) >= 0.92
    outside = [found for right, found in judged if right == "out_of_scope"]
    assert outside.count("out_of_scope") / len(outside) >= 0.9
    inside = [found for right, found in judged if right != "out_of_scope"]
    assert inside.count("out_of_scope") / len(inside) <= 0.03


FLOORS = {
    "members": {"F1, name and relationship": 0.68, "help F1, of members found": 0.6},
    "edits": {"right in full, texts with an edit": 0.5},
    "difficulties": {"areas, micro F1": 0.74},
}


@pytest.mark.parametrize("kind", FLOORS)
def test_meaning_of_the_blind_sets(heard: Understand, kind: str) -> None:
    from benchmarks import nlu_scores

    scores = getattr(nlu_scores, kind)(rows(kind), lambda text: meaning(heard, text))
    low = {
        name: scores[name].value
        for name, floor in FLOORS[kind].items()
        if scores[name].value < floor
    }
    assert low == {}


def test_people_are_rarely_heard_where_there_are_none(heard: Understand) -> None:
    from benchmarks import nlu_scores

    scores = nlu_scores.members(rows("members"), lambda text: meaning(heard, text))
    assert scores["false members, texts that name nobody"].value <= 0.14
