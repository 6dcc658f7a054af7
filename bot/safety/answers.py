# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What people answer to a gentle question about safety, in their own words.

Pure functions over one short text. They lean to the side of care: "sometimes" to thoughts of
suicide is a yes, "no, not really, but…" is not a plain no.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.safety.replies import Answer

SAFE_IF_YES = frozenset({"home", "care", "safety"})
"""Questions to which "yes" means that all is well."""

_NOW_AND_THEN = re.compile(
    r"(?:i do |i am |it's )?\b(?:some ?times?|at times|now and (?:then|again)|on and off|off and on|once in a while|"
    r"occasional\w*|a (?:bit|little)|kind of|sort of|kinda|sorta|in a way|often|a lot|every (?:day|"
    r"night)|all the time|most (?:days|nights)|on (?:bad|my bad|some) days|when it gets bad|"
    r"(?:it|they)(?:'s| has| have|'ve)? (?:crossed|been on|come into|came into) my (?:mind|head)|"
    r"i have(?: been (?:thinking|having)| thought| had)?(?=[ .,!]*$| (?:about|of|them|thoughts|that))|"
    r"i've (?:been (?:thinking|having)|thought|had)\b|comes and goes|think(?:ing)? about it)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:well|um+|er+m?|oh|aye|only|just|very|i do|it is|it's)\b[ ,.…]*)+", re.IGNORECASE
)
_UNSURE = re.compile(
    r"(?:i am |i'm |im |i )?\b(?:maybe|perhaps|possibly|not sure|unsure|(?:do(?:es)?n'?t|dunno|do(?:es)? not|dinnae) ?k(?:now|en)|dunno|"
    r"hard to (?:say|tell)|it depends|depends|not certain|might be|could be|rather not say|"
    r"don'?t want to (?:say|talk)|no idea|mostly|usually|not always|not any ?more|not exactly|not quite|"
    r"not entirely|i suppose|i guess|think so)\b",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\b(?:but|though|although|except|however|yet|not (?:today|now|right now|at the moment|tonight)"
    r"|any ?more|used to|not really)\b",
    re.IGNORECASE,
)
_WHO_DOES = r"^(?:i|he|she|they|it) ?(?:'m|'s|'ve|'re|am|is|are|has|have|had|did|does|do|was|were)"
_IS_OR_NOT = re.compile(
    rf"{_WHO_DOES}(?P<no>n'?t| not)?(?: (?:been|said|so|that|it|once|before|already|yet|really))*[ .,!]*$",
    re.IGNORECASE,
)
_IS_NOT = re.compile(rf"{_WHO_DOES}(?:n'?t| not)\b", re.IGNORECASE)
_STATES = re.compile(rf"{_WHO_DOES}\b", re.IGNORECASE)
_ALL_WELL = re.compile(
    r"^(?!.*\bno(?:t|thing|ne|body)?\b).*\b(?:safe|ok|okay|fine|all ?right|enough|everything|"
    r"what (?:i|they|he|she|we) needs?)\b",
    re.IGNORECASE,
)
_AGREES = re.compile(
    r"^(?:ok(?:ay|ey)?|k|fine|right|sure|al(?:l )?right|great|good|perfect|lovely|grand|go (?:on|ahead)|"
    r"please do|happy to|of course|sounds|no (?:problem|bother|worries))\b",
    re.IGNORECASE,
)
_NOT = (
    r"(?:not|never|no|nor|neither|cannot|nobody|no ?one|yet to|"
    r"(?:is|are|was|were|has|have|had|do|does|did|ca|could|wo|would|should)n'?t)"
)
_GOES_ON = re.compile(
    r"(?:(?:it|they|he|she|that)(?:'s| is| has| are| have| keeps?)? )?(?:(?:been |got |getting |gets )?"
    r"(?:much |a lot |a bit |even )?worse|still (?:happening|there|going on|the same|bad|hurts?|like)|"
    r"happening|coming and going|comes and goes|on and off|just (?:started|now)|"
    r"(?:right )?now(?=[ .,!]*$)|both(?=[ .,!]*$))\b",
    re.IGNORECASE,
)
_WORSENS = re.compile(
    r"\bworse\b|\bstill (?:happening|there|going on|the same|bad)\b", re.IGNORECASE
)
_DENIED = re.compile(rf"\b{_NOT}\b(?: \w+){{0,3}}? (?:worse|happening|now|there)\b", re.IGNORECASE)
_STOPPED = re.compile(
    r"(?:(?:it|that|they|he|she)(?:'s| is| has| have|'ve| are)? )?(?:all )?(?:gone|stopped|passed|over|went away|"
    r"not (?:now|today|any ?more|at the moment|right now|happening))\b",
    re.IGNORECASE,
)
_HELP_COMES = re.compile(
    r"\b(?:on (?:the|its|their|his|her|my|our) way|coming|arrived|with (?:him|her|me|us|them)(?: now)?$|"
    r"(?:is|are|'s|'re|got) here|(?:rang|rung|called|phoned|dialled) (?:them|999|for (?:help|one)|"
    r"(?:an?|the) ambulance)|(?:at|in) (?:a ?(?:&|and|n) ?e|casualty|(?:the )?(?:hospital|ambulance)))\b",
    re.IGNORECASE,
)
_NO_HELP = re.compile(
    rf"\b{_NOT}\b|\?|\b(?:should|shall|will|\w+'ll|going to|gonna|about to|might|maybe|if|but|worse|refus\w+|"
    r"cancel\w+|tried|hope(?:fully)?|wait(?:ing)? (?:for|on) (?:an?|the|my) (?:call|reply|answer))\b",
    re.IGNORECASE,
)
_TAKES_BACK = re.compile(
    r"\b(?:only|just|was|were|i'?m|am) (?:jok\w+|kiddin\w*|messin\w*|havin\w* (?:a laugh|you on)|"
    r"pullin\w* your leg|bein\w* (?:silly|dramatic|daft))|\bjokes?\b(?: mate)?$|^jk\b|\bjust a joke\b|"
    r"\bi (?:didn'?t|did not|don'?t|do not) (?:really |actually )?mean (?:it|that|any of)|"
    r"\b(?:forget|ignore|scrap|delete|unsay) (?:i (?:said|wrote)|what i (?:said|wrote)|that|it)\b|"
    r"\bforget (?:about it|i said)|\btake (?:that|it) back\b|\bnot? serious\b|\bwasn'?t serious\b|"
    r"\bwind(?:ing)? you up\b|\bdon'?t (?:tell(?! (?:him|her|them|my|our|his))|report|flag|record|write)\b",
    re.IGNORECASE,
)
_WORSE = re.compile(
    r"\b(?:not (?:good|great|well|ok|okay|any better|so good|really)|no better|worse|bad|awful|"
    r"terrible|rubbish|horrible|the same|same|no different|still (?:bad|the same|low|down|here)|"
    r"low|down|struggling|can'?t cope|hard|scared|frightened|hopeless|crying)\b|^(?:no|nope|nah)\b",
    re.IGNORECASE,
)
_BETTER = re.compile(
    r"\b(?:better|ok|okay|fine|all ?right|good|not (?:too|so) bad|calmer|safe|managing|"
    r"thank(?:s| you)|ta|cheers|carry on|go on|keep going)\b",
    re.IGNORECASE,
)
_TAKES_BACK_WORDS = 14
_NOW_WORDS = 12


def read_answer(question: str, text: str, plainly: bool | None) -> Answer | None:
    """The answer to a question of ``bot.safety.replies``; ``None`` where it is none.

    Args:
        question: ``mood``, ``home``, …
        text: what was written.
        plainly: yes or no as read by whoever reads those everywhere; ``None`` for neither.
    """
    text = text.replace("’", "'").strip()
    # Without a yes or no the hedge has to open the text: "my sister comes every day" is none.
    begins = _LEAD.sub("", text)
    if is_or_not := _IS_OR_NOT.match(text):
        plainly = is_or_not["no"] is None
    elif question in SAFE_IF_YES and _IS_NOT.match(text):
        # "They are not safe": that it begins like a yes must not make it one.
        plainly = False
    elif question in SAFE_IF_YES and plainly and _tells_something_else(text):
        plainly = None
    if question == "physical":
        return _is_it_now(begins, text, plainly)
    find = (lambda p: p.match(begins)) if plainly is None else (lambda p: p.search(text))
    hedged, now_and_then = bool(find(_UNSURE)), bool(find(_NOW_AND_THEN))
    if question in SAFE_IF_YES:
        if hedged or now_and_then or (plainly is True and _BUT.search(text)):
            return "no" if plainly is False and not hedged else "not_sure"
    elif plainly is False:
        return "not_sure" if hedged or now_and_then or _BUT.search(text) else "no"
    elif hedged and plainly is None:
        return "not_sure"
    elif now_and_then:
        return "yes"
    if plainly is None:
        return None
    return "yes" if plainly else "no"


def _tells_something_else(text: str) -> bool:
    return bool(_STATES.match(text)) and not _ALL_WELL.match(text)


def _is_it_now(begins: str, text: str, plainly: bool | None) -> Answer | None:
    """The answer to "is it happening now, or getting worse?"; only a plain no is a no."""
    told = _DENIED.sub("", text)
    goes_on = _GOES_ON.match(_DENIED.sub("", begins)) or (
        plainly is not None and _WORSENS.search(told)
    )
    if goes_on or plainly:
        return "not_sure" if plainly is False else "yes"
    denied = told != text and _IS_NOT.match(text)
    if plainly is False or _STOPPED.match(begins) or denied:
        unsure = _NOW_AND_THEN.search(text) or re.search(r"\b(?:but|sure|know)\b", text, re.I)
        return "not_sure" if unsure else "no"
    return "yes" if _NOW_AND_THEN.match(begins) else "not_sure" if _UNSURE.match(begins) else None


def help_comes(text: str, plainly: bool | None) -> bool:
    """Whether that is a clear yes to "is help on the way?"; "not yet" and a hedge are none.

    Args:
        text: what was written.
        plainly: yes or no as read by whoever reads those everywhere; ``None`` for neither.
    """
    text = text.replace("’", "'").strip()
    if plainly is False or _NO_HELP.search(text) or _UNSURE.search(text):
        return False
    # "He is on the floor" and "OK" begin like a yes, and are none to this.
    if _AGREES.match(text) or (_STATES.match(text) and not _IS_OR_NOT.match(text)):
        plainly = None
    return plainly is True or bool(_HELP_COMES.search(text))


def takes_back(text: str) -> bool:
    """Whether a short text takes back what was said: "only joking", "forget I said that"."""
    return len(text.split()) <= _TAKES_BACK_WORDS and bool(
        _TAKES_BACK.search(text.replace("’", "'").strip(" .!"))
    )


def how_now(text: str) -> Literal["better", "worse"] | None:
    """The answer to "how are you now?"; ``None`` where a text speaks of something else."""
    if len(text.split()) > _NOW_WORDS:
        return None
    text = text.replace("’", "'")
    if _WORSE.search(text) and not re.search(r"\bnot (?:too|so) bad\b", text, re.IGNORECASE):
        return "worse"
    return "better" if _BETTER.search(text) else None
