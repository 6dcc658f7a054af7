"""Who is too young is heard, whatever word comes first."""

from __future__ import annotations

import pytest

from actions.consent import says_under_age


@pytest.mark.parametrize(
    "text",
    [
        "Yes, 17",
        "yes I'm seventeen",
        "yes but I'm under 18",
        "15",
        "I'm 12",
        "no, sixteen",
        "yeah only 14",
        "im just fifteen",
        "I am under age",
    ],
)
def test_a_child_is_heard(text: str) -> None:
    assert says_under_age(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "yes I'm 77 happy to go on",
        "Yes, 18",
        "I'm 17 stone",
        "yes, I'm not under 18",
        "yes I have had it for 15 years",
        "I'm 10 years into this",
        "yes, eighty",
    ],
)
def test_a_grown_up_is_none(text: str) -> None:
    assert not says_under_age(text)
