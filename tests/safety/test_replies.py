"""The reviewed words: complete, short enough, with the right numbers for each nation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from bot.safety import replies
from bot.safety.model import PHYSICAL, Category, Level, Screening, Subject
from bot.safety.routes import REGIONS, all_routes, not_yet_confirmed, routes_for
from bot.safety.screen import screen
from bot.settings import PROJECT, Region

SERVICE = ("the WISE Companion team", "phone 0113 496 0000")
ANSWERS: tuple[replies.Answer, ...] = get_args(replies.Answer)
WORDS = (
    "domain.yml",
    "actions/words.yml",
    "bot/conversations/words.py",
    "bot/network/phrases.py",
    "bot/network/words.py",
    "bot/papers/words.py",
    "bot/safety/replies.yml",
    "bot/store/copy.html",
    "bot/webchat/templates/chat.html",
)
"""Where the words are that patients read."""

SUBJECTS: tuple[Subject, ...] = get_args(Subject)


def texts(words: Any) -> Iterator[str]:
    if isinstance(words, str):
        yield words
    elif isinstance(words, dict):
        for key, value in words.items():
            if key != "alarm":
                yield from texts(value)


def concern(category: Category | None, subject: Subject = "self") -> Screening:
    return Screening(Level.CONCERN, category, (), "rules", subject)


def asked(category: Category | None, subject: Subject = "self") -> replies.Asked:
    question = replies.Asked.of(concern(category, subject))
    assert question is not None
    return question


def alarm(category: Category, subject: Subject = "self") -> Screening:
    level = Level.EMERGENCY if category in PHYSICAL else Level.CRISIS
    return Screening(level, category, (), "rules", subject)


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize("subject", ["self", "other"])
@pytest.mark.parametrize("region", REGIONS)
def test_every_alarm_names_999_and_a_person(
    category: Category, subject: Subject, region: Region
) -> None:
    said = replies.compose(alarm(category, subject), region, *SERVICE)
    assert "999" in said
    assert "0113 496 0000" in said
    assert "{" not in said


def test_someone_else_gets_other_words() -> None:
    for category in Category:
        mine, theirs = (
            replies.compose(alarm(category, subject), "england", *SERVICE)
            for subject in ("self", "other")
        )
        assert mine != theirs


@pytest.mark.parametrize(
    ("region", "numbers"),
    [
        ("england", ("NHS 111 and choose option 2", "116 123")),
        ("scotland", ("NHS 24 on 111", "116 123")),
        ("wales", ("NHS 111 and press 2", "116 123")),
        ("northern_ireland", ("0808 808 8000", "116 123")),
    ],
)
def test_suicide_reply_has_the_numbers_of_the_nation(
    region: Region, numbers: tuple[str, ...]
) -> None:
    said = replies.compose(alarm(Category.SUICIDE), region, *SERVICE)
    for number in numbers:
        assert number in said


@pytest.mark.parametrize(
    ("region", "number"),
    [
        ("england", "0808 2000 247"),
        ("scotland", "0800 027 1234"),
        ("wales", "0808 80 10 800"),
        ("northern_ireland", "0808 802 1414"),
    ],
)
def test_abuse_reply_has_the_number_of_the_nation(region: Region, number: str) -> None:
    assert number in replies.compose(alarm(Category.ABUSE), region, *SERVICE)


def test_numbers_are_constants() -> None:
    numbers = {(r.id, n): r.number for r in all_routes() for n in r.nations}
    for region in REGIONS:
        assert numbers["emergency", region] == "999"
        assert numbers["to_talk", region] == "116 123"
        assert numbers["to_text", region] == "85258"
    assert numbers["helpline", "scotland"] == "0800 83 85 87"
    assert numbers["helpline", "wales"] == "0800 132 737"
    assert numbers["helpline", "northern_ireland"] == "0808 808 8000"
    assert len({frozenset(routes_for(region)) for region in REGIONS}) == 1


@pytest.mark.parametrize("place", WORDS)
def test_no_number_of_a_route_stands_outside_the_routes(place: str) -> None:
    """A number that has changed is put right in one place."""
    words = (PROJECT / place).read_text("utf-8")
    numbers = {route.number for route in all_routes() if route.number}
    assert [n for n in numbers if re.search(rf"(?<![\d#]){re.escape(n)}(?!\d)", words)] == []


def test_every_route_has_a_source_and_says_whether_it_was_confirmed() -> None:
    for route in all_routes():
        assert route.source
        assert route.number is None or route.number in route.say
    assert set(not_yet_confirmed()) == {r for r in all_routes() if r.last_checked is None}


def test_an_unknown_nation_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="england, scotland, wales, northern_ireland"):
        routes_for("france")  # type: ignore[arg-type]


@pytest.mark.parametrize("region", REGIONS)
def test_sentences_are_short_and_plain(region: Region) -> None:
    for text in texts({k: v for k, v in replies.reviewed_words().items() if k != "service"}):
        said = replies.fill(text, region, *SERVICE)
        for sentence in re.split(r"(?<=[.?!:])\s+|\n", said):
            assert len(sentence.split()) <= 20, sentence
            assert ",." not in sentence and ",," not in sentence, sentence
        assert not re.search(r"\b(should|chronic|don't worry|nothing to worry)\b", said.lower())


def test_every_reply_key_has_words_and_every_screening_a_key() -> None:
    known = set(replies.reply_keys())
    for category in (None, *Category):
        for level in (Level.CONCERN, Level.CRISIS, Level.EMERGENCY):
            for subject in get_args(Subject):
                assert replies.reply_key(Screening(level, category, (), "rules", subject)) in known
    assert replies.reply_key(Screening(Level.CONCERN, None, (), "error")) in known
    assert replies.reply_key(Screening()) == ""
    assert replies.compose(Screening(), "england", *SERVICE) == ""


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("I've been very low for weeks", "thoughts of suicide"),
        ("I'm just a burden to everyone", "thoughts of suicide"),
        ("she gets really nasty with me when she's had a drink", "safe at home"),
    ],
)
def test_a_concern_asks_one_gentle_direct_question(text: str, question: str) -> None:
    said = replies.compose(screen(text), "england", *SERVICE)
    assert question in said
    assert said.count("?") == 1


@pytest.mark.parametrize("category", [None, *Category])
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("region", REGIONS)
def test_every_concern_asks_one_question_and_names_a_route(
    category: Category | None, subject: Subject, region: Region
) -> None:
    said = replies.compose(concern(category, subject), region, *SERVICE)
    assert said.count("?") == 1 and "{" not in said
    assert "999" in said or "116 123" in said
    assert "yes, no or not sure" in said


@pytest.mark.parametrize("category", [None, *Category])
def test_a_concern_about_someone_else_asks_about_them(category: Category | None) -> None:
    [question] = re.findall(
        r"[^.\n]*\?", replies.compose(concern(category, "other"), "england", *SERVICE)
    )
    assert re.search(r"\b(they|it)\b", question)
    assert not re.search(
        r"\b(are you|do you (?!think)|did you|have you|yourself)\b", question, re.I
    )


@pytest.mark.parametrize("category", [None, *Category])
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_is_acted_on(
    category: Category | None, subject: Subject, answer: replies.Answer
) -> None:
    question = asked(category, subject)
    said = replies.compose_answer(question, answer, "wales", *SERVICE)
    assert "0113 496 0000" in said and "{" not in said
    level = replies.answer_level(question, answer)
    confirmed = replies.answer_category(question, answer)
    if not level.is_alarm:
        assert confirmed is None
        return
    assert "999" in said
    assert (level is Level.EMERGENCY) == (confirmed in PHYSICAL)
    # An alarm never brings up another danger than was told: no stroke becomes a suicide.
    assert confirmed == (category or Category.SUICIDE)
    if category is not Category.PSYCHOSIS:
        assert said == replies.compose(alarm(confirmed, subject), "wales", *SERVICE)


@pytest.mark.parametrize("category", sorted(PHYSICAL))
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_sign_of_illness_is_asked_about_as_one(category: Category, subject: Subject) -> None:
    said = replies.compose(concern(category, subject), "england", *SERVICE)
    assert "NHS 111" in said and "999" in said and "116 123" not in said
    question = asked(category, subject)
    if category is not Category.HEAD_INJURY:
        assert "Is it happening now, or getting worse?" in said
    for answer in ("yes", "not_sure"):
        assert replies.answer_level(question, answer) is Level.EMERGENCY
    no = replies.compose_answer(question, "no", "england", *SERVICE)
    assert "NHS 111" in no and "999" in no and "116 123" not in no


def test_harm_to_others_is_asked_about() -> None:
    said = replies.compose(concern(Category.VIOLENCE_TO_OTHERS), "england", *SERVICE)
    assert "might hurt someone?" in said and "suicide" not in said


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("screened", ["psychosis", "error"])
def test_not_safe_is_a_crisis_and_is_not_taken_for_suicide(subject: Subject, screened: str) -> None:
    category = Category.PSYCHOSIS if screened == "psychosis" else None
    question = replies.Asked("safety", category, subject)
    assert replies.answer_level(question, "no") is Level.CRISIS
    assert replies.answer_category(question, "no") is category
    said = replies.compose_answer(question, "no", "england", *SERVICE)
    assert "999" in said and "NHS 111" in said and "116 123" in said
    assert "suicide" not in said and "these thoughts" not in said


@pytest.mark.parametrize("category", [None, *Category])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_question_goes_through_a_button_and_back(
    category: Category | None, subject: Subject
) -> None:
    question = asked(category, subject)
    assert replies.Asked.from_code(question.code) == question
    assert not set(question.code) & set(':,"')
    assert len(question.question) <= 20


def test_a_button_of_before_asks_about_the_writer() -> None:
    assert replies.Asked.from_code("mood") == replies.Asked("mood")


def test_yes_to_suicide_and_no_to_safety_are_alarms() -> None:
    for subject in SUBJECTS:
        category = replies.answer_category
        assert category(replies.Asked("mood", None, subject), "yes") is Category.SUICIDE
        assert category(replies.Asked("home", None, subject), "no") is Category.ABUSE
        assert category(replies.Asked("medicine", None, subject), "yes") is Category.OVERDOSE


def test_the_reply_never_blocks_and_says_the_chat_stays_open() -> None:
    said = replies.compose(alarm(Category.SUICIDE), "england", *SERVICE)
    assert "You can keep writing here" in said


def test_reopening_is_gentle_and_keeps_the_route() -> None:
    said = replies.compose_reopening(alarm(Category.SUICIDE), "england", *SERVICE)
    assert "How are you now?" in said
    assert "116 123" in said
    physical = replies.compose_reopening(alarm(Category.STROKE), "england", *SERVICE)
    assert "Is help on the way?" in physical
    theirs = replies.compose_reopening(alarm(Category.SUICIDE, "other"), "england", *SERVICE)
    assert "someone you worry about" in theirs and "How are you" not in theirs
    ill = replies.compose_reopening(concern(Category.SEPSIS), "england", *SERVICE)
    assert "999" in ill and "111" in ill and "116 123" not in ill


def test_without_a_contact_a_person_is_still_named() -> None:
    said = replies.compose(alarm(Category.SUICIDE), "england", "the Leeds team", "")
    assert "the Leeds team" in said


@pytest.mark.parametrize("region", REGIONS)
def test_medical_questions_are_declined_without_reassurance(region: Region) -> None:
    said = replies.compose_said("medical_advice", region, *SERVICE)
    for who in ("pharmacist", "GP", "999"):
        assert who in said
    assert ("111" in said) == (region != "northern_ireland")
    assert not re.search(r"\b(fine|normal|safe|probably|nothing)\b", said)


def test_braces_in_the_contact_stay_words() -> None:
    said = replies.compose(alarm(Category.SUICIDE), "england", "{emergency}", "{0.__class__}")
    assert "{emergency}" in said
    assert "{0.__class__}" in said
