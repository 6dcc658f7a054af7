"""Networks out of the product: GraphML, three CSV files, JSON; and back again.

* GraphML: members are nodes, their ties edges, ego's own variables attributes of the graph, as
  Network Canvas writes it.
* CSV: ``egos.csv``, ``alters.csv`` and ``ties.csv`` with the column names that
  ``egor::threefiles_to_egor`` expects without being told; R's ``ideanet`` reads them too.
* JSON: one object for each ego.

``research=True`` drops names, words and places: labels, keys and ids are replaced, and of ego's
variables only those of ``RESEARCH_VARIABLES`` with a code or a number for a value remain.
``include_private`` adds who makes things harder; leave it off for anything that others may see.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import networkx as nx

from bot.network.graph import from_graph, member_from_values, member_values, to_graph
from bot.network.model import Network, Work

FORMAT = "wise-companion/network/1"
Value = str | int | float | bool

# What a research file may say of ego beside the difficulties (``difficulty_<area>``), the measures
# of the process (``process_<name>``) and answers to an outcome scale (``outcome_<time>_<item>``).
RESEARCH_VARIABLES = frozenset(
    {
        "age_band",
        "gender",
        "nation",
        "conditions",
        "answered_by",
        "milestone",
        "network_type",
        "network_type_rules",
        "network_type_agreed",
    }
)
_CODE = re.compile(r"[a-z0-9_+.;-]{1,60}")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ALTER_COLUMNS = (
    "egoID",
    "alterID",
    "label",
    "kind",
    "relationship",
    "circle",
    "contact",
    "distance",
    *(f"help_{w.value}" for w in Work),
    *(f"potential_{w.value}" for w in Work),
    "status",
    "helped_by_ego",
    "strain",
)
TIE_COLUMNS = ("egoID", "Source", "Target")
_NUMBERS = frozenset({"circle"})
_BOOLEANS = frozenset(
    {"helped_by_ego", "strain"}
    | {f"help_{w.value}" for w in Work}
    | {f"potential_{w.value}" for w in Work}
)


@dataclass(frozen=True)
class EgoRecord:
    """One person's network with the person's own variables.

    Attributes:
        ego_id: opaque id.
        network: ego's network.
        variables: ego's own values, such as ``age_band``; codes or numbers.
    """

    ego_id: str
    network: Network
    variables: Mapping[str, Value] = field(default_factory=dict)


def for_research(record: EgoRecord, number: int) -> EgoRecord:
    """The record without identifying data; ``number`` makes its new id.

    Members are called by their place in the list ("a1", "a2", …).
    """
    keys = {m.key: f"a{i}" for i, m in enumerate(record.network.members, start=1)}
    members = tuple(replace(m, key=keys[m.key], label=keys[m.key]) for m in record.network.members)
    ties = frozenset(frozenset(keys[k] for k in tie) for tie in record.network.ties)
    variables = {
        name: value
        for name, value in record.variables.items()
        if (name in RESEARCH_VARIABLES or name.startswith(("difficulty_", "process_", "outcome_")))
        and _CODE.fullmatch(name)
        and (not isinstance(value, str) or _CODE.fullmatch(value))
    }
    return EgoRecord(f"e{number}", Network(members, ties), variables)


def _prepared(records: Iterable[EgoRecord], research: bool) -> list[EgoRecord]:
    if not research:
        return list(records)
    return [for_research(r, i) for i, r in enumerate(records, start=1)]


def to_graphml(record: EgoRecord, *, research: bool = False, include_private: bool = False) -> str:
    """One ego as a GraphML document; ego's variables are attributes of the graph."""
    record = _prepared([record], research)[0]
    graph = to_graph(record.network, ego=False)
    for key, values in graph.nodes(data=True):
        if not include_private:
            values.pop("strain", None)
        values["label"] = _NOT_XML.sub("", values["label"]) or key
    graph.graph["networkCanvasEgoUUID"] = record.ego_id
    graph.graph.update(
        {k: _NOT_XML.sub("", v) if isinstance(v, str) else v for k, v in record.variables.items()}
    )
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def from_graphml(text: str) -> EgoRecord:
    """The reverse of ``to_graphml``, for files that this package wrote.

    Raises:
        ValueError: where a value is not in its vocabulary or there is no graph.
    """
    try:
        graph = nx.parse_graphml(text)
    except (nx.NetworkXError, SyntaxError) as error:
        raise ValueError(f"not a GraphML document: {error}") from error
    own = {"networkCanvasEgoUUID", "node_default", "edge_default"}
    variables = {k: v for k, v in graph.graph.items() if k not in own}
    return EgoRecord(str(graph.graph.get("networkCanvasEgoUUID", "")), from_graph(graph), variables)


def to_csv(
    records: Iterable[EgoRecord], *, research: bool = False, include_private: bool = False
) -> dict[str, str]:
    """Egos, alters and alter-alter ties as CSV: texts by file name.

    Unknown is an empty cell; yes and no are 1 and 0.
    """
    records = _prepared(records, research)
    names = sorted({name for r in records for name in r.variables})
    columns = [c for c in ALTER_COLUMNS if include_private or c != "strain"]
    egos = [{"egoID": r.ego_id, **r.variables} for r in records]
    alters = [
        {
            "egoID": r.ego_id,
            "alterID": m.key,
            **member_values(m, include_private=include_private),
        }
        for r in records
        for m in r.network.members
    ]
    ties = [
        {"egoID": r.ego_id, "Source": pair[0], "Target": pair[1]}
        for r in records
        for pair in sorted(sorted(tie) for tie in r.network.ties)
    ]
    return {
        "egos.csv": _csv(["egoID", *names], egos),
        "alters.csv": _csv(columns, alters),
        "ties.csv": _csv(list(TIE_COLUMNS), ties),
    }


def _csv(columns: list[str], rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: _cell(v) for k, v in row.items()})
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    # A spreadsheet must not take a name for a formula.
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r", "'"):
        return "'" + value
    return value


def _uncell(text: str) -> str:
    return text[1:] if text[:1] == "'" else text


def from_csv(files: Mapping[str, str]) -> list[EgoRecord]:
    """The reverse of ``to_csv``; ego's variables come back as text.

    Raises:
        ValueError: where a value is not in its vocabulary; the message names ego and alter.
        KeyError: where one of the three files is missing.
    """
    networks: dict[str, Network] = {}
    variables: dict[str, dict[str, Value]] = {}
    for row in csv.DictReader(io.StringIO(files["egos.csv"], newline="")):
        ego = row.pop("egoID")
        networks[ego] = Network()
        variables[ego] = {k: _uncell(v) for k, v in row.items() if v}
    for row in csv.DictReader(io.StringIO(files["alters.csv"], newline="")):
        ego, key = row.pop("egoID"), row.pop("alterID")
        values: dict[str, Any] = {}
        for name, text in row.items():
            if text == "" or text is None:
                continue
            if name in _BOOLEANS:
                values[name] = text == "1"
            else:
                values[name] = int(text) if name in _NUMBERS else _uncell(text)
        try:
            networks[ego] = networks[ego].added(member_from_values(key, values))
        except KeyError:
            raise ValueError(f"alters.csv names ego {ego}, who is not in egos.csv") from None
        except ValueError as error:
            raise ValueError(f"ego {ego}: {error}") from error
    for row in csv.DictReader(io.StringIO(files["ties.csv"], newline="")):
        ego = row["egoID"]
        networks[ego] = networks[ego].tied(row["Source"], row["Target"])
    return [EgoRecord(ego, network, variables[ego]) for ego, network in networks.items()]


def to_csv_zip(
    records: Iterable[EgoRecord], *, research: bool = False, include_private: bool = False
) -> bytes:
    """The three files of ``to_csv`` in a ZIP; the same bytes for the same records."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        files = to_csv(records, research=research, include_private=include_private)
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def network_to_json(network: Network, *, include_private: bool = True) -> dict[str, Any]:
    """A network as a JSON object; whole with ``include_private``."""
    return {
        "format": FORMAT,
        "members": [
            {"key": m.key, **member_values(m, include_private=include_private)}
            for m in network.members
        ],
        "ties": sorted(sorted(tie) for tie in network.ties),
    }


def network_from_json(data: Mapping[str, Any]) -> Network:
    """The reverse of ``network_to_json``.

    Raises:
        ValueError: where the format is another or a value is not in its vocabulary.
    """
    if data.get("format") != FORMAT:
        raise ValueError(f"expected the format {FORMAT}, found {data.get('format')!r}")
    return Network(
        tuple(member_from_values(row["key"], row) for row in data["members"]),
        frozenset(frozenset(tie) for tie in data["ties"]),
    )


def to_json(
    records: Iterable[EgoRecord], *, research: bool = False, include_private: bool = False
) -> str:
    """Egos as a JSON array of what ``ego_to_json`` gives of each."""
    return json.dumps(
        [ego_to_json(r, include_private=include_private) for r in _prepared(records, research)],
        ensure_ascii=False,
        indent=2,
    )


def ego_to_json(record: EgoRecord, *, include_private: bool = False) -> dict[str, Any]:
    """One ego as a JSON object: ``ego_id``, ``variables`` and ``network``."""
    return {
        "ego_id": record.ego_id,
        "variables": dict(record.variables),
        "network": network_to_json(record.network, include_private=include_private),
    }


def from_json(text: str) -> list[EgoRecord]:
    """The reverse of ``to_json``; reads a single ego, not in an array, as well.

    Raises:
        ValueError: where the text is not such JSON; the message says what is missing.
    """
    data = json.loads(text)
    items = [data] if isinstance(data, dict) else data
    try:
        return [
            EgoRecord(item["ego_id"], network_from_json(item["network"]), item["variables"])
            for item in items
        ]
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an export of networks: {error} is missing") from error
