"""The chat page as a patient meets it, in a real browser, in front of a stand-in for Rasa."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import (
    FakeRasa,
    choose,
    companion,
    last_replies,
    last_reply,
    open_chat,
    press,
    reply,
    say,
    settle,
)

YES_NO = {"buttons": ["Yes, start", "Tell me more", "No thanks"], "keyboard_id": "k1"}
AREAS = {
    "toggles": [
        {"title": "Pain", "on": False},
        {"title": "Sleep", "on": True},
        {"title": "Money", "on": False},
    ],
    "done": "Done",
    "keyboard_id": "k2",
}


def by_type(**answers: list[dict[str, Any]]) -> Any:
    """Answers by the type of the incoming, with an echo for the rest."""
    return lambda incoming: answers.get(
        incoming["type"], [reply(f"Heard {incoming.get('text', incoming['type'])}")]
    )


def stand_in_for_the_weather(page: Page) -> None:
    """Answer for the page that the quick exit leads to."""
    page.context.route(
        "https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<h1>Weather</h1>")
    )


def test_the_conversation_opens_by_itself(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    rasa.answer = by_type(hello=[reply("Hello."), reply("Shall we start?", **YES_NO)])
    open_chat(page, chat_url)
    assert rasa.turns == [{"type": "hello"}]
    assert last_replies(page) == ["Hello.", "Shall we start?"]
    expect(page.get_by_role("heading", level=1)).to_have_text("WISE Companion")
    notice = page.get_by_role("banner")
    expect(notice).to_contain_text("Not for emergencies: call 999")
    expect(notice).to_contain_text("For urgent help call NHS 111")


def test_a_message_is_sent_and_answered_with_its_lines_kept(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    rasa.answer = by_type(text=[reply("Two people:\n- Jean\n- Tom")])
    open_chat(page, chat_url)
    box = page.get_by_label("Your message")
    box.press_sequentially("my wife Jean")
    box.press("Shift+Enter")
    box.press_sequentially("and <b>Tom</b>")
    page.get_by_role("button", name="Send").click()
    settle(page)
    assert rasa.turns[-1] == {"type": "text", "text": "my wife Jean\nand <b>Tom</b>"}
    expect(page.locator(".patient .bubble")).to_have_text("my wife Jean\nand <b>Tom</b>")
    assert page.locator(".patient b").count() == 0
    assert last_reply(page).splitlines() == ["Two people:", "- Jean", "- Tom"]
    expect(box).to_have_value("")


def test_an_empty_message_is_not_sent(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    open_chat(page, chat_url)
    say(page, "   \n ")
    assert [turn["type"] for turn in rasa.turns] == ["hello"]


def test_a_long_message_is_kept_and_explained(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    open_chat(page, chat_url)
    say(page, "a" * 4001)
    assert len(rasa.turns) == 1
    expect(page.get_by_role("alert")).to_contain_text("Send it in two or more parts")
    expect(page.get_by_label("Your message")).to_have_value("a" * 4001)


def test_the_box_grows_with_its_text(page: Page, chat_url: str) -> None:
    open_chat(page, chat_url)
    box = page.get_by_label("Your message")
    before = box.bounding_box()
    box.fill("one\ntwo\nthree\nfour")
    after = box.bounding_box()
    assert before and after and after["height"] > before["height"] * 1.5


def test_a_button_sends_its_place_and_works_once(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    rasa.answer = by_type(hello=[reply("Shall we start?", **YES_NO)], press=[reply("Lovely.")])
    open_chat(page, chat_url)
    press(page, "Tell me more")
    assert rasa.turns[-1] == {"type": "press", "keyboard_id": "k1", "index": 1}
    expect(page.locator(".patient .bubble")).to_have_text("Tell me more")
    for title in YES_NO["buttons"]:
        expect(page.locator("#log").get_by_role("button", name=title)).to_be_disabled()


def test_choices_of_an_earlier_question_close_when_a_new_one_is_asked(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    rasa.answer = by_type(
        hello=[reply("First?", buttons=["A"], keyboard_id="k1")],
        text=[reply("Second?", buttons=["B"], keyboard_id="k2"), reply("Or?", **AREAS)],
    )
    open_chat(page, chat_url)
    expect(page.get_by_role("button", name="A", exact=True)).to_be_enabled()
    say(page, "something else")
    expect(page.get_by_role("button", name="A", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="B", exact=True)).to_be_enabled()
    expect(page.get_by_label("Pain")).to_be_enabled()


def test_toggles_are_sent_together(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    rasa.answer = by_type(hello=[reply("What is hard?", **AREAS)])
    open_chat(page, chat_url)
    group = page.get_by_role("group", name="What is hard?").first
    expect(group).to_be_visible()
    expect(page.get_by_label("Sleep")).to_be_checked()
    choose(page, "Money")
    assert rasa.turns[-1] == {"type": "chosen", "keyboard_id": "k2", "indexes": [1, 2]}
    expect(page.locator(".patient .bubble")).to_have_text("Sleep, Money")
    expect(page.get_by_label("Pain")).to_be_disabled()


def test_no_toggle_is_an_answer_too(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    rasa.answer = by_type(hello=[reply("What is hard?", **AREAS)])
    open_chat(page, chat_url)
    page.get_by_label("Sleep").uncheck()
    choose(page)
    assert rasa.turns[-1] == {"type": "chosen", "keyboard_id": "k2", "indexes": []}
    expect(page.locator(".patient .bubble")).to_have_text("None of these")


def test_the_picture_is_shown_with_its_words(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    words = "Jean is in the middle.\nTom is a little further out."
    rasa.answer = by_type(hello=[reply(words, map_id="m1")])
    open_chat(page, chat_url)
    image = page.get_by_role("img", name="A picture of the people around you")
    expect(image).to_be_visible()
    page.wait_for_function("document.querySelector('.picture img').naturalWidth > 0")
    assert last_reply(page) == words
    expect(companion(page).locator(".text")).not_to_have_attribute("aria-hidden", "true")
    page.get_by_role("button", name="Make the picture bigger").click()
    larger = page.get_by_role("dialog", name="Your picture, larger")
    expect(larger).to_be_visible()
    expect(larger.get_by_role("link", name="Leave this page quickly")).to_be_visible()
    page.keyboard.press("Escape")
    expect(larger).to_be_hidden()


def test_a_picture_that_is_gone_leaves_the_words(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    rasa.answer = by_type(hello=[reply("Jean is in the middle.", map_id="someone-elses")])
    open_chat(page, chat_url)
    expect(page.get_by_text("The picture could not be shown")).to_be_visible()
    assert last_reply(page) == "Jean is in the middle."


def test_writing_is_shown_while_waiting(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    open_chat(page, chat_url)
    rasa.open.clear()
    page.get_by_label("Your message").fill("hello?")
    page.keyboard.press("Enter")
    status = page.get_by_role("status")
    expect(status).to_have_text("WISE Companion is writing…")
    rasa.open.set()
    settle(page)
    expect(status).to_have_text("")


def test_nothing_is_lost_or_reordered_while_the_server_is_away(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    open_chat(page, chat_url)
    rasa.up = False
    say(page, "my sister Ann")
    expect(page.get_by_text("Your message is still here.")).to_be_visible()
    say(page, "and Tom")
    assert len(rasa.turns) == 1
    rasa.up = True
    press(page, "Try again")
    assert [turn.get("text") for turn in rasa.turns[1:]] == ["my sister Ann", "and Tom"]
    expect(page.locator(".trouble")).to_have_count(0)
    assert page.locator(".patient .bubble").all_inner_texts() == ["my sister Ann", "and Tom"]


def test_what_was_answered_but_not_kept_is_sent_again_by_itself(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    open_chat(page, chat_url)
    rasa.keeps = False
    say(page, "a risk")
    assert last_reply(page) == "You said: a risk"
    say(page, "another risk")
    expect(companion(page).last).to_contain_text("another risk")  # and holds up nothing after it
    assert len(rasa.turns) == 1
    rasa.keeps = True
    expect(companion(page)).to_have_count(5)  # both are answered again, once they are kept
    assert [turn.get("text") for turn in rasa.turns[1:]] == ["a risk", "another risk"]
    expect(page.locator(".trouble")).to_have_count(0)


def test_what_could_not_be_sent_is_sent_again_by_itself(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    open_chat(page, chat_url)
    rasa.up = False
    say(page, "my sister Ann")
    rasa.up = True
    expect(companion(page)).to_have_count(2)
    assert last_reply(page) == "You said: my sister Ann"
    expect(page.locator(".trouble")).to_have_count(0)


def test_a_risk_gets_its_route_whatever_waits_before_it(
    page: Page, rasa: FakeRasa, chat_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bot.webchat.app._route_for", lambda text, _: "Call 999." if "die" in text else ""
    )
    open_chat(page, chat_url)
    rasa.up = False
    say(page, "my sister Ann")
    expect(page.locator(".trouble").first).to_contain_text("In an emergency call 999")
    say(page, "I want to die")
    expect(companion(page).last).to_have_text("WISE Companion says: Call 999.")
    rasa.up = True
    press(page, "Try again")
    assert [turn.get("text") for turn in rasa.turns[1:]] == ["my sister Ann", "I want to die"]


def test_words_never_reach_the_address_bar_where_the_script_does_not_run(
    page: Page, chat_url: str
) -> None:
    page.route("**/*.js", lambda route: route.abort())
    page.goto(chat_url)
    expect(page.get_by_label("Your message")).to_be_disabled()
    expect(page.get_by_text("The chat has not started.")).to_be_visible()
    leave = page.get_by_role("link", name="Leave this page quickly")
    expect(leave).to_have_attribute("href", "https://www.bbc.co.uk/weather")


def test_a_browser_of_some_years_ago_can_chat(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    page.add_init_script("delete AbortSignal.timeout; delete window.BroadcastChannel")
    open_chat(page, chat_url)
    say(page, "hello there")
    assert last_reply(page) == "You said: hello there"
    for script in ("links", "queue", "chat", "view"):
        source = page.request.get(f"{chat_url}/static/chat/{script}.js").text()
        assert "(?<" not in source  # Safari before 16.4 reads none of it


def test_an_answer_lost_on_the_way_is_asked_for_again_without_a_second_turn(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    open_chat(page, chat_url)

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/chat/turn", lose, times=1)
    say(page, "my sister Ann")
    expect(page.get_by_text("Your device could not reach us.")).to_be_visible()
    press(page, "Try again")
    assert last_reply(page) == "You said: my sister Ann"
    assert [turn.get("text") for turn in rasa.turns[1:]] == ["my sister Ann"]


def test_a_page_opened_before_the_bot_is_up_can_try_again(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    rasa.up = False
    open_chat(page, chat_url)
    expect(page.get_by_text("It may be starting up.")).to_be_visible()
    rasa.up = True
    press(page, "Try again")
    assert last_reply(page) == "You said: hello"
    expect(page.locator(".trouble")).to_have_count(0)


def test_a_lost_cookie_does_not_lose_the_message(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    open_chat(page, chat_url)
    page.context.clear_cookies()
    say(page, "still here")
    assert last_reply(page) == "You said: still here"
    expect(page.get_by_text("This is a new chat.")).to_be_visible()


def test_the_whole_chat_works_by_keyboard(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    rasa.answer = by_type(
        hello=[reply("Shall we start?", **YES_NO)],
        press=[reply("What is hard?", **AREAS)],
        chosen=[reply("Thank you.")],
    )
    open_chat(page, chat_url)
    keys = page.keyboard

    def focus() -> str:
        text: str = page.evaluate(
            "(document.activeElement.closest('label') ?? document.activeElement).textContent"
        )
        return " ".join(text.split())

    keys.press("Tab")
    assert focus() == "Skip to writing a message"
    for name in ("Leave this page quickly", "999", "111", "Yes, start"):
        keys.press("Tab")
        assert focus() == name
    keys.press("Enter")
    settle(page)
    keys.press("Tab")  # on from the button that was used, to the new question
    assert focus() == "Pain"
    keys.press("Space")
    for name in ("Sleep", "Money", "Done"):
        keys.press("Tab")
        assert focus() == name
    keys.press("Enter")
    settle(page)
    assert rasa.turns[-1] == {"type": "chosen", "keyboard_id": "k2", "indexes": [0, 1]}
    keys.press("Tab")
    keys.type("Jean helps me")
    keys.press("Enter")
    settle(page)
    assert rasa.turns[-1] == {"type": "text", "text": "Jean helps me"}
    assert page.evaluate("document.activeElement.id") == "message"


@pytest.mark.parametrize(
    ("width", "height"), [(320, 568), (320, 256), (390, 844), (844, 390), (1280, 900)]
)
def test_nothing_scrolls_sideways_or_hides_what_has_the_focus(
    page: Page, rasa: FakeRasa, chat_url: str, width: int, height: int
) -> None:
    rasa.answer = by_type(
        hello=[
            reply("A" * 90 + " https://example.org/" + "long/" * 40),
            reply("Which of these would help you most just now?", **AREAS),
            reply("Jean is in the middle.", map_id="m1"),
            reply(
                "?", buttons=["An answer that has a good many words in it " * 3], keyboard_id="k"
            ),
        ]
    )
    page.set_viewport_size({"width": width, "height": height})
    open_chat(page, chat_url)
    say(page, "wordwithoutanyspace" * 12)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for _ in range(14):
        page.keyboard.press("Shift+Tab")
        hidden = page.evaluate(
            """() => {
                const focused = document.activeElement;
                if (focused === document.body) return "";
                const box = focused.getBoundingClientRect();
                const at = document.elementFromPoint(
                    box.left + Math.min(box.width, 40) / 2, box.top + Math.min(box.height, 30) / 2);
                return focused.contains(at) || at?.closest("label")?.contains(focused)
                    ? "" : focused.outerHTML.slice(0, 200);
            }"""
        )
        assert hidden == ""


def test_the_place_is_shared_only_on_tap_and_only_roughly(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    page.context.grant_permissions(["geolocation"], origin=chat_url)
    page.context.set_geolocation({"latitude": 51.67891, "longitude": -0.60789})
    rasa.answer = by_type(hello=[reply("Where do you live?", ask_location=True)])
    open_chat(page, chat_url)
    assert len(rasa.turns) == 1
    press(page, "Share where I am")
    expect(page.locator(".patient .bubble")).to_have_text("I shared where I am")
    settle(page)
    assert rasa.turns[-1] == {"type": "location", "latitude": 51.68, "longitude": -0.61}


def test_a_place_that_is_not_shared_leaves_another_way(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    rasa.answer = by_type(hello=[reply("Where do you live?", ask_location=True)])
    open_chat(page, chat_url)  # headless Chromium refuses without asking
    press(page, "Share where I am")
    expect(page.get_by_text("You can type your town")).to_be_visible()
    expect(page.get_by_role("button", name="Share where I am")).to_be_enabled()


def test_leaving_quickly_clears_the_page_and_forgets_the_chat(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    stand_in_for_the_weather(page)
    open_chat(page, chat_url)
    say(page, "something private")
    first = set(rasa.addresses)
    with page.expect_request("**/chat/leave"):
        page.get_by_role("link", name="Leave this page quickly").click()
    page.wait_for_url("https://www.bbc.co.uk/weather")
    page.go_back()
    assert "private" not in page.content()
    open_chat(page, chat_url)
    assert page.get_by_text("something private").count() == 0
    assert len(rasa.addresses - first) == 1


@pytest.mark.parametrize("size", [(360, 640), (360, 340), (683, 384)])
def test_the_way_out_is_always_in_sight(
    page: Page, rasa: FakeRasa, chat_url: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_chat(page, chat_url)
    for number in range(6):
        say(page, f"{number} " + "words " * 40)
    expect(page.get_by_role("link", name="Leave this page quickly").first).to_be_in_viewport()


def test_the_word_exit_leaves_although_nothing_answers(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    stand_in_for_the_weather(page)
    open_chat(page, chat_url)
    rasa.up = False
    say(page, "he hits me")
    page.get_by_label("Your message").fill("Exit!")
    page.keyboard.press("Enter")
    page.wait_for_url("https://www.bbc.co.uk/weather")


def test_a_chat_that_was_left_offline_does_not_show_when_it_is_opened_again(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    stand_in_for_the_weather(page)
    open_chat(page, chat_url)
    page.route("**/chat/leave", lambda route: route.abort(), times=1)
    first = set(rasa.addresses)
    page.get_by_role("link", name="Leave this page quickly").click()
    page.wait_for_url("https://www.bbc.co.uk/weather")
    open_chat(page, chat_url)
    expect(companion(page)).to_have_count(1)
    assert len(rasa.addresses - first) == 1


def test_other_tabs_are_left_too(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    stand_in_for_the_weather(page)
    open_chat(page, chat_url)
    other = page.context.new_page()
    open_chat(other, chat_url)
    page.get_by_role("link", name="Leave this page quickly").click()
    other.wait_for_url("https://www.bbc.co.uk/weather")


def test_ticks_count_where_done_is_typed(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    rasa.answer = by_type(hello=[reply("What is hard?", **AREAS)])
    open_chat(page, chat_url)
    page.get_by_role("checkbox", name="Money").check()
    say(page, "done")
    ticked = {"keyboard_id": "k2", "indexes": [1, 2]}
    assert rasa.turns[-1] == {"type": "text", "text": "done", "ticked": ticked}


def test_a_patient_who_comes_back_is_the_same_patient(
    page: Page, rasa: FakeRasa, chat_url: str
) -> None:
    open_chat(page, chat_url)
    open_chat(page, chat_url)
    assert len(rasa.addresses) == 1


def test_links_can_be_opened_and_numbers_called(page: Page, rasa: FakeRasa, chat_url: str) -> None:
    rasa.answer = by_type(
        hello=[
            reply(
                "See https://example.org/a?b=1. Write to hi@example.org, phone 01494 123 456 "
                "or call Samaritans on 116 123. If it is urgent, call 111 or 999. "
                "Costs £111. <img src=x onerror=alert(1)>"
            )
        ]
    )
    open_chat(page, chat_url)
    links = companion(page).locator("a")
    assert [link.get_attribute("href") for link in links.all()] == [
        "https://example.org/a?b=1",
        "mailto:hi@example.org",
        "tel:01494123456",
        "tel:116123",
        "tel:111",
        "tel:999",
    ]
    assert companion(page).locator("img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_enough_from_their_ground(
    page: Page, rasa: FakeRasa, chat_url: str, scheme: Any
) -> None:
    """WCAG 2.2 AA, 1.4.3: 4.5 to 1 for every visible text of an enabled control or message."""
    rasa.answer = by_type(
        hello=[reply("Hello, call 999.", **YES_NO), reply("What is hard?", **AREAS)]
    )
    page.emulate_media(color_scheme=scheme)
    open_chat(page, chat_url)
    rasa.up = False
    say(page, "hello")
    page.get_by_label("Your message").fill("a" * 4001)
    faint = page.evaluate(CONTRAST)
    assert faint == []


CONTRAST = """() => {
    const channel = (value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    };
    const parse = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) =>
        0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor);
            if (color.length === 3 || color[3] > 0) return color;
        }
        return [255, 255, 255];
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const text = walker.currentNode.textContent.trim();
        if (!text || !element.checkVisibility() || element.closest(".hidden, :disabled")) continue;
        const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) faint.push([text, ratio]);
    }
    return faint;
}"""
