"""A plan: what, when and who with; what might get in the way, what then, and how sure.

The same questions make a plan and change one (``actions.my_plan``): the plan in hand is kept in
the progress as ``plan_draft``, so that going back changes it and makes no second one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import wraps

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.choices import is_button
from actions.company import mourned
from actions.forms import (
    SLOTS,
    Afresh,
    Aside,
    Done,
    Handler,
    Heard,
    StageForm,
    active_form,
    question,
)
from actions.options import named_options
from actions.plan_questions import (
    ASIDE,
    ASK,
    HOUR,
    KEEP,
    MAX_OFFERED,
    MEMBER,
    ON_MY_OWN,
    OPTION,
    OWN_IDEA,
    SOLVE,
    SURE,
    THEN,
    WAY,
    WITH,
    Idea,
    people_ideas,
)
from actions.plans import ask_about, draft, in_hand, show_plans, take_up_button
from actions.review import take_death
from actions.turn import Answer, Say
from actions.words import label, listed, said_back
from bot.network.edits import Match, resolve
from bot.nlu.context import names_in
from bot.nlu.map_talk import keys_named
from bot.rights.consents import Scope
from bot.store.base import now
from bot.store.record import MAX_ACTIVE_PLANS, Record
from bot.store.tables import FollowUp, Plan
from bot.support.barriers import Barrier, barrier_in
from bot.support.dates import date_in, day_words, hour_in
from bot.support.follow_up import DEFAULT_WEEKS
from bot.support.named import which_named
from bot.support.practice import Move, move_in
from bot.support.sureness import SURE_ENOUGH, sure_in, sure_without_number

ASKED_ABOUT = ("plan_ask", "plan_hour")
LATER = tuple(slot for slot in SLOTS["plan"] if slot != "plan_what")
NAMING_WORDS = 4
"""A longer answer is an idea of the person's own, although it may share a word with an option."""
_ONCE = re.compile(r"\b(?:just |only )?(?:the )?(?:once|one time)\b", re.IGNORECASE)
WEEKS = {"both": DEFAULT_WEEKS, "once": DEFAULT_WEEKS[:1]}


def say_when_asked(record: Record, rows: Sequence[FollowUp], say: Say) -> None:
    """When it is that we shall ask, and how to stop it."""
    first = record.local(min(row.due_at for row in rows))
    day = day_words(first.date())
    say("utter_will_ask" if record.can_be_written_to else "utter_will_ask_here", day=day)


def day_named(record: Record, text: str) -> date | None:
    """The day that words name, counted from today where the person lives."""
    return date_in(text, record.local(now()).date())


def keep_when(record: Record, plan: Plan, answer: Answer) -> None:
    """A day in words, or a rough idea; not knowing yet is fine."""
    if answer.choice.startswith("when:"):
        code = answer.choice.removeprefix("when:")
        plan.when_words = "" if code == "not_sure" else label("plan_when", code).lower()
        plan.when_date = None
    elif answer.text:
        day = day_named(record, answer.text)
        if day or not (answer.skipped or answer.said_no):
            plan.when_words, plan.when_date = answer.text, day
            if day is not None:
                record.ask_not_before(plan, day)


def keep_who(record: Record, plan: Plan, answer: Answer) -> None:
    """Someone on the map, someone else, or on their own."""
    network = record.network()
    if answer.choice == ON_MY_OWN:
        plan.with_member = None
        plan.with_words = label("buttons", "on_my_own").lower()
    elif answer.choice.startswith(MEMBER):
        member = network[answer.choice.removeprefix(MEMBER)]
        plan.with_member = member.key
        plan.with_words = label("phrases", "with", name=member.label)
    elif answer.text and not (answer.skipped or answer.said_no):
        found = resolve(network, answer.text)
        # "Take our Susan with me" names her among what is to be done.
        named = keys_named(answer.text, network)
        if found is None and len(named) == 1:
            found = Match(named[0])
        if isinstance(found, Match) and network[found.key].can_be_suggested:
            plan.with_member = found.key
            plan.with_words = label("phrases", "with", name=network[found.key].label)
        elif answer.members:
            names = listed(m.name for m in answer.members)
            plan.with_member = None
            plan.with_words = label("phrases", "with", name=names)
        else:
            plan.with_member = None
            plan.with_words = answer.text
    record.session.flush()


_NOTHING = re.compile(
    r"\W*(?:no|nothing|none|nope|nah|naw|not (?:really|much|a lot)|never|can'?t think|don'?t think"
    r"|(?:i'?ll|i will|we'?ll|should) be (?:fine|ok|okay|all ?right))\b",
    re.IGNORECASE,
)
"""How people say that nothing gets in the way."""

_HAS_WORDS = re.compile(r"[^\W\d_]{3,}")


def _says_something(answer: Answer) -> bool:
    """Whether there is an answer in the words: no emoji, and more than a bare yes."""
    bare = answer.said_yes and len(answer.text.split()) <= 2
    return bool(_HAS_WORDS.search(answer.text)) and not bare


def plan_meant(text: str, plans: Sequence[Plan]) -> Plan | None:
    """Which of some plans the words name: by its place, or by what it is."""
    words = re.findall(r"\w+", text.casefold())
    for number, names in enumerate(_PLACES):
        if names & set(words) and number < len(plans):
            return plans[number]
    if "last" in words and plans:
        return plans[-1]
    place = which_named(text, [plan.what for plan in plans])
    return None if place is None else plans[place]


_PLACES = ({"first", "1", "1st", "one"}, {"second", "2", "2nd", "two"}, {"third", "3", "3rd"})


def _keep_idea(record: Record, idea: Idea) -> Heard | Done:
    """Make the plan, or change the one in hand; where there are three it waits meanwhile."""
    plan = in_hand(record)
    if plan is not None:
        record.change_plan(plan, idea.what, idea.service_id, source=idea.source)
    elif len(record.plans()) < MAX_ACTIVE_PLANS:
        plan = record.add_plan(idea.what, idea.service_id, source=idea.source)
    else:
        plan = record.keep_for_later(idea.what, idea.service_id, source=idea.source)
    record.keep_progress(plan_draft=plan.id)
    return _begun(record, plan)


def _begun(record: Record, plan: Plan) -> Heard | Done:
    if plan.state != "active" and len(record.plans()) >= MAX_ACTIVE_PLANS:
        record.keep_progress(plan_full=True)
        return Heard.MORE
    record.take_up(plan)
    # To ask Jean is not done with anybody else.
    return Done(("plan_who",)) if plan.source == "person" else Heard.DONE


def _idea_in(record: Record, answer: Answer) -> Idea | None:
    """What the answer says could be done; ``None`` where it says nothing."""
    saved = record.options("saved")
    people = people_ideas(record)
    if answer.choice.startswith(MEMBER):
        return people.get(answer.choice.removeprefix(MEMBER))
    if answer.choice:
        wanted = answer.choice.removeprefix(OPTION)
        picked = next((o for o in saved if str(o.id) == wanted), None)
        return Idea(picked.name, picked.service_id) if picked else None
    if not answer.text:
        return None
    if len(answer.text.split()) <= NAMING_WORDS:
        names = {o.service_id: o.name for o in saved}
        named = named_options(answer.text, record, list(names)[-MAX_OFFERED:])
        if len(named) == 1:
            return Idea(names[named[0]], named[0])
        found = resolve(record.network(), answer.text)
        if isinstance(found, Match) and found.key in people:
            return people[found.key]
    return Idea(answer.text)


_ASKS = re.compile(
    r"(?:(?:and|but|so|well|oh|er|um|hang on|just)\W+)*"
    # "When the weather picks up" and "will ask Jean" are answers.
    r"(?!when\W+(?:the|it|he|she|they|my|things|there|everyone|\w+['’]s)\b)"
    r"(?!(?:will|can|could|would)\W+(?:be|ask|do|go|see|have to|always|just|try)\b)"
    # "Do half of it" is an answer.
    r"(?:do(?=\W+(?:they|you|he|she|there|people|any\w*|we|i)\b|.*\?)|does|is|are|will|can|could"
    r"|how|what|when|where|which|who|why|would)\b(?!['’]t)"
    r"(?!\W+(?:if|about|i\b|knows\b|we\b|ever\b))",
    re.IGNORECASE,
)


_SECOND_THOUGHTS = re.compile(
    r"\b(?:changed my mind|(?:do ?n['’]?t|do not|not sure i|no longer) (?:really )?(?:fancy|want to"
    r" (?:go|do|try))|rather not|gone off (?:it|the idea)|not for me)\b",
    re.IGNORECASE,
)


def _has_second_thoughts(record: Record, answer: Answer) -> bool:
    """Whether, asked for a day, the person would rather not: their words are no day."""
    wants_none = bool(answer.text) and bool(_SECOND_THOUGHTS.search(answer.text))
    return wants_none and day_named(record, answer.text) is None


def _asks_back(record: Record, answer: Answer) -> bool:
    """Whether an answer is a question about the plan's place or day: "do they do teas?".

    Not one that answers ("what about Tuesday?", "can Jean come?") or that is what may get in the
    way ("what if I can't manage it?").
    """
    if not answer.text or not _ASKS.match(answer.text.strip()):
        return False
    names = [m.label for m in record.network().active]
    return day_named(record, answer.text) is None and not names_in(answer.text, names)


def not_a_question(handler: Handler) -> Handler:
    """Hear no question as the answer; what we do not know is said, and the question comes again."""

    @wraps(handler)
    def hear(form: StageForm, record: Record, answer: Answer, say: Say) -> Heard | Done | Afresh:
        if not _asks_back(record, answer):
            return handler(form, record, answer, say)
        say("utter_plan_ask_them")
        return Heard.STAY

    return hear


def death_first(handler: Handler) -> Handler:
    """Hear first that somebody has died; what was to be done with them is asked about no more."""

    @wraps(handler)
    def hear(form: StageForm, record: Record, answer: Answer, say: Say) -> Heard | Done | Afresh:
        if not take_death(record, answer, say):
            return handler(form, record, answer, say)
        plan = in_hand(record)
        rests = plan is not None and plan.state != "active"
        return Done(SLOTS["plan"]) if rests else Heard.STAY

    return hear


class ValidatePlanForm(StageForm):
    """Hears the plan."""

    stage = "plan"

    @question
    @death_first
    def validate_plan_what(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A saved option, somebody to ask, or an idea in words."""
        if record.progress.get("plan_full"):
            return _hear_aside(record, answer, say)
        wants_own = answer.choice == OWN_IDEA or is_button(answer, "own_idea")
        if wants_own or (answer.said_yes and not answer.choice):
            record.keep_progress(plan_own=True)
            return Heard.STAY
        if answer.skipped or answer.said_no:
            return _no_new_idea(record, answer, say)
        idea = _idea_in(record, answer)
        return Heard.UNCLEAR if idea is None else _keep_idea(record, idea)

    @question
    @death_first
    @not_a_question
    def validate_plan_when(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A day in words, or a rough idea; not knowing yet is fine."""
        if _has_second_thoughts(record, answer):
            plan = draft(record)
            record.end_plan(plan, "dropped")
            say("utter_follow_up_drop", intents=[take_up_button(plan)])
            return Done(SLOTS["plan"])
        keep_when(record, draft(record), answer)
        return Heard.DONE

    @question
    @death_first
    @not_a_question
    def validate_plan_who(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Someone on the map, someone else, or on their own."""
        if (gone := mourned(record.network(), answer.text)) is not None:
            say("utter_cannot_be_there", name=gone.label)
            return Heard.STAY
        keep_who(record, draft(record), answer)
        return Heard.DONE

    @question
    @death_first
    @not_a_question
    def validate_plan_barrier(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """What might get in the way, by button or in words; or nothing."""
        plan = draft(record)
        areas = [d.area for d in answer.difficulties]
        told = barrier_in(answer.text, areas) if answer.text else None
        if answer.choice.startswith(WAY):
            code = answer.choice.removeprefix(WAY)
            plan.barrier = "" if code == NOTHING else said_back(label("plan_barriers", code))
        elif answer.skipped:
            return Done(("plan_then",))
        elif told is None and (answer.said_no or _NOTHING.match(answer.text)):
            plan.barrier = ""
        elif told is None and not _says_something(answer):
            return Heard.UNCLEAR
        else:
            plan.barrier = answer.text
        return Heard.DONE if plan.barrier else Done(("plan_then",))

    @question
    @death_first
    @not_a_question
    def validate_plan_then(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """What they would do then."""
        plan = draft(record)
        if answer.choice.startswith(MEMBER):
            name = record.network()[answer.choice.removeprefix(MEMBER)].label
            plan.and_then = said_back(label("own", "together", name=name))
        elif answer.choice.startswith(THEN):
            plan.and_then = said_back(label("plan_then", answer.choice.removeprefix(THEN)))
        elif answer.skipped or answer.said_no:
            pass
        elif _says_something(answer):
            plan.and_then = answer.text
        else:
            return Heard.UNCLEAR
        return Heard.DONE

    @question
    @death_first
    def validate_plan_sure(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A number from 0 to 10; who is sure in words is taken at their word."""
        if answer.choice.startswith(SURE):
            number: int | None = int(answer.choice.removeprefix(SURE))
        else:
            number = sure_in(answer.text)
        sure = None if number is None else number >= SURE_ENOUGH
        if number is not None:
            draft(record).confidence = number
        elif not answer.choices:
            sure = sure_without_number(answer.text)
            if sure is None and (answer.said_yes or answer.said_no):
                sure = answer.said_yes
        if sure is None and not answer.skipped:
            return Heard.UNCLEAR
        if sure is False:
            return Heard.DONE
        show_plans(record, say)
        return Done(("plan_solve",))

    @question
    @death_first
    def validate_plan_solve(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Change the plan as they like, keep it for later, or keep it as it is."""
        plan = draft(record)
        if solving := record.progress.get("plan_solving"):
            if not _solve(record, plan, solving, answer):
                return Heard.UNCLEAR
            return _solved(record, plan, say)
        way = _way_on(record, plan, answer)
        if way is None:
            return Heard.UNCLEAR
        if way in _ENDS:
            state, response = _ENDS[Move(way)]
            record.end_plan(plan, state)
            say(response)
            return Done(ASKED_ABOUT)
        if way in (Move.SMALLER, Move.WHEN, WITH) and not _told_already(record, plan, way, answer):
            record.keep_progress(plan_solving=way)
            return Heard.MORE
        return _solved(record, plan, say)

    @question
    @death_first
    def validate_plan_ask(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """A yes is the consent to be written to; a day is the day on which."""
        wanted: dict[str, object]
        if _move_the_day(record, answer, say):
            return Heard.STAY
        if answer.choice.startswith(ASK):
            code = answer.choice.removeprefix(ASK)
            wanted = {"weeks": WEEKS[code]} if code in WEEKS else {}
        elif answer.text and (day := day_named(record, answer.text)):
            wanted = {"day": day.isoformat()}
        elif _ONCE.search(answer.text):
            wanted = {"weeks": WEEKS["once"]}
        elif answer.said_yes or answer.intent == "set_reminder":
            wanted = {"weeks": DEFAULT_WEEKS}
        elif answer.said_no or answer.skipped or answer.intent == "stop_messages":
            wanted = {}
        else:
            return Heard.UNCLEAR
        if answer.intent == "stop_messages":
            record.stop_asking()
        if not wanted:
            say("utter_will_not_ask")
            return Done(("plan_hour",))
        record.give_consent(Scope.REMINDERS)
        record.keep_progress(ask=wanted)
        if record.progress.get("hour_told") or not record.can_be_written_to:
            _agree(record, say)
            return Done(("plan_hour",))
        return Heard.DONE

    @question
    @death_first
    def validate_plan_hour(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Morning, afternoon or early evening; an hour in words is as good."""
        if answer.choice.startswith(HOUR):
            hour: int | None = int(answer.choice.removeprefix(HOUR))
        else:
            hour = hour_in(answer.text)
        # Who has agreed to be asked is asked, at the usual hour where theirs cannot be read.
        if hour is None and not answer.skipped and not record.progress.get("misses"):
            return Heard.UNCLEAR
        if hour is not None:
            record.person.ask_hour = hour
        record.keep_progress(hour_told=True)
        _agree(record, say)
        return Heard.DONE


NOTHING = "nothing"
_ENDS = {
    Move.PAUSE: ("paused", "utter_follow_up_pause"),
    Move.DROP: ("dropped", "utter_follow_up_drop"),
}
_IN_WORDS = "words"


def _no_new_idea(record: Record, answer: Answer, say: Say) -> Heard | Done:
    """Nothing new: what was planned stays; a no to a plan that is just being made ends it."""
    plan = in_hand(record)
    if plan is None:
        return Done(LATER)
    if answer.skipped or record.progress.get("plan_beside"):
        return Heard.DONE
    record.end_plan(plan, "dropped")
    say("utter_follow_up_drop")
    return Done(LATER)


def _hear_aside(record: Record, answer: Answer, say: Say) -> Heard | Done:
    """Which of three plans rests, so that there is room for the new one; or the new one does."""
    idea = draft(record)
    if answer.choice == KEEP or is_button(answer, "keep_three") or _passes(answer):
        record.keep_progress(plan_full=False)
        say("utter_plan_idea_kept")
        return Done(LATER)
    if answer.choice.startswith(ASIDE):
        aside = record.plan(int(answer.choice.removeprefix(ASIDE)))
    else:
        aside = plan_meant(answer.text, record.plans())
    if aside is None:
        return Heard.UNCLEAR
    record.end_plan(aside, "paused")
    record.keep_progress(plan_full=False)
    say("utter_plan_put_aside", plan=record.what_of(aside))
    return _begun(record, idea)


def _passes(answer: Answer) -> bool:
    return answer.skipped or answer.said_no


def _way_on(record: Record, plan: Plan, answer: Answer) -> str | None:
    """What would make it more likely: a move, somebody to go with, or words of their own."""
    if answer.choice.startswith(SOLVE):
        return answer.choice.removeprefix(SOLVE)
    if answer.choice.startswith(MEMBER):
        return WITH
    if _passes(answer):
        return Move.GO_ON
    move = move_in(answer.text, answer.intent) if answer.text else None
    found = resolve(record.network(), answer.text) if answer.text else None
    names_one = isinstance(found, Match) or bool(answer.members)
    if names_one and (move is None or len(answer.text.split()) <= NAMING_WORDS):
        return WITH
    if move in (Move.SMALLER, Move.WHEN, Move.PAUSE, Move.DROP, Move.GO_ON):
        return move
    if is_button(answer, "go_with") or barrier_in(answer.text) is Barrier.NOBODY:
        return WITH
    if not _says_something(answer):
        return None
    plan.and_then = ". ".join(w for w in (plan.and_then, answer.text) if w)
    return _IN_WORDS


def _told_already(record: Record, plan: Plan, way: str, answer: Answer) -> bool:
    """Whether the answer says at once which day, or who; it is kept then."""
    if way == Move.WHEN and answer.text and day_named(record, answer.text):
        keep_when(record, plan, answer)
        return True
    network = record.network()
    found = resolve(network, answer.text) if answer.text else None
    if way == WITH and (answer.choice.startswith(MEMBER) or isinstance(found, Match)):
        keep_who(record, plan, answer)
        return True
    if way == WITH and answer.members:
        keep_who(record, plan, answer)
        return True
    return False


def _solve(record: Record, plan: Plan, solving: str, answer: Answer) -> bool:
    """Keep the new day, the smaller step or who comes along; whether it was an answer."""
    if solving == Move.WHEN:
        keep_when(record, plan, answer)
    elif solving == WITH:
        keep_who(record, plan, answer)
    elif not _passes(answer):
        if not _says_something(answer):
            return False
        plan.what = answer.text
    return True


def _solved(record: Record, plan: Plan, say: Say) -> Heard:
    """The plan as it is now; one that was put aside and gone back to is active again."""
    if plan.state != "active" and len(record.plans()) < MAX_ACTIVE_PLANS:
        record.take_up(plan)
    record.keep_progress(plan_solving=None)
    show_plans(record, say)
    return Heard.DONE


def _agree(record: Record, say: Say) -> None:
    wanted = record.progress["ask"]
    plan = draft(record)
    if "day" in wanted:
        rows = [record.ask_on(plan, date.fromisoformat(wanted["day"]))]
    else:
        rows = record.ask_later(plan, wanted["weeks"])
    say_when_asked(record, rows, say)


_MOVES = re.compile(
    r"\b(?:make it|move it|change it|moved|put it (?:off|back|on)|do it|instead|rather than"
    r"|not (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_TELLS = "ask|remind|tell|message|text|nudge|reminder"
_TELL_ME = re.compile(rf"\b(?:{_TELLS})\b", re.IGNORECASE)
_ASKS_TO_BE_ASKED = re.compile(
    rf"\b(?:{_TELLS}|check|write|ring|let me know|follow up|get in touch)\b", re.IGNORECASE
)


def moves_the_day(text: str) -> bool:
    """Whether a text moves the day of a plan: "make it the Friday instead".

    It is no wish to be written to, and must not be taken for one.
    """
    return bool(_MOVES.search(text)) and not _TELL_ME.search(text)


def _move_the_day(record: Record, answer: Answer, say: Say) -> bool:
    """Move the one plan there is to another day; whether that was asked."""
    day = day_named(record, answer.text) if answer.text else None
    if day is None or not moves_the_day(answer.text) or len(record.plans()) != 1:
        return False
    plan = record.plans()[0]
    plan.when_words, plan.when_date = day_words(day), day
    show_plans(record, say)
    return True


class ActionSetReminder(Aside):
    """Remind me: what can be done is to ask how a plan goes."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_set_reminder"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """On the day that is named; else the question when is asked."""
        if record is None:
            return None
        if not record.plans() or active_form(tracker) is not None:
            say("utter_reminder_of_plans")
            return None
        if (day := day_named(record, answer.text)) is not None:
            if _move_the_day(record, answer, say):
                return None
            asks = _ASKS_TO_BE_ASKED.search(answer.text)
            if Scope.REMINDERS not in record.consents() and not asks:
                # A day by itself is no yes to being written to.
                return ask_about(record, draft(record), ASKED_ABOUT, tracker, show=False)
            record.give_consent(Scope.REMINDERS)
            say_when_asked(record, [record.ask_on(draft(record), day)], say)
            return None
        return ask_about(record, draft(record), ASKED_ABOUT, tracker, show=False)
