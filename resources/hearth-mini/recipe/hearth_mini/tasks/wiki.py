"""Questions derived by rules from encyclopaedia paragraphs, and the passages cut from articles."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .ask import Reading, bare, missing, quote, quoted, sentence
from .corpus import Article, Corpus
from .names import Ctx, capital
from .passages import split_sentences
from .sample import Sample

_REGULAR = (
    "open close move join start end finish form play serve work direct appear release publish launch return retire "
    "settle arrive complete change rename found establish create design develop produce record perform release sign "
    "receive earn score coach manage train graduate enter attend study travel visit reach cross defeat attack capture "
    "surrender invade conquer discover explore invent introduce adopt approve pass purchase acquire inherit donate "
    "sell marry divorce emigrate immigrate die decide announce propose present premiere debut compete participate "
    "represent captain host organise organize organized support oppose protest resign succeed replace elect appoint "
    "nominate award name convert extend expand reduce abandon destroy restore rebuild renovate demolish construct "
    "install operate import export collapse merge separate disband reform reopen relocate transfer celebrate "
    "translate illustrate edit compose arrange star feature tour collaborate contribute research observe measure "
    "describe classify identify collect classify teach live stay reside flee help command lead guide order refuse "
    "accept claim argue suggest support suffer survive recover kill murder arrest imprison release execute "
    "convict sentence escape hide deliver carry contain cover include consist cost use"
).split()
_IRREGULAR = {
    "began": "begin", "became": "become", "came": "come", "went": "go", "won": "win", "lost": "lose", "wrote": "write",
    "made": "make", "took": "take", "gave": "give", "left": "leave", "met": "meet", "built": "build", "bought": "buy",
    "sold": "sell", "led": "lead", "taught": "teach", "fought": "fight", "ran": "run", "saw": "see", "held": "hold",
    "grew": "grow", "spent": "spend", "stood": "stand", "fell": "fall", "rose": "rise", "set up": "set up",
    "drew": "draw", "flew": "fly", "sang": "sing", "swam": "swim", "broke": "break", "chose": "choose", "found": "find",
    "got": "get", "kept": "keep", "paid": "pay", "sent": "send", "shot": "shoot", "sank": "sink", "spoke": "speak",
    "died": "die", "studied": "study", "married": "marry", "carried": "carry", "fled": "flee", "beat": "beat",
    "underwent": "undergo", "undertook": "undertake", "withdrew": "withdraw", "rebuilt": "rebuild", "struck": "strike",
}  # fmt: skip


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + "ed"


_LEMMA = {_past(v): v for v in _REGULAR} | {
    "planned": "plan", "transferred": "transfer", "stopped": "stop", "dropped": "drop", "starred": "star",
    "travelled": "travel", "traveled": "travel", "equipped": "equip", "permitted": "permit", "toured": "tour",
} | _IRREGULAR  # fmt: skip
for _bad in ("stared", "transfered", "fleed", "selled", "leaded", "costed", "hided", "teached"):
    _LEMMA.pop(_bad, None)

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_YEAR = r"(?:1[0-9]{3}|20[0-2][0-9])"
_DATE = rf"(?:(?:\d{{1,2}} {_MONTH} {_YEAR})|(?:{_MONTH} \d{{1,2}}, {_YEAR})|(?:{_MONTH} {_YEAR})|{_YEAR})"
_CAP = r"[A-Z][\w'’\-]*\.?"
_NAME = rf"{_CAP}(?: (?:(?:of|de|van|von|the|da|del|la|du|bin|al|le) )?{_CAP}){{0,4}}"
_PERSON = r"[A-Z][\w'’\-]+(?: [A-Z]\.)?(?: (?:de|van|von|da|del|la|du|bin|al|le))?(?: [A-Z][\w'’\-]+){1,2}"
_SUBJECT = rf"(?:He|She|It|They|The [\w'’\- ]{{3,45}}?|{_NAME})"
_NOT_PEOPLE = re.compile(
    r"\b(?:University|College|School|Company|Club|River|County|Church|Party|Council|Army|Navy|Museum|Street|Road|"
    r"Railway|Station|Records|Films|Studios|Group|Association|League|Cup|Award|Island|Lake|Mountain|City|Town|"
    r"District|Act|War|Battle|House|Park|Court|Bank|Press|Times|Corporation|Inc|Ltd|Football|National|Royal|North|"
    r"South|East|West|New|United|American|British|The|In|On|At|After|Before|During|When|While|Since|For|Both|Many|"
    r"Most|Some|All|However|Although|This|These|Other|Another|Two|Three)\b"
)
_PRONOUN_START = re.compile(r"^(He|She|It|They)$")
_LOOSE = re.compile(r"\b(?:he|she|it|they|his|her|their|him|them|this|these|its|that|there|which|who)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """A question with its answer and, where the answer is a span, the sentence it stands in."""

    question: str
    answer: str
    where: str
    named: bool  # the question names what it is about, so it can be asked of another passage


def _subject(raw: str, title: str) -> str | None:
    """The subject as it is called in a question, or None if that is unclear."""
    if _PRONOUN_START.match(raw):
        return title if raw != "They" and len(title) < 50 else None
    if raw.startswith("The "):
        return None if _LOOSE.search(raw[4:]) else "the " + raw[4:]
    if raw.split()[0] in (
        "In",
        "On",
        "At",
        "After",
        "During",
        "From",
        "By",
        "For",
        "This",
        "These",
        "His",
        "Her",
        "Its",
        "Their",
        "When",
        "While",
        "There",
        "However",
        "As",
        "Although",
        "Since",
        "Until",
        "Some",
        "Many",
        "Most",
        "One",
        "Two",
        "All",
        "Both",
        "Each",
        "With",
        "After",
        "Before",
        "That",
        "To",
        "Also",
        "Another",
        "Other",
        "Its",
        "Under",
        "An",
        "A",
    ):
        return None
    return raw


def _clean_title(title: str) -> str:
    return re.sub(r" \([^)]*\)$", "", title)


def _tail(text: str) -> str:
    text = text.strip().rstrip(",;:").strip()
    return text[:-1] if re.search(r"[a-z]{4}\.$", text) else text


def _be_date(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(
        rf"({_SUBJECT}) (was|were) ((?:first |originally |officially |formally |completely )?\w+(?:ed|en|ilt|old|orn|ade|ung|ound|nt|ut|ld))((?: [\w'’\-]+){{0,8}}?) (?:in|on) ({_DATE})\b",
        sentence,
    )
    if not m:
        return None
    subject = _subject(m[1], title)
    if subject is None or _LOOSE.search(m[4]) or re.search(r"\b(?:in|on|and|but)$", m[4]):
        return None
    start = (
        ctx.pick(("When", "When", "In which year", "In what year"))
        if m[5].isdigit()
        else ctx.pick(("When", "On what date" if m[5][0].isdigit() or "," in m[5] else "When"))
    )
    return Asked(f"{start} {m[2]} {subject} {m[3]}{m[4]}?", m[5], sentence, not subject.startswith("the "))


def _be_by(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(
        rf"({_SUBJECT}) (is|was|were|are) ((?:\w+ly )?(?:written|directed|designed|built|founded|created|produced|composed|published|led|owned|developed|discovered|described|painted|released|performed|invented|established|succeeded|replaced|defeated|killed|commissioned|recorded|edited|illustrated|narrated|hosted|won|opened|headed|managed|operated|run|acquired|bought|introduced|elected|appointed))((?: [\w'’\-]+){{0,5}}?) by (?:the )?({_NAME})",
        sentence,
    )
    if not m:
        return None
    subject = _subject(m[1], title)
    if subject is None or _LOOSE.search(m[4]):
        return None
    answer = _tail(m[5])
    start = ctx.pick(("Who {b} {s} {v}{r} by?", "By whom {b} {s} {v}{r}?"))
    return Asked(start.format(b=m[2], s=subject, v=m[3], r=m[4]), answer, sentence, not subject.startswith("the "))


def _did_date(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(
        rf"({_SUBJECT}) (?:also |later |then |first |finally )?(\w+)((?: [\w'’\-\"]+){{0,9}}?) (?:in|on) ({_DATE})\b(?! (?:and|to|–|-))",
        sentence,
    )
    if not m or m[2] not in _LEMMA:
        return None
    subject = _subject(m[1], title)
    if (
        subject is None
        or _LOOSE.search(m[3])
        or re.search(r"\b(?:in|on|and|but|from|until|by|since|of|the|was|were|where|when)$", m[3])
        or re.search(r"\b(?:was|were|and|had|where|when)\b", m[3])
    ):
        return None
    start = ctx.pick(("When", "When", "In which year", "In what year")) if m[4].isdigit() else "When"
    return Asked(f"{start} did {subject} {_LEMMA[m[2]]}{m[3]}?", m[4], sentence, not subject.startswith("the "))


def _in_year(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(
        rf"(?:In|On) ({_DATE}),? (he|she|it|the [\w'’\- ]{{3,40}}?|{_NAME}) (?:also |then |first |finally )?(\w+) ((?:[\w'’\-\"]+ ?){{1,10}})([.,;])",
        sentence,
    )
    if not m or m[3] not in _LEMMA:
        return None
    subject = title if m[2] in ("he", "she", "it") else m[2]
    rest = m[4].strip()
    if m[5] == "," and sentence[m.end() : m.end() + 1].isdigit():
        return None
    if (
        _LOOSE.search(subject)
        or _LOOSE.search(rest)
        or re.search(r"\b(?:and|but|was|were|when|where|had)\b", rest)
        or re.search(r"\b(?:in|on|of|the|at|to|for|with|by)$", rest)
    ):
        return None
    start = ctx.pick(("When", "In which year", "In what year", "What year")) if m[1].isdigit() else "When"
    return Asked(f"{start} did {subject} {_LEMMA[m[3]]} {rest}?", m[1], sentence, not subject.startswith("the "))


def _who_did(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(rf"({_PERSON}) (\w+) ([^.;:()]{{8,90}}?)\.$", sentence)
    if not m or m[2] not in _LEMMA or _NOT_PEOPLE.search(m[1]) or _LOOSE.search(m[3]) or len(m[3].split()) < 3:
        return None
    return Asked(f"Who {m[2]} {m[3]}?", m[1], sentence, True)


def _what_did(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(
        rf"({_SUBJECT}) (won|joined|founded|directed|wrote|published|defeated|attended|discovered|played for|established|married|moved to|designed|composed|represented|served in|entered|reached|visited|received|studied|acquired|captured|built|purchased|graduated from|released|signed with|worked for) ((?:the |a |an )?(?:\"[^\"]{{3,50}}\"|{_NAME}))(?=[.,]| in | on | at | from )",
        sentence,
    )
    if not m:
        return None
    subject = _subject(m[1], title)
    if subject is None:
        return None
    head, _, particle = m[2].partition(" ")
    lemma = _LEMMA.get(head)
    if lemma is None:
        return None
    word = {"defeated": "Whom", "married": "Whom", "moved": "Where", "attended": "What"}.get(head, "What")
    particle = "" if head == "moved" and word == "Where" else particle
    question = f"{word} did {subject} {lemma}{' to' if head == 'moved' else ' ' + particle if particle else ''}?"
    return Asked(question, _tail(m[3]), sentence, not subject.startswith("the "))


def _born_place(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.search(
        rf"^(He|She|{_PERSON}) was born (?:(?:on|in) {_DATE},? )?(?:in|at) ((?:the )?{_NAME}(?:, {_NAME})*)", sentence
    )
    if not m:
        return None
    subject = _subject(m[1], title)
    return (
        Asked(f"Where was {subject} born?", _tail(m[2]), sentence, True)
        if subject and not re.fullmatch(_MONTH, m[2].split()[0])
        else None
    )


def _life(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(rf"({_NAME}) \((?:born )?({_DATE})(?: in [^–)]+)?(?: ?[–-] ?({_DATE}))?[^)]*\) (?:is|was)", sentence)
    if not m:
        return None
    if m[3] and ctx.chance(0.5):
        return Asked(f"When did {m[1]} die?", m[3], sentence, True)
    return Asked(
        ctx.pick(
            (
                f"When was {m[1]} born?",
                f"What is the date of birth of {m[1]}?" if not m[2].isdigit() else f"In which year was {m[1]} born?",
            )
        ),
        m[2],
        sentence,
        True,
    )


def _what_is(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(
        rf"(\"?(?:The )?{_NAME}\"?)(?: \([^)]*\))?,? (is|was|are|were) ((?:a|an|the|one of the) [^,.;:()]{{4,90}}?)([,.;(]| who | which | that | born | from (?:19|20)| since )",
        sentence,
    )
    if not m or m[1].split()[0] in ("It", "He", "She", "There", "This", "They", "In", "His", "Her"):
        return None
    answer = _tail(m[3])
    if answer.split()[-1] in ("the", "a", "of", "in", "and", "or", "by", "to", "an"):
        return None
    if m[4] == "," and len(answer.split()) < 3 or m[4] == "." and sentence[m.end() :].strip():
        return None
    if m[4] == "," and re.match(r"[^.]{2,60}? and ", sentence[m.end() :]) or _subject(m[1], title) is None:
        return None  # "a film, television and stage actress" must not end at the comma
    head = re.split(r" (?:of|from|in|by|for|and|hosted|at|with|on) ", answer)[0]
    human = bool(
        re.fullmatch(_PERSON, m[1])
        and not _NOT_PEOPLE.search(m[1])
        and _HUMAN.search(head)
        and not _NOT_HUMAN.search(head)
    )
    if " " not in m[1] and m[1] != title:
        return None
    name = m[1]
    if name.startswith("The "):
        name = "the " + name[4:]
    return Asked(f"{'Who' if human else 'What'} {m[2]} {name}?", answer, sentence, True)


_HUMAN = re.compile(
    r"\b(?:\w{2,}(?:er|or|ist|ian|man|woman|ress)|general|king|queen|saint|judge|pilot|priest|poet|bishop|model|chief|"
    r"architect|captain|botanist|clerk|scholar|scientist|surgeon|dean|star|athlete|cleric|knight|noble|activist|advocate|pianist|champion|"
    r"student|president|minister|secretary|candidate|expert|magistrate|diplomat|economist|sculptor|coach|chef|athlete|admiral|colonel|monk|nun|rabbi|guard|back|forward|midfielder|defender)$"
)
_NOT_HUMAN = re.compile(
    r"\b(?:centre|center|tower|river|paper|newspaper|computer|theater|number|order|chapter|water|cover|"
    r"motor|reactor|sector|corridor|border|harbor|power|over|quarter|layer|cluster|crater|container|"
    r"thriller|letter|filter|parser|server|browser|carrier|cruiser|destroyer|fighter|bomber|trailer)$"
)


def _located(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(
        rf"({_SUBJECT})(?: \([^)]*\))? (?:is|was) [^.;]{{0,60}}?\b(located|situated) ((?:in|on|near|at) (?:[\w'’\-]+,? ){{0,10}}[\w'’\-]+)[.,;]",
        sentence,
    )
    if not m:
        return None
    subject = _subject(m[1], title)
    return (
        Asked(
            f"Where {'was' if ' was ' in sentence[: m.start(2)] else 'is'} {subject} {m[2]}?",
            _tail(m[3].removeprefix("in ")),
            sentence,
            not subject.startswith("the "),
        )
        if subject
        else None
    )


def _population(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.search(
        r"\bpopulation (?:was|of|is|at the \w+ census was) (?:about |around |approximately |some )?(\d[\d,]*)", sentence
    )
    if not m or len(title) > 50:
        return None
    return Asked(
        ctx.pick(
            (
                f"What is the population of {title}?",
                f"What population is given for {title}?",
                f"How many people live in {title}?",
            )
        ),
        m[1],
        sentence,
        True,
    )


def _known_as(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(
        rf"({_SUBJECT})[^.;]{{0,50}}? (also known as|better known as|commonly known as|formerly known as|nicknamed|also called) (?:the )?(\"[^\"]+\"|{_NAME})",
        sentence,
    )
    if not m:
        return None
    subject = _subject(m[1], title)
    return (
        Asked(
            f"What {'was' if 'formerly' in m[2] else 'is'} {subject} {m[2]}?",
            _tail(m[3]).strip('"'),
            sentence,
            not subject.startswith("the "),
        )
        if subject
        else None
    )


def _named_after(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.match(
        rf"({_SUBJECT}) (?:is|was|were) (?:\w+ly )?named (?:after|for|in honou?r of) ((?:the )?[^.,;()]{{3,60}})",
        sentence,
    )
    if not m:
        return None
    subject = _subject(m[1], title)
    return (
        Asked(f"After whom or what was {subject} named?", _tail(m[2]), sentence, not subject.startswith("the "))
        if subject
        else None
    )


def _apposition(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    m = re.search(rf"\b({_PERSON}), ((?:a|an|the) [^,.;()]{{5,60}}), ", sentence)
    if not m or _NOT_PEOPLE.search(m[1]):
        return None
    head = re.split(r" (?:of|from|in|by|for|and|at|with|on) ", m[2])[0]
    return Asked(f"{'Who' if _HUMAN.search(head) else 'What'} is {m[1]}?", m[2], sentence, True)


def _how_many(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    found = re.findall(
        r"\b(\d{1,3}(?:,\d{3})+|\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty) ((?:[a-z\-]+ ){0,2}[a-z]{3,}s)\b",
        sentence,
    )
    found = [
        f
        for f in found
        if not re.search(
            r"(?:ss|us|is)$|\b(?:\w*metres|\w*meters|miles|feet|months|weeks|days|hours|minutes|points|was|is|has|in|on|of|and|as|years|to|at|the|by|does|its|his|this|his|with|for|from)\b",
            f[1],
        )
    ]
    if len(found) != 1 or sentence.count(found[0][0]) != 1:
        return None
    number, noun = found[0]
    return Asked(
        ctx.pick(
            (
                f"How many {noun} are spoken of?",
                f"What number of {noun} is given?",
                f"A number of {noun} is given. Which?",
            )
        ),
        number,
        sentence,
        False,
    )


def _happened(sentence: str, title: str, ctx: Ctx) -> Asked | None:
    years = re.findall(rf"\b{_YEAR}\b", sentence)
    if len(years) != 1 or len(sentence) > 260:
        return None
    return Asked(
        ctx.pick(
            (
                f"What happened in {years[0]}?",
                f"What does the text say about {years[0]}?",
                f"What is said about the year {years[0]}?",
            )
        ),
        sentence,
        sentence,
        False,
    )


_RULES: tuple[Callable[[str, str, Ctx], Asked | None], ...] = (
    _be_date, _be_by, _did_date, _in_year, _who_did, _what_did, _born_place, _life, _what_is, _located, _population,
    _known_as, _named_after, _apposition, _how_many,
)  # fmt: skip


def derive(passage: str, title: str, ctx: Ctx) -> list[Asked]:
    """All questions that the rules find, each with an answer that stands exactly once or in one sentence only."""
    title = _clean_title(title)
    out: list[Asked] = []
    for text in sentences_of(passage):
        if not 25 <= len(text) <= 420:
            continue
        for rule in _RULES:
            asked = rule(text, title, ctx)
            if asked is None or not asked.answer or asked.answer not in text or len(asked.question) > 170:
                continue
            if asked.question.count('"') % 2 or asked.answer.count('"') % 2 or asked.answer in asked.question:
                continue
            out.append(asked)
    questions = [a.question for a in out]
    return [a for a in out if questions.count(a.question) == 1]


def sentences_of(passage: str) -> list[str]:
    return [s for p in passage.split("\n") if len(p) > 40 for s in split_sentences(p)]


def cut(article: Article, ctx: Ctx, low: int, high: int) -> str | None:
    """Consecutive paragraphs of an article, of a total length between the two bounds in characters, or None."""
    paragraphs = [p for p in article[1].split("\n\n") if p.strip()]
    if not paragraphs:
        return None
    start = 0 if ctx.chance(0.6) else ctx.integer(0, len(paragraphs) - 1)
    goal = ctx.integer(low, high)
    out: list[str] = []
    size = 0
    for paragraph in paragraphs[start:]:
        if size and size + len(paragraph) > goal:
            break
        if len(paragraph) > high:
            sentences = split_sentences(paragraph)
            kept: list[str] = []
            for text in sentences:
                if sum(map(len, kept)) + len(text) > goal:
                    break
                kept.append(text)
            paragraph = " ".join(kept)
        if paragraph:
            out.append(paragraph)
            size += len(paragraph)
        if size >= goal:
            break
    while out and len(out[-1]) < 60 and not out[-1].endswith("."):
        out.pop()
    text = "\n\n".join(out)
    return text if low <= len(text) <= high * 1.2 else None


def passage_of(corpus: Corpus, ctx: Ctx, low: int = 250, high: int = 2400) -> tuple[str, str]:
    """A title with a passage that fits the bounds."""
    while True:
        article = corpus.article()
        text = cut(article, ctx, low, high)
        if text is not None:
            return article[0], text


_ENTITY = re.compile(rf"(?<![.!?\"] )(?<!^)\b(?:{_DATE}|\d{{1,3}}(?:,\d{{3}})+|{_CAP}(?: {_CAP})+|{_CAP})")


def cloze(text: str, ctx: Ctx) -> Asked | None:
    """A sentence with a gap where a name, a number or a date stood."""
    spans = [m for m in _ENTITY.finditer(text) if m.start() > 12 and text.count(m[0]) == 1 and len(m[0]) > 2]
    if not spans:
        return None
    m = ctx.pick(spans)
    answer = m[0].rstrip(".") if m.end() == len(text) else m[0]
    gapped = text[: m.start()] + "____" + text[m.start() + len(answer) :]
    forms = (
        "Fill in the gap from the {d}: {g}",
        "Complete this sentence from the {d}: {g}",
        "What belongs in the gap? {g}",
        "Which words are missing? {g}",
        "{g} Fill the gap.",
        "Replace ____ with the words of the {d}: {g}",
    )
    return Asked(ctx.phrase(forms).replace("{g}", gapped), answer, text, False)


def mention(sentences: list[str], ctx: Ctx) -> Asked | None:
    """Asks for the only sentence that names something."""
    text = ctx.pick(sentences)
    spans = [m[0].rstrip(".") for m in _ENTITY.finditer(text) if m.start() > 5 and len(m[0]) > 3]
    spans = [s for s in spans if sum(s in other for other in sentences) == 1]
    if not spans or len(text) > 320:
        return None
    forms = (
        "Which sentence mentions {e}?",
        "Quote the sentence about {e}.",
        "What does the {d} say about {e}?",
        "Where is {e} mentioned? Quote it.",
        "Find the sentence with {e}.",
        "In which sentence does {e} appear?",
    )
    return Asked(ctx.phrase(forms).replace("{e}", ctx.pick(spans)), text, text, False)


def continuation(sentences: list[str], ctx: Ctx) -> Asked | None:
    text = ctx.pick(sentences)
    words = text.split()
    if not 8 <= len(words) <= 40:
        return None
    start = " ".join(words[: ctx.integer(4, 6)])
    if sum(s.startswith(start) for s in sentences) != 1 or '"' in text:
        return None
    forms = (
        'How does the sentence go on that begins "{s}"?',
        'Copy the sentence that starts with "{s}".',
        'Finish the sentence: "{s} …"',
        'Complete: "{s} …"',
        'Give the whole sentence that begins with "{s}".',
        'Continue from the {d}: "{s} …"',
    )
    return Asked(ctx.phrase(forms).replace("{s}", start), text, text, False)


def ask_about(
    ctx: Ctx, reading: Reading, derived: list[Asked], sentences: list[str], stranger: Asked | None, passage: str
) -> bool:
    """One question about an encyclopaedia passage; False if none of the drawn kind could be made."""
    noun = reading.noun
    roll = ctx.rng.random()
    if derived and roll < 0.58:
        asked = derived.pop(ctx.integer(0, len(derived) - 1))
        form = ctx.rng.random()
        if form < 0.86:
            reading.turn(bare(ctx, asked.question, noun), asked.answer)
        elif form < 0.93 and '"' not in asked.where:
            reading.turn(quote(ctx, asked.question, noun), quoted(asked.where, noun))
        else:
            reading.turn(sentence(ctx, asked.question, noun), asked.where)
        return True
    if stranger is not None and roll < 0.66:
        reading.turn(bare(ctx, stranger.question, noun), missing(noun))
        return True
    made: Asked | None
    if roll < 0.80:
        text = ctx.pick(sentences)
        made = cloze(text, ctx)
        if made is not None and len(sentences) > 1:
            sentences.remove(text)
    elif roll < 0.86:
        made = mention(sentences, ctx)
        if made is not None and '"' not in made.answer:
            reading.turn(made.question.replace("{d}", noun), quoted(made.answer, noun))
            return True
    elif roll < 0.91:
        made = continuation(sentences, ctx)
    elif roll < 0.96:
        years = [a for a in (_happened(s, "", ctx) for s in sentences) if a is not None]
        years = [a for a in years if len(re.findall(re.escape(re.findall(_YEAR, a.question)[0]), passage)) == 1]
        made = ctx.pick(years) if years else None
    else:
        return False
    if made is None:
        return False
    reading.turn(made.question.replace("{d}", noun), made.answer)
    return True


class WikiQuestions:
    """The family of encyclopaedia questions. It keeps named questions of earlier passages to ask them of others."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._strangers: list[tuple[str, Asked]] = []

    def __call__(self, ctx: Ctx) -> Sample:
        while True:
            count = ctx.weighted(((1, 0.72), (2, 0.18), (3, 0.1)))
            high = 2300 // count
            passages = [passage_of(self._corpus, ctx, 220, high) for _ in range(count)]
            texts = [f"{t}\n\n{p}" if ctx.chance(0.25) else p for t, p in passages]
            title, passage = ctx.pick(passages)
            sentences = [s for s in sentences_of(passage) if 30 <= len(s) <= 400]
            if len(sentences) < 2:
                continue
            derived = derive(passage, title, ctx)
            if count > 1:
                derived = [a for a in derived if a.named]
            reading = Reading(ctx, "wiki_qa", texts)
            goal = ctx.weighted(((1, 0.2), (2, 0.25), (3, 0.25), (4, 0.2), (5, 0.1)))
            stranger = self._stranger(ctx, " ".join(texts))
            fresh = [(title, a) for a in derived if a.named]
            made = 0
            for _ in range(goal * 3):
                if made < goal and ask_about(ctx, reading, derived, sentences, stranger, passage):
                    made += 1
            self._strangers = (self._strangers + ctx.some(fresh, 2))[-400:]
            if any(part.role == "assistant" for part in reading.sample.parts):
                return reading.sample

    def _stranger(self, ctx: Ctx, text: str) -> Asked | None:
        if len(self._strangers) < 20:
            return None
        title, asked = ctx.pick(self._strangers)
        return asked if title.split()[0] not in text and asked.answer not in text else None


def about(title: str) -> str:
    return capital(_clean_title(title))
