"""Chooses and fills the fixed, reviewed words for a screening. Nothing here is generated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, cast

import yaml

from bot.safety.model import PHYSICAL, Category, Level, Screening, Subject
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
    Category.VIOLENCE_TO_OTHERS: "violence",
    Category.PSYCHOSIS: "safety",
}

BODY = frozenset({"physical", "head_injury", "medicine"})
"""Questions about a body: who passes one by hears where to get help with that, not whom to talk to.
"""

_TOLD = "told"


@lru_cache(maxsize=1)
def reviewed_words() -> dict[str, Any]:
    """``replies.yml`` as it stands: the only source of the words below."""
    text = files("bot.safety").joinpath("replies.yml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


@dataclass(frozen=True)
class Asked:
    """A gentle question as it was put.

    Attributes:
        question: which one: ``mood``, ``home``, …
        category: what had been told; ``None`` where it named no danger.
        subject: whether it asks about the writer or about someone else.
    """

    question: str
    category: Category | None = None
    subject: Subject = "self"

    @classmethod
    def of(cls, screening: Screening) -> Asked | None:
        """The question for a screening; ``None`` where none is asked."""
        question = question_of(screening)
        return cls(question, screening.category, screening.subject) if question else None

    @classmethod
    def from_code(cls, code: str) -> Asked:
        """What ``code`` stood for; a bare name of a question asks about the writer."""
        question, category, subject = (*code.split("-"), "", "")[:3]
        return cls(
            question,
            Category(category) if category else None,
            cast("Subject", subject or "self"),
        )

    @property
    def code(self) -> str:
        """It in one word for buttons, without commas and colons."""
        return f"{self.question}-{self.category or ''}-{self.subject}"

    @property
    def about_body(self) -> bool:
        """Whether it asks about a body."""
        return self.question in BODY


def question_of(screening: Screening) -> str:
    """Name of the gentle question for a concern: ``mood``, ``home``, ``physical``, …, ``safety``.

    ``""`` where no question is asked: for an alarm and for no risk.
    """
    if screening.level is not Level.CONCERN:
        return ""
    if screening.category is None:
        # Low mood and strain name no category; a broken detector names no match to go by.
        return "safety" if screening.detector == "error" else "mood"
    return _QUESTIONS.get(screening.category, "physical")


def reply_key(screening: Screening) -> str:
    """Name of the response for a screening.

    ``utter_risk_<category>`` for an alarm about the writer,
    ``utter_risk_concern_<question>`` for a concern, each with ``_other`` after it where it is
    about someone else; ``""`` for no risk.
    """
    if screening.level is Level.NONE:
        return ""
    question = question_of(screening)
    about = f"concern_{question}" if question else screening.category or Category.SUICIDE
    return f"utter_risk_{about}{_whose(screening.subject)}"


def reply_keys() -> tuple[str, ...]:
    """Every name that ``reply_key`` can give, for checks of ``domain.yml``."""
    words = reviewed_words()
    return (
        *(f"utter_risk_{category}" for category in words["self"]),
        *(f"utter_risk_{category}_other" for category in words["other"]),
        *(f"utter_risk_concern_{question}" for question in words["concern"]),
        *(f"utter_risk_concern_{question}_other" for question in words["concern_other"]),
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
        text = words[f"concern{_whose(screening.subject)}"][question]
    else:
        text = words[screening.subject][(screening.category or Category.SUICIDE).value]
    return fill(text, region, service_name, service_contact)


def answer_level(asked: Asked, answer: Answer) -> Level:
    """Level of the answer to a gentle question: crisis or emergency where it confirms a risk."""
    if isinstance(_answer(asked, answer), str):
        return Level.CONCERN
    return Level.EMERGENCY if answer_category(asked, answer) in PHYSICAL else Level.CRISIS


def answer_category(asked: Asked, answer: Answer) -> Category | None:
    """What a confirmed risk is about; ``None`` where none is confirmed, or none is named."""
    found = _answer(asked, answer)
    if isinstance(found, str):
        return None
    alarm = found.get("alarm", _TOLD)
    return asked.category if alarm == _TOLD else Category(alarm)


def compose_answer(
    asked: Asked, answer: Answer, region: Region, service_name: str, service_contact: str
) -> str:
    """The reply to an answer to a gentle question; ``KeyError`` if there is no such question."""
    found = _answer(asked, answer)
    if isinstance(found, str):
        text = found
    elif "crisis" in found:
        text = found["crisis"]
    else:
        category = answer_category(asked, answer) or Category.SUICIDE
        text = reviewed_words()[asked.subject][category.value]
    return fill(text, region, service_name, service_contact)


def compose_reopening(
    screening: Screening, region: Region, service_name: str, service_contact: str
) -> str:
    """The line said once later in the visit; it never depends on the risk being confirmed."""
    if screening.category in PHYSICAL:
        name = "reopen_physical" if screening.level.is_alarm else "reopen_unwell"
    else:
        name = f"reopen{_whose(screening.subject)}"
    return fill(reviewed_words()[name], region, service_name, service_contact)


Said = Literal[
    "passed_by",
    "passed_by_physical",
    "taken_back",
    "taken_back_unkept",
    "still_hard",
    "is_better",
    "is_better_unwell",
    "help_comes",
    "medical_advice",
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


def _answer(asked: Asked, answer: Answer) -> str | dict[str, str]:
    answers = reviewed_words()[f"answers{_whose(asked.subject)}"]
    found: str | dict[str, str] = answers[asked.question][answer]
    return found


def _whose(subject: Subject) -> str:
    return "_other" if subject == "other" else ""
