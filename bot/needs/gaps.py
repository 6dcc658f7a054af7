"""Gaps between the work that life with a condition asks for and the help there is.

A gap is a question, never a finding: only gaps that the person confirms go on to matching.
The rules are this project's own, after the work of Corbin and Strauss (1985), Vassilev (2013)
on substitution (so "no partner" is never a gap) and Reeves (2014) on groups and giving.
A member who makes things harder, or who died, is neither counted as help nor named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.needs.areas import WORK, Area, Size
from bot.network.model import (
    FAMILY,
    Code,
    Contact,
    Distance,
    Kind,
    Member,
    Network,
    Relationship,
    Status,
    Work,
)

RULE_VERSION = "2026-11"
OVERLOAD_SHARE = 0.6
AT_A_TIME = 3


class GapCode(Code):
    """What kind of gap; the codes that are stored."""

    UNCOVERED = "uncovered"
    SINGLE_POINT = "single_point"
    OVERLOAD = "overload"
    PROF_ONLY = "prof_only"
    NO_WEAK_TIES = "no_weak_ties"
    CONTACT_LOW = "contact_low"
    NO_RECIPROCITY = "no_reciprocity"
    DROPPED_ACTIVITY = "dropped_activity"


# Which gap to ask about first; areas that matter and their size add to it.
_WEIGHT = {
    GapCode.UNCOVERED: 60,
    GapCode.PROF_ONLY: 45,
    GapCode.OVERLOAD: 44,
    GapCode.SINGLE_POINT: 40,
    # What the person says they miss is the surest of all: it needs no inference.
    GapCode.DROPPED_ACTIVITY: 70,
    GapCode.NO_RECIPROCITY: 34,
    GapCode.CONTACT_LOW: 32,
    GapCode.NO_WEAK_TIES: 30,
}


@dataclass(frozen=True)
class Wants:
    """What the person said they would like.

    Attributes:
        help_others: would like to do something for others.
        dropped: activities given up and missed, in the person's own words.
        matters_most: the areas chosen as mattering most.
    """

    help_others: bool = False
    dropped: tuple[str, ...] = ()
    matters_most: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Gap:
    """One possible gap with its evidence.

    Attributes:
        code: the rule that found it.
        work: the kind of work; None where the gap is not about one.
        members: keys that the question may name (who does it now, who is seldom seen).
        areas: difficulties that need this work, the biggest first.
        activity: for ``dropped_activity``, what was dropped.
        not_asked: keys of members whose help is not known; the more, the less certain.
        share: for ``overload``, the part of all work that the member carries, 0 to 1.
        rank: higher is asked earlier.
    """

    code: GapCode
    work: Work | None = None
    members: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()
    activity: str = ""
    not_asked: tuple[str, ...] = field(default=())
    share: float | None = None
    rank: float = 0.0

    @property
    def key(self) -> str:
        """Stable name of the gap, so that "confirmed" or "not now" can be kept for it."""
        parts = [self.code.value]
        if self.work is not None:
            parts.append(self.work.value)
        if self.code in (GapCode.CONTACT_LOW, GapCode.OVERLOAD):
            parts.extend(self.members)
        if self.activity:
            parts.append(self.activity.casefold())
        return ".".join(parts)


def _works(member: Member) -> frozenset[Work]:
    """The work a member does; a pet's company counts as emotional work only."""
    help_ = member.help or frozenset()
    return help_ & {Work.EMOTIONAL} if member.kind is Kind.PET else help_


def is_weak_tie(member: Member) -> bool:
    """Groups, online communities and acquaintances: the ties that lead further out."""
    if member.kind in (Kind.GROUP, Kind.ONLINE):
        return True
    if member.kind is not Kind.PERSON:
        return False
    if member.relationship in (Relationship.NEIGHBOUR, Relationship.COLLEAGUE, Relationship.OTHER):
        return True
    return member.circle == 3 and member.relationship not in FAMILY


def needed_work(difficulties: Mapping[Area, Size | None]) -> dict[Work, tuple[Area, ...]]:
    """For each kind of work that the difficulties ask for, those difficulties, biggest first."""
    order = {Size.BIG: 0, None: 1, Size.SMALL: 2}
    areas = sorted(difficulties, key=lambda a: (order[difficulties[a]], list(Area).index(a)))
    needed = {w: tuple(a for a in areas if w in WORK[a]) for w in Work}
    return {w: found for w, found in needed.items() if found}


def find_gaps(
    network: Network,
    difficulties: Mapping[Area, Size | None],
    wants: Wants | None = None,
) -> list[Gap]:
    """Every possible gap, the one to ask about first in front.

    Args:
        network: ego's network.
        difficulties: what is difficult now, and how big (None: not said).
        wants: what the person would like.

    Returns:
        Gaps by descending rank; ``for_asking`` picks those of one visit.
    """
    wants = wants or Wants()
    usable = [m for m in network.members if m.can_be_suggested]
    can_help = [m for m in usable if m.kind is not Kind.PET]
    not_asked = tuple(m.key for m in can_help if m.help is None)
    anything_known = not can_help or len(not_asked) < len(can_help)
    # "Jean is the only one" is not known while most others were never asked about.
    mostly_known = 2 * len(not_asked) <= len(can_help)
    lay_unasked = any(m.help is None and m.kind is not Kind.PROFESSIONAL for m in can_help)
    needed = needed_work(difficulties)
    gaps: list[Gap] = []

    for work in Work:
        areas = needed.get(work, ())
        doing = [m for m in usable if work in _works(m)]
        lay = [m for m in doing if m.kind is not Kind.PROFESSIONAL]
        keys = tuple(m.key for m in doing)
        if not doing and areas and anything_known:
            gaps.append(Gap(GapCode.UNCOVERED, work, areas=areas, not_asked=not_asked))
        elif doing and not lay and (mostly_known or not lay_unasked):
            gaps.append(Gap(GapCode.PROF_ONLY, work, keys, areas, not_asked=not_asked))
        elif mostly_known and len(doing) == 1:
            gaps.append(Gap(GapCode.SINGLE_POINT, work, keys, areas, not_asked=not_asked))

    if mostly_known:
        gaps.extend(_overload(usable, needed))
    if not any(is_weak_tie(m) for m in usable):
        gaps.append(Gap(GapCode.NO_WEAK_TIES))
    gaps.extend(
        Gap(GapCode.CONTACT_LOW, members=(m.key,))
        for m in usable
        if m.circle == 1 and m.contact is Contact.LESS and m.kind is not Kind.PROFESSIONAL
    )
    if wants.help_others and not any(m.helped_by_ego for m in network.active):
        gaps.append(Gap(GapCode.NO_RECIPROCITY))
    gaps.extend(Gap(GapCode.DROPPED_ACTIVITY, activity=a) for a in wants.dropped if a.strip())
    return _ranked(gaps, difficulties, wants, len(can_help))


def _overload(usable: Sequence[Member], needed: Mapping[Work, tuple[Area, ...]]) -> list[Gap]:
    """One lay member who carries most of the work, and more than one kind of it."""
    load = {m.key: len(_works(m)) for m in usable}
    total = sum(load.values())
    return [
        Gap(
            GapCode.OVERLOAD,
            members=(m.key,),
            areas=tuple(
                dict.fromkeys(a for w in Work if w in _works(m) for a in needed.get(w, ()))
            ),
            share=load[m.key] / total,
        )
        for m in usable
        if load[m.key] >= 2
        and m.kind in (Kind.PERSON, Kind.PET)
        and load[m.key] >= OVERLOAD_SHARE * total
    ]


def _ranked(
    gaps: Sequence[Gap],
    difficulties: Mapping[Area, Size | None],
    wants: Wants,
    helpers: int,
) -> list[Gap]:
    overloaded = {k for g in gaps if g.code is GapCode.OVERLOAD for k in g.members}

    def rank(gap: Gap) -> float:
        value: float = _WEIGHT[gap.code]
        value += sum({Size.BIG: 4, Size.SMALL: 1, None: 2}[difficulties[a]] for a in gap.areas)
        value += sum(10 for a in gap.areas if a in wants.matters_most)
        if helpers and gap.not_asked:
            value -= 15 * len(gap.not_asked) / helpers
        if gap.work is not None and not gap.areas:
            value -= 20
        if gap.code is GapCode.SINGLE_POINT and overloaded & set(gap.members):
            value -= 12
        return value

    order = list(GapCode)
    ranked = [
        Gap(g.code, g.work, g.members, g.areas, g.activity, g.not_asked, g.share, rank(g))
        for g in gaps
    ]
    works = [None, *Work]
    return sorted(ranked, key=lambda g: (-g.rank, order.index(g.code), works.index(g.work), g.key))


def for_asking(
    gaps: Sequence[Gap], answered: Collection[str] = (), limit: int = AT_A_TIME
) -> list[Gap]:
    """The gaps to ask about now: at most ``limit``, no member or kind of work twice.

    Args:
        gaps: from ``find_gaps``.
        answered: ``Gap.key`` of those already answered.
        limit: how many at most.
    """
    chosen: list[Gap] = []
    for gap in gaps:
        if len(chosen) == limit:
            break
        if gap.key in answered:
            continue
        if any(gap.work is not None and gap.work is other.work for other in chosen):
            continue
        if any(set(gap.members) & set(other.members) for other in chosen):
            continue
        chosen.append(gap)
    return chosen


class Why(Code):
    """Why a member could be the first answer to a gap."""

    OFFERED = "offered"
    KEEP_IN_TOUCH = "keep_in_touch"
    LOST_TOUCH = "lost_touch"
    HAS_ROOM = "has_room"
    GO_TOGETHER = "go_together"
    BELONGS_TO = "belongs_to"


@dataclass(frozen=True)
class OwnAnswer:
    """A member who could help first, and why."""

    key: str
    why: Why


_CLOSENESS = {Contact.DAILY: 0, Contact.WEEKLY: 1, Contact.MONTHLY: 2, None: 3, Contact.LESS: 4}


def own_answers(
    network: Network, gap: Gap, limit: int = 3, never: Collection[str] = ()
) -> list[OwnAnswer]:
    """Members to think of before any service, the best first.

    Args:
        network: ego's network.
        gap: from ``find_gaps``.
        limit: how many at most.
        never: keys of members who must not be pointed to, whatever is known of them.

    Never a member who makes things harder or who died, nor the one that the gap wants to
    relieve. Members with whom touch was lost appear only as someone to get back to. A former
    partner appears only where the person said that they might help.
    """
    named = set() if gap.code is GapCode.CONTACT_LOW else set(gap.members)
    named |= set(never)
    usable = [m for m in network.members if m.can_be_suggested and m.key not in named]
    people = [
        m for m in usable if m.kind is Kind.PERSON and m.relationship is not Relationship.EX_PARTNER
    ]
    places = [m for m in usable if m.kind in (Kind.GROUP, Kind.ONLINE)]
    lost = [
        m
        for m in network.members
        if m.status is Status.LOST_TOUCH
        and not m.strain
        and m.key not in never
        and m.kind is not Kind.PET
        and m.relationship is not Relationship.EX_PARTNER
    ]

    def by_closeness(members: Sequence[Member]) -> list[Member]:
        return sorted(members, key=lambda m: (m.circle or 4, _CLOSENESS[m.contact]))

    def by_room(members: Sequence[Member]) -> list[Member]:
        return sorted(members, key=lambda m: (len(_works(m)), m.circle or 4, _CLOSENESS[m.contact]))

    found: list[tuple[Why, list[Member]]] = []
    if gap.code is GapCode.CONTACT_LOW:
        found.append((Why.KEEP_IN_TOUCH, [m for m in usable if m.key in gap.members]))
    elif gap.code is GapCode.NO_WEAK_TIES:
        found.append((Why.LOST_TOUCH, lost))
        found.append((Why.GO_TOGETHER, by_closeness(people)))
    elif gap.code is GapCode.NO_RECIPROCITY:
        found.append((Why.BELONGS_TO, by_closeness(places)))
        found.append((Why.GO_TOGETHER, by_closeness(people)))
    elif gap.code is GapCode.DROPPED_ACTIVITY:
        found.append((Why.GO_TOGETHER, by_closeness(people)))
        found.append((Why.LOST_TOUCH, lost))
        found.append((Why.BELONGS_TO, by_closeness(places)))
    else:
        works = {gap.work} if gap.work else set(Work)
        doing = {m.key for m in usable if gap.work is not None and gap.work in _works(m)}
        free = [m for m in people if m.key not in doing and len(_works(m)) <= 1]
        if gap.work is not Work.EMOTIONAL:
            # Nobody fetches the shopping from Australia; a voice on the phone cheers from there.
            free = [m for m in free if m.distance not in (Distance.FAR, Distance.ONLINE)]
        pool = [m for m in usable if m.kind is not Kind.PET]
        found.append((Why.OFFERED, by_closeness([m for m in pool if m.potential & works])))
        found.append((Why.HAS_ROOM, by_room(free)))
        found.append((Why.LOST_TOUCH, lost))
    answers: dict[str, OwnAnswer] = {}
    for why, members in found:
        for member in members:
            answers.setdefault(member.key, OwnAnswer(member.key, why))
    chosen = list(answers.values())
    # One place is kept for someone to get back to: it is the answer that people forget.
    if len(chosen) > limit and not any(a.why is Why.LOST_TOUCH for a in chosen[:limit]):
        back = [a for a in chosen[limit:] if a.why is Why.LOST_TOUCH]
        chosen = chosen[: limit - 1] + back[:1] if back and limit > 1 else chosen
    return chosen[:limit]
