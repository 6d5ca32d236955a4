"""Groups of examples: a question with the window that answers it and windows that do not.

Windows that do not answer come from retrieval, from the rest of the same passage, and from near
misses: questions that people wrote to look answerable by the passage, and questions or passages
with one term exchanged (see ``near_miss``). A claim with its evidence is a group of one. Everything
drawn comes from the generator that is passed in.
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

from rag.read.pairs import MAX_SPAN_TOKENS, Pair, SpecialTokens, context_text, join
from training.corpus import CharSpan, Claim, Corpus, Item, Text, tokenize
from training.near_miss import YEAR, Lexicon, Swap, keywords, mentions, misspelt
from training.windows import cut, nearest_sentence, rest_of_passage, swap_with_spans

Role = Literal["answer", "other", "near", "claim"]
"""``other``: a window that does not answer; ``near``: the answering window under a question that it
does not answer; ``claim``: not a question at all."""

WINDOW_TOKENS = (56, 80, 112, 144, 176)
_WINDOW_SHARES = (0.25, 0.25, 0.25, 0.15, 0.1)
_NOISY = frozenset({"reddit", "amazon_reviews"})
"""Sets without a named subject, where many passages answer the same question."""
_WITH_EXCHANGE = 0.2
"""Share of the questions that get a near miss by an exchanged term."""
_WITH_CLAIM = 0.25
"""Share of the questions that are also put as a claim, with their answer or with a wrong one."""
_MONTHS = "January February March April May June July August September October November December"
_ASKS_TIME = re.compile(r"\b(?:when|year|date|how (?:long|old|many years))\b", re.I)
_MOST_CLAIM_TOKENS = 200


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
    cause: str = ""
    """Of a near miss, why it is one: SQuAD2-CR's letters, "time", or "exchange"."""
    label: str | None = None
    """Of a claim: support, refute or neither."""


@dataclass(frozen=True, slots=True)
class Group:
    """Examples of one question; only the first one may answer."""

    source: str
    examples: tuple[Example, ...]

    @property
    def tokens(self) -> int:
        """Length of the longest input."""
        return max(len(example.pair.ids) for example in self.examples)


class GroupMaker:
    """Makes groups from a corpus; holds what they are made from and no state of its own."""

    def __init__(
        self,
        corpus: Corpus,
        candidates: Mapping[str, NDArray[np.int32]],
        lexicon: Lexicon,
        tokenizer: Tokenizer,
        special: SpecialTokens,
    ) -> None:
        self._corpus = corpus
        self._candidates = candidates
        self._lexicon = lexicon
        self._tokenizer = tokenizer
        self._special = special
        self._answers: dict[int, list[str]] = {}
        for items in corpus.items.values():
            for item in items:
                if not item.within:
                    text = corpus.texts[item.text].text
                    start, end = min(item.answers, key=lambda span: span[1] - span[0])
                    self._answers.setdefault(item.text, []).append(text[start:end])

    def of_claim(self, claim: Claim) -> Group:
        """A claim with its evidence."""
        evidence = self._ids(claim.evidence)[:_MOST_CLAIM_TOKENS]
        pair = join(self._ids(claim.claim), (), evidence, self._special)
        return Group("claims", (Example(pair, "claim", label=claim.label),))

    def of_near_miss(self, item: Item, rng: Generator, *, length: int | None = None) -> Group:
        """A question that its text does not answer, alone."""
        text = self._corpus.texts[item.text]
        length = length or int(rng.choice(WINDOW_TOKENS, p=_WINDOW_SHARES))
        row = nearest_sentence(text, self._ids(item.question), range(len(text.sentences) - 1))
        keep = int(text.sentences[row])
        first, stop = cut(text, length, rng, (keep, keep))
        context = context_text(text.title, None, (), "")
        example = self._other(item.question, context, text.words(first, stop), 1.0)
        return Group("near", (replace(example, role="near", cause=item.cause),))

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

        ``plain`` leaves question and context as they are (for validation).
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
        context = self._context(text, first, plain, rng)
        question = item.question
        if not plain:
            question = self._with_year(question, text, anchor, item, rng)
            question = _retyped(question, rng)
        exchanged = False
        asked: list[Example] = []
        swap = None
        if not plain and rng.random() < _WITH_EXCHANGE:
            swap = self._swap(question, f"{context} {words}", f"{text.title} {text.text}", rng)
        if swap is not None and swap.kind != "word" and rng.random() < 0.25:
            # The passage itself is read under the exchanged term: then it answers the exchanged
            # question, and as it was written it does not. So odd wording alone betrays nothing.
            other, moved = swap_with_spans(words, spans, swap)
            if moved and mentions(words, swap.old):
                question = swap.apply(question)
                near = self._other(question, context, words, 1.0)
                asked.append(replace(near, cause="exchange"))
                context, words, spans, swap = swap.apply(context), other, moved, None
                exchanged = True
        answer = self._answer(question, context, words, spans, item.within)
        if answer is None:
            return None
        if swap is not None:
            asked.append(self._exchanged(question, context, words, swap, rng))
        asked += self._written(item, context, words, plain, rng) if not exchanged else []
        if not plain and not item.within and not exchanged and rng.random() < _WITH_CLAIM:
            asked.append(self._claim(item, context, words, spans, rng))
        wanted = (1 if source in _NOISY or asked else 2) if negatives is None else negatives
        shown = {words}
        made = 0
        for _ in range(2 * wanted):
            found = self._negative(source, number, item, length, made, rng)
            if made >= wanted or found is None:
                break
            if found[1] not in shown:
                shown.add(found[1])
                asked.append(self._other(question, *found))
                made += 1
        return Group(source, (answer, *asked)) if asked else None

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _join(self, question: str, context: str, passage: Sequence[int]) -> Pair:
        return join(self._ids(question), self._ids(context), passage, self._special)

    def _other(self, question: str, context: str, words: str, weight: float) -> Example:
        pair = self._join(question, context, self._ids(words))
        return Example(pair, "other", weight=weight)

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

    def _written(
        self, item: Item, context: str, words: str, plain: bool, rng: Generator
    ) -> list[Example]:
        """Near misses that people wrote on the same passage, over the same window."""
        known = self._corpus.near_misses.get(item.text, ())
        if not known or (not plain and rng.random() < 0.15):
            return []
        chosen = rng.permutation(len(known))[: 4 if plain else int(rng.integers(1, 3))]
        made = []
        for near in (known[int(i)] for i in chosen):
            question = near.question if plain else _retyped(near.question, rng)
            example = self._other(question, context, words, 1.0)
            made.append(replace(example, role="near", cause=near.cause))
        return made

    def _exchanged(
        self, question: str, context: str, words: str, swap: Swap, rng: Generator
    ) -> Example:
        weight = 0.5 if swap.kind == "word" else 1.0
        if mentions(f"{context} {words}", swap.old) and rng.random() < 0.5:
            example = self._other(question, swap.apply(context), swap.apply(words), weight)
            return replace(example, cause="exchange")
        example = self._other(swap.apply(question), context, words, weight)
        return replace(example, role="near", cause="exchange")

    def _claim(
        self, item: Item, context: str, words: str, spans: Sequence[CharSpan], rng: Generator
    ) -> Example:
        """The question with an answer, put as a claim: the passage states the right answer, and
        contradicts another of the same kind; it decides nothing about a near miss."""
        right = words[slice(*min(spans, key=lambda span: span[1] - span[0]))]
        digits = any(map(str.isdigit, right))
        others = [
            other
            for other in self._answers.get(item.text, ())
            if any(map(str.isdigit, other)) == digits
            and other.lower() not in right.lower()
            and right.lower() not in other.lower()
        ]
        near = self._corpus.near_misses.get(item.text, ())
        draw = rng.random()
        question, said, label = item.question, right, "support"
        if others and draw < 0.4:
            said, label = others[int(rng.integers(len(others)))], "refute"
        elif near and others and draw < 0.6:
            chosen = near[int(rng.integers(len(near)))]
            question, label = chosen.question, "neither"
            said = others[int(rng.integers(len(others)))]
        pair = self._join(f"{question} {said}", context, self._ids(words))
        return Example(pair, "claim", label=label)

    def _swap(self, question: str, shown: str, whole: str, rng: Generator) -> Swap | None:
        """What turns the answering pair into a near miss, if the question has such a term."""
        terms = self._lexicon.terms(question)
        rng.shuffle(terms)  # type: ignore[arg-type]
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

    def _context(self, text: Text, first: int, plain: bool, rng: Generator) -> str:
        """Title, at times a date that means nothing, and the sentence before the window."""
        title = "" if not plain and rng.random() < 0.2 else text.title
        date = None
        if not plain and rng.random() < 0.2:
            day, year = int(rng.integers(1, 29)), int(rng.integers(1995, 2027))
            month = int(rng.integers(1, 13))
            name = _MONTHS.split()[month - 1]
            date = f"{year}-{month:02}-{day:02}" if rng.random() < 0.7 else f"{day} {name} {year}"
        before = ""
        row = int(np.searchsorted(text.sentences, first, side="right")) - 1
        if row > 0 and int(text.sentences[row]) == first and (plain or rng.random() < 0.6):
            before = text.words(int(text.sentences[row - 1]), first)
        return context_text(title, date, (), before)

    def _with_year(
        self, question: str, text: Text, anchor: tuple[int, int], item: Item, rng: Generator
    ) -> str:
        """Add the only year of the answering sentence to a question that names none."""
        if YEAR.search(question) or _ASKS_TIME.search(question) or rng.random() < 0.7:
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
        """Context, words and weight of a window that does not answer."""
        own = self._corpus.texts[item.text]
        asked = self._ids(item.question)
        if rng.random() < (0.6 if source in _NOISY else 0.3):
            rest = rest_of_passage(own, item.answers, asked, length)
            if rest is not None:
                return self._context(own, rest[0], False, rng), own.words(*rest), 1.0
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
        weight = 0.5 if source in _NOISY else 1.0
        return self._context(text, first, False, rng), text.words(first, stop), weight


def _retyped(question: str, rng: Generator) -> str:
    """As people type: at times bare keywords, in lower case, without a mark, or misspelt."""
    draw = rng.random()
    if draw < 0.08:
        return keywords(question)
    if draw < 0.22:
        question = question.lower()
    if draw < 0.14:
        return question.rstrip(" ?")
    return misspelt(question, rng) if 0.22 <= draw < 0.28 else question
