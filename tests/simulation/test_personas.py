"""Made-up patients: the same for the same seed, and spread as the figures say."""

from __future__ import annotations

import statistics

import pytest

from bot.simulation.facts import (
    IN_THE_WAY,
    MEMBER,
    PLAN,
    SURE,
    TRIED,
    WORTH,
    Fact,
    asked_in,
    pressed,
)
from bot.simulation.patient import Patient, Says, Taps, Ticks, View
from bot.simulation.personas import MOST, Style, persona

MANY = [persona(number, 7) for number in range(600)]


def test_the_same_seed_makes_the_same_patient() -> None:
    assert persona(3, 11) == persona(3, 11)
    assert persona(3, 11) != persona(3, 12)
    assert persona(3, 11) != persona(4, 11)


def test_networks_and_ages_are_spread_as_in_the_studies() -> None:
    sizes = [len(p.alters) for p in MANY]
    assert min(sizes) == 0
    assert max(sizes) <= MOST
    assert 6.5 < statistics.mean(sizes) < 9
    assert statistics.variance(sizes) > 2 * statistics.mean(sizes)
    assert 65 < statistics.mean(p.age for p in MANY) < 75
    assert {p.style for p in MANY} == set(Style)
    assert all(bool(p.risk) == (p.style is Style.AT_RISK) for p in MANY)


def test_nobody_has_two_partners() -> None:
    for who in MANY:
        partners = [a for a in who.alters if a.said.startswith(("my wife", "my husband"))]
        assert len(partners) <= 1


def patient(style: Style, **more: object) -> Patient:
    return Patient(next(p for p in MANY if p.style is style and p.alters))


def test_a_patient_answers_what_was_asked_last() -> None:
    asked = View(
        "Is there any family you see less often?\nWhere do you live? The first part is enough.",
        ("Skip",),
    )
    plain = patient(Style.PLAIN)
    act = plain.does(asked)
    assert isinstance(act, Says)
    assert act.text == plain.persona.area


def test_a_patient_ticks_only_what_is_on_the_screen() -> None:
    view = View("Tap all that fit.", ("Skip",), (("Pain", False), ("Sleep", True)))
    act = patient(Style.PLAIN).does(view)
    assert isinstance(act, Ticks)
    assert set(act.titles) <= {"Pain", "Sleep"}


def test_the_phone_is_put_away_at_the_end_and_by_quitters() -> None:
    assert patient(Style.PLAIN).does(View("You can ask me for my map at any time.")) is None
    quitter = patient(Style.QUITTER)
    acts = [quitter.does(View("Anything?", ("Yes", "No"))) for _ in range(100)]
    assert None in acts
    assert acts.index(None) == quitter.persona.leaves_after


def test_a_risk_is_told_once() -> None:
    teller = patient(Style.AT_RISK)
    asked = View("What is hard for you at the moment?")
    said = [teller.does(asked) for _ in range(3)]
    assert not isinstance(said[0], Taps)
    assert [getattr(act, "text", "") for act in said].count(teller.typed[0]) == 1


@pytest.mark.parametrize(
    ("shown", "title", "fact"),
    [
        ("How sure are you that you will do it, from 0 to 10?", "7", (SURE, "7")),
        ("Did you try it?", "Not yet", (TRIED, "no")),
        ("Well done for trying it. Was it worth it for you?", "In part", (WORTH, "partly")),
        ("Things get in the way. What got in the way this time?", "Nerves", (IN_THE_WAY, "nerves")),
        (
            "What would help it to fit with your week?",
            "Not now, keep it for later",
            (PLAN, "paused"),
        ),
        ("You have three plans already.", "Put aside: a walk", (PLAN, "paused")),
        ("Is anything else to change?", "Has died", (MEMBER, "died")),
    ],
)
def test_a_patient_knows_what_a_press_tells(shown: str, title: str, fact: Fact) -> None:
    assert pressed(title, asked_in(shown)) == {fact}


def test_a_number_is_how_sure_only_where_that_is_asked() -> None:
    assert pressed("7", asked_in("How sure are you? … Did you try it?")) == set()


def test_a_patient_knows_what_its_own_words_tell() -> None:
    plain = patient(Style.PLAIN)
    before = set(plain.meant)
    plain.does(View("How sure are you that you will do it, from 0 to 10?"))
    [(about, number)] = plain.meant - before
    assert about == SURE and number in ("5", "7", "8", "9")
