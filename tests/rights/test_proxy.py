"""Somebody who answers in the patient's place is heard, and a carer's own life is not that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rights.proxy import answers_oneself, proxy_in


@pytest.mark.parametrize(
    "text",
    [
        "I'm filling this in for my dad",
        "typing for my mum, she can't see the screen",
        "I am his carer",
        "this is Sandra, Bill's daughter",
        "on behalf of Mr Abdi",
        "Hello, I’m Joanne, Mrs Patel's support worker",
        "its the daughter in law here",
        "me and my brother are doing this for mum",
        "my son's typing this for me",
        "helping our neighbour to fill it in",
        "He can't hold a phone so I'm answering",
        "I'm writing because she finds it hard to read",
        "I'll answer for him",
        "I'm the granddaughter",
        "doing this on her behalf, I'm just typing for her",
        "it's all about my husband, not me",
    ],
)
def test_who_writes_for_the_patient_is_heard(text: str) -> None:
    assert proxy_in(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "my daughter is filling the car",
        "I'm a carer for my husband",
        "my husband had a stroke so I am his carer and he was mine",
        "I'm my mum's carer",
        "I'm his wife and I have COPD",
        "filling in forms for my wife's benefits",
        "I'm writing a book for my grandchildren",
        "I write for the parish magazine",
        "I'm writing to the council for my neighbour",
        "my son answers the phone for me",
        "I do the shopping for my dad",
        "my sister rang the surgery on behalf of my dad",
        "on behalf of myself and my blood pressure",
        "I'm doing this for my health",
        "I'm not filling this in for anybody",
        "typing this with one finger",
        "I'm filling this in with my daughter, she's good company",
        "is a nurse typing this?",
        "this is my daughter Sandra",
        "Sandra is Bill's daughter",
        "the nurse here is nice",
        "I'm asking for a nurse",
        "I'm the youngest of six",
        "she can't use the stairs so I carry her bags",
    ],
)
def test_what_the_writer_does_for_others_is_no_answering_for_them(text: str) -> None:
    assert proxy_in(text) is None


@pytest.mark.parametrize("text", ["I'm his carer", "I am Tony's wife", "this is Ann, her sister"])
def test_once_people_are_named_he_is_one_of_them(text: str) -> None:
    assert proxy_in(text, nobody_named=True) is not None
    assert proxy_in(text, nobody_named=False) is None


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("typing for my mum Edie, she can't see the screen", True),
        ("hello there, I'm filling this in for my nan today", True),
        ("typing for my mum. Her people are me, my brother Colin and the nurse", False),
        ("I'm filling this in for my dad, he has COPD", False),
        ("on behalf of Mr Abdi, he wants a swimming time for men only", False),
    ],
)
def test_an_answer_that_comes_with_it_is_told_apart(text: str, alone: bool) -> None:
    proxy = proxy_in(text)
    assert proxy is not None and proxy.alone is alone


@pytest.mark.parametrize(
    "text", ["I'm typing this myself now", "this is me typing", "nobody is answering for me"]
)
def test_who_writes_for_themselves_again_is_heard(text: str) -> None:
    assert answers_oneself(text)
    assert proxy_in(text) is None


def test_to_be_back_is_not_to_have_had_help() -> None:
    assert not answers_oneself("hiya it's me again, carry on from before")


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert proxy_in(text) is None or proxy_in(text)
