"""A control in the hazard log is only as good as the test that it names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LOG = (PROJECT / "docs" / "clinical-safety" / "hazard-log.md").read_text("utf-8")
ROWS = {
    cells[0]: cells
    for line in LOG.splitlines()
    if re.match(r"\| H\d+ \|", line)
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", LOG)))
DIALOGUES = sorted(set(re.findall(r"`(tests/dialogues/\w+\.yml)`", LOG)))
SCORES = {
    cells[0]: dict(
        zip(
            ("Minor", "Significant", "Considerable", "Major", "Catastrophic"),
            map(int, cells[1:]),
            strict=True,
        )
    )
    for line in LOG.splitlines()
    if re.match(r"\| (Very high|High|Medium|Low|Very low) \|", line)
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


def test_it_says_that_a_clinical_safety_officer_must_approve_it() -> None:
    assert "Not approved" in LOG
    assert "Clinical Safety Officer must" in LOG


def test_the_seed_hazards_are_there_with_all_columns() -> None:
    assert {f"H{n}" for n in range(1, 16)} <= set(ROWS)
    assert {len(cells) for cells in ROWS.values()} == {12}


@pytest.mark.parametrize("hazard", sorted(ROWS))
def test_risks_follow_the_matrix(hazard: str) -> None:
    cells = ROWS[hazard]
    severity, likelihood, initial, residual_likelihood, residual = (
        cells[5],
        cells[6],
        int(cells[7]),
        cells[9],
        int(cells[10]),
    )
    assert initial == SCORES[likelihood][severity]
    assert residual == SCORES[residual_likelihood][severity]
    if not re.search(r"`tests/", cells[8]):
        assert "open" in cells[8].lower()
        assert residual == initial


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists_and_is_not_skipped(name: str) -> None:
    path, function = name.split("::")
    tree = ast.parse((PROJECT / path).read_text("utf-8"))
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    node = next((n for n in found if n.name == function), None)
    assert node is not None, f"{path} has no {function}"
    marks = " ".join(ast.unparse(d) for d in node.decorator_list)
    module_marks = " ".join(
        ast.unparse(n)
        for n in tree.body
        if isinstance(n, ast.Assign) and "pytestmark" in ast.unparse(n)
    )
    assert "skip" not in marks + module_marks
    assert "xfail" not in marks + module_marks
    assert "pytest.skip(" not in ast.unparse(node)


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_named_dialogue_exists_and_expects_something(name: str) -> None:
    assert "expects:" in (PROJECT / name).read_text("utf-8")


@pytest.mark.parametrize("page", ["safety-case", "intended-purpose"])
def test_the_other_pages_say_who_must_approve_them(page: str) -> None:
    text = (PROJECT / "docs" / "clinical-safety" / f"{page}.md").read_text("utf-8")
    assert "Not approved" in text and "Clinical Safety Officer must" in text
