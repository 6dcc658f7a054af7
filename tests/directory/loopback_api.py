"""An Open Referral API on a loopback port, that can be told to misbehave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

CHILDREN = ("schedules", "contacts", "service_at_locations")
Envelope = Callable[[int, int, int], dict[str, Any]]
"""From a page's number and the counts of pages and services: what stands beside its list."""


@dataclass
class Answer:
    """What a call is answered with; ``body`` is sent as JSON unless it is bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def oruk_3(number: int, pages: int, services: int) -> dict[str, Any]:
    """The envelope of Open Referral UK 3.0."""
    return {
        "total_items": services, "total_pages": pages, "page_number": number,
        "first_page": number == 1, "last_page": number >= pages,
    }  # fmt: skip


@dataclass
class LoopbackApi:
    """Services in pages, with details by id.

    Attributes:
        services: whole records; the list has them without their children.
        listed_whole: the list has the children too, so that no details are asked for.
        envelope: what a page says of the list.
        list_key: under which a page has its list; "" for a bare list.
        validators: "etag" or "modified" to answer "not modified" to who knows a page.
        changed_at: ``Last-Modified`` of all pages.
        details: whether details are there.
        instead: answers by path ("/services/a") or page number, each given as often as it says.
        asked: path and query of every call; ``sent_pages`` the numbers of pages sent in full.
    """

    services: list[dict[str, Any]]
    per_page: int = 2
    listed_whole: bool = False
    envelope: Envelope = oruk_3
    list_key: str = "contents"
    validators: str = ""
    changed_at: str = "Mon, 02 Nov 2026 08:00:00 GMT"
    details: bool = True
    instead: dict[str | int, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent_pages: list[int] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    url: str = ""

    def details_asked(self) -> list[str]:
        """The ids whose details were asked for."""
        paths = [urlsplit(call).path for call in self.asked]
        return [path.rsplit("/", 1)[1] for path in paths if "/services/" in path]

    def pages_asked(self) -> list[int]:
        """The numbers of the pages that were asked for."""
        calls = [urlsplit(call) for call in self.asked]
        return [int(parse_qs(c.query)["page"][0]) for c in calls if c.path.endswith("/services")]

    def answer(self, target: str, headers: Any) -> Answer:
        """The answer to one call."""
        self.asked.append(target)
        self.agents.add(headers.get("User-Agent", ""))
        parts = urlsplit(target)
        path = parts.path.removeprefix("/oruk")
        number = int(parse_qs(parts.query).get("page", ["1"])[0])
        for key in (path, number) if path == "/services" else (path,):
            if self.instead.get(key):
                return self.instead[key].pop(0)
        if path == "/services":
            return self._unless_known(number, headers)
        found = [s for s in self.services if f"/services/{s['id']}" == path]
        return Answer(body=found[0]) if found and self.details else Answer(404)

    def _unless_known(self, number: int, headers: Any) -> Answer:
        answer = Answer(body=self._page(number))
        if self.validators == "etag":
            etag = f'"{hashlib.sha256(json.dumps(answer.body).encode()).hexdigest()[:12]}"'
            answer.headers["ETag"] = etag
            if headers.get("If-None-Match") == etag:
                return Answer(304, headers=answer.headers)
        if self.validators == "modified":
            answer.headers["Last-Modified"] = self.changed_at
            if headers.get("If-Modified-Since") == self.changed_at:
                return Answer(304, headers=answer.headers)
        self.sent_pages.append(number)
        return answer

    def _page(self, number: int) -> Any:
        start = (number - 1) * self.per_page
        pages = -(-len(self.services) // self.per_page)
        hidden = () if self.listed_whole else CHILDREN
        rows = [
            {k: v for k, v in s.items() if k not in hidden} if isinstance(s, dict) else s
            for s in self.services[start : start + self.per_page]
        ]
        if not self.list_key:
            return rows
        return {**self.envelope(number, pages, len(self.services)), self.list_key: rows}


@contextmanager
def serving(api: LoopbackApi) -> Iterator[LoopbackApi]:
    """The API on a port of this machine, at ``api.url``, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = api.answer(self.path, self.headers)
            body = (
                answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            )
            body = b"" if answer.status == 304 else body
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}/oruk"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
