"""Speed of the map: ``python -m benchmarks.network [--rounds N] [--json]``.

Prints medians in milliseconds for networks of several sizes, and ends with 1 where a goal is
missed. One process, one thread.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable

from benchmarks.sample_maps import sample_map
from bot.needs.areas import Area, Size
from bot.needs.gaps import find_gaps
from bot.network.measures import measure
from bot.network.picture import render_png, render_svg
from bot.network.typology import classify
from bot.network.words import describe

SIZES = (0, 8, 25, 40)
GOALS = {("picture", 40): 150.0, ("measures", 40): 5.0}


def median_ms(work: Callable[[], object], rounds: int) -> float:
    """Median time of ``work`` in milliseconds, after one round that warms the caches."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    difficulties = dict.fromkeys(Area, Size.BIG)
    results: dict[int, dict[str, float]] = {}
    for size in SIZES:
        network = sample_map(size)
        svg = render_svg(network)
        jobs: dict[str, Callable[[], object]] = {
            "svg": lambda n=network: render_svg(n),
            "png": lambda s=svg: render_png(s),
            "picture": lambda n=network: render_png(render_svg(n)),
            "words": lambda n=network: describe(n),
            "measures": lambda n=network: measure(n),
            "type": lambda n=network: classify(n),
            "gaps": lambda n=network: find_gaps(n, difficulties),
        }
        results[size] = {name: median_ms(job, options.rounds) for name, job in jobs.items()}
    missed = [goal for goal, bound in GOALS.items() if results[goal[1]][goal[0]] > bound]
    if options.json:
        print(json.dumps(results))
        sys.exit(bool(missed))
    names = list(next(iter(results.values())))
    print("members" + "".join(f"{name:>12}" for name in names) + "   (median, ms)")
    for size, row in results.items():
        print(f"{size:>7}" + "".join(f"{row[name]:>12.2f}" for name in names))
    for (name, size), goal in GOALS.items():
        value = results[size][name]
        print(f"{name}, {size} members: {value:.1f} ms; the goal is below {goal:.0f} ms")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
