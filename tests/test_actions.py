"""Small parts that the actions are made of: choices in words, cards, lists, days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.nlg.interpolator import interpolate_text
from rasa_sdk.executor import CollectingDispatcher

from actions.cards import day_words, full_card, short_card, why_words
from actions.choices import chosen
from actions.turn import Answer, Say, choose
from actions.words import labels, listed
from bot.conversations.replies import reply_from_rasa
from bot.directory.categories import SubCategory as Sub
from bot.directory.model import (
    AttendingType,
    Contact,
    CostOption,
    Listing,
    Location,
    Phone,
    Precision,
    Schedule,
    Scope,
)
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Member, Network, Work
from bot.support.card import CardFacts, card_facts
from bot.support.dates import date_in
from bot.support.matching import Option, Reason, ReasonCode, rank, wishes_from
from bot.support.preferences import Statement
from bot.support.suitability import Caution
from bot.support.when import DAYS
from tests.support.listings import TODAY, listing, sample

NOBODY = Network()
JEAN = Network((Member("m1", "Jean"),))
WANTS = wishes_from(preferences=["social", "see_more_people"], age=(65, 74))


# --- choices -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "text", "codes"),
    [
        ("access", "I use a wheelchair", ["wheelchair"]),
        ("access", "wheelchair and a toilet near by please", ["wheelchair", "toilet"]),
        ("access", "weelchair", ["wheelchair"]),
        ("travel", "the bus", ["bus"]),
        ("travel", "I drive", ["car"]),
        ("travel", "walk or bus", ["walk", "bus"]),
        ("limits", "weekend mornings", ["weekends", "mornings"]),
        ("limits", "it has to be free", ["free_only"]),
    ],
)
def test_typed_words_are_choices(group: str, text: str, codes: list[str]) -> None:
    assert chosen(Answer(text=text), labels(group)) == codes


def test_a_press_is_its_codes_and_no_other() -> None:
    offered = labels("travel")
    assert chosen(Answer(choices=("bus", "walk")), offered) == ["bus", "walk"]
    assert chosen(Answer(choices=("a code of last year", "walk")), offered) == ["walk"]
    assert chosen(Answer(choices=("none",)), offered) == []


@pytest.mark.parametrize("text", ["no", "no thanks", "No."])
def test_no_is_none_of_them(text: str) -> None:
    assert chosen(Answer(text=text), labels("access")) == []


@pytest.mark.parametrize("text", ["", "asdf", "👍", "it depends on the day"])
def test_what_names_no_choice_is_not_guessed(text: str) -> None:
    assert chosen(Answer(text=text), labels("access")) is None


@given(st.text(max_size=60), st.sampled_from(["access", "travel", "limits", "preferences"]))
def test_any_words_are_choices_or_none(text: str, group: str) -> None:
    found = chosen(Answer(text=text), labels(group))
    assert found is None or set(found) <= set(labels(group))


# --- lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], ""),
        (["Jean"], "Jean"),
        (["Jean", "Tom"], "Jean and Tom"),
        (["Jean", "Tom", "Bob"], "Jean, Tom and Bob"),
    ],
)
def test_lists_read_as_people_speak(items: list[str], words: str) -> None:
    assert listed(items) == words
    assert listed(iter(items)) == words


def test_a_list_of_choices_says_or() -> None:
    assert listed(["Jean", "Tom"], "or") == "Jean or Tom"


# --- speaking ----------------------------------------------------------------------------------


def test_what_an_action_says_reaches_the_channel_whole() -> None:
    dispatcher = CollectingDispatcher()
    Say(dispatcher)(
        "utter_ask_access",
        toggles=[("No steps", "step_free", True)],
        buttons=[("Skip", "skip")],
        map_id="abc",
        name="Jean",
    )
    [message] = dispatcher.messages
    assert (message["response"], message["name"]) == ("utter_ask_access", "Jean")
    reply = reply_from_rasa(message)
    assert [(t.title, t.value, t.on) for t in reply.toggles] == [("No steps", "step_free", True)]
    assert [(b.title, b.payload) for b in reply.buttons] == [("Skip", choose("skip"))]
    assert (reply.map_id, reply.done) == ("abc", "Done")


@given(
    st.text(max_size=40) | st.sampled_from(["10[am]", "{0[x]}", "{name}", "{{", "}", "0[", "%s"])
)
def test_what_people_write_is_said_as_it_is(name: str) -> None:
    dispatcher = CollectingDispatcher()
    Say(dispatcher)("utter_removed", name=name)
    filled = interpolate_text("I've taken {name} off your map.", dispatcher.messages[0])
    assert filled.replace("0 [", "0[") == f"I've taken {name.replace('0 [', '0[')} off your map."


def test_the_service_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    dispatcher = CollectingDispatcher()
    Say(dispatcher).service("utter_who_sees", extra=1)
    [message] = dispatcher.messages
    assert message["service_name"] and "service_contact" in message and message["extra"] == 1


# --- cards ---------------------------------------------------------------------------------------


def facts(found: Listing) -> CardFacts:
    [option] = rank(WANTS, [found], today=TODAY)
    return card_facts(option, today=TODAY)


def bare(**values: Any) -> CardFacts:
    """A card of which hardly anything is known."""
    nothing = listing(
        Sub.SOCIAL_CLUBS,
        name="Tea and Talk",
        organization_name=None,
        description="",
        attending_types=frozenset(),
        locations=(),
        distance_km=None,
        precision=Precision.NONE,
        cost_options=(),
        schedules=(),
        assured_date=None,
        **values,
    )
    return card_facts(Option(nothing, 0.0, ()), today=TODAY)


def test_a_full_card() -> None:
    club = listing(
        Sub.SOCIAL_CLUBS,
        name="Tea and Talk",
        description="Tea, cake and company.\nFirst visit: Ann meets you at the door.",
        locations=(
            Location(
                "l",
                "The Hall",
                "1 High Street",
                "XW1 4AB",
                52.9,
                -1.6,
                Precision.EXACT,
                transportation="Bus 4 stops outside",
            ),
        ),
        distance_km=1.6,
        cost_options=(CostOption(2.5),),
        schedules=(Schedule("Tuesdays, 10am", "WEEKLY", ("TU",), opens_at=time(10)),),
        access_notes=("Step-free entrance.",),
        contact=Contact(
            phones=(Phone("01632 960001", "+441632960001"),),
            email="tea@example.org",
            url="https://example.org/tea",
        ),
        min_age=50.0,
        attribution="Marlowby Directory",
    )
    short = short_card(facts(club), 1, NOBODY)
    for line in (
        "1. Tea and Talk",
        "Where: The Hall, 1 High Street, XW1 4AB. 1 mile from you, as the crow flies.",
        "When: Tuesdays, 10am. Next: Tuesday 24 November, 10am.",
        "Cost: £2.50.",
        "Access: Step-free entrance.",
        "Details checked 1 September 2026.",
    ):
        assert line in short.splitlines()
    assert "Why this one: " in short
    whole = full_card(facts(club), NOBODY)
    for words in (
        "Tea, cake and company.",
        "A first visit: Ann meets you at the door.",
        "Getting there: Bus 4 stops outside",
        "Ages: 50 and over.",
        "Phone: 01632 960001",
        "Email: tea@example.org",
        "Web: https://example.org/tea",
        "Details from Marlowby Directory.",
    ):
        assert words in whole
    assert whole.count("First visit") == 0


def test_an_empty_card_says_what_is_not_known() -> None:
    for text in (short_card(bare(), 1, NOBODY), full_card(bare(), NOBODY)):
        lines = text.splitlines()
        for line in (
            "When: not stated.",
            "Where: not stated.",
            "Cost: not stated.",
            "Access: not stated.",
        ):
            assert line in lines
        assert "free" not in text.casefold()
        assert "None" not in text and "{" not in text
        assert "I don't know when these details were last checked." in text


@pytest.mark.parametrize(
    ("values", "cost"),
    [
        ({}, "Cost: not stated."),
        ({"cost_options": (CostOption(0.0),)}, "Cost: free."),
        ({"cost_options": (CostOption(3.0),)}, "Cost: £3."),
        (
            {
                "cost_options": (
                    CostOption(None, option="First session", description="free"),
                    CostOption(6.0, option="After that"),
                )
            },
            "Cost: First session: free; After that: £6.",
        ),
        (
            {"cost_options": (CostOption(25.0, option="A year"), CostOption(0.0, option="Each"))},
            "Cost: A year: £25; Each: free.",
        ),
        (
            {"cost_options": (CostOption(4.0), CostOption(2.0, option="On benefits"))},
            "Cost: £2 to £4.",
        ),
        (
            {
                "cost_options": (
                    CostOption(18.0, description="per hour"),
                    CostOption(0.0, description="Rails are free"),
                )
            },
            "Cost: £18 per hour; Rails are free.",
        ),
        ({"fees_text": "Small charge for tea"}, "Cost: Small charge for tea."),
    ],
)
def test_cost_is_free_only_where_the_record_says_so(values: dict[str, Any], cost: str) -> None:
    found = listing(Sub.SOCIAL_CLUBS, **{"cost_options": (), **values})
    assert cost in short_card(facts(found), 1, NOBODY).splitlines()


@pytest.mark.parametrize(
    ("ways", "where"),
    [
        ({AttendingType.PHONE}, "Where: by phone."),
        ({AttendingType.ONLINE}, "Where: online."),
        ({AttendingType.PHONE, AttendingType.ONLINE}, "Where: by phone or online."),
        ({AttendingType.HOME}, "Where: they come to you."),
    ],
)
def test_a_service_without_a_place_says_how(ways: set[AttendingType], where: str) -> None:
    card = replace(bare(), attending=frozenset(ways))
    assert where in short_card(card, 1, NOBODY)


def test_a_line_is_open_day_and_night() -> None:
    day_and_night = Schedule("Every day", "WEEKLY", DAYS, opens_at=time(0), closes_at=time(23, 59))
    line = listing(
        Sub.BEFRIENDING,
        attending_types=frozenset({AttendingType.PHONE}),
        scope=Scope.NATIONAL,
        schedules=(day_and_night,),
    )
    assert "When: day and night." in short_card(facts(line), 1, NOBODY)


def test_words_of_the_record_are_cut_kindly() -> None:
    card = replace(bare(), access=("The lift is slow. " * 30,))
    [line] = [x for x in short_card(card, 1, NOBODY).splitlines() if x.startswith("Access")]
    assert line.endswith("…") and len(line) < 180
    assert "…" not in full_card(card, NOBODY)


def test_braces_of_a_record_do_no_harm() -> None:
    card = replace(bare(), name="Tea {and} Talk {0[x]}", when_texts=("{day}",))
    assert "Tea {and} Talk {0[x]}" in short_card(card, 1, NOBODY)


@pytest.mark.parametrize("caution", [c for c in Caution if c is not Caution.COST_UNKNOWN])
def test_every_caution_has_words(caution: Caution) -> None:
    card = replace(bare(), warnings=(caution,))
    assert labels("cautions")[str(caution)] in short_card(card, 1, NOBODY)


def _reasons() -> list[Reason]:
    plain = [c for c in GapCode if str(c) in labels("gaps")]
    about_work = [GapCode.UNCOVERED, GapCode.SINGLE_POINT, GapCode.PROF_ONLY]
    return [
        *(Reason(ReasonCode.GAP, f"{c}.{w}", 1.0) for c in about_work for w in Work),
        *(Reason(ReasonCode.GAP, str(c), 1.0) for c in plain),
        *(Reason(ReasonCode.STATEMENT, str(s), 1.0) for s in Statement),
        *(Reason(ReasonCode.DIFFICULTY, str(a), 1.0) for a in Area),
        Reason(ReasonCode.CONDITION, "diabetes", 1.0),
        Reason(ReasonCode.COMPANION, "m1", 1.0),
        *(
            Reason(code, "", 1.0)
            for code in ReasonCode
            if code
            not in {
                ReasonCode.GAP,
                ReasonCode.STATEMENT,
                ReasonCode.DIFFICULTY,
                ReasonCode.CONDITION,
                ReasonCode.COMPANION,
            }
        ),
    ]


@pytest.mark.parametrize("reason", _reasons(), ids=str)
def test_every_reason_can_be_said(reason: Reason) -> None:
    words = why_words(reason, JEAN)
    assert words and "{" not in words and "_" not in words and not words.endswith(".")


def test_days_and_times_are_said_the_british_way() -> None:
    assert day_words(date(2026, 12, 3)) == "Thursday 3 December"
    assert day_words(date(2026, 12, 3), time(10)) == "Thursday 3 December, 10am"
    assert day_words(date(2026, 12, 3), time(12)) == "Thursday 3 December, 12pm"
    assert day_words(date(2026, 12, 3), time(17, 5)) == "Thursday 3 December, 5:05pm"


def test_every_service_of_the_sample_makes_cards_that_fit() -> None:
    for found in sample():
        card = card_facts(Option(found, 0.0, ()), today=TODAY)
        short, whole = short_card(card, 3, NOBODY), full_card(card, NOBODY)
        assert len(short) <= 1000, found.name
        assert len(whole) <= 4096, found.name
        assert found.name in short and "None" not in short


# --- days -----------------------------------------------------------------------------------------

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 11, 23)),
        ("tonight", date(2026, 11, 23)),
        ("tomorrow at 10", date(2026, 11, 24)),
        ("on Tuesday", date(2026, 11, 24)),
        ("weds", date(2026, 11, 25)),
        ("with Jo on Thursday", date(2026, 11, 26)),
        ("half past two on Friday", date(2026, 11, 27)),
        ("at the weekend", date(2026, 11, 28)),
        ("Monday", date(2026, 11, 30)),
        ("next week", date(2026, 11, 30)),
        ("a week on Tuesday", date(2026, 12, 1)),
        ("Saturday week", date(2026, 12, 5)),
        ("in a fortnight", date(2026, 12, 7)),
        ("a fortnight today", date(2026, 12, 7)),
        ("the 3rd", date(2026, 12, 3)),
        ("3/12", date(2026, 12, 3)),
        ("03/12/2026", date(2026, 12, 3)),
        ("3rd of December", date(2026, 12, 3)),
        ("the 1st of March", date(2027, 3, 1)),
        ("25/12 with Tom", date(2026, 12, 25)),
    ],
)
def test_british_days(text: str, day: date) -> None:
    assert date_in(text, MONDAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "asdf",
        "not sure yet",
        "soon",
        "one day",
        "now and then",
        "I may do it",
        "in the new year",
        "at 10am",
        "when my sister comes",
        "yesterday",
        "last week",
        "12/31",
        "the 45th",
    ],
)
def test_what_names_no_day_to_come_is_not_guessed(text: str) -> None:
    assert date_in(text, MONDAY) is None


@given(st.text(max_size=40), st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_a_day_is_never_in_the_past_nor_far_away(text: str, today: date) -> None:
    found = date_in(text, today)
    assert found is None or 0 <= (found - today).days <= 400


def test_the_bare_day_of_a_month_is_the_coming_one() -> None:
    assert date_in("the 31st", date(2027, 2, 1)) == date(2027, 3, 31)
    assert date_in("on the 23rd", MONDAY) == MONDAY
