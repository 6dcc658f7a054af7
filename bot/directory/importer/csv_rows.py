"""Rows of a CSV table as feeds write them: any delimiter, stray quotes, cells too many or few."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator

from bot.directory.importer.broken import Broken
from bot.directory.importer.personal_data import blanked

Row = dict[str, str]

# What a row with more cells than columns has left over; whether its last cells were not there
# at all; and the line where it stands.
EXTRA, SHORT, LINE = "__more_columns__", "__short__", "__line__"
_DELIMITERS = ",;\t|"
csv.field_size_limit(10_000_000)


def read_csv(lines: Iterable[str], name: str) -> Iterator[Row | Broken]:
    """Rows by the names of their columns, in lower case with "_" for blanks; "" is an empty cell.

    A quotation mark that is never closed swallows the rows after it: these are told apart again
    by their lines.

    Args:
        lines: of the table, with the names of its columns first.
        name: of the file, for what is said of it.
    """
    source = _Lines(lines)
    header = source.header()
    delimiter = max(_DELIMITERS, key=header.count)
    columns = [_column(cell) for cell in _cells(header, delimiter)]
    if not any(columns):
        return
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        source.spent.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # Longer than any cell: swallowed, too.
            cells = []
        spent = source.spent
        first = source.number - len(spent) + 1
        if len(spent) < 2 or _is_one_row(spent, cells, delimiter, len(columns)):
            yield from _row(columns, cells, first)
            continue
        for number, line in enumerate(spent, start=first):
            alone = _cells(line, delimiter)
            if len(alone) == len(columns):
                yield from _row(columns, alone, number)
            elif any(cell.strip() for cell in alone):
                detail = f"{name} line {number}: a quotation mark is opened and never closed"
                key = dict(zip(columns, alone, strict=False)).get("id")
                yield Broken("quote_not_closed", detail, blanked(line), key or None)


class _Lines:
    """Lines with their number; ``spent`` are those of the row that is being read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.number = 0
        self.spent: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines).replace("\0", "")
        self.number += 1
        self.spent.append(line)
        return line

    def header(self) -> str:
        """The first line that says something, after what Excel puts before it."""
        for line in self:
            text = line.lstrip("\ufeff").strip("\r\n")
            if text.strip(" ,;\t|") and not re.fullmatch(r"\"?sep=.\"?", text):
                return text
        return ""


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _column(cell: str) -> str:
    return re.sub(r"[\s\-]+", "_", cell.strip(" \t\"'\ufeff")).casefold()


def _is_one_row(spent: list[str], cells: list[str], delimiter: str, width: int) -> bool:
    """Whether lines that were read as one row are one, with line ends in its cells."""
    if not cells:
        return False
    try:
        # A quotation mark that closes in the middle of a word was meant to open a cell.
        strict = len(list(csv.reader(spent, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        strict = False
    if strict and len(cells) == width:
        return True
    return all(len(_cells(line, delimiter)) != width for line in spent[1:])


def _row(columns: list[str], cells: list[str], line: int) -> Iterator[Row]:
    if not any(cell.strip() for cell in cells):
        return
    row: Row = {}
    for column, cell in zip(columns, cells, strict=False):
        # Of two columns with one name, the one that says something.
        if column and not row.get(column):
            row[column] = cell
    missing = [c for c in columns[len(cells) :] if c]
    row.update(dict.fromkeys(missing, ""))
    if missing:
        row[SHORT] = "1"
    extra = [cell for cell in cells[len(columns) :] if cell.strip()]
    if extra:
        row[EXTRA] = json.dumps(extra)
    row[LINE] = str(line)
    yield row
