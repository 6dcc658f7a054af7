# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What a text says of its members: contact, help, circle, status and strain, with offsets.

Each table row is a way that people put it; ``find`` returns every match with its place, and
``bot.nlu.members`` decides whom it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.network.model import Contact, Status, Work

Attribute = Literal["contact", "help", "circle", "status", "strain"]

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|week\s?day"
_NUM = r"(?:a couple of|couple of|a few|few|two|three|four|five|six|several|2|3|4|5|6|2 or 3|two or three|three or four)"
_PART = r"(?:morning|night|evening|afternoon|teatime|lunchtime|dinnertime|mealtime|bedtime)"
_SPEAK = r"(?:speak|talk|spoken|talked|seen|see|heard|hear|have contact|been in touch|bother)"
_NOT = r"(?:don't|dont|do not|doesn't|doesnt|does not|haven't|havent|have not|hasn't|hasnt|has not|never|no longer|not|ain't|aint|didn't|didnt|we've not|stopped|won't|wont)"

_CONTACT: tuple[tuple[Contact, str], ...] = (
    (
        Contact.LESS,
        r"once in a (?:blue moon|while)|(?:every )?now and (?:then|again)|from time to time|"
        r"on and off|occasional(?:ly)?|rarely|seldom|hardly ever|barely (?:see|ever)|"
        r"not (?:very |that |so |as )?(?:often|much)|"
        r"(?:hardly|barely|dont really|don't really|never really) (?:see|speak|talk|hear)|"
        r"(?:once|twice|\w+ times) a year|(?:once|twice) or twice a year|yearly|every (?:few|couple of|2|3|two|three|six|6|other) months|"
        r"(?:at|every) (?:christmas|xmas|easter|eid|diwali)|christmas cards?|"
        r"(?:in|during) the (?:school |summer )?holidays|when (?:he|she|they) (?:can|remembers?|gets? chance|feels? like it)|"
        r"very little|every (?:blue moon|so often)|odd (?:phone call|visit|text)|sometimes|few times a year|every year",
    ),
    (
        Contact.MONTHLY,
        r"(?:about |around )?(?:once|twice) a month|\w+ times a month|monthly|every (?:\w+ )?month|each month|"
        r"every (?:couple of|few|two|three|2|3|four|4|six|6|other) weeks?|fortnightly|"
        r"(?:every|once a|each) (?:other )?fortnight|a month or so|first \w+ of the month",
    ),
    (
        Contact.DAILY,
        r"(?:most|all|every|each|everyday|evry) ?(?:single )?(?:days?|"
        + _PART
        + r"s?)|every single \w*day|"
        r"daily|each day|"
        r"(?:once|twice|\w+ times) (?:a|per) day|(?:live|lives|living|stays|stay|bides) with (?:me|us)|"
        r"(?:we|i) live with|"
        r"(?:here|there|in|round|around|with me|at home) (?:all (?:day|the time)|24/7|constantly)|"
        r"(?:morning|day) (?:and|noon and|,? noon and) night|24/7|every (?:hour|minute)|all day long|"
        r"mornings? and (?:nights?|evenings?|afternoons?)|maist days|day in day out|seven days a week|7 days a week|always (?:here|around|round)|"
        r"(?:i )?live (?:with|together)|we live together|every night",
    ),
    (
        Contact.WEEKLY,
        r"(?:once|twice|thrice|one time|"
        + _NUM
        + r" times|\d ?x|\d times|one or two times|couple of times|few times) (?:a|per|every|in the) week|"
        r"(?:once or twice|two or three times) (?:a|per|every) week|"
        + _NUM
        + r" days a week|one day a week|"
        r"weekly|(?:every|each|most) (?:week|weeks|weekend|weekends)|every other day|"
        r"(?:on |every |each |most |of a |on a )(?:" + _DAY + r")(?: and (?:" + _DAY + r"))?|"
        r"(?:tues|wednes|thurs|fri|satur|sun|mon)days|"
        r"a (?:" + _DAY + r")|at (?:the )?weekends?|on the weekend|twice weekly",
    ),
)

_HELP: tuple[tuple[Work, str], ...] = (
    (
        Work.ILLNESS,
        r"(?:my |the |all my |me )?(?:tablets?|pills?|meds|medications?|medicines?|insulin|inhalers?|nebulisers?|"
        r"dosette|blister packs?|injections?|jabs?|dressings?|bandages?|eye ?drops|creams?|prescriptions?|scripts?|"
        r"blood (?:pressure|sugars?|tests?)|bloods|sugars|oxygen|catheter|stoma|leg ulcers?|wounds?|"
        r"appointments?|check ?ups?|symptoms?|feet checked|"
        r"exercises|physio with|readings?|blood glucose|obs|inr|reviews?|care plan|treatment)|"
        r"explains? (?:things|it all|everything|what the)|"
        r"(?:knows|keeps an eye on|manages|monitors|looks after|helps with|help with) my (?:condition|illness|health|diabetes|copd|heart|asthma|breathing|symptoms)|"
        r"comes? (?:with me )?to (?:the )?(?:hospital|clinic|doctors?|gp) with me",
    ),
    (
        Work.EVERYDAY,
        r"shopping|shops? for me|groceries|(?:the |my |a )?(?:food|big) shop|messages for me|"
        r"cooks?|cooking|(?:makes?|does|do|brings?|cooks?) (?:me |us |my |the |all the |round )*(?:tea|dinners?|dinner|meals?|lunch|food|breakfast|soup|a plate|curry|curries)|"
        r"meals|cleans?|cleaning|housework|hoover(?:s|ing)?|vacuums?|washing|ironing|laundry|dishes|"
        r"(?:my |the )?bins?|gardens?|gardening|the lawn|the grass|odd jobs|jobs round the house|DIY|repairs?|decorating|"
        r"lifts?(?: to| in)?|(?:drives?|driving|runs?|ferries|gives?) (?:me|us)(?! (?:mad|crazy|nuts|bonkers|up|round the bend|potty|support|strength|hope|a (?:call|ring|hug)|confidence|good advice|advice))|"
        r"tak(?:es?|ing) (?:me|us)(?! (?:to (?:my |the )?(?:hospital )?appointments?|for granted|on|seriously))|picks? me up(?! when)|"
        r"(?:gets?|getting|helps?) me (?:washed|dressed|showered|up|bathed|to bed|out of bed|in the (?:bath|shower))|"
        r"wash(?:es|ed)? (?:and dress(?:es|ed)? )?me|dress(?:es|ed)? me|bath(?:s|es)? me|personal care|shower|"
        r"paperwork|forms|bills|(?:the |my )?money|banking|post|"
        r"walks? (?:the|my|me) dogs?|feeds? (?:the|my) (?:cat|dog|cats|dogs)|"
        r"(?:fixes|mends|repairs|sorts out) (?:the|my|things)|computer|laptop|internet|online stuff|"
        r"house ?keeping|babysits?|(?:takes|has) the kids|school run|minds me|sees to me|"
        r"(?:gets?|fetches|brings|picks up|collects) my (?:paper|newspaper|shopping|milk|pension|bits)|"
        r"(?:does|do|did) (?:everything|all sorts|all of it|most things|it all|the lot)|runs? (?:me )?errands|errands|coal|firewood|"
        r"go(?:es)? (?:walking|swimming|for a walk)",
    ),
    (
        Work.EMOTIONAL,
        r"(?:can|could) (?:really |always )?talk to|(?:i|we) (?:really |always |just )?(?:talk|chat|moan|offload|vent|confide)(?: to| with| in)?(?! on)|someone to talk to|"
        r"listens?|listening|(?:good|great) listener|shoulder to cry on|"
        r"cheers? me up|makes? (?:me|us) (?:laugh|smile|feel better)|"
        r"(?:good|great|nice|lovely|bit of|for|keeps me|my|some) company|keeps? me (?:going|sane|cheerful|positive|calm)|"
        r"(?:moral|emotional) support|(?:is|are|always|been) (?:always |really )?there for me|sits? with me|"
        r"(?:understands?|understanding|gets it|get it|gets me|get me)(?: me)?|"
        r"lifts? my (?:spirits|mood)|when (?:i'm|im|i am|i feel|i'm feeling|im feeling) (?:low|down|upset|sad|anxious|depressed|lonely|worried)|"
        r"calms? me|reassur(?:es|ing)|comforts?|cuddles?|hugs?|"
        r"(?:a |good |little )?(?:chats?|natter|chin ?wag|laugh|gossip|blether|chinwag|cuppa)|"
        r"(?:is|are|so|really|very|been) (?:so |really |very )?(?:kind|supportive)|supports me|prays? (?:for|with) me|encourages?",
    ),
)

_CIRCLE: tuple[tuple[int, str], ...] = (
    (
        1,
        r"(?:i'm |im |the |my )?closest(?: to me| person)?|means? (?:the world|everything|so much|a lot) to me|means the world|"
        r"most important|inner (?:circle|ring|most)|innermost|(?:my|me) (?:rock|world|lifeline|everything)|"
        r"(?:couldn't|couldnt|can't|cant|could not|wouldn't|wouldnt|don't know what i'd do|dont know what id do|lost|be lost) (?:cope |manage |do |live |be here |be )?without|"
        r"very (?:important|close)|(?:in|at|to) the (?:very )?(?:middle|centre|center)(?! (?:circle|ring|one))|number one|first circle|"
        r"(?:really|so|extremely) (?:important|close) to me|(?:really|extremely|so) close|absolute rock",
    ),
    (
        2,
        r"(?:second|middle|2nd) (?:circle|ring|one)|(?:quite|fairly|pretty) (?:important|close)",
    ),
    (
        3,
        r"(?:outer|outside|third|3rd|last|furthest|edge) (?:circle|ring|one)|outermost|on the (?:edge|outside|outskirts)|"
        r"(?:not|isn't|isnt|aren't|arent) (?:that|very|so|really|too|all that|as) (?:close|important)|less important|a bit important",
    ),
)

_STATUS: tuple[tuple[Status, str], ...] = (
    (
        Status.DIED,
        r"pass(?:ed)? (?:away|on|over)|passed(?= (?:last|in|this|on|two|three|\d|a |years|suddenly|recently|bless|god|rip|during|back))|"
        r"(?:has |have |'s )?(?:died|dead|deceased|departed)|(?:i |we )?lost (?:my|me|our|him|her)(?= (?!(?:job|keys|phone|license|licence|appetite|confidence|temper|sight|balance|marbles|driving|leg|home|house|bus|mobility|memory|way|glasses|wallet|purse|money|voice|hair|benefits|pip|rag))\w)|no longer with us|(?:is |'s )?in heaven|"
        r"not with us any ?more|gone now|rip|rest in peace|rest (?:his|her) soul|killed in|"
        r"we buried|funeral was|popped (?:his|her) clogs|kicked the bucket|"
        r"(?:i'm|im|i am) (?:a )?(?:widow(?:ed)?|widower)|inna lillahi",
    ),
    (
        Status.LOST_TOUCH,
        r"lost (?:touch|contact)|out of touch|fell out|fallen out|falling out|estranged|no contact|cut (?:me|him|her|them) off|drifted apart|"
        + _NOT
        + r" (?:really |even |ever )?"
        + _SPEAK
        + r"(?: to| with| from)?(?: \w+){0,4} (?:any ?more|for years|in years|for (?:ages|months)|in (?:ages|\w+ (?:years|months))|since|now)|"
        r"(?:we|they|i|he|she|us) "
        + _NOT
        + r" (?:really |even |ever )?(?:speak|talk|see (?:each|one)|bother)(?! (?:about|of|much|enough|a lot|that))|"
        r"(?:don't|dont|do not) (?:really )?(?:speak|talk)(?: to)?(?! (?:about|of|much|with my|enough|a lot|that))|not (?:on )?(?:speaking|spoken|speaking terms)|no longer (?:speak|talk|in touch|see|in contact)|"
        r"not (?:in touch|spoke|in contact)|disowned|not been in touch|wants nothing to do with|nothing to do with (?:me|us|him|her)|(?:walked|moved) (?:out|on) (?:on us|years)|"
        r"(?:don't|dont) know where (?:he|she|they)",
    ),
)

_STRAIN = (
    r"(?:don't|dont|do not|doesn't|doesnt|never|not) get(?:ting)? on(?: with)?|mak(?:es?|ing) (?:things?|it|everything|life|me|my \w+|matters) (?:all |even |a lot |so much |much |feel )?(?:harder|worse|difficult|hard|stressed|anxious|ill|feel (?:bad|guilty|worse|small|useless|stupid|rubbish))|"
    r"wind(?:s|ing)? me (?:right )?up|(?:always |forever |constantly )?(?:criticis|critiz|nagg|moan(?:s|ing) at|judg|shout|belittl|bully|bulli)(?:es|e|ing|s|ying)?(?: at)?(?: me)?|nags?(?: me)?|"
    r"(?:always |forever |constantly )on at me|on my case|gets? on my (?:nerves|wick|goat|t\*?ts|case)|(?:does|do|doing) my (?:head|nut) in|"
    r"drives? me (?:mad|crazy|nuts|up the wall|round the (?:bend|twist)|bonkers|potty|insane)|"
    r"(?:a )?pain in the (?:neck|arse|backside|bum|a\w*)|puts? me down|(?:takes|taking) (?:advantage|the mick|me for granted|my money)|stress(?:es)? me(?: out)?|upsets? me|"
    r"(?:always |we )?argu(?:es|ing|e)(?: with me)?|rows? with|at each other's throats|toxic|controlling|nasty|horrible to me|"
    r"(?:doesn't|doesnt|does not|don't|dont|won't|wont) (?:understand|believe|listen to|get) (?:me|it|my)|"
    r"(?:not|isn't|isnt) (?:very )?(?:supportive|understanding|nice to me)|sticks? (?:his|her|their) (?:oar|nose) in|interfer(?:es|ing)|bossy|bosses me|"
    r"drains? me|draining|hard work|gives? me (?:grief|a hard time|stick|earache)|(?:has|have) a go at me|"
    r"gets? me down|(?:causes?|causing|nothing but) (?:trouble|grief|problems|stress|hassle)|fall out all|makes me feel (?:bad|guilty|worse|small|useless)"
)


@dataclass(frozen=True)
class Said:
    """One thing said of somebody, with its place in the text."""

    attribute: Attribute
    value: Contact | Work | Status | int | bool
    start: int
    end: int


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{pattern})(?!\w)", re.IGNORECASE)


def _table(rows: tuple[tuple[object, str], ...]) -> list[tuple[object, re.Pattern[str]]]:
    return [(value, _whole(pattern)) for value, pattern in rows]


_TABLES: tuple[tuple[Attribute, list[tuple[object, re.Pattern[str]]]], ...] = (
    ("contact", _table(_CONTACT)),
    ("help", _table(_HELP)),
    ("circle", _table(_CIRCLE)),
    ("status", _table(_STATUS)),
    ("strain", [(True, _whole(_STRAIN))]),
)
_NEGATED = re.compile(
    r"(?:\b(?:don't|dont|doesn't|doesnt|never|not|won't|wont|can't|cant|cannot|nobody|no one|hardly|didn't|didnt|isn't|isnt|without)\b(?: \w+){0,3} ?)$",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[Said]:
    """Everything the text says of contact, help, circle, status and strain, in table order.

    Help that is denied ("he never listens") is left out; of overlapping matches of one
    attribute the first row of its table wins.
    """
    for attribute, rows in _TABLES:
        taken: list[tuple[int, int, object]] = []
        for value, pattern in rows:
            for match in pattern.finditer(text):
                a, b = match.span()
                if any(a < y and x < b for x, y, _ in taken):
                    continue
                if attribute in ("help", "strain", "circle") and _NEGATED.search(text[:a]):
                    if attribute == "strain" or value != 1:
                        continue
                    if attribute == "circle" and "without" not in match.group():
                        continue
                taken.append((a, b, value))
                yield Said(attribute, value, a, b)  # type: ignore[arg-type]
