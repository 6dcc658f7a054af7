"""Names taken out of what people say, for readers who may not see them.

A name becomes ``[person 1]``, always the same one within a conversation, so that a reader can
follow who is meant; numbers of phones, e-mail addresses and full postcodes go too. The list of
names is kept with the conversation and can be read back with it: the mask is reversible.
It is a help, not a proof: a name that neither the person's map nor the lists of names know
stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.nlu import lexicon

_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b")
_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[\s-]?\d){6,}(?!\w)")
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*\d[A-Z]{2}\b", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+|\bwww\.\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_OWNER = re.compile(r"['’](?:s|d|ll|ve|re)$|['’]$", re.IGNORECASE)


def _stem(word: str) -> str:
    """ "Susan" of "Susan's"."""
    return _OWNER.sub("", word)


def names_in(labels: Iterable[str]) -> list[str]:
    """The parts of members' labels that are names, not roles: "Jean" of "my wife Jean"."""
    found = []
    for label in labels:
        for word in map(_stem, _WORD.findall(label)):
            lower = word.lower()
            is_name = lower in lexicon.names() or (
                word[0].isupper()
                and lower not in lexicon.terms_of_one_word()
                and lower not in _ROLES
            )
            if is_name and word not in found:
                found.append(word)
    return found


_ROLES = frozenset(
    {
        *("dr", "doctor", "nurse", "mr", "mrs", "ms", "miss", "the", "my", "our", "and", "of"),
        *("sister", "brother", "uncle", "aunt", "auntie", "nan", "gran", "grandad"),
        *("old", "young", "big", "little", "next", "door", "neighbour", "group", "club"),
    }
)


def known_names_in(text: str) -> list[str]:
    """Words with a capital, not at the start of a sentence, that the lists of names hold."""
    found = []
    for match in _WORD.finditer(text):
        word = _stem(match[0])
        before = text[: match.start()].rstrip()
        starts = not before or before[-1] in ".!?\n:"
        lower = word.lower()
        if not word[0].isupper() or lower not in lexicon.names():
            continue
        if starts and (lower in lexicon.word_names() or lower in lexicon.vocabulary()):
            continue
        if word not in found:
            found.append(word)
    return found


def _called(before: str) -> bool:
    """Whether what follows is how somebody is called: "my nan rose", "auntie grace"."""
    last = re.search(r"([^\W\d_]+)\s+$", before)
    return last is not None and last[1].lower() in _CALLED_SO


_CALLED_SO = frozenset(
    """auntie aunty aunt uncle nan nana nanny nanna gran granny grandma grandad grandpa mum mam dad
    sister brother cousin niece nephew daughter son wife husband partner friend mate neighbour
    carer nurse doctor dr mr mrs ms miss lady girl lad called named""".split()  # noqa: SIM905
)


def mask(text: str, names: Sequence[str]) -> str:
    """The text without names and ways to reach anyone; ``names`` in the conversation's order."""
    text = _EMAIL.sub("[e-mail address]", text)
    text = _LINK.sub("[link]", text)
    text = _POSTCODE.sub(lambda m: m[1].upper(), text)
    text = _NUMBER.sub("[number]", text)
    numbers: dict[str, int] = {}
    for name in names:
        numbers.setdefault(name.lower(), len(numbers) + 1)
    if not numbers:
        return text
    words = frozenset(lexicon.word_names()) | lexicon.vocabulary()

    def hidden(match: re.Match[str]) -> str:
        word = match[0]
        stem = _stem(word)
        number = numbers.get(stem.lower())
        if number is None:
            return word
        # "will" is only Will's name with a capital, or after "uncle"; "jean" is nobody else's word.
        plain = word[0].islower() and stem.lower() in words
        if plain and not _called(match.string[: match.start()]):
            return word
        return f"[person {number}]" + word[len(stem) :]

    return _WORD.sub(hidden, text)
