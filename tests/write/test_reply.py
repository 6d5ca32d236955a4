from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.write.reply import plain, reply_sentences


def pieces(text: str, size: int = 1) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("They met [1]. It was hot [2].", ["They met [1].", "It was hot [2]."]),
        ("They met. [1] It was hot. [2][3]", ["They met [1].", "It was hot [2][3]."]),
        ("They met.[1, 3] It was hot.", ["They met [1][3].", "It was hot."]),
        ("They met [Quote 2].", ["They met [2]."]),
        ("They met 【2】.", ["They met [2]."]),
        ("- They met [1].\n- It was hot [2].", ["They met [1].", "It was hot [2]."]),
        ("1. They met.\n2. It was hot.", ["They met.", "It was hot."]),
        ("Mr. Smith came [1]. He left.", ["Mr. Smith came [1].", "He left."]),
        ("They met [1]. It was", ["They met [1]."]),
        ("Paris [1]", ["Paris [1]"]),
        ("He “came. He saw.” [1] Then he left.", ["He “came. He saw [1].”", "Then he left."]),
        ("", []),
        ("[1]", ["[1]"]),
        ("<think>They met. [1] Or not.</think>It was hot.", ["It was hot."]),
        ("<think>They met. It was", []),
    ],
)
def test_sentences_with_their_markers(reply: str, expected: list[str]) -> None:
    for size in (1, 3, 1000):
        assert list(reply_sentences(pieces(reply, size))) == expected


def test_a_sentence_comes_when_the_next_one_begins() -> None:
    read: list[str] = []

    def stream() -> object:
        for piece in pieces("They met. [1] It was hot. [2]"):
            read.append(piece)
            yield piece

    assert next(reply_sentences(stream())) == "They met [1]."  # type: ignore[arg-type]
    assert "".join(read) == "They met. [1] I"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("See [the list](http://evil.example/?q=1).", "See the list."),
        ("Met [1](http://evil.example).", "Met [1]."),
        ("![x](http://evil.example/p.png) Hot.", "Hot."),
        ("![x](http://evil.example/p", ""),
        ("<img src=x onerror=alert(1)>Hot.", "Hot."),
        ("&lt;script&gt;alert(1)&lt;/script&gt; Hot.", "alert(1) Hot."),
        ("Go to https://evil.example/x?y=z now.", "Go to now."),
        ("javascript:alert(1) Hot.", "Hot."),
        ("**Hot** and `cold` and _mild_ snake_case.", "Hot and cold and mild snake_case."),
        ("## Heat\nIt is [hot] today.", "Heat It is hot today."),
        ("a\u202eb\u200b c", "ab c"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("5 < 6 today.", "5 6 today."),
    ],
)
def test_markup_goes(reply: str, expected: str) -> None:
    assert " ".join(plain(reply).split()) == expected


@given(st.text(alphabet="ab .!?[]()<>*_`0129\n“”&;:/#-", max_size=60))
def test_no_reply_leaves_markup_or_breaks_a_marker(reply: str) -> None:
    for sentence in reply_sentences(pieces(reply, 7)):
        assert not set(sentence) & set("<>*`【】")
        assert "](" not in sentence.replace("[]", "")
        assert sentence.count("[") == sentence.count("]")
