"""Patterns that most texts do not hold, looked for only where a fragment of them is there."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Telling:
    """A pattern of whose matches each holds one of ``fragments`` (lower case).

    Looking for plain fragments takes a few microseconds where the pattern takes fifty, and
    thousands of services a second are read.
    """

    pattern: re.Pattern[str]
    fragments: tuple[str, ...]

    def search(self, text: str) -> re.Match[str] | None:
        """As ``pattern.search``."""
        low = text.lower()
        for fragment in self.fragments:
            if fragment in low:
                return self.pattern.search(text)
        return None
