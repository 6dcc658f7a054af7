"""The directory: feeds and their health, what to put right, importing again, local records.

What there is to know comes from ``bot.directory``; here are only the pages.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from bot.console.looks import note_looks
from bot.console.names import readable, veils_for
from bot.console.roles import May
from bot.console.web import ROOT, NotSo, NotThere, Page, Visit
from bot.directory import corrections, stewardship
from bot.directory.corrections import CorrectionState
from bot.directory.duplicates import PairState
from bot.directory.importer import ImportReport, UnreadableSource, import_source
from bot.directory.importer.normalise import Rejected, to_service
from bot.directory.query import search_text
from bot.settings import Settings
from bot.store.base import now, unit_of_work
from bot.store.directory import FeedRow, ServiceRow
from bot.store.staff import ImportJob

PAGE = 50
LOCAL = "Local records"
"""The feed of records that staff write here."""

_LARGEST_ID = 2**31 - 1
_SILENT = timedelta(minutes=10)
_log = logging.getLogger(__name__)


def _shown_from(visit: Visit) -> int:
    return min(visit.number("from") or 0, 1_000_000)


def show(visit: Visit) -> Response:
    """Feeds and their health, and a search as patients' matching sees it."""
    words = visit.asked("q")
    return visit.show(
        "directory.html",
        title="Directory",
        feeds=stewardship.feeds(visit.db),
        jobs=_jobs(visit),
        q=words,
        hits=search_text(visit.db, words, None, 15.0)[:PAGE] if words else [],
        readable=readable,
        local=LOCAL,
    )


def lists(visit: Visit) -> Response:
    """Records of one kind: quarantined, stale, flagged."""
    which, feed, start = visit.path("which"), visit.asked("feed") or None, _shown_from(visit)
    flag = visit.asked("flag", 40)
    if which == "quarantine":
        rows: list[Any] = stewardship.quarantined(
            visit.db, feed=feed, reason=flag or None, limit=PAGE + 1, offset=start
        )
    elif which == "stale":
        rows = list(stewardship.stale(visit.db, feed=feed, limit=PAGE + 1, offset=start))
    elif which == "flagged" and flag:
        rows = list(stewardship.flagged(visit.db, flag, feed=feed, limit=PAGE + 1, offset=start))
    else:
        raise NotThere("There is no such list.")
    titles = {"quarantine": "Records that could not be used", "stale": "Not checked for a year",
              "flagged": readable(flag)}  # fmt: skip
    return visit.show(
        "directory_list.html",
        title=titles[which],
        which=which,
        rows=rows[:PAGE],
        feed=feed or "",
        flag=flag,
        more=start + PAGE if len(rows) > PAGE else None,
        readable=readable,
    )


def twice(visit: Visit) -> Response:
    """Pairs of records that may be one service."""
    asked = visit.asked("state")
    state = PairState(asked) if asked in {s.value for s in PairState} else PairState.LIKELY
    start = _shown_from(visit)
    rows = stewardship.listed_twice(visit.db, state=state, limit=PAGE + 1, offset=start)
    return visit.show(
        "directory_twice.html",
        title="Listed twice",
        rows=rows[:PAGE],
        state=state.value,
        states=[s.value for s in PairState],
        more=start + PAGE if len(rows) > PAGE else None,
        readable=readable,
    )


def settle_pair(visit: Visit) -> Response:
    """One service, or two."""
    decide = {"same": stewardship.confirm, "two": stewardship.split}.get(visit.text("is", 10))
    if decide is None:
        raise NotSo("Say whether it is one service or two.")
    try:
        decide(visit.db, _number(visit), by=visit.who)
    except KeyError as error:
        raise NotThere("There is no such pair any more.") from error
    visit.note("settle_pair", target=f"{visit.path('id')} {visit.text('is', 10)}")
    return visit.back(f"{ROOT}/directory/twice")


def _number(visit: Visit) -> int:
    number = visit.path("id")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise NotThere("There is no such record.")
    return int(number)


def wrong(visit: Visit) -> Response:
    """What people said is wrong with a record: a list, or the one that the queue leads to."""
    asked = visit.asked("state")
    states = {s.value for s in CorrectionState}
    state = CorrectionState(asked) if asked in states else CorrectionState.OPEN
    start = _shown_from(visit)
    one = visit.number("id")
    if one is None:
        rows = corrections.corrections(visit.db, state=state, limit=PAGE + 1, offset=start)
    else:
        rows = corrections.corrections(visit.db, state=None, only=min(one, _LARGEST_ID))
        if not rows:
            raise NotThere("There is no such correction any more.")
        state = rows[0].state
    # Their words are a patient's: only who may read conversations sees them.
    with_words = visit.may(May.READ)
    said = {c.id: c for c in rows[:PAGE] if c.words} if with_words else {}
    people = {c.person_id for c in said.values()}
    veils = veils_for(visit.db, visit.who, people)
    note_looks(visit, "look_correction", people)
    return visit.show(
        "directory_wrong.html",
        title="Corrections from patients",
        rows=rows[:PAGE],
        said={key: veils[c.person_id](c.words) for key, c in said.items()},
        state=state.value,
        states=[s.value for s in CorrectionState],
        feeds=corrections.feeds_to_tell(visit.db),
        more=start + PAGE if len(rows) > PAGE else None,
        readable=readable,
    )


def settle_wrong(visit: Visit) -> Response:
    """The person is right, or the record is."""
    said = visit.text("is", 10)
    if said not in ("right", "wrong"):
        raise NotSo("Say whether the correction is right.")
    note = visit.text("note")
    if said == "right" and not note:
        raise NotSo("Write what is right, for the owner of the directory.")
    found = corrections.corrections(visit.db, state=None, only=min(_number(visit), _LARGEST_ID))
    if not found:
        raise NotThere("There is no such correction any more.")
    visit.note("settle_correction", found[0].person_id or "", target=f"{found[0].id} {said}")
    try:
        corrections.settle(visit.db, found[0].id, right=said == "right", note=note, by=visit.who)
    except ValueError as error:
        raise NotSo(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    return visit.back(f"{ROOT}/directory/corrections")


def wrong_file(visit: Visit) -> Response:
    """Confirmed corrections for the owner of one feed, without any patient's words."""
    feed = visit.asked("feed")
    visit.note("export_corrections", target=feed)
    named = corrections.file_name(feed)
    return Response(
        corrections.as_csv(corrections.corrections_file(visit.db, feed)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{named}"'},
    )


def mark_sent(visit: Visit) -> Response:
    """The confirmed ones of one feed went to its owner."""
    feed = visit.text("feed", 200)
    said = visit.text("until", 40)
    try:
        until = datetime.fromisoformat(said) if said else None
    except ValueError as error:
        raise NotSo("Open the page of corrections anew.") from error
    count = corrections.mark_sent(visit.db, feed, until)
    visit.note("corrections_sent", target=f"{feed} {count}".strip())
    return visit.back(f"{ROOT}/directory/corrections")


def retire(visit: Visit) -> Response:
    """Take a feed out of what is offered, or put it back."""
    feed = visit.db.get(FeedRow, _number(visit))
    if feed is None:
        raise NotThere("There is no such feed.")
    retired = visit.text("retired", 1) == "1"
    stewardship.retire(visit.db, feed.id, retired=retired)
    visit.note("feed_retired" if retired else "feed_offered", target=feed.name)
    return visit.back(f"{ROOT}/directory")


# --- importing again -----------------------------------------------------------------------


def _jobs(visit: Visit) -> list[ImportJob]:
    jobs = list(visit.db.scalars(select(ImportJob).order_by(ImportJob.id.desc()).limit(5)))
    for job in jobs:
        if job.state == "running" and now() - job.seen_at > _SILENT:
            job.state, job.outcome = "failed", "It stopped half-way. Ask for it again."
    return jobs


def jobs(visit: Visit) -> Response:
    """How far imports are; a page that is open asks for this now and then."""
    return visit.show("_jobs.html", title="Imports", jobs=_jobs(visit))


def import_again(visit: Visit) -> Response:
    """Read a feed again from where it came from, beside everything else."""
    feed = visit.db.get(FeedRow, _number(visit))
    if feed is None:
        raise NotThere("There is no such feed.")
    source = feed.source or feed.url
    if not source:
        raise NotSo("It is not known where this feed came from. Import it by command.")
    if any(j.state == "running" for j in _jobs(visit)):
        raise NotSo("An import is running. Wait until it is done.")
    job = ImportJob(feed=feed.name, source=source, who=visit.who)
    visit.db.add(job)
    visit.note("import_again", target=feed.name)
    visit.db.commit()
    name, settings, key = feed.name, visit.settings, job.id
    _beside(
        settings,
        key,
        lambda progress: stewardship.import_again(name, progress=progress, url=settings.store_url),
    )
    return RedirectResponse(f"{ROOT}/directory#imports", status_code=303)


def _beside(
    settings: Settings, key: int, work: Callable[[Callable[[ImportReport], None]], ImportReport]
) -> None:
    """Run an import in a thread of its own and keep how far it is."""

    def keep(**values: Any) -> None:
        with unit_of_work(settings.store_url) as session:
            job = session.get(ImportJob, key)
            if job is not None:
                job.seen_at = now()
                for name, value in values.items():
                    setattr(job, name, value)

    def run() -> None:
        try:
            report = work(lambda so_far: keep(records=so_far.read))
            keep(records=report.read, state="done", outcome=_said(report))
        except (UnreadableSource, KeyError) as error:
            keep(state="failed", outcome=str(error)[:500])
        except Exception as error:
            _log.exception("an import of a directory failed")
            keep(state="failed", outcome=f"It failed ({type(error).__name__}). See the log.")

    threading.Thread(target=run, name=f"import-{key}", daemon=True).start()


def _said(report: ImportReport) -> str:
    counts = {
        "new": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "closed": report.closed,
        "not usable": report.quarantined_count,
    }
    words = ", ".join(f"{n:,} {name}" for name, n in counts.items())
    return f"{words}. Not all was read: {report.lacking}" if report.lacking else words


# --- local records -------------------------------------------------------------------------

FIELDS: dict[str, tuple[str, int]] = {
    "name": ("Name of the activity or service", 200),
    "organization": ("Who runs it", 200),
    "description": ("What happens there, and what a first visit is like", 3000),
    "when": ("When, in words, like “Tuesdays 10am to 12 noon”", 200),
    "place": ("Name of the place", 200),
    "address": ("Street", 200),
    "town": ("Town", 100),
    "postcode": ("Postcode", 10),
    "phone": ("Phone", 40),
    "email": ("E-mail", 200),
    "url": ("Web page", 300),
    "cost": ("Cost in words, like “Free” or “£3 a session”", 200),
}
_NEEDED = ("name", "description")


def _local_path(settings: Settings) -> Path:
    return settings.wise_home / "local-directory.json"


def local_records(settings: Settings) -> dict[str, dict[str, str]]:
    """What staff wrote here: the fields of each record by its id."""
    path = _local_path(settings)
    if not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))["contents"]
    return {record["id"]: record["_form"] for record in kept}


def as_hsds(key: str, form: Mapping[str, str], today: str) -> dict[str, Any]:
    """The form of a local record as a service of HSDS 3.0."""
    space = uuid.UUID(key)

    def part(name: str) -> str:
        return str(uuid.uuid5(space, name))

    record: dict[str, Any] = {
        "id": key,
        "_form": dict(form),
        "name": form["name"],
        "description": form["description"],
        "status": "inactive" if form.get("closed") else "active",
        "assured_date": today,
        "last_modified": f"{today}T00:00:00Z",
        "url": form.get("url") or None,
        "email": form.get("email") or None,
    }
    if form.get("organization"):
        record["organization"] = {"id": part("organization"), "name": form["organization"]}
    if form.get("when"):
        record["schedules"] = [{"id": part("schedule"), "description": form["when"]}]
    if form.get("phone"):
        record["phones"] = [{"id": part("phone"), "number": form["phone"]}]
    if form.get("cost"):
        amount = re.search(r"£\s*(\d+(?:\.\d\d)?)", form["cost"])
        free = form["cost"].strip().lower().startswith("free")
        record["cost_options"] = [
            {
                "id": part("cost"),
                "option": form["cost"],
                "amount": 0 if free else float(amount[1]) if amount else None,
                "currency": "GBP",
                "amount_description": form["cost"],
            }
        ]
    if form.get("place") or form.get("postcode") or form.get("town"):
        record["service_at_locations"] = [
            {
                "id": part("at"),
                "location": {
                    "id": part("location"),
                    "location_type": "physical",
                    "name": form.get("place") or None,
                    "addresses": [
                        {
                            "id": part("address"),
                            "address_1": form.get("address") or None,
                            "city": form.get("town") or None,
                            "postal_code": form.get("postcode") or None,
                            "country": "GB",
                            "address_type": "physical",
                        }
                    ],
                },
            }
        ]
    return {k: v for k, v in record.items() if v is not None}


_writing = threading.Lock()


def keep_local(settings: Settings, key: str, form: Mapping[str, str]) -> ImportReport:
    """Keep a local record and bring it into the directory, mended and tagged like any other."""
    with _writing:
        path = _local_path(settings)
        forms = {**local_records(settings), key: dict(form)}
        today = now().date().isoformat()
        contents = []
        for each, fields in forms.items():
            checked = today if each == key else fields.get("checked", today)
            contents.append(as_hsds(each, {**fields, "checked": checked}, checked))
        page = {
            "total_items": len(contents), "total_pages": 1, "page_number": 1,
            "size": len(contents), "first_page": True, "last_page": True, "empty": False,
            "contents": contents,
        }  # fmt: skip
        draft = path.with_suffix(".draft")
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(page, indent=1, ensure_ascii=False), encoding="utf-8")
        draft.replace(path)
        return import_source(path, feed=LOCAL, url=settings.store_url)


def show_local(visit: Visit) -> Response:
    """The records that staff wrote here, and the form for one."""
    records = local_records(visit.settings)
    key = visit.asked("id", 40)
    if key and key not in records:
        raise NotThere("There is no such record.")
    return visit.show(
        "directory_local.html",
        title="Local records",
        records=sorted(records.items(), key=lambda kv: kv[1]["name"].casefold()),
        key=key,
        form=records.get(key, {}),
        fields=FIELDS,
        needed=_NEEDED,
        seen=_seen(records[key]) if key else "",
        ids=_service_ids(visit),
    )


def _service_ids(visit: Visit) -> dict[str, int]:
    query = (
        select(ServiceRow.source_id, ServiceRow.id)
        .join(FeedRow, FeedRow.id == ServiceRow.feed_id)
        .where(FeedRow.name == LOCAL)
    )
    return {source: key for source, key in visit.db.execute(query)}


def _seen(form: Mapping[str, str]) -> str:
    """Changes when a record does, so that nobody writes over what they did not see."""
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()


def _check(key: str, form: Mapping[str, str]) -> None:
    """Refuse what an import would leave out, by name, before anything is kept."""
    try:
        read = to_service(as_hsds(key, form, now().date().isoformat()))
    except Rejected as error:
        raise NotSo("This name says nothing. Write what people call it.") from error
    kept = {
        "phone": any(phone.e164 for phone in read.phones),
        "email": read.email,
        "url": read.url,
        "postcode": any(place.postcode for place in read.locations),
    }
    for name, usable in kept.items():
        if form.get(name) and not usable:
            raise NotSo(f"{FIELDS[name][0]}: “{form[name]}” cannot be used. Put it right.")


def write_local(visit: Visit) -> Response:
    """Keep a local record."""
    form = {name: visit.text(name, most) for name, (_, most) in FIELDS.items()}
    for name in _NEEDED:
        if not form[name]:
            raise NotSo(f"Fill in: {FIELDS[name][0].lower()}.")
    if visit.text("closed", 1):
        form["closed"] = "1"
    key = visit.text("id", 40)
    records = local_records(visit.settings)
    if key and key not in records:
        raise NotThere("There is no such record.")
    if key and visit.text("seen", 64) not in ("", _seen(records[key])):
        raise NotSo("Somebody else has changed this record since you opened it. Open it again.")
    key = key or str(uuid.uuid4())
    _check(key, form)
    visit.note("local_record", target=key)
    # The import has a transaction of its own; on SQLite ours must not stand in its way.
    visit.db.commit()
    keep_local(visit.settings, key, form)
    return RedirectResponse(f"{ROOT}/directory/local?id={key}&done=1", status_code=303)


PAGES = (
    Page("GET", "/directory", show, May.DIRECTORY),
    Page("GET", "/directory/imports", jobs, May.DIRECTORY),
    Page("GET", "/directory/twice", twice, May.DIRECTORY),
    Page("GET", "/directory/corrections", wrong, May.DIRECTORY),
    Page("GET", "/directory/corrections.csv", wrong_file, May.CORRECTIONS),
    Page("POST", "/directory/corrections/sent", mark_sent, May.CORRECTIONS),
    Page("POST", "/directory/corrections/{id}", settle_wrong, May.CORRECTIONS),
    Page("POST", "/directory/twice/{id}", settle_pair, May.DIRECTORY_EDIT),
    Page("POST", "/directory/import/{id}", import_again, May.DIRECTORY_EDIT),
    Page("POST", "/directory/retire/{id}", retire, May.DIRECTORY_EDIT),
    Page("GET", "/directory/local", show_local, May.DIRECTORY),
    Page("POST", "/directory/local", write_local, May.DIRECTORY_EDIT),
    Page("GET", "/directory/{which}", lists, May.DIRECTORY),
)
