"""What a made-up patient does next, by what stands on the phone and by nothing else."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.simulation.facts import (
    AREA,
    IN_THE_WAY,
    SURE,
    TRIED,
    WORTH,
    Fact,
    asked_in,
    of_age,
    pressed,
)
from bot.simulation.personas import Group, Persona, Style


@dataclass(frozen=True)
class Says:
    """Typed words."""

    text: str


@dataclass(frozen=True)
class Taps:
    """A button."""

    title: str


@dataclass(frozen=True)
class Ticks:
    """Toggles that are to be on, and then Done."""

    titles: tuple[str, ...]


Act = Says | Taps | Ticks


@dataclass(frozen=True)
class View:
    """What the phone shows after the patient's last message.

    Attributes:
        text: all words of the bot since then.
        buttons: titles of the buttons that can be pressed now.
        toggles: titles with whether they are on.
    """

    text: str
    buttons: tuple[str, ...] = ()
    toggles: tuple[tuple[str, bool], ...] = ()


_END = re.compile(r"you can ask me for|what would you like to do next|i've kept your place")
_DETAILS = (
    "every day",
    "once a week or so",
    "now and then",
    "does my shopping",
    "helps with my tablets",
    "cheers me up",
    "lives round the corner and pops in most days",
)
_REMARKS = (
    "not as many as I thought",
    "they are good to me",
    "I miss my walking",
    "I used to sing in a choir",
)
_IDEAS = ("walk to the shop each morning", "ring my sister more", "go to the library")
_WHEN = ("next week", "Tuesday", "Friday morning", "when it's dry")
_IN_THE_WAY = ("nothing really", "the weather", "a bad day with my chest", "no bus")
_THEN = ("go another day", "ring someone", "do half of it")
_SURE: dict[str, tuple[Fact, ...]] = {
    "8": ((SURE, "8"),),
    "seven": ((SURE, "7"),),
    "about 5": ((SURE, "5"),),
    "9 out of 10": ((SURE, "9"),),
}
_TRIED: dict[str, tuple[Fact, ...]] = {
    "yes I did, it was lovely": ((TRIED, "yes"), (WORTH, "yes")),
    "went on Tuesday": ((TRIED, "yes"),),
    "not yet": ((TRIED, "no"),),
    "no, the bus never came": ((TRIED, "no"), (IN_THE_WAY, "transport")),
    "I couldn't, my chest was bad": ((TRIED, "no"), (IN_THE_WAY, "health")),
}
_WORTH: dict[str, tuple[Fact, ...]] = {
    "it was grand": ((WORTH, "yes"),),
    "it was all right, so so": ((WORTH, "partly"),),
    "no it wasn't for me": ((WORTH, "no"),),
}
_CAME_BETWEEN: dict[str, tuple[Fact, ...]] = {
    "no bus": ((IN_THE_WAY, "transport"),),
    "I was bad with my chest": ((IN_THE_WAY, "health"),),
    "I was too nervous": ((IN_THE_WAY, "nerves"),),
    "it rained": ((IN_THE_WAY, "other"),),
}
_SMALLER = ("just to the corner", "ring first and ask")


@dataclass
class Patient:
    """A persona in a conversation.

    Attributes:
        typed: everything typed so far.
        meant: facts that it knows to have told, by words or presses.
        sent: messages so far; a press counts as one, toggles only with their Done.
    """

    persona: Persona
    typed: list[str] = field(default_factory=list)
    meant: set[Fact] = field(default_factory=set)
    sent: int = 0

    def __post_init__(self) -> None:
        self._draw = random.Random(f"talk:{self.persona.number}:{self.persona.area}")  # noqa: S311
        self._left = list(self.persona.alters)
        self._named: list[str] = []
        self._group: Group | None = Group.FAMILY
        self._pressed: set[str] = set()
        self._risk = self.persona.risk
        self.meant |= {(AREA, self.persona.area), of_age(self.persona.age)}
        self._changes = 3 if self.persona.style is Style.CHANGER else 0
        self._questions: tuple[tuple[re.Pattern[str], Callable[[View], Act]], ...] = tuple(
            (re.compile(cue), answer)
            for cue, answer in (
                (r"18 or over", lambda _: self._tap_or_say("Yes, let's start", "yes")),
                (r"thoughts of suicide", lambda _: Taps("No")),
                (r"are you safe", lambda _: Taps("Yes")),
                (r"where do you live\?", lambda _: Says(self.persona.area)),
                (r"how old are you", self._age),
                (r"what is hard for you", self._troubles),
                (r"here is a short list", self._areas),
                (r"about \S.*(?:how often|what do they do|what do you get)", self._details),
                (r"anyone else\?", self._more),
                (r"family you see less", lambda v: self._names(v, Group.FAMILY)),
                (
                    r"friends, neighbours or people from work",
                    lambda v: self._names(v, Group.FRIENDS),
                ),
                (r"health and care staff", lambda v: self._names(v, Group.STAFF)),
                (r"place you like to go, with people", lambda v: self._names(v, None)),
                (r"groups, clubs", lambda v: self._names(v, Group.CLUBS)),
                (r"talk to online", lambda v: self._names(v, Group.ONLINE)),
                (r"have a pet", lambda v: self._names(v, Group.PETS)),
                (r"people that matter most", lambda v: self._names(v, Group.FAMILY)),
                (r"who knows each other|another group who know", self._ties),
                (r"make things harder", lambda _: Taps("None of these")),
                (r"does this look right|anything else to change", self._map),
                (r"what do you notice", lambda v: self._words(v, _REMARKS)),
                (
                    r"look at it again|look again, or is that enough",
                    lambda _: Taps("That's enough for now"),
                ),
                (r"save any of these", self._options),
                (
                    r"what would you like to try first|one small thing",
                    lambda v: self._words(v, _IDEAS),
                ),
                (r"when might you do it", lambda v: self._words(v, _WHEN)),
                (r"what might get in the way\?", lambda v: self._words(v, _IN_THE_WAY)),
                (r"what could you do then", lambda v: self._words(v, _THEN)),
                (r"how sure are you", lambda v: self._tells(v, _SURE)),
                (r"did you try it", lambda v: self._tells(v, _TRIED)),
                (r"was it worth it", lambda v: self._tells(v, _WORTH)),
                (
                    r"what got in the way|what was not right",
                    lambda v: self._tells(v, _CAME_BETWEEN),
                ),
                (r"what would be a smaller step", lambda v: self._words(v, _SMALLER)),
            )
        )

    def does(self, view: View) -> Act | None:
        """The next thing to do; ``None`` for putting the phone away."""
        if self.persona.leaves_after and self.sent >= self.persona.leaves_after:
            return None
        low = view.text.lower()
        act = self._answer(view, low)
        if act is None:
            return None
        self.sent += 1
        if isinstance(act, Says):
            act = Says(self._with_slips(act.text))
            self.typed.append(act.text)
        elif isinstance(act, Taps):
            self.meant |= pressed(act.title, asked_in(view.text))
        return act

    def _answer(self, view: View, low: str) -> Act | None:
        # What was asked last stands last.
        places = [
            (found[-1].start(), answer)
            for cue, answer in self._questions
            if (found := list(cue.finditer(low)))
        ]
        ended = [m.start() for m in _END.finditer(low)]
        last = max((place for place, _ in places), default=-1)
        if ended and ended[-1] > last:
            return None
        if places:
            return max(places, key=lambda pair: pair[0])[1](view)
        return self._any(view)

    def _tap_or_say(self, title: str, words: str) -> Act:
        return Says(words) if self._draw.random() < 0.3 else Taps(title)

    def _age(self, view: View) -> Act:
        if self._draw.random() < 0.4:
            return Says(str(self.persona.age))
        for title in view.buttons:
            numbers = list(map(int, re.findall(r"\d+", title)))
            if numbers and numbers[0] <= self.persona.age <= (numbers[1:] or [200])[0]:
                return Taps(title)
        return Taps("Skip")

    def _troubles(self, view: View) -> Act:
        if self._risk:
            said, self._risk = self._risk, ""
            return Says(said)
        troubles = self.persona.troubles
        if self.persona.style is Style.TERSE:
            return Says(troubles[0])
        return Says(", and ".join(troubles))

    def _areas(self, view: View) -> Act:
        on = tuple(title for title, is_on in view.toggles if is_on)
        return Ticks(on or (self._draw.choice([t for t, _ in view.toggles]),))

    def _names(self, view: View, group: Group | None) -> Act:
        """Some of those who belong to the group; ``None`` asks for any."""
        self._group = group
        mine = [a for a in self._left if group in (None, a.group)]
        if self.persona.style is Style.TALKER:
            mine = self._left
        if not mine:
            nobody = [t for t in view.buttons if t.startswith(("Nobody", "No, that"))]
            return Taps(nobody[0]) if nobody else Says("nobody")
        several = {Style.TERSE: 1, Style.TALKER: 8}.get(self.persona.style, 3)
        said = mine[: self._draw.randint(1, several)]
        for alter in said:
            self._left.remove(alter)
        self._named += [a.said for a in said]
        words = [a.said for a in said]
        return Says(" and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words))

    def _more(self, view: View) -> Act:
        return self._names(view, self._group)

    def _details(self, view: View) -> Act:
        if self.persona.style is Style.TERSE:
            rest = [t for t in view.buttons if t == "Skip the rest"]
            return Taps(rest[0]) if rest else self._any(view)
        if self._draw.random() < 0.3:
            return Says(self._draw.choice(_DETAILS))
        titles = [title for title, _ in view.toggles]
        return Ticks(tuple(t for t in titles if self._draw.random() < 0.25))

    def _ties(self, view: View) -> Act:
        """Two or three who know each other, or that was all."""
        titles = [title for title, _ in view.toggles]
        if len(titles) < 2:
            return self._any(view)
        several = self._draw.choice((0, 2, 3))
        return Ticks(tuple(self._draw.sample(titles, min(several, len(titles)))))

    def _map(self, view: View) -> Act:
        if self._changes and self._named:
            self._changes -= 1
            name = self._draw.choice(self._named).removeprefix("my ").removeprefix("our ")
            how = ("take {} off", "move {} to the middle circle", "put {} back", "{} is my cousin")
            return Says(how[2 - self._changes].format(name.split()[-1]))
        return self._tap_or_say("Yes, it's right", "yes that's right")

    def _options(self, view: View) -> Act:
        titles = [title for title, _ in view.toggles]
        return Ticks(tuple(titles[:1])) if titles else Taps("That's enough for now")

    def _words(self, view: View, words: tuple[str, ...]) -> Act:
        if self._risk:
            said, self._risk = self._risk, ""
            return Says(said)
        if view.buttons and self._draw.random() < 0.5:
            return self._any(view)
        return Says(self._draw.choice(words))

    def _tells(self, view: View, words: dict[str, tuple[Fact, ...]]) -> Act:
        """Words of which the patient knows what they say."""
        act = self._words(view, tuple(words))
        if isinstance(act, Says):
            self.meant |= set(words.get(act.text, ()))
        return act

    def _any(self, view: View) -> Act:
        """Something that the screen offers: toggles first, as they are what is asked."""
        if view.toggles:
            titles = [title for title, _ in view.toggles]
            return Ticks(
                tuple(self._draw.sample(titles, min(len(titles), self._draw.randint(0, 2))))
            )
        offered = [t for t in view.buttons if t not in _LEAVES | (self._pressed & _ONCE)]
        if offered:
            title = self._draw.choice(offered)
            self._pressed.add(title)
            return Taps(title)
        return Says(self._draw.choice(("ok", "aye", "right you are")))

    def _with_slips(self, text: str) -> str:
        return " ".join(map(self._slip, text.split(" ")))

    def _slip(self, word: str) -> str:
        if len(word) < 4 or not word.islower() or self._draw.random() >= self.persona.slips:
            return word
        at = self._draw.randrange(1, len(word) - 1)
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return self._draw.choice((swapped, word[:at] + word[at + 1 :]))


_LEAVES = frozenset(
    {
        "Don't ask me again",
        "No, thank you",
        "Talk to a person",
        "Tell me more",
        "Go over my map again",
    }
)
"""What is tapped by purpose only."""
_ONCE = frozenset({"Put it in my calendar", "A page to print"})
"""What nobody needs twice."""
