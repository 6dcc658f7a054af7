"""Questions about all members at once: help given, help in reserve, who knows whom, and strain.

Asked as groups and never pair by pair: for 20 members there would be 190 pairs.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import takewhile

from actions.changes import take_edits, take_names, take_news
from actions.choices import chosen
from actions.forms import SLOTS, Ask, Done, Heard, StageForm, question
from actions.told_beside import say_ties
from actions.turn import Answer, Say, skip_button
from actions.words import label, listed, titles
from bot.network.edits import kin_in
from bot.network.model import FAMILY, Kind, Member, Network, Work
from bot.nlu.apply import STRAIN, keys_of, news_in
from bot.nlu.context import asks_to_take_off, names_said, spots_of
from bot.nlu.map_talk import called_by_kin, ties_in
from bot.store.record import Record

NONE = "none"
KIN = "kin"
SUPPORT = "support"
STEPPING_IN = frozenset({Work.ILLNESS, Work.EVERYDAY})
"""What "step in if you had a bad week" means: health things and everyday jobs."""


def helped(network: Network) -> list[Member]:
    """Whom the person might help: not the staff who are paid to help them."""
    return [m for m in network.active if m.kind is not Kind.PROFESSIONAL]


def in_reserve(network: Network) -> list[Member]:
    """Who might step in."""
    return [m for m in network.active if m.kind is not Kind.PET]


def to_step_in(network: Network) -> list[Member]:
    """Who might be asked to: nobody who is known to make things harder."""
    return [m for m in in_reserve(network) if not m.strain]


def acquainted(network: Network) -> list[Member]:
    """Who might know one another; a pet's friends are no bridge to help."""
    members = [m for m in network.active if m.kind is not Kind.PET]
    return members if len(members) > 1 else []


def strangers_in_the_family(network: Network) -> list[Member]:
    """Family, where some of them are not known to know each other; else nobody."""
    family = [m for m in network.active if m.relationship in FAMILY]
    keys = [m.key for m in family]
    return family if len(keys) > 1 and network.tied(*keys) != network else []


_ASKED_ABOUT = {
    "details_gives": helped,
    "details_step_in": to_step_in,
    "details_ties": acquainted,
    "details_strain": in_reserve,
}


def on_from(record: Record, slot: str) -> Done:
    """The question is answered; what comes next and has nobody to ask about is passed over."""
    network = record.network()
    after = SLOTS["details"][SLOTS["details"].index(slot) + 1 :]
    empty = takewhile(lambda s: s in _ASKED_ABOUT and not _ASKED_ABOUT[s](network), after)
    return Done(tuple(empty))


def to_the_end(record: Record, slot: str) -> Done:
    """The question is answered, and the person has had enough: only strain is still asked."""
    slots = SLOTS["details"]
    passed = slots[slots.index(slot) + 1 : slots.index("details_strain")]
    return Done((*passed, *on_from(record, "details_ties").also))


def said_of(members: Sequence[Member], answer: Answer, *, hard: bool = False) -> list[str] | None:
    """Keys of the members that an answer ticks or names; ``None`` where it names nobody.

    Args:
        hard: the question is who makes things harder; see ``names_said``.
    """
    labels = {m.key: m.label for m in members}
    if answer.choices:
        return chosen(answer, labels)
    kin = _by_kin_words(members, answer.text)
    said = names_said(answer.text, [*labels.values(), *kin], hard=hard)
    if said.denied and not said.meant:
        return None
    if answer.said_no and not (said.only or said.denied):
        return []
    meant = {kin[word] for word in said.meant if word in kin}
    meant |= {key for key, name in labels.items() if name in said.meant}
    meant -= {kin[word] for word in said.denied if word in kin}
    return [key for key in labels if key in meant] or None


_KIN_WORD = re.compile(r"\b(?:my|our|ma|the) ([^\W\d_]+)", re.IGNORECASE)


def _by_kin_words(members: Sequence[Member], text: str) -> dict[str, str]:
    """Words such as "wife" that stand for one of the members, with that member's key."""
    known = {m.label for m in members}
    found = called_by_kin(text, Network(tuple(members)), _KIN_WORD)
    return {word[1]: member.key for word, member in found if word[1] not in known}


_SECRET = re.compile(
    r"\b(?:do ?n['’]?t|do not|never) (?:you )?(?:ever )?(?:tell|let|show|mention|say)\b"
    r"|\b(?:mustn['’]?t|can['’]?t|must not) (?:know|find out|see)\b",
    re.IGNORECASE,
)


def whom(
    record: Record, members: Sequence[Member], answer: Answer, say: Say, *, hard: bool = False
) -> list[str] | Heard:
    """Keys of the members that an answer means; or what else came of it, and the question waits.

    What it tells of a member beside the question ("I've lost touch with Bob", "Ann died") is taken
    first, and is no answer about that member.
    """
    network = record.network()
    if asks_to_take_off(answer.text) and any(e.operation == "remove" for e in answer.edits):
        take_edits(record, answer, say)
        return Heard.STAY
    # "Kyle, but please don't tell him" tells nothing of Kyle but the answer.
    tells = bool(answer.text) and not (hard and _SECRET.search(answer.text))
    told = take_news(record, answer, say, strain=not hard) if tells else ()
    if hard:
        news = news_in(network, answer.text, answer.members)
        harder = keys_of(network, (e.target for e in news if str(e.operation) == STRAIN))
        told = tuple(key for key in told if key not in harder)
    if record.progress.get("pending_edit"):
        return Heard.STAY
    found = said_of([m for m in members if m.key not in told], answer, hard=hard)
    if found is None:
        return Heard.STAY if told else newcomers(record, answer, say)
    apart = _told_apart(members, found, answer)
    if isinstance(apart, Member):
        say("utter_which_of_them", name=apart.label)
        return Heard.STAY
    return apart


def _told_apart(
    members: Sequence[Member], found: Sequence[str], answer: Answer
) -> list[str] | Member:
    """Those found, where a name of several is told apart by kin words; else one of that name."""
    said = {spot.name for spot in spots_of(answer.text, [m.label for m in members])}
    if not said or _BOTH.search(answer.text):
        return list(found)
    kin = kin_in(answer.text)
    kept: list[str] = []
    for member in (m for m in members if m.key in found):
        same = [m for m in members if m.label == member.label and m.label in said]
        fits = [m for m in same if m.relationship in kin] or same
        if len(fits) > 1:
            return member
        if member in fits or not same:
            kept.append(member.key)
    return kept


_BOTH = re.compile(r"\b(?:both|all|two)\b", re.IGNORECASE)


def _answered_for(
    members: Sequence[Member], found: Container[str], answer: Answer
) -> Sequence[Member]:
    """Of whom the answer tells: ticks and "nobody" of all, words ("Bob too") of those they name."""
    if answer.choices or answer.said_no:
        return members
    return [m for m in members if m.key in found]


def newcomers(record: Record, answer: Answer, say: Say) -> Heard:
    """Names that were not on the map are put there; then the question is asked again."""
    if answer.members and take_names(record, answer, say):
        return Heard.STAY
    return Heard.UNCLEAR


def _none_button() -> tuple[str, str]:
    return label("buttons", "none"), NONE


def _ask_of(members: Sequence[Member], response: str, say: Say, on: Container[str] = ()) -> None:
    """Ask about members by toggles; those whose keys are in ``on`` are ticked already."""
    toggles = [(title, key, key in on) for key, title in titles(members).items()]
    say(response, toggles=toggles, buttons=[_none_button(), skip_button()])


class AskGives(Ask):
    """Whom do you help?"""

    stage, slot = "details", "details_gives"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles."""
        members = helped(record.network())
        on = {m.key for m in members if m.helped_by_ego}
        _ask_of(members, "utter_ask_gives", say, on)


class AskStepIn(Ask):
    """Who would step in?"""

    stage, slot = "details", "details_step_in"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles."""
        members = to_step_in(record.network())
        on = {m.key for m in members if m.potential}
        _ask_of(members, "utter_ask_step_in", say, on)


class AskTies(Ask):
    """Who knows whom? One group a message, until there are no more."""

    stage, slot = "details", "details_ties"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles, with the family as one tap."""
        network = record.network()
        buttons = [_none_button(), skip_button()]
        if record.progress.get("ties_begun"):
            buttons = [(label("buttons", "no_more"), NONE)]
        if strangers_in_the_family(network):
            buttons.insert(0, (label("buttons", "kin"), KIN))
        say(
            "utter_ask_ties_more" if record.progress.get("ties_begun") else "utter_ask_ties",
            toggles=[(t, k, False) for k, t in titles(acquainted(network)).items()],
            buttons=buttons,
        )


class AskStrain(Ask):
    """Does anyone make things harder?"""

    stage, slot = "details", "details_strain"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles, once and in private; then, for those who ticked someone, an offer."""
        if record.progress.get("strain_support"):
            say("utter_ask_strain_support", buttons=[(label("buttons", "yes"), SUPPORT), _no()])
            return
        _ask_of(in_reserve(record.network()), "utter_ask_strain", say)


def _no() -> tuple[str, str]:
    return label("buttons", "no"), "no"


class AboutEveryone(StageForm):
    """Hears what is said of all members at once."""

    @question
    def validate_details_gives(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Whom the person helps; the others they do not."""
        if answer.skipped:
            return on_from(record, "details_gives")
        members = helped(record.network())
        found = whom(record, members, answer, say)
        if isinstance(found, Heard):
            return found
        network = record.network()
        for member in _answered_for(members, found, answer):
            network = network.changed(member.key, helped_by_ego=member.key in found)
        record.keep_network(network, "gives", answer.update_key)
        # Of whom makes things harder it is not good to know.
        if glad := [network[key].label for key in found if not network[key].strain]:
            say("utter_gives_kept", names=listed(glad))
        return on_from(record, "details_gives")

    @question
    def validate_details_step_in(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Who would step in if things got harder."""
        if answer.skipped:
            return on_from(record, "details_step_in")
        members = to_step_in(record.network())
        found = whom(record, members, answer, say)
        if isinstance(found, Heard):
            return found
        network = record.network()
        for member in _answered_for(members, found, answer):
            would = member.potential | STEPPING_IN if member.key in found else frozenset()
            network = network.changed(member.key, potential=would)
        record.keep_network(network, "step_in", answer.update_key)
        return on_from(record, "details_step_in")

    @question
    def validate_details_ties(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """One group who know each other; then the next."""
        network = record.network()
        done = answer.skipped or answer.said_no or answer.choice == NONE
        groups = [] if done else _groups(network, answer)
        if done:
            record.keep_progress(ties_begun=False)
            return on_from(record, "details_ties")
        if not groups and answer.choices:
            say("utter_ties_one")
            return Heard.STAY
        if not groups:
            return newcomers(record, answer, say)
        for group in groups:
            network = network.tied(*group)
        if network == record.network():
            say("utter_ties_known")
            record.keep_progress(ties_begun=True)
            return Heard.MORE
        record.keep_network(network, "tie", answer.update_key)
        say_ties(network, groups, say)
        keys = [m.key for m in acquainted(network)]
        if network.tied(*keys) == network:
            record.keep_progress(ties_begun=False)
            return on_from(record, "details_ties")
        record.keep_progress(ties_begun=True)
        return Heard.MORE

    @question
    def validate_details_strain(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Who makes things harder; private. Then whether to hear who can be talked to."""
        if record.progress.get("strain_support"):
            return _strain_support(record, answer, say)
        if answer.skipped:
            return Heard.DONE
        members = in_reserve(record.network())
        found = whom(record, members, answer, say, hard=True)
        if isinstance(found, Heard):
            return found
        network = record.network()
        for member in _answered_for(members, found, answer):
            network = network.changed(member.key, strain=member.key in found)
        record.keep_network(network, "strain", answer.update_key)
        if not found:
            return Heard.DONE
        say("utter_strain_kept")
        record.keep_progress(strain_support=True)
        return Heard.MORE


def _groups(network: Network, answer: Answer) -> list[tuple[str, ...]]:
    """The groups that an answer names: one by ticks or the family button, several in words."""
    if answer.choice == KIN:
        return [tuple(m.key for m in strangers_in_the_family(network))]
    known = {m.key for m in acquainted(network)}
    if answer.choices:
        ticked = tuple(c for c in answer.choices if c in known)
        return [ticked] if len(ticked) > 1 else []
    named = (tuple(k for k in group if k in known) for group in ties_in(answer.text, network))
    return [group for group in named if len(group) > 1]


def _strain_support(record: Record, answer: Answer, say: Say) -> Heard:
    """Say who can be talked to in private, where that is wanted."""
    if answer.choice == SUPPORT or answer.said_yes:
        say.service("utter_strain_support")
    elif not (answer.said_no or answer.skipped):
        return Heard.UNCLEAR
    record.keep_progress(strain_support=False)
    return Heard.DONE
