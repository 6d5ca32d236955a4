from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.question.spelling_variants import (
    Shortest,
    folded,
    same_sound,
    slips,
    variants_by_likelihood,
)

LETTERS = st.text("abcdefxyz", min_size=1, max_size=8)
ANY_LENGTH = Shortest(0, 0, 0, 0)


def distance(some: str, other: str) -> int:
    """Optimal string alignment (Damerau 1964), by the definition."""
    rows = [list(range(len(other) + 1))]
    for i, left in enumerate(some, start=1):
        row = [i]
        for j, right in enumerate(other, start=1):
            best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (left != right))
            if i > 1 and j > 1 and (left, some[i - 2]) == (other[j - 2], right):
                best = min(best, rows[i - 2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


@given(LETTERS, LETTERS)
def test_slips_are_the_words_at_distance_one(some: str, other: str) -> None:
    assert (other in slips(some)) == (distance(some, other) == 1)


@hypothesis_settings(max_examples=20, deadline=None)
@given(LETTERS)
def test_slips_go_both_ways(word: str) -> None:
    assert all(distance(word, other) == 1 and word in slips(other) for other in slips(word) - {""})


@pytest.mark.parametrize(
    ("some", "other"),
    [
        ("qumi", "qomi"),
        ("qumi", "kumi"),
        ("khomeini", "homeini"),
        ("hussein", "husein"),
        ("husein", "hussein"),
        ("ayatolah", "ayatollah"),
        ("maskat", "muskat"),
        ("rafsanjani", "rafsandjani"),
        ("yeltsin", "yeltzin"),
    ],
)
def test_other_spellings_of_a_sound(some: str, other: str) -> None:
    assert other in same_sound(some)


def test_consonants_of_another_sound_are_no_other_spelling() -> None:
    assert same_sound("crocket").isdisjoint({"crocker", "crochet", "rocket"})
    assert "mummy" not in same_sound("dummy")


@given(LETTERS)
def test_groups_hold_every_word_once_and_not_the_word_itself(word: str) -> None:
    groups = list(variants_by_likelihood(word, ANY_LENGTH))
    words = [each for group in groups for each in group]
    assert len(words) == len(set(words))
    assert word not in words
    assert slips(word) | same_sound(word) <= set(words)
    assert set(groups[0]) == same_sound(word)


def test_short_words_are_not_meant() -> None:
    groups = variants_by_likelihood("crocket", Shortest(8, 7, 99, 8))
    alike, same_first, twice, first_letter = groups
    assert {len(each) for each in alike} == {8}
    assert {len(each) for each in same_first} == {7, 8}
    assert "crocker" in same_first
    assert twice == []
    assert "acrocket" in first_letter
    assert {len(each) for each in first_letter} == {8}


def test_folding() -> None:
    assert folded("Céloron ÅNGSTRÖM") == "celoron angstrom"
