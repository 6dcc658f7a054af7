"""Details of other people that are never needed do not get as far as being kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversations import words
from bot.conversations.turns import Text, Unreadable, without_private_parts
from bot.rights.minimise import minimise


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


@given(st.text(max_size=300))
def test_any_text_is_read_and_every_kind_has_words(text: str) -> None:
    found = minimise(text)
    assert set(found.left_out) <= set(words.LEFT_OUT)
    assert bool(found.left_out) == (found.text != text)
