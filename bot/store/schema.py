"""All tables of the store, imported in one place so that none can be forgotten."""

from __future__ import annotations

from bot.store import directory, messages, tables, trackers
from bot.store.base import Base

metadata = Base.metadata

__all__ = ["directory", "messages", "metadata", "tables", "trackers"]
