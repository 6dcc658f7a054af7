"""What the benchmarks of speed share: spreads of times, memory and processor time of processes."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

Processes = Mapping[str, "subprocess.Popen[bytes]"]


def spread_of(times: Sequence[float], factor: float = 1.0) -> dict[str, float]:
    """Median, 95th percentile, largest and number; ``factor`` 1000 makes seconds milliseconds."""
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    found = {"p50": statistics.median(times), "p95": cuts[-1], "max": max(times)}
    return {name: round(factor * value, 1) for name, value in found.items()} | {"count": len(times)}


def memory(processes: Processes) -> dict[str, int]:
    """Resident memory of each process with its children, in megabytes (2**20), by ``ps``."""
    rows = _listing()
    return {
        name: round(sum(rows[pid][1] for pid in _tree(p.pid, rows)) / 1024)
        for name, p in processes.items()
    }


def processor_seconds(processes: Processes) -> dict[str, float]:
    """Processor time that each process with its children has used, by Linux' ``/proc``.

    How busy the machine is with other work hardly changes it.
    """
    rows = _listing()
    ticks = os.sysconf("SC_CLK_TCK")

    def used(pid: int) -> float:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / ticks  # user and system

    return {name: sum(map(used, _tree(p.pid, rows))) for name, p in processes.items()}


def _listing() -> dict[int, tuple[int, int]]:
    """Parent and resident memory in kilobytes (2**10) of every process."""
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    )
    lines = (tuple(map(int, line.split())) for line in listing.stdout.splitlines())
    return {pid: (parent, resident) for pid, parent, resident in lines}


def _tree(pid: int, rows: Mapping[int, tuple[int, int]]) -> Iterator[int]:
    if pid in rows:
        yield pid
    for child, (parent, _) in rows.items():
        if parent == pid:
            yield from _tree(child, rows)
