"""Takes one rule of the ask path out at a time, and says which figures move.

    RAG_EVAL_DATA=DIR python -m benchmarks.ablate MEMO [--rules NAME ...] [--sets NAME ...]

Asks a sample of each set, of the part to tune on, with every rule in place, then with one rule
replaced by nothing, and prints a row of Markdown for each: lines of code, answers changed,
questions lost and won, and the figures that moved. What both networks say of a text and of a pair
of texts is kept in the folder MEMO, as are the indexes: only the first run waits for them. MEMO
also gets a file of every answer that changed, to be read.

A rule earns its place if a figure falls by at least 0.01 without it, on a set that it was not
written on; or if a user would miss what it does, which no figure tells.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import rag
from benchmarks.held_out import SETS, TOLD, collections_of, library_of
from benchmarks.memo import remember_networks
from rag.evaluate.judge import Record, judge
from rag.evaluate.measures import scores
from rag.evaluate.questions import Collection
from rag.library import Library
from rag.settings import Settings, load_settings

SEED = 7
QUESTIONS = {"wiki": 80, "near": 60, "mtrag": 100, "news": 60, "rgb": 40}
"""Of each kind in a set; of the others, all."""
LEFT_OUT = {"xquad", "time"}
MOVED = 0.01
Records: TypeAlias = dict[str, list[Record]]
PACKAGE = Path(rag.__file__).parent


@dataclass(frozen=True)
class Rule:
    """What takes a rule out: something else in the place of its functions or constants."""

    name: str
    swapped: str
    """``module.name`` of each, below ``rag``."""
    new: Any
    files: str = ""
    """The modules that go with it, below ``rag/``; else only the swapped functions would."""

    def old(self) -> list[Any]:
        found = (f"rag.{path}".rpartition(".") for path in self.swapped.split())
        return [getattr(importlib.import_module(module), name) for module, _, name in found]

    def lines(self) -> int:
        if self.files:
            paths = [PACKAGE / f"{name}.py" for name in self.files.split()]
            return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)
        return sum(len(inspect.getsource(old).splitlines()) for old in self.old() if callable(old))


def rules() -> list[Rule]:
    """Every rule that can be taken out by itself."""
    from rag.answer.agreement import Agreement
    from rag.answer.evidence import MAX_NEAR, NEAR_BEST
    from rag.read.evidence import fitted
    from rag.text.words import terms

    def first(given: Any, *others: Any) -> Any:
        return given

    def second(_: Any, given: Any, *others: Any) -> Any:
        return given

    def nothing(*given: Any) -> Any:
        return ()

    def always(*given: Any) -> bool:
        return True

    def alone(question: str, *others: Any) -> tuple[str]:
        return (question,)

    def unchanged(question: str, *others: Any) -> tuple[str, bool]:
        return question, False

    def previous_turn(question: str, turns: Any, *others: Any) -> tuple[str, bool]:
        return (f"{turns[-1].question} {question}", True) if turns else (question, False)

    def nearest_only(quotes: Any, most: int) -> Any:
        near = [each for each in quotes[:MAX_NEAR] if quotes[0].score - each.score <= NEAR_BEST]
        return list({quote.text: quote for quote in near}.values())[:most]

    def by_terms(kind: Any, some: Any, other: Any) -> str:
        words, others = set(terms(some.words or "")), set(terms(other.words or ""))
        is_same = words and others and (words <= others or others <= words)
        return "same" if is_same else "open" if words & others else "other"

    def unweighed(feature: str) -> Callable[[str], Any]:
        weights = {score: fitted(score) for score in ("passages", "sentences", "confidence")}
        left = {
            score: replace(own, of={k: v for k, v in own.of.items() if k != feature})
            for score, own in weights.items()
        }
        return left.__getitem__

    kinds = "question/kinds question/subject answer/articles answer/summary answer/timeline"
    follow_ups = "question/follow_up"
    standalone, weighed = "question.follow_up.standalone", "read.evidence.fitted"
    return [
        Rule("kinds of question", "question.kinds.kind_of", lambda *_: "lookup", kinds),
        Rule("follow-ups → no history", standalone, unchanged, follow_ups),
        Rule("follow-ups → previous turn", standalone, previous_turn, follow_ups),
        Rule("passages of what was cited last", "chat._LAST_CITED", 1),
        Rule("follow-ups read as they stand", "chat.says_enough", lambda *_: False),
        Rule("spelling", "question.spelling.corrected", first, "question/spelling"),
        Rule("several parts", "question.parts.parts", alone, "question/parts"),
        Rule("sides compared", "question.subject.sides_of", nothing),
        Rule("author named", "question.subject.author_in", lambda *_: None),
        Rule("periods", "text.dates.period_of", lambda *_: None),
        Rule("type of answer", "question.answer_type.asked_type", lambda *_: None),
        Rule("quotes of other articles", "answer.evidence.worth_showing", nearest_only),
        Rule(
            "agreement",
            "answer.agreement.compared",
            lambda _, quotes, embedder: Agreement(tuple(quotes)),
            "answer/agreement",
        ),
        Rule("same answer → shared terms", "answer.agreement.compared_answers", by_terms),
        Rule("same matter", "answer.agreement.same_matter", always),
        Rule("quotes in the article's order", "answer.sections._in_order", first),
        Rule("sentences joined", "answer.sections._joined", first),
        Rule("lists whole", "answer.sections._with_whole_list", first),
        Rule("no repetition of parts", "answer.sections.without_repetition", first),
        Rule("names that no article mentions", "chat.unmentioned", lambda *_: None),
        Rule("lines that are no answer", "text.marks.may_be_quoted", always),
        Rule("passages reread", "read.evidence.reranked", first),
        Rule("passages by article", "read.rerank.by_article", first),
        Rule("spans tidied", "read.spans.tidied", second),
        Rule("repeated stories", "answer.evidence.story_of", lambda article: article.id),
        *(
            Rule(f"weight of {feature}", weighed, unweighed(feature))
            for feature in ("search", "passage coverage", "coverage", "relevance margin")
        ),
    ]


@contextmanager
def taken_out(rule: Rule) -> Iterator[None]:
    """Puts the rule's replacement wherever a module of ``rag`` holds what it replaces."""
    modules = [each for name, each in sys.modules.items() if name.startswith("rag.")]
    undo: list[tuple[Any, str, Any]] = []
    for path, old in zip(rule.swapped.split(), rule.old(), strict=True):
        own, _, constant = f"rag.{path}".rpartition(".")
        places = modules if callable(old) else [sys.modules[own]]
        undo += [
            (module, name, old)
            for module in places
            for name, value in vars(module).items()
            if value is old and (callable(old) or name == constant)
        ]
    for module, name, _ in undo:
        setattr(module, name, rule.new)
    try:
        yield
    finally:
        for module, name, old in undo:
            setattr(module, name, old)


def figures(records: Records) -> dict[str, float]:
    """``set measure`` -> value, of the measures that benchmarks/held_out.py tells."""
    return {
        f"{name} {score.section}: {score.name}": score.value
        for name, some in records.items()
        for score in scores(some, resamples=0)
        if score.name in TOLD.get(score.section, ())
    }


def good(record: Record) -> bool | None:
    """Whether the question got what it should."""
    if record.verdict is not None:
        return record.verdict == "right"
    if record.question.expected == "abstain":
        return not record.answered
    return bool(record.measures["both shown"]) if record.question.conflicting else record.right


def shown(record: Record) -> str:
    return f"{record.answer.query} | {record.answer.short} | {record.text}"


def pairs(base: Records, now: Records) -> list[tuple[Record, Record]]:
    return [pair for name in base for pair in zip(base[name], now[name], strict=True)]


def row(rule: Rule, base: Records, now: Records) -> str:
    both = pairs(base, now)
    changed = sum(shown(before) != shown(after) for before, after in both)
    lost = sum(bool(good(before)) and not good(after) for before, after in both)
    won = sum(bool(good(after)) and not good(before) for before, after in both)
    old, new = figures(base), figures(now)
    moved = [
        f"{name} {old[name]:.3f} → {new[name]:.3f}"
        for name in old
        if name in new and abs(new[name] - old[name]) >= MOVED
    ]
    moves = "; ".join(moved) or "none"
    return f"| {rule.name} | {rule.lines()} | {changed} | {lost} / {won} | {moves} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("memo", type=Path)
    parser.add_argument("--rules", nargs="*")
    parser.add_argument("--sets", nargs="*", default=[s for s in SETS if s not in LEFT_OUT])
    given = parser.parse_args()
    given.memo.mkdir(parents=True, exist_ok=True)
    for module in pkgutil.walk_packages(rag.__path__, "rag."):
        if re.search(r"\.(question|answer|read|text|write)\.", module.name):
            importlib.import_module(module.name)
    settings = load_settings()
    remember_networks(given.memo / "said.sqlite", settings)
    libraries = [each for name in given.sets for each in opened(name, given.memo, settings)]

    def asked() -> Records:
        records: Records = {name: [] for name in given.sets}
        for name, collection, library in libraries:
            records[name] += [judge(question, library) for question in collection.questions]
        return records

    base = asked()
    print("| without | lines | answers changed | lost / won | figures moved |")
    print("| --- | --- | --- | --- | --- |")
    for rule in rules():
        if given.rules and rule.name not in given.rules:
            continue
        with taken_out(rule):
            now = asked()
        print(row(rule, base, now), flush=True)
        with (given.memo / "changed.txt").open("a", encoding="utf-8") as file:
            for before, after in pairs(base, now):
                if shown(before) != shown(after):
                    asked_of = f"{rule.name}: {before.question.text} {before.question.worth_citing}"
                    file.write(f"{asked_of}\n+ {shown(before)}\n- {shown(after)}\n\n")


def opened(name: str, memo: Path, settings: Settings) -> Iterator[tuple[str, Collection, Library]]:
    """The set's sample, each part with its library, indexed in ``memo``."""
    data, most = Path(os.environ["RAG_EVAL_DATA"]), QUESTIONS.get(name, 1000)
    for collection in collections_of(data, name, seed=SEED, questions=most, held_out=False):
        yield name, collection, library_of(name, collection, memo / "index", settings)


if __name__ == "__main__":
    main()
