"""What all stages of the interview share: asking, hearing, going back, never falling silent."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, AllSlotsReset, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.turn import Answer, Say, record_of
from actions.words import label
from bot.conversations.journey import form_of
from bot.conversations.plain_text import TEXT_MAX
from bot.errors import place_of
from bot.nlu.language import is_other_language
from bot.store.base import STORE_AWAY
from bot.store.record import Record

log = logging.getLogger(__name__)

HEARD = "heard"
"""What the domain's slot mappings put in a slot: that there is an answer, never its words."""

ANSWERED = "answered"
TRAIL_MAX = 30
OF_THE_MOMENT = (
    "trail",
    "misses",
    "check",
    "hush",
    "told",
    "reopen",
    "reopened",
    "pending_edit",
    "pending_again",
    "room",
    "sure",
    "consents_open",
)
"""Bookkeeping that going back never brings back."""

NEVER_LOST = (
    "members_made",
    "told",
    "check",
    "reopen",
    "reopened",
    "plan_draft",
    "many_visits",
    "mourned",
    "outcome_declined",
)
"""Bookkeeping that no way back takes away: keys are used once, what was told stays told, a plan
that is being made is changed rather than made twice, and what is said once is not said again."""


class Heard(Enum):
    """What came of an answer."""

    DONE = "the question is answered"
    MORE = "taken, and the same question goes on with its next part"
    STAY = "dealt with something else; ask again"
    UNCLEAR = "not understood; rephrase"


@dataclass(frozen=True)
class Done:
    """The question is answered, and so are the ``also`` ones after it."""

    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Afresh:
    """The question is answered, and the form begins again with all of ``slots`` open."""

    slots: tuple[str, ...]


Handler = Callable[["StageForm", Record, Answer, Say], "Heard | Done | Afresh"]


def question(handler: Handler) -> Callable[..., Any]:
    """Make ``validate_<slot>`` of a method that hears one answer in a transaction.

    What has one meaning whatever is being asked ("put it back", "which Ann?", the answer to a
    check on safety) is taken first. The trail for "back" is kept here, and so is the count of
    answers that were not understood: rephrased once, then offered buttons and a person.
    """
    slot = handler.__name__.removeprefix("validate_")

    @wraps(handler)
    def validate(
        form: StageForm,
        value: object,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        _domain: DomainDict,
    ) -> dict[str, Any]:
        # When a form opens, Rasa validates the slots that we have just emptied for it.
        if value != HEARD:
            return {slot: value}
        say, answer = Say(dispatcher), Answer.of(tracker)
        try:
            with record_of(tracker) as record:
                if record is None:
                    return form.before_consent(slot, answer, say, tracker)
                return _hear(form, handler, slot, record, answer, say)
        except STORE_AWAY:
            raise  # The turn is taken again, and the channel tells the person.
        except Exception as error:
            log.error("an answer to %s was not kept: %s", slot, place_of(error))
            say("utter_could_not_save")
            return {slot: None}

    return validate


def _hear(
    form: StageForm, handler: Handler, slot: str, record: Record, answer: Answer, say: Say
) -> dict[str, Any]:
    from actions.about_you import take_no_longer_drives
    from actions.changes import take_anywhere, take_loss, take_news, tells_of_a_loss
    from actions.rights import note_who_writes, passed_the_map, take_right, take_sure

    note_who_writes(record, answer, say)
    if take_right(record, answer, say):
        # Without a requested slot the form ends, and action_next_step goes on from the stage.
        return {slot: None, "requested_slot": None} if passed_the_map(record) else {slot: None}
    if (ended := take_sure(record, answer, say)) is not None:
        return {slot: None, "requested_slot": None} if ended else {slot: None}
    if take_anywhere(record, answer, say) or take_no_longer_drives(record, answer, say):
        return {slot: None}
    if is_other_language(answer.text):
        say("utter_other_language")
        return {slot: None}
    if len(answer.text) >= TEXT_MAX:
        say("utter_long_message")
    if form.hears_loss and take_news(record, answer, say, strain=False, known=False):
        return {slot: None}
    before = {k: v for k, v in record.progress.items() if k not in OF_THE_MOMENT}
    heard = handler(form, record, answer, say)
    if heard is Heard.UNCLEAR and take_loss(record, answer, say):
        return {slot: None}
    if heard is Heard.UNCLEAR:
        misses = record.progress.get("misses", 0) + 1
        record.keep_progress(misses=misses)
        rephrase(misses, say, form.unclear)
        return {slot: None}
    if not _SORROW.intersection(say.said) and tells_of_a_loss(record, answer):
        say.first("utter_loss_heard")
    record.keep_progress(misses=0)
    if heard is not Heard.STAY:
        trail = [*record.progress.get("trail", []), [form.stage, slot, before]]
        record.keep_progress(trail=trail[-TRAIL_MAX:])
    if isinstance(heard, Afresh):
        return dict.fromkeys(heard.slots)
    if isinstance(heard, Done):
        return {name: ANSWERED for name in (slot, *heard.also)}
    return {slot: ANSWERED if heard is Heard.DONE else None}


_SORROW = frozenset(
    {"utter_died", "utter_died_elsewhere", "utter_died_who", "utter_loss_heard"}
    | {"utter_difficult_loss", "utter_people_died", "utter_risk"}
)
"""What meets a death; nothing more is said of it then."""


def rephrase(misses: int, say: Say, first: str = "utter_rephrase") -> None:
    """Say that it was not understood: once plainly, then with a way out."""
    if misses < 2:
        say(first)
        return
    say(
        "utter_rephrase_buttons",
        buttons=[(label("buttons", "skip"), "skip"), (label("buttons", "person"), "person")],
    )


class StageForm(FormValidationAction, ABC):
    """The validation of one stage's form; questions are its ``validate_<slot>`` methods.

    Attributes:
        unclear: what is said the first time that an answer is not understood.
        hears_loss: whether a death told in place of an answer is taken first. Forms about people
            take it themselves.
    """

    unclear = "utter_rephrase"
    hears_loss = False

    @property
    @abstractmethod
    def stage(self) -> str:
        """The stage of ``bot.conversations.journey``."""

    def name(self) -> str:
        """``validate_<stage>_form``."""
        return f"validate_{self.stage}_form"

    def domain_slots(self, domain: DomainDict) -> list[str]:
        """The stage's slots; known here, so that Rasa need not send the domain each turn."""
        return list(SLOTS[self.stage])

    def before_consent(
        self, slot: str, answer: Answer, say: Say, tracker: Tracker
    ) -> dict[str, Any]:
        """Hear an answer of someone without a record: only the consent stage does."""
        raise LookupError(f"{slot} was answered by someone who has no record")


class Ask(Action, ABC):
    """Asks one question: ``action_ask_<stage>_form_<slot>``."""

    stage: str
    slot: str

    def name(self) -> str:
        """Rasa's name for the question."""
        return f"action_ask_{self.stage}_form_{self.slot}"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask; a failure is said, never silent."""
        from actions.risk import is_seen_by_chance, reopen, reopen_is_due

        say = Say(dispatcher)
        try:
            with record_of(tracker) as record:
                if record is not None and record.progress.get("hush"):
                    record.keep_progress(hush=False)
                elif (
                    record is not None
                    and not is_seen_by_chance(record, tracker)
                    and reopen_is_due(record)
                    and reopen(record, say)
                ):
                    # The person says when to go on: nothing is asked on top of it.
                    pass
                elif record is not None:
                    # "Yes" is its answer from now on, and no word on going on after a death.
                    record.keep_progress(room=None)
                    return list(self.ask(record, say) or ())
                elif not alarmed(None, tracker):
                    self.ask_stranger(say)
        except STORE_AWAY:
            raise  # The turn is taken again, and the channel tells the person.
        except Exception as error:
            log.error("%s failed: %s", self.name(), place_of(error))
            say("utter_could_not_save")
        return []

    @abstractmethod
    def ask(self, record: Record, say: Say) -> Sequence[EventType] | None:
        """Ask the person; events only where there is nothing left to ask."""

    def ask_stranger(self, say: Say) -> None:
        """Ask someone without a record."""
        raise LookupError(f"{self.name()} needs a record")


class Aside(Action, ABC):
    """An answer to something said beside the question; the thread is picked up after it.

    Subclasses say something in ``answer`` and return where to go: ``None`` for back to the
    question that was asked, ``STAY`` to say nothing more, or events.

    Attributes:
        hears_check: whether what waits for a yes or no is taken first: a gentle question about
            safety, "shall I delete it all?", an offer. Never where the message tells of a risk.
        notes_facts: whether it writes down what is told, so that it comes before the offer to
            go over the map when a life has changed.
    """

    STAY: tuple[EventType, ...] = (FollowupAction("action_listen"),)
    hears_check = True
    notes_facts = False

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Answer; a failure is said, never silent."""
        from actions.about_you import take_no_longer_drives
        from actions.review import change_told, keep_diagnosis, offer, take_offer
        from actions.rights import note_who_writes, take_sure
        from actions.risk import take_check

        say = Say(dispatcher)
        try:
            with record_of(tracker) as record:
                answer = Answer.of(tracker)
                if record is not None:
                    note_who_writes(record, answer, say)
                # A risk wins over what waits: nothing is deleted on a "yes" that comes with one.
                hears = self.hears_check and answer.safety[0] == "none"
                waits = record if hears else None
                ended = take_sure(waits, answer, say) if waits is not None else None
                if ended:
                    return [AllSlotsReset(), ActiveLoop(None), FollowupAction("action_next_step")]
                if self.hears_check and take_check(record, answer, say, tracker):
                    events: Sequence[EventType] | None = None
                elif waits is not None and (told := take_offer(waits, answer, say)) is not None:
                    events = told
                elif waits is not None and take_no_longer_drives(waits, answer, say):
                    events = None
                elif (change := change_told(record, answer, tracker)) is None:
                    events = self.answer(record, answer, say, tracker)
                else:
                    # Beside a life that has changed, what the words may also be counts little.
                    events = self.answer(record, answer, say, tracker) if self.notes_facts else None
                    if events is None and record is not None and not record.progress.get("hush"):
                        keep_diagnosis(record, answer, say)
                        offer(record, say, change)
                        events = self.STAY
                if events is not None:
                    return keep_form(tracker, events)
                if record is None and not dispatcher.messages:
                    say("utter_not_yet")
                return pick_up(record, tracker, say)
        except STORE_AWAY:
            raise  # The turn is taken again, and the channel tells the person.
        except Exception as error:
            log.error("%s failed: %s", self.name(), place_of(error))
            say("utter_could_not_save")
            return []

    @abstractmethod
    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Say what there is to say."""


def active_form(tracker: Tracker) -> str | None:
    """The form that is on."""
    return (tracker.active_loop or {}).get("name")


def keep_form(tracker: Tracker, events: Sequence[EventType]) -> list[EventType]:
    """The events of an aside that waits, with the form that is on kept listening.

    A form that has let a message pass is passed over by Rasa until it has run again: without
    this, the next answer would not reach it.
    """
    form = active_form(tracker)
    waits = any(e["event"] == "followup" and e["name"] == "action_listen" for e in events)
    return [ActiveLoop(form), *events] if form and waits else list(events)


def alarmed(record: Record | None, tracker: Tracker) -> bool:
    """Whether this turn answered a question about safety, so that nothing else is asked on it."""
    from actions.risk import check_answered, took_back

    if record is not None:
        return bool(record.progress.get("hush"))
    answer = Answer.of(tracker)
    return bool(check_answered(None, answer, tracker)) or took_back(answer, tracker)


def pick_up(record: Record | None, tracker: Tracker, say: Say) -> list[EventType]:
    """Go back to the question that was asked, or ask what waits, or offer what to do next."""
    from actions.follow_up import begin, waiting
    from actions.risk import reopen, reopen_is_due
    from actions.visits import bring_people_into_view

    form = active_form(tracker)
    if form:
        return [FollowupAction(form)]
    if record is None:
        if alarmed(None, tracker):
            return list(Aside.STAY)
        welcome(say)
        return [FollowupAction("consent_form")]
    form = form_of(record.person.stage)
    if form:
        return [FollowupAction(form)]
    if record.progress.get("hush"):
        record.keep_progress(hush=False)
        return list(Aside.STAY)
    if reopen_is_due(record) and reopen(record, say):
        return list(Aside.STAY)
    if waiting(record):
        return begin(record, say, "utter_follow_up_back")
    if Answer.of(tracker).intent != "chitchat":  # that has named people already
        bring_people_into_view(record, say)
    say("utter_what_next")
    return []


def welcome(say: Say) -> None:
    """What this is and is not, and what is kept; the question of consent follows."""
    say.service("utter_welcome")
    say.service("utter_welcome_keep")


def begin_stage(record: Record, stage: str) -> list[EventType]:
    """Events that open a stage afresh."""
    record.person.stage = stage
    record.leave_draft()
    form = form_of(stage)
    if form is None:
        return []
    return [*(SlotSet(slot, None) for slot in SLOTS[stage]), FollowupAction(form)]


SLOTS: dict[str, tuple[str, ...]] = {
    "consent": ("consent_answer",),
    "about_you": (
        "about_conditions",
        "about_area",
        "about_age",
        "about_access",
        "about_travel",
    ),
    "difficulties": (
        "difficulties_words",
        "difficulties_check",
        "difficulties_sizes",
        "difficulties_priority",
    ),
    "people": ("people_names",),
    "details": (
        "details_inner",
        "details_middle",
        "details_members",
        "details_gives",
        "details_step_in",
        "details_ties",
        "details_strain",
    ),
    "picture": ("picture_right",),
    "gaps": ("gaps_notice", "gaps_agree", "gaps_missed", "gaps_answers"),
    "preferences": ("preferences_interests", "preferences_limits"),
    "options": ("options_choice",),
    "plan": (
        "plan_what",
        "plan_when",
        "plan_who",
        "plan_barrier",
        "plan_then",
        "plan_sure",
        "plan_solve",
        "plan_ask",
        "plan_hour",
    ),
    "follow_up": (
        "follow_up_tried",
        "follow_up_worth",
        "follow_up_barrier",
        "follow_up_fit",
        "follow_up_join",
        "follow_up_next",
        "follow_up_change",
        "follow_up_scale",
    ),
    "review": ("review_area", "review_changes", "review_members", "review_next"),
}
"""The slots of each stage's form, in order; a test keeps it the same as the domain."""
