"""The grammar of naming somebody: owners, kin and role words, names, lists, places.

It reads a text left to right into ``Mention``s with their place. It knows words, not
sentences: what is said of each mention is the business of ``bot.nlu.members``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from spacy.tokens import Doc

from bot.network.edits import KIN_TITLES
from bot.network.model import FAMILY, PROFESSIONAL, Kind, Relationship, Status, kind_of
from bot.nlu import lexicon
from bot.nlu.grammar_words import (
    ADJECTIVE,
    AMBIGUOUS_KIN,
    ARTICLE,
    BOUNDARY_WORD,
    COLLEAGUE,
    COMMON,
    CONNECT,
    DOUBLE,
    DOUBLE_FIRST,
    DOUBLE_SECOND,
    EGO,
    FAMOUS,
    FUNCTION,
    GENERIC,
    GENERIC_MANY,
    HARD_TITLE,
    LACKS,
    LIST_KIN,
    MAP_CIRCLE,
    NEAR,
    NOT_ALONE,
    NOT_NAMES,
    NUMBER,
    OF_THE_CHURCH,
    OF_THE_WARD,
    ONLINE,
    PASSING,
    PET_OWNED,
    PLACE_AFTER,
    PLAIN_WORDS,
    PREP_PLACE,
    STOP,
    THE_KIN,
    THIRD,
    TIME,
    TITLE,
    VERB,
    WISH,
)
from bot.nlu.lexicon import Term
from bot.nlu.words import known_words, pipeline, straight, tokenise

R = Relationship


IN_LAW = {
    (R.PARENT, R.PARENT): R.GRANDPARENT,
    (R.CHILD, R.CHILD): R.GRANDCHILD,
    (R.PARENT, R.PARTNER): R.OTHER_FAMILY,
    (R.PARTNER, R.CHILD): R.CHILD,
}


@dataclass(frozen=True)
class Mention:
    """Somebody or something named as part of ego's life.

    Attributes:
        name: as written; a role is named by the role, without its owner.
        relationship: what it is to ego; ``None`` where the text does not say.
        first: index of its first token; last: index after its last token.
        named: it has a name of its own, not only a role.
        status: died where the naming itself says so ("my late wife").
        head: the kin, role or group word, for matching "my sister".
    """

    name: str
    relationship: Relationship | None
    first: int
    last: int
    named: bool = True
    status: Status = Status.ACTIVE
    head: str = ""
    owner: str = ""

    @property
    def kind(self) -> Kind:
        """The kind that the relationship implies."""
        return kind_of(self.relationship)


@dataclass(frozen=True)
class _Phrase:
    """A noun phrase on the way to mentions: where it is and what its head says."""

    first: int
    head_at: int
    end: int
    owner: str
    term: Term | None
    relationship: Relationship | None
    names: tuple[tuple[int, int], ...] = ()
    label: tuple[int, int] = (0, 0)
    late: bool = False
    number: bool = False
    skip: bool = False
    prefix: str = ""


def compose(owner: Relationship | None, head: Relationship | None) -> Relationship | None:
    """What somebody's somebody is to ego; ``None`` where they are not part of ego's life."""
    if head is None:
        return owner
    if owner is None:
        return R.OTHER_FAMILY if head in FAMILY else head
    if owner in FAMILY:
        if head in FAMILY:
            return IN_LAW.get((owner, head), R.OTHER_FAMILY)
        return None if head in PROFESSIONAL | {R.PET} else R.OTHER
    if owner is R.NEIGHBOUR:
        return R.NEIGHBOUR if head in FAMILY else None
    return R.OTHER if head in FAMILY and owner not in PROFESSIONAL else None


class Reader:
    """Reads one text. ``mentions()`` is the whole interface."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenise(text)
        self.size = len(self.tokens)
        letters = [c for c in text if c.isalpha()]
        self.cased = bool(letters) and any(c.islower() for c in letters)
        self.found: list[Mention] = []
        self.list_only = False
        self._listing = False
        self._apposing = False

    # Looking at tokens

    @cached_property
    def _doc(self) -> Doc:
        return pipeline()(straight(self.text))

    def low(self, i: int) -> str:
        """The lower-case word at a place, mended; empty outside the text."""
        return self.tokens[i].norm if 0 <= i < self.size else ""

    def raw(self, i: int) -> str:
        """The lower-case word at a place as it was spelt."""
        return self.tokens[i].low if 0 <= i < self.size else ""

    def slice(self, a: int, b: int) -> str:
        """The text of tokens a to b as written."""
        return self.text[self.tokens[a].start : self.tokens[b - 1].end]

    def capital(self, i: int) -> bool:
        """A capital that says something: not in a text all in capitals, not a sentence's first."""
        return self.cased and self.tokens[i].capital

    def initial(self, i: int) -> bool:
        """First word of a sentence."""
        return i == 0 or self.raw(i - 1) in {".", "!", "?", "\n", '"', "(", ":"}

    def boundary(self, i: int) -> bool:
        """Nothing, or a mark, at this place."""
        return not 0 <= i < self.size or not (self.tokens[i].is_word or self.raw(i) == "'s")

    def left_open(self, i: int) -> bool:
        """Whether an item of a list could begin here."""
        return (
            self.boundary(i - 1)
            or self.low(i - 1) in BOUNDARY_WORD
            or self.low(i - 1) in VERB
            or any(m.last == i for m in self.found)
        )

    def right_open(self, i: int) -> bool:
        """Whether an item of a list could end before this place."""
        return self.boundary(i) or self.low(i) in CONNECT or self.low(i) in {"but", "who"}

    def matches(self, i: int, words: tuple[str, ...]) -> bool:
        """Whether these words stand here."""
        return all(self.low(i + k) == w or self.raw(i + k) == w for k, w in enumerate(words))

    def term(self, i: int) -> tuple[Term, int] | None:
        """The longest member word that begins here, and where it ends."""
        if self.raw(i) in {"ward", "charge", "theatre"} and self.raw(i + 1) == "sister":
            return Term(R.NURSE), i + 2
        table = lexicon.terms()
        for length in range(min(lexicon.MAX_WORDS, self.size - i), 0, -1):
            span = range(i, i + length)
            for form in (self.raw, self.low):
                key = tuple(form(k) for k in span)
                if key in table:
                    return table[key], i + length
        return None

    def number(self, i: int) -> bool:
        """A number word, or the digits of one."""
        return self.low(i) in NUMBER

    # Names

    def is_place(self, i: int) -> bool:
        """Part of a street, a hospital or a saint's name."""
        return self.raw(i - 1) in {"st", "saint"} or self.raw(i + 1) in PLACE_AFTER

    def strong_name(self, i: int) -> bool:
        """A first name that is nothing else, or one that its capital gives away."""
        if not 0 <= i < self.size or not self.tokens[i].is_word:
            return False
        low = self.raw(i)
        if low not in lexicon.names() or self.is_place(i):
            return False
        if low not in lexicon.word_names() and low not in NOT_NAMES:
            return True
        return (
            self.capital(i)
            and low not in NOT_NAMES - {"may", "june", "april", "august"}
            and (not self.initial(i) or low not in known_words() - lexicon.names())
            and (not self.initial(i) or self.size == 1 or not self._plain_word(low))
            and not self._date(i)
        )

    def _plain_word(self, low: str) -> bool:
        return low in PLAIN_WORDS

    def _date(self, i: int) -> bool:
        return self.raw(i) in {"may", "june", "april", "august"} and (
            self.raw(i - 1) in {"in", "last", "since", "this", "next", "until", "by", "of"}
            or self.raw(i + 1).isdigit()
        )

    def weak_name(self, i: int, *, told: bool = False) -> bool:
        """A word that can be a name where one is expected.

        Args:
            i: place of the word.
            told: a kin word, "called" or a title stands before it, so that any word will do.
        """
        if not 0 <= i < self.size or not self.tokens[i].is_word or self.raw(i)[0].isdigit():
            return False
        low = self.raw(i)
        if self.strong_name(i):
            return True
        if self.is_place(i) or low in STOP or low in VERB or low in BOUNDARY_WORD:
            return low in lexicon.word_names() and self.capital(i) and told and low not in FUNCTION
        if self.term(i) and not (self.capital(i) and told and not self.initial(i)):
            return False
        if low in lexicon.names() and (low not in FUNCTION or (self.capital(i) and told)):
            return not self._date(i)
        if low in FUNCTION or low in NOT_NAMES or low in PREP_PLACE or low in ADJECTIVE:
            return False
        if told and self.term(i):
            return False
        if told and self.capital(i):
            return True
        if told and low not in known_words() and len(low) > 2 and low.isalpha():
            return self.low(i) == low and not low.endswith(("ing", "ed", "ly"))
        return False

    def person(self, i: int) -> bool:
        """Whether spaCy takes this capitalised word for a person's name."""
        if not self.capital(i) or self.raw(i) in NOT_NAMES or self.term(i) or self.is_place(i):
            return False
        start = self.tokens[i].start
        return any(t.idx == start and t.ent_type_ == "PERSON" for t in self._doc)

    def name_run(self, i: int, *, told: bool = False, weak: bool = False) -> int:
        """Where the name that begins here ends; ``i`` itself if none begins here."""
        if i >= self.size:
            return i
        low = self.raw(i)
        if (low in TITLE or self.kin_title(i)) and i + 1 < self.size:
            j = i + 2 if self.raw(i + 1) == "." and low in HARD_TITLE else i + 1
            hard = low in HARD_TITLE or low == "doctor"
            ok = j < self.size and (
                (hard and self.tokens[j].is_word and self._surname_like(j))
                or (not hard and self.capital(j) and self.weak_name(j, told=True))
                or (not hard and self.strong_name(j))
            )
            if ok:
                end = j + 1
                double = self.kin_title(i)  # "Sister Mary Clare"
                while end < self.size and end - j < 3 and (
                    self._continues(j, end, titled=True)
                    or (double and self.capital(end) and self.strong_name(end))
                ):  # fmt: skip
                    end += 1
                return end
        if not (
            self.strong_name(i)
            or self._family_name_first(i)
            or (weak and self.weak_name(i))
            or (told and self.weak_name(i, told=True))
            or ((told or self.list_only) and self.person(i))
            or (self.list_only and self._foreign(i))
        ):
            return i
        end = i + 1
        while end < self.size and end - i < 4 and self._continues(i, end):
            end += 1
        return end

    def kin_title(self, i: int) -> bool:
        """Whether the kin word here is a title: "Father Brendan", "Sister Mary from the convent".

        Own family is called "my sister Mary", or by small letters where "my" is left out. A father
        is called by his name in no way but the priest's.
        """
        low = self.raw(i)
        if low not in KIN_TITLES or i + 1 >= self.size or self._owned(i):
            return False
        if not (self.strong_name(i + 1) or self._written_as_name(i + 1)):
            return False
        if low == "father" or self._names_a_priest():
            return True
        if self._written_as_title(i):
            return self._tells_of(OF_THE_CHURCH | OF_THE_WARD) or not self._lists_family()
        # "Sister bernice from church": the place has to be hers.
        return self._tells_of(OF_THE_CHURCH | OF_THE_WARD, i + 2, i + 6)

    def _written_as_name(self, i: int) -> bool:
        return self.capital(i) and self.weak_name(i, told=True)

    def _written_as_title(self, i: int) -> bool:
        return self.cased and self.tokens[i].capital

    def _names_a_priest(self) -> bool:
        fathers = (i for i in range(self.size) if self.raw(i) == "father")
        return any(self.kin_title(i) for i in fathers)

    def _owned(self, i: int) -> bool:
        """Whether the kin word here is said to be somebody's: "my big sister", "Tom's mother".

        "Our Father Kelechi" is everybody's.
        """
        for k in range(i - 1, max(-1, i - 4), -1):
            if self.raw(k) == "our":
                return not self._written_as_title(i)
            if self.raw(k) in EGO | THIRD or self.raw(k) == "'s":
                return True
            if self.boundary(k) or self.low(k) in CONNECT or self.term(k):
                break
        return False

    def _tells_of(self, words: frozenset[str], first: int = 0, last: int | None = None) -> bool:
        return any(token.low in words for token in self.tokens[first:last])

    def _lists_family(self) -> bool:
        """Whether the text is a list with other family in it: "Mum, Dad, Brother Tom"."""
        terms = (self.term(i) for i in range(self.size) if self.raw(i) not in KIN_TITLES)
        return self.list_only and any(found[0].is_kin for found in terms if found)

    def _family_name_first(self, i: int) -> bool:
        """ "Nguyen Thi Lan": the family name stands first."""
        return (
            self.capital(i)
            and self.raw(i) in lexicon.surnames()
            and i + 1 < self.size
            and self.capital(i + 1)
            and self.raw(i + 1) in lexicon.names()
            and not self.is_place(i)
        )

    def _foreign(self, i: int) -> bool:
        low = self.raw(i)
        return (
            self.capital(i)
            and low.isalpha()
            and low not in NOT_NAMES
            and low not in known_words() - lexicon.names() - lexicon.surnames()
        )

    def _surname_like(self, i: int) -> bool:
        low = self.raw(i)
        known = low in lexicon.surnames() or self.strong_name(i)
        if self.raw(i - 1) in {"miss", "ms", "fr", "mx", "doctor"} and not (
            self.capital(i) or known
        ):
            return False
        return (
            low not in STOP
            and low not in VERB
            and low.replace("'", "").isalpha()
            and low not in PREP_PLACE
            and low not in BOUNDARY_WORD
            and (
                self.capital(i)
                or low in lexicon.surnames()
                or low in lexicon.names()
                or low not in COMMON
            )
        )

    def _continues(self, first: int, i: int, *, titled: bool = False) -> bool:
        """Whether the word here goes on with the name that began at ``first``."""
        token, low = self.tokens[i], self.raw(i)
        if token.joined and token.is_word:
            return low not in STOP
        if not token.is_word or low in STOP or low in VERB or low in NOT_NAMES or low[0].isdigit():
            return False
        if self.raw(i + 1) == "'s" and self.term(i + 2):
            return low in lexicon.surnames() and self.capital(i)
        kin = self.term(i)
        if kin and low not in lexicon.surnames():
            return False
        before = self.raw(i - 1)
        pair = (before, low) in DOUBLE or (
            before in DOUBLE_FIRST and low in DOUBLE_SECOND and not titled
        )
        if self.capital(i) and self.tokens[i - 1].capital and self.cased:
            british = before in lexicon.british_names() and low in lexicon.british_names()
            return pair or not british or low in lexicon.surnames()
        if pair:
            return True
        if self._listing and low in lexicon.names():
            return False
        if low in lexicon.surnames() and low not in lexicon.word_names():
            return low not in lexicon.british_names()
        return (
            low in lexicon.names()
            and low not in lexicon.british_names()
            and low not in lexicon.word_names()
            and before not in lexicon.british_names()
        )

    def name_list(self, i: int, *, told: bool) -> list[tuple[int, int]]:
        """Names joined by commas and "and" from here on."""
        spans: list[tuple[int, int]] = []
        while True:
            if self.low(i) in {"baby", "little", "wee", "young", "big"} and self.strong_name(i + 1):
                i += 1
            self._listing = told
            end = self.name_run(i, told=told, weak=True)
            self._listing = False
            if end == i:
                break
            nxt = self._appositive(end)
            if spans and nxt is not None:
                break
            if self.low(end) == "'s" and self.term(end + 1):
                break
            spans.append((i, end))
            j = end
            if self.raw(j) == ",":
                j += 1
            if self.low(j) in {"and", "&", "n", "plus", "or"}:
                j += 1
            if j == end and self.name_run(j, told=False, weak=False) == j:
                break
            i = j
        return spans

    def _appositive(self, end: int) -> _Phrase | None:
        """A role that follows a name and belongs to it ("Agnieszka my carer")."""
        i = end
        low = self.raw(i)
        opened = False
        if low in {".", ";"} and self.low(i + 1) in {
            "he",
            "she",
            "he's",
            "she's",
            "hes",
            "shes",
            "they",
        }:
            i += 1
            low = self.raw(i)
        if low in {",", "(", "-", "–", "—", ":"}:
            i += 1
            opened = low != ","
            low = self.raw(i)
        if low in {
            "he",
            "she",
            "they",
            "he's",
            "she's",
            "who",
            "who's",
            "hes",
            "shes",
            "whos",
            "thats",
            "that's",
        }:
            i += 1
            low = self.raw(i)
        if low in {"'s", "is", "was", "are", "were", "being", "my", "me"} and low not in EGO:
            i += 1
            opened = opened or low in {"is", "was", "are", "'s"}
            if self.raw(i) in {"like", "not"}:
                return None
        self._apposing = True
        phrase = self.phrase(i, names=False)
        self._apposing = False
        if phrase is None or phrase.term is None or phrase.term.is_group:
            return None
        direct = i == end
        owner = phrase.owner
        if self.name_run(phrase.end, told=True) != phrase.end and not self._appositive_follow(
            phrase
        ):
            return None
        if owner in EGO or "'s" in owner:
            return phrase
        if owner in {"the", "a", "an"}:
            fits = phrase.term.is_role or phrase.term.is_pet or phrase.relationship in {
                R.OTHER, R.NEIGHBOUR, R.FRIEND, R.COLLEAGUE,
            }  # fmt: skip
            return phrase if fits or opened else None
        if not owner and (direct or opened) and self.right_open(phrase.end):
            return phrase
        if not owner and opened and self.raw(phrase.end) == ")":
            return phrase
        return None

    def _appositive_follow(self, phrase: _Phrase) -> bool:
        return self.boundary(phrase.end)

    # Phrases

    def near(self, i: int) -> int:
        """Where "next door" or the like that begins here ends; ``i`` if none does."""
        for words in NEAR:
            if self.matches(i, words):
                return i + len(words)
        if self.low(i) in {"at", "from", "in"} and self.low(i + 1) in {"number", "no", "flat"}:
            return i + 3
        if self.low(i) in {"at", "from"} and self.raw(i + 1).isdigit():
            return i + 2
        if self.matches(i, ("who", "lives")) or self.matches(i, ("that", "lives")):
            end = self.near(i + 2)
            return end if end > i + 2 else i
        return i

    def work_place(self, i: int) -> int:
        """Where "from work" or the like ends; ``i`` if it does not stand here."""
        for words in COLLEAGUE:
            if self.matches(i, words):
                return i + len(words)
        return i

    def place(self, i: int) -> int:
        """Where a phrase such as "at the allotment" ends; ``i`` if none begins here."""
        if self.low(i) not in PREP_PLACE:
            return i
        j = i + 1
        person = self.term(j + 1) if self.low(j) in EGO else None
        if self.low(i) == "with" and person and not person[0].plural and not person[0].is_group:
            return i
        while self.low(j) in PREP_PLACE | EGO | {"the", "a", "an", "old", "same"}:
            j += 1
        if self._circle_of_map(j):
            return i
        end = j
        while end < self.size and end - j < 5:
            low = self.low(end)
            if not (self.tokens[end].is_word or low == "'s") or low in STOP:
                break
            if low in VERB and not (self.capital(end) and not self.initial(end)):
                break
            if low in PREP_PLACE and self.low(end + 1) in STOP | {""}:
                break
            if low in TIME:
                break
            end += 1
        while end > j and self.low(end - 1) in PREP_PLACE | {"the", "a"}:
            end -= 1
        return end if end > j else i

    def phrase(self, i: int, *, names: bool = True) -> _Phrase | None:
        """The noun phrase that begins here, or ``None``."""
        if i >= self.size:
            return None
        first, owner = i, ""
        whole = self.term(i)
        if whole and whole[1] > i + 1 and self.raw(i) in {"our", "the"}:
            return self._headed(
                first, i, i, whole[1], "our", whole[0], late=False, number=False, names=names
            )
        if self.low(i) in {"all", "both"} and self.low(i + 1) in EGO | {"the"}:
            i += 1
        if (self.raw(i) in EGO and self.raw(i) not in {"ma", "mi"}) or self.low(
            i
        ) in THIRD | ARTICLE:
            owner = self.raw(i)
            i += 1
        elif self.raw(i) == "mi" and self.term(i + 1):
            owner, i = "my", i + 1
        return self._chain(first, i, owner, names=names)

    def _chain(self, first: int, i: int, owner: str, *, names: bool) -> _Phrase | None:
        base = i
        late = number = False
        titled = self.raw(i) in HARD_TITLE | {"doctor"} or self.kin_title(i)
        if titled and self.name_run(i) > i:
            return None
        group = self._group(first, i, owner)
        if group:
            return group
        while i < self.size and not self._head_here(i):
            low = self.low(i)
            if low in ADJECTIVE or low in NUMBER:
                late = late or low in {"late", "dead", "deceased"}
                number = number or low in NUMBER
                i += 1
            else:
                break
        if i >= self.size:
            return None
        # Next door's lad; next door.
        longer = self.term(i)
        if self.matches(i, ("next", "door")) and not (longer and longer[1] > i + 2):
            return self._next_door(first, i, owner)
        if self.low(i) in GENERIC | GENERIC_MANY and owner not in THIRD:
            generic = self._generic(first, i, owner)
            if generic:
                return generic
        bare = lexicon.terms().get((self.raw(i)[:-1],)) if self.raw(i).endswith("s") else None
        if bare and bare.is_kin and not bare.plural and self.term(i + 1):
            chained = self._possessed(
                first, i, i + 1, owner, replace(bare, plural=True), names=names
            )
            if chained:
                return chained
        found = self.term(i)
        if found:
            term, end = found
            chained = self._possessed(first, i, end, owner, term, names=names)
            if chained:
                return chained
            return self._headed(
                first, base, i, end, owner, term, late=late, number=number, names=names
            )
        end = self.name_run(i, told=False, weak=owner in EGO)
        if end > i:
            owned = self._name_owner(first, i, end, names=names)
            if owned:
                return owned
        return None

    def _head_here(self, i: int) -> bool:
        found = self.term(i)
        if not found:
            return False
        end = found[1]
        adjective = self.low(i) in ADJECTIVE
        return not (adjective and end == i + 1 and self.term(i + 1))

    def _next_door(self, first: int, i: int, owner: str) -> _Phrase | None:
        j = i + 2
        if self.low(j) == "'s":
            j += 1
            while self.low(j) in ADJECTIVE:
                j += 1
            found = self.term(j)
            end = found[1] if found else j
            if not found and self.low(j) in GENERIC:
                end = j + 1
            names = self.name_list(end, told=True) if end > j else []
            term = Term(R.NEIGHBOUR)
            if found and found[0].is_pet:
                return None
            return _Phrase(
                first,
                i,
                names[-1][1] if names else end,
                "'s",
                term,
                R.NEIGHBOUR,
                tuple(names),
                (i, end),
            )
        if self.low(j) in {"lad", "girl", "woman", "man", "lady"}:
            return _Phrase(first, i, j + 1, owner, Term(R.NEIGHBOUR), R.NEIGHBOUR, (), (i, j + 1))
        if self.left_open(i) or owner:
            return _Phrase(first, i, j, owner, Term(R.NEIGHBOUR), R.NEIGHBOUR, (), (i, j))
        return None

    def _possessed(
        self, first: int, at: int, end: int, owner: str, term: Term, *, names: bool
    ) -> _Phrase | None:
        """ "my son's wife", "neighbours lad": the second one is meant."""
        j = end
        if self.low(j) == "'s" or (self.raw(j) == "'" and self.raw(j - 1).endswith("s")):
            j += 1
        elif not (self.raw(end - 1).endswith("s") and term.plural and "p" not in term.flags):
            return None
        if j < self.size and self.raw(j) in {"called", "name"}:
            return None
        k = j
        while self.low(k) in ADJECTIVE and not self._head_here(k):
            k += 1
        found = self.term(k)
        if not found:
            if j > end and self.low(k) in {"place", "house", "home", "birthday", "name", "funeral"}:
                return None
            return None
        head, stop = found
        if head.is_role and not term.is_kin:
            return None
        if j == end and head.is_group:
            return None
        if head.is_pet or head.is_group or head.is_role:
            return _Phrase(first, k, stop, "'s", head, None, (), (at, stop), skip=True)
        deeper = self._possessed(
            first,
            at,
            stop,
            owner,
            Term(compose(term.relationship, head.relationship) or R.OTHER, "", head.plural),
            names=False,
        )
        relationship = compose(term.relationship, head.relationship)
        if owner in THIRD:
            relationship = relationship and R.OTHER
        if deeper and deeper.relationship:
            relationship, stop, head = deeper.relationship, deeper.end, Term(deeper.relationship)
        spans = self._names_after(stop, head, list_ok=head.plural) if names else []
        # An unnamed friend's mum is nobody in ego's life.
        skip = relationship is None or (relationship is R.OTHER and not spans)
        return _Phrase(
            first,
            k,
            spans[-1][1] if spans else stop,
            owner + "'s",
            head,
            relationship,
            tuple(spans),
            (at, stop),
            skip=skip,
        )

    def _name_owner(self, first: int, i: int, end: int, *, names: bool) -> _Phrase | None:
        """ "Tom's wife Jo", "toms wife"."""
        j = end
        if self.low(j) == "'s":
            j += 1
        else:
            return None
        while self.low(j) in ADJECTIVE and not self._head_here(j):
            j += 1
        found = self.term(j)
        if not found:
            return None
        head, stop = found
        if not head.is_kin and head.relationship is not R.FRIEND:
            return _Phrase(first, j, stop, "'s", head, None, (), (i, stop), skip=True)
        known = self._relationship_of(self.slice(i, end))
        relationship = compose(known, head.relationship)
        spans = self._names_after(stop, head, list_ok=head.plural) if names else []
        return _Phrase(
            first,
            j,
            spans[-1][1] if spans else stop,
            "'s",
            head,
            relationship,
            tuple(spans),
            (i, stop),
            skip=relationship is None,
        )

    def _relationship_of(self, name: str) -> Relationship | None:
        for mention in self.found:
            if mention.name.lower() == name.lower():
                return mention.relationship
        return None

    def _names_after(self, end: int, term: Term, *, list_ok: bool) -> list[tuple[int, int]]:
        """The names that a head gives: "Ann and Bev", "called Jean", ", Tom"."""
        i, told, comma = end, True, False
        if self.low(i) in {"here", "there", "now"} and self.raw(i + 1) == ",":
            i += 1
        if self.raw(i) in {"'s", "is", "are", "was"} and self.raw(i + 1) in {"called", "named"}:
            i += 2
        elif self.raw(i) in {"called", "named", "whose"}:
            i += 1
            if self.raw(i - 1) == "whose":
                i += 2
        elif self.raw(i) in {"'s", "s"} and self.raw(i + 1) == "name":
            i += 2
            i += self.raw(i) in {"is", "'s"}
        elif self.raw(i) in {"is", "are", "was"} and self.strong_name(i + 1):
            i += 1
            if not self.right_open(self.name_run(i)) and not list_ok:
                return []
        elif self.raw(i) in {"(", ":", "-", "–", "—"}:
            i += 1
        elif self.raw(i) == ",":
            i += 1
            comma, told = True, list_ok
        if list_ok:
            return self.name_list(i, told=told)
        stop = self.name_run(i, told=told, weak=True)
        if stop == i:
            return []
        if comma and not self._apposed_name(i, stop, term):
            return []
        if self.low(stop) == "'s" and (self.term(stop + 1) or self.low(stop + 1) in ADJECTIVE):
            return []
        if not self.capital(i) and self.low(i) in VERB | {"will", "can", "may"}:
            return []
        return [(i, stop)]

    def _apposed_name(self, i: int, stop: int, term: Term) -> bool:
        """Whether a name after a comma names the one before it, and is not next in a list."""
        titled = self.raw(i) in HARD_TITLE
        if titled:
            doctor = self.raw(i) in {"dr", "prof", "professor"}
            medical = term.relationship in {R.GP, R.OTHER_PROFESSIONAL, R.THERAPIST}
            clergy = self.raw(i) in {"rev", "reverend", "fr"} and "r" in term.flags
            return clergy or (medical if doctor else not term.is_kin)
        if self._appositive(stop) is not None:
            return False
        j = stop
        if self.raw(j) == ",":
            j += 1
        if self.low(j) in CONNECT:
            j += 1
        if j == stop:
            return True
        if self.name_run(j, weak=True) > j:
            return False
        # "nurse, Tom, sister": items without an owner are a list.
        return not (self.term(j) and self.low(stop + 1) not in EGO and self.list_only)

    def _generic(self, first: int, i: int, owner: str) -> _Phrase | None:
        """ "the woman across the road", "the lads at the allotment"."""
        many = self.low(i) in GENERIC_MANY
        if not owner and not self.left_open(first):
            return None
        stop = self.near(i + 1)
        if stop > i + 1:
            spans = tuple(self.name_list(stop, told=True))[:1]
            return _Phrase(
                first,
                i,
                spans[-1][1] if spans else stop,
                owner,
                Term(R.NEIGHBOUR),
                R.NEIGHBOUR,
                spans,
                (i, stop),
            )
        stop = self.work_place(i + 1)
        if stop > i + 1:
            return _Phrase(first, i, stop, owner, Term(R.COLLEAGUE), R.COLLEAGUE, (), (i, stop))
        if not many or owner in {"a", "any", "no"}:
            return None
        stop = self.place(i + 1)
        online = False
        if self.low(i + 1) == "on":
            k = i + 2
            while self.low(k) in EGO | ARTICLE:
                k += 1
            group = self._group(k, k, "the")
            if group and group.relationship is R.ONLINE_COMMUNITY:
                return replace(group, first=first)
            return None
        if stop == i + 1:
            return None
        inner = self._group_in(i + 1, stop)
        if inner and inner.relationship is R.ONLINE_COMMUNITY:
            online = True
        if self.low(i) in {"everyone", "everybody", "people", "others", "staff"} and inner:
            return inner
        if self.low(i) in {"people", "others", "everyone", "everybody", "one"} and not inner:
            return None
        relationship = R.ONLINE_COMMUNITY if online else R.GROUP
        return _Phrase(
            first, i, stop, owner or "the", Term(relationship), relationship, (), (i, stop)
        )

    def _group_in(self, a: int, b: int) -> _Phrase | None:
        for k in range(a, b):
            if self.low(k) in PREP_PLACE | EGO | ARTICLE:
                continue
            group = self._group(k, k, "the")
            if group:
                return group
        return None

    def _group(self, first: int, i: int, owner: str) -> _Phrase | None:
        """A club, class, place of worship or online community, with the words that tell which."""
        if owner in THIRD or (owner == "me" and self.low(first - 1) in VERB):
            return None
        best: tuple[Term, int, int] | None = None
        k = i
        while k < self.size and k - i < 5:
            low = self.low(k)
            found = self.term(k)
            if found and found[0].is_group:
                best = (found[0], k, found[1])
                k = found[1]
                continue
            if not self.tokens[k].is_word and low != "'s":
                break
            if low in STOP or low in VERB or low in EGO or low in PREP_PLACE or low in THIRD:
                break
            if low in {"the", "a"}:
                break
            if found and not found[0].is_pet and low != "s" and self.low(found[1]) != "'s":
                after = self.term(found[1])
                if not (after and after[0].is_group):
                    break
            if self.strong_name(k) and not self.capital(k):
                break
            if best and low not in {"support", "online", "peer", "group", "community"}:
                break
            k += 1
        if best is None:
            return None
        term, at, end = best
        if self._circle_of_map(at - 1):
            return None
        start = i
        named = " ".join(self.low(x) for x in range(at, end))
        bare = at == i
        if "n" in term.flags and bare and owner not in {"my", "our"}:
            nxt = self.place(end)
            if nxt == end or owner not in {"the", "a"}:
                return None
        item = self.left_open(first) and self.right_open(end)
        if named in AMBIGUOUS_KIN and bare and not item and owner not in {"my", "our", "the"}:
            return None
        if named in {"mind", "wi", "ww", "na", "ga", "guides"} and not (
            self.tokens[at].capital or (item and self.list_only)
        ):
            return None
        if not owner and bare and named not in AMBIGUOUS_KIN and not self.left_open(first):
            near_go = self.low(first - 1) in {
                "at",
                "my",
                "online",
                "about",
                "of",
                "a",
                "on",
                "in",
                "from",
                "into",
            }
            if not near_go:
                return None
        if not owner and not bare:
            # Without an article only the words that belong to the group's name are taken.
            start = i
        if ("f" in term.flags and self._taken_to(first)) or self.low(end) == "one":
            return None
        if self.low(end) in {
            "lot",
            "gang",
            "crowd",
            "crew",
            "lads",
            "ladies",
            "girls",
            "folk",
            "team",
        }:
            end += 1
        stop = self.place(end)
        if self.low(end) == "on" and self.low(end + 1) in ONLINE:
            term, stop = Term(R.ONLINE_COMMUNITY), end + 2
        if self.low(end) in {"from", "near"}:
            stop = end
        if "f" in term.flags and self.low(end) not in {"of", "on"}:
            stop = end
        if stop > end and self.low(end) in {"in", "of"} and self.low(stop - 1) in TIME:
            stop = end
        return _Phrase(first, at, stop, owner, term, term.relationship, (), (start, stop))

    def _circle_of_map(self, i: int) -> bool:
        return self.raw(i) in MAP_CIRCLE and self.raw(i + 1) in {"circle", "ring"}

    def _taken_to(self, first: int) -> bool:
        """ "takes me to church" is help with getting there; "I go to church" names the church."""
        return self.low(first - 1) == "to" and self.low(first - 2) not in {
            "go", "going", "went", "belong", "come", "get", "goes", "been",
        }  # fmt: skip

    def _headed(
        self,
        first: int,
        base: int,
        i: int,
        end: int,
        owner: str,
        term: Term,
        *,
        late: bool,
        number: bool,
        names: bool,
    ) -> _Phrase | None:
        if term.is_group:
            return None
        words = " ".join(self.low(k) for k in range(i, end))
        ward = self._on_a_ward(end) if words == "sister" and owner not in EGO | THIRD else end
        on_ward = ward > end
        if on_ward:
            term, end = Term(R.NURSE), ward
        relationship = term.relationship
        flags = term.flags
        plural = term.plural
        if (
            self.low(end)
            in {
                "walker",
                "walking",
                "sitter",
                "sitting",
                "show",
                "food",
                "allowance",
                "credit",
                "practice",
                "day",
                "in",
                "assessment",
                "line",
                "shop",
            }
            and (
                term.is_pet
                or (
                    self.low(end) != "in" and self.low(end) != "practice" and self.low(end) != "day"
                )
            )
            and self.low(end) != "in"
        ):
            return None
        beside = self.near(end) if relationship in {R.NEIGHBOUR, R.FRIEND} else end
        spans = self._names_after(beside, term, list_ok=plural or number) if names else []
        has_name = bool(spans)
        item = self.left_open(first) and (self.right_open(end) or has_name or on_ward)
        if not self._allowed(
            first, i, end, owner, term, words, has_name=has_name, item=item, flags=flags
        ):
            return None
        prefix = ""
        titled = self.tokens[i].capital and not self.initial(i) and self.cased
        if (
            "t" in flags
            and has_name
            and (titled or owner not in {"my", "me"})
            and len(spans) == 1
            and spans[0][0] == end
        ):
            spans = [(i, spans[0][1])]
        stop = spans[-1][1] if spans else end
        if words == "nurse" and self.capital(i) and has_name and spans[0][0] == end:
            spans = [(i, spans[0][1])]
        late = late or any(self.low(k) in {"late", "dead"} for k in range(first, i))
        label = (i, end)
        near = self.near(stop)
        if near > stop and relationship in {R.FRIEND, R.OTHER} | set():
            stop = near if relationship is not R.FRIEND else stop
        place = self.place(stop)
        if place > stop and (term.is_role or relationship in {R.OTHER, R.FRIEND, R.COLLEAGUE}):
            stop = place
            if names and not has_name and self.raw(place) in {",", "called"}:
                spans = self._names_after(place, term, list_ok=plural or number)
                stop = spans[-1][1] if spans else stop
        return _Phrase(
            first,
            i,
            stop,
            owner,
            term,
            relationship,
            tuple(spans),
            label,
            late,
            number,
            prefix=prefix,
        )

    def _on_a_ward(self, i: int) -> int:
        """Where "on the ward", "at the clinic" or "in charge" ends; ``i`` if it is not here."""
        if self.matches(i, ("in", "charge")):
            return i + 2
        j = i + 1
        while self.raw(j) in ARTICLE | EGO:
            j += 1
        return j + 1 if self.raw(i) in {"on", "in", "at"} and self.raw(j) in OF_THE_WARD else i

    def _allowed(
        self,
        first: int,
        i: int,
        end: int,
        owner: str,
        term: Term,
        words: str,
        *,
        has_name: bool,
        item: bool,
        flags: str,
    ) -> bool:
        """Whether these words here name a member, and not a stranger or something else."""
        if owner in {"no", "any", "your", "some"}:
            return False
        if term.is_pet:
            if words in PET_OWNED and owner not in EGO:
                return False
            if owner in THIRD:
                return False
            return (
                owner in EGO
                or owner == "the"
                or has_name
                or item
                or (owner in {"a", "an"} and self._has(first))
            )
        if owner in EGO or owner in THIRD:
            return True
        if owner in {"a", "an", "another", "this", "that", "these", "those"}:
            if self._apposing and owner in {"a", "an"}:
                return True
            job = (
                self.low(first - 1) in {"is", "'s", "was", "as"} and self.low(first - 2) != "there"
            )
            if job and not has_name:
                return False
            return (has_name and owner in {"a", "an", "another"}) or (
                self._has(first) and owner in {"a", "an", "another"}
            )
        capital = self.capital(i) and not self.initial(i)
        if "o" in flags:
            if owner == "the":
                return words in THE_KIN
            return (item and (words in THE_KIN or words in LIST_KIN or has_name)) or (
                self._has(first) and term.plural
            )
        if words in AMBIGUOUS_KIN:
            return (
                item
                or capital
                or (owner == "the" and (term.is_role or term.relationship is R.OTHER))
                or (
                    not owner
                    and self.initial(first)
                    and self.tokens[i].capital
                    and self.low(end) in VERB
                )
            )
        if "b" in flags:
            return owner in {"", "the"} and (owner == "" or words in THE_KIN)
        if term.is_role:
            if owner == "the":
                return True
            return (
                item
                or has_name
                or (
                    self.left_open(first)
                    and (self.low(end) in VERB or self.near(end) > end or self.place(end) > end)
                )
            )
        if term.relationship is R.OTHER:
            return has_name or owner == "the" or item
        if owner == "the":
            return (
                term.plural
                or words in THE_KIN
                or has_name
                or term.relationship in {R.NEIGHBOUR, R.COLLEAGUE, R.OTHER_FAMILY}
            )
        return (
            item
            or has_name
            or (self.left_open(first) and self.low(end) in VERB)
            or (self._has(first) and term.plural)
        )

    def _has(self, first: int) -> bool:
        """Whether "I have", "there's", "I see" and the like stand before."""
        before = [self.low(k) for k in range(max(0, first - 4), first)]
        text = " ".join(before)
        if any(
            w in before
            for w in {
                "don't",
                "dont",
                "haven't",
                "havent",
                "not",
                "never",
                "wish",
                "might",
                "need",
                "want",
                "if",
                "could",
            }
        ):
            return False
        return bool(before) and (
            before[-1]
            in {
                "have",
                "got",
                "i've",
                "ive",
                "there's",
                "theres",
                "had",
                "gotta",
                "is",
                "we've",
                "weve",
                "it's",
                "its",
            }
            or text.endswith(
                (
                    "i see",
                    "see",
                    "there 's",
                    "got",
                    "have got",
                    "i 've",
                    "well as",
                    "lucky to have",
                    "is also",
                )
            )
        )

    # From phrases to mentions

    def mentions(self) -> tuple[Mention, ...]:
        """Everyone and everything named as part of ego's life, in the order of the text."""
        self.list_only = self._is_bare_list()
        i = 0
        while i < self.size:
            stop = self._read(i)
            i = stop if stop > i else i + 1
        return tuple(self.found)

    def _is_bare_list(self) -> bool:
        """Whether the text is nothing but short items between commas and "and"."""
        items: list[list[str]] = [[]]
        for token in self.tokens:
            if token.low in {",", "and", "&", ".", ";", "+", "/", "n"}:
                items.append([])
            else:
                items[-1].append(token.low)
        real = [x for x in items if x]
        return bool(real) and all(
            len(x) <= 4
            and not any((w in STOP or w in VERB) and w not in lexicon.names() for w in x)
            for x in real
        )

    def _read(self, i: int) -> int:
        """Reads what begins here; the place to go on from, ``i`` if there is nothing."""
        skipped = self._not_about_ego(i)
        if skipped > i:
            return skipped
        phrase = self.phrase(i)
        if phrase:
            return self._take_phrase(phrase)
        return self._take_names(i)

    def _not_about_ego(self, i: int) -> int:
        """Past a greeting to somebody, ego's own name, a famous person or "none of my …"."""
        low = self.low(i)
        text = " ".join(self.raw(k) for k in range(i, min(i + 3, self.size)))
        for famous in FAMOUS:
            if text == famous or text.startswith(famous + " "):
                return i + len(famous.split())
        if low in {"none", "neither"} and self.raw(i + 1) == "of":
            phrase = self.phrase(i + 2)
            return phrase.end if phrase else i + 2
        if low in {
            "hi",
            "hello",
            "hiya",
            "hey",
            "thanks",
            "cheers",
            "dear",
            "bye",
            "ta",
            "alright",
        }:
            end = self.name_run(i + 1, weak=True)
            follows = self.raw(end)
            if end > i + 1 and (self.boundary(end) or follows == "here"):
                return end
        intro = 0
        if self.matches(i, ("my", "name", "is")) or self.matches(i, ("my", "name", "'s")):
            intro = i + 3
        elif (
            self.matches(i, ("call", "me"))
            or self.matches(i, ("i", "am"))
            or self.matches(i, ("names",))
        ):
            intro = i + (1 if low == "names" else 2)
        elif low in {"i'm", "im"}:
            intro = i + 1
        if intro:
            end = self.name_run(intro, told=False, weak=low in {"my", "call"})
            if end > intro:
                return end
            phrase = self.phrase(intro, names=False)
            if phrase and (
                phrase.term and (phrase.term.is_role or phrase.term.is_kin or phrase.relationship)
            ):
                return phrase.end
            if self.raw(intro) in {"a", "an", "the"} and self.phrase(intro + 1):
                skip = self.phrase(intro + 1)
                return skip.end if skip else intro
        return i

    def _denied(self, first: int) -> bool:
        """ "not my brother", "I don't have a wife", "no partner"."""
        before = [self.low(k) for k in range(max(0, first - 5), first)]
        while before and before[-1] in {"a", "any", "own", "my", "no"}:
            before.pop()
        text = " ".join(before)
        return text.endswith(LACKS)

    def _wished(self, first: int, owner: str, term: Term | None) -> bool:
        """ "I need a carer", "find me a walking group": wanted, not there."""
        if owner in EGO and not (term and term.is_group):
            return False
        before: list[str] = []
        for k in range(first - 1, max(-1, first - 9), -1):
            if self.boundary(k) and self.raw(k) not in {"'s"}:
                break
            before.append(self.low(k))
        if not before:
            return False
        return bool(WISH & set(before)) or (
            "there" in before and "is" in before and "?" in self.text
        )

    def _question(self) -> bool:
        low = self.raw(0)
        return (
            low
            in {
                "what",
                "whats",
                "what's",
                "when",
                "where",
                "how",
                "can",
                "could",
                "do",
                "does",
                "is",
                "are",
                "who",
                "which",
                "why",
                "should",
                "will",
                "would",
            }
            and not (self.capital(0) and self.raw(1) in VERB)
            and not self.raw(1).endswith("'s")
        )

    def _passing(self, first: int, last: int) -> bool:
        """Somebody seen on the telly or read about."""
        lo = hi = first
        while lo > 0 and self.raw(lo - 1) not in {".", "!", "?", ";"}:
            lo -= 1
        while hi < self.size and self.raw(hi) not in {".", "!", "?", ";"}:
            hi += 1
        words = {self.raw(k) for k in range(lo, hi)}
        return bool(words & PASSING)

    def _take_phrase(self, phrase: _Phrase) -> int:
        if phrase.skip:
            return phrase.end
        term = phrase.term
        owner = phrase.owner
        own = owner in EGO or owner.endswith("'s")
        if self._question() and not own and not phrase.names:
            return phrase.end
        if self._wished(phrase.first, owner, term) and not phrase.names:
            return phrase.end
        if owner not in EGO and self._denied(phrase.first) and not phrase.names:
            return self._past_alternatives(phrase.end)
        if not own and self._passing(phrase.first, phrase.end) and not (term and term.is_kin):
            return phrase.end
        relationship = phrase.relationship
        base = ""
        if owner in THIRD:
            before = self._antecedent(phrase)
            if before is None:
                return phrase.end
            if relationship is not R.GRANDCHILD:
                relationship = compose(before.relationship, relationship)
            if before.relationship is None and relationship is None:
                return phrase.end
            if relationship is None:
                return phrase.end
            if relationship is R.OTHER and not phrase.names:
                return phrase.end
            base = "" if relationship in {R.GRANDCHILD, R.CHILD} else f"{before.name}'s "
        status = Status.DIED if phrase.late else Status.ACTIVE
        head = self.slice(*phrase.label)
        spans = phrase.names
        stop = phrase.end
        if spans:
            for a, b in spans:
                self._add(
                    self.slice(a, b),
                    relationship,
                    a if len(spans) > 1 and a != spans[0][0] else phrase.first,
                    b,
                    status=status,
                    head=head,
                    owner=owner,
                )
            stop = self._after_name(stop)
        else:
            a, b = phrase.label
            self._add(
                base + self.slice(a, b),
                relationship,
                phrase.first,
                max(stop, b),
                named=False,
                status=status,
                head=head,
                owner=owner,
            )
            # "my GP is Dr Shah": the name comes after the verb.
        return stop

    def _after_name(self, stop: int) -> int:
        """Takes "from work", "next door" after a name, which may say who it is."""
        last = self.found[-1]
        near, work = self.near(stop), self.work_place(stop)
        if near > stop:
            open_to_it = last.relationship in {None, R.OTHER} or "t" in self._flags(last.head)
            if open_to_it:
                self.found[-1] = replace(last, relationship=R.NEIGHBOUR, last=near)
            return near
        if work > stop:
            if last.relationship is None:
                self.found[-1] = replace(last, relationship=R.COLLEAGUE, last=work)
            return work
        place = self.place(stop)
        if place > stop and self.low(stop) in {"from", "at"}:
            if last.relationship is None and self._group_in(stop, place):
                self.found[-1] = replace(last, relationship=R.FRIEND, last=place)
            return place
        return stop

    def _past_alternatives(self, end: int) -> int:
        """Past "or sisters" after "no brothers"."""
        while self.low(end) in {"or", "nor", "and", "and/or"}:
            found = self.term(end + 1)
            if not found:
                break
            end = found[1]
        return end

    def _flags(self, head: str) -> str:
        term = lexicon.terms().get(tuple(head.lower().replace("-", " ").split()))
        return term.flags if term else ""

    def _antecedent(self, phrase: _Phrase) -> Mention | None:
        people = [m for m in self.found if m.kind in (Kind.PERSON, Kind.PROFESSIONAL)]
        return people[-1] if people else None

    def _take_names(self, i: int) -> int:
        """Names without a role before them: "Jean, Tom and Bob", "Agnieszka my carer"."""
        if not self.tokens[i].is_word:
            return i
        owner = self.low(i - 1) if self.low(i - 1) in {"our", "wor"} else ""
        start = i
        listed = self.left_open(i) and (
            self.list_only or any(m.last == i for m in self.found) or self._after_item(i)
        )
        end = self.name_run(i, weak=listed or self._acts(i) or bool(owner))
        if end == i:
            if self._foreign(i) and self.left_open(i) and self._said_to_be(i + 1):
                end = i + 1
            elif self.capital(i) and not self.initial(i) and self.person(i) and self.left_open(i):
                end = i + 1
                while end < self.size and self.person(end):
                    end += 1
            else:
                return i
        if self.size == 1 and self.raw(i) in NOT_ALONE:
            return i
        # "Our Tom" is how much of Britain says that Tom is family.
        relationship: Relationship | None = R.OTHER_FAMILY if owner else None
        if self.raw(i) in HARD_TITLE | {"doctor"}:
            title = self.raw(i)
            if title in {"dr", "doctor"}:
                relationship = R.GP
            elif title in {"rev", "reverend", "fr"}:
                relationship = R.OTHER
        elif self.kin_title(i):
            relationship = self._title_relationship(i)
        elif self.raw(i) in {"nurse", "matron"} and end > i + 1:
            relationship = R.NURSE
        spans = [(start, end)]
        stop = end
        status = Status.ACTIVE
        phrase = self._appositive(end)
        if phrase and relationship is R.GP and phrase.relationship not in PROFESSIONAL:
            phrase = None
        if phrase is None:
            more = self._coordinated(end)
            if more:
                last = more[-1][1]
                plural = self._appositive(last)
                if plural and plural.term and plural.term.plural:
                    spans += more
                    phrase, stop = plural, last
        title_head = ""
        trailing = self.term(end)
        if (
            phrase is None
            and trailing
            and "t" in trailing[0].flags
            and not self.boundary(end)
            and self.low(end) not in AMBIGUOUS_KIN
        ):
            relationship = trailing[0].relationship
            title_head = self.slice(end, trailing[1])
            spans = [(start, trailing[1])]
            stop = trailing[1]
        head = title_head
        if phrase is not None and not phrase.skip:
            stop = phrase.end
            head = self.slice(*phrase.label)
            status = Status.DIED if phrase.late else Status.ACTIVE
            relationship = phrase.relationship
            if phrase.owner in THIRD:
                before = self._antecedent(phrase)
                relationship = compose(before.relationship if before else None, relationship)
        elif self._passing(start, end) or self.is_place(start):
            return end
        elif self._question() and self.raw(start) not in HARD_TITLE and not self._acts(start):
            pass
        for a, b in spans:
            self._add(
                self.slice(a, b),
                relationship,
                a,
                b if len(spans) > 1 else stop,
                status=status,
                head=head,
                owner=owner,
            )
        return self._after_name(stop)

    def _title_relationship(self, i: int) -> Relationship | None:
        """Whom a kin word used as a title tells of: a priest, a nurse, or that is not told."""
        if self.raw(i) == "father":
            return R.OTHER_PROFESSIONAL
        ward = self.raw(i) == "sister" and self._tells_of(OF_THE_WARD)
        return R.NURSE if ward and not self._tells_of(OF_THE_CHURCH) else None

    def _said_to_be(self, i: int) -> bool:
        """Whether "is my friend" or the like follows."""
        phrase = self._appositive(i)
        return phrase is not None and phrase.owner in EGO

    def _coordinated(self, end: int) -> list[tuple[int, int]]:
        j = end
        if self.raw(j) == ",":
            j += 1
        if self.low(j) in {"and", "&", "n"}:
            j += 1
        return self.name_list(j, told=False) if j > end else []

    def _after_item(self, i: int) -> bool:
        """Whether a member stands before, with only a comma or "and" between."""
        k = i - 1
        while k >= 0 and self.raw(k) in {",", "and", "&", "then", "plus", "n", "also", "or", ";"}:
            k -= 1
        return k < i - 1 and bool(self.found) and self.found[-1].last >= k + 1

    def _acts(self, i: int) -> bool:
        """Whether what follows is something that a person does ("sue rings")."""
        nxt = self.low(i + 1)
        return (
            self.low(i) in lexicon.names()
            and self.left_open(i)
            and nxt in VERB
            and nxt.endswith("s")
            and nxt not in {"is", "was", "has", "always", "sometimes"}
            and self.low(i) not in {"he", "on", "in", "or", "it", "so", "no", "do", "my", "can"}
        )

    def _add(
        self,
        name: str,
        relationship: Relationship | None,
        first: int,
        last: int,
        *,
        named: bool = True,
        status: Status = Status.ACTIVE,
        head: str = "",
        owner: str = "",
    ) -> None:
        name = name.strip(" .,;")
        for k, old in enumerate(self.found):
            if old.name.lower() == name.lower():
                if old.relationship is None and relationship is not None:
                    self.found[k] = replace(old, relationship=relationship)
                if named or old.relationship == relationship:
                    return
        self.found.append(Mention(name, relationship, first, last, named, status, head, owner))
