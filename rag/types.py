"""Every dataclass and Protocol that passes between stages: frozen, slotted, no I/O.

Offsets count characters of ``Article.text`` (Python string indexes, end exclusive).
Scores are similarities: higher is better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Literal,
    NamedTuple,
    Protocol,
    TypeAlias,
    TypedDict,
    runtime_checkable,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]

Status: TypeAlias = Literal["answered", "abstained"]
Turn: TypeAlias = "tuple[str, str] | Mapping[str, str] | Answer"
"""One turn of a conversation: ``(role, text)``, ``{"role": ..., "content": ...}``, or an earlier
answer, which is a question with its answer and carries more: articles, quotes and names."""
Kind: TypeAlias = Literal[
    "lookup",
    "list",
    "compare",
    "timeline",
    "summary",
    "for and against",
    "topics",
    "about an article",
    "articles",
    "small talk",
    "about Footnote",
]
"""What a question wants: words that answer ("lookup"), every item ("list"), two sides, dated
events, the gist of articles, quotes by what they support, what the folder is about, a title, an
author or a date ("about an article"), which articles mention, are about or are by something
("articles"), or nothing of the articles at all."""


class Span(NamedTuple):
    """The characters ``text[start:end]`` of an article."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """Where an article's text itself states its title, author and date; None where it does not."""

    title: Span | None = None
    author: Span | None = None
    date: Span | None = None


MarkKind: TypeAlias = Literal[
    "title",
    "byline",
    "dateline",
    "heading",
    "caption",
    "clutter",
    "question",
    "table header",
    "list",
    "table",
    "verbatim",
    "footnote",
    "correction",
    "speech",
]
UNQUOTED: frozenset[MarkKind] = frozenset(
    ("title", "byline", "dateline", "heading", "caption", "clutter", "table header", "question")
)
"""Kinds of text that say nothing by themselves: shown and searched, but no evidence.

``clutter``: invitations, related links, contact lines. ``question``: what an interviewer asks."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the characters ``start`` to ``end`` of an article's text are, found when it was read.

    Text without a mark is the article's own running text; no mark crosses a blank line. A ``list``
    holds its lead-in and all of its items, a ``table`` its header and all of its rows.
    """

    kind: MarkKind
    start: int
    end: int
    level: int = 0
    """Of a heading: 1 for the outermost."""
    speaker: str = ""
    """Of ``speech``: whose words these are, if they are not the article's author's."""


@dataclass(frozen=True, slots=True)
class Article:
    """One document as it is shown and cited.

    ``text`` is the whole readable text, header included, with page breaks mended and markup
    removed. Every line of it is searched; ``marks`` tell which may not be quoted, and why.
    """

    id: str
    title: str
    author: str | None
    date: str | None
    """Publication date, ISO 8601 (``2007-05-31``, ``2007-05`` or ``2007``).

    What the article states, or else its file's properties. The file system's own time is never
    taken: copying changes it, so it dates no article. Without any other date this is None.
    """
    source: str
    """The file's path relative to the folder of articles, with ``/`` between parts."""
    url: str | None
    text: str
    header: Header = Header()
    marks: tuple[Mark, ...] = ()
    """Sorted by start, the longer first; ``rag.text.marks`` looks them up."""
    language: str | None = None
    """ISO 639-1, told by the text when it was loaded; None where that is not sure."""
    left_out: tuple[str, ...] = ()
    """What of the file was not read, and why: one line each, for its owner."""
    also_in: tuple[str, ...] = ()
    """Sources of the other articles that tell this story in the same words, the first published
    first: one source of news, however many printed it."""

    @property
    def body(self) -> tuple[Span, ...]:
        """The stretches of ``text`` that may be quoted, without whitespace at their ends."""
        found: list[Span] = []
        start = 0
        for mark in (*self.marks, Mark("title", len(self.text), len(self.text))):
            if mark.kind in UNQUOTED:
                piece = self.text[start : mark.start]
                if piece.strip():
                    first = start + len(piece) - len(piece.lstrip())
                    found.append(Span(first, start + len(piece.rstrip())))
                start = max(start, mark.end)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Passage:
    """What is indexed: whole sentences, ``article.text[start:end] == text``."""

    id: str
    article_id: str
    text: str
    start: int
    end: int
    headings: tuple[str, ...] = ()
    """Those that it stands under, the outermost first, without the article's title: read and
    searched with ``text``, but not part of it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that retrieval found; hits of one search are comparable by ``score``."""

    passage: Passage
    article: Article
    score: float
    cosine: float = 0.0
    """Of question and passage, comparable between searches; at most that of the last passage that
    the vectors found, where only keywords found this one."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be searched. None means no restriction."""

    since: str | None = None
    until: str | None = None
    author: str | None = None
    """Part of the author's name, in any case."""
    source: str | None = None
    """A path relative to the folder of articles, or a shell pattern (``2007/*.txt``)."""


class FilterArguments(TypedDict, total=False):
    """The fields of ``Filters``, as keyword arguments."""

    since: str | None
    until: str | None
    author: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as it is understood: made once from the turns, then handed on."""

    question: str
    """What the user typed."""
    asked: str
    """The question with names spelled as the articles do; it may lean on the turns before."""
    query: str
    """What is searched: what is asked, able to stand alone."""
    kind: Kind = "lookup"
    subject: str = ""
    """What it names besides saying what it wants: "the strike" of "sum up the strike briefly"."""
    leans: bool = False
    """Whether it leans on the turns before."""
    parts: tuple[Ask, ...] = ()
    """The questions that it asks, or the sides that it compares, in order, each with its own query;
    empty where it asks one."""
    filters: Filters = Filters()
    """The user's, with the author and the period of publication that the question names."""
    latest: bool = False
    """Whether the newest articles go before the others."""
    turns: tuple[Answer, ...] = ()
    """The conversation so far, oldest first; what came as mere text has no citations."""

    @property
    def in_view(self) -> tuple[Citation, ...]:
        """What the last turn with citations cites; empty if no turn has any."""
        return next((turn.citations for turn in reversed(self.turns) if turn.citations), ())

    @property
    def thread(self) -> tuple[Citation, ...]:
        """``in_view``, where the question leans on what was said."""
        return self.in_view if self.leans else ()


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a hit, offered as evidence: ``article.text[start:end] == text``."""

    article: Article
    text: str
    start: int
    end: int
    score: float
    words: str | None = None
    """The words of it that answer, where the reader marks them."""
    confidence: float = 0.0
    """Calibrated chance, 0 to 1, that it answers the question by itself."""
    lead: str = ""
    """Words of ours that stand before the quotation marks, such as ``[Ryan Crocker]``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of the hits: quotes, best first, and how sure it is that they answer."""

    quotes: tuple[Quote, ...]
    confidence: float
    """Calibrated chance, 0 to 1, that the best quotes answer the question."""
    short: str | None = None
    """The words of the best quote that answer, where the reader marks them."""
    hits: tuple[Hit, ...] = ()
    """The hits in the reader's order, best first; empty where it has none of its own."""
    reply: str | None = None
    """What is said before the quotes, or where there are none, in words of ours."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quote: ``article.text[start:end] == quote``."""

    number: int
    article_id: str
    title: str
    author: str | None
    date: str | None
    source: str
    quote: str
    start: int
    end: int


Origin: TypeAlias = Literal["quoted", "written", "replaced"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, with the numbers of the citations that hold it."""

    text: str
    """As it stands in ``Answer.text``, without its markers."""
    citations: tuple[int, ...]
    origin: Origin
    """``replaced``: a model wrote something else, which the citations do not hold."""
    written: str | None = None
    """What a model wrote here, without markers, where it was ``replaced``."""
    reason: str | None = None
    """Why that was ``replaced``, as the end of a sentence: "not there: 1987"."""


@dataclass(frozen=True, slots=True)
class Group:
    """Quotes that belong together: a side of a comparison, a day, a part of the question."""

    heading: str
    """Words of ours or the title of an article, by what ``Answer.kind`` says; may be empty."""
    citations: tuple[int, ...]
    """Their numbers, in reading order."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question got. ``text`` carries [n] markers, one for each of ``citations``."""

    question: str
    query: str
    """What was searched: the question, with what a follow-up leaves unsaid."""
    status: Status
    short: str | None
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    confidence: float
    model: str
    timings: Mapping[str, float] = field(default_factory=dict)
    """Seconds by stage."""
    claims: tuple[Claim, ...] = ()
    """The sentences of ``text`` that state something, in order."""
    differ: bool = False
    """Whether the articles cited disagree."""
    unanswered: tuple[str, ...] = ()
    """The parts of the question that the articles do not answer, as questions."""
    kind: Kind = "lookup"
    """What the question was taken for, and so how its quotes are to be shown."""
    groups: tuple[Group, ...] = ()
    """The citations as they belong together, in reading order; empty where they are one group."""
    quotes_end: int | None = None
    """Where in ``text`` the quotes end and what a model wrote out begins; None if none did."""

    @property
    def is_written(self) -> bool:
        """Whether a model wrote after the quotes."""
        return self.quotes_end is not None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """First event of a stream: what was searched and found."""

    query: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer's text; joined, the tokens are ``Answer.text``."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """The answer in quotes, before a model writes after it: what stays if that is stopped."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Done:
    """Last event of a stream."""

    answer: Answer


Event: TypeAlias = Retrieved | Token | Quoted | Done


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or what of it, could not be read, and why, in words for its owner."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: ``done`` of ``total`` files in ``stage``.

    Stages are "reading", "embedding" and "writing".
    """

    stage: str
    done: int
    total: int
    passages: int = 0
    """Embedded so far."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    generation: str
    articles: int
    """Articles in the index: ``added``, ``updated``, ``renamed`` and ``unchanged`` ones."""
    passages: int
    embedded: int
    """Texts embedded anew; the other passages kept the vectors of the generation before."""
    failures: tuple[Failure, ...]
    seconds: float
    added: int = 0
    updated: int = 0
    renamed: int = 0
    """Articles that were in the index before under another source."""
    unchanged: int = 0
    removed: int = 0
    """Articles of the index before that are gone."""
    duplicates: int = 0
    """Articles that repeat one published before them."""
    left_out: tuple[Failure, ...] = ()
    """What of articles that are in the index was not read."""


class Tokenizer(Protocol):
    """Counts what the embedding model would see."""

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text`` without the special ones that the model adds."""
        ...


class Embedder(Tokenizer, Protocol):
    """Text to unit vectors of one space; their dot product is the similarity.

    A question and what may answer it are embedded each in its own way, where the model has two.
    """

    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str:
        """Identifies the weights: another revision makes another space."""
        ...

    @property
    def dimensions(self) -> int: ...
    @property
    def max_tokens(self) -> int:
        """What fits the model's window, special tokens excluded."""
        ...

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        """Of what is searched: float32 of shape (len(texts), dimensions), rows of length 1."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Of what is found, and of texts to compare with one another: shaped like the queries'."""
        ...


@runtime_checkable
class Reader(Protocol):
    """Turns the hits for a query into ranked quotes; the one seam that a better reader fills."""

    @property
    def name(self) -> str: ...
    def read(self, question: str, query: str, hits: Sequence[Hit]) -> Reading:
        """Quotes of ``hits``, best first; no quotes and confidence 0.0 where there are no hits.

        ``query`` is the question, with what a follow-up leaves unsaid.
        """
        ...

    def rerank(self, question: str, query: str, hits: Sequence[Hit], read: int) -> list[Hit]:
        """The same hits, those that answer best first, with scores to match.

        At most the first ``read`` are read; the others follow in their order.
        """
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a text makes of a claim: three probabilities that add up to 1."""

    supports: float
    contradicts: float
    neither: float


class Store(Protocol):
    """One generation of the index, opened for reading. Ordinals number passages from 0."""

    @property
    def generation(self) -> str: ...
    @property
    def article_count(self) -> int: ...
    @property
    def passage_count(self) -> int: ...
    def search_vectors(
        self, vector: Vectors, k: int, filters: Filters = ...
    ) -> list[tuple[int, float]]:
        """The ``k`` passages nearest to one unit vector: (ordinal, cosine), best first."""
        ...

    def search_terms(self, query: str, k: int, filters: Filters = ...) -> list[tuple[int, float]]:
        """The ``k`` best passages by BM25: (ordinal, score), best first."""
        ...

    def passages_holding(self, words: Sequence[str]) -> list[int]:
        """For each word the number of passages that hold it, in any inflection."""
        ...

    def fetch(self, ordinals: Sequence[int]) -> list[tuple[Passage, Article]]:
        """Passages with their articles, in the order asked for: every one."""
        ...

    def articles(self) -> Iterator[Article]:
        """Every article, by source."""
        ...

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        ...

    def some_articles(self, count: int) -> list[Article]:
        """About ``count`` articles, spread evenly over all, or all if they are no more."""
        ...

    def articles_between(
        self, since: str | None, until: str | None, limit: int, filters: Filters = ...
    ) -> list[Article]:
        """The ``limit`` newest articles published within ISO dates, both included, newest first.

        Without a bound the undated ones are among them, last. An article dated by month or year
        is within the bounds only if the whole month or year is.
        """
        ...

    def count_articles(self, filters: Filters) -> int:
        """How many articles pass."""
        ...

    def first_and_last_day(self, filters: Filters = ...) -> tuple[str, str] | None:
        """Between which days the dated articles that pass were published; None if none is dated."""
        ...

    def close(self) -> None: ...
