"""Turns as staff read them, made from the log of events in the transaction of the turn.

``turns_of`` is a pure function over events as Rasa writes them (``Event.as_dict()``), so the
same code serves the process that talks, a worker behind a broker, and a log from before there
were turns. ``project`` takes up every event that it has not had yet: a turn that could not be
projected is made good with the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.conversations.masking import known_names_in, mask, names_in
from bot.conversations.replies import Reply, reply_from_rasa
from bot.safety.model import Level, Screening
from bot.safety.replies import question_of, reply_key
from bot.safety.screen import screen
from bot.store import turn_search
from bot.store.base import now, unit_of_work
from bot.store.record import Record
from bot.store.tables import MemberRow, Person, RiskEvent, StaffRequest
from bot.store.trackers import TrackerEvent
from bot.store.turns import NOT_OF_THE_PERSON, RISKS, SERVICE, Conversation, Turn

LOW = 0.5
"""A classifier's confidence below which a turn is marked as doubtful."""

STUCK_AFTER, STUCK_WITHIN = 3, 8
NOT_UNDERSTOOD = "not_understood"
"""Kind of the staff request that a conversation makes when it is stuck."""

UNCLEAR = frozenset(
    {
        "utter_rephrase",
        "utter_rephrase_buttons",
        "utter_lost",
        "utter_people_unclear",
        "utter_change_unclear",
        "utter_not_yet",
    }
)
"""Responses by which the bot says that it did not understand."""

_LAST_WORDS = 160
_OUR_SLOTS = frozenset({"requested_slot", "session_started_metadata"})
_KINDS = {"/share_location": "location", "/unreadable": "media", "/choose": "press"}
_ENTITIES = ("members", "edits", "difficulties")


@dataclass
class TurnFacts:
    """One turn, as the columns of ``Turn`` without the person."""

    at: datetime
    kind: str = SERVICE
    channel: str = ""
    update_key: str | None = None
    text: str = ""
    intent: str = ""
    understood: str = ""
    confidence: float | None = None
    ranking: list[Any] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    risk: str = RISKS[0]
    risk_category: str | None = None
    replies: list[Any] = field(default_factory=list)
    form: str = ""
    asked: str = ""
    took_ms: int | None = None
    unclear: bool = False
    low: bool = False
    failed: bool = False


@dataclass
class Where:
    """Where a conversation stands: the form that is on, and the slot that it asks for."""

    form: str = ""
    asked: str = ""


def turns_of(
    events: Iterable[Mapping[str, Any]], where: Where | None = None
) -> Iterator[TurnFacts]:
    """Events in order as turns; each begins with what the person did.

    Args:
        events: as ``Event.as_dict()`` gives them.
        where: how the conversation stood before the first event; kept up to date.
    """
    where = where or Where()
    turn: TurnFacts | None = None
    arrived = 0.0
    for event in events:
        kind = event.get("event")
        if kind == "user":
            if turn is not None:
                yield turn
            turn = _begun(event, where)
            arrived = float((event.get("metadata") or {}).get("at") or event["timestamp"])
        elif kind == "bot":
            if turn is None:
                turn, arrived = TurnFacts(_moment(event)), float(event["timestamp"])
            reply = reply_from_rasa({**(event.get("data") or {}), "text": event.get("text")})
            if reply != Reply():
                turn.replies.append(_without_payloads(reply))
            said = (event.get("metadata") or {}).get("utter_action")
            turn.unclear = turn.unclear or said in UNCLEAR
        elif kind == "active_loop":
            where.form = str(event.get("name") or "").removesuffix("_form")
        elif kind == "slot" and event.get("name") == "requested_slot":
            where.asked = str(event.get("value") or "")
        elif kind == "slot" and turn is not None and event.get("name") not in _OUR_SLOTS:
            turn.slots[str(event["name"])] = event.get("value")
        elif kind == "action" and turn is not None and event.get("name") != "action_listen":
            turn.actions.append(str(event.get("name")))
        if turn is not None and turn.kind != SERVICE:
            turn.took_ms = max(0, round((float(event["timestamp"]) - arrived) * 1000))
    if turn is not None:
        yield turn


def _moment(event: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(event["timestamp"]), timezone.utc)


def _begun(event: Mapping[str, Any], where: Where) -> TurnFacts:
    parsed = event.get("parse_data") or {}
    metadata = event.get("metadata") or {}
    intent = parsed.get("intent") or {}
    heard = parsed.get("understood") or {}
    text = str(event.get("text") or "")
    structured = text.startswith("/")
    kind = metadata.get("kind") or (_kind_of(text) if structured else "text")
    said = metadata.get("said")
    safety = parsed.get("safety") or {}
    confidence = heard.get("confidence") if kind == "text" else None
    level = str(safety.get("level") or RISKS[0])
    return TurnFacts(
        at=_moment(event),
        kind=kind,
        channel=str(event.get("input_channel") or ""),
        update_key=metadata.get("update_key"),
        text=str(said if said is not None else _choice_in(text) if structured else text),
        intent=str(intent.get("name") or ""),
        understood=str(heard.get("name") or intent.get("name") or ""),
        confidence=confidence,
        ranking=[] if structured else list(parsed.get("intent_ranking") or ())[:5],
        found={k: parsed[k] for k in _ENTITIES if parsed.get(k)},
        risk=level if level in RISKS else "concern",
        risk_category=safety.get("category"),
        form=where.form,
        asked=where.asked,
        low=confidence is not None and float(confidence) < LOW,
    )


def _kind_of(payload: str) -> str:
    return next((k for start, k in _KINDS.items() if payload.startswith(start)), "command")


def _choice_in(payload: str) -> str:
    """What a payload carries, where the titles of what was pressed are not known."""
    _, brace, rest = payload.partition("{")
    try:
        values = json.loads(brace + rest) if brace else {}
    except ValueError:
        return ""
    return str(values.get("choice") or values.get("media") or "")


def _without_payloads(reply: Reply) -> dict[str, Any]:
    """A reply as JSON; what buttons send is no reading matter."""
    data = reply.to_json()
    for button in data["buttons"]:
        button["payload"] = ""
    return {k: v for k, v in data.items() if v}


def project(session: Session, person_id: str) -> list[Turn]:
    """Write the turns of all events of a person that have not been projected; these turns.

    An update that was taken twice, after a crash, is one turn: the later one.
    """
    # Several may write for the same person: workers, or a process that notes a failure.
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        return []
    conversation = session.get(Conversation, person_id)
    events = session.execute(
        select(TrackerEvent.id, TrackerEvent.data)
        .where(
            TrackerEvent.person_id == person_id,
            TrackerEvent.id > (conversation.event_id if conversation else 0),
        )
        .order_by(TrackerEvent.id)
    ).all()
    if not events:
        return []
    where = Where(conversation.form, conversation.asked) if conversation else Where()
    facts = list(turns_of((data for _, data in events), where))
    if conversation is None:
        first = facts[0].at if facts else now()
        conversation = Conversation(person_id=person_id, started_at=first, last_at=first)
        session.add(conversation)
        session.flush()
    conversation.event_id = events[-1][0]
    conversation.form, conversation.asked = where.form[:40], where.asked[:40]
    _seen(person, facts)
    return [_write(session, conversation, turn) for turn in facts]


def _seen(person: Person, turns: Iterable[TurnFacts]) -> None:
    """Keep on which day the person was last here; their row is written once a day at most."""
    last = max((t.at for t in turns if t.kind not in NOT_OF_THE_PERSON), default=None)
    if last is not None and last.date() > person.last_seen_at.date():
        person.last_seen_at = last


def _write(session: Session, conversation: Conversation, facts: TurnFacts) -> Turn:
    person_id = conversation.person_id
    row = _earlier(session, person_id, facts.update_key)
    if row is None:
        row = Turn(person_id=person_id, **asdict(facts))
        session.add(row)
        conversation.turns += 1
        conversation.unclear += facts.unclear
        conversation.low += facts.low
        conversation.failed += facts.failed
    else:
        for name, value in asdict(facts).items():
            setattr(row, name, value)
    if not row.stuck and facts.unclear and _is_stuck(session, person_id):
        row.stuck = True
        session.add(StaffRequest(person_id=person_id, kind=NOT_UNDERSTOOD, at=facts.at))
    session.flush()
    row.risk = _risk_of(session, row)
    conversation.risk = max(conversation.risk, RISKS.index(row.risk))
    conversation.last_at = max(conversation.last_at, facts.at)
    conversation.channel = facts.channel or conversation.channel
    if facts.text:
        conversation.last_words = facts.text[:_LAST_WORDS]
    learnt = _learn_names(session, conversation, facts)
    if learnt:
        _search_without(session, conversation, learnt, but=row.id)
    if facts.text:
        # Names are never in the index: nobody can be looked for by the name of their daughter.
        searched = mask(facts.text, conversation.names)
        turn_search.put(session.connection(), [(row.id, searched)])
    return row


def _risk_of(session: Session, turn: Turn) -> str:
    """The turn's risk, by its words or by what they answered: "yes" to a gentle question."""
    noted = (
        ()
        if turn.update_key is None
        else session.scalars(
            select(RiskEvent.level).where(
                RiskEvent.person_id == turn.person_id, RiskEvent.update_key == turn.update_key
            )
        )
    )
    return max((turn.risk, *(level for level in noted if level in RISKS)), key=RISKS.index)


def _search_without(
    session: Session, conversation: Conversation, names: Iterable[str], *, but: int
) -> None:
    """Take names that were learnt just now out of what can be searched of earlier turns."""
    said = or_(*(Turn.text.icontains(name, autoescape=True) for name in names))
    earlier = session.execute(
        select(Turn.id, Turn.text).where(
            Turn.person_id == conversation.person_id, Turn.id != but, said
        )
    )
    masked = [(key, mask(text, conversation.names)) for key, text in earlier]
    turn_search.put(session.connection(), masked)


def _earlier(session: Session, person_id: str, update_key: str | None) -> Turn | None:
    if update_key is None:
        return None
    return session.scalar(
        select(Turn).where(Turn.person_id == person_id, Turn.update_key == update_key)
    )


def _is_stuck(session: Session, person_id: str) -> bool:
    """Whether this unclear turn is the third of the last eight, and none of those was so marked."""
    recent = session.execute(
        select(Turn.unclear, Turn.stuck)
        .where(Turn.person_id == person_id)
        .order_by(Turn.id.desc())
        .limit(STUCK_WITHIN)
    ).all()
    return sum(u for u, _ in recent) >= STUCK_AFTER and not any(s for _, s in recent)


def _learn_names(session: Session, conversation: Conversation, facts: TurnFacts) -> list[str]:
    """Add the names of the map and of this turn to those of the conversation; the new ones."""
    labels = [
        *session.scalars(
            select(MemberRow.label)
            .where(MemberRow.person_id == conversation.person_id, MemberRow.kind != "group")
            .order_by(MemberRow.position)
        ),
        *(m["name"] for m in facts.found.get("members", ()) if m.get("kind") != "group"),
    ]
    known = {n.lower() for n in conversation.names}
    new = []
    for name in (*names_in(labels), *known_names_in(facts.text)):
        if name.lower() not in known:
            known.add(name.lower())
            new.append(name)
    if new:
        conversation.names = [*conversation.names, *new]
    return new


def note_failure(
    session: Session,
    person_id: str,
    *,
    channel: str,
    update_key: str | None,
    kind: str,
    said: str,
    words: str,
) -> None:
    """A turn failed or said nothing, and the person got an apology: staff see that too.

    A risk that was told on it is on their list, as it would be had the turn not failed.
    Somebody without a record is not written down.

    Args:
        said: what Rasa was given to read where ``kind`` is ``text``, else words for what the
            person did.
    """
    seen = screen(said) if kind == "text" else Screening()
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        return
    row = _earlier(session, person_id, update_key)
    conversation = session.get(Conversation, person_id)
    if conversation is None:
        conversation = Conversation(person_id=person_id, started_at=now(), last_at=now())
        session.add(conversation)
        session.flush()
    if row is None:
        facts = TurnFacts(
            now(),
            kind=kind,
            channel=channel,
            update_key=update_key,
            text=said,
            risk=seen.level.value,
            risk_category=seen.category and seen.category.value,
            failed=True,
        )
        _seen(person, [facts])
        row = _write(session, conversation, facts)
    elif not row.failed:
        row.failed = True
        conversation.failed += 1
    if seen.level is not Level.NONE:
        # Where the action had noted it before the turn failed, this is the same one.
        Record.of(session, person_id).note_risk(
            seen.level.value,
            seen.category and seen.category.value,
            seen.detector,
            reply_key(seen),
            subject=seen.subject,
            why=[match.rule for match in seen.matches] or ["nothing was matched"],
            asked=question_of(seen),
            update_key=update_key,
        )
    row.replies = [*row.replies, {"text": words}]


def project_everyone(since: datetime | None = None) -> int:
    """Take up every log that has events which were never projected; how many turns were made.

    Args:
        since: look only at logs that have grown since this moment.
    """
    with unit_of_work() as session:
        last = select(TrackerEvent.person_id, func.max(TrackerEvent.id).label("event_id")).group_by(
            TrackerEvent.person_id
        )
        if since is not None:
            last = last.where(TrackerEvent.timestamp >= since.timestamp())
        people = [
            person_id
            for person_id, event_id in session.execute(last)
            if (c := session.get(Conversation, person_id)) is None or c.event_id < event_id
        ]
    made = 0
    for person_id in people:
        with unit_of_work() as session:
            made += len(project(session, person_id))
    return made


if __name__ == "__main__":
    print(f"{project_everyone()} turns")
