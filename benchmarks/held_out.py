"""Slices of the question sets that nothing was chosen on: asked, and told with their intervals.

    RAG_EVAL_DATA=DIR python -m benchmarks.held_out [SET ...] [--seed N] [--questions N]

A slice is drawn by a seed, and by nothing else: the lines of a set ordered by SHA-256 of seed and
id, of the part that was neither fitted on nor looked at. Prints Markdown; ``--out`` writes the
figures and every record as JSON, and ``--index`` keeps the indexes for the next run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from rag.evaluate import Evaluation, library_over, summarize
from rag.evaluate.judge import Record, judge
from rag.evaluate.questions import Collection, Question, read_set
from rag.library import Library
from rag.settings import Settings, load_settings

CONVERSATIONS = Path(__file__).parent / "conversations"
"""The set that is committed: rules about follow-ups rest on it."""
SETS = (
    "seed",
    "conversations",
    "wiki",
    "near",
    "rgb",
    "mtrag",
    "time",
    "news",
    "reporter",
    "xquad",
)
SHUFFLE_SEED = 11
LOOKED_AT = {"question": 660, "absent": 390}
"""Of each kind in ``wiki``, shuffled by SHUFFLE_SEED, so many were fitted on or looked at."""
TUNED_ARTICLES = {
    *("1973_oil_crisis", "Computational_complexity_theory", "European_Union_law"),
    *("French_and_Indian_War", "Huguenot"),
}
"""Of ``near``, those whose questions may be fitted on and looked at; the other six are held out."""
BESIDE = {"near": "wiki"}
DISTRACTORS = {"news": 300}
"""Articles that no question names: enough to mislead, few enough to be embedded in minutes."""
SEED = 2026
QUESTIONS = 300
"""Of each kind in a set: questions, absent ones, near misses, follow-ups, conflicts."""
TOLD = {
    "retrieval": ("hit@1", "hit@5", "hit@10", "recall@10", "nDCG@10"),
    "answers": ("contains", "token F1, short", "words shown"),
    "follow-ups": ("contains", "recall@5", "answered, answerable", "abstained, absent"),
    "follow-ups, answerable": ("recall@5",),
    "conflicts": ("both shown", "said to differ", "said to differ, others"),
    "deciding": (
        *("answered, answerable", "abstained, absent", "abstained, at 0.90 answered"),
        *("area under ROC", "calibration error"),
    ),
    "near misses": ("refused", "lured", "refused, at 0.90 answered", "area under ROC"),
    "verdicts": (
        *("right", "partly", "lured", "wrong", "refused", "right, of the answerable"),
        *("right, of those to refuse", "right, of sure", "lured, of sure"),
    ),
    "citations": ("exactness",),
}
"""The figures that are told, by section of the table of ``rag eval``."""


def collections_of(
    data: Path,
    name: str,
    *,
    seed: int = SEED,
    questions: int = QUESTIONS,
    held_out: bool = True,
) -> tuple[Collection, ...]:
    """The slice of the set: at most ``questions`` of each kind, over all its articles.

    Of ``wiki``, ``near`` and ``news`` the part that is held out, or else the one to tune on; the
    other sets have no parts.
    """
    beside = data / BESIDE[name] if name in BESIDE else None
    folder = CONVERSATIONS if name == CONVERSATIONS.name else data / name
    whole = read_set(folder, beside=beside, distractors=DISTRACTORS.get(name))
    looked_at = _looked_at(data) if name in ("wiki", "near") else set()
    kept: set[int] = set()
    drawn: Counter[str] = Counter()
    for question in sorted((q for part in whole for q in part.questions), key=_order(seed)):
        tuned_on = _is_tuned_on(name, question, looked_at)
        if tuned_on in (None, not held_out) and drawn[question.kind] < questions:
            drawn[question.kind] += 1
            kept.add(id(question))
    parts = (
        replace(part, questions=tuple(q for q in part.questions if id(q) in kept)) for part in whole
    )
    return tuple(part for part in parts if part.questions)


def _is_tuned_on(name: str, question: Question, looked_at: set[str]) -> bool | None:
    """Whether the question is in the part to tune on; None where the set has no parts."""
    if name == "wiki":
        return question.id in looked_at
    if name == "near":
        return question.article_id in TUNED_ARTICLES or question.id in looked_at
    if name == "news":
        return hashlib.sha256(question.id.encode()).digest()[0] % 2 == 0
    return None


def _looked_at(data: Path) -> set[str]:
    found: set[str] = set()
    (wiki,) = read_set(data / "wiki")
    for kind, count in LOOKED_AT.items():
        ids = [question.id for question in wiki.questions if question.kind == kind]
        random.Random(SHUFFLE_SEED).shuffle(ids)
        found |= {*ids[:count]}
    return found


def _order(seed: int) -> Callable[[Question], bytes]:
    return lambda question: hashlib.sha256(f"{seed} {question.id}".encode()).digest()


def library_of(name: str, collection: Collection, index: Path, settings: Settings) -> Library:
    """A library over the collection; that of the set ``seed`` over the folder of articles."""
    if name == "seed":
        collection = replace(collection, folder=settings.seeds)
    return library_over(collection, index_of(name, collection, index), settings)


def index_of(name: str, collection: Collection, index: Path) -> Path:
    """Where the collection is indexed under ``index``: a set beside another shares its index."""
    beside = BESIDE.get(name)
    return index / (beside or name) / (beside or collection.name)


def table(evaluations: dict[str, Evaluation]) -> str:
    """One row a figure: set, measure, value with its 95% interval, questions."""
    lines = ["| set | measure | value | 95% | questions |", "| --- | --- | --- | --- | --- |"]
    for name, evaluation in evaluations.items():
        for score in evaluation.scores:
            if score.name in TOLD.get(score.section, ()):
                interval = "" if score.low is None else f"{score.low:.3f} – {score.high:.3f}"
                lines.append(
                    f"| {name} | {score.section}: {score.name} | {score.value:.3f} | {interval}"
                    f" | {score.count} |"
                )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--index", type=Path)
    given = parser.parse_args()
    data, settings = Path(os.environ["RAG_EVAL_DATA"]), load_settings()
    evaluations: dict[str, Evaluation] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for name in given.sets:
            records: list[Record] = []
            drawn = collections_of(data, name, seed=given.seed, questions=given.questions)
            for collection in drawn:
                with library_of(name, collection, given.index or Path(temporary), settings) as own:
                    records += [judge(question, own) for question in collection.questions]
            evaluations[name] = summarize(records, folder=name, seed=given.seed)
            print(table({name: evaluations[name]}), flush=True)
            if given.out:
                told = {
                    name: {
                        "scores": [asdict(score) for score in evaluation.scores],
                        "records": [record.as_json() for record in evaluation.records],
                    }
                    for name, evaluation in evaluations.items()
                }
                given.out.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
