"""Judged cases: a made-up patient, a directory, and what a person would put before them or never.

Read here for the tests and for ``benchmarks.matching_report``, so that both judge alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

import bot.store.tables  # noqa: F401  (registers the tables)
from bot.directory.importer import import_source
from bot.directory.model import Listing
from bot.directory.places import Place, find_place
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Contact, Distance, Member, Network, Work, kind_of
from bot.nlu.context import relationship_in
from bot.settings import PROJECT
from bot.store.base import Base, engine_for
from bot.support.finding import options_for
from bot.support.matching import (
    ConfirmedGap,
    Option,
    Wishes,
    wishes_from,
)

FOLDER = Path(__file__).parent
SAMPLE = PROJECT / "bot" / "directory" / "sample"
REAL_FEEDS = PROJECT.parent / "shared" / "directories" / "feeds"
TODAY = date(2026, 11, 23)
AT_A_TIME = 3


@dataclass(frozen=True)
class Case:
    """One made-up patient.

    Attributes:
        feed: "sample", or a folder of ``shared/directories/feeds``.
        good, bad: names of services of the sample, ids of those of a real feed. What is in
            neither counts as not good.
    """

    who: str
    feed: str
    wishes: Wishes
    good: frozenset[str]
    bad: frozenset[str]

    @property
    def source(self) -> Path:
        """Where the feed is."""
        return SAMPLE if self.feed == "sample" else REAL_FEEDS / self.feed

    def key(self, listing: Listing) -> str:
        """What a service is called in ``good`` and ``bad``."""
        return listing.name if self.feed == "sample" else listing.source_id


def cases(file: str = "judged_independent.yml") -> list[Case]:
    """The cases of a file of this folder."""
    return [_case(row) for row in yaml.safe_load((FOLDER / file).read_text("utf-8"))]


def _case(row: dict[str, Any]) -> Case:
    wishes = wishes_from(
        gaps=[gap(text) for text in row.get("gaps", ())],
        preferences=row.get("preferences", ()),
        difficulties=[Area(a) for a in row.get("difficulties", ())],
        conditions=row.get("conditions", ""),
        place=_place(row.get("place", "Marlowby")),
        age=(row["age"][0], row["age"][1]),
        languages=row.get("languages", ()),
        access_needs=row.get("access_needs", ()),
        travel=row.get("travel", ()),
        network=Network(tuple(_member(n, text) for n, text in enumerate(row.get("people", ())))),
    )
    return Case(
        row["who"],
        row.get("feed", "sample"),
        wishes,
        frozenset(row["good"]),
        frozenset(row["bad"]),
    )


def gap(text: str) -> ConfirmedGap:
    """A gap from "code.work.area+area" or "dropped_activity:what it was"."""
    head, _, activity = text.partition(":")
    code, work, areas = (*head.split("."), "", "")[:3]
    return ConfirmedGap(
        GapCode(code),
        Work(work) if work else None,
        tuple(Area(a) for a in areas.split("+") if a),
        activity,
    )


def _place(name: str) -> Place:
    found = find_place(name)
    if not isinstance(found, Place):
        raise ValueError(f"{name}: not one place")
    return found


def _member(number: int, text: str) -> Member:
    """Somebody at hand: seen weekly and near, as the cases do not say."""
    name, relationship, circle = (part.strip() for part in text.rsplit(",", 2))
    known = relationship_in(relationship)
    return Member(
        key=f"m{number}",
        label=name,
        kind=kind_of(known) if known else Member.kind,
        relationship=known,
        circle=int(circle),
        contact=Contact.WEEKLY,
        distance=Distance.NEAR,
    )


@dataclass
class Tally:
    """What was shown to the patients of one judge and one directory."""

    cases: int = 0
    shown: int = 0
    good: int = 0
    bad: int = 0
    answered: int = 0

    def take(self, case: Case, session: Session) -> None:
        """Count the choice of one patient; nothing is the right answer where nothing is good."""
        keys = [case.key(option.listing) for option in shown(case, session)]
        self.cases += 1
        self.shown += len(keys)
        self.good += sum(key in case.good for key in keys)
        self.bad += sum(key in case.bad for key in keys)
        self.answered += bool(set(keys) & case.good) if case.good else not keys


def store_of(name: str, folder: Path) -> str:
    """The URL of an empty store in a file of the folder."""
    url = f"sqlite:///{folder / name}.sqlite"
    Base.metadata.create_all(engine_for(url))
    return url


def store_with(feed: Case, folder: Path) -> str:
    """The URL of a store with the feed of a case in it, through the real importer."""
    url = store_of(feed.feed, folder)
    import_source(feed.source, feed=feed.feed, url=url)
    return url


def shown(case: Case, session: Session) -> list[Option]:
    """What the bot would show first, found and ranked as in ``actions.options``."""
    return options_for(session, case.wishes, today=TODAY, limit=AT_A_TIME)
