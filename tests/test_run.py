"""``wise run`` keeps its servers up: real processes, which die and are started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot import run
from bot.run import Running, StartFailed, running
from bot.settings import PROJECT, Settings
from tests.e2e.installation import free_ports

WEB = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"{}")
    def log_message(self, *_): pass
HTTPServer(("127.0.0.1", int(os.environ["WISE_PORT_WEB"])), Page).serve_forever()
"""
"""The one server that is asked whether all are ready."""
STAYS = ["-c", "import time; print('started', flush=True); time.sleep(3600)"]
ENDS = ["-c", "print('started', flush=True); raise SystemExit(3)"]
PATIENCE = 60


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    rasa, actions, web = free_ports(3)
    return Settings(
        _env_file=None,
        wise_home=tmp_path,
        wise_port_rasa=rasa,
        wise_port_actions=actions,
        wise_port_web=web,
    )


@pytest.fixture
def servers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Servers that are up: the page, and one that stays until it is killed."""
    monkeypatch.setattr(run, "SERVERS", {"actions": STAYS, "web": ["-c", WEB]})
    with running(settings) as servers:
        yield servers


def starts(servers: Running, name: str = "actions") -> int:
    return servers.log_of(name).read_text("utf-8").count("started")


def pauses(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Seconds that were waited before each start, as the log tells them."""
    return [record.getMessage().split()[-2] for record in caplog.records]


def until(met: Callable[[], bool], tend: Callable[[], None] = lambda: None) -> None:
    """Tend the servers, as ``wise run`` does, until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline
        tend()
        time.sleep(0.05)


def test_a_server_that_is_killed_is_started_again_and_the_others_go_on(
    servers: Running, caplog: pytest.LogCaptureFixture
) -> None:
    until(lambda: starts(servers) == 1)
    web, killed = servers.processes["web"], servers.processes["actions"]
    os.kill(killed.pid, signal.SIGKILL)
    until(lambda: starts(servers) == 2, servers.tend)
    assert servers.processes["actions"].poll() is None
    assert servers.processes["web"] is web and web.poll() is None
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith("actions ended with code -9; see ")
    assert line.endswith("It is started again in 1 s")


def test_what_the_killed_one_had_started_goes_with_it(servers: Running) -> None:
    # At one go: both write to one file, and print writes a line in pieces.
    forks = (
        "import os, time; os.fork(); "
        "os.write(1, f'started {os.getpid()}\\n'.encode()); time.sleep(3600)"
    )
    run.SERVERS["actions"] = ["-c", forks]
    servers.processes["actions"].kill()
    until(lambda: starts(servers) == 3, servers.tend)
    before = servers.log_of("actions").read_text("utf-8").split("\n")
    children = [int(line.split()[1]) for line in before if line.count(" ")]
    os.kill(servers.processes["actions"].pid, signal.SIGKILL)
    until(lambda: starts(servers) == 5, servers.tend)
    assert not any(map(_lives, children))


def test_servers_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    log = str(tmp_path / "log")
    program = (
        "import pathlib, sys, time; from bot.run import launch; from bot.settings import Settings; "
        f"child = launch({STAYS!r}, Settings(_env_file=None), pathlib.Path({log!r}));"
        "print(child.pid, flush=True); time.sleep(3600)"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        child = int(starter.stdout.readline())
        assert _lives(child)
        starter.kill()
    until(lambda: not _lives(child))


def test_one_that_ends_again_and_again_is_waited_for_longer_each_time(
    servers: Running, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LONGEST_PAUSE", 2.0)
    run.SERVERS["actions"] = ENDS
    servers.processes["actions"].kill()
    until(lambda: starts(servers) == 5, servers.tend)
    assert pauses(caplog)[:4] == ["1", "2", "2", "2"]


def test_one_that_lived_for_a_while_is_soon_back(
    servers: Running, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "STEADY_SECONDS", 0.0)
    run.SERVERS["actions"] = ENDS
    servers.processes["actions"].kill()
    until(lambda: starts(servers) == 4, servers.tend)
    assert set(pauses(caplog)) == {"1"}


def test_one_that_never_comes_up_ends_the_start_and_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SERVERS", {"actions": ENDS, "rasa": STAYS})
    servers = Running(settings)
    try:
        with pytest.raises(StartFailed, match=r"actions ended with code 3; see .*actions\.log"):
            servers.start()
        assert starts(servers) == run.START_TRIES
    finally:
        servers.stop()
    assert all(process.poll() is not None for process in servers.processes.values())


def test_ctrl_c_stops_all_also_those_that_were_started_again(settings: Settings) -> None:
    program = f"""
import bot.cli, bot.run
bot.cli.prepare = lambda: None  # the model and the tables
bot.run.SERVERS = {{"actions": {STAYS!r}, "web": ["-c", {WEB!r}]}}
bot.cli.app(["run"])
"""
    log = settings.wise_home / "logs" / "actions.log"
    wise = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env={**os.environ, **run.environment_of(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert wise.stdout is not None
        while "Ctrl-C" not in wise.stdout.readline():
            assert wise.poll() is None
        [first] = _children(wise.pid, STAYS[1])
        os.kill(first, signal.SIGKILL)
        until(lambda: log.read_text("utf-8").count("started") == 2)
        children = _children(wise.pid)
        assert len(children) == 2 and first not in children
        wise.send_signal(signal.SIGINT)
        assert wise.wait(PATIENCE) == 0
        assert not any(map(_lives, children))
    finally:
        wise.kill()
        wise.wait()


def _children(parent: int, command: str = "") -> list[int]:
    """Processes that one has started, with this in their command."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            own_parent = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            if int(own_parent) == parent and command in folder.joinpath("cmdline").read_text():
                found.append(int(folder.name))
    return found


def _lives(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
