"""Finding services near a place, and by words.

Only what a patient may be offered comes out: active, not temporarily closed, not closed by
two full crawls without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import cos, radians, sqrt

from sqlalchemy import BigInteger, ColumnElement, Row, Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.directory import codec, search_index, unplaced
from bot.directory.categories import PARENT, Category, SubCategory
from bot.directory.model import Listing, Scope
from bot.directory.places import Place, band, haversine_km
from bot.directory.topics import topics_wanted
from bot.store.directory import FeedRow, ServiceAtLocationRow, ServiceRow

_FIRST_KM, _WIDER = 2.5, 4
_CHUNK = 500
_LOOKED_AT = 2
"""Of so many times as many as are wanted, those that are worth most are read: reading is dear."""

_Bits = tuple["int | None", int]
"""Topics of which a service must have one (``None``: any will do), and those it must not have."""
Worth = Callable[[int, "float | None"], tuple[float, int]]
"""How well a service may answer and by which topic, from its topics and its kilometres (``None``
for anywhere)."""


def candidates(
    session: Session,
    near: Place | None,
    within_km: float = 15.0,
    categories: Iterable[Category | SubCategory] | None = None,
    limit: int = 150,
    *,
    topics: int | None = None,
    without: int = 0,
    remote_limit: int = 60,
    worth: Worth | None = None,
) -> list[Listing]:
    """Services that someone near a place could use, nearest first, then those for everyone.

    Args:
        session: of the store.
        near: where the person is; ``None`` gives only national and online services.
        within_km: great-circle distance to the nearest location of the service.
        categories: only services with one of these; ``None`` is all.
        topics: only services with one of these bits (``bot.directory.topics``).
        without: only services with none of these bits.
        limit: most services with a place; the nearest are kept.
        remote_limit: most national and online services, the freshest first.
        worth: with it those are kept that are worth most, of several times as many.

    Returns:
        Listings; ``distance_km`` and ``precision`` are set on those with a place. Local ones
        without are among them where their feed is about the area (``bot.directory.unplaced``).
    """
    wanted = _mask(categories) if topics is None else topics
    nearest = _nearest(session, near, within_km, (wanted, without), limit, worth) if near else {}
    remote = _remote(session, (wanted, without), remote_limit, worth, nearest.keys())
    listings = _load(session, [*nearest, *remote])
    found = [
        listings[key]
        if location == unplaced.LOCATION
        else codec.at_distance(listings[key], km, location)
        for key, (km, location) in nearest.items()
        if key in listings
    ]
    return found + [listings[key] for key in remote if key in listings]


def search_text(
    session: Session,
    text: str,
    near: Place | None = None,
    within_km: float = 25.0,
    limit: int = 20,
    *,
    every: bool = False,
    without: int = 0,
) -> list[Listing]:
    """Services that match words ("is there a choir?"), the best match first.

    All the words are looked for first; where too few services have them all, any of them,
    unless ``every`` asks for all. With a place, only services within ``within_km`` of it and
    those for everyone are given; ``without`` as in ``candidates``.
    """
    connection = session.connection()
    cells = search_index.cells_around(near.lat, near.lon, within_km) if near else []
    scored: dict[int, float] = {}
    for all_of_them in (True,) if every else (True, False):
        for key, score in search_index.find(
            connection, text, cells, every=all_of_them, limit=max(200, limit * 4)
        ):
            # A match of all words stays above every match of some.
            scored.setdefault(key, score + (1000.0 if all_of_them else 0.0))
        if len(scored) >= limit:
            break
    kept = _kept(session, scored, near, within_km, limit, without)
    listings = _load(session, [key for key, _ in kept])
    return [
        codec.at_distance(listings[key], *placed) if placed else listings[key]
        for key, placed in kept
        if key in listings
    ]


def _kept(
    session: Session,
    scored: Mapping[int, float],
    near: Place | None,
    within_km: float,
    limit: int,
    without: int,
) -> list[tuple[int, tuple[float, str] | None]]:
    """Ids of the best that may be offered, each with its distance and place where it has one.

    Told from the compact rows, as most of what words find is not shown.
    """
    row, place = ServiceRow, ServiceAtLocationRow
    found: list[tuple[float, float, int, tuple[float, str] | None]] = []
    for chunk in _chunks(list(scored)):
        nearest: dict[int, tuple[float, str]] = {}
        if near is not None:
            placed = select(place.service_id, place.location_id, place.lat, place.lon)
            for key, location, lat, lon in session.execute(
                placed.where(place.service_id.in_(chunk))
            ):
                here = (_km_to(near, location, lat, lon), location)
                nearest[key] = min(nearest.get(key, here), here)
        for key, scope, visible, topics in session.execute(
            select(row.id, row.scope, row.visible, row.topics).where(row.id.in_(chunk))
        ):
            if not visible or topics & without:
                continue
            at = nearest.get(key)
            if at is not None and at[0] > within_km:
                at = None
            if near is not None and at is None and scope == Scope.LOCAL.value:
                continue
            km = at[0] if at else 0.0
            if at is not None and at[1] == unplaced.LOCATION:
                at = None
            found.append((-round(scored[key], 1), km, key, at))
    found.sort(key=lambda one: one[:3])
    return [one[2:] for one in found[:limit]]


def get(session: Session, service_id: int, near: Place | None = None) -> Listing | None:
    """One service by the store's id, also when it is no longer offered; ``None`` if unknown."""
    listing = _load(session, [service_id], any_status=True).get(service_id)
    if listing is not None and near is not None:
        placed = _distance(listing, near)
        return codec.at_distance(listing, *placed) if placed else listing
    return listing


def _km_to(near: Place, location: str, lat: float, lon: float) -> float:
    """Kilometres to a place of a service; the middle of a feed's area counts as farther."""
    km = haversine_km(near.lat, near.lon, lat, lon)
    return km + unplaced.FARTHER_KM if location == unplaced.LOCATION else km


def _distance(listing: Listing, near: Place) -> tuple[float, str] | None:
    return min(
        (
            (haversine_km(near.lat, near.lon, loc.lat, loc.lon), loc.id)
            for loc in listing.locations
            if loc.lat is not None and loc.lon is not None
        ),
        default=None,
    )


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def _mask(categories: Iterable[Category | SubCategory] | None) -> int | None:
    if categories is None:
        return None
    wanted: set[SubCategory] = set()
    for item in categories:
        if isinstance(item, SubCategory):
            wanted.add(item)
        else:
            wanted |= {sub for sub, parent in PARENT.items() if parent is item}
    return topics_wanted(wanted)


def _nearest(
    session: Session,
    near: Place,
    within_km: float,
    bits: _Bits,
    limit: int,
    worth: Worth | None,
) -> dict[int, tuple[float, str]]:
    """Service id to distance and location id, nearest first.

    The ring grows until it holds enough, so that a city costs no more than a village.
    """
    enough = limit if worth is None else limit * _LOOKED_AT
    reach = min(_FIRST_KM, within_km)
    while True:
        best: dict[int, tuple[float, str, int]] = {}
        for key, location, lat, lon, topics in _in_box(session, near, reach, bits):
            km = _km_to(near, location, lat, lon)
            if km <= reach and (key not in best or km < best[key][0]):
                best[key] = (km, location, topics)
        if len(best) >= enough or reach >= within_km:
            break
        # As far as would do if services lay as thick there as here.
        wider = reach * sqrt(1.2 * enough / max(1, len(best)))
        reach = min(max(1.3 * reach, min(wider, _WIDER * reach)), within_km)
    ordered = sorted(best, key=lambda key: (best[key][0], key))
    if worth is not None:
        kept = _most_worth({k: worth(best[k][2], best[k][0]) for k in ordered}, limit)
        ordered = sorted(kept, key=lambda key: (best[key][0], key))
    return {key: best[key][:2] for key in ordered[:limit]}


def _in_box(
    session: Session, near: Place, km: float, bits: _Bits
) -> Sequence[Row[tuple[int, str, float, float, int]]]:
    d_lat = km / 110.5
    d_lon = km / max(1.0, 111.3 * cos(radians(near.lat)))
    values = {
        "bands": list(range(band(near.lat - d_lat), band(near.lat + d_lat) + 1)),
        "south": near.lat - d_lat,
        "north": near.lat + d_lat,
        "west": near.lon - d_lon,
        "east": near.lon + d_lon,
    }
    # The connection gives plain rows: the session would make thousands of its own.
    return session.connection().execute(_box(bits[0] is None), values | _sifting(bits)).all()


# Statements are built once, as that takes longer than running them.


@lru_cache(maxsize=2)
def _box(any_topic: bool) -> Select[tuple[int, str, float, float, int]]:
    row = ServiceAtLocationRow
    query = select(row.service_id, row.location_id, row.lat, row.lon, row.topics).where(
        row.visible == 1,
        row.band.in_(bindparam("bands", expanding=True)),
        row.lon.between(bindparam("west"), bindparam("east")),
        row.lat.between(bindparam("south"), bindparam("north")),
    )
    return query.where(*_sifted(row.topics, any_topic))


def _sifted(topics: InstrumentedAttribute[int], any_topic: bool) -> list[ColumnElement[bool]]:
    kept = topics.op("&")(bindparam("without", type_=BigInteger)) == 0
    wanted = topics.op("&")(bindparam("wanted", type_=BigInteger)) != 0
    return [kept] if any_topic else [wanted, kept]


def _sifting(bits: _Bits) -> dict[str, int]:
    wanted, without = bits
    return {"without": without} if wanted is None else {"wanted": wanted, "without": without}


def _remote(
    session: Session, bits: _Bits, limit: int, worth: Worth | None, beside: Iterable[int]
) -> list[int]:
    looked_at = limit if worth is None else limit * _LOOKED_AT
    values = {"looked_at": looked_at, **_sifting(bits)}
    rows = session.connection().execute(_freshest(bits[0] is None), values).all()
    have = set(beside)
    found = [(key, topics) for key, topics in rows if key not in have]
    if worth is not None:
        return _most_worth({key: worth(topics, None) for key, topics in found}, limit)
    return [key for key, _ in found[:limit]]


@lru_cache(maxsize=2)
def _freshest(any_topic: bool) -> Select[tuple[int, int]]:
    row = ServiceRow
    query = select(row.id, row.topics).where(row.visible == 1, row.remote == 1)
    query = query.where(*_sifted(row.topics, any_topic))
    return query.order_by(row.freshness.desc(), row.id).limit(bindparam("looked_at"))


def _most_worth(found: Mapping[int, tuple[float, int]], limit: int) -> list[int]:
    """Those worth most; no topic takes more than a third while there are others.

    Of those worth the same, the first.
    """
    ordered = sorted(found, key=lambda key: -found[key][0])
    room: Counter[int] = Counter()
    first: list[int] = []
    rest: list[int] = []
    for key in ordered:
        topic = found[key][1]
        room[topic] += 1
        (first if room[topic] <= -(-limit // 3) else rest).append(key)
    return [*first, *rest][:limit]


def _load(session: Session, ids: Sequence[int], *, any_status: bool = False) -> dict[int, Listing]:
    """Listings by id.

    Visibility is looked at here: asked for in the query, SQLite goes through the index of all
    that is visible, hundreds of thousands, in place of the ids.
    """
    found: dict[int, Listing] = {}
    for chunk in _chunks(ids):
        rows = session.connection().execute(_listings(), {"ids": chunk}).all()
        for key, visible, content, feed, source_id, licence, attribution in rows:
            if visible or any_status:
                found[key] = codec.decode(key, content, feed, source_id, licence, attribution)
    return found


@lru_cache(maxsize=1)
def _listings() -> Select[tuple[int, int, str, str, str, str | None, str | None]]:
    row, feed = ServiceRow, FeedRow
    query = select(
        row.id,
        row.visible,
        row.listing,
        feed.name,
        row.source_id,
        feed.licence,
        feed.attribution,
    )
    query = query.join(feed, feed.id == row.feed_id)
    return query.where(row.id.in_(bindparam("ids", expanding=True)))
