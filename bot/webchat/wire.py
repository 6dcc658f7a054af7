"""What the page and the Rasa side say to each other, checked before anything acts on it.

A turn is one JSON object::

    {"update_key": "3f0c…", "incoming": {"type": "hello"}
        | {"type": "text", "text": "my wife Jean"}
        | {"type": "text", "text": "and gout", "ticked": {"keyboard_id": "k1", "indexes": [0]}}
        | {"type": "press", "keyboard_id": "k1", "index": 0}
        | {"type": "chosen", "keyboard_id": "k1", "indexes": [0, 2]}
        | {"type": "location", "latitude": 51.67, "longitude": -0.6}}

and is answered by ``{"replies": [...]}``, each reply as ``to_wire`` gives it; with ``"retry":
true`` where the replies are to be shown but the turn could not be kept: the page then asks for
it again, with the same update key, until it could. Payloads of
buttons stay on the server: a browser only ever names a keyboard and a place on it.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from bot.conversations.replies import Reply

MAX_TEXT = 4000
"""Characters in one message; more would be cut before it is read."""

_UPDATE_KEY = re.compile(r"[A-Za-z0-9-]{8,36}")
_KEYBOARD_ID = re.compile(r"[A-Za-z0-9_:.-]{1,64}")
_MAX_CHOICES = 100


class WireError(ValueError):
    """A turn that cannot be read; the words name the field, never what the patient wrote.

    Attributes:
        code: ``unreadable`` or ``too_long``, for the page to choose its words by.
    """

    def __init__(self, message: str, code: str = "unreadable") -> None:
        super().__init__(message)
        self.code = code


def check_turn(body: Any) -> tuple[str, dict[str, Any]]:
    """The update key and the incoming of a turn, with nothing in it that was not asked for.

    Raises:
        WireError: a field is missing, of the wrong type or out of range.
    """
    if not isinstance(body, dict):
        raise WireError("the turn is not a JSON object")
    key = body.get("update_key")
    if not isinstance(key, str) or not _UPDATE_KEY.fullmatch(key):
        raise WireError("update_key: 8 to 36 letters, digits or hyphens are needed")
    incoming = body.get("incoming")
    if not isinstance(incoming, dict):
        raise WireError("incoming: a JSON object is needed")
    return key, check_incoming(incoming)


def check_incoming(incoming: dict[str, Any]) -> dict[str, Any]:
    """What came, with nothing in it that was not asked for.

    Raises:
        WireError: a field is missing, of the wrong type or out of range.
    """
    kind = incoming.get("type")
    if kind == "hello":
        return {"type": "hello"}
    if kind == "text":
        text = incoming.get("text")
        if not isinstance(text, str):
            raise WireError("incoming.text: a text is needed")
        if len(text) > MAX_TEXT:
            raise WireError(f"incoming.text: longer than {MAX_TEXT} characters", "too_long")
        # Half of a character, as a cut emoji leaves it, could not be passed on.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        ticked = incoming.get("ticked")
        if not isinstance(ticked, dict):
            return {"type": "text", "text": text}
        return {"type": "text", "text": text, "ticked": _chosen(ticked, "incoming.ticked")}
    if kind == "press":
        return {
            "type": "press",
            "keyboard_id": _keyboard_id(incoming),
            "index": _index(incoming.get("index"), "incoming.index"),
        }
    if kind == "chosen":
        return {"type": "chosen", **_chosen(incoming, "incoming.indexes")}
    if kind == "location":
        return {
            "type": "location",
            "latitude": _degrees(incoming, "latitude", 90),
            "longitude": _degrees(incoming, "longitude", 180),
        }
    raise WireError("incoming.type: hello, text, press, chosen or location is needed")


def _chosen(choice: dict[str, Any], name: str) -> dict[str, Any]:
    indexes = choice.get("indexes")
    if not isinstance(indexes, list) or len(indexes) > _MAX_CHOICES:
        raise WireError(f"{name}: a list of up to {_MAX_CHOICES} is needed")
    chosen = {_index(index, name) for index in indexes}
    return {"keyboard_id": _keyboard_id(choice), "indexes": sorted(chosen)}


def _keyboard_id(incoming: dict[str, Any]) -> str:
    value = incoming.get("keyboard_id")
    if not isinstance(value, str) or not _KEYBOARD_ID.fullmatch(value):
        raise WireError("incoming.keyboard_id: the id of a keyboard is needed")
    return value


def _index(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_CHOICES:
        raise WireError(f"{name}: a whole number from 0 to {_MAX_CHOICES - 1} is needed")
    return value


def _degrees(incoming: dict[str, Any], name: str, limit: int) -> float:
    value = incoming.get(name)
    # `not abs(nan) <= limit` also refuses NaN, which JSON as read by Python may hold.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= limit:
        raise WireError(f"incoming.{name}: degrees from -{limit} to {limit} are needed")
    return float(value)


def to_wire(reply: Reply, keyboard_id: str | None) -> dict[str, Any]:
    """A reply as the page gets it: titles only, no payloads or values.

    Returns:
        ``{"text", "buttons": [title], "toggles": [{"title", "on"}], "done", "map_id",
        "ask_location", "keyboard_id", "copy", "file", "pin", "leave"}``.
    """
    return {
        "text": reply.text,
        # Beside toggles they are other ways to answer, such as "Skip".
        "buttons": [button.title for button in reply.buttons],
        "toggles": [{"title": toggle.title, "on": toggle.on} for toggle in reply.toggles],
        "done": reply.done,
        "map_id": reply.map_id,
        "ask_location": reply.ask_location,
        "keyboard_id": keyboard_id or "",
        "copy": reply.copy,
        "file": reply.file,
        "pin": asdict(reply.pin) if reply.pin else None,
        "leave": reply.leave,
    }
