"""A real store for every test: SQLite in a file, and PostgreSQL in a database of its own.

Both are migrated once and copied for each test, so that what is tested is what the migrations
make, and not what the tables say they are.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from bot.settings import get_settings
from bot.store.base import engine_for, unit_of_work
from bot.store.migrate import upgrade
from bot.store.people import begin

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg2://postgres@127.0.0.1:5432/test")
KINDS = ("sqlite", "postgresql")


def _forget_engines() -> None:
    engine_for.cache_clear()


def _url_of(database: str) -> str:
    return make_url(POSTGRES).set(database=database).render_as_string(hide_password=False)


@contextmanager
def _server() -> Iterator[Engine]:
    """The PostgreSQL server, outside any transaction."""
    engine = create_engine(_url_of("postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect():
            pass
    except OperationalError as error:
        engine.dispose()
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"PostgreSQL is not reachable: {error.orig}")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def postgres_database(template: str = "template1") -> Iterator[str]:
    """The URL of a throwaway database."""
    name = f"wise_test_{uuid.uuid4().hex[:12]}"
    with _server() as server:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        try:
            yield _url_of(name)
        finally:
            engine_for(_url_of(name)).dispose()
            _forget_engines()
            with server.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("store") / "template.sqlite"
    upgrade(f"sqlite:///{path}")
    engine_for(f"sqlite:///{path}").dispose()  # the last connection empties the log
    _forget_engines()
    return path


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The name of a migrated PostgreSQL database."""
    with postgres_database() as url:
        upgrade(url)
        engine_for(url).dispose()
        _forget_engines()
        yield str(make_url(url).database)


@dataclass(frozen=True)
class Store:
    """One test's store; it is the one of the settings."""

    kind: str
    url: str
    folder: Path

    @property
    def engine(self) -> Engine:
        return engine_for(self.url)

    def bytes(self) -> bytes:
        """Everything in the files of a SQLite store, the write-ahead log with it."""
        return b"".join(p.read_bytes() for p in sorted(self.folder.glob("store.sqlite*")))


@contextmanager
def _in_force(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("WISE_HOME", str(folder))
    get_settings.cache_clear()
    try:
        yield
    finally:
        engine_for(url).dispose()
        _forget_engines()
        monkeypatch.undo()
        get_settings.cache_clear()


@pytest.fixture(params=KINDS)
def empty_url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The URL of a database without any tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
        with _in_force(url, tmp_path, monkeypatch):
            yield url
    else:
        with postgres_database() as url, _in_force(url, tmp_path, monkeypatch):
            yield url


@pytest.fixture(params=KINDS)
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """A migrated, empty store, in force for the test."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        url = f"sqlite:///{shutil.copy(template, tmp_path / 'store.sqlite')}"
        with _in_force(url, tmp_path, monkeypatch):
            yield Store("sqlite", url, tmp_path)
        return
    template = request.getfixturevalue("postgres_template")
    with postgres_database(template) as url, _in_force(url, tmp_path, monkeypatch):
        yield Store("postgresql", url, tmp_path)


@pytest.fixture
def person(store: Store) -> str:
    """The id of somebody who has agreed."""
    with unit_of_work() as session:
        record = begin(session, "p" * 32)
        record.give_consent("use", "save_map")
        return record.person.id
