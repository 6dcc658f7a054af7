"""A paper of the person's is sent as a document, after the words and not kept."""

from __future__ import annotations

import pytest

from bot.conversations import words
from bot.papers.words import CALENDAR_FILE, PAGE_FILE
from bot.store.base import unit_of_work
from bot.store.people import begin, remember_address


@pytest.fixture
def planned(url, running):
    with unit_of_work(url) as session:
        record = begin(session, "7" * 32)
        remember_address(session, "telegram", "7", record.person.id)
        record.add_plan("walk round the park")


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
