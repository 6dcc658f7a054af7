"""Full-text search: FTS5 on SQLite, a ``tsvector`` table on PostgreSQL.

``create_search_index`` is for the migration. The table is ``service_search``, outside the ORM's
metadata; autogeneration of migrations must leave it and SQLite's own ``service_search_*`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import cos, radians

from sqlalchemy import Connection, bindparam, text

from bot.directory.places import UK_BOX

TABLE = "service_search"
# A tenth of a degree is about 11 km north to south and 7 km east to west.
CELL = 10
_CHUNK = 500


def create_search_index(connection: Connection) -> None:
    """Create the search table of this database; does nothing where it exists."""
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5("
                "name, organization, tags, description, place, "
                "tokenize = 'porter unicode61 remove_diacritics 2')"
            )
        )
        return
    connection.execute(
        text(
            f"CREATE TABLE IF NOT EXISTS {TABLE} ("
            "rowid BIGINT PRIMARY KEY, document TSVECTOR NOT NULL)"
        )
    )
    connection.execute(
        text(f"CREATE INDEX IF NOT EXISTS ix_{TABLE}_document ON {TABLE} USING GIN (document)")
    )


def drop_search_index(connection: Connection) -> None:
    """Remove the search table, for a migration that goes back."""
    connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))


def cell(lat: float, lon: float) -> str:
    """The word under which the search keeps a place: services are found by near cells."""
    return f"zz{int((lat + 90) * CELL)}x{int((lon + 180) * CELL)}"


def cells_around(lat: float, lon: float, km: float) -> list[str]:
    """Words of all cells within ``km``; empty where these would be too many to be of use."""
    south, north, west, east = UK_BOX
    d_lat = km / 111.0
    d_lon = km / max(20.0, 111.0 * cos(radians(lat)))
    rows = range(
        int((max(south, lat - d_lat) + 90) * CELL), int((min(north, lat + d_lat) + 90) * CELL) + 1
    )
    columns = range(
        int((max(west, lon - d_lon) + 180) * CELL), int((min(east, lon + d_lon) + 180) * CELL) + 1
    )
    if len(rows) * len(columns) > 800:
        return []
    return [f"zz{row}x{column}" for row in rows for column in columns]


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Take services out of the search."""
    if ids:
        connection.execute(
            text(f"DELETE FROM {TABLE} WHERE rowid IN :ids").bindparams(  # noqa: S608
                bindparam("ids", expanding=True)
            ),
            {"ids": list(ids)},
        )


def add(connection: Connection, documents: Iterable[dict[str, object]]) -> None:
    """Put services in; each has ``id, name, organization, tags, description, place``."""
    rows = list(documents)
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(
                f"INSERT INTO {TABLE} (rowid, name, organization, tags, description, place) "  # noqa: S608
                "VALUES (:id, :name, :organization, :tags, :description, :place)"
            ),
            rows,
        )
        return
    connection.execute(
        text(
            f"INSERT INTO {TABLE} (rowid, document) VALUES (:id, "  # noqa: S608
            "setweight(to_tsvector('english', :name), 'A') || "
            "setweight(to_tsvector('english', :tags), 'B') || "
            "setweight(to_tsvector('english', :organization), 'C') || "
            "setweight(to_tsvector('english', :description), 'D') || "
            "to_tsvector('simple', :place))"
        ),
        rows,
    )


def put_in(connection: Connection, ids: Sequence[int], where: str) -> None:
    """Let services be found in a cell, whatever their own record says of their place."""
    change = (
        "place = :cell"
        if connection.dialect.name == "sqlite"
        else "document = document || to_tsvector('simple', :cell)"
    )
    for start in range(0, len(ids), _CHUNK):
        connection.execute(
            text(f"UPDATE {TABLE} SET {change} WHERE rowid IN :ids").bindparams(  # noqa: S608
                bindparam("ids", expanding=True)
            ),
            {"ids": list(ids[start : start + _CHUNK]), "cell": where},
        )


_STOP = frozenset(
    """a an and any are at be can cut do does doing done find for from get go group groups have i in
    is it like looking me my near need of on or please some someone something that the there to want
    what where which with would""".split()  # noqa: SIM905
)
# People's words for what directories call otherwise.
_ALSO = {
    "singing": ("choir", "sing"),
    "sing": ("choir", "singing"),
    "choir": ("singing", "singers"),
    "swim": ("swimming", "pool"),
    "gym": ("fitness", "leisure"),
    "exercise": ("fitness",),
    "walk": ("walking", "ramblers"),
    "knitting": ("knit", "crochet"),
    "computer": ("digital", "online"),
    "bills": ("debt", "money", "benefits", "energy"),
    "bill": ("debt", "money", "benefits", "energy"),
    "lonely": ("befriending", "friendship", "social"),
    "chat": ("befriending", "coffee"),
    "money": ("benefits", "debt"),
    "debt": ("money",),
    "lift": ("transport",),
    "transport": ("bus", "minibus"),
    "carer": ("carers", "caring"),
    "gardening": ("garden", "allotment"),
    "shed": ("sheds",),
    "chiropodist": ("chiropody", "podiatry", "footcare", "foot", "toenail"),
    "chiropody": ("chiropodist", "podiatry", "footcare", "foot", "toenail"),
    "podiatry": ("podiatrist", "chiropody", "footcare", "foot"),
    "podiatrist": ("podiatry", "chiropody", "footcare", "foot"),
    "feet": ("foot", "footcare", "chiropody", "podiatry", "toenail"),
    "foot": ("feet", "footcare", "chiropody", "podiatry", "toenail"),
    "toenail": ("nail", "foot", "footcare", "chiropody"),
    "toenails": ("nail", "foot", "footcare", "chiropody"),
    "hearing": ("deaf", "hearing"),
    "deaf": ("hearing",),
    "blind": ("sight", "vision"),
    "sight": ("vision", "blind"),
    "memory": ("dementia",),
    "dementia": ("memory", "alzheimer"),
    "grief": ("bereavement", "bereaved"),
    "widow": ("bereavement", "bereaved"),
    "dinner": ("lunch", "meals"),
    "meal": ("lunch", "meals"),
    "art": ("painting", "drawing", "craft"),
    "painting": ("art",),
    "dog": ("dogs", "pet"),
    "church": ("faith", "worship"),
    "bingo": ("games",),
    "cleaner": ("cleaning", "home help"),
    "shopping": ("shop", "groceries"),
    "diet": ("weight", "healthy eating"),
    "smoking": ("smoke", "quit"),
}


def query_words(words: str) -> list[str]:
    """The telling words of what a person typed, at most eight."""
    found = [w for w in re.findall(r"\w+", words.casefold()) if w not in _STOP]
    found = found or re.findall(r"\w+", words.casefold())
    return list(dict.fromkeys(found))[:8]


def find(
    connection: Connection, words: str, cells: Sequence[str], *, every: bool, limit: int
) -> list[tuple[int, float]]:
    """Ids and scores (higher is better) of services that match all or any of the words.

    ``cells`` restricts to those near a place and to those for the whole country.
    """
    terms = query_words(words)
    if not terms:
        return []
    groups = [[t, *_ALSO.get(t, ())] for t in terms]
    if connection.dialect.name == "sqlite":
        joiner = " AND " if every else " OR "
        match = joiner.join("(" + " OR ".join(f'"{w}"' for w in g) + ")" for g in groups)
        match = f"{{name organization tags description}} : ({match})"
        if cells:
            match += " AND place : (" + " OR ".join([*cells, "zznational"]) + ")"
        found = connection.execute(
            text(
                f"SELECT rowid, -bm25({TABLE}, 10.0, 4.0, 6.0, 1.0, 0.0) AS score FROM {TABLE} "  # noqa: S608
                f"WHERE {TABLE} MATCH :match ORDER BY score DESC, rowid LIMIT :limit"
            ),
            {"match": match, "limit": limit},
        )
        return [(int(row[0]), float(row[1])) for row in found]
    # Each word goes through the database's own reader, so that no operator gets in.
    parameters: dict[str, object] = {"limit": limit}
    parts = []
    for i, group in enumerate(groups):
        names = []
        for j, word in enumerate(group):
            parameters[f"w{i}_{j}"] = word
            names.append(f"plainto_tsquery('english', :w{i}_{j})")
        parts.append("(" + " || ".join(names) + ")")
    query = (" && " if every else " || ").join(parts)
    where = f"document @@ ({query})"
    if cells:
        parameters["cells"] = " | ".join([*cells, "zznational"])
        where += " AND document @@ to_tsquery('simple', :cells)"
    found = connection.execute(
        text(
            f"SELECT rowid, ts_rank_cd(document, ({query})) AS score FROM {TABLE} "  # noqa: S608
            f"WHERE {where} ORDER BY score DESC, rowid LIMIT :limit"
        ),
        parameters,
    )
    return [(int(row[0]), float(row[1])) for row in found]
