"""A live Open Referral API: pages one by one, and details only of what has changed.

Polite by default: a pause between calls, a name to complain to, retries with growing waits
that obey ``Retry-After``, and no page asked for twice. A page that the server says has not been
modified since the last crawl (RFC 9110, section 13) is not sent again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from bot.directory.importer.detect import is_envelope, page_items
from bot.directory.importer.hsds3 import Record
from bot.directory.importer.sources import Coverage, UnreadableSource, decode

USER_AGENT = "WISE-Companion-directory-import/1.0 (open-source; community directory reader)"
MAX_PAGES = 100_000
_CHILDREN = frozenset(
    {
        "service_at_locations",
        "schedules",
        "regular_schedules",
        "contacts",
        "cost_options",
        "locations",
    }
)
_WAIT = wait_exponential_jitter(initial=1, max=60)


@dataclass(frozen=True)
class PageNote:
    """What is kept of a page of a list, to ask later whether it has changed.

    Attributes:
        etag, last_modified: the server's validators; at least one is there.
        envelope: the page without what it listed.
        listed: id and hash of each entry, in order.
    """

    etag: str | None
    last_modified: str | None
    envelope: dict[str, Any]
    listed: tuple[tuple[str, str], ...]


class PageNotes(Protocol):
    """Where notes of a feed's pages are kept from one crawl to the next."""

    def recall(self, number: int) -> PageNote | None:
        """The note of a page; ``None`` unless all that it listed is stored just so."""

    def keep(self, number: int, note: PageNote | None) -> None:
        """Keep the note of a page, or forget the one that is there."""


@dataclass(frozen=True)
class Unmodified:
    """An entry of a page that has not been modified: its id, and its hash as it was."""

    key: str
    list_hash: str


@dataclass(frozen=True)
class _Page:
    """One page: its envelope (any value at all, from an unknown server) and what it lists."""

    envelope: Any
    entries: list[Any]
    mark: str
    note: PageNote | None = None
    is_modified: bool = True


class _Busy(Exception):
    """The server asks to come back later."""

    def __init__(self, status: int, after: float | None) -> None:
        super().__init__(f"the server answered {status}")
        self.after = after


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _Busy) and error.after is not None:
        return min(error.after, 120.0)
    return _WAIT(state)


@dataclass
class Api:
    """A client of one API.

    Args:
        url: the base ("https://host/o/OpenReferral/v3"), or the address of its services list.
        pause: seconds between calls.
        per_page: services asked for per page; the server may give fewer.
        attempts: tries for one call.
        client: an ``httpx.Client``, for tests and proxies; by default one is made.
    """

    url: str
    pause: float = 0.2
    per_page: int = 50
    attempts: int = 5
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(
            timeout=30.0, follow_redirects=True, headers={"User-Agent": USER_AGENT}
        )
    )
    coverage: Coverage = field(default_factory=Coverage)
    _last_call: float = 0.0

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    @property
    def list_url(self) -> str:
        """The address of the list of services."""
        parts = urlsplit(self.url)
        path = parts.path.rstrip("/")
        if not path.endswith("/services"):
            path += "/services"
        return urlunsplit((parts.scheme, parts.netloc, path, "", ""))

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, **parameters: Any
    ) -> httpx.Response:
        """One polite GET; "not modified" is an answer like any other.

        Raises:
            httpx.HTTPError: when the server cannot be reached or keeps failing.
        """
        for attempt in Retrying(
            stop=stop_after_attempt(self.attempts),
            wait=_wait,
            retry=retry_if_exception(lambda e: isinstance(e, _Busy | httpx.TransportError)),
            reraise=True,
        ):
            with attempt:
                rest = self.pause - (time.monotonic() - self._last_call)
                if rest > 0:
                    time.sleep(rest)
                self._last_call = time.monotonic()
                response = self.client.get(url, params=parameters or None, headers=headers)
                if response.status_code == 429 or response.status_code >= 500:
                    raise _Busy(response.status_code, _seconds(response.headers.get("Retry-After")))
        if response.status_code != httpx.codes.NOT_MODIFIED:
            response.raise_for_status()
        return response

    def items(self, notes: PageNotes | None = None) -> Iterator[Any]:
        """Every listed thing, page after page; the coverage knows whether all was seen.

        Feeds that do not say which page is last end with an empty page or a repeated one.

        Args:
            notes: of the last crawl. Entries of a page that the server says has not been
                modified come as ``Unmodified``.

        Raises:
            UnreadableSource: when the first page cannot be had or holds no list.
        """
        seen_pages: set[str] = set()
        for number in range(1, MAX_PAGES + 1):
            try:
                page = self._page(number, notes)
            except (httpx.HTTPError, _Busy) as error:
                if number == 1:
                    raise UnreadableSource(f"{self.list_url}: {error}") from error
                # What came so far stays; the next run goes on from what is stored.
                self.coverage.whole = False
                return
            if not page.entries or page.mark in seen_pages:
                return
            seen_pages.add(page.mark)
            if notes and page.is_modified:
                notes.keep(number, page.note)
            self.coverage.saw(page.envelope)
            yield from page.entries
            if isinstance(page.envelope, list) or _is_last(page.envelope, number):
                return

    def _page(self, number: int, notes: PageNotes | None) -> _Page:
        note = notes.recall(number) if notes else None
        response = self.get(
            self.list_url, headers=_unless(note), page=number, per_page=self.per_page
        )
        if note and response.status_code == httpx.codes.NOT_MODIFIED:
            entries = [Unmodified(*entry) for entry in note.listed]
            return _Page(note.envelope, entries, _hash(note.listed), note, is_modified=False)
        try:
            content = json.loads(decode(response.content), strict=False)
        except json.JSONDecodeError as error:
            if number == 1:
                raise UnreadableSource(f"{response.url}: not JSON ({error})") from error
            self.coverage.whole = False
            content = {}
        if number == 1 and not (is_envelope(content) or isinstance(content, list)):
            raise UnreadableSource(f"{self.list_url}: the answer holds no list of services")
        entries = page_items(content)
        listed = _listed(entries)
        return _Page(content, entries, _hash(listed or entries), _note(response, content, listed))

    def detail(self, key: str) -> Record | None:
        """The full record of one service, or ``None`` where the API has or gives none."""
        try:
            response = self.get(f"{self.list_url}/{quote(key, safe='')}")
            record = json.loads(decode(response.content), strict=False)
        except (httpx.HTTPError, _Busy, json.JSONDecodeError):
            return None
        if isinstance(record, dict) and not record.get("id"):
            listed = page_items(record)
            record = listed[0] if len(listed) == 1 else None
        return record if isinstance(record, dict) else None


def needs_detail(record: Any) -> bool:
    """Whether a list entry has only direct properties, as most ORUK lists do."""
    return isinstance(record, dict) and not (record.keys() & _CHILDREN)


def _unless(note: PageNote | None) -> dict[str, str]:
    """Headers that ask for a page only if it is not the one that is known."""
    headers: dict[str, str] = {}
    if note and note.etag:
        headers["If-None-Match"] = note.etag
    if note and note.last_modified:
        headers["If-Modified-Since"] = note.last_modified
    return headers


def _note(
    response: httpx.Response, content: Any, listed: tuple[tuple[str, str], ...]
) -> PageNote | None:
    etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
    if not listed or not isinstance(content, dict) or not (etag or modified):
        return None
    envelope = {k: [] if isinstance(v, list) else v for k, v in content.items()}
    return PageNote(etag, modified, envelope, listed)


def _listed(entries: list[Any]) -> tuple[tuple[str, str], ...]:
    """Id and hash of each entry; empty unless all are plain entries of services with an id."""
    if not all(needs_detail(e) and isinstance(e.get("id"), str) for e in entries):
        return ()
    return tuple((e["id"], list_hash(e)) for e in entries)


def list_hash(record: Any) -> str:
    """What a list entry is known by, to tell whether it has changed."""
    return _hash(record)


def _hash(value: Any) -> str:
    data = json.dumps(value, sort_keys=True, default=str).encode()
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isdecimal() else None


def _is_last(page: dict[str, Any], number: int) -> bool:
    if page.get("last_page") is True or page.get("last") is True or page.get("empty") is True:
        return True
    total = page.get("total_pages", page.get("totalPages"))
    return isinstance(total, int) and not isinstance(total, bool) and number >= total > 0
