"""Where records come from: a saved page, a folder of pages, a ZIP, tables. No network here."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bot.directory.importer.detect import LISTS, is_envelope, page_items
from bot.directory.importer.tabular import Row, read_csv

# Above this a JSON file is read piece by piece, so that memory stays bounded.
WHOLE_FILE_BYTES = 48_000_000
MAX_UNPACKED_BYTES = 20_000_000_000
_CHUNK = 1 << 20


class UnreadableSource(ValueError):
    """A source that holds nothing the importer knows; the text says what was seen."""


@dataclass(frozen=True)
class Entry:
    """One file of a source; ``name`` is its path inside the source."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    @property
    def suffix(self) -> str:
        """The file name's ending, lower case, with its dot."""
        return Path(self.name).suffix.casefold()


@dataclass(frozen=True)
class Broken:
    """A stretch of a file that is no record."""

    reason: str
    detail: str
    raw: str


@dataclass
class Coverage:
    """Whether all of a feed was in the source; told by the pages' own totals."""

    pages: int = 0
    total: int | None = None
    whole: bool = True

    def saw(self, page: Any) -> None:
        """Take note of one page's envelope."""
        self.pages += 1
        if not isinstance(page, dict):
            return
        if not is_envelope(page):
            self.whole = False
            return
        total = page.get("total_items", page.get("totalElements"))
        if isinstance(total, int) and not isinstance(total, bool):
            self.total = max(self.total or 0, total)


def entries(path: Path) -> list[Entry]:
    """The files of a folder, a ZIP or a single file, in natural order.

    Raises:
        UnreadableSource: if there is no such file, or a ZIP is broken or unreasonably big.
    """
    if path.is_dir():
        files = [p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")]
        found = [_file_entry(p, str(p.relative_to(path))) for p in files]
    elif not path.exists():
        raise UnreadableSource(f"{path}: there is no such file or folder")
    elif zipfile.is_zipfile(path):
        found = _zip_entries(path)
    else:
        found = [_file_entry(path, path.name)]
    return sorted(found, key=lambda e: _natural(e.name))


def _file_entry(path: Path, name: str) -> Entry:
    return Entry(name, path.stat().st_size, lambda: path.open("rb"))


def _zip_entries(path: Path) -> list[Entry]:
    archive = zipfile.ZipFile(path)
    infos = [i for i in archive.infolist() if not i.is_dir() and "__MACOSX" not in i.filename]
    if sum(i.file_size for i in infos) > MAX_UNPACKED_BYTES:
        raise UnreadableSource(f"{path}: unpacks to more than 20 GB; split it")
    return [
        Entry(i.filename, i.file_size, lambda i=i: archive.open(i))  # type: ignore[misc]
        for i in infos
    ]


def _natural(name: str) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isdecimal() else (-1, part.casefold())
        for part in re.split(r"(\d+)", name)
        if part
    ]


def decode(data: bytes) -> str:
    """Text from bytes: UTF-8 or UTF-16 by their marks, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _encoding(entry: Entry) -> str:
    with entry.open() as file:
        head = file.read(4)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        file.seek(0)
        rest = b""
        while chunk := file.read(_CHUNK):
            data = rest + chunk
            try:
                data.decode("utf-8")
                rest = b""
            except UnicodeDecodeError as error:
                # A character cut in two at the chunk's end is no fault.
                if error.start < len(data) - 3:
                    return "cp1252"
                rest = data[error.start :]
    return "utf-8-sig" if not rest else "cp1252"


def rows(entry: Entry) -> Iterator[Row]:
    """The rows of a CSV table."""
    encoding = _encoding(entry)
    with entry.open() as raw:
        text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
        yield from read_csv(text)


def table_rows(values: Any) -> Iterator[Row]:
    """Rows of a table that is given as JSON objects, as text like those of a CSV."""
    for value in values:
        if isinstance(value, dict):
            yield {k: "" if v is None else str(v) for k, v in value.items()}


def json_items(entry: Entry, coverage: Coverage) -> Iterator[Any]:
    """The things listed in a JSON or NDJSON file; broken stretches come as :class:`Broken`."""
    if entry.suffix in (".ndjson", ".jsonl"):
        yield from _lines(entry, coverage)
        return
    if entry.size > WHOLE_FILE_BYTES:
        coverage.pages += 1
        yield from _pieces(entry, coverage)
        return
    with entry.open() as file:
        text = decode(file.read())
    try:
        page = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and "\n" in text:
            yield from _lines(entry, coverage)
            return
        coverage.pages += 1
        coverage.whole = False
        yield from _pieces(entry, coverage)
        return
    except RecursionError:
        coverage.whole = False
        yield Broken("json_too_deep", f"{entry.name}: nested too deeply to read", text[:2000])
        return
    coverage.saw(page)
    yield from page_items(page)


def _lines(entry: Entry, coverage: Coverage) -> Iterator[Any]:
    coverage.pages += 1
    encoding = _encoding(entry)
    with entry.open() as raw:
        for number, line in enumerate(
            io.TextIOWrapper(raw, encoding=encoding, errors="replace"), start=1
        ):
            if not line.strip():
                continue
            try:
                yield json.loads(line, strict=False)
            except (json.JSONDecodeError, RecursionError) as error:
                yield Broken("broken_json", f"{entry.name} line {number}: {error}", line[:2000])


_ARRAY = re.compile(r'^\s*\[|"(?:' + "|".join(LISTS) + r')"\s*:\s*\[')
_NEXT_RECORD = re.compile(r"\}\s*,\s*(?=\{\s*\"id\")")
_SERVICE_KEYS = frozenset({"status", "organization", "organization_id", "service_at_locations"})
_MAX_RECORD = 8 << 20
_BETWEEN = re.compile(r"[\s,]*")


def _pieces(entry: Entry, coverage: Coverage) -> Iterator[Any]:
    """Records one by one from the list in a file that is big, cut short or partly broken."""
    encoding = _encoding(entry)
    decoder = json.JSONDecoder(strict=False)
    with entry.open() as raw:
        text = io.TextIOWrapper(raw, encoding=encoding, errors="replace")
        buffer = text.read(_CHUNK)
        start = _ARRAY.search(buffer)
        if start is None:
            coverage.whole = False
            yield Broken("broken_json", f"{entry.name}: no list of records", buffer[:2000])
            return
        at, ended = start.end(), False
        while True:
            at = _BETWEEN.match(buffer, at).end()  # type: ignore[union-attr]
            if at < len(buffer) and buffer[at] == "]":
                return
            try:
                if at >= len(buffer):
                    raise json.JSONDecodeError("more", buffer, at)
                value, at = decoder.raw_decode(buffer, at)
                yield value
                if at > _CHUNK:
                    buffer, at = buffer[at:], 0
                continue
            except (json.JSONDecodeError, RecursionError) as error:
                # First make sure that the record is broken and not only cut by the buffer.
                if not ended and len(buffer) - at < _MAX_RECORD:
                    more = text.read(_CHUNK)
                    ended = not more
                    buffer, at = buffer[at:] + more, 0
                    continue
                coverage.whole = False
                following = _next_record(decoder, buffer, at)
                stretch = buffer[at:following]
                if stretch.strip():
                    yield Broken("broken_json", f"{entry.name}: {error}", stretch[:2000])
                if following is None:
                    return
                at = following


def _next_record(decoder: json.JSONDecoder, buffer: str, at: int) -> int | None:
    """Where the next whole service starts; children of a broken one are stepped over."""
    for match in _NEXT_RECORD.finditer(buffer, at):
        try:
            value, _ = decoder.raw_decode(buffer, match.end())
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(value, dict) and "name" in value and value.keys() & _SERVICE_KEYS:
            return match.end()
    return None
