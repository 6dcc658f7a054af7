"""What somebody means by name: "is there a choir?", or "the walking" of several plans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from bot.directory.search_index import query_words

_NO_NAME = frozenset(
    """about activities activity advice again another anything around available because better
    bit body case club clubs community could did different doing don else ever everything feel
    feeling few going gonna good got had has have hear help helpful her here him his hobby home
    how ideas idea interested interesting join just kind know know like list local look lot love
    many maybe might more most much must nearby nearer need needed needs new nice not nothing now
    offer offers one ones option options other others our out people person place places please
    possible really recommend see service services session sessions should show so some somebody
    someone somewhere sort stuff suggest suggestion suggestions suitable support sure tell than
    thank thanks them then these they thing things think this those to today try up us useful very
    want wanted was well were when which who why will with won would yes you your id im ive ill
    theres whats s t m ve d ll re owt nowt summat summit
    talk""".split()  # noqa: SIM905
)
"""Words that name no activity by themselves."""

_MOST_WORDS = 4
"""Who says more than this tells of a need, and is answered by ranking."""


def thing_named(text: str, *, but: Iterable[str] = ()) -> str:
    """The telling words of a request for something by name, "" where nothing is named.

    Args:
        text: what was typed.
        but: further words that name nothing: those of the place where the person lives.
    """
    others = {w for words in but for w in query_words(words)}
    text = _OUT_OF_THE_HOUSE.sub(" ", _FOR_WHOM.sub(" ", text))
    words = [w for w in query_words(text) if w not in _NO_NAME and w not in others]
    return " ".join(words) if len(words) <= _MOST_WORDS else ""


_OUT_OF_THE_HOUSE = re.compile(
    r"\b(?:out of|from) (?:the|my) (?:house|home|flat|four walls)\b", re.I
)
"""What is to be got away from is not what is looked for."""
_FOR_WHOM = re.compile(
    r"\bfor (?:my |our )?(?:husband|wife|mum|mam|mother|dad|father|son|daughter|sister|brother"
    r"|friend)\b",
    re.IGNORECASE,
)
_IS_THERE = re.compile(
    r"\b(?:is|are) there\b|\b(?:have|has) (?:you|they) (?:got )?(?:a|an|any|owt|some)\b"
    r"|\b(?:do|does) (?:you|they) (?:have|know)\b|\bwhat about (?:a |an |some )?\w+ing\b"
    r"|\b(?:i'?d|i would) (?:like|love|prefer) (?:a|an|some)\b"
    r"|\bany (?:\w+ )?(?:groups?|clubs?|class\w*)\b",
    re.IGNORECASE,
)


def is_there(text: str) -> bool:
    """Whether a text asks for something new: "is there a choir", "what about singing"."""
    return bool(_IS_THERE.search(text.replace("\u2019", "'")))


_ENDING = re.compile(r"(?:ing|ed|ers?|e?s)$")
_STEM = 4
"""Letters that two forms of a word share at least: "walk" and "walking"."""

_CLOSE = 85
"""How near (0 to 100) two words are that differ by a slip of the thumb."""


def which_named(text: str, names: Sequence[str]) -> int | None:
    """Which of some names words mean, by its place: the one that shares most words with them.

    ``None`` where several share as many, or none shares any.
    """
    said = re.findall(r"\w+", text.casefold())
    shared = [sum(any(alike(w, s) for s in said) for w in query_words(name)) for name in names]
    most = max(shared, default=0)
    best = [place for place, count in enumerate(shared) if count == most]
    return best[0] if most and len(best) == 1 else None


def alike(one: str, other: str) -> bool:
    """Whether two words are forms of one, or a slip of the thumb apart."""
    short, long = sorted((_ENDING.sub("", one), _ENDING.sub("", other)), key=len)
    close = long.startswith(short) or fuzz.ratio(one, other) >= _CLOSE
    return one == other or (len(short) >= _STEM and close)
