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
    if isinstance(organization, list):
        organization = next((o for o in organization if isinstance(o, dict)), None)
    if organization is record.get("organization"):
        return record
    return {**record, "organization": organization}


def items(value: Any) -> list[Record]:
    """The objects in a list field, which feeds also give as one object, ``null`` or texts."""
    if not value:
        return []
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return [v for v in value if isinstance(v, dict)]
    return []
