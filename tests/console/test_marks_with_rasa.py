"""The exported marks are training data that Rasa itself reads back and finds sound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.console.marks import nlu_yaml, training_files
from bot.settings import PROJECT

MARKS: list[tuple[str, str, list[dict[str, Any]]]] = [
    (
        "add_member",
        "my son Sam does the shopping",
        [{"text": "Sam", "entity": "member", "codes": ["child", "everyday"]}],
    ),
    ("find_support", "is there a: choir? [near] {me} # not far", []),
    ("chitchat", "- \"quoted\" 'words' & more\n  on two lines", []),
]


def test_the_export_is_read_back_as_it_was(tmp_path: Path) -> None:
    from rasa.shared.nlu.training_data.loading import load_data

    path = tmp_path / "marked.yml"
    path.write_text(nlu_yaml(MARKS), encoding="utf-8")
    examples = {(m.get("intent"), m.get("text")) for m in load_data(str(path)).intent_examples}
    assert examples == {
        ("add_member", "my son Sam does the shopping"),
        ("find_support", "is there a: choir? (near) (me) # not far"),
        ("chitchat", "- \"quoted\" 'words' & more on two lines"),
    }
    (entity,) = [e for m in load_data(str(path)).entity_examples for e in m.get("entities")]
    assert (entity["value"], entity["entity"]) == ("Sam", "member")


def test_rasa_validates_the_project_with_the_export(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "marked.yml").write_text(nlu_yaml(MARKS), encoding="utf-8")
    words = "my son Sam does the shopping"
    kept: Any = SimpleNamespace(intent="add_member", words=words, entities=MARKS[0][2])
    for path, text in training_files([kept]).items():
        file = tmp_path / "unpacked" / path
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    unpacked = tmp_path / "unpacked" / "data" / "nlu"
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "data", "validate", "--domain", "domain.yml",
         "--data", "data", str(folder), str(unpacked), "--config", "config.yml"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "RASA_TELEMETRY_ENABLED": "false",
             "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
