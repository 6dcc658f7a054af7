"""Whose feeling it is: "my mum has no hope" is hers, "since Mum died there is no hope" is not.

The experiencer of words that name nobody is the subject of their clause. Where that is not plainly
someone else, it is the writer: to ask a widower about his late wife would be worse than the
other way round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.safety.model import Subject

_SUBJECT_ONLY = frozenset({"he", "she", "they", "who"})
_OBJECT_ONLY = frozenset({"him", "them"})
_POSSESSIVE = frozenset({"his", "her", "their"})
_WRITER_TOLD = frozenset({"me", "us"})


def experiencer(
    before: Sequence[str],
    words: Sequence[str],
    after: Sequence[str],
    classes: Mapping[str, frozenset[str]],
) -> Subject:
    """Whether the writer feels what is said, or someone else.

    Args:
        before: words of the same sentence up to what is said, normalised.
        words: what is said.
        after: words of the same sentence that follow.
        classes: word classes of the lexicon.
    """
    # "No hope for me" is mine, whoever says so.
    follows = after[1:2] if after and after[0] in classes["prepositions"] else after[:1]
    if not classes["self"].isdisjoint([*words, *follows]):
        return "self"
    if not classes["themself"].isdisjoint(words):
        return "other"
    said = [*before, *words]
    # A saying or feeling verb has its subject before it, however far back in the clause.
    afar = words[0] in classes["third"]
    at = len(before) if words[0] in classes["person"] else len(before) - 1
    reported = False
    while at >= 0:
        word = said[at]
        if word in classes["self"]:
            if word not in _WRITER_TOLD or at == 0 or said[at - 1] not in classes["tells"]:
                return "self"
            at -= 2
            reported = afar = True
            continue
        if word in classes["other"]:
            if _is_subject(said, at, len(before), classes):
                # What a nurse says of somebody's hopes is not how the nurse feels.
                return "self" if reported and word in classes["worker"] else "other"
            if not afar and word not in classes["person"]:
                return "self"
        elif word in classes["joins"]:
            if word != "and" or said[at + 1] not in classes["third"]:
                return "self"
            afar = True
        elif word in classes["says"]:
            reported = afar = True
        elif word in classes["links"]:
            afar = afar or word in classes["third"]
        elif not afar:
            return "self"
        at -= 1
    return "self"


def _is_subject(
    said: Sequence[str], at: int, start: int, classes: Mapping[str, frozenset[str]]
) -> bool:
    """Whether the person named at ``at`` is the subject of a clause, and not only spoken of."""
    word = said[at]
    if word in _SUBJECT_ONLY:
        return True
    if word in _OBJECT_ONLY:
        return False
    if word in _POSSESSIVE:
        return at + 1 == start
    first = at - 1 if at and said[at - 1] in classes["poss"] else at
    lead = said[first - 1] if first else ""
    if lead in classes["prepositions"]:
        return False
    if lead == "and" and first > 1 and said[first - 2] in classes["self"]:
        return False
    opens = not lead or lead in classes["joins"] or lead in classes["says"]
    return opens or (at + 1 < len(said) and said[at + 1] in classes["third"])
