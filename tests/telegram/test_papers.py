"""A paper of the person's is sent as a document, after the words and not kept."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from bot.conversations import words
from bot.papers.words import CALENDAR_FILE, PAGE_FILE
from bot.store.base import unit_of_work
from bot.store.messages import Inbox, Keyboard, Outbox, queue
from bot.telegram import sending
from tests.store.filled import fill

PAPER = {"text": "Here it is.", "custom": {"file": PAGE_FILE}}
COPY = {"text": "Here is your copy.", "custom": {"copy": True}}


@pytest.fixture
def planned(url, running):
    """The person of this chat, with something in every part of the record."""
    with unit_of_work(url) as session:
        fill(session, "7" * 32, "7")
        # What it leaves on the way is no part of this chat.
        for table in (Outbox, Inbox, Keyboard):
            session.execute(delete(table))


@pytest.mark.parametrize("name", [CALENDAR_FILE, PAGE_FILE])
async def test_it_comes_as_a_document(chat, rasa, planned, name):
    rasa.answers["print it"] = [{"text": "Here it is.", "custom": {"file": name}}]
    await chat.says("print it")
    await chat.waits_for(2)
    said, file = chat.messages
    assert said.text == "Here it is."
    assert file.raw["document"]["file_size"] > 300


async def test_where_nothing_is_kept_it_says_so_and_goes_on(chat, rasa):
    rasa.answers["print it"] = [
        {"text": "Here it is.", "custom": {"file": PAGE_FILE}},
        {"text": "What next?"},
    ]
    await chat.says("print it")
    await chat.waits_for(3)
    assert chat.texts == ["Here it is.", words.PAPER_MISSING, "What next?"]


def data_of(message):
    """Size of the message's file; 0 where there is none."""
    return message.raw.get("document", {}).get("file_size", 0)


async def test_a_copy_comes_as_two_files_after_its_words(chat, rasa, planned):
    rasa.answers["copy"] = [COPY, {"text": "What next?"}]
    await chat.says("copy")
    await chat.waits_for(4)
    assert chat.texts == ["Here is your copy.", "", "", "What next?"]
    assert [data_of(message) > 300 for message in chat.messages] == [False, True, True, False]


@pytest.mark.parametrize("answer", [PAPER, COPY])
async def test_a_file_that_arrives_late_repeats_nothing(api, chat, rasa, planned, answer):
    rasa.answers["print it"] = [answer]
    api.fails("sendDocument", status=500, times=2)
    await chat.says("print it")
    await chat.says("next")
    await chat.waits_for("echo next")
    said, *files, _last = chat.messages
    assert said.text == answer["text"] and chat.texts.count(said.text) == 1
    assert files and all(data_of(file) for file in files)


@pytest.mark.parametrize("status", [500, 502, 400, 0])
@pytest.mark.parametrize(
    ("answer", "missing"), [(PAPER, words.PAPER_MISSING), (COPY, words.COPY_MISSING)]
)
async def test_a_file_that_cannot_be_sent_is_missing_and_holds_nothing_up(
    api, chat, rasa, planned, status, answer, missing
):
    rasa.answers["print it"] = [answer]
    api.fails("sendDocument", status=status, times=100)
    await chat.says("print it")
    await chat.says("next")
    await chat.waits_for("echo next")
    assert chat.texts[1:] == [missing, "echo next"]
    assert len(api.named("sendDocument")) <= 3


async def test_a_copy_that_cannot_be_made_is_said_once(chat, rasa, planned, monkeypatch):
    def broken(*arguments):
        raise KeyError("x")

    monkeypatch.setattr(sending, "copy_of", broken)
    rasa.answers["copy"] = [COPY]
    await chat.says("copy")
    await chat.says("I need help")
    await chat.waits_for("echo I need help")
    assert chat.texts == ["Here is your copy.", words.COPY_MISSING, "echo I need help"]


async def test_the_location_button_stays_while_a_file_comes(chat, rasa, planned):
    custom = {"file": PAGE_FILE, "ask_location": True}
    rasa.answers["print it"] = [{"text": "Where are you?", "custom": custom}]
    await chat.says("print it")
    await chat.waits_for(2)
    assert data_of(chat.messages[1]) and chat.asks_location


async def test_a_row_of_an_older_version_gives_its_words_and_its_files(chat, url, planned):
    with unit_of_work(url) as session:
        queue(
            session,
            channel="telegram",
            address="7",
            payload={"text": "Here it is.", "map_id": "", "copy": True, "file": CALENDAR_FILE},
        )
    await chat.waits_for(4)
    assert [data_of(message) > 0 for message in chat.messages] == [False, True, True, True]
    assert chat.texts[0] == "Here it is."


async def test_the_quick_exit_takes_files_away_too(api, chat, rasa, planned):
    rasa.answers["copy"] = [COPY]
    await chat.says("copy")
    await chat.waits_for(3)
    await chat.says("exit")
    await chat.waits_for(lambda chat: not chat.messages)
