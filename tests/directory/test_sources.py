"""Files, folders and ZIPs in any shape: each record is loaded, set aside, or told of."""

from __future__ import annotations

import copy
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.directory.importer import UnreadableSource, json_pages
from bot.directory.importer.broken import Broken
from bot.directory.importer.paging import Coverage
from bot.directory.importer.sources import entries
from tests.directory.conftest import Store, location_of, make_service
from tests.directory.importing import load, page, set_aside, stored, write, write_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a source is put, away from the store."""
    (tmp_path / "source").mkdir()
    return tmp_path / "source"


def at_places(key: str, places: str) -> list[dict[str, Any]]:
    """A service as HSDS 3.0 lists it at each of its places."""
    service = make_service(key)
    ((link),) = service.pop("service_at_locations")
    service.pop("schedules")
    found = []
    for place in places:
        location = {**copy.deepcopy(link["location"]), "id": f"l-{place}", "name": f"Hall {place}"}
        schedule = {"freq": "WEEKLY", "byday": "MO", "opens_at": "10:00"}
        found.append(
            {
                "id": f"{key}-{place}",
                "location": location,
                "service": service,
                "schedules": [schedule],
            }
        )
    return found


# --- where the list is ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda s: {"records": s},
        lambda s: {"meta": {"licence": "OGL", "links": [{"rel": "self"}]}, "list": s},
        lambda s: {"data": {"page": 1, "contents": s}},
        lambda s: {"response": {"docs": [*s]}, "status": "ok"},
        lambda s: {"data": [], "services": s},
        lambda s: [{"id": "o", "name": "Walkers", "services": s}],
        lambda s: {"organizations": [{"id": "o", "name": "Walkers", "services": s}]},
        lambda s: [{"service": x} for x in s],
    ],
)
def test_a_list_is_found_where_it_is_not_expected(store: Store, folder: Path, wrapped: Any) -> None:
    report = load(store, write(folder, wrapped([make_service("a"), make_service("b")])))
    assert (report.added, report.reasons) == (2, {})


def test_a_wrapped_detail_is_one_record_and_never_the_whole_feed(
    store: Store, folder: Path
) -> None:
    report = load(store, write(folder, {"data": make_service("a"), "meta": {"licence": "OGL"}}))
    assert (report.added, report.whole) == (1, False)


@pytest.mark.parametrize("content", [{"error": "not found"}, {"total_items": 9, "contents": None}])
def test_a_page_without_a_list_is_set_aside(store: Store, folder: Path, content: Any) -> None:
    write(folder, page(make_service("a")), "1.json")
    write(folder, content, "2.json")
    report = load(store, folder)
    assert (report.added, report.reasons, report.whole) == (1, {"no_list": 1}, False)


def test_what_is_no_service_is_never_taken_for_one(store: Store, folder: Path) -> None:
    others = [
        {"id": "t", "name": "Arts", "description": "Arts", "uri": "https://x.org.uk/arts"},
        {"id": "u", "name": "Arts", "taxonomy": "local", "parent_id": None},
        {"id": "o", "name": "Walkers", "description": "A club", "website": "https://w.org.uk"},
        {"id": "l", "name": "Hall", "latitude": 51.7, "longitude": -0.6, "schedules": []},
        {"type": "object", "name": "service", "properties": {"id": {}}},
    ]
    report = load(store, write(folder, [make_service("a"), *others]))
    assert stored(store).keys() == {"a"}
    assert report.passed_over == {
        "taxonomy records": 2, "organization records": 1, "location records": 1,
        "description records": 1,
    }  # fmt: skip


def test_what_an_organisation_holds_beside_services_is_set_aside(
    store: Store, folder: Path
) -> None:
    services = [{"id": "a", "name": "Walk", "organization": None}, "b", None]
    report = load(store, write(folder, [{"id": "o", "name": "Walkers", "services": services}]))
    assert (report.added, report.reasons) == (1, {"not_an_object": 2})
    assert stored(store)["a"]["organization"] == "Walkers"


# --- services at locations -----------------------------------------------------------------


@pytest.mark.parametrize("total", [4, 400])
def test_a_list_of_places_gives_each_service_once_with_all_its_places(
    store: Store, folder: Path, total: int
) -> None:
    items = [*at_places("a", "xyz"), *at_places("b", "x")]
    report = load(store, write(folder, page(items[0], items[3], *items[1:3], total=total)))
    assert (report.read, report.added, report.whole) == (2, 2, total == 4)
    found = stored(store)
    assert [loc["name"][-1] for loc in found["a"]["locations"]] == ["x", "y", "z"]
    assert [row["location"] for row in found["a"]["schedules"]] == ["l-x", "l-y", "l-z"]
    assert load(store, folder).unchanged == 2


@pytest.mark.parametrize("names", [("services.json", "z.json"), ("services.json", "a.json")])
def test_places_listed_apart_are_put_to_their_services(
    store: Store, folder: Path, names: tuple[str, str]
) -> None:
    entry = make_service("a", service_at_locations=None)
    write(folder, page(entry, make_service("b")), names[0])
    loose = {"id": "n", "service_id": "gone", "location": {"id": "l-n"}}
    write(folder, page(*at_places("a", "xy"), *at_places("c", "x"), loose), names[1])
    report = load(store, folder)
    assert (report.added, report.reasons) == (3, {"parent_missing": 1})
    found = stored(store)
    assert [loc["name"][-1] for loc in found["a"]["locations"]] == ["x", "y"]
    assert {row["byday"][0] for row in found["a"]["schedules"]} == {"TU", "MO"}
    assert found["c"]["name"] == "Tuesday Walking Group"


# --- mixtures ------------------------------------------------------------------------------


def test_tables_pages_and_archives_in_one_folder_are_all_read(store: Store, folder: Path) -> None:
    write_table(folder / "tables", "services", {"id": "1", "name": "Choir", "status": "active"})
    write(folder, page(make_service("a")), "page.json")
    write(folder, page(make_service("b")), "page.JSON.bak")
    write(folder, "<html>", "index.html")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("c.json", json.dumps(page(make_service("c"))))
        archive.writestr("../../etc/passwd.json", json.dumps(page(make_service("d"))))
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 no more")
    report = load(store, folder)
    assert stored(store).keys() == {"1", "a", "b", "c", "d"}
    assert report.passed_over == {".html files": 1}
    assert report.reasons == {"file_not_readable": 1}
    assert not (folder.parent.parent / "etc").exists()


def test_a_list_is_not_cut_short_by_the_totals_of_other_lists(store: Store, folder: Path) -> None:
    write(folder, page(make_service("a")), "services.json")
    term = {"id": "t", "name": "Arts", "taxonomy": "local"}
    write(folder, page(term, total=2_000), "taxonomy_terms.json")
    assert load(store, folder).whole


# --- damage --------------------------------------------------------------------------------


def archive_of(folder: Path, **texts: str) -> Path:
    path = folder / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.json", text)
    return path


def test_a_damaged_member_of_a_zip_is_told_of_and_the_others_are_read(
    store: Store, folder: Path
) -> None:
    many = json.dumps(page(*(make_service(f"b{n}") for n in range(40))))
    path = archive_of(folder, a=json.dumps(page(make_service("a"))), b=many)
    data = bytearray(path.read_bytes())
    middle = data.find(b"b.json") + 400
    data[middle : middle + 8] = b"\xff" * 8
    path.write_bytes(bytes(data))
    report = load(store, path)
    assert "a" in stored(store) and not report.whole
    assert report.reasons["file_not_readable"] == 1
    assert any(detail.startswith("b.json") for _, detail, _ in set_aside(store))


def test_a_zip_cut_short_is_refused_with_its_reason(store: Store, folder: Path) -> None:
    path = archive_of(folder, a=json.dumps(page(make_service("a"))))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableSource, match="damaged"):
        load(store, path)


def test_an_archive_made_to_fill_the_disk_is_refused(store: Store, folder: Path) -> None:
    path = archive_of(folder, a=" " * 120_000_000)
    with pytest.raises(UnreadableSource, match="times its size"):
        load(store, path)


def test_a_table_is_read_up_to_its_damage(store: Store, folder: Path) -> None:
    rows = "\n".join(f"{n},Choir {n},{n * 7919}" for n in range(200_000))
    path = folder / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", f"id,name,note\n{rows}")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 8] = b"\xff" * 8
    path.write_bytes(bytes(data))
    found = [thing for thing in _records(path) if not isinstance(thing, Broken)]
    assert 1_000 < len(found) < 200_000
    assert [r.reason for r in _records(path) if isinstance(r, Broken)] == ["file_not_readable"]


def _records(path: Path) -> list[Any]:
    from bot.directory.importer.incoming import from_files

    return [i.record for i in from_files(entries(path), Coverage(), json_pages.Beside())]


@pytest.mark.parametrize("value", ["9" * 5_000, "-" + "9" * 100_000, "9" * 5_000 + ".5e99"])
def test_a_number_without_end_loses_nothing(store: Store, folder: Path, value: str) -> None:
    text = json.dumps(page(make_service("a"), make_service("b", minimum_age="@")))
    report = load(store, write(folder, text.replace('"@"', value)))
    assert (report.added, report.reasons) == (2, {})
    assert "min_age" not in stored(store)["b"]


@pytest.mark.parametrize("depth", [700, 950, 5_000, 200_000])
@pytest.mark.parametrize("brackets", ["[]", '{"a":}'])
def test_a_record_nested_without_end_loses_only_itself(
    store: Store, folder: Path, depth: int, brackets: str
) -> None:
    opening, closing = brackets[:-1], brackets[-1]
    deep = opening * depth + "1" + closing * depth
    services = [make_service("a"), make_service("b", extra="@"), make_service("c")]
    report = load(store, write(folder, json.dumps(page(*services)).replace('"@"', deep)))
    assert stored(store).keys() >= {"a", "c"}
    assert report.read == 3
    assert set(report.reasons) <= {"nested_too_deeply"}
    assert [key in stored(store) for key in "b"] == [not report.reasons]


def test_many_broken_records_lose_no_whole_one(store: Store, folder: Path) -> None:
    records = [json.dumps(make_service(f"s{n}", extra="x" * 400)) for n in range(60)]
    for n in range(0, 60, 3):
        records[n] = records[n].replace('"status":', '"status"', 1)
    report = load(store, write(folder, '{"contents": [' + ",".join(records) + "]}"))
    assert stored(store).keys() == {f"s{n}" for n in range(60) if n % 3}
    assert report.reasons == {"broken_json": 20}
    assert "at character" in set_aside(store)[0][1]


def test_scant_records_after_a_broken_one_are_found_too(store: Store, folder: Path) -> None:
    records = [json.dumps({"name": f"Choir {n}", "id": str(n), "about": "x"}) for n in range(5)]
    records[2] = records[2].replace(":", "", 1)
    assert load(store, write(folder, "[" + ",".join(records) + "]")).added == 4


@pytest.mark.parametrize("between", ["\n", "", " ,\n"])
def test_pages_one_after_the_other_in_a_file_are_read(
    store: Store, folder: Path, between: str
) -> None:
    texts = [json.dumps(page(make_service(key), total=3), indent=1) for key in "abc"]
    report = load(store, write(folder, between.join(texts)))
    assert (report.added, report.reasons, report.whole) == (3, {}, True)


def test_a_broken_line_among_lines_loses_only_itself(store: Store, folder: Path) -> None:
    lines = [json.dumps(page(make_service("a"))), '{"id": "b", "name": "Unclosed',
             json.dumps(make_service("c")), "oops", json.dumps([make_service("d")])]  # fmt: skip
    report = load(store, write(folder, "\n".join(lines), "feed.ndjson"))
    assert stored(store).keys() == {"a", "c", "d"}
    assert report.reasons == {"broken_json": 2}


# --- big files are read as small ones are --------------------------------------------------


def _read(path: Path) -> tuple[list[Any], Coverage, json_pages.Beside]:
    coverage, beside = Coverage(), json_pages.Beside()
    (entry,) = entries(path)
    found = [i for listed in json_pages.pages(entry, coverage, beside) for i in listed.items]
    return found, coverage, beside


@pytest.mark.parametrize("chunk", [7, 64, 1 << 20])
def test_a_big_file_gives_what_a_small_one_gives(
    folder: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    services = [make_service(f"s{n}") for n in range(5)]
    pages: list[Any] = [
        page(*services, total=123_456),
        services,
        {"meta": {"links": [{"rel": "x"}]}, "records": services, "total": 5},
        {"data": {"contents": services}},
        page(*at_places("a", "xyz"), total=9),
    ]
    for number, content in enumerate(pages):
        path = write(folder / str(number), content)
        small, told, beside = _read(path)
        monkeypatch.setattr(json_pages, "WHOLE_FILE_BYTES", 10)
        monkeypatch.setattr(json_pages, "_CHUNK", chunk)
        monkeypatch.setattr(json_pages, "_MAX_RECORD", 5_000)
        big, told_too, beside_too = _read(path)
        monkeypatch.undo()
        assert big == small
        assert (told_too.lacks(5), beside_too.lacks()) == (told.lacks(5), beside.lacks())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_damage_to_a_page_ends_in_records_and_reasons(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("page")
    text = json.dumps(page(*(make_service(f"s{n}") for n in range(3))))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        junk = data.draw(
            st.sampled_from(["", '"', "{", "}", "[", "]", "\\", ",", "\n", "\0", "}]"])
        )
        text = text[:at] + junk + text[at + data.draw(st.integers(0, 40)) :]
    found, coverage, _ = _read(write(folder, text))
    whole = [i for i in found if isinstance(i, dict) and str(i.get("id")).startswith("s")]
    broken = [i for i in found if isinstance(i, Broken)]
    # What the report tells: a page whose total does not come is not all of the feed.
    assert len(whole) == 3 or broken or coverage.lacks(len(found)) or len(found) >= 3
    assert all(b.reason in ("broken_json", "nested_too_deeply", "no_list") for b in broken)


def test_a_bracket_too_many_does_not_hide_what_follows(store: Store, folder: Path) -> None:
    text = json.dumps(page(*(make_service(key) for key in "abc")))
    for number, mark in enumerate(('"first_page"', '"contents"', ', {"id": "b"')):
        at = text.index(mark)
        found, coverage, _ = _read(write(folder, text[:at] + "}" + text[at:], f"{number}.json"))
        services = [i["id"] for i in found if isinstance(i, dict)]
        assert services == ["a", "b", "c"]
        assert not coverage.whole


def test_addresses_keep_their_words_in_any_encoding(store: Store, folder: Path) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-32-be", "utf-8-sig", "cp1252"):
        record = make_service(encoding)
        location_of(record)["addresses"][0]["address_1"] = "Café Zoë"
        text = json.dumps(page(record), ensure_ascii=False)
        (folder / f"{encoding}.json").write_bytes(text.encode(encoding))
    assert load(store, folder).added == 5
    for listing in stored(store).values():
        assert listing["locations"][0]["address"] == "Café Zoë, Chesham"
