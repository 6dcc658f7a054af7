"""After an erasure and a rewriting, no word of the person is in PostgreSQL's own files."""

from __future__ import annotations

import json
from threading import Timer

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from bot.cli import app
from bot.store.base import unit_of_work
from bot.store.forgetting import finish_forgetting, forget_member
from bot.store.people import erase
from bot.store.record import Record
from bot.store.rewriting import STATISTICS, rewrite
from tests.store.conftest import Store, postgres_database
from tests.store.filled import ADDRESS, SECRETS, fill, network
from tests.store.test_people import counts

ME, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def postgres(store: Store) -> Store:
    if store.kind != "postgresql":
        pytest.skip("SQLite's files are searched in test_people.py")
    with unit_of_work() as session:
        if not session.scalar(text("SELECT usesuper FROM pg_user WHERE usename = current_user")):
            pytest.skip("only a superuser may read the server's files")
    return store


def files(store: Store) -> bytes:
    """Every byte in the folder of the database: tables, indexes, statistics, what is left over."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))  # what is in memory goes to the files
        folder = connection.scalar(
            text("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()")
        )
        read = text("SELECT pg_read_binary_file(:folder || '/' || :name, 0, :most, true)")
        listed = connection.scalars(text("SELECT pg_ls_dir(:folder)"), {"folder": folder}).all()
        found = [
            connection.scalar(read, {"folder": folder, "name": name, "most": 2**29})
            for name in listed
        ]
    assert len(found) > 100
    return b"".join(bytes(part) for part in found if part is not None)


def _left(store: Store, words: tuple[str, ...]) -> list[str]:
    held = files(store)
    return [word for word in words if word.encode() in held]


def test_erasing_and_rewriting_leave_no_word_in_the_files(postgres: Store) -> None:
    with unit_of_work() as session:
        fill(session, ME)
        fill(session, OTHER, "2342")  # of two alike the statistics keep the words
    with unit_of_work() as session:
        session.execute(text("ANALYZE"))
        kept = session.scalar(
            text("SELECT count(*) FROM pg_stats WHERE most_common_vals::text LIKE '%Zebediah%'")
        )
        assert kept, "the statistics hold no word, so nothing was tried"
    words = (*SECRETS, ADDRESS, ME)
    assert _left(postgres, words) == list(words)
    with unit_of_work() as session:
        erase(session, ME)
        erase(session, OTHER)
    with unit_of_work() as session:
        assert counts(session) == {}
    # Why there is a rewriting at all: the bytes outlive the rows, and a plain VACUUM.
    with postgres.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))
    assert _left(postgres, words) != []
    done = CliRunner().invoke(app, ["retention", "run", "--apply", "--rewrite", "--json"])
    said = json.loads(done.stdout)
    assert said["not_rewritten"] == [] and {"person", STATISTICS} <= set(said["rewritten"])
    assert _left(postgres, words) == []


def test_a_forgotten_member_leaves_the_files_and_the_rest_stays(postgres: Store) -> None:
    with unit_of_work() as session:
        forget_member(fill(session, ME), "m1")
    with unit_of_work() as session:
        finish_forgetting(session, Record.of(session, ME))
    rewrite(postgres.engine)
    assert _left(postgres, ("Zebediah", "Quetzalina")) == ["Quetzalina"]


def test_rewriting_loses_nothing_of_the_others(postgres: Store) -> None:
    with unit_of_work() as session:
        fill(session, ME)
        fill(session, OTHER, "2342")
        before = counts(session)
    rewrite(postgres.engine)
    with unit_of_work() as session:
        assert counts(session) == before
        assert Record.of(session, OTHER).network() == network()


def test_a_table_that_is_held_is_named(postgres: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.rewriting.WAIT", 0.05)
    with postgres.engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM member"))
        assert "member" in rewrite(postgres.engine).held
    monkeypatch.setattr("bot.store.rewriting.WAIT", 10.0)  # other tests write on the server too
    assert rewrite(postgres.engine).held == []


def test_words_that_somebody_may_still_see_are_said_to_be_held(
    postgres: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.rewriting.WAIT", 0.05)
    with unit_of_work() as session:
        fill(session, ME)
    with postgres.engine.connect() as reader:
        reader.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        reader.execute(text("SELECT 1"))  # from here on it sees what is there now
        with unit_of_work() as session:
            erase(session, ME)
        assert {"person", STATISTICS} <= set(rewrite(postgres.engine).held)
        assert "Zebediah" in _left(postgres, SECRETS)
    monkeypatch.setattr("bot.store.rewriting.WAIT", 10.0)
    assert rewrite(postgres.engine).held == []
    assert _left(postgres, SECRETS) == []


def test_waits_for_a_writer_in_another_database(postgres: Store) -> None:
    """Whoever writes anywhere on the server keeps deleted rows from being left behind."""
    with unit_of_work() as session:
        fill(session, ME)
    with postgres_database() as elsewhere:
        other = create_engine(elsewhere)
        with other.connect() as writer:
            writer.execute(text("CREATE TABLE anything (id int)"))
            with unit_of_work() as session:
                erase(session, ME)
            ends = Timer(1.0, writer.rollback)
            ends.start()
            assert rewrite(postgres.engine).held == []
            ends.join()
        other.dispose()
    assert _left(postgres, SECRETS) == []


def test_sqlite_needs_no_rewriting(store: Store) -> None:
    if store.kind == "sqlite":
        assert rewrite(store.engine).tables == []


def test_rewriting_is_not_done_when_only_counting(store: Store) -> None:
    done = CliRunner().invoke(app, ["retention", "run", "--rewrite"])
    assert done.exit_code == 2 and "--apply" in done.output
