"""What a screening says: how serious, about what, and about whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.network.model import Code


class Level(Code):
    """How serious it is; compare with ``rank``."""

    NONE = "none"
    CONCERN = "concern"
    CRISIS = "crisis"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 (none) to 3 (emergency)."""
        return tuple(Level).index(self)

    @property
    def is_alarm(self) -> bool:
        """Whether a person has to be told of help at once."""
        return self in (Level.CRISIS, Level.EMERGENCY)


class Category(Code):
    """What the risk is about; codes are a contract of ``wise understand``."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    ABUSE = "abuse"
    NEGLECT = "neglect"
    OVERDOSE = "overdose"
    VIOLENCE_TO_OTHERS = "violence_to_others"
    PSYCHOSIS = "psychosis"
    EATING = "eating"
    CHEST_PAIN = "chest_pain"
    STROKE = "stroke"
    BREATHING = "breathing"
    HYPO = "hypo"
    HYPER_DKA = "hyper_dka"
    ANAPHYLAXIS = "anaphylaxis"
    BLEEDING = "bleeding"
    SEPSIS = "sepsis"
    SEIZURE = "seizure"
    COLLAPSE = "collapse"
    HEAD_INJURY = "head_injury"
    SEVERE_ABDOMINAL = "severe_abdominal"
    CONFUSION = "confusion"


PHYSICAL = frozenset(tuple(Category)[tuple(Category).index(Category.CHEST_PAIN) :])
"""Categories that are a body's emergency and not a mind's or a home's."""

Subject = Literal["self", "other"]


@dataclass(frozen=True)
class Match:
    """One thing that a detector saw.

    ``words`` are the patient's own and stay out of ``repr``, so that they cannot reach a log.
    """

    rule: str
    level: Level
    category: Category | None
    subject: Subject = "self"
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class Screening:
    """The result for one text.

    Attributes:
        level: the most serious of all matches.
        category: what it is about; ``None`` for no risk, and for low mood or strain that
            names no danger.
        matches: what was seen, the most serious first.
        detector: name of the detector that decided: ``"rules"``, ``"error"`` when one broke
            and nothing worse was seen, or the name of another registered detector; ``""`` for
            no risk.
        subject: whether it is about the writer or about someone else.
    """

    level: Level = Level.NONE
    category: Category | None = None
    matches: tuple[Match, ...] = ()
    detector: str = ""
    subject: Subject = "self"
