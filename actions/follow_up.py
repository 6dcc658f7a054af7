"""How did it go? Asked when it is due, answered whenever the person likes, never pressed."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable, Sequence
from datetime import date
from functools import wraps
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import outcomes
from actions.choices import says_nothing
from actions.forms import (
    ANSWERED,
    SLOTS,
    Afresh,
    Aside,
    Ask,
    Done,
    Handler,
    Heard,
    StageForm,
    active_form,
    keep_form,
    question,
)
from actions.plan import day_named, keep_when, keep_who, say_when_asked
from actions.plan_questions import MEMBER, people_buttons
from actions.review import (
    can_offer,
    change_told,
    is_due,
    look_further,
    note_change,
    offer,
    take_death,
    tells_of_death,
)
from actions.turn import PLAIN, Answer, Say, record_of, skip_button
from actions.words import label, labels, listed
from bot.conversations.journey import STAGES, form_of
from bot.directory.corrections import About, open_correction
from bot.errors import place_of
from bot.network.model import LABEL_MAX, Kind, Relationship
from bot.nlu.apply import label_from, with_mentions
from bot.nlu.meaning import MemberMention
from bot.papers.of_person import openly, plan_line
from bot.rights.consents import Scope
from bot.store import follow_ups
from bot.store.base import STORE_AWAY, now
from bot.store.record import Record
from bot.store.tables import FollowUp, Plan
from bot.support.asks import LifeChange
from bot.support.barriers import (
    OF_A_SERVICE,
    WRONG_DETAILS,
    Barrier,
    barrier_in,
    but_in,
    turned_away,
)
from bot.support.dates import day_words
from bot.support.discreet import Activity
from bot.support.named import which_named
from bot.support.practice import (
    CHECKED,
    DECISIONS,
    ENDS,
    MOVES,
    Construct,
    Move,
    Said,
    evidence,
    is_planned,
    is_to_come,
    lowest,
    move_in,
    of_barrier,
    only_heard,
    partly_in,
    tried_in,
    worth_in,
)

log = logging.getLogger(__name__)

FORM = "follow_up_form"
BARRIER, MOVE = "barrier:", "move:"
IN_A_TALK = 3600.0
"""Seconds after a message in which a question of ours is not broken into."""

ASK_AGAIN = (2,)
"""Weeks after a plan was changed, where nothing else is agreed: the new try is asked about too."""


# --- what is being talked about -----------------------------------------------------------------


def waiting(record: Record) -> bool:
    """Whether something was asked, or fell due, and was never answered; with consent only."""
    return Scope.REMINDERS in record.consents() and bool(record.open_follow_ups())


def begin(record: Record, say: Say, hello: str = "utter_follow_up_hello") -> list[EventType]:
    """Ask about the oldest that waits; the interview goes on after it where it stood."""
    say(hello)
    _take_up(record, record.open_follow_ups()[0])
    return [*(SlotSet(slot, None) for slot in SLOTS["follow_up"]), FollowupAction(FORM)]


def _take_up(record: Record, row: FollowUp) -> None:
    # The question names the plan and its company: "he died" is then of them, and of nobody named
    # weeks ago. An offer that was left standing is not what is answered from here on.
    record.keep_progress(
        follow_up={"id": row.id},
        misses=0,
        review_offered=None,
        then=None,
        last_member=_company_named(record, record.session.get_one(Plan, row.plan_id)),
    )


def _company_named(record: Record, plan: Plan) -> str | None:
    """The key of whom the plan's line names as company."""
    member = next((m for m in record.network() if m.key == plan.with_member), None)
    return member.key if member and member.label in plan_line(record, plan) else None


def _state(record: Record) -> dict[str, Any]:
    return dict(record.progress["follow_up"])


def _keep(record: Record, **values: Any) -> None:
    record.keep_progress(follow_up={**_state(record), **values})


def _current(record: Record) -> tuple[FollowUp, Plan]:
    """The follow-up that is being talked about, and its plan."""
    row = record.session.get_one(FollowUp, _state(record)["id"])
    return row, record.session.get_one(Plan, row.plan_id)


def _lowest(record: Record) -> Construct | None:
    row, _plan = _current(record)
    checks = {Construct(c): Said(s) for c, s in (row.fit or {}).items()}
    worth = Said(row.worth) if row.worth else None
    return lowest(evidence(worth, Barrier(row.barrier) if row.barrier else None, checks))


def _newcomers(record: Record) -> list[MemberMention]:
    """Who could join the map: the group that was tried, and people who were told of."""
    row, plan = _current(record)
    if row.tried not in (Said.YES, Said.PARTLY) or row.worth == Said.NO:
        return []
    if Scope.SAVE_MAP not in record.consents():
        return []
    mentions = [MemberMention.from_json(m) for m in _state(record).get("met", ())]
    if plan.service_id:
        name = _short(plan.what)
        mentions.insert(0, MemberMention(name, Relationship.GROUP, Kind.GROUP))
    made = with_mentions(record.network(), mentions, _Keys())
    added = {m.label for m in made.added}
    return [m for m in mentions if label_from(m.name) in added]


class _Keys:
    """Keys for a network that is only tried out."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self) -> str:
        self._made += 1
        return f"try{self._made}"


def _short(name: str) -> str:
    """A service's name as a label: where it is too long, what stands before its second part."""
    first = _PARTS.split(name)[0] if len(name) > LABEL_MAX else name
    return first if len(first) <= LABEL_MAX else first[:LABEL_MAX].rsplit(" ", 1)[0]


_PARTS = re.compile(r"\s*(?:[:;,(]|\s[-–—])")


def _remember_people(record: Record, answer: Answer) -> None:
    if answer.members:
        met = [*_state(record).get("met", ()), *(m.to_json() for m in answer.members)]
        _keep(record, met=met)


# --- the questions ------------------------------------------------------------------------------


class AskTried(Ask):
    """Did you try it?"""

    stage, slot = "follow_up", "follow_up_tried"

    def ask(self, record: Record, say: Say) -> None:
        """With the plan as it was put, and a way to stop.

        A message that nobody waits for may show on a locked screen: there the plan is named only
        as far as others may read it, and nobody with it.
        """
        _row, plan = _current(record)
        line = plan_line(record, plan)
        buttons = [(label("buttons", "stop_asking"), "stop_messages")]
        if record.progress.get("follow_up_unasked"):
            record.keep_progress(follow_up_unasked=None)
            said = openly(record, plan)
            line = "" if isinstance(said, Activity) else f"• {said}"
            buttons.insert(0, (label("buttons", "which_plan"), "show_plan"))
        say(
            "utter_ask_follow_up_tried" if line else "utter_ask_follow_up_tried_quietly",
            plan=line,
            buttons=_replies("yes", "partly", "not_yet"),
            intents=buttons,
        )


class AskWorth(Ask):
    """Was it worth it for you?"""

    stage, slot = "follow_up", "follow_up_worth"

    def ask(self, record: Record, say: Say) -> None:
        """Yes, in part, no or not sure."""
        say("utter_ask_follow_up_worth", buttons=_replies("yes", "partly", "no", "not_sure"))


def _replies(*codes: str) -> list[tuple[str, str]]:
    return [(label("replies", code), "no" if code == "not_yet" else code) for code in codes]


class AskBarrier(Ask):
    """What got in the way?"""

    stage, slot = "follow_up", "follow_up_barrier"

    def ask(self, record: Record, say: Say) -> None:
        """What may be, by buttons; the person's own words are as good."""
        row, plan = _current(record)
        offered = labels("barriers")
        if not plan.service_id:
            offered = {code: t for code, t in offered.items() if Barrier(code) not in OF_A_SERVICE}
        buttons = [*((t, f"{BARRIER}{code}") for code, t in offered.items()), skip_button()]
        tried = row.tried in (Said.YES, Said.PARTLY)
        say(
            "utter_ask_follow_up_not_worth" if tried else "utter_ask_follow_up_barrier",
            buttons=buttons,
        )


class AskFit(Ask):
    """Does it make sense, is anyone in it with you, does it fit your week? (domain.md 7.3)"""

    stage, slot = "follow_up", "follow_up_fit"

    def ask(self, record: Record, say: Say) -> None:
        """In one go; what is not ticked is a no."""
        say(
            "utter_ask_follow_up_fit",
            toggles=[(title, code, False) for code, title in labels("fits").items()],
            buttons=[skip_button()],
        )


class AskJoin(Ask):
    """Shall they join your map?"""

    stage, slot = "follow_up", "follow_up_join"

    def ask(self, record: Record, say: Say) -> Sequence[EventType]:
        """Only with a yes; of a map that is kept no more nothing is asked."""
        names = listed(label_from(m.name) for m in _newcomers(record))
        if not names:
            return [SlotSet(self.slot, ANSWERED), FollowupAction(FORM)]
        say("utter_ask_follow_up_join", names=names, buttons=_replies("yes", "no"))
        return []


class AskNext(Ask):
    """What next? The lowest of the four constructs picks what is offered."""

    stage, slot = "follow_up", "follow_up_next"

    def ask(self, record: Record, say: Say) -> None:
        """With someone, otherwise, smaller, something else, later, or not at all."""
        low = _lowest(record)
        _keep(record, ending=None)
        people = people_buttons(record) if low is Construct.PARTICIPATION else []
        moves = [(label("moves", move), f"{MOVE}{move}") for move in MOVES[low]]
        say(f"utter_follow_up_next_{low or 'good'}", buttons=[*people, *moves])


class AskChange(Ask):
    """When instead, or what smaller step?"""

    stage, slot = "follow_up", "follow_up_change"

    def ask(self, record: Record, say: Say) -> None:
        """In the person's own words."""
        if _state(record).get("change") == Move.WHEN:
            choices = [(title, f"when:{code}") for code, title in labels("plan_when").items()]
            say("utter_ask_plan_when", buttons=choices)
        else:
            say("utter_ask_follow_up_smaller", buttons=[skip_button()])


# --- the answers --------------------------------------------------------------------------------


def life_first(handler: Handler) -> Handler:
    """Hear first what has happened in the person's life; how a plan went is small beside it."""

    @wraps(handler)
    def hear(form: StageForm, record: Record, answer: Answer, say: Say) -> Heard | Done | Afresh:
        if take_death(record, answer, say):
            row, _plan = _current(record)
            row.words = answer.text or row.words
            _lay_aside(record)
            record.keep_progress(life_change=LifeChange.DIED.value)
            return Done(SLOTS["follow_up"])
        note_change(record, answer)
        return handler(form, record, answer, say)

    return hear


def _lay_aside(record: Record) -> None:
    """Nobody is asked how plans went when they have just told of a death."""
    for row in record.open_follow_ups():
        follow_ups.answer(record.session, row, now())


class ValidateFollowUpForm(StageForm):
    """Hears how it went."""

    stage = "follow_up"

    @question
    @life_first
    def validate_follow_up_tried(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done | Afresh:
        """Whether it was tried; a reason why not is heard with it, and so is how it was."""
        _remember_people(record, answer)
        day = day_named(record, answer.text) if is_to_come(answer.text) else None
        if day is not None:
            return _wait_for(day, record, answer, say)
        return hear_tried(record, answer, say)

    @question
    @life_first
    def validate_follow_up_worth(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done | Afresh:
        """Whether it was worth it."""
        _remember_people(record, answer)
        row, _plan = _current(record)
        worth = _worth(answer)
        if worth is None and not answer.skipped:
            return Heard.UNCLEAR
        row.worth = worth and worth.value
        return _after_worth(record)

    @question
    @life_first
    def validate_follow_up_barrier(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done | Afresh:
        """What got in the way, by button or in words."""
        barrier = _barrier(answer)
        if barrier is None and not answer.skipped:
            if says_nothing(answer.text):
                return Heard.UNCLEAR
            barrier = Barrier.OTHER
        _keep_barrier(record, barrier, answer, say)
        return _after_barrier(record)

    @question
    @life_first
    def validate_follow_up_fit(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done | Afresh:
        """Yes to what is ticked; in words, a yes or no to all, or what is in the way."""
        if answer.choices and answer.choice != "skip":
            _keep_fit(record, [c for c in CHECKED if c in answer.choices])
        elif answer.said_yes:
            _keep_fit(record, CHECKED)
        elif answer.said_no:
            _keep_fit(record, ())
        elif (barrier := _barrier(answer)) is not None:
            _keep_barrier(record, barrier, answer, say)
        elif not answer.skipped:
            return Heard.UNCLEAR
        return _joins(record)

    @question
    @life_first
    def validate_follow_up_join(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done | Afresh:
        """They join the map with a yes, and only then."""
        if answer.said_yes:
            made = with_mentions(record.network(), _newcomers(record), record.next_member_key)
            record.keep_network(made.network, "add", answer.update_key)
            say("utter_people_kept", names=listed(m.label for m in made.added))
        elif not (answer.said_no or answer.skipped):
            return Heard.UNCLEAR
        return Heard.DONE

    @question
    @life_first
    def validate_follow_up_next(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done | Afresh:
        """What becomes of the plan."""
        row, plan = _current(record)
        if answer.choice.startswith(MEMBER) or (
            not answer.choices and _lowest(record) is Construct.PARTICIPATION and answer.members
        ):
            keep_who(record, plan, answer)
            row.decision = "change"
            say("utter_follow_up_with", plan=plan_line(record, plan))
            _ask_again(record, plan, say)
            return _finished(record)
        asked = _state(record).get("ending")
        if asked and not answer.choice.startswith(MOVE):
            move = _sure(Move(asked), answer)
            if move is None:
                return Heard.STAY
        else:
            move = _move(answer, _lowest(record))
            if move is None:
                return _finished(record) if answer.skipped else Heard.UNCLEAR
            if move in _SURE and not _is_borne_out(record, move, answer):
                # Words alone may be misread, and this ends the plan.
                _keep(record, ending=move.value)
                record.keep_progress(hush=True)
                say(_SURE[move], buttons=_replies("yes", "no"))
                return Heard.STAY
        row.decision = DECISIONS[move]
        if move is Move.WHEN and answer.text and day_named(record, answer.text):
            return _changed(record, plan, answer, say)
        if move in (Move.WHEN, Move.SMALLER):
            _keep(record, change=move.value)
            return Heard.DONE
        if move is Move.OTHER:
            record.keep_progress(then="options")
        if row.decision in ENDS:
            record.end_plan(plan, ENDS[row.decision])
        say(_SAID[move])
        return _finished(record)

    @question
    @life_first
    def validate_follow_up_change(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done | Afresh:
        """The new day, or the smaller step."""
        _row, plan = _current(record)
        return _changed(record, plan, answer, say)

    @question
    @life_first
    def validate_follow_up_scale(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done | Afresh:
        """An outcome scale, where the service has one and the person says yes."""
        ended = outcomes.hear(record, answer, say)
        if ended is None:
            return Heard.UNCLEAR
        return _finished(record) if ended else Heard.MORE


_SURE = {
    Move.FINISH: "utter_follow_up_sure_finish",
    Move.DROP: "utter_follow_up_sure_drop",
}
"""What is asked before words end a plan."""

_SAID = {
    Move.GO_ON: "utter_follow_up_go_on",
    Move.FINISH: "utter_follow_up_finish",
    Move.OTHER: "utter_follow_up_other",
    Move.PAUSE: "utter_follow_up_pause",
    Move.DROP: "utter_follow_up_drop",
}


def _wait_for(day: date, record: Record, answer: Answer, say: Say) -> Done | Afresh:
    """It is not time yet: the plan has its new day, and is asked about after that."""
    row, plan = _current(record)
    follow_ups.answer(record.session, row, now())
    row.words, row.decision = answer.text, "change"
    plan.when_words, plan.when_date = day_words(day), day
    say("utter_plan_kept", plan=plan_line(record, plan))
    if Scope.REMINDERS in record.consents():
        say_when_asked(record, record.ask_later(plan, ASK_AGAIN), say)
    return _finished(record)


def hear_tried(record: Record, answer: Answer, say: Say) -> Heard | Done | Afresh:
    """Keep whether the plan was tried, and what else the answer tells."""
    row, _plan = _current(record)
    barrier = _barrier(answer)
    if barrier is None and (note_change(record, answer) or tells_of_death(answer)):
        barrier = Barrier.OTHER  # what came in the way is told, and not asked again
    tried = _tried(answer, barrier)
    if tried is None and not answer.skipped:
        return Heard.UNCLEAR
    follow_ups.answer(record.session, row, now())
    if tried is None:
        return _finished(record)
    row.tried = tried.value
    if tried is Said.NO:
        row.worth = None
        if barrier is None:
            return Done(("follow_up_worth",))
        _keep_barrier(record, barrier, answer, say)
        return _after_barrier(record)
    worth = worth_in(answer.text) if tried is Said.YES and answer.text else None
    if worth is None:
        return Heard.DONE
    row.worth = worth.value
    return _after_worth(record)


def _tried(answer: Answer, barrier: Barrier | None) -> Said | None:
    if answer.choices:
        return Said(answer.choice) if answer.choice in set(Said) else None
    if barrier in WRONG_DETAILS and not _went(answer):
        return Said.NO  # "I did go, but it was closed"
    if only_heard(answer.text):
        return None
    sure = answer.confidence >= PLAIN
    if partly_in(answer.text) is Said.PARTLY:
        return Said.PARTLY
    if (told := tried_in(answer.text)) is not None:
        return told
    if is_planned(answer.text) or (answer.said_no and not answer.said_yes):
        return Said.NO
    if answer.intent == "report_not_done" and sure and not answer.said_yes:
        return Said.NO
    if answer.said_yes or (answer.intent == "report_done" and sure):
        return Said.YES
    return Said.NO if answer.said_no or barrier is not None else None


def _went(answer: Answer) -> bool:
    """Whether a yes stands beside words that may be about wrong details."""
    good = worth_in(answer.text) is Said.YES
    told = answer.said_yes or (good and tried_in(answer.text) is Said.YES)
    fine = good and not but_in(answer.text)
    return told and (fine or not turned_away(answer.text))


def _worth(answer: Answer) -> Said | None:
    if answer.choices:
        return Said(answer.choice) if answer.choice in set(Said) else None
    if (told := partly_in(answer.text)) is not None:
        return told
    if answer.said_yes:
        return Said.YES
    return Said.NO if answer.said_no else worth_in(answer.text)


def _barrier(answer: Answer) -> Barrier | None:
    if answer.choice.startswith(BARRIER):
        return Barrier(answer.choice.removeprefix(BARRIER))
    areas = [d.area for d in answer.difficulties]
    return barrier_in(answer.text, areas, answer.intent) if answer.text else None


def _keep_barrier(record: Record, barrier: Barrier | None, answer: Answer, say: Say) -> None:
    """Keep what got in the way; wrong details are passed on to those who can mend them."""
    row, plan = _current(record)
    row.barrier = barrier and barrier.value
    row.words = answer.text or row.words
    if barrier in WRONG_DETAILS and plan.service_id:
        by_button = About.CLOSED if barrier is Barrier.CLOSED else About.CONTACT
        open_correction(
            record.session,
            int(plan.service_id),
            words=answer.text,
            about=None if answer.text else by_button,
            person_id=record.person.id,
        )
        say("utter_wrong_details")
    elif barrier is not None:
        say("utter_follow_up_heard")


def _keep_fit(record: Record, yes: Iterable[Construct]) -> None:
    ticked = set(yes)
    row, _plan = _current(record)
    row.fit = {str(c): str(Said.YES if c in ticked else Said.NO) for c in CHECKED}


def _move(answer: Answer, low: Construct | None) -> Move | None:
    if answer.choice.startswith(MOVE):
        return Move(answer.choice.removeprefix(MOVE))
    if not answer.text:
        return None
    found = move_in(answer.text, answer.intent)
    if found is None and low is None and (answer.said_yes or answer.said_no):
        return Move.GO_ON if answer.said_yes else Move.PAUSE
    return found


def _sure(asked: Move, answer: Answer) -> Move | None:
    """What comes of "shall I let it go?"; ``None`` where the plan is not to be ended after all."""
    told = None if answer.choices else move_in(answer.text)
    if answer.said_no:
        # "No, not yet" is a no, and no wish to put it to one side.
        return None if told in (asked, Move.PAUSE) else told
    return told or (asked if answer.said_yes else None)


def _is_borne_out(record: Record, move: Move, answer: Answer) -> bool:
    """Whether a move that ends the plan has two signs: words, classifier, and what was told."""
    if answer.choices or answer.text.casefold().strip(" .!") == label("moves", move).casefold():
        return True
    row, _plan = _current(record)
    low = _lowest(record)
    signs = (
        move_in(answer.text) is move,
        answer.confidence >= PLAIN and move_in("", answer.intent) is move,
        row.worth == Said.YES
        if move is Move.FINISH
        else low in (Construct.COHERENCE, Construct.MONITORING),
    )
    return sum(signs) > 1


# --- which question comes next ------------------------------------------------------------------


def _after_worth(record: Record) -> Heard | Done:
    row, _plan = _current(record)
    if row.worth in (Said.PARTLY, Said.NO):
        return Done(("follow_up_worth",))
    return _joins(record, "follow_up_worth", "follow_up_barrier", "follow_up_fit")


def _after_barrier(record: Record) -> Done:
    row, _plan = _current(record)
    told = row.barrier is not None and of_barrier(Barrier(row.barrier)) is not None
    past = ("follow_up_worth", "follow_up_barrier")
    return _joins(record, *past, *(("follow_up_fit",) if told else ()))


def _joins(record: Record, *past: str) -> Done:
    return Done(past if _newcomers(record) else (*past, "follow_up_join"))


def _changed(record: Record, plan: Plan, answer: Answer, say: Say) -> Heard | Done | Afresh:
    if _state(record).get("change") == Move.SMALLER:
        if not answer.skipped:
            if says_nothing(answer.text):
                return Heard.UNCLEAR
            plan.what = answer.text
    else:
        keep_when(record, plan, answer)
    say("utter_plan_kept", plan=plan_line(record, plan))
    _ask_again(record, plan, say)
    return _finished(record)


def _ask_again(record: Record, plan: Plan, say: Say) -> None:
    """A plan that was changed is a new try, and is asked about once more."""
    if Scope.REMINDERS in record.consents() and not record.is_to_be_asked(plan):
        say_when_asked(record, record.ask_later(plan, ASK_AGAIN), say)


def _finished(record: Record) -> Done | Afresh:
    """On to the next plan that was asked about, or to the end."""
    slots = SLOTS["follow_up"]
    if others := record.open_follow_ups():
        _take_up(record, others[0])
        return Afresh(slots)
    if outcomes.is_due(record):
        outcomes.offer(record)
        return Done(tuple(slot for slot in slots if slot != outcomes.SLOT))
    return Done(slots)


# --- beginning and ending -----------------------------------------------------------------------


class ActionFollowUpDue(Action):
    """A follow-up is due: ask, unless it is the wrong moment; then it is asked at the next pause.

    It may be unwanted by now, or answered; then nothing is said. Where it is night by now, it is
    begun again by day.
    """

    def name(self) -> str:
        """Rasa's name."""
        return "action_follow_up_due"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask; where that fails nothing is said, as nobody waits for an answer."""
        say = Say(dispatcher)
        try:
            with record_of(tracker) as record:
                if record is None or not waiting(record):
                    return keep_form(tracker, Aside.STAY)
                is_day = follow_ups.taken_up(record.session, record.person, now())
                if not is_day or _is_bad_moment(record, tracker):
                    return keep_form(tracker, Aside.STAY)
                record.keep_progress(follow_up_unasked=True)
                asked = tracker.get_slot("requested_slot")
                if active_form(tracker) == FORM and asked != outcomes.SLOT:
                    row, _plan = _current(record)
                    if row.state != follow_ups.NUDGED:  # it is about another time, not once more
                        return begin(record, say)
                    say("utter_follow_up_reminder")
                    return [FollowupAction(FORM)]
                return begin(record, say)
        except STORE_AWAY:
            raise  # The turn is taken again.
        except Exception as error:
            log.error("a follow-up was not asked: %s", place_of(error))
            return keep_form(tracker, Aside.STAY)


def _is_bad_moment(record: Record, tracker: Tracker) -> bool:
    """Whether a question about safety is open, or the person is in the middle of something."""
    if any(record.progress.get(key) for key in ("check", "hush", "sure", "pending_edit")):
        return True
    if active_form(tracker) in (None, FORM):
        return False
    said = [e["timestamp"] for e in tracker.events if e.get("event") == "user"][:-1]
    return bool(said) and time.time() - float(said[-1]) < IN_A_TALK


class ActionFollowUpDone(Aside):
    """It was talked about: back to where the interview stood."""

    notes_facts = True

    def name(self) -> str:
        """Rasa's name."""
        return "action_follow_up_done"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """A look for something else, the interview, or a word that points to a person."""
        if record is None:
            return self.STAY
        trail = [step for step in record.progress.get("trail", []) if step[0] in STAGES]
        change = record.progress.get("life_change")
        record.keep_progress(trail=trail, life_change=None)
        if record.progress.get("pending_edit"):
            # Who has died is being asked: nothing on top of that.
            record.keep_progress(hush=False)
            return self.STAY
        if change == LifeChange.DIED:
            say("utter_follow_up_laid_aside")
        if change and can_offer(record):
            offer(record, say, LifeChange(change))
            return self.STAY
        if change == LifeChange.DIED:
            return self.STAY
        if further := look_further(record):
            return further
        form = form_of(record.person.stage)
        if form:
            return [FollowupAction(form)]
        say("utter_follow_up_close")
        if is_due(record):
            offer(record, say)
        return self.STAY


class ActionReport(Aside):
    """The person tells how it went before they were asked."""

    notes_facts = True

    def name(self) -> str:
        """Rasa's name."""
        return "action_report"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Talk about it as if it had been asked; kindly where there is no plan."""
        if record is not None and take_death(record, answer, say):
            _lay_aside(record)
            return None
        plans = record.plans() if record is not None else []
        place = which_named(answer.text, [plan.what for plan in plans])
        if place is None and change_told(record, answer, tracker):
            return None  # "came home from hospital on Monday" is about a life, and about no plan
        if record is None or not plans:
            done = answer.intent == "report_done"
            say("utter_report_done" if done else "utter_report_not_done")
            return None
        told = plans[place or 0] if place is not None or len(plans) == 1 else None
        rows = [r for r in record.open_follow_ups() if told is None or r.plan_id == told.id]
        if not rows:
            rows = [
                follow_ups.begin_now(record.session, record.person, plan.id, now())
                for plan in ([told] if told else plans)
            ]
        _take_up(record, rows[0])
        events = [SlotSet(slot, None) for slot in SLOTS["follow_up"]]
        if told is not None:
            _remember_people(record, answer)
            heard = hear_tried(record, answer, say)
            if isinstance(heard, Done):
                events = _set(events, ("follow_up_tried", *heard.also))
            elif heard is Heard.DONE:
                events = _set(events, ("follow_up_tried",))
        return [*events, FollowupAction(FORM)]


def _set(events: Sequence[EventType], slots: Iterable[str]) -> list[EventType]:
    done = set(slots)
    return [SlotSet(e["name"], "answered") if e["name"] in done else e for e in events]
