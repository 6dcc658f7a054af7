"""How well messages are understood: ``python -m benchmarks.nlu_report``, a page of figures.

Trains the intent model as the bot does, tests it on folds and on writers it has not learnt
from, runs the blind sets of ``tests/nlu/blind``, and writes ``docs/nlu-report.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import joblib  # type: ignore[import-untyped]
import numpy as np
import yaml
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sklearn.metrics import f1_score  # type: ignore[import-untyped]
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks import nlu_scores
from benchmarks.nlu_scores import Score, share
from bot.language.encoder import Array
from bot.nlu.intents import IntentModel, cues
from bot.nlu.meaning import Meaning
from bot.nlu.understanding import meaning_of
from bot.nlu.vectors import text_vectors
from bot.settings import PROJECT, get_settings

DATA = PROJECT / "data" / "nlu"
BLIND = PROJECT / "tests" / "nlu" / "blind"
PAGE = PROJECT / "docs" / "nlu-report.md"
OUTSIDE = "out_of_scope"

_FOLDS = 5
_BINS = 10
_COPY = 90
_PARTS = ("members", "edits", "difficulties")


@cache
def read(text: str) -> Meaning:
    """What the extractors make of a text; each text is read once."""
    return meaning_of(text)


def seen(text: str) -> str:
    """The extractors' findings as the classifier gets them."""
    meaning = read(text)
    return cues(text, {part: [x.to_json() for x in getattr(meaning, part)] for part in _PARTS})


@dataclass(frozen=True)
class Sentences:
    """Labelled messages with all their features; ``writers`` names the folder of each."""

    texts: list[str]
    intents: NDArray[np.str_]
    writers: NDArray[np.str_]
    cues: list[str]
    vectors: Array

    def fit(self, rows: NDArray[np.int64]) -> IntentModel:
        """A model that has learnt from some rows."""
        return IntentModel().fit(
            [self.texts[i] for i in rows],
            [self.cues[i] for i in rows],
            list(self.intents[rows]),
            self.vectors[rows],
        )

    def judge(self, model: IntentModel, rows: NDArray[np.int64]) -> Judged:
        """What a model makes of some rows."""
        chances = model.probabilities(
            [self.texts[i] for i in rows], [self.cues[i] for i in rows], self.vectors[rows]
        )
        names = np.asarray(model.intents)
        return Judged(
            [self.texts[i] for i in rows],
            self.intents[rows],
            names[chances.argmax(axis=1)],
            chances.max(axis=1),
        )


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


def written() -> list[tuple[str, str, str]]:
    """Every training sentence with its intent and its writer (the folder it is in)."""
    rows = []
    for path in sorted(DATA.rglob("*.yml")):
        writer = "first" if path.parent == DATA else path.relative_to(DATA).parts[0]
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            if "intent" in entry:
                lines = entry["examples"].splitlines()
                rows += [(t.removeprefix("- ").strip(), entry["intent"], writer) for t in lines]
    return rows


def labelled(rows: Sequence[tuple[str, str, str]]) -> Sentences:
    """The rows with their features."""
    texts = [t for t, _, _ in rows]
    return Sentences(
        texts,
        np.asarray([i for _, i, _ in rows]),
        np.asarray([w for _, _, w in rows]),
        [seen(t) for t in texts],
        vectors(texts),
    )


def vectors(texts: Sequence[str]) -> Array:
    """The encoder's vectors, kept between runs by the text's digest (half precision)."""
    file = get_settings().wise_home / "cache" / "nlu-report-vectors.joblib"
    kept: dict[str, Any] = joblib.load(file) if file.exists() else {}
    keys = [hashlib.sha256(t.encode()).hexdigest()[:24] for t in texts]
    new = {k: t for k, t in zip(keys, texts, strict=True) if k not in kept}
    if new:
        kept.update(zip(new, text_vectors(list(new.values())).astype(np.float16), strict=True))
        file.parent.mkdir(parents=True, exist_ok=True)
        joblib.dump(kept, file)
    return np.stack([kept[k] for k in keys]).astype(np.float32)


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


def latency(model: IntentModel, texts: Sequence[str]) -> NDArray[np.float64]:
    """Milliseconds of one core for extractors, encoder and classifier, a message at a time."""
    model.rank(texts[:3], [seen(t) for t in texts[:3]])
    took = []
    with threadpool_limits(1):
        for text in texts:
            began = time.process_time()
            meaning = meaning_of(text)
            found = {part: [x.to_json() for x in getattr(meaning, part)] for part in _PARTS}
            model.rank([text], [cues(text, found)])
            took.append(1000 * (time.process_time() - began))
    return np.asarray(took)


def measure(folds: int) -> str:
    """Everything, as the page in Markdown."""
    began = time.monotonic()
    known = labelled(written())
    say(f"{len(known.texts)} sentences read and encoded")
    judged: dict[str, Judged] = {}
    for writer in sorted(set(known.writers)):
        inside = np.flatnonzero(known.writers == writer)
        others = np.flatnonzero(known.writers != writer)
        if len(others) and set(known.intents[inside]) <= set(known.intents[others]):
            judged[f"writer out: {writer}"] = known.judge(known.fit(others), inside)
            say(f"writer {writer} judged by what the others wrote")
    splits = StratifiedKFold(folds, shuffle=True, random_state=7)
    parts = []
    for learn, test in splits.split(known.texts, known.intents):
        parts.append(known.judge(known.fit(learn), test))
        say(f"fold {len(parts)} of {folds}")
    judged[f"{folds}-fold, writers mixed"] = joined(parts)

    started = time.monotonic()
    model = known.fit(np.arange(len(known.texts)))
    fitting = time.monotonic() - started
    blind = labelled([(r["text"], r["intent"], "blind") for r in rows_of("intents")])
    every = np.arange(len(blind.texts))
    judged["blind set"] = blind.judge(model, every)
    near = {}
    for writer in sorted(set(known.writers)):
        rows = np.flatnonzero(known.writers == writer)
        near[writer] = likeness(blind.texts, [known.texts[i] for i in rows])
        if set(blind.intents) <= set(known.intents[rows]):
            judged[f"blind set, learnt from the {writer} writer only"] = blind.judge(
                known.fit(rows), every
            )
    took = latency(model, blind.texts[:200])
    say("intents measured")

    def intent_of(text: str) -> str:
        return model.rank([text], [seen(text)])[0][0][0]

    tables = {
        "Members": nlu_scores.members(rows_of("members"), read),
        "Edits": nlu_scores.edits(rows_of("edits"), read),
        "Difficulties": nlu_scores.difficulties(rows_of("difficulties"), read),
        "Answers in the light of the question": nlu_scores.answers(rows_of("context"), intent_of),
    }
    return page(known, judged, near, tables, took, fitting, time.monotonic() - began)


def page(
    known: Sentences,
    judged: dict[str, Judged],
    near: dict[str, NDArray[np.float64]],
    tables: dict[str, dict[str, Score]],
    took: NDArray[np.float64],
    fitting: float,
    seconds: float,
) -> str:
    """The figures as Markdown."""
    writers = ", ".join(f"{n:,} by the {w}" for w, n in Counter(known.writers.tolist()).items())
    today = f"{datetime.now(timezone.utc):%d %B %Y}"
    lines = [
        "# How well messages are understood",
        "",
        f"Written by `make nlu-report` on {today} in {seconds / 60:.0f} minutes; "
        "do not edit. Intervals are 95 %: Wilson's for shares, rows resampled 1,000 times for F1.",
        "",
        f"Learnt from: {len(known.texts):,} sentences in {len(set(known.intents))} intents "
        f"({writers} writer). The blind sets are by one more writer, who says that neither "
        "the rules nor the training sentences were seen (but see below). All writers are the "
        "project's; no patient wrote any of it, so figures on patients' words may be lower.",
        "",
        "## Intents",
        "",
        "*Writer out* learns from all writers but one and is tested on that one. Folds mix the "
        "writers, so they flatter. The constants of `bot/nlu/intents.py` (layers, weights, how "
        "sharp, the head start of out-of-scope) were chosen on the second writer with the first "
        "learnt from, so that row is a little too good; no constant was chosen on the blind set.",
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
    outs = joined([j for name, j in judged.items() if name.startswith("writer out")])
    for title, found in (("blind set", blind), ("writer out", outs)):
        lines += ["", f"### Taken for each other most ({title})", ""]
        lines += row(["Right", "Taken for", "Times"]) + row(["---"] * 3)
        for (right, wrong), n in found.confusions(15):
            lines += row([f"`{right}`", f"`{wrong}`", str(n)])
    lines += ["", "### Weakest intents (writer out)", ""]
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
        lines += ["", f"## {title} (blind set)", "", notes[title], ""]
        lines += row(["Score", "Value", "Over"]) + row(["---"] * 3)
        for name, score in scores.items():
            lines += row([name, str(score), str(score.n)])
    middle, late = np.percentile(took, [50, 95])
    lines += [
        "",
        "## Speed",
        "",
        f"Extractors, encoder and classifier for one message (the safety screen apart): median "
        f"{middle:.0f} ms of one core, 95th percentile {late:.0f} ms, over {len(took)} messages "
        f"one at a time, as processor time ({platform.machine()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} on them at the end). The classifier learns from all sentences "
        f"in {fitting:.0f} s, once they are encoded.",
        "",
    ]
    return "\n".join(lines)


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
    parser.add_argument("--folds", type=int, default=_FOLDS)
    parser.add_argument("--out", type=Path, default=PAGE)
    chosen = parser.parse_args()
    chosen.out.write_text(measure(chosen.folds), encoding="utf-8")
    say(f"written to {chosen.out}")


if __name__ == "__main__":
    main()
