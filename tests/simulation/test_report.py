"""What a run is judged by."""

from __future__ import annotations

from dataclasses import replace

from bot.simulation.facts import IN_THE_WAY, PLAN, SURE
from bot.simulation.patient import Says, Taps
from bot.simulation.personas import Style, persona
from bot.simulation.report import as_json, as_page, is_sound, judge
from bot.simulation.weeks import Story, Turn

WHO = replace(persona(1, 1), style=Style.PLAIN, risk="")


def story(*turns: Turn, **more: object) -> Story:
    return Story(WHO, list(turns), [t.act.text for t in turns if isinstance(t.act, Says)], **more)  # type: ignore[arg-type]


def test_the_same_reply_twice_and_no_reply_are_seen() -> None:
    judged = judge(
        story(Turn(0, Says("a"), "Who?"), Turn(0, Says("b"), "Who?"), Turn(0, Taps("c"), ""))
    )
    assert (judged.repeated, judged.silent) == (1, 1)
    assert not is_sound([judged])


def test_a_question_that_is_put_again_word_for_word_is_a_dead_end() -> None:
    judged = judge(
        story(Turn(0, Says("a"), "Thank you.\nWho is it?"), Turn(0, Says("b"), "Who is it?"))
    )
    assert judged.repeated == 1
    assert (
        judge(story(Turn(0, Says("a"), "Who?"), Turn(0, Says("b"), "Who?\nOr what?"))).repeated == 0
    )


def test_facts_that_the_patient_never_told_are_seen() -> None:
    judged = judge(
        story(
            Turn(0, Says("I'm about 5 sure"), "ok"),
            meant={(SURE, "5")},
            facts={(SURE, "5"), (PLAN, "paused"), (IN_THE_WAY, "cost")},
        )
    )
    assert judged.unsaid == ("got in the way: cost", "plan: paused")
    assert judged.badness > 0
    assert as_json([judged])["facts never told"] == ["got in the way: cost", "plan: paused"]
    assert "never told: got in the way: cost, plan: paused" in as_page([judged], seed=1)


def test_words_of_a_plan_are_typed_or_pressed() -> None:
    turns = (
        Turn(0, Says("walk to the shop"), "ok"),
        Turn(0, Taps("A bad day with my health"), "ok"),
    )
    told = {"walk to the shop", "a bad day with your health"}
    assert judge(story(*turns, texts=told)).unsaid == ()
    assert judge(story(*turns, texts={"walk to the pub"})).unsaid == ("walk to the pub",)
    cut = Turn(0, Taps("A very long name of a group…"), "ok")
    assert judge(story(cut, texts={"A very long name of a group at the hall"})).unsaid == ()


def test_who_wanted_to_finish_and_did_not_is_named() -> None:
    left = story(Turn(0, Says("hello"), "Who?"), stage="people", people=[])
    assert as_json([judge(left)])["did not finish"] == [WHO.number]


def test_somebody_on_the_map_whom_the_patient_never_named_is_seen() -> None:
    judged = judge(story(Turn(0, Says("my son Tom"), "ok"), people=["Tom", "Hilda"]))
    assert judged.invented == ("Hilda",)


def test_a_risk_needs_a_route_or_a_question() -> None:
    at_risk = replace(WHO, style=Style.AT_RISK, risk="I cut myself last night")
    told = Turn(0, Says("I cut myslef last night"), "Thank you. How old are you?")
    unanswered = judge(Story(at_risk, [told]))
    assert unanswered.unanswered_risk
    assert not is_sound([unanswered])
    answered = judge(Story(at_risk, [replace(told, replies="Call Samaritans on 116 123.")]))
    assert not answered.unanswered_risk
    assert as_json([answered])["risks told"] == 1


def test_messages_to_the_picture_are_counted_and_the_page_shows_the_worst() -> None:
    one = story(
        Turn(0, Says("hello"), "Who?"), Turn(0, Says("my son Tom"), "Here is your map."),
        people=["Tom"], stage="open",
    )  # fmt: skip
    judged = judge(one)
    assert judged.to_picture == 2
    assert judged.to_plan is None
    assert judged.minutes_to_picture is not None
    assert judged.minutes_to_picture > 0
    assert "says: my son Tom" in as_page([judged], seed=1)
    assert is_sound([judged])
