"""What a request for articles names besides saying what it wants: its subject; pure. English."""

from __future__ import annotations

import re

from rag.text.names import names

_CUES = frozenset(
    "a about above against agree all also an and any are arguments article articles as ask asks"
    " at between brief by can chronology compare comparison cons could cover covers deal deals"
    " describe dates did differ difference differences discuss discusses do document documents"
    " does events every find folder footnote for from get gist give has have headline how i in is"
    " it its key let library like list main many me mention mentioned mentioning mentions more"
    " name named new news of on or order our outline overview page piece pieces please pls points"
    " pros recap refer refers regarding report reports run say says sequence show some stories"
    " story subject sum summaries summarise summarize summarized summary tell text texts that the"
    " their them there these they thing this those through timeline titled title to topic topics"
    " up us versus vs want was we were what whats which who with within would write written wrote"
    " you your speak speaks whos author headlines published latest newest recent first last second"
    " third other one both two happened happen happens tldr when whom publication"
    " date dated".split()
)
_WORD = re.compile(r"\w+(?:[’'&.-]\w+)*")
_LENGTH = re.compile(
    r",?\s*\bin (?:at most |about |only |just )?(?P<count>\d{1,2}|an?|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|a few|few) (?:short |simple )?(?:sentences?|lines?|(?:bullet )?points?"
    r"|words)\b",
    re.IGNORECASE,
)
_COUNTS = "zero one two three four five six seven eight nine ten".split()
_COMPARE = re.compile(
    r"^\W*(?:(?:please|can you|could you)\s+)*(?:compare|contrast)\s+", re.IGNORECASE
)
_VERSUS = re.compile(r"\s+(?:vs\.?|versus|compared (?:to|with))\s+", re.IGNORECASE)
_JOINED = re.compile(r"\s+(?:and|with|than|or)\s+", re.IGNORECASE)
_OPENS_SIDE = re.compile(
    r"^\s*|[,:;]\s+|\b(?:between|of|to|in|on|at|for|from|by|about|that)\s+", re.IGNORECASE
)
_CLOSES_SIDE = re.compile(r"[,:;?]|$")
_BY = re.compile(
    r"\b(?:articles?|stor(?:y|ies)|pieces?|reports?|anything|is|are|was|were|written|published"
    r"|authored)\s+by\s+$",
    re.IGNORECASE,
)
_DID = re.compile(r"\b(?:did|has|have)\s+$", re.IGNORECASE)
_WROTE = re.compile(r"\s+(?:write|written|author\w*|publish\w*)\b", re.IGNORECASE)


def subject_of(question: str) -> str:
    """``question`` without the words at its ends that say what is wanted; empty if all do."""
    question = _LENGTH.sub("", question)
    words = [*_WORD.finditer(question)]
    while words and words[0].group().lower() in _CUES:
        words.pop(0)
    while words and words[-1].group().lower() in _CUES:
        words.pop()
    return question[words[0].start() : words[-1].end()] if words else ""


def sentence_count(question: str) -> int | None:
    """How many sentences are asked for, where it is said: 3 of "in three lines"."""
    match = _LENGTH.search(question)
    if match is None:
        return None
    word = match["count"].lower()
    if word.isdigit():
        return max(1, int(word))
    return {"a": 1, "an": 1, "few": 3, "a few": 3}.get(word) or _COUNTS.index(word)


def author_in(question: str) -> str | None:
    """Whose articles a question means: the name in "articles by X" or "did X write"."""
    for name in names(question):
        before, after = question[: name.span.start], question[name.span.end :]
        if _BY.search(before) or (_DID.search(before) and _WROTE.match(after)):
            return name.text
    return None


def sides_of(question: str) -> tuple[tuple[str, str], ...]:
    """The two things that a question compares, each with the question as it is without the other.

    "Dodo vs moa, when did each die out?" asks when the dodo and when the moa did. Empty where the
    sides cannot be told.
    """
    bare = _COMPARE.sub("", question)
    joined = _VERSUS.search(bare) or _JOINED.search(bare)
    if joined is None:
        return ()
    first, second = bare[: joined.start()], bare[joined.end() :]
    opening = [*_OPENS_SIDE.finditer(first)][-1]
    if not (opening.group() or bare != question or _VERSUS.search(bare)):
        return ()  # "Do Park and Orme agree?"
    is_repeated = second.lower().startswith(opening.group().lower().strip() or "\0")
    begin = opening.start() if is_repeated else opening.end()
    end = _CLOSES_SIDE.search(second)
    assert end is not None  # the end of the question closes it
    return (
        (first[begin:].strip(), first + second[end.start() :]),
        (second[: end.start()].strip(), f"{first[:begin].rstrip()} {second}".strip()),
    )
