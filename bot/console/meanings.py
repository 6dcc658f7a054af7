"""What staff mark in a sentence beside its intent, as rows that the reader of meaning learns from.

A line is words of the sentence and what they are. "Sam = child, weekly" is somebody of the
speaker's life, "lonely = loneliness, big" something that is hard, "Jean = remove" a change of the
map. The codes are those of ``wise understand``; ``bot/nlu/training/README.md`` has the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from bot.needs.areas import Area, Size
from bot.network.model import Contact, Relationship, Status, Work, kind_of
from bot.nlu.meaning import DifficultyMention, EditMention, MemberMention, Operation

MEMBER, DIFFICULTY, EDIT = "member", "difficulty", "edit"
FILES = {MEMBER: "members", DIFFICULTY: "difficulties", EDIT: "edits"}
"""Beginnings of the names of the training's files, by what is marked."""

NONE = {"nobody": MEMBER, "no difficulty": DIFFICULTY, "no change": EDIT}
"""Lines that say that there is none of a kind: what was heard was never said."""

Entity = Mapping[str, Any]
"""``text`` (words of the sentence; empty for none of a kind), ``entity`` (a kind), ``codes``."""

_PERSON = "person"  # somebody of whom the words do not say what they are to the speaker
_CIRCLES = {f"circle_{number}": number for number in (1, 2, 3)}
_STRAIN = "strain"
_IN_WORDS = ("rename", "merge")


def _codes(code: Any) -> tuple[str, ...]:
    return tuple(str(c.value) for c in code)


VOCABULARY: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "Somebody of their life",
        "Sam = child, weekly, everyday",
        (*_codes(Relationship), _PERSON),
        (*_codes(Contact), *_codes(Work), *_CIRCLES, "died", "lost_touch", _STRAIN),
    ),
    ("Something that is hard", "can't sleep = sleep, big", _codes(Area), _codes(Size)),
    (
        "A change of the map",
        "Jean = set contact, weekly",
        get_args(Operation),
        ("the new name, the other of two who are the same, or what it is set to",),
    ),
    ("Heard, and not there", "nobody", tuple(NONE), ()),
)
"""What may be marked: a title, an example, the codes that come first, and those that may follow."""


def _code(words: str) -> str:
    return "_".join(words.lower().split())


def _member(text: str, first: str, more: Sequence[str]) -> MemberMention:
    relationship = None if first == _PERSON else Relationship(first)
    found: dict[str, Any] = {"relationship": relationship, "kind": kind_of(relationship)}
    help_: list[Work] = []
    for code in more:
        if code in _codes(Contact):
            found["contact"] = Contact(code)
        elif code in _codes(Work):
            help_.append(Work(code))
        elif code in _CIRCLES:
            found["circle"] = _CIRCLES[code]
        elif code == _STRAIN:
            found["strain"] = True
        else:
            found["status"] = Status(code)
    return MemberMention(text, help=tuple(help_), **found)


def _difficulty(first: str, more: Sequence[str]) -> DifficultyMention:
    size, *rest = (*more, "")
    if len(rest) > 1:
        raise ValueError
    return DifficultyMention(Area(first), Size(size) if size else None)


def _edit(text: str, first: Any, more: Sequence[str]) -> EditMention:
    codes = {
        "add": Relationship,
        "set_relationship": Relationship,
        "set_contact": Contact,
        "set_help": Work,
    }.get(first)
    needs = first in _IN_WORDS or first.startswith("set_")
    if (needs and not more) or (not needs and more and first != "add"):
        raise ValueError
    if first == "set_circle":
        return EditMention(first, text, str(_CIRCLES[f"circle_{more[0].removeprefix('circle_')}"]))
    if codes is not None:
        [value, *others] = [str(codes(code)) for code in more] or [""]
        if others and first != "set_help":
            raise ValueError
        return EditMention(first, text, ",".join((value, *others)))
    return EditMention(first, "" if first == "undo" else text, more[0] if more else "")


def _mention(text: str, codes: Sequence[str]) -> MemberMention | DifficultyMention | EditMention:
    """What words are; ``ValueError`` or ``KeyError`` where the codes do not say."""
    first, more = _code(codes[0]), [_code(code) for code in codes[1:]]
    if first in get_args(Operation):
        return _edit(text, first, codes[1:] if first in _IN_WORDS else more)
    if first in _codes(Area):
        return _difficulty(first, more)
    return _member(text, first, more)


_KIND = {MemberMention: MEMBER, DifficultyMention: DIFFICULTY, EditMention: EDIT}


def _stands_in(part: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", words, re.IGNORECASE) is not None


def read(lines: str, words: str) -> list[dict[str, Any]]:
    """The lines as entities of a sentence.

    Raises:
        ValueError: where one cannot be learnt from; the message tells staff what to change.
    """
    found: list[dict[str, Any]] = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        if line.lower() in NONE:
            found.append({"text": "", "entity": NONE[line.lower()], "codes": []})
            continue
        part, _, rest = (piece.strip() for piece in line.partition("="))
        codes = [code for piece in rest.split(",") if (code := piece.strip())]
        if not part or not codes:
            raise ValueError(f"Write words = what they are, one on a line; not “{line}”.")
        try:
            mention = _mention(part, codes)
        except (ValueError, KeyError) as error:
            raise ValueError(
                f"“{line}” does not say what that is. The page of corrections lists what there is."
            ) from error
        said = [part, *(codes[1:] if _code(codes[0]) in _IN_WORDS else ())]
        if lost := next((piece for piece in said if not _stands_in(piece, words)), None):
            raise ValueError(f"“{lost}” is not in the sentence.")
        found.append({"text": part, "entity": _KIND[type(mention)], "codes": codes})
    kinds = {entity["entity"] for entity in found if entity["text"]}
    # A row of members or difficulties also teaches that nothing is to be changed.
    if EDIT in kinds and len(kinds) > 1:
        raise ValueError("Mark a change of the map alone, without people or what is hard.")
    return found


def line_of(entity: Entity) -> str:
    """An entity as the line that it was read from."""
    if not entity["text"]:
        return next(line for line, kind in NONE.items() if kind == entity["entity"])
    return f"{entity['text']} = {', '.join(entity.get('codes') or [entity['entity']])}"


def rows(words: str, entities: Iterable[Entity]) -> dict[str, dict[str, Any]]:
    """A sentence as rows to learn from, by kind.

    Entities without codes, as they once were kept, teach nothing.
    """
    kept = [e for e in entities if e.get("codes") or not e["text"]]
    found: dict[str, dict[str, Any]] = {}
    for kind, file in FILES.items():
        mine = [e for e in kept if e["entity"] == kind]
        if not mine:
            continue
        mentions = [_mention(e["text"], e["codes"]) for e in mine if e["text"]]
        row: dict[str, Any] = {"text": words}
        if kind == EDIT:
            row["network"] = [{"label": n, "relationship": None} for n in _on_the_map(mentions)]
            row["ambiguous"] = False
        found[kind] = {**row, file: [mention.to_json() for mention in mentions]}
    return found


def _on_the_map(edits: Iterable[Any]) -> list[str]:
    """Whom changes are about; the map of who said it stays here, as it has names on it."""
    names: dict[str, None] = {}
    for edit in edits:
        if edit.operation not in ("add", "undo"):
            names[edit.target] = None
        if edit.operation == "merge":
            names[edit.value] = None
    return list(names)
