"""One record made ready for the store: pure work, so that it can go to another process."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from typing import Any

from bot.directory import codec, search_index
from bot.directory.importer.detect import READERS, Dialect, dialect_of
from bot.directory.importer.live import needs_detail
from bot.directory.importer.normalise import Rejected, scrub, source_id, to_service
from bot.directory.importer.sources import Broken
from bot.directory.model import Organization, Scope, Service, ServiceStatus
from bot.directory.places import band
from bot.directory.topics import not_for, topics_of

log = logging.getLogger(__name__)

# Raised when repairs or tags change, so that a feed read again is read anew.
IMPORTER_VERSION = 4


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
        content_hash: of the scrubbed record and the importer's version; "" where there is none.
        raw: the scrubbed record as JSON.
        bare: an entry of a list, without the children that a full record has.
        prepared: ``None`` where it was refused, or is what the store has already.
        reason, detail: why it was refused.
    """

    content_hash: str = ""
    raw: str = ""
    bare: bool = False
    prepared: Prepared | None = None
    reason: str = ""
    detail: str = ""


def look(
    record: Any,
    dialect: Dialect | None = None,
    known_hash: str | None = None,
    flags: tuple[str, ...] = (),
) -> Look:
    """Scrub, hash and, unless the hash is ``known_hash``, prepare one record. Never raises."""
    content_hash, raw, bare = "", "", False
    try:
        if isinstance(record, Broken):
            raise Rejected(record.reason, record.detail)
        if not isinstance(record, dict):
            kind = type(record).__name__
            raise Rejected("not_an_object", f"a service is an object, this is a {kind}")
        # An entry of a list, without its children, must not wipe out a full record.
        bare = dialect is None and needs_detail(record)
        clean = scrub(record)
        raw = json.dumps(clean, sort_keys=True, ensure_ascii=True, default=str)
        content_hash = _hash(raw)
        if content_hash == known_hash:
            return Look(content_hash, raw, bare)
        # The names that were scrubbed tell which contacts are personal.
        of = dialect or dialect_of(record)
        service = to_service(READERS[of](record))
        if flags:
            service = replace(service, flags=(*service.flags, *flags))
        return Look(content_hash, raw, bare, _prepared(service, of))
    except Rejected as rejected:
        return Look(content_hash, raw, bare, None, rejected.reason, str(rejected))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError,
            OverflowError) as error:  # fmt: skip
        log.warning("directory record %s: %r", source_id(record), error)
        detail = f"{type(error).__name__}: {error}"
        return Look(content_hash, raw, bare, None, "unexpected_content", detail)


def look_at_all(records: list[tuple[Any, Dialect | None, str | None]]) -> list[Look]:
    """A batch of (record, dialect, known hash), in order."""
    return [look(*item) for item in records]


def _hash(raw: str) -> str:
    data = f"{IMPORTER_VERSION}\0{raw}".encode()
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _prepared(service: Service, dialect: Dialect) -> Prepared:
    shown = service.status is ServiceStatus.ACTIVE
    topics = topics_of((t.subcategory for t in service.tags), service.conditions)
    topics |= not_for(service.min_age, service.max_age, frozenset(service.audience))
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
