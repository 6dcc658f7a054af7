"""Speed of the chat page: ``python -m benchmarks.page [--turns N] [--json]``.

Starts what ``wise run`` starts, with a database and the sample directory of its own, walks one
patient through the whole journey of tests/dialogues, and prints what was measured and how.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request

from benchmarks.measuring import memory, spread_of
from benchmarks.sample_maps import sample_map
from bot.conversations.scripts import read_script
from bot.network.picture import render_png, render_svg
from bot.settings import PROJECT
from bot.webchat.guards import Visitors
from tests.e2e.installation import Installation, installation
from tests.e2e.patient import Caller, play

JOURNEY = PROJECT / "tests" / "dialogues" / "whole_journey.yml"
AFTERWARDS = (
    "show my map",
    "why do you ask?",
    "add my cousin Priya",
    "show my plan",
    "who can read this?",
    "move Priya to the middle",
    "I can't sleep at night",
    "take Priya off",
)
"""What the patient says once the journey is done, over and over, to make up the turns."""


def measure(turns: int, rounds: int) -> dict[str, Any]:
    """Start everything, measure, stop everything; times in milliseconds unless named."""
    with (
        tempfile.TemporaryDirectory() as home,
        installation(Path(home) / "installation") as servers,
        httpx.Client(base_url=servers.web_url, trust_env=False, timeout=60) as browser,
    ):
        at_rest = memory(servers.servers.processes)
        # One whole chat first: caches are filled by anyone's first chat, not by each patient's.
        problems = _journey(servers, _caller(servers, browser, "warms-the-caches-up"))
        browser.get("/").raise_for_status()
        patient = _caller(servers, browser, _address(servers, browser))
        problems += _journey(servers, patient)
        for text in islice(cycle(AFTERWARDS), max(0, turns - len(patient.seconds))):
            patient.says(text)
        page = _page_turns(browser, rounds)
        map_id = patient.maps[-1]
        first = _timed(lambda: browser.get(f"/chat/map/{map_id}.png").raise_for_status())
        again = [
            _timed(lambda: browser.get(f"/chat/map/{map_id}.png").raise_for_status())
            for _ in range(rounds)
        ]
        return {
            "start_up_seconds": round(servers.start_up, 1),
            "turns": len(patient.seconds),
            "differences_from_the_script": len(problems),
            "turn": spread_of(patient.seconds, 1000),
            "turn_through_the_web_server": spread_of(page),
            "picture_png_over_http_first": round(first, 1),
            "picture_png_over_http_again": spread_of(again),
            "picture_in_process": _drawing(rounds),
            "memory_mb_at_rest": at_rest,
            "memory_mb_afterwards": memory(servers.servers.processes),
        }


def _address(servers: Installation, browser: httpx.Client) -> str:
    """The address behind the browser's cookie, so that the pictures are its own."""
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    scope = {"type": "http", "headers": [(b"cookie", cookie.encode())]}
    address = Visitors(servers.settings).address(Request(scope))
    assert address is not None
    return address


def _caller(servers: Installation, client: httpx.Client, address: str) -> Caller:
    return Caller(client, servers.rasa_url, servers.settings, address)


def _journey(servers: Installation, caller: Caller) -> list[str]:
    problems = play(read_script(JOURNEY), caller)
    for problem in problems:
        print(f"not as scripted: {problem[:200]}", file=sys.stderr)
    return problems


def _page_turns(browser: httpx.Client, rounds: int) -> list[float]:
    """Turns as the page asks for them, through our web server to Rasa."""

    def ask(number: int) -> None:
        body = {
            "update_key": f"benchmark-{number:06}",
            "incoming": {"type": "text", "text": "who can read this?"},
        }
        browser.post("/chat/turn", json=body).raise_for_status()

    return [_timed(lambda n=number: ask(n)) for number in range(rounds)]


def _drawing(rounds: int) -> dict[str, Any]:
    """``render_svg`` and ``render_png`` in this process, by number of members."""
    return {
        f"{size}_members": spread_of(
            [_timed(lambda n=network: render_png(render_svg(n))) for _ in range(rounds)]
        )
        for size in (8, 25)
        for network in [sample_map(size)]
    }


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def show(found: dict[str, Any]) -> None:
    """Print the figures with how they came about."""

    def line(name: str, spread: dict[str, float]) -> None:
        print(
            f"{name:<44}p50 {spread['p50']:>7.1f} ms   p95 {spread['p95']:>7.1f} ms   "
            f"max {spread['max']:>7.1f} ms   n {spread['count']}"
        )

    print(
        f"On {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; "
        f"load average now {os.getloadavg()[0]:.1f}.\n"
    )
    line("Turn, one patient", found["turn"])
    line("Turn through our web server too", found["turn_through_the_web_server"])
    first = found["picture_png_over_http_first"]
    print(f"{'Picture as PNG over HTTP, first time':<44}    {first:>7.1f} ms")
    line("Picture as PNG over HTTP, again", found["picture_png_over_http_again"])
    for size, spread in found["picture_in_process"].items():
        line(f"Picture drawn in process, {size.replace('_', ' ')}", spread)
    print(f"{'Start-up until /readyz says yes':<44}    {found['start_up_seconds']:>7.1f} s")
    for when in ("at_rest", "afterwards"):
        sizes = ", ".join(f"{n} {mb} MB" for n, mb in found[f"memory_mb_{when}"].items())
        print(f"Memory {when.replace('_', ' ')}: {sizes}")
    print(
        "\nHow: Rasa server, action server and web server as `wise run` starts them, on loopback,"
        "\nSQLite in a new folder, the sample directory. After one whole chat to warm up, one"
        f"\npatient takes {found['turns']} turns one after another: the journey of"
        "\ntests/dialogues/whole_journey.yml, then side questions and changes of the map. A turn"
        "\nis timed from sending POST /webhooks/webchat/turn on the Rasa server, with the inner"
        "\ntoken, to its last byte. Turns through the web server are POST /chat/turn with"
        '\n"who can read this?". The picture over HTTP is GET /chat/map/ID.png of the patient\'s'
        "\nmap; in process it is render_svg and render_png of a made-up map."
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--turns", type=int, default=60, help="of the one chat (default 60)")
    parser.add_argument("--rounds", type=int, default=21, help="of each picture (default 21)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if options.turns < 1 or options.rounds < 2:
        parser.error("--turns needs at least 1, --rounds at least 2")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    found = measure(options.turns, options.rounds)
    if options.json:
        print(json.dumps(found))
    else:
        show(found)


if __name__ == "__main__":
    main()
