"""Start everything on one machine, watch over it, and stop it."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.settings import PROJECT, Settings
from bot.training import QUIET

_LOG = logging.getLogger(__name__)

START_UP_SECONDS = 180
STOP_SECONDS = 15

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a server that ended is started again: each time twice as long."""
STEADY_SECONDS = 60.0
"""How long a server has to live for the next pause to be the first one again."""
START_TRIES = 3
"""How often a server may end before all have been ready for once; then there is something wrong."""

SERVERS = {
    "actions": ["-m", "bot.server", "actions"],
    "rasa": ["-m", "bot.server", "rasa"],
    "web": ["-m", "bot.webchat"],
    "scheduler": ["-m", "bot.scheduler"],
}
"""What runs, in the order of starting: arguments for Python."""


NUMPY_THREADS = {"OPENBLAS_NUM_THREADS": "2"}
"""Threads of numpy's in a server: a message's matrices are small, but two are quicker than one
where the action server leaves a core free (docs/performance.md). One where the cores are shared
by several Rasa servers, as in ``deploy``."""


class StartFailed(RuntimeError):
    """A server did not come up; the message names it and its log."""


@dataclass
class Restart:
    """When a server is to be started again.

    Attributes:
        began: when it was started (seconds of the monotonic clock).
        pause: seconds to wait when it ends.
        due: when it is to be started; ``None`` while it runs.
        ends: how often it has ended.
    """

    began: float = 0.0
    pause: float = FIRST_PAUSE
    due: float | None = None
    ends: int = 0

    def has_begun(self) -> None:
        """It was started now."""
        self.began, self.due = time.monotonic(), None

    def has_ended(self) -> float:
        """It has ended; seconds until it is to be started again."""
        moment = time.monotonic()
        if moment - self.began >= STEADY_SECONDS:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(2 * self.pause, LONGEST_PAUSE)
        self.due = moment + pause
        self.ends += 1
        return pause


@dataclass
class Running:
    """The servers of one ``wise run``."""

    settings: Settings
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _restarts: dict[str, Restart] = field(default_factory=dict)
    _were_ready: bool = False

    def log_of(self, name: str) -> Path:
        """The log file of a server."""
        return self.settings.wise_home / "logs" / f"{name}.log"

    def start(self) -> None:
        """Start all servers and wait until they are ready."""
        for name, port in self._ports().items():
            if _taken(port):
                raise StartFailed(
                    f"port {port} is in use, so {name} cannot start there; "
                    f"set WISE_PORT_{name.upper()} to another, or stop what uses it"
                )
        self.log_of("web").parent.mkdir(parents=True, exist_ok=True)
        for name in SERVERS:
            self.launch(name)
        self._wait_until_ready()

    def launch(self, name: str) -> None:
        """Start one server, which must not be running, without waiting for it."""
        self.processes[name] = launch(SERVERS[name], self.settings, self.log_of(name))
        self._restarts.setdefault(name, Restart()).has_begun()

    def _ports(self) -> dict[str, int]:
        s = self.settings
        return {"actions": s.wise_port_actions, "rasa": s.wise_port_rasa, "web": s.wise_port_web}

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_UP_SECONDS
        url = f"{self.web_url}readyz"
        missing = ""
        while time.monotonic() < deadline:
            self.tend()
            with suppress(httpx.HTTPError):
                answer = httpx.get(url, timeout=6)
                if answer.status_code == httpx.codes.OK:
                    self._were_ready = True
                    return
                parts = answer.json()["parts"].values()
                missing = " ".join(part["words"] for part in parts if not part["ok"])
            time.sleep(0.3)
        raise StartFailed(
            f"not ready after {START_UP_SECONDS} s. {missing} See {self.log_of('rasa').parent}"
        )

    @property
    def web_url(self) -> str:
        """Address of the chat page."""
        return f"http://localhost:{self.settings.wise_port_web}/"

    def tend(self) -> None:
        """Start again what has ended by itself, after its pause; to be called again and again.

        Raises:
            StartFailed: a server has ended several times and never was ready.
        """
        for name, process in list(self.processes.items()):
            if process.poll() is None:
                continue
            restart = self._restarts[name]
            if restart.due is None:
                self._note_end(name, process, restart)
            elif time.monotonic() >= restart.due:
                self.launch(name)

    def _note_end(self, name: str, process: subprocess.Popen[bytes], restart: Restart) -> None:
        # What it has started itself would keep its port.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        pause = restart.has_ended()
        ended = f"{name} ended with code {process.returncode}; see {self.log_of(name)}"
        if restart.ends >= START_TRIES and not self._were_ready:
            raise StartFailed(ended)
        _LOG.warning("%s. It is started again in %g s", ended, pause)

    def stop(self) -> None:
        """Stop all servers, the newest first; kill what does not go."""
        stop(self.processes.values())


_PR_SET_PDEATHSIG = 1  # prctl(2)


def _end_with_us() -> None:
    """In a new process: be told to stop when who started it is killed, and keep no port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def launch(command: Sequence[str], settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    """Start one process with these settings, without waiting for it.

    Args:
        command: arguments for Python.
        log: file that what it prints is added to.
    """
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, *command],
            cwd=PROJECT,
            env={**NUMPY_THREADS, **os.environ, **QUIET, **environment_of(settings)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            # A Ctrl-C reaches us alone; we stop them in order.
            start_new_session=True,
            preexec_fn=_end_with_us,
        )


def stop(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Stop processes that were launched, the newest first; kill what does not go."""
    newest_first = list(processes)[::-1]
    for process in newest_first:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in newest_first:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def running(settings: Settings) -> Iterator[Running]:
    """All servers, started and ready; stopped at the end whatever happens."""
    servers = Running(settings)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as variables, so that every server has these and not its own reading."""
    return {
        name.upper(): str(value.absolute() if isinstance(value, Path) else value)
        for name, value in settings
    }


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
