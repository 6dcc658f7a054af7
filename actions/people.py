"""Who is around the person: names first, in the order of the prompts; zero is fine."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from actions.changes import take_edits, take_names
from actions.choices import is_button
from actions.forms import Ask, Done, Heard, StageForm, question
from actions.turn import Answer, Say
from actions.words import label
from bot.network.model import LABEL_MAX, Kind, Member, Relationship, kind_of
from bot.network.typology import ACQUAINTED
from bot.nlu.context import is_enough, relationship_in
from bot.nlu.meaning import MemberMention
from bot.store.record import Record

PROMPTS = ("close", "family", "friends", "staff", "groups", "online", "pets", "places")
"""What brings people into view, in order (GENIE's and Network Canvas's practice)."""

SOFT_CAP = 25
TOGETHER_AFTER = 3
"""Prompts that brought nobody, after which the rest are asked in one: "nobody" hurts to say."""
SHORT = 3
"""Words in which "I don't know" is all that is said, although one may look like a name."""
ALLNAMED = "all_named"
NO_MORE = "no_more"

NAMED: dict[str, Callable[[Member], bool]] = {
    "friends": lambda m: m.relationship in ACQUAINTED,
    "staff": lambda m: m.kind is Kind.PROFESSIONAL,
    "groups": lambda m: m.kind is Kind.GROUP,
    "online": lambda m: m.kind is Kind.ONLINE,
    "pets": lambda m: m.kind is Kind.PET,
}
"""Whom a prompt would bring into view; it asks "any other?" where they have been named."""


_PLACE = re.compile(
    r"(?:(?:just|only|also|mostly) )?(?:(?:at|in|to|down) )?(?:the|our|my local|a|an) "
    r"(?!.*\b(?:is|are|was|were|has|have|had|i|me|he|she|they|it|not|no)\b)"
    r"(?P<name>[\w'’-]+(?: [\w'’-]+){0,3})",
    re.IGNORECASE,
)
"""A place or a pastime as people write one beside the question: "the library", "a book club"."""

_NEXT = re.compile(r"\s*(?:[,;.!\n]|\band\b|&|\+)\s*", re.IGNORECASE)


def with_places(answer: Answer) -> tuple[MemberMention, ...]:
    """Who is named in the answer to the question for places, and the places themselves.

    What is no list of places ("the wife drives me there") is left to what names were found in it.
    """
    if answer.said_no or answer.skipped:
        return answer.members
    parts = [part for part in _NEXT.split(answer.text) if part]
    places = [_PLACE.fullmatch(part) for part in parts]
    if not parts or not all(places):
        return answer.members
    names = [place["name"] for place in places if place]
    return tuple(mention for name in names for mention in _named_or_place(name, answer.members))


def _named_or_place(name: str, members: Sequence[MemberMention]) -> list[MemberMention]:
    """Who was found in a part of the answer; else the place that it names."""
    who = [m for m in members if m.kind is not Kind.GROUP and m.name.casefold() in name.casefold()]
    role = relationship_in(name)
    if who or (role and kind_of(Relationship(role)) is not Kind.GROUP):
        return who
    label = (name[:1].upper() + name[1:])[:LABEL_MAX]
    return [MemberMention(label, relationship=Relationship.GROUP, kind=Kind.GROUP)]


def prompt_of(record: Record) -> int:
    """Index of the prompt in force."""
    return int(record.progress.get("people_prompt", 0))


def named_before(record: Record, prompt: str) -> bool:
    """Whether members of a prompt's kind are on the map, so that it is the "anyone else?"."""
    fits = NAMED.get(prompt)
    return fits is not None and any(fits(m) for m in record.network())


def is_last_call(record: Record) -> bool:
    """Whether the question in force is the one "anyone else?" of its prompt, or of a full map."""
    progress = record.progress
    return bool(progress.get("people_more") or progress.get("people_rest"))


class AskPeopleNames(Ask):
    """The prompt in force, or its one "anyone else?"."""

    stage, slot = "people", "people_names"

    def ask(self, record: Record, say: Say) -> None:
        """Free text, with a way on."""
        index = min(prompt_of(record), len(PROMPTS) - 1)
        if index == 0 and not record.progress.get("people_begun"):
            record.keep_progress(people_begun=True)
            say("utter_people_start")
        that_is_all = (label("buttons", "that_is_all"), NO_MORE)
        everyone = (label("buttons", "all_named"), ALLNAMED)
        if record.progress.get("people_who"):
            record.keep_progress(people_who=False)
            say("utter_people_who", buttons=[that_is_all])
        elif record.progress.get("people_more"):
            capped = record.progress.get("people_capped")
            say(
                "utter_people_more_many" if capped else "utter_people_more",
                buttons=[that_is_all, everyone],
            )
        elif record.progress.get("people_together"):
            say("utter_ask_people_together", buttons=[(label("buttons", "nobody"), NO_MORE)])
        elif named_before(record, PROMPTS[index]):
            record.keep_progress(people_rest=True)
            say(f"utter_ask_people_{PROMPTS[index]}_more", buttons=[that_is_all, everyone])
        else:
            buttons = [(label("buttons", "nobody"), NO_MORE)]
            say(
                f"utter_ask_people_{PROMPTS[index]}",
                buttons=[*buttons, everyone] if index > 0 else buttons,
            )


class ValidatePeopleForm(StageForm):
    """Hears names."""

    stage = "people"
    unclear = "utter_people_unclear"

    @question
    def validate_people_names(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Names in words, nobody, or everyone named."""
        edits = [e for e in answer.edits if e.operation != "add"]
        before = len(record.network())
        if edits and take_edits(record, answer, say):
            added = len(record.network()) > before
            return self._more(record, say) if added else Heard.STAY
        if answer.intent == "dont_know" and len(answer.text.split()) <= SHORT:
            return self._on(record, say)
        if PROMPTS[min(prompt_of(record), len(PROMPTS) - 1)] == "places":
            answer = replace(answer, members=with_places(answer))
        if answer.members:
            take_names(record, answer, say)
            return self._more(record, say)
        if is_button(answer, ALLNAMED):
            return self._end(record, say)
        if answer.choice == NO_MORE or answer.skipped or answer.said_no or is_enough(answer.text):
            return self._on(record, say)
        if answer.said_yes:
            record.keep_progress(people_who=True)
            return Heard.STAY
        return Heard.UNCLEAR

    def _more(self, record: Record, say: Say) -> Heard:
        """After somebody was put down: the one "anyone else?", or the next prompt."""
        count = len(record.network().active)
        if count >= SOFT_CAP and not record.progress.get("people_capped"):
            # Said once; what was not asked about yet still is, with a button to stop.
            record.keep_progress(people_capped=True, people_more=True)
            say("utter_people_many", count=count)
            return Heard.MORE
        if is_last_call(record):
            return self._on(record, say)
        record.keep_progress(people_more=True)
        return Heard.MORE

    def _on(self, record: Record, say: Say) -> Heard:
        if record.progress.get("people_together"):
            return self._end(record, say)
        at = prompt_of(record) + 1
        record.keep_progress(
            people_prompt=at,
            people_more=False,
            people_rest=False,
            people_together=at == TOGETHER_AFTER and not len(record.network()),
        )
        return self._end(record, say) if at >= len(PROMPTS) else Heard.MORE

    @staticmethod
    def _end(record: Record, say: Say) -> Heard:
        if not len(record.network()):
            say("utter_people_none")
        record.keep_progress(
            people_prompt=0,
            people_more=False,
            people_rest=False,
            people_together=False,
            people_capped=False,
        )
        return Heard.DONE
