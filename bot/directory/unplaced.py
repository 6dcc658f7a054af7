"""Local services of which a feed does not say where they are.

Four in ten of a real council's services came without coordinates or a postcode. They are somewhere
in the area that the feed is about, so they are looked for there: they get a place that stands for
the middle of the feed's other services. Their own location stays unknown, and what is shown of
them says that it has to be checked.
"""

from __future__ import annotations

from statistics import median

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from bot.directory import search_index
from bot.directory.model import Precision, Scope
from bot.directory.places import band, haversine_km
from bot.store.directory import ServiceAtLocationRow, ServiceRow

LOCATION = ""
"""``location_id`` of a place that stands for the feed's area."""

FARTHER_KM = 5.0
"""Kilometres that are added to how far such a service is, so that known places come first."""

_LEAST = 5
_WITHIN_KM = 25.0
_SHARE = 0.8


def middle_of(places: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Latitude and longitude of the area that most of these places are in.

    ``None`` where they are too few, or so far apart that they are not one area.
    """
    if len(places) < _LEAST:
        return None
    lat, lon = median(p[0] for p in places), median(p[1] for p in places)
    near = sum(haversine_km(lat, lon, *place) <= _WITHIN_KM for place in places)
    return (lat, lon) if near >= _SHARE * len(places) else None


def place_unplaced(session: Session, feed_id: int) -> None:
    """Give the local services of a feed that have no place the middle of its area."""
    place, row = ServiceAtLocationRow, ServiceRow
    mine = select(row.id).where(row.feed_id == feed_id)
    known = select(place.lat, place.lon).where(
        place.service_id.in_(mine), place.location_id != LOCATION
    )
    middle = middle_of([(lat, lon) for lat, lon in session.execute(known)])
    stale = delete(place).where(place.service_id.in_(mine), place.location_id == LOCATION)
    if middle is None:
        session.execute(stale)
        return
    lat, lon = (round(value, 2) for value in middle)
    session.execute(stale.where((place.lat != lat) | (place.lon != lon)))
    without = select(row.id, row.visible, row.topics).where(
        row.feed_id == feed_id,
        row.scope == Scope.LOCAL.value,
        row.remote == 0,
        ~exists().where(place.service_id == row.id),
    )
    found = [
        {
            "service_id": key,
            "location_id": LOCATION,
            "visible": visible,
            "topics": topics,
            "band": band(lat),
            "lat": lat,
            "lon": lon,
            "precision": Precision.NONE.value,
            "postcode": None,
        }
        for key, visible, topics in session.execute(without)
    ]
    if found:
        session.execute(insert(place), found)
        ids = [int(values["service_id"]) for values in found]
        search_index.put_in(session.connection(), ids, search_index.cell(lat, lon))
