"""Options ranked for one person: hard filters, a score whose parts are kept, a mixed choice.

The order of what counts is that of the project's reading of GENIE: a confirmed gap, then a
stated preference, a top difficulty, a condition, distance, time, freshness, and somebody on
the map who could go too. No formula was published; the weights are this project's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import islice

from bot.directory.categories import PARENT, Category, SubCategory
from bot.directory.model import AttendingType, Listing, Precision, Tag
from bot.directory.telling import Telling
from bot.directory.topics import CONDITIONS, UNTAGGED, topics_wanted
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Code, Contact, Distance, Kind, Member, Relationship, Work
from bot.support.needs_map import (
    ANY_CONDITION,
    AREA_OPTIONS,
    AREA_WORDS,
    CONDITION_OPTIONS,
    GAP_WORDS,
    STATEMENT_OPTIONS,
    Strengths,
    activity_stems,
    normalise_conditions,
    options_for_gap,
    record_conditions,
)
from bot.support.preferences import Statement
from bot.support.suitability import (
    Caution,
    Refusal,
    attending,
    is_about_conditions,
    is_approximate,
    is_low_effort,
    named_conditions,
    needs_travel,
    suitability,
    tag_confidence,
    tag_confidence_of,
)
from bot.support.when import Occurrence, next_time, schedules_here, uk_now
from bot.support.wishes import ConfirmedGap, Wishes, wishes_from

__all__ = [
    "Caution",
    "ConfirmedGap",
    "Option",
    "Reason",
    "ReasonCode",
    "Refusal",
    "Wishes",
    "asked_for",
    "rank",
    "refusals",
    "topic_worth",
    "wanted_subcategories",
    "wanted_topics",
    "wishes_from",
]

_GAP, _GAP_MORE = 30.0, 5.0
_STATEMENT, _STATEMENT_MORE = 20.0, 4.0
_GIVE = 20.0
_ASKED = 40.0
_VERY_THING = 15.0
_DIFFICULTY = (12.0, 8.0, 4.0)
_DIFFICULTY_MOST = 18.0
_CONDITION, _CONDITION_GENERAL = 10.0, 4.0
_NEAR, _NO_TRAVEL = 8.0, 5.0
_TIME, _FRESH, _COMPANION, _FREE = 4.0, 3.0, 2.0, 1.0
_LANGUAGE, _ACCESS = 10.0, 8.0
# Below this nothing is shown: it would answer nothing that the person said.
RELEVANCE_FLOOR = 3.0
# Nor what answers much less than the best option does, unless it must be among the choice.
RELATIVE_FLOOR = 0.25
NEAR_KM = 2.5
MOST_OF_A_CATEGORY = 2
_FOR_OTHERS = 0.5
_OTHER_TOPICS = 0.2
_NOT_NAMED = 0.7
_FROM_AFAR = 0.5
_FEW_CONDITIONS = 3
_DROPPED = GapCode.DROPPED_ACTIVITY.value
_WEAK_TIES = GapCode.NO_WEAK_TIES.value
_HELP = Statement.HELP_OTHERS.value
_ALIKE, _SAME_ORGANIZATION = 4.0, 3.0
# How many of those that must be among the choice are tried, the best first.
_TRIED = 5
# How many of each mix of categories may stand beside them: a liking for what is unlike reaches no
# further down.
_LOOKED_AT = 12


class ReasonCode(Code):
    """Why an option is shown; the first six are what makes it relevant."""

    GAP = "gap"
    STATEMENT = "statement"
    DIFFICULTY = "difficulty"
    CONDITION = "condition"
    GIVE = "give"
    ASKED = "asked"
    NEAR = "near"
    LOW_EFFORT = "low_effort"
    LANGUAGE = "language"
    ACCESS = "access"
    TIME = "time"
    FREE = "free"
    FRESH = "fresh"
    COMPANION = "companion"


RELEVANT = frozenset(
    {
        ReasonCode.GAP,
        ReasonCode.STATEMENT,
        ReasonCode.DIFFICULTY,
        ReasonCode.CONDITION,
        ReasonCode.GIVE,
        ReasonCode.ASKED,
    }
)


@dataclass(frozen=True)
class Reason:
    """One part of the score.

    Attributes:
        code: what sort of reason.
        value: what it is about, as a code: a gap's name, a statement, an area, a condition,
            a member's key; empty where there is nothing to add.
        points: what it added to the score.
    """

    code: ReasonCode
    value: str = ""
    points: float = 0.0

    def __str__(self) -> str:
        return f"{self.code}:{self.value}" if self.value else str(self.code)


@dataclass(frozen=True)
class Option:
    """A listing as an option for one person.

    Attributes:
        listing: the service.
        score: higher is better; only comparable within one ranking.
        reasons: parts of the score, the weightiest first.
        warnings: what to check first.
        distance_km: to where it is held; ``None`` if not known, or if nobody has to travel.
        distance_is_approximate: say "about".
        next: when it is on next; ``None`` if not known.
        companion: key of a member who could go too.
        worth: how well it answers what the person said, less what speaks against it.
    """

    listing: Listing
    score: float
    reasons: tuple[Reason, ...]
    warnings: tuple[Caution, ...] = ()
    distance_km: float | None = None
    distance_is_approximate: bool = False
    next: Occurrence | None = None
    companion: str | None = None
    worth: float = 0.0

    @property
    def next_time(self) -> datetime | None:
        """The next start, aware, in UK time; ``None`` where no start time is known."""
        return self.next.starts_at if self.next else None

    @property
    def is_low_effort(self) -> bool:
        """Whether it can be done by phone or online."""
        return is_low_effort(self.listing)


def rank(
    wishes: Wishes,
    candidates: Iterable[Listing],
    *,
    today: date | datetime,
    exclude: Collection[int] = (),
    nearer_than: float | None = None,
    cheaper: float | None = None,
    limit: int = 3,
) -> list[Option]:
    """The best choice of options for one person, the best first.

    Args:
        wishes: the person's side.
        candidates: listings, in any order; the result does not depend on it.
        today: now in the UK; a date is the start of that day.
        exclude: ``Listing.id`` of those that are not to come again (shown, saved, refused).
        nearer_than: kilometres; only what is known to be nearer, or needs no travel.
        cheaper: pounds; only what is known to cost less.
        limit: how many at most.

    Returns:
        At most ``limit`` options, no more than two of a category, with a phone or online one
        and (for who wants to give) a volunteering one where any is suitable. Empty where
        nothing suits: ``refusals`` then says why.
    """
    now = uk_now(today)
    scored: list[Option] = []
    seen: set[tuple[str, str]] = set()
    needs = _needs(wishes)
    for listing in candidates:
        key = (listing.feed, listing.source_id)
        if key in seen or listing.id in exclude:
            continue
        seen.add(key)
        option = _option(listing, wishes, needs, now, nearer_than, cheaper)
        if isinstance(option, Option):
            scored.append(option)
    scored.sort(key=_order)
    chosen = _choose(scored, wishes, limit)
    return [_with_next(option, now) for option in sorted(chosen, key=_order)]


def asked_for(
    wishes: Wishes,
    words: str,
    found: Iterable[Listing],
    *,
    today: date | datetime,
    exclude: Collection[int] = (),
    limit: int = 3,
) -> list[Option]:
    """Options among services that a person asked for by name, the best match first.

    What rules a service out still does. Nothing else that the person said has to speak for it,
    and a choice of one sort only is what was asked for.

    Args:
        words: what was looked for; kept as the weightiest reason.
        found: what a search for the words gave, the best match first.
    """
    now = uk_now(today)
    needs = _needs(wishes)
    asked = Reason(ReasonCode.ASKED, words, _ASKED)
    outcomes = (
        _option(listing, wishes, needs, now, None, None, asked)
        for listing in found
        if listing.id not in exclude
    )
    options = islice((o for o in outcomes if isinstance(o, Option)), limit)
    return [_with_next(option, now) for option in options]


def _way_to(listing: Listing) -> float | None:
    """How far off it is, in km; ``None`` where nobody goes there, or that is not known."""
    return listing.distance_km if AttendingType.VENUE in attending(listing) else None


def looked_up(wishes: Wishes, listing: Listing, *, today: date | datetime) -> Option:
    """One service that is asked about again, whatever speaks for or against it.

    It was shown once: what was said of it then (why, how far, when, what to check) is still true.
    """
    now = uk_now(today)
    wanted = _needs(wishes)
    reasons = tuple(sorted(_relevance(listing, wishes, wanted), key=lambda r: -r.points))
    distance = _way_to(listing)
    option = Option(
        listing,
        0.0,
        reasons,
        warnings=suitability(listing, wishes, now.date()).cautions,
        distance_km=distance,
        distance_is_approximate=distance is not None and is_approximate(listing, wishes),
    )
    return _with_next(option, now)


def wanted_subcategories(wishes: Wishes) -> frozenset[SubCategory]:
    """The sub-categories that may answer the person, to narrow a search of the directory.

    Empty where nothing was said. Records that name the person's condition under some other
    sub-category, and records without any, are not among them.
    """
    needs = _needs(wishes)
    wanted = set(needs.by_sub) - needs.gated
    if wishes.conditions:
        wanted.add(SubCategory.HEALTH_CONDITIONS)
    if needs.gives:
        wanted.add(SubCategory.VOLUNTEERING)
    return frozenset(wanted)


def wanted_topics(wishes: Wishes) -> int:
    """``bot.directory.topics`` bits of which every listing that could be an option has one.

    Where nothing relevant is far away, a city's nearest services are mostly others: the store
    sifts by these first.
    """
    ill = wishes.conditions | ({ANY_CONDITION} if wishes.conditions else frozenset())
    named = [c for c in CONDITIONS if record_conditions((c,)) & ill]
    return topics_wanted(wanted_subcategories(wishes), named) | UNTAGGED


def topic_worth(wishes: Wishes) -> Callable[[int, float | None], tuple[float, int]]:
    """About how many points ``rank`` may give, by topics and kilometres (``None``: no travel).

    It is for telling which of many services are worth reading; with the points comes the bit of
    the topic that gives most of them. The strongest topic counts in
    full and the others a little, as records with many topics answer few of them well.
    """
    needs = _needs(wishes)
    first = {
        ReasonCode.GAP: _GAP,
        ReasonCode.STATEMENT: _STATEMENT,
        ReasonCode.CONDITION: _CONDITION_GENERAL,
    }
    place = {area.value: i for i, area in enumerate(wishes.difficulties)}
    points: dict[int, float] = {UNTAGGED: _DIFFICULTY[0] / 2 if needs.works else 0.0}
    for sub, answers in needs.by_sub.items():
        if sub not in needs.gated:
            points[topics_wanted((sub,))] = sum(
                strength
                * first.get(needs.asks[i][0], _DIFFICULTY[min(place.get(needs.asks[i][1], 9), 2)])
                for i, strength in answers
            )
    for name in CONDITIONS:
        if record_conditions((name,)) & needs.conditions:
            points[topics_wanted((), (name,))] = _CONDITION
    if needs.gives:
        bit = topics_wanted((SubCategory.VOLUNTEERING,))
        points[bit] = points.get(bit, 0.0) + _GIVE
    reach = max(wishes.reach_km, 1.0)

    @cache
    def of_topics(topics: int) -> tuple[float, int]:
        hits = [(worth, bit) for bit, worth in points.items() if topics & bit]
        best, bit = max(hits, default=(0.0, 0))
        return best + _OTHER_TOPICS * sum(worth for worth, _ in hits), bit

    def worth(topics: int, km: float | None) -> tuple[float, int]:
        near = _NO_TRAVEL if km is None else _NEAR * max(0.0, 1.0 - km / reach)
        answers, topic = of_topics(topics)
        return answers + near, topic

    return worth


def refusals(
    wishes: Wishes,
    candidates: Iterable[Listing],
    *,
    today: date | datetime,
    exclude: Collection[int] = (),
    nearer_than: float | None = None,
    cheaper: float | None = None,
) -> Counter[Refusal]:
    """How many listings were not shown, by the first reason; for "nothing suits" and staff."""
    now = uk_now(today)
    needs = _needs(wishes)
    counts: Counter[Refusal] = Counter()
    for listing in candidates:
        if listing.id in exclude:
            counts[Refusal.EXCLUDED] += 1
            continue
        outcome = _option(listing, wishes, needs, now, nearer_than, cheaper)
        if isinstance(outcome, Refusal):
            counts[outcome] += 1
    return counts


@dataclass(frozen=True)
class _Needs:
    """The tables of ``needs_map`` for one person, worked out once.

    Attributes:
        asks: what the person said, each with its reason's code and value.
        by_sub: for each sub-category, the asks (by index) that it answers and how strongly.
        conditions: of the person.
        companion: who could go too.
        gated: sub-categories that are for others; ``gives``: wants to help others.
        words: what a record says that is about the very thing asked, by index of the ask.
        works: the kind of work of each gap that has one, by index of the ask.
        activities: asks for something that the person used to do, of those with ``words``.
        nearby: asks for people to know around the place, by index.
    """

    asks: tuple[tuple[ReasonCode, str], ...]
    by_sub: Mapping[SubCategory, tuple[tuple[int, float], ...]]
    conditions: frozenset[str]
    companion: Member | None
    gated: frozenset[SubCategory]
    gives: bool
    words: Mapping[int, Telling]
    works: Mapping[int, Work]
    activities: frozenset[int]
    nearby: frozenset[int]


def _needs(wishes: Wishes) -> _Needs:
    gated = set()
    if not wishes.cares:
        gated.add(SubCategory.CARER_SUPPORT)
    if not wishes.gives:
        gated.add(SubCategory.VOLUNTEERING)
    tables: list[tuple[ReasonCode, str, Strengths]] = []
    words: dict[int, Telling] = {}
    works: dict[int, Work] = {}
    activities: set[int] = set()
    for gap in wishes.gaps:
        if telling := _gap_words(gap):
            words[len(tables)] = _starting(telling)
            if gap.activity:
                activities.add(len(tables))
        if gap.work is not None:
            works[len(tables)] = gap.work
        strengths = options_for_gap(gap.code, gap.work, gap.areas, gap.activity)
        tables.append((ReasonCode.GAP, gap.name, strengths))
    tables += [
        (ReasonCode.STATEMENT, s.value, STATEMENT_OPTIONS[s]) for s in sorted(wishes.statements)
    ]
    for area in wishes.difficulties:
        if telling := _area_words(area):
            words[len(tables)] = _starting(telling)
        tables.append((ReasonCode.DIFFICULTY, area.value, AREA_OPTIONS[area]))
    tables += [
        (ReasonCode.CONDITION, c, CONDITION_OPTIONS[c])
        for c in sorted(wishes.conditions)
        if c in CONDITION_OPTIONS
    ]
    by_sub: dict[SubCategory, list[tuple[int, float]]] = {}
    for index, (_, _, strengths) in enumerate(tables):
        for sub, strength in strengths.items():
            by_sub.setdefault(sub, []).append((index, strength))
    return _Needs(
        asks=tuple((code, value) for code, value, _ in tables),
        by_sub={sub: tuple(found) for sub, found in by_sub.items()},
        conditions=wishes.conditions,
        companion=companion(wishes),
        gated=frozenset(gated),
        gives=wishes.gives,
        words=words,
        works=works,
        activities=frozenset(activities),
        nearby=frozenset(i for i, (_, value, _) in enumerate(tables) if value == _WEAK_TIES),
    )


def _gap_words(gap: ConfirmedGap) -> tuple[str, ...]:
    """Words by which a record shows that it answers just this gap."""
    if gap.code is GapCode.DROPPED_ACTIVITY:
        return activity_stems(gap.activity)
    return GAP_WORDS.get(gap.code) or _area_words(*gap.areas)


def _area_words(*areas: Area) -> tuple[str, ...]:
    """Words of the areas; none where one of them has none, as then the sort is enough."""
    if not all(a in AREA_WORDS for a in areas):
        return ()
    return tuple(word for a in areas for word in AREA_WORDS[a])


@lru_cache(maxsize=256)
def _starting(beginnings: tuple[str, ...]) -> Telling:
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, beginnings))})", re.IGNORECASE)
    return Telling(pattern, tuple(b.lower() for b in beginnings))


def _option(
    listing: Listing,
    wishes: Wishes,
    needs: _Needs,
    now: datetime,
    nearer_than: float | None,
    cheaper: float | None,
    *also: Reason,
) -> Option | Refusal:
    reasons = [*also, *_relevance(listing, wishes, needs)]
    if sum(r.points for r in reasons) < RELEVANCE_FLOOR:
        return Refusal.NOT_RELEVANT
    fit = suitability(listing, wishes, now.date())
    if fit.refusal is not None:
        return fit.refusal
    if sum(r.points for r in reasons) - fit.penalty < RELEVANCE_FLOOR:
        return Refusal.DOUBTFUL
    travel = needs_travel(listing)
    distance = _way_to(listing)
    if nearer_than is not None and travel and (distance is None or distance >= nearer_than):
        return Refusal.NOT_NEARER
    if cheaper is not None and (listing.lowest_cost is None or listing.lowest_cost >= cheaper):
        return Refusal.NOT_CHEAPER
    going_too = needs.companion if AttendingType.VENUE in attending(listing) else None
    reasons += _comforts(listing, wishes, fit.fits, distance, going_too)
    score = sum(r.points for r in reasons) - fit.penalty
    if travel and distance is not None:
        score += _nearness(distance, wishes)
    return Option(
        listing=listing,
        score=round(score, 3),
        worth=round(sum(r.points for r in reasons if r.code in RELEVANT) - fit.penalty, 3),
        reasons=tuple(sorted(reasons, key=lambda r: -r.points)),
        warnings=fit.cautions,
        distance_km=distance,
        distance_is_approximate=distance is not None and is_approximate(listing, wishes),
        companion=going_too.key if going_too else None,
    )


def _relevance(listing: Listing, wishes: Wishes, needs: _Needs) -> list[Reason]:
    """What the person said that this option answers."""
    subs = _tag_strengths(listing, needs)
    if listing.subcategories and not subs:
        return []
    answered: dict[int, float] = {}
    for sub, sure in subs.items():
        for index, strength in needs.by_sub.get(sub, ()):
            if strength * sure > answered.get(index, 0.0):
                answered[index] = strength * sure
    if not listing.subcategories:
        # A record without any category may still say which work it helps with.
        answered = {i: 0.4 for i, work in needs.works.items() if work in listing.works}
    if not wishes.stays_in and AttendingType.VENUE not in attending(listing):
        # Faces from nearby are met where people come together.
        for index in needs.nearby & answered.keys():
            answered[index] *= _FROM_AFAR
    for index in needs.words.keys() & answered.keys():
        # What names the thing itself comes before others of its sort.
        pattern = needs.words[index]
        if not (pattern.search(listing.name) or pattern.search(listing.description)):
            answered[index] *= _NOT_NAMED
    if not answered and not needs.gives and not (listing.conditions and needs.conditions):
        return []
    found: dict[ReasonCode, list[tuple[float, str]]] = {}
    for index in sorted(answered):
        code, value = needs.asks[index]
        found.setdefault(code, []).append((answered[index], value))

    general = found.pop(ReasonCode.CONDITION, [])
    reasons = _tapered(ReasonCode.GAP, found.get(ReasonCode.GAP, []), _GAP, _GAP_MORE)
    # Who used to knit gets the knitting group first, whatever else any club answers.
    if any(i in answered and needs.words[i].search(listing.name) for i in needs.activities):
        reasons = [
            replace(r, points=r.points + _VERY_THING) if r.value == _DROPPED else r for r in reasons
        ]
    statements = found.get(ReasonCode.STATEMENT, [])
    reasons += _tapered(ReasonCode.STATEMENT, statements, _STATEMENT, _STATEMENT_MORE)
    strengths = {value: strength for strength, value in found.get(ReasonCode.DIFFICULTY, [])}
    room = _DIFFICULTY_MOST
    for place, area in enumerate(wishes.difficulties):
        weight = _DIFFICULTY[min(place, len(_DIFFICULTY) - 1)]
        points = min(room, weight * strengths.get(area.value, 0.0))
        if points > 0:
            reasons.append(Reason(ReasonCode.DIFFICULTY, area.value, points))
            room -= points
    if needs.conditions:
        reasons += _for_condition(listing, needs, general, bool(reasons))
    if needs.gives and listing.volunteers and not any(r.value == _HELP for r in reasons):
        reasons.append(Reason(ReasonCode.GIVE, "", _GIVE))
    return reasons


def _for_condition(
    listing: Listing, needs: _Needs, general: Sequence[tuple[float, str]], relevant: bool
) -> list[Reason]:
    named = named_conditions(listing)
    own = sorted(named & needs.conditions)
    if own and (relevant or general or is_about_conditions(listing)):
        return [Reason(ReasonCode.CONDITION, own[0], _condition_points(listing, named))]
    if ANY_CONDITION in named and is_about_conditions(listing):
        return [Reason(ReasonCode.CONDITION, ANY_CONDITION, _CONDITION / 2)]
    return _tapered(ReasonCode.CONDITION, general, _CONDITION_GENERAL, 0.0)


def _condition_points(listing: Listing, named: frozenset[str]) -> float:
    """A group for just this condition comes before one that lists many."""
    if normalise_conditions(listing.name) & named:
        return _CONDITION + 2
    return _CONDITION if len(listing.conditions) <= _FEW_CONDITIONS else _CONDITION - 3


def _tag_strengths(listing: Listing, needs: _Needs) -> dict[SubCategory, float]:
    """How far each sub-category counts for this person, 0 to 1.

    One that was only read from the description counts less (``tag_confidence``). Support for
    carers and a chance to volunteer count only for whom they are meant, and make the rest of
    the record doubtful.
    """
    sure = tag_confidence(listing)
    for sub in needs.gated & listing.subcategories:
        if sure.pop(sub) == 1.0:
            sure = {other: value * _FOR_OTHERS for other, value in sure.items()}
    return sure


def _tapered(
    code: ReasonCode, found: Sequence[tuple[float, str]], first: float, more: float
) -> list[Reason]:
    """The strongest in full and each further one a little, so that no list outweighs a need."""
    if not found:
        return []
    hits = sorted(found, key=lambda f: (-f[0], f[1])) if len(found) > 1 else found
    weights = (first, *[more] * len(hits))
    return [
        Reason(code, value, strength * weight)
        for (strength, value), weight in zip(hits, weights, strict=False)
        if weight > 0
    ]


def _comforts(
    listing: Listing,
    wishes: Wishes,
    fits: frozenset[str],
    distance: float | None,
    going_too: Member | None,
) -> list[Reason]:
    """What makes it easier to take up."""
    reasons: list[Reason] = []
    if not needs_travel(listing):
        code = ReasonCode.LOW_EFFORT if is_low_effort(listing) else ReasonCode.NEAR
        reasons.append(Reason(code, "" if code is ReasonCode.LOW_EFFORT else "home", _NO_TRAVEL))
    elif distance is not None and distance <= NEAR_KM and listing.precision is not Precision.AREA:
        reasons.append(Reason(ReasonCode.NEAR))
    points = {"language": _LANGUAGE, "access": _ACCESS, "time": _TIME, "fresh": _FRESH}
    reasons += [Reason(ReasonCode(f), "", points[f]) for f in sorted(fits)]
    if listing.free:
        reasons.append(Reason(ReasonCode.FREE, "", _FREE))
    if going_too is not None:
        reasons.append(Reason(ReasonCode.COMPANION, going_too.key, _COMPANION))
    return reasons


def _nearness(distance: float, wishes: Wishes) -> float:
    reach = max(wishes.reach_km, 1.0)
    return _NEAR * max(0.0, 1.0 - distance / reach)


_CONTACT = {Contact.DAILY: 0, Contact.WEEKLY: 1, Contact.MONTHLY: 2}
_DISTANCE = {Distance.SAME_HOME: 0, Distance.NEAR: 1, Distance.DRIVE: 2}


def may_come_along(wishes: Wishes) -> list[Member]:
    """Everybody on the map who may be asked along, wherever they live.

    Never a member who died, makes things harder or is to be relieved by a confirmed gap, and
    no former partner.
    """
    relieved = {key for gap in wishes.gaps for key in gap.members if gap.code is GapCode.OVERLOAD}
    return [
        m
        for m in wishes.companions
        if m.can_be_suggested
        and m.kind is Kind.PERSON
        and m.relationship is not Relationship.EX_PARTNER
        and m.key not in relieved
    ]


def companion(wishes: Wishes) -> Member | None:
    """Somebody of ``may_come_along`` who is in touch and not far.

    ``None`` where nobody is known to be at hand.
    """
    able = [
        m
        for m in may_come_along(wishes)
        if m.contact in _CONTACT
        and (m.distance in _DISTANCE or (m.distance is None and m.contact is not Contact.MONTHLY))
    ]
    return min(
        able,
        key=lambda m: (
            _DISTANCE.get(m.distance, 1) if m.distance else 1,
            _CONTACT[m.contact] if m.contact else 3,
            m.circle or 4,
            m.key,
        ),
        default=None,
    )


def _order(option: Option) -> tuple[float, float, str, str, str]:
    """Best first; ties always fall the same way."""
    listing = option.listing
    far = option.distance_km if option.distance_km is not None else float("inf")
    return (-option.score, far, listing.name.casefold(), listing.feed, listing.source_id)


def _main_categories(listing: Listing) -> frozenset[Category]:
    """The categories of what a service surely is, not of all that its words touch on."""
    return _surest(listing.tags, listing.subcategories)


@lru_cache(maxsize=10_000)
def _surest(tags: tuple[Tag, ...], subcategories: frozenset[SubCategory]) -> frozenset[Category]:
    sure = tag_confidence_of(tags, subcategories)
    most = max(sure.values(), default=0.0)
    return frozenset(PARENT[sub] for sub, value in sure.items() if value == most)


def _categories(options: Iterable[Option]) -> Counter[Category]:
    return Counter(c for o in options for c in _main_categories(o.listing))


def _mixed(options: Sequence[Option]) -> bool:
    counts = _categories(options)
    return not counts or max(counts.values()) <= MOST_OF_A_CATEGORY


def _choose(ranked: Sequence[Option], wishes: Wishes, limit: int) -> list[Option]:
    """The best arrangement: at most two of a category, unlike one another, with what must be there.

    The best option is in it in any case, then a chance to give for who wants to, then one by
    phone or online. Which of these it is decides what there is room for beside it, so the best
    few are tried.
    """
    if not ranked or limit < 1:
        return []
    first = ranked[0]
    fixed = [[first]]
    musts: list[Callable[[Option], bool]] = [lambda o: o.is_low_effort]
    if wishes.gives:
        musts.insert(0, lambda o: o.listing.volunteers)
    for must in musts:
        able = [o for o in ranked if must(o)][:_TRIED]
        tried = [
            begun if any(must(o) for o in begun) else [*begun, o]
            for begun in fixed
            for o in able
            if any(must(o) for o in begun) or (len(begun) < limit and _mixed([*begun, o]))
        ]
        fixed = tried or fixed
    least = RELATIVE_FLOOR * max(o.worth for o in ranked)
    rest: list[Option] = []
    of_a_sort: Counter[frozenset[Category]] = Counter()
    for option in ranked:
        sort = _main_categories(option.listing)
        if option.worth >= least and of_a_sort[sort] < _LOOKED_AT:
            of_a_sort[sort] += 1
            rest.append(option)
    return max((_filled(begun, rest, limit) for begun in fixed), key=_worth_together)


def _filled(begun: Sequence[Option], rest: Iterable[Option], limit: int) -> list[Option]:
    """What must be there, and the best that may stand beside it."""
    chosen, left = list(begun), [o for o in rest if o not in begun]
    while len(chosen) < limit:
        full = {c for c, count in _categories(chosen).items() if count >= MOST_OF_A_CATEGORY}
        allowed = [o for o in left if not full & _main_categories(o.listing)]
        if not allowed:
            break
        # The first of those that are as good, which is the best as ranked.
        best = min(allowed, key=lambda o: _repetition(o, chosen) - o.score)
        chosen.append(best)
        left.remove(best)
    return chosen


def _worth_together(chosen: Sequence[Option]) -> float:
    return sum(o.score - _repetition(o, chosen[:i]) for i, o in enumerate(chosen))


def _repetition(option: Option, chosen: Sequence[Option]) -> float:
    listing = option.listing
    alike = sum(bool(listing.subcategories & o.listing.subcategories) for o in chosen)
    name = listing.organization_name
    same = sum(name is not None and name == o.listing.organization_name for o in chosen)
    return _ALIKE * alike + _SAME_ORGANIZATION * same


def _with_next(option: Option, now: datetime) -> Option:
    return Option(
        **{**vars(option), "next": next_time(schedules_here(option.listing), now)},
    )
