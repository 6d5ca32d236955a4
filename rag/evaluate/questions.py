"""Question sets: a folder's files -> questions, each with the articles it is asked over.

A set is recognised by its files and fields, never by its name; docs/evaluation.md describes them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from rag.errors import EvaluationError
from rag.evaluate.lines import Line, read_lines
from rag.types import Article, Span

Kind: TypeAlias = Literal["question", "absent", "follow-up"]
Expected: TypeAlias = Literal["answer", "abstain"]

FILES: Mapping[Kind, str] = {
    "question": "questions.jsonl",
    "absent": "absent.jsonl",
    "follow-up": "followups.jsonl",
}
ARTICLES_FILE = "articles.jsonl"
ARTICLES_FOLDER = "articles"
SNIPPETS = 5
"""Snippets indexed for one question that brings its own: as many as the RGB benchmark takes."""

_ANSWERABILITY: Mapping[object, Expected | None] = {
    "ANSWERABLE": "answer",
    "PARTIAL": "answer",
    "UNANSWERABLE": "abstain",
    "UNDERSPECIFIED": None,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what is known about its answer."""

    id: str
    kind: Kind
    text: str
    expected: Expected | None = None
    """None where nothing says whether it can be answered."""
    answers: tuple[str, ...] = ()
    """Alternatives: each alone is right."""
    quote: str | None = None
    """Words of the article that answer."""
    article_id: str | None = None
    span: Span | None = None
    """The characters of ``article_id`` that answer."""
    relevant: tuple[str, ...] = ()
    """Articles that the question needs, by id or source."""
    history: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """Questions and what they are asked over: ``articles``, a ``folder``, or else the own index."""

    name: str
    questions: tuple[Question, ...]
    articles: tuple[Article, ...] = ()
    folder: Path | None = None


def read_set(folder: Path, *, sample: int | None = None, seed: int = 0) -> tuple[Collection, ...]:
    """The collections of the set in ``folder``; at most ``sample`` lines of each question file.

    The same ``seed`` draws the same lines. Raises EvaluationError naming the file and line.
    """
    if not any((folder / name).is_file() for name in FILES.values()):
        raise EvaluationError(
            f"{folder} holds no question set: it needs one of {', '.join(FILES.values())}."
        )
    questions: list[tuple[Line, Question]] = []
    collections: list[Collection] = []
    for kind, name in FILES.items():
        for line in _sample(list(read_lines(folder / name)), sample, seed):
            if "positive" in line.fields and "negative" in line.fields:
                collections += _with_snippets(line)
            else:
                questions.append((line, _question(line, kind)))
    if questions:
        articles = _articles(folder / ARTICLES_FILE)
        if articles:
            _check_named_articles(questions, articles)
        files = folder / ARTICLES_FOLDER
        collections.append(
            Collection(
                name="articles",
                questions=tuple(question for _, question in questions),
                articles=articles,
                folder=files if not articles and files.is_dir() else None,
            )
        )
    return tuple(collections)


def _sample(lines: list[Line], sample: int | None, seed: int) -> list[Line]:
    if sample is None or sample >= len(lines):
        return lines
    chosen = random.Random(seed).sample(range(len(lines)), sample)
    return [lines[index] for index in sorted(chosen)]


def _question(line: Line, kind: Kind) -> Question:
    question = Question(
        id=line.identifier("id") or str(line.number),
        kind=kind,
        text=line.text("question"),
        answers=line.texts("answers"),
        quote=line.optional_text("quote"),
        article_id=line.identifier("article_id"),
        span=line.span(),
        relevant=line.identifiers("relevant"),
        history=line.history(),
    )
    if question.span and question.article_id is None:
        raise EvaluationError(f"{line.place}: start and end need the article_id they count in.")
    return replace(question, expected=_expected(line, question))


def _expected(line: Line, question: Question) -> Expected | None:
    if question.kind == "absent":
        return "abstain"
    if "answerability" in line.fields:
        answerability = line.text("answerability")
        if answerability not in _ANSWERABILITY:
            raise EvaluationError(
                f"{line.place}: answerability must be one of {', '.join(map(str, _ANSWERABILITY))}."
            )
        return _ANSWERABILITY[answerability]
    if question.answers or question.quote or question.span:
        return "answer"
    if not question.relevant:
        raise EvaluationError(
            f"{line.place} cannot be judged: give answers, quote, start and end, or relevant."
        )
    return None


def _with_snippets(line: Line) -> list[Collection]:
    """A question with its own snippets, asked over one that answers among others, and without it.

    The format of the RGB benchmark: query, answer, positive, negative.
    """
    positive, negative = line.texts("positive"), line.texts("negative")
    if not positive or not negative:
        raise EvaluationError(f"{line.place}: positive and negative must each hold a text.")
    answerable = Question(
        id=line.identifier("id") or str(line.number),
        kind="question",
        text=line.text("query"),
        expected="answer",
        answers=_alternatives(line),
    )
    absent = replace(answerable, kind="absent", expected="abstain", answers=())
    return [
        Collection(
            name=f"{line.number}-{question.kind}",
            questions=(question,),
            articles=tuple(
                _article(str(number), "", text) for number, text in enumerate(snippets, start=1)
            ),
        )
        for question, snippets in (
            (answerable, (positive[0], *negative[: SNIPPETS - 1])),
            (absent, negative[:SNIPPETS]),
        )
    ]


def _alternatives(line: Line) -> tuple[str, ...]:
    """RGB's ``answer``: a text, or a list of alternatives, by itself or as another's only item."""
    answer = line.fields.get("answer")
    if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], list):
        answer = answer[0]
    fields = {"answer": [answer] if isinstance(answer, str) else answer}
    alternatives = Line(line.path, line.number, fields).texts("answer")
    if not alternatives:
        raise EvaluationError(f"{line.place}: answer must be a text or a list of alternatives.")
    return alternatives


def _articles(path: Path) -> tuple[Article, ...]:
    articles: dict[str, Article] = {}
    for line in read_lines(path):
        identifier = line.identifier("id")
        if identifier is None or identifier in articles:
            raise EvaluationError(f"{line.place}: each article needs an id of its own.")
        title = line.optional_text("title") if line.fields.get("title") else None
        articles[identifier] = _article(identifier, title or "", line.text("text"))
    return tuple(articles.values())


def _article(identifier: str, title: str, text: str) -> Article:
    return Article(
        id=identifier,
        title=title,
        author=None,
        date=None,
        source=identifier,
        url=None,
        text=text,
        body=(Span(0, len(text)),),
    )


def _check_named_articles(
    questions: Sequence[tuple[Line, Question]], articles: Sequence[Article]
) -> None:
    """An id or a span that no article has would pass for a miss of the library."""
    lengths_chars = {article.id: len(article.text) for article in articles}
    for line, question in questions:
        for identifier in (*question.relevant, question.article_id):
            if identifier is not None and identifier not in lengths_chars:
                raise EvaluationError(
                    f"{line.place} names article {identifier}, which is not in {ARTICLES_FILE}."
                )
        if question.span and question.article_id:
            length = lengths_chars[question.article_id]
            if question.span.end > length:
                raise EvaluationError(
                    f"{line.place}: end {question.span.end} is past the {length} characters of"
                    f" article {question.article_id}."
                )
