"""Review: the map gone over again, then and now side by side, and a new round of gaps.

Offered some weeks after a plan, when a life has changed, and whenever it is asked for. What was
agreed to earlier stays as it was: snapshots are never changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.about_you import AskArea, hear_area
from actions.changes import NO, POINTERS, WHO, ask_whom, take_edits, take_names
from actions.choices import is_button
from actions.details import is_known, member_toggles, ticked, told, told_of_others
from actions.forms import (
    ANSWERED,
    SLOTS,
    Aside,
    Ask,
    Done,
    Heard,
    StageForm,
    active_form,
    begin_stage,
    question,
)
from actions.picture import show_map
from actions.turn import Answer, Say
from actions.words import label, labels, listed
from bot.conversations.journey import OPEN
from bot.network.edits import Match, is_role
from bot.network.exports import network_from_json
from bot.network.model import Member, Network, Status
from bot.network.then_and_now import compare, describe_changes
from bot.nlu.apply import meant
from bot.nlu.meaning import EditMention
from bot.store.base import now
from bot.store.maps import day_of, pair_id
from bot.store.record import REVIEW, Record
from bot.store.tables import FollowUp, Snapshot
from bot.support.asks import LifeChange, diagnosis_in, life_change_in
from bot.support.needs_map import normalise_conditions

FORM = "review_form"
START, NOT_NOW = "review:start", "review:not_now"
CIRCLE = "circle:"
DUE_AFTER = timedelta(weeks=4)
"""A look back is offered at a follow-up that comes so long after the map was last agreed to."""


# --- offering and beginning ---------------------------------------------------------------------


def change_told(record: Record | None, answer: Answer, tracker: Tracker) -> LifeChange | None:
    """A change of the person's life, told while nothing is being asked and nothing is wrong."""
    if record is None or active_form(tracker) is not None or not can_offer(record):
        return None
    if not answer.text or answer.safety[0] != "none":
        return None
    return LifeChange.DIED if tells_of_death(answer) else life_change_in(answer.text)


def tells_of_death(answer: Answer) -> bool:
    """Whether somebody's death is told, as a change of the map."""
    return any(edit.operation == "died" for edit in answer.edits)


def can_offer(record: Record) -> bool:
    """Whether there is a map to go over, and no interview that it would break into."""
    return record.person.stage == OPEN and record.milestone() is not None


_CLAUSE = re.compile(
    r"[.,;!:]| - |\b(?:because|cos|coz|cause|since|as|so|but|and)\b", re.IGNORECASE
)


def note_change(record: Record, answer: Answer) -> bool:
    """Remember a life change that is told as part of an answer; whether there was one.

    Read clause by clause: the "haven't" of "no, I haven't, I've moved" is not said of the move.
    """
    told = map(life_change_in, (answer.text, *_CLAUSE.split(answer.text)))
    change = next((found for found in told if found is not None), None)
    if change is not None:
        record.keep_progress(life_change=change.value)
    keep_diagnosis(record, answer)
    return change is not None


def keep_diagnosis(record: Record, answer: Answer, say: Say | None = None) -> None:
    """Add a condition that has been found to those of the person, once."""
    had = record.person.conditions
    known = normalise_conditions(had)
    new = [each for each in diagnosis_in(answer.text) if not normalise_conditions(each) <= known]
    if new:
        record.person.conditions = ", ".join(filter(None, (had, *new)))
        if say is not None:
            say("utter_condition_kept", condition=listed(new))


_THEY_DIED = re.compile(
    r"^(?:\W*(?:no|yes|sorry|well|not yet|i (?:didn.?t|haven.?t|couldn.?t))\b)*\W*(he|she)"
    r"(?:.?s| has| had)?(?: just| sadly)? (?:died|passed (?:away|on))\b",
    re.IGNORECASE,
)
"""Said of whom the question names: no reader of one message alone can tell whose death it is."""


def take_death(record: Record, answer: Answer, say: Say) -> bool:
    """Take a death that an answer tells, as everywhere else; whether it was news."""
    network = record.network()
    told = [e for e in answer.edits if e.operation == "died"]
    news = [e for e in told if _status(network, e.target) is not Status.DIED]
    if not told and (found := _THEY_DIED.search(answer.text)):
        news = [EditMention("died", found[1])]
    elif not told:
        # "Frank, he died in March" is no edit, and news of whom the map has as alive.
        gone = [m for m in answer.members if m.status is Status.DIED]
        names = [f"my {m.name}" if is_role(m.name) else m.name for m in gone]
        alive = [name for name in names if _status(network, name) is Status.ACTIVE]
        news = [EditMention("died", name) for name in alive]
    if news and news[0].target.casefold() in POINTERS:
        _ask_whose(record, news[0], say)
    elif news:
        take_edits(record, replace(answer, edits=tuple(news)), say)
    return bool(news)


def _ask_whose(record: Record, edit: EditMention, say: Say) -> None:
    """Ask whether whom the question named is who has died: nobody is put down as dead by guess."""
    last = record.progress.get("last_member")
    member = next((m for m in record.network().active if m.key == last), None)
    if member is None:
        say("utter_died_elsewhere", name=edit.target.lower())
        return
    record.keep_progress(pending_edit=edit.to_json(), hush=True)
    say(
        "utter_died_who",
        name=member.label,
        buttons=[(label("buttons", "yes"), f"{WHO}{member.key}"), (label("buttons", "no"), NO)],
    )


def _status(network: Network, name: str) -> Status | None:
    found = meant(network, name)
    return network[found.key].status if isinstance(found, Match) else None


def offer(record: Record, say: Say, change: LifeChange | None = None) -> None:
    """Offer to go over the map; a yes in words is heard too (``take_offer``)."""
    record.keep_progress(review_offered=str(change or REVIEW))
    say(f"utter_life_{change}" if change else "utter_review_offer", buttons=_offer_buttons())


def _offer_buttons() -> list[tuple[str, str]]:
    return [(label("review", "start"), START), (label("review", "not_now"), NOT_NOW)]


def take_offer(record: Record, answer: Answer, say: Say) -> Sequence[EventType] | None:
    """Hear what is said to the offer, by button or in words; ``None`` where it is neither."""
    offered = record.progress.get("review_offered")
    if offered:
        record.keep_progress(review_offered=None)
    typed = bool(offered) and bool(answer.text)
    if answer.choice == START or (typed and answer.said_yes):
        return begin_review(record, say, str(offered or ""))
    if answer.choice == NOT_NOW or (typed and answer.said_no):
        say("utter_review_not_now")
        # A look for something else that was wanted before goes on without the review.
        return look_further(record) or Aside.STAY
    if offered:
        record.keep_progress(then=None)
    return None


def look_further(record: Record) -> list[EventType]:
    """Begin the look for something else that was wanted at a follow-up; empty for none."""
    wanted = record.progress.get("then") == "options"
    record.keep_progress(then=None)
    if not wanted:
        return []
    record.keep_progress(options_current=None, options_answered=False)
    return begin_stage(record, "options")


def is_due(record: Record) -> bool:
    """Whether the plan that was just talked about is old enough for a look back."""
    row = record.session.get(FollowUp, (record.progress.get("follow_up") or {}).get("id"))
    last = record.milestone()
    return row is not None and last is not None and row.due_at - last.taken_at >= DUE_AFTER


def begin_review(record: Record, say: Say, change: str = "") -> list[EventType]:
    """Open the review, from the map as it was last agreed to."""
    last = record.milestone()
    if last is None:
        say("utter_review_nothing")
        return list(Aside.STAY)
    record.keep_progress(review={"then": last.id}, misses=0, trail=[], then=None)
    moved = change == LifeChange.MOVED
    answered = {} if moved else {"review_area": ANSWERED}
    return [
        *(SlotSet(slot, answered.get(slot)) for slot in SLOTS["review"]),
        FollowupAction(FORM),
    ]


def then_and_now(record: Record, say: Say) -> None:
    """The last map that was otherwise, beside the one of today."""
    network = record.network()
    then = record.last_unlike(network)
    if then is None:
        say("utter_then_none")
        return
    _show_both(record, then, record.take_snapshot("asked"), say)


def _show_both(record: Record, then: Snapshot, now_id: str, say: Say) -> None:
    changes = compare(network_from_json(then.network), record.network())
    if changes:
        say(
            "utter_then_and_now",
            map_id=pair_id(then.id, now_id),
            day=day_of(then.taken_at),
            words=describe_changes(changes),
        )
    else:
        say("utter_review_same")
    if tried := record.tried_since(then.taken_at):
        say("utter_review_tried", tried="\n".join(f"• {what}" for what in tried))


# --- what is being reviewed ---------------------------------------------------------------------


def _state(record: Record) -> dict[str, Any]:
    return dict(record.progress["review"])


def _keep(record: Record, **values: Any) -> None:
    record.keep_progress(review={**_state(record), **values})


def _then(record: Record) -> Snapshot:
    return record.session.get_one(Snapshot, _state(record)["then"])


def newcomers(record: Record) -> list[Member]:
    """Who came since then, and of whom little is known; nobody twice."""
    before = {m.key for m in network_from_json(_then(record).network)}
    asked = set(_state(record).get("asked", []))
    return [
        m
        for m in record.network().active
        if m.key not in before | asked and (m.circle is None or not is_known(m))
    ]


# --- the questions ------------------------------------------------------------------------------


class AskReviewArea(AskArea):
    """Where do you live now? Asked of whoever has moved."""

    stage, slot = "review", "review_area"


class AskReviewChanges(Ask):
    """What has changed?"""

    stage, slot = "review", "review_changes"

    def ask(self, record: Record, say: Say) -> None:
        """The map as it is, once; then what else has changed."""
        change = (label("review", "change"), "change")
        if _state(record).get("shown"):
            buttons = [(label("buttons", "no_more"), "no_more"), change]
            say("utter_ask_review_more", buttons=buttons)
            return
        _keep(record, shown=True)
        show_map(record, say, "asked")
        say(
            "utter_ask_review_changes",
            day=day_of(_then(record).taken_at),
            buttons=[(label("review", "same"), "no_more"), change],
        )


class AskReviewMembers(Ask):
    """Where does somebody new belong, and what do they do?"""

    stage, slot = "review", "review_members"

    def ask(self, record: Record, say: Say) -> None:
        """One message a newcomer; a keyboard of toggles."""
        member = next(iter(newcomers(record)), None)
        if member is None:
            return
        circles = [
            (title[:1].upper() + title[1:], f"{CIRCLE}{code}", str(member.circle) == code)
            for code, title in labels("circles").items()
        ]
        skip = (label("buttons", "skip_member", name=member.label), "skip")
        say(
            "utter_ask_review_member",
            name=member.label,
            toggles=[*circles, *member_toggles(member)],
            buttons=[skip],
        )


class AskReviewNext(Ask):
    """Then and now; and shall we look for something new?"""

    stage, slot = "review", "review_next"

    def ask(self, record: Record, say: Say) -> None:
        """The map of today is kept as a milestone, beside the one it is compared with."""
        network, state = record.network(), _state(record)
        kept = record.session.get(Snapshot, state.get("now"))
        if kept is None or network_from_json(kept.network) != network:
            _keep(record, now=record.take_snapshot(REVIEW))
        _show_both(record, _then(record), _state(record)["now"], say)
        say(
            "utter_ask_review_next",
            buttons=[(label("review", "round"), "yes"), (label("review", "not_now"), "no")],
        )


_SAME = re.compile(
    r"\b(?:nothing|nobody|no one|none|all the same|just the same|no change\w*|as it was)\b",
    re.IGNORECASE,
)


# --- the answers --------------------------------------------------------------------------------


class ValidateReviewForm(StageForm):
    """Hears what has changed."""

    stage = "review"

    @question
    def validate_review_area(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A place, or none."""
        return hear_area(record, answer, say)

    @question
    def validate_review_changes(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Changes in words, one after the other, until that is all."""
        if take_edits(record, answer, say):
            return Heard.STAY if record.progress.get("pending_edit") else Heard.MORE
        if answer.members:
            take_names(record, answer, say)
            return Heard.MORE
        ends = is_button(answer, "no_more") or answer.said_no or answer.skipped
        if ends or _SAME.search(answer.text):
            return Heard.DONE if newcomers(record) else Done(("review_members",))
        if answer.said_yes:
            ask_whom(record, say)
            record.keep_progress(hush=True)
            return Heard.STAY
        return Heard.UNCLEAR

    @question
    def validate_review_members(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """What is ticked or told of one newcomer; then the next."""
        member = next(iter(newcomers(record)), None)
        if member is None:
            return Heard.DONE
        if not answer.skipped:
            if (heard := told_of_others(record, member, answer, say)) is not None:
                return heard
            news = _news(answer, member)
            if news is None:
                return Heard.UNCLEAR
            network = record.network().changed(member.key, **news)
            record.keep_network(network, "details", answer.update_key)
        _keep(record, asked=[*_state(record).get("asked", []), member.key])
        return Heard.MORE if newcomers(record) else Heard.DONE

    @question
    def validate_review_next(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A new round, or enough for now."""
        if answer.said_yes or answer.intent == "find_support":
            _keep(record, round=True)
        elif not (answer.said_no or answer.skipped):
            return Heard.UNCLEAR
        return Heard.DONE


def _news(answer: Answer, member: Member) -> dict[str, object] | None:
    if not answer.choices:
        return told(answer, member)
    circles = [int(c.removeprefix(CIRCLE)) for c in answer.choices if c.startswith(CIRCLE)]
    others = any(not c.startswith(CIRCLE) for c in answer.choices)
    news = ticked(answer, member) if others else {}
    # Of two circles that are ticked, the nearer counts.
    return news | ({"circle": min(circles)} if circles else {})


class ActionReviewDone(Aside):
    """The review is over: a new round, or a word that points to a person."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_review_done"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """On to the gaps with what was answered before kept, or enough for now."""
        if record is None:
            return self.STAY
        wants_round = (record.progress.get("review") or {}).get("round")
        record.keep_progress(review=None, trail=[])
        if wants_round:
            return begin_round(record)
        someone = _someone(record.network())
        say("utter_review_close" if someone else "utter_review_close_nobody")
        return self.STAY


def begin_round(record: Record) -> list[EventType]:
    """A new round from the gaps on; what was said to earlier ones is not asked again."""
    record.keep_progress(
        round_at=now().isoformat(),
        reflected=False,
        type_disagreed=False,
        own_named=[],
        lost_asked=False,
        options_current=None,
        options_answered=False,
    )
    return begin_stage(record, "gaps")


def _someone(network: Network) -> bool:
    return any(m.can_be_suggested for m in network)
