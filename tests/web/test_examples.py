"""Example questions come from the articles, whatever they are."""

from __future__ import annotations

from rag.web.examples import example_questions
from tests.fake_library import article_of

STORY = (
    "The ferry left the Grey Harbour at dawn. By noon the Grey Harbour was empty, and "
    "people asked Anna Berg why. Nobody answered Anna Berg. It was seen near Far Point."
)


def test_one_article_is_asked_about_by_its_names_and_header() -> None:
    assert example_questions([article_of(STORY)]) == [
        "What is said about the Grey Harbour?",
        "What is said about Anna Berg?",
        "Who wrote this article?",
        "When was it published?",
    ]


def test_the_first_articles_come_first_however_often_others_repeat_a_name() -> None:
    new = article_of("The prize went to Karl Odum on Friday, and Karl Odum wept.", title="Strike")
    old = [article_of(STORY, id=str(number), title=f"Tides {number}") for number in range(9)]
    assert example_questions([new, *old]) == [
        "What is said about Karl Odum?",
        "What is said about the Grey Harbour?",
        "Who wrote “Strike”?",
        "Who wrote “Tides 0”?",
    ]


def test_nobody_is_asked_for_an_author_who_is_not_known() -> None:
    articles = [article_of("No names.", id=str(number), author=None) for number in range(3)]
    assert example_questions(articles) == []
