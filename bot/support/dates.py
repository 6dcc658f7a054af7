"""Days in words, in British use: "Tuesday", "next week", "the 3rd", "3/12"."""

from __future__ import annotations

from datetime import date, datetime

import dateparser
from dateparser.search import search_dates

_SETTINGS = {
    "DATE_ORDER": "DMY",
    "PREFER_DATES_FROM": "future",
    "RETURN_AS_TIMEZONE_AWARE": False,
}


def date_in(text: str, today: date | None = None) -> date | None:
    """The day that the text names, today or later; ``None`` where it names none.

    ``today`` is what "tomorrow" is counted from; the present day by default.
    """
    base = datetime.combine(today or date.today(), datetime.min.time())
    settings = {**_SETTINGS, "RELATIVE_BASE": base}
    found = dateparser.parse(text, languages=["en"], settings=settings)
    if found is None:
        pairs = search_dates(text, languages=["en"], settings=settings)
        found = pairs[0][1] if pairs else None
    return found.date() if found is not None and found.date() >= base.date() else None
