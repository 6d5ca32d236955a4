from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from rag.question.follow_up import candidate_features, follow_up_of, question_features
from rag.question.mentions import Said
from rag.question.term_selection import Node, Trees, model_from, shipped_model

SAID = [Said("user", "Where did Anna Berg grow up?"), Said("assistant", "In Norland.")]


def test_trees_add_up_to_log_odds() -> None:
    stump = ["words", 1.5, -1.0, ["names", 0.5, 0.0, 1.0]]
    trees = Trees(intercept=0.0, trees=[stump, stump])
    assert trees.probability({"words": 1.5, "names": 0.0}) == pytest.approx(0.1192, abs=1e-4)
    assert trees.probability({"words": 2.0, "names": 0.0}) == 0.5
    assert trees.probability({"words": 2.0, "names": 1.0}) == pytest.approx(0.8808, abs=1e-4)


def test_a_model_is_read_from_its_fields() -> None:
    always = {"intercept": 1.0, "trees": []}
    model = model_from(
        {"needs": always, "takes": always, "priors": {}, "needs_from": 0.8, "takes_from": 0.5}
    )
    follow_up = follow_up_of("Why?", SAID)
    assert not model.needs_history(follow_up)
    assert {round(chance, 3) for _, chance in model.likely(follow_up)} == {0.731}


def test_the_shipped_model_uses_features_that_exist() -> None:
    follow_up = follow_up_of("Why?", SAID)
    asked = question_features(follow_up)
    model = shipped_model()
    of_candidate = candidate_features(follow_up, follow_up.candidates[0], model.priors)
    assert set(_features(model.needs.trees)) <= asked.keys()
    assert set(_features(model.takes.trees)) <= {*asked, *of_candidate}


def test_the_shipped_model_tells_a_pronoun_from_a_new_subject() -> None:
    model = shipped_model()
    assert model.needs_history(follow_up_of("When did she leave?", SAID))
    assert not model.needs_history(follow_up_of("Who founded Harvard University?", SAID))


def test_the_shipped_model_takes_the_name_before_the_verb() -> None:
    chances = {
        candidate.fullest.text: chance
        for candidate, chance in shipped_model().likely(follow_up_of("Was she famous?", SAID))
    }
    assert chances["Anna Berg"] > chances["grow"]


def _features(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, float):
            yield node[0]
            yield from _features(node[2:])
