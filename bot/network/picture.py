"""The map as a picture: an SVG for pages and screen readers, and the same as a PNG.

Three circles with the person in the middle (the concentric-circle diagram of Kahn and
Antonucci, as used in network-support work); colour *and* shape tell the kinds apart. Who makes
things harder is never drawn.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape, unescape

import pyvips

from bot.network.fonts import FAMILY as FONT
from bot.network.fonts import font_files, has_glyphs, machine_has_glyphs, text_width, wrapped
from bot.network.layout import (
    WIDTH,
    YOU_RADIUS,
    Group,
    Heading,
    Layout,
    Place,
    place_members,
)
from bot.network.lines import Piece, dashes_of, lines_of
from bot.network.model import Member, Network, Status
from bot.network.phrases import ENGLISH, Phrases, PictureWords
from bot.network.words import describe

# Every text colour has a contrast of at least 4.5:1 on every ground below it, and every
# shape and line at least 3:1 (WCAG 2.2 AA); tests/network/test_picture.py works it out.
PAGE = "#ffffff"
GROUNDS = ("#d9e7f5", "#e9f1f9", "#f5f9fd")  # circle 1, 2, 3
RING = "#7d94ad"
INK = "#1b2a3a"
MUTED = "#40536a"
TIE = "#66788d"
LEGEND_FONT = 27.0
YOU = "#1f3350"
COLOURS: dict[Group, str] = {
    Group.FAMILY: "#005eb8",
    Group.PEOPLE: "#a63d00",
    Group.PROFESSIONAL: "#00663a",
    Group.GROUP: "#6a2c91",
    Group.ONLINE: "#8a1f56",
    Group.PET: "#6b4a00",
}

# Characters that XML 1.0 does not allow, which a label could hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _text(value: str) -> str:
    return escape(_NOT_XML.sub("", value))


def _n(value: float) -> str:
    """A number as short as it can be, the same on every machine."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


_BUST = (
    '<circle cx="0" cy="-.27" r=".25" fill="#fff"/>'
    '<path d="M-.48 .46a.48 .46 0 0 1 .96 0z" fill="#fff"/>'
)
_SMALL_BUST = (
    '<circle cx="0" cy="-.22" r=".22" fill="#fff"/>'
    '<path d="M-.4 .42a.4 .4 0 0 1 .8 0z" fill="#fff"/>'
)
# Each shape fits the unit circle. {fill} is the colour of its kind.
SHAPES: dict[Group, str] = {
    Group.FAMILY: f'<circle r=".96" fill="{{fill}}"/>{_BUST}',
    Group.PEOPLE: (
        '<path d="M-.13 -.95Q0 -1.04 .13 -.95L.95 -.13Q1.04 0 .95 .13L.13 .95Q0 1.04 -.13 .95'
        f'L-.95 .13Q-1.04 0 -.95 -.13Z" fill="{{fill}}"/>{_SMALL_BUST}'
    ),
    Group.PROFESSIONAL: (
        '<rect x="-.86" y="-.86" width="1.72" height="1.72" rx=".24" fill="{fill}"/>'
        '<path d="M-.17 -.55h.34v.38h.38v.34h-.38v.38h-.34v-.38h-.38v-.34h.38z" fill="#fff"/>'
    ),
    Group.GROUP: (
        '<path d="M-.5 -.87H.5L1 0L.5 .87H-.5L-1 0Z" fill="{fill}"/>'
        '<circle cx="0" cy="-.36" r=".2" fill="#fff"/>'
        '<circle cx="-.44" cy="-.1" r=".17" fill="#fff"/>'
        '<circle cx=".44" cy="-.1" r=".17" fill="#fff"/>'
        '<path d="M-.3 .5V.2a.3 .3 0 0 1 .6 0V.5z" fill="#fff"/>'
        '<path d="M-.7 .5V.33a.24 .24 0 0 1 .33 -.22V.5z" fill="#fff"/>'
        '<path d="M.7 .5V.33a.24 .24 0 0 0 -.33 -.22V.5z" fill="#fff"/>'
    ),
    Group.ONLINE: (
        '<path d="M-.7 -.76H.7Q.98 -.76 .98 -.48V.22Q.98 .5 .7 .5H-.05L-.5 .95V.5H-.7'
        'Q-.98 .5 -.98 .22V-.48Q-.98 -.76 -.7 -.76Z" fill="{fill}"/>'
        '<circle cx="-.45" cy="-.13" r=".15" fill="#fff"/><circle cy="-.13" r=".15" fill="#fff"/>'
        '<circle cx=".45" cy="-.13" r=".15" fill="#fff"/>'
    ),
    Group.PET: (
        '<path d="M-.8 -.95L-.28 -.66A.98 .98 0 0 1 .28 -.66L.8 -.95Q.93 -.97 .92 -.8L.84 -.1'
        'A.86 .86 0 1 1 -.84 -.1L-.92 -.8Q-.93 -.97 -.8 -.95Z" fill="{fill}"/>'
        '<circle cx="-.34" cy="-.02" r=".12" fill="#fff"/><circle cx=".34" cy="-.02" r=".12" '
        'fill="#fff"/><path d="M-.14 .28H.14L0 .44Z" fill="#fff"/>'
        '<path d="M0 .42V.52M-.26 .52Q-.13 .66 0 .52Q.13 .66 .26 .52" stroke="#fff" '
        'stroke-width=".08" fill="none" stroke-linecap="round"/>'
    ),
}


@dataclass(frozen=True)
class _LegendItem:
    group: Group | None
    text: str
    x: float
    y: float


def _legend(layout: Layout, words: PictureWords, ties: bool) -> tuple[list[_LegendItem], float]:
    """Items of the legend in rows, and the height of the whole picture."""
    shown = {p.group for p in (*layout.places, *layout.tray)}
    entries: list[tuple[Group | None, str]] = [
        (g, str(getattr(words, g.value))) for g in Group if g in shown
    ]
    if ties:
        entries.append((None, words.tie))
    items: list[_LegendItem] = []
    left, right = 40.0, WIDTH - 30.0
    x, y = left, layout.tray_bottom + 42
    for group, text in entries:
        width = 58 + text_width(text, LEGEND_FONT)
        if x > left and x + width > right:
            x, y = left, y + 54
        items.append(_LegendItem(group, text, x, y))
        x += width + 30
    return items, (y + 42 if items else layout.tray_bottom)


def _icon(group: Group, x: float, y: float, radius: float) -> str:
    return (
        f'<g transform="translate({_n(x)} {_n(y)}) scale({_n(radius)})">'
        f"{SHAPES[group].format(fill=COLOURS[group])}</g>"
    )


def _place(place: Place, label: str, kind: str) -> str:
    """A member: its icon and its label, with the whole label for those who point at it."""
    label = _NOT_XML.sub("", label)
    whole = f' data-label="{_text(label)}"'
    stand_in = f' data-stand-in="{_text(place.stand_in)}"{whole}' if place.stand_in else ""
    rows = []
    for number, line in enumerate(place.lines):
        if place.anchor == "middle":
            x, anchor = place.x, ' text-anchor="middle"'
            y = place.label_box.top + place.font * (0.9 + 1.18 * number)
        else:
            x, anchor, y = place.label_box.left, "", place.y + place.font * 0.36
        extra = stand_in if number == 0 else stand_in and f' data-stand-in=""{whole}'
        rows.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(place.font)}"{anchor}{extra}>'
            f"{_text(line)}</text>"
        )
    return (
        f'<g class="member"><title>{_text(label)} ({_text(kind)})</title>'
        f"{_icon(place.group, place.x, place.y, place.radius)}{''.join(rows)}</g>"
    )


def _tie(pieces: tuple[Piece, ...]) -> str:
    drawn = "".join(
        f"M{_n(x0)} {_n(y0)}Q{_n(x1)} {_n(y1)} {_n(x2)} {_n(y2)}"
        for (x0, y0), (x1, y1), (x2, y2) in pieces
    )
    return f'<path d="{drawn}"/>'


def _ring(radius: float, ground: str, layout: Layout) -> str:
    """A circle; its line has gaps where labels are."""
    cx, cy = layout.centre
    dashes = dashes_of(radius, layout)
    gaps = f' stroke-dasharray="{" ".join(map(_n, dashes))}"' if len(dashes) > 1 else ""
    return (
        f'<rect x="{_n(cx - radius)}" y="{_n(cy - layout.stretch / 2 - radius)}" '
        f'width="{_n(2 * radius)}" height="{_n(2 * radius + layout.stretch)}" '
        f'rx="{_n(radius)}" fill="{ground}" stroke="{RING}" stroke-width="2"{gaps}/>'
    )


def _caption(heading: Heading) -> str:
    box, half = heading.box, (heading.box.bottom - heading.box.top) / 2
    return (
        f'<rect x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.right - box.left)}" '
        f'height="{_n(2 * half)}" rx="{_n(half)}" fill="{PAGE}" stroke="{RING}" '
        f'stroke-width="1.5"/><text x="{_n(heading.x)}" y="{_n(heading.y + heading.font * 0.36)}" '
        f'font-size="{_n(heading.font)}" text-anchor="middle" fill="{MUTED}">'
        f"{_text(heading.text)}</text>"
    )


def stand_in(member: Member, phrases: Phrases) -> str:
    """The label without signs such as emoji, or what the member is."""
    plain = "".join(c for c in member.label if has_glyphs(c)).strip()
    lost = "".join(c for c in member.label if not has_glyphs(c))
    if plain and not any(c.isalpha() for c in lost):
        return plain
    if member.relationship is not None:
        word = phrases[f"relationship.{member.relationship}"]
    else:
        word = phrases[f"kind.{member.kind}"]
    return word[:1].upper() + word[1:]


def layout_of(
    network: Network, words: PictureWords | None = None, phrases: Phrases | None = None
) -> Layout:
    """Where ``render_svg`` puts everything."""
    words = words or PictureWords()
    return place_members(
        network,
        (words.circle_1, words.circle_2, words.circle_3),
        (words.unplaced, words.lost_touch, words.died),
        lambda member: stand_in(member, phrases or ENGLISH),
        # A short title sits in the corner that the circles leave free.
        top=44 if text_width(words.title, 38, bold=True) < 330 else 96,
    )


def render_svg(
    network: Network,
    *,
    words: PictureWords | None = None,
    phrases: Phrases | None = None,
    uid: str | None = None,
) -> str:
    """The map as an SVG document, 1080 units wide (a very full one gets taller).

    Args:
        network: ego's network.
        words: the words in the picture; English without.
        phrases: for the description that screen readers read; English without.
        uid: start of the ids, where a page shows several maps; made from the content without.

    Returns:
        SVG text; the same for the same network and words.
    """
    words = words or PictureWords()
    layout = layout_of(network, words, phrases)
    legend, height = _legend(layout, words, _has_ties(network, layout))
    body = [f'<rect width="{_n(layout.width)}" height="{_n(height)}" fill="{PAGE}"/>']
    body += _drawing(network, layout, words, words.title)
    body += _legend_svg(legend, layout)
    description = f"{words.description} {describe(network, phrases or ENGLISH)}"
    return _document(body, layout.width, height, words.title, description, uid)


def _has_ties(network: Network, layout: Layout) -> bool:
    """Whether any tie is drawn: both ends are in a circle."""
    placed = {p.key for p in layout.places}
    return any(tie <= placed for tie in network.ties)


def _drawing(network: Network, layout: Layout, words: PictureWords, title: str) -> list[str]:
    """Everything of one map but its ground and its legend."""
    cx, cy = layout.centre
    placed = {p.key for p in layout.places}
    ties = sorted((min(t), max(t)) for t in network.ties if t <= placed)
    body = [
        f'<text x="40" y="58" font-size="38" font-weight="bold">{_text(title)}</text>',
    ]
    body += [
        _ring(radius, ground, layout)
        for radius, ground in zip(reversed(layout.rings), reversed(GROUNDS), strict=True)
    ]
    if ties:
        drawn = "".join(_tie(pieces) for pieces in lines_of(ties, layout))
        body.append(
            f'<g class="ties" fill="none" stroke="{TIE}" stroke-width="2.2" '
            f'stroke-linecap="round">{drawn}</g>'
        )
    body.extend(_caption(h) for h in layout.captions)
    body.append(
        f'<circle cx="{_n(cx)}" cy="{_n(cy)}" r="{YOU_RADIUS}" fill="{YOU}"/>'
        f'<text x="{_n(cx)}" y="{_n(cy + 12)}" font-size="34" font-weight="bold" '
        f'text-anchor="middle" fill="#fff">{_text(words.you)}</text>'
    )
    if not len(network):
        body.append(_empty(words, layout))
    body.extend(
        _place(p, network[p.key].label, str(getattr(words, p.group.value)))
        for p in (*layout.places, *layout.tray)
    )
    body.extend(
        f'<text x="{_n(h.x)}" y="{_n(h.y)}" font-size="{_n(h.font)}" font-weight="bold" '
        f'fill="{MUTED}">{_text(h.text)}</text>'
        for h in layout.tray_headings
    )
    return body


def _document(
    body: list[str], width: float, height: float, title: str, description: str, uid: str | None
) -> str:
    content = "\n".join(body)
    uid = uid or f"map{zlib.crc32(content.encode()):08x}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'width="{_n(width)}" height="{_n(height)}" role="img" '
        f'aria-labelledby="{uid}-title {uid}-desc" font-family="{FONT}" fill="{INK}">\n'
        f'<title id="{uid}-title">{_text(title)}</title>\n'
        f'<desc id="{uid}-desc">{_text(description)}</desc>\n{content}\n</svg>\n'
    )


# --- then and now -------------------------------------------------------------------------------

_NOW = "+now"
"""Ends the key of a member's second place, where then and now are not the same."""

PAIR_GAP = 40


@dataclass(frozen=True)
class Pair:
    """Two maps side by side: each network with its layout, in px of a canvas of its own."""

    then: tuple[Network, Layout]
    now: tuple[Network, Layout]
    whole: Layout


def layout_of_pair(
    then: Network,
    now: Network,
    words: PictureWords | None = None,
    phrases: Phrases | None = None,
) -> Pair:
    """Both maps on one layout, so that who stayed in a circle stays at the same spot.

    Members are drawn with the label and the kind that they have now. Who is in another circle,
    or part of life no more, has a place for then and one for now.
    """
    words = words or PictureWords()
    before, after = {m.key: m for m in then}, {m.key: m for m in now}
    everyone: list[Member] = []
    keys: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for key, latest in {**before, **after}.items():
        old, new = before.get(key), after.get(key)
        if old is not None:
            everyone.append(replace(latest, circle=old.circle, status=old.status))
            keys[0][key] = key
        if new is not None and (old is None or everyone[-1] != new):
            everyone.append(replace(new, key=f"{key}{_NOW}" if old is not None else key))
        if new is not None:
            keys[1][key] = everyone[-1].key
    whole = place_members(
        Network(tuple(everyone)),
        (words.circle_1, words.circle_2, words.circle_3),
        (words.unplaced, words.lost_touch, words.died),
        lambda member: stand_in(member, phrases or ENGLISH),
        top=96,
    )
    sides = []
    for network, renamed in ((then, keys[0]), (now, keys[1])):
        shown = set(renamed.values())
        side = Network(
            tuple(m for m in everyone if m.key in shown),
            frozenset(frozenset(renamed[k] for k in tie) for tie in network.ties),
        )
        sides.append((side, _part(whole, side, words)))
    return Pair(sides[0], sides[1], whole)


def _part(whole: Layout, network: Network, words: PictureWords) -> Layout:
    """What of a layout shows a network of some of its members."""
    shown = {m.key for m in network}
    sections = {
        words.unplaced: any(m.circle is None for m in network.active),
        words.lost_touch: any(m.status is Status.LOST_TOUCH for m in network),
        words.died: any(m.status is Status.DIED for m in network),
    }
    return replace(
        whole,
        places=tuple(p for p in whole.places if p.key in shown),
        tray=tuple(p for p in whole.tray if p.key in shown),
        tray_headings=tuple(h for h in whole.tray_headings if sections[h.text]),
    )


def render_pair(
    then: Network,
    now: Network,
    *,
    days: tuple[str, str] = ("", ""),
    description: str = "",
    words: PictureWords | None = None,
    phrases: Phrases | None = None,
    uid: str | None = None,
) -> str:
    """Two maps side by side as an SVG document, the earlier one on the left.

    Args:
        then, now: the networks.
        days: of each, in words.
        description: what changed, for screen readers.
        words, phrases, uid: as in ``render_svg``.
    """
    words = words or PictureWords()
    pair = layout_of_pair(then, now, words, phrases)
    whole, step = pair.whole, pair.whole.width + PAIR_GAP
    titles = [
        f"{name}: {day}" if day else name
        for name, day in zip((words.then, words.now), days, strict=True)
    ]
    ties = any(_has_ties(*side) for side in (pair.then, pair.now))
    legend, height = _legend(whole, words, ties)
    width = step + whole.width
    middle = width / 2
    body = [f'<rect width="{_n(width)}" height="{_n(height)}" fill="{PAGE}"/>']
    for number, (side, title) in enumerate(zip((pair.then, pair.now), titles, strict=True)):
        body.append(f'<g transform="translate({_n(number * step)} 0)">')
        body += _drawing(*side, words, title)
        body.append("</g>")
    body.append(
        f'<path d="M{_n(middle)} 30V{_n(whole.tray_bottom - 10)}" stroke="{RING}" '
        f'stroke-width="1.5"/><g transform="translate({_n(step / 2)} 0)">'
    )
    body += [*_legend_svg(legend, whole), "</g>"]
    return _document(body, width, height, words.then_and_now, description, uid)


def _empty(words: PictureWords, layout: Layout) -> str:
    """Kind words for a map with nobody on it yet, on a card between the circles."""
    cx, cy = layout.centre
    lines = [(words.empty_1, 34, True)]
    lines += [(line, 30, False) for line in wrapped(words.empty_2, 560, 30, 3)]
    height = sum(size * 1.5 for _, size, _ in lines) + 44
    top = cy + YOU_RADIUS + 62
    out = [
        f'<rect x="{_n(cx - 330)}" y="{_n(top)}" width="660" height="{_n(height)}" rx="28" '
        f'fill="{PAGE}" stroke="{RING}" stroke-width="1.5"/>'
    ]
    y = top + 64
    for text, size, bold in lines:
        weight = ' font-weight="bold"' if bold else ""
        out.append(
            f'<text x="{_n(cx)}" y="{_n(y)}" font-size="{size}"{weight} text-anchor="middle">'
            f"{_text(text)}</text>"
        )
        y += size * 1.5
    return "".join(out)


def _legend_svg(items: list[_LegendItem], layout: Layout) -> list[str]:
    if not items:
        return []
    out = [
        f'<path d="M40 {_n(layout.tray_bottom + 2)}H{_n(layout.width - 40)}" '
        f'stroke="{RING}" stroke-width="1.5"/>'
    ]
    for item in items:
        if item.group is None:
            out.append(
                f'<path d="M{_n(item.x)} {_n(item.y)}h40" stroke="{TIE}" '
                f'stroke-width="3" stroke-linecap="round"/>'
            )
        else:
            out.append(_icon(item.group, item.x + 20, item.y, 19))
        out.append(
            f'<text x="{_n(item.x + 52)}" y="{_n(item.y + 9)}" '
            f'font-size="{_n(LEGEND_FONT)}">{_text(item.text)}</text>'
        )
    return out


def render_png(svg: str, width: int | None = WIDTH) -> bytes:
    """The picture as a PNG, ``width`` px wide; as wide as the SVG says with ``None``.

    A label in a script that no font of this machine has is drawn as the member's kind.

    Raises:
        ValueError: if ``svg`` is not an SVG that can be drawn.
    """
    if not has_glyphs(unescape(svg)):
        svg = _LABEL.sub(_drawable, svg)
    _bring_fonts()
    data = svg.encode()
    try:
        image = pyvips.Image.svgload_buffer(data)
        if width is not None and width != image.width:
            image = pyvips.Image.svgload_buffer(data, scale=width / image.width)
        # More packing takes longer than a phone needs for the bytes that it saves.
        return bytes(image.write_to_buffer(".png", compression=3))
    except pyvips.Error as error:
        raise ValueError(f"not an SVG that can be drawn: {error}") from error


@lru_cache(maxsize=1)
def _bring_fonts() -> None:
    """Make the fonts that come along known to the library that draws.

    It takes font files through its drawing of text alone.
    """
    for file in font_files():
        pyvips.Image.text("Me", fontfile=file, font="DejaVu Sans")


_LABEL = re.compile(r'(<text[^>]* data-stand-in="([^"]*)"[^>]*>)([^<]*)(</text>)')


def _drawable(label: re.Match[str]) -> str:
    """The label, or its stand-in where no font has all its letters."""
    whole = unescape(label[0][label[0].index('data-label="') + 12 :].split('"', 1)[0])
    if machine_has_glyphs(whole):
        return label[0]
    return f"{label[1]}{label[2]}{label[4]}"


__all__ = [
    "Pair",
    "PictureWords",
    "layout_of",
    "layout_of_pair",
    "render_pair",
    "render_png",
    "render_svg",
    "stand_in",
]
