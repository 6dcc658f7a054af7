"""What the bot says in a turn, in a form that any channel can show.

Actions and ``domain.yml`` produce Rasa messages; ``reply_from_rasa`` turns each into a
``Reply``. Channels (Telegram, the chat page) show replies and know nothing of Rasa.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Button:
    """A choice that is sent at once when pressed.

    Attributes:
        title: what the patient reads.
        payload: what Rasa gets, e.g. ``/choose{"choice": "2"}``. Never shown, and never
            taken from the patient's own typing: channels send back a keyboard's id and index.
    """

    title: str
    payload: str


@dataclass(frozen=True)
class Toggle:
    """One of several choices that may be on together."""

    title: str
    value: str
    on: bool = False


@dataclass(frozen=True)
class Pin:
    """A place to open on the phone's own map.

    Attributes:
        lat, lon: degrees, WGS 84.
        title: what is there.
        address: in one line.
    """

    lat: float
    lon: float
    title: str
    address: str


@dataclass(frozen=True)
class Reply:
    """One message of the bot.

    Attributes:
        text: the words; may be empty only where there is a picture.
        buttons: choices, one a row on a phone.
        toggles: choices that may be on together, edited in place, sent once with the
            ``done`` button as ``/choose{"choice": "value,value"}``.
        done: title of the button that sends the toggles.
        map_id: id of a stored snapshot whose picture is to be drawn above the words.
        ask_location: offer to share the phone's location where the channel can.
        copy: hand over the person's copy of their data: a page to read and a JSON file, made
            by the channel when it is shown and kept nowhere else.
        file: name of a paper to hand over (``bot.papers``), made when it is shown.
        pin: a place that the words are about.
        leave: quick exit: the channel hides what it shows and ends the visit.
    """

    text: str = ""
    buttons: tuple[Button, ...] = ()
    toggles: tuple[Toggle, ...] = ()
    done: str = ""
    map_id: str = ""
    ask_location: bool = False
    copy: bool = False
    file: str = ""
    pin: Pin | None = None
    leave: bool = False

    def to_json(self) -> dict[str, Any]:
        """A JSON object that ``from_json`` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reply:
        """The reverse of ``to_json``."""
        return cls(
            text=data.get("text", ""),
            buttons=tuple(Button(**b) for b in data.get("buttons", ())),
            toggles=tuple(Toggle(**t) for t in data.get("toggles", ())),
            done=data.get("done", ""),
            map_id=data.get("map_id", ""),
            ask_location=data.get("ask_location", False),
            copy=data.get("copy", False),
            file=data.get("file", ""),
            pin=Pin(**data["pin"]) if data.get("pin") else None,
            leave=data.get("leave", False),
        )


def reply_from_rasa(message: dict[str, Any]) -> Reply:
    """One Rasa bot message (``BotUttered.message()``) as a ``Reply``.

    Buttons are Rasa's own; the rest rides in ``custom``:
    ``{"toggles": [{"title", "value", "on"}], "done": str, "map_id": str,
    "ask_location": bool, "copy": bool, "file": str, "pin": {"lat", "lon", "title",
    "address"}}``.
    """
    custom = message.get("custom") or {}
    return Reply(
        text=(message.get("text") or custom.get("text") or "").strip(),
        buttons=tuple(Button(b["title"], b["payload"]) for b in message.get("buttons") or ()),
        toggles=tuple(
            Toggle(t["title"], t["value"], bool(t.get("on"))) for t in custom.get("toggles", ())
        ),
        done=custom.get("done", ""),
        map_id=custom.get("map_id", ""),
        ask_location=bool(custom.get("ask_location")),
        copy=bool(custom.get("copy")),
        file=custom.get("file", ""),
        pin=Pin(**custom["pin"]) if custom.get("pin") else None,
    )
