"""Languages by name: what a person says they need, and what a service says it speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable

ENGLISH = "english"
SIGNED = "british sign language"

_OTHER_NAMES = {
    "british sign language": ("bfi", "bsl", "sign language", "signing"),
    "welsh": ("cy", "cym", "cymraeg"),
    "albanian": ("sq",),
    "arabic": ("ar", "ara"),
    "bengali": ("bn", "ben", "bangla", "sylheti"),
    "bulgarian": ("bg",),
    "cantonese": ("yue",),
    "chinese": ("zh", "zho"),
    "czech": ("cs",),
    "english": ("en", "eng", "en-gb"),
    "french": ("fr", "fra"),
    "gujarati": ("gu", "guj"),
    "hindi": ("hi", "hin"),
    "irish": ("ga", "gaeilge"),
    "italian": ("it", "ita"),
    "mandarin": ("cmn",),
    "nepali": ("ne", "nep"),
    "persian": ("fa", "farsi", "dari"),
    "polish": ("pl", "pol"),
    "portuguese": ("pt", "por"),
    "punjabi": ("pa", "pan", "panjabi"),
    "romanian": ("ro", "ron"),
    "russian": ("ru", "rus"),
    "scottish gaelic": ("gd", "gaelic"),
    "somali": ("so", "som"),
    "spanish": ("es", "spa"),
    "turkish": ("tr", "tur"),
    "ukrainian": ("uk", "ukr"),
    "urdu": ("ur", "urd"),
}
_OTHERS = (
    "akan", "amharic", "cantonese", "croatian", "german", "greek", "hebrew", "hungarian", "igbo",
    "japanese", "korean", "kurdish", "latvian", "lingala", "lithuanian", "malayalam", "makaton",
    "pashto", "serbian", "shona", "sinhala", "slovak", "swahili", "tagalog", "tamil", "telugu",
    "thai", "tigrinya", "twi", "vietnamese", "yiddish", "yoruba",
)  # fmt: skip
_NAMES = {
    **{other: name for name, others in _OTHER_NAMES.items() for other in (name, *others)},
    **{name: name for name in _OTHERS},
}
# Codes of two letters are words too: "so", "it", "hi".
_WORDS = sorted((n for n in _NAMES if len(n) > 3 or n == "bsl"), key=len, reverse=True)
_NAMED = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
# "I don't speak English well, only Polish" denies the one and not the other.
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:no|not|never|hardly|little|bad|poor|barely|cannot|without|struggle with)|n['’]?t\b)"
    r"(?: (?!only\b|but\b|just\b)\w+){0,3} ?$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(r"^ (?:isn['’]?t|(?:is )?(?:not|poor|bad|limited))\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;!?\n]")
_SPEAKS = re.compile(
    r"speak|spoke|interpret|translat|\blanguages?\b|\bsign(?:ed|ing)\b|\bbsl\b|\bin [A-Z]",
    re.IGNORECASE,
)


def language_name(text: str) -> str:
    """One lower-case name for a language given by name or code."""
    key = text.strip().casefold()
    return _NAMES.get(key, key)


def languages_in(text: str) -> frozenset[str]:
    """Languages that words name and do not deny; English where it is named with another."""
    found = {
        language_name(match.group())
        for match in _NAMED.finditer(text)
        if not _DENIED_BEFORE.search(text[: match.start()])
        and not _DENIED_AFTER.search(text[match.end() :])
    }
    return frozenset(found - {ENGLISH} and found)


def spoken_by(texts: Iterable[str]) -> frozenset[str]:
    """Languages that a service's own words say are spoken there."""
    sentences = (sentence for text in texts for sentence in _SENTENCE.split(text))
    return frozenset().union(*(languages_in(s) for s in sentences if _SPEAKS.search(s)))
