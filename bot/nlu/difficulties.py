# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What is difficult for the speaker: areas of the check-in with their size, denials left out.

Three kinds of words: those that name a difficulty by themselves ("can't sleep"), topics that
are one only beside a word of trouble or in a bare list ("money"), and what denies one
("sleeping fine now"). Clauses are read one by one, so that a denial reaches no further.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.needs.areas import Area, Size
from bot.nlu.meaning import DifficultyMention
from bot.nlu.words import straight, tokenise

_CANT = r"(?:can't|cant|cannot|can not|couldn't|couldnt|can hardly|can barely|could hardly|hardly|barely|struggl\w+ to|struggl\w+ with|not able to|unable to|never|hard to|find it hard to|difficult to|trouble|difficulty|problems?|don't|dont|do not|cudnt|cnt|cany|cannae|canny|can never)"
_TROUBLE = r"(?:(?:need|want|like|could do with|could use) (?:some |a bit of |more )?(?:help|support|a hand) (?:with|for)|trouble|difficult\w*|problems?|struggl\w*|hard|worr\w*|bad|awful|terrible|dreadful|rubbish|shocking|nightmare|hell|murder|suffer\w*|issues?|poor|worse|worst|bother\w*|an effort|a battle|sick of|fed up|stress\w*|tricky|tough|challeng\w*|failing|going downhill|letting me down|not (?:great|good|right|easy|the best|brilliant)|isn't (?:great|good)|isnt (?:great|good)|don't|dont|can't|cant|gets me down|getting me down|all over the place|playing up|hardest|biggest|not sure|too much|up the wall|killing me|messed up|pear shaped|a pain|joke)"

# Words that name the difficulty by themselves.
_NAMED: dict[Area, str] = {
    Area.PAIN: r"(?:back|knees?|hips?|neck|shoulders?|joints|hands|feet)(?: are| is|'s|s)? done|pains?|painful|hurts?|hurting|aches?|aching|achy|achey|sore(?:ness)?|agony|throbbing|throbs|arthritis|stiffness|stiff (?:joints?|neck|back|knees?|hands|legs|in the)|(?:so|very|really|get|feel|am|i'm|im) stiff|sciatica|cramps?|migraines?|headaches?|killing me|gives? me gyp|giving me gyp|giving me jip|giving me grief|burning feet|neuropathy|fibro(?:myalgia)?|twinges?|bad (?:back|knees?|hips?|neck|shoulders?|feet|joints|hands|legs?|foot)|(?:back|knees?|hips?|neck|shoulders?|joints|feet|hands)(?: are| is|'s|s)? (?:playing up|bad|awful|terrible|murder|shot|knackered|gone|agony)",
    Area.TIREDNESS: r"tired(?:ness)?|exhaust\w+|fatigued?|knackered|shattered|worn out|no energy|drained|zonked|wiped out|done in|jiggered|lethargic|lethargy|no (?:oomph|get up and go|puff left|stamina)|run down|dead on my feet|weary|cream crackered|pooped|lack of energy|low energy|zero energy|haven't (?:got )?the energy|havent (?:got )?the energy|out of energy|burn(?:t|ed) out|wabbit|paggered|puggled|sluggish|tire easily|need a nap|wrecked",
    Area.BREATHLESSNESS: r"(?:my |me )?breath(?: is|'s)? (?:short|bad|gone)|chest(?: is|'s|s)? (?:a (?:bugger|nightmare|problem|misery)|full|rattl\w+)|breathless(?:ness)?|(?:short|out|shortness) of breath|puffed(?: out)?|wheez\w*|bad chest|chest(?: is|'s|s)? (?:bad|tight|awful|terrible|playing up)|(?:my |me )?breathing|gasping|catch my breath|get my breath|no puff|puffing|can't breathe|cant breathe|coughing|copd|asthma|tight chest|chesty|out of puff|breath goes|lungs|no breath|winded|air hunger|"
    + _CANT
    + r" breath\w*",
    Area.SLEEP: r"(?:can't|cant|cannot|never|hardly|barely|don't|dont|not|no|trouble|couldn't|couldnt|difficulty|struggle\w* to|problems?|bad|poor|lack of|cannae|cany|isn't|isnt)(?: \w+){0,2} (?:sleep\w*|slept|kip)|insomnia|sleepless|(?:awake|up|lie awake|lying awake|wake up|waking up|waking|wide awake|tossing and turning)(?: \w+){0,2} (?:all night|half the night|at night|at (?:2|3|4|two|three|four)\w*|every night|through the night|in the night|hours|till)|up all night|(?:toilet|loo)(?: \w+){0,2} all night|toss(?:ing)? and turn(?:ing)?|no sleep|nightmares|not (?:slept|sleeping)|(?:bad|rough|broken|terrible|sleepless) nights?|broken sleep|nights are (?:bad|the worst|awful|hard|terrible|long)|awake half|wide awake|sleep(?:ing)?(?: is|'s|s| has been| been)? (?:bad|terrible|awful|rubbish|shocking|poor|all over the place|broken|dreadful|non existent|hit and miss|a nightmare)|sleep problems|loo (?:all|in the) night|nod off|drop off",
    Area.MOVING_ABOUT: r"(?:takes me (?:an? (?:hour|age)|ages|forever) to|can't|cant|struggle to|struggling to|hard to) (?:get )?(?:wash\w*|dress\w*|washed|dressed|do (?:my )?buttons|manage the buttons)|steep|(?:"
    + _CANT
    + r")(?: \w+){0,2} (?:walk|walking|stand|standing|stairs|climb|bend|get (?:up|about|around|out|out of (?:bed|the chair|the bath)|upstairs|in the bath)|getting (?:about|around|out|up|upstairs)|move|moving|mobility)|unsteady|falls|(?:keep|kept) falling|falling over|fallen|fell|had a fall|mobility|wobbly|balance|housebound|stairs are|the stairs|on my feet|legs (?:give way|won't|wont|don't|dont|gone|are bad)|walking(?: is|'s|s)? (?:hard|difficult|slow|bad|a problem|getting)|moving about|moving around|getting (?:about|around)|my legs|not steady|can't get about|zimmer|wheelchair|walking far|walk far",
    Area.MEDICINES: r"side effects?|(?:forget\w*|forgot|mix\w* up|muddl\w*|lose track|losing track|remember\w*|keep track|too many|so many|all these|lots of|confus\w*|on top of|fed up|hate|sick of|don't like|dont like|struggl\w*|worr\w*|scared|manage|managing|sort(?:ing)? out|run out|running out|missing|missed|which|don't take|dont take|trouble|problems?|what)(?: \w+){0,4} (?:tablets?|pills?|meds|medications?|medicines?|inhalers?|insulin|injections?)|(?:tablets?|pills?|meds|medications?|medicines?|inhalers?|insulin|injections?)(?: \w+){0,3} (?:make me|making me|makes me|upset|don't agree|dont agree|confus\w*|muddled|are a|is a|worr\w*|mixed up|don't work|dont work|hard|difficult|too many|problem|issues?|trouble|all over)",
    Area.EATING: r"(?:"
    + _CANT
    + r"|no|lost|off|lost my|lost me|poor|bad)(?: my| me| \w+)? (?:appetite|eat\w*|cook(?:ing)?|food|swallow\w*|diet|chew\w*)|appetite(?: is|'s|s| has)? (?:gone|poor|bad|rubbish|lost)|off my food|not eating|lost (?:a lot of )?weight|losing weight|(?:putting|put) (?:on )?weight|weight|diet|what to eat|comfort eat\w*|eating (?:properly|right|well|healthy|healthily|rubbish|junk|too much|all wrong)|overeat\w*|binge|food goes|feel sick|skipping meals|skip meals|live on toast|ready meals|swallowing|don't eat|dont eat|what i can eat|sugary|snacking|eating is|my eating",
    Area.BEING_ACTIVE: r"(?:"
    + _CANT
    + r"|no|not|enough|more|lost|haven't|havent|hardly any)(?: \w+){0,3} (?:exercise|exercising|active|keep fit|sport|gym|swim\w*|football|garden(?:ing)?|keep fit|physical)|unfit|out of shape|out of condition|sit (?:about|around|in the chair|on the sofa) (?:all day|too much)|keep(?:ing)? (?:active|fit)|being active|stay(?:ing)? active|get(?:ting)? (?:fit|active|moving|more exercise|out more)|couch potato|(?:exercise|exercising)(?: is|'s)? (?:hard|difficult|a struggle|impossible)|no exercise|sat (?:about|around|down|in) all day|used to (?:swim|run|play football|dance|garden|cycle|go to the gym)|do(?:ing)? the things i used to|not done any exercise",
    Area.MOOD_WORRY: r"^(?:(?:just|very|so|really) )?(?:sad|down|low|blue)$|no good to anyone|feel(?:ing)? guilty|let myself go|lot on my plate|everything's an effort|can't be bothered|cant be bothered|what will happen|(?:feel\w*|felt|been|get\w*|so|i'm|im|bit|really|very|mood(?: is|'s)?|always|quite|pretty|i am) (?:really |so |very |a bit |quite |pretty |dead |proper )?(?:down|low|sad|blue|depress\w*|anxious|worried|nervous|panicky|hopeless|useless|rubbish|fed up|miserable|tearful|weepy|on edge|scared|frightened|stressed|overwhelmed|teary|flat|rotten|grumpy|irritable|snappy|angry|a burden|numb)|depress(?:ion|ed|ing)?|anxi(?:ety|ous)|panic(?: attacks?)?|low mood|mood(?:s)?|worr(?:y|ies|ying|ied)|stress(?:ed|ful)?|my nerves|bad nerves|fed up|crying|tearful|cry all|mental health|can't cope|cant cope|not coping|the future|frightened|scared|down in the dumps|black dog|overwhelmed|low in myself|in the doldrums|getting me down|gets me down|grief|grieving|lost interest|no motivation|miserable|nerves are|overthink\w*|on edge|frighten\w*",
    Area.MEMORY: r"forget\w* (?:things|everything|names|words|what|where|stuff)|forgetful\w*|memory|brain fog|foggy|fuzzy head|concentrat\w*|can't remember|cant remember|don't remember|dont remember|keep forgetting|lose (?:my )?train of thought|can't think straight|cant think straight|lose things|losing things|(?:my )?(?:head|mind|brain)(?: is|'s|s)? (?:all )?(?:mush|foggy|like cotton wool|cotton wool|a sieve|like a sieve|fuzzy|mince|muddled|gone|goes blank)|mind goes blank|absent minded|getting muddled|can't focus|cant focus|lose the thread|remembering (?:things|names|what)|losing my marbles|forgetting",
    Area.FAMILY_RELATIONSHIPS: r"(?:wife|husband|hubby|missus|partner|kids|family|son|daughter|mum|mam|dad|sister|brother|other half)(?: and (?:i|me))? (?:keep |always |just |constantly )?(?:argu\w*|row(?:ing|s)?|fight\w*|bicker\w*|fall(?:ing)? out|fell out|at it)|(?:row\w*|argu\w*|fall\w* out|fell out|fight\w*|arguments?|rows|tension|not getting on|don't get on|dont get on|trouble|problems?|bicker\w*|not speaking|stress\w*|struggl\w*|difficult|strain\w*|issues?|strained)(?: \w+){0,3} (?:family|husband|wife|hubby|missus|partner|kids|children|son|daughter|sister|brother|mum|mam|dad|home|in laws|other half|relationships?|marriage|each other|ex)|family (?:rows|problems|trouble|troubles|stress|issues|arguments|don't|dont|doesn't|doesnt|stuff|tensions?|feud|life)|(?:marriage|relationship)s?(?: is|'s| are)? (?:on the rocks|bad|strained|difficult|suffering|hard|falling apart|breaking down|rocky|over|trouble|problems?)|divorc\w*|(?:separat(?:ed|ing|ion)|split up)|(?:husband|wife|partner|kids|children|family|son|daughter|they|he|she|nobody|no one) (?:just )?(?:doesn't|doesnt|don't|dont) (?:understand|get it|believe me|listen)|things at home|family and relationships|family relationships|row(?:s|ing)? (?:all the time|constantly)|sex life|intimacy|at each other's throats|we (?:just |always )?(?:argue|row|bicker|fight)",
    Area.LONELINESS: r"(?:feel(?:ing)?|all) alone|alone in (?:the )?day(?: ?time)?|(?:nobody|no one) (?:round here|near|i know|left)|living soul|see another (?:soul|person)|miss (?:him|her|them)\b|house is (?:so |too )?(?:quiet|empty)|don't know anyone|dont know anyone|lonel(?:y|iness)|on my own(?! two)|all alone|alone|by myself|isolat\w*|no (?:friends|company|visitors)|nobody (?:to talk to|visits|comes|calls|rings|bothers)|no ?one (?:to talk to|visits|comes|calls|rings|bothers)|don't see (?:anyone|anybody|a soul)|dont see (?:anyone|anybody|a soul)|never see (?:anyone|anybody|a soul)|see (?:nobody|no one)|(?:four|4) walls|not a soul|cut off|miss (?:company|people|my friends)|don't (?:speak|talk) to (?:anyone|anybody)|dont (?:speak|talk) to (?:anyone|anybody)|no one to talk to|lost (?:all )?my friends|left out|haven't (?:seen|spoken to) (?:anyone|a soul)|nobody to talk to",
    Area.CARING: r"(?:looking|look) after (?:my |me |our |him|her|them|the |someone|somebody|a |an |everyone|everybody|two|three|others|family|grand|other|mum|dad|mam)(?!self)\w*|car(?:e|ing) for (?:my |me |our |him|her|them|someone|others|a |two|mum|dad)\w*|i'm (?:a|his|her|my \w+'s|their) carer|im (?:a|his|her|my \w+s|their) carer|i am (?:a|his|her|my \w+'s) carer|being a carer|carer for|caring (?:role|responsibilities)|(?:mum|mam|mother|dad|father|wife|husband|son|daughter|partner|hubby|nan|brother|sister)(?: has|'s got|s got|'s)(?: got)? (?:dementia|alzheimer's|alzheimers|autism|special needs|parkinson's|parkinsons|had a stroke)|(?:husband|wife|mum|dad|mam|son|daughter) (?:needs|relies on|depends on) me|got (?:my |me )?\w+ to look after|minding (?:my |the )?(?:grandkids|grandchildren|kids|mum|dad)|respite",
    Area.WORK: r"(?:my |me |the |losing my |lost my |lose my |lost me |find(?:ing)? a |get(?:ting)? a |keep(?:ing)? my )job|(?:off|at|back to|back at|out of|miss|missing|can't|cant|struggl\w*|trouble|problems?|stress\w*|hard|manage|managing|hold(?:ing)? down|too ill to|not (?:fit )?(?:to )?|worr\w*|worries about|lost|stopped|give up|gave up|had to stop) (?:\w+ ){0,2}?(?:work|working)(?! out)|sick (?:note|pay|leave|days?)|(?:my |the )?boss (?:doesn't|doesnt|is|isn't|isnt|won't|wont|keeps|doesnt)|unemployed|redundan\w*|made redundant|signed off|fit note|work(?: is|'s)? (?:stressful|hard|difficult|a nightmare|too much|killing me|tough|a struggle|won't|wont|don't|dont|doesn't|doesnt|not understanding)|(?:shifts|shift work)|employer|work won't|my hours|laid off|jobless|sacked|working (?:is|full time)|job ?centre|jobcentre|job worries|work worries|work stress|night shifts",
    Area.MONEY: r"behind (?:with|on) (?:my |the )?(?:bills|rent|gas|electric)|too dear|(?:knocked back|turned down) for|money|skint|broke|brassic|bills|debts?|benefits?|universal credit|pip|afford|can't pay|cant pay|cost of living|in arrears|arrears|rent|heating|overdraft|finances|financ\w+|pension|hard up|make ends meet|making ends meet|loans?|short of cash|cash|food bank|foodbank|dwp|meter|gas and electric|electric|council tax|prices|payday|esa|on the breadline|poor|tight|attendance allowance|credit cards?|potless|strapped",
    Area.HOUSING: r"damp|mould|mold|mouldy|landlord|evict\w*|homeless\w*|hous(?:e|ing)(?: is| situation| problems?|'s| association| worries| issues?| repairs?)(?! \w*clean)|the council|council house|repairs|leak\w*|overcrowd\w*|(?:my |the |me |our )?flat(?: is|'s|s) \w+|cold (?:house|flat|home)|(?:house|flat|home|place)(?: is|'s|s) (?:too )?(?:cold|damp|falling|small|big|unsuitable|a state|freezing|a tip|not suitable)|somewhere to live|sofa surf\w*|temporary accommodation|hostel|boiler|no heating|(?:noisy|nightmare) neighbours|neighbours (?:are|from hell)|my home|moving house|housing|stairlift|adaptations|accommodation|rehoused|bedsit|no lift|lift(?: is|'s)? broken|lift's always|upstairs flat",
    Area.TRANSPORT: r"(?:no|miss|lost|missed|unreliable|only one|cancelled|can't|cant|cut|worried about|hard|struggl\w+) (?:\w+ ){0,4}?(?:bus(?:es)?|train)|bus(?:es)? (?:got |been |is |was )?(?:cut|stopped|late|cancelled|unreliable)|buses|bus (?:stop|service|pass|route|doesn't|doesnt|never|only|fare)|transport|no car|(?:can't|cant|can no longer|no longer|stopped|not allowed to|gave up|given up|don't|dont|lost my|not) (?:drive|driving)(?! me)|lost my licen[cs]e|taxis?|getting (?:to (?:places|the (?:hospital|shops|doctors?|clinic|surgery|town)|appointments?|town|hospital|clinic|church|mosque)|there|out and about|into town|anywhere|lifts)|get(?:ting)? (?:to|into) (?:hospital|town|the shops|the hospital|the clinic|my appointments?|appointments?|the doctors)|can't get (?:anywhere|to)|cant get (?:anywhere|to)|travel(?:ling|ing)?|lifts? (?:to|from)|parking|too far to|sold (?:the|my) car|live (?:miles from anywhere|in the sticks|out in the sticks|in the middle of nowhere)|relying on lifts|rely on lifts|car(?:'s| is)? (?:broke|off the road|packed)",
    Area.HEALTH_SERVICES: r"(?:can't|cant|never|impossible|hard|trouble|waiting|wait\w*|get\w*|hours|ages|phone|struggl\w*|difficult|see|no|cancelled|lost|months|weeks|8am|nightmare|problems?|difficulty|trying|tried|hardly) (?:\w+ ){0,5}?(?:appointments?|doctors?|gp|surgery|consultant|dentist|referral|specialist|receptionist|clinic|hospital|nurse|physio|results|scan|operation|ambulance)|waiting (?:list|lists|times?|months|for (?:an? |my )?(?:appointment|operation|scan|referral|results|letter))|(?:doctors?|gp|consultant|surgery|hospital|nurses?|they|receptionist)s? (?:never|don't|dont|doesn't|doesnt|won't|wont|keep|keeps|just|fobs?|isn't|isnt|not|aren't|arent|are not) (?:\w+ ){0,2}?(?:listen\w*|see|ring|call|believe|help\w*|cancel\w*|answer\w*|fob\w*|interested|me|know|talk|explain|understand)|fobbed off|passed from pillar|pillar to post|different doctor|never the same doctor|see the same doctor|right (?:doctor|nurse|person|health staff|people)|hospital appointments?|appointments|waiting list|health (?:staff|services)|seeing the (?:right )?(?:doctor|gp|nurse|specialist|consultant|health)|8 o'?clock|on hold|too many appointments|no dentist|lost my notes|referred|referral|discharged",
    Area.UNDERSTANDING_CONDITION: r"(?:don't|dont|do not|didn't|didnt|not|never|can't|cant|hard to|trouble|no idea|haven't a clue|havent a clue|not sure|confused|struggl\w*|difficult to|want to|nobody|no one|explain\w*|barely|hardly|really|still don't) (?:\w+ ){0,4}?(?:understand\w* (?:\w+ ){0,5}?(?:condition|illness|disease|diagnosis|diabetes|copd|heart\w*|asthma|results|numbers|readings|doctors?|consultants?|nurses?|letters?|tests?|body|symptoms|happening to me|wrong with me)|what (?:it|the|my|this|they|i've|ive) \w*(?: means?| is| got| have| says?| said)?|(?:about|with|what|of) (?:my|the|this|me) (?:condition|illness|disease|diagnosis|diabetes|copd|heart failure|asthma|results|numbers|readings|ms|parkinsons)|explain\w*|know (?:what|why|enough|much|how)(?! to get| to find))|what(?:'s| is) wrong with me|(?:just|newly|only just|recently) (?:been )?diagnosed|no idea what|(?:understand\w*|know(?:ing)?|knowing more|learn\w*|find out|information|info) (?:about |more about |on )?(?:my|the|this|me) (?:condition|illness|disease|diabetes|diagnosis|copd|heart|asthma|symptoms|results)|jargon|doctor speak|long words|makes no sense|new to (?:this|all this)|confused by (?:it|my|all|what)|conflicting advice|don't get (?:it|what)|dont get (?:it|what)|what triggers|what my numbers|why (?:this|it) (?:is happening|happens)|in the dark|diagnosis|understanding (?:it|things|what)",
}
# Topics: a difficulty only beside a word of trouble, or in a bare list of topics.
_TOPIC: dict[Area, str] = {
    Area.TIREDNESS: r"energy",
    Area.BREATHLESSNESS: r"breath|chest|breathe|lungs",
    Area.SLEEP: r"sleep(?:ing)?|nights",
    Area.MOVING_ABOUT: r"walk(?:ing)?|stairs|legs|mobility|moving",
    Area.MEDICINES: r"tablets?|pills?|meds|medications?|medicines?|inhalers?|insulin",
    Area.EATING: r"eating|food|diet|cooking|meals|appetite|healthy eating",
    Area.BEING_ACTIVE: r"exercise|exercising|keeping fit|fitness|gym|active",
    Area.FAMILY_RELATIONSHIPS: r"family|relationships?|marriage",
    Area.CARING: r"caring|being a carer",
    Area.WORK: r"work|job|working",
    Area.HOUSING: r"housing|house|flat|home|repairs",
    Area.TRANSPORT: r"bus(?:es)?|transport|travel|lifts|driving|car|getting there",
    Area.HEALTH_SERVICES: r"doctors?|gp|appointments?|hospital|surgery|clinic|nurses?|consultants?|specialists?",
    Area.UNDERSTANDING_CONDITION: r"condition|illness|diagnosis|understanding",
    Area.MEMORY: r"concentration|forgetting|brain",
    Area.MOOD_WORRY: r"worries|nerves|future",
}
# Words of the named lists that are everyday words too: they need trouble or a bare list.
_NEEDS_TROUBLE = re.compile(
    r"^(?:money|bills|benefits?|pip|rent|heating|pension|cash|meter|electric|prices|poor|tight|loans?|weight|diet|"
    r"mood|moods|memory|concentrat\w*|balance|travel\w*|taxis?|parking|buses|transport|housing|accommodation|"
    r"my home|landlord|the council|council house|hostel|boiler|employer|my hours|shifts|shift work|asthma|copd|fibro|"
    r"fibromyalgia|arthritis|job ?centre|mental health|the future|diagnosis|appointments|hospital appointments?|"
    r"lungs|my breathing|me breathing|breathing|my legs|mobility|getting (?:about|around)|moving (?:about|around)|"
    r"(?:my|me|the) job|family life|being active|keep(?:ing)? (?:active|fit)|focus\w*|bus pass|bus stop|bus service|"
    r"get(?:ting)? (?:fit|active|moving)|get(?:ting)? out more|eating well|eating properly|respite|referral|referred|alone|by myself|on my own|stress)$",
    re.IGNORECASE,
)
_FINE = re.compile(
    r"\b(?:fine|ok|okay|alright|all right|no (?:problems?|trouble|issues?|bother|worries)|not (?:a |much of a |really a )?(?:problem|issue|bother\w*|worried|too bad|bad|so bad|in (?:any )?pain|tired|lonely|breathless|depressed|down|stressed|anxious)|"
    r"isn't (?:a |really a )?(?:problem|issue|bad)|isnt (?:a |really a )?(?:problem|issue|bad)|aren't (?:a )?(?:problem|bad)|arent (?:a )?(?:problem|bad)|doesn't bother|doesnt bother|don't bother|dont bother|sorted|under control|(?:is|are|'s|been|sleep\w*|eat\w*|doing|feel\w*|get(?:ting)? (?:about|around)) (?:really |very |much |a lot |pretty |quite )?(?:good|well|great|better|lovely|brilliant|perfect)|"
    r"good|great|(?:much |a lot |lots )?better|(?:has|have|had|'s|s)? ?(?:gone|cleared up|settled|eased|went away)|manage(?:able)?|managing (?:fine|ok|well)|can't complain|cant complain|like a (?:baby|log|top)|no complaints|never been better|brilliant|perfect)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:\b(?:no|not|never|without|don't (?:have|get|feel)|dont (?:have|get|feel)|haven't got|havent got|isn't|isnt|aren't|arent|am not|i'm not|im not|not got|no longer|nae|free of|free from|used to (?:be|have|get))\b(?: \w+){0,2} )$",
    re.IGNORECASE,
)
_KEEPS_NO = re.compile(
    r"^(?:no|not|never|don't|dont|can't|cant|cannot|hardly|barely|lack|nobody|haven't|havent|lost)\b",
    re.IGNORECASE,
)
_NOT_FINE = re.compile(
    r"\b(?:not|isn't|isnt|aren't|arent|never|no|hardly|don't|dont|wish|would be|can't|cant|want\w*|need\w*|trying|hard|difficult|nothing|cannot|doesn't|doesnt|far from|if|make|makes|get|getting|until)\b(?: \w+){0,4} ?$",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:my|our|me|his|her) (?:\w+ )?(?:wife|husband|mum|mam|dad|mother|father|son|daughter|sister|brother|friend|neighbour|mate|partner|nan|carer|hubby)(?:'s|s)? (?:has|is|got|gets|was|had|does|sorts|helps|takes|drives|brings|cooks|pays|manages|looks after my|worries|listens)\b",
    re.IGNORECASE,
)
_BIG = re.compile(
    r"\b(?:really|very|so|terribl[ey]|awful(?:ly)?|dreadful(?:ly)?|massive(?:ly)?|huge(?:ly)?|big(?:gest)?|major|severe(?:ly)?|constant(?:ly)?|all the time|every (?:day|night)|unbearable|nightmare|agony|killing me|worst|hell|extremely|completely|totally|absolutely|loads?|a lot|lots|terrible|desperate(?:ly)?|can't cope|cant cope|ruining|murder|dead|proper|chronic|shocking|serious(?:ly)?|much worse|ever so|24/7|non ?stop|enormous|crippling|hate|hellish|bare|main(?:ly)?|far too|hardest|exhausted|shattered|at all|drives me mad)\b",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"\b(?:a bit|bit of|slight(?:ly)?|a little(?: bit)?|little bit|small|minor|mild(?:ly)?|sometimes|now and (?:then|again)|occasional(?:ly)?|not (?:too|that|so|very) bad|on and off|odd|a touch|a wee bit|wee bit|touch of|some ?times|niggl\w+|only (?:a )?(?:small|bit|little)|not (?:a )?(?:big|major|huge)|a tad|kind of|sort of|from time to time|niggle|nothing major|bearable|manageable|tiny)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[.!?;\n,:]+|\b(?:but|although|though|however|whereas|except|apart from|otherwise)\b|(?:\band\b|\bplus\b|\balso\b|&|\bn\b)(?= ?(?:i|my|me|the|it|can|cant|can't|no|not|im|i'm|feeling|money|sleep|a|don't|dont|really|bit|very|some|getting|on|being|lonely|tired|pain|struggl\w*|worr\w*)\b)",
    re.IGNORECASE,
)


def _rx(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{pattern})(?!\w)", re.IGNORECASE)


_NAMED_RX = {area: _rx(p) for area, p in _NAMED.items()}
_TOPIC_RX = {area: _rx(p) for area, p in _TOPIC.items()}
_TROUBLE_RX = _rx(_TROUBLE)


def extract_difficulties(text: str) -> tuple[DifficultyMention, ...]:
    """The difficulties that a text says the speaker has, each area once, in its order.

    Args:
        text: one message as written, any case; misspellings are mended first.
    """
    text = _mended(text)
    bare = _bare(text)
    sizes: dict[Area, Size | None] = {}
    for clause in _clauses(text):
        for area, start, end in _areas(clause, bare):
            if _denied(clause, start, end):
                sizes.pop(area, None)
                continue
            size = _size(clause)
            sizes[area] = size or sizes.get(area)
    return tuple(DifficultyMention(area, size) for area, size in sizes.items())


def _mended(text: str) -> str:
    plain = straight(text)
    out, at = [], 0
    for token in tokenise(plain):
        if token.norm != token.low:
            out += [plain[at : token.start], token.norm]
            at = token.end
    return "".join([*out, plain[at:]])


def _clauses(text: str) -> Iterator[str]:
    at = 0
    for match in _CLAUSE.finditer(text):
        yield text[at : match.start()]
        at = match.end()
    yield text[at:]


_VERBS_OF_LIFE = re.compile(
    r"\b(?:does|helps|sorts|drives|takes|brings|comes|pops|rings|fetches|collects|lives|find|show|where|when|what|can you|could you|is there|remind|add|remove|change|stop|delete|please|near|nearer|closer|any|anything|will|forget|done)\b",
    re.IGNORECASE,
)


def _bare(text: str) -> bool:
    """Whether the text is a short list of topics rather than sentences."""
    if _VERBS_OF_LIFE.search(text) or "?" in text:
        return False
    items = [x.split() for x in re.split(r",|;|\.|\n|&|\band\b|\bplus\b", text) if x.strip()]
    return bool(items) and all(len(x) <= 4 for x in items)


def _areas(clause: str, bare: bool) -> list[tuple[Area, int, int]]:
    trouble = bool(_TROUBLE_RX.search(clause))
    size = bool(_BIG.search(clause) or _SMALL.search(clause))
    asks = bool(_VERBS_OF_LIFE.search(clause)) and not trouble
    found: list[tuple[Area, int, int]] = []
    for area, pattern in _NAMED_RX.items():
        for match in pattern.finditer(clause):
            weak = bool(_NEEDS_TROUBLE.match(match.group()))
            if weak and not (bare or trouble or (size and len(clause.split()) < 8)):
                continue
            if asks and weak:
                continue
            found.append((area, *match.span()))
            break
    have = {area for area, _, _ in found}
    for area, pattern in _TOPIC_RX.items():
        hit = pattern.search(clause)
        # Beside another difficulty, "trouble" is already spoken for.
        if hit is None or area in have or asks or found:
            continue
        if trouble or (bare and (size or len(clause.split()) <= 4)):
            found.append((area, *hit.span()))
    found = _specific(clause, found)
    return sorted(found, key=lambda x: x[1])


def _specific(clause: str, found: list[tuple[Area, int, int]]) -> list[tuple[Area, int, int]]:
    """Drops what another area says better ("money worries" is money, not mood)."""
    areas = {a for a, _, _ in found}
    drop: set[Area] = set()
    low = clause.lower()
    if Area.MOOD_WORRY in areas and len(areas) > 1:
        word = next(clause[s:e].lower() for a, s, e in found if a is Area.MOOD_WORRY)
        if re.fullmatch(
            r"worr\w+|stress\w*|fed up|(?:so |i'm |im |very |really |bit |quite )?(?:worried|stressed|scared|fed up)|frightened|scared|gets me down|getting me down|the future|down",
            word,
        ):
            drop.add(Area.MOOD_WORRY)
    if Area.MEMORY in areas and Area.MEDICINES in areas:
        drop.add(Area.MEMORY)
    if Area.TIREDNESS in areas and "tired of" in low:
        drop.add(Area.TIREDNESS)
    if Area.PAIN in areas and re.search(r"pain in the (?:neck|arse|bum|backside)|a pain\b", low):
        drop.add(Area.PAIN)
    if Area.SLEEP in areas and Area.TIREDNESS in areas and re.search(r"need a nap", low):
        drop.add(Area.SLEEP)
    if Area.MOVING_ABOUT in areas and Area.TRANSPORT in areas and "bus" in low:
        drop.add(Area.MOVING_ABOUT)
    if (
        Area.HEALTH_SERVICES in areas
        and Area.TRANSPORT in areas
        and re.search(r"\b(?:get|getting|lift|lifts) (?:to|into)\b", low)
    ):
        drop.add(Area.HEALTH_SERVICES)
    if Area.LONELINESS in areas and Area.CARING in areas and "look" in low:
        drop.add(Area.LONELINESS)
    if (
        Area.MONEY in areas
        and Area.HOUSING in areas
        and re.search(r"\b(?:heating|boiler)\b", low)
        and not re.search(r"afford|money|bills", low)
    ):
        drop.add(Area.MONEY)
    if (
        Area.BREATHLESSNESS in areas
        and Area.PAIN in areas
        and re.search(r"bad chest|chest", low)
        and not re.search(r"pain|hurt|ache", low)
    ):
        drop.add(Area.PAIN)
    if Area.UNDERSTANDING_CONDITION in areas and Area.FAMILY_RELATIONSHIPS in areas:
        drop.add(Area.UNDERSTANDING_CONDITION)
    return [x for x in found if x[0] not in drop]


def _denied(clause: str, start: int, end: int) -> bool:
    matched = clause[start:end]
    if _OTHERS.search(clause[:end]) and not re.search(
        r"\b(?:i|i'm|im|me)\b", clause[:start], re.IGNORECASE
    ):
        return not re.search(
            r"understand|get it|believe|dementia|needs me|look\w* after|row|argu",
            clause,
            re.IGNORECASE,
        )
    if not _KEEPS_NO.match(matched) and _NO.search(clause[:start]):
        return True
    rest = clause[end:]
    for fine in _FINE.finditer(rest):
        if not _NOT_FINE.search(clause[max(0, start) : end + fine.start()]):
            return True
    before = _FINE.search(clause[:start])
    if before and not _NOT_FINE.search(clause[: before.start()]):
        return not re.search(r"\b(?:when|until|unless)\b", clause[:start], re.IGNORECASE)
    inside = _FINE.search(matched)
    return bool(
        inside
        and not _NOT_FINE.search(matched[: inside.start()])
        and not _TROUBLE_RX.search(clause)
    )


def _size(clause: str) -> Size | None:
    if _SMALL.search(clause):
        return Size.SMALL
    if _BIG.search(clause):
        return Size.BIG
    return None


_IS_WELL = re.compile(
    r"\b(?:is|are|was|were)n'?t (?:(?:a|an|any|much of a|really a|such a) )?(?:problem|issue|bother|worry|trouble|hard|difficult)\b"
    r"|\b(?:is|are|'s) (?:no|not a|not an|never a|not) (?:real )?(?:problem|issue|bother|worry|trouble)\b"
    r"|\b(?:no|not an?|not any|never any|without) (?:more )?(?:problem|trouble|issue|bother|worr)\w* (?:with|about)\b"
    r"|\b(?:never|not|haven't|havent|don't|dont)(?: ever| really)? (?:had |have |got )?(?:any |no |much )?(?:trouble|problems?|bother|worries) (?:with|about)\b"
    r"|\b(?:has|have|'s|is|are|all) (?:gone(?: away)?|cleared up|settled(?: down)?|sorted(?: out)?|stopped)(?=\W*$| now| thank)"
    r"|\b(?:is|are|'s|been|feels?|gets?) (?:(?:so|much|a lot|lots|far|all|fine and|really|very|quite|pretty) )*(?:better|fine|ok|okay|alright|all right|good)\b(?! (?:days?|at|for nothing))"
    r"|(?<=sleeping )(?:(?:much|a lot|so) )?better\b|(?<=walking )(?:(?:much|a lot|so) )?better\b|(?<=eating )(?:(?:much|a lot|so) )?better\b|\bi don't have\b",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"\b(?:still|but not|except|apart from|not always|some days|sometimes)\b", re.IGNORECASE
)


def areas_well(text: str) -> frozenset[Area]:
    """Areas of which a text says, in every clause that names them, that they are no difficulty.

    "Breathlessness isn't a problem any more", "money is no worry"; not where it is still so.
    """
    text = straight(text)
    if _STILL.search(text):
        return frozenset()
    well: set[Area] = set()
    hard: set[Area] = set()
    for clause in _clauses(text):
        # The "worry" of "money is no worry" is no worry.
        rest = _IS_WELL.sub(" ", clause)
        named = {area for rx in (_NAMED_RX, _TOPIC_RX) for area, p in rx.items() if p.search(rest)}
        (well if rest != clause else hard).update(named)
    return frozenset(well - hard)
