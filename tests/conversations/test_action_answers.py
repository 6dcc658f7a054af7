"""What the action server answers is checked as Rasa checks it, and the schema itself only once."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from rasa.core.actions.action import RemoteAction

from bot.conversations.action_answers import check_with_a_schema_read_once

SLOT = {"event": "slot", "name": "people", "value": ["Ann"], "timestamp": None}
GOOD = {"events": [SLOT], "responses": [{"text": "Hello", "buttons": []}]}
BAD: list[dict[str, Any]] = [
    {"events": [{"event": "no such event"}], "responses": []},
    {"events": [{"event": "slot", "name": 3}], "responses": []},
    {"events": "none", "responses": []},
    {"events": [], "responses": ["words"]},
]
RASAS_OWN = RemoteAction._validate_action_result


@pytest.fixture(params=["Rasa's own", "ours"])
def check(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", RASAS_OWN)
    if request.param == "ours":
        check_with_a_schema_read_once()
    return RemoteAction("action_people", None)._validate_action_result


def test_a_good_answer_passes(check: Any) -> None:
    assert check(GOOD)


@pytest.mark.parametrize("answer", BAD)
def test_a_bad_answer_is_refused(check: Any, answer: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check(answer)


def test_the_schema_is_not_checked_at_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", RASAS_OWN)
    check_with_a_schema_read_once()

    def again(*_: Any, **__: Any) -> None:
        raise AssertionError("the schema was checked again")

    monkeypatch.setattr(Draft202012Validator, "check_schema", again)
    assert RemoteAction("action_people", None)._validate_action_result(GOOD)
