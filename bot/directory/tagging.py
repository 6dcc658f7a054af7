"""What a service is for, read from its taxonomy terms and its words.

Phrases (``data/tagging.yaml``) are looked up by their words, plural or not, longest first; a
longer phrase listed under nothing ("walking distance") shields the one inside it. A tag needs a
taxonomy term, or a phrase in the name, or a phrase in the description that is telling by
itself. Every tag keeps the words that gave it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.directory.categories import WORK, Audience, SubCategory
from bot.directory.model import Tag, Term
from bot.network.model import Work

VOCABULARY = Path(__file__).parent / "data" / "tagging.yaml"

# Directories may tag with the product's own codes, under this taxonomy name.
OWN_SCHEME = "wise"
_ORDER = {sub: place for place, sub in enumerate(SubCategory)}
_CODES = frozenset(sub.value for sub in SubCategory)

# Vocabularies that say whom a service suits, not what it is.
_FOR_WHOM = re.compile(r"suitab|audience|send|eligib|circumstance|\bage", re.IGNORECASE)
_WORDS = re.compile(r"[a-z0-9]+")


# Not "accompanied by an adult", nor "children of all ages".
_ADULTS_TOO = re.compile(
    r"\badults (?:and|or|&) (?:\w+ )?(?:children|young)|\bchildren (?:and|or|&) adults"
    r"|\badults of (?:any|all) ages?|(?<!children of )(?<!kids of )\b(?:all|any) ages? welcome"
    r"|\b(?:for|to) (?:all |any )?adults\b",
    re.IGNORECASE,
)


def says_for_whom(scheme: str) -> bool:
    """Whether a vocabulary, by its name, says whom a service suits rather than what it is."""
    return bool(_FOR_WHOM.search(scheme))


# A plural s after three letters or more, but not that of "dress".
_PLURAL = re.compile(r"(?<=[a-z0-9]{2}[a-rt-z0-9])s(?![a-z0-9])")


def words(text: str) -> list[str]:
    """Lower-case words without apostrophes or plural s: what phrases are matched on."""
    flat = text.casefold().replace("'", "").replace("’", "").replace("&", " and ")
    if not flat.isascii():
        flat = unicodedata.normalize("NFKD", flat).encode("ascii", "ignore").decode()
    return _WORDS.findall(_PLURAL.sub("", flat))


@dataclass(frozen=True)
class Hit:
    """A phrase that was found, and what it is listed under (``None`` for a shield)."""

    label: object | None
    phrase: str


class Phrases:
    """Labels by phrase; finds the longest listed phrase at each word."""

    def __init__(self, *tables: Mapping[Any, Iterable[str]], shields: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], object | None, str]]] = {}
        for table in tables:
            for label, phrases in table.items():
                self._add(label, phrases)
        self._add(None, shields)
        for entries in self._by_first.values():
            entries.sort(key=lambda e: -len(e[0]))

    def _add(self, label: object | None, phrases: Iterable[str]) -> None:
        for phrase in phrases:
            stems = tuple(words(phrase))
            if stems:
                entry = (stems, label, phrase)
                self._by_first.setdefault(stems[0], []).append(entry)

    def find(self, tokens: list[str]) -> Iterator[Hit]:
        """Hits from left to right; phrases of equal length at one place all count."""
        by_first, free = self._by_first, 0
        if by_first.keys().isdisjoint(tokens):
            return
        for at in [i for i, token in enumerate(tokens) if token in by_first]:
            if at < free:
                continue
            length = 0
            for stems, label, phrase in by_first[tokens[at]]:
                size = len(stems)
                if size < length:
                    break
                if size == 1 or tuple(tokens[at : at + size]) == stems:
                    length = size
                    yield Hit(label, phrase)
            free = at + (length or 1)


@dataclass(frozen=True)
class _Vocabulary:
    strong: Phrases
    weak: Phrases
    conditions: Phrases
    audience: Phrases
    audience_in_description: Phrases
    aims: frozenset[str]


@lru_cache(maxsize=1)
def _phrases() -> dict[str, Any]:
    with VOCABULARY.open(encoding="utf-8") as file:
        return dict(yaml.safe_load(file))


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    data = _phrases()
    strong = {SubCategory(k): v for k, v in data["strong"].items()}
    weak = {SubCategory(k): v for k, v in data["weak"].items()}
    return _Vocabulary(
        strong=Phrases(strong, shields=data["shields"]),
        weak=Phrases(strong, weak, shields=data["shields"]),
        conditions=Phrases(data["conditions"], shields=data["condition_shields"]),
        audience=Phrases(
            {Audience(k): v for k, v in data["audience"].items()}, shields=data["audience_shields"]
        ),
        audience_in_description=Phrases(
            {Audience(k): v for k, v in data["audience_in_description"].items()}
        ),
        aims=frozenset(" ".join(words(t)) for t in data["aims"]),
    )


@lru_cache(maxsize=1)
def known_words() -> tuple[str, ...]:
    """Words of five letters and more in the phrases that services are tagged by."""
    data = _phrases()
    phrases = (p for kind in ("strong", "weak") for several in data[kind].values() for p in several)
    return tuple(sorted({w for p in phrases for w in words(p) if len(w) >= 5}))


@dataclass(frozen=True)
class Tagging:
    """What was read from one service."""

    tags: tuple[Tag, ...]
    works: frozenset[Work]
    conditions: tuple[str, ...]
    audience: frozenset[Audience]


def tag(name: str, description: str, terms: Iterable[Term] = (), extra: str = "") -> Tagging:
    """Sub-categories (several, each with its reason), work, conditions and audience.

    Args:
        name, description: clean texts of the service.
        terms: the feed's own taxonomy terms.
        extra: eligibility and other words that may name conditions.
    """
    vocabulary = _vocabulary()
    found: dict[SubCategory, str] = {}
    aims: dict[SubCategory, str] = {}
    for_whom: dict[Audience, None] = {}
    ill: dict[str, None] = {}
    term_words: list[list[str]] = []
    own: dict[SubCategory, str] = {}
    for term in terms:
        if term.scheme == OWN_SCHEME:
            code = term.name.strip().casefold().replace(" ", "_")
            if code in _CODES:
                own.setdefault(SubCategory(code), f"term: {term.name}")
            continue
        tokens = words(term.name)
        term_words.append(tokens)
        if term.scheme and says_for_whom(term.scheme):
            continue
        is_aim = " ".join(tokens) in vocabulary.aims
        target, kind = (aims, "aim") if is_aim else (found, "term")
        for hit in vocabulary.weak.find(tokens):
            if isinstance(hit.label, SubCategory):
                target.setdefault(hit.label, f"{kind}: {term.name}")
    name_words = words(name)
    text_words = words(description)
    for hit in vocabulary.weak.find(name_words):
        if isinstance(hit.label, SubCategory):
            found.setdefault(hit.label, f"name: {hit.phrase}")
    for hit in vocabulary.strong.find(text_words):
        if isinstance(hit.label, SubCategory):
            found.setdefault(hit.label, f"text: {hit.phrase}")
    # A directory that uses the product's own codes has said all there is to say.
    found = own or found or aims
    for tokens in (*term_words, name_words, text_words, words(extra)):
        for hit in vocabulary.conditions.find(tokens):
            if isinstance(hit.label, str):
                ill.setdefault(hit.label)
    for tokens in (*term_words, name_words):
        for hit in vocabulary.audience.find(tokens):
            if isinstance(hit.label, Audience):
                for_whom.setdefault(hit.label)
    for hit in vocabulary.audience_in_description.find(text_words):
        if isinstance(hit.label, Audience):
            for_whom.setdefault(hit.label)
    if Audience.CHILDREN in for_whom and _ADULTS_TOO.search(f"{name}. {description}. {extra}"):
        del for_whom[Audience.CHILDREN]  # An audience shuts others out.
    tags = tuple(Tag(sub, found[sub]) for sub in sorted(found, key=_ORDER.__getitem__))
    works = frozenset(w for t in tags for w in WORK[t.subcategory])
    return Tagging(tags, works, tuple(ill), frozenset(for_whom))
