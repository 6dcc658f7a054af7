"""Whom the person may be pointed to. Every suggestion of a person on the map comes through here."""

from __future__ import annotations

from bot.network.model import FAMILY, Kind, Member, Network
from bot.store.record import Record


def not_to_be_named(record: Record, network: Network) -> frozenset[str]:
    """Whom never to point to once abuse was told, as nobody may have said who it was.

    Everybody but staff while no member is known to make things harder; family while only others
    are known to. Where one of the family is, that is taken to be who was told of.
    """
    if not record.told_of_abuse():
        return frozenset()
    named = [m for m in network if m.strain]
    if any(m.relationship in FAMILY for m in named):
        return frozenset()
    return frozenset(
        m.key for m in network if m.relationship in FAMILY or (not named and m.kind is Kind.PERSON)
    )


def company(record: Record) -> list[Member]:
    """Whom on the map the person may turn to; the inner circle first.

    A GP does not come along for a swim: staff are offered where there is nobody else.
    """
    network = record.network()
    never = not_to_be_named(record, network)
    members = [
        m for m in network if m.can_be_suggested and m.kind is not Kind.PET and m.key not in never
    ]
    members = [m for m in members if m.kind is not Kind.PROFESSIONAL] or members
    return sorted(members, key=lambda m: m.circle or 4)
