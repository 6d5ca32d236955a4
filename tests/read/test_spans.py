"""Which spans are kept, and how far each extends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.read.spans import SPANS_PER_PASSAGE, ScoredSpan, tidied, without_overlap
from rag.types import Span


@given(
    st.lists(
        st.builds(
            lambda a, n, s: ScoredSpan(a, a + n, s),
            st.integers(0, 50),
            st.integers(1, 10),
            st.floats(-5, 5),
        ),
        max_size=30,
    )
)
def test_kept_spans_do_not_overlap_and_begin_with_the_best(spans: list[ScoredSpan]) -> None:
    kept = without_overlap(spans)
    assert [s.score for s in kept] == sorted((s.score for s in kept), reverse=True)
    assert all(a.end <= b.start or b.end <= a.start for a in kept for b in kept if a is not b)
    if spans:
        assert kept[0].score == max(span.score for span in spans)


def test_every_span_kept_was_marked() -> None:
    spans = [ScoredSpan(start, start + 4, float(start)) for start in range(0, 80, 8)]
    kept = without_overlap(spans)
    assert list(kept) == sorted(spans, key=lambda span: -span.score)[:SPANS_PER_PASSAGE]


def test_of_spans_that_overlap_the_one_is_kept_that_shares_most_with_the_others() -> None:
    year, dated, sentence = ScoredSpan(10, 14, 2.0), ScoredSpan(3, 14, 1.9), ScoredSpan(0, 14, 1.8)
    assert without_overlap([year, dated, sentence]) == (ScoredSpan(3, 14, 2.0),)
    alone = ScoredSpan(3, 14, -3.0), ScoredSpan(0, 14, -3.0)
    assert without_overlap([year, *alone]) == (year,)


def test_a_span_marked_in_two_windows_counts_once() -> None:
    year, dated = ScoredSpan(10, 14, 2.0), ScoredSpan(3, 14, 1.9)
    assert without_overlap([year, dated, dated, dated]) == without_overlap([year, dated])


@pytest.mark.parametrize(
    ("text", "words", "wanted"),
    [
        (
            "It is 248 ft) (at the right bank long",
            "248 ft) (at the right bank",
            "at the right bank",
        ),
        ("in Vienna (Austria) for", "Vienna (Austria", "Vienna (Austria)"),
        ("in Vienna (Austria) for", "Austria)", "(Austria)"),
        ('a "voice like no other" (rare)', '"voice like', "voice like"),
        ('he said "no" to it', 'said "no', 'said "no"'),
        ("in the U.S. today", "U.S.", "U.S."),
        ("They went home.", "home.", "home"),
        ("by, say, Tom,", "say, Tom,", "say, Tom"),
        ("the '90s boom", "'90s", "'90s"),
        ("and so on ...", "...", "..."),
    ],
)
def test_words_are_tidied(text: str, words: str, wanted: str) -> None:
    start = text.index(words)
    tidy = tidied(text, Span(start, start + len(words)))
    assert text[tidy.start : tidy.end] == wanted


@given(st.text(alphabet='ab ()[]“”".,;', max_size=20), st.integers(0, 20), st.integers(1, 20))
def test_tidied_words_are_balanced_and_lie_in_the_text(text: str, start: int, length: int) -> None:
    words = Span(min(start, len(text)), min(start + length, len(text)))
    tidy = tidied(text, words)
    assert 0 <= tidy.start <= tidy.end <= len(text)
    kept = text[tidy.start : tidy.end]
    if tidy != words:
        assert any(map(str.isalnum, kept))
        assert kept.count('"') % 2 == 0
        assert all(kept.count(pair[0]) == kept.count(pair[1]) for pair in ("()", "[]", "“”"))
    assert tidied(text, tidy) == tidy
