"""Options from the directory: at most three at a time, each with why; saved, or not for me."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.cards import full_card, pin_of, short_card
from actions.choices import is_button, says_all
from actions.company import not_to_be_named
from actions.forms import Aside, Ask, Done, Heard, StageForm, active_form, begin_stage, question
from actions.turn import Answer, Say
from actions.words import label, listed
from bot.conversations.journey import STAGES
from bot.directory.model import Precision
from bot.directory.places import Place, PlaceKind, place_at
from bot.directory.query import get
from bot.directory.tagging import tag
from bot.needs.areas import Area
from bot.needs.gaps import GapCode
from bot.network.model import Network, Work
from bot.nlu.context import is_enough
from bot.store.record import Record
from bot.support.card import CardFacts, card_facts
from bot.support.finding import options_for, options_named
from bot.support.matching import Option, looked_up, rank
from bot.support.named import alike, is_there, thing_named
from bot.support.preferences import AGE_BANDS, Statement
from bot.support.when import UK
from bot.support.wishes import ConfirmedGap, Wishes, wishes_from

AT_A_TIME = 3
NATIONAL = 2
SERVICE = "service:"
MORE = "more:"


def wishes_of(record: Record) -> Wishes:
    """What matching may use of the record: confirmed gaps only, and what was ticked."""
    person = record.person
    place = None
    if person.latitude is not None and person.longitude is not None:
        place = Place(
            name=person.area,
            lat=person.latitude,
            lon=person.longitude,
            kind=PlaceKind.POINT,
            precision=Precision.OUTCODE,
            nation=_nation(person.latitude, person.longitude),
        )
    gaps = [
        ConfirmedGap(
            code=GapCode(gap.code),
            work=Work(gap.work) if gap.work else None,
            areas=tuple(Area(a) for a in gap.evidence.get("areas", ())),
            activity=gap.evidence.get("activity", ""),
            members=tuple(gap.evidence.get("members", ())),
        )
        for gap in record.confirmed_gaps()
    ]
    return wishes_from(
        gaps=gaps,
        preferences=record.preferences(),
        difficulties=[d.area for d in record.difficulties()],
        conditions=person.conditions,
        place=place,
        age=AGE_BANDS.get(person.age_band),
        access_needs=person.access_needs,
        travel=person.travel,
        network=_company(record),
    )


@lru_cache(maxsize=2_000)
def _nation(latitude: float, longitude: float) -> str | None:
    """The nation of the nearest outcode: bank holidays are not the same in all four."""
    near = place_at(latitude, longitude)
    return near.nation if near else None


def _facts(record: Record, option: Option) -> CardFacts:
    """The card of an option as of now, with the bank holidays of where the person lives."""
    person = record.person
    nation = (
        _nation(person.latitude, person.longitude)
        if person.latitude is not None and person.longitude is not None
        else None
    )
    return card_facts(option, today=datetime.now(UK), nation=nation)


def _company(record: Record) -> Network:
    """The map without those who must not be named."""
    network = record.network()
    return network.without(*not_to_be_named(record, network))


def find(
    record: Record, *, nearer_than: float | None = None, cheaper: float | None = None
) -> list[Option]:
    """The best options that were not shown before."""
    wishes = wishes_of(record)
    shown = [int(option.service_id) for option in record.options()]
    return options_for(
        record.session,
        wishes,
        today=datetime.now(UK),
        exclude=shown,
        nearer_than=nearer_than,
        cheaper=cheaper,
        limit=AT_A_TIME,
    )


def look_for(record: Record, thing: str) -> list[Option]:
    """What a search for words gives that suits, and was not refused before."""
    refused = [int(option.service_id) for option in record.options("rejected")]
    return options_named(
        record.session,
        wishes_of(record),
        thing,
        today=datetime.now(UK),
        exclude=refused,
        limit=AT_A_TIME,
    )


def named_in(record: Record, answer: Answer) -> str:
    """What typed words ask for by name; "" for a button, or where nothing is named."""
    return thing_named(answer.text, but=[record.person.area or ""])


def show(
    record: Record, options: list[Option], say: Say, intro: str = "utter_options_intro"
) -> None:
    """Say the cards, and remember what was shown and why."""
    network = record.network()
    if record.person.latitude is None:
        say("utter_options_no_area")
    say(intro)
    for number, option in enumerate(options, 1):
        card = _facts(record, option)
        say("utter_option_card", card=short_card(card, number, network))
        record.show_option(str(card.listing_id), card.name, [str(r) for r in card.why])
    record.keep_progress(
        options_current=[str(o.listing.id) for o in options],
        options_nearest=min((o.distance_km for o in options if o.distance_km), default=None),
        options_cheapest=min(
            (o.listing.lowest_cost for o in options if o.listing.lowest_cost is not None),
            default=None,
        ),
    )


def card_of(record: Record, service_id: str) -> CardFacts | None:
    """The card of one service that was shown."""
    wishes = wishes_of(record)
    listing = get(record.session, int(service_id), wishes.place)
    if listing is None:
        return None
    today = datetime.now(UK)
    ranked = rank(wishes, [listing], today=today, limit=1)
    return _facts(record, ranked[0] if ranked else looked_up(wishes, listing, today=today))


def nothing(record: Record, say: Say) -> None:
    """Nothing suits: say so, count the need, and offer a person and help for anyone anywhere."""
    wishes = wishes_of(record)
    wanted = [gap.name for gap in wishes.gaps] + sorted(record.preferences())
    record.note_unmet_need(wanted)
    say("utter_options_nothing")
    # What has to suit still has to: cost, access, conditions, age and area. Help for the whole
    # country is by phone or online and at hours of its own, whatever was liked.
    anyone = replace(
        wishes,
        gaps=(),
        difficulties=(),
        max_km=0.0,
        companions=(),
        modes=frozenset(),
        days=frozenset(),
        times=frozenset(),
        statements=frozenset({Statement.SEE_MORE_PEOPLE, Statement.STAY_INDEPENDENT}),
    )
    shown = [int(option.service_id) for option in record.options()]
    found = options_for(
        record.session, anyone, today=datetime.now(UK), exclude=shown, limit=NATIONAL
    )
    if found:
        say("utter_options_national")
    for number, option in enumerate(found, 1):
        # Without reasons: they would say what the person never said.
        card = _facts(record, replace(option, reasons=()))
        say("utter_option_card", card=short_card(card, number, record.network()))
        record.show_option(str(card.listing_id), card.name, ["national"])
    record.keep_progress(options_current=[str(option.listing.id) for option in found])


def show_named(record: Record, thing: str, say: Say) -> bool:
    """Show what was asked for by name; where there is none, say so and count the need."""
    found = look_for(record, thing)
    if found:
        show(record, found, say, "utter_options_named")
        return True
    sorts = [t.subcategory.value for t in tag(thing, "").tags]
    # Codes are counted; a person's own words are not kept here.
    record.note_unmet_need(sorts or ["named"])
    say("utter_options_none_named")
    return False


class AskOptionsChoice(Ask):
    """Would you like to save any of these?"""

    stage, slot = "options", "options_choice"

    def ask(self, record: Record, say: Say) -> None:
        """The cards the first time; then what to do with them."""
        current = record.progress.get("options_current")
        if current is None:
            thing = record.progress.get("options_asked") or ""
            record.keep_progress(options_asked=None)
            if not (thing and show_named(record, thing, say)):
                if found := find(record):
                    show(record, found, say)
                else:
                    nothing(record, say)
            current = record.progress["options_current"]
        if current and not record.progress.get("options_answered"):
            names = {o.service_id: o.name for o in record.options()}
            say(
                "utter_options_which",
                toggles=[(names[i], f"{SERVICE}{i}", False) for i in current],
                buttons=_next_buttons(),
            )
        elif current:
            say("utter_options_next", buttons=_next_buttons())
        else:
            say("utter_options_go_on", buttons=[(label("buttons", "carry_on"), "enough")])


def _next_buttons() -> list[tuple[str, str]]:
    choices = {
        "others": "show_others",
        "nearer": "nearer",
        "cheaper": "cheaper",
        "more": "tell_me_more",
        "reject": "not_for_me",
        "enough": "enough",
    }
    return [(label("buttons", key), choice) for choice, key in choices.items()]


_BY_INTENT = {
    "different_options": "others",
    "find_support": "others",
    "nearer": "nearer",
    "cheaper": "cheaper",
    "more_about_option": "more",
}


class ValidateOptionsForm(StageForm):
    """Hears what to save, what to leave, and whether to look again."""

    stage = "options"
    hears_loss = True

    @question
    def validate_options_choice(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Saves, rejections, "tell me more", "nearer", "cheaper", "others", or enough."""
        current = record.progress.get("options_current") or []
        picked = [c.removeprefix(SERVICE) for c in answer.choices if c.startswith(SERVICE)]
        if picked or answer.choice == "none":
            return _save(record, [p for p in picked if p in current], say)
        if answer.choice.startswith(MORE):
            return _tell(record, answer.choice.removeprefix(MORE), say)
        if asks_what_is_saved(answer.text):
            return _list_saved(record, say)
        alone = _alone(answer.text, current)
        if alone:
            return _save(record, alone, say)
        named = named_options(answer.text, record, current)
        thing = named_in(record, answer)
        asks = bool(thing) and not named and is_there(answer.text)
        none_of_them = bool(_NONE_OF_THEM.search(answer.text) and _ELSE.search(answer.text))
        rejects = (
            answer.intent == "reject_option"
            or answer.choice == "reject"
            or none_of_them
            or bool(_UNSAVE.search(answer.text))
        ) and not asks
        enough = is_button(answer, "enough") or _PLENTY.fullmatch(answer.text) is not None
        if enough or is_enough(answer.text) or (not rejects and (answer.skipped or answer.said_no)):
            record.keep_progress(options_current=None, options_answered=False)
            return Heard.DONE
        if answer.intent == "pause":
            say("utter_paused")
            record.keep_progress(hush=True)
            return Heard.STAY
        told = record.progress.get("options_told")
        if told and told in current and _THAT.search(answer.text):
            named = [told]
        if answer.intent == "save_option" or (answer.said_yes and len(current) == 1):
            picked = named or (current if len(current) == 1 else [])
            if not picked:
                record.keep_progress(options_answered=False)
                return Heard.STAY
            return _save(record, picked, say)
        if rejects:
            saved = [o.service_id for o in record.options("saved")]
            named = named or named_options(answer.text, record, saved)
            if thing and not named and not none_of_them:
                return Heard.UNCLEAR  # "not the choir", and there is none among them
            return _reject(record, named or [i for i in current if i not in saved], say)
        wanted = answer.choice or _BY_INTENT.get(answer.intent, "")
        if asks or (thing and answer.intent == "find_support"):
            if not show_named(record, thing, say):
                return _look_again(record, "others", say)
            record.keep_progress(options_answered=False)
            return Heard.STAY
        if wanted == "more":
            if len(named) == 1:
                return _tell(record, named[0], say)
            names = {o.service_id: o.name for o in record.options()}
            # One question at a time: what else there is to do is offered after this one.
            record.keep_progress(options_answered=True, hush=True)
            say("utter_options_which_one", buttons=[(names[i], f"{MORE}{i}") for i in current])
            return Heard.STAY
        if wanted in ("others", "nearer", "cheaper"):
            return _look_again(record, wanted, say)
        if named:
            return _tell(record, named[0], say)
        return Heard.UNCLEAR


_THAT = re.compile(r"\b(?:that|this|it)\b", re.IGNORECASE)
"""What is said of the option that was last told about in full."""

_MY_SAVED = re.compile(
    r"\b(?:what|which|show|list)\b.*\b(?:saved?|kept)\b|\bmy saved\b", re.IGNORECASE
)
_UNSAVE = re.compile(
    r"\bun-?save\b|\b(?:take|cross)\b.*\boff\b|\bremove\b"
    r"|\b(?:don'?t|do not|no longer) want\b.*\b(?:after all|any ?more|now)\b",
    re.IGNORECASE,
)
_NONE_OF_THEM = re.compile(
    r"\b(?:none|neither|not any) of (?:these|those|them|it|that)\b|\bnone (?:suit|of)\b",
    re.IGNORECASE,
)
_ELSE = re.compile(r"\b(?:else|others?|another|more|again|different)\b", re.IGNORECASE)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "last": -1}
_CARDINALS = {"one": 1, "two": 2, "three": 3}
_BY_NUMBER = re.compile(r"\b(?:number|no\.?|option) (one|two|three)\b")
_FIRST_FEW = re.compile(r"(?:save )?(?:the )?first (two|2|three|3)(?: please| pls)?")
_JUST_NUMBERS = re.compile(
    r"\W*(?:(?:number|no\.?|option|and|please|the|save|just)\W+)*(?:one|two|three|[1-9])"
    r"(?:\W+(?:(?:and|&|number|option)\W+)*(?:one|two|three|[1-9]))*(?:\W+(?:please|pls|ta|thanks))?\W*",
    re.IGNORECASE,
)

_JUST_ORDINAL = re.compile(
    r"\W*(?:(?:only|just|maybe|ok|yes|aye|save|keep|i|like|want|i['’]?ll|i['’]?d|take|have|go|for|the"
    r"|please)\W+)*(?:first|second|third|last)"
    r"(?:\W+(?:one|option|of them|please|pls|ta|thanks))*\W*",
    re.IGNORECASE,
)
_PLENTY = re.compile(
    r"\W*(?:(?:no|ok|oh|right|i think|that['’]?s|that is|that['’]?ll do|got)\W+)*"
    r"(?:enough|plenty|that['’]?ll do)"
    r"(?:\W+(?:now|for now|for today|for me|thanks|thank you|ta))*\W*",
    re.IGNORECASE,
)


def asks_what_is_saved(text: str) -> bool:
    """Whether a text asks which services were saved."""
    return bool(_MY_SAVED.search(text))


def _alone(text: str, current: list[str]) -> list[str]:
    """Options that an answer of nothing but numbers, or of "all three", picks."""
    words = re.findall(r"[a-z]+|\d+", text.casefold())
    if few := _FIRST_FEW.fullmatch(text.casefold().strip(" .!")):
        return current[: _CARDINALS.get(few[1]) or int(few[1])]
    if text and (says_all(text) and "both" not in words):
        return list(current)
    if _JUST_ORDINAL.fullmatch(text):
        at = next(number for word, number in _ORDINALS.items() if word in words)
        return current[-1:] if at < 0 else current[at - 1 : at]
    if not text or _JUST_NUMBERS.fullmatch(text) is None:
        return []
    numbers = {int(w) if w.isdigit() else _CARDINALS.get(w, 0) for w in words}
    return [i for n, i in enumerate(current, 1) if n in numbers]


def named_options(text: str, record: Record, current: list[str]) -> list[str]:
    """Options that the words name: by a telling word of the name, or by number.

    "The lunch one" names no number one; "the second one" is number two.
    """
    if not text or not current:
        return []
    low = text.casefold()
    words = re.findall(r"[\w']+", low)
    names = {o.service_id: re.findall(r"[\w']+", o.name.casefold()) for o in record.options()}
    telling = [w for w in words if len(w) > 3 and w not in _ORDINALS]
    named = [
        i for i in current if any(alike(w, n) for w in telling for n in names[i] if len(n) > 3)
    ]
    if named and len(named) < len(current):
        return named
    numbers = {int(w) for w in words if w.isdigit()}
    numbers |= {number for word, number in _ORDINALS.items() if word in words}
    numbers |= {_CARDINALS[word] for word in _BY_NUMBER.findall(low)}
    found = [i for n, i in enumerate(current, 1) if n in numbers]
    if -1 in numbers and current[-1] not in found:
        found.append(current[-1])
    return found or named


def service_meant(record: Record, text: str) -> int | None:
    """The service that words are about: one they name, the one told about last, or the only one.

    ``None`` where several could be meant.
    """
    shown = [o.service_id for o in record.options() if o.response != "rejected"]
    current = [str(i) for i in record.progress.get("options_current") or []]
    told = record.progress.get("options_told")
    for found in (named_options(text, record, current or shown), [told] if told else [], current,
                  [o.service_id for o in record.options("saved")], shown):  # fmt: skip
        if len(found) == 1:
            return int(found[0])
    return None


def _list_saved(record: Record, say: Say) -> Heard:
    say_saved(record, say)
    record.keep_progress(hush=True)
    return Heard.STAY


def say_saved(record: Record, say: Say) -> None:
    """Say which services the person has saved."""
    saved = [option.name for option in record.options("saved")]
    if saved:
        say("utter_options_are_saved", names=listed(saved))
    else:
        say("utter_options_none_saved_yet")


def _save(record: Record, picked: list[str], say: Say) -> Heard:
    names = {o.service_id: o.name for o in record.options()}
    for service_id in picked:
        record.answer_option(service_id, "saved")
    record.keep_progress(options_answered=True)
    if picked:
        say("utter_options_saved", names=listed(names[p] for p in picked))
    else:
        say("utter_options_none_saved")
    return Heard.STAY


def _reject(record: Record, picked: list[str], say: Say) -> Heard:
    if not picked:
        return _look_again(record, "others", say)  # nothing is left to turn down
    names = {o.service_id: o.name for o in record.options()}
    for service_id in picked:
        record.answer_option(service_id, "rejected")
    say("utter_option_rejected", name=listed(names[p] for p in picked))
    current = record.progress.get("options_current") or []
    left = [service_id for service_id in current if service_id not in picked]
    record.keep_progress(options_current=left)
    return Heard.STAY if left else _look_again(record, "others", say)


def _tell(record: Record, service_id: str, say: Say) -> Heard:
    card = card_of(record, service_id)
    if card is None:
        say("utter_options_no_more")
    else:
        say("utter_option_card", card=full_card(card, record.network()), pin=pin_of(card))
        record.keep_progress(options_told=service_id)
    record.keep_progress(options_answered=False)
    return Heard.STAY


_NEXT_TO_NOTHING = 0.01  # pounds


def _look_again(record: Record, wanted: str, say: Say) -> Heard:
    nearest = record.progress.get("options_nearest")
    cheapest = record.progress.get("options_cheapest")
    if wanted == "nearer":
        found = find(record, nearer_than=nearest) if nearest else []
        missing = "utter_options_none_nearer"
    elif wanted == "cheaper":
        # Where one of those shown is free, what costs less is another that is free.
        found = find(record, cheaper=cheapest or _NEXT_TO_NOTHING) if cheapest is not None else []
        missing = "utter_options_none_cheaper"
    else:
        found, missing = find(record), "utter_options_no_more"
    if not found:
        say(missing)
        record.keep_progress(options_answered=True)
        return Heard.STAY
    show(record, found, say)
    record.keep_progress(options_answered=False)
    return Heard.STAY


class ActionFindSupport(Aside):
    """Look for support, asked for at any point."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_find_support"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """Open the options, or say that they come after the map."""
        from actions.my_plan import take_told

        if record is None:
            return None
        if answer.intent == "reject_option" and (done := take_told(record, answer, say, tracker)):
            return done
        if answer.intent == "more_about_option" and active_form(tracker) is None:
            # "When does it start?", of what the person has chosen.
            chosen = {plan.service_id for plan in record.plans() if plan.service_id}
            meant = service_meant(record, answer.text) or (min(chosen) if len(chosen) == 1 else 0)
            if meant:
                _tell(record, str(meant), say)
                return self.STAY
        if answer.difficulties:
            for mention in answer.difficulties:
                record.note_difficulty(mention.area, mention.size)
        if active_form(tracker) == "options_form":
            return None
        if record.person.stage in STAGES[: STAGES.index("options")]:
            # What was being asked comes again after this.
            record.keep_progress(options_beside=record.person.stage)
        record.keep_progress(
            options_current=None,
            options_answered=False,
            options_asked=named_in(record, answer) or None,
        )
        return begin_stage(record, "options")
