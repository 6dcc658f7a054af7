"""Who is in the text, with what it says of each.

``extract_members`` joins the mentions of ``bot.nlu.mentions`` with what
``bot.nlu.attributes`` finds, by where they stand.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.network.model import Contact, Kind, Relationship, Status, Work
from bot.nlu import attributes
from bot.nlu.attributes import Said
from bot.nlu.meaning import MemberMention
from bot.nlu.mentions import Mention, Reader
from bot.nlu.words import straight

_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_BREAK = re.compile(r"[.!?;\n]+|\b(?:but|whereas|although|though)\b", re.IGNORECASE)
_LEADS = re.compile(
    r"^\W*(?:to|with|from|by|is|are|was|my|our|me|of|about|without|s|'s|and|the|see|i|on|,|\s)*\W*$",
    re.IGNORECASE,
)
_PLURAL_NEXT = re.compile(
    r"^\W*(?:who |they |they're |theyre |all |both |we |are |come|do |help|visit|ring|phone|live"
    r"|have|keep|take|give|bring|pop |call|look|make|support|get |go )",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"^(?:\s|,|&|/|\band\b|\bmy\b|\bour\b|\bthe\b|\bme\b|\bplus\b|\bthen\b|\bor\b|\ba\b|\bher\b|\bhis\b|\btheir\b)*$",
    re.IGNORECASE,
)


def extract_members(text: str) -> tuple[MemberMention, ...]:
    """The members that a text names, in its order; empty where it names none.

    Args:
        text: one message as written, any case.
    """
    reader = Reader(text)
    mentions = reader.mentions()
    if not mentions:
        return ()
    spans = [(reader.tokens[m.first].start, reader.tokens[m.last - 1].end) for m in mentions]
    said: dict[int, list[Said]] = {}
    for one in attributes.find(straight(text)):
        for k in _about(text, one, mentions, spans):
            said.setdefault(k, []).append(one)
    result = []
    for k, mention in enumerate(mentions):
        member = _member(mention, said.get(k, []))
        if _denied(reader, mention):
            if member.status is not Status.LOST_TOUCH:
                continue
            member = replace(member, help=(), contact=None)
        result.append(member)
    return tuple(result)


def _denied(reader: Reader, mention: Mention) -> bool:
    before = [reader.low(k) for k in range(max(0, mention.first - 2), mention.first)]
    if not before or before[-1] not in {"not", "nor", "never"}:
        return False
    return not (len(before) == 2 and before[0] in {"if", "or", "why"})


def _about(
    text: str, said: Said, mentions: tuple[Mention, ...], spans: list[tuple[int, int]]
) -> list[int]:
    """Places in ``mentions`` of those whom one thing said is about."""
    inside = [k for k, (a, b) in enumerate(spans) if a <= said.start and said.end <= b]
    if inside:
        return inside if said.attribute in ("contact", "status") else []
    breaks = [0, *(m.end() for m in _BREAK.finditer(text)), len(text) + 1]
    low = max(b for b in breaks if b <= said.start)
    high = min(b for b in breaks if b > said.start)
    before = [k for k, (a, _) in enumerate(spans) if low <= a < said.start]
    after = [
        k for k, (a, _) in enumerate(spans) if said.end <= a < high or (said.start <= a < said.end)
    ]
    if (
        after
        and (not before or _LEADS.match(text[said.end : spans[after[0]][0]]))
        and _leads(said, text, bool(before))
    ):
        return _with_partners(text, after[0], spans, forward=True)
    if before:
        last = before[-1]
        tail = text[spans[last][1] : said.end]
        if re.search(r"\b(?:both|all)\b", tail, re.IGNORECASE):
            return _with_partners(text, last, spans, forward=False)
        if said.attribute in ("status",) or not _PLURAL_NEXT.match(tail):
            return [last]
        return _with_partners(text, last, spans, forward=False)
    if after:
        return [after[0]]
    earlier = [k for k, (a, _) in enumerate(spans) if a < low]
    if earlier and not re.match(r"\W*(?:i|my|it|there|we don)\b", text[low:], re.IGNORECASE):
        return [earlier[-1]]
    if earlier and said.attribute in ("status", "circle"):
        return [earlier[-1]]
    return (
        [earlier[-1]]
        if earlier and re.search(r"\b(?:he|she|they|him|her|them)\b", text[low:high], re.IGNORECASE)
        else []
    )


def _leads(said: Said, text: str, has_before: bool) -> bool:
    """Whether a thing said may be about the member named after it."""
    if not has_before:
        return True
    if said.attribute in ("status", "circle"):
        return True
    return said.attribute == "contact" and text[: said.start].rstrip().lower().endswith(
        ("and", ",")
    )


def _with_partners(text: str, k: int, spans: list[tuple[int, int]], *, forward: bool) -> list[int]:
    """A member with those listed beside it without anything said between."""
    group = [k]
    step = 1 if forward else -1
    at = k
    while 0 <= at + step < len(spans):
        a, b = sorted((at, at + step))
        if not _JOIN.match(text[spans[a][1] : spans[b][0]]):
            break
        at += step
        group.append(at)
    return sorted(group)


def _member(mention: Mention, said: list[Said]) -> MemberMention:
    contact = next((s.value for s in said if s.attribute == "contact"), None)
    if contact is None and mention.kind is Kind.GROUP and _WEEKDAY.search(mention.name):
        contact = Contact.WEEKLY
    circle = next((s.value for s in said if s.attribute == "circle"), None)
    status = mention.status
    for one in said:
        if one.attribute == "status" and status is Status.ACTIVE:
            status = one.value  # type: ignore[assignment]
    helps = tuple(w for w in Work if any(s.attribute == "help" and s.value is w for s in said))
    strain = any(s.attribute == "strain" for s in said)
    if mention.kind is Kind.PET and Relationship.PET is mention.relationship:
        strain = False
    return MemberMention(
        name=mention.name[:40].strip(),
        relationship=mention.relationship,
        kind=mention.kind,
        circle=circle,  # type: ignore[arg-type]
        contact=contact,  # type: ignore[arg-type]
        help=helps,
        status=status,
        strain=strain,
    )
