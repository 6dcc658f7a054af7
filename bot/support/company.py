"""Who must not be pointed to, whatever else is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.network.model import FAMILY, Kind, Network


def not_to_be_named(network: Network, *, told_of_abuse: bool) -> frozenset[str]:
    """Keys of whom never to point to once abuse was told, as nobody may have said who it was.

    Everybody but staff while no member is known to make things harder; family while only others
    are known to. Where one of the family is, that is taken to be who was told of.
    """
    if not told_of_abuse:
        return frozenset()
    named = [m for m in network if m.strain]
    if any(m.relationship in FAMILY for m in named):
        return frozenset()
    return frozenset(
        m.key for m in network if m.relationship in FAMILY or (not named and m.kind is Kind.PERSON)
    )


def is_named(label: str, words: str) -> bool:
    """Whether words hold a label as a word, or words, of its own."""
    return bool(re.search(rf"(?<!\w){re.escape(label)}(?!\w)", words, re.IGNORECASE))


def without_company(words: str, labels: Iterable[str]) -> str:
    """What is planned, but for those who were to come along; "" where it is about one of them.

    "A walk with Frank" is a walk; of "ask Frank to come along" nothing is left.
    """
    for label in labels:
        name = rf"(?:(?:my|our|the) )?(?:\w+ )?{re.escape(label)}(?!\w|['’]s)"
        words = re.sub(
            rf"\bwith {name}(?:,| and) (?=(?-i:[A-Z])|my |our )", "with ", words, flags=re.I
        )
        words = re.sub(
            rf"[,;]?\s*\b(?:along |together )?(?:with|and) {name}", "", words, flags=re.I
        )
        if is_named(label, words):
            return ""
    return words.strip(" ,;")
