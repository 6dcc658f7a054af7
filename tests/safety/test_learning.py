"""The trained detector: what it learns from, and that it reads all of a message."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.encoder import encoder
from bot.safety.learning import everyday, rows
from bot.safety.reader import detect, parts
from bot.safety.screen import screen
from bot.settings import PROJECT

_SHORT = 6
"""Two writers may well both write "I feel low": texts of so few words prove nothing."""


def spoken(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_no_blind_row_is_learnt_from() -> None:
    files = [*(PROJECT / "tests/safety/blind").glob("*.jsonl")]
    entries = [json.loads(line) for f in files for line in f.read_text("utf-8").splitlines()]
    blind = {spoken(text) for e in entries for text in e.get("turns") or [e["text"]]}
    learnt = {spoken(row["text"]) for row in rows()}
    assert not {t for t in blind & learnt if len(t.split()) > _SHORT}


def test_a_writer_can_be_left_out_of_what_is_learnt() -> None:
    everyone, others = len(list(rows())), len(list(rows(but=["seven"])))
    assert 0 < others < everyone


def test_everyday_messages_are_there_to_learn_from() -> None:
    assert sum(1 for _ in everyday(PROJECT / "data" / "nlu")) > 1000


@given(st.text(alphabet=st.sampled_from("abc .!\n,é"), max_size=3000))
def test_nothing_of_a_message_is_left_unread(text: str) -> None:
    found = parts(text)
    for part in found:
        words = encoder().cut(part).words
        assert not words or not part[words[-1].end :].strip()
    assert set(text.split()) == {word for part in found for word in part.split()}


@pytest.mark.parametrize(
    "told", ["I want to end it all tonight", "I cannot breathe, my lips are blue"]
)
def test_a_risk_is_seen_at_the_end_of_a_long_message(told: str) -> None:
    outing = "On day {} we went to the garden centre and Jean bought bulbs. "
    long = "".join(map(outing.format, range(60)))
    assert not detect(long)
    assert any(match.level.is_alarm for match in detect(long + told))


@pytest.mark.parametrize(
    "told",
    [
        "I have been putting my tablets by so that I can take the lot one night",
        "Most days I think they would all be better off if I did not wake up",
        "My son takes my bank card and shouts until I give him the number",
        "Since this morning one side of my face has dropped and my words come out wrong",
        "He will not let me out of the house and he took my phone",
    ],
)
def test_a_few_harmless_sentences_do_not_hide_a_risk(told: str) -> None:
    before = (
        "We had a nice drive out on Sunday and Jean drove. "
        "My neighbour Ted has been doing the bins for me. "
    )
    after = (
        " The grandchildren are back at school now. "
        "I must get the garden tidied before the weather turns."
    )
    assert not detect(before + after)
    # The reader sees it by itself, and with the rules it is an alarm. Which of the two raises it
    # differs from training to training.
    assert detect(f"{before}{told}.{after}")
    assert screen(f"{before}{told}.{after}").level.is_alarm
