"""What people ask for by name, and what they do not."""

from __future__ import annotations

import pytest

from bot.support.named import thing_named


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("is there a choir?", "choir"),
        ("Any walking groups near me", "walking"),
        ("I'd like somewhere to knit", "knit"),
        ("is there a chair yoga class in Marlowby", "chair yoga class"),
        ("can you find me something near me", ""),
        ("what else have you got?", ""),
        ("show me other options please", ""),
        ("find support", ""),
        ("I need someone to talk to because since my wife died the evenings are long", ""),
        ("", ""),
    ],
)
def test_the_thing_that_is_asked_for(said: str, thing: str) -> None:
    assert thing_named(said, but=["Marlowby"]) == thing
