"""Our components of Rasa's pipeline; each is a thin door to a pure module.

``SafetyScreen`` comes first and looks at the text before any model. ``MeaningReader`` adds
members, edits and difficulties to what Rasa's parse returns, and ``IntentReader`` the intent.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.reader import Features, Reader
from bot.nlu import words
from bot.nlu.about_one import about_one
from bot.nlu.features import word_features
from bot.nlu.joined import meaning
from bot.nlu.meaning import Meaning
from bot.nlu.reading import intents_in

_log = logging.getLogger(__name__)
_RANKED = 5
_FILE = "reader.safetensors"
_WARM_UP = "hello there"
ABOUT_ONE = "details_members"
"""The slot of the question about one member."""


def question_in(tracker: DialogueStateTracker | None) -> str | None:
    """The slot whose question is open, if one is."""
    if tracker is None or not tracker.active_loop_name:
        return None
    return tracker.get_slot(REQUESTED_SLOT)


def is_structured(text: str) -> bool:
    """Whether a text is a button's payload such as ``/affirm`` and not a patient's words.

    Channels keep typed text that begins with the prefix from reaching Rasa.
    """
    return text.startswith(INTENT_MESSAGE_PREFIX)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SafetyScreen(GraphComponent):
    """Sets ``safety`` to ``{"level": str, "category": str | None}``."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SafetyScreen:
        """Made by Rasa; has no settings."""
        from bot.safety.screen import warm_up

        warm_up()
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Screens each message; one that cannot be screened counts as a concern."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text and not is_structured(text):
                message.set("safety", screened(text), add_to_output=True)
        return messages


def screened(text: str) -> dict[str, str | None]:
    """The contract's ``safety`` object for a text; never less than a concern on a failure."""
    from bot.safety.screen import screen

    try:
        result = screen(text)
    except Exception as error:  # any failure may hide a risk
        # The message of an error can hold the patient's words: only its type is logged.
        _log.error("the safety screen failed: %s", type(error).__name__)
        return {"level": "concern", "category": None}
    return {
        "level": str(result.level),
        "category": str(result.category) if result.category else None,
    }


class TrainedReader(GraphComponent):
    """A reader that Rasa trains, keeps and loads; what it says of a message is the subclass's."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, reader: Reader | None = None
    ) -> None:
        self._storage = model_storage
        self._resource = resource
        self._reader = reader

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TrainedReader:
        """Made by Rasa before training."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TrainedReader:
        """Read from a trained model archive, and warmed up, so that no patient waits."""
        with model_storage.read_from(resource) as folder:
            component = cls(model_storage, resource, Reader.load(folder / _FILE, cls.features()))
        component.warm_up()
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from our texts; those with intents come from Rasa's own files."""
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        self._reader = self.learn([(m.get(TEXT), m.get(INTENT)) for m in examples])
        with self._storage.write_to(self._resource) as folder:
            self._reader.save(folder / _FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Reads each message that is a patient's own words."""
        if self._reader is None:
            raise RuntimeError(f"{type(self).__name__} has not been trained")
        for message in messages:
            text = message.get(TEXT) or ""
            if text and not is_structured(text):
                self.note(message, self._reader, text)
        return messages

    def warm_up(self) -> None:
        """Load what reading needs."""
        self.process([Message({TEXT: _WARM_UP})])

    @staticmethod
    def features() -> Features | None:
        """What else than the encoder's vectors the reader learnt from."""
        return None

    @abstractmethod
    def learn(self, texts: Sequence[tuple[str, str]]) -> Reader:
        """A trained reader from messages with their intents."""

    @abstractmethod
    def note(self, message: Message, reader: Reader, text: str) -> None:
        """Put what the reader says of a text on the message."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class MeaningReader(TrainedReader):
    """Sets ``members``, ``edits`` and ``difficulties`` to lists of the contract's objects."""

    def warm_up(self) -> None:
        """The grammar's words too, which a greeting does not ask for."""
        super().warm_up()
        words.known_words()

    @staticmethod
    def features() -> Features | None:
        """What the word lists know."""
        return word_features

    def learn(self, texts: Sequence[tuple[str, str]]) -> Reader:
        """Learns from the annotated messages of ``bot/nlu/training``."""
        # TensorFlow is wanted for training only.
        from bot.nlu.learning import meaning_reader

        return meaning_reader(texts)

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Also reads what an answer about one member says of them: ``about``."""
        super().process(messages)
        for message in messages if question_in(tracker) == ABOUT_ONE else ():
            text = message.get(TEXT) or ""
            if text and self._reader is not None and not is_structured(text):
                about = about_one(self._reader.read, text)
                message.set("about", about and about.to_json(), add_to_output=True)
        return messages

    def note(self, message: Message, reader: Reader, text: str) -> None:
        """Adds the meaning."""
        for name, found in as_json(meaning(reader.read(text))).items():
            message.set(name, found, add_to_output=True)


def as_json(said: Meaning) -> dict[str, list[dict[str, Any]]]:
    """The contract's ``members``, ``edits`` and ``difficulties``."""
    return {
        name: [item.to_json() for item in getattr(said, name)]
        for name in ("members", "edits", "difficulties")
    }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentReader(TrainedReader):
    """Sets the intent with its probability, and the ranking of the likeliest few."""

    def learn(self, texts: Sequence[tuple[str, str]]) -> Reader:
        """Learns from every example that has an intent."""
        from bot.nlu.learning import intent_reader

        return intent_reader(texts)

    def note(self, message: Message, reader: Reader, text: str) -> None:
        """Adds the intent."""
        ranked = intents_in(reader.read(text))[:_RANKED]
        ranking = [{"name": name, "confidence": chance} for name, chance in ranked]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
