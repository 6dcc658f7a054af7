"""What one message says, as plain values: the output of ``wise understand``.

Nothing here knows of Rasa. Codes are those of ``bot.network.model`` and ``bot.needs.areas``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.needs.areas import Area, Size
from bot.network.model import Contact, Kind, Relationship, Status, Work

Operation = Literal[
    "add",
    "remove",
    "rename",
    "set_relationship",
    "set_circle",
    "set_contact",
    "set_help",
    "merge",
    "died",
    "undo",
]

NAMES_NOBODY_NEW: frozenset[Operation] = frozenset(
    {"remove", "rename", "set_circle", "set_relationship", "set_contact", "set_help", "merge"}
)
"""Changes of somebody who is on the map; one who is added, or whose death is told, may be new."""


PRONOUNS = frozenset({"he", "she", "they", "him", "her", "them", "it"})
"""Words for somebody who was named before; nobody's name."""


@dataclass(frozen=True)
class MemberMention:
    """A person, pet, group, professional or online community named as part of ego's life."""

    name: str
    relationship: Relationship | None = None
    kind: Kind = Kind.PERSON
    circle: int | None = None
    contact: Contact | None = None
    help: tuple[Work, ...] = ()
    status: Status = Status.ACTIVE
    strain: bool = False

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON object."""
        return {
            "name": self.name,
            "relationship": self.relationship and self.relationship.value,
            "kind": self.kind.value,
            "circle": self.circle,
            "contact": self.contact and self.contact.value,
            "help": [w.value for w in self.help],
            "status": self.status.value,
            "strain": self.strain,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> MemberMention:
        """The reverse of ``to_json``."""
        return cls(
            name=data["name"],
            relationship=data.get("relationship") and Relationship(data["relationship"]),
            kind=Kind(data.get("kind", "person")),
            circle=data.get("circle"),
            contact=data.get("contact") and Contact(data["contact"]),
            help=tuple(Work(w) for w in data.get("help", ())),
            status=Status(data.get("status", "active")),
            strain=bool(data.get("strain")),
        )


@dataclass(frozen=True)
class EditMention:
    """A change of the map asked for in words; ``target`` and ``value`` as written or as codes.

    ``target`` is the text that names the member ("bob", "my sister"). ``value`` is the new
    name for rename, the other member for merge, a code for ``set_*`` (circle as "1".."3").
    """

    operation: Operation
    target: str = ""
    value: str = ""

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON object."""
        return {"operation": self.operation, "target": self.target, "value": self.value}


@dataclass(frozen=True)
class DifficultyMention:
    """A difficulty that the text says is present (not one that it denies)."""

    area: Area
    size: Size | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON object."""
        return {"area": self.area.value, "size": self.size and self.size.value}


@dataclass(frozen=True)
class Meaning:
    """Everything the text says beside its intent."""

    members: tuple[MemberMention, ...] = ()
    edits: tuple[EditMention, ...] = ()
    difficulties: tuple[DifficultyMention, ...] = field(default=())
