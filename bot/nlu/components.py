"""Our components of Rasa's pipeline; each is a thin door to a pure module.

``SafetyScreen`` comes first and looks at the text before any model. ``MeaningExtractor`` adds
members, edits and difficulties to what Rasa's parse returns, and ``IntentClassifier`` the
intent, with the extractors' findings among its features.
"""

from __future__ import annotations

import logging
from typing import Any

import joblib  # type: ignore[import-untyped]
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.encoder import encoder
from bot.nlu import words
from bot.nlu.intents import IntentModel, cues
from bot.nlu.understanding import meaning_of

_log = logging.getLogger(__name__)
_RANKED = 5
_FILE = "intents.joblib"


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


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class MeaningExtractor(GraphComponent):
    """Sets ``members``, ``edits`` and ``difficulties`` to lists of the contract's objects."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MeaningExtractor:
        """Made by Rasa; loads the language model so that the first patient does not wait."""
        words.known_words()
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the meaning to each message that is a patient's own words."""
        for message in messages:
            text = message.get(TEXT) or ""
            if not text or is_structured(text):
                continue
            for name, found in spoken_meaning(text).items():
                message.set(name, found, add_to_output=True)
        return messages


def spoken_meaning(text: str) -> dict[str, list[dict[str, Any]]]:
    """The contract's ``members``, ``edits`` and ``difficulties`` of a text."""
    meaning = meaning_of(text)
    return {
        name: [item.to_json() for item in getattr(meaning, name)]
        for name in ("members", "edits", "difficulties")
    }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Sets the intent with its probability, and the ranking of the likeliest few."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, model: IntentModel | None = None
    ) -> None:
        self._storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
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
    ) -> IntentClassifier:
        """Read from a trained model archive, which is trusted as the code is.

        The encoder's weights are read here too, so that the first patient does not wait.
        """
        encoder()
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, joblib.load(folder / _FILE))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every example that has an intent."""
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        texts = [m.get(TEXT) for m in examples]
        seen = [cues(t, spoken_meaning(t)) for t in texts]
        self._model = IntentModel().fit(texts, seen, [m.get(INTENT) for m in examples])
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model, folder / _FILE, compress=3)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Classifies each message that is a patient's own words."""
        if self._model is None:
            raise RuntimeError("the intent classifier has not been trained")
        for message in messages:
            text = message.get(TEXT) or ""
            if not text or is_structured(text):
                continue
            meaning = {k: message.get(k) or [] for k in ("members", "edits", "difficulties")}
            ranked = self._model.rank([text], [cues(text, meaning)])[0]
            ranking = [{"name": n, "confidence": p} for n, p in ranked[:_RANKED]]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
