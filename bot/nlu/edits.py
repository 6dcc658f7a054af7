# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Changes of the map that a text asks for: which operation, on whom, to what.

Each rule is a way to ask, with named groups for who (``t``) and what (``v``). Whom the words
mean among the stored members is decided later, where the network is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.network.model import Work
from bot.nlu import attributes, lexicon
from bot.nlu.grammar_words import NOT_NAMES
from bot.nlu.lexicon import relationship_of
from bot.nlu.meaning import EditMention, Operation
from bot.nlu.mentions import Reader
from bot.nlu.words import straight

_WHO = r"(?P<t>(?:(?:my|our|me|the) )?[^\W\d_][\w'’-]*(?: (?!to\b|is\b|are\b|as\b|in\b|on\b|off\b|out\b|from\b|with\b|and\b|should\b|a bit\b|needs?\b|name\b|into\b|does\b|comes\b|at\b|who\b|now\b|please\b|too\b|again\b|closer\b|nearer\b|further\b|more\b|less\b)[\w'’-]+){0,3}?)"
_SUBJ = r"(?P<t>(?:my|our|me|the) [\w'-]+(?: (?!is\b|has\b|and\b|who\b|he\b|she\b)[\w'-]+){0,2}?|[^\W\d_][\w'-]*(?: (?-i:[A-Z])[\w'-]*){0,2}?)"
_MORE = r"(?P<more>(?:(?:, ?| and | & )(?!(?:add|take|remove|put|move|i|change|delete|make)\b)(?:my |the )?[^\W\d_][\w'-]*)*)"
_VAL = r"(?P<v>[^\W\d_][\w'’ -]*?)"
_END = r"(?=\s*(?:[.,!?;]|$|\b(?:please|pls|plz|ta|thanks|cheers|now|instead|too|as well|off|from|she's|he's|because|cos|cuz|not|but|and (?:i|we|he|she|add|take|remove|put|move|change)|she|he|we|they|i)\b))"
_MAP = r"(?:(?:my|the|me|this|that) (?:map|list|network|circles?|picture|diagram|chart|page|people)|it|there|here|that)"
_SET_CIRCLE = r"(?P<v>(?:the )?(?:very )?(?:middle|centre|center|inner(?:most)?|first|second|third|outer(?:most)?|outside|edge|1st|2nd|3rd|inside|furthest|nearest|closest|last)(?: (?:circle|ring|one|bit|part))?|circle (?:1|2|3|one|two|three)|ring (?:1|2|3|one|two|three))"
_PLEASE = r"(?:(?:please|pls|plz|can you|could you|can we|can i|could i|can u|i want to|i'd like to|id like to|want to|need to|i need to|would you|will you|let's|lets|just|you can|you need to|oh|actually|ok|and|also|sorry|no|yes|hi|hello|then) ?,? ?)*"

_Rule = tuple[Operation, re.Pattern[str], Callable[[re.Match[str]], str]]


def _none(_: re.Match[str]) -> str:
    return ""


def _value(match: re.Match[str]) -> str:
    return match.group("v").strip()


def circle_value(text: str) -> str:
    """The circle that words stand for, as "1" to "3"; empty where they stand for none.

    "in the middle" of a map of circles is the innermost one; "the middle circle" the second.
    """
    low = text.lower()
    if re.search(
        r"\b(?:middle|second|2nd|two|2)\b.*\b(?:circle|ring|one|bit)\b|\b(?:second|2nd|circle (?:2|two)|ring (?:2|two))\b",
        low,
    ):
        return "2"
    if re.search(
        r"\b(?:outer\w*|outside|edge|third|3rd|furthest|last|circle (?:3|three)|ring (?:3|three)|3|away|out|less important|not (?:that|so|very|as) (?:close|important))\b",
        low,
    ):
        return "3"
    if re.search(
        r"\b(?:middle|centre|center|inner\w*|inside|first|1st|nearest|closest|close|closer|circle (?:1|one)|ring (?:1|one)|1|most important|very important|important)\b",
        low,
    ):
        return "1"
    return ""


_OUTWARD = re.compile(
    r"\b(?:(?:one|a) (?:(?:circle|ring|step|bit) )?(?:further|farther|more)? ?(?:out|away|back|down)"
    r"|(?:further|farther) (?:out|away)|out(?:wards?)? (?:a|one|by one)\b(?! of)|outwards?"
    r"|(?:back|down) (?:a|one) (?:circle|ring|step))(?! of\b)",
    re.IGNORECASE,
)
_INWARD = re.compile(
    r"\b(?:(?:one|a) (?:(?:circle|ring|step|bit) )?(?:further|closer|nearer|more) ?(?:in|up)?"
    r"|(?:one|a) (?:circle|ring|step) (?:in|up)\b|further in|inwards?|(?:in|up) (?:a|one) (?:circle|ring|step))\b",
    re.IGNORECASE,
)


def step_in(text: str) -> int | None:
    """The way that a text moves somebody from where they are: 1 for outwards, -1 for inwards.

    "One further out" and "in a circle" say no circle; where it leads depends on the map.
    """
    low = straight(text).lower()
    if _OUTWARD.search(low):
        return 1
    return -1 if _INWARD.search(low) else None


def _circle(match: re.Match[str]) -> str:
    return circle_value(match.group("v"))


def _rule(
    operation: Operation, pattern: str, value: Callable[[re.Match[str]], str] = _none
) -> _Rule:
    return operation, re.compile(rf"(?:^|(?<=[\s.,!?;])){pattern}", re.IGNORECASE), value


_RULES: tuple[_Rule, ...] = (
    _rule(
        "undo",
        r"(?:undo(?: that| it| the last (?:one|change|thing))?|put (?:it|that|them|him|her) back(?: how it was| the way it was)?|(?:go|change it|put it) back to how it was|take that back|reverse that|cancel that(?: change)?|revert(?: that)?|that (?:change )?was a mistake|i didn't mean (?:that|to do that|to remove \w+|to change \w+)|i didnt mean (?:that|to do that|to)|oops,? (?:undo|put))"
        + r"\b",
    ),
    _rule(
        "merge",
        _SUBJ
        + r" (?:and|&) "
        + _VAL
        + r" (?:are|is|r) (?:actually |both |really )?(?:the )?same (?:person|one|bloke|man|woman|lady|guy|people|thing)",
        _value,
    ),
    _rule(
        "merge",
        r"(?:merge|join|combine|put together) "
        + _WHO
        + r" (?:and|&|with|into|to) "
        + _VAL
        + r"(?: together| into one)?"
        + _END,
        _value,
    ),
    _rule(
        "merge",
        _SUBJ + r" (?:is|'s) (?:actually |really )?the same (?:person |one )?as " + _VAL + _END,
        _value,
    ),
    _rule(
        "merge",
        _SUBJ
        + r" (?:and|&) "
        + _VAL
        + r",? (?:(?:they|them|it)(?:'re|'s| are| is)? )?(?:are|is|r|a) (?:actually |really |just |all )?"
        + r"(?:(?:the )?one(?: and the same)?(?: (?:person|bloke|man|woman|lady|girl|lad|guy|people|group|club))?|not two (?:people|persons|different people))"
        + _END,
        _value,
    ),
    _rule(
        "merge",
        _SUBJ
        + r" (?:and|&) "
        + _VAL
        + r" (?:(?:want|need|should be|can be|could be|to be) )?(?:roll(?:ed|ing)|ma(?:de|king)|put(?:ting)?|merg(?:ed|ing)|join(?:ed|ing)) (?:into one|together|as one)",
        _value,
    ),
    _rule(
        "merge",
        r"(?:you've|youve|you have|i've|ive|i have) (?:got|put|listed|added)? ?"
        + _WHO
        + r" (?:down |in )?twice",
    ),
    _rule(
        "rename",
        r"(?:rename|change the name of) " + _WHO + r" (?:to|as|into) " + _VAL + _END,
        _value,
    ),
    _rule("rename", r"change " + _WHO + r"(?:'s|s|’s)? name (?:to|into) " + _VAL + _END, _value),
    _rule(
        "rename",
        _SUBJ
        + r"(?:'s|s|’s)? name (?:is|should be|is really|is actually|is spelt|is spelled) (?:actually |really |spelt |spelled )?"
        + _VAL
        + _END,
        _value,
    ),
    _rule(
        "rename",
        _SUBJ
        + r" (?:(?:should be|is actually|is really|'s actually|'s really) (?:called|named)|(?:should be |is |'s )?(?:spelt|spelled)) (?:as )?"
        + _VAL
        + _END,
        _value,
    ),
    _rule(
        "rename",
        r"(?:it's|its|it is|it should be|should be|her name is|his name is|her name's|his name's|i meant|spelt|spelled|that's|thats|make that|call (?:him|her|the [a-z]+)|the [a-z]+ is|the [a-z]+'s) "
        + _VAL
        + r",? not (?P<t>[^\W\d_][\w'-]*(?: [\w'-]+)?)"
        + _END,
        _value,
    ),
    _rule(
        "rename",
        r"(?:call|put) "
        + _WHO
        + r" (?:down as )?(?P<v>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?) (?:instead|not \w+)",
        _value,
    ),
    _rule(
        "rename",
        r"(?:you've|youve|you have) (?:got|spelt|spelled|put) "
        + _WHO
        + r" (?:wrong|spelt wrong|down wrong),? (?:it's|its|it should be|should be) "
        + _VAL
        + _END,
        _value,
    ),
    _rule(
        "rename",
        r"(?:change|correct|fix) (?P<t>[^\W\d_][\w'-]*) to (?P<v>[^\W\d_][\w'-]*)" + _END,
        _value,
    ),
    _rule(
        "set_circle",
        r"(?:put|move|shift|bring|stick|pop|place|drag|get) "
        + _WHO
        + r" (?:back |right |over |up |more |on |in |into |to |towards |out |onto )*"
        + _SET_CIRCLE,
        _circle,
    ),
    _rule(
        "set_circle",
        _SUBJ
        + r" (?:should|needs to|ought to|wants to|has to|must|shd|belongs|goes|go|can go|could go) ?(?:be |go |really be |probably be |move )?(?:right |more |over |on |in |into |to |towards |at |out )*"
        + _SET_CIRCLE,
        _circle,
    ),
    _rule(
        "set_circle",
        r"(?:put|move|bring|shift) "
        + _WHO
        + r" (?P<v>closer|nearer|in closer|further (?:out|away)|(?:more )?(?:in|out)|away)(?: to (?:me|the middle))?"
        + _END,
        lambda m: "1" if re.search("clos|near|in", m.group("v")) else "3",
    ),
    _rule(
        "set_circle",
        _SUBJ
        + r" (?:is|'s|should be) (?:really |actually |a lot |much |way )*(?P<v>(?:more|less|very|not (?:that|so|very|as)) important)(?: (?:than|now|to me).*)?"
        + _END,
        lambda m: "3" if re.search("less|not", m.group("v")) else "1",
    ),
    _rule(
        "set_circle",
        _SUBJ
        + r" (?:is|'s) (?:in the )?(?:wrong (?:circle|ring|place)),? (?:it |he |she )?(?:should be|put (?:him|her|it)|move (?:him|her|it)) (?:in |to |on )*"
        + _SET_CIRCLE,
        _circle,
    ),
    _rule(
        "set_circle",
        r"(?:the )?(?P<v>(?:(?:inner|middle|outer|first|second|third|1st|2nd|3rd) (?:circle|ring)|(?:circle|ring) (?:1|2|3|one|two|three))) for "
        + _WHO
        + _END,
        _circle,
    ),
    _rule(
        "set_circle",
        _WHO
        + r" (?:is |goes |to go )?(?:in |into )?(?P<v>(?:circle|ring|number) (?:1|2|3|one|two|three))"
        + _END,
        _circle,
    ),
    _rule(
        "set_relationship",
        r"(?:change|set|put|make|update) "
        + _WHO
        + r" (?:to|as|down as|as being|into) (?:be )?(?:my |our |me |a |an |the )?(?P<r>[\w' -]+?)(?:,? not .*)?"
        + _END,
    ),
    _rule(
        "set_relationship",
        _WHO
        + r" (?:is|'s|isn't|isnt|is not|was) (?:actually |really |in fact |not my [\w -]+?,? (?:he's|she's|but|she is|he is|hes|shes|it's) |not (?:my |a )?[\w -]+? but )*(?:my |our |me )(?P<r>[\w' -]+?),? not (?:my |a |an |the )?[\w -]+",
    ),
    _rule(
        "set_relationship",
        _WHO
        + r" (?:is not|isn't|isnt|'s not|aint|ain't) (?:my |a |our |me )[\w -]+?,? (?:he's|she's|hes|shes|he is|she is|but|they're|but (?:he's|she's)|it's)?,? ?(?:actually |really )?(?:my |a |our |me )(?P<r>[\w' -]+?)"
        + _END,
    ),
    _rule(
        "set_relationship",
        _WHO + r" (?:is|'s) (?:actually|really|in fact) (?:my|a|our|me) (?P<r>[\w' -]+?)" + _END,
    ),
    _rule(
        "died",
        _SUBJ
        + r" (?:has |have |'s )?(?:sadly |just |recently |actually )?(?:died|pass(?:ed)? away|passed on|is dead|has passed|passed last \w+|is no longer with us|'s dead|'s gone now|is deceased|passed \w+ week)",
    ),
    _rule(
        "died",
        _SUBJ
        + r" (?:is|'s|has gone|went|gone) (?:now )?(?:with|to) (?:allah|god|jesus|the lord|the angels)\b",
    ),
    _rule(
        "died",
        r"(?:had|have|having)(?: to have)? " + _WHO + r" (?:put to sleep|put down)\b",
    ),
    _rule(
        "died",
        r"(?:i |we )?(?:just |recently )?(?:lost|buried) (?!touch|contact|my (?:job|phone|keys|licen[cs]e|confidence|appetite|temper|sight|balance|way|memory|glasses))"
        + _WHO
        + r" (?:last|this|on|in|a|two|three|\d+|recently|at|to)\b",
    ),
    _rule(
        "set_contact",
        r"(?:change|set|put|update|make) (?:it to )?"
        + _WHO
        + r"(?:'s|s)? (?:down )?(?:to |as |for )?(?P<v>(?:daily|weekly|monthly|every .+|once .+|twice .+|most .+|less often|less|more often|now and (?:then|again)))"
        + _END,
    ),
    _rule(
        "set_contact",
        r"(?:put|say|make it) (?P<v>daily|weekly|monthly|less often|every (?:day|week|month)) for "
        + _WHO
        + _END,
    ),
    _rule(
        "set_contact",
        r"(?:i |we )(?:actually |really )?(?:only |just )?(?:see|speak to|talk to|hear from|ring|phone|visit|meet) (?P<t>(?:my )?[^\W\d_][\w'-]*(?: [\w'-]+)?) (?P<v>(?:daily|weekly|monthly|every .+?|once .+?|twice .+?|most .+?|less often|now and (?:then|again)))(?: (?:now|these days|actually|instead))",
    ),
    _rule(
        "set_contact",
        _SUBJ
        + r" (?:only |just |actually )?(?:comes|visits|rings|calls|pops in|pops round|phones|is here) (?P<v>(?:daily|weekly|monthly|every .+?|once .+?|twice .+?|most .+?|less often|now and (?:then|again))) (?:now|these days|actually|instead|not \w+.*)",
    ),
    _rule(
        "set_help",
        _SUBJ
        + r" (?:does|helps with|helps me with|sorts|takes care of|deals with|looks after|can help with|now does|also does|also helps with|also helps me with) (?P<h>(?:my |the )?.+?)(?:,? (?:too|as well|now|these days|actually|not (?:the |my )?[\w ]+))"
        + r"(?=[.,!?]|$| )",
    ),
    _rule(
        "set_help",
        r"(?:change|put|set|add|update) "
        + _WHO
        + r" (?:to |as |down for |down as |with )(?:doing |helping with |helping me with )?(?P<h>(?:the |my )?(?:shopping|cooking|tablets|pills|meds|cleaning|listening|emotional support|everyday (?:things|help)|illness|medicines?|medication|appointments|lifts|company|chats?|support|housework|help with .+))"
        + _END,
    ),
    _rule(
        "remove",
        r"(?:take|get|cross|strike|knock|leave|scrub|wipe|rub) "
        + _WHO
        + _MORE
        + r" (?:off|out|away)(?: (?:of |from )?"
        + _MAP
        + r")?\b",
    ),
    _rule(
        "remove",
        r"(?:take|get|cross|strike|knock|leave|scrub|rub) (?:off|out) "
        + _WHO
        + r"(?: (?:of|from) "
        + _MAP
        + r")?"
        + _END,
    ),
    _rule(
        "remove",
        r"(?:remove|delete|drop|erase|get rid of|lose|bin|scrap|ditch|exclude|unadd|forget about) (?!my (?:data|account|information|details|record|records|info|history|messages|answers|stuff)|(?:all|everything|me|it|that|this|the (?:data|map|list|whole))\b)"
        + _WHO
        + _MORE
        + r"(?: (?:off|from|out of) "
        + _MAP
        + r")?"
        + _END,
    ),
    _rule(
        "remove",
        r"(?:i )?(?:don't|dont|do not|no longer) (?:want|need) " + _WHO + r" (?:on|in) " + _MAP,
    ),
    _rule(
        "remove",
        _WHO
        + r" (?:shouldn't|shouldnt|should not|doesn't need to|doesnt need to|does not need to|needn't|can't|cant) (?:really )?(?:be (?:on |in )?(?:there|here|it|"
        + _MAP
        + r")|be on)",
    ),
    _rule(
        "remove",
        _WHO + r" (?:can|needs to|should|has to|must) (?:come|go|be taken) (?:off|out|away)\b",
    ),
    _rule(
        "remove",
        r"(?:tke|tak|kick|chuck|boot|shift|throw|scratch|want|have|send|pull|like) (?!to\b|it\b|this\b|that\b)"
        + _WHO
        + _MORE
        + r" (?:right )?(?:off|out|away|removed|deleted|gone)\b(?! (?:my|your|the) (?:mind|chest))",
    ),
    _rule(
        "remove",
        r"(?:take away|omit|scratch (?:off|out)|chuck (?:off|out)|kick off|scrub off|delet|deleet|remuv|remov|rmv|del|unadd) "
        + _WHO
        + _MORE
        + r"(?: (?:off|from|out of) "
        + _MAP
        + r")?"
        + _END,
    ),
    _rule("remove", r"can " + _SUBJ + r" (?:come|go) (?:off|out)\b"),
    _rule("remove", r"(?:tak|take|get|pit|put) " + _WHO + r" aff\b"),
    _rule(
        "remove",
        r"(?:left|leave|keep|kept) "
        + _WHO
        + r" (?:out of it|out of this|off it|off this|off the map)\b",
    ),
    _rule(
        "remove",
        _WHO
        + r" (?:does not|doesn't|doesnt|do not|don't|dont) belong (?:here|there|on (?:here|there|it|the map|my map)|with my people)",
    ),
    _rule(
        "add",
        r"(?:add|put|stick|pop) (?P<t>(?:the|my|our|me) [\w' -]+?) (?:on|in|down)(?: "
        + _MAP
        + r")?\s*(?:please|too|as well)?[.!]?$",
    ),
    _rule(
        "add",
        r"(?:add|put|include|stick|pop|write|get) (?!it\b|that\b|this\b|them\b|me\b (?:down|off))"
        + _WHO
        + r" (?:on|in|to|onto|down|into|back on|back in)(?: "
        + _MAP
        + r")?(?: (?:too|as well|please|also))?"
        + _END,
    ),
    _rule(
        "add",
        r"(?:add|include|put in|put down|put on|i forgot(?: to (?:mention|add|say|put))?|forgot(?: to (?:mention|add|say))?|i missed(?: out)?|missed out|you missed|i left out|left out|i should(?: have|'ve|ve) (?:said|mentioned|added)|can i have|there's also|theres also|don't forget|dont forget|i also have|what about|need to add|and also|another one is|i didn't mention|i didnt mention|one more is) (?!(?:it|that|this|them|anyone|anybody|someone|somebody|another|a reminder|more|one|people|the (?:date|time))\b)"
        + r"(?P<t>.+?)"
        + r"(?=\s*(?:[.!?;]|$|\b(?:please|pls|plz|ta|thanks|cheers|too|as well|to my|to the|she's|he's|because|cos|to (?:it|that)|on my|on the|who|she|he)\b))",
    ),
)

_ASKS = re.compile(
    r"^\W*(?:did|have|has|which|what|how|where|who|why|is|are|does|do|would my|was|when|let me check)\b(?!.*\b(?:can|could|will) you\b)",
    re.IGNORECASE,
)
_NOT_WHO = frozenset(
    [
        "mind",
        "mask",
        "i",
        "you",
        "we",
        "he",
        "she",
        "they",
        "it",
        "that",
        "this",
        "there",
        "what",
        "who",
        "and",
        "but",
        "so",
        "me",
        "my",
        "them",
        "him",
        "her",
        "something",
        "nothing",
        "everything",
        "anything",
        "all",
        "name",
        "mistake",
        "appointment",
        "time",
        "money",
        "pain",
        "sleep",
        "one",
        "things",
        "thing",
        "date",
        "data",
        "account",
        "reminder",
        "plan",
        "option",
        "options",
        "map",
        "list",
        "picture",
    ]
)
_PRONOUN_OK = frozenset({"him", "her", "them"})
_PREFIX = re.compile(
    r"^(?:(?:please|pls|plz|can|could|would|will|you|u|we|i|want|to|need|just|actually|ok|oh|and|also|sorry|no|yes|but|hi|hello|then|think|so|now|well|that|because|maybe|reckon|suppose|wait|if|yeah)\b[ ,]*)+(?=\w)",
    re.IGNORECASE,
)


def _clean(target: str) -> str:
    target = _PREFIX.sub("", target.strip(" ,.'\""))
    target = re.sub(r"'s?$", "", target)
    return re.sub(r"\s+(?:also|really|actually|now|just|is|only)$", "", target).strip()


def _likely(target: str) -> bool:
    low = target.lower()
    first = low.split()[0] if low.split() else ""
    if low in _PRONOUN_OK:
        return True
    return (
        bool(low)
        and first not in _NOT_WHO - {"my", "all"}
        and low not in _NOT_WHO
        and len(target) <= 40
    )


def _person_like(target: str) -> bool:
    """Whether the words could name a member at all."""
    reader = Reader(target)
    if relationship_of(target) or reader.mentions():
        return True
    words = target.split()
    if words[0].lower() in NOT_NAMES:
        return False
    return len(words) <= 2 and (words[0].lower() in lexicon.names() or words[0][:1].isupper())


def extract_edits(text: str) -> tuple[EditMention, ...]:
    """The changes that a text asks for, in its order; empty where it asks for none.

    ``target`` is as written, without "please" and the like. ``value`` is the new name for
    ``rename``, the other member for ``merge``, a code for ``set_*``.
    """
    plain = straight(text)
    if _ASKS.match(plain) and not re.match(r"\W*what about\b", plain, re.IGNORECASE):
        return ()
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, EditMention]] = []
    for operation, pattern, value in _RULES:
        for match in pattern.finditer(plain):
            start, end = match.span()
            if any(start < b and a < end for a, b in taken):
                continue
            for edit in _edits(operation, match, value, plain):
                found.append((start, edit))
                if (start, end) not in taken:
                    taken.append((start, end))
    return tuple(edit for _, edit in sorted(found, key=lambda x: x[0]))


def _edits(
    operation: Operation, match: re.Match[str], value: Callable[[re.Match[str]], str], text: str
) -> list[EditMention]:
    groups = match.groupdict()
    if operation == "undo":
        return [EditMention("undo")]
    target = _clean(groups.get("t") or "")
    if not _likely(target):
        return []
    if operation == "add":
        return [EditMention("add", m.name) for m in Reader(target).mentions()] or (
            [EditMention("add", target)]
            if _person_like(target) and target.lower() not in _PRONOUN_OK
            else []
        )
    if target.lower() not in _PRONOUN_OK and not _person_like(target):
        return []
    if operation == "remove":
        more = [p for p in re.split(r",|\band\b|&", groups.get("more") or "") if p.strip()]
        return [EditMention("remove", _clean(t)) for t in (target, *more)]
    if operation == "set_relationship":
        relationship = relationship_of(groups.get("r") or "")
        return [EditMention(operation, target, relationship.value)] if relationship else []
    if operation == "set_contact":
        codes = [
            s.value for s in attributes.find(groups.get("v") or "") if s.attribute == "contact"
        ]
        return [EditMention(operation, target, str(codes[0]))] if codes else []
    if operation == "set_help":
        works = [s.value for s in attributes.find(groups.get("h") or "") if s.attribute == "help"]
        kinds = [w.value for w in Work if w in works] or [
            w.value for w in Work if w.value in (groups.get("h") or "")
        ]
        return [EditMention(operation, target, ",".join(kinds))] if kinds else []
    if operation == "merge" and "v" not in groups:
        return [EditMention("merge", target, target)]
    result = value(match)
    if operation == "set_circle" and not result:
        return []
    if (
        operation == "rename"
        and result.lower().split()[:1]
        and result.lower().split()[0] in {"my", "a", "the"}
    ):
        return []
    if (
        operation == "rename"
        and relationship_of(result)
        and match.group(0).lower().startswith(("change", "correct", "fix"))
        and "name" not in match.group(0).lower()
    ):
        relationship = relationship_of(result)
        return [EditMention("set_relationship", target, relationship.value)] if relationship else []
    if operation == "died":
        return [EditMention("died", target)]
    return [EditMention(operation, target, result)]
