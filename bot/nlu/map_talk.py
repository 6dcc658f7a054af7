"""What a text says of members who are on the map already: who knows whom, who lives where.

Unlike the rest of this package these read a text against a network, so they need no grammar of
names: a name counts where the map has it.
"""

from __future__ import annotations

import re

from bot.network.edits import Match, resolve
from bot.network.model import FAMILY, Distance, Network
from bot.nlu.context import distance_in, names_in
from bot.nlu.words import straight

_CLAUSE = re.compile(r"[.;\n]|\bbut\b|\band so (?:do|does)\b")
_STRANGERS = re.compile(r"\b(?:don'?t|doesn'?t|do not|does not|never|hardly|not)\b[^,]*\bknow")
_KNOWS = re.compile(r"\b(?:knows?|is friends with|gets? on with|sees)\b(?! (?:each|one another))")
_KIN = re.compile(r"\b(?:my |the |our )?(?:whole )?family\b")
_ALL = re.compile(r"\b(?:all|both|everyone|everybody)\b")
_LIVES = re.compile(
    r"\b(?:lives?|living|stays?|based|next door|round the corner"
    r"|(?:down|up|over|across) the (?:road|street)|miles away"
    r"|far away|hours? away|minutes? away|abroad|overseas|a drive away"
    r"|in the same (?:house|street|road|village|building))\b[^,.;]*"
)
_SAME = (
    re.compile(
        r"^(.+?) (?:and|is|are) (.+?)(?: (?:is|are))? "
        r"(?:really |actually |just )?(?:one and )?the same(?: person| one)?$"
    ),
    re.compile(r"^(.+?) (?:is|are) (?:really |actually |just )?the same(?: person| one)? as (.+)$"),
)


def ties_in(text: str, network: Network) -> list[tuple[str, ...]]:
    """Groups of members, by key, who all know each other: "Jean, Tom and Bob", "Jean knows Bob".

    "My family" means all family who are active, "all of them" everyone.
    """
    keys = {m.label: m.key for m in network.active}
    family = tuple(m.key for m in network.active if m.relationship in FAMILY)
    groups: list[tuple[str, ...]] = []
    for clause in _CLAUSE.split(straight(text).lower()):
        if _STRANGERS.search(clause):
            continue
        left, right = _knower(clause, keys)
        if left and right:
            groups += [(a, b) for a in left for b in right if a != b]
            continue
        kin = _KIN.search(clause) is not None
        said = _ALL.sub(" ", _KIN.sub(" ", clause)) if kin else clause
        named = tuple(keys[n] for n in names_in(said, keys))
        if kin:
            named = tuple(dict.fromkeys((*family, *named)))
        if len(named) > 1:
            groups.append(named)
    return groups


def _knower(clause: str, keys: dict[str, str]) -> tuple[list[str], list[str]]:
    """Who knows whom in "Jean knows Bob and Margaret", who need not know one another."""
    found = _KNOWS.search(clause)
    if found is None:
        return [], []
    sides = clause[: found.start()], clause[found.end() :]
    left, right = ([keys[n] for n in names_in(side, keys)] for side in sides)
    return left, right


def distance_said(text: str) -> Distance | None:
    """How near somebody lives, where a text says so beside other things ("lives round here")."""
    # "Lives in Leeds" is a place; only "lives in", said alone, is the same home.
    low = re.sub(r"\b(lives?) in (?=\w)(?!the house|my |our )", r"\1 at ", straight(text).lower())
    said = (distance_in(found[0]) for found in _LIVES.finditer(low))
    return next((distance for distance in said if distance), None)


def same_in(text: str, network: Network) -> tuple[str, str] | None:
    """Keys of two members whom a text says to be one: "Jean and my wife are the same"."""
    plain = " ".join(straight(text).lower().strip(" .!").split())
    found = next((match for pattern in _SAME if (match := pattern.match(plain))), None)
    if found is None:
        return None
    pair = [resolve(network, side) for side in found.groups()]
    if not all(isinstance(side, Match) for side in pair):
        return None
    first, second = (side.key for side in pair if isinstance(side, Match))
    return (first, second) if first != second else None
