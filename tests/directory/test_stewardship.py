"""What staff who look after directories ask."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.directory import corrections, report, stewardship
from bot.directory.corrections import About, CorrectionState
from bot.directory.importer import import_source
from bot.store.directory import CorrectionRow
from bot.store.tables import Person
from tests.directory.conftest import Store, make_service
from tests.directory.test_import import listings, load, page, write


def test_the_health_of_a_feed(store: Store, tmp_path: Path) -> None:
    services = [
        make_service("a"),
        make_service("b", service_at_locations=None, schedules=None),
        make_service("c", last_modified="2020-01-01"),
        make_service("d", last_modified=None),
        {"id": "e"},
    ]
    source = write(tmp_path, page(*services))
    load(store, source, feed="council", licence="OGL 3.0")
    with store() as session:
        (feed,) = stewardship.feeds(session, today=date(2026, 11, 24))
        assert (feed.services, feed.shown, feed.stale, feed.undated) == (4, 4, 1, 1)
        assert dict(feed.flags)["no_schedule"] == 1
        assert feed.quarantined == (("missing_name", 1),)
        assert (feed.licence, feed.source) == ("OGL 3.0", str(source))
        assert feed.last is not None and feed.last["added"] == 4
        (line,) = stewardship.flagged(session, "no_coordinates", feed="council")
        assert line.source_id == "b"
        assert stewardship.flagged(session, "schedule") == []
        (old,) = stewardship.stale(session, today=date(2026, 11, 24))
        assert (old.source_id, old.checked_on) == ("c", date(2020, 1, 1))
        (bad,) = stewardship.quarantined(session, feed="council", reason="missing_name")
        assert (bad.source_id, bad.raw) == ("e", '{"id": "e"}')


def test_a_feed_is_retired_and_put_back(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path, page(make_service("a"))), feed="council")
    with store() as session:
        (feed,) = stewardship.feeds(session)
        stewardship.retire(session, feed.id)
    assert listings(store) == {}
    load(store, write(tmp_path, page(make_service("a", name="New"), make_service("b"))), "council")
    assert listings(store) == {}
    with store() as session:
        stewardship.retire(session, feed.id, retired=False)
    assert set(listings(store)) == {"a", "b"}


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("the club's shut down", About.CLOSED),
        ("been there and the place was all boarded up", About.CLOSED),
        ("that number doesnt work", About.CONTACT),
        ("you say its free but they charged me £5", About.COST),
        ("Your times are out of date, they meet on Wednesdays", About.TIME),
        ("address is wrong", About.PLACE),
        ("that is not right", About.OTHER),
    ],
)
def test_what_is_said_to_be_wrong(words: str, about: About) -> None:
    assert corrections.about_of(words) is about


def test_a_correction_goes_from_the_person_to_the_owner_without_the_persons_words(
    store: Store, tmp_path: Path
) -> None:
    load(store, write(tmp_path, page(make_service("a"))), feed="council")
    (listing,) = listings(store).values()
    with store() as session:
        session.add(Person(id="p1"))
        session.flush()
        corrections.open_correction(
            session, listing.id, words="my son Bob says it shut", person_id="p1"
        )
        (waiting,) = corrections.corrections(session)
        assert (waiting.feed, waiting.source_id, waiting.about) == ("council", "a", About.CLOSED)
        assert stewardship.feeds(session)[0].corrections == 1
        corrections.settle(session, waiting.id, right=True, note="=Ended in May 2026", by="ann")
        rows = corrections.corrections_file(session, "council")
    text = corrections.as_csv(rows)
    assert "Bob" not in text
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["source_id"], row["note"]) == ("a", "'=Ended in May 2026")
    with store() as session:
        assert session.scalar(select(CorrectionRow.words)) == ""
        corrections.mark_sent(session, [waiting.id])
        assert corrections.corrections_file(session) == []
        assert corrections.corrections(session, state=CorrectionState.SENT)[0].id == waiting.id


def test_an_open_correction_goes_with_the_person(store: Store) -> None:
    with store() as session:
        session.add(Person(id="p1"))
        session.flush()
        corrections.open_correction(session, None, words="it was closed", person_id="p1")
    with store() as session:
        session.delete(session.get(Person, "p1"))
    with store() as session:
        assert corrections.corrections(session, state=None) == []


def test_the_report_names_the_records_that_an_owner_can_mend(store: Store, tmp_path: Path) -> None:
    bare = make_service("b<b>", name="Chess & Tea", schedules=None, service_at_locations=None,
                        description="Chess.", last_modified="2019-01-01")  # fmt: skip
    records = [make_service("a"), bare, {"id": "nameless"}]
    (tmp_path / "page.json").write_text(json.dumps({"contents": records}))
    import_source(tmp_path / "page.json", feed="council", session_factory=store)
    with store() as session:
        (found,) = report.findings(session, "council")
        assert report.findings(session, "no such feed") == []
    assert found["faults"]["no_schedule"] == [{"id": "b<b>", "name": "Chess & Tea"}]
    assert found["set_aside"][0]["reason"] == "missing_name"
    assert [s["id"] for s in found["stale_services"]] == ["b<b>"]
    html = report.page([found])
    assert "b&lt;b&gt;: Chess &amp; Tea" in html and "<b>" not in html
