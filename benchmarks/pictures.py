"""Draws the maps of docs/pictures: ``python -m benchmarks.pictures [folder]``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.sample_maps import sample_map
from bot.network.picture import render_png, render_svg

SIZES = (0, 1, 8, 25, 40)


def main(folder: Path) -> None:
    """Write ``map-<size>.svg`` and ``.png`` for each size."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        svg = render_svg(sample_map(size))
        (folder / f"map-{size}.svg").write_text(svg, encoding="utf-8")
        (folder / f"map-{size}.png").write_bytes(render_png(svg))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
