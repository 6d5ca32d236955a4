"""Sentences to the whole clauses of them that are worth quoting. Pure: no I/O, no models.

There is no parser here, only punctuation and closed lists of words, so a clause goes only where
these make it certain that what stays is a whole sentence that says nothing new:

- ``However,`` and its like at the beginning, which tie a sentence to one that is not shown;
- marks of the article's own footnotes at the end;
- of long sentences, a tail that only adds: ", which ...", ", leading to ...", "; ...", "– ...".

A tail with a negation, a condition, a hedge, a contrast or a speaker in it always stays, and with
it everything before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.types import Span

LONG_SENTENCE_WORDS = 30
"""Only longer sentences lose a tail."""
SHORTEST_WORDS = 8
"""What stays has at least so many words, what goes at least ``SHORTEST_TAIL_WORDS``."""
SHORTEST_TAIL_WORDS = 4

_CONNECTIVE = re.compile(
    r"(?:However|Meanwhile|Moreover|Furthermore|Nevertheless|Nonetheless|Additionally|In addition"
    r"|Yet|But|And),\s+(?=\w)"
    # "But for the rain" is a condition, "And Then There Were None" may be a title
    r"|(?:But|And)\s+(?=(?!for\b|not\b)[a-z]|(?:He|She|It|They|We|I)\s"
    r"|(?:[A-Z][\w.’'-]*\s+){1,3}(?:says?|said|told|added|warned|has|have|had|will|would)\s)"
)
_FOOTNOTE_MARKS = re.compile(r"(?<=[.!?\"”’])(?:\[(?:\d{1,3}|[a-z]|note \d+|citation needed)\])+$")
_RELATIVE_TAIL = re.compile(
    r",\s+(?:(?:(?:all|both|some|most|many|one|two|part|half|each|several) of"
    r"|at|by|during|for|from|in|of|on|through|to|under|with)"
    r" (?:which|whom)(?! case\b)|which|who|whose|where)\s"
)
_PARTICIPLE_TAIL = re.compile(
    r",\s+(?:thereby |thus )?(?!during|nothing|something|anything|everything|evening|morning|spring"
    r"|king|wing|being\b|string|notwithstanding|following|regarding|concerning|pending|including"
    r"|owing|beginning|starting|according|depending|assuming|providing|supposing|barring|excluding)"
    r"[a-z]+ing\s(?!and\b|or\b)"
)
_PARTICIPLE = re.compile(
    r"(?:\b(?:about|are|as|be|been|by|for|from|in|is|like|of|on|to|was|were|with|without)|,)"
    r"\s[a-z]+ing\b|\b(?!during\b|king\b)[a-z]+ing(?:\s+\S+){0,7}$"
)
"""Before a participle tail: it may be the next item of a list ("by curing herring, building")."""
_CLAUSE_TAIL = re.compile(
    r";\s+(?=\w)(?!(?:the (?:second|third|last|latter|others?)|another|others?)\b)"
    r"|\s+[–—]\s+(?=[^\W\d])|(?<=\w)—(?=[^\W\d])"
)
_INNER_BREAK = re.compile(r"(?<!\d),\s|,\s(?!\d{4}\b)|[;:—]|\s[–-]\s")
"""After it a tail may be over and the main clause go on; the comma of "May 6, 1973" is none."""

_BINDING = re.compile(
    # negations, conditions, exceptions
    r"\b(?:not?|never|none|nor|neither|nobody|nothing|without|hardly|barely|rarely|seldom|fail\w*"
    r"|if|unless|until|till|provided|whether|except\w*|only|excluding|barring|pending|subject to"
    r"|lest|before|after|since|when|once|because"
    # hedges
    r"|(?-i:may)|might|could|would|should|must|can|probably|perhaps|possibl[ey]|maybe|apparently|likely"
    r"|unlikely|seem\w*|appear\w*|about|almost|nearly|roughly|approximately|supposed\w*|presumabl[ey]"
    r"|potential\w*|ostensibl[ey]|purported\w*|so-called|estimated|expected|disputed"
    # contrasts
    r"|but|yet|although|though|however|whereas|while|despite|unlike|instead|rather|nevertheless"
    r"|nonetheless|still|otherwise"
    # speakers
    r"|according|sa(?:id|ys?|ying)|told|tells|add(?:s|ed|ing)|wr(?:ites?|ote|iting|itten)|report\w*"
    r"|claim\w*|alleg\w*|den(?:y|ie[sd]|ying|ials?)|argu\w+|insist\w*|assert\w*|cit(?:es?|ed|ing)"
    r"|call(?:s|ed|ing)|describ\w+|warn\w*|announc\w+|acknowledg\w+|admit\w*|suggest\w*|believ\w+"
    r"|thinks?|thought|thinking|consider\w*|(?-i:stat(?:ed|es|ing))|declar\w+|accus\w+|explain\w*|not(?:ed|es|ing)"
    r"|conced\w+|confirm\w*|reject\w*|doubt\w*|predict\w*|propos\w+|quot\w+)\b|n[’']t\b",
    re.IGNORECASE,
)
_CONTRASTED = re.compile(
    r"\b(?:not?|never|none|neither|if|unless|until|only|except|whether)\b|n[’']t\b|:", re.IGNORECASE
)
"""In the clause before a semicolon or a dash: what follows may correct or complete it."""
_UNSURE = re.compile(
    r"\b(?:not?|never|only|alleged\w*|reported\w*|claim\w*|den(?:y|ie[sd]|ying)|supposed\w*"
    r"|purported\w*|suspected|disputed)\b|n[’']t\b",
    re.IGNORECASE,
)
"""Right before a tail: it may be said of the tail, too."""
_SUBJECT_AND_VERB = re.compile(
    r"(?<!\bthat )(?<!\bwhich )(?<!\bwho )\b(?:is|are|was|were|has|have|had|will|does|did|do)\b"
)
"""In what looks like a participle tail: "fishing poles are allowed" is a main clause."""
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|did|does|said|says|told|became|began"
    r"|came|fell|found|gave|grew|held|kept|left|led|lost|made|met|paid|rose|saw|sent|took|went|won|[a-z]+ed)\b"
)
_INTRODUCED = re.compile(
    r"(?:In|On|At|After|Following|With|Without|By|For|From|Despite|During|Under|To|As|When|If"
    r"|Since|While|Although|Though|Because|Once|Where|Until|Before|Given|Upon|Through|Of|Among"
    r"|Between|Like|Unlike|Over|Throughout|[A-Z][a-z]+(?:ing|ed))\b"
)
"""Opens a phrase or clause that a comma parts from the main clause."""
_OPENING_SINGLE = re.compile(r"(?<!\w)['‘](?=\w)")
_CLOSING_SINGLE = re.compile(r"(?<=[\w.,!?])['’](?!\w)")


def trimmed(text: str, keep: Span) -> Span:
    """The stretch of one sentence to quote: whole clauses, with all of ``text[keep]`` in them.

    The whole of ``text`` where nothing can go. What was trimmed once is not trimmed further.
    """
    marks = _FOOTNOTE_MARKS.search(text)
    end = marks.start() if marks and keep.end <= marks.start() else len(text)
    start = _without_connective(text, keep)
    while cut := _tail(text[start:end], keep.end - start):
        end = start + cut
    return Span(start, end)


def _without_connective(text: str, keep: Span) -> int:
    start = 0
    while (match := _CONNECTIVE.match(text, start)) and match.end() <= keep.start:
        if _words(text[match.end() :]) < SHORTEST_WORDS:
            break
        start = match.end()
    return start


def _tail(sentence: str, keep_end: int) -> int | None:
    """Where the longest tail begins that can go; None if there is none."""
    if _words(sentence) <= LONG_SENTENCE_WORDS:
        return None
    return min(
        (cut for cut in _possible_cuts(sentence) if cut >= keep_end and _parts(sentence, cut)),
        default=None,
    )


def _possible_cuts(sentence: str) -> Iterator[int]:
    """Where a tail begins that runs to the end of the sentence, after a whole main clause."""
    for match in _RELATIVE_TAIL.finditer(sentence):
        # A relative clause inside a sentence is closed by a comma; without one it runs to the end.
        if not _INNER_BREAK.search(sentence, match.start() + 1):
            yield match.start()
    for match in _PARTICIPLE_TAIL.finditer(sentence):
        head, tail = sentence[: match.start()], sentence[match.start() :]
        is_listed = _PARTICIPLE.search(head) or re.search(r"\b(?:and|or) \w+ing\b", tail)
        is_clause = _INNER_BREAK.search(tail, 1) or _SUBJECT_AND_VERB.search(tail)
        if not is_listed and not is_clause and _has_main_clause(head):
            yield match.start()
    breaks = list(_CLAUSE_TAIL.finditer(sentence))
    if len(breaks) == 1:  # two are brackets around an aside, or a list
        head, tail = sentence[: breaks[0].start()], sentence[breaks[0].end() :]
        adds = ";" not in breaks[0].group() or _FINITE.search(tail)
        if adds and _has_main_clause(head) and not _CONTRASTED.search(head):
            yield breaks[0].start()


def _has_main_clause(head: str) -> bool:
    """Whether a verb stands in ``head``, outside a phrase that opens it."""
    main = head.partition(", ")[2] if _INTRODUCED.match(head) else head
    return bool(_FINITE.search(main))


def _parts(sentence: str, cut: int) -> bool:
    """Whether nothing ties the tail from ``cut`` on to what stands before it."""
    head, tail = sentence[:cut], sentence[cut:]
    return (
        _words(head) >= SHORTEST_WORDS
        and _words(tail) >= SHORTEST_TAIL_WORDS
        and (";" not in head or tail.startswith(";"))  # the last item of a list
        and not _BINDING.search(tail)
        and not _UNSURE.search(" ".join(head.split()[-SHORTEST_WORDS:]))
        and _is_closed(head)
        and _is_closed(tail)
    )


def _is_closed(text: str) -> bool:
    """Whether every quotation mark and bracket opened in ``text`` is closed in it."""
    return (
        text.count('"') % 2 == 0
        and all(text.count(mark[0]) == text.count(mark[1]) for mark in ("“”", "«»", "()", "[]"))
        and len(_OPENING_SINGLE.findall(text)) <= len(_CLOSING_SINGLE.findall(text))
    )


def _words(text: str) -> int:
    return len(re.findall(r"\w[\w’'.,-]*", text))
