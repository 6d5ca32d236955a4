"""Each rule of benchmarks/ablate.py is there, can be taken out, and is put back."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import rag
from benchmarks.ablate import Rule, rules, taken_out
from benchmarks.memo import Memo

RULES = rules()
for module in pkgutil.walk_packages(rag.__path__, "rag."):
    if module.name.split(".")[1] in ("question", "answer", "read", "text"):
        importlib.import_module(module.name)


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_a_rule_is_taken_out_and_put_back(rule: Rule) -> None:
    before = rule.old()
    assert rule.lines() >= 0
    with taken_out(rule):
        assert all(new is rule.new for new in rule.old())
    assert rule.old() == before


def test_what_a_network_said_is_asked_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def score(self: object, question: str, texts: list[str]) -> list[int]:
        asked.extend(texts)
        return [len(question + text) for text in texts]

    for _ in range(2):
        network = type("Network", (), {"score": score})
        Memo(tmp_path / "said.sqlite").over(network, "score", "weights")
        assert network().score("who", ["a", "bb", "a"]) == [4, 5, 4]
    assert asked == ["a", "bb"]
