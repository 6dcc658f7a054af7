"""The last step of understanding: is this an answer to what was asked, or something else?

The same "yes", "Tom" or "twice a week" means what the question asked. So inside a form free
text is an answer, unless it plainly is about something else. A risk wins over everything.
The rules are pure functions here; ```bot.nlu.turn_router`` puts them at the end of the pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.nlu.meaning import PRONOUNS

ANSWER = "answer"
RISK = "risk"
STOP = "stop_messages"
RIGHTS = "export_my_data"
"""What every right goes by that is asked for in words; ``actions.rights`` reads which it is."""
FALLBACK = "nlu_fallback"
UNSURE = "unsure"
AFFIRM = "affirm"

ABOUT_THE_TALK = frozenset(
    {
        "pause",
        "goodbye",
        "help",
        "are_you_human",
        "who_sees_my_data",
        "why_do_you_ask",
        "go_back",
        "start_over",
        "show_map",
        "show_gaps",
        "show_plan",
        "talk_to_person",
        "export_my_data",
        "delete_my_data",
        "stop_messages",
        "medical_advice",
        "complaint",
        "correct_last",
        "resume",
        "report_wrong_details",
    }
)
"""Intents that interrupt any question when they are sure enough."""

EDITS = frozenset({"remove_member", "change_member", "correct_last"})
"""Intents that interrupt when the text also names an edit."""

SMALL_TALK = frozenset({"greet", "thank", "chitchat", "out_of_scope"})
"""Intents that interrupt only a question with set choices, and only when very sure."""

COURTESIES = frozenset({"greet", "thank", "goodbye"})
"""Intents that interrupt any question when they are the whole of a short message."""

COURTESY_WORDS = 3
_MORE_THAN_PAUSE = 4

CHECKED = frozenset(
    {
        "show_map",
        "show_gaps",
        "show_plan",
        "find_support",
        "nearer",
        "cheaper",
        "different_options",
        "start_over",
        "pause",
        "help",
        "who_sees_my_data",
        "export_my_data",
        "delete_my_data",
        "stop_messages",
        "talk_to_person",
    }
)
"""Intents that are checked with the patient when they are not sure. What the others do is a kind
word, or needs the patient's words and says what it made of them."""

STRUCTURED = frozenset({"choose", "share_location", "unreadable", "stale_button", "follow_up_due"})
"""What buttons and channels send; never weighed, never answers by chance."""


@dataclass(frozen=True)
class Expectation:
    """What a question takes as an answer.

    Attributes:
        free: any words may be the answer; only the plainest interruption counts.
        takes: intents that are answers here although they interrupt elsewhere.
        members: names are answers.
        edits: changes of the map are answers.
        own_doing: what the person could do is asked. "Ring someone" and "go another day" are that,
            and neither a call for staff nor a wish to pause.
        day: a day is asked for: "Burns Night" and "after my rest" are that.
    """

    free: bool = False
    takes: frozenset[str] = frozenset()
    members: bool = False
    edits: bool = False
    own_doing: bool = False
    day: bool = False


_CHOICES = Expectation()
_FREE = Expectation(free=True)
_OPTIONS = frozenset(
    {
        "nearer",
        "cheaper",
        "different_options",
        "more_about_option",
        "save_option",
        "reject_option",
        "find_support",
    }
)

_HOW_IT_WENT = frozenset({"report_done", "report_not_done", "report_wrong_details"})
"""Told at a follow-up, "it was closed" is an answer, and opens a correction there."""

EXPECTED: dict[str, Expectation] = {
    "consent_answer": Expectation(takes=frozenset({"who_sees_my_data"})),
    "about_conditions": _FREE,
    "about_area": _FREE,
    "about_age": _FREE,
    "about_access": Expectation(takes=frozenset({"tell_difficulty"})),
    "about_travel": Expectation(takes=frozenset({"tell_difficulty", "add_member"})),
    "difficulties_words": _FREE,
    "difficulties_check": Expectation(takes=frozenset({"tell_difficulty"})),
    "difficulties_sizes": Expectation(takes=frozenset({"tell_difficulty"})),
    "difficulties_priority": Expectation(takes=frozenset({"tell_difficulty"})),
    "people_names": Expectation(free=True, members=True, edits=True),
    "details_inner": Expectation(members=True),
    "details_middle": Expectation(members=True),
    "details_gives": Expectation(members=True, takes=frozenset({"add_member", "change_member"})),
    "details_step_in": Expectation(members=True, takes=frozenset({"add_member", "change_member"})),
    "details_ties": Expectation(
        free=True, members=True, takes=frozenset({"add_member", "change_member"})
    ),
    "details_strain": Expectation(members=True),
    "details_members": Expectation(free=True, members=True),
    "picture_right": Expectation(
        members=True,
        edits=True,
        takes=frozenset({"add_member", "remove_member", "change_member", "correct_last"}),
    ),
    "gaps_notice": _FREE,
    "gaps_agree": _FREE,
    "gaps_missed": _FREE,
    "gaps_answers": Expectation(members=True, takes=frozenset({"add_member", "change_member"})),
    "preferences_interests": Expectation(takes=frozenset({"find_support"})),
    # "Evening" is a time of day here.
    "preferences_limits": Expectation(
        takes=frozenset({"greet", "goodbye", "cheaper", "nearer", "tell_difficulty"})
    ),
    "options_choice": Expectation(takes=_OPTIONS | {"pause"}),
    "plan_what": _FREE,
    "plan_when": Expectation(free=True, day=True),
    "plan_who": Expectation(free=True, members=True, own_doing=True),
    "plan_barrier": Expectation(free=True, members=True, takes=_HOW_IT_WENT),
    "plan_then": Expectation(free=True, members=True, own_doing=True),
    "plan_sure": _FREE,
    "plan_solve": Expectation(
        free=True,
        members=True,
        takes=_OPTIONS | {"pause", "resume", "correct_last"},
        own_doing=True,
    ),
    "plan_ask": Expectation(takes=frozenset({"set_reminder", "stop_messages"})),
    # "Morning" is a time of day here, and "after tea" is no wish to stop.
    "plan_hour": Expectation(free=True, takes=frozenset({"greet", "pause", "goodbye"})),
    "follow_up_tried": Expectation(free=True, members=True, takes=_HOW_IT_WENT),
    "follow_up_worth": Expectation(free=True, members=True, takes=_HOW_IT_WENT),
    "follow_up_barrier": Expectation(free=True, takes=_HOW_IT_WENT),
    "follow_up_fit": Expectation(free=True, takes=_HOW_IT_WENT),
    "follow_up_next": Expectation(
        free=True, members=True, takes=_OPTIONS | {"pause", "resume", "correct_last"}
    ),
    "follow_up_change": Expectation(free=True, own_doing=True, day=True),
    "follow_up_scale": _FREE,
    "review_area": _FREE,
    "review_changes": Expectation(
        free=True,
        members=True,
        edits=True,
        takes=frozenset(
            {
                "add_member",
                "remove_member",
                "change_member",
                "correct_last",
                "report_wrong_details",
            }
        ),
    ),
    "review_members": _FREE,
    "review_next": Expectation(takes=frozenset({"find_support"})),
}
"""By slot; a slot that is not here has set choices."""


def asks_for_a_day(asked: str | None) -> bool:
    """Whether a day answers the question of this slot: only then is a text read for one."""
    return EXPECTED.get(asked or "", _CHOICES).day


_BEFORE_OPTIONS = ("about_", "difficulties_", "people_", "details_", "gaps_", "preferences_")
"""Beginnings of the slots that are asked for before a service is shown."""

SURE = 0.5
SURE_IN_FREE_TEXT = 0.65
VERY_SURE = 0.8
LOST = 0.25


@dataclass(frozen=True)
class Heard:
    """One message before routing.

    Attributes:
        asked: the slot that is being asked for.
        guess: the intent that the bot has just asked about ("I think you mean … Is that right?").
        right: one of the person's rights is asked for (``bot.rights.wishes``).
        corrects: it asks to correct what was just said (``corrects``), or puts right where or how
            old somebody is (``bot.nlu.about_me``).
        stops: it is the one word that ends all reminders (``stops``).
        asks_us: it asks something of us, in so many words (``asks_us``).
        ours: it may be about what we keep (``about_ours``).
        day: it names a day (``bot.support.dates``); looked for only where one is asked for.
        command: it is one of the phrases that we offer, and nothing else (``command_in``).
        told: it says how often somebody is in touch or what they do, where that is asked.
    """

    intent: str
    confidence: float
    level: str = "none"
    has_members: bool = False
    edits: tuple[str, ...] = ()
    has_difficulties: bool = False
    words: int = 1
    question: bool = False
    asked: str | None = None
    guess: str | None = None
    right: bool = False
    corrects: bool = False
    stops: bool = False
    asks_us: bool = True
    ours: bool = True
    day: bool = False
    told: bool = False
    command: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


_QUESTION = re.compile(
    r"\?|^(?:(?:so|and|but|also|please|doctor|hi|hello|oh|ok)[ ,]+)*"
    r"(?:can|could|shall|should|is|are|am|do|does|did|will|would|may|might|"
    r"what|whats|what's|how|why|when|which|who|where|tell me)\b|"
    r"\b(?:should|can|could|shall|must|may) i\b|\bis it (?:safe|ok|okay|all right|alright)\b|"
    r"\b(?:advise|advice|recommend|wondering|not sure (?:if|whether)|need to know|want to know)\b",
    re.IGNORECASE,
)


_COMMANDS = {
    "find support": "find_support",
    "my map": "show_map",
    "show my map": "show_map",
    "see my map": "show_map",
    "my plan": "show_plan",
    "show my plan": "show_plan",
    "see my plan": "show_plan",
    "help": "help",
    **dict.fromkeys(
        ("who can see this", "who sees this", "who can read this", "who reads this"),
        "who_sees_my_data",
    ),
    **dict.fromkeys(("how do i delete", "how do i delete this"), "delete_my_data"),
}


def command_in(text: str) -> str | None:
    """The intent of a phrase that our own words offer, typed alone, wherever it comes."""
    return _COMMANDS.get(" ".join(text.casefold().strip(" .,!?\"'").split()))


def asks(text: str) -> bool:
    """Whether a text is put as a question."""
    return bool(_QUESTION.search(text.strip()))


_CORRECTS = re.compile(
    r"(?:(?:please|pls|no|oh|sorry|can|could|would|will|you|i|want|need|like|to|i'd)[ ,]+)*"
    r"(?:correct|fix|amend|put right)"
    r" (?:that|it|this|my (?:last )?answer|the last (?:one|answer|bit)|"
    r"what i(?:'ve)? (?:just )?(?:said|put|wrote|typed|told you))"
    r"(?: (?:please|pls|for me|now))*[ .!?]*",
    re.IGNORECASE,
)


def corrects(text: str) -> bool:
    """Whether a text is a wish to correct what was just said, and nothing besides.

    To a classifier "correct that" is next to "that's correct"; the order of the words is not.
    """
    return bool(_CORRECTS.fullmatch(text.strip().replace("\u2019", "'")))


_ASKS_US = re.compile(
    r"\?|\b(?:i(?:'d| would)? (?:want|need|like|wish)|(?:can|could|may|shall) (?:i|you)|let me"
    r"|please|put me through|help me|get (?:me )?(?:someone|somebody)"
    r"|a (?:real )?(?:person|human))\b",
    re.IGNORECASE,
)


_COMPANY = re.compile(
    r"\b(?:some|any)(?:one|body) (?:to |could |would |can |might |who )?"
    r"(?:(?:come|go|walk|be) (?:along )?(?:with|beside)|take|drive|fetch|pick|keep me company)\b",
    re.IGNORECASE,
)
"""Somebody to go with is no call for staff."""


def asks_us(text: str) -> bool:
    """Whether a text asks something of us, and does not only say what its writer could do."""
    plain = text.replace("\u2019", "'")
    return bool(_ASKS_US.search(plain)) and not _COMPANY.search(plain)


_OURS = re.compile(
    r"\b(?:data|everything|anything|every(?:one|body)|all|it|them|this|that|these|those|me|account"
    r"|my(?:self)? (?:name|details?)|profile|records?|info(?:rmation)?|details|answers?|map|chats?"
    r"|history|what (?:i|you|we)|stuff|messages?|conversations?|memory|files?|numbers?|address"
    r"|photos?|pictures?|plans?|notes?|things)\b",
    re.IGNORECASE,
)


def about_ours(text: str) -> bool:
    """Whether what somebody wants to be rid of may be kept here.

    To a classifier "get rid of my allotment" is next to "get rid of my data".
    """
    return bool(_OURS.search(text.replace("\u2019", "'")))


_STOPS = re.compile(
    r"[\W_]*(?:(?:please|pls|plz|ok(?:ay)?|oh|no|just|now)\W+)*"
    r"(?:stop(?:\W+stop)*|stop ?all|unsubscribe)"
    r"(?:\W+(?:please|pls|plz|now|thanks?|thank you|ta))*[\W_]*",
    re.IGNORECASE,
)


def stops(text: str) -> bool:
    """Whether a text is "stop" and nothing besides: the one word that ends all reminders.

    Whoever has had enough of us must not depend on a probability, nor on what is being asked.
    """
    return bool(_STOPS.fullmatch(text))


_PUZZLED = re.compile(r"[\s.!?]*\?[\s.!?]*")


def is_puzzled(text: str) -> bool:
    """Whether a text is question marks and no words: somebody who does not know what to do."""
    return bool(_PUZZLED.fullmatch(text))


_OF_A_PLAN = frozenset(
    {"plan_what", "plan_when", "plan_who", "plan_barrier", "plan_then", "plan_solve"}
)
_NEVER_A_PLAN = frozenset({"died", "rename", "merge", "undo"})
_OF_ONE_MEMBER = frozenset({"details_inner", "details_middle", "details_members"})


def changes_in(edits: Iterable[Mapping[str, Any]], asked: str | None) -> tuple[str, ...]:
    """The operations that may be a change of the map, beside the question that is asked.

    Where somebody's details are asked for, "she phones every month" is the answer. While a plan is
    made, "ring Alf first" and "take our Susan" are what the person could do.
    """
    own = PRONOUNS if asked in _OF_ONE_MEMBER else frozenset()
    named = [e["operation"] for e in edits if str(e["target"]).lower() not in own]
    return tuple(o for o in named if asked not in _OF_A_PLAN or o in _NEVER_A_PLAN)


def route(heard: Heard) -> str:
    """The intent that the dialogue gets."""
    if heard.intent in STRUCTURED:
        return heard.intent
    if heard.level != "none":
        return RISK
    if heard.stops:
        # Asked whether we may write, it is the answer, and ends what was agreed before too.
        return ANSWER if STOP in EXPECTED.get(heard.asked or "", _CHOICES).takes else STOP
    if heard.right:
        # Somebody's rights come before any question, whatever the classifier makes of it.
        return RIGHTS
    if heard.corrects:
        heard = replace(heard, intent="correct_last", confidence=1.0)
    doubtful = heard.intent == "go_back" and heard.confidence < VERY_SURE
    if "undo" in heard.edits and (doubtful or heard.intent == "correct_last"):
        # "Put it back" is about the map; "go back" alone is about the questions.
        return "correct_last"
    if heard.asked is None:
        return _open(heard)
    return _asked(heard, EXPECTED.get(heard.asked, _CHOICES))


def _open(heard: Heard) -> str:
    if heard.guess and heard.intent == AFFIRM:
        return heard.guess
    if heard.guess and heard.intent == "deny":
        return FALLBACK
    if _asks_for_change(heard):
        return "change_member"
    if heard.confidence < LOST:
        return FALLBACK
    if heard.intent == "medical_advice" and heard.confidence < VERY_SURE and _only_tells(heard):
        # "My knees have started hurting" says what is hard.
        return "tell_difficulty"
    if heard.intent in CHECKED and (heard.confidence < SURE or _is_elsewhere(heard)):
        return UNSURE
    return heard.intent


def _is_elsewhere(heard: Heard) -> bool:
    return heard.intent == "delete_my_data" and not heard.ours


def _only_tells(heard: Heard) -> bool:
    return heard.has_difficulties and not heard.question


def _asks_for_change(heard: Heard) -> bool:
    """A change of the map: the words name one, and the message as a whole is about one."""
    named = any(e not in ("add", "undo") for e in heard.edits)
    return named and (heard.intent in EDITS or heard.confidence < LOST)


def _asked(heard: Heard, expected: Expectation) -> str:
    if heard.intent in expected.takes:
        return ANSWER
    if heard.command:
        return heard.intent
    if _asks_for_change(heard):
        if expected.edits:
            return ANSWER
        # "Diabetes, since our Frank died" tells of a life; it asks for no change of the map.
        return ANSWER if expected.free and set(heard.edits) == {"died"} else "change_member"
    if expected.members and heard.has_members:
        return ANSWER
    if expected.day and heard.day and not heard.question and heard.intent != STOP:
        return ANSWER
    if expected.own_doing and heard.intent == "talk_to_person" and not heard.asks_us:
        return ANSWER
    if expected.own_doing and heard.intent == "pause" and heard.words >= _MORE_THAN_PAUSE:
        # "Have a rest and carry on" is what many people with little breath do.
        return ANSWER
    bar = SURE_IN_FREE_TEXT if expected.free and not heard.question else SURE
    bar = VERY_SURE if expected.own_doing and not heard.asks_us else bar
    if heard.intent == "medical_advice" and not heard.question:
        # "Heart failure, the doctor calls it" tells of an illness; it asks for no advice.
        return ANSWER
    if heard.intent == "report_wrong_details" and (heard.asked or "").startswith(_BEFORE_OPTIONS):
        # "There's no one" tells of a life: no service has been named whose details were wrong.
        return ANSWER
    if _is_elsewhere(heard):
        return ANSWER if expected.free else UNSURE
    if heard.intent in ABOUT_THE_TALK and heard.confidence >= bar:
        return heard.intent
    if (
        heard.intent in COURTESIES
        and heard.confidence >= VERY_SURE
        and heard.words <= COURTESY_WORDS
        and not heard.told  # "cheers me up"
    ):
        return heard.intent
    if expected.free:
        # "I miss my friend Ann" tells of her; "add my friend Ann" wants her on the map.
        adds = "add" in heard.edits and heard.has_members and heard.confidence >= VERY_SURE
        return "add_member" if adds and heard.intent == "add_member" else ANSWER
    if heard.intent in SMALL_TALK and heard.confidence >= VERY_SURE and heard.words > 1:
        return heard.intent
    if heard.intent == "find_support" and heard.confidence >= VERY_SURE:
        return heard.intent
    if heard.intent == "tell_difficulty" and heard.has_difficulties and heard.words > 3:
        return "tell_difficulty"
    if heard.intent == "add_member" and heard.has_members and heard.confidence >= SURE:
        return "add_member"
    return ANSWER
