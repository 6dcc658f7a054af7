"""What the person would enjoy, and what would make it suit."""

from __future__ import annotations

from actions.choices import chosen
from actions.forms import Ask, Done, Heard, StageForm, question
from actions.gaps import wish_to_give
from actions.turn import Answer, Say, skip_button, toggles_of
from actions.words import labels
from bot.store.record import Record
from bot.support.named import is_there, thing_named


class AskInterests(Ask):
    """What would you like to hear about?"""

    stage, slot = "preferences", "preferences_interests"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles of the eleven statements."""
        on = sorted(record.preferences())
        say(
            "utter_ask_interests",
            toggles=toggles_of(labels("preferences"), on),
            buttons=[skip_button()],
        )


class AskLimits(Ask):
    """What would make it suit better?"""

    stage, slot = "preferences", "preferences_limits"

    def ask(self, record: Record, say: Say) -> None:
        """Toggles."""
        on = sorted(record.preferences())
        say("utter_ask_limits", toggles=toggles_of(labels("limits"), on), buttons=[skip_button()])


class ValidatePreferencesForm(StageForm):
    """Hears interests and limits."""

    stage = "preferences"
    hears_loss = True

    @question
    def validate_preferences_interests(
        self, record: Record, answer: Answer, say: Say
    ) -> Heard | Done:
        """Ticked statements, or words that name them."""
        if is_there(answer.text) and (thing := thing_named(answer.text)):
            # It is looked for when services come, which is after the next question.
            record.keep_progress(options_asked=thing)
        heard = _keep(record, answer, "preferences")
        wish_to_give(record)
        return heard

    @question
    def validate_preferences_limits(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Ticked limits, or words that name them."""
        return _keep(record, answer, "limits")


def _keep(record: Record, answer: Answer, group: str) -> Heard | Done:
    if answer.skipped:
        return Heard.DONE
    offered = labels(group)
    found = chosen(answer, offered)
    if answer.text and group == "limits":
        named = chosen(answer, offered, needs=True) or []
        found = [*(found or ()), *_instead_of(set(named) - set(found or ()))] or found
    if found is None:
        record.note(group, answer.text)
        found = []
    record.keep_preferences(found, offered)
    return Heard.DONE


_INSTEAD = {
    "mornings": ("afternoons", "evenings"),
    "afternoons": ("mornings", "evenings"),
    "evenings": ("mornings", "afternoons"),
    "weekdays": ("weekends",),
    "weekends": ("weekdays",),
    "in_person": ("from_home",),
    "from_home": ("in_person",),
}


def _instead_of(denied: set[str]) -> list[str]:
    """What suits where something does not: "mornings are no good" leaves the other times."""
    left = {other for code in denied for other in _INSTEAD.get(code, ())}
    return sorted(left - denied)
