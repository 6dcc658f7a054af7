"""A network at two moments: who came, who went, who moved, and what work moved between people.

A pure comparison by the members' keys, which are never used twice. Who makes things harder is
compared as everyone else, and never with the help they give; ``None`` ("not asked") is no
change.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.network.model import Member, Network, Status, Work
from bot.network.phrases import ENGLISH, Phrases
from bot.network.words import listed


@dataclass(frozen=True)
class Moved:
    """A member who is in another circle than before; ``None`` is in none."""

    member: Member
    was: int | None
    now: int | None

    @property
    def nearer(self) -> bool:
        """Whether the member matters more than before."""
        return (self.now or 4) < (self.was or 4)


@dataclass(frozen=True)
class WorkMoved:
    """Who took up a kind of work, and who let it go; members as they are now."""

    work: Work
    began: tuple[Member, ...] = ()
    ended: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Changes:
    """What is different.

    Attributes:
        came: on the map now and not then.
        went: taken off the map.
        died, lost: still on the map, remembered or out of touch.
        back: out of touch then, and part of life again.
        moved: in another circle.
        work: kinds of work that somebody took up or let go.
    """

    came: tuple[Member, ...] = ()
    went: tuple[Member, ...] = ()
    died: tuple[Member, ...] = ()
    lost: tuple[Member, ...] = ()
    back: tuple[Member, ...] = ()
    moved: tuple[Moved, ...] = ()
    work: tuple[WorkMoved, ...] = ()

    def __bool__(self) -> bool:
        return self != Changes()

    @property
    def moved_members(self) -> tuple[Member, ...]:
        """Who is in another circle."""
        return tuple(moved.member for moved in self.moved)


def compare(then: Network, now: Network) -> Changes:
    """What changed from ``then`` to ``now``; nothing for the same network twice."""
    before, after = {m.key: m for m in then}, {m.key: m for m in now}
    both = [(before[m.key], m) for m in now if m.key in before]

    def became(status: Status) -> tuple[Member, ...]:
        return tuple(m for was, m in both if m.status is status and was.status is not status)

    active = [(was, m) for was, m in both if was.status is m.status is Status.ACTIVE]
    return Changes(
        came=tuple(m for m in now if m.key not in before),
        went=tuple(m for m in then if m.key not in after),
        died=became(Status.DIED),
        lost=became(Status.LOST_TOUCH),
        back=became(Status.ACTIVE),
        moved=tuple(Moved(m, was.circle, m.circle) for was, m in active if was.circle != m.circle),
        work=_work(before, after),
    )


def _helps(member: Member | None, work: Work, away: bool | None) -> bool | None:
    """Whether a member does it; ``None`` where that is not known, or not for anyone to hear.

    ``away`` is what to say of who is not part of life at the time.
    """
    if member is None or member.status is not Status.ACTIVE:
        return away
    return None if member.help is None or member.strain else work in member.help


def _work(before: dict[str, Member], after: dict[str, Member]) -> tuple[WorkMoved, ...]:
    """Of those who are part of life now: of the dead nobody is told that they help no more."""
    moved = []
    for work in Work:
        said = {
            key: (_helps(before.get(key), work, away=False), _helps(member, work, away=None))
            for key, member in after.items()
        }
        began = tuple(after[key] for key, change in said.items() if change == (False, True))
        ended = tuple(after[key] for key, change in said.items() if change == (True, False))
        if began or ended:
            moved.append(WorkMoved(work, began, ended))
    return tuple(moved)


def describe_changes(changes: Changes, phrases: Phrases = ENGLISH) -> str:
    """The changes in words, a line each; a plain word where there are none."""
    if not changes:
        return phrases["then.same"]
    lines = [
        phrases[f"then.{name}"].format(names=listed([m.label for m in members], phrases))
        for name in ("came", "back", "went", "lost", "died")
        if (members := getattr(changes, name))
    ]
    for moved in changes.moved:
        way = "nearer" if moved.nearer else "further"
        place = phrases[f"then.circle_{moved.now}"] if moved.now else phrases["then.no_circle"]
        lines.append(phrases[f"then.{way}"].format(name=moved.member.label, place=place))
    for work in changes.work:
        what = phrases[f"work.{work.work}"]
        for name, members in (("began", work.began), ("ended", work.ended)):
            if members:
                names = listed([m.label for m in members], phrases)
                some = "one" if len(members) == 1 else "many"
                lines.append(phrases[f"then.{name}.{some}"].format(names=names, work=what))
    return "\n".join(phrases["then.line"].format(line=line) for line in lines)
