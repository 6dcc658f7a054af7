"""What a message is for: a table of situations, and that there is always an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from actions.forms import SLOTS
from bot.nlu.router import (
    ABOUT_THE_TALK,
    CHECKED,
    EXPECTED,
    STRUCTURED,
    Heard,
    about_ours,
    asks,
    asks_us,
    changes_in,
    command_in,
    corrects,
    is_puzzled,
    route,
    stops,
)
from bot.settings import PROJECT

INTENTS: list[str] = yaml.safe_load((PROJECT / "domain.yml").read_text("utf-8"))["intents"]
ALL_SLOTS = [slot for slots in SLOTS.values() for slot in slots]


ANY_SLOT = st.none() | st.sampled_from(ALL_SLOTS)


def heard(intent: str, confidence: float = 0.9, **values: object) -> Heard:
    return replace(Heard(intent, confidence, words=4), **values)  # type: ignore[arg-type]


SITUATIONS = [
    # "Cheers me up" is no thanks where it is asked what somebody does.
    (
        "help, like a courtesy",
        heard("thank", words=3, told=True, asked="details_members"),
        "answer",
    ),
    ("a courtesy", heard("thank", words=1, asked="details_members"), "thank"),
    # A risk wins over whatever was being asked, and over what it looked like.
    ("risk while asked", heard("tell_difficulty", level="crisis", asked="people_names"), "risk"),
    ("risk while open", heard("goodbye", level="concern"), "risk"),
    ("risk in a change", heard("remove_member", level="crisis", edits=("remove",)), "risk"),
    ("risk in small talk", heard("chitchat", level="emergency", asked="plan_when"), "risk"),
    # What buttons and channels send is never weighed.
    ("a button", heard("choose", 1.0, asked="about_age"), "choose"),
    ("a button with a risky title", heard("choose", level="concern"), "choose"),
    ("a place", heard("share_location", 1.0, asked="about_area"), "share_location"),
    ("a sticker", heard("unreadable", 1.0, asked="consent_answer"), "unreadable"),
    ("an old button", heard("stale_button", 1.0), "stale_button"),
    # Where any words may be the answer, they are, whatever they look like.
    ("own words", heard("tell_difficulty", asked="difficulties_words"), "answer"),
    ("words like small talk", heard("chitchat", asked="difficulties_words"), "answer"),
    ("words like a request", heard("find_support", asked="gaps_notice"), "answer"),
    ("a town", heard("out_of_scope", 0.4, asked="about_area"), "answer"),
    ("an allotment to be rid of", heard("delete_my_data", ours=False, asked="plan_what"), "answer"),
    (
        "the same at a question with choices",
        heard("delete_my_data", ours=False, asked="about_travel"),
        "unsure",
    ),
    ("the same while nothing is asked", heard("delete_my_data", ours=False), "unsure"),
    ("data to be rid of", heard("delete_my_data", asked="plan_what"), "delete_my_data"),
    ("Burns Night", heard("pause", day=True, asked="plan_when"), "answer"),
    ("stop on a day", heard("stop_messages", day=True, asked="plan_when"), "stop_messages"),
    ("a question about a day", heard("help", day=True, question=True, asked="plan_when"), "help"),
    ("somebody to go with", heard("talk_to_person", asks_us=False, asked="plan_who"), "answer"),
    ("a day", heard("set_reminder", asked="plan_when"), "answer"),
    ("not sure it is help", heard("help", 0.55, asked="difficulties_words"), "answer"),
    # Names are answers where people are asked for.
    ("names", heard("add_member", has_members=True, asked="people_names"), "answer"),
    ("names that look like more", heard("help", has_members=True, asked="plan_who"), "answer"),
    # What is about the talk itself interrupts when it is sure.
    ("why?", heard("why_do_you_ask", asked="about_age"), "why_do_you_ask"),
    ("stop, in free words", heard("pause", asked="difficulties_words"), "pause"),
    ("a person", heard("talk_to_person", 0.7, asked="people_names"), "talk_to_person"),
    ("back", heard("go_back", 0.7, asked="about_age", words=1), "go_back"),
    ("my map", heard("show_map", asked="preferences_limits"), "show_map"),
    ("delete it", heard("delete_my_data", asked="gaps_answers"), "delete_my_data"),
    (
        "a medical question",
        heard("medical_advice", question=True, asked="details_strain"),
        "medical_advice",
    ),
    # Half sure does not.
    ("perhaps a complaint", heard("complaint", 0.3, asked="gaps_answers"), "answer"),
    # Yes, no and skip mean what the question asked.
    ("yes", heard("affirm", words=1, asked="gaps_answers"), "answer"),
    ("no", heard("deny", words=1, asked="picture_right"), "answer"),
    ("skip", heard("skip", words=1, asked="about_age"), "answer"),
    ("who sees it, before agreeing", heard("who_sees_my_data", asked="consent_answer"), "answer"),
    # Changes of the map.
    ("off with Bob", heard("remove_member", edits=("remove",), asked="about_age"), "change_member"),
    ("off with Bob, open", heard("remove_member", edits=("remove",)), "change_member"),
    ("at the map", heard("remove_member", edits=("remove",), asked="picture_right"), "answer"),
    ("among names", heard("change_member", edits=("rename",), asked="people_names"), "answer"),
    ("unsure, but it says so", heard("chitchat", 0.1, edits=("set_circle",)), "change_member"),
    # Options.
    ("nearer", heard("nearer", asked="options_choice"), "answer"),
    ("save it", heard("save_option", asked="options_choice"), "answer"),
    # Nothing is asked.
    ("open, sure", heard("show_plan"), "show_plan"),
    ("open, lost", heard("chitchat", 0.1), "nlu_fallback"),
    ("open, yes", heard("affirm", words=1), "affirm"),
    ("put it back", heard("go_back", 0.6, edits=("undo",), asked="picture_right"), "correct_last"),
    ("go back", heard("go_back", 0.95, edits=("undo",), asked="about_age"), "go_back"),
    (
        "a symptom told, not asked about",
        heard("medical_advice", 0.6, has_difficulties=True),
        "tell_difficulty",
    ),
    (
        "a symptom asked about",
        heard("medical_advice", 0.6, has_difficulties=True, question=True),
        "medical_advice",
    ),
    # Nothing is asked, and it is not sure what is meant.
    ("open, unsure", heard("show_plan", 0.4), "unsure"),
    ("open, unsure, harmless", heard("thank", 0.4), "thank"),
    ("yes to a guess", heard("affirm", words=1, guess="show_plan"), "show_plan"),
    ("no to a guess", heard("deny", words=1, guess="show_plan"), "nlu_fallback"),
    ("something else to a guess", heard("show_map", guess="show_plan"), "show_map"),
    ("correct that", heard("affirm", corrects=True, asked="about_age"), "correct_last"),
    ("correct that, at the map", heard("affirm", corrects=True, asked="picture_right"), "answer"),
    (
        "add Ann, among free words",
        heard("add_member", has_members=True, edits=("add",), asked="gaps_missed"),
        "add_member",
    ),
    (
        "Ann, told of",
        heard("add_member", has_members=True, asked="gaps_missed"),
        "answer",
    ),
    (
        "stop, taken for a no",
        heard("deny", stops=True, words=1, asked="gaps_agree"),
        "stop_messages",
    ),
    ("stop, among free words", heard("chitchat", 0.1, stops=True, words=1), "stop_messages"),
    ("stop, with a risk", heard("pause", stops=True, level="crisis"), "risk"),
    (
        "stop, to the question whether we may write",
        heard("pause", stops=True, asked="plan_ask"),
        "answer",
    ),
    ("ring someone", heard("talk_to_person", 1.0, asks_us=False, asked="plan_then"), "answer"),
    ("ask for a person", heard("talk_to_person", 1.0, asked="plan_then"), "talk_to_person"),
    ("go another day", heard("pause", 0.7, asks_us=False, asked="plan_then"), "answer"),
    (
        "surely enough now",
        heard("pause", 0.95, asks_us=False, words=3, asked="plan_then"),
        "pause",
    ),
    (
        "have a rest and carry on",
        heard("pause", 0.95, asks_us=False, words=5, asked="plan_then"),
        "answer",
    ),
    ("morning", heard("greet", 1.0, words=1, asked="plan_hour"), "answer"),
    ("after tea", heard("pause", 0.95, words=2, asked="plan_hour"), "answer"),
    ("a right, while asked", heard("affirm", right=True, asked="gaps_missed"), "export_my_data"),
    ("a right, with a risk", heard("affirm", right=True, level="concern"), "risk"),
]


@pytest.mark.parametrize(
    ("situation", "becomes"),
    [pytest.param(h, becomes, id=name) for name, h, becomes in SITUATIONS],
)
def test_situations(situation: Heard, becomes: str) -> None:
    assert route(situation) == becomes


def test_question_marks_alone_ask_for_help() -> None:
    assert is_puzzled("???")
    assert is_puzzled(" ? ")
    assert not is_puzzled("who?")
    assert not is_puzzled("...")


@pytest.mark.parametrize(
    "text",
    [
        *("stop", "STOP", "Stop.", "stop please", "please stop", "stop!!", "stop stop", "Stop now"),
        *("no, stop", "stop thanks", "STOPALL", "stop all", "unsubscribe", "\U0001f6d1 stop"),
    ],
)
def test_the_one_word_ends_reminders(text: str) -> None:
    assert stops(text)


@pytest.mark.parametrize(
    "text",
    [
        *("stop smoking", "the bus stop", "don't stop", "stop asking about Bob", "I can't stop"),
        *("stop it", "non-stop"),
    ],
)
def test_more_than_the_one_word_is_read_as_ever(text: str) -> None:
    assert not stops(text)


@pytest.mark.parametrize(
    "text",
    ["I want to talk to a person", "can I speak to someone", "let me talk to a human",
     "get someone to ring me", "please ring me", "I’d like to speak to staff", "talk to a person"],
)  # fmt: skip
def test_what_is_asked_of_us(text: str) -> None:
    assert asks_us(text)


@pytest.mark.parametrize(
    "text", ["ring someone", "talk to my daughter", "phone the nurse", "go another day"]
)
def test_what_somebody_could_do_is_not_asked_of_us(text: str) -> None:
    assert not asks_us(text)


@given(ANY_SLOT)
def test_stop_is_certain_whatever_is_asked(asked: str | None) -> None:
    taken = heard("affirm", 1.0, stops=True, has_members=True, edits=("died",), asked=asked)
    assert route(taken) == ("answer" if asked == "plan_ask" else "stop_messages")


def test_she_is_whom_the_question_is_about() -> None:
    said = [{"operation": "set_contact", "target": "she", "value": "monthly"}]
    assert changes_in(said, "details_middle") == ()
    assert changes_in(said, None) == ("set_contact",)
    assert changes_in([{**said[0], "target": "Bob"}], "details_middle") == ("set_contact",)


ANY = st.builds(
    Heard,
    intent=st.sampled_from(INTENTS) | st.text(max_size=10),
    confidence=st.floats(0, 1),
    level=st.sampled_from(["none", "concern", "crisis", "emergency"]),
    has_members=st.booleans(),
    edits=st.lists(
        st.sampled_from(["add", "remove", "rename", "set_circle", "merge", "died", "undo"]),
        max_size=3,
    ).map(tuple),
    has_difficulties=st.booleans(),
    words=st.integers(0, 800),
    question=st.booleans(),
    right=st.booleans(),
    corrects=st.booleans(),
    stops=st.booleans(),
    asks_us=st.booleans(),
    asked=st.none() | st.sampled_from(ALL_SLOTS) | st.just("a slot of last year"),
    guess=st.none() | st.sampled_from(sorted(CHECKED)),
)


@given(ANY)
def test_there_is_always_one_intent_of_the_domain(message: Heard) -> None:
    routed = route(message)
    assert routed in INTENTS or routed == message.intent


@given(ANY)
def test_a_risk_is_never_anything_else(message: Heard) -> None:
    if message.level != "none" and message.intent not in STRUCTURED:
        assert route(message) == "risk"
    else:
        assert route(message) != "risk" or message.intent == "risk"


@given(ANY)
def test_buttons_are_never_anything_else(message: Heard) -> None:
    if message.intent in STRUCTURED:
        assert route(message) == message.intent


@given(ANY)
def test_a_question_never_gets_the_fallback(message: Heard) -> None:
    if message.asked and message.intent != "nlu_fallback":
        assert route(message) != "nlu_fallback"


@given(ANY)
def test_surer_words_about_the_talk_do_not_turn_into_an_answer(message: Heard) -> None:
    if message.intent in ABOUT_THE_TALK and route(message) == message.intent:
        assert route(replace(message, confidence=1.0)) == message.intent


def test_every_question_that_is_weighed_exists() -> None:
    assert set(EXPECTED) <= set(ALL_SLOTS)
    taken = {intent for expected in EXPECTED.values() for intent in expected.takes}
    assert taken | ABOUT_THE_TALK | STRUCTURED <= set(INTENTS)


@pytest.mark.parametrize(
    "text",
    [
        "can I take ibuprofen with my heart tablets",
        "is it safe to stop my statin?",
        "so should I worry about it",
        "What does a high reading mean",
        "need to know about my results",
    ],
)
def test_questions_are_heard_as_questions(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text", ["", "my knees hurt", "heart failure, the doctor calls it", "Jean"]
)
def test_what_is_told_is_no_question(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "correct that",
        "Please can you correct that?",
        "no, fix that please",
        "I want to correct my last answer",
        "correct what I’ve just said",
    ],
)
def test_a_wish_to_correct_is_heard(text: str) -> None:
    assert corrects(text)


@pytest.mark.parametrize(
    "text",
    ["", "correct", "that's correct", "yes, correct", "correct, that one", "fix my knees", "that"],
)
def test_a_yes_is_no_wish_to_correct(text: str) -> None:
    assert not corrects(text)


@pytest.mark.parametrize("asked", ["plan_what", "plan_who", "plan_then", "plan_barrier"])
def test_what_could_be_done_together_changes_no_map(asked: str) -> None:
    edits = [{"operation": o, "target": "Susan"} for o in ("remove", "set_circle", "died")]
    assert changes_in(edits, asked) == ("died",)
    assert changes_in(edits, "plan_hour") == ("remove", "set_circle", "died")


@pytest.mark.parametrize(
    "text", ["could somebody come with me", "I need someone to go with me", "somebody to take me"]
)
def test_company_is_no_call_for_staff(text: str) -> None:
    assert not asks_us(text)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("get rid of my allotment", False),
        ("get down the allotment", False),
        ("clear out the spare room", False),
        ("get rid of everything", True),
        ("delete my data", True),
        ("please forget about me", True),
        ("wipe what I told you", True),
    ],
)
def test_what_somebody_wants_to_be_rid_of(text: str, ours: bool) -> None:
    assert about_ours(text) is ours


@pytest.mark.parametrize("asked", ["people_names", "gaps_missed", "plan_what", "follow_up_tried"])
def test_a_phrase_that_we_offer_is_that_wherever_it_comes(asked: str) -> None:
    for text in ("find support", "Who can see this?", "my map"):
        intent = command_in(text)
        assert intent is not None
        assert route(heard(intent, 1.0, command=True, asked=asked)) == (
            "answer" if intent in EXPECTED[asked].takes else intent
        )
    assert command_in("my map is wrong") is None
