"""Where people and services are in the United Kingdom, without a network.

Outward codes, postcode sectors and towns come from small files in ``data`` (sources and
licences in ``data/ATTRIBUTION.txt``). A full postcode is never kept: only its sector is.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from rapidfuzz import fuzz, process

from bot.directory.model import Precision
from bot.network.model import Code

DATA = Path(__file__).parent / "data"
SAMPLE = Path(__file__).parent / "sample" / "places.csv"

EARTH_KM = 6371.0088
# Bands of latitude, 0.02 degrees or 2.2 km each.
BANDS_PER_DEGREE = 50
UK_BOX = (49.0, 61.5, -9.0, 2.3)  # south, north, west, east

# A number of one or two letters, an incode of a digit and two letters; O, I and S are often
# typed for 0, 1 and 5, and the other way about. Without any digit it is a word: "willow", "Ellis".
_POSTCODE = re.compile(
    r"\b(?=[A-Z\s.\-]{1,5}[0-9])([A-Z]{1,2}[0-9OIL][0-9A-Z]?)[\s.\-]*([0-9OILS])\s?([A-Z0158]{2})\b",
    re.IGNORECASE,
)
_TIDY_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?) [0-9][A-Z]{2}")
_OUTCODE = re.compile(r"\b(?=[A-Z]{1,3}[0-9])([A-Z]{1,2}[0-9OI][0-9A-Z]?)\b", re.IGNORECASE)
# "EC1" and "SW1" are said for all of EC1A, EC1M, EC1N and so on, which lie close together.
_DISTRICT_OF_LONDON = re.compile(
    r"(?:(?:in|near|around) )?((?:EC|WC|SW|SE|NW|E|N|W)\d)", re.IGNORECASE
)
_SECTOR = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)\s+([0-9])\b", re.IGNORECASE)
_LAT_LON = re.compile(r"^\s*(-?\d{1,2}\.\d+)\s*[,; ]\s*(-?\d{1,3}\.\d+)\s*$")
_TO_DIGIT = str.maketrans("OILS", "0115")
_TO_LETTER = str.maketrans("0158", "OISB")

_LEAD = re.compile(
    r"^(?:(?:i|we)(?:'m| am|'re| are)? (?:live|living|based|staying)? ?|(?:my )?(?:post ?code|town|"
    r"village|area|place) is |it'?s |anything |somewhere )?(?:(?:in|near|nearby|around|round|at|by|"
    r"from|close to|next to|not far from|just outside|outside|about)(?: to| of)? )?(?:the )?",
    re.IGNORECASE,
)
_AFTER_PREPOSITION = re.compile(
    r"\b(?:in|near|around|at|from|outside|towards|to|above|below|behind|past|beyond)\s+"
    r"([A-Za-z][A-Za-z'’.\- ]{2,40})",
    re.IGNORECASE,
)
_NATION_WORDS = {
    "ni": "northern ireland",
    "n ireland": "northern ireland",
    "ulster": "northern ireland",
}
_LAST_WORDS = re.compile(r" (?:ni|n ireland|northern ireland|wales|scotland|england)$")
_LIVES_IN = re.compile(
    r"\b(?:(?:i|we)(?:'m| am|'re| are)?(?: live| living| based| staying)? (?:in|at|near|from)"
    r"|moved (?:[\w' ]{1,40}? )?to)\s+"
    r"([A-Za-z][A-Za-z'’.\- ]{2,40})",
    re.IGNORECASE,
)
_LONG_NAME = re.compile(r"^(\w{4,}) (?:upon|under|on|le|by) ")
_SHORT_NAME_FROM = 50_000
_TYPO_CUTOFF = 84.0
_MAX_CHOICES = 6
_TOWN_OF_NOTE = 15_000
_NATIONS = {"E": "England", "W": "Wales", "S": "Scotland", "N": "Northern Ireland"}
_GEONAMES_NATIONS = {
    "ENG": "England",
    "WLS": "Wales",
    "SCT": "Scotland",
    "NIR": "Northern Ireland",
}


class PlaceKind(Code):
    """What sort of place was understood."""

    OUTCODE = "outcode"
    SECTOR = "sector"
    TOWN = "town"
    POINT = "point"


@dataclass(frozen=True)
class Place:
    """A place with WGS84 coordinates.

    Attributes:
        name: what to call it: "HP7", "HP7 0" or "Chesham".
        precision: how finely the point stands for where the person is.
        spread_km: nine of ten postcodes of an outcode or sector are within this.
        nation: "England", "Scotland", "Wales" or "Northern Ireland", or ``None``.
        hint: tells namesakes apart: "near Maidstone, England".
        population: people, or 0 where not known.
        corrected: the text was mended (a typing mistake) to get here.
    """

    name: str
    lat: float
    lon: float
    kind: PlaceKind
    precision: Precision
    spread_km: float = 2.0
    nation: str | None = None
    hint: str | None = None
    population: int = 0
    outcode: str | None = None
    corrected: bool = False


@dataclass(frozen=True)
class Ambiguous:
    """Several places fit; ask which. Biggest first, each with a ``hint``."""

    places: tuple[Place, ...]


def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in kilometres between two points in degrees."""
    a1, a2 = radians(lat1), radians(lat2)
    h = sin((a2 - a1) / 2) ** 2 + cos(a1) * cos(a2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, h)))


def band(lat: float) -> int:
    """The band of latitude that the match rows are indexed by."""
    return int((lat + 90) * BANDS_PER_DEGREE)


def in_uk(lat: float, lon: float) -> bool:
    """Whether a point is inside the box around the United Kingdom."""
    south, north, west, east = UK_BOX
    return south <= lat <= north and west <= lon <= east


@dataclass(frozen=True)
class _Gazetteer:
    outcodes: dict[str, Place]
    sectors: dict[str, Place]
    towns: dict[str, tuple[Place, ...]]
    other_names: dict[str, tuple[Place, ...]]
    notable: tuple[Place, ...]
    names: tuple[str, ...]


def _key(name: str) -> str:
    text = name.casefold().replace("&", " and ").replace("’", "'")
    text = re.sub(r"'s\b", "s", text)
    text = re.sub(r"[^\w ]+", " ", text)
    text = re.sub(r"\bst\b", "saint", text)
    return " ".join(text.split())


def _area(row: dict[str, str], kind: PlaceKind, precision: Precision, name: str) -> Place:
    return Place(
        name=name,
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        kind=kind,
        precision=precision,
        spread_km=float(row.get("p90_km") or 2.0),
        nation=_NATIONS.get((row.get("laua") or "")[:1]),
        outcode=name.split()[0],
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def _gazetteer() -> _Gazetteer:
    outcodes = {
        r["outcode"]: _area(r, PlaceKind.OUTCODE, Precision.OUTCODE, r["outcode"])
        for r in _rows(DATA / "outcodes.csv")
    }
    sectors = {
        r["sector"]: _area(r, PlaceKind.SECTOR, Precision.SECTOR, r["sector"])
        for r in _rows(DATA / "sectors.csv")
    }
    towns: dict[str, list[Place]] = defaultdict(list)
    others: dict[str, list[Place]] = defaultdict(list)
    for row in _rows(DATA / "places.csv"):
        place = Place(
            name=row["name"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            kind=PlaceKind.TOWN,
            precision=Precision.AREA,
            nation=_GEONAMES_NATIONS.get(row["nation"]),
            population=int(row["population"] or 0),
        )
        towns[_key(place.name)].append(place)
        for other in filter(None, row["alternate_names"].split("|")):
            if len(other) > 3 and _key(other) != _key(place.name):
                others[_key(other)].append(place)
    if SAMPLE.exists():
        for row in _rows(SAMPLE):
            name = row["name"].strip()
            if row["kind"] == "outcode":
                outcodes[name] = _area(row, PlaceKind.OUTCODE, Precision.OUTCODE, name)
            elif row["kind"] == "sector":
                sectors[name] = _area(row, PlaceKind.SECTOR, Precision.SECTOR, name)
            else:
                towns[_key(name)].append(
                    Place(
                        name=name,
                        lat=float(row["lat"]),
                        lon=float(row["lon"]),
                        kind=PlaceKind.TOWN,
                        precision=Precision.AREA,
                        nation="England",
                    )
                )
    # "Newcastle" is also said for Newcastle upon Tyne and Newcastle-under-Lyme.
    for key in [k for k in towns if _LONG_NAME.match(k)]:
        short = _LONG_NAME.match(key).group(1)  # type: ignore[union-attr]
        said = [p for p in towns[key] if p.population >= _SHORT_NAME_FROM]
        (towns if short in towns else others)[short].extend(said)
    by_size = sorted((p for ps in towns.values() for p in ps), key=lambda p: -p.population)
    return _Gazetteer(
        outcodes=outcodes,
        sectors=sectors,
        towns={k: tuple(_apart(v)) for k, v in towns.items()},
        other_names={k: tuple(_apart(v)) for k, v in others.items() if v and k not in towns},
        notable=tuple(p for p in by_size if p.population >= _TOWN_OF_NOTE),
        names=tuple(k for k in towns if len(k) >= 4),
    )


def _apart(places: list[Place]) -> list[Place]:
    """Biggest first, without second records of one place (within 4 km)."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (-p.population, p.lat, p.lon)):
        if all(haversine_km(place.lat, place.lon, k.lat, k.lon) > 4 for k in kept):
            kept.append(place)
    return kept


def _with_hint(place: Place) -> Place:
    """With words that tell it from its namesakes."""
    nearest, best = None, 60.0
    for town in _gazetteer().notable:
        if _key(town.name) == _key(place.name):
            continue
        km = haversine_km(place.lat, place.lon, town.lat, town.lon)
        if km < best:
            nearest, best = town, km
    parts = [f"near {nearest.name}"] if nearest else []
    if place.nation:
        parts.append(place.nation)
    return replace(place, hint=", ".join(parts) or None)


def _choice(places: tuple[Place, ...], *, corrected: bool = False) -> Place | Ambiguous:
    if len(places) == 1:
        # A village may share its name with a suburb that is not listed: say where it is.
        known = places[0].population >= _SHORT_NAME_FROM and not corrected
        return places[0] if known else replace(_with_hint(places[0]), corrected=corrected)
    return Ambiguous(
        tuple(replace(_with_hint(p), corrected=corrected) for p in places[:_MAX_CHOICES])
    )


@lru_cache(maxsize=20_000)
def normalise_postcode(text: str) -> str | None:
    """The first full postcode in ``text`` as "HP22 4PE", with O and 0 mended, or ``None``.

    Only outward codes that exist are accepted, so words are not taken for postcodes.
    """
    known = _gazetteer().outcodes
    if (tidy := _TIDY_POSTCODE.fullmatch(text)) and tidy.group(1) in known:
        return text
    for match in _POSTCODE.finditer(text):
        outward, digit, letters = (g.upper() for g in match.groups())
        inward = digit.translate(_TO_DIGIT) + letters.translate(_TO_LETTER)
        for candidate in _outward_readings(outward):
            if candidate in known:
                return f"{candidate} {inward}"
    return None


def normalise_outcode(text: str) -> str | None:
    """The first outward code in ``text`` ("hp7" gives "HP7"), or ``None``."""
    known = _gazetteer().outcodes
    for match in _OUTCODE.finditer(text):
        for candidate in _outward_readings(match.group(1).upper()):
            if candidate in known:
                return candidate
    return None


def _outward_readings(outward: str) -> tuple[str, ...]:
    area = 2 if len(outward) > 1 and outward[1].isalpha() and outward[1] not in "OIL" else 1
    readings = [outward]
    for split in {area, 1, 2}:
        head, tail = outward[:split], outward[split:]
        if head.isalpha() and tail:
            readings.append(head + tail.translate(_TO_DIGIT))
            readings.append(head + tail[0].translate(_TO_DIGIT) + tail[1:])
    return tuple(dict.fromkeys(readings))


def postcode_centroid(postcode: str | None) -> Place | None:
    """The sector's centroid for a full postcode, the outcode's for a part, or ``None``."""
    if not postcode:
        return None
    data = _gazetteer()
    full = normalise_postcode(postcode)
    if full:
        return data.sectors.get(full[:-2]) or data.outcodes.get(full.split()[0])
    outcode = normalise_outcode(postcode)
    return data.outcodes.get(outcode) if outcode else None


def outcode_centroid(outcode: str) -> Place | None:
    """The centroid of an outward code such as "HP7", or ``None``."""
    return _gazetteer().outcodes.get(outcode.upper())


def town(name: str) -> Place | None:
    """The only town of exactly this name, or ``None`` where there is none or several."""
    found = _gazetteer().towns.get(_key(name), ())
    return found[0] if len(found) == 1 else None


def towns(name: str) -> tuple[Place, ...]:
    """All towns of exactly this name, biggest first."""
    return _gazetteer().towns.get(_key(name), ())


def place_at(lat: float, lon: float) -> Place | None:
    """The point itself, called by its nearest outcode; ``None`` outside the United Kingdom.

    The point is rounded to about 100 metres, which is all that a search needs.
    """
    if not in_uk(lat, lon):
        return None
    nearest = min(
        _gazetteer().outcodes.values(), key=lambda p: haversine_km(lat, lon, p.lat, p.lon)
    )
    if haversine_km(lat, lon, nearest.lat, nearest.lon) > 100:
        return None
    return replace(
        nearest,
        lat=round(lat, 3),
        lon=round(lon, 3),
        kind=PlaceKind.POINT,
        precision=Precision.EXACT,
        spread_km=0.1,
    )


def find_place(text: str) -> Place | Ambiguous | None:
    """The place that a person means.

    Reads a full postcode (of which only the sector is kept), an outcode, a sector, "lat, lon",
    or a town or village by name, alone or in a short sentence, with small typing mistakes.
    ``None`` means that no place was recognised, never that nothing is there.
    """
    data = _gazetteer()
    text = " ".join(text.replace("’", "'").split())[:200]
    if point := _LAT_LON.match(text):
        return place_at(float(point.group(1)), float(point.group(2)))
    if postcode := normalise_postcode(text):
        return data.sectors.get(postcode[:-2]) or data.outcodes.get(postcode.split()[0])
    for match in _SECTOR.finditer(text):
        sector = data.sectors.get(f"{match.group(1).upper()} {match.group(2)}")
        if sector:
            return sector
    if outcode := normalise_outcode(text):
        return data.outcodes[outcode]
    if district := _DISTRICT_OF_LONDON.fullmatch(text.strip(" .,!?")):
        coded = re.compile(district[1].upper() + "[A-Z]")
        within = (code for code in sorted(data.outcodes) if coded.fullmatch(code))
        if (first := next(within, None)) is not None:
            return data.outcodes[first]

    name = _LEAD.sub("", text, count=1).strip(" .,!?;:")
    if not name:
        return None
    if found := _named(name):
        return found
    # "My daughter is in Leeds but I live in York": where the speaker lives comes first.
    for match in (*_LIVES_IN.finditer(text), *_AFTER_PREPOSITION.finditer(text)):
        words = match.group(1).split()
        for length in range(min(4, len(words)), 0, -1):
            if found := _named(" ".join(words[:length]).strip(" .,!?")):
                return found
    return _misspelt(name)


def _named(name: str) -> Place | Ambiguous | None:
    data = _gazetteer()
    key = _key(name)
    if key in data.towns:
        return _choice(data.towns[key])
    if key in data.other_names:
        return _choice(data.other_names[key])
    last = _LAST_WORDS.search(key)
    if last and (places := data.towns.get(key[: last.start()].strip())):
        return _told_apart(places, last[0])
    # "Ashford, Kent" or "Ashford near Maidstone": the rest may tell namesakes apart.
    parts = re.split(r"\s*,\s*|\s+(?:near|in|by)\s+", name, maxsplit=1)
    if len(parts) == 2 and (places := data.towns.get(_key(parts[0]))):
        return _told_apart(places, parts[1])
    return None


def _told_apart(places: tuple[Place, ...], rest: str) -> Place | Ambiguous:
    said = _NATION_WORDS.get(_key(rest), rest.strip().casefold())
    nation = [p for p in places if p.nation and p.nation.casefold() == said]
    if nation:
        return _choice(tuple(nation))
    others = _gazetteer().towns.get(_key(rest), ())
    if len(places) > 1 and others:
        other = others[0]
        return min(places, key=lambda p: haversine_km(p.lat, p.lon, other.lat, other.lon))
    return _choice(places)


def _misspelt(name: str) -> Place | Ambiguous | None:
    key = _key(name)
    if not 4 <= len(key) <= 30 or len(key.split()) > 4 or any(c.isdigit() for c in key):
        return None
    data = _gazetteer()
    hits = process.extract(
        key, data.names, scorer=fuzz.ratio, score_cutoff=_TYPO_CUTOFF, limit=_MAX_CHOICES
    )
    # A first letter is seldom mistyped, and short names resemble each other by chance.
    hits = [h for h in hits if h[0][0] == key[0] and (len(key) >= 6 or h[1] >= 88)]
    if not hits:
        return None
    best = [h[0] for h in hits if h[1] >= hits[0][1] - 1.0]
    places = [p for hit in best for p in data.towns[hit]]
    return _choice(tuple(sorted(places, key=lambda p: -p.population)), corrected=True)
