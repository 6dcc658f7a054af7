"""Who the made-up patients are: drawn by chance, the same for the same seed.

Sizes of networks, ages and schooling follow the figures of BRIGHT and of Vassilev et al. (2013):
about 8.5 people, overdispersed, none for some; ages around 72; 44 % without qualifications, who
write shortly and with slips; one in four leaves before the end.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum

import numpy as np

from bot.nlu import lexicon

MOST = 25
_SIZE, _DISPERSION = 8.5, 2.0


class Style(str, Enum):
    """How a patient goes about it; what is particular in ``bot.simulation.patient``."""

    PLAIN = "plain"
    TERSE = "terse"
    TALKER = "talker"
    CHANGER = "changer of mind"
    QUITTER = "quitter"
    SILENT = "silent later"
    AT_RISK = "tells of a risk"


_STYLES = {
    Style.PLAIN: 34,
    Style.TERSE: 14,
    Style.TALKER: 12,
    Style.CHANGER: 10,
    Style.QUITTER: 12,
    Style.SILENT: 10,
    Style.AT_RISK: 8,
}


class Group(str, Enum):
    """Which of the questions for names brings an alter into view."""

    FAMILY = "family"
    FRIENDS = "friends"
    STAFF = "staff"
    CLUBS = "clubs"
    ONLINE = "online"
    PETS = "pets"


@dataclass(frozen=True)
class Alter:
    """Somebody of the patient's life.

    Attributes:
        said: how the patient speaks of them ("my sister Ann").
        group: see ``Group``.
    """

    said: str
    group: Group


@dataclass(frozen=True)
class Persona:
    """A made-up patient.

    Attributes:
        number: its place in the run.
        age: in years.
        slips: share of typed words with a slip of the keys.
        alters: in the order in which they come to mind.
        troubles: sentences about what is hard.
        risk: what is told of a risk, or "".
        leaves_after: messages after which a quitter goes for good; 0 for one who does not.
        back_after: days until one who has been interrupted comes back; 0 for no interruption.
    """

    number: int
    style: Style
    age: int
    area: str
    slips: float
    alters: tuple[Alter, ...]
    troubles: tuple[str, ...]
    risk: str = ""
    leaves_after: int = 0
    back_after: int = 0

    @property
    def wants_to_finish(self) -> bool:
        """Whether the spine of the conversation is to come to its end."""
        return self.style not in (Style.QUITTER, Style.AT_RISK)


_AREAS = ("XW1", "XW2", "XW3", "XW4")
_TROUBLES = (
    "I get out of breath on the stairs",
    "my knees are that bad I can't do the garden",
    "I can't sleep at night",
    "I'm on my own a lot since she went",
    "I keep forgetting my tablets",
    "money is tight with the heating",
    "tired all the time",
    "I worry about everything",
    "getting to the hospital is a job",
    "I don't know what to eat with this diabetes",
    "my back hurts when I stand",
    "I look after my husband as well and it is a lot",
)
RISKS = (
    "some days I think about ending it all",
    "I don't want to be here any more",
    "I have been saving my tablets up",
    "my son takes my money and shouts at me",
    "I've got a tight pain in my chest right now and I'm sweating",
    "my husband hits me when he has had a drink",
    "I cut myself last night",
    "my wife's face has dropped on one side and she can't talk",
    "they would all be better off without me",
    "I've not eaten for days, there is no food in",
)
"""Told once, in answer to a question for words."""

_FAMILY = (
    "my wife {}", "my husband {}", "my son {}", "my daughter {}", "my sister {}", "my brother {}",
    "our {}", "my grandson {}", "my granddaughter {}", "my niece {}", "my cousin {}",
    "my auntie {}", "me mam", "my mother-in-law {}",
)  # fmt: skip
_FRIENDS = (
    "my friend {}", "{} next door", "my mate {}", "my neighbour {}", "{} from work",
    "{} across the road", "my old pal {}", "{} from the bowls",
)  # fmt: skip
_STAFF = (
    "Dr Patel",
    "the district nurse",
    "my carer {}",
    "the chemist",
    "the diabetic nurse",
    "the physio",
)
_CLUBS = (
    "the bowls club",
    "the lunch club",
    "the choir",
    "the mosque",
    "the Breathe Easy group",
    "the knitting group",
    "my church",
)
_ONLINE = ("the diabetes group on Facebook", "the arthritis forum", "my WhatsApp group")
_PETS = ("my dog {}", "my cat {}", "the budgie {}")
_PARTNERS = frozenset(_FAMILY[:2])
_PHRASES = {
    Group.FAMILY: (_FAMILY, 45),
    Group.FRIENDS: (_FRIENDS, 25),
    Group.STAFF: (_STAFF, 14),
    Group.CLUBS: (_CLUBS, 9),
    Group.ONLINE: (_ONLINE, 2),
    Group.PETS: (_PETS, 5),
}


def persona(number: int, seed: int) -> Persona:
    """The patient of a number; depends on nothing but the two."""
    draw = random.Random(f"{seed}:{number}")  # noqa: S311 - nothing secret about it
    counts = np.random.default_rng([seed, number])
    size = int(counts.negative_binomial(_DISPERSION, _DISPERSION / (_DISPERSION + _SIZE)))
    style = draw.choices(list(_STYLES), list(_STYLES.values()))[0]
    little_schooling = draw.random() < 0.44
    return Persona(
        number=number,
        style=style,
        age=max(19, min(96, round(draw.gauss(72, 9))))
        if draw.random() < 0.9
        else draw.randint(25, 60),
        area=draw.choice(_AREAS),
        slips=0.06 if little_schooling else 0.01,
        alters=_alters(draw, min(size, MOST)),
        troubles=tuple(draw.sample(_TROUBLES, draw.randint(1, 3))),
        risk=draw.choice(RISKS) if style is Style.AT_RISK else "",
        leaves_after=draw.randint(3, 40) if style is Style.QUITTER else 0,
        back_after=draw.choice((0, 0, 0, 1, 3, 30)),
    )


def _alters(draw: random.Random, size: int) -> tuple[Alter, ...]:
    groups = draw.choices(list(_PHRASES), [share for _, share in _PHRASES.values()], k=size)
    names = draw.sample(_names(), size)
    found: dict[str, Alter] = {}
    for group, name in zip(groups, names, strict=True):
        phrase = draw.choice(_PHRASES[group][0])
        if phrase in _PARTNERS and any(a.said.startswith(_PARTNER_WORDS) for a in found.values()):
            phrase = "my friend {}"
        alter = Alter(phrase.format(name), group)
        found.setdefault(alter.said, alter)
    return tuple(found.values())


_PARTNER_WORDS = ("my wife", "my husband")


def _names() -> list[str]:
    """First names of all communities on our lists that are no words besides."""
    return [
        n.capitalize()
        for n in sorted(lexicon.names() - lexicon.word_names())
        if n.isalpha() and len(n) > 2
    ]
