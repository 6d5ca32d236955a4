from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.words import content_terms, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Talks of Baghdad, and no talking!", ["talk", "baghdad", "talk"]),
        ("café CAFÉ Cafe", ["cafe", "cafe", "cafe"]),
        ("31 May 2007", ["31", "may", "2007"]),
        ("U.S.-Iranian", ["us", "iranian"]),
        ("the United States, the US and the U.S.", ["us", "us", "us"]),
        ("They met; meeting, they wrote.", ["meet", "meet", "write"]),
        ("the of and", []),
        ("", []),
        ("Кит", ["кит"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert list(terms(text)) == expected


def test_what_a_question_is_about() -> None:
    assert list(content_terms("Who did they say was in Baghdad?")) == ["say", "baghdad"]
    assert list(content_terms("Who was he?")) == list(terms("Who was he?"))


def test_threads_share_the_analyzer() -> None:
    texts = [f"whales number {n} " * 200 for n in range(40)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(terms, texts)) == [terms(text) for text in texts]
