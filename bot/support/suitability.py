"""Whether an option suits one person: the hard filters, and what has to be checked first.

A filter closes only on what is known. What is not known becomes a warning and costs some
score, because unknown is not yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.directory.areas import Within, is_open_to, limits
from bot.directory.categories import Audience, SubCategory
from bot.directory.model import AttendingType, Listing, Precision, Scope, ServiceStatus, Tag
from bot.directory.telling import Telling
from bot.directory.topics import GROWN_UP, only_for_children
from bot.network.model import Code
from bot.support.access import Answer, has
from bot.support.languages import ENGLISH, language_name, spoken_by
from bot.support.needs_map import (
    ANY_CONDITION,
    normalise_conditions,
    record_conditions,
)
from bot.support.preferences import AccessNeed
from bot.support.when import always_open, days_of, is_over, parts_of, schedules_here
from bot.support.wishes import Wishes

STALE_AFTER = timedelta(days=365)
OLD_AFTER = timedelta(days=730)
FRESH_WITHIN = timedelta(days=183)
LOCAL_AREA_KM = 40.0
LOW_EFFORT = frozenset({AttendingType.PHONE, AttendingType.ONLINE})
# A coarse point may stand this far from the true place, so it is not refused for less.
COARSE_SLACK_KM = 2.0
ADULT = 18

_ONE_GENDER = re.compile(r"\b(?:wo)?men(?:'s|’s)?[- ]only\b|\bonly (?:wo)?men\b", re.IGNORECASE)
_REFERRAL = re.compile(r"\breferr(?:al|ed)\b", re.IGNORECASE)
# What the importer adds from suitability terms; conditions and audience are judged apart.
_SUITS = re.compile(r"\W*Suitable for: .*$", re.DOTALL)
# A description may also tell that one can be referred, or refer oneself, or is referred on.
_BY_REFERRAL = Telling(
    re.compile(
        r"\b(?:by|via|through|on|(?:requires?|needs?|need to have|must have|with) an?)"
        r" (?:\w+(?:'s)? ){0,3}referral\b(?! (?:is )?not)"
        r"|\breferral (?:is )?(?:required|needed|necessary|only|essential)\b"
        r"|\b(?:must|need to|have to) be referred\b|\b(?:gp|doctor) referral\b",
        re.IGNORECASE,
    ),
    ("referral", "referred"),
)
_NO_REFERRAL = re.compile(
    r"no (?:\w+ )?referral|self.?referr\w*|referral (?:is )?not"
    r"|without (?:a |any )?(?:\w+ )?referral"
    r"|(?:don['’]t|do not) need (?:a |any )?(?:\w+ )?referral|refer yourself",
    re.IGNORECASE,
)
_AGE = r"(?:over[- ](?:the age of )?(\d{2})['’]?s?\b|(\d{2}) ?(?:\+|plus\b)|(\d{2}) (?:years )?"
_AGE += r"(?:and|or) (?:over|above|older)\b)"
_TWO_DIGITS = re.compile(r"[1-9]\d")
_OVER = re.compile(rf"\b{_AGE}", re.IGNORECASE)
_FOR_OVER = Telling(
    re.compile(
        r"\b(?:for|aged?|people|adults|anyone|men|women|ladies|residents)"
        rf"(?: (?:aged|of|who are|the))? {_AGE}",
        re.IGNORECASE,
    ),
    ("over ", "over-", "and over", "or over", "+", "plus", "above", "older"),
)
_UNDER = re.compile(
    r"\bunder[- ](\d{2})['’]?s?\b|\bage[sd]? ?(?:from )?\d{1,2} ?(?:to|-|–) ?(\d{2})\b",
    re.IGNORECASE,
)
# "Half price for over 65s" and "under 18s with an adult" shut nobody out.
_NO_LIMIT_OF_AGE = re.compile(
    r"\b(?:discount\w*|concession\w*|reduced|reduction|free|half price|cheaper|priority)\b"
    r"[^.;\n]{0,20}?\b(?:over|under|aged?|\d{2})[^.;\n]*"
    r"|\b(?:over|under)[- ]\d{2}['’]?s?\b[^.;\n]{0,25}?(?:£|\b(?:half price|free|discount\w*"
    r"|reduced|pay|accompanied|with an adult|supervis\w+|parent\w*|guardian|welcome too"
    r"|also welcome)\b)[^.;\n]*",
    re.IGNORECASE,
)
# Groups that a person is asked about by the service, not by the bot.
_OTHER_LIVES = frozenset({Audience.LGBTQ, Audience.VETERANS, Audience.REFUGEES, Audience.HOMELESS})
_GENDER_OR_FAITH = frozenset({Audience.WOMEN, Audience.MEN, Audience.FAITH})
_TAG_LEVELS = {"term": 0, "name": 1, "text": 2}
_MANY_LANGUAGES = 3
_BY_LEVEL = (1.0, 0.6, 0.4)
YOUNG_UNTIL, OLDER_FROM, SURELY_OLDER = 25, 50, 65


class Refusal(Code):
    """Why an option is not shown."""

    CLOSED = "closed"
    EXCLUDED = "excluded"
    AREA = "area"
    TRAVEL = "travel"
    MODE = "mode"
    AGE = "age"
    AUDIENCE = "audience"
    LANGUAGE = "language"
    ACCESS = "access"
    COST = "cost"
    DAY = "day"
    OTHER_CONDITION = "other_condition"
    NOT_NEARER = "not_nearer"
    NOT_CHEAPER = "not_cheaper"
    NOT_RELEVANT = "not_relevant"
    DOUBTFUL = "doubtful"


class Caution(Code):
    """What to check first, or to know."""

    STALE = "stale"
    UNASSURED = "unassured"
    CHECK_ACCESS = "check_access"
    COST_UNKNOWN = "cost_unknown"
    CHECK_COST = "check_cost"
    CHECK_AGE = "check_age"
    CHECK_LANGUAGE = "check_language"
    CHECK_ELIGIBILITY = "check_eligibility"
    NEEDS_REFERRAL = "needs_referral"
    CHECK_AREA = "check_area"
    CHECK_PLACE = "check_place"
    CHECK_TIME = "check_time"
    CHECK_MODE = "check_mode"


@dataclass(frozen=True)
class Suitability:
    """The outcome for one listing.

    Attributes:
        refusal: why it is not shown; ``None`` where it may be.
        cautions: what to check first.
        penalty: points to take off for what is not known or does not quite fit.
        fits: facts that speak for it: "language", "access", "time".
    """

    refusal: Refusal | None = None
    cautions: tuple[Caution, ...] = ()
    penalty: float = 0.0
    fits: frozenset[str] = frozenset()


def attending(listing: Listing) -> frozenset[AttendingType]:
    """How people take part; a place with an address and nothing said is taken as a venue."""
    if listing.attending_types:
        return listing.attending_types
    # A town or district stands for whom it serves, not for where it is held.
    held = [x for x in listing.locations if x.precision is not Precision.AREA]
    if any(x.lat is not None or x.postcode or x.address for x in held):
        return frozenset({AttendingType.VENUE})
    if listing.scope is Scope.ONLINE:
        return frozenset({AttendingType.ONLINE})
    return frozenset()


def is_low_effort(listing: Listing) -> bool:
    """Whether it can be done by phone or online."""
    return bool(attending(listing) & LOW_EFFORT)


def needs_travel(listing: Listing) -> bool:
    """Whether there is no way but to go there; unknown counts as going there."""
    return not attending(listing) - {AttendingType.VENUE}


def usual_cost(listing: Listing) -> float | None:
    """The dearest price open to everyone, where known; prices for some (named options) aside."""
    general = [c for c in listing.cost_options if not c.option]
    amounts = [c.amount for c in general or listing.cost_options]
    known = [a for a in amounts if a is not None]
    return max(known) if known and len(known) == len(amounts) else None


def named_conditions(listing: Listing) -> frozenset[str]:
    """The conditions that the record is about, by this project's names where it has one.

    ``ANY_CONDITION`` only where it names no other.
    """
    if not listing.conditions:
        return frozenset()
    named = record_conditions(listing.conditions)
    return named - {ANY_CONDITION} or named


def tag_confidence(listing: Listing) -> dict[SubCategory, float]:
    """How sure each sub-category is, 0 to 1, by where its tag was read.

    Terms are surer than names, and names than descriptions; the surest that a record has count
    in full, unless it only says what people may be after. Listings without tags have all their
    sub-categories in full.
    """
    return tag_confidence_of(listing.tags, listing.subcategories)


def tag_confidence_of(
    tags: Sequence[Tag], subcategories: Iterable[SubCategory]
) -> dict[SubCategory, float]:
    """``tag_confidence`` of the tags and sub-categories of a listing."""
    if not tags:
        return dict.fromkeys(subcategories, 1.0)
    if any(t.reason.startswith("aim:") for t in tags):  # then there is nothing better
        return dict.fromkeys(subcategories, _BY_LEVEL[1])
    levels = {t.subcategory: _TAG_LEVELS.get(t.reason[:4], 0) for t in tags}
    top = min(levels.values(), default=0)
    return {sub: _BY_LEVEL[levels.get(sub, top) - top] for sub in subcategories}


def is_about_conditions(listing: Listing) -> bool:
    """Whether it is for people with the conditions named, rather than mentioning them."""
    sure = tag_confidence(listing).get(SubCategory.HEALTH_CONDITIONS, 0.0)
    return sure == 1.0 or bool(normalise_conditions(listing.name))


def stated_ages(listing: Listing) -> tuple[float | None, float | None]:
    """Lowest and highest age: the record's fields, else what its words say ("over 65s")."""
    low, high = listing.min_age, listing.max_age
    about = f"{listing.name}. {listing.eligibility or ''}"
    in_words = _TWO_DIGITS.search(about) is not None
    about = _NO_LIMIT_OF_AGE.sub(" ", about) if in_words else about
    if low is None:
        # In a description only "for people over 65" counts: "over 50 courses" is no age.
        said = _OVER.findall(about) if in_words else []
        if _FOR_OVER.may_be_in(listing.description) and _TWO_DIGITS.search(listing.description):
            said += _FOR_OVER.pattern.findall(_NO_LIMIT_OF_AGE.sub(" ", listing.description))
        ages = [int(n) for groups in said for n in groups if n and 40 <= int(n) <= 90]
        low = min(ages, default=None)
    if high is None and in_words:
        ages = [int(n) for groups in _UNDER.findall(about) for n in groups if n and int(n) < 60]
        high = min(ages, default=None)
    return low, high


class _Checks:
    """Gathers cautions and penalties while one listing is looked at."""

    def __init__(self) -> None:
        self.cautions: list[Caution] = []
        self.penalty = 0.0
        self.fits: set[str] = set()

    def caution(self, code: Caution, points: float) -> None:
        if code not in self.cautions:
            self.cautions.append(code)
        self.penalty += points


def suitability(listing: Listing, wishes: Wishes, today: date) -> Suitability:
    """Whether ``listing`` suits, with the first refusal found or all cautions."""
    checks = _Checks()
    for check in (
        _status,
        _area,
        _mode,
        _age,
        _audience,
        _language,
        _access,
        _cost,
        _days,
        _condition,
    ):
        refusal = check(listing, wishes, today, checks)
        if refusal is not None:
            return Suitability(refusal)
    _eligibility(listing, checks)
    _freshness(listing, today, checks)
    return Suitability(
        None, tuple(checks.cautions), round(checks.penalty, 3), frozenset(checks.fits)
    )


def _status(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    if listing.status is not ServiceStatus.ACTIVE or is_over(listing, today):
        return Refusal.CLOSED
    return None


def _area(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    limited = limits(
        listing.service_area, listing.area_codes, listing.eligibility, listing.description
    )
    within = is_open_to(limited, wishes.place)
    if within is Within.NO:
        return Refusal.AREA
    if within is Within.UNKNOWN:
        checks.caution(Caution.CHECK_AREA, 4 if listing.distance_km is None else 2)
    if listing.scope is not Scope.LOCAL:
        return None
    distance = listing.distance_km
    travel = needs_travel(listing)
    if distance is None:
        if travel and not any(x.address or x.postcode for x in listing.locations):
            checks.caution(Caution.CHECK_PLACE, 5)
        if wishes.place is not None and not limited:
            checks.caution(Caution.CHECK_AREA, 4)
        return None
    slack = COARSE_SLACK_KM if is_approximate(listing, wishes) else 0.0
    if not travel:
        if distance > LOCAL_AREA_KM:
            return Refusal.AREA
        if distance > wishes.reach_km:
            checks.caution(Caution.CHECK_AREA, 2)
    elif not wishes.stays_in and distance > wishes.reach_km + slack:
        return Refusal.TRAVEL
    return None


def is_approximate(listing: Listing, wishes: Wishes) -> bool:
    """Whether a distance is "about": either end is known only coarsely."""
    return listing.precision.is_coarse or (
        wishes.place is not None and wishes.place.precision.is_coarse
    )


def _mode(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    types = attending(listing)
    if not types:
        if wishes.stays_in or wishes.modes:
            checks.caution(Caution.CHECK_MODE, 6)
        return None
    if wishes.stays_in and types <= {AttendingType.VENUE}:
        return Refusal.TRAVEL
    if wishes.modes and not types & wishes.modes:
        return Refusal.MODE
    return None


def _age(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    low, high = stated_ages(listing)
    if Audience.OLDER_PEOPLE in listing.audience and low is None:
        if wishes.age is not None and wishes.age[1] < OLDER_FROM:
            return Refusal.AGE
        if wishes.age is None or wishes.age[0] < SURELY_OLDER:
            checks.caution(Caution.CHECK_AGE, 2)
    if wishes.age is None:
        if (low is not None and low > ADULT) or high is not None:
            checks.caution(Caution.CHECK_AGE, 6)
        return None
    youngest, oldest = wishes.age
    if (low is not None and oldest < low) or (high is not None and youngest > high):
        return Refusal.AGE
    if (low is not None and youngest < low) or (high is not None and oldest > high):
        checks.caution(Caution.CHECK_AGE, 2)
    return None


def _audience(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    audience = listing.audience
    if only_for_children(audience):
        return Refusal.AUDIENCE
    if not audience & GROWN_UP:
        if Audience.YOUNG_PEOPLE in audience:
            if wishes.age is None or wishes.age[0] > YOUNG_UNTIL:
                return Refusal.AUDIENCE
        elif Audience.FAMILIES in audience and SubCategory.COUNSELLING not in listing.subcategories:
            checks.caution(Caution.CHECK_ELIGIBILITY, 8)
    if Audience.CARERS in audience and not wishes.cares:
        checks.caution(Caution.CHECK_ELIGIBILITY, 10)
    return None


def _language(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    wanted = {language_name(x) for x in wishes.languages} or {ENGLISH}
    spoken = {language_name(x) for x in listing.languages}
    if wanted - {ENGLISH}:
        # Few records have a list of languages; more tell of one in their words.
        said = (listing.name, listing.description, listing.eligibility or "")
        spoken |= spoken_by((*said, *listing.access_notes))
    shared = wanted & spoken
    if shared - {ENGLISH}:
        checks.fits.add("language")
    elif shared:
        if 1 < len(spoken) <= _MANY_LANGUAGES:
            checks.penalty += 4  # meant first for speakers of the other one
    elif not spoken and ENGLISH in wanted:
        pass
    elif ENGLISH in spoken or not spoken:
        checks.caution(Caution.CHECK_LANGUAGE, 14)
    elif ENGLISH in wanted:
        # HSDS lists languages other than English, so English is likely but not said.
        checks.caution(Caution.CHECK_LANGUAGE, 12)
    else:
        return Refusal.LANGUAGE
    return None


def _access(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    types = attending(listing)
    needs = wishes.access_needs
    if types and not needs_travel(listing):
        # At home or by phone only hearing and sight are still a matter.
        needs = needs & {AccessNeed.HEARING, AccessNeed.SIGHT}
    if not needs:
        return None
    answers = {need: has(need, listing.access_notes) for need in needs}
    if Answer.NO in answers.values():
        return Refusal.ACCESS
    unknown = sum(a is Answer.UNKNOWN for a in answers.values())
    if unknown:
        checks.caution(Caution.CHECK_ACCESS, 6.0 + unknown)
    else:
        checks.fits.add("access")
    return None


def _cost(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    lowest, ceiling = listing.lowest_cost, wishes.cost_ceiling
    if lowest is None:
        checks.caution(Caution.COST_UNKNOWN, 4 if ceiling is not None else 1)
        return None
    if ceiling is None:
        return None
    if lowest > ceiling:
        return Refusal.COST
    usual = usual_cost(listing)
    if usual is None or usual > ceiling:
        checks.caution(Caution.CHECK_COST, 3)  # cheap enough for some, perhaps not for this person
    return None


def _days(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    if not wishes.days and not wishes.times:
        return None
    here = schedules_here(listing)
    if any(always_open(s) for s in here):
        checks.fits.add("time")
        return None
    rows = [(days_of(s), parts_of(s)) for s in here]
    if not rows:
        if needs_travel(listing):
            checks.caution(Caution.CHECK_TIME, 2)
        return None
    if wishes.days and all(days and not days & wishes.days for days, _ in rows):
        return Refusal.DAY

    def fits(days: frozenset[str], parts: frozenset[object]) -> bool:
        return bool(not wishes.days or days & wishes.days) and bool(
            not wishes.times or parts & wishes.times
        )

    if any(fits(days, parts) for days, parts in rows):
        checks.fits.add("time")
    elif any((wishes.days and not d) or (wishes.times and not p) for d, p in rows):
        checks.caution(Caution.CHECK_TIME, 2)
    else:
        checks.penalty += 6  # the day is right and the part of the day is not
    return None


def _condition(listing: Listing, wishes: Wishes, today: date, checks: _Checks) -> Refusal | None:
    named = named_conditions(listing)
    if not named or ANY_CONDITION in named:
        return None
    if named & wishes.fitting_conditions:
        return None
    about = is_about_conditions(listing)
    if wishes.conditions and about:
        return Refusal.OTHER_CONDITION
    if about:
        checks.caution(Caution.CHECK_ELIGIBILITY, 4)
    else:
        checks.penalty += 4
    return None


def needs_referral(listing: Listing) -> bool:
    """Whether somebody has to send the person there, as far as is said."""
    said = " ".join((listing.eligibility or "", *listing.attending_access))
    if _REFERRAL.search(_NO_REFERRAL.sub(" ", said)):
        return True
    if not _BY_REFERRAL.may_be_in(listing.description):
        return False
    told = _NO_REFERRAL.sub(" ", listing.description)
    return _BY_REFERRAL.pattern.search(told) is not None


def _eligibility(listing: Listing, checks: _Checks) -> None:
    if needs_referral(listing):
        checks.caution(Caution.NEEDS_REFERRAL, 4)
    elif _SUITS.sub("", listing.eligibility or ""):
        checks.caution(Caution.CHECK_ELIGIBILITY, 1)
    one_gender = _ONE_GENDER.search(f"{listing.name}. {listing.eligibility or ''}")
    if listing.audience & _OTHER_LIVES:
        checks.caution(Caution.CHECK_ELIGIBILITY, 30)  # the bot does not ask who belongs
    elif Audience.BEREAVED in listing.audience:
        checks.caution(Caution.CHECK_ELIGIBILITY, 12)
    elif one_gender or listing.audience & _GENDER_OR_FAITH:
        checks.caution(Caution.CHECK_ELIGIBILITY, 5)
    elif Audience.DISABLED in listing.audience:
        checks.caution(Caution.CHECK_ELIGIBILITY, 2)


def _freshness(listing: Listing, today: date, checks: _Checks) -> None:
    checked = listing.checked_on
    if listing.assured_date is None:
        checks.caution(Caution.UNASSURED, 2)
    if checked is not None:
        age = today - checked
        if age > STALE_AFTER:
            checks.caution(Caution.STALE, 8 if age > OLD_AFTER else 4)
        elif age <= FRESH_WITHIN and listing.assured_date is not None:
            checks.fits.add("fresh")
