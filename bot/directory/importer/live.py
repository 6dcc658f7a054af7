"""A live Open Referral API: pages one by one, and details only of what has changed.

Polite by default: a pause between calls, a name to complain to, retries with growing waits
that obey ``Retry-After``, and no page asked for twice. A page that the server says has not been
modified since the last crawl (RFC 9110, section 13) is not sent again. A server that stays busy
ends the crawl, which goes on at the same page the next time.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from bot.directory.importer import paging
from bot.directory.importer.detect import is_envelope, page_items, services_in
from bot.directory.importer.hsds3 import Record
from bot.directory.importer.json_pages import load_json
from bot.directory.importer.paging import Coverage
from bot.directory.importer.prepare import IMPORTER_VERSION
from bot.directory.importer.sources import UnreadableSource, decode

USER_AGENT = "WISE-Companion-directory-import/1.0 (open-source; community directory reader)"
MAX_PAGES = 100_000
# Asked to wait longer than this, a crawl stops and goes on another time.
LONGEST_WAIT = 120.0
# So many services in a row without an answer: it is the server, not the service.
MOST_UNANSWERED = 3
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
_BY_THIS_VERSION = f"{IMPORTER_VERSION}-"
_WAIT = wait_exponential_jitter(initial=1, max=60)
_NO_SUCH_PAGE = (httpx.codes.NOT_FOUND, httpx.codes.GONE)
_NOT_NOW = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
_MOST_AT_ONCE = 500


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
    """One page: its envelope (any value at all, from an unknown server) and what it lists.

    ``mark`` tells it from other pages; ``links`` and ``counted`` are of the answer's head.
    """

    number: int
    envelope: Any
    entries: list[Any]
    mark: str
    note: PageNote | None = None
    is_modified: bool = True
    links: Mapping[str | None, Any] = field(default_factory=dict)
    counted: int | None = None

    @property
    def is_last(self) -> bool:
        """Whether the page or its head says that it is the last."""
        if paging.is_last(self.envelope, self.number):
            return True
        return bool(self.links) and "next" not in self.links


class _Busy(Exception):
    """The server asks to come back later, after so many seconds where it says."""

    def __init__(self, status: int, after: float | None) -> None:
        super().__init__(f"the server answered {status}")
        self.status = status
        self.after = after

    @property
    def is_long(self) -> bool:
        """Whether it asks for more than a short wait."""
        return self.after is not None and self.after > LONGEST_WAIT


class _NoList(ValueError):
    """An answer that is no page of a list."""


_FAILURES = (httpx.HTTPError, httpx.InvalidURL, _Busy, _NoList)


def _is_of_the_server(error: Exception) -> bool:
    """Whether the server as a whole does not answer, rather than one page or one service."""
    if isinstance(error, _Busy):
        return error.is_long or error.status in _NOT_NOW
    return isinstance(error, httpx.TransportError)


def _is_worth_another_try(error: BaseException) -> bool:
    if isinstance(error, _Busy):
        return not error.is_long
    return isinstance(error, httpx.TransportError)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _Busy) and error.after is not None:
        return error.after
    return _WAIT(state)


def _why(error: Exception) -> str:
    """A failure in words, without the address: it may hold a key."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"the server answered {error.response.status_code}"
    if isinstance(error, _Busy) and error.is_long:
        return f"{error} and asks to come back in {error.after:,.0f} seconds"
    if isinstance(error, httpx.HTTPError):
        return f"the server cannot be reached: {error or type(error).__name__}"
    return str(error)


@dataclass
class Api:
    """A client of one API.

    Args:
        url: the base ("https://host/o/OpenReferral/v3"), or the address of its services list. What
            its query says goes with every call.
        pause: seconds between calls.
        per_page: services asked for per page, unless the query says; the server may give fewer.
        attempts: tries for one call.
        client: an ``httpx.Client``, for tests and proxies; by default one is made.
        sleep: waits for so many seconds.

    Attributes:
        coverage: whether all of the list was seen, and where the crawl stopped if it was not.
        next_page: the page at which a crawl that ends now has to go on; ``None`` once all came.
            Right as soon as what ``pages`` gave last was used.
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
    sleep: Callable[[float], None] = time.sleep
    coverage: Coverage = field(default_factory=Coverage)
    next_page: int | None = 1
    _page_number: int = 1
    _unanswered: int = 0
    _last_call: float = 0.0

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def go_on(self, page: int, records: int) -> None:
        """Begin at this page: so many records came of the pages before."""
        self.next_page = page
        self.coverage.pages = page - 1
        self.coverage.before = records

    @property
    def list_url(self) -> str:
        """The address of the list of services, without a query."""
        parts = urlsplit(self.url)
        path = parts.path.rstrip("/")
        if not path.endswith("/services"):
            path += "/services"
        return urlunsplit((parts.scheme, parts.netloc, path, "", ""))

    def _query(self, **ours: Any) -> list[tuple[str, Any]]:
        """The operator's own query, and ours where it does not say."""
        said = parse_qsl(urlsplit(self.url).query, keep_blank_values=True)
        theirs = [(key, value) for key, value in said if key != "page"]
        names = {key for key, _ in theirs}
        if "page" not in ours:
            theirs = [(key, value) for key, value in theirs if key != "per_page"]
        return theirs + [(key, value) for key, value in ours.items() if key not in names]

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        attempts: int | None = None,
        **parameters: Any,
    ) -> httpx.Response:
        """One polite GET; "not modified" is an answer like any other.

        Raises:
            httpx.HTTPError: when the server cannot be reached or refuses.
            _Busy: when it keeps failing, or asks for more than a short wait.
        """
        for attempt in Retrying(
            stop=stop_after_attempt(attempts or self.attempts),
            wait=_wait,
            retry=retry_if_exception(_is_worth_another_try),
            sleep=self.sleep,
            reraise=True,
        ):
            with attempt:
                rest = self.pause - (time.monotonic() - self._last_call)
                if rest > 0:
                    self.sleep(rest)
                self._last_call = time.monotonic()
                query = self._query(**parameters) or None
                response = self.client.get(url, params=query, headers=headers)
                if response.status_code == 429 or response.status_code >= 500:
                    raise _Busy(response.status_code, _seconds(response.headers.get("Retry-After")))
        if response.status_code != httpx.codes.NOT_MODIFIED:
            response.raise_for_status()
        return response

    def pages(self, notes: PageNotes | None = None) -> Iterator[list[Any]]:
        """What each page lists, and no more at once than a few hundred things.

        The coverage knows afterwards whether all was seen. Feeds that do not say which page is
        last end with an empty page, a repeated one or none. One page that cannot be read is passed
        over; a second in a row, or a server that does not answer, ends the crawl.

        Args:
            notes: of the last crawl. Entries of a page that the server says has not been
                modified come as ``Unmodified``.

        Raises:
            UnreadableSource: when the first page cannot be had or holds no list.
        """
        first = self.next_page or 1
        listed = self.coverage.before
        seen: set[str] = set()
        failed: tuple[int, str] | None = None
        for number in range(first, MAX_PAGES + 1):
            self._page_number = number
            try:
                page = self._page(number, notes)
            except _FAILURES as error:
                if number == 1:
                    raise UnreadableSource(f"{self.list_url}: {_why(error)}") from error
                if not failed and self._is_after_the_last(error, listed):
                    break
                if failed or number == first or _is_of_the_server(error):
                    self._stop(*(failed or (number, _why(error))))
                    return
                failed = number, _why(error)
                continue
            self.coverage.was_told(page.envelope, page.counted)
            if not page.entries and not failed and number < (self.coverage.total_pages or 0):
                failed = number, "it came empty"
                continue
            if not page.entries or page.mark in seen:
                break
            if failed:
                self.coverage.unread[failed[0]] = failed[1]
                failed = None
            seen.add(page.mark)
            if notes and page.is_modified:
                notes.keep(number, page.note)
            self.coverage.pages += 1
            listed += len(page.entries)
            is_last = page.is_last and listed >= (self.coverage.total or 0)
            for start in range(0, len(page.entries), _MOST_AT_ONCE):
                end = start + _MOST_AT_ONCE
                if end >= len(page.entries):
                    self.next_page = None if is_last else number + 1
                yield page.entries[start:end]
                if self.coverage.stopped_at is not None:
                    return
            if is_last:
                return
        if failed:
            self._stop(*failed)
        else:
            self.next_page = None

    def _stop(self, number: int, why: str) -> None:
        self.coverage.stop(number, why)
        self.next_page = number

    def _is_after_the_last(self, error: Exception, listed: int) -> bool:
        """Whether an error is how the server says that there are no more pages."""
        if isinstance(error, httpx.HTTPStatusError) and error.response.status_code in _NO_SUCH_PAGE:
            return True
        has_all = self.coverage.total is not None and listed >= self.coverage.total
        return has_all and isinstance(error, httpx.HTTPStatusError | _NoList)

    def _page(self, number: int, notes: PageNotes | None) -> _Page:
        note = notes.recall(number) if notes else None
        response = self.get(
            self.list_url, headers=_unless(note), page=number, per_page=self.per_page
        )
        if note and response.status_code == httpx.codes.NOT_MODIFIED:
            known = [Unmodified(*entry) for entry in note.listed]
            mark = _mark([{"id": entry.key} for entry in known])
            return _Page(number, note.envelope, known, mark, is_modified=False)
        try:
            content = load_json(decode(response.content))
        except (json.JSONDecodeError, RecursionError) as error:
            is_page = response.content.lstrip()[:1] == b"<"
            what = "a web page or XML" if is_page else f"not JSON: {error}"
            raise _NoList(f"the answer is {what}") from error
        entries = page_items(content) if content else []
        is_empty = not content or (not entries and is_envelope(content))
        if entries == [content] or not (entries or is_empty):
            raise _NoList("the answer holds no list of services")
        counted = response.headers.get("X-Total-Count", "")
        return _Page(
            number,
            content,
            entries,
            _mark(entries),
            _note(response, content, entries),
            links=response.links,
            counted=int(counted) if counted.isdecimal() else None,
        )

    def detail(self, key: str) -> Record | None:
        """The full record of one service, or ``None`` where the API has or gives none.

        A server that does not answer for several services in a row ends the crawl.
        """
        if self.coverage.stopped_at is not None:
            return None
        # A server that never gives details is not asked five times for each.
        attempts = self.attempts if self._unanswered < MOST_UNANSWERED else 1
        try:
            response = self.get(f"{self.list_url}/{quote(key, safe='')}", attempts=attempts)
            record = load_json(decode(response.content))
        except (_Busy, httpx.TransportError) as error:
            self._unanswered += 1
            is_long = isinstance(error, _Busy) and error.is_long
            if is_long or (self._unanswered >= MOST_UNANSWERED and _is_of_the_server(error)):
                self._stop(self._page_number, _why(error))
            return None
        except (httpx.HTTPError, json.JSONDecodeError, RecursionError):
            return None
        self._unanswered = 0
        if isinstance(record, dict) and not record.get("id"):
            found = [s for listed in page_items(record) for s in services_in(listed)]
            record = found[0] if len(found) == 1 else None
        if not isinstance(record, dict):
            return None
        # The record of another service would be kept under this one's name.
        return record if str(record.get("id") or key).strip() == key else None


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


def _note(response: httpx.Response, content: Any, entries: list[Any]) -> PageNote | None:
    listed = _listed(entries)
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


def _mark(entries: list[Any]) -> str:
    """What a page is known by: its ids, in any order, since other things may change by the call."""
    ids = [e.get("id") if isinstance(e, dict) else None for e in entries]
    return _hash(entries if None in ids else sorted(map(str, ids)))


def list_hash(record: Any) -> str:
    """What a list entry is known by, to tell whether it or the importer has changed."""
    return f"{_BY_THIS_VERSION}{_hash(record)}"


def is_by_this_version(known: str) -> bool:
    """Whether a ``list_hash`` is of this version of the importer; others are read anew."""
    return known.startswith(_BY_THIS_VERSION)


def _hash(value: Any) -> str:
    try:
        data = json.dumps(value, sort_keys=True, default=str).encode()
    except RecursionError:
        # Nested too deeply to be known again.
        data = uuid.uuid4().bytes
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _seconds(value: str | None) -> float | None:
    """``Retry-After`` in seconds from now: it is a number of them, or a date."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=timezone.utc)
    return max(0.0, (until - datetime.now(timezone.utc)).total_seconds())
