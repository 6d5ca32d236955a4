"""Groups of examples: a question with the window that answers it and windows that do not.

Windows that do not answer come from retrieval, from the rest of the same passage, and from near
misses (see ``near_miss``). Everything drawn comes from the generator that is passed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.read.pairs import MAX_SPAN_TOKENS, Pair, SpecialTokens, join, special_tokens
from training.corpus import CharSpan, Corpus, Item, Text, tokenize
from training.near_miss import YEAR, Lexicon, Swap, keywords, mentions
from training.windows import cut, nearest_sentence, rest_of_passage, swap_with_spans

Role = Literal["answer", "other", "swapped"]
"""``swapped``: the answering window under a question that it does not answer."""

WINDOW_TOKENS = (56, 80, 112, 144, 176)
_WINDOW_SHARES = (0.25, 0.25, 0.25, 0.15, 0.1)
_NOISY = frozenset({"reddit", "amazon_reviews"})
"""Sets without a named subject, where many passages answer the same question."""
_MONTHS = "January February March April May June July August September October November December"
_ASKS_TIME = re.compile(r"\b(?:when|year|date|how (?:long|old|many years))\b", re.I)


@dataclass(frozen=True, slots=True)
class Example:
    """One input of the reader and what it should say."""

    pair: Pair
    role: Role
    targets: tuple[tuple[int, int], ...] = ()
    """First and last token of each right span; empty unless the role is ``answer``."""
    within: bool = False
    """Any span inside a target is right, rather than the target alone."""
    weight: float = 1.0
    """How much a negative is believed."""
    near_miss: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Examples of one question; the first one, and no other, answers."""

    source: str
    examples: tuple[Example, ...]

    @property
    def tokens(self) -> int:
        """Length of the longest input."""
        return max(len(example.pair.ids) for example in self.examples)


class GroupMaker:
    """Makes groups from a corpus; holds what they are made from and no state of its own.

    ``near_misses`` is the share of the groups that have one.
    """

    def __init__(
        self,
        corpus: Corpus,
        candidates: Mapping[str, NDArray[np.int32]],
        lexicon: Lexicon,
        tokenizer: Tokenizer,
        near_misses: float,
    ) -> None:
        self._corpus = corpus
        self._near_misses = near_misses
        self._candidates = candidates
        self._lexicon = lexicon
        self._tokenizer = tokenizer
        self._special: SpecialTokens = special_tokens(tokenizer)

    def make(
        self,
        source: str,
        number: int,
        rng: Generator,
        *,
        length: int | None = None,
        negatives: int | None = None,
        plain: bool = False,
    ) -> Group | None:
        """The group of one question, or None where no marked answer is short enough.

        ``plain`` leaves question and context as they are (for validation, which always has near
        misses).
        """
        item = self._corpus.items[source][number]
        text = self._corpus.texts[item.text]
        length = length or int(rng.choice(WINDOW_TOKENS, p=_WINDOW_SHARES))
        marked = [span for span in map(text.token_span, item.answers) if span]
        if not item.within:
            marked = [span for span in marked if span[1] - span[0] < MAX_SPAN_TOKENS]
        if not marked:
            return None
        anchor = marked[int(rng.integers(len(marked)))]
        first, stop = cut(text, length, rng, anchor)
        words = text.words(first, stop)
        begin = int(text.starts[first])
        spans = tuple(
            (max(0, start - begin), min(end - begin, len(words)))
            for start, end in item.answers
            if start < text.ends[stop - 1] and end > begin
        )
        title = "" if text.title and not plain and rng.random() < 0.25 else text.title
        context = title if plain else self._dated(title, rng)
        question = item.question
        if not plain:
            question = self._with_year(question, text, anchor, item, rng)
            question = keywords(question) if rng.random() < 0.1 else question
        swap = None
        if plain or rng.random() < self._near_misses:
            swap = self._swap(question, f"{context} {words}", f"{text.title} {text.text}", rng)
        asked: list[Example] = []
        if swap is not None and not plain and swap.kind != "word" and rng.random() < 0.25:
            # The passage itself is read under the exchanged term: then it answers the exchanged
            # question, and as it was written it does not. So odd wording alone betrays nothing.
            other, moved = swap_with_spans(words, spans, swap)
            if moved and mentions(words, swap.old):
                question = swap.apply(question)
                asked.append(self._other(question, context, words, 1.0, near_miss=True))
                context, words, spans, swap = swap.apply(context), other, moved, None
        answer = self._answer(question, context, words, spans, item.within)
        if answer is None:
            return None
        if swap is not None:
            asked.append(self._near_miss(question, context, words, swap, rng))
        wanted = (1 if source in _NOISY else 2) if negatives is None else negatives
        wanted += negatives is not None or bool(asked)  # near misses come on top
        shown = {words}
        for _ in range(2 * wanted):
            found = self._negative(source, number, item, length, len(asked), rng)
            if len(asked) >= wanted or found is None:
                break
            if found[1] not in shown:
                shown.add(found[1])
                asked.append(self._other(question, *found))
        return Group(source, (answer, *asked)) if asked else None

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _join(self, question: str, context: str, passage: Sequence[int]) -> Pair:
        return join(self._ids(question), self._ids(context), passage, self._special)

    def _other(
        self, question: str, context: str, words: str, weight: float, near_miss: bool = False
    ) -> Example:
        pair = self._join(question, context, self._ids(words))
        return Example(pair, "other", weight=weight, near_miss=near_miss)

    def _answer(
        self, question: str, context: str, words: str, spans: Sequence[CharSpan], within: bool
    ) -> Example | None:
        window = tokenize(self._tokenizer, "", "", words)
        pair = self._join(question, context, window.ids.tolist())
        targets = {span for span in map(window.token_span, spans) if span}
        if not within:
            targets = {span for span in targets if span[1] - span[0] < MAX_SPAN_TOKENS}
        moved = tuple(sorted((a + pair.passage_from, b + pair.passage_from) for a, b in targets))
        return Example(pair, "answer", moved, within) if moved else None

    def _near_miss(
        self, question: str, context: str, words: str, swap: Swap, rng: Generator
    ) -> Example:
        weight = 0.5 if swap.kind == "word" else 1.0
        if mentions(f"{context} {words}", swap.old) and rng.random() < 0.5:
            changed = swap.apply(words)
            return self._other(question, swap.apply(context), changed, weight, near_miss=True)
        example = self._other(swap.apply(question), context, words, weight, near_miss=True)
        return replace(example, role="swapped")

    def _swap(self, question: str, shown: str, whole: str, rng: Generator) -> Swap | None:
        """What turns the answering pair into a near miss, if the question has such a term."""
        terms = self._lexicon.terms(question)
        rng.shuffle(terms)
        terms.sort(key=lambda term: (term.kind == "word", term.kind not in ("year", "number")))
        for term in terms:
            old = question[term.start : term.end]
            if term.kind == "word" and rng.random() < 0.6:
                continue
            if term.kind != "listed" and not mentions(shown, old):
                continue
            swap = self._lexicon.sibling(question, term, whole, rng)
            if swap is not None:
                return swap
        return None

    def _dated(self, title: str, rng: Generator) -> str:
        """The title, at times with a date that means nothing, as articles have one."""
        if rng.random() > 0.2:
            return title
        day, year = int(rng.integers(1, 29)), int(rng.integers(1995, 2025))
        date = f"{day} {rng.choice(_MONTHS.split())} {year}"
        return f"{title} · {date}" if title else date

    def _with_year(
        self, question: str, text: Text, anchor: tuple[int, int], item: Item, rng: Generator
    ) -> str:
        """Add the only year of the answering sentence to a question that names none."""
        if YEAR.search(question) or _ASKS_TIME.search(question) or rng.random() < 0.5:
            return question
        row = int(np.searchsorted(text.sentences, anchor[0], side="right")) - 1
        first, stop = int(text.sentences[row]), int(text.sentences[row + 1])
        base = int(text.starts[first])
        years = list(YEAR.finditer(text.words(first, stop)))
        if len(years) != 1:
            return question
        start, end = years[0].start() + base, years[0].end() + base
        if any(a < end and b > start for a, b in item.answers):
            return question
        return f"{question.rstrip(' ?.')} in {years[0].group()}?"

    def _negative(
        self, source: str, number: int, item: Item, length: int, made: int, rng: Generator
    ) -> tuple[str, str, float] | None:
        """Title, words and weight of a window that does not answer."""
        own = self._corpus.texts[item.text]
        asked = self._ids(item.question)
        if rng.random() < (0.6 if source in _NOISY else 0.3):
            rest = rest_of_passage(own, item.answers, asked, length)
            if rest is not None:
                return own.title, own.words(*rest), 1.0
        answers = [own.text[a:b] for a, b in item.answers] if not item.within else []
        row = self._candidates[source][number]
        row = row[8:] if source in _NOISY else row[: 12 if made < 2 else 25]
        usable = [
            int(i)
            for i in rng.permutation(row[row >= 0])
            if i != item.text
            and not any(mentions(self._corpus.texts[i].text, answer) for answer in answers)
        ]
        if not usable:
            return None
        text = self._corpus.texts[usable[0]]
        row_of_best = nearest_sentence(text, asked, range(len(text.sentences) - 1))
        keep = int(text.sentences[row_of_best])
        first, stop = cut(text, length, rng, (keep, keep))
        return text.title, text.words(first, stop), 0.5 if source in _NOISY else 1.0
