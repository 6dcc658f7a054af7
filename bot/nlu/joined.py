"""One meaning from two readings of a message: the trained reader's and the grammar's.

They err in different ways (``docs/nlu.md`` has the figures). The reader has met far more ways to
put things, and rarely makes somebody up; the grammar is exact in plain cases: where a name ends,
what a word for a relationship stands for, each name of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.language.reader import Reading
from bot.needs.areas import Area
from bot.network.edits import KIN_TITLES
from bot.network.model import FAMILY, Contact, Kind, Relationship, Status, Work
from bot.nlu.attributes import find
from bot.nlu.denials import without_denied, without_denied_of
from bot.nlu.difficulties import areas_well
from bot.nlu.edits import circle_value, step_in
from bot.nlu.grammar_words import NOT_NAMES
from bot.nlu.lexicon import names, relationship_in
from bot.nlu.meaning import PRONOUNS, DifficultyMention, EditMention, Meaning, MemberMention
from bot.nlu.reading import doubtful_members, meaning_in
from bot.nlu.understanding import meaning_of

_SEVERAL = 2
_IS_THE = r"(?:she|he|who|that)(?:'?s| is) (?:(?:the|my|me|our|a) )?"
_CALLED = re.compile(r"\b(?:called|named|both|two)\b")
_LETTERS = re.compile(r"[^\W\d_]")
_ITEM = re.compile(r"[,;.!?\n]|\band (?=(?:my|me|our|ma|mi)\b)", re.IGNORECASE)
"""Between two of a list: "my mam Elsie, my late husband Frank and our Susan"."""
_GONE = re.compile(
    r"\b(?:late|gone|dead|died?|deid|deceased|pass(?:ed)?|lost|buried|expired|widow(?:er)?"
    r"|r\.?i\.?p|rest|heaven|no longer with|killed|funeral)\b",
    re.IGNORECASE,
)
_OFTEN = (
    r"(?:(?:just |only )?(?:once|twice|one time|\w+ times) (?:a|every|each) (?:day|week|month|year)"
    r"|(?:every|each) (?:\w+ )?(?:day|week|month|year)|daily|weekly|monthly)"
)
_NO_MORE = re.compile(
    rf"\bnot (?:{_OFTEN})|\b(?:do|does|did)(?:n't|nt| not) \w+ (?:\w+ )?(?:{_OFTEN})"
    rf"|\b(?:used to|no longer) \w+ (?:\w+ )?(?:{_OFTEN})|\binstead of (?:{_OFTEN})"
    r"|\b(?:from|out of) (?:the |my )?"
    r"(?:inner|outer|middle|first|second|third|inside|outside|centre)(?:most)?"
    r"(?: (?:circle|ring|one))?"
    # "You have her as weekly", "it says every month".
    rf"|\b(?:you(?:'ve| have)?|it|that) (?:(?:have|has|had|got|put|says?) )+"
    rf"(?:(?:him|her|them|it|down|as|for|is) )*(?:{_OFTEN})",
    re.IGNORECASE,
)
"""What was and is not so now, or only stands on the map."""
_MOVED = re.compile(
    r"\b(?:from|out of) (?:the |my )?(?:inner|outer|middle|first|second|third)\w*"
    r"|\b(?:middle|second) (?:one|circle|ring)\b",
    re.IGNORECASE,
)
_OF_CIRCLES = re.compile(
    r"\b(?:circles?|rings?|middle|centre|center|inner\w*|outer\w*|outside|inside|edge|second|third)\b",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:all|both|they|neither|none|each)\b", re.IGNORECASE)
_ASIDE = frozenset({"a", "an", "at", "me", "my", "of", "our", "s", "the"})


def meaning(reading: Reading) -> Meaning:
    """Members, edits and difficulties that a text names.

    The reader says who is there, and what is said of them; the grammar's name and relationship
    hold for those whom both hear. Somebody whom the grammar alone hears, beside others of whom
    the reader is sure, counts where the reader holds it possible. A difficulty counts that either
    hears: the person is shown them, and unticks what is wrong. Changes of the map are the
    reader's, or else the grammar's: the router acts on them only where the message as a whole is
    about one.

    Args:
        reading: what the trained reader says of the text.
    """
    if not _LETTERS.search(reading.text):
        return Meaning()
    read, parsed = meaning_in(reading), meaning_of(reading.text)
    doubtful = doubtful_members(reading) if read.members else ()
    named = [m for m in read.members if m.name.casefold() not in PRONOUNS]
    heard = [m for m in named if parsed.members or not _is_one_small_word(m, reading.text)]
    low = reading.text.casefold()
    members = _members(heard, parsed.members, doubtful)
    members = [m for m in members if not _is_part(m, members, low)]
    members = _described(members, low)
    members += _told_of(read.edits, parsed.members, members, reading.text)
    members = sorted(members, key=lambda member: low.find(member.name.casefold()))
    for put_right in (_dead_alone, _own_contact, _married_in, _their_children, _does_everything):
        members = put_right(members, reading.text)
    return Meaning(
        tuple(without_denied_of(members, reading.text)),
        without_denied(
            _each_its_own(_edits(read.edits, parsed.edits, reading.text), reading.text),
            reading.text,
        ),
        _difficulties(read.difficulties, parsed.difficulties, reading.text),
    )


_SPOUSE = r"(?:his|her) (?:new |late |second )?(?:wife|husband|partner|missus|girlfriend|boyfriend)"
_THEIR_CHILDREN = re.compile(
    r"\b(?:they(?:'ve| have)(?: got)?|their|his|her) (?:(?:two|three|four|five|\d|own|grown up) )?"
    r"(?:children|kids|bairns|sons?|daughters?|boys?|girls?|little ones),? (?=[A-Z])"
)
_EVERYTHING = re.compile(r"\bdo(?:es|ing) everything\b", re.IGNORECASE)
_BY_MARRIAGE = {
    Relationship.CHILD: Relationship.OTHER_FAMILY,
    Relationship.SIBLING: Relationship.OTHER_FAMILY,
    Relationship.GRANDCHILD: Relationship.OTHER_FAMILY,
    Relationship.OTHER_FAMILY: Relationship.OTHER_FAMILY,
    Relationship.FRIEND: Relationship.FRIEND,
    Relationship.NEIGHBOUR: Relationship.NEIGHBOUR,
}
_THEIR_CHILD = {**_BY_MARRIAGE, Relationship.CHILD: Relationship.GRANDCHILD}


def _starts(members: Sequence[MemberMention], text: str) -> list[int]:
    """Where each is named; below nothing for a name that was put together."""
    low = text.casefold()
    return [low.find(member.name.casefold()) for member in members]


def _married_in(members: list[MemberMention], text: str) -> list[MemberMention]:
    """ "My son Rhodri and his wife Bethan": she is other family, and no child.

    Args:
        members: in the order of the text, here and below.
    """
    found = list(members)
    for number in range(1, len(found)):
        name, theirs = re.escape(found[number].name), found[number - 1].relationship
        spouse = rf"\b{_SPOUSE},? {name}\b|\b{name},? {_SPOUSE}\b"
        if theirs in _BY_MARRIAGE and re.search(spouse, text, re.IGNORECASE):
            found[number] = replace(found[number], relationship=_BY_MARRIAGE[theirs])
    return found


def _their_children(members: list[MemberMention], text: str) -> list[MemberMention]:
    """ "My son Tom, they have two children, Jas and Arjun": these are grandchildren."""
    told = _THEIR_CHILDREN.search(text)
    if told is None:
        return members
    placed = list(zip(_starts(members, text), members, strict=True))
    parents = (m.relationship for start, m in placed if 0 <= start < told.start())
    parent = next((of for of in parents if of in _THEIR_CHILD), None)
    if parent is None:
        return members
    end = re.search(r"[.;!?]|,? (?:and )?(?:my|our)\b|$", text[told.end() :])
    until = told.end() + (end.start() if end else 0)
    return [
        replace(m, relationship=_THEIR_CHILD[parent]) if told.end() <= start < until else m
        for start, m in placed
    ]


def _does_everything(members: list[MemberMention], text: str) -> list[MemberMention]:
    """ "My wife does everything": the everyday jobs among it."""
    told = _EVERYTHING.search(text)
    starts = _starts(members, text)
    named = [n for n, start in enumerate(starts) if told and 0 <= start < told.start()]
    if not named or Work.EVERYDAY in members[named[-1]].help:
        return members
    who = members[named[-1]]
    found = list(members)
    found[named[-1]] = replace(who, help=(Work.EVERYDAY, *who.help))
    return found


_WHO = re.compile(r"^,? (?:who|that|she|he)\b", re.IGNORECASE)


def _own_contact(members: list[MemberMention], text: str) -> list[MemberMention]:
    """How often, of whom it is said: of "Megan who I ring every Sunday, Ioan and Pauline" Megan."""
    said = [s for s in find(text) if s.attribute == "contact"]
    own: dict[int, Contact] = {}
    for number, (start, end) in enumerate(pairwise([*_starts(members, text), len(text)])):
        after = start + len(members[number].name)
        here = [s.value for s in said if after <= s.start < end]
        if start >= 0 and len(here) == 1 and _WHO.match(text[after:end]):
            own[number] = Contact(here[0])
    if not own or len(own) < len(said) or _ALL.search(text):
        return members
    # "Ann and Bev, who I see every week": who comes before may be meant as well.
    first = min(own)
    return [
        replace(m, contact=own[n])
        if n in own
        else replace(m, contact=None)
        if n > first and m.contact in own.values()
        else m
        for n, m in enumerate(members)
    ]


def _members(
    read: Iterable[MemberMention],
    parsed: Iterable[MemberMention],
    doubtful: Sequence[str],
) -> list[MemberMention]:
    left = list(parsed)
    pairs: list[tuple[MemberMention, MemberMention]] = []
    alone: list[MemberMention] = []
    for member in read:
        twin = next((other for other in left if _near(member.name, other.name)), None)
        if twin is None:
            alone.append(member)
        else:
            left.remove(twin)
            pairs.append((member, twin))
    # Of "Dr Khan, the nurse, and Denise" one takes "nurse" for a word about him, and the other for
    # somebody. Where the first has another word for him too, she is somebody.
    apart = [(m, t) for m, t in pairs if m.relationship and m.relationship is not t.relationship]
    members = []
    for member, twin in pairs:
        is_another = (member, twin) in apart and _has_word(alone, twin.relationship)
        members.append(member if is_another else _both(member, twin))
    # "My cat Whisky" is one: a word for a relationship that the grammar gave to a name.
    named = {m.relationship for m in members}
    members += [m for m in alone if relationship_in(m.name) not in named - {None}]
    described = {m.relationship for m, t in apart if t.relationship}
    return members + [
        m
        for m in left
        if relationship_in(m.name) in described or any(_near(m.name, said) for said in doubtful)
    ]


def _has_word(members: Iterable[MemberMention], relationship: Relationship | None) -> bool:
    return relationship is not None and any(
        relationship_in(m.name) is relationship for m in members
    )


def _told_of(
    edits: Sequence[EditMention],
    parsed: Iterable[MemberMention],
    members: Sequence[MemberMention],
    text: str,
) -> list[MemberMention]:
    """Those by a word alone of whom a text tells: "my wife does my tablets".

    The reader takes it for a change of what is known of her, and it is one, if she is known. So
    are those whom it names and tells who they are: "Ann and Bev who I see every week".
    """
    told = [e.target for e in edits if e.operation in ("set_help", "set_contact")]
    return [
        m
        for m in parsed
        if told
        and (
            _is_told_who(m.name, text)
            or (relationship_in(m.name) and any(_near(m.name, target) for target in told))
        )
        and not any(_near(m.name, other.name) for other in members)
    ]


def _is_told_who(name: str, text: str) -> bool:
    """Whether "who" follows a name, or the list that it stands in."""
    listed = rf"\b{re.escape(name)}\b(?:(?:,|,? and|,? &) [\w'’-]+){{0,3}},? (?:who|that)\b"
    return re.search(listed, text, re.IGNORECASE) is not None


def _described(members: list[MemberMention], text: str) -> list[MemberMention]:
    """The same, with a word that only says who somebody is taken for that.

    "Maureen, she's the wife" is one; and "both called John, big John and little John" are two.
    """
    left = list(members)
    for role in [m for m in members if relationship_in(m.name) and m.relationship]:
        for named in [m for m in left if m is not role and not relationship_in(m.name)]:
            who, what = re.escape(named.name.casefold()), re.escape(role.name.casefold())
            said = rf"\b{who},? {_IS_THE}{what}\b"
            if role in left and re.search(said, text):
                left.remove(role)
                # "Our lass" may be a wife or a daughter; "my brother Tom" is a brother.
                if named.relationship is None or re.search(rf"\b(?:lass|lad) {who}\b", text):
                    now = replace(named, relationship=role.relationship, kind=role.kind)
                    left[left.index(named)] = now
    if _CALLED.search(text):
        ends = [m.name.casefold().split()[-1] for m in left if " " in m.name]
        left = [m for m in left if ends.count(m.name.casefold()) < _SEVERAL]
    return left


def _is_part(member: MemberMention, members: Iterable[MemberMention], text: str) -> bool:
    """Whether somebody is only a part of what another is called: the "kid" of "our kid"."""
    name = member.name.casefold()
    return any(
        f" {name}" in whole and text.count(name) == text.count(whole)
        for whole in (other.name.casefold() for other in members)
    )


def _dead_alone(members: list[MemberMention], text: str) -> list[MemberMention]:
    """The same, with nobody dead for standing in a list beside somebody who is.

    Of "my mam Elsie, my late husband Frank, our Susan" the reader takes one for as dead as the
    other. Where what is said of one alone says it, it is not said of those of whom it says nothing.
    """
    dead = [m for m in members if m.status is Status.DIED]
    parts = _ITEM.split(text)
    gone = [part for part in parts if _GONE.search(part)]
    if len(members) < 2 or len(parts) < 2 or any(_ALL.search(part) for part in gone):
        return members
    told = {m.name for m in dead if any(m.name in part for part in gone)}
    return [
        replace(m, status=Status.ACTIVE) if told and m in dead and m.name not in told else m
        for m in members
    ]


def _is_one_small_word(member: MemberMention, text: str) -> bool:
    """A message of one strange word in small letters ("asdf"), where only the grammar's lists
    can tell a name from a slip of the hand."""
    return text.strip().islower() and text.strip() == member.name and " " not in member.name


def _both(read: MemberMention, parsed: MemberMention) -> MemberMention:
    """One whom both hear."""
    if parsed.relationship is None and _is_titled(parsed.name):
        # "Sister Mary" is called so: whether she is a nun or a sister has to be asked.
        told = None if read.relationship in FAMILY else read.relationship
        return replace(
            read, name=parsed.name, relationship=told, kind=read.kind if told else Kind.PERSON
        )
    if parsed.relationship is None:
        return read
    return replace(read, name=parsed.name, relationship=parsed.relationship, kind=parsed.kind)


def _edits(
    read: Sequence[EditMention], parsed: Sequence[EditMention], text: str
) -> tuple[EditMention, ...]:
    """The reader's changes, or else the grammar's.

    Of somebody who is to be added, and put in a circle in the same breath, the grammar knows
    both where the reader may hear one. It also knows out from in.
    """
    if not read:
        return tuple(parsed)
    read = _of_somebody(read)
    edits = [replace(e, target=_other(e.target, text)) for e in read]
    edits = [each for e in edits for each in _clearer(e, edits, parsed, text)]
    edits += _off_too(edits, parsed)
    moved = [e for e in edits if e.operation == "set_circle"]
    if len(moved) == 1 and (step := step_in(text)) is not None:
        edits[edits.index(moved[0])] = replace(moved[0], value="3" if step > 0 else "1")
    for add in (e for e in parsed if e.operation == "add"):
        same = [e for e in edits if _near(e.target, add.target)]
        if not same or not {e.operation for e in same} <= {"add", "set_circle"}:
            continue
        placed = [e for e in parsed if e.operation == "set_circle" and e.target == add.target]
        added = next((e for e in same if e.operation == "add"), None)
        if added is not None:
            edits[edits.index(added)] = replace(added, value=add.value or added.value)
        elif placed:
            edits.insert(edits.index(same[0]), add)
        if not any(e.operation == "set_circle" for e in same):
            edits += placed
    return tuple(edits)


def _of_somebody(edits: Sequence[EditMention]) -> list[EditMention]:
    """The same, without those of nobody: of "we" and "no", where the same is asked of a name."""
    nobody = [e for e in edits if _is_nobody(e.target)]
    named = {(e.operation, e.value) for e in edits if e not in nobody}
    return [e for e in edits if e not in nobody or (e.operation, e.value) not in named]


def _is_nobody(target: str) -> bool:
    low = target.casefold()
    # "GP" and "WI" are no names, and are somebody.
    return low in NOT_NAMES - PRONOUNS - names() and relationship_in(low) is None


def _clearer(
    edit: EditMention, edits: Sequence[EditMention], parsed: Sequence[EditMention], text: str
) -> list[EditMention]:
    """A change of the reader's, or what the grammar makes of it where the reader is known to slip.

    Of "my wife's name is Margaret" it makes Margaret who is to be called Margaret. Of "take May
    off and change June to my cousin" it takes both off.
    """
    if edit.operation == "rename":
        if _is_same_name(edit.target, edit.value):
            told = [p for p in parsed if p.operation == "rename" and p.value and p.target]
            told = [p for p in told if not _is_same_name(p.target, p.value)]
            return told or [_of_what_was_written(_of_a_role(edit, text), text)]
        if edit.target.endswith("s") and re.search(rf"\b{re.escape(edit.target)} name\b", text):
            return [replace(edit, target=edit.target[:-1])]  # "mums name"
    if edit.operation == "remove" and len(edits) > 1:
        off = [p for p in parsed if p.operation == "remove"]
        other = [
            p
            for p in parsed
            if p.operation != "remove" and p.target and _near(p.target, edit.target)
        ]
        if other and off and not any(_near(p.target, edit.target) for p in off):
            return other
    return [edit]


def _off_too(edits: Sequence[EditMention], parsed: Sequence[EditMention]) -> list[EditMention]:
    """Those of a list who are to go as well, where all that is asked for is to take some off."""
    off = [p for p in parsed if p.operation == "remove"]
    if {e.operation for e in edits} != {"remove"} or len(off) <= len(edits):
        return []
    if not all(any(_near(p.target, e.target) for p in off) for e in edits):
        return []
    return [p for p in off if not any(_near(p.target, e.target) for e in edits)]


def _of_a_role(edit: EditMention, text: str) -> EditMention:
    """A new name as that of the one whom the text calls by a word: "the nurse is called Bukola"."""
    said = re.search(
        rf"\b(?:my|our|me|the) ((?:[\w-]+ )?[\w-]+?)(?:'?s)? (?:name is|name's|is called|is named)"
        rf" {re.escape(edit.value)}\b",
        text,
        re.IGNORECASE,
    )
    return replace(edit, target=said[1]) if said and relationship_in(said[1]) else edit


_WROTE = (
    r"(?:wrote|writes?|written|says?|put|got|have|has|spelt|spelled|down as) "
    r"(?:(?:him|her|it|down|as) )*"
)
_SHOULD_BE = (
    r"(?:(?:but|please|it|that|he|she|they|name)(?:'s)? )*"
    r"(?:should (?:be|say|read)|must be|is|it's|its|meant|want) (?:spelt |called |really )*"
)


def _of_what_was_written(edit: EditMention, text: str) -> EditMention:
    """A new name as that of the one whom it was put down as: "it says Caff. Should say Kath"."""
    if not _is_same_name(edit.target, edit.value):
        return edit
    name, other = re.escape(edit.value), r"(?P<was>[^\W\d_][\w'’-]*)"
    patterns = (
        rf"\b{name},? (?:and )?not {other}",
        rf"\bnot {other}[,.;]? (?:but |it's |its |it is )?{name}\b",
        rf"\b{_WROTE}{other}\W+{_SHOULD_BE}{name}\b",
        rf"\bcalls (?:him|her) {other},? (?:he|she)(?:'s| is) {name}\b",
    )
    for pattern in patterns:
        said = re.search(pattern, text, re.IGNORECASE)
        if said and said["was"].casefold() not in NOT_NAMES:
            return replace(edit, target=said["was"])
    return edit


def _is_same_name(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _other(target: str, text: str) -> str:
    """A target with "other": "my other daughter" is not the one on the map."""
    found = re.search(rf"\b(?:other|another|new) {re.escape(target)}\b", text, re.IGNORECASE)
    return found[0] if found and relationship_in(target) else target


def _each_its_own(edits: Sequence[EditMention], text: str) -> list[EditMention]:
    """The same, with no help, contact or circle that is said of another: "Sam does the bins, Zoe my
    letters".

    The reader gives each of several the work of all. What the grammar hears in the stretch of the
    text that is about one is theirs alone; where it hears nothing, the reader's word stands. Of
    one it hears what is to be, not what was: "every day now, not once a week".
    """
    low = text.casefold()
    starts = {e.target: low.find(e.target.casefold()) for e in edits if e.target}
    order = sorted((at, who) for who, at in starts.items() if at >= 0)
    if not order:
        return list(edits)
    several = len(order) >= _SEVERAL
    ends = [at for at, _ in order[1:]] + [len(text)]
    begins = [at for at, _ in order] if several else [0]
    stretch = {
        who: _as_it_is(text[at:end]) for (_, who), at, end in zip(order, begins, ends, strict=True)
    }
    said = {who: list(find(part)) for who, part in stretch.items()}
    own: list[EditMention] = []
    for edit in edits:
        here = said.get(edit.target, [])
        if edit.operation == "set_help" and several:
            works = {s.value for s in here if s.attribute == "help"}
            kept = [w for w in edit.value.split(",") if not works or w in works]
            edit = replace(edit, value=",".join(kept)) if kept else edit
        elif edit.operation == "set_contact":
            was = [s for s in find(text) if s.attribute == "contact"]
            if was and not any(s.attribute == "contact" for part in said.values() for s in part):
                continue  # it only says how it is not
            theirs = {str(s.value) for s in here if s.attribute == "contact"}
            if len(theirs) == 1:
                edit = replace(edit, value=theirs.pop())
            elif several and not theirs and here:
                others = {str(s.value) for who in said if who != edit.target for s in said[who]}
                if edit.value in others:
                    continue
        elif edit.operation == "set_circle" and (several or _MOVED.search(text)):
            part = stretch.get(edit.target, "")
            value = circle_value(part) if _OF_CIRCLES.search(part) else ""
            edit = replace(edit, value=value) if value else edit
        own.append(edit)
    return own


def _as_it_is(text: str) -> str:
    """A text without what is said to be no more: "from the outer circle", "not once a week"."""
    return _NO_MORE.sub(" ", text)


def _near(one: str, other: str) -> bool:
    """Whether all words of one name are in the other ("okafor" and "Mrs Okafor")."""
    first, second = _words(one), _words(other)
    return bool(first and second) and (first <= second or second <= first)


def _is_titled(name: str) -> bool:
    first, _, rest = name.casefold().partition(" ")
    return bool(rest) and first in KIN_TITLES


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", name.casefold())) - _ASIDE


def _difficulties(
    read: Iterable[DifficultyMention], parsed: Iterable[DifficultyMention], text: str
) -> tuple[DifficultyMention, ...]:
    found = {d.area: d for d in parsed}
    well = areas_well(text)
    for difficulty in read:
        if difficulty.area in well and difficulty.area not in found:
            continue
        other = found.get(difficulty.area)
        size = difficulty.size or (other.size if other else None)
        found[difficulty.area] = replace(difficulty, size=size)
    return tuple(found[area] for area in Area if area in found)
