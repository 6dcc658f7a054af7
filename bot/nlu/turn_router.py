"""The router as the last component of Rasa's pipeline."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.directory.places import Place, find_place
from bot.nlu.about_me import age_put_right, place_put_right
from bot.nlu.components import question_in
from bot.nlu.router import (
    STOP,
    STRUCTURED,
    Heard,
    about_ours,
    asks,
    asks_for_a_day,
    asks_us,
    changes_in,
    command_in,
    corrects,
    is_puzzled,
    route,
    stops,
)
from bot.rights.wishes import right_asked
from bot.support.dates import date_in

_SHORT = 10
"""Words; who says more has more to say than that."""

CHECK = "action_check_meaning"
"""The action that asks whether a guess is right; its slot ``guess`` holds the intent."""

UNDERSTOOD = "understood"
"""Property of a parsed message: intent and confidence before routing."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class TurnRouter(GraphComponent):
    """Sets the intent that the dialogue gets, and keeps what was understood beside it."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TurnRouter:
        """Made by Rasa."""
        return cls()

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Route each message by the question that is being asked."""
        asked = question_in(tracker)
        guess = _guess(tracker)
        for message in messages:
            intent = message.get(INTENT) or {}
            name = intent.get("name") or ""
            text = message.get(TEXT) or ""
            if name in STRUCTURED or text.startswith("/"):
                continue
            one_word = stops(text)
            command = command_in(text)
            if one_word or command or is_puzzled(text):
                name = STOP if one_word else command or "help"
                intent = {"name": name, "confidence": 1.0}
                message.set(INTENT, intent, add_to_output=True)
            message.set(UNDERSTOOD, intent, add_to_output=True)
            routed = route(
                Heard(
                    intent=name,
                    confidence=float(intent.get("confidence") or 0.0),
                    level=(message.get("safety") or {}).get("level", "none"),
                    has_members=bool(message.get("members")),
                    edits=changes_in(message.get("edits") or (), asked),
                    has_difficulties=bool(message.get("difficulties")),
                    words=len(text.split()),
                    question=asks(text),
                    asked=asked,
                    guess=guess,
                    right=right_asked(text, nobody_named=_before_the_map(asked)) is not None,
                    corrects=corrects(text) or _about_me_anew(text, asked),
                    stops=one_word,
                    asks_us=asks_us(text),
                    ours=about_ours(text),
                    day=asks_for_a_day(asked) and date_in(text) is not None,
                    command=command is not None,
                    told=_tells(message.get("about")),
                )
            )
            if routed != name:
                message.set(INTENT, {"name": routed, "confidence": 1.0}, add_to_output=True)
        return messages


def _tells(about: dict[str, Any] | None) -> bool:
    """Whether something was read of the member whom the question is about."""
    return bool(about and (about.get("help") or about.get("contact")))


def _before_the_map(asked: str | None) -> bool:
    """Whether the talk is not about people on the map, so that "his carer" means the patient's."""
    return asked is None or asked.startswith(("consent_", "about_", "difficulties_"))


def _about_me_anew(text: str, asked: str | None) -> bool:
    """Whether the text puts a place or an age right that is not what is being asked for."""
    if asked in ("about_area", "review_area", "about_age") or len(text.split()) > _SHORT:
        return False
    where = place_put_right(text)
    found = find_place(where) if where else None
    known = isinstance(found, Place) and not found.corrected
    return known or age_put_right(text) is not None


def _guess(tracker: DialogueStateTracker | None) -> str | None:
    """The intent that the bot's last turn asked about, if it did."""
    for event in reversed(tracker.events) if tracker is not None else ():
        if isinstance(event, ActionExecuted) and event.action_name != ACTION_LISTEN_NAME:
            asked = event.action_name == CHECK
            return tracker.get_slot("guess") if asked and tracker is not None else None
    return None
