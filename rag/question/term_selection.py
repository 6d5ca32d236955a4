"""The fitted model of follow-ups: whether a question needs its history, and which words of it.

Two sets of boosted regression trees (Friedman 2001) over the features of ``follow_up``; made by
``training/fit_follow_ups.py`` and shipped as plain numbers. A node is a leaf's number or
``[feature, threshold, where at most, where above]``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from rag.question.follow_up import Candidate, FollowUp, candidate_features, question_features

Node: TypeAlias = Any
"""``float | [str, float, Node, Node]``, which mypy cannot say of parsed JSON."""

WEIGHTS_FILE = "follow_ups.json"


@dataclass(frozen=True, slots=True)
class Trees:
    """A sum of trees over named features: log-odds."""

    intercept: float
    trees: Sequence[Node]

    def probability(self, features: Mapping[str, float]) -> float:
        log_odds = self.intercept + sum(_leaf(tree, features) for tree in self.trees)
        return 1.0 / (1.0 + math.exp(-log_odds))


@dataclass(frozen=True, slots=True)
class FollowUpModel:
    """What was fitted."""

    needs: Trees
    """Whether the question needs its history."""
    takes: Trees
    """Whether it takes a candidate from there."""
    priors: Mapping[str, float]
    needs_from: float
    """From this probability on a question is taken for a follow-up."""
    takes_from: float
    """From this probability on a candidate is taken up."""

    def needs_history(self, follow_up: FollowUp) -> bool:
        return self.needs.probability(question_features(follow_up)) >= self.needs_from

    def likely(self, follow_up: FollowUp) -> list[tuple[Candidate, float]]:
        """Each candidate with the probability that the question takes it up."""
        asked = question_features(follow_up)
        return [
            (
                candidate,
                self.takes.probability(
                    {**asked, **candidate_features(follow_up, candidate, self.priors)}
                ),
            )
            for candidate in follow_up.candidates
        ]


@cache
def shipped_model() -> FollowUpModel:
    """The model that comes with the package."""
    return model_from(json.loads(files("rag").joinpath("weights", WEIGHTS_FILE).read_text()))


def model_from(fields: Mapping[str, Any]) -> FollowUpModel:
    """The model that ``training/fit_follow_ups.py`` wrote as JSON."""
    return FollowUpModel(
        needs=Trees(**fields["needs"]),
        takes=Trees(**fields["takes"]),
        priors=fields["priors"],
        needs_from=fields["needs_from"],
        takes_from=fields["takes_from"],
    )


def _leaf(node: Node, features: Mapping[str, float]) -> float:
    while not isinstance(node, float):
        feature, threshold, at_most, above = node
        node = at_most if features[feature] <= threshold else above
    return node
