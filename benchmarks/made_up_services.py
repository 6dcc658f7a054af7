"""Made-up services in the shape of ORUK 3.0, with the faults of real feeds in real shares.

Nothing here is copied from a directory. Places are spread as postcodes are, so that cities are
dense and hills are empty. The same seed gives the same services.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from bot.directory.places import DATA, _rows

PAGE = 100
TODAY = date(2026, 11, 26)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What it is, what people do there, and a taxonomy term; a third of feeds give none.
_SORTS = (
    ("Walking Group", "We walk two or three miles at an easy pace and stop for tea.", "Walking"),
    ("Coffee Morning", "Come for a hot drink and a chat with neighbours.", "Social clubs"),
    ("Community Choir", "We sing songs from shows and films; you need not read music.", "Singing"),
    ("Chair Yoga", "Gentle movement, sitting down, led by a trained teacher.", "Exercise"),
    ("Men's Shed", "A workshop where people mend, make and talk.", "Social clubs"),
    ("Carers' Café", "A place for people who look after someone to meet others.", "Carers"),
    ("Befriending", "A volunteer rings or visits once a week for a chat.", "Befriending"),
    ("Swimming for All", "A quiet lane, warm water and help at the poolside.", "Swimming"),
    ("Diabetes Support Group", "People with type 2 diabetes share what works.", "Diabetes"),
    ("Breathe Easy", "For people with COPD and other lung conditions.", "Lung conditions"),
    ("Memory Café", "For people with dementia and those who come with them.", "Dementia"),
    ("Money Advice Drop-in", "Help with benefits, bills and debt.", "Benefits advice"),
    ("Community Minibus", "Lifts to the doctor, the shops and clubs.", "Transport"),
    ("Art Class", "Drawing, paint and clay; all materials are there.", "Arts and crafts"),
    ("Book Club", "We read a novel a month and talk it over.", "Reading"),
    ("Stroke Recovery Group", "Exercise and speech practice after a stroke.", "Stroke"),
    ("Talking Therapies", "Counselling for low mood, worry and stress.", "Counselling"),
    ("Computer Class", "Learn to use a phone, tablet or computer.", "Learning"),
    ("Home Help", "Cleaning, shopping and small jobs at home.", "Home support"),
    ("Slimming Club", "Weigh in, swap recipes, cheer each other on.", "Weight management"),
    ("Toddler Group", "Play and songs for children under five.", "Children"),
    ("Youth Club", "Games, music and trips for ages 11 to 17.", "Young people"),
    ("Knit and Natter", "Bring your needles, or borrow ours.", "Arts and crafts"),
    ("Tai Chi", "Slow movements that help with balance.", "Exercise"),
    ("Volunteer Gardeners", "We look after the park and are glad of more hands.", "Volunteering"),
    ("Lunch Club", "A cooked meal with company.", "Social clubs"),
)
_MORE = (
    "Everyone is welcome, whatever your age or fitness.",
    "There is step-free access and a toilet for disabled people.",
    "Please ring before you come for the first time.",
    "Parking is free behind the hall, and the number {n} bus stops outside.",
    "We have been meeting since {year} and about {n} people come each time.",
    "The first visit is free; after that we ask for a small sum for the hall.",
    "Bring a friend or come on your own: somebody will sit with you.",
    "We also hold outings in summer and a dinner in December.",
    "Our volunteers are trained and checked.",
    "You do not need a referral from your doctor.",
    "Ask for {first} at the door, who will show you round.",
    "Sessions last {n} minutes with a break in the middle.",
    "Large print and a hearing loop are there for those who want them.",
    "The group is run by its members and pays its own way.",
    "If the weather is bad we stay inside and play cards.",
    "The project is paid for by the lottery until {year}.",
)
_HALLS = ("Village Hall", "Community Centre", "Methodist Church", "Library", "Leisure Centre",
          "Town Hall", "St Mary's Church Hall", "Health Centre", "Park Pavilion")  # fmt: skip
_STREETS = ("High Street", "Church Lane", "Station Road", "Mill Lane", "Park Road", "The Green",
            "London Road", "Queens Road", "Victoria Street")  # fmt: skip
_CODES = ("01494", "01296", "01303", "01274", "01452", "01865", "01223", "01392", "01463",
          "01482", "01604", "01752", "01904", "01925", "01782", "01323")  # fmt: skip
_WORDS = ("Oak", "River", "Sunrise", "Bridge", "Orchard", "Willow", "Hilltop", "Meadow", "Beacon",
          "Harbour", "Mill", "Abbey", "Castle", "Forest", "Valley", "Lantern")  # fmt: skip


def _spread() -> tuple[list[dict[str, str]], list[int]]:
    rows = [r for r in _rows(DATA / "sectors.csv") if float(r["lat"]) > 1]
    return rows, list(accumulate(int(r["postcodes"]) for r in rows))


def services(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """``count`` services, as a JSON page of ORUK 3.0 lists them."""
    rng = random.Random(seed)
    sectors, weights = _spread()
    names = [r["name"] for r in _rows(DATA / "places.csv")]
    for number in range(count):
        (sector,) = rng.choices(sectors, cum_weights=weights)
        yield _service(rng, number, sector, rng.choice(names))


def _id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _service(rng: random.Random, number: int, sector: dict[str, str], town: str) -> dict[str, Any]:
    sort, what, term = rng.choice(_SORTS)
    day = rng.randrange(7)
    organization = f"{rng.choice(_WORDS)} {rng.choice(_WORDS)} {rng.choice(('Trust', 'Group'))}"
    host = f"{organization.casefold().replace(' ', '')}{number % 90}.org.uk"
    changed = TODAY - timedelta(days=int(rng.expovariate(1 / 300)))
    record: dict[str, Any] = {
        "id": _id(rng),
        "organization_id": f"org-{number % max(1, number // 2 + 1)}",
        "name": f"{town} {sort}" if rng.random() < 0.7 else f"{_DAYS[day]} {sort} - {town}",
        "description": _description(rng, what, town, _DAYS[day]),
        "url": f"https://www.{host}/{sort.casefold().replace(' ', '-')}",
        "email": f"info@{host}",
        "status": "active" if rng.random() < 0.97 else "temporarily closed",
        "last_modified": f"{changed.isoformat()}T{number % 24:02d}:15:00.000Z",
        "organization": {
            "id": f"org-{number % max(1, number // 2 + 1)}",
            "name": f"{organization} {town}",
            "description": "A local charity." if rng.random() < 0.5 else "-",
        },
    }
    if rng.random() < 0.25:
        record["assured_date"] = changed.isoformat()
    if rng.random() < 0.4:
        record["minimum_age"] = rng.choice((18, 50, 55, 60, 65, -1))
        record["maximum_age"] = rng.choice((-1, 120, None))
    record["contacts"] = [{"id": _id(rng), "phones": [_phone(rng)]}]
    record["schedules"] = _schedules(rng, day)
    if rng.random() < 0.5:
        price = rng.choice(("0.00", "2.50", "4.00", "5"))
        record["cost_options"] = [{"id": _id(rng), "option": "Per session", "amount": price}]
    if rng.random() < 0.9:
        record["service_at_locations"] = [
            {"id": _id(rng), "location": _location(rng, sector, town)}
            for _ in range(2 if rng.random() < 0.05 else 1)
        ]
    else:
        record["service_areas"] = [{"id": _id(rng), "name": rng.choice((town, "England"))}]
    if rng.random() < 0.66:
        record["attributes"] = [
            {
                "id": _id(rng),
                "link_type": "local",
                "taxonomy_term": {
                    "id": _id(rng), "name": name, "description": name, "taxonomy": "local",
                },
            }
            for name in (term, "Adults")
        ]  # fmt: skip
    return record


def _description(rng: random.Random, what: str, town: str, day: str) -> str:
    more = [
        text.format(
            n=rng.randrange(8, 95), year=rng.randrange(1975, 2029), first=rng.choice(_WORDS)
        )
        for text in rng.sample(_MORE, rng.randrange(1, 9))
    ]
    text = " ".join([what, f"We meet in {town}.", *more])
    fault = rng.random()
    if fault < 0.08:
        return "<p>" + text.replace(". ", ".</p><p>", 3).replace(" and ", "&nbsp;and ") + "</p>"
    if fault < 0.14:
        return text.replace("'", "â€™") + " It costs Â£3."
    if fault < 0.2:
        return text + f"\r\n\r\nOn the 2nd {day} of the month."
    if fault < 0.26:
        return text.replace(". ", ".\n", 2)
    return text


def _phone(rng: random.Random) -> dict[str, Any]:
    number = f"{rng.choice(_CODES)} {rng.randrange(200000, 899999)}"
    fault = rng.random()
    if fault < 0.02:
        number = number[:-1]
    elif fault < 0.05:
        number += f" or 07700 9{rng.randrange(10000, 99999)}"
    elif fault < 0.08:
        number = f"Office: {number}, ask for the manager"
    return {"id": _id(rng), "number": number}


def _schedules(rng: random.Random, day: int) -> list[dict[str, Any]]:
    if rng.random() < 0.35:
        return []
    start = rng.randrange(9, 19)
    days = [day] if rng.random() < 0.8 else sorted({day, rng.randrange(7)})
    return [
        {
            "id": _id(rng),
            "freq": "WEEKLY",
            "byday": _DAYS[d][:2].upper(),
            "opens_at": f"{start:02d}:00",
            "closes_at": f"{start + 2:02d}:00",
        }
        for d in days
    ]


def _location(rng: random.Random, sector: dict[str, str], town: str) -> dict[str, Any]:
    lat, lon = float(sector["lat"]), float(sector["lon"])
    spread = min(0.03, float(sector["p90_km"] or 1) / 200)
    postcode = f"{sector['sector']}{rng.choice('ABDEFGHJ')}{rng.choice('LNPQRSTU')}"
    location: dict[str, Any] = {
        "id": _id(rng),
        "location_type": "physical",
        "name": f"{town} {rng.choice(_HALLS)}",
        "addresses": [
            {
                "id": _id(rng),
                "address_1": f"{rng.randrange(1, 200)} {rng.choice(_STREETS)}",
                "city": town,
                "state_province": "",
                "postal_code": postcode,
                "country": "GB",
                "address_type": "physical",
            }
        ],
    }
    if rng.random() < 0.8:
        location["latitude"] = round(lat + rng.gauss(0, spread), 6)
        location["longitude"] = round(lon + rng.gauss(0, spread), 6)
    if rng.random() < 0.2:
        location["accessibility"] = [{"id": _id(rng), "description": "Step-free entrance"}]
    return location


def write_pages(folder: Path, count: int, seed: int = 1) -> Path:
    """Write ``count`` services to numbered pages in ``folder``; gives the folder back."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = (count + PAGE - 1) // PAGE
    made = services(count, seed)
    for number in range(1, pages + 1):
        contents = list(islice(made, PAGE))
        page = {
            "total_items": count,
            "total_pages": pages,
            "page_number": number,
            "size": len(contents),
            "first_page": number == 1,
            "last_page": number == pages,
            "empty": not contents,
            "contents": contents,
        }
        (folder / f"services_{number:06d}.json").write_text(json.dumps(page), encoding="utf-8")
    return folder
