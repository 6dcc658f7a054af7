"""What an action sees of the turn, and how it speaks: the tracker read once, in plain values."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.words import label
from bot.needs.areas import Area, Size
from bot.nlu.context import yes_or_no
from bot.nlu.meaning import DifficultyMention, EditMention, MemberMention
from bot.safety.routes import said_of
from bot.settings import get_settings
from bot.store.base import unit_of_work
from bot.store.record import NoRecord, Record

log = logging.getLogger(__name__)

PLAIN = 0.5
"""How sure the classifier has to be of a yes or a no that the words alone do not say."""

SKIP_INTENTS = frozenset({"skip", "dont_know"})
SKIP_WORDS = 3
SKIP_LIKELY, SKIP_SURE = 0.4, 0.6
"""How sure the classifier has to be of few words, and of more, that they pass a question over."""


@dataclass(frozen=True)
class Answer:
    """One message of the patient, as understood.

    Attributes:
        text: the words typed; empty for a button.
        choices: values of the buttons or toggles; empty for typed text.
        intent: what the classifier made of the words, whatever the router did with them.
        confidence: how sure it was, from 0 to 1.
        about: what it says of the member whom the question is about, where it is about one.
    """

    text: str = ""
    choices: tuple[str, ...] = ()
    intent: str = ""
    confidence: float = 1.0
    members: tuple[MemberMention, ...] = ()
    about: MemberMention | None = None
    edits: tuple[EditMention, ...] = ()
    difficulties: tuple[DifficultyMention, ...] = ()
    location: tuple[float, float] | None = None
    media: str = ""
    safety: tuple[str, str | None] = ("none", None)
    update_key: str | None = None

    @classmethod
    def of(cls, tracker: Tracker) -> Answer:
        """The latest message."""
        message = tracker.latest_message
        entities = {e["entity"]: e["value"] for e in message.get("entities") or ()}
        intent = (message.get("intent") or {}).get("name") or ""
        heard = message.get("understood") or {}
        understood = heard.get("name") or intent
        text = (message.get("text") or "").strip()
        structured = text.startswith("/")
        safety = message.get("safety") or {}
        return cls(
            text="" if structured else text,
            choices=tuple(str(entities.get("choice", "")).split(","))
            if structured and entities.get("choice")
            else (),
            intent=understood,
            confidence=float(heard.get("confidence") or (0.0 if heard else 1.0)),
            members=tuple(MemberMention.from_json(m) for m in message.get("members") or ()),
            about=MemberMention.from_json(message["about"]) if message.get("about") else None,
            edits=tuple(
                EditMention(e["operation"], e["target"] or "", e["value"] or "")
                for e in message.get("edits") or ()
            ),
            difficulties=tuple(
                DifficultyMention(Area(d["area"]), d["size"] and Size(d["size"]))
                for d in message.get("difficulties") or ()
            ),
            location=(float(entities["lat"]), float(entities["lon"]))
            if "lat" in entities and "lon" in entities
            else None,
            media=str(entities.get("media", "")),
            safety=(str(safety.get("level") or "none"), safety.get("category")),
            update_key=(message.get("metadata") or {}).get("update_key"),
        )

    @property
    def choice(self) -> str:
        """The value of a single button."""
        return self.choices[0] if self.choices else ""

    @property
    def said_yes(self) -> bool:
        """Yes, by button or in words."""
        return self.choice == "yes" if self.choices else self._plainly is True

    @property
    def said_no(self) -> bool:
        """No, by button or in words."""
        return self.choice == "no" if self.choices else self._plainly is False

    @property
    def _plainly(self) -> bool | None:
        """Yes or no by the words; by the classifier where the words alone do not say."""
        said = yes_or_no(self.text) if self.text else None
        if said is None and self.intent in ("affirm", "deny") and self.confidence >= PLAIN:
            return self.intent == "affirm"
        return said

    @property
    def skipped(self) -> bool:
        """Would rather not answer, or does not know."""
        if self.choices:
            return self.choice == "skip"
        bar = SKIP_LIKELY if len(self.text.split()) <= SKIP_WORDS else SKIP_SURE
        return self.intent in SKIP_INTENTS and self.confidence >= bar


class Say:
    """Speaks through responses of ``domain.yml``; buttons and toggles are filled in here."""

    def __init__(self, dispatcher: CollectingDispatcher) -> None:
        self._dispatcher = dispatcher

    @property
    def said(self) -> list[str]:
        """Names of the responses of this turn so far."""
        return [str(m["response"]) for m in self._dispatcher.messages if m.get("response")]

    def first(self, response: str) -> None:
        """Say a response before all that this turn has said so far."""
        self(response)
        self._dispatcher.messages.insert(0, self._dispatcher.messages.pop())

    def __call__(
        self,
        response: str,
        *,
        buttons: Iterable[tuple[str, str]] = (),
        intents: Iterable[tuple[str, str]] = (),
        toggles: Iterable[tuple[str, str, bool]] = (),
        done: str = "",
        map_id: str = "",
        ask_location: bool = False,
        copy: bool = False,
        file: str = "",
        pin: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> None:
        """Say a response.

        Args:
            response: its name in the domain.
            buttons: (title, choice) of each; pressing sends ``/choose`` with the choice.
            intents: (title, intent) of further buttons; pressing one is as good as saying so.
            toggles: (title, value, on) of each, sent together with the ``done`` button.
            pin: a place to open on a map: lat, lon, title and address.
            values: what fills the response's ``{names}``.
        """
        custom: dict[str, Any] = {}
        shown = [{"title": t, "value": v, "on": on} for t, v, on in toggles]
        if shown:
            custom |= {"toggles": shown, "done": done or label("buttons", "done")}
        if map_id:
            custom["map_id"] = map_id
        if ask_location:
            custom["ask_location"] = True
        if copy:
            custom["copy"] = True
        if file:
            custom["file"] = file
        if pin:
            custom["pin"] = dict(pin)
        self._dispatcher.utter_message(
            response=response,
            buttons=[
                *({"title": t, "payload": choose(c)} for t, c in buttons),
                *({"title": t, "payload": f"/{intent}"} for t, intent in intents),
            ]
            or None,
            json_message=custom or None,
            **{name: _as_it_is(value) for name, value in values.items()},
        )

    def service(self, response: str, **values: Any) -> None:
        """Say a response that names the service and how to reach it, or a route of the nation.

        Routes go by their ids (``{to_talk}``); their numbers are nowhere but in ``routes.yml``.
        """
        settings = get_settings()
        routes: dict[str, Any] = {**said_of(settings.wise_region)}
        self(
            response,
            service_name=settings.wise_service_name,
            service_contact=settings.wise_service_contact,
            **routes,
            **values,
        )


def _as_it_is(value: Any) -> Any:
    """A value that Rasa fills in whatever it holds.

    "0[" in a filled text makes Rasa think that it failed, and show the bare ``{name}``.
    """
    return value.replace("0[", "0 [") if isinstance(value, str) else value


def choose(choice: str) -> str:
    """The payload of a button."""
    return '/choose{"choice": "' + choice + '"}'


def skip_button() -> tuple[str, str]:
    """The button that skips a question."""
    return label("buttons", "skip"), "skip"


@contextmanager
def record_of(tracker: Tracker) -> Iterator[Record | None]:
    """The person's record in one transaction; ``None`` for someone who has not agreed yet."""
    with unit_of_work() as session:
        try:
            record = Record.of(session, tracker.sender_id)
        except NoRecord:
            yield None
        else:
            yield record


def toggles_of(labels: dict[str, str], on: Sequence[str] = ()) -> list[tuple[str, str, bool]]:
    """Toggles for the codes of a label group."""
    return [(title, code, code in on) for code, title in labels.items()]
