"""Chooses and fills the fixed, reviewed words for a screening. Nothing here is generated."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from bot.safety.model import PHYSICAL, Category, Level, Screening
from bot.safety.routes import routes_for
from bot.settings import Region

Answer = Literal["yes", "no", "not_sure"]

_QUESTIONS = {
    Category.SUICIDE: "mood",
    Category.SELF_HARM: "self_harm",
    Category.ABUSE: "home",
    Category.NEGLECT: "care",
    Category.OVERDOSE: "medicine",
    Category.EATING: "eating",
    Category.HEAD_INJURY: "head_injury",
}


@lru_cache(maxsize=1)
def reviewed_words() -> dict[str, Any]:
    """``replies.yml`` as it stands: the only source of the words below."""
    text = files("bot.safety").joinpath("replies.yml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


def question_of(screening: Screening) -> str:
    """Name of the gentle question for a concern: ``mood``, ``home``, ``care``, …, ``safety``.

    ``""`` where no question is asked: for an alarm and for no risk.
    """
    if screening.level is not Level.CONCERN:
        return ""
    if screening.category is None:
        # Low mood and strain name no category; a broken detector names no match to go by.
        return "safety" if screening.detector == "error" else "mood"
    return _QUESTIONS.get(screening.category, "safety")


def reply_key(screening: Screening) -> str:
    """Name of the response for a screening.

    ``utter_risk_<category>`` for an alarm about the writer,
    ``utter_risk_<category>_other`` about someone else, ``utter_risk_concern_<question>`` for a
    concern, ``""`` for no risk.
    """
    if screening.level is Level.NONE:
        return ""
    question = question_of(screening)
    if question:
        return f"utter_risk_concern_{question}"
    category = screening.category or Category.SUICIDE
    return f"utter_risk_{category}" + ("_other" if screening.subject == "other" else "")


def reply_keys() -> tuple[str, ...]:
    """Every name that ``reply_key`` can give, for checks of ``domain.yml``."""
    words = reviewed_words()
    return (
        *(f"utter_risk_{category}" for category in words["self"]),
        *(f"utter_risk_{category}_other" for category in words["other"]),
        *(f"utter_risk_concern_{question}" for question in words["concern"]),
    )


def compose(screening: Screening, region: Region, service_name: str, service_contact: str) -> str:
    """The reply to a screening; empty for no risk.

    Args:
        screening: from ``screen``.
        region: nation whose contact routes are named.
        service_name: e.g. ``"the Leeds WISE team"``.
        service_contact: how to reach a person there, in words; may be empty.
    """
    if screening.level is Level.NONE:
        return ""
    words = reviewed_words()
    question = question_of(screening)
    if question:
        text = words["concern"][question]
    else:
        text = words[screening.subject][(screening.category or Category.SUICIDE).value]
    return fill(text, region, service_name, service_contact)


def answer_level(question: str, answer: Answer) -> Level:
    """Level of the answer to a gentle question: crisis or emergency where it confirms a risk."""
    found = _answer(question, answer)
    if isinstance(found, str):
        return Level.CONCERN
    physical = Category(found["alarm"]) in PHYSICAL
    return Level.EMERGENCY if physical else Level.CRISIS


def answer_category(question: str, answer: Answer) -> Category | None:
    """What a confirmed risk is about; ``None`` where the answer confirms none."""
    found = _answer(question, answer)
    return None if isinstance(found, str) else Category(found["alarm"])


def compose_answer(
    question: str, answer: Answer, region: Region, service_name: str, service_contact: str
) -> str:
    """The reply to an answer to ``question_of(screening)``; ``KeyError`` if there is none."""
    found = _answer(question, answer)
    text = found if isinstance(found, str) else reviewed_words()["self"][found["alarm"]]
    return fill(text, region, service_name, service_contact)


def compose_reopening(
    screening: Screening, region: Region, service_name: str, service_contact: str
) -> str:
    """The line said once later in the visit; it never depends on the risk being confirmed."""
    physical = screening.category in PHYSICAL and screening.level.is_alarm
    text = reviewed_words()["reopen_physical" if physical else "reopen"]
    return fill(text, region, service_name, service_contact)


Said = Literal[
    "passed_by", "taken_back", "taken_back_unkept", "still_hard", "is_better", "medical_advice"
]
"""Names of the single texts of ``replies.yml``."""


def compose_said(name: Said, region: Region, service_name: str, service_contact: str) -> str:
    """One of the single texts, such as the one that declines a medical question."""
    return fill(reviewed_words()[name], region, service_name, service_contact)


def fill(text: str, region: Region, service_name: str, service_contact: str) -> str:
    """Reviewed words with the nation's routes and the service's contact put in."""
    words = reviewed_words()["service"]
    contact = service_contact.strip().rstrip(".")
    service = (words["with_contact"] if contact else words["without_contact"]).format(
        service_name=service_name, service_contact=contact
    )
    said = {name: route.say for name, route in routes_for(region).items()}
    return str(text).format(service=service, **said).strip()


def _answer(question: str, answer: Answer) -> str | dict[str, str]:
    found: str | dict[str, str] = reviewed_words()["answers"][question][answer]
    return found
