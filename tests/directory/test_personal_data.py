"""Nobody behind a record, and nobody's own number, is kept anywhere; the public contact is."""

from __future__ import annotations

import copy
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.directory.importer import import_source
from bot.directory.importer.personal_data import raw_text
from bot.directory.importer.prepare import look
from bot.directory.model import Precision
from tests.directory.conftest import Store, location_of, make_service
from tests.directory.importing import (
    load,
    only,
    page,
    raws,
    set_aside,
    stored,
    write,
    write_table,
)
from tests.directory.loopback_api import LoopbackApi, serving
from tests.directory.test_broken_records import SOUND, put, spots

ANN: dict[str, Any] = {
    "id": "c1",
    "name": "Ann Perkins",
    "title": "Treasurer",
    "email": "ann.perkins@mail.org.uk",
    "phones": [
        {"number": "07400 123456", "description": "Ann's own"},
        {"number": "01494 677266"},
    ],
}
OF_ANN = ("Ann", "Perkins", "perkins", "07400", "7400123456")


def kept_of(text: str, secrets: tuple[str, ...]) -> list[str]:
    return [secret for secret in secrets if secret in text]


def test_record_keepers_and_named_contacts_are_in_no_copy(store: Store, tmp_path: Path) -> None:
    record = make_service(
        assurer_email="jane.keeper@council.gov.uk",
        assured_by="Jane Keeper",
        lastModifiedBy={"name": "Jane Keeper"},
        contact_name="Bob Secret",
        pc_metadata={"assured_by": "jane.keeper@council.gov.uk"},
        metadata=[{"field_name": "contact", "previous_value": "Bob Secret"}],
        contacts=[ANN],
    )
    location_of(record)["addresses"][0]["attention"] = "Mr Secret"
    load(store, write(tmp_path, page(record)))
    listing = only(store)
    assert [p.e164 for p in listing.contact.phones] == ["+441494677266"]
    assert listing.contact.email == "info@walks.org.uk"
    secrets = (*OF_ANN, "keeper", "Keeper", "Secret")
    assert kept_of(json.dumps(stored(store)), secrets) == []
    raw = raws(store)["s1"]
    assert kept_of(raw, secrets) == []
    assert "01494 677266" in raw and "info@walks.org.uk" in raw


def test_the_names_of_dropped_fields_are_noted_and_nothing_else(
    store: Store, tmp_path: Path
) -> None:
    record = make_service(assurer_email="jane@x.gov.uk", assured_by=None, contacts=[ANN])
    load(store, write(tmp_path, page(record)))
    assert json.loads(raws(store)["s1"])["personal_data_dropped"] == [
        "assurer_email", "contacts.email", "contacts.name", "contacts.phones",
    ]  # fmt: skip


def test_a_record_that_is_set_aside_tells_of_nobody_either(store: Store, tmp_path: Path) -> None:
    bad = [
        make_service("b", name=None, contacts=[ANN], assurer_email="jane.keeper@x.gov.uk"),
        "Ann's mailbox is ann.perkins@mail.org.uk, her mobile 07400 123456",
    ]
    load(store, write(tmp_path, page(*bad)))
    kept = set_aside(store)
    assert [reason for reason, _, _ in kept] == ["missing_name", "not_an_object"]
    assert [kept_of(raw, (*OF_ANN[1:], "keeper")) for _, _, raw in kept] == [[], []]
    assert "The Broadway" in kept[0][2], "what tells of nobody helps to find the record"


def test_a_stretch_that_cannot_be_read_keeps_ids_and_names_of_fields_alone(
    store: Store, tmp_path: Path
) -> None:
    bad = make_service("b", contacts=[ANN], assured_by="Jane Keeper")
    text = json.dumps(page(make_service("a"), bad, make_service("c")))
    source = write(tmp_path, text.replace('"id": "b",', '"id": "b" oops', 1))
    assert load(store, source).added == 2
    ((reason, _, raw),) = set_aside(store)
    assert reason == "broken_json"
    assert kept_of(raw, (*OF_ANN, "Keeper")) == []
    assert '"id": "b" oops' in raw and '"assured_by"' in raw


def test_a_groups_only_mobile_is_its_public_contact(store: Store, tmp_path: Path) -> None:
    record = make_service(
        email=None, contacts=[{"name": "Ann", "phones": [{"number": "07400 123456"}]}]
    )
    load(store, write(tmp_path, page(record)))
    assert [p.e164 for p in only(store).contact.phones] == ["+447400123456"]
    raw = raws(store)["s1"]
    assert "07400 123456" in raw and "Ann" not in raw


def test_beside_a_public_mailbox_a_named_mobile_is_nobodys_business(
    store: Store, tmp_path: Path
) -> None:
    mobiles = [{"number": "07400 123456"}, {"number": "07787 51295"}]
    load(store, write(tmp_path, page(make_service(contacts=[{"name": "Ann", "phones": mobiles}]))))
    assert only(store).contact.phones == ()
    assert kept_of(raws(store)["s1"], ("07400", "07787")) == []


def test_a_phone_that_refers_to_a_named_contact_is_theirs(store: Store, tmp_path: Path) -> None:
    record = make_service(
        phones=[{"number": "07400 123456", "contact_id": "c1"}, {"number": "01494 677266"}],
        contacts=[{"id": "c1", "name": "Ann"}],
    )
    load(store, write(tmp_path, page(record)))
    assert [p.e164 for p in only(store).contact.phones] == ["+441494677266"]
    assert "07400" not in raws(store)["s1"]


def test_people_in_tables_are_left_out_of_every_copy(store: Store, tmp_path: Path) -> None:
    service = {"id": "1", "name": "Tai Chi", "status": "active", "email": "info@walks.org.uk"}
    write_table(tmp_path, "services", {**service, "assurer_email": "jane.keeper@x.gov.uk"})
    write_table(
        tmp_path,
        "contacts",
        {"id": "c", "service_id": "1", "name": "Ann Perkins", "email": "ann.perkins@mail.org.uk"},
        {"id": "d", "service_id": "gone", "name": "Ann Perkins", "email": "ann@perkins.org.uk"},
    )
    write_table(
        tmp_path,
        "phones",
        {"id": "p", "service_id": "1", "contact_id": "c", "number": "07400 123456"},
        {"id": "q", "service_id": "gone", "contact_id": "", "number": "07400 123456"},
    )
    (tmp_path / "contacts.csv").open("a").write("e,1,Ann,Perkins,ann.perkins@mail.org.uk\n")
    load(store, tmp_path)
    texts = [json.dumps(stored(store)), *raws(store).values(), *(r for *_, r in set_aside(store))]
    assert len(texts) == 5
    assert [kept_of(text, (*OF_ANN, "keeper")) for text in texts] == [[]] * 5


def test_a_contact_that_is_not_to_be_seen_is_not_kept(store: Store, tmp_path: Path) -> None:
    hidden = {**ANN, "visible": False, "phones": [{"number": "01494 999999"}]}
    load(store, write(tmp_path, page(make_service(contacts=[hidden]))))
    assert only(store).contact.phones == ()
    assert kept_of(raws(store)["s1"], (*OF_ANN, "999999")) == []


@pytest.mark.parametrize("mask", [True, 1, "TRUE", "y", "1"])
def test_a_hidden_address_stays_hidden_in_every_copy(
    store: Store, tmp_path: Path, mask: object
) -> None:
    record = make_service()
    location_of(record).update(
        mask_exact_address=mask,
        transportation="Opposite 12 The Broadway",
        external_identifier="10092008082",
        accessibility=[{"description": "Step-free entrance", "details": "From The Broadway"}],
    )
    load(store, write(tmp_path, page(record)))
    (location,) = only(store).locations
    assert location.masked and location.precision is Precision.OUTCODE
    assert (location.postcode, location.address) == ("HP5", "Chesham")
    assert only(store).access_notes == ("Step-free entrance",)
    secrets = ("Broadway", "Town Hall", "1DS", "51.7053", "0.6121", "10092008082")
    assert kept_of(repr(location), secrets) == []
    raw = raws(store)["s1"]
    assert kept_of(raw, secrets) == []
    assert kept_of(raw, ("Chesham", '"HP5"', "Step-free")) == ["Chesham", '"HP5"', "Step-free"]


def test_a_place_hidden_in_the_outpost_dialect_stays_hidden(store: Store, tmp_path: Path) -> None:
    record = copy.deepcopy(SOUND["Outpost"])
    record["locations"][0].update(mask_exact_address=True, name="Refuge House")
    load(store, write(tmp_path, page(record)))
    secrets = ("2 High St", "Refuge", "1DS", "51.7", "-0.61")
    assert kept_of(raws(store)["17"], secrets) == []


def test_details_that_fail_bring_nobodys_number_back(store: Store) -> None:
    mine = make_service("a", contacts=[ANN])
    with ExitStack() as stack:
        api = stack.enter_context(serving(LoopbackApi([mine])))
        import_source(api.url, feed="live", session_factory=store)
        api.details = False
        api.services[0]["name"] = "A new name"
        report = import_source(api.url, feed="live", session_factory=store)
    assert report.changed == 1
    listing = stored(store)["a"]
    assert listing["name"] == "A new name"
    assert [phone[1] for phone in listing["phones"]] == ["+441494677266"]
    assert listing["schedules"], "what is known from before stays"
    assert kept_of(raws(store)["a"], OF_ANN) == []


MOBILE, MAILBOX = "07400 123456", "jane.doe@mail.org.uk"


@pytest.mark.parametrize("secret", [MOBILE, MAILBOX])
@pytest.mark.parametrize("dialect", sorted(SOUND))
def test_in_whatever_field_a_number_stands_it_is_public_or_gone(dialect: str, secret: str) -> None:
    sound = copy.deepcopy(SOUND[dialect])
    for contact in sound["contacts"]:
        contact["name"] = "Al"
    for path in spots(sound):
        record = copy.deepcopy(sound)
        put(record, path, secret)
        seen = look(record)
        shown = ""
        if seen.prepared:
            organization = seen.prepared.organization
            shown = f"{seen.prepared.values['listing']} {organization and organization.email}"
        raw = seen.raw or raw_text(record)
        assert secret not in raw or secret in shown, path


@pytest.mark.parametrize(
    "contact",
    [
        {"first_name": "Ann", "last_name": "Perkins", "phone": "07400 123456"},
        {"title": "Mrs Ann Perkins, Treasurer", "phones": [{"number": "07400 123456"}]},
    ],
    ids=["names in parts", "a name in the title"],
)
def test_a_person_named_in_other_fields_is_a_person(
    store: Store, tmp_path: Path, contact: dict[str, Any]
) -> None:
    record = make_service(email="info@choir.org.uk", contacts=[{"id": "c", **contact}])
    record.pop("phones", None)
    load(store, write(tmp_path, page(record)))
    assert kept_of(repr(only(store)) + raws(store)[record["id"]], OF_ANN) == []


def test_a_number_said_to_be_somebodys_gives_way_to_a_public_one(
    store: Store, tmp_path: Path
) -> None:
    own = {"number": "07400 123456", "description": "Ann Perkins's mobile"}
    record = make_service(phones=[own, {"number": "01494 677266"}], contacts=[])
    load(store, write(tmp_path, page(record)))
    assert kept_of(repr(only(store)), OF_ANN) == []
    alone = make_service(
        "b", phones=[{"number": "Ann Perkins 07400 123456"}], contacts=[], email=""
    )
    load(store, write(tmp_path, page(alone)), feed="other")
    listing = json.dumps(stored(store)["b"])
    assert "+447400123456" in listing
    assert kept_of(listing, ("Ann", "Perkins")) == []


def test_a_mailbox_at_home_gives_way_to_the_groups(store: Store, tmp_path: Path) -> None:
    record = make_service(
        email="ann.perkins@gmail.com", contacts=[{"id": "c", "email": "info@choir.org.uk"}]
    )
    load(store, write(tmp_path, page(record)))
    assert only(store).contact.email == "info@choir.org.uk"


def test_notes_of_the_staff_are_not_kept(store: Store, tmp_path: Path) -> None:
    record = copy.deepcopy(SOUND["Outpost"])
    record.update(notes=[{"body": "Rang Ann"}], meta=[{"key": "Owner", "answer": "Ann Perkins"}])
    load(store, write(tmp_path, page(record)))
    assert kept_of(raws(store)[str(record["id"])], OF_ANN) == []
