"""Changes of the map in words or by buttons, wherever the conversation stands."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.forms import Aside
from actions.risk import take_check
from actions.turn import Answer, Say
from actions.words import label, listed, said_back, titles
from bot.network.edits import Match, resolve
from bot.network.model import LABEL_MAX, Status
from bot.nlu.apply import Edited, with_edit, with_mentions
from bot.nlu.meaning import EditMention
from bot.store.record import Record

WHO = "who:"
UNDO = "undo"
PRONOUNS = frozenset({"her", "him", "it", "them", "she", "he", "they", "that one"})


def take_names(record: Record, answer: Answer, say: Say) -> bool:
    """Put the members that the text names on the map and say so; whether there were any."""
    made = with_mentions(record.network(), answer.members, record.next_member_key)
    record.keep_network(made.network, "add", answer.update_key)
    died = [m.label for m in made.added if m.status is Status.DIED]
    if died:
        say("utter_people_died", names=listed(died))
    if len(made.added) > len(died):
        say("utter_people_kept", names=listed(m.label for m in made.added if m.label not in died))
    if len(made.added) == 1:
        record.keep_progress(last_member=made.added[0].key)
    if made.known:
        say("utter_people_known", names=listed(m.label for m in made.known))
    return bool(made.added or made.known)


def take_edits(record: Record, answer: Answer, say: Say) -> bool:
    """Apply the edits that the text asks for and say what changed; whether there were any."""
    for edit in answer.edits:
        if edit.operation == "undo":
            undo(record, say)
            continue
        if edit.operation == "add" and answer.members:
            take_names(record, answer, say)
            continue
        _apply(record, edit, answer, say)
    return bool(answer.edits)


def _apply(
    record: Record, edit: EditMention, answer: Answer, say: Say, key: str | None = None
) -> None:
    if key is None and edit.target.casefold() in PRONOUNS:
        key = _last(record)
    edited = with_edit(record.network(), edit, record.next_member_key, key)
    if edited.outcome == "done":
        record.keep_network(edited.network, edit.operation, answer.update_key)
        record.keep_progress(last_member=edited.key)
        _say_changed(edit, edited, say)
    elif edited.outcome == "ambiguous":
        # One question at a time: the one that was asked comes again after this one.
        record.keep_progress(pending_edit=edit.to_json(), hush=True)
        say(
            "utter_who_do_you_mean",
            buttons=[(t, f"{WHO}{k}") for k, t in titles(edited.candidates).items()],
        )
    elif edited.outcome == "unknown" and edit.operation == "died":
        # Of somebody who is not on the map: sorrow first, never "I can't find them".
        say("utter_died_elsewhere", name=_to_you(edited.name)[:LABEL_MAX])
    elif edited.outcome == "unknown":
        say("utter_no_such_member", name=_to_you(edited.name)[:LABEL_MAX])
    else:
        say("utter_change_unclear")


def _last(record: Record) -> str | None:
    """Who was named or changed last: whom "her" means."""
    key = record.progress.get("last_member")
    return key if key in {m.key for m in record.network()} else None


def _to_you(name: str) -> str:
    """ "my friend Mair" as it is said back: "your friend Mair"."""
    words = name.split()
    return " ".join(["your", *words[1:]]) if words[:1] in (["my"], ["My"]) else name


_CHANGED = {
    "add": "utter_added",
    "remove": "utter_removed",
    "rename": "utter_renamed",
    "merge": "utter_merged",
    "died": "utter_died",
    "set_circle": "utter_moved",
    "set_contact": "utter_contact_set",
    "set_help": "utter_help_set",
    "set_relationship": "utter_relationship_set",
}
_GROUP = {
    "set_circle": "circles",
    "set_contact": "contact",
    "set_help": "help",
    "set_relationship": "relationships",
}


def _say_changed(edit: EditMention, edited: Edited, say: Say) -> None:
    value = edited.value
    if edit.operation in _GROUP:
        codes = [code.strip() for code in value.split(",")]
        value = listed(said_back(label(_GROUP[edit.operation], code)) for code in codes)
    say(
        _CHANGED[edit.operation],
        name=edited.name,
        names=edited.name,
        value=value,
        buttons=[(label("buttons", "undo"), UNDO)],
    )


def undo(record: Record, say: Say) -> None:
    """Take the last change of the map back."""
    say("utter_undone" if record.undo_network() else "utter_nothing_to_undo")


def take_anywhere(record: Record, answer: Answer, say: Say) -> bool:
    """Take what has one meaning whatever is being asked; whether it was that."""
    if take_check(record, answer, say):
        return True
    if answer.choice == UNDO:
        undo(record, say)
        return True
    if answer.choice == "person":
        record.ask_staff("talk")
        say.service("utter_talk_to_person")
        return True
    pending = record.progress.get("pending_edit")
    again = record.progress.get("pending_again")
    if pending:
        record.keep_progress(pending_edit=None, pending_again=None)
    key = answer.choice.removeprefix(WHO) if answer.choice.startswith(WHO) else ""
    if pending and answer.text and not answer.edits:
        found = resolve(record.network(), f"{pending['target']} {answer.text}")
        key = found.key if isinstance(found, Match) else ""
        if not key and not again:
            _apply(record, EditMention(**pending), answer, say)
            record.keep_progress(pending_again=True)
            return True
    if pending and key in {m.key for m in record.network()}:
        _apply(record, EditMention(**pending), answer, say, key)
        return True
    if answer.choice.startswith(WHO):
        say("utter_change_unclear")
        return True
    return False


class ActionChangeNetwork(Aside):
    """Someone is added, taken off, moved or renamed beside the question of the moment."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_change_network"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Apply what the text says, or ask how."""
        if record is None:
            return None
        changed = take_edits(record, answer, say)
        if not changed:
            changed = take_names(record, answer, say)
        if not changed:
            say("utter_change_how")
            return self.STAY
        return None


class ActionButton(Aside):
    """A button pressed while no question is open."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_button"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """A change of the map, or a button of an earlier question."""
        if record is not None and take_anywhere(record, answer, say):
            return self.STAY if answer.choice == "person" else None
        say("utter_stale_button")
        return None
