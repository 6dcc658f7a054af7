"""What a text only denies, or says of somebody else's: no change of the map is to be made of it.

The trained reader hears who and what, and is weak in "not": "Maureen doesn't do my tablets",
"don't take Bob off", "it's not Stan that died". It also takes whose a relative is for the
relative ("Bridget's husband died"), bad news for a death ("Bob fell"), and what is only asked or
supposed for something to do ("should I take Bob off?"). These checks take such changes away; none
adds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.network.model import Status, Work
from bot.nlu.attributes import find
from bot.nlu.context import help_in
from bot.nlu.lexicon import relationship_in
from bot.nlu.losses import tells_of_death
from bot.nlu.meaning import EditMention, MemberMention
from bot.nlu.words import straight

_NOT_DO = (
    r"(?:(?:do|does|did|ca|wo|is|are|was|would|could|has|have)n'?t|cannot|can not|never|no longer"
    r"|(?:do|does|did|is|are|will|has|have) not|stopped|not able)"
)
_NOT_ONLY = (
    r"(?!\W+(?:just|only|mind|half|fails?|forgets?|miss(?:es)?|stops?|lets?"
    r"|moans?|complains?|asks?)\b)"
)
_UP_TO = r"(?:\W+(?!(?:i|we|you|who|that)\b)[\w'-]+){0,2}?\W+"
_DENIES = rf"{_UP_TO}(?:{_NOT_DO}|used to|would(?=[^.;!?]*\bif\b))\b{_NOT_ONLY}"
_KEPT = re.compile(
    r"\b(?:don'?t|do not|never|didn'?t|wouldn'?t|must ?n'?t|must not|should ?n'?t|should not"
    r"|no need|not going to|not gonna|won'?t|didn'?t (?:say|ask|mean|want) (?:you )?to)\W+"
    r"(?:(?:you|ever|please|want to|want|need to|to|go and|dare|be|have|said|say|asked|ask)\W+)*"
    r"(?:remove|removing|delete|deleting|get rid|drop|rub|wipe|bin|cross|scrap"
    r"|(?:take|taking)\b(?:\W+[\w'-]+){1,4}?\W+(?:off|out|away))\b"
    r"|\b(?:i'?m|i am) not (?:going to|gonna)\W*$|\bnot yet\W*$"
    r"|\b(?:leave|keep)\b(?:\W+[\w'-]+){1,3}?\W+on\b"
    r"|\b(?:do|would)(?:n'?t| not) (?:want|like)\b(?:\W+[\w'-]+){1,3}?\W+(?:off|out|gone)\b",
    re.IGNORECASE,
)
_COMES_ALONG = re.compile(
    r"\b(?:take|bring|get)\b(?:\W+[\w'-]+){1,4}?\W+(?:with (?:me|us)|along)\b"
    r"|\bget (?!rid\b)(?:[\w'-]+\W+){1,3}?to\b|\b(?:lift|loan|hand|help) (?:off|from)\b"
    r"|\b(?:take|bring|have|ask|get|with)\b[^.;!?]*\binstead\b",
    re.IGNORECASE,
)
"""Who is to come along is not to be taken off: "take our Susan with me, instead of Bob"."""
_NOT_ADDED = re.compile(
    r"\b(?:don'?t|do not|please don'?t|no need to|not going to|needn'?t|shouldn'?t|mustn'?t)\W+"
    r"(?:(?:you|ever|please|want to|want|need to|to|go and|have to|be)\W+)*"
    r"(?:add|adding|put|putting|stick|include|pop)\b",
    re.IGNORECASE,
)
_ASKED_FOR = frozenset({"add", "remove", "set_circle", "merge", "rename"})
_WONDERS = (
    r"(?:^\W*(?:so |and |but )?(?:why|have you|has|did you|is|are|where|what|who|which)\b"
    r"|\b(?:should|shall) (?:i|we)\b|\bsuppos(?:e|ing)\b"
    r"|\b(?:i|we) (?:might|may|could|wonder)\b(?!\W+(?:just|as well))"
    r"|\b(?:i|we)'?d (?:have to|need to)|\bwhat if\b|\bwould it be (?:best|better|right)\b"
    r"|\bdo you think (?:i|we)\b)"
)
_OF_CIRCLES = re.compile(
    r"\b(?:circles?|middle|centre|center|inner\w*|outer\w*|out|in|edge|closer|nearer|further|put|move)\b",
    re.IGNORECASE,
)
_UNSAID = re.compile(
    r"\b(?:forget|ignore) (?:that )?(?:what )?(?:i|i've) (?:said|wrote|told)\b|\bignore me\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:\w+n't|\w+nt|never|cannot|not|no longer|stopped|any ?more)\b", re.IGNORECASE
)
_CLAUSE = re.compile(r"(?<=[a-z])[.;!?\n]|\bbut\b|, (?=\w)", re.IGNORECASE)
_HELD_OF_ANOTHER = frozenset({"died", "remove", "set_contact", "set_help"})
_NO_NAME = re.compile(r"\b(?:that|who|which|is|was|died|has|have|instead)\b", re.IGNORECASE)


def without_denied(edits: Iterable[EditMention], text: str) -> tuple[EditMention, ...]:
    """The changes that a text asks for, without those that it denies or tells of others."""
    plain = straight(text)
    left = (_without_denied_help(edit, plain) for edit in edits)
    return tuple(edit for edit in left if edit is not None and not _is_denied(edit, plain))


def without_denied_of(members: Iterable[MemberMention], text: str) -> list[MemberMention]:
    """Those whom a text names, with no death and no help that it denies or tells of others."""
    plain = straight(text)
    told = []
    for member in members:
        if member.status is Status.DIED and (
            _is_ruled_out(member.name, plain)
            or _is_whose(member.name, plain)
            or not tells_of_death(plain)
        ):
            member = replace(member, status=Status.ACTIVE)
        if member.help:
            denied = help_denied_of(plain, member.name)
            member = replace(member, help=tuple(w for w in member.help if w not in denied))
        told.append(member)
    return told


def _without_denied_help(edit: EditMention, text: str) -> EditMention | None:
    denied = help_denied_of(text, edit.target) if edit.operation == "set_help" else frozenset()
    if not denied:
        return edit
    left = [work for work in edit.value.split(",") if work not in denied]
    return replace(edit, value=",".join(left)) if left else None


def _is_denied(edit: EditMention, text: str) -> bool:
    if edit.operation == "undo":
        return bool(_UNSAID.search(text))
    if not edit.target:
        return False
    if edit.operation == "died" and not tells_of_death(text):
        return True
    if edit.operation in _ASKED_FOR and _is_only_thought_of(edit.target, text):
        return True
    if edit.operation in _HELD_OF_ANOTHER and _is_whose(edit.target, text):
        return True
    if edit.operation == "set_circle" and not _OF_CIRCLES.search(text):
        called = rf"\b(?:ring|rang|ringing|rings) (?:up )?{re.escape(edit.target)}\b"
        return bool(re.search(called, text, re.IGNORECASE))
    if edit.operation == "remove" and (
        _KEPT.search(text) or _COMES_ALONG.search(text) or _is_excepted(edit.target, text)
    ):
        return True
    if edit.operation in ("add", "remove") and _NOT_ADDED.search(text):
        return True
    if edit.operation == "remove" and _denies(text, edit.target, "help"):
        return True
    if edit.operation in ("died", "remove"):
        return _is_ruled_out(edit.target, text)
    return edit.operation == "rename" and bool(_NO_NAME.search(edit.value))


def help_denied_of(text: str, who: str) -> frozenset[Work]:
    """The work that a text says somebody does not do: "Maureen doesn't do my tablets".

    Not what it says in the same breath that they do: "doesn't cook but gets my shopping".
    """
    denied: set[Work] = set()
    affirmed: set[Work] = set()
    for part in _CLAUSE.split(straight(text)):
        found = re.search(rf"\b{re.escape(who)}{_DENIES}", part, re.IGNORECASE)
        if found is not None:
            denied |= help_in(_NOT.sub(" ", part[found.end() :]), tuple(Work)) or frozenset()
        else:
            affirmed |= {s.value for s in find(part) if s.attribute == "help"}  # type: ignore[misc]
    return frozenset(denied - affirmed)


def _denies(text: str, who: str, what: str) -> bool:
    """Whether a text says that somebody does not do what a word says: "can't help"."""
    pattern = rf"\b{re.escape(who)}{_DENIES}{_UP_TO}{what}\b"
    return any(re.search(pattern, part, re.IGNORECASE) for part in _CLAUSE.split(text))


def _is_ruled_out(who: str, text: str) -> bool:
    """Whether a text says that it was not they: "it's not Stan that died"."""
    named = rf"\bnot (?:my |our |me )?{re.escape(who)}\b(?! any)"
    return re.search(named, text, re.IGNORECASE) is not None


def _is_only_thought_of(who: str, text: str) -> bool:
    """Whether a change is asked about or supposed, and not asked for: "should I take Bob off?"."""
    return any(
        re.search(rf"{_WONDERS}[^.;!?]*\b{re.escape(who)}\b", part, re.IGNORECASE)
        for part in _CLAUSE.split(text)
    )


def _is_excepted(who: str, text: str) -> bool:
    """Whether somebody is to stay, or to change places: "everyone but Jean", "swap Bob and May"."""
    name = re.escape(who)
    excepted = rf"\b(?:except|but|bar|apart from|other than|not) (?:for )?(?:my |our )?{name}\b"
    swapped = rf"\bswap\b[^.;!?]*\b{name}\b"
    return any(re.search(p, text, re.IGNORECASE) for p in (excepted, swapped))


def _is_whose(who: str, text: str) -> bool:
    """Whether somebody is named only to say whose another is: "Bridget's husband"."""
    low = text.casefold()
    whose = re.search(
        rf"\b{re.escape(who.casefold())}(?:'s?|(?<=s)'?|s)\W+((?:[\w-]+\W+)?[\w-]+)", low
    )
    if whose is None or low.count(who.casefold()) > 1:
        return False
    words = whose[1].split()
    return any(relationship_in(" ".join(words[: n + 1])) is not None for n in range(len(words)))
