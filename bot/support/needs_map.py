"""From what a person needs to the sorts of option that may help, as tables.

Records seldom name a condition, so the way goes condition → need → general activity, as the
Open Referral UK guidance on taxonomies advises (services are tagged by type; needs are mapped
to types). Each table gives a strength from 0 to 1: how directly the sort of option answers.
The tables are this project's own reading of Kennedy (2016) and Brooks (2016).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from bot.directory.categories import WORK as SUPPORTS
from bot.directory.categories import SubCategory as Sub
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Work
from bot.support.preferences import Statement

Strengths = Mapping[Sub, float]

_GROUPS: dict[Sub, float] = {
    Sub.SOCIAL_CLUBS: 1.0,
    Sub.ARTS_CRAFTS: 0.8,
    Sub.DRAMA_MUSIC: 0.8,
    Sub.READING_WRITING: 0.8,
    Sub.WALKING_OUTDOOR: 0.7,
}

STATEMENT_OPTIONS: Mapping[Statement, Strengths] = MappingProxyType(
    {
        Statement.CREATIVE: {
            Sub.READING_WRITING: 1.0,
            Sub.ARTS_CRAFTS: 1.0,
            Sub.DRAMA_MUSIC: 1.0,
        },
        Statement.SOCIAL: {Sub.SOCIAL_CLUBS: 1.0},
        Statement.LEARN_ABOUT_HEALTH: {Sub.HEALTH_CONDITIONS: 1.0},
        Statement.LOSE_WEIGHT: {Sub.WEIGHT_MANAGEMENT: 1.0},
        Statement.GET_FITTER: {
            Sub.FITNESS_EXERCISE: 1.0,
            Sub.SWIMMING: 1.0,
            Sub.WALKING_OUTDOOR: 1.0,
        },
        Statement.NEW_SKILLS: {Sub.EDUCATION_LEARNING: 1.0},
        Statement.LOOK_AFTER_SOMEONE: {Sub.CARER_SUPPORT: 1.0},
        Statement.SEE_MORE_PEOPLE: {
            Sub.BEFRIENDING: 1.0,
            Sub.SOCIAL_CLUBS: 0.9,
            Sub.COUNSELLING: 0.5,
        },
        Statement.STAY_INDEPENDENT: {
            Sub.HOME_SUPPORT: 1.0,
            Sub.MONEY_BENEFITS: 0.4,
            Sub.COMMUNITY_TRANSPORT: 0.8,
        },
        Statement.COMMUNITY_TRANSPORT: {Sub.COMMUNITY_TRANSPORT: 1.0},
        Statement.HELP_OTHERS: {Sub.VOLUNTEERING: 1.0},
    }
)

# A kind of work that nobody, or only one person, does.
WORK_OPTIONS: Mapping[Work, Strengths] = MappingProxyType(
    {
        Work.ILLNESS: {
            Sub.HEALTH_CONDITIONS: 1.0,
            Sub.WEIGHT_MANAGEMENT: 0.4,
            Sub.FITNESS_EXERCISE: 0.3,
        },
        Work.EVERYDAY: {
            Sub.HOME_SUPPORT: 1.0,
            Sub.COMMUNITY_TRANSPORT: 0.7,
            Sub.WALKING_OUTDOOR: 0.3,
            Sub.FITNESS_EXERCISE: 0.3,
        },
        Work.EMOTIONAL: {
            Sub.BEFRIENDING: 1.0,
            Sub.COUNSELLING: 0.7,
            **{sub: round(0.9 * strength, 2) for sub, strength in _GROUPS.items()},
        },
    }
)

# Gaps that are not about one kind of work; ``dropped_activity`` goes by its words.
GAP_OPTIONS: Mapping[GapCode, Strengths] = MappingProxyType(
    {
        GapCode.NO_WEAK_TIES: _GROUPS,
        GapCode.OVERLOAD: {
            Sub.HOME_SUPPORT: 1.0,
            Sub.CARER_SUPPORT: 0.9,
            Sub.BEFRIENDING: 0.5,
            Sub.COMMUNITY_TRANSPORT: 0.5,
        },
        GapCode.NO_RECIPROCITY: {Sub.VOLUNTEERING: 1.0},
        GapCode.CONTACT_LOW: {
            Sub.COMMUNITY_TRANSPORT: 0.8,
            Sub.EDUCATION_LEARNING: 0.5,
            Sub.BEFRIENDING: 0.5,
        },
    }
)

# With help from professionals only, people who share the experience come first.
PEER_OPTIONS: Mapping[Work, Strengths] = MappingProxyType(
    {
        Work.ILLNESS: {Sub.HEALTH_CONDITIONS: 1.0},
        Work.EVERYDAY: {Sub.HOME_SUPPORT: 0.8, Sub.SOCIAL_CLUBS: 0.5, Sub.BEFRIENDING: 0.5},
        Work.EMOTIONAL: {Sub.BEFRIENDING: 1.0, **_GROUPS},
    }
)

AREA_OPTIONS: Mapping[Area, Strengths] = MappingProxyType(
    {
        Area.PAIN: {Sub.HEALTH_CONDITIONS: 0.9, Sub.SWIMMING: 0.6, Sub.FITNESS_EXERCISE: 0.4},
        Area.TIREDNESS: {
            Sub.HOME_SUPPORT: 0.8,
            Sub.HEALTH_CONDITIONS: 0.5,
            Sub.WALKING_OUTDOOR: 0.3,
        },
        Area.BREATHLESSNESS: {
            Sub.HEALTH_CONDITIONS: 0.9,
            Sub.FITNESS_EXERCISE: 0.4,
            Sub.WALKING_OUTDOOR: 0.3,
        },
        Area.SLEEP: {Sub.HEALTH_CONDITIONS: 0.6, Sub.COUNSELLING: 0.4, Sub.WALKING_OUTDOOR: 0.3},
        Area.MOVING_ABOUT: {
            Sub.HOME_SUPPORT: 0.9,
            Sub.COMMUNITY_TRANSPORT: 0.8,
            Sub.FITNESS_EXERCISE: 0.6,
            Sub.SWIMMING: 0.5,
        },
        Area.MEDICINES: {Sub.HEALTH_CONDITIONS: 0.8},
        Area.EATING: {
            Sub.WEIGHT_MANAGEMENT: 0.9,
            Sub.HOME_SUPPORT: 0.4,
            Sub.SOCIAL_CLUBS: 0.3,
        },
        Area.BEING_ACTIVE: {
            Sub.WALKING_OUTDOOR: 1.0,
            Sub.FITNESS_EXERCISE: 1.0,
            Sub.SWIMMING: 0.9,
        },
        Area.MOOD_WORRY: {
            Sub.COUNSELLING: 1.0,
            Sub.ARTS_CRAFTS: 0.6,
            Sub.DRAMA_MUSIC: 0.6,
            Sub.WALKING_OUTDOOR: 0.6,
            Sub.BEFRIENDING: 0.5,
            Sub.READING_WRITING: 0.4,
        },
        Area.MEMORY: {Sub.HEALTH_CONDITIONS: 0.8, Sub.HOME_SUPPORT: 0.4, Sub.DRAMA_MUSIC: 0.3},
        Area.FAMILY_RELATIONSHIPS: {Sub.COUNSELLING: 1.0, Sub.BEFRIENDING: 0.3},
        Area.LONELINESS: {Sub.BEFRIENDING: 1.0, **_GROUPS},
        Area.CARING: {Sub.CARER_SUPPORT: 1.0, Sub.HOME_SUPPORT: 0.5},
        Area.WORK: {Sub.EDUCATION_LEARNING: 0.8, Sub.MONEY_BENEFITS: 0.6},
        Area.MONEY: {Sub.MONEY_BENEFITS: 1.0},
        Area.HOUSING: {Sub.MONEY_BENEFITS: 0.7, Sub.HOME_SUPPORT: 0.8},
        Area.TRANSPORT: {Sub.COMMUNITY_TRANSPORT: 1.0},
        Area.HEALTH_SERVICES: {Sub.HEALTH_CONDITIONS: 0.7, Sub.COMMUNITY_TRANSPORT: 0.5},
        Area.UNDERSTANDING_CONDITION: {Sub.HEALTH_CONDITIONS: 1.0, Sub.EDUCATION_LEARNING: 0.4},
    }
)

# Beginnings of words by which a record shows that it is about the difficulty itself, for
# difficulties whose sorts of option are wide. Matched at the start of a word.
AREA_WORDS: Mapping[Area, tuple[str, ...]] = MappingProxyType(
    {
        Area.PAIN: ("pain", "ache", "aching", "flare", "sore"),
        Area.BREATHLESSNESS: ("breath", "lung", "copd", "asthma", "inhaler"),
        Area.SLEEP: ("sleep", "insomnia"),
        Area.MEDICINES: ("medicin", "pharmac", "inhaler", "prescription", "tablets"),
        Area.EATING: ("food", "eat", "cook", "diet", "meal", "lunch", "weight"),
        Area.BEING_ACTIVE: (
            "walk",
            "parkrun",
            "running",
            "jog",
            "exercis",
            "fitness",
            "keep fit",
            "gym",
            "sport",
            "swim",
            "aqua",
            "danc",
            "yoga",
            "pilates",
            "tai chi",
            "stretch",
            "aerobic",
            "bowls",
            "tennis",
            "cycl",
            "bike",
            "movement",
            "move",
            "active",
        ),
        Area.MEMORY: ("memor", "dementia", "alzheimer", "forget"),
        Area.HOUSING: ("hous", "heat", "damp", "repair", "rent", "grab rail", "homes"),
        Area.WORK: ("work", "job", "employ", "career"),
        Area.MONEY: ("money", "benefit", "debt", "bill", "grant", "budget"),
        Area.FAMILY_RELATIONSHIPS: ("famil", "couple", "relationship", "marriage", "home life"),
        Area.MOVING_ABOUT: ("fall", "balance", "rail", "frame", "steady", "equipment", "mobility"),
    }
)

# The same for a gap that is not about one difficulty.
GAP_WORDS: Mapping[GapCode, tuple[str, ...]] = MappingProxyType(
    {
        GapCode.CONTACT_LOW: ("phone", "tablet", "computer", "internet", "video", "ride", "driver"),
    }
)

# A difficulty that makes records about these conditions fit, named by the person or not.
AREA_CONDITIONS: Mapping[Area, frozenset[str]] = MappingProxyType(
    {
        Area.PAIN: frozenset({"long-term pain", "fibromyalgia"}),
        Area.BREATHLESSNESS: frozenset({"copd", "asthma"}),
        Area.MOOD_WORRY: frozenset({"depression", "anxiety"}),
        Area.LONELINESS: frozenset({"depression", "anxiety"}),
        Area.MEMORY: frozenset({"dementia"}),
    }
)

# Groups about the second welcome people with the first.
CONDITION_FAMILIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "heart disease": frozenset({"heart failure"}),
        "heart failure": frozenset({"heart disease"}),
        "high blood pressure": frozenset({"heart disease"}),
        "fibromyalgia": frozenset({"long-term pain"}),
        "arthritis": frozenset({"long-term pain"}),
        "me/cfs": frozenset({"fibromyalgia", "long covid"}),
        "long covid": frozenset({"me/cfs"}),
    }
)

# What often helps with a condition, beside groups that name it. Weak on purpose: activity in
# general is offered by interest first.
CONDITION_OPTIONS: Mapping[str, Strengths] = MappingProxyType(
    {
        "diabetes": {
            Sub.WALKING_OUTDOOR: 0.6,
            Sub.WEIGHT_MANAGEMENT: 0.6,
            Sub.FITNESS_EXERCISE: 0.5,
            Sub.SWIMMING: 0.4,
        },
        "heart disease": {
            Sub.WALKING_OUTDOOR: 0.6,
            Sub.FITNESS_EXERCISE: 0.4,
            Sub.WEIGHT_MANAGEMENT: 0.4,
        },
        "heart failure": {Sub.WALKING_OUTDOOR: 0.4},
        "high blood pressure": {Sub.WALKING_OUTDOOR: 0.6, Sub.WEIGHT_MANAGEMENT: 0.5},
        "copd": {Sub.DRAMA_MUSIC: 0.4, Sub.WALKING_OUTDOOR: 0.4, Sub.FITNESS_EXERCISE: 0.4},
        "asthma": {Sub.DRAMA_MUSIC: 0.3, Sub.WALKING_OUTDOOR: 0.3, Sub.SWIMMING: 0.4},
        "arthritis": {Sub.SWIMMING: 0.6, Sub.FITNESS_EXERCISE: 0.5, Sub.WALKING_OUTDOOR: 0.4},
        "osteoporosis": {Sub.FITNESS_EXERCISE: 0.5, Sub.WALKING_OUTDOOR: 0.5},
        "long-term pain": {Sub.SWIMMING: 0.6, Sub.FITNESS_EXERCISE: 0.4},
        "fibromyalgia": {Sub.SWIMMING: 0.6, Sub.WALKING_OUTDOOR: 0.3},
        "kidney disease": {Sub.WALKING_OUTDOOR: 0.4},
        "stroke": {Sub.FITNESS_EXERCISE: 0.4, Sub.DRAMA_MUSIC: 0.3},
        "parkinson's": {Sub.FITNESS_EXERCISE: 0.5, Sub.DRAMA_MUSIC: 0.4},
        "multiple sclerosis": {Sub.SWIMMING: 0.5, Sub.FITNESS_EXERCISE: 0.4},
        "dementia": {Sub.DRAMA_MUSIC: 0.4, Sub.WALKING_OUTDOOR: 0.3},
        "depression": {
            Sub.COUNSELLING: 0.6,
            Sub.WALKING_OUTDOOR: 0.5,
            Sub.ARTS_CRAFTS: 0.5,
        },
        "anxiety": {Sub.COUNSELLING: 0.6, Sub.ARTS_CRAFTS: 0.5, Sub.WALKING_OUTDOOR: 0.4},
        "obesity": {Sub.WEIGHT_MANAGEMENT: 0.8, Sub.WALKING_OUTDOOR: 0.5},
    }
)

# Patients' and records' words for a condition; the key is the name that both are brought to.
_CONDITION_WORDS: dict[str, str] = {
    "diabetes": r"diabet\w*|type\s*(?:1|2|one|two)\b|\bt[12]d\b|sugar problem|blood sugar",
    "copd": r"\bc\.?o\.?p\.?d\b|emphysema|chronic obstructive\w*|chronic bronchitis",
    "asthma": r"asthma\w*",
    "heart failure": r"heart failure",
    "heart disease": r"heart (?:disease|attack|condition|trouble|problem|bypass|failure)s?|angina"
    r"|\bchd\b|coronary|cardiac|atrial fib\w*|dodgy heart|bad heart|my heart\b",
    "high blood pressure": r"(?:high )?blood pressure|hypertension",
    "stroke": r"\bstrokes?\b|\btia\b|mini.?stroke|aphasia",
    "arthritis": r"arthriti\w*|osteoarthritis|rheumatoid|\bgout\b",
    "osteoporosis": r"osteoporosis|brittle bones?",
    "long-term pain": r"(?:chronic|long.?term|persistent|constant) pain|back pain|sciatica"
    r"|bad back",
    "fibromyalgia": r"fibro\w*",
    "kidney disease": r"kidneys?|\bckd\b|renal|dialysis",
    "ibs": r"\bi\.?b\.?s\b|irritable bowel",
    "inflammatory bowel disease": r"crohn'?s?|colitis|\bibd\b|inflammatory bowel",
    "parkinson's": r"parkinson\S*",
    "multiple sclerosis": r"multiple sclerosis|\bms\b",
    "epilepsy": r"epilep\w*",
    "dementia": r"dementia|alzheimer\S*",
    "depression": r"depress\w*|low mood",
    "anxiety": r"anxi\w*|panic attacks?",
    "cancer": r"cancer|tumou?r|chemo\w*|leukaemia|lymphoma",
    # In small letters only with its points: "the pain is killing me" names no illness.
    "me/cfs": r"chronic fatigue|\bm\.e\b|(?-i:\bME\b)|\bme/cfs\b|\bcfs\b",
    "long covid": r"long.?covid",
    "obesity": r"obes\w*|overweight",
    "thyroid disease": r"thyroid\w*",
    "sight loss": r"sight loss|macular|glaucoma|visual(?:ly)? impair\w*|blind(?:ness)?\b",
    "hearing loss": r"hearing loss|tinnitus|\bdeaf\w*|hard of hearing",
}
ANY_CONDITION_WORD = re.compile("|".join(_CONDITION_WORDS.values()), re.IGNORECASE)
_CONDITIONS = {name: re.compile(rx, re.IGNORECASE) for name, rx in _CONDITION_WORDS.items()}

# The directory's tags for conditions where they are wider than one of the names above.
_RECORD_CONDITIONS: dict[str, frozenset[str]] = {
    "heart": frozenset({"heart disease", "heart failure"}),
    "bowel": frozenset({"ibs", "inflammatory bowel disease"}),
    "mental health": frozenset({"depression", "anxiety"}),
}
ANY_CONDITION = "long-term condition"

# Words for an activity that was given up, and where it may be taken up again.
_ACTIVITY_WORDS: dict[Sub, str] = {
    Sub.DRAMA_MUSIC: r"sing\w*|choir|music|band\b|guitar|piano|drum\w*|ukulele|theatre|drama"
    r"|acting",
    Sub.ARTS_CRAFTS: r"knit\w*|sew\w*|crochet\w*|craft\w*|paint\w*|draw\w*|pottery|clay"
    r"|wood ?work\w*|\bart\b|making things|mending|diy",
    Sub.READING_WRITING: r"read\w*|books?\b|librar\w*|writ\w*|poe(?:m|t)\w*|stories",
    Sub.SWIMMING: r"sw[iu]m\w*|aqua\w*|the baths|pool\b",
    Sub.WALKING_OUTDOOR: r"walk\w*|rambl\w*|hik\w*|garden\w*|allotment|fishing|bird\w*|outdoors?",
    Sub.FITNESS_EXERCISE: r"gym\w*|danc\w*|yoga|pilates|tai chi|football|bowl\w*|tennis|cycl\w*"
    r"|exercis\w*|keep fit|running|cricket|badminton",
    Sub.SOCIAL_CLUBS: r"bingo|cards|dominoes|darts|pub\b|quiz\w*|coffee|lunch club|church|mosque"
    r"|temple|gurdwara|seeing (?:friends|people)|going out|club\b|chess|snooker|pool league",
    Sub.EDUCATION_LEARNING: r"course\w*|class(?:es)?\b|college|computer\w*|learn\w*|languages?"
    r"|history",
    Sub.VOLUNTEERING: r"volunteer\w*|helping (?:out|people|others)|charity shop",
}
_ACTIVITIES = {
    sub: re.compile(rf"\b(?:{rx})", re.IGNORECASE) for sub, rx in _ACTIVITY_WORDS.items()
}


_NOT_TELLING = frozenset(
    """
    used going with have been every week weekly sometimes friends friend doing making went club
    group local love loved liked like enjoy enjoyed there they were when that this much more miss
    missed playing seeing days could would always really before after
    """.split()  # noqa: SIM905
)


def normalise_conditions(words: str | Iterable[str]) -> frozenset[str]:
    """The conditions named in free text (or several texts), by the names of this module.

    "type 2 and a dodgy heart" → ``{"diabetes", "heart disease"}``. Words that are not known
    give nothing: an unknown condition is kept by the record in the person's own words.
    """
    text = words if isinstance(words, str) else "\n".join(words)
    if not ANY_CONDITION_WORD.search(text):
        return frozenset()
    return frozenset(name for name, pattern in _CONDITIONS.items() if pattern.search(text))


def condition_words(text: str) -> tuple[str, ...]:
    """The words of a text that name a condition, as they were said and in order."""
    found = filter(None, (pattern.search(text) for pattern in _CONDITIONS.values()))
    return tuple(dict.fromkeys(m[0] for m in sorted(found, key=lambda m: m.start())))


def record_conditions(labels: Iterable[str]) -> frozenset[str]:
    """The conditions that a record names, by the same names as the person's.

    ``ANY_CONDITION`` where it is for people with any long-term condition; a label that this
    module has no name for stays as it is.
    """
    return frozenset(name for label in labels for name in _record_condition(label))


@lru_cache(maxsize=512)
def _record_condition(label: str) -> frozenset[str]:
    key = label.strip().casefold()
    return _RECORD_CONDITIONS.get(key) or normalise_conditions(key) or frozenset({key})


def options_for_activity(words: str) -> Strengths:
    """Sorts of option where an activity in the person's own words may be taken up again."""
    return {sub: 1.0 for sub, pattern in _ACTIVITIES.items() if pattern.search(words)}


def activity_stems(words: str) -> tuple[str, ...]:
    """Beginnings of the telling words of an activity, to look for in a record's own words."""
    tokens = re.findall(r"[a-z]{4,}", words.casefold())
    return tuple(dict.fromkeys(t[:5] for t in tokens if t not in _NOT_TELLING))


def options_for_gap(
    code: GapCode, work: Work | None, areas: Iterable[Area] = (), activity: str = ""
) -> Strengths:
    """Sorts of option that may answer a confirmed gap.

    Args:
        code, work: of the gap.
        areas: the difficulties behind it; what they ask for counts in full, the rest of the
            kind of work by half (who needs help with money does not need a cleaner).
        activity: for ``dropped_activity``, what was dropped.
    """
    if code is GapCode.DROPPED_ACTIVITY:
        return options_for_activity(activity)
    if work is None:
        return GAP_OPTIONS.get(code, {})
    wanted: dict[Sub, float] = {}
    for area in areas:
        for sub, strength in AREA_OPTIONS[area].items():
            wanted[sub] = max(strength, wanted.get(sub, 0.0))
    table = PEER_OPTIONS if code is GapCode.PROF_ONLY else WORK_OPTIONS
    strengths = {
        sub: s * (1.0 if sub in wanted or not wanted else 0.5) for sub, s in table[work].items()
    }
    if code is not GapCode.PROF_ONLY:
        for sub, strength in wanted.items():
            if work in SUPPORTS[sub]:
                strengths[sub] = max(strength, strengths.get(sub, 0.0))
    return strengths


def related_conditions(conditions: Iterable[str], areas: Iterable[Area]) -> frozenset[str]:
    """The person's conditions and those that the difficulties make relevant."""
    own = set(conditions)
    found = own.union(*(CONDITION_FAMILIES.get(c, frozenset()) for c in own))
    for area in areas:
        found |= AREA_CONDITIONS.get(area, frozenset())
    return frozenset(found)
