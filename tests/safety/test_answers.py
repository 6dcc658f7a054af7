"""Answers to a gentle question, read with care: a hedge is never taken for "no"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.context import yes_or_no
from bot.safety.answers import help_comes, how_now, read_answer, takes_back


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", "yes"),
        ("yes sometimes", "yes"),
        ("sometimes", "yes"),
        ("on bad days", "yes"),
        ("Well, it has crossed my mind", "yes"),
        ("a bit", "yes"),
        ("I have, yes", "yes"),
        ("no", "no"),
        ("no never", "no"),
        ("not today", "not_sure"),
        ("no, not really, but I think about it", "not_sure"),
        ("not any more", "not_sure"),
        ("maybe", "not_sure"),
        ("I don't know", "not_sure"),
        ("i dunno", "not_sure"),
        ("hard to say", "not_sure"),
        ("I'd rather not say", "not_sure"),
        ("my sister Ann comes every day", None),
        ("diabetes and COPD", None),
    ],
)
def test_thoughts_of_suicide(text: str, answer: str | None) -> None:
    assert read_answer("mood", text, yes_or_no(text)) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("not always", "not_sure"),
        ("mostly", "not_sure"),
        ("yes but not when he drinks", "not_sure"),
        ("sometimes", "not_sure"),
        ("it depends", "not_sure"),
        ("my daughter visits on Sundays", None),
    ],
)
def test_safe_at_home(text: str, answer: str | None) -> None:
    assert read_answer("home", text, yes_or_no(text)) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("they are not safe", "no"),
        ("I am not safe", "no"),
        ("I do not", "no"),
        ("she isn't", "no"),
        ("they are", "yes"),
        ("he doesn't know", "not_sure"),
        ("I do feel safe", "yes"),
        ("she is frightened of him", None),
        ("I have no food", None),
    ],
)
def test_not_safe_is_never_safe_although_it_begins_like_a_yes(text: str, answer: str) -> None:
    assert read_answer("home", text, yes_or_no(text)) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("she has", "yes"),
        ("he has said so", "yes"),
        ("they did once", "yes"),
        ("she hasn't", "no"),
        ("they have not", "no"),
        ("she has a cat", None),
    ],
)
def test_answers_about_someone_else(text: str, answer: str | None) -> None:
    assert read_answer("mood", text, yes_or_no(text)) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", "yes"),
        ("it's getting worse", "yes"),
        ("still happening", "yes"),
        ("it comes and goes", "yes"),
        ("a bit", "yes"),
        ("no", "no"),
        ("not now", "no"),
        ("not any more", "no"),
        ("it has stopped", "no"),
        ("no, it isn't getting worse", "no"),
        ("no but it's worse", "not_sure"),
        ("no, but it comes back at night", "not_sure"),
        ("I don't know", "not_sure"),
        ("it's not happening now", "no"),
        ("my sister still comes every day", None),
        ("my sister is not there now", None),
    ],
)
def test_happening_now_or_getting_worse(text: str, answer: str | None) -> None:
    assert read_answer("physical", text, yes_or_no(text)) == answer


@pytest.mark.parametrize(
    ("text", "comes"),
    [
        ("yes thanks", True),
        ("the ambulance is on its way", True),
        ("I've called 999", True),
        ("paramedics are with him now", True),
        ("we're at A&E", True),
        ("no", False),
        ("not yet", False),
        ("I haven't rung them", False),
        ("they aren't coming", False),
        ("yes but they said four hours", False),
        ("should I ring 999?", False),
        ("I'm going to ring", False),
        ("I think so", False),
        ("he is lying on the floor", False),
        ("they are", True),
        ("ok", False),
        ("ok I'll ring them", False),
        ("", False),
    ],
)
def test_only_a_clear_yes_means_that_help_comes(text: str, comes: bool) -> None:
    assert help_comes(text, yes_or_no(text)) is comes


@pytest.mark.parametrize(
    "text",
    [
        "only joking",
        "Just kidding!",
        "lol jk it was a joke",
        "jk",
        "I didn’t mean it",
        "forget I said that",
        "ignore what I said",
        "don't tell anyone",
        "i was just messing",
    ],
)
def test_what_takes_it_back(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize(
    "text", ["I don't know", "my brother tells jokes at the club", "take Bob off", "yes please"]
)
def test_what_takes_nothing_back(text: str) -> None:
    assert not takes_back(text)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("a bit better thanks", "better"),
        ("I'm ok, carry on", "better"),
        ("not too bad", "better"),
        ("still bad", "worse"),
        ("not good", "worse"),
        ("no", "worse"),
        ("the same", "worse"),
        ("my sister Ann", None),
    ],
)
def test_how_they_are_now(text: str, how: str | None) -> None:
    assert how_now(text) == how


@given(
    st.sampled_from(["mood", "self_harm", "home", "care", "safety", "physical", "violence"]),
    st.text(max_size=80),
)
def test_any_text_is_read_and_a_plain_word_is_kept(question: str, text: str) -> None:
    assert read_answer(question, text, None) in (None, "yes", "no", "not_sure")
    assert read_answer(question, "yes", True) == "yes"
    assert read_answer(question, "no", False) == "no"
