"""The picture: nothing overlaps, nothing leaves the canvas, nothing jumps about."""

from __future__ import annotations

import hashlib
import io
import math
import re
import statistics
from collections.abc import Callable
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from PIL import Image, ImageFont

from benchmarks.sample_maps import sample_map
from bot.network import picture
from bot.network.fonts import font_files, has_glyphs, shortened, text_width, wrapped
from bot.network.layout import WIDTH, Group, Layout
from bot.network.model import Kind, Member, Network, Relationship, Status
from bot.network.phrases import PictureWords
from bot.network.picture import layout_of, render_png, render_svg
from tests.network.strategies import AWKWARD_NAMES, crowd, networks

SVG = "{http://www.w3.org/2000/svg}"


def check(layout: Layout, size: int) -> None:
    places = (*layout.places, *layout.tray)
    assert len(places) == size
    headings = (*layout.captions, *layout.tray_headings)
    cx, cy = layout.centre
    for place in places:
        for box in (place.label_box, place.icon_box):
            assert box.left >= 0 and box.top >= 0, place.lines
            assert box.right <= layout.width and box.bottom <= layout.height, place.lines
            assert not any(box.overlaps(h.box) for h in headings), place.lines
        for line in place.lines:
            width = place.label_box.right - place.label_box.left
            assert text_width(line, place.font) <= width + 0.01
    for one, two in combinations(places, 2):
        for box in (one.label_box, one.icon_box):
            assert not box.overlaps(two.label_box), (one.lines, two.lines)
            assert not box.overlaps(two.icon_box), (one.lines, two.lines)
    for place in layout.places:
        assert math.hypot(place.x - cx, place.y - cy) > place.radius + 40


@pytest.mark.parametrize("size", range(41))
@pytest.mark.parametrize("draw", [crowd, sample_map])
def test_labels_stay_apart_and_on_the_canvas(size: int, draw: Callable[[int], Network]) -> None:
    check(layout_of(draw(size)), size)


@pytest.mark.parametrize("circle", [1, 2, 3])
@pytest.mark.parametrize("label", ["W" * 40, "Anna", "The Thursday afternoon walking group (NW)"])
def test_forty_in_one_circle(circle: int, label: str) -> None:
    check(layout_of(crowd(40, circle, label)), 40)


def test_a_hundred_members_still_fit() -> None:
    check(layout_of(crowd(100)), 100)


def test_unplaced_lost_and_remembered_have_their_own_rows() -> None:
    network = Network(
        tuple(
            Member(f"m{i}", name[:40], status=list(Status)[i % 3])
            for i, name in enumerate(AWKWARD_NAMES * 2)
        )
    )
    layout = layout_of(network)
    check(layout, len(network))
    assert [h.text for h in layout.tray_headings] == [
        "Not in a circle yet",
        "Lost touch",
        "Remembered",
    ]


@settings(max_examples=25, deadline=None)
@given(networks())
def test_any_network_is_drawn_in_its_circle(network: Network) -> None:
    layout = layout_of(network)
    check(layout, len(network))
    edges = (0.0, *layout.rings)
    for place in layout.places:
        circle = network[place.key].circle
        assert circle is not None
        away = math.hypot(place.x - layout.centre[0], place.y - layout.centre[1])
        assert edges[circle - 1] < away - place.radius
        assert away + place.radius < edges[circle] + 0.1
    ElementTree.fromstring(render_svg(network))


@pytest.mark.parametrize("name", [n for n in AWKWARD_NAMES if has_glyphs(n)])
def test_measured_widths_hold_what_is_drawn(name: str) -> None:
    drawn = ImageFont.truetype(font_files()[0], 30).getlength(name)
    assert drawn <= text_width(name, 30) + 1


def test_long_labels_are_cut_whole_letters_only() -> None:
    assert shortened("Ana\u0301stasia", text_width("Ana…", 30), 30) == "Ana\u0301…"
    assert wrapped("Tuesday group", 400, 30, 2) == ("Tuesday group",)
    lines = wrapped("The Thursday afternoon walking group", 150, 26, 2)
    assert len(lines) == 2 and lines[-1].endswith("…")
    assert all(text_width(line, 26) <= 150 for line in lines)


def test_identical_networks_give_identical_pictures() -> None:
    one, two = render_svg(crowd(25)), render_svg(crowd(25))
    assert one == two
    assert hashlib.sha256(render_png(one)).digest() == hashlib.sha256(render_png(two)).digest()


def positions(layout: Layout) -> dict[str, tuple[float, float]]:
    return {p.key: (p.x, p.y) for p in layout.places}


@pytest.mark.parametrize("circle", [1, 2, 3])
@pytest.mark.parametrize(
    "relationship",
    [Relationship.CHILD, Relationship.NEIGHBOUR, Relationship.NURSE, Relationship.GROUP],
)
def test_a_new_member_leaves_the_others_where_they_are(
    circle: int, relationship: Relationship
) -> None:
    network = Network(
        tuple(
            Member(f"m{i}", f"Name {i}", relationship=r, circle=1 + i % 3)
            for i, r in enumerate(
                [Relationship.CHILD, Relationship.FRIEND, Relationship.SIBLING] * 2
            )
        )
    )
    before = positions(layout_of(network))
    new = Member("m99", "Newcomer", relationship=relationship, circle=circle)
    after = positions(layout_of(network.added(new)))
    assert {k: after[k] for k in before} == before


@pytest.mark.parametrize("draw", [crowd, sample_map])
def test_while_a_map_grows_the_others_stay_about_where_they_are(
    draw: Callable[[int], Network],
) -> None:
    moves, last = [], {}
    for size in range(26):
        now = positions(layout_of(draw(size)))
        away = [math.dist(now[k], last[k]) for k in last]
        if any(away):
            moves.append(statistics.median(away))
        last = now
    assert len(moves) <= 5
    # A tenth of a circle's width is still "the same place" to whoever looks for a name.
    assert all(median <= WIDTH / 20 for median in moves), moves


def test_a_map_of_few_has_labels_to_read_on_a_phone() -> None:
    # A phone shows the picture about 390 points wide; 14 points is the text of its own menus.
    for size in range(1, 9):
        assert min(p.font for p in layout_of(sample_map(size)).places) * 390 / WIDTH >= 14


@pytest.mark.parametrize("size", [8, 25, 40])
def test_a_tie_runs_behind_nobody_else(size: int) -> None:
    network = sample_map(size)
    places = {p.key: p for p in layout_of(network).places}
    drawn = re.findall(
        r'<path d="M([\d.-]+) ([\d.-]+)Q([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+)"/>',
        render_svg(network),
    )
    shown = [tie for tie in network.ties if tie <= places.keys()]
    assert len(drawn) >= len(shown) > 0
    for line in (tuple(map(float, found)) for found in drawn[: len(shown)]):
        x1, y1, bend_x, bend_y, x2, y2 = line
        for place in places.values():
            if (place.x, place.y) in ((x1, y1), (x2, y2)):
                continue
            for step in range(101):
                t = step / 100
                x = (1 - t) ** 2 * x1 + 2 * t * (1 - t) * bend_x + t * t * x2
                y = (1 - t) ** 2 * y1 + 2 * t * (1 - t) * bend_y + t * t * y2
                assert math.hypot(x - place.x, y - place.y) > place.radius, place.lines


def test_ties_do_not_move_anyone() -> None:
    network = crowd(12)
    assert positions(layout_of(network)) == positions(layout_of(Network(network.members)))


def test_who_makes_things_harder_is_never_drawn() -> None:
    network = crowd(6)
    assert render_svg(network.changed("m1", strain=True)) == render_svg(network)


def test_screen_readers_get_title_and_description() -> None:
    root = ElementTree.fromstring(
        render_svg(Network((Member("m1", "Jean", relationship=Relationship.PARTNER, circle=1),)))
    )
    assert root.get("role") == "img"
    ids = (root.get("aria-labelledby") or "").split()
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and description is not None
    assert [title.get("id"), description.get("id")] == ids
    assert title.text == "My map"
    assert "Jean (partner)" in (description.text or "")


def test_each_kind_has_its_own_colour_and_shape_and_legend() -> None:
    assert len(set(picture.COLOURS.values())) == len(Group)
    outlines = {re.sub(r"#\w+", "", shape) for shape in picture.SHAPES.values()}
    assert len(outlines) == len(Group)
    network = Network(
        tuple(Member(f"m{i}", "A", kind=kind, circle=2) for i, kind in enumerate(Kind))
    )
    svg = render_svg(network)
    words = PictureWords()
    for text in (words.people, words.professional, words.group, words.online, words.pet):
        assert f">{text}</text>" in svg
    assert f">{words.family}</text>" not in svg


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", [picture.PAGE, *picture.GROUNDS])
def test_contrast_meets_wcag_aa(ground: str) -> None:
    assert contrast(picture.INK, ground) >= 7
    assert contrast(picture.MUTED, ground) >= 4.5
    assert contrast(picture.TIE, ground) >= 3
    for colour in picture.COLOURS.values():
        assert contrast(colour, ground) >= 3
        assert contrast(colour, "#ffffff") >= 4.5


def test_ring_lines_are_seen() -> None:
    assert contrast(picture.RING, picture.PAGE) >= 3


def test_words_come_from_the_caller() -> None:
    svg = render_svg(Network(), words=PictureWords(you="Fi", title="Fy map", empty_1="Croeso"))
    assert ">Fi</text>" in svg and ">Fy map</text>" in svg and ">Croeso</text>" in svg


@pytest.mark.parametrize("size", [0, 1, 8, 25, 40])
def test_the_png_is_a_phone_wide_and_its_edges_are_clear(size: int) -> None:
    image = Image.open(io.BytesIO(render_png(render_svg(crowd(size))))).convert("RGB")
    assert image.width == WIDTH
    for box in (
        (0, 0, 4, image.height),
        (image.width - 4, 0, image.width, image.height),
        (0, 0, image.width, 4),
        (0, image.height - 4, image.width, image.height),
    ):
        assert image.crop(box).getcolors() == [
            ((box[2] - box[0]) * (box[3] - box[1]), (255, 255, 255))
        ]


def test_text_without_a_font_becomes_what_the_member_is() -> None:
    unknown = "\U0001fbf0\ue000a"  # a private letter that no font has
    network = Network(
        (Member("m1", unknown, relationship=Relationship.GP, kind=Kind.PROFESSIONAL, circle=1),)
    )
    plain = network.changed("m1", label="Gp")
    assert "GP" in render_svg(network)
    assert len(render_png(render_svg(network))) == pytest.approx(
        len(render_png(render_svg(plain))), rel=0.05
    )


def test_something_that_is_not_svg_is_refused() -> None:
    with pytest.raises(ValueError):
        render_png("no picture")


@pytest.mark.parametrize("title", ["My map", "The people and places around me", "Fy map i"])
def test_the_title_touches_nothing(title: str) -> None:
    words = PictureWords(title=title)
    layout = layout_of(crowd(40, circle=3), words)
    right, bottom = 40 + text_width(title, 38, bold=True), 70.0
    for heading in layout.captions:
        assert heading.box.left > right or heading.box.top > bottom
    for place in layout.places:
        assert place.icon_box.left > right or place.icon_box.top > bottom
    near = math.hypot(layout.centre[0] - right, layout.centre[1] - bottom)
    assert near > layout.rings[2] or right > layout.centre[0]
