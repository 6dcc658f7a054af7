"""The picture: nothing overlaps, nothing leaves the canvas, nothing jumps about."""

from __future__ import annotations

import hashlib
import io
import math
import re
from collections.abc import Callable
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from PIL import Image, ImageFont

from benchmarks.sample_maps import sample_map
from bot.network import picture
from bot.network.fonts import font_files, has_glyphs, shortened, text_width, wrapped
from bot.network.layout import WIDTH, YOU_RADIUS, Box, Group, Layout
from bot.network.model import Kind, Member, Network, Relationship, Status
from bot.network.phrases import PictureWords
from bot.network.picture import layout_of, render_png, render_svg
from tests.network.strategies import AWKWARD_NAMES, crowd, networks

SVG = "{http://www.w3.org/2000/svg}"


def check(layout: Layout, size: int) -> None:
    places = (*layout.places, *layout.tray)
    assert len(places) == size
    headings = (*layout.captions, *layout.tray_headings)
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
        assert math.dist(layout.centre, (place.x, place.y)) > place.radius + 40


def from_middle(layout: Layout, x: float, y: float) -> float:
    """How far a point is from the nearest point of the line in the middle of tall circles."""
    cx, cy = layout.centre
    return math.hypot(x - cx, max(0.0, abs(y - cy) - layout.stretch / 2))


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
        away = from_middle(layout, place.x, place.y)
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


def in_one_circle(circle: int, label: str) -> Callable[[int], Network]:
    return lambda size: crowd(size, circle, label)


GROWING = [
    crowd,
    sample_map,
    in_one_circle(1, "Anna"),
    in_one_circle(2, "W" * 40),
    in_one_circle(3, "The Thursday afternoon walking group (NW)"),
]


@pytest.mark.parametrize("draw", GROWING)
def test_while_a_map_grows_nobody_is_reshuffled(draw: Callable[[int], Network]) -> None:
    last = layout_of(draw(0))
    for size in range(1, 41):
        layout = layout_of(draw(size))
        # The map may get taller: then all that was above "me" stays, and all else goes down.
        taller = layout.stretch - last.stretch
        assert taller >= 0
        for before, now in zip(last.places, layout.places, strict=False):
            down = now.y - before.y
            assert (before.key, before.x) == (now.key, now.x)
            assert down == pytest.approx(taller if before.y >= last.centre[1] else 0)
        last = layout


@pytest.mark.parametrize("draw", GROWING)
def test_labels_are_large_enough_for_a_phone(draw: Callable[[int], Network]) -> None:
    for size in range(1, 41):
        layout = layout_of(draw(size))
        assert layout.width == WIDTH
        assert min(p.font for p in layout.places) >= 22


def test_a_map_of_few_has_labels_to_read_on_a_phone() -> None:
    # A phone shows the picture about 390 points wide; 14 points is the text of its own menus.
    for size in range(1, 9):
        assert min(p.font for p in layout_of(sample_map(size)).places) * 390 / WIDTH >= 14


Point = tuple[float, float]


def lines_in(svg: str) -> list[list[list[Point]]]:
    """Points along each tie of a picture, a list for each piece that is seen."""
    number = r"(-?[\d.]+)"
    piece = re.compile(rf"M{number} {number}Q{number} {number} {number} {number}")
    lines = []
    for path in re.findall(r'<path d="([^"]*)"/>', svg[svg.index('<g class="ties"') :]):
        pieces = []
        for x1, y1, x2, y2, x3, y3 in (map(float, found) for found in piece.findall(path)):
            steps = [step / 100 for step in range(101)]
            pieces.append(
                [
                    (
                        (1 - t) ** 2 * x1 + 2 * t * (1 - t) * x2 + t * t * x3,
                        (1 - t) ** 2 * y1 + 2 * t * (1 - t) * y2 + t * t * y3,
                    )
                    for t in steps
                ]
            )
        lines.append(pieces)
    return lines


def covers(box: Box, x: float, y: float) -> bool:
    return box.left < x < box.right and box.top < y < box.bottom


@pytest.mark.parametrize("network", [*map(sample_map, (8, 19, 25, 40)), *map(crowd, (8, 25, 40))])
def test_a_tie_is_seen_and_runs_through_no_name(network: Network) -> None:
    layout, lines = layout_of(network), lines_in(render_svg(network))
    placed = {p.key for p in layout.places}
    assert len(lines) == len([tie for tie in network.ties if tie <= placed]) > 0
    for pieces in lines:
        assert pieces
        for x, y in (point for piece in pieces for point in piece):
            assert not any(covers(p.label_box, x, y) for p in layout.places)
            assert 0 < x < layout.width and 0 < y < layout.height


@pytest.mark.parametrize("size", [8, 19, 25, 40])
def test_a_tie_runs_behind_nobody_else(size: int) -> None:
    network = sample_map(size)
    layout = layout_of(network)
    places = {p.key: p for p in layout.places}
    ties = sorted(tuple(sorted(tie)) for tie in network.ties if tie <= places.keys())
    for tie, pieces in zip(ties, lines_in(render_svg(network)), strict=True):
        for x, y in (point for piece in pieces for point in piece):
            assert math.dist((x, y), layout.centre) > YOU_RADIUS
            for key, place in places.items():
                assert key in tie or math.dist((x, y), (place.x, place.y)) > place.radius


@pytest.mark.parametrize("network", [sample_map(25), crowd(12), crowd(40)])
def test_the_line_of_a_circle_runs_through_no_name(network: Network) -> None:
    layout, svg = layout_of(network), render_svg(network)
    found = re.findall(r'<rect[^>]* rx="([\d.]+)"[^>]* stroke-dasharray="([^"]*)"', svg)
    assert found
    cx, cy = layout.centre
    for radius, dashes in ((float(r), [float(d) for d in ds.split()]) for r, ds in found):
        quarter, side = math.pi * radius / 2, layout.stretch
        assert sum(dashes) == pytest.approx(4 * quarter + 2 * side, abs=2)
        start = 0.0
        for number, length in enumerate(dashes):
            along = [start + step for step in range(1, int(length))]
            start += length
            for way in () if number % 2 else along:
                # Clockwise from the top: a quarter, the right side, a half, the left side.
                right = min(max(way - quarter, 0), side)
                left = min(max(way - 3 * quarter - side, 0), side)
                turn = (way - right - left) / radius
                x = cx + radius * math.sin(turn)
                y = cy - side / 2 + right - left - radius * math.cos(turn)
                assert not any(covers(p.label_box, x, y) for p in layout.places)


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
    near = from_middle(layout, right, bottom)
    assert near > layout.rings[2] or right > layout.centre[0]
