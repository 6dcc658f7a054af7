"""Tables of the directory: feeds, organisations, services, and where services are given.

A service row carries its whole repaired record as one JSON text (``listing``), since matching
reads hundreds of services at a time. ``service_at_location`` is the compact row that matching
scans: one for each place of a service, in bands of latitude so that a box around a point is a
handful of index ranges on every database.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base, now

# SQLite counts row ids by itself only for the type INTEGER.
_Key = BigInteger().with_variant(Integer, "sqlite")


class FeedRow(Base):
    """A source of records and its terms.

    ``source`` is the path or address of the last import and ``report`` what that import said.
    ``resume_page`` is the next page of a live crawl that was interrupted. A ``retired`` feed
    stays in the store and is no longer offered.
    """

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    licence: Mapped[str | None] = mapped_column(Text)
    attribution: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    dialect: Mapped[str | None] = mapped_column(String(40))
    crawl: Mapped[int] = mapped_column(Integer, default=0)
    imported_at: Mapped[datetime | None]
    source: Mapped[str | None] = mapped_column(Text)
    report: Mapped[dict[str, Any] | None]
    crawl_started_at: Mapped[datetime | None]
    resume_page: Mapped[int | None] = mapped_column(Integer)
    retired: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class FeedPageRow(Base):
    """One page of a live feed: its validators, and the ids that it listed.

    A server that answers "not modified" says by that that these services are still there.
    """

    __tablename__ = "feed_page"

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(String(80))
    envelope: Mapped[dict[str, Any]]
    source_ids: Mapped[list[Any]]


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

    ``topics`` are sub-categories and conditions as bits (``bot.directory.topics``), ``remote``
    is 1 for what serves more than one place, ``freshness`` the ordinal of the day it was last
    checked or changed (0 not known). ``twin_of`` is the service that is shown in its place, and
    ``compared`` is 0 until it has been compared with other feeds.
    """

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("feed_id", "source_id"),
        Index("ix_service_remote", "visible", "remote", "freshness", "topics"),
        Index("ix_service_compared", "compared", "feed_id"),
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
    remote: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    topics: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    freshness: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
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
    twin_of: Mapped[int | None] = mapped_column(_Key, index=True)
    compared: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class ServiceAtLocationRow(Base):
    """One place of a service, for matching; kept only where there are coordinates."""

    __tablename__ = "service_at_location"
    # All that matching looks at is in the index, so that no row has to be fetched.
    __table_args__ = (
        Index(
            "ix_service_at_location_box",
            "visible",
            "band",
            "lon",
            "lat",
            "topics",
            "service_id",
            "location_id",
        ),
    )

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
    topics: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class ServiceBlockRow(Base):
    """A telling fact of a service as a number: services that share one may be the same."""

    __tablename__ = "service_block"

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    service_id: Mapped[int] = mapped_column(
        ForeignKey("service.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class ServicePairRow(Base):
    """Two services of different feeds that are likely one; ``first_id`` is the smaller.

    ``state`` is likely, possible, confirmed or split; the last two are the staff's word.
    """

    __tablename__ = "service_pair"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), index=True)
    score: Mapped[float]
    reasons: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), index=True)
    found_at: Mapped[datetime] = mapped_column(default=now)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]


class CorrectionRow(Base):
    """Somebody says that a service's details are wrong; staff settle it.

    ``words`` are the person's, and go when the person's record goes or when it is settled;
    ``note`` is the staff's and is what the directory's owner is sent. Feed, id and name are
    kept here too, so that a correction outlives its service.
    """

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    service_id: Mapped[int | None] = mapped_column(
        ForeignKey("service.id", ondelete="SET NULL"), index=True
    )
    feed: Mapped[str] = mapped_column(String(200), default="")
    source_id: Mapped[str] = mapped_column(String(200), default="")
    name: Mapped[str] = mapped_column(String(300), default="")
    about: Mapped[str] = mapped_column(String(20), default="other")
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]


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
