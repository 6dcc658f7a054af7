"""HSDS 3.0 and ORUK 3.0 JSON, which is a subset of it: the shape that all readers give.

A neutral record is a service as HSDS 3.0 nests it, with these additions where a dialect has
more: ``attending_type``, ``attending_access``, ``free``, and a location's
``mask_exact_address``. Readers of tables add under ``PROBLEM`` why a row cannot be used, and under
``FLAGS`` what they doubted.
"""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]

PROBLEM, FLAGS = "__problem__", "__flags__"


def to_neutral(record: Record) -> Record:
    """The record itself; some publishers write ``organisation``, or wrap one in a list."""
    organization = record.get("organization") or record.get("organisation")
    if isinstance(organization, list | str):
        organization = next(iter(items(organization, "name")), None)
    if organization is record.get("organization"):
        return record
    return {**record, "organization": organization}


def items(value: Any, text_is: str = "") -> list[Record]:
    """The objects in a list field, which feeds also give as one object, ``null`` or texts.

    Args:
        value: as the feed has it.
        text_is: the property that a bare text stands for ("number" of a phone); without it texts
            are passed over.
    """
    if not value:
        return []
    if isinstance(value, dict):
        return [value]
    if isinstance(value, str):
        return [{text_is: value}] if text_is else []
    if isinstance(value, list):
        found = (items(v, text_is) if isinstance(v, dict | str) else [] for v in value)
        return [item for each in found for item in each]
    return []
