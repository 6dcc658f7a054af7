"""What one page of a list says of the whole list.

Open Referral UK 3.0 says ``total_items``, ``total_pages`` and ``last_page``; 1.0 has the names of
Spring (``totalElements``, ``totalPages``, ``last``), newer Spring puts them into ``page``; ALISS
and others on Django say ``count`` and ``next``; and some keep all of it in ``meta``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.directory.importer.detect import is_envelope

_ITEMS = ("total_items", "totalElements", "total_elements", "totalItems", "total_count", "total")
_PAGES = ("total_pages", "totalPages", "page_count", "pageCount", "last_page")
_INSIDE = ("page", "meta", "pagination")


def total_items(page: Any) -> int | None:
    """How many things the list has, or ``None`` where the page does not say."""
    found = _first(page, _ITEMS)
    if found is None and isinstance(page, dict) and "next" in page:
        return _number(page.get("count"))
    return found


def total_pages(page: Any) -> int | None:
    """How many pages the list has, or ``None`` where the page does not say."""
    return _first(page, _PAGES) or None


def is_last(page: Any, number: int) -> bool:
    """Whether the page, asked for by this number from 1, says that it is the last."""
    if isinstance(page, dict) and "next" in page and not page["next"]:
        return True
    for part in _parts(page):
        if any(part.get(key) is True for key in ("last_page", "last", "empty")):
            return True
    pages = total_pages(page)
    return pages is not None and number >= pages


def _parts(page: Any) -> Iterator[dict[str, Any]]:
    if isinstance(page, dict):
        yield page
        for key in _INSIDE:
            if isinstance(page.get(key), dict):
                yield page[key]


def _first(page: Any, keys: tuple[str, ...]) -> int | None:
    for part in _parts(page):
        for key in keys:
            if (found := _number(part.get(key))) is not None:
                return found
    return None


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


@dataclass
class Coverage:
    """Whether all of a feed was in the source; told by the pages' own totals.

    Attributes:
        pages: read so far; of a crawl that goes on, those of its first part too.
        before: records of its first part.
        total_pages, total: how many pages and records there are, where a page says so.
        whole: nothing that was read was cut short or broken.
        unread: pages that could not be read, by number, with why.
        stopped_at: the page that a crawl has to begin at again, since it stopped there.
    """

    pages: int = 0
    before: int = 0
    total_pages: int | None = None
    total: int | None = None
    whole: bool = True
    unread: dict[int, str] = field(default_factory=dict)
    stopped_at: int | None = None

    def saw(self, page: Any) -> None:
        """Take note of one page's envelope."""
        self.pages += 1
        if not isinstance(page, dict):
            return
        if not is_envelope(page):
            self.whole = False
            return
        self.was_told(page)

    def was_told(self, page: Any, counted: int | None = None) -> None:
        """Take note of the totals in an envelope, or of what was ``counted`` beside it.

        The list may move from one call to the next, so the most that was said has to come.
        """
        items, pages = total_items(page), total_pages(page)
        items = counted if items is None else items
        if items is not None:
            self.total = max(self.total or 0, items)
        if pages is not None:
            self.total_pages = max(self.total_pages or 0, pages)

    def stop(self, number: int, why: str) -> None:
        """A crawl ends at this page, before the end of the list."""
        self.unread[number] = why
        self.stopped_at = number

    def lacks(self, read: int) -> str:
        """What is lacking to all of the feed where ``read`` records came, in words; "" if nothing.

        Records that were read by the first part of a crawl are not among ``read``.
        """
        came = self.before + read
        if self.stopped_at is not None:
            of = f" of {self.total_pages:,}" if self.total_pages else ""
            why = self.unread[self.stopped_at]
            return f"the crawl stopped at page {self.stopped_at:,}{of} ({why})"
        if self.unread:
            return "; ".join(f"page {n} could not be read ({w})" for n, w in self.unread.items())
        if self.total is not None and came < self.total:
            return f"{came:,} of {self.total:,} records came"
        if self.total_pages is not None and self.pages < self.total_pages:
            return f"{self.pages:,} of {self.total_pages:,} pages came"
        return "" if self.whole else "a part of the source could not be read"
