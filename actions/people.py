"""Who is around the person: names first, in the order of the prompts; zero is fine."""

from __future__ import annotations

from actions.changes import take_edits, take_names
from actions.choices import is_button
from actions.forms import Ask, Done, Heard, StageForm, question
from actions.turn import Answer, Say
from actions.words import label
from bot.store.record import Record

PROMPTS = ("close", "family", "friends", "staff", "groups", "online", "pets", "places")
"""What brings people into view, in order (GENIE's and Network Canvas's practice)."""

SOFT_CAP = 25
SHORT = 3
"""Words in which "I don't know" is all that is said, although one may look like a name."""
ALL_NAMED = "all_named"
NO_MORE = "no_more"


def prompt_of(record: Record) -> int:
    """Index of the prompt in force."""
    return int(record.progress.get("people_prompt", 0))


class AskPeopleNames(Ask):
    """The prompt in force, or "anyone else?"."""

    stage, slot = "people", "people_names"

    def ask(self, record: Record, say: Say) -> None:
        """Free text, with a way on."""
        index = min(prompt_of(record), len(PROMPTS) - 1)
        if index == 0 and not record.progress.get("people_begun"):
            record.keep_progress(people_begun=True)
            say("utter_people_start")
        if record.progress.get("people_more"):
            say(
                "utter_people_more",
                buttons=[
                    (label("buttons", "that_is_all"), NO_MORE),
                    (label("buttons", "all_named"), ALL_NAMED),
                ],
            )
            return
        buttons = [(label("buttons", "nobody"), NO_MORE)]
        if index > 0:
            buttons.append((label("buttons", "all_named"), ALL_NAMED))
        say(f"utter_ask_people_{PROMPTS[index]}", buttons=buttons)


class ValidatePeopleForm(StageForm):
    """Hears names."""

    stage = "people"
    unclear = "utter_people_unclear"

    @question
    def validate_people_names(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Names in words, nobody, or everyone named."""
        edits = [e for e in answer.edits if e.operation != "add"]
        if edits and take_edits(record, answer, say):
            return Heard.STAY
        if answer.intent == "dont_know" and len(answer.text.split()) <= SHORT:
            return self._on(record, say)
        if answer.members:
            take_names(record, answer, say)
            if len(record.network()) >= SOFT_CAP and not record.progress.get("people_capped"):
                record.keep_progress(people_capped=True)
                say("utter_people_many")
            record.keep_progress(people_more=True)
            return Heard.MORE
        if is_button(answer, ALL_NAMED):
            return self._end(record, say)
        if answer.choice == NO_MORE or answer.skipped or answer.said_no:
            return self._on(record, say)
        if answer.said_yes:
            record.keep_progress(people_more=False)
            return Heard.STAY
        return Heard.UNCLEAR

    def _on(self, record: Record, say: Say) -> Heard:
        record.keep_progress(people_prompt=prompt_of(record) + 1, people_more=False)
        return self._end(record, say) if prompt_of(record) >= len(PROMPTS) else Heard.MORE

    @staticmethod
    def _end(record: Record, say: Say) -> Heard:
        if not len(record.network()):
            say("utter_people_none")
        record.keep_progress(people_prompt=0, people_more=False)
        return Heard.DONE
