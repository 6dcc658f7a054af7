"""Changes of the map in words or by buttons, wherever the conversation stands."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.forms import Aside
from actions.papers import TAKE
from actions.rights import keeps_map, take_right
from actions.risk import take_check
from actions.turn import Answer, Say
from actions.words import label, labels, listed, said_back, titles
from bot.network.edits import Match, is_role, merge, resolve
from bot.network.model import LABEL_MAX, Kind, Member, Network, Status
from bot.nlu.apply import Edited, meant, with_edit, with_mentions
from bot.nlu.map_talk import same_in
from bot.nlu.meaning import EditMention
from bot.store.record import Record

WHO, EDIT, DO = "who:", "edit:", "do:"
CHANGE, LEAVE = "change", "leave"
UNDO = "undo"
PRONOUNS = frozenset({"her", "him", "it", "them", "she", "he", "they", "that one"})


def take_names(record: Record, answer: Answer, say: Say) -> bool:
    """Put the members that the text names on the map and say so; whether there were any."""
    if answer.members and not keeps_map(record):
        say("utter_map_not_kept")
        return True
    before = record.network()
    made = with_mentions(record.network(), answer.members, record.next_member_key)
    record.keep_network(made.network, "add", answer.update_key)
    died = [m.label for m in made.added if m.status is Status.DIED]
    if died:
        say("utter_people_died", names=listed(died))
    kept = [m.label for m in made.added if m.status is Status.ACTIVE]
    if kept:
        say("utter_people_kept", names=listed(kept))
    if len(made.added) == 1:
        record.keep_progress(last_member=made.added[0].key)
    lost = [m for m in (*made.added, *made.known) if _newly_lost(before, m)]
    if lost:
        say("utter_lost_touch", names=listed(m.label for m in lost))
    known = [m.label for m in made.known if m not in lost]
    if known:
        say("utter_people_known", names=listed(known))
    return bool(made.added or made.known)


def _newly_lost(before: Network, member: Member) -> bool:
    """Whether touch with a member was lost by what was just said."""
    earlier = {m.key: m.status for m in before}
    was = earlier.get(member.key, Status.ACTIVE)
    return member.status is Status.LOST_TOUCH and was is not member.status


def take_edits(record: Record, answer: Answer, say: Say) -> bool:
    """Apply the edits that the text asks for and say what changed; whether there were any."""
    if (pair := same_in(answer.text, record.network())) is not None:
        return _make_one(record, pair, answer, say)
    for edit in answer.edits:
        if edit.operation == "undo":
            undo(record, say)
            continue
        if edit.operation == "add" and answer.members:
            take_names(record, answer, say)
            continue
        if edit.operation == "merge" and (pair := _both(record, edit)) is not None:
            _make_one(record, pair, answer, say)
            continue
        _apply(record, edit, answer, say)
    return bool(answer.edits)


def _both(record: Record, edit: EditMention) -> tuple[str, str] | None:
    """The two members that an edit makes one; ``None`` where one of them cannot be told."""
    found = [meant(record.network(), name) for name in (edit.target, edit.value)]
    keys = tuple(each.key for each in found if isinstance(each, Match))
    return (keys[0], keys[1]) if len(set(keys)) == 2 else None


def _make_one(record: Record, pair: tuple[str, str], answer: Answer, say: Say) -> bool:
    """Two entries are one member: the name that was said first stays, if it is one."""
    network = record.network()
    keep, drop = sorted(pair, key=lambda key: is_role(network[key].label))
    merged = merge(network, keep, drop)
    record.keep_network(merged, "merge", answer.update_key)
    record.keep_progress(last_member=keep)
    say(
        "utter_merged",
        name=network[drop].label,
        value=network[keep].label,
        buttons=[(label("buttons", "undo"), UNDO)],
    )
    return True


def _apply(
    record: Record, edit: EditMention, answer: Answer, say: Say, key: str | None = None
) -> None:
    if edit.operation == "add" and not keeps_map(record):
        say("utter_map_not_kept")
        return
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
    """Take the last change of the map back, and say what that was."""
    undone = record.undo_network()
    if undone is None:
        say("utter_nothing_to_undo")
        return
    was, now = undone
    before, after = {m.key: m for m in was}, {m.key: m for m in now}
    back = [m.label for key, m in after.items() if key not in before]
    off = [m.label for key, m in before.items() if key not in after]
    other = [m.label for key, m in after.items() if before.get(key, m) != m]
    if back:
        say("utter_undone_back", names=listed(back))
    elif off:
        say("utter_undone_off", names=listed(off))
    elif other:
        say("utter_undone_changed", names=listed(other))
    else:
        say("utter_undone")


def ask_whom(record: Record, say: Say) -> None:
    """What to change: whom, by buttons; or in words."""
    members = titles(record.network().members)
    if not members:
        say("utter_change_nobody")
        return
    say("utter_change_how", buttons=[(t, f"{EDIT}{k}") for k, t in members.items()])


def _ask_what(record: Record, key: str, say: Say) -> None:
    """What to change of one member, by buttons."""
    member = record.network()[key]
    moves = [
        (label("buttons", "move_to", circle=title), f"{DO}{key}:set_circle:{code}")
        for code, title in labels("circles").items()
        if str(member.circle) != code and member.status is Status.ACTIVE
    ]
    gone = [
        (label("buttons", "lost_touch"), f"{DO}{key}:lost_touch:"),
        (label("buttons", "died"), f"{DO}{key}:died:"),
    ]
    back = label("buttons", "in_touch" if member.status is Status.LOST_TOUCH else "mistake")
    say(
        "utter_change_what",
        name=member.label,
        buttons=[
            *moves,
            *(gone if member.status is Status.ACTIVE and member.kind is not Kind.GROUP else ()),
            *([(back, f"{DO}{key}:back:")] if member.status is not Status.ACTIVE else ()),
            (label("buttons", "take_off"), f"{DO}{key}:remove:"),
            (label("buttons", "leave_it"), LEAVE),
        ],
    )


def _take_buttons(record: Record, answer: Answer, say: Say) -> bool:
    """A change by buttons, from "change something" to what; whether it was one."""
    choice, keys = answer.choice, {m.key for m in record.network()}
    if choice == CHANGE:
        ask_whom(record, say)
    elif choice.startswith(EDIT) and choice.removeprefix(EDIT) in keys:
        _ask_what(record, choice.removeprefix(EDIT), say)
    elif choice.startswith(DO):
        key, operation, value = choice.removeprefix(DO).split(":", 2)
        if key not in keys:
            say("utter_stale_button")
        elif operation in _STATUSES:
            _set_status(record, key, operation, answer, say)
        else:
            edit = EditMention(operation, record.network()[key].label, value)  # type: ignore[arg-type]
            _apply(record, edit, answer, say, key)
        return True
    elif choice == LEAVE:
        say("utter_left_as_it_is")
        return True
    else:
        return False
    # One question at a time: the one that was asked comes again after this one.
    record.keep_progress(hush=True)
    return True


_STATUSES = {
    "lost_touch": (Status.LOST_TOUCH, "utter_lost_touch"),
    "back": (Status.ACTIVE, "utter_undone_back"),
}
"""What a button makes of a member, and the words for it."""


def _set_status(record: Record, key: str, operation: str, answer: Answer, say: Say) -> None:
    """Somebody is out of touch; or in touch again, or was put down as gone by mistake."""
    status, response = _STATUSES[operation]
    network = record.network().changed(key, status=status)
    record.keep_network(network, operation, answer.update_key)
    say(response, names=network[key].label, buttons=[(label("buttons", "undo"), UNDO)])


def take_anywhere(record: Record, answer: Answer, say: Say) -> bool:
    """Take what has one meaning whatever is being asked; whether it was that."""
    if take_check(record, answer, say):
        return True
    if _take_buttons(record, answer, say):
        return True
    if answer.choice == UNDO:
        undo(record, say)
        return True
    if answer.choice == "person":
        record.ask_staff("talk")
        say.service("utter_talk_to_person")
        return True
    if (pair := same_in(answer.text, record.network())) is not None:
        return _make_one(record, pair, answer, say)
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

    notes_facts = True

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
            ask_whom(record, say)
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
        if record is not None and take_right(record, answer, say):
            return self.STAY if answer.choice.startswith(TAKE) else None
        if record is not None and take_anywhere(record, answer, say):
            return self.STAY if answer.choice == "person" else None
        say("utter_stale_button")
        return None
