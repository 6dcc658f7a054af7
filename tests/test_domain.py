"""The contracts between the domain, the training data, the actions and the words.

Rasa's own check passes on unused intents and never looks into actions, so the checks that
matter are here: a name that does not exist, a variable that nothing fills, a button that
leads nowhere, a sentence that is too long.
"""

from __future__ import annotations

import ast
import json
import re
import string
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions import asides, gaps, journey, people
from actions.forms import SLOTS
from actions.words import labels
from bot.conversations import words as channel_words
from bot.conversations.journey import BESIDE, OPEN, STAGES, form_of
from bot.needs.areas import Area
from bot.needs.gaps import GapCode, Why
from bot.network.model import Contact, Distance, Relationship, Work
from bot.network.phrases import ENGLISH, PictureWords
from bot.nlu.router import CHECKED
from bot.papers import words as paper_words
from bot.rights.consents import CHOICES
from bot.safety.routes import all_routes
from bot.settings import PROJECT
from bot.support.asks import LifeChange
from bot.support.barriers import Barrier
from bot.support.matching import ReasonCode
from bot.support.practice import CHECKED as CONSTRUCTS
from bot.support.practice import Construct, Move
from bot.support.preferences import AGE_BANDS, AccessNeed, Limit, Statement, Travel
from bot.support.suitability import Caution

# What the router and the channels send; nobody types examples of these.
NEVER_TYPED = {
    "answer",
    "choose",
    "share_location",
    "risk",
    "unreadable",
    "stale_button",
    "follow_up_due",
    "nlu_fallback",
    "unsure",
}
TITLE_MAX = 40
SENTENCE_MAX = 20
RESPONSE_MAX = 1000
CALLBACK_BYTES = 64


def _yaml(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


DOMAIN = _yaml(PROJECT / "domain.yml")
RESPONSES: dict[str, list[dict[str, Any]]] = DOMAIN["responses"]


def _training(section: str) -> Iterator[dict[str, Any]]:
    for path in sorted((PROJECT / "data").rglob("*.yml")):
        yield from _yaml(path).get(section) or ()


# --- what Rasa can check -----------------------------------------------------------------


def test_rasa_finds_nothing_wrong() -> None:
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.validator import Validator

    importer = TrainingDataImporter.load_from_config(
        str(PROJECT / "config.yml"), str(PROJECT / "domain.yml"), [str(PROJECT / "data")]
    )
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        validator = Validator.from_importer(importer)
        assert validator.verify_domain_validity()
        assert validator.verify_nlu(ignore_warnings=False)
        assert validator.verify_actions_in_stories_rules()
        assert validator.verify_forms_in_stories_rules()
        assert validator.verify_form_slots()
        assert validator.verify_slot_mappings()
        assert validator.verify_story_structure(ignore_warnings=False)
    # Actions say most responses, which Rasa cannot see; the test below on unused ones can.
    ours = re.compile(
        r"The utterance 'utter_\w+' is not used"
        r"|Slot auto-fill has been removed in 3.0"  # said of any domain with slots
        rf"|The intent '(?:{'|'.join(NEVER_TYPED)})' is listed in the domain file, but is not found"
    )
    messages = [str(w.message) for w in raised if issubclass(w.category, UserWarning)]
    assert "\n".join(m for m in messages if not ours.search(m)) == ""


# --- intents and buttons -----------------------------------------------------------------


def test_every_intent_has_examples_and_every_example_an_intent() -> None:
    examples = {entry["intent"] for entry in _training("nlu") if entry.get("examples", "").strip()}
    assert examples == set(DOMAIN["intents"]) - NEVER_TYPED


def test_every_intent_has_a_rule() -> None:
    ruled = {
        step["intent"] for rule in _training("rules") for step in rule["steps"] if "intent" in step
    }
    assert ruled == set(DOMAIN["intents"])


def _buttons() -> Iterator[tuple[str, dict[str, str]]]:
    for name, variations in RESPONSES.items():
        for variation in variations:
            for button in variation.get("buttons") or ():
                yield name, button


@pytest.mark.parametrize(
    ("response", "button"), [pytest.param(r, b, id=f"{r}-{b['title']}") for r, b in _buttons()]
)
def test_buttons_lead_somewhere(response: str, button: dict[str, str]) -> None:
    # Rasa undoubles braces with ``str.format``.
    payload = button["payload"].replace("{{", "{").replace("}}", "}")
    found = re.fullmatch(r"/(\w+)(\{.*\})?", payload)
    assert found, f"{payload} is not an intent with entities"
    assert found[1] in DOMAIN["intents"]
    assert set(json.loads(found[2] or "{}")) <= set(DOMAIN["entities"])
    assert len(payload.encode()) <= CALLBACK_BYTES
    assert len(button["title"]) <= TITLE_MAX


def test_braces_in_payloads_are_doubled() -> None:
    for response, button in _buttons():
        single = re.search(r"(?<!\{)\{(?!\{)", button["payload"])
        assert not single, f"{response}: Rasa would take {button['payload']} for a variable"


# --- actions and forms --------------------------------------------------------------------


def test_every_action_is_implemented_and_listed() -> None:
    from bot.conversations.assistant import ActionsInProcess

    assert ActionsInProcess().names == set(DOMAIN["actions"])


def test_forms_ask_the_slots_that_the_actions_hear() -> None:
    asked = {form: tuple(spec["required_slots"]) for form, spec in DOMAIN["forms"].items()}
    assert asked == {form_of(stage): slots for stage, slots in SLOTS.items()}
    assert tuple(SLOTS) == (*STAGES, *BESIDE)


@pytest.mark.parametrize(
    ("stage", "slot"), [(stage, slot) for stage, slots in SLOTS.items() for slot in slots]
)
def test_every_question_is_asked_and_heard(stage: str, slot: str) -> None:
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    assert f"action_ask_{stage}_form_{slot}" in executor.actions
    form = executor.actions[f"validate_{stage}_form"].__self__  # type: ignore[attr-defined]
    assert callable(getattr(form, f"validate_{slot}", None))


def test_slots_are_heard_only_while_they_are_asked() -> None:
    of_form = {slot: form_of(stage) for stage, slots in SLOTS.items() for slot in slots}
    # The bot itself fills in what it guessed.
    assert set(DOMAIN["slots"]) == {*of_form, "guess"}
    for slot in of_form:
        for mapping in DOMAIN["slots"][slot]["mappings"]:
            wanted = [{"active_loop": of_form[slot], "requested_slot": slot}]
            assert mapping["conditions"] == wanted, slot
            assert set(mapping["intent"]) <= set(DOMAIN["intents"])


# --- responses and the actions that say them -------------------------------------------------

# What a name that is put together at run time can become.
_MADE: dict[str, Iterable[str]] = {
    "utter_ask_people_": [*people.PROMPTS, *(f"{prompt}_more" for prompt in people.NAMED)],
    "utter_gap_": [
        *map(str, GapCode),
        *(f"{code}_plain" for code in gaps.PLAIN),
        f"{GapCode.DROPPED_ACTIVITY}_named",
    ],
    "utter_own_": map(str, Why),
    "utter_unreadable_": [*asides.ActionUnreadable.particular, "other"],
    "utter_why_": [*journey.ActionWhy.particular, *STAGES, *BESIDE, OPEN],
    "utter_withdrawn_": map(str, CHOICES),
    "utter_life_": map(str, LifeChange),
    "utter_follow_up_next_": [*map(str, Construct), "good"],
}
_OF_SAY = {"buttons", "intents", "toggles", "done", "map_id", "ask_location", "copy", "file"}
_OF_SERVICE = {"service_name", "service_contact", *(route.id for route in all_routes())}


Function = ast.FunctionDef | None


@lru_cache(maxsize=1)
def modules() -> dict[str, ast.Module]:
    """The files of ``actions/``, read."""
    paths = sorted((PROJECT / "actions").glob("*.py"))
    return {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def _everywhere(kind: type[ast.AST]) -> Iterator[Any]:
    for tree in modules().values():
        yield from (node for node in ast.walk(tree) if isinstance(node, kind))


def _assigned(nodes: Iterable[ast.AST], name: str) -> Iterator[ast.expr]:
    """What is assigned to a name, also where a tuple is taken apart."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if any(isinstance(t, ast.Name) and t.id == name for t in ast.walk(target)):
                    yield node.value


def _given(function: ast.FunctionDef, name: str) -> Iterator[ast.expr]:
    """What is given to a parameter: its default, and what calls pass."""
    names = [a.arg for a in function.args.args]
    if name not in names:
        return
    place = names.index(name)
    from_end = place - len(names)
    if -from_end <= len(function.args.defaults):
        yield function.args.defaults[from_end]
    for call in _everywhere(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id == function.name:
            yield from call.args[place : place + 1]
            yield from (k.value for k in call.keywords if k.arg == name)


def can_be(expression: ast.expr, function: Function = None) -> set[str]:
    """Every response that an expression in a function can name."""
    found: set[str] = set()
    for node in ast.walk(expression):
        if isinstance(node, ast.JoinedStr):
            start = getattr(node.values[0], "value", "")
            if str(start).startswith("utter_"):
                found |= {f"{start}{end}" for end in _MADE[start]}
        elif isinstance(node, ast.Constant) and str(node.value).startswith("utter_"):
            found |= {str(node.value)} - set(_MADE)
        elif isinstance(node, ast.Attribute):
            for cls in _everywhere(ast.ClassDef):
                for value in _assigned(cls.body, node.attr):
                    found |= can_be(value)
        elif isinstance(node, ast.Name):
            found |= _behind(node.id, function)
    return found


def _behind(name: str, function: Function) -> set[str]:
    found: set[str] = set()
    if function is not None:
        for value in (*_assigned(ast.walk(function), name), *_given(function, name)):
            found |= can_be(value)
    for tree in modules().values():
        for value in _assigned(tree.body, name):
            found |= can_be(value)
        for other in tree.body:
            if isinstance(other, ast.FunctionDef) and other.name == name:
                for node in ast.walk(other):
                    if isinstance(node, ast.Return) and node.value is not None:
                        found |= can_be(node.value, None)
    return found


@dataclass(frozen=True)
class Said:
    """One call that says something."""

    where: str
    responses: frozenset[str]
    filled: frozenset[str]


def _says(call: ast.Call) -> str:
    """ "say", "service" or nothing, by how a call speaks."""
    if isinstance(call.func, ast.Name) and call.func.id == "say":
        return "say"
    if isinstance(call.func, ast.Attribute) and call.func.attr == "service":
        return "service"
    return ""


@lru_cache(maxsize=1)
def said() -> list[Said]:
    """Every ``say(…)`` and ``say.service(…)`` of the actions."""
    calls = []
    for file, tree in modules().items():
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
            for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
                way = _says(call)
                if not way:
                    continue
                filled = {k.arg for k in call.keywords if k.arg} - _OF_SAY
                filled |= _OF_SERVICE if way == "service" else set()
                where = f"{file}:{call.lineno}"
                responses = can_be(call.args[0], function)
                calls.append(Said(where, frozenset(responses), frozenset(filled)))
    return calls


def variables(response: str) -> set[str]:
    """Names that Rasa has to fill in a response."""
    texts = [v.get("text", "") for v in RESPONSES[response]]
    texts += [b["title"] for v in RESPONSES[response] for b in v.get("buttons") or ()]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_call_is_understood_by_this_test() -> None:
    assert len(said()) > 80
    assert [call.where for call in said() if not call.responses] == []


def test_every_response_that_actions_say_exists() -> None:
    missing = {(c.where, r) for c in said() for r in c.responses if r not in RESPONSES}
    assert missing == set()


def test_every_response_is_said_somewhere() -> None:
    assert set(RESPONSES) - {r for call in said() for r in call.responses} == set()


def test_every_variable_is_filled_by_every_call() -> None:
    # An unset variable reaches the patient as literal braces.
    unfilled = {
        (call.where, response, name)
        for call in said()
        for response in call.responses & set(RESPONSES)
        for name in variables(response) - call.filled
    }
    assert unfilled == set()


# --- labels ---------------------------------------------------------------------------------


def _codes(enum: Iterable[Any]) -> set[str]:
    return {str(code.value) for code in enum}


ABOUT_WORK = {GapCode.UNCOVERED, GapCode.SINGLE_POINT, GapCode.PROF_ONLY}
GROUPS: Mapping[str, set[str]] = {
    "areas": _codes(Area),
    "relationships": _codes(Relationship),
    "contact": _codes(Contact),
    # Online members are not asked how near they live.
    "distance": _codes(set(Distance) - {Distance.ONLINE}),
    "help": _codes(Work),
    "work": _codes(Work),
    "circles": {"1", "2", "3"},
    "meanings": set(CHECKED),
    "preferences": _codes(Statement),
    "limits": _codes(Limit),
    "access": _codes(AccessNeed),
    "travel": _codes(Travel),
    "ages": set(AGE_BANDS),
    "barriers": _codes(Barrier),
    "moves": _codes(Move),
    "fits": _codes(CONSTRUCTS),
    # Gaps about a kind of work are said with the words of that work.
    "gaps": _codes(set(GapCode) - ABOUT_WORK),
    # The line on cost says itself that the cost is not stated.
    "cautions": _codes(set(Caution) - {Caution.COST_UNKNOWN}),
}


@pytest.mark.parametrize("group", GROUPS)
def test_every_code_has_a_label(group: str) -> None:
    assert set(labels(group)) == GROUPS[group]


def test_every_reason_has_words() -> None:
    # "gap_plain" is a gap that is not about one kind of work.
    assert set(labels("why")) == _codes(ReasonCode) | {"gap_plain"}


ON_BUTTONS = (
    "conditions",
    "ages",
    "access",
    "travel",
    "areas",
    "relationships",
    "contact",
    "distance",
    "help",
    "preferences",
    "limits",
    "plan_when",
    "ask_in",
    "hours",
    "replies",
    "barriers",
    "fits",
    "moves",
    "plan_barriers",
    "plan_then",
    "plan_moves",
    "plan_parts",
    "own",
    "buttons",
    "own_papers",
    "review",
)


@pytest.mark.parametrize("group", ON_BUTTONS)
def test_titles_fit_a_phone(group: str) -> None:
    assert {t for t in labels(group).values() if len(t) > TITLE_MAX or not t.strip()} == set()


# --- the words themselves --------------------------------------------------------------------

BANNED = re.compile(
    r"\b(?:should|must|chronic\w*|simpl[ey]|eas(?:y|ily)|drugs?|obese|isolated|elderly|suffer\w*"
    r"|victim\w*|non-?complian\w+|passed away|passed on|invalid|error|failed|click"
    r"|patients?|users?|self-manage\w*|interventions?|services? users?)\b|(?<!paid )\bcarers?\b",
    re.IGNORECASE,
)
SPARING = re.compile(r"\b(?:please|sorry)\b", re.IGNORECASE)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _constants(module: Any) -> Iterator[str]:
    for name, value in vars(module).items():
        if name.isupper():
            yield from _strings(value)


def all_words() -> dict[str, list[str]]:
    """Everything that a patient may read of ours, by where it is written."""
    responses = [v.get("text", "") for each in RESPONSES.values() for v in each]
    titles = [button["title"] for _, button in _buttons()]
    table = {k: v for k, v in _yaml(PROJECT / "actions" / "words.yml").items()}
    table.pop("relationship_choices")  # codes
    picture = [str(getattr(PictureWords(), f.name)) for f in fields(PictureWords)]
    return {
        "domain.yml": [*responses, *titles],
        "actions/words.yml": list(_strings(table)),
        "bot/conversations/words.py": list(_constants(channel_words)),
        "bot/papers/words.py": list(_constants(paper_words)),
        "bot/network/phrases.py": [*_strings(ENGLISH), *picture],
    }


def sentences(text: str) -> Iterator[str]:
    """Sentences of a text; lines and bullets are sentences of their own."""
    for line in text.splitlines():
        line = line.strip().removeprefix("•").strip()
        yield from (s for s in re.split(r"(?<=[.!?])[\"')]*\s+", line) if s)


def length(sentence: str) -> int:
    """Words of a sentence; a variable counts as one, the service's name as its default."""
    full = sentence.replace("{service_name}", "the WISE Companion team")
    return len(re.findall(r"[\w{}'’]+(?:[-/][\w']+)*", full))


PLACES = list(all_words())


@pytest.mark.parametrize("place", PLACES)
def test_sentences_are_short(place: str) -> None:
    long = {
        sentence: length(sentence)
        for text in all_words()[place]
        for sentence in sentences(text)
        if length(sentence) > SENTENCE_MAX
    }
    assert long == {}


@pytest.mark.parametrize("place", PLACES)
def test_words_that_confuse_or_blame_are_not_used(place: str) -> None:
    assert {(m[0], t) for t in all_words()[place] for m in BANNED.finditer(t)} == set()


def test_please_and_sorry_are_sparing() -> None:
    texts = [text for place in all_words().values() for text in place]
    assert all(len(SPARING.findall(text)) <= 1 for text in texts)
    assert sum(len(SPARING.findall(text)) for text in texts) <= len(texts) / 40


def test_responses_fit_a_message() -> None:
    long = {
        name: len(variation["text"])
        for name, variations in RESPONSES.items()
        for variation in variations
        if len(variation.get("text", "")) > RESPONSE_MAX
    }
    assert long == {}


def test_paragraphs_are_short() -> None:
    long = {
        name: paragraph
        for name, variations in RESPONSES.items()
        for variation in variations
        for paragraph in re.split(r"\n\s*\n|\n(?=•)", variation.get("text", ""))
        if len(list(sentences(paragraph))) > 4
    }
    assert long == {}


def test_every_response_has_words_and_no_tabs() -> None:
    for name, variations in RESPONSES.items():
        for variation in variations:
            assert variation.get("text", "").strip(), name
            assert "\t" not in variation["text"], name


def test_telephone_numbers_are_grouped() -> None:
    texts = [text for place in all_words().values() for text in place]
    assert [t for t in texts if re.search(r"(?<![\d£])\d{5,}", t)] == []


def test_emergency_routes_are_said_at_the_start_and_in_help() -> None:
    for name in ("utter_welcome", "utter_help"):
        text = RESPONSES[name][0]["text"]
        assert "{emergency}" in text and "{urgent_health}" in text, name
