"""Circles and details of each member, with few taps; every question can be skipped."""

from __future__ import annotations

from actions.changes import take_names
from actions.choices import chosen, is_button
from actions.forms import Ask, Done, Heard, StageForm, question
from actions.turn import Answer, Say, skip_button
from actions.words import codes, label, labels, titles
from bot.network.model import Contact, Kind, Member, Network, Relationship, Work, kind_of
from bot.nlu.context import contact_in, help_in, names_in, relationship_in
from bot.store.record import Record

SKIP_REST = "skip_rest"
RELATIONSHIP = "rel:"
UNFILLED = (Relationship.OTHER, None)


def unplaced(network: Network) -> list[Member]:
    """Active members without a circle."""
    return [m for m in network.active if m.circle is None]


def offered(network: Network, circle: int) -> list[Member]:
    """Whom to ask about for a circle: who is in none, and who was put there or further out."""
    return [m for m in network.active if m.circle is None or m.circle >= circle]


def next_member(record: Record) -> Member | None:
    """Whom to ask about next: the inner circle first, and nobody twice."""
    asked = set(record.progress.get("details_asked", []))
    waiting = [m for m in record.network().active if m.key not in asked and not _known(m)]
    return min(waiting, key=lambda m: m.circle or 4, default=None)


def _known(member: Member) -> bool:
    return (
        member.relationship is not None and member.contact is not None and member.help is not None
    )


def asks_relationship(member: Member) -> bool:
    """Whether who they are to the person has to be asked first."""
    return member.relationship is None and member.kind is Kind.PERSON


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
    """About one member: who they are, how often in touch, what they help with."""

    stage, slot = "details", "details_members"

    def ask(self, record: Record, say: Say) -> None:
        """One message a member; a keyboard of toggles."""
        member = next_member(record)
        if member is None:
            return
        skips = [
            (label("buttons", "skip_member", name=member.label), "skip"),
            (label("buttons", "skip_rest"), SKIP_REST),
        ]
        if asks_relationship(member):
            choices = [
                (label("relationships", code).capitalize(), f"{RELATIONSHIP}{code}")
                for code in codes("relationship_choices")
            ]
            say("utter_ask_member_relationship", name=member.label, buttons=[*choices, *skips])
            return
        toggles = [(title, f"help:{c}", _on(member.help, c)) for c, title in labels("help").items()]
        if member.kind is Kind.PET:
            say("utter_ask_member_pet", name=member.label, toggles=toggles, buttons=skips)
            return
        contact = [
            (title, f"contact:{c}", member.contact is not None and member.contact.value == c)
            for c, title in labels("contact").items()
        ]
        say("utter_ask_member", name=member.label, toggles=[*contact, *toggles], buttons=skips)


def _on(help_: frozenset[Work] | None, code: str) -> bool:
    return help_ is not None and Work(code) in help_


class AskStrain(Ask):
    """Does anyone make things harder?"""

    stage, slot = "details", "details_strain"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles, once and in private."""
        members = [m for m in record.network().active if m.kind is not Kind.PET]
        say(
            "utter_ask_strain",
            toggles=[(title, key, False) for key, title in titles(members).items()],
            buttons=[(label("buttons", "none"), "none"), skip_button()],
        )


class ValidateDetailsForm(StageForm):
    """Hears circles and details."""

    stage = "details"

    @question
    def validate_details_inner(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Who goes in the inner circle."""
        if answer.skipped:
            return _then_members(record, "details_middle")
        found = _chosen_members(record, answer)
        if found is None:
            return _newcomers(record, answer, say)
        _place(record, found, 1, answer)
        _take_out(record, found, 1, answer)
        if not unplaced(record.network()):
            return _then_members(record, "details_middle")
        return Heard.DONE

    @question
    def validate_details_middle(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Who goes in the middle; the rest go outside."""
        if answer.skipped:
            return _then_members(record)
        found = _chosen_members(record, answer)
        if found is None:
            return _newcomers(record, answer, say)
        _place(record, found, 2, answer)
        _take_out(record, found, 2, answer)
        _place(record, [m.key for m in unplaced(record.network())], 3, answer)
        return _then_members(record)

    @question
    def validate_details_members(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """About one member; then the next."""
        member = next_member(record)
        if member is None or is_button(answer, SKIP_REST):
            return Heard.DONE
        if answer.skipped:
            return _asked(record, member)
        if asks_relationship(member) and (found := _relationship(answer)) is not None:
            network = record.network().changed(member.key, relationship=found, kind=kind_of(found))
            record.keep_network(network, "set_relationship", answer.update_key)
            if not answer.text:
                return (
                    Heard.MORE
                    if not _known(record.network()[member.key])
                    else _asked(record, member)
                )
        news = _details(answer, member)
        if news is None:
            if record.network()[member.key] != member:
                return Heard.MORE
            return Heard.UNCLEAR
        network = record.network().changed(member.key, **news)
        record.keep_network(network, "details", answer.update_key)
        return _asked(record, member)

    @question
    def validate_details_strain(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Who makes things harder; private."""
        if answer.skipped or answer.said_no or answer.choice == "none":
            return Heard.DONE
        found = _chosen_members(record, answer)
        if found is None:
            return _newcomers(record, answer, say)
        network = record.network()
        for key in found:
            network = network.changed(key, strain=True)
        record.keep_network(network, "strain", answer.update_key)
        if found:
            say("utter_strain_kept")
        return Heard.DONE


def _chosen_members(record: Record, answer: Answer) -> list[str] | None:
    members = {m.key: m.label for m in record.network().active}
    if answer.choices or answer.said_no:
        return chosen(answer, members)
    named = names_in(answer.text, members.values())
    return [key for key, name in members.items() if name in named] or None


def _newcomers(record: Record, answer: Answer, say: Say) -> Heard:
    """Names that were not on the map are put there; then the question is asked again."""
    if answer.members and take_names(record, answer, say):
        return Heard.STAY
    return Heard.UNCLEAR


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


def _then_members(record: Record, *also: str) -> Heard | Done:
    done = Done((*also, "details_members")) if next_member(record) is None else Done(also)
    return done


def _asked(record: Record, member: Member) -> Heard | Done:
    record.keep_progress(details_asked=[*record.progress.get("details_asked", []), member.key])
    return Heard.DONE if next_member(record) is None else Heard.MORE


def _relationship(answer: Answer) -> Relationship | None:
    if answer.choice.startswith(RELATIONSHIP):
        return Relationship(answer.choice.removeprefix(RELATIONSHIP))
    code = relationship_in(answer.text) if answer.text else None
    return Relationship(code) if code else None


_OFTEN_FIRST = list(Contact)


def _details(answer: Answer, member: Member) -> dict[str, object] | None:
    """What an answer says of a member; ``None`` where it says nothing."""
    if answer.choices:
        contacts = [c.removeprefix("contact:") for c in answer.choices if c.startswith("contact:")]
        helps = [c.removeprefix("help:") for c in answer.choices if c.startswith("help:")]
        often = min((Contact(c) for c in contacts), key=_OFTEN_FIRST.index, default=None)
        return {
            "contact": often or member.contact,
            "help": frozenset(Work(h) for h in helps),
        }
    if answer.said_no:
        return {"help": member.help or frozenset()}
    often, helps_in_text = contact_in(answer.text), help_in(answer.text, tuple(Work))
    if often is None and helps_in_text is None:
        return None
    return {
        "contact": often or member.contact,
        "help": (member.help or frozenset()) | (helps_in_text or frozenset()),
    }
