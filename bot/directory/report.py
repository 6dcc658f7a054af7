"""What a directory officer can act on: each feed's faults, with the records that have them."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from typing import Any

from sqlalchemy.orm import Session

from bot.directory import stewardship

# The faults that an owner can mend, in plain words.
FAULTS = {
    "no_coordinates": "No place on the map",
    "coordinates_far_from_postcode": "The map point is far from the postcode",
    "coordinates_zero": "The map point is 0, 0",
    "postcode_not_valid": "The postcode is not one that exists",
    "no_schedule": "Days and times are not given",
    "schedule_text_wins": "The words and the table give different days",
    "phone_not_valid": "A phone number that cannot be rung",
    "no_contact": "No phone, e-mail or web address",
    "no_description": "No description",
    "location_missing": "Points to a place that is not in the data",
    "organization_missing": "Points to an organisation that is not in the data",
}
_LISTED = 50


def findings(session: Session, feed: str | None = None) -> list[dict[str, Any]]:
    """One entry a feed: its counts, and up to fifty records for each fault; plain values only."""
    found = []
    twice = stewardship.listed_twice(session, limit=1_000)
    for health in stewardship.feeds(session):
        if feed is not None and health.name != feed:
            continue
        counts = dict(health.flags)
        faults = {
            flag: [
                {"id": line.source_id, "name": line.name}
                for line in stewardship.flagged(session, flag, feed=health.name, limit=_LISTED)
            ]
            for flag in FAULTS
            if flag in counts
        }
        old = stewardship.stale(session, feed=health.name, limit=_LISTED)
        bad = stewardship.quarantined(session, feed=health.name, limit=_LISTED)
        found.append(
            {
                **asdict(health),
                "flags": counts,
                "quarantined": dict(health.quarantined),
                "faults": faults,
                "stale_services": [
                    {"id": s.source_id, "name": s.name, "checked_on": str(s.checked_on)}
                    for s in old
                ],
                "set_aside": [
                    {"id": q.source_id, "reason": q.reason, "detail": q.detail} for q in bad
                ],
                "listed_twice": [
                    {"here": a.name, "there": b.name, "feed": b.feed, "because": pair.reasons}
                    for pair in twice
                    for a, b in ((pair.first, pair.second), (pair.second, pair.first))
                    if a.feed == health.name
                ],
            }
        )
    return found


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
            f"{feed['shown']:,} offered, {feed['stale']:,} not checked for a year, "
            f"{feed['undated']:,} without a date, {feed['closed']:,} closed. "
            f"Licence: {escape(feed['licence'] or 'not stated')}.</p>"
        )
        for flag, lines in feed["faults"].items():
            rows = [f"{line['id']}: {line['name']}" for line in lines]
            parts.append(_section(FAULTS[flag], feed["flags"][flag], rows))
        rows = [f"{s['id']}: {s['name']} ({s['checked_on']})" for s in feed["stale_services"]]
        parts.append(_section("Not checked for over a year", feed["stale"], rows))
        rows = [f"{q['id'] or 'no id'}: {q['reason']}. {q['detail']}" for q in feed["set_aside"]]
        parts.append(_section("Could not be used", sum(feed["quarantined"].values()), rows))
        rows = [
            f"{t['here']} / {t['there']} ({t['feed']}): {t['because']}"
            for t in feed["listed_twice"]
        ]
        parts.append(_section("Also listed by another directory", len(rows), rows))
    return "\n".join([*parts, "</html>\n"])


def _section(title: str, count: int, rows: list[str]) -> str:
    if not count:
        return ""
    listed = "".join(f"<li>{escape(row)}</li>" for row in rows[:_LISTED])
    more = f"<p>The first {_LISTED} of {count:,}.</p>" if count > _LISTED else ""
    return f"<details><summary>{title}: {count:,}</summary>{more}<ul>{listed}</ul></details>"
