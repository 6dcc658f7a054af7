"""What was read and is no record: set aside with its reason, and counted like one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Broken:
    """A stretch of a file, a row or a whole file that gives no service.

    Attributes:
        reason: a stable code.
        detail: where it is and what is wrong, in words.
        raw: how it starts, without personal data.
        key: the service's own id, where one can be told.
        is_of_service: it may be a service, rather than a row of another table.
    """

    reason: str
    detail: str
    raw: str = ""
    key: str | None = None
    is_of_service: bool = True
