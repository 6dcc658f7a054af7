"""Scripted dialogues: a patient's side in YAML, and what the bot is expected to say and keep.

The format is meant to be read by a nurse; ``docs/dialogues.md`` explains it::

    title: Zero people is fine
    turns:
      - says: hello                  # typed text
        expects: [computer program]  # words that the replies must hold
      - taps: Yes, let's start       # a button
      - ticks: [Diabetes]            # toggles, then Done
      - shares: [52.9, -1.6]         # a location
      - sends: voice                 # something that is not text
      - waits: 15                    # that many days, on a made-up clock
        never: [error]               # words that must not come
        buttons: [Skip]              # buttons that must be there
        picture: true                # a picture must come, or must not
        silence: true                # nothing at all may come
        stored: {people: []}         # what the record holds now
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select

from bot import scheduler
from bot.conversations.turns import (
    Chosen,
    Due,
    Incoming,
    Location,
    Outgoing,
    Press,
    Text,
    Turns,
    Unreadable,
)
from bot.store import follow_ups, messages
from bot.store.base import now, unit_of_work
from bot.store.directory import CorrectionRow
from bot.store.people import sender_for
from bot.store.record import NoRecord, Record
from bot.store.tables import FollowUp

CHANNEL = follow_ups.CHANNEL
"""Scripts are played as on the channel on which the bot can write first."""

_DOES = ("says", "taps", "ticks", "shares", "sends", "waits")
_KEYS = {*_DOES, "expects", "never", "buttons", "picture", "silence", "stored", "note"}


class ScriptError(ValueError):
    """A script that cannot be read: names the file, the turn and what is wrong."""


@dataclass(frozen=True)
class Turn:
    """One thing that the patient does, and what is expected after it."""

    does: str
    what: Any
    expects: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    picture: bool | None = None
    silence: bool = False
    stored: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Script:
    """A dialogue."""

    title: str
    turns: tuple[Turn, ...]
    path: Path


def read_script(path: Path) -> Script:
    """The script in a file; ``ScriptError`` says what is wrong with it."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or not isinstance(data.get("turns"), list):
        raise ScriptError(f"{path}: a title and a list of turns are needed")
    return Script(
        title=str(data.get("title") or path.stem),
        turns=tuple(_turn(path, n, t) for n, t in enumerate(data["turns"], 1)),
        path=path,
    )


def _turn(path: Path, number: int, data: Any) -> Turn:
    if not isinstance(data, dict):
        raise ScriptError(f"{path}, turn {number}: a mapping is needed")
    unknown = set(data) - _KEYS
    if unknown:
        raise ScriptError(f"{path}, turn {number}: unknown {', '.join(sorted(unknown))}")
    does = [d for d in _DOES if d in data]
    if len(does) != 1:
        raise ScriptError(f"{path}, turn {number}: exactly one of {', '.join(_DOES)} is needed")
    if does[0] == "waits" and not isinstance(data["waits"], int | float):
        raise ScriptError(f"{path}, turn {number}: waits is a number of days")
    if does[0] in ("says", "taps") and not isinstance(data[does[0]], str):
        raise ScriptError(f"{path}, turn {number}: put quotes around {data[does[0]]!r}")
    return Turn(
        does=does[0],
        what=data[does[0]],
        expects=_texts(data.get("expects")),
        never=_texts(data.get("never")),
        buttons=_texts(data.get("buttons")),
        picture=data.get("picture"),
        silence=bool(data.get("silence")),
        stored=data.get("stored") or {},
    )


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(v) for v in (value if isinstance(value, list) else [value]))


@dataclass
class Played:
    """What happened in one turn: what was done, the replies, and what differed."""

    turn: Turn
    replies: list[Outgoing]
    problems: list[str] = field(default_factory=list)


@dataclass
class Result:
    """A script that was played."""

    script: Script
    played: list[Played]

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not any(p.problems for p in self.played)

    def as_text(self) -> str:
        """The whole dialogue as it went, with ``≠`` lines where it differed."""
        lines = [f"# {self.script.title} ({self.script.path.name})"]
        for played in self.played:
            lines.append(f"\n  patient {played.turn.does}: {played.turn.what}")
            for out in played.replies:
                lines += [f"  bot: {line}" for line in shown(out)]
            lines += [f"  ≠ {problem}" for problem in played.problems]
        return "\n".join(lines)


def shown(out: Outgoing) -> list[str]:
    """A reply as lines of text: the picture, the words, toggles and buttons."""
    reply = out.reply
    lines = ["[picture]"] if reply.map_id else []
    lines += reply.text.split("\n")
    if reply.toggles:
        marks = [("☑ " if t.on else "☐ ") + t.title for t in reply.toggles]
        lines.append("  ".join(marks) + f"  [{reply.done}]")
    if reply.buttons:
        lines.append(" ".join(f"[{b.title}]" for b in reply.buttons))
    return lines


async def play(script: Script, turns: Turns, address: str) -> Result:
    """Play a script against the assistant as one patient."""
    played: list[Played] = []
    last: list[Outgoing] = []
    keyboards: list[Outgoing] = []
    clock = now()
    for number, turn in enumerate(script.turns, 1):
        problems: list[str] = []
        if turn.does == "waits":
            until = clock + timedelta(days=float(turn.what))
            last, clock = await _what_is_due(turns, address, clock, until), until
            keyboards = [out for out in last if out.keyboard_id] or keyboards
        elif (incoming := _incoming(turn, keyboards, problems)) is not None:
            last = await turns.take(
                CHANNEL, address, incoming, update_key=f"{script.path.stem}:{number}"
            )
            fresh = [out for out in last if out.keyboard_id]
            keyboards = fresh or keyboards
        problems += _differences(turn, last, address)
        played.append(Played(turn, last, problems))
    return Result(script, played)


async def _what_is_due(
    turns: Turns, address: str, moment: datetime, until: datetime
) -> list[Outgoing]:
    """Let the scheduler work through a stretch of time, and take the turns that it begins."""
    said: list[Outgoing] = []
    while moment < until:
        scheduler.run_due(lambda: moment)  # noqa: B023 - it is called here
        with unit_of_work() as session:
            begun = messages.next_update(session, CHANNEL, address)
            if begun is not None:
                messages.finish_update(session, begun.key)
            due = session.scalar(
                select(func.min(FollowUp.next_at)).where(
                    FollowUp.person_id == sender_for(CHANNEL, address)
                )
            )
        if begun is not None:
            said += await turns.take(CHANNEL, address, Due(), update_key=begun.key)
        # What is due may have to wait for its hour, or for another day.
        moment = max(due or until, moment + timedelta(hours=1))
    return said


def _incoming(turn: Turn, keyboards: list[Outgoing], problems: list[str]) -> Incoming | None:
    if turn.does == "says":
        return Text(str(turn.what))
    if turn.does == "shares":
        return Location(float(turn.what[0]), float(turn.what[1]))
    if turn.does == "sends":
        return Unreadable(str(turn.what))
    for out in reversed(keyboards):
        if out.keyboard_id is None:
            continue
        if turn.does == "taps":
            titles = [b.title for b in out.reply.buttons]
            if turn.what in titles:
                return Press(out.keyboard_id, titles.index(turn.what))
        elif out.reply.toggles:
            titles = [t.title for t in out.reply.toggles]
            wanted = _texts(turn.what)
            missing = [w for w in wanted if w not in titles]
            if not missing:
                return Chosen(out.keyboard_id, tuple(titles.index(w) for w in wanted))
    offered = [
        [b.title for b in o.reply.buttons] + [t.title for t in o.reply.toggles] for o in keyboards
    ]
    problems.append(f"there is no {turn.what!r} to press; there is {offered}")
    return None


def _differences(turn: Turn, replies: list[Outgoing], address: str) -> Iterable[str]:
    said = _plain("\n".join("\n".join(shown(out)) for out in replies))
    for words in turn.expects:
        if _plain(words) not in said:
            yield f"expected the words {words!r}"
    for words in turn.never:
        if _plain(words) in said:
            yield f"did not expect the words {words!r}"
    titles = {b.title for o in replies for b in o.reply.buttons}
    titles |= {t.title for o in replies for t in o.reply.toggles}
    for title in turn.buttons:
        if title not in titles:
            yield f"expected a button {title!r}; there is {sorted(titles)}"
    if turn.silence and replies:
        yield f"expected silence, not {said!r}"
    if turn.picture is not None and turn.picture != any(o.reply.map_id for o in replies):
        yield "expected a picture" if turn.picture else "did not expect a picture"
    if turn.stored:
        kept = stored(address)
        for key, wanted in turn.stored.items():
            if key not in kept:
                yield f"stored: there is no {key!r}; known are {sorted(kept)}"
            elif kept[key] != wanted:
                yield f"stored {key}: expected {wanted!r}, got {kept[key]!r}"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold().replace("’", "'")


def stored(address: str) -> dict[str, Any]:
    """What a script may ask of the record, by name."""
    with unit_of_work() as session:
        try:
            record = Record.of(session, sender_for(CHANNEL, address))
        except NoRecord:
            return {"record": False}
        network = record.network()
        return {
            "record": True,
            "stage": record.person.stage,
            "conditions": record.person.conditions,
            "area": record.person.area,
            "age": record.person.age_band,
            "access": sorted(record.person.access_needs),
            "travel": sorted(record.person.travel),
            "difficulties": sorted(d.area.value for d in record.difficulties()),
            "big": sorted(
                d.area.value for d in record.difficulties() if d.size and d.size.value == "big"
            ),
            "first": [d.area.value for d in record.difficulties() if d.priority],
            "people": sorted(m.label for m in network),
            "circles": {m.label: m.circle for m in network},
            "relationships": {m.label: m.relationship and m.relationship.value for m in network},
            "contact": {m.label: m.contact and m.contact.value for m in network},
            "help": {m.label: sorted(w.value for w in m.help or ()) for m in network},
            "near": {m.label: m.distance and m.distance.value for m in network},
            "gives": sorted(m.label for m in network if m.helped_by_ego),
            "steps_in": sorted(m.label for m in network if m.potential),
            "knows": sorted(
                " and ".join(sorted(network[key].label for key in tie)) for tie in network.ties
            ),
            "status": {m.label: m.status.value for m in network},
            "harder": sorted(m.label for m in network if m.strain),
            "agreed": (seen := record.last_type()) and seen.agreed,
            "own": {
                g.code: network[g.evidence["own"]].label
                for g in record.confirmed_gaps()
                if g.evidence.get("own") in {m.key for m in network}
            },
            "gaps": sorted(
                f"{g.code}.{g.work}" if g.work else g.code for g in record.confirmed_gaps()
            ),
            "preferences": sorted(record.preferences()),
            "shown": len(record.options()),
            "saved": len(record.options("saved")),
            "rejected": len(record.options("rejected")),
            "plans": [
                {"what": p.what, "when": p.when_words, "with": p.with_words} for p in record.plans()
            ],
            "follow_ups": [
                {
                    key: value
                    for key, value in (
                        ("state", f.state),
                        ("tried", f.tried),
                        ("worth", f.worth),
                        ("barrier", f.barrier),
                        ("decision", f.decision),
                    )
                    if value
                }
                for f in session.scalars(
                    select(FollowUp)
                    .where(FollowUp.person_id == record.person.id)
                    .order_by(FollowUp.id)
                )
            ],
            "corrections": [
                {"name": name, "about": about}
                for name, about in session.execute(
                    select(CorrectionRow.name, CorrectionRow.about)
                    .where(CorrectionRow.person_id == record.person.id)
                    .order_by(CorrectionRow.id)
                )
            ],
            "answered_by": record.person.answered_by,
            "consents": sorted(record.consents()),
            "risks": [f"{r.level} {r.category or '-'}" for r in record.risks()],
            "asked": [r.answer for r in record.risks() if r.asked],
        }
