"""The network as a networkx graph, and back."""

from __future__ import annotations

from typing import Any

import networkx as nx

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

EGO = "ego"


def member_values(member: Member, *, include_private: bool = True) -> dict[str, Any]:
    """One member as a flat row of codes; values that are not known are left out.

    Help is one yes/no column for each kind of work (``help_illness`` …) once it was asked,
    and ``potential_…`` where it was mentioned. ``strain`` comes only with ``include_private``.
    """
    row: dict[str, Any] = {"label": member.label, "kind": member.kind.value}
    if member.relationship is not None:
        row["relationship"] = member.relationship.value
    if member.circle is not None:
        row["circle"] = member.circle
    if member.contact is not None:
        row["contact"] = member.contact.value
    if member.distance is not None:
        row["distance"] = member.distance.value
    if member.help is not None:
        row |= {f"help_{w.value}": w in member.help for w in Work}
    row |= {f"potential_{w.value}": True for w in Work if w in member.potential}
    row["status"] = member.status.value
    if member.helped_by_ego is not None:
        row["helped_by_ego"] = member.helped_by_ego
    if include_private and member.strain is not None:
        row["strain"] = member.strain
    return row


def member_from_values(key: str, row: dict[str, Any]) -> Member:
    """The reverse of ``member_values``.

    Raises:
        ValueError: where a value is not in its vocabulary; the message names the member.
    """
    try:
        asked = any(f"help_{w.value}" in row for w in Work)
        return Member(
            key=key,
            label=str(row.get("label") or key),
            kind=Kind(row.get("kind", Kind.PERSON.value)),
            relationship=Relationship(row["relationship"]) if "relationship" in row else None,
            circle=int(row["circle"]) if "circle" in row else None,
            contact=Contact(row["contact"]) if "contact" in row else None,
            distance=Distance(row["distance"]) if "distance" in row else None,
            help=frozenset(w for w in Work if row.get(f"help_{w.value}")) if asked else None,
            potential=frozenset(w for w in Work if row.get(f"potential_{w.value}")),
            status=Status(row.get("status", Status.ACTIVE.value)),
            strain=bool(row["strain"]) if "strain" in row else None,
            helped_by_ego=bool(row["helped_by_ego"]) if "helped_by_ego" in row else None,
        )
    except ValueError as error:
        raise ValueError(f"member {key}: {error}") from error


def to_graph(network: Network, *, ego: bool = True, active_only: bool = False) -> nx.Graph:
    """An undirected graph: a node for each member, by key, with its values.

    Args:
        ego: add the node ``"ego"`` joined to every member.
        active_only: leave out members who died or with whom touch was lost.
    """
    graph = nx.Graph()
    members = network.active if active_only else network.members
    for member in members:
        graph.add_node(member.key, **member_values(member))
    for first, second in sorted(sorted(tie) for tie in network.ties):
        if first in graph and second in graph:
            graph.add_edge(first, second)
    if ego:
        graph.add_node(EGO)
        graph.add_edges_from((EGO, m.key) for m in members)
    return graph


def from_graph(graph: nx.Graph) -> Network:
    """The network that a graph of ``to_graph`` holds, in the order of its nodes.

    Raises:
        ValueError: where a node's value is not in its vocabulary.
    """
    return Network(
        tuple(member_from_values(k, v) for k, v in graph.nodes(data=True) if k != EGO),
        frozenset(frozenset((a, b)) for a, b in graph.edges if EGO not in (a, b) and a != b),
    )
