"""What can be difficult in life with a long-term condition, and the work that it asks for.

The areas are this project's own check-in (a PRISMS-style one; PRISMS itself is not
reproduced). ``WORK`` says which kinds of work each area usually needs, after Corbin and
Strauss (1985) and Kennedy (2016); it feeds the gap rules.
"""

from __future__ import annotations

from bot.network.model import Code, Work


class Area(Code):
    """One area of the check-in."""

    PAIN = "pain"
    TIREDNESS = "tiredness"
    BREATHLESSNESS = "breathlessness"
    SLEEP = "sleep"
    MOVING_ABOUT = "moving_about"
    MEDICINES = "medicines"
    EATING = "eating"
    BEING_ACTIVE = "being_active"
    MOOD_WORRY = "mood_worry"
    MEMORY = "memory"
    FAMILY_RELATIONSHIPS = "family_relationships"
    LONELINESS = "loneliness"
    CARING = "caring"
    WORK = "work"
    MONEY = "money"
    HOUSING = "housing"
    TRANSPORT = "transport"
    HEALTH_SERVICES = "health_services"
    UNDERSTANDING_CONDITION = "understanding_condition"


class Size(Code):
    """How big a difficulty is; absent where it was not said."""

    SMALL = "small"
    BIG = "big"


_ILLNESS, _EVERYDAY, _EMOTIONAL = Work.ILLNESS, Work.EVERYDAY, Work.EMOTIONAL

WORK: dict[Area, tuple[Work, ...]] = {
    Area.PAIN: (_ILLNESS, _EMOTIONAL),
    Area.TIREDNESS: (_EVERYDAY,),
    Area.BREATHLESSNESS: (_ILLNESS, _EVERYDAY),
    Area.SLEEP: (_ILLNESS, _EMOTIONAL),
    Area.MOVING_ABOUT: (_EVERYDAY,),
    Area.MEDICINES: (_ILLNESS,),
    Area.EATING: (_EVERYDAY, _ILLNESS),
    Area.BEING_ACTIVE: (_EVERYDAY,),
    Area.MOOD_WORRY: (_EMOTIONAL,),
    Area.MEMORY: (_ILLNESS, _EVERYDAY),
    Area.FAMILY_RELATIONSHIPS: (_EMOTIONAL,),
    Area.LONELINESS: (_EMOTIONAL,),
    Area.CARING: (_EVERYDAY, _EMOTIONAL),
    Area.WORK: (_EVERYDAY,),
    Area.MONEY: (_EVERYDAY,),
    Area.HOUSING: (_EVERYDAY,),
    Area.TRANSPORT: (_EVERYDAY,),
    Area.HEALTH_SERVICES: (_ILLNESS,),
    Area.UNDERSTANDING_CONDITION: (_ILLNESS,),
}
