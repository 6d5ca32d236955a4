"""Is a claim a sentence? Pure.

A model that shortens a quote may drop its verb: "the turbine, where speed was required" says
nothing of the turbine. There is no parser here: a claim has a main verb if it has more finite verbs
than words that open a clause below another. Verbs of the present are of a closed English list.
"""

from __future__ import annotations

import re

from rag.text.content import index_terms
from rag.text.words import terms
from rag.write.pieces import PAST_VERB

_PRESENT_VERBS = (
    "absorb accept accord account achieve act adapt add address adopt advise affect affirm"
    " agree aim allow alter announce appear apply argue arise ask assert assume attempt attend"
    " attract avoid balance base become begin behave believe belong benefit bind boil border"
    " bring build burn buy calculate call carry cause celebrate challenge change charge choose"
    " circulate cite claim close collect combine come commit compare compete complain complete"
    " comprise conclude confirm conflict connect consider consist constitute construct consume"
    " contain contend continue contrast contribute control convert cost count cover create"
    " criticize cross cultivate cure cut date deal decide declare decline decrease defend define"
    " deliver demand demonstrate deny depend deposit derive descend describe deserve destroy"
    " detect determine develop dictate die differ differentiate disagree discuss display"
    " distinguish divide dominate double draw drink drive drop dwell earn eat eliminate embrace"
    " emerge emit emphasize employ enable encounter encourage end endorse enjoy ensure enter"
    " establish estimate evolve examine exceed excel exclude exert exhibit exist expand expect"
    " expel explain exploit export express extend extract face facilitate fail fall favor favour"
    " feature feed feel fight fill find float flourish flow fly focus follow forbid force form"
    " function gain generate get give go govern grant grind grow guarantee guide happen have"
    " help hold host house hunt identify illustrate imply import impose improve include"
    " incorporate increase indicate infect inform inhabit inhibit insist inspire instruct"
    " integrate interact interpret introduce invade invest involve join keep kill know lack last"
    " lead learn leave lend let lie like limit link list live locate look lose love lower"
    " maintain make manage mark matter mean measure meet mention migrate mix move narrate"
    " navigate need note observe obtain occupy occur offer open operate oppose order organize"
    " originate outnumber oversee own participate pass pay perform permit persist pertain pick"
    " place play plead point populate possess practice praise preach predate prefer prepare"
    " prescribe preserve presume prevail prevent process produce progress prohibit promote"
    " propel propose protect prove provide publish pull push put qualify question quote raise"
    " range rank reach react read recall receive recognize recommend recover recur reduce refer"
    " reflect refuse regard regulate reject relate release relieve rely remain remember repeat"
    " replace report represent require resemble reside resist respect respond rest restrict"
    " result retain retire retreat return reveal reverse review revolve ride ring rise rotate"
    " rule run sail say score seat secrete see seek seem select sell send separate serve set"
    " settle share shift shine show sign signal sit sleep solve span speak specialize specify"
    " spell spend sponsor spread stand start state stay stem stipulate stop store straddle"
    " strengthen stress stretch strike struggle study submit succeed suffer suggest supply"
    " support surpass surround survive suspect sustain sweep swim swing symbolize take target"
    " taste teach tell tend think threaten thrive tolerate touch trace trade train transfer"
    " transform transmit transport travel treat trigger turn undergo underlie understand unite"
    " urge use utilize vary violate visit voice vote walk want warn watch weaken wear weigh"
    " welcome widen win wish withstand witness work worship write yield"
)
_NO_PASTS = frozenset("bed breed deed feed greed hundred need red sacred seed speed weed".split())
_OTHER_PASTS = frozenset(
    "ate bore burst clung crept dealt dug fed felt froze hid knelt knew laid lay lent meant"
    " overcame overtook rang read rode said sang sat shook shrank slept slid spent split"
    " sprang spread stood swam swore thought threw tore understood underwent withdrew woke won"
    " wore wound".split()
)
_AUXILIARY = re.compile(
    r"\b(?:(?:is|are|was|were|am|has|have|had|will|would|can|could|may|might|must|shall|should|do"
    r"|does|did)(?:n[’']t)?|cannot|(?<!to\s)be)\b(?:\s+(?:not|also|be|been|being|have|\w+ly))*"
    rf"(?:\s+(?:\w+ed|\w+en|\w+ing|{PAST_VERB.pattern})\b)?",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"\b(?:is|are|was|were|the|an?|of|and|or)\W*$", re.IGNORECASE)
_OPENER = re.compile(
    r"\b(?:where|(?<!\ba )(?:when|while)(?!\s+\w+ing\b)|whereas|who|whom|whose|which|although"
    r"|though|because(?!\s+of\b)|if|unless|whether(?!\s+(?:or\s+not\s+)?to\b)"
    r"|(?<!^)(?<!\bin )(?<!\bof )(?<!\bat )(?<!\bon )(?<!\bto )(?<!\bfor )(?<!\bby )(?<!\bfrom )"
    r"that(?!\s+(?:of|day|night|week|month|year|summer|autumn|winter|spring|time)\b))\b",
    re.IGNORECASE,
)
_NO_VERB_FOLLOWS = re.compile(
    r"\b(?:the|an?|his|her|its|their|to|in|on|at|of|from|by|with|for|into|as|than"
    r"|between|under|over|be|been|being)\s+$",
    re.IGNORECASE,
)
_NAMING = re.compile(r"(?:called|named|titled|entitled|dubbed|nicknamed)\s+[^\w\s]?[A-Z]")
"""A participle, as a rule."""
_BY = re.compile(r"\s+by\s+(?!\d)", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+", re.ASCII)
_PRESENT = re.compile(r"\w+(?<!ing)(?<!ed)(?<!ion)(?<!ions)(?<!ment)(?<!ments)")
_ENGLISH = re.compile(r"\b(?:the|of|and|is|was|were|said)\b")


def is_fragment(claim: str, quote: str) -> bool:
    """Whether ``claim`` has no main verb, or breaks off; never if ``quote`` looks not English."""
    if not _ENGLISH.search(quote):
        return False
    if _UNFINISHED.search(claim):
        return True
    return _finite_verbs(claim) <= len(_OPENER.findall(claim))


def _finite_verbs(text: str) -> int:
    count = len(_AUXILIARY.findall(text))
    text = _AUXILIARY.sub(lambda found: "." * len(found.group()), text)
    return count + sum(_is_finite(text, word) for word in _WORD.finditer(text))


def _is_finite(text: str, word: re.Match[str]) -> bool:
    if _NO_VERB_FOLLOWS.search(text[: word.start()]) or _NAMING.match(text, word.start()):
        return False
    is_past = word.group() in _OTHER_PASTS or PAST_VERB.fullmatch(word.group())
    if is_past and word.group() not in _NO_PASTS:
        return not _BY.match(text, word.end())
    return may_be_verb(word.group())


def may_be_verb(word: str) -> bool:
    """Whether it may be a verb of the present, of the list above."""
    is_listed = bool(index_terms(_PRESENT_VERBS).intersection(terms(word)))
    return is_listed and _PRESENT.fullmatch(word) is not None
