"""HSDS tables: every row is used, set aside with a reason, or counted as not needed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.directory.importer import sources
from bot.directory.importer.broken import Broken
from bot.directory.importer.incoming import from_files
from bot.directory.importer.json_pages import Beside
from bot.directory.importer.paging import Coverage
from tests.directory.conftest import Store
from tests.directory.importing import load, set_aside, stored, write, write_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a package is put, away from the store."""
    return tmp_path / "package"


CHOIR = {"id": "1", "organization_id": "o", "name": "Choir", "status": "active"}


def services(folder: Path, text: str) -> Path:
    write(folder, text, "services.csv")
    return folder


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_any_delimiter_and_encoding_is_read(
    store: Store, folder: Path, delimiter: str, encoding: str
) -> None:
    rows = [["ID", "Name", "Status", "Description"], ["1", "Café", "active", "“Tea” – £2"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    folder.mkdir()
    (folder / "services.csv").write_bytes(text.encode(encoding))
    assert load(store, folder).added == 1
    listing = stored(store)["1"]
    assert (listing["name"], listing["description"]) == ("Café", '"Tea" – £2')


@pytest.mark.parametrize(
    "name", ["services.csv", "Service.CSV", "01_services_2024-05-01.csv", "services.tsv"]
)
def test_tables_are_known_by_any_usual_name(store: Store, folder: Path, name: str) -> None:
    write(folder, "sep=;\n\nid;name\n1;Choir\n", name)
    assert load(store, folder).added == 1


def test_rows_with_too_many_or_too_few_cells_are_told_of(store: Store, folder: Path) -> None:
    services(
        folder,
        "id,name,status,description\n1,Choir,active,Songs,,\n2,Yoga,active,Mats, and chairs\n"
        "3,Knitting,active\n\n,,,\n",
    )
    write(folder, "id,service_id,number\nx,1,01494 677266,\ny,1,01494,677266\n", "phones.csv")
    report = load(store, folder)
    assert report.added == 2
    assert stored(store).keys() == {"1", "3"}
    assert report.reasons == {"columns_do_not_match": 2}
    assert report.repairs["columns_missing"] == 1
    details = [detail for _, detail, _ in set_aside(store)]
    assert "phones.csv line 3 has more cells than the table has columns" in details
    assert [phone[1] for phone in stored(store)["1"]["phones"]] == ["+441494677266"]


def test_a_quote_that_is_never_closed_swallows_no_other_row(store: Store, folder: Path) -> None:
    services(
        folder,
        'id,name,description,status\n1,Choir,"Songs,active\n2,Yoga,On mats,active\n'
        '3,Knitting,"Tea, cake\nand wool",active\n4,Chess,Boards,active\n',
    )
    report = load(store, folder)
    assert stored(store).keys() >= {"2", "4"}
    assert report.read == report.added + report.quarantined_count
    assert set(report.reasons) == {"quote_not_closed"}
    assert "services.csv line 2" in set_aside(store)[0][1]


def test_line_ends_and_quotes_inside_a_cell_are_no_fault(store: Store, folder: Path) -> None:
    cell = 'Mondays, 2pm\nand "every, other, Friday"\r\n1,2,3'
    write_table(folder, "services", {**CHOIR, "description": cell}, {**CHOIR, "id": "2"})
    report = load(store, folder)
    assert (report.added, report.reasons) == (2, {})
    assert stored(store)["1"]["description"].startswith('Mondays, 2pm\nand "every, other')


def test_rows_whose_parent_is_missing_are_set_aside(store: Store, folder: Path) -> None:
    write_table(folder, "services", CHOIR)
    write_table(folder, "organizations", {"id": "o", "name": "Singers"})
    write_table(
        folder,
        "services_at_location",
        {"id": "a", "service_id": "1", "location_id": "nowhere"},
        {"id": "b", "service_id": "gone", "location_id": "l"},
    )
    write_table(folder, "locations", {"id": "l", "name": "Hall"})
    write_table(folder, "regular_schedules", {"id": "s", "service_at_location_id": "b"})
    write_table(
        folder,
        "phones",
        {"id": "p", "service_id": "gone", "number": "01494 677266"},
        {"id": "q", "number": "01494 677267"},
    )
    write_table(folder, "contacts", {"id": "c", "service_id": "gone", "name": "Ann"})
    write_table(folder, "physical_addresses", {"id": "x", "location_id": "l", "city": "Chesham"})
    report = load(store, folder)
    assert report.repairs["location_missing"] == 1
    assert report.reasons == {"parent_missing": 5}
    assert report.passed_over == {
        "locations that no service names": 1, "addresses of locations": 1,
    }  # fmt: skip
    assert {detail for _, detail, _ in set_aside(store)} == {
        "services_at_location.csv line 3: service_id gone is not in the package",
        "regular_schedules.csv line 2: service_at_location_id b belongs to no service itself",
        "phones.csv line 2: service_id gone is not in the package",
        "phones.csv line 3 names no service, place, contact or organisation",
        "contacts.csv line 2: service_id gone is not in the package",
    }


def test_ids_given_twice_are_set_aside_unless_the_row_is_the_same(
    store: Store, folder: Path
) -> None:
    write_table(folder, "services", CHOIR, CHOIR, {**CHOIR, "name": "Another choir"})
    singers = {"id": "o", "name": "Singers"}
    write_table(folder, "organizations", singers, singers, {**singers, "name": "Others"})
    report = load(store, folder)
    assert (report.added, report.unchanged) == (1, 1)
    assert report.reasons == {"duplicate_id": 2}
    assert report.passed_over == {"repeated rows of organizations": 1}
    assert stored(store)["1"]["organization"] == "Singers"


def test_tables_that_no_service_needs_are_counted(store: Store, folder: Path) -> None:
    write_table(folder, "services", CHOIR)
    write_table(folder, "funding", {"id": "f", "service_id": "1"}, {"id": "g"})
    write_table(folder, "taxonomy", {"id": "t", "name": "Arts"})
    write_table(folder / "more", "notes", {"id": "n"})
    write(folder, "The choir's data", "README.txt")
    write(folder, {"name": "package", "resources": []}, "datapackage.json")
    report = load(store, folder)
    assert (report.read, report.added) == (1, 1)
    assert report.passed_over == {
        "rows of funding": 2, "taxonomy that no service names": 1, "tables without services": 1,
        ".txt files": 1, "description files": 1,
    }  # fmt: skip
    assert report.as_dict()["passed_over"] == dict(report.passed_over)


@pytest.mark.parametrize(
    ("own", "rows", "ages"),
    [
        ({"minimum_age": "18", "maximum_age": "65"}, [], (18, 65)),
        ({"min_age": "50+", "max_age": ""}, [], (50, None)),
        ({}, [{"minimum_age": "18", "maximum_age": "25"}], (18, 25)),
        ({"minimum_age": "", "maximum_age": ""}, [{"min_age": "60", "max_age": ""}], (60, None)),
        ({"minimum_age": "-1"}, [{"minimum_age": "16 years"}, {"minimum_age": "55"}], (16, None)),
        ({"minimum_age": "21"}, [{"minimum_age": "18"}], (21, None)),
        ({"minimum_age": "", "alert": "New"}, [{"minimum_age": "18"}, {}], (None, None)),
    ],
)
def test_ages_are_read_from_the_service_or_its_eligibility(
    store: Store,
    folder: Path,
    own: dict[str, str],
    rows: list[dict[str, str]],
    ages: tuple[int | None, int | None],
) -> None:
    write_table(folder, "services", {**CHOIR, **own})
    columns = ("id", "service_id", "eligibility", "minimum_age", "maximum_age", "min_age",
               "max_age")  # fmt: skip
    for number, row in enumerate(rows):
        row.update(id=str(number), service_id="1")
    if rows:
        blank = [k for k in columns if any(k in row for row in rows)]
        write_table(folder, "eligibility", *({k: row.get(k, "") for k in blank} for row in rows))
    load(store, folder)
    listing = stored(store)["1"]
    assert (listing.get("min_age"), listing.get("max_age")) == ages


def test_schedules_and_closed_days_go_to_the_service_or_the_place_they_name(
    store: Store, folder: Path
) -> None:
    write_table(folder, "services", CHOIR)
    write_table(folder, "services_at_location", {"id": "sl", "service_id": "1", "location_id": "l"})
    write_table(folder, "locations", {"id": "l", "name": "Hall"})
    link = {"service_id": "", "location_id": "", "service_at_location_id": ""}
    write_table(
        folder,
        "regular_schedules",
        {"id": "1", **link, "service_id": "1", "weekday": "1", "opens_at": "10:00"},
        {"id": "2", **link, "service_id": "1", "location_id": "l", "weekday": "2",
         "opens_at": "10:00"},
        {"id": "3", **link, "service_at_location_id": "sl", "weekday": "3", "opens_at": "10:00"},
        {"id": "4", **link, "location_id": "l", "weekday": "4", "opens_at": "10:00"},
    )  # fmt: skip
    write_table(
        folder,
        "holiday_schedules",
        {"id": "1", **link, "service_id": "1", "closed": "TRUE", "start_date": "2026-12-24",
         "end_date": "2026-12-26"},
        {"id": "2", **link, "location_id": "l", "closed": "t", "start_date": "2027-02-01",
         "end_date": "2027-02-05"},
        {"id": "3", **link, "service_id": "1", "closed": "false", "start_date": "2027-05-03",
         "end_date": "2027-05-03"},
    )  # fmt: skip
    assert load(store, folder).reasons == {}
    found = {
        day: (row.get("location"), [date.fromisoformat(d[0]) for d in row["closed"]])
        for row in stored(store)["1"]["schedules"]
        for day in row["byday"]
    }
    christmas, winter = date(2026, 12, 24), date(2027, 2, 1)
    assert found == {
        "MO": (None, [christmas]),
        "TU": ("l", [christmas, winter]),
        "WE": ("l", [christmas, winter]),
        "TH": ("l", [christmas, winter]),
    }


def test_tables_in_one_json_file_are_joined_whatever_their_names(
    store: Store, folder: Path
) -> None:
    package = {
        "organization": [{"id": "o", "name": "Singers"}],
        "services": [{**CHOIR, "minimum_age": 18}, "no row"],
        "phone": [{"id": "p", "service_id": "1", "number": "01494 677266"}],
    }
    report = load(store, write(folder, package))
    assert (report.added, report.reasons) == (1, {"not_an_object": 1})
    listing = stored(store)["1"]
    assert (listing["organization"], listing["min_age"]) == ("Singers", 18)
    assert listing["phones"][0][1] == "+441494677266"


CELLS = st.sampled_from(["1", "2", "gone", "", " ", "é", "\0", "o", "Choir", "07400 123456"])
COLUMNS = {
    "services": ["id", "organization_id", "name"],
    "organizations": ["id", "name"],
    "contacts": ["id", "service_id", "name"],
    "phones": ["id", "service_id", "contact_id", "number"],
    "services_at_location": ["id", "service_id", "location_id"],
    "locations": ["id", "organization_id"],
    "languages": ["service_id", "location_id", "language"],
    "holiday_schedules": ["service_id", "location_id", "service_at_location_id", "start_date"],
    "eligibility": ["id", "service_id", "minimum_age"],
}


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_row_is_in_a_service_or_in_quarantine_or_counted(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    rows: set[str] = set()
    for name, columns in COLUMNS.items():
        lines = [",".join(["row_id", *columns])]
        for _ in range(data.draw(st.integers(0, 4))):
            rows.add(row := f"row-{len(rows)}-")
            cells = data.draw(st.lists(CELLS, max_size=len(columns) + 1))
            lines.append(",".join([row, *cells]))
        (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    beside = Beside()
    read = [i.record for i in from_files(sources.entries(folder), Coverage(), beside)]
    told = json.dumps([r.raw if isinstance(r, Broken) else r for r in read])
    untold = {row for row in rows if row not in told}
    assert len(untold) == sum(beside.passed_over.values())
