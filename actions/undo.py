"""Taking back a change of the map, by button or in words."""

from __future__ import annotations

import re

from actions.turn import Answer, Say
from actions.words import label, listed
from bot.network.edits import with_marks
from bot.network.model import Network
from bot.nlu.context import names_in
from bot.store.record import Record

UNDO = "undo"

_KEEP = re.compile(
    r"\W*(?:(?:no|oh|actually|wait|sorry|please|but|nah|hang on|can you|don'?t)\W+)*"
    r"(?:(?:leave|keep|put)\b(?!\W+(?:off|out))"
    r"|(?:bring|get|have)\b(?:\W+[\w'’-]+){1,4}?\W+back\b)"
    # "You shouldn't have taken Bob off", "I never asked you to remove Jean".
    r"|.*\b(?:should ?n['’]?t have|should not have|why (?:have|did) you"
    r"|(?:never|did ?n['’]?t|did not) (?:ask|asked|tell|told|say|said|want|wanted|mean|meant))\b"
    r".*\b(?:tak\w+|took|remov\w+|delet\w+|off)\b",
    re.IGNORECASE,
)
_DO_NOT = re.compile(
    r"\W*(?:(?:no|oh|please|but|and|wait|nah)\W+)*(?:don['’]?t|do not|never)\W+(?:you )?"
    r"(?:take|remove|delete|move|drop|get rid of)\b",
    re.IGNORECASE,
)
_IT = re.compile(r"\b(?:him|her|them|it|both)\b", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:them|both|all|everything|everyone|the lot)\b", re.IGNORECASE)


def undo_button() -> list[tuple[str, str]]:
    """The button under a change that takes it back."""
    return [(label("buttons", "undo"), UNDO)]


def takes_back_all(answer: Answer) -> bool:
    """Whether several are meant: "put them both back"."""
    return bool(_SEVERAL.search(answer.text))


def undo(record: Record, say: Say, *, whole: bool = False) -> None:
    """Take the last change of the map back, and say what that was.

    Args:
        whole: all that the last message changed: "put them both back".

    Who makes things harder stays marked, and a change of nothing else is passed over: it was
    told in private, is seen nowhere, and keeps the person from being pointed to who hurts them.
    """
    was = now = record.network()
    last = record.last_change()
    while was == now or (whole and _is_of_message(record, last)):
        undone = record.undo_network()
        if undone is None:
            say("utter_nothing_to_undo")
            return
        now = with_marks(undone[1], was)
        record.write_network(now)
    before, after = {m.key: m for m in was}, {m.key: m for m in now}
    back = [m.label for key, m in after.items() if key not in before]
    off = [m.label for key, m in before.items() if key not in after]
    other = [m.label for key, m in after.items() if before.get(key, m) != m]
    if back:
        say("utter_undone_back", names=listed(back))
    elif off:
        say("utter_undone_off", names=listed(off))
    elif other:
        say("utter_undone_changed", names=listed(other))
    else:
        say("utter_undone")


def _is_of_message(record: Record, last: tuple[str | None, Network] | None) -> bool:
    """Whether what would be undone next came with the same message as the ``last`` change."""
    after = record.last_change()
    return bool(last and after and last[0] and last[0] == after[0])


def take_keep(record: Record, answer: Answer, say: Say) -> bool:
    """ "No, leave Bob on" takes back that Bob was taken off; whether it was that.

    Where something else was changed since, Bob alone comes back; where he is on the map, he
    stays there.
    """
    keeps, forbids = _KEEP.match(answer.text), _DO_NOT.match(answer.text)
    if not (keeps or forbids):
        return False
    network = record.network()
    here = names_in(answer.text, [m.label for m in network])
    if forbids and len(here) == 1:
        say("utter_left_as_it_is")
        return True
    if not keeps or here or (last := record.last_change()) is None:
        return False
    now = {m.key for m in network}
    off = {m.label: m.key for m in last[1] if m.key not in now}
    if off and (names_in(answer.text, off) or _IT.search(answer.text)):
        undo(record, say, whole=takes_back_all(answer))
        return True
    for before in record.networks_before():
        gone = {m.label: m for m in before if m.key not in now}
        if named := names_in(answer.text, gone):
            for name in named:
                network = network.added(gone[name])
            record.keep_network(network, "add", answer.update_key)
            say("utter_undone_back", names=listed(named))
            return True
    return False
