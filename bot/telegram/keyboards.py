"""Keyboards on a phone, and what their buttons carry.

A button carries its keyboard's id and its number only, never a payload: Telegram allows 64
bytes, and a patient's phone could send back anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from bot.conversations import words
from bot.conversations.plain_text import clean
from bot.store.messages import Keyboard

_DATA = re.compile(r"([tbd]):([A-Za-z0-9_-]{1,16})(?::(\d{1,4}))?", re.ASCII)
_TITLE_MAX = 64  # longer ones are cut by phones
_NUMBERS_A_ROW = 6


@dataclass(frozen=True)
class Data:
    """What a button carries: a toggle or button with its number, or a keyboard's Done."""

    kind: Literal["toggle", "button", "done"]
    keyboard_id: str
    index: int = -1


def read_data(data: str) -> Data | None:
    """The meaning of ``t:<keyboard>:<n>``, ``b:<keyboard>:<n>`` or ``d:<keyboard>``.

    ``None`` for anything else.
    """
    found = _DATA.fullmatch(data)
    if not found or (found[1] == "d") is not (found[3] is None):
        return None
    if found[1] == "d":
        return Data("done", found[2])
    return Data("toggle" if found[1] == "t" else "button", found[2], int(found[3]))


def inline_markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """The keyboard as it is now, one button a row but for numbers; ``None`` once it is closed."""
    if not keyboard.open:
        return None
    id_ = keyboard.id
    rows = []
    if keyboard.kind == "toggles":
        for index, item in enumerate(keyboard.items):
            mark = words.TOGGLE_ON if item.get("on") else words.TOGGLE_OFF
            title = mark.format(title=_title(item["title"]))
            rows.append([InlineKeyboardButton(title, callback_data=f"t:{id_}:{index}")])
        done = _title(keyboard.done or words.DONE)
        rows.append([InlineKeyboardButton(done, callback_data=f"d:{id_}")])
    after_number = False
    for index, item in enumerate(keyboard.buttons):
        title = _title(item["title"])
        button = InlineKeyboardButton(title, callback_data=f"b:{id_}:{index}")
        if title.isdigit() and after_number and len(rows[-1]) < _NUMBERS_A_ROW:
            rows[-1].append(button)
        else:
            rows.append([button])
        after_number = title.isdigit()
    return InlineKeyboardMarkup(rows)


def toggle_shown(text: str) -> tuple[str, bool]:
    """The title of a toggle as a phone shows it, and whether it is on."""
    on, off = (mark.format(title="") for mark in (words.TOGGLE_ON, words.TOGGLE_OFF))
    return text.removeprefix(on).removeprefix(off), text.startswith(on)


def location_markup() -> ReplyKeyboardMarkup:
    """The phone's own "share my location", or typing."""
    return ReplyKeyboardMarkup(
        [
            [KeyboardButton(words.LOCATION_SHARE, request_location=True)],
            [KeyboardButton(words.LOCATION_TYPE)],
        ],
        one_time_keyboard=True,
        resize_keyboard=True,
    )


def _title(title: str) -> str:
    title = " ".join(clean(title).split()) or "…"
    return title if len(title) <= _TITLE_MAX else title[: _TITLE_MAX - 1].rstrip() + "…"
