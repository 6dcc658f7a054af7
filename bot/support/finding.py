"""The best options of the whole directory for one person."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy.orm import Session

from bot.directory.areas import nation_of
from bot.directory.model import Listing
from bot.directory.query import candidates, search_text
from bot.directory.tagging import known_words
from bot.directory.topics import shut_out
from bot.support.matching import Option, asked_for, rank, topic_worth, wanted_topics
from bot.support.preferences import DEFAULT_REACH_KM
from bot.support.wishes import Wishes

_PLACED, _REMOTE = 120, 40
"""How many services with a place, and how many for everyone, are read: what costs most of it."""


def options_for(
    session: Session,
    wishes: Wishes,
    *,
    today: date | datetime,
    exclude: Collection[int] = (),
    nearer_than: float | None = None,
    cheaper: float | None = None,
    limit: int = 3,
) -> list[Option]:
    """The best choice near the person; see ``bot.support.matching.rank``.

    Services that look most worth it by what they are about and how far they are get read and
    ranked.
    """
    found = candidates(
        session,
        wishes.place,
        _around(wishes) if nearer_than is None else min(_around(wishes), nearer_than),
        limit=_PLACED + len(exclude),
        topics=wanted_topics(wishes),
        without=_shut_out(wishes),
        remote_limit=_REMOTE + len(exclude),
        worth=topic_worth(wishes),
    )
    return rank(
        wishes,
        found,
        today=today,
        exclude=exclude,
        nearer_than=nearer_than,
        cheaper=cheaper,
        limit=limit,
    )


def options_named(
    session: Session,
    wishes: Wishes,
    words: str,
    *,
    today: date | datetime,
    exclude: Collection[int] = (),
    limit: int = 3,
) -> list[Option]:
    """What has all of the words and suits; see ``bot.support.matching.asked_for``."""

    def search(text: str) -> list[Listing]:
        return search_text(
            session, text, wishes.place, _around(wishes), every=True, without=_shut_out(wishes)
        )

    found = search(words)
    if not found and (spelt := _spelt(words)) != words:
        found = search(spelt)
    return asked_for(wishes, words, found, today=today, exclude=exclude, limit=limit)


def _around(wishes: Wishes) -> float:
    """How far off what is read may be: who cannot go out is visited from somewhere."""
    return DEFAULT_REACH_KM if wishes.stays_in else wishes.reach_km


_LONG_WORD = 8


def _spelt(text: str) -> str:
    """The words as they may have been meant: "chior" is "choir"."""
    return re.sub(r"[a-z]{5,}", _mended, text.casefold())


def _mended(word: re.Match[str]) -> str:
    slips = 2 if len(word[0]) >= _LONG_WORD else 1
    alike = (known for known in known_words() if known[0] == word[0][0])
    close = process.extractOne(word[0], alike, scorer=OSA.distance, score_cutoff=slips)
    return str(close[0]) if close else word[0]


def _shut_out(wishes: Wishes) -> int:
    return shut_out(wishes.age, nation_of(wishes.place))
