"""A reader learns labels of texts and stretches of words, and is the same when read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.language.reader import Example, Head, Reader, Span, stretches
from bot.language.training import Plan, train

HEADS = (
    Head("mood", ("glad", "sad")),
    Head("topics", ("food", "weather"), many=True),
    Head("animal", of="spans"),
    Head("size", ("big", "small"), of="attributes"),
)
SENTENCES = [
    ("how lovely, the {} is here", "glad"),
    ("oh no, the {} has gone", "sad"),
    ("hooray for the {}", "glad"),
    ("I cried for the {}", "sad"),
]
ANIMALS = {"horse": "big", "cow": "big", "elephant": "big", "mouse": "small", "ant": "small"}


def example(sentence: str, mood: str, animal: str) -> Example:
    text = sentence.format(animal)
    start = text.index(animal)
    span = Span("animal", start, start + len(animal), {"size": ANIMALS.get(animal, "big")})
    return Example(text, {"mood": mood}, (span,), frozenset({"animal"}))


@pytest.fixture(scope="module")
def reader() -> Reader:
    examples = [example(s, mood, animal) for s, mood in SENTENCES for animal in ANIMALS]
    examples += [
        Example("soup and bread", {"topics": ("food",)}, (), frozenset({"animal"})),
        Example("rain and wind", {"topics": ("weather",)}, (), frozenset({"animal"})),
        Example("hot soup on a rainy day", {"topics": ("food", "weather")}),
        Example("nothing of the kind", {"topics": ()}, (), frozenset({"animal"})),
    ]
    return train(examples, HEADS, Plan(depth=1, rounds=25, batch=8, rate=5e-4))


def test_it_answers_for_texts_that_it_has_not_seen(reader: Reader) -> None:
    reading = reader.read("how lovely, the goat is here")
    assert reading.best("mood") == "glad"
    assert [reading.text[f.start : f.end] for f in reading.spans] == ["goat"]
    assert reader.read("bread and cheese").over("topics", 0.5) == ("food",)


def test_each_stretch_has_its_own_answers(reader: Reader) -> None:
    found = reader.read("I cried for the elephant").spans
    assert [max(f.chances["size"], key=f.chances["size"].get) for f in found] == ["big"]  # type: ignore[arg-type]


def test_it_is_the_same_when_read_back(reader: Reader, tmp_path: Path) -> None:
    reader.save(tmp_path / "reader.safetensors")
    again = Reader.load(tmp_path / "reader.safetensors")
    text = "I cried for the cow"
    assert again.read(text) == reader.read(text)


@pytest.mark.parametrize("text", ["", "  ", "👍🏽", "\u200d", "word " * 900])
def test_any_text_is_read(reader: Reader, text: str) -> None:
    assert set(reader.read(text).chances) == {"mood", "topics"}


def test_nothing_is_learnt_from_nothing() -> None:
    with pytest.raises(ValueError, match="at least one example"):
        train([], HEADS, Plan())


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ("OBIO", [(1, 3)]),
        ("BB", [(0, 1), (1, 2)]),
        ("OII", [(1, 3)]),
        ("OOO", []),
        ("BIIB", [(0, 3), (3, 4)]),
    ],
)
def test_stretches_from_marks(marks: str, found: list[tuple[int, int]]) -> None:
    chances = np.eye(3, dtype=np.float32)[["OBI".index(m) for m in marks]]
    assert stretches(chances) == found
