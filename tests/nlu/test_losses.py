"""A living person is never marked as dead for bad news."""

from __future__ import annotations

import pytest

from bot.nlu.losses import tells_of_death

DEATHS = """
my husband died
Bob passed away last week
my late husband Frank
we lost mum in 2019
lost my brother last year
Stan's gone now
she's been gone three years
God rest her soul
I'm a widow
I buried my son in March
Tom was killed in a crash
he took his own life
Bob's dead
mam passed in june
dad past away
my friend Pat is no longer with us
Ken lost his battle with cancer
since Bob died I've been lost
it's not Stan that died it's Keith
don't know if you know but Bob died last week
can't believe Bob died
the dog had to be put down
my aunt died last week
Dave from the allotment passed on Sunday
we lost harold
we lost her in May
mick from the army, we lost him last month
she lived with us till he died
lost my best mate Kenny to cancer
both my sisters have passed, Ivy and Violet
walid sahib is no more
he didn't make it
Granny Ivy gone to glory last year
Reg went in his sleep
ma wife's in the ground
Abraham my husband (gone 2016)
lady next door she die
""".strip().splitlines()

NONE = """
Bob fell down the stairs
Tom broke his hip
Maureen is very ill
Ken is in a hospice
our Sheila had her baby last week
Will was in the middle of his dinner when I rang
Bob's gone into a home
Tom retired last year
Gwen lost her dog
if Bob died I'd be lost
I don't know what I'd do if Jean passed away
When Bob dies I'll be on my own
I nearly lost Bob last year but he pulled through
Bob hasn't died
Grace isn't dead
I thought Pat was dead
yes Jean took me, then we had a cuppa
my grandson Alfie was born last week
Jean drove me, got lost on the way
she passed me the tablets
he passed his test
my phone is dead slow
I've lost touch with Guy
lost Bob's number
Bob has gone to the shops
Jean's gone home
I've lost weight
no more tablets please
Bob didn't make it to the group
I don't want to die
Jean is not with us today
we walked past Jean
I lost my balance and Bob caught me
""".strip().splitlines()


@pytest.mark.parametrize("text", DEATHS)
def test_a_death_is_heard(text: str) -> None:
    assert tells_of_death(text)


@pytest.mark.parametrize("text", NONE)
def test_bad_news_and_fear_are_no_death(text: str) -> None:
    assert not tells_of_death(text)
