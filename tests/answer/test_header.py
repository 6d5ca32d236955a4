"""Questions about an article itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from rag.answer.header import ask_header
from rag.index import LocalStore
from rag.types import Article, BuildReport, Header, Hit, Passage, Span
from tests.fakes import outside

FERRY = "The ferry that never came\nMara Lindqvist\n3 May 1998\n\nThe ferry sank off Visby."
STRIKE = "Dockers end their strike\nTom Okoro\n\nThe strike ended after nine weeks."


def _article(name: str, text: str, lines: int) -> Article:
    """An article whose first ``lines`` lines are title, author and date."""
    spans, start = [], 0
    for line in text.split("\n")[:lines]:
        spans.append(Span(start, start + len(line)))
        start += len(line) + 1
    title, author, date = [*spans, None][:3]
    assert title is not None
    return Article(
        id=name,
        title=text[title.start : title.end],
        author=text[author.start : author.end] if author else None,
        date="1998-05-03" if date else None,
        source=f"{name}.txt",
        url=None,
        text=text,
        header=Header(title, author, date),
        marks=outside(text, Span(text.index("\n\n") + 2, len(text))),
    )


ARTICLES = {"ferry": _article("ferry", FERRY, 3), "strike": _article("strike", STRIKE, 2)}
Open = Callable[..., LocalStore]


@pytest.fixture
def opened(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> Open:
    def build(*names: str) -> LocalStore:
        build_index([ARTICLES[name] for name in names])
        return open_index()

    return build


def _hits(*names: str) -> list[Hit]:
    return [
        Hit(
            Passage(f"{name}:0", name, article.text[slice(*article.body[0])], *article.body[0]),
            article,
            1.0,
        )
        for name in names
        for article in (ARTICLES[name],)
    ]


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Who wrote the article?", "Mara Lindqvist"),
        ("Who is the author of this article?", "Mara Lindqvist"),
        ("Who's the author?", "Mara Lindqvist"),
        ("By whom was the article written?", "Mara Lindqvist"),
        ("When did this come out?", "3 May 1998"),
        ("What date was it published?", "3 May 1998"),
        ("Who was this story written by?", "Mara Lindqvist"),
        ("When was the article published?", "3 May 1998"),
        ("What is the publication date of the article?", "3 May 1998"),
        ("On what day did this article appear?", "3 May 1998"),
        ("What year was the article written?", "3 May 1998"),
        ("What is the title of the article?", "The ferry that never came"),
        ("What is the headline?", "The ferry that never came"),
        ("What's the article called?", "The ferry that never came"),
        ("Who wrote “The ferry that never came”?", "Mara Lindqvist"),
        ("When was The Ferry That Never Came published?", "3 May 1998"),
    ],
)
def test_answers_from_the_header(opened: Open, question: str, short: str) -> None:
    reading = ask_header(question, [], opened("ferry"), _hits("ferry"))
    assert reading is not None
    assert reading.short == short
    (quote,) = reading.quotes
    assert quote.article.text[quote.start : quote.end] == quote.text == short
    assert reading.confidence > 0.5


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the resolution?",
        "When did the ferry sink?",
        "What is the ferry called?",
        "When was the ship's log written?",
        "What does the article say about the date of the wreck?",
        "Who published the list of passengers?",
        "Who is the author of the report on ferries?",
        "What happened to the ferry in the article?",
    ],
)
def test_other_questions_are_left_to_the_reader(opened: Open, question: str) -> None:
    assert ask_header(question, [], opened("ferry"), _hits("ferry")) is None


def test_what_the_header_does_not_state_is_not_answered(opened: Open) -> None:
    reading = ask_header("When was the article published?", [], opened("strike"), _hits("strike"))
    assert reading is not None
    assert not reading.quotes
    assert reading.confidence == 0.0


def test_the_title_in_the_question_tells_which_article(opened: Open) -> None:
    hits = _hits("ferry", "strike")
    reading = ask_header("Who wrote Dockers end their strike?", [], opened("ferry", "strike"), hits)
    assert reading is not None
    assert [quote.text for quote in reading.quotes] == ["Tom Okoro"]


def test_the_subject_in_the_question_tells_which_article(opened: Open) -> None:
    hits = _hits("strike", "ferry")
    reading = ask_header(
        "Who wrote the article about the strike?", [], opened("ferry", "strike"), hits
    )
    assert reading is not None
    assert [quote.text for quote in reading.quotes] == ["Tom Okoro"]


def test_without_a_hint_the_nearest_articles_are_answered_for(opened: Open) -> None:
    hits = _hits("strike", "ferry")
    reading = ask_header("Who wrote the article?", [], opened("ferry", "strike"), hits)
    assert reading is not None
    assert [quote.text for quote in reading.quotes] == ["Tom Okoro", "Mara Lindqvist"]
    assert reading.confidence < 0.9


def test_a_follow_up_means_the_article_of_the_turn_before(opened: Open) -> None:
    hits = _hits("strike", "ferry")
    history = [("user", "How long did the strike last?")]
    reading = ask_header("Who wrote it?", history, opened("ferry", "strike"), hits)
    assert reading is not None
    assert [quote.text for quote in reading.quotes] == ["Tom Okoro"]


def test_it_is_the_article_cited_last_whatever_is_found(opened: Open) -> None:
    store = opened("ferry", "strike")
    body = ARTICLES["ferry"].text[slice(*ARTICLES["ferry"].body[0])]
    history = [("user", "Summarize it"), ("assistant", f"“{body.splitlines()[0]}” [1]")]
    reading = ask_header("Who wrote it?", history, store, _hits("strike", "ferry"))
    assert reading is not None
    assert reading.short == "Mara Lindqvist"
