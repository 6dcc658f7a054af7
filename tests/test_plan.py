"""Making a plan and changing it, question by question, on a real store and without the model."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pypdf import PdfReader
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.forms import HEARD, SLOTS, Aside, Ask
from actions.journey import go_back
from actions.my_plan import ActionPlanDone, ActionShowPlan
from actions.plan import ActionSetReminder, ValidatePlanForm
from actions.plan_questions import (
    AskPlanAsk,
    AskPlanBarrier,
    AskPlanHour,
    AskPlanSolve,
    AskPlanSure,
    AskPlanThen,
    AskPlanWhat,
    AskPlanWhen,
    AskPlanWho,
)
from actions.turn import Say
from actions.undo import undo
from bot.network.model import Member, Network, Relationship, Status
from bot.papers.of_person import paper_for
from bot.papers.words import CALENDAR_FILE, PAGE_FILE
from bot.rights.consents import Scope
from bot.store.base import unit_of_work
from bot.store.people import begin, remember_address
from bot.store.record import Record
from bot.store.tables import FollowUp, Plan
from tests.store.conftest import person, postgres_template, sqlite_template, store

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

ASKS: dict[str, Ask] = {
    ask.slot: ask
    for ask in (
        AskPlanWhat(),
        AskPlanWhen(),
        AskPlanWho(),
        AskPlanBarrier(),
        AskPlanThen(),
        AskPlanSure(),
        AskPlanSolve(),
        AskPlanAsk(),
        AskPlanHour(),
    )
}
JEAN = Member("m1", "Jean", relationship=Relationship.SIBLING, circle=1)


@dataclass
class Talk:
    """A talk about plans, played as Rasa plays a form; ``asked`` is the question that is open.

    Attributes:
        said: the responses since the last message, with what fills them.
        buttons: title and payload of the buttons shown since then.
    """

    person_id: str
    slots: dict[str, Any] = field(default_factory=dict)
    form: str | None = None
    asked: str | None = None
    said: list[dict[str, Any]] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)

    def begin(self) -> Talk:
        """The plan stage begins."""
        from actions.forms import begin_stage

        with unit_of_work() as session:
            events = begin_stage(Record.of(session, self.person_id), "plan")
        self._take(events)
        return self

    def says(self, text: str, intent: str = "answer", **understood: Any) -> Talk:
        """Typed words."""
        return self._hear({"text": text, "intent": {"name": intent}, "entities": [], **understood})

    def plan_words(self) -> list[str]:
        """What every plan was, as it is kept."""
        with unit_of_work() as session:
            return list(session.scalars(select(Plan.what).order_by(Plan.id)))

    def taps(self, title: str) -> Talk:
        """A button that is shown."""
        intent, _, choice = self.buttons[title].removeprefix("/").partition('{"choice": "')
        entity = {"entity": "choice", "value": choice.removesuffix('"}')}
        text = self.buttons[title]
        return self._hear({"text": text, "intent": {"name": intent}, "entities": [entity]})

    def back(self) -> Talk:
        """Back to the question before."""
        self._clear()
        with unit_of_work() as session:
            events = go_back(Record.of(session, self.person_id), Say(CollectingDispatcher()))
        assert events is not None
        self._take(events)
        return self

    def answers(self, *answers: str) -> Talk:
        """One after the other: a button where one has that title, else words."""
        for each in answers:
            self.taps(each) if each in self.buttons else self.says(each)
        return self

    @property
    def responses(self) -> list[str]:
        return [m["response"] for m in self.said]

    def _clear(self) -> None:
        self.said, self.buttons = [], {}

    def _hear(self, message: dict[str, Any]) -> Talk:
        self._clear()
        message |= {"metadata": {"update_key": "script:1"}}
        intent = message["intent"]["name"]
        if intent == "show_plan":
            self._run(ActionShowPlan(), message)
        elif intent == "set_reminder":
            self._run(ActionSetReminder(), message)
        else:
            assert self.asked is not None
            dispatcher = CollectingDispatcher()
            heard = getattr(ValidatePlanForm(), f"validate_{self.asked}")(
                HEARD, dispatcher, self._tracker(message), {}
            )
            self._keep(dispatcher)
            self.slots |= heard
            self._ask(message)
        return self

    def _run(self, action: Aside, message: dict[str, Any]) -> None:
        dispatcher = CollectingDispatcher()
        events = action.run(dispatcher, self._tracker(message), {})
        self._keep(dispatcher)
        self._take(events, message)

    def _take(self, events: list[Any], message: dict[str, Any] | None = None) -> None:
        for event in events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        nexts = [e["name"] for e in events if e["event"] == "followup"]
        if "plan_form" in nexts:
            self.form = "plan_form"
            self._ask(message)
        elif nexts and nexts[0] != "action_listen":
            self.form, self.asked = nexts[0], None

    def _ask(self, message: dict[str, Any] | None = None) -> None:
        self.asked = next((s for s in SLOTS["plan"] if self.slots.get(s) is None), None)
        if self.asked is None:
            self.form = None
            self._run(ActionPlanDone(), message or {"text": "", "intent": {"name": "answer"}})
            return
        dispatcher = CollectingDispatcher()
        ASKS[self.asked].run(dispatcher, self._tracker({}), {})
        self._keep(dispatcher)

    def _keep(self, dispatcher: CollectingDispatcher) -> None:
        self.said += dispatcher.messages
        for message in dispatcher.messages:
            assert message["response"] != "utter_could_not_save"
            self.buttons |= {b["title"]: b["payload"] for b in message["buttons"] or ()}

    def _tracker(self, message: dict[str, Any]) -> Tracker:
        loop = {"name": self.form} if self.form else {}
        slots = {**self.slots, "requested_slot": self.asked}
        return Tracker(self.person_id, slots, message, [], False, None, loop, "action_listen")

    # -- what is kept -------------------------------------------------------------------------

    def plans(self, state: str = "active") -> list[Plan]:
        with unit_of_work() as session:
            plans = Record.of(session, self.person_id).plans(state)
            session.expunge_all()
            return plans

    @property
    def plan(self) -> Plan:
        [plan] = self.plans()
        return plan


@pytest.fixture
def talk(person: str) -> Iterator[Talk]:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.give_consent(Scope.SAVE_MAP)
        record.keep_network(Network((JEAN,)), "test")
    yield Talk(person)


# --- making a plan ------------------------------------------------------------------------------


def test_a_plan_is_what_when_who_what_may_be_in_the_way_and_how_sure(talk: Talk) -> None:
    talk.begin().answers("walk to the shops", "Tuesday", "Jean", "it may rain", "take the bus")
    assert (talk.plan.barrier, talk.plan.and_then) == ("it may rain", "take the bus")
    talk.says("about eight")
    assert talk.plan.confidence == 8
    assert talk.asked == "plan_ask"
    [shown] = [m for m in talk.said if m["response"] == "utter_plan_kept"]
    for words in ("walk to the shops", "Tuesday", "with Jean", "it may rain", "take the bus"):
        assert words in shown["plan"]


def test_every_question_can_be_passed_by(talk: Talk) -> None:
    talk.begin().says("walk")
    asked = [talk.asked]
    while talk.asked not in (None, "plan_ask"):
        talk.says("skip", "skip") if "Skip" not in talk.buttons else talk.taps("Skip")
        asked.append(talk.asked)
    assert asked == ["plan_when", "plan_who", "plan_barrier", "plan_sure", "plan_ask"]
    plan = talk.plan
    assert (plan.barrier, plan.and_then, plan.confidence) == ("", "", None)


@pytest.mark.parametrize("words", ["nothing", "no", "can't think of anything", "I'll be fine"])
def test_nothing_in_the_way_is_fine(talk: Talk, words: str) -> None:
    talk.begin().answers("walk", "Tuesday", "On my own", words)
    assert talk.asked == "plan_sure"
    assert talk.plan.barrier == ""


@pytest.mark.parametrize(
    "words", ["no money for it", "nobody to go with", "rain", "not up to it some days"]
)
def test_a_no_that_says_what_is_in_the_way_is_kept(talk: Talk, words: str) -> None:
    talk.begin().answers("walk", "Tuesday", "On my own", words)
    assert talk.asked == "plan_then"
    assert talk.plan.barrier == words


def test_who_is_sure_is_asked_nothing_more(talk: Talk) -> None:
    talk.begin().answers("walk", "Tuesday", "On my own", "Nothing, I think", "7")
    assert talk.asked == "plan_ask"
    assert talk.plan.confidence == 7


def test_who_is_not_that_sure_makes_the_step_smaller_and_is_not_asked_again(talk: Talk) -> None:
    talk.begin().answers("walk to town", "Tuesday", "On my own", "Skip", "4")
    assert talk.responses == ["utter_ask_plan_solve"]
    talk.answers("A smaller step", "walk to the corner")
    assert (talk.plan.what, talk.plan.confidence) == ("walk to the corner", 4)
    assert talk.asked == "plan_ask"


def test_another_day_is_asked_for_or_heard_at_once(talk: Talk) -> None:
    talk.begin().answers("walk", "Tuesday", "On my own", "Skip", "4", "Another day", "Next week")
    assert (talk.plan.when_words, talk.asked) == ("next week", "plan_ask")
    talk.back().back().back()
    assert talk.asked == "plan_sure"
    talk.answers("3", "Thursday would be better")
    assert (talk.plan.when_words, talk.asked) == ("Thursday would be better", "plan_ask")


def test_somebody_to_go_with_can_be_named_at_once(talk: Talk) -> None:
    talk.begin().answers("walk", "Tuesday", "On my own", "Skip", "2", "Jean might come")
    assert (talk.plan.with_member, talk.plan.with_words) == ("m1", "with Jean")
    assert talk.asked == "plan_ask"


def test_keeping_it_for_later_is_a_good_answer(talk: Talk) -> None:
    talk.begin().answers("walk", "Tuesday", "On my own", "Skip", "1")
    talk.taps("Not now, keep it for later")
    assert [p.what for p in talk.plans("paused")] == ["walk"]
    assert not talk.plans()
    assert "utter_follow_up_pause" in talk.responses
    assert "utter_ask_plan_ask" not in talk.responses, "nothing is to be asked about it"


def test_a_low_number_can_be_left_as_it_is(talk: Talk) -> None:
    talk.begin().answers("walk", "Tuesday", "On my own", "Skip", "5", "Keep it as it is")
    assert (talk.plan.confidence, talk.asked) == (5, "plan_ask")


def test_going_back_changes_the_plan_and_makes_no_second_one(talk: Talk) -> None:
    talk.begin().answers("walk", "Tuesday").back().back()
    assert talk.asked == "plan_what"
    talk.answers("swim", "Friday", "Jean")
    assert [(p.what, p.when_words) for p in talk.plans()] == [("swim", "Friday")]


def test_on_my_own_after_all_names_nobody(talk: Talk) -> None:
    talk.begin().answers("walk", "Tuesday", "Jean").back().answers("On my own")
    assert (talk.plan.with_member, talk.plan.with_words) == (None, "on my own")


def test_a_second_round_makes_a_plan_of_its_own(talk: Talk) -> None:
    talk.begin().answers("walk", "Tuesday")
    talk.begin().answers("swim", "Friday")
    assert [p.what for p in talk.plans()] == ["walk", "swim"]


def test_who_died_is_not_read_out_as_what_to_do_then(talk: Talk) -> None:
    talk.begin().answers("walk", "Tuesday", "On my own", "Nobody to go with", "Jean")
    assert talk.plan.and_then == "ask Jean to come along"
    with unit_of_work() as session:
        record = Record.of(session, talk.person_id)
        record.keep_network(record.network().changed("m1", status=Status.DIED), "test")
    talk.says("9")
    [shown] = [m for m in talk.said if m["response"] == "utter_plan_kept"]
    assert "Jean" not in shown["plan"] and "obody to go with" in shown["plan"]


def test_a_death_is_heard_before_the_plan_and_ends_what_was_to_be_done_together(talk: Talk) -> None:
    talk.begin().says("ask Jean to come along")
    talk.says("Jean died on Sunday", edits=[{"operation": "died", "target": "Jean", "value": ""}])
    assert talk.responses[0] == "utter_died" and talk.asked is None
    assert talk.plans("active") == [] and talk.plan_words() == ["ask Jean to come along"]


def test_a_death_leaves_a_plan_of_ones_own_where_it_was(talk: Talk) -> None:
    talk.begin().says("go to the library")
    talk.says("Jean died on Sunday", edits=[{"operation": "died", "target": "Jean", "value": ""}])
    assert talk.responses[0] == "utter_died" and talk.asked == "plan_when"
    assert talk.plan.when_words == ""


# --- who was in a plan and has died ---------------------------------------------------------------


def _jean_dies(talk: Talk, *plans: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, talk.person_id)
        record.give_consent("reminders")
        remember_address(session, "telegram", "42", talk.person_id)
        for what in plans:
            record.ask_later(record.add_plan(what))
        network = record.network().added(Member("m2", "Tom", relationship=Relationship.FRIEND))
        record.keep_network(network, "add")
        record.keep_network(network.changed("m1", status=Status.DIED), "died")


def _papers() -> str:
    pages = PdfReader(io.BytesIO(paper_for("telegram", "42", PAGE_FILE).data)).pages
    calendar = paper_for("telegram", "42", CALENDAR_FILE).data.decode()
    return calendar + " ".join(page.extract_text() for page in pages)


def test_who_has_died_is_named_in_no_plan_and_nothing_is_asked_about_it(talk: Talk) -> None:
    _jean_dies(talk, "a walk with Jean", "ask Jean to come along", "tea with Jean and Tom")
    talk.says("my plan", "show_plan")
    assert talk.responses == ["utter_plan_kept"]
    assert "a walk" in str(talk.said) and "tea with Tom" in str(talk.said)
    assert "Jean" not in str(talk.said) + str(talk.buttons)
    papers = _papers()  # the page to print remembers her beside the map, and not in the plan
    assert "a walk" in papers and "with Jean" not in papers and "ask Jean" not in papers
    with unit_of_work() as session:
        rows = session.scalars(select(FollowUp).order_by(FollowUp.id))
        states = [(row.plan_id, row.state) for row in rows]
    asked = {plan for plan, state in states if state == "waiting"}
    assert len(asked) == 2 and len({plan for plan, _ in states}) == 3


def test_a_death_that_was_put_down_by_mistake_takes_no_plan_away(talk: Talk) -> None:
    _jean_dies(talk, "a walk with Jean", "ask Jean to come along")
    with unit_of_work() as session:
        undo(Record.of(session, talk.person_id), Say(CollectingDispatcher()))
    talk.says("my plan", "show_plan")
    [shown] = talk.said
    assert "a walk with Jean" in shown["plan"] and "ask Jean to come along" in shown["later"]


def test_a_plan_for_who_has_died_is_the_persons_own(talk: Talk) -> None:
    _jean_dies(talk)
    with unit_of_work() as session:
        Record.of(session, talk.person_id).add_plan("sit with Jean at the churchyard")
    talk.says("my plan", "show_plan")
    assert "sit with Jean at the churchyard" in str(talk.said)


# --- the network's own answer -------------------------------------------------------------------


def _chose(talk: Talk, key: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, talk.person_id)
        gap = record.ask_gap("uncovered", "everyday", {"members": []})
        record.answer_gap(gap, True)
        record.keep_own_answer(gap, key)


def test_whom_the_person_thought_of_is_offered_as_a_plan(talk: Talk) -> None:
    _chose(talk, "m1")
    talk.begin().taps("Ask Jean to help with jobs")
    assert (talk.plan.what, talk.plan.source) == ("Ask Jean to help with jobs", "person")
    talk.answers("Tuesday")
    assert talk.asked == "plan_barrier", "Jean is asked, and nobody has to come along"


def test_the_name_alone_is_as_good_as_the_button(talk: Talk) -> None:
    _chose(talk, "m1")
    talk.begin().says("Jean")
    assert talk.plan.source == "person"


@pytest.mark.parametrize("change", [{"status": Status.DIED}, {"strain": True}])
def test_nobody_is_offered_who_died_or_makes_things_harder(
    talk: Talk, change: dict[str, Any]
) -> None:
    _chose(talk, "m1")
    with unit_of_work() as session:
        record = Record.of(session, talk.person_id)
        record.keep_network(record.network().changed("m1", **change), "test")
    talk.begin()
    assert not any("Jean" in title for title in talk.buttons)


# --- my plan ------------------------------------------------------------------------------------


def _planned(talk: Talk, *whats: str) -> Talk:
    with unit_of_work() as session:
        record = Record.of(session, talk.person_id)
        record.person.stage = "open"
        for what in whats:
            record.add_plan(what)
    return talk


def test_my_plan_offers_to_change_it_and_asks_only_that(talk: Talk) -> None:
    _planned(talk, "walk").says("my plan", "show_plan").taps("Change it")
    talk.answers("When", "Thursday")
    assert (talk.plan.what, talk.plan.when_words) == ("walk", "Thursday")
    assert talk.form is None
    assert "utter_plan_kept" in talk.responses
    assert "utter_close" not in talk.responses


def test_what_is_planned_can_be_changed_or_left_as_it_is(talk: Talk) -> None:
    _planned(talk, "walk").says("my plan", "show_plan").answers("Change it", "What I'll do")
    assert talk.responses == ["utter_ask_plan_instead"]
    talk.taps("Skip")
    assert talk.plan.what == "walk"
    talk.says("my plan", "show_plan").answers("Change it", "What I'll do", "walk to the corner")
    assert talk.plan.what == "walk to the corner"


def test_a_plan_is_put_aside_kept_for_later_and_taken_up_again(talk: Talk) -> None:
    _planned(talk, "walk").says("my plan", "show_plan").taps("Not now, keep it")
    assert not talk.plans() and len(talk.plans("paused")) == 1
    talk.says("my plan", "show_plan")
    assert talk.responses == ["utter_plans_later"]
    talk.taps("Take up: walk")
    assert talk.plan.what == "walk" and talk.plan.ended_at is None


@pytest.mark.parametrize(("title", "state"), [("It's done", "finished"), ("Let it go", "dropped")])
def test_a_plan_is_finished_or_let_go_and_that_can_be_undone(
    talk: Talk, title: str, state: str
) -> None:
    _planned(talk, "walk").says("my plan", "show_plan").taps(title)
    assert [p.what for p in talk.plans(state)] == ["walk"]
    talk.taps("Take it up again")
    assert talk.plan.what == "walk"


def test_of_several_plans_the_one_that_is_picked_changes(talk: Talk) -> None:
    _planned(talk, "walk", "swim").says("my plan", "show_plan").answers("Plan: swim", "Let it go")
    assert [p.what for p in talk.plans()] == ["walk"]


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("put my plan on hold", "paused"),
        ("drop the plan", "dropped"),
        ("my plan, I've done it", "finished"),
        ("my plan is done", "finished"),
        ("what is my plan for next week", "active"),
        ("let me see my plan", "active"),
    ],
)
def test_words_do_as_the_buttons_do_and_asking_to_see_it_ends_nothing(
    talk: Talk, words: str, state: str
) -> None:
    _planned(talk, "walk").says(words, "show_plan")
    assert [p.what for p in talk.plans(state)] == ["walk"]


def test_nobody_changes_a_plan_of_somebody_else(talk: Talk) -> None:
    with unit_of_work() as session:
        other = begin(session, "f" * 32).add_plan("dance").id
    talk.buttons = {"Let it go": f'/show_plan{{"choice": "plan:drop:{other}"}}'}
    talk.taps("Let it go")
    assert "utter_stale_button" in talk.responses
    with unit_of_work() as session:
        assert session.get_one(Plan, other).state == "active"


def test_a_change_in_the_middle_of_the_interview_goes_back_to_it(talk: Talk) -> None:
    _planned(talk, "walk")
    with unit_of_work() as session:
        Record.of(session, talk.person_id).person.stage = "people"
    talk.form = "people_form"
    talk.says("my plan", "show_plan")
    talk.form = "people_form"
    talk.taps("Change it").answers("When", "Thursday")
    assert talk.form == "people_form"
    with unit_of_work() as session:
        assert Record.of(session, talk.person_id).person.stage == "people"


def test_a_plan_that_is_taken_up_again_is_asked_about_with_consent(talk: Talk) -> None:
    _planned(talk, "walk")
    with unit_of_work() as session:
        Record.of(session, talk.person_id).give_consent(Scope.REMINDERS)
    talk.says("my plan", "show_plan").answers("Not now, keep it", "Take it up again")
    with unit_of_work() as session:
        assert [r.state for r in session.query(FollowUp)] == ["waiting"]


def test_stop_where_it_is_asked_ends_what_was_agreed_for_other_plans_too(talk: Talk) -> None:
    with unit_of_work() as session:
        record = Record.of(session, talk.person_id)
        record.give_consent(Scope.REMINDERS)
        record.ask_later(record.add_plan("swimming"))
    talk.begin().answers("walk", "Tuesday", "On my own", "Nothing, I think", "9")
    assert talk.asked == "plan_ask"
    # The router makes this of the one word.
    talk.says("stop", understood={"name": "stop_messages", "confidence": 1.0})
    assert talk.responses == ["utter_will_not_ask", "utter_close"] and talk.asked is None
    with unit_of_work() as session:
        assert Scope.REMINDERS not in Record.of(session, talk.person_id).consents()
        assert {row.state for row in session.scalars(select(FollowUp))} == {"stopped"}


def test_a_reminder_is_agreed_beside_the_plan_and_changes_nothing_of_it(talk: Talk) -> None:
    _planned(talk, "walk").says("remind me", "set_reminder")
    assert talk.asked == "plan_ask"
    talk.taps("Once, in two weeks")
    assert talk.form is None and talk.plan.what == "walk"
    with unit_of_work() as session:
        record = Record.of(session, talk.person_id)
        assert record.person.stage == "open"
        assert record.is_to_be_asked(record.plans()[0])


# --- three plans --------------------------------------------------------------------------------


def test_with_three_plans_one_is_put_aside_for_the_new_idea(talk: Talk) -> None:
    _planned(talk, "walk", "swim", "sing").begin().says("dance")
    assert talk.responses == ["utter_plan_full"]
    assert [p.what for p in talk.plans("paused")] == ["dance"], "the idea is safe meanwhile"
    talk.taps("Put aside: swim")
    assert [p.what for p in talk.plans()] == ["walk", "sing", "dance"]
    assert [p.what for p in talk.plans("paused")] == ["swim"]
    assert talk.asked == "plan_when"


def test_with_three_plans_which_rests_can_be_said_in_words(talk: Talk) -> None:
    _planned(talk, "walk", "swim at the baths", "sing").begin().answers("dance", "the swimming")
    assert [p.what for p in talk.plans("paused")] == ["swim at the baths"]


def test_the_three_can_stay_and_the_idea_is_kept_for_later(talk: Talk) -> None:
    _planned(talk, "walk", "swim", "sing").begin().answers("dance", "Keep these three")
    assert [p.what for p in talk.plans()] == ["walk", "swim", "sing"]
    assert [p.what for p in talk.plans("paused")] == ["dance"]
    assert talk.asked is None


def test_a_fourth_plan_is_taken_up_only_in_the_place_of_another(talk: Talk) -> None:
    _planned(talk, "walk", "swim", "sing")
    with unit_of_work() as session:
        Record.of(session, talk.person_id).keep_for_later("dance")
    talk.says("my plan", "show_plan").taps("Take up: dance")
    assert talk.responses == ["utter_plan_full"]
    talk.taps("Put aside: walk")
    assert [p.what for p in talk.plans()] == ["swim", "sing", "dance"]
    assert [p.what for p in talk.plans("paused")] == ["walk"]
