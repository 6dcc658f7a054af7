"""Reflection, and gaps put as questions: the person says which of them are real."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.forms import Aside, Ask, Done, Heard, StageForm, question
from actions.turn import Answer, Say, skip_button
from actions.words import label, listed
from bot.needs.gaps import Gap, Wants, find_gaps, for_asking, own_answers
from bot.network.model import Kind
from bot.network.typology import TypeCode, classify
from bot.store.record import Record
from bot.support.needs_map import options_for_activity


def gaps_of(record: Record) -> list[Gap]:
    """The gaps to ask about now, most pressing first."""
    stated = record.difficulties()
    wants = Wants(
        help_others="help_others" in record.preferences(),
        dropped=tuple(record.notes("missed")),
        matters_most=tuple(d.area for d in stated if d.priority),
    )
    network = record.network()
    pets = {m.key for m in network if m.kind is Kind.PET}
    found = find_gaps(network, {d.area: d.size for d in stated}, wants)
    # "Would you like a back-up, for when Whisky can't?" is no question to ask of a cat.
    return for_asking([g for g in found if not (g.members and pets.issuperset(g.members))])


def reflect(record: Record, say: Say) -> None:
    """Say what the network looks like; never a label, never a measure."""
    network = record.network()
    if not network.active:
        return
    if len(network.active) == 1:
        say("utter_reflect_one", name=network.active[0].label)
    else:
        people = all(m.kind in (Kind.PERSON, Kind.PROFESSIONAL) for m in network.active)
        response = "utter_reflect_people" if people else "utter_reflect_many"
        say(response, count=len(network.active))
    kind = classify(network).code
    if kind is TypeCode.ISOLATED_OR_PROFESSIONAL and any(
        m.kind.value == "professional" for m in network.active
    ):
        say("utter_reflect_staff")
    elif kind is TypeCode.DIVERSE:
        say("utter_reflect_mixed")
    elif kind in (TypeCode.FAMILY_FRIEND_CENTRED, TypeCode.FAMILY_FRIEND_SUPPORTED):
        say("utter_reflect_close")


class AskGapsNotice(Ask):
    """What do you notice?"""

    stage, slot = "gaps", "gaps_notice"

    def ask(self, record: Record, say: Say) -> None:
        """The reflection, then an open question."""
        if not record.progress.get("reflected"):
            record.keep_progress(reflected=True)
            reflect(record, say)
        drawn = bool(record.network().active)
        say("utter_ask_notice" if drawn else "utter_ask_missed", buttons=[skip_button()])


PLAIN = frozenset({"uncovered", "no_weak_ties"})
"""Gaps that are asked about without "you didn't name anyone", where there is nobody to name."""


def waiting_gap(record: Record) -> dict[str, Any] | None:
    """The gap that is being asked about."""
    waiting = record.progress.get("gaps_waiting") or []
    return waiting[0] if waiting else None


class AskGapsAnswers(Ask):
    """Would you like more help with this?"""

    stage, slot = "gaps", "gaps_answers"

    def ask(self, record: Record, say: Say) -> None:
        """The next gap, as a question."""
        gap = waiting_gap(record)
        if gap is None:
            return
        response = f"utter_gap_{gap['code']}"
        if gap["code"] in PLAIN and not record.network().active:
            response += "_plain"
        say(
            response,
            name=gap["name"],
            work=label("work", gap["work"]) if gap["work"] else "",
            buttons=[(label("buttons", c), c) for c in ("yes", "no", "not_sure")],
        )


class ValidateGapsForm(StageForm):
    """Hears what the person makes of the picture and of each gap."""

    stage = "gaps"

    @question
    def validate_gaps_notice(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """What they notice or miss, in their own words."""
        if answer.text and not (answer.skipped or answer.said_no):
            record.note("missed" if options_for_activity(answer.text) else "notice", answer.text)
            for mention in answer.difficulties:
                record.note_difficulty(mention.area, mention.size, words=answer.text)
            say("utter_notice_thanks")
        waiting = [_as_json(record, gap) for gap in gaps_of(record)]
        record.keep_progress(gaps_waiting=waiting)
        for gap in waiting:
            evidence = {k: gap[k] for k in ("members", "areas", "activity")}
            record.ask_gap(gap["code"], gap["work"], evidence)
        if not waiting:
            say("utter_gaps_none_found")
            return Done(("gaps_answers",))
        return Heard.DONE

    @question
    def validate_gaps_answers(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Yes, no, or not sure; then the next gap."""
        gap = waiting_gap(record)
        if gap is None:
            return Heard.DONE
        if answer.said_yes:
            record.answer_gap(gap["code"], gap["work"], True)
            if gap["own"] and gap["own"] != record.progress.get("own_named"):
                record.keep_progress(own_named=gap["own"])
                say("utter_gap_own_answer", name=listed(gap["own"], "or"))
            else:
                say("utter_gap_yes")
        elif answer.said_no:
            record.answer_gap(gap["code"], gap["work"], False)
            say("utter_gap_no")
        elif answer.choice == "not_sure" or answer.skipped:
            record.answer_gap(gap["code"], gap["work"], None)
        else:
            return Heard.UNCLEAR
        record.keep_progress(gaps_waiting=record.progress["gaps_waiting"][1:])
        return Heard.DONE if waiting_gap(record) is None else Heard.MORE


def _as_json(record: Record, gap: Gap) -> dict[str, Any]:
    network = record.network()
    own = own_answers(network, gap, limit=2)
    return {
        "code": gap.code.value,
        "work": gap.work.value if gap.work else "",
        "members": list(gap.members),
        "areas": [area.value for area in gap.areas],
        "activity": gap.activity,
        "name": listed(network[key].label for key in gap.members),
        "own": [network[answer.key].label for answer in own],
    }


class ActionShowGaps(Aside):
    """What the person said is missing."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_show_gaps"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """List the confirmed ones."""
        if record is None:
            return None
        gaps = [
            "• " + (label("work", gap.work) if gap.work else label("gaps", gap.code))
            for gap in record.confirmed_gaps()
        ]
        if gaps:
            say("utter_gaps_list", gaps="\n".join(gaps))
        else:
            say("utter_no_gaps_yet")
        return None
