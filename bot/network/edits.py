"""Finding the member that a text means, and changes that need more than one value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from bot.network.model import Kind, Member, Network, Relationship, Status, Work

R = Relationship

# Kin and role words as patients write them, and what each may be. Gendered words cannot be
# checked against the map, so "my sister" fits any sibling that is not called a brother.
KIN: dict[str, frozenset[Relationship]] = {
    word: frozenset(relationships)
    for words, relationships in (
        (
            "wife husband partner spouse hubby missus fiance fiancee girlfriend boyfriend",
            (R.PARTNER,),
        ),
        ("ex exwife exhusband expartner", (R.EX_PARTNER,)),
        ("mum mam mom mother mummy ma dad father daddy da parent", (R.PARENT,)),
        ("son daughter child kid lad boy girl stepson stepdaughter", (R.CHILD,)),
        ("sister brother sis bro sibling twin stepsister stepbrother ourkid", (R.SIBLING,)),
        ("grandson granddaughter grandchild grandkid", (R.GRANDCHILD,)),
        (
            "gran grandma granny nan nana nanna grandad granddad grandpa grandmother grandfather",
            (R.GRANDPARENT,),
        ),
        (
            "aunt auntie aunty uncle cousin niece nephew inlaw motherinlaw fatherinlaw "
            "sisterinlaw brotherinlaw soninlaw daughterinlaw family relative",
            (R.OTHER_FAMILY,),
        ),
        ("friend mate pal bestie chum", (R.FRIEND,)),
        ("neighbour neighbor", (R.NEIGHBOUR,)),
        ("colleague workmate boss coworker", (R.COLLEAGUE,)),
        ("gp doctor doc dr", (R.GP, R.OTHER_PROFESSIONAL)),
        ("consultant specialist physio dietitian", (R.OTHER_PROFESSIONAL, R.THERAPIST)),
        ("nurse matron", (R.NURSE,)),
        ("pharmacist chemist pharmacy", (R.PHARMACIST,)),
        ("carer homehelp", (R.PAID_CARER,)),
        ("socialworker", (R.SOCIAL_WORKER,)),
        ("therapist counsellor", (R.THERAPIST,)),
        ("group club class", (R.GROUP,)),
        ("forum", (R.ONLINE_COMMUNITY,)),
        ("dog cat pet budgie rabbit bird parrot horse puppy kitten", (R.PET,)),
    )
    for word in words.split()
}
# Words that are opposites within one relationship: a label with the one is not the other.
_OPPOSITE = {
    "sister": "brother",
    "brother": "sister",
    "mum": "dad",
    "dad": "mum",
    "mother": "father",
    "father": "mother",
    "son": "daughter",
    "daughter": "son",
    "wife": "husband",
    "husband": "wife",
    "aunt": "uncle",
    "auntie": "uncle",
    "uncle": "auntie",
    "niece": "nephew",
    "nephew": "niece",
    "grandson": "granddaughter",
    "granddaughter": "grandson",
    "dog": "cat",
    "cat": "dog",
}
_SAME = {"mam": "mum", "mom": "mum", "mother": "mum", "mummy": "mum", "father": "dad"}
KIN_TITLES = frozenset({"father", "mother", "sister", "brother", "bro", "sis"})
"""Kin words that are also titles: of a priest, a nun, a nurse, one of a congregation."""
_MINE = re.compile(r"\W*(?:my|our|me|ma|mi)\b", re.IGNORECASE)
_FILLER = frozenset(
    word
    for words in ("my the our a an of dear please that this", "one called named who is lady man")
    for word in words.split()
)

_SOMEBODY = frozenset({"lady", "man"})

# How alike two words must be. In words of up to four letters only letters swapped, missing or
# doubled count as a slip: Rob and Bob, or Jean and Joan, are two people.
_SHORT = 4
_ALIKE = 0.74
_SLIP_IN_SHORT = 0.75
_CLEARLY_BETTER = 0.12


@dataclass(frozen=True)
class Match:
    """The one member that the text means."""

    key: str


@dataclass(frozen=True)
class Ambiguous:
    """Members that the text may mean, in the order they were named."""

    keys: tuple[str, ...]


def _words(text: str) -> list[str]:
    """Words without case, accents, punctuation and possessive endings."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"[’'`]s\b", "", plain)
    plain = re.sub(
        r"\b(in|step|ex|co|social|home)[\s-]+(law|worker|help|wife|husband|partner)\b",
        r"\1\2",
        plain,
    )
    plain = re.sub(r"\b(mother|father|sister|brother|son|daughter)[\s-]+inlaw\b", r"\1inlaw", plain)
    plain = re.sub(r"\bour kid\b", "ourkid", plain)
    plain = re.sub(r"\b(?:reverend|revd)\b", "rev", plain)
    return re.findall(r"[^\W_]+", plain)


def _alike(word: str, other: str) -> float:
    """0 for words that are not the same but for slips of the keys, up to 1."""
    if word == other:
        return 1.0
    if not word.isalpha() or not other.isalpha():
        return 0.0
    if min(len(word), len(other)) <= _SHORT:
        if word[0] != other[0] or DamerauLevenshtein.distance(word, other) != 1:
            return 0.0
        replaced = len(word) == len(other) and sorted(word) != sorted(other)
        return 0.0 if replaced else _SLIP_IN_SHORT
    return float(DamerauLevenshtein.normalized_similarity(word, other))


def _name_score(wanted: Sequence[str], label: Sequence[str]) -> float:
    """How well each wanted word is found in the label, 0 to 1."""
    if not wanted or not label:
        return 0.0
    best = [max(_alike(w, have) for have in label) for w in wanted]
    # Words written as one ("breatheasy" for the Breathe Easy group).
    joined = [_alike("".join(wanted), "".join(label[: n + 1])) for n in range(1, len(label))]
    return max(min(best), *joined, 0.0)


def _one_or_many(keys: Sequence[str]) -> Match | Ambiguous | None:
    if not keys:
        return None
    return Match(keys[0]) if len(keys) == 1 else Ambiguous(tuple(keys))


def resolve(
    network: Network, text: str, relationship: Relationship | None = None
) -> Match | Ambiguous | None:
    """The member that ``text`` means: "bob", "my sister", "Marget next door", "Dr Patel".

    The name comes first, then what the member is to ego, then names with slips of the keys.

    Args:
        network: where to look.
        text: the words.
        relationship: what the words stand for where the caller knows; it is looked at last.

    Returns:
        ``Match``, ``Ambiguous`` where several fit equally well, or None.
    """
    found = _resolved(network, text)
    if found is None and relationship is not None:
        return _one_or_many([m.key for m in network if m.relationship is relationship])
    return found


def _resolved(network: Network, text: str) -> Match | Ambiguous | None:
    words = _words(text)
    if not words:
        return None
    labels = {m.key: _words(m.label) for m in network}

    whole = [k for k, label in labels.items() if label == words]
    if whole:
        return _one_or_many(whole)
    wanted = [w for w in words if w not in _FILLER]
    if not wanted:
        # "That lady": the one whose label says so.
        said = [w for w in words if w in _SOMEBODY]
        return _one_or_many([k for k, label in labels.items() if said and {*said} <= {*label}])
    whole = [k for k, label in labels.items() if [w for w in label if w not in _FILLER] == wanted]
    if whole:
        return _one_or_many(whole)
    if _MINE.match(text):
        labels = {m.key: _without_title(m, labels[m.key]) for m in network}

    kin = [w for w in wanted if w in KIN]
    names = [w for w in wanted if w not in KIN]
    related = [m.key for m in network if kin and _related(m.relationship, labels[m.key], kin)]
    said = [k for k, label in labels.items() if set(wanted) <= set(label)]
    if said:
        return _one_or_many(said)
    if names:
        named = [
            k
            for k, label in labels.items()
            if set(names) <= set(label) and (not related or k in related)
        ]
        if named:
            return _one_or_many(named)
        # A whole label among words that only describe: "Margaret next door".
        inside = [
            k
            for k, label in labels.items()
            if label and set(label) <= set(wanted) and not set(label) <= set(kin)
        ]
        if inside:
            return _one_or_many(inside)
        scores = {k: _name_score(names, label) for k, label in labels.items()}
        top = max(scores.values(), default=0.0)
        if top >= _ALIKE:
            close = [k for k, score in scores.items() if score > top - _CLEARLY_BETTER]
            both = [k for k in close if k in related]
            return _one_or_many(both or close)
        # A name that the map lacks beside a kin word means someone new, unless the word that
        # is left over only describes ("sister up north") and one member fits.
        return None if _looks_like_a_name(text, names) else _one_or_many(related)
    if related:
        return _one_or_many(related)
    # Slips in the kin word itself ("sistr"), or a label that is a role ("neighbor").
    scores = {k: _name_score(wanted, label) for k, label in labels.items()}
    top = max(scores.values(), default=0.0)
    if top >= _ALIKE:
        return _one_or_many([k for k, s in scores.items() if s > top - _CLEARLY_BETTER])
    return None


def _without_title(member: Member, label: list[str]) -> list[str]:
    """A label's words; of a priest called "Father Brendan" none that "my father" could mean."""
    titled = len(label) > 1 and label[0] in KIN_TITLES
    return label[1:] if titled and member.relationship not in KIN[label[0]] else label


def _looks_like_a_name(text: str, names: Sequence[str]) -> bool:
    """Whether one of ``names`` is written like a name: with a capital, or as the only word."""
    capital = {w for w in re.findall(r"[^\W_]+", text) if w[:1].isupper()}
    return any(_words(word)[:1] == [name] for word in capital for name in names) or len(names) == 1


def _related(relationship: Relationship | None, label: Sequence[str], kin: Sequence[str]) -> bool:
    """Whether a member's relationship fits every kin word."""
    label = [_SAME.get(w, w) for w in label]
    for word in kin:
        plain = _SAME.get(word, word)
        if plain in label:
            continue
        if relationship not in KIN[word] or _OPPOSITE.get(plain) in label:
            return False
    return True


def kin_in(text: str) -> frozenset[Relationship]:
    """What the kin and role words of a text may stand for: "our Ann, my sister" a sibling."""
    return frozenset(r for word in _words(text) for r in KIN.get(word, ()))


def is_certain(member: Member, text: str) -> bool:
    """Whether words leave no doubt that a member is meant, as they say the label.

    The map keeps no gender: "my dad" resolves to the parent whom it calls Mary, and "my friend" to
    the only friend on it, although another may be meant. Ask before such words take anybody off.

    Args:
        member: whom ``resolve`` found.
        text: the words that it was found by.
    """
    wanted = [_SAME.get(w, w) for w in _words(text) if w not in _FILLER]
    called = _words(member.label)
    called = _without_title(member, called) if _MINE.match(text) else called
    label = {_SAME.get(w, w) for w in called} - _FILLER
    names = {w for w in wanted if w not in KIN}
    name = {w for w in label if w not in KIN}
    kin = [w for w in wanted if w in KIN and w not in label]
    if not kin and wanted and (set(wanted) <= label or (label and label <= set(wanted))):
        return True
    named = bool(names) and (names <= label or (bool(name) and name <= names))
    return named and (member.relationship is None or _related(member.relationship, [*label], kin))


def is_role(label: str) -> bool:
    """Whether a label only says what somebody is ("Wife", "My neighbour"), and is no name."""
    words = [word for word in _words(label) if word not in _FILLER]
    return all(word in KIN for word in words)


def next_key(network: Network, *earlier: Network) -> str:
    """A key for a new member: "m1", "m2", …

    Args:
        network: the network now.
        earlier: its earlier states, whose keys must not be used again.
    """
    used = [m.key for n in (network, *earlier) for m in n.members]
    numbers = [int(k[1:]) for k in used if re.fullmatch(r"m[0-9]+", k)]
    return f"m{max(numbers, default=0) + 1}"


_GONE = (Status.ACTIVE, Status.LOST_TOUCH, Status.DIED)
"""Of two entries for one member, the later of these holds."""


def with_marks(network: Network, said: Network) -> Network:
    """An earlier network with what is known since of who makes things harder.

    The mark is private and told once, and it keeps a person from being pointed to somebody who
    hurts them; so going back to ``network`` never changes it.

    Args:
        network: what is gone back to.
        said: the network as it stands, with the marks that hold.
    """
    marks = {member.key: member.strain for member in said}
    for member in network:
        network = network.changed(member.key, strain=marks.get(member.key, member.strain))
    return network


def merge(network: Network, keep: str, drop: str) -> Network:
    """The network with two entries for one member made into one.

    What ``keep`` says wins; what it leaves open is filled from ``drop``. Help and ties are put
    together, and the circle nearer to the middle holds: importance that was told is not lost. A
    member who makes things harder in either entry still does, and who died in either stays dead:
    nobody comes back because an entry was written twice.

    Raises:
        KeyError: if there is no such member.
        ValueError: if both keys are the same.
    """
    if keep == drop:
        raise ValueError(f"member {keep} cannot be merged with itself")
    one, two = network[keep], network[drop]
    either: dict[str, object] = {
        "relationship": one.relationship or two.relationship,
        "kind": two.kind if one.kind is Kind.PERSON and one.relationship is None else one.kind,
        "circle": min(filter(None, (one.circle, two.circle)), default=None),
        "contact": one.contact or two.contact,
        "distance": one.distance or two.distance,
        "help": _both(one.help, two.help),
        "potential": one.potential | two.potential,
        "status": max(one.status, two.status, key=_GONE.index),
        "strain": _or(one.strain, two.strain),
        "helped_by_ego": _or(one.helped_by_ego, two.helped_by_ego),
    }
    ties = [
        (keep, other)
        for tie in network.ties
        if drop in tie
        for other in tie
        if other not in (keep, drop)
    ]
    merged = network.without(drop).changed(keep, **either)
    for first, second in ties:
        merged = merged.tied(first, second)
    return merged


def _both(one: frozenset[Work] | None, two: frozenset[Work] | None) -> frozenset[Work] | None:
    if one is None or two is None:
        return two if one is None else one
    return one | two


def _or(one: bool | None, two: bool | None) -> bool | None:
    if one is None or two is None:
        return two if one is None else one
    return one or two


def same_name(network: Network, label: str, among: Iterable[str] | None = None) -> str | None:
    """Key of a member who already has this label, whatever its case and accents; or None."""
    words = _words(label)
    for member in network:
        if among is not None and member.key not in among:
            continue
        if words and _words(member.label) == words:
            return member.key
    return None
