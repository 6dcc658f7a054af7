"""Networks for property tests, and names that are hard to draw."""

from __future__ import annotations

from itertools import combinations

from hypothesis import strategies as st

from bot.network.model import (
    Contact,
    Distance,
    Member,
    Network,
    Relationship,
    Status,
    Work,
    kind_of,
)

AWKWARD_NAMES = (
    "Jo",
    "Wolfeschlegelsteinhausenbergerdorff",
    "The Thursday afternoon walking group (NW)",
    "W" * 40,
    "محمد بن عبد الله",
    "שרה כהן",
    "नमस्ते सिंह",
    "王小明",
    "Ελένη Παπαδοπούλου",
    "Ольга Константиновна",
    "Zoë-Siân O’Brien-Łukaszewicz",
    "A & <B> \"quoted\" 'one'",
    "🐕 Rex 🐾",
    "Z̴͖̀a̷̠̕l̶̰̈́g̵̻̽ŏ̵̪",
    "i",
    "fffffffiiiiiilllllll",
    "Dr. A. Very-Long Surname of Nowhere",
    "a b c d e f g h i j k l m n o p q r s t",
    "tab\tand\x0bcontrol\x07",
    "​zero​width",
)

works = st.frozensets(st.sampled_from(Work))


def optional(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


@st.composite
def members(draw: st.DrawFn, key: str) -> Member:
    relationship = draw(optional(st.sampled_from(Relationship)))
    return Member(
        key=key,
        label=draw(st.sampled_from(AWKWARD_NAMES).map(lambda n: n[:40])),
        kind=kind_of(relationship),
        relationship=relationship,
        circle=draw(optional(st.integers(1, 3))),
        contact=draw(optional(st.sampled_from(Contact))),
        distance=draw(optional(st.sampled_from(Distance))),
        help=draw(optional(works)),
        potential=draw(works),
        status=draw(st.sampled_from((Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, *tuple(Status)))),
        strain=draw(optional(st.booleans())),
        helped_by_ego=draw(optional(st.booleans())),
    )


@st.composite
def networks(draw: st.DrawFn, max_size: int = 9) -> Network:
    size = draw(st.integers(0, max_size))
    everyone = tuple(draw(members(f"m{i + 1}")) for i in range(size))
    pairs = [frozenset(p) for p in combinations([m.key for m in everyone], 2)]
    ties = draw(st.sets(st.sampled_from(pairs))) if pairs else set()
    return Network(everyone, frozenset(ties))


def crowd(size: int, circle: int | None = None, label: str | None = None) -> Network:
    """``size`` members with awkward names, spread over the circles or all in one."""
    everyone = []
    for i in range(size):
        relationship = list(Relationship)[(i * 7) % len(Relationship)]
        everyone.append(
            Member(
                f"m{i + 1}",
                (label or AWKWARD_NAMES[i % len(AWKWARD_NAMES)])[:40],
                kind=kind_of(relationship),
                relationship=relationship,
                circle=circle or 1 + (i * 5) % 3,
            )
        )
    network = Network(tuple(everyone))
    for i in range(0, size - 2, 3):
        network = network.tied(f"m{i + 1}", f"m{i + 2}", f"m{i + 3}")
    return network
