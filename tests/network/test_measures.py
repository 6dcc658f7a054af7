"""Measures: known vectors, and what must hold for every network."""

from __future__ import annotations

import dataclasses
import math

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.network.graph import EGO, from_graph, to_graph
from bot.network.measures import iqv, measure
from bot.network.model import Contact, Kind, Member, Network, Relationship, Status, Work
from tests.network.strategies import networks


def alters(count: int, *groups: tuple[int, ...]) -> Network:
    network = Network(tuple(Member(f"m{i}", f"name {i}") for i in range(1, count + 1)))
    for group in groups:
        network = network.tied(*(f"m{i}" for i in group))
    return network


@pytest.mark.parametrize(
    ("network", "ties", "density", "effective_size", "efficiency", "constraint"),
    [
        pytest.param(alters(0), 0, None, None, None, None, id="nobody"),
        pytest.param(alters(1), 0, None, 1.0, 1.0, 1.0, id="one alter"),
        pytest.param(alters(4), 0, 0.0, 4.0, 1.0, 0.25, id="star of 4"),
        pytest.param(alters(3, (1, 2, 3)), 3, 1.0, 1.0, 0.3333, 0.9259, id="triangle"),
        pytest.param(alters(4, (1, 2), (3, 4)), 2, 0.3333, 3.0, 0.75, 0.5625, id="two pairs"),
        pytest.param(alters(5, (1, 2, 3, 4, 5)), 10, 1.0, 1.0, 0.2, 0.648, id="clique of 5"),
        pytest.param(
            alters(8, (1, 2, 3, 4), (5, 6)), 7, 0.25, 6.25, 0.7813, 0.2930, id="mixed of 8"
        ),
    ],
)
def test_known_vectors(
    network: Network,
    ties: int,
    density: float | None,
    effective_size: float | None,
    efficiency: float | None,
    constraint: float | None,
) -> None:
    found = measure(network)
    assert found.ties == ties
    for value, expected in (
        (found.density, density),
        (found.effective_size, effective_size),
        (found.efficiency, efficiency),
        (found.constraint, constraint),
    ):
        assert value == (None if expected is None else pytest.approx(expected, abs=5e-5))


def test_components_and_isolates() -> None:
    found = measure(alters(8, (1, 2, 3, 4), (5, 6)))
    assert (found.components, found.isolates) == (4, 2)


def test_who_does_what() -> None:
    network = Network(
        (
            Member("m1", "Jean", help=frozenset(Work), helped_by_ego=True),
            Member("m2", "Bob", help=frozenset({Work.EVERYDAY}), helped_by_ego=False),
            Member("m3", "Sue", help=None),
            Member("m4", "Tess", kind=Kind.PET, help=frozenset()),
        )
    )
    found = measure(network)
    assert found.work == {Work.ILLNESS: 1, Work.EVERYDAY: 2, Work.EMOTIONAL: 1}
    assert found.help_known == 3
    assert (found.busiest, found.busiest_share) == (("m1",), 0.75)
    assert found.reciprocity == 0.5


def test_those_who_died_or_were_lost_do_not_count() -> None:
    network = Network(
        (
            Member("m1", "Jean", relationship=Relationship.PARTNER, status=Status.DIED),
            Member("m2", "Bob", status=Status.LOST_TOUCH, help=frozenset(Work)),
            Member("m3", "Sue", contact=Contact.DAILY),
        )
    ).tied("m1", "m2", "m3")
    found = measure(network)
    assert (found.size, found.ties, found.busiest_share) == (1, 0, None)
    assert found.family_share is None
    assert found.regular_contact_share == 1.0


def test_iqv() -> None:
    assert iqv({"a": 5}, 2) == 0
    assert iqv({"a": 5, "b": 5}, 2) == 1
    assert iqv({}, 2) is None
    assert iqv({"a": 5}, 1) is None


def numbers(network: Network) -> dict[str, object]:
    return dataclasses.asdict(measure(network))


@given(networks())
def test_never_nan_and_within_bounds(network: Network) -> None:
    found = numbers(network)
    for name, value in found.items():
        assert not (isinstance(value, float) and math.isnan(value)), name
    shares = (
        "family_share",
        "diversity_kind",
        "diversity_relationship",
        "regular_contact_share",
        "density",
        "efficiency",
        "busiest_share",
        "reciprocity",
    )
    for name in shares:
        assert found[name] is None or 0 <= found[name] <= 1 + 1e-9, name  # type: ignore[operator]


@given(networks(), st.randoms(use_true_random=False))
def test_names_and_order_change_nothing(network: Network, random: object) -> None:
    keys = [m.key for m in network]
    new_keys = {k: f"x{i}" for i, k in enumerate(reversed(keys))}
    renamed = [dataclasses.replace(m, key=new_keys[m.key], label="someone") for m in network]
    random.shuffle(renamed)  # type: ignore[attr-defined]
    other = Network(
        tuple(renamed), frozenset(frozenset(new_keys[k] for k in t) for t in network.ties)
    )
    one, two = numbers(network), numbers(other)
    assert sorted(new_keys[k] for k in one.pop("busiest")) == sorted(two.pop("busiest"))  # type: ignore[attr-defined]
    assert {k: v if not isinstance(v, float) else pytest.approx(v) for k, v in one.items()} == two


@given(networks(), st.data())
def test_a_tie_more_never_lowers_density(network: Network, data: st.DataObject) -> None:
    keys = [m.key for m in network]
    if len(keys) < 2:
        return
    pair = data.draw(st.lists(st.sampled_from(keys), min_size=2, max_size=2, unique=True))
    before, after = measure(network), measure(network.tied(*pair))
    if before.density is None:
        assert after.density is None
        return
    assert after.density is not None and after.density >= before.density
    assert after.effective_size is not None and before.effective_size is not None
    assert after.effective_size <= before.effective_size + 1e-9
    assert after.components <= before.components


@given(networks())
def test_graph_and_back(network: Network) -> None:
    assert from_graph(to_graph(network)) == network


@given(networks())
def test_ego_s_measures_are_those_of_networkx(network: Network) -> None:
    graph = to_graph(network, active_only=True)
    found = measure(network)
    if not found.size:
        return
    assert found.constraint == pytest.approx(nx.constraint(graph, [EGO])[EGO])
    assert found.effective_size == pytest.approx(nx.effective_size(graph, [EGO])[EGO])


def test_the_summary_is_plain_json() -> None:
    import json

    network = Network((Member("m1", "Jean", circle=1, contact=Contact.DAILY),))
    assert json.loads(json.dumps(measure(network).to_json()))["by_contact"] == {"daily": 1}
