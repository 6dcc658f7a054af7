"""What a service is about and whom it shuts out, as bits of one number.

A database can sift by them before we read.

Bits are stored: add at the end, never reorder.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.directory.areas import NATIONS
from bot.directory.categories import Audience, SubCategory

# Conditions that a record may name: the keys of ``conditions`` in data/tagging.yaml.
CONDITIONS = (
    "diabetes", "dementia", "copd", "asthma", "heart", "high blood pressure", "stroke", "cancer",
    "arthritis", "chronic pain", "fibromyalgia", "multiple sclerosis", "parkinson's",
    "motor neurone disease", "epilepsy", "kidney disease", "long covid", "me/cfs", "osteoporosis",
    "mental health", "sight loss", "hearing loss", "brain injury", "learning disability", "autism",
    "addiction", "obesity", "long-term condition", "bowel", "hiv",
)  # fmt: skip

SUBCATEGORY_BITS: dict[SubCategory, int] = {s: 1 << i for i, s in enumerate(SubCategory)}
# A record without any category may still suit; it is looked at with all others.
UNTAGGED = 1 << 24
CONDITION_BITS: dict[str, int] = {c: 1 << (25 + i) for i, c in enumerate(CONDITIONS)}
# Bands of age in years, inclusive, and a bit for each: nobody of it may come.
AGES = ((18, 24), (25, 39), (40, 49), (50, 59), (60, 64), (65, 74), (75, 120))
_CLOSED_TO: dict[tuple[int, int], int] = {ages: 1 << (55 + i) for i, ages in enumerate(AGES)}
# A bit for each nation: nobody who lives there may come. Bits 17 to 19 are free.
_CLOSED_IN: dict[str, int] = {nation: 1 << (20 + i) for i, nation in enumerate(NATIONS)}
CHILDREN = 1 << 62
"""Only for children: the last bit that every database keeps in a whole number."""
GROWN_UP = frozenset({Audience.OLDER_PEOPLE, Audience.CARERS, Audience.DISABLED})


def only_for_children(audience: frozenset[Audience]) -> bool:
    """Whether a service names children, and nobody with whom a grown-up may be meant."""
    return Audience.CHILDREN in audience and not audience & GROWN_UP


def not_for(
    min_age: float | None,
    max_age: float | None,
    audience: frozenset[Audience] = frozenset(),
    outside: Iterable[str] = (),
) -> int:
    """The bits of those whom a service shuts out: by age, as grown-ups, by the nation."""
    bits = CHILDREN if only_for_children(audience) else 0
    for (youngest, oldest), bit in _CLOSED_TO.items():
        if (min_age is not None and oldest < min_age) or (
            max_age is not None and youngest > max_age
        ):
            bits |= bit
    for nation in outside:
        bits |= _CLOSED_IN[nation]
    return bits


def shut_out(age: tuple[int, int] | None, nation: str | None = None) -> int:
    """The bits of services that a grown-up of this band of age, living there, cannot use."""
    closed = _CLOSED_IN.get(nation or "", 0)
    return CHILDREN | closed | (_CLOSED_TO.get(age, 0) if age else 0)


def topics_of(subcategories: Iterable[SubCategory], conditions: Iterable[str] = ()) -> int:
    """The bits of a service; conditions without a bit are left out."""
    bits = 0
    for sub in subcategories:
        bits |= SUBCATEGORY_BITS[sub]
    bits = bits or UNTAGGED
    for condition in conditions:
        bits |= CONDITION_BITS.get(condition, 0)
    return bits


def topics_wanted(subcategories: Iterable[SubCategory], conditions: Iterable[str] = ()) -> int:
    """The bits of which a service should have one."""
    bits = 0
    for sub in subcategories:
        bits |= SUBCATEGORY_BITS[sub]
    for condition in conditions:
        bits |= CONDITION_BITS.get(condition, 0)
    return bits
