"""Does a quote say two of its words together, or of one subject? Pure.

There is no parser here: words belong together if no boundary of a clause parts them, save for an
aside, an opening phrase, a relative clause, a list, or a second verb of the same subject.
"""

from __future__ import annotations

import re

from rag.write.pieces import TextInPieces, speaks

_BREAK = re.compile(
    r"[;:()—–,]|\b(?:and|but|or|nor|while|whereas|although|though|when|where|which|who|whom|whose"
    r"|that|because|since|if|unless|until|till|before|after|so|than|including|such\s+as|except"
    r"|as\s+well\s+as|instead\s+of|rather\s+than|in\s+(?:exchange|return|order|addition)|alongside"
    r"|along\s+with|together\s+with|besides|unlike|despite|due\s+to)\b",
    re.IGNORECASE,
)
_CARRIES_ON = re.compile(
    r"(?:,|\band|\bbut|\bor)\s+(?:(?:then|later|also|thus)\s+)?(?:(?:\w+ly|was|were|is|are|has|have"
    r"|had|been|be|to)\s+)*$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they)\s+(?:(?:\w+ly|was|were|is|are|has|have|had|been|also|later"
    r"|may|might|can|could|will|would|did|does|do|first|then)\s+)*$",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"(\bof\s+)?\b(?:who|which|that|whom)\b", re.IGNORECASE)
_ATTACHES = frozenset([",", "(", "who", "which", "that", "whom"])
_OPENS = re.compile(
    r"(?:In|On|At|After|Before|By|For|From|During|Under|Within|Since|Until|With|As|To|Of|Among"
    r"|Between|Over|Throughout|Through|Born|Founded|Built|Despite|Following|[A-Z]\w+(?:ed|ing))\b"
)
_ASIDE = re.compile(
    r",\s(?!(?:and|but|or|while|whereas|when|although|though)\b)[^,;:]*,|\s\([^()]*\)"
    r"|\s[–—]\s[^–—]*\s[–—]|—[^—]*—"
)
_MORE_THAN = re.compile(
    r"\b(?:more|less|fewer|later|earlier|\w+er)\s+than\s+(?=[^\w\s]?\d|an?\b|one\b|two\b|half\b)",
    re.IGNORECASE,
)
_CLAUSE_START = re.compile(
    r"[;:.!?]\s|,\s+(?:and|but|so|or)\b|\b(?:but|while|whereas|although|though|when|where|because"
    r"|that|who|which)\b",
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"(?<!in )(?<!on )(?<!at )(?<!of )(?<!to )(?<!for )(?<!from )(?<!by )(?<!with )"
    r"\b(?:the|an?|his|her|its|their|\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)\s",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|does|do|did)\b",
    re.IGNORECASE,
)
_IS = re.compile(r"\s+(?:is|are|was|were)\s+(?:(?:an?|the)\s+)?", re.IGNORECASE)
_AND = re.compile(r",?\s+(?:and|or|as\s+well\s+as)\s+(?:(?:an?|the)\s+)?", re.IGNORECASE)


def leads(there: TextInPieces, one: int, other: int, gap: str) -> bool:
    """Whether the quote says both together, which stand next to one another in the claim.

    ``gap`` is what stands between them in the claim.
    """
    first, then = sorted((one, other))
    if first == then:
        return False
    if speaks(there.pieces[one]) or speaks(there.pieces[other]):
        return True  # who says what is compared elsewhere
    between = there.between(first, then)
    if _IS.fullmatch(gap) and _AND.fullmatch(between):
        return False  # two of a list are not one
    between = _ASIDE.sub(" ", _MORE_THAN.sub(" ", between))
    breaks = _breaks(between) - _breaks(gap)
    if not breaks or _introduces(there, first, then, breaks):
        return True
    in_order = one < other
    return _is_antecedent(there, first, then, breaks, in_order=in_order) or (
        in_order and _has_same_subject(there, first, then, between, breaks)
    )


def _breaks(text: str) -> set[str]:
    return {_one_space(each) for each in _BREAK.findall(text)}


def _one_space(words: str) -> str:
    return " ".join(words.lower().split())


def _introduces(there: TextInPieces, first: int, then: int, breaks: set[str]) -> bool:
    """Whether all that parts them is the comma after a phrase that opens the sentence."""
    opening = there.text[: there.pieces[then].span.start].rpartition(",")[0]
    sentence = re.split(r"[.;:]\s+", opening)[-1]
    start = len(opening) - len(sentence)
    has_verb = any(each.is_verb and start < each.span.start < len(opening) for each in there.pieces)
    has_verb = has_verb or _FINITE.search(sentence) is not None
    return breaks == {","} and _OPENS.match(sentence) is not None and not has_verb


def _is_antecedent(
    there: TextInPieces, first: int, then: int, breaks: set[str], *, in_order: bool
) -> bool:
    """Whether ``then`` stands in a relative clause or apposition right behind ``first``."""
    between = there.between(first, then)
    parting = [each for each in _BREAK.finditer(between) if _one_space(each.group()) in breaks]
    start = there.pieces[first].span.end
    within = there.pieces[first + 1 : then]
    joined = [piece for piece in within if piece.span.end <= start + parting[0].start()]
    apart = [piece for piece in within if piece.span.start >= start + parting[-1].end()]
    if len(joined) + len(apart) < len(within) or not all(piece.governed for piece in joined):
        return False
    if not all(each.group().lower() in _ATTACHES for each in parting):
        return False
    if relative := _RELATIVE.search(between):
        return relative[1] is None
    is_subject_of_verb = there.pieces[then].is_verb and not there.pieces[first].governed
    return in_order and not apart and (is_subject_of_verb or not there.pieces[then].is_verb)


def _has_same_subject(
    there: TextInPieces, first: int, then: int, between: str, breaks: set[str]
) -> bool:
    """Whether ``first`` is the subject of a clause, and ``then`` a verb that goes on with it.

    Or both are of one list, of which the claim leaves items out. ``between``: what parts them,
    without asides.
    """
    if not (_CARRIES_ON.search(between) or _PRONOUN.search(between)):
        return False
    within = there.pieces[first + 1 : then]
    has_verb = any(piece.is_verb for piece in within) or _FINITE.search(between) is not None
    if (
        not has_verb
        and not there.pieces[then].is_verb
        and breaks <= {",", "and", "or"}
        and ", and" not in between
    ):
        return True
    return _is_subject(there, first) and not there.pieces[then].governed


def _is_subject(there: TextInPieces, place: int) -> bool:
    """Whether nothing but its own words stands before it in its clause."""
    if there.pieces[place].governed or there.pieces[place].is_verb:
        return False
    before = there.before(place)
    start = max((each.end() for each in _CLAUSE_START.finditer(before)), default=0)
    own = [piece for piece in there.pieces[:place] if piece.span.start >= start]
    nouns = list(_DETERMINER.finditer(before, start))
    return (
        len(nouns) <= 1
        and not any(piece.is_verb for piece in own)
        and not _FINITE.search(before, start)
    )
