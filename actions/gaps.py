"""Reflection, and gaps put as questions: the person says which of them are real.

The moves are those of facilitators of network support: let the person look first, say back who
does what (others come into view), ask about what was enjoyed and is missed, and look for the
network's own answer before any service (James 2020; Kennedy 2016).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from actions.changes import take_names
from actions.company import mourned, not_to_be_named
from actions.forms import Aside, Ask, Done, Heard, StageForm, question
from actions.rights import keeps_map
from actions.turn import Answer, Say, skip_button
from actions.words import label, listed, said_back
from bot.needs.gaps import Gap, GapCode, OwnAnswer, Why, find_gaps, for_asking, own_answers
from bot.network.edits import Match, resolve
from bot.network.model import Kind, Network, Status, Work
from bot.network.typology import classify, is_true
from bot.network.words import explain_type, who_does_what
from bot.nlu.apply import keys_of, with_mentions
from bot.store.record import Record, gap_key
from bot.support.needs_map import options_for_activity

AGREE, NOT_QUITE = "yes", "not_quite"
OWN, ELSEWHERE = "own:", "elsewhere"


def wish_to_give(record: Record) -> None:
    """Keep that the person would like to help others, and helps nobody yet, as a gap.

    The wish is their own yes: they tick it after the gaps were asked about.
    """
    if any(gap.code is GapCode.NO_RECIPROCITY for gap in _found(record)):
        evidence = {"members": [], "activity": ""}
        record.answer_gap(record.ask_gap(GapCode.NO_RECIPROCITY.value, "", evidence), True)


def gaps_of(record: Record) -> list[Gap]:
    """The gaps to ask about now, most pressing first."""
    pets = {m.key for m in record.network() if m.kind is Kind.PET}
    # What was answered in an earlier round is not asked again, unless it is about others now.
    known = _answered_before(record)
    found = [g for g in _found(record) if (g.code, g.work, set(g.members), g.activity) not in known]
    # "Would you like a back-up, for when Whisky can't?" is no question to ask of a cat.
    return for_asking([g for g in found if not (g.members and pets.issuperset(g.members))])


def _found(record: Record) -> list[Gap]:
    """Every gap that the map, the difficulties and the wishes show."""
    sizes = {d.area: d.size for d in record.difficulties()}
    return find_gaps(_pointed_to(record), sizes, record.wants())


def _pointed_to(record: Record) -> Network:
    """The map without whom the person must never be pointed to: what may be said back of it."""
    network = record.network()
    never = not_to_be_named(record, network) | {m.key for m in network if m.strain}
    return network.without(*never)


def _answered_before(record: Record) -> list[tuple[GapCode, Work | None, set[str], str]]:
    """The gaps that were answered before this round; none in the first."""
    begun = record.progress.get("round_at")
    if not begun:
        return []
    return [
        (
            GapCode(row.code),
            Work(row.work) if row.work else None,
            set(row.evidence.get("members", ())),
            row.evidence.get("activity", ""),
        )
        for row in record.answered_gaps(datetime.fromisoformat(begun))
    ]


def reflect(record: Record, say: Say) -> None:
    """Say what the network looks like and who does what; never a label, never a measure."""
    network, shown = record.network(), _pointed_to(record)
    if len(network.active) == 1:
        alone = network.active[0]
        if alone.key in {m.key for m in shown}:
            say("utter_reflect_one", name=alone.label)
        else:
            say("utter_reflect_one_unnamed")
    else:
        people = all(m.kind in (Kind.PERSON, Kind.PROFESSIONAL) for m in network.active)
        response = "utter_reflect_people" if people else "utter_reflect_many"
        say(response, count=len(network.active))
    lines = [
        f"• {said_back(label('help', work)).capitalize()}: {listed(m.label for m in members)}"
        for work, members in who_does_what(shown).items()
    ]
    if lines:
        say("utter_reflect_work", lines="\n".join(lines))


_FORGOT = re.compile(
    r"\b(?:forg[eo]t(?:ten)?|missed (?:out|off)|left (?:out|off)|not on (?:it|there|here|the map)"
    r"|should(?: also)? be on|isn'?t on|missing)\b",
    re.IGNORECASE,
)
"""What says that somebody is not on the map who belongs there."""


def _take_forgotten(record: Record, answer: Answer, say: Say) -> bool:
    """Put down who was left out, where that is what is noticed; whether it was."""
    is_told = bool(answer.members) and _FORGOT.search(answer.text) is not None
    return is_told and take_names(record, answer, say)


class AskGapsNotice(Ask):
    """What do you notice?"""

    stage, slot = "gaps", "gaps_notice"

    def ask(self, record: Record, say: Say) -> None:
        """The person's own look first; where nothing is drawn, what is missed."""
        drawn = bool(record.network().active)
        say("utter_ask_notice" if drawn else "utter_ask_missed", buttons=[skip_button()])


class AskGapsAgree(Ask):
    """What the map says, and whether that is how it feels."""

    stage, slot = "gaps", "gaps_agree"

    def ask(self, record: Record, say: Say) -> None:
        """The reflection once, then the question; or how they would put it."""
        if record.progress.get("type_disagreed"):
            say("utter_ask_own_words", buttons=[skip_button()])
            return
        if not record.progress.get("reflected"):
            record.keep_progress(reflected=True)
            reflect(record, say)
        say(
            "utter_ask_agree",
            reason=_seen_in(record),
            buttons=[
                (label("buttons", "agree"), AGREE),
                (label("buttons", "not_quite"), NOT_QUITE),
                skip_button(),
            ],
        )


def _seen_in(record: Record) -> str:
    """What the map says in a sentence; "" where it says too little to be true of anybody.

    Who makes things harder is no family "you are in touch with often", and yet "most of those you
    told me about" has to be true with them.
    """
    shown = _pointed_to(record)
    seen = classify(shown)
    people = [m for m in shown.active if m.kind is not Kind.PET]
    true_of_all = is_true(seen.reason, record.network())
    return explain_type(seen) if len(people) > 1 and true_of_all else ""


class AskGapsMissed(Ask):
    """What did you use to enjoy?"""

    stage, slot = "gaps", "gaps_missed"

    def ask(self, record: Record, say: Say) -> None:
        """Free text."""
        say("utter_ask_missed", buttons=[skip_button()])


PLAIN = frozenset(
    {GapCode.UNCOVERED, GapCode.NO_WEAK_TIES, GapCode.SINGLE_POINT, GapCode.PROF_ONLY}
)
"""Gaps that can be asked about without a word of who is on the map, or is the only one."""


def _is_plain(record: Record, gap: dict[str, Any]) -> bool:
    """Whether to ask without a word of the map: it is empty, or somebody on it goes unmentioned."""
    code = GapCode(gap["code"])
    if code not in PLAIN:
        return False
    network, shown = record.network(), {m.key for m in _pointed_to(record)}
    if not network.active:
        return code in (GapCode.UNCOVERED, GapCode.NO_WEAK_TIES)
    unmentioned = [m for m in network.active if m.key not in shown]
    if code is GapCode.NO_WEAK_TIES:
        return any(m.kind in (Kind.GROUP, Kind.ONLINE) for m in unmentioned)
    return any(gap["work"] in (m.help or ()) for m in unmentioned)


def waiting_gap(record: Record) -> dict[str, Any] | None:
    """The gap that is being asked about."""
    waiting = record.progress.get("gaps_waiting") or []
    return waiting[0] if waiting else None


def leave_out_unfit(record: Record) -> bool:
    """Leave out what waits to be asked and leans on whom the person must not be pointed to now.

    Between a gap's finding and its question somebody may be told of who hurts, or be marked,
    taken off or mourned. What else there is to ask without them is asked instead.

    Returns:
        Whether the question that was open is no more.
    """
    waiting = record.progress.get("gaps_waiting") or []
    fit = {m.key for m in _pointed_to(record) if m.can_be_suggested}
    half_asked = bool(record.progress.get("own_open") or record.progress.get("lost_open"))
    kept = [gap for gap in waiting if fit.issuperset(gap["members"])]
    unfit = len(waiting) - len(kept)
    if kept[:1] == waiting[:1] and record.progress.get("own_open") and not _own(record, kept[0]):
        # It is confirmed, and nobody is left to think of first.
        kept = kept[1:]
    if kept == waiting:
        return False
    taken = {*record.progress.get("gaps_answered", ())}
    for gap in (*kept, *(waiting[:1] if half_asked else ())):
        taken |= _answered_by(gap)
    instead = [gap for gap in _to_ask(record) if taken.isdisjoint(_answered_by(gap))]
    kept += _put(record, instead[:unfit])
    changed = kept[:1] != waiting[:1]
    record.keep_progress(gaps_waiting=kept)
    if changed:
        record.keep_progress(own_open=False, lost_open=False)
    return changed


class AskGapsAnswers(Ask):
    """Would you like more help with this? And who on the map could be part of it?"""

    stage, slot = "gaps", "gaps_answers"

    def ask(self, record: Record, say: Say) -> Sequence[EventType]:
        """The next gap, as a question; for a confirmed one, the network's own answer."""
        leave_out_unfit(record)
        gap = waiting_gap(record)
        if gap is None:
            # Nothing is left to ask: without a requested slot the form ends.
            return [SlotSet("requested_slot", None)]
        if record.progress.get("own_open"):
            _ask_own(record, gap, say)
            return []
        if record.progress.get("lost_open"):
            say("utter_own_anyone_lost", buttons=[(label("buttons", "nobody"), ELSEWHERE)])
            return []
        response = f"utter_gap_{gap['code']}"
        if _is_plain(record, gap):
            response += "_plain"
        elif gap["activity"] and len(record.notes("missed")) > 1:
            response += "_named"
        say(
            response,
            name=gap["name"],
            work=label("work", gap["work"]) if gap["work"] else "",
            activity=gap["activity"],
            buttons=[(label("buttons", c), c) for c in ("yes", "no", "not_sure")],
        )
        return []


BACK_UP = frozenset({GapCode.SINGLE_POINT, GapCode.OVERLOAD})
"""Gaps of one person who carries much: who could back them up?"""


def _ask_own(record: Record, gap: dict[str, Any], say: Say) -> None:
    """Who on the map could be part of the answer, before any service is looked for."""
    network = record.network()
    own = _own(record, gap)
    first = own[0].why
    names = listed((network[a.key].label for a in own if a.why is first), "or")
    response = "utter_own_back_up" if GapCode(gap["code"]) in BACK_UP else f"utter_own_{first}"
    say(
        response,
        name=gap["name"],
        names=names,
        work=label("work", gap["work"]) if gap["work"] else "",
        buttons=[
            *((_own_title(network, answer), f"{OWN}{answer.key}") for answer in own),
            (label("buttons", "elsewhere"), ELSEWHERE),
        ],
    )


def _own_title(network: Network, answer: OwnAnswer) -> str:
    name = network[answer.key].label
    return label("own", "lost_touch", name=name) if answer.why is Why.LOST_TOUCH else name


def _own(record: Record, gap: dict[str, Any]) -> list[OwnAnswer]:
    network = record.network()
    known = {m.key for m in network}
    asked = Gap(
        GapCode(gap["code"]),
        Work(gap["work"]) if gap["work"] else None,
        tuple(key for key in gap["members"] if key in known),
    )
    open_ = record.progress.get("own_open") or []
    named = [key for key in record.progress.get("own_named", []) if key not in open_]
    return own_answers(network, asked, never={*named, *not_to_be_named(record, network)})


class ValidateGapsForm(StageForm):
    """Hears what the person makes of the picture and of each gap."""

    stage = "gaps"
    hears_loss = True

    @question
    def validate_gaps_notice(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """What they notice, in their own words; what they miss, where they say so here."""
        drawn = bool(record.network().active)
        if _take_forgotten(record, answer, say):
            return Heard.STAY
        missed = _keep_words(record, answer, say, "notice" if drawn else "missed")
        if drawn:
            return Done(("gaps_missed",)) if missed else Heard.DONE
        return _begin_gaps(record, say, ("gaps_agree", "gaps_missed"))

    @question
    def validate_gaps_agree(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Whether the map says it right; if not, how they would put it."""
        if _take_forgotten(record, answer, say):
            return Heard.STAY
        seen = classify(record.network())
        asked_why = bool(record.progress.get("type_disagreed"))
        words = "" if answer.skipped else answer.text
        if asked_why:
            record.keep_progress(type_disagreed=False)
            record.keep_type(seen, agreed=False, words=words)
            if words:
                say("utter_own_words_kept")
        elif answer.said_yes or answer.skipped:
            record.keep_type(seen, agreed=None if answer.skipped else True)
        elif answer.choice == NOT_QUITE or answer.said_no:
            record.keep_progress(type_disagreed=True)
            return Heard.MORE
        elif answer.text:
            # Said at once how they would put it.
            record.keep_type(seen, agreed=False, words=words)
            say("utter_own_words_kept")
        else:
            return Heard.UNCLEAR
        if record.notes("missed"):
            return _begin_gaps(record, say, ("gaps_missed",))
        return Heard.DONE

    @question
    def validate_gaps_missed(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """What they used to enjoy."""
        _keep_words(record, answer, say, "missed")
        return _begin_gaps(record, say)

    @question
    def validate_gaps_answers(self, record: Record, answer: Answer, say: Say) -> Heard | Done:
        """Yes, no, or not sure; after a yes, who on the map could be part of the answer."""
        was_open = not leave_out_unfit(record)
        gap = waiting_gap(record)
        if gap is None:
            return Heard.DONE
        if not was_open:
            return Heard.STAY
        of_people = record.progress.get("own_open") or record.progress.get("lost_open")
        if of_people and (gone := mourned(record.network(), answer.text)) is not None:
            say("utter_cannot_be_there", name=gone.label)
            return Heard.STAY
        if record.progress.get("own_open"):
            if not _hear_own(record, gap, answer, say):
                return Heard.UNCLEAR
        elif record.progress.get("lost_open"):
            if answer.said_yes:
                record.keep_progress(hush=True)
                say("utter_own_lost_who")
                return Heard.STAY
            if not _hear_lost(record, gap, answer, say):
                return Heard.UNCLEAR
        elif answer.said_yes or _HAVE_NOBODY.search(answer.text):
            record.answer_gap(_key(gap), True)
            own = [answer.key for answer in _own(record, gap)]
            if own:
                # Nobody is put forward twice.
                named = record.progress.get("own_named", [])
                record.keep_progress(own_open=own, own_named=[*named, *own])
                return Heard.MORE
            if _ask_for_lost(record):
                record.keep_progress(lost_open=True, lost_asked=True)
                return Heard.MORE
            say("utter_gap_yes")
        elif answer.said_no:
            record.answer_gap(_key(gap), False)
            say("utter_gap_no")
        elif answer.choice == "not_sure" or answer.skipped:
            record.answer_gap(_key(gap), None)
        else:
            return Heard.UNCLEAR
        record.keep_progress(
            gaps_waiting=record.progress["gaps_waiting"][1:],
            gaps_answered=[*record.progress.get("gaps_answered", ()), *_answered_by(gap)],
            own_open=False,
            lost_open=False,
        )
        return Heard.DONE if waiting_gap(record) is None else Heard.MORE


_HAVE_NOBODY = re.compile(
    r"\b(?:got|have|has|there['’]?s|there is|know) (?:really )?"
    r"(?:nobody|no ?one|no-one|naebody|nae ?one)\b",
    re.IGNORECASE,
)
"""What says yes to more help more plainly than a yes does: "I've got nobody"."""
_NOTHING = re.compile(
    r"\W*(?:no|nothing|none|nope|nah|naw|not|never|can'?t think|don'?t|hard to say)\b",
    re.IGNORECASE,
)
"""How people say that they miss nothing."""


def _keep_words(record: Record, answer: Answer, say: Say, topic: str) -> bool:
    """Keep an answer in the person's own words; whether it told of something that is missed."""
    if not answer.text or answer.skipped or answer.said_no:
        return False
    missed = bool(options_for_activity(answer.text))
    if topic == "missed" and _NOTHING.match(answer.text):
        topic = "notice"
    record.note("missed" if missed else topic, answer.text)
    for mention in answer.difficulties:
        record.note_difficulty(mention.area, mention.size, words=answer.text)
    say("utter_notice_thanks")
    return missed


def _begin_gaps(record: Record, say: Say, also: tuple[str, ...] = ()) -> Heard | Done:
    """Find the gaps to ask about; straight on where there are none."""
    waiting = _put(record, _to_ask(record))
    record.keep_progress(gaps_waiting=waiting, gaps_answered=[], own_open=False)
    if not waiting:
        say("utter_gaps_none_found")
        return Done((*also, "gaps_answers"))
    return Done(also)


def _key(gap: dict[str, Any]) -> str:
    """What the gap is kept by; a gap that waits since before this was kept has to be asked."""
    return str(gap.get("key") or gap_key(gap["code"], gap["work"], gap))


def _hear_own(record: Record, gap: dict[str, Any], answer: Answer, say: Say) -> bool:
    """Somebody on the map, or somewhere else; whether the answer was either."""
    network = record.network()
    never = {m.key for m in network if m.strain or m.status is Status.DIED}
    key = ""
    if answer.choice.startswith(OWN):
        key = answer.choice.removeprefix(OWN)
        # Whom the person names in their own words is theirs to choose.
        never |= not_to_be_named(record, network)
    elif answer.text and not (answer.said_no or answer.skipped):
        found = resolve(network, answer.text)
        key = found.key if isinstance(found, Match) else ""
    if key in {m.key for m in network} - never:
        record.keep_own_answer(_key(gap), key)
        say("utter_own_kept", name=network[key].label)
        return True
    if answer.choice == ELSEWHERE or answer.said_no or answer.skipped:
        say("utter_gap_yes")
        return True
    if answer.said_yes:
        own = _own(record, gap)
        record.keep_own_answer(_key(gap), own[0].key)
        say("utter_own_kept", name=network[own[0].key].label)
        return True
    return False


def _ask_for_lost(record: Record) -> bool:
    """Whether to ask for somebody who is not on the map any more, where nobody on it can help.

    Once a round, and never of who remembers somebody there: "lost" is the wrong word then.
    """
    mourned = any(m.status is Status.DIED for m in record.network())
    return not (mourned or record.progress.get("lost_asked"))


def _hear_lost(record: Record, gap: dict[str, Any], answer: Answer, say: Say) -> bool:
    """Somebody to get back to, who joins the map as out of touch; whether that was answered."""
    if answer.choice == ELSEWHERE or answer.said_no or answer.skipped:
        say("utter_gap_yes")
        return True
    network = record.network()
    found = resolve(network, answer.text) if answer.text else None
    member = network[found.key] if isinstance(found, Match) else None
    if member is not None and member.strain:
        return False
    if member is None or member.status is Status.DIED:
        never = {m.key for m in network if m.strain or m.status is Status.DIED}
        named = [
            m
            for m in answer.members
            if m.status is not Status.DIED and never.isdisjoint(keys_of(network, [m.name]))
        ]
        if not named or not keeps_map(record):
            return False
        away = [replace(m, status=Status.LOST_TOUCH) for m in named]
        made = with_mentions(network, away, record.next_member_key)
        record.keep_network(made.network, "add", answer.update_key)
        member = (*made.added, *made.known)[0]
    record.keep_progress(own_named=[*record.progress.get("own_named", []), member.key])
    record.keep_own_answer(_key(gap), member.key)
    say("utter_own_kept", name=member.label)
    return True


def _to_ask(record: Record) -> list[dict[str, Any]]:
    """The gaps to ask about now as they wait to be asked, the most pressing first."""
    network, waiting = record.network(), []
    for gap in gaps_of(record):
        code, work = gap.code.value, gap.work.value if gap.work else ""
        evidence = {
            "members": list(gap.members),
            "areas": [area.value for area in gap.areas],
            "activity": gap.activity,
        }
        name = listed(network[key].label for key in gap.members)
        key = gap_key(code, work, evidence)
        waiting.append({"code": code, "work": work, **evidence, "name": name, "key": key})
    return waiting


def _put(record: Record, waiting: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put down in the record what is going to be asked."""
    for gap in waiting:
        evidence = {k: gap[k] for k in ("members", "areas", "activity")}
        record.ask_gap(gap["code"], gap["work"], evidence)
    return waiting


def _answered_by(gap: dict[str, Any]) -> set[str]:
    """What an answer to a gap settles for this round: the gap, and the kind of work it is of."""
    return {_key(gap), gap["work"]} - {""}


class ActionShowGaps(Aside):
    """What the person said is missing."""

    def name(self) -> str:
        """Rasa's name."""
        return "action_show_gaps"

    def answer(
        self, record: Record | None, answer: Answer, say: Say, tracker: Tracker
    ) -> Sequence[EventType] | None:
        """List the confirmed ones."""
        if record is None:
            return None
        gaps = [
            "• " + (label("work", gap.work) if gap.work else label("gaps", gap.code))
            for gap in record.confirmed_gaps()
        ]
        if gaps:
            say("utter_gaps_list", gaps="\n".join(dict.fromkeys(gaps)))
        else:
            say("utter_no_gaps_yet")
        return None
