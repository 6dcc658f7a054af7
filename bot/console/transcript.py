"""One conversation, as it was had, with what was understood beside it; and work on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from bot.console import accounts, meanings
from bot.console.marks import intents
from bot.console.names import REVEAL_FOR, Veil, lift, pseudonym, veil_for
from bot.console.plain import LONDON
from bot.console.queue import DONE, flags_of
from bot.console.roles import May, allowed
from bot.console.web import ROOT, NotSo, NotThere, Page, Visit
from bot.network.exports import network_from_json
from bot.network.picture import render_svg
from bot.store.base import now
from bot.store.staff import Mark, ReviewNote, Tag
from bot.store.tables import Person, RiskEvent, Snapshot
from bot.store.turns import Conversation, Turn

PAGE = 40
_TAG = re.compile(r"[^\w -]+")
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


@dataclass(frozen=True)
class Shown:
    """A turn, ready to show.

    Attributes:
        day: set where the turn is the first of its day.
        text: as this member of staff sees it.
        replies: ``text``, ``buttons`` and ``toggles`` by title, ``map_id`` where there is one.
        found: (what, words) of each thing that was found in the message.
        slots: (name, value) of each slot that changed.
    """

    turn: Turn
    day: date | None
    text: str
    replies: Sequence[dict[str, Any]]
    found: Sequence[tuple[str, str]]
    slots: Sequence[tuple[str, str]]
    notes: Sequence[ReviewNote]
    mark: Mark | None
    risk: RiskEvent | None


def conversation_of(session: Session, person_id: str) -> Conversation:
    """The conversation; ``NotThere`` where there is none."""
    found = session.get(Conversation, person_id)
    if found is None:
        raise NotThere("There is no such conversation. The person may have been erased.")
    return found


def page_of(
    session: Session,
    person_id: str,
    *,
    at: int | None = None,
    after: int | None = None,
    before: int | None = None,
) -> tuple[list[Turn], bool, bool]:
    """A page of turns in order, and whether there are earlier and later ones.

    Args:
        at: a turn that is to be near the top; without any of the three, the latest page.
    """  # fmt: skip
    mine = select(Turn).where(Turn.person_id == person_id)

    def up_to(query: Select[tuple[Turn]], count: int) -> list[Turn]:
        return list(session.scalars(query.order_by(Turn.id.desc()).limit(count)))[::-1]

    def onwards(query: Select[tuple[Turn]], count: int) -> list[Turn]:
        return list(session.scalars(query.order_by(Turn.id).limit(count)))

    if at is not None:
        earlier = up_to(mine.where(Turn.id < at), 4)
        later = onwards(mine.where(Turn.id >= at), PAGE - 3)
        more = len(later) > PAGE - 4
        return earlier[-3:] + later[: PAGE - 4], len(earlier) > 3, more
    if after is not None:
        turns = onwards(mine.where(Turn.id > after), PAGE + 1)
        return turns[:PAGE], bool(up_to(mine.where(Turn.id <= after), 1)), len(turns) > PAGE
    query = mine if before is None else mine.where(Turn.id < before)
    turns = up_to(query, PAGE + 1)
    later_too = before is not None and bool(onwards(mine.where(Turn.id >= before), 1))
    return turns[-PAGE:], len(turns) > PAGE, later_too


def shown(session: Session, turns: Sequence[Turn], veil: Veil) -> list[Shown]:
    """Turns with everything that stands beside them."""
    ids = [t.id for t in turns]
    keys = [t.update_key for t in turns if t.update_key]
    notes: dict[int, list[ReviewNote]] = {}
    for note in session.scalars(
        select(ReviewNote).where(ReviewNote.turn_id.in_(ids)).order_by(ReviewNote.id)
    ):
        notes.setdefault(note.turn_id or 0, []).append(note)
    marks = {m.turn_id: m for m in session.scalars(select(Mark).where(Mark.turn_id.in_(ids)))}
    person_id = turns[0].person_id if turns else ""
    risks = {
        r.update_key: r
        for r in session.scalars(
            select(RiskEvent).where(
                RiskEvent.person_id == person_id, RiskEvent.update_key.in_(keys)
            )
        )
    }
    rows = []
    last: date | None = None
    for turn in turns:
        day = turn.at.astimezone(LONDON).date()
        rows.append(
            Shown(
                turn=turn,
                day=day if day != last else None,
                text=veil(turn.text),
                replies=[_reply(r, veil) for r in turn.replies],
                found=list(_found(turn.found, veil)),
                slots=[(k, veil("emptied" if v is None else v)) for k, v in turn.slots.items()],
                notes=notes.get(turn.id, ()),
                mark=marks.get(turn.id),
                risk=risks.get(turn.update_key) if turn.update_key else None,
            )
        )
        last = day
    return rows


def _reply(reply: dict[str, Any], veil: Veil) -> dict[str, Any]:
    return {
        "text": veil(reply.get("text", "")),
        "buttons": [veil(b.get("title")) for b in reply.get("buttons", ())],
        "toggles": [(veil(t.get("title")), bool(t.get("on"))) for t in reply.get("toggles", ())],
        "done": veil(reply.get("done", "")),
        "map_id": str(reply.get("map_id", "")),
        "ask_location": bool(reply.get("ask_location")),
    }


def _found(found: dict[str, Any], veil: Veil) -> Any:
    for member in found.get("members", ()):
        parts = [member.get("relationship"), member.get("contact"), *(member.get("help") or ())]
        said = ", ".join(str(p).replace("_", " ") for p in parts if p)
        yield "member", veil(member.get("name")) + (f" ({said})" if said else "")
    for edit in found.get("edits", ()):
        what = f"{edit.get('operation')} {edit.get('value') or ''}".replace("_", " ").strip()
        yield "change", veil(f"{edit['target']}: {what}" if edit.get("target") else what)
    for difficulty in found.get("difficulties", ()):
        size = f", {difficulty['size']}" if difficulty.get("size") else ""
        yield "difficulty", f"{str(difficulty.get('area')).replace('_', ' ')}{size}"


# --- pages ---------------------------------------------------------------------------------


def show(visit: Visit) -> Response:
    """A page of the conversation; every look is in the audit."""
    person_id = visit.path("person")
    conversation = conversation_of(visit.db, person_id)
    veil = veil_for(visit.db, visit.who, person_id)
    turns, earlier, later = page_of(
        visit.db,
        person_id,
        at=visit.number("at"),
        after=visit.number("after"),
        before=visit.number("before"),
    )
    visit.note("look_transcript", person_id, target="with names" if veil.is_open else "")
    flags = flags_of(visit.db, visit.who, person_id)
    return visit.show(
        "transcript.html",
        title=pseudonym(person_id),
        name=pseudonym(person_id),
        person=visit.db.get_one(Person, person_id),
        conversation=conversation,
        veil=veil,
        hours=int(REVEAL_FOR.total_seconds() // 3600),
        turns=shown(visit.db, turns, veil),
        at=visit.number("at"),
        earlier=turns[0].id if turns and earlier else None,
        later=turns[-1].id if turns and later else None,
        last=turns[-1].id if turns else None,
        flags=[f for f in flags if f.state != DONE],
        ended=[f for f in flags if f.state == DONE],
        notes=_notes(visit.db, person_id),
        tags=_tags(visit.db, person_id),
        reviewers=_reviewers(visit.db),
        intents=intents(),
        line_of=meanings.line_of,
        unread=conversation.reviewed_at is None or conversation.reviewed_at < conversation.last_at,
    )


def _notes(session: Session, person_id: str) -> list[ReviewNote]:
    return list(
        session.scalars(
            select(ReviewNote)
            .where(ReviewNote.person_id == person_id, ReviewNote.turn_id.is_(None))
            .order_by(ReviewNote.id.desc())
            .limit(50)
        )
    )


def _tags(session: Session, person_id: str) -> list[Tag]:
    return list(session.scalars(select(Tag).where(Tag.person_id == person_id).order_by(Tag.word)))


def _reviewers(session: Session) -> list[str]:
    return [
        row.username
        for row in accounts.everyone(session)
        if row.disabled_at is None and allowed(row.role, May.READ)
    ]


_JUMPS = {
    "risk": Turn.risk != "none",
    "unclear": or_(Turn.unclear, Turn.failed),
    "low": Turn.low,
}


def jump(visit: Visit) -> Response:
    """To the next turn of a kind after one, round again to the first."""
    person_id = visit.path("person")
    conversation_of(visit.db, person_id)
    which = _JUMPS.get(visit.asked("to"))
    to = f"{ROOT}/c/{person_id}"
    if which is not None:
        query = select(Turn.id).where(Turn.person_id == person_id, which).order_by(Turn.id)
        after = query.where(Turn.id > (visit.number("after") or 0)).limit(1)
        found = visit.db.scalar(after) or visit.db.scalar(query.limit(1))
        if found is not None:
            to += f"?at={found}#t{found}"
    return RedirectResponse(to, status_code=303)


def write_note(visit: Visit) -> Response:
    """A note on the conversation, or on one turn of it."""
    person_id = visit.path("person")
    conversation_of(visit.db, person_id)
    turn = visit.text("turn", 20)
    turn_id = None
    if turn:
        usable = turn.isascii() and turn.isdigit() and len(turn) < 18
        row = visit.db.get(Turn, int(turn)) if usable else None
        if row is None or row.person_id != person_id:
            raise NotThere("There is no such turn. The person may have been erased.")
        turn_id = row.id
    words = visit.needed("words", "the note")
    visit.db.add(ReviewNote(person_id=person_id, turn_id=turn_id, who=visit.who, words=words))
    visit.note("write_note", person_id, target=f"turn {turn_id}" if turn_id else "")
    return visit.back(f"{ROOT}/c/{person_id}", f"t{turn_id}" if turn_id else "notes")


def add_tag(visit: Visit) -> Response:
    """A tag on the conversation."""
    person_id = visit.path("person")
    conversation_of(visit.db, person_id)
    word = " ".join(_TAG.sub(" ", visit.needed("word", "the tag", 60)).lower().split())[:30]
    if not word:
        raise NotSo("Use letters and digits for a tag.")
    known = select(Tag).where(Tag.person_id == person_id, Tag.word == word)
    if visit.db.scalar(known) is None:
        visit.db.add(Tag(person_id=person_id, word=word, who=visit.who))
        visit.note("tag", person_id)
    return visit.back(f"{ROOT}/c/{person_id}", "tags")


def remove_tag(visit: Visit) -> Response:
    """Take a tag off."""
    person_id = visit.path("person")
    conversation_of(visit.db, person_id)
    visit.db.execute(
        delete(Tag).where(Tag.person_id == person_id, Tag.word == visit.text("word", 30))
    )
    visit.note("untag", person_id)
    return visit.back(f"{ROOT}/c/{person_id}", "tags")


def assign(visit: Visit) -> Response:
    """Give the conversation to a member of staff, or to nobody."""
    person_id = visit.path("person")
    conversation = conversation_of(visit.db, person_id)
    to = visit.text("to", 80)
    if to and to not in _reviewers(visit.db):
        raise NotSo("Choose somebody who may read conversations.")
    conversation.assigned_to = to or None
    visit.note("assign", person_id, target=to)
    return visit.back(f"{ROOT}/c/{person_id}", "work")


def review(visit: Visit) -> Response:
    """It has been read up to the last turn of the page, and no further."""
    person_id = visit.path("person")
    conversation = conversation_of(visit.db, person_id)
    last = visit.text("turn", 17)
    turn = visit.db.get(Turn, int(last)) if last.isascii() and last.isdigit() else None
    if last and (turn is None or turn.person_id != person_id):
        raise NotThere("There is no such turn. The person may have been erased.")
    read = max(turn.at if turn else now(), conversation.reviewed_at or conversation.started_at)
    conversation.reviewed_at, conversation.reviewed_by = read, visit.who
    visit.note("reviewed", person_id)
    return visit.back(f"{ROOT}/c/{person_id}", "work")


def reveal(visit: Visit) -> Response:
    """Show names for a while, because of a risk; the reason is kept for good."""
    person_id = visit.path("person")
    conversation_of(visit.db, person_id)
    veil = veil_for(visit.db, visit.who, person_id)
    if not veil.may_lift:
        raise NotSo("Names can be shown only where there is a risk, open or of the last 30 days.")
    reason = visit.needed("reason", "why you need to see names", 500)
    if len(reason) < 10:
        raise NotSo("Say in a few more words why you need to see names.")
    lift(visit.db, visit.who, person_id, reason)
    visit.note("reveal_names", person_id, reason=reason)
    return visit.back(f"{ROOT}/c/{person_id}")


def picture(visit: Visit) -> Response:
    """The map that was shown in a turn, with stand-ins for names where they are not covered."""
    person_id = visit.path("person")
    # Of "then and now" staff see the later map.
    snapshot = visit.db.get(Snapshot, visit.path("map").rpartition("-")[2])
    if snapshot is None or snapshot.person_id != person_id:
        raise NotThere("There is no such picture.")
    veil = veil_for(visit.db, visit.who, person_id)
    visit.note("look_map", person_id, target="with names" if veil.is_open else "")
    return svg(render_svg(veil.network(network_from_json(snapshot.network))))


def svg(drawing: str) -> Response:
    """A drawing as a response of its own, which may carry its styles and nothing else."""
    return Response(
        drawing,
        media_type="image/svg+xml",
        headers={"Content-Security-Policy": _PICTURE_POLICY},
    )


PAGES = (
    Page("GET", "/c/{person}", show, May.READ),
    Page("GET", "/c/{person}/jump", jump, May.READ),
    Page("GET", "/c/{person}/map/{map}.svg", picture, May.READ),
    Page("POST", "/c/{person}/note", write_note, May.REVIEW),
    Page("POST", "/c/{person}/tag", add_tag, May.REVIEW),
    Page("POST", "/c/{person}/untag", remove_tag, May.REVIEW),
    Page("POST", "/c/{person}/assign", assign, May.REVIEW),
    Page("POST", "/c/{person}/reviewed", review, May.REVIEW),
    Page("POST", "/c/{person}/reveal", reveal, May.REVEAL),
)
