"""What of a plan may be read by others: on a lock screen, or in a message that is passed on.

Careful on purpose: no list of illnesses, treatments and services is ever whole, so the person's
own words go out only where each is on a list of everyday words or is a name that may be read.
A plain word for the sort of activity stands for all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from bot.directory.categories import SubCategory
from bot.directory.model import Listing
from bot.directory.places import towns
from bot.network.model import Code
from bot.support.needs_map import options_for_activity


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

# Letters that stand by themselves are one word, so that "A.A." is not an "a" said twice. Signs
# that are no letters, such as a picture of a pill, are words too, and are on no list.
_WORD = re.compile(
    r"(?<!\w)[^\W\d_](?:[\W_]+[^\W\d_](?!\w))+|[^\s,;!?()\"“”…/&–—-]+",
)
_NUMBER_OR_TIME = re.compile(r"\d{1,2}(?:[.:]\d\d)?(?:[ap]\.?m|st|nd|rd|th)?", re.IGNORECASE)
_LONGEST_PHRASE = 3
_SHORTEST_TOWN = 4
"""Letters: "Eye" is a town too."""


@lru_cache(maxsize=1)
def everyday_words() -> frozenset[str]:
    """Words and phrases that anybody may read; ``everyday_words.txt`` says which belong there."""
    text = files("bot.support").joinpath("everyday_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return frozenset(" ".join(words_in(entry)) for line in lines for entry in line.split(","))


def words_in(text: str) -> list[str]:
    """The words as they are looked up: "Jean's cake." → ``["jean", "cake"]``."""
    return [word for _, word in _placed(text)]


def _placed(text: str) -> list[tuple[int, str]]:
    """Each word, with where in the text it begins."""
    found = ((match.start(), _looked_up(match.group())) for match in _WORD.finditer(text))
    return [(start, word) for start, word in found if word]


def _looked_up(word: str) -> str:
    word = word.replace("’", "'").strip(".:'")
    # "ME" is not "me".
    lower = word if len(word) > 1 and word.isupper() else word.casefold()
    return lower.removesuffix("'s")


def opening(text: str, names: Iterable[str] = (), *, with_towns: bool = False) -> str:
    """What comes before the first word that others may not read; the text itself if none is.

    "tea with Jean at the stoma club" → "tea with Jean at the ", where Jean is one of the names.

    Args:
        text: a plan or a service's name.
        names: further words that may be read, as ``words_in`` gives them.
        with_towns: whether the names of towns and villages may be read too.
    """
    known = everyday_words().union(names)

    def may_be_read(phrase: str) -> bool:
        if phrase in known or _NUMBER_OR_TIME.fullmatch(phrase):
            return True
        return with_towns and len(phrase) >= _SHORTEST_TOWN and bool(towns(phrase))

    words = _placed(text)
    while words:
        for length in range(_LONGEST_PHRASE, 0, -1):
            if may_be_read(" ".join(word for _, word in words[:length])):
                words = words[length:]
                break
        else:
            return text[: words[0][0]]
    return text


def _is_private(text: str, conditions: str, never: Iterable[str]) -> bool:
    """Whether an everyday word tells something of this one person."""
    own = {w for w in re.findall(r"\w+", conditions.casefold()) if len(w) > 2} - _SMALL
    if own & set(re.findall(r"\w+", text.casefold())):
        return True
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in never)


_SMALL = frozenset(
    {"and", "the", "with", "for", "from", "have", "got", "bit", "had", "type", "two"}
)


def _is_for_anyone(listing: Listing) -> bool:
    """Whether all that the directory says of a service is harmless."""
    sorts = listing.subcategories
    for_some = bool(listing.conditions or listing.audience)
    return bool(sorts) and sorts <= _ACTIVITY_OF.keys() and not for_some


def said_openly(
    what: str,
    listing: Listing | None = None,
    *,
    names: Iterable[str] = (),
    conditions: str = "",
    never: Iterable[str] = (),
) -> str | Activity:
    """What of a plan others may read: its own words, or a plain word for the sort of activity.

    Args:
        what: the plan.
        listing: the service that it is about, where it is one of the directory's.
        names: further words that may be read, as ``words_in`` gives them.
        conditions: the person's own, in their words; no word of theirs is read.
        never: names that others are not to read, such as of who makes things harder.
    """
    # A town in the person's own words may be a word for something else ("Beer").
    start = opening(what, names, with_towns=listing is not None)
    harmless = listing is None or _is_for_anyone(listing)
    if harmless and start == what and not _is_private(what, conditions, never):
        return what
    if listing is None:
        # Only the start: "stop going to the pub" is not about going to the pub.
        sorts = [s for s in options_for_activity(start) if s in _ACTIVITY_OF]
        return _ACTIVITY_OF[sorts[0]] if len(sorts) == 1 else Activity.SOMETHING
    # By its name first: a singing group for the lungs is a singing group.
    by_tag = [sort for sort in SubCategory if sort in listing.subcategories]
    sorts = [s for s in (*options_for_activity(listing.name), *by_tag) if s in _ACTIVITY_OF]
    return _ACTIVITY_OF[sorts[0]] if sorts else Activity.SOMETHING
