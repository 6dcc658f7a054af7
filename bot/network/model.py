"""The personal network: ego's members (alters), the work they do, and their ties.

Plain dataclasses and closed vocabularies, without a database or a channel. The terms are
those of personal-network research; the codes are the contract of the exports and of
``wise understand``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum


class Code(str, Enum):
    """A closed vocabulary whose members are their own stored text."""

    def __str__(self) -> str:
        return str(self.value)


class Kind(Code):
    """What sort of member it is (Rogers 2011; Brooks 2016 for pets; Allen 2016 for online)."""

    PERSON = "person"
    PROFESSIONAL = "professional"
    GROUP = "group"
    ONLINE = "online"
    PET = "pet"


class Relationship(Code):
    """What the member is to ego."""

    PARTNER = "partner"
    EX_PARTNER = "ex_partner"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDCHILD = "grandchild"
    GRANDPARENT = "grandparent"
    OTHER_FAMILY = "other_family"
    FRIEND = "friend"
    NEIGHBOUR = "neighbour"
    COLLEAGUE = "colleague"
    GP = "gp"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    PAID_CARER = "paid_carer"
    SOCIAL_WORKER = "social_worker"
    THERAPIST = "therapist"
    OTHER_PROFESSIONAL = "other_professional"
    GROUP = "group"
    ONLINE_COMMUNITY = "online_community"
    PET = "pet"
    OTHER = "other"


FAMILY = frozenset(
    {
        Relationship.PARTNER,
        Relationship.EX_PARTNER,
        Relationship.PARENT,
        Relationship.CHILD,
        Relationship.SIBLING,
        Relationship.GRANDCHILD,
        Relationship.GRANDPARENT,
        Relationship.OTHER_FAMILY,
    }
)
PROFESSIONAL = frozenset(
    {
        Relationship.GP,
        Relationship.NURSE,
        Relationship.PHARMACIST,
        Relationship.PAID_CARER,
        Relationship.SOCIAL_WORKER,
        Relationship.THERAPIST,
        Relationship.OTHER_PROFESSIONAL,
    }
)


def kind_of(relationship: Relationship | None) -> Kind:
    """The kind that a relationship implies; a person where it says nothing."""
    if relationship in PROFESSIONAL:
        return Kind.PROFESSIONAL
    return {
        Relationship.GROUP: Kind.GROUP,
        Relationship.ONLINE_COMMUNITY: Kind.ONLINE,
        Relationship.PET: Kind.PET,
    }.get(relationship, Kind.PERSON)  # type: ignore[arg-type]


class Contact(Code):
    """How often ego and the member are in touch."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    LESS = "less"


class Distance(Code):
    """How near the member lives."""

    SAME_HOME = "same_home"
    NEAR = "near"
    DRIVE = "drive"
    FAR = "far"
    ONLINE = "online"


class Work(Code):
    """The three kinds of work in words that patients use (Kennedy 2016, Table 1)."""

    ILLNESS = "illness"
    EVERYDAY = "everyday"
    EMOTIONAL = "emotional"


class Status(Code):
    """Whether the member is part of life now."""

    ACTIVE = "active"
    DIED = "died"
    LOST_TOUCH = "lost_touch"


LABEL_MAX = 40


@dataclass(frozen=True)
class Member:
    """One alter. ``None`` means not asked or not known; it never means no.

    Attributes:
        key: stable within one network ("m1", "m2", …), never reused.
        label: at most ``LABEL_MAX`` characters: a first name, nickname or role only.
        circle: 1 inner (very important), 2 or 3; importance to living with the condition.
        help: the work the member does; empty set means asked and does none.
        potential: work the member might do if asked (latent help).
        strain: makes things harder. Private: never drawn, exported for sharing or suggested.
    """

    key: str
    label: str
    kind: Kind = Kind.PERSON
    relationship: Relationship | None = None
    circle: int | None = None
    contact: Contact | None = None
    distance: Distance | None = None
    help: frozenset[Work] | None = None
    potential: frozenset[Work] = frozenset()
    status: Status = Status.ACTIVE
    strain: bool | None = None
    helped_by_ego: bool | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.label) <= LABEL_MAX:
            raise ValueError(f"member {self.key}: a label has 1 to {LABEL_MAX} characters")
        if self.circle not in (None, 1, 2, 3):
            raise ValueError(f"member {self.key}: circle is 1, 2 or 3, not {self.circle}")

    @property
    def can_be_suggested(self) -> bool:
        """Whether the person may ever be pointed to this member."""
        return self.status is Status.ACTIVE and not self.strain


@dataclass(frozen=True)
class Network:
    """Ego's network: members in the order they were named, and undirected ties by key.

    Immutable: every change returns a new network, which makes undo and "then and now"
    a matter of keeping the old one.
    """

    members: tuple[Member, ...] = ()
    ties: frozenset[frozenset[str]] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        keys = [m.key for m in self.members]
        if len(keys) != len(set(keys)):
            raise ValueError("two members share a key")
        for tie in self.ties:
            if len(tie) != 2 or not tie <= set(keys):
                raise ValueError(f"tie {sorted(tie)} does not join two members")

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __getitem__(self, key: str) -> Member:
        for member in self.members:
            if member.key == key:
                return member
        raise KeyError(key)

    @property
    def active(self) -> tuple[Member, ...]:
        """Members who are part of life now."""
        return tuple(m for m in self.members if m.status is Status.ACTIVE)

    def added(self, member: Member) -> Network:
        """With one more member."""
        return replace(self, members=(*self.members, member))

    def changed(self, key: str, **values: object) -> Network:
        """With some values of one member replaced; ``KeyError`` if there is none."""
        new = replace(self[key], **values)  # type: ignore[arg-type]
        return replace(self, members=tuple(new if m.key == key else m for m in self.members))

    def without(self, *keys: str) -> Network:
        """Without some members and their ties; ``KeyError`` if one of them is not there."""
        for key in keys:
            self[key]
        return Network(
            tuple(m for m in self.members if m.key not in keys),
            frozenset(t for t in self.ties if t.isdisjoint(keys)),
        )

    def tied(self, *keys: str) -> Network:
        """With everyone in ``keys`` knowing everyone else in it."""
        new = {frozenset((a, b)) for a in keys for b in keys if a != b}
        return replace(self, ties=self.ties | new)
