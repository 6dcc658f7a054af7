"""Outcome scales: where a service plugs in one that it wants. None is on by default.

``WISE_OUTCOME_SCALE`` names it as ``module:NAME``: ``bot.support.scales:ONS4``, or one in a
package of the service's own. Most scales belong to somebody: put in only one whose licence you
have read, and keep its words as its owner has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pkgutil import resolve_name

from bot.support.sureness import sure_in

_CODE = re.compile(r"[a-z0-9_.-]{1,40}")


class NoScale(ValueError):
    """The setting names no scale; the message says why."""


@dataclass(frozen=True)
class Item:
    """One question.

    Attributes:
        code: what the answer is kept by.
        words: as the owner has them.
        options: value and title of each answer, as they are offered.
    """

    code: str
    words: str
    options: tuple[tuple[int, str], ...]

    def value_in(self, text: str) -> int | None:
        """The value that typed words give: an option by its title, or its number."""
        said = text.casefold().strip(" .!")
        for value, title in self.options:
            if said == title.casefold():
                return value
        number = sure_in(text)
        return number if number in dict(self.options) else None


@dataclass(frozen=True)
class Scale:
    """A scale with everything that has to be known to ask it and to read its answers.

    Attributes:
        name, version: kept with the answers. They are codes, as those of items are: up to 40
            small letters, digits, and "_", "." or "-".
        licence, source: under what it may be used, and where its words are from.
        intro: what is said before the first question.
        scoring: makes scores, by name, of the answers by item; ``None`` where each answer is
            reported by itself. It may be given fewer answers than there are items.
    """

    name: str
    version: str
    licence: str
    source: str
    intro: str
    items: tuple[Item, ...]
    scoring: Callable[[Mapping[str, int]], Mapping[str, float]] | None = None

    def scores(self, answers: Mapping[str, int]) -> dict[str, float]:
        """The scores of some answers; empty where there are none to be made."""
        return dict(self.scoring(answers)) if self.scoring is not None else {}


@lru_cache(maxsize=4)
def scale_named(name: str) -> Scale | None:
    """The scale of a setting; ``None`` for an empty one.

    Raises:
        NoScale: there is none of that name, or it is something else.
    """
    if not name:
        return None
    try:
        found = resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise NoScale(f"{name} cannot be loaded: {error}") from error
    if not isinstance(found, Scale) or not found.items:
        raise NoScale(f"{name} is no bot.support.scales.Scale with items")
    codes = [found.name, found.version, *(item.code for item in found.items)]
    if wrong := [code for code in codes if not _CODE.fullmatch(code)]:
        raise NoScale(f"{name} has names that are no codes: {', '.join(wrong)}")
    return found


_FROM_0_TO_10 = tuple((number, str(number)) for number in range(11))

ONS4 = Scale(
    name="ons4",
    version="gss-2020-05-19",
    licence="Crown copyright, Open Government Licence v3.0",
    source="https://analysisfunction.civilservice.gov.uk/policy-store/personal-well-being/",
    intro=(
        "Next I would like to ask you four questions about your feelings on aspects of your life. "
        "There are no right or wrong answers. For each of these questions I’d like you to give an "
        "answer on a scale of 0 to 10, where 0 is “not at all” and 10 is “completely”."
    ),
    items=(
        Item("satisfied", "Overall, how satisfied are you with your life nowadays?", _FROM_0_TO_10),
        Item(
            "worthwhile",
            "Overall, to what extent do you feel that the things you do in your life are "
            "worthwhile?",
            _FROM_0_TO_10,
        ),
        Item("happy", "Overall, how happy did you feel yesterday?", _FROM_0_TO_10),
        Item(
            "anxious",
            "On a scale where 0 is “not at all anxious” and 10 is “completely anxious”, overall, "
            "how anxious did you feel yesterday?",
            _FROM_0_TO_10,
        ),
    ),
)
"""Personal well-being, the four questions of the Office for National Statistics.

They make no total: ONS reports each by itself, and the last runs the other way.
"""
