"""What somebody puts right about themselves."""

from __future__ import annotations

import pytest

from bot.nlu.about_me import age_put_right, no_longer_drives, place_put_right


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("sorry, my postcode is XW2 not XW1", "xw2"),
        ("oh hang on its xw3 not xw1", "xw3"),
        ("I live in Marlowby now", "marlowby"),
        ("I actually live in HP7", "hp7"),
        ("not XW1", None),
        ("Tom lives in Leeds", None),
        ("I live in fear of the stairs, really I do not cope", None),
    ],
)
def test_a_place_that_is_put_right(text: str, place: str | None) -> None:
    assert place_put_right(text) == place


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("wait im 66 not 75", 66),
        ("actually I'm 57", 57),
        ("sorry, I am seventy two", 72),
        ("I'm 57", None),
        ("sorry, I was 57 then", None),
        ("no, I'm not 75", None),
    ],
)
def test_an_age_that_is_put_right(text: str, years: int | None) -> None:
    assert age_put_right(text) == years


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("they've taken my licence", True),
        ("I can't drive any more", True),
        ("I've had to stop driving", True),
        ("I had to give up driving since the stroke", True),
        ("I don't drive at night", False),
        ("my husband can't drive now", False),
        ("I drive", False),
        ("sold my car last year", True),
        ("I got rid of my car to get a smaller one", False),
    ],
)
def test_who_drives_no_more(text: str, so: bool) -> None:
    assert no_longer_drives(text) is so
