"""Whole sources into a real store."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.directory import query
from bot.directory.importer import UnreadableSource
from bot.directory.model import AttendingType, Precision, Scope
from bot.store.directory import FeedRow, QuarantineRow
from tests.directory.conftest import Store, make_service
from tests.directory.importing import listings, load, near, only, page, write, write_table


def test_a_service_comes_out_as_a_patient_needs_it(store: Store, tmp_path: Path) -> None:
    source = write(
        tmp_path, page(make_service(cost_options=[{"amount": "2.50", "option": "Adults"}]))
    )
    report = load(store, source, licence="OGL v3.0", attribution="Chesham Council")
    assert (report.added, report.dialects) == (1, {"ORUK 3.0 JSON": 1})
    listing = only(store)
    assert listing.name == "Tuesday Walking Group"
    assert listing.organization_name == "Chesham Walkers"
    assert listing.distance_km is not None and listing.distance_km < 5
    assert listing.precision is Precision.EXACT
    assert {c.value for c in listing.categories} == {"health"}
    assert (listing.free, listing.lowest_cost) == (False, 2.5)
    assert listing.contact.phones[0].e164 == "+441494677266"
    assert listing.access_notes == ("Step-free entrance",)
    assert listing.schedules[0].text == "Every Tuesday, 10am to 11:30am"
    assert listing.attending_types == {AttendingType.VENUE}
    assert (listing.licence, listing.attribution) == ("OGL v3.0", "Chesham Council")
    assert str(listing.checked_on) == "2026-10-01"


def test_the_same_source_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path, page(make_service("a"), make_service("b")))
    assert load(store, source).added == 2
    again = load(store, source)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    ids = {k: v.id for k, v in listings(store).items()}
    write(tmp_path, page(make_service("a"), make_service("b", name="Wednesday Walk")))
    changed = load(store, source)
    assert (changed.added, changed.changed, changed.unchanged) == (0, 1, 1)
    after = listings(store)
    assert after["b"].name == "Wednesday Walk"
    assert {k: v.id for k, v in after.items()} == ids, "saved options keep pointing to it"


def test_ids_belong_to_their_feed(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path, page(make_service("a"))), feed="one")
    other = make_service("a", name="Chair Yoga", description="Stretch while you sit.")
    load(store, write(tmp_path, page(other)), feed="two")
    with store() as session:
        assert len(query.candidates(session, near("HP5"), 10)) == 2


def test_bad_records_are_set_aside_and_good_ones_stay(store: Store, tmp_path: Path) -> None:
    bad: list[Any] = [
        make_service(None, id=None),  # type: ignore[arg-type]
        make_service("no-name", name="  "),
        "a text",
        None,
        42,
        make_service("twice", name="Another service"),
    ]
    good = [make_service("g1"), make_service("twice"), make_service("g2")]
    report = load(store, write(tmp_path, page(*good[:2], *bad, good[2])))
    assert report.added == 3
    assert report.reasons == {
        "missing_id": 1, "missing_name": 1, "not_an_object": 3, "duplicate_id": 1,
    }  # fmt: skip
    with store() as session:
        kept = session.scalars(select(QuarantineRow)).all()
        assert len(kept) == 6
        assert any("no-name" in k.raw and k.reason == "missing_name" for k in kept)
    # Read again, the quarantine is told anew and not doubled.
    load(store, tmp_path / "page.json")
    with store() as session:
        assert len(session.scalars(select(QuarantineRow)).all()) == 6


@pytest.mark.parametrize(
    "broken",
    [
        {"schedules": "Mondays"},
        {"service_at_locations": [None, 3, {"location": "here"}]},
        {"contacts": [{"phones": "01494 677266"}], "phones": [7]},
        {"organization": [], "organization_id": None},
        {"cost_options": [{"amount": {"a": 1}}, "£3"]},
        {"attributes": [{"taxonomy_term": None}, {"taxonomy_term": {"name": 5}}]},
        {"name": 12345, "description": ["x"]},
        {"last_modified": "yesterday", "assured_date": 20210101, "minimum_age": "adult"},
        {"name": "Bad \ud800 surrogate \u0000 name", "description": "\u0000\ufffe"},
        {"languages": [{"name": ["English"]}], "service_areas": {"name": "Bucks"}},
    ],
)
def test_odd_shapes_are_loaded_as_far_as_they_go(
    store: Store, tmp_path: Path, broken: dict[str, Any]
) -> None:
    report = load(store, write(tmp_path, page(make_service("odd", **broken), make_service("ok"))))
    assert (report.added, report.reasons) == (2, {})


def test_a_broken_stretch_of_a_file_loses_only_itself(store: Store, tmp_path: Path) -> None:
    text = json.dumps(page(make_service("a"), make_service("b"), make_service("c")))
    broken = text.replace('"id": "b",', '"id": "b" oops', 1)
    report = load(store, write(tmp_path, broken))
    assert (report.added, report.reasons, report.whole) == (2, {"broken_json": 1}, False)
    cut = load(store, write(tmp_path / "cut", text[: len(text) * 2 // 3]), feed="cut")
    assert cut.added >= 1 and cut.reasons["broken_json"] == 1


def test_control_characters_and_other_encodings_are_read(store: Store, tmp_path: Path) -> None:
    raw = json.dumps(page(make_service("a", description="Tea\tCafe")), ensure_ascii=False)
    raw = raw.replace("\\t", "\t").replace("Cafe", "Café")
    (tmp_path / "page.json").write_bytes(raw.encode("cp1252"))
    load(store, tmp_path / "page.json")
    assert only(store).description == "Tea Café"


def test_cost_not_known_is_never_free(store: Store, tmp_path: Path) -> None:
    source = write(
        tmp_path,
        page(
            make_service("unknown"),
            make_service("free", fees="Free"),
            make_service("paid", cost_options=[{"amount": 4.0}]),
            make_service("words", fees="Ask us about prices"),
        ),
    )
    load(store, source)
    found = listings(store)
    assert [found[k].free for k in ("unknown", "free", "paid", "words")] == [
        None, True, False, None,
    ]  # fmt: skip
    assert found["words"].fees_text == "Ask us about prices"


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"status": "active"}, True),
        ({"status": None}, True),
        ({"status": "inactive"}, False),
        ({"status": "defunct"}, False),
        ({"status": "temporarily closed"}, False),
        ({"status": "archived"}, False),
        ({"name": "Walking group (temporarily closed)"}, False),
    ],
)
def test_only_what_is_open_is_offered(
    store: Store, tmp_path: Path, changes: dict[str, Any], shown: bool
) -> None:
    load(store, write(tmp_path, page(make_service("x", **changes))))
    assert bool(listings(store)) is shown
    with store() as session:
        assert bool(query.search_text(session, "walking")) is shown


def test_absent_from_two_full_crawls_is_closed_and_may_come_back(
    store: Store, tmp_path: Path
) -> None:
    both = page(*(make_service(k) for k in "abc"))
    without = page(*(make_service(k) for k in "ab"))
    source = write(tmp_path, both)
    load(store, source)
    write(tmp_path, without)
    assert load(store, source).closed == 0
    assert set(listings(store)) == {"a", "b", "c"}
    assert load(store, source).closed == 1
    assert set(listings(store)) == {"a", "b"}
    with store() as session:
        assert "c" not in {x.source_id for x in query.search_text(session, "walking")}
    write(tmp_path, both)
    load(store, source)
    assert set(listings(store)) == {"a", "b", "c"}


def test_one_page_of_many_closes_nothing(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path, page(*(make_service(k) for k in "abcd"))))
    part = write(tmp_path, page(*(make_service(k) for k in "abc"), total=400))
    for _ in range(3):
        report = load(store, part)
        assert not report.whole and report.closed == 0
    assert len(listings(store)) == 4


def test_folders_and_zips_of_pages_are_read_in_order(store: Store, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    write(pages, page(make_service("a"), total=3), "services_page_1.json")
    write(pages, page(make_service("b"), total=3), "services_page_2.json")
    write(pages, page(make_service("c"), total=3), "services_page_10.json")
    write(pages, {"contents": [{"id": "t", "name": "Walks", "taxonomy": "x"}]}, "taxonomies.json")
    report = load(store, pages)
    assert (report.added, report.whole, report.reasons) == (3, True, {})
    archive = tmp_path / "feed.zip"
    with zipfile.ZipFile(archive, "w") as z:
        for file in pages.iterdir():
            z.write(file, f"export/{file.name}")
    assert load(store, archive).unchanged == 3


def test_a_list_and_its_details_in_one_folder_give_the_full_record(
    store: Store, tmp_path: Path
) -> None:
    entry = make_service("a")
    for child in ("schedules", "contacts", "service_at_locations"):
        del entry[child]
    write(tmp_path, page(entry), "services.json")
    write(tmp_path, make_service("a"), "services_a.json")
    assert load(store, tmp_path).added == 1
    assert only(store).schedules
    again = load(store, tmp_path)
    assert (again.added, again.changed) == (0, 0)
    assert only(store).schedules


def test_ndjson_is_read_line_by_line(store: Store, tmp_path: Path) -> None:
    lines = [json.dumps(make_service("a")), "{broken", json.dumps(make_service("b"))]
    report = load(store, write(tmp_path, "\n".join(lines), "services.ndjson"))
    assert (report.added, report.reasons) == (2, {"broken_json": 1})


@pytest.mark.parametrize("content", ["", "hello", "{}", "[]", '{"contents": []}', "<html></html>"])
def test_what_is_no_directory_is_refused_with_a_reason(
    store: Store, tmp_path: Path, content: str
) -> None:
    source = write(tmp_path, content)
    if content in ("", "hello", "<html></html>"):
        report = load(store, source)
        assert report.reasons == {"broken_json": 1}
        return
    with pytest.raises(UnreadableSource, match=r"no services found.*page\.json"):
        load(store, source)
    with store() as session:
        assert session.scalars(select(FeedRow)).all() == []


def test_a_source_that_is_not_there_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="no such file"):
        load(store, tmp_path / "nowhere.json")


class TestDialects:
    def test_oruk_1(self, store: Store, tmp_path: Path) -> None:
        record = {
            "id": "v1",
            "name": "Carers Coffee Morning",
            "description": "For anyone who looks after someone.",
            "status": "active",
            "organization": {
                "id": "o",
                "name": "Carers Hub",
                "description": "x",
                "url": "hub.org.uk",
            },
            "attending_type": "venue",
            "attending_access": "drop-in",
            "eligibilitys": [{"minimum_age": 18, "maximum_age": -1, "taxonomys": []}],
            "service_taxonomys": [
                {"taxonomy": {"id": "esd:1", "name": "Carers", "vocabulary": "esdServiceType"}}
            ],
            "regular_schedules": [
                {"freq": "MONTHLY", "byday": "1MO", "opens_at": "10:00", "closes_at": "11:00"}
            ],
            "cost_options": [{"amount": 0, "option": "All"}],
            "service_areas": [{"service_area": "Buckinghamshire"}],
            "languages": [{"language": "English, Urdu"}],
            "contacts": [{"phones": [{"number": "01494 677266"}]}],
            "service_at_locations": [
                {
                    "location": {
                        "id": "l",
                        "name": "Library",
                        "latitude": 51.7053,
                        "longitude": -0.6121,
                        "physical_addresses": [
                            {
                                "address_1": "Elgiva Lane",
                                "city": "Chesham",
                                "postal_code": "HP5 2JD",
                            }
                        ],
                        "accessibility_for_disabilities": [{"accessibility": "disabled_parking"}],
                    }
                }
            ],
        }
        content = {"totalElements": 1, "totalPages": 1, "number": 1, "content": [record]}
        report = load(store, write(tmp_path, content))
        assert report.dialects == {"ORUK 1.0 JSON": 1}
        listing = only(store)
        assert (listing.min_age, listing.max_age) == (18, None)
        assert listing.schedules[0].byday == ("1MO",)
        assert listing.free is True
        assert listing.languages == ("English", "Urdu")
        assert listing.attending_access == ("drop-in",)
        assert listing.access_notes == ("Disabled parking",)
        assert "carer_support" in {s.value for s in listing.subcategories}
        assert listing.contact.url == "https://hub.org.uk"

    def test_closed_days_of_oruk_1_are_kept(self, store: Store, tmp_path: Path) -> None:
        closed = {"closed": True, "start_date": "2026-11-30", "end_date": "2026-12-31"}
        opened = {"closed": False, "start_date": "2027-05-03", "end_date": "2027-05-03"}
        at_place = {"closed": "true", "start_date": "2027-02-01", "end_date": "2027-02-07"}
        record = make_service(holiday_schedules=[closed, opened])
        record["regular_schedules"] = record.pop("schedules")
        [link] = record["service_at_locations"]
        link["regular_schedules"] = [{"freq": "WEEKLY", "byday": "MO", "opens_at": "10:00"}]
        link["holiday_schedules"] = [at_place]
        load(store, write(tmp_path, page(record)))
        found = {s.byday: s.closed for s in only(store).schedules}
        everywhere = (date(2026, 11, 30), date(2026, 12, 31))
        assert found[("TU",)] == (everywhere,)
        assert found[("MO",)] == (everywhere, (date(2027, 2, 1), date(2027, 2, 7)))

    def test_outpost(self, store: Store, tmp_path: Path) -> None:
        record = {
            "id": 512,
            "name": "Memory Café",
            "description": "Cake and chat for people with dementia.",
            "status": "active",
            "updated_at": "2026-01-05T10:00:00.000Z",
            "min_age": 50,
            "max_age": None,
            "free": True,
            "needs_referral": False,
            "organisation": {"id": 9, "name": "Age Well"},
            "taxonomies": [{"id": 1, "name": "Things to do", "slug": "things-to-do"}],
            "suitabilities": [{"id": 2, "name": "Dementia", "slug": "dementia"}],
            "send_needs": [],
            "locations": [
                {
                    "id": 4,
                    "name": "Hall",
                    "address_1": "High Street",
                    "city": "Chesham",
                    "postal_code": "HP5 1DS",
                    "geometry": {"type": "Point", "coordinates": [-0.6121, 51.7053]},
                    "mask_exact_address": False,
                    "accessibilities": [{"name": "Hearing loop", "slug": "hearing-loop"}],
                }
            ],
            "regular_schedules": [{"weekday": "Friday", "opens_at": "14:00", "closes_at": "16:00"}],
            "contacts": [
                {"name": "Hidden", "visible": False, "phone": "01494 000000"},
                {"name": None, "visible": True, "phone": "01494 677266"},
            ],
        }
        report = load(store, write(tmp_path, {"content": [record], "totalElements": 1}))
        assert report.dialects == {"Outpost JSON": 1}
        listing = only(store)
        assert listing.source_id == "512"
        assert listing.locations[0].lat == 51.7053
        assert listing.free is True and listing.min_age == 50
        assert [s.text for s in listing.schedules] == ["Every Friday, 2pm to 4pm"]
        assert [p.e164 for p in listing.contact.phones] == ["+441494677266"]
        assert listing.conditions == {"dementia"}
        assert listing.eligibility == "Suitable for: Dementia"
        assert listing.access_notes == ("Hearing loop",)

    def test_hsds_1_csv(self, store: Store, tmp_path: Path) -> None:
        write_table(
            tmp_path, "organizations", {"id": "o1", "name": "Hall Trust", "description": "x"}
        )
        write_table(
            tmp_path,
            "services",
            {"id": "1", "organization_id": "o1", "name": "Tai Chi", "status": "active"},
            {"id": "2", "organization_id": "gone", "name": "Choir", "status": "active"},
            {"id": "3", "organization_id": "o1", "name": "", "status": "active"},
        )
        write_table(tmp_path, "services_at_location",
              {"id": "x1", "service_id": "1", "location_id": "l1"},
              {"id": "x2", "service_id": "2", "location_id": "nowhere"})  # fmt: skip
        place = {"id": "l1", "name": "Hall", "latitude": "51.7053", "longitude": "-0.6121"}
        write_table(tmp_path, "locations", place)
        write_table(tmp_path, "physical_addresses",
              {"id": "a", "location_id": "l1", "address_1": "High St", "city": "Chesham",
               "postal_code": "HP5 1DS", "country": "GB"})  # fmt: skip
        write_table(tmp_path, "regular_schedules",
              {"id": "h", "service_at_location_id": "x1", "service_id": "", "weekday": "3",
               "opens_at": "9am", "closes_at": "10:30"})  # fmt: skip
        write_table(tmp_path, "phones", {"id": "p", "service_id": "1", "number": "01494 677266"})
        write_table(tmp_path, "eligibility", {"id": "e", "service_id": "1", "eligibility": "adult"})
        write_table(
            tmp_path, "services_taxonomy", {"id": "t", "service_id": "1", "taxonomy_id": "k"}
        )
        write_table(tmp_path, "taxonomy", {"id": "k", "name": "Exercise", "vocabulary": "open"})
        report = load(store, tmp_path)
        assert report.dialects == {"HSDS 1.1 CSV": 2}
        assert report.reasons == {"missing_name": 1}
        assert report.repairs["organization_missing"] == report.repairs["location_missing"] == 1
        listing = listings(store)["1"]
        assert listing.organization_name == "Hall Trust"
        assert listing.schedules[0].text == "Every Wednesday, 9am to 10:30am"
        assert listing.contact.phones[0].e164 == "+441494677266"
        assert "fitness_exercise" in {s.value for s in listing.subcategories}
        assert load(store, tmp_path).unchanged == 2

    def test_a_national_phone_line_needs_no_place(self, store: Store, tmp_path: Path) -> None:
        record = make_service(
            "line",
            name="Listening Line",
            description="A national helpline by phone.",
            service_at_locations=None,
            schedules=None,
        )
        load(store, write(tmp_path, page(record)))
        with store() as session:
            (listing,) = query.candidates(session, None)
        assert listing.scope is Scope.NATIONAL
        assert AttendingType.PHONE in listing.attending_types
        assert listing.distance_km is None


class TestSavedFeeds:
    """On real pages and the standards' examples, where these are at hand."""

    @pytest.mark.parametrize(
        ("source", "dialect", "count"),
        [
            ("feeds/buckinghamshire", "ORUK 3.0 JSON", 50),
            ("feeds/folkestone", "ORUK 3.0 JSON", 133),
            ("feeds/bristol/bristol-services-page1.json", "ORUK 3.0 JSON", 3),
            ("spec_examples/hsds_1.1_sample", "HSDS 1.1 CSV", 13),
            ("spec_examples/hsds_3.0/csv", "HSDS 3.0 CSV", 1),
            ("spec_examples/hsds_3.0/tabular.json", "HSDS 3.0 CSV", 1),
            ("spec_examples/hsds_3.0/service_full.json", "HSDS 3.0 JSON", 1),
            ("spec_examples/hsds_3.0/organization_full.json", "HSDS 3.0 JSON", 1),
            ("spec_examples/oruk_3.0/examples/service_full.json", "ORUK 3.0 JSON", 1),
            ("spec_examples/oruk_3.0/examples/service_list.json", "ORUK 3.0 JSON", 1),
        ],
    )
    def test_every_source_loads_whole_and_once(
        self, store: Store, shared: Path, source: str, dialect: str, count: int
    ) -> None:
        report = load(store, shared / source)
        assert (report.added, report.reasons) == (count, {})
        assert report.dialects == {dialect: count}
        again = load(store, shared / source)
        assert (again.added, again.changed, again.unchanged) == (0, 0, count)

    def test_hp7_and_ct21_get_real_services(self, store: Store, shared: Path) -> None:
        for feed in ("buckinghamshire", "folkestone"):
            load(store, shared / "feeds" / feed, feed=feed)
        for outcode, feed in (("HP7", "buckinghamshire"), ("CT21", "folkestone")):
            with store() as session:
                found = query.candidates(session, near(outcode), 20)
            local = [x for x in found if x.scope is Scope.LOCAL]
            assert len(local) >= 10
            assert {x.feed for x in local} == {feed}
            distances = [x.distance_km for x in local if x.distance_km is not None]
            assert distances == sorted(distances) and distances[-1] <= 20
            for listing in found:
                text = f"{listing.name} {listing.description}"
                assert not any(mark in text for mark in ("<p", "&nbsp;", "Â", "â€", "\r"))

    def test_the_second_monday_walk_is_not_every_monday(self, store: Store, shared: Path) -> None:
        load(store, shared / "feeds/buckinghamshire")
        with store() as session:
            found = query.search_text(session, "weekday walking group")
        (schedule,) = found[0].schedules
        assert (schedule.freq, schedule.byday) == ("MONTHLY", ("2MO",))
        assert "2nd Monday" in schedule.text

    def test_the_chiropodist_is_not_in_london(self, store: Store, shared: Path) -> None:
        load(store, shared / "feeds/buckinghamshire")
        with store() as session:
            london = query.candidates(session, near("WC2N"), 10)
            (chiropodist,) = query.search_text(session, "chiropodist", limit=1)
        assert "Chiropodist" not in " ".join(x.name for x in london)
        assert chiropodist.locations[0].precision is Precision.SECTOR
