"""A question "Why ...?": whether its quotes give a reason, and the reason told near them; pure.

A reader likes best the sentence that tells what happened, which is no reason for it. A reason is
told by its words: "because" gives one wherever it stands, "after" or "to" only beside what is asked
about. English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.evidence import NEAR_BEST
from rag.text.sentences import sentences
from rag.text.words import content_terms, terms
from rag.types import Quote, Reading, Span

UNSURE = 0.6
"""No answer without a reason in so many words is surer than this: by hand."""
_LIKELY = 0.4
"""So likely must the reader find a reason near the quotes to be the answer: by hand."""
_SENTENCES_AFTER = 3
_CHARS_AFTER = 1000
_MOST_OF = 0.5

_ASKS_WHY = re.compile(
    r"\W*(?:(?:and|but|so|then)\s+)*(?:why|how\s+come|for\s+what\s+reason"
    r"|what\s+(?:is|was|were|are)\s+the\s+reasons?)\b",
    re.IGNORECASE,
)
_NAMES_REASON = re.compile(
    r"\b(?:because|so that|in order to|due to|owing to|thanks to|as a result of|on account of"
    r"|for fear of|the reasons?|caused by|to (?:avoid|prevent|protect|protest|ensure|allow))\b"
    r"|,\s(?:as|since|for)\s(?=(?:the|a|an|he|she|it|they|there|his|her|its|their|no)\b)",
    re.IGNORECASE,
)
_OPENS_WITH_REASON = re.compile(
    r"\W*(?:(?:just|only|mainly|partly)\s)?(?:since|as|upon|by|with|for|after|when|given|through"
    r"|having|under)\s",
    re.IGNORECASE,
)
_MAY_GIVE_REASON = re.compile(
    r"\b(?:since|as|for|so|(?<!according )to|of|over|with|from|by|when|after|if|caus\w+|reasons?"
    r"|result\w*|led|lead\w*|mak\w+|made|allow\w*|enabl\w*|too|enough|without|otherwise|believ\w+|fear\w*|want\w*"
    r"|need\w*|due|thus|hence|responsible)\b|[;:–—]",
    re.IGNORECASE,
)
_FOLLOWS_FROM = re.compile(
    r"\W*(?:as a result|therefore|consequently|for (?:this|that) reason|(?:this|that) is why|hence"
    r"|thus|so)\b",
    re.IGNORECASE,
)
"""Opens a sentence whose reason is the one before it."""
_NO_REASON_AFTER = re.compile(r"\s*(?:\d|all\b|(?:the\s+)?[A-Z]|according\b)")
_END_OF_CLAUSE = re.compile(r"[,;.:!?]\s|$")


def asks_why(question: str) -> bool:
    """Whether ``question`` asks for a reason."""
    return _ASKS_WHY.match(question) is not None


def with_reason(question: str, reading: Reading) -> Reading:
    """The reading with the reason before what it is for; unsure where none is given.

    Looked through are the quotes near the best one, the sentence before one that opens with
    "Therefore", and the next three sentences. Of the latter only those that the reader finds likely
    too, since they may give the reason for something else.
    """
    if not asks_why(question) or not reading.quotes:
        return reading
    best = reading.quotes[0]
    near = [quote for quote in reading.quotes if best.score - quote.score <= NEAR_BEST]
    if (before := _before(best)) is not None:
        return _led_by(before, best, reading, reading.confidence)
    if not tells_only_what(question, best.text):
        return reading
    asked = set(content_terms(question))
    told = next((quote for quote in near if _names_reason(asked, quote.text)), None)
    if told is not None:
        return _led_by(told, best, reading, min(reading.confidence, told.confidence))
    for quote in near:
        if reason := _after(question, quote, reading.quotes):
            return _led_by(reason, quote, reading, min(reading.confidence, UNSURE))
    quotes = tuple(
        replace(quote, confidence=min(quote.confidence, UNSURE)) for quote in reading.quotes
    )
    return replace(reading, quotes=quotes, confidence=min(reading.confidence, UNSURE))


def tells_only_what(question: str, sentence: str) -> bool:
    """Whether ``sentence`` tells what is asked about, and no word of it for a reason."""
    return _restates(set(content_terms(question)), sentence) and not gives_reason(
        question, sentence
    )


def gives_reason(question: str, sentence: str) -> bool:
    """Whether ``sentence`` may give the reason: it does more than tell what is asked about.

    What follows the word for a reason must be something else: "after the ferry hit the bridge" is
    no reason why it hit the bridge.
    """
    asked = set(content_terms(question))
    opening = _OPENS_WITH_REASON.match(sentence)
    if opening and not _restates(asked, _clause(sentence, opening)):
        return True
    return _names_reason(asked, sentence) or any(
        _restates(asked, sentence[: match.start()])
        and not _NO_REASON_AFTER.match(sentence, match.end())
        and not asked.issuperset(terms(sentence[match.end() :]))
        for match in _MAY_GIVE_REASON.finditer(sentence)
    )


def _names_reason(asked: set[str], sentence: str) -> bool:
    """Whether words like "because" stand before something else than what is asked about."""
    clauses = (_clause(sentence, match) for match in _NAMES_REASON.finditer(sentence))
    return any(not _restates(asked, clause) for clause in clauses)


def _restates(asked: set[str], words: str) -> bool:
    return len(asked.intersection(terms(words))) >= _MOST_OF * len(asked)


def _clause(sentence: str, opening: re.Match[str]) -> str:
    end = _END_OF_CLAUSE.search(sentence, opening.end())
    return sentence[opening.end() : end.start() if end else len(sentence)]


def _led_by(reason: Quote, told: Quote, reading: Reading, confidence: float) -> Reading:
    first = replace(reason, score=told.score, confidence=confidence)
    return replace(reading, quotes=(first, told), confidence=confidence, short=None)


def _before(quote: Quote) -> Quote | None:
    """The sentence before one that says that it follows from that."""
    if not _FOLLOWS_FROM.match(quote.text):
        return None
    start = max(0, quote.start - _CHARS_AFTER)
    found = [span for span in _sentences(quote, start, quote.start) if span.end <= quote.start]
    return _quote(quote, found[-1]) if found else None


def _after(question: str, told: Quote, read: Sequence[Quote]) -> Quote | None:
    """The first of the next sentences that gives a reason and is likely to answer."""
    article = told.article
    likely = {
        (quote.start, quote.end)
        for quote in read
        if quote.article.id == article.id and quote.confidence >= _LIKELY
    }
    asked = set(content_terms(question))
    following = _sentences(told, told.end, min(len(article.text), told.end + _CHARS_AFTER))
    for span in following[:_SENTENCES_AFTER]:
        if tuple(span) in likely and _names_reason(asked, article.text[slice(*span)]):
            return _quote(told, span)
    return None


def _sentences(quote: Quote, start: int, end: int) -> Sequence[Span]:
    """The sentences of that stretch, where it belongs to the body of the article."""
    return [
        Span(*span)
        for block in quote.article.body
        if block.start <= quote.start < block.end
        for span in sentences(quote.article.text, max(start, block.start), min(end, block.end))
    ]


def _quote(of: Quote, span: Span) -> Quote:
    return Quote(of.article, of.article.text[slice(*span)], span.start, span.end, score=of.score)
