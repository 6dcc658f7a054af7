"""From meaning to network: put mentioned people on the map, and apply edits asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot.network.edits import Ambiguous, Match, merge, resolve
from bot.network.model import (
    FAMILY,
    LABEL_MAX,
    Contact,
    Kind,
    Member,
    Network,
    Relationship,
    Status,
    Work,
    kind_of,
)
from bot.nlu.lexicon import relationship_in
from bot.nlu.meaning import EditMention, MemberMention

_POSSESSIVE = re.compile(r"^(?:my|our|me|ma|the)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Added:
    """What became of mentioned members: those new on the map, and those that were there."""

    network: Network
    added: tuple[Member, ...] = ()
    known: tuple[Member, ...] = ()


def label_from(name: str) -> str:
    """A name as the map shows it: without "my", first letter large, at most ``LABEL_MAX`` long."""
    words = name.split()
    if len(words) > 1 and words[0].casefold() in ("my", "our", "ma", "me"):
        words = words[1:]
    name = " ".join(words)
    if len(name) > LABEL_MAX:
        name = name[: LABEL_MAX - 1].rstrip() + "…"
    return name[:1].upper() + name[1:]


def with_mentions(
    network: Network, mentions: Iterable[MemberMention], new_key: Callable[[], str]
) -> Added:
    """The network with the mentioned members on it.

    A mention of somebody who is there already fills in what was not known, and changes
    nothing that was.
    """
    added: list[Member] = []
    known: list[Member] = []
    for mention in mentions:
        if not mention.name.strip():
            continue
        there = _same(network, mention)
        if there is not None:
            network = network.changed(there.key, **_news(there, mention))
            known.append(network[there.key])
            continue
        member = Member(
            key=new_key(),
            label=label_from(mention.name),
            kind=mention.kind if mention.kind is not Kind.PERSON else kind_of(mention.relationship),
            relationship=mention.relationship,
            circle=mention.circle,
            contact=mention.contact,
            help=frozenset(mention.help) or None,
            status=mention.status,
            strain=True if mention.strain else None,
        )
        network = network.added(member)
        added.append(member)
    return Added(network, tuple(added), tuple(known))


def _same(network: Network, mention: MemberMention) -> Member | None:
    label = label_from(mention.name).casefold()
    for member in network:
        if member.label.casefold() == label and (
            mention.relationship in (None, member.relationship) or _vague(member, mention)
        ):
            return member
    return None


def _vague(member: Member, mention: MemberMention) -> bool:
    """Whether a mention only sharpens who a member is: "our Keith" turns out to be a brother."""
    return member.relationship in (None, Relationship.OTHER) or (
        member.relationship is Relationship.OTHER_FAMILY and mention.relationship in FAMILY
    )


def _news(member: Member, mention: MemberMention) -> dict[str, Any]:
    news: dict[str, Any] = {}
    if mention.relationship not in (None, member.relationship) and _vague(member, mention):
        news["relationship"] = mention.relationship
        if member.kind is Kind.PERSON:
            news["kind"] = kind_of(mention.relationship)
    if member.circle is None and mention.circle is not None:
        news["circle"] = mention.circle
    if member.contact is None and mention.contact is not None:
        news["contact"] = mention.contact
    if mention.help:
        news["help"] = (member.help or frozenset()) | frozenset(mention.help)
    if mention.status is not Status.ACTIVE:
        news["status"] = mention.status
    if mention.strain:
        news["strain"] = True
    return news


def meant(network: Network, text: str) -> Match | Ambiguous | None:
    """``resolve`` with the help of the word lists: "her indoors" is the one partner."""
    return resolve(network, text, relationship_in(_POSSESSIVE.sub("", text.strip())))


@dataclass(frozen=True)
class Edited:
    """The outcome of an edit.

    Attributes:
        outcome: ``done``, ``ambiguous`` (see ``candidates``), ``unknown`` (no such member) or
            ``unclear`` (the edit cannot be read).
        name: the member's label before the change.
        value: what it became, as a code or a label.
        key: the member's key; empty where nothing was done.
    """

    outcome: str
    network: Network
    name: str = ""
    value: str = ""
    candidates: tuple[Member, ...] = ()
    key: str = ""


def with_edit(
    network: Network, edit: EditMention, new_key: Callable[[], str], key: str | None = None
) -> Edited:
    """Apply one edit; ``key`` is the member where an ambiguity has been settled."""
    if edit.operation == "add":
        relationship = Relationship(edit.value) if edit.value else None
        mention = MemberMention(edit.target, relationship, kind_of(relationship))
        made = with_mentions(network, [mention], new_key)
        if not made.added:
            return Edited("unclear", made.network)
        return Edited("done", made.network, made.added[0].label, key=made.added[0].key)
    if key is None:
        found = meant(network, edit.target)
        if isinstance(found, Ambiguous):
            return Edited(
                "ambiguous", network, edit.target, candidates=tuple(network[k] for k in found.keys)
            )
        if not isinstance(found, Match):
            return Edited("unknown", network, edit.target)
        key = found.key
    member = network[key]
    try:
        return replace(_edited(network, member, edit), key=key)
    except ValueError:
        return Edited("unclear", network, member.label)


def _edited(network: Network, member: Member, edit: EditMention) -> Edited:
    if edit.operation == "remove":
        return Edited("done", network.without(member.key), member.label)
    if edit.operation == "died":
        changed = network.changed(member.key, status=Status.DIED)
        return Edited("done", changed, member.label)
    if edit.operation == "merge":
        other = meant(network, edit.value)
        if not isinstance(other, Match) or other.key == member.key:
            return Edited("unknown", network, edit.value)
        return Edited(
            "done", merge(network, member.key, other.key), member.label, network[other.key].label
        )
    if edit.operation == "rename":
        if not edit.value.strip():
            return Edited("unclear", network, member.label)
        label = label_from(edit.value)
        return Edited("done", network.changed(member.key, label=label), member.label, label)
    values: dict[str, Any]
    if edit.operation == "set_circle":
        values = {"circle": int(edit.value)}
    elif edit.operation == "set_contact":
        values = {"contact": Contact(edit.value)}
    elif edit.operation == "set_help":
        works = frozenset(Work(w.strip()) for w in edit.value.split(","))
        values = {"help": (member.help or frozenset()) | works}
    elif edit.operation == "set_relationship":
        relationship = Relationship(edit.value)
        values = {"relationship": relationship, "kind": kind_of(relationship)}
    else:
        return Edited("unclear", network, member.label)
    return Edited("done", network.changed(member.key, **values), member.label, edit.value)
