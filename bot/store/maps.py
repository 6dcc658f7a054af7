"""Pictures of stored snapshots, for channels: one map, or two side by side."""

from __future__ import annotations

from datetime import datetime

from bot.network.exports import network_from_json
from bot.network.layout import WIDTH
from bot.network.picture import render_pair, render_png, render_svg
from bot.network.then_and_now import compare, describe_changes
from bot.network.words import describe
from bot.store.base import unit_of_work
from bot.store.people import sender_for
from bot.store.tables import Snapshot


class NoPicture(LookupError):
    """The snapshot does not exist, or belongs to someone else."""


_AND = "-"


def pair_id(then: str, now: str) -> str:
    """Names the picture of two snapshots side by side."""
    return f"{then}{_AND}{now}"


def picture_svg(map_id: str, owner: str | None = None) -> tuple[str, str]:
    """The picture as SVG and the same in words; ``owner`` is the only person who may see it.

    Args:
        map_id: of a snapshot, or what ``pair_id`` made of two.
        owner: the person's id; ``None`` where the caller knows whose it is.
    """
    with unit_of_work() as session:
        found = [session.get(Snapshot, id_) for id_ in map_id.split(_AND)]
        shown = [s for s in found if s is not None and owner in (None, s.person_id)]
        if len(shown) != len(found) or len({s.person_id for s in shown}) != 1:
            raise NoPicture(map_id)
        networks = [network_from_json(s.network) for s in shown]
        days = [day_of(s.taken_at) for s in shown]
    if len(networks) == 1:
        return render_svg(networks[0]), describe(networks[0])
    if len(networks) != 2:
        raise NoPicture(map_id)
    then, now = networks
    words = describe_changes(compare(then, now))
    return render_pair(then, now, days=(days[0], days[1]), description=words), words


def day_of(moment: datetime) -> str:
    """The day of a moment in words, as it stands on pictures."""
    return f"{moment.day} {moment:%B %Y}"


def picture_png(map_id: str) -> tuple[bytes, str]:
    """The picture as PNG and the same in words."""
    svg, words = picture_svg(map_id)
    return render_png(svg, WIDTH * len(map_id.split(_AND))), words


def svg_for(map_id: str, channel: str, address: str) -> str | None:
    """The picture as SVG for whoever is at an address; ``None`` where it is not theirs."""
    try:
        return picture_svg(map_id, sender_for(channel, address))[0]
    except NoPicture:
        return None
