"""Two of each server on this machine, with a balancer before them, to be killed at will."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.run import SERVERS, launch
from bot.settings import Settings
from bot.webchat.secret import INNER_HEADER, inner_token
from tests.e2e.installation import free_ports

COMMANDS = {
    "actions": SERVERS["actions"],
    "rasa": SERVERS["rasa"],
    "projector": ["-m", "bot.projector"],
}
EACH = 2
START_UP_SECONDS = 600


class Balancer:
    """Passes each call to one of several ports, at random; to another where nobody listens.

    A call that is cut while it is worked on gets a 502, as from nginx: it may have had effects.

    Attributes:
        passed: calls that were answered, by port.
        under_way: calls that are being worked on, by port.
        cut: calls whose server went away under them.
    """

    def __init__(self, ports: Iterable[int], chance: random.Random) -> None:
        self._ports = list(ports)
        self._chance = chance
        self._runner: web.AppRunner | None = None
        self.passed = dict.fromkeys(self._ports, 0)
        self.under_way = dict.fromkeys(self._ports, 0)
        self.cut = 0

    async def start(self, port: int) -> None:
        """Listen on loopback."""
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._pass)
        self._session = aiohttp.ClientSession()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()
            await self._session.close()

    async def _pass(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _OF_ONE_HOP}
        for port in self._chance.sample(self._ports, len(self._ports)):
            url = f"http://127.0.0.1:{port}{request.rel_url}"
            self.under_way[port] += 1
            try:
                async with self._session.request(
                    request.method, url, data=body, headers=headers
                ) as answer:
                    self.passed[port] += 1
                    return web.Response(
                        status=answer.status,
                        body=await answer.read(),
                        content_type=answer.content_type,
                    )
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                self.cut += 1
                break
            finally:
                self.under_way[port] -= 1
        return web.Response(status=502)


_OF_ONE_HOP = frozenset({"host", "connection", "content-length", "transfer-encoding"})


class Fleet:
    """Two Rasa servers, two action servers and two projection workers of one installation.

    Args:
        settings: of all; each server gets a port of its own.
        logs: folder for what they print.
    """

    def __init__(self, settings: Settings, logs: Path) -> None:
        self._logs = logs
        self._header = {INNER_HEADER: inner_token(settings)}
        self._processes: dict[tuple[str, int], subprocess.Popen[bytes]] = {}
        ports = free_ports(2 * EACH)
        self.ports = {"rasa": ports[:EACH], "actions": ports[EACH:]}
        self._settings = [
            settings.model_copy(update={"wise_port_rasa": rasa, "wise_port_actions": actions})
            for rasa, actions in zip(*self.ports.values(), strict=True)
        ]

    async def start(self) -> float:
        """Start all and wait until they answer; seconds that it took."""
        began = time.monotonic()
        for kind in COMMANDS:
            for number in range(EACH):
                self.launch(kind, number)
        await self.are_up()
        return time.monotonic() - began

    async def are_up(self) -> None:
        """Wait until all answer."""
        for kind, number in self._processes:
            await self.is_up(kind, number)

    def launch(self, kind: str, number: int) -> None:
        """Start one."""
        log = self._log_of(kind, number)
        self._processes[kind, number] = launch(COMMANDS[kind], self._settings[number], log)

    async def is_up(self, kind: str, number: int) -> None:
        """Wait until one answers."""
        if kind not in self.ports:
            return  # a projection worker listens to nobody but the broker
        path = {"rasa": "/webhooks/telegram/ready", "actions": "/readyz"}[kind]
        url = f"http://127.0.0.1:{self.ports[kind][number]}{path}"
        deadline = time.monotonic() + START_UP_SECONDS
        async with aiohttp.ClientSession(headers=self._header) as session:
            while time.monotonic() < deadline:
                code = self._processes[kind, number].poll()
                assert code is None, f"{kind} {number} ended with {code}: {self.log(kind, number)}"
                with suppress(aiohttp.ClientError):
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.2)
        raise AssertionError(f"{kind} {number} does not answer: {self.log(kind, number)}")

    def kill(self, kind: str, number: int) -> None:
        """SIGKILL, as when a machine is lost."""
        process = self._processes[kind, number]
        assert process.poll() is None, f"{kind} {number} is gone: {self.log(kind, number)}"
        # Its children too: the action server has workers.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End all of them."""
        for process in self._processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def log(self, kind: str, number: int) -> str:
        """The end of what one has printed."""
        return self._log_of(kind, number).read_text(errors="replace")[-3000:]

    def _log_of(self, kind: str, number: int) -> Path:
        return self._logs / f"{kind}{number}.log"
