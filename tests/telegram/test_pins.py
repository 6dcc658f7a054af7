"""A place comes as Telegram's own venue, to open in the phone's map."""

from __future__ import annotations


async def test_a_place_follows_its_words_and_the_keyboard_stays_on_the_words(chat, rasa):
    pin = {"lat": 52.9051, "lon": -1.6055, "title": "Chatty <Bench> Café", "address": "1 High St"}
    rasa.answers["tell me more"] = [
        {
            "text": "Phone: 01632 960001",
            "buttons": [{"title": "Others", "payload": '/choose{"choice": "others"}'}],
            "custom": {"pin": pin},
        }
    ]
    await chat.says("tell me more")
    await chat.waits_for(2)
    said, venue = chat.messages
    assert said.text == "Phone: 01632 960001"
    assert [button["text"] for row in said.buttons for button in row] == ["Others"]
    assert venue.raw["venue"]["title"] == "Chatty <Bench> Café"
    assert venue.raw["venue"]["address"] == "1 High St"
    assert venue.raw["venue"]["location"] == {"latitude": 52.9051, "longitude": -1.6055}
