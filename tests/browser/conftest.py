"""A browser for tests, and the few things a patient does on the chat page.

Tests here are synchronous: Playwright's own event loop runs in this thread while the browser
is open, and the browser closes after the last test of this folder.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.settings import Settings
from bot.webchat.app import create_app
from bot.webchat.secret import INNER_HEADER, is_inner
from bot.webchat.wire import check_turn

PHONE = {"width": 390, "height": 844}
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
]

# How quick a page is depends on what else the machine does: only a page that hangs is a failure.
expect.set_options(timeout=30_000)


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one the test is skipped, except in CI, where it fails."""
    path = find_chromium()
    if path is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty tab the size of a phone; a script error or a breach of the policy fails the test."""
    context = browser.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on(
        "console",
        lambda said: problems.append(said.text) if "Content Security" in said.text else None,
    )
    yield tab
    context.close()
    assert not problems, problems


# --- what a patient does -------------------------------------------------------------


def open_chat(page: Page, url: str) -> None:
    """Open the chat page and wait for the greeting."""
    page.goto(url)
    settle(page)


def settle(page: Page, timeout: float = 60_000) -> None:
    """Wait until no turn is under way (milliseconds)."""
    page.wait_for_selector('main[data-busy="false"]', state="attached", timeout=timeout)


def say(page: Page, text: str) -> None:
    """Type a message, send it with Enter and wait for the replies."""
    box = page.get_by_label("Your message")
    box.fill(text)
    box.press("Enter")
    settle(page)


def press(page: Page, title: str) -> None:
    """Press the newest button of that title that can be pressed, and wait for the replies."""
    buttons = page.locator("#log").get_by_role("button", name=title, exact=True, disabled=False)
    buttons.last.click()
    settle(page)


def choose(page: Page, *titles: str, done: str = "Done") -> None:
    """Tick toggles by title, then press the button that sends them."""
    for title in titles:
        page.locator("#log").get_by_role("checkbox", name=title, exact=True).last.check()
    press(page, done)


def companion(page: Page) -> Locator:
    """All messages of WISE Companion."""
    return page.locator(".said.companion")


def last_reply(page: Page) -> str:
    """The words of the newest message of WISE Companion."""
    return companion(page).last.locator(".text").inner_text()


def last_replies(page: Page) -> list[str]:
    """The words of all messages since the patient's last one."""
    texts: list[str] = page.evaluate(
        """() => {
            const said = [...document.querySelectorAll(".said")];
            const from = said.findLastIndex((one) => one.classList.contains("patient"));
            return said.slice(from + 1).map((one) => one.querySelector(".text")?.innerText ?? "");
        }"""
    )
    return texts


# --- servers -------------------------------------------------------------------------


@contextmanager
def serve(app: ASGIApp) -> Iterator[str]:
    """Serve ``app`` on a free port of loopback; gives its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, ws="none")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the test's server did not start")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True  # a browser keeps its connections open
        thread.join()
        listener.close()


def reply(text: str = "", **more: Any) -> dict[str, Any]:
    """A reply as the Rasa side sends it to the page's server."""
    empty = {"buttons": [], "toggles": [], "done": "", "map_id": "", "ask_location": False}
    return {"text": text, "keyboard_id": "", **empty, **more}


class FakeRasa:
    """Stands in for the Rasa side of the chat page.

    Attributes:
        answer: gives the replies to an incoming.
        turns: what came, in order; a turn asked for again with its key is not taken again.
        up: whether it answers at all.
        keeps: whether it can keep what it answers; where not, the page is to send it again.
        open: clear it to hold answers back.
    """

    def __init__(self, settings: Settings) -> None:
        self.answer: Callable[[dict[str, Any]], list[dict[str, Any]]] = lambda incoming: [
            reply(f"You said: {incoming.get('text', incoming['type'])}")
        ]
        self.turns: list[dict[str, Any]] = []
        self.addresses: set[str] = set()
        self.up = self.keeps = True
        self.open = threading.Event()
        self.open.set()
        self._settings = settings
        self._kept: dict[str, list[dict[str, Any]]] = {}
        self.app = Starlette(routes=[Route("/webhooks/webchat/turn", self._turn, methods=["POST"])])

    async def _turn(self, request: Request) -> Response:
        assert is_inner(request.headers.get(INNER_HEADER), self._settings)
        body = await request.json()
        key, incoming = check_turn(body)
        await asyncio.to_thread(self.open.wait, 30)
        if not self.up:
            return Response(status_code=503)
        self.addresses.add(body["address"])
        if not self.keeps:
            return JSONResponse({"replies": self.answer(incoming), "retry": True})
        if key not in self._kept:
            self.turns.append(incoming)
            self._kept[key] = self.answer(incoming)
        return JSONResponse({"replies": self._kept[key]})


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800">'
    "<style>text{font:bold 30px sans-serif}</style>"
    '<rect width="800" height="800" fill="#fff"/>'
    '<circle cx="400" cy="400" r="370" fill="#eef6f4" stroke="#0b5a54" stroke-width="3"/>'
    '<circle cx="400" cy="400" r="250" fill="#dceeea" stroke="#0b5a54" stroke-width="3"/>'
    '<circle cx="400" cy="400" r="130" fill="#c5e2dc" stroke="#0b5a54" stroke-width="3"/>'
    '<text x="370" y="410">You</text><text x="380" y="330">Jean</text>'
    '<text x="520" y="500">Tom</text><text x="150" y="620">Allotment</text></svg>'
)


@pytest.fixture
def chat_settings(tmp_path: Path) -> Settings:
    """Settings of an installation of its own."""
    return Settings(_env_file=None, wise_home=tmp_path, wise_secret_key="for tests only")


@pytest.fixture
def rasa(chat_settings: Settings) -> FakeRasa:
    """The stand-in; set ``answer`` before opening the page."""
    return FakeRasa(chat_settings)


@pytest.fixture
def chat_url(chat_settings: Settings, rasa: FakeRasa) -> Iterator[str]:
    """The address of the real chat page in front of the stand-in."""

    def map_svg(map_id: str, address: str) -> str | None:
        return SVG if map_id == "m1" and address in rasa.addresses else None

    with serve(rasa.app) as rasa_url:
        app = create_app(chat_settings, map_svg=map_svg, rasa_url=rasa_url)
        with serve(app) as url:
            yield url
