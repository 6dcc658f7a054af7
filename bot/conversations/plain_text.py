"""Plain text that is safe to keep, show and split."""

from __future__ import annotations

import re

# Control characters, lone surrogates, and the marks that turn the direction of text around
# and can make a name look like another one. Joiners stay: emoji are made with them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x85]")

# Best place first: paragraph, line, end of a sentence, gap between words.
_PLACES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])[\"'”’)]*\s"),
    re.compile(r"\s"),
)

TEXT_MAX = 4000
"""Characters of one message that Rasa reads; the rest is cut."""


def clean(text: str) -> str:
    """Text without control characters and direction overrides; line breaks as ``\\n``."""
    return _UNSAFE.sub("", _BREAKS.sub("\n", text)).strip()


def utf16_length(text: str) -> int:
    """Length as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int) -> list[str]:
    """Parts of at most ``limit`` UTF-16 units, cut between paragraphs or sentences.

    A part is cut at the last good place in its second half, else between words, else
    anywhere between characters.
    """
    parts = []
    rest = text.strip()
    while utf16_length(rest) > limit:
        end = _characters_within(rest, limit)
        cut = end
        for place in _PLACES:
            found = [m for m in place.finditer(rest, 0, end + 1) if m.end() > end // 2]
            if found:
                cut = found[-1].end()
                break
        cut = min(cut, end + 1)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        parts.append(rest)
    return parts


def _characters_within(text: str, limit: int) -> int:
    """How many characters from the start fit in ``limit`` UTF-16 units."""
    units = 0
    for count, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            return count
    return len(text)
