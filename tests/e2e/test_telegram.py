"""The whole bot on Telegram, through the loopback Bot API: what a patient sees on the phone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from bot.conversations import words
from bot.conversations.replies import Reply
from bot.conversations.scripts import read_script
from bot.settings import PROJECT
from bot.store.base import unit_of_work
from bot.store.tables import Address, Person
from tests.e2e.installation import Installation
from tests.e2e.patient import Phone, Telegram, plain, play, said

JOURNEY = PROJECT / "tests" / "dialogues" / "whole_journey.yml"
YES = "Yes, let's start"


def begin(phone: Phone) -> None:
    """From the first hello to the question after consent."""
    phone.says("/start")
    phone.taps(YES)


def to_the_people(phone: Phone) -> None:
    """To the question who is around, with all before it skipped."""
    begin(phone)
    for _ in range(5):
        phone.taps("Skip")
    phone.says("I feel lonely")
    phone.ticks("Feeling lonely")  # that is hard
    phone.ticks("Feeling lonely")  # and a big problem
    assert "Who are the people" in phone.newest.text, phone.chat.transcript()


def all_titles(replies: list[Reply]) -> set[str]:
    """Titles of everything that may be pressed."""
    return {one.title for reply in replies for one in (*reply.buttons, *reply.toggles)}


def test_from_start_to_the_plan(servers: Installation, phone: Phone) -> None:
    problems = play(read_script(JOURNEY), phone)
    assert not problems, "\n".join([*problems, phone.chat.transcript()])
    again = phone.says("/plan")
    assert "next Wednesday" in said(again)
    with unit_of_work(servers.settings.store_url) as session:
        address = session.get(Address, ("telegram", str(phone.chat.id)))
        assert address is not None
        person = session.get(Person, address.person_id)
        assert person is not None and person.stage == "open"
    assert words.APOLOGY not in phone.chat.texts
    assert not [text for text in phone.chat.texts if "{" in text or "}" in text]


def test_the_menu_of_commands_is_set(telegram: Telegram, phone: Phone) -> None:
    begin(phone)
    names = [command["command"] for command in telegram.api.commands]
    assert names == ["start", "map", "help", "people", "plan", "mydata", "stop"]


def test_the_map_is_a_picture_with_its_words(phone: Phone) -> None:
    to_the_people(phone)
    phone.says("my wife Jean, our Tom and the lads at the allotment")
    replies = phone.says("/map")
    shown = [message for message in phone.chat.messages if message.photo]
    assert shown, phone.chat.transcript()
    assert shown[-1].photo
    with Image.open(BytesIO(shown[-1].photo)) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) >= 600
        assert sum(picture.size) <= 10_000, "Telegram refuses larger photos"
    caption = next(reply.text for reply in replies if reply.map_id)
    assert all(name in caption for name in ("Jean", "Tom", "allotment"))
    assert len(caption) <= 1024


def test_a_shared_location_is_enough(telegram: Telegram, phone: Phone) -> None:
    begin(phone)
    phone.taps("Skip")
    assert phone.chat.asks_location
    replies = phone.shares(51.70412, -0.61187)
    assert "HP5" in said(replies)
    assert "How old are you" in said(replies)
    assert not phone.chat.reply_keyboard, "the phone's location button goes once it is used"


def test_what_is_not_words_gets_a_kind_reply_and_the_question_again(phone: Phone) -> None:
    begin(phone)
    asked = plain(phone.newest.text)
    chat = phone.chat
    for send, expected in (
        (chat.says("  "), "empty"),
        (chat.sends_voice(), "type it"),
        (chat.sends_sticker(), "words"),
        (chat.sends_photo(), "in words"),
        (chat.sends_document(), "files"),
        (chat.sends_contact(), "first name"),
        (chat.sends(dice={"emoji": "🎲", "value": 3}), "words"),
    ):
        replies = phone.does(send)
        assert expected in said(replies), (expected, replies)
        assert asked in plain(said(replies)), "the thread is picked up"
        assert "Diabetes" in all_titles(replies), "and can be answered"
    assert "Where do you live" in said(phone.ticks("Diabetes"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asdf", None),
        ("😀🎉", None),
        ("Jestem bardzo zmęczona i nie mogę spać w nocy", "English"),
        ("мне очень плохо, я не сплю", "English"),
    ],
)
def test_words_that_say_nothing_to_us_get_a_kind_reply(
    phone: Phone, text: str, expected: str | None
) -> None:
    begin(phone)
    phone.taps("Skip")
    phone.says("XW1")
    for _ in range(2):  # the second time may offer a way out
        replies = phone.says(text)
        assert len(replies) >= 2, replies
        assert words.APOLOGY not in said(replies)
        assert not expected or expected in said(replies), replies
        assert "65 to 74" in all_titles(replies), "the question can still be answered"
    assert "anything a place needs" in said(phone.taps("65 to 74"))


def test_four_thousand_characters_are_heard(phone: Phone) -> None:
    begin(phone)
    for _ in range(5):
        phone.taps("Skip")
    story = "I am so tired and I cannot sleep. My knees hurt on the stairs. "
    replies = phone.says((story * 70)[:4000])
    assert words.APOLOGY not in said(replies)
    ticked = {toggle.title for reply in replies for toggle in reply.toggles if toggle.on}
    assert {"Tiredness", "Sleep"} <= ticked, replies
    assert all(len(message.text) <= 4096 for message in phone.chat.messages)


def test_a_stale_button_pressed_twice_does_nothing_twice(phone: Phone) -> None:
    begin(phone)
    consent = next(m for m in phone.chat.messages if YES in m.text)
    question = phone.newest
    old = question.buttons[-1][0]["callback_data"]
    phone.taps("Skip")
    before = len(phone.chat.toasts)
    for _ in range(2):
        replies = phone.does(phone.chat.presses_data(old, question))
        assert "earlier question" in said(replies)
        assert "Where do you live" in said(replies), "the thread goes on"
    assert "earlier question" in said(phone.does(phone.chat.presses_data("b:made:0", consent)))
    phone.says("XW1")
    assert len(phone.chat.toasts) - before == 3, "every press is answered"
    assert "How old are you" in phone.newest.text


def test_the_menu_works_at_any_question(phone: Phone) -> None:
    begin(phone)
    for command, expected in (
        ("/help", "in an emergency, call 999"),
        ("/map", "map"),
        ("/plan", "plan"),
    ):
        replies = phone.says(command)
        assert expected in plain(said(replies))
        assert "What health condition" in said(replies), "the question comes again"


def test_rasa_commands_in_disguise_are_only_words(phone: Phone) -> None:
    begin(phone)
    phone.taps("Skip")
    for text in ("/restart", '/choose{"choice": "skip"}', "/session_start"):
        assert "What health condition" not in said(phone.says(text)), "nothing was restarted"
    phone.says("/start")
    assert "carry on" in said(phone.says("/start"))


def test_two_chats_at_once_do_not_mix(new_phone: Callable[[], Phone]) -> None:
    people = {
        new_phone(): ("Marigold", "Peregrine"),
        new_phone(): ("Clementine", "Barnaby"),
    }

    def talk(phone: Phone, names: tuple[str, ...]) -> str:
        to_the_people(phone)
        phone.says(f"my sister {names[0]}")
        phone.says(f"my friend {names[1]}")
        return said(phone.says("/map"))

    with ThreadPoolExecutor() as pool:
        captions = list(pool.map(talk, people, people.values()))
    for phone, own, caption in zip(people, people.values(), captions, strict=True):
        (others,) = (names for other, names in people.items() if other is not phone)
        assert all(name in caption for name in own), caption
        assert not [name for name in others if name in phone.chat.transcript()]


def test_one_who_declines_leaves_nothing_behind(servers: Installation, phone: Phone) -> None:
    phone.says("/start")
    assert "kept nothing" in said(phone.taps("No, thank you"))
    with unit_of_work(servers.settings.store_url) as session:
        kept = session.scalars(select(Address).where(Address.address == str(phone.chat.id)))
        assert not list(kept)
