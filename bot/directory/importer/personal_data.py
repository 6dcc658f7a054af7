"""Personal data out of raw records: who keeps the records, named contacts, hidden addresses.

A raw record is kept beside the mended service, and in quarantine. Neither may tell more of a
person than the service itself does, so that only its public contact stays. What was taken out
is noted by the names of the fields alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from bot.directory.importer import repair
from bot.directory.importer.hsds3 import Record, items
from bot.directory.model import Service
from bot.directory.places import normalise_outcode, normalise_postcode

# So much is kept of what could not be read as a record.
MOST_KEPT = 2_000
# The key under which a scrubbed record lists the fields that were taken out of it.
NOTE = "personal_data_dropped"

# Who assured, entered or changed a record, and whoever an address is "for the attention of".
# The ``metadata`` of HSDS keeps former values of any field.
_OF_KEEPERS = re.compile(
    r"assurer(?:_\w+)?|attention|(?:pc_)?metadata|main_contact|record_(?:editor|owner)|"
    r"(?:editor|author|reviewer|maintainer|submitter)(?:_(?:name|e?mail|phone))?|"
    r"contact_?(?:name|person|details|e?mail|phone|mobile|number|tel(?:ephone)?)|"
    r"(?:last_)?(?:assured|updated|created|modified|edited|verified|checked|reviewed|approved|"
    r"submitted|added|changed|entered|amended|uploaded)_by(?:_\w+)?"
)
# What Outpost's records have beside what is published: notes of the staff, answers to questions.
_OF_STAFF = frozenset({"notes", "meta"})
_CONTACTS = frozenset(
    {"contact", "contacts", "contact_persons", "contact_people", "contact_point",
     "contact_points", "key_contacts"}
)  # fmt: skip
_NAMES = frozenset(
    {"name", "full_name", "first_name", "last_name", "forename", "surname", "given_name",
     "family_name", "middle_name", "display_name"}
)  # fmt: skip
_TITLED = re.compile(r"\b(?:Mrs?|Ms|Miss|Mx|Dr|Rev(?:d|erend)?|Sir|Dame|Prof)\.? [A-Z]")
_HAND = re.compile(r"(?<=[a-z])(?=[A-Z])")

_MASKS = ("mask_exact_address", "masked")
_ADDRESSES = ("addresses", "physical_addresses", "postal_addresses")
_ACCESS = ("accessibility", "accessibilities", "accessibility_for_disabilities")
# All that is kept of a place whose address is not to be shown, and of its words on access.
_OF_HIDDEN_PLACES = frozenset(
    {"id", "location_id", "organization_id", "location_type", "address_type", "visible", "city",
     "region", "state_province", "county", "country", "schedules", "regular_schedules",
     "holiday_schedules", "languages", "phones", "contacts", *_MASKS}
)  # fmt: skip
_OF_PLACES = frozenset({*_MASKS, *_ADDRESSES})
_OF_ACCESS = frozenset({"id", "name", "description", "accessibility"})

_SHARED_MAILBOX = re.compile(
    r"^(?:info|enquir|contact|admin|hello|office|mail|help|support|team|booking|reception|"
    r"secretary|clerk|centre|center|club|group|volunteer|service|sales|membership|general)",
    re.IGNORECASE,
)
_STARTS_A_NUMBER = frozenset("0+( ")
# Bounded, so that no text makes them slow.
_EMAIL = re.compile(r"[\w.%+'\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_NUMBER = re.compile(r"(?<![\w/.\-])[+(]?\d[\d\s()+\-./]{8,40}\d(?![\w/])")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*)"(?:[^"\\]|\\.)*(?:"|$)', re.DOTALL)
_TELLS_OF_NOBODY = re.compile(r"(?:\w+_)?id|status|freq|byday|\w+_at|\w+_date|last_modified")


def is_personal(email: str, person: str | None) -> bool:
    """Whether an address in a contact record is one person's and no shared mailbox's.

    Args:
        email: the address.
        person: the name in the contact record.
    """
    local = email.split("@", 1)[0]
    if _SHARED_MAILBOX.match(local):
        return False
    if any(n in local for n in re.findall(r"[a-z]{3,}", (person or "").casefold())):
        return True
    # "first.last" and the like, in a contact record that names someone.
    return bool(person and _FIRST_AND_LAST.fullmatch(local))


_FIRST_AND_LAST = re.compile(r"[a-z]+[._][a-z]+\d*")
_FREE_MAIL = re.compile(
    r"@(?:gmail|googlemail|hotmail|outlook|live|yahoo|icloud|me|aol|btinternet|sky|talktalk|"
    r"virginmedia|ntlworld|msn|mail|protonmail)\.",
)
_OFFICES = re.compile(
    r"\b(?:office|reception|help|line|enquir\w*|bookings?|text|team|centre|center|club|group|main|"
    r"duty|general|service|hours?|day|night|emergency|support|advice|manager|secretary|treasurer|"
    r"council|hall|only|number|contact|admin\w*|mobile|phone|whatsapp)\b",
    re.IGNORECASE,
)
_OWNED = re.compile(r"[’']s? (?:own |personal |private )*(?:mobile|phone|number|home|cell)", re.I)
_TWO_NAMES = re.compile(r"[A-Z][a-z]+ (?:[A-Z]\.? )?(?:Mc|Mac|O[’'])?[A-Z][a-z'-]+")


def is_home_mail(email: str) -> bool:
    """Whether an address is by its form one person's at home: first and last name, free mail."""
    local = email.split("@", 1)[0]
    if _SHARED_MAILBOX.match(local):
        return False
    return bool(_FIRST_AND_LAST.fullmatch(local) and _FREE_MAIL.search(email))


def is_of_a_person(words: str | None) -> bool:
    """Whether the words on a number name whose it is: "Ann's mobile", "Ann Smith"."""
    if not words:
        return False
    named = _TWO_NAMES.fullmatch(words.strip()) and not _OFFICES.search(words)
    return bool(named or _OWNED.search(words) or _TITLED.search(words))


def person_in(contact: Record) -> str | None:
    """The person whom a contact record names, in one field or in parts; ``None`` for an office."""
    if whole := repair.clean_text(contact.get("name"), one_line=True):
        return whole
    told = (v for k, v in contact.items() if isinstance(k, str) and _plain(k) in _NAMES)
    parts = [text for value in told if (text := repair.clean_text(value, one_line=True))]
    title = repair.clean_text(contact.get("title"), one_line=True)
    if not parts and title and _TITLED.search(title):
        return title
    return " ".join(parts) or None


def is_hidden(place: Record) -> bool:
    """Whether a location, or one of its addresses, is not to be shown exactly."""
    if any(key in place and repair.says_yes(place[key]) for key in _MASKS):
        return True
    return any(is_hidden(a) for key in _ADDRESSES if key in place for a in items(place[key]))


def public_contacts(service: Service) -> frozenset[str]:
    """The numbers and mailboxes that the mended service gives to everybody."""
    found = {service.email, service.organization.email if service.organization else None}
    for phone in service.phones:
        found |= {phone.e164, phone.as_written}
    return frozenset(f for f in found if f)


def scrub(record: Any, public: Collection[str] = ()) -> Any:
    """A copy of a record, in any dialect, without personal data.

    Args:
        record: as it was read.
        public: what may stay (``public_contacts``); without it nobody's own number stays.
    """
    if isinstance(record, str):
        return blanked(record)
    dropped: set[str] = set()
    if not isinstance(record, dict):
        return _value(record, "", public, dropped)
    # What was noted before: a stored record that gets a new entry of a list is scrubbed again.
    earlier = record.get(NOTE)
    clean = _value({k: v for k, v in record.items() if k != NOTE}, "", public, dropped)
    if isinstance(earlier, list):
        dropped |= {name for name in earlier if isinstance(name, str)}
    if dropped:
        clean[NOTE] = sorted(dropped)
    return clean


def as_text(record: Any) -> str:
    """A record as JSON, always the same for the same content.

    Raises:
        ValueError, TypeError, RecursionError: where it is nothing that JSON can hold.
    """
    return json.dumps(record, sort_keys=True, ensure_ascii=True, default=str)


def raw_text(record: Any, public: Collection[str] = ()) -> str:
    """The JSON to keep of a record, without personal data (``scrub``)."""
    try:
        return as_text(scrub(record, public))
    except (ValueError, TypeError, RecursionError):
        return "(nested too deeply to keep)"


def blanked(text: str) -> str:
    """A text that could not be read as a record, with nearly all its values blanked.

    Names of fields, ids, dates and times stay, so that the spot can be found.
    """
    text = text[:MOST_KEPT]
    text = _QUOTED.sub(
        lambda m: m[0] if _TELLS_OF_NOBODY.fullmatch(m[1]) else f'"{m[1]}"{m[2]}"…"', text
    )
    text = _EMAIL.sub("…", text)
    return _NUMBER.sub(lambda m: "…" if _is_private_number(m[0], ()) else m[0], text)


@lru_cache(maxsize=4_000)
def _plain(key: str) -> str:
    """A key as HSDS would write it: "lastModifiedBy" is "last_modified_by"."""
    return _HAND.sub("_", key).casefold().strip()


@lru_cache(maxsize=4_000)
def _role(key: Any) -> str:
    """Whether a property is of a "keeper", of "contacts", or of nobody ("")."""
    if not isinstance(key, str) or _OF_KEEPERS.fullmatch(_plain(key)):
        return "keeper"
    return "contacts" if _plain(key) in _CONTACTS else ""


def _value(value: Any, path: str, public: Collection[str], dropped: set[str]) -> Any:
    if isinstance(value, dict):
        return _object(value, path, public, dropped)
    if isinstance(value, list):
        return [_value(v, path, public, dropped) for v in value]
    if isinstance(value, str) and _is_private(value, public):
        dropped.add(path)
        return None
    return value


def _object(value: Record, path: str, public: Collection[str], dropped: set[str]) -> Record:
    if not _OF_PLACES.isdisjoint(value) and is_hidden(value):
        value = _without_address(value, path, dropped)
    kept: Record = {}
    for key, inner in value.items():
        role = _role(key)
        of_staff = not path and key in _OF_STAFF
        if not (role or of_staff) and isinstance(inner, str) and not _may_be_private(inner):
            kept[key] = inner
            continue
        here = f"{path}.{key}" if path else str(key)
        if role == "keeper" or of_staff:
            _note(inner, here, dropped)
        elif role == "contacts":
            kept[key] = _contacts(inner, here, public, dropped)
        else:
            kept[key] = _value(inner, here, public, dropped)
    return kept


def _note(value: Any, path: str, dropped: set[str]) -> None:
    if value not in (None, "", [], {}):
        dropped.add(path)


def _without_address(place: Record, path: str, dropped: set[str]) -> Record:
    kept: Record = {}
    for key, inner in place.items():
        here = f"{path}.{key}" if path else str(key)
        if key in _ADDRESSES:
            kept[key] = [_without_address(a, here, dropped) for a in items(inner)]
        elif key in _ACCESS:
            kept[key] = [{k: v for k, v in a.items() if k in _OF_ACCESS} for a in items(inner)]
            if kept[key] != inner:
                dropped.add(here)
        elif key in _OF_HIDDEN_PLACES:
            kept[key] = inner
        else:
            _note(inner, here, dropped)
            if key == "postal_code":
                full = normalise_postcode(str(inner))
                kept[key] = full.split()[0] if full else normalise_outcode(str(inner))
    return kept


def _contacts(value: Any, path: str, public: Collection[str], dropped: set[str]) -> list[Record]:
    kept = []
    for contact in value if isinstance(value, list) else [value]:
        if isinstance(contact, dict) and not repair.says_no(contact.get("visible")):
            kept.append(_contact(contact, path, public, dropped))
        else:
            _note(contact, path, dropped)
    return kept


def _contact(contact: Record, path: str, public: Collection[str], dropped: set[str]) -> Record:
    kept: Record = {}
    for key, inner in contact.items():
        here = f"{path}.{key}"
        names = isinstance(key, str) and (
            _plain(key) in _NAMES
            or (key == "title" and isinstance(inner, str) and _TITLED.search(inner))
        )
        if names or not isinstance(key, str) or _role(key) == "keeper":
            _note(inner, here, dropped)
        elif isinstance(inner, list):
            # A number goes with the words on it: "Ann's mobile".
            kept[key] = [v for v in inner if not _tells_of_somebody(v, public)]
            if len(kept[key]) < len(inner):
                dropped.add(here)
        elif _tells_of_somebody(inner, public):
            dropped.add(here)
        else:
            kept[key] = inner
    return kept


def _tells_of_somebody(value: Any, public: Collection[str]) -> bool:
    """Whether a private mailbox or number is anywhere in a value of a contact."""
    if isinstance(value, dict | list):
        return any(
            _tells_of_somebody(v, public)
            for v in (value.values() if isinstance(value, dict) else value)
        )
    text = str(value)
    if "@" in text and any(_is_private_email(e, public) for e in _EMAIL.findall(text)):
        return True
    return any(_is_private_number(n, public) for n in _NUMBER.findall(text))


def _may_be_private(text: str) -> bool:
    """A quick look: most values are words of nobody."""
    return "@" in text or text[:1] in _STARTS_A_NUMBER


def _is_private(text: str, public: Collection[str]) -> bool:
    """Whether a text is a private mailbox or number and nothing else."""
    if len(text) > 200:
        return False
    text = text.strip()
    if "@" in text:
        return _EMAIL.fullmatch(text) is not None and _is_private_email(text, public)
    return _NUMBER.fullmatch(text) is not None and _is_private_number(text, public)


def _is_private_email(email: str, public: Collection[str]) -> bool:
    return email.casefold() not in public and not _SHARED_MAILBOX.match(email)


def _is_private_number(text: str, public: Collection[str]) -> bool:
    return text not in public and any(
        repair.is_mobile(phone) and phone.e164 not in public and phone.as_written not in public
        for phone in repair.clean_phones(text)
    )
