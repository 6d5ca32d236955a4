"""Near misses: a question or passage with one term exchanged for another of the same kind.

Asked who won in 2021, a reader must not take the winner of 2019. So a term of the question
(year, number, month, name, opposite, content word) gives way to a sibling, and the pair that
answered no longer does.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Kind = Literal["year", "number", "listed", "name", "word"]
EmbedTexts = Callable[[Sequence[str]], NDArray[np.float32]]

YEAR = re.compile(r"\b(?:1[0-9]|20)[0-9]{2}\b")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w,]|\.\d)")
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_CAPITALISED = re.compile(
    r"(?<=[a-z,;:(] )[A-Z][\w'’&-]+(?: (?:of |the |and |de )?[A-Z][\w'’&-]+){0,3}"
)
_SERIES = (
    "january february march april may june july august september october november december",
    "monday tuesday wednesday thursday friday saturday sunday",
    "one two three four five six seven eight nine ten eleven twelve",
    "first second third fourth fifth sixth seventh eighth ninth tenth last",
    "north south east west",
    "northern southern eastern western",
    "red blue green yellow black white brown orange purple",
)
_OPPOSITES = (
    "most least,largest smallest,biggest smallest,highest lowest,best worst,more less,more fewer,"
    "longest shortest,oldest youngest,oldest newest,before after,male female,men women,"
    "men's women's,man woman,boys girls,actor actress,king queen,father mother,son daughter,"
    "brother sister,husband wife,winner loser,won lost,wins loses,increase decrease,"
    "increased decreased,rise fall,begin end,began ended,start end,started ended,open close,"
    "opened closed,born died,birth death,buy sell,bought sold,early late,earliest latest,"
    "minimum maximum,export import,exports imports,income cost,advantage disadvantage,"
    "advantages disadvantages,positive negative,good bad,like dislike,liked disliked,left right,"
    "upper lower,inside outside,hot cold,cheap expensive,president vice-president,old new,"
    "summer winter,day night,morning evening,love hate,strong weak,rich poor,urban rural"
)
_STOP_WORDS = (
    "a an the of in on at to for from by with and or is are was were be been being do does did has "
    "have had what which who whom whose when where why how many much long it its this that these "
    "those there their they he she his her him i my you your we our as not no can could would "
    "should will about into than then also one some any all other such name called type kind does "
    "most more use used using get got make made mean according writer author reviewer speaker "
    "person people thing time"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Term:
    """The characters ``text[start:end]`` of a question, and what kind of term stands there."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Swap:
    """Reading ``old`` as ``new`` makes a near miss."""

    kind: Kind
    old: str
    new: str

    def apply(self, text: str) -> str:
        """Exchange every whole-word occurrence, in any case."""
        return re.sub(whole_words(self.old), self.new.replace("\\", ""), text, flags=re.I)


def whole_words(term: str) -> str:
    """A pattern for ``term`` that does not match inside a longer word."""
    return rf"(?<!\w){re.escape(term)}(?!\w)"


def mentions(text: str, term: str) -> bool:
    """Whether ``term`` stands in ``text`` as whole words, in any case."""
    return re.search(whole_words(term), text, flags=re.I) is not None


def _listed_siblings() -> dict[str, tuple[str, ...]]:
    siblings: dict[str, set[str]] = {}
    groups = [series.split() for series in _SERIES]
    groups += [pair.split() for pair in _OPPOSITES.split(",")]
    for group in groups:
        for word in group:
            siblings.setdefault(word, set()).update(set(group) - {word})
    return {word: tuple(sorted(others)) for word, others in siblings.items()}


LISTED = _listed_siblings()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Names and words of the training texts with others of like kind, nearest first."""

    names: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]

    def terms(self, question: str) -> list[Term]:
        """The terms of a question that can be exchanged; they do not overlap."""
        terms = [Term("year", *m.span()) for m in YEAR.finditer(question)]
        terms += [Term("number", *m.span()) for m in _NUMBER.finditer(question)]
        words = list(_WORD.finditer(question))
        for size in (4, 3, 2, 1):
            for first in range(len(words) - size + 1):
                start, end = words[first].start(), words[first + size - 1].end()
                phrase = question[start:end].lower()
                if size == 1 and phrase in LISTED:
                    terms.append(Term("listed", start, end))
                elif phrase in self.names:
                    terms.append(Term("name", start, end))
        for word in words[1:]:
            if word.group().lower() in self.words:
                terms.append(Term("word", *word.span()))
        taken: list[Term] = []
        for term in terms:
            if all(term.end <= other.start or term.start >= other.end for other in taken):
                taken.append(term)
        return taken

    def sibling(self, question: str, term: Term, avoid: str, rng: Generator) -> Swap | None:
        """Another term of the same kind that ``avoid`` does not mention, or None."""
        old = question[term.start : term.end]
        for _ in range(6):
            new = self._draw(term.kind, old, rng)
            if new and not mentions(avoid, new) and not mentions(question, new):
                return Swap(term.kind, old, new)
        return None

    def _draw(self, kind: Kind, old: str, rng: Generator) -> str | None:
        if kind == "year":
            step = int(rng.integers(1, 4) if rng.random() < 0.7 else rng.integers(4, 40))
            return str(int(old) + (step if rng.random() < 0.5 else -step))
        if kind == "number":
            value = float(old.replace(",", ""))
            factor = float(rng.choice([0.5, 0.8, 1.1, 1.5, 2.0, 3.0]))
            new = value * factor
            return f"{new:,.1f}" if "." in old else f"{max(1, round(new + rng.integers(0, 3))):,}"
        if kind == "listed":
            return str(rng.choice(LISTED[old.lower()]))
        siblings = (self.names if kind == "name" else self.words)[old.lower()]
        return str(rng.choice(siblings)) if siblings else None


def lexicon_once(
    path: Path, texts: Sequence[str], questions: Sequence[str], embed: EmbedTexts
) -> Lexicon:
    """``make_lexicon``, kept in the file ``path``."""
    if not path.exists():
        made = make_lexicon(texts, questions, embed)
        path.write_text(json.dumps({"names": dict(made.names), "words": dict(made.words)}))
    stored = json.loads(path.read_text())
    return Lexicon(
        **{part: {term: tuple(o) for term, o in stored[part].items()} for part in stored}
    )


def make_lexicon(texts: Iterable[str], questions: Iterable[str], embed: EmbedTexts) -> Lexicon:
    """Collect names from running text and words from questions; siblings are near by meaning."""
    texts = list(texts)
    names = Counter(name for text in texts for name in _CAPITALISED.findall(text))
    lower = Counter(word for text in texts for word in re.findall(r"\b[a-z][\w'-]+", text))
    kept_names = [
        name
        for name, count in names.most_common(16000)
        if len(name) > 2
        and name.lower() not in LISTED
        and name.lower() not in STOP_WORDS
        and (" " in name or (count >= 2 and lower[name.lower()] * 5 < count))
    ]
    asked = Counter(word for q in questions for word in re.findall(r"\b[a-z]{4,}\b", q.lower()))
    known = {name.lower() for name in kept_names}
    kept_words = [
        word
        for word, count in asked.items()
        if count >= 6 and word not in STOP_WORDS and word not in LISTED and word not in known
    ]
    return Lexicon(
        names=_siblings(kept_names, embed(kept_names)),
        words=_siblings(kept_words, embed(kept_words)),
    )


def _siblings(terms: Sequence[str], vectors: NDArray[np.float32]) -> dict[str, tuple[str, ...]]:
    """For each term the nearest others that share no word, without the very nearest.

    The nearest of all are often other spellings of the same.
    """
    found: dict[str, tuple[str, ...]] = {}
    for begin in range(0, len(terms), 512):
        similarity = vectors[begin : begin + 512] @ vectors.T
        nearest = np.argsort(-similarity, axis=1)[:, 4:60]
        for row, order in enumerate(nearest):
            term = terms[begin + row]
            words = set(term.lower().split())
            others = [
                terms[j]
                for j in order
                if not words & set(terms[j].lower().split())
                and abs(len(terms[j].split()) - len(words)) <= 1
            ]
            found.setdefault(term.lower(), tuple(others[:30]))
    return found


def keywords(question: str) -> str:
    """The question as a typed query: without its function words and question mark."""
    kept = [word for word in _WORD.findall(question) if word.lower() not in STOP_WORDS]
    return " ".join(kept) if len(kept) >= 2 else question


def misspelt(question: str, rng: Generator) -> str:
    """The question with two letters exchanged, or one left out, in one of its longer words."""
    words = [m for m in _WORD.finditer(question) if len(m.group()) > 4]
    if not words:
        return question
    word = words[int(rng.integers(len(words)))]
    place = word.start() + int(rng.integers(1, len(word.group()) - 2))
    if rng.random() < 0.5:
        return question[:place] + question[place + 1 :]
    swapped = question[place + 1] + question[place]
    return question[:place] + swapped + question[place + 2 :]
