"""Text as people type it, turned into plain words that the lexicon can be matched with.

Repairs encoding, look-alike letters, invisible characters, leetspeak, stretched and spaced
letters, run-together words, contractions and common misspellings. Only the words that the
lexicon looks for are repaired, so that ordinary words are never turned into alarming ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

import ftfy
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.english import known_words

LEET = str.maketrans("013457@$!|€+", "oieastasiiet")
HOMOGLYPHS = str.maketrans("аеорсухікмтнвѕԁɡαοερτυικνзł", "aeopcyxikmthbsdgaoeptuiknzl")
_TOKEN = re.compile(r"\d+\.\d+|[a-z0-9@$!|€+*]*[a-z0-9@$*][a-z0-9@$!|€+*]*|[.?!;:,\n]+")
_CONTRACTIONS = [
    (re.compile(p), m)
    for p, m in (
        (r"\bcan't\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"\bshan't\b", "shall not"),
        (r"\bain't\b", "is not"),
        (r"n't\b", " not"),
        (r"'m\b", " am"),
        (r"'ve\b", " have"),
        (r"'ll\b", " will"),
        (r"'re\b", " are"),
        (r"'d\b", " would"),
        (r"\b(he|she|it|that|there|what|who|one|where|how|nobody|everything)'s\b", r"\1 is"),
        (r"'s\b", " s"),
    )
]
_LETTERS = re.compile(r"(?<![a-z0-9])(?:[a-z][ .\-_*]{1,2}){2,}[a-z](?![a-z0-9])")
_RUN = re.compile(r"(.)\1{2,}")
_SENTENCE_END = frozenset(".?!;\n")


def unmasked(text: str) -> str:
    """A text in small letters, its encoding mended, look-alike letters and accents undone."""
    text = unicodedata.normalize("NFKC", ftfy.fix_text(text)).lower().translate(HOMOGLYPHS)
    return "".join(
        c
        for c in unicodedata.normalize("NFD", text)
        if unicodedata.category(c) not in ("Mn", "Cf", "Me")
    )


class Normaliser:
    """Turns a text into words.

    Args:
        vocabulary: every word that the lexicon looks for.
        keywords: the words worth a fuzzy comparison: long and serious.
        spellings: misspelt word to the words meant, e.g. ``{"sucide": "suicide"}``.
        phrases: regular expression to the words meant, for slips of several words.
    """

    def __init__(
        self,
        vocabulary: Collection[str],
        keywords: Collection[str],
        spellings: Mapping[str, str],
        phrases: Mapping[str, str],
    ) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._keywords = sorted(w for w in keywords if len(w) >= 5)
        self._spellings = dict(spellings)
        self._phrases = [(re.compile(p), w) for p, w in phrases.items()]
        # Words of English are never "repaired".
        self._known = known_words() | self._vocabulary
        self._repaired = lru_cache(maxsize=4096)(self._repair)

    def words(self, text: str) -> list[str]:
        """Words and sentence marks of ``text``, in order, always ending with a full stop."""
        words: list[str] = []
        for token in _TOKEN.findall(self._clean(text)):
            if token[0] in ".?!;:,\n" and not any(c.isalnum() for c in token):
                ends = not _SENTENCE_END.isdisjoint(token)
                mark = "." if ends else ","
                if words and words[-1] not in ".,":
                    words.append(mark)
                elif words and ends:
                    words[-1] = "."
                continue
            for piece in re.split(r"(?<=[a-z])([!|]+)$", token):
                if piece and set(piece) <= set("!|"):
                    words.append(".")
                elif piece:
                    words.extend(self._repaired(piece))
        if not words or words[-1] != ".":
            words.append(".")
        return words

    def _clean(self, text: str) -> str:
        text = unmasked(text)
        text = re.sub(r"[’`´ʼ]", "'", text)
        for pattern, meant in self._phrases:
            text = pattern.sub(meant, text)
        for pattern, meant in _CONTRACTIONS:
            text = pattern.sub(meant, text)
        text = text.replace("'", "")
        return _LETTERS.sub(self._joined, text)

    def _joined(self, spaced: re.Match[str]) -> str:
        word = re.sub(r"[^a-z]", "", spaced.group())
        return word if word in self._vocabulary or word in self._spellings else spaced.group()

    def _repair(self, token: str) -> tuple[str, ...]:
        if token in self._spellings:
            return tuple(self._spellings[token].split())
        if token in self._known or token.replace(".", "").isdigit():
            return (token,)
        for candidate in self._candidates(token):
            if candidate in self._spellings:
                return tuple(self._spellings[candidate].split())
            if candidate in self._vocabulary:
                return (candidate,)
        if not token.isalpha():
            return (re.sub(r"[^a-z0-9]", "", token) or token,)
        return self._split(token) or (self._nearest(token),)

    def _candidates(self, token: str) -> list[str]:
        """Leetspeak and stretched letters undone, one reading after the other."""
        found = []
        plain = token.translate(LEET) if not token.isalpha() else token
        for word in dict.fromkeys((plain, plain.rstrip("i"), token)):
            if "*" in word:
                wild = re.compile(word.replace("*", "[a-z]") + "$")
                if sum(c != "*" for c in word) >= 3:
                    found += [w for w in self._keywords if wild.match(w)]
                    found += [w for w in ("kill", "die") if wild.match(w)]
                continue
            found += [word, _RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word)]
        return found

    def _split(self, token: str) -> tuple[str, ...]:
        for cut in range(3, len(token) - 2):
            left, right = token[:cut], token[cut:]
            if left in self._vocabulary and right in {"myself", "meself", "himself", "herself"}:
                return (left, right)
        return ()

    def _nearest(self, token: str) -> str:
        if len(token) < 5:
            return token
        allowed = 1 if len(token) < 8 else 2
        best = process.extractOne(token, self._keywords, scorer=OSA.distance, score_cutoff=allowed)
        # A slip is seldom in the first letter, and ordinary words often differ there.
        if best and best[0][0] == token[0]:
            return str(best[0])
        return token
