"""Scores ``extract_members`` on a file of sentences: ``python -m tests.nlu.score_members FILE``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from bot.nlu.members import extract_members


def key(member: dict) -> tuple[str, str | None]:
    """What has to be right: the name, whatever its case, and the relationship."""
    return member["name"].lower().replace("’", "'"), member.get("relationship")


def score(path: Path, *, show: bool = False) -> dict[str, float]:
    """Micro precision, recall and F1 of members, of their contact and help, and false ones."""
    hit = miss = wrong = empty = false_on_empty = 0
    slots: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        got = [m.to_json() for m in extract_members(row["text"])]
        want = row["members"]
        g, w = Counter(map(key, got)), Counter(map(key, want))
        both = sum((g & w).values())
        hit += both
        miss += sum(w.values()) - both
        wrong += sum(g.values()) - both
        empty += not want
        false_on_empty += not want and bool(got)
        bad = g != w
        by = {m["name"].lower(): m for m in got}
        for m in want:
            have = by.get(m["name"].lower(), {})
            for slot in ("contact", "circle", "status", "strain"):
                default = {"status": "active", "strain": False}.get(slot)
                a, b = have.get(slot, default), m.get(slot, default)
                slots[f"{slot}+"] += a == b != default
                slots[f"{slot}-miss"] += a != b and b != default
                slots[f"{slot}-wrong"] += a != b and a != default
                bad = bad or a != b
            a, b = set(have.get("help", ())), set(m.get("help", ()))
            slots["help+"] += len(a & b)
            slots["help-miss"] += len(b - a)
            slots["help-wrong"] += len(a - b)
            bad = bad or a != b
        if bad and show:
            print(
                row["text"],
                "\n   want",
                [brief(m) for m in want],
                "\n   got ",
                [brief(m) for m in got],
            )
    result = {"f1": f1(hit, miss, wrong), "false_on_empty": false_on_empty / max(1, empty)}
    for slot in ("contact", "help", "circle", "status", "strain"):
        result[slot] = f1(slots[f"{slot}+"], slots[f"{slot}-miss"], slots[f"{slot}-wrong"])
    return {k: round(v, 3) for k, v in result.items()}


def brief(m: dict) -> str:
    """A member in a line."""
    extra = [str(m[k]) for k in ("contact", "help", "circle", "status", "strain") if m.get(k)]
    return (
        f"{m['name']}:{m.get('relationship')} {' '.join(e for e in extra if e != 'active')}".strip()
    )


def f1(hit: int, miss: int, wrong: int) -> float:
    """The harmonic mean of precision and recall; 1 where there is nothing to find."""
    return 1.0 if not hit + miss + wrong else 2 * hit / (2 * hit + miss + wrong)


if __name__ == "__main__":
    print(score(Path(sys.argv[1]), show="-v" in sys.argv))
