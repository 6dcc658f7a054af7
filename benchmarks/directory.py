"""Speed of the directory: ``python -m benchmarks.directory [--services N] [--json] [--in FOLDER]``.

Makes N services (``made_up_services.py``), imports them from ORUK 3.0 pages into an empty
SQLite store, and then matches made-up people and searches words. Prints services a second, peak
memory of the importing process and of its biggest helper in MB, and 50th and 95th percentiles in
milliseconds, by the clock and of the process's own time: where other work shares the machine, the
clock measures that too. With ``--in`` the store stays in the folder and is used again.

Bars: 2,000 a second; 500 MB; match 25 ms at 200,000 and 60 ms at 1,000,000; search 50 ms at
200,000.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from benchmarks.made_up_services import TODAY, write_pages
from bot.directory import query
from bot.directory.importer import import_source
from bot.directory.model import Precision
from bot.directory.places import DATA, Place, PlaceKind, _rows
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Work
from bot.store.base import engine_for
from bot.support.finding import options_for
from bot.support.matching import ConfirmedGap, Wishes, wishes_from

WARM_UP = 200
WORDS = ("is there a choir", "walking group", "chair yoga", "help with benefits", "dementia café",
         "befriending", "men's shed", "swimming", "stroke group", "somewhere to knit")  # fmt: skip


def people(count: int, seed: int = 2) -> list[Wishes]:
    """Made-up people, spread as postcodes are, each with a gap, a wish and a difficulty."""
    rng = random.Random(seed)
    sectors = [r for r in _rows(DATA / "sectors.csv") if float(r["lat"]) > 1]
    homes = rng.choices(sectors, weights=[int(r["postcodes"]) for r in sectors], k=count)
    gaps = (
        ConfirmedGap(GapCode.NO_WEAK_TIES),
        ConfirmedGap(GapCode.UNCOVERED, Work.EMOTIONAL, (Area.LONELINESS,)),
        ConfirmedGap(GapCode.UNCOVERED, Work.ILLNESS, (Area.PAIN,)),
        ConfirmedGap(GapCode.SINGLE_POINT, Work.EVERYDAY, (Area.MONEY, Area.TRANSPORT)),
    )
    wishes = ("social", "creative", "get_fitter", "new_skills", "help_others", "low_cost")
    ills = ("COPD", "type 2 diabetes", "stroke", "dementia", "arthritis", "")
    return [
        wishes_from(
            gaps=[rng.choice(gaps)],
            preferences=rng.sample(wishes, 2),
            difficulties=rng.sample(list(Area), 3),
            conditions=rng.choice(ills),
            place=Place(
                row["sector"].split()[0], float(row["lat"]), float(row["lon"]), PlaceKind.POINT,
                Precision.OUTCODE,
            ),
            age=rng.choice(((25, 39), (50, 59), (65, 74), (75, 120))),
            travel=rng.choice((("bus",), ("car",), ())),
        )
        for row in homes
    ]  # fmt: skip


def percentiles(work: list[Callable[[], object]]) -> dict[str, float]:
    """Milliseconds of each piece of work, once each: the 50th and 95th percentile.

    ``own_`` is the time that this process had.
    """
    clock, own = [], []
    for job in work:
        start, begun = time.perf_counter(), time.process_time()
        job()
        own.append((time.process_time() - begun) * 1000)
        clock.append((time.perf_counter() - start) * 1000)
    return {
        f"{name}p{part}": round(sorted(times)[len(times) * part // 100], 1)
        for name, times in (("", clock), ("own_", own))
        for part in (50, 95)
    }


def match(session: Session, wishes: Wishes) -> object:
    """What an action does: the services near the person that look worth it, ranked."""
    return options_for(session, wishes, today=TODAY)


def measure(count: int, folder: Path, rounds: int) -> dict[str, Any]:
    """All figures for one size."""
    url = f"sqlite:///{folder / 'directory.sqlite'}"
    os.environ["DATABASE_URL"] = url
    from bot.server import COLLECT_AFTER
    from bot.settings import get_settings
    from bot.store.migrate import upgrade

    get_settings.cache_clear()
    gc.set_threshold(*COLLECT_AFTER)  # as servers do
    figures: dict[str, Any] = {"services": count, "load_average": round(os.getloadavg()[0], 1)}
    if not (folder / "directory.sqlite").exists():
        upgrade()
        pages = write_pages(folder / "pages", count)
        report = import_source(pages, feed="made up", url=url)
        shutil.rmtree(pages)
        figures |= {
            "import_per_second": round(report.read / report.seconds),
            "import_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "helper_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        }
    with Session(engine_for(url)) as session:
        # A server has been up for a while: what it keeps of services has its full size.
        some = people(rounds + WARM_UP)
        for wishes in some[:WARM_UP]:
            match(session, wishes)
        asked = some[WARM_UP:]
        words = list(islice(cycle(WORDS), rounds))
        figures["match_ms"] = percentiles([partial(match, session, w) for w in asked])
        figures["search_near_ms"] = percentiles(
            [
                partial(query.search_text, session, t, w.place)
                for t, w in zip(words, asked, strict=True)
            ]
        )
        figures["search_everywhere_ms"] = percentiles(
            [partial(query.search_text, session, t) for t in words[:40]]
        )
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, nargs="+", default=[20_000])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--in", dest="folder", type=Path, help="keep the stores here")
    options = parser.parse_args()
    for count in options.services:
        with tempfile.TemporaryDirectory(prefix="directory-benchmark-") as passing:
            folder = (options.folder or Path(passing)) / str(count)
            folder.mkdir(parents=True, exist_ok=True)
            figures = measure(count, folder, options.rounds)
        if options.json:
            print(json.dumps(figures), flush=True)
            continue
        for name, value in figures.items():
            print(f"{name:<22}{value}", flush=True)


if __name__ == "__main__":
    main()
