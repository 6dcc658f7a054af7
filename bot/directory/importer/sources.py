"""Where records come from: a saved page, a folder of pages, a ZIP, tables. No network here."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.directory.importer.broken import Broken
from bot.directory.importer.csv_rows import Row, read_csv
from bot.directory.importer.paging import Coverage

MAX_UNPACKED_BYTES = 20_000_000_000
# Real feeds pack ten to forty times; only what is made to fill a disk packs better.
MAX_PACKED_BETTER = 200
_NEVER_A_BOMB = 100_000_000
# What reading a damaged, encrypted or strangely packed file raises.
DAMAGE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
_CHUNK = 1 << 20
_HEAD = 1 << 16
_TABLES = (".csv", ".tsv")
_PAGES = (".json", ".ndjson", ".jsonl", ".geojson")
_MAX_LINE = 8 << 20


class UnreadableSource(ValueError):
    """A source that holds nothing the importer knows; the text says what was seen."""


@dataclass(frozen=True)
class Entry:
    """One file of a source.

    Attributes:
        name: its path inside the source.
        size: in bytes, unpacked.
        open: opens it.
        fault: why it cannot be opened at all.
    """

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    fault: str | None = None

    @property
    def suffix(self) -> str:
        """The file name's ending, lower case, with its dot."""
        return Path(self.name).suffix.casefold()

    @property
    def is_table(self) -> bool:
        """Whether it is a table of a package."""
        return self.suffix in _TABLES

    def head(self) -> bytes:
        """How it begins; empty where it cannot be read."""
        try:
            with self.open() as file:
                return file.read(_HEAD)
        except DAMAGE:
            return b""

    def is_page(self) -> bool:
        """Whether it is JSON, by its name or by how it begins."""
        if self.suffix in _PAGES:
            return True
        return not self.is_table and decode(self.head()[:256]).lstrip()[:1] in ("{", "[")

    def damaged(self, error: object) -> Broken:
        """That it could not be read to its end."""
        return Broken("file_not_readable", f"{self.name}: {error}")


def entries(path: Path) -> list[Entry]:
    """The files of a folder (ZIPs in it too), a ZIP or a single file, in natural order.

    Raises:
        UnreadableSource: if there is no such file, or a ZIP is broken or unreasonably big.
    """
    if path.is_dir():
        found = []
        for p in path.rglob("*"):
            if p.is_file() and not p.name.startswith("."):
                name = str(p.relative_to(path))
                found += _zip_in_folder(p, name) if _is_zip(p) else [_file_entry(p, name)]
    elif not path.exists():
        raise UnreadableSource(f"{path}: there is no such file or folder")
    elif _is_zip(path) or zipfile.is_zipfile(path):
        found = _zip_entries(path)
    else:
        found = [_file_entry(path, path.name)]
    return sorted(found, key=lambda e: _natural(e.name))


def _file_entry(path: Path, name: str) -> Entry:
    return Entry(name, path.stat().st_size, lambda: path.open("rb"))


def _is_zip(path: Path) -> bool:
    return path.suffix.casefold() == ".zip"


def _zip_in_folder(path: Path, name: str) -> list[Entry]:
    try:
        return _zip_entries(path, f"{name}/")
    except UnreadableSource as error:
        return [Entry(name, 0, lambda: path.open("rb"), str(error))]


def _zip_entries(path: Path, prefix: str = "") -> list[Entry]:
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE as error:
        raise UnreadableSource(f"{path}: the ZIP is damaged ({error}); get it again") from error
    infos = [i for i in archive.infolist() if not i.is_dir() and "__MACOSX" not in i.filename]
    unpacked = sum(i.file_size for i in infos)
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableSource(f"{path}: unpacks to more than 20 GB; split it")
    if unpacked > max(_NEVER_A_BOMB, MAX_PACKED_BETTER * path.stat().st_size):
        raise UnreadableSource(
            f"{path}: unpacks to {unpacked // path.stat().st_size:,} times its size, "
            "which no directory does"
        )
    return [
        Entry(prefix + i.filename, i.file_size, lambda i=i: archive.open(i))  # type: ignore[misc]
        for i in infos
    ]


def _natural(name: str) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isdecimal() and len(part) < 20 else (-1, part.casefold())
        for part in re.split(r"(\d+)", name)
        if part
    ]


def decode(data: bytes) -> str:
    """Text from bytes: UTF-8, UTF-16 or UTF-32 by their marks or zeros, else Windows-1252."""
    encoding = _wide(data[:4])
    if encoding:
        return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 where a text begins like that: tables and JSON begin with ASCII."""
    found = json.detect_encoding(head) if head else "utf-8"
    return found if found.startswith(("utf-16", "utf-32")) else None


def _encoding(entry: Entry) -> str:
    rest = b""
    try:
        with entry.open() as file:
            chunk = file.read(4)
            if encoding := _wide(chunk):
                return encoding
            while chunk:
                data = rest + chunk
                try:
                    data.decode("utf-8")
                    rest = b""
                except UnicodeDecodeError as error:
                    # A character cut in two at the chunk's end is no fault.
                    if error.start < len(data) - 3:
                        return "cp1252"
                    rest = data[error.start :]
                chunk = file.read(_CHUNK)
    except DAMAGE:
        # What comes before the damage is read all the same.
        return "utf-8-sig"
    return "utf-8-sig" if not rest else "cp1252"


def open_text(entry: Entry, newline: str | None = None) -> io.TextIOWrapper:
    """An entry's text, read bit by bit."""
    encoding = _encoding(entry)
    return io.TextIOWrapper(entry.open(), encoding=encoding, errors="replace", newline=newline)


def rows(entry: Entry, coverage: Coverage) -> Iterator[Row | Broken]:
    """The rows of a table, with their place in it; what is no row comes as ``Broken``."""
    try:
        with open_text(entry, newline="") as text:
            # No line of a table is longer: one that is would fill the memory.
            yield from read_csv(iter(lambda: text.readline(_MAX_LINE), ""), entry.name)
    except DAMAGE as error:
        coverage.whole = False
        yield entry.damaged(error)


def read(entry: Entry) -> tuple[bytes, BaseException | None]:
    """All of an entry, or what comes before its damage with what is wrong."""
    parts = []
    try:
        with entry.open() as file:
            while chunk := file.read(_CHUNK):
                parts.append(chunk)
    except DAMAGE as error:
        return b"".join(parts), error
    return b"".join(parts), None
