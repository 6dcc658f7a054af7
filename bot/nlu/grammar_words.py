"""Closed word classes and fixed phrases of the grammar in ``bot.nlu.mentions``."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(p.split()) for p in text.split(";"))


EGO = _set("my our me mine mi ma")
THIRD = _set("his her their hers your its")
ARTICLE = _set("the a an this that some another any no these those")
NUMBER = _set("two three four five six seven eight nine ten 2 3 4 5 6 7 8 both all couple several")
ADJECTIVE = _set(
    "late old older elder younger little big eldest oldest youngest middle best good close "
    "closest dear lovely elderly disabled poor own wee half other new first second third "
    "wonderful great dearest beloved youngest only brilliant amazing fantastic nice kind "
    "usual regular local dead deceased favourite estranged grown gorgeous beautiful darling "
    "adult dearly precious long suffering trusty faithful wider whole entire ex former step "
    "foster adopted young longtime oldest very teenage married single divorced nosy grumpy "
    "friendly retired polish asian real actual useless daft lazy mad crazy ginger black white "
    "tabby rescue elderly autistic soon second"
)
TITLE = _set(
    "mr mrs ms miss mister dr doctor prof professor rev reverend father fr sir lady imam "
    "rabbi sheikh pastor vicar canon mx mme nurse matron councillor cllr pandit sheik bishop "
    "deacon"
)
HARD_TITLE = _set("mr mrs ms miss mister dr prof professor rev reverend fr mx")
OF_THE_CHURCH = _set(
    "church chapel convent parish mass communion rosary nun nuns monk monks priest vicar pastor "
    "deacon bishop minister congregation fellowship mosque masjid gurdwara temple synagogue bible "
    "prayer prayers pray prays praying abbey monastery jehovah catholic holy cathedral mission "
    "kingdom jamaat rev reverend fr"
)
OF_THE_WARD = _set(
    "ward wards nurse nurses hospital clinic infirmary surgery bloods injection injections "
    "dressing dressings matron dialysis hospice"
)
"""Where a "sister" is a nurse."""
MAP_CIRCLE = _set(
    "inner innermost middle outer outermost outside inside first second third last 1st 2nd 3rd "
    "nearest closest furthest central"
)
"""Which circle of the map: "the inner circle" is no group of people."""
GENERIC = _set(
    "woman man lady guy bloke lad girl couple chap fella gentleman family boy lass gent "
    "fellow old-boy person one gal dude"
)
GENERIC_MANY = _set(
    "women men ladies guys blokes lads girls boys people folk folks gang lot crowd crew chaps "
    "lasses gents team friends mates others everyone everybody regulars bunch staff"
)
BOUNDARY_WORD = _set(
    "and or but then plus also just only mostly mainly obviously maybe with well so yeah yes "
    "um erm er oh have had got has 've there's theres there im i'm i've ive is see like are "
    "was & really say both even probably definitely its it's apart from except besides "
    "including me not nor id guess suppose to for when i because cos coz if as after since "
    "than use by while though tbh think again now well ok okay"
)
CONNECT = _set("and & or plus then also n und nd with")
STOP = _set(
    "and or but so because cos coz who that which when where if as than then i i'm im i've "
    "ive i'd id we you he she they it he's she's they're theyre is are was were be been am "
    "has have had do does did don't dont can can't cant could will won't would not no yes "
    "every each most once twice on always never often sometimes usually me us him them who's "
    "whos just only really very too also while until till since after before though there "
    "there's though about all any this these those what how why to into please find got went "
    "looking said rang made did"
)
VERB = _set(
    "comes come came coming pops pop popped rings ring rang calls call called visits visit "
    "visited brings bring takes take took drives drive does do did sorts sort cooks cook "
    "cleans clean picks pick looks look lives live lived keeps keep makes make gives give "
    "sees see goes go went gone phones phone phoned texts text sits sit listens listen talks "
    "talk cares care minds mind fetches fetch collects collect gets get checks check stays "
    "stay died passed is was are were has have had says said helps help helped knows know "
    "fixes fix feeds walks walk moved moves winds nags runs run chats supports loves love "
    "puts put works work turns told tells thinks wants buys shops messages skypes facetimes "
    "lifts nips drops pays cheers means understands stopped does'nt doesn't doesnt hasn't "
    "hasnt isn't isnt never always usually sometimes often still also moans who who's whos "
    "explains shouts changes watches washes needs uses would can could 'll should"
)
PREP_PLACE = _set("at from in down of for with near up round")
AMBIGUOUS_KIN = _set(
    "pop pops ma pa da abi brat hala zia tia lola anne anya tad opa tata papa abla ami apa "
    "apu teta dede baba saba bua anti ant unc dil bil fil sil mil lab doc ww na ga mind wi "
    "guides brownies band legion lodge tio team zoom facebook twitter whatsapp instagram "
    "tiktok messenger baka oma dada nani dadi avo mami mama chosen club gym yoga pilates "
    "zumba bingo rotary scouts mush father elder fish chicken hen hens chickens pug horse "
    "snake donkey retriever collie spaniel terrier staff driver agency coach minister butt "
    "companion relation specialist surgeon midwife masons crossroads macmillan headway rip "
    "reddit volunteering dominoes fb insta langar dr ot brothers sisters"
)
PET_OWNED = _set(
    "fish chicken hen lab pug horse snake donkey chickens hens pigeons pigeon pet pets"
)
PASSING = _set(
    "telly tv television radio news film movie programme netflix celebrity celebrities "
    "politician politicians newspaper advert adverts youtube documentary soap coronation "
    "eastenders bbc itv podcast"
)
FAMOUS = (
    "prime minister",
    "boris johnson",
    "keir starmer",
    "rishi sunak",
    "donald trump",
    "king charles",
    "the king",
    "the queen",
    "prince harry",
    "prince william",
    "royal family",
    "health secretary",
    "health minister",
    "chancellor",
    "president",
    "david attenborough",
    "wes streeting",
    "nigel farage",
    "martin lewis",
    "chris whitty",
    "dr who",
    "doctor who",
    "father christmas",
    "joe wicks",
    "st john",
    "uncle sam",
    "michael mosley",
    "dr michael mosley",
    "elton john",
    "taylor swift",
    "liz truss",
    "theresa may",
    "tony blair",
    "god father",
)
NOT_NAMES = _set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april "
    "may june july august september october november december christmas easter eid diwali "
    "ramadan i english welsh scottish irish british polish urdu punjabi hindi bengali "
    "gujarati somali arabic turkish romanian england scotland wales ireland britain uk london "
    "manchester birmingham leeds liverpool glasgow cardiff bristol leicester bradford belfast "
    "edinburgh swansea newcastle sheffield nottingham poland pakistan india bangladesh "
    "jamaica nigeria ghana somalia romania tesco asda sainsburys aldi lidl morrisons boots "
    "nhs copd pip dwp hospital royal surgery facebook whatsapp skype zoom covid god allah "
    "jesus mr mrs ms dr tv bbc ok hi hello thanks please yes no nah yeah nope sorry nobody "
    "none everyone everybody someone diabetes asthma type gp aa wi ww u3a ms the a my our "
    "help hiya morning afternoon evening spain france america australia canada china africa "
    "caribbean muslim christian hindu sikh jewish catholic google alexa siri she he they it "
    "we you me him her them his their and but or not just what where when how why who there "
    "here this that these those if because can could would will do does did is are am was "
    "were have has had im ive id ill dont cant wont so then well also maybe only all some any "
    "most very really too"
)
PLACE_AFTER = _set(
    "street road lane avenue hospital house ward surgery centre center close drive court "
    "infirmary park square hall university school college syndrome disease technique hospice "
    "clinic estate station crescent medical way terrace place pharmacy"
)
NEAR = _phrases(
    """
    next door but one; next door; from next door; from down the road; from across the road; from
    over the road; from up the road; from across the street; from down the street; from over the
    way; from upstairs; from downstairs; from the flat above; from the flat below; from round
    the corner; from across the landing; from opposite; from our street; from my street; across
    the road; across the street; across the landing; across the way; across the hall; over the
    road; over the way; over the fence; over the street; up the road; up the street; down the
    road; down the street; down the lane; down our street; down my street; on my street; on our
    street; in my street; in our street; in my building; in our building; in my block; in our
    block; in the flat above; in the flat below; in the flat upstairs; in the flat downstairs;
    on my landing; on the landing; round the corner; a few doors down; two doors down; few doors
    down; upstairs; downstairs; opposite; over road; cross road; across road; down road; up
    road; nextdoor
    """
)
COLLEAGUE = _phrases(
    """
    who i used to work with; i used to work with; from my old work; who i work with; that i work
    with; who i worked with; from my old job; from the old job; from my work; from the office;
    in the office; at the office; i work with; from my job; from the factory; i worked with;
    from work; at work
    """
)

LACKS = (
    "don't have",
    "dont have",
    "do not have",
    "haven't got",
    "havent got",
    "have not got",
    "have no",
    "got no",
    "ain't got",
    "aint got",
    "haven't",
    "havent",
    "without",
    "never had",
    "no longer have",
    "didn't have",
    "not got",
    "hasn't got",
    "ive no",
    "i've no",
    "no",
)
WISH = _set(
    "need want wants find join looking wish might hoping hope would if fancy like could never "
    "won't wont i'll will going signed booked applied fancy plan suggest recommend interested "
    "try should wouldn't thinking afford used"
)
THE_KIN = _set(
    "wife husband missus mrs hubby ex kids children twins grandkids grandchildren family "
    "neighbours boys girls parents mother-in-law in-laws lads bairns weans folks lad lass "
    "neighbour cat dog"
) | {
    "other half",
    "better half",
    "old man",
    "old lady",
    "in laws",
    "mother in law",
    "little ones",
    "wee ones",
    "old dutch",
    "grand kids",
}
LIST_KIN = _set(
    "partner boyfriend girlfriend fiance fiancee mates friends pals ex children girls boys "
    "family relatives inlaws parents grandparents eldest youngest folks"
) | {"in laws"}
TIME = _set(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays "
    "thursdays fridays saturdays sundays morning mornings week weeks month months weekend "
    "weekends year years today tomorrow yesterday time now years tablets me least moment past"
)
COMMON = _set(
    "says told appointment surgery said nurse receptionist here there nothing good bad lovely "
    "nice useless again today tomorrow notes for about and wife husband son"
)
NOT_ALONE = _set(
    "will can may the no on or he how so do don in you yes my an am had thou art some long "
    "low ok mark may us win any chance hope help joy young hi son man ah ha he ho lo yo ye "
    "amen"
)
ONLINE = _set("facebook whatsapp zoom discord reddit telegram instagram messenger fb skype twitter")
FUNCTION = _set(
    "an a can do don he ho how i in it my no on or she so the thou us we yes you yu am as at "
    "be by dare ah hi long soon som ever over under none me us out off up if is"
)
DOUBLE = frozenset({("our", "kid"), ("thi", "lan")})
DOUBLE_FIRST = _set(
    "mary anna ann anne sarah rosa lisa jo john billy bobby peggy betty lily ellie ava emma "
    "lucy sally molly amy kerry laura jean jon jamie tommy katie kelly beth bobbie carol "
    "james maria mohammed muhammad mohammad abdul ali nguyen"
)
DOUBLE_SECOND = _set(
    "ann anne jane lou louise marie mae may rose jo beth lee sue kate grace jean paul joe "
    "jayne leigh maria thi claire ruth ellen luc john"
)

PLAIN_WORDS = _set(
    "will may can do in my an so he how no on or you yes don mark joy hope grace faith art "
    "rich young pat chance amen am had hui long low mercy comfort patience precious happiness "
)
