"""JSON as feeds save it: pages, bare lists, lines, several values in a row, whole or broken."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import IO, Any

from bot.directory.importer.broken import Broken
from bot.directory.importer.detect import (
    CHILDREN,
    LISTS,
    Kind,
    is_envelope,
    is_record,
    kind_of,
    page_items,
)
from bot.directory.importer.hsds3 import Record
from bot.directory.importer.paging import Coverage, total_items
from bot.directory.importer.personal_data import MOST_KEPT, blanked
from bot.directory.importer.sources import DAMAGE, Entry, decode, open_text, read
from bot.directory.importer.tabular import is_package

# Above this a file is read piece by piece, so that memory stays bounded.
WHOLE_FILE_BYTES = 16_000_000
_MAX_RECORD = 8 << 20
_CHUNK = 1 << 20
_TOGETHER = 500

_MAX_DIGITS = 300
_DEEPEST_LIST = 4

_BLANKS = re.compile(r"\s*")
_RECORD_START = re.compile(r'[\[,}]\s*(?=\{\s*")')
_LINE_START = re.compile(r"\n(?=[{\[])")
_ID_FIRST = re.compile(r'\{\s*"id"\s*:\s*"?([^",}\s]{1,200})')


@dataclass(frozen=True)
class Listed:
    """Things that stand together in a list; or one record or package by itself."""

    items: list[Any]
    is_list: bool = True


Reading = Callable[[IO[str]], Iterator[Any]]


def _whole_number(digits: str) -> int | str:
    # Python refuses more than 4,300 digits; no field of a directory means a number like that.
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


_DECODER = json.JSONDecoder(strict=False, parse_int=_whole_number)


def load_json(text: str) -> Any:
    """One JSON value; control characters in texts and endless numbers are no fault.

    Raises:
        json.JSONDecodeError: where it is none.
        RecursionError: where it is nested too deeply.
    """
    return _DECODER.decode(text)


@dataclass
class Beside:
    """What a source holds beside services: counted, so that nothing is lost unseen.

    Attributes:
        passed_over: by what it is; the report tells it.
    """

    passed_over: Counter[str] = field(default_factory=Counter)
    _listed: Counter[Kind] = field(default_factory=Counter)
    _totals: dict[Kind, int] = field(default_factory=dict)

    def saw(self, envelope: Any, kind: Kind, listed: int) -> None:
        """Take note of a page that lists something else, perhaps with services inside."""
        self._listed[kind] += listed
        total = total_items(envelope)
        if total is not None:
            self._totals[kind] = max(self._totals.get(kind, 0), total)

    def lacks(self) -> str:
        """Which list with services inside is not all there, in words; "" where all are."""
        for kind in (Kind.SERVICE_AT_LOCATION, Kind.ORGANIZATION):
            if self._listed[kind] < self._totals.get(kind, 0):
                words = kind.value.replace("_", " ")
                return f"{self._listed[kind]:,} of {self._totals[kind]:,} {words} records came"
        return ""


def pages(entry: Entry, coverage: Coverage, beside: Beside) -> Iterator[Listed]:
    """What a file lists, in the lists in which it stands; broken stretches are ``Broken``."""
    one_by_one: Reading = partial(_one_by_one, name=entry.name, coverage=coverage)
    piecewise: Reading = partial(_piecewise, name=entry.name, coverage=coverage, beside=beside)
    is_lines = entry.suffix in (".ndjson", ".jsonl")
    if is_lines or entry.size > WHOLE_FILE_BYTES:
        yield from _grouped(entry, coverage, one_by_one if is_lines else piecewise)
        return
    data, damage = read(entry)
    text = decode(data)
    if damage is not None:
        coverage.whole = False
        yield Listed([*piecewise(io.StringIO(text)), entry.damaged(damage)])
        return
    try:
        yield _listed(load_json(text), entry.name, coverage, beside)
    except json.JSONDecodeError as error:
        reading = one_by_one if error.msg == "Extra data" else piecewise
        yield Listed(list(reading(io.StringIO(text))))
    except RecursionError:
        yield Listed(list(piecewise(io.StringIO(text))))


def _grouped(entry: Entry, coverage: Coverage, reading: Reading) -> Iterator[Listed]:
    try:
        with open_text(entry) as text:
            found = reading(text)
            while group := list(islice(found, _TOGETHER)):
                yield Listed(group)
    except DAMAGE as error:
        coverage.whole = False
        yield Listed([entry.damaged(error)])


def _listed(page: Any, name: str, coverage: Coverage, beside: Beside) -> Listed:
    found = [page] if is_package(page) else page_items(page)
    if found == [page] or (isinstance(page, dict) and any(found == [v] for v in page.values())):
        # One record by itself, perhaps wrapped up, is never known to be all.
        coverage.saw(page)
        return Listed(found, is_list=False)
    first = next((item for item in found if isinstance(item, dict)), {})
    _told(page, kind_of(first), len(found), coverage, beside)
    if found or not page or is_envelope(page) or total_items(page) == 0:
        return Listed(found)
    coverage.whole = False
    raw = blanked(json.dumps(page, default=str))
    return Listed([Broken("no_list", f"{name}: it holds no list of services", raw)])


def _told(envelope: Any, kind: Kind, count: int, coverage: Coverage, beside: Beside) -> None:
    """Take note of what a page says of how much there is, by the kind of what it lists."""
    if kind in (Kind.SERVICE, Kind.UNKNOWN):
        coverage.pages += 1
        coverage.was_told(envelope)
    else:
        beside.saw(envelope, kind, count)


def _piecewise(file: IO[str], name: str, coverage: Coverage, beside: Beside) -> Iterator[Any]:
    """Things one by one from the lists in a file that is big, cut short or partly broken."""
    text = _Text(file)
    envelope: Record = {}
    listed: Counter[Kind] = Counter()
    like: frozenset[str] = frozenset()
    reading, closed = _lists_in(text, envelope, 0), False
    while True:
        try:
            for value in reading:
                if isinstance(value, dict):
                    like = like or frozenset(value)
                    listed[kind_of(value)] += 1
                yield value
            closed = True
            if not text.past_brackets():
                break
            # A bracket too many closed the list early: records may follow it.
            raise json.JSONDecodeError("Extra data", text.buffer, text.at)
        except (json.JSONDecodeError, RecursionError) as error:
            coverage.whole = False
            reason, detail = text.what_is_wrong(error)
            stretch, found = text.to_next_record(like)
            if found or not listed or (stretch.strip() and not closed):
                yield _broken(reason, f"{name}: {detail}", stretch)
            if not found:
                break
            reading, closed = _elements(text), False
    kind, count = listed.most_common(1)[0] if listed else (Kind.UNKNOWN, 0)
    _told(envelope, kind, count, coverage, beside)


def _one_by_one(file: IO[str], name: str, coverage: Coverage) -> Iterator[Any]:
    """Things from values that stand in a row, as lines or not; each may be a page."""
    text = _Text(file)
    coverage.pages += 1
    while char := text.peek():
        if char == ",":
            text.at += 1
            continue
        try:
            value = text.value()
        except (json.JSONDecodeError, RecursionError) as error:
            coverage.whole = False
            reason, detail = text.what_is_wrong(error)
            yield _broken(reason, f"{name}: {detail}", text.to_next_line())
            continue
        if is_envelope(value):
            coverage.was_told(value)
        yield from page_items(value)


def _broken(reason: str, detail: str, stretch: str) -> Broken:
    first = _ID_FIRST.match(stretch.lstrip())
    return Broken(reason, detail, blanked(stretch), first[1] if first else None)


def _lists_in(text: _Text, envelope: Record, depth: int) -> Iterator[Any]:
    """What the lists in an array or object hold; its plain properties go to ``envelope``."""
    if text.peek() == "[":
        text.at += 1
        yield from _elements(text)
        return
    text.expect("{")
    while (char := text.peek()) != "}":
        if char == ",":
            text.at += 1
            continue
        key = text.value()
        text.expect(":")
        char = text.peek()
        if char == "[" and (key in LISTS or (key not in CHILDREN and not is_record(envelope))):
            text.at += 1
            of = dict(envelope) if key == "services" and "id" in envelope else None
            for value in _elements(text):
                if of is not None:
                    yield {**of, "services": [value]}
                elif key in LISTS or is_record(value):
                    yield value
        elif char == "{" and depth < _DEEPEST_LIST and not is_record(envelope):
            try:
                value = text.value()
            except json.JSONDecodeError:
                # Too big to be read at once, or broken: what is inside tells.
                yield from _lists_in(text, {}, depth + 1)
            else:
                yield from page_items(value)
        else:
            envelope[key] = text.value()
    text.at += 1


def _elements(text: _Text) -> Iterator[Any]:
    while (char := text.peek()) != "]":
        if char == ",":
            text.at += 1
            continue
        yield text.value()
    text.at += 1


class _Text:
    """JSON read bit by bit; only what is not yet used is held.

    Attributes:
        buffer, at: what is held, and how far it is used.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._ended = False
        self._before = 0
        self.buffer = ""
        self.at = 0

    def _more(self) -> bool:
        chunk = "" if self._ended else self._file.read(_CHUNK)
        self._ended = not chunk
        if chunk:
            self._before += self.at
            self.buffer, self.at = self.buffer[self.at :] + chunk, 0
        return bool(chunk)

    def peek(self) -> str:
        """The next character that is no blank; "" at the end."""
        while True:
            self.at = _BLANKS.match(self.buffer, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self._more():
                return ""

    def past_brackets(self) -> str:
        """Step over brackets that close something; gives the character that follows, or ""."""
        while (char := self.peek()) and char in "]},":
            self.at += 1
        return char

    def expect(self, char: str) -> None:
        """Step over a character.

        Raises:
            json.JSONDecodeError: where another one is there.
        """
        if self.peek() != char:
            raise json.JSONDecodeError(f"Expecting {char!r}", self.buffer, self.at)
        self.at += 1

    def value(self) -> Any:
        """The next value.

        Raises:
            json.JSONDecodeError: where it is broken, cut short or bigger than any record.
            RecursionError: where it is nested too deeply.
        """
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
            except json.JSONDecodeError:
                # It may only be cut by the buffer's end.
                if len(self.buffer) - self.at < _MAX_RECORD and self._more():
                    continue
                raise
            if end == len(self.buffer) and self._more():
                continue
            self.at = end
            return value

    def what_is_wrong(self, error: Exception) -> tuple[str, str]:
        """A code and words for an error of ``value``."""
        if isinstance(error, json.JSONDecodeError):
            begins = "" if self._before else self.buffer.lstrip()[:1]
            if begins == "<":
                return "broken_json", "this is a web page or XML, and no JSON"
            if not begins and not self._before:
                return "broken_json", "the file is empty"
            return "broken_json", f"{error.msg} at character {self._before + error.pos + 1:,}"
        return "nested_too_deeply", f"nested too deeply at character {self._before + self.at + 1:,}"

    def to_next_record(self, like: frozenset[str]) -> tuple[str, bool]:
        """Go to the next whole record; children of a broken one are stepped over.

        Args:
            like: the properties of a record that came before.

        Returns:
            The start of what was passed, and whether there is a record.
        """
        passed = self.buffer[self.at : self.at + MOST_KEPT]
        begin = self._before + self.at
        while True:
            for match in _RECORD_START.finditer(self.buffer, self.at):
                try:
                    value, _ = _DECODER.raw_decode(self.buffer, match.end())
                except (json.JSONDecodeError, RecursionError):
                    continue
                if _is_a_whole_record(value, like):
                    self.at = match.end()
                    return passed[: self._before + self.at - begin], True
            # One that the buffer's end cuts is looked at again with what follows.
            self.at = max(self.at, len(self.buffer) - 2 * _CHUNK)
            if not self._more():
                self.at = len(self.buffer)
                return passed, False

    def to_next_line(self) -> str:
        """Go to the next line that begins with a value; gives the start of what was passed."""
        passed = self.buffer[self.at : self.at + MOST_KEPT]
        begin = self._before + self.at
        while True:
            if match := _LINE_START.search(self.buffer, self.at):
                self.at = match.end()
                return passed[: self._before + self.at - begin]
            self.at = max(self.at, len(self.buffer) - 1)
            if not self._more():
                self.at = len(self.buffer)
                return passed


def _is_a_whole_record(value: Any, like: frozenset[str]) -> bool:
    if not isinstance(value, dict):
        return False
    kind = kind_of(value)
    if kind is Kind.SERVICE:
        return "name" in value
    if kind in (Kind.SERVICE_AT_LOCATION, Kind.ORGANIZATION):
        return "service" in value or "services" in value
    # A scant one, like those before it.
    return len(value.keys() & like) * 5 >= len(like) * 4 > 0
