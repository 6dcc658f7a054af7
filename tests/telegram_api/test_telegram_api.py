"""The loopback Bot API behaves as Telegram does, seen through python-telegram-bot."""

import asyncio

import pytest
from aiohttp import web
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.telegram_api import TelegramApi

PNG = b"\x89PNG\r\n\x1a\n-a-picture"


@pytest.fixture
async def api():
    async with TelegramApi() as api:
        api.chat(7)
        yield api


@pytest.fixture
async def bot(api):
    async with Bot(api.token, base_url=f"{api.url}/bot") as bot:
        yield bot


def markup(data="b:1:0"):
    return InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data=data)]])


async def test_an_update_comes_until_it_is_confirmed(api, bot):
    first = await api.chat(7).says("one")
    second = await api.chat(7).says("two")
    assert [u.update_id for u in await bot.get_updates()] == [first, second]
    assert [u.update_id for u in await bot.get_updates(limit=1)] == [first]
    assert [u.update_id for u in await bot.get_updates(offset=second)] == [second]
    assert await bot.get_updates(offset=second + 1) == ()
    assert api.pending == []


async def test_a_long_poll_ends_when_something_comes(api, bot):
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await api.waits_until(lambda: api.named("getUpdates"))
    await api.chat(7).says("hello")
    assert (await poll)[0].message.text == "hello"


async def test_two_pollers_conflict(api, bot):
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await api.waits_until(lambda: api.named("getUpdates"))
    async with Bot(api.token, base_url=f"{api.url}/bot") as second:
        await second.get_updates()
    with pytest.raises(Conflict):
        await first


async def test_everything_a_phone_sends_is_read_by_the_library(api, bot):
    chat = api.chat(7)
    await chat.says("/start leaflet")
    await chat.shares_location(51.7, -0.6)
    for send in (chat.sends_voice, chat.sends_sticker, chat.sends_document, chat.sends_contact):
        await send()
    await chat.sends_photo("my cat")
    await chat.edits("other words")
    await chat.blocks()
    updates = await bot.get_updates()
    assert updates[0].message.entities[0].type == "bot_command"
    assert updates[1].message.location.latitude == 51.7
    assert updates[2].message.voice and updates[3].message.sticker
    assert updates[4].message.document and updates[5].message.contact
    assert updates[6].message.caption == "my cat"
    assert updates[7].edited_message.text == "other words"
    assert updates[8].my_chat_member.new_chat_member.status == "kicked"


async def test_messages_are_shown_and_changed_in_place(api, bot):
    sent = await bot.send_message(7, "Is it?", reply_markup=markup())
    (shown,) = api.chat(7).messages
    assert (shown.text, shown.titles) == ("Is it?", ["Yes"])
    await bot.edit_message_text("It is", 7, sent.message_id)
    assert (shown.text, shown.titles, shown.edits) == ("It is", [], 1)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("It is", 7, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_reply_markup(7, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("It is", 7, 999)


async def test_a_press_is_answered_once(api, bot):
    await bot.send_message(7, "Is it?", reply_markup=markup())
    await api.chat(7).presses("Yes")
    query = (await bot.get_updates())[0].callback_query
    assert query.data == "b:1:0"
    assert await bot.answer_callback_query(query.id, "Noted")
    assert api.chat(7).toasts == ["Noted"]
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query(query.id)


async def test_telegrams_limits(api, bot):
    await bot.send_message(7, "x" * 4096, reply_markup=markup("x" * 64))
    with pytest.raises(BadRequest, match=r"(?i)message is too long"):
        await bot.send_message(7, "x" * 4097)
    with pytest.raises(BadRequest, match=r"(?i)message text is empty"):
        await bot.send_message(7, " ")
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(7, "x", reply_markup=markup("é" * 33))
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_photo(7, PNG, caption="x" * 1025)
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(8, "x")


async def test_pictures_files_and_places(api, bot):
    await bot.send_photo(7, PNG, caption="Your map", reply_markup=markup())
    await bot.send_document(7, b"{}", filename="mydata.json")
    await bot.send_location(7, 51.7, -0.6)
    await bot.send_venue(7, 51.7, -0.6, "Town Hall", "High Street")
    await bot.send_chat_action(7, "typing")
    chat = api.chat(7)
    assert (chat.messages[0].photo, chat.messages[0].text) == (PNG, "Your map")
    assert chat.messages[3].text == "Town Hall"
    assert chat.actions == ["typing"]


async def test_faults(api, bot):
    api.fails("sendMessage", status=429, retry_after=3)
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(7, "x")
    assert int(caught.value._retry_after.total_seconds()) == 3
    api.fails("sendMessage", status=502)
    with pytest.raises(NetworkError):
        await bot.send_message(7, "x")
    api.fails("sendMessage", status=0)
    with pytest.raises(NetworkError):
        await bot.send_message(7, "not sent")
    api.fails("sendMessage", status=0, after=True)
    with pytest.raises(NetworkError):
        await bot.send_message(7, "sent all the same")
    assert api.chat(7).texts == ["sent all the same"]
    await api.chat(7).blocks()
    with pytest.raises(Forbidden):
        await bot.send_message(7, "x")


async def test_a_wrong_token_is_refused(api):
    with pytest.raises(InvalidToken):
        await Bot("1:wrong", base_url=f"{api.url}/bot").get_me()


async def test_the_menu(api, bot):
    await bot.set_my_commands([BotCommand("map", "See your map")])
    assert api.commands == [{"command": "map", "description": "See your map"}]


async def test_a_webhook_is_called_with_its_secret_until_it_says_yes(api, bot):
    seen, answers = [], [500, 200, 200]

    async def webhook(request):
        body = await request.json()
        seen.append((body["update_id"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        return web.Response(status=answers.pop(0))

    app = web.Application()
    app.router.add_post("/hook", webhook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        await bot.set_webhook(url, secret_token="s3cret")
        with pytest.raises(Conflict):
            await bot.get_updates()
        first = await api.chat(7).says("one")
        second = await api.chat(7).says("two")
        await api.waits_until(lambda: not api.pending)
        assert seen == [(first, "s3cret"), (first, "s3cret"), (second, "s3cret")]
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (url, 0)
        assert "500" in info.last_error_message
        await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""
    finally:
        await runner.cleanup()
