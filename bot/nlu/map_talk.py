"""What a text says of members who are on the map already: who knows whom, who lives where.

Unlike the rest of this package these read a text against a network, so they need no grammar of
names: a name counts where the map has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.network.edits import Match, is_certain, kin_in, resolve
from bot.network.model import FAMILY, Distance, Member, Network, Relationship, Work
from bot.nlu.context import ABROAD, distance_in, names_in, names_said, spots_of
from bot.nlu.denials import help_denied_of
from bot.nlu.words import straight

_CLAUSE = re.compile(
    r"[.;\n]|(?<!everyone )(?<!everybody )(?<!all )(?<!of them )(?<!of us )(?<!family )"
    r"\bbut\b(?! not\b)|\band so (?:do|does)\b"
)
"""Where the next thing is said; not at "everyone but Bob"."""
_BUT_THEY = re.compile(
    r"\bbut (?=[^.,;]{1,40}? (?:only|just|hardly|never|(?:do|does)(?:n'?t| not))\b)"
)
"""What of "all of them but Bob only knows Sue" begins the next thing that is said."""
_STRANGERS = re.compile(r"\b(?:don'?t|doesn'?t|do not|does not|never|hardly|not)\b[^,]*\bknow")
_EACH_OTHER = re.compile(r"\bknows? (?:each other|one another)\b")
_KNOWS = re.compile(r"\b(?:knows?|is friends with|gets? on with|sees)\b(?! (?:each|one another))")
_ALL_KNOW_ALL = re.compile(
    r"\b(everyone|everybody|they all|all of them) knows? (?:everyone|everybody)(?: else)?\b"
)
_AND_KNOWS = re.compile(r"(\bknows?\b[^.;]*?), and (?=[^.;]*\bknows?\b)")
"""Where "Irene knows everyone, and Tom and Bob know each other" says the next thing."""
_SAYS_KNOWS = re.compile(r"\w knows? (?!about|what|how|if|that|when|where|why|me\b|i\b)\w")
_MY = re.compile(r"\b(?:my|our|me|ma|mi) ([\w-]+)(?!['’])\b", re.IGNORECASE)
_HE_OR_SHE = FAMILY - {Relationship.PARTNER, Relationship.EX_PARTNER}
_NOT_SO = re.compile(r"(?:n't|\b(?:not|never|isnt|doesnt|dont|no))\W+(?:[\w'-]+\W+){0,2}$")
_DIED = re.compile(r"\b(?:died?|dead|deid|pass(?:ed)? (?:away|on)|passed)\b", re.IGNORECASE)
_PUTS_RIGHT = re.compile(
    r"\b(?:died|dead|pass(?:ed)?|gone|meant|mean|mistake|wrong|sorry)\b", re.IGNORECASE
)
_KIN = re.compile(r"\b(?:all )?(?:of )?(?:my |the |our )?(?:whole )?family\b(?: all\b)?")
_LIVES = re.compile(
    r"\b(?:lives?|living|stays?|based|next door|round the corner"
    r"|(?:down|up|over|across) the (?:road|street)|miles away"
    # How many minutes tells whether it is near.
    r"|far away|hours? away|(?:(?:couple of|(?!not\b)\w+) )?minutes? away"
    r"|abroad|overseas|a drive away"
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

    "My family" means all family who are active, "all of them" everyone; "everyone but Bob" and
    "they all do, but Bob doesn't" leave Bob out.
    """
    people = _People(network)
    groups: list[tuple[str, ...]] = []
    strangers: list[tuple[list[str], list[str]]] = []
    low = _ALL_KNOW_ALL.sub(r"\1 know each other", straight(text).lower())
    low = _AND_KNOWS.sub(r"\1. ", low)
    for clause in _CLAUSE.split(_BUT_THEY.sub(". ", low)):
        if _STRANGERS.search(clause) or people.are_denied(clause):
            sides = re.split(r"\bknows?\b", clause, maxsplit=1)
            strangers.append((people.named(sides[0]), people.named("".join(sides[1:]))))
            continue
        knows = _KNOWS.search(clause)
        # Whom one person knows need not know one another.
        left = people.meant(clause[: knows.start()]) if knows else []
        right = people.meant(clause[knows.end() :]) if knows else []
        if left and right:
            groups += [(a, b) for a in left for b in right if a != b]
        else:
            groups.append(tuple(people.meant(_EACH_OTHER.sub(",", clause))))
    for some, others in strangers:
        groups = [each for group in groups for each in _apart(group, some, others)]
    return [group for group in groups if len(group) > 1]


def ties_told(text: str, network: Network) -> list[tuple[str, ...]]:
    """Who knows whom, where a text says just that, whatever was asked: "my wife knows Colin"."""
    if not _SAYS_KNOWS.search(straight(text).lower()):
        return []
    return ties_in(with_labels(text, network), network)


def with_labels(text: str, network: Network, *, surely: bool = True) -> str:
    """A text with the labels of those whom it calls by a word alone: "my wife" is "Jean".

    Args:
        surely: not where the word may mean somebody new. The map knows no sister from a brother.
    """
    said, begin = "", 0
    for match, member in called_by_kin(text, network, _MY):
        in_doubt = member.relationship in _HE_OR_SHE and not is_certain(member, match[1])
        if not (surely and in_doubt):
            said += text[begin : match.start()] + member.label
            begin = match.end()
    return said + text[begin:]


def called_by_kin(
    text: str, network: Network, words: re.Pattern[str]
) -> Iterator[tuple[re.Match[str], Member]]:
    """Where a word such as "wife" stands for one member, and for whom.

    Not where a name follows, which says better who is meant: "my friend Tom".

    Args:
        words: finds what may be such a word, as its first group.
    """
    named = {spot.start for spot in spots_of(text, [m.label for m in network])}
    for match in words.finditer(text):
        found = resolve(network, match[1]) if kin_in(match[1]) else None
        if isinstance(found, Match) and match.end() + 1 not in named:
            yield match, network[found.key]


def help_denied(text: str, network: Network) -> dict[str, frozenset[Work]]:
    """What members do not do, by key: "Maureen doesn't do my tablets any more"."""
    said = with_labels(text, network)
    keys = {m.label: m.key for m in network.active}
    # The name as it is written, with its slips.
    denied = {
        keys[spot.name]: help_denied_of(said, said[spot.start : spot.end])
        for spot in spots_of(said, keys)
    }
    return {key: works for key, works in denied.items() if works}


def not_the_one(text: str, network: Network) -> list[str]:
    """Keys of those of whom a text says that it was not they, where it puts something right."""
    if not _PUTS_RIGHT.search(text):
        return []
    said = with_labels(text, network)
    spots = spots_of(said, [m.label for m in network])
    keys = {m.label: m.key for m in network}
    return [keys[s.name] for s in spots if re.search(r"\bnot\W+$", said[: s.start].lower())]


class _People:
    """Whom of those who are part of life now a text means, by key."""

    def __init__(self, network: Network) -> None:
        self._keys = {m.label: m.key for m in network.active}
        self._family = [m.label for m in network.active if m.relationship in FAMILY]

    def meant(self, text: str) -> list[str]:
        """Those whom a text means, but for those it rules out."""
        if not _KIN.search(text):
            return [self._keys[n] for n in names_in(text, self._keys)]
        others = [n for n in self._keys if n not in self._family]
        kin = names_in(_KIN.sub("everyone", text), self._family)
        return [self._keys[n] for n in (*kin, *names_in(_KIN.sub(" ", text), others))]

    def named(self, text: str) -> list[str]:
        """Those whom a text names, whatever it says of them."""
        return [self._keys[spot.name] for spot in spots_of(text, self._keys)]

    def are_denied(self, text: str) -> bool:
        """Whether a text only rules people out: "Bob doesn't", "not Bob"."""
        said = names_said(text, self._keys)
        return bool(said.denied) and not said.meant and not _KIN.search(text)


def _apart(
    group: tuple[str, ...], some: Sequence[str], others: Sequence[str]
) -> list[tuple[str, ...]]:
    """A group without those who are strangers in it: to ``others``, or where none are, to all."""
    if not others:
        return [tuple(k for k in group if k not in some)]
    if set(group).isdisjoint(some) or set(group).isdisjoint(others):
        return [group]
    return [tuple(k for k in group if k not in side) for side in (some, others)]


def distance_said(text: str) -> Distance | None:
    """How near somebody lives, where a text says so beside other things ("lives round here")."""
    # "Lives in Leeds" is a place; only "lives in", said alone, is the same home.
    low = re.sub(
        rf"\b(lives?) in (?=\w)(?!the house|my |our |{ABROAD}\b)", r"\1 at ", straight(text).lower()
    )
    for found in _LIVES.finditer(low):
        distance = distance_in(found[0])
        if distance and not _NOT_SO.search(low[: found.start()]):
            return distance
        if distance is Distance.FAR and not re.search(r"\bliv\w+", found[0]):
            return Distance.NEAR  # "not far away"
    return None


def keys_named(text: str, network: Network) -> list[str]:
    """Keys of those on the map whom a text names, by name or as "my wife"."""
    said = with_labels(text, network)
    keys = {m.label: m.key for m in network.active}
    return list(dict.fromkeys(keys[spot.name] for spot in spots_of(said, keys)))


def speaks_of_death(text: str) -> bool:
    """Whether a text speaks of a death in plain words."""
    return bool(_DIED.search(text))


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
