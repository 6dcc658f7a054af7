"""What was misunderstood: marked with what it meant, and exported for the next training."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.console import meanings
from bot.console.looks import note_looks
from bot.console.meanings import Entity
from bot.console.roles import May
from bot.console.web import ROOT, NotSo, NotThere, Page, Visit
from bot.conversations.masking import mask, names_in
from bot.settings import PROJECT
from bot.store.staff import Mark
from bot.store.tables import MemberRow
from bot.store.turns import Conversation, Turn

# What the router and the channels add: nobody types these.
_OURS = frozenset(
    {"answer", "choose", "share_location", "risk", "unreadable", "stale_button", "nlu_fallback"}
)
PAGE = 100
_MASKED = re.compile(r"\[(?:person \d+|number|link|e-mail address)\]")


@lru_cache(maxsize=1)
def intents() -> tuple[str, ...]:
    """Intents that a person's words can have, by name."""
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    names = (next(iter(i)) if isinstance(i, dict) else str(i) for i in domain["intents"])
    return tuple(sorted(set(names) - _OURS))


def example_of(words: str, entities: Sequence[Entity] = ()) -> str:
    """A sentence in Rasa's notation: "I like [chair yoga](activity)".

    Brackets of the sentence itself would be taken for notation, so they become round ones.
    """
    text = " ".join(words.translate(str.maketrans("[]{}", "()()")).split())
    spans: list[tuple[int, int, str]] = []
    for entity in entities:
        part = " ".join(entity["text"].translate(str.maketrans("[]{}", "()()")).split())
        start = text.find(part)
        end = start + len(part)
        if part and start >= 0 and all(end <= s or start >= e for s, e, _ in spans):
            spans.append((start, end, entity["entity"]))
    for start, end, name in sorted(spans, reverse=True):
        text = f"{text[:start]}[{text[start:end]}]({name}){text[end:]}"
    return text


class _Block(str):
    """Text that YAML is to write as a block."""


yaml.SafeDumper.add_representer(
    _Block,
    lambda dumper, data: dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|"),
)


def nlu_yaml(marks: Iterable[tuple[str, str, Sequence[Entity]]]) -> str:
    """Rasa NLU YAML of (intent, words, entities): one block an intent, no sentence twice."""
    by_intent: dict[str, dict[str, None]] = {}
    for intent, words, entities in marks:
        by_intent.setdefault(intent, {})[example_of(words, entities)] = None
    blocks: list[dict[str, Any]] = [
        {
            "intent": intent,
            "examples": _Block("".join(f"- {e}\n" for e in sorted(by_intent[intent]))),
        }
        for intent in sorted(by_intent)
    ]
    return yaml.safe_dump(
        {"version": "3.1", "nlu": blocks}, sort_keys=False, allow_unicode=True, width=10_000
    )


def training_files(marks: Iterable[Mark]) -> dict[str, str]:
    """Marks as files to learn from, by their paths in the project.

    Sentences with their intents, plain, as the risk detector reads the same file; and what was
    marked in them, a row of JSON a sentence.
    """
    marks = list(marks)
    files = {"data/nlu/marked.yml": nlu_yaml((m.intent, m.words, ()) for m in marks)}
    lines: dict[str, dict[str, None]] = {}
    for mark in marks:
        for kind, row in meanings.rows(mark.words, mark.entities).items():
            path = f"bot/nlu/training/{meanings.FILES[kind]}_marked.jsonl"
            lines.setdefault(path, {})[json.dumps(row, ensure_ascii=False)] = None
    return files | {path: "".join(f"{line}\n" for line in lines[path]) for path in sorted(lines)}


def kept(session: Session) -> list[Mark]:
    """All marks, the oldest first."""
    return list(session.scalars(select(Mark).order_by(Mark.id)))


# --- pages ---------------------------------------------------------------------------------


def mark(visit: Visit) -> Response:
    """Keep what a turn meant, or take the mark off."""
    number = visit.path("turn")
    usable = number.isascii() and number.isdigit() and len(number) < 18
    turn = visit.db.get(Turn, int(number)) if usable else None
    if turn is None:
        raise NotThere("There is no such turn. The person may have been erased.")
    person_id = turn.person_id
    if turn.kind != "text":
        raise NotSo("Only what somebody typed can be marked.")
    row = visit.db.scalar(select(Mark).where(Mark.turn_id == turn.id))
    intent = visit.text("intent", 60)
    if visit.text("off", 1):
        if row is not None:
            visit.db.delete(row)
        visit.note("unmark", person_id, target=f"turn {turn.id}")
        return visit.back(f"{ROOT}/c/{person_id}", f"t{turn.id}")
    if intent not in intents():
        raise NotSo("Choose what it meant.")
    words = " ".join(visit.needed("words", "the sentence to learn from", 1000).split())
    if _MASKED.search(words):
        raise NotSo(
            "The sentence still has stand-ins like [person 1]. Put made-up words in their place, "
            "such as another name, so that it reads as a person would write it."
        )
    conversation = visit.db.get_one(Conversation, person_id)
    labels = visit.db.scalars(select(MemberRow.label).where(MemberRow.person_id == person_id))
    if mask(words, [*conversation.names, *names_in(labels)]) != words:
        raise NotSo(
            "The sentence has a name, a number or an address of somebody in it. Training data "
            "leaves this system: put made-up ones in their place."
        )
    try:
        entities = meanings.read(visit.text("entities", 1000), words)
    except ValueError as error:
        raise NotSo(str(error)) from error
    if row is None:
        row = Mark(person_id=person_id, turn_id=turn.id)
        visit.db.add(row)
    row.intent, row.entities, row.words, row.who = intent, entities, words, visit.who
    visit.note("mark", person_id, target=f"turn {turn.id}: {intent}")
    return visit.back(f"{ROOT}/c/{person_id}", f"t{turn.id}")


def show(visit: Visit) -> Response:
    """Marks, the latest first; the words are patients', so each person counts as looked at."""
    before = visit.number("before")
    query = select(Mark, Turn.understood).outerjoin(Turn, Turn.id == Mark.turn_id)
    if before is not None:
        query = query.where(Mark.id < before)
    rows = visit.db.execute(query.order_by(Mark.id.desc()).limit(PAGE + 1)).all()
    note_looks(visit, "look_marks", [mark.person_id for mark, _ in rows[:PAGE]])
    return visit.show(
        "marks.html",
        title="Corrections for training",
        rows=rows[:PAGE],
        more=rows[PAGE - 1][0].id if len(rows) > PAGE else None,
        line_of=meanings.line_of,
        vocabulary=meanings.VOCABULARY,
    )


def export(visit: Visit) -> Response:
    """The marks as Rasa NLU YAML, with what was marked in Rasa's notation."""
    rows = kept(visit.db)
    visit.note("export_marks", target=f"{len(rows)} sentences")
    words = nlu_yaml((m.intent, m.words, m.entities) for m in rows)
    return _file(words, "application/yaml", "marked.yml")


def export_for_training(visit: Visit) -> Response:
    """The marks as an archive to unpack over the project before the next training."""
    rows = kept(visit.db)
    visit.note("export_marks", target=f"{len(rows)} sentences, for training")
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in training_files(rows).items():
            archive.writestr(path, text)
    return _file(body.getvalue(), "application/zip", "marked.zip")


def _file(content: str | bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


PAGES = (
    Page("GET", "/marks", show, May.REVIEW),
    Page("GET", "/marks.yml", export, May.EXPORT_MARKS),
    Page("GET", "/marks.zip", export_for_training, May.EXPORT_MARKS),
    Page("POST", "/marks/{turn}", mark, May.REVIEW),
)
