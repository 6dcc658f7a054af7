"""The database: engine, sessions, and the types that both SQLite and PostgreSQL keep."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction
from sqlalchemy.types import TypeDecorator

from bot.settings import get_settings

STORE_AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout)
"""Errors of a database that is away, locked, full or only to be read (a PostgreSQL that fails over
says so by an internal error), and may be well again in a minute."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; naive values are refused, not guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; use bot.store.base.now()")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value


class Base(DeclarativeBase):
    """Parent of all tables; constraint names are fixed so that Alembic can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


def now() -> datetime:
    """The present moment, aware and in UTC; the one clock of the store."""
    return datetime.now(timezone.utc)


def make_engine(url: str) -> Engine:
    """An engine for ``url``; SQLite files get WAL, foreign keys and patience with locks."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # Parameters hold what patients say: they stay out of error messages, and so out of logs.
    engine = create_engine(parsed, connect_args={"timeout": 15}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        # Deleted words are overwritten, not left in free pages: erasure must be real.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    return engine


@lru_cache(maxsize=4)
def engine_for(url: str) -> Engine:
    """One engine for each database in a process."""
    return make_engine(url)


@contextmanager
def unit_of_work(url: str | None = None) -> Iterator[Session]:
    """A transaction: everything in the block is kept, or nothing is.

    Within ``held_open`` it ends with that block, and not with its own.
    """
    engine = engine_for(url or get_settings().store_url)
    held = _HELD.get()
    if held is not None and held.takes(engine):
        with held.unit_of_work() as session:
            yield session
        return
    with _session(engine) as session, session.begin():
        yield session


def _session(engine: Engine) -> Session:
    return Session(engine, expire_on_commit=False)


class HeldOpen:
    """Units of work, of which the last stays open until its outcome is written down with it.

    Attributes:
        session: of the unit of work that is open.
        is_used: whether there is one.
        has_failed: whether the last one failed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_busy = False
        self.session = _session(engine)
        self.is_used = self.has_failed = False

    def takes(self, engine: Engine) -> bool:
        """Whether a unit of work is one of these: not of another database, and not within one."""
        return engine is self._engine and not self._is_busy

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """The next one; the one before is a transaction of its own, and ends."""
        if self.is_used:
            self.session.commit()
            self._renew()
        self._is_busy = self.has_failed = True
        try:
            yield self.session
            self.session.flush()
            self.is_used, self.has_failed = True, False
        finally:
            self._is_busy = False
            if self.has_failed:
                self._renew()

    def _renew(self) -> None:
        self.session.close()
        self.session = _session(self._engine)
        self.is_used = False


_HELD: ContextVar[HeldOpen | None] = ContextVar("held", default=None)


@contextmanager
def held_open(url: str | None = None) -> Iterator[HeldOpen]:
    """Keep the last unit of work in the block open until the block ends, and then keep all of it.

    So an outcome that is only known afterwards is written in the same transaction. Between the
    two nothing may wait for anything: what the open one has written is locked.
    """
    held = HeldOpen(engine_for(url or get_settings().store_url))
    token = _HELD.set(held)
    try:
        yield held
        held.session.commit()
    finally:
        _HELD.reset(token)
        held.session.close()


def empty_log_after(session: Session) -> None:
    """Empty SQLite's write-ahead log once the session's transaction has ended.

    The log keeps pages as they were, and so the words that were deleted, until it is written
    over. Where somebody reads for longer than a second, it stays for the next call or for the
    end of the last connection.
    """
    url = session.get_bind().engine.url
    database = url.database
    if url.get_backend_name() != "sqlite" or not database or database == ":memory:":
        return

    @event.listens_for(session, "after_transaction_end")
    def _on_end(_session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            with closing(sqlite3.connect(database, timeout=1)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
