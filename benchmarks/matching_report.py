"""How well options fit made-up patients: ``python -m benchmarks.matching_report``.

Runs the judged cases of ``tests/support`` (a person, a directory, what a judge would offer and
never offer) through the real importer, search and ranking, and writes the table of
``docs/matching.md``. The real feeds are read from ``../shared/directories``, and left out where
they are not there.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from benchmarks.nlu_scores import share
from bot.settings import PROJECT
from bot.store.base import unit_of_work
from tests.directory.labelled import agreement, are_here
from tests.support.judged import AT_A_TIME, Tally, cases, store_of, store_with

PAGE = PROJECT / "docs" / "matching.md"
_TABLE = re.compile(r"(?<=<!-- measured -->\n).*?(?=<!-- end -->)", re.DOTALL)
FILES = {"judged.yml": "who wrote the ranking", "judged_independent.yml": "independent"}


def measure(folder: Path) -> dict[tuple[str, str], Tally]:
    """Tallies by judge and directory.

    Args:
        folder: for the stores that the directories are imported into.
    """
    stores: dict[str, str] = {}
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for file, judge in FILES.items():
        for case in cases(file):
            if not case.source.exists():
                continue
            if case.feed not in stores:
                stores[case.feed] = store_with(case, folder)
            with unit_of_work(stores[case.feed]) as session:
                tallies[judge, case.feed].take(case, session)
    return tallies


def table(tallies: dict[tuple[str, str], Tally]) -> str:
    """The figures as Markdown."""
    rows = [
        f"Written by `python -m benchmarks.matching_report` on "
        f"{datetime.now(timezone.utc):%-d %B %Y}; intervals are Wilson's, 95 %.",
        "",
        f"| Judge | Directory | Patients | Precision at {AT_A_TIME} | Shown although judged wrong "
        "| Patients shown something good |",
        "|---|---|---:|---|---:|---:|",
    ]
    for (judge, feed), t in tallies.items():
        rows.append(
            f"| {judge} | {feed} | {t.cases} | {share(t.good, t.shown)} "
            f"| {t.bad} of {t.shown} | {t.answered} of {t.cases} |"
        )
    return "\n".join((*rows, ""))


def tags(folder: Path) -> str:
    """How real records are tagged, as Markdown; empty where they are not here."""
    if not are_here():
        return ""
    open_session = partial(unit_of_work, store_of("labelled", folder))
    records, subcategories, works = agreement(open_session)
    lines = [f"\n| Of {records} real records | Precision | Recall | F1 |", "|---|---|---|---:|"]
    for name, found in (("sub-categories", subcategories), ("kinds of work", works)):
        lines.append(
            f"| {name} | {share(found.right, found.right + found.wrong)} "
            f"| {share(found.right, found.right + found.missing)} | {found.f1:.3f} |"
        )
    return "\n".join((*lines, ""))


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory() as folder:
        text = table(measure(Path(folder))) + tags(Path(folder))
    PAGE.write_text(_TABLE.sub(lambda _: text, PAGE.read_text("utf-8")), "utf-8")
    print(text)


if __name__ == "__main__":
    main()
