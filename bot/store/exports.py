"""Files of one person's record, or of everyone's without identifying data."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.network.exports import (
    EgoRecord,
    Value,
    ego_to_json,
    for_research,
    to_csv,
    to_graphml,
    to_json,
)
from bot.network.typology import classify
from bot.store.base import unit_of_work
from bot.store.outcomes import outcomes
from bot.store.people import tables_of_a_person
from bot.store.process import process_in
from bot.store.record import NoRecord, Record
from bot.store.tables import Consent, Person
from bot.support.needs_map import normalise_conditions

FORMATS = ("json", "graphml", "csv")


class ExportError(ValueError):
    """The export asked for cannot be made; the message says what to change."""


def ego_record(record: Record) -> EgoRecord:
    """A person as the exports of ``bot.network`` want it: the network, and codes of ego."""
    sizes = {f"difficulty_{d.area}": str(d.size or "stated") for d in record.difficulties()}
    conditions = ";".join(sorted(normalise_conditions(record.person.conditions)))
    variables: dict[str, Value] = {
        "age_band": record.person.age_band,
        "conditions": conditions.replace(" ", "_").replace("'", ""),
        **sizes,
    }
    variables |= process_in(record).variables()
    variables |= _outcomes(record)
    network = record.network()
    if network.active:
        seen = classify(network)
        variables |= {"network_type": seen.code.value, "network_type_rules": seen.rule_version}
        said = record.last_type()
        if said is not None and said.agreed is not None:
            variables["network_type_agreed"] = said.agreed
    return EgoRecord(record.person.id, network, {k: v for k, v in variables.items() if v != ""})


def _outcomes(record: Record) -> dict[str, Value]:
    """Answers to the service's outcome scale, the first time as ``outcome_1_…``, and so on.

    The day is counted from the person's first: a date might tell who they are.
    """
    flat: dict[str, Value] = {}
    for number, row in enumerate(outcomes(record.session, record.person.id), 1):
        day = (row.at - record.person.created_at).days
        values = {"scale": row.scale, "version": row.version, "day": day, **row.answers}
        values |= {f"score_{name}": score for name, score in row.scores.items()}
        flat |= {f"outcome_{number}_{name}": value for name, value in values.items()}
    return flat


def whole_record(session: Session, person_id: str) -> dict[str, Any]:
    """Everything that is kept of a person, by table; for the person and nobody else."""
    own = _row(Person.__table__, session, person_id, "id")
    if not own:
        raise NoRecord(f"no person {person_id}")
    kept: dict[str, Any] = {"person": own[0]}
    for table in tables_of_a_person():
        rows = _row(table, session, person_id, "person_id")
        if rows:
            kept[table.name] = rows
    return kept


def _row(table: Any, session: Session, person_id: str, column: str) -> list[dict[str, Any]]:
    found = session.execute(select(table).where(table.c[column] == person_id)).mappings()
    return [{k: _plain(v) for k, v in row.items() if k != "person_id"} for row in found]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def export_people(
    person: str | None,
    *,
    everyone: bool = False,
    research: bool = False,
    form: str = "json",
    folder: Path = Path("."),
) -> list[Path]:
    """Write the files of one person, or of all; their paths.

    Everyone's only comes without identifying data, and only of those whose consent covers
    research.

    Raises:
        ExportError: a combination or person that there is not.
    """
    if form not in FORMATS:
        raise ExportError(f"format {form!r}: use one of {', '.join(FORMATS)}")
    if everyone == (person is not None):
        raise ExportError("name one person, or give --all --research")
    if everyone and not research:
        raise ExportError("--all needs --research: everyone's names leave the store for nobody")
    with unit_of_work() as session:
        ids = _agreed_to_research(session) if person is None else [person]
        try:
            records = [ego_record(Record.of(session, i)) for i in ids]
        except NoRecord as error:
            raise ExportError(f"there is no person {person!r}") from error
        name = "research" if everyone else str(person)
        if form == "json" and not research:
            # The network as researchers' tools read it, beside everything else that is kept.
            whole = whole_record(session, name) | ego_to_json(records[0])
            texts = {f"{name}.json": json.dumps(whole, indent=2, ensure_ascii=False)}
        elif form == "json":
            texts = {f"{name}.json": to_json(records, research=True)}
        elif form == "graphml":
            texts = {
                f"{name if len(records) == 1 else f'{name}-{n}'}.graphml": to_graphml(
                    for_research(record, n) if research else record
                )
                for n, record in enumerate(records, 1)
            }
        else:
            texts = {f"{name}-{k}": v for k, v in to_csv(records, research=research).items()}
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for file, text in texts.items():
        path = folder / file
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _agreed_to_research(session: Session) -> list[str]:
    return list(
        session.scalars(
            select(Consent.person_id)
            .where(Consent.scope == "research", Consent.withdrawn_at.is_(None))
            .order_by(Consent.person_id)
            .distinct()
        )
    )
