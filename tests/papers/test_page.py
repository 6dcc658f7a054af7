"""The page to print, read back as a person would: its words, and a picture on it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from bot.network.fonts import has_glyphs
from bot.network.model import Kind, Member, Network, Relationship, Status
from bot.papers.page import page
from tests.network.strategies import AWKWARD_NAMES, crowd

TODAY = date(2026, 11, 26)


def words(data: bytes) -> str:
    return " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages).split())


def map_with(**values: object) -> Network:
    jean = Member("m1", "Jean", relationship=Relationship.SIBLING, circle=1)
    ron = Member("m2", "Ron", relationship=Relationship.CHILD, circle=2, **values)  # type: ignore[arg-type]
    return Network((jean, ron, Member("m3", "Choir", Kind.GROUP, circle=3)))


def test_it_has_the_map_the_same_in_words_the_plan_and_the_date() -> None:
    data = page(map_with(), ["• Choir, on Tuesday, with Jean"], TODAY)
    text = words(data)
    assert "Choir, on Tuesday, with Jean" in text
    assert "Jean (brother or sister)" in text and "Ron" in text
    assert "26 November 2026" in text
    [picture] = PdfReader(io.BytesIO(data)).pages[0].images
    assert picture.image is not None and picture.image.width >= 1500


@pytest.mark.parametrize("strain", [None, False, True])
def test_who_makes_things_harder_is_on_no_part_of_it(strain: bool | None) -> None:
    shown = page(map_with(strain=strain), [], TODAY)
    neutral = page(map_with(), [], TODAY)
    assert words(shown) == words(neutral)
    one, two = (PdfReader(io.BytesIO(d)).pages[0].images[0].data for d in (shown, neutral))
    assert one == two


def test_names_in_other_letters_can_be_read() -> None:
    names = [n[:40] for n in AWKWARD_NAMES if n.isprintable() and has_glyphs(n)]
    members = [Member(f"m{i}", name, circle=1) for i, name in enumerate(names)]
    text = words(page(Network(tuple(members)), [], TODAY)).replace(" ", "")
    for name in names:
        if name.isascii():
            assert name.replace(" ", "") in text
        else:
            # Letters that join or go from right to left are read back in an order of their own.
            assert {c for c in name if c.isalpha()} <= set(text) | set("\u200b")


def test_a_name_that_no_font_has_is_what_the_member_is() -> None:
    network = Network((Member("m1", "\U00012000\U00012001", relationship=Relationship.NEIGHBOUR),))
    assert "Neighbour" in words(page(network, [], TODAY))


def test_nobody_and_nothing_still_make_a_page() -> None:
    assert "no plan yet" in words(page(Network(), [], TODAY))


def test_a_full_map_and_a_long_plan_stay_on_paper() -> None:
    long = "• " + "walk to the library and back " * 12
    remembered = Member("m99", "Agnes", status=Status.DIED)
    text = words(page(crowd(40).added(remembered), [long] * 3, TODAY))
    assert text.count("library") == 36 and "Agnes" in text
