"""The rule detector: the lexicon matched with spaCy, its context read with medspaCy ConText."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span

from bot.safety.experiencer import experiencer
from bot.safety.lexicon import Lexicon, Pattern, Rule, load_lexicon
from bot.safety.model import Level, Match, Subject
from bot.safety.normalise import Normaliser

_SPANS = "risk"
# Cues that undo a habit ("when I climb stairs" but "much worse today") or a past.
_ACUTE = "ACUTE"
_UNDONE_BY_ACUTE = frozenset({"HABITUAL", "HISTORICAL"})


class RuleDetector:
    """Finds what the lexicon describes; call it with a text.

    Building takes a few seconds (medspaCy's import and the matchers), a call a millisecond or
    two. It holds no state between calls and may be shared by threads.
    """

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        # Imported here: medspaCy takes seconds to import, and not every command screens.
        from medspacy.context import ConText, ConTextRule

        self._lexicon = lexicon or load_lexicon()
        self._normaliser = Normaliser(
            self._lexicon.vocabulary,
            self._lexicon.keywords,
            self._lexicon.spellings,
            self._lexicon.phrases,
        )
        self._nlp = spacy.blank("en")
        self._rules = {rule.id: rule for rule in self._lexicon.rules}
        self._patterns: list[tuple[Rule, Pattern, Matcher]] = []
        self._by_anchor: dict[str, list[int]] = defaultdict(list)
        for rule in self._lexicon.rules:
            for pattern in rule.patterns:
                matcher = Matcher(self._nlp.vocab, validate=False)
                matcher.add(rule.id, [list(pattern.tokens)], greedy="LONGEST")
                for word in pattern.anchor:
                    self._by_anchor[word].append(len(self._patterns))
                self._patterns.append((rule, pattern, matcher))
        self._guards = Matcher(self._nlp.vocab, validate=False)
        for number, guard in enumerate(self._lexicon.guards):
            self._guards.add(f"guard {number}", [list(guard)], greedy="LONGEST")
        self._context = ConText(
            self._nlp,
            rules=None,
            span_attrs=None,
            input_span_type="group",
            span_group_name=_SPANS,
        )
        self._context.add(
            [
                ConTextRule(
                    cue.name,
                    cue.kind,
                    pattern=[dict(token) for token in cue.pattern],
                    direction=cue.direction,
                    max_scope=cue.max_scope,
                )
                for cue in self._lexicon.cues
            ]
        )
        # medspaCy builds parts of its matcher at the first call; do it before threads arrive.
        self("I am not well.")

    def __call__(self, text: str) -> list[Match]:
        """What is in ``text``, the most serious first, each rule at most once a subject."""
        doc = self._doc(text)
        present = {token.text for token in doc}
        spans: dict[tuple[int, int], list[Rule]] = defaultdict(list)
        tried: set[int] = set()
        for word in present:
            tried.update(self._by_anchor.get(word, ()))
        for number in tried:
            rule, pattern, matcher = self._patterns[number]
            for _, start, end in matcher(doc):
                start, end = start + pattern.before, end - pattern.after
                if rule not in spans[start, end]:
                    spans[start, end].append(rule)
        if not spans:
            return []
        guarded = [(start, end) for _, start, end in self._guards(doc)]
        targets = [
            Span(doc, start, end, label="RISK")
            for start, end in spans
            if not any(g_start <= start and end <= g_end for g_start, g_end in guarded)
        ]
        if not targets:
            return []
        doc.spans[_SPANS] = targets
        self._context(doc)
        found: dict[tuple[str, Subject], Match] = {}
        for span in targets:
            kinds = _context_of(span)
            for rule in spans[span.start, span.end]:
                match = self._match(rule, span, kinds)
                if match:
                    known = found.get((rule.id, match.subject))
                    if known is None or known.level.rank < match.level.rank:
                        found[rule.id, match.subject] = match
        # Of two equally serious things, the one said at greater length is the more exact.
        return sorted(found.values(), key=lambda m: (-m.level.rank, -len(m.words)))

    def _doc(self, text: str) -> Doc:
        words = self._normaliser.words(text)
        starts: list[bool | int | None] = [n == 0 or words[n - 1] == "." for n in range(len(words))]
        return Doc(self._nlp.vocab, words=words, sent_starts=starts)

    def _match(self, rule: Rule, span: Span, kinds: set[str]) -> Match | None:
        if rule.drops & kinds:
            return None
        subject = self._experiencer(span) if rule.subject == "feels" else rule.subject
        subject = subject or self._subject(span)
        if rule.only not in (None, subject):
            return None
        level = rule.level
        if rule.softens & kinds and level.rank > Level.CONCERN.rank:
            level = Level.CONCERN
        return Match(rule.id, level, rule.category, subject, span.text)

    def _experiencer(self, span: Span) -> Subject:
        before = [token.text for token in span.doc[span.sent.start : span.start]]
        words = [token.text for token in span]
        after = [token.text for token in span.doc[span.end : span.sent.end]]
        return experiencer(before, words, after, self._lexicon.classes)

    def _subject(self, span: Span) -> Subject:
        """About whom: the first person in the words, or else the nearest one before them."""
        others = self._lexicon.classes["other"]
        selves = self._lexicon.classes["self"]
        sentence = span.sent
        for token in span:
            if token.text in selves:
                return "self"
            if token.text in others:
                return "other"
        for token in reversed(span.doc[sentence.start : span.start]):
            if token.text in others:
                return "other"
            if token.text in selves:
                return "self"
        return "self"


def _context_of(span: Span) -> set[str]:
    """Kinds of context that a span stands in.

    ConText lets a cue inside a span change that span ("can *not* breathe") and drops one that
    reaches into it ("*not that I* want to die"); here it is the other way round.
    """
    kinds = set()
    for modifier in span._.modifiers:
        start, end = modifier.modifier_span
        if not (span.start <= start and end <= span.end):
            kinds.add(modifier.category)
    for modifier in span.doc._.context_graph.modifiers:
        start, end = modifier.modifier_span
        reaches_in = start < span.start < end < span.end
        if reaches_in and modifier.direction not in ("TERMINATE", "PSEUDO"):
            kinds.add(modifier.category)
    return kinds - _UNDONE_BY_ACUTE if _ACUTE in kinds else kinds


@lru_cache(maxsize=1)
def rule_detector() -> RuleDetector:
    """The detector with the project's lexicon, built once in a process."""
    return RuleDetector()


def detect(text: str) -> list[Match]:
    """What the rules see in ``text``; anything unusual in the text is fine."""
    # A lone surrogate is not text and breaks spaCy's strings.
    return rule_detector()(re.sub(r"[\ud800-\udfff]", " ", text))
