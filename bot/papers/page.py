"""A page to print: the map as a picture and in words, and the plan (PDF, A4).

It shows what the picture shows and nothing else of the map: who makes things harder is on
neither. A name in letters that no font of this machine has is put as what the member is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO

from fpdf import FPDF, XPos, YPos
from fpdf.fonts import TTFFont

from bot.network.fonts import ELLIPSIS, font_files, machine_font_for
from bot.network.model import LABEL_MAX, Member, Network
from bot.network.phrases import ENGLISH
from bot.network.picture import render_png, render_svg, stand_in
from bot.network.words import describe
from bot.papers import words

MARGIN = 18.0
PICTURE_HEIGHT_MAX = 170.0
PICTURE_PIXELS = 1800
"""Across; 260 to an inch on paper."""

_TITLE, _HEADING, _BODY, _SMALL = 22.0, 16.0, 13.0, 10.0  # points; the body is large print
_FONT = "DejaVu"


def page(network: Network, plans: Sequence[str], today: date) -> bytes:
    """The PDF.

    Args:
        network: the person's.
        plans: a line each, in the person's words.
        today: the date that it bears.
    """
    names = " ".join([m.label for m in network] + list(plans))
    pdf = _Sheet(f"{today.day} {today:%B %Y}", names)
    network = _readable(network, pdf)
    pdf.heading(words.PAGE_TITLE, _TITLE)
    if len(network):
        pdf.picture(render_svg(network))
    pdf.heading(words.PAGE_PLAN, _HEADING)
    for line in plans or [words.PAGE_NO_PLAN]:
        pdf.body(" ".join(w if pdf.can_draw(w) else ELLIPSIS for w in line.split()))
    if len(network):
        pdf.add_page()
        pdf.heading(words.PAGE_IN_WORDS, _HEADING)
        for line in describe(network).splitlines():
            pdf.body(line)
    return bytes(pdf.output())


def _readable(network: Network, pdf: _Sheet) -> Network:
    """The network with what a member is for a label that cannot be drawn."""

    def shown(member: Member) -> Member:
        plain = " ".join(member.label.split()) or ELLIPSIS
        return replace(
            member, label=plain if pdf.can_draw(plain) else stand_in(member, ENGLISH)[:LABEL_MAX]
        )

    return Network(tuple(map(shown, network)), network.ties)


class _Sheet(FPDF):
    """A4 in large print, with the fonts that the names on it need.

    Args:
        day: in words, for the foot.
        names: all text of the person's own.
    """

    def __init__(self, day: str, names: str) -> None:
        super().__init__(format="A4")
        self._day = day
        self._others: list[str] = []
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 6)
        self.set_title(words.PAGE_TITLE)
        self.set_lang("en-GB")
        regular, bold = font_files()
        self.add_font(_FONT, "", regular)
        self.add_font(_FONT, "B", bold)
        for number, (path, face) in enumerate(machine_font_for(names)):
            family = f"Other{number}"
            for style in ("", "B"):
                self.add_font(family, style, path, collection_font_number=face)
            self._others.append(family)
        self.set_fallback_fonts(self._others, exact_match=False)
        self.set_font(_FONT, size=_BODY)
        self.set_text_shaping(True, direction="ltr")
        self.add_page()

    def can_draw(self, text: str) -> bool:
        """Whether the fonts of the page have all its letters."""
        shown = [c for c in text if not c.isspace()]
        names = (_FONT.lower(), *(family.lower() for family in self._others))
        faces = [face for name in names if isinstance(face := self.fonts[name], TTFFont)]
        return all(any(ord(c) in face.cmap for face in faces) for c in shown)

    def footer(self) -> None:
        """When it was made, and that it holds names; fpdf2 calls it for every page."""
        self.set_y(-MARGIN)
        self.set_font(_FONT, size=_SMALL)
        self.multi_cell(0, text=words.PAGE_MADE.format(day=self._day))

    def heading(self, text: str, size: float) -> None:
        """A heading with some room above."""
        self.ln(3)
        self.set_font(_FONT, "B", size)
        self.multi_cell(0, text=text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def body(self, text: str) -> None:
        """A paragraph; an empty one is a gap."""
        self.set_font(_FONT, size=_BODY)
        if not text:
            self.ln(3)
            return
        self.multi_cell(0, h=7, text=text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def picture(self, svg: str) -> None:
        """The map, across the page and no higher than leaves room for the plan."""
        self.image(
            BytesIO(render_png(svg, PICTURE_PIXELS)),
            w=self.epw,
            h=PICTURE_HEIGHT_MAX,
            keep_aspect_ratio=True,
            alt_text=words.PAGE_PICTURE,
        )
