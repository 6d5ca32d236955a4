"""Recurring spans as questions: what the reader practises on before real questions.

A name, number or pair of long words that stands in two sentences is taken out of one of them, which
becomes the question; the reader is to mark it in the rest of the text, or in another text under
the same title. After Ram et al. 2021, "Few-Shot Question Answering by Pretraining Span Selection";
here the sentence takes the question's place, so that the input has the form it has when asking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.corpus import CharSpan, Corpus, Item, Text, tokenize
from training.mine import CANDIDATES

RECURRING = "recurring"
"""The name of the set that these questions form."""
_TAKEN_OUT = "[MASK]"
_QUESTIONS_OF_A_TEXT = 2
_SENTENCE_TOKENS = (8, 60)
_OTHERS_SEARCHED = 6
_MOST_PLACES = 6
"""What stands in more places than these is seldom what the sentence is about."""
_TERM = re.compile(
    r"[A-Z][\w'’-]+(?: (?:of |the |and |de |von )?[A-Z][\w'’-]+){0,4}"  # a name
    r"|\b\d[\d,.]*\d\b|\b\d\b"
)
_LONG_WORD = re.compile(r"[\w'’-]{5,}")


def with_recurring_spans(
    corpus: Corpus,
    candidates: Mapping[str, NDArray[np.int32]],
    left_out: AbstractSet[int],
    tokenizer: Tokenizer,
    seed: int,
) -> tuple[Corpus, dict[str, NDArray[np.int32]]]:
    """The corpus with one set more, ``RECURRING``, and the candidates with that set's.

    Texts whose numbers are ``left_out`` (held-out questions are about them) are not used.
    Candidates for windows that do not answer are texts under the same title, then any.
    """
    under_title: dict[tuple[str, str], list[int]] = {}
    for number, text in enumerate(corpus.texts):
        if text.title and number not in left_out:
            under_title.setdefault((text.source, text.title), []).append(number)
    texts, items, rows = list(corpus.texts), [], []
    usable = np.array([n for n in range(len(corpus.texts)) if n not in left_out])
    for number in usable.tolist():
        text = corpus.texts[number]
        rng = default_rng([seed, number])
        same = [n for n in under_title.get((text.source, text.title), []) if n != number]
        rng.shuffle(same)
        others = [corpus.texts[n].text for n in same[:_OTHERS_SEARCHED]]
        for question, passage, spans in _questions(text, others, rng):
            items.append(Item(question, len(texts), spans, within=False))
            texts.append(tokenize(tokenizer, RECURRING, text.title, passage))
            any_texts = rng.choice(usable, CANDIDATES).tolist()
            rows.append((same[: CANDIDATES // 2] + any_texts)[:CANDIDATES])
    found = np.array(rows, dtype=np.int32).reshape(-1, CANDIDATES)
    return (
        Corpus(tuple(texts), {**corpus.items, RECURRING: tuple(items)}),
        {**candidates, RECURRING: found},
    )


def _questions(
    text: Text, others: list[str], rng: Generator
) -> Iterator[tuple[str, str, tuple[CharSpan, ...]]]:
    """Sentences with something taken out, the passage to find it in, and where it stands there."""
    made = 0
    for row in rng.permutation(len(text.sentences) - 1).tolist():
        first, stop = int(text.sentences[row]), int(text.sentences[row + 1])
        if not _SENTENCE_TOKENS[0] <= stop - first <= _SENTENCE_TOKENS[1]:
            continue
        start, end = int(text.starts[first]), int(text.ends[stop - 1])
        sentence = text.text[start:end]
        rest = text.text[:start] + text.text[end:].lstrip()
        found = _recurring(sentence, text.title, [rest, *others], rng)
        if found is None:
            continue
        term, passage, spans = found
        yield re.sub(_whole(term), _TAKEN_OUT, sentence), passage, spans
        made += 1
        if made == _QUESTIONS_OF_A_TEXT:
            return


def _recurring(
    sentence: str, title: str, passages: list[str], rng: Generator
) -> tuple[str, str, tuple[CharSpan, ...]] | None:
    """A term of the sentence with the first of ``passages`` that holds it, and where."""
    terms = _terms(sentence)
    rng.shuffle(terms)
    for term in terms:
        # The title stands beside every passage: to find its own words is no task.
        if title and (term.lower() in title.lower() or title.lower() in term.lower()):
            continue
        for passage in passages:
            spans = tuple(match.span() for match in re.finditer(_whole(term), passage))
            if 0 < len(spans) <= _MOST_PLACES:
                return term, passage, spans
    return None


def _terms(sentence: str) -> list[str]:
    """Names, numbers, and pairs of long words side by side; a capital at the start is no name."""
    terms = [
        match.group()
        for match in _TERM.finditer(sentence)
        if match.start() > 0 or " " in match.group()
    ]
    words = list(_LONG_WORD.finditer(sentence))
    terms += [
        sentence[one.start() : two.end()]
        for one, two in pairwise(words)
        if two.start() - one.end() == 1
    ]
    return terms


def _whole(term: str) -> str:
    return rf"(?<!\w){re.escape(term)}(?!\w)"
