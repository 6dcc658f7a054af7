"""What a log may say of an error."""

from __future__ import annotations

import pytest

from bot.errors import place_of
from bot.settings import WrongSetting, get_settings


def test_a_log_gets_the_kind_and_the_line_but_not_the_words():
    try:
        raise ValueError("my wife Jean left me")
    except ValueError as error:
        said = place_of(error)
    assert said.startswith("ValueError at ") and "test_errors.py:" in said
    assert "Jean" not in said


def test_an_error_that_was_never_raised_has_a_kind_only():
    assert place_of(KeyError("Jean")) == "KeyError"


def test_a_wrong_setting_is_named_and_no_secret_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    get_settings.cache_clear()
    monkeypatch.setenv("WISE_REGION", "mars")
    monkeypatch.setenv("WISE_KEEP_CHAT_DAYS", "-1")
    with pytest.raises(WrongSetting) as caught:
        get_settings()
    assert 'WISE_REGION is "mars"' in str(caught.value)
    assert 'WISE_KEEP_CHAT_DAYS is "-1"' in str(caught.value)
    get_settings.cache_clear()
