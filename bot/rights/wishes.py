# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What people ask of their rights, in words: a copy, to forget somebody, to withdraw a scope.

What they ask to be given of their own map and plan (``bot.support.asks``) goes the same way.

Read by plain patterns and not by the classifier: somebody who asks to be left alone must not
depend on a probability. What the classifier knows already (``delete_my_data``,
``stop_messages``, ``who_sees_my_data``) stays with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.rights.consents import Scope
from bot.rights.proxy import answers_oneself, proxy_in
from bot.support.asks import asked_for

KNOW, COPY, FORGET, MENU, WITHDRAW, GIVE, HELPER, SELF, FEWER = (
    "know",
    "copy",
    "forget",
    "menu",
    "withdraw",
    "give",
    "helper",
    "self",
    "fewer",
)


@dataclass(frozen=True)
class Wish:
    """One right that is asked for.

    Attributes:
        kind: one of the names above, or a code of ``bot.support.asks.Ask``.
        scope: for ``withdraw`` and ``give``.
        name: for ``forget`` and ``invite``: the member as called.
        unsure: it is said as a feeling ("I don't like you keeping a map"), and no order yet.
    """

    kind: str
    scope: Scope | None = None
    name: str = ""
    unsure: bool = False


_I = re.IGNORECASE
_POLITE = r"^(?:(?:please|can|could|will|would|you|pls|hi|hello|ok|so|and|now|i(?:'d| would)? (?:want|like)(?: you)? to|just)[ ,]+)*"
_MINE = r"(?:my|all my|the) (?:data|information|info|record|records|details|answers|file)"
_COPY = re.compile(
    rf"\b(?:send|give|email|download|export|get|have|want|need|print)\b.{{0,25}}\b(?:copy|{_MINE})\b|"
    rf"\bcopy of (?:{_MINE}|everything|it all|what you)|\bsubject access\b|\b(?:download|export) (?:it|everything)\b",
    _I,
)
_KNOW = re.compile(
    r"\bwhat (?:do|did|have|else do) (?:you|u) (?:know|hold|have|keep|kept|store[d]?|got|remember|written|noted)(?: down)?\b.{0,12}\b(?:about|on|of|from) me\b|"
    r"\bwhat (?:do|have) you (?:keep|kept|store[d]?)\b[ ?]*$|\bwhat is kept (?:about|on) me\b|"
    r"\b(?:show|tell) me (?:everything |all )?(?:what |that )?you (?:know|have|hold|kept|keep)\b.{0,10}\b(?:about|on|of) me\b|"
    r"\bshow me (?:my data|my record|my details)\b",
    _I,
)
_FORGET = re.compile(
    rf"{_POLITE}(?:forget(?: all| everything)?(?: about)?|(?:delete|erase|wipe|remove) (?:everything|all|anything|all the data|the data) (?:about|on|of|to do with))"
    r" (?P<name>(?:my |our )?[\w'’-]+(?: [\w'’-]+){0,2}?)(?: (?:completely|altogether|please|now|for good|entirely|everywhere|from (?:your|the|my) (?:memory|records?|map|chat)))*[ .!]*$",
    _I,
)
_FEWER = re.compile(
    r"\b(?:ask|message|messaging|text|texting|remind|contact|write|writing|ping|bother|nag)(?:ing)?(?: to)?(?: me)?(?: \w+){0,3}? less often\b"
    r"|\b(?:don'?t|not|do not) (?:ask|message|text|remind|contact|write|ping|bother|nag)(?: to)?(?: me)?(?: \w+)? (?:(?:so|as|quite|that) )?often\b"
    r"|\b(?:fewer|less) (?:messages?|reminders?)\b|\b(?:don'?t|not|do not) (?:ask|message|text|remind|contact) me (?:so|that|too) (?:much|many)\b"
    r"|\bonce a (?:week|fortnight|month) (?:is|would be|'?s|will be) (?:plenty|enough)\b",
    _I,
)
_NOT_OWN = re.compile(r"\bcomplain\w*|\b(?:can|could|may) (?:my|our) \w+", _I)
"""What has the words of a wish for a copy, and is none."""
_STOP = re.compile(r"\b(?:stop|leave me|never|at all|no more)\b", _I)
_NOBODY = frozenset(
    re.findall(
        r"\w+",
        "it that this i me myself what everything all about them those him her you my the to we us anything nothing "
        "sorry data yesterday today",
    )
)
_MENU = re.compile(
    r"\bwhat (?:have i|did i|i have|i've) (?:agreed?|consented?|signed up|said yes) to\b|\b(?:change|see|show|manage|check|my|about) (?:my )?consents?\b|"
    r"\b(?:privacy|consent|sharing) (?:settings|choices|options|menu)\b|\bmy (?:permissions|privacy)\b|\bwhat (?:you|i) may do\b|\bchange what i agreed\b",
    _I,
)
_STOPS = r"(?:don'?t|do not|stop|never|no longer|not to|no more|please don'?t|withdraw|take back|cancel|end|rather you did(?:n'?t| not)|without)"
_SCOPES: tuple[tuple[Scope, str], ...] = (
    (Scope.RESEARCH, r"research\w*|stud(?:y|ies)|university|learn from (?:me|my)"),
    (Scope.REMINDERS, r"remind(?:ers?|ing)?(?: me)?"),
    (Scope.SHARE, r"shar(?:e|ing)\b(?! (?:my )?location)|(?:staff|team|service|anyone|them|nurse)\b.{0,12}\b(?:see|seeing|read|know|names?)|show (?:my|their) names?"),
    (Scope.SAVE_MAP, r"(?:sav|keep|stor)(?:e|es|ing|ed)?\b.{0,12}\bmap|map\b.{0,15}\b(?:saved|kept|stored)"),
)  # fmt: skip
_DROPS: tuple[tuple[Scope, re.Pattern[str]], ...] = (
    (
        Scope.SAVE_MAP,
        re.compile(
            r"\b(?:delete|erase|wipe|scrap|bin|get rid of|throw away|forget) (?:all of )?(?:my|the|that|this) (?:whole |entire )?map\b|"
            r"\b(?:no|don'?t want (?:a|any|my|the|to have (?:a|any))) map(?: (?:at all|any ?more|please|kept))*[ .!]*$",
            _I,
        ),
    ),
    (
        Scope.SHARE,
        re.compile(
            r"\b(?:hide|take away|cover) (?:my|the|their|all the|all my|everyone'?s) names?\b|\bnames? (?:private|hidden|to yourself)\b",
            _I,
        ),
    ),
    (
        Scope.RESEARCH,
        re.compile(
            r"\b(?:out of|leave|opt out)\b.{0,20}\b(?:research|study|stud(?:y|ies))|\bno research\b|"
            r"\bnot (?:really |very |too )?(?:happy|keen|comfortable|sure)\b.{0,20}\bresearch\b",
            _I,
        ),
    ),
)
"""Words that end a scope without saying "don't"."""
_AGREES = re.compile(
    r"\b(?:you (?:can|may)|i (?:agree|consent|am happy|'m happy)|i'm happy|happy for you|it'?s (?:ok|fine|all right) (?:to|for you)|yes to|allow|i give (?:my )?consent|sign me up|feel free to)\b",
    _I,
)
_UNEASY = re.compile(
    r"\b(?:(?:don'?t|do not|never) (?:really |much )?(?:like|feel|trust)|not (?:sure|happy|keen|comfortable)"
    r"|unsure|uneasy|worr\w+|why (?:do|are|would)|must (?:you|i)|do (?:you|i) (?:have|need) to)\b",
    _I,
)
_WITHDRAW_ALL = re.compile(
    r"\b(?:withdraw|take back|cancel|revoke|change my mind about) (?:all )?(?:of )?(?:my )?(?:consent|agreement|permission)\b|\bi no longer (?:agree|consent)\b",
    _I,
)
_WORDS_MAX = 25


def right_asked(text: str, *, nobody_named: bool = True) -> Wish | None:
    """The right that a short message asks for; ``None`` for none.

    That somebody else writes counts here only where the message says nothing more; what comes
    with it is an answer, and ``bot.rights.proxy`` tells who gave it.

    Args:
        text: the message.
        nobody_named: see ``bot.rights.proxy.proxy_in``.
    """
    text = text.replace("’", "'").strip()
    if not text or len(text.split()) > _WORDS_MAX:
        return None
    if answers_oneself(text):
        return Wish(SELF)
    if (proxy := proxy_in(text, nobody_named=nobody_named)) is not None and proxy.alone:
        return Wish(HELPER)
    if (scope := _scope_in(text)) is not None:
        return scope
    if _WITHDRAW_ALL.search(text):
        return Wish(WITHDRAW, Scope.USE)
    if _FEWER.search(text) and not _STOP.search(text):
        return Wish(FEWER)
    if _MENU.search(text):
        return Wish(MENU)
    if _KNOW.search(text):
        return Wish(KNOW)
    if _COPY.search(text) and not _NOT_OWN.search(text):
        return Wish(COPY)
    if (found := _FORGET.match(text)) is not None:
        name = found["name"].strip()
        if not _NOBODY & set(name.lower().split()[:1]) or name.lower().startswith(("my ", "our ")):
            if name.lower().removeprefix("my ") in (
                "data",
                "answers",
                "record",
                "information",
                "map",
            ):
                return None
            return Wish(FORGET, name=name)
    if (own := asked_for(text)) is not None:
        return Wish(own[0].value, name=own[1])
    return None


def _scope_in(text: str) -> Wish | None:
    for scope, drops in _DROPS:
        if drops.search(text):
            return Wish(WITHDRAW, scope)
    for scope, pattern in _SCOPES:
        if not re.search(rf"\b(?:{pattern})\b", text, _I):
            continue
        if re.search(rf"\b{_STOPS}\b.{{0,60}}?\b(?:{pattern})", text, _I):
            return Wish(WITHDRAW, scope, unsure=bool(_UNEASY.search(text)))
        if _AGREES.search(text):
            return Wish(GIVE, scope)
    return None
