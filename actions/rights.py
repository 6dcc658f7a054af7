"""The person's rights: what is kept, a copy, consent by scope, forgetting somebody, erasure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, AllSlotsReset, EventType, FollowupAction, SlotSet

from actions.forms import NEVER_LOST, Aside, active_form
from actions.kept import scope_words, summary
from actions.papers import TAKE, hand_over, invite
from actions.turn import Answer, Say
from actions.words import label, listed, titles
from bot.conversations.journey import OPEN, STAGES
from bot.network.edits import Ambiguous, Match, resolve
from bot.rights.consents import CHOICES, Scope
from bot.rights.proxy import proxy_in
from bot.rights.wishes import (
    COPY,
    FEWER,
    FORGET,
    GIVE,
    HELPER,
    KNOW,
    MENU,
    SELF,
    WITHDRAW,
    Wish,
    right_asked,
)
from bot.store.forgetting import FORGETTING, forget_member
from bot.store.people import erase
from bot.store.record import Record
from bot.support.asks import Ask as Own

DELETE = "delete"
START_OVER = "start_over"
RIGHT, SCOPE, WHOM = "right:", "scope:", "forget:"
DROP_MAP, KEEP_MAP = "right:drop_map", "right:keep_map"
NONE = "none"


def take_sure(record: Record, answer: Answer, say: Say) -> bool | None:
    """Hear a typed answer to "shall I delete it all?" or "start again?".

    Returns:
        True where it was done, so that what was being asked is over; False where it was
        declined; None where this answers no such question.
    """
    asked = record.progress.get("sure")
    if not asked:
        return None
    record.keep_progress(sure=None)
    if not answer.text or not (answer.said_yes or answer.said_no):
        return None
    if str(asked).startswith(WHOM):
        _forget_or_not(record, str(asked).removeprefix(WHOM), answer.said_yes, say)
        return False
    if asked == DROP_MAP:
        _drop_map_or_not(record, answer.said_yes, say)
        return False
    if answer.said_no:
        return False
    if asked == DELETE:
        _delete(record, say)
    else:
        from_the_start(record)
    return True


def take_right(record: Record, answer: Answer, say: Say) -> bool:
    """Hear a press that is about a right, whatever is being asked; whether it was one."""
    choice = answer.choice
    if choice.startswith(f"{TAKE}{Own.INVITE}:"):
        invite(record, choice.rpartition(":")[2], say)
    elif choice.startswith(TAKE):
        hand_over(record, Own(choice.removeprefix(TAKE)), "", say)
    elif choice in (DROP_MAP, KEEP_MAP):
        record.keep_progress(sure=None)
        _drop_map_or_not(record, choice == DROP_MAP, say)
    elif choice.startswith(RIGHT):
        grant(record, Wish(choice.removeprefix(RIGHT)), say)
    elif choice.startswith(WHOM):
        _whom, key, said = choice.split(":")
        record.keep_progress(sure=None)
        _forget_or_not(record, key, said == "yes", say)
    elif choice.startswith(SCOPE) or (choice == NONE and record.progress.get("consents_open")):
        _choose_scopes(record, answer.choices, say)
    else:
        if record.progress.get("consents_open") and answer.choices:
            record.keep_progress(consents_open=None)
        return False
    return True


_NOTED = {HELPER: "utter_helper_noted", SELF: "utter_self_noted"}
"""What is said to who has told who writes."""


def grant(record: Record, wish: Wish, say: Say) -> None:
    """Do what somebody has a right to, and say so."""
    from actions.review import then_and_now

    if wish.kind == COPY:
        say("utter_copy", copy=True)
    elif wish.kind == KNOW:
        _what_is_kept(record, say)
    elif wish.kind == "delete" or (wish.kind == WITHDRAW and wish.scope is Scope.USE):
        # Without "use" nothing may be kept, so that to withdraw it is to delete everything.
        say("utter_delete_ask")
        record.keep_progress(sure=DELETE, hush=True)
    elif wish.kind in (MENU, "consents"):
        _show_scopes(record, say)
    elif wish.kind == WITHDRAW and wish.scope is Scope.SAVE_MAP and wish.unsure:
        # It cannot be brought back, so a feeling is asked about; an order is done at once.
        record.keep_progress(sure=DROP_MAP, hush=True)
        drop, keep = label("rights", "drop_map"), label("rights", "keep_map")
        say("utter_drop_map_ask", buttons=[(drop, DROP_MAP), (keep, KEEP_MAP)])
    elif wish.kind == WITHDRAW and wish.scope is not None:
        withdraw(record, wish.scope)
        say.service(f"utter_withdrawn_{wish.scope}")
    elif wish.kind == GIVE and wish.scope is not None:
        record.give_consent(wish.scope)
        say("utter_given", name=scope_words(wish.scope))
    elif wish.kind == FEWER:
        stop = (label("buttons", "stop_asking"), "stop_messages")
        say("utter_messages_few", intents=[stop])
    elif wish.kind in _NOTED:
        record.person.answered_by = wish.kind
        say(_NOTED[wish.kind])
    elif wish.kind == Own.THEN_AND_NOW:
        then_and_now(record, say)
    elif wish.kind == Own.REVIEW:
        say("utter_review_later")
    elif wish.kind in set(Own):
        hand_over(record, Own(wish.kind), wish.name, say)
    elif wish.kind == FORGET:
        _ask_to_forget(record, wish.name, say)


def note_who_writes(record: Record, answer: Answer, say: Say) -> None:
    """Note that somebody writes for the patient where a message tells it beside something else.

    Where it tells nothing else it comes as a wish. With a risk it is noted without a word.
    """
    if record.person.answered_by == HELPER or not answer.text:
        return
    proxy = proxy_in(answer.text, nobody_named=not len(record.network()))
    is_risk = answer.safety[0] != "none"
    if proxy is None or (proxy.alone and not is_risk):
        return
    record.person.answered_by = HELPER
    if not is_risk:
        say(_NOTED[HELPER])


def withdraw(record: Record, scope: Scope) -> None:
    """End a scope with effect at once: what was kept by it alone goes."""
    record.withdraw_consent(scope)
    if scope is Scope.SAVE_MAP:
        record.drop_map()


def _drop_map_or_not(record: Record, sure: bool, say: Say) -> None:
    if not sure:
        say("utter_left_as_it_is")
        return
    withdraw(record, Scope.SAVE_MAP)
    say.service("utter_withdrawn_save_map")


def keeps_map(record: Record) -> bool:
    """Whether the person lets us keep a map."""
    return Scope.SAVE_MAP in record.consents()


def _show_scopes(record: Record, say: Say) -> None:
    given = record.consents()
    toggles = [(scope_words(s), f"{SCOPE}{s}", str(s) in given) for s in CHOICES]
    record.keep_progress(consents_open=True, hush=True)
    say.service("utter_consents", toggles=toggles)


def _choose_scopes(record: Record, choices: Sequence[str], say: Say) -> None:
    record.keep_progress(consents_open=None)
    on = {choice.removeprefix(SCOPE) for choice in choices}
    given = record.consents()
    for scope in CHOICES:
        if scope in on and scope not in given:
            record.give_consent(scope)
        elif scope not in on and scope in given:
            withdraw(record, scope)
    names = [scope_words(s) for s in CHOICES if s in on]
    say("utter_consents_kept", names=listed(names)) if names else say("utter_consents_none")


def _ask_to_forget(record: Record, name: str, say: Say) -> None:
    network = record.network()
    found = resolve(network, name)
    if isinstance(found, Ambiguous):
        members = titles([network[key] for key in found.keys])
        record.keep_progress(hush=True)
        say("utter_who_do_you_mean", buttons=[(t, f"{WHOM}{k}:yes") for k, t in members.items()])
        return
    if not isinstance(found, Match):
        say("utter_forget_unknown", name=name)
        return
    member = network[found.key]
    record.keep_progress(sure=f"{WHOM}{member.key}", hush=True)
    say(
        "utter_forget_ask",
        name=member.label,
        buttons=[
            (label("rights", "forget", name=member.label), f"{WHOM}{member.key}:yes"),
            (label("rights", "leave"), f"{WHOM}{member.key}:no"),
        ],
    )


def _forget_or_not(record: Record, key: str, sure: bool, say: Say) -> None:
    network = record.network()
    if key not in {m.key for m in network}:
        say("utter_stale_button")
    elif sure:
        name = forget_member(record, key)
        if record.progress.get(FORGETTING):
            say("utter_forgotten")
        else:
            say("utter_forgotten_word", name=name)
    else:
        say("utter_not_forgotten", name=network[key].label)


_PARTS = {
    "record": (
        "person",
        "difficulty",
        "note",
        "preference",
        "gap",
        "network_type",
        "outcome",
        "address",
    ),
    "map": ("member", "tie", "change", "snapshot"),
    "plans": ("plan", "option", "unmet_need"),
    "chat": ("tracker_event", "tracker_window", "turn", "conversation", "keyboard", "inbox"),
    "staff": ("risk_event", "staff_request", "alert", "review_note", "correction"),
    "consents": ("consent",),
}
"""What people call the tables that an erasure empties."""


def _delete(record: Record, say: Say) -> None:
    gone = erase(record.session, record.person.id)
    say("utter_deleted", what=what_went(gone))


def what_went(gone: Mapping[str, int]) -> str:
    """An erasure in plain words; the chat always goes, also what is not written down yet."""
    parts = [p for p, tables in _PARTS.items() if p == "chat" or any(gone.get(t) for t in tables)]
    return listed(label("deleted", part) for part in parts)


def from_the_start(record: Record) -> None:
    """Back to before the first question; the map is kept."""
    record.person.progress = {k: record.progress[k] for k in NEVER_LOST if k in record.progress}
    record.person.stage = STAGES[0]


class ActionExport(Aside):
    """What do you know about me? And every other right that is asked for in words."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_export"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Do it, and go back to the question."""
        wish = right_asked(answer.text) or Wish(KNOW)
        if record is None:
            # Nothing may be noted yet; who writes is read again once there is consent.
            say(_NOTED.get(wish.kind, "utter_nothing_kept"))
            return None
        if wish.kind == Own.REVIEW and record.person.stage == OPEN:
            from actions.review import begin_review

            if active_form(tracker) is None:
                return begin_review(record, say)
        grant(record, wish, say)
        if wish.kind in set(Own) - {Own.THEN_AND_NOW} and active_form(tracker) is None:
            return self.STAY
        if passed_the_map(record):
            return [ActiveLoop(None), FollowupAction("action_next_step")]
        return None


def passed_the_map(record: Record) -> bool:
    """Go past the questions about people where no map is kept; whether they were being asked."""
    if record.progress.get("review") and not keeps_map(record):
        record.keep_progress(review=None)
        return True
    if record.person.stage not in ("people", "details", "picture") or keeps_map(record):
        return False
    record.person.stage = "picture"
    return True


def _what_is_kept(record: Record, say: Say) -> None:
    say(
        "utter_export",
        summary=summary(record),
        buttons=[
            (label("rights", "copy"), f"{RIGHT}copy"),
            (label("rights", "consents"), f"{RIGHT}consents"),
            (label("rights", "delete"), f"{RIGHT}delete"),
        ],
    )


class ActionDelete(Aside):
    """Delete everything; confirmed once."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_delete"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Ask, then do it at once."""
        if record is None:
            say("utter_nothing_kept")
            return self.STAY
        if answer.choice != "yes":
            say("utter_delete_ask")
            record.keep_progress(sure=DELETE)
            return self.STAY
        _delete(record, say)
        return [AllSlotsReset(), ActiveLoop(None)]


class ActionStopMessages(Aside):
    """Don't message me first."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_stop_messages"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Withdraw the consent at once."""
        if record is None:
            say("utter_declined")
            return self.STAY
        record.stop_asking()
        say("utter_messages_stopped")
        if active_form(tracker) == "follow_up_form":
            # The question is taken back too; the interview goes on when the person is back.
            return [ActiveLoop(None), SlotSet("requested_slot", None), *self.STAY]
        return self.STAY
