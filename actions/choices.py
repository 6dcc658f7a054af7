"""Typed words as the choices that were offered."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from actions.turn import Answer
from actions.words import label
from bot.nlu.words import straight

NONE = "none"
_MATCH = 85
_SMALL = frozenset(
    {
        "i",
        "me",
        "my",
        "a",
        "an",
        "the",
        "to",
        "of",
        "or",
        "and",
        "in",
        "on",
        "at",
        "is",
        "am",
        "do",
        "dont",
        "don't",
        "cant",
        "can't",
        "not",
        "no",
        "much",
        "have",
        "need",
        "use",
        "take",
        "help",
        "with",
        "for",
        "well",
        "only",
        "something",
        "people",  # "meeting people" is no wish to help other people
        "near",  # "near the door" is no toilet
        "about",  # "learn about long covid" is no way to get about
    }
)
_SAME = {
    "loo": "toilet",
    "loos": "toilet",
    "toilets": "toilet",
    "stairs": "steps",
    "deaf": "hear",
    "hearing": "hear",
    "blind": "see",
    "sight": "see",
    "eyesight": "see",
    "buses": "bus",
    "car": "drive",
    "driving": "drive",
    "lift": "drives",
    "lifts": "drives",
    "walking": "walk",
    "housebound": "leave",
    "learn": "learning",
    "exercise": "fitter",
    "exercises": "fitter",
    "fit": "fitter",
    "fitness": "fitter",
    "gym": "fitter",
    "volunteer": "helping",
    "volunteering": "helping",
    "craft": "creative",
    "crafts": "creative",
    "art": "creative",
}
"""What people say for a word of a label."""


def chosen(answer: Answer, labels: dict[str, str], *, needs: bool = False) -> list[str] | None:
    """Codes that a press or typed words name; empty for none of them, ``None`` if unreadable.

    Typed words match a label when they share a telling word with it ("wheelchair", "the bus"),
    give or take a slip of the thumb.

    Args:
        needs: the labels are of needs, which "I can't do stairs" names; of all others what is
            denied ("not weekends", "I gave up the car") is none.
    """
    if answer.choices:
        return [c for c in answer.choices if c in labels]
    plain = straight(answer.text)
    if answer.said_no and not (needs and _NO_NEED_BUT.search(plain)):
        return []
    text = (_MANAGED if needs else _DENIED).sub(" ", plain)
    heard = _telling(text)
    if not heard:
        return [] if _telling(plain) else None
    telling = {code: _telling(title) for code, title in labels.items()}
    known = {w for words in telling.values() for w in words}
    # A slip is looked for only in words that are none of the labels': "drives" is not "drive".
    found = [
        code
        for code, words in telling.items()
        if any(h in words if h in known else _near(h, words) for h in heard)
    ]
    return found or None


# "No steps" is a need, and no refusal.
_NO_NEED_BUT = re.compile(r"\b(?:no|nae) (?:steps?|stairs|hills?)\b|\bstep.?free\b", re.IGNORECASE)
_UP_TO = r"(?:\W+(?!but\b)\w+){1,4}"
_DENIED = re.compile(
    r"\b(?:not|no|never|can'?t|cannot|don'?t|won'?t|couldn'?t|gave up|given up|sold|hate|avoid"
    rf"|(?:any ?time|any day|all) but|except|apart from)\b{_UP_TO}"
    r"|[\w']+(?:\W+\w+)?\W+(?:is|are|isn'?t|aren'?t|do|don'?t|doesn'?t|won'?t)\W+"
    r"(?:no good|no use|not|out|bad|hard|suit|work)\b[^,.;]*",
    re.IGNORECASE,
)
_MANAGED = re.compile(
    rf"\b(?:can (?:manage|do|cope with)|(?:fine|ok|okay|no (?:trouble|problem)) with)\b{_UP_TO}"
    r"|\b(?:hear|see|eyesight|hearing|sight)\W+(?:is |are |quite |very )*"
    r"(?:fine|good|ok|okay|well)\b"
    r"|\b(?:don'?t|do not) need a \w+",
    re.IGNORECASE,
)


def _near(word: str, words: list[str]) -> bool:
    return any(fuzz.ratio(word, w) >= _MATCH for w in words)


def _telling(text: str) -> list[str]:
    words = re.findall(r"[\w']+", text.casefold())
    return [_SAME.get(w, w) for w in words if w not in _SMALL and len(w) > 2]


def is_button(answer: Answer, code: str) -> bool:
    """Whether the answer is a button: pressed, or its words typed."""
    if answer.choices:
        return answer.choice == code
    title, said = _plain(label("buttons", code)), _plain(answer.text)
    # "That's enough" is "That's enough for now".
    return title == said or (" " in said and title.startswith(said))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("’", "").replace("'", "")))


def says_nothing(text: str) -> bool:
    """Whether there are no two words in it: "asdf", an emoji."""
    return len(re.findall(r"[^\W\d_]{2,}", text)) < 2


_ALL = re.compile(
    r"\W*(?:(?:i said|well|oh|really|to be honest|yes|it'?s|they'?re|probably|a bit of)\W+)*"
    r"(?:both|all(?: of)?(?: (?:them|it|these|three|four|five))?|the lot|everything|they all are"
    r"|each)"
    r"(?: of (?:them|these|it))?(?:\W+(?:really|equally|the same|are|is|love|bad|big|hard))*\W*",
    re.IGNORECASE,
)


def says_all(text: str) -> bool:
    """Whether typed words only say that all of what is offered is meant: "both", "the lot"."""
    return bool(text) and _ALL.fullmatch(straight(text)) is not None
