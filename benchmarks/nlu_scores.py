"""Scores of what is understood against annotated sentences, with 95 % confidence intervals."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actions.details import told
from actions.everyone import NONE, said_of
from actions.turn import Answer
from bot.language.reader import Reading
from bot.network.edits import Ambiguous, Match
from bot.network.model import Member, Network, Relationship
from bot.nlu import context
from bot.nlu.about_one import about_one
from bot.nlu.apply import meant
from bot.nlu.lexicon import relationship_of
from bot.nlu.meaning import Meaning

Row = dict[str, Any]

_RESAMPLES = 1000


@dataclass(frozen=True)
class Score:
    """A share or an F1 with its interval; ``n`` is what it was counted over."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def share(hits: int, n: int) -> Score:
    """A proportion with Wilson's interval (Wilson 1927)."""
    if not n:
        return Score(float("nan"), float("nan"), float("nan"), 0)
    z, p = 1.96, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5 / (1 + z * z / n)
    return Score(p, max(0.0, middle - half), min(1.0, middle + half), n)


def f1(counts: Sequence[tuple[int, int, int]]) -> Score:
    """Micro F1 of (right, too many, missed) by row; rows are resampled for the interval."""
    table = np.asarray(counts, dtype=float).reshape(-1, 3)
    rng = np.random.default_rng(7)
    drawn = [
        _f1(table[rng.integers(len(table), size=len(table))].sum(0)) for _ in range(_RESAMPLES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Score(_f1(table.sum(0)), float(low), float(high), len(table))


def _f1(total: NDArray[np.float64]) -> float:
    right, extra, missed = total
    return float(2 * right / (2 * right + extra + missed)) if right + extra + missed else 1.0


def bare(name: str) -> str:
    """A name without case, article and possessive ending: what two writers may differ in."""
    low = name.casefold().replace("’", "'").strip(" .,!?")
    return re.sub(r"'s$", "", re.sub(r"^(?:my|me|our|the|an?) ", "", low))


def members(rows: Sequence[Row], read: Callable[[str], Meaning]) -> dict[str, Score]:
    """Scores of members; a second reading that the label allows counts as right."""
    pairs, contact, helps = [], [], []
    empty = false_alarms = 0
    recall: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        got = [m.to_json() for m in read(row["text"]).members]
        wanted = row["members"]
        if not wanted:
            empty += 1
            false_alarms += bool(got)
        left, matched, missed = list(got), [], 0
        for want in wanted:
            also = want.get("also", {})
            named = [g for g in left if bare(g["name"]) in map(bare, _accepted(want, "name"))]
            right = [g for g in named if g["relationship"] in _accepted(want, "relationship")]
            if row.get("origin", "none") != "none":
                recall[row["origin"]].append(bool(named))
            if right:
                left.remove(right[0])
                matched.append((want, right[0]))
            elif not also.get("optional"):
                missed += 1
        pairs.append((len(matched), len(left), missed))
        for want, have in matched:
            contact.append(_slot(have["contact"], _accepted(want, "contact")))
            options = [set(o) for o in [want["help"], *want.get("also", {}).get("help", [])]]
            found = set(have["help"])
            best = max(options, key=lambda o: len(found & o) - len(found ^ o))
            helps.append((len(found & best), len(found - best), len(best - found)))
    scores = {
        "F1, name and relationship": f1(pairs),
        "false members, texts that name nobody": share(false_alarms, empty),
        "contact F1, of members found": f1(contact),
        "help F1, of members found": f1(helps),
    }
    for origin in sorted(recall):
        scores[f"names found: {origin}"] = share(sum(recall[origin]), len(recall[origin]))
    return scores


def _accepted(want: Row, field: str) -> list[Any]:
    also = want.get("also", {}).get(field, [])
    return [want[field], *(also if isinstance(also, list) else [also])]


def _slot(found: str | None, accepted: list[Any]) -> tuple[int, int, int]:
    if found in accepted:
        return (int(found is not None), 0, 0)
    return (0, int(found is not None), int(None not in accepted))


def edits(rows: Sequence[Row], read: Callable[[str], Meaning]) -> dict[str, Score]:
    """Scores of edits with the target found on the row's own map."""
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for row in rows:
        network = Network(
            tuple(
                Member(f"m{i}", m["label"], relationship=_relationship(m["relationship"]))
                for i, m in enumerate(row["network"], start=1)
            )
        )
        got, unsure = _resolved(read(row["text"]), network)
        kind = "ambiguous" if row["ambiguous"] else "edits" if row["edits"] else "no edit"
        of[kind] += 1
        if row["ambiguous"]:
            right[kind] += not got
        elif not row["edits"]:
            right[kind] += not got and not unsure
        else:
            right[kind] += not unsure and _same_edits(got, row["edits"], network)
    named = {
        "edits": "right in full, texts with an edit",
        "ambiguous": "nothing done where it must ask",
        "no edit": "nothing done where nothing is asked",
    }
    scores = {label: share(right[k], of[k]) for k, label in named.items() if of[k]}
    scores["right in full, all texts"] = share(sum(right.values()), sum(of.values()))
    return scores


def _relationship(code: str | None) -> Relationship | None:
    return Relationship(code) if code else None


def _where(network: Network, text: str | None) -> tuple[str, bool]:
    """The key of the member that a text means (the text itself for nobody), and doubt."""
    found = meant(network, text) if text else None
    if isinstance(found, Match):
        return found.key, False
    return bare(text or ""), isinstance(found, Ambiguous)


def _resolved(meaning: Meaning, network: Network) -> tuple[list[tuple[str, str, str]], bool]:
    result: list[tuple[str, str, str]] = []
    unsure = False
    # The relationship of somebody added is said of the member, not in the edit.
    known = {bare(m.name): m.relationship for m in meaning.members}
    for edit in meaning.edits:
        target, value = edit.target, edit.value
        relationship = known.get(bare(target))
        if edit.operation == "add" and relationship:
            value = relationship.value
        if edit.operation not in ("add", "undo"):
            target, doubt = _where(network, edit.target)
            if edit.operation == "merge":
                other, doubt_of_other = _where(network, edit.value)
                doubt = doubt or doubt_of_other
                target, value = sorted((target, other))
            if doubt:
                unsure = True
                continue
        result.append((edit.operation, bare(target), value))
    return result, unsure


def _same_edits(
    got: Sequence[tuple[str, str, str]], wanted: Sequence[Row], network: Network
) -> bool:
    if len(got) != len(wanted):
        return False
    left = list(got)
    for want in wanted:
        fits = [g for g in left if _fits(g, want, network)]
        if not fits:
            return False
        left.remove(fits[0])
    return True


def _fits(got: tuple[str, str, str], want: Row, network: Network) -> bool:
    operation, target, value = got
    if operation != want["operation"]:
        return False
    if operation == "undo":
        return True
    wanted_target = bare(want["target"] or "")
    if operation != "add":
        wanted_target = _where(network, want["target"])[0]
    also = want.get("value_also", [])
    values = [want["value"], *(also if isinstance(also, list) else [also])]
    if operation == "merge":
        pair = sorted((wanted_target, _where(network, want["value"])[0]))
        return [target, value] == pair
    if target != wanted_target:
        return False
    if operation == "set_help":
        return set(value.split(",")) == set(want["value"])
    if operation in ("remove", "died"):
        return True
    return bare(value) in [bare(str(v or "")) for v in values]


def difficulties(rows: Sequence[Row], read: Callable[[str], Meaning]) -> dict[str, Score]:
    """Scores of areas; an optional area neither counts when found nor when missed."""
    counts = []
    empty = false_alarms = sized = sizes = 0
    for row in rows:
        got = {d.area.value: d.size and d.size.value for d in read(row["text"]).difficulties}
        wanted = {d["area"]: [d["size"], *d.get("size_also", [])] for d in row["difficulties"]}
        extra = set(got) - set(wanted) - set(row.get("optional", []))
        both = set(got) & set(wanted)
        counts.append((len(both), len(extra), len(set(wanted) - set(got))))
        sizes += len(both)
        sized += sum(got[a] in wanted[a] for a in both)
        if not wanted:
            empty += 1
            false_alarms += bool(extra)
    return {
        "areas, micro F1": f1(counts),
        "size right, of areas found": share(sized, sizes),
        "false areas, texts without any": share(false_alarms, empty),
    }


def answers(
    rows: Sequence[Row],
    intent_of: Callable[[str], str],
    read: Callable[[str], Reading],
) -> dict[str, Score]:
    """Scores of answers as the bot's own questions take them, by the kind of question.

    Where a question takes nothing from an answer, the intent stands. Kinds that the bot asks by
    buttons alone, and dates, are left out.
    """
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for row in rows:
        kind = row["question"]["kind"]
        if kind not in _TAKEN:
            continue
        text, intent = row["text"], intent_of(row["text"])
        answer = Answer(text=text, intent=intent, about=about_one(read, text))
        got = _TAKEN[kind](answer, row) or _AS_ANSWER.get((kind, intent), intent)
        also = row.get("also", [])
        wanted = [row["expected"], *(also if isinstance(also, list) else [also])]
        of[kind] += 1
        right[kind] += _flat(got) in [_flat(w) for w in wanted] or _flat(got) == _flat(wanted[1:])
    scores = {f"answer to: {kind}": share(right[kind], of[kind]) for kind in sorted(of)}
    scores["all of these"] = share(sum(right.values()), sum(of.values()))
    return scores


def _flat(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, (list, tuple, frozenset)) else [str(value)]


_TOM = Member("m1", "Tom", relationship=Relationship.CHILD)


def _contact(answer: Answer, row: Row) -> Any:
    return (told(answer, _TOM) or {}).get("contact")


def _help(answer: Answer, row: Row) -> Any:
    found = (told(answer, _TOM) or {}).get("help")
    return None if found is None else sorted(found) or NONE


def _yes_no(answer: Answer, row: Row) -> Any:
    said = context.yes_or_no(answer.text)
    return None if said is None else ("no", "yes")[said]


def _which(answer: Answer, row: Row) -> Any:
    members = []
    for number, option in enumerate(row.get("options") or ()):
        name, _, kin = option.rstrip(")").partition(" (")
        members.append(Member(f"m{number}", name, relationship=relationship_of(kin)))
    keys = said_of(members, answer, hard="harder" in row["question"]["text"])
    return None if keys is None else [m.label for m in members if m.key in keys] or NONE


_AS_ANSWER = {("yes_no", "affirm"): "yes", ("yes_no", "deny"): "no"}
_TAKEN: dict[str, Callable[[Answer, Row], Any]] = {
    "contact": _contact,
    "help": _help,
    "yes_no": _yes_no,
    "which_person": _which,
}
