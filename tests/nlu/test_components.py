"""Our components in Rasa's pipeline, without training a whole model."""

from __future__ import annotations

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.components import IntentClassifier, MeaningExtractor, SafetyScreen, screened
from bot.nlu.understand import understand

EXAMPLES = {
    "remove_member": ["take bob off", "remove Sue", "delete my sister", "get rid of Tom"],
    "affirm": ["yes", "yeah ok", "go on then", "aye"],
    "add_member": ["my wife Jean", "my mate Dave", "the district nurse", "our Tom and his wife"],
}


def parsed(text: str) -> Message:
    message = Message({TEXT: text})
    MeaningExtractor().process([message])
    return message


def test_the_meaning_is_in_what_a_parse_returns() -> None:
    out = parsed("my wife Jean does my tablets, I can't sleep").as_dict(only_output_properties=True)
    assert [m["name"] for m in out["members"]] == ["Jean"]
    assert [d["area"] for d in out["difficulties"]] == ["sleep"]
    assert out["edits"] == []


def test_buttons_payloads_are_left_alone() -> None:
    message = Message({TEXT: '/choose{"choice": "2"}'})
    SafetyScreen().process([message])
    MeaningExtractor().process([message])
    assert message.get("members") is None
    assert message.get("safety") is None


def test_a_screen_that_breaks_is_a_concern(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr("bot.safety.screen.screen", broken)
    assert screened("hello") == {"level": "concern", "category": None}


def test_the_classifier_learns_is_stored_and_read_back(tmp_path) -> None:
    storage, resource = LocalModelStorage(tmp_path), Resource("intents")
    data = TrainingData(
        [Message({TEXT: t, INTENT: name}) for name, texts in EXAMPLES.items() for t in texts]
    )
    IntentClassifier(storage, resource).train(data)
    loaded = IntentClassifier.load({}, storage, resource, None)
    message = parsed("take Priya off")
    loaded.process([message])
    assert message.get(INTENT)["name"] == "remove_member"
    assert 0 < message.get(INTENT)["confidence"] <= 1


def test_a_missing_model_says_what_to_do(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="wise train"):
        next(understand(["hello"], tmp_path / "none.tar.gz"))
