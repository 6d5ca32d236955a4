"""Fits the model of follow-ups (``rag.term_selection``) on people's standalone wordings.

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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

import rag
from rag.follow_up import FollowUp, candidate_features, follow_up_of, question_features
from rag.mentions import Said, mentions_of, said_of
from rag.term_selection import WEIGHTS_FILE, FollowUpModel, model_from
from rag.words import terms

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


@dataclass(frozen=True, slots=True)
class Turn:
    """A question in its conversation, and the terms that its standalone wording takes up."""

    source: str
    conversation: tuple[str, ...]
    follow_up: FollowUp
    standalone: str
    taken: frozenset[str]

    @property
    def labels(self) -> list[bool]:
        """Whether at least half of a candidate's terms are taken up."""
        return [
            2 * len(candidate.terms & self.taken) >= len(candidate.terms)
            for candidate in self.follow_up.candidates
        ]


def main() -> None:
    """Fits, prints the held-back figures, and writes the weights."""
    turns = read_turns(Path(os.environ["RAG_TRAIN_DATA"]) / "rewrite.jsonl")
    conversations = sorted({turn.conversation for turn in turns})
    random.Random(SEED).shuffle(conversations)
    held = set(conversations[: int(HELD_BACK * len(conversations))])
    fitted_on = [turn for turn in turns if turn.conversation not in held]
    held_back = [turn for turn in turns if turn.conversation in held]
    fitted_on += [*without_answers(fitted_on), *other_subjects(fitted_on)]
    changes = list(other_subjects(held_back))
    fields = fit(fitted_on)
    model = model_from(fields)
    fields["needs_from"] = needs_threshold(model, held_back)
    fields["takes_from"] = takes_threshold(model, held_back)
    OUT.write_text(json.dumps(fields, separators=(",", ":")) + "\n")
    report(model_from(fields), held_back, changes)
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes")


def read_turns(path: Path) -> list[Turn]:
    """The turns that have a history."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        if not row["history"]:
            continue
        topic = row.get("topic") or [row["history"][0]["content"]]
        history = [(turn["role"], turn["content"]) for turn in row["history"]]
        found.append(
            turn_of(row["source"], (row["source"], *topic), history, row["question"],
                    row["standalone"])
        )
    return [turn for turn in found if turn.follow_up.said]


def turn_of(
    source: str,
    conversation: tuple[str, ...],
    history: Sequence[tuple[str, str]],
    question: str,
    standalone: str,
) -> Turn:
    follow_up = follow_up_of(question, said_of(history))
    said = frozenset[str]().union(*(candidate.terms for candidate in follow_up.candidates))
    return Turn(
        source, conversation, follow_up, standalone, said & frozenset(terms(standalone))
    )


def without_answers(turns: Iterable[Turn]) -> Iterator[Turn]:
    """The same with the user's turns alone, since either kind of history must be understood."""
    for turn in turns:
        said = [each for each in turn.follow_up.said if each.role == "user"]
        if said and len(said) < len(turn.follow_up.said):
            follow_up = follow_up_of(turn.follow_up.question, said)
            yield replace(turn, source="users only", follow_up=follow_up)


def other_subjects(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Changes of subject: another conversation's question, worded to stand alone, comes next."""
    alone = [turn for turn in turns if turn.source != "users only" and says_all(turn.standalone)]
    draw = random.Random(SEED)
    for turn in turns[::4]:
        asked = draw.choice(alone)
        if asked.conversation != turn.conversation:
            follow_up = follow_up_of(asked.standalone, turn.follow_up.said)
            yield Turn("other subject", turn.conversation, follow_up, asked.standalone, frozenset())


def says_all(standalone: str) -> bool:
    """Whether a wording meant to stand alone names something, as a few of them fail to."""
    return any(mention.is_name for mention in mentions_of(Said("user", standalone), 0))


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
    groups = {source: [t for t in held_back if t.source == source]
              for source in sorted({turn.source for turn in held_back})}
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
