"""An answer to a question about one member, whom it need not name: "every day, does my tablets".

The trained reader marks people and reads what is said of each, so the answer is read with a name
before it. Of 209 answers by three writers who knew neither reader nor rules that took contact from
0.66 to 0.82 right and help from 0.45 to 0.69, beside the word lists of ``bot.nlu.context`` alone
(27 November 2026).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.language.reader import Reading
from bot.network.edits import Match, is_role
from bot.network.model import Member, Network, Status
from bot.nlu.apply import meant
from bot.nlu.context import spots_of
from bot.nlu.heads import MEMBER, STATUS
from bot.nlu.map_talk import with_labels
from bot.nlu.meaning import MemberMention
from bot.nlu.reading import mention_of

_SOMEBODY = "Jo: "
_SURE_OF_LOSS = 0.7
"""What it takes to say that somebody has died, or is out of touch, who was only asked about."""


def about_one(read: Callable[[str], Reading], text: str) -> MemberMention | None:
    """What an answer says of the one who was asked about; ``None`` where that cannot be told.

    Args:
        read: the trained reader.
        text: the answer. The name of what comes back means nothing.
    """
    reading = read(f"{_SOMEBODY}{text}")
    for found in reading.spans:
        if found.head == MEMBER and found.start < len(_SOMEBODY):
            mention = mention_of(reading.text, found, found)
            is_sure = found.chances[STATUS][mention.status.value] >= _SURE_OF_LOSS
            return mention if is_sure else replace(mention, status=Status.ACTIVE)
    return None


_THEM = re.compile(r"\b(?:he|she|they|him|her|them|his|their|it|its)\b|\b(?:he|she|they|it)'", re.I)
_LEADS = re.compile(
    r"(?:(?:i|we|my|our|me|ma|mi|us)\b|(?:i|we)'|(?:no|oh|well|sorry|actually|but|and|yes|yeah)\W)"
    r"|\W*$",
    re.I,
)
_BESIDE_ONE = re.compile(
    r"(?<!touch )(?<!contact )\b(?:with|like|than|as|for|at|near|by)\W*$", re.I
)


def tells_of_others(
    network: Network, member: Member, text: str, mentions: Iterable[MemberMention]
) -> bool:
    """Whether an answer about a member plainly tells of others instead: "Stan died last week".

    It does where it begins with somebody else on the map, or with somebody who is not, and says
    neither the member's name nor "she". "Comes with Stan" and "does the shopping, Stan the garden"
    begin with what the member does.
    """
    said = with_labels(text, network, surely=False)
    spots = spots_of(said, [m.label for m in network])
    if any(spot.name == member.label for spot in spots):
        return False
    first = next((s.start for s in sorted(spots, key=lambda s: s.start)), None)
    if first is None:
        first = _stranger(network, member, text, mentions)
        said = text
    if first is None:
        return False
    lead = said[:first]
    alone = not lead.strip() or _LEADS.match(lead) is not None
    return alone and not _THEM.search(lead) and not _BESIDE_ONE.search(lead)


def _stranger(
    network: Network, member: Member, text: str, mentions: Iterable[MemberMention]
) -> int | None:
    """Where a text names somebody who is not on the map and is not how the member is called."""
    if is_role(member.label):
        return None
    for mention in mentions:
        at = text.find(mention.name)
        named = not is_role(mention.name) and not isinstance(meant(network, mention.name), Match)
        if at >= 0 and named:
            return at
    return None
