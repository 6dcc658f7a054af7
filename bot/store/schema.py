"""All tables of the store, imported in one place so that none can be forgotten."""

from __future__ import annotations

from bot.store import alerts, audit, directory, messages, staff, tables, trackers, turns
from bot.store.base import Base

metadata = Base.metadata

__all__ = [
    "alerts",
    "audit",
    "directory",
    "messages",
    "metadata",
    "staff",
    "tables",
    "trackers",
    "turns",
]
