"""Fits the model of follow-ups (``rag.question.term_selection``) on people's standalone wordings.

    RAG_TRAIN_DATA=DIR python -m training.fit_follow_ups

``rewrite.jsonl`` gives a history, its last question, and that question as it would be asked without
the history. What the standalone wording takes from the history is what has to be taken up. Each
conversation is wholly fitted on or wholly held back; the figures printed, and the two thresholds,
are of those held back.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

import rag
from rag.question.follow_up import candidate_features, question_features
from rag.question.term_selection import WEIGHTS_FILE, FollowUpModel, model_from
from training.follow_up_turns import Turn, other_subjects, read_turns, without_answers

SEED = 5
HELD_BACK = 0.2
"""Share of the conversations."""
OFTEN = 30
"""A word gets a prior of its own if it is a candidate so often."""
PRIOR_STRENGTH = 10.0
REWRITTEN_WEIGHT = 4.0
"""Of a turn without answers in its history: there are few, and their conversations are long."""
NEEDS_RECALL = 0.97
"""Share of the questions that need their history which must be known as such."""
OUT = Path(rag.__file__).with_name("weights") / WEIGHTS_FILE


def main() -> None:
    """Fits, prints the held-back figures, and writes the weights."""
    turns = read_turns(Path(os.environ["RAG_TRAIN_DATA"]) / "rewrite.jsonl")
    conversations = sorted({turn.conversation for turn in turns})
    random.Random(SEED).shuffle(conversations)
    held = set(conversations[: int(HELD_BACK * len(conversations))])
    fitted_on = [turn for turn in turns if turn.conversation not in held]
    held_back = [turn for turn in turns if turn.conversation in held]
    fitted_on += [*without_answers(fitted_on), *other_subjects(fitted_on, SEED)]
    changes = list(other_subjects(held_back, SEED))
    fields = fit(fitted_on)
    model = model_from(fields)
    fields["needs_from"] = needs_threshold(model, held_back)
    fields["takes_from"] = takes_threshold(model, held_back)
    OUT.write_text(json.dumps(fields, separators=(",", ":")) + "\n")
    report(model_from(fields), held_back, changes)
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes")


def fit(turns: Sequence[Turn]) -> dict[str, Any]:
    """The fields of the model, without its thresholds."""
    priors = priors_of(turns)
    needs = [question_features(turn.follow_up) for turn in turns]
    takes, weights = [], []
    for turn, asked in zip(turns, needs, strict=True):
        for candidate in turn.follow_up.candidates:
            takes.append({**asked, **candidate_features(turn.follow_up, candidate, priors)})
            weights.append(_weight(turn))
    return {
        "needs": boosted(
            needs, [bool(turn.taken) for turn in turns], [_weight(t) for t in turns], 80, 3
        ),
        "takes": boosted(takes, [label for t in turns for label in t.labels], weights, 150, 4),
        "priors": priors,
        "needs_from": 0.5,
        "takes_from": 0.5,
    }


def priors_of(turns: Sequence[Turn]) -> dict[str, float]:
    """Log-odds, against the average, that a word which is often said is taken up; smoothed."""
    said: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for turn in turns:
        for candidate in turn.follow_up.candidates:
            if not candidate.fullest.is_name:
                said.update(candidate.terms)
                taken.update(candidate.terms & turn.taken)
    share = taken.total() / said.total()
    yes, no = PRIOR_STRENGTH * share, PRIOR_STRENGTH * (1 - share)
    return {
        term: round(
            float(np.log((taken[term] + yes) / (count - taken[term] + no) * (1 - share) / share)), 2
        )
        for term, count in sorted(said.items())
        if count >= OFTEN
    }


def boosted(
    rows: Sequence[dict[str, float]],
    labels: Sequence[bool],
    weights: Sequence[float],
    trees: int,
    depth: int,
) -> dict[str, Any]:
    """Boosted trees as plain numbers."""
    names = list(rows[0])
    features = np.array([[row[name] for name in names] for row in rows])
    model = GradientBoostingClassifier(
        n_estimators=trees,
        max_depth=depth,
        learning_rate=0.1,
        subsample=0.7,
        max_features=12,
        min_samples_leaf=20,
        random_state=SEED,
    ).fit(features, np.array(labels), sample_weight=np.array(weights))
    share = float(np.average(labels, weights=weights))
    return {
        "intercept": float(np.log(share / (1 - share))),
        "trees": [
            _nested(tree.tree_, 0, names, model.learning_rate) for tree in model.estimators_[:, 0]
        ],
    }


def _nested(tree: Any, node: int, names: Sequence[str], rate: float) -> Any:
    if tree.children_left[node] == -1:
        return round(float(tree.value[node][0, 0]) * rate, 4)
    return [
        names[tree.feature[node]],
        round(float(tree.threshold[node]), 4),
        _nested(tree, tree.children_left[node], names, rate),
        _nested(tree, tree.children_right[node], names, rate),
    ]


def needs_threshold(model: FollowUpModel, turns: Sequence[Turn]) -> float:
    """The highest at which ``NEEDS_RECALL`` of the questions that need their history are known."""
    needing = [_needs(model, turn) for turn in turns if turn.taken]
    return round(float(np.quantile(needing, 1 - NEEDS_RECALL)), 3)


def takes_threshold(model: FollowUpModel, turns: Sequence[Turn]) -> float:
    """The one with the best F1 over terms."""
    likely = [model.likely(turn.follow_up) for turn in turns]
    return max(
        (round(float(each), 2) for each in np.arange(0.1, 0.5, 0.02)),
        key=lambda least: f1(counts(turns, likely, least)),
    )


def counts(turns: Sequence[Turn], likely: Sequence[Any], least: float) -> NDArray[np.int64]:
    """Terms rightly taken up, wrongly taken up, and missed."""
    total = np.zeros(3, dtype=np.int64)
    for turn, candidates in zip(turns, likely, strict=True):
        chosen = frozenset[str]().union(*(c.terms for c, chance in candidates if chance >= least))
        right = len(chosen & turn.taken)
        total += [right, len(chosen) - right, len(turn.taken) - right]
    return total


def f1(count: NDArray[np.int64]) -> float:
    right, wrong, missed = count
    return float(2 * right / (2 * right + wrong + missed)) if right else 0.0


def report(model: FollowUpModel, held_back: Sequence[Turn], changes: Sequence[Turn]) -> None:
    """Prints the held-back figures by source."""
    print(f"needs history from {model.needs_from}, takes a candidate from {model.takes_from}")
    print("source          turns  need  known  accuracy  precision  recall  F1 of terms")
    groups = {
        source: [t for t in held_back if t.source == source]
        for source in sorted({turn.source for turn in held_back})
    }
    for name, turns in {**groups, "all": list(held_back)}.items():
        chances = np.array([_needs(model, turn) for turn in turns])
        truth = np.array([bool(turn.taken) for turn in turns])
        found = chances >= model.needs_from
        likely = [
            model.likely(turn.follow_up) if known else []
            for turn, known in zip(turns, found, strict=True)
        ]
        right, wrong, missed = count = counts(turns, likely, model.takes_from)
        print(
            f"{name:15s} {len(turns):5d}  {truth.mean():.2f}  {found[truth].mean():.3f}"
            f"  {(found == truth).mean():.3f} ({((chances >= 0.5) == truth).mean():.3f} at 0.5)"
            f"  {right / max(1, right + wrong):.3f}  {right / max(1, right + missed):.3f}"
            f"  {f1(count):.3f}"
        )
    kept = [not model.needs_history(turn.follow_up) for turn in changes]
    print(f"changes of subject that carry nothing over: {np.mean(kept):.3f} of {len(changes)}")


def _needs(model: FollowUpModel, turn: Turn) -> float:
    return model.needs.probability(question_features(turn.follow_up))


def _weight(turn: Turn) -> float:
    has_answers = len(turn.follow_up.said) > len(turn.follow_up.user_turns)
    return REWRITTEN_WEIGHT if not has_answers and turn.source != "users only" else 1.0


if __name__ == "__main__":
    main()
