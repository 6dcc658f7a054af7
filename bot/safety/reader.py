"""The trained detector: a small encoder tuned on our written texts about risk.

It is for what the rules have no words for. ``bot.safety.learning`` trains it; ``wise train`` keeps
it beside Rasa's model. Its bars were set on a writer whose texts were not learnt from
(``docs/safety-report.md`` has the figures).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from bot.language.encoder import encoder
from bot.language.reader import Head, Reader, Reading
from bot.safety.model import PHYSICAL, Category, Level, Match
from bot.safety.normalise import unmasked

LEVEL, CATEGORY, SUBJECT = "level", "category", "subject"
NO_CATEGORY = "none"

HEADS = (
    Head(LEVEL, tuple(level.value for level in Level)),
    Head(CATEGORY, (NO_CATEGORY, *(category.value for category in Category))),
    Head(SUBJECT, ("self", "other")),
)

ALARM_BAR = 0.7
"""Probability of a crisis or an emergency from which the alarm is raised."""

NOTICE_BAR = 0.4
"""Probability of any risk from which it is at least a concern."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_WHOLE = 30
"""Words of a message that is read as a whole only: nearly all texts learnt from are shorter."""
_AT_ONCE = 20
"""Words of a longer one that are read together besides. The encoder's mean over a long message
hides one sentence among many: with two harmless sentences around them, 0.60 of the crises and
emergencies of ``tests/safety/dev`` were noticed by the whole, 0.87 with its parts (0.87 alone).
With each sentence read by itself for an alarm too, of 250 among three harmless ones 0.68 were
alarmed in place of 0.58 (0.70 alone), and of 282 long harmless messages 0.092 in place of 0.085."""
_TELLING = 3
"""Words of a sentence that is read by itself."""


def detect(text: str) -> list[Match]:
    """What the trained reader sees in a text: at most one match a part (see ``parts``).

    Raises:
        FileNotFoundError: it has not been trained. The screen then takes every message for at
            least a concern.
    """
    from bot.training import risk_path

    reader = _loaded(risk_path())
    plain = unmasked(text)
    if not _WORD.search(plain):
        return []  # a number or a slip of the hand, of which it has learnt nothing
    read = parts(plain)
    matches = [match for part in read for match in judged(reader.read(part))]
    alone = (s for s in _sentences(plain) if len(read) > 1 and s not in read)
    # By itself a sentence says too little to be noticed by, and an alarm is an alarm.
    return matches + [m for s in alone for m in judged(reader.read(s)) if m.level.is_alarm]


def parts(text: str) -> list[str]:
    """A text as it is read: a short one whole; a longer one whole and a few sentences at a time.

    One that is too long for the encoder is read in its parts only. Nothing is left out, and what
    is said again and again is read once.
    """
    read = encoder().cut(text).words
    whole = [] if text[read[-1].end if read else 0 :].strip() else [text]
    if whole and len(text.split()) <= _WHOLE:
        return whole
    found: list[list[str]] = [[]]
    for sentence in _all_sentences(text):
        words = sentence.split()
        if found[-1] and len(found[-1]) + len(words) > _AT_ONCE:
            found.append([])
        found[-1] += words
    return whole + [
        " ".join(words[start : start + _AT_ONCE])
        for words in found
        for start in range(0, len(words), _AT_ONCE)
    ]


def _all_sentences(text: str) -> list[str]:
    return list(dict.fromkeys(s.strip() for s in _SENTENCE_END.split(text) if s.strip()))


def _sentences(text: str) -> list[str]:
    """Each sentence that says something, without its full stop; none too long to read at once."""
    all_of_it = (s.rstrip(" .") for s in _all_sentences(text))
    return [s for s in all_of_it if _TELLING <= len(s.split()) <= _AT_ONCE]


def judged(reading: Reading) -> list[Match]:
    """One match where the probabilities are over the bars."""
    chances = reading.chances[LEVEL]
    alarm = chances[Level.CRISIS] + chances[Level.EMERGENCY]
    if alarm >= ALARM_BAR:
        level = max((Level.CRISIS, Level.EMERGENCY), key=lambda one: chances[one])
    elif 1 - chances[Level.NONE] >= NOTICE_BAR:
        level = Level.CONCERN
    else:
        return []
    return [
        Match(
            "reader",
            level,
            _category(reading, level),
            "other" if reading.best(SUBJECT) == "other" else "self",
            reading.text,
        )
    ]


def _category(reading: Reading, level: Level) -> Category | None:
    """The likeliest category of those that go with a level."""
    chances = reading.chances[CATEGORY]
    if level is Level.CONCERN:
        best = reading.best(CATEGORY)
        return None if best == NO_CATEGORY else Category(best)
    fitting = [c for c in Category if (c in PHYSICAL) == (level is Level.EMERGENCY)]
    return max(fitting, key=lambda category: chances[category])


@lru_cache(maxsize=1)
def _loaded(path: Path) -> Reader:
    if not path.is_file():
        raise FileNotFoundError(f"no trained risk detector at {path}: run 'wise train' first")
    return Reader.load(path)
