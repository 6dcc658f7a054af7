"""Our components in Rasa's pipeline, without training a whole model."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import ActiveLoop, SlotSet
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.training import Plan
from bot.nlu import learning
from bot.nlu.components import IntentReader, MeaningReader, SafetyScreen, TrainedReader, screened
from bot.nlu.turn_router import UNDERSTOOD, TurnRouter
from bot.nlu.understand import understand

EXAMPLES = {
    "remove_member": ["take bob off", "remove Sue", "delete my sister", "get rid of Tom"],
    "affirm": ["yes", "yeah ok", "go on then", "aye"],
    "add_member": ["my wife Jean", "my mate Dave", "the district nurse", "our Tom and his wife"],
}
DATA = TrainingData(
    [Message({TEXT: t, INTENT: name}) for name, texts in EXAMPLES.items() for t in texts]
)


def loaded(component: type[TrainedReader], folder: Path) -> TrainedReader:
    """A component that was trained on a little, stored, and read back."""
    storage, resource = LocalModelStorage(folder), Resource("readers")
    component(storage, resource).train(DATA)
    return component.load({}, storage, resource, None)  # type: ignore[arg-type]


def test_a_reader_of_intents_learns_is_stored_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "INTENTS", Plan(depth=1, rounds=30, batch=4))
    message = Message({TEXT: "take Priya off"})
    loaded(IntentReader, tmp_path).process([message])
    assert message.get(INTENT)["name"] == "remove_member"
    assert 0 < message.get(INTENT)["confidence"] <= 1


def test_a_reader_of_meaning_learns_is_stored_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {
        "members": [
            {"text": f"my {word} {name}", "members": [{"name": name, "relationship": who}]}
            for word, who in (("wife", "partner"), ("son", "child"))
            for name in ("Jean", "Tom", "Asha", "Kofi")
        ],
        "edits": [],
        "difficulties": [{"text": "cant sleep", "difficulties": [{"area": "sleep", "size": None}]}],
    }
    monkeypatch.setattr(learning.examples, "rows", lambda kind, but: iter(rows[kind]))
    plan = Plan(depth=1, rounds=30, batch=4, rate=5e-4)
    monkeypatch.setattr(learning.meaning_reader, "__kwdefaults__", {"but": (), "plan": plan})
    message = Message({TEXT: "my son Winston"})
    loaded(MeaningReader, tmp_path).process([message])
    found = message.as_dict(only_output_properties=True)
    assert [(m["name"], m["relationship"]) for m in found["members"]] == [("Winston", "child")]
    assert found["edits"] == []


def test_buttons_payloads_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "INTENTS", Plan(depth=1, rounds=1, batch=4))
    message = Message({TEXT: '/choose{"choice": "2"}'})
    SafetyScreen().process([message])
    loaded(IntentReader, tmp_path).process([message])
    assert message.get(INTENT) is None
    assert message.get("safety") is None


def test_a_screen_that_breaks_is_a_concern(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr("bot.safety.screen.screen", broken)
    assert screened("hello") == {"level": "concern", "category": None}


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="wise train"):
        next(understand(["hello"], tmp_path / "none.tar.gz"))


@pytest.mark.parametrize("form", [None, "follow_up_form"])
@pytest.mark.parametrize("taken_for", ["deny", "affirm", "pause", "chitchat"])
def test_stop_ends_reminders_whatever_the_classifier_makes_of_it(
    form: str | None, taken_for: str
) -> None:
    tracker = DialogueStateTracker("someone", [TextSlot(REQUESTED_SLOT, [])])
    if form:
        tracker.update(ActiveLoop(form))
        tracker.update(SlotSet(REQUESTED_SLOT, "follow_up_join"))
    message = Message({TEXT: "STOP please", INTENT: {"name": taken_for, "confidence": 0.99}})
    [routed] = TurnRouter().process([message], tracker)
    assert routed.get(INTENT)["name"] == "stop_messages"
    # Nor do the actions take it for a yes or a no.
    assert routed.get(UNDERSTOOD) == {"name": "stop_messages", "confidence": 1.0}
