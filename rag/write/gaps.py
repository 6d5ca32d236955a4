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

from rag.text.proper_names import names
from rag.write.clauses import may_be_verb
from rag.write.pieces import Piece, TextInPieces, pieces, same_piece, speaks
from rag.write.relations import is_relation, same_relation
from rag.write.restrictions import is_widened
from rag.write.tenses import is_other_tense
from rag.write.ways import leads

_OWN_CLAUSE = re.compile(
    r";|,\s+(?:and|but|so|or)\b|\b(?:while|whereas|although|though|when|where|because|which|who"
    r"|whose)\b",
    re.IGNORECASE,
)
"""In the claim: what follows it need not stand near what is before it."""
_THAT = re.compile(r"\bthat\b", re.IGNORECASE)
_OF = re.compile(r"\s+(?:of|for|in|at)\s+")
_ACCORDING = re.compile(r"\W*According to\b", re.IGNORECASE)


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
            fitting = [at for at in fitting if any(leads(there, one, at, gap) for one in reached)]
        if not fitting:
            return claim[slice(*piece.span)]
        reached, last = fitting, index
    return None


def _text(text: str, other: str) -> TextInPieces:
    found = pieces(text, other)
    return TextInPieces(text, [each for each in found if not is_relation(text[slice(*each.span)])])


def _is_same(piece: Piece, there: TextInPieces, at: int) -> bool:
    """Whether the quote has the word there; "Rudd" is "Miles Rudd" once he was named."""
    stated = there.pieces[at]
    if piece.kind != "name" or piece.keys <= stated.keys:
        return same_piece(piece, stated)
    named = any(each.kind == "name" and piece.keys <= each.keys for each in there.pieces[:at])
    return named and same_piece(piece, stated)


def _fits(said: TextInPieces, index: int, there: TextInPieces, at: int) -> bool:
    """Whether the word stands there in the same relation, and for as much."""
    piece, stated = said.pieces[index], there.pieces[at]
    if is_other_tense(said, index, there, at) or _is_of_another(piece, stated, there.text):
        return False
    if index == 0 and _is_part_of_subject(said, there, at):
        return False
    return same_relation(said, index, there, at) and not is_widened(
        said.text, piece, there.text, stated, is_general=_is_general(said, index)
    )


def _is_of_another(piece: Piece, stated: Piece, quote: str) -> bool:
    """Whether a name is all that is left of one that it only tells the place of.

    "England" is not the Bank of England; but a bank in England may be.
    """
    if piece.kind != "name" or piece.governed or not piece.keys < stated.keys:
        return False
    head = _OF.split(quote[slice(*stated.span)])[0]
    return piece.keys.isdisjoint(part for name in names(head) for part in name.parts)


def _is_part_of_subject(said: TextInPieces, there: TextInPieces, at: int) -> bool:
    """Whether the claim is about what only says whose or what kind its subject is there."""
    is_last = at + 1 == len(there.pieces)
    if not there.pieces[at].modifies or is_last or there.between(at, at + 1).strip():
        return False
    head = there.pieces[at + 1]
    return not may_be_verb(there.text[slice(*head.span)]) and not any(
        same_piece(piece, head) for piece in said.pieces[1:2]
    )


def _is_general(said: TextInPieces, index: int) -> bool:
    """Whether the claim begins with the word, and may be about all that it names."""
    return index == 0 and not any(speaks(each) for each in said.pieces[1:2])


def _is_new_clause(said: TextInPieces, last: int, index: int) -> bool:
    """Whether what follows need not stand near what goes before: who speaks, or another clause."""
    between = said.between(last, index)
    if _OWN_CLAUSE.search(between):
        return True
    is_report = any(speaks(each) for each in said.pieces[: last + 1])
    return (is_report and _THAT.search(between) is not None) or (
        _ACCORDING.match(said.text) is not None and "," in between
    )
