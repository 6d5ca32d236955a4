"""A library of any size, made from real articles: what benchmarks/scale.py builds and searches.

Texts are sentences of real articles, drawn at random. Vectors are real passage embeddings,
perturbed: each is one of them with two others mixed in, and noise. So a subject has many passages
near one another, as in a large archive, but words and subjects do not grow with the library.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.evaluate.questions import plain_article, read_set
from rag.load import find_files, load_file
from rag.text.sentences import sentences
from rag.text.split import passages
from rag.types import Article, Passage

if TYPE_CHECKING:
    from rag.types import Embedder, Vectors

PASSAGES_OF_ARTICLE = 10
PASSAGE_CHARS = 500
_LARGEST_SHARE_OF_OTHERS = 0.6
_NOISE = 0.3
_BLOCK = 10_000
_SEED = 11


@dataclass(frozen=True, slots=True)
class Sample:
    """What of real articles goes into the made ones."""

    sentences: tuple[str, ...]
    titles: tuple[str, ...]
    vectors: Vectors
    """Of real passages, shape (n, dimensions)."""
    questions: tuple[str, ...]
    question_vectors: Vectors

    def save(self, folder: Path) -> None:
        np.save(folder / "passages.npy", self.vectors)
        np.save(folder / "questions.npy", self.question_vectors)
        texts = {name: getattr(self, name) for name in ("sentences", "titles", "questions")}
        (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Sample:
        texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
        return cls(
            vectors=np.load(folder / "passages.npy"),
            question_vectors=np.load(folder / "questions.npy"),
            **{name: tuple(values) for name, values in texts.items()},
        )


def sample_articles(
    folder: Path, embedder: Embedder, *, passage_count: int, question_count: int
) -> Sample:
    """Sentences, embedded passages and questions of what is in ``folder``.

    Either question sets in folders of their own, as ``rag eval`` takes them, or a folder of
    articles, whose sentences are then asked in place of questions.
    """
    articles, questions = _read(folder)
    drawn = random.Random(_SEED)
    split = [passage for article in articles for passage in passages(article, embedder, 128)]
    chosen = drawn.sample(split, min(passage_count, len(split)))
    texts = [
        " ".join(article.text[start:end].split())
        for article in articles
        for start, end in sentences(article.text, 0, len(article.text))
    ]
    asked = drawn.sample(questions or texts, min(question_count, len(questions or texts)))
    return Sample(
        sentences=tuple(texts),
        titles=tuple(article.title for article in articles if article.title) or ("Untitled",),
        vectors=embedder.embed_passages([passage.text for passage in chosen]),
        questions=tuple(asked),
        question_vectors=embedder.embed_query(asked),
    )


def _read(folder: Path) -> tuple[list[Article], list[str]]:
    articles: dict[str, Article] = {}
    questions: list[str] = []
    sets = [path.parent for path in sorted(folder.glob("*/articles.jsonl"))]
    for collection in (collection for path in sets for collection in read_set(path)):
        articles |= {article.id: article for article in collection.articles}
        questions += [question.text for question in collection.questions]
    if not sets:
        loaded = [item for path in find_files(folder) for item in load_file(path, folder)]
        articles = {item.id: item for item in loaded if isinstance(item, Article)}
    return list(articles.values()), questions


def made_vectors(sample: Sample, count: int) -> Iterator[Vectors]:
    """``count`` unit vectors in blocks, the same ones every time."""
    real = sample.vectors
    for number, start in enumerate(range(0, count, _BLOCK)):
        drawn = np.random.default_rng([_SEED, number])
        rows = min(_BLOCK, count - start)
        one, two, three = drawn.integers(len(real), size=(3, rows))
        shares = drawn.random((2, rows, 1), dtype=np.float32) * _LARGEST_SHARE_OF_OTHERS
        noise = drawn.standard_normal((rows, real.shape[1]), dtype=np.float32)
        noise *= _NOISE / np.sqrt(real.shape[1])
        mixed = real[one] + shares[0] * real[two] + shares[1] * real[three] + noise
        yield (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)


def made_articles(
    sample: Sample, count: int
) -> Iterator[tuple[Article, Sequence[Passage], Vectors]]:
    """Articles with ``count`` passages in all, and the passages' vectors."""
    drawn = random.Random(_SEED)
    made = 0
    for block in made_vectors(sample, count):
        for start in range(0, len(block), PASSAGES_OF_ARTICLE):
            vectors = block[start : start + PASSAGES_OF_ARTICLE]
            article, split = _article(sample, made, len(vectors), drawn)
            yield article, split, vectors
            made += 1


def _article(
    sample: Sample, number: int, passage_count: int, drawn: random.Random
) -> tuple[Article, list[Passage]]:
    identifier = f"made-{number:07d}"
    split = []
    start = 0
    for at in range(passage_count):
        chosen: list[str] = []
        while sum(map(len, chosen)) < PASSAGE_CHARS:
            chosen += drawn.choices(sample.sentences, k=2)
        text = " ".join(chosen)
        split.append(Passage(f"{identifier}-{at}", identifier, text, start, start + len(text)))
        start += len(text) + 2
    year, month, day = drawn.randint(2000, 2019), drawn.randint(1, 12), drawn.randint(1, 28)
    article = plain_article(
        identifier, drawn.choice(sample.titles), "\n\n".join(passage.text for passage in split)
    )
    date, source = f"{year}-{month:02d}-{day:02d}", f"{year}/{month:02d}/{identifier}.txt"
    return replace(article, date=date, source=source), split
