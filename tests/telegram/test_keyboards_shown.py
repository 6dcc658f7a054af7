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
