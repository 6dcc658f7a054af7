from hypothesis import given
from hypothesis import strategies as st

from bot.conversations.plain_text import clean, split, utf16_length


def test_long_words_are_cut_between_sentences():
    text = "One sentence here. " * 20
    parts = split(text, 100)
    assert all(part.endswith("here.") for part in parts)
    assert " ".join(parts) == text.strip()


def test_paragraphs_are_kept_together():
    text = "First thing. Still first.\n\nSecond thing. Still second."
    assert split(text, 40) == ["First thing. Still first.", "Second thing. Still second."]


def test_a_cut_is_never_within_an_emoji():
    parts = split("😀" * 10, 5)
    assert parts == ["😀😀"] * 5


def test_a_sentence_may_end_in_a_quotation():
    assert split('She said "hello." Then she left.', 20) == ['She said "hello."', "Then she left."]


@given(st.text(), st.integers(2, 50))
def test_nothing_is_lost_but_space(text, limit):
    text = clean(text)
    parts = split(text, limit)
    assert all(0 < utf16_length(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_names_cannot_turn_the_text_around():
    assert clean("Ann\u202e\u2067\x07 B\r\nC\u2028D") == "Ann B\nC\nD"
    assert clean("👩‍👧") == "👩‍👧"
