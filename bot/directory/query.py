"""Finding services near a place, and by words.

Only what a patient may be offered comes out: active, not temporarily closed, not closed by
two full crawls without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from math import cos, radians

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from bot.directory import codec, search_index, unplaced
from bot.directory.categories import PARENT, Category, SubCategory
from bot.directory.model import Listing, Scope
from bot.directory.places import Place, band, haversine_km
from bot.directory.topics import topics_wanted
from bot.store.directory import FeedRow, ServiceAtLocationRow, ServiceRow

_FIRST_KM = 2.5
_CHUNK = 500


def candidates(
    session: Session,
    near: Place | None,
    within_km: float = 15.0,
    categories: Iterable[Category | SubCategory] | None = None,
    limit: int = 150,
    *,
    topics: int | None = None,
    remote_limit: int = 60,
) -> list[Listing]:
    """Services that someone near a place could use, nearest first, then those for everyone.

    Args:
        session: of the store.
        near: where the person is; ``None`` gives only national and online services.
        within_km: great-circle distance to the nearest location of the service.
        categories: only services with one of these; ``None`` is all.
        topics: only services with one of these bits (``bot.directory.topics``).
        limit: most services with a place; the nearest are kept.
        remote_limit: most national and online services, the freshest first.

    Returns:
        Listings; ``distance_km`` and ``precision`` are set on those with a place. Local ones
        without are among them where their feed is about the area (``bot.directory.unplaced``).
    """
    wanted = _mask(categories) if topics is None else topics
    nearest = _nearest(session, near, within_km, wanted, limit) if near else {}
    remote = _remote(session, wanted, remote_limit, nearest.keys())
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
) -> list[Listing]:
    """Services that match words ("is there a choir?"), the best match first.

    All the words are looked for first; where too few services have them all, any of them,
    unless ``every`` asks for all. With a place, only services within ``within_km`` of it and
    those for everyone are given.
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
    listings = _load(session, list(scored))
    around = _of_an_area_near(session, listings, near, within_km) if near else {}
    found: list[tuple[float, float, int, Listing]] = []
    for key, score in scored.items():
        listing = listings.get(key)
        if listing is None:
            continue
        km = 0.0
        if near is not None:
            placed = _distance(listing, near)
            if placed is not None and placed[0] <= within_km:
                km = placed[0]
                listing = codec.at_distance(listing, *placed)
            elif key in around:
                km = around[key]
            elif listing.scope is Scope.LOCAL:
                continue
        found.append((-round(score, 1), km, key, listing))
    found.sort(key=lambda f: f[:3])
    return [f[3] for f in found[:limit]]


def get(session: Session, service_id: int, near: Place | None = None) -> Listing | None:
    """One service by the store's id, also when it is no longer offered; ``None`` if unknown."""
    listing = _load(session, [service_id], any_status=True).get(service_id)
    if listing is not None and near is not None:
        placed = _distance(listing, near)
        return codec.at_distance(listing, *placed) if placed else listing
    return listing


def _distance(listing: Listing, near: Place) -> tuple[float, str] | None:
    return min(
        (
            (haversine_km(near.lat, near.lon, loc.lat, loc.lon), loc.id)
            for loc in listing.locations
            if loc.lat is not None and loc.lon is not None
        ),
        default=None,
    )


def _of_an_area_near(
    session: Session, ids: Collection[int], near: Place, within_km: float
) -> dict[int, float]:
    """Kilometres to the area of those of the services that have no place of their own."""
    row = ServiceAtLocationRow
    found: dict[int, float] = {}
    for chunk in _chunks(list(ids)):
        query = select(row.service_id, row.lat, row.lon).where(
            row.service_id.in_(chunk), row.location_id == unplaced.LOCATION
        )
        for key, lat, lon in session.execute(query):
            km = haversine_km(near.lat, near.lon, lat, lon) + unplaced.FARTHER_KM
            if km <= within_km:
                found[key] = km
    return found


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
    session: Session, near: Place, within_km: float, wanted: int | None, limit: int
) -> dict[int, tuple[float, str]]:
    """Service id to distance and location id, nearest first.

    The ring grows until it holds enough, so that a city costs no more than a village.
    """
    reach = min(_FIRST_KM, within_km)
    while True:
        best: dict[int, tuple[float, str]] = {}
        for key, location, lat, lon in session.execute(_box(near, reach, wanted)):
            km = haversine_km(near.lat, near.lon, lat, lon)
            if location == unplaced.LOCATION:
                km += unplaced.FARTHER_KM
            if km <= reach and (key not in best or km < best[key][0]):
                best[key] = (km, location)
        if len(best) >= limit or reach >= within_km:
            ordered = sorted(best.items(), key=lambda item: (item[1][0], item[0]))
            return dict(ordered[:limit])
        reach = min(reach * 2, within_km)


def _box(near: Place, km: float, wanted: int | None) -> Select[tuple[int, str, float, float]]:
    row = ServiceAtLocationRow
    d_lat = km / 110.5
    d_lon = km / max(1.0, 111.3 * cos(radians(near.lat)))
    bands = range(band(near.lat - d_lat), band(near.lat + d_lat) + 1)
    query = select(row.service_id, row.location_id, row.lat, row.lon).where(
        row.visible == 1,
        row.band.in_(bindparam("bands", list(bands), expanding=True)),
        row.lon.between(near.lon - d_lon, near.lon + d_lon),
    )
    if wanted is not None:
        query = query.where(row.topics.op("&")(wanted) != 0)
    return query


def _remote(session: Session, wanted: int | None, limit: int, beside: Iterable[int]) -> list[int]:
    row = ServiceRow
    query = select(row.id).where(row.visible == 1, row.remote == 1)
    if wanted is not None:
        query = query.where(row.topics.op("&")(wanted) != 0)
    query = query.order_by(row.freshness.desc(), row.id).limit(limit)
    have = set(beside)
    return [key for key in session.scalars(query) if key not in have]


def _load(session: Session, ids: Sequence[int], *, any_status: bool = False) -> dict[int, Listing]:
    found: dict[int, Listing] = {}
    row = ServiceRow
    for chunk in _chunks(ids):
        query = (
            select(
                row.id,
                row.listing,
                FeedRow.name,
                row.source_id,
                FeedRow.licence,
                FeedRow.attribution,
            )
            .join(FeedRow, FeedRow.id == row.feed_id)
            .where(row.id.in_(chunk))
        )
        if not any_status:
            query = query.where(row.visible == 1)
        for key, content, feed, source_id, licence, attribution in session.execute(query):
            found[key] = codec.decode(key, content, feed, source_id, licence, attribution)
    return found
