"""About the person: conditions, area, access needs and travel; each can be skipped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.choices import chosen, says_nothing
from actions.difficulties import take_difficulties
from actions.forms import Aside, Ask, Done, Heard, StageForm, question
from actions.risk import reopen
from actions.turn import Answer, Say, skip_button, toggles_of
from actions.words import label, labels, said_back
from bot.directory.places import Ambiguous, Place, find_place, place_at
from bot.nlu.about_me import age_put_right, no_longer_drives, place_put_right
from bot.nlu.context import age_in
from bot.rights.wishes import HELPER
from bot.store.people import erase
from bot.store.record import Record
from bot.support.languages import languages_in
from bot.support.preferences import AGE_BANDS, LANGUAGE

PLACE = "place:"
NOT_THERE = "not_there"
CHILD = (5, 18)
"""Ages that are surely a child's; a smaller number is more likely a slip."""


class AskConditions(Ask):
    """Which conditions?"""

    stage, slot = "about_you", "about_conditions"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles, and free text."""
        say(
            "utter_ask_conditions",
            toggles=toggles_of(labels("conditions")),
            buttons=[skip_button()],
        )


class AskArea(Ask):
    """Where do you live?"""

    stage, slot = "about_you", "about_area"

    def ask(self, record: Record, say: Say) -> None:
        """Words or a shared location; or which of the places of one name."""
        places = record.progress.get("places") or []
        if len(places) == 1:
            yes, no = label("buttons", "yes"), label("buttons", "no")
            say(
                "utter_area_is_it",
                place=places[0][0],
                buttons=[(yes, f"{PLACE}0"), (no, NOT_THERE), skip_button()],
            )
        elif places:
            buttons = [(hint, f"{PLACE}{i}") for i, (hint, *_rest) in enumerate(places)]
            say("utter_area_which", buttons=[*buttons, skip_button()])
        else:
            say("utter_ask_area", ask_location=True, buttons=[skip_button()])


class AskAge(Ask):
    """How old are you?"""

    stage, slot = "about_you", "about_age"

    def ask(self, record: Record, say: Say) -> None:
        """Bands, never a date of birth."""
        bands = [(title, code) for code, title in labels("ages").items()]
        say("utter_ask_age", buttons=[*bands, skip_button()])


class AskAccess(Ask):
    """What does a place need to have?"""

    stage, slot = "about_you", "about_access"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles."""
        say("utter_ask_access", toggles=toggles_of(labels("access")), buttons=[skip_button()])


class AskTravel(Ask):
    """How do you get about?"""

    stage, slot = "about_you", "about_travel"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles."""
        say("utter_ask_travel", toggles=toggles_of(labels("travel")), buttons=[skip_button()])


def keep_place(
    record: Record, name: str, lat: float, lon: float, say: Say, *, where: str = ""
) -> None:
    """Remember where the person is, no finer than they said it.

    Args:
        where: the name with what it is near, for a place that may not be the one meant.
    """
    record.person.area, record.person.latitude, record.person.longitude = name, lat, lon
    record.keep_progress(places=None)
    if where and where != name:
        say("utter_area_kept_near", place=where)
    else:
        say("utter_area_kept", place=name)


def band_of(years: int | None) -> str:
    """The band of an age in years; empty where there is none."""
    if years is None:
        return ""
    return next((code for code, (low, high) in AGE_BANDS.items() if low <= years <= high), "")


def _told_apart(place: Place) -> str:
    return f"{place.name}, {place.hint}" if place.hint else place.name


_THEY_LIVE = re.compile(
    r"\b(?!i\b|we\b|i['’]?m\b)\w+(?:['’]?s| lives?| is| are| stays?)(?: \w+)? (?:in|at|near)"
    r" ([\w' -]+)",
    re.IGNORECASE,
)


def hear_place(record: Record, answer: Answer, say: Say) -> Heard:
    """A place from words, a button or a shared location."""
    if answer.location:
        place = place_at(*answer.location)
        if place is None:
            say("utter_area_unknown")
            return Heard.STAY
        keep_place(record, place.name, place.lat, place.lon, say)
        return Heard.DONE
    if answer.choice.startswith(PLACE):
        places = record.progress.get("places") or []
        index = int(answer.choice.removeprefix(PLACE))
        if index >= len(places):
            return Heard.STAY
        return _keep_known(record, places[index], say)
    waiting = record.progress.get("places") or []
    if len(waiting) == 1 and (answer.choice == NOT_THERE or answer.said_no):
        record.keep_progress(places=None)
        say("utter_area_unknown")
        return Heard.STAY
    if len(waiting) == 1 and answer.said_yes:
        return _keep_known(record, waiting[0], say)
    meant = _meant(answer.text, waiting)
    if len(meant) == 1:
        return _keep_known(record, meant[0], say)
    if meant:
        record.keep_progress(places=meant)
        return Heard.STAY
    theirs = _THEY_LIVE.search(answer.text) if record.person.answered_by == HELPER else None
    # "I'm in Leeds but mum lives in Marlowby": who helps writes, and the patient's place counts.
    found = (theirs and find_place(f"in {theirs[1]}")) or find_place(answer.text)
    if isinstance(found, Place) and not found.corrected:
        keep_place(record, found.name, found.lat, found.lon, say, where=_told_apart(found))
        return Heard.DONE
    if found is not None:
        places = found.places if isinstance(found, Ambiguous) else (found,)
        record.keep_progress(places=[[_told_apart(p), p.name, p.lat, p.lon] for p in places])
        return Heard.STAY
    record.keep_progress(places=None)
    say("utter_area_unknown")
    return Heard.STAY


def _keep_known(record: Record, place: list[Any], say: Say) -> Heard:
    """Keep one of the places that were offered, as the progress holds them."""
    _hint, name, lat, lon = place
    keep_place(record, name, lat, lon, say)
    return Heard.DONE


def hear_area(record: Record, answer: Answer, say: Say) -> Heard:
    """A place, or none."""
    guess = len(record.progress.get("places") or []) == 1
    if answer.skipped or (answer.said_no and not guess):
        record.keep_progress(places=None)
        return Heard.DONE
    heard = hear_place(record, answer, say)
    if answer.location and heard is Heard.DONE and reopen(record, say):
        record.keep_progress(hush=True)  # Nothing is asked on top of it.
    return heard


def _meant(text: str, places: list[list[Any]]) -> list[list[Any]]:
    """Those of the places of one name that words tell apart: "the one in Wales"."""
    said = set(re.findall(r"\w{4,}", text.casefold()))
    if not said or len(places) < 2:
        return []
    hints = [set(re.findall(r"\w{4,}", str(hint).casefold())) for hint, *_rest in places]
    telling = said - set.intersection(*hints)
    meant = [p for p, hint in zip(places, hints, strict=True) if telling & hint]
    return meant if len(meant) < len(places) else []


def take_put_right(record: Record, answer: Answer, say: Say) -> bool:
    """Take where the person lives, or how old they are, put right beside any question."""
    where = place_put_right(answer.text) if answer.text else None
    found = find_place(where) if where else None
    if isinstance(found, Place):
        keep_place(record, found.name, found.lat, found.lon, say, where=_told_apart(found))
        return True
    years = age_put_right(answer.text) if answer.text else None
    band = band_of(years)
    if not band or not record.person.age_band:
        return False
    record.person.age_band = band
    say("utter_age_kept", age=said_back(label("ages", band)))
    return True


def take_no_longer_drives(record: Record, answer: Answer, say: Say) -> bool:
    """Take that somebody who drove does so no more, beside any question."""
    if "car" not in (record.person.travel or ()) or not no_longer_drives(answer.text):
        return False
    record.person.travel = [way for way in record.person.travel if way != "car"]
    say("utter_no_longer_drives")
    return True


class ValidateAboutYouForm(StageForm):
    """Hears the answers about the person."""

    stage = "about_you"

    @question
    def validate_about_conditions(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Ticked conditions, or the person's own words."""
        if answer.skipped:
            return Heard.DONE
        if answer.text and not any(c.isalpha() for c in answer.text):
            return Heard.UNCLEAR
        if answer.choices:
            names = labels("conditions")
            record.person.conditions = ", ".join(names[c] for c in answer.choices if c in names)
        else:
            record.person.conditions = answer.text
        return Heard.DONE

    @question
    def validate_about_area(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A place, or none."""
        return hear_area(record, answer, say)

    @question
    def validate_about_age(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A band, or an age in years that falls in one."""
        years = age_in(answer.text) if answer.text else None
        if years is None and (answer.skipped or answer.said_no):
            record.person.age_band = ""
            return Heard.DONE
        if years is not None and CHILD[0] <= years < CHILD[1]:
            say.service("utter_under_age")
            erase(record.session, record.person.id)
            record.session.expunge(record.person)
            return Done(("about_access", "about_travel"))
        band = answer.choice if answer.choice in AGE_BANDS else band_of(years)
        if not band:
            return Heard.UNCLEAR
        record.person.age_band = band
        return Heard.DONE

    @question
    def validate_about_access(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Ticked needs, or words that name them or a language."""
        spoken = [f"{LANGUAGE}{name}" for name in sorted(languages_in(answer.text))]
        needs = _ticked(record, answer, say, "access")
        if needs is None and not spoken:
            return Heard.UNCLEAR
        record.person.access_needs = [*(needs or ()), *spoken]
        return Heard.DONE

    @question
    def validate_about_travel(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Ticked ways, or words that name them."""
        if answer.text and _DRIVEN.search(answer.text) and not _ALONE.search(answer.text):
            # "My son he take me in car": whose car it is shows in who is taken.
            own = set(chosen(answer, labels("travel")) or ())
            own -= {"car"} if not _DRIVES.search(answer.text) else set()
            record.person.travel = sorted({"lift", *own})
            return Heard.DONE
        ways = _ticked(record, answer, say, "travel")
        if ways is None:
            return Heard.UNCLEAR
        record.person.travel = ways
        return Heard.DONE


_DRIVEN = re.compile(
    r"(?<!bus )(?<!train )\b(?:picks?|takes?|runs?|drives?|drops?|fetch(?:es)?|brings?|gives?) me\b"
    r"|\b(?:a lifts?|taxis?|cabs?)\b",
    re.IGNORECASE,
)
_DRIVES = re.compile(
    r"\bi (?:can |still |do |also |mostly )*drive\b|\bdrive myself\b", re.IGNORECASE
)
_STAYS_IN = re.compile(
    r"\b(?:can'?t|cannot|don'?t|never|not able to) (?:really )?(?:leave|go|get)"
    r" (?:out|home|the house|the flat|anywhere)|\bhouse ?bound\b|\bbed ?bound\b",
    re.IGNORECASE,
)
_ALONE = re.compile(r"n't\b|\b(?:no(?:body| one)?|never|not|cannot|cant|dont)\b", re.IGNORECASE)


def _ticked(record: Record, answer: Answer, say: Say, group: str) -> list[str] | None:
    """Codes of a label group that an answer names; ``None`` where it says nothing at all.

    Words that name none of them are kept as the person's own.
    """
    if answer.skipped:
        return []
    found = chosen(answer, labels(group), needs=group == "access")
    if answer.said_no and not found:
        return []
    if group == "travel" and _STAYS_IN.search(answer.text):
        return ["not_out"]
    if found is not None:
        return found
    if says_nothing(answer.text):
        return None
    record.note(group, answer.text)
    if take_difficulties(record, answer):
        say("utter_heard")
    return []


class ActionPlace(Aside):
    """A location shared while something else was asked."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_place"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Keep it as the person's area."""
        if record is not None:
            hear_place(record, answer, say)
            if reopen(record, say):
                return self.STAY
        return None
