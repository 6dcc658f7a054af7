"""Community resources in Open Referral's own terms, as frozen plain values.

``Organization``, ``Service``, ``Location``, ``Schedule``, ``CostOption``, ``Phone``,
``Contact`` and ``Accessibility`` keep the names of HSDS 3.0. A ``Listing`` is one service
flattened with everything that ranking and a patient's card need.

``None`` and the empty tuple always mean "not known". They never mean no, none or free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

from bot.directory.categories import Audience, Category, SubCategory
from bot.network.model import Code, Work


class ServiceStatus(Code):
    """HSDS ``service.status``; only ``ACTIVE`` is ever shown to a patient."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily_closed"


class AttendingType(Code):
    """How a person takes part."""

    VENUE = "venue"
    PHONE = "phone"
    ONLINE = "online"
    HOME = "home"


class Precision(Code):
    """How well a location's coordinates are known, finest first.

    ``EXACT`` is the building; ``OUTCODE`` may be 4 km out and more in the country; ``AREA``
    is a town or district; ``NONE`` has no coordinates.
    """

    EXACT = "exact"
    POSTCODE = "postcode"
    SECTOR = "sector"
    OUTCODE = "outcode"
    AREA = "area"
    NONE = "none"

    @property
    def is_coarse(self) -> bool:
        """Whether a distance from here needs the word "about"."""
        return self in (Precision.SECTOR, Precision.OUTCODE, Precision.AREA)


class Scope(Code):
    """Whom it is there for: people near a place, anyone online, or the whole country."""

    LOCAL = "local"
    NATIONAL = "national"
    ONLINE = "online"


@dataclass(frozen=True)
class Feed:
    """A source of records, with the terms on which it may be shown."""

    name: str
    licence: str | None = None
    attribution: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Phone:
    """A telephone number.

    Attributes:
        as_written: the feed's own text.
        e164: "+441494000000" where it parses as a valid number, else ``None``.
        extension: digits after the number, if any.
        description: what the number is for.
    """

    as_written: str
    e164: str | None = None
    extension: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Contact:
    """The service's public ways to be reached. Named people are never kept.

    ``role`` is a title such as "Bookings" where the feed gives one.
    """

    phones: tuple[Phone, ...] = ()
    email: str | None = None
    url: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Accessibility:
    """One statement on physical access, in the feed's words."""

    description: str
    details: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Schedule:
    """When it happens.

    The rule fields are filled only where the feed's rule can be trusted; ``text`` is always
    the words to show, and wins where the two disagree (then ``freq`` is ``None``).

    Attributes:
        text: human words, for example "Mondays 10:00 to 12:00" or "2nd Monday, 2pm".
        freq: "WEEKLY" or "MONTHLY" (iCalendar), or ``None`` when there is only text.
        byday: iCalendar days, "MO" for weekly or "2MO" for monthly.
        bymonthday: days of the month, 1 to 31.
        interval: every how many weeks or months; 1 is each.
        dtstart: first date; needed to place an ``interval`` above 1.
        until: last date, inclusive.
        opens_at, closes_at: local wall-clock time; ``None`` is not known.
        valid_from, valid_to: the period for which this row is said to be right.
        attending_type: HSDS 3.0; how people take part at this time.
        location_id: the location it is for, or ``None`` for all of the service.
        closed: first and last days, inclusive, of the times when it is closed.
    """

    text: str
    freq: str | None = None
    byday: tuple[str, ...] = ()
    bymonthday: tuple[int, ...] = ()
    interval: int = 1
    dtstart: date | None = None
    until: date | None = None
    opens_at: time | None = None
    closes_at: time | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    attending_type: AttendingType | None = None
    location_id: str | None = None
    closed: tuple[tuple[date, date], ...] = ()

    @property
    def is_structured(self) -> bool:
        """Whether the next time can be computed from the rule."""
        return self.freq is not None


@dataclass(frozen=True)
class CostOption:
    """One price. ``amount`` is pounds (or ``currency``); 0.0 is known to be free.

    ``None`` is not known, which is never the same as free.
    """

    amount: float | None = None
    currency: str = "GBP"
    option: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Location:
    """A place where a service is given.

    Attributes:
        id: the feed's own id.
        name, address, postcode: text; only the outcode where the address is masked.
        lat, lon: WGS84 degrees, or ``None``.
        precision: how far to trust the coordinates.
        masked: the feed asked not to show the exact address; lat and lon are coarse.
        flags: what the importer repaired or doubts, for example "coordinates_far_from_postcode".
    """

    id: str
    name: str | None = None
    address: str | None = None
    postcode: str | None = None
    lat: float | None = None
    lon: float | None = None
    precision: Precision = Precision.NONE
    masked: bool = False
    accessibility: tuple[Accessibility, ...] = ()
    transportation: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Organization:
    """Who runs services."""

    id: str
    name: str
    description: str | None = None
    url: str | None = None
    email: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Term:
    """A taxonomy term as the feed wrote it."""

    name: str
    scheme: str | None = None
    uri: str | None = None


@dataclass(frozen=True)
class Tag:
    """A category that the product gave a service, and why.

    ``reason`` reads "term: Walking groups" or "text: walking group"; for staff.
    """

    subcategory: SubCategory
    reason: str


@dataclass(frozen=True)
class Service:
    """One service, repaired and with its children, as the importer stores it.

    Attributes:
        id: the feed's own id; unique only within its feed.
        min_age, max_age: years, inclusive; ``None`` is no limit known.
        scope: local, national or online.
        service_area: the area's name or names in words, for example "Buckinghamshire".
        area_codes: of the same, from what stands beside its name (``areas.codes_of``).
        assured_date: when a person last checked the record.
        last_modified: when the record was last changed, which is not a check.
        ends: the last day on which its owner shows it, where there is one.
        flags: what the importer repaired or doubts.
    """

    id: str
    name: str
    organization: Organization | None = None
    description: str = ""
    status: ServiceStatus = ServiceStatus.ACTIVE
    url: str | None = None
    email: str | None = None
    phones: tuple[Phone, ...] = ()
    contacts: tuple[Contact, ...] = ()
    locations: tuple[Location, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    cost_options: tuple[CostOption, ...] = ()
    fees_text: str | None = None
    eligibility: str | None = None
    min_age: float | None = None
    max_age: float | None = None
    languages: tuple[str, ...] = ()
    attending_types: tuple[AttendingType, ...] = ()
    attending_access: tuple[str, ...] = ()
    service_area: str | None = None
    area_codes: tuple[str, ...] = ()
    scope: Scope = Scope.LOCAL
    terms: tuple[Term, ...] = ()
    tags: tuple[Tag, ...] = ()
    works: frozenset[Work] = frozenset()
    conditions: tuple[str, ...] = ()
    audience: frozenset[Audience] = frozenset()
    assured_date: date | None = None
    last_modified: date | None = None
    ends: date | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """One service flattened: all that ranking and a patient's card need.

    Attributes:
        id: the store's own id, stable across imports; for links and saved options.
        feed, source_id: where it came from.
        description: plain text, no HTML.
        categories: top level; ``subcategories``: second level (``tags`` has the reasons).
        works: kinds of work it supports; empty is not known.
        conditions: conditions that the record names, lower case ("diabetes", "dementia").
        audience: for whom it is meant; empty means anyone, or not said.
        min_age, max_age: years, inclusive.
        cost_options: empty is not known; ``free`` sums them up.
        locations: nearest first where the listing came from a search near a place.
        distance_km: great-circle distance from the place asked about to the nearest location;
            ``None`` when there was no place, or no location with coordinates.
        precision: of the location that ``distance_km`` was measured to.
        access_notes: all accessibility statements on the first location, as sentences.
        attending_access: how to join, in the feed's terms ("referral", "drop-in", …).
        ends: the last day on which its owner shows it, where there is one.
    """

    id: int
    feed: str
    source_id: str
    name: str
    organization_name: str | None = None
    description: str = ""
    status: ServiceStatus = ServiceStatus.ACTIVE
    categories: frozenset[Category] = frozenset()
    subcategories: frozenset[SubCategory] = frozenset()
    tags: tuple[Tag, ...] = ()
    works: frozenset[Work] = frozenset()
    conditions: frozenset[str] = frozenset()
    audience: frozenset[Audience] = frozenset()
    min_age: float | None = None
    max_age: float | None = None
    eligibility: str | None = None
    cost_options: tuple[CostOption, ...] = ()
    fees_text: str | None = None
    schedules: tuple[Schedule, ...] = ()
    attending_types: frozenset[AttendingType] = frozenset()
    attending_access: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    distance_km: float | None = None
    precision: Precision = Precision.NONE
    access_notes: tuple[str, ...] = ()
    contact: Contact = field(default_factory=Contact)
    languages: tuple[str, ...] = ()
    scope: Scope = Scope.LOCAL
    service_area: str | None = None
    area_codes: tuple[str, ...] = ()
    assured_date: date | None = None
    last_modified: date | None = None
    ends: date | None = None
    licence: str | None = None
    attribution: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def free(self) -> bool | None:
        """``True`` if every price known is 0, ``False`` if one is more, ``None`` if not known."""
        amounts = [c.amount for c in self.cost_options if c.amount is not None]
        if any(a > 0 for a in amounts):
            return False
        # One unpriced option next to a free one leaves the whole in doubt.
        return True if amounts and len(amounts) == len(self.cost_options) else None

    @property
    def lowest_cost(self) -> float | None:
        """The cheapest known price, or ``None``."""
        amounts = [c.amount for c in self.cost_options if c.amount is not None]
        return min(amounts) if amounts else None

    @property
    def volunteers(self) -> bool:
        """Whether it offers a chance to volunteer."""
        return SubCategory.VOLUNTEERING in self.subcategories

    @property
    def checked_on(self) -> date | None:
        """The date to show as last checked or changed, the assured one first."""
        return self.assured_date or self.last_modified
