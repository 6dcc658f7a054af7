"""Details of other people that are never needed do not get as far as being kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversations import words
from bot.conversations.turns import Text, Unreadable, without_private_parts
from bot.rights.minimise import DIAGNOSIS, minimise


@pytest.mark.parametrize(
    ("typed", "kept", "left_out"),
    [
        ("my friend Bob Smith", "my friend Bob", ("surname",)),
        ("bob smith and jean jones", "bob and jean", ("surname",)),
        ("Jean Kowalska's dog", "Jean's dog", ("surname",)),
        ("My son Ali Khan", "My son Ali", ("surname",)),
        ("ring her on 07700 900123", "ring her on [phone number]", ("phone",)),
        ("+44 7700 900123", "[phone number]", ("phone",)),
        ("she lives at 12 High Street, Leeds", "she lives at [address], Leeds", ("address",)),
        ("flat 3, 12 Acacia Avenue", "[address]", ("address",)),
        ("Ann, born 3/4/1950", "Ann, [date of birth]", ("birth",)),
        ("her DOB is 3 April 1950", "her [date of birth]", ("birth",)),
        ("ann@example.org", "[email]", ("email",)),
        ("nhs number 943 476 5919", "[NHS number]", ("number",)),
        ("my sister Jean has MS", "my sister Jean has [illness]", ("diagnosis",)),
        ("Jean Smith has type 2 diabetes", "Jean has [illness]", ("surname", "diagnosis")),
        ("my son, who has autism, helps", "my son, who has [illness], helps", ("diagnosis",)),
        ("mum's got dementia", "mum's got [illness]", ("diagnosis",)),
        ("Mum's dementia is worse", "Mum's [illness] is worse", ("diagnosis",)),
        ("my parents have COPD, asthma", "my parents have [illness]", ("diagnosis",)),
        ("I have COPD and Bob has asthma", "I have COPD and Bob has [illness]", ("diagnosis",)),
    ],
)
def test_what_is_left_out(typed: str, kept: str, left_out: tuple[str, ...]) -> None:
    found = minimise(typed)
    assert found.text == kept
    assert set(left_out) <= set(found.left_out)


@pytest.mark.parametrize(
    "text",
    [
        "my wife Jean, Mary Ann and our Keith",
        "Tom Dick and Harry",
        "May I ask something",
        "Mark said no",
        "Will Young people come",
        "Grace Church choir",
        "Sue Ryder hospice",
        "it's a 5 minute drive",
        "20 minutes walk to town",
        "blood pressure 180 over 110, sugar 12.4",
        "since 01/02/2020",
        "Samaritans 116 123",
        "I rang 111 and then 999",
        "HP7 0AB",
        "I want to kill myself",
        "I took 28 pills near Church Road",
        "16 tablets Hill Street",
        "My Husband Paul Throttled Me Last Night",
        "My Son Mark Thumps Me",
        "My Daughter Sarah Withholds My Tablets",
        "I have diabetes and a bad back",
        "my wife and I have arthritis",
        "me and my brothers have diabetes",
        "Jean helps me with my diabetes",
        "my brother got my heart tablets",
        "Jean takes me to the diabetes clinic",
        "my GP has diabetes leaflets",
        "Mum's blood pressure is 180 over 110",
        "a group for my husband with dementia",
        "Mum has a cancer nurse",
        "Jean lives with me",
        "take our Wilf with me",
        "MY SON LIVES WITH ME",
    ],
)
def test_what_stays(text: str) -> None:
    assert minimise(text).text == text


def test_the_patient_is_told_what_and_why() -> None:
    incoming, said = without_private_parts(Text("Bob Smith, 07700 900123"))
    assert incoming == Text("Bob, [phone number]")
    assert "a phone number and a surname" in said and "private" in said
    captioned, said = without_private_parts(Unreadable("photo", "Bob Smith"))
    assert captioned == Unreadable("photo", "Bob")
    assert said
    assert without_private_parts(Text("my sister")) == (Text("my sister"), "")


def test_the_illnesses_of_the_patient_are_kept_where_a_helper_writes() -> None:
    assert minimise("my mum has COPD", diagnoses=False).text == "my mum has COPD"


@given(st.text(max_size=300))
def test_any_text_is_read_and_every_kind_has_words(text: str) -> None:
    found = minimise(text)
    assert set(found.left_out) <= set(words.LEFT_OUT)
    assert bool(found.left_out) == (found.text != text)


@pytest.mark.parametrize(
    "text",
    [
        "she's got cancer of the bowel",
        "Alf is diabetic",
        "our Kev who's bipolar",
        "Pat has breast cancer",
        "Brenda (has dementia)",
        "Bob is on dialysis",
    ],
)
def test_everyday_ways_to_tell_of_an_illness(text: str) -> None:
    short = minimise(text)
    assert DIAGNOSIS in short.left_out and "[illness]" in short.text
    for word in ("cancer", "bowel", "breast", "diabetic", "bipolar", "dementia", "dialysis"):
        assert word not in short.text


@pytest.mark.parametrize(
    "text", ["I am diabetic", "Jean is the diabetic nurse", "the nurse is kind", "Mum is a rock"]
)
def test_what_is_no_illness_of_others_stays(text: str) -> None:
    assert minimise(text).text == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("my daughter Sue Jackson", "my daughter Sue"),
        ("our Mohammed Ali", "our Mohammed"),
        ("my sons Jordan Lewis and Kyle", "my sons Jordan Lewis and Kyle"),
        ("Owen and Lewis", "Owen and Lewis"),
        ("Mrs Kaur", "Mrs Kaur"),
    ],
)
def test_family_names_that_are_first_names_too(text: str, kept: str) -> None:
    assert minimise(text).text == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("my daughter Sue lives at XW1 6NB", "my daughter Sue lives at [address]"),
        ("I live at XW1 6NB", "I live at XW1 6NB"),
        ("Pat of 5 Mill Lane Marlowby", "Pat of [address] Marlowby"),
        ("ring her on 0044 7700 900456", "ring her on [phone number]"),
        ("his number is QQ 12 34 56 C", "his number is [number]"),
    ],
)
def test_where_others_live_and_their_numbers(text: str, kept: str) -> None:
    assert minimise(text).text == kept
