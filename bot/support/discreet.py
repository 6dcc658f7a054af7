# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What of a plan may be read by others: on a lock screen, or in a message that is passed on.

Careful on purpose: a name that may tell of an illness, of staff or of trouble at home is not
said, and a plain word for the sort of activity stands for it. Nothing here is proof that a
text is harmless, so the rule is to leave out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.directory.categories import SubCategory
from bot.directory.model import Listing
from bot.network.model import Code
from bot.support.needs_map import normalise_conditions, options_for_activity


class Activity(Code):
    """A plain word for what somebody goes to; ``SOMETHING`` where any other would tell."""

    MUSIC = "music"
    CRAFTS = "crafts"
    READING = "reading"
    SWIMMING = "swimming"
    OUTDOORS = "outdoors"
    EXERCISE = "exercise"
    SOCIAL = "social"
    LEARNING = "learning"
    VOLUNTEERING = "volunteering"
    SOMETHING = "something"


_ACTIVITY_OF = {
    SubCategory.DRAMA_MUSIC: Activity.MUSIC,
    SubCategory.ARTS_CRAFTS: Activity.CRAFTS,
    SubCategory.READING_WRITING: Activity.READING,
    SubCategory.SWIMMING: Activity.SWIMMING,
    SubCategory.WALKING_OUTDOOR: Activity.OUTDOORS,
    SubCategory.FITNESS_EXERCISE: Activity.EXERCISE,
    SubCategory.SOCIAL_CLUBS: Activity.SOCIAL,
    SubCategory.EDUCATION_LEARNING: Activity.LEARNING,
    SubCategory.VOLUNTEERING: Activity.VOLUNTEERING,
}

_TELLING = re.compile(
    r"\b(?:"
    # illness, treatment and where it is given
    r"health\w*|medic\w*|clinic\w*|hospital\w*|surger\w*|hospice\w*|ward|nhs|gp|doctor\w*|dr|nurs\w*|"
    r"pharmac\w*|chemist\w*|consultant\w*|specialist\w*|therap\w*|physio\w*|counsel\w*|psych\w*|"
    r"rehab\w*|recover\w*|referral\w*|appointment\w*|check-?up\w*|tests?|scans?|injections?|inhaler\w*|"
    r"insulin|tablets?|prescri\w*|symptom\w*|diagnos\w*|condition\w*|disease\w*|disorder\w*|"
    r"syndrome\w*|ill|illness\w*|sick\w*|patients?|survivor\w*|long[- ]term|chronic\w*|palliative|"
    # the body and the mind
    r"lungs?|breath\w*|pulmonary|respiratory|heart\w*|cardi\w*|chest|kidneys?|liver|bowels?|bladder|"
    r"(?:in)?continence|blood|sugar|brain|bones?|joints?|spin(?:e|al)|(?:bad|back) (?:back|care|school)|knees?|hips?|pain\w*|aches?|"
    r"fatigue|tired\w*|sleep\w*|falls|balance|mobility|wheelchairs?|disab\w*|impair\w*|blind|deaf|"
    r"hearing|sight|memory|mental\w*|mind(?:s|ful\w*)?|mood|well-?being|stress\w*|worr(?:y|ied|ies)|"
    r"depress\w*|anxi\w*|crisis|talking|menopaus\w*|sexual|hiv|weight|slim\w*|diet\w*|obes\w*|"
    r"macmillan|maggie'?s|samaritans|mencap|scope|"
    # habits, trouble and need
    r"addict\w*|alcohol\w*|drink(?:ing|ers?)|drugs?|sober|anonymous|aa|na|smok\w*|quit\w*|gambl\w*|"
    r"abuse\w*|violen\w*|refuge|police|court|solicitor|lonel\w*|isolat\w*|befriend\w*|buddy|grief|griev\w*|"
    r"bereav\w*|widow\w*|divorc\w*|carers?|caring|support\w*|self[- ]?help|peer|social prescrib\w*|"
    r"debts?|benefits?|food ?banks?|credit|pip|social (?:work|services)\w*|council tax"
    r")\b",
    re.IGNORECASE,
)


def gives_away(text: str, *, conditions: str = "", never: Iterable[str] = ()) -> bool:
    """Whether a text may tell others of an illness, of staff, or of trouble.

    Args:
        text: a plan or a service's name.
        conditions: the person's own, in their words; any word of theirs gives away.
        never: names that others are not to read, such as of who makes things harder.
    """
    if _TELLING.search(text.replace("’", "'")) or normalise_conditions(text):
        return True
    said = set(re.findall(r"\w+", text.casefold()))
    own = {w for w in re.findall(r"\w+", conditions.casefold()) if len(w) > 2} - _SMALL
    if said & own:
        return True
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in never)


_SMALL = frozenset(
    {"and", "the", "with", "for", "from", "have", "got", "bit", "had", "type", "two"}
)


def said_openly(
    what: str, listing: Listing | None = None, *, conditions: str = "", never: Iterable[str] = ()
) -> str | Activity:
    """What of a plan others may read: its own words, or a plain word for the sort of activity.

    Args:
        what: the plan.
        listing: the service that it is about, where it is one of the directory's.
        conditions, never: as in ``gives_away``.
    """
    telling = gives_away(what, conditions=conditions, never=never)
    if listing is None:
        return Activity.SOMETHING if telling else what
    sorts = listing.subcategories
    for_some = bool(listing.conditions or listing.audience)
    if sorts and sorts <= _ACTIVITY_OF.keys() and not (telling or for_some):
        return what
    # By its name first: a singing group for the lungs is a singing group.
    by_tag = [sort for sort in SubCategory if sort in sorts]
    known = [s for s in (*options_for_activity(listing.name), *by_tag) if s in _ACTIVITY_OF]
    return _ACTIVITY_OF[known[0]] if known else Activity.SOMETHING
