"""Measures of the process, and none of health: how far somebody came, and what took hold.

What is counted follows domain.md 3.4 and 7: options taken up, tried and kept, what got in the
way, which of the four constructs is lowest, how the network changed, and whether the gaps that
the person confirmed are covered. The person never sees these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.needs.gaps import GapCode
from bot.network.model import Network, Work
from bot.network.then_and_now import compare
from bot.support.barriers import Barrier
from bot.support.practice import Construct, Said, evidence, lowest

Value = str | int | float


@dataclass(frozen=True)
class Told:
    """What was told of a plan at one follow-up; ``None`` is not said.

    Attributes:
        fit: the answers to the checks of ``bot.support.practice.CHECKED``.
    """

    tried: Said | None = None
    worth: Said | None = None
    barrier: Barrier | None = None
    fit: Mapping[Construct, Said] = field(default_factory=dict)
    decision: str | None = None


@dataclass(frozen=True)
class PlanCourse:
    """A plan, and what was told of it, the oldest first."""

    state: str
    told: tuple[Told, ...] = ()

    @property
    def was_tried(self) -> bool:
        """Whether it was ever tried, also in part."""
        return any(t.tried in (Said.YES, Said.PARTLY) for t in self.told)

    @property
    def was_kept(self) -> bool:
        """Tried, and part of life after it: gone on with, or finished as a habit."""
        decided = [t.decision for t in self.told if t.decision]
        return self.was_tried and bool(decided) and decided[-1] in ("go_on", "finish")

    @property
    def lowest(self) -> Construct | None:
        """The lowest construct that was last told of; ``None`` where nothing is low."""
        for told in reversed(self.told):
            if told.worth or told.barrier or told.fit:
                return lowest(evidence(told.worth, told.barrier, told.fit))
        return None


@dataclass(frozen=True)
class AskedGap:
    """A gap that the person confirmed; ``own`` where somebody on the map was thought of for it."""

    code: GapCode
    work: Work | None = None
    own: bool = False


@dataclass(frozen=True)
class Process:
    """One person's process.

    Attributes:
        stage: where the interview stands.
        reviews: how often the map was gone over again.
        options_shown, options_saved: from the directory.
        plans_made, plans_tried, plans_kept, plans_paused, plans_dropped: a paused plan is no
            failure.
        barriers: how often each got in the way.
        lowest: how many plans have each construct as the lowest.
        gaps_confirmed, gaps_covered: see ``are_covered``.
        came, went: members between the first agreed map and now.
    """

    stage: str
    reviews: int = 0
    options_shown: int = 0
    options_saved: int = 0
    plans_made: int = 0
    plans_tried: int = 0
    plans_kept: int = 0
    plans_paused: int = 0
    plans_dropped: int = 0
    barriers: Mapping[str, int] = field(default_factory=dict)
    lowest: Mapping[str, int] = field(default_factory=dict)
    gaps_confirmed: int = 0
    gaps_covered: int = 0
    came: int = 0
    went: int = 0

    def variables(self) -> dict[str, Value]:
        """Flat values for exports, with ``process_`` before each name."""
        flat: dict[str, Value] = {k: v for k, v in vars(self).items() if not isinstance(v, Mapping)}
        flat |= {f"barrier_{code}": n for code, n in sorted(self.barriers.items())}
        flat |= {f"lowest_{code}": n for code, n in sorted(self.lowest.items())}
        return {f"process_{name}": value for name, value in flat.items()}


def are_covered(
    gaps: Sequence[AskedGap], still_found: Sequence[tuple[GapCode, Work | None]], *, tried: bool
) -> list[bool]:
    """Whether each confirmed gap is covered now.

    It is where somebody on the map was thought of for it, or where the rules do not find it any
    more; one for a dropped activity, where a plan was tried.

    Args:
        gaps: the confirmed ones.
        still_found: code and work of what the rules find on the map of now.
        tried: whether any plan was.
    """
    found = set(still_found)
    return [
        g.own or (tried if g.code is GapCode.DROPPED_ACTIVITY else (g.code, g.work) not in found)
        for g in gaps
    ]


def process_of(
    stage: str,
    *,
    options: Sequence[str] = (),
    plans: Sequence[PlanCourse] = (),
    gaps: Sequence[AskedGap] = (),
    still_found: Sequence[tuple[GapCode, Work | None]] = (),
    then: Network | None = None,
    now: Network | None = None,
    reviews: int = 0,
) -> Process:
    """The measures.

    Args:
        stage: where the interview stands.
        options: the response to each that was shown.
        plans: every plan that was ever made.
        gaps: the confirmed ones.
        still_found: code and work of what the rules find on the map of now.
        then, now: the first map that was agreed to, and the present one.
        reviews: how often the map was gone over again.

    """
    covered = are_covered(gaps, still_found, tried=any(p.was_tried for p in plans))
    changes = compare(then, now) if then is not None and now is not None else None
    return Process(
        stage=stage,
        reviews=reviews,
        options_shown=len(options),
        options_saved=sum(response == "saved" for response in options),
        plans_made=len(plans),
        plans_tried=sum(p.was_tried for p in plans),
        plans_kept=sum(p.was_kept for p in plans),
        plans_paused=sum(p.state == "paused" for p in plans),
        plans_dropped=sum(p.state == "dropped" for p in plans),
        barriers=Counter(str(t.barrier) for p in plans for t in p.told if t.barrier),
        lowest=Counter(str(p.lowest) for p in plans if p.lowest),
        gaps_confirmed=len(gaps),
        gaps_covered=sum(covered),
        came=len(changes.came) if changes else 0,
        went=len(changes.went) if changes else 0,
    )
