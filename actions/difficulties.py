"""What is difficult: the person's own words first, then a short check of areas."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.choices import chosen, says_all
from actions.forms import Aside, Ask, Done, Heard, StageForm, question
from actions.turn import Answer, Say, skip_button, toggles_of
from actions.words import label, labels, listed, said_back
from bot.conversations.ticks import says_done
from bot.needs.areas import Area, Size
from bot.network.edits import is_role
from bot.network.model import Status
from bot.store.record import Record

MAX_PRIORITIES = 2
REST = ("difficulties_sizes", "difficulties_priority")


def area_labels(record: Record) -> dict[str, str]:
    """Labels of the areas that the person finds hard, in order."""
    return {d.area.value: label("areas", d.area) for d in record.difficulties()}


def take_difficulties(record: Record, answer: Answer) -> list[Area]:
    """Keep the difficulties that the text names; which they were."""
    for mention in answer.difficulties:
        record.note_difficulty(mention.area, mention.size, words=answer.text)
    return [mention.area for mention in answer.difficulties]


def _theirs(name: str) -> str:
    return f"your {name.lower()}" if is_role(name) else name


class AskDifficultiesWords(Ask):
    """What is hard at the moment?"""

    stage, slot = "difficulties", "difficulties_words"

    def ask(self, record: Record, say: Say) -> None:
        """Free text."""
        say("utter_ask_difficult", buttons=[skip_button()])


class AskDifficultiesCheck(Ask):
    """Which areas?"""

    stage, slot = "difficulties", "difficulties_check"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles, with what was understood ticked already."""
        on = list(area_labels(record))
        say(
            "utter_ask_check" if on else "utter_ask_check_plain",
            toggles=toggles_of(labels("areas"), on),
        )


class AskDifficultiesSizes(Ask):
    """Which are big?"""

    stage, slot = "difficulties", "difficulties_sizes"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles; what is left is small."""
        big = [d.area.value for d in record.difficulties() if d.size is Size.BIG]
        say("utter_ask_sizes", toggles=toggles_of(area_labels(record), big))


class AskDifficultiesPriority(Ask):
    """Which one or two matter most?"""

    stage, slot = "difficulties", "difficulties_priority"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles."""
        say("utter_ask_priority", toggles=toggles_of(area_labels(record)), buttons=[skip_button()])


class ValidateDifficultiesForm(StageForm):
    """Hears what is hard."""

    stage = "difficulties"

    @question
    def validate_difficulties_words(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """The person's own words, and what they name; marks alone are none."""
        if answer.text and not re.search(r"\w", answer.text):
            return Heard.UNCLEAR
        if answer.text and not (answer.skipped or answer.said_no):
            record.note("difficulties", answer.text)
            take_difficulties(record, answer)
            lost = [_theirs(m.name) for m in answer.members if m.status is Status.DIED]
            if lost:
                say("utter_difficult_loss", names=listed(lost))
            else:
                say("utter_difficult_heard")
        return Heard.DONE

    @question
    def validate_difficulties_check(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """The ticked areas are the ones; typed words add to them."""
        if answer.choices:
            ticked = {Area(c) for c in answer.choices if c in set(Area)}
            for stated in record.difficulties():
                if stated.area not in ticked:
                    record.drop_difficulty(stated.area)
            for area in ticked:
                record.note_difficulty(area)
        elif not (answer.skipped or answer.said_no or answer.said_yes or says_done(answer.text)):
            if not take_difficulties(record, answer):
                return Heard.UNCLEAR
            return Heard.STAY
        stated_now = record.difficulties()
        if not stated_now:
            say("utter_no_difficulties")
            return Done(REST)
        return Heard.DONE

    @question
    def validate_difficulties_sizes(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Ticked ones are big, the others small."""
        offered = area_labels(record)
        big = _meant(answer, offered)
        if big is None and answer.said_yes:
            big = list(offered)
        if big is None and take_difficulties(record, answer):
            return Heard.STAY
        if big is None and not answer.skipped:
            return Heard.UNCLEAR
        if big is not None:
            for code in offered:
                record.note_difficulty(Area(code), Size.BIG if code in big else Size.SMALL)
        if len(offered) <= MAX_PRIORITIES:
            big_first = sorted(offered, key=lambda c: c not in (big or []))
            record.prioritise([Area(c) for c in big_first])
            _confirm(record, say)
            return Done(("difficulties_priority",))
        return Heard.DONE

    @question
    def validate_difficulties_priority(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done:
        """One or two."""
        if answer.skipped or answer.said_no:
            _confirm(record, say)
            return Heard.DONE
        found = _meant(answer, area_labels(record))
        if found is None and take_difficulties(record, answer):
            return Heard.STAY
        if found is None:
            return Heard.UNCLEAR
        if len(found) > MAX_PRIORITIES:
            say("utter_priority_two")
            return Heard.STAY
        record.prioritise([Area(c) for c in found])
        _confirm(record, say)
        return Heard.DONE


def _meant(answer: Answer, offered: dict[str, str]) -> list[str] | None:
    """Those of the areas on offer that an answer means: by label, or by what it tells of."""
    if says_all(answer.text):
        return list(offered)
    told = [str(d.area.value) for d in answer.difficulties if d.area.value in offered]
    return told or chosen(answer, offered)


def _confirm(record: Record, say: Say) -> None:
    first = [d for d in record.difficulties() if d.priority] or record.difficulties()
    names = [label("areas", d.area) for d in first]
    say("utter_difficulties_kept", areas=listed(said_back(n) for n in names))


class ActionNoteDifficulty(Aside):
    """Something hard told beside the question of the moment."""

    notes_facts = True

    def name(self) -> str:
        """Rasa's name."""
        return "action_note_difficulty"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Keep it and say so."""
        if record is None:
            return None
        areas = take_difficulties(record, answer)
        record.note("difficulties", answer.text)
        if areas:
            names = listed(said_back(label("areas", a)) for a in areas)
            response = "utter_heard_difficulty" if len(areas) == 1 else "utter_heard_difficulties"
            say(response, areas=names)
        else:
            say("utter_heard")
        return None
