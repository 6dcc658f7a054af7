"""Text that is safe to show and to export, whatever a patient typed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
"""The clock that staff go by."""

# Marks that turn the direction of text around, controls, and what cannot be encoded. Joiners
# stay: emoji are made with them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028\u2029\u202a-\u202e"
    "\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_FORMULA = re.compile(r"^[\s'\"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")


def plain(value: Any) -> str:
    """Text without control characters and direction marks; Jinja escapes it after that."""
    return _UNSAFE.sub("", "" if value is None else str(value))


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV table whose cells no spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return "" if value is None else value
    text = plain(value)
    return f"'{text}" if _FORMULA.match(text) else text


def ago(moment: datetime | None, present: datetime) -> str:
    """How long ago, or until, in words: "5 minutes ago", "in 2 hours", "3 Nov"."""
    if moment is None:
        return ""
    seconds = (present - moment).total_seconds()
    past, span = seconds >= 0, abs(seconds)
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if span >= size:
            # What is to come is rounded: of two days six minutes are gone, and two days are left.
            count = int(span // size) if past else round(span / size)
            if name == "day" and count > 6:
                return day(moment)
            words = f"{count} {name}{'s' if count > 1 else ''}"
            return f"{words} ago" if past else f"in {words}"
    return "just now" if past else "in a moment"


def day(moment: datetime) -> str:
    """A day in words, with the year where it is not this one's."""
    moment = moment.astimezone(LONDON)
    year = "" if moment.year == datetime.now(LONDON).year else f" {moment.year}"
    return f"{moment.day} {moment:%b}{year}"


def clock(moment: datetime) -> str:
    """Day and time in the United Kingdom."""
    return f"{day(moment)}, {moment.astimezone(LONDON):%H:%M}"
