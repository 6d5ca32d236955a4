"""The training sets, as tokenized texts and questions with marked answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

SOURCES = (
    "new_wiki",
    "reddit",
    "amazon_reviews",
    "selqa",
    "qamr",
    "squad",
    "squad_near_miss",
    "natural_questions",
    "time_sensitive",
    "discourse",
)
"""In this order: a passage that two sets share keeps the title of the first."""
QUESTIONS_OF_A_SENTENCE = 8
"""How many of the about 35 questions on each sentence of QAMR are used: they are much alike."""
_SENTENCE_START = re.compile(r"(?:(?<=[.!?])[\"'”’)]*\s+|\n+)(?=\S)")

CharSpan = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Text:
    """A passage with its tokens and where they stand."""

    source: str
    title: str
    text: str
    ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    sentences: NDArray[np.int32]
    """Index of each sentence's first token, and the number of tokens at the end."""

    def token_span(self, span: CharSpan) -> tuple[int, int] | None:
        """First and last token of the characters, or None where they hold none."""
        inside = np.flatnonzero((self.ends > span[0]) & (self.starts < span[1]))
        return (int(inside[0]), int(inside[-1])) if len(inside) else None

    def words(self, first: int, stop: int) -> str:
        """The characters of the tokens [first, stop)."""
        return self.text[self.starts[first] : self.ends[stop - 1]] if stop > first else ""


@dataclass(frozen=True, slots=True)
class Item:
    """A question and where its text answers it."""

    question: str
    text: int
    answers: tuple[CharSpan, ...]
    """Character spans of the text that people marked."""
    within: bool = False
    """The answer lies somewhere within each span (a sentence), rather than being it."""
    cause: str = ""
    """Why the text does not answer, where it only looks as if it did."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, and whether its evidence supports it, refutes it, or neither."""

    claim: str
    evidence: str
    label: str
    source: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts, and the questions of each set."""

    texts: tuple[Text, ...]
    items: dict[str, tuple[Item, ...]]
    """The questions that their text answers, by set."""
    near_misses: dict[int, tuple[Item, ...]]
    """The questions that their text does not answer, by text."""
    claims: tuple[Claim, ...] = ()

    def article_of(self, text: int) -> str:
        """What tells articles apart: each is wholly trained on or wholly held out."""
        return self.texts[text].title or self.texts[text].text


def tokenize(tokenizer: Tokenizer, source: str, title: str, text: str) -> Text:
    """Tokens, offsets and sentence starts of one passage."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    offsets = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
    # A piece may hold the space before its word, which is no part of a span.
    spaces = [len(text[a:b]) - len(text[a:b].lstrip()) for a, b in encoding.offsets]
    offsets[:, 0] += np.array(spaces, dtype=np.int32)
    begins = [0, *(match.end() for match in _SENTENCE_START.finditer(text))]
    sentences = np.unique(np.searchsorted(offsets[:, 0], begins))
    sentences = sentences[sentences < len(offsets)]
    return Text(
        source=source,
        title=title,
        text=text,
        ids=np.array(encoding.ids, dtype=np.int32),
        starts=offsets[:, 0],
        ends=offsets[:, 1],
        sentences=np.append(sentences, len(offsets)).astype(np.int32),
    )


def _rows(folder: Path, source: str) -> Iterator[dict[str, Any]]:
    path = folder / f"{source}.jsonl"
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def load_corpus(folder: Path, tokenizer: Tokenizer) -> Corpus:
    """Read every set that ``folder`` holds."""
    texts: list[Text] = []
    items: dict[str, list[Item]] = {}
    near_misses: dict[int, list[Item]] = {}
    known: dict[str, int] = {}
    for source in SOURCES:
        read: Callable[[dict[str, Any]], tuple[str, str, list[Item]]]
        read = _sentences_row if source == "selqa" else _spans_row
        for row in _rows(folder, source):
            title, passage, questions = read(row)
            key = passage.strip()
            if key not in known:
                known[key] = len(texts)
                texts.append(tokenize(tokenizer, source, title, passage))
            if source == "qamr":
                questions = questions[:: max(1, len(questions) // QUESTIONS_OF_A_SENTENCE)]
            for item in questions:
                item = replace(item, text=known[key])
                if item.answers:
                    items.setdefault(source, []).append(item)
                elif item.cause:
                    near_misses.setdefault(item.text, []).append(item)
    if not items:
        raise SystemExit(f"{folder} holds none of {', '.join(SOURCES)} (.jsonl)")
    claims = [
        Claim(row["claim"], row["evidence"], row["label"], row["source"])
        for row in _rows(folder, "claims")
    ]
    return Corpus(
        tuple(texts),
        {source: tuple(found) for source, found in items.items()},
        {text: tuple(found) for text, found in near_misses.items()},
        tuple(claims),
    )


def _spans_row(row: dict[str, Any]) -> tuple[str, str, list[Item]]:
    asked: dict[str, set[CharSpan]] = {}
    causes: dict[str, str] = {}
    for entry in row["questions"]:
        question = entry["question"].strip()
        asked.setdefault(question, set()).update(map(tuple, entry["spans"]))
        causes[question] = entry.get("cause") or ""
    items = [Item(q, 0, tuple(sorted(spans)), cause=causes[q]) for q, spans in asked.items()]
    return row.get("title") or "", row["passage"], items


def _sentences_row(row: dict[str, Any]) -> tuple[str, str, list[Item]]:
    passage, spans = "", []
    for index, sentence in enumerate(row["sentences"]):
        if index in row["answering"]:
            spans.append((len(passage), len(passage) + len(sentence)))
        passage += sentence + " "
    title = row["article"]
    return title, passage, [Item(row["question"].strip(), 0, tuple(spans), within=True)]
