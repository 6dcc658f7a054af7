"""A live API: paging, details, retries, politeness, and going on after an interruption."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from bot.directory import stewardship
from bot.directory.importer import (
    ImportReport,
    UnreadableSource,
    import_source,
    live,
    prepare,
)
from bot.store.base import now
from bot.store.directory import FeedRow, QuarantineRow, ServiceRow
from tests.directory.conftest import Store, make_service
from tests.directory.loopback_api import Answer, Envelope, LoopbackApi, serving

SAYS_NOTHING: Envelope = lambda number, pages, services: {}  # noqa: E731


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    """Ends the servers of a test."""
    with ExitStack() as stack:
        yield stack


def serve(servers: ExitStack, keys: str | list[Any], **more: Any) -> LoopbackApi:
    services = [make_service(k) if isinstance(k, str) else k for k in keys]
    return servers.enter_context(serving(LoopbackApi(services, **more)))


def crawl(
    store: Store,
    server: LoopbackApi,
    *,
    at: str = "",
    waits: list[float] | None = None,
    pause: float = 0.0,
    **more: Any,
) -> ImportReport:
    """One import, without waiting; ``waits`` gets what would have been waited for."""
    server.asked.clear()
    server.sent_pages.clear()
    slept: list[float] = [] if waits is None else waits
    client = httpx.Client(trust_env=False, headers={"User-Agent": live.USER_AGENT})
    with client:
        url = server.url + at
        api = live.Api(url, pause=pause, client=client, sleep=slept.append)
        return import_source(url, feed="live", session_factory=store, api=api, **more)


def open_services(store: Store) -> set[str]:
    with store() as session:
        query = select(ServiceRow.source_id).where(ServiceRow.closed_at.is_(None))
        return set(session.scalars(query))


def interrupted(store: Store) -> bool:
    with store() as session:
        (feed,) = stewardship.feeds(session)
        return feed.interrupted


# --- pages and details ---------------------------------------------------------------------


def test_all_pages_and_details_are_read_and_changes_alone_the_next_time(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, "abcde")
    first = crawl(store, server)
    assert (first.added, first.whole) == (5, True)
    assert server.details_asked() == list("abcde")
    second = crawl(store, server)
    assert (second.unchanged, second.changed) == (5, 0)
    assert server.details_asked() == []
    server.services[2]["last_modified"] = "2026-11-20T08:00:00Z"
    third = crawl(store, server)
    assert (third.unchanged, third.changed) == (4, 1)
    assert server.details_asked() == ["c"]


@pytest.mark.parametrize("validators", ["etag", "modified"])
def test_a_page_that_was_not_modified_is_not_sent_again(
    store: Store, servers: ExitStack, validators: str
) -> None:
    server = serve(servers, "abcde", validators=validators)
    assert crawl(store, server).added == 5
    assert server.sent_pages == [1, 2, 3]
    second = crawl(store, server)
    assert (second.read, second.unchanged, second.whole) == (5, 5, True)
    assert (server.sent_pages, server.details_asked()) == ([], [])
    server.services[2]["name"] = "A new name"
    server.changed_at = "Tue, 03 Nov 2026 08:00:00 GMT"
    third = crawl(store, server)
    assert (third.unchanged, third.changed) == (4, 1)
    assert server.sent_pages == ([2] if validators == "etag" else [1, 2, 3])
    assert server.details_asked() == ["c"]


def test_what_is_missing_closes_although_other_pages_were_not_modified(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, "abcdef", validators="etag")
    crawl(store, server)
    del server.services[5]
    assert [crawl(store, server).closed for _ in range(3)] == [0, 1, 0]


def test_a_page_is_read_again_until_all_of_it_was_used(store: Store, servers: ExitStack) -> None:
    server = serve(servers, "abc", validators="etag", details=False)
    assert crawl(store, server).repairs["detail_missing"] == 3
    server.details = True
    assert crawl(store, server).changed == 3
    assert server.sent_pages == [1, 2]
    assert (crawl(store, server).unchanged, server.sent_pages) == (3, [])


def test_without_details_the_list_entry_is_kept_and_asked_for_again(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, "a", details=False)
    report = crawl(store, server)
    assert report.added == 1 and report.repairs["detail_missing"] == 1
    server.details = True
    assert crawl(store, server).changed == 1
    assert crawl(store, server).unchanged == 1


def test_a_new_version_of_the_importer_reads_all_anew(
    store: Store, servers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(servers, "abc", validators="etag")
    crawl(store, server)
    monkeypatch.setattr(live, "_BY_THIS_VERSION", "another-")
    monkeypatch.setattr(prepare, "IMPORTER_VERSION", 0)
    assert crawl(store, server).changed == 3
    assert (server.sent_pages, server.details_asked()) == ([1, 2], ["a", "b", "c"])
    assert crawl(store, server).unchanged == 3
    assert (server.sent_pages, server.details_asked()) == ([], [])


def test_a_record_met_twice_while_pages_move_counts_once(store: Store, servers: ExitStack) -> None:
    report = crawl(store, serve(servers, "abbc"))
    assert (report.added, report.unchanged, report.reasons) == (3, 1, {})


@pytest.mark.parametrize(
    "envelope",
    [
        lambda number, pages, services: {"totalElements": services, "totalPages": pages},
        lambda number, pages, services: {"totalPages": str(pages)},
        lambda number, pages, services: {"page": {"number": number, "totalPages": pages}},
        lambda number, pages, services: {"meta": {"current_page": number, "last_page": pages}},
        lambda number, pages, services: {
            "count": services, "next": f"?page={number + 1}" if number < pages else None,
        },
    ],
    ids=["ORUK 1.0", "as text", "Spring", "meta", "Django"],
)  # fmt: skip
def test_each_dialect_tells_how_many_pages_there_are(
    store: Store, servers: ExitStack, envelope: Envelope
) -> None:
    server = serve(servers, "abcde", envelope=envelope, list_key="content", listed_whole=True)
    report = crawl(store, server)
    assert (report.added, report.lacking) == (5, "")
    assert server.pages_asked() == [1, 2, 3]


def test_a_total_of_records_goes_before_a_wrong_number_of_pages(
    store: Store, servers: ExitStack
) -> None:
    def envelope(number: int, pages: int, services: int) -> dict[str, Any]:
        return {"total_items": services, "total_pages": 1, "last_page": True}

    assert crawl(store, serve(servers, "abcde", envelope=envelope)).added == 5


@pytest.mark.parametrize("end", [Answer(404), Answer(200, {"contents": []}), Answer(200, {})])
def test_a_feed_that_never_says_last_still_ends(
    store: Store, servers: ExitStack, end: Answer
) -> None:
    server = serve(servers, "abc", envelope=SAYS_NOTHING, instead={3: [end]})
    report = crawl(store, server)
    assert (report.added, report.whole) == (3, True)
    assert server.pages_asked() == [1, 2, 3]


def test_bare_lists_are_paged_too(store: Store, servers: ExitStack) -> None:
    server = serve(servers, "abcde", list_key="", listed_whole=True)
    assert (crawl(store, server).added, server.pages_asked()) == (5, [1, 2, 3, 4])


def test_a_server_that_knows_no_pages_is_asked_once_more_and_not_for_ever(
    store: Store, servers: ExitStack
) -> None:
    rows = [make_service(k) for k in "abc"]
    same = [Answer(body=rows), Answer(body=[{**r, "seen": 2} for r in reversed(rows)])]
    server = serve(servers, "", instead={1: same[:1], 2: same[1:]})
    report = crawl(store, server)
    assert (report.added, report.whole, server.pages_asked()) == (3, True, [1, 2])


def test_the_query_of_the_address_goes_with_every_call(store: Store, servers: ExitStack) -> None:
    server = serve(servers, "abc")
    crawl(store, server, at="/services?taxonomy_id=7&text=a%26b&per_page=100&page=9")
    assert server.pages_asked() == [1, 2]
    assert len(server.asked) == 5
    assert all("taxonomy_id=7&text=a%26b" in call for call in server.asked)
    lists = [call for call in server.asked if "/services?" in call]
    assert all("per_page=100" in call and "per_page=50" not in call for call in lists)


def test_what_is_no_api_is_refused(store: Store, servers: ExitStack) -> None:
    server = serve(servers, "", instead={1: [Answer(body=b"<html>")]})
    with pytest.raises(UnreadableSource, match=r"not JSON|a web page"):
        crawl(store, server)
    server.instead = {1: [Answer(body={"message": "Not for you"})]}
    with pytest.raises(UnreadableSource, match="no list of services"):
        crawl(store, server)


# --- a full crawl, and what only looks like one ---------------------------------------------


@pytest.mark.parametrize("page", [{"contents": []}, {"contents": [], "total_items": 0}, []])
def test_an_empty_list_is_refused_and_changes_nothing(
    store: Store, servers: ExitStack, page: Any
) -> None:
    server = serve(servers, ["a", "b", {"id": "broken"}], listed_whole=True)
    crawl(store, server)
    for _ in range(3):
        server.instead = {1: [Answer(body=page)]}
        with pytest.raises(UnreadableSource, match="holds no services"):
            crawl(store, server)
    assert open_services(store) == {"a", "b"}
    with store() as session:
        assert session.scalars(select(QuarantineRow.source_id)).all() == ["broken"]
        assert set(session.scalars(select(ServiceRow.missed))) == {0}


def test_a_list_that_ends_before_its_last_page_closes_nothing(
    store: Store, servers: ExitStack
) -> None:
    def envelope(number: int, pages: int, services: int) -> dict[str, Any]:
        return {"total_pages": 3}

    server = serve(servers, "abcde", envelope=envelope, listed_whole=True)
    crawl(store, server)
    for _ in range(3):
        server.instead = {3: [Answer(body={"contents": [], "total_pages": 3})]}
        report = crawl(store, server)
        assert (report.closed, report.lacking) == (0, "2 of 3 pages came")


def test_a_page_that_cannot_be_read_is_passed_over_and_told(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, "abcdef", listed_whole=True)
    for _ in range(3):
        server.instead = {2: [Answer(500)] * 5}
        report = crawl(store, server)
        assert report.lacking == "page 2 could not be read (the server answered 500)"
        assert (report.read, report.stopped_at, report.closed) == (4, None, 0)
    assert crawl(store, server).added == 2


@pytest.mark.parametrize("broken", [{"name": None}, {"id": None}], ids=["no name", "no id"])
def test_a_service_whose_record_breaks_is_not_absent(
    store: Store, servers: ExitStack, broken: dict[str, Any]
) -> None:
    server = serve(servers, [*"ab", make_service("c", name="Choir")], listed_whole=True)
    crawl(store, server)
    server.services[2] = make_service("c", **{"name": "Choir", **broken})
    for _ in range(3):
        report = crawl(store, server)
        assert (report.quarantined_count, report.closed, report.whole) == (1, 0, True)
    assert open_services(store) == {"a", "b", "c"}
    del server.services[2]
    assert [crawl(store, server).closed for _ in range(2)] == [0, 1]


def test_nothing_closes_while_a_broken_record_may_be_any_service(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, "abc", listed_whole=True)
    crawl(store, server)
    server.services[2] = None  # type: ignore[call-overload]
    for _ in range(3):
        report = crawl(store, server)
        assert report.closed == 0 and "may be any service" in report.lacking
    assert open_services(store) == {"a", "b", "c"}


def test_a_record_that_came_twice_does_not_stand_for_one_that_never_came(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, "abcd", listed_whole=True)
    crawl(store, server)
    # The list moved between two pages: "d" slipped away and "b" came again.
    server.services = [make_service(key) for key in "abbc"]
    for _ in range(3):
        report = crawl(store, server)
        assert (report.lacking, report.closed) == ("3 of 4 records came", 0)
    assert open_services(store) == {"a", "b", "c", "d"}


def test_details_in_a_wrapper_are_unwrapped_and_of_another_service_not_taken(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, "ab")
    other = make_service("z", name="Somebody else's")
    server.instead = {
        "/services/a": [Answer(body={"service": make_service("a", name=None)})],
        "/services/b": [Answer(body=other)],
    }
    assert crawl(store, server).repairs["detail_missing"] == 1
    assert open_services(store) == {"a", "b"}
    with store() as session:
        names = dict(session.execute(select(ServiceRow.source_id, ServiceRow.name)).all())
    # A name that the details leave empty is the list's.
    assert names == {key: make_service(key)["name"] for key in "ab"}


# --- politeness and patience ---------------------------------------------------------------


def test_calls_keep_a_pause_and_say_who_asks(store: Store, servers: ExitStack) -> None:
    server = serve(servers, "abc")
    waits: list[float] = []
    crawl(store, server, pause=1000.0, waits=waits)
    assert len(server.asked) == 5
    # The first call of all waits too: when the last one was is not known.
    assert sum(wait > 900 for wait in waits) >= 4
    assert server.agents == {live.USER_AGENT}


def test_a_busy_server_is_asked_again_after_growing_waits(store: Store, servers: ExitStack) -> None:
    server = serve(servers, "a", instead={1: [Answer(503)] * 4})
    waits: list[float] = []
    assert crawl(store, server, waits=waits).added == 1
    assert len(waits) == 4 and sorted(waits) == waits and waits[3] > 2 * waits[0]


def test_retry_after_is_obeyed_in_seconds_and_as_a_date(store: Store, servers: ExitStack) -> None:
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=90), usegmt=True)
    told = [Answer(429, headers={"Retry-After": when}) for when in ("7", soon)]
    server = serve(servers, "a", instead={1: told})
    waits: list[float] = []
    assert crawl(store, server, waits=waits).added == 1
    assert waits[0] == 7
    assert 7 < waits[1] <= 90


# --- going on ------------------------------------------------------------------------------


def test_a_crawl_that_is_cut_off_says_so_and_goes_on_at_its_page(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, [*"abcdefg", {"id": "h"}], listed_whole=True)
    server.instead = {3: [Answer(503)] * 5}
    first = crawl(store, server)
    assert (first.added, first.stopped_at) == (4, 3)
    assert first.lacking == "the crawl stopped at page 3 of 4 (the server answered 503)"
    assert interrupted(store)
    second = crawl(store, server)
    assert server.pages_asked() == [3, 4]
    assert (second.added, second.resumed_at, second.expected, second.lacking) == (3, 3, 4, "")
    assert not interrupted(store)
    third = crawl(store, server)
    assert (third.unchanged, third.resumed_at) == (7, None)


def test_a_crawl_in_two_parts_is_one_full_crawl(store: Store, servers: ExitStack) -> None:
    server = serve(servers, "abcdefgh", listed_whole=True)
    crawl(store, server)
    del server.services[0]
    closed = []
    for _ in range(2):
        server.instead = {3: [Answer(503)] * 5}
        closed += [crawl(store, server).closed, crawl(store, server).closed]
    assert closed == [0, 0, 0, 1]
    assert open_services(store) == set("bcdefgh")


def test_a_server_that_asks_for_a_long_wait_is_left_alone(store: Store, servers: ExitStack) -> None:
    server = serve(servers, "abcd", listed_whole=True)
    server.instead = {2: [Answer(429, headers={"Retry-After": "3600"})]}
    waits: list[float] = []
    report = crawl(store, server, waits=waits)
    assert (server.pages_asked(), waits, report.stopped_at) == ([1, 2], [], 2)
    assert "asks to come back in 3,600 seconds" in report.lacking


def test_a_server_that_stops_giving_details_ends_the_crawl_at_that_page(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, "abcdefghij", per_page=5)
    server.instead = {f"/services/{k}": [Answer(503)] * 9 for k in "ghij"}
    report = crawl(store, server)
    assert (report.stopped_at, set(server.details_asked())) == (2, set("abcdefghi"))
    server.instead = {}
    again = crawl(store, server)
    assert (server.pages_asked(), server.details_asked()) == ([2], list("ghij"))
    assert again.changed == 4 and again.whole


def test_details_that_one_service_lacks_do_not_end_the_crawl(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, "abcdef")
    server.instead = {f"/services/{k}": [Answer(500)] * 9 for k in "abcde"}
    report = crawl(store, server)
    assert (report.added, report.whole, report.repairs["detail_missing"]) == (6, True, 5)
    # Once it is plain that the server has none, each is asked for only once.
    assert server.details_asked().count("e") == 1


def test_an_import_that_was_killed_asks_for_no_page_and_no_detail_twice(
    store: Store, servers: ExitStack
) -> None:
    server = serve(servers, [f"s{n:02}" for n in range(40)], per_page=8)

    def killed(report: ImportReport) -> None:
        if report.read >= 16:
            assert (report.expected, report.seconds_left is not None) == (40, True)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl(store, server, progress=killed)
    before = set(server.details_asked())
    assert len(before) == 16
    assert interrupted(store)
    again = crawl(store, server)
    assert (again.resumed_at, again.read, again.whole) == (3, 24, True)
    assert server.pages_asked() == [3, 4, 5]
    assert len(before | set(server.details_asked())) == 40
    assert not before & set(server.details_asked())


def test_a_crawl_begins_anew_where_going_on_is_of_no_use(store: Store, servers: ExitStack) -> None:
    server = serve(servers, "abcdef", listed_whole=True)
    server.instead = {2: [Answer(503)] * 10}
    assert crawl(store, server).stopped_at == 2
    # It came no further: the page may never come.
    assert (crawl(store, server).stopped_at, server.pages_asked()) == (2, [2] * 5)
    server.instead = {3: [Answer(503)] * 5}
    assert (crawl(store, server).stopped_at, server.pages_asked()[0]) == (3, 1)
    # It stopped so long ago that the list is another one.
    with store() as session:
        session.execute(update(FeedRow).values(crawl_started_at=now() - timedelta(days=8)))
    report = crawl(store, server)
    assert (report.resumed_at, report.whole, report.read) == (None, True, 6)
