"""Circles and details of each member, with few taps; every question can be skipped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from actions.changes import take_edits, take_gone, take_names
from actions.choices import is_button
from actions.everyone import AboutEveryone, on_from, to_the_end, whom
from actions.forms import Ask, Done, Heard, question
from actions.told_beside import take_ties
from actions.turn import Answer, Say, skip_button
from actions.words import codes, label, labels, titles
from bot.network.model import (
    Contact,
    Distance,
    Kind,
    Member,
    Network,
    Relationship,
    Status,
    Work,
    kind_of,
)
from bot.network.words import describe
from bot.nlu.about_one import tells_of_others
from bot.nlu.context import ABROAD, contact_in, help_in, relationship_in
from bot.nlu.map_talk import distance_said
from bot.store.record import Record

SKIP_REST = "skip_rest"
SO_FAR = "so_far"
"""Reason of the snapshot that is shown before the questions about each member."""
RELATIONSHIP, CONTACT, NEAR, HELP = "rel:", "contact:", "near:", "help:"


def unplaced(network: Network) -> list[Member]:
    """Active members without a circle."""
    return [m for m in network.active if m.circle is None]


def offered(network: Network, circle: int) -> list[Member]:
    """Whom to ask about for a circle: who is in none, and who was put there or further out."""
    return [m for m in network.active if m.circle is None or m.circle >= circle]


def waiting(record: Record) -> list[Member]:
    """Who is still to be asked about: the inner circle first, and nobody twice."""
    asked = set(record.progress.get("details_asked", []))
    members = [m for m in record.network().active if m.key not in asked and not is_known(m)]
    return sorted(members, key=lambda m: m.circle or 4)


def next_member(record: Record) -> Member | None:
    """Whom to ask about next."""
    return next(iter(waiting(record)), None)


def is_known(member: Member) -> bool:
    """Whether everything that is asked of a member is known already."""
    near = member.distance is not None or not asks_distance(member)
    return near and None not in (member.relationship, member.contact, member.help)


def asks_relationship(member: Member) -> bool:
    """Whether who they are to the person is part of the question."""
    return member.relationship is None and member.kind is Kind.PERSON


def asks_distance(member: Member) -> bool:
    """Whether how near they live says anything."""
    return member.kind is Kind.PERSON


class AskInner(Ask):
    """Who is very important?"""

    stage, slot = "details", "details_inner"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles."""
        _ask_circle("utter_ask_inner", 1, record, say)


class AskMiddle(Ask):
    """Who is important too?"""

    stage, slot = "details", "details_middle"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles."""
        _ask_circle("utter_ask_middle", 2, record, say)


def _ask_circle(response: str, circle: int, record: Record, say: Say) -> None:
    members = offered(record.network(), circle)
    there = {m.key for m in members if m.circle == circle}
    toggles = [(title, key, key in there) for key, title in titles(members).items()]
    say(response, toggles=toggles, buttons=[skip_button()])


class AskMembers(Ask):
    """About one member: who they are, how often in touch, how near, what they help with."""

    stage, slot = "details", "details_members"

    def ask(self, record: Record, say: Say) -> None:
        """One message a member; a keyboard of toggles."""
        left = waiting(record)
        if not left:
            return
        member = left[0]
        skips = [
            (label("buttons", "skip_member", name=member.label), "skip"),
            (label("buttons", "skip_rest"), SKIP_REST),
        ]
        say(_question(member), name=member.label, toggles=member_toggles(member), buttons=skips)
        asked = len(record.progress.get("details_asked", []))
        if asked and asked % BREATHER == 0 and len(left) > 1:
            say("utter_members_left", count=len(left))


BREATHER = 5
"""After how many members the person hears how many are left (progress keeps people going)."""


def _question(member: Member) -> str:
    if member.kind is Kind.PET:
        return "utter_ask_member_pet"
    if member.kind in (Kind.GROUP, Kind.ONLINE):
        return "utter_ask_member_group"
    if member.kind is Kind.PROFESSIONAL:
        return "utter_ask_member_staff"
    return "utter_ask_member_unknown" if asks_relationship(member) else "utter_ask_member"


def member_toggles(member: Member) -> list[tuple[str, str, bool]]:
    """What can be ticked of a member, with what is known ticked already."""
    help_ = [(t, f"{HELP}{c}", _on(member.help, c)) for c, t in labels("help").items()]
    if member.kind is Kind.PET:
        return help_
    toggles: list[tuple[str, str, bool]] = []
    if asks_relationship(member):
        toggles += [
            (label("relationships", c).capitalize(), f"{RELATIONSHIP}{c}", False)
            for c in codes("relationship_choices")
        ]
    toggles += [
        (title, f"{CONTACT}{code}", member.contact is Contact(code))
        for code, title in labels("contact").items()
    ]
    if asks_distance(member):
        toggles += [
            (title, f"{NEAR}{code}", member.distance is Distance(code))
            for code, title in labels("distance").items()
        ]
    return [*toggles, *help_]


def _on(help_: frozenset[Work] | None, code: str) -> bool:
    return help_ is not None and Work(code) in help_


class ValidateDetailsForm(AboutEveryone):
    """Hears circles and details; what is asked of all at once is in ``actions/everyone.py``."""

    stage = "details"

    @question
    def validate_details_inner(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Who goes in the inner circle."""
        if answer.skipped:
            return _then_members(record, say, "details_middle")
        found = whom(record, record.network().active, answer, say)
        if isinstance(found, Heard):
            return found
        _place(record, found, 1, answer)
        _take_out(record, found, 1, answer)
        if not unplaced(record.network()):
            return _then_members(record, say, "details_middle")
        return Heard.DONE

    @question
    def validate_details_middle(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Who goes in the middle; the rest go outside."""
        if answer.skipped:
            return _then_members(record, say)
        found = whom(record, record.network().active, answer, say)
        if isinstance(found, Heard):
            return found
        _place(record, found, 2, answer)
        _take_out(record, found, 2, answer)
        _place(record, [m.key for m in unplaced(record.network())], 3, answer)
        return _then_members(record, say)

    @question
    def validate_details_members(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """About one member; then the next."""
        member = next_member(record)
        if member is None:
            return on_from(record, "details_members")
        if is_button(answer, SKIP_REST):
            return to_the_end(record, "details_members")
        if answer.skipped:
            return _asked(record, member)
        if (heard := told_of_others(record, member, answer, say)) is not None:
            return heard
        about = answer.about
        if about is not None and about.status is not Status.ACTIVE and not answer.choices:
            take_gone(record, member, about.status, answer, say)
            return _asked(record, member)
        news = ticked(answer, member) if answer.choices else told(answer, member)
        if news is None:
            return Heard.UNCLEAR
        network = record.network().changed(member.key, **news)
        record.keep_network(network, "details", answer.update_key)
        return _asked(record, member)


def _place(record: Record, keys: list[str], circle: int, answer: Answer) -> None:
    network = record.network()
    for key in keys:
        network = network.changed(key, circle=circle)
    record.keep_network(network, "set_circle", answer.update_key)


def _take_out(record: Record, kept: list[str], circle: int, answer: Answer) -> None:
    """Who was in a circle and is not ticked any more is in none."""
    network = record.network()
    gone = [m.key for m in network.active if m.circle == circle and m.key not in kept]
    for key in gone if answer.choices else ():
        network = network.changed(key, circle=None)
    record.keep_network(network, "set_circle", answer.update_key)


def _then_members(record: Record, say: Say, *also: str) -> Done:
    """On to the members, or past them where everything of everyone is known.

    Who has placed everybody sees the circles before the questions about each: the picture is what
    the naming was for, and the questions can wait for another day.
    """
    if next_member(record) is not None:
        if not unplaced(record.network()):
            say(
                "utter_map_so_far",
                map_id=record.take_snapshot(SO_FAR),
                words=describe(record.network()),
            )
        return Done(also)
    return Done((*also, "details_members", *on_from(record, "details_members").also))


def _asked(record: Record, member: Member) -> Heard | Done:
    record.keep_progress(details_asked=[*record.progress.get("details_asked", []), member.key])
    return on_from(record, "details_members") if next_member(record) is None else Heard.MORE


def told_of_others(record: Record, member: Member, answer: Answer, say: Say) -> Heard | None:
    """Take an answer about a member that tells of others; ``None`` where it does not."""
    if not answer.text:
        return None
    if take_ties(record, answer, say):
        return Heard.STAY
    if not tells_of_others(record.network(), member, answer.text, answer.members):
        return None
    heard = take_edits(record, answer, say) or take_names(record, answer, say)
    return Heard.STAY if heard else Heard.UNCLEAR


def ticked(answer: Answer, member: Member) -> dict[str, object]:
    """What was ticked of a member; nothing at all ticked says nothing.

    Where something is ticked and no help, there is no help. Of two ticks for how often or how
    near, the one counts that was not there before; else the more often, and the nearer.
    """

    def codes_of(prefix: str) -> list[str]:
        return [c.removeprefix(prefix) for c in answer.choices if c.startswith(prefix)]

    often = _newest(map(Contact, codes_of(CONTACT)), member.contact)
    near = _newest(map(Distance, codes_of(NEAR)), member.distance)
    kin = [Relationship(c) for c in codes_of(RELATIONSHIP)]
    helps = frozenset(Work(c) for c in codes_of(HELP))
    said = bool(often or near or kin or helps) or member.kind is Kind.PET
    news: dict[str, object] = {"help": helps} if said else {}
    if kin:
        news |= {"relationship": kin[0], "kind": kind_of(kin[0])}
    return news | _how_near_and_often(member, often, near)


_I_GIVE = re.compile(
    r"\b(?:i|we) (?:\w+ )?(?:look after|care for|cook for|shop for|clean for|wash for|mind|babysit"
    r"|keep an eye on|nurse|help)\b[^.,;!?]*",
    re.IGNORECASE,
)
_ABROAD = re.compile(
    r"\W*(?:(?:he|she|they|it)(?:['’]?s|['’]?re| is| are)? )?(?:now )?(?:back )?(?:lives? )?"
    rf"in {ABROAD}\b",
    re.IGNORECASE,
)
_THEY_DO = re.compile(r"\b(?:he|she|they|it)\b", re.IGNORECASE)

C = TypeVar("C", Contact, Distance)


def _newest(ticks: Iterable[C], known: C | None) -> C | None:
    """Of several ticks that exclude each other, the one that changes what was known."""
    found = list(ticks)
    order = list(type(found[0])) if found else []
    fresh = [t for t in found if t is not known] or found
    return min(fresh, key=order.index, default=None)


def told(answer: Answer, member: Member) -> dict[str, object] | None:
    """What words say of a member; ``None`` where they say nothing."""
    about = answer.about
    often = (about and about.contact) or contact_in(answer.text)
    near = distance_said(answer.text) or (Distance.FAR if _ABROAD.match(answer.text) else None)
    helps = frozenset(about.help) if about and about.help else help_in(answer.text, tuple(Work))
    gives = _I_GIVE.search(answer.text) is not None
    if gives and not _THEY_DO.search(_I_GIVE.sub(" ", answer.text)):
        helps = None  # "I look after him and cook for him" is what the person does.
    code = relationship_in(answer.text) if asks_relationship(member) else None
    if not (often or near or code or gives):
        if answer.said_no:
            return {"help": member.help or frozenset()}
        if helps is None:
            return None
    news: dict[str, object] = {"helped_by_ego": True} if gives else {}
    if helps is not None:
        news["help"] = (member.help or frozenset()) | helps
    if code:
        news |= {"relationship": Relationship(code), "kind": kind_of(Relationship(code))}
    return news | _how_near_and_often(member, often, near)


def _how_near_and_often(
    member: Member, often: Contact | None, near: Distance | None
) -> dict[str, object]:
    news: dict[str, object] = {}
    if near is Distance.SAME_HOME and often is None and member.contact is None:
        often = Contact.DAILY
    if often:
        news["contact"] = often
    if near:
        news["distance"] = near
    return news
