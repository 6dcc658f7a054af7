"""An outcome scale at the end of a follow-up, where the service has one and the person says yes.

It is one question of the follow-up's form, which goes on from item to item. Each can be skipped,
and all of them ended at any time; a no is never asked again.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from actions.choices import is_button
from actions.forms import Ask
from actions.turn import Answer, Say, skip_button
from actions.words import label
from bot.settings import get_settings
from bot.store.base import now
from bot.store.outcomes import begin, keep, last_asked
from bot.store.record import Record
from bot.store.tables import Outcome
from bot.support.scales import NoScale, Scale, scale_named

log = logging.getLogger(__name__)

SLOT = "follow_up_scale"
VALUE = "scale:"
ENOUGH = "enough"
APART = timedelta(weeks=2)
"""Least time between two times: with the usual follow-ups, it comes after two weeks and six."""


def scale_in_force() -> Scale | None:
    """The service's scale; a setting that names none is logged, and costs the person nothing."""
    try:
        return scale_named(get_settings().wise_outcome_scale)
    except NoScale as error:
        log.error("no outcome scale is asked: %s", error)
        return None


def is_due(record: Record) -> bool:
    """Whether to offer it now; not on top of anything that weighs more."""
    scale, progress = scale_in_force(), record.progress
    weighs = any(
        progress.get(key) for key in ("check", "reopen", "life_change", "then", "pending_edit")
    )
    if scale is None or weighs or progress.get("outcome_declined"):
        return False
    asked = last_asked(record.session, record.person.id, scale)
    offered = progress.get("outcome_offered") == str(now().date())
    return not offered and (asked is None or now() - asked >= APART)


def offer(record: Record) -> None:
    """From here on it is what the form asks."""
    record.keep_progress(outcome=None, outcome_offered=str(now().date()))


class AskScale(Ask):
    """May I ask a few questions? Then one after the other."""

    stage, slot = "follow_up", SLOT

    def ask(self, record: Record, say: Say) -> None:
        """The owner's own words, with every answer by button."""
        scale, at = scale_in_force(), _at(record)
        if scale is None:  # taken away since it was offered
            say("utter_outcome_enough")
            return
        if at is None:
            answers = [(label("buttons", code), code) for code in ("yes", "no")]
            say.service("utter_ask_outcome", count=len(scale.items), buttons=answers)
            return
        if at == 0:
            say("utter_outcome", words=scale.intro)
        item = scale.items[at]
        values = [(title, f"{VALUE}{value}") for value, title in item.options]
        enough = (label("buttons", ENOUGH), ENOUGH)
        say("utter_outcome", words=item.words, buttons=[*values, skip_button(), enough])


def _at(record: Record) -> int | None:
    """Which item is asked; ``None`` while the person has not said yes."""
    state = record.progress.get("outcome")
    return None if state is None else int(state["at"])


def hear(record: Record, answer: Answer, say: Say) -> bool | None:
    """Hear an answer; whether that was the last of it, or ``None`` where it was not understood."""
    scale, at = scale_in_force(), _at(record)
    if scale is None:
        return True
    if at is None:
        return _hear_whether(record, scale, answer, say)
    item = scale.items[at]
    value = item.value_in(answer.text) if answer.text else None
    if answer.choice.startswith(VALUE):
        value = int(answer.choice.removeprefix(VALUE))
    state: dict[str, Any] = record.progress["outcome"]
    if value is not None:
        keep(record.session.get_one(Outcome, state["row"]), scale, item.code, value)
    elif is_button(answer, ENOUGH):
        say("utter_outcome_enough")
        return True
    elif not answer.skipped:
        return None
    record.keep_progress(outcome={**state, "at": at + 1})
    if at + 1 < len(scale.items):
        return False
    say.service("utter_outcome_kept")
    return True


def _hear_whether(record: Record, scale: Scale, answer: Answer, say: Say) -> bool | None:
    if answer.said_yes:
        row = begin(record.session, record.person.id, scale)
        record.keep_progress(outcome={"at": 0, "row": row.id})
        return False
    if answer.said_no:
        record.keep_progress(outcome_declined=True)
        say("utter_outcome_no")
        return True
    return True if answer.skipped else None
