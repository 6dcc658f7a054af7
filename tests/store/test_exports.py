"""Exports: the whole record for its owner, and research files that name nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.network.exports import ALTER_COLUMNS, from_csv, from_graphml, from_json
from bot.network.model import Network
from bot.store.base import unit_of_work
from bot.store.exports import FORMATS, ExportError, export_people
from bot.store.people import begin, tables_of_a_person
from bot.store.record import Record
from tests.store.conftest import Store
from tests.store.filled import ADDRESS, SECRETS, fill, network

ME, OTHER, THIRD = "a" * 32, "b" * 32, "c" * 32
FILES = ("egos.csv", "alters.csv", "ties.csv")
OF_AN_EGO = {"ego_id", "variables", "network"}


@pytest.fixture
def filled(store: Store) -> Store:
    """Three people of whom two agreed to research."""
    with unit_of_work() as session:
        fill(session, ME).give_consent("research")
        fill(session, OTHER, "2342").give_consent("research")
        fill(session, THIRD, "2343")
    return store


def _private(session: Session) -> list[str]:
    record = Record.of(session, ME)
    return [*SECRETS, ADDRESS, ME, OTHER, THIRD, record.person.created_at.isoformat()[:19]]


def test_the_whole_record_is_whole(filled: Store, tmp_path: Path) -> None:
    [path] = export_people(ME, form="json", folder=tmp_path / "out")
    text = path.read_text(encoding="utf-8")
    kept = json.loads(text)
    of_person = {table.name for table in tables_of_a_person()}
    assert set(kept) == of_person | {"person"} | OF_AN_EGO
    assert [r.network for r in from_json(text)] == [network().changed("m2", strain=None)]
    assert [s for s in SECRETS if s not in text] == []
    assert kept["person"]["area"] == "Ravenscar"
    assert kept["plan"][0]["when_words"] == "when the phlox is out"
    assert [m["label"] for m in kept["member"]] == ["Zebediah", "Quetzalina", "glockenspiel band"]
    assert OTHER not in text and "2342" not in text.replace(ADDRESS, "")


def test_a_record_with_nothing_but_consent_is_exported(store: Store, tmp_path: Path) -> None:
    with unit_of_work() as session:
        begin(session, ME).give_consent("use")
    [path] = export_people(ME, folder=tmp_path)
    assert set(json.loads(path.read_text())) == {"person", "consent"} | OF_AN_EGO
    assert len(export_people(ME, form="csv", folder=tmp_path)) == 3
    assert len(export_people(ME, form="graphml", folder=tmp_path)) == 1


def test_graphml_and_csv_are_the_network(filled: Store, tmp_path: Path) -> None:
    [graph] = export_people(ME, form="graphml", folder=tmp_path)
    tables = export_people(ME, form="csv", folder=tmp_path)
    assert sorted(p.name for p in tables) == sorted(f"{ME}-{name}" for name in FILES)
    whole = network().changed("m2", strain=None)  # private, so not in files to share
    record = from_graphml(graph.read_text(encoding="utf-8"))
    assert (record.ego_id, record.network) == (ME, whole)
    assert record.variables["difficulty_loneliness"] == "big"
    texts = {p.name.removeprefix(f"{ME}-"): _read(p) for p in tables}
    assert [r.network for r in from_csv(texts)] == [whole]
    header = texts["alters.csv"].splitlines()[0].split(",")
    assert header == [c for c in ALTER_COLUMNS if c != "strain"]


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


@pytest.mark.parametrize("form", FORMATS)
def test_research_files_hold_no_name_and_no_word(filled: Store, tmp_path: Path, form: str) -> None:
    paths = export_people(None, everyone=True, research=True, form=form, folder=tmp_path / "out")
    found = "\n".join([*(_read(p) for p in paths), *(p.name for p in paths)])
    with unit_of_work() as session:
        assert [word for word in _private(session) if word.casefold() in found.casefold()] == []
    assert "54.4" not in found
    assert "diabetes" in found and "65_74" in found


def test_research_files_are_of_those_who_agreed(filled: Store, tmp_path: Path) -> None:
    def exported() -> list[Network]:
        [path] = export_people(None, everyone=True, research=True, folder=tmp_path)
        return [r.network for r in from_json(path.read_text(encoding="utf-8"))]

    assert [len(n) for n in exported()] == [3, 3]
    assert [n.ties for n in exported()] == [frozenset({frozenset({"a1", "a2"})})] * 2
    with unit_of_work() as session:
        Record.of(session, OTHER).withdraw_consent("research")
    assert [len(n) for n in exported()] == [3]


def test_people_of_a_research_export_are_told_apart(filled: Store, tmp_path: Path) -> None:
    paths = export_people(None, everyone=True, research=True, form="graphml", folder=tmp_path)
    egos = [from_graphml(p.read_text(encoding="utf-8")).ego_id for p in paths]
    assert len(set(egos)) == len(egos) == 2


def test_one_person_without_identifying_data(filled: Store, tmp_path: Path) -> None:
    for form in FORMATS:
        paths = export_people(ME, research=True, form=form, folder=tmp_path / form)
        text = "\n".join(_read(p) for p in paths)
        assert [word for word in (*SECRETS, ME) if word in text] == []


@pytest.mark.parametrize(
    ("person", "options", "words"),
    [
        (None, {}, "name one person"),
        (None, {"everyone": True}, "--research"),
        (ME, {"everyone": True, "research": True}, "name one person"),
        (ME, {"form": "xlsx"}, "json, graphml, csv"),
        ("nobody", {}, "no person"),
        ("../../etc/passwd", {}, "no person"),
    ],
)
def test_what_cannot_be_exported_is_said(
    filled: Store, tmp_path: Path, person: str | None, options: dict[str, object], words: str
) -> None:
    with pytest.raises(ExportError, match=words):
        export_people(person, folder=tmp_path / "out", **options)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
