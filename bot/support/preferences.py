"""What the person would like, and what has to suit: the codes of the preferences stage.

The eleven statements are those of the CLAHRC Wessex work on personal networks (Kennedy and
Rogers), paraphrased as codes; the words are in ``domain.yml``. The limits are this project's.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.directory.model import AttendingType
from bot.network.model import Code


class Statement(Code):
    """A statement that the person may agree with."""

    CREATIVE = "creative"
    SOCIAL = "social"
    LEARN_ABOUT_HEALTH = "learn_about_health"
    LOSE_WEIGHT = "lose_weight"
    GET_FITTER = "get_fitter"
    NEW_SKILLS = "new_skills"
    LOOK_AFTER_SOMEONE = "look_after_someone"
    SEE_MORE_PEOPLE = "see_more_people"
    STAY_INDEPENDENT = "stay_independent"
    COMMUNITY_TRANSPORT = "community_transport"
    HELP_OTHERS = "help_others"


class DayPart(Code):
    """Part of the day, by when something starts: before noon, before 5 pm, after."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Limit(Code):
    """A limit on what suits."""

    FREE_ONLY = "free_only"
    LOW_COST = "low_cost"
    FROM_HOME = "from_home"
    IN_PERSON = "in_person"
    WEEKDAYS = "weekdays"
    WEEKENDS = "weekends"
    MORNINGS = "mornings"
    AFTERNOONS = "afternoons"
    EVENINGS = "evenings"


class AccessNeed(Code):
    """What a place has to have for the person to take part there."""

    WHEELCHAIR = "wheelchair"
    STEP_FREE = "step_free"
    TOILET = "toilet"
    HEARING = "hearing"
    SIGHT = "sight"


LANGUAGE = "language:"
"""Before the name of a language that has to be spoken there, among the access needs kept."""


class Travel(Code):
    """How the person gets about. ``NOT_OUT`` is someone who cannot leave home now."""

    WALK = "walk"
    BUS = "bus"
    CAR = "car"
    LIFT = "lift"
    COMMUNITY_TRANSPORT = "community_transport"
    NOT_OUT = "not_out"


WEEKDAYS = frozenset({"MO", "TU", "WE", "TH", "FR"})
WEEKEND = frozenset({"SA", "SU"})
LOW_COST_POUNDS = 5.0
FROM_HOME = frozenset({AttendingType.PHONE, AttendingType.ONLINE, AttendingType.HOME})

# How far in kilometres, as the crow flies, an ordinary outing may be.
REACH_KM: dict[Travel, float] = {
    Travel.NOT_OUT: 0.0,
    Travel.WALK: 2.0,
    Travel.BUS: 12.0,
    Travel.LIFT: 15.0,
    Travel.COMMUNITY_TRANSPORT: 15.0,
    Travel.CAR: 25.0,
}
DEFAULT_REACH_KM = 15.0

# Age bands that a question may offer; both ends belong to the band.
AGE_BANDS: dict[str, tuple[int, int]] = {
    "18_24": (18, 24),
    "25_39": (25, 39),
    "40_49": (40, 49),
    "50_59": (50, 59),
    "60_64": (60, 64),
    "65_74": (65, 74),
    "75_plus": (75, 120),
}


@dataclass(frozen=True)
class Limits:
    """Limits put together. Empty sets and ``None`` are no limit.

    Attributes:
        cost_ceiling: pounds each time; 0 is free only.
        modes: ways of taking part that suit.
        days: iCalendar day codes that suit.
        times: parts of the day that suit.
    """

    cost_ceiling: float | None = None
    modes: frozenset[AttendingType] = frozenset()
    days: frozenset[str] = frozenset()
    times: frozenset[DayPart] = frozenset()


def limits_of(codes: frozenset[Limit]) -> Limits:
    """The limits that codes stand for; opposite ones together (both ends of the week) cancel."""
    ceiling = LOW_COST_POUNDS if Limit.LOW_COST in codes else None
    modes: frozenset[AttendingType] = frozenset()
    if (Limit.FROM_HOME in codes) != (Limit.IN_PERSON in codes):
        in_person = frozenset({AttendingType.VENUE, AttendingType.HOME})
        modes = FROM_HOME if Limit.FROM_HOME in codes else in_person
    days: frozenset[str] = frozenset()
    if (Limit.WEEKDAYS in codes) != (Limit.WEEKENDS in codes):
        days = WEEKDAYS if Limit.WEEKDAYS in codes else WEEKEND
    parts = {
        Limit.MORNINGS: DayPart.MORNING,
        Limit.AFTERNOONS: DayPart.AFTERNOON,
        Limit.EVENINGS: DayPart.EVENING,
    }
    return Limits(
        cost_ceiling=0.0 if Limit.FREE_ONLY in codes else ceiling,
        modes=modes,
        days=days,
        times=frozenset(part for limit, part in parts.items() if limit in codes),
    )
