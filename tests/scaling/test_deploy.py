"""``deploy/``: right by the schemas of Compose and Kubernetes, and true of the code."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from jsonschema import Draft202012Validator, ValidationError
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import PROJECT, Settings

DEPLOY = PROJECT / "deploy"
KUBERNETES = "v1.33.0-local-strict"
REFERENCE = re.compile(r'#/\$defs/([^"]+)"')
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
MANIFESTS: list[dict[str, Any]] = list(
    yaml.safe_load_all((DEPLOY / "kubernetes.yml").read_text("utf-8"))
)
SETTINGS = {name.upper() for name in Settings.model_fields}
OURS = {n: s for n, s in COMPOSE["services"].items() if s["image"] == "wise-companion"}


def _id(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def _pods() -> list[dict[str, Any]]:
    jobs = [m["spec"].get("jobTemplate", m) for m in MANIFESTS if "spec" in m]
    return [job["spec"]["template"]["spec"] for job in jobs if "template" in job["spec"]]


def _is_a_module(command: list[str]) -> bool:
    assert command[:2] == ["python", "-m"]
    return importlib.util.find_spec(command[2]) is not None


def _validate(manifest: dict[str, Any]) -> None:
    """Against the schema of its kind; only the package's schemas are used, not its code."""
    package = importlib.util.find_spec("kubernetes_validate")
    assert package is not None and package.origin is not None
    folder = Path(package.origin).parent / "kubernetes-json-schema" / KUBERNETES
    version = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", manifest["apiVersion"])
    text = (folder / f"{manifest['kind'].lower()}-{version}.json").read_text("utf-8")
    shared = json.loads((folder / "_definitions.json").read_text("utf-8"))["$defs"]
    # Only what the kind refers to: the validator walks all that it is given, again and again.
    needed: dict[str, Any] = {}
    open_ = set(REFERENCE.findall(text))
    while open_:
        name = open_.pop()
        needed[name] = json.loads(_local(json.dumps(shared[name])))
        open_ |= set(REFERENCE.findall(json.dumps(shared[name]))) - set(needed)
    schema = {**json.loads(_local(text)), "$defs": needed}
    del schema["$id"]
    Draft202012Validator(schema).validate(manifest)


def _local(text: str) -> str:
    return re.sub(r'"[^"]*#/\$defs/', '"#/$defs/', text)


def test_the_compose_file_is_one() -> None:
    # The tool that reads it merges what is shared, and fills ${…} in, first.
    plain = re.sub(r"\$\{(\w+)(?::-)?\}", "x", json.dumps(COMPOSE))
    text = yaml.safe_dump(json.loads(plain))
    assert set(PyCompose.from_yaml(text).service_names()) == set(COMPOSE["services"])


def test_a_wrong_compose_file_is_found() -> None:
    with pytest.raises(ValueError):
        PyCompose.from_yaml("services: {web: {image: x, ports: [{target: no}]}}")


@pytest.mark.parametrize("manifest", MANIFESTS, ids=_id)
def test_each_manifest_is_one(manifest: dict[str, Any]) -> None:
    _validate(manifest)


@pytest.mark.parametrize("spec", [{"replicas": "two"}, {"replica": 2}])
def test_a_wrong_manifest_is_found(spec: dict[str, Any]) -> None:
    (right,) = (m for m in MANIFESTS if _id(m) == "Deployment rasa")
    with pytest.raises(ValidationError):
        _validate({**right, "spec": {**right["spec"], **spec}})


def test_every_setting_is_one_of_ours() -> None:
    given = {name for service in OURS.values() for name in service["environment"]}
    given |= {n for m in MANIFESTS if m["kind"] == "ConfigMap" for n in m["data"]}
    assert given and given <= SETTINGS


def test_every_process_of_compose_has_the_settings_of_the_operator() -> None:
    # Without the region a patient in Scotland would be given England's numbers.
    assert OURS and all(service["env_file"] == ["../.env"] for service in OURS.values())


def test_every_command_is_a_module_of_ours() -> None:
    commands = [service["command"] for service in OURS.values()]
    commands += [c["command"] for pod in _pods() for c in pod["containers"]]
    assert len(commands) > 10
    assert all(map(_is_a_module, commands))


def test_what_runs_each_night_is_a_command_of_ours() -> None:
    (nightly,) = (m for m in MANIFESTS if m["kind"] == "CronJob")
    (container,) = nightly["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    line = container["command"][3:]
    assert " ".join(["wise", *line]) in (PROJECT / "docs" / "operations.md").read_text("utf-8")
    assert CliRunner().invoke(app, [*line, "--help"]).exit_code == 0
    assert CliRunner().invoke(app, [*line, "--no-such", "--help"]).exit_code == 2


def test_both_run_the_same_processes() -> None:
    names = {m["metadata"]["name"] for m in MANIFESTS if m["kind"] in ("Deployment", "Job")}
    assert names == set(OURS)


def test_addresses_lead_to_services_that_are_there() -> None:
    config = (DEPLOY / "nginx.conf").read_text("utf-8")
    for name in re.findall(r"set \$(\w+) (\w+);", config):
        assert name[0] == name[1] and name[1] in COMPOSE["services"]
    services = {
        m["metadata"]["name"]: m["spec"]["ports"][0]["port"]
        for m in MANIFESTS
        if m["kind"] == "Service"
    }
    (settings,) = (m["data"] for m in MANIFESTS if m["kind"] == "ConfigMap")
    for setting in ("WISE_RASA_URL", "WISE_ACTIONS_URL"):
        host, port = settings[setting].removeprefix("http://").split(":")
        assert services[host] == int(port)
    (ingress,) = (m["spec"] for m in MANIFESTS if m["kind"] == "Ingress")
    for path in ingress["rules"][0]["http"]["paths"]:
        backend = path["backend"]["service"]
        assert services[backend["name"]] == backend["port"]["number"]
        assert "metrics" not in path["path"] and "readyz" not in path["path"]


def test_probes_ask_the_server_for_itself_and_numbers_come_from_each() -> None:
    asked, scraped = {}, {}
    for manifest in MANIFESTS:
        if manifest["kind"] != "Deployment":
            continue
        template = manifest["spec"]["template"]
        (container,) = template["spec"]["containers"]
        for kind in ("startup", "readiness", "liveness"):
            if probe := container.get(f"{kind}Probe", {}).get("httpGet"):
                assert probe["port"] == container["ports"][0]["containerPort"]
                asked[manifest["metadata"]["name"], kind] = probe["path"]
        notes = template["metadata"].get("annotations", {})
        if notes.get("prometheus.io/scrape") == "true":
            scraped[manifest["metadata"]["name"]] = int(notes["prometheus.io/port"])
    lives = {
        (n, k): "/healthz" for n in ("actions", "rasa", "web") for k in ("startup", "liveness")
    }
    # In an outage the page still gives those at risk their route: see docs/scaling.md.
    ready = {"actions": "/readyz", "rasa": "/readyz", "web": "/healthz"}
    assert asked == lives | {(name, "readiness"): path for name, path in ready.items()}
    assert scraped == {"rasa": 5005, "web": 8080}


def test_no_secret_is_kept_in_the_files() -> None:
    assert not [m for m in MANIFESTS if m["kind"] == "Secret"]
    for service in COMPOSE["services"].values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("PASS|SECRET|TOKEN|KEY", name):
                assert re.fullmatch(r"\$\{\w+(:-)?\}", value), name


def test_the_image_has_what_it_copies() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    (files,) = re.findall(r"^COPY (.+) \./$", text, re.M)
    assert all((PROJECT / name).exists() for name in files.split())
