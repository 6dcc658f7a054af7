"""What staff see of who somebody is: a pseudonym, and names only where that is covered.

A person has no name in the record; their pseudonym is made from the id and leads back to it.
Names of others in what they said are shown where the person agreed to share with the service,
or for a while to a member of staff who lifted the veil because of a risk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.console.plain import plain
from bot.conversations.masking import mask, names_in
from bot.network.model import Kind, Network
from bot.rights.consents import Scope
from bot.store.base import now
from bot.store.staff import Reveal
from bot.store.tables import Consent, MemberRow, RiskEvent
from bot.store.turns import Conversation

REVEAL_FOR = timedelta(hours=1)
RISK_COUNTS_FOR = timedelta(days=30)

_COLOURS = (
    *("Amber", "Autumn", "Birch", "Bright", "Calm", "Cedar", "Clover", "Copper", "Coral", "Dawn"),
    *("Dusky", "Early", "Ember", "Fern", "Gentle", "Golden", "Green", "Harbour", "Hazel"),
    *("Heather", "Honey", "Indigo", "Ivory", "Ivy", "Jade", "Lilac", "Linen", "Little", "Maple"),
    *("Meadow", "Misty", "Mossy", "Northern", "Ocean", "Olive", "Opal", "Pearl", "Pebble"),
    *("Quiet", "River", "Rose", "Rowan", "Russet", "Saffron", "Sandy", "Scarlet", "Silver"),
    *("Sky", "Slate", "Snowy", "Southern", "Spring", "Steady", "Summer", "Sunny", "Teal"),
    *("Valley", "Velvet", "Violet", "Western", "White", "Willow", "Winter", "Woodland"),
)
_BIRDS = (
    *("Avocet", "Bittern", "Blackbird", "Bullfinch", "Bunting", "Chaffinch", "Crane", "Crossbill"),
    *("Curlew", "Dipper", "Dove", "Dunlin", "Dunnock", "Eider", "Fieldfare", "Finch", "Gannet"),
    *("Godwit", "Goldcrest", "Goldfinch", "Grebe", "Greenfinch", "Grouse", "Heron", "Hoopoe"),
    *("Jackdaw", "Kestrel", "Kingfisher", "Kittiwake", "Knot", "Lapwing", "Lark", "Linnet"),
    *("Martin", "Merlin", "Nightjar", "Nuthatch", "Osprey", "Ouzel", "Owl", "Petrel", "Pipit"),
    *("Plover", "Puffin", "Quail", "Redstart", "Redwing", "Robin", "Sandpiper", "Serin"),
    *("Siskin", "Skylark", "Sparrow", "Stonechat", "Stork", "Swallow", "Swan", "Swift", "Teal"),
    *("Tern", "Thrush", "Wagtail", "Warbler", "Whimbrel", "Wren"),
)
# No vowels, so that they spell nothing; no digits, so that no mask takes them for a number.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_ENDING = 6


def pseudonym(person_id: str) -> str:
    """What staff call a person: "Quiet Heron 4217 KTRMBX"; always the same for the same id.

    There are 2.7e15: among a million people, two share one with a probability of 1 in 5,000.
    """
    number = int.from_bytes(hashlib.sha256(person_id.encode()).digest()[:8], "big")
    number, colour = divmod(number, len(_COLOURS))
    number, bird = divmod(number, len(_BIRDS))
    number, digits = divmod(number, 10_000)
    ending = ""
    for _ in range(_ENDING):
        number, letter = divmod(number, len(_LETTERS))
        ending += _LETTERS[letter]
    return f"{_COLOURS[colour]} {_BIRDS[bird]} {digits:04} {ending}"


def called(words: str, people: Iterable[str]) -> list[str]:
    """Those of some people (ids) whose pseudonym, or id, the words are; case and spaces are free.

    A pseudonym may be given without the letters at its end, as pseudonyms once were; then, and
    very seldom otherwise, there is more than one.
    """
    wanted = "".join(words.split()).casefold()

    def fits(person_id: str) -> bool:
        name = pseudonym(person_id).replace(" ", "").casefold()
        return wanted in (name, name[:-_ENDING], person_id)

    return [person_id for person_id in people if fits(person_id)]


@dataclass(frozen=True)
class Veil:
    """How one member of staff sees what one person said.

    Attributes:
        shared: the person agreed that staff see names.
        until: end of a view that was opened because of a risk; ``None`` for none.
        may_lift: there is a risk of late, so that names may be shown for a reason.
    """

    names: tuple[str, ...] = ()
    shared: bool = False
    until: datetime | None = None
    may_lift: bool = False

    @property
    def is_open(self) -> bool:
        """Whether names are seen."""
        return self.shared or self.until is not None

    def __call__(self, text: object) -> str:
        """A text as this member of staff sees it."""
        words = plain(text)
        return words if self.is_open else mask(words, self.names)

    def network(self, network: Network) -> Network:
        """The map with stand-ins for names: what somebody is, or a number."""
        if self.is_open:
            return network
        return Network(
            tuple(
                m if m.kind is Kind.GROUP and not names_in([m.label])
                else replace(m, label=self(m.label)[:40])
                for m in network.members
            ),
            network.ties,
        )  # fmt: skip


def veil_for(session: Session, who: str, person_id: str) -> Veil:
    """How ``who`` sees a person now."""
    return veils_for(session, who, [person_id])[person_id]


def veils_for(session: Session, who: str, people: Iterable[str | None]) -> dict[str | None, Veil]:
    """How ``who`` sees each of some people now; ``None`` is nobody known, of whom names are hidden.

    A handful of queries, however many people a page shows.
    """
    ids = [person_id for person_id in set(people) if person_id]
    shared = shared_among(session, ids)
    reveals = select(Reveal.person_id, func.max(Reveal.until)).where(
        Reveal.person_id.in_(ids), Reveal.who == who, Reveal.until > now()
    )
    until = {
        person_id: end for person_id, end in session.execute(reveals.group_by(Reveal.person_id))
    }
    risks = select(RiskEvent.person_id).where(
        RiskEvent.person_id.in_(ids),
        (RiskEvent.at > now() - RISK_COUNTS_FOR) | (RiskEvent.state != "done"),
    )
    at_risk = set(session.scalars(risks))
    known = select(Conversation.person_id, Conversation.names).where(
        Conversation.person_id.in_(ids)
    )
    said = {person_id: names for person_id, names in session.execute(known)}
    labels: dict[str, list[str]] = {}
    members = select(MemberRow.person_id, MemberRow.label).where(MemberRow.person_id.in_(ids))
    for person_id, label in session.execute(members.order_by(MemberRow.position)):
        labels.setdefault(person_id, []).append(label)
    veils: dict[str | None, Veil] = {None: Veil()}
    for person_id in ids:
        names = [*(said.get(person_id) or ()), *names_in(labels.get(person_id, ()))]
        veils[person_id] = Veil(
            tuple(dict.fromkeys(names)),
            person_id in shared,
            until.get(person_id),
            person_id in at_risk,
        )
    return veils


def shared_among(session: Session, people: Iterable[str]) -> set[str]:
    """Those of some people who agreed that staff see names."""
    query = select(Consent.person_id).where(
        Consent.person_id.in_(list(people)),
        Consent.scope == Scope.SHARE.value,
        Consent.withdrawn_at.is_(None),
    )
    return set(session.scalars(query))


def lift(session: Session, who: str, person_id: str, reason: str) -> Reveal:
    """Show names to ``who`` for ``REVEAL_FOR``; the reason is kept."""
    row = Reveal(person_id=person_id, who=who, reason=reason, until=now() + REVEAL_FOR)
    session.add(row)
    session.flush()
    return row


def readable(code: object) -> str:
    """A code as words: "not_understood" is "Not understood"."""
    words = plain(code).replace("_", " ").replace(".", ": ").strip()
    return words[:1].upper() + words[1:]
