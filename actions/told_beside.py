"""What is told of members beside any question: who knows whom, how near, what one does not do."""

from __future__ import annotations

from collections.abc import Sequence

from actions.turn import Answer, Say
from actions.undo import undo_button
from actions.words import label, listed, said_back
from bot.network.model import Network
from bot.nlu.map_talk import distance_said, help_denied, keys_named, ties_told
from bot.store.record import Record


def take_ties(record: Record, answer: Answer, say: Say) -> bool:
    """Who knows whom, said in so many words beside any question; whether it was.

    "Stan knows Colin" has one meaning, and is neither a new name for Stan nor somebody new.
    """
    network = record.network()
    groups = ties_told(answer.text, network)
    for group in groups:
        network = network.tied(*group)
    record.keep_network(network, "tie", answer.update_key)
    say_ties(network, groups, say)
    return bool(groups)


_FEW = 2
"""So many are said one by one."""


def say_ties(network: Network, groups: Sequence[tuple[str, ...]], say: Say) -> None:
    """Say who knows whom; in one sentence where one person knows several."""
    of_one: dict[str, list[str]] = {}
    for group in groups:
        if len(group) == 2:
            of_one.setdefault(group[0], []).append(group[1])
        else:
            say("utter_ties_kept", names=listed(network[k].label for k in group))
    for key, others in of_one.items():
        if len(others) > _FEW:
            names = listed(network[k].label for k in others)
            say("utter_ties_of", name=network[key].label, names=names)
            continue
        for other in others:
            say("utter_ties_kept", names=listed(network[k].label for k in (key, other)))


def take_denied_help(record: Record, answer: Answer, say: Say) -> bool:
    """What somebody does not do, or no longer does, is no help of theirs; whether it was told."""
    network = record.network()
    told = help_denied(answer.text, network)
    for key, works in told.items():
        member = network[key]
        if member.help is not None:
            network = network.changed(key, help=member.help - works)
        value = listed(said_back(label("help", work)) for work in works)
        say("utter_help_denied", name=member.label, value=value)
    record.keep_network(network, "set_help", answer.update_key)
    return bool(told)


def take_distance(record: Record, answer: Answer, say: Say) -> bool:
    """How near one member lives, told beside any question; whether it was just that."""
    near = distance_said(answer.text)
    if near is None or {e.operation for e in answer.edits} - {"set_circle", "set_contact"}:
        return False
    network = record.network()
    found = keys_named(answer.text, network)
    if len(found) != 1:
        return False
    network = network.changed(found[0], distance=near)
    record.keep_network(network, "distance", answer.update_key)
    record.keep_progress(last_member=found[0])
    say(
        "utter_distance_set",
        name=network[found[0]].label,
        value=said_back(label("distance", near)),
        buttons=undo_button(),
    )
    return True
