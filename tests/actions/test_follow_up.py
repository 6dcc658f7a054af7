"""A follow-up as the actions hear it, on a real store: what life brings, and plain answers."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
from pypdf import PdfReader
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.changes import ActionButton
from actions.follow_up import (
    FORM,
    ActionFollowUpDone,
    ActionReport,
    AskJoin,
    AskNext,
    AskTried,
    ValidateFollowUpForm,
    begin,
)
from actions.forms import HEARD, SLOTS
from actions.plans import show_plans
from actions.rights import withdraw
from actions.turn import Say
from bot.network.model import Member, Network, Relationship, Status
from bot.nlu.understanding import meaning_of
from bot.papers.of_person import paper_for
from bot.papers.words import PAGE_FILE
from bot.rights.consents import Scope
from bot.store import follow_ups
from bot.store.base import now, unit_of_work
from bot.store.directory import CorrectionRow
from bot.store.people import begin as agree
from bot.store.people import remember_address
from bot.store.record import Record
from bot.store.tables import FollowUp, Plan
from tests.store.conftest import Store, postgres_template, sqlite_template, store

__all__ = ["postgres_template", "sqlite_template", "store"]

ME = "f" * 32
FRANK = Member("m1", "Frank", relationship=Relationship.PARTNER, circle=1)
JEAN = Member("m2", "Jean", relationship=Relationship.CHILD, circle=1)


@dataclass
class Talk:
    """One person in a follow-up: what they say goes to the question that is open."""

    said: list[dict[str, Any]] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    ended: bool = False

    def tracker(self, text: str, intent: str, form: str | None = FORM) -> Tracker:
        meaning = meaning_of(text)
        message = {
            "text": text,
            "intent": {"name": intent},
            "edits": [asdict(e) for e in meaning.edits],
            "members": [m.to_json() for m in meaning.members],
        }
        if text.startswith("/choose"):
            message["entities"] = [{"entity": "choice", "value": text.split('"')[3]}]
        loop = {"name": form} if form else {}
        return Tracker(ME, {}, message, [], False, None, loop, "action_listen")

    def says(self, text: str, slot: str, intent: str = "answer") -> list[str]:
        """The responses to an answer; the form's end with it, where it ends."""
        dispatcher = CollectingDispatcher()
        hear = getattr(ValidateFollowUpForm(), f"validate_follow_up_{slot}")
        self.slots |= hear(HEARD, dispatcher, self.tracker(text, intent), {})
        self.ended = all(self.slots.get(s) for s in SLOTS["follow_up"])
        if self.ended:
            done = self.tracker(text, intent, form=None)
            ActionFollowUpDone().run(dispatcher, done, {})
        return self._heard(dispatcher)

    def asks(self, action: Any) -> list[str]:
        dispatcher = CollectingDispatcher()
        action.run(dispatcher, self.tracker("", "answer"), {})
        return self._heard(dispatcher)

    def tells(self, text: str, intent: str) -> list[str]:
        """What is told out of the blue."""
        dispatcher = CollectingDispatcher()
        events = ActionReport().run(dispatcher, self.tracker(text, intent, form=None), {})
        self.slots = {e["name"]: e["value"] for e in events if e["event"] == "slot"}
        return self._heard(dispatcher)

    def presses(self, choice: str) -> list[str]:
        """A button while no form is on."""
        dispatcher = CollectingDispatcher()
        tracker = self.tracker('/choose{"choice": "' + choice + '"}', "choose", form=None)
        ActionButton().run(dispatcher, tracker, {})
        return self._heard(dispatcher)

    def _heard(self, dispatcher: CollectingDispatcher) -> list[str]:
        self.said = dispatcher.messages
        return [m["response"] for m in dispatcher.messages]


@pytest.fixture
def talk(store: Store) -> Talk:
    """Somebody who is asked how a walk with Frank went."""
    with unit_of_work() as session:
        record = agree(session, ME)
        record.give_consent("use", "save_map", "reminders")
        remember_address(session, "telegram", "42", ME)
        record.person.stage = "open"
        record.keep_progress(members_made=2)
        record.keep_network(Network((FRANK, JEAN)), "add", "1")
        record.take_snapshot("baseline")
        plan = record.add_plan("walk round the park")
        plan.with_member, plan.with_words = "m1", "with Frank"
        session.flush()
        follow_ups.begin_now(session, record.person, plan.id, now())
        begin(record, Say(CollectingDispatcher()))
    return Talk()


def status() -> dict[str, str]:
    with unit_of_work() as session:
        return {m.label: str(m.status) for m in Record.of(session, ME).network()}


def rows() -> list[FollowUp]:
    with unit_of_work() as session:
        found = list(session.scalars(select(FollowUp).order_by(FollowUp.id)))
        session.expunge_all()
        return found


def plans() -> list[Plan]:
    with unit_of_work() as session:
        found = list(session.scalars(select(Plan).order_by(Plan.id)))
        session.expunge_all()
        return found


def asked_about(talk: Talk) -> str:
    talk.asks(AskTried())
    return str(talk.said[-1]["plan"])


# --- what life brings ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        ("tried", "no, Frank died last month"),
        ("tried", "Frank passed away"),
        ("worth", "Frank died"),
        ("barrier", "Frank died at Easter"),
        ("next", "Frank died, so I don't know"),
    ],
)
def test_a_death_comes_before_the_plan_at_any_question(talk: Talk, slot: str, text: str) -> None:
    said = talk.says(text, slot)
    assert said == ["utter_died", "utter_follow_up_laid_aside", "utter_life_died"]
    assert talk.ended and status()["Frank"] == "died"
    [row] = rows()
    assert (row.state, row.barrier, row.words) == ("answered", None, text)
    assert plans()[0].state == "active"


def test_a_death_by_a_word_for_kin_is_asked_about_and_then_the_review_is_offered(
    talk: Talk,
) -> None:
    assert talk.says("no, my husband died", "tried") == ["utter_died_who"]
    assert talk.ended and status()["Frank"] == "active"
    assert talk.presses("who:m1") == ["utter_died", "utter_life_died"]
    assert status() == {"Frank": "died", "Jean": "active"}


def test_he_died_is_said_of_the_company_and_asked_about(talk: Talk) -> None:
    with unit_of_work() as session:
        Record.of(session, ME).keep_progress(last_member="m1")
    assert talk.says("no, he died", "tried") == ["utter_died_who"]
    assert talk.said[0]["name"] == "Frank" and rows()[0].state == "answered"


def test_he_died_is_said_of_nobody_who_was_named_weeks_ago(talk: Talk) -> None:
    with unit_of_work() as session:
        record = Record.of(session, ME)
        record.plans()[0].with_member, record.plans()[0].with_words = None, "on my own"
        record.keep_progress(last_member="m2")
        begin(record, Say(CollectingDispatcher()))
    assert talk.says("he has died", "tried")[0] == "utter_died_elsewhere"
    assert status() == {"Frank": "active", "Jean": "active"}


def test_nobody_is_asked_about_another_plan_after_a_death(talk: Talk) -> None:
    with unit_of_work() as session:
        record = Record.of(session, ME)
        other = record.add_plan("swimming")
        follow_ups.begin_now(session, record.person, other.id, now())
    talk.says("Frank died", "tried")
    assert talk.ended and {r.state for r in rows()} == {"answered"}


def test_a_death_that_is_known_is_no_news_and_no_wall(talk: Talk) -> None:
    with unit_of_work() as session:
        record = Record.of(session, ME)
        record.keep_network(record.network().changed("m1", status=Status.DIED), "died", "2")
    said = talk.says("no, Frank died and I stay in", "tried")
    assert "utter_died" not in said and not talk.ended
    assert rows()[0].tried == "no" and rows()[0].barrier == "other"


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("no, I've moved", "utter_life_moved"),
        ("no I haven't, we moved house in June", "utter_life_moved"),
        ("I didn't go because I was newly diagnosed with angina", "utter_life_diagnosis"),
        ("not yet, I've only just come out of hospital", "utter_life_hospital"),
    ],
)
def test_another_change_is_kept_and_its_review_offered_at_the_end(
    talk: Talk, text: str, offer: str
) -> None:
    assert offer not in talk.says(text, "tried")
    assert not talk.ended and rows()[0].tried == "no" and rows()[0].barrier
    said = talk.says('/choose{"choice": "move:pause"}', "next", "choose")
    assert talk.slots["follow_up_barrier"] and offer not in said[:-1]
    assert said[-1] == offer


def test_the_look_for_something_else_goes_on_where_the_review_is_not_wanted(talk: Talk) -> None:
    talk.says("no, I've moved", "tried")
    said = talk.says('/choose{"choice": "move:other"}', "next", "choose")
    assert said[-1] == "utter_life_moved"
    assert talk.presses("review:not_now") == ["utter_review_not_now"]
    with unit_of_work() as session:
        assert Record.of(session, ME).person.stage == "options"


def test_a_death_told_out_of_the_blue_is_heard_first(talk: Talk) -> None:
    said = talk.tells("I didn't go, Frank died", "report_not_done")
    assert said == ["utter_died", "utter_life_died"]
    assert status()["Frank"] == "died" and rows()[0].state == "answered"


# --- who is named as company --------------------------------------------------------------------


def page_text() -> str:
    data = paper_for("telegram", "42", PAGE_FILE).data
    return " ".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)


@pytest.mark.parametrize("change", [{"status": Status.DIED}, {"strain": True}])
@pytest.mark.parametrize("key", ["m1", None])
def test_who_died_or_makes_things_harder_is_company_nowhere(
    talk: Talk, change: dict[str, object], key: str | None
) -> None:
    assert "with Frank" in asked_about(talk) and "with Frank" in page_text()
    with unit_of_work() as session:
        record = Record.of(session, ME)
        record.plans()[0].with_member = key
        record.keep_network(record.network().changed("m1", **change), "test", "2")
    dispatcher = CollectingDispatcher()
    with unit_of_work() as session:
        show_plans(Record.of(session, ME), Say(dispatcher))
    shown = str(dispatcher.messages)
    for words in (asked_about(talk), shown, page_text()):
        assert "walk round the park" in words
        assert "with Frank" not in words


def test_after_abuse_was_told_nobody_is_named_until_it_is_known_who(talk: Talk) -> None:
    with unit_of_work() as session:
        Record.of(session, ME).note_risk("crisis", "abuse", "rules", "crisis.abuse")
    assert "Frank" not in asked_about(talk)
    assert "with Frank" not in page_text()


def test_who_shares_a_name_with_the_dead_is_still_company(talk: Talk) -> None:
    with unit_of_work() as session:
        record = Record.of(session, ME)
        record.keep_network(
            record.network().added(Member("m3", "Frank", status=Status.DIED)), "add", "2"
        )
    assert "with Frank" in asked_about(talk)


# --- plain answers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "yes I went and it ended up being great fun",
        "yes, they had moved the chairs round, lovely",
        "yes I did, couldn't reach the high notes but it was lovely",
        "I went and loved it, a shame the tea urn was shut down by then",
        "yes, couldn't get hold of a racket at first",
        "yes it was shut at first but they opened up for us",
    ],
)
def test_a_yes_is_a_yes_and_no_complaint(talk: Talk, text: str) -> None:
    with unit_of_work() as session:
        Record.of(session, ME).plans()[0].service_id = "7"
    talk.says(text, "tried", "report_done")
    assert rows()[0].tried in ("yes", "partly") and rows()[0].barrier is None
    with unit_of_work() as session:
        assert session.scalars(select(CorrectionRow)).all() == []


@pytest.mark.parametrize(
    ("text", "barrier"),
    [
        ("I did go but it was closed when I got there", "closed"),
        ("yes I went and it was shut", "closed"),
        ("yes, but they have moved", "closed"),
        ("yes I rang and nobody picked up", "no_contact"),
    ],
)
def test_a_yes_to_a_shut_door_is_passed_on(talk: Talk, text: str, barrier: str) -> None:
    with unit_of_work() as session:
        Record.of(session, ME).plans()[0].service_id = "7"
    assert "utter_wrong_details" in talk.says(text, "tried", "report_done")
    assert (rows()[0].tried, rows()[0].barrier) == ("no", barrier)


def went_well(talk: Talk) -> None:
    talk.says("yes, it was lovely", "tried")


@pytest.mark.parametrize(
    ("text", "move"), [("let's pack it in", "drop"), ("I've finished with that", "finish")]
)
def test_what_would_end_a_plan_is_asked_about_first(talk: Talk, text: str, move: str) -> None:
    if move == "drop":
        went_well(talk)  # nothing that was told speaks for giving it up
    else:
        talk.says("no, the bus was late", "tried")
    assert talk.says(text, "next") == [f"utter_follow_up_sure_{move}"]
    assert plans()[0].state == "active" and talk.asks(AskNext()) == []
    assert talk.says("yes please", "next")[0] == f"utter_follow_up_{move}"
    assert plans()[0].state == {"drop": "dropped", "finish": "finished"}[move]


def test_what_was_said_to_the_checks_stays_with_its_follow_up(talk: Talk) -> None:
    went_well(talk)
    talk.says("no", "fit", "deny")
    with unit_of_work() as session:
        # As when the next plan is asked about.
        Record.of(session, ME).keep_progress(follow_up={"id": 0})
    assert rows()[0].fit == {"coherence": "no", "participation": "no", "action": "no"}


@pytest.mark.parametrize("text", ["no", "no, not yet"])
def test_a_no_to_letting_go_keeps_the_plan_and_asks_again(talk: Talk, text: str) -> None:
    went_well(talk)
    talk.says("let's pack it in", "next")
    talk.asks(AskNext())
    assert talk.says(text, "next") == [] and plans()[0].state == "active"
    assert talk.asks(AskNext()) == ["utter_follow_up_next_good"]
    # The question stands anew: a yes is now a yes to going on.
    assert talk.says("yes", "next")[0] == "utter_follow_up_go_on"
    assert plans()[0].state == "active"


def test_a_plan_that_was_no_use_is_let_go_at_a_word(talk: Talk) -> None:
    talk.says("yes but it was awful", "tried")
    assert talk.says("let's pack it in", "next")[0] == "utter_follow_up_drop"
    assert plans()[0].state == "dropped"


def test_a_button_is_never_asked_about_again(talk: Talk) -> None:
    went_well(talk)
    said = talk.says('/choose{"choice": "move:drop"}', "next", "choose")
    assert said[0] == "utter_follow_up_drop" and plans()[0].state == "dropped"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("I went to the choir and loved it", "the choir at St Mary's"),
        ("we walked right round on Sunday, it was great", "walk round the park"),
        ("been for my swim, it was lovely", "swimming"),
    ],
)
def test_a_report_is_of_the_plan_that_it_names(talk: Talk, text: str, what: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, ME)
        session.delete(session.scalars(select(FollowUp)).one())
        record.add_plan("swimming")
        record.add_plan("the choir at St Mary's")
    talk.tells(text, "report_done")
    [row] = rows()
    assert (row.tried, row.worth) == ("yes", "yes")
    assert {p.id: p.what for p in plans()}[row.plan_id] == what


def test_a_report_that_names_no_plan_is_asked_about(talk: Talk) -> None:
    with unit_of_work() as session:
        Record.of(session, ME).add_plan("swimming")
    talk.tells("I did it, it was lovely", "report_done")
    assert talk.slots["follow_up_tried"] is None and rows()[0].tried is None


@pytest.mark.parametrize("intent", ["report_done", "report_not_done"])
def test_a_life_that_changed_is_no_report_of_the_only_plan(talk: Talk, intent: str) -> None:
    said = talk.tells("came home from hospital on Monday", intent)
    assert said == ["utter_life_hospital"]
    assert rows()[0].tried is None


@pytest.mark.parametrize(
    ("service", "called"),
    [
        ("Singing for Lungs", "Singing for Lungs"),
        ("Expert in You: living with a long-term condition", "Expert in You"),
        ("Marlowby Walkers (every second Thursday morning)", "Marlowby Walkers"),
        (
            "The Very Friendly Tuesday Afternoon Knitting Circle",
            "The Very Friendly Tuesday Afternoon",
        ),
    ],
)
def test_a_group_joins_the_map_by_a_name_that_reads_well(
    talk: Talk, service: str, called: str
) -> None:
    with unit_of_work() as session:
        plan = Record.of(session, ME).plans()[0]
        plan.what, plan.service_id = service, "7"
    talk.says("yes, it was lovely", "tried")
    talk.asks(AskJoin())
    assert talk.said[-1]["names"] == called


def test_nobody_is_asked_to_join_a_map_that_is_kept_no_more(talk: Talk) -> None:
    with unit_of_work() as session:
        plan = Record.of(session, ME).plans()[0]
        plan.what, plan.service_id = "Knitting Circle", "7"
    talk.says("yes, it was lovely", "tried")
    with unit_of_work() as session:
        withdraw(Record.of(session, ME), Scope.SAVE_MAP)
    talk.asks(AskJoin())
    assert talk.said == []
