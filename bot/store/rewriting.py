"""Taking deleted words out of PostgreSQL's own files, where deleting alone leaves them.

A deleted row stays in its page until something else is put there, and a plain ``VACUUM`` only
frees the room: the bytes stay. The planner's statistics hold common values besides, and go on
holding them when a table is emptied. Writing the tables anew (``VACUUM FULL``) leaves the bytes
behind. SQLite needs none of it: it writes over what it deletes (``bot/store/base.py``).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, exists, inspect, select, text
from sqlalchemy.exc import OperationalError

from bot.store import schema

STATISTICS = "pg_catalog.pg_statistic"
LOCK_NOT_AVAILABLE = "55P03"
SAME_TYPE = text(
    "SELECT format('ALTER TABLE %I ALTER COLUMN %I TYPE %s', tablename, s.attname,"
    " format_type(a.atttypid, a.atttypmod)) FROM pg_stats AS s JOIN pg_attribute AS a"
    " ON a.attrelid = to_regclass(quote_ident(tablename)) AND a.attname = s.attname"
    " WHERE schemaname = current_schema() AND tablename = :table"
)
# The oldest transaction that may still see a dead row is what a table was frozen up to.
PAST = text(
    "SELECT age(relfrozenxid) <= age(CAST(CAST(:mark AS text) AS xid))"
    " FROM pg_class WHERE oid = CAST(:table AS regclass)"
)
WAIT = 10.0
"""How long, in seconds, to wait for a table that somebody holds; all who come after would wait
too. As long for a transaction that may still see what was deleted."""
PAUSE = 0.2


@dataclass
class Rewritten:
    """The tables that were written anew, and those that somebody held too long.

    Held is a table that somebody locked, and one whose deleted rows an open transaction may still
    see: PostgreSQL writes such rows anew too.
    """

    tables: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


def rewrite(engine: Engine) -> Rewritten:
    """Write every table anew, and the statistics last; on SQLite nothing.

    Each table is locked while it is written, so run it when the service is quiet.

    Raises:
        SQLAlchemyError: the database is away.
    """
    done = Rewritten()
    if engine.dialect.name != "postgresql":
        return done
    present = set(inspect(engine).get_table_names())
    names = [t.name for t in schema.metadata.sorted_tables if t.name in present]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET lock_timeout = {round(1000 * WAIT)}"))
        for name in (*names, STATISTICS):
            try:
                if name != STATISTICS:
                    _drop_statistics_of_nothing(connection, name)
                held = not _left_behind(connection, name)
            except OperationalError as error:
                if getattr(error.orig, "pgcode", None) != LOCK_NOT_AVAILABLE:
                    raise
                held = True
            (done.held if held else done.tables).append(name)
        connection.execute(text("RESET lock_timeout"))
    return done


def _left_behind(connection: Connection, name: str) -> bool:
    """Write a table anew until no row that is dead by now is in it; whether that came.

    A transaction anywhere on the server may hold such rows for a while, even one that only writes
    to another database. Of the statistics many rows died while the tables were written.
    """
    mark = connection.scalar(text("SELECT CAST(pg_current_xact_id() AS xid)"))
    if name == STATISTICS:
        table, statement = name, f"VACUUM FULL {name}"
    else:
        table = connection.dialect.identifier_preparer.quote(name)
        # Analysed at once, so that the statistics are of the rows that are left.
        statement = f"VACUUM (FULL, ANALYZE) {table}"
    until = time.monotonic() + WAIT
    while True:
        connection.execute(text(statement))
        if connection.scalar(PAST, {"mark": mark, "table": table}):
            return True
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE)


def _drop_statistics_of_nothing(connection: Connection, table: str) -> None:
    """Drop the statistics of a table without rows, which ``ANALYZE`` would leave as they were.

    Giving a column the type that it has is the way for those who are no superuser: it drops the
    column's statistics and writes nothing.
    """
    if connection.scalar(select(exists(schema.metadata.tables[table].select()))):
        return
    for statement in connection.scalars(SAME_TYPE, {"table": table}).all():
        connection.execute(text(statement))
