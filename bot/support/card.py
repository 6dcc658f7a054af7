"""The facts of one option's card. Facts only: the words are in ``domain.yml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from bot.directory.model import AttendingType, CostOption, Listing, Location, Phone, Precision
from bot.support.matching import Option, Reason
from bot.support.suitability import Caution, attending, needs_referral, usual_cost
from bot.support.when import (
    Occurrence,
    always_open,
    holds,
    is_bank_holiday,
    schedules_here,
    text_of,
    uk_now,
)

KM_PER_MILE = 1.609344

_FIRST_VISIT = re.compile(
    r"(?:^|(?<=[.!?\n]))\s*(?:your |on your |for your |the )?first (?:visit|time|session|meeting)"
    r"\s*[:,–-]\s*(?P<words>.+?)\s*(?:\n|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PlaceFacts:
    """Where it is held.

    Attributes:
        name, address, postcode: as the record has them; ``postcode`` is only an outcode where
            the address is masked.
        lat, lon: for a map pin; ``None`` where coarse, masked or not known.
        getting_there: how to get there, in the record's words.
    """

    name: str | None = None
    address: str | None = None
    postcode: str | None = None
    lat: float | None = None
    lon: float | None = None
    getting_there: str | None = None

    @property
    def line(self) -> str:
        """Name, address and postcode in one line, nothing said twice."""
        parts: list[str] = []
        for part in (self.name, self.address, self.postcode):
            if part and not any(part.casefold() in p.casefold() for p in parts):
                parts += [w for w in dict.fromkeys(part.split(", ")) if w not in parts]
        return ", ".join(parts)


@dataclass(frozen=True)
class CostFacts:
    """What it costs. All ``None`` is not known, which is not free.

    Attributes:
        free: free for everyone; ``False`` where any price is more than 0.
        lowest: the cheapest known price in pounds, perhaps only for some.
        usual: the dearest price open to everyone in pounds.
        options: the prices as the record has them.
        text: the record's own words on fees, or on prices without a number.
        each: the prices, where one number for all says too little: some in words only, or nothing
            beside others; empty where the record has words of its own on fees.
        per: what the usual price is for: "per year"; empty where that is not said.
    """

    free: bool | None = None
    lowest: float | None = None
    usual: float | None = None
    options: tuple[CostOption, ...] = ()
    text: str | None = None
    each: tuple[CostOption, ...] = ()
    per: str = ""


@dataclass(frozen=True)
class ContactFacts:
    """How to get in touch; the first phone that can be dialled comes first."""

    phones: tuple[Phone, ...] = ()
    email: str | None = None
    url: str | None = None

    @property
    def dial(self) -> str | None:
        """A number for a phone link, "+441632960100", or ``None``."""
        return next((p.e164 for p in self.phones if p.e164), None)


@dataclass(frozen=True)
class CardFacts:
    """Everything a card may say on one option.

    Attributes:
        listing_id: ``Listing.id``.
        name, organization, description: the description without the part on a first visit.
        first_visit: what a first visit is like, in the record's words, or ``None``.
        why: reasons, the weightiest first.
        companion: key of a member who could go too.
        when_texts: each schedule's own words, with the days of one that holds for a short while.
        next: the next time; ``next_is_bank_holiday`` asks for a call first.
        always_open: open day and night.
        attending: how people take part; empty is not known.
        place: where it is held; ``None`` where it has no place.
        distance_miles: rounded for saying aloud; ``None`` where not known or of no matter.
        distance_is_approximate: say "about".
        access: what the record says on access; empty is not known.
        ages: lowest and highest age, each ``None`` where no limit is known.
        referral: somebody has to send the person.
        checked: the day it was last checked or, where ``assured`` is false, changed.
        warnings: what to check first.
        attribution, licence, source: who says so.
    """

    listing_id: int
    name: str
    organization: str | None
    description: str
    first_visit: str | None
    why: tuple[Reason, ...]
    companion: str | None
    when_texts: tuple[str, ...]
    next: Occurrence | None
    next_is_bank_holiday: bool
    always_open: bool
    attending: frozenset[AttendingType]
    place: PlaceFacts | None
    distance_miles: float | None
    distance_is_approximate: bool
    cost: CostFacts
    access: tuple[str, ...]
    ages: tuple[float | None, float | None]
    eligibility: str | None
    referral: bool
    languages: tuple[str, ...]
    contact: ContactFacts
    checked: date | None
    assured: bool
    warnings: tuple[Caution, ...]
    attribution: str | None
    licence: str | None
    source: str


def spoken_miles(km: float, approximate: bool) -> float:
    """Kilometres as miles that can be said: 0.4, 2.5, 14; whole miles where approximate."""
    miles = km / KM_PER_MILE
    if approximate or miles >= 10:
        return float(max(1, round(miles)))
    if miles >= 1:
        return round(miles * 2) / 2
    return max(0.1, round(miles, 1))


def split_first_visit(description: str) -> tuple[str, str | None]:
    """The description, and apart from it what it says of a first visit."""
    match = _FIRST_VISIT.search(description)
    if match is None:
        return description.strip(), None
    rest = f"{description[: match.start()].rstrip()}\n{description[match.end() :].lstrip()}"
    words = match["words"].strip()
    return rest.strip(), words[:1].upper() + words[1:]


def _place(locations: tuple[Location, ...]) -> PlaceFacts | None:
    if not locations:
        return None
    here = locations[0]
    if not (here.name or here.address or here.postcode or here.lat is not None):
        return None
    pin = here.precision in (Precision.EXACT, Precision.POSTCODE) and not here.masked
    return PlaceFacts(
        name=here.name,
        address=None if here.masked else here.address,
        postcode=here.postcode.split()[0] if here.masked and here.postcode else here.postcode,
        lat=here.lat if pin else None,
        lon=here.lon if pin else None,
        getting_there=here.transportation,
    )


def _prices_in_words(options: tuple[CostOption, ...]) -> str | None:
    told = [": ".join(filter(None, (c.option, c.description))) for c in options if c.amount is None]
    return "; ".join(dict.fromkeys(told)) or None


def _told_each(listing: Listing) -> tuple[CostOption, ...]:
    amounts = [c.amount for c in listing.cost_options]
    is_mixed = any(amounts) and (None in amounts or 0 in amounts)
    return listing.cost_options if is_mixed and not listing.fees_text else ()


_PER = re.compile(r"(?:per|an?|each|every) (?!£)[a-z]+(?: [a-z]+)?", re.IGNORECASE)


def _per(listing: Listing) -> str:
    usual = usual_cost(listing)
    told = (c.description or "" for c in listing.cost_options if c.amount == usual)
    found = (_PER.search(words) for words in told)
    return next((match[0] for match in found if match), "") if usual else ""


def card_facts(option: Option, *, today: date | datetime, nation: str | None = None) -> CardFacts:
    """The facts for the card of one option.

    Args:
        option: from ``rank``.
        today: now in the UK, as given to ``rank``.
        nation: of the UK, for bank holidays; England where not known.
    """
    listing = option.listing
    types = attending(listing)
    here = [s for s in schedules_here(listing) if holds(s, uk_now(today).date())]
    description, first_visit = split_first_visit(listing.description)
    day = option.next.day if option.next and option.next.day >= uk_now(today).date() else None
    virtual = bool(types) and AttendingType.VENUE not in types
    return CardFacts(
        listing_id=listing.id,
        name=listing.name,
        organization=listing.organization_name,
        description=description,
        first_visit=first_visit,
        why=option.reasons,
        companion=option.companion,
        when_texts=tuple(dict.fromkeys(text_of(s) for s in here if s.text)),
        next=option.next if day else None,
        next_is_bank_holiday=day is not None and is_bank_holiday(day, nation),
        always_open=any(always_open(s) for s in here),
        attending=types,
        place=None if virtual else _place(listing.locations),
        distance_miles=(
            None
            if option.distance_km is None
            else spoken_miles(option.distance_km, option.distance_is_approximate)
        ),
        distance_is_approximate=option.distance_is_approximate,
        cost=CostFacts(
            free=listing.free,
            lowest=listing.lowest_cost,
            usual=usual_cost(listing),
            options=listing.cost_options,
            text=listing.fees_text or _prices_in_words(listing.cost_options),
            each=_told_each(listing),
            per=_per(listing),
        ),
        access=listing.access_notes,
        ages=(listing.min_age, listing.max_age),
        eligibility=listing.eligibility,
        referral=needs_referral(listing),
        languages=listing.languages,
        contact=ContactFacts(
            phones=tuple(sorted(listing.contact.phones, key=lambda p: p.e164 is None)),
            email=listing.contact.email,
            url=listing.contact.url,
        ),
        checked=listing.checked_on,
        assured=listing.assured_date is not None,
        warnings=option.warnings,
        attribution=listing.attribution,
        licence=listing.licence,
        source=listing.feed,
    )
