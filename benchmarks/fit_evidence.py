"""Fits the weights of rag/read: sentence_ranker.py and span_evidence.py; reports on a held part.

    RAG_EVAL_DATA=DIR python -m benchmarks.fit_evidence [QUESTIONS] [ABSENT]

DIR/wiki holds articles.jsonl, questions.jsonl and absent.jsonl. Its lines are shuffled by a fixed
seed; the first QUESTIONS and ABSENT are calibrated on, and benchmarks/held_out.py gives the others.
Here, those whose text has an even SHA-256 are fitted on, the others reported; to ship, fit on both.
A third kind of question is made from the first: the passages that answer are taken from its hits,
so that near ones are left and nothing answers. Printed are the weights to copy, and for the held
part: how often the best one, two and three sentences hold an answer, the area under ROC against
both kinds of unanswerable questions, and what is answered and abstained at some thresholds.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag.embed import load_embedder
from rag.evaluate.matching import contains
from rag.index import open_store
from rag.ingest.build import build_from_articles, recipe_of
from rag.models import SHIPPED_EMBEDDER
from rag.read.read import SpanReader
from rag.read.sentence_ranker import CONFIDENCE_FEATURES as PLAIN_CONFIDENCE
from rag.read.sentence_ranker import RANK_FEATURES as PLAIN_RANK
from rag.read.span_evidence import (
    CONFIDENCE_FEATURES,
    RANK_FEATURES,
    asked_of,
    contents_of,
    marked_sentences,
)
from rag.retrieval import retrieve
from rag.settings import Settings
from rag.types import Article, Hit

Feature = Callable[[Any], float]
Line = TypeVar("Line")
THRESHOLDS = (0.2, 0.3, 0.4, 0.5)
SHUFFLE_SEED = 11
CALIBRATED = {"questions": 360, "absent": 240}
"""The part of the set that the shipped weights and the threshold were chosen on."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its marked sentences, and which of these hold an answer."""

    kind: str
    """"answerable", "absent" or "removed"."""
    fitted: bool
    sentences: list[Any]
    right: list[bool]


def main(questions: int = CALIBRATED["questions"], absent: int = CALIBRATED["absent"]) -> None:
    folder = Path(os.environ["RAG_EVAL_DATA"]) / "wiki"
    cases = read_cases(folder, questions, absent)
    for name, rank, confidence in (
        ("sentence ranker", _of_features(PLAIN_RANK), _of_features(PLAIN_CONFIDENCE)),
        ("trained reader", RANK_FEATURES, CONFIDENCE_FEATURES),
    ):
        print(f"\n{name}")
        report(cases, rank, confidence)


def read_cases(folder: Path, questions: int, absent: int) -> list[Case]:
    """Retrieves and reads for a sample of the set, drawn by a fixed seed."""
    embedder = load_embedder(SHIPPED_EMBEDDER)
    reader = SpanReader.shipped()
    with tempfile.TemporaryDirectory() as index:
        settings = Settings(index=Path(index))
        articles = [_article(line) for line in _lines(folder / "articles.jsonl")]
        build_from_articles(
            articles, settings.index, settings, embedder, origin="wiki", total=len(articles)
        )
        store = open_store(settings.index, recipe_of(settings, embedder))
        cases = []
        asked = _sample(folder / "questions.jsonl", questions) + _sample(
            folder / "absent.jsonl", absent
        )
        for done, item in enumerate(asked, start=1):
            text = item["question"]
            answers = item.get("answers", [])
            hits = retrieve(
                store, embedder, text, settings.read_passages, candidates=settings.candidates
            )
            kind = "answerable" if answers else "absent"
            sets = {kind: hits}
            if answers:
                sets["removed"] = [hit for hit in hits if not _answers(hit, item)]
            for each, left in sets.items():
                if left:
                    said = asked_of(text, text)
                    readings = reader.score(said, contents_of(left))
                    found = marked_sentences(text, said, left, readings, embedder)
                    right = [
                        each == "answerable" and contains(sentence.quote.text, answers)
                        for sentence in found
                    ]
                    cases.append(Case(each, _is_fitted(text), found, right))
            print(f"\r{done}/{len(asked)}", end="", file=sys.stderr, flush=True)
        store.close()
    return cases


def report(
    cases: Sequence[Case], rank: Mapping[str, Feature], confidence: Mapping[str, Feature]
) -> None:
    """Fits on one part of the cases and prints weights and the other part's figures."""
    fitted = [case for case in cases if case.fitted]
    held = [case for case in cases if not case.fitted]
    ranker = _logistic(
        np.array(
            [
                [feature(sentence) for feature in rank.values()]
                for case in fitted
                if any(case.right)
                for sentence in case.sentences
            ]
        ),
        [right for case in fitted if any(case.right) for right in case.right],
    )
    print("rank      ", _weights(rank, ranker))

    def ordered(case: Case) -> list[int]:
        features = [[feature(each) for feature in rank.values()] for each in case.sentences]
        return np.argsort(-(np.array(features) @ ranker.coef_[0]), kind="stable").tolist()

    def best(case: Case) -> list[float]:
        sentence = case.sentences[ordered(case)[0]]
        return [feature(sentence) for feature in confidence.values()]

    def shown_is_right(case: Case) -> bool:
        return any(case.right[position] for position in ordered(case)[:2])

    judge = _logistic(
        np.array([best(case) for case in fitted]), [shown_is_right(case) for case in fitted]
    )
    print("confidence", _weights(confidence, judge), f"intercept {judge.intercept_[0]:.2f}")
    answerable = [case for case in held if case.kind == "answerable"]
    for count in (1, 2, 3):
        share = np.mean(
            [any(case.right[place] for place in ordered(case)[:count]) for case in answerable]
        )
        print(f"best {count} hold an answer: {share:.3f}")
    chance = {
        kind: judge.predict_proba([best(case) for case in held if case.kind == kind])[:, 1]
        for kind in ("answerable", "absent", "removed")
    }
    for kind in ("absent", "removed"):
        truth = [1] * len(chance["answerable"]) + [0] * len(chance[kind])
        area = roc_auc_score(truth, np.concatenate([chance["answerable"], chance[kind]]))
        print(f"area under ROC against {kind}: {area:.4f}")
    for threshold in THRESHOLDS:
        shares = {kind: float(np.mean(values >= threshold)) for kind, values in chance.items()}
        print(
            f"at {threshold}: answered {shares['answerable']:.3f}, abstained "
            f"{1 - shares['absent']:.3f} (absent) {1 - shares['removed']:.3f} (removed)"
        )


def _of_features(functions: Mapping[str, Feature]) -> dict[str, Feature]:
    """The functions of a sentence's features as functions of the marked sentence."""
    return {
        name: lambda sentence, function=function: function(sentence.features)
        for name, function in functions.items()
    }


def _logistic(features: Any, truth: Sequence[bool]) -> LogisticRegression:
    return LogisticRegression(C=1.0, max_iter=10_000).fit(features, truth)


def _weights(features: Mapping[str, Feature], model: LogisticRegression) -> str:
    return ", ".join(
        f"{name} {weight:.2f}" for name, weight in zip(features, model.coef_[0], strict=True)
    )


def _answers(hit: Hit, item: dict[str, Any]) -> bool:
    passage = hit.passage
    overlaps = passage.start < item["end"] and item["start"] < passage.end
    return (hit.article.id == item["article_id"] and overlaps) or contains(
        passage.text, item["answers"]
    )


def _article(line: dict[str, Any]) -> Article:
    text = line["text"]
    return Article(
        id=line["id"],
        title=line["title"],
        author=None,
        date=None,
        source=line["id"],
        url=None,
        text=text,
    )


def _is_fitted(question: str) -> bool:
    return hashlib.sha256(question.encode()).digest()[-1] % 2 == 0


def _sample(path: Path, count: int) -> list[dict[str, Any]]:
    return shuffled(_lines(path))[:count]


def shuffled(lines: Sequence[Line]) -> list[Line]:
    """The lines of a file in the order of which the first are calibrated on."""
    order = list(lines)
    random.Random(SHUFFLE_SEED).shuffle(order)
    return order


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
