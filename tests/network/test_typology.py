"""The rules for network types: total, stable, explainable."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

from bot.network.model import (
    FAMILY,
    Contact,
    Kind,
    Member,
    Network,
    Relationship,
    Status,
    kind_of,
)
from bot.network.typology import Reason, Thresholds, TypeCode, classify, is_true
from bot.network.words import explain_type
from tests.network.strategies import networks

R = Relationship


def those(*people: tuple[Relationship, Contact | None]) -> Network:
    return Network(
        tuple(
            Member(f"m{i}", f"n{i}", kind=kind_of(r), relationship=r, contact=c)
            for i, (r, c) in enumerate(people, start=1)
        )
    )


OFTEN, SELDOM = Contact.WEEKLY, Contact.LESS


@pytest.mark.parametrize(
    ("network", "code", "reason"),
    [
        (those(), TypeCode.ISOLATED_OR_PROFESSIONAL, Reason.NOBODY),
        (
            those((R.GP, None), (R.NURSE, OFTEN), (R.CHILD, OFTEN)),
            TypeCode.ISOLATED_OR_PROFESSIONAL,
            Reason.MOSTLY_PROFESSIONALS,
        ),
        (those((R.CHILD, SELDOM)), TypeCode.ISOLATED_OR_PROFESSIONAL, Reason.ONE_SELDOM_SEEN),
        (those((R.PET, OFTEN)), TypeCode.ISOLATED_OR_PROFESSIONAL, Reason.NOBODY),
        (
            those((R.CHILD, OFTEN), (R.FRIEND, SELDOM), (R.GROUP, OFTEN)),
            TypeCode.DIVERSE,
            Reason.FAMILY_FRIENDS_GROUPS,
        ),
        (
            those((R.CHILD, OFTEN), (R.CHILD, OFTEN), (R.FRIEND, SELDOM), (R.SIBLING, SELDOM)),
            TypeCode.FAMILY_FRIEND_CENTRED,
            Reason.MANY_SEEN_OFTEN,
        ),
        (
            those((R.CHILD, OFTEN), (R.FRIEND, SELDOM)),
            TypeCode.FAMILY_FRIEND_SUPPORTED,
            Reason.SOME_SEEN_OFTEN,
        ),
        (
            those((R.GROUP, OFTEN), (R.ONLINE_COMMUNITY, OFTEN)),
            TypeCode.FAMILY_FRIEND_CONTACT,
            Reason.GROUPS_ONLY,
        ),
        (
            those((R.CHILD, SELDOM), (R.FRIEND, SELDOM)),
            TypeCode.FAMILY_FRIEND_CONTACT,
            Reason.SELDOM_SEEN,
        ),
    ],
)
def test_each_rule(network: Network, code: TypeCode, reason: Reason) -> None:
    found = classify(network)
    assert (found.code, found.reason) == (code, reason)
    assert found.rule_version == Thresholds().version


@given(networks())
def test_every_network_has_one_type_and_words_that_do_not_label(network: Network) -> None:
    found = classify(network)
    assert found.code in TypeCode
    words = explain_type(found).casefold()
    assert words
    assert not any(w in words for w in ("isolat", "restricted", "diverse", "fragile", "lonel"))


@given(networks())
def test_a_regular_group_never_moves_a_person_away_from_diverse(network: Network) -> None:
    group = Member("x", "choir", kind=Kind.GROUP, relationship=R.GROUP, contact=OFTEN)
    if classify(network).code is TypeCode.DIVERSE:
        assert classify(network.added(group)).code is TypeCode.DIVERSE


@given(networks())
def test_names_change_nothing(network: Network) -> None:
    renamed = Network(tuple(dataclasses.replace(m, label="x") for m in network), network.ties)
    assert classify(renamed) == classify(network)


def test_the_dead_do_not_count() -> None:
    network = those((R.PARTNER, OFTEN)).changed("m1", status=Status.DIED)
    assert classify(network).reason is Reason.NOBODY


def test_unknown_contact_is_told() -> None:
    assert not classify(those((R.CHILD, None))).complete
    assert classify(those((R.CHILD, OFTEN))).complete


@given(networks())
def test_what_is_said_of_a_network_is_true_of_its_counts(network: Network) -> None:
    counted = [m for m in network.active if m.kind is not Kind.PET]
    staff = [m for m in counted if m.kind is Kind.PROFESSIONAL]
    groups = [m for m in counted if m.kind in (Kind.GROUP, Kind.ONLINE)]
    kin = [m for m in counted if m.relationship in FAMILY]
    friends = [m for m in counted if m.relationship is R.FRIEND]
    often = [m for m in counted if m.contact in (Contact.DAILY, Contact.WEEKLY)]
    said = explain_type(classify(network))
    if "not told me" in said:
        assert not counted
    else:
        assert counted
    if "Most of" in said:
        most = staff if "staff" in said else kin + friends
        assert len(most) > len(counted) / 2
    if "mostly groups" in said:
        assert len(groups) > len(counted) / 2
    if "family, friends and groups" in said:
        assert kin and friends and groups
    if "many of them often" in said:
        assert len([m for m in kin + friends if m in often]) >= len(kin + friends) / 2
    if "at least one of them often" in said:
        assert [m for m in kin + friends if m in often]
    if "in touch often with some" in said:
        assert often
    if "now and then" in said or "one contact" in said:
        assert not often and all(m.contact for m in counted)


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (those((R.PARTNER, Contact.DAILY), (R.GP, None)), "different sorts"),
        (those(*[(R.GROUP, OFTEN)] * 2, *[(R.NURSE, None)] * 5), "different sorts"),
        (those(*[(R.CHILD, OFTEN)] * 4, *[(R.NURSE, None)] * 8), "different sorts"),
        (those(*[(R.SIBLING, SELDOM)] * 3, (R.SIBLING, OFTEN), (R.CHILD, None)), "some of those"),
        (those((R.CHILD, None), (R.CHILD, None)), "who is around you"),
    ],
)
def test_most_is_said_only_of_most(network: Network, said: str) -> None:
    assert said in explain_type(classify(network))


@given(networks())
def test_the_reason_of_a_type_holds(network: Network) -> None:
    assert is_true(classify(network).reason, network)
