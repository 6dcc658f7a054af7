"""One person's side of the matching: what is needed, liked, and has to suit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.directory.model import AttendingType
from bot.directory.places import Place
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Code, Member, Network, Work
from bot.support.languages import SIGNED, language_name
from bot.support.needs_map import normalise_conditions, related_conditions
from bot.support.preferences import (
    DEFAULT_REACH_KM,
    LANGUAGE,
    REACH_KM,
    AccessNeed,
    DayPart,
    Limit,
    Statement,
    Travel,
    limits_of,
)


@dataclass(frozen=True)
class ConfirmedGap:
    """A gap that the person said yes to.

    Attributes:
        code, work, areas, activity: as in ``bot.needs.gaps.Gap``.
        members: keys of the members to relieve; they are no companions.
    """

    code: GapCode
    work: Work | None = None
    areas: tuple[Area, ...] = ()
    activity: str = ""
    members: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The code with its kind of work: "uncovered.emotional"."""
        return f"{self.code}.{self.work}" if self.work else str(self.code)


@dataclass(frozen=True)
class Wishes:
    """Everything the ranking may use. Empty and ``None`` mean not said, so no limit.

    Attributes:
        gaps: confirmed ones only.
        statements: of the eleven, those agreed with.
        difficulties: the areas that matter, the most important first.
        conditions: names of ``normalise_conditions``.
        place: where from; ``None`` is not known.
        age: both ends of the person's age band in years, inclusive.
        languages: lower-case names of languages that suit ("english", "polish"); empty is
            English, as the talk is in English.
        access_needs, travel: codes of ``bot.support.preferences``.
        max_km: a distance that the person named; it overrides what ``travel`` implies.
        cost_ceiling: pounds each time; 0 is free only.
        modes, days, times: what suits.
        wants_to_give: wants to do something for others.
        companions: members who may be pointed to; others are dropped here.
    """

    gaps: tuple[ConfirmedGap, ...] = ()
    statements: frozenset[Statement] = frozenset()
    difficulties: tuple[Area, ...] = ()
    conditions: frozenset[str] = frozenset()
    place: Place | None = None
    age: tuple[int, int] | None = None
    languages: frozenset[str] = frozenset()
    access_needs: frozenset[AccessNeed] = frozenset()
    travel: frozenset[Travel] = frozenset()
    max_km: float | None = None
    cost_ceiling: float | None = None
    modes: frozenset[AttendingType] = frozenset()
    days: frozenset[str] = frozenset()
    times: frozenset[DayPart] = frozenset()
    wants_to_give: bool = False
    companions: tuple[Member, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.age is not None and not 0 <= self.age[0] <= self.age[1]:
            raise ValueError(f"age {self.age} is not a band of years, the lower end first")
        # Whoever fills this in, a member who died or makes things harder gets no further.
        usable = tuple(m for m in self.companions if m.can_be_suggested)
        object.__setattr__(self, "companions", usable)

    @property
    def gives(self) -> bool:
        """Whether a chance to help others belongs among the options."""
        return (
            self.wants_to_give
            or Statement.HELP_OTHERS in self.statements
            or any(g.code is GapCode.NO_RECIPROCITY for g in self.gaps)
        )

    @property
    def cares(self) -> bool:
        """Whether support for carers is for this person, or for the one who does most."""
        return (
            Statement.LOOK_AFTER_SOMEONE in self.statements
            or Area.CARING in self.difficulties
            or any(g.code is GapCode.OVERLOAD for g in self.gaps)
        )

    @property
    def fitting_conditions(self) -> frozenset[str]:
        """Conditions whose groups may suit: the person's own, and what the rest implies."""
        found = set(related_conditions(self.conditions, self.difficulties))
        if AccessNeed.HEARING in self.access_needs or SIGNED in map(language_name, self.languages):
            found.add("hearing loss")
        if AccessNeed.SIGHT in self.access_needs:
            found.add("sight loss")
        return frozenset(found)

    @property
    def stays_in(self) -> bool:
        """Whether only what comes to the person's home suits."""
        return self.travel == {Travel.NOT_OUT}

    @property
    def reach_km(self) -> float:
        """How far an ordinary outing may be, in kilometres."""
        if self.max_km is not None:
            return self.max_km
        return max((REACH_KM[t] for t in self.travel), default=DEFAULT_REACH_KM)


C = TypeVar("C", bound=Code)


def _codes(kind: type[C], values: Iterable[str], what: str) -> frozenset[C]:
    try:
        return frozenset(kind(v) for v in values)
    except ValueError as error:
        known = ", ".join(str(c) for c in kind)
        raise ValueError(f"{what}: {error}; use one of {known}") from error


def wishes_from(
    *,
    gaps: Iterable[ConfirmedGap] = (),
    preferences: Iterable[str] = (),
    difficulties: Iterable[Area] = (),
    conditions: str | Iterable[str] = (),
    place: Place | None = None,
    age: tuple[int, int] | None = None,
    languages: Iterable[str] = (),
    access_needs: Iterable[str] = (),
    travel: Iterable[str] = (),
    network: Network | None = None,
) -> Wishes:
    """Wishes from what the record keeps: codes as text, and conditions in the person's words.

    ``preferences`` holds statements and limits together, and ``access_needs`` languages
    (``LANGUAGE``) too, as the record does.

    Raises:
        ValueError: a code that nobody knows, naming where it came from.
    """
    needs = set(access_needs)
    to_speak = {n for n in needs if n.startswith(LANGUAGE)}
    spoken = (*languages, *(n.removeprefix(LANGUAGE) for n in to_speak))
    codes = set(preferences)
    statements = codes & {s.value for s in Statement}
    limits = limits_of(_codes(Limit, codes - statements, "preferences"))
    return Wishes(
        gaps=tuple(gaps),
        statements=frozenset(Statement(s) for s in statements),
        difficulties=tuple(difficulties),
        conditions=normalise_conditions(conditions),
        place=place,
        age=age,
        languages=frozenset(x.strip().casefold() for x in spoken if x.strip()),
        access_needs=_codes(AccessNeed, needs - to_speak, "access needs"),
        travel=_codes(Travel, travel, "travel"),
        cost_ceiling=limits.cost_ceiling,
        modes=limits.modes,
        days=limits.days,
        times=limits.times,
        wants_to_give=Statement.HELP_OTHERS in statements,
        companions=network.active if network is not None else (),
    )
