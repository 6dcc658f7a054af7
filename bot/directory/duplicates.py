"""One service listed by several directories: found, shown once, and settled by staff.

Blocking first: services share a block when they share a phone, a postcode, a name, or a
website and an outcode. Within a block a score weighs how alike the names are against what else
agrees. Likely pairs are shown once at once; staff confirm or split them, and possible pairs
wait for staff. What staff decided is never undone by a later import. What one directory itself
lists twice is for its owner to mend: it is found for the report, and both records stay shown.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from urllib.parse import urlsplit

from rapidfuzz import fuzz
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bot.directory import visibility
from bot.directory.model import ServiceStatus
from bot.directory.places import haversine_km, towns
from bot.network.model import Code
from bot.store.base import now
from bot.store.directory import (
    FeedRow,
    OrganizationRow,
    ServiceBlockRow,
    ServicePairRow,
    ServiceRow,
)

LIKELY, POSSIBLE = 0.71, 0.62
# A block of more is a fact that many services share (a hall's postcode, a council's line).
LARGEST_BLOCK = 80
_CHUNK = 400
_LEAST_NAME = 0.72
_APART = "km apart"

_SHARED_HOSTS = frozenset(
    {"facebook.com", "gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "yahoo.co.uk",
     "btinternet.com", "hotmail.co.uk", "live.co.uk", "instagram.com", "twitter.com", "x.com",
     "eventbrite.co.uk", "linktr.ee", "wordpress.com", "sites.google.com", "icloud.com"}
)  # fmt: skip
_EMPTY_WORDS = frozenset("the a an of and for in at on to with by group club service".split())  # noqa: SIM905
# Words that tell sister services of one organisation apart.
_TELLING_APART = re.compile(
    r"\b(mon|tues?|wednes|thurs?|fri|satur|sun)days?\b|\b\d+(?:st|nd|rd|th|s)?\b|\b(morning|afternoon|evening)s?\b|"
    r"\b(beginner|intermediate|advanced|junior|senior|women|men|ladie|north|south|east|west)s?\b",
    re.IGNORECASE,
)


_HAS_CLOSED = (ServiceStatus.DEFUNCT.value, ServiceStatus.TEMPORARILY_CLOSED.value)
_LONG_AFTER = 180  # days


class PairState(Code):
    """Where a pair stands; the last two are the staff's word."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    CONFIRMED = "confirmed"
    SPLIT = "split"


@dataclass(frozen=True)
class Facts:
    """What a service is compared by; empty where the record does not say."""

    id: int
    feed_id: int
    name: str
    organization: str = ""
    postcodes: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    domain: str = ""
    numbers: frozenset[str] = frozenset()
    points: tuple[tuple[float, float], ...] = ()
    days: frozenset[str] = frozenset()
    description: str = ""
    weight: tuple[int, int] = (0, 0)


def _words(name: str) -> list[str]:
    flat = name.casefold().replace("'", "").replace("’", "").replace("&", " and ")
    return [w.rstrip("s") or w for w in re.findall(r"[a-z0-9]+", flat) if w not in _EMPTY_WORDS]


@lru_cache(maxsize=10_000)
def _domain(url: str) -> str:
    host = (urlsplit(url if "//" in url else f"//{url}").hostname or "").removeprefix("www.")
    return "" if host in _SHARED_HOSTS else host


def facts_of(key: int, feed_id: int, listing: str, identifiers: str | None, fresh: int) -> Facts:
    """The facts of a stored service."""
    raw = json.loads(listing)
    places = [p for p in raw.get("locations", ()) if not p.get("masked")]
    email_host = (raw.get("email") or "").rpartition("@")[2]
    numbers = {
        re.sub(r"\W", "", value).upper().lstrip("0")
        for _scheme, value in json.loads(identifiers or "[]")
    }
    return Facts(
        id=key,
        feed_id=feed_id,
        name=raw["name"],
        organization=raw.get("organization") or "",
        postcodes=frozenset(p["postcode"] for p in places if " " in p.get("postcode", "")),
        phones=frozenset(p[1] for p in raw.get("phones", ()) if p[1]),
        domain=_domain(raw.get("url") or "") or _domain(email_host),
        numbers=frozenset(n for n in numbers if len(n) >= 5),
        points=tuple((p["lat"], p["lon"]) for p in places if "lat" in p),
        days=frozenset(d[-2:] for s in raw.get("schedules", ()) for d in s.get("byday", ())),
        description=raw.get("description", "")[:400],
        weight=(fresh, len(listing)),
    )


def blocks(facts: Facts) -> frozenset[int]:
    """The blocks that a service is in, as signed 64-bit numbers."""
    outcodes = {p.split()[0] for p in facts.postcodes} or {""}
    keys = [f"t|{p}" for p in facts.phones] + [f"c|{p}" for p in facts.postcodes]
    if words := _words(facts.name):
        keys.append("n|" + " ".join(sorted(words)))
    keys += [f"d|{facts.domain}|{o}" for o in outcodes if facts.domain and o]
    keys += [f"o|{n}|{o}" for n in facts.numbers for o in outcodes]
    return frozenset(
        int.from_bytes(hashlib.blake2b(k.encode(), digest_size=8).digest(), "big", signed=True)
        for k in keys
    )


def compare(a: Facts, b: Facts) -> tuple[float, tuple[str, ...]]:
    """How likely two records are one service, 0 to 1, and what speaks for it."""
    first, second = " ".join(_words(a.name)), " ".join(_words(b.name))
    if not first or not second:
        return 0.0, ()
    name = max(fuzz.token_sort_ratio(first, second), fuzz.ratio(first, second)) / 100
    # "Chair Yoga" and "Chair Yoga, Town Hall": one name holds the other.
    if (
        fuzz.token_set_ratio(first, second) == 100
        and min(len(first.split()), len(second.split())) > 1
    ):
        name = max(name, 0.88)
    if name < _LEAST_NAME:
        return 0.0, ()
    apart = {m.casefold() for m in _found(a.name)} != {m.casefold() for m in _found(b.name)}
    apart = apart or _of_two_towns(a.name, b.name)
    reasons = [f"name {name:.2f}"]
    points = 0.0
    for reason, weight, agrees in (
        ("postcode", 2.0, a.postcodes & b.postcodes),
        ("phone", 2.0, a.phones & b.phones),
        ("organisation number", 2.0, a.numbers & b.numbers),
        ("website", 1.0, a.domain and a.domain == b.domain),
        ("organisation", 1.0, _same_organization(a, b)),
        ("description", 1.5, _same_description(a, b)),
    ):
        if agrees:
            reasons.append(reason)
            points += weight
    if a.points and b.points and not a.postcodes & b.postcodes:
        km = min(haversine_km(*p, *q) for p in a.points for q in b.points)
        if km > 2:
            reasons.append(f"{km:.0f} {_APART}")
            points -= 2.5
    other_days = bool(a.days and b.days and not a.days & b.days)
    if other_days:
        reasons.append("other days")
    if apart:
        reasons.append("names tell them apart")
    if points <= 0:
        return 0.0, tuple(reasons)
    score = min(1.0, 0.6 * name + 0.08 * min(points, 5))
    # Sister services agree in everything but the day or the level: for staff to say.
    return round(min(score, LIKELY - 0.01) if other_days or apart else score, 3), tuple(reasons)


def _found(name: str) -> list[str]:
    return [m.group(0).rstrip("s") for m in _TELLING_APART.finditer(name)]


def _of_two_towns(first: str, second: str) -> bool:
    """Whether each name has a town that the other has not: "Chesham" and "Amersham befriending"."""
    a, b = (
        {w for w in re.findall(r"[A-Z][\w'’-]{3,}", name) if towns(w)} for name in (first, second)
    )
    return bool(a - b) and bool(b - a)


def _same_organization(a: Facts, b: Facts) -> bool:
    if not a.organization or not b.organization:
        return False
    pair = " ".join(_words(a.organization)), " ".join(_words(b.organization))
    return fuzz.token_sort_ratio(*pair) >= 90


def _same_description(a: Facts, b: Facts) -> bool:
    if min(len(a.description), len(b.description)) < 60:
        return False
    return fuzz.ratio(a.description, b.description) >= 85


def find(session: Session) -> int:
    """Compare all that is new or changed since the last time; how many pairs were found."""
    total = 0
    while (found := find_some(session)) is not None:
        total += found
        session.flush()
    return total


def find_some(session: Session) -> int | None:
    """Compare some that are new or changed; how many pairs, or ``None`` when all are done.

    Only services of different feeds are compared: one directory's own repeats are for its
    owner. Nothing is done while there is only one feed.
    """
    live = list(session.scalars(select(FeedRow.id).where(FeedRow.retired == 0)))
    if len(live) < 2:
        return None
    waiting = list(
        session.scalars(
            select(ServiceRow.id)
            .where(ServiceRow.compared == 0, ServiceRow.feed_id.in_(live))
            .order_by(ServiceRow.id)
            .limit(_CHUNK)
        )
    )
    return _compare(session, waiting) if waiting else None


def _compare(session: Session, ids: Sequence[int]) -> int:
    """Put services into their blocks and compare them with what is there already."""
    mine = _facts(session, ids)
    session.execute(delete(ServiceBlockRow).where(ServiceBlockRow.service_id.in_(ids)))
    rows = [{"key": k, "service_id": f.id} for f in mine.values() for k in blocks(f)]
    if rows:
        session.execute(insert(ServiceBlockRow), rows)
    members = _members(session, {row["key"] for row in rows})
    wanted: set[tuple[int, int]] = set()
    for row in rows:
        others = members.get(row["key"], ())
        if 2 <= len(others) <= LARGEST_BLOCK:
            wanted |= {_pair(row["service_id"], o) for o in others if o != row["service_id"]}
    facts = {**mine, **_facts(session, {i for p in wanted for i in p} - mine.keys())}
    pairs = {}
    for first, second in wanted:
        a, b = facts.get(first), facts.get(second)
        if a is None or b is None or a.feed_id == b.feed_id:
            continue
        score, reasons = compare(a, b)
        if score >= POSSIBLE:
            pairs[first, second] = (score, ", ".join(reasons))
    touched = _keep(session, ids, pairs)
    session.execute(update(ServiceRow).where(ServiceRow.id.in_(ids)).values(compared=1))
    show_once(session, touched)
    return len(pairs)


def within_feed(session: Session, feed_id: int) -> list[tuple[int, int, float, tuple[str, ...]]]:
    """Pairs of open records of one feed that are likely one service, the likeliest first.

    Each is two ids of the store, the score and what agrees. One group at two places is no repeat.
    Reads the whole feed.
    """
    names: dict[int, str] = {}
    members: dict[int, list[int]] = defaultdict(list)
    row = ServiceRow
    ids = list(
        session.scalars(select(row.id).where(row.feed_id == feed_id, row.closed_at.is_(None)))
    )
    for start in range(0, len(ids), _CHUNK):
        for facts in _facts(session, ids[start : start + _CHUNK]).values():
            names[facts.id] = " ".join(_words(facts.name))
            for key in blocks(facts):
                members[key].append(facts.id)
    # Names are cheap to compare, and most that share a postcode have others.
    wanted = sorted(
        {
            _pair(a, b)
            for block in members.values()
            if 2 <= len(block) <= LARGEST_BLOCK
            for a, b in combinations(block, 2)
            if fuzz.token_set_ratio(names[a], names[b]) >= 100 * _LEAST_NAME
        }
    )
    found = []
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        known = _facts(session, {i for pair in chunk for i in pair})
        for first, second in chunk:
            score, reasons = compare(known[first], known[second])
            if score >= LIKELY and not any(r.endswith(_APART) for r in reasons):
                found.append((first, second, score, reasons))
    return sorted(found, key=lambda pair: (-pair[2], pair[:2]))


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _facts(session: Session, ids: Iterable[int]) -> dict[int, Facts]:
    wanted = list(ids)
    found: dict[int, Facts] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = (
            select(
                ServiceRow.id,
                ServiceRow.feed_id,
                ServiceRow.listing,
                OrganizationRow.identifiers,
                ServiceRow.freshness,
            )
            .outerjoin(OrganizationRow, OrganizationRow.id == ServiceRow.organization_id)
            .where(ServiceRow.id.in_(wanted[start : start + _CHUNK]))
        )
        found.update((row[0], facts_of(*row)) for row in session.execute(query))
    return found


def _members(session: Session, keys: set[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    wanted = sorted(keys)
    for start in range(0, len(wanted), _CHUNK):
        block = ServiceBlockRow
        query = select(block.key, block.service_id).where(
            block.key.in_(wanted[start : start + _CHUNK])
        )
        for key, service_id in session.execute(query):
            found[key].append(service_id)
    return found


def _keep(
    session: Session, ids: Sequence[int], pairs: dict[tuple[int, int], tuple[float, str]]
) -> set[int]:
    """Write the pairs of these services; the staff's word stays. Ids whose pairs changed."""
    row = ServicePairRow
    about = row.first_id.in_(ids) | row.second_id.in_(ids)
    known = {(p.first_id, p.second_id): p for p in session.scalars(select(row).where(about))}
    touched: set[int] = set()
    for key, pair in known.items():
        if key in pairs or pair.state in (PairState.CONFIRMED, PairState.SPLIT):
            continue
        session.delete(pair)
        touched.update(key)
    for key, (score, reasons) in pairs.items():
        state = PairState.LIKELY if score >= LIKELY else PairState.POSSIBLE
        old = known.get(key)
        if old is None:
            session.add(row(first_id=key[0], second_id=key[1], score=score, reasons=reasons,
                            state=state.value))  # fmt: skip
        elif old.state not in (PairState.CONFIRMED, PairState.SPLIT):
            old.score, old.reasons, old.state = score, reasons, state.value
        touched.update(key)
    session.flush()
    return touched


def decide(session: Session, pair_id: int, *, same: bool, by: str) -> None:
    """The staff's word on a pair: one service, or two.

    Raises:
        KeyError: if there is no such pair.
    """
    pair = session.get(ServicePairRow, pair_id)
    if pair is None:
        raise KeyError(f"there is no pair {pair_id}")
    pair.state = (PairState.CONFIRMED if same else PairState.SPLIT).value
    pair.decided_by, pair.decided_at = by[:80], now()
    session.flush()
    show_once(session, {pair.first_id, pair.second_id})


def show_once(session: Session, ids: Iterable[int]) -> None:
    """Of each group of records of one service that these ids belong to, show one.

    The one that is open, then the one checked last, then the fullest. But where a record says
    that it has closed, and was checked well after the one that has it open, that one is right.
    """
    groups = _groups(session, set(ids))
    members = [i for group in groups for i in group]
    rows = {
        r.id: r
        for start in range(0, len(members), _CHUNK)
        for r in session.execute(
            select(
                ServiceRow.id,
                ServiceRow.status,
                ServiceRow.closed_at,
                ServiceRow.freshness,
                ServiceRow.twin_of,
                ServiceRow.listing,
                FeedRow.retired,
            )
            .join(FeedRow, FeedRow.id == ServiceRow.feed_id)
            .where(ServiceRow.id.in_(members[start : start + _CHUNK]))
        )
    }
    for group in groups:
        present = [rows[i] for i in group if i in rows]
        if not present:
            continue
        best = min(
            present,
            key=lambda r: (
                r.retired,
                r.status != "active",
                r.closed_at is not None,
                -r.freshness,
                -len(r.listing),
                r.id,
            ),
        )
        closed = [r for r in present if r.status in _HAS_CLOSED and not r.retired]
        latest = max(closed, key=lambda r: (r.freshness, r.id), default=best)
        if latest.freshness - best.freshness > _LONG_AFTER:
            best = latest
        for r in present:
            twin = None if r.id == best.id else best.id
            if r.twin_of != twin:
                session.execute(
                    update(ServiceRow).where(ServiceRow.id == r.id).values(twin_of=twin)
                )
    visibility.refresh(session, members)


def _groups(session: Session, ids: set[int]) -> list[set[int]]:
    """The groups of records that pairs join; each id is in one, if only its own."""
    row = ServicePairRow
    neighbours: dict[int, set[int]] = {}
    todo = set(ids)
    while todo:
        chunk = [todo.pop() for _ in range(min(_CHUNK, len(todo)))]
        for i in chunk:
            neighbours.setdefault(i, set())
        query = select(row.first_id, row.second_id).where(
            row.state.in_([PairState.LIKELY.value, PairState.CONFIRMED.value]),
            row.first_id.in_(chunk) | row.second_id.in_(chunk),
        )
        for first, second in session.execute(query):
            for a, b in ((first, second), (second, first)):
                if a not in neighbours:
                    todo.add(a)
                neighbours.setdefault(a, set()).add(b)
    groups: list[set[int]] = []
    left = set(neighbours)
    while left:
        group, edge = set(), {left.pop()}
        while edge:
            i = edge.pop()
            group.add(i)
            edge |= neighbours[i] - group
        left -= group
        groups.append(group)
    return groups
