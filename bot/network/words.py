"""The map in words: the same content as the picture, for reading and for screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx

from bot.network.graph import to_graph
from bot.network.model import Contact, Distance, Kind, Member, Network, Relationship, Status, Work
from bot.network.phrases import ENGLISH, Phrases
from bot.network.typology import NetworkType


@dataclass(frozen=True)
class MemberFacts:
    """What may be said of one member; strain is left out on purpose."""

    key: str
    label: str
    kind: Kind
    relationship: Relationship | None
    contact: Contact | None
    distance: Distance | None
    help: tuple[Work, ...] | None
    potential: tuple[Work, ...]
    helped_by_ego: bool | None


@dataclass(frozen=True)
class Section:
    """One part of the map: ``circle_1`` to ``circle_3``, ``unplaced``, ``lost_touch``, ``died``."""

    code: str
    members: tuple[MemberFacts, ...]


@dataclass(frozen=True)
class MapFacts:
    """The map as facts.

    Attributes:
        sections: those with anyone in them, from the inner circle outwards.
        knows: labels' keys of members who all know each other, as drawn.
    """

    sections: tuple[Section, ...]
    knows: tuple[tuple[str, ...], ...]


def _facts(m: Member) -> MemberFacts:
    return MemberFacts(
        m.key,
        m.label,
        m.kind,
        m.relationship,
        m.contact,
        m.distance,
        None if m.help is None else tuple(w for w in Work if w in m.help),
        tuple(w for w in Work if w in m.potential and w not in (m.help or ())),
        m.helped_by_ego,
    )


def _section(member: Member) -> str:
    if member.status is not Status.ACTIVE:
        return member.status.value
    return f"circle_{member.circle}" if member.circle else "unplaced"


def knows(network: Network) -> tuple[tuple[str, ...], ...]:
    """The ties as groups of members who all know each other: few groups, every tie in one."""
    order = {m.key: i for i, m in enumerate(network.members)}
    circles = {m.key for m in network.active if m.circle is not None}
    graph = to_graph(network, ego=False, active_only=True).subgraph(circles)
    cliques = sorted(
        (tuple(sorted(c, key=order.__getitem__)) for c in nx.find_cliques(graph) if len(c) > 1),
        key=lambda c: (-len(c), [order[k] for k in c]),
    )
    said: set[frozenset[str]] = set()
    groups = []
    for clique in cliques:
        pairs = {frozenset((a, b)) for a in clique for b in clique if a != b}
        if not pairs <= said:
            said |= pairs
            groups.append(clique)
    return tuple(groups)


def facts(network: Network) -> MapFacts:
    """The map as facts, in the order in which it is told."""
    codes = ("circle_1", "circle_2", "circle_3", "unplaced", "lost_touch", "died")
    sections = []
    for code in codes:
        members = tuple(_facts(m) for m in network.members if _section(m) == code)
        if members:
            sections.append(Section(code, members))
    return MapFacts(tuple(sections), knows(network))


def who_does_what(network: Network) -> dict[Work, tuple[Member, ...]]:
    """For each kind of work, the members who do it; a kind that nobody does is left out.

    Without those who make things harder: their help is not for anyone to be pointed to.
    """
    helping = [m for m in network.active if not m.strain]
    doing = {w: tuple(m for m in helping if w in (m.help or ())) for w in Work}
    return {work: members for work, members in doing.items() if members}


def listed(items: Sequence[str], phrases: Phrases = ENGLISH) -> str:
    """``items`` as a list in a sentence: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return phrases["comma"].join(items[:-1]) + phrases["and"] + items[-1]


def describe_member(member: MemberFacts, section: str, phrases: Phrases = ENGLISH) -> str:
    """What is known of one member, in a few words; empty where nothing is."""
    said: list[str] = []
    if member.relationship is not None:
        word = phrases[f"relationship.{member.relationship}"]
        if word.casefold() != member.label.casefold():
            said.append(word)
    elif member.kind is not Kind.PERSON:
        said.append(phrases[f"kind.{member.kind}"])
    if section not in ("lost_touch", "died"):
        if member.contact is not None:
            said.append(phrases[f"contact.{member.contact}"])
        if member.distance is not None:
            said.append(phrases[f"distance.{member.distance}"])
        if member.help:
            works = listed([phrases[f"work.{w}"] for w in member.help], phrases)
            said.append(phrases["help"].format(works=works))
        if member.potential:
            works = listed([phrases[f"work.{w}"] for w in member.potential], phrases)
            said.append(phrases["potential"].format(works=works))
        if member.helped_by_ego:
            said.append(phrases["helped_by_ego" if member.help else "helped_by_ego.only"])
    return phrases["details.separator"].join(said)


def describe(network: Network, phrases: Phrases = ENGLISH) -> str:
    """The map in words: a line for each member under the name of its circle.

    Args:
        network: ego's network.
        phrases: the words, with the keys of ``bot.network.phrases.ENGLISH``.
    """
    told = facts(network)
    if not told.sections:
        return phrases["nobody"]
    count = len(network)
    lines = [phrases["intro.one" if count == 1 else "intro.many"].format(count=count)]
    for section in told.sections:
        lines += ["", phrases[section.code]]
        for member in section.members:
            details = describe_member(member, section.code, phrases)
            lines.append(
                phrases["member"].format(
                    label=member.label,
                    details=phrases["details"].format(details=details) if details else "",
                )
            )
    if told.knows:
        lines += ["", phrases["ties"]]
        for group in told.knows:
            labels = listed([network[k].label for k in group], phrases)
            lines.append(
                phrases["tie.two" if len(group) == 2 else "tie.more"].format(labels=labels)
            )
    return "\n".join(lines)


def explain_type(network_type: NetworkType, phrases: Phrases = ENGLISH) -> str:
    """Why a network has its type, as facts to agree or disagree with; never the type's name."""
    return phrases[f"type.{network_type.reason}"]
