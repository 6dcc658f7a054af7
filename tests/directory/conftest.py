"""A real store for every test: SQLite in a file, and PostgreSQL in a schema of its own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import bot.store.directory
import bot.store.tables  # noqa: F401  (registers the tables)
from bot.store.base import Base, make_engine

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg2://postgres@127.0.0.1:5432/test")
SHARED = Path(__file__).resolve().parents[3] / "shared" / "directories"
NAMES = """person feed feed_page organization service service_at_location service_block
    service_pair correction quarantine""".split()  # noqa: SIM905
TABLES = [Base.metadata.tables[name] for name in NAMES]

Store = Callable[[], AbstractContextManager[Session]]


def _sessions(engine: Engine) -> Store:
    @contextmanager
    def open_session() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    return open_session


@contextmanager
def _postgres() -> Iterator[Engine]:
    admin = create_engine(POSTGRES)
    schema = f"directory_{uuid.uuid4().hex[:12]}"
    try:
        with admin.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
    except OperationalError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"PostgreSQL is not reachable: {error.orig}")
    engine = create_engine(POSTGRES, connect_args={"options": f"-csearch_path={schema}"})
    try:
        Base.metadata.create_all(engine, tables=TABLES)
        yield engine
    finally:
        engine.dispose()
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Opens transactions on an empty store; runs each test on both databases."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'directory.sqlite'}")
        Base.metadata.create_all(engine, tables=TABLES)
        yield _sessions(engine)
        engine.dispose()
        return
    with _postgres() as engine:
        yield _sessions(engine)


@pytest.fixture
def shared() -> Path:
    """Saved real feeds and the standards' examples; they are not part of the project."""
    if not SHARED.exists():
        pytest.skip("the saved feeds are not at hand")
    return SHARED


def make_service(key: str = "s1", **changes: Any) -> dict[str, Any]:
    """A sound ORUK 3.0 service in Chesham; ``None`` takes a property away."""
    record: dict[str, Any] = {
        "id": key,
        "organization_id": "o1",
        "name": "Tuesday Walking Group",
        "description": "A friendly walk for all, with tea after.",
        "status": "active",
        "url": "https://walks.org.uk/chesham",
        "email": "info@walks.org.uk",
        "last_modified": "2026-10-01T09:00:00Z",
        "organization": {"id": "o1", "name": "Chesham Walkers", "description": "Walks."},
        "schedules": [
            {"id": "h1", "freq": "WEEKLY", "byday": "TU", "opens_at": "10:00", "closes_at": "11:30"}
        ],
        "contacts": [{"id": "c1", "phones": [{"id": "p1", "number": "01494 677266"}]}],
        "service_at_locations": [
            {
                "id": "sl1",
                "location": {
                    "id": "l1",
                    "location_type": "physical",
                    "name": "Town Hall",
                    "latitude": 51.7053,
                    "longitude": -0.6121,
                    "addresses": [
                        {
                            "id": "a1",
                            "address_1": "The Broadway",
                            "city": "Chesham",
                            "state_province": "Buckinghamshire",
                            "postal_code": "HP5 1DS",
                            "country": "GB",
                            "address_type": "physical",
                        }
                    ],
                    "accessibility": [{"id": "x1", "description": "Step-free entrance"}],
                },
            }
        ],
    }
    record.update(changes)
    return {k: v for k, v in record.items() if v is not None}


def location_of(record: dict[str, Any]) -> dict[str, Any]:
    """The only location of a service made by :func:`make_service`."""
    location: dict[str, Any] = record["service_at_locations"][0]["location"]
    return location
