"""Whether a service is there for the people of a place, from what its feed says of its area.

An area and a place are both sets of postcode sectors, as bits of one whole number, so that a
nation, a county, a town, an outward code and a polygon can be compared. A name may mean several
areas ("Kent" with Medway or without): what all of them hold is surely meant, and what one of them
holds perhaps.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from math import cos, radians
from operator import and_, or_, xor
from typing import Any

from bot.directory.places import DATA, UK_BOX, Place, _rows, band, normalise_outcode, towns
from bot.network.model import Code

NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")

_NEIGHBOURS_KM = 3.0
"""A border is not drawn finer than that, as a sector stands where its centre is."""
_HOME_KM = 1.5
_TOWN_KM, _ROUND_A_TOWN_KM = 8.0, 16.0
"""Who is surely and who perhaps meant by a town's name, around its middle."""
_WHOLE = 0.9
"""A district is within a polygon when so many of its sectors are."""
_MOST_POINTS = 500

_GSS = re.compile(r"\b[EWSNK]\d{8}\b")
_COUNTRY = {
    "england": "E", "scotland": "S", "wales": "W", "cymru": "W", "northern ireland": "N",
    "united kingdom": "ESWN", "uk": "ESWN", "u k": "ESWN", "national": "ESWN", "nationally": "ESWN",
    "nationwide": "ESWN", "country": "ESWN", "great britain": "ESW", "gb": "ESW", "britain": "ESW",
    "england and wales": "EW", "england wales": "EW",
    "E92000001": "E", "S92000003": "S", "W92000004": "W", "N92000002": "N", "N07000001": "N",
    "K02000001": "ESWN", "K03000001": "ESW", "K04000001": "EW",
}  # fmt: skip
_BEFORE = re.compile(
    r"^(?:(?:all|anyone|everyone|people|adults|residents|living|live|in|of|across|throughout|within"
    r"|covers?|covering|serving|the|whole|entire|only|mainland|city|county|town|district|parish"
    r"|(?:royal |london |metropolitan |county )*borough|council|area) )+"
)
_AFTER = re.compile(
    r"(?: (?:only|wide|coverage|mainland|area|areas|county|city|town|district|parish|region|borough"
    r"|council|unitary|authority|local|residents|postcodes?))+$"
)
_AND_ROUND = re.compile(
    r",? (?:and|including|plus)(?: (?:its|the|all|nearby|immediate|wider))*"
    r" (?:surround\w*|neighbour\w*|near\w*|border\w*|adjacent|adjoining|beyond|villages)\b.*$"
)
_APART = re.compile(r"\s*(?:[,;/|\n•]|\s-\s)\s*")
_PLACED = re.compile(
    r"\b(?:[Rr]esidents? (?:of|in|within|across)"
    r"|[Ll]iv(?:e|es|ing)(?: (?:and|or) work(?:s|ing)?)?"
    r"(?: (?:here|permanently|locally|independently))? (?:in|within|across)"
    r"|[Rr]esid(?:e|es|ing|ent) (?:in|within|of)) (?:the )?(?=[A-Z])"
    r"|\b(?=[A-Z][\w' -]{1,40} residents only\b)"
    r"|\b(?:[Mm]ust be|[Yy]ou must be|need to be) an? (?=[A-Z][\w' -]{1,40} resident\b)"
)
_NAME_ENDS = re.compile(
    r"[.;:!?()\n]|\b(?:resident|who|whose|aged?|over|under|with|without|only|that|which|if|or|can|may|must"
    r"|will|but|are|is|have|has|to|for|from|where|residents"
    r"|and (?:are|is|have|has|who|need\w*|their|want\w*|over|under|aged))\b"
)
_NO_LIMIT = re.compile(
    r"\b(?:not|no|never|outside|beyond|priorit\w+|prefer\w*|mainly|mostly|especially|particularly"
    r"|includ\w+|such as|whether|wherever|regardless)\b|n['’]t\b",
    re.IGNORECASE,
)
_LIMITS = re.compile(
    r"\b(?:only|must|exclusively|restricted|limited to|open to|available to|eligible|need to"
    r"|have to|should|for (?:(?:all|any|adult|older|young|disabled|local) )*(?:people|adults"
    r"|residents|anyone|everyone|those|men|women|carers|families))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?\n]")


class Within(Code):
    """Whether a place lies in an area; ``UNKNOWN`` at its border, or where it is not understood."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Area:
    """Sectors that are surely and perhaps meant, as bits.

    ``understood`` is ``False`` where something was said that is no place known here.
    """

    surely: int = 0
    perhaps: int = 0
    understood: bool = False

    def holds(self, place: Place | None) -> Within:
        """Whether the people of ``place`` are in it; ``None`` is a place not known."""
        if place is None:
            return Within.YES if self.surely == _map().everywhere else Within.UNKNOWN
        home, round_it = _where(place.name, place.outcode, place.lat, place.lon)
        if home and not home & ~self.surely:
            return Within.YES
        outside = home and self.understood and not round_it & self.perhaps
        return Within.NO if outside else Within.UNKNOWN


def area_of(text: str, codes: Sequence[str] = ()) -> Area:
    """The area that a feed gives in words, and by ``codes_of`` where it has any.

    Codes speak for the words beside them.
    """
    said = [_of_word(word) for word in codes]
    words = _in_words(text) if text else ()
    known = [a for a in (*said, *words) if a is not None]
    return _together(known, understood=bool(said) or None not in words)


@lru_cache(maxsize=20_000)
def limits(
    service_area: str | None, codes: tuple[str, ...], eligibility: str | None, description: str
) -> tuple[Area, ...]:
    """The areas to which a service is limited, by each thing that says so; all of them count."""
    found = [area_of(service_area or "", codes)] if service_area or codes else []
    for text, loosely in ((eligibility or "", True), (description, False)):
        if area := area_said(text, loosely=loosely):
            found.append(area)
    return tuple(found)


def is_open_to(limited: Sequence[Area], place: Place | None) -> Within:
    """Whether the people of a place may come, by ``limits``; yes where nothing is said."""
    said = {area.holds(place) for area in limited}
    if Within.NO in said:
        return Within.NO
    return Within.UNKNOWN if Within.UNKNOWN in said else Within.YES


def area_said(text: str, *, loosely: bool) -> Area | None:
    """The area that prose limits a service to: "for residents of Bristol only"; or ``None``.

    Args:
        text: what is said of a service.
        loosely: it is about who may come, so that every "living in" is a limit; otherwise the
            sentence has to say so, and a town's name, which may be a word, is no limit.
    """
    if not ("esid" in text or " liv" in text):
        return None
    known: list[Area] = []
    for found in _PLACED.finditer(text):
        before = _SENTENCE.split(text[: found.start()])[-1]
        rest = text[found.end() :]
        sentence = before + found.group() + _SENTENCE.split(rest)[0]
        if _NO_LIMIT.search(before) or not (loosely or _LIMITS.search(sentence)):
            continue
        name = _NAME_ENDS.split(rest, maxsplit=1)[0]
        parts = _in_words(name, with_towns=loosely)
        if None not in parts:
            known += [a for a in parts if a is not None]
    return _together(known, understood=True) if known else None


def has_a_nation(name: str) -> bool:
    """Whether all of a nation is in an area of this name or code."""
    surely = area_of(name).surely
    return any(not _nation(n) & ~surely for n in NATIONS)


def nations_outside(limited: Sequence[Area]) -> frozenset[str]:
    """Nations in which nobody may come, by ``limits``."""
    understood = [a.perhaps for a in limited if a.understood]
    return frozenset(n for n in NATIONS if any(not _nation(n) & perhaps for perhaps in understood))


def nation_of(place: Place | None) -> str | None:
    """The nation in which a place surely lies; ``None`` at a border."""
    if place is None:
        return None
    _home, round_it = _where(place.name, place.outcode, place.lat, place.lon)
    found = [n for n in NATIONS if _nation(n) & round_it]
    return found[0] if len(found) == 1 else None


def _nation(name: str) -> int:
    return _map().named[_key(name)][0]


def codes_of(service_area: dict[str, Any]) -> tuple[str, ...]:
    """ONS codes, outward codes and sectors that a ``service_area`` gives beside its name.

    From the code in its ``uri`` (or a field of its own), else from a GeoJSON ``extent``. Codes
    that nobody knows here, such as those of wards, are left out.
    """
    said = " ".join(str(service_area.get(k) or "") for k in ("uri", "code", "identifier", "name"))
    found = tuple(c for c in _GSS.findall(said) if c in _map().named)
    if found:
        return found
    extent = service_area.get("extent")
    if isinstance(extent, dict):
        extent = json.dumps(extent)
    if not isinstance(extent, str) or not extent.lstrip().startswith(("{", "[")):
        return ()
    return _codes_of_extent(extent)


# -- the map ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Map:
    """Sectors by their number with their points, and bits of what they make up.

    ``regions`` are England's and the other three nations.
    """

    sectors: dict[str, int]
    points: tuple[tuple[float, float], ...]
    bands: dict[int, list[int]]
    districts: dict[str, int]
    outcodes: dict[str, int]
    named: dict[str, list[int]]
    regions: tuple[int, ...]
    everywhere: int


def _key(name: str) -> str:
    """Codes as they are; names in small letters without marks."""
    if _GSS.fullmatch(name):
        return name
    return " ".join(re.findall(r"\w+", name.casefold().replace("&", " and ").replace("'", "")))


@lru_cache(maxsize=1)
def _map() -> _Map:
    rows = [r for r in _rows(DATA / "sectors.csv") if r["laua"]]
    points = tuple((float(r["lat"]), float(r["lon"])) for r in rows)
    bands: dict[int, list[int]] = defaultdict(list)
    districts: dict[str, int] = defaultdict(int)
    outcodes: dict[str, int] = defaultdict(int)
    for i, row in enumerate(rows):
        bands[band(points[i][0])].append(i)
        districts[row["laua"]] |= 1 << i
        outcodes[row["sector"].split()[0]] |= 1 << i
    named: dict[str, list[int]] = defaultdict(list)
    for name, letters in _COUNTRY.items():
        named[_key(name)].append(_union(m for c, m in districts.items() if c[0] in letters))
    areas = _rows(DATA / "areas.csv")
    for row in areas:
        others = filter(None, row["other_names"].split("|"))
        for mask in _meanings(row, areas, districts):
            for name in filter(None, (row["code"], row["name"], *others)):
                if mask not in named[_key(name)]:
                    named[_key(name)].append(mask)
    # A county that is no area of a council now is one all the same: Cheshire, Cumbria.
    for county in {r["county"] for r in areas if r["county"]}:
        row = {"code": "", "name": county, "county": ""}
        named[_key(county)] += [
            m for m in _meanings(row, areas, districts) if m not in named[_key(county)]
        ]
    return _Map(
        sectors={r["sector"]: i for i, r in enumerate(rows)},
        points=points,
        bands=dict(bands),
        districts=dict(districts),
        outcodes=dict(outcodes),
        named=dict(named),
        regions=(
            *(named[_key(n)][0] for n in NATIONS[1:]),
            *(named[r["code"]][0] for r in areas if r["code"].startswith("E12")),
        ),
        everywhere=(1 << len(rows)) - 1,
    )


def _meanings(
    row: dict[str, str], areas: list[dict[str, str]], districts: dict[str, int]
) -> Iterator[int]:
    """What a row of ``areas.csv`` may mean: a district, a region, or a county in both senses."""
    if row["code"] in districts:
        yield districts[row["code"]]
    elif row["code"].startswith("E12"):
        yield _union(districts[r["code"]] for r in areas if r["region"] == row["name"])
    else:
        inside = [r["code"] for r in areas if r["county"] == row["name"]]
        # Unitary councils (E06) are in a county and not under its council.
        under = [code for code in inside if not code.startswith("E06")]
        if under:
            yield _union(districts[code] for code in under)
        if not (under and row["code"]):
            yield _union(districts[code] for code in inside)


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _ring(lat: float, lon: float, km: float) -> int:
    """The sectors whose centre is within ``km``, as on a plane: it is a few kilometres."""
    data = _map()
    north, east = 111.2, 111.2 * cos(radians(lat))
    found = bytearray(len(data.points) // 8 + 1)
    for number in range(band(lat - km / north), band(lat + km / north) + 1):
        for i in data.bands.get(number, ()):
            there = data.points[i]
            if ((there[0] - lat) * north) ** 2 + ((there[1] - lon) * east) ** 2 <= km * km:
                found[i >> 3] |= 1 << (i & 7)
    return int.from_bytes(found, "little")


@lru_cache(maxsize=4_000)
def _where(name: str, outcode: str | None, lat: float, lon: float) -> tuple[int, int]:
    """Sectors in which a person of this place lives, and those with their neighbours."""
    outcodes = _map().outcodes
    home = outcodes.get(outcode or "") or outcodes.get(name.split()[0] if name else "")
    km = _HOME_KM
    while not home and km < 100:
        home, km = _ring(lat, lon, km), km * 2
    home = home or 0
    return home, home | _ring(lat, lon, _NEIGHBOURS_KM)


# -- words ------------------------------------------------------------------------------------


def _together(areas: list[Area], *, understood: bool) -> Area:
    return Area(
        _union(a.surely for a in areas),
        _union(a.perhaps for a in areas),
        bool(areas) and understood and all(a.understood for a in areas),
    )


@lru_cache(maxsize=4_000)
def _in_words(text: str, with_towns: bool = True) -> tuple[Area | None, ...]:
    """The areas of a text; ``None`` for each part that is no place known here."""
    whole = _of_word(text, with_towns)
    if whole is not None:
        return (whole,)
    found: list[Area | None] = []
    for part in filter(None, _APART.split(text.strip(" ."))):
        area = _of_word(part.removeprefix("and "), with_towns)
        if area is None and " and " in part.replace("&", " and "):
            found += [_of_word(p, with_towns) for p in re.split(r" and | ?& ?", part)]
        else:
            found.append(area)
    if not any(found) and (prose := area_said(text, loosely=True)):
        return (prose,)
    return tuple(found) or (None,)


@lru_cache(maxsize=4_000)
def _of_word(text: str, with_towns: bool = True) -> Area | None:
    key = _key(text.strip())
    if round_it := _AND_ROUND.search(key):
        area = _of_word(key[: round_it.start()], with_towns)
        if area is None:
            return None
        wide = _union(r for r in _map().regions if r & area.perhaps)
        return Area(area.surely, wide, understood=True)
    shorter = _AFTER.sub("", key)
    for name in dict.fromkeys((key, shorter, _BEFORE.sub("", key), _BEFORE.sub("", shorter))):
        if (area := _named(name, with_towns)) is not None:
            return area
    return None


def _named(name: str, with_towns: bool) -> Area | None:
    data = _map()
    if bits := _postcode(name):
        return Area(bits, bits, understood=True)
    masks = data.named.get(name, [])
    if masks:
        # A council's town and the country round it are both called by its name.
        town = any(m in data.districts.values() for m in masks)
        rings = [_ring(t.lat, t.lon, _TOWN_KM) for t in (towns(name) if town else ())]
        return Area(reduce(and_, masks), _union([*masks, *rings]), understood=True)
    here = towns(name) if with_towns else ()
    if not here:
        return None
    surely, perhaps = (
        _union(_ring(t.lat, t.lon, km) for t in here) for km in (_TOWN_KM, _ROUND_A_TOWN_KM)
    )
    return Area(surely, perhaps, understood=True)


def _postcode(name: str) -> int:
    """Bits of an outward code, sector or postcode, and of no other word."""
    written = name.upper()
    code = normalise_outcode(written)
    found = code and re.fullmatch(rf"{code}(?: ?(\d)(?: ?[A-Z]{{2}})?)?", written)
    if not code or not found:
        return 0
    number = _map().sectors.get(f"{code} {found.group(1)}")
    return _map().outcodes.get(code, 0) if number is None else 1 << number


# -- polygons ---------------------------------------------------------------------------------


@lru_cache(maxsize=500)
def _codes_of_extent(extent: str) -> tuple[str, ...]:
    try:
        inside = reduce(xor, map(_inside, rings := list(_rings(json.loads(extent)))), 0)
        if rings and not inside:
            # Between the centres: those nearest to where it begins.
            (lon, lat), *_ = rings[0]
            inside = _ring(lat, lon, _NEIGHBOURS_KM)
    except (ValueError, TypeError, IndexError, AttributeError, RecursionError, OverflowError):
        return ()
    return tuple(_codes(inside))


def _rings(shape: Any) -> Iterator[list[tuple[float, float]]]:
    """Every ring of a GeoJSON object as (longitude, latitude), not too finely drawn."""
    if isinstance(shape, list):
        for part in shape:
            yield from _rings(part)
        return
    for key in ("features", "geometry", "geometries"):
        if shape.get(key):
            yield from _rings(shape[key])
    polygons = shape.get("coordinates") if "olygon" in str(shape.get("type")) else ()
    for polygon in [polygons] if shape.get("type") == "Polygon" else polygons or ():
        for ring in filter(None, polygon):
            step = 1 + len(ring) // _MOST_POINTS
            yield [(float(p[0]), float(p[1])) for p in ring[::step]]


def _inside(ring: list[tuple[float, float]]) -> int:
    """Sectors whose centre is in a ring: a line to the east crosses it an odd number of times."""
    data, mask = _map(), 0
    west, east = min(p[0] for p in ring), max(p[0] for p in ring)
    south, north = max(min(p[1] for p in ring), UK_BOX[0]), min(max(p[1] for p in ring), UK_BOX[1])
    for number in range(band(south), band(north) + 1):
        for i in data.bands.get(number, ()):
            lat, lon = data.points[i]
            if west <= lon <= east and _crossings(ring, lat, lon) % 2:
                mask |= 1 << i
    return mask


def _crossings(ring: list[tuple[float, float]], lat: float, lon: float) -> int:
    return sum(
        (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)
    )


def _codes(mask: int) -> Iterator[str]:
    """The fewest codes that give about these sectors: nations, districts, then sectors."""
    data = _map()
    for code in ("E92000001", "S92000003", "W92000004", "N92000002", *data.districts):
        whole = data.named[code][0]
        if whole & mask and (whole & mask).bit_count() >= _WHOLE * whole.bit_count():
            yield code
            mask &= ~whole
    yield from (sector for sector, i in data.sectors.items() if mask >> i & 1)
