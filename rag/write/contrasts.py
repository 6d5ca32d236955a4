"""Words that turn what a sentence says: opposites, negations, hedges; and words that mean the same.

Closed English lists. A claim in another language is held to its very words by ``verify``.
"""

from __future__ import annotations

import re
from functools import cache

from rag.text.words import terms

_OPPOSITES = (
    (
        "rise rose risen rising increase grow grew growth climb gain soar jump surge expand improve"
        " up upward higher strengthen accelerate double triple advance",
        "fall fell fallen drop decline decrease shrink shrank plunge slump worsen down downward"
        " lower weaken slow halve reduce cut retreat",
    ),
    ("more most majority greater larger bigger", "fewer less least minority smaller"),
    ("before prior earlier precede ahead", "after following later since"),
    ("win won winner victory triumph beat defeated", "lose lost loser loss defeat"),
    (
        "support back favor favour endorse approve",
        "oppose reject condemn criticise criticize resist",
    ),
    ("praise welcome hail applaud", "criticise criticize condemn denounce deplore"),
    ("accept agree", "reject refuse decline disagree"),
    ("allow permit legal lawful", "ban forbid prohibit bar illegal unlawful"),
    ("begin began begun start open launch", "end finish close stop conclude cease"),
    ("arrive enter join", "leave left depart exit quit"),
    ("buy bought purchase acquire import", "sell sold sale export"),
    ("succeed success successful", "fail failure unsuccessful"),
    ("guilty convict", "innocent acquit"),
    ("alive survive survivor", "dead die died death killed kill"),
    ("killed kill dead die died death", "injured injure wounded wound hurt"),
    ("north northern", "south southern"),
    ("east eastern", "west western"),
    ("first best", "last worst"),
    ("public", "private"),
    ("domestic", "foreign"),
    ("inside within", "outside"),
    ("above", "below beneath"),
    ("morning", "evening afternoon night"),
    (
        "son brother father husband uncle nephew king",
        "daughter sister mother wife aunt niece queen",
    ),
    ("he him his himself", "she her hers herself"),
    ("friend ally", "enemy foe"),
    ("remember", "forget forgot forgotten"),
    ("include", "exclude"),
    ("always all every everyone", "some few none"),
    ("only", "also too"),
)
_SIDES = [tuple(frozenset(side.split()) for side in pair) for pair in _OPPOSITES]

_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|nor|neither|nowhere|cannot|hardly|barely|scarcely"
    r"|den(?:y|ies|ied|ying|ials?)|refus(?:e[sd]?|ing|als?)|fail(?:s|ed|ing|ures?)?|reject(?:s|ed|ing)?"
    r"|lack(?:s|ed|ing)?|absen(?:t|ce)|prevent(?:s|ed|ing)?|unable|impossible|unlikely|cancel\w*"
    r"|avoid(?:s|ed|ing)?|abandon(?:s|ed|ing)?|false|untrue|wrong|far\s+from)\b|n['’]t\b",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(
    r"\bnot\s+(?:only|just|merely)\b|\bno\s+doubt\b|\bno\s+(?:fewer|less|more)\s+than\b"
    r"|\bno\s+one\s+but\b|\bno\.\s*\d",
    re.IGNORECASE,
)

_HEDGES = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for name, words in {
        "possibly": r"(?<!\d\s)may(?!\s+\d)|might|could|possibl[ey]|perhaps|maybe|probabl[ey]"
        r"|likely|seem\w*"
        r"|appear(?:s|ed)?\s+to|apparent\w*|presumabl\w+|potential\w*|risk\w*",
        "allegedly": r"alleg\w+|reported(?:ly)?|accus\w+|suspect\w*|purported\w*|rumou?r\w*"
        r"|supposed\w*|unconfirmed|so-called",
        "planned": r"(?:agreed|decided|voted|ready)\s+to\s+[a-z]+|plan(?:s|ned|ning)?"
        r"|read(?:y|ied|ies)\s+(?:the|an?|his|her|its|their)|prepar(?:e[sd]?|ing|ations?)\s+(?:to|for)"
        r"|inten(?:d\w*|tion\w*)|aim(?:s|ed)?\s+to"
        r"|hop(?:e[sd]?|ing)\s+to|propos\w+|expect\w*|predict\w*|forecast\w*"
        r"|will|would|shall|scheduled|want(?:s|ed)?\s+to"
        r"|set\s+to|due\s+to\s+\w+\s+(?:in|on|at)|about\s+to",
        "tried": r"tr(?:y|ies|ied|ying)\s+to|attempt\w*|sought\s+to|seek\w*\s+to",
        "demanded": r"demand\w*|urg(?:e[sd]?|ing)|call(?:s|ed|ing)?\s+(?:for|on)"
        r"|ask(?:s|ed|ing)?\s+(?:\w+\s+){0,3}(?:for|to)|should|ought|threat\w*|offer(?:s|ed)?\s+to|promis\w+|pledg\w+|vow\w*|request\w*",
        "conditional": r"if|unless|whether|provided\s+that|otherwise",
        "mostly": r"usual(?:ly)?|often|sometimes|generally|mostly|mainly|largely|normally"
        r"|typically|frequently|occasionally|traditionally|commonly|partly|in\s+part",
        "thought": r"believ\w+|think\w*|thought|assum\w+|suggest\w*|consider(?:s|ed)?",
        "said": r"said|say(?:s|ing)?|told|tells?|according\s+to|claim\w*|argu(?:e[sd]?|ing)"
        r"|insist\w*|stat(?:ed|es|ing|ement\w*)|assert\w*|announc\w+|declar\w+|warn\w*|report\w*|admit\w*"
        r"|add(?:ed|s)\s+that|not(?:ed|es)\s+that|quot\w+|repl(?:y|ied)|estimat\w+|testif\w+|describ\w+"
        r"|(?:writes?|wrote)(?=[,:]|\s+(?:that|[“\"]))",
    }.items()
}

_SAME = (
    "say said state told tell announce declare report note add explain",
    "kill die dead death slay",
    "injure wound hurt",
    "begin began start commence launch",
    "end finish conclude complete",
    "last take go lasted continue",
    "talk discuss discussion conversation speak negotiation negotiate",
    "meet meeting encounter",
    "buy purchase acquire",
    "build construct erect",
    "big large great huge major",
    "little small few tiny",
    "fast quick rapid",
    "help assist aid",
    "get receive obtain",
    "show reveal demonstrate",
    "make create produce manufacture",
    "choose select pick elect",
    "job post position",
    "firm company business corporation",
    "car vehicle automobile",
    "child kid children",
    "man men",
    "woman women",
    "person people",
    "house home",
    "nation country",
    "city town",
    "movie film",
    "novel book",
    "author writer",
    "work employ employee worker staff",
    "cause lead result",
    "near close",
    "arrest detain",
    "attack assault",
    "destroy wreck",
    "vote ballot",
    "yearly annual",
    "own possess",
    "need require",
    "allow permit let",
    "quit resign",
    "rise rose risen increase grow grew climb",
    "fall fell fallen drop decline decrease",
    "leave left depart",
    "live reside",
    "locate situate lie",
    "find found discover",
    "collapse fall",
    "publish release issue",
    "win won victory",
    "agree accept",
    "refuse decline reject",
    "fail failure",
    "ask request",
    "see seen spot observe",
    "ship vessel boat ferry",
    "collide collision",
    "illness disease sickness",
    "doctor physician",
    "cost price",
    "give gave grant award",
)

_ENDINGS = re.compile(
    r"(?:ment|ement|ion|ation|ition|er|or|ing|ive|al|ian|an|ist|ism|ity|ness|ful|ly|y|ship|ance|ence"
    r"|ed|e|s)"
)
_SHORTEST_ROOT_CHARS = 4


def turned(claim: str, stated: str) -> str | None:
    """A word of ``claim`` whose opposite ``stated`` has, and no word of its own side; else None."""
    claimed, there = _words(claim), _words(stated)
    for some, others in _SIDES:
        for side, opposite in ((some, others), (others, some)):
            if (used := claimed & side) and there & opposite and not there & side:
                return min(used)
    return None


def opposites_of(word: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    """For each pair of opposites that ``word`` belongs to: the words of its side, and the other."""
    return _opposites_of(word.lower())


@cache
def _opposites_of(word: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    pairs = [(side, other) for pair in _SIDES for side, other in (pair, pair[::-1])]
    return [pair for pair in pairs if _inflected(word) & pair[0]]


def negated(text: str) -> list[str]:
    """What follows each negation of ``text``, to the end of the text or the next negation."""
    return _NEGATION.split(_NO_NEGATION.sub(" ", text))[1:]


def hedges(text: str) -> set[str]:
    """What kinds of reservation ``text`` makes: that it is possible, planned, said, ..."""
    return {name for name, words in _HEDGES.items() if words.search(text)}


def _same_meaning(some: str, other: str) -> bool:
    """Whether two index terms mean the same in most sentences."""
    return some == other or any(some in group and other in group for group in _same_terms())


def same_word(some: str, other: str) -> bool:
    """Whether two index terms mean the same, or one is derived from the other."""
    if _same_meaning(some, other):
        return True
    short, long = sorted((some, other), key=len)
    root = short.rstrip("ei")
    return (
        len(root) >= _SHORTEST_ROOT_CHARS
        and long.startswith(root)
        and bool(_ENDINGS.fullmatch(long[len(root) :]))
    )


@cache
def _same_terms() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(terms(group)) for group in _SAME)


def _words(text: str) -> set[str]:
    return {form for word in re.findall(r"[a-z]+", text.lower()) for form in _inflected(word)}


def _inflected(word: str) -> set[str]:
    """The word, and what it may be an inflection of."""
    forms = {word}
    for ending, stems in (
        ("ies", ("y",)),
        ("ied", ("y",)),
        ("es", ("", "e")),
        ("s", ("",)),
        ("ed", ("", "e")),
        ("ing", ("", "e")),
        ("ly", ("",)),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            root = word.removesuffix(ending)
            forms |= {root + stem for stem in stems}
            if len(root) > 3 and root[-1] == root[-2]:  # "dropped"
                forms.add(root[:-1])
    return forms
