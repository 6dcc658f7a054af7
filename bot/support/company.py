"""Who must not be pointed to, whatever else is known of them."""

from __future__ import annotations

from bot.network.model import FAMILY, Kind, Network


def not_to_be_named(network: Network, *, told_of_abuse: bool) -> frozenset[str]:
    """Keys of whom never to point to once abuse was told, as nobody may have said who it was.

    Everybody but staff while no member is known to make things harder; family while only others
    are known to. Where one of the family is, that is taken to be who was told of.
    """
    if not told_of_abuse:
        return frozenset()
    named = [m for m in network if m.strain]
    if any(m.relationship in FAMILY for m in named):
        return frozenset()
    return frozenset(
        m.key for m in network if m.relationship in FAMILY or (not named and m.kind is Kind.PERSON)
    )
