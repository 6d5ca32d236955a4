"""Text to index terms: lower-cased, without accents and English stop words, stemmed.

One analyzer for the keyword index, the question and the sentences, so that they always agree. The
script alone tells how a word is treated, never a guess at the language, which a short question does
not allow. Latin words are stemmed as English, Cyrillic as Russian, Greek as Greek (Snowball),
Arabic by light10 (Larkey, Ballesteros and Connell 2007, "Light stemming for Arabic information
retrieval"), since Snowball leaves "talks", "the talks" and "and the talks" apart. Of scripts that
set no spaces, every two letters that follow each other are a term, as in Lucene's CJKAnalyzer (Nie
et al. 2000, "On the use of words and n-grams for Chinese information retrieval").
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASKING = frozenset(
    "who whom whose what which when where why whi how did doe do is are was were be been am has"
    " have had can could would should shall may might must you he she we me him her our your his"
    " its my about from than also more most much mani ani some all tell pleas sai said".split()
)
"""Terms of questions as such, which say nothing of what is asked about."""

_PRESENT = {
    past: verb
    for verb, pasts in (
        line.split(":")
        for line in (
            "beat:beaten becom:becam begin:began,begun break:broke,broken bring:brought"
            " build:built buy:bought catch:caught choos:chose,chosen draw:drew,drawn"
            " drive:drove,driven fall:fell,fallen fight:fought find:found fli:flew,flown"
            " get:got,gotten give:gave,given go:went,gone grow:grew,grown hold:held keep:kept"
            " know:knew,known lead:led leav:left lose:lost make:made meet:met pay:paid"
            " rise:rose,risen run:ran see:saw,seen sell:sold send:sent shoot:shot sink:sank,sunk"
            " speak:spoke,spoken spend:spent stand:stood steal:stole,stolen strike:struck"
            " take:took,taken teach:taught tell:told think:thought win:won write:wrote,written"
        ).split()
    )
    for past in pasts.split(",")
}
"""Irregular pasts, which a stemmer leaves apart: a question says "meet", the article "met"."""
_INITIALISM = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_SPELLED_OUT = {
    re.compile(rf"\b{words}\b", re.IGNORECASE): short
    for words, short in (
        (r"united\s+states(?:\s+of\s+america)?", "US"),
        (r"united\s+kingdom", "UK"),
        (r"united\s+nations", "UN"),
        (r"european\s+union", "EU"),
    )
}
"""What news writes now in full and now in initials."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"  # Han and kana
)
_MARKS = re.compile(
    "[\u0591-\u05c7\u0640\u064b-\u065f\u0670"  # vowels of Hebrew and Arabic, mostly left out
    "\u093c\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0e47-\u0e4e]"  # part words
)
_STEMMED_SCRIPTS = (("\u0370", "\u03ff", "greek"), ("\u0400", "\u04ff", "russian"))
"""First and last letter of a script, and the language as which its words are stemmed."""
_ARABIC = ("\u0600", "\u06ff")
_ONE_ARABIC_LETTER = str.maketrans("أإآٱىة", "ااااي\u0647")
"""Letters that are written for each other."""
_ARABIC_PREFIXES = "وال بال كال فال لل ال".split()
_ARABIC_SUFFIXES = "ها ان ات ون ين يه ه ي".split()


def terms(text: str) -> Sequence[str]:
    """The index terms of ``text``, in order, with repetitions."""
    text = one_spelling(text)
    if text.isascii():
        return [_PRESENT.get(token, token) for token in _analyzer().analyze(text)]
    tokens = _analyzer().analyze(_with_words_apart(text))
    return [_PRESENT.get(token) or _stemmed_by_script(token) for token in tokens]


def content_terms(question: str) -> Sequence[str]:
    """The index terms of ``question`` that say what it is about; all of them if none does."""
    found = terms(question)
    return [term for term in found if term not in _ASKING and len(term) > 1] or found


def one_spelling(text: str) -> str:
    """ "U.S." and "United States" as "US", which is one term for both."""
    text = _INITIALISM.sub(lambda match: match.group().replace(".", "") + " ", text)
    for pattern, short in _SPELLED_OUT.items():
        text = pattern.sub(short, text)
    return text


def _with_words_apart(text: str) -> str:
    """The text with a space wherever a term ends, and none within."""
    text = _MARKS.sub("", text)
    return _UNSPACED.sub(lambda run: f" {_pairs(run.group())} ", text)


def _pairs(run: str) -> str:
    return " ".join(map("".join, pairwise(run))) if len(run) > 1 else run


@lru_cache(maxsize=65_536)
def _stemmed_by_script(token: str) -> str:
    if _ARABIC[0] <= token[0] <= _ARABIC[1]:
        return _light_arabic(token)
    for first, last, language in _STEMMED_SCRIPTS:
        if first <= token[0] <= last:
            stems: list[str] = _stemmer(language).analyze(token)
            return stems[0] if stems else token
    return token


def _light_arabic(word: str) -> str:
    """light10, but for "and" before three letters, which is mostly none ("minister")."""
    word = word.translate(_ONE_ARABIC_LETTER)
    for prefix in _ARABIC_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 2:
            word = word[len(prefix) :]
            break
    else:
        if word.startswith("و") and len(word) > 4:
            word = word[1:]
    for suffix in _ARABIC_SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 2:
            word = word[: -len(suffix)]
    return word


@cache
def _stemmer(language: str) -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer(language)).build()


@cache
def _analyzer() -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stopword("english"))
        .filter(Filter.stemmer("english"))
        .build()
    )
