"""Question sets: a folder's files -> questions, each with the articles that it is asked over.

A set is recognised by its files and fields, never by its name; docs/evaluation.md describes them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from rag.errors import EvaluationError
from rag.evaluate.matching import contains
from rag.types import Article, Span, Status

Kind: TypeAlias = Literal["question", "absent", "near miss", "follow-up", "conflict"]
Expected: TypeAlias = Literal["answer", "abstain"]

FILES = {"questions.jsonl": False, "absent.jsonl": True, "followups.jsonl": False}
"""The files of questions, and whether theirs are absent from the articles."""
ARTICLES_FILE = "articles.jsonl"
ARTICLES_FOLDER = "articles"
SNIPPETS = 5
"""Snippets indexed for one question that brings its own: as many as the RGB benchmark takes."""
_ANSWERABILITY: Mapping[str, Expected | None] = {
    "ANSWERABLE": "answer",
    "PARTIAL": "answer",
    "UNANSWERABLE": "abstain",
    "UNDERSPECIFIED": None,
}
_OBJECT = TypeAdapter(dict[str, Any])
_CORRECTION = re.compile(r"CORRECTION OK:([^«]*)")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must be text that is not blank")
    return text


def _as_turn(turn: Any) -> Any:
    match turn:
        case str():
            return "user", turn
        case {"role": role, "content": content}:
            return role, content
    return turn


def _as_alternatives(answer: Any) -> Any:
    """RGB's ``answer``: a text, or a list of alternatives, by itself or as another's only item."""
    if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], list):
        return answer[0]
    return [answer] if isinstance(answer, str) else answer


Text: TypeAlias = Annotated[str, AfterValidator(_not_blank)]
Texts: TypeAlias = tuple[Text, ...]
SomeTexts: TypeAlias = Annotated[Texts, Field(min_length=1)]
Alternatives: TypeAlias = Annotated[Texts, BeforeValidator(_as_alternatives), Field(min_length=1)]
Exchange: TypeAlias = Annotated[tuple[str, str], BeforeValidator(_as_turn)]


class _Line(BaseModel):
    """One JSON object of a file: a field that is null counts as missing, others are passed over."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, fields: Any) -> Any:
        if isinstance(fields, dict):
            return {name: value for name, value in fields.items() if value is not None}
        return fields


class Question(_Line):
    """One question and what is known about its answer."""

    id: Text = ""
    text: Text = Field(validation_alias="question")
    history: tuple[Exchange, ...] = ()
    """Earlier turns as (role, text); a text alone is a turn of the user."""
    answers: Texts = ()
    """Alternatives: each alone is right."""
    conflicting: Texts = ()
    """What other articles say instead, as alternatives: it is to be shown beside ``answers``."""
    plausible: Texts = ()
    """What an article that does not answer holds in the place of an answer: the lure."""
    quote: Text | None = None
    """Words of the article that answer."""
    article_id: Text | None = None
    start: int | None = None
    end: int | None = None
    relevant: Texts = ()
    """Articles that the question needs, by id or source."""
    any_of: tuple[SomeTexts, ...] = Field(default=(), validation_alias="any")
    """Groups of texts: one of each is to be shown."""
    none_of: Texts = Field(default=(), validation_alias="none")
    """What a wrong answer shows."""
    cite: Texts = ()
    """Articles of which one is to be cited."""
    status: Status | None = None
    answerability: Literal["ANSWERABLE", "PARTIAL", "UNANSWERABLE", "UNDERSPECIFIED"] | None = None
    category: str = Field(default="", validation_alias="kind")
    """What sort of question it is, in the set's own words."""
    note: str = ""
    absent: bool = False
    """Whether no article answers."""

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if (self.start is None) != (self.end is None) or (
            self.span and not 0 <= self.span.start < self.span.end
        ):
            raise ValueError("start and end belong together, 0 <= start < end")
        if self.span and self.article_id is None:
            raise ValueError("start and end need the article_id they count in")
        if self.conflicting and (self.absent or not self.answers):
            raise ValueError("conflicting needs the answers that it contradicts")
        if self.expected is None and not self.relevant and self.answerability is None:
            raise ValueError(
                "cannot be judged: give answers, quote, start and end, relevant, any or status"
            )
        return self

    @property
    def span(self) -> Span | None:
        """The characters of ``article_id`` that answer, or that a near miss was written on."""
        return None if self.start is None or self.end is None else Span(self.start, self.end)

    @property
    def kind(self) -> Kind:
        if self.absent:
            return "absent"
        if self.conflicting:
            return "conflict"
        if self.plausible:
            return "near miss"
        return "follow-up" if self.history else "question"

    @property
    def expected(self) -> Expected | None:
        """None where nothing says whether it can be answered."""
        if self.absent or self.plausible:
            return "abstain"
        if self.status is not None:
            return "answer" if self.status == "answered" else "abstain"
        if self.answerability is not None:
            return _ANSWERABILITY[self.answerability]
        return "answer" if self.answers or self.quote or self.span or self.any_of else None

    @property
    def worth_citing(self) -> tuple[str, ...]:
        """Every text that a quote or a claim of a good answer may hold; empty if none is known."""
        return () if self.expected == "abstain" else (*self.answers, *self.conflicting)

    @property
    def has_place(self) -> bool:
        """Whether it is known which passages answer: those with the span, the quote, or an answer
        in a relevant article."""
        return bool(self.span or self.quote or (self.relevant and self.answers))

    @property
    def corrections(self) -> tuple[str, ...]:
        """What may be said instead of refusing."""
        found = _CORRECTION.search(self.note)
        return tuple(text.strip() for text in found[1].split("|") if text.strip()) if found else ()

    @property
    def named_articles(self) -> tuple[str, ...]:
        """Every article that the line names."""
        return (*self.relevant, *self.cite, *([self.article_id] if self.article_id else ()))


class _Snippets(_Line):
    """A question that brings its own snippets, in the format of the RGB benchmark.

    Chen et al. 2024, "Benchmarking Large Language Models in Retrieval-Augmented Generation".
    """

    line: int
    id: Text
    query: Text
    answer: Alternatives
    positive: SomeTexts
    negative: SomeTexts
    positive_wrong: Texts = ()
    fakeanswer: Alternatives | None = None

    def collections(self) -> Iterator[Collection]:
        """Asked over one snippet that answers among others, and without any that does.

        With a false answer asked once more: over a snippet that answers and one that answers
        falsely, among others.
        """
        question = Question(id=self.id, text=self.query, answers=self.answer)
        yield self._over(question, self.positive[0])
        yield self._over(Question(id=self.id, text=self.query, absent=True))
        if self.positive_wrong and self.fakeanswer:
            conflict = question.model_copy(update={"conflicting": self.fakeanswer})
            right = _first_holding(self.answer, self.positive)
            yield self._over(conflict, right, _first_holding(self.fakeanswer, self.positive_wrong))

    def _over(self, question: Question, *chosen: str) -> Collection:
        texts = [*chosen, *self.negative][:SNIPPETS]
        articles = (plain_article(str(place), "", text) for place, text in enumerate(texts, 1))
        return Collection(f"{self.line}-{question.kind}", (question,), tuple(articles))


class _ArticleLine(_Line):
    id: Text
    text: Text
    title: str = ""
    author: str = ""
    date: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """Questions and what they are asked over: ``articles``, a ``folder``, or else the own index."""

    name: str
    questions: tuple[Question, ...]
    articles: tuple[Article, ...] = ()
    folder: Path | None = None


def read_set(
    folder: Path,
    *,
    sample: int | None = None,
    seed: int = 0,
    beside: Path | None = None,
    distractors: int | None = None,
) -> tuple[Collection, ...]:
    """The collections of the set in ``folder``, or of each set in a folder of sets.

    At most ``sample`` lines of each question file; the same ``seed`` draws the same. ``beside`` is
    a set that lends its articles, and its questions on the articles that this one asks about.
    Beside the articles that the questions of the whole set name, at most ``distractors`` others.

    Raises EvaluationError naming the file and line.
    """
    if not any((folder / name).is_file() for name in FILES):
        within = sorted(path.parent for path in folder.glob("*/questions.jsonl"))
        if not within:
            raise EvaluationError(
                f"{folder} holds no question set: it needs one of {', '.join(FILES)}."
            )
        draw: dict[str, Any] = {"sample": sample, "seed": seed, "distractors": distractors}
        return tuple(part for path in within for part in read_set(path, beside=beside, **draw))
    articles = _articles((beside or folder) / ARTICLES_FILE)
    plain: list[Question] = []
    collections: list[Collection] = []
    named: set[str] = set()
    for source in (folder, beside) if beside else (folder,):
        for name, absent in FILES.items():
            questions, snippets = _questions(source / name, absent, articles)
            if source is beside:
                questions = [each for each in questions if named & {*each.named_articles}]
            named |= {article for question in questions for article in question.named_articles}
            plain += _sample(questions, sample, seed)
            for line in _sample(snippets, sample, seed):
                collections += line.collections()
    if plain:
        files = folder / ARTICLES_FOLDER
        others = [article for article in articles if article not in named]
        left = named | {*_sample(others, distractors, seed)}
        collections.append(
            Collection(
                name=folder.name if articles else "articles",
                questions=tuple(plain),
                articles=tuple(each for each in articles.values() if each.id in left),
                folder=files if not articles and files.is_dir() else None,
            )
        )
    return tuple(collections)


def plain_article(identifier: str, title: str, text: str, **known: str | None) -> Article:
    """An article of which only this is known; all of its text may be cited."""
    return Article(
        id=identifier,
        title=title,
        author=known.get("author"),
        date=known.get("date"),
        source=identifier,
        url=known.get("url"),
        text=text,
    )


Model = TypeVar("Model", bound=_Line)
Item = TypeVar("Item")


def _first_holding(answers: Sequence[str], snippets: Sequence[str]) -> str:
    """The first snippet that holds an answer; where none does, the first."""
    return next((text for text in snippets if contains(text, answers)), snippets[0])


def _sample(items: list[Item], sample: int | None, seed: int) -> list[Item]:
    if sample is None or sample >= len(items):
        return items
    chosen = random.Random(seed).sample(range(len(items)), sample)
    return [items[index] for index in sorted(chosen)]


def _questions(
    path: Path, absent: bool, articles: Mapping[str, Article]
) -> tuple[list[Question], list[_Snippets]]:
    questions: list[Question] = []
    snippets: list[_Snippets] = []
    for place, fields in _lines(path):
        if "positive" in fields:
            snippets.append(_parsed(_Snippets, place, fields))
        else:
            questions.append(_parsed(Question, place, fields | {"absent": absent}))
            _check_named_articles(place, questions[-1], articles)
    return questions, snippets


def _articles(path: Path) -> dict[str, Article]:
    articles: dict[str, Article] = {}
    for place, fields in _lines(path):
        line = _parsed(_ArticleLine, place, fields)
        if line.id in articles:
            raise EvaluationError(f"{place}: each article needs an id of its own.")
        known = {name: getattr(line, name) or None for name in ("author", "date", "url")}
        articles[line.id] = plain_article(line.id, line.title, line.text, **known)
    return articles


def _check_named_articles(place: str, line: Question, articles: Mapping[str, Article]) -> None:
    """An id or a span that no article has would pass for a miss of the library."""
    for identifier in line.named_articles if articles else ():
        if identifier not in articles:
            raise EvaluationError(
                f"{place} names article {identifier}, which is not in {ARTICLES_FILE}."
            )
    article = articles.get(line.article_id or "")
    if line.span and article:
        length = len(article.text)
        if line.span.end > length:
            raise EvaluationError(
                f"{place}: end {line.span.end} is past the {length} characters of article"
                f" {line.article_id}."
            )


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lines that are not blank: place for messages, and fields; none without a file."""
    if not path.is_file():
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read: {error}.") from None
    for number, line in enumerate(lines, start=1):
        place = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            fields = _OBJECT.validate_json(line)
        except ValidationError as error:
            message = error.errors()[0]["msg"]
            raise EvaluationError(f"{place} is not a JSON object: {message}.") from None
        yield place, {"id": number, **fields, "line": number}


def _parsed(model: type[Model], place: str, fields: dict[str, Any]) -> Model:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(step) for step in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise EvaluationError(f"{place}: {name + ' ' if name else ''}{message}.") from None
