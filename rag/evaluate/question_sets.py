"""Question sets: a folder's files -> questions, each with the articles it is asked over.

A set is recognised by its files and fields, never by its name; docs/evaluation.md describes them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rag.errors import EvaluationError
from rag.evaluate.lines import Line, read_lines
from rag.evaluate.questions import Collection, Expected, Kind, Part, Question, plain_article
from rag.evaluate.snippets import brings_snippets, with_snippets
from rag.types import Article

FILES: Mapping[Kind, str] = {
    "question": "questions.jsonl",
    "absent": "absent.jsonl",
    "follow-up": "followups.jsonl",
}
ARTICLES_FILE = "articles.jsonl"
ARTICLES_FOLDER = "articles"
_ANSWERABILITY: Mapping[str, Expected | None] = {
    "ANSWERABLE": "answer",
    "PARTIAL": "answer",
    "UNANSWERABLE": "abstain",
    "UNDERSPECIFIED": None,
}


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
            if brings_snippets(line):
                collections += with_snippets(line)
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
    answerability = _answerability(line)
    parts = tuple(map(_part, line.objects("parts")))
    question = Question(
        id=line.identifier("id") or str(line.number),
        kind=kind,
        text=line.text("question"),
        partial=answerability == "PARTIAL"
        or {bool(part.answers) for part in parts} == {True, False},
        answers=line.texts("answers"),
        conflicting=line.texts("conflicting"),
        parts=parts,
        quote=line.optional_text("quote"),
        article_id=line.identifier("article_id"),
        span=line.span(),
        relevant=line.identifiers("relevant"),
        history=line.history(),
    )
    if question.span and question.article_id is None:
        raise EvaluationError(f"{line.place}: start and end need the article_id they count in.")
    if question.conflicting and (kind == "absent" or not question.answers):
        raise EvaluationError(f"{line.place}: conflicting needs the answers that it contradicts.")
    return replace(
        question, kind=_kind(question), expected=_expected(line, question, answerability)
    )


def _kind(question: Question) -> Kind:
    """What the fields say goes before the file: any question may have a history or a conflict."""
    if question.kind == "absent":
        return "absent"
    if question.conflicting:
        return "conflict"
    return "follow-up" if question.history else question.kind


def _part(part: Line) -> Part:
    answers, absent = part.texts("answers"), part.fields.get("absent", False)
    if not isinstance(absent, bool) or absent == bool(answers):
        raise EvaluationError(f'{part.place}: a part has either answers or "absent": true.')
    return Part(part.optional_text("question"), answers)


def _answerability(line: Line) -> str | None:
    answerability = line.optional_text("answerability")
    if answerability is not None and answerability not in _ANSWERABILITY:
        raise EvaluationError(
            f"{line.place}: answerability must be one of {', '.join(_ANSWERABILITY)}."
        )
    return answerability


def _expected(line: Line, question: Question, answerability: str | None) -> Expected | None:
    if question.kind == "absent":
        return "abstain"
    if answerability is not None:
        return _ANSWERABILITY[answerability]
    if question.worth_citing or question.quote or question.span:
        return "answer"
    if question.parts:
        return "abstain"
    if not question.relevant:
        raise EvaluationError(
            f"{line.place} cannot be judged: give answers, parts, quote, start and end, or"
            " relevant."
        )
    return None


def _articles(path: Path) -> tuple[Article, ...]:
    articles: dict[str, Article] = {}
    for line in read_lines(path):
        identifier = line.identifier("id")
        if identifier is None or identifier in articles:
            raise EvaluationError(f"{line.place}: each article needs an id of its own.")
        title = line.optional_text("title") if line.fields.get("title") else None
        articles[identifier] = plain_article(identifier, title or "", line.text("text"))
    return tuple(articles.values())


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
