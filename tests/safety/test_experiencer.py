"""Low mood and hopelessness are asked about for whoever feels them."""

from __future__ import annotations

import pytest

from bot.safety.rules import detect


def whose(text: str) -> set[str]:
    """About whom the rules see a concern."""
    return {match.subject for match in detect(text)}


@pytest.mark.parametrize(
    "text",
    [
        "my mum is a burden to herself",
        "our lad's lost all hope since they let him go",
        "Grandad keeps telling me life isn't worth living",
        "my neighbour with MS says there's no point going on",
        "she reckons she's a nuisance to everybody",
        "my brother had a stroke and feels worthless",
        "I'm worried my son can't see a way out",
        "my wife is very depressed",
        "he hates himself",
    ],
)
def test_what_somebody_else_feels_is_theirs(text: str) -> None:
    assert whose(text) == {"other"}


@pytest.mark.parametrize(
    "text",
    [
        "I feel like a burden on them",
        "my daughter says I'm a burden",
        "since my wife died life has no point",
        "without my husband life is pointless",
        "I miss my mum there is no point going on",
        "I told my sister there's nothing left for me",
        "he makes me feel worthless",
        "my son is always busy, what is the point",
        "me and my wife feel hopeless",
        "the nurse says there's no hope",
        "my brother says there is no hope for me",
        "they'd all manage fine without me",
        "what's the point",
        "very depressed since Jim went",
    ],
)
def test_what_the_writer_feels_stays_the_writers_whoever_is_named(text: str) -> None:
    assert whose(text) == {"self"}
