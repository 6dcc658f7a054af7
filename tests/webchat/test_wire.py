"""What the page may say, and what it gets to see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversations.replies import Button, Reply, Toggle
from bot.webchat.wire import WireError, check_turn, to_wire

KEY = "0123456789abcdef"


@pytest.mark.parametrize(
    "incoming",
    [
        {"type": "hello"},
        {"type": "text", "text": ""},
        {"type": "text", "text": "I need 👩🏽‍⚕️"},
        {"type": "press", "keyboard_id": "Ab-_9", "index": 0},
        {"type": "chosen", "keyboard_id": "k1", "indexes": []},
        {"type": "chosen", "keyboard_id": "k1", "indexes": [0, 3]},
        {"type": "location", "latitude": 51.67, "longitude": -0.6},
    ],
)
def test_what_the_page_says_is_taken_as_it_is(incoming: dict[str, Any]) -> None:
    assert check_turn({"update_key": KEY, "incoming": incoming}) == (KEY, incoming)


def test_nothing_unasked_for_comes_along() -> None:
    _, incoming = check_turn(
        {"update_key": KEY, "incoming": {"type": "hello", "payload": "/restart", "text": "x"}}
    )
    assert incoming == {"type": "hello"}


@pytest.mark.parametrize(
    ("incoming", "field"),
    [
        (None, "incoming"),
        ({"type": "payload"}, "type"),
        ({"type": "text", "text": 3}, "text"),
        ({"type": "text", "text": "a" * 4001}, "text"),
        ({"type": "press", "keyboard_id": "k1", "index": -1}, "index"),
        ({"type": "press", "keyboard_id": "k1", "index": True}, "index"),
        ({"type": "press", "keyboard_id": "k 1", "index": 0}, "keyboard_id"),
        ({"type": "press", "keyboard_id": "", "index": 0}, "keyboard_id"),
        ({"type": "chosen", "keyboard_id": "k1", "indexes": "all"}, "indexes"),
        ({"type": "chosen", "keyboard_id": "k1", "indexes": [0] * 101}, "indexes"),
        ({"type": "location", "latitude": 91, "longitude": 0}, "latitude"),
        ({"type": "location", "latitude": 51, "longitude": float("nan")}, "longitude"),
        ({"type": "location", "latitude": 51}, "longitude"),
    ],
)
def test_the_refusal_names_the_field(incoming: Any, field: str) -> None:
    with pytest.raises(WireError, match=field):
        check_turn({"update_key": KEY, "incoming": incoming})


@pytest.mark.parametrize("key", [None, "", "short", "a" * 37, "with space", 12345678])
def test_an_update_key_is_needed(key: Any) -> None:
    with pytest.raises(WireError, match="update_key"):
        check_turn({"update_key": key, "incoming": {"type": "hello"}})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    anything
    | st.fixed_dictionaries(
        {
            "update_key": st.just(KEY),
            "incoming": st.fixed_dictionaries(
                {"type": st.sampled_from(["text", "press", "chosen", "location"])},
                optional={
                    name: anything
                    for name in ("text", "keyboard_id", "index", "indexes", "latitude")
                },
            ),
        }
    )
)
def test_anything_else_is_refused_and_never_a_crash(body: Any) -> None:
    try:
        key, incoming = check_turn(body)
    except WireError:
        return
    assert key == KEY
    assert incoming["type"] in {"hello", "text", "press", "chosen", "location"}


def test_payloads_stay_on_the_server() -> None:
    reply = Reply("Which?", buttons=(Button("Yes", '/affirm{"x": "secret"}'),))
    shown = to_wire(reply, "k1")
    assert shown["buttons"] == ["Yes"]
    assert "secret" not in json.dumps(shown)
    skip = Button("Skip", '/choose{"choice": "secret"}')
    both = Reply("Which?", buttons=(skip,), toggles=(Toggle("Pain", "secret", on=True),))
    toggles = to_wire(both, "k2")
    assert toggles["toggles"] == [{"title": "Pain", "on": True}]
    assert toggles["buttons"] == ["Skip"], "another way to answer, beside the toggles"
    assert "secret" not in json.dumps(toggles)


def test_a_reply_without_choices_has_no_keyboard() -> None:
    assert to_wire(Reply("Hello"), None)["keyboard_id"] == ""
