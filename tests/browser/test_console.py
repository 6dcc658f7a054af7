"""The console as members of staff use it, in a real browser, on real conversations.

The conversations are the scripted dialogues, played through the real assistant; with ``WISE_DEMO``
those of a folder that ``tests.browser.demo`` filled. Set ``WISE_PICTURES`` too, to write the
pictures of the docs again.
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import threading
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pyotp
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette

from bot.console import accounts
from bot.console.app import console_mount
from bot.conversations.scripts import read_script
from bot.settings import PROJECT, get_settings
from bot.store.base import unit_of_work
from bot.store.migrate import upgrade

from .conftest import PHONE, serve
from .demo import talk

DESK = {"width": 1280, "height": 900}
PASSWORD = "heron-lantern-biscuit"
PICTURES = PROJECT / "docs" / "pictures"
PICTURED = (
    "queue", "conversations", "transcript", "person", "service-view", "directory", "set-up",
    "contact-routes", "words", "audit",
)  # fmt: skip
"""Pages whose pictures are kept, at both widths."""
COLOURS = 64
SCRIPTS = (
    "whole_journey", "thinking_of_ending_it", "low_mood_yes", "side_questions", "hard_to_read",
    "nothing_suits", "her_husband_died", "many_groups",
)  # fmt: skip
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def _aside(work: object) -> None:
    """Run a coroutine in a thread of its own: Playwright has a loop in this one."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)  # type: ignore[arg-type]
        except BaseException as error:
            problems.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if problems:
        raise problems[0]


@pytest.fixture(scope="module")
def console(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a console with the conversations of the scripts."""
    with pytest.MonkeyPatch.context() as patch:
        if demo := os.environ.get("WISE_DEMO"):
            home = shutil.copytree(demo, tmp_path_factory.mktemp("console") / "demo")
        else:
            assistant, url = request.getfixturevalue("trained_assistant")
            home = Path(url.removeprefix("sqlite:///")).parent
        patch.setenv("WISE_HOME", str(home))
        patch.setenv("DATABASE_URL", f"sqlite:///{home / 'companion.sqlite'}")
        get_settings.cache_clear()
        if demo:
            upgrade()
        else:
            scripts = [read_script(PROJECT / "tests" / "dialogues" / f"{s}.yml") for s in SCRIPTS]
            _aside(talk(assistant.turns, scripts))
        with unit_of_work() as session:
            for role in ("reviewer", "lead", "directory_editor", "admin"):
                accounts.add(session, role, role.replace("_", " ").title(), role, PASSWORD)
        with serve(Starlette(routes=[console_mount(get_settings())])) as address:
            yield address
    get_settings.cache_clear()


SECRETS: dict[str, tuple[str, int]] = {}
"""The second factor of each account that has set it up, and the step that was used last."""


def sign_in(page: Page, console: str, role: str) -> None:
    """Both steps, as on the first day."""
    page.goto(f"{console}/staff")
    page.get_by_label("User name").fill(role)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    secret, used = SECRETS.get(role, ("", 0))
    secret = secret or page.locator("ol code").inner_text()
    # The console takes each code once, and those of a step before and after the present one: the
    # oldest that has ten seconds left, so that several may sign in one after the other.
    step = max(used + 1, int(time.time() + 10) // 30 - 1)
    while step > int(time.time()) // 30 + 1:
        time.sleep(0.5)
    code = pyotp.TOTP(secret)
    SECRETS[role] = (secret, step)
    page.get_by_label("Code from your authenticator app").fill(code.at(step * 30))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.fixture
def desk(browser: Browser, console: str) -> Iterator[Page]:
    """A tab on a wide screen; a script error or a breach of the policy fails the test."""
    context = browser.new_context(viewport=DESK, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(30_000)
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


def check(page: Page, name: str) -> None:
    """At both widths: no serious fault by axe-core, no sideways scrolling; the docs' pictures."""
    for size, label in ((DESK, "desk"), (PHONE, "phone")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        # Run through the debugger, so that the page's own policy stays as strict as it is.
        page.evaluate(f"() => {{ {AXE} }}")
        found = page.evaluate(
            "async () => (await axe.run()).violations"
            ".filter((v) => ['serious', 'critical'].includes(v.impact))"
            ".map((v) => v.id + ': ' + v.nodes.map((n) => n.html).slice(0, 3).join(' | '))"
        )
        assert found == [], f"{name} on a {label}"
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} scrolls sideways on a {label} by {wide} px"
        if name in PICTURED and os.environ.get("WISE_PICTURES"):
            # To hide the caret it would put a style into the page, which the policy forbids.
            _keep(page.screenshot(caret="initial"), f"console-{name}-{label}.png")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def _keep(picture: bytes, name: str) -> None:
    """In few colours, as a repository is no place for large pictures."""
    few = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(PICTURES / name, optimize=True)


def open_conversation(page: Page, words: str) -> None:
    """Look for words that somebody said, and open the conversation there."""
    page.get_by_role("link", name="Conversations", exact=True).click()
    page.get_by_label("Words that people said").fill(words)
    page.get_by_role("button", name="Search").click()
    page.locator(".rows a").first.click()
    expect(page.locator(".turns")).to_be_visible()


def test_signing_in(desk: Page, console: str) -> None:
    desk.goto(f"{console}/staff")
    check(desk, "sign-in")
    sign_in(desk, console, "reviewer")
    expect(desk.get_by_role("heading", level=1)).to_have_text("What needs a person")


def test_a_reviewer_takes_a_risk_reads_it_and_ends_it(desk: Page, console: str) -> None:
    sign_in(desk, console, "lead")
    check(desk, "queue")
    # Other tests' conversations may be in the queue too, and an emergency comes before a crisis.
    crisis = desk.get_by_role("heading", name="Crisis", exact=True)
    first = desk.locator(".entry").filter(has=crisis).first
    first.get_by_role("button", name="I'll take this").click()
    expect(first).to_contain_text("You have this")
    first.get_by_role("link", name="Read it").click()
    expect(desk.locator(".turn:target, .bubble.risk").first).to_be_visible()
    check(desk, "transcript-risk")
    aside = desk.get_by_role("complementary", name="Work on this conversation")
    aside.get_by_text("End it with a note").first.click()
    aside.get_by_label("What was done").first.fill("Rang the service's duty worker.")
    aside.get_by_role("button", name="Done").first.click()
    expect(desk.get_by_role("heading", name="Dealt with")).to_be_visible()


def test_a_reviewer_finds_a_message_and_says_what_it_meant(desk: Page, console: str) -> None:
    sign_in(desk, console, "reviewer")
    desk.get_by_role("link", name="Conversations", exact=True).click()
    check(desk, "conversations")
    open_conversation(desk, "breathless stairs")
    turn = desk.locator(".turn:target")
    expect(turn).to_contain_text("breathless on the stairs")
    check(desk, "transcript")
    turn.get_by_text("More about this turn").click()
    turn.get_by_text("It meant something else").click()
    turn.get_by_label("It meant").select_option("find_support")
    turn.get_by_label("People, difficulties or changes in it").fill("lonely = loneliness")
    turn.get_by_role("button", name="Keep for training").click()
    expect(desk.get_by_text("Meant: find_support")).to_be_visible()
    desk.get_by_role("link", name="Corrections", exact=True).click()
    expect(desk.get_by_role("cell", name="find_support")).to_be_visible()
    check(desk, "corrections")


def test_notes_and_tags_stay(desk: Page, console: str) -> None:
    sign_in(desk, console, "reviewer")
    open_conversation(desk, "breathless stairs")
    desk.get_by_label("New tag").fill("transport")
    desk.get_by_role("button", name="Add").click()
    expect(desk.locator("#tags .tag")).to_have_text("transport")
    desk.get_by_label("New note").fill("Ask whether the bus pass came.")
    desk.locator("#notes").get_by_role("button", name="Keep the note").click()
    expect(desk.locator("#notes")).to_contain_text("bus pass")


def test_a_person_page_has_the_map_then_and_now(desk: Page, console: str) -> None:
    sign_in(desk, console, "lead")
    open_conversation(desk, "breathless stairs")
    desk.get_by_role("link", name="Their page").click()
    expect(desk.get_by_role("figure")).to_have_count(2)
    for picture in desk.locator(".maps img").all():
        # Waiting for a function would need eval, which the console's policy forbids.
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 0
    check(desk, "person")
    desk.get_by_label("The person asked for it").check()
    desk.locator("#er").fill("Asked in the chat")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename.endswith(".zip")


def test_the_service_view_shows_the_four_constructs(desk: Page, console: str) -> None:
    sign_in(desk, console, "lead")
    desk.get_by_role("link", name="Service view").click()
    expect(desk.get_by_role("heading", name="Cognitive participation")).to_be_visible()
    check(desk, "service-view")


def test_an_editor_looks_after_the_directory(desk: Page, console: str) -> None:
    sign_in(desk, console, "directory_editor")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Directory")
    check(desk, "directory")
    desk.get_by_role("link", name="Local records").click()
    desk.get_by_label("Name of the activity or service").fill("Knit and natter")
    desk.get_by_label("What happens there").fill("Bring wool. Tea at eleven.")
    desk.get_by_label("Postcode").fill("DE1 2AB")
    desk.get_by_role("button", name="Keep it").click()
    expect(desk.get_by_role("status")).to_contain_text("in the directory")
    check(desk, "local-record")
    desk.get_by_role("link", name="Feeds").click()
    desk.get_by_role("button", name="Import again Local records").click()
    expect(desk.locator("#imports")).to_contain_text("Done", timeout=60_000)


def test_an_administrator_makes_an_account(desk: Page, console: str) -> None:
    sign_in(desk, console, "admin")
    desk.get_by_role("textbox", name="User name").fill("new.one")
    desk.get_by_role("button", name="Add").click()
    expect(desk.get_by_role("status")).to_contain_text("It is shown only now")
    check(desk, "accounts")
    for name in ("Set-up", "Contact routes", "Words"):
        desk.get_by_role("link", name=name, exact=True).click()
        check(desk, name.lower().replace(" ", "-"))


def test_a_lead_reads_the_audit(desk: Page, console: str) -> None:
    sign_in(desk, console, "lead")
    desk.get_by_role("link", name="Audit").click()
    expect(desk.get_by_role("cell", name="Signed in").first).to_be_visible()
    check(desk, "audit")


def test_reading_needs_no_script(browser: Browser, console: str) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, console, "reviewer")
    open_conversation(page, "breathless stairs")
    page.goto(f"{console}/staff/queue")
    page.get_by_role("button", name="I'll take this").first.click()
    expect(page.get_by_text("You have this").first).to_be_visible()
    context.close()
