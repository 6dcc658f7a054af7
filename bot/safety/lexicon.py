"""Reads ``lexicon.yml``: word classes, rules and context, and compiles them for spaCy.

A pattern is a line of tokens:

====================  ===============================================================
``word``              this word
``a|b|<class>``       one of these words; ``<class>`` stands for the words of a class
``!(a|b)``            one word (or the end of the sentence) that is none of these
``token?``            may be missing
``token*``            may be missing or come up to 4 times
``..`` or ``..5``     up to 3 (or 5) words of the same sentence, no denial among them
``~5``                up to 5 words, of the next sentence too
``^``                 what follows starts the sentence
``/2[0-9]/``          a word that this regular expression matches whole
====================  ===============================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from bot.nlu.lexicon import names, word_names
from bot.safety.model import Category, Level, Subject

Token = dict[str, Any]


class LexiconError(ValueError):
    """``lexicon.yml`` says something that cannot be compiled."""


@dataclass(frozen=True)
class Pattern:
    """One compiled line.

    Attributes:
        tokens: a spaCy ``Matcher`` pattern.
        anchor: words of which a text needs at least one; used to skip the pattern quickly.
        before, after: 1 where the first or last token only looks at a neighbour.
    """

    tokens: tuple[Token, ...]
    anchor: frozenset[str]
    before: int
    after: int


@dataclass(frozen=True)
class Rule:
    """Patterns that mean one thing.

    Attributes:
        only: counts only when it is about this subject.
        drops: kinds of context that take the alarm away.
        softens: kinds of context that turn the alarm into a concern.
        subject: about whom; ``feels`` where it is whoever feels it (``experiencer``), ``None``
            where the nearest person before the words decides.
    """

    id: str
    level: Level
    category: Category | None
    patterns: tuple[Pattern, ...]
    drops: frozenset[str]
    softens: frozenset[str]
    subject: Subject | Literal["feels"] | None
    only: Subject | None


@dataclass(frozen=True)
class Cue:
    """Words that change what the words around them mean (a ConText modifier)."""

    kind: str
    direction: str
    pattern: tuple[Token, ...]
    name: str
    max_scope: int | None


@dataclass(frozen=True)
class Lexicon:
    """Everything in ``lexicon.yml``, compiled."""

    rules: tuple[Rule, ...]
    guards: tuple[tuple[Token, ...], ...]
    cues: tuple[Cue, ...]
    classes: dict[str, frozenset[str]]
    keywords: frozenset[str]
    spellings: dict[str, str]
    phrases: dict[str, str]
    vocabulary: frozenset[str]


NAMES = "name"
"""The class of first names, which ``lexicon.yml`` uses and does not list."""


class _Compiler:
    def __init__(self, classes: dict[str, list[str]]) -> None:
        self._source = classes
        self.classes: dict[str, frozenset[str]] = {}
        self.vocabulary: set[str] = set()
        # Somebody may be called by name: "Frank hit me". Text is in small letters here, so only
        # names that are no everyday words tell.
        self.classes[NAMES] = names() - word_names()
        for name in classes:
            self._class(name, ())

    def _class(self, name: str, seen: tuple[str, ...]) -> frozenset[str]:
        if name in seen:
            raise LexiconError(f"class <{name}> contains itself")
        if name in self.classes:
            return self.classes[name]
        if name not in self._source:
            raise LexiconError(f"there is no class <{name}>")
        words: set[str] = set()
        for entry in self._source[name]:
            for word in str(entry).split():
                if word.startswith("<"):
                    words |= self._class(word[1:-1], (*seen, name))
                else:
                    words.add(word)
        self.classes[name] = frozenset(words)
        return self.classes[name]

    def words(self, alternatives: str) -> frozenset[str]:
        words: set[str] = set()
        for part in alternatives.split("|"):
            words |= self._class(part[1:-1], ()) if part.startswith("<") else {part}
        return frozenset(words)

    def pattern(self, line: str) -> Pattern:
        """One line, compiled; ``LexiconError`` says what is wrong with it."""
        tokens: list[Token] = []
        needed: list[frozenset[str]] = []
        starts = False
        for piece in line.split():
            if piece.count("(") != piece.count(")") and not piece.startswith("/"):
                raise LexiconError(f"pattern {line!r}: a bracket holds a space")
            if piece == "^":
                starts = True
                continue
            if piece.startswith(".."):
                most = int(piece[2:] or 3)
                token: Token = {"LOWER": {"NOT_IN": [".", "not", "never"]}, "OP": f"{{0,{most}}}"}
            elif piece.startswith("~"):
                token = {"OP": f"{{0,{int(piece[1:])}}}"}
            else:
                repeat = {"?": "?", "*": "{0,4}"}.get(piece[-1])
                optional = repeat is not None and not piece.endswith("/")
                if optional:
                    piece = piece[:-1]
                if piece.startswith("/"):
                    token = {"LOWER": {"REGEX": f"^(?:{piece[1:-1]})$"}}
                elif piece.startswith("!("):
                    token = {"LOWER": {"NOT_IN": sorted(self.words(piece[2:-1]))}}
                else:
                    words = self.words(piece)
                    self.vocabulary |= words - self.classes[NAMES]  # no slip is one for a name
                    if not optional:
                        needed.append(words)
                    token = {"LOWER": {"IN": sorted(words)} if len(words) > 1 else min(words)}
                if optional:
                    token["OP"] = repeat
            if starts:
                token["IS_SENT_START"] = True
                starts = False
            tokens.append(token)
        if not needed:
            raise LexiconError(f"pattern {line!r} has no word that must be there")
        pieces = line.split()
        return Pattern(
            tuple(tokens),
            # The rarest words make the best sieve.
            min(needed, key=lambda words: (not words.isdisjoint(_COMMON), len(words))),
            int(pieces[0].startswith("!")),
            int(pieces[-1].startswith("!")),
        )


_COMMON = frozenset(
    {"i", "me", "my", "you", "he", "she", "it", "they", "we", "is", "am", "are", "be", "been"}
    | {"was", "were", "have", "has", "had", "do", "does", "not", "no", "can", "could", "will"}
    | {"would", "to", "of", "in", "on", "at", "the", "a", "an", "and", "so", "up", "out", "off"}
    | {"down", "all", "any", "them", "him", "her", "this", "that", "with", "for", "from"}
)


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """The project's lexicon; ``LexiconError`` names the rule that is wrong."""
    source = files("bot.safety").joinpath("lexicon.yml").read_text(encoding="utf-8")
    return compile_lexicon(yaml.safe_load(source))


def compile_lexicon(data: dict[str, Any]) -> Lexicon:
    """A lexicon from the parsed YAML; ``LexiconError`` names the rule that is wrong."""
    compiler = _Compiler(data["classes"])
    rules = []
    for entry in data["rules"]:
        try:
            rules.append(
                Rule(
                    id=entry["id"],
                    level=Level(entry["level"]),
                    category=Category(entry["category"]) if entry.get("category") else None,
                    patterns=tuple(compiler.pattern(line) for line in entry["patterns"]),
                    drops=frozenset(entry.get("drops", ())),
                    softens=frozenset(entry.get("softens", ())),
                    subject=entry.get("subject"),
                    only=entry.get("only"),
                )
            )
        except (KeyError, ValueError) as error:
            raise LexiconError(f"rule {entry.get('id', entry)!r}: {error}") from error
    cues = tuple(
        Cue(
            group["kind"],
            group.get("direction", "FORWARD"),
            compiler.pattern(line).tokens,
            line,
            group.get("max_scope"),
        )
        for group in data["context"]
        for line in group["patterns"]
    )
    guards = tuple(compiler.pattern(line).tokens for line in data["guards"])
    return Lexicon(
        rules=tuple(rules),
        guards=guards,
        cues=cues,
        classes=compiler.classes,
        keywords=frozenset(str(w) for w in data["keywords"]),
        spellings={str(k): str(v) for k, v in data["spellings"].items()},
        phrases={str(k): str(v) for k, v in data["phrases"].items()},
        vocabulary=frozenset(compiler.vocabulary) | frozenset(data["keywords"]),
    )
