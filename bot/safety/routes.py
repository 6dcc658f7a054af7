"""Where to send people, by nation: data with a source and a last-checked date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import get_args

import yaml

from bot.settings import Region

REGIONS: tuple[Region, ...] = get_args(Region)


@dataclass(frozen=True)
class Route:
    """One way to help.

    Attributes:
        id: what it is for, e.g. ``"to_talk"``; one route for each id in each nation.
        say: how a sentence names it, with the number where there is one.
        number: digits grouped as they are read out; ``None`` where it differs by place.
        last_checked: day on which a person confirmed it; ``None`` means not yet confirmed.
    """

    id: str
    nations: tuple[Region, ...]
    say: str
    number: str | None
    hours: str
    source: str
    last_checked: date | None


@lru_cache(maxsize=1)
def all_routes() -> tuple[Route, ...]:
    """Every route of ``routes.yml``; ``ValueError`` names a row that is not usable."""
    rows = yaml.safe_load(files("bot.safety").joinpath("routes.yml").read_text(encoding="utf-8"))
    routes = []
    for number, row in enumerate(rows, 1):
        try:
            route = Route(**{**row, "nations": tuple(row["nations"])})
        except (KeyError, TypeError) as error:
            raise ValueError(f"routes.yml row {number}: {error}") from error
        unknown = set(route.nations) - set(REGIONS)
        if unknown:
            raise ValueError(f"routes.yml row {number}: no nation is called {sorted(unknown)}")
        routes.append(route)
    return tuple(routes)


def routes_for(region: Region) -> dict[str, Route]:
    """The routes of one nation by id; ``ValueError`` for an unknown nation."""
    if region not in REGIONS:
        raise ValueError(f"no nation is called {region!r}; use one of {', '.join(REGIONS)}")
    return {route.id: route for route in all_routes() if region in route.nations}


def said_of(region: Region) -> dict[str, str]:
    """How a sentence of other words than the risk replies' names each route, by id."""
    return {name: route.say.rstrip(",") for name, route in routes_for(region).items()}


def not_yet_confirmed() -> tuple[Route, ...]:
    """Routes that nobody has confirmed, for ``wise doctor`` and the safety report."""
    return tuple(route for route in all_routes() if route.last_checked is None)
