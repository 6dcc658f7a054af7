"""What leaves the product comes back the same, and research files hold nobody's name."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given

from bot.network.exports import (
    EgoRecord,
    from_csv,
    from_graphml,
    from_json,
    network_from_json,
    network_to_json,
    to_csv,
    to_csv_zip,
    to_graphml,
    to_json,
)
from bot.network.model import Member, Network, Relationship, Work
from tests.network.strategies import networks

VARIABLES = {"age_band": "70-79", "difficulty_breathlessness": "big", "visits": 2}


def xml_safe(network: Network) -> Network:
    members = tuple(
        replace(m, label=re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", m.label)) for m in network
    )
    return Network(members, network.ties)


@given(networks())
def test_json_round_trip(network: Network) -> None:
    assert network_from_json(json.loads(json.dumps(network_to_json(network)))) == network
    record = EgoRecord("p1", network, VARIABLES)
    assert from_json(to_json([record], include_private=True)) == [record]


@given(networks())
def test_graphml_round_trip(network: Network) -> None:
    record = EgoRecord("p1", xml_safe(network), VARIABLES)
    back = from_graphml(to_graphml(record, include_private=True))
    assert back == record


@given(networks())
def test_csv_round_trip(network: Network) -> None:
    records = [EgoRecord("p1", network, {"age_band": "70-79"}), EgoRecord("p2", Network())]
    assert from_csv(to_csv(records, include_private=True)) == records


def test_graphml_has_ego_on_the_graph_and_only_alters_as_nodes() -> None:
    network = Network((Member("m1", "Jean"), Member("m2", "Bob"))).tied("m1", "m2")
    graph = nx.parse_graphml(to_graphml(EgoRecord("p1", network, VARIABLES)))
    assert graph.graph["age_band"] == "70-79"
    assert graph.graph["networkCanvasEgoUUID"] == "p1"
    assert list(graph.nodes) == ["m1", "m2"] and list(graph.edges) == [("m1", "m2")]


def test_csv_has_the_columns_that_egor_expects() -> None:
    network = Network(
        (
            Member("m1", "Jean", help=frozenset({Work.ILLNESS})),
            Member("m2", "=HYPERLINK(1)"),
        )
    ).tied("m1", "m2")
    files = to_csv([EgoRecord("p1", network, VARIABLES)])
    rows = {n: list(csv.DictReader(io.StringIO(t, newline=""))) for n, t in files.items()}
    assert rows["egos.csv"][0]["egoID"] == "p1"
    assert [r["alterID"] for r in rows["alters.csv"]] == ["m1", "m2"]
    assert rows["alters.csv"][0]["help_illness"] == "1"
    assert rows["alters.csv"][0]["help_everyday"] == "0"
    assert rows["alters.csv"][1]["help_illness"] == ""
    assert rows["alters.csv"][1]["label"].startswith("'=")
    assert rows["ties.csv"] == [{"egoID": "p1", "Source": "m1", "Target": "m2"}]


def test_zip_holds_the_three_files_and_is_stable() -> None:
    records = [EgoRecord("p1", Network((Member("m1", "Jean"),)))]
    archive = zipfile.ZipFile(io.BytesIO(to_csv_zip(records)))
    assert archive.namelist() == ["egos.csv", "alters.csv", "ties.csv"]
    assert to_csv_zip(records) == to_csv_zip(records)


SECRETS = ("Jean Marple", "M13", "Manchester", "likes her tea", "patient-4711", "m77")


def secret_record() -> EgoRecord:
    network = Network(
        (
            Member("m77", "Jean Marple", relationship=Relationship.PARTNER, circle=1, strain=True),
            Member("m78", "Bob", relationship=Relationship.CHILD),
        )
    ).tied("m77", "m78")
    return EgoRecord(
        "patient-4711",
        network,
        {
            "age_band": "70-79",
            "difficulty_pain": "big",
            "postcode": "M13",
            "area": "m13",
            "nation": "Manchester",
            "words": "likes her tea",
            "difficulty_words": "likes her tea",
        },
    )


def research_texts() -> list[str]:
    record = secret_record()
    return [
        to_graphml(record, research=True),
        to_json([record], research=True),
        *to_csv([record], research=True).values(),
    ]


def test_research_files_hold_no_name_word_or_place() -> None:
    whole = "\n".join(research_texts()).casefold()
    for secret in SECRETS:
        assert secret.casefold() not in whole
    assert "strain" not in whole
    assert "70-79" in whole and "partner" in whole and "difficulty_pain" in whole


def test_research_keeps_the_structure() -> None:
    back = from_json(to_json([secret_record()], research=True))[0]
    assert back.ego_id == "e1"
    assert [m.key for m in back.network] == ["a1", "a2"]
    assert back.network.ties == {frozenset(("a1", "a2"))}


def test_strain_stays_out_unless_asked_for() -> None:
    record = secret_record()
    for text in (to_graphml(record), to_json([record]), *to_csv([record]).values()):
        assert "strain" not in text


def test_bad_files_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="format"):
        network_from_json({"format": "other"})
    with pytest.raises(ValueError, match="not a GraphML"):
        from_graphml("<nothing")
    files = to_csv([EgoRecord("p1", Network((Member("m1", "Jean"),)))])
    with pytest.raises(ValueError, match=r"p1.*m1"):
        from_csv({**files, "alters.csv": files["alters.csv"].replace("person", "robot")})
    with pytest.raises(ValueError, match="p9"):
        from_csv({**files, "alters.csv": files["alters.csv"].replace("p1", "p9")})
