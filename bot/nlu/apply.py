"""From meaning to network: put mentioned people on the map, and apply edits asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.network.edits import Ambiguous, Match, is_certain, is_role, merge, resolve
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
from bot.nlu.context import strain_told, tells_lost_touch
from bot.nlu.lexicon import is_title, relationship_in
from bot.nlu.meaning import EditMention, MemberMention

STRAIN, LOST_TOUCH, DIED = "strain", "lost_touch", "died"
"""What is told of a member, as operations of an edit; the first two are never asked for as one."""
SURELY = frozenset({DIED, "remove"})
"""Operations that need to be sure of whom: the wrong person is not declared dead."""

_POSSESSIVE = re.compile(r"^(?:my|our|me|ma|the)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Added:
    """What became of mentioned members: those new on the map, and those that were there."""

    network: Network
    added: tuple[Member, ...] = ()
    known: tuple[Member, ...] = ()


def label_from(name: str) -> str:
    """A name as the map shows it: without "my", first letter large, at most ``LABEL_MAX`` long.

    "Our kid" is a brother or sister, and no kid: it stays whole.
    """
    words = name.split()
    if len(words) > 1 and words[0].casefold() in ("my", "our", "ma", "me"):
        rest = " ".join(words[1:])
        whole = relationship_in(" ".join(words))
        words = words if whole not in (None, relationship_in(rest)) else words[1:]
    name = " ".join(words)
    if len(name) > LABEL_MAX:
        name = name[: LABEL_MAX - 1].rstrip() + "…"
    return name[:1].upper() + name[1:]


def as_called(mention: MemberMention, text: str) -> MemberMention:
    """A mention with the kin word that the text calls it by: "my nana Rose" is "nana Rose"."""
    name = re.escape(mention.name)
    before = re.search(rf"\b(?:my|our|me|ma|mi) ((?:\w+ )?\w+) {name}\b", text, re.IGNORECASE)
    words = before[1].split() if before else []
    titles = (" ".join(words[at:]) for at in range(len(words)))
    title = next((each for each in titles if is_title(each)), None)
    return replace(mention, name=f"{title} {mention.name}") if title else mention


def with_mentions(
    network: Network,
    mentions: Iterable[MemberMention],
    new_key: Callable[[], str],
    text: str | None = None,
) -> Added:
    """The network with the mentioned members on it.

    A mention of somebody who is there already fills in what was not known, and changes
    nothing that was. Whom it tells of strain or of lost touch is looked for by kin words as well:
    "my sister", of whom the map calls Ann.

    Args:
        network: the map.
        mentions: whom the text names.
        new_key: gives a key for a new member.
        text: the text itself. What it has no word for is only guessed: "Olwen lives in Canada now"
            is of the one Olwen on the map, whatever she was taken for.
    """
    added: list[Member] = []
    known: list[Member] = []
    mentions = tuple(mentions)
    for mention in mentions:
        if not mention.name.strip():
            continue
        there = _same(network, mention, _without_others(text, mention, mentions))
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


def _without_others(
    text: str | None, mention: MemberMention, mentions: Sequence[MemberMention]
) -> str | None:
    """A text without the words for others: the "mother" of "my mother and Marek" is not Marek."""
    for other in mentions:
        if text is not None and other is not mention and is_role(other.name):
            text = re.sub(rf"\b{re.escape(other.name)}\b", " ", text, flags=re.IGNORECASE)
    return text


def _same(network: Network, mention: MemberMention, text: str | None) -> Member | None:
    label = label_from(mention.name).casefold()
    called = [member for member in network if label in _names_of(member)]
    for member in called:
        if mention.relationship in (None, member.relationship) or _vague(member, mention):
            return member
    if len(called) == 1 and _may_be_no_other(called[0], mention, text):
        return called[0]
    if mention.relationship is Relationship.PARTNER and is_role(mention.name):
        # "My wife", where the map has her by name.
        partners = [m for m in network.active if m.relationship is Relationship.PARTNER]
        return partners[0] if len(partners) == 1 else None
    if mention.strain or mention.status is Status.LOST_TOUCH:
        found = meant(network, mention.name)
        there = network[found.key] if isinstance(found, Match) else None
        return there if there is not None and there.status is not Status.DIED else None
    return None


def _may_be_no_other(member: Member, mention: MemberMention, text: str | None) -> bool:
    """Whether what a mention calls somebody is no reason to take them for another.

    "Our Mavis" is family, as the sister on the map is; and what a text has no word for was guessed.
    """
    if mention.relationship is Relationship.OTHER_FAMILY and member.relationship in FAMILY:
        return True
    if text is None:
        return False
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text)
    said = (" ".join(words[at:end]) for at in range(len(words)) for end in range(at + 1, at + 4))
    return all(relationship_in(each) is not mention.relationship for each in said)


def _names_of(member: Member) -> tuple[str, ...]:
    """What a member may be called: "Nana Rose" is "Rose" as well."""
    label = member.label.casefold()
    title, _, name = label.rpartition(" ")
    return (label, name) if is_title(title) else (label,)


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
    if mention.status is not Status.ACTIVE and member.status is not Status.DIED:
        news["status"] = mention.status
    if mention.strain:
        news["strain"] = True
    return news


def meant(network: Network, text: str) -> Match | Ambiguous | None:
    """``resolve`` with the help of the word lists: "her indoors" is the one partner."""
    plain = text.strip()
    said = relationship_in(plain) or relationship_in(_POSSESSIVE.sub("", plain))
    return resolve(network, text, said)


def news_in(
    network: Network,
    text: str,
    members: Iterable[MemberMention] = (),
    edits: Iterable[EditMention] = (),
) -> tuple[EditMention, ...]:
    """What a message tells of members on the map: strain, lost touch, a death.

    Args:
        network: the map; who is not on it is nobody to have news of.
        text: the message.
        members: whom it mentions.
        edits: the changes that it was read to ask for. "I don't see Tom any more" may be read as
            one that takes him off, and "makes my life a misery" as help with the mood.

    Returns:
        Edits with the operations ``STRAIN``, ``LOST_TOUCH`` and ``DIED``; strain first, each
        member once for each.
    """
    members = tuple(members)
    told: list[tuple[str, str]] = []
    for edit in edits:
        if is_told(edit, text):
            told.append((LOST_TOUCH if edit.operation == "remove" else STRAIN, edit.target))
        elif edit.operation == DIED:
            told.append((DIED, edit.target))
    for mention in members:
        name = f"my {mention.name}" if is_role(mention.name) else mention.name
        if mention.strain:
            told.append((STRAIN, name))
        if mention.status is Status.LOST_TOUCH:
            told.append((LOST_TOUCH, name))
        if mention.status is Status.DIED and _may_be(network, mention):
            told.append((DIED, name))
    names = [*(m.label for m in network), *(m.name for m in members)]
    told += [(STRAIN, name) for name in strain_told(text, names)]
    order = (STRAIN, LOST_TOUCH, DIED)
    news: dict[tuple[str, object], EditMention] = {}
    for operation, target in sorted(told, key=lambda one: order.index(one[0])):
        found = meant(network, target)
        gone = isinstance(found, Match) and network[found.key].status is Status.DIED
        if found is not None and not (gone and operation == LOST_TOUCH):
            edit = EditMention(operation, target)  # type: ignore[arg-type]
            news.setdefault((operation, found), edit)
    return tuple(news.values())


def is_told(edit: EditMention, text: str) -> bool:
    """Whether what was read as a change asked for only tells of lost touch or of strain."""
    if edit.operation == "remove":
        return tells_lost_touch(text)
    return edit.operation in ("add", "set_help") and bool(strain_told(text, [edit.target]))


def _may_be(network: Network, mention: MemberMention) -> bool:
    """Whether somebody who died may be the one on the map: "my friend Tom" is no brother Tom."""
    found = meant(network, mention.name)
    there = network[found.key].relationship if isinstance(found, Match) else None
    return there is None or mention.relationship in (None, there)


def keys_of(network: Network, names: Iterable[str]) -> tuple[str, ...]:
    """Keys of the members whom names may mean."""
    keys: list[str] = []
    for found in (meant(network, name) for name in names):
        if found is not None:
            keys += found.keys if isinstance(found, Ambiguous) else (found.key,)
    return tuple(dict.fromkeys(keys))


@dataclass(frozen=True)
class Edited:
    """The outcome of an edit.

    Attributes:
        outcome: ``done``, ``known`` (who is to be added is there), ``ambiguous`` (see
            ``candidates``), ``unsure`` (the one candidate has to be asked about first),
            ``unknown`` (no such member) or ``unclear`` (the edit cannot be read).
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
        if made.known:
            return Edited("known", network, made.known[0].label, key=made.known[0].key)
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
        if edit.operation in SURELY and not is_certain(network[key], edit.target):
            if edit.operation == DIED and network[key].status is Status.DIED:
                # Whoever died now, nothing changes on the map.
                return Edited("unknown", network, edit.target)
            return Edited("unsure", network, edit.target, candidates=(network[key],))
    member = network[key]
    try:
        return replace(_edited(network, member, edit), key=key)
    except ValueError:
        return Edited("unclear", network, member.label)


def _edited(network: Network, member: Member, edit: EditMention) -> Edited:
    operation: str = edit.operation
    if operation == "remove":
        return Edited("done", network.without(member.key), member.label)
    told: dict[str, dict[str, Any]] = {
        DIED: {"status": Status.DIED},
        LOST_TOUCH: {"status": Status.LOST_TOUCH},
        STRAIN: {"strain": True},
    }
    if operation == LOST_TOUCH and member.status is Status.DIED:
        return Edited("done", network, member.label)
    if operation in told:
        return Edited("done", network.changed(member.key, **told[operation]), member.label)
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
        if label == member.label:
            return Edited("unclear", network, member.label)
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
