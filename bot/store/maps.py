"""Pictures of stored snapshots, for channels."""

from __future__ import annotations

from bot.network.exports import network_from_json
from bot.network.picture import render_png, render_svg
from bot.network.words import describe
from bot.store.base import unit_of_work
from bot.store.people import sender_for
from bot.store.tables import Snapshot


class NoPicture(LookupError):
    """The snapshot does not exist, or belongs to someone else."""


def picture_svg(map_id: str, owner: str | None = None) -> tuple[str, str]:
    """The picture as SVG and the same in words; ``owner`` is the only person who may see it."""
    with unit_of_work() as session:
        snapshot = session.get(Snapshot, map_id)
        if snapshot is None or (owner is not None and snapshot.person_id != owner):
            raise NoPicture(map_id)
        network = network_from_json(snapshot.network)
    return render_svg(network), describe(network)


def picture_png(map_id: str) -> tuple[bytes, str]:
    """The picture as PNG and the same in words."""
    svg, words = picture_svg(map_id)
    return render_png(svg), words


def svg_for(map_id: str, channel: str, address: str) -> str | None:
    """The picture as SVG for whoever is at an address; ``None`` where it is not theirs."""
    try:
        return picture_svg(map_id, sender_for(channel, address))[0]
    except NoPicture:
        return None
