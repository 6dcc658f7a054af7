"""Where everything on the map goes: members in their circle, by kind in sectors.

Members are placed one after the other in the order they were named, each at the best free
spot of its circle, so adding a member leaves the others where they are. Only when a circle
is full does the picture go to a tighter arrangement, in which everybody stays where they were
in the last one that had room, or as near to it as the new circles allow.
Nothing here is random.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.network.fonts import ELLIPSIS, has_glyphs, shortened, text_width, wrapped
from bot.network.model import FAMILY, Code, Kind, Member, Network, Status

WIDTH = 1080
MARGIN = 20
YOU_RADIUS = 60


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
        scale: 1, or more where the map is so full that everything is drawn smaller.
        rings: radii of the three circles, the inner one first.
        captions: a name for each circle.
        places: members in the circles.
        tray: members beside them, under ``tray_headings``.
    """

    width: float
    height: float
    scale: float
    centre: tuple[float, float]
    rings: tuple[float, float, float]
    captions: tuple[Heading, ...]
    places: tuple[Place, ...]
    tray: tuple[Place, ...]
    tray_headings: tuple[Heading, ...]
    tray_bottom: float


@dataclass(frozen=True)
class _Style:
    font: float
    icon: float
    wrap: float
    lines: int
    reach: float
    scale: float
    rings: tuple[float, float, float]


_RINGS = (
    (0.48, 0.73, 1.0),
    (0.54, 0.77, 1.0),
    (0.37, 0.76, 1.0),
    (0.66, 0.83, 1.0),
    (0.35, 0.58, 1.0),
    (0.36, 0.84, 1.0),
    (0.30, 0.48, 1.0),
    (0.78, 0.89, 1.0),
)
# Font, radius of the icons, width at which labels wrap, lines, and how many degrees beyond its
# sector a member may sit.
_TEXT = (
    (40.0, 34.0, 240.0, 3, 45.0),
    (35.0, 30.0, 215.0, 3, 50.0),
    (30.0, 27.0, 190.0, 3, 55.0),
    (27.0, 23.0, 165.0, 3, 65.0),
    (24.0, 20.0, 145.0, 3, 80.0),
    (23.0, 19.0, 130.0, 3, 180.0),
    (23.0, 19.0, 110.0, 2, 180.0),
)
_CAPTION_FONT = 27.0
_GROWTH = 1.12
_STAY = 0.7  # what each px of a move costs where the picture gets tighter
_PACKED = 0.58  # the part of a circle's area that boxes can fill


def _styles() -> Iterator[_Style]:
    """From roomy to tight; the last ones grow without end, so that any map fits."""
    # Few arrangements of the circles for the larger text: each change moves members.
    for text, arrangements in zip(_TEXT, (1, 1, 1, 2, 4, 8, 8), strict=True):
        for rings in _RINGS[:arrangements]:
            yield _Style(*text, scale=1.0, rings=rings)
    scale = _GROWTH
    while True:
        for rings in _RINGS:
            yield _Style(*_TEXT[-1], scale=scale, rings=rings)
        scale *= _GROWTH


_Labels = dict[str, tuple[tuple[str, ...], float, float]]


def _labels(members: Sequence[Member], style: _Style, stand_ins: dict[str, str]) -> _Labels:
    """Lines, width and height of each member's label."""
    result: _Labels = {}
    for member in members:
        # A long word may stick out a little rather than be broken.
        longest = max(text_width(word, style.font) for word in member.label.split() or [""])
        width = min(max(style.wrap, longest), 1.3 * style.wrap)
        lines = wrapped(member.label, width, style.font, style.lines) or (ELLIPSIS,)
        widest = max(text_width(line, style.font) for line in lines)
        if member.key in stand_ins:
            widest = max(widest, text_width(stand_ins[member.key], style.font))
        result[member.key] = (lines, widest, len(lines) * style.font * 1.18)
    return result


def _plausible(
    members: Sequence[Member], labels: _Labels, style: _Style, captions: Sequence[float]
) -> int:
    """How many members, from the first on, each circle could hold by area.

    Spares hopeless tries.
    """
    outer = (WIDTH / 2 - MARGIN) * style.scale
    inner = float(YOU_RADIUS)
    room = []
    for part, caption in zip(style.rings, captions, strict=True):
        radius = part * outer
        room.append((math.pi * (radius**2 - inner**2) - caption * 40) * _PACKED)
        inner = radius
    for number, member in enumerate(members):
        _, width, height = labels[member.key]
        circle = (member.circle or 3) - 1
        room[circle] -= (max(width, 2 * style.icon) + 12) * (height + 2 * style.icon + 14)
        if room[circle] < 0:
            return number
    return len(members)


_Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Spots:
    """Spots of one ring within reach of a sector, around the middle of the picture."""

    x: _Array
    y: _Array
    cost: _Array


@lru_cache(maxsize=256)
def _spots(inner: float, outer: float, group: Group, reach: float) -> _Spots:
    """Spots between two radii, at most ``reach`` degrees beyond the sector of ``group``."""
    radii, angles = [], []
    for radius in np.linspace(inner, outer, max(2, round((outer - inner) / 15) + 1)):
        count = max(12, round(2 * math.pi * radius / 20))
        radii.append(np.full(count, radius))
        angles.append(np.arange(count) * (2 * math.pi / count))
    radius, angle = np.concatenate(radii), np.concatenate(angles)
    middle, spread = SECTORS[group]
    turn = np.abs((angle - math.radians(middle) + math.pi) % (2 * math.pi) - math.pi)
    near = turn <= math.radians(spread + reach)
    x, y = radius[near] * np.sin(angle[near]), -radius[near] * np.cos(angle[near])
    return _Spots(x, y, _sector_cost(x, y, inner, outer, group))


def _sector_cost(x: _Array, y: _Array, inner: float, outer: float, group: Group) -> _Array:
    """How far spots are from the middle of a sector, around its ring and across it."""
    radius = np.hypot(x, y)
    middle, spread = (math.radians(value) for value in SECTORS[group])
    turn = np.abs((np.arctan2(x, -y) - middle + math.pi) % (2 * math.pi) - math.pi)
    beyond = np.maximum(0, turn - spread)
    across = np.abs(radius - (inner + outer) / 2)
    return np.asarray((0.12 * turn + 2.0 * beyond) * radius + 0.3 * across, dtype=np.float64)


_Seats = dict[str, tuple[float, float]]
"""The middle of each member's icon, from the middle of the picture, in px before scaling."""


def _seat(
    members: Sequence[Member],
    labels: _Labels,
    style: _Style,
    centre: tuple[float, float],
    obstacles: Sequence[Box],
    before: _Seats,
) -> _Seats:
    """Seats of the members, up to the first one who finds no free spot.

    Args:
        before: seats in the last arrangement that had room; who had one stays near it.
    """
    cx, cy = centre
    whole = (WIDTH / 2 - MARGIN) * style.scale
    edges = (float(YOU_RADIUS), *(part * whole for part in style.rings))
    taken = [(b.left, b.top, b.right, b.bottom) for b in obstacles]
    spots: list[tuple[float, float]] = []
    seats: _Seats = {}
    icon = style.icon
    for member in members:
        circle = member.circle or 3
        inner, outer = edges[circle - 1], edges[circle]
        low = inner + icon + 4
        high = max(outer - icon - 5, low + 1)
        ring = _spots(low, high, group_of(member), style.reach)
        x, y, cost = ring.x, ring.y, ring.cost
        if member.key in before:
            was_x, was_y = (value * style.scale for value in before[member.key])
            away = math.hypot(was_x, was_y)
            near = min(max(away, low), high) / away
            x, y = np.append(x, was_x * near), np.append(y, was_y * near)
            cost = np.append(cost, _sector_cost(x[-1:], y[-1:], low, high, group_of(member)))
            cost = cost + _STAY * np.hypot(x - was_x, y - was_y)
        x, y = cx + x, cy + y
        _, width, height = labels[member.key]
        half = max(width / 2, icon)
        left, right = x - half, x + half
        boxes = np.array(taken).T
        # The gap is 10 px sideways and 8 px up and down; a row for each box, a column a spot.
        hit = (
            (x < boxes[2][:, None] + (half + 10))
            & (x > boxes[0][:, None] - (half + 10))
            & (y < boxes[3][:, None] + (icon + 8))
            & (y > boxes[1][:, None] - (icon + height + 12))
        ).any(axis=0)
        free = ~hit & (left >= MARGIN / 2) & (right <= style.scale * WIDTH - MARGIN / 2)
        (open_,) = np.nonzero(free)
        if not len(open_):
            break
        x, y, cost = x[open_], y[open_], cost[open_]
        label_at = np.hypot(x - cx, y + icon + 4 + height / 2 - cy)
        cost = cost + np.maximum(0, label_at - outer) + 0.6 * np.maximum(0, inner - label_at)
        if spots:
            placed = np.array(spots).T
            apart = (x[:, None] - placed[0]) ** 2 + (y[:, None] - placed[1]) ** 2
            reach = (8.3 * style.font - 20) * style.scale
            cost += 95 * (np.maximum(0, 1 - apart / reach**2) ** 2).sum(axis=1)
        # Rounded, so that the last bit of a float cannot decide on another machine.
        best = int(np.argmin(np.round(cost, 3)))
        px, py = round(float(x[best]), 1), round(float(y[best]), 1)
        seats[member.key] = ((px - cx) / style.scale, (py - cy) / style.scale)
        spots.append((px, py))
        taken.append((px - half, py - icon, px + half, py + icon + 4 + height))
    return seats


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
    caption_widths = [text_width(c, _CAPTION_FONT) + 36 for c in captions]
    before: _Seats = {}
    for style in _styles():
        labels = _labels(inside, style, others)
        hopeful = inside[: _plausible(inside, labels, style, caption_widths)]
        # A map of fewer members was drawn in the first style that had room for them: theirs are
        # the seats to keep.
        if inside and len(hopeful) <= len(before):
            continue
        s = style.scale
        whole = (WIDTH / 2 - MARGIN) * s
        centre = (WIDTH / 2 * s, top * s + whole)
        rings = tuple(round(part * whole, 1) for part in style.rings)
        heads = tuple(
            _caption(text, centre, ring, _CAPTION_FONT * s, width * s)
            for text, ring, width in zip(captions, rings, caption_widths, strict=True)
        )
        you = YOU_RADIUS + 6
        core = Box(centre[0] - you, centre[1] - you, centre[0] + you, centre[1] + you)
        seats = _seat(hopeful, labels, style, centre, [core, *(h.box for h in heads)], before)
        if len(seats) == len(inside):
            break
        if len(seats) > len(before):
            before = seats
    places = tuple(
        _below(m, seats[m.key], centre, labels[m.key], style, others.get(m.key, "")) for m in inside
    )
    lowest = max((p.label_box.bottom for p in places), default=0)
    start = max(centre[1] + whole, lowest) + 34 * s
    tray, headings, bottom = _tray(network, tray_titles, others, start, s)
    return Layout(
        width=round(WIDTH * s, 1),
        height=bottom,
        scale=s,
        centre=centre,
        rings=(rings[0], rings[1], rings[2]),
        captions=heads,
        places=places,
        tray=tray,
        tray_headings=headings,
        tray_bottom=bottom,
    )


def _caption(
    text: str, centre: tuple[float, float], ring: float, font: float, width: float
) -> Heading:
    x, y = centre[0], centre[1] - ring
    half = font * 0.85
    return Heading(text, x, y, font, Box(x - width / 2, y - half, x + width / 2, y + half))


def _below(
    member: Member,
    seat: tuple[float, float],
    centre: tuple[float, float],
    label: tuple[tuple[str, ...], float, float],
    style: _Style,
    stand_in: str,
) -> Place:
    lines, width, height = label
    x, y = (round(c + v * style.scale, 1) for c, v in zip(centre, seat, strict=True))
    top = y + style.icon + 4
    box = Box(x - width / 2, top, x + width / 2, top + height)
    return Place(
        member.key, group_of(member), x, y, style.icon, lines, style.font, "middle", box, stand_in
    )


def _tray(
    network: Network,
    titles: tuple[str, str, str],
    stand_ins: dict[str, str],
    top: float,
    scale: float,
) -> tuple[tuple[Place, ...], tuple[Heading, ...], float]:
    """Members who are not in a circle, in rows under their headings."""
    sections = (
        (titles[0], [m for m in network.active if m.circle is None]),
        (titles[1], [m for m in network.members if m.status is Status.LOST_TOUCH]),
        (titles[2], [m for m in network.members if m.status is Status.DIED]),
    )
    font, icon, margin = 27 * scale, 22 * scale, 40 * scale
    limit = (WIDTH - 40) * scale
    places: list[Place] = []
    headings: list[Heading] = []
    y = top
    for title, members in sections:
        if not members:
            continue
        size = 25 * scale
        wide = text_width(title, size, bold=True)
        headings.append(
            Heading(title, margin, y + size, size, Box(margin, y, margin + wide, y + size * 1.25))
        )
        y += size * 1.25 + 14 * scale
        x = margin
        for member in members:
            text = shortened(member.label, limit - margin - 3 * icon, font)
            stand_in = stand_ins.get(member.key, "")
            width = max(text_width(text, font), text_width(stand_in, font))
            whole = 2 * icon + 10 * scale + width
            if x > margin and x + whole > limit:
                x, y = margin, y + 2 * icon + 16 * scale
            left, middle = x + 2 * icon + 10 * scale, y + icon
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
            x += whole + 34 * scale
        y += 2 * icon + 28 * scale
    return tuple(places), tuple(headings), y
