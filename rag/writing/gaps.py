"""Do words that a claim puts side by side belong together in the quote? Pure.

A claim is mostly a quote with something left out, and what is left out decides whether it is still
true: "section 12 abolished a tax and section 13 introduced one" does not say that section 12
introduced one. There is no parser here. Each word of the claim that says something is looked up in
the quote, and the claim holds if a way leads through the quote from each to the next that crosses
no boundary of a clause, save where the subject stays the same. Words that say how things stand to
each other ("because", "except", "until") must be the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.content import index_terms
from rag.writing.attachment import SPEAKS, Piece, pieces, same_piece
from rag.writing.restrictions import is_widened

_GRAMMAR = (
    r"(?:(?:an?|the|this|that|these|those|his|her|its|their|he|she|it|they|was|were|is|are|be|been"
    r"|being|had|has|have|in|on|at|of|to|for|from|by|with|about|around|then|as)\s+)*"
)
_RELATIONS = {
    name: re.compile(rf"\b(?:{words})\s+{_GRAMMAR}$", re.IGNORECASE)
    for name, words in {
        "because": r"because(?:\s+of)?|due\s+to|owing\s+to|thanks\s+to|as\s+a\s+result\s+of"
        r"|so\s+that|therefore|in\s+order\s+to",
        "before": r"before|prior\s+to|ahead\s+of",
        "after": r"after|following",
        "until": r"until|till",
        "since": r"since",
        "including": r"including|includ(?:e[sd]?|ed)|such\s+as|among\s+(?:them|which|these)",
        "except": r"except(?:\s+for)?|excluding|apart\s+from|aside\s+from|other\s+than|but\s+not",
        "besides": r"alongside|along\s+with|together\s+with|as\s+well\s+as|in\s+addition\s+to"
        r"|besides",
        "instead": r"instead\s+of|rather\s+than|in\s+place\s+of",
        "exchange": r"in\s+(?:exchange|return)\s+for",
        "than": r"than",
        "unlike": r"unlike",
        "like": r"like",
        "despite": r"despite|in\s+spite\s+of",
        "without": r"without",
        "if": r"if|unless",
    }.items()
}
_BINDING = frozenset("except instead than unlike without".split())
"""What stands in such a relation is not said by itself."""
_OF_FACTS = frozenset("before after until since despite".split())
"""A date, name or number that loses such a word is another one."""
_BREAK = re.compile(
    r"[;:()—–,]|\b(?:and|but|or|nor|while|whereas|although|though|when|where|which|who|whom|whose"
    r"|that|because|since|if|unless|until|till|before|after|so|than|including|such\s+as|except"
    r"|as\s+well\s+as|instead\s+of|rather\s+than|in\s+(?:exchange|return|order|addition)|alongside"
    r"|along\s+with|together\s+with|besides|unlike|despite|due\s+to)\b",
    re.IGNORECASE,
)
_OWN_CLAUSE = re.compile(
    r";|,\s+(?:and|but|so|or)\b|\b(?:while|whereas|although|though|when|where|because|which|who"
    r"|whose)\b",
    re.IGNORECASE,
)
"""In the claim: what follows it need not stand near what is before it."""
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
_INFINITIVE = re.compile(r"\bto\s+(?:be\s+|have\s+)?(?:\w+ly\s+)?$", re.IGNORECASE)
_THAT = re.compile(r"\bthat\b", re.IGNORECASE)
_ACCORDING = re.compile(r"\W*According to\b", re.IGNORECASE)
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


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    pieces: Sequence[Piece]

    def between(self, one: int, other: int) -> str:
        return self.text[self.pieces[one].span.end : self.pieces[other].span.start]

    def before(self, place: int) -> str:
        return self.text[: self.pieces[place].span.start]


def not_together(claim: str, quote: str) -> str | None:
    """A word of ``claim`` to which no way leads in ``quote`` from the one before it, or None."""
    said, there = _text(claim, quote), _text(quote, claim)
    reached: list[int] = []
    last: int | None = None
    for index, piece in enumerate(said.pieces):
        places = [at for at in range(len(there.pieces)) if _is_same(piece, there, at)]
        if not places:
            continue  # others compare the words
        fitting = [at for at in places if _fits(said, index, there, at)]
        if last is not None and not _is_new_clause(said, last, index):
            gap = said.between(last, index)
            fitting = [at for at in fitting if any(_leads(there, one, at, gap) for one in reached)]
        if not fitting:
            return claim[slice(*piece.span)]
        reached, last = fitting, index
    return None


def _text(text: str, other: str) -> _Text:
    found = pieces(text, other)
    return _Text(text, [each for each in found if not _is_relation(text[slice(*each.span)])])


def _is_relation(word: str) -> bool:
    return any(words.search(word + " ") for words in _RELATIONS.values())


def _is_same(piece: Piece, there: _Text, at: int) -> bool:
    """Whether the quote has the word there; "Rudd" is "Miles Rudd" once he was named."""
    stated = there.pieces[at]
    if piece.kind != "name" or piece.keys <= stated.keys:
        return same_piece(piece, stated)
    named = any(each.kind == "name" and piece.keys <= each.keys for each in there.pieces[:at])
    return named and same_piece(piece, stated)


def _fits(said: _Text, index: int, there: _Text, at: int) -> bool:
    """Whether the word stands there in the same relation, and for as much."""
    piece, stated = said.pieces[index], there.pieces[at]
    is_done = piece.is_verb and not _INFINITIVE.search(said.before(index))
    if is_done and _INFINITIVE.search(there.before(at)):
        return False
    return _same_relation(said, index, there, at) and not is_widened(
        said.text, piece, there.text, stated, is_general=_is_general(said, index)
    )


def _is_general(said: _Text, index: int) -> bool:
    """Whether the claim begins with the word, and may be about all that it names."""
    return index == 0 and not any(_speaks(each) for each in said.pieces[1:2])


def _same_relation(said: _Text, index: int, there: _Text, at: int) -> bool:
    claimed, stated = _relation(said.before(index)), _relation(there.before(at))
    if claimed == stated:
        return True
    is_fact = said.pieces[index].kind != "word"
    return not claimed and stated not in _BINDING and not (is_fact and stated in _OF_FACTS)


def _relation(before: str) -> str:
    """How what follows ``before`` is said to stand to what went before; empty for most."""
    return next((name for name, words in _RELATIONS.items() if words.search(before)), "")


def _is_new_clause(said: _Text, last: int, index: int) -> bool:
    """Whether what follows need not stand near what goes before: who speaks, or another clause."""
    between = said.between(last, index)
    if _OWN_CLAUSE.search(between):
        return True
    is_report = any(_speaks(each) for each in said.pieces[: last + 1])
    return (is_report and _THAT.search(between) is not None) or (
        _ACCORDING.match(said.text) is not None and "," in between
    )


def _leads(there: _Text, one: int, other: int, gap: str) -> bool:
    """Whether the quote says both together, which stand next to one another in the claim.

    ``gap`` is what stands between them in the claim.
    """
    first, then = sorted((one, other))
    if first == then:
        return False
    if _speaks(there.pieces[one]) or _speaks(there.pieces[other]):
        return True  # who says what is compared elsewhere
    between = there.between(first, then)
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


def _speaks(piece: Piece) -> bool:
    return piece.kind == "word" and bool(piece.keys & index_terms(SPEAKS))


def _introduces(there: _Text, first: int, then: int, breaks: set[str]) -> bool:
    """Whether all that parts them is the comma after a phrase that opens the sentence."""
    opening = there.text[: there.pieces[then].span.start].rpartition(",")[0]
    sentence = re.split(r"[.;:]\s+", opening)[-1]
    start = len(opening) - len(sentence)
    has_verb = any(each.is_verb and start < each.span.start < len(opening) for each in there.pieces)
    has_verb = has_verb or _FINITE.search(sentence) is not None
    return breaks == {","} and _OPENS.match(sentence) is not None and not has_verb


def _is_antecedent(
    there: _Text, first: int, then: int, breaks: set[str], *, in_order: bool
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


def _has_same_subject(there: _Text, first: int, then: int, between: str, breaks: set[str]) -> bool:
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


def _is_subject(there: _Text, place: int) -> bool:
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
