"""Full-text search of what people said: FTS5 on SQLite, ``tsvector`` on PostgreSQL.

The index never holds a word. Each stem goes in as a keyed hash, so that what an index keeps of
deleted rows until it is tidied (FTS5 in its segments, PostgreSQL in dead rows) tells nothing,
and both databases find the same. Rows leave the index with their turn, by trigger or foreign
key, whoever deletes it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]
from sqlalchemy import Connection, text

from bot.secret import derived_key

TABLE = "turn_search"
_WORD = re.compile(r"\w+")
_stemmer = snowballstemmer.stemmer("english")


def create(connection: Connection) -> None:
    """Make the index of this kind of database; ``turn`` must exist."""
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(
                f"CREATE VIRTUAL TABLE {TABLE} USING fts5("
                "document, tokenize = 'ascii', detail = 'full')"
            )
        )
        gone = f"DELETE FROM {TABLE} WHERE rowid = old.id"  # noqa: S608
        connection.execute(
            text(f"CREATE TRIGGER {TABLE}_gone AFTER DELETE ON turn BEGIN {gone}; END")
        )
        return
    connection.execute(
        text(
            f"CREATE TABLE {TABLE} (rowid BIGINT PRIMARY KEY REFERENCES turn (id) "
            "ON DELETE CASCADE, document TSVECTOR NOT NULL)"
        )
    )
    connection.execute(text(f"CREATE INDEX ix_{TABLE}_document ON {TABLE} USING GIN (document)"))


def drop(connection: Connection) -> None:
    """Remove the index, for a migration that goes back."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TRIGGER IF EXISTS {TABLE}_gone"))
    connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))


def tokens(words: str) -> list[str]:
    """The words of a text as the index knows them, in order."""
    plain = unicodedata.normalize("NFKD", words.replace("’", "'")).lower()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("'", "")
    return [_token(word, derived_key("turn search")) for word in _WORD.findall(plain)]


@lru_cache(maxsize=50_000)
def _token(word: str, key: str) -> str:
    stem = _stemmer.stemWord(word)
    return "w" + hmac.new(key.encode(), stem.encode(), hashlib.sha256).hexdigest()[:14]


def put(connection: Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Put turns in, or in place of what was there: pairs of id and words."""
    found = [{"id": i, "document": " ".join(tokens(words))} for i, words in rows]
    if not found:
        return
    connection.execute(text(f"DELETE FROM {TABLE} WHERE rowid = :id"), found)  # noqa: S608
    document = (
        ":document"
        if connection.dialect.name == "sqlite"
        else "to_tsvector('simple', CAST(:document AS TEXT))"
    )
    connection.execute(
        text(f"INSERT INTO {TABLE} (rowid, document) VALUES (:id, {document})"),  # noqa: S608
        found,
    )


def matching(dialect: str, words: str) -> tuple[str, str] | None:
    """A condition on ``turn_search`` with the parameter ``:search``, and its value.

    All words must be there; words in double quotes must follow one another. ``None`` where
    nothing is left to look for.
    """
    phrases = []
    for quoted, plain in re.findall(r'"([^"]*)"|([^"\s]+)', words):
        found = tokens(quoted or plain)
        if found:
            phrases.append(found)
    if not phrases:
        return None
    if dialect == "sqlite":
        joined = " AND ".join('"' + " ".join(p) + '"' for p in phrases)
        return f"{TABLE} MATCH :search", joined
    joined = " & ".join("(" + " <-> ".join(p) + ")" for p in phrases)
    return f"{TABLE}.document @@ to_tsquery('simple', :search)", joined
