"""Invented networks of any size for the pictures in the docs and for the benchmark."""

from __future__ import annotations

from bot.network.model import (
    Contact,
    Kind,
    Member,
    Network,
    Relationship,
    Work,
    kind_of,
)

R = Relationship
_W = {"i": Work.ILLNESS, "e": Work.EVERYDAY, "m": Work.EMOTIONAL}

# name, relationship, circle, contact, help; the ones named first are those people name first.
_PEOPLE: tuple[tuple[str, Relationship, int, str, str], ...] = (
    ("Jean", R.PARTNER, 1, "daily", "iem"),
    ("Bob", R.CHILD, 1, "weekly", "e"),
    ("Dr Patel", R.GP, 2, "monthly", "i"),
    ("Margaret", R.NEIGHBOUR, 2, "weekly", "e"),
    ("Breathe Easy group", R.GROUP, 2, "monthly", "im"),
    ("Tess", R.PET, 1, "daily", "m"),
    ("Sunita", R.FRIEND, 2, "weekly", "m"),
    ("COPD forum", R.ONLINE_COMMUNITY, 3, "weekly", "i"),
    ("Siân", R.CHILD, 1, "monthly", "m"),
    ("Little Alfie", R.GRANDCHILD, 1, "weekly", ""),
    ("Nurse Okafor", R.NURSE, 2, "monthly", "i"),
    ("Walking football", R.GROUP, 3, "weekly", "e"),
    ("Brother Tom", R.SIBLING, 2, "less", ""),
    ("Mrs Kowalczyk", R.NEIGHBOUR, 3, "monthly", ""),
    ("Ahmed at the chemist", R.PHARMACIST, 3, "monthly", "i"),
    ("Old Dave", R.FRIEND, 2, "monthly", "m"),
    ("St Mary’s coffee morning", R.GROUP, 2, "weekly", "m"),
    ("Auntie Pat", R.OTHER_FAMILY, 3, "less", ""),
    ("Lily", R.GRANDCHILD, 2, "monthly", ""),
    ("Ελένη", R.FRIEND, 3, "less", ""),
    ("محمد", R.NEIGHBOUR, 3, "weekly", ""),
    ("Carer Joy", R.PAID_CARER, 2, "daily", "e"),
    ("Smokey", R.PET, 2, "daily", "m"),
    ("Cousin Bernadette", R.OTHER_FAMILY, 3, "less", ""),
    ("Physio Marta", R.OTHER_PROFESSIONAL, 3, "monthly", "i"),
    ("Ken", R.COLLEAGUE, 3, "monthly", ""),
    ("Allotment society", R.GROUP, 3, "weekly", ""),
    ("Jo", R.FRIEND, 1, "weekly", "m"),
    ("Priya", R.CHILD, 2, "weekly", "e"),
    ("Uncle Fitzgerald", R.OTHER_FAMILY, 3, "less", ""),
    ("Facebook family group", R.ONLINE_COMMUNITY, 2, "daily", "m"),
    ("Zoë", R.GRANDCHILD, 3, "monthly", ""),
    ("Father O’Brien", R.OTHER, 3, "weekly", "m"),
    ("Hassan", R.FRIEND, 2, "monthly", ""),
    ("Social worker Ann", R.SOCIAL_WORKER, 3, "less", ""),
    ("Choir", R.GROUP, 2, "weekly", "m"),
    ("Ольга", R.FRIEND, 3, "less", ""),
    ("Sister Winifred", R.SIBLING, 2, "weekly", ""),
    ("Milkman Pete", R.OTHER, 3, "weekly", ""),
    ("Ivy", R.NEIGHBOUR, 3, "weekly", ""),
)
_KNOW = ((1, 2, 9, 10), (1, 4), (3, 11), (5, 12), (7, 16), (17, 33, 4), (13, 18, 24, 30), (29, 32))


def sample_map(size: int) -> Network:
    """The first ``size`` members (at most 40) of an invented person, with their ties."""
    members = tuple(
        Member(
            key=f"m{number}",
            label=name,
            kind=kind_of(relationship),
            relationship=relationship,
            circle=circle,
            contact=Contact(contact),
            help=frozenset(_W[w] for w in works),
            helped_by_ego=kind_of(relationship) is Kind.PERSON and number % 3 == 0,
        )
        for number, (name, relationship, circle, contact, works) in enumerate(
            _PEOPLE[:size], start=1
        )
    )
    network = Network(members)
    for group in _KNOW:
        keys = [f"m{n}" for n in group if n <= size]
        network = network.tied(*keys)
    return network
