"""Where everything on the map goes: members in their circle, by kind in sectors.

Members are placed one after the other in the order they were named, each at the best free
spot of its circle, so adding a member leaves the others where they are. Where there is no free
spot, everybody is drawn smaller at the same spot. Where that would be too small to read, the
circles get taller: what is above "me" stays together, and so does what is below.
Nothing here is random.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.network.fonts import ELLIPSIS, has_glyphs, shortened, text_width, wrapped
from bot.network.model import FAMILY, Code, Kind, Member, Network, Status

WIDTH = 1080
MARGIN = 20
YOU_RADIUS = 60
_WHOLE = WIDTH / 2 - MARGIN


class Group(Code):
    """What the picture tells apart by place, colour and shape."""

    FAMILY = "family"
    PEOPLE = "people"
    PROFESSIONAL = "professional"
    GROUP = "group"
    ONLINE = "online"
    PET = "pet"


# Middle and half width of each sector in degrees, clockwise from the top.
SECTORS: dict[Group, tuple[float, float]] = {
    Group.FAMILY: (310, 44),
    Group.PEOPLE: (50, 44),
    Group.PROFESSIONAL: (128, 30),
    Group.GROUP: (184, 22),
    Group.ONLINE: (220, 12),
    Group.PET: (248, 14),
}


def group_of(member: Member) -> Group:
    """The sector of a member."""
    if member.kind is Kind.PERSON:
        return Group.FAMILY if member.relationship in FAMILY else Group.PEOPLE
    return Group(member.kind.value)


@dataclass(frozen=True)
class Box:
    """A rectangle in px, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Place:
    """One member on the picture.

    Attributes:
        x, y: middle of the icon.
        radius: of the icon.
        lines: the label as drawn; a long one is wrapped or cut.
        font: size of the label.
        anchor: "middle" (label below the icon) or "start" (label to its right).
        label_box: what the label covers.
        stand_in: shown where no font has the letters of the label; empty if not needed.
    """

    key: str
    group: Group
    x: float
    y: float
    radius: float
    lines: tuple[str, ...]
    font: float
    anchor: str
    label_box: Box
    stand_in: str = ""

    @property
    def icon_box(self) -> Box:
        """What the icon covers."""
        r = self.radius
        return Box(self.x - r, self.y - r, self.x + r, self.y + r)


@dataclass(frozen=True)
class Heading:
    """A line of text with its box; ``x`` is its middle or its start."""

    text: str
    x: float
    y: float
    font: float
    box: Box


@dataclass(frozen=True)
class Layout:
    """The whole picture in px of a canvas ``width`` by ``height``.

    Attributes:
        rings: radii of the three circles, the inner one first.
        stretch: px by which each circle is taller than wide; 0 unless the map is very full.
        captions: a name for each circle.
        places: members in the circles.
        tray: members beside them, under ``tray_headings``.
    """

    width: float
    height: float
    centre: tuple[float, float]
    rings: tuple[float, float, float]
    stretch: float
    captions: tuple[Heading, ...]
    places: tuple[Place, ...]
    tray: tuple[Place, ...]
    tray_headings: tuple[Heading, ...]
    tray_bottom: float

    def from_middle(self, x: _Array, y: _Array) -> _Array:
        """How far points are from the middle; a ring's line is where it is the ring's radius."""
        return _from_middle(x - self.centre[0], y - self.centre[1], self.stretch)


@dataclass(frozen=True)
class _Style:
    """How large everybody is drawn.

    Attributes:
        font: size of the labels; all else of a label goes with it.
        icon: radius of the icons.
        reach: how many degrees beyond its sector a member may sit.
        stretch: px by which the circles are taller than wide.
    """

    font: float
    icon: float
    reach: float
    stretch: float = 0.0


_RINGS = (0.48, 0.73, 1.0)
_STYLES = (
    _Style(40, 34, 45),
    _Style(35, 30, 50),
    _Style(32, 28, 65),
    _Style(29, 25, 80),
    *(_Style(27, 23, 110, stretch) for stretch in range(0, 241, 80)),
    *(_Style(25, 21, 180, stretch) for stretch in range(240, 481, 80)),
    _Style(23, 20, 180, 480),
)
_GROWTH = 80
_CAPTION_FONT = 27.0
_WRAP, _LONGEST, _LINES, _LEADING = 6.0, 7.8, 3, 1.18  # of labels, in em


def _styles() -> Iterator[_Style]:
    """From large to small, and then taller without end, so that any map fits."""
    yield from _STYLES
    for step in itertools.count(1):
        yield replace(_STYLES[-1], stretch=_STYLES[-1].stretch + step * _GROWTH)


@dataclass(frozen=True)
class _Label:
    """A label in em, so that its lines break alike at any size."""

    lines: tuple[str, ...]
    width: float

    @property
    def height(self) -> float:
        return len(self.lines) * _LEADING


def _label(text: str, stand_in: str) -> _Label:
    em = 100.0
    # A long word may stick out a little rather than be broken.
    longest = max(text_width(word, em) for word in text.split() or [""])
    width = min(max(_WRAP * em, longest), _LONGEST * em)
    lines = wrapped(text, width, em, _LINES) or (ELLIPSIS,)
    return _Label(lines, max(text_width(line, em) for line in (*lines, stand_in)) / em)


_Array = NDArray[np.float64]


def _from_middle(x: _Array, y: _Array, stretch: float) -> _Array:
    """How far points are from the middle of circles that are ``stretch`` px taller than wide."""
    return np.hypot(x, np.maximum(0, np.abs(y) - stretch / 2))


@dataclass(frozen=True)
class _Spots:
    """Spots of one ring within reach of a sector, from the middle of the picture, in px.

    Attributes:
        cost: how far from the middle of the sector, around the ring and across it.
    """

    x: _Array
    y: _Array
    cost: _Array


@lru_cache(maxsize=256)
def _spots(inner: float, outer: float, group: Group, style: _Style) -> _Spots:
    """Spots between two radii, at most ``style.reach`` degrees beyond the sector of ``group``."""
    half = style.stretch / 2
    parts = []
    for radius in np.linspace(inner, outer, max(2, round((outer - inner) / 15) + 1)):
        count = max(12, round(2 * math.pi * radius / 20))
        angle = np.arange(count) * (2 * math.pi / count)
        x, y = radius * np.sin(angle), -radius * np.cos(angle)
        parts.append((x, y + np.where(y < 0, -half, half), angle))
        if half:
            down = np.arange(-half, half, 20)
            for side in (1, -1):
                straight = np.full(len(down), side * radius)
                parts.append((straight, down, np.full(len(down), side * math.pi / 2)))
    x, y, angle = (np.concatenate(values) for values in zip(*parts, strict=True))
    middle, spread = (math.radians(value) for value in SECTORS[group])
    turn = np.abs((angle - middle + math.pi) % (2 * math.pi) - math.pi)
    beyond = np.maximum(0, turn - spread)
    radius = _from_middle(x, y, style.stretch)
    cost = (0.12 * turn + 2.0 * beyond) * radius + 0.3 * np.abs(radius - (inner + outer) / 2)
    near = beyond <= math.radians(style.reach)
    return _Spots(x[near], y[near], cost[near])


_Seat = tuple[float, float]
"""The middle of a member's icon, from the middle of the picture, in px."""


def _best_seat(
    member: Member,
    label: _Label,
    style: _Style,
    seated: Sequence[tuple[_Seat, _Label]],
    obstacles: Sequence[Box],
) -> _Seat | None:
    """The best free seat for a member beside those who are seated; ``None`` if there is none.

    Args:
        obstacles: what no member may cover, from the middle of the picture.
    """
    icon, font = style.icon, style.font
    edges = (float(YOU_RADIUS), *(part * _WHOLE for part in _RINGS))
    inner, outer = edges[(member.circle or 3) - 1 :][:2]
    low = inner + icon + 4
    spots = _spots(low, max(outer - icon - 5, low + 1), group_of(member), style)
    x, y = spots.x, spots.y
    half, height = max(label.width * font / 2, icon), label.height * font
    taken = [(b.left, b.top, b.right, b.bottom) for b in obstacles]
    for (at_x, at_y), other in seated:
        wide = max(other.width * font / 2, icon)
        bottom = at_y + icon + 4 + other.height * font
        taken.append((at_x - wide, at_y - icon, at_x + wide, bottom))
    boxes = np.array(taken).T
    # The gap is 10 px sideways and 8 px up and down; a row for each box, a column a spot.
    hit = (
        (x < boxes[2][:, None] + (half + 10))
        & (x > boxes[0][:, None] - (half + 10))
        & (y < boxes[3][:, None] + (icon + 8))
        & (y > boxes[1][:, None] - (icon + height + 12))
    ).any(axis=0)
    (open_,) = np.nonzero(~hit & (np.abs(x) + half <= (WIDTH - MARGIN) / 2))
    if not len(open_):
        return None
    x, y, cost = x[open_], y[open_], spots.cost[open_]
    label_at = _from_middle(x, y + icon + 4 + height / 2, style.stretch)
    cost = cost + np.maximum(0, label_at - outer) + 0.6 * np.maximum(0, inner - label_at)
    if seated:
        placed = np.array([seat for seat, _ in seated]).T
        apart = (x[:, None] - placed[0]) ** 2 + (y[:, None] - placed[1]) ** 2
        reach = 8.3 * font - 20
        cost += 95 * (np.maximum(0, 1 - apart / reach**2) ** 2).sum(axis=1)
    # Rounded, so that the last bit of a float cannot decide on another machine.
    best = int(np.argmin(np.round(cost, 3)))
    return round(float(x[best]), 1), round(float(y[best]), 1)


def _taller(seat: _Seat, growth: float) -> _Seat:
    """Where a seat goes when the circles get taller by ``growth`` px: out with its half."""
    return seat[0], seat[1] + (growth / 2 if seat[1] >= 0 else -growth / 2)


def place_members(
    network: Network,
    captions: tuple[str, str, str],
    tray_titles: tuple[str, str, str],
    stand_in: Callable[[Member], str],
    top: float,
) -> Layout:
    """The layout of ``network``.

    Args:
        network: ego's network; of any size.
        captions: names of the three circles, the inner one first.
        tray_titles: headings for members not placed, out of touch, and remembered.
        stand_in: what to show of a member where no font has the letters of the label.
        top: px above the circles.
    """
    inside = [m for m in network.active if m.circle is not None]
    others = {m.key: stand_in(m) for m in network.members if not has_glyphs(m.label)}
    labels = [_label(m.label, others.get(m.key, "")) for m in inside]
    rings = tuple(round(part * _WHOLE, 1) for part in _RINGS)
    styles = _styles()
    style = next(styles)
    seats: list[_Seat] = []
    while len(seats) < len(inside):
        heads = [_caption(*c, (0, 0), style.stretch) for c in zip(captions, rings, strict=True)]
        you = YOU_RADIUS + 6
        obstacles = [Box(-you, -you, you, you), *(h.box for h in heads)]
        number = len(seats)
        seated = list(zip(seats, labels, strict=False))
        seat = _best_seat(inside[number], labels[number], style, seated, obstacles)
        if seat is not None:
            seats.append(seat)
        else:
            last, style = style, next(styles)
            seats = [_taller(s, style.stretch - last.stretch) for s in seats]
    centre = (WIDTH / 2, top + _WHOLE + style.stretch / 2)
    places = tuple(
        _below(member, seat, centre, label, style, others.get(member.key, ""))
        for member, seat, label in zip(inside, seats, labels, strict=True)
    )
    lowest = max((p.label_box.bottom for p in places), default=0)
    start = max(centre[1] + style.stretch / 2 + _WHOLE, lowest) + 34
    tray, headings, bottom = _tray(network, tray_titles, others, start)
    return Layout(
        width=WIDTH,
        height=bottom,
        centre=centre,
        rings=(rings[0], rings[1], rings[2]),
        stretch=style.stretch,
        captions=tuple(
            _caption(*c, centre, style.stretch) for c in zip(captions, rings, strict=True)
        ),
        places=places,
        tray=tray,
        tray_headings=headings,
        tray_bottom=bottom,
    )


def _caption(text: str, ring: float, centre: tuple[float, float], stretch: float) -> Heading:
    x, y = centre[0], centre[1] - stretch / 2 - ring
    wide, high = text_width(text, _CAPTION_FONT) / 2 + 18, _CAPTION_FONT * 0.85
    return Heading(text, x, y, _CAPTION_FONT, Box(x - wide, y - high, x + wide, y + high))


def _below(
    member: Member,
    seat: _Seat,
    centre: tuple[float, float],
    label: _Label,
    style: _Style,
    stand_in: str,
) -> Place:
    font, icon = style.font, style.icon
    x, y = (round(c + v, 1) for c, v in zip(centre, seat, strict=True))
    top, half = y + icon + 4, label.width * font / 2
    box = Box(x - half, top, x + half, top + label.height * font)
    return Place(
        member.key, group_of(member), x, y, icon, label.lines, font, "middle", box, stand_in
    )


def _tray(
    network: Network,
    titles: tuple[str, str, str],
    stand_ins: dict[str, str],
    top: float,
) -> tuple[tuple[Place, ...], tuple[Heading, ...], float]:
    """Members who are not in a circle, in rows under their headings."""
    sections = (
        (titles[0], [m for m in network.active if m.circle is None]),
        (titles[1], [m for m in network.members if m.status is Status.LOST_TOUCH]),
        (titles[2], [m for m in network.members if m.status is Status.DIED]),
    )
    font, icon, margin, size = 27.0, 22.0, 40.0, 25.0
    limit = WIDTH - margin
    places: list[Place] = []
    headings: list[Heading] = []
    y = top
    for title, members in sections:
        if not members:
            continue
        wide = text_width(title, size, bold=True)
        headings.append(
            Heading(title, margin, y + size, size, Box(margin, y, margin + wide, y + size * 1.25))
        )
        y += size * 1.25 + 14
        x = margin
        for member in members:
            text = shortened(member.label, limit - margin - 3 * icon, font)
            stand_in = stand_ins.get(member.key, "")
            width = max(text_width(text, font), text_width(stand_in, font))
            whole = 2 * icon + 10 + width
            if x > margin and x + whole > limit:
                x, y = margin, y + 2 * icon + 16
            left, middle = x + 2 * icon + 10, y + icon
            box = Box(left, middle - font * 0.6, left + width, middle + font * 0.6)
            places.append(
                Place(
                    member.key,
                    group_of(member),
                    round(x + icon, 1),
                    round(middle, 1),
                    icon,
                    (text,),
                    font,
                    "start",
                    box,
                    stand_in,
                )
            )
            x += whole + 34
        y += 2 * icon + 28
    return tuple(places), tuple(headings), y
