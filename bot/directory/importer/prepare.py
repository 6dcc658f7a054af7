"""One record made ready for the store: pure work, so that it can go to another process."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import Any

from bot.directory import codec, search_index
from bot.directory.areas import limits, nations_outside
from bot.directory.importer import outpost
from bot.directory.importer.broken import Broken
from bot.directory.importer.detect import READERS, Dialect, dialect_of
from bot.directory.importer.hsds3 import items
from bot.directory.importer.normalise import Rejected, holds_today, source_id, to_service
from bot.directory.importer.personal_data import NOTE, as_text, blanked, public_contacts, scrub
from bot.directory.model import Organization, Scope, Service, ServiceStatus
from bot.directory.places import band
from bot.directory.topics import not_for, topics_of

log = logging.getLogger(__name__)

# Raised when repairs or tags change, so that a feed read again is read anew.
IMPORTER_VERSION = 7


@dataclass(frozen=True)
class Prepared:
    """A service as rows.

    Attributes:
        key: the feed's own id.
        dialect: that it was read in.
        organization: who runs it.
        values: columns of ``service`` that follow from the record alone.
        places: rows of ``service_at_location`` without the service's id.
        document: what the text search keeps, without the id; ``None`` where it is not shown.
        flags: repairs and doubts.
    """

    key: str
    dialect: str
    organization: Organization | None
    values: dict[str, Any]
    places: tuple[dict[str, Any], ...]
    document: dict[str, str] | None
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Look:
    """What one look at a record gave: ``prepared``, or a reason why not, or neither.

    Attributes:
        content_hash: of the record as it came, with all its children, and of the importer's
            version; "" where there is none.
        raw: the record as JSON, without personal data; "" where it is what the store has already.
        prepared: ``None`` where it was refused, or is what the store has already.
        reason, detail: why it was refused.
    """

    content_hash: str = ""
    raw: str = ""
    prepared: Prepared | None = None
    reason: str = ""
    detail: str = ""


def look(
    record: Any,
    dialect: Dialect | None = None,
    known_hash: str | None = None,
    flags: tuple[str, ...] = (),
) -> Look:
    """Hash and, unless the hash is ``known_hash``, prepare and scrub one record. Never raises."""
    content_hash = ""
    try:
        if isinstance(record, Broken):
            raise Rejected(record.reason, record.detail)
        if not isinstance(record, dict):
            kind = type(record).__name__
            raise Rejected("not_an_object", f"a service is an object, this is a {kind}")
        text = as_text(record)
        content_hash = _hash(text)
        if record.get("visible_from") or record.get("visible_to"):
            # The record stays the same on the day on which it is to appear or to go.
            content_hash = _hash(f"{text} hidden: {outpost.is_hidden(record)}")
        if '"valid_' in text and (prices := _prices_today(record)):
            content_hash = _hash(f"{content_hash} prices: {prices}")
        if content_hash == known_hash:
            return Look(content_hash)
        of = dialect or dialect_of(record)
        service = to_service(READERS[of](record))
        if flags:
            service = replace(service, flags=(*service.flags, *flags))
        # Only now is it known which numbers are the service's own.
        clean = scrub(record, public_contacts(service))
        raw = as_text(clean) if NOTE in clean else text
        return Look(content_hash, raw, _prepared(service, of))
    except Rejected as rejected:
        return Look(content_hash, reason=rejected.reason, detail=str(rejected))
    except RecursionError:
        return Look(reason="nested_too_deeply", detail="nested too deeply to be read")
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError) as error:
        kind = type(error).__name__
        log.warning("directory record %s: %s", source_id(record), kind)
        return Look(content_hash, reason="unexpected_content", detail=blanked(f"{kind}: {error}"))


def _prices_today(record: dict[str, Any]) -> list[bool]:
    """Which prices hold today, where any has dates: they change, and the record does not."""
    rows = items(record.get("cost_options"))
    dated = any(row.get("valid_from") or row.get("valid_to") for row in rows)
    return [holds_today(row) for row in rows] if dated else []


def look_at_all(records: list[tuple[Any, Dialect | None, str | None]]) -> list[Look]:
    """A batch of (record, dialect, known hash), in order."""
    return [look(*item) for item in records]


def _hash(raw: str) -> str:
    data = f"{IMPORTER_VERSION}\0{raw}".encode()
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _prepared(service: Service, dialect: Dialect) -> Prepared:
    shown = service.status is ServiceStatus.ACTIVE
    topics = topics_of((t.subcategory for t in service.tags), service.conditions)
    limited = limits(
        service.service_area, service.area_codes, service.eligibility, service.description
    )
    topics |= not_for(service.min_age, service.max_age, service.audience, nations_outside(limited))
    checked = service.assured_date or service.last_modified
    return Prepared(
        key=service.id,
        dialect=dialect.value,
        organization=service.organization,
        values={
            "name": service.name,
            "status": service.status.value,
            "visible": int(shown),
            "scope": service.scope.value,
            "remote": int(service.scope is not Scope.LOCAL),
            "topics": topics,
            "freshness": checked.toordinal() if checked else 0,
            "assured_date": service.assured_date,
            "last_modified": service.last_modified,
            "flags": " ".join(service.flags),
            "listing": codec.encode(service),
        },
        places=tuple(
            {
                "location_id": loc.id,
                "visible": int(shown),
                "band": band(loc.lat),
                "lat": loc.lat,
                "lon": loc.lon,
                "precision": loc.precision.value,
                "postcode": loc.postcode,
                "topics": topics,
            }
            for loc in service.locations
            if loc.lat is not None and loc.lon is not None
        ),
        document=_document(service) if shown else None,
        flags=service.flags,
    )


def _document(service: Service) -> dict[str, str]:
    cells = {
        search_index.cell(loc.lat, loc.lon)
        for loc in service.locations
        if loc.lat is not None and loc.lon is not None
    }
    if service.scope is not Scope.LOCAL:
        cells.add("zznational")
    tags = [t.subcategory.value.replace("_", " ") for t in service.tags]
    words = [*tags, *(t.name for t in service.terms), *service.conditions]
    return {
        "name": service.name,
        "organization": service.organization.name if service.organization else "",
        "tags": " ".join(words),
        "description": service.description,
        "place": " ".join(sorted(cells)),
    }
