"""The docs are true of the code: settings, commands, links, names of files, counts.

``python -m tests.test_docs`` writes the table of training sentences again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import yaml
from typer.main import get_command

from bot.cli import app
from bot.conversations import scripts
from bot.settings import PROJECT, Region, Settings

DOCS = PROJECT / "docs"
PAGES = sorted([*PROJECT.glob("*.md"), *DOCS.rglob("*.md")])
NLU_PAGE = DOCS / "nlu.md"
COUNTS = re.compile(r"(<!-- counts:[^>]*-->\n)(.*?)(<!-- end -->)", re.S)
# The first part of what looks like a path of the repository.
ROOMS = ("actions", "benchmarks", "bot", "data", "deploy", "docs", "tests", ".ci")
FILES = re.compile(r"(?:[\w.-]+\.(?:yml|toml|lock|md)|Makefile|LICENSE)")


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _ids(page: Path) -> str:
    return str(page.relative_to(PROJECT))


def _prose(page: Path) -> str:
    return re.sub(r"```.*?```", "", _text(page), flags=re.S)


def _code(page: Path) -> Iterator[str]:
    """Inline code, and the lines of code blocks."""
    yield from re.findall(r"`([^`\n]+)`", _prose(page))
    for block in re.findall(r"```\w*\n(.*?)```", _text(page), re.S):
        yield from block.splitlines()


def _rows(page: Path) -> Iterator[list[str]]:
    for line in _text(page).splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


# --- settings ------------------------------------------------------------------------------


def _default(value: object) -> str:
    if isinstance(value, Path):
        return f"`{value.relative_to(PROJECT)}` in the project's folder"
    return f"`{value}`" if value != "" else "empty"


def test_the_settings_page_is_the_settings() -> None:
    written = list(_rows(DOCS / "settings.md"))
    real = [
        [f"`{name.upper()}`", _default(field.default), field.description]
        for name, field in Settings.model_fields.items()
    ]
    assert written == real


def test_the_settings_page_names_every_nation() -> None:
    for nation in get_args(Region):
        assert f"`{nation}`" in _text(DOCS / "settings.md")


def test_the_page_on_operations_explains_every_metric() -> None:
    sources = [PROJECT / "bot" / "metrics.py", PROJECT / "bot" / "webchat" / "app.py"]
    real = {m for s in sources for m in re.findall(r'"(wise_[a-z_]+)"', _text(s))}
    rows = [row[0] for row in _rows(DOCS / "operations.md")]
    written = {name for cell in rows for name in re.findall(r"`(wise_[a-z_]+)`$", cell)}
    assert len(real) > 10
    assert written == real


def test_the_page_on_operations_explains_every_stage() -> None:
    timed = re.compile(r"metrics\.(?:timed|took)\(\s*\"(\w+)\"")
    real = {s for path in (PROJECT / "bot").rglob("*.py") for s in timed.findall(_text(path))}
    table = _text(DOCS / "operations.md").partition("| Stage |")[2].partition("\n\n")[0]
    assert real == set(re.findall(r"^\| `(\w+)` \|", table, re.M))


# --- commands ------------------------------------------------------------------------------


def _commands() -> set[str]:
    found = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {f"{name} {sub}" for sub in inner} if inner else {name}
    return found


def _named(page: Path) -> Iterator[str]:
    groups = {c.split()[0] for c in _commands() if " " in c}
    for code in _code(page):
        for words in re.findall(r"\bwise((?: [a-z]+)+)", code):
            first, *rest = words.split()
            yield f"{first} {rest[0]}" if first in groups and rest else first


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_every_command_named_exists(page: Path) -> None:
    assert set(_named(page)) <= _commands()


def test_the_readme_names_every_command() -> None:
    assert set(_named(PROJECT / "README.md")) == _commands()


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.M))
    for page in PAGES:
        for code in _code(page):
            assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= targets, _ids(page)


# --- links and files -----------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_every_link_and_image_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(page)):
        if re.match(r"[a-z-]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), f"{_ids(page)}: {target}"
        if anchor:
            assert anchor in _anchors(linked), f"{_ids(page)}: {target}"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _text(page), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_every_image_says_what_it_shows(page: Path) -> None:
    assert "![](" not in _text(page)


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_every_file_named_exists(page: Path) -> None:
    for code in re.findall(r"`([^`\n]+)`", _prose(page)):
        path = code.partition("::")[0]
        if FILES.fullmatch(path) or re.fullmatch(
            rf"(?:{'|'.join(map(re.escape, ROOMS))})/\S*", path
        ):
            assert (PROJECT / path).exists(), f"{_ids(page)}: {path}"


# --- dialogues -----------------------------------------------------------------------------


def test_the_page_on_dialogues_explains_every_key() -> None:
    written = {
        name for row in _rows(DOCS / "dialogues.md") for name in re.findall(r"`(\w+)`", row[0])
    }
    assert set(scripts._KEYS) <= written


def test_the_page_on_dialogues_explains_all_that_can_be_asked_of_the_record() -> None:
    source = Path(scripts.__file__).read_text(encoding="utf-8")
    kept = set(re.findall(r'^ {12}"(\w+)":', source[source.index("def stored(") :], re.M))
    written = {
        name for row in _rows(DOCS / "dialogues.md") for name in re.findall(r"`(\w+)`", row[0])
    }
    assert len(kept) > 15
    assert kept <= written


def test_the_examples_of_dialogues_can_be_read(tmp_path: Path) -> None:
    page = _text(DOCS / "dialogues.md")
    turns = [yaml.safe_load(code) for code in re.findall(r"\| `(\w+: [^`]+)`", page)]
    whole = re.findall(r"```yaml\n(.*?)```", page, re.S)
    assert turns and whole
    does = set(scripts._DOES)
    example = tmp_path / "example.yml"
    for turn in turns:
        turn = turn if does & set(turn) else {"says": "hello", **turn}
        example.write_text(yaml.safe_dump({"title": "x", "turns": [turn]}), encoding="utf-8")
        assert scripts.read_script(example).turns
    for text in whole:
        example.write_text(text, encoding="utf-8")
        assert scripts.read_script(example).turns


# --- training data -------------------------------------------------------------------------


def counts_table() -> str:
    """Sentences by intent, in the order of the alphabet."""
    counts: Counter[str] = Counter()
    for path in sorted((PROJECT / "data" / "nlu").rglob("*.yml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = str(item["examples"]).splitlines()
            counts[item["intent"]] += sum(x.startswith("- ") for x in lines)
    rows = [f"| `{name}` | {counts[name]:,} |" for name in sorted(counts)]
    total = sum(counts.values())
    return "\n".join(
        ["| Intent | Sentences |", "|---|---|", *rows, f"| {len(counts)} intents | {total:,} |", ""]
    )


def test_the_counts_of_training_sentences_are_right() -> None:
    found = COUNTS.search(_text(NLU_PAGE))
    assert found is not None
    assert found[2] == counts_table(), "run: python -m tests.test_docs"


if __name__ == "__main__":
    page = COUNTS.sub(lambda m: m[1] + counts_table() + m[3], _text(NLU_PAGE))
    NLU_PAGE.write_text(page, encoding="utf-8")
