"""Measures of an ego network, for research and practitioners; patients never see them.

All are over *active* members. Undefined is ``None``, never NaN. Definitions: density with
ego removed, effective size and constraint of Burt (1992) in Borgatti's form for undirected
ties, index of qualitative variation (IQV) as in the personal-network survey of Dhand.
Effective size and constraint of ego alone need a line each here, where networkx looks at every
pair of nodes (200 ms for 40 members); the tests hold them against networkx.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import networkx as nx

from bot.network.graph import to_graph
from bot.network.model import FAMILY, Contact, Kind, Network, Relationship, Work

REGULAR = frozenset({Contact.DAILY, Contact.WEEKLY})


@dataclass(frozen=True)
class NetworkSummary:
    """One network in numbers.

    Attributes:
        size: active members.
        by_kind, by_relationship, by_circle, by_contact: counts; only what was said.
        family_share: part of members with a known relationship who are family, 0 to 1.
        diversity_kind, diversity_relationship: IQV, 0 (all alike) to 1 (evenly spread),
            over all codes of the vocabulary.
        regular_contact_share: part in touch at least weekly, of those whose contact is known.
        ties: ties between members.
        density: part of the possible ties that exist; None below two members.
        effective_size: size less the mean number of ties of a member; None for nobody.
        efficiency: effective size as a part of size, 0 to 1.
        constraint: 0 (open) to about 1.25 (closed); it may pass 1.
        components: groups of members that no tie joins to each other.
        isolates: members who know no other member.
        work: members who do each kind of work.
        help_known: members whose help was asked.
        busiest_share: part of all work done by the member who does most; None if none is.
        busiest: keys of that member, or of several with as much.
        reciprocity: of members who help and were asked about, the part whom ego helps too.
        helped_by_ego: members whom ego helps.
    """

    size: int
    by_kind: Mapping[Kind, int]
    by_relationship: Mapping[Relationship, int]
    by_circle: Mapping[int, int]
    by_contact: Mapping[Contact, int]
    family_share: float | None
    diversity_kind: float | None
    diversity_relationship: float | None
    regular_contact_share: float | None
    ties: int
    density: float | None
    effective_size: float | None
    efficiency: float | None
    constraint: float | None
    components: int
    isolates: int
    work: Mapping[Work, int]
    help_known: int
    busiest_share: float | None
    busiest: tuple[str, ...]
    reciprocity: float | None
    helped_by_ego: int

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON or a table; codes become text."""
        data = asdict(self)
        for name in ("by_kind", "by_relationship", "by_circle", "by_contact", "work"):
            data[name] = {str(k): v for k, v in data[name].items()}
        return data


def iqv(counts: Mapping[Any, int], categories: int) -> float | None:
    """Index of qualitative variation: ``(1 - sum p²) / (1 - 1/K)``, 0 to 1.

    Args:
        counts: how many fall in each category.
        categories: K, how many categories there are, with the empty ones.

    Returns:
        None where nothing was counted or there is but one category.
    """
    total = sum(counts.values())
    if not total or categories < 2:
        return None
    # Rounding could otherwise leave the range by 1e-16.
    return min(1.0, (1 - sum((n / total) ** 2 for n in counts.values())) / (1 - 1 / categories))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _effective_size(alters: nx.Graph) -> float | None:
    size = len(alters)
    return size - 2 * alters.number_of_edges() / size if size else None


def _constraint(alters: nx.Graph) -> float | None:
    """Sum over alters j of ``(p_ij + sum_q p_iq p_qj)²``; an alter's own ties include ego."""
    size = len(alters)
    if not size:
        return None
    through = {q: 1 / (degree + 1) for q, degree in alters.degree}
    return float(sum(((1 + sum(through[q] for q in alters[j])) / size) ** 2 for j in alters))


def measure(network: Network) -> NetworkSummary:
    """The summary of ``network``; any network has one."""
    members = network.active
    size = len(members)
    alters = to_graph(network, ego=False, active_only=True)
    ties = alters.number_of_edges()

    by_kind = Counter(m.kind for m in members)
    by_relationship = Counter(m.relationship for m in members if m.relationship)
    by_contact = Counter(m.contact for m in members if m.contact)
    asked = [m for m in members if m.help is not None]
    load = {m.key: len(m.help or ()) for m in asked}
    most = max(load.values(), default=0)
    givers = [m for m in asked if m.help and m.helped_by_ego is not None]
    effective = _effective_size(alters)

    return NetworkSummary(
        size=size,
        by_kind={k: by_kind[k] for k in Kind if by_kind[k]},
        by_relationship={r: by_relationship[r] for r in Relationship if by_relationship[r]},
        by_circle=dict(sorted(Counter(m.circle for m in members if m.circle).items())),
        by_contact={c: by_contact[c] for c in Contact if by_contact[c]},
        family_share=_share(
            sum(n for r, n in by_relationship.items() if r in FAMILY),
            sum(by_relationship.values()),
        ),
        diversity_kind=iqv(by_kind, len(Kind)),
        diversity_relationship=iqv(by_relationship, len(Relationship)),
        regular_contact_share=_share(
            sum(n for c, n in by_contact.items() if c in REGULAR), sum(by_contact.values())
        ),
        ties=ties,
        density=2 * ties / (size * (size - 1)) if size > 1 else None,
        effective_size=effective,
        efficiency=effective / size if effective is not None else None,
        constraint=_constraint(alters),
        components=nx.number_connected_components(alters) if size else 0,
        isolates=nx.number_of_isolates(alters),
        work={w: sum(w in (m.help or ()) for m in asked) for w in Work},
        help_known=len(asked),
        busiest_share=_share(most, sum(load.values())),
        busiest=tuple(k for k, n in load.items() if most and n == most),
        reciprocity=_share(sum(bool(m.helped_by_ego) for m in givers), len(givers)),
        helped_by_ego=sum(bool(m.helped_by_ego) for m in members),
    )
