"""Who comes very often in a day is pointed to people, and not to more of the bot."""

from __future__ import annotations

from datetime import datetime, time

from actions.company import company
from actions.turn import Say
from actions.words import listed
from bot.settings import get_settings
from bot.store.base import now
from bot.store.record import Record
from bot.store.visits import visits_since

NAMED = 2
"""How many people on the map are named."""


def bring_people_into_view(record: Record, say: Say) -> None:
    """One kind sentence at the n-th visit of a day (``WISE_MANY_VISITS``), and one a day at most.

    Never to who has told of a risk: it would sound like being sent away.
    """
    many, moment = get_settings().wise_many_visits, now()
    here = record.local(moment)
    told = record.progress.get("told") or record.progress.get("many_visits") == str(here.date())
    if not many or told:
        return
    midnight = datetime.combine(here.date(), time(), here.tzinfo)
    if visits_since(record.session, record.person.id, midnight, moment) < many:
        return
    record.keep_progress(many_visits=str(here.date()))
    if names := [m.label for m in company(record)[:NAMED]]:
        say("utter_many_visits", names=listed(names, "or"))
    else:
        say.service("utter_many_visits_nobody")
