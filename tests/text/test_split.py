from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.split import passages
from rag.types import Article, Span
from tests.fakes import outside
from tests.strategies import TEXTS_HARD_TO_SPLIT


class WordTokenizer:
    """A token for each word."""

    def count_tokens(self, text: str) -> int:
        return len(text.split())


def article(text: str, *body: Span) -> Article:
    return Article(
        "0" * 16, "T", None, None, "t.txt", None, text, marks=outside(text, *body) if body else ()
    )


@given(TEXTS_HARD_TO_SPLIT, st.integers(1, 12), st.lists(st.integers(0, 200), max_size=4))
def test_passages_are_exact_and_small_and_lose_nothing(
    text: str, max_tokens: int, cuts: list[int]
) -> None:
    edges = sorted({0, *(min(cut, len(text)) for cut in cuts), len(text)})
    body = [Span(a, b) for a, b in pairwise(edges)]
    made = article(text, *body)
    position = 0
    for passage in passages(made, WordTokenizer(), max_tokens):
        assert position <= passage.start < passage.end
        assert not text[position : passage.start].strip()
        assert passage.text == text[passage.start : passage.end] == passage.text.strip()
        assert passage.id == f"{made.id}:{passage.start}-{passage.end}"
        assert any(a <= passage.start and passage.end <= b for a, b in body)
        assert WordTokenizer().count_tokens(passage.text) <= max_tokens
        position = passage.end
    assert not text[position:].strip()


def packed(*paragraphs: str, max_tokens: int) -> list[str]:
    made = article("\n\n".join(paragraphs))
    return [passage.text for passage in passages(made, WordTokenizer(), max_tokens)]


def sentence(words: int, last: str = "end") -> str:
    return " ".join(["Word", *["word"] * (words - 2), f"{last}."])


def test_a_paragraph_that_fits_stays_whole() -> None:
    first, second = f"{sentence(6)} {sentence(6)}", f"{sentence(5)} {sentence(5)}"
    assert packed(first, second, max_tokens=15) == [first, second]


def test_short_paragraphs_share_a_passage_up_to_a_quarter_of_its_size() -> None:
    first, second, third = sentence(3), sentence(4), sentence(5)
    assert packed(first, second, third, max_tokens=40) == [f"{first}\n\n{second}\n\n{third}"]
    assert packed(first, second, third, max_tokens=28) == [f"{first}\n\n{second}", third]


def test_a_list_stays_in_one_passage() -> None:
    items = "\n".join(f"- item {number}" for number in range(9))
    assert packed(items, max_tokens=30) == [items]


def test_a_long_paragraph_is_cut_at_sentence_ends_into_like_parts() -> None:
    paragraph = " ".join(sentence(5, f"end{number}") for number in range(6))
    parts = packed(paragraph, max_tokens=25)
    assert [len(part.split()) for part in parts] == [15, 15]
    assert " ".join(parts) == paragraph


def test_a_sentence_that_is_too_long_is_cut_at_a_clause_or_a_word() -> None:
    text = "Word word word, word word word word; word word word word word word word word."
    assert packed(text, max_tokens=8) == [
        "Word word word, word word word word;",
        "word word word word word word word word.",
    ]
    assert packed("word " * 20, max_tokens=8) == ["word " * 7 + "word"] * 2 + ["word " * 3 + "word"]


def test_a_word_that_is_too_long_is_cut() -> None:
    made = article("x" * 1000)
    parts = [passage.text for passage in passages(made, WordTokenizer(), 5)]
    assert "".join(parts) == made.text
    assert max(map(len, parts)) <= 5 * 40


@pytest.mark.parametrize(
    "sentences",
    [
        ["渡轮的船主会谈了四个小时。", "双方没有达成协议！", "然后他们离开了诺港。"],
        ["اجتمع أصحاب العبارتين. ", "هل اتفقوا يوم الخميس؟ ", "ثم انصرفوا جميعا."],
        ["Die 3. Runde ist im Juni. ", "Das sagte Dr. Schmidt und ging. ", "Der Rat war dafür."],
        ["La Dra. Ruiz habló ayer. ", "¿Qué dijo de los dueños? ", "No lo sabe el concejo."],
    ],
    ids="chinese arabic german spanish".split(),
)
def test_passages_end_with_sentences_in_any_script(sentences: list[str]) -> None:
    class LetterTokenizer:
        def count_tokens(self, text: str) -> int:
            return len(text)

    text = "".join(sentences)
    size = max(map(len, sentences)) + 2
    made = passages(article(text), LetterTokenizer(), size)
    assert [passage.text for passage in made] == [sentence.strip() for sentence in sentences]


def test_only_the_body_is_split() -> None:
    text = "Title\n\nThey met. They left.\n\nContact us"
    assert [p.text for p in passages(article(text, Span(7, 28)), WordTokenizer(), 50)] == [
        "They met. They left.\n"[:20]
    ]


def test_the_size_must_be_positive() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        passages(article("a"), WordTokenizer(), 0)


@pytest.mark.parametrize(
    "unit", ["They met. ", "word ", "x", "é. B “ ", '"', "(a. ", "a\n\n", "- a\n", " ", "[1]", ":1"]
)
def test_time_grows_with_length_only(unit: str) -> None:
    def seconds(length: int) -> float:
        made = article((unit * length)[:length])
        started = time.process_time()
        passages(made, WordTokenizer(), 200)
        return time.process_time() - started

    seconds(1000)
    assert min(seconds(400_000), seconds(400_000)) < 16 * seconds(50_000) + 0.2
