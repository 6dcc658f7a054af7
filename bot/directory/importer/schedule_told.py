"""How the words beside a rule correct it: a row's own words, and the service's description.

Feeds often record "2nd Monday of the month" as "every Monday", since their table has nothing
better. Where the words and the rule disagree the words win: they become the rule if they say
exactly one thing, and otherwise stand alone as text.
"""

from __future__ import annotations

from dataclasses import replace

from bot.directory.importer.schedule_words import (
    Said,
    dates_named,
    day_codes_in,
    days_named,
    from_text,
    is_called_off,
    leaves_some_out,
    said,
    said_in_prose,
    starts_named,
    times_they_meet,
    without_bank_holidays,
)
from bot.directory.importer.weekdays import day_names, describe, time_span
from bot.directory.model import Schedule


def as_told(
    row: Schedule, words: str | None, notes: str | None, prose: str | None
) -> Schedule | None:
    """A row whose rule other words contradict, as those have it; ``None`` where none do.

    Args:
        row: with a sound rule, and no text.
        words, notes: the row's own.
        prose: the service's name and description, which count only where they say clearly when
            it meets.
    """
    told = row
    for part in filter(None, (words, notes)):
        told = _as_its_words_say(told, part) if told.freq else told
    shown = joined(words, notes)
    if told == row:
        return _as_prose_says(row, prose, shown)
    left = _left(told, shown)
    # "2nd Monday of the month, 10am" where the words are all of the rule.
    text = f"{shown}, {left}" if left and from_text(shown).freq else joined(shown, left)
    return replace(told, text=text) if told.freq else without_rule(told, text)


def closer_rule(words: str | None, told: Said | None) -> Schedule | None:
    """A monthly rule in the words beside one that was given up; "Mondays" is no closer than it."""
    rule = from_text(words) if words else Schedule("")
    if rule.freq == "MONTHLY":
        return rule
    if told and told.freq and not words:
        return Schedule(told.sentence, freq=told.freq, byday=told.byday)
    return None


def by_closer_rule(row: Schedule, rule: Schedule, notes: str | None) -> Schedule:
    """The row with a ``closer_rule``, told in its words, what they leave out, and the notes."""
    if rule.opens_at:
        row = replace(row, opens_at=rule.opens_at, closes_at=rule.closes_at)
    row = replace(row, freq=rule.freq, byday=rule.byday)
    return replace(row, text=joined(joined(rule.text, _left(row, rule.text)), notes))


def without_rule(row: Schedule, text: str) -> Schedule:
    """The row as this text alone; its dates and times stay."""
    return replace(row, freq=None, byday=(), bymonthday=(), interval=1, text=text)


def joined(first: str | None, second: str | None) -> str:
    """Two texts as one, without what is said twice: a sentence each, or a short one by comma."""
    if first and second and second not in first:
        return f"{first.rstrip('. ')}{'. ' if len(second) > 14 else ', '}{second}"
    return first or second or ""


def _as_its_words_say(row: Schedule, words: str) -> Schedule:
    """The row with another rule, or no ``freq`` and what is still true; as it was if they agree.

    Words that are understood as a whole are the rule. Of others it is only asked what would make
    its next date wrong.
    """
    rule = from_text(words)
    if rule.freq:
        return _with_rule_of(row, rule)
    words = without_bank_holidays(words)
    if is_called_off(words):
        return _nothing_of(row)
    named = days_named(words)
    if named and not _weekdays(row) <= named:
        return _nothing_of(row)
    row = _with_times_of(row, words)
    told = said(words) if row.freq == "WEEKLY" and row.interval == 1 else None
    if told and told.freq and {d.lstrip("-0123456789") for d in told.byday} == set(row.byday):
        row = replace(row, freq=told.freq, byday=told.byday)
    elif told:
        return replace(row, freq=None)
    if leaves_some_out(words):
        return replace(row, freq=None)
    return _within_dates_of(row, words)


def _nothing_of(row: Schedule) -> Schedule:
    return replace(row, freq=None, byday=(), bymonthday=(), opens_at=None, closes_at=None)


def _with_rule_of(row: Schedule, rule: Schedule) -> Schedule:
    """The row with the rule of its words, unless these are only vaguer: "Mondays"."""
    same_rule = row.freq == rule.freq and set(row.byday) <= set(rule.byday)
    vaguer = rule.freq == "WEEKLY" and bool(row.byday) and _weekdays(row) <= _weekdays(rule)
    if not (same_rule or vaguer):
        if _weekdays(row) != _weekdays(rule):
            row = replace(row, opens_at=None, closes_at=None)  # they were of another day
        row = replace(row, freq=rule.freq, byday=rule.byday, bymonthday=(), interval=1)
    if rule.opens_at and (rule.opens_at != row.opens_at or rule.closes_at):
        row = replace(row, opens_at=rule.opens_at, closes_at=rule.closes_at)
    return row


def _with_times_of(row: Schedule, words: str) -> Schedule:
    """The row with its words' only span, or without a time, where they name others."""
    named = starts_named(words)
    if row.opens_at is None or not named or any(row.opens_at in ways for ways, _, _ in named):
        return row
    [(ways, opens, closes), *more] = named
    sure = closes is not None and len(ways) == 1 and not more
    return replace(row, opens_at=opens if sure else None, closes_at=closes if sure else None)


def _within_dates_of(row: Schedule, words: str) -> Schedule:
    """The row from and until the days that its words name; no rule where they name others."""
    bounds = dates_named(words)
    if bounds is None:
        return replace(row, freq=None)
    first, last = bounds
    if first and (row.dtstart is None or row.dtstart < first):
        # A later start would move the weeks of "every second week".
        moved = row.interval > 1 and row.dtstart is not None
        row = replace(row, valid_from=first) if moved else replace(row, dtstart=first)
    if last and (row.until is None or last < row.until):
        row = replace(row, until=last)
    return row


def _as_prose_says(row: Schedule, prose: str | None, shown: str) -> Schedule | None:
    if not prose or row.freq != "WEEKLY" or row.interval > 1:
        return None
    told = said_in_prose(prose, row.byday)
    if told is None:
        return _as_they_meet(row, prose)
    if told.freq and _weekdays(replace(row, byday=told.byday)) == set(row.byday):
        row = replace(row, freq=told.freq, byday=told.byday)
        return replace(row, text=joined(describe(row), shown))
    if told.besides and not starts_named(told.sentence):
        text = joined(describe(row), told.sentence)
    else:
        text = joined(told.sentence, _left(row, told.sentence))
    return without_rule(row, joined(text, shown))


def _as_they_meet(row: Schedule, prose: str) -> Schedule | None:
    """The row as a sentence has it that says only that they meet on other days or times."""
    named = day_codes_in(prose)
    if not named:
        return None
    told = times_they_meet(prose)
    elsewhere = _weekdays(row).isdisjoint(named)
    if not told or not (elsewhere or len(told) == 1):
        return None
    sentence, when = told[0]
    rule = from_text(when)
    if rule.freq is None:
        return without_rule(_nothing_of(row), sentence) if elsewhere else None
    read_so = _with_rule_of(row, rule)
    if read_so == row:
        return None
    return replace(read_so, text=joined(sentence, _left(read_so, sentence)))


def _left(row: Schedule, text: str) -> str:
    """What of a row stays true and is not in the text: its days and its times."""
    plain = row.freq != "MONTHLY" and not any(len(day) > 2 for day in row.byday)
    names = day_names(row.byday) if plain else describe(replace(row, freq="MONTHLY", opens_at=None))
    told = day_codes_in(text)
    span = time_span(row) if not starts_named(text) else ""
    if told and _weekdays(row).isdisjoint(told):
        return ""
    return ", ".join(filter(None, ("" if told else names, span)))


def _weekdays(row: Schedule) -> set[str]:
    return {day[-2:] for day in row.byday}
