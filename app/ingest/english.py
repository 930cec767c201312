"""English: the rules for reading a page."""

from app.ingest.words import (
    Aspects,
    Calls,
    Credits,
    Explanations,
    Layout,
    Organisation,
    SignWords,
    Words,
    exact,
    rule,
    vocabulary,
)
from app.pack import Audience

DOCTOR = (
    r"(?:doctors?\b|pediatrician|paediatrician|GPs?\b|physician|(?:health(?: ?care)?|medical|"
    r"care|treatment|diabetes|asthma|allergy|cancer|oncology|transplant|heart|surgical|specialty) "
    r"(?:care )?(?:provider|professional|team)|provider\b|nurse\b|dentist|surgeon|specialist|midwife|"
    r"health visitor|\w+ologist\b|clinic\b|our office)"
)
EMERGENCY = (
    r"(?:\b(?:9-?1-?1|999|112)\b|\bambulance|\bemergency (?:room|department|services|number|care|help|medical|"
    r"treatment)|\bA&E\b|accident and emergency)"
)
CARE = (
    r"(?:(?:(?:medical|emergency|immediate|urgent|prompt|professional) )+(?:care|help|attention|advice|"
    r"treatment)\b|care\b|help\b(?= (?:right away|immediately|now|at once|straight ?away)))"
)
NUMBER = r"(?:9-?1-?1|999|112|an ambulance|EMS\b|(?:your |the )?(?:local )?emergency (?:medical )?(?:services|number))"
SYMPTOM = (
    r"(?:temperatures?|fevers?|seizures?|convulsions?|headaches?|pain|rash(?:es)?|bleeding|vomiting|swelling|burns?|"
    r"bites?|wounds?|injury|injuries|reactions?|dehydration|confusion|fainting|weakness|"
    r"(?:trouble|difficulty) breathing)"
)
GENUS = (
    r"(?:germs?|diseases?|disorders?|conditions?|infections?|illness(?:es)?|tests?|exams?|scans?|procedures?|"
    r"surgery|operations?|treatments?|medicines?|drugs?|cells?|glands?|organs?|tubes?|tissues?|substances?|"
    r"proteins?|hormones?|chemicals?|virus(?:es)?|bacteria|fungus|parasites?|rash(?:es)?|parts?|layers?|muscles?|"
    r"bones?|vessels?|doctors?|specialists?|swelling|inflammation|machines?|devices?|vaccines?|types?|kinds?|"
    r"forms?|groups?|names?|words?|terms?|liquid|fluid|materials?|lumps?|sores?|growths?|cancers?|injury|"
    r"injuries|blockage|bumps?)"
)
TERM = r"[A-Za-z][\w'-]*(?: [\w'-]+){0,3}?"
PEOPLE = (
    r"(?:children|kids|child|kid|teens?|people|patients?|someone|anyone|everyone|they|you|your (?:child|baby|"
    r"teen)|he|she)"
)
WHO = ((Audience.parents, "parents"), (Audience.kids, "kids"), (Audience.teens, "teens"))

LAYOUT = Layout(
    audience_lines={
        Audience.parents: rule(r"^(?:health )?(?:information |info )?(?:just )?for parents(?: and caregivers)?\W*$"),
        Audience.kids: rule(r"^(?:health )?(?:information |info )?(?:just )?for (?:kids|children)\W*$"),
        Audience.teens: rule(r"^(?:health )?(?:information |info )?(?:just )?for (?:teens|teenagers)\W*$"),
    },
    audience_paths={audience: rule(rf"/{who}/", rf"\(for {who}\)") for audience, who in WHO},
    title_frame=rule(
        r"^(?:what(?: is|'s| are)|(?:all |facts )?about|overview:?|learning about)\s+(?:an? |the )?(?P<name>.+?)\??$"
    ),
    furniture=rule(
        r"^leave a (?:reply|comment)|^your email address|^required fields|^post a comment",
        r"^(?:share|print|e-?mail|save|listen|menu|close|search|home|back|next|previous|top|advertisement|"
        r"español|sign in|log ?in|on this page|in this article|contents|table of contents|size|a\+|a-|facebook|"
        r"twitter|instagram|youtube|linkedin|pinterest|follow us|play|pause|video|audio|accept|ok)\W*$",
        r"^by [\w\s,'.-]{3,60} staff\W*$",
        r"^(?:skip to|back to top|go to top|jump to|follow us on|print this|share this|e-?mail this|en español|"
        r"lea |leer |read (?:this|it) in|larger text|text size|download|was this (?:page|article)|"
        r"rate this)\b.{0,80}$",
        r"©|\bcopyright\b|all rights reserved|educational purposes|\bcookies\b|terms of use|privacy policy|"
        r"not (?:intended as |meant as )?a substitute for|images? (?:provided|sourced) by|^content source:|"
        r"^(?:note|disclaimer): all\b",
    ),
    menu_words=rule(
        r"\b(?:contact us|about us|careers?|jobs|donate|volunteer|locations?|find a|pay|bill(?:ing|s)?|my ?chart|"
        r"appointments?|privacy|site ?map|accessibility|news|events|research|log ?in|portal|directions|parking|"
        r"visitors?|referrals?|foundation|subscribe|newsletter|insurance|terms)\b"
    ),
    related=rule(
        r"^(?:related (?:articles?|topics?|information|reading|pages?|links?|conditions?|content|health topics)|"
        r"more (?:on|about) (?:this|these) topics?|more information|more articles|also see|see also|read (?:more|"
        r"next)|you (?:may|might) also (?:like|be interested in)|learn more|further reading|keep reading|"
        r"more to read|explore more)\W*$"
    ),
    related_label=rule(
        r"^(?:related (?:articles?|topics?|reading|pages?|links?|health topics)|more (?:on|about) (?:this|"
        r"these) topics?|see also|also see|you (?:may|might) also like)\W*$"
    ),
    teaser=rule(
        r"\bin this article\b|\bthis article\b|\bhere are (?:some|a few) tips\b|\b(?:find out|learn|"
        r"read) (?:more|about|how|what|why|when)\b|\bget the (?:basics|facts)\b|\bvisit our\b|"
        r"\bcomprehensive information\b|\bcheck out\b"
    ),
    teaser_hint=exact(
        r"^[A-Z][\w'-]*(?: [\w'-]+){0,3}(?: \([^()]{2,40}\))?(?:,[^,.]{3,80}(?:,[^,.]{3,80}){0,3},)? (?:is|are|"
        r"refers to|means|happens) "
    ),
    teaser_subject=exact(
        r"^(?!Many |Most |Some |This |These |It |They |Here |If |"
        r"When )(?P<a>[A-Z][\w'’-]*(?: [\w'’-]+){0,3}?)(?: \([^()]*\))?(?:, also (?:called|"
        r"known as)[^.]*,)? (?:is|are|refers to|means|happens)\b",
        r"\b(?:the|our|Our) (?P<b>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,4})",
        r"(?:basics (?:on|about|of)|[Ll]earn(?: more)? about|[Ff]ind out(?: more)? about|"
        r"[Rr]ead about) (?P<c>[^.,:;?!]{3,80}?)(?: in this article| here\b|[.,:;?!]|$)",
    ),
    article_audience={
        audience: rule(
            r"\b(?:articles?|center|section|site|page|guide|story|video|quiz|tips|information|info|advice|version)"
            rf" (?:just )?for {who}\b",
            rf"\(for {who}\)|^for {who}\b|\bthat {who} need\b",
        )
        for audience, who in WHO
    },
    dangling=rule(
        r"\b(?:if|include|includes|including|such as|like|has|have|when|for|of|with|your child|they|the following)$"
    ),
    cut_item=rule(
        r"(?:…|\.\.\.|,|[-–—])$",
        r"\b(?:and|or|the|a|an|of|to|with|for|that|is|are|your|by)$",
        r"^\W*(?:(?:show|see|read|view|load) (?:more|all|less)(?: [\w ]{1,15})?|\+ ?\d+ more|and (?:\d+ )?more|more|"
        r"(?:(?:the |this )?list )?(?:is )?continue[sd](?: (?:below|on [\w ]{1,15}))?)\W*$",
    ),
    abbreviation=rule(
        r"\b(?:Drs?|Mrs?|Ms|St|vs|e\.g|i\.e|approx|Prof|Jr|Sr|U\.S|U\.K|a\.m|p\.m|fig|M\.D|Ph\.D)\.$", r"\b[A-Z]\.$"
    ),
)

CREDITS = Credits(
    reviewed_by=rule(r"^(?:medically |clinically |last )?reviewed by\b\s*:?|^medical review(?:er)?(?: by)?\b\s*:?"),
    reviewed_on=rule(
        r"\b(?:date (?:last )?(?:medically )?reviewed|(?:page )?(?:last|medically) reviewed(?: on)?|reviewed on|"
        r"review date|date of (?:last )?review)\b\s*:?"
    ),
    next_review_on=rule(r"\bnext review(?: due| date)?\b\s*:?"),
    published_on=rule(r"^(?:date )?published(?: on)?\b\s*:?|^publication date\b\s*:?"),
    modified_on=rule(r"^(?:page |date )?(?:last )?(?:updated|modified|revised)(?: on)?\b\s*:?"),
    months=(
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ),
)

ASPECTS = Aspects(
    by_heading=(
        (
            "SeeDoctorHealthAspect",
            rule(
                r"\bwhen (?:should|to|do|must|is it)\b.*\b(?:call|see|get|seek|contact|go|visit|talk|tell|worr|"
                r"doctor|help)",
                r"\b(?:call|see|ask|contact)\b.*\b(?:doctor|GP|provider|appointment|pediatrician)",
                r"\b(?:call|dial) (?:911|999|112)\b|\bemergenc|\burgent advice|\bimmediate action|\bwarning signs",
                r"\bred flags|\b(?:get|seek|getting|seeking) (?:medical |emergency |urgent )?(?:help|care|"
                r"attention|advice)",
            ),
        ),
        (
            "DiagnosisHealthAspect",
            rule(r"\bdiagnos|\btests?\b|\bexams?\b|\bhow do doctors (?:find|know)|\bis .* found\b"),
        ),
        ("TreatmentsHealthAspect", rule(r"\btreat|\btherap(?:y|ies)\b|\bmedicines?\b|\bsurgery\b|\bmanaged\b")),
        ("SideEffectsHealthAspect", rule(r"\bside effects?\b")),
        (
            "SymptomsHealthAspect",
            rule(
                r"\b(?:signs?|symptoms?)\b|\blooks? like\b|\bfeels? like\b|\bhow (?:do i|can i|to) (?:know|tell) if\b"
            ),
        ),
        ("ContagiousnessHealthAspect", rule(r"\bcontagious|\bspreads?\b|\bcatch\b|\binfectious\b")),
        ("PreventionHealthAspect", rule(r"\bprevent|\bavoid|\bvaccin|\bprotect|\blower(?:ing)? the risk")),
        (
            "RisksOrComplicationsHealthAspect",
            rule(r"\bcomplications?\b|\bproblems can\b|\brisk|\bwho (?:gets|can get|is at)\b"),
        ),
        (
            "CausesHealthAspect",
            rule(r"\bcauses?\b|\bcaused\b|\bwhy (?:do|does|is)\b|\bwhat happens in\b|\bhow do .* get\b"),
        ),
        ("PrognosisHealthAspect", rule(r"\boutlook\b|\bprognosis\b|\bhow long\b|\blong[- ]term\b|\brecover")),
        ("StagesHealthAspect", rule(r"\bstages?\b")),
        ("TypesHealthAspect", rule(r"\btypes?\b|\bkinds?\b")),
        (
            "SelfCareHealthAspect",
            rule(
                r"\bat home\b|\bhome care\b|\bself[- ]care\b|\bfeel better\b|\bcaring for\b",
                r"\bhow (?:can|do) (?:i|we|parents|you) (?:help|care)|\bwhat (?:can|should) (?:i|we|parents|"
                r"you) do\b",
                r"\bhelp (?:my|your) child\b|\bthings you can do\b|\bhow can (?:parents|i|you) help",
            ),
        ),
        (
            "LivingWithHealthAspect",
            rule(r"\bliving with\b|\bcop(?:e|ing)\b|\blook(?:ing)? ahead\b|\bsupport\b|\bat school\b"),
        ),
        (
            "OverviewHealthAspect",
            rule(r"^what(?: is|'s| are)\b|^overview|^about\b|^introduction|^key (?:points|facts)"),
        ),
    ),
    by_text=(
        (
            "SeeDoctorHealthAspect",
            rule(
                r"\b(?:call|see|contact|tell) (?:the|your|a|an|their) (?:child's )?(?:doctor|pediatrician|GP|"
                r"provider)\b",
                r"\b(?:call|dial) (?:911|999|112)\b|\bemergency room\b|\bA&E\b",
                r"\b(?:get|seek|find|need|needs) (?:immediate |emergency |urgent )?(?:medical )?(?:care|help|"
                r"attention)\b",
            ),
        ),
        (
            "LivingWithHealthAspect",
            rule(
                r"\bfeel overwhelm|\bcop(?:e|ing) with\b|\bsupport group|\bfind support\b|\bcare team about\b|"
                r"\bat school\b"
            ),
        ),
        (
            "SelfCareHealthAspect",
            rule(
                r"\bto help your child\b|\bat home\b|\binstructions on\b|\bplenty of (?:rest|fluids)\b|"
                r"\bfeel better\b"
            ),
        ),
        (
            "PreventionHealthAspect",
            rule(r"\bprevent(?:s|ed|ing)?\b|\bvaccine\b|\bprotect (?:your|against)\b|\bavoid\b"),
        ),
        ("TreatmentsHealthAspect", rule(r"\btreatments?\b|\btreated\b|\btreats?\b")),
        (
            "DiagnosisHealthAspect",
            rule(r"\bdiagnos|\btests?\b|\bto find out (?:why|if|whether)\b|\bphysical exam\b"),
        ),
        ("CausesHealthAspect", rule(r"\bdue to\b|\bcauses?\b|\bcaused by\b|\bhappens (?:when|because)\b")),
        (
            "SymptomsHealthAspect",
            rule(r"\bsymptoms?\b|\bsigns\b|\b(?:may|might|can|could) (?:have|notice|feel|get|look)\b"),
        ),
        ("ContagiousnessHealthAspect", rule(r"\bcontagious\b|\bspreads\b")),
        ("PrognosisHealthAspect", rule(r"\boutlook\b|\bgets? better\b|\brecovers?\b|\bgoes away\b|\bgo away\b")),
    ),
    labels={
        "OverviewHealthAspect": "Overview",
        "SymptomsHealthAspect": "Symptoms",
        "CausesHealthAspect": "Causes",
        "DiagnosisHealthAspect": "Diagnosis",
        "TreatmentsHealthAspect": "Treatment",
        "PreventionHealthAspect": "Prevention",
        "SelfCareHealthAspect": "Care at home",
        "SeeDoctorHealthAspect": "When to get care",
        "LivingWithHealthAspect": "Living with it",
        "PrognosisHealthAspect": "Outlook",
        "ContagiousnessHealthAspect": "How it spreads",
    },
)

ORGANISATION = Organisation(
    kinds=(
        ("main-campus", rule(r"\bmain (?:campus|hospital)\b")),
        ("urgent-care", rule(r"\burgent care(?: center| clinic)?\b")),
        ("surgery-center", rule(r"\b(?:ambulatory )?surg(?:ery|ical) cent(?:er|re)\b")),
        ("specialty-care", rule(r"\bspecialty (?:care|clinic|services)(?: cent(?:er|re)| clinic)?\b")),
        ("emergency-department", rule(r"\bemergency (?:department|room)\b")),
        ("primary-care", rule(r"\bprimary care(?: cent(?:er|re)| clinic)?\b")),
        ("hospital", rule(r"\b(?:hospital|medical cent(?:er|re))\b")),
    ),
    joined=exact(
        r"(?P<name>.{3,120}?)(?:\s+(?P<dash>[–—-])\s+|\s+(?:at|"
        r"in)\s+)(?P<town>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,3})$"
    ),
    no_town=rule(
        r"\b(?:home|night|school|work|visitors?|parking|directions|services?|information|billing|careers|jobs|"
        r"about|contact|overview|locations?|maps?|hours|phone|news|events|patients?|families|faqs?|appointments?|"
        r"january|february|march|april|may|june|july|august|september|october|november|december)\b"
    ),
    groups=(
        (
            "referring-providers",
            "For referring providers",
            rule(
                r"referr?als?\b|\brefer(?:ring)?\b|\bprovider|\bphysician|\bnetwork\b|\bpractices?\b|"
                r"\bmedical education\b|\bmoc\b|\bonecall\b|\bnurses\b|\bmedical news\b|\bprofessionals\b"
            ),
        ),
        (
            "bills-and-costs",
            "Bills and costs",
            rule(r"\bbill(?:s|ing)?\b|\bfees\b|\bpric|\bcosts?\b|\binsurance\b|\bfinanc"),
        ),
        (
            "records-and-portal",
            "Records and patient portal",
            rule(r"\bmy ?chart\b|\brecords?\b|\blog ?in\b|\bportal\b|\bsign in\b"),
        ),
        (
            "giving",
            "Giving and taking part",
            rule(r"\bgifts?\b|\bgive\b|\bdonat|\bfoundation\b|\bvolunteer|\bcareers?\b|\bjobs\b|\bfundrais"),
        ),
        (
            "support-for-families",
            "Support for families",
            rule(r"\bchild life\b|\bfamil|\badvoca|\btransition|\bstor(?:y|ies)\b|\bsupport\b|\binitiative\b"),
        ),
        (
            "learning-and-research",
            "Learning and research",
            rule(r"\bresearch\b|\beducation|\blearn|\bresources\b|\blibrary\b|\bhealth info|\bnews\b|\bupdates\b"),
        ),
        (
            "find-care",
            "Find care",
            rule(
                r"\bfind\b|\blocations?\b|\bappointments?\b|\bcontact\b|\bspecialt|\bdoctors?\b|\burgent care\b|"
                r"\bservices\b"
            ),
        ),
        ("your-visit", "Your visit", rule(r"\bvisit|\bsurgery\b|\bamenities\b|\bparking\b|\bexpect\b|\bcare team\b")),
        ("other", "Other links", rule(r"")),
    ),
)

CALLS = Calls(
    directive=rule(
        rf"\b(?:call|phone|ring|contact|consult(?: with)?|see|visit|notify|alert|tell|talk (?:to|with)|"
        rf"speak (?:to|with)|check with|get in touch with|reach out to|"
        rf"(?:make|schedule) an appointment (?:with|to see)|"
        rf"ask for an?|get (?:help|advice|an appointment) from|(?:take|bring|drive|rush) "
        rf"(?:(?:your|their|the) (?:child|baby)|him or her|him|her|them) to(?: see)?)\b[^.;:,?()]{{0,40}}?\b{DOCTOR}",
        rf"\b(?:call|dial|phone|ring)\b[^.;:,?()]{{0,30}}?\b{NUMBER}",
        r"\b(?:go|return|come back|head|(?:take|bring|drive|rush) (?:(?:your|their|the) (?:child|baby)|"
        r"him or her|him|her|them))\b[^.;:,?()]{0,30}?\bto (?:the |your |a |an )?(?:nearest |closest |local |"
        r"hospital )*(?:emergency (?:room|department)|ER\b|ED\b|A&E|accident and emergency|hospital\b|"
        r"urgent care)",
        rf"\b(?:get|seek|find|needs?|requires?) {CARE}",
        r"\btell (?:your (?:mom|dad|parent)|an? (?:adult|grown-up|parent))[\w ,]{0,40}?(?=right away|immediately|"
        r"now\b|if\b)",
        r"\b(?:make|book|schedule) an appointment(?= (?:if|when)\b)",
        r"\bcall(?: us)?(?= (?:right away|immediately|now|at once|straight ?away|if|when|within|during)\b)",
    ),
    heading=rule(
        r"^(?:know )?when (?:should|do|does|must|to|is it time to|it's time to|you should|i should)\b[\w\s',-]{0,30}$"
    ),
    label=rule(
        r"^(?:(?:non-urgent|urgent|emergency) advice|immediate action required|important|warning|"
        r"emergency)\s*[:!–-]\s*",
        r"^in general,\s*",
        r"^(?P<whom>(?:in|for) (?:newborns?|infants?|babies|an? (?:baby|infant|child|newborn)|toddlers|"
        r"(?:young |older )?children|kids|teens|adults)(?: (?:[\w-]+ ){0,3}(?:\d+|one|two|three|four|five|six) "
        r"(?:to \d+ )?(?:days?|weeks?|months?|years?)(?: (?:old|of age|and older|and up|or older|"
        r"or younger))?)?|at any age|"
        r"(?:if|when) your (?:child|baby) is (?:[\w-]+ ){0,3}(?:\d+|one|two|three|four|five|six) (?:[\w-]+ ){0,4}"
        r"(?:old|of age|months|years|weeks)),\s*",
    ),
    order=rule(
        r"(?:^|[,;:—–!(\"“-]|\b(?:and|or|then|please|always|also|so|just|immediately|should|must|but))\s*$",
        r"\b(?:needs?|important|sure|have|has|best|time|ought|vital|essential|crucial|forget|hesitate|wait|delay|"
        r"know when|when) to\s*$",
    ),
    needs=rule(r"^(?:needs?|requires?)\b"),
    needer=rule(
        rf"\b{PEOPLE}(?: (?:should|must))?\s*$",
        rf"^(?P<sign>(?:(?!it\b|this\b|that\b|these\b|such\b|most\b|some\b)[\w'-]+ ){{1,4}}{SYMPTOM})\s*$",
    ),
    having=r"(?:with|who have|who has)(?: an?| the)?",
    limits=rule(
        r"\b(?:after|before|during|while|until|unless|under|over|younger|older|newborns?|infants?|babies|baby|"
        r"toddlers?|pregnan\w*|adults?(?! (?:should|must))|who|whose|stop|medicines?|vaccines?|surgery|only|"
        r"were|was|had|may|might|"
        r"can|could|will|would|if|when|in|for|at|with|doctors?|nurses?|not)\b|\d"
    ),
    negated=rule(
        r"\b(?:not|never|no|rarely|seldom|without|avoid|instead of|rather than|unnecessary|unlikely)\b|n't\b|"
        r"\bcannot\b"
    ),
    courage=rule(
        r"\b(?:don't|do not|never|without|not) (?:wait|waiting|hesitate|hesitating|delay|delaying|forget|"
        r"be afraid)(?: to)?\b"
    ),
    but=rule(r"^.*[,;]\s*(?:but|so)\s+"),
    other_matter=rule(
        r"\bside effects?\b|\bmedic(?:ines?|ations?)\b|\bvaccin|\bshots?\b|\bimmuniz|\bpregnan",
        r"\bafter (?:the |an? |your )?(?:surgery|operation|procedure|treatment|test)\b",
    ),
    other_cause=rule(
        r"\bside effects?\b|\breactions? to\b",
        r"\bmedic(?:ines?|ations?) (?:can|may|might|sometimes) (?:also )?(?:cause|make)\b",
        r"^after (?:the |an? |your )?(?:surgery|operation|procedure|shot|vaccine)\b",
    ),
    exception=rule(
        r"\b(?:unless|except|exception|other than|not (?:if|when)|even (?:if|though)|whether or not|but (?:not|only))\b"
    ),
    telling=rule(r"^(?:tell|ask|check|notify|alert)\b"),
    these=rule(
        r"\b(?:these|those|this|the following|below|above)\b",
        r"\b(?:two|three|four|both|several|\d+)(?: or more)? of\s*$",
    ),
    if_word=rule(r"\b(?:if|when|whenever)\b"),
    joint=rule(r"[,;]?\s*(?:\b(?:and|or|but|then)\b,?\s*)?$"),
    if_first=rule(
        r"^(?:(?:but|and|so|also|or)\b,? )?(?:if|when(?:ever)?|as soon as|"
        r"any ?time)\s+(?P<cond>[^;]+?)\s*[,—–]\s*(?:(?:then|please|immediately|be sure to|it's important to|"
        r"it's time to|(?:ask|tell|have|get) (?:an? (?:[\w-]+ )?(?:adult|grown-up|teacher|parent)|someone) to|"
        r"you should|you must|you need to|parents should|they should|always|right away)\s*)*$"
    ),
    if_after=rule(
        r"^(?P<mid>[^.;:]{0,90}?)\b(?:(?:if|when(?:ever)?|as soon as(?! possible| you can)|in case)\b\s*|"
        r"(?P<bare>for$)|(?:for|with)\s+(?=(?:any|these|the following|signs?|symptoms?|"
        rf"one or more)\b)|for\s+(?=an? (?:[\w-]+ ){{0,2}}{SYMPTOM}\b)|in\s+(?=(?:any of )?(?:these|"
        r"the following)\b))(?P<cond>.*)$"
    ),
    conditional=rule(
        r"\b(?:if|when|whenever|for any|for these|right away|immediately|any (?:other )?(?:signs?|symptoms?))\b"
    ),
    aside=rule(
        r"\b(?:about|before|after|until|whether|who|which|that|because|to (?:ask|find|see|schedule|discuss|make|"
        r"learn|get))\b"
    ),
    stub=vocabulary(
        """your you he she they it his her their my i child's child baby infant toddler kid kids children teen son
        daughter person someone anyone family member members has have had having is are am gets get develops develop
        shows show notice notices see sees experience experiences any of these those the this following signs sign
        symptoms symptom problems problem things and or one more at least also a an below above warning danger seems
        seem feels feel starts start to there happen happens occur occurs apply applies with do does that listed here
        cases situations with"""
    ),
    not_a_sign=rule(
        r"\b(?:questions?|concerns?|suspect|because|concerned|worr(?:y|ied)|(?<!can't )think(?! (?:that )?"
        r"(?:you|your child|your baby|they|he|she)\b.{0,30}?"
        r"\bha(?:s|ve)\b)|thinks|"
        r"(?<!not )(?<!n't )wants?|like to|plan|planning|need help|advice|refill|sure|side effects?|reaction to|"
        r"allergic to|pregnant|vaccin\w+|shots?|surgery|operation|taking|insurance|appointments?|test results|"
        r"check-?ups?|follow-?ups?|sports|camp|\d+ (?:months?|years?) old|travel\w*|exposed|close contact|"
        r"the medicines?|treatment)\b"
    ),
    dangling_subject=rule(
        r"^(?:it|this|that|these|those|which|one)\b",
        r"^they (?:get worse|become worse|last|don't (?:get|go)|do not (?:get|go)|continue|persist|worsen|come|"
        r"go|happen|spread)\b",
    ),
    immediate=rule(
        r"\bright away\b|\bimmediate(?:ly)?\b|\bat once\b|\bstraight ?away\b|\bwithout delay\b|\bnow\b|"
        r"\bthis minute\b"
    ),
    urgent=rule(
        r"\btoday\b|\btonight\b|\bsame day\b|\bwithin (?:the (?:next )?)?(?:an?|one|two|a few|few|several|\d|1\d|"
        r"2[0-4]) hours?\b|\burgent(?:ly)?\b|\bas soon as (?:possible|you can)\b|\bpromptly\b|\bsoon\b|"
        r"\bwithin (?:a|one|1) day\b"
    ),
    non_urgent=rule(
        r"\bnon-?urgent\b|\bnot urgent\b|\broutine (?:appointment|visit)\b|\bnext (?:routine )?(?:visit|"
        r"appointment|checkup)\b|\b(?:during|in) (?:regular |normal )?(?:office|business|clinic) hours\b|"
        r"\bwhen it's convenient\b"
    ),
    emergency=rule(EMERGENCY, r"\bto (?:the|an|your|a) (?:nearest |closest |local )?(?:ER|ED)\b"),
    doctor=rule(rf"\b{DOCTOR}", r"\b(?:make|book|schedule) an appointment\b"),
)

SIGNS = SignWords(
    holder=rule(
        r"^(?:(?:you or )?your (?:child|baby|infant|toddler|teen|kid|son or daughter)(?: or (?:baby|child|teen))?|"
        r"the (?:child|baby)|a child|he or she|"
        r"she or he|he|she|you|they|someone|kids?|children)(?: (?:also|ever|suddenly))? (?:has|have|"
        r"gets?(?= an? )|develops?|shows?|notices?|sees?)\s+(?!had\b|never\b|been\b|to\b|just\b|not\b)"
    ),
    and_clause=rule(
        r"\band\b.*\b(?:is|are|has|have|develops?|gets?|feels?|looks?|seems?|can't|cannot|won't|doesn't|isn't|"
        r"aren't|faints?|vomits?|starts?|stops?|becomes?)\b"
    ),
    bearer=rule(
        rf"^(?:(?:an?|the|any|most) )?{PEOPLE}(?: with [\w -]{{1,60}}?)? (?:has|have|shows?|gets?|develops?)\s*$"
    ),
    umbrella=rule(
        r"\b(?:(?:any|new|other|unusual|possible|early) )*(?:signs?|symptoms?)(?: (?:or|and|and/or|&) (?:signs?|"
        r"symptoms?))? of (?!these\b|this\b|those\b|the following\b)(?P<kind>[^,;:()]+)",
        r"\bany (?:(?:new|other|unusual|worrying|worrisome) )*(?:signs?|symptoms?)\b(?! (?:listed|below|above|of))",
    ),
    any_=rule(r"\bany\b"),
    definite=rule(r"\b(?:the|these|those|his|her|their|your|my)\s*$"),
    alarming=rule(
        r"\b(?:emergency|warning|danger) (?:signs?|symptoms?)\b",
        r"\b(?:signs?|symptoms?) of an? (?:[\w-]+ ){0,3}emergency\b",
        r"\b(?:is|are|as|be) (?:always )?an? (?:[\w-]+ )?emergency\b|\b(?:medical|life-threatening) emergency\b",
    ),
    kind_ends=rule(
        r"\s*\b(?:or|and|but|such as|like|including|while|after|that|which|who|during|for|in your|within)\b"
    ),
    these_include=rule(r"^(?:these|they|those|this)(?: (?:may|can|might|could))? includes?\b\s*:?\s*(?P<items>.*)$"),
    examples=rule(r"^,?\s*(?:such as|like|including|for example,?|e\.g\.,?)\s+"),
    examples_end=rule(
        r"[,\s]+(?:such as|like|including|for example|these include|"
        r"which (?:(?:may|can|might) )?(?:look like|includes?))\s*$"
    ),
    include=rule(
        r"^(?:(?:the|these|some|other|common|early|first|most|possible|typical|main|usual|serious|warning|danger|"
        r"emergency) )*(?:signs?|symptoms?)(?: (?:and|or|&) (?:signs?|"
        r"symptoms?))?(?: of (?P<kind>[^,.;:]+?))? (?:(?:can|may|might|could|often|usually|also|"
        r"commonly) )*include\b\s*:?\s*(?P<items>.*)$"
    ),
    about_signs=rule(r"\b(?:signs?|symptoms?|watch for|look for)\b"),
    open_ended=rule(
        r"\b(?:such as|like|includ\w+|for example|e\.g|common\w*|other|etc|some|most|mainly|usually|often|"
        r"not limited to)\b"
    ),
    unfinished=rule(
        r"\bnot (?:a |the )?(?:whole|complete|full|exhaustive) list\b|\bnot all[- ]inclusive\b|"
        r"\bany other (?:signs?|symptoms?)\b"
    ),
    item_end=rule(r"[;,]?\s+(?:and/or|or|and)$"),
    alternative=rule(r",\s+or\s+|\s+or\s+|,\s+"),
    conjunction=rule(r",\s*(?:and|or)\s+(?![^()]*\))|,\s+(?![^()]*\))"),
    and_=rule(r"\s+and\s+"),
    or_=rule(r"\s+or\s+"),
    or_at_end=rule(r"[,\s]+or(?: (?:has|have|shows?|gets?))?\s*$"),
    or_at_start=rule(r"^[,\s]*or\s+"),
    goes_on=rule(r"^(?:they|it|which|so|but|because|this|these|who|that|as|if|when|call|get|see)\b"),
    stands_alone=rule(
        r"^(?:an?|any|trouble|difficulty|signs?|symptoms?|has|have|is|are|isn't|aren't|can't|cannot|won't|"
        r"doesn't|seems?|feels?|gets?|looks?|starts?|stops?|vomits?|develops?|becomes?|refuses|"
        r"faints|turns|passes|loses|keeps|acts|drools|complains|wheezes|limps|shakes|throws|your|they|he|she|"
        r"you|there)\b"
    ),
    preposition=rule(r"\b(?:in|on|of|around|from|near|to|with|at|under|behind)\b"),
    place=rule(
        r"^(?:the |an? |your |his |her |their )?(?:arms?|legs?|back|chest|neck|face|hands?|feet|foot|eyes?|ears?|"
        r"nose|mouth|lips?|tongue|throat|skin|head|belly|stomach|abdomen|hips?|knees?|ankles?|elbows?|wrists?|"
        r"shoulders?|joints?|fingers?|toes?|gums?|urine|pee|poop|stools?|vomit|mucus|spit|cuts?|scrapes?|burns?|"
        r"wounds?|bites?|bruises?|sores?|groin|scalp|jaw|cheeks?|eyelids?|muscles|bones|nails|armpits?|side|body|"
        r"morning|afternoon|evening|night)(?: and/or [\w-]+)?$"
    ),
    trouble=rule(r"^(?:trouble|difficulty|problems?|pain (?:when|while|with)|hard(?:er)? time|discomfort)\b"),
    ing=rule(r"^\w+ing\b"),
    negates=rule(
        r"^(?:not|no|never|can't|cannot|won't|doesn't|isn't|unable|refus\w+|loss of|lack of|less|fewer|more|"
        r"changes? in|very|too|severe|increased|decreased)\b",
        r"^an? (?:rapid|fast|quick|slow|weak|strong|irregular|dull|sharp|stiff|sudden|severe|high|low|mild|hard|hot|"
        r"cold|painful|swollen|red)$",
    ),
    article=rule(r"^(?:an?|the|any|some|his|her|their|your)\s+"),
)

EXPLANATIONS = Explanations(
    subject=rule(
        rf"^(?:an? |the )?(?P<term>{TERM})\s*(?:\([^()]{{2,80}}\))?(?:,[^,.]{{2,60}},)? "
        r"(?:is|are|happens?|means|occurs?|refers to|affects?|can|makes?|causes?)\b"
    ),
    defined=rule(
        rf"^(?:an? |the )?(?P<term>{TERM})\s*(?:\([^()]{{2,80}}\))?(?:,[^,.]{{2,60}},)? (?:is|are) (?:when\b|"
        rf"(?:[\w'-]+ ){{0,5}}?{GENUS}\b.*?\b(?:that|which|who|when|where|of|in|with|used|caused|made|found|for|"
        rf"by|inside|around)\b).+"
    ),
    called=rule(
        rf"(?:[,(]|\b(?:is|are|sometimes|often|usually|commonly)|\b{GENUS}) ?\bcalled (?:an? |the )?(?P<term>{TERM})"
        r"(?=\s*(?:[,.;:()]|$)| (?:that|which|who|is|are|can|may|to|when|if|and|or|in|by|with|for|from|on|at|"
        r"because|but|as|will|"
        r"do|does|has|have|helps?|where|(?:cause|make|live|attack|spread|infect|fight|grow|enter|get|kill|build|carr|"
        r"protect|need|happen|start|affect)\w*)\b)"
    ),
    also_called=rule(
        r"\b(?:also|sometimes) (?:called|known as) (?:an? |the )?(?P<names>[^().;:]{2,80}?)(?=[).;:]|,? (?:is|"
        r"are|was|which|that)\b|$)"
    ),
    name_split=rule(r",\s+(?:or\s+)?|\s+or\s+"),
    gloss=rule(
        r"^(?:an?|the|when|tiny|small) (?!few\b|little\b|lot\b|same\b|number\b|more\b|day\b|week\b|month\b|"
        r"year\b)(?=.*\b(?:that|which|who|when|of|in|with|used|caused|for|from|by)\b).{6,}",
        rf"^an? (?:[\w-]+ ){{0,4}}{GENUS}$",
        rf"^(?:[\w-]+ )?{GENUS} (?:of|in|that|who|which|caused)\b.{{4,}}",
    ),
    apposition=rule(
        r"\b(?:an?|the) (?P<term>[\w'-]+(?: [\w'-]+){0,2}), (?P<gloss>an? (?:[\w-]+ ){0,2}(?:doctor|specialist|"
        r"surgeon|nurse|test|scan|tube|medicine|machine|device|cell|protein|germ|virus|gland|organ|condition|"
        r"disease) (?:who|that|which|used|for|in|of)\b[^,.;]*)(?=[,.])"
    ),
    before_term=rule(
        r"^(?:an?|the|your|and|or|of|with|for|to|by|in|on|is|are|was|be|have|has|had|gets?|sees?|takes?|uses?|"
        r"causes?|called|needs?|may|might|can|could|will|do|does|from|at|as|other|some|includes?|including|"
        r"develops?|if|when|that|who|which|than|into|about|like|also|sometimes|often|usually|this|these|their|"
        r"his|her|its|give|given|gives|through|under|ask|called|not)$"
    ),
    common=rule(
        r"^(?:it|this|these|that|those|they|there|he|she|we|you|your|our|some|many|most|other|another|here|what|"
        r"one|my|his|her|their|all|both|each|any|no|if|when|symptoms?|signs?|treatments?|causes?|doctors?|kids?|"
        r"children|people|parents|babies|bab(?:y)|surgery|rest|medicines?|the|an?|with|without|in|for|as|"
        r"treating|more|another|sometimes|usually|often)\b",
        r"\b(?:treatments?|causes?|symptoms?|signs?|goal|way|reason|problem|doctors?|ambulance|nurse|"
        r"pediatrician|911|for|of)$",
    ),
    needs_before=rule(r"^(?:it|this|these|those|they|such)\b"),
    says=rule(r"^(?:say|pronounced|sounds like)\b\s*:?\s*"),
)

ENGLISH = Words(
    lang="en",
    function_words=vocabulary(
        """the of and to is are with for your you it that this or be can may if not they have when their as from an
        by about these which will do more how what who get in on was were than his her its at has had we so been
        there some most all any after because while into out up then them our she him would should"""
    ),
    layout=LAYOUT,
    credits=CREDITS,
    aspects=ASPECTS,
    organisation=ORGANISATION,
    calls=CALLS,
    signs=SIGNS,
    explanations=EXPLANATIONS,
    patients={
        Audience.parents: "children with {name}",
        Audience.kids: "kids with {name}",
        Audience.teens: "teens with {name}",
        Audience.general: "people with {name}",
    },
    notes={
        "list-lost": "The list that stood here is lost from the source.",
        "list-unclear": "The list that stands here in the source cannot be told whole.",
        "no-signs": "No warning sign could be read from the source for certain: this set is empty, not complete.",
        "set-list-lost": "A list is lost from the source.",
        "set-umbrella": "The source calls for care at any sign of a kind, so what is named here is not all.",
        "set-examples": "The source gives examples, not the whole list.",
        "set-left-out": "The source calls for care in other places too, which could not be read for certain.",
        "set-open": "Signs that are not named here may also need care.",
    },
)
