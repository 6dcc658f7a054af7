"""Speed of the console with a large service: ``python -m benchmarks.console [--json]``.

Fills an empty database with turns of many people (sentences of ``data/nlu``, spread over a
year), their maps, gaps and plans, and what stands on the queue. Then asks the real application,
over its own routes and with its guard and audit, for what staff look at, and prints the spread of
the times. Ends with 1 where a time is over its bar.

``--url`` names an empty PostgreSQL database; without it a SQLite file in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import yaml

from bot.settings import PROJECT, get_settings

BAR_MS = {"list": 150, "search": 150, "transcript": 150}
"""What the p95 of each may be at most, with a million turns of 20,000 people. The queue and the
service view, counted afresh, are measured beside them."""

BATCH = 5_000
STAGES = ("about_you", "people", "details", "gaps", "options", "plan", "open")
AREAS = ("Derby", "Southampton", "Leeds", "Glasgow", "Swansea", "Belfast", "Marlowby")
NAMES = ("Jean", "Tom", "Asha", "Errol", "Bronwen", "Kasia", "Yusuf", "Mo")
LEVELS = ("concern", "concern", "crisis", "emergency")
REQUESTS = ("talk", "complaint", "not_understood")
CONDITIONS = ("diabetes", "COPD", "arthritis", "heart failure", "diabetes and arthritis", "asthma")


def who(number: int) -> str:
    """The id of a made-up person."""
    return f"{number:032x}"


def sentences() -> list[tuple[str, str]]:
    """(intent, sentence) of the training data."""
    found = []
    for path in sorted((PROJECT / "data" / "nlu").glob("*.yml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            found += [
                (item["intent"], line[2:])
                for line in str(item["examples"]).splitlines()
                if line.startswith("- ")
            ]
    return found


def turns(count: int, people: int, seed: int) -> Iterator[dict[str, Any]]:
    """Rows of ``turn``, in the order of time."""
    from bot.store.base import now

    chance = random.Random(seed)
    spoken = sentences()
    start = now() - timedelta(days=365)
    step = timedelta(days=365) / count
    for number in range(count):
        intent, text = chance.choice(spoken)
        unclear = chance.random() < 0.04
        risk = "crisis" if chance.random() < 0.001 else "none"
        yield {
            "id": number + 1,
            "person_id": who(chance.randrange(people)),
            "at": start + step * number,
            "channel": "webchat",
            "update_key": f"web:{number}",
            "kind": "text",
            "text": text,
            "intent": "answer",
            "understood": intent,
            "confidence": 0.3 if unclear else 0.95,
            "ranking": [{"name": intent, "confidence": 0.95}, {"name": "help", "confidence": 0.02}],
            "found": {"difficulties": [{"area": "pain", "size": None}]},
            "actions": ["people_form", "action_next_step"],
            "slots": {"people_names": "answered"},
            "risk": risk,
            "risk_category": "suicide" if risk != "none" else None,
            "replies": [
                {"text": "Thank you. Who else is there for you?",
                 "buttons": [{"title": "That's everyone", "payload": ""}]}
            ],
            "form": "people",
            "asked": "people_names",
            "took_ms": 300,
            "unclear": unclear,
            "low": unclear,
            "failed": False,
            "stuck": False,
        }  # fmt: skip


def records(numbers: Iterable[int], seed: int) -> dict[Any, list[dict[str, Any]]]:
    """Rows of some people's records, by table: a map then and now, gaps, a plan, what is open."""
    from bot.needs.areas import Area
    from bot.network.exports import network_to_json
    from bot.network.model import Contact, Member, Network, Relationship, Work, kind_of
    from bot.store import tables
    from bot.store.base import now

    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    areas = [area.value for area in Area]
    for number in numbers:
        chance = random.Random(seed * 1_000_003 + number)
        person_id, at = who(number), now() - timedelta(days=365 * chance.random())
        mine = {"person_id": person_id}
        place = chance.choice(AREAS)
        found[tables.Person].append(
            {"id": person_id, "created_at": at, "stage": chance.choice(STAGES), "area": place,
             "conditions": chance.choice(CONDITIONS)}
        )  # fmt: skip

        def member(key: int, chance: random.Random = chance) -> Member:
            relationship = chance.choice(list(Relationship))
            work = frozenset(chance.sample(list(Work), chance.randint(0, 2)))
            return Member(f"m{key}", f"{chance.choice(NAMES)} {key}", kind_of(relationship),
                          relationship, chance.choice((1, 2, 3)), chance.choice(list(Contact)),
                          help=work)  # fmt: skip

        first = Network(tuple(map(member, range(1, chance.randint(3, 16)))))
        present = Network((*first.members[chance.randint(0, 1) :], member(20)))
        for position, m in enumerate(present):
            found[tables.MemberRow].append(
                {**mine, "position": position, "key": m.key, "label": m.label,
                 "kind": m.kind.value, "relationship": m.relationship and m.relationship.value,
                 "circle": m.circle, "contact": m.contact and m.contact.value,
                 "help": sorted(w.value for w in m.help or ()), "status": m.status.value}
            )  # fmt: skip
        for days, reason, network in ((1, "baseline", first), (30, "review", present)):
            found[tables.Snapshot].append(
                {**mine, "id": f"{number:024x}{reason}", "reason": reason,
                 "taken_at": at + timedelta(days=days), "network": network_to_json(network)}
            )  # fmt: skip
        for scope in ("use", "save_map", "share")[: chance.choice((2, 3))]:
            found[tables.Consent].append({**mine, "scope": scope, "version": "1"})
        for area in chance.sample(areas, 3):
            found[tables.Difficulty].append({**mine, "area": area, "size": "big"})
        for code, work in (("uncovered", "emotional"), ("no_weak_ties", "")):
            found[tables.GapRow].append(
                {**mine, "key": code, "code": code, "work": work, "confirmed": True, "asked_at": at}
            )
        found[tables.UnmetNeed].append(
            {**mine, "at": at, "wanted": ["social"], "area": place,
             "state": "open" if chance.random() < 0.01 else "done"}
        )  # fmt: skip
        found[tables.Plan].append({**mine, "id": number + 1, "what": "a walk", "made_at": at})
        found[tables.FollowUp].append(
            {**mine, "plan_id": number + 1, "due_at": at, "answered_at": at, "state": "answered",
             "tried": chance.choice(("yes", "no")), "worth": "yes", "barrier": "transport",
             "decision": "go_on"}
        )  # fmt: skip
        for table, kinds in ((tables.RiskEvent, LEVELS), (tables.StaffRequest, REQUESTS)):
            if chance.random() < 0.03:
                kind = {"level" if table is tables.RiskEvent else "kind": chance.choice(kinds)}
                more = (
                    {"detector": "rules", "reply": "x"}
                    if table is tables.RiskEvent
                    else {"words": "please"}
                )
                state = "open" if chance.random() < 0.3 else "done"
                found[table].append({**mine, "at": at, "state": state, **kind, **more})
    return found


def fill(count: int, people: int, seed: int) -> float:
    """Fill the settings' database; the seconds that it took."""
    from sqlalchemy import insert, text

    from bot.store import turn_search
    from bot.store.base import unit_of_work
    from bot.store.migrate import upgrade
    from bot.store.turns import RISKS, Conversation, Turn

    began = time.perf_counter()
    upgrade()
    for start in range(0, people, BATCH // 10):
        with unit_of_work() as session:
            for table, rows in records(
                range(start, min(people, start + BATCH // 10)), seed
            ).items():
                session.execute(insert(table), rows)
    sums: dict[str, dict[str, Any]] = {}
    batch: list[dict[str, Any]] = []

    def write() -> None:
        with unit_of_work() as session:
            session.execute(insert(Turn), batch)
            turn_search.put(session.connection(), [(r["id"], r["text"]) for r in batch])
        batch.clear()
        print(f"\r{sum(s['turns'] for s in sums.values()):,} turns", end="", file=sys.stderr)

    for row in turns(count, people, seed):
        batch.append(row)
        kept = sums.setdefault(
            row["person_id"],
            {"person_id": row["person_id"], "channel": "webchat", "started_at": row["at"],
             "turns": 0, "unclear": 0, "low": 0, "risk": 0, "names": ["Jean", "Tom"]},
        )  # fmt: skip
        kept["turns"] += 1
        kept["unclear"] += row["unclear"]
        kept["low"] += row["low"]
        kept["risk"] = max(kept["risk"], RISKS.index(row["risk"]))
        kept["last_at"], kept["last_words"] = row["at"], row["text"]
        if len(batch) == BATCH:
            write()
    if batch:
        write()
    with unit_of_work() as session:
        session.execute(insert(Conversation), list(sums.values()))
        session.execute(text("ANALYZE"))
    print(file=sys.stderr)
    return time.perf_counter() - began


def paths(count: int, people: int, rounds: int, seed: int) -> dict[str, list[str]]:
    """What staff ask for, by kind."""
    chance = random.Random(seed + 1)

    def someone() -> str:
        return who(chance.randrange(people))

    lists = [
        "", "flag=risk", "flag=unclear", "flag=unread", "stage=open", "area=derby",
        "condition=diabetes", "intent=complaint", "intent=add_member", "flag=risk&area=leeds",
        "until=2026-06-30", "stage=plan&condition=copd&flag=low",
    ]  # fmt: skip
    searches = [
        "breathless", "stairs", "my daughter", "the", "help", "walking group", '"talk to someone"',
        "xylophone", "pain&area=derby", "bus&flag=risk", "my&stage=plan&area=leeds", "garden",
    ]  # fmt: skip
    return {
        "list": [f"/conversations?{lists[n % len(lists)]}" for n in range(rounds)],
        "search": [f"/conversations?q={searches[n % len(searches)]}" for n in range(rounds)],
        "transcript": [
            f"/c/{someone()}" + (f"?at={chance.randrange(1, count)}" if n % 3 == 0 else "")
            for n in range(rounds)
        ],
        "queue": ["/queue", "/queue?kind=risk", "/queue?done=1"] * math.ceil(rounds / 12),
        "service view": [f"/numbers?period={p}" for p in ("90", "365", "all")],
    }


def measure(count: int, people: int, rounds: int, seed: int) -> dict[str, Any]:
    """Milliseconds for each kind, and the slowest address of it."""
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from bot.console import accounts, numbers
    from bot.console.app import console_mount
    from bot.console.web import COOKIE, ROOT, Cookies
    from bot.store.base import unit_of_work

    settings = get_settings()
    with unit_of_work() as session:
        row = accounts.find(session, "benchmark") or accounts.add(
            session, "benchmark", "Benchmark", "lead", ""
        )
        token = accounts.begin(session, row, verified=True)
    result: dict[str, Any] = {}
    app = Starlette(routes=[console_mount(settings)])
    with TestClient(app, base_url="https://console.test") as client:
        client.cookies.set(COOKIE, str(Cookies(settings)._signer.dumps(token)), path=ROOT)
        for kind, asked in paths(count, people, rounds, seed).items():
            client.get(ROOT + asked[0])
            times = []
            for path in asked:
                numbers.forget()
                began = time.perf_counter()
                answer = client.get(ROOT + path)
                times.append((1000 * (time.perf_counter() - began), path))
                assert answer.status_code == 200, (path, answer.status_code)
            only = sorted(t for t, _ in times)
            result[kind] = {
                "median_ms": round(statistics.median(only), 1),
                "p95_ms": round(only[math.ceil(0.95 * len(only)) - 1], 1),
                "slowest_ms": round(max(times)[0], 1),
                "slowest": max(times)[1],
            }
    return result


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=120)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--url", default="", help="an empty PostgreSQL database")
    parser.add_argument("--keep", default="", help="a folder for the SQLite file; filled once")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = given.keep or home
        known = bool(given.keep) and os.path.exists(f"{folder}/console.sqlite")
        os.environ["WISE_HOME"] = folder
        os.environ["DATABASE_URL"] = given.url or f"sqlite:///{folder}/console.sqlite"
        get_settings.cache_clear()
        seconds = 0.0 if known else fill(given.turns, given.people, given.seed)
        load = os.getloadavg()[0]
        result = {
            "database": given.url.split(":")[0] or "sqlite",
            "turns": given.turns,
            "people": given.people,
            "fill_seconds": round(seconds, 1),
            "load": round(load, 1),
            **measure(given.turns, given.people, given.rounds, given.seed),
        }
    if given.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:<14}{value}")
    missed = [kind for kind, most in BAR_MS.items() if result[kind]["p95_ms"] > most]
    for kind in missed:
        print(f"{kind}: p95 {result[kind]['p95_ms']} ms, may be {BAR_MS[kind]}", file=sys.stderr)
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
