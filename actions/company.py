"""Whom the person may be pointed to. Every suggestion of a person on the map comes through here."""

from __future__ import annotations

from bot.network.edits import Match, is_certain, resolve
from bot.network.model import Kind, Member, Network, Status
from bot.store.record import Record
from bot.support import company as company_rules


def not_to_be_named(record: Record, network: Network) -> frozenset[str]:
    """Keys of whom never to point to once abuse was told; see ``bot.support.company``."""
    return company_rules.not_to_be_named(network, told_of_abuse=record.told_of_abuse())


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


def mourned(network: Network, text: str) -> Member | None:
    """Who has died of those on the map, where words name them: nobody can count on them now.

    Nothing is said of somebody dead whom the words may not mean ("my brother").
    """
    found = resolve(network, text) if text else None
    if not isinstance(found, Match):
        return None
    member = network[found.key]
    return member if member.status is Status.DIED and is_certain(member, text) else None
