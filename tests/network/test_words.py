"""The words version says what the picture shows."""

from __future__ import annotations

from hypothesis import given

from bot.network.model import (
    Contact,
    Distance,
    Kind,
    Member,
    Network,
    Relationship,
    Status,
    Work,
)
from bot.network.phrases import ENGLISH
from bot.network.picture import layout_of
from bot.network.typology import Reason
from bot.network.words import describe, facts, knows, listed
from tests.network.strategies import networks


def test_a_whole_map_in_words() -> None:
    network = Network(
        (
            Member(
                "m1",
                "Jean",
                relationship=Relationship.PARTNER,
                circle=1,
                contact=Contact.DAILY,
                distance=Distance.SAME_HOME,
                help=frozenset(Work),
                helped_by_ego=True,
            ),
            Member("m2", "Bob", relationship=Relationship.CHILD, circle=2, helped_by_ego=True),
            Member("m3", "Choir", kind=Kind.GROUP, circle=3, potential=frozenset({Work.EMOTIONAL})),
            Member("m4", "Ann"),
            Member("m5", "Kit", relationship=Relationship.FRIEND, status=Status.LOST_TOUCH),
            Member("m6", "Mum", relationship=Relationship.PARENT, status=Status.DIED),
        )
    ).tied("m1", "m2", "m3")
    assert describe(network) == (
        "There are 6 on your map beside you.\n"
        "\n"
        "Very important:\n"
        "• Jean (partner, in touch every day, in your home, helps with your health, everyday "
        "things and how you feel, you help them too)\n"
        "\n"
        "Important:\n"
        "• Bob (son or daughter, you help them)\n"
        "\n"
        "Less important, but still there for you:\n"
        "• Choir (group, might help with how you feel)\n"
        "\n"
        "Not in a circle yet:\n"
        "• Ann\n"
        "\n"
        "You have lost touch with:\n"
        "• Kit (friend)\n"
        "\n"
        "Died, and remembered:\n"
        "• Mum (parent)\n"
        "\n"
        "Who knows whom:\n"
        "• Jean, Bob and Choir all know each other"
    )


def test_an_empty_map_is_kind() -> None:
    assert describe(Network()) == ENGLISH["nobody"]


@given(networks())
def test_same_content_as_the_picture(network: Network) -> None:
    told = facts(network)
    layout = layout_of(network)
    drawn = {p.key for p in (*layout.places, *layout.tray)}
    assert {m.key for s in told.sections for m in s.members} == drawn
    assert [m.key for s in told.sections if s.code.startswith("circle") for m in s.members] == [
        m.key for c in (1, 2, 3) for m in network.active if m.circle == c
    ]
    in_circles = {p.key for p in layout.places}
    said = {frozenset((a, b)) for g in knows(network) for a in g for b in g if a != b}
    assert said == {t for t in network.ties if t <= in_circles}


@given(networks())
def test_strain_is_never_told(network: Network) -> None:
    calm = network
    for member in network:
        calm = calm.changed(member.key, strain=None)
    assert describe(network) == describe(calm)


def test_lists_read_as_sentences() -> None:
    assert [listed(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_every_code_has_words() -> None:
    for code in Relationship:
        assert ENGLISH[f"relationship.{code}"]
    for reason in Reason:
        assert ENGLISH[f"type.{reason}"]
    for kind in Kind:
        assert ENGLISH[f"kind.{kind}"]


def test_the_words_keep_to_the_style() -> None:
    for text in ENGLISH.values():
        assert "should" not in text and "chronic" not in text
        for sentence in text.split("."):
            assert len(sentence.split()) <= 20, sentence
