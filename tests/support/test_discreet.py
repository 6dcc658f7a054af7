"""What others may read of a plan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory.categories import Audience, SubCategory
from bot.directory.model import Listing
from bot.support.discreet import Activity, everyday_words, opening, said_openly

NAMES = {"jean", "bob"}

# There is no list of what may not be read: the code does not know these.
CONDITIONS_AND_TREATMENTS = """bipolar, stoma, schizophrenia, hepatitis, PTSD, OCD, autism, ADHD
    prostate, mastectomy
    eczema, coeliac, lupus, migraine, endometriosis, cpap, catheter, seizure, amputee
    methadone, self harm, self-harm, suicide, psoriasis, sarcoidosis, Addison's, Ménière's
    Crohn’s, Raynaud's, scoliosis, sickle cell, haemophilia, cystic fibrosis, motor neurone
    Huntington's, cerebral palsy, vertigo, rosacea, vitiligo, alopecia, lymphoedema, cirrhosis
    pancreatitis, diverticulitis, hernia, ulcer, reflux, colostomy, hysterectomy, miscarriage
    IVF, PCOS, vasectomy, dialysis, transplant, stent, pacemaker, warfarin, statins, metformin
    insulin, prednisolone, morphine, tramadol, sertraline, lithium, clozapine, HRT, chemo
    radiotherapy, physio, hydrotherapy, rehab, detox, needle exchange, CBT, EMDR, counselling
    psychosis, bulimia, anorexia, binge, agoraphobia, panic, paranoia, voices, dementia
    Alzheimer's, Parkinson's, MS, M.S., M.E., ME, epilepsy, gout, sciatica, fibro, POTS, AS
    A.A., A A, a.a., AA, NA, Al-Anon, H.I.V., h i v, HIV, PrEP, T2, B12, A&E, GP, ECG, MRI
    X-ray, cannula, oxygen, nebuliser, walking frame, commode, pads, hoist, zimmer, prosthetic
    hearing aid, smear, mammogram, colonoscopy, blood, dressing, wound, leg ulcers, foot clinic
    eye drops, jab, beer, fags, vape, sober, heroin, weed, gambling, Slimming World, Macmillan
    Mind, Samaritans, food bank, debts, refuge, probation, carer, grief, lonely, my back
    bad back, my nerves, depresion, diabetis, astma, schizofrenia, cancr, rak, cukrzyca, ਸ਼ੂਗਰ
    سرطان, 💊, 🩸"""
TELLING = [
    words.strip() for line in CONDITIONS_AND_TREATMENTS.splitlines() for words in line.split(",")
]


@pytest.mark.parametrize("telling", TELLING)
@pytest.mark.parametrize(
    "plan",
    [
        "{}",
        "try the {} drop-in on Mondays",
        "walk to the park with Jean for my {}",
        "join the {} group at the library",
        "Go to the shops, then {}. Tea with Bob at 3pm",
    ],
)
def test_no_condition_or_treatment_is_ever_named(plan: str, telling: str) -> None:
    for said in (plan.format(telling), plan.format(telling.upper()), plan.format(telling.title())):
        assert isinstance(said_openly(said, names=NAMES), Activity)


@pytest.mark.parametrize(
    "plan",
    [
        "cut down on beer",
        "give up fags",
        "talk to my GP",
        "stop going to the pub",
        "ring 111",
        "take one every morning with tea",
        "go to the walk-in centre",
        "do exercise for my back",
        "go to the hospital fair",
        "meet people with ME",
    ],
)
def test_ordinary_words_that_tell_together_are_not_said(plan: str) -> None:
    assert isinstance(said_openly(plan), Activity)


EVERY_WORD = frozenset(word for entry in everyday_words() for word in entry.split())


@given(
    st.lists(st.sampled_from(sorted(EVERY_WORD)), max_size=8),
    st.text(st.characters(categories=["L", "So"]), min_size=1, max_size=12),
    st.lists(st.sampled_from(sorted(EVERY_WORD)), max_size=8),
)
def test_a_word_outside_the_list_never_gets_out(
    before: list[str], word: str, after: list[str]
) -> None:
    if word.casefold() in EVERY_WORD:
        return
    assert isinstance(said_openly(" ".join([*before, word, *after])), Activity)


@pytest.mark.parametrize(
    "plan",
    [
        "walk to the park with Jean on Tuesday",
        "join the knitting group at the library",
        "walk round the park",
        "tea with Jean",
        "Go back to bowls.",
        "allotment",
        "ring our Bob and go for a cup of tea",
        "just to the bench and back",
        "I’d like to walk by the river, with the dog",
        "Meet Jean's sister at 10.30 a.m. for a coffee!",
        "go to the WI on the 2nd Thursday",
        "take the bus to the garden centre",
        "swimming at 2pm, then lunch with my daughter",
    ],
)
def test_an_ordinary_plan_stays_as_it_is(plan: str) -> None:
    assert said_openly(plan, names=NAMES) == plan


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("swim for my stoma", Activity.SWIMMING),
        ("go to the knitting group for people with lupus", Activity.CRAFTS),
        ("bingo with Beryl", Activity.SOCIAL),
        # Which of the two it is nobody can tell.
        ("walk to the library for my jab", Activity.SOMETHING),
        # What comes after an unknown word may be what it is not about.
        ("stop going to the pub", Activity.SOMETHING),
        ("finish my course of antibiotics", Activity.SOMETHING),
    ],
)
def test_a_plain_word_for_the_sort_of_activity_stands_in(plan: str, said: Activity) -> None:
    assert said_openly(plan) is said


def test_whatever_is_on_the_list_may_be_said() -> None:
    assert [entry for entry in everyday_words() if said_openly(entry) != entry] == []


def test_the_opening_ends_before_the_first_word_that_tells() -> None:
    assert opening("tea with Jean at the stoma club", NAMES) == "tea with Jean at the "
    assert opening("tea with Jean", NAMES) == "tea with Jean"
    assert opening("tea with Jean") == "tea with "


def test_ones_own_condition_and_whoever_makes_things_harder_are_not_said() -> None:
    assert said_openly("walk to the park") == "walk to the park"
    told = said_openly("walk to the park", conditions="I can't walk far")
    assert told is Activity.OUTDOORS
    assert said_openly("keep away from Ron", never=["Ron"]) is Activity.SOMETHING
    assert said_openly("tea with dad", never=["Dad"]) is Activity.SOMETHING
    plan = "go with Ronnie to the park"
    assert said_openly(plan, names={"ronnie"}, never=["Ron"]) == plan


def listing(name: str, *sorts: SubCategory, **values: object) -> Listing:
    return Listing(1, "f", "1", name, subcategories=frozenset(sorts), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (listing("Marlowby Choir", SubCategory.DRAMA_MUSIC), "Marlowby Choir"),
        (listing("The Friday Club", SubCategory.SOCIAL_CLUBS), "The Friday Club"),
        (listing("Singing for Lungs", SubCategory.DRAMA_MUSIC), Activity.MUSIC),
        (listing("Stoma Singers", SubCategory.DRAMA_MUSIC), Activity.MUSIC),
        (listing("Eye Friends", SubCategory.SOCIAL_CLUBS), Activity.SOCIAL),
        (
            listing("Friday Choir", SubCategory.DRAMA_MUSIC, conditions=frozenset({"dementia"})),
            Activity.MUSIC,
        ),
        (
            listing("The Shed", SubCategory.ARTS_CRAFTS, audience=frozenset({Audience.BEREAVED})),
            Activity.CRAFTS,
        ),
        (listing("The Friday Club", SubCategory.COUNSELLING), Activity.SOCIAL),
        (listing("The Open House", SubCategory.COUNSELLING), Activity.SOMETHING),
        (listing("Blue Door", SubCategory.SWIMMING, SubCategory.COUNSELLING), Activity.SWIMMING),
        (listing("The Open House"), Activity.SOMETHING),
    ],
)
def test_a_service_is_named_only_where_its_name_and_its_sort_are_harmless(
    service: Listing, said: str
) -> None:
    assert said_openly(service.name, service) == said
