"""How well messages are understood: ``python -m benchmarks.nlu_report``, a page of figures.

Measures the trained model on the blind sets of ``tests/nlu/blind``, and, writer by writer, readers
that have learnt from the other writers only; runs ``rasa test nlu``; and writes
``docs/nlu-report.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sklearn.metrics import f1_score  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks import nlu_scores
from benchmarks.nlu_scores import Score, share
from bot.language.reader import Reader
from bot.nlu import examples
from bot.nlu.features import word_features
from bot.nlu.joined import meaning
from bot.nlu.learning import intent_reader, meaning_reader
from bot.nlu.meaning import Meaning
from bot.nlu.reading import intents_in
from bot.settings import PROJECT
from bot.training import model_path, train

DATA = PROJECT / "data" / "nlu"
BLIND = PROJECT / "tests" / "nlu" / "blind"
PAGE = PROJECT / "docs" / "nlu-report.md"
OUTSIDE = "out_of_scope"

_BINS = 10
_COPY = 90

Written = list[tuple[str, str, str]]
"""Messages with their intent and writer."""


@dataclass(frozen=True)
class Judged:
    """Messages with the right intent, the one found, and how sure the model was of it."""

    texts: list[str]
    right: NDArray[np.str_]
    found: NDArray[np.str_]
    sure: NDArray[np.float64]

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Which were understood."""
        return np.asarray(self.right == self.found)

    def scores(self) -> dict[str, Score | float]:
        """The figures of the page."""
        outside = self.right == OUTSIDE
        return {
            "accuracy": share(int(self.hits.sum()), len(self.hits)),
            "macro F1": float(f1_score(self.right, self.found, average="macro")),
            "out-of-scope recall": share(int(self.hits[outside].sum()), int(outside.sum())),
            "in-scope lost to out-of-scope": share(
                int((self.found[~outside] == OUTSIDE).sum()), int((~outside).sum())
            ),
            "expected calibration error": sum(
                abs(held - came) * n / len(self.hits) for _, held, came, n in self.reliability()
            ),
        }

    def reliability(self) -> Iterator[tuple[str, float, float, int]]:
        """By band of confidence: its name, mean confidence, share right, messages."""
        bands = np.minimum((self.sure * _BINS).astype(int), _BINS - 1)
        for band in range(_BINS):
            inside = bands == band
            if inside.any():
                name = f"{band / _BINS:.1f} to {(band + 1) / _BINS:.1f}"
                yield (
                    name,
                    float(self.sure[inside].mean()),
                    float(self.hits[inside].mean()),
                    int(inside.sum()),
                )

    def confusions(self, most: int) -> list[tuple[tuple[str, str], int]]:
        """The pairs (right, found) that are taken for each other most."""
        wrong = ~self.hits
        return Counter(
            zip(self.right[wrong].tolist(), self.found[wrong].tolist(), strict=True)
        ).most_common(most)

    def worst(self, most: int) -> list[tuple[str, str, str, float]]:
        """The errors that the model was surest of."""
        wrong = [i for i in np.argsort(-self.sure) if not self.hits[i]][:most]
        return [
            (self.texts[i], str(self.right[i]), str(self.found[i]), float(self.sure[i]))
            for i in wrong
        ]


def written() -> Written:
    """Every training sentence with its intent and its writer (the folder it is in)."""
    rows = []
    for path in sorted(DATA.rglob("*.yml")):
        writer = "first" if path.parent == DATA else path.relative_to(DATA).parts[0]
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            if "intent" in entry:
                lines = entry["examples"].splitlines()
                rows += [(t.removeprefix("- ").strip(), entry["intent"], writer) for t in lines]
    return rows


def trained(component: str) -> Reader:
    """A reader out of the bot's own trained model."""
    with tarfile.open(train()) as archive, tempfile.TemporaryDirectory() as folder:
        name = next(
            n for n in archive.getnames() if n.endswith("reader.safetensors") and component in n
        )
        archive.extract(name, folder)
        features = word_features if component == "MeaningReader" else None
        return Reader.load(Path(folder) / name, features)


def judge(reader: Reader, rows: Written) -> Judged:
    """What a reader of intents makes of messages."""
    found = [intents_in(reader.read(text))[0] for text, _, _ in rows]
    return Judged(
        [text for text, _, _ in rows],
        np.asarray([intent for _, intent, _ in rows]),
        np.asarray([name for name, _ in found]),
        np.asarray([chance for _, chance in found]),
    )


def rasa_tests(rows: Written) -> dict[str, float]:
    """What ``rasa test nlu`` says of the whole pipeline, its router too."""
    from rasa.model_testing import test_nlu

    by_intent: dict[str, list[str]] = {}
    for text, intent, _ in rows:
        by_intent.setdefault(intent, []).append(f"- {text}")
    entries = [{"intent": i, "examples": "\n".join(t) + "\n"} for i, t in by_intent.items()]
    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder) / "nlu.yml", Path(folder) / "results"
        out.mkdir()
        data.write_text(
            yaml.safe_dump({"version": "3.1", "nlu": entries}, allow_unicode=True), "utf-8"
        )
        import asyncio

        asyncio.run(
            test_nlu(str(model_path()), str(data), str(out), {"errors": False, "no_plot": True})
        )
        report = json.loads((out / "intent_report.json").read_text(encoding="utf-8"))
    return {
        "accuracy": float(report["accuracy"]),
        "macro F1": float(report["macro avg"]["f1-score"]),
    }


def rows_of(name: str) -> list[dict[str, Any]]:
    """The rows of a blind set."""
    lines = (BLIND / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def joined(parts: Sequence[Judged]) -> Judged:
    """Several judgements as one."""
    return Judged(
        [t for p in parts for t in p.texts],
        np.concatenate([p.right for p in parts]),
        np.concatenate([p.found for p in parts]),
        np.concatenate([p.sure for p in parts]),
    )


def likeness(texts: Sequence[str], others: Sequence[str]) -> NDArray[np.float64]:
    """For each text how like it the likest other is, 0 to 100, case and marks aside."""
    return np.asarray(
        process.cdist(list(map(_letters, texts)), list(map(_letters, others)), scorer=fuzz.ratio)
    ).max(axis=1)


def _letters(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", text.lower()).split())


def latency(reads: Sequence[Callable[[str], object]], texts: Sequence[str]) -> NDArray[np.float64]:
    """Milliseconds of one core for all that reads a message, a message at a time."""
    took = []
    with threadpool_limits(1):
        for text in texts:
            began = time.process_time()
            for read in reads:
                read(text)
            took.append(1000 * (time.process_time() - began))
    return np.asarray(took[3:])


def reading(reader: Reader) -> Any:
    """What a reader makes of a text; each text is read once."""

    @cache
    def read(text: str) -> Meaning:
        return meaning(reader.read(text))

    return read


def annotated(kind: str, writer: str) -> list[dict[str, Any]]:
    """One writer's rows of a kind, in the form of the blind sets."""
    path = PROJECT / "bot" / "nlu" / "training" / f"{kind}_{writer}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row_ in rows:
        for edit in row_.get("edits", []):
            if edit["operation"] == "set_help":
                edit["value"] = edit["value"].split(",")
    return rows


def measure(out_of: Sequence[str], meaning_out_of: Sequence[str]) -> str:
    """Everything, as the page in Markdown."""
    began = time.monotonic()
    known = written()
    judged: dict[str, Judged] = {}
    for writer in out_of:
        others = [(t, i) for t, i, w in known if w != writer]
        judged[f"writer out: {writer}"] = judge(
            intent_reader(others), [r for r in known if r[2] == writer]
        )
        say(f"intents: writer {writer} judged by what the others wrote")
    intents, meanings = trained("IntentReader"), trained("MeaningReader")
    blind: Written = [(r["text"], r["intent"], "blind") for r in rows_of("intents")]
    judged["blind set"] = judge(intents, blind)
    near = {
        writer: likeness([t for t, _, _ in blind], [t for t, _, w in known if w == writer])
        for writer in sorted({w for _, _, w in known})
    }
    say("intents measured")

    def intent_of(text: str) -> str:
        return intents_in(intents.read(text))[0][0]

    tables = {
        "Members (blind set)": nlu_scores.members(rows_of("members"), reading(meanings)),
        "Edits (blind set)": nlu_scores.edits(rows_of("edits"), reading(meanings)),
        "Difficulties (blind set)": nlu_scores.difficulties(
            rows_of("difficulties"), reading(meanings)
        ),
        "Answers in the light of the question (blind set)": nlu_scores.answers(
            rows_of("context"), intent_of, meanings.read
        ),
    }
    for writer in meaning_out_of:
        read = reading(meaning_reader([(t, i) for t, i, _ in known], but=[writer]))
        for kind in ("members", "edits", "difficulties"):
            if any(examples.rows(kind, only=writer)):
                scores = getattr(nlu_scores, kind)(annotated(kind, writer), read)
                tables[f"{kind.capitalize()} (writer out: {writer})"] = scores
        say(f"meaning: writer {writer} judged by what the others wrote")
    took = latency([reading(meanings), intents.read], [t for t, _, _ in blind][:200])
    rasa = rasa_tests(blind)
    return page(known, judged, near, tables, took, rasa, time.monotonic() - began)


def page(
    known: Written,
    judged: dict[str, Judged],
    near: dict[str, NDArray[np.float64]],
    tables: dict[str, dict[str, Score]],
    took: NDArray[np.float64],
    rasa: dict[str, float],
    seconds: float,
) -> str:
    """The figures as Markdown."""
    writers = ", ".join(f"{n:,} by the {w}" for w, n in Counter(w for _, _, w in known).items())
    rows = ", ".join(
        f"{sum(1 for _ in examples.rows(kind)):,} of {kind}"
        for kind in ("members", "edits", "difficulties")
    )
    today = f"{datetime.now(timezone.utc):%d %B %Y}"
    lines = [
        "# How well messages are understood",
        "",
        f"Written by `make nlu-report` on {today} in {seconds / 60:.0f} minutes; "
        "do not edit. Intervals are 95 %: Wilson's for shares, rows resampled 1,000 times for F1.",
        "",
        f"Learnt from: {len(known):,} sentences in {len({i for _, i, _ in known})} intents "
        f"({writers} writer), and annotated rows: {rows}. "
        "The blind sets are by one more writer, who says that neither "
        "the rules nor the training sentences were seen (but see below). All writers are the "
        "project's; no patient wrote any of it, so figures on patients' words may be lower.",
        "",
        "## Intents",
        "",
        "*Writer out* learns from all writers but one and is tested on that one: the nearest to "
        "what new people's words will give. "
        + (
            "It was not measured this time (each takes some ten minutes more)."
            if len(judged) == 1
            else ""
        ),
        "",
    ]
    heads = list(next(iter(judged.values())).scores())
    lines += row(["Measured on", "Messages", *heads])
    lines += row(["---"] * (len(heads) + 2))
    for name, found in judged.items():
        lines += row(
            [
                name,
                f"{len(found.hits):,}",
                *(str(s) if isinstance(s, Score) else f"{s:.3f}" for s in found.scores().values()),
            ]
        )
    blind = judged["blind set"]
    lines += overlap(blind, near)
    lines += ["", "### Is it as sure as it is right? (blind set)", ""]
    lines += row(["Confidence", "Mean", "Right", "Messages"]) + row(["---"] * 4)
    for band, held, came, n in blind.reliability():
        lines += row([band, f"{held:.2f}", f"{came:.2f}", str(n)])
    left_out = [j for name, j in judged.items() if name.startswith("writer out")]
    outs = joined(left_out) if left_out else None
    for title, found in (("blind set", blind), *((("writer out", outs),) if outs else ())):
        lines += ["", f"### Taken for each other most ({title})", ""]
        lines += row(["Right", "Taken for", "Times"]) + row(["---"] * 3)
        for (right, wrong), n in found.confusions(15):
            lines += row([f"`{right}`", f"`{wrong}`", str(n)])
    if outs:
        lines += errors(outs)
    notes = {
        "Members": "A member is right when name (case, article and possessive ending aside) and "
        "relationship are; a second reading recorded with the label counts too. Contact and help "
        "are scored on members found. *Names found* is by the origin of the names.",
        "Edits": "Right in full: the same operations, on the same members of the row's map, with "
        "the same values, and no more.",
        "Difficulties": "Areas marked optional neither count nor cost.",
        "Answers in the light of the question": "The reader for the question in "
        "`bot/nlu/context.py`, and the intent where it finds nothing. Dates are not scored.",
    }
    for title, scores in tables.items():
        lines += ["", f"## {title}", "", notes[title.split(" (")[0]], ""]
        lines += row(["Score", "Value", "Over"]) + row(["---"] * 3)
        for name, score in scores.items():
            lines += row([name, str(score), str(score.n)])
    lines += [
        "",
        "## `rasa test nlu` (blind set)",
        "",
        f"Accuracy {rasa['accuracy']:.3f}, macro F1 {rasa['macro F1']:.3f}: the whole pipeline, "
        "with no question open. It counts as wrong what the router asks back about, answers as "
        "a risk, or gives up on.",
    ]
    middle, late = np.percentile(took, [50, 95])
    lines += [
        "",
        "## Speed",
        "",
        f"The readers of meaning and intents for one message (the safety screen apart): median "
        f"{middle:.0f} ms of one core, 95th percentile {late:.0f} ms, over {len(took)} messages "
        f"one at a time, as processor time ({platform.machine()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} on them at the end).",
        "",
    ]
    return "\n".join(lines)


def errors(outs: Judged) -> list[str]:
    """Where messages of writers left out went wrong; blind rows are never shown."""
    lines = ["", "### Weakest intents (writer out)", ""]
    lines += row(["Intent", "Recall", "Messages"]) + row(["---"] * 3)
    recall = {
        name: share(int(outs.hits[outs.right == name].sum()), int((outs.right == name).sum()))
        for name in sorted(set(outs.right.tolist()))
    }
    for name, score in sorted(recall.items(), key=lambda item: item[1].value)[:10]:
        lines += row([f"`{name}`", str(score), str(score.n)])
    lines += ["", "### Surest errors (writer out; blind rows are never shown)", ""]
    lines += row(["Message", "Right", "Taken for", "Confidence"]) + row(["---"] * 4)
    for text, right, wrong, sure in outs.worst(20):
        lines += row([text.replace("|", "/"), f"`{right}`", f"`{wrong}`", f"{sure:.2f}"])
    return lines


def overlap(blind: Judged, near: dict[str, NDArray[np.float64]]) -> list[str]:
    """How independent the blind set is of what was learnt from, and the score by likeness."""
    shares = "; ".join(
        f"{writer} writer: {int((like >= _COPY).sum())} of {len(like)}"
        for writer, like in near.items()
    )
    lines = [
        "",
        "### Is the blind set blind?",
        "",
        f"Rows at least {_COPY} % alike to a training sentence, letter by letter: {shares}. "
        "Where that is many, the set is not independent of that writer, and its score on the "
        "whole model says little of new people's words: read the row that has not learnt from "
        "that writer, and the lowest bands below.",
        "",
    ]
    likest = np.max(list(near.values()), axis=0)
    lines += row(["Likest training sentence", "Right", "Messages"]) + row(["---"] * 3)
    for low, high in pairwise((0, 60, 70, 80, _COPY, 101)):
        inside = (likest >= low) & (likest < high)
        if inside.any():
            score = share(int(blind.hits[inside].sum()), int(inside.sum()))
            lines += row([f"{low} to {min(high, 100)} %", str(score), str(score.n)])
    return lines


def row(cells: Sequence[str]) -> list[str]:
    """One line of a table."""
    return ["| " + " | ".join(cells) + " |"]


def say(text: str) -> None:
    """Progress, since it takes minutes."""
    print(text, flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out-of", nargs="*", default=["second", "third"], metavar="WRITER")
    parser.add_argument("--meaning-out-of", nargs="*", default=["two", "six"], metavar="WRITER")
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args()
    chosen.page.write_text(measure(chosen.out_of, chosen.meaning_out_of), encoding="utf-8")
    say(f"written to {chosen.page}")


if __name__ == "__main__":
    main()
