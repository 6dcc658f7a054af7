"""What a patient sees on the phone."""

import pytest
from sqlalchemy.exc import OperationalError

from bot.conversations import words
from bot.store.base import unit_of_work
from bot.store.messages import erase_chat, receive
from tests.telegram.conftest import MAP_WORDS, PNG, until

YES_NO = {
    "text": "Is that right?",
    "buttons": [
        {"title": "Yes", "payload": '/choose{"choice": "yes"}'},
        {"title": "No", "payload": "/deny"},
    ],
}
AREAS = {
    "text": "What is difficult?",
    "custom": {
        "toggles": [
            {"title": "Pain", "value": "pain"},
            {"title": "Sleep", "value": "sleep"},
        ],
        "done": "That's all",
    },
}


async def test_words_are_answered(chat, rasa):
    await chat.says("hello")
    assert (await chat.waits_for(1)).text == "echo hello"


async def test_the_menu_is_set(api, running):
    await api.waits_until(lambda: api.commands)
    names = [command["command"] for command in api.commands]
    assert names == ["start", "map", "help", "people", "plan", "mydata", "stop"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/start", "/greet"),
        ("/start ref_gp-7", "/greet"),
        ("/start /restart", "/greet"),
        ("/start plan", "/show_plan"),
        ("/start Help", "/help"),
        ("/map", "/show_map"),
        ('/deny{"a": "b"}', 'deny{"a": "b"}'),
    ],
)
async def test_commands_and_links(chat, rasa, typed, read):
    await chat.says(typed)
    await chat.waits_for(1)
    assert rasa.read == [read]


async def test_a_reply_to_an_older_message_is_read_as_words(chat, rasa):
    await chat.says("hello")
    older = await chat.waits_for(1)
    await chat.says("more")
    await chat.waits_for(2)
    await chat.sends(text="my wife Jean", reply_to_message=older.raw)
    assert (await chat.waits_for(3)).text == "echo my wife Jean"


async def test_replies_come_in_order(chat, rasa):
    rasa.answers["hello"] = [{"text": f"{n}"} for n in range(6)]
    await chat.says("hello")
    await chat.waits_for(6)
    assert chat.texts == list("012345")


async def test_a_button_is_one_a_row_and_is_edited_away_with_the_choice_shown(api, chat, rasa):
    rasa.answers["hello"] = [YES_NO]
    await chat.says("hello")
    question = await chat.waits_for(1)
    assert [len(row) for row in question.buttons] == [1, 1]
    await chat.presses("Yes")
    await chat.waits_for(2)
    assert rasa.read[-1] == '/choose{"choice": "yes"}'
    assert question.text == "Is that right?\n\n✅ Yes"
    assert question.titles == []
    await api.waits_until(lambda: chat.toasts == [""])


async def test_a_second_press_is_stale(api, chat, rasa):
    rasa.answers["hello"] = [YES_NO]
    await chat.says("hello")
    question = await chat.waits_for(1)
    data = question.buttons[0][0]["callback_data"]
    await chat.presses_data(data, question)
    await chat.presses_data(data, question)
    await chat.waits_for("echo /stale_button")
    assert rasa.read == ["hello", '/choose{"choice": "yes"}', "/stale_button"]
    await api.waits_until(lambda: len(chat.toasts) == 2)


async def test_buttons_that_words_have_overtaken_are_taken_away(chat, rasa):
    rasa.answers["hello"] = rasa.answers["no"] = [YES_NO]
    await chat.says("hello")
    first = await chat.waits_for(1)
    await chat.says("no")
    second = await chat.waits_for(2)
    assert (first.titles, second.titles) == ([], ["Yes", "No"])
    assert first.text == "Is that right?"


@pytest.mark.parametrize(
    "data", ["b:unknown:0", "t:unknown:0", "d:unknown", "/restart", "b::", "x"]
)
async def test_a_made_up_press_is_stale(chat, rasa, data):
    await chat.says("hello")
    shown = await chat.waits_for(1)
    await chat.presses_data(data, shown)
    await chat.waits_for(2)
    assert rasa.read == ["hello", "/stale_button"]


async def test_another_chats_button_is_stale(api, chat, rasa):
    rasa.answers["hello"] = [YES_NO]
    await chat.says("hello")
    question = await chat.waits_for(1)
    yes, no = (row[0]["callback_data"] for row in question.buttons)
    stranger = api.chat(8)
    await stranger.presses_data(yes, question)
    # The press names the message's own chat, so it is that chat's; another id finds nothing.
    other = api.chat(9)
    await other.says("hi")
    own = await other.waits_for(1)
    await other.presses_data(no, own)
    await other.waits_for("echo /stale_button")


async def test_toggles_change_in_place_and_are_sent_once(api, chat, rasa):
    rasa.answers["hello"] = [AREAS]
    await chat.says("hello")
    question = await chat.waits_for(1)
    assert question.titles == ["▫️ Pain", "▫️ Sleep", "That's all"]
    await chat.presses("Sleep")
    await chat.waits_for(lambda c: question.titles[1] == "✅ Sleep")
    await chat.presses("Pain")
    await chat.presses("Sleep")
    await chat.waits_for(lambda c: question.titles[:2] == ["✅ Pain", "▫️ Sleep"])
    await chat.presses("Sleep")
    await chat.presses("That's all")
    await chat.waits_for(2)
    assert rasa.read == ["hello", '/choose{"choice": "pain,sleep"}']
    assert question.text == "What is difficult?\n\n✅ Pain, Sleep"
    assert question.titles == []
    assert len(chat.messages) == 2
    await api.waits_until(lambda: len(chat.toasts) == 5)


async def test_a_typed_done_sends_the_ticks_that_are_on_the_phone(chat, rasa):
    rasa.answers["hello"] = [AREAS]
    await chat.says("hello")
    question = await chat.waits_for(1)
    await chat.presses("Sleep")
    await chat.waits_for(lambda c: question.titles[1] == "✅ Sleep")
    await chat.says("I'm done")
    await chat.waits_for(2)
    assert rasa.read[-1] == '/choose{"choice": "sleep"}'


async def test_nothing_chosen_is_an_answer(chat, rasa):
    rasa.answers["hello"] = [AREAS]
    await chat.says("hello")
    question = await chat.waits_for(1)
    await chat.presses("That's all")
    await chat.waits_for(2)
    assert rasa.read[-1] == '/choose{"choice": "none"}'
    assert question.text.endswith(words.NOTHING_CHOSEN)


async def test_a_toggle_after_done_is_stale(chat, rasa):
    rasa.answers["hello"] = [AREAS]
    await chat.says("hello")
    question = await chat.waits_for(1)
    toggle = question.buttons[0][0]["callback_data"]
    await chat.presses("That's all")
    await chat.waits_for(2)
    await chat.presses_data(toggle, question)
    await chat.waits_for("echo /stale_button")


async def test_the_map_is_a_picture_with_its_words_and_buttons(chat, rasa):
    rasa.answers["/show_map"] = [
        {"text": "Does this look right?", "custom": {"map_id": "m1"}, "buttons": YES_NO["buttons"]}
    ]
    await chat.says("/map")
    shown = await chat.waits_for(1)
    assert (shown.photo, shown.text) == (PNG, "Does this look right?")
    await chat.presses("No")
    await chat.waits_for(2)
    assert shown.text == "Does this look right?\n\n✅ No"
    assert shown.titles == []


async def test_a_picture_without_words_says_what_it_shows(chat, rasa):
    rasa.answers["/show_map"] = [{"custom": {"map_id": "m1"}}]
    await chat.says("/map")
    assert (await chat.waits_for(1)).text == MAP_WORDS


async def test_words_too_long_for_a_caption_follow_the_picture(chat, rasa):
    long = "These are many words. " * 60
    rasa.answers["/show_map"] = [
        {"text": long, "custom": {"map_id": "m1"}, "buttons": YES_NO["buttons"]}
    ]
    await chat.says("/map")
    await chat.waits_for(2)
    picture, text = chat.messages
    assert (picture.text, picture.titles) == (MAP_WORDS, [])
    assert (text.text, text.titles) == (long.strip(), ["Yes", "No"])


@pytest.mark.parametrize("broken", ["refused", "not drawn", "cut"])
async def test_where_the_picture_fails_the_words_are_sent(api, chat, rasa, running, broken):
    rasa.answers["/show_map"] = [
        {"text": "Is it right?", "custom": {"map_id": "m1"}, "buttons": YES_NO["buttons"]}
    ]
    if broken == "refused":
        api.fails("sendPhoto", status=400)
    elif broken == "cut":
        api.fails("sendPhoto", status=0, times=99)
    else:
        del running.pictures["m1"]
    await chat.says("/map")
    shown = await chat.waits_for(1)
    assert shown.photo is None
    assert shown.titles == ["Yes", "No"]
    assert shown.text.startswith(words.PICTURE_MISSING) and shown.text.endswith("Is it right?")
    assert (MAP_WORDS in shown.text) is (broken != "not drawn")


async def test_long_replies_are_split_between_sentences(chat, rasa):
    rasa.answers["hello"] = [{"text": "This is one sentence. " * 400, "buttons": YES_NO["buttons"]}]
    await chat.says("hello")
    await chat.waits_for(lambda c: c.messages and c.messages[-1].titles)
    assert len(chat.messages) == 3
    assert all(message.text.endswith("sentence.") for message in chat.messages)
    assert [message.titles for message in chat.messages] == [[], [], ["Yes", "No"]]


async def test_names_and_directory_words_are_shown_as_they_are(api, chat, rasa):
    text = "*Bob* <b>& co</b> [x](http://a.example) _y_ `z`"
    rasa.answers["hello"] = [{"text": text + " \u202eevil\x00"}]
    await chat.says("hello")
    assert (await chat.waits_for(1)).text == text + " evil"
    (call,) = api.named("sendMessage")
    assert "parse_mode" not in call and call["link_preview_options"] == {"is_disabled": True}


async def test_a_place_can_be_shared_or_typed(chat, rasa):
    rasa.answers["hello"] = [{"text": "Where are you?", "custom": {"ask_location": True}}]
    await chat.says("hello")
    await chat.waits_for(1)
    assert chat.reply_keyboard == [words.LOCATION_SHARE, words.LOCATION_TYPE]
    assert chat.asks_location
    await chat.presses("Type it instead")
    assert (await chat.waits_for(2)).text == words.LOCATION_TYPED
    assert chat.reply_keyboard == []
    assert rasa.read == ["hello"]
    await chat.shares_location(51.70349, -0.61234)
    await chat.waits_for(3)
    assert rasa.read[-1] == '/share_location{"lat": 51.7, "lon": -0.61}'


async def test_the_location_button_goes_with_the_next_reply(chat, rasa):
    rasa.answers["hello"] = [
        {"text": "Where?", "custom": {"ask_location": True}, "buttons": YES_NO["buttons"]}
    ]
    await chat.says("hello")
    await chat.waits_for(2)
    assert chat.messages[0].titles == ["Yes", "No"]
    assert chat.messages[1].text == words.LOCATION_OFFER
    assert chat.reply_keyboard
    await chat.says("Chesham")
    await chat.waits_for(3)
    assert chat.reply_keyboard == []


async def test_the_location_button_goes_where_every_reply_has_buttons(chat, rasa):
    rasa.answers["hello"] = [
        {"text": "Where?", "custom": {"ask_location": True}, "buttons": YES_NO["buttons"]}
    ]
    await chat.says("hello")
    await chat.waits_for(2)
    rasa.answers["skip"] = [YES_NO]
    await chat.says("skip")
    await chat.waits_for(4)
    assert chat.reply_keyboard == []
    assert chat.texts[2:] == [words.LOCATION_OVER, YES_NO["text"]]
    assert chat.messages[3].titles == ["Yes", "No"]


async def test_an_album_is_answered_once_and_its_words_are_read(chat, rasa):
    for _ in range(3):
        await chat.sends_photo(album="7")
    await chat.sends_photo("I want to die", album="7")
    await chat.says("hello")
    await chat.waits_for("echo hello")
    assert rasa.read[-2:] == ["I want to die", "hello"]
    assert len(rasa.read) <= 3
    assert len(chat.texts) == 3


async def test_what_is_not_words_is_answered(chat, rasa):
    await chat.sends_voice()
    await chat.sends_sticker()
    await chat.sends_document()
    await chat.sends_contact()
    await chat.sends_photo()
    await chat.sends_photo("my new walker")
    await chat.sends(dice={"emoji": "🎲", "value": 3})
    await chat.sends(
        venue={
            "location": {"latitude": 51.7, "longitude": -0.6},
            "title": "Town Hall",
            "address": "High St",
        },
        location={"latitude": 51.7, "longitude": -0.6},
    )
    await chat.says("🙂")
    await chat.waits_for(9)
    media = ["voice", "sticker", "document", "contact", "photo"]
    assert rasa.read == [
        *(f'/unreadable{{"media": "{kind}"}}' for kind in media),
        "my new walker",
        '/unreadable{"media": "other"}',
        '/share_location{"lat": 51.7, "lon": -0.6}',
        "🙂",
    ]


async def test_a_contact_cards_number_is_kept_nowhere(chat, rasa, url, tmp_path, running):
    await chat.sends_contact()
    await chat.waits_for(1)
    await running.stop()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"07700900000" not in kept and b"Testname" not in kept and b"pat_test" not in kept


async def test_service_messages_are_not_answered(chat, rasa):
    await chat.sends(message_auto_delete_timer_changed={"message_auto_delete_time": 60})
    await chat.says("hello")
    await chat.waits_for(1)
    assert rasa.read == ["hello"]


async def test_a_change_of_the_newest_message_is_read_again(chat, rasa):
    await chat.says("my wife Jaen")
    await chat.waits_for(1)
    await chat.edits("my wife Jean")
    assert (await chat.waits_for(2)).text == "echo my wife Jean"


async def test_a_change_that_leaves_the_words_is_no_new_turn(api, chat, rasa):
    await chat.says("put it back")
    first = chat.last_id
    await chat.edits("put it back")
    await chat.says("next")
    await chat.edits("put it back", first)
    await chat.edits("put him back", first)
    await chat.waits_for(3)
    assert rasa.read == ["put it back", "next"]
    assert chat.texts == ["echo put it back", "echo next", words.EDITED_EARLIER]


async def test_a_change_back_to_earlier_words_is_read(chat, rasa):
    for text in ("add Bob", "add Rob", "add Rob", "add Bob"):
        await (chat.edits(text) if chat.last_id else chat.says(text))
    await chat.waits_for(3)
    assert rasa.read == ["add Bob", "add Rob", "add Bob"]


async def test_a_change_of_an_older_message_is_explained(chat, rasa):
    await chat.says("one")
    older = chat.last_id
    await chat.says("two")
    await chat.waits_for(2)
    await chat.edits("three", older)
    assert (await chat.waits_for(3)).text == words.EDITED_EARLIER
    assert rasa.read == ["one", "two"]


async def test_a_risk_in_an_older_message_that_is_changed_is_read(chat, rasa):
    await chat.says("one")
    older = chat.last_id
    await chat.says("two")
    await chat.waits_for(2)
    await chat.edits("I want to die", older)
    assert (await chat.waits_for(3)).text == "echo I want to die"


async def test_the_quick_exit_takes_away_what_shows(api, chat, rasa):
    await chat.says("one")
    await chat.waits_for(1)
    await chat.says("Exit")
    await api.waits_until(lambda: len(api.named("deleteMessage")) >= 3)
    gone = {int(call["message_id"]) for call in api.named("deleteMessage")}
    assert len(gone) == 3  # both of the person's and the bot's
    assert rasa.read == ["one"]


async def test_the_quick_exit_takes_away_an_answer_that_is_on_its_way(api, chat, rasa):
    # It shows on the phone, and the bot does not know its number yet.
    api.fails("sendMessage", status=200, after=True, delay=2)
    await chat.says("one")
    await chat.waits_for(1)
    await chat.says("Exit")
    await api.waits_until(lambda: len(api.named("deleteMessage")) >= 3)
    gone = {int(call["message_id"]) for call in api.named("deleteMessage")}
    assert not chat.messages
    assert len(gone) == 3


async def test_the_quick_exit_works_after_all_was_erased(api, running, chat, url):
    await chat.says("one")
    await chat.waits_for(1)
    await until(lambda: not running.service._sending._tasks)
    with unit_of_work(url) as session:
        erase_chat(session, "telegram", "7")
    await chat.says("Exit")
    await api.waits_until(lambda: not chat.messages)


async def test_the_quick_exit_works_while_nothing_can_be_kept(api, running, chat, monkeypatch):
    def away(*_):
        raise OperationalError("insert", {}, Exception("database or disk is full"))

    monkeypatch.setattr(running.service, "_tell_after", 0)
    await chat.says("one")
    await chat.waits_for(1)
    monkeypatch.setattr(running.service, "_store_received", away)
    await chat.says("two")
    await chat.waits_for(2)
    assert chat.texts[1] == words.CANNOT_SAVE
    await chat.says("Exit")
    await api.waits_until(lambda: not chat.messages)


async def test_a_caption_is_read(chat, rasa):
    await chat.sends_photo("I want to die")
    await chat.waits_for(1)
    assert rasa.read == ["I want to die"]


async def test_a_group_is_declined_once_and_not_listened_to(api, chat, rasa):
    group = api.chat(-100, "group")
    await group.says("hello all")
    await group.says("more")
    await chat.says("hello")
    await chat.waits_for(1)
    await group.waits_for(1)
    assert group.texts == [words.GROUP_DECLINED]
    assert rasa.read == ["hello"]


async def test_typing_shows_while_a_turn_lasts(chat, rasa):
    gate = rasa.holds("slow")
    await chat.says("slow")
    await chat.waits_for(lambda c: c.actions)
    gate.set()
    await chat.waits_for(1)
    assert set(chat.actions) == {"typing"}


async def test_silence_is_answered_with_an_apology(chat, rasa):
    rasa.answers["hello"] = []
    await chat.says("hello")
    assert (await chat.waits_for(1)).text == words.APOLOGY


async def test_the_bot_writes_first_when_something_is_due(chat, rasa, url):
    await chat.says("hello")
    await chat.waits_for(1)
    rasa.answers["/follow_up_due"] = [{"text": "Did you try it?"}]
    with unit_of_work(url) as session:
        receive(
            session,
            key="follow-up:1:sent",
            channel="telegram",
            address="7",
            position=0,
            payload={"is": "due"},
        )
    assert (await chat.waits_for(2)).text == "Did you try it?"


async def test_an_update_that_failed_is_no_reason_to_write_first(chat, rasa, url):
    await chat.says("hello")
    await chat.waits_for(1)
    rasa.answers["/follow_up_due"] = [RuntimeError("away")]
    with unit_of_work(url) as session:
        receive(
            session,
            key="follow-up:1:sent",
            channel="telegram",
            address="7",
            position=0,
            payload={"is": "due"},
        )
    await until(lambda: rasa.read.count("/follow_up_due") == 3)
    await chat.says("still here")
    await chat.waits_for(2)
    assert chat.texts == ["echo hello", "echo still here"]
