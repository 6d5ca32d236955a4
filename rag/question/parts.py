"""One question to the questions that it asks; pure.

English only, by rules. A question is taken apart only where its words leave no doubt that it asks
several things: a wrong split harms, a missed one does not. What later parts leave unsaid is put
into them by ``rag.question.unsaid``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.question.question_words import (
    ADVERB_ALONE,
    ASKING,
    AUXILIARY,
    BE,
    INVERTED,
    LEAD,
    OPEN,
    SURE_YES_OR_NO,
    YES_OR_NO,
    pattern,
)
from rag.question.unsaid import asked_otherwise, names, standing_alone
from rag.text.sentences import sentences

MAX_PARTS = 4
"""What a question asks beyond these is left out."""

_JOINT = pattern(
    r"\s*,?\s+and\s+if\s+so\b,?\s*|\s*[,;]\s*(?:and\s+)?(?:also\s+)?|\s+and\s+(?:also\s+)?"
)
_OPENING = pattern(r"(?:and|but|so|also|then)\s+(?:also\s+)?")
_NUMBERING = re.compile(r"^\s*(?:(?:\d{1,2}|[a-z])[.)]|[-*•])\s+")
_APART = re.compile(r"\"[^\"]*\"|“[^”]*”|\([^()]*\)|\[[^\[\]]*\]")
"""Quoted and bracketed words, which ask nothing."""

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_TIME = rf"(?:(?:{_MONTH}\s+)?[12]\d{{3}}s?|{_MONTH})"
_TIME_ALONE = pattern(rf"(?:(?:who|what|how\s+(?:many|much))\s+)?((in|on|since)\s+{_TIME})")
_OPEN_PAIR = pattern(r"\b(?:between|both)\b(?!.*\sand\s)")
"""What comes after "and" belongs to it: "between 1066 and when"."""

_ASPECT = (
    r"(?:causes?|effects?|consequences?|reasons?|results?|outcomes?|origins?|purposes?|goals?"
    r"|(?:dis)?advantages?|benefits?|risks?|drawbacks?|pros|cons|strengths?|weakness(?:es)?"
    r"|symptoms?|treatments?|similarities|differences|size|population|area|capital|height|weight"
    r"|length|width|depth|names?|ages?|prices?|costs?|dates?|time|place|author|title|publisher)"
)
_TWO_ASPECTS = pattern(
    rf"(what\s+)({BE})(\s+(?:the|his|her|its|their|some)\s+)({_ASPECT})\s+and\s+(?:the\s+)?"
    rf"({_ASPECT})(\s+(?:of|for|between|behind|in)\b.+)"
)
_TWO_EVENTS = pattern(
    rf"(when\s+{AUXILIARY}\s.+?\s)((?:begin|start|open)(?:ed)?|founded|built)\s+and\s+"
    r"((?:end|finish|stop|close)(?:e?d)?|dissolved|destroyed|demolished)"
)


class _Part(NamedTuple):
    text: str
    words: str
    """The piece of the question that its words come from: another's, for "and when?"."""


def parts(question: str) -> tuple[str, ...]:
    """The questions that ``question`` asks, at most four, each able to stand alone.

    ``(question,)``, unchanged, where it is one or may be one. Each part is itself one part.
    """
    found = _taken_apart(question)
    if len(found) < 2 or any(len(_taken_apart(part)) > 1 for part in found):
        return (question,)
    return tuple(found[:MAX_PARTS])


def _taken_apart(question: str) -> list[str]:
    """The parts of ``question``; fewer than two where they cannot be told surely."""
    lead, asked, topic = _asked(question)
    end = "?" if not lead or question.rstrip().endswith("?") else "."
    found: list[str] = []
    first = _Part("", "")
    before = first
    for sentence in asked:
        whole = _completed(_pieces(sentence, bool(lead)), before, bool(lead))
        if not whole:
            return []
        first = first if found else whole[0]
        for place, part in enumerate(whole):
            is_first = part.words == first.words
            text = standing_alone(
                part.text, "" if is_first else found[0], topic, is_joined=place > 0
            )
            found += _aspects(text)
        before = whole[-1]
    return [f"{_begun(lead + text)}{end}" for text in dict.fromkeys(found)]


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _asked(question: str) -> tuple[str, list[str], str]:
    """The words that lead an indirect question in, the sentences that ask, and names beside them.

    Ends and numbers of the sentences are left out.
    """
    found = [
        text
        for start, end in sentences(question)
        for text in re.split(r"(?<=\?)\s+", _NUMBERING.sub("", question[start:end], count=1))
    ]
    if len(found) == 1:
        sentence = found[0].rstrip(" ?.!")
        lead = LEAD.match(sentence)
        return (lead.group(), [sentence[lead.end() :]], "") if lead else ("", [sentence], "")
    asked = [text.rstrip(" ?!") for text in found if text.endswith("?")]
    context = [text for text in found if not text.endswith("?")]
    return "", asked, ", ".join(list(dict.fromkeys(n for text in context for n in names(text)))[:3])


def _pieces(sentence: str, is_indirect: bool) -> list[str]:
    """``sentence`` cut where another question begins; empty where it opens as no question."""
    opening = _OPENING.match(sentence)
    sentence = sentence[opening.end() :] if opening else sentence
    masked = _APART.sub(lambda apart: "_" * len(apart.group()), sentence)
    cuts = [0]
    found: list[str] = []
    for joint in _JOINT.finditer(masked):
        left, right = masked[cuts[-1] : joint.start()], masked[joint.end() :]
        segment = _JOINT.split(right, maxsplit=1)[0]
        is_firm = "and" in joint.group() or ";" in joint.group()
        if _begins_another(left, right, segment, is_firm, is_indirect):
            found.append(sentence[cuts[-1] : joint.start()])
            cuts.append(joint.end())
    found.append(sentence[cuts[-1] :])
    return found if _is_asking(found[0], is_indirect) else []


def _is_asking(text: str, is_indirect: bool) -> bool:
    return bool(
        INVERTED.match(text)
        or OPEN.match(text)
        or ADVERB_ALONE.fullmatch(text)
        or _TIME_ALONE.fullmatch(text)
        or (ASKING if is_indirect else YES_OR_NO).match(text)
    )


def _begins_another(left: str, right: str, segment: str, is_firm: bool, is_indirect: bool) -> bool:
    """Whether another question begins with ``right``, of which ``segment`` ends at the next joint.

    ``is_firm``: an "and" or a semicolon stands between, not only a comma.
    """
    if not _is_asking(left, is_indirect) or _OPEN_PAIR.search(left):
        return False
    if INVERTED.match(right) and not is_indirect:
        return True
    if len(ASKING.findall(left)) > 1:  # what follows may hang on the inner one
        return False
    if time := _TIME_ALONE.fullmatch(segment):
        return re.search(rf"\b{time[2]}\s+{_TIME}$", left, re.IGNORECASE) is not None
    if ADVERB_ALONE.fullmatch(segment):
        return True
    if is_indirect:
        return is_firm and ASKING.match(right) is not None
    opens = OPEN.match(right) and not YES_OR_NO.match(left)
    return is_firm and bool(opens or SURE_YES_OR_NO.match(right))


def _completed(pieces: list[str], before: _Part, is_indirect: bool) -> list[_Part]:
    """The pieces as whole questions, each from its neighbours; empty where one cannot be.

    ``before``: the part that the sentence follows.
    """
    found: list[_Part] = []
    for place, piece in enumerate(pieces):
        neighbour = found[-1] if found else before
        if time := _TIME_ALONE.fullmatch(piece):
            rest = re.sub(rf"\b{time[2]}\s+{_TIME}$", "", neighbour.text, flags=re.IGNORECASE)
            whole = rest + time[1] if rest != neighbour.text else None
        elif ADVERB_ALONE.fullmatch(piece):
            after = next((p for p in pieces[place:] if not ADVERB_ALONE.fullmatch(p)), "")
            if after and not found:  # "when and where was he born"
                neighbour = _Part(after, after)
            whole = asked_otherwise(neighbour.text, piece, is_indirect)
        else:
            neighbour = _Part(piece, piece)
            whole = piece
        if whole is None:
            return []
        found.append(_Part(whole, neighbour.words))
    return found


def _aspects(question: str) -> list[str]:
    """ "What are the causes and effects of X" as two; any other question as it is."""
    if two := _TWO_ASPECTS.fullmatch(question):
        one, many = ("was", "were") if two[2].lower().startswith("w") else ("is", "are")
        return [
            f"{two[1]}{many if noun.endswith('s') else one}{two[3]}{noun}{two[6]}"
            for noun in (two[4], two[5])
        ]
    if two := _TWO_EVENTS.fullmatch(question):
        return [two[1] + two[2], two[1] + two[3]]
    return [question]
