"""Toggles read back from a phone."""

from __future__ import annotations

from bot.store.messages import Keyboard
from bot.telegram.keyboards import inline_markup, toggle_shown


def test_a_toggle_on_a_phone_is_read_as_what_it_was_made_from() -> None:
    items = [{"title": "Pain", "on": True}, {"title": "✅ Sleep", "on": False}]
    keyboard = Keyboard(id="k", kind="toggles", items=items, beside=[], open=True, done="")
    markup = inline_markup(keyboard)
    assert markup is not None
    shown = [toggle_shown(row[0].text) for row in markup.inline_keyboard[:2]]
    assert shown == [("Pain", True), ("✅ Sleep", False)]


def test_numbers_stand_side_by_side_and_words_below_each_other() -> None:
    titles = ["Yes", *map(str, range(11)), "Skip", "No"]
    buttons = [{"title": title, "payload": "/choose"} for title in titles]
    keyboard = Keyboard(id="k", kind="buttons", items=buttons, beside=[], open=True, done="")
    markup = inline_markup(keyboard)
    assert markup is not None
    assert [[b.text for b in row] for row in markup.inline_keyboard] == [
        ["Yes"],
        ["0", "1", "2", "3", "4", "5"],
        ["6", "7", "8", "9", "10"],
        ["Skip"],
        ["No"],
    ]
    pressed = [b.callback_data for row in markup.inline_keyboard for b in row]
    assert pressed == [f"b:k:{index}" for index in range(len(titles))]
