"""What a text says of members who are on the map already."""

from __future__ import annotations

import pytest

from bot.network.model import Distance, Kind, Member, Network, Relationship, Status
from bot.nlu.map_talk import distance_said, same_in, ties_in

R = Relationship
MAP = Network(
    (
        Member("jean", "Jean", relationship=R.SIBLING),
        Member("wife", "Wife", relationship=R.PARTNER),
        Member("tom", "Tom", relationship=R.CHILD),
        Member("marg", "Margaret", relationship=R.NEIGHBOUR),
        Member("be", "Breathe Easy group", Kind.GROUP, R.GROUP),
        Member("frank", "Frank", relationship=R.CHILD, status=Status.DIED),
    )
)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("Jean, Tom and Margaret", [("jean", "tom", "marg")]),
        ("jean and margret know each other", [("jean", "marg")]),
        # Two people whom one person knows need not know each other.
        ("Jean knows Margaret and Tom", [("jean", "tom"), ("jean", "marg")]),
        ("my family all know each other", [("jean", "wife", "tom")]),
        ("my family. Margaret knows Tom", [("jean", "wife", "tom"), ("marg", "tom")]),
        ("Jean doesn't know Tom, but Tom and Margaret know each other", [("tom", "marg")]),
        ("all of them", [("jean", "wife", "tom", "marg", "be")]),
        ("everyone but Jean know each other", [("wife", "tom", "marg", "be")]),
        ("all of them but Jean and Tom", [("wife", "marg", "be")]),
        ("they all know each other, but Jean doesn't", [("wife", "tom", "marg", "be")]),
        ("everyone knows everyone except for Margaret", [("jean", "wife", "tom", "be")]),
        ("the whole family bar Tom", [("jean", "wife")]),
        ("my family and Margaret, but not Jean", [("wife", "tom", "marg")]),
        ("Margaret knows all my family except Tom", [("marg", "jean"), ("marg", "wife")]),
        ("all but Tom know Jean", [("wife", "jean"), ("marg", "jean"), ("be", "jean")]),
        # What follows "but" may be said of somebody else.
        (
            "all of them but Tom only knows Jean",
            [("jean", "wife", "tom", "marg", "be"), ("tom", "jean")],
        ),
        # Two strangers in a group who all know the others.
        (
            "my family know each other but Jean doesn't know Tom",
            [("wife", "tom"), ("jean", "wife")],
        ),
        ("nobody", []),
        ("Jean", []),
        ("I don't know", []),
    ],
)
def test_who_knows_whom(text: str, groups: list[tuple[str, ...]]) -> None:
    assert ties_in(text, MAP) == groups


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("lives with me", Distance.SAME_HOME),
        ("she lives round the corner and does my shopping", Distance.NEAR),
        ("he's next door", Distance.NEAR),
        ("she's an hour away, rings every week", Distance.FAR),
        ("lives in Leeds, two hours away", Distance.FAR),
        # Said of other things, not of where somebody lives.
        ("she takes me on the bus", None),
        ("rings me on the phone every day", None),
        ("lives in Leeds", None),
        ("", None),
    ],
)
def test_how_near_somebody_lives_where_the_text_says_so(text: str, near: Distance | None) -> None:
    assert distance_said(text) is near


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Jean and my wife are the same", ("jean", "wife")),
        ("jean is the same person as my wife", ("jean", "wife")),
        ("Tom and Margaret are one and the same", ("tom", "marg")),
        ("Jean and Jean are the same", None),
        ("Jean and Bob are the same", None),
        ("they are all the same to me", None),
    ],
)
def test_two_members_who_are_one(text: str, pair: tuple[str, str] | None) -> None:
    assert same_in(text, MAP) == pair
