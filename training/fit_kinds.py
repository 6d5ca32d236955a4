"""Fits the model that tells kinds of question (``rag.question.kinds``).

    RAG_TRAIN_DATA=DIR RAG_EVAL_DATA=DIR python -m training.fit_kinds VECTORS.npz

The questions of ``kinds.jsonl`` have their kinds; those of ``REAL`` are lookups. A fifth of
``kinds.jsonl``, by hash, is kept back for the figures; what is shipped is then fitted on all of it.
``VECTORS.npz`` keeps the questions' vectors from one run to the next (made if it is missing).
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy import sparse
from sklearn.linear_model import LogisticRegression

import rag
from rag.embed import load_embedder
from rag.models import SHIPPED_ENCODER
from rag.question.kinds import KINDS, WEIGHTS_FILE, KindModel, hashed_words

SEED = 1
VECTOR_SCALE, WORDS_SCALE = 0.15, 3.0
INVERSE_PENALTY = 20.0
REAL_WEIGHT = 0.2
"""Of a real question beside one that was written for this."""
REAL = {
    "squad": 4000,
    "new_wiki": 1500,
    "squad_near_miss": 1500,
    "natural_questions": 3000,
    "qamr": 700,
    "time_sensitive": 500,
    "discourse": 1200,
    "rewrite": 4000,
}
"""Files of real questions, and how many to take at most."""
MEASURED = ("wiki", "near", "news", "rgb", "xquad/de", "xquad/es", "xquad/ar", "xquad/zh")
_MAY_BE_A_LIST = re.compile(
    r"\b(?:which|what) (?:\w+ ){0,2}\w+[^s\W]s\b|\bwho (?:are|were)\b", re.IGNORECASE
)
_MAY_BE_NO_LOOKUP = re.compile(
    r"article|aspect|interesting|tell me|more about|significant|notable|else|thank|anything"
    r"|important|bout (?:it|that|this)|you|pros|cons|differen|compar|list",
    re.IGNORECASE,
)
"""Of questions in conversations, where people also ask for more."""
KINDS_FILE = Path(__file__).with_name("kinds.jsonl")
OUT = Path(rag.__file__).with_name("weights") / WEIGHTS_FILE


def main() -> None:
    """Fits, prints the figures, and writes the weights."""
    kept = Path(sys.argv[1])
    train, measured = Path(os.environ["RAG_TRAIN_DATA"]), Path(os.environ["RAG_EVAL_DATA"])
    written = [json.loads(line) for line in KINDS_FILE.read_text(encoding="utf-8").splitlines()]
    real = real_questions(train)
    sets = {name: measured_questions(measured / name) for name in MEASURED}
    spelled = [text for row in written for text in spellings(row["question"])]
    vectors = vectors_of(
        [*spelled, *real, *(text for each in sets.values() for text in each)], kept
    )
    for_figures = fit([row for row in written if not held_back(row)], real, vectors)
    report(for_figures, [row for row in written if held_back(row)], sets, vectors)
    shipped = fit(written, real, vectors)
    print("\nshipped, fitted on all that was written:")
    report(shipped, [], sets, vectors)
    save_file(
        {
            f"{name}.{part}": getattr(model, part).astype(np.float16)
            for name, model in shipped.items()
            for part in ("weights", "bias")
        },
        OUT,
    )
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes")


def held_back(row: Mapping[str, str]) -> bool:
    """Whether a written question is only measured on: one in five."""
    return int(hashlib.sha256(row["question"].encode()).hexdigest(), 16) % 5 == 0


def spellings(question: str) -> list[str]:
    """The question as it is written, in haste, and with care."""
    bare = question.strip(" ?.!¿")
    return list(dict.fromkeys([question, bare.lower(), f"{bare[:1].upper()}{bare[1:]}?"]))


def real_questions(folder: Path) -> list[str]:
    """Real lookups, without those that could as well be called something else."""
    found: list[str] = []
    for name, most in REAL.items():
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        if name == "rewrite":
            asked = {row["question"] for row in rows}
            asked = {q for q in asked if len(q.split()) > 3 and not _MAY_BE_NO_LOOKUP.search(q)}
        else:
            asked = {each["question"] for row in rows for each in row["questions"]}
        single = sorted(text for text in asked if not _MAY_BE_A_LIST.search(text))
        found += random.Random(SEED).sample(single, min(most, len(single)))
    return found


def measured_questions(folder: Path) -> list[str]:
    found: list[str] = []
    for name in ("questions.jsonl", "absent.jsonl"):
        if (folder / name).exists():
            lines = (folder / name).read_text(encoding="utf-8").splitlines()
            rows = [json.loads(line) for line in lines]
            found += [row.get("question") or row["query"] for row in rows]
    return found[:250] if folder.parent.name == "xquad" else found


def vectors_of(questions: Iterable[str], kept: Path) -> dict[str, NDArray[np.float32]]:
    """Query vectors by question; those that ``kept`` lacks are computed and put there."""
    found: dict[str, NDArray[np.float32]] = {}
    if kept.exists():
        with np.load(kept) as file:
            found = dict(zip(file["questions"].tolist(), file["vectors"], strict=True))
    embedder = load_embedder(SHIPPED_ENCODER)
    missing = sorted(set(questions) - found.keys(), key=len)
    for begin in range(0, len(missing), 1000):
        some = missing[begin : begin + 1000]
        found.update(zip(some, embedder.embed_query(some), strict=True))
        np.savez(kept, questions=np.array(list(found)), vectors=np.array(list(found.values())))
    return found


def fit(
    written: Sequence[Mapping[str, str]],
    real: Sequence[str],
    vectors: Mapping[str, NDArray[np.float32]],
) -> dict[str, KindModel]:
    """The models by what they see: "vector" (and words), or "words" alone."""
    texts, kinds, weights = list(real), ["lookup"] * len(real), [REAL_WEIGHT] * len(real)
    for row in written:
        variants = spellings(row["question"])
        texts += variants
        kinds += [row["kind"]] * len(variants)
        weights += [1 / len(variants)] * len(variants)
    words = sparse.csr_matrix(np.array([hashed_words(text) for text in texts])) * WORDS_SCALE
    seen = np.array([vectors[text] for text in texts])
    mean, spread = seen.mean(0), seen.std(0) / VECTOR_SCALE
    features = sparse.hstack([sparse.csr_matrix((seen - mean) / spread), words]).tocsr()
    labels = [KINDS.index(kind) for kind in kinds]  # type: ignore[arg-type]

    def fitted(inputs: Any) -> LogisticRegression:
        return LogisticRegression(C=INVERSE_PENALTY, max_iter=300).fit(inputs, labels, weights)

    by_words, by_both = fitted(words), fitted(features)
    channels = len(mean)
    of_vector = by_both.coef_[:, :channels] / spread
    return {
        "words": KindModel(by_words.coef_.T * WORDS_SCALE, by_words.intercept_),
        "vector": KindModel(
            np.concatenate([of_vector, by_both.coef_[:, channels:] * WORDS_SCALE], axis=1).T,
            by_both.intercept_ - of_vector @ mean,
        ),
    }


def report(
    models: Mapping[str, KindModel],
    held: Sequence[Mapping[str, str]],
    sets: Mapping[str, Sequence[str]],
    vectors: Mapping[str, NDArray[np.float32]],
) -> None:
    """Prints right kinds of those held back, and what real questions are mistaken for."""
    for name, model in models.items():

        def told(question: str, name: str = name, model: KindModel = model) -> str:
            words = hashed_words(question)
            if name == "vector":
                words = np.concatenate([vectors[question], words])
            return model.kind(words)

        if held:
            right = Counter(row["kind"] for row in held if told(row["question"]) == row["kind"])
            every = Counter(row["kind"] for row in held)
            others = right.total() - right["lookup"], every.total() - every["lookup"]
            print(
                f"{name}: held back {right.total() / every.total():.3f} right of {every.total()}, "
                f"without lookups {others[0] / others[1]:.3f} of {others[1]}; "
                + ", ".join(f"{kind} {right[kind]}/{every[kind]}" for kind in KINDS)
            )
        total: Counter[str] = Counter()
        for questions in sets.values():
            total.update(told(question) for question in questions)
        false = total.total() - total["lookup"]
        print(
            f"{name}: real lookups taken for something else: {false} of {total.total()} "
            f"(1 in {total.total() // max(1, false)}), {total['list']} of them for a list"
        )


if __name__ == "__main__":
    main()
