"""What a request for articles names besides saying what it wants: its subject; pure. English."""

from __future__ import annotations

import re

from rag.text.names import names

_CUES = frozenset(
    "a about above against agree all also an and any are arguments article articles as ask asks at"
    " between brief by can chronology compare comparison cons could cover covers deal deals"
    " describe dates did differ difference differences discuss discusses do document documents does"
    " events every find folder footnote for from get gist give has have headline how i in"
    " is it its key let library like list main many me mention mentioned mentioning mentions more"
    " name named new news of on or order our outline overview page piece pieces please pls points"
    " pros recap refer refers regarding report reports run say says sequence show some stories"
    " story subject sum summaries summarise summarize summarized summary tell text texts that the"
    " their them there these they thing this those through timeline titled title to topic topics up"
    " us versus vs want was we were what whats which who with within would write written wrote you"
    " your author headlines published were latest newest recent first last second third other one"
    " both two happened happen happens tldr when who whom published publication date dated".split()
)
_WORD = re.compile(r"\w+(?:[’'&.-]\w+)*")
_LENGTH = re.compile(
    r",?\s*\bin (?:at most |about |only |just )?(?P<count>\d{1,2}|an?|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|a few|few) (?:short |simple )?(?:sentences?|lines?|(?:bullet )?points?"
    r"|words)\b",
    re.IGNORECASE,
)
_COUNTS = "zero one two three four five six seven eight nine ten".split()
_SIDES = re.compile(r"\s+(?:vs\.?|versus|and|with|to|from)\s+(?:the\s+|that of\s+)?", re.IGNORECASE)
_EACH = re.compile(r"\b(?:each|they|both|the two)\b", re.IGNORECASE)
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
    """The two things that a question compares, each with the question that it asks of this one.

    "Dodo vs moa, when did each die out?" asks when the dodo and when the moa did. Empty where the
    sides cannot be told.
    """
    subject = subject_of(question)
    cut = _SIDES.search(subject)
    if cut is None:
        return ()
    second, _, rest = re.split(r"([,:;?])\s*|$", subject[cut.end() :], maxsplit=1)
    sides = [side.strip(" ,:") for side in (subject[: cut.start()], second)]
    return tuple(
        (
            side,
            _EACH.sub(side, rest) if _EACH.search(rest or "") else f"{rest or ''} {side}".strip(),
        )
        for side in sides
        if side
    )
