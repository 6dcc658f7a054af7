"""Changes of the map in words or by buttons, wherever the conversation stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.forms import Aside
from actions.papers import TAKE
from actions.rights import keeps_map, take_right
from actions.risk import take_check
from actions.told_beside import take_denied_help, take_distance, take_ties
from actions.turn import Answer, Say
from actions.undo import UNDO, take_keep, takes_back_all, undo, undo_button
from actions.words import label, labels, listed, said_back, titles
from bot.network.edits import Match, is_certain, is_role, merge, resolve
from bot.network.model import LABEL_MAX, Kind, Member, Network, Status
from bot.nlu.apply import (
    DIED,
    LOST_TOUCH,
    STRAIN,
    SURELY,
    Edited,
    as_called,
    is_told,
    keys_of,
    label_from,
    meant,
    news_in,
    with_edit,
    with_mentions,
)
from bot.nlu.context import names_in, tells_moved_away
from bot.nlu.edits import step_in
from bot.nlu.lexicon import relationship_in
from bot.nlu.losses import tells_of_death
from bot.nlu.map_talk import (
    keys_named,
    not_the_one,
    same_in,
    speaks_of_death,
)
from bot.nlu.meaning import PRONOUNS, EditMention
from bot.store.record import Record
from bot.support.asks import LifeChange
from bot.support.practice import only_heard

WHO, EDIT, DO = "who:", "edit:", "do:"
CHANGE, LEAVE = "change", "leave"
NO = "no"
POINTERS = PRONOUNS | {"that one"}
_FEW = 2
"""So many newcomers are offered a circle, one by one."""


def take_names(record: Record, answer: Answer, say: Say) -> bool:
    """Put the members that the text names on the map and say so; whether there were any.

    What it tells of members who are there already (strain, lost touch, a death) is taken as such.
    """
    told = take_news(record, replace(answer, edits=()), say)
    return _put_names(record, answer, say, told) or bool(told)


def _put_names(record: Record, answer: Answer, say: Say, told: Sequence[str]) -> bool:
    """Put the members that the text names on the map, but for those of whom it told news."""
    if answer.members and not keeps_map(record):
        say("utter_map_not_kept")
        return True
    network = record.network()
    named = [
        as_called(m, answer.text)
        for m in answer.members
        if not set(told) & {*keys_of(network, [m.name])}
    ]
    made = with_mentions(network, named, record.next_member_key, answer.text)
    record.keep_network(made.network, "add", answer.update_key)
    for status in _NEWCOMERS:
        if new := [m.label for m in made.added if m.status is status]:
            say(_NEWCOMERS[status], names=listed(new))
    if any(m.strain for m in made.added):
        say("utter_strain_kept")
    if len(made.added) == 1:
        record.keep_progress(last_member=made.added[0].key)
    if made.known:
        say("utter_people_known", names=listed(m.label for m in made.known))
    _offer_circles(network, made.added, say)
    return bool(made.added or made.known)


def _offer_circles(before: Network, added: Sequence[Member], say: Say) -> None:
    """Offer the circles to the few who came after all others had theirs; no question asks it."""
    placed = before.active and all(m.circle for m in before.active)
    new = [m for m in added if m.circle is None and m.status is Status.ACTIVE]
    for member in new if placed and len(new) <= _FEW else ():
        say("utter_newcomer_circle", name=member.label, buttons=_moves(member))


def _moves(member: Member) -> list[tuple[str, str]]:
    """A button for each circle that a member is not in."""
    return [
        (label("buttons", "move_to", circle=title), f"{DO}{member.key}:set_circle:{code}")
        for code, title in labels("circles").items()
        if str(member.circle) != code and member.status is Status.ACTIVE
    ]


_NEWCOMERS = {
    Status.DIED: "utter_people_died",
    Status.ACTIVE: "utter_people_kept",
    Status.LOST_TOUCH: "utter_lost_touch",
}
"""What is said of those who are new on the map."""


def take_news(
    record: Record, answer: Answer, say: Say, *, strain: bool = True, known: bool = True
) -> tuple[str, ...]:
    """Take what a text tells of members on the map beside any question; keys of whom it tells.

    Args:
        strain: whether that somebody makes things harder is news, and not the answer itself.
        known: whether what the map has already, and of whom is not clear, is taken up too.
    """
    network = record.network()
    news = [
        edit
        for edit in news_in(network, answer.text, answer.members, answer.edits)
        if (strain or str(edit.operation) != STRAIN) and (known or _is_active(network, edit))
    ]
    for edit in news:
        _apply(record, edit, answer, say)
    return keys_of(network, (edit.target for edit in news))


def _is_active(network: Network, edit: EditMention) -> bool:
    found = meant(network, edit.target)
    return isinstance(found, Match) and network[found.key].status is Status.ACTIVE


def take_gone(record: Record, member: Member, status: Status, answer: Answer, say: Say) -> None:
    """Somebody who was asked about has died, or touch with them was lost."""
    gone = EditMention(status.value, member.label)  # type: ignore[arg-type]
    _apply(record, gone, answer, say, member.key)


def take_edits(record: Record, answer: Answer, say: Say) -> bool:
    """Apply the edits that the text asks for and say what changed; whether there were any."""
    network = record.network()
    if (pair := same_in(answer.text, network)) is not None:
        return _make_one(record, pair, answer, say)
    if take_ties(record, answer, say) or take_keep(record, answer, say):
        return True
    if _take_who_died(record, answer, say):
        return True
    denied = take_denied_help(record, answer, say)
    if take_distance(record, answer, say):
        return True
    told = take_news(record, answer, say)
    asked = [
        _as_newcomer(edit, answer, network)
        for edit in answer.edits
        if not _is_news(edit, answer, told, network)
    ]
    if answer.members and any(_brings(edit, answer, network) for edit in asked):
        _put_names(record, answer, say, told)
        if not keeps_map(record):
            return True
    for edit in asked:
        now = record.network()
        if edit.operation == "undo":
            undo(record, say, whole=takes_back_all(answer))
            continue
        if edit.operation == "remove" and tells_moved_away(answer.text):
            found = meant(now, edit.target)
            if isinstance(found, Match):
                _ask_what(record, found.key, say)
                record.keep_progress(hush=True)
                continue
        if edit.operation == "add" and answer.members and meant(now, edit.target) is not None:
            continue  # Put down with the others above.
        if edit.operation == "merge" and (pair := _both(record, edit)) is not None:
            _make_one(record, pair, answer, say)
            continue
        _apply(record, _stepped(edit, now, answer), answer, say, _newcomer(edit, network, now))
    if told and not answer.edits:
        _put_names(record, answer, say, told)
    return bool(answer.edits or told or denied)


def _take_who_died(record: Record, answer: Answer, say: Say) -> bool:
    """Somebody was put down as dead in another's place; whether that was said.

    "It's Patch that died, not Stan" brings Stan back, and puts Patch down where nobody else is
    named.
    """
    network = record.network()
    wrong = not_the_one(answer.text, network)
    back = [key for key in wrong if network[key].status is Status.DIED]
    if not back and not (wrong and speaks_of_death(answer.text)):
        return False
    network = _bring_back(record, back, answer, say)
    others = {m.label: m.key for m in network.active if m.key not in wrong}
    dead = [*keys_of(network, [e.target for e in answer.edits if e.operation == DIED])]
    dead += [others[name] for name in names_in(answer.text, others)]
    dead = [key for key in dict.fromkeys(dead) if key not in wrong]
    if len(dead) == 1:
        gone = EditMention(DIED, network[dead[0]].label)  # type: ignore[arg-type]
        _apply(record, gone, answer, say, dead[0])
    return True


def _bring_back(record: Record, keys: Sequence[str], answer: Answer, say: Say) -> Network:
    """The network in which members whom it had as dead are alive again, and say so."""
    network = record.network()
    for key in keys:
        network = network.changed(key, status=Status.ACTIVE)
    record.keep_network(network, "back", answer.update_key)
    if keys:
        say("utter_undone_back", names=listed(network[key].label for key in keys))
    return network


def _stepped(edit: EditMention, network: Network, answer: Answer) -> EditMention:
    """An edit that moves somebody by a circle, with the circle that it leads to."""
    step = step_in(answer.text) if edit.operation == "set_circle" else None
    found = meant(network, edit.target) if step else None
    circle = network[found.key].circle if isinstance(found, Match) else None
    if step is None or circle is None:
        return edit
    return replace(edit, value=str(min(3, max(1, circle + step))))


def _as_newcomer(edit: EditMention, answer: Answer, network: Network) -> EditMention:
    """What somebody is who is not on the map puts them there: "Bob, he's my brother in law"."""
    is_new = edit.operation == "set_relationship" and meant(network, edit.target) is None
    if not is_new or edit.target.casefold() in POINTERS or is_role(edit.target):
        return edit
    return replace(edit, operation="add")


def _brings(edit: EditMention, answer: Answer, network: Network) -> bool:
    """Whether an edit is of somebody who has to be put on the map first.

    "Put my neighbour Dot in the inner circle" is so where the map has no neighbour; where it has
    one, Dot may be how she is called, which is asked about. "My wife does my tablets" brings
    a wife.
    """
    if edit.operation in ("set_help", "set_contact") and meant(network, edit.target) is None:
        return any(edit.target.casefold() == m.name.casefold() for m in answer.members)
    if edit.operation != "set_circle" or meant(network, edit.target) is not None:
        return edit.operation == "add"
    have = {m.relationship for m in network}
    return any(
        m.relationship is not None
        and m.relationship not in have
        and not is_role(m.name)
        and edit.target.casefold().endswith(m.name.casefold())
        for m in answer.members
    )


def _newcomer(edit: EditMention, before: Network, now: Network) -> str | None:
    """Key of whom the same message put on the map, where the edit is about them."""
    old, label = {m.key for m in before}, label_from(edit.target)
    new = (m.key for m in now if m.key not in old and m.label.casefold() == label.casefold())
    return next(new, None) if edit.operation == "set_circle" else None


def _is_news(edit: EditMention, answer: Answer, told: Sequence[str], network: Network) -> bool:
    """Whether an edit is what was taken as news already."""
    of_them = set(told) & {*keys_of(network, [edit.target])}
    return bool(of_them) and (edit.operation == DIED or is_told(edit, answer.text))


def _both(record: Record, edit: EditMention) -> tuple[str, str] | None:
    """The two members that an edit makes one; ``None`` where one of them cannot be told."""
    found = [meant(record.network(), name) for name in (edit.target, edit.value)]
    keys = tuple(each.key for each in found if isinstance(each, Match))
    return (keys[0], keys[1]) if len(set(keys)) == 2 else None


def _make_one(record: Record, pair: tuple[str, str], answer: Answer, say: Say) -> bool:
    """Two entries are one member: the name that was said first stays, if it is one.

    Of "Tam" and "Big Tam" it is the fuller one.
    """
    network = record.network()
    keep, drop = sorted(pair, key=lambda key: is_role(network[key].label))
    words = [set(network[key].label.casefold().split()) for key in (keep, drop)]
    if words[0] < words[1] and not is_role(network[drop].label):
        keep, drop = drop, keep
    merged = merge(network, keep, drop)
    record.keep_network(merged, "merge", answer.update_key)
    record.keep_progress(last_member=keep)
    say(
        "utter_merged",
        name=network[drop].label,
        value=network[keep].label,
        buttons=undo_button(),
    )
    return True


def _apply(
    record: Record, edit: EditMention, answer: Answer, say: Say, key: str | None = None
) -> None:
    if edit.operation == "add" and not keeps_map(record):
        say("utter_map_not_kept")
        return
    if key is None and edit.target.casefold() in POINTERS:
        key = _last(record)
    edited = with_edit(record.network(), edit, record.next_member_key, key)
    if edited.outcome == "done":
        record.keep_network(edited.network, edit.operation, answer.update_key)
        record.keep_progress(last_member=edited.key)
        _say_changed(edit, edited, say)
        if edit.operation == DIED:
            _give_room(record, say)
    elif edited.outcome == "known":
        say("utter_people_known", names=edited.name)
    elif edited.outcome == "ambiguous":
        # One question at a time: the one that was asked comes again after this one.
        record.keep_progress(pending_edit=edit.to_json(), hush=True)
        say(
            "utter_who_do_you_mean",
            buttons=[(t, f"{WHO}{k}") for k, t in titles(edited.candidates).items()],
        )
    elif edited.outcome == "unsure":
        (member,) = edited.candidates
        record.keep_progress(pending_edit=edit.to_json(), hush=True)
        say(
            "utter_died_who" if edit.operation == DIED else "utter_do_you_mean",
            name=member.label,
            buttons=[(label("buttons", "yes"), f"{WHO}{member.key}"), (label("buttons", "no"), NO)],
        )
    elif edited.outcome == "unknown" and edit.operation == DIED:
        # Of somebody who is not on the map: sorrow first, never "I can't find them".
        say("utter_died_elsewhere", name=_to_you(edited.name)[:LABEL_MAX])
        _give_room(record, say)
    elif edited.outcome == "unknown":
        say("utter_no_such_member", name=_to_you(edited.name)[:LABEL_MAX])
    else:
        say("utter_change_unclear")


_ALL_OF_THEM = re.compile(r"\b(?:they|all|everyone|everybody|most)\b", re.IGNORECASE)


def tells_of_a_loss(record: Record, answer: Answer) -> bool:
    """Whether an answer tells of somebody's death that has had no word of sorrow; once only.

    "My phone died" is no such thing.
    """
    if not tells_of_death(answer.text):
        return False
    kin = any(relationship_in(word) for word in re.findall(r"[^\W\d_]+", answer.text))
    if not (_who_died(answer) or kin or _ALL_OF_THEM.search(answer.text)):
        return False
    known = [m.label for m in record.network() if m.status is Status.DIED]
    if record.progress.get("mourned") or names_in(answer.text, known):
        return False
    record.keep_progress(mourned=True)
    return True


def _who_died(answer: Answer) -> list[str]:
    """Those of whom an answer is read to tell that they died, as they are called."""
    dead = [edit.target for edit in answer.edits if edit.operation == DIED]
    return dead or [m.name for m in answer.members if m.status is Status.DIED]


def take_loss(record: Record, answer: Answer, say: Say) -> bool:
    """Meet a death that is told in place of an answer, whoever it is of; whether there was one.

    It is no news of the map: they may never have been on it, or not be named at all.
    """
    if not tells_of_death(answer.text):
        return False
    dead = _who_died(answer)
    if len(set(dead)) == 1:
        _apply(record, EditMention(DIED, dead[0]), answer, say)  # type: ignore[arg-type]
        return True
    say("utter_loss_heard")
    _give_room(record, say)
    return True


_NO_NEXT_QUESTION = frozenset({"gaps", "preferences", "options", "plan"})
"""Stages whose questions are about help and services: none comes in the breath of a death."""


def _give_room(record: Record, say: Say) -> None:
    """Ask nothing more after a death; the person says when to go on."""
    if record.person.stage in _NO_NEXT_QUESTION:
        record.keep_progress(room=True, hush=True)
        say("utter_room")


def _take_room(record: Record, answer: Answer, say: Say) -> bool:
    """Hear "ok", "yes" or "not now" after a death as being about going on; whether it was that."""
    if not record.progress.get("room"):
        return False
    record.keep_progress(room=None)
    if answer.choices:  # A button of the question before: its answer.
        return False
    if answer.said_no:
        say("utter_paused")
        record.keep_progress(hush=True)
        return True
    return answer.said_yes or only_heard(answer.text)


def _last(record: Record) -> str | None:
    """Who was named or changed last: whom "her" means."""
    key = record.progress.get("last_member")
    return key if key in {m.key for m in record.network()} else None


def _to_you(name: str) -> str:
    """ "my friend Mair" as it is said back: "your friend Mair"; a word for somebody too."""
    words = name.split()
    if words and is_role(name) and words[0].casefold() not in ("my", "your", "our", "the"):
        return f"your {name[:1].lower()}{name[1:]}"
    return " ".join(["your", *words[1:]]) if words[:1] in (["my"], ["My"]) else name


_CHANGED = {
    "add": "utter_added",
    "remove": "utter_removed",
    "rename": "utter_renamed",
    "merge": "utter_merged",
    DIED: "utter_died",
    LOST_TOUCH: "utter_lost_touch",
    STRAIN: "utter_strain_kept",
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
        # What is private is never put back, so nothing offers to.
        buttons=[] if edit.operation == STRAIN else undo_button(),
    )


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
    gone = [
        (label("buttons", "lost_touch"), f"{DO}{key}:lost_touch:"),
        (label("buttons", "died"), f"{DO}{key}:died:"),
    ]
    back = label("buttons", "in_touch" if member.status is Status.LOST_TOUCH else "mistake")
    say(
        "utter_change_what",
        name=member.label,
        buttons=[
            *_moves(member),
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
    say(response, names=network[key].label, buttons=undo_button())


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
    if take_keep(record, answer, say):
        return True
    if _take_alive(record, answer, say) or _take_no_harder(record, answer, say):
        return True
    if take_pending(record, answer, say) or _take_room(record, answer, say):
        return True
    if answer.choice.startswith(WHO):
        say("utter_change_unclear")
        return True
    return False


_ALIVE = re.compile(
    r"(?<!not )(?<!longer )(?<!n't )\balive\b|\b(?:not|no|is ?n['’]?t|isnt) (?:dead|deid)\b"
    r"|\b(?:not|never|has ?n['’]?t|have ?n['’]?t|did ?n['’]?t) (?:died?|passed (?:away|on))\b"
    r"|\bstill (?:here|living|with us)\b",
    re.IGNORECASE,
)


def _take_alive(record: Record, answer: Answer, say: Say) -> bool:
    """ "She's alive!" brings back whom the map has as dead; whether it was that."""
    if not _ALIVE.search(answer.text):
        return False
    network = record.network()
    dead = {m.label: m.key for m in network if m.status is Status.DIED}
    named = [dead[name] for name in names_in(answer.text, dead)]
    if not named and len(dead) == 1 and not names_in(answer.text, [m.label for m in network]):
        named = list(dead.values())
    if named:
        _bring_back(record, named, answer, say)
    return bool(named)


_NO_HARDER = re.compile(
    r"\b(?:n[o']t|no longer|does ?nt|do ?nt|\w+n['’]t) (?:really |actually )?mak(?:es?|ing)"
    r" (?:things|it|life|my life) (?:any |so )?(?:hard|harder|difficult|worse|a misery)\b"
    r"|\btak(?:e|ing) (?:that|it|this|back|off)\b.*\babout\b",
    re.IGNORECASE,
)


def _take_no_harder(record: Record, answer: Answer, say: Say) -> bool:
    """ "Ron doesn't make things harder any more": what was told in private is taken back."""
    if not _NO_HARDER.search(answer.text):
        return False
    network = record.network()
    marked = {m.label: m.key for m in network if m.strain}
    named = names_in(answer.text, marked)
    for name in named:
        network = network.changed(marked[name], strain=False)
    if named:
        record.keep_network(network, "strain", answer.update_key)
        say("utter_strain_gone", names=listed(named))
    return bool(named)


def take_pending(record: Record, answer: Answer, say: Say) -> bool:
    """Hear whom a change was meant for, where that was asked; whether the answer was that."""
    pending = record.progress.get("pending_edit")
    if not pending:
        return False
    again = record.progress.get("pending_again")
    record.keep_progress(pending_edit=None, pending_again=None)
    edit, network = EditMention(**pending), record.network()
    key = answer.choice.removeprefix(WHO) if answer.choice.startswith(WHO) else ""
    if answer.said_no:
        if edit.operation == DIED:
            say("utter_died_elsewhere", name=_to_you(edit.target)[:LABEL_MAX])
            _give_room(record, say)
        else:
            say("utter_left_as_it_is")
        return True
    if answer.text and not answer.edits:
        found = meant(network, edit.target) if answer.said_yes else None
        if not isinstance(found, Match):
            words = f"{edit.target} {answer.text}"
            found = resolve(network, words)
            if isinstance(found, Match) and edit.operation in SURELY:
                found = found if is_certain(network[found.key], words) else None
        if isinstance(found, Match):
            key = found.key
        elif not again:
            _apply(record, edit, answer, say)
            record.keep_progress(pending_again=True)
            return True
    if key in {m.key for m in network}:
        _apply(record, edit, answer, say, key)
        return True
    return False


def asks_of_one(record: Record, answer: Answer, say: Say) -> bool:
    """Ask by buttons what to change of the one whom a text names; whether it was one.

    Where it names nobody new and tells no news, "I already have Stan" would be no answer.
    """
    if answer.intent == "add_member" or answer.said_yes:
        return False
    network = record.network()
    named = keys_named(answer.text, network)
    made = with_mentions(network, answer.members, record.next_member_key, answer.text)
    if len(named) != 1 or made.network != network:
        return False
    if news_in(network, answer.text, answer.members):
        return False
    _ask_what(record, named[0], say)
    return True


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
        if not changed and asks_of_one(record, answer, say):
            return self.STAY
        if not changed:
            changed = take_names(record, answer, say)
        if not changed:
            ask_whom(record, say)
            return self.STAY
        return None


def asks_who_died(record: Record) -> bool:
    """Whether "Is it Frank who died?" waits for its answer."""
    return (record.progress.get("pending_edit") or {}).get("operation") == DIED


def offer_after_death(record: Record, say: Say) -> bool:
    """Offer to go over the map once it is known who died; whether that was offered.

    Where it was clear at once, ``Aside.run`` offers it.
    """
    from actions.review import can_offer, offer

    if asks_who_died(record) or not can_offer(record):
        return False
    offer(record, say, LifeChange.DIED)
    return True


def take_and_offer(
    take: Callable[[Record, Answer, Say], bool], record: Record, answer: Answer, say: Say
) -> tuple[bool, bool]:
    """Take what no form hears; whether it was taken, and whether the map is offered on top.

    It is where "Is it Frank who died?" was what waited.
    """
    mourns = asks_who_died(record)
    taken = take(record, answer, say)
    return taken, taken and mourns and offer_after_death(record, say)


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
        if record is not None:
            taken, offered = take_and_offer(take_anywhere, record, answer, say)
            if taken:
                return self.STAY if offered or answer.choice == "person" else None
        say("utter_stale_button")
        return None
