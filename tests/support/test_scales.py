"""The plug-in point for outcome scales, and the one example."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from bot.support.scales import ONS4, Item, NoScale, Scale, scale_named

LABELLED = Item("use", "Have you been feeling useful?", ((1, "Rarely"), (3, "Often")))


def test_no_scale_is_on_by_default() -> None:
    from bot.settings import Settings

    assert scale_named(Settings.model_fields["wise_outcome_scale"].default) is None


def test_the_example_is_free_to_use_and_says_so() -> None:
    assert scale_named("bot.support.scales:ONS4") is ONS4
    assert "Open Government Licence" in ONS4.licence and ONS4.source.startswith("https://")
    assert [i.code for i in ONS4.items] == ["satisfied", "worthwhile", "happy", "anxious"]
    assert all([v for v, _ in i.options] == list(range(11)) for i in ONS4.items)


def test_a_service_plugs_in_one_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Scale(
        "own", "1", "ours", "", "", (LABELLED,), lambda answers: {"sum": sum(answers.values())}
    )
    module = ModuleType("our_scales")
    module.OWN = own  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "our_scales", module)
    found = scale_named("our_scales:OWN")
    assert found is own and found.scores({"use": 3}) == {"sum": 3}


@pytest.mark.parametrize(
    "name", ["bot.support.scales:WEMWBS", "no_such_package:A", "bot.support.scales:Item", "a b c"]
)
def test_a_name_of_no_scale_says_so(name: str) -> None:
    with pytest.raises(NoScale, match=name.split(":")[-1]):
        scale_named(name)


def test_a_scale_that_no_export_could_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("their_scales")
    module.THEIRS = Scale("Their Scale!", "1", "", "", "", (LABELLED,))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "their_scales", module)
    with pytest.raises(NoScale, match="Their Scale!"):
        scale_named("their_scales:THEIRS")


def test_the_four_answers_make_no_total() -> None:
    assert ONS4.scores({"satisfied": 7, "anxious": 9}) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("seven", 7), ("7 out of 10", 7), ("10", 10), ("eleven", None), ("fine", None)],
)  # fmt: skip
def test_a_number_in_words_is_read(text: str, value: int | None) -> None:
    assert ONS4.items[0].value_in(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("Often", 3), ("rarely.", 1), ("3", 3), ("2", None), ("now and then", None)]
)
def test_an_option_with_a_title_is_read(text: str, value: int | None) -> None:
    assert LABELLED.value_in(text) == value
