"""Tables of the directory: feeds, organisations, services, and where services are given.

A service row carries its whole repaired record as one JSON text (``listing``), since matching
reads hundreds of services at a time. ``service_at_location`` is the compact row that matching
scans: one for each place of a service, in bands of latitude so that a box around a point is a
handful of index ranges on every database.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base, now

# SQLite counts row ids by itself only for the type INTEGER.
_Key = BigInteger().with_variant(Integer, "sqlite")


class FeedRow(Base):
    """A source of records and its terms."""

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    licence: Mapped[str | None] = mapped_column(Text)
    attribution: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    dialect: Mapped[str | None] = mapped_column(String(40))
    crawl: Mapped[int] = mapped_column(Integer, default=0)
    imported_at: Mapped[datetime | None]


class OrganizationRow(Base):
    """Who runs services; ``source_id`` is the feed's own."""

    __tablename__ = "organization"
    __table_args__ = (UniqueConstraint("feed_id", "source_id"),)

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    source_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300), index=True)
    description: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(String(320))
    identifiers: Mapped[str | None] = mapped_column(Text)


class ServiceRow(Base):
    """One service of one feed.

    ``content_hash`` is of the raw record and the importer's version, so that an unchanged
    record costs nothing. ``list_hash`` is of a live API's list entry, so that details are
    fetched for changed services only. ``missed`` counts full crawls in a row without it.
    """

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("feed_id", "source_id"),
        Index("ix_service_remote", "visible", "scope"),
    )

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    source_id: Mapped[str] = mapped_column(String(200))
    organization_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(String(300))
    status: Mapped[str] = mapped_column(String(20))
    visible: Mapped[int] = mapped_column(Integer, default=1)
    scope: Mapped[str] = mapped_column(String(10))
    subcategories: Mapped[int] = mapped_column(Integer, default=0)
    assured_date: Mapped[date | None] = mapped_column(Date)
    last_modified: Mapped[date | None] = mapped_column(Date)
    flags: Mapped[str] = mapped_column(Text, default="")
    listing: Mapped[str] = mapped_column(Text)
    raw: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(40))
    list_hash: Mapped[str | None] = mapped_column(String(40))
    first_seen: Mapped[datetime] = mapped_column(default=now)
    last_seen: Mapped[datetime] = mapped_column(default=now)
    crawl: Mapped[int] = mapped_column(Integer, default=0)
    missed: Mapped[int] = mapped_column(Integer, default=0)
    closed_at: Mapped[datetime | None]


class ServiceAtLocationRow(Base):
    """One place of a service, for matching; kept only where there are coordinates."""

    __tablename__ = "service_at_location"
    __table_args__ = (Index("ix_service_at_location_box", "visible", "band", "lon"),)

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    service_id: Mapped[int] = mapped_column(
        ForeignKey("service.id", ondelete="CASCADE"), index=True
    )
    location_id: Mapped[str] = mapped_column(String(200))
    visible: Mapped[int] = mapped_column(Integer)
    band: Mapped[int] = mapped_column(Integer)
    lat: Mapped[float]
    lon: Mapped[float]
    precision: Mapped[str] = mapped_column(String(10))
    postcode: Mapped[str | None] = mapped_column(String(20))
    subcategories: Mapped[int] = mapped_column(Integer, default=0)


class QuarantineRow(Base):
    """A record that could not be used, with the reason and what it said."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(60))
    detail: Mapped[str] = mapped_column(Text)
    raw: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(default=now)
