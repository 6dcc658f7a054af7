"""The lines of the map: ties bend around whom they do not join, and nothing runs through a name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.network.layout import MARGIN, YOU_RADIUS, Box, Layout, Place

_Array = NDArray[np.float64]

Point = tuple[float, float]
Piece = tuple[Point, Point, Point]
"""A quadratic curve: its start, its control point and its end, in px."""

# Ways to bend, the gentlest first: what it costs, and how far the control point goes aside (in
# px) and along the line (as a part of it).
_BENDS = np.array(
    sorted(
        (aside + 60 * abs(along), side * aside, along)
        for aside in (0, 25, 45, 65, 90, 120, 150, 190, 240, 300)
        for side in ((1, -1) if aside else (1,))
        for along in ((0.0, 0.2, -0.2, 0.4, -0.4) if aside else (0.0,))
    )
)
_AT_ONCE = 14  # bends that are looked at together
_MANY = 150  # lines of which nobody could follow one; each takes the best of the gentlest bends
_ALONG = np.linspace(0, 1, 49)
_ALONG_FINELY = np.linspace(0, 1, 201)

# What meeting each is worth in px of bending aside, and each px that is hidden there.
_ICON, _OUTSIDE = 2000.0, 20.0
_LABEL, _CAPTION, _OWN = (300.0, 3.0), (200.0, 0.0), (0.0, 1.5)
_CLEAR, _GAP = 6.0, 2.0  # px between a line and a label: to look for, and to hold
_SHORT = 20.0  # px of a line between labels that are too few to be seen as one


def lines_of(ties: Sequence[tuple[str, str]], layout: Layout) -> Iterator[tuple[Piece, ...]]:
    """The line of each tie, in the pieces that are seen.

    It bends around all others (a line into an icon looks like a tie of its own) and around
    labels, as far as it can. Where it cannot, it stops before a label and goes on behind it.

    Args:
        ties: keys of two members who are in the circles.
        layout: where they are.
    """
    ways = _Ways(layout)
    places = {p.key: p for p in layout.places}
    for one, two in ties:
        first, second = places[one], places[two]
        whole = ways.best(first, second, _AT_ONCE if len(ties) > _MANY else len(_BENDS))
        yield tuple(_seen(whole, first, second, layout)) or (whole,)


class _Ways:
    """Lines between members and what they meet."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._number = {p.key: number for number, p in enumerate(layout.places)}
        self._icons = np.array(
            [
                *((p.x, p.y, p.radius + 5) for p in layout.places),
                (*layout.centre, YOU_RADIUS + 8.0),
            ]
        ).T
        labels, captions = layout.places, layout.captions
        boxes = [*(p.label_box for p in labels), *(heading.box for heading in captions)]
        self._boxes = _sides(boxes, _CLEAR)
        self._worth = np.array([_LABEL] * len(labels) + [_CAPTION] * len(captions)).T

    def best(self, first: Place, second: Place, bends: int) -> Piece:
        """The line that costs least, of the gentlest ``bends`` ones."""
        start, end = (first.x, first.y), (second.x, second.y)
        run_x, run_y = end[0] - start[0], end[1] - start[1]
        length = math.hypot(run_x, run_y) or 1.0
        usual_x, usual_y = _usual_bend(start, end, self._layout.centre)
        best, least = (usual_x, usual_y), math.inf
        for number in range(0, bends, _AT_ONCE):
            effort, aside, along = _BENDS[number : number + _AT_ONCE].T
            if least <= effort[0]:
                break
            bend_x = usual_x - run_y / length * aside + along * run_x
            bend_y = usual_y + run_x / length * aside + along * run_y
            x = _curve(start[0], bend_x, end[0], _ALONG)
            y = _curve(start[1], bend_y, end[1], _ALONG)
            # Rounded, so that the last bit of a float cannot decide on another machine.
            cost = np.round(effort + self._cost(x, y, (first.key, second.key)), 3)
            found = int(np.argmin(cost))
            if cost[found] < least:
                best, least = (float(bend_x[found]), float(bend_y[found])), float(cost[found])
        return start, best, end

    def _cost(self, x: _Array, y: _Array, ends: tuple[str, str]) -> _Array:
        """What the lines (rows of points) of one tie meet, in px of bending aside."""
        own = [self._number[key] for key in ends]
        bounds = (x.min(), y.min(), x.max(), y.max())
        at_x, at_y, reach = self._icons
        near = _meet((at_x - reach, at_y - reach, at_x + reach, at_y + reach), bounds)
        near[own] = False
        away = (x[..., None] - at_x[near]) ** 2 + (y[..., None] - at_y[near]) ** 2
        icons = (away < reach[near] ** 2).any(axis=1).sum(axis=1)
        near = _meet(self._boxes, bounds)
        worth = self._worth.copy()
        worth[:, own] = np.array([_OWN]).T
        met, hidden = worth[:, near]
        within = _within(x, y, self._boxes[:, near]).sum(axis=1)
        step = np.hypot(np.diff(x), np.diff(y)).mean(axis=1)
        off = np.abs(x - self._layout.centre[0]).max(axis=1) > (self._layout.width - MARGIN) / 2
        outside = (self._layout.from_middle(x, y) > self._layout.rings[2]).sum(axis=1)
        return np.asarray(
            _ICON * (icons + off)
            + (within > 0) @ met
            + step * (within @ hidden)
            + _OUTSIDE * outside,
            dtype=np.float64,
        )


def _usual_bend(start: Point, end: Point, centre: Point) -> Point:
    """Where a line bends: a little towards the middle, and around "me" where it must."""
    mid_x, mid_y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    run_x, run_y = end[0] - start[0], end[1] - start[1]
    length = math.hypot(run_x, run_y) or 1.0
    to_x, to_y = centre[0] - start[0], centre[1] - start[1]
    part = (to_x * run_x + to_y * run_y) / length**2
    side = (run_x * to_y - run_y * to_x) / length
    clear = YOU_RADIUS + 16 - abs(side)
    if clear > 0 and 0 < part < 1:
        # A straight line would run behind "me": pass on the side where it already is.
        part = min(max(part, 0.15), 0.85)
        bend = clear / (2 * part * (1 - part)) * (-1 if side > 0 else 1)
        return mid_x - run_y / length * bend, mid_y + run_x / length * bend
    away_x, away_y = mid_x - centre[0], mid_y - centre[1]
    away = math.hypot(away_x, away_y) or 1.0
    bend = -min(0.14 * away, 0.12 * length)
    return mid_x + away_x / away * bend, mid_y + away_y / away * bend


def dashes_of(radius: float, layout: Layout) -> tuple[float, ...]:
    """Lengths in px of what is seen of a circle's line and of its gaps at labels, in turn.

    They begin at the top and go clockwise, as the outline of an SVG ``rect`` with round corners
    does.
    """
    arc, side = math.pi * radius / 2, layout.stretch
    whole = 4 * arc + 2 * side
    along = np.linspace(0, whole, round(whole / 3) + 1)
    ends = np.cumsum([0, arc, side, 2 * arc, side, arc])
    turned = np.interp(along, ends, np.array([0, 1, 1, 3, 3, 4]) * math.pi / 2)
    half = side / 2
    down = np.interp(along, ends, [-half, -half, half, half, -half, -half])
    x = layout.centre[0] + radius * np.sin(turned)
    y = layout.centre[1] - radius * np.cos(turned) + down
    covered = _within(x, y, _labels(layout)).any(axis=1)
    changes = along[np.flatnonzero(np.diff(covered, prepend=False))]
    return tuple(float(length) for length in np.diff(changes, prepend=0, append=whole))


def _labels(layout: Layout) -> _Array:
    return _sides([p.label_box for p in layout.places], _GAP)


def _sides(boxes: Iterable[Box], gap: float) -> _Array:
    """Left, top, right and bottom of boxes with a gap around them; a column a box."""
    sides = [(b.left - gap, b.top - gap, b.right + gap, b.bottom + gap) for b in boxes]
    return np.array(sides, dtype=np.float64).reshape(-1, 4).T


def _meet(sides: Iterable[_Array], bounds: tuple[float, ...]) -> NDArray[np.bool_]:
    """Which boxes share area with one; spares looking at the others."""
    left, top, right, bottom = sides
    least_x, least_y, most_x, most_y = bounds
    found = (left < most_x) & (right > least_x) & (top < most_y) & (bottom > least_y)
    return np.asarray(found, dtype=np.bool_)


def _within(x: _Array, y: _Array, sides: _Array) -> NDArray[np.bool_]:
    """Which points are within which boxes; the boxes are the last dimension."""
    left, top, right, bottom = sides
    x, y = x[..., None], y[..., None]
    return (x > left) & (x < right) & (y > top) & (y < bottom)


def _curve(start: float, bend: float | _Array, end: float, along: _Array) -> _Array:
    """One coordinate of points along quadratic curves; a row a bend."""
    beside = np.multiply.outer(np.asarray(bend), 2 * along * (1 - along))
    return np.asarray(start * (1 - along) ** 2 + beside + end * along**2, dtype=np.float64)


def _seen(line: Piece, first: Place, second: Place, layout: Layout) -> Iterator[Piece]:
    """The pieces of a line outside of labels."""
    start, bend, end = line
    x = _curve(start[0], bend[0], end[0], _ALONG_FINELY)
    y = _curve(start[1], bend[1], end[1], _ALONG_FINELY)
    covered = _within(x, y, _labels(layout)).any(axis=1)
    # Icons are drawn over the line: a piece of it that is seen nowhere else is none.
    for place in (first, second):
        covered |= np.hypot(x - place.x, y - place.y) < place.radius - 4
    edges = np.flatnonzero(np.diff(covered, prepend=True, append=True))
    for begin, after in edges.reshape(-1, 2):
        seen = slice(begin, after)
        if np.hypot(np.diff(x[seen]), np.diff(y[seen])).sum() >= _SHORT:
            yield _part(line, float(_ALONG_FINELY[begin]), float(_ALONG_FINELY[after - 1]))


def _part(line: Piece, begin: float, end: float) -> Piece:
    """A quadratic curve between two of its parameters."""
    (x0, y0), (x1, y1), (x2, y2) = line

    def blossom(one: float, two: float) -> Point:
        a, b, c = (1 - one) * (1 - two), one * (1 - two) + two * (1 - one), one * two
        return a * x0 + b * x1 + c * x2, a * y0 + b * y1 + c * y2

    return blossom(begin, begin), blossom(begin, end), blossom(end, end)
