"""How the readers of messages learn. ``docs/nlu.md`` has what was tried to find these plans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.language.reader import Example, Reader
from bot.language.training import Plan, train
from bot.nlu import examples
from bot.nlu.features import word_features
from bot.nlu.heads import INTENT, MEANING_HEADS, intent_heads

INTENTS = Plan(depth=3, rounds=2)
MEANING = Plan(depth=4, rounds=5)


def intent_reader(texts: Sequence[tuple[str, str]]) -> Reader:
    """A reader that tells intents apart.

    Args:
        texts: messages with their intents.
    """
    heads = intent_heads(intent for _, intent in texts)
    return train([Example(text, {INTENT: intent}) for text, intent in texts], heads, INTENTS)


def meaning_reader(
    texts: Iterable[tuple[str, str]], *, but: Iterable[str] = (), plan: Plan = MEANING
) -> Reader:
    """A reader of members, edits and difficulties.

    Args:
        texts: messages with their intents, some of which serve as examples that name nobody.
        but: writers of annotated messages to leave out.
        plan: how to train.
    """
    but = tuple(but)
    learnt = [
        *map(examples.of_members, examples.rows("members", but=but)),
        *map(examples.of_edits, examples.rows("edits", but=but)),
        *map(examples.of_difficulties, examples.rows("difficulties", but=but)),
        *examples.of_no_one(texts),
    ]
    return train(learnt, MEANING_HEADS, plan, word_features)
