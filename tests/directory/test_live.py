"""A live API: paging, details, retries, politeness."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

from bot.directory.importer import ImportReport, UnreadableSource, import_source, live
from tests.directory.conftest import Store, make_service

CHILDREN = ("schedules", "contacts", "service_at_locations")


class Server:
    """An ORUK API in this process; counts what it is asked."""

    def __init__(self, services: list[dict[str, Any]], per_page: int = 2) -> None:
        self.services = services
        self.per_page = per_page
        self.asked: list[str] = []
        self.fail_first = 0
        self.says_last = True
        self.details = True
        self.has_etags = False
        self.sent_pages: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path + "?" + request.url.query.decode())
        if self.fail_first:
            self.fail_first -= 1
            return httpx.Response(503, headers={"Retry-After": "0"})
        if request.url.path == "/oruk/services":
            return self._list_unless_known(request)
        key = request.url.path.rsplit("/", 1)[1]
        match = [s for s in self.services if s["id"] == key]
        if not match or not self.details:
            return httpx.Response(404)
        return httpx.Response(200, json=match[0])

    def _list_unless_known(self, request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        answer = self._list(number)
        if not self.has_etags:
            return answer
        etag = f'"{hashlib.sha256(answer.content).hexdigest()[:12]}"'
        if request.headers.get("If-None-Match") == etag:
            return httpx.Response(304, headers={"ETag": etag})
        self.sent_pages.append(number)
        answer.headers["ETag"] = etag
        return answer

    def _list(self, number: int) -> httpx.Response:
        start = (number - 1) * self.per_page
        rows = [
            {k: v for k, v in s.items() if k not in CHILDREN}
            for s in self.services[start : start + self.per_page]
        ]
        page: dict[str, Any] = {"contents": rows, "page_number": number}
        if self.says_last:
            page["total_items"] = len(self.services)
            page["last_page"] = start + self.per_page >= len(self.services)
        return httpx.Response(200, json=page)

    def detail_calls(self) -> list[str]:
        return [a for a in self.asked if "/services/" in a]


def crawl(store: Store, server: Server, **more: Any) -> ImportReport:
    server.asked.clear()
    server.sent_pages.clear()
    client = httpx.Client(transport=httpx.MockTransport(server))
    api = live.Api("https://directory.gov.uk/oruk", pause=0.0, client=client)
    return import_source(
        "https://directory.gov.uk/oruk", feed="live", session_factory=store, api=api, **more
    )


def test_all_pages_and_details_are_read_and_changes_alone_the_next_time(store: Store) -> None:
    server = Server([make_service(k) for k in "abcde"])
    first = crawl(store, server)
    assert (first.added, first.whole) == (5, True)
    assert len(server.detail_calls()) == 5
    second = crawl(store, server)
    assert (second.unchanged, second.changed) == (5, 0)
    assert server.detail_calls() == []
    server.services[2]["last_modified"] = "2026-11-20T08:00:00Z"
    third = crawl(store, server)
    assert (third.unchanged, third.changed) == (4, 1)
    assert [c.split("?")[0] for c in server.detail_calls()] == ["/oruk/services/c"]


def test_a_page_that_was_not_modified_is_not_sent_again(store: Store) -> None:
    server = Server([make_service(k) for k in "abcde"])
    server.has_etags = True
    assert crawl(store, server).added == 5
    assert server.sent_pages == [1, 2, 3]
    second = crawl(store, server)
    assert (second.read, second.unchanged, second.whole) == (5, 5, True)
    assert (server.sent_pages, server.detail_calls()) == ([], [])
    server.services[2]["name"] = "A new name"
    third = crawl(store, server)
    assert (third.unchanged, third.changed) == (4, 1)
    assert server.sent_pages == [2]


def test_what_is_missing_closes_although_other_pages_were_not_modified(store: Store) -> None:
    server = Server([make_service(k) for k in "abcdef"])
    server.has_etags = True
    crawl(store, server)
    del server.services[5]
    assert [crawl(store, server).closed for _ in range(3)] == [0, 1, 0]


def test_a_page_is_read_again_until_all_of_it_was_used(store: Store) -> None:
    server = Server([make_service("a"), make_service("b"), make_service("c")])
    server.has_etags = True
    server.details = False
    assert crawl(store, server).repairs["detail_missing"] == 3
    server.details = True
    assert crawl(store, server).changed == 3
    assert server.sent_pages == [1, 2]
    assert (crawl(store, server).unchanged, server.sent_pages) == (3, [])


def test_an_import_that_was_cut_off_asks_for_no_detail_twice(store: Store) -> None:
    server = Server([make_service(f"s{n:03}") for n in range(600)], per_page=50)
    server.has_etags = True

    def cut_off(report: ImportReport) -> None:
        assert (report.expected, report.seconds_left is not None) == (600, True)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl(store, server, progress=cut_off)
    before = {a.split("?")[0] for a in server.detail_calls()}
    assert 0 < len(before) < 600
    again = crawl(store, server)
    assert again.whole and again.read == 600 and again.quarantined_count == 0
    asked = {a.split("?")[0] for a in server.detail_calls()}
    assert not asked & before
    assert len(asked | before) == 600


def test_a_busy_server_is_asked_again(store: Store) -> None:
    server = Server([make_service("a")])
    server.fail_first = 3
    assert crawl(store, server).added == 1


def test_a_feed_that_never_says_last_still_ends(store: Store) -> None:
    server = Server([make_service(k) for k in "abc"])
    server.says_last = False
    assert crawl(store, server).added == 3
    assert len(server.asked) < 10


def test_without_details_the_list_entry_is_kept_and_asked_for_again(store: Store) -> None:
    server = Server([make_service("a")])
    server.details = False
    report = crawl(store, server)
    assert report.added == 1 and report.repairs["detail_missing"] == 1
    server.details = True
    assert crawl(store, server).changed == 1
    assert crawl(store, server).unchanged == 1


def test_a_record_met_twice_while_pages_move_counts_once(store: Store) -> None:
    server = Server([make_service(k) for k in ("a", "b", "b", "c")])
    report = crawl(store, server)
    assert (report.added, report.unchanged, report.reasons) == (3, 1, {})


def test_what_is_no_api_is_refused(store: Store) -> None:
    client = httpx.Client(
        transport=httpx.MockTransport(lambda r: httpx.Response(200, text="<html>"))
    )
    api = live.Api("https://www.gov.uk", pause=0.0, client=client)
    with pytest.raises(UnreadableSource, match="not JSON"):
        import_source("https://www.gov.uk", feed="x", session_factory=store, api=api)
