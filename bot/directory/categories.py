"""The product's own taxonomy: six categories, their sub-categories, and the work they help with.

The six top categories and the sub-categories follow the preference questions of the CLAHRC
Wessex work on personal networks (Kennedy and Rogers). Codes are stored and exported.
"""

from __future__ import annotations

from bot.network.model import Code, Work


class Category(Code):
    """Top level: what sort of option it is."""

    ACTIVITIES = "activities"
    HEALTH = "health"
    LEARNING = "learning"
    SUPPORT = "support"
    INDEPENDENT_LIVING = "independent_living"
    VOLUNTEERING = "volunteering"


class SubCategory(Code):
    """Second level; each belongs to one category (see ``PARENT``)."""

    READING_WRITING = "reading_writing"
    ARTS_CRAFTS = "arts_crafts"
    DRAMA_MUSIC = "drama_music"
    SOCIAL_CLUBS = "social_clubs"
    HEALTH_CONDITIONS = "health_conditions"
    WEIGHT_MANAGEMENT = "weight_management"
    FITNESS_EXERCISE = "fitness_exercise"
    SWIMMING = "swimming"
    WALKING_OUTDOOR = "walking_outdoor"
    EDUCATION_LEARNING = "education_learning"
    CARER_SUPPORT = "carer_support"
    COUNSELLING = "counselling"
    BEFRIENDING = "befriending"
    HOME_SUPPORT = "home_support"
    MONEY_BENEFITS = "money_benefits"
    COMMUNITY_TRANSPORT = "community_transport"
    VOLUNTEERING = "volunteering"


class Audience(Code):
    """For whom an option is meant; none named means anyone."""

    CHILDREN = "children"
    YOUNG_PEOPLE = "young_people"
    FAMILIES = "families"
    OLDER_PEOPLE = "older_people"
    CARERS = "carers"
    WOMEN = "women"
    MEN = "men"
    LGBTQ = "lgbtq"
    VETERANS = "veterans"
    REFUGEES = "refugees"
    HOMELESS = "homeless"
    DISABLED = "disabled"
    BEREAVED = "bereaved"
    FAITH = "faith"


PARENT: dict[SubCategory, Category] = {
    SubCategory.READING_WRITING: Category.ACTIVITIES,
    SubCategory.ARTS_CRAFTS: Category.ACTIVITIES,
    SubCategory.DRAMA_MUSIC: Category.ACTIVITIES,
    SubCategory.SOCIAL_CLUBS: Category.ACTIVITIES,
    SubCategory.HEALTH_CONDITIONS: Category.HEALTH,
    SubCategory.WEIGHT_MANAGEMENT: Category.HEALTH,
    SubCategory.FITNESS_EXERCISE: Category.HEALTH,
    SubCategory.SWIMMING: Category.HEALTH,
    SubCategory.WALKING_OUTDOOR: Category.HEALTH,
    SubCategory.EDUCATION_LEARNING: Category.LEARNING,
    SubCategory.CARER_SUPPORT: Category.SUPPORT,
    SubCategory.COUNSELLING: Category.SUPPORT,
    SubCategory.BEFRIENDING: Category.SUPPORT,
    SubCategory.HOME_SUPPORT: Category.INDEPENDENT_LIVING,
    SubCategory.MONEY_BENEFITS: Category.INDEPENDENT_LIVING,
    SubCategory.COMMUNITY_TRANSPORT: Category.INDEPENDENT_LIVING,
    SubCategory.VOLUNTEERING: Category.VOLUNTEERING,
}

# Which of the three kinds of work an option of this sort usually supports.
WORK: dict[SubCategory, frozenset[Work]] = {
    SubCategory.READING_WRITING: frozenset({Work.EMOTIONAL}),
    SubCategory.ARTS_CRAFTS: frozenset({Work.EMOTIONAL}),
    SubCategory.DRAMA_MUSIC: frozenset({Work.EMOTIONAL}),
    SubCategory.SOCIAL_CLUBS: frozenset({Work.EMOTIONAL}),
    SubCategory.HEALTH_CONDITIONS: frozenset({Work.ILLNESS}),
    SubCategory.WEIGHT_MANAGEMENT: frozenset({Work.ILLNESS, Work.EVERYDAY}),
    SubCategory.FITNESS_EXERCISE: frozenset({Work.EVERYDAY}),
    SubCategory.SWIMMING: frozenset({Work.EVERYDAY}),
    SubCategory.WALKING_OUTDOOR: frozenset({Work.EVERYDAY, Work.EMOTIONAL}),
    SubCategory.EDUCATION_LEARNING: frozenset({Work.EVERYDAY}),
    SubCategory.CARER_SUPPORT: frozenset({Work.EMOTIONAL, Work.EVERYDAY}),
    SubCategory.COUNSELLING: frozenset({Work.EMOTIONAL}),
    SubCategory.BEFRIENDING: frozenset({Work.EMOTIONAL}),
    SubCategory.HOME_SUPPORT: frozenset({Work.EVERYDAY}),
    SubCategory.MONEY_BENEFITS: frozenset({Work.EVERYDAY}),
    SubCategory.COMMUNITY_TRANSPORT: frozenset({Work.EVERYDAY}),
    SubCategory.VOLUNTEERING: frozenset({Work.EMOTIONAL}),
}
