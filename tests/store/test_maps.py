"""Pictures by their ids: whose they are, and two side by side."""

from __future__ import annotations

import pytest

from bot.network.model import Member
from bot.store.base import unit_of_work
from bot.store.maps import NoPicture, pair_id, picture_png, picture_svg
from bot.store.people import begin
from bot.store.record import Record
from tests.store.conftest import Store
from tests.store.filled import network


def test_two_maps_side_by_side_are_the_persons_only(store: Store, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(network(), "add")
        then = record.take_snapshot("baseline")
        record.keep_network(network().added(Member("m9", "Sue", circle=2)), "add")
        now = record.take_snapshot("review")
        stranger = begin(session, "o" * 32).take_snapshot("baseline")
    svg, words = picture_svg(pair_id(then, now), person)
    assert "Then: " in svg and "Now: " in svg
    assert words == "• New on your map: Sue."
    png, alt = picture_png(pair_id(then, now))
    assert png.startswith(b"\x89PNG") and alt == words
    for id_ in (pair_id(then, stranger), f"{then}-{now}-{now}", f"{then}-", "-"):
        with pytest.raises(NoPicture):
            picture_svg(id_, person)
    with pytest.raises(NoPicture):
        picture_svg(pair_id(then, now), "o" * 32)
