"""What a service is about, as bits of one number, so that a database can sift before we read.

Bits are stored: add at the end, never reorder.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.directory.categories import SubCategory

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
