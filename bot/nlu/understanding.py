"""Everything one text says beside its intent: members, edits and difficulties together."""

from __future__ import annotations

from bot.nlu.difficulties import extract_difficulties
from bot.nlu.edits import extract_edits
from bot.nlu.meaning import NAMES_NOBODY_NEW, EditMention, Meaning, MemberMention
from bot.nlu.members import extract_members


def meaning_of(text: str) -> Meaning:
    """What a text says of people, of the map and of difficulties.

    Somebody who is only the target of an edit ("take Bob off") is no new member; somebody
    whom an edit adds, or whose death it tells, is one.
    """
    edits = extract_edits(text)
    members = extract_members(text)
    if edits:
        members = tuple(m for m in members if not _only_target(m, edits))
    return Meaning(members, edits, extract_difficulties(text))


def _only_target(member: MemberMention, edits: tuple[EditMention, ...]) -> bool:
    name = member.name.lower()
    for edit in edits:
        if edit.operation in NAMES_NOBODY_NEW:
            words = f"{edit.target} {edit.value}".lower()
            if name in words or edit.value == (member.relationship and member.relationship.value):
                return True
    return False
