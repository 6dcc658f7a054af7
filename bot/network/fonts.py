"""Widths of text and the font that draws it.

DejaVu Sans (a free licence; Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian, Georgian …)
comes with the matplotlib package, so that a picture is the same on every machine. Scripts
that it lacks are drawn with the machine's own fonts where there are any.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FAMILY = "DejaVu Sans, Verdana, Noto Sans, sans-serif"
ELLIPSIS = "…"
_WIDE, _OTHER = 1.1, 0.8  # em, for characters of fonts that are not at hand to measure
_JOINER = "\u200d"


@lru_cache(maxsize=1)
def font_files() -> tuple[str, ...]:
    """Paths of the regular and the bold font.

    Raises:
        RuntimeError: if the matplotlib package, which brings the fonts, is missing.
    """
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the map's fonts come with matplotlib: install the package matplotlib")
    folder = Path(next(iter(spec.submodule_search_locations))) / "mpl-data" / "fonts" / "ttf"
    return tuple(str(folder / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"))


@lru_cache(maxsize=2)
def _advances(bold: bool) -> dict[int, float]:
    """Advance of each character in em."""
    with TTFont(font_files()[bold], lazy=True) as font:
        unit = font["head"].unitsPerEm
        advances = font["hmtx"].metrics
        return {code: advances[name][0] / unit for code, name in font.getBestCmap().items()}


def has_glyphs(text: str) -> bool:
    """Whether the font that comes along can draw all of ``text``."""
    known = _advances(False)
    return all(ord(c) in known or c.isspace() for c in text)


_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)


@lru_cache(maxsize=1)
def _machine_fonts() -> tuple[tuple[str, int], ...]:
    """Paths of the machine's fonts, each with the number of its face; regular ones first."""
    found = [
        path
        for folder in _FONT_FOLDERS
        for path in Path(folder).expanduser().rglob("*")
        if path.suffix.lower() in {".ttf", ".otf", ".ttc"}
    ]
    # "NotoSansDevanagari-Regular" before its thin and slanted sisters.
    found.sort(key=lambda p: ("regular" not in p.name.lower(), len(p.name), p.name))
    return tuple((str(path), 0) for path in found)


def machine_font_for(text: str) -> list[tuple[str, int]]:
    """Fonts of this machine for the letters that the font that comes along lacks.

    Returns:
        Path and number of the face of as few fonts as were found to do, for instance one for
        Devanagari; empty where none is needed or there is none.
    """
    known = _advances(False)
    lacking = {ord(c) for c in text if not c.isspace()} - set(known)
    chosen: list[tuple[str, int]] = []
    for path, face in _machine_fonts() if lacking else ():
        with suppress(Exception), TTFont(path, lazy=True, fontNumber=face) as font:
            has = lacking & set(font.getBestCmap() or ())
            if has:
                chosen.append((path, face))
                lacking -= has
        if not lacking:
            break
    return chosen


def machine_has_glyphs(text: str) -> bool:
    """Whether the font that comes along and those of this machine can draw all of ``text``."""
    return all(_drawn_here(char) for char in set(text) if not has_glyphs(char))


@lru_cache(maxsize=2048)
def _drawn_here(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me", "Cf") or bool(machine_font_for(char))


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in px of ``text`` at ``size`` px; never less than what is drawn."""
    known = _advances(bold)
    em = 0.0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me", "Cf"):
            continue
        width = known.get(ord(char))
        if width is None:
            width = _WIDE if unicodedata.east_asian_width(char) in "WF" else _OTHER
        em += width
    return em * size


def clusters(text: str) -> Iterator[str]:
    """``text`` in pieces that a cut must not split: a letter with its marks."""
    piece = ""
    for char in text:
        joins = unicodedata.category(char) in ("Mn", "Mc", "Me") or char == _JOINER
        if piece and not joins and not piece.endswith(_JOINER):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def shortened(text: str, width: float, size: float) -> str:
    """``text``, cut with an ellipsis where it is wider than ``width`` px."""
    if text_width(text, size) <= width:
        return text
    kept = ""
    for piece in clusters(text):
        if text_width(kept + piece + ELLIPSIS, size) > width:
            break
        kept += piece
    return kept.rstrip() + ELLIPSIS


def wrapped(text: str, width: float, size: float, lines: int) -> tuple[str, ...]:
    """``text`` in at most ``lines`` lines of at most ``width`` px; the last may be cut."""
    result: list[str] = []
    line = ""
    words = text.split()
    for number, word in enumerate(words):
        joined = f"{line} {word}".strip()
        if text_width(joined, size) <= width:
            line = joined
            continue
        if line and len(result) + 1 == lines:
            rest = " ".join([line, *words[number:]])
            return (*result, shortened(rest, width, size))
        if line:
            result.append(line)
        line = word
        while text_width(line, size) > width:
            if len(result) + 1 == lines:
                rest = " ".join([line, *words[number + 1 :]])
                return (*result, shortened(rest, width, size))
            head = ""
            for piece in clusters(line):
                if head and text_width(head + piece, size) > width:
                    break
                head += piece
            result.append(head)
            line = line[len(head) :]
    return (*result, line) if line else tuple(result)
