"""Fits what orders passages and sentences and what tells confidence: ``rag/weights/evidence.json``.

    RAG_EVAL_DATA=DIR python -m benchmarks.fit_evidence WORK [--sets NAME ...] [--write]

Reads for the questions of the named parts to tune on (``benchmarks.held_out``) what search finds,
fits three linear scores on all sets together, each set with the same weight, and prints how they do
on the questions fitted on and, with ``--held-out``, on those held out. ``--write`` writes the
weights. The folder WORK keeps the indexes and what the networks said, so that a fit with other
features takes a minute.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.held_out import collections_of, index_of
from benchmarks.memo import remember_networks
from rag.embed import load_embedder
from rag.evaluate.judge import holds_place
from rag.evaluate.matching import contains, token_f1
from rag.index import open_store
from rag.ingest.build import build_from_articles, recipe_of
from rag.read.evidence import (
    CONFIDENCE_FEATURES,
    PASSAGE_FEATURES,
    SENTENCE_FEATURES,
    WEIGHTS,
    candidates,
    contents_of,
    passage_features,
)
from rag.read.read import SpanReader
from rag.retrieval import retrieve
from rag.settings import load_settings

if TYPE_CHECKING:
    from rag.evaluate.questions import Question
    from rag.read.evidence import Candidate
    from rag.read.read import PassageReading
    from rag.types import Hit

SETS = ("wiki", "near", "news")
QUESTIONS = 100
"""Of each kind in a set, at most."""
READ = 20
"""Passages read for each question."""
PENALTY = 0.003
ANSWERED = 0.9
ANSWERABLE_ANSWERED = 0.93
FEATURES = tuple(dict.fromkeys((*SENTENCE_FEATURES, *CONFIDENCE_FEATURES)))
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Read:
    """One question, with what search and reader say of its passages and their sentences."""

    name: str
    answerable: bool
    passages: Matrix
    passages_right: NDArray[np.bool_]
    sentences: Matrix
    """Of every candidate the FEATURES."""
    sentences_right: NDArray[np.bool_]
    words: tuple[float, ...]
    """Token F1 of each candidate's marked words."""


def read_sets(
    data: Path, names: Sequence[str], work: Path, questions: int, *, held_out: bool
) -> list[Read]:
    """Every question of the sets, read."""
    settings = load_settings()
    embedder = load_embedder(settings.embedder)
    reader = SpanReader.shipped()
    found: list[Read] = []
    for name in names:
        for part in collections_of(data, name, questions=questions, held_out=held_out):
            folder = index_of(name, part, work / "indexes")
            own = settings.model_copy(update={"index": folder})
            build_from_articles(
                part.articles, folder, own, embedder, origin=part.name, total=len(part.articles)
            )
            with closing(open_store(folder, recipe_of(own, embedder))) as store:
                for question in part.questions:
                    asked = question.text
                    hits = retrieve(store, embedder, asked, READ, candidates=settings.candidates)
                    readings = reader.score(asked, contents_of(hits))
                    found.append(_read(name, question, hits, readings))
    return found


def _read(
    name: str, question: Question, hits: Sequence[Hit], readings: Sequence[PassageReading]
) -> Read:
    answerable = question.expected == "answer"
    places = [answerable and bool(holds_place(question, hit)) for hit in hits]

    def is_right(candidate: Candidate) -> bool:
        quote = candidate.quote
        return contains(quote.text, question.answers) and any(
            right and hit.article.id == quote.article.id
            for hit, right in zip(hits, places, strict=True)
            if hit.passage.start <= quote.start < hit.passage.end
        )

    marked = candidates(question.text, hits, readings)
    passages = [passage_features(*read) for read in zip(hits, readings, strict=True)]
    sentences = [[each.features[feature] for feature in FEATURES] for each in marked]
    return Read(
        name,
        answerable,
        np.array([[each[feature] for feature in PASSAGE_FEATURES] for each in passages]),
        np.array(places, bool),
        np.array(sentences, float).reshape(-1, len(FEATURES)),
        np.array([answerable and is_right(each) for each in marked], bool),
        tuple(token_f1(each.words or "", question.answers) for each in marked),
    )


def fit_order(groups: Sequence[tuple[str, Matrix, NDArray[np.bool_]]]) -> NDArray[np.float64]:
    """Weights by which what is right comes first: a softmax over each group, every set alike."""
    usable = [(n, x, y) for n, x, y in groups if y.any() and not y.all()]
    counts = {name: sum(n == name for n, _, _ in usable) for name, _, _ in usable}
    spread = np.concatenate([x for _, x, _ in usable]).std(0) + 1e-9
    width = len(spread)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = PENALTY * float(weights @ weights), 2 * PENALTY * weights
        for name, x, y in usable:
            z = (x / spread) @ weights
            z = z - z.max()
            p = np.exp(z) / np.exp(z).sum()
            q = np.where(y, p, 0.0)
            share = 1 / counts[name] / len(counts)
            total -= share * float(np.log(q.sum() + 1e-12))
            slope = slope - share * ((q / (q.sum() + 1e-12) - p) @ (x / spread))
        return total, slope

    return np.asarray(minimize(loss, np.zeros(width), jac=True, method="L-BFGS-B").x / spread)


def fit_chance(x: Matrix, y: NDArray[np.bool_], names: Sequence[str]) -> tuple[Matrix, float]:
    """Weights and intercept of the chance of being right, every set alike (Platt 1999)."""
    spread = x.std(0) + 1e-9
    share = np.array([1 / names.count(name) for name in names])
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit(x / spread, y, sample_weight=share / share.mean())
    return model.coef_[0] / spread, float(model.intercept_[0])


def cuts(
    scores: Matrix, right: NDArray[np.bool_], answerable: NDArray[np.bool_], names: Sequence[str]
) -> dict[str, float]:
    """From which confidence to answer, and to call it likely or sure, every set alike.

    From where ANSWERABLE_ANSWERED of what can be answered is; called so from where 0.8 and 0.95
    of such answers are right.
    """
    share = np.array([1 / names.count(name) for name in names])
    places = np.round(np.arange(0.02, 0.99, 0.01), 2)

    def answered(place: float) -> float:
        weighed = share * answerable
        return float((weighed * (scores >= place)).sum() / weighed.sum())

    def precise(place: float, least: float) -> bool:
        above = share * (scores >= place)
        return bool(above.sum() and (above * right).sum() / above.sum() >= least)

    answer = max(p for p in places if answered(p) >= ANSWERABLE_ANSWERED or p == places[0])
    likely = next((p for p in places if p >= answer and precise(p, 0.8)), 0.99)
    sure = next((p for p in places if p >= likely and precise(p, 0.95)), 0.99)
    return {"answer": float(answer), "likely": float(likely), "sure": float(sure)}


def _columns(names: Sequence[str]) -> list[int]:
    return [FEATURES.index(name) for name in names]


def _best(read: Read, sentence: NDArray[np.float64]) -> int | None:
    if not len(read.sentences):
        return None
    return int(np.argmax(read.sentences[:, _columns(SENTENCE_FEATURES)] @ sentence))


def report(
    reads: Sequence[Read], passage: Matrix, sentence: Matrix, chance: Callable[[Matrix], Matrix]
) -> str:
    """One line a set."""
    lines = []
    for name in dict.fromkeys(read.name for read in reads):
        own = [read for read in reads if read.name == name]
        yes = [read for read in own if read.answerable]
        order = [np.argsort(-(read.passages @ passage), kind="stable") for read in yes]
        hit = {
            k: np.mean([r.passages_right[o[:k]].any() for r, o in zip(yes, order, strict=True)])
            for k in (1, 5, 10, READ)
        }
        searched = np.mean([r.passages_right[:1].any() for r in yes])
        best = [_best(read, sentence) for read in own]
        scores = np.array(
            [
                0.0
                if b is None
                else float(chance(r.sentences[b, _columns(CONFIDENCE_FEATURES)][None])[0])
                for r, b in zip(own, best, strict=True)
            ]
        )
        right = np.array(
            [b is not None and bool(r.sentences_right[b]) for r, b in zip(own, best, strict=True)]
        )
        answerable = np.array([read.answerable for read in own])
        f1 = np.mean(
            [
                0.0 if b is None else r.words[b]
                for r, b in zip(own, best, strict=True)
                if r.answerable
            ]
        )
        line = (
            f"{name:6} {len(yes):4}+{len(own) - len(yes):4} search@1 {searched:.3f} hit@1 "
            + " ".join(f"@{k} {v:.3f}" for k, v in hit.items())
            + f" sentence {right[answerable].mean():.3f} f1 {f1:.3f}"
        )
        if not answerable.all():
            threshold = np.quantile(scores[answerable], 1 - ANSWERED)
            refused = (scores[~answerable] < threshold).mean()
            line += (
                f" auc {roc_auc_score(answerable, scores):.3f} refused@0.9 {refused:.3f}"
                f" at 0.5: answered {(scores[answerable] >= 0.5).mean():.3f}"
                f" refused {(scores[~answerable] < 0.5).mean():.3f}"
            )
        line += f" ece {_calibration_error(scores, right):.3f}"
        sure = scores >= 0.9
        if sure.any():
            line += f" sure {sure.mean():.2f} right {right[sure].mean():.3f}"
        lines.append(line)
    return "\n".join(lines)


def _calibration_error(scores: Matrix, right: NDArray[np.bool_], bins: int = 10) -> float:
    places = np.minimum((scores * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(scores[places == b].mean() - right[places == b].mean()) * (places == b).mean()
            for b in range(bins)
            if (places == b).any()
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    data = Path(os.environ["RAG_EVAL_DATA"])
    given.work.mkdir(parents=True, exist_ok=True)
    remember_networks(given.work / "memo.sqlite", load_settings())
    reads = read_sets(data, given.sets, given.work, given.questions, held_out=False)
    passage = fit_order([(r.name, r.passages, r.passages_right) for r in reads])
    columns = _columns(SENTENCE_FEATURES)
    sentence = fit_order([(r.name, r.sentences[:, columns], r.sentences_right) for r in reads])
    chosen = [(read, best) for read in reads if (best := _best(read, sentence)) is not None]
    x = np.array([read.sentences[best, _columns(CONFIDENCE_FEATURES)] for read, best in chosen])
    y = np.array([bool(read.sentences_right[best]) for read, best in chosen])
    weights, intercept = fit_chance(x, y, [read.name for read, _ in chosen])

    def chance(features: Matrix) -> Matrix:
        return np.asarray(1 / (1 + np.exp(-(features @ weights + intercept))))

    scores = chance(x)
    answerable = np.array([read.answerable for read, _ in chosen])
    fitted = {
        "cuts": cuts(scores, y, answerable, [read.name for read, _ in chosen]),
        "passages": _told(
            PASSAGE_FEATURES,
            passage,
            -float(np.median(np.concatenate([r.passages @ passage for r in reads]))),
        ),
        "sentences": _told(SENTENCE_FEATURES, sentence, 0.0),
        "confidence": _told(CONFIDENCE_FEATURES, weights, intercept),
    }
    print(json.dumps(fitted, indent=1))
    print(report(reads, passage, sentence, chance))
    if given.held_out:
        print("held out:")
        others = read_sets(data, given.sets, given.work, given.questions, held_out=True)
        print(report(others, passage, sentence, chance))
    if given.write:
        WEIGHTS.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


def _told(names: Sequence[str], weights: Matrix, intercept: float) -> dict[str, object]:
    return {
        "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)},
        "intercept": round(intercept, 4),
    }


if __name__ == "__main__":
    main()
