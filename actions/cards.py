"""A service as a patient reads it: facts from ``bot.support.card``, words from ``words.yml``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.words import label, labels, listed, said_back
from bot.directory.model import AttendingType, CostOption
from bot.network.model import Network
from bot.support.card import CardFacts
from bot.support.dates import day_words
from bot.support.matching import Reason, ReasonCode

WHY_SHOWN = 2
CAUTIONS_SHOWN = 2
TIMES_SHOWN = 3
MANY = 6
SHORT = 160


def short_card(card: CardFacts, number: int, network: Network) -> str:
    """The card in a list: name, why, when, where, how far, cost, access, when last checked."""
    lines = [
        label("card", "title", number=number, name=card.name),
        _first_sentence(card.description),
        _why(card, network),
        _when(card),
        _where(card),
        _cost(card),
        _access(card),
        _checked(card),
        _cautions(card),
    ]
    return "\n".join(line for line in lines if line)


def full_card(card: CardFacts, network: Network) -> str:
    """Everything that is known, for "tell me more"."""
    place = card.place
    ages = _ages(card)
    lines = [
        card.name,
        card.description,
        card.first_visit and label("card", "first_visit", text=card.first_visit),
        _why(card, network),
        _when(card, MANY),
        _where(card),
        place and place.getting_there and label("card", "getting_there", text=place.getting_there),
        _cost(card),
        ages and label("card", "ages", ages=ages),
        card.eligibility
        and label("card", "who", text=_no_stop(card.eligibility.removeprefix("Suitable for: "))),
        _access(card, whole=True),
        *(label("card", "phone", phone=p.as_written) for p in card.contact.phones[:2]),
        card.contact.email and label("card", "email", email=card.contact.email),
        card.contact.url and label("card", "web", url=card.contact.url),
        _checked(card),
        _cautions(card, MANY),
        label("card", "source", source=_no_stop(card.attribution or card.source)),
        card.licence and label("card", "licence", licence=_no_stop(card.licence)),
    ]
    return "\n".join(line for line in lines if line)


def pin_of(card: CardFacts) -> dict[str, Any] | None:
    """Where it is held, for the phone's own map; ``None`` where that is not known closely."""
    place = card.place
    if place is None or place.lat is None or place.lon is None:
        return None
    return {
        "lat": place.lat,
        "lon": place.lon,
        "title": card.name,
        "address": place.line or card.name,
    }


def _why(card: CardFacts, network: Network) -> str:
    told = [words for reason in card.why if (words := why_words(reason, network))]
    return label("card", "why", why=listed(told[:WHY_SHOWN])) if told else ""


def why_words(reason: Reason, network: Network) -> str:
    """A reason in words; empty for one that has none."""
    value = reason.value
    if reason.code is ReasonCode.GAP:
        code, _dot, work = value.partition(".")
        if work:
            return label("why", "gap", value=label("work", work))
        return label("why", "gap_plain", value=label("gaps", code))
    if reason.code is ReasonCode.STATEMENT:
        return label("why", "statement", value=said_back(label("preferences", value)))
    if reason.code is ReasonCode.DIFFICULTY:
        return label("why", "difficulty", value=said_back(label("areas", value)))
    if reason.code is ReasonCode.CONDITION:
        return label("why", "condition", value=labels("short_names").get(value, value))
    if reason.code is ReasonCode.COMPANION:
        return label("why", "companion", value=network[value].label)
    return label("why", reason.code, value=value) if str(reason.code) in labels("why") else ""


def _when(card: CardFacts, most: int = TIMES_SHOWN) -> str:
    if card.always_open:
        return label("card", "always_open")
    parts = []
    if card.when_texts:
        code = "when" if len(card.when_texts) <= most else "when_more"
        parts.append(label("card", code, when=_no_stop("; ".join(card.when_texts[:most]))))
    if card.next is not None:
        parts.append(label("card", "next", day=day_words(card.next.day, card.next.opens)))
        if card.next_is_bank_holiday:
            parts.append(label("card", "bank_holiday"))
    return " ".join(parts) or label("card", "when_unknown")


def _where(card: CardFacts) -> str:
    if card.place and card.place.line:
        where = label("card", "where", place=_no_stop(card.place.line))
    else:
        ways = card.attending
        phone, online = AttendingType.PHONE in ways, AttendingType.ONLINE in ways
        code = (
            "where_phone_online"
            if phone and online
            else "where_phone"
            if phone
            else "where_online"
            if online
            else "where_home"
            if AttendingType.HOME in ways
            else "where_unknown"
        )
        where = label("card", code)
    if card.distance_miles is None:
        return where
    number = f"{card.distance_miles:g}"
    miles = (
        label("card", "mile_one") if number == "1" else label("card", "mile_many", number=number)
    )
    about = "distance_about" if card.distance_is_approximate else "distance"
    return f"{where} {label('card', about, miles=miles)}"


def _cost(card: CardFacts) -> str:
    cost = card.cost
    if cost.free:
        return label("card", "cost_free")
    words = _prices(cost.each) or cost.text
    if cost.usual is not None and cost.usual > 0 and not (words and cost.lowest == 0):
        if cost.lowest is not None and cost.lowest < cost.usual:
            return label("card", "cost_up_to", low=_money(cost.lowest), high=_money(cost.usual))
        return label("card", "cost", amount=f"{_money(cost.usual)} {cost.per}".rstrip())
    if words:
        return label("card", "cost_words", text=_cut(_ended(words)))
    return label("card", "cost_unknown")


def _prices(options: Sequence[CostOption]) -> str:
    """Each price with what it is for: "First session: free; After that: £6"."""
    told = (": ".join(filter(None, (option.option, _price(option)))) for option in options)
    return "; ".join(dict.fromkeys(told))


def _price(option: CostOption) -> str | None:
    if option.amount is None:
        return option.description
    if option.amount == 0:
        free, what = label("card", "price_free"), option.description or ""
        if free in what.casefold():  # "Rails are free"
            return what
        return f"{free} ({what})" if what else free
    price = label("card", "price", amount=_money(option.amount))
    return " ".join(filter(None, (price, option.description)))


def _money(amount: float) -> str:
    return f"{amount:.2f}".removesuffix(".00")


def _ended(text: str) -> str:
    """With a full stop, where the words have no end of their own."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _access(card: CardFacts, whole: bool = False) -> str:
    if card.access:
        text = " ".join(map(_ended, card.access))
        words = label("card", "access", text=text if whole else _cut(text))
    else:
        words = label("card", "access_unknown")
    return words


def _cautions(card: CardFacts, most: int = CAUTIONS_SHOWN) -> str:
    """What to check first; the cost and the day of the check are said in lines of their own."""
    said = labels("cautions")
    told = [said[c] for c in map(str, card.warnings) if c in said]
    return " ".join(told[:most])


def _ages(card: CardFacts) -> str:
    low, high = card.ages
    if low is not None and high is not None:
        return label("card", "age_between", low=f"{low:g}", high=f"{high:g}")
    if low is not None and low > 0:
        return label("card", "age_from", low=f"{low:g}")
    return label("card", "age_to", high=f"{high:g}") if high is not None else ""


def _checked(card: CardFacts) -> str:
    if card.checked is None:
        return label("card", "checked_unknown")
    day = f"{card.checked.day} {card.checked:%B %Y}"
    return label("card", "checked" if card.assured else "changed", date=day)


def _first_sentence(text: str) -> str:
    """What it is, in the record's own words."""
    return _cut(_SENTENCE_END.split(" ".join(text.split()), maxsplit=1)[0])


# "St. Mary's" and "approx. 20" go on; so does "1. Bring a mat".
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\bSt\.)(?<!\b(?:Dr|Mr|Ms|No|Rd|Co)\.)(?<!\b(?:Mrs|Rev|etc|tel|inc)\.)"
    r"(?<!approx\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\b\d\.)(?<!\b[A-Z]\.)\s(?=[^a-z])"
)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= SHORT:
        return text
    return text[:SHORT].rsplit(" ", 1)[0].rstrip(".,;:") + "…"


def _no_stop(text: str) -> str:
    return text.rstrip(". ")
