"""The real chat page in a real browser, on the real servers: from consent to the picture.

With ``WISE_SCREENSHOTS`` set to a folder, pictures of the page are kept there;
``docs/pictures/chat-map.png`` is the one called ``chat-map.png``.
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE, choose, last_replies, open_chat, press, say, settle
from tests.e2e.installation import Installation

DESKTOP = {"width": 1280, "height": 900}
DETAILS = {
    "Jean": "every day, she helps with my tablets and the cooking",
    "Tom": "every week, he does the shopping and cheers me up",
    "Asha": "we talk every week, she cheers me up",
    "Sunil": "I see him every week, he cheers me up",
    "Bob": "every week, he drives me to the shops",
    "Dr Patel": "every month, helps with my health",
    "Lads at the allotment": "every week, they cheer me up",
    "Max": "every day, he cheers me up",
}


def in_words(page: Page) -> str:
    """What the last picture shows, in the words below it."""
    return page.locator(".said:has(.picture) .text").last.inner_text()


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page as it is, where that is asked for."""
    if folder := os.environ.get("WISE_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / name)


def asked(page: Page) -> str:
    """All that was said since the patient's last message."""
    return "\n".join(last_replies(page))


def walk_to_the_map(page: Page, url: str) -> None:
    """Tap and type from the first hello until the map is shown."""
    open_chat(page, url)
    assert "computer program, not a person" in page.locator("#log").inner_text()
    picture(page, "1-welcome.png")
    press(page, "Yes, let's start")
    assert "What health condition" in asked(page)
    choose(page, "Diabetes", "Arthritis")
    say(page, "XW1")
    assert "XW1" in asked(page)
    press(page, "65 to 74")
    press(page, "Skip")
    choose(page, "I walk", "I take the bus")
    assert "What is hard for you" in asked(page)
    say(page, "I get so tired, and it's lonely since I stopped work")
    expect(page.get_by_role("checkbox", name="Tiredness").last).to_be_checked()
    expect(page.get_by_role("checkbox", name="Feeling lonely").last).to_be_checked()
    picture(page, "2-difficulties.png")
    choose(page)
    choose(page, "Feeling lonely")
    choose(page, "Feeling lonely")
    assert "Who are the people that matter most" in asked(page)
    say(page, "my wife Jean, my son Tom and my sister Asha")
    say(page, "my friend Sunil, my neighbour Bob and Dr Patel")
    say(page, "the lads at the allotment and my dog Max")
    press(page, "That's everyone")
    assert "three circles" in asked(page)
    choose(page, "Jean", "Sunil", "Max")
    choose(page, "Tom", "Asha", "Bob")
    while "About " in asked(page):
        name = next(name for name in DETAILS if f"About {name}" in asked(page))
        picture(page, "3-details.png")
        say(page, DETAILS[name])
    assert "other way round" in asked(page)
    choose(page, "Jean", "Max")
    assert "bad week" in asked(page)
    say(page, "Tom and Asha would")
    assert "Who knows each other" in asked(page)
    press(page, "My family all do")
    press(page, "No, that's all")
    assert "private question" in asked(page)
    say(page, "no, nobody does")


def show(page: Page, part: Locator) -> None:
    """Scroll until a part is at the top of what can be read."""
    page.wait_for_timeout(300)  # the page itself scrolls to what is new
    part.evaluate("part => part.scrollIntoView({block: 'start'})")


def test_from_consent_to_the_picture(browser: Browser, servers: Installation) -> None:
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, locale="en-GB", reduced_motion="reduce"
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    walk_to_the_map(page, servers.web_url)

    image = page.locator(".picture img").last
    expect(image).to_be_visible()
    image.evaluate("image => image.decode()")  # fails where it cannot be shown
    words = in_words(page)
    assert all(name in words for name in DETAILS), words
    expect(page.get_by_text("Does this look right?").last).to_be_visible()

    say(page, "show me my map")
    page.locator(".picture img").last.evaluate("image => image.decode()")
    show(page, page.locator(".patient").last)
    picture(page, "chat-map.png")

    page.set_viewport_size(DESKTOP)
    show(page, page.locator(".patient").last)
    picture(page, "chat-map-desktop.png")
    wide = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide, "nothing is wider than the window"
    page.set_viewport_size(PHONE)

    say(page, "take Bob off")
    words = in_words(page)
    assert "Bob" not in words and "Jean" in words
    press(page, "Yes, it's right")
    assert "What do you notice" in asked(page)
    context.close()
    assert not problems, problems


def test_the_picture_is_for_its_owner_only(browser: Browser, servers: Installation) -> None:
    owner = browser.new_context(viewport=PHONE)
    page = owner.new_page()
    open_chat(page, servers.web_url)
    press(page, "Yes, let's start")
    for _ in range(5):
        press(page, "Skip")
    say(page, "I feel lonely")
    choose(page, "Feeling lonely")
    choose(page, "Feeling lonely")
    say(page, "my wife Jean")
    say(page, "show my map")
    address = page.locator(".picture img").last.get_attribute("src")
    assert address
    assert owner.request.get(servers.web_url + address).status == 200
    stranger = browser.new_context()
    stranger.request.get(servers.web_url)
    assert stranger.request.get(servers.web_url + address).status == 404
    stranger.close()
    owner.close()


def test_by_keyboard_alone(page: Page, servers: Installation) -> None:
    open_chat(page, servers.web_url)
    yes = page.get_by_role("button", name="Yes, let's start")
    yes.focus()
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("checkbox", name="Diabetes").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Done").last.focus()
    page.keyboard.press("Enter")
    settle(page)
    assert "Where do you live" in asked(page)
    page.get_by_label("Your message").focus()
    page.keyboard.type("XW1")
    page.keyboard.press("Enter")
    settle(page)
    assert "How old are you" in asked(page)
