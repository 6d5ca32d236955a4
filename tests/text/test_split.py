from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.marks import may_be_quoted, unit_of
from rag.text.split import passages
from rag.types import Article, Mark, MarkKind, Span
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


@given(TEXTS_HARD_TO_SPLIT, st.integers(1, 12))
def test_passages_are_exact_and_small_and_lose_nothing(text: str, max_tokens: int) -> None:
    made = article(text)
    position = 0
    for passage in passages(made, WordTokenizer(), max_tokens):
        assert position <= passage.start < passage.end
        assert not text[position : passage.start].strip()
        assert passage.text == text[passage.start : passage.end] == passage.text.strip()
        assert passage.id == f"{made.id}:{passage.start}-{passage.end}"
        assert WordTokenizer().count_tokens(passage.text) <= max_tokens
        position = passage.end
    assert not text[position:].strip()


PIECES = st.lists(
    st.tuples(st.sampled_from(["heading", "caption", "clutter", "text"]), st.integers(1, 3)),
    min_size=1,
    max_size=12,
)


@given(PIECES)
def test_every_line_is_searched_and_no_passage_mixes_what_may_be_quoted(
    pieces: list[tuple[MarkKind | Literal["text"], int]],
) -> None:
    words = [f"Piece{number} end." for number, _ in enumerate(pieces)]
    starts = list(accumulate((len(text) + 2 for text in words), initial=0))
    marks = tuple(
        Mark(kind, start, start + len(text), level=level if kind == "heading" else 0)
        for (kind, level), start, text in zip(pieces, starts, words, strict=False)
        if kind != "text"
    )
    made = replace(article("\n\n".join(words)), marks=marks)
    found = passages(made, WordTokenizer(), 50)
    searched = " ".join(" ".join((*passage.headings, passage.text)) for passage in found)
    assert all(text in searched for text in words)
    for passage in found:
        inside = [text for text in words if text in passage.text]
        spans = [Span(made.text.index(t), made.text.index(t) + len(t)) for t in inside]
        assert len({may_be_quoted(made, span) for span in spans}) == 1
        levels = [mark.level for mark in marks if mark.end <= passage.start]
        assert len(passage.headings) <= len(set(levels))


def test_headings_nest_and_a_new_one_ends_those_below_it() -> None:
    text = "One\n\nA.\n\nTwo\n\nB.\n\nThree\n\nC."
    spans = {name: Span(text.index(name), text.index(name) + len(name)) for name in text.split()}
    levels = {"One": 1, "Two": 2, "Three": 1}
    marks = tuple(Mark("heading", *spans[name], level=levels[name]) for name in levels)
    made = passages(replace(article(text), marks=marks), WordTokenizer(), 50)
    assert [(passage.headings, passage.text) for passage in made] == [
        (("One",), "A."),
        (("One", "Two"), "B."),
        (("Three",), "C."),
    ]


def test_a_part_of_a_long_list_carries_its_lead_in() -> None:
    items = "\n".join(f"- item {number} of the list" for number in range(20))
    text = f"They ask for these:\n{items}"
    made = replace(article(text), marks=(Mark("list", 0, len(text)),))
    first, second, *_ = passages(made, WordTokenizer(), 40)
    assert (first.headings, second.headings) == ((), ("They ask for these:",))
    assert unit_of(made, Span(second.start, second.start + 10)) == Span(0, len(text))


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


def test_the_size_must_be_positive() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        passages(article("a"), WordTokenizer(), 0)
