"""Short labels of codes, from ``words.yml``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


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


def listed(items: Iterable[str], last: str = "and") -> str:
    """ "Jean", "Jean and Tom", "Jean, Tom and Bob"."""
    words: Sequence[str] = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
