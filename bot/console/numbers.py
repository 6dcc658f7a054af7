"""The service in numbers, in the frame of Normalisation Process Theory, with small counts hidden.

Its four constructs order the questions: does it make sense to people (coherence), do they take
part (cognitive participation), what gets done (collective action), what comes of it (reflexive
monitoring)? A count of one to four could point to somebody, so it is hidden, and so is the next
smallest where the hidden one could be worked out from a total (``hidden`` has the proof). What is
counted has a code of ours, or is a place of several people: nobody's own words are a label.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from statistics import median
from typing import Any

from sqlalchemy import Integer, case, func, select, true
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.console.names import readable
from bot.console.plain import LONDON, csv_file
from bot.console.queue import KINDS
from bot.console.roles import May
from bot.console.web import NotThere, Page, Visit
from bot.conversations.journey import OPEN, STAGES
from bot.directory.categories import SubCategory
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Work
from bot.network.typology import classify
from bot.rights.consents import Scope as ConsentScope
from bot.safety.model import Category
from bot.store.base import now
from bot.store.process import changes_of, courses, covered_of, some_of
from bot.store.record import REVIEW, networks
from bot.store.tables import (
    Consent,
    Difficulty,
    FollowUp,
    GapRow,
    OptionRow,
    Person,
    Plan,
    RiskEvent,
    Snapshot,
    StaffRequest,
    UnmetNeed,
)
from bot.store.turns import Turn
from bot.support.barriers import Barrier
from bot.support.practice import ENDS, Construct
from bot.support.preferences import Limit, Statement
from bot.support.process import PlanCourse

LEAST = 5
"""Counts above nothing and below this are hidden."""

HIDDEN = "hidden"
OTHER = "other"
"""What is counted instead of anything that is not one of the codes."""

KEPT_FOR = timedelta(minutes=5)
"""Figures are counted anew after this. Some are read from each person's map, and whoever looks at
the page also looks at other times and the CSV of a figure."""

WANTED = frozenset(
    str(code)
    for code in (
        *(code.value for kind in (GapCode, Statement, Limit, SubCategory) for code in kind),
        *(f"{gap}.{work}" for gap in GapCode for work in Work),
        "named",
    )
)
"""What is kept of an unmet need; ``named`` is something asked for by its name."""

PERIODS = {"30": "30 days", "90": "90 days", "365": "12 months", "all": "All time"}
CONSTRUCTS = {
    "coherence": ("Coherence", "Does it make sense to people?"),
    "participation": ("Cognitive participation", "Do people take part?"),
    "action": ("Collective action", "What gets done?"),
    "monitoring": ("Reflexive monitoring", "What comes of it, and does it work well?"),
}


@dataclass(frozen=True)
class Figure:
    """One table that can be drawn as bars.

    Attributes:
        key: names it in an address.
        construct: key of ``CONSTRUCTS``.
        rows: (label, count); ``None`` for a count that is hidden.
        whole: of whom or what, where the rows are parts of one whole.
        unit: what is counted.
        note: how to read it.
    """

    key: str
    construct: str
    title: str
    rows: Sequence[tuple[str, float | None]]
    unit: str = "people"
    note: str = ""
    whole: int | None = None

    @property
    def total(self) -> int | None:
        """The whole; ``None`` where a part is hidden, which it could help to work out."""
        return None if any(v is None for _, v in self.rows) else self.whole

    @property
    def longest(self) -> float:
        """The largest value that is shown; at least 1."""
        return max([*(v for _, v in self.rows if v is not None), 1])

    def said(self, value: float | None) -> str:
        """A count in words for a table."""
        if value is None:
            return HIDDEN
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def hidden(counts: Mapping[str, int], *, parts: bool = True) -> list[tuple[str, int | None]]:
    """Counts in the order given, with small ones hidden so that none can be worked out.

    Where ``parts`` add up to a total, another figure may tell it, also where this one does not.
    So where all that is hidden is one same number, the smallest shown goes too, with its equals.
    What is hidden then differs, and whichever way round it is looks the same here: for each,
    two numbers at least are possible. (Where nothing is left to hide, only the total could tell.)
    """
    out = {label for label, n in counts.items() if 0 < n < LEAST}
    if parts and len({counts[label] for label in out}) == 1:
        least = min((n for n in counts.values() if n >= LEAST), default=0)
        out |= {label for label, n in counts.items() if n == least > 0}
    return [(label, None if label in out else n) for label, n in counts.items()]


def ranked(counts: Mapping[str, int], *, parts: bool = True) -> list[tuple[str, int | None]]:
    """Codes as words with their counts, the largest first; hidden ones last, by their label.

    Among the others the place of a hidden one would tell its size.
    """
    rows = hidden({readable(k): n for k, n in counts.items()}, parts=parts)
    return sorted(rows, key=lambda row: (row[1] is None, -(row[1] or 0), row[0]))


def coded(column: Any, codes: Iterable[object]) -> Any:
    """A column for a grouped query, in which all that is none of the codes is ``OTHER``."""
    return case((column.in_([str(code) for code in codes]), column), else_=OTHER).label("counted")


@dataclass
class Scope:
    """The transaction and the time that the figures are about."""

    session: Session
    since: datetime | None

    def within(self, query: Any, moment: Any) -> Any:
        """A query narrowed to the time by a column; ``None`` for rows of no time."""
        if self.since is None or moment is None:
            return query
        return query.where(moment >= self.since)

    def counts(
        self,
        column: Any,
        codes: Iterable[object],
        moment: Any,
        *,
        of: Any = None,
        where: Any = None,
    ) -> dict[str, int]:
        """How many rows of the time have each of some codes.

        Args:
            moment: a column, or ``None`` for rows of no time.
            of: counts what is different in this column instead, such as people.
            where: only the rows for which this holds.
        """
        counted = func.count() if of is None else func.count(of.distinct())
        query = select(coded(column, codes), counted).select_from(column.class_)
        if where is not None:
            query = query.where(where)
        query = self.within(query, moment).group_by("counted")
        return {str(code): int(n) for code, n in self.session.execute(query)}

    def people(self, column: Any, moment: Any, *where: Any) -> list[str]:
        """Ids of the people with a row of the time."""
        query = self.within(select(column).where(*where), moment)
        return list(self.session.scalars(query.distinct()))

    @cached_property
    def maps(self) -> list[tuple[int, str]]:
        """How many are on each map that was shown in the time, as it is now, and its type."""
        shown = self.people(Snapshot.person_id, Snapshot.taken_at)
        return [
            (len(network.active), classify(network).code.value)
            for ids in some_of(shown)
            for network in networks(self.session, ids).values()
        ]

    @cached_property
    def courses(self) -> list[PlanCourse]:
        """The plans that were made in the time."""
        which = true() if self.since is None else Plan.made_at >= self.since
        return courses(self.session, which)


def reached(scope: Scope) -> Figure:
    """People who agreed to start, by month."""
    rows = scope.session.scalars(scope.within(select(Person.created_at), Person.created_at))
    months = Counter(f"{m.astimezone(LONDON):%Y-%m}" for m in rows)
    counts = {f"{datetime.fromisoformat(f'{m}-01'):%b %Y}": months[m] for m in sorted(months)}
    return Figure("reached", "coherence", "People reached", hidden(counts),
                  note="Who agreed to start, by month.", whole=sum(months.values()))  # fmt: skip


def funnel(scope: Scope) -> Figure:
    """How far people got: who is at a stage or past it."""
    at = scope.counts(Person.stage, (*STAGES, OPEN), Person.created_at)
    order = (*STAGES[1:], OPEN)
    counts, beyond = {}, sum(n for s, n in at.items() if s in order)
    for stage in order:
        counts[readable(stage) if stage != OPEN else "Through to the end"] = beyond
        beyond -= at.get(stage, 0)
    # Neighbours could be taken from one another: a step that few took is not told apart.
    rows: list[tuple[str, float | None]] = []
    last: int | None = None
    for label, n in counts.items():
        small = 0 < n < LEAST or (last is not None and 0 < last - n < LEAST)
        rows.append((label, last if small and n >= LEAST else (None if small else n)))
        last = n if not small else last
    return Figure("funnel", "coherence", "How far people get", rows,
                  note="People who reached each stage. A step that fewer than 5 did not take is "
                  "shown as if all took it.")  # fmt: skip


def sizes(scope: Scope) -> Figure:
    """How many are on people's maps."""
    counts = Counter(_size(size) for size, _ in scope.maps)
    order = ("Nobody", "1 to 2", "3 to 5", "6 to 10", "11 to 20", "Over 20")
    return Figure("sizes", "coherence", "Size of networks", hidden({k: counts[k] for k in order}),
                  note="People, groups and pets on the map now, of who was shown theirs.",
                  whole=sum(counts.values()))  # fmt: skip


def _size(n: int) -> str:
    for most, label in ((0, "Nobody"), (2, "1 to 2"), (5, "3 to 5"), (10, "6 to 10"),
                        (20, "11 to 20")):  # fmt: skip
        if n <= most:
            return label
    return "Over 20"


def types(scope: Scope) -> Figure:
    """Types of people's maps."""
    counts = Counter(code for size, code in scope.maps if size)
    return Figure("types", "coherence", "Types of networks", ranked(counts),
                  note="By the rules in docs/network.md, after Kennedy and others. Patients never "
                  "see a type.", whole=sum(counts.values()))  # fmt: skip


def difficulties(scope: Scope) -> Figure:
    """What is hard."""
    of = Difficulty.person_id.in_(scope.within(select(Person.id), Person.created_at))
    counts = scope.counts(Difficulty.area, Area, None, where=of)
    return Figure("difficulties", "coherence", "What is hard", ranked(counts, parts=False))


def consents(scope: Scope) -> Figure:
    """What people agree to now."""
    counts = scope.counts(Consent.scope, ConsentScope, Consent.given_at,
                          of=Consent.person_id, where=Consent.withdrawn_at.is_(None))  # fmt: skip
    return Figure("consents", "participation", "What people agree to",
                  ranked(counts, parts=False))  # fmt: skip


def options(scope: Scope) -> Figure:
    """What became of options that were shown."""
    names = {"shown": "Seen only", "saved": "Saved", "rejected": "Turned down"}
    counts = scope.counts(OptionRow.response, names, OptionRow.shown_at)
    return Figure("options", "participation", "Options shown, and what people said",
                  hidden({names.get(k, readable(k)): n for k, n in sorted(counts.items())}),
                  unit="options", whole=sum(counts.values()))  # fmt: skip


def gaps(scope: Scope) -> Figure:
    """Gaps that people said yes to."""
    counts = scope.counts(GapRow.code, GapCode, GapRow.asked_at,
                          of=GapRow.person_id, where=GapRow.confirmed.is_(True))  # fmt: skip
    return Figure("gaps", "participation", "Gaps that people confirmed",
                  ranked(counts, parts=False))  # fmt: skip


def plans(scope: Scope) -> Figure:
    """Plans and what became of them."""
    counts = scope.counts(Plan.state, ("active", *ENDS.values()), Plan.made_at)
    return Figure("plans", "action", "Plans", ranked(counts), unit="plans",
                  whole=sum(counts.values()))  # fmt: skip


def unmet_by_place(scope: Scope) -> Figure:
    """Where nothing suited."""
    query = select(UnmetNeed.area, UnmetNeed.person_id).distinct()
    people: dict[str, set[str]] = defaultdict(set)
    for area, person_id in scope.session.execute(scope.within(query, UnmetNeed.at)):
        people[area or "Not said"].add(person_id)
    # A place of few people says who they are by its name alone.
    few = {place for place, who in people.items() if len(who) < LEAST}
    counts = {place: len(who) for place, who in people.items() if place not in few}
    if few:
        counts["Places with fewer than 5"] = len(set().union(*(people[place] for place in few)))
    return Figure("unmet_place", "action", "Unmet needs by place",
                  ranked(counts, parts=False))  # fmt: skip


def unmet_by_kind(scope: Scope) -> Figure:
    """What was wanted where nothing suited."""
    rows = scope.session.execute(
        scope.within(select(UnmetNeed.person_id, UnmetNeed.wanted), UnmetNeed.at)
    )
    wanted = {(w if w in WANTED else OTHER, p) for p, all_of_it in rows for w in all_of_it}
    counts = Counter(w for w, _ in wanted)
    return Figure("unmet_kind", "action", "Unmet needs by what was wanted",
                  ranked(counts, parts=False))  # fmt: skip


def risks(scope: Scope) -> Figure:
    """Risks that were seen, by category."""
    category = func.coalesce(RiskEvent.category, _NO_CATEGORY)
    query = select(coded(category, (*Category, _NO_CATEGORY)), func.count()).group_by("counted")
    rows = scope.session.execute(scope.within(query, RiskEvent.at))
    counts = {str(k): int(n) for k, n in rows}
    return Figure("risks", "action", "Risks seen", ranked(counts), unit="events",
                  whole=sum(counts.values()))  # fmt: skip


_NO_CATEGORY = "low_mood_or_strain"


def risk_times(scope: Scope) -> Figure:
    """How soon risks were taken up and ended: the middle, in hours, by level."""
    query = select(RiskEvent.level, RiskEvent.at, RiskEvent.taken_at, RiskEvent.reviewed_at)
    rows = list(scope.session.execute(scope.within(query, RiskEvent.at)))
    found: list[tuple[str, float | None]] = []
    for level in ("emergency", "crisis", "concern"):
        for title, spans in (
            ("taken up", [t - at for lv, at, t, _ in rows if lv == level and t]),
            ("ended", [r - at for lv, at, _, r in rows if lv == level and r]),
        ):
            if not spans:
                continue
            hours = [s.total_seconds() / 3600 for s in spans]
            label = f"{readable(level)}, {title}"
            found.append((label, round(median(hours), 1) if len(hours) >= LEAST else None))
    return Figure("risk_times", "action", "How soon risks are dealt with", found, unit="hours",
                  note="The middle time. Nobody watches the chat as it happens: people in danger "
                  "are given a number to call at once.")  # fmt: skip


def understanding(scope: Scope) -> Figure:
    """How much of what people typed was understood, by week, in per cent."""
    week = _week(scope.session)
    query = (
        select(week, func.count(), func.sum(case((Turn.unclear, 1), else_=0)))
        .where(Turn.kind == "text")
        .group_by(week)
        .order_by(week)
    )
    rows: list[tuple[str, float | None]] = []
    for number, count, unclear in scope.session.execute(scope.within(query, Turn.at)):
        start = date(1970, 1, 5) + timedelta(weeks=int(number))
        share = round(100 * (1 - int(unclear or 0) / count), 1)
        rows.append((f"{start.day} {start:%b %Y}", share if count >= LEAST else None))
    return Figure("understanding", "monitoring", "Messages understood, by week", rows,
                  unit="per cent", note="Of what people typed, the part after which the bot did "
                  "not say that it had not understood.")  # fmt: skip


def _week(session: Session) -> Any:
    """Whole weeks from Monday 5 January 1970 to a turn."""
    if session.get_bind().dialect.name == "sqlite":
        seconds = func.cast(func.strftime("%s", Turn.at), Integer)
        return (seconds - 4 * 86400) // 604_800
    return func.floor((func.extract("epoch", Turn.at) - 4 * 86400) / 604_800)


def requests(scope: Scope) -> Figure:
    """What people asked staff for."""
    counts = scope.counts(StaffRequest.kind, KINDS, StaffRequest.at)
    return Figure("requests", "monitoring", "Requests to staff", ranked(counts),
                  unit="requests", whole=sum(counts.values()))  # fmt: skip


def barriers(scope: Scope) -> Figure:
    """What got in the way of plans, as people said at a follow-up."""
    counts = scope.counts(FollowUp.barrier, Barrier, FollowUp.answered_at,
                          of=FollowUp.person_id, where=FollowUp.barrier != "")  # fmt: skip
    return Figure("barriers", "monitoring", "What got in the way", ranked(counts, parts=False),
                  note="From follow-ups.")  # fmt: skip


def tried(scope: Scope) -> Figure:
    """Plans that were made in the time, by whether they were tried and kept."""
    counts = Counter(
        "Tried and kept" if c.was_kept else "Tried" if c.was_tried else "Not tried, or not told of"
        for c in scope.courses
    )
    order = ("Tried and kept", "Tried", "Not tried, or not told of")
    return Figure("tried", "action", "Plans tried and kept", hidden({k: counts[k] for k in order}),
                  unit="plans", whole=sum(counts.values()),
                  note="Kept: gone on with after it was tried, or finished as a habit. A paused "
                  "plan is no failure.")  # fmt: skip


def lowest(scope: Scope) -> Figure:
    """Plans that were made in the time, by the construct that was last lowest."""
    counts = Counter(c.lowest for c in scope.courses if c.lowest)
    rows = hidden({CONSTRUCTS[c][0]: counts[c] for c in Construct} if counts else {}, parts=False)
    return Figure("lowest", "monitoring", "What holds plans back", rows, unit="plans",
                  note="The lowest of the four for each plan, from its last follow-up: it makes no "
                  "sense, nobody is in it, it does not fit the week, it is not worth "
                  "it.")  # fmt: skip


def covered(scope: Scope) -> Figure:
    """Confirmed gaps of people who confirmed one in the time, and whether they are covered."""
    people = scope.people(GapRow.person_id, GapRow.asked_at, GapRow.confirmed.is_(True))
    found = [is_covered for gaps in covered_of(scope.session, people) for is_covered in gaps]
    done, asked = sum(found), len(found)
    counts = {"Covered": done, "Not yet": asked - done} if asked else {}
    return Figure("covered", "monitoring", "Confirmed gaps covered now", hidden(counts),
                  unit="gaps", whole=asked, note="Somebody on the map was thought of for it, the "
                  "map shows it no more, or a plan for what was missed was tried.")  # fmt: skip


def change(scope: Scope) -> Figure:
    """How the maps of people who went over theirs again differ from the first."""
    people = scope.people(Snapshot.person_id, Snapshot.taken_at, Snapshot.reason == REVIEW)
    counts = Counter(_change(came, went) for came, went in changes_of(scope.session, people))
    order = ("Some came", "Some came, some went", "Some went", "The same people")
    rows = hidden({k: counts[k] for k in order} if counts else {})
    return Figure("change", "monitoring", "How networks change", rows, whole=sum(counts.values()),
                  note="People who went over their map again: who is on it now, and was on the "
                  "first.")  # fmt: skip


def _change(came: int, went: int) -> str:
    if came and went:
        return "Some came, some went"
    return "Some came" if came else "Some went" if went else "The same people"


FIGURES: dict[str, Callable[[Scope], Figure]] = {
    "reached": reached,
    "funnel": funnel,
    "sizes": sizes,
    "types": types,
    "difficulties": difficulties,
    "consents": consents,
    "gaps": gaps,
    "options": options,
    "plans": plans,
    "tried": tried,
    "unmet_kind": unmet_by_kind,
    "unmet_place": unmet_by_place,
    "risks": risks,
    "risk_times": risk_times,
    "understanding": understanding,
    "barriers": barriers,
    "lowest": lowest,
    "covered": covered,
    "change": change,
    "requests": requests,
}
"""By the name that an address has for each."""


# --- pages ---------------------------------------------------------------------------------


_kept: dict[tuple[str, str], tuple[datetime, list[Figure]]] = {}
_counting = threading.Lock()


def figures(session: Session, period: str) -> tuple[datetime, list[Figure]]:
    """All figures of a period of ``PERIODS``, and when they were counted; see ``KEPT_FOR``."""
    key = (str(session.get_bind().engine.url), period)
    with _counting:  # one counts for all who wait
        counted = _kept.get(key)
        if counted is None or now() - counted[0] > KEPT_FOR:
            scope = Scope(session, _since(period))
            counted = _kept[key] = (now(), [figure(scope) for figure in FIGURES.values()])
        return counted


def forget() -> None:
    """Count anew at the next look."""
    _kept.clear()


def _since(period: str) -> datetime | None:
    if period == "all":
        return None
    start = now().astimezone(LONDON).date() - timedelta(days=int(period))
    return datetime.combine(start, time(), LONDON)


def _period(visit: Visit) -> str:
    return visit.asked("period") if visit.asked("period") in PERIODS else "90"


def show(visit: Visit) -> Response:
    """All figures, by construct."""
    period = _period(visit)
    counted_at, counted = figures(visit.db, period)
    return visit.show(
        "numbers.html",
        title="Service view",
        constructs=[
            (key, *words, [f for f in counted if f.construct == key])
            for key, words in CONSTRUCTS.items()
        ],
        periods=PERIODS,
        period=period,
        counted_at=counted_at,
    )


def export(visit: Visit) -> Response:
    """One figure as CSV; what is hidden on the page is hidden here."""
    period = _period(visit)
    _, counted = figures(visit.db, period)
    table = next((figure for figure in counted if figure.key == visit.path("key")), None)
    if table is None:
        raise NotThere("There is no such figure.")
    visit.note("export_figure", target=f"{table.key}, {period}")
    words = csv_file(
        (table.title, table.unit), [(k, HIDDEN if v is None else f"{v:g}") for k, v in table.rows]
    )
    return Response(
        words,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{table.key}-{period}.csv"'},
    )


PAGES = (
    Page("GET", "/numbers", show, May.NUMBERS),
    Page("GET", "/numbers/{key}.csv", export, May.NUMBERS),
)
