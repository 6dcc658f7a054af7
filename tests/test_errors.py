"""What a log may say of an error."""

from __future__ import annotations

from bot.errors import place_of


def test_a_log_gets_the_kind_and_the_line_but_not_the_words():
    try:
        raise ValueError("my wife Jean left me")
    except ValueError as error:
        said = place_of(error)
    assert said.startswith("ValueError at ") and "test_errors.py:" in said
    assert "Jean" not in said


def test_an_error_that_was_never_raised_has_a_kind_only():
    assert place_of(KeyError("Jean")) == "KeyError"
