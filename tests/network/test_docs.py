"""The page about the network is true of the code."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from bot.needs.gaps import GapCode
from bot.network.exports import ALTER_COLUMNS
from bot.network.measures import NetworkSummary
from bot.network.picture import render_svg
from bot.network.typology import TypeCode

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "network.md").read_text(encoding="utf-8")


def test_the_examples_run() -> None:
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert len(blocks[0].strip().splitlines()) == 5
    for block in blocks:
        exec(block, names)
    assert names["summary"].density == 1.0
    assert names["svg"].startswith("<svg")
    assert names["sizes"] == [2]


@pytest.mark.parametrize(
    "name",
    [
        *(name for name in NetworkSummary.__dataclass_fields__ if name != "ties"),
        *(c.value for c in TypeCode),
        *(c.value for c in GapCode),
    ],
)
def test_everything_has_its_line(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_the_columns_are_listed() -> None:
    for column in ALTER_COLUMNS:
        if not column.startswith("potential_"):
            assert f"`{column}`" in PAGE


@pytest.mark.parametrize("size", [0, 1, 8, 25, 40])
def test_the_pictures_are_those_that_the_code_draws(size: int) -> None:
    spec = spec_from_file_location("sample_maps", DOCS.parent / "benchmarks" / "sample_maps.py")
    assert spec is not None and spec.loader is not None
    samples = module_from_spec(spec)
    spec.loader.exec_module(samples)
    drawn = (DOCS / "pictures" / f"map-{size}.svg").read_text(encoding="utf-8")
    assert drawn == render_svg(samples.sample_map(size)), "run: python -m benchmarks.pictures"
    assert (DOCS / "pictures" / f"map-{size}.png").stat().st_size > 10_000
