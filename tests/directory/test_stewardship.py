"""What staff who look after directories ask."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.directory import corrections, report, stewardship
from bot.directory.corrections import About, CorrectionState
from bot.directory.importer import import_source
from bot.store.directory import CorrectionRow, ServiceRow
from bot.store.tables import Person
from tests.directory.conftest import Store, location_of, make_service
from tests.directory.importing import listings, load, page, write


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
        assert corrections.feeds_to_tell(session) == ["council"]
        rows = corrections.corrections_file(session, "council")
    text = corrections.as_csv(rows)
    assert "Bob" not in text
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["source_id"], row["note"]) == ("a", "'=Ended in May 2026")
    with store() as session:
        assert session.scalar(select(CorrectionRow.words)) == ""
        assert corrections.mark_sent(session, "council") == 1
        assert corrections.feeds_to_tell(session) == []
        assert corrections.corrections(session, state=CorrectionState.SENT)[0].id == waiting.id


def test_each_owner_gets_the_corrections_of_their_own_feed(store: Store, tmp_path: Path) -> None:
    for feed in ("Council of A", "Council of B"):
        load(store, write(tmp_path, page(make_service("x", name=f"Choir of {feed}"))), feed=feed)
    with store() as session:
        for service, name in session.execute(select(ServiceRow.id, ServiceRow.name)):
            key = corrections.open_correction(session, service, words="it has moved")
            corrections.settle(session, key, right=True, note=f"Moved: {name}", by="ann")
        assert corrections.feeds_to_tell(session) == ["Council of A", "Council of B"]
        (mine,) = corrections.corrections_file(session, "Council of A")
        assert (mine["feed"], mine["note"]) == ("Council of A", "Moved: Choir of Council of A")
        assert corrections.mark_sent(session, "Council of A") == 1
        assert corrections.feeds_to_tell(session) == ["Council of B"]
    assert corrections.file_name("Council of A") == "corrections-council-of-a.csv"


def test_an_open_correction_goes_with_the_person(store: Store) -> None:
    with store() as session:
        session.add(Person(id="p1"))
        session.flush()
        corrections.open_correction(session, None, words="it was closed", person_id="p1")
    with store() as session:
        session.delete(session.get(Person, "p1"))
    with store() as session:
        assert corrections.corrections(session, state=None) == []


def findings_of(store: Store, feed: str) -> dict[str, dict[str, Any]]:
    with store() as session:
        (found,) = report.findings(session, feed)
    return {finding["code"]: finding for finding in found["findings"]}


def test_the_report_names_the_records_that_an_owner_can_mend(store: Store, tmp_path: Path) -> None:
    bare = make_service("b<b>", name="Chess & Tea", schedules=None, service_at_locations=None,
                        description="Chess.", last_modified="2019-01-01")  # fmt: skip
    records = [make_service("a"), bare, {"id": "nameless"}, make_service("a", name="Other")]
    (tmp_path / "page.json").write_text(json.dumps({"contents": records}))
    import_source(tmp_path / "page.json", feed="council", session_factory=store)
    with store() as session:
        assert report.findings(session, "no such feed") == []
    found = findings_of(store, "council")
    record = {"id": "b<b>", "name": "Chess & Tea", "detail": ""}
    assert found["no_schedule"]["records"] == found["no_coordinates"]["records"] == [record]
    assert found["stale"]["records"] == [{**record, "detail": "last checked 2019-01-01"}]
    assert [r["id"] for r in found["missing_name"]["records"]] == ["nameless"]
    assert [r["name"] for r in found["duplicate_id"]["records"]] == ["Other"]
    assert all(finding["do"] for finding in found.values())
    with store() as session:
        html = report.page(report.findings(session, "council"))
    assert "b&lt;b&gt;: Chess &amp; Tea" in html and "<b>" not in html


def test_the_report_has_what_a_directory_itself_lists_twice(store: Store, tmp_path: Path) -> None:
    far = make_service("far", name="Tuesday Walking Group")
    location_of(far).update(latitude=51.814, longitude=-0.812)
    location_of(far)["addresses"][0].update(postal_code="HP20 1UY", city="Aylesbury")
    twins = [
        make_service("one"),
        make_service("two", name="Tuesday walking group."),
        make_service("choir", name="Singing for lungs", description="Songs."),
        make_service("thursday", name="Thursday Walking Group"),
        far,
    ]
    load(store, write(tmp_path, page(*twins)), feed="council")
    (pair,) = findings_of(store, "council")["repeated"]["records"]
    assert pair["id"] == "one"
    assert pair["detail"].startswith("the same as two, Tuesday walking group.")
    assert len(listings(store)) == 5


def test_the_report_has_what_another_directory_lists_and_what_does_not_run_now(
    store: Store, tmp_path: Path
) -> None:
    shut = make_service("shut", name="Choir", status="temporarily closed")
    load(store, write(tmp_path, page(make_service("a"), shut)), feed="council")
    load(store, write(tmp_path, page(make_service("z"))), feed="charity")
    found = findings_of(store, "council")
    (there,) = found["listed_elsewhere"]["records"]
    assert there["id"] == "a" and there["detail"].startswith("charity: z, Tuesday Walking Group")
    assert [(r["id"], r["detail"]) for r in found["not_active"]["records"]] == [
        ("shut", "temporarily closed")
    ]
    assert findings_of(store, "charity")["listed_elsewhere"]["records"][0]["id"] == "z"


def placed(key: str, lat: Any, lon: Any, postcode: str | None = "HP5 1DS") -> dict[str, Any]:
    record = make_service(key)
    location_of(record).update(latitude=lat, longitude=lon)
    location_of(record)["addresses"][0]["postal_code"] = postcode
    return record


def test_every_fault_that_the_importer_finds_has_a_line_in_the_report(
    store: Store, tmp_path: Path
) -> None:
    weekly = {"id": "h", "freq": "WEEKLY", "byday": "TU"}
    named = {"id": "c", "name": "Ann Lee", "email": "ann.lee@gmail.com",
             "phones": [{"id": "p", "number": "07700 900123"}]}  # fmt: skip
    office = {"id": "d", "phones": [{"id": "q", "number": "01494 677266"}]}
    faults = {
        "no_coordinates": make_service("no_coordinates", service_at_locations=None),
        "location_missing": make_service(
            "location_missing", service_at_locations=[{"id": "x", "location_id": "gone"}]
        ),
        "coordinates_far_from_postcode": placed("coordinates_far_from_postcode", 53.48, -2.24),
        "coordinates_default": placed("coordinates_default", 55.378, -3.436, None),
        "coordinates_zero": placed("coordinates_zero", 0, 0),
        "coordinates_swapped": placed("coordinates_swapped", -0.6121, 51.7053),
        "longitude_sign": placed("longitude_sign", 51.7053, 0.6121),
        "coordinates_outside_uk": placed("coordinates_outside_uk", 48.85, 2.35),
        "coordinates_impossible": placed("coordinates_impossible", 151.7, -0.6),
        "postcode_not_valid": placed("postcode_not_valid", 51.7053, -0.6121, "XX99 1AA"),
        "postcode_repaired": placed("postcode_repaired", 51.7053, -0.6121, "HP5 lDS"),
        "no_schedule": make_service("no_schedule", schedules=None),
        "schedule_text_wins": make_service(
            "schedule_text_wins",
            schedules=[weekly],
            description="We walk on the second Tuesday of the month.",
        ),
        "schedule_midnight": make_service(
            "schedule_midnight", schedules=[{**weekly, "opens_at": "00:00", "closes_at": "00:00"}]
        ),
        "no_contact": make_service("no_contact", contacts=None, url=None, email=None),
        "phone_not_valid": make_service(
            "phone_not_valid", contacts=[{"id": "c", "phones": [{"id": "p", "number": "07787 51"}]}]
        ),
        "personal_contact_dropped": make_service(
            "personal_contact_dropped", contacts=[named, office]
        ),
        "no_description": make_service("no_description", description=None),
        "organization_missing": make_service("organization_missing", organization=None),
        "ages_contradict": make_service("ages_contradict", minimum_age=60, maximum_age=18),
        "status_missing": make_service("status_missing", status=None),
        "status_not_standard": make_service("status_not_standard", status="hibernating"),
        "closed_by_name": make_service("closed_by_name", name="Walk (temporarily closed)"),
    }
    load(store, write(tmp_path, page(*faults.values())), feed="council")
    found = findings_of(store, "council")
    for flag in faults:
        assert flag in {record["id"] for record in found[flag]["records"]}, flag
    with store() as session:
        (health,) = stewardship.feeds(session)
    # No flag that the importer set is kept from the owner.
    assert {flag for flag, _ in health.flags} <= report.FAULTS.keys()
