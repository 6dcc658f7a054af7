"""One person: the map then and now, gaps, options, plan, consents; export and erasure."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from bot.console.names import REVEAL_FOR, Veil, called, pseudonym, readable, veil_for
from bot.console.queue import flags_of
from bot.console.roles import May
from bot.console.transcript import svg
from bot.console.web import ROOT, NotSo, NotThere, Page, Visit
from bot.network.exports import network_from_json, to_csv, to_graphml
from bot.network.model import Network
from bot.network.picture import render_svg
from bot.network.words import describe
from bot.store import audit
from bot.store.exports import ego_record, whole_record
from bot.store.people import erase
from bot.store.record import NoRecord, Record
from bot.store.tables import (
    Consent,
    Difficulty,
    FollowUp,
    GapRow,
    Note,
    OptionRow,
    Person,
    Plan,
    Snapshot,
)

_ASKED = {
    "waiting": "not asked yet",
    "sent": "asked",
    "nudged": "asked and reminded",
    "answered": "answered",
    "silent": "no answer",
    "stopped": "not asked any more",
}
_WHY = {
    "asked": "The person asked for it",
    "shared": "The person agreed to share it with this service",
}


def record_of(visit: Visit) -> Record:
    """The record of the person in the address."""
    try:
        return Record.of(visit.db, visit.path("person"))
    except NoRecord as error:
        raise NotThere("There is no such person. They may have been erased.") from error


def _maps(session: Session, person_id: str) -> list[Snapshot]:
    return list(
        session.scalars(
            select(Snapshot).where(Snapshot.person_id == person_id).order_by(Snapshot.taken_at)
        )
    )


def _change(then: Network, present: Network, veil: Veil) -> list[str]:
    """What is different between two maps, in words."""
    before = {m.key: m for m in then.members}
    after = {m.key: m for m in present.members}
    lines = [f"New: {veil(m.label)}" for k, m in after.items() if k not in before]
    lines += [f"No longer there: {veil(m.label)}" for k, m in before.items() if k not in after]
    for key in before.keys() & after.keys():
        one, two = before[key], after[key]
        if one.status is not two.status:
            lines.append(f"{veil(two.label)}: {readable(two.status).lower()}")
        elif one.circle != two.circle and two.circle:
            moved = "closer" if (one.circle or 4) > two.circle else "further out"
            lines.append(f"{veil(two.label)}: moved {moved}")
    return lines


def _follow_ups(session: Session, person_id: str) -> dict[int, list[FollowUp]]:
    """What was or will be asked about each plan (by id), in the order of the days agreed."""
    found: dict[int, list[FollowUp]] = {}
    query = select(FollowUp).where(FollowUp.person_id == person_id)
    for row in session.scalars(query.order_by(FollowUp.due_at, FollowUp.id)):
        found.setdefault(row.plan_id, []).append(row)
    return found


def show(visit: Visit) -> Response:
    """Everything that is known of a person; every look is in the audit."""
    record = record_of(visit)
    person = record.person
    veil = veil_for(visit.db, visit.who, person.id)
    maps = _maps(visit.db, person.id)
    network = record.network()
    then = network_from_json(maps[0].network) if maps else None
    visit.note("look_person", person.id, target="with names" if veil.is_open else "")

    def mine(table: Any) -> list[Any]:
        return list(
            visit.db.scalars(select(table).where(table.person_id == person.id).order_by(table.id))
        )

    return visit.show(
        "person.html",
        title=pseudonym(person.id),
        name=pseudonym(person.id),
        person=person,
        veil=veil,
        hours=int(REVEAL_FOR.total_seconds() // 3600),
        network=network,
        first=maps[0] if maps else None,
        words_now=describe(veil.network(network)) if len(network) else "",
        words_then=describe(veil.network(then)) if then is not None and len(then) else "",
        changes=_change(then, network, veil) if then is not None else [],
        readable=readable,
        difficulties=mine(Difficulty),
        words=mine(Note),
        gaps=mine(GapRow),
        options=mine(OptionRow),
        plans=mine(Plan),
        follow_ups=_follow_ups(visit.db, person.id),
        asked=_ASKED,
        consents=mine(Consent),
        flags=flags_of(visit.db, visit.who, person.id),
        looks=list(reversed(audit.about(visit.db, person.id)[-20:]))
        if visit.may(May.AUDIT)
        else [],
        why=_reasons(veil),
    )


def _reasons(veil: Veil) -> dict[str, str]:
    return {k: v for k, v in _WHY.items() if k != "shared" or veil.shared}


def picture(visit: Visit) -> Response:
    """The map as it is, or as it was at first; stand-ins for names where they are not covered."""
    record = record_of(visit)
    which = visit.path("which")
    if which == "now":
        network = record.network()
    else:
        maps = _maps(visit.db, record.person.id)
        if which != "then" or not maps:
            raise NotThere("There is no such picture.")
        network = network_from_json(maps[0].network)
    veil = veil_for(visit.db, visit.who, record.person.id)
    visit.note("look_map", record.person.id, target="with names" if veil.is_open else "")
    return svg(render_svg(veil.network(network)))


def export(visit: Visit) -> Response:
    """A person's record as files in one archive, for a reason that covers it."""
    record = record_of(visit)
    person_id = record.person.id
    veil = veil_for(visit.db, visit.who, person_id)
    why = visit.text("why", 20)
    if why not in _reasons(veil):
        raise NotSo("Say what covers the export: the person's wish, or their agreement to share.")
    reason = visit.needed("reason", "who asked for it and how")
    network = ego_record(record)
    files = {
        "record.json": json.dumps(whole_record(visit.db, person_id), indent=2, ensure_ascii=False),
        "network.graphml": to_graphml(network),
        **{f"network-{name}": text for name, text in to_csv([network]).items()},
    }
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    visit.note("export", person_id, target=why, reason=reason)
    name = pseudonym(person_id).replace(" ", "-").lower()
    return Response(
        body.getvalue(),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )


def erase_person(visit: Visit) -> Response:
    """Erase a person on request; the pseudonym has to be typed, as it cannot be undone."""
    record = record_of(visit)
    person_id = record.person.id
    reason = visit.needed("reason", "who asked for it and how")
    if visit.text("name", 60).casefold() != pseudonym(person_id).casefold():
        raise NotSo(f"Type {pseudonym(person_id)} to show that you mean this person.")
    visit.note("erase", person_id, reason=reason)
    visit.db.flush()
    visit.db.expunge_all()
    gone = erase(visit.db, person_id)
    return visit.show(
        "erased.html", title="Erased", name=pseudonym(person_id), gone=sorted(gone.items())
    )


def find(visit: Visit) -> Response:
    """The person of a pseudonym, or of an id: the way back for whoever may read.

    Where several people fit, all are listed, for staff to tell which one is meant.
    """
    wanted = visit.asked("name", 60)
    found = called(wanted, visit.db.scalars(select(Person.id)))
    for person_id in found or [""]:
        visit.note("find_person", person_id)
    if not found:
        raise NotThere("Nobody has that pseudonym.")
    if len(found) == 1:
        return RedirectResponse(f"{ROOT}/p/{found[0]}", status_code=303)
    people = visit.db.scalars(
        select(Person).where(Person.id.in_(found)).order_by(Person.last_seen_at.desc(), Person.id)
    )
    return visit.show(
        "found.html",
        title="Which of these?",
        wanted=wanted,
        people=[(pseudonym(p.id), p) for p in people],
    )


PAGES = (
    Page("GET", "/find", find, May.READ),
    Page("GET", "/p/{person}", show, May.READ),
    Page("GET", "/p/{person}/map/{which}.svg", picture, May.READ),
    Page("POST", "/p/{person}/export", export, May.EXPORT_PERSON),
    Page("POST", "/p/{person}/erase", erase_person, May.ERASE_PERSON),
)
