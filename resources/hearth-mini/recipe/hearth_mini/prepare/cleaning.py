"""Rules that drop paragraphs and documents, each with its reason."""

from __future__ import annotations

import codecs
import re
import string

from .documents import Document
from .tally import Tally

REASONS = {
    "article: disambiguation": "pages that only list meanings of a name",
    "article: stub": "fewer than 300 characters of body",
    "book: copyrighted edition": "the header carries a copyright notice",
    "book: heading without text": "headings followed by another heading, as in tables of contents",
    "book: loose line": "captions, page headers and title lines that are no sentence",
    "book: mostly verse or tables": "less than 40 % of the book is prose",
    "book: not English": "the header names another language",
    "book: production and licence notes": "transcriber, licence and printer notes, advertisements",
    "book: verse, index or table": "lines much shorter than wrapped prose, or set in columns",
    "dialogue: code on one line": "the lines of the program were lost",
    "dialogue: one speaker only": "no exchange",
    "dialogue: persona of another program": "answers in which a robot describes itself",
    "dialogue: rejected or too short": "rejected by the collectors, or fewer than six turns",
    "dialogue: repeats itself": "at least three repeated turns",
    "dictionary: entry without a plain word or meaning": "numbers and symbols",
    "manual: alias page": "pages that only point to another page",
    "manual: comments and link targets": "markup without text",
    "manual: links": "addresses",
    "manual: parameter tables and link lists": "generated, nearly identical on every page",
    "profile: not a country or region": "index files",
    "profile: without a name": "no title could be made",
    "story: licence is not CC BY or public domain": "non-commercial licences",
    "textbook: figure, table, exercise or formula": "no plain text form",
    "textbook: paragraph with mathematics": "formulas have no plain text form",
    "rule: offensive words": "slurs; in dialogues also strong profanity",
    "rule: not English": "too few frequent English words",
    "rule: symbols": "too few letters",
    "rule: digits": "number tables and score lists",
    "rule: foreign script": "too many characters outside ASCII",
    "rule: capitals": "headlines and title pages",
    "rule: repetition": "few different words",
    "rule: too little left": "nothing useful remained of the document",
    "duplicate: exact": "same text up to case and white space",
    "duplicate: near": "at least 75 % of the five-word shingles agree",
    "duplicate: paragraph": "a paragraph of at least 80 characters seen before",
    "duplicate: mostly repeated paragraphs": "more than half of the document was seen before",
    "quality: trimmed": "books beyond the token budget, lowest quality first",
}

FREQUENT = frozenset(
    "the of and to a in is was he that it his her for with as i on you at be had by not are have from but or she"
    " which they an this were we all their there him so one if been when who will no would what my has me them"
    " its then do up out into your more said could than some these about also can other after first new".split()
)


def _pattern(encoded: str) -> re.Pattern[str]:
    """Return a pattern for a list of words that is kept in ROT13, so that nobody has to read it by accident."""
    words = codecs.decode(encoded, "rot13").split()
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE)


_SLUR_STEMS = tuple(
    codecs.decode(
        "avtt qnexvr qnexl tbbx fcvpx xvxr jrgonpx snttbg fyhg juber cvpnavaa cvpxnavaa pbbaf jbtf pbpxfhpxre "
        "phag enturnq puvanz",
        "rot13",
    ).split()
)
_SLURS = _pattern(
    "avttre avttref avttre'f avttn avttnf avttreurnq qnexvr qnexvrf qnexl puvanzna tbbx tbbxf fcvpx "
    "fcvpxf xvxr xvxrf jrgonpx jrgonpxf snttbgf fyhg fyhgf juber juberf cvpnavaal cvpnavaavrf cvpxnavaal "
    "cvpxnavaavrf pbbaf jbtf pbpxfhpxre pbpxfhpxref phag phagf enturnq enturnqf"
)
_PROFANITY = _pattern(
    "shpx shpxf shpxvat shpxrq shpxre zbgureshpxre fuvg fuvgf fuvggl ohyyfuvg ovgpu ovgpurf nffubyr "
    "nffubyrf chffl cbea cbeab ergneq ergneqf ergneqrq snt snttbg qvpx qvpxf"
)

_LETTERS_AND_BLANKS = (string.ascii_letters + " \n").encode()
_NOT_DIGITS = bytes(sorted(set(range(128)) - set(string.digits.encode())))
_NOT_CAPITALS = bytes(sorted(set(range(128)) - set(string.ascii_uppercase.encode())))


def is_offensive(text: str, in_dialogue: bool) -> bool:
    """Tell whether ``text`` holds a slur, or in a dialogue strong profanity."""
    if in_dialogue:
        return bool(_PROFANITY.search(text) or _SLURS.search(text))
    return bool(_SLURS.search(text))


def prose_fault(paragraph: str) -> str | None:
    """Return the name of the first rule that a paragraph of prose breaks, or None."""
    length = len(paragraph)
    ascii_bytes = paragraph.encode("ascii", "ignore")
    if length < 40:
        return None
    if length - len(ascii_bytes) > 0.15 * length:
        return "rule: foreign script"
    marks = len(ascii_bytes.translate(None, _LETTERS_AND_BLANKS))
    if marks > 0.25 * length:
        return "rule: symbols"
    if len(ascii_bytes.translate(None, _NOT_DIGITS)) > 0.15 * length:
        return "rule: digits"
    if length > 60 and len(ascii_bytes.translate(None, _NOT_CAPITALS)) > 0.3 * length:
        return "rule: capitals"
    words = paragraph.lower().split()
    if len(words) >= 12:
        frequent = sum(map(FREQUENT.__contains__, words))
        if frequent < 0.14 * len(words):
            return "rule: not English"
        if len(words) >= 50 and len(set(words)) < 0.3 * min(len(words), 200):
            return "rule: repetition"
    return None


def clean(document: Document, kind: str, tally: Tally) -> Document | None:
    """Apply the rules for ``kind`` and return what is left of the document, or None."""
    source = document.source
    if kind == "dialogue":
        if is_offensive(document.text, in_dialogue=True):
            tally.add(source, "rule: offensive words", len(document.text))
            return None
        return document
    if kind == "modern":
        if is_offensive(document.text, in_dialogue=False):
            tally.add(source, "rule: offensive words", len(document.text))
            return None
        return document
    may_offend = any(stem in document.text.lower() for stem in _SLUR_STEMS)
    kept = []
    for paragraph in document.text.split("\n\n"):
        fault = prose_fault(paragraph)
        if fault is None and may_offend and is_offensive(paragraph, in_dialogue=False):
            fault = "rule: offensive words"
        if fault is None:
            kept.append(paragraph)
        else:
            tally.add(source, fault, len(paragraph))
    text = "\n\n".join(kept)
    if len(text) < 300:
        tally.add(source, "rule: too little left", len(text))
        return None
    return Document(source, document.name, text)
