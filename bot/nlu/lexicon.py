"""The word lists of ``bot/nlu/data``, read once: who people are, what they are called.

Words live in data files so that people who know a community's terms can add them without
reading the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from bot.network.model import FAMILY, PROFESSIONAL, Relationship

MAX_WORDS = 6


@dataclass(frozen=True)
class Term:
    """What a word or phrase for a member means.

    Attributes:
        relationship: what such a member is to ego.
        flags: letters explained at the head of the data file.
        plural: several members, so that one word stands for more than one.
    """

    relationship: Relationship
    flags: str = ""
    plural: bool = False

    @property
    def is_kin(self) -> bool:
        """A family member."""
        return self.relationship in FAMILY

    @property
    def is_role(self) -> bool:
        """A professional."""
        return self.relationship in PROFESSIONAL

    @property
    def is_group(self) -> bool:
        """A group or an online community."""
        return self.relationship in (Relationship.GROUP, Relationship.ONLINE_COMMUNITY)

    @property
    def is_pet(self) -> bool:
        """A pet."""
        return self.relationship is Relationship.PET


def read_lines(name: str) -> Iterator[str]:
    """The lines of a data file without comments and blanks."""
    text = (files("bot.nlu") / "data" / name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _plural(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) > 2 and words[-2:] == ("in", "law"):
        return (*_plural(words[:-2]), "in", "law")
    last = words[-1]
    if last.endswith("wife"):
        last = last[:-2] + "ves"
    elif last.endswith("child"):
        last += "ren"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        last = last[:-1] + "ies"
    elif last.endswith(("s", "ch", "sh", "x")):
        last += "es"
    else:
        last += "s"
    return (*words[:-1], last)


def _split(phrase: str) -> tuple[str, ...]:
    return tuple(phrase.replace("-", " ").replace("'s", " 's").split())


@lru_cache(maxsize=1)
def terms() -> dict[tuple[str, ...], Term]:
    """Words for members by their lower-case words ("mother", "in", "law")."""
    found: dict[tuple[str, ...], Term] = {}
    plurals: dict[tuple[str, ...], Term] = {}
    for file in ("relations.txt", "groups.txt"):
        for line in read_lines(file):
            phrases, relationship, flags = [*line.split("\t"), "", ""][:3]
            for phrase in phrases.split(","):
                words = _split(phrase.strip().lower())
                term = Term(Relationship(relationship.strip()), flags.strip(), "p" in flags)
                found.setdefault(words, term)
                if not term.plural and not term.is_group:
                    many = Term(term.relationship, term.flags.replace("b", ""), True)
                    plurals.setdefault(_plural(words), many)
    return {**plurals, **found}


def relationship_of(text: str) -> Relationship | None:
    """The relationship that words such as "my sister" or "next door neighbour" stand for."""
    low = re.sub(r"^(?:my|our|me|a|an|the) ", "", text.replace("’", "'").lower().strip())
    words = _split(low)
    while words:
        if term := terms().get(words):
            return term.relationship
        words = words[1:]
    return None


def relationship_in(phrase: str) -> Relationship | None:
    """The relationship that a phrase stands for as a whole ("mum", "district nurse")."""
    term = terms().get(_split(phrase.lower()))
    return term.relationship if term else None


def is_title(phrase: str) -> bool:
    """Whether a word for family is also said before a name: "nana", "auntie", "nani ji"."""
    term = terms().get(_split(phrase.lower()))
    return term is not None and term.is_kin and "t" in term.flags


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """First names, in lower case, of every community in Britain that we know of."""
    found: set[str] = set()
    for entry in (files("bot.nlu") / "data").iterdir():
        if entry.name.startswith("names_") and entry.name != "names_words.txt":
            found.update(w for line in read_lines(entry.name) for w in line.split())
    return frozenset(found)


@lru_cache(maxsize=1)
def british_names() -> frozenset[str]:
    """First names that are not also family names, so two in a row are two people."""
    found: set[str] = set()
    for file in ("names_english.txt", "names_celtic.txt"):
        found.update(w for line in read_lines(file) for w in line.split())
    return frozenset(found - surnames())


@lru_cache(maxsize=1)
def word_names() -> frozenset[str]:
    """Names that are also everyday words ("will", "may", "sue")."""
    return frozenset(w for line in read_lines("names_words.txt") for w in line.split())


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Common family names in lower case."""
    return frozenset(w for line in read_lines("surnames.txt") for w in line.split())


@lru_cache(maxsize=1)
def typos() -> dict[str, str]:
    """Common misspellings and what they stand for."""
    return {w: r for w, r in (line.split("\t")[:2] for line in read_lines("typos.txt"))}


@lru_cache(maxsize=1)
def terms_of_one_word() -> frozenset[str]:
    """Words that are a member word by themselves ("nan", "nurse")."""
    return frozenset(key[0] for key in terms() if len(key) == 1)


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """Words that are worth mending besides those for members."""
    return frozenset(w for line in read_lines("vocabulary.txt") for w in line.split())
