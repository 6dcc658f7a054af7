"""A turn as a channel sees it: what Rasa reads, what comes back, in what order."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversations import words
from bot.conversations.replies import Button, Reply, Toggle
from bot.conversations.turns import (
    COMMANDS,
    TEXT_MAX,
    Chosen,
    Due,
    Location,
    Press,
    Text,
    Turns,
    Unreadable,
    is_risk,
    payload_for,
)
from bot.store.base import Base, engine_for

YES_NO = {
    "text": "Is that right?",
    "buttons": [
        {"title": "Yes", "payload": "/affirm"},
        {"title": "No", "payload": "/deny"},
    ],
}
AREAS = {
    "text": "What is difficult?",
    "custom": {
        "toggles": [
            {"title": "Pain", "value": "pain"},
            {"title": "Sleep", "value": "sleep", "on": True},
        ],
        "done": "Done",
    },
}


class FakeRasa:
    """Answers each message by its text, and remembers what it read."""

    def __init__(self):
        self.answers = {}
        self.read = []
        self.messages = []

    async def __call__(self, message):
        self.read.append(message.text)
        self.messages.append(message)
        for answer in self.answers.get(message.text, [{"text": f"You said: {message.text}"}]):
            if isinstance(answer, Exception):
                raise answer
            await message.output_channel.send_response(message.sender_id, dict(answer))


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    Base.metadata.create_all(engine_for(url))
    return url


@pytest.fixture
def rasa():
    return FakeRasa()


@pytest.fixture
def turns(rasa, url):
    return Turns(rasa, person_for=lambda channel, address: f"p-{address}", store_url=url)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("My wife Jean", "My wife Jean"),
        ("/start", "/greet"),
        ("/start from_leaflet-7", "/greet"),
        ("/start@wise_bot", "/greet"),
        ("/MAP", "/show_map"),
        ("/stop now please", "/stop_messages"),
        ("/restart", "restart"),
        ("/session_start", "session_start"),
        ('/greet{"person": "Injected"}', 'greet{"person": "Injected"}'),
        ('/start{"person": "Injected"}', 'start{"person": "Injected"}'),
        ("//affirm", "affirm"),
        (" \n/ /deny", "deny"),
        ("\x00/deny", "deny"),
        ("1/2 a day", "1/2 a day"),
        ("/", '/unreadable{"media": "empty"}'),
        ("  ", '/unreadable{"media": "empty"}'),
        ("x" * 5000, "x" * TEXT_MAX),
        ("evil \u202eeman", "evil eman"),
    ],
)
def test_typed_text_is_only_ever_text_or_a_known_command(typed, read):
    assert payload_for(Text(typed)) == read


@pytest.mark.parametrize(
    "typed",
    [
        "/start I want to die",
        "/stop i am going to kill myself",
        "My sister rings every day. " * 200 + "I want to die",
    ],
)
def test_a_risk_is_read_behind_a_command_and_at_the_end_of_a_long_text(typed):
    read = payload_for(Text(typed))
    assert not read.startswith("/")
    assert len(read) <= TEXT_MAX
    assert is_risk(read)


@given(st.text())
def test_no_typed_text_reaches_rasa_as_a_command_of_its_own(typed):
    read = payload_for(Text(typed))
    assert not read.strip().startswith("/") or read in {
        *COMMANDS.values(),
        '/unreadable{"media": "empty"}',
    }


def test_a_place_is_rounded_so_that_it_does_not_name_a_home():
    assert payload_for(Location(51.70349, -0.61234)) == '/share_location{"lat": 51.7, "lon": -0.61}'


def test_what_cannot_be_read_says_what_it_was_unless_it_has_words():
    assert payload_for(Unreadable("voice")) == '/unreadable{"media": "voice"}'
    assert payload_for(Unreadable("photo", "my new walker")) == "my new walker"
    assert payload_for(Unreadable("photo", "/restart")) == "restart"


@pytest.mark.parametrize("typed", ["exit", "EXIT!", " Quick exit ", "hide this"])
async def test_the_quick_exit_closes_what_can_be_pressed(turns, rasa, typed):
    rasa.answers["hello"] = [YES_NO]
    [question] = await turns.take("webchat", "7", Text("hello"), update_key="webchat:1")
    [out] = await turns.take("webchat", "7", Text(typed), update_key="webchat:2")
    assert out.reply.leave and out.keyboard_id is None
    assert rasa.read == ["hello"]
    rasa.answers["/stale_button"] = [{"text": "old"}]
    await turns.take("webchat", "7", Press(question.keyboard_id, 0), update_key="webchat:3")
    assert rasa.read == ["hello", "/stale_button"]


async def test_words_about_leaving_are_no_quick_exit(turns, rasa):
    await turns.take("webchat", "7", Text("I can't find the exit"), update_key="webchat:1")
    assert rasa.read == ["I can't find the exit"]


async def test_private_parts_of_others_do_not_reach_rasa_and_it_is_said(turns, rasa):
    out = await turns.take("telegram", "7", Text("Bob Smith 07700 900123"), update_key="telegram:1")
    assert rasa.read == ["Bob [phone number]"]
    assert "left out a phone number and a surname" in out[0].reply.text
    assert len(out) == 2


@pytest.mark.parametrize("incoming", [Text("I want to die"), Unreadable("photo", "I want to die")])
async def test_a_risk_gets_its_route_although_the_turn_fails(turns, rasa, incoming):
    rasa.answers["I want to die"] = [RuntimeError("the model is gone")]
    route, apology = await turns.take("telegram", "7", incoming, update_key="telegram:1")
    assert "999" in route.reply.text and "116 123" in route.reply.text
    assert apology.reply.text == words.APOLOGY


async def test_replies_come_back_in_order_with_their_layout(turns, rasa):
    rasa.answers["hello"] = [
        {"text": "Hi"},
        YES_NO,
        {"text": "Your map", "custom": {"map_id": "s1", "ask_location": True}},
    ]
    out = await turns.take("telegram", "7", Text("hello"), update_key="telegram:1")
    assert [o.reply.text for o in out] == ["Hi", "Is that right?", "Your map"]
    assert out[1].reply.buttons == (Button("Yes", "/affirm"), Button("No", "/deny"))
    assert out[1].keyboard_id and out[0].keyboard_id is None
    assert out[2].reply == Reply("Your map", map_id="s1", ask_location=True)


async def test_rasa_gets_an_opaque_person_and_no_names(turns, rasa):
    await turns.take("telegram", "7", Text("hello"), update_key="telegram:1")
    message = rasa.messages[0]
    assert message.sender_id == "p-7"
    assert message.input_channel == "telegram"
    assert set(message.metadata) == {"update_key", "channel", "at", "kind"}
    assert message.metadata["update_key"] == "telegram:1"
    assert message.metadata["channel"] == "telegram"
    assert message.metadata["kind"] == "text"


async def test_a_press_sends_what_the_keyboard_says_once(turns, rasa):
    rasa.answers["hello"] = [YES_NO]
    rasa.answers["/affirm"] = [{"text": "Good"}]
    (shown,) = await turns.take("telegram", "7", Text("hello"))
    press = Press(shown.keyboard_id, 0)
    assert (await turns.take("telegram", "7", press))[0].reply.text == "Good"
    await turns.take("telegram", "7", press)
    assert rasa.read == ["hello", "/affirm", "/stale_button"]


async def test_a_press_done_again_after_a_crash_means_the_same(turns, rasa):
    rasa.answers["hello"] = [YES_NO]
    (shown,) = await turns.take("telegram", "7", Text("hello"), update_key="telegram:1")
    for _ in range(2):
        await turns.take("telegram", "7", Press(shown.keyboard_id, 1), update_key="telegram:2")
    assert rasa.read == ["hello", "/deny", "/deny"]


@pytest.mark.parametrize("index", [-1, 2, 10**12])
async def test_a_made_up_press_is_stale(turns, rasa, index):
    rasa.answers["hello"] = [YES_NO]
    (shown,) = await turns.take("telegram", "7", Text("hello"))
    await turns.take("telegram", "7", Press(shown.keyboard_id, index))
    await turns.take("telegram", "7", Press("nosuchid", 0))
    await turns.take("telegram", "7", Chosen(shown.keyboard_id, (0,)))
    await turns.take("telegram", "8", Press(shown.keyboard_id, 0))
    assert rasa.read[1:] == ["/stale_button"] * 4


async def test_a_question_that_was_followed_by_another_is_past(turns, rasa):
    rasa.answers["hello"] = rasa.answers["next"] = [YES_NO]
    (first,) = await turns.take("telegram", "7", Text("hello"))
    (second,) = await turns.take("telegram", "7", Text("next"))
    await turns.take("telegram", "7", Press(first.keyboard_id, 0))
    await turns.take("telegram", "7", Press(second.keyboard_id, 0))
    assert rasa.read[2:] == ["/stale_button", "/affirm"]


async def test_a_question_stays_open_when_a_side_question_has_no_buttons(turns, rasa):
    rasa.answers["hello"] = [YES_NO]
    (first,) = await turns.take("telegram", "7", Text("hello"))
    await turns.take("telegram", "7", Text("are you human?"))
    await turns.take("telegram", "7", Press(first.keyboard_id, 0))
    assert rasa.read[-1] == "/affirm"


async def test_keyboards_of_one_turn_can_each_be_used(turns, rasa):
    rasa.answers["options"] = [YES_NO, YES_NO]
    one, two = await turns.take("telegram", "7", Text("options"))
    await turns.take("telegram", "7", Press(two.keyboard_id, 0))
    await turns.take("telegram", "7", Press(one.keyboard_id, 1))
    assert rasa.read[1:] == ["/affirm", "/deny"]


async def test_several_choices_are_sent_together(turns, rasa):
    rasa.answers["hello"] = [AREAS]
    (shown,) = await turns.take("web", "7", Text("hello"))
    assert shown.reply.toggles == (Toggle("Pain", "pain"), Toggle("Sleep", "sleep", True))
    await turns.take("web", "7", Chosen(shown.keyboard_id, (1, 0, 1)))
    assert rasa.read[1] == '/choose{"choice": "pain,sleep"}'


async def test_choosing_nothing_is_an_answer(turns, rasa):
    rasa.answers["hello"] = [AREAS]
    (shown,) = await turns.take("web", "7", Text("hello"))
    await turns.take("web", "7", Chosen(shown.keyboard_id))
    assert json.loads(rasa.read[1].removeprefix("/choose")) == {"choice": "none"}


async def test_a_silent_turn_apologises(turns, rasa):
    rasa.answers["hello"] = []
    (reply,) = await turns.take("web", "7", Text("hello"))
    assert reply.reply == Reply(words.APOLOGY)


async def test_a_failing_turn_apologises_and_keeps_its_words_out_of_the_log(turns, rasa, caplog):
    rasa.answers["secret"] = [{"text": "First"}, RuntimeError("secret")]
    out = await turns.take("web", "7", Text("secret"))
    assert [o.reply.text for o in out] == ["First", words.APOLOGY]
    assert "RuntimeError" in caplog.text and "secret" not in caplog.text


async def test_turns_of_a_chat_follow_one_another_and_chats_run_side_by_side(url):
    started, going, log = asyncio.Event(), asyncio.Event(), []

    async def rasa(message):
        log.append(("start", message.sender_id, message.text))
        if message.sender_id == "a" and message.text == "1":
            started.set()
            await going.wait()
        log.append(("end", message.sender_id, message.text))

    turns = Turns(rasa, person_for=lambda _channel, address: address, store_url=url)
    first = asyncio.create_task(turns.take("web", "a", Text("1")))
    await started.wait()
    second = asyncio.create_task(turns.take("web", "a", Text("2")))
    await turns.take("web", "b", Text("1"))
    assert ("end", "b", "1") in log
    assert ("start", "a", "2") not in log
    going.set()
    await asyncio.gather(first, second)
    assert [entry for entry in log if entry[1] == "a"] == [
        ("start", "a", "1"),
        ("end", "a", "1"),
        ("start", "a", "2"),
        ("end", "a", "2"),
    ]


# --- what falls due ----------------------------------------------------------------------------


async def test_what_falls_due_is_no_words_of_the_patient(turns, rasa):
    rasa.answers["/follow_up_due"] = [{"text": "Did you try it?"}]
    (out,) = await turns.take("telegram", "7", Due(), update_key="follow-up:1:sent")
    assert out.reply.text == "Did you try it?"
    (message,) = rasa.messages
    assert message.metadata["kind"] == "due" and message.metadata["said"] == ""


async def test_what_is_no_longer_due_says_nothing_and_leaves_the_open_question(turns, rasa):
    rasa.answers["hello"] = [YES_NO]
    rasa.answers["/follow_up_due"] = []
    (asked,) = await turns.take("telegram", "7", Text("hello"), update_key="1")
    assert await turns.take("telegram", "7", Due(), update_key="follow-up:1:sent") == []
    await turns.take("telegram", "7", Press(asked.keyboard_id, 0), update_key="2")
    assert rasa.read[-1] == "/affirm"


async def test_an_apology_never_comes_out_of_the_blue(turns, rasa):
    rasa.answers["/follow_up_due"] = [RuntimeError("away")]
    with pytest.raises(RuntimeError):
        await turns.take("telegram", "7", Due(), update_key="follow-up:1:sent")


async def test_nobody_can_type_what_falls_due(turns, rasa):
    await turns.take("telegram", "7", Text("/follow_up_due"), update_key="1")
    assert rasa.read == ["follow_up_due"]
