"""From a neutral record to a repaired :class:`Service`, or a reason why it cannot be used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.directory import areas, tagging
from bot.directory.categories import Audience, SubCategory
from bot.directory.importer import personal_data, repair, schedule_words, schedules
from bot.directory.importer.hsds3 import FLAGS, PROBLEM, Record, items
from bot.directory.model import (
    Accessibility,
    AttendingType,
    Contact,
    CostOption,
    Location,
    Organization,
    Phone,
    Precision,
    Schedule,
    Scope,
    Service,
    ServiceStatus,
    Term,
)
from bot.directory.places import normalise_postcode, towns
from bot.directory.telling import Telling
from bot.network.model import Work


class Rejected(ValueError):
    """A record that cannot be used; ``reason`` is a stable code, the text says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


_STATUS = {
    "active": ServiceStatus.ACTIVE,
    "published": ServiceStatus.ACTIVE,
    "live": ServiceStatus.ACTIVE,
    "open": ServiceStatus.ACTIVE,
    "inactive": ServiceStatus.INACTIVE,
    "defunct": ServiceStatus.DEFUNCT,
    "closed": ServiceStatus.DEFUNCT,
    "permanently closed": ServiceStatus.DEFUNCT,
    "temporarily closed": ServiceStatus.TEMPORARILY_CLOSED,
    "temporarily_closed": ServiceStatus.TEMPORARILY_CLOSED,
    "suspended": ServiceStatus.TEMPORARILY_CLOSED,
}
_CLOSED_NAME = re.compile(
    r"\b(?:temporarily|currently|permanently|now) (?:closed|suspended)\b|\(closed\)|^closed\b"
    r"|[-–:] (?:closed|suspended|cancelled)\W*$|\b(?:closed|suspended|cancelled|paused) until\b"
    r"|\bno longer (?:running|available|open)\b",
    re.IGNORECASE,
)
# Of the service itself, and not of its car park or a bank holiday.
_CLOSED_TEXT = Telling(
    re.compile(
        r"\b(?:groups?|services?|clubs?|sessions?|class(?:es)?|caf[eé]|projects?|meetings?|choir"
        r"|activit(?:y|ies)|programmes?|we|they|it|this|helpline|drop[ -]in) (?:"
        r"(?:is|are|has been|have been|is being)"
        r"(?: (?:currently|now|temporarily|permanently|sadly))*"
        r" (?:suspended|closed|cancelled|paused)(?: until\b|\W*(?:$|[.!]))"
        r"|(?:has|have)(?: (?:now|sadly|permanently))+ (?:closed|ceased|ended|finished|folded)"
        r"|(?:has|have) (?:disbanded|ceased|folded|closed (?:down|permanently|its doors))"
        r"|(?:is|are) no longer (?:running|meeting|available|operating|open|taking place))"
        r"|\b(?:suspended|closed|cancelled) until further notice\b",
        re.IGNORECASE,
    ),
    ("suspended", "closed", "cancelled", "paused", "ceased", "ended", "finished", "folded",
     "disbanded", "no longer"),
)  # fmt: skip
# A sentence that is all about being closed, as an alert is.
_CLOSED_SENTENCE = re.compile(
    r"\W*(?:(?:we are|we're|sorry|please note|now|sadly|temporarily|currently|permanently)[,:]? )*"
    r"(?:closed|suspended|cancelled|paused|not (?:running|meeting))"
    r"(?: (?:temporarily|permanently|at present|at the moment|for now))?"
    r"(?: (?:until|due to|owing to|because of"
    r"|for (?:refurbishment|repairs?|building|the foreseeable|the time))\b.*|\W*)",
    re.IGNORECASE | re.DOTALL,
)
_ON_CONDITION = re.compile(
    r"\b(?:if|when(?:ever)?|once|after|unless|while|in case|should|may|could|car park|toilets?|lift"
    r"|pool|road|holidays?)\b",
    re.IGNORECASE,
)
_CLOSED_WORDS = Telling(
    re.compile(r"\b(?:closed|suspended|cancelled|paused|not (?:runn|meet)ing)\b", re.IGNORECASE),
    ("closed", "suspended", "cancelled", "paused", "not running", "not meeting"),
)
_DAYS = re.compile(
    r"\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9},? \d{4}",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_ONLINE_TEXT = Telling(
    re.compile(
        r"\b(?:(?:via|on|over|by) zoom|zoom (?:call|meeting|session)|online (?:group|course|"
        r"support|session|class|community|forum|service|meeting)|(?:virtual|online)ly|"
        r"meets? online|virtual (?:group|session|meeting|class)|video call)\w*",
        re.IGNORECASE,
    ),
    ("zoom", "online", "virtual", "video call"),
)
_PHONE_TEXT = Telling(
    re.compile(
        r"\b(?:help ?line|phone ?line|advice line|support line|listening line|(?:tele)?phone "
        r"(?:support|befriending|service|counselling|advice|calls?)|"
        r"(?:by|over the) (?:tele)?phone)\b",
        re.IGNORECASE,
    ),
    ("phone", "line"),
)
_HOME_TEXT = Telling(
    re.compile(
        r"\b(?:home visits?|visits? (?:you |people )?(?:at|in) (?:your|their) (?:own )?homes?|"
        r"in your own home|in people's (?:own )?homes|care at home|meals on wheels)\b",
        re.IGNORECASE,
    ),
    ("home", "meals on wheels"),
)
_NATIONAL_TEXT = Telling(
    re.compile(
        r"\b(?:nationwide|across the (?:uk|country)|uk[- ]wide|anywhere in the uk|"
        r"(?:the )?uk'?s (?:leading|largest|only)|"
        r"national (?:charity|help ?line|service|organisation))\b",
        re.IGNORECASE,
    ),
    ("nation", "uk", "the country"),
)
# A local foodbank that is "part of a nationwide network" serves one town.
_PART_OF = re.compile(
    r"\b(?:part|members?|branch|affiliated|belongs?|supported|funded|one)\b[^.\n]{0,25}?"
    r"\b(?:nation\w*|uk|the country)\b[^.\n]*",
    re.IGNORECASE,
)
_TOWNS_THAT_ARE_WORDS = frozenset(
    {"bath", "battle", "beer", "broadway", "bury", "church", "crook", "deal", "hope", "hook",
     "march", "mold", "nelson", "over", "reading", "rugby", "sale", "sandwich", "settle", "street",
     "wells", "ware", "wing", "yell", "barking", "tring", "tiptree", "poole", "rest", "hall",
     "dance", "welling", "worth", "penn", "lane", "green", "park", "hill", "cross", "group"}
)  # fmt: skip
_AREA_WORDS = re.compile(
    r"^(?:the )?(?:city|town|borough|district|county|parish|area) of |^(?:in|around|across) |"
    r"(?: and (?:the )?(?:surrounding|nearby|villages).*| (?:district|borough|county|council|area|"
    r"town|city|parish|region|locality|wide|and villages).*)$",
    re.IGNORECASE,
)
_DISPLAY_ACCESS = {
    "drop in": "drop-in",
    "dropin": "drop-in",
    "walk-in": "drop-in",
    "by referral": "referral",
    "booking": "appointment",
    "members only": "membership",
}


_WAIT = "Waiting time: {}"
_REFERRED = re.compile(r"\b(?:referrals?|referred|refer)\b", re.IGNORECASE)
_NOT_REFERRED = re.compile(
    r"\b(?:no|without|not|don't|do not|self|yourself)\b[^.]{0,30}\brefer|\bself.?refer",
    re.IGNORECASE,
)


def source_id(record: Any) -> str | None:
    """The feed's own id as text, or ``None``."""
    if not isinstance(record, dict):
        return None
    value = record.get("id")
    if isinstance(value, bool | dict | list) or value is None:
        return None
    # "test" and "none" are fair ids: only what cannot be stored is taken out.
    text = repair.storable(str(value)).strip()
    return text[:200] or None


def to_service(record: Record) -> Service:
    """The service in a neutral record, repaired and tagged.

    Raises:
        Rejected: without an id or a name, or where the record's own shape is broken.
    """
    if not isinstance(record, dict):
        raise Rejected("not_an_object", f"a service is an object, not {type(record).__name__}")
    if record.get(PROBLEM):
        raise Rejected(record[PROBLEM], "the row has more cells than the table has columns")
    key = source_id(record)
    if key is None:
        raise Rejected("missing_id", "the record has no id, so that it could not be updated later")
    name = repair.clean_text(record.get("name"), one_line=True)
    organization, flags = _organization(record)
    flags += record.get(FLAGS) or ()
    if not name:
        raise Rejected("missing_name", f"service {key} has no name to show to anyone")
    name = name[:300]
    description = repair.clean_text(record.get("description")) or ""
    if not description:
        flags.append("no_description")
    told = [repair.clean_text(record.get(k)) for k in ("alert", "application_process")]
    if wait := repair.clean_text(record.get("wait_time"), one_line=True):
        told.append(_WAIT.format(wait))
    description = "\n\n".join(filter(None, (description, *told)))
    status, status_flags = _status(record.get("status"), name, description)
    flags += status_flags

    prose = f"{name}. {description}"
    locations, place_schedules = _locations(record, prose, flags)
    rows = _schedules(record.get("schedules"), prose, None, flags) + place_schedules
    rows = _without_repeats(rows)
    if not rows and (read := schedule_words.said_in_prose(description, ())) and read.sentence:
        flags.append("schedule_from_description")
        rows = [replace(Schedule(read.sentence), freq=read.freq, byday=read.byday)]
    if not rows:
        flags.append("no_schedule")

    phones, contacts, email = _contacts(record, organization, locations, flags)
    low, high, age_flags = repair.clean_ages(record.get("minimum_age"), record.get("maximum_age"))
    flags += age_flags
    terms = _terms(record)
    eligibility = _eligibility(record, terms)
    area = _area(record)
    codes = tuple(c for raw in items(record.get("service_areas")) for c in areas.codes_of(raw))
    costs, fees = _costs(record)
    tagged = tagging.tag(name, description, terms, eligibility or "")
    high, audience_flags = _adult_limit(low, high, tagged.audience)
    flags += audience_flags
    attending = _attending(record, rows, locations, prose)
    placed = _placed(locations, area, name, flags)
    if attending and not {AttendingType.VENUE, AttendingType.HOME} & {*attending}:
        flags = [f for f in flags if f != "no_coordinates"]  # Nobody has to go anywhere.
    checked, changed = (_past(record.get(k), flags) for k in ("assured_date", "last_modified"))
    works = tagged.works | ({Work.ILLNESS} if _is_health(tagged) else frozenset())
    return Service(
        id=key,
        name=name,
        organization=organization,
        description=description,
        status=status,
        url=repair.clean_url(record.get("url")) or (organization.url if organization else None),
        email=email,
        phones=phones,
        contacts=contacts,
        locations=placed,
        schedules=schedules.with_closures(rows, record),
        cost_options=costs,
        fees_text=fees,
        eligibility=eligibility,
        min_age=low,
        max_age=high,
        languages=_languages(record),
        attending_types=attending,
        attending_access=_access(record),
        service_area=area,
        area_codes=codes,
        scope=_scope(record, area, codes, attending, placed, phones, prose),
        terms=terms,
        tags=tagged.tags,
        works=works,
        conditions=tagged.conditions,
        audience=tagged.audience,
        assured_date=checked,
        last_modified=changed,
        ends=repair.clean_date(record.get("visible_to")),
        flags=tuple(dict.fromkeys(flags)),
    )


def _past(value: Any, flags: list[str]) -> date | None:
    """The day of a check or a change; none that is still to come."""
    day = repair.clean_date(value)
    if day is None and repair.clean_text(value):
        flags.append("date_not_understood")
    if day is not None and day > repair.today() + timedelta(days=1):  # It may be tomorrow there.
        flags.append("date_in_future")
        return None
    return day


def _is_health(tagged: tagging.Tagging) -> bool:
    return any(t.subcategory is SubCategory.HEALTH_CONDITIONS for t in tagged.tags)


def _organization(record: Record) -> tuple[Organization | None, list[str]]:
    raw = record.get("organization")
    if not isinstance(raw, dict):
        return None, ["organization_missing"]
    name = repair.clean_text(raw.get("name"), one_line=True)
    key = source_id(raw) or repair.clean_text(record.get("organization_id"), one_line=True)
    if not name:
        return None, ["organization_missing"]
    identifiers = []
    for item in items(raw.get("organization_identifiers")):
        value = repair.clean_text(item.get("identifier"), one_line=True)
        if value:
            scheme = repair.clean_text(item.get("identifier_scheme"), one_line=True)
            identifiers.append((scheme or "", value))
    organization = Organization(
        id=key or f"name:{name.casefold()}"[:200],
        name=name[:300],
        description=repair.clean_text(raw.get("description")),
        url=repair.clean_url(raw.get("website")) or repair.clean_url(raw.get("url")),
        email=repair.clean_email(raw.get("email")),
        identifiers=tuple(identifiers),
    )
    return organization, []


def _says_closed(text: str) -> bool:
    """Whether a sentence says that it does not run now."""
    if not _CLOSED_TEXT.search(text) and not _CLOSED_WORDS.search(text):
        return False
    told = (
        s
        for s in _SENTENCES.split(text)
        if _CLOSED_TEXT.pattern.search(s) or _CLOSED_SENTENCE.fullmatch(s)
    )
    return any(not _ON_CONDITION.search(s) and not _is_over(s) for s in told)


def _is_over(sentence: str) -> bool:
    """Whether the last day that a sentence names has passed: "closed until 5 January 2021"."""
    days = [repair.clean_date(found[0]) for found in _DAYS.finditer(sentence)]
    known = [day for day in days if day is not None]
    return bool(known) and max(known) < repair.today()


def _status(value: Any, name: str, description: str) -> tuple[ServiceStatus, list[str]]:
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, dict):
        value = value.get("value") or value.get("name")
    text = (repair.clean_text(value, one_line=True) or "").casefold()
    if value is False:
        status, flags = ServiceStatus.INACTIVE, ["status_not_standard"]
    elif not text:
        status, flags = ServiceStatus.ACTIVE, ["status_missing"]
    elif text in _STATUS:
        status, flags = _STATUS[text], []
    else:
        # Archived, expired, pending and words unknown: better unseen than shown when closed.
        status, flags = ServiceStatus.INACTIVE, ["status_not_standard"]
    if status is ServiceStatus.ACTIVE and _CLOSED_NAME.search(name):
        return ServiceStatus.TEMPORARILY_CLOSED, [*flags, "closed_by_name"]
    if status is ServiceStatus.ACTIVE and _says_closed(description):
        return ServiceStatus.TEMPORARILY_CLOSED, [*flags, "closed_by_words"]
    return status, flags


def _schedules(
    value: Any, prose: str | None, location_id: str | None, flags: list[str]
) -> list[Schedule]:
    found = []
    for raw in items(value, "description"):
        schedule, row_flags = schedules.read(raw, prose, location_id)
        flags += row_flags
        if schedule is not None:
            found.append(schedule)
    return found


def _without_repeats(rows: list[Schedule]) -> list[Schedule]:
    kept: dict[tuple[object, ...], Schedule] = {}
    for row in rows:
        kept.setdefault((row.text, row.freq, row.byday, row.opens_at, row.location_id), row)
    return schedules.as_weeks(kept.values())


def _locations(
    record: Record, prose: str, flags: list[str]
) -> tuple[list[Location], list[Schedule]]:
    found: dict[str, Location] = {}
    rows: list[Schedule] = []
    for index, link in enumerate(items(record.get("service_at_locations"))):
        raw = link.get("location")
        if not isinstance(raw, dict):
            flags.append("location_missing")
            rows += _schedules(link.get("schedules"), prose, None, flags)
            continue
        key = source_id(raw) or source_id(link) or str(index)
        location = _location(key, raw, flags)
        elsewhere = _virtual(raw) if location is None else None
        if location is not None:
            found.setdefault(key, location)
        at = key if location is not None else None
        times = _schedules(link.get("schedules"), prose, at, flags)
        times += _schedules(raw.get("schedules"), prose, at, flags)
        rows += [replace(t, attending_type=t.attending_type or elsewhere) for t in times]
    return list(found.values()), rows


def _virtual(place: Record) -> AttendingType | None:
    """How people take part at a virtual location; ``None`` where it is a real place."""
    if str(place.get("location_type")).casefold() != "virtual":
        return None
    return schedules.attending_type(place.get("name")) or AttendingType.ONLINE


_BRITISH = frozenset(
    {"gb", "gbr", "uk", "united kingdom", "great britain", "britain", "england", "scotland",
     "wales", "cymru", "northern ireland"}
)  # fmt: skip


def _is_british(country: str | None) -> bool:
    """Whether a country is the United Kingdom, or not said: "England, UK" is."""
    parts = re.split(r"[,/()-]", (country or "").replace(".", "").casefold())
    return not country or any(part.strip() in _BRITISH for part in parts)


def _location(key: str, raw: Record, flags: list[str]) -> Location | None:
    kind = (repair.clean_text(raw.get("location_type"), one_line=True) or "").casefold()
    addresses = items(raw.get("addresses"), "address_1")
    address = next(
        (a for a in addresses if "physical" in str(a.get("address_type", "")).casefold()),
        addresses[0] if addresses else {},
    )
    name = repair.clean_text(raw.get("name"), one_line=True)
    if kind == "virtual" and not address:
        return None
    lines = [
        repair.clean_text(address.get(part), one_line=True)
        for part in ("address_1", "address_2", "address_3", "address_4", "city", "region")
    ]
    parts = [p for p in dict.fromkeys(p.strip(" ,.") for p in lines if p) if p]
    british = _is_british(repair.clean_text(address.get("country"), one_line=True))
    masked = personal_data.is_hidden(raw)
    has_street = bool(lines[0])
    point = repair.clean_point(
        raw.get("latitude"),
        raw.get("longitude"),
        address.get("postal_code") or normalise_postcode(", ".join(filter(None, (*lines, name)))),
        masked=masked,
        has_street=has_street,
        british=british,
    )
    city = lines[4]
    if masked:
        name, parts = None, [city] if city else []
    access = [
        Accessibility(text)
        if masked
        else Accessibility(
            text, repair.clean_text(a.get("details")), repair.clean_url(a.get("url"))
        )
        for a in items(raw.get("accessibility"))
        if (text := _access_words(a.get("description")))
    ]
    location = Location(
        id=key,
        name=name,
        address=", ".join(parts) or None,
        postcode=point.postcode,
        lat=point.lat,
        lon=point.lon,
        precision=point.precision,
        masked=masked,
        accessibility=tuple(dict.fromkeys(access)),
        # "Opposite 12 High Street" gives a hidden address away.
        transportation=None if masked else repair.clean_text(raw.get("transportation")),
        flags=point.flags,
    )
    if point.lat is None and city and british and (place := _town(city)):
        location = replace(location, lat=place[0], lon=place[1], precision=Precision.AREA)
    flags += point.flags
    if not (location.address or location.postcode or location.lat is not None or name):
        return None
    return location


def _access_words(value: Any) -> str | None:
    text = repair.clean_text(value)
    # HSDS 1.1 has an enumeration: "disabled_parking".
    return text.replace("_", " ").capitalize() if text and re.fullmatch(r"[a-z_]+", text) else text


def _town(name: str) -> tuple[float, float] | None:
    found = towns(name)
    return (found[0].lat, found[0].lon) if len(found) == 1 else None


def _placed(
    locations: list[Location], area: str | None, name: str, flags: list[str]
) -> tuple[Location, ...]:
    """With a coarse place from the service area or a name's ending where nothing better is."""
    if any(loc.lat is not None for loc in locations):
        return tuple(locations)
    words = [part for loc in locations for part in (loc.name or "").split(", ")]
    words += re.split(r" [-–] |\(|\)|, ", name)[1:]
    words += (area or "").split(", ")
    tokens = name.split()
    words += [" ".join(tokens[-n:]) for n in (3, 2, 1) if len(tokens) > n]
    for word in words:
        word = _AREA_WORDS.sub("", word).strip()
        place = (
            _town(word) if len(word) > 3 and word.casefold() not in _TOWNS_THAT_ARE_WORDS else None
        )
        if place is None:
            continue
        flags.append("place_from_words")
        coarse = {"lat": place[0], "lon": place[1], "precision": Precision.AREA}
        if locations:
            return (replace(locations[0], **coarse), *locations[1:])  # type: ignore[arg-type]
        return (
            Location("area", address=word, lat=place[0], lon=place[1],
                     precision=Precision.AREA),
        )  # fmt: skip
    flags.append("no_coordinates")
    return tuple(locations)


def _contacts(
    record: Record, organization: Organization | None, locations: list[Location], flags: list[str]
) -> tuple[tuple[Phone, ...], tuple[Contact, ...], str | None]:
    """Public phones and e-mail. What belongs to a named person stays only as the last resort."""
    email = repair.clean_email(record.get("email"))
    loose = [p for k in ("phones", "phone") for p in items(record.get(k), "number")]
    holders = items(record.get("contacts"))
    for link in items(record.get("service_at_locations")):
        loose += items(link.get("phones"), "number")
        holders += items(link.get("contacts"))
        if isinstance(link.get("location"), dict):
            loose += items(link["location"].get("phones"), "number")
            holders += items(link["location"].get("contacts"))
    holders = [h for h in holders if not repair.says_no(h.get("visible"))]
    people = [personal_data.person_in(h) for h in holders]
    named = {str(h.get("id")) for h, person in zip(holders, people, strict=True) if person}
    public: list[Phone] = []
    private: list[Phone] = []
    for raw in loose:
        of_somebody = str(raw.get("contact_id")) in named
        for phone in _phones(raw):
            theirs = of_somebody or personal_data.is_of_a_person(phone.description)
            (private if theirs and repair.is_mobile(phone) else public).append(phone)
    private_email: str | None = None
    if email and personal_data.is_home_mail(email):
        email, private_email = None, email
    roles: list[Contact] = []
    for holder, person in zip(holders, people, strict=True):
        phones = _phones(holder.get("phones"))
        if holder.get("phone"):
            phones += list(repair.clean_phones(holder["phone"]))
        address = repair.clean_email(holder.get("email"))
        for phone in phones:
            (private if person and repair.is_mobile(phone) else public).append(phone)
        at_home = address is not None and personal_data.is_home_mail(address)
        if address and not at_home and not personal_data.is_personal(address, person):
            email = email or address
        elif address:
            private_email = private_email or address
        role = repair.clean_text(holder.get("department"), one_line=True)
        if role:
            roles.append(Contact(role=role))
    raw_organization = record.get("organization")
    if not public and not private and isinstance(raw_organization, dict):
        public += _phones(raw_organization.get("phones"))
    if private and not public and not email:
        # A small group often has one mobile: then it is the public contact.
        # Whose it is need not be known.
        public = [replace(phone, description=None) for phone in private]
    elif private:
        flags.append("personal_contact_dropped")
    if not email and not public and organization:
        email = organization.email
    if not email and not public and private_email:
        email = private_email
    elif private_email and private_email != email:
        flags.append("personal_contact_dropped")
    kept: dict[str, Phone] = {}
    for phone in public:
        kept.setdefault(phone.e164 or phone.as_written, phone)
        if phone.e164 is None:
            flags.append("phone_not_valid")
    if not kept and not email and not record.get("url"):
        flags.append("no_contact")
    return tuple(kept.values()), tuple(dict.fromkeys(roles)), email


def _phones(value: Any) -> list[Phone]:
    found: list[Phone] = []
    for raw in items(value, "number"):
        if repair.is_fax(raw.get("type")) or repair.is_fax(raw.get("description")):
            continue
        found += repair.clean_phones(
            raw.get("number"), extension=raw.get("extension"), description=raw.get("description")
        )
    return found


_PRICE = re.compile(r"£\s?\d|\b\d+\.\d\d\b|\b[1-9]\d?p\b|\b\d+ (?:pounds?|pence)\b", re.IGNORECASE)
_ONE_PRICE = re.compile(
    r"(?:£\s?(?P<pounds>\d+(?:\.\d\d)?)|(?P<pence>[1-9]\d?)p)(?P<rest>\b.*)?", re.IGNORECASE
)
_NO_FIXED_PRICE = re.compile(
    r"\b(?:contact|ask|call|enquire|var(?:y|ies)|depend\w*|donations?|contributions?|tbc|request"
    r"|quotes?|from|up to)\b",
    re.IGNORECASE,
)
_STERLING = re.compile(r"£|GBP|POUND|STERLING")
_MAY_COST = re.compile(
    r"\b(?:costs?|prices?|fees?|charges?) (?:may |will |can |do )?"
    r"(?:var(?:y|ies)|depends?|appl(?:y|ies)|(?:is |are |be )?payable)\b"
    r"|\b(?:there (?:is|are|may be|will be)|small|nominal|modest) (?:an? )?(?:\w+ )?"
    r"(?<!no )(?:charge|fee|cost)s?\b|\b(?:is|are) charged\b",
    re.IGNORECASE,
)
_FOR_SOME = re.compile(
    r"\b(?:first|1st|taster|trial|introductory|initial|under|over|aged?|child(?:ren)?|kids|babies"
    r"|carers?|members?|students?|concession\w*|unemployed|benefits?|pensioners?|seniors?|if)\b",
    re.IGNORECASE,
)


def _costs(record: Record) -> tuple[tuple[CostOption, ...], str | None]:
    """Prices that hold today, and the record's words on fees.

    An amount of 0 beside words that tell of a price, or of whom it is free for, is not free: feeds
    fill the field with it.
    """
    rows = [r for r in items(record.get("cost_options"), "amount_description") if holds_today(r)]
    options = (_cost_option(raw) for raw in rows)
    found = [option for option in options if option is not None]
    fees = repair.clean_text(record.get("fees_description")) or repair.clean_text(
        record.get("fees")
    )
    if fees and not found and (amount := repair.clean_number(fees)) is not None:
        return (CostOption(amount),), None
    says_free = repair.says_free(fees)
    if not found and (says_free or repair.says_yes(record.get("free"))):
        found.append(CostOption(0.0, description="Free"))
        fees = None if says_free else fees
    costs_something = fees and (_PRICE.search(fees) or _MAY_COST.search(fees))
    if costs_something and all(not c.amount for c in found):
        found = [c for c in found if c.amount is None]
    return tuple(dict.fromkeys(found)), fees


def holds_today(price: Record) -> bool:
    """Whether today is in the time for which a price is said to hold."""
    return repair.is_within(price.get("valid_from"), price.get("valid_to"))


def _cost_option(raw: Record) -> CostOption | None:
    amount = repair.clean_number(raw.get("amount"))
    option = repair.clean_text(raw.get("option"), one_line=True)
    about = repair.clean_text(raw.get("amount_description"), one_line=True)
    if amount is None and isinstance(raw.get("amount"), str):
        about = about or repair.clean_text(raw["amount"], one_line=True)
    said = ". ".join(filter(None, (option, about)))
    if amount is not None and amount < 0:
        amount = None
    if amount is None:
        amount = 0.0 if repair.says_free(about or option) else _one_price(about)
    if amount == 0 and (_PRICE.search(said) or _NO_FIXED_PRICE.search(said)):
        amount = _one_price(about)
    elif amount == 0 and _FOR_SOME.search(said):
        amount, about = None, about or "free"
    if amount and (about or "").casefold() in ("p", "pence"):
        amount, about = amount / 100, None
    stated = (repair.clean_text(raw.get("currency"), one_line=True) or "GBP").upper()
    currency = "GBP" if _STERLING.search(stated) else stated[:3]
    if currency != "GBP" and amount:
        amount, about = None, f"{amount:g} {currency}{' ' + about if about else ''}"
    if amount is None and not option and not about:
        return None
    return CostOption(amount, currency, option, about)


def _one_price(words: str | None) -> float | None:
    """The price that words begin with, where they tell of no other: "£3.50 per session"."""
    found = _ONE_PRICE.match(words or "")
    if found is None or _PRICE.search(found["rest"] or "") or _NO_FIXED_PRICE.search(words or ""):
        return None
    if re.match(r"\s*(?:-|–|to\b|/)\s*£?\d", found["rest"] or ""):
        return None
    return float(found["pounds"]) if found["pounds"] else int(found["pence"]) / 100


def _terms(record: Record) -> tuple[Term, ...]:
    found: dict[str, Term] = {}
    for raw in items(record.get("attributes")):
        term = raw.get("taxonomy_term") if isinstance(raw.get("taxonomy_term"), dict) else raw
        term = term or {}
        name = repair.clean_text(term.get("name"), one_line=True) or repair.clean_text(
            term.get("description"), one_line=True
        )
        if not name:
            continue
        scheme = repair.clean_text(term.get("taxonomy"), one_line=True) or repair.clean_text(
            raw.get("link_type"), one_line=True
        )
        uri = repair.clean_text(term.get("term_uri"), one_line=True)
        found.setdefault(name.casefold(), Term(name.replace("-", " "), scheme, uri))
    for raw in items(record.get("pc_targetAudience")):
        name = repair.clean_text(raw.get("audienceType"), one_line=True)
        if name:
            found.setdefault(name.casefold(), Term(name, "audience"))
    return tuple(found.values())


_SAYS_NOTHING = frozenset({"all", "all adults", "anyone", "everyone", "any"})


def _eligibility(record: Record, terms: Iterable[Term]) -> str | None:
    stated = repair.clean_text(record.get("eligibility_description"))
    suits = [
        t.name
        for t in terms
        if t.scheme and tagging.says_for_whom(t.scheme) and t.name.casefold() not in _SAYS_NOTHING
    ]
    listed = f"Suitable for: {', '.join(suits)}" if suits else None
    return ". ".join(p.rstrip(". ") if listed else p for p in (stated, listed) if p) or None


_CHILD = frozenset({Audience.CHILDREN, Audience.YOUNG_PEOPLE})


def _adult_limit(
    low: float | None, high: float | None, audience: frozenset[Audience]
) -> tuple[float | None, list[str]]:
    """An upper age for what is only for the young, where the feed gives no ages."""
    if low is None and high is None and audience and audience <= _CHILD:
        return (25.0 if Audience.YOUNG_PEOPLE in audience else 17.0), ["age_from_audience"]
    return high, []


def _area(record: Record) -> str | None:
    names = []
    for raw in items(record.get("service_areas"), "name"):
        name = repair.clean_text(raw.get("name"), one_line=True) or repair.clean_text(
            raw.get("service_area"), one_line=True
        )
        extent = repair.clean_text(raw.get("extent"), one_line=True)
        if not name and extent and not extent.startswith(("{", "[")) and len(extent) < 200:
            name = extent
        if name:
            names.append(name)
    return ", ".join(dict.fromkeys(names)) or None


def _languages(record: Record) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for raw in items(record.get("languages"), "name"):
        text = repair.clean_text(raw.get("name"), one_line=True) or repair.clean_text(
            raw.get("language") or raw.get("code"), one_line=True
        )
        for name in re.split(r"[,;/]", text or ""):
            if name.strip():
                found.setdefault(name.strip())
    return tuple(found)


def _access(record: Record) -> tuple[str, ...]:
    value = record.get("attending_access")
    texts = value if isinstance(value, list) else [value]
    found = [repair.clean_text(t, one_line=True) for t in texts]
    lower = [f.casefold() for f in found if f]
    how = repair.clean_text(record.get("application_process")) or ""
    if _REFERRED.search(how) and not _NOT_REFERRED.search(how):
        lower.append("referral")
    return tuple(dict.fromkeys(_DISPLAY_ACCESS.get(f, f) for f in lower))


def _attending(
    record: Record, rows: list[Schedule], locations: list[Location], prose: str
) -> tuple[AttendingType, ...]:
    found: set[AttendingType] = set()
    value = record.get("attending_type")
    for text in value if isinstance(value, list) else [value]:
        if kind := schedules.attending_type(text):
            found.add(kind)
    found |= {r.attending_type for r in rows if r.attending_type}
    for link in items(record.get("service_at_locations")):
        raw = link.get("location")
        if isinstance(raw, dict) and str(raw.get("location_type")).casefold() == "virtual":
            named = schedules.attending_type(raw.get("name"))
            by_phone = _PHONE_TEXT.search(prose) and not _ONLINE_TEXT.search(prose)
            found.add(named or (AttendingType.PHONE if by_phone else AttendingType.ONLINE))
    stated = bool(found)
    said_online = found == {AttendingType.ONLINE} and _ONLINE_TEXT.search(prose)
    has_place = any(loc.address or loc.lat is not None for loc in locations)
    places = {loc.id for loc in locations}
    held = any(r.location_id in places and r.attending_type is None for r in rows)
    if has_place and (held or not stated or (found == {AttendingType.ONLINE} and not said_online)):
        found.add(AttendingType.VENUE)
    if not stated:
        for kind, pattern in (
            (AttendingType.ONLINE, _ONLINE_TEXT),
            (AttendingType.PHONE, _PHONE_TEXT),
            (AttendingType.HOME, _HOME_TEXT),
        ):
            if pattern.search(prose):
                found.add(kind)
    return tuple(sorted(found))


def _scope(
    record: Record,
    area: str | None,
    codes: tuple[str, ...],
    attending: tuple[AttendingType, ...],
    locations: tuple[Location, ...],
    phones: tuple[Phone, ...],
    prose: str,
) -> Scope:
    names = [n for n in (*codes, *(area or "").split(", ")) if n]
    at_venue = AttendingType.VENUE in attending
    if not at_venue and any(areas.has_a_nation(n) for n in names):
        return Scope.NATIONAL
    if names or at_venue or locations:
        return Scope.LOCAL
    if _NATIONAL_TEXT.search(_PART_OF.sub(" ", prose)):
        return Scope.NATIONAL
    if AttendingType.PHONE in attending and any(_is_non_geographic(p) for p in phones):
        return Scope.NATIONAL
    # Words such as "join our online group" are as often about a local group's extra.
    said = schedules.attending_type(record.get("attending_type"))
    virtual = any(
        str(link["location"].get("location_type")).casefold() == "virtual"
        for link in items(record.get("service_at_locations"))
        if isinstance(link.get("location"), dict)
    )
    return Scope.ONLINE if virtual or said is AttendingType.ONLINE else Scope.LOCAL


def _is_non_geographic(phone: Phone) -> bool:
    return bool(phone.e164 and phone.e164.startswith(("+448", "+443", "+44116")))
