"""Short labels of codes, from ``words.yml``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.network.model import Member


@lru_cache(maxsize=1)
def _all() -> dict[str, Any]:
    with open(Path(__file__).with_name("words.yml"), encoding="utf-8") as file:
        return yaml.safe_load(file)


def label(group: str, code: object, **values: object) -> str:
    """The label of one code, with any ``{names}`` filled; ``KeyError`` for an unknown code."""
    return str(_all()[group][str(code)]).format(**values)


def labels(group: str) -> dict[str, str]:
    """All labels of a group, by code, in the order of the file."""
    return dict(_all()[group])


def codes(group: str) -> list[str]:
    """The codes of a list in the file."""
    return list(_all()[group])


_TO_YOU = {"my": "your", "me": "you", "I": "you", "I'm": "you're"}


def said_back(title: str) -> str:
    """A label of the patient's own, inside a sentence to them: "learning about your health"."""
    words = [_TO_YOU.get(w, w) for w in title.split()]
    text = " ".join(words)
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def titles(members: Iterable[Member]) -> dict[str, str]:
    """A title for each member's key; two of one name get what tells them apart."""
    members = list(members)
    names = Counter(m.label for m in members)
    return {
        m.key: f"{m.label} ({label('relationships', m.relationship)})"
        if names[m.label] > 1 and m.relationship
        else m.label
        for m in members
    }


def listed(items: Iterable[str], last: str = "and") -> str:
    """ "Jean", "Jean and Tom", "Jean, Tom and Bob"."""
    words: Sequence[str] = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
