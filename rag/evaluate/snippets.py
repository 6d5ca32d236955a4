"""Questions that bring their own snippets, in the format of the RGB benchmark; pure.

Chen et al. 2024, "Benchmarking Large Language Models in Retrieval-Augmented Generation": noise
robustness, negative rejection and, with planted false facts, conflicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.errors import EvaluationError
from rag.evaluate.lines import Line
from rag.evaluate.matching import contains
from rag.evaluate.questions import Collection, Question, plain_article

SNIPPETS = 5
"""Snippets indexed for one question that brings its own: as many as the RGB benchmark takes."""


def brings_snippets(line: Line) -> bool:
    """Whether the line is in this format."""
    return "positive" in line.fields and "negative" in line.fields


def with_snippets(line: Line) -> list[Collection]:
    """The question asked over one snippet that answers among others, and without any that does.

    A line with ``positive_wrong`` and ``fakeanswer`` is asked once more: over a snippet that
    answers and one that answers falsely, among others.
    """
    positive, negative = line.texts("positive"), line.texts("negative")
    if not positive or not negative:
        raise EvaluationError(f"{line.place}: positive and negative must each hold a text.")
    answerable = Question(
        id=line.identifier("id") or str(line.number),
        kind="question",
        text=line.text("query"),
        expected="answer",
        answers=_alternatives(line, "answer"),
    )
    absent = replace(answerable, kind="absent", expected="abstain", answers=())
    runs = [
        (answerable, (positive[0], *negative[: SNIPPETS - 1])),
        (absent, negative[:SNIPPETS]),
    ]
    false = line.texts("positive_wrong")
    if false and "fakeanswer" in line.fields:
        conflict = replace(
            answerable, kind="conflict", conflicting=_alternatives(line, "fakeanswer")
        )
        sides = (
            _first_holding(conflict.answers, positive),
            _first_holding(conflict.conflicting, false),
        )
        runs.append((conflict, (*sides, *negative[: SNIPPETS - len(sides)])))
    return [_collection(line, question, snippets) for question, snippets in runs]


def _first_holding(answers: Sequence[str], snippets: Sequence[str]) -> str:
    """The first snippet that holds an answer; where none does, the first."""
    return next((text for text in snippets if contains(text, answers)), snippets[0])


def _collection(line: Line, question: Question, snippets: Sequence[str]) -> Collection:
    return Collection(
        name=f"{line.number}-{question.kind}",
        questions=(question,),
        articles=tuple(
            plain_article(str(number), "", text) for number, text in enumerate(snippets, start=1)
        ),
    )


def _alternatives(line: Line, name: str) -> tuple[str, ...]:
    """RGB's ``answer``: a text, or a list of alternatives, by itself or as another's only item."""
    answer = line.fields.get(name)
    if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], list):
        answer = answer[0]
    fields = {name: [answer] if isinstance(answer, str) else answer}
    alternatives = Line(line.path, line.number, fields).texts(name)
    if not alternatives:
        raise EvaluationError(f"{line.place}: {name} must be a text or a list of alternatives.")
    return alternatives
