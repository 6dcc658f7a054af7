"""What a directory officer can act on: a feed's faults, the records that have them, what to do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from sqlalchemy.orm import Session

from bot.directory import stewardship
from bot.directory.duplicates import PairState
from bot.directory.stewardship import FeedHealth, QuarantinedLine, ServiceLine


@dataclass(frozen=True)
class Fault:
    """A fault that an owner can mend: what it is, and what to do."""

    what: str
    do: str


# By the flag that the importer sets.
FAULTS = {
    "no_coordinates": Fault(
        "No place on the map", "Give the location a postcode, or its latitude and longitude."
    ),
    "place_from_words": Fault(
        "The place is only in the words", "Give the location a postcode, or its coordinates."
    ),
    "location_missing": Fault(
        "Points to a place that is not in the data", "Send the location too, or take the link out."
    ),
    "coordinates_far_from_postcode": Fault(
        "The map point is far from the postcode", "Check both: one of them is wrong."
    ),
    "date_not_understood": Fault(
        "The day of the last check is in no known form", "Write it as 2026-11-28."
    ),
    "date_in_future": Fault(
        "The day of the last check is still to come", "Give the day on which it was checked."
    ),
    "coordinates_default": Fault(
        "The map point is a default, not a place",
        "A map service gives it when it finds nothing: correct the address, and look it up.",
    ),
    "coordinates_zero": Fault("The map point is 0, 0", "Take it out, or look the address up."),
    "coordinates_swapped": Fault(
        "Latitude and longitude are swapped", "Put them the other way round."
    ),
    "longitude_sign": Fault(
        "The longitude has lost or gained its minus", "Most of the UK is west: give it its minus."
    ),
    "coordinates_outside_uk": Fault(
        "The map point is outside the UK", "Correct it, or take it out where the postcode is right."
    ),
    "coordinates_impossible": Fault(
        "The map point is nowhere on Earth", "Latitudes end at 90 and longitudes at 180."
    ),
    "postcode_not_valid": Fault(
        "The postcode is not one that exists", "Correct it; leave it empty where there is none."
    ),
    "postcode_repaired": Fault(
        "The postcode is mistyped", "Often a letter O stands for a zero. Type it anew."
    ),
    "no_schedule": Fault("Days and times are not given", "Say when it takes place."),
    "schedule_from_description": Fault(
        "Days and times are only in the description", "Put them into the schedule too."
    ),
    "schedule_text_wins": Fault(
        "The words and the table give different days",
        "People are shown the words. Correct whichever is wrong.",
    ),
    "schedule_midnight": Fault(
        "Opens and closes at midnight", "Leave times empty where they are not known."
    ),
    "schedule_rule_not_sound": Fault(
        "The rule of days cannot be followed", "Give it as weekly or monthly, with its days."
    ),
    "no_contact": Fault("No phone, e-mail or web address", "Give at least one of them."),
    "phone_not_valid": Fault(
        "A phone number that cannot be rung",
        "One whole number in each field; words belong into its description.",
    ),
    "personal_contact_dropped": Fault(
        "A personal number or mailbox is published",
        "Give the service's own, and take the person's out. It is not shown here.",
    ),
    "no_description": Fault("No description", "Say what happens there, and who it is for."),
    "organization_missing": Fault(
        "Points to an organisation that is not in the data", "Send the organisation too."
    ),
    "term_missing": Fault(
        "Points to a term that is not in the taxonomy", "Send the term too, or take the link out."
    ),
    "ages_contradict": Fault(
        "The youngest age is above the oldest", "Correct them; leave out what has no limit."
    ),
    "status_missing": Fault("No status", "Say active, inactive, defunct or temporarily closed."),
    "status_not_standard": Fault(
        "The status is no word of the standard, so it is not offered",
        "Say active, inactive, defunct or temporarily closed.",
    ),
    "closed_by_name": Fault(
        "Its name says that it is closed, so it is not offered",
        "Say it by the status, and keep the name.",
    ),
    "closed_by_words": Fault(
        "Its description says that it does not run now, so it is not offered",
        "Say it by the status; take the words out when it runs again.",
    ),
    "detail_missing": Fault(
        "Its details could not be had", "Check what the API answers for this id."
    ),
}
# By the reason for which a record could not be used.
_UNUSED = {
    "missing_id": "Give it an id that stays the same.",
    "missing_name": "Give it a name.",
    "duplicate_id": "Two records have this id: give each its own.",
    "parent_missing": "It belongs to a record that is not in the data: send that too.",
    "columns_do_not_match": "The row has more cells than there are columns: look for stray commas.",
    "quote_not_closed": "A quotation mark is opened and never closed.",
    "broken_json": "The text is no JSON here: it may have been cut short.",
    "file_not_readable": "The file is damaged: make it again.",
}
_READ_AS_NAME = 4_000
_LISTED = 200


def findings(session: Session, feed: str | None = None) -> list[dict[str, Any]]:
    """One entry a feed, of plain values: its counts, and all that its owner can mend.

    Each of its ``findings`` has a ``code``, ``what`` it is, what to ``do``, and the ``records``
    (``id`` and ``name`` as in the feed, ``detail``).
    """
    return [
        {
            **asdict(health),
            "flags": dict(health.flags),
            "quarantined": dict(health.quarantined),
            "findings": [finding for finding in _of(session, health) if finding["records"]],
        }
        for health in stewardship.feeds(session)
        if feed is None or health.name == feed
    ]


def _of(session: Session, health: FeedHealth) -> Iterable[dict[str, Any]]:
    name = health.name
    for flag, fault in FAULTS.items():
        if flag in dict(health.flags):
            lines = stewardship.flagged(session, flag, feed=name, limit=None)
            yield _finding(flag, fault.what, fault.do, map(_record, lines))
    old = stewardship.stale(session, feed=name, limit=None)
    yield _finding(
        "stale", "Not checked for over a year", "Check it, and give it the date of the check.",
        [_record(line, f"last checked {line.checked_on}") for line in old],
    )  # fmt: skip
    undated = stewardship.undated(session, feed=name, limit=None)
    yield _finding(
        "undated",
        "No date of a check",
        "Give assured_date or last_modified.",
        map(_record, undated),
    )
    closed = stewardship.not_active(session, feed=name, limit=None)
    yield _finding(
        "not_active", "Not offered, since the feed says that it does not run now",
        "Open it again when it does, or take it out.",
        [_record(line, line.status.replace("_", " ")) for line in closed],
    )  # fmt: skip
    unused = stewardship.quarantined(session, feed=name, limit=None, most_raw=_READ_AS_NAME)
    for reason, _count in health.quarantined:
        yield _finding(
            reason, f"Could not be used: {reason.replace('_', ' ')}",
            _UNUSED.get(reason, "See what is said of each."),
            [_unused(line) for line in unused if line.reason == reason],
        )  # fmt: skip
    yield _finding(
        "repeated", "Likely listed twice in this directory",
        "Keep one. Where they are two, let their names tell them apart.",
        [
            _record(pair.first, f"the same as {pair.second.source_id}, {pair.second.name} "
                                f"({pair.reasons})")
            for pair in stewardship.repeats(session, health.id)
        ],
    )  # fmt: skip
    yield _finding(
        "listed_elsewhere", "Another directory lists it too",
        "Agree who keeps it, or link to theirs. It is shown once.",
        _elsewhere(session, name),
    )  # fmt: skip


def _finding(code: str, what: str, do: str, records: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"code": code, "what": what, "do": do, "records": list(records)}


def _record(line: ServiceLine, detail: str = "") -> dict[str, Any]:
    return {"id": line.source_id, "name": line.name, "detail": detail}


def _unused(line: QuarantinedLine) -> dict[str, Any]:
    try:
        record = json.loads(line.raw)
    except json.JSONDecodeError:
        record = None
    name = record.get("name") if isinstance(record, dict) else None
    return {"id": line.source_id, "name": name if isinstance(name, str) else None,
            "detail": line.detail}  # fmt: skip


def _elsewhere(session: Session, feed: str) -> list[dict[str, Any]]:
    return [
        _record(here, f"{there.feed}: {there.source_id}, {there.name} ({pair.reasons})")
        for state in (PairState.CONFIRMED, PairState.LIKELY)
        for pair in stewardship.listed_twice(session, state=state, feed=feed, limit=None)
        for here, there in ((pair.first, pair.second), (pair.second, pair.first))
        if here.feed == feed
    ]


def page(found: list[dict[str, Any]]) -> str:
    """The findings as one page of HTML that needs nothing else."""
    parts = [
        '<!doctype html><html lang="en-GB"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Directory report</title>'
        "<style>body{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
        "summary{cursor:pointer;padding:.25rem 0}</style><h1>Directory report</h1>"
    ]
    for feed in found:
        parts.append(
            f"<h2>{escape(feed['name'])}</h2><p>{feed['services']:,} services, "
            f"{feed['shown']:,} offered, {feed['closed']:,} closed. "
            f"Licence: {escape(feed['licence'] or 'not stated')}.</p>"
        )
        if lacking := (feed["last"] or {}).get("lacking"):
            parts.append(f"<p>The last import had not all of it: {escape(lacking)}.</p>")
        parts += [_section(finding) for finding in feed["findings"]]
    return "\n".join([*parts, "</html>\n"])


def _section(finding: dict[str, Any]) -> str:
    records = finding["records"]
    rows = "".join(f"<li>{escape(_row(record))}</li>" for record in records[:_LISTED])
    more = ""
    if len(records) > _LISTED:
        more = f"<p>The first {_LISTED} of {len(records):,}; <code>--json</code> has all.</p>"
    return (
        f"<details><summary>{escape(finding['what'])}: {len(records):,}</summary>"
        f"<p>{escape(finding['do'])}</p>{more}<ul>{rows}</ul></details>"
    )


def _row(record: dict[str, Any]) -> str:
    row = f"{record['id'] or 'no id'}: {record['name'] or 'no name'}"
    return f"{row}. {record['detail']}" if record["detail"] else row
