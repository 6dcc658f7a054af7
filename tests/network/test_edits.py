"""Finding who is meant, and putting two entries together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.network.edits import (
    Ambiguous,
    Match,
    is_certain,
    merge,
    next_key,
    resolve,
    same_name,
    with_marks,
)
from bot.network.model import Contact, Kind, Member, Network, Relationship, Status, Work
from tests.network.strategies import networks

R = Relationship
HOME = Network(
    (
        Member("m1", "Jean", relationship=R.PARTNER),
        Member("m2", "Bob", relationship=R.CHILD),
        Member("m3", "Margaret", relationship=R.NEIGHBOUR),
        Member("m4", "Dr Patel", relationship=R.GP, kind=Kind.PROFESSIONAL),
        Member("m5", "Breathe Easy group", relationship=R.GROUP, kind=Kind.GROUP),
        Member("m6", "Tess", relationship=R.PET, kind=Kind.PET),
        Member("m7", "Siân", relationship=R.SIBLING),
        Member("m8", "Brother Tom", relationship=R.SIBLING),
        Member("m9", "Old Dave", relationship=R.FRIEND),
        Member("m10", "Young Dave", relationship=R.FRIEND),
        Member("m11", "Mum", relationship=R.PARENT, status=Status.DIED),
        Member("m12", "Christopher", relationship=R.COLLEAGUE),
    )
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Jean", "m1"),
        ("jean", "m1"),
        ("  JEAN. ", "m1"),
        ("my wife", "m1"),
        ("my wife Jean", "m1"),
        ("Jaen", "m1"),
        ("Bbo", "m2"),
        ("our son", "m2"),
        ("Bob's", "m2"),
        ("Margret", "m3"),
        ("margaret next door", "m3"),
        ("my neighbour", "m3"),
        ("Patel", "m4"),
        ("dr patell", "m4"),
        ("the doctor", "m4"),
        ("breathe easy", "m5"),
        ("breatheasy", "m5"),
        ("the group", "m5"),
        ("the dog", "m6"),
        ("Sian", "m7"),
        ("my sister", "m7"),
        ("my brother", "m8"),
        ("Tom", "m8"),
        ("old dave", "m9"),
        ("my mother", "m11"),
        ("mam", "m11"),
        ("Christoper", "m12"),
        ("someone from work called Christopher", "m12"),
    ],
)
def test_one_member_is_meant(text: str, key: str) -> None:
    assert resolve(HOME, text) == Match(key)


@pytest.mark.parametrize("text", ["that lady", "the lady", "the Reverend", "reverend alison"])
def test_a_word_that_mostly_fills_means_whose_label_says_it(text: str) -> None:
    met = Network((Member("m1", "Hospital lady"), Member("m2", "Rev Alison"), Member("m3", "Jean")))
    assert resolve(met, text) == Match("m1" if "lady" in text else "m2")


@pytest.mark.parametrize(
    ("text", "keys"),
    [("Dave", ("m9", "m10")), ("my friend", ("m9", "m10")), ("my friend dave", ("m9", "m10"))],
)
def test_several_may_be_meant(text: str, keys: tuple[str, ...]) -> None:
    assert resolve(HOME, text) == Ambiguous(keys)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "?!", "my", "Rob", "Joan", "Zebedee", "my sister Ann", "my cousin", "the choir"],
)
def test_nobody_is_meant(text: str) -> None:
    assert resolve(HOME, text) is None


@given(networks(), st.text(max_size=30))
def test_any_text_gets_an_answer(network: Network, text: str) -> None:
    found = resolve(network, text)
    if isinstance(found, Match):
        network[found.key]
    elif isinstance(found, Ambiguous):
        assert len(found.keys) > 1
        assert all(network[k] for k in found.keys)


def test_merge_keeps_what_is_known_and_every_tie() -> None:
    network = Network(
        (
            Member("m1", "Jean", circle=2, help=frozenset({Work.ILLNESS})),
            Member(
                "m2",
                "My wife",
                relationship=R.PARTNER,
                circle=1,
                contact=Contact.DAILY,
                help=frozenset({Work.EMOTIONAL}),
                strain=True,
            ),
            Member("m3", "Bob"),
        )
    ).tied("m1", "m2", "m3")
    merged = merge(network, "m1", "m2")
    assert merged.members == (
        Member(
            "m1",
            "Jean",
            relationship=R.PARTNER,
            circle=1,  # the nearer one
            contact=Contact.DAILY,
            help=frozenset({Work.ILLNESS, Work.EMOTIONAL}),
            strain=True,
        ),
        Member("m3", "Bob"),
    )
    assert merged.ties == {frozenset(("m1", "m3"))}


def test_merge_refuses_nonsense() -> None:
    with pytest.raises(ValueError, match="m1"):
        merge(HOME, "m1", "m1")
    with pytest.raises(KeyError):
        merge(HOME, "m1", "m99")


def test_keys_are_never_used_again() -> None:
    assert next_key(Network()) == "m1"
    assert next_key(HOME) == "m13"
    assert next_key(HOME.without("m12"), HOME) == "m13"


def test_the_same_name_is_found_whatever_its_case() -> None:
    assert same_name(HOME, "sian") == "m7"
    assert same_name(HOME, "Sia") is None


def test_what_words_stand_for_helps_where_they_are_in_no_list() -> None:
    partner = Network((Member("m1", "Carol", relationship=R.PARTNER), Member("m2", "Ann")))
    assert resolve(partner, "her indoors") is None
    assert resolve(partner, "her indoors", R.PARTNER) == Match("m1")
    assert resolve(partner, "Ann", R.PARTNER) == Match("m2")
    assert resolve(partner, "her indoors", R.CHILD) is None


def test_our_kid_is_a_brother_or_sister() -> None:
    network = Network(
        (Member("m1", "Danny", relationship=R.SIBLING), Member("m2", "Lee", relationship=R.CHILD))
    )
    assert resolve(network, "our kid") == Match("m1")
    assert resolve(network, "my kid") == Match("m2")


def test_what_a_priest_is_called_is_no_word_for_kin() -> None:
    priest = Member("m1", "Father Brendan", relationship=R.OTHER_PROFESSIONAL)
    network = Network((priest,))
    assert resolve(network, "Father Brendan") == resolve(network, "Father") == Match("m1")
    assert resolve(network, "my father") is None
    assert not is_certain(priest, "my father") and is_certain(priest, "Father Brendan")
    assert resolve(network.added(Member("m2", "Ron", relationship=R.PARENT)), "my father") == Match(
        "m2"
    )


@pytest.mark.parametrize(
    ("label", "relationship", "text", "certain"),
    [
        ("Mary", R.PARENT, "Mary", True),
        ("Mary", R.PARENT, "my mum Mary", True),
        ("Mary", R.PARENT, "my dad", False),
        ("Mary", R.PARENT, "my mum", False),
        ("Mum", R.PARENT, "my mother", True),
        ("Mum", R.PARENT, "my dad", False),
        ("Brother Tom", R.SIBLING, "my brother", True),
        ("Tom", R.FRIEND, "my brother Tom", False),
        ("Tom", None, "my brother Tom", True),
        ("Janet", R.FRIEND, "Jane", False),
        ("Old Dave", R.FRIEND, "my friend", False),
        ("Dr Patel", R.GP, "Patel", True),
        ("Margaret", R.NEIGHBOUR, "margaret next door", True),
        ("Lunch club", R.GROUP, "the lunch club", True),
        ("Thursday lunch club", R.GROUP, "the lunch club", True),
        ("Siân", R.SIBLING, "Sian", True),
        ("Mary", R.PARENT, "", False),
    ],
)
def test_who_is_meant_for_certain_is_called_by_the_label(
    label: str, relationship: Relationship | None, text: str, certain: bool
) -> None:
    assert is_certain(Member("m1", label, relationship=relationship), text) is certain


@pytest.mark.parametrize("one", list(Status))
@pytest.mark.parametrize("two", list(Status))
def test_merge_brings_nobody_back(one: Status, two: Status) -> None:
    network = Network((Member("m1", "Bob", status=one), Member("m2", "Robert", status=two)))
    for_certain = [s for s in (Status.DIED, Status.LOST_TOUCH, Status.ACTIVE) if s in (one, two)]
    assert merge(network, "m1", "m2")["m1"].status is for_certain[0]


@settings(max_examples=30)
@given(networks(), networks())
def test_going_back_keeps_every_private_mark_and_all_else(now: Network, earlier: Network) -> None:
    back = with_marks(earlier, now)
    marks = {m.key: m.strain for m in now}
    assert all(m.strain == marks.get(m.key, m.strain) for m in back)
    assert with_marks(back, earlier) == earlier
